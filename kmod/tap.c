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
#include "delay.h"
#include "device.h"
#include "net.h"
#include "sample.h"

/*
 * What the tracepoints see: the sampled devices of one direction and nothing
 * else, so that a packet of another device ends at the first look. A table is
 * complete when it is published. Later a place may get another sampler of its
 * device, or lose its device; that is one word, and either value is valid.
 */
struct tap_slot {
	const struct net_device *dev;
	struct ksflow_sampler_cpu __percpu *cpu;
};

struct tap_table {
	u32 byte_mask;
	struct rcu_head rcu;
	struct tap_slot slot[];
};

#define SLOT_GONE	((const struct net_device *)ERR_PTR(-ENODEV))
#define SLOTS_MAX	65536U	/* what the hash can tell apart */

static struct tap_table __rcu *tap_tables[KSFLOW_WAYS];

/* From hash to byte offset in one shift: upper bits, in steps of a slot. */
static __always_inline struct tap_slot *
first_slot(const struct tap_table *table, const struct net_device *dev)
{
	const int shift = 16 - ilog2(sizeof(struct tap_slot));
	u32 offset = ksflow_device_hash(dev) >> shift;

	return (void *)table->slot + (offset & table->byte_mask);
}

static struct tap_slot *next_slot(const struct tap_table *table,
				  const struct tap_slot *slot)
{
	size_t offset = (void *)(slot + 1) - (void *)table->slot;

	return (void *)table->slot + (offset & table->byte_mask);
}

static struct tap_slot *find_slot(const struct tap_table *table,
				  const struct net_device *dev)
{
	struct tap_slot *slot = first_slot(table, dev);

	while (READ_ONCE(slot->dev) != dev) {
		if (!slot->dev)
			return NULL;
		slot = next_slot(table, slot);
	}
	return slot;
}

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

static __always_inline void
count_receive(struct ksflow_sampler_cpu __percpu *cpu, struct sk_buff *skb)
{
	if (unlikely(ksflow_skb_is_reinjected(skb)))
		return;
	pin();
	ksflow_sample(cpu, skb);
	unpin();
}

static noinline void receive_far(const struct tap_table *table,
				 struct sk_buff *skb)
{
	const struct tap_slot *slot = find_slot(table, skb->dev);

	if (slot)
		count_receive(slot->cpu, skb);
}

/*
 * Top of __netif_receive_skb_core(): softirq or bottom halves off, RCU.
 *
 * notrace here and below: a tracer's NOP is one of two dozen instructions.
 */
static __always_inline void receive(struct sk_buff *skb)
{
	const struct tap_table *table =
		rcu_dereference_raw(tap_tables[KSFLOW_IN]);
	const struct tap_slot *slot = first_slot(table, skb->dev);

	if (likely(data_race(slot->dev) == skb->dev))
		count_receive(slot->cpu, skb);
	else if (READ_ONCE(slot->dev))
		receive_far(table, skb);
}

static notrace void ksflow_probe_receive(void *unused, struct sk_buff *skb)
{
	receive(skb);
}

static noinline void receive_reused(struct sk_buff *skb)
{
	ksflow_delay_reuse(skb);
	receive(skb);
}

/* Instead of it, while packets are followed to where they leave. */
static notrace void ksflow_probe_receive_delay(void *unused,
					       struct sk_buff *skb)
{
	if (ksflow_delay_is_followed(skb)) {
		receive_reused(skb);
		return;
	}
	receive(skb);
}

static noinline void
count_forwarded(struct ksflow_sampler_cpu __percpu *cpu, struct sk_buff *skb)
{
	if (ksflow_sample_is_covered(cpu, skb))
		return;
	pin();
	ksflow_sample(cpu, skb);
	unpin();
}

static __always_inline void
count_xmit(struct ksflow_sampler_cpu __percpu *cpu, struct sk_buff *skb)
{
	if (skb->skb_iif) {
		count_forwarded(cpu, skb);
		return;
	}
	pin();
	ksflow_sample(cpu, skb);
	unpin();
}

static noinline void xmit_far(const struct tap_table *table,
			      struct sk_buff *skb, const struct net_device *dev)
{
	const struct tap_slot *slot = find_slot(table, dev);

	if (slot)
		count_xmit(slot->cpu, skb);
}

/*
 * In xmit_one(), under the queue's lock: bottom halves off, RCU. The packet is
 * const since nothing but reading is done with it.
 */
static __always_inline void xmit(const struct sk_buff *skb,
				 const struct net_device *dev)
{
	const struct tap_table *table =
		rcu_dereference_raw(tap_tables[KSFLOW_OUT]);
	const struct tap_slot *slot = first_slot(table, dev);

	if (likely(data_race(slot->dev) == dev))
		count_xmit(slot->cpu, (struct sk_buff *)skb);
	else if (READ_ONCE(slot->dev))
		xmit_far(table, (struct sk_buff *)skb, dev);
}

static notrace void ksflow_probe_xmit(void *unused, const struct sk_buff *skb,
				      const struct net_device *dev)
{
	xmit(skb, dev);
}

/*
 * With the probe's own arguments, where they are: moving one costs every packet
 * an instruction. __used: the compiler is to leave them alone.
 */
static noinline __used void
xmit_followed(void *unused, const struct sk_buff *skb,
	      const struct net_device *dev)
{
	ksflow_delay_leave(skb, dev);
	xmit(skb, dev);
}

static notrace void ksflow_probe_xmit_delay(void *unused,
					    const struct sk_buff *skb,
					    const struct net_device *dev)
{
	if (ksflow_delay_is_followed(skb)) {
		xmit_followed(unused, skb, dev);
		return;
	}
	xmit(skb, dev);
}

static notrace unsigned int
ksflow_hook_ingress(void *priv, struct sk_buff *skb,
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
	ksflow_sample(sampler->cpu, skb);
	unpin();
}

static notrace unsigned int
ksflow_hook_egress(void *priv, struct sk_buff *skb,
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

/* The same with direction once: not what came in through a sampled device. */
static notrace unsigned int
ksflow_hook_once(void *priv, struct sk_buff *skb,
		 const struct nf_hook_state *state)
{
	const struct ksflow_sampler *sampler = priv;

	if (skb->skb_iif && ksflow_sample_is_covered(sampler->cpu, skb))
		return NF_ACCEPT;
	return ksflow_hook_egress(priv, skb, state);
}

/* Where packets are followed and none is a candidate. */
static notrace void ksflow_probe_receive_only_delay(void *unused,
						    struct sk_buff *skb)
{
	if (ksflow_delay_is_followed(skb))
		ksflow_delay_reuse(skb);
}

static notrace void ksflow_probe_xmit_only_delay(void *unused,
						 const struct sk_buff *skb,
						 const struct net_device *dev)
{
	if (ksflow_delay_is_followed(skb))
		ksflow_delay_leave(skb, dev);
}

static notrace void ksflow_probe_receive_idle(void *unused,
					      struct sk_buff *skb)
{
}

static notrace void ksflow_probe_xmit_idle(void *unused,
					   const struct sk_buff *skb,
					   const struct net_device *dev)
{
}

/**
 * struct tap_point - a tracepoint
 * @name: of it
 * @probe: with samplers or without, and packets that are followed or none
 * @idle: one that does nothing, beside them
 * @tp: found by its name
 * @samplers: whose packets come by it
 * @count: of them
 * @registered: the probe in place, or NULL
 * @is_stale: its table is to be built again
 */
struct tap_point {
	const char *name;
	void *probe[2][2];
	void *idle;
	struct tracepoint *tp;
	struct list_head samplers;
	u32 count;
	void *registered;
	bool is_stale;
};

/* Guards tap_points, tap_follows and who may write tap_tables. */
static DEFINE_MUTEX(tap_lock);
static struct tap_point tap_points[KSFLOW_WAYS] = {
	[KSFLOW_IN] = {
		.name = "netif_receive_skb",
		.probe = { { NULL, ksflow_probe_receive_only_delay },
			   { ksflow_probe_receive,
			     ksflow_probe_receive_delay } },
		.idle = ksflow_probe_receive_idle,
	},
	[KSFLOW_OUT] = {
		.name = "net_dev_start_xmit",
		.probe = { { NULL, ksflow_probe_xmit_only_delay },
			   { ksflow_probe_xmit, ksflow_probe_xmit_delay } },
		.idle = ksflow_probe_xmit_idle,
	},
};
static u32 tap_follows; /* namespaces that follow packets */
static char tap_idle[2];

static struct tap_table *table_of(unsigned int way)
{
	return rcu_dereference_protected(tap_tables[way],
					 lockdep_is_held(&tap_lock));
}

/* A quarter full at most: nearly every look ends at the first place. */
static struct tap_table *table_build(const struct tap_point *point)
{
	u32 slots = clamp_t(u32, roundup_pow_of_two(4 * (point->count + 1)), 64,
			    SLOTS_MAX);
	const struct ksflow_sampler *sampler;
	struct tap_table *table;
	struct tap_slot *slot;

	if (point->count >= SLOTS_MAX / 2)
		return NULL;
	table = kvzalloc(struct_size(table, slot, slots),
			 GFP_KERNEL | __GFP_NOWARN);
	if (!table)
		return NULL;
	table->byte_mask = (slots - 1) * sizeof(*slot);
	list_for_each_entry(sampler, &point->samplers, tap_list) {
		slot = first_slot(table, sampler->device->dev);
		while (slot->dev)
			slot = next_slot(table, slot);
		slot->dev = sampler->device->dev;
		slot->cpu = sampler->cpu;
	}
	return table;
}

/* Two that do nothing: tracepoints tell them apart by their data. */
static int idle_register(const struct tap_point *point)
{
	int err;

	err = tracepoint_probe_register(point->tp, point->idle, &tap_idle[0]);
	if (err)
		return err;
	err = tracepoint_probe_register(point->tp, point->idle, &tap_idle[1]);
	if (err)
		tracepoint_probe_unregister(point->tp, point->idle,
					    &tap_idle[0]);
	return err;
}

static void idle_unregister(const struct tap_point *point)
{
	tracepoint_probe_unregister(point->tp, point->idle, &tap_idle[1]);
	tracepoint_probe_unregister(point->tp, point->idle, &tap_idle[0]);
}

/*
 * One probe goes before the other comes: no packet is a candidate twice. A
 * tracepoint's first probe, and the last but one to go, wait for a grace period
 * before all is in place (7b40066c97ec, 231264d6927f), in which nobody would
 * be sampled; where others stay it is a matter of two pointers.
 */
static int point_exchange(struct tap_point *point, void *wanted)
{
	int err;

	err = idle_register(point);
	if (err)
		return err;
	tracepoint_probe_unregister(point->tp, point->registered, NULL);
	err = tracepoint_probe_register(point->tp, wanted, NULL);
	point->registered = err ? NULL : wanted;
	idle_unregister(point);
	return err;
}

static int point_register(struct tap_point *point)
{
	void *wanted = point->probe[!!point->count][!!tap_follows];
	int err = 0;

	if (point->registered == wanted)
		return 0;
	if (point->registered && wanted)
		return point_exchange(point, wanted);
	if (point->registered)
		tracepoint_probe_unregister(point->tp, point->registered, NULL);
	if (wanted)
		err = tracepoint_probe_register(point->tp, wanted, NULL);
	point->registered = err ? NULL : wanted;
	return err;
}

static int point_publish(unsigned int way)
{
	struct tap_point *point = &tap_points[way];
	struct tap_table *old = table_of(way), *new;

	if (point->is_stale) {
		new = table_build(point);
		if (!new)
			return -ENOMEM;
		rcu_assign_pointer(tap_tables[way], new);
		kvfree_rcu(old, rcu);
		point->is_stale = false;
	}
	return point_register(point);
}

/**
 * ksflow_tap_publish - let the tracepoints see all samplers started
 *
 * Context: process; ends a round of ksflow_tap_start() and ksflow_tap_stop().
 * Return: 0 or -errno; then those started in this round see nothing yet.
 */
int ksflow_tap_publish(void)
{
	unsigned int way;
	int err = 0;

	mutex_lock(&tap_lock);
	for (way = 0; way < KSFLOW_WAYS; way++)
		err = point_publish(way) ?: err;
	mutex_unlock(&tap_lock);
	return err;
}

static void point_add(struct ksflow_sampler *sampler)
{
	struct tap_point *point = &tap_points[sampler->way];
	struct tap_slot *slot;

	mutex_lock(&tap_lock);
	list_add_tail(&sampler->tap_list, &point->samplers);
	point->count++;
	/* In place of another one of the same device, at once. */
	slot = find_slot(table_of(sampler->way), sampler->device->dev);
	if (slot)	/* Complete, for who follows it. */
		smp_store_release(&slot->cpu, sampler->cpu);
	else
		point->is_stale = true;
	mutex_unlock(&tap_lock);
}

static void point_del(struct ksflow_sampler *sampler)
{
	struct tap_point *point = &tap_points[sampler->way];
	struct tap_slot *slot;

	mutex_lock(&tap_lock);
	list_del(&sampler->tap_list);
	point->count--;
	slot = find_slot(table_of(sampler->way), sampler->device->dev);
	if (slot && slot->cpu == sampler->cpu) {
		WRITE_ONCE(slot->dev, SLOT_GONE);
		point->is_stale = true;
	}
	mutex_unlock(&tap_lock);
}

static int hook_start(struct ksflow_sampler *sampler)
{
	bool is_in = sampler->way == KSFLOW_IN;
	struct nf_hook_ops *ops = &sampler->ops;

	ops->hook = is_in ? ksflow_hook_ingress :
		    sampler->is_once ? ksflow_hook_once : ksflow_hook_egress;
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
 * At a tracepoint it takes over at once from another one of its device, else
 * it begins with ksflow_tap_publish().
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -errno.
 */
int ksflow_tap_start(struct ksflow_sampler *sampler)
{
	if (sampler->tap == KSFLOW_TAP_NETFILTER)
		return hook_start(sampler);
	point_add(sampler);
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
	if (sampler->tap == KSFLOW_TAP_NETFILTER)
		nf_unregister_net_hook(sampler->device->kn->net, &sampler->ops);
	else
		point_del(sampler);
}

/**
 * ksflow_tap_follow - look for packets that are followed, or no more
 * @is_more: one namespace more that wants it, or one less
 *
 * Context: process; takes effect with ksflow_tap_publish().
 */
void ksflow_tap_follow(bool is_more)
{
	mutex_lock(&tap_lock);
	tap_follows += is_more ? 1 : -1;
	mutex_unlock(&tap_lock);
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
	check_trace_callback_type_netif_receive_skb(ksflow_probe_receive_delay);
	check_trace_callback_type_netif_receive_skb(ksflow_probe_receive_idle);
	check_trace_callback_type_net_dev_start_xmit(ksflow_probe_xmit);
	check_trace_callback_type_net_dev_start_xmit(ksflow_probe_xmit_delay);
	check_trace_callback_type_net_dev_start_xmit(ksflow_probe_xmit_idle);

	for_each_kernel_tracepoint(tap_find, NULL);
	for (way = 0; way < KSFLOW_WAYS; way++) {
		INIT_LIST_HEAD(&tap_points[way].samplers);
		if (!tap_points[way].tp) {
			pr_err("ksflow: this kernel has no tracepoint %s\n",
			       tap_points[way].name);
			return -ENOENT;
		}
	}
	for (way = 0; way < KSFLOW_WAYS; way++)
		rcu_assign_pointer(tap_tables[way],
				   table_build(&tap_points[way]));
	if (tap_tables[KSFLOW_IN] && tap_tables[KSFLOW_OUT])
		return 0;
	ksflow_tap_exit();
	return -ENOMEM;
}

/**
 * ksflow_tap_exit - wait for the last probe to leave our code
 *
 * All samplers are stopped; their probes may still be registered when memory
 * ran out.
 */
void ksflow_tap_exit(void)
{
	unsigned int way;

	for (way = 0; way < KSFLOW_WAYS; way++)
		if (tap_points[way].registered)
			tracepoint_probe_unregister(tap_points[way].tp,
						    tap_points[way].registered,
						    NULL);
	tracepoint_synchronize_unregister();
	rcu_barrier();
	for (way = 0; way < KSFLOW_WAYS; way++)
		kvfree(rcu_dereference_protected(tap_tables[way], true));
}
