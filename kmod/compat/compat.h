/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * Everything that differs between kernels 5.10 and the newest. Features are
 * found by compat/Kbuild and by Kconfig; nothing here asks for a
 * version number.
 */
#ifndef KSFLOW_COMPAT_H
#define KSFLOW_COMPAT_H

#include <linux/ethtool.h>
#include <linux/netdevice.h>
#include <linux/module.h>
#include <linux/netfilter.h>
#include <linux/netfilter_bridge.h>
#include <linux/skbuff.h>
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
#include <net/netfilter/ipv6/nf_defrag_ipv6.h>
#endif
#if IS_ENABLED(CONFIG_NET_DEVLINK)
#define KSFLOW_HAS_DEVLINK
#include <net/devlink.h>
#include <trace/events/devlink.h>
#endif
#include <net/flow.h>
#include <net/genetlink.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/ip_tunnels.h>
#include <net/route.h>
#include <net/udp.h>
#if defined(KSFLOW_HAVE_DROP_REASONS) || \
	defined(KSFLOW_HAVE_DROP_REASONS_BY_SUBSYS)
#include <net/dropreason.h>
#endif
#if defined(KSFLOW_HAVE_FLOWI4_DSCP) || defined(KSFLOW_HAVE_ROUTE_INPUT_DSCP)
#include <net/inet_dscp.h>
#endif
#ifdef KSFLOW_HAVE_NETDEV_LOCK_OPS_H
#include <net/netdev_lock.h>
#endif

/* NF_NETDEV_EGRESS: 5.16, 42df6e1d221d ("netfilter: Introduce egress hook") */
#ifdef CONFIG_NETFILTER_EGRESS
#define KSFLOW_NF_EGRESS	NF_NETDEV_EGRESS
#define ksflow_has_nf_egress()	true
#else
#define KSFLOW_NF_EGRESS	NF_NETDEV_NUMHOOKS
#define ksflow_has_nf_egress()	false
#endif

/*
 * How many of GRE's words checksum, key and sequence a tunnel has. A bitmap
 * from 6.10 on, 5832c4a77d69 ("ip_tunnel: convert __be16 tunnel flags to
 * bitmaps").
 */
static inline u8 ksflow_tunnel_words(const struct ip_tunnel_key *key)
{
#ifdef KSFLOW_HAVE_TUNNEL_BITMAP
	return test_bit(IP_TUNNEL_CSUM_BIT, key->tun_flags) +
	       test_bit(IP_TUNNEL_KEY_BIT, key->tun_flags) +
	       test_bit(IP_TUNNEL_SEQ_BIT, key->tun_flags);
#else
	return !!(key->tun_flags & TUNNEL_CSUM) +
	       !!(key->tun_flags & TUNNEL_KEY) +
	       !!(key->tun_flags & TUNNEL_SEQ);
#endif
}

/* Given back to the receive path by ifb: it was a candidate before. */
static inline bool ksflow_skb_is_reinjected(const struct sk_buff *skb)
{
#if defined(KSFLOW_HAVE_SKB_XGRESS) ? defined(CONFIG_NET_XGRESS) \
				   : defined(CONFIG_NET_CLS_ACT)
	return skb->tc_skip_classify;
#else
	return false;
#endif
}

/* Families older than resv_start_op stay lenient; ours is new. */
#ifdef KSFLOW_HAVE_RESV_START_OP
#define KSFLOW_RESV_START_OP(op)	.resv_start_op = (op),
#else
#define KSFLOW_RESV_START_OP(op)
#endif

/*
 * The link settings of @dev, whose rtnl_lock the caller has. From 6.15 on some
 * devices have a lock of their own beside it: first it was the caller's to
 * take, since netif_get_link_ksettings() came for those that hold it, it is
 * taken here.
 */
static inline int ksflow_link_ksettings(struct net_device *dev,
					struct ethtool_link_ksettings *ks)
{
	int err;

#if !defined(KSFLOW_HAVE_NETIF_KSETTINGS) && \
	(defined(KSFLOW_HAVE_NETDEV_LOCK_OPS) || \
	 defined(KSFLOW_HAVE_NETDEV_LOCK_OPS_H))
	netdev_lock_ops(dev);
	err = __ethtool_get_link_ksettings(dev, ks);
	netdev_unlock_ops(dev);
#else
	err = __ethtool_get_link_ksettings(dev, ks);
#endif
	return err;
}

static inline void ksflow_flowi4_set_tos(struct flowi4 *fl4, u8 tos)
{
#ifdef KSFLOW_HAVE_FLOWI4_DSCP
	fl4->flowi4_dscp = inet_dsfield_to_dscp(tos);
#elif defined(IPTOS_RT_MASK)
	fl4->flowi4_tos = tos & IPTOS_RT_MASK;
#else
	fl4->flowi4_tos = tos & INET_DSCP_MASK;
#endif
}

/* As for a packet that comes in; an error or a reason to drop it. */
static inline int ksflow_route_input(struct sk_buff *skb, __be32 daddr,
				     __be32 saddr, u8 tos,
				     struct net_device *dev)
{
#ifdef KSFLOW_HAVE_ROUTE_INPUT_DSCP
	return ip_route_input(skb, daddr, saddr, inet_dsfield_to_dscp(tos),
			      dev);
#else
	return ip_route_input(skb, daddr, saddr, tos, dev);
#endif
}

/*
 * A probe of kfree_skb around @body(unused, skb, location, reason, rx_sk): the
 * reason came in 5.17 (c504e5c2f964), the receiving socket in 6.11
 * (c53795d48ee8).
 */
#if defined(KSFLOW_HAVE_DROP_RX_SK_CONST)
#define KSFLOW_DROP_PROBE(name, body)					\
static notrace void name(void *unused, struct sk_buff *skb,		\
			 void *location, enum skb_drop_reason reason,	\
			 const struct sock *rx_sk)			\
{									\
	body(unused, skb, (unsigned long)location, reason, rx_sk);	\
}
#elif defined(KSFLOW_HAVE_DROP_RX_SK)
#define KSFLOW_DROP_PROBE(name, body)					\
static notrace void name(void *unused, struct sk_buff *skb,		\
			 void *location, enum skb_drop_reason reason,	\
			 struct sock *rx_sk)				\
{									\
	body(unused, skb, (unsigned long)location, reason, rx_sk);	\
}
#elif defined(KSFLOW_HAVE_DROP_REASON)
#define KSFLOW_DROP_PROBE(name, body)					\
static notrace void name(void *unused, struct sk_buff *skb,		\
			 void *location, enum skb_drop_reason reason)	\
{									\
	body(unused, skb, (unsigned long)location, reason, NULL);	\
}
#else
#define KSFLOW_DROP_PROBE(name, body)					\
static notrace void name(void *unused, struct sk_buff *skb,		\
			 void *location)				\
{									\
	body(unused, skb, (unsigned long)location, KSFLOW_REASON_NONE,	\
	     NULL);							\
}
#endif

/*
 * From 7.0 on tracepoints are guarded by SRCU-fast and a probe may be
 * preempted.
 */
static __always_inline void ksflow_probe_pin(void)
{
#ifdef KSFLOW_HAVE_PREEMPTIBLE_PROBES
	preempt_disable_notrace();
#endif
}

static __always_inline void ksflow_probe_unpin(void)
{
#ifdef KSFLOW_HAVE_PREEMPTIBLE_PROBES
	preempt_enable_notrace();
#endif
}

/* Names: exported in 6.0 (ec43908dd556), by subsystem from 6.4 on. */
#if defined(KSFLOW_HAVE_DROP_REASONS_BY_SUBSYS)
#define KSFLOW_HAS_DROP_REASONS	true

/* RCU. */
static inline const char *ksflow_drop_reason(u32 reason)
{
	u32 subsys = reason >> SKB_DROP_REASON_SUBSYS_SHIFT;
	u32 number = reason & ~(u32)SKB_DROP_REASON_SUBSYS_MASK;
	const struct drop_reason_list *list;

	if (subsys >= SKB_DROP_REASON_SUBSYS_NUM)
		return NULL;
	list = rcu_dereference(drop_reasons_by_subsys[subsys]);
	return list && number < list->n_reasons ? list->reasons[number] : NULL;
}
#elif defined(KSFLOW_HAVE_DROP_REASONS)
#define KSFLOW_HAS_DROP_REASONS	true

static inline const char *ksflow_drop_reason(u32 reason)
{
	return reason < SKB_DROP_REASON_MAX ? drop_reasons[reason] : NULL;
}
#else
#define KSFLOW_HAS_DROP_REASONS	false

static inline const char *ksflow_drop_reason(u32 reason)
{
	return NULL;
}
#endif

/* Memory of a device that the CPU cannot read came in 6.12 (65249feb6b3d). */
static inline bool ksflow_skb_is_readable(const struct sk_buff *skb)
{
#ifdef KSFLOW_HAVE_FRAGS_READABLE
	return skb_frags_readable(skb);
#else
	return true;
#endif
}

/*
 * With br_netfilter a frame comes by IPv6's PRE_ROUTING on a bridge, and when
 * it is for the bridge itself once more. Return: it is not for it, or it was
 * here before.
 */
static inline bool ksflow_skb_is_bridged(const struct sk_buff *skb)
{
#if IS_ENABLED(CONFIG_BRIDGE_NETFILTER)
	const struct nf_bridge_info *bridge = nf_bridge_info_get(skb);
	bool is_host = skb->pkt_type == PACKET_HOST;

	if (unlikely(bridge))
		return bridge->in_prerouting ?
		       !is_host || bridge->pkt_otherhost : is_host;
#endif
	return false;
}

/*
 * Reassembly by nf_defrag_ipv6, if there is such a module. What is enabled
 * stays so up to 6.0, until the namespace or that module goes; since then
 * (de8c12110a13) it is counted.
 */
#if IS_ENABLED(CONFIG_NF_DEFRAG_IPV6)
static inline bool ksflow_defrag_is_there(void)
{
	int (*enable)(struct net *net) = symbol_get(nf_defrag_ipv6_enable);

	if (enable)
		symbol_put(nf_defrag_ipv6_enable);
	return enable;
}

/* A program is started only for a module that is not there. */
static inline bool ksflow_defrag_find(void)
{
	if (ksflow_defrag_is_there())
		return true;
	request_module("nf_defrag_ipv6");
	return ksflow_defrag_is_there();
}

static inline int ksflow_defrag_get(struct net *net)
{
	int (*enable)(struct net *net) = symbol_get(nf_defrag_ipv6_enable);
	int err;

	if (!enable)
		return -ENOENT;
	err = enable(net);
	if (err)
		symbol_put(nf_defrag_ipv6_enable);
	return err;
}

static inline void ksflow_defrag_put(struct net *net)
{
#ifdef KSFLOW_HAVE_DEFRAG_DISABLE
	void (*disable)(struct net *net) = symbol_get(nf_defrag_ipv6_disable);

	if (disable) {
		disable(net);
		symbol_put(nf_defrag_ipv6_disable);
	}
#endif
	symbol_put(nf_defrag_ipv6_enable);
}
#else
static inline bool ksflow_defrag_find(void)
{
	return false;
}

static inline int ksflow_defrag_get(struct net *net)
{
	return -ENOENT;
}

static inline void ksflow_defrag_put(struct net *net)
{
}
#endif

/*
 * Sockets by the ends of a packet. TCP's: established, then listening; the
 * caller gives back with sock_gen_put() what is counted. UDP's are free after
 * a grace period. RCU.
 *
 * The tables are the namespace's, UDP's since 6.2; since 7.x (TCP's a little
 * before) the lookup finds them by itself.
 */
#ifdef KSFLOW_HAVE_INET_HASHINFO
#ifdef KSFLOW_HAVE_DEATH_ROW_POINTER
#define KSFLOW_TCP_TABLE(net)	(net)->ipv4.tcp_death_row->hashinfo,
#else
#define KSFLOW_TCP_TABLE(net)	(net)->ipv4.tcp_death_row.hashinfo,
#endif
#else
#define KSFLOW_TCP_TABLE(net)
#endif
#if defined(KSFLOW_HAVE_UDP_LOOKUP_NO_TABLE)
#define KSFLOW_UDP_TABLE(net)
#elif defined(KSFLOW_HAVE_UDP_TABLE_OF_NET)
#define KSFLOW_UDP_TABLE(net)	(net)->ipv4.udp_table,
#else
#define KSFLOW_UDP_TABLE(net)	&udp_table,
#endif

static inline struct sock *
ksflow_tcp4_lookup(struct net *net, __be32 remote, __be16 remote_port,
		   __be32 local, __be16 local_port, int dif, int sdif,
		   bool *is_counted)
{
	return __inet_lookup(net, KSFLOW_TCP_TABLE(net) NULL, 0, remote,
			     remote_port, local, local_port, dif, sdif,
			     is_counted);
}

static inline struct sock *
ksflow_udp4_lookup(struct net *net, __be32 remote, __be16 remote_port,
		   __be32 local, __be16 local_port, int dif, int sdif)
{
	return __udp4_lib_lookup(net, remote, remote_port, local, local_port,
				 dif, sdif, KSFLOW_UDP_TABLE(net) NULL);
}

#if IS_ENABLED(CONFIG_IPV6)
static inline struct sock *
ksflow_tcp6_lookup(struct net *net, const struct in6_addr *remote,
		   __be16 remote_port, const struct in6_addr *local,
		   u16 local_port, int dif, int sdif, bool *is_counted)
{
	return __inet6_lookup(net, KSFLOW_TCP_TABLE(net) NULL, 0, remote,
			      remote_port, local, local_port, dif, sdif,
			      is_counted);
}

static inline struct sock *
ksflow_udp6_lookup(struct net *net, const struct in6_addr *remote,
		   __be16 remote_port, const struct in6_addr *local,
		   __be16 local_port, int dif, int sdif)
{
	return __udp6_lib_lookup(net, remote, remote_port, local, local_port,
				 dif, sdif, KSFLOW_UDP_TABLE(net) NULL);
}
#endif

#endif /* KSFLOW_COMPAT_H */
