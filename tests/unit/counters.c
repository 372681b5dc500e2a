// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Counters of an interface beyond the common ones: from the kernel's answers,
 * made here with the names of its own headers, to the records.
 */
#include "counters.h"
#include "ethtool.h"
#include "lag.h"
#include "link.h"
#include "sflow.h"
#include "tap.h"

#include <linux/dcbnl.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/if_arp.h>
#include <linux/if_bonding.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <stdlib.h>

static char buf[8192] __attribute__((aligned(8)));

static void put_u64(struct nlmsghdr *nlh, uint16_t type, uint64_t value)
{
	mnl_attr_put(nlh, type, sizeof(value), &value);
}

static struct nlattr *put_group(struct nlmsghdr *nlh, uint32_t id)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_GRP);

	mnl_attr_put_u32(nlh, ETHTOOL_A_STATS_GRP_ID, id);
	mnl_attr_put_u32(nlh, ETHTOOL_A_STATS_GRP_SS_ID, 99);
	return nest;
}

static void put_stat(struct nlmsghdr *nlh, uint16_t type, uint64_t value)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh,
						  ETHTOOL_A_STATS_GRP_STAT);

	put_u64(nlh, type, value);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *stats_message(bool has_casts)
{
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct genlmsghdr));
	nest = mnl_attr_nest_start(nlh, ETHTOOL_A_STATS_HEADER);
	mnl_attr_put_u32(nlh, ETHTOOL_A_HEADER_DEV_INDEX, 7);
	mnl_attr_nest_end(nlh, nest);
	nest = put_group(nlh, ETHTOOL_STATS_ETH_PHY);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_PHY_5_SYM_ERR, 113);
	mnl_attr_nest_end(nlh, nest);
	nest = put_group(nlh, ETHTOOL_STATS_ETH_MAC);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_7_ALIGN_ERR, 101);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_6_FCS_ERR, 0x1000000066);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_3_SINGLE_COL, 103);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_4_MULTI_COL, 104);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_9_TX_DEFER, 106);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_10_LATE_COL, 107);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_11_XS_COL, 108);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_12_TX_INT_ERR, 109);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_13_CS_ERR, 110);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_25_TOO_LONG_ERR, 111);
	put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_15_RX_INT_ERR, 112);
	if (has_casts) {
		put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_21_RX_MCAST, 20);
		put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_22_RX_BCAST, 30);
		put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_18_TX_MCAST, 40);
		put_stat(nlh, ETHTOOL_A_STATS_ETH_MAC_19_TX_BCAST, 50);
	}
	mnl_attr_nest_end(nlh, nest);
	/* the same numbers mean something else there */
	nest = put_group(nlh, ETHTOOL_STATS_RMON);
	put_stat(nlh, ETHTOOL_A_STATS_RMON_OVERSIZE, 999);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static struct sflow_datagram d;

static uint32_t word(uint32_t at)
{
	uint32_t value;

	memcpy(&value, d.bytes + at, 4);
	return ntohl(value);
}

static void begin(void)
{
	memset(&d, 0, sizeof(d));
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	sflow_begin(&d);
	sflow_counters_begin(&d, 1, (struct sflow_source){
			     SFLOW_SOURCE_IFINDEX, 7 });
}

#define BODY	(28 + 20 + 8)	/* of the first record */

static void record(const char *name, uint32_t format, uint32_t bytes)
{
	is(sflow_sample_end(&d), 0, "%s: fits", name);
	is(word(BODY - 8), format, "%s: format", name);
	is(word(BODY - 4), bytes, "%s: length", name);
	is(d.len, BODY + bytes, "%s: and all of it", name);
}

static void test_ethernet(void)
{
	struct link link = {
		.has_stats = true,
		.stats = { .rx_packets = 1000, .tx_packets = 2000,
			   .multicast = 60 },
	};
	struct sflow_if_counters c;
	struct ethtool_counts stats = { 0 };
	struct sflow_ethernet e;
	unsigned int i, wrong = 0;

	ok(!ethtool_ethernet(&stats, &e), "ethernet: nothing counted, no record");
	ethtool_counts_parse(stats_message(true), &stats);
	ok(ethtool_ethernet(&stats, &e), "ethernet: counted");
	begin();
	sflow_put_ethernet(&d, &e);
	record("ethernet", 2, 52);
	for (i = 0; i < 13; i++)
		wrong += i != 4 && word(BODY + 4 * i) != 101 + i;
	is(wrong, 0, "ethernet: each where it belongs");
	is(word(BODY + 16), UINT32_MAX, "ethernet: SQE errors are unknown");

	link_counters(&link, 1000, LINK_DUPLEX_FULL, &c);
	is(c.in_ucast, 940, "casts: as the kernel has them");
	ethtool_casts(&stats, &link, &c);
	is(c.in_multicast, 20, "casts: multicast in");
	is(c.in_broadcast, 30, "casts: broadcast in");
	is(c.in_ucast, 950, "casts: the rest in");
	is(c.out_multicast, 40, "casts: multicast out");
	is(c.out_broadcast, 50, "casts: broadcast out");
	is(c.out_ucast, 1910, "casts: the rest out");

	memset(&stats, 0, sizeof(stats));
	ethtool_counts_parse(stats_message(false), &stats);
	link_counters(&link, 1000, LINK_DUPLEX_FULL, &c);
	ethtool_casts(&stats, &link, &c);
	is(c.in_broadcast, UINT32_MAX, "casts: not counted, unknown");
	is(c.in_ucast, 940, "casts: and nothing else changes");
}

/* IFLA_LINKINFO of a bond, or of a member of one. */
static struct nlmsghdr *link_message(bool is_member, bool has_lacp)
{
	struct nlattr *info, *data, *ad;
	struct ifinfomsg *ifi;
	struct nlmsghdr *nlh;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_NEWLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = is_member ? 7 : 70;
	ifi->ifi_type = ARPHRD_ETHER;
	mnl_attr_put_strz(nlh, IFLA_IFNAME, is_member ? "eth0" : "bond0");
	mnl_attr_put(nlh, IFLA_ADDRESS, 6, "\2\0\0\0\0\1");
	if (is_member)
		mnl_attr_put_u32(nlh, IFLA_MASTER, 70);
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	if (is_member) {
		mnl_attr_put_strz(nlh, IFLA_INFO_SLAVE_KIND, "bond");
		data = mnl_attr_nest_start(nlh, IFLA_INFO_SLAVE_DATA);
		mnl_attr_put_u8(nlh, IFLA_BOND_SLAVE_STATE, 0);
		if (has_lacp) {
			mnl_attr_put_u16(nlh, IFLA_BOND_SLAVE_AD_AGGREGATOR_ID, 3);
			mnl_attr_put_u8(nlh, IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE, 0x3d);
			mnl_attr_put_u16(nlh, IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE, 0x3f);
		}
		mnl_attr_nest_end(nlh, data);
	} else {
		mnl_attr_put_strz(nlh, IFLA_INFO_KIND, "bond");
		data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
		mnl_attr_put_u8(nlh, IFLA_BOND_MODE, 4);
		mnl_attr_put(nlh, IFLA_BOND_AD_ACTOR_SYSTEM, 6, "\0\0\0\0\0\0");
		ad = mnl_attr_nest_start(nlh, IFLA_BOND_AD_INFO);
		mnl_attr_put_u16(nlh, IFLA_BOND_AD_INFO_AGGREGATOR, 3);
		mnl_attr_put(nlh, IFLA_BOND_AD_INFO_PARTNER_MAC, 6,
			     "\2\0\0\0\0\x99");
		mnl_attr_nest_end(nlh, ad);
		mnl_attr_nest_end(nlh, data);
	}
	mnl_attr_nest_end(nlh, info);
	return nlh;
}

static struct nlmsghdr *xstats_message(void)
{
	struct nlattr *slave, *bond, *ad;
	struct nlmsghdr *nlh;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct if_stats_msg));
	slave = mnl_attr_nest_start(nlh, IFLA_STATS_LINK_XSTATS_SLAVE);
	bond = mnl_attr_nest_start(nlh, LINK_XSTATS_TYPE_BOND);
	ad = mnl_attr_nest_start(nlh, BOND_XSTATS_3AD);
	put_u64(nlh, BOND_3AD_STAT_LACPDU_RX, 1);
	put_u64(nlh, BOND_3AD_STAT_MARKER_RX, 2);
	put_u64(nlh, BOND_3AD_STAT_MARKER_RESP_RX, 3);
	put_u64(nlh, BOND_3AD_STAT_LACPDU_UNKNOWN_RX, 4);
	put_u64(nlh, BOND_3AD_STAT_LACPDU_ILLEGAL_RX, 5);
	put_u64(nlh, BOND_3AD_STAT_LACPDU_TX, 6);
	put_u64(nlh, BOND_3AD_STAT_MARKER_TX, 7);
	put_u64(nlh, BOND_3AD_STAT_MARKER_RESP_TX, 8);
	mnl_attr_nest_end(nlh, ad);
	mnl_attr_nest_end(nlh, bond);
	mnl_attr_nest_end(nlh, slave);
	return nlh;
}

static void test_lag(void)
{
	struct link member, bond;
	struct sflow_lag lag;
	unsigned int i, wrong = 0;

	ok(link_parse(link_message(true, true), &member) &&
	   member.is_bond_member && member.has_lacp, "lag: a member");
	is(member.master, 70, "lag: of this one");
	ok(link_parse(link_message(false, true), &bond) &&
	   !bond.is_bond_member && bond.has_partner, "lag: a bond");
	lag_fill(&member, &bond, &lag);
	lag_parse_stats(xstats_message(), &lag);
	begin();
	sflow_put_lag(&d, &lag);
	record("lag", 7, 56);
	ok(!memcmp(d.bytes + BODY, "\2\0\0\0\0\1\0\0", 8),
	   "lag: we are the bond's address");
	ok(!memcmp(d.bytes + BODY + 8, "\2\0\0\0\0\x99\0\0", 8),
	   "lag: the partner");
	is(word(BODY + 16), 70, "lag: the bond's ifIndex");
	is(word(BODY + 20), 0x003d003f,
	   "lag: states: actor admin, oper, partner admin, oper");
	for (i = 0; i < 8; i++)
		wrong += word(BODY + 24 + 4 * i) != i + 1;
	is(wrong, 0, "lag: counters, each where it belongs");

	bond.active_aggregator = 2;
	memcpy(bond.actor_mac, "\2\0\0\0\0\7", 6);
	bond.has_actor_mac = true;
	lag_fill(&member, &bond, &lag);
	ok(!memcmp(lag.partner_mac, "\0\0\0\0\0\0", 6),
	   "lag: another aggregator's partner is not ours");
	is(lag.actor_mac[5], 7, "lag: an address set by hand");

	link_parse(link_message(true, false), &member);
	lag_fill(&member, &bond, &lag);
	is(lag.aggregate, 70, "lag: without LACP: the bond");
	is(lag.actor_oper, 0, "lag: and no states");
	is(lag.lacpdus_rx, UINT32_MAX, "lag: nor counters");
	is(lag.marker_responses_tx, UINT32_MAX, "lag: none at all");
}

static struct nlmsghdr *pfc_message(uint8_t en, uint64_t requests,
				    uint64_t indications)
{
	struct ieee_pfc pfc = {
		.pfc_cap = 8, .pfc_en = en,
		.requests = { [1] = requests, [7] = requests },
		.indications = { [2] = indications, [3] = 1 },
	};
	struct nlmsghdr *nlh;
	struct nlattr *nest;

	if (!indications)
		pfc.indications[3] = 0;
	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct dcbmsg));
	mnl_attr_put_strz(nlh, DCB_ATTR_IFNAME, "eth0");
	nest = mnl_attr_nest_start(nlh, DCB_ATTR_IEEE);
	mnl_attr_put(nlh, DCB_ATTR_IEEE_PFC, sizeof(pfc), &pfc);
	mnl_attr_nest_end(nlh, nest);
	return nlh;
}

static void test_pfc(void)
{
	struct sflow_pfc pfc;

	ok(!pfc_parse(pfc_message(0, 0, 0), &pfc), "pfc: not in use");
	ok(pfc_parse(pfc_message(8, 0, 0), &pfc), "pfc: in use, nothing yet");
	ok(pfc_parse(pfc_message(8, 5, 20), &pfc), "pfc: counted");
	begin();
	sflow_put_pfc(&d, &pfc);
	record("pfc", 11, 20);
	is(word(BODY), 21, "pfc: received");
	is(word(BODY + 4), 10, "pfc: sent");
	is(word(BODY + 8), UINT32_MAX, "pfc: time unknown");
	is(word(BODY + 16), UINT32_MAX, "pfc: storms unknown");
}

static void test_optics(void)
{
	struct sflow_optics optics = {
		.module = 7, .lane_total = 4, .voltage_mv = 3300,
		.temperature_mc = -1, .lane_count = 2,
		.lanes = { { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 },
			   { 11, 12, 13, 14, 15, 16, 17, 18, 19, 20 } },
	};
	unsigned int i, wrong = 0;

	begin();
	sflow_put_optics(&d, &optics);
	record("optics", 10, 100);
	is(word(BODY), 7, "optics: module");
	is(word(BODY + 4), 4, "optics: lanes of the module");
	is(word(BODY + 8), 3300, "optics: voltage");
	is(word(BODY + 12), UINT32_MAX, "optics: temperature");
	is(word(BODY + 16), 2, "optics: lanes told of");
	for (i = 0; i < 20; i++)
		wrong += word(BODY + 20 + 4 * i) != i + 1;
	is(wrong, 0, "optics: each lane, each number in its place");
}

/* Answers that are cut or wrong: the sanitizers look on. */
static void test_damaged(void)
{
	unsigned int seed = 1, n, i;

	for (n = 0; n < 30000; n++) {
		struct ethtool_counts stats = { 0 };
		struct sflow_lag lag = { 0 };
		struct sflow_pfc pfc;
		struct nlmsghdr *nlh;
		struct link link;
		char *copy;
		size_t len;

		nlh = n % 4 == 0 ? stats_message(true) :
		      n % 4 == 1 ? link_message(n & 4, true) :
		      n % 4 == 2 ? xstats_message() : pfc_message(1, 2, 3);
		len = nlh->nlmsg_len;
		copy = malloc(len);
		memcpy(copy, nlh, len);
		for (i = 0; i < 1 + n % 5; i++)
			copy[20 + rand_r(&seed) % (len - 20)] = rand_r(&seed);
		nlh = (struct nlmsghdr *)copy;
		switch (n % 4) {
		case 0:
			ethtool_counts_parse(nlh, &stats);
			break;
		case 1:
			link_parse(nlh, &link);
			break;
		case 2:
			lag_parse_stats(nlh, &lag);
			break;
		case 3:
			pfc_parse(nlh, &pfc);
			break;
		}
		free(copy);
	}
	ok(true, "30000 damaged answers: nothing read outside");
}

/* One reading after the other: octets, packets, and what comes of them. */
static void test_follow(void)
{
	static const struct {
		const char *what;
		uint64_t octets, packets, wanted;
		bool is_reset;
	} reading[] = {
		{ "the first", 4294967000, 100, 4294967000, false },
		{ "32 bits wrap", 500, 200, 4294967796, false },
		{ "they go on", 1000, 300, 4294968296, false },
		{ "they wrap again, unseen until late", 900, 4294967290,
		  900, true },
		{ "made anew", 100, 1, 100, true },
		{ "64 bits", 1ULL << 40, 1000, 1ULL << 40, false },
		{ "64 bits, made anew with few packets", 4000000000, 10,
		  4000000000, true },
		{ "made anew, and the octets look like a wrap", 5, 5, 5,
		  true },
		{ "the packets' 32 bits are nearly full", 3000000000,
		  4294967290, 3000000000, false },
		{ "and wrap alone", 3500000000, 10, 3500000000, false },
		{ "then the octets", 10, 20, 4294967306, false },
	};
	struct counters_past past = { 0 };
	size_t i;

	for (i = 0; i < sizeof(reading) / sizeof(reading[0]); i++) {
		struct rtnl_link_stats64 s = {
			.rx_bytes = reading[i].octets,
			.rx_packets = reading[i].packets,
			.tx_bytes = reading[i].octets,
			.tx_packets = reading[i].packets,
		};

		is(counters_follow(&past, &s), reading[i].is_reset,
		   "follow: %s: anew or not", reading[i].what);
		ok(s.rx_bytes == reading[i].wanted &&
		   s.tx_bytes == reading[i].wanted, "follow: %s: octets",
		   reading[i].what);
	}
}

int main(void)
{
	test_follow();
	test_ethernet();
	test_lag();
	test_pfc();
	test_optics();
	test_damaged();
	return tap_done();
}
