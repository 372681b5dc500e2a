// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The set of live devices: one open-addressed table over all namespaces, from
 * device pointer to state, fed by a netdevice notifier. Probes need it since
 * the tracepoints are global and skb->dev may be garbage.
 */
#include "device.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include "drop.h"
#include "net.h"
#include "relay.h"
#include "sample.h"

#define TABLE_MIN	64U
/* The hash has 16 bits; linear probing needs the table half empty. */
#define TABLE_MAX	65536U
#define LIVE_MAX	(TABLE_MAX / 2)
/* Of namespaces that ordinary users own: others find room. */
#define USERS_LIVE_MAX	(LIVE_MAX / 2)
#define SLOT_GONE	((const struct net_device *)ERR_PTR(-ENODEV))

struct ksflow_table __rcu *ksflow_devices;

/* Guards ksflow_devices and who counts. */
static DEFINE_MUTEX(table_lock);
static u32 table_live;
static u32 users_live;

static struct ksflow_table *table_alloc(u32 slots)
{
	/* In a free place, so that a probe need not look twice. */
	static struct ksflow_device nobody = { .ifindex = ~0U };
	struct ksflow_table *table;
	u32 i;

	table = kvzalloc(struct_size(table, slot, slots),
			 GFP_KERNEL | __GFP_NOWARN);
	if (!table)
		return NULL;
	table->mask = slots - 1;
	for (i = 0; i < slots; i++)
		table->slot[i].device = &nobody;
	return table;
}

static struct ksflow_slot *table_slot(struct ksflow_table *table,
				      const struct net_device *key,
				      const struct net_device *wanted)
{
	u32 i = ksflow_device_hash(key) >> 16;

	while (table->slot[i & table->mask].dev != wanted) {
		if (!table->slot[i & table->mask].dev)
			return NULL;
		i++;
	}
	return &table->slot[i & table->mask];
}

static void table_add(struct ksflow_table *table, const struct ksflow_slot *new)
{
	struct ksflow_slot *slot = table_slot(table, new->dev, NULL);

	/* Complete, for drop_near(), which looks at no key before. */
	smp_store_release(&slot->device, new->device);
	/* Pairs with ksflow_device_find(): a key seen means a place filled. */
	smp_store_release(&slot->dev, new->dev);
	table->used++;
}

/* A quarter full at most: most look-ups end at the first place. */
static struct ksflow_table *table_rebuild(struct ksflow_table *old)
{
	u32 slots = clamp(roundup_pow_of_two(4 * (table_live + 1)), TABLE_MIN,
			  TABLE_MAX);
	struct ksflow_table *new;
	u32 i;

	new = table_alloc(slots);
	if (!new)
		return NULL;
	for (i = 0; i <= old->mask; i++)
		if (old->slot[i].dev && old->slot[i].dev != SLOT_GONE)
			table_add(new, &old->slot[i]);
	rcu_assign_pointer(ksflow_devices, new);
	kvfree_rcu(old, rcu);
	return new;
}

static int table_insert(struct ksflow_device *device)
{
	struct ksflow_slot new = { .dev = device->dev, .device = device };
	struct ksflow_table *table;
	int err = 0;

	mutex_lock(&table_lock);
	if (table_live >= LIVE_MAX ||
	    (ksflow_net_is_users(device->kn) && users_live >= USERS_LIVE_MAX)) {
		err = -ENOSPC;
		goto out;
	}
	table = rcu_dereference_protected(ksflow_devices,
					  lockdep_is_held(&table_lock));
	/* A place is used once: a reader may still stand on it. */
	if (table->used >= (table->mask + 1) / 2)
		table = table_rebuild(table);
	if (table) {
		table_add(table, &new);
		table_live++;
		users_live += ksflow_net_is_users(device->kn);
	} else {
		err = -ENOMEM;
	}
out:
	mutex_unlock(&table_lock);
	return err;
}

static void table_remove(struct ksflow_device *device)
{
	struct ksflow_table *table;
	struct ksflow_slot *slot;

	mutex_lock(&table_lock);
	table = rcu_dereference_protected(ksflow_devices,
					  lockdep_is_held(&table_lock));
	slot = table_slot(table, device->dev, device->dev);
	if (slot) {
		WRITE_ONCE(slot->dev, SLOT_GONE);
		table_live--;
		users_live -= ksflow_net_is_users(device->kn);
	}
	mutex_unlock(&table_lock);
}

static struct ksflow_device *entry_of(const struct net_device *dev)
{
	const struct ksflow_slot *slot;
	struct ksflow_device *device = NULL;

	rcu_read_lock();
	slot = ksflow_device_find(dev);
	if (slot)
		device = slot->device;
	rcu_read_unlock();
	/* It stays: only the caller's rtnl_lock lets a device go. */
	return device;
}

static void entry_add(struct ksflow_net *kn, struct net_device *dev)
{
	struct ksflow_device *device;
	int err = -ENOMEM;

	device = kzalloc(sizeof(*device), GFP_KERNEL);
	if (!device)
		goto no_memory;
	device->dev = dev;
	device->kn = kn;
	device->ifindex = dev->ifindex;
	device->is_ether = dev->type == ARPHRD_ETHER ||
			   dev->type == ARPHRD_LOOPBACK;
	strscpy(device->name, dev->name, sizeof(device->name));
	ksflow_drop_lend(device);
	/* First all that may fail: once it is in, packets may look for it. */
	if (xa_reserve(&kn->by_ifindex, device->ifindex, GFP_KERNEL))
		goto no_index;
	err = table_insert(device);
	if (err)
		goto no_table;
	xa_store(&kn->by_ifindex, device->ifindex, device, GFP_KERNEL);
	list_add_tail(&device->list, &kn->devices);
	return;

no_table:
	xa_release(&kn->by_ifindex, device->ifindex);
no_index:
	kfree(device);
no_memory:
	net_warn_ratelimited("ksflow: %s is not seen: %s\n", dev->name,
			     err == -ENOSPC ? "too many interfaces" :
					      "out of memory");
}

static void entry_remove(struct ksflow_net *kn, struct ksflow_device *device)
{
	table_remove(device);
	ksflow_sample_stop(device, KSFLOW_IN);
	ksflow_sample_stop(device, KSFLOW_OUT);
	device->dev = NULL;
	xa_erase(&kn->covered, device->ifindex);
	xa_erase(&kn->by_ifindex, device->ifindex);
	list_del(&device->list);
	ksflow_relay_retire_device(&kn->relay, device);
}

/**
 * ksflow_device_free - give back a device that no ring names any more
 * @device: removed, its samplers freed
 *
 * Context: process; ksflow_relay.lock.
 */
void ksflow_device_free(struct ksflow_device *device)
{
	struct ksflow_net *kn = device->kn;

	kn->gone_seen += device->seen[KSFLOW_IN] + device->seen[KSFLOW_OUT];
	kn->gone_selected += device->selected;
	kn->gone_lost += device->lost;
	ksflow_drop_retire(device);
	kfree(device);
}

static int device_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	struct net_device *dev = netdev_notifier_info_to_dev(ptr);
	struct ksflow_net *kn = ksflow_net(dev_net(dev));
	struct ksflow_device *device;

	ASSERT_RTNL();

	mutex_lock(&kn->lock);
	device = entry_of(dev);
	switch (event) {
	case NETDEV_REGISTER:
		if (!device)
			entry_add(kn, dev);
		break;
	case NETDEV_UNREGISTER:
		if (device)
			entry_remove(kn, device);
		break;
	case NETDEV_CHANGENAME:
		if (device)
			strscpy(device->name, dev->name, sizeof(device->name));
		break;
	case NETDEV_POST_TYPE_CHANGE:
		/* A bond or team takes the type of its first member. */
		if (device)
			device->is_ether = dev->type == ARPHRD_ETHER ||
					   dev->type == ARPHRD_LOOPBACK;
		break;
	case NETDEV_UP:
		/* There was no memory for it when it came. */
		if (!device && dev->reg_state == NETREG_REGISTERED)
			entry_add(kn, dev);
		break;
	case NETDEV_CHANGE:
	case NETDEV_CHANGEUPPER:
		break;
	default:
		goto out;
	}
	/* Link speed and the like are read later, in a work item. */
	ksflow_net_changed(kn);
out:
	mutex_unlock(&kn->lock);
	return NOTIFY_DONE;
}

static struct notifier_block device_notifier = {
	.notifier_call = device_event,
};

/**
 * ksflow_device_start - fill the set and keep it filled
 * Return: 0 or -errno.
 */
int ksflow_device_start(void)
{
	return register_netdevice_notifier(&device_notifier);
}

/** ksflow_device_stop - empty the set: each device is reported as gone */
void ksflow_device_stop(void)
{
	unregister_netdevice_notifier(&device_notifier);
}

/**
 * ksflow_device_init - make the empty set
 * Return: 0 or -ENOMEM.
 */
int ksflow_device_init(void)
{
	struct ksflow_table *table = table_alloc(TABLE_MIN);

	if (!table)
		return -ENOMEM;
	rcu_assign_pointer(ksflow_devices, table);
	return 0;
}

/** ksflow_device_exit - the mirror of init; no probe is left */
void ksflow_device_exit(void)
{
	rcu_barrier();
	kvfree(rcu_dereference_protected(ksflow_devices, true));
}
