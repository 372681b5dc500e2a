// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Tunnels whose ends are each packet's own: devices in "external" mode, below
 * Open vSwitch, act_tunnel_key or a route with an encapsulation. The device's
 * settings say nothing of them; the packet's metadata does. It is written
 * behind the packet's bytes, in the few records that have it.
 */
#include "tunnel.h"

#include <net/netlink.h>

#include "compat/compat.h"
#include "record.h"

/**
 * ksflow_tunnel_copy - write down the tunnel of a packet
 * @record: of a sample, its bytes in place, with room for a struct
 *	ksflow_tunnel behind them
 * @info: of ksflow_tunnel_info()
 *
 * Context: as the tap.
 */
void ksflow_tunnel_copy(struct ksflow_record *record,
			const struct ip_tunnel_info *info)
{
	const struct ip_tunnel_key *key = &info->key;
	struct ksflow_tunnel tunnel = {
		.id = key->tun_id,
		.src_port = key->tp_src,
		.dst_port = key->tp_dst,
		.tos = key->tos,
		.ttl = key->ttl,
		.words = ksflow_tunnel_words(key),
		.options = info->options_len,
		.is_ip6 = info->mode & IP_TUNNEL_INFO_IPV6,
		.is_out = info->mode & IP_TUNNEL_INFO_TX,
	};

	if (tunnel.is_ip6) {
		tunnel.src = key->u.ipv6.src;
		tunnel.dst = key->u.ipv6.dst;
	} else {
		tunnel.src.s6_addr32[0] = key->u.ipv4.src;
		tunnel.dst.s6_addr32[0] = key->u.ipv4.dst;
	}
	memcpy(record->data + record->caplen, &tunnel, sizeof(tunnel));
	record->tail = sizeof(tunnel);
}

/** ksflow_tunnel_size - bytes that ksflow_tunnel_fill() needs at most */
size_t ksflow_tunnel_size(const struct ksflow_record *record)
{
	if (likely(!record->tail))
		return 0;
	return nla_total_size(0) +
	       nla_total_size(0) +			/* OUT */
	       nla_total_size_64bit(sizeof(u64)) +	/* ID */
	       2 * nla_total_size(sizeof(struct in6_addr)) + /* SRC DST */
	       2 * nla_total_size(sizeof(u16)) +	/* .._PORT */
	       4 * nla_total_size(sizeof(u8));		/* TOS to OPTIONS */
}

static int tunnel_fill(struct sk_buff *msg, const struct ksflow_tunnel *t)
{
	u32 size = t->is_ip6 ? sizeof(struct in6_addr) : sizeof(__be32);

	if ((t->is_out && nla_put_flag(msg, KSFLOW_A_TUNNEL_OUT)) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_TUNNEL_ID, be64_to_cpu(t->id),
			      KSFLOW_A_TUNNEL_PAD) ||
	    nla_put(msg, t->is_ip6 ? KSFLOW_A_TUNNEL_SRC6 :
				     KSFLOW_A_TUNNEL_SRC4, size, &t->src) ||
	    nla_put(msg, t->is_ip6 ? KSFLOW_A_TUNNEL_DST6 :
				     KSFLOW_A_TUNNEL_DST4, size, &t->dst) ||
	    nla_put_u16(msg, KSFLOW_A_TUNNEL_SRC_PORT, ntohs(t->src_port)) ||
	    nla_put_u16(msg, KSFLOW_A_TUNNEL_DST_PORT, ntohs(t->dst_port)) ||
	    nla_put_u8(msg, KSFLOW_A_TUNNEL_TOS, t->tos) ||
	    nla_put_u8(msg, KSFLOW_A_TUNNEL_TTL, t->ttl) ||
	    nla_put_u8(msg, KSFLOW_A_TUNNEL_WORDS, t->words) ||
	    nla_put_u8(msg, KSFLOW_A_TUNNEL_OPTIONS, t->options))
		return -EMSGSIZE;
	return 0;
}

/**
 * ksflow_tunnel_fill - put the tunnel of a packet into its record
 * @msg: the message, in the record's nest, with ksflow_tunnel_size() to spare
 * @record: a sample
 *
 * Context: process.
 * Return: 0, also when it has none; or -EMSGSIZE.
 */
int ksflow_tunnel_fill(struct sk_buff *msg, const struct ksflow_record *record)
{
	struct ksflow_tunnel tunnel;
	struct nlattr *nest;
	int err;

	if (likely(!record->tail))
		return 0;
	memcpy(&tunnel, record->data + record->caplen, sizeof(tunnel));
	nest = nla_nest_start(msg, KSFLOW_A_RECORD_TUNNEL);
	if (!nest)
		return -EMSGSIZE;
	err = tunnel_fill(msg, &tunnel);
	if (err)
		nla_nest_cancel(msg, nest);
	else
		nla_nest_end(msg, nest);
	return err;
}
