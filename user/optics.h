/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_OPTICS_H
#define KSFLOW_USER_OPTICS_H

/*
 * What an optical module measures, out of its memory: SFF-8472 (SFP), SFF-8636
 * (QSFP) and CMIS (QSFP-DD, OSFP), told apart by SFF-8024's identifier.
 */

#include <stdint.h>

struct sflow_optics;

#define OPTICS_HALF	128	/* bytes of half a page */
#define OPTICS_I2C	0x50	/* address of a module */
#define OPTICS_I2C_DOM	0x51	/* of an SFP's diagnostics */

/* Part of a module's memory, not across a half page. */
struct optics_place {
	uint8_t i2c;
	uint8_t page;		/* of what is at 128...255 */
	uint8_t offset;
	uint8_t length;		/* 1...128 */
};

/* 0 or -errno. */
typedef int (*optics_read)(void *arg, const struct optics_place *place,
			   uint8_t *to);

/*
 * 1; 0: the module measures no light (copper, or an old one); -errno of read,
 * -EOPNOTSUPP where a driver shows no modules. Left alone: optics->module.
 */
int optics_get(optics_read read, void *arg, struct sflow_optics *optics);

#endif /* KSFLOW_USER_OPTICS_H */
