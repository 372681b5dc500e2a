// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The ledger, read out: every sample is delivered, filtered or lost for a
 * named cause.
 */
#include "stats.h"

#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/sort.h>
#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "device.h"
#include "drop.h"
#include "layer.h"
#include "net.h"
#include "netlink.h"
#include "psample.h"
#include "relay.h"
#include "repair.h"
#include "sample.h"
#include "sender.h"
#include "subscriber.h"

struct totals {
	u64 seen[KSFLOW_WAYS];
	u64 selected;
	u64 lost;
};

static void add_device(struct totals *totals,
		       const struct ksflow_device *device)
{
	unsigned int way;
	int cpu;

	totals->selected += device->selected;
	totals->lost += device->lost;
	for (way = 0; way < KSFLOW_WAYS; way++) {
		const struct ksflow_sampler *sampler = device->sampler[way];

		totals->seen[way] += device->seen[way];
		if (!sampler)
			continue;
		for_each_possible_cpu(cpu) {
			const struct ksflow_sampler_cpu *sc =
				per_cpu_ptr(sampler->cpu, cpu);

			totals->seen[way] += ksflow_sampler_seen(sc);
			totals->selected += READ_ONCE(sc->selected);
			totals->lost += READ_ONCE(sc->lost);
		}
	}
}

static int put_u64(struct sk_buff *msg, int attr, u64 value)
{
	/* All nests of the statistics have their PAD at 1. */
	BUILD_BUG_ON(KSFLOW_A_STATS_PAD != 1 || KSFLOW_A_READER_PAD != 1 ||
		     KSFLOW_A_SOURCE_PAD != 1 || KSFLOW_A_REPAIR_PAD != 1 ||
		     KSFLOW_A_REPAIR_SENDER_PAD != 1 ||
		     KSFLOW_A_REPAIR_TOTAL_PAD != 1);
	return nla_put_u64_64bit(msg, attr, value, 1);
}

/* One number for each member of an enumeration, from type 2 on. */
static int fill_list(struct sk_buff *msg, int attr, const u64 *list,
		     unsigned int count)
{
	struct nlattr *nest = nla_nest_start(msg, attr);
	unsigned int i;

	if (!nest)
		return -EMSGSIZE;
	for (i = 0; i < count; i++)
		if (put_u64(msg, 2 + i, list[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_namespace(struct sk_buff *msg, struct ksflow_net *kn)
{
	struct ksflow_device *device;
	struct totals totals = {};
	struct nlattr *nest;

	totals.seen[KSFLOW_IN] = kn->gone_seen;
	totals.selected = kn->gone_selected;
	totals.lost = kn->gone_lost;
	list_for_each_entry(device, &kn->devices, list)
		add_device(&totals, device);

	nest = nla_nest_start(msg, KSFLOW_A_STATS);
	if (!nest ||
	    nla_put_u8(msg, KSFLOW_A_STATS_KIND, KSFLOW_KIND_SAMPLE) ||
	    put_u64(msg, KSFLOW_A_STATS_SEEN, totals.seen[KSFLOW_IN] +
					      totals.seen[KSFLOW_OUT]) ||
	    put_u64(msg, KSFLOW_A_STATS_SELECTED, totals.selected) ||
	    put_u64(msg, KSFLOW_A_STATS_LOST_RING, totals.lost) ||
	    nla_put_u32(msg, KSFLOW_A_STATS_RING_BYTES,
			kn->relay.ring_bytes) ||
	    nla_put_u32(msg, KSFLOW_A_STATS_CPUS, num_possible_cpus()) ||
	    fill_list(msg, KSFLOW_A_STATS_DELAY, kn->delay.count,
		      ARRAY_SIZE(kn->delay.count)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static u64 drops_seen(const struct ksflow_drop_source *sum)
{
	return sum->quiet + sum->limited + sum->selected;
}

static void add_drops(struct ksflow_drop_source *totals,
		      const struct ksflow_drop_source *part)
{
	totals->quiet += part->quiet;
	totals->limited += part->limited;
	totals->selected += part->selected;
	totals->lost += part->lost;
}

static int fill_drops(struct sk_buff *msg, struct ksflow_net *kn)
{
	const struct ksflow_drop *drop = &kn->drop;
	struct ksflow_drop_source totals = drop->gone, part;
	u64 hidden = 0, own = 0;
	struct ksflow_device *device;
	struct nlattr *nest;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ksflow_drop_cpu *c;

		if (!drop->cpu)
			break;
		c = per_cpu_ptr(drop->cpu, cpu);
		hidden += READ_ONCE(c->hidden);
		own += READ_ONCE(c->own);
	}
	/* After what is a part of it. */
	smp_rmb();
	ksflow_drop_sum(drop, NULL, &part);
	add_drops(&totals, &part);
	list_for_each_entry(device, &kn->devices, list) {
		ksflow_drop_sum(drop, device, &part);
		add_drops(&totals, &part);
	}
	/* Two counters of another CPU may be seen in the other order. */
	totals.quiet = max(totals.quiet, hidden + own);
	nest = nla_nest_start(msg, KSFLOW_A_STATS);
	if (!nest ||
	    nla_put_u8(msg, KSFLOW_A_STATS_KIND, KSFLOW_KIND_DROP) ||
	    put_u64(msg, KSFLOW_A_STATS_SEEN, drops_seen(&totals)) ||
	    put_u64(msg, KSFLOW_A_STATS_COUNTED,
		    totals.quiet - hidden - own) ||
	    put_u64(msg, KSFLOW_A_STATS_HIDDEN, hidden) ||
	    put_u64(msg, KSFLOW_A_STATS_OWN, own) ||
	    put_u64(msg, KSFLOW_A_STATS_LIMITED, totals.limited) ||
	    put_u64(msg, KSFLOW_A_STATS_SELECTED, totals.selected) ||
	    put_u64(msg, KSFLOW_A_STATS_LOST_RING, totals.lost) ||
	    (net_eq(kn->net, &init_net) &&
	     put_u64(msg, KSFLOW_A_STATS_UNKNOWN, ksflow_drop_unknown())))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_repairs(struct sk_buff *msg, struct ksflow_net *kn)
{
	struct ksflow_repair_cpu sum;
	struct nlattr *nest;

	ksflow_repair_cpu_sum(&kn->repair, &sum);
	nest = nla_nest_start(msg, KSFLOW_A_STATS);
	if (!nest ||
	    nla_put_u8(msg, KSFLOW_A_STATS_KIND, KSFLOW_KIND_REPAIR) ||
	    put_u64(msg, KSFLOW_A_STATS_SEEN, sum.wrong) ||
	    put_u64(msg, KSFLOW_A_STATS_COUNTED, sum.counted) ||
	    put_u64(msg, KSFLOW_A_STATS_LIMITED, sum.limited) ||
	    put_u64(msg, KSFLOW_A_STATS_SELECTED, sum.selected) ||
	    put_u64(msg, KSFLOW_A_STATS_LOST_RING, sum.lost))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_reader(struct sk_buff *msg, struct ksflow_relay *relay,
		       const struct ksflow_subscriber *reader,
		       unsigned int kind)
{
	const struct ksflow_delivery *delivery = &reader->delivery[kind];
	u64 selected = 0, lost = 0;
	struct nlattr *nest;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ksflow_position *position =
			&reader->position[cpu][kind];
		const struct ksflow_ring *ring;

		if (!relay->ring_bytes)
			break;
		ring = per_cpu_ptr(relay->ring, cpu);
		selected += READ_ONCE(ring->seq[kind]) - position->first;
		lost += READ_ONCE(ring->lost[kind]) - position->lost;
	}
	nest = nla_nest_start(msg, KSFLOW_A_READER);
	if (!nest ||
	    nla_put_u32(msg, KSFLOW_A_READER_PORTID, reader->portid) ||
	    (reader->is_owner && nla_put_flag(msg, KSFLOW_A_READER_OWNER)) ||
	    nla_put_u8(msg, KSFLOW_A_READER_KIND, kind) ||
	    put_u64(msg, KSFLOW_A_READER_SELECTED, selected) ||
	    put_u64(msg, KSFLOW_A_READER_DELIVERED, delivery->delivered) ||
	    put_u64(msg, KSFLOW_A_READER_FILTERED, delivery->filtered) ||
	    put_u64(msg, KSFLOW_A_READER_LOST_RING, lost) ||
	    put_u64(msg, KSFLOW_A_READER_LOST_OVERRUN, delivery->overrun) ||
	    put_u64(msg, KSFLOW_A_READER_LOST_MEMORY, delivery->no_memory))
		return -EMSGSIZE;
	if (reader->psample &&
	    (nla_put_u32(msg, KSFLOW_A_READER_PSAMPLE,
			 ksflow_psample_group(reader->psample)) ||
	     put_u64(msg, KSFLOW_A_READER_LOST_PSAMPLE, delivery->psample)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_source(struct sk_buff *msg, const struct ksflow_device *device)
{
	struct totals totals = {};
	struct nlattr *nest;

	add_device(&totals, device);
	nest = nla_nest_start(msg, KSFLOW_A_SOURCE);
	if (!nest ||
	    nla_put_u32(msg, KSFLOW_A_SOURCE_IFINDEX, device->ifindex) ||
	    nla_put_string(msg, KSFLOW_A_SOURCE_NAME, device->name) ||
	    nla_put_u8(msg, KSFLOW_A_SOURCE_KIND, KSFLOW_KIND_SAMPLE) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SEEN, totals.seen[KSFLOW_IN] +
					       totals.seen[KSFLOW_OUT]) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SELECTED, totals.selected) ||
	    put_u64(msg, KSFLOW_A_SOURCE_LOST_RING, totals.lost) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SEEN_INGRESS,
		    totals.seen[KSFLOW_IN]) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SEEN_EGRESS, totals.seen[KSFLOW_OUT]))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static bool has_drops(const struct ksflow_net *kn,
		      const struct ksflow_device *device)
{
	struct ksflow_drop_source sum;

	ksflow_drop_sum(&kn->drop, device, &sum);
	return drops_seen(&sum);
}

/* @device: NULL for packets of no known interface: ifindex 0. */
static int fill_drop_source(struct sk_buff *msg, const struct ksflow_net *kn,
			    const struct ksflow_device *device)
{
	struct ksflow_drop_source sum;
	struct nlattr *nest;

	ksflow_drop_sum(&kn->drop, device, &sum);
	nest = nla_nest_start(msg, KSFLOW_A_SOURCE);
	if (!nest ||
	    nla_put_u32(msg, KSFLOW_A_SOURCE_IFINDEX,
			device ? device->ifindex : 0) ||
	    (device &&
	     nla_put_string(msg, KSFLOW_A_SOURCE_NAME, device->name)) ||
	    nla_put_u8(msg, KSFLOW_A_SOURCE_KIND, KSFLOW_KIND_DROP) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SEEN, drops_seen(&sum)) ||
	    put_u64(msg, KSFLOW_A_SOURCE_LIMITED, sum.limited) ||
	    put_u64(msg, KSFLOW_A_SOURCE_SELECTED, sum.selected) ||
	    put_u64(msg, KSFLOW_A_SOURCE_LOST_RING, sum.lost))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static bool was_sampled(const struct ksflow_device *device)
{
	return device->sampler[KSFLOW_IN] || device->sampler[KSFLOW_OUT] ||
	       device->seen[KSFLOW_IN] || device->seen[KSFLOW_OUT];
}

/* A message for each entry: @fill returns -EMSGSIZE when it must wait. */
#define dump_one(msg, cb, cmd, fill)					\
({									\
	void *head_ = ksflow_netlink_dump_head(msg, cb, cmd);		\
	int err_ = head_ ? (fill) : -EMSGSIZE;				\
									\
	if (err_ && head_)						\
		genlmsg_cancel(msg, head_);				\
	else if (!err_)							\
		genlmsg_end(msg, head_);				\
	err_;								\
})

#define dump_stats(msg, cb, fill) \
	dump_one(msg, cb, KSFLOW_CMD_STATS_GET, fill)

/**
 * ksflow_stats_dump - KSFLOW_CMD_STATS_GET
 * @msg: to fill
 * @cb: args[0]: entries given out so far
 *
 * Return: bytes in @msg, 0 at the end.
 */
int ksflow_stats_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ksflow_net *kn = ksflow_net(sock_net(msg->sk));
	struct ksflow_subscriber *reader;
	struct ksflow_device *device;
	long at = 0, begin = cb->args[0];
	unsigned int kind;
	int err = 0;

	if (!begin)
		ksflow_relay_drain(&kn->relay);

	mutex_lock(&kn->lock);
	mutex_lock(&kn->relay.lock);
	if (at++ >= begin)
		err = dump_stats(msg, cb, fill_namespace(msg, kn));
	if (!err && at++ >= begin)
		err = dump_stats(msg, cb, fill_drops(msg, kn));
	if (!err && at++ >= begin)
		err = dump_stats(msg, cb, fill_repairs(msg, kn));
	list_for_each_entry(reader, &kn->relay.readers, list) {
		for (kind = 0; !err && kind < KSFLOW_KINDS; kind++) {
			if (!(reader->kinds & BIT(kind)) || at++ < begin)
				continue;
			err = dump_stats(msg, cb, fill_reader(msg, &kn->relay,
							      reader, kind));
		}
	}
	list_for_each_entry(device, &kn->devices, list) {
		if (!err && was_sampled(device) && at++ >= begin)
			err = dump_stats(msg, cb, fill_source(msg, device));
		if (!err && has_drops(kn, device) && at++ >= begin)
			err = dump_stats(msg, cb,
					 fill_drop_source(msg, kn, device));
	}
	if (!err && has_drops(kn, NULL) && at++ >= begin)
		err = dump_stats(msg, cb, fill_drop_source(msg, kn, NULL));
	mutex_unlock(&kn->relay.lock);
	mutex_unlock(&kn->lock);
	/* The one that did not fit is the first of the next message. */
	cb->args[0] = err ? at - 1 : at;
	return msg->len;
}

/* ---- drops by call site and reason ------------------------------------- */

struct tally {
	unsigned long site;
	u32 reason;
	bool is_hidden;
	u64 packets;
};

static int compare_tallies(const void *a, const void *b)
{
	const struct tally *x = a, *y = b;

	if (x->site != y->site)
		return x->site < y->site ? -1 : 1;
	return x->reason == y->reason ? 0 : x->reason < y->reason ? -1 : 1;
}

/* All CPUs' slots, one entry for each site and reason, in order. */
static u32 tallies_collect(const struct ksflow_drop *drop, struct tally *tally)
{
	u32 count = 0, merged = 0, i;
	int cpu;

	for_each_possible_cpu(cpu) {
		for (i = 0; i < KSFLOW_DROP_SLOTS; i++) {
			const struct ksflow_drop_slot *slot =
				&per_cpu_ptr(drop->cpu, cpu)->slot[i];
			unsigned long site = smp_load_acquire(&slot->site);

			if (!site)
				continue;
			tally[count++] = (struct tally){
				.site = site,
				.reason = slot->reason,
				.is_hidden = READ_ONCE(slot->verdict) &
					     KSFLOW_DROP_IS_HIDDEN,
				.packets = READ_ONCE(slot->packets),
			};
		}
	}
	sort(tally, count, sizeof(*tally), compare_tallies, NULL);
	for (i = 0; i < count; i++) {
		if (merged && !compare_tallies(&tally[merged - 1], &tally[i])) {
			tally[merged - 1].packets += tally[i].packets;
			tally[merged - 1].is_hidden |= tally[i].is_hidden;
		} else {
			tally[merged++] = tally[i];
		}
	}
	return merged;
}

static int fill_tally(struct sk_buff *msg, const struct tally *tally)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_DROP_COUNT);
	char name[KSFLOW_SITE_LEN];

	if (!nest)
		return -EMSGSIZE;
	if (ksflow_reason_name(tally->reason, name) &&
	    nla_put_string(msg, KSFLOW_A_DROP_COUNT_REASON, name))
		return -EMSGSIZE;
	ksflow_reason_site(tally->site, name);
	if (nla_put_string(msg, KSFLOW_A_DROP_COUNT_SITE, name) ||
	    (tally->is_hidden &&
	     nla_put_flag(msg, KSFLOW_A_DROP_COUNT_HIDDEN)) ||
	    put_u64(msg, KSFLOW_A_DROP_COUNT_PACKETS, tally->packets))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_trap(struct sk_buff *msg, const struct ksflow_trap *trap)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_DROP_COUNT);

	if (!nest ||
	    nla_put_string(msg, KSFLOW_A_DROP_COUNT_TRAP, trap->name) ||
	    nla_put_string(msg, KSFLOW_A_DROP_COUNT_GROUP, trap->group) ||
	    put_u64(msg, KSFLOW_A_DROP_COUNT_PACKETS,
		    READ_ONCE(trap->packets)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_others(struct sk_buff *msg, u64 packets)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_DROP_COUNT);

	if (!nest || put_u64(msg, KSFLOW_A_DROP_COUNT_PACKETS, packets))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

#define dump_drops(msg, cb, fill) \
	dump_one(msg, cb, KSFLOW_CMD_DROP_GET, fill)

enum { PHASE_SITES, PHASE_TRAPS, PHASE_OTHERS, PHASE_DONE };

/* From the site and reason in args[1] and args[2] on. */
static int dump_tallies(struct sk_buff *msg, struct netlink_callback *cb,
			const struct ksflow_drop *drop)
{
	struct tally from = { .site = cb->args[1], .reason = cb->args[2] };
	struct tally *tally;
	int err = 0;
	u32 count, i;

	tally = kvmalloc_array(num_possible_cpus() * KSFLOW_DROP_SLOTS,
			       sizeof(*tally), GFP_KERNEL | __GFP_NOWARN);
	if (!tally)
		return -ENOMEM;
	count = tallies_collect(drop, tally);
	for (i = 0; i < count && !err; i++) {
		if (compare_tallies(&tally[i], &from) < 0)
			continue;
		err = dump_drops(msg, cb, fill_tally(msg, &tally[i]));
		if (err) {
			cb->args[1] = tally[i].site;
			cb->args[2] = tally[i].reason;
		}
	}
	kvfree(tally);
	return err;
}

static int dump_traps(struct sk_buff *msg, struct netlink_callback *cb,
		      const struct ksflow_drop *drop)
{
	u32 count = smp_load_acquire(&drop->traps_count);
	int err = 0;

	while (cb->args[3] < count && !err) {
		err = dump_drops(msg, cb,
				 fill_trap(msg, &drop->traps[cb->args[3]]));
		cb->args[3] += !err;
	}
	return err;
}

static int dump_others(struct sk_buff *msg, struct netlink_callback *cb,
		       const struct ksflow_drop *drop)
{
	u64 others = 0;
	int cpu;

	for_each_possible_cpu(cpu)
		others += READ_ONCE(per_cpu_ptr(drop->cpu, cpu)->other);
	return others ? dump_drops(msg, cb, fill_others(msg, others)) : 0;
}

/**
 * ksflow_stats_drop_dump - KSFLOW_CMD_DROP_GET
 * @msg: to fill
 * @cb: args[0]: phase; args[1], args[2]: site and reason to go on with;
 *	args[3]: traps given out
 *
 * Return: bytes in @msg, 0 at the end, or -ENOMEM.
 */
int ksflow_stats_drop_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ksflow_net *kn = ksflow_net(sock_net(msg->sk));
	const struct ksflow_drop *drop = &kn->drop;
	int err = 0;

	mutex_lock(&kn->lock);
	while (drop->cpu && cb->args[0] < PHASE_DONE && !err) {
		switch (cb->args[0]) {
		case PHASE_SITES:
			err = dump_tallies(msg, cb, drop);
			break;
		case PHASE_TRAPS:
			err = dump_traps(msg, cb, drop);
			break;
		case PHASE_OTHERS:
			err = dump_others(msg, cb, drop);
			break;
		}
		cb->args[0] += !err;
	}
	mutex_unlock(&kn->lock);
	return err && err != -EMSGSIZE ? err : msg->len;
}

/* ---- repair by rule and by sender --------------------------------------- */

static int fill_repair(struct sk_buff *msg,
		       const struct ksflow_repair_rule *rule)
{
	struct ksflow_repair_count sum;
	struct nlattr *nest;

	ksflow_repair_sum(rule, &sum);
	nest = nla_nest_start(msg, KSFLOW_A_REPAIR);
	if (!nest || ksflow_layer_put_repair(msg, &rule->conf) ||
	    nla_put_u32(msg, KSFLOW_A_REPAIR_ID, rule->id) ||
	    nla_put_u8(msg, KSFLOW_A_REPAIR_LAYER, rule->layer) ||
	    put_u64(msg, KSFLOW_A_REPAIR_SEEN, sum.seen) ||
	    put_u64(msg, KSFLOW_A_REPAIR_RIGHT, sum.right) ||
	    put_u64(msg, KSFLOW_A_REPAIR_REPAIRED, sum.repaired) ||
	    put_u64(msg, KSFLOW_A_REPAIR_WRONG, sum.wrong) ||
	    put_u64(msg, KSFLOW_A_REPAIR_ZEROES, sum.zeroes) ||
	    put_u64(msg, KSFLOW_A_REPAIR_TRUSTED, sum.trusted) ||
	    fill_list(msg, KSFLOW_A_REPAIR_SKIPPED, sum.skipped,
		      ARRAY_SIZE(sum.skipped)) ||
	    fill_list(msg, KSFLOW_A_REPAIR_BY_KIND, sum.by_kind,
		      ARRAY_SIZE(sum.by_kind)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_sender(struct sk_buff *msg, const struct ksflow_sender *sender)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_REPAIR_SENDER);
	const struct ksflow_wrong *last = &sender->last;
	/* Less what is right of it: the complement of the rest. */
	u16 offset = ntohs((__force __be16)(u16)~last->rest);
	u64 now = get_jiffies_64();

	if (!nest ||
	    nla_put_in6_addr(msg, KSFLOW_A_REPAIR_SENDER_ADDR, &last->addr) ||
	    nla_put_u32(msg, KSFLOW_A_REPAIR_SENDER_IFINDEX, last->ifindex) ||
	    nla_put_u16(msg, KSFLOW_A_REPAIR_SENDER_PORT, ntohs(last->port)) ||
	    nla_put_u32(msg, KSFLOW_A_REPAIR_SENDER_RULE, last->rule) ||
	    nla_put_u8(msg, KSFLOW_A_REPAIR_SENDER_KIND, last->kind) ||
	    (last->kind == KSFLOW_REPAIR_OFFSET &&
	     nla_put_u16(msg, KSFLOW_A_REPAIR_SENDER_OFFSET, offset)) ||
	    put_u64(msg, KSFLOW_A_REPAIR_SENDER_PACKETS, last->packets) ||
	    put_u64(msg, KSFLOW_A_REPAIR_SENDER_REPAIRED, sender->repaired) ||
	    put_u64(msg, KSFLOW_A_REPAIR_SENDER_FIRST_MS,
		    jiffies64_to_msecs(now - sender->first_at)) ||
	    put_u64(msg, KSFLOW_A_REPAIR_SENDER_LAST_MS,
		    jiffies64_to_msecs(now - sender->last_at)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_repair_total(struct sk_buff *msg, const struct ksflow_net *kn)
{
	const struct ksflow_senders *senders = kn->repair.senders;
	struct ksflow_repair_cpu sum;
	struct nlattr *nest;

	ksflow_repair_cpu_sum(&kn->repair, &sum);
	nest = nla_nest_start(msg, KSFLOW_A_REPAIR_TOTAL);
	if (!nest ||
	    put_u64(msg, KSFLOW_A_REPAIR_TOTAL_BROKEN, sum.broken) ||
	    nla_put_u32(msg, KSFLOW_A_REPAIR_TOTAL_SENDERS,
			senders ? READ_ONCE(senders->count) : 0) ||
	    put_u64(msg, KSFLOW_A_REPAIR_TOTAL_FORGOTTEN,
		    senders ? READ_ONCE(senders->forgotten) : 0))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

#define dump_repair(msg, cb, fill) \
	dump_one(msg, cb, KSFLOW_CMD_REPAIR_GET, fill)

/**
 * ksflow_stats_repair_dump - KSFLOW_CMD_REPAIR_GET
 * @msg: to fill
 * @cb: args[0]: the total and rules given out so far; args[1]: senders
 *
 * Return: bytes in @msg, 0 at the end.
 */
int ksflow_stats_repair_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ksflow_net *kn = ksflow_net(sock_net(msg->sk));
	const struct ksflow_repair_rule *rule;
	struct ksflow_sender sender;
	long at = 0;
	int err = 0;

	mutex_lock(&kn->lock);
	if (at++ >= cb->args[0])
		err = dump_repair(msg, cb, fill_repair_total(msg, kn));
	cb->args[0] += at > cb->args[0] && !err;
	/* The last is looked at first. */
	list_for_each_entry_reverse(rule, &kn->repair.rules, list) {
		if (err || at++ < cb->args[0])
			continue;
		err = dump_repair(msg, cb, fill_repair(msg, rule));
		cb->args[0] += !err;
	}
	while (!err && kn->repair.senders &&
	       ksflow_sender_get(kn->repair.senders, cb->args[1], &sender)) {
		err = dump_repair(msg, cb, fill_sender(msg, &sender));
		cb->args[1] += !err;
	}
	mutex_unlock(&kn->lock);
	return msg->len;
}
