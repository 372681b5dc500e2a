// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What names leave open is decided by the call site, and by the packet: the
 * same function drops for several reasons where the kernel gives none.
 *
 * The site is a return address: where the call that freed the packet was the
 * last thing its function did, it is the function that called that one.
 */
#include "reason.h"

#include "nl.h"
#include "reason_table.h"

#include <linux/if_ether.h>

#include <errno.h>
#include <fnmatch.h>
#include <stdbool.h>
#include <string.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))
#define TAGS_MAX	2
#define MTU_MIN4	576	/* what is no longer is hardly too long */
#define MTU_MIN6	1280

enum {
	PROTO_ETHERNET = 1,
	PROTO_IP4 = 11,
	PROTO_IP6 = 12,
};

/* What the packet itself tells; pointers are NULL where it is too short. */
struct facts {
	const struct ksflow_record *record;
	bool has_name;		/* the kernel named a reason at all */
	const uint8_t *eth;
	uint16_t ethertype;
	const uint8_t *ip4;	/* 20 bytes of header */
	const uint8_t *ip6;	/* 40 bytes of header */
	const uint8_t *payload;	/* of ip6, without extensions */
	uint32_t payload_len;
	uint32_t ip_bytes;	/* of the packet from the IP header on */
};

static uint16_t get16(const uint8_t *p)
{
	return p[0] << 8 | p[1];
}

static void find_headers(struct facts *f)
{
	const struct ksflow_record *r = f->record;
	const uint8_t *at = r->data;
	uint32_t left = r->data ? r->data_len : 0;
	uint32_t skipped = 0;
	int i;

	switch (r->proto) {
	case PROTO_ETHERNET:
		if (left < ETH_HLEN)
			return;
		f->eth = at;
		f->ethertype = get16(at + 2 * ETH_ALEN);
		skipped = ETH_HLEN;
		for (i = 0; i < TAGS_MAX; i++) {
			if ((f->ethertype != ETH_P_8021Q &&
			     f->ethertype != ETH_P_8021AD) ||
			    left < skipped + 4)
				break;
			f->ethertype = get16(at + skipped + 2);
			skipped += 4;
		}
		break;
	case PROTO_IP4:
		f->ethertype = ETH_P_IP;
		break;
	case PROTO_IP6:
		f->ethertype = ETH_P_IPV6;
		break;
	}
	left -= skipped;
	f->ip_bytes = r->len_bytes > skipped ? r->len_bytes - skipped : 0;
	if (f->ethertype == ETH_P_IP && left >= 20) {
		f->ip4 = at + skipped;
	} else if (f->ethertype == ETH_P_IPV6 && left >= 40) {
		f->ip6 = at + skipped;
		f->payload = f->ip6 + 40;
		f->payload_len = left - 40;
	}
}

static bool is_expired(const struct facts *f)
{
	return f->ip4 ? f->ip4[8] <= 1 : f->ip6 ? f->ip6[7] <= 1 : false;
}

/* On its way from one interface to another, not to this host. */
static bool is_forwarded(const struct facts *f)
{
	return f->record->in && f->record->out &&
	       f->record->in != KSFLOW_IFINDEX_LOCAL &&
	       f->record->out != KSFLOW_IFINDEX_LOCAL;
}

/* What the route says that was found: an errno. */
static uint32_t by_route(const struct facts *f, uint32_t code)
{
	switch (f->record->dst_error) {
	case EACCES:
		return 13;
	case EHOSTUNREACH:
		return 1;
	case ENETUNREACH:
		return 0;
	case EINVAL:
		return 269;
	}
	return code;
}

static uint32_t by_qdisc(const struct facts *f, uint32_t code)
{
	int found = reason_of_qdisc(f->record->qdisc);

	return found < 0 ? code : (uint32_t)found;
}

/* A list of packets is freed in many places; with a queue, it is that one. */
static uint32_t by_qdisc_if_any(const struct facts *f, uint32_t code)
{
	return f->record->qdisc[0] ? by_qdisc(f, 261) : code;
}

static uint32_t by_source(const struct facts *f, uint32_t code)
{
	if (!f->ip4)
		return code;
	if (f->ip4[12] >> 4 == 0xe)
		return 273;
	if (!memcmp(f->ip4 + 12, "\xff\xff\xff\xff", 4))
		return 276;
	if (!f->ip4[12])
		return 290;
	return code;
}

static uint32_t by_loopback(const struct facts *f, uint32_t code)
{
	if (f->ip4 && f->ip4[12] == 127)
		return 274;
	if (f->ip4 && f->ip4[16] == 127)
		return 272;
	return code;
}

/* The route of a packet that came in was refused; older kernels stop here. */
static uint32_t by_addresses(const struct facts *f, uint32_t code)
{
	uint32_t found = by_source(f, by_loopback(f, code));

	if (found != code || !f->ip4)
		return found;
	if (!f->ip4[16])
		return 298;
	/* nobody joined the group */
	if (f->ip4[16] >> 4 == 0xe)
		return 285;
	return code;
}

static uint32_t by_direction(const struct facts *f, uint32_t code)
{
	return f->record->qdisc[0] ? 366 : code;
}

static uint32_t by_tag(const struct facts *f, uint32_t code)
{
	return ksflow_has(f->record, RECORD_VLAN) ? code : 264;
}

static uint32_t by_layer(const struct facts *f, uint32_t code)
{
	char function[64];

	reason_function(f->record->site, function, sizeof(function));
	return strncmp(function, "vxlan_", 6) ? code : 283;
}

/* Before 7.2 the port's state is one of three causes here. */
static uint32_t by_mac(const struct facts *f, uint32_t code)
{
	static const uint8_t none[ETH_ALEN];

	if (!f->eth)
		return code;
	if (f->eth[ETH_ALEN] & 1 || !memcmp(f->eth + ETH_ALEN, none, ETH_ALEN))
		return 263;
	if (!memcmp(f->eth, "\x01\x80\xc2\x00\x00", 5) && f->eth[5] < 16)
		return 294;
	return code;
}

/* What the stack has a receiver for went to it; tc came before. */
static uint32_t by_ethertype(const struct facts *f, uint32_t code)
{
	switch (f->ethertype) {
	case ETH_P_IP:
	case ETH_P_IPV6:
	case ETH_P_ARP:
		return 365;
	}
	return code;
}

static bool is_header_good(const struct facts *f)
{
	uint32_t len = f->ip4 ? (f->ip4[0] & 15) * 4 : 0, sum = 0, i;
	const struct ksflow_record *r = f->record;

	if (!f->ip4 || f->ip4[0] >> 4 != 4 || len < 20 ||
	    len > r->data_len - (f->ip4 - r->data) ||
	    get16(f->ip4 + 2) < len || get16(f->ip4 + 2) > f->ip_bytes)
		return false;
	for (i = 0; i < len; i += 2)
		sum += get16(f->ip4 + i);
	sum = (sum & 0xffff) + (sum >> 16);
	return ((sum & 0xffff) + (sum >> 16)) == 0xffff;
}

/* Without names: a header that is right was dropped for its MAC address. */
static uint32_t by_header(const struct facts *f, uint32_t code)
{
	return is_header_good(f) ? 305 : code;
}

static uint32_t by_ttl(const struct facts *f, uint32_t code)
{
	return is_expired(f) && is_forwarded(f) ? REASON_TTL : code;
}

/* Forwarding; without names too big is what remains most often. */
static uint32_t by_forward(const struct facts *f, uint32_t code)
{
	if (is_expired(f))
		return REASON_TTL;
	if (f->has_name)
		return code;
	if (f->ip4 ? f->ip4[6] & 0x40 && f->ip_bytes > MTU_MIN4 :
	    f->ip6 && f->ip_bytes > MTU_MIN6)
		return 262;
	return code;
}

/* Neighbour discovery that came through a router. */
static uint32_t by_hop_limit(const struct facts *f, uint32_t code)
{
	if (f->ip6 && f->ip6[6] == 58 && f->payload_len &&
	    f->payload[0] >= 133 && f->payload[0] <= 137 && f->ip6[7] != 255)
		return 359;
	return code;
}

struct rule {
	const char *name;	/* of the reason, or a glob over functions */
	uint16_t code;
	uint32_t (*refine)(const struct facts *f, uint32_t code);
};

/* Reasons that say less than is known; before the table of all. */
static const struct rule refined[] = {
	{ "IP_INHDR", 313, by_ttl },
	{ "IP_INNOROUTES", 0, by_route },
	{ "IP_INVALID_SOURCE", 285, by_source },
	{ "IP_LOCALNET", 274, by_loopback },
	{ "QDISC_DROP", 261, by_qdisc },
	{ "TC_COOKIE_ERROR", 365, by_direction },
	{ "TC_CHAIN_NOTFOUND", 365, by_direction },
	{ "TC_RECLASSIFY_LOOP", 365, by_direction },
	{ "MAC_INVALID_SOURCE", 263, by_layer },
};

/* On kernels without names alone: where there are, these causes have theirs. */
static const struct rule nameless[] = {
	{ "ip_rcv_core", 313, by_header },
	{ "ip_protocol_deliver_rcu", 2, NULL },
	{ "ip6_protocol_deliver_rcu", 2, NULL },
	{ "ip_local_deliver_finish", 2, NULL },
	{ "ip6_input_finish", 2, NULL },
	{ "ip6_input", 2, NULL },
	{ "veth_poll", 367, NULL },
	{ "__netif_receive_skb_core", 325, by_ethertype },
	{ "__dev_queue_xmit", 366, NULL },
};

/* Where there is no reason, or none that says anything. First match. */
static const struct rule sites[] = {
	{ "ip_forward", 285, by_forward },
	{ "ip6_forward", 285, by_forward },
	{ "mpls_forward", 285, by_forward },
	{ "dst_discard*", 269, NULL },
	{ "blackhole_netdev_xmit", 269, NULL },
	{ "ip_error", 256, by_route },
	{ "ip6_pkt_prohibit*", 13, NULL },
	{ "ip6_pkt_d*", 0, by_route },
	{ "ip_mr_forward", 280, by_forward },
	{ "ip6_mr_forward", 280, by_forward },
	{ "ipmr*", 285, NULL },
	{ "ip6mr*", 285, NULL },
	{ "ip_rcv_finish_core", 335, by_addresses },
	{ "icmpv6_rcv", 285, by_hop_limit },
	{ "nf_hook_slow*", 258, NULL },
	{ "nft_do_chain*", 258, NULL },
	{ "ipt_do_table", 258, NULL },
	{ "ip6t_do_table", 258, NULL },
	{ "arpt_do_table", 258, NULL },
	{ "ebt_do_table", 258, NULL },
	{ "neigh_*", 279, NULL },
	{ "__neigh_*", 279, NULL },
	{ "arp_error_report", 279, NULL },
	{ "ndisc_error_report", 279, NULL },
	{ "ip_finish_output2", 279, NULL },
	{ "ip6_finish_output2", 279, NULL },
	{ "arp_rcv", 312, NULL },
	{ "*br_allowed_ingress", 265, by_tag },
	{ "br_handle_vlan", 301, NULL },
	{ "br_dev_queue_push_xmit", 262, NULL },
	{ "br_handle_frame", 266, by_mac },
	{ "vlan_do_receive", 331, NULL },
	{ "do_xdp_generic", 367, NULL },
	{ "netif_receive_generic_xdp", 367, NULL },
	{ "veth_xdp_rcv*", 367, NULL },
	{ "__dev_xmit_skb", 261, by_qdisc },
	{ "kfree_skb_list*", 256, by_qdisc_if_any },
	{ "enqueue_to_backlog", 368, NULL },
	{ "sk_filter_trim_cap", 371, NULL },
	{ "packet_rcv*", 259, NULL },
	{ "tpacket_rcv", 259, NULL },
	{ "vxlan_rcv", 307, NULL },
	{ "vxlan_*", 288, NULL },
	{ "ip_tunnel_*", 288, NULL },
	/* all that they drop: what a reader finds wrong, late */
	{ "udp_recvmsg", 316, NULL },
	{ "udpv6_recvmsg", 316, NULL },
	{ "__first_packet_length", 316, NULL },
	{ "first_packet_length", 316, NULL },
	{ "tcp_*", 289, NULL },
	{ "udp_*", 289, NULL },
	{ "udpv6_*", 289, NULL },
	{ "__udp4_*", 289, NULL },
	{ "__udp6_*", 289, NULL },
	{ "icmp*", 285, NULL },
	{ "ip_*", 285, NULL },
	{ "ipv4_*", 285, NULL },
	{ "ip6_*", 285, NULL },
	{ "ipv6_*", 285, NULL },
	{ "raw*_*", 285, NULL },
	{ "br_*", 284, NULL },
	{ "__br_*", 284, NULL },
};

static uint32_t settle(const struct rule *rule, const struct facts *f)
{
	return rule->refine ? rule->refine(f, rule->code) : rule->code;
}

/* Most differ in the first letters, which fnmatch() finds the long way. */
static bool is_match(const char *pattern, const char *function)
{
	/* no function has an asterisk in its name */
	for (; *pattern && *pattern == *function; pattern++)
		function++;
	if (!*pattern)
		return !*function;
	return (*pattern == '*' || *pattern == '?' || *pattern == '[') &&
	       !fnmatch(pattern, function, 0);
}

static uint32_t by_site(const struct facts *f)
{
	char function[KSFLOW_SITE_BYTES];
	size_t i;

	reason_function(f->record->site, function, sizeof(function));
	for (i = 0; i < COUNT(nameless) && !f->has_name; i++) {
		if (is_match(nameless[i].name, function))
			return settle(&nameless[i], f);
	}
	for (i = 0; i < COUNT(sites); i++) {
		if (is_match(sites[i].name, function))
			return settle(&sites[i], f);
	}
	return is_expired(f) && is_forwarded(f) ? REASON_TTL : REASON_UNKNOWN;
}

static bool is_forwarding_site(const struct ksflow_record *r)
{
	char function[KSFLOW_SITE_BYTES];

	reason_function(r->site, function, sizeof(function));
	return !strcmp(function, "ip_forward") ||
	       !strcmp(function, "ip6_forward");
}

uint32_t reason_code(const struct ksflow_record *r)
{
	struct facts f = { .record = r, .has_name = r->reason[0] };
	size_t i;
	int code;

	if (r->trap[0] || r->group[0]) {
		code = reason_of_trap(r->trap, r->group);
		return code < 0 ? REASON_UNKNOWN : (uint32_t)code;
	}
	find_headers(&f);
	/* the core's list has no name for a TTL that expired */
	if (!strcmp(r->reason, "IP_INHDR") && is_forwarding_site(r))
		return REASON_TTL;
	for (i = 0; i < COUNT(refined); i++) {
		if (!strcmp(refined[i].name, r->reason))
			return settle(&refined[i], &f);
	}
	if (!r->reason[0] || !strcmp(r->reason, "NOT_SPECIFIED"))
		return by_site(&f);
	code = reason_of_name(r->reason);
	return code < 0 ? by_site(&f) : (uint32_t)code;
}

void reason_function(const char *site, char *function, size_t size)
{
	size_t len = strcspn(site, "+ ");
	const char *dot = memchr(site, '.', len);

	/* .isra.0, .constprop.0, .part.0, .cold */
	if (dot && dot > site)
		len = dot - site;
	if (len >= size)
		len = size - 1;
	memcpy(function, site, len);
	function[len] = '\0';
}
