/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_RECORD_H
#define KSFLOW_RECORD_H

#include <linux/if.h>
#include <linux/in6.h>
#include <linux/ksflow.h>
#include <linux/sched.h>
#include <linux/skbuff.h>

struct ksflow_device;
struct ksflow_drop_event;
struct ksflow_drop_slot;
struct ksflow_net;
struct ksflow_sampler;
struct ksflow_sampler_cpu;
struct ksflow_wrong;
struct net_device;

/* sFlow v5 header_protocol, section 5.3 of the specification. */
enum {
	KSFLOW_PROTO_OTHER = 0,
	KSFLOW_PROTO_ETHERNET = 1,
	KSFLOW_PROTO_IPV4 = 11,
	KSFLOW_PROTO_IPV6 = 12,
	KSFLOW_PROTO_MPLS = 13,
};

/* Which of the optional members of struct ksflow_record hold a value. */
enum {
	KSFLOW_HAS_QUEUE = 1 << 0,
	KSFLOW_HAS_NEXTHOP4 = 1 << 1,
	KSFLOW_HAS_NEXTHOP6 = 1 << 2,
	KSFLOW_IS_SEGMENT = 1 << 3,
	KSFLOW_HAS_QDISC = 1 << 4,
	KSFLOW_HAS_PROCESS = 1 << 5,
	KSFLOW_HAS_TRAP = 1 << 6,
	KSFLOW_IS_REPAIRED = 1 << 7,
};

/**
 * struct ksflow_layout - where the headers of a packet are
 * @base: offset from skb->data of the first byte that counts
 * @proto: KSFLOW_PROTO_* of that byte
 * @has_bytes: the packet's bytes are its own, and may be shown
 * @has_ip: @ip is valid
 * @ip: offset from skb->data of the IP header
 */
struct ksflow_layout {
	int base;
	u32 proto;
	bool has_bytes;
	bool has_ip;
	int ip;
};

/**
 * struct ksflow_record - one packet in a ring
 * @size: bytes in the ring, a multiple of 8
 * @kind: enum ksflow_kind, or KSFLOW_RECORD_PAD, which has no more than what is
 *	up to here: a ring may end 8 bytes after it begins
 * @has: KSFLOW_HAS_*
 * @hits: samples it stands for
 * @seq: sequence of the first of them
 * @time: ns of CLOCK_REALTIME
 * @device: the data source, or NULL for none; it names namespace and ifindex
 * @in: ifindex, 0 for unknown, or KSFLOW_IFINDEX_LOCAL
 * @out: likewise
 * @len: bytes on the wire, no FCS
 * @vlan: TPID << 16 | TCI of the outermost tag, 0 for none
 * @mark: skb mark
 * @proto: KSFLOW_PROTO_*
 * @caplen: packet bytes in @data
 * @tail: bytes behind them: of a drop, the names of trap and group, each with
 *	its NUL; of a sample, a struct ksflow_tunnel, in no alignment
 * @delay_state: of samples: enum ksflow_delay_end, KSFLOW_DELAY_NONE or
 *	KSFLOW_DELAY_PENDING; then another CPU may fill in @delay, @delay_out,
 *	@queue and @depth, and this last
 * @pool: candidates so far; the writer fills in this CPU's and sampler's, the
 *	worker makes it the device's
 * @drops: samples lost to full rings so far, likewise
 * @cpu: the countdown that chose it
 * @delay: ns from ingress to egress, if @delay_state says so
 * @queue: transmit queue
 * @depth: bytes waiting in it
 * @hash: of the flow, as the skb had it, 0 for none: it chooses among paths of
 *	equal cost
 * @src_prefix: the route's, with @nexthop; worker
 * @dst_prefix: likewise
 * @delay_place: its place in delay.c's table
 * @delay_out: ifindex it left by, with @delay
 * @nexthop: worker
 * @slot: of a drop, NULL for hardware or when there was none left
 * @site: address in the function that dropped it
 * @reason: as the tracepoint gave it, or KSFLOW_REASON_NONE
 * @segs: frames of a super-packet that was dropped, or 1
 * @dst_error: errno of its route, positive, or 0
 * @pid: process whose own call dropped it
 * @comm: its name
 * @qdisc: kind of the queue it was to leave by
 * @sender: source address of a packet with a wrong checksum
 * @packets: its wrong packets so far
 * @rule: that names the packet
 * @sum_found: the checksum
 * @sum_right: as it should be
 * @sum_kind: enum ksflow_repair_kind
 * @data: first bytes of the packet
 */
struct ksflow_record {
	u16 size;
	u8 kind;
	u8 has;
	u32 hits;
	u64 seq;
	u64 time;
	struct ksflow_device *device;
	u32 in;
	u32 out;
	u32 len;
	u32 vlan;
	u32 mark;
	u16 proto;
	u16 caplen;
	u16 tail;
	u8 delay_state;
	union {
		struct {
			u64 pool;
			u64 drops;
			struct ksflow_sampler_cpu *cpu;
			u64 delay;
			u32 queue;
			u32 depth;
			u32 hash;
			u8 src_prefix;
			u8 dst_prefix;
			u16 delay_place;
			u32 delay_out;
			struct in6_addr nexthop;
		};
		struct {
			struct ksflow_drop_slot *slot;
			unsigned long site;
			u32 reason;
			u32 segs;
			u32 dst_error;
			u32 pid;
			char comm[TASK_COMM_LEN];
			char qdisc[IFNAMSIZ];
		};
		struct {
			struct in6_addr sender;
			u64 packets;
			u32 rule;
			u16 sum_found;
			u16 sum_right;
			u8 sum_kind;
		};
	};
	u8 data[] __aligned(4);
};

#define KSFLOW_RECORD_PAD	0xff

int ksflow_record_base(const struct sk_buff *skb,
		       const struct ksflow_sampler *sampler, u32 *proto);
void ksflow_record_sample(struct ksflow_sampler_cpu *sc, struct sk_buff *skb,
			  u32 index, u32 segs, u32 hits);
void ksflow_record_locate(const struct sk_buff *skb,
			  const struct ksflow_device *device,
			  struct ksflow_layout *layout);
bool ksflow_record_drop(const struct ksflow_drop_event *event,
			struct sk_buff *skb,
			const struct ksflow_layout *layout);
bool ksflow_record_repair(struct ksflow_net *kn,
			  const struct ksflow_wrong *wrong,
			  const struct sk_buff *skb);
u32 ksflow_record_source(const struct ksflow_record *record);
void ksflow_record_queue(struct ksflow_record *record,
			 const struct sk_buff *skb,
			 const struct net_device *dev);
unsigned int ksflow_record_way(const struct ksflow_record *record);
const u8 *ksflow_record_network(const struct ksflow_record *record, u16 *type,
				u32 *len);
void ksflow_record_complete(struct ksflow_record *record);
size_t ksflow_record_size(const struct ksflow_record *record, u32 snaplen);
int ksflow_record_fill(struct sk_buff *msg, const struct ksflow_record *record,
		       const struct ksflow_net *kn, u32 snaplen, u64 lost_here);
struct sk_buff *ksflow_record_skb_new(void);
void ksflow_record_lend(const struct ksflow_record *record,
			struct sk_buff *skb);
void ksflow_record_unlend(struct sk_buff *skb);

#endif /* KSFLOW_RECORD_H */
