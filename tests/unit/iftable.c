// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "iftable.h"
#include "tap.h"

struct entry {
	uint32_t ifindex;
	uint64_t value;
};

int main(void)
{
	struct entry *entry;
	struct iftable map;
	unsigned int wrong = 0;
	uint32_t i;

	ok(iftable_open(&map, sizeof(struct entry)), "a map");
	entry = iftable_get(&map, 7);
	ok(entry && entry->ifindex == 7 && !entry->value, "an interface");
	entry->value = 70;
	ok(iftable_get(&map, 7) == entry, "the same again");
	/* neighbours, and those that fall into one place of 2^16 */
	for (i = 1; i <= 5000; i++) {
		((struct entry *)iftable_get(&map, i))->value = 10 * i;
		((struct entry *)iftable_get(&map, i << 16))->value = i;
	}
	is(map.count, 10000, "so many");
	for (i = 1; i <= 5000; i++) {
		wrong += ((struct entry *)iftable_get(&map, i))->value != 10 * i;
		wrong += ((struct entry *)iftable_get(&map, i << 16))->value != i;
	}
	is(wrong, 0, "each has its own");
	is(((struct entry *)iftable_get(&map, UINT32_MAX))->value, 0, "the last number");
	is(map.count, 10001, "none came by asking");
	iftable_clear(&map);
	is(map.count, 0, "none is left");
	is(((struct entry *)iftable_get(&map, 7))->value, 0, "nor what was there");
	iftable_close(&map);
	return tap_done();
}
