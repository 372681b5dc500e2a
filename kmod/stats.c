// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The ledger, read out: every sample is delivered, filtered or lost for a
 * named cause.
 */
#include "stats.h"

#include <net/genetlink.h>
#include <net/netlink.h>
#include <net/sock.h>

#include "device.h"
#include "net.h"
#include "netlink.h"
#include "relay.h"
#include "sample.h"
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
		     KSFLOW_A_SOURCE_PAD != 1);
	return nla_put_u64_64bit(msg, attr, value, 1);
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
	    nla_put_u32(msg, KSFLOW_A_STATS_CPUS, num_possible_cpus()))
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

static bool was_sampled(const struct ksflow_device *device)
{
	return device->sampler[KSFLOW_IN] || device->sampler[KSFLOW_OUT] ||
	       device->seen[KSFLOW_IN] || device->seen[KSFLOW_OUT];
}

/* A message for each entry: @fill returns -EMSGSIZE when it must wait. */
#define dump_one(msg, cb, fill)						\
({									\
	void *head_ = ksflow_netlink_dump_head(msg, cb,			\
					       KSFLOW_CMD_STATS_GET);	\
	int err_ = head_ ? (fill) : -EMSGSIZE;				\
									\
	if (err_ && head_)						\
		genlmsg_cancel(msg, head_);				\
	else if (!err_)							\
		genlmsg_end(msg, head_);				\
	err_;								\
})

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
		err = dump_one(msg, cb, fill_namespace(msg, kn));
	list_for_each_entry(reader, &kn->relay.readers, list) {
		for (kind = 0; !err && kind < KSFLOW_KINDS; kind++) {
			if (!(reader->kinds & BIT(kind)) || at++ < begin)
				continue;
			err = dump_one(msg, cb, fill_reader(msg, &kn->relay,
							    reader, kind));
		}
	}
	list_for_each_entry(device, &kn->devices, list) {
		if (err)
			break;
		if (!was_sampled(device) || at++ < begin)
			continue;
		err = dump_one(msg, cb, fill_source(msg, device));
	}
	mutex_unlock(&kn->relay.lock);
	mutex_unlock(&kn->lock);
	/* The one that did not fit is the first of the next message. */
	cb->args[0] = err ? at - 1 : at;
	return msg->len;
}
