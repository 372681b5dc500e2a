// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The encoder against known datagrams, byte for byte. They were made by
 * another encoder and decode in sflowtool to the values given here.
 */
#include "sflow.h"
#include "tap.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>

static const uint32_t v1[] = {
	0x00000005, 0x00000001, 0xc000020a, 0x00000000, 0x00000001, 0x000003e8,
	0x00000001, 0x00000001, 0x000000ac, 0x00000001, 0x00000002, 0x000003e8,
	0x000f4240, 0x00000003, 0x00000002, 0x00000003, 0x00000005, 0x00000001,
	0x00000050, 0x00000001, 0x00000041, 0x00000004, 0x0000003d, 0x52540012,
	0x34565254, 0x00abcdef, 0x08004500, 0x002f0001, 0x00004011, 0x66bb0a00,
	0x00010a00, 0x00029c40, 0xc350001b, 0x00007366, 0x6c6f772d, 0x74657374,
	0x2d766563, 0x746f722d, 0x31000000, 0x0000040c, 0x00000004, 0x00000005,
	0x00000410, 0x00000004, 0x00010000, 0x0000040f, 0x00000004, 0x00003039,
	0x00000413, 0x00000008, 0x18867251, 0xf555cd15,
};

static const uint32_t v2[] = {
	0x00000005, 0x00000002, 0x20010db8, 0x00000000, 0x00000000, 0x00000010,
	0x00000001, 0x00000002, 0x000007d0, 0x00000001, 0x00000005, 0x000000ac,
	0x00000001, 0x00000000, 0x00000002, 0x00000007, 0x00000002, 0x00000000,
	0x00000102, 0x00000003, 0x00000001, 0x00000050, 0x00000001, 0x00000041,
	0x00000004, 0x0000003d, 0x52540012, 0x34565254, 0x00abcdef, 0x08004500,
	0x002f0001, 0x00004011, 0x66bb0a00, 0x00010a00, 0x00029c40, 0xc350001b,
	0x00007366, 0x6c6f772d, 0x74657374, 0x2d766563, 0x746f722d, 0x31000000,
	0x00000412, 0x00000014, 0x0000000e, 0x4e455446, 0x494c5445, 0x525f4452,
	0x4f500000, 0x0000040e, 0x00000010, 0x0000000c, 0x6e665f68, 0x6f6f6b5f,
	0x736c6f77,
};

static const uint32_t v3[] = {
	0x00000005, 0x00000001, 0xc000020a, 0x00000000, 0x00000003, 0x00000bb8,
	0x00000001, 0x00000002, 0x00000080, 0x00000001, 0x00000002, 0x00000002,
	0x00000001, 0x00000058, 0x00000002, 0x00000006, 0x00000002, 0x540be400,
	0x00000001, 0x00000003, 0x00000100, 0x00000000, 0x00000001, 0x00000002,
	0x00000003, 0x00000004, 0x00000005, 0xffffffff, 0x00000200, 0x00000000,
	0x00000006, 0x00000007, 0x00000008, 0x00000009, 0x0000000a, 0x00000002,
	0x000003ed, 0x0000000c, 0x00000006, 0x656e7031, 0x73300000,
};

static const uint32_t v4[] = {
	0x00000005, 0x00000001, 0xc000020a, 0x00000000, 0x00000004, 0x00000fa0,
	0x00000001, 0x00000002, 0x0000018c, 0x00000001, 0x02000001, 0x00000006,
	0x000007d0, 0x00000030, 0x00000006, 0x686f7374, 0x2d310000, 0x00010203,
	0x04050607, 0x08090a0b, 0x0c0d0e0f, 0x00000003, 0x00000002, 0x00000008,
	0x362e3132, 0x2e313037, 0x000007d1, 0x0000002c, 0x00000002, 0x00000002,
	0x00000001, 0x52540012, 0x34560000, 0x00000003, 0x00000002, 0x52540012,
	0x34570000, 0x52540012, 0x34580000, 0x000007d3, 0x00000050, 0x3f000000,
	0x3fc00000, 0xbf800000, 0x00000001, 0x00000002, 0x00000003, 0x00000004,
	0x00000005, 0x00000006, 0x00000007, 0x00000008, 0x00000009, 0x0000000a,
	0x0000000b, 0x0000000c, 0x0000000d, 0x0000000e, 0x0000000f, 0x00000010,
	0x00000011, 0x000007d4, 0x00000048, 0x00000000, 0x40000000, 0x00000000,
	0x80000000, 0x00000000, 0xc0000000, 0x00000001, 0x00000000, 0x00000001,
	0x40000000, 0x00000001, 0x80000000, 0x00000001, 0xc0000000, 0x00000001,
	0x00000002, 0x00000003, 0x00000004, 0x000007d5, 0x00000034, 0x00000100,
	0x00000000, 0x00000080, 0x00000000, 0x0000109a, 0x00000001, 0x00000000,
	0x00000002, 0x00000003, 0x00000004, 0x00000000, 0x00000005, 0x00000006,
	0x000007d6, 0x00000028, 0x00000000, 0x00000001, 0x00000002, 0x00000003,
	0x00000004, 0x00000000, 0x00000005, 0x00000006, 0x00000007, 0x00000008,
};

static const uint32_t v5[] = {
	0x00000005, 0x00000001, 0xc000020a, 0x00000000, 0x00000005, 0x00001388,
	0x00000001, 0x00000003, 0x00000084, 0x00000001, 0x00000000, 0x01000054,
	0x00000190, 0x00000fa0, 0x00000000, 0x00000000, 0xffffffff, 0x00000001,
	0x00000101, 0x00000001, 0x00000001, 0x00000050, 0x00000001, 0x00000041,
	0x00000004, 0x0000003d, 0x52540012, 0x34565254, 0x00abcdef, 0x08004500,
	0x002f0001, 0x00004011, 0x66bb0a00, 0x00010a00, 0x00029c40, 0xc350001b,
	0x00007366, 0x6c6f772d, 0x74657374, 0x2d766563, 0x746f722d, 0x31000000,
};

/* 10.0.0.1:40000 -> 10.0.0.2:50000, UDP, 61 bytes */
static const uint8_t packet[61] =
	"\x52\x54\x00\x12\x34\x56\x52\x54\x00\xab\xcd\xef\x08\x00\x45\x00"
	"\x00\x2f\x00\x01\x00\x00\x40\x11\x66\xbb\x0a\x00\x00\x01\x0a\x00"
	"\x00\x02\x9c\x40\xc3\x50\x00\x1b\x00\x00sflow-test-vector-1";

static const struct sflow_header header = {
	.protocol = SFLOW_HEADER_ETHERNET, .frame_length = 65, .stripped = 4,
	.bytes = packet, .len = sizeof(packet),
};

static struct sflow_datagram d;

static void start(void)
{
	memset(&d, 0, sizeof(d));
	/* stale bytes must not show through the padding */
	memset(d.bytes, 0xa5, sizeof(d.bytes));
	d.agent.type = SFLOW_ADDR_IP4;
	memcpy(d.agent.bytes, "\xc0\x00\x02\x0a", 4);
	d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
}

static void same(const char *name, const uint32_t *words, size_t size)
{
	size_t i;

	is(d.len, size, "%s: length", name);
	for (i = 0; i < size / 4 && i < d.len / 4; i++) {
		uint32_t got;

		memcpy(&got, d.bytes + i * 4, 4);
		if (ntohl(got) == words[i])
			continue;
		ok(false, "%s: byte for byte", name);
		printf("#   at byte %zu: got %08x, wanted %08x\n", i * 4,
		       ntohl(got), words[i]);
		return;
	}
	ok(true, "%s: byte for byte", name);
}

static void test_v1(void)
{
	struct sflow_flow flow = {
		.sequence = 1, .source = { SFLOW_SOURCE_IFINDEX, 2 },
		.rate = 1000, .pool = 1000000, .drops = 3,
		.input = { SFLOW_PORT_IFINDEX, 2 },
		.output = { SFLOW_PORT_IFINDEX, 3 },
	};

	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_header(&d, &header);
	sflow_put_egress_queue(&d, 5);
	sflow_put_queue_depth(&d, 65536);
	sflow_put_transit_delay(&d, 12345);
	sflow_put_timestamp(&d, 1767225600123456789ULL);
	is(sflow_sample_end(&d), 0, "V1: fits");
	sflow_finish(&d, 1, 1000);
	same("V1 flow sample", v1, sizeof(v1));
}

static void test_v2(void)
{
	struct sflow_discard discard = {
		.sequence = 1, .source = { SFLOW_SOURCE_IFINDEX, 2 },
		.drops = 7, .input = 2, .output = 0, .reason = 258,
	};

	start();
	d.agent.type = SFLOW_ADDR_IP6;
	inet_pton(AF_INET6, "2001:db8::10", d.agent.bytes);
	d.sub_agent_id = 1;
	sflow_begin(&d);
	sflow_discard_begin(&d, &discard);
	sflow_put_header(&d, &header);
	sflow_put_drop_reason(&d, "NETFILTER_DROP");
	sflow_put_function(&d, "nf_hook_slow");
	is(sflow_sample_end(&d), 0, "V2: fits");
	sflow_finish(&d, 2, 2000);
	same("V2 discarded packet", v2, sizeof(v2));
}

static void test_v3(void)
{
	struct sflow_if_counters c;

	sflow_if_counters_init(&c);
	c.ifindex = 2;
	c.type = 6;
	c.speed_bps = 10000000000ULL;
	c.direction = SFLOW_IF_FULL_DUPLEX;
	c.status = SFLOW_IF_ADMIN_UP | SFLOW_IF_OPER_UP;
	c.in_octets = 1ULL << 40;
	c.in_ucast = 1;
	c.in_multicast = 2;
	c.in_broadcast = 3;
	c.in_discards = 4;
	c.in_errors = 5;
	c.out_octets = 1ULL << 41;
	c.out_ucast = 6;
	c.out_multicast = 7;
	c.out_broadcast = 8;
	c.out_discards = 9;
	c.out_errors = 10;
	c.promiscuous = SFLOW_FALSE;

	start();
	sflow_begin(&d);
	sflow_counters_begin(&d, 1,
			     (struct sflow_source){ SFLOW_SOURCE_IFINDEX, 2 });
	sflow_put_if_counters(&d, &c);
	sflow_put_port_name(&d, "enp1s0");
	is(sflow_sample_end(&d), 0, "V3: fits");
	sflow_finish(&d, 3, 3000);
	same("V3 interface counters", v3, sizeof(v3));
}

static void test_v4(void)
{
	static const uint8_t macs[3][6] = {
		{ 0x52, 0x54, 0, 0x12, 0x34, 0x56 },
		{ 0x52, 0x54, 0, 0x12, 0x34, 0x57 },
		{ 0x52, 0x54, 0, 0x12, 0x34, 0x58 },
	};
	struct sflow_adapter adapters[] = {
		{ 2, 1, &macs[0] }, { 3, 2, &macs[1] },
	};
	struct sflow_host_descr descr = {
		.hostname = "host-1", .machine_type = 3, .os_name = 2,
		.os_release = "6.12.107",
		.uuid = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
	};
	struct sflow_host_cpu cpu = {
		0.5, 1.5, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14,
		15, 16, 17,
	};
	struct sflow_host_memory memory = {
		1ULL << 30, 2ULL << 30, 3ULL << 30, 4ULL << 30, 5ULL << 30,
		6ULL << 30, 7ULL << 30, 1, 2, 3, 4,
	};
	struct sflow_host_disk disk = {
		1ULL << 40, 1ULL << 39, 4250, 1, 2, 3, 4, 5, 6,
	};
	struct sflow_host_net net = { 1, 2, 3, 4, 5, 6, 7, 8 };

	start();
	sflow_begin(&d);
	sflow_counters_begin(&d, 1,
			     (struct sflow_source){ SFLOW_SOURCE_PHYSICAL, 1 });
	sflow_put_host_descr(&d, &descr);
	sflow_put_host_adapters(&d, adapters, 2);
	sflow_put_host_cpu(&d, &cpu);
	sflow_put_host_memory(&d, &memory);
	sflow_put_host_disk(&d, &disk);
	sflow_put_host_net(&d, &net);
	is(sflow_sample_end(&d), 0, "V4: fits");
	sflow_finish(&d, 4, 4000);
	same("V4 host counters", v4, sizeof(v4));
}

static void test_v5(void)
{
	struct sflow_flow flow = {
		.sequence = 1, .source = { SFLOW_SOURCE_IFINDEX, 16777300 },
		.rate = 400, .pool = 4000, .drops = 0,
		.input = { SFLOW_PORT_IFINDEX, SFLOW_INTERNAL },
		.output = { SFLOW_PORT_DROPPED, 257 },
	};

	start();
	d.is_expanded = true;
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_header(&d, &header);
	is(sflow_sample_end(&d), 0, "V5: fits");
	sflow_finish(&d, 5, 5000);
	same("V5 expanded flow sample", v5, sizeof(v5));
}

static uint32_t word(uint32_t at)
{
	uint32_t value;

	memcpy(&value, d.bytes + at, 4);
	return ntohl(value);
}

static void test_padding(void)
{
	struct sflow_header h = header;
	struct sflow_flow flow = { .rate = 1 };
	uint32_t len, i, wrong = 0;

	for (len = 0; len <= sizeof(packet); len++) {
		uint32_t at = 28 + 40 + 8 + 16 + len;

		start();
		sflow_begin(&d);
		sflow_flow_begin(&d, &flow);
		h.len = len;
		sflow_put_header(&d, &h);
		sflow_sample_end(&d);
		wrong += d.len != ((at + 3) & ~3U);
		for (i = at; i < d.len; i++)
			wrong += d.bytes[i] != 0;
	}
	is(wrong, 0, "padding: zero, for every header length");
}

static void test_limits(void)
{
	struct sflow_flow flow = { .rate = 1 };
	uint32_t samples = 0, before;

	start();
	sflow_begin(&d);
	for (;;) {
		before = d.len;
		sflow_flow_begin(&d, &flow);
		sflow_put_header(&d, &header);
		if (sflow_sample_end(&d))
			break;
		samples++;
	}
	/* 28 + n * (40 + 8 + 16 + 64) <= 1400 */
	is(samples, 10, "limit: as many samples as fit into 1400 bytes");
	is(d.len, before, "limit: the one that did not fit leaves no trace");
	sflow_finish(&d, 1, 1);
	is(word(24), samples, "limit: count of samples");
	is(d.len, 28 + 10 * 128, "limit: length");

	start();
	d.max_bytes = SFLOW_DATAGRAM_MAX;
	sflow_begin(&d);
	for (samples = 0; samples < 1000; samples++) {
		sflow_flow_begin(&d, &flow);
		if (sflow_sample_end(&d))
			break;
	}
	is(samples, SFLOW_SAMPLES_MAX, "limit: samples in one datagram");

	/* what does not fit must not run over the buffer either */
	start();
	d.max_bytes = SFLOW_DATAGRAM_MIN;
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	for (samples = 0; samples < 1000; samples++)
		sflow_put_header(&d, &header);
	sflow_put_drop_reason(&d, "x");
	is(sflow_sample_end(&d), -EMSGSIZE, "limit: too big for any datagram");
	is(d.len, 28, "limit: too big leaves the datagram empty");
	ok(sflow_is_empty(&d), "limit: and says so");
	sflow_flow_begin(&d, &flow);
	is(sflow_sample_end(&d), 0, "limit: and a smaller one fits after it");
}

static void test_values(void)
{
	struct sflow_flow flow = {
		.rate = 1, .input = { SFLOW_PORT_IFINDEX, SFLOW_INTERNAL },
		.output = { SFLOW_PORT_DROPPED, 258 },
	};
	struct sflow_switch sw = { 100, 3, SFLOW_UNKNOWN32, SFLOW_UNKNOWN32 };
	struct sflow_router router = { { SFLOW_ADDR_IP4, { 10, 0, 0, 9 } },
				       24, 16 };
	struct sflow_router router6 = { { SFLOW_ADDR_IP6, { 0x20, 1 } },
					64, 48 };
	struct sflow_addr none = { SFLOW_ADDR_UNKNOWN, { 1, 2, 3, 4 } };

	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	is(word(28 + 28), 0x3fffffff, "internal, compact");
	is(word(28 + 32), 0x40000102, "dropped by ACL, compact (erratum)");
	sflow_put_switch(&d, &sw);
	is(word(68), 1001, "switch: format");
	is(word(72), 16, "switch: length");
	is(word(76), 100, "switch: source VLAN");
	is(word(84), 0xffffffff, "switch: unknown");
	sflow_put_router(&d, &router);
	is(word(92), 1002, "router: format");
	is(word(96), 16, "router: length");
	is(word(100), 1, "router: IPv4");
	is(word(104), 0x0a000009, "router: next hop");
	is(word(108), 24, "router: source prefix");
	is(word(112), 16, "router: destination prefix");
	sflow_put_router(&d, &router6);
	is(word(120), 28, "router: length with IPv6");
	is(word(144), 64, "router: source prefix with IPv6");
	sflow_put_queue_depth(&d, 1ULL << 33);
	is(word(160), 0xffffffff, "queue depth: clamped, not cut");
	sflow_put_transit_delay(&d, 1ULL << 32);
	is(word(172), 0xffffffff, "delay: clamped, not cut");
	is(sflow_sample_end(&d), 0, "records: fit");
	is(word(64), 5, "records: counted");

	start();
	d.agent = none;
	sflow_begin(&d);
	is(word(4), 1, "no agent address: type 1");
	is(word(8), 0, "no agent address: 0.0.0.0");

	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_acl(&d, 0, "abcde", 1);
	is(word(72), 20, "acl: string padded inside the record");
	is(word(80), 5, "acl: string's own length");
	is(word(92), 1, "acl: direction behind the padding");
	sflow_put_hw_trap(&d, "l2_drops", NULL);
	is(word(100), 4 + 8 + 4, "trap: empty string");
	is(sflow_sample_end(&d), 0, "strings: fit");
}

/* Of the host: lengths as section 5.5 of the formats has them. */
static void test_sockets(void)
{
	static const struct sflow_flow flow = { 0 };
	struct sflow_socket socket = {
		.protocol = 6, .local_port = 443, .remote_port = 50000,
		.local = { SFLOW_ADDR_IP4, { 10, 0, 0, 1 } },
		.remote = { SFLOW_ADDR_IP4, { 10, 0, 0, 2 } },
	};
	static const struct sflow_tcp_info info = {
		SFLOW_PACKET_SENT, 1448, 536, 3, 2, 1, 1500, 20000, 5000, 10, 3,
		19000,
	};
	static const uint32_t labels[] = { 0x000640ff, 0x00c81140 };
	const struct sflow_addr nexthop = { 0 };
	uint32_t i;

	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_socket(&d, &socket);
	is(word(68), 2100, "socket: IPv4");
	is(word(72), 20, "socket: length");
	is(word(76), 6, "socket: protocol");
	is(word(80), 0x0a000001, "socket: local");
	is(word(84), 0x0a000002, "socket: remote");
	is(word(88), 443, "socket: local port");
	is(word(92), 50000, "socket: remote port");
	sflow_put_tcp_info(&d, &info);
	is(word(96), 2209, "tcp_info");
	is(word(100), 48, "tcp_info: length");
	for (i = 0; i < 12; i++)
		is(word(104 + 4 * i), ((const uint32_t *)&info)[i],
		   "tcp_info: word %u", i);
	socket.local.type = socket.remote.type = SFLOW_ADDR_IP6;
	sflow_put_socket(&d, &socket);
	is(word(152), 2101, "socket: IPv6");
	is(word(156), 44, "socket: length with IPv6");
	is(word(196), 443, "socket: local port with IPv6");
	is(sflow_sample_end(&d), 0, "sockets: fit");

	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_mpls(&d, &nexthop, labels, 2, NULL, 0);
	is(word(68), 1006, "mpls");
	is(word(72), 24, "mpls: length");
	is(word(76), 1, "mpls: next hop of type 1");
	is(word(84), 2, "mpls: labels in");
	is(word(92), 0x00c81140, "mpls: the innermost");
	is(word(96), 0, "mpls: no labels out");
	d.profile.off = 1U << SFLOW_OFF_MPLS | 1U << SFLOW_OFF_UDP_SOCKET |
			1U << SFLOW_OFF_TCP_INFO;
	sflow_put_mpls(&d, &nexthop, labels, 2, NULL, 0);
	sflow_put_tcp_info(&d, &info);
	socket.protocol = 17;
	sflow_put_socket(&d, &socket);
	is(d.len, 100, "off: nothing is written");
	socket.protocol = 6;
	sflow_put_socket(&d, &socket);
	is(word(100), 2101, "off: TCP's sockets are not UDP's");
	is(sflow_sample_end(&d), 0, "off: fits");
	is(word(64), 2, "off: not counted");
	for (i = 0; sflow_off_name(i); i++)
		;
	is(i, SFLOW_OFF_COUNT, "off: each has a name");
}

/* Bodies by hand, from the XDR of sFlow Tunnel Structures. */
static void test_tunnels(void)
{
	static const uint8_t expected[] = {
		0, 0, 4, 0, 0, 0, 0, 32,	/* 1024, ipv4 tunnel ingress */
		0, 0, 0, 150, 0, 0, 0, 17, 192, 0, 2, 1, 192, 0, 2, 2,
		0, 0, 0x80, 1, 0, 0, 0x12, 0xb5, 0, 0, 0, 0, 0, 0, 0, 0x10,
		0, 0, 4, 1, 0, 0, 0, 56,	/* 1025, ipv6 tunnel egress */
		0, 0, 0, 0, 0, 0, 0, 47,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
		0, 0, 4, 3, 0, 0, 0, 4, 0, 0, 0, 50,	/* 1027 */
		0, 0, 4, 6, 0, 0, 0, 4, 0, 0x12, 0x34, 0x56,	/* 1030 */
	};
	const struct sflow_flow flow = { .sequence = 1 };
	struct sflow_ip ip = {
		.length = 150, .protocol = 17, .src_port = 32769,
		.dst_port = 4789, .tos = 0x10,
		.src = { SFLOW_ADDR_IP4, { 192, 0, 2, 1 } },
		.dst = { SFLOW_ADDR_IP4, { 192, 0, 2, 2 } },
	};
	struct sflow_ip ip6 = { .protocol = 47 }, none = { .protocol = 47 };

	ip6.src.type = ip6.dst.type = SFLOW_ADDR_IP6;
	inet_pton(AF_INET6, "2001:db8::1", ip6.src.bytes);
	inet_pton(AF_INET6, "2001:db8::2", ip6.dst.bytes);
	start();
	sflow_begin(&d);
	sflow_flow_begin(&d, &flow);
	sflow_put_tunnel_ip(&d, SFLOW_TUNNEL_INGRESS, &ip);
	sflow_put_tunnel_ip(&d, SFLOW_TUNNEL_EGRESS, &ip6);
	sflow_put_tunnel_ip(&d, SFLOW_TUNNEL_EGRESS, &none);
	sflow_put_decapsulate(&d, SFLOW_TUNNEL_EGRESS, 50);
	sflow_put_vni(&d, SFLOW_TUNNEL_INGRESS, 0x123456);
	is(sflow_sample_end(&d), 0, "tunnels: they fit");
	is(d.bytes[d.len - sizeof(expected) - 1], 4,
	   "tunnels: four records, none without an address");
	ok(!memcmp(d.bytes + d.len - sizeof(expected), expected,
		   sizeof(expected)), "tunnels: byte by byte");
}

int main(void)
{
	test_v1();
	test_v2();
	test_v3();
	test_v4();
	test_v5();
	test_padding();
	test_limits();
	test_values();
	test_sockets();
	test_tunnels();
	return tap_done();
}
