// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Packets that the kernel drops: counted by call site and reason and by data
 * source, and, within a limit, written down. The tracepoint is global and the
 * packet may be in any state: its namespace is found first, and nothing of it
 * is followed that may be garbage.
 */
#include "drop.h"

#include <linux/jiffies.h>
#include <linux/nsproxy.h>
#include <linux/percpu.h>
#include <linux/slab.h>
#include <linux/tracepoint.h>
#include <net/sock.h>
#include <trace/events/skb.h>

#include "compat/compat.h"
#include "device.h"
#include "hwdrop.h"
#include "net.h"
#include "probe.h"
#include "record.h"

/* Sub-jiffy resolution of the limiter: 10^9 records a second at any HZ. */
#define JIFFY_SHIFT	24

/* Tries to take a token while other CPUs do. */
#define TAKE_TRIES	16

/* Drops of no namespace that could be told, and of sockets of no network. */
static DEFINE_PER_CPU(u64, ksflow_drop_unknowns);

static __always_inline u64 now_fixed(void)
{
	return get_jiffies_64() << JIFFY_SHIFT;
}

/* Reads one line that only a record writes. */
static __always_inline bool is_exhausted(const struct ksflow_drop *drop)
{
	return atomic64_read(&drop->free_at) > (s64)now_fixed();
}

/*
 * The generic cell rate algorithm (ITU-T I.371) in one word: the time from
 * which on the next record conforms.
 */
static bool take_token(struct ksflow_drop *drop)
{
	s64 interval = READ_ONCE(drop->interval);
	s64 tolerance = READ_ONCE(drop->tolerance);
	s64 free_at, due, now = now_fixed();
	int i;

	if (!interval)
		return true;
	for (i = 0; i < TAKE_TRIES; i++) {
		free_at = atomic64_read(&drop->free_at);
		if (free_at > now)
			return false;
		due = max(free_at + tolerance, now) + interval;
		if (atomic64_cmpxchg(&drop->free_at, free_at,
				     due - tolerance) == free_at)
			return true;
	}
	return false;
}

/**
 * ksflow_drop_source - counters of a data source on this CPU
 * @cpu: of the namespace
 * @device: the source, or NULL for no known interface
 *
 * Context: any; interrupts off.
 */
struct ksflow_drop_source *
ksflow_drop_source(struct ksflow_drop_cpu *cpu,
		   const struct ksflow_device *device)
{
	return device ? raw_cpu_ptr(device->drops_by_cpu) : &cpu->none;
}

/**
 * ksflow_drop_report - a drop that is counted: is it written down?
 * @event: the drop
 * @cpu: counters of its namespace on this CPU
 * @source: counters of its data source on this CPU
 * @skb: the packet
 *
 * Context: any but NMI; interrupts off.
 */
noinline void ksflow_drop_report(const struct ksflow_drop_event *event,
				 struct ksflow_drop_cpu *cpu,
				 struct ksflow_drop_source *source,
				 struct sk_buff *skb)
{
	struct ksflow_drop *drop = &event->kn->drop;
	const struct ksflow_own_list *own;
	struct ksflow_layout layout;

	ksflow_record_locate(skb, event->device, &layout);
	own = rcu_dereference_raw(drop->own);
	if (own && layout.has_ip && ksflow_own_matches(own, skb, layout.ip)) {
		source->quiet++;
		cpu->own++;
		return;
	}
	if (!take_token(drop)) {
		source->limited++;
		return;
	}
	source->selected++;
	if (!ksflow_record_drop(event, skb, &layout))
		source->lost++;
}

/* Where a packet on a device of its own namespace came in, and whether it was
 * on its way out.
 */
static struct ksflow_device *came_in(struct ksflow_device *device,
				     const struct sk_buff *skb, bool *is_out)
{
	u32 iif = skb->skb_iif;

	*is_out = false;
	if (iif == device->ifindex)
		return device;
	if (iif) {
		*is_out = true;
		return xa_load(&device->kn->by_ifindex, iif);
	}
	/*
	 * Not received yet, or our own: what a driver hands up has its header
	 * behind it.
	 */
	*is_out = (skb->sk && skb->destructor) ||
		  !skb_mac_header_was_set(skb) || skb_mac_offset(skb) >= 0;
	return *is_out ? NULL : device;
}

static bool is_network(const struct sock *sk)
{
	return sk->sk_family == AF_INET || sk->sk_family == AF_INET6 ||
	       sk->sk_family == AF_PACKET;
}

/*
 * Not on a live device: skb->dev is not set yet, or not any more, or it is
 * another member of its union. The socket knows the namespace.
 */
static noinline bool find_by_socket(struct ksflow_drop_event *event,
				    const struct sk_buff *skb,
				    const struct sock *rx_sk)
{
	const struct ksflow_slot *place;
	const struct dst_entry *dst;
	const struct sock *sk = NULL;

	/* Without a destructor skb->sk may be another member of its union. */
	if (skb->sk && skb->destructor && is_network(skb->sk))
		sk = skb->sk;
	else if (!rx_sk || !is_network(rx_sk))
		return false;
	event->kn = ksflow_net(sock_net(sk ?: rx_sk));
	if (!event->kn)
		return false;
	event->is_out = sk && !skb->skb_iif;
	if (!event->is_out) {
		event->source = xa_load(&event->kn->by_ifindex, skb->skb_iif);
		return true;
	}
	dst = skb_dst(skb);
	place = dst && dst->dev ? ksflow_device_find(dst->dev) : NULL;
	if (place && place->device->kn == event->kn)
		event->device = place->device;
	return true;
}

/*
 * Nor a socket: a received packet that a system call finds in its socket's
 * queue and throws away, for its checksum above all, which UDP looks at no
 * earlier where a datagram is longer than 68 bytes. The socket is one of the
 * task's own, which is to say of its namespace, as good as always.
 */
static noinline bool find_by_task(struct ksflow_drop_event *event,
				  const struct sk_buff *skb)
{
	if (!in_task() || current->flags & PF_KTHREAD || !current->nsproxy ||
	    !skb->skb_iif || (skb->protocol != htons(ETH_P_IP) &&
			      skb->protocol != htons(ETH_P_IPV6)))
		return false;
	event->kn = ksflow_net(current->nsproxy->net_ns);
	if (!event->kn)
		return false;
	event->source = xa_load(&event->kn->by_ifindex, skb->skb_iif);
	return true;
}

/*
 * A place of its own for each site and reason. New ones are judged by the
 * reason's number here and by the names when a record of theirs comes to the
 * worker.
 */
static noinline struct ksflow_drop_slot *
slot_get(struct ksflow_drop *drop, struct ksflow_drop_cpu *cpu, u32 at,
	 unsigned long site, u32 reason)
{
	struct ksflow_drop_slot *slot;
	u32 i;

	for (i = 0; i < KSFLOW_DROP_SLOTS; i++) {
		slot = &cpu->slot[(at + i) % KSFLOW_DROP_SLOTS];
		if (slot->site == site && slot->reason == reason)
			return slot;
		if (slot->site)
			continue;
		slot->reason = reason;
		slot->verdict = reason < KSFLOW_REASON_CORE_MAX &&
				test_bit(reason, drop->hidden) ?
				KSFLOW_DROP_IS_HIDDEN : 0;
		/* Pairs with those who read slots of other CPUs. */
		smp_store_release(&slot->site, site);
		return slot;
	}
	return NULL;
}

static __always_inline u32 slot_hash(unsigned long site, u32 reason)
{
	BUILD_BUG_ON(KSFLOW_DROP_SLOTS != 1 << 8);
	return (((u32)site + reason) * 0x61C88647U) >> 24;
}

/* Any packet, and any that makes a record. */
static void drop_far(struct sk_buff *skb, unsigned long site, u32 reason,
		     const struct sock *rx_sk)
{
	const struct net_device *dev = skb->dev;
	const struct ksflow_slot *place = dev ? ksflow_device_find(dev) : NULL;
	struct ksflow_drop_event event = { .site = site, .reason = reason };
	struct ksflow_drop_cpu __percpu *counters;
	struct ksflow_drop_source *source;
	struct ksflow_drop_slot *slot;
	struct ksflow_drop_cpu *cpu;
	struct ksflow_drop *drop;
	u32 at;

	if (place) {
		event.device = place->device;
		event.kn = event.device->kn;
		event.source = came_in(event.device, skb, &event.is_out);
	} else if (!find_by_socket(&event, skb, rx_sk) &&
		   !find_by_task(&event, skb)) {
		raw_cpu_inc(ksflow_drop_unknowns);
		return;
	}
	drop = &event.kn->drop;
	counters = READ_ONCE(drop->sw);
	if (!counters)
		return;
	cpu = raw_cpu_ptr(counters);
	source = ksflow_drop_source(cpu, event.source);
	at = slot_hash(site, reason);
	slot = &cpu->slot[at];
	if (unlikely(slot->site != site || slot->reason != reason))
		slot = slot_get(drop, cpu, at, site, reason);
	event.slot = slot;
	if (slot)
		slot->packets++;
	else
		cpu->other++;
	if (slot && slot->verdict & KSFLOW_DROP_IS_HIDDEN) {
		source->quiet++;
		cpu->hidden++;
	} else if (!smp_load_acquire(&drop->is_on)) {
		source->quiet++;
	} else {
		ksflow_drop_report(&event, cpu, source, skb);
	}
}

/*
 * A received packet, at a call site known for its reason, that makes no
 * record. This way is short since it calls nothing, and it needs interrupts
 * on: each counter is one instruction.
 *
 * Return: false: not such a packet; nothing is counted.
 */
static __always_inline bool drop_near(struct sk_buff *skb, unsigned long site,
				      u32 reason)
{
	const struct net_device *dev = skb->dev;
	const struct ksflow_slot *place = ksflow_device_first(dev);
	struct ksflow_drop_slot __percpu *slot;
	struct ksflow_drop_cpu __percpu *counters;
	const struct ksflow_device *device;
	const struct ksflow_drop *drop;

	if (unlikely(place->dev != dev))
		return false;
	/*
	 * A free place has one that no packet came in through, and so has one
	 * whose key is seen before its device.
	 */
	device = place->device;
	if (unlikely(skb->skb_iif != device->ifindex))
		return false;
	drop = &device->kn->drop;
	counters = READ_ONCE(drop->sw);
	if (!counters)
		return true;
	slot = &counters->slot[slot_hash(site, reason)];
	if (unlikely(raw_cpu_read(slot->site) != site ||
		     raw_cpu_read(slot->reason) != reason))
		return false;
	if (unlikely(raw_cpu_read(slot->verdict) & KSFLOW_DROP_IS_HIDDEN)) {
		this_cpu_inc(device->drops_by_cpu->quiet);
		this_cpu_inc(counters->hidden);
		this_cpu_inc(slot->packets);
		return true;
	}
	/*
	 * One look: the compiler has no reason for a second one. Whoever goes
	 * on to a record looks again.
	 */
	if (likely(data_race(drop->is_on))) {
		if (unlikely(!is_exhausted(drop)))
			return false;
		this_cpu_inc(device->drops_by_cpu->limited);
	} else {
		this_cpu_inc(device->drops_by_cpu->quiet);
	}
	this_cpu_inc(slot->packets);
	return true;
}

/* With the arguments where the probe has them: it need not move them. */
static noinline __noclone void drop_slow(void *unused, struct sk_buff *skb,
			       unsigned long site, u32 reason,
			       const struct sock *rx_sk)
{
	unsigned long flags;

	local_irq_save(flags);
	/* For skb_dst(), which asks for it by name. */
	rcu_read_lock();
	drop_far(skb, site, reason, rx_sk);
	rcu_read_unlock();
	local_irq_restore(flags);
}

static __always_inline void drop_any(void *unused, struct sk_buff *skb,
				     unsigned long site, u32 reason,
				     const struct sock *rx_sk)
{
	bool is_done;

	ksflow_probe_pin();
	is_done = drop_near(skb, site, reason);
	ksflow_probe_unpin();
	if (!is_done)
		drop_slow(NULL, skb, site, reason, rx_sk);
}

KSFLOW_DROP_PROBE(ksflow_probe_drop, drop_any)

/** ksflow_drop_unknown - drops whose namespace could not be told */
u64 ksflow_drop_unknown(void)
{
	u64 sum = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		sum += READ_ONCE(per_cpu(ksflow_drop_unknowns, cpu));
	return sum;
}

/* A device's drops are those of no known interface until it has its own. */
static struct ksflow_drop_source __percpu *
common(const struct ksflow_drop *drop)
{
	/* A device that has these is known by it, also while @cpu is NULL. */
	BUILD_BUG_ON(offsetof(struct ksflow_drop_cpu, none));
	return drop->cpu ? &drop->cpu->none : NULL;
}

/* Or it has none at all: memory ran out on the way. */
static bool is_lent(const struct ksflow_device *device)
{
	return !device->drops_by_cpu ||
	       device->drops_by_cpu == common(&device->kn->drop);
}

/**
 * ksflow_drop_lend - give a device counters, if its namespace has any
 * @device: new, or of a namespace that has counters from now on
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_drop_lend(struct ksflow_device *device)
{
	if (!device->drops_by_cpu)
		WRITE_ONCE(device->drops_by_cpu, common(&device->kn->drop));
}

static void add_source(struct ksflow_drop_source *sum,
		       const struct ksflow_drop_source *part)
{
	sum->quiet += READ_ONCE(part->quiet);
	sum->limited += READ_ONCE(part->limited);
	sum->selected += READ_ONCE(part->selected);
	sum->lost += READ_ONCE(part->lost);
}

/**
 * ksflow_drop_sum - what was dropped of one data source
 * @drop: of its namespace
 * @device: the source, or NULL for packets of no known interface
 * @sum: gets it
 *
 * Context: any; @device cannot go.
 */
void ksflow_drop_sum(const struct ksflow_drop *drop,
		     const struct ksflow_device *device,
		     struct ksflow_drop_source *sum)
{
	int cpu;

	memset(sum, 0, sizeof(*sum));
	if (!drop->cpu || (device && is_lent(device)))
		return;
	for_each_possible_cpu(cpu)
		add_source(sum, device ?
			   per_cpu_ptr(device->drops_by_cpu, cpu) :
			   &per_cpu_ptr(drop->cpu, cpu)->none);
}

/**
 * ksflow_drop_retire - a device is gone: its drops are the namespace's
 * @device: removed; no ring names it
 *
 * Context: process; the relay's lock.
 */
void ksflow_drop_retire(struct ksflow_device *device)
{
	struct ksflow_drop_source sum;

	ksflow_drop_sum(&device->kn->drop, device, &sum);
	add_source(&device->kn->drop.gone, &sum);
	if (!is_lent(device))
		free_percpu(device->drops_by_cpu);
}

/* ---- settings ---------------------------------------------------------- */

static void judge(const struct ksflow_drop *drop,
		  struct ksflow_drop_slot *slot, unsigned long site)
{
	bool is_hidden = ksflow_reason_is_hidden(drop->hide, site,
						 slot->reason);

	WRITE_ONCE(slot->verdict, KSFLOW_DROP_IS_JUDGED |
				  (is_hidden ? KSFLOW_DROP_IS_HIDDEN : 0));
}

static void judge_all(struct ksflow_drop *drop)
{
	u32 i;
	int cpu;

	for (i = 0; ksflow_reason_are_named() &&
		    i < KSFLOW_REASON_CORE_MAX; i++) {
		if (ksflow_reason_is_hidden(drop->hide, 0, i))
			set_bit(i, drop->hidden);
		else
			clear_bit(i, drop->hidden);
	}
	for_each_possible_cpu(cpu) {
		for (i = 0; i < KSFLOW_DROP_SLOTS; i++) {
			struct ksflow_drop_slot *slot =
				&per_cpu_ptr(drop->cpu, cpu)->slot[i];
			unsigned long site = smp_load_acquire(&slot->site);

			if (site)
				judge(drop, slot, site);
		}
		cond_resched();
	}
}

static void hide_apply(struct ksflow_net *kn, const struct ksflow_hide *hide)
{
	struct ksflow_drop *drop = &kn->drop;

	mutex_lock(&kn->relay.lock);
	if (!drop->is_judged || drop->hide->count != hide->count ||
	    memcmp(drop->hide->entry, hide->entry,
		   hide->count * sizeof(hide->entry[0]))) {
		*drop->hide = *hide;
		judge_all(drop);
		drop->is_judged = true;
	}
	mutex_unlock(&kn->relay.lock);
}

/**
 * ksflow_drop_is_hidden - is a record one of those that are not to be seen?
 * @drop: of its namespace
 * @slot: of the record, or NULL
 *
 * The first records of a call site come this far before its name is known.
 *
 * Context: process; the relay's lock.
 */
bool ksflow_drop_is_hidden(struct ksflow_drop *drop,
			   struct ksflow_drop_slot *slot)
{
	if (!slot)
		return false;
	if (!(READ_ONCE(slot->verdict) & KSFLOW_DROP_IS_JUDGED))
		judge(drop, slot, slot->site);
	return READ_ONCE(slot->verdict) & KSFLOW_DROP_IS_HIDDEN;
}

static struct ksflow_probe drop_probe = {
	.name = "kfree_skb",
	.fn = ksflow_probe_drop,
};

static int probe_set(struct ksflow_drop *drop, bool is_wanted)
{
	int err = 0;

	if (!drop->sw == !is_wanted)
		return 0;
	if (is_wanted)
		err = ksflow_probe_get(&drop_probe);
	else
		ksflow_probe_put(&drop_probe);
	if (!err)
		smp_store_release(&drop->sw, is_wanted ? drop->cpu : NULL);
	return err;
}

static int counters_alloc(struct ksflow_net *kn)
{
	struct ksflow_drop *drop = &kn->drop;
	struct ksflow_device *device;

	if (!drop->cpu)
		drop->cpu = alloc_percpu_gfp(struct ksflow_drop_cpu,
					     KSFLOW_GFP | __GFP_ZERO);
	if (!drop->traps)
		drop->traps = kcalloc(KSFLOW_TRAPS_MAX, sizeof(*drop->traps),
				      KSFLOW_GFP);
	if (!drop->hide)
		drop->hide = kzalloc(sizeof(*drop->hide), KSFLOW_GFP);
	if (!drop->cpu || !drop->traps || !drop->hide)
		return -ENOMEM;
	list_for_each_entry(device, &kn->devices, list) {
		struct ksflow_drop_source __percpu *drops;

		ksflow_drop_lend(device);
		if (!is_lent(device))
			continue;
		drops = alloc_percpu_gfp(struct ksflow_drop_source,
					 KSFLOW_GFP | __GFP_ZERO);
		if (!drops)
			return -ENOMEM;
		smp_store_release(&device->drops_by_cpu, drops);
	}
	return 0;
}

static void limiter_apply(struct ksflow_drop *drop,
			  const struct ksflow_drop_settings *settings)
{
	u64 interval = 0, tolerance = 0;
	u32 limit = settings->limit.value;
	u32 burst = settings->burst.value ?: limit;

	if (limit) {
		interval = div_u64((u64)HZ << JIFFY_SHIFT, limit) ?: 1;
		/* A jiffy at least: else each record waits for the next one. */
		tolerance = clamp_t(u64, interval * (burst - 1),
				    1ULL << JIFFY_SHIFT, S64_MAX / 4);
	}
	if (drop->interval == interval && drop->tolerance == tolerance)
		return;
	WRITE_ONCE(drop->interval, interval);
	WRITE_ONCE(drop->tolerance, tolerance);
	/* What an old limit let through is not held against the new one. */
	atomic64_set(&drop->free_at, (s64)(now_fixed() - tolerance));
}

/**
 * ksflow_drop_pause - make no records until ksflow_drop_apply()
 * @kn: the namespace
 *
 * Context: process; ksflow_net.lock. The rings may go one grace period later.
 */
void ksflow_drop_pause(struct ksflow_net *kn)
{
	WRITE_ONCE(kn->drop.is_on, false);
}

/**
 * ksflow_drop_apply - bring what the layers say of drops into force
 * @kn: the namespace
 * @is_wanted: somebody reads drops in it, and there are rings
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -errno; then it is to be tried again.
 */
int ksflow_drop_apply(struct ksflow_net *kn, bool is_wanted)
{
	struct ksflow_drop *drop = &kn->drop;
	struct ksflow_drop_settings settings;
	bool is_counting;
	int err;

	ksflow_config_drop(&kn->config, &settings);
	is_counting = settings.state.value != KSFLOW_DROP_OFF;
	if (!is_counting) {
		WRITE_ONCE(drop->is_on, false);
		ksflow_hwdrop_set(drop, false);
		return probe_set(drop, false);
	}
	err = counters_alloc(kn) ?:
	      ksflow_own_apply(&drop->own,
			       kn->config.layer[KSFLOW_LAYER_DAEMON]);
	if (err)
		return err;
	limiter_apply(drop, &settings);
	hide_apply(kn, settings.hide);
	/* The rings are there. */
	smp_store_release(&drop->is_on,
			  is_wanted && settings.state.value == KSFLOW_DROP_ON);
	return probe_set(drop, settings.sw.value) ?:
	       ksflow_hwdrop_set(drop, settings.hw.value);
}

/** ksflow_drop_net_init - nothing is captured, nothing allocated */
void ksflow_drop_net_init(struct ksflow_net *kn)
{
	raw_spin_lock_init(&kn->drop.traps_lock);
	atomic64_set(&kn->drop.free_at, 0);
}

/**
 * ksflow_drop_net_stop - the namespace goes: capture nothing more
 * @kn: the namespace
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_drop_net_stop(struct ksflow_net *kn)
{
	ksflow_drop_pause(kn);
	probe_set(&kn->drop, false);
	ksflow_hwdrop_set(&kn->drop, false);
}

/** ksflow_drop_net_exit - free what was counted; no probe is in it any more */
void ksflow_drop_net_exit(struct ksflow_net *kn)
{
	struct ksflow_drop *drop = &kn->drop;

	free_percpu(drop->cpu);
	kfree(drop->traps);
	kfree(drop->hide);
	kfree(rcu_dereference_protected(drop->own, true));
}

/**
 * ksflow_drop_init - find the tracepoints
 * Return: 0, or -ENOENT with a line in the log.
 */
int ksflow_drop_init(void)
{
	check_trace_callback_type_kfree_skb(ksflow_probe_drop);
	if (!ksflow_probe_find(&drop_probe)) {
		pr_err("ksflow: this kernel has no tracepoint kfree_skb\n");
		return -ENOENT;
	}
	ksflow_hwdrop_init();
	return 0;
}

/**
 * ksflow_drop_stop - no probe is in our code any more, or will be
 *
 * A preempted one may not have looked for its namespace yet: this comes
 * before the namespaces' state goes.
 */
void ksflow_drop_stop(void)
{
	ksflow_probe_stop(&drop_probe);
	ksflow_hwdrop_stop();
	tracepoint_synchronize_unregister();
}
