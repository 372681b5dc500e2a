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

static void lookup4(struct net *net, struct ksflow_record *record, u32 iif,
		    const u8 *data, u32 len)
{
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
	nhc = FIB_RES_NHC(res);
	if (!nhc->nhc_dev)
		return;
	record->out = nhc->nhc_dev->ifindex;
	record->dst_prefix = res.prefixlen;
	record->src_prefix = prefix4(net, iif, ip.saddr);
	if (nhc->nhc_gw_family == AF_INET6) {
		/* RFC 5549: an IPv4 route by way of an IPv6 neighbour. */
		record->nexthop = nhc->nhc_gw.ipv6;
		record->has |= KSFLOW_HAS_NEXTHOP6;
		return;
	}
	memset(&record->nexthop, 0, sizeof(record->nexthop));
	if (nhc->nhc_gw_family == AF_INET)
		memcpy(&record->nexthop, &nhc->nhc_gw.ipv4, sizeof(__be32));
	record->has |= KSFLOW_HAS_NEXTHOP4;
}

#if IS_ENABLED(CONFIG_IPV6)
static struct rt6_info *route6(struct net *net, u32 iif, u32 mark,
			       const struct in6_addr *dst,
			       const struct in6_addr *src)
{
	struct flowi6 fl6 = { .flowi6_iif = iif, .flowi6_mark = mark,
			      .daddr = *dst };
	struct dst_entry *entry;

	if (src)
		fl6.saddr = *src;
	entry = ip6_route_lookup(net, &fl6, NULL, RT6_LOOKUP_F_HAS_SADDR);
	if (entry->error) {
		dst_release(entry);
		return NULL;
	}
	return (struct rt6_info *)entry;
}

static void lookup6(struct net *net, struct ksflow_record *record, u32 iif,
		    const u8 *data, u32 len)
{
	struct ipv6hdr ip;
	struct rt6_info *rt;

	if (len < sizeof(ip))
		return;
	memcpy(&ip, data, sizeof(ip));
	if (ip.version != 6 || ipv6_addr_is_multicast(&ip.daddr))
		return;
	rt = route6(net, iif, record->mark, &ip.daddr, &ip.saddr);
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
	rt = route6(net, iif, 0, &ip.saddr, NULL);
	if (rt) {
		record->src_prefix = rt->rt6i_dst.plen;
		ip6_rt_put(rt);
	}
}
#else
static void lookup6(struct net *net, struct ksflow_record *record, u32 iif,
		    const u8 *data, u32 len)
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
	const u8 *data = record->data;
	u32 len = record->caplen;
	struct net_device *dev;
	u16 type;

	switch (record->proto) {
	case KSFLOW_PROTO_ETHERNET:
		type = record->vlan ? ETH_HLEN + VLAN_HLEN : ETH_HLEN;
		if (len < type)
			return;
		data += type;
		len -= type;
		type = data[-2] << 8 | data[-1];
		break;
	case KSFLOW_PROTO_IPV4:
		type = ETH_P_IP;
		break;
	case KSFLOW_PROTO_IPV6:
		type = ETH_P_IPV6;
		break;
	default:
		return;
	}
	rcu_read_lock();
	dev = receiver(net, record);
	if (dev && type == ETH_P_IP)
		lookup4(net, record, dev->ifindex, data, len);
	else if (dev && type == ETH_P_IPV6)
		lookup6(net, record, dev->ifindex, data, len);
	if (record->has & (KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6) &&
	    !does_forward(dev, type)) {
		record->has &= ~(KSFLOW_HAS_NEXTHOP4 | KSFLOW_HAS_NEXTHOP6);
		record->out = 0;
	}
	rcu_read_unlock();
}
