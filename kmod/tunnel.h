/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_TUNNEL_H
#define KSFLOW_TUNNEL_H

#include <linux/in6.h>
#include <linux/skbuff.h>
#include <net/dst_metadata.h>

struct ksflow_record;

/**
 * struct ksflow_tunnel - what was, or will be, put around one packet
 * @src: of the outer IP header; of IPv4, the first four bytes
 * @dst: likewise; all zero in what will be: the stack chooses
 * @id: VNI or key, 0 for none
 * @src_port: of UDP, 0 for unknown
 * @dst_port: likewise
 * @tos: of the outer header
 * @ttl: likewise; 0 in what will be: the device's
 * @words: GRE's checksum, key and sequence: how many of them
 * @options: bytes of Geneve's options
 * @is_ip6: the outer header is
 * @is_out: it will be put around
 */
struct ksflow_tunnel {
	struct in6_addr src;
	struct in6_addr dst;
	__be64 id;
	__be16 src_port;
	__be16 dst_port;
	u8 tos;
	u8 ttl;
	u8 words;
	u8 options;
	bool is_ip6;
	bool is_out;
};

/**
 * ksflow_tunnel_info - the tunnel that a packet's metadata names
 * @skb: at a tap
 *
 * Context: RCU. What comes in through no tunnel has no route yet.
 * Return: it, for as long as the packet has its route, or NULL.
 */
static __always_inline const struct ip_tunnel_info *
ksflow_tunnel_info(struct sk_buff *skb)
{
	return likely(!skb->_skb_refdst) ? NULL : skb_tunnel_info(skb);
}

void ksflow_tunnel_copy(struct ksflow_record *record,
			const struct ip_tunnel_info *info);
size_t ksflow_tunnel_size(const struct ksflow_record *record);
int ksflow_tunnel_fill(struct sk_buff *msg, const struct ksflow_record *record);

#endif /* KSFLOW_TUNNEL_H */
