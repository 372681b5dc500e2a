// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The local socket that a packet is of: looked up by the worker from the
 * record's own bytes, a few milliseconds after the packet. A reference taken
 * at the tap would be exact, but only for what is sent, and a ring would keep
 * sockets, and through them namespaces, alive; so none is.
 */
#include "socket.h"

#include <linux/if_vlan.h>
#include <linux/inetdevice.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <net/addrconf.h>
#include <net/inet6_hashtables.h>
#include <net/inet_hashtables.h>
#include <net/l3mdev.h>
#include <net/netlink.h>
#include <net/route.h>
#include <net/tcp.h>
#include <net/udp.h>

#include "compat/compat.h"
#include "record.h"
#include "sample.h"

/* VLAN, bridge or bond, VRF above a device: a socket may be bound to each. */
#define LEVELS_MAX	4
#define HEADERS_MAX	8

/* A packet's ends, as its socket has them; ports in network order. */
struct ends {
	bool is_ip6;
	bool is_sent;
	u8 proto;
	__be16 local_port;
	__be16 remote_port;
	union {
		__be32 local4;
		struct in6_addr local6;
	};
	union {
		__be32 remote4;
		struct in6_addr remote6;
	};
};

/* Only what the first fragment has: ports. Return: of TCP or UDP. */
static bool find_ports(struct ends *ends, u8 proto, const u8 *data, u32 len)
{
	__be16 port[2];

	if ((proto != IPPROTO_TCP && proto != IPPROTO_UDP) ||
	    len < sizeof(port))
		return false;
	memcpy(port, data, sizeof(port));
	ends->proto = proto;
	ends->local_port = ends->is_sent ? port[0] : port[1];
	ends->remote_port = ends->is_sent ? port[1] : port[0];
	return true;
}

static bool find_ends4(struct ends *ends, const u8 *data, u32 len)
{
	struct iphdr ip;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, data, sizeof(ip));
	if (ip.version != 4 || ip.ihl < 5 || len < ip.ihl * 4 ||
	    ip.frag_off & htons(IP_OFFSET))
		return false;
	ends->is_ip6 = false;
	ends->local4 = ends->is_sent ? ip.saddr : ip.daddr;
	ends->remote4 = ends->is_sent ? ip.daddr : ip.saddr;
	return find_ports(ends, ip.protocol, data + ip.ihl * 4,
			  len - ip.ihl * 4);
}

static bool find_ends6(struct ends *ends, const u8 *data, u32 len)
{
	struct ipv6hdr ip;
	u32 at = sizeof(ip), i;
	u8 proto;

	if (len < sizeof(ip))
		return false;
	memcpy(&ip, data, sizeof(ip));
	if (ip.version != 6)
		return false;
	ends->is_ip6 = true;
	ends->local6 = ends->is_sent ? ip.saddr : ip.daddr;
	ends->remote6 = ends->is_sent ? ip.daddr : ip.saddr;
	proto = ip.nexthdr;
	for (i = 0; i < HEADERS_MAX && len - at >= 8; i++) {
		u32 size = 8;

		switch (proto) {
		case NEXTHDR_FRAGMENT:
			if ((data[at + 2] << 8 | data[at + 3]) & ~7)
				return false;
			break;
		case NEXTHDR_HOP:
		case NEXTHDR_ROUTING:
		case NEXTHDR_DEST:
			size += data[at + 1] * 8;
			break;
		default:
			return find_ports(ends, proto, data + at, len - at);
		}
		proto = data[at];
		if (size > len - at)
			return false;
		at += size;
	}
	return false;
}

static bool find_ends(const struct ksflow_record *record, bool is_sent,
		      struct ends *ends)
{
	const u8 *data;
	u16 type;
	u32 len;

	data = ksflow_record_network(record, &type, &len);
	memset(ends, 0, sizeof(*ends));
	ends->is_sent = is_sent;
	if (data && type == ETH_P_IP)
		return find_ends4(ends, data, len);
	return data && type == ETH_P_IPV6 && find_ends6(ends, data, len);
}

/* What is forwarded may have the port of a socket that is bound to any. */
static bool is_local(struct net *net, const struct ends *ends,
		     const struct net_device *dev)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (ends->is_ip6)
		return ipv6_chk_addr(net, &ends->local6, dev, 0);
#endif
	return !ends->is_ip6 &&
	       inet_addr_type_dev_table(net, dev, ends->local4) == RTN_LOCAL;
}

static struct sock *find_tcp(struct net *net, const struct ends *ends,
			     int dif, int sdif, bool *is_counted)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (ends->is_ip6)
		return ksflow_tcp6_lookup(net, &ends->remote6,
					  ends->remote_port, &ends->local6,
					  ntohs(ends->local_port), dif, sdif,
					  is_counted);
#endif
	return ksflow_tcp4_lookup(net, ends->remote4, ends->remote_port,
				  ends->local4, ends->local_port, dif, sdif,
				  is_counted);
}

static struct sock *find_udp(struct net *net, const struct ends *ends,
			     int dif, int sdif)
{
#if IS_ENABLED(CONFIG_IPV6)
	if (ends->is_ip6)
		return ksflow_udp6_lookup(net, &ends->remote6,
					  ends->remote_port, &ends->local6,
					  ends->local_port, dif, sdif);
#endif
	return ksflow_udp4_lookup(net, ends->remote4, ends->remote_port,
				  ends->local4, ends->local_port, dif, sdif);
}

/* As seen from @dev; @dev may be NULL: then no bound socket is found. */
static struct sock *find_on(struct net *net, const struct ends *ends,
			    const struct net_device *dev, bool *is_counted)
{
	int dif = dev ? dev->ifindex : 0, sdif = 0;

	*is_counted = false;
	if (!is_local(net, ends, dev))
		return NULL;
	if (dev && netif_is_l3_slave(dev)) {
		sdif = dif;
		dif = l3mdev_master_ifindex_rcu(dev);
	}
	if (ends->proto == IPPROTO_TCP)
		return find_tcp(net, ends, dif, sdif, is_counted);
	return find_udp(net, ends, dif, sdif);
}

/*
 * From the device of the packet upwards: a socket may be bound to the VLAN
 * device, the bridge, the bond.
 */
static struct sock *find_socket(struct net *net,
				const struct ksflow_record *record,
				const struct ends *ends, bool *is_counted)
{
	struct net_device *dev, *vlan;
	struct sock *sk;
	int i;

	dev = dev_get_by_index_rcu(net, ends->is_sent ? record->out :
							record->in);
	if (dev && record->vlan && record->proto == KSFLOW_PROTO_ETHERNET) {
		vlan = __vlan_find_dev_deep_rcu(dev,
						htons(record->vlan >> 16),
						record->vlan & VLAN_VID_MASK);
		if (vlan && net_eq(dev_net(vlan), net))
			dev = vlan;
	}
	sk = find_on(net, ends, dev, is_counted);
	for (i = 1; !sk && dev && i < LEVELS_MAX; i++) {
		dev = netdev_master_upper_dev_get_rcu(dev);
		/* A VRF was in the lookup of its slave. */
		if (!dev || netif_is_l3_master(dev))
			break;
		sk = find_on(net, ends, dev, is_counted);
	}
	return sk;
}

static int tcp_fill(struct sk_buff *msg, const struct sock *sk)
{
	const struct inet_connection_sock *icsk = inet_csk(sk);
	const struct tcp_sock *tp = tcp_sk(sk);
	u32 min_rtt = tcp_min_rtt(tp);

	/* What tcp_get_info() gives, without the lock that it waits for. */
	if (nla_put_u32(msg, KSFLOW_A_SOCKET_SND_MSS,
			READ_ONCE(tp->mss_cache)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_RCV_MSS,
			READ_ONCE(icsk->icsk_ack.rcv_mss)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_UNACKED,
			READ_ONCE(tp->packets_out)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_LOST, READ_ONCE(tp->lost_out)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_RETRANS,
			READ_ONCE(tp->total_retrans)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_PMTU,
			READ_ONCE(icsk->icsk_pmtu_cookie)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_RTT,
			READ_ONCE(tp->srtt_us) >> 3) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_RTTVAR,
			READ_ONCE(tp->mdev_us) >> 2) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_SND_CWND,
			READ_ONCE(tp->snd_cwnd)) ||
	    nla_put_u32(msg, KSFLOW_A_SOCKET_REORDERING,
			READ_ONCE(tp->reordering)) ||
	    (min_rtt != U32_MAX &&
	     nla_put_u32(msg, KSFLOW_A_SOCKET_MIN_RTT, min_rtt)))
		return -EMSGSIZE;
	return 0;
}

static int ends_fill(struct sk_buff *msg, const struct ends *ends)
{
	int err;

	if (ends->is_ip6)
		err = nla_put_in6_addr(msg, KSFLOW_A_SOCKET_LOCAL6,
				       &ends->local6) ?:
		      nla_put_in6_addr(msg, KSFLOW_A_SOCKET_REMOTE6,
				       &ends->remote6);
	else
		err = nla_put_in_addr(msg, KSFLOW_A_SOCKET_LOCAL4,
				      ends->local4) ?:
		      nla_put_in_addr(msg, KSFLOW_A_SOCKET_REMOTE4,
				      ends->remote4);
	if (err ||
	    nla_put_u8(msg, KSFLOW_A_SOCKET_PROTO, ends->proto) ||
	    nla_put_u16(msg, KSFLOW_A_SOCKET_LOCAL_PORT,
			ntohs(ends->local_port)) ||
	    nla_put_u16(msg, KSFLOW_A_SOCKET_REMOTE_PORT,
			ntohs(ends->remote_port)) ||
	    (ends->is_sent && nla_put_flag(msg, KSFLOW_A_SOCKET_SENT)))
		return -EMSGSIZE;
	return 0;
}

/* TIME_WAIT and SYN_RECV are no full sockets, and a listener has no path. */
static int socket_fill(struct sk_buff *msg, const struct ends *ends,
		       const struct sock *sk)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_RECORD_SOCKET);
	u8 state = READ_ONCE(sk->sk_state);
	int err;

	if (!nest)
		return -EMSGSIZE;
	err = ends_fill(msg, ends);
	if (!err && ends->proto == IPPROTO_TCP) {
		err = nla_put_u8(msg, KSFLOW_A_SOCKET_STATE, state);
		if (!err && sk_fullsock(sk) && state != TCP_LISTEN)
			err = tcp_fill(msg, sk);
	}
	if (err) {
		nla_nest_cancel(msg, nest);
		return err;
	}
	nla_nest_end(msg, nest);
	return 0;
}

/* Was it sent, or received? A drop may have been either. */
static bool may_be(const struct ksflow_record *record, bool is_sent)
{
	bool is_in = record->in && record->in != KSFLOW_IFINDEX_LOCAL;

	if (record->kind == KSFLOW_KIND_SAMPLE &&
	    is_sent != (ksflow_record_way(record) == KSFLOW_OUT))
		return false;
	/* Forwarded ones have both, and no socket here. */
	return is_sent ? !is_in : is_in || !record->out;
}

/** ksflow_socket_size - bytes that ksflow_socket_fill() needs at most */
size_t ksflow_socket_size(void)
{
	return nla_total_size(0) +			/* RECORD_SOCKET */
	       2 * nla_total_size(sizeof(u8)) +		/* PROTO STATE */
	       nla_total_size(0) +			/* SENT */
	       2 * nla_total_size(sizeof(struct in6_addr)) + /* LOCAL REMOTE */
	       2 * nla_total_size(sizeof(u16)) +	/* .._PORT */
	       11 * nla_total_size(sizeof(u32));	/* SND_MSS to MIN_RTT */
}

/**
 * ksflow_socket_fill - put the socket that a packet is of into its record
 * @msg: the message, in the record's nest, with ksflow_socket_size() to spare
 * @record: a sample or a drop, completed
 * @net: its namespace; sockets of others are not looked for
 *
 * Context: process.
 * Return: 0, also when there is none; or -EMSGSIZE.
 */
int ksflow_socket_fill(struct sk_buff *msg, const struct ksflow_record *record,
		       struct net *net)
{
	bool is_counted = false;
	struct sock *sk = NULL;
	struct ends ends;
	int i, err = 0;

	rcu_read_lock();
	for (i = 0; i < 2 && !sk; i++) {
		bool is_sent = !i;

		if (may_be(record, is_sent) &&
		    find_ends(record, is_sent, &ends))
			sk = find_socket(net, record, &ends, &is_counted);
	}
	if (sk)
		err = socket_fill(msg, &ends, sk);
	if (sk && is_counted)
		sock_gen_put(sk);
	rcu_read_unlock();
	return err;
}
