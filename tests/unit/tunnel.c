// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Tunnel interfaces: from rtnetlink's messages, made here, to what is around a
 * packet.
 */
#include "tunnel.h"

#include "nl.h"
#include "tap.h"

#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <stdlib.h>

static char buf[2048] __attribute__((aligned(8)));
static struct nlmsghdr *nlh;
static struct nlattr *info, *data;

static void begin(const char *kind)
{
	struct ifinfomsg *ifi;

	memset(buf, 0, sizeof(buf));
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_NEWLINK;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = 7;
	info = mnl_attr_nest_start(nlh, IFLA_LINKINFO);
	mnl_attr_put_str(nlh, IFLA_INFO_KIND, kind);
	data = mnl_attr_nest_start(nlh, IFLA_INFO_DATA);
}

static bool end(struct tunnel *t)
{
	mnl_attr_nest_end(nlh, data);
	mnl_attr_nest_end(nlh, info);
	return tunnel_parse(nlh, t);
}

static void test_parse(void)
{
	struct tunnel t;

	begin("vxlan");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 4711);
	mnl_attr_put(nlh, IFLA_VXLAN_LOCAL, 4, "\x0a\0\0\1");
	mnl_attr_put(nlh, IFLA_VXLAN_GROUP, 4, "\x0a\0\0\2");
	mnl_attr_put_u16(nlh, IFLA_VXLAN_PORT, htons(4789));
	mnl_attr_put_u8(nlh, IFLA_VXLAN_COLLECT_METADATA, 0);
	ok(end(&t), "vxlan");
	is(t.ifindex, 7, "vxlan: its index");
	ok(t.has_vni && t.vni == 4711, "vxlan: VNI");
	is(t.port, 4789, "vxlan: port");
	is(t.protocol, 17, "vxlan: UDP");
	is(t.local.bytes[3], 1, "vxlan: local");
	is(t.remote.bytes[3], 2, "vxlan: remote");
	is(t.overhead, 16, "vxlan: overhead");

	begin("vxlan");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 1);
	mnl_attr_put(nlh, IFLA_VXLAN_LOCAL, 4, "\x0a\0\0\1");
	mnl_attr_put(nlh, IFLA_VXLAN_GROUP, 4, "\xef\0\0\2");
	ok(end(&t) && !t.remote.type && t.has_vni,
	   "vxlan: a group is no end, the VNI remains");

	begin("vxlan");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 0);
	mnl_attr_put_u8(nlh, IFLA_VXLAN_COLLECT_METADATA, 1);
	ok(end(&t) && t.is_external && t.overhead == 16, "vxlan external");
	begin("geneve");
	mnl_attr_put_u32(nlh, IFLA_GENEVE_ID, 0);
	mnl_attr_put(nlh, IFLA_GENEVE_COLLECT_METADATA, 0, NULL);
	ok(end(&t) && t.is_external && t.has_options, "geneve external");
	begin("ipip");
	mnl_attr_put(nlh, IFLA_IPTUN_COLLECT_METADATA, 0, NULL);
	ok(end(&t) && t.is_external, "ipip external");

	begin("geneve");
	mnl_attr_put_u32(nlh, IFLA_GENEVE_ID, 5);
	mnl_attr_put(nlh, IFLA_GENEVE_REMOTE6, 16, "\xfd" "123456789abcdef");
	mnl_attr_put_u16(nlh, IFLA_GENEVE_PORT, htons(6081));
	ok(end(&t), "geneve");
	is(t.remote.type, SFLOW_ADDR_IP6, "geneve: IPv6");
	ok(!t.local.type, "geneve: it has no local address");

	begin("gre");
	mnl_attr_put(nlh, IFLA_GRE_LOCAL, 4, "\x0a\0\0\1");
	mnl_attr_put(nlh, IFLA_GRE_REMOTE, 4, "\x0a\0\0\2");
	mnl_attr_put_u16(nlh, IFLA_GRE_OFLAGS, GRE_KEY | GRE_SEQ);
	ok(end(&t), "gre");
	is(t.protocol, 47, "gre: protocol");
	is(t.overhead, 12, "gre: with key and sequence");
	ok(!t.has_vni && !t.is_ether, "gre: IP, no VNI");

	begin("ip6tnl");
	mnl_attr_put(nlh, IFLA_IPTUN_LOCAL, 16, "\xfd" "123456789abcde1");
	mnl_attr_put(nlh, IFLA_IPTUN_REMOTE, 16, "\xfd" "123456789abcde2");
	mnl_attr_put_u8(nlh, IFLA_IPTUN_PROTO, 41);
	ok(end(&t) && t.protocol == 41, "ip6tnl");

	begin("ipip");
	mnl_attr_put(nlh, IFLA_IPTUN_LOCAL, 4, "\x0a\0\0\1");
	mnl_attr_put(nlh, IFLA_IPTUN_REMOTE, 4, "\0\0\0\0");
	ok(!end(&t), "ipip without another end is not told of");
	begin("vlan");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 4711);
	ok(!end(&t), "a VLAN is no tunnel");
	begin("vxlan");
	mnl_attr_put_u16(nlh, IFLA_VXLAN_ID, 4711);
	mnl_attr_put(nlh, IFLA_VXLAN_GROUP, 3, "\x0a\0\0");
	ok(!end(&t), "words of a wrong size");
	begin("vxlan");
	mnl_attr_put_u32(nlh, IFLA_VXLAN_ID, 4711);
	nlh->nlmsg_type = RTM_DELLINK;
	ok(!end(&t), "one that is gone");
}

static void test_around(void)
{
	struct tunnels *tunnels = tunnels_open();
	struct flow_tunnel found[FLOW_TUNNELS];
	const struct flow_tunnel *around;
	struct ksflow_record r = {
		.in = 1000007, .out = 1000008, .len_bytes = 100,
		.proto = SFLOW_HEADER_ETHERNET,
	};
	struct tunnel vxlan = {
		.ifindex = 1000007, .protocol = 17, .overhead = 16,
		.is_ether = true, .has_vni = true, .vni = 5, .port = 4789,
		.local = { SFLOW_ADDR_IP4, { 10, 0, 0, 1 } },
		.remote = { SFLOW_ADDR_IP4, { 10, 0, 0, 2 } },
	};
	struct tunnel gre = {
		.ifindex = 1000008, .protocol = 47, .overhead = 4,
		.local = { SFLOW_ADDR_IP6, { 1 } },
		.remote = { SFLOW_ADDR_IP6, { 2 } },
	};

	ok(tunnels, "there may be tunnels");
	if (!tunnels)
		return;
	ok(!tunnels_around(tunnels, &r, found), "none so far");
	tunnels_set(tunnels, vxlan.ifindex, &vxlan);
	around = tunnels_around(tunnels, &r, found);
	ok(around && !around->next, "out of one");
	is(around->side, SFLOW_TUNNEL_INGRESS, "out of one: it was around");
	is(around->ip.src.bytes[3], 2, "out of one: from the other end");
	is(around->ip.dst.bytes[3], 1, "out of one: to this one");
	is(around->ip.length, 100 + 16 + 20, "out of one: its length");
	ok(around->has_vni && around->vni == 5, "out of one: its VNI");
	vxlan.local.type = 0;
	tunnels_set(tunnels, vxlan.ifindex, &vxlan);
	around = tunnels_around(tunnels, &r, found);
	is(around->ip.dst.type, SFLOW_ADDR_IP4, "no local address: of a type");
	is(around->ip.dst.bytes[3], 0, "no local address: all zeros");
	vxlan.remote.type = 0;
	tunnels_set(tunnels, vxlan.ifindex, &vxlan);
	r.data = (const uint8_t *)"abcdefghijkl";
	r.data_len = 12;
	around = tunnels_around(tunnels, &r, found);
	ok(around && !around->ip.src.type && around->has_vni,
	   "a database that does not answer: the VNI remains");
	tunnels_set(tunnels, gre.ifindex, &gre);
	around = tunnels_around(tunnels, &r, found);
	ok(around && around->next && !around->next->next,
	   "out of one, into another");
	around = around->next;
	is(around->side, SFLOW_TUNNEL_EGRESS, "into one: it will be around");
	is(around->ip.src.bytes[0], 1, "into one: from this end");
	is(around->ip.length, 100 - 14 + 4 + 40, "into one: without Ethernet");
	tunnels_set(tunnels, vxlan.ifindex, NULL);
	around = tunnels_around(tunnels, &r, found);
	ok(around && !around->next && around->side == SFLOW_TUNNEL_EGRESS,
	   "the one is gone, the other is there");
	tunnels_set(tunnels, gre.ifindex, NULL);
	ok(!tunnels_around(tunnels, &r, found), "both are gone");
	tunnels_set(tunnels, gre.ifindex, NULL);
	ok(!tunnels_around(tunnels, &r, found), "gone twice");
	tunnels_close(tunnels);
}

/* Their ends are in the record. */
static void test_external(void)
{
	struct tunnels *tunnels = tunnels_open();
	struct flow_tunnel found[FLOW_TUNNELS];
	const struct flow_tunnel *around;
	struct ksflow_record r = {
		.in = 1, .out = 2, .len_bytes = 100,
		.proto = SFLOW_HEADER_ETHERNET,
		.metadata = {
			.id = 77, .src6 = { 1 }, .dst6 = { 2 },
			.src_port = 1000, .tos = 8, .words = 2,
			.options_bytes = 12,
		},
	};
	struct tunnel geneve = {
		.ifindex = 1, .protocol = 17, .overhead = 16,
		.is_ether = true, .has_vni = true, .port = 6081,
		.has_options = true, .is_external = true,
	};
	struct tunnel gre = {
		.ifindex = 1, .protocol = 47, .overhead = 4,
		.is_external = true,
	};
	struct tunnel ipip = {
		.ifindex = 1, .protocol = 4, .is_external = true,
	};

	if (!tunnels)
		return;
	tunnels_set(tunnels, 1, &geneve);
	ok(!tunnels_around(tunnels, &r, found), "external: without metadata");
	ksflow_set(&r, RECORD_TUNNEL);
	ksflow_set(&r.metadata, TUNNEL_SRC6);
	ksflow_set(&r.metadata, TUNNEL_DST6);
	around = tunnels_around(tunnels, &r, found);
	ok(around && !around->next && around->side == SFLOW_TUNNEL_INGRESS,
	   "external: with it");
	is(around->ip.src.type, SFLOW_ADDR_IP6, "external: IPv6");
	is(around->ip.src.bytes[0], 1, "external: from");
	is(around->ip.dst.bytes[0], 2, "external: to");
	is(around->ip.src_port, 1000, "external: from port");
	is(around->ip.dst_port, 6081, "external: the device's port");
	is(around->ip.tos, 8, "external: TOS");
	is(around->ip.length, 100 + 16 + 12 + 40, "external: with options");
	ok(around->has_vni && around->vni == 77, "external: VNI");
	tunnels_set(tunnels, 1, &gre);
	around = tunnels_around(tunnels, &r, found);
	ok(around && around->ip.length == 100 - 14 + 4 + 8 + 40,
	   "external: GRE with its words");
	ok(around && !around->has_vni, "external: a key is no VNI");
	tunnels_set(tunnels, 1, &ipip);
	r.proto = SFLOW_HEADER_IP6;
	around = tunnels_around(tunnels, &r, found);
	is(around ? around->ip.protocol : 0, 41, "external: IPv6 in IP");
	r.metadata.is_out = true;
	ok(!tunnels_around(tunnels, &r, found), "external: of another side");
	gre.ifindex = 2;
	tunnels_set(tunnels, gre.ifindex, &gre);
	around = tunnels_around(tunnels, &r, found);
	ok(around && around->side == SFLOW_TUNNEL_EGRESS && !around->next,
	   "external: of this side");
	tunnels_close(tunnels);
}

/* Many, in any order: each is found, as it was set last. */
static void test_many(void)
{
	struct tunnels *tunnels = tunnels_open();
	struct flow_tunnel found[FLOW_TUNNELS];
	const struct flow_tunnel *around;
	struct tunnel gre = {
		.protocol = 47, .overhead = 4,
		.remote = { SFLOW_ADDR_IP4, { 10 } },
	};
	static uint8_t wanted[1000];
	struct ksflow_record r = { .len_bytes = 100 };
	unsigned int i, at, bad = 0;

	if (!tunnels)
		return;
	srand(1);
	for (i = 0; i < 20000; i++) {
		at = rand() % 1000;
		wanted[at] = rand() % 3 ? rand() % 255 + 1 : 0;
		gre.ifindex = at + 1;
		gre.remote.bytes[3] = wanted[at];
		tunnels_set(tunnels, at + 1, wanted[at] ? &gre : NULL);
		r.in = rand() % 1000 + 1;
		around = tunnels_around(tunnels, &r, found);
		bad += (around ? around->ip.src.bytes[3] : 0) != wanted[r.in - 1];
	}
	is(bad, 0, "many: that come, change and go");
	tunnels_close(tunnels);
}

int main(void)
{
	test_parse();
	test_around();
	test_external();
	test_many();
	return tap_done();
}
