/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_HOST_H
#define KSFLOW_USER_HOST_H

/*
 * The host as sFlow's host structures want it, read from /proc and /sys.
 * Columns are found by name: kernels insert new ones. What a kernel does not
 * have stays unknown (all ones).
 *
 *	host_begin(host);
 *	for each interface: host_link(host, link);
 *	counters = host_end(host);
 */

#include "sflow.h"

#include <stdbool.h>
#include <stdint.h>

#define HOST_NAME_MAX_BYTES	256
#define HOST_ADAPTERS_MAX	256

struct link;

struct host_counters {
	struct sflow_host_descr descr;
	unsigned int adapter_count;		/* hardware first */
	const struct sflow_adapter *adapters;
	struct sflow_host_cpu cpu;
	struct sflow_host_memory memory;
	struct sflow_host_disk disk;
	struct sflow_host_net net;
	struct sflow_mib2 mib2;
};

struct host;

/* root goes before each path; "" but in tests. NULL without memory. */
struct host *host_open(const char *root);
void host_close(struct host *host);
/* From the configuration; NULL: of the hardware, or made from machine-id. */
void host_set_uuid(struct host *host, const uint8_t *uuid);
void host_begin(struct host *host);
void host_link(struct host *host, const struct link *link);
/* Reads the rest. Valid until the next host_begin(). */
const struct host_counters *host_end(struct host *host);

/* sFlow's machine type of uname()'s machine. */
uint32_t host_machine_type(const char *machine);

#endif /* KSFLOW_USER_HOST_H */
