// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Where packets enter the module: two tracepoints, found by name since they
 * are not exported, and netfilter's hooks of single devices. Each is in place
 * only while a sampler needs it.
 */
#include "tap.h"

#include <linux/netfilter.h>
#include <linux/tracepoint.h>
#include <trace/events/net.h>

#include "compat/compat.h"
#include "device.h"
#include "net.h"
#include "sample.h"

/*
 * The countdown is a CPU's own. With bottom halves off nothing else of this
 * CPU is in the middle of one, except on PREEMPT_RT.
 */
static __always_inline void pin(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_disable();
}

static __always_inline void unpin(void)
{
	if (IS_ENABLED(CONFIG_PREEMPT_RT))
		preempt_enable();
}

/* Top of __netif_receive_skb_core(): softirq or bottom halves off, RCU. */
static void ksflow_probe_receive(void *unused, struct sk_buff *skb)
{
	const struct ksflow_slot *slot = ksflow_device_find(skb->dev);
	struct ksflow_sampler_cpu __percpu *tap;

	if (unlikely(!slot))
		return;
	tap = READ_ONCE(slot->tap[KSFLOW_IN]);
	if (!tap || unlikely(ksflow_skb_is_reinjected(skb)))
		return;
	pin();
	ksflow_sample(tap, skb);
	unpin();
}

/* In xmit_one(), under the queue's lock: bottom halves off, RCU. */
static void ksflow_probe_xmit(void *unused, const struct sk_buff *skb,
			      const struct net_device *dev)
{
	const struct ksflow_slot *slot = ksflow_device_find(dev);
	struct ksflow_sampler_cpu __percpu *tap;

	if (unlikely(!slot))
		return;
	tap = READ_ONCE(slot->tap[KSFLOW_OUT]);
	if (!tap)
		return;
	if (skb->skb_iif && ksflow_sample_is_covered(tap, skb))
		return;
	pin();
	/* Reading is all that is done with it. */
	ksflow_sample(tap, (struct sk_buff *)skb);
	unpin();
}

static unsigned int ksflow_hook_ingress(void *priv, struct sk_buff *skb,
					const struct nf_hook_state *state)
{
	const struct ksflow_sampler *sampler = priv;

	pin();
	ksflow_sample(sampler->cpu, skb);
	unpin();
	return NF_ACCEPT;
}

static __always_inline void hook_egress(const struct ksflow_sampler *sampler,
					struct sk_buff *skb)
{
	pin();
	if (!skb->skb_iif || !ksflow_sample_is_covered(sampler->cpu, skb))
		ksflow_sample(sampler->cpu, skb);
	unpin();
}

static unsigned int ksflow_hook_egress(void *priv, struct sk_buff *skb,
				       const struct nf_hook_state *state)
{
	if (likely(softirq_count())) {
		hook_egress(priv, skb);
	} else {
		/* A packet socket with PACKET_QDISC_BYPASS. */
		local_bh_disable();
		hook_egress(priv, skb);
		local_bh_enable();
	}
	return NF_ACCEPT;
}

struct tap_point {
	const char *name;
	void *probe;
	struct tracepoint *tp;
	unsigned int users;
};

static DEFINE_MUTEX(tap_lock); /* guards tap_point.users */
static struct tap_point tap_points[KSFLOW_WAYS] = {
	[KSFLOW_IN] = { "netif_receive_skb", ksflow_probe_receive },
	[KSFLOW_OUT] = { "net_dev_start_xmit", ksflow_probe_xmit },
};

static int point_get(struct tap_point *point)
{
	int err = 0;

	mutex_lock(&tap_lock);
	if (!point->users)
		err = tracepoint_probe_register(point->tp, point->probe, NULL);
	if (!err)
		point->users++;
	mutex_unlock(&tap_lock);
	return err;
}

static void point_put(struct tap_point *point)
{
	mutex_lock(&tap_lock);
	if (!--point->users)
		tracepoint_probe_unregister(point->tp, point->probe, NULL);
	mutex_unlock(&tap_lock);
}

static int hook_start(struct ksflow_sampler *sampler)
{
	bool is_in = sampler->way == KSFLOW_IN;
	struct nf_hook_ops *ops = &sampler->ops;

	ops->hook = is_in ? ksflow_hook_ingress : ksflow_hook_egress;
	ops->dev = sampler->device->dev;
	ops->priv = sampler;
	ops->pf = NFPROTO_NETDEV;
	ops->hooknum = is_in ? NF_NETDEV_INGRESS : KSFLOW_NF_EGRESS;
	/* Before any rule can drop the packet; at egress after them all. */
	ops->priority = is_in ? INT_MIN : INT_MAX;
	return nf_register_net_hook(sampler->device->kn->net, ops);
}

/**
 * ksflow_tap_start - let packets reach a sampler
 * @sampler: complete but for this
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -errno.
 */
int ksflow_tap_start(struct ksflow_sampler *sampler)
{
	int err;

	if (sampler->tap == KSFLOW_TAP_NETFILTER)
		return hook_start(sampler);
	err = point_get(&tap_points[sampler->way]);
	if (err)
		return err;
	ksflow_device_publish(sampler->device, sampler->way, sampler->cpu);
	return 0;
}

/**
 * ksflow_tap_stop - no new packet will reach a sampler
 * @sampler: started
 *
 * Packets under way still may, until the next grace period.
 *
 * Context: process; ksflow_net.lock; before the device leaves its namespace.
 */
void ksflow_tap_stop(struct ksflow_sampler *sampler)
{
	if (sampler->tap == KSFLOW_TAP_NETFILTER) {
		nf_unregister_net_hook(sampler->device->kn->net, &sampler->ops);
		return;
	}
	ksflow_device_publish(sampler->device, sampler->way, NULL);
	point_put(&tap_points[sampler->way]);
}

static void tap_find(struct tracepoint *tp, void *unused)
{
	unsigned int way;

	for (way = 0; way < KSFLOW_WAYS; way++)
		if (!strcmp(tp->name, tap_points[way].name))
			tap_points[way].tp = tp;
}

/**
 * ksflow_tap_init - find the tracepoints
 * Return: 0, or -ENOENT with a line in the log.
 */
int ksflow_tap_init(void)
{
	unsigned int way;

	check_trace_callback_type_netif_receive_skb(ksflow_probe_receive);
	check_trace_callback_type_net_dev_start_xmit(ksflow_probe_xmit);

	for_each_kernel_tracepoint(tap_find, NULL);
	for (way = 0; way < KSFLOW_WAYS; way++) {
		if (!tap_points[way].tp) {
			pr_err("ksflow: this kernel has no tracepoint %s\n",
			       tap_points[way].name);
			return -ENOENT;
		}
	}
	return 0;
}

/** ksflow_tap_exit - wait for the last probe to leave our code */
void ksflow_tap_exit(void)
{
	tracepoint_synchronize_unregister();
}
