// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* From rtnetlink's view of an interface to sFlow's. */
#include "link.h"
#include "tap.h"

#include <linux/if_arp.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <stdlib.h>

static char buf[4096] __attribute__((aligned(8)));

static struct nlmsghdr *message(void)
{
	struct rtnl_link_stats64 stats = {
		.rx_packets = (1ULL << 32) + 100, .multicast = 30,
		.rx_bytes = 1ULL << 40, .tx_bytes = 1ULL << 41,
		.tx_packets = 7, .rx_errors = 8, .tx_errors = 9,
		.rx_dropped = 10, .tx_dropped = 11,
	};
	struct nlmsghdr *nlh;
	struct ifinfomsg *ifi;
	struct nlattr *nest;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_NEWLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = 7;
	ifi->ifi_type = ARPHRD_ETHER;
	ifi->ifi_flags = IFF_UP | IFF_RUNNING;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, "eth0.5");
	mnl_attr_put_u32(nlh, IFLA_PROMISCUITY, 2);
	nest = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "vlan");
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put(nlh, IFLA_STATS64, sizeof(stats), &stats);
	return nlh;
}

static uint32_t type(const char *kind, uint16_t arphrd)
{
	struct link link = { .arphrd = arphrd };

	strcpy(link.kind, kind);
	return link_type(&link);
}

/* Of a port with this name, of this switch. */
static uint64_t module(const char *port, const char *switch_id)
{
	struct nlmsghdr *nlh = message();
	struct link link;

	if (port)
		mnl_attr_put_strz(nlh, IFLA_PHYS_PORT_NAME, port);
	if (switch_id)
		mnl_attr_put(nlh, IFLA_PHYS_SWITCH_ID, strlen(switch_id),
			     switch_id);
	ok(link_parse(nlh, &link), "a port");
	return link.module;
}

static void test_module(void)
{
	ok(module("p3s0", "a"), "a part of a port");
	is(module("p3s0", "a"), module("p3s17", "a"), "another part of it");
	ok(module("p3s0", "a") != module("p3s0", "b"), "of another switch");
	ok(module("p3s0", "a") != module("p31s0", "a"), "of another port");
	is(module("p3", "a"), 0, "a whole port");
	is(module("p3s0", NULL), 0, "of no switch");
	is(module(NULL, "a"), 0, "without a name");
	is(module("", "a"), 0, "with an empty name");
	is(module("ps0", "a"), 0, "without a number");
	is(module("pf0vf1", "a"), 0, "a representor");
	is(module("p33333333333333333333333s1", "a"), 0, "a long name");
}

static void test_counters(void)
{
	struct sflow_if_counters c;
	struct link link;

	ok(link_parse(message(), &link), "a link parses");
	link_counters(&link, 10000, LINK_DUPLEX_FULL, &c);
	is(c.ifindex, 7, "ifIndex");
	is(c.type, 135, "ifType of a VLAN");
	is(c.speed_bps, 10000000000ULL, "ifSpeed");
	is(c.direction, SFLOW_IF_FULL_DUPLEX, "ifDirection");
	is(c.status, 3, "ifStatus: up, up");
	is(c.in_octets, 1ULL << 40, "ifInOctets");
	is(c.in_ucast, 70, "ifInUcastPkts: without multicast, wrapped");
	is(c.in_multicast, 30, "ifInMulticastPkts");
	is(c.in_broadcast, UINT32_MAX, "ifInBroadcastPkts: unknown");
	is(c.in_discards, 10, "ifInDiscards");
	is(c.in_errors, 8, "ifInErrors");
	is(c.in_unknown_protos, UINT32_MAX, "ifInUnknownProtos: unknown");
	is(c.out_octets, 1ULL << 41, "ifOutOctets");
	is(c.out_ucast, 7, "ifOutUcastPkts");
	is(c.out_multicast, UINT32_MAX, "ifOutMulticastPkts: unknown");
	is(c.out_discards, 11, "ifOutDiscards");
	is(c.out_errors, 9, "ifOutErrors");
	is(c.promiscuous, SFLOW_TRUE, "ifPromiscuousMode");

	link.stats.multicast = link.stats.rx_packets + 5;
	link.flags = IFF_UP;
	link.promiscuity = 0;
	link_counters(&link, 0, LINK_DUPLEX_HALF, &c);
	is(c.in_ucast, 0, "more multicasts than packets: no unicast");
	is(c.status, 1, "ifStatus: up, no carrier");
	is(c.speed_bps, 0, "ifSpeed: unknown");
	is(c.direction, SFLOW_IF_HALF_DUPLEX, "ifDirection: half");
	is(c.promiscuous, SFLOW_FALSE, "ifPromiscuousMode: false");

	link.flags = IFF_RUNNING;
	link.has_stats = false;
	link.has_promiscuity = false;
	link_counters(&link, 0, LINK_DUPLEX_UNKNOWN, &c);
	is(c.status, 0, "ifStatus: down is not running");
	is(c.in_octets, UINT64_MAX, "no statistics: unknown");
	is(c.out_ucast, UINT32_MAX, "no statistics: unknown");
	is(c.promiscuous, UINT32_MAX, "ifPromiscuousMode: unknown");
	is(c.direction, SFLOW_IF_UNKNOWN, "ifDirection: unknown");
}

static void test_types(void)
{
	is(type("", ARPHRD_ETHER), 6, "ethernet");
	is(type("veth", ARPHRD_ETHER), 6, "veth is ethernet");
	is(type("", ARPHRD_LOOPBACK), 24, "loopback");
	is(type("bond", ARPHRD_ETHER), 161, "bond");
	is(type("bridge", ARPHRD_ETHER), 209, "bridge");
	is(type("vxlan", ARPHRD_ETHER), 131, "vxlan");
	is(type("tun", ARPHRD_NONE), 131, "tun");
	is(type("tun", ARPHRD_ETHER), 6, "tap");
	is(type("gre", ARPHRD_IPGRE), 131, "gre");
	is(type("wireguard", ARPHRD_NONE), 131, "wireguard");
	is(type("", 12345), 1, "anything else");
}

static void test_damaged(void)
{
	struct nlmsghdr *nlh = message();
	unsigned int seed = 1, i, flips;
	uint32_t len = nlh->nlmsg_len;
	char *copy = malloc(len);
	struct link link;

	nlh->nlmsg_type = RTM_NEWADDR;
	ok(!link_parse(nlh, &link), "an address is no link");
	nlh = message();
	((struct ifinfomsg *)mnl_nlmsg_get_payload(nlh))->ifi_family = AF_BRIDGE;
	ok(!link_parse(nlh, &link), "a bridge's view of its port is none");
	nlh = message();
	nlh->nlmsg_len = sizeof(*nlh) + 4;
	ok(!link_parse(nlh, &link), "nor is a short message");
	message();
	for (i = 0; i < 100000; i++) {
		memcpy(copy, buf, len);
		for (flips = 1 + i % 4; flips; flips--)
			copy[sizeof(*nlh) + rand_r(&seed) %
			     (len - sizeof(*nlh))] = rand_r(&seed);
		link_parse((struct nlmsghdr *)copy, &link);
	}
	ok(true, "100000 damaged messages: nothing read outside");
	free(copy);
}

int main(void)
{
	test_module();
	test_counters();
	test_types();
	test_damaged();
	return tap_done();
}
