// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The one-line summary of packets; then of every cut of each, and of damaged
 * ones, in buffers of their own size, so that a byte read too many is caught.
 */
#include "decode.h"
#include "tap.h"

#include <stdlib.h>

#define MAC "\x02\x00\x00\x00\x00\x02\x02\x00\x00\x00\x00\x01"
#define IP4(proto, frag)						\
	"\x45\x00\x00\x54\x12\x34" frag "\x40" proto "\x00\x00"		\
	"\x0a\x00\x00\x01\x0a\x00\x00\x02"
#define IP6(next)							\
	"\x60\x00\x00\x00\x00\x20" next "\x40"				\
	"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01" \
	"\x20\x01\x0d\xb8\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02"
#define NO_FRAG "\x40\x00"
#define TCP "\x04\xd2\x00\x50\x00\x00\x00\x07\x00\x00\x00\x09\x50\x18"	\
	    "\x00\x00\x00\x00\x00\x00"
#define UDP "\x00\x35\x14\xe9\x00\x08\x00\x00"

static const struct {
	const char *name;
	uint32_t proto;
	const char *data;
	size_t bytes;
	const char *text;
} packets[] = {
#define P(name, proto, data, text) { name, proto, data, sizeof(data) - 1, text }
	P("TCP", 1, MAC "\x08\x00" IP4("\x06", NO_FRAG) TCP,
	  "10.0.0.1:1234 > 10.0.0.2:80 TCP PA seq 7 ack 9"),
	P("UDP", 1, MAC "\x08\x00" IP4("\x11", NO_FRAG) UDP,
	  "10.0.0.1:53 > 10.0.0.2:5353 UDP"),
	P("UDP on an L3 device", 11, IP4("\x11", NO_FRAG) UDP,
	  "10.0.0.1:53 > 10.0.0.2:5353 UDP"),
	P("IPv6 TCP", 1, MAC "\x86\xdd" IP6("\x06") TCP,
	  "[2001:db8::1]:1234 > [2001:db8::2]:80 TCP PA seq 7 ack 9"),
	P("IPv6 on an L3 device", 12, IP6("\x11") UDP,
	  "[2001:db8::1]:53 > [2001:db8::2]:5353 UDP"),
	P("VLAN", 1, MAC "\x81\x00\x20\x0a\x08\x00" IP4("\x11", NO_FRAG) UDP,
	  "vlan 10 10.0.0.1:53 > 10.0.0.2:5353 UDP"),
	P("QinQ", 1, MAC "\x88\xa8\x00\x64\x81\x00\x00\x0a\x08\x00"
	  IP4("\x11", NO_FRAG) UDP,
	  "qinq 100 vlan 10 10.0.0.1:53 > 10.0.0.2:5353 UDP"),
	P("ICMP echo", 11, IP4("\x01", NO_FRAG) "\x08\x00\x00\x00\x00\x05\x00\x06",
	  "10.0.0.1 > 10.0.0.2 ICMP echo request id 5 seq 6"),
	P("ICMP unreachable", 11, IP4("\x01", NO_FRAG) "\x03\x0a\x00\x00",
	  "10.0.0.1 > 10.0.0.2 ICMP unreachable code 10"),
	P("neighbour solicitation", 12, IP6("\x3a") "\x87\x00\x00\x00\x00\x00\x00\x00"
	  "\xfe\x80\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01",
	  "2001:db8::1 > 2001:db8::2 ICMPv6 neighbour solicitation fe80::1"),
	P("extension headers", 12, IP6("\x00") "\x3c\x00\x01\x04\x00\x00\x00\x00"
	  "\x11\x00\x01\x04\x00\x00\x00\x00" UDP,
	  "[2001:db8::1]:53 > [2001:db8::2]:5353 UDP"),
	P("first fragment", 11, IP4("\x11", "\x20\x00") UDP,
	  "10.0.0.1:53 > 10.0.0.2:5353 UDP fragment id 4660 offset 0"),
	P("later fragment", 11, IP4("\x11", "\x00\xb9") UDP,
	  "10.0.0.1 > 10.0.0.2 fragment id 4660 offset 1480"),
	P("IPv6 later fragment", 12, IP6("\x2c") "\x11\x00\x05\xc8\x00\x00\x00\x2a" UDP,
	  "2001:db8::1 > 2001:db8::2 fragment id 42 offset 1480"),
	P("ARP request", 1, MAC "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x01"
	  "\x02\x00\x00\x00\x00\x01\x0a\x00\x00\x01"
	  "\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x02",
	  "ARP who has 10.0.0.2 tell 10.0.0.1"),
	P("ARP reply", 1, MAC "\x08\x06\x00\x01\x08\x00\x06\x04\x00\x02"
	  "\x02\x00\x00\x00\x00\x01\x0a\x00\x00\x01"
	  "\x00\x00\x00\x00\x00\x00\x0a\x00\x00\x02",
	  "ARP 10.0.0.1 is at 02:00:00:00:00:01"),
	P("GRE", 11, IP4("\x2f", NO_FRAG) "\x00\x00\x08\x00",
	  "10.0.0.1 > 10.0.0.2 GRE"),
	P("protocol without a name", 11, IP4("\xfd", NO_FRAG),
	  "10.0.0.1 > 10.0.0.2 protocol 253"),
	P("MPLS", 1, MAC "\x88\x47\x00\x01\x00\x40\x00\x01\x11\x40"
	  IP4("\x11", NO_FRAG) UDP,
	  "mpls 16 mpls 17 10.0.0.1:53 > 10.0.0.2:5353 UDP"),
	P("LLDP", 1, MAC "\x88\xcc", "02:00:00:00:00:01 > 02:00:00:00:00:02 LLDP"),
	P("another type", 1, MAC "\x12\x34",
	  "02:00:00:00:00:01 > 02:00:00:00:00:02 ethertype 0x1234"),
	P("802.3", 1, MAC "\x00\x26",
	  "02:00:00:00:00:01 > 02:00:00:00:00:02 802.3 length 38"),
	P("bad version", 11, "\x55\x00\x00\x54\x12\x34\x40\x00\x40\x11\x00\x00"
	  "\x0a\x00\x00\x01\x0a\x00\x00\x02", "bad IPv4 header"),
	P("nothing known", 0, "\x01\x02\x03", "3 bytes"),
	P("cut in TCP", 11, IP4("\x06", NO_FRAG) "\x04\xd2\x00\x50",
	  "10.0.0.1:1234 > 10.0.0.2:80 TCP [cut]"),
	P("cut before ports", 11, IP4("\x06", NO_FRAG) "\x04",
	  "10.0.0.1 > 10.0.0.2 TCP [cut]"),
	P("cut in Ethernet", 1, "\x02\x00", "[cut]"),
#undef P
};

#define PACKETS (sizeof(packets) / sizeof(packets[0]))

/* From memory of exactly this size, into text of exactly that. */
static bool survives(uint32_t proto, const void *data, size_t bytes,
		     size_t size)
{
	uint8_t *copy = malloc(bytes ? bytes : 1);
	char *text = malloc(size);
	bool is_good;
	size_t i, len;

	memcpy(copy, data, bytes);
	decode_packet(proto, bytes ? copy : NULL, bytes, text, size);
	is_good = memchr(text, 0, size);
	len = is_good ? strlen(text) : 0;
	for (i = 0; i < len; i++)
		if (text[i] < 0x20 || text[i] > 0x7e)
			is_good = false;
	free(copy);
	free(text);
	return is_good;
}

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Packets of one flow read alike. */
static void test_flow(void)
{
	static const struct {
		const char *data;
		size_t bytes;
		const char *text;
	} flows[] = {
#define F(data, text) { data, sizeof(data) - 1, text }
		F(IP4("\x06", NO_FRAG) TCP, "10.0.0.1:1234 > 10.0.0.2:80 TCP"),
		F(IP4("\x11", "\x20\x00") UDP,
		  "10.0.0.1:53 > 10.0.0.2:5353 UDP"),
		F(IP4("\x11", "\x20\x02") UDP, "10.0.0.1 > 10.0.0.2 fragment"),
		F(IP4("\x01", NO_FRAG) "\x08\x00\x00\x00\x00\x05\x00\x06",
		  "10.0.0.1 > 10.0.0.2 ICMP"),
	};
	char text[100];
	size_t i;

	for (i = 0; i < sizeof(flows) / sizeof(flows[0]); i++) {
		decode_flow(11, flows[i].data, flows[i].bytes, text,
			    sizeof(text));
		is_str(text, flows[i].text, "flow %zu", i);
	}
}

int main(void)
{
	test_flow();
	const uint32_t protos[] = { 0, 1, 11, 12, 13, 99 };
	uint8_t damaged[512];
	uint32_t seed = 1;
	bool is_good;
	char text[256];
	size_t i, n, j;

	for (i = 0; i < PACKETS; i++) {
		decode_packet(packets[i].proto, packets[i].data,
			      packets[i].bytes, text, sizeof(text));
		is_str(text, packets[i].text, "%s", packets[i].name);
	}

	for (i = 0; i < PACKETS; i++) {
		is_good = true;
		for (n = 0; n <= packets[i].bytes; n++)
			is_good &= survives(packets[i].proto, packets[i].data,
					    n, 256);
		for (n = 1; n < 80; n++)
			is_good &= survives(packets[i].proto, packets[i].data,
					    packets[i].bytes, n);
		ok(is_good, "%s: every cut, every room", packets[i].name);
	}

	is_good = true;
	for (n = 0; n < 100000; n++) {
		i = next_random(&seed) % PACKETS;
		memcpy(damaged, packets[i].data, packets[i].bytes);
		for (j = next_random(&seed) % 8; j; j--)
			damaged[next_random(&seed) % packets[i].bytes] =
				(uint8_t)next_random(&seed);
		is_good &= survives(next_random(&seed) % 4 ? packets[i].proto :
				    protos[next_random(&seed) % 6], damaged,
				    next_random(&seed) % (packets[i].bytes + 1),
				    1 + next_random(&seed) % 256);
	}
	ok(is_good, "100000 damaged packets");
	return tap_done();
}
