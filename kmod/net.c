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

/* What found no memory is tried again this much later, until it has. */
#define RETRY_DELAY_MS	1000

static unsigned int net_id;

/**
 * ksflow_net - the module's state of a namespace
 * @net: the namespace
 */
struct ksflow_net *ksflow_net(const struct net *net)
{
	return net_generic(net, net_id);
}

static int is_sampled(struct net_device *lower, struct netdev_nested_priv *priv)
{
	const struct ksflow_slot *slot;
	bool is = false;

	rcu_read_lock();
	slot = ksflow_device_find(lower);
	if (slot)
		is = slot->device->sampler[KSFLOW_IN];
	rcu_read_unlock();
	return is;
}

/* Packets of @device come in through a sampled device: itself, or below. */
static int cover(struct ksflow_net *kn, struct ksflow_device *device)
{
	struct netdev_nested_priv priv = {};

	if (device->sampler[KSFLOW_IN] ||
	    netdev_walk_all_lower_dev(device->dev, is_sampled, &priv) > 0)
		return xa_err(xa_store(&kn->covered, device->ifindex,
				       xa_mk_value(1), GFP_KERNEL));
	xa_erase(&kn->covered, device->ifindex);
	return 0;
}

/**
 * ksflow_net_apply - bring the settings into force
 * @kn: the namespace
 *
 * What there is no memory for stays as it was, and is tried again later.
 *
 * Context: process; rtnl_lock and ksflow_net.lock.
 */
void ksflow_net_apply(struct ksflow_net *kn)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_device *device;
	u32 kinds, owner, ring;
	bool is_wanted;
	int err = 0;

	ASSERT_RTNL();
	lockdep_assert_held(&kn->lock);

	err = ksflow_psample_apply(kn);
	kinds = ksflow_subscriber_kinds(kn, &owner);
	if (kn->owner_portid && !owner)
		mod_delayed_work(ksflow_wq, &kn->orphan_work,
				 ORPHAN_SECONDS * HZ);
	kn->owner_portid = owner;
	is_wanted = kinds & BIT(KSFLOW_KIND_SAMPLE);

	ring = ksflow_config_ring(&kn->config).value;
	if (!kinds || (relay->ring_bytes && relay->ring_bytes != ring)) {
		list_for_each_entry(device, &kn->devices, list)
			ksflow_sample_apply(device, false);
		ksflow_delay_prepare(kn, false);
		ksflow_tap_publish();
		ksflow_drop_pause(kn);
		ksflow_repair_pause(kn);
		ksflow_relay_stop(relay);
	}
	if (kinds && !relay->ring_bytes) {
		err = ksflow_relay_start(relay, ring, NULL) ?: err;
		ksflow_subscriber_restart(relay);
	}
	WRITE_ONCE(relay->header, ksflow_config_header(&kn->config).value);
	list_for_each_entry(device, &kn->devices, list) {
		ksflow_config_device(&kn->config, device->dev,
				     &device->settings);
		err = ksflow_sample_apply(device, is_wanted &&
						  relay->ring_bytes) ?: err;
	}
	is_wanted &= !!relay->ring_bytes;
	err = ksflow_delay_prepare(kn, is_wanted) ?: err;
	err = ksflow_tap_publish() ?: err;
	if (!err)
		ksflow_delay_apply(kn, is_wanted);
	err = ksflow_drop_apply(kn, kinds & BIT(KSFLOW_KIND_DROP) &&
				    relay->ring_bytes) ?: err;
	err = ksflow_repair_apply(kn, kinds & BIT(KSFLOW_KIND_REPAIR) &&
				      relay->ring_bytes) ?: err;
	list_for_each_entry(device, &kn->devices, list)
		err = cover(kn, device) ?: err;
	if (err) {
		net_warn_ratelimited("ksflow: new settings wait for memory\n");
		queue_delayed_work(ksflow_wq, &kn->apply_work,
				   msecs_to_jiffies(RETRY_DELAY_MS));
	}
	WRITE_ONCE(kn->is_retry, err);
}

static void ksflow_net_apply_work(struct work_struct *work)
{
	struct ksflow_net *kn = container_of(to_delayed_work(work),
					     struct ksflow_net, apply_work);

	rtnl_lock();
	mutex_lock(&kn->lock);
	if (!kn->is_dead)
		ksflow_net_apply(kn);
	mutex_unlock(&kn->lock);
	rtnl_unlock();
}

static void ksflow_net_orphan_work(struct work_struct *work)
{
	struct ksflow_net *kn = container_of(to_delayed_work(work),
					     struct ksflow_net, orphan_work);

	rtnl_lock();
	mutex_lock(&kn->lock);
	if (!kn->is_dead && !kn->owner_portid) {
		ksflow_config_replace(&kn->config, KSFLOW_LAYER_DAEMON, NULL);
		ksflow_net_apply(kn);
	}
	mutex_unlock(&kn->lock);
	rtnl_unlock();
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
	if (READ_ONCE(kn->is_retry))
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
	return ksflow_relay_net_init(&kn->relay);
}

/*
 * Runs for a namespace that goes, and for each of them when the module goes.
 * Devices may still be there, packets may still flow.
 */
static void __net_exit net_pre_exit(struct net *net)
{
	struct ksflow_net *kn = ksflow_net(net);
	struct ksflow_device *device;

	mutex_lock(&kn->lock);
	WRITE_ONCE(kn->is_dead, true);
	mutex_unlock(&kn->lock);
	cancel_delayed_work_sync(&kn->apply_work);
	cancel_delayed_work_sync(&kn->orphan_work);

	mutex_lock(&kn->lock);
	list_for_each_entry(device, &kn->devices, list)
		ksflow_sample_apply(device, false);
	ksflow_delay_prepare(kn, false);
	ksflow_tap_publish();
	ksflow_drop_net_stop(kn);
	ksflow_repair_net_stop(kn);
	ksflow_relay_stop(&kn->relay);
	ksflow_psample_net_stop(kn);
	ksflow_subscriber_remove(kn, 0);
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
