// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "decode.h"

#include <arpa/inet.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#define TAGS_MAX	4
#define EXTENSIONS_MAX	8

#define ETH_P_IP	0x0800
#define ETH_P_ARP	0x0806
#define ETH_P_8021Q	0x8100
#define ETH_P_IPV6	0x86dd
#define ETH_P_MPLS_UC	0x8847
#define ETH_P_MPLS_MC	0x8848
#define ETH_P_8021AD	0x88a8
#define ETH_P_PPPOE	0x8864
#define ETH_P_LLDP	0x88cc
#define ETH_P_LACP	0x8809

/* What is left of the packet, and the line so far. */
struct decode {
	const uint8_t *data;
	size_t bytes;
	char *text;
	size_t size;
	size_t used;
	bool is_brief;		/* the flow alone */
};

__attribute__((format(printf, 2, 3)))
static void say(struct decode *d, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(d->text + d->used, d->size - d->used, fmt, args);
	va_end(args);
	if (len < 0)
		return;
	d->used += len;
	if (d->used >= d->size)
		d->used = d->size - 1;
}

/* The next @bytes of the packet, or NULL and a word about it. */
static const uint8_t *take(struct decode *d, size_t bytes)
{
	const uint8_t *at = d->data;

	if (d->bytes < bytes) {
		say(d, "%s[cut]", d->used ? " " : "");
		d->bytes = 0;
		return NULL;
	}
	d->data += bytes;
	d->bytes -= bytes;
	return at;
}

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static uint32_t get32(const uint8_t *p)
{
	return (uint32_t)get16(p) << 16 | get16(p + 2);
}

struct ip_pair {
	char src[INET6_ADDRSTRLEN];
	char dst[INET6_ADDRSTRLEN];
	bool is_v6;
};

static void say_hosts(struct decode *d, const struct ip_pair *ip)
{
	say(d, "%s > %s", ip->src, ip->dst);
}

static void say_ports(struct decode *d, const struct ip_pair *ip,
		      const uint8_t *ports)
{
	const char *fmt = ip->is_v6 ? "[%s]:%u > [%s]:%u" : "%s:%u > %s:%u";
	char line[2 * INET6_ADDRSTRLEN + 24];

	snprintf(line, sizeof(line), fmt, ip->src, get16(ports), ip->dst,
		 get16(ports + 2));
	say(d, "%s", line);
}

static void decode_tcp(struct decode *d, const struct ip_pair *ip)
{
	static const char names[] = "FSRPAUEC";
	const uint8_t *tcp;
	char flags[9];
	int i, n = 0;

	/* Ports are there more often than the rest. */
	if (d->bytes < 4) {
		say_hosts(d, ip);
		say(d, " TCP");
		take(d, 4);
		return;
	}
	say_ports(d, ip, d->data);
	say(d, " TCP");
	if (d->is_brief)
		return;
	tcp = take(d, 20);
	if (!tcp)
		return;
	for (i = 0; i < 8; i++)
		if (tcp[13] & 1 << i)
			flags[n++] = names[i];
	flags[n] = 0;
	say(d, " %s seq %u", n ? flags : "-", get32(tcp + 4));
	if (tcp[13] & 0x10)
		say(d, " ack %u", get32(tcp + 8));
}

static void decode_ports(struct decode *d, const struct ip_pair *ip,
			 const char *name)
{
	if (d->bytes < 4) {
		say_hosts(d, ip);
		say(d, " %s", name);
		take(d, 4);
		return;
	}
	say_ports(d, ip, d->data);
	say(d, " %s", name);
}

static void decode_icmp(struct decode *d, const struct ip_pair *ip)
{
	const uint8_t *icmp;

	say_hosts(d, ip);
	say(d, " ICMP");
	if (d->is_brief)
		return;
	icmp = take(d, 4);
	if (!icmp)
		return;
	switch (icmp[0]) {
	case 0:
	case 8:
		say(d, " echo %s", icmp[0] ? "request" : "reply");
		icmp = take(d, 4);
		if (icmp)
			say(d, " id %u seq %u", get16(icmp), get16(icmp + 2));
		break;
	case 3:
		say(d, " unreachable code %u", icmp[1]);
		break;
	case 11:
		say(d, " time exceeded");
		break;
	default:
		say(d, " type %u code %u", icmp[0], icmp[1]);
	}
}

static void decode_icmp6(struct decode *d, const struct ip_pair *ip)
{
	char target[INET6_ADDRSTRLEN];
	const uint8_t *icmp;
	uint8_t type;

	say_hosts(d, ip);
	say(d, " ICMPv6");
	if (d->is_brief)
		return;
	icmp = take(d, 4);
	if (!icmp)
		return;
	type = icmp[0];
	switch (type) {
	case 1:
		say(d, " unreachable code %u", icmp[1]);
		break;
	case 2:
		say(d, " packet too big");
		break;
	case 3:
		say(d, " time exceeded");
		break;
	case 128:
	case 129:
		say(d, " echo %s", type == 128 ? "request" : "reply");
		icmp = take(d, 4);
		if (icmp)
			say(d, " id %u seq %u", get16(icmp), get16(icmp + 2));
		break;
	case 133:
		say(d, " router solicitation");
		break;
	case 134:
		say(d, " router advertisement");
		break;
	case 135:
	case 136:
		say(d, " neighbour %s", type == 135 ? "solicitation" :
						       "advertisement");
		icmp = take(d, 20);
		if (icmp) {
			inet_ntop(AF_INET6, icmp + 4, target, sizeof(target));
			say(d, " %s", target);
		}
		break;
	default:
		say(d, " type %u code %u", type, icmp[1]);
	}
}

static void decode_transport(struct decode *d, const struct ip_pair *ip,
			     uint8_t proto)
{
	static const struct {
		uint8_t proto;
		const char *name;
	} names[] = {
		{ 2, "IGMP" }, { 4, "IP-in-IP" }, { 41, "IPv6-in-IP" },
		{ 47, "GRE" }, { 50, "ESP" }, { 51, "AH" }, { 59, "no next" },
		{ 89, "OSPF" }, { 103, "PIM" }, { 112, "VRRP" },
	};
	size_t i;

	switch (proto) {
	case 6:
		decode_tcp(d, ip);
		return;
	case 17:
		decode_ports(d, ip, "UDP");
		return;
	case 132:
		decode_ports(d, ip, "SCTP");
		return;
	case 1:
		decode_icmp(d, ip);
		return;
	case 58:
		decode_icmp6(d, ip);
		return;
	}

	say_hosts(d, ip);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].proto == proto) {
			say(d, " %s", names[i].name);
			return;
		}
	say(d, " protocol %u", proto);
}

static void decode_ipv4(struct decode *d)
{
	struct ip_pair ip = { .is_v6 = false };
	const uint8_t *hdr;
	unsigned int offset;
	uint8_t proto;
	size_t options;

	hdr = take(d, 20);
	if (!hdr)
		return;
	if (hdr[0] >> 4 != 4 || (hdr[0] & 15) < 5) {
		say(d, "bad IPv4 header");
		return;
	}
	inet_ntop(AF_INET, hdr + 12, ip.src, sizeof(ip.src));
	inet_ntop(AF_INET, hdr + 16, ip.dst, sizeof(ip.dst));
	offset = (get16(hdr + 6) & 0x1fff) * 8;
	proto = hdr[9];
	options = ((hdr[0] & 15) - 5) * 4;

	if (offset) {
		say_hosts(d, &ip);
		say(d, " fragment");
		if (!d->is_brief)
			say(d, " id %u offset %u", get16(hdr + 4), offset);
		return;
	}
	if (d->bytes < options) {
		say_hosts(d, &ip);
		take(d, options);
		return;
	}
	take(d, options);
	decode_transport(d, &ip, proto);
	if (get16(hdr + 6) & 0x2000 && !d->is_brief)
		say(d, " fragment id %u offset 0", get16(hdr + 4));
}

static void decode_ipv6(struct decode *d)
{
	struct ip_pair ip = { .is_v6 = true };
	const uint8_t *hdr, *ext;
	bool is_fragment = false;
	uint32_t fragment_id = 0;
	unsigned int offset;
	size_t bytes;
	uint8_t next;
	int i;

	hdr = take(d, 40);
	if (!hdr)
		return;
	if (hdr[0] >> 4 != 6) {
		say(d, "bad IPv6 header");
		return;
	}
	inet_ntop(AF_INET6, hdr + 8, ip.src, sizeof(ip.src));
	inet_ntop(AF_INET6, hdr + 24, ip.dst, sizeof(ip.dst));

	next = hdr[6];
	for (i = 0; i < EXTENSIONS_MAX; i++) {
		/* Hop-by-hop, routing, destination, mobility; fragment; AH */
		if (next != 0 && next != 43 && next != 60 && next != 135 &&
		    next != 44 && next != 51)
			break;
		if (d->bytes < 8) {
			say_hosts(d, &ip);
			take(d, 8);
			return;
		}
		ext = d->data;
		if (next == 44)
			bytes = 8;
		else if (next == 51)
			bytes = (ext[1] + 2) * 4;
		else
			bytes = (ext[1] + 1) * 8;
		if (d->bytes < bytes) {
			say_hosts(d, &ip);
			take(d, bytes);
			return;
		}
		take(d, bytes);
		if (next == 44) {
			offset = get16(ext + 2) & 0xfff8;
			fragment_id = get32(ext + 4);
			/* A fragment that is alone is a whole packet. */
			is_fragment = offset || (ext[3] & 1);
			if (offset) {
				say_hosts(d, &ip);
				say(d, " fragment");
				if (!d->is_brief)
					say(d, " id %u offset %u", fragment_id,
					    offset);
				return;
			}
		}
		next = ext[0];
	}
	decode_transport(d, &ip, next);
	if (is_fragment && !d->is_brief)
		say(d, " fragment id %u offset 0", fragment_id);
}

static void decode_arp(struct decode *d)
{
	char sender[INET_ADDRSTRLEN], target[INET_ADDRSTRLEN];
	const uint8_t *arp;

	if (d->bytes < 28) {
		say(d, "ARP");
		take(d, 28);
		return;
	}
	arp = take(d, 28);
	if (get16(arp) != 1 || get16(arp + 2) != ETH_P_IP || arp[4] != 6 ||
	    arp[5] != 4) {
		say(d, "ARP hardware %u protocol 0x%04x", get16(arp),
		    get16(arp + 2));
		return;
	}
	inet_ntop(AF_INET, arp + 14, sender, sizeof(sender));
	inet_ntop(AF_INET, arp + 24, target, sizeof(target));
	switch (get16(arp + 6)) {
	case 1:
		say(d, "ARP who has %s tell %s", target, sender);
		break;
	case 2:
		say(d, "ARP %s is at %02x:%02x:%02x:%02x:%02x:%02x", sender,
		    arp[8], arp[9], arp[10], arp[11], arp[12], arp[13]);
		break;
	default:
		say(d, "ARP operation %u", get16(arp + 6));
	}
}

static void decode_mpls(struct decode *d)
{
	const uint8_t *entry;
	int i;

	for (i = 0; i < TAGS_MAX; i++) {
		entry = take(d, 4);
		if (!entry)
			return;
		say(d, "mpls %u ", get32(entry) >> 12);
		if (entry[2] & 1)
			break;
	}
	if (i == TAGS_MAX || !d->bytes)
		return;
	/* MPLS does not say what it carries; the first nibble is the custom. */
	if (d->data[0] >> 4 == 4)
		decode_ipv4(d);
	else if (d->data[0] >> 4 == 6)
		decode_ipv6(d);
}

static void decode_ethernet(struct decode *d)
{
	static const struct {
		uint16_t type;
		const char *name;
	} names[] = {
		{ ETH_P_LLDP, "LLDP" }, { ETH_P_LACP, "slow protocols" },
		{ ETH_P_PPPOE, "PPPoE" },
	};
	const uint8_t *eth, *tag;
	uint16_t type;
	size_t i;

	eth = take(d, 14);
	if (!eth)
		return;
	type = get16(eth + 12);
	for (i = 0; i < TAGS_MAX; i++) {
		if (type != ETH_P_8021Q && type != ETH_P_8021AD)
			break;
		tag = take(d, 4);
		if (!tag)
			return;
		say(d, "%s %u ", type == ETH_P_8021Q ? "vlan" : "qinq",
		    get16(tag) & 0xfff);
		type = get16(tag + 2);
	}

	switch (type) {
	case ETH_P_IP:
		decode_ipv4(d);
		return;
	case ETH_P_IPV6:
		decode_ipv6(d);
		return;
	case ETH_P_ARP:
		decode_arp(d);
		return;
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		decode_mpls(d);
		return;
	}

	say(d, "%02x:%02x:%02x:%02x:%02x:%02x > %02x:%02x:%02x:%02x:%02x:%02x ",
	    eth[6], eth[7], eth[8], eth[9], eth[10], eth[11], eth[0], eth[1],
	    eth[2], eth[3], eth[4], eth[5]);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].type == type) {
			say(d, "%s", names[i].name);
			return;
		}
	if (type < 0x600)
		say(d, "802.3 length %u", type);
	else
		say(d, "ethertype 0x%04x", type);
}

static void decode(uint32_t proto, const void *data, size_t bytes, char *text,
		   size_t size, bool is_brief)
{
	struct decode d = {
		.data = data,
		.bytes = bytes,
		.text = text,
		.size = size,
		.is_brief = is_brief,
	};

	text[0] = 0;
	switch (proto) {
	case DECODE_ETHERNET:
		decode_ethernet(&d);
		break;
	case DECODE_IPV4:
		decode_ipv4(&d);
		break;
	case DECODE_IPV6:
		decode_ipv6(&d);
		break;
	case DECODE_MPLS:
		decode_mpls(&d);
		break;
	default:
		say(&d, "%zu bytes", bytes);
	}
	while (d.used && text[d.used - 1] == ' ')
		text[--d.used] = 0;
}

void decode_packet(uint32_t proto, const void *data, size_t bytes, char *text,
		   size_t size)
{
	decode(proto, data, bytes, text, size, false);
}

void decode_flow(uint32_t proto, const void *data, size_t bytes, char *text,
		 size_t size)
{
	decode(proto, data, bytes, text, size, true);
}
