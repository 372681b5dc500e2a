// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * A GRO or GSO super-packet and the wire frames it stands for: how many, how
 * long each is, and what its first bytes are. Collectors take bytes from the
 * IP length in the sampled header, so that must be a frame's, not the
 * super-packet's.
 */
#include "segment.h"

#include <linux/if_ether.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/sctp.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

#include "record.h"
#include "sample.h"

#define HEADERS_MAX	4	/* IP and UDP headers with a length inside */
#define SCAN_MAX	256	/* bytes of headers looked at */
#define FRAGS_MAX	128	/* SCTP packets in one super-packet */

#define GSO_TUNNELS	(SKB_GSO_GRE | SKB_GSO_GRE_CSUM | \
			 SKB_GSO_IPXIP4 | SKB_GSO_IPXIP6 | \
			 SKB_GSO_UDP_TUNNEL | SKB_GSO_UDP_TUNNEL_CSUM)

enum { HEADER_IPV4, HEADER_IPV6, HEADER_UDP, HEADER_TCP };

/**
 * struct ksflow_headers - where the headers of a super-packet are
 * @end: offset behind the innermost transport header; 0 when not understood
 * @count: entries of @kind and @at
 * @kind: HEADER_*
 * @at: offset from the first byte
 * @jumbo: offset of a jumbo payload option (8 bytes) that no frame has, right
 *	behind its IPv6 header; 0: none
 */
struct ksflow_headers {
	u32 end;
	u32 count;
	u8 kind[HEADERS_MAX + 2];
	u16 at[HEADERS_MAX + 2];
	u16 jumbo;
};

static bool note(struct ksflow_headers *h, u8 kind, u32 at)
{
	if (h->count == ARRAY_SIZE(h->at))
		return false;
	h->kind[h->count] = kind;
	h->at[h->count++] = at;
	return true;
}

/* Walks IPv6 extension headers; true with *proto and *at past them. */
static bool skip_extensions(struct ksflow_headers *h, const u8 *data, u32 len,
			    u32 *at, u8 *proto)
{
	unsigned int i;

	for (i = 0; i < 8; i++) {
		const struct ipv6_opt_hdr *opt = (const void *)(data + *at);

		switch (*proto) {
		case NEXTHDR_HOP:
			/* BIG TCP of up to 6.x has it in front: RFC 2675. */
			if (!i && *at + 8 <= len && !opt->hdrlen &&
			    data[*at + 2] == IPV6_TLV_JUMBO)
				h->jumbo = *at;
			fallthrough;
		case NEXTHDR_ROUTING:
		case NEXTHDR_DEST:
			if (*at + sizeof(*opt) > len)
				return false;
			*proto = opt->nexthdr;
			*at += ipv6_optlen(opt);
			break;
		default:
			return true;
		}
	}
	return false;
}

/* @inner: offset of the inner network header, 0 when there is none. */
static void find_headers(struct ksflow_headers *h, const u8 *data, u32 len,
			 u32 proto, u32 inner)
{
	u32 at = 0, tags;
	__be16 type;
	u8 l4;

	memset(h, 0, sizeof(*h));
	if (proto == KSFLOW_PROTO_ETHERNET) {
		at = ETH_HLEN;
		for (tags = 0; at <= len; tags++) {
			memcpy(&type, data + at - 2, sizeof(type));
			if (!eth_type_vlan(type) || tags == 4)
				break;
			at += VLAN_HLEN;
		}
	}
	for (;;) {
		if (at + sizeof(struct iphdr) > len)
			return;
		if (data[at] >> 4 == 4) {
			const struct iphdr *ip = (const void *)(data + at);

			if (!note(h, HEADER_IPV4, at))
				return;
			l4 = ip->protocol;
			at += ip->ihl * 4;
		} else if (data[at] >> 4 == 6) {
			if (at + sizeof(struct ipv6hdr) > len ||
			    !note(h, HEADER_IPV6, at))
				return;
			l4 = data[at + offsetof(struct ipv6hdr, nexthdr)];
			at += sizeof(struct ipv6hdr);
			if (!skip_extensions(h, data, len, &at, &l4))
				return;
		} else {
			return;
		}
		if (!inner || at > inner)
			break;
		/* The outer packet of a tunnel; go on behind it. */
		if (l4 == IPPROTO_UDP && !note(h, HEADER_UDP, at))
			return;
		at = inner;
		inner = 0;
	}
	switch (l4) {
	case IPPROTO_TCP:
		if (at + sizeof(struct tcphdr) <= len &&
		    note(h, HEADER_TCP, at))
			h->end = at + (data[at + 12] >> 4) * 4;
		break;
	case IPPROTO_UDP:
		if (note(h, HEADER_UDP, at))
			h->end = at + sizeof(struct udphdr);
		break;
	case IPPROTO_SCTP:
		h->end = at + sizeof(struct sctphdr);
		break;
	}
}

static void scan(struct ksflow_headers *h, const struct sk_buff *skb, int base,
		 u32 proto)
{
	u32 len = min_t(u32, skb->len - base, SCAN_MAX), inner = 0;
	u8 data[SCAN_MAX];

	h->end = 0;
	h->count = 0;
	if (skb_copy_bits(skb, base, data, len))
		return;
	if (skb_shinfo(skb)->gso_type & GSO_TUNNELS && skb->encapsulation)
		inner = skb_inner_network_offset(skb) - base;
	find_headers(h, data, len, proto, inner < len ? inner : 0);
}

static u32 by_frags_count(const struct sk_buff *skb)
{
	const struct sk_buff *frag;
	u32 n = 0;

	skb_walk_frags(skb, frag)
		if (++n == FRAGS_MAX)
			break;
	return max(n, 1U);
}

/**
 * ksflow_segment_count - wire frames that a super-packet stands for
 * @skb: with gso_size set
 * @sampler: whose tap it is at
 *
 * Context: any.
 * Return: 1 or more.
 */
u32 ksflow_segment_count(const struct sk_buff *skb,
			 const struct ksflow_sampler *sampler)
{
	const struct skb_shared_info *si = skb_shinfo(skb);
	struct ksflow_headers h;
	u32 proto;
	int base;

	if (likely(si->gso_segs && !(si->gso_type & SKB_GSO_DODGY)))
		return si->gso_segs;
	if (si->gso_size == GSO_BY_FRAGS)
		return by_frags_count(skb);
	/* From a guest or a tun device: the count is missing, or not to be
	 * trusted.
	 */
	base = ksflow_record_base(skb, sampler, &proto);
	scan(&h, skb, base, proto);
	if (!h.end || skb->len - base <= h.end)
		return max_t(u32, si->gso_segs, 1);
	return DIV_ROUND_UP(skb->len - base - h.end, si->gso_size);
}

static void by_frags_find(const struct sk_buff *skb, u32 index, u32 *at,
			  u32 *len)
{
	const struct sk_buff *frag;

	*at = skb->len;
	*len = 0;
	skb_walk_frags(skb, frag)
		*at -= frag->len;
	skb_walk_frags(skb, frag) {
		*len = frag->len;
		if (!index--)
			break;
		*at += frag->len;
	}
}

static void fix_lengths(const struct ksflow_headers *h, u8 *data, u32 caplen,
			u32 frame, u32 index, u32 segs, u32 gso_size)
{
	u32 i, at;

	for (i = 0; i < h->count; i++) {
		struct ipv6hdr *ip6;
		struct iphdr *ip;
		struct tcphdr *th;
		__be16 len;

		at = h->at[i];
		switch (h->kind[i]) {
		case HEADER_IPV4:
			ip = (struct iphdr *)(data + at);
			if (at + ip->ihl * 4 > caplen || ip->ihl < 5)
				return;
			len = htons(min_t(u32, frame - at, U16_MAX));
			memcpy(&ip->tot_len, &len, sizeof(len));
			len = htons(ntohs(ip->id) + index);
			memcpy(&ip->id, &len, sizeof(len));
			ip_send_check(ip);
			break;
		case HEADER_IPV6:
			ip6 = (struct ipv6hdr *)(data + at);
			if (at + sizeof(*ip6) > caplen)
				return;
			ip6->payload_len = htons(min_t(u32, frame - at -
						       sizeof(*ip6), U16_MAX));
			break;
		case HEADER_UDP:
			if (at + sizeof(struct udphdr) > caplen)
				return;
			((struct udphdr *)(data + at))->len =
				htons(min_t(u32, frame - at, U16_MAX));
			break;
		case HEADER_TCP:
			th = (struct tcphdr *)(data + at);
			if (at + sizeof(*th) > caplen)
				return;
			th->seq = htonl(ntohl(th->seq) + index * gso_size);
			if (index < segs - 1)
				th->fin = th->psh = 0;
			if (index)
				th->cwr = 0;
			break;
		}
	}
}

/**
 * ksflow_segment_cut - the bytes and length of one frame of a super-packet
 * @skb: with gso_size set
 * @base: offset of the first byte that counts
 * @proto: header protocol of that byte
 * @index: which frame, 0...@segs - 1
 * @segs: as ksflow_segment_count() gave it
 * @data: gets the frame's first bytes: headers with this frame's lengths,
 *	IPv4 identification and TCP sequence number, then its own payload
 * @caplen: in: room in @data; out: bytes there
 *
 * Checksums of the transport header stay as the super-packet has them.
 *
 * Context: any.
 * Return: length of the frame from @base on, in bytes.
 */
u32 ksflow_segment_cut(const struct sk_buff *skb, int base, u32 proto,
		       u32 index, u32 segs, u8 *data, u32 *caplen)
{
	u32 total = skb->len - base, gso_size = skb_shinfo(skb)->gso_size;
	u32 room = *caplen, at, part, frame, keep;
	struct ksflow_headers h;

	scan(&h, skb, base, proto);
	if (!h.end || h.end >= total)
		goto whole;
	if (gso_size == GSO_BY_FRAGS) {
		by_frags_find(skb, index, &at, &part);
		at -= base;
	} else {
		at = h.end + index * gso_size;
		if (at >= total)
			goto whole;
		part = index == segs - 1 ? total - at :
					   min(gso_size, total - at);
	}
	frame = h.end + part;
	keep = min(h.end, room);
	if (skb_copy_bits(skb, base, data, keep))
		goto whole;
	/* All of it when the headers fit and there is room behind them. */
	part = min(part, room - keep);
	if (part && skb_copy_bits(skb, base + at, data + keep, part))
		part = 0;
	*caplen = keep + part;
	if (h.jumbo && h.jumbo + 8U <= keep) {
		u32 i;

		/* A frame has no jumbo payload option. */
		for (i = 0; i < h.count; i++) {
			if (h.at[i] > h.jumbo)
				h.at[i] -= 8;
			else if (h.at[i] + sizeof(struct ipv6hdr) == h.jumbo)
				data[h.at[i] + offsetof(struct ipv6hdr,
							nexthdr)] =
					data[h.jumbo];
		}
		memmove(data + h.jumbo, data + h.jumbo + 8,
			*caplen - h.jumbo - 8);
		*caplen -= 8;
		frame -= 8;
	}
	fix_lengths(&h, data, *caplen, frame, index, segs, gso_size);
	return frame;

whole:
	*caplen = min(room, total);
	if (skb_copy_bits(skb, base, data, *caplen))
		*caplen = 0;
	return min(total, h.end + gso_size);
}
