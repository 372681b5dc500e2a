/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PSAMPLE_SOURCE_H
#define KSFLOW_USER_PSAMPLE_SOURCE_H

/*
 * The daemon's samples from psample: the groups of the configuration, what was
 * lost of each, pool and drops of each data source, and thinning where psample
 * samples more than is wanted.
 */

#include "psample.h"

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct ksflow_record;
struct links;
struct psample_source;
struct rates;

/* The record is valid during the call. */
typedef void (*psample_emit)(const struct ksflow_record *record, void *arg);

/* links and rates must stay valid. NULL without memory, or without netlink. */
struct psample_source *psample_source_open(const struct links *links,
					   struct rates *rates,
					   psample_emit emit, void *arg);
void psample_source_close(struct psample_source *s);
/* Groups that stay keep their account. */
void psample_source_apply(struct psample_source *s, const struct conf *conf);
/* Where the module publishes its own samples, which are not read; 0: nowhere. */
void psample_source_refuse(struct psample_source *s, uint32_t group);
/* Has it pools of this data source? They outlive the module. */
bool psample_source_has(const struct psample_source *s, uint32_t ifindex);
/* Interfaces that are gone: those that links does not have begin anew. */
void psample_source_sweep(struct psample_source *s);
int psample_source_fd(const struct psample_source *s);
/* Read what is there, up to a limit; how many messages there were. */
unsigned int psample_source_receive(struct psample_source *s);
/* Join what could not be joined; returns when to come again. */
int64_t psample_source_run(struct psample_source *s, int64_t now_ms);

/* Of one group. messages = exported + thinned; lost ones are in none of them. */
struct psample_group_counts {
	uint32_t group;
	bool is_egress;
	bool is_refused;	/* the module publishes there */
	uint64_t messages;
	uint64_t exported;
	uint64_t thinned;
	uint64_t lost;		/* by the sequence: an estimate on many CPUs */
	uint64_t duplicates;
	uint64_t reordered;
	uint64_t nowhere;	/* exported, of an interface that is not known */
};

bool psample_source_is_joined(const struct psample_source *s);
unsigned int psample_source_count(const struct psample_source *s);
void psample_source_group(const struct psample_source *s, unsigned int i,
			  struct psample_group_counts *counts);
const struct psample_counts *
psample_source_counts(const struct psample_source *s);
/* Lost in all groups. */
uint64_t psample_source_lost(const struct psample_source *s);

/* One message, as if it had been read: for tests and fuzzing. */
void psample_source_packet(struct psample_source *s, struct psample_packet *p);

#endif /* KSFLOW_USER_PSAMPLE_SOURCE_H */
