// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What is written about a packet: into a ring at the tap, completed and put
 * into a netlink message by the worker.
 */
#include "record.h"

#include <linux/if_vlan.h>
#include <linux/nsproxy.h>
#include <linux/pid_namespace.h>
#include <linux/timekeeping.h>
#include <linux/user_namespace.h>
#include <net/dst.h>
#include <net/genetlink.h>
#include <net/ip6_fib.h>
#include <net/net_namespace.h>
#include <net/route.h>
#include <net/sch_generic.h>

#include "delay.h"
#include "device.h"
#include "drop.h"
#include "net.h"
#include "relay.h"
#include "sample.h"
#include "segment.h"
#include "sender.h"
#include "socket.h"
#include "sum.h"
#include "tunnel.h"

static noinline int base_no_ether(const struct sk_buff *skb, bool is_in,
				  u32 *proto)
{
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

static __always_inline int base_of(const struct sk_buff *skb,
				   const struct ksflow_sampler *sampler,
				   u32 *proto)
{
	bool is_in = sampler->way == KSFLOW_IN;

	if (likely(sampler->device->is_ether)) {
		*proto = KSFLOW_PROTO_ETHERNET;
		if (!is_in)
			return 0;
		if (skb_mac_header_was_set(skb) &&
		    skb_mac_header(skb) + ETH_HLEN <= skb->data)
			return skb_mac_header(skb) - skb->data;
	}
	return base_no_ether(skb, is_in, proto);
}

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
	return base_of(skb, sampler, proto);
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

/**
 * ksflow_record_queue - write down the queue that a packet leaves by
 * @record: of it
 * @skb: the packet
 * @dev: the device it leaves by
 *
 * Context: as the net_dev_start_xmit tracepoint.
 */
void ksflow_record_queue(struct ksflow_record *record,
			 const struct sk_buff *skb,
			 const struct net_device *dev)
{
	record->has |= KSFLOW_HAS_QUEUE;
	record->queue = skb_get_queue_mapping(skb);
	record->depth = queue_depth(dev, record->queue);
}

/* Packet bytes, with the tag that the hardware took out put back. */
static __always_inline void
copy_packet(struct ksflow_record *record, const struct sk_buff *skb, int base,
	    u32 proto, u32 room, u32 index, u32 segs)
{
	bool is_tagged = skb_vlan_tag_present(skb) &&
			 proto == KSFLOW_PROTO_ETHERNET;
	u8 *data = record->data;
	__be16 tag[2];
	u32 caplen;

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
		if (likely((int)skb_headlen(skb) - base >= (int)caplen))
			memcpy(data, skb->data + base, caplen);
		/* Fails for memory the CPU cannot read: a record without. */
		else if (skb_copy_bits(skb, base, data, caplen))
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
		} else {
			memmove(record->data, data, caplen);
		}
	} else if (proto == KSFLOW_PROTO_ETHERNET &&
		   caplen >= 2 * ETH_ALEN + VLAN_HLEN) {
		memcpy(tag, data + 2 * ETH_ALEN, sizeof(tag));
		if (eth_type_vlan(tag[0]))
			record->vlan = ntohs(tag[0]) << 16 | ntohs(tag[1]);
	}
	record->caplen = caplen;
}

static void copy_nothing(struct ksflow_record *record,
			 const struct sk_buff *skb)
{
	record->proto = KSFLOW_PROTO_OTHER;
	record->len = skb->len;
	record->caplen = 0;
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
	struct ksflow_device *device = sampler->device;
	struct ksflow_relay *relay = &device->kn->relay;
	const struct ip_tunnel_info *info = ksflow_tunnel_info(skb);
	u32 tail = info ? sizeof(struct ksflow_tunnel) : 0;
	u32 room = READ_ONCE(relay->header);
	struct ksflow_record *record;
	unsigned long flags;
	u32 proto;
	int base;

	local_irq_save(flags);
	record = ksflow_relay_reserve(relay, KSFLOW_KIND_SAMPLE, room + tail,
				      hits);
	if (unlikely(!record)) {
		sc->lost += hits;
		goto out;
	}
	record->time = ktime_get_real_fast_ns();
	record->pool = sc->drawn - sc->left;
	record->drops = sc->lost;
	record->cpu = sc;
	record->device = device;
	record->has = 0;
	record->vlan = 0;
	record->tail = 0;
	record->mark = skb->mark;
	record->hash = skb->l4_hash ? skb->hash : 0;
	record->delay_state = KSFLOW_DELAY_NONE;
	if (sampler->way == KSFLOW_IN) {
		record->in = device->ifindex;
		record->out = 0;
		/* Pairs with ksflow_delay_apply(): the table is there. */
		if (smp_load_acquire(&device->kn->delay.wait_ms))
			ksflow_delay_begin(record, skb);
	} else {
		record->in = skb->skb_iif ?: KSFLOW_IFINDEX_LOCAL;
		record->out = device->ifindex;
		if (sampler->tap == KSFLOW_TAP_TRACEPOINT)
			ksflow_record_queue(record, skb, skb->dev);
	}
	base = base_of(skb, sampler, &proto);
	copy_packet(record, skb, base, proto, room, index, segs);
	if (unlikely(info))
		ksflow_tunnel_copy(record, info);
	ksflow_relay_commit(relay, record);
out:
	local_irq_restore(flags);
}

/*
 * Does a packet hold what somebody wrote into it? A system call that sends
 * makes the buffer, copies from the program, and drops it when that fails:
 * what it holds then is of whoever had that memory before. Its state tells. A
 * link-layer header comes with reception, or where packets are queued for a
 * device; before that, what IP sends has its route, and a transport header,
 * which raw sockets of IPv4 that bring the IP header set later than the route,
 * or, on 5.10, not at all: those have no bytes.
 */
static bool is_written(const struct sk_buff *skb,
		       const struct ksflow_device *device)
{
	if (skb->skb_iif || (device && skb_mac_header_was_set(skb)))
		return true;
	/* The kernel's own, but for what a program hands to tun in pieces. */
	if (!skb->sk || !skb->destructor)
		return device && skb->protocol;
	if ((skb->sk->sk_family != AF_INET && skb->sk->sk_family != AF_INET6) ||
	    !skb_dst(skb))
		return false;
	return skb->protocol == htons(ETH_P_IPV6) ||
	       (skb->protocol == htons(ETH_P_IP) &&
		skb_transport_header_was_set(skb) &&
		skb->transport_header > skb->network_header);
}

static __always_inline bool is_version(const struct sk_buff *skb, int at,
				       u8 version)
{
	u8 buf;
	const u8 *byte = skb_header_pointer(skb, at, sizeof(buf), &buf);

	return byte && *byte >> 4 == version;
}

/**
 * ksflow_record_locate - where the headers of a packet are that is dropped
 * @skb: in any state: skb->data may be anywhere, header offsets unset
 * @device: what it is on, or NULL for unknown
 * @layout: gets them
 *
 * Context: any.
 */
void ksflow_record_locate(const struct sk_buff *skb,
			  const struct ksflow_device *device,
			  struct ksflow_layout *layout)
{
	int network = skb_network_offset(skb);
	/* Offset 0 is the one that a new buffer has. */
	bool has_network = skb->network_header && network < (int)skb->len;

	layout->has_ip = false;
	layout->ip = has_network ? network : 0;
	layout->base = 0;
	layout->proto = KSFLOW_PROTO_OTHER;
	layout->has_bytes = is_written(skb, device);
	if (!layout->has_bytes)
		return;
	if (skb->protocol == htons(ETH_P_IP) &&
	    is_version(skb, layout->ip, 4)) {
		layout->proto = KSFLOW_PROTO_IPV4;
		layout->has_ip = true;
	} else if (skb->protocol == htons(ETH_P_IPV6) &&
		   is_version(skb, layout->ip, 6)) {
		layout->proto = KSFLOW_PROTO_IPV6;
		layout->has_ip = true;
	}
	layout->base = layout->has_ip ? layout->ip : 0;

	/* A local packet has none before its neighbour is known. */
	if (device && device->is_ether && skb_mac_header_was_set(skb) &&
	    skb_mac_offset(skb) <= 0 &&
	    (!has_network ||
	     network - skb_mac_offset(skb) >= ETH_HLEN) &&
	    (int)skb->len - skb_mac_offset(skb) >= ETH_HLEN) {
		layout->base = skb_mac_offset(skb);
		layout->proto = KSFLOW_PROTO_ETHERNET;
	}
}

/* The interface that a packet which is forwarded was to leave by, or 0. */
static u32 forward_ifindex(const struct ksflow_net *kn,
			   const struct dst_entry *dst)
{
	const struct ksflow_slot *place;

	if (dst->error || !dst->dev)
		return 0;
	switch (dst->ops->family) {
	case AF_INET:
		if (!rt_is_input_route((const struct rtable *)dst) ||
		    ((const struct rtable *)dst)->rt_flags &
		    (RTCF_LOCAL | RTCF_BROADCAST | RTCF_MULTICAST))
			return 0;
		break;
	case AF_INET6:
		if (((const struct rt6_info *)dst)->rt6i_flags &
		    (RTF_LOCAL | RTF_ANYCAST | RTF_REJECT))
			return 0;
		break;
	default:
		return 0;
	}
	place = ksflow_device_find(dst->dev);
	return place && place->device->kn == kn ? place->device->ifindex : 0;
}

static void copy_route(struct ksflow_record *record,
		       const struct ksflow_drop_event *event,
		       const struct sk_buff *skb)
{
	const struct dst_entry *dst = skb_dst(skb);

	/* Negative, but for the error routes of IPv4 that came in. */
	record->dst_error = dst ? abs(dst->error) : 0;
	record->in = event->is_out ? skb->skb_iif :
		     event->source ? event->source->ifindex : 0;
	if (event->is_out)
		record->out = event->device ? event->device->ifindex : 0;
	else
		record->out = dst ? forward_ifindex(event->kn, dst) : 0;
}

static void copy_qdisc(struct ksflow_record *record,
		       const struct ksflow_drop_event *event,
		       const struct sk_buff *skb)
{
	const struct net_device *dev;
	const struct Qdisc *qdisc;
	u32 queue = skb_get_queue_mapping(skb);

	if (!event->is_out || !event->device)
		return;
	/* It has none any more when it is being unregistered. */
	dev = READ_ONCE(event->device->dev);
	if (!dev || queue >= dev->num_tx_queues)
		return;
	qdisc = rcu_dereference_raw(netdev_get_tx_queue(dev, queue)->qdisc);
	if (!qdisc)
		return;
	strscpy(record->qdisc, qdisc->ops->id, sizeof(record->qdisc));
	record->has |= KSFLOW_HAS_QDISC;
}

/*
 * The number of a process for those who may read a namespace: an ordinary user
 * who owns it gets those of PID namespaces that are his as well, as they have
 * them. Return: 0: none.
 */
static u32 pid_for(const struct net *net)
{
	const struct pid_namespace *pid_ns;

	if (net->user_ns == &init_user_ns)
		return task_tgid_nr(current);
	pid_ns = task_active_pid_ns(current);
	return pid_ns && pid_ns->user_ns == net->user_ns ?
	       task_tgid_vnr(current) : 0;
}

/* A system call of the namespace's own, and not whoever was interrupted. */
static void copy_task(struct ksflow_record *record,
		      const struct ksflow_drop_event *event)
{
	if (!in_task() || current->flags & PF_KTHREAD || !current->nsproxy ||
	    current->nsproxy->net_ns != event->kn->net)
		return;
	record->pid = pid_for(event->kn->net);
	if (!record->pid)
		return;
	memcpy(record->comm, current->comm, sizeof(record->comm));
	record->comm[sizeof(record->comm) - 1] = 0;
	record->has |= KSFLOW_HAS_PROCESS;
}

static u32 name_size(const char *name)
{
	return name ? strnlen(name, KSFLOW_TRAP_LEN - 1) + 1 : 0;
}

static void copy_name(struct ksflow_record *record, const char *name)
{
	u32 size = name_size(name);
	char *at = (char *)record->data + record->caplen + record->tail;

	memcpy(at, name, size - 1);
	at[size - 1] = 0;
	record->tail += size;
}

/**
 * ksflow_record_drop - write down a packet that is dropped
 * @event: what is known of the drop
 * @skb: the packet
 * @layout: where its headers are
 *
 * Context: any but NMI; interrupts off.
 * Return: whether there was room; else the loss is counted in the ring.
 */
bool ksflow_record_drop(const struct ksflow_drop_event *event,
			struct sk_buff *skb,
			const struct ksflow_layout *layout)
{
	struct ksflow_relay *relay = &event->kn->relay;
	u32 names = name_size(event->trap) + name_size(event->group);
	u32 room = READ_ONCE(relay->header);
	struct ksflow_record *record;

	record = ksflow_relay_reserve(relay, KSFLOW_KIND_DROP, room + names, 1);
	if (unlikely(!record))
		return false;
	record->time = ktime_get_real_fast_ns();
	record->device = event->source;
	record->has = 0;
	record->vlan = 0;
	record->tail = 0;
	record->mark = skb->mark;
	record->slot = event->slot;
	record->site = event->site;
	record->reason = event->reason;
	record->segs = 1;
	if (skb_shinfo(skb)->gso_size)
		record->segs = max_t(u32, skb_shinfo(skb)->gso_segs, 1);
	copy_route(record, event, skb);
	copy_qdisc(record, event, skb);
	copy_task(record, event);
	if (likely(layout->has_bytes))
		copy_packet(record, skb, layout->base, layout->proto, room, 0,
			    record->segs);
	else
		copy_nothing(record, skb);
	if (event->trap && event->group) {
		copy_name(record, event->trap);
		copy_name(record, event->group);
		record->has |= KSFLOW_HAS_TRAP;
	}
	ksflow_relay_commit(relay, record);
	return true;
}

/**
 * ksflow_record_repair - write down a packet with a wrong checksum
 * @kn: its namespace
 * @wrong: what is known of it
 * @skb: the packet, as it came
 *
 * Context: as ksflow_sender_note(); RCU.
 * Return: whether there was room; else the loss is counted in the ring.
 */
bool ksflow_record_repair(struct ksflow_net *kn,
			  const struct ksflow_wrong *wrong,
			  const struct sk_buff *skb)
{
	const struct ksflow_slot *slot = ksflow_device_find(skb->dev);
	struct ksflow_relay *relay = &kn->relay;
	u32 room = READ_ONCE(relay->header);
	struct ksflow_record *record;
	struct ksflow_layout layout;
	unsigned long flags;

	local_irq_save(flags);
	record = ksflow_relay_reserve(relay, KSFLOW_KIND_REPAIR, room, 1);
	if (unlikely(!record))
		goto out;
	record->time = ktime_get_real_fast_ns();
	record->device = slot && slot->device->kn == kn ? slot->device : NULL;
	record->in = wrong->ifindex;
	record->out = 0;
	record->has = wrong->is_repaired ? KSFLOW_IS_REPAIRED : 0;
	record->vlan = 0;
	record->tail = 0;
	record->mark = skb->mark;
	record->sender = wrong->addr;
	record->packets = wrong->packets;
	record->rule = wrong->rule;
	record->sum_found = ntohs((__force __be16)wrong->found);
	record->sum_right = ntohs((__force __be16)
				  ksflow_sum_right(wrong->found, wrong->rest));
	record->sum_kind = wrong->kind;
	ksflow_record_locate(skb, record->device, &layout);
	copy_packet(record, skb, layout.base, layout.proto, room, 0, 1);
	ksflow_relay_commit(relay, record);
out:
	local_irq_restore(flags);
	return record;
}

/** ksflow_record_source - ifindex of the data source, 0 for none */
u32 ksflow_record_source(const struct ksflow_record *record)
{
	return record->device ? record->device->ifindex : 0;
}

/** ksflow_record_way - KSFLOW_IN or KSFLOW_OUT, of a sample */
unsigned int ksflow_record_way(const struct ksflow_record *record)
{
	return record->cpu->sampler->way;
}

/**
 * ksflow_record_network - the network header within a record's bytes
 * @record: of any kind
 * @type: gets the EtherType, host order; behind one VLAN tag at most
 * @len: gets the bytes that there are from it on
 *
 * Context: any.
 * Return: it, or NULL when there is none.
 */
const u8 *ksflow_record_network(const struct ksflow_record *record, u16 *type,
				u32 *len)
{
	u32 at = 0;

	switch (record->proto) {
	case KSFLOW_PROTO_ETHERNET:
		at = record->vlan ? ETH_HLEN + VLAN_HLEN : ETH_HLEN;
		if (record->caplen < at)
			return NULL;
		*type = record->data[at - 2] << 8 | record->data[at - 1];
		break;
	case KSFLOW_PROTO_IPV4:
		*type = ETH_P_IP;
		break;
	case KSFLOW_PROTO_IPV6:
		*type = ETH_P_IPV6;
		break;
	default:
		return NULL;
	}
	*len = record->caplen - at;
	return record->data + at;
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

static u32 kept(const struct ksflow_record *record, u32 snaplen)
{
	return min_t(u32, record->caplen, snaplen);
}

/**
 * ksflow_record_size - bytes that ksflow_record_fill() needs at most
 * @record: completed
 * @snaplen: packet bytes the reader wants at most
 */
size_t ksflow_record_size(const struct ksflow_record *record, u32 snaplen)
{
	size_t size = nla_total_size(0) +		/* KSFLOW_A_RECORD */
		      2 * nla_total_size_64bit(sizeof(u64)) + /* TIME DROPS */
		      nla_total_size(sizeof(u32)) +	/* SOURCE */
		      2 * nla_total_size(sizeof(u32)) +	/* IN OUT */
		      nla_total_size(sizeof(u32)) +	/* LEN */
		      nla_total_size(sizeof(u32)) +	/* PROTO */
		      nla_total_size(sizeof(u32)) +	/* VLAN */
		      nla_total_size(sizeof(u32)) +	/* MARK */
		      nla_total_size(0) +		/* SEGMENTED */
		      nla_total_size(kept(record, snaplen)); /* DATA */

	if (record->kind != KSFLOW_KIND_REPAIR)
		size += ksflow_socket_size();
	if (record->kind == KSFLOW_KIND_DROP)
		return size +
		       nla_total_size(KSFLOW_REASON_LEN) +
		       nla_total_size(KSFLOW_SITE_LEN) +
		       2 * nla_total_size(KSFLOW_TRAP_LEN) + /* TRAP GROUP */
		       nla_total_size(sizeof(u32)) +	/* DST_ERROR */
		       nla_total_size(IFNAMSIZ) +	/* QDISC */
		       nla_total_size(sizeof(u32)) +	/* SEGS */
		       nla_total_size(sizeof(u32)) +	/* NETNS */
		       nla_total_size(sizeof(u32)) +	/* PID */
		       nla_total_size(TASK_COMM_LEN);	/* COMM */
	if (record->kind == KSFLOW_KIND_REPAIR)
		return size +
		       nla_total_size(sizeof(u8)) +	/* REPAIR_KIND */
		       nla_total_size(sizeof(u32)) +	/* REPAIR_RULE */
		       nla_total_size(0) +		/* REPAIR_DONE */
		       2 * nla_total_size(sizeof(u16)) + /* SUM_.. */
		       nla_total_size(sizeof(struct in6_addr)) + /* SENDER */
		       nla_total_size_64bit(sizeof(u64)); /* SENDER_PACKETS */
	return size + ksflow_tunnel_size(record) +
	       nla_total_size_64bit(sizeof(u64)) +	/* POOL */
	       nla_total_size(sizeof(u8)) +		/* DIR */
	       nla_total_size(sizeof(u32)) +		/* RATE */
	       nla_total_size(sizeof(u32)) +		/* HITS */
	       2 * nla_total_size(sizeof(u32)) +	/* QUEUE QUEUE_DEPTH */
	       nla_total_size_64bit(sizeof(u64)) +	/* DELAY */
	       nla_total_size(sizeof(struct in6_addr)) + /* NEXTHOP */
	       2 * nla_total_size(sizeof(u8));		/* SRC_ DST_PREFIX */
}

/*
 * A record is a dozen attributes, most of them a word: for those nla_put() is
 * four calls. Whoever fills has asked ksflow_record_size() for room.
 */
static __always_inline void put(struct sk_buff *msg, u16 type,
				const void *value, u32 len)
{
	struct nlattr *nla = __skb_put(msg, nla_total_size(len));

	/* What is behind a value of no round size. */
	memset((void *)nla + nla_total_size(len) - NLA_ALIGNTO, 0, NLA_ALIGNTO);
	nla->nla_type = type;
	nla->nla_len = nla_attr_size(len);
	memcpy(nla_data(nla), value, len);
}

static void put_u8(struct sk_buff *msg, u16 type, u8 value)
{
	put(msg, type, &value, sizeof(value));
}

static void put_u16(struct sk_buff *msg, u16 type, u16 value)
{
	put(msg, type, &value, sizeof(value));
}

static void put_u32(struct sk_buff *msg, u16 type, u32 value)
{
	put(msg, type, &value, sizeof(value));
}

static void put_u64(struct sk_buff *msg, u16 type, u64 value)
{
	if (nla_need_padding_for_64bit(msg))
		put(msg, KSFLOW_A_RECORD_PAD, NULL, 0);
	put(msg, type, &value, sizeof(value));
}

static void put_flag(struct sk_buff *msg, u16 type)
{
	put(msg, type, NULL, 0);
}

static void put_string(struct sk_buff *msg, u16 type, const char *text)
{
	put(msg, type, text, strlen(text) + 1);
}

static void sample_fill(struct sk_buff *msg, const struct ksflow_record *record,
			u64 lost_here)
{
	const struct ksflow_sampler *sampler = record->cpu->sampler;
	u8 dir = sampler->way == KSFLOW_IN ? KSFLOW_DIR_INGRESS :
					     KSFLOW_DIR_EGRESS;

	put_u8(msg, KSFLOW_A_RECORD_DIR, dir);
	put_u32(msg, KSFLOW_A_RECORD_RATE, sampler->rate);
	put_u64(msg, KSFLOW_A_RECORD_POOL, record->pool);
	put_u64(msg, KSFLOW_A_RECORD_DROPS, record->drops + lost_here);
	if (record->hits != 1)
		put_u32(msg, KSFLOW_A_RECORD_HITS, record->hits);
	if (record->has & KSFLOW_HAS_QUEUE) {
		put_u32(msg, KSFLOW_A_RECORD_QUEUE, record->queue);
		put_u32(msg, KSFLOW_A_RECORD_QUEUE_DEPTH, record->depth);
	}
	if (record->delay_state == KSFLOW_DELAY_MATCHED)
		put_u64(msg, KSFLOW_A_RECORD_DELAY, record->delay);
	if (record->has & KSFLOW_HAS_NEXTHOP4)
		put(msg, KSFLOW_A_RECORD_NEXTHOP4, &record->nexthop,
		    sizeof(__be32));
	if (record->has & KSFLOW_HAS_NEXTHOP6)
		put(msg, KSFLOW_A_RECORD_NEXTHOP6, &record->nexthop,
		    sizeof(record->nexthop));
	if (record->has & (KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6)) {
		put_u8(msg, KSFLOW_A_RECORD_SRC_PREFIX, record->src_prefix);
		put_u8(msg, KSFLOW_A_RECORD_DST_PREFIX, record->dst_prefix);
	}
}

static void names_fill(struct sk_buff *msg, const struct ksflow_record *record)
{
	const char *trap = (const char *)record->data + record->caplen;
	char name[KSFLOW_SITE_LEN];

	if (record->has & KSFLOW_HAS_TRAP) {
		put_string(msg, KSFLOW_A_RECORD_TRAP, trap);
		put_string(msg, KSFLOW_A_RECORD_GROUP, trap + strlen(trap) + 1);
		return;
	}
	BUILD_BUG_ON(KSFLOW_REASON_LEN > KSFLOW_SITE_LEN);
	if (ksflow_reason_name(record->reason, name))
		put_string(msg, KSFLOW_A_RECORD_REASON, name);
	ksflow_reason_site(record->site, name);
	put_string(msg, KSFLOW_A_RECORD_SITE, name);
}

static void drop_fill(struct sk_buff *msg, const struct ksflow_record *record,
		      const struct ksflow_net *kn, u64 lost_here)
{
	struct ksflow_drop_source sum;

	ksflow_drop_sum(&kn->drop, record->device, &sum);
	put_u64(msg, KSFLOW_A_RECORD_DROPS,
		sum.limited + sum.lost + lost_here);
	names_fill(msg, record);
	if (record->dst_error)
		put_u32(msg, KSFLOW_A_RECORD_DST_ERROR, record->dst_error);
	if (record->has & KSFLOW_HAS_QDISC)
		put_string(msg, KSFLOW_A_RECORD_QDISC, record->qdisc);
	if (record->segs != 1)
		put_u32(msg, KSFLOW_A_RECORD_SEGS, record->segs);
	put_u32(msg, KSFLOW_A_RECORD_NETNS, kn->net->ns.inum);
	if (record->has & KSFLOW_HAS_PROCESS) {
		put_u32(msg, KSFLOW_A_RECORD_PID, record->pid);
		put_string(msg, KSFLOW_A_RECORD_COMM, record->comm);
	}
}

static void repair_fill(struct sk_buff *msg, const struct ksflow_record *record)
{
	put_u8(msg, KSFLOW_A_RECORD_REPAIR_KIND, record->sum_kind);
	put_u32(msg, KSFLOW_A_RECORD_REPAIR_RULE, record->rule);
	if (record->has & KSFLOW_IS_REPAIRED)
		put_flag(msg, KSFLOW_A_RECORD_REPAIR_DONE);
	put_u16(msg, KSFLOW_A_RECORD_SUM_FOUND, record->sum_found);
	put_u16(msg, KSFLOW_A_RECORD_SUM_RIGHT, record->sum_right);
	put(msg, KSFLOW_A_RECORD_SENDER, &record->sender,
	    sizeof(record->sender));
	put_u64(msg, KSFLOW_A_RECORD_SENDER_PACKETS, record->packets);
}

/**
 * ksflow_record_fill - put a record into a message
 * @msg: the message
 * @record: completed
 * @kn: its namespace
 * @snaplen: packet bytes the reader wants at most
 * @lost_here: of its source, what this reader lost on top
 *
 * Context: process; the relay's lock.
 * Return: 0 or -EMSGSIZE, then @msg is as before.
 */
int ksflow_record_fill(struct sk_buff *msg, const struct ksflow_record *record,
		       const struct ksflow_net *kn, u32 snaplen, u64 lost_here)
{
	u32 source = ksflow_record_source(record);
	struct nlattr *nest;
	int err = 0;

	if (skb_tailroom(msg) < ksflow_record_size(record, snaplen))
		return -EMSGSIZE;
	nest = (struct nlattr *)skb_tail_pointer(msg);
	put(msg, KSFLOW_A_RECORD | NLA_F_NESTED, NULL, 0);
	put_u64(msg, KSFLOW_A_RECORD_TIME, record->time);
	if (source)
		put_u32(msg, KSFLOW_A_RECORD_SOURCE, source);
	if (record->in)
		put_u32(msg, KSFLOW_A_RECORD_IN, record->in);
	if (record->out)
		put_u32(msg, KSFLOW_A_RECORD_OUT, record->out);
	put_u32(msg, KSFLOW_A_RECORD_LEN, record->len);
	put_u32(msg, KSFLOW_A_RECORD_PROTO, record->proto);
	if (record->vlan)
		put_u32(msg, KSFLOW_A_RECORD_VLAN, record->vlan);
	if (record->mark)
		put_u32(msg, KSFLOW_A_RECORD_MARK, record->mark);
	if (record->kind == KSFLOW_KIND_DROP)
		drop_fill(msg, record, kn, lost_here);
	else if (record->kind == KSFLOW_KIND_REPAIR)
		repair_fill(msg, record);
	else
		sample_fill(msg, record, lost_here);
	if (record->has & KSFLOW_IS_SEGMENT)
		put_flag(msg, KSFLOW_A_RECORD_SEGMENTED);
	put(msg, KSFLOW_A_RECORD_DATA, record->data, kept(record, snaplen));
	if (record->kind == KSFLOW_KIND_SAMPLE)
		err = ksflow_tunnel_fill(msg, record);
	if (!err && record->kind != KSFLOW_KIND_REPAIR &&
	    !READ_ONCE(kn->is_dead))
		err = ksflow_socket_fill(msg, record, kn->net);
	if (err)
		nla_nest_cancel(msg, nest);
	else
		nla_nest_end(msg, nest);
	return err;
}

/**
 * ksflow_record_skb_new - a buffer for ksflow_record_lend()
 *
 * Context: process. Charged to the caller's memory control group.
 * Return: for consume_skb(), or NULL.
 */
struct sk_buff *ksflow_record_skb_new(void)
{
	return alloc_skb(KSFLOW_HEADER_MAX + VLAN_HLEN, KSFLOW_GFP);
}

static __be16 ethertype(const struct ksflow_record *record)
{
	__be16 type;

	switch (record->proto) {
	case KSFLOW_PROTO_IPV4:
		return htons(ETH_P_IP);
	case KSFLOW_PROTO_IPV6:
		return htons(ETH_P_IPV6);
	case KSFLOW_PROTO_MPLS:
		return htons(ETH_P_MPLS_UC);
	}
	if (record->caplen < ETH_HLEN)
		return 0;
	memcpy(&type, record->data + 2 * ETH_ALEN, sizeof(type));
	return type;
}

/**
 * ksflow_record_lend - show a record as a packet to those who want one
 * @record: in its ring
 * @skb: of ksflow_record_skb_new(), empty
 *
 * The packet has its length on the wire. What is not in the record is in no
 * fragment either: a look beyond @record->caplen fails.
 */
void ksflow_record_lend(const struct ksflow_record *record,
			struct sk_buff *skb)
{
	bool is_ether = record->proto == KSFLOW_PROTO_ETHERNET;

	skb_put_data(skb, record->data, record->caplen);
	skb_reset_mac_header(skb);
	skb_set_network_header(skb, is_ether ? ETH_HLEN : 0);
	skb->protocol = ethertype(record);
	skb->mark = record->mark;
	if (record->len > record->caplen) {
		skb->data_len = record->len - record->caplen;
		skb->len = record->len;
	}
}

/** ksflow_record_unlend - empty what ksflow_record_lend() filled */
void ksflow_record_unlend(struct sk_buff *skb)
{
	skb->len -= skb->data_len;
	skb->data_len = 0;
	skb_trim(skb, 0);
}
