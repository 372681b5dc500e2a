/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_FDB_H
#define KSFLOW_USER_FDB_H

/*
 * Which other end a VXLAN device has for an Ethernet address: asked of its
 * forwarding database when it is wanted, remembered for a second. The database
 * may hold any number of entries and be written by others at any rate, so it is
 * not followed.
 */

#include "sflow.h"

#include <stdbool.h>
#include <stdint.h>

struct fdb;

/* What is known of one Ethernet address. */
struct fdb_end {
	struct sflow_addr remote;	/* type 0 = unknown */
	uint16_t port;			/* UDP's, host order; 0 = the device's */
	bool has_vni;			/* else the device's */
	uint32_t vni;
};

/* NULL and errno. */
struct fdb *fdb_open(void);
void fdb_close(struct fdb *fdb);
/*
 * Context: may wait for whoever changes interfaces, 5 s at most, and not again
 * for 10 s then: all is unknown. The answer holds until the next call.
 */
const struct fdb_end *fdb_find(struct fdb *fdb, uint32_t ifindex,
			       const uint8_t mac[6]);

#endif /* KSFLOW_USER_FDB_H */
