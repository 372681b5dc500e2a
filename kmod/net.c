// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The state of one network namespace, and how its settings are brought into
 * force: evaluated for every device, in process context, under rtnl_lock.
 */
#include "net.h"

#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <net/net_namespace.h>
#include <net/netns/generic.h>

#include "device.h"
#include "psample.h"
#include "sample.h"
#include "subscriber.h"
#include "tap.h"

/* A daemon that died has this long to come back before its settings go. */
#define ORPHAN_SECONDS	10

/* Many devices that change at once are looked at once. */
#define APPLY_DELAY_MS	10

/* What found no memory is tried again so much later, each time twice that. */
#define RETRY_MIN_MS	1000
#define RETRY_MAX_MS	64000

static unsigned int net_id;

/**
 * ksflow_net - the module's state of a namespace
 * @net: the namespace
 */
struct ksflow_net *ksflow_net(const struct net *net)
{
	return net_generic(net, net_id);
}

/* By the same namespace: what a macvlan lies upon may be another's. */
static int is_sampled(struct net_device *lower, struct netdev_nested_priv *priv)
{
	const struct ksflow_slot *slot;
	bool is = false;

	rcu_read_lock();
	slot = ksflow_device_find(lower);
	if (slot && slot->device->kn == priv->data)
		is = slot->device->sampler[KSFLOW_IN];
	rcu_read_unlock();
	return is;
}

/* Packets of @device come in through a sampled device: itself, or below. */
static int cover(struct ksflow_net *kn, struct ksflow_device *device)
{
	struct netdev_nested_priv priv = { .data = kn };

	if (device->sampler[KSFLOW_IN] ||
	    netdev_walk_all_lower_dev(device->dev, is_sampled, &priv) > 0)
		return xa_err(xa_store(&kn->covered, device->ifindex,
				       xa_mk_value(1), GFP_KERNEL));
	xa_erase(&kn->covered, device->ifindex);
	return 0;
}

/**
 * ksflow_net_lock - rtnl_lock and ksflow_net.lock, and the links' speeds known
 * @kn: the namespace
 *
 * Context: process.
 */
void ksflow_net_lock(struct ksflow_net *kn)
{
	struct ksflow_device *device;

	rtnl_lock();
	/* The list is written under both locks. */
	list_for_each_entry(device, &kn->devices, list) {
		ksflow_config_speed(device->dev, &device->settings);
		cond_resched();
	}
	mutex_lock(&kn->lock);
}

/** ksflow_net_unlock - the mirror of ksflow_net_lock() */
void ksflow_net_unlock(struct ksflow_net *kn)
{
	mutex_unlock(&kn->lock);
	rtnl_unlock();
}

/* Nothing writes to the rings any more, but what is in the middle of it. */
static void quiet(struct ksflow_net *kn)
{
	struct ksflow_device *device;

	list_for_each_entry(device, &kn->devices, list)
		ksflow_sample_apply(device, false);
	ksflow_delay_prepare(kn, false);
	/* A probe that could not be put back is missed by all namespaces. */
	if (ksflow_tap_publish())
		ksflow_net_changed(ksflow_net(&init_net));
	ksflow_drop_pause(kn);
	ksflow_repair_pause(kn);
}

/**
 * ksflow_net_rings - have rings of the size that is set
 * @kn: the namespace
 * @extack: gets the reason of a refusal
 *
 * Those there are go on when others cannot be had. Else their taps are off
 * until ksflow_net_apply().
 *
 * Context: process; ksflow_net.lock.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int ksflow_net_rings(struct ksflow_net *kn, struct netlink_ext_ack *extack)
{
	u32 bytes = ksflow_config_ring(&kn->config).value;
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_ring __percpu *rings;
	int err;

	if (relay->ring_bytes == bytes)
		return 0;
	err = ksflow_relay_rings_new(relay, bytes, &rings, extack);
	if (err)
		return err;
	if (relay->ring_bytes) {
		quiet(kn);
		ksflow_relay_stop(relay);
	}
	ksflow_relay_start(relay, rings, bytes);
	return 0;
}

/* Ordinary users own some namespaces: their want of memory is not logged. */
static void retry_later(struct ksflow_net *kn)
{
	if (!kn->retry_ms && !ksflow_net_is_users(kn))
		net_warn_ratelimited("ksflow: new settings wait for memory\n");
	WRITE_ONCE(kn->retry_ms, clamp_t(u32, 2 * kn->retry_ms, RETRY_MIN_MS,
					 RETRY_MAX_MS));
	queue_delayed_work(ksflow_wq, &kn->apply_work,
			   msecs_to_jiffies(kn->retry_ms));
}

/**
 * ksflow_net_apply - bring the settings into force
 * @kn: the namespace
 * @extack: told what stays as it was, or NULL
 *
 * What there is no memory for stays as it was, and is tried again later.
 *
 * Context: process; ksflow_net_lock().
 */
void ksflow_net_apply(struct ksflow_net *kn, struct netlink_ext_ack *extack)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_device *device;
	bool is_sampling, has_rings;
	u32 kinds, owner;
	int err;

	ASSERT_RTNL();
	lockdep_assert_held(&kn->lock);

	err = ksflow_psample_apply(kn);
	kinds = ksflow_subscriber_kinds(kn, &owner);
	if (kn->owner_portid && !owner)
		mod_delayed_work(ksflow_wq, &kn->orphan_work,
				 ORPHAN_SECONDS * HZ);
	kn->owner_portid = owner;

	if (kinds) {
		err = ksflow_net_rings(kn, extack) ?: err;
	} else if (relay->ring_bytes) {
		quiet(kn);
		ksflow_relay_stop(relay);
	}
	has_rings = relay->ring_bytes;
	is_sampling = has_rings && kinds & BIT(KSFLOW_KIND_SAMPLE);

	WRITE_ONCE(relay->header, ksflow_config_header(&kn->config).value);
	list_for_each_entry(device, &kn->devices, list) {
		ksflow_config_device(&kn->config, device->dev,
				     &device->settings);
		err = ksflow_sample_apply(device, is_sampling) ?: err;
		cond_resched();
	}
	err = ksflow_delay_prepare(kn, is_sampling) ?: err;
	err = ksflow_tap_publish() ?: err;
	if (!err)
		ksflow_delay_apply(kn, is_sampling);
	err = ksflow_drop_apply(kn, has_rings &&
				    kinds & BIT(KSFLOW_KIND_DROP)) ?: err;
	err = ksflow_repair_apply(kn, has_rings &&
				      kinds & BIT(KSFLOW_KIND_REPAIR)) ?: err;
	list_for_each_entry(device, &kn->devices, list)
		err = cover(kn, device) ?: err;
	if (err)
		retry_later(kn);
	else
		WRITE_ONCE(kn->retry_ms, 0);
}

static void ksflow_net_apply_work(struct work_struct *work)
{
	struct ksflow_net *kn = container_of(to_delayed_work(work),
					     struct ksflow_net, apply_work);

	ksflow_net_lock(kn);
	if (!kn->is_dead)
		ksflow_net_apply(kn, NULL);
	ksflow_net_unlock(kn);
}

static void ksflow_net_orphan_work(struct work_struct *work)
{
	struct ksflow_net *kn = container_of(to_delayed_work(work),
					     struct ksflow_net, orphan_work);

	ksflow_net_lock(kn);
	if (!kn->is_dead && !kn->owner_portid) {
		ksflow_config_replace(&kn->config, KSFLOW_LAYER_DAEMON, NULL);
		ksflow_net_apply(kn, NULL);
	}
	ksflow_net_unlock(kn);
}

/**
 * ksflow_net_changed - evaluate the settings again, soon
 * @kn: the namespace
 *
 * Context: any that may take a workqueue's lock. Before ksflow_net_stop().
 */
void ksflow_net_changed(struct ksflow_net *kn)
{
	unsigned long delay = msecs_to_jiffies(APPLY_DELAY_MS);

	if (READ_ONCE(kn->is_dead))
		return;
	/* Put off by nothing but a retry. */
	if (READ_ONCE(kn->retry_ms))
		mod_delayed_work(ksflow_wq, &kn->apply_work, delay);
	else
		queue_delayed_work(ksflow_wq, &kn->apply_work, delay);
}

static int __net_init net_init(struct net *net)
{
	struct ksflow_net *kn = ksflow_net(net);

	kn->net = net;
	mutex_init(&kn->lock);
	INIT_LIST_HEAD(&kn->devices);
	xa_init(&kn->covered);
	xa_init(&kn->by_ifindex);
	INIT_DELAYED_WORK(&kn->apply_work, ksflow_net_apply_work);
	INIT_DELAYED_WORK(&kn->orphan_work, ksflow_net_orphan_work);
	ksflow_drop_net_init(kn);
	ksflow_repair_net_init(kn);
	ksflow_psample_net_init(kn);
	ksflow_relay_net_init(&kn->relay);
	return 0;
}

/*
 * Runs for a namespace that goes, and for each of them when the module goes.
 * Devices may still be there, packets may still flow.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct ksflow_net *kn = ksflow_net(net);

	mutex_lock(&kn->lock);
	WRITE_ONCE(kn->is_dead, true);
	mutex_unlock(&kn->lock);
	cancel_delayed_work_sync(&kn->apply_work);
	cancel_delayed_work_sync(&kn->orphan_work);

	mutex_lock(&kn->lock);
	quiet(kn);
	ksflow_drop_net_stop(kn);
	ksflow_repair_net_stop(kn);
	ksflow_relay_stop(&kn->relay);
	ksflow_psample_net_stop(kn);
	ksflow_subscriber_remove_all(kn);
	mutex_unlock(&kn->lock);
}

static void __net_exit net_exit(struct net *net)
{
	struct ksflow_net *kn = ksflow_net(net);

	/* A notifier may have queued it between the mark and its own check. */
	cancel_delayed_work_sync(&kn->apply_work);
	ksflow_relay_net_exit(&kn->relay);
	WARN_ON_ONCE(!list_empty(&kn->devices));
	ksflow_config_free(&kn->config);
	ksflow_drop_net_exit(kn);
	ksflow_repair_net_exit(kn);
	xa_destroy(&kn->covered);
	xa_destroy(&kn->by_ifindex);
}

static struct pernet_operations net_ops = {
	.init = net_init,
	.pre_exit = net_pre_exit,
	.exit = net_exit,
	.id = &net_id,
	.size = sizeof(struct ksflow_net),
};

/**
 * ksflow_net_init - state for every namespace, from now on
 * Return: 0 or -errno.
 */
int ksflow_net_init(void)
{
	return register_pernet_subsys(&net_ops);
}

/** ksflow_net_exit - no namespace has any state of ours */
void ksflow_net_exit(void)
{
	unregister_pernet_subsys(&net_ops);
}
