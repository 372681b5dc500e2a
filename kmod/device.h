/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_DEVICE_H
#define KSFLOW_DEVICE_H

#include <linux/if.h>
#include <linux/netdevice.h>
#include <linux/rcupdate.h>

#include "config.h"

struct ksflow_drop_source;
struct ksflow_net;
struct ksflow_sampler;

enum { KSFLOW_IN, KSFLOW_OUT, KSFLOW_WAYS };

/**
 * struct ksflow_device - one live device of one namespace
 * @dev: the device; valid until its NETDEV_UNREGISTER, no reference is held
 * @kn: its namespace
 * @list: in ksflow_net.devices, then in ksflow_relay.retired_devices
 * @ifindex: never changes while it stays in its namespace
 * @is_ether: packets start with an Ethernet header
 * @name: as of the last NETDEV_CHANGENAME; guarded by ksflow_net.lock
 * @settings: what the layers say; guarded by ksflow_net.lock
 * @refused: why a tap asked for is not at work, or NULL; ksflow_net.lock
 * @drops_by_cpu: drops of what came in here, NULL while the namespace has
 *	no counters
 * @sampler: the samplers at work, NULL for none; ksflow_net.lock
 * @seen: candidates of samplers retired; ksflow_relay.lock, as all below
 * @selected: samples of samplers retired
 * @lost: samples that found the ring full, of samplers retired
 * @pool: candidates as the last record of each CPU had them
 * @drops: samples lost to full rings, likewise
 */
struct ksflow_device {
	struct net_device *dev;
	struct ksflow_net *kn;
	struct list_head list;
	u32 ifindex;
	bool is_ether;
	char name[IFNAMSIZ];
	struct ksflow_settings settings;
	const char *refused;
	struct ksflow_drop_source __percpu *drops_by_cpu;
	struct ksflow_sampler *sampler[KSFLOW_WAYS];

	u64 seen[KSFLOW_WAYS];
	u64 selected;
	u64 lost;
	u64 pool;
	u64 drops;
};

/* One place of the table; @dev is written last and never again. */
struct ksflow_slot {
	const struct net_device *dev;
	struct ksflow_device *device;
};

struct ksflow_table {
	u32 mask;
	u32 used;
	struct rcu_head rcu;
	struct ksflow_slot slot[];
};

extern struct ksflow_table __rcu *ksflow_devices;

/* Fibonacci hashing: the upper bits are the good ones. */
static __always_inline u32 ksflow_device_hash(const struct net_device *dev)
{
	return (u32)(unsigned long)dev * 0x61C88647U;
}

/* The place that a live device most likely has. */
static __always_inline const struct ksflow_slot *
ksflow_device_first(const struct net_device *dev)
{
	const struct ksflow_table *table = rcu_dereference_raw(ksflow_devices);

	return &table->slot[ksflow_device_hash(dev) >> 16 & table->mask];
}

/**
 * ksflow_device_find - a live device's place in the table
 * @dev: any pointer: it is compared, never followed
 *
 * Context: any; rcu_read_lock, or a section that synchronize_rcu waits for.
 * Return: its place, or NULL if @dev is no live device.
 */
static __always_inline const struct ksflow_slot *
ksflow_device_find(const struct net_device *dev)
{
	const struct ksflow_table *table = rcu_dereference_raw(ksflow_devices);
	u32 i = ksflow_device_hash(dev) >> 16;

	for (;; i++) {
		const struct ksflow_slot *slot = &table->slot[i & table->mask];
		const struct net_device *key = smp_load_acquire(&slot->dev);

		if (likely(key == dev))
			return slot;
		if (!key)
			return NULL;
	}
}

void ksflow_device_free(struct ksflow_device *device);

int ksflow_device_init(void);
void ksflow_device_exit(void);
int ksflow_device_start(void);
void ksflow_device_stop(void);

#endif /* KSFLOW_DEVICE_H */
