// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "iftable.h"
#include "tap.h"

struct entry {
	uint32_t ifindex;
	uint64_t value;
};

static bool is_even(uint32_t ifindex, void *arg)
{
	++*(unsigned int *)arg;
	return !(ifindex & 1);
}

static bool is_small(uint32_t ifindex, void *arg)
{
	(void)arg;
	return ifindex <= 4;
}

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
	i = 0;
	iftable_sweep(&map, is_even, &i);
	is(i, 10001, "each is asked about once");
	is(map.count, 7500, "those that go are gone");
	for (i = 2, wrong = 0; i <= 5000; i += 2) {
		wrong += ((struct entry *)iftable_get(&map, i))->value != 10 * i;
		wrong += ((struct entry *)iftable_get(&map, i << 16))->value != i;
	}
	is(wrong, 0, "the others have what they had");
	iftable_sweep(&map, is_small, NULL);
	iftable_sweep(&map, is_small, NULL);
	ok(map.count == 2 && map.room <= 64, "and the room of the rest is free");
	is(((struct entry *)iftable_get(&map, 4))->value, 40, "down to the last");
	is(((struct entry *)iftable_get(&map, 7))->value, 0, "what comes back is new");
	ok(iftable_has(&map, 7) && !iftable_has(&map, 8), "only asked for");
	iftable_close(&map);
	return tap_done();
}
