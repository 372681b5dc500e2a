// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "ifname.h"

#include <net/if.h>
#include <stdlib.h>
#include <string.h>

/* Interfaces share a place by number modulo this: the cost is a lookup. */
#define PLACES 256

struct ifnames {
	uint64_t batch;
	struct {
		uint32_t ifindex;
		uint64_t asked;		/* in which batch */
		char name[IFNAMSIZ];	/* "" = never known */
	} place[PLACES];
};

struct ifnames *ifnames_new(void)
{
	return calloc(1, sizeof(struct ifnames));
}

void ifnames_free(struct ifnames *names)
{
	free(names);
}

void ifnames_age(struct ifnames *names)
{
	names->batch++;
}

const char *ifnames_get(struct ifnames *names, uint32_t ifindex)
{
	__typeof__(names->place[0]) *place = &names->place[ifindex % PLACES];
	char name[IFNAMSIZ];

	if (!ifindex)
		return NULL;
	if (place->ifindex != ifindex) {
		memset(place, 0, sizeof(*place));
		place->ifindex = ifindex;
	} else if (place->asked == names->batch) {
		return place->name[0] ? place->name : NULL;
	}
	place->asked = names->batch;
	if (if_indextoname(ifindex, name))
		memcpy(place->name, name, sizeof(name));
	return place->name[0] ? place->name : NULL;
}
