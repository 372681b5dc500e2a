/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_EXPORT_H
#define KSFLOW_USER_EXPORT_H

/*
 * Samples into datagrams, datagrams to the collectors. Holds the sequence
 * numbers of the agent: of datagrams by profile, and of flow and discard
 * samples by data source.
 */

#include "sflow.h"

#include <stdbool.h>
#include <stdint.h>

struct collectors;
struct conf;
struct counters_port;
struct host_counters;
struct ksflow_record;
struct link;

struct export_counts {
	uint64_t datagrams;
	uint64_t flow_samples;
	uint64_t discard_samples;
	uint64_t counter_samples;
	uint64_t too_big;	/* samples that fit into no datagram */
	uint64_t headless;	/* of a link type sFlow has no number for */
};

struct export;

struct export *export_open(struct collectors *to, int64_t now_ms);
void export_close(struct export *e);
/*
 * A stream of datagrams, with a sequence of its own, for each profile that
 * the collectors have: what one of them is not to get is no loss to it.
 */
void export_set_profiles(struct export *e, const struct conf *conf,
			 int64_t now_ms);
/* What is pending is sent as it was. */
void export_set_agent(struct export *e, const struct sflow_addr *agent,
		      uint32_t sub_agent_id, uint32_t datagram_bytes,
		      int64_t now_ms);
/* As many samples as the record stands for. */
void export_record(struct export *e, const struct ksflow_record *record,
		   int64_t now_ms);
void export_discard(struct export *e, const struct ksflow_record *record,
		    int64_t now_ms);
void export_if_counters(struct export *e, const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			int64_t now_ms);
/* In one sample if they fit, with as many adapters as fit; else in several. */
void export_host_counters(struct export *e, const struct host_counters *h,
			  int64_t now_ms);
/*
 * The module's pools start afresh, and so do the sequences of its samples:
 * of all sources, 0 for unknown interfaces among them, but those kept.
 */
void export_restart_sources(struct export *e,
			    bool (*is_kept)(uint32_t ifindex, void *arg),
			    void *arg);
/* Interfaces that are gone: those not kept begin anew. */
void export_sweep_sources(struct export *e,
			  bool (*is_kept)(uint32_t ifindex, void *arg),
			  void *arg);
/* Send what is pending. */
void export_flush(struct export *e, int64_t now_ms);
const struct export_counts *export_counts(const struct export *e);

#endif /* KSFLOW_USER_EXPORT_H */
