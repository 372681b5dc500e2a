// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "iftable.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST	64

static uint32_t *slot(const struct iftable *map, uint32_t ifindex)
{
	unsigned int i = ifindex * 2654435761U & (map->room - 1);
	uint32_t *entry;

	for (;;) {
		entry = (uint32_t *)(map->entries + i * map->size);
		if (!*entry || *entry == ifindex)
			return entry;
		i = (i + 1) & (map->room - 1);
	}
}

static bool grow(struct iftable *map)
{
	struct iftable wide = *map;
	unsigned int i;

	wide.room *= 2;
	wide.entries = calloc(wide.room, wide.size);
	if (!wide.entries)
		return false;
	for (i = 0; i < map->room; i++) {
		const void *entry = map->entries + i * map->size;
		uint32_t ifindex = *(const uint32_t *)entry;

		if (ifindex)
			memcpy(slot(&wide, ifindex), entry, map->size);
	}
	free(map->entries);
	*map = wide;
	return true;
}

bool iftable_open(struct iftable *map, size_t size)
{
	*map = (struct iftable){ .size = size, .room = ROOM_FIRST };
	map->entries = calloc(map->room, size);
	return map->entries;
}

void iftable_close(struct iftable *map)
{
	free(map->entries);
}

void *iftable_get(struct iftable *map, uint32_t ifindex)
{
	uint32_t *entry = slot(map, ifindex);

	if (*entry)
		return entry;
	if (2 * map->count >= map->room) {
		if (!grow(map))
			return NULL;
		entry = slot(map, ifindex);
	}
	*entry = ifindex;
	map->count++;
	return entry;
}

bool iftable_has(const struct iftable *map, uint32_t ifindex)
{
	return *slot(map, ifindex);
}

void iftable_sweep(struct iftable *map,
		   bool (*is_kept)(uint32_t ifindex, void *arg), void *arg)
{
	struct iftable kept = { .size = map->size, .room = ROOM_FIRST };
	unsigned int i;

	while (kept.room < 2 * map->count)
		kept.room *= 2;
	kept.entries = calloc(kept.room, kept.size);
	if (!kept.entries)
		return;
	for (i = 0; i < map->room; i++) {
		const void *entry = map->entries + i * map->size;
		uint32_t ifindex = *(const uint32_t *)entry;

		if (!ifindex || !is_kept(ifindex, arg))
			continue;
		memcpy(slot(&kept, ifindex), entry, map->size);
		kept.count++;
	}
	free(map->entries);
	*map = kept;
}
