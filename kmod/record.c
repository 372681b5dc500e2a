// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What is written about a packet: into a ring at the tap, completed and put
 * into a netlink message by the worker.
 */
#include "record.h"

#include <linux/if_vlan.h>
#include <linux/timekeeping.h>
#include <net/genetlink.h>
#include <net/sch_generic.h>

#include "device.h"
#include "net.h"
#include "relay.h"
#include "sample.h"
#include "segment.h"

/**
 * ksflow_record_base - the first byte of a packet that counts
 * @skb: headers as the tap has them
 * @sampler: whose tap it is
 * @proto: gets KSFLOW_PROTO_*
 *
 * Context: any.
 * Return: its offset from skb->data; negative at ingress.
 */
int ksflow_record_base(const struct sk_buff *skb,
		       const struct ksflow_sampler *sampler, u32 *proto)
{
	bool is_in = sampler->way == KSFLOW_IN;

	if (sampler->device->is_ether) {
		*proto = KSFLOW_PROTO_ETHERNET;
		if (!is_in)
			return 0;
		if (skb_mac_header_was_set(skb) &&
		    skb_mac_header(skb) + ETH_HLEN <= skb->data)
			return skb_mac_header(skb) - skb->data;
	}
	switch (skb->protocol) {
	case htons(ETH_P_IP):
		*proto = KSFLOW_PROTO_IPV4;
		break;
	case htons(ETH_P_IPV6):
		*proto = KSFLOW_PROTO_IPV6;
		break;
	case htons(ETH_P_MPLS_UC):
	case htons(ETH_P_MPLS_MC):
		*proto = KSFLOW_PROTO_MPLS;
		break;
	default:
		*proto = KSFLOW_PROTO_OTHER;
	}
	/* At egress what lies before the network header is the device's own. */
	if (is_in || skb_network_offset(skb) < 0 ||
	    skb_network_offset(skb) >= skb->len)
		return 0;
	return skb_network_offset(skb);
}

/* Bytes waiting in the qdisc of a transmit queue. */
static u32 queue_depth(const struct net_device *dev, u32 queue)
{
	const struct Qdisc *qdisc;
	u32 depth = 0;
	int cpu;

	if (queue >= dev->num_tx_queues)
		return 0;
	qdisc = rcu_dereference_raw(netdev_get_tx_queue(dev, queue)->qdisc);
	if (!qdisc)
		return 0;
	if (!qdisc_is_percpu_stats(qdisc))
		return READ_ONCE(qdisc->qstats.backlog);
	for_each_possible_cpu(cpu)
		depth += READ_ONCE(per_cpu_ptr(qdisc->cpu_qstats,
					       cpu)->backlog);
	return depth;
}

/* Packet bytes, with the tag that the hardware took out put back. */
static void copy_packet(struct ksflow_record *record, const struct sk_buff *skb,
			const struct ksflow_sampler *sampler, u32 room,
			u32 index, u32 segs)
{
	bool is_tagged = skb_vlan_tag_present(skb);
	u32 proto, caplen;
	u8 *data = record->data;
	__be16 tag[2];
	int base;

	base = ksflow_record_base(skb, sampler, &proto);
	is_tagged &= proto == KSFLOW_PROTO_ETHERNET;
	record->proto = proto;

	caplen = room - (is_tagged ? VLAN_HLEN : 0);
	data += is_tagged ? VLAN_HLEN : 0;
	if (segs > 1) {
		record->len = ksflow_segment_cut(skb, base, proto, index, segs,
						 data, &caplen);
		record->has |= KSFLOW_IS_SEGMENT;
	} else {
		record->len = skb->len - base;
		caplen = min(caplen, record->len);
		/* Fails for memory the CPU cannot read: a record without. */
		if (skb_copy_bits(skb, base, data, caplen))
			caplen = 0;
	}
	if (is_tagged) {
		record->len += VLAN_HLEN;
		record->vlan = ntohs(skb->vlan_proto) << 16 |
			       skb_vlan_tag_get(skb);
		if (caplen >= 2 * ETH_ALEN) {
			memmove(record->data, data, 2 * ETH_ALEN);
			tag[0] = skb->vlan_proto;
			tag[1] = htons(skb_vlan_tag_get(skb));
			memcpy(record->data + 2 * ETH_ALEN, tag, sizeof(tag));
			caplen += VLAN_HLEN;
		}
	} else if (proto == KSFLOW_PROTO_ETHERNET &&
		   caplen >= 2 * ETH_ALEN + VLAN_HLEN) {
		memcpy(tag, data + 2 * ETH_ALEN, sizeof(tag));
		if (eth_type_vlan(tag[0]))
			record->vlan = ntohs(tag[0]) << 16 | ntohs(tag[1]);
	}
	record->caplen = caplen;
}

/**
 * ksflow_record_sample - write down a packet that was chosen
 * @sc: this CPU's countdown
 * @skb: the packet
 * @index: which frame of a super-packet
 * @segs: frames it stands for; 1: no super-packet
 * @hits: samples this record stands for
 *
 * Context: as ksflow_sample(). A full ring is counted in @sc and the ring.
 */
void ksflow_record_sample(struct ksflow_sampler_cpu *sc, struct sk_buff *skb,
			  u32 index, u32 segs, u32 hits)
{
	const struct ksflow_sampler *sampler = sc->sampler;
	const struct ksflow_device *device = sampler->device;
	struct ksflow_relay *relay = &device->kn->relay;
	u32 room = READ_ONCE(relay->header);
	struct ksflow_record *record;
	unsigned long flags;

	local_irq_save(flags);
	record = ksflow_relay_reserve(relay, KSFLOW_KIND_SAMPLE, room, hits);
	if (unlikely(!record)) {
		sc->lost += hits;
		goto out;
	}
	record->time = ktime_get_real_fast_ns();
	record->pool = sc->drawn - sc->left;
	record->drops = sc->lost;
	record->cpu = sc;
	record->has = 0;
	record->vlan = 0;
	record->mark = skb->mark;
	if (sampler->way == KSFLOW_IN) {
		record->in = device->ifindex;
		record->out = 0;
	} else {
		record->in = skb->skb_iif ?: KSFLOW_IFINDEX_LOCAL;
		record->out = device->ifindex;
		if (sampler->tap == KSFLOW_TAP_TRACEPOINT) {
			record->has |= KSFLOW_HAS_QUEUE;
			record->queue = skb_get_queue_mapping(skb);
			record->depth = queue_depth(skb->dev, record->queue);
		}
	}
	copy_packet(record, skb, sampler, room, index, segs);
	ksflow_relay_commit(relay, record);
out:
	local_irq_restore(flags);
}

/**
 * ksflow_record_complete - turn one CPU's pool and drops into the device's
 * @record: in its ring
 *
 * Context: process; the relay's lock. Records of one CPU come in order, so
 * the sum over all CPUs only grows.
 */
void ksflow_record_complete(struct ksflow_record *record)
{
	struct ksflow_sampler_cpu *sc = record->cpu;
	struct ksflow_device *device = sc->sampler->device;

	device->pool += record->pool - sc->pool_told;
	sc->pool_told = record->pool;
	record->pool = device->pool;
	device->drops += record->drops - sc->lost_told;
	sc->lost_told = record->drops;
	record->drops = device->drops;
}

/**
 * ksflow_record_size - bytes that ksflow_record_fill() needs at most
 * @record: completed
 * @snaplen: packet bytes the reader wants at most
 */
size_t ksflow_record_size(const struct ksflow_record *record, u32 snaplen)
{
	return nla_total_size(0) +			/* KSFLOW_A_RECORD */
	       3 * nla_total_size_64bit(sizeof(u64)) +	/* TIME POOL DROPS */
	       nla_total_size(sizeof(u32)) +		/* SOURCE */
	       nla_total_size(sizeof(u8)) +		/* DIR */
	       nla_total_size(sizeof(u32)) +		/* RATE */
	       nla_total_size(sizeof(u32)) +		/* HITS */
	       2 * nla_total_size(sizeof(u32)) +	/* IN OUT */
	       nla_total_size(sizeof(u32)) +		/* LEN */
	       nla_total_size(sizeof(u32)) +		/* PROTO */
	       nla_total_size(sizeof(u32)) +		/* VLAN */
	       nla_total_size(sizeof(u32)) +		/* MARK */
	       2 * nla_total_size(sizeof(u32)) +	/* QUEUE QUEUE_DEPTH */
	       nla_total_size(sizeof(struct in6_addr)) + /* NEXTHOP */
	       2 * nla_total_size(sizeof(u8)) +		/* SRC_ DST_PREFIX */
	       nla_total_size(0) +			/* SEGMENTED */
	       nla_total_size(min_t(u32, record->caplen, snaplen));
}

/**
 * ksflow_record_fill - put a record into a message
 * @msg: the message
 * @record: completed
 * @snaplen: packet bytes the reader wants at most
 * @lost_here: samples of the device that this reader lost on top
 *
 * Return: 0 or -EMSGSIZE, then @msg is as before.
 */
int ksflow_record_fill(struct sk_buff *msg, const struct ksflow_record *record,
		       u32 snaplen, u64 lost_here)
{
	const struct ksflow_sampler *sampler = record->cpu->sampler;
	u8 dir = sampler->way == KSFLOW_IN ? KSFLOW_DIR_INGRESS :
					     KSFLOW_DIR_EGRESS;
	struct nlattr *nest;

	if (skb_tailroom(msg) < ksflow_record_size(record, snaplen))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, KSFLOW_A_RECORD);
	if (!nest)
		return -EMSGSIZE;
	if (nla_put_u64_64bit(msg, KSFLOW_A_RECORD_TIME, record->time,
			      KSFLOW_A_RECORD_PAD) ||
	    nla_put_u32(msg, KSFLOW_A_RECORD_SOURCE,
			sampler->device->ifindex) ||
	    nla_put_u8(msg, KSFLOW_A_RECORD_DIR, dir) ||
	    nla_put_u32(msg, KSFLOW_A_RECORD_RATE, sampler->rate) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_RECORD_POOL, record->pool,
			      KSFLOW_A_RECORD_PAD) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_RECORD_DROPS,
			      record->drops + lost_here, KSFLOW_A_RECORD_PAD) ||
	    (record->hits != 1 &&
	     nla_put_u32(msg, KSFLOW_A_RECORD_HITS, record->hits)) ||
	    (record->in &&
	     nla_put_u32(msg, KSFLOW_A_RECORD_IN, record->in)) ||
	    (record->out &&
	     nla_put_u32(msg, KSFLOW_A_RECORD_OUT, record->out)) ||
	    nla_put_u32(msg, KSFLOW_A_RECORD_LEN, record->len) ||
	    nla_put_u32(msg, KSFLOW_A_RECORD_PROTO, record->proto) ||
	    (record->vlan &&
	     nla_put_u32(msg, KSFLOW_A_RECORD_VLAN, record->vlan)) ||
	    (record->mark &&
	     nla_put_u32(msg, KSFLOW_A_RECORD_MARK, record->mark)))
		goto too_small;
	if (record->has & KSFLOW_HAS_QUEUE &&
	    (nla_put_u32(msg, KSFLOW_A_RECORD_QUEUE, record->queue) ||
	     nla_put_u32(msg, KSFLOW_A_RECORD_QUEUE_DEPTH, record->depth)))
		goto too_small;
	if (record->has & KSFLOW_HAS_NEXTHOP4 &&
	    nla_put(msg, KSFLOW_A_RECORD_NEXTHOP4, sizeof(__be32),
		    &record->nexthop))
		goto too_small;
	if (record->has & KSFLOW_HAS_NEXTHOP6 &&
	    nla_put(msg, KSFLOW_A_RECORD_NEXTHOP6, sizeof(record->nexthop),
		    &record->nexthop))
		goto too_small;
	if (record->has & (KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6) &&
	    (nla_put_u8(msg, KSFLOW_A_RECORD_SRC_PREFIX, record->src_prefix) ||
	     nla_put_u8(msg, KSFLOW_A_RECORD_DST_PREFIX, record->dst_prefix)))
		goto too_small;
	if (record->has & KSFLOW_IS_SEGMENT &&
	    nla_put_flag(msg, KSFLOW_A_RECORD_SEGMENTED))
		goto too_small;
	if (nla_put(msg, KSFLOW_A_RECORD_DATA,
		    min_t(u32, record->caplen, snaplen), record->data))
		goto too_small;
	nla_nest_end(msg, nest);
	return 0;

too_small:
	nla_nest_cancel(msg, nest);
	return -EMSGSIZE;
}
