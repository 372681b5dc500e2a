// SPDX-License-Identifier: GPL-2.0
// Copyright (C) 2026 the ksflow authors
/*
 * What users of BPF would write for the same work, loaded by peer.c: samplers on
 * TCX, capture of drops on the raw tracepoint, repair of UDP checksums on tc.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#define NEXT	(-1)		/* TCX_NEXT, and TC_ACT_UNSPEC */
#define SNAPLEN	128U
#define CHUNK	256U
#define CHUNKS	36U		/* a jumbo frame's */
#define ADDRS	(ETH_HLEN + 8)	/* IPv6 addresses in the frame */

char gpl[] SEC("license") = "GPL";

struct event {
	__u64 site;
	__u32 reason;
	__u32 ifindex;
	__u32 len;
	__u32 caplen;
	__u8 data[SNAPLEN];
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 128);
	__type(key, __u32);
	__type(value, __u32);
} rates SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 23);
} events SEC(".maps");

struct drop {
	__u64 site;
	__u64 reason;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 256);
	__type(key, struct drop);
	__type(value, __u64);
} drops SEC(".maps");

SEC("tc")
int empty(struct __sk_buff *skb)
{
	return NEXT;
}

SEC("tc")
int sample(struct __sk_buff *skb)
{
	__u32 ifindex = skb->ifindex, len = skb->len;
	__u32 *rate = bpf_map_lookup_elem(&rates, &ifindex);
	struct event *e;

	if (!rate || !*rate || bpf_get_prandom_u32() % *rate)
		return NEXT;
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return NEXT;
	e->ifindex = ifindex;
	e->len = len;
	e->caplen = len < SNAPLEN ? len : SNAPLEN;
	if (len >= SNAPLEN)
		bpf_skb_load_bytes(skb, 0, e->data, SNAPLEN);
	else
		bpf_skb_load_bytes(skb, 0, e->data, ETH_HLEN);
	bpf_ringbuf_submit(e, 0);
	return NEXT;
}

static void count(struct bpf_raw_tracepoint_args *ctx)
{
	struct drop key = { ctx->args[1], ctx->args[2] };
	__u64 one = 1, *n = bpf_map_lookup_elem(&drops, &key);

	if (n)
		++*n;
	else
		bpf_map_update_elem(&drops, &key, &one, BPF_ANY);
}

SEC("raw_tp/kfree_skb")
int drop_count(struct bpf_raw_tracepoint_args *ctx)
{
	count(ctx);
	return 0;
}

struct sk_buff {
	unsigned int len;
	__u16 mac_header;
	unsigned char *head;
} __attribute__((preserve_access_index));

SEC("raw_tp/kfree_skb")
int drop_event(struct bpf_raw_tracepoint_args *ctx)
{
	struct sk_buff *skb = (void *)ctx->args[0];
	struct event *e;

	count(ctx);
	e = bpf_ringbuf_reserve(&events, sizeof(*e), 0);
	if (!e)
		return 0;
	e->site = ctx->args[1];
	e->reason = ctx->args[2];
	e->len = BPF_CORE_READ(skb, len);
	bpf_probe_read_kernel(e->data, SNAPLEN,
			      BPF_CORE_READ(skb, head) +
			      BPF_CORE_READ(skb, mac_header));
	bpf_ringbuf_submit(e, 0);
	return 0;
}

/*
 * The datagram's sum with its pseudo-header, 256 bytes at a time, as much as the
 * stack has room for; written whether it was right or not.
 */
SEC("tc")
int fix(struct __sk_buff *skb)
{
	struct {
		struct ethhdr eth;
		struct ipv6hdr ip;
		struct udphdr udp;
	} __attribute__((packed)) h;
	__u32 at = sizeof(h.eth) + sizeof(h.ip), left, i, n, chunk[CHUNK / 4];
	__s64 sum;
	__u16 check;

	if (bpf_skb_load_bytes(skb, 0, &h, sizeof(h)) ||
	    h.eth.h_proto != bpf_htons(ETH_P_IPV6) || h.ip.nexthdr != 17 ||
	    h.udp.dest != bpf_htons(4739))
		return NEXT;
	left = bpf_ntohs(h.udp.len);
	sum = bpf_csum_diff(0, 0, (void *)&h + ADDRS, 32, 0);
	sum += (__u32)h.udp.len + bpf_htons(17) + (__u16)~h.udp.check;
	sum = (sum & 0xffffffff) + (sum >> 32);
	for (i = 0; i < CHUNKS && left; i++) {
		if (left >= CHUNK) {
			if (bpf_skb_load_bytes(skb, at, chunk, CHUNK))
				return NEXT;
			sum = bpf_csum_diff(0, 0, chunk, CHUNK, sum);
			left -= CHUNK;
			at += CHUNK;
			continue;
		}
		__builtin_memset(chunk, 0, sizeof(chunk));
		n = left;
		barrier_var(n);		/* or the mask is optimized out */
		n &= CHUNK - 1;
		if (!n || bpf_skb_load_bytes(skb, at, chunk, n))
			return NEXT;
		sum = bpf_csum_diff(0, 0, chunk, CHUNK, sum);
		left = 0;
	}
	sum = (sum & 0xffff) + (sum >> 16 & 0xffff);
	sum = (sum & 0xffff) + (sum >> 16);
	check = ~sum;
	if (!check)
		check = 0xffff;
	bpf_skb_store_bytes(skb, sizeof(h) - 2, &check, 2, 0);
	return NEXT;
}
