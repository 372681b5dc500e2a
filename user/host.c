// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "host.h"

#include "host_internal.h"
#include "link.h"
#include "proc.h"
#include "sums.h"
#include "uuid.h"

#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#define OS_LINUX	2

struct adapter {
	uint32_t ifindex;
	uint8_t mac[6];
	bool is_hardware;
};

struct host {
	const char *root;
	bool has_uuid;
	uint8_t uuid[16];
	char hostname[HOST_NAME_MAX_BYTES];
	char os_release[HOST_NAME_MAX_BYTES];
	bool has_net;
	bool is_virtual;		/* no hardware at the first look */
	struct sums hardware;
	struct sums virtual;
	unsigned int hardware_count;
	struct sums disks;
	unsigned int adapter_room;
	struct adapter *adapters;
	struct sflow_adapter list[HOST_ADAPTERS_MAX];
	struct host_counters counters;
};

/* Boards whose maker left it as it was all have the same one. */
static bool is_usable(const uint8_t uuid[16])
{
	static const uint8_t unset[16] = {
		0x03, 0x00, 0x02, 0x00, 0x04, 0x00, 0x05, 0x00,
		0x00, 0x06, 0x00, 0x07, 0x00, 0x08, 0x00, 0x09,
	};
	unsigned int i;

	for (i = 1; i < 16 && uuid[i] == uuid[0]; i++)
		;
	return i < 16 && memcmp(uuid, unset, sizeof(unset));
}

/*
 * machine-id(5) asks that it be kept to the machine. Collectors get what is
 * made from it and cannot be turned back: half of the bits are folded away.
 */
static void hide(uint8_t uuid[16])
{
	uint64_t half[2], h;
	unsigned int i;

	memcpy(half, uuid, sizeof(half));
	h = half[0] ^ (half[1] << 29 | half[1] >> 35);
	for (i = 0; i < 2; i++) {
		/* splitmix64 */
		h += 0x9e3779b97f4a7c15ULL;
		half[i] = (h ^ h >> 30) * 0xbf58476d1ce4e5b9ULL;
		half[i] = (half[i] ^ half[i] >> 27) * 0x94d049bb133111ebULL;
		half[i] ^= half[i] >> 31;
	}
	memcpy(uuid, half, sizeof(half));
	uuid[6] = (uuid[6] & 0x0f) | 0x80;	/* version 8: our own */
	uuid[8] = (uuid[8] & 0x3f) | 0x80;
}

static void find_uuid(struct host *host)
{
	char line[64];

	if (host->has_uuid)
		return;
	host->has_uuid = true;
	proc_line(host->root, "/sys/class/dmi/id/product_uuid", line, sizeof(line));
	if (uuid_parse(line, host->uuid) && is_usable(host->uuid))
		return;
	proc_line(host->root, "/etc/machine-id", line, sizeof(line));
	if (uuid_parse(line, host->uuid))
		hide(host->uuid);
	else
		memset(host->uuid, 0, sizeof(host->uuid));
}

uint32_t host_machine_type(const char *machine)
{
	static const struct {
		const char *prefix;
		uint32_t type;
	} types[] = {
		{ "x86_64", 3 }, { "i386", 2 }, { "i486", 2 }, { "i586", 2 },
		{ "i686", 2 }, { "ia64", 4 }, { "sparc", 5 }, { "alpha", 6 },
		{ "ppc", 7 }, { "m68k", 8 }, { "mips", 9 }, { "arm", 10 },
		{ "aarch64", 10 }, { "parisc", 11 }, { "s390", 12 },
	};
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (!strncmp(machine, types[i].prefix, strlen(types[i].prefix)))
			return types[i].type;
	}
	return 1;	/* other: riscv, loongarch have no number */
}

static void read_descr(struct host *host)
{
	struct sflow_host_descr *d = &host->counters.descr;
	struct utsname name;

	proc_line(host->root, "/proc/sys/kernel/hostname", host->hostname,
		  sizeof(host->hostname));
	proc_line(host->root, "/proc/sys/kernel/osrelease", host->os_release,
		  sizeof(host->os_release));
	find_uuid(host);
	d->hostname = host->hostname;
	d->os_release = host->os_release;
	memcpy(d->uuid, host->uuid, sizeof(d->uuid));
	d->os_name = OS_LINUX;
	d->machine_type = uname(&name) ? 0 : host_machine_type(name.machine);
}

static void add_adapter(struct host *host, const struct link *link)
{
	unsigned int at = host->counters.adapter_count;
	struct adapter *adapters = host->adapters;

	if (at == host->adapter_room) {
		unsigned int room = at ? at * 2 : 16;

		adapters = reallocarray(adapters, room, sizeof(*adapters));
		if (!adapters)
			return;
		host->adapters = adapters;
		host->adapter_room = room;
	}
	adapters[at].ifindex = link->ifindex;
	adapters[at].is_hardware = link_is_hardware(link);
	memcpy(adapters[at].mac, link->mac, sizeof(link->mac));
	host->counters.adapter_count++;
}

bool host_is_one_of(const char *word, const char * const *words)
{
	for (; *words; words++) {
		if (!strcmp(word, *words))
			return true;
	}
	return false;
}

/* Interfaces whose packets no other interface of ours counts. */
static struct sums *sums_of(struct host *host, const struct link *link)
{
	static const char * const kinds[] = {
		"veth", "macvlan", "ipvlan", "macvtap", NULL,
	};

	if (link_is_hardware(link)) {
		host->hardware_count++;
		return &host->hardware;
	}
	return host_is_one_of(link->kind, kinds) ? &host->virtual : NULL;
}

void host_link(struct host *host, const struct link *link)
{
	const struct rtnl_link_stats64 *s = &link->stats;
	struct sums *sums;

	if (link->flags & IFF_LOOPBACK)
		return;
	if (link->has_mac)
		add_adapter(host, link);
	sums = sums_of(host, link);
	if (sums && link->has_stats)
		sums_add(sums, link->ifindex, (const uint64_t[SUMS_VALUES]){
			s->rx_bytes, s->rx_packets, s->rx_errors,
			s->rx_dropped, s->tx_bytes, s->tx_packets,
			s->tx_errors, s->tx_dropped });
}

static bool is_listed(const struct sflow_adapter *list, unsigned int count,
		      const uint8_t mac[6])
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!memcmp(list[i].macs, mac, 6))
			return true;
	}
	return false;
}

/*
 * Hardware first, since it is the last that is left out when there is no
 * room; of the others those with an address of their own.
 */
static void end_adapters(struct host *host)
{
	unsigned int count = host->counters.adapter_count, i, left = 0;
	struct sflow_adapter *list = host->list;
	bool wants_hardware = true;

	do {
		for (i = 0; i < count && left < HOST_ADAPTERS_MAX; i++) {
			const struct adapter *a = &host->adapters[i];

			if (a->is_hardware != wants_hardware ||
			    (!wants_hardware && is_listed(list, left, a->mac)))
				continue;
			list[left].ifindex = a->ifindex;
			list[left].mac_count = 1;
			list[left++].macs = &a->mac;
		}
		wants_hardware = !wants_hardware;
	} while (!wants_hardware);
	host->counters.adapter_count = left;
	host->counters.adapters = list;
}

static void end_net(struct host *host)
{
	struct sflow_host_net *n = &host->counters.net;
	uint64_t sums[2][SUMS_VALUES], *of;

	sums_end(&host->hardware, sums[0]);
	sums_end(&host->virtual, sums[1]);
	/* a container has no hardware, and traffic all the same; once
	 * and for all, so that the sum does not jump
	 */
	if (!host->has_net)
		host->is_virtual = !host->hardware_count;
	host->has_net = true;
	of = sums[host->is_virtual];
	n->bytes_in = of[0];
	n->packets_in = of[1];
	n->errors_in = of[2];
	n->drops_in = of[3];
	n->bytes_out = of[4];
	n->packets_out = of[5];
	n->errors_out = of[6];
	n->drops_out = of[7];
}

struct host *host_open(const char *root)
{
	struct host *host = calloc(1, sizeof(*host));

	if (host)
		host->root = root;
	return host;
}

void host_close(struct host *host)
{
	if (!host)
		return;
	sums_free(&host->hardware);
	sums_free(&host->virtual);
	sums_free(&host->disks);
	free(host->adapters);
	free(host);
}

void host_set_uuid(struct host *host, const uint8_t *uuid)
{
	host->has_uuid = uuid;
	if (uuid)
		memcpy(host->uuid, uuid, sizeof(host->uuid));
}

void host_begin(struct host *host)
{
	host->counters.adapter_count = 0;
	host->hardware_count = 0;
	sums_begin(&host->hardware);
	sums_begin(&host->virtual);
}

const struct host_counters *host_end(struct host *host)
{
	struct host_counters *c = &host->counters;

	read_descr(host);
	host_cpu_read(host->root, &c->cpu);
	host_memory_read(host->root, &c->memory);
	host_disk_read(host->root, &host->disks, &c->disk);
	host_mib2_read(host->root, &c->mib2);
	end_adapters(host);
	end_net(host);
	return c;
}
