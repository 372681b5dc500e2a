/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_COUNTERS_H
#define KSFLOW_USER_COUNTERS_H

/*
 * Counters of the interfaces and of the host: each of them once per polling
 * interval, at a time of its own within it, so that a thousand interfaces do
 * not fire together.
 */

#include "sflow.h"

#include <stdbool.h>
#include <stdint.h>

struct counters;
struct host_counters;
struct link;
struct nlmsghdr;
struct rtnl_link_stats64;

/* As read last, and what wraps of a 32-bit counter add to it. */
struct counters_past {
	bool is_there;
	uint64_t in_octets, out_octets;
	uint64_t in_wraps, out_wraps;
	uint64_t in_packets, out_packets;
};

/*
 * Counters never go backwards for collectors: a driver's 32 bits are made 64
 * in *stats. True: they began anew, and so is the sequence to.
 */
bool counters_follow(struct counters_past *past,
		     struct rtnl_link_stats64 *stats);

/* Of one interface, as far as there are any. */
struct counters_port {
	struct sflow_if_counters generic;
	bool has_ethernet;
	bool has_lag;
	bool has_optics;
	bool has_pfc;
	struct sflow_ethernet ethernet;
	struct sflow_lag lag;
	struct sflow_optics optics;
	struct sflow_pfc pfc;
};

/* What is done with the counters of one interface, when it is its turn. */
typedef void (*counters_emit)(const struct link *link,
			      const struct counters_port *c,
			      uint32_t sequence, void *arg);
/* The same for the host. */
typedef void (*counters_emit_host)(const struct host_counters *h, void *arg);

struct counters *counters_open(counters_emit emit,
			       counters_emit_host emit_host, void *arg);
void counters_close(struct counters *counters);
/* As links_tell. */
void counters_link(struct counters *counters, uint32_t ifindex,
		   const struct nlmsghdr *nlh);
/* 0 = no polling. */
void counters_set_interval(struct counters *counters, uint32_t interval_s,
			   int64_t now_ms);
/* The host's, instead of the one found; NULL: the one found. */
void counters_set_uuid(struct counters *counters, const uint8_t *uuid);
/* Emit what is due; returns when the next one is, INT64_MAX for never. */
int64_t counters_run(struct counters *counters, int64_t now_ms);
unsigned int counters_count(const struct counters *counters);

#endif /* KSFLOW_USER_COUNTERS_H */
