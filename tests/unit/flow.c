// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * From a record to a sample to a datagram, read back word by word. Sockets
 * are replaced by an array.
 */
#include "collector.h"
#include "counters.h"
#include "export.h"
#include "flow.h"
#include "host.h"
#include "link.h"
#include "nl.h"
#include "sflow.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "conf.h"

static struct sflow_datagram d;
static const uint8_t *packet = (const uint8_t *)
	"\x52\x54\x00\x12\x34\x56\x52\x54\x00\xab\xcd\xef\x81\x00\x60\x64"
	"\x08\x00\x45\x00\x00\x2f\x00\x01\x00\x00\x40\x11\x66\xbb\x0a\x00"
	"\x00\x01\x0a\x00\x00\x02\x9c\x40\xc3\x50\x00\x1b\x00\x00";

#define HAS(attr)	(1ULL << KSFLOW_A_RECORD_##attr)

static struct ksflow_record record(void)
{
	return (struct ksflow_record){
		.has = HAS(TIME) | HAS(SOURCE) | HAS(DIR) | HAS(RATE) |
		       HAS(POOL) | HAS(DROPS) | HAS(IN) | HAS(OUT) |
		       HAS(LEN) | HAS(PROTO) | HAS(DATA),
		.time_ns = 0x1122334455667788ULL, .source = 2,
		.dir = KSFLOW_DIR_INGRESS, .rate = 1000,
		.pool = (1ULL << 32) + 5, .drops = (1ULL << 32) + 6, .hits = 1,
		.in = 2, .out = KSFLOW_IFINDEX_LOCAL, .len_bytes = 1000,
		.proto = SFLOW_HEADER_ETHERNET, .data = packet, .data_len = 44,
	};
}

static uint32_t word(uint32_t at)
{
	uint32_t value;

	memcpy(&value, d.bytes + at, 4);
	return ntohl(value);
}

static void put(const struct ksflow_record *r)
{
	memset(&d, 0, sizeof(d));
	d.agent.type = SFLOW_ADDR_IP4;
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	sflow_begin(&d);
	is(flow_put(&d, r, 9, r->data_len), 0, "it fits");
}

/* Where the body of a record starts; 0: there is none of this format. */
static uint32_t body(uint32_t format)
{
	uint32_t at = 28 + 8 + 32, i;

	for (i = word(at - 4); i; i--) {
		if (word(at) == format)
			return at + 8;
		at += 8 + word(at + 4);
	}
	return 0;
}

static void test_sample(void)
{
	struct ksflow_record r = record();
	uint32_t at;

	put(&r);
	is(word(28), 1, "a compact flow sample");
	is(word(36), 9, "sequence");
	is(word(40), 2, "source 0:ifIndex");
	is(word(44), 1000, "rate");
	is(word(48), 5, "pool wraps");
	is(word(52), 6, "drops wrap");
	is(word(56), 2, "input");
	is(word(60), 0x3fffffff, "output: internal");
	at = body(1);
	is(word(at), 1, "header: Ethernet");
	is(word(at + 4), 1004, "header: frame length with FCS");
	is(word(at + 8), 4, "header: stripped");
	is(word(at + 12), 44, "header: bytes");
	at = body(1001);
	ok(at, "VLAN from the bytes");
	is(word(at), 100, "switch: source VLAN");
	is(word(at + 4), 3, "switch: source priority");
	is(word(at + 8), UINT32_MAX, "switch: destination unknown");
	ok(!body(1002), "no router without a next hop");
	ok(!body(1036), "no queue");
	at = body(1043);
	is(word(at), 0x11223344, "timestamp, high");
	is(word(at + 4), 0x55667788, "timestamp, low");

	r.dir = KSFLOW_DIR_EGRESS;
	r.has |= HAS(VLAN) | HAS(QUEUE) | HAS(QUEUE_DEPTH) | HAS(NEXTHOP4) |
		 HAS(DELAY);
	r.delay_ns = 60000001;
	r.vlan = 0x88a8a00a;
	r.queue = 4;
	r.queue_depth_bytes = 70000;
	r.src_prefix_len = 24;
	r.dst_prefix_len = 16;
	memcpy(r.nexthop4, "\x0a\0\0\x09", 4);
	put(&r);
	at = body(1001);
	is(word(at), UINT32_MAX, "egress: source VLAN unknown");
	is(word(at + 8), 10, "egress: destination VLAN, of the module");
	is(word(at + 12), 5, "egress: destination priority");
	at = body(1002);
	is(word(at + 4), 0x0a000009, "router: next hop");
	is(word(at + 8), 24, "router: source prefix");
	is(word(at + 12), 16, "router: destination prefix");
	is(word(body(1036)), 4, "queue");
	is(word(body(1039)), 60000001, "transit delay");
	is(word(body(1040)), 70000, "queue depth");
	ok(body(1) < body(1001) && body(1001) < body(1002) &&
	   body(1002) < body(1036) && body(1036) < body(1039) &&
	   body(1039) < body(1040) && body(1040) < body(1043), "records in the order all decoders bear");

	r.has &= ~(HAS(QUEUE) | HAS(NEXTHOP4));
	r.has |= HAS(NEXTHOP6);
	r.delay_ns = 5000000000;
	put(&r);
	is(word(body(1039)), UINT32_MAX, "transit delay: 4.3 s and more");
	ok(!body(1040), "no depth without a queue");
	is(word(body(1002)), 2, "router: IPv6 next hop");

	r = record();
	r.proto = SFLOW_HEADER_IP6;
	r.data_len = 40;
	put(&r);
	at = body(1);
	is(word(at), 12, "IPv6 without a link header");
	is(word(at + 4), 1018, "frame length as if there were one");
	is(word(at + 8), 18, "which is stripped");
	ok(!body(1001), "no VLAN to be found in it");

	r.proto = 0;
	put(&r);
	ok(!body(1), "an unknown link type: no header");
	ok(body(1043), "but the rest");

	r = record();
	r.data_len = 15;
	put(&r);
	ok(!body(1001), "a header too short for its tag");

	r = record();
	ok(!flow_needs_expanded(&r), "internal is no large ifindex");
	r.in = 1U << 24;
	ok(flow_needs_expanded(&r), "2^24 is");
}

static struct ksflow_record drop(void)
{
	struct ksflow_record r = record();

	r.has = HAS(TIME) | HAS(SOURCE) | HAS(DROPS) | HAS(IN) | HAS(OUT) |
		HAS(LEN) | HAS(PROTO) | HAS(DATA) | HAS(REASON) | HAS(SITE);
	r.dir = r.rate = r.pool = 0;
	r.out = 3;
	strcpy(r.reason, "NETFILTER_DROP");
	strcpy(r.site, "nft_do_chain+0x1a2/0x6f0 [nf_tables]");
	return r;
}

static void put_discard(const struct ksflow_record *r)
{
	memset(&d, 0, sizeof(d));
	d.agent.type = SFLOW_ADDR_IP4;
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	sflow_begin(&d);
	is(flow_put_discard(&d, r, 9, r->data_len), 0, "it fits");
}

static bool is_string(uint32_t at, const char *s)
{
	return at && word(at) == strlen(s) && !memcmp(d.bytes + at + 4, s,
						      strlen(s));
}

static void test_discard(void)
{
	struct ksflow_record r = drop();
	uint32_t at;

	/* its fixed part is as long as a compact flow sample's */
	put_discard(&r);
	is(word(28), 5, "a discarded packet");
	is(word(36), 9, "discard: sequence");
	is(word(40), 0, "discard: source type");
	is(word(44), 2, "discard: source, where it came in");
	is(word(48), 6, "discard: drops wrap");
	is(word(52), 2, "discard: input");
	is(word(56), 3, "discard: output");
	is(word(60), 258, "discard: reason");
	at = body(1);
	is(word(at + 4), 1004, "discard: frame length");
	is(word(at + 12), 44, "discard: header");
	ok(is_string(body(1038), "nft_do_chain"), "discard: function alone");
	ok(is_string(body(1042), "NETFILTER_DROP"), "discard: reason's name");
	is(word(body(1043)), 0x11223344, "discard: time");
	ok(!body(1041) && !body(1036) && !body(1001),
	   "discard: nothing that is not known");
	ok(body(1) < body(1038) && body(1038) < body(1042) &&
	   body(1042) < body(1043), "discard: records in ascending order");

	r.has = HAS(TIME) | HAS(TRAP) | HAS(GROUP) | HAS(QUEUE) |
		HAS(QUEUE_DEPTH) | HAS(PROTO) | HAS(DATA) | HAS(LEN);
	r.source = 0;
	r.in = r.out = KSFLOW_IFINDEX_LOCAL;
	r.reason[0] = r.site[0] = 0;
	strcpy(r.trap, "blackhole_route");
	strcpy(r.group, "l3_drops");
	r.queue = 3;
	r.queue_depth_bytes = 1000;
	put_discard(&r);
	is(word(44), 0, "trap: source 0:0, none is known");
	is(word(52), 0, "trap: input, the host has no number here");
	is(word(56), 0, "trap: output likewise");
	is(word(60), 269, "trap: reason");
	at = body(1041);
	ok(is_string(at, "l3_drops"), "trap: its group");
	ok(is_string(at + 12, "blackhole_route"), "trap: its name");
	ok(!body(1038) && !body(1042), "trap: no function, no reason");
	is(word(body(1036)), 3, "trap: queue");
	is(word(body(1040)), 1000, "trap: depth");

	r.proto = 0;
	put_discard(&r);
	ok(!body(1) && body(1041), "an unknown link type: no header");
}

static void test_mpls(void)
{
	/* label 100, TTL 255; label 3201, TC 0, bottom, TTL 64 */
	static const uint8_t stack[] = { 0, 6, 0x40, 0xff, 0, 0xc8, 0x11, 0x40,
					 0x45, 0 };
	static uint8_t bytes[64];
	struct ksflow_record r = record();
	uint32_t at;

	memcpy(bytes + 12, "\x81\0\0\x64\x88\x47", 6);
	memcpy(bytes + 18, stack, sizeof(stack));
	r.data = bytes;
	r.data_len = sizeof(bytes);
	put(&r);
	at = body(1006);
	is(word(at), 1, "MPLS: no next hop, of type 1");
	is(word(at + 8), 2, "MPLS: behind a tag, two labels came in");
	is(word(at + 12), 0x000640ff, "MPLS: the outermost first");
	is(word(at + 16), 0x00c81140, "MPLS: the last one");
	is(word(at + 20), 0, "MPLS: what goes out is not known");

	r.dir = KSFLOW_DIR_EGRESS;
	r.proto = SFLOW_HEADER_MPLS;
	r.data = stack;
	r.data_len = sizeof(stack);
	put(&r);
	at = body(1006);
	is(word(at + 8), 0, "MPLS: without a link header, out: none came in");
	is(word(at + 12), 2, "MPLS: two go out");
	r.data_len = 7;
	put(&r);
	is(word(body(1006) + 12), 1, "MPLS: a label that is cut is none");
	r.data_len = 3;
	put(&r);
	ok(!body(1006), "MPLS: nothing but half a label");
	r = record();
	put(&r);
	ok(!body(1006), "MPLS: not of IP");
}

static void test_socket(void)
{
	struct ksflow_record r = record();
	uint32_t at;

	put(&r);
	ok(!body(2100) && !body(2209), "no socket");
	r.has |= HAS(SOCKET);
	r.socket = (struct ksflow_socket){
		.has = 1ULL << KSFLOW_A_SOCKET_LOCAL4, .proto = 17,
		.local4 = { 10, 0, 0, 1 }, .remote4 = { 10, 0, 0, 2 },
		.local_port = 53, .remote_port = 50000,
	};
	put(&r);
	at = body(2100);
	is(word(at + 4), 0x0a000001, "socket: local");
	is(word(at + 12), 53, "socket: its port");
	ok(!body(2209), "socket: no tcp_info");
	r.socket.has |= 1ULL << KSFLOW_A_SOCKET_RTT;
	r.socket.is_sender = true;
	r.socket.rtt_us = 777;
	put(&r);
	is(word(body(2209)), 2, "tcp_info: sent");
	is(word(body(2209) + 28), 777, "tcp_info: rtt");
	r.socket.is_sender = false;
	r.socket.has = 1ULL << KSFLOW_A_SOCKET_LOCAL6 |
		       1ULL << KSFLOW_A_SOCKET_RTT;
	put(&r);
	is(word(body(2209)), 1, "tcp_info: received");
	ok(body(2101) && !body(2100), "socket: IPv6");
	r.has = drop().has | HAS(SOCKET);
	put_discard(&r);
	ok(body(2101) && body(2209), "socket: of a drop");
}

/* Datagrams as a collector gets them. */
static int collector_fd;

static bool receive(void)
{
	struct pollfd pfd = { .fd = collector_fd, .events = POLLIN };
	int len;

	if (poll(&pfd, 1, 0) != 1)
		return false;
	len = recv(collector_fd, d.bytes, sizeof(d.bytes), 0);
	d.len = len < 0 ? 0 : len;
	return len > 0;
}

/* Samples of the host in one datagram, and the records in them. */
static void host_samples(unsigned int *samples, unsigned int *records)
{
	uint32_t at = 28, i;

	for (i = 0; i < word(24); i++) {
		*samples += word(at + 12) == 0x02000001;
		*records += word(at + 16);
		at += 8 + word(at + 4);
	}
}

static void test_host(struct export *e, const struct sflow_addr *agent)
{
	static const uint8_t mac[1][6] = { { 2, 0, 0, 0, 0, 1 } };
	static struct sflow_adapter adapters[200];
	struct host_counters h = {
		.descr = { .hostname = "a", .os_release = "6.12" },
		.adapter_count = 200, .adapters = adapters,
	};
	unsigned int i, samples = 0, records = 0, too_long = 0;

	for (i = 0; i < 200; i++)
		adapters[i] = (struct sflow_adapter){ 1000 + i, 1, mac };
	export_set_agent(e, agent, 3, 1400, 1300);
	h.adapter_count = 2;
	export_host_counters(e, &h, 1300);
	export_flush(e, 1300);
	ok(receive(), "host: a datagram");
	host_samples(&samples, &records);
	ok(samples == 1 && records == 10, "host: one sample, ten records");
	is(word(28 + 8), 1, "host: its sequence");

	h.adapter_count = 200;
	export_host_counters(e, &h, 1300);
	export_flush(e, 1300);
	ok(receive() && d.len <= 1400 && d.len > 1400 - 16,
	   "host: as many adapters as fit: %u bytes", d.len);
	is(word(28 + 8), 2, "host: the next of its sequence");
	samples = records = 0;
	host_samples(&samples, &records);
	ok(samples == 1 && records == 10, "host: still all in one");

	export_set_agent(e, agent, 3, 200, 1300);
	export_host_counters(e, &h, 1300);
	export_flush(e, 1300);
	for (samples = records = 0; receive();) {
		too_long += d.len > 200;
		host_samples(&samples, &records);
	}
	ok(samples == 10 && records == 10 && !too_long,
	   "host: 200 bytes: ten samples, ten records");
}

static void put_as(const struct ksflow_record *r, uint8_t records,
		   uint8_t vlan, uint32_t header_max)
{
	memset(&d, 0, sizeof(d));
	d.agent.type = SFLOW_ADDR_IP4;
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	d.profile.records = records;
	d.profile.vlan = vlan;
	sflow_begin(&d);
	flow_put(&d, r, 9, header_max);
}

static void test_profiles(void)
{
	struct ksflow_record r = record();
	static uint8_t tagged[64];
	uint32_t at;

	r.has |= HAS(QUEUE) | HAS(NEXTHOP4);
	put_as(&r, SFLOW_RECORDS_BASIC, 0, 44);
	is(word(64), 1, "basic: one record");
	is(body(1), 76, "basic: the header");
	is(d.len, 76 + 16 + 44, "basic: and nothing behind it");
	put_as(&r, SFLOW_RECORDS_STANDARD, 0, 44);
	is(word(64), 3, "standard: header, switch, router");
	ok(body(1001) && body(1002) && !body(1036) && !body(1043),
	   "standard: nothing new");

	/* two tags, as a provider puts them */
	memcpy(tagged, packet, 12);
	memcpy(tagged + 12, "\x88\xa8\x00\x07\x81\x00\x60\x64\x08\x00\x45", 11);
	memset(tagged + 23, 0x5a, sizeof(tagged) - 23);
	r = record();
	r.data = tagged;
	r.data_len = sizeof(tagged);
	put_as(&r, 0, SFLOW_VLAN_8100, 64);
	at = body(1);
	is(word(at + 8), 4, "8100: nothing is stripped");
	is(word(at + 12), 64, "8100: nothing is shorter");
	is(word(at + 16 + 12), 0x81000007, "8100: the outer tag's type");
	is(word(at + 16 + 16), 0x81006064, "8100: the inner one's");
	ok(!body(1012), "8100: no stack");
	is(word(body(1001)), 7, "8100: the outer VLAN");
	put_as(&r, 0, SFLOW_VLAN_STRIP, 64);
	at = body(1);
	is(word(at + 4), 1004, "strip: the length on the wire stays");
	is(word(at + 8), 4 + 8, "strip: two tags are stripped, and the FCS");
	is(word(at + 12), 56, "strip: and not in the header");
	is(word(at + 16 + 12), 0x0800455a, "strip: what was behind them");
	at = body(1012);
	is(word(at), 2, "strip: a stack of two");
	is(word(at + 4), 0x88a80007, "strip: outermost first");
	is(word(at + 8), 0x81006064, "strip: then the inner");
	is(word(body(1001)), 7, "strip: the VLAN is said all the same");
	put_as(&r, 0, SFLOW_VLAN_STRIP, 20);
	is(word(body(1) + 12), 20, "strip: as many bytes as there is room for");
	r.data_len = 17;	/* cut within the tags */
	put_as(&r, 0, SFLOW_VLAN_STRIP, 64);
	is(word(body(1) + 12), 17, "strip: half a tag stays");
	ok(!body(1012), "strip: and is in no stack");
	r.data_len = sizeof(tagged);
	put_as(&r, SFLOW_RECORDS_BASIC, SFLOW_VLAN_STRIP, 64);
	ok(word(64) == 1 && word(body(1) + 12) == 56, "basic and stripped");
	put_as(&r, 0, 0, 64);
	is(word(body(1) + 16 + 12), 0x88a80007, "inline: as on the wire");

	/* other kinds of sample */
	memset(&d, 0, sizeof(d));
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	d.profile.records = SFLOW_RECORDS_BASIC;
	sflow_begin(&d);
	r.has |= HAS(REASON);
	strcpy(r.reason, "A");
	flow_put_discard(&d, &r, 1, 64);
	ok(word(28 + 36) == 3, "a discard is whole, or not sent");
}

/* What one of them is not to get is no loss to it. */
static void test_streams(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sflow_addr agent = { SFLOW_ADDR_IP4, { 192, 0, 2, 1 } };
	struct counters_port port = { .has_pfc = true };
	struct link link = { .ifindex = 2, .name = "eth0" };
	struct host_counters h = { .descr = { .hostname = "a", .os_release = "6" } };
	struct ksflow_record r = record();
	static struct conf conf;
	struct collectors *to;
	struct export *e;
	unsigned int i, datagrams, order;
	int fds[3];

	conf_defaults(&conf);
	conf.collector_count = 3;
	for (i = 0; i < 3; i++) {
		socklen_t len = sizeof(in);

		in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		in.sin_port = 0;
		fds[i] = socket(AF_INET, SOCK_DGRAM, 0);
		if (bind(fds[i], (struct sockaddr *)&in, len) ||
		    getsockname(fds[i], (struct sockaddr *)&in, &len)) {
			ok(true, "streams # SKIP no loopback here");
			return;
		}
		conf.collectors[i] = conf.collectors[0];
		conf.collectors[i].port = ntohs(in.sin_port);
	}
	conf.collectors[1].profile.records = SFLOW_RECORDS_BASIC;
	conf.collectors[1].profile.has_no_drops = true;
	to = collectors_open();
	collectors_apply(to, &conf, 1000);
	e = export_open(to, 1000);
	export_set_profiles(e, &conf, 1000);
	export_set_agent(e, &agent, 3, 1400, 1000);
	r.has |= HAS(REASON);
	strcpy(r.reason, "A");
	for (i = 1; i <= 3; i++) {
		export_record(e, &r, 1000);
		export_if_counters(e, &link, &port, i, 1000);
		export_host_counters(e, &h, 1000);
		export_flush(e, 1000);
		export_discard(e, &r, 1000);
		export_flush(e, 1000);
	}
	for (i = 0; i < 3; i++) {
		collector_fd = fds[i];
		for (datagrams = order = 0; receive(); datagrams++) {
			order += word(16) != datagrams + 1;
			/* the second has neither discards nor the host */
			if (i == 1)
				order += word(24) != 2 || word(36) != datagrams + 1;
		}
		is(datagrams, i == 1 ? 3 : 6, "streams: datagrams of %u", i);
		is(order, 0, "streams: its sequence has no gap");
	}
	is(export_counts(e)->flow_samples, 3, "streams: a sample counts once");
	is(export_counts(e)->discard_samples, 3, "streams: a discard too");

	/* one that stays goes on, one that comes begins */
	conf.collectors[0].profile.vlan = SFLOW_VLAN_STRIP;
	conf.collectors[2] = conf.collectors[1];
	conf.collector_count = 2;
	collectors_apply(to, &conf, 1000);
	export_set_profiles(e, &conf, 1000);
	export_record(e, &r, 1000);
	export_flush(e, 1000);
	collector_fd = fds[0];
	ok(receive() && word(16) == 1, "streams: a new one begins");
	is(word(12), 3, "streams: with the sub-agent's number");
	collector_fd = fds[1];
	ok(receive() && word(16) == 4, "streams: one that stays goes on");
	is(word(36), 4, "streams: samples have one number for all");
	collector_fd = fds[2];
	ok(!receive(), "streams: nothing for who is gone");
	for (i = 0; i < 3; i++)
		close(fds[i]);
	export_close(e);
	collectors_close(to);
}

static bool is_kept(uint32_t ifindex, void *arg)
{
	(void)arg;
	return ifindex;
}

static bool is_lost(uint32_t ifindex, void *arg)
{
	return !is_kept(ifindex, arg);
}

/* The sequence of a sample. */
static uint32_t word_after_restart(struct export *e,
				   const struct ksflow_record *r,
				   bool (*stays)(uint32_t ifindex, void *arg))
{
	export_restart_sources(e, stays, NULL);
	export_record(e, r, 1300);
	export_flush(e, 1300);
	receive();
	return word(36);
}

static void test_export(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sflow_addr agent = { SFLOW_ADDR_IP4, { 192, 0, 2, 1 } };
	struct ksflow_record r = record();
	struct counters_port c = { 0 };
	struct link link = { .ifindex = 2, .name = "eth0" };
	socklen_t len = sizeof(in);
	struct collectors *to;
	struct conf conf;
	struct export *e;
	uint32_t i, at, samples, last = 0, order = 0;

	collector_fd = socket(AF_INET, SOCK_DGRAM, 0);
	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(collector_fd, (struct sockaddr *)&in, len) ||
	    getsockname(collector_fd, (struct sockaddr *)&in, &len)) {
		ok(true, "export # SKIP no loopback here");
		return;
	}
	conf_defaults(&conf);
	conf.collectors[0].port = ntohs(in.sin_port);
	to = collectors_open();
	collectors_apply(to, &conf, 1000);
	e = export_open(to, 1000);
	export_set_agent(e, &agent, 3, 1400, 1000);

	r.hits = 3;
	export_record(e, &r, 1000);
	ok(!receive(), "nothing leaves before the flush");
	export_flush(e, 1234);
	ok(receive(), "a datagram");
	is(word(8), 0xc0000201, "agent");
	is(word(12), 3, "sub-agent");
	is(word(16), 1, "datagram sequence");
	is(word(20), 234, "uptime");
	is(word(24), 3, "three hits are three samples");
	for (i = 0; i < 3; i++)
		is(word(28 + i * (8 + word(32)) + 8), i + 1,
		   "sample sequence");
	export_flush(e, 1300);
	ok(!receive(), "an empty datagram is not sent");

	/* more than one datagram: all samples, each within the limit */
	r.hits = 50;
	export_record(e, &r, 1300);
	export_flush(e, 1300);
	for (samples = 0; receive(); samples += word(24)) {
		order += word(16) != last + (last ? 1 : 2);
		last = last ? last + 1 : 2;
		order += d.len > 1400;
	}
	is(samples, 50, "fifty samples in several datagrams");
	is(order, 0, "in sequence, none too long");
	r.hits = 1;
	r.source = 5;
	export_record(e, &r, 1300);
	export_flush(e, 1300);
	receive();
	is(word(36), 1, "another source has a sequence of its own");

	test_host(e, &agent);

	/* a header that does not fit gives way */
	export_set_agent(e, &agent, 3, 200, 1300);
	static uint8_t large[512];
	r.data = large;
	r.data_len = sizeof(large);
	export_record(e, &r, 1300);
	export_flush(e, 1300);
	ok(receive() && d.len <= 200, "datagramBytes=200: %u bytes", d.len);
	is(word(24), 1, "with the sample in it");

	export_set_agent(e, &agent, 3, 1400, 1300);
	sflow_if_counters_init(&c.generic);
	export_if_counters(e, &link, &c, 77, 1300);
	r = record();
	r.in = 1U << 24;
	export_record(e, &r, 1300);
	export_if_counters(e, &link, &c, 78, 1300);
	export_flush(e, 1300);
	ok(receive() && word(28) == 2 && word(24) == 1,
	   "what was compact leaves before");
	is(word(36), 77, "counter sequence");
	ok(receive() && word(28) == 3, "expanded from the first large ifindex");
	is(word(28 + 8 + word(32)), 4, "counters too");
	r = record();
	export_record(e, &r, 1300);
	export_flush(e, 1300);
	ok(receive() && word(28) == 3, "and ever after");

	/* discards: datagrams of their own, in the agent's one sequence */
	export_record(e, &r, 1300);
	for (i = 0; i < 3; i++) {
		struct ksflow_record x = drop();

		x.source = i == 2 ? 0 : 2;
		export_discard(e, &x, 1300);
		if (!i)
			export_record(e, &r, 1300);
	}
	export_flush(e, 1300);
	ok(receive() && word(24) == 2 && word(28) == 3,
	   "flow samples leave without the discards");
	last = word(16);
	ok(receive() && word(24) == 3 && word(28) == 5,
	   "discards leave without flow samples");
	is(word(16), last + 1, "in the same sequence of datagrams");
	is(word(36), 1, "discards have sequences of their own");
	at = 28 + 8 + word(32);
	is(word(at + 8), 2, "by source");
	at += 8 + word(at + 4);
	is(word(at + 8), 1, "that of unknown interfaces too");
	is(export_counts(e)->discard_samples, 3, "discards are counted");
	ok(!receive(), "nothing else");

	last = word_after_restart(e, &r, is_kept);
	ok(last > 1, "sequences of sources that are not the module's go on");
	is(word_after_restart(e, &r, is_lost), 1,
	   "sequences start again with the module's pools");
	is(export_counts(e)->flow_samples, 61, "flow samples counted");
	for (i = 1; i < 1000; i++) {
		r.source = i;
		export_record(e, &r, 1300);
	}
	is(export_counts(e)->flow_samples, 61 + 999, "a thousand sources");
	export_close(e);
	collectors_close(to);
	close(collector_fd);
}

int main(void)
{
	test_sample();
	test_discard();
	test_mpls();
	test_socket();
	test_export();
	test_profiles();
	test_streams();
	return tap_done();
}
