// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Which packets are chosen: a random skip counted down for each device,
 * direction and CPU. A packet that is not chosen costs one subtraction; the
 * pool needs no counter of its own, it is what was drawn less what is left.
 */
#include "sample.h"

#include <linux/if_arp.h>
#include <linux/if_bridge.h>
#include <linux/if_macvlan.h>
#include <linux/if_vlan.h>
#include <linux/prandom.h>
#include <linux/random.h>
#include <net/rtnetlink.h>

#include "compat/compat.h"
#include "net.h"
#include "record.h"
#include "relay.h"
#include "segment.h"
#include "skip.h"
#include "tap.h"

/* Draws of one super-packet; what is left of it is divided evenly. */
#define DRAWS_MAX	64

/* Looks at a countdown that another CPU is in the middle of. */
#define SEEN_TRIES	1000

/* get_random_u32() takes a lock that sleeps on PREEMPT_RT. */
static DEFINE_PER_CPU(struct rnd_state, ksflow_random);

static u32 draw(u32 rate)
{
	u32 random;

	/* There is nothing to choose from. */
	if (rate == 1)
		return 1;
	random = prandom_u32_state(this_cpu_ptr(&ksflow_random));
	return ksflow_skip_next(rate, random);
}

/* For ksflow_sampler_seen(): a new @left is seen with its @drawn. */
static __always_inline void put_skip(struct ksflow_sampler_cpu *sc, u64 drawn,
				     s32 left)
{
	WRITE_ONCE(sc->drawn, drawn);
	smp_wmb();
	WRITE_ONCE(sc->left, left);
}

/**
 * ksflow_sampler_seen - candidates that a countdown has had
 * @sc: of any CPU
 *
 * Below zero it is between the end of a skip and the next one, and @drawn may
 * be that of either; else the two belong together when @drawn has not changed
 * around @left. Tried for so long, since that CPU may not be running.
 *
 * Context: any.
 * Return: the number, a skip more at most when the tries are used up.
 */
u64 ksflow_sampler_seen(const struct ksflow_sampler_cpu *sc)
{
	unsigned int tries = SEEN_TRIES;
	u64 drawn, again;
	s32 left;

	do {
		drawn = READ_ONCE(sc->drawn);
		smp_rmb();
		left = READ_ONCE(sc->left);
		smp_rmb();
		again = READ_ONCE(sc->drawn);
		if (likely(left >= 0 && again == drawn))
			break;
		cpu_relax();
	} while (--tries);
	return again - left;
}

/**
 * ksflow_sample_hit - the countdown has run out
 * @sc: this CPU's countdown, already lowered by @segs to below zero
 * @skb: the packet
 * @segs: wire frames it stands for
 *
 * A super-packet may be hit more than once. Its last frame has a length of
 * its own, so a hit on it is a record of its own.
 *
 * Context: as ksflow_sample().
 */
noinline void ksflow_sample_hit(struct ksflow_sampler_cpu *sc,
				struct sk_buff *skb, u32 segs)
{
	struct ksflow_sampler *sampler = sc->sampler;
	u32 rate = sampler->rate, hits = 0, first = 0;
	bool is_last_hit = false;
	s32 left = sc->left;
	u64 drawn = sc->drawn;

	/* One frame, one hit: left is -1. */
	if (likely(segs == 1)) {
		u32 skip = draw(rate);

		put_skip(sc, drawn + skip, skip - 1);
		sc->selected++;
		ksflow_record_sample(sc, skb, 0, 1, 1);
		return;
	}
	/* Frame segs + left is the one hit; 0 is the first. */
	while (left < 0) {
		u32 skip, more = 0;

		if (!hits++)
			first = segs + left;
		/* Every frame: no need to walk. */
		if (rate == 1)
			more = -1 - left;
		else if (unlikely(hits >= DRAWS_MAX))
			more = (-1 - left) / rate;
		hits += more;
		drawn += (u64)more * rate;
		left += more * rate;
		if (left == -1)
			is_last_hit = true;
		skip = draw(rate);
		drawn += skip;
		left += skip;
	}
	put_skip(sc, drawn, left);
	sc->selected += hits;
	if (is_last_hit)
		hits--;
	if (hits)
		ksflow_record_sample(sc, skb, first, segs, hits);
	if (is_last_hit)
		ksflow_record_sample(sc, skb, segs - 1, segs, 1);
}

/**
 * ksflow_sample_segments - ksflow_sample() for a GRO or GSO super-packet
 * @tap: the sampler's per-CPU state
 * @skb: the packet
 *
 * Context: as ksflow_sample().
 */
noinline void ksflow_sample_segments(struct ksflow_sampler_cpu __percpu *tap,
				     struct sk_buff *skb)
{
	struct ksflow_sampler_cpu *sc = raw_cpu_ptr(tap);
	u32 segs = ksflow_segment_count(skb, sc->sampler);

	sc->left -= segs;
	if (sc->left < 0)
		ksflow_sample_hit(sc, skb, segs);
}

/**
 * ksflow_sample_is_covered - did a packet that leaves enter through a sampled
 *	device of the same namespace?
 * @tap: the egress sampler's per-CPU state
 * @skb: a packet with skb_iif set
 *
 * Context: as ksflow_sample(); RCU.
 */
noinline bool ksflow_sample_is_covered(struct ksflow_sampler_cpu __percpu *tap,
				       const struct sk_buff *skb)
{
	const struct ksflow_sampler_cpu *sc = raw_cpu_ptr(tap);

	return sc->is_once &&
	       xa_load(&sc->sampler->device->kn->covered, skb->skb_iif);
}

static struct ksflow_sampler *sampler_new(struct ksflow_device *device,
					  unsigned int way, u32 rate, u8 tap,
					  bool is_once)
{
	struct ksflow_sampler *sampler;
	int cpu;

	sampler = kzalloc(sizeof(*sampler), KSFLOW_GFP);
	if (!sampler)
		return NULL;
	sampler->device = device;
	sampler->rate = rate;
	sampler->way = way;
	sampler->tap = tap;
	sampler->is_once = is_once;
	sampler->cpu = alloc_percpu_gfp(struct ksflow_sampler_cpu,
					KSFLOW_GFP | __GFP_ZERO);
	if (!sampler->cpu) {
		kfree(sampler);
		return NULL;
	}
	for_each_possible_cpu(cpu) {
		struct ksflow_sampler_cpu *sc = per_cpu_ptr(sampler->cpu, cpu);

		sc->sampler = sampler;
		sc->is_once = is_once;
		sc->left = ksflow_skip_first(rate, get_random_u32(),
					     get_random_u32()) - 1;
		sc->drawn = sc->left;
	}
	return sampler;
}

/*
 * Put @new, or NULL, in place of a device's sampler. At a tracepoint one takes
 * over from the other and no packet is missed; a netfilter hook has to go
 * before the next one comes, or packets would be counted twice. At egress those
 * in the qdisc are, all the same, when the tap goes from hook to tracepoint.
 */
static int sampler_swap(struct ksflow_device *device, unsigned int way,
			struct ksflow_sampler *new)
{
	struct ksflow_sampler *old = device->sampler[way];
	bool is_seamless = new && new->tap == KSFLOW_TAP_TRACEPOINT;
	int err = 0;

	lockdep_assert_held(&device->kn->lock);

	if (old && !is_seamless)
		ksflow_tap_stop(old);
	if (new)
		err = ksflow_tap_start(new);
	if (old && is_seamless)
		ksflow_tap_stop(old);
	device->sampler[way] = err ? NULL : new;
	if (old)
		ksflow_relay_retire_sampler(&device->kn->relay, old);
	if (err) {
		free_percpu(new->cpu);
		kfree(new);
	}
	return err;
}

/**
 * ksflow_sample_stop - sample one direction no more
 * @device: a live device
 * @way: KSFLOW_IN or KSFLOW_OUT
 *
 * Context: process; ksflow_net.lock. The relay's worker frees what was there.
 */
void ksflow_sample_stop(struct ksflow_device *device, unsigned int way)
{
	if (device->sampler[way])
		sampler_swap(device, way, NULL);
}

/**
 * ksflow_sampler_free - give back a sampler that nothing names any more
 * @sampler: stopped, one grace period and one drain ago
 *
 * What it counted goes over to its device. Context: process; the relay's lock.
 */
void ksflow_sampler_free(struct ksflow_sampler *sampler)
{
	struct ksflow_device *device = sampler->device;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ksflow_sampler_cpu *sc = per_cpu_ptr(sampler->cpu, cpu);
		u64 seen = ksflow_sampler_seen(sc);

		device->seen[sampler->way] += seen;
		device->selected += sc->selected;
		device->lost += sc->lost;
		device->pool += seen - sc->pool_told;
		device->drops += sc->lost - sc->lost_told;
	}
	free_percpu(sampler->cpu);
	kfree(sampler);
}

/* Reached by another round of the receive core: the tracepoint is behind. */
static bool is_another_round(const struct net_device *dev)
{
	return is_vlan_dev(dev) || netif_is_macvlan(dev) ||
	       netif_is_bond_master(dev) || netif_is_team_master(dev) ||
	       netif_is_failover(dev) ||
	       (dev->rtnl_link_ops &&
		!strcmp(dev->rtnl_link_ops->kind, "ipvlan"));
}

static u8 choose_tap(const struct ksflow_device *device, unsigned int way,
		     const char **refused)
{
	const struct net_device *dev = device->dev;
	u8 tap = device->settings.tap;

	if (way == KSFLOW_OUT) {
		if (tap != KSFLOW_TAP_NETFILTER)
			return KSFLOW_TAP_TRACEPOINT;
		if (ksflow_has_nf_egress())
			return tap;
		*refused = "egress: this kernel has no netfilter egress hook (5.16, CONFIG_NETFILTER_EGRESS): use tap tracepoint or auto";
		return KSFLOW_TAP_AUTO;
	}
	if (tap == KSFLOW_TAP_AUTO)
		return is_another_round(dev) ? KSFLOW_TAP_NETFILTER :
					       KSFLOW_TAP_TRACEPOINT;
	if (tap == KSFLOW_TAP_TRACEPOINT && is_another_round(dev)) {
		*refused = "ingress: the netif_receive_skb tracepoint does not fire for VLAN, macvlan, ipvlan, bond, team and failover devices: use tap netfilter or auto";
		return KSFLOW_TAP_AUTO;
	}
	return tap;
}

static bool dir_has(u8 dir, unsigned int way)
{
	switch (dir) {
	case KSFLOW_DIR_ONCE:
	case KSFLOW_DIR_BOTH:
		return true;
	case KSFLOW_DIR_INGRESS:
		return way == KSFLOW_IN;
	case KSFLOW_DIR_EGRESS:
		return way == KSFLOW_OUT;
	default:
		return false;
	}
}

/**
 * ksflow_sample_apply - bring a device's samplers in line with its settings
 * @device: a live device, its settings evaluated
 * @is_wanted: somebody reads samples in this namespace
 *
 * A sampler whose settings are as before goes on untouched. The caller ends
 * with ksflow_tap_publish().
 *
 * Context: process; rtnl_lock and ksflow_net.lock.
 * Return: 0, or -errno when there is no memory; then the direction is sampled
 *	as it was before, or not at all, and the device says so.
 */
int ksflow_sample_apply(struct ksflow_device *device, bool is_wanted)
{
	const struct ksflow_settings *settings = &device->settings;
	unsigned int way;
	int err = 0;

	device->refused = NULL;
	for (way = 0; way < KSFLOW_WAYS; way++) {
		bool is_once = way == KSFLOW_OUT &&
			       settings->dir == KSFLOW_DIR_ONCE;
		struct ksflow_sampler *sampler = device->sampler[way];
		u8 tap = KSFLOW_TAP_AUTO;

		if (dir_has(settings->dir, way))
			tap = choose_tap(device, way, &device->refused);
		if (!is_wanted)
			tap = KSFLOW_TAP_AUTO;
		if (sampler && sampler->rate == settings->rate &&
		    sampler->tap == tap && sampler->is_once == is_once)
			continue;
		if (tap == KSFLOW_TAP_AUTO) {
			ksflow_sample_stop(device, way);
			continue;
		}
		sampler = sampler_new(device, way, settings->rate, tap,
				      is_once);
		if (!sampler)
			err = -ENOMEM;
		else
			err = sampler_swap(device, way, sampler) ?: err;
		if (err)
			device->refused = "out of memory, or the netfilter hook was refused; it is tried again";
	}
	return err;
}

/** ksflow_sample_init - seed the generators */
void ksflow_sample_init(void)
{
	int cpu, i;

	for_each_possible_cpu(cpu) {
		struct rnd_state *state = per_cpu_ptr(&ksflow_random, cpu);

		prandom_seed_state(state, get_random_u64());
		/* Its four parts begin alike: let them part. */
		for (i = 0; i < 16; i++)
			prandom_u32_state(state);
	}
}
