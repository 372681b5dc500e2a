// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Where a packet that came in is going: the FIB's answer for the record's own
 * bytes, asked by the worker, so a few milliseconds younger than the packet.
 */
#include "route.h"

#include <linux/etherdevice.h>
#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <net/addrconf.h>
#include <net/ip6_fib.h>
#include <net/ip6_route.h>
#include <net/ip_fib.h>
#include <net/l3mdev.h>

#include "compat/compat.h"
#include "record.h"

static u8 prefix4(struct net *net, u32 iif, __be32 addr)
{
	struct flowi4 fl4 = { .daddr = addr, .flowi4_iif = iif,
			      .flowi4_scope = RT_SCOPE_UNIVERSE };
	struct fib_result res;

	if (fib_lookup(net, &fl4, &res, 0))
		return 0;
	return res.prefixlen;
}

/*
 * The packet again, as much of it as a choice among paths needs, which for an
 * ICMP error is the packet within.
 */
static struct sk_buff *packet_of(const struct ksflow_record *record,
				 struct net_device *dev, const u8 *data,
				 u32 len)
{
	struct sk_buff *skb = alloc_skb(len, GFP_ATOMIC | __GFP_NOWARN);

	if (!skb)
		return NULL;
	skb_put_data(skb, data, len);
	skb_reset_network_header(skb);
	skb_set_transport_header(skb, data[0] >> 4 == 4 ? (data[0] & 15) * 4 :
				 sizeof(struct ipv6hdr));
	skb->protocol = htons(data[0] >> 4 == 4 ? ETH_P_IP : ETH_P_IPV6);
	skb->dev = dev;
	skb->skb_iif = dev->ifindex;
	skb->mark = record->mark;
	if (record->hash)
		skb_set_hash(skb, record->hash, PKT_HASH_TYPE_L4);
	return skb;
}

static void set_nexthop(struct ksflow_record *record, u8 family,
			const void *gateway)
{
	memset(&record->nexthop, 0, sizeof(record->nexthop));
	if (family == AF_INET6) {
		/* RFC 5549: an IPv4 route by way of an IPv6 neighbour. */
		memcpy(&record->nexthop, gateway, sizeof(struct in6_addr));
		record->has |= KSFLOW_HAS_NEXTHOP6;
		return;
	}
	if (family == AF_INET)
		memcpy(&record->nexthop, gateway, sizeof(__be32));
	record->has |= KSFLOW_HAS_NEXTHOP4;
}

/* Of several paths, the one by this packet's hash: what routes it chooses. */
static bool choose_path(struct ksflow_record *record, struct net_device *dev,
			const struct iphdr *ip, const u8 *data, u32 len)
{
	struct sk_buff *skb = packet_of(record, dev, data, len);
	const struct rtable *rt;
	bool is_found;

	is_found = skb && !ksflow_route_input(skb, ip->daddr, ip->saddr,
					      ip->tos, dev);
	if (is_found) {
		rt = skb_rtable(skb);
		record->out = rt->dst.dev->ifindex;
		set_nexthop(record, rt->rt_gw_family,
			    rt->rt_gw_family == AF_INET6 ?
			    (const void *)&rt->rt_gw6 : &rt->rt_gw4);
	}
	/* Neither dropped nor anything that a drop probe should see. */
	consume_skb(skb);
	return is_found;
}

static void lookup4(struct net *net, struct ksflow_record *record,
		    struct net_device *dev, const u8 *data, u32 len)
{
	u32 iif = dev->ifindex;
	struct flowi4 fl4 = { .flowi4_iif = iif,
			      .flowi4_mark = record->mark,
			      .flowi4_scope = RT_SCOPE_UNIVERSE };
	const struct fib_nh_common *nhc;
	struct fib_result res;
	struct iphdr ip;

	if (len < sizeof(ip))
		return;
	memcpy(&ip, data, sizeof(ip));
	if (ip.version != 4 || ipv4_is_multicast(ip.daddr))
		return;
	fl4.daddr = ip.daddr;
	fl4.saddr = ip.saddr;
	fl4.flowi4_proto = ip.protocol;
	ksflow_flowi4_set_tos(&fl4, ip.tos);
	if (fib_lookup(net, &fl4, &res, 0))
		return;
	if (res.type == RTN_LOCAL || res.type == RTN_BROADCAST) {
		record->out = KSFLOW_IFINDEX_LOCAL;
		return;
	}
	if (res.type != RTN_UNICAST)
		return;
	if (fib_info_num_path(res.fi) > 1) {
		if (!choose_path(record, dev, &ip, data, len))
			return;
	} else {
		nhc = FIB_RES_NHC(res);
		if (!nhc->nhc_dev)
			return;
		record->out = nhc->nhc_dev->ifindex;
		set_nexthop(record, nhc->nhc_gw_family, &nhc->nhc_gw);
	}
	record->dst_prefix = res.prefixlen;
	record->src_prefix = prefix4(net, iif, ip.saddr);
}

#if IS_ENABLED(CONFIG_IPV6)
static struct rt6_info *route6(struct net *net, struct flowi6 *fl6,
			       const struct sk_buff *skb)
{
	struct dst_entry *entry;

	entry = ip6_route_lookup(net, fl6, skb, RT6_LOOKUP_F_HAS_SADDR);
	if (entry->error) {
		dst_release(entry);
		return NULL;
	}
	return (struct rt6_info *)entry;
}

static void lookup6(struct net *net, struct ksflow_record *record,
		    struct net_device *dev, const u8 *data, u32 len)
{
	struct flowi6 fl6 = { .flowi6_iif = dev->ifindex,
			      .flowi6_mark = record->mark };
	struct sk_buff *skb;
	struct rt6_info *rt;
	struct ipv6hdr ip;

	if (len < sizeof(ip))
		return;
	memcpy(&ip, data, sizeof(ip));
	if (ip.version != 6 || ipv6_addr_is_multicast(&ip.daddr))
		return;
	fl6.daddr = ip.daddr;
	fl6.saddr = ip.saddr;
	fl6.flowi6_proto = ip.nexthdr;
	fl6.flowlabel = ip6_flowinfo(&ip);
	/* For the choice among paths of equal cost. */
	skb = packet_of(record, dev, data, len);
	rt = route6(net, &fl6, skb);
	consume_skb(skb);
	if (!rt)
		return;
	if (rt->rt6i_flags & (RTF_LOCAL | RTF_ANYCAST)) {
		record->out = KSFLOW_IFINDEX_LOCAL;
	} else if (rt->dst.dev) {
		record->out = rt->dst.dev->ifindex;
		record->dst_prefix = rt->rt6i_dst.plen;
		memset(&record->nexthop, 0, sizeof(record->nexthop));
		if (rt->rt6i_flags & RTF_GATEWAY)
			record->nexthop = rt->rt6i_gateway;
		record->has |= KSFLOW_HAS_NEXTHOP6;
	}
	ip6_rt_put(rt);
	if (!(record->has & KSFLOW_HAS_NEXTHOP6))
		return;
	record->src_prefix = 0;
	fl6 = (struct flowi6){ .flowi6_iif = dev->ifindex, .daddr = ip.saddr };
	rt = route6(net, &fl6, NULL);
	if (rt) {
		record->src_prefix = rt->rt6i_dst.plen;
		ip6_rt_put(rt);
	}
}
#else
static void lookup6(struct net *net, struct ksflow_record *record,
		    struct net_device *dev, const u8 *data, u32 len)
{
}
#endif

/* Does @dev route? A host that does not drops what is not for it. */
static bool does_forward(const struct net_device *dev, u16 type)
{
	if (type == ETH_P_IPV6) {
		const struct inet6_dev *idev = __in6_dev_get(dev);

		return idev && READ_ONCE(idev->cnf.forwarding);
	} else {
		struct in_device *idev = __in_dev_get_rcu(dev);

		return idev && IN_DEV_FORWARD(idev);
	}
}

/*
 * The device whose addresses and routes count for a frame: the VLAN device for
 * a tagged one. NULL for what is switched, or not for this host.
 */
static struct net_device *receiver(struct net *net,
				   const struct ksflow_record *record)
{
	struct net_device *dev = dev_get_by_index_rcu(net, record->in);

	if (!dev || record->proto != KSFLOW_PROTO_ETHERNET)
		return dev;
	if (record->vlan)
		dev = __vlan_find_dev_deep_rcu(dev,
					       htons(record->vlan >> 16),
					       record->vlan & VLAN_VID_MASK);
	if (!dev || netif_is_bridge_port(dev) || netif_is_ovs_port(dev) ||
	    !net_eq(dev_net(dev), net))
		return NULL;
	/* A member of a bond or team, too, has the address of its master. */
	return ether_addr_equal(record->data, dev->dev_addr) ? dev : NULL;
}

/**
 * ksflow_route_lookup - fill in the output interface and the route
 * @net: the record's namespace
 * @record: taken at ingress
 *
 * Nothing is filled in for frames that are switched, not routed, and for
 * multicast.
 *
 * Context: process.
 */
void ksflow_route_lookup(struct net *net, struct ksflow_record *record)
{
	struct net_device *dev;
	const u8 *data;
	u16 type;
	u32 len;

	data = ksflow_record_network(record, &type, &len);
	if (!data)
		return;
	rcu_read_lock();
	dev = receiver(net, record);
	if (dev && type == ETH_P_IP)
		lookup4(net, record, dev, data, len);
	else if (dev && type == ETH_P_IPV6)
		lookup6(net, record, dev, data, len);
	if (record->has & (KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6) &&
	    !does_forward(dev, type)) {
		record->has &= ~(KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6);
		record->out = 0;
	}
	rcu_read_unlock();
}
