/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_NET_H
#define KSFLOW_NET_H

#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/user_namespace.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include <net/net_namespace.h>

#include "config.h"
#include "delay.h"
#include "drop.h"
#include "psample.h"
#include "relay.h"
#include "repair.h"

struct net;
struct netlink_ext_ack;

/**
 * DOC: Locking
 *
 * rtnl_lock > ksflow_net.lock > ksflow_relay.drain_lock > ksflow_relay.lock
 * ksflow_relay.drain_lock > ksflow_relay.retired_lock
 * rtnl_lock > ksflow_net.lock > the table's mutex (device.c)
 * rtnl_lock > ksflow_net.lock > the tap's mutex (tap.c)
 * rtnl_lock > ksflow_net.lock > the waiting list's mutex (psample.c)
 *
 * Wrong packets alone take ksflow_senders.lock (sender.c), in softirq.
 *
 * Taps take no lock. They find a device's state in device.c's table under
 * RCU; what a tap may still use, and what a ring may still name, is freed by
 * the relay's worker: unpublished, one grace period, one drain, freed.
 */

/**
 * struct ksflow_net - what the module keeps for one network namespace
 * @net: the namespace; it outlives this
 * @lock: guards the members up to @apply_work
 * @config: the layers of settings
 * @devices: struct ksflow_device of every live device
 * @owner_portid: socket that owns the daemon's layer, 0 for none
 * @is_dead: nothing may start any more
 * @retry_ms: @apply_work waits so long for memory; 0: for devices to settle
 * @covered: ifindex of each device whose packets came in through a sampled
 *	one; written under @lock, read by taps under RCU
 * @by_ifindex: struct ksflow_device; likewise
 * @apply_work: evaluates the settings again; takes rtnl_lock
 * @orphan_work: drops the daemon's layer when its owner is gone for good
 * @drop: capture of drops
 * @repair: repair of checksums
 * @psample: what publishes samples
 * @delay: from ingress to egress
 * @relay: rings, worker, readers
 * @gone_seen: candidates of devices that are gone; guarded by the relay's
 *	lock, as @gone_selected (samples) and @gone_lost (found the ring full)
 */
struct ksflow_net {
	struct net *net;
	struct mutex lock;
	struct ksflow_config config;
	struct list_head devices;
	u32 owner_portid;
	bool is_dead;
	u32 retry_ms;

	struct xarray covered;
	struct xarray by_ifindex;
	struct delayed_work apply_work;
	struct delayed_work orphan_work;
	struct ksflow_drop drop;
	struct ksflow_repair repair;
	struct ksflow_psample psample;
	struct ksflow_delay delay;
	struct ksflow_relay relay;
	u64 gone_seen;
	u64 gone_selected;
	u64 gone_lost;
};

extern struct workqueue_struct *ksflow_wq;

/* Does an ordinary user own the namespace, who is root in it alone? */
static inline bool ksflow_net_is_users(const struct ksflow_net *kn)
{
	return kn->net->user_ns != &init_user_ns;
}

struct ksflow_net *ksflow_net(const struct net *net);
void ksflow_net_lock(struct ksflow_net *kn);
void ksflow_net_unlock(struct ksflow_net *kn);
int ksflow_net_rings(struct ksflow_net *kn, struct netlink_ext_ack *extack);
void ksflow_net_apply(struct ksflow_net *kn, struct netlink_ext_ack *extack);
void ksflow_net_changed(struct ksflow_net *kn);

int ksflow_net_init(void);
void ksflow_net_exit(void);

#endif /* KSFLOW_NET_H */
