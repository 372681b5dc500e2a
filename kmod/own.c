// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Our own export among the drops: a record about a datagram that carried
 * records would make another datagram, for ever.
 */
#include "own.h"

#include <linux/icmp.h>
#include <linux/icmpv6.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/skbuff.h>
#include <linux/slab.h>
#include <linux/udp.h>
#include <net/ip.h>
#include <net/ipv6.h>

static bool is_collector(const struct ksflow_own_list *list,
			 const struct in6_addr *addr, __be16 port)
{
	u32 i;

	for (i = 0; i < list->count; i++)
		if (list->own[i].port == port &&
		    ipv6_addr_equal(&list->own[i].addr, addr))
			return true;
	return false;
}

/* Does an ICMP error quote the packet that comes after its header? */
static bool is_error4(u8 type)
{
	return type == ICMP_DEST_UNREACH || type == ICMP_SOURCE_QUENCH ||
	       type == ICMP_REDIRECT || type == ICMP_TIME_EXCEEDED ||
	       type == ICMP_PARAMETERPROB;
}

/**
 * ksflow_own_matches - is it a datagram to a collector, or an error about one?
 * @list: collectors
 * @skb: a packet
 * @at: offset of its IP header from skb->data
 *
 * Context: any; RCU.
 */
bool ksflow_own_matches(const struct ksflow_own_list *list,
			const struct sk_buff *skb, int at)
{
	bool is_quoted = false;
	struct in6_addr to;
	struct ipv6hdr ip6;
	struct iphdr ip;
	__be16 ports[2];
	u8 proto, type;

again:
	if (skb_copy_bits(skb, at, &ip, sizeof(ip)))
		return false;
	switch (ip.version) {
	case 4:
		if (ip.ihl < 5 || ip.frag_off & htons(IP_OFFSET))
			return false;
		ipv6_addr_set_v4mapped(ip.daddr, &to);
		proto = ip.protocol;
		at += ip.ihl * 4;
		break;
	case 6:
		if (skb_copy_bits(skb, at, &ip6, sizeof(ip6)))
			return false;
		to = ip6.daddr;
		proto = ip6.nexthdr;
		at += sizeof(ip6);
		break;
	default:
		return false;
	}
	if (proto == IPPROTO_UDP)
		return !skb_copy_bits(skb, at, ports, sizeof(ports)) &&
		       is_collector(list, &to, ports[1]);
	if (is_quoted || skb_copy_bits(skb, at, &type, sizeof(type)))
		return false;
	if (!(proto == IPPROTO_ICMP && is_error4(type)) &&
	    !(proto == IPPROTO_ICMPV6 && !(type & ICMPV6_INFOMSG_MASK)))
		return false;
	BUILD_BUG_ON(sizeof(struct icmphdr) != sizeof(struct icmp6hdr));
	at += sizeof(struct icmphdr);
	is_quoted = true;
	goto again;
}

static bool is_same(const struct ksflow_own_list *list,
		    const struct ksflow_rules *rules)
{
	u32 count = rules ? rules->own_count : 0;

	return list ? count && list->count == count &&
		      !memcmp(list->own, rules->own,
			      count * sizeof(list->own[0])) : !count;
}

/**
 * ksflow_own_apply - let the probes know the collectors
 * @place: guarded by ksflow_net.lock
 * @rules: the daemon's layer, or NULL
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -ENOMEM.
 */
int ksflow_own_apply(struct ksflow_own_list __rcu **place,
		     const struct ksflow_rules *rules)
{
	struct ksflow_own_list *old = rcu_dereference_protected(*place, true);
	struct ksflow_own_list *new = NULL;

	if (is_same(old, rules))
		return 0;
	if (rules && rules->own_count) {
		new = kzalloc(sizeof(*new), KSFLOW_GFP);
		if (!new)
			return -ENOMEM;
		new->count = rules->own_count;
		memcpy(new->own, rules->own, sizeof(new->own));
	}
	rcu_assign_pointer(*place, new);
	if (old)
		kfree_rcu(old, rcu);
	return 0;
}
