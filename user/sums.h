/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_SUMS_H
#define KSFLOW_USER_SUMS_H

/*
 * Sums over counters of things that come and go, interfaces or disks. The
 * sum starts as what they show; from then on it only grows: one that goes
 * leaves what it counted, one that comes, or starts anew, counts from there.
 */

#include <stdbool.h>
#include <stdint.h>

#define SUMS_VALUES	8

struct sums_item;

struct sums_list {
	unsigned int count;
	unsigned int room;
	struct sums_item *items;
};

struct sums {
	bool has_begun;
	struct sums_list before;	/* in order of id */
	struct sums_list now;
	uint64_t base[SUMS_VALUES];
};

void sums_begin(struct sums *sums);
/* 64-bit counters of the thing called id, SUMS_VALUES of them; each id once. */
void sums_add(struct sums *sums, uint64_t id, const uint64_t *values);
void sums_end(struct sums *sums, uint64_t *totals);
void sums_free(struct sums *sums);

#endif /* KSFLOW_USER_SUMS_H */
