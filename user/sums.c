// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "sums.h"

#include <stdlib.h>
#include <string.h>

struct sums_item {
	uint64_t id;
	bool is_seen;
	uint64_t values[SUMS_VALUES];
};

void sums_begin(struct sums *sums)
{
	unsigned int i;

	for (i = 0; i < sums->count; i++)
		sums->items[i].is_seen = false;
}

static struct sums_item *get(struct sums *sums, uint64_t id)
{
	unsigned int i;

	for (i = 0; i < sums->count; i++) {
		if (sums->items[i].id == id)
			return &sums->items[i];
	}
	return NULL;
}

static struct sums_item *add(struct sums *sums, uint64_t id)
{
	struct sums_item *item;

	if (sums->count == sums->room) {
		unsigned int room = sums->room ? sums->room * 2 : 16;

		item = realloc(sums->items, room * sizeof(*item));
		if (!item)
			return NULL;
		sums->items = item;
		sums->room = room;
	}
	item = &sums->items[sums->count++];
	memset(item, 0, sizeof(*item));
	item->id = id;
	return item;
}

/* A driver may count in 32 bits, or be started anew. */
static uint64_t gap(uint64_t before, uint64_t now)
{
	if (now >= before)
		return 0;
	return before <= UINT32_MAX && before - now > UINT32_MAX / 2 ?
	       1ULL << 32 : before;
}

void sums_add(struct sums *sums, uint64_t id, const uint64_t *values)
{
	struct sums_item *item = get(sums, id);
	unsigned int i;
	bool is_new = !item;

	if (is_new)
		item = add(sums, id);
	if (!item)
		return;
	for (i = 0; i < SUMS_VALUES; i++) {
		if (is_new && sums->has_begun)
			sums->base[i] -= values[i];
		else if (!is_new)
			sums->base[i] += gap(item->values[i], values[i]);
	}
	item->is_seen = true;
	memcpy(item->values, values, sizeof(item->values));
}

void sums_end(struct sums *sums, uint64_t *totals)
{
	unsigned int i, v, left = 0;

	for (i = 0; i < sums->count; i++) {
		struct sums_item *item = &sums->items[i];

		if (item->is_seen)
			sums->items[left++] = *item;
		for (v = 0; !item->is_seen && v < SUMS_VALUES; v++)
			sums->base[v] += item->values[v];
	}
	sums->count = left;
	sums->has_begun = true;
	memcpy(totals, sums->base, sizeof(sums->base));
	for (i = 0; i < sums->count; i++) {
		for (v = 0; v < SUMS_VALUES; v++)
			totals[v] += sums->items[i].values[v];
	}
}

void sums_free(struct sums *sums)
{
	free(sums->items);
	memset(sums, 0, sizeof(*sums));
}
