// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "sums.h"

#include <stdlib.h>
#include <string.h>

struct sums_item {
	uint64_t id;
	uint64_t values[SUMS_VALUES];
};

void sums_begin(struct sums *sums)
{
	sums->now.count = 0;
}

void sums_add(struct sums *sums, uint64_t id, const uint64_t *values)
{
	struct sums_list *now = &sums->now;
	struct sums_item *item;

	if (now->count == now->room) {
		unsigned int room = now->room ? now->room * 2 : 16;

		item = realloc(now->items, room * sizeof(*item));
		if (!item)
			return;
		now->items = item;
		now->room = room;
	}
	item = &now->items[now->count++];
	item->id = id;
	memcpy(item->values, values, sizeof(item->values));
}

/* A driver may count in 32 bits, or be started anew. */
static uint64_t gap(uint64_t before, uint64_t now)
{
	if (now >= before)
		return 0;
	return before <= UINT32_MAX && before - now > UINT32_MAX / 2 ?
	       1ULL << 32 : before;
}

static int by_id(const void *a, const void *b)
{
	const struct sums_item *x = a, *y = b;

	return (x->id > y->id) - (x->id < y->id);
}

/* What is of before alone has gone, what is of now alone has come. */
static void compare(struct sums *sums, const struct sums_item *before,
		    const struct sums_item *now)
{
	unsigned int v;

	for (v = 0; v < SUMS_VALUES; v++) {
		if (!now)
			sums->base[v] += before->values[v];
		else if (before)
			sums->base[v] += gap(before->values[v], now->values[v]);
		else if (sums->has_begun)
			sums->base[v] -= now->values[v];
	}
}

/* Both are walked once, in order of id. */
void sums_end(struct sums *sums, uint64_t *totals)
{
	struct sums_list before = sums->before, now = sums->now;
	unsigned int i = 0, j = 0, v;

	if (now.count)
		qsort(now.items, now.count, sizeof(*now.items), by_id);
	while (i < before.count || j < now.count) {
		int order = i == before.count ? 1 : j == now.count ? -1 :
			    by_id(&before.items[i], &now.items[j]);

		compare(sums, order <= 0 ? &before.items[i] : NULL,
			order >= 0 ? &now.items[j] : NULL);
		i += order <= 0;
		j += order >= 0;
	}
	sums->has_begun = true;
	sums->before = now;
	sums->now = before;
	memcpy(totals, sums->base, sizeof(sums->base));
	for (j = 0; j < now.count; j++) {
		for (v = 0; v < SUMS_VALUES; v++)
			totals[v] += now.items[j].values[v];
	}
}

void sums_free(struct sums *sums)
{
	free(sums->before.items);
	free(sums->now.items);
	memset(sums, 0, sizeof(*sums));
}
