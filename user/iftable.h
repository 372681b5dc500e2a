/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_IFTABLE_H
#define KSFLOW_USER_IFTABLE_H

/* Something for each interface: a hash with open addressing. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct iftable {
	size_t size;		/* of an entry */
	unsigned int count;
	unsigned int room;	/* a power of two */
	unsigned char *entries;
};

/* Entries begin with a uint32_t, their ifIndex. False: no memory. */
bool iftable_open(struct iftable *map, size_t size);
void iftable_close(struct iftable *map);
/*
 * The entry of an interface, from 1; a new one is all zeros but for its ifIndex,
 * and moves them all. NULL: no memory.
 */
void *iftable_get(struct iftable *map, uint32_t ifindex);
/* Is there an entry? */
bool iftable_has(const struct iftable *map, uint32_t ifindex);
/*
 * Only those that is_kept() says stay; they all move. Without memory, nothing
 * happens.
 */
void iftable_sweep(struct iftable *map,
		   bool (*is_kept)(uint32_t ifindex, void *arg), void *arg);

#endif /* KSFLOW_USER_IFTABLE_H */
