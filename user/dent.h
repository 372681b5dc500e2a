/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DENT_H
#define KSFLOW_USER_DENT_H

/*
 * The sampling filters of switch ports: on each that the configuration names, in
 * each direction, one filter of tc that samples everything into psample. It is
 * known by its cookie, so that what a ksflowd that was killed left is taken
 * over; filters of others, and what they hang on, stay as they are.
 */

#include <stdbool.h>
#include <stdint.h>

struct conf;
struct dent;
struct links;
struct rates;

/* links and rates must stay valid. NULL and errno. */
struct dent *dent_open(const struct links *links, struct rates *rates);
/* With every filter of ours. */
void dent_close(struct dent *d);
void dent_apply(struct dent *d, const struct conf *conf);
/* Becomes readable when a filter was changed, by whomever. */
int dent_fd(const struct dent *d);
void dent_receive(struct dent *d, int64_t now_ms);
/* Interfaces or rates have changed. */
void dent_touch(struct dent *d, int64_t now_ms);
/* Do what is due; returns when to come again, INT64_MAX for never. */
int64_t dent_run(struct dent *d, int64_t now_ms);
/* Does a filter of ours sample it? */
bool dent_has_filter(const struct dent *d, const char *name);
/* Counts up when an answer of dent_has_filter() may have changed. */
uint32_t dent_generation(const struct dent *d);
/* Ports with a filter, and those that refused theirs. */
void dent_counts(const struct dent *d, unsigned int *filtered,
		 unsigned int *refused);

#endif /* KSFLOW_USER_DENT_H */
