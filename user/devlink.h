/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DEVLINK_H
#define KSFLOW_USER_DEVLINK_H

/* Hardware traps, as devlink shows them in this network namespace. */

#include <stdbool.h>
#include <stdint.h>

struct devlink_trap {
	char device[96];	/* bus/name */
	char name[64];
	char group[64];
	bool is_drop;		/* what it catches is dropped */
	bool is_silent;		/* and nothing is said about it */
};

/* 0, also where there is no devlink, or -errno. */
int devlink_traps(void (*each)(const struct devlink_trap *trap, void *arg),
		  void *arg);

struct devlink_policed {
	unsigned int policers;	/* that count */
	uint64_t packets;	/* dropped since their devices came */
};

/* What trap policers kept from the kernel. Result as above. */
int devlink_policed(struct devlink_policed *sum);

#endif /* KSFLOW_USER_DEVLINK_H */
