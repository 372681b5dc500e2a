// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Codes row by row: every reason of 7.2 by its name alone, call sites, traps,
 * and the packets that make a difference.
 */
#include "nl.h"
#include "reason.h"
#include "tap.h"

#include <errno.h>

static struct ksflow_record r;

static void start(const char *reason, const char *site)
{
	memset(&r, 0, sizeof(r));
	snprintf(r.reason, sizeof(r.reason), "%s", reason);
	if (site[0])
		snprintf(r.site, sizeof(r.site), "%s+0x1c/0x90 [mod]", site);
}

static const struct {
	const char *name;
	unsigned int code;
} names[] = {
	{ "NOT_DROPPED_YET", 256 },
	{ "CONSUMED", 256 },
	{ "NOT_SPECIFIED", 256 },
	{ "NO_SOCKET", 3 },
	{ "SOCKET_CLOSE", 256 },
	{ "SOCKET_FILTER", 371 },
	{ "SOCKET_RCVBUFF", 259 },
	{ "UNIX_DISCONNECT", 256 },
	{ "UNIX_SKIP_OOB", 256 },
	{ "PKT_TOO_SMALL", 324 },
	{ "TCP_CSUM", 317 },
	{ "UDP_CSUM", 316 },
	{ "NETFILTER_DROP", 258 },
	{ "OTHERHOST", 305 },
	{ "IP_CSUM", 313 },
	{ "IP_INHDR", 313 },
	{ "IP_RPFILTER", 335 },
	{ "UNICAST_IN_L2_MULTICAST", 271 },
	{ "XFRM_POLICY", 370 },
	{ "IP_NOPROTO", 2 },
	{ "PROTO_MEM", 259 },
	{ "TCP_AUTH_HDR", 317 },
	{ "TCP_MD5NOTFOUND", 337 },
	{ "TCP_MD5UNEXPECTED", 338 },
	{ "TCP_MD5FAILURE", 339 },
	{ "TCP_AONOTFOUND", 337 },
	{ "TCP_AOUNEXPECTED", 338 },
	{ "TCP_AOKEYNOTFOUND", 339 },
	{ "TCP_AOFAILURE", 339 },
	{ "SOCKET_BACKLOG", 259 },
	{ "TCP_FLAGS", 340 },
	{ "TCP_ABORT_ON_DATA", 349 },
	{ "TCP_ZEROWINDOW", 341 },
	{ "TCP_OLD_DATA", 342 },
	{ "TCP_OVERWINDOW", 343 },
	{ "TCP_OFOMERGE", 344 },
	{ "TCP_RFC7323_PAWS", 345 },
	{ "TCP_RFC7323_PAWS_ACK", 345 },
	{ "TCP_RFC7323_TW_PAWS", 345 },
	{ "TCP_RFC7323_TSECR", 345 },
	{ "TCP_LISTEN_OVERFLOW", 259 },
	{ "TCP_OLD_SEQUENCE", 346 },
	{ "TCP_INVALID_SEQUENCE", 346 },
	{ "TCP_INVALID_END_SEQUENCE", 346 },
	{ "TCP_INVALID_ACK_SEQUENCE", 346 },
	{ "TCP_RESET", 347 },
	{ "TCP_INVALID_SYN", 348 },
	{ "TCP_CLOSE", 349 },
	{ "TCP_FASTOPEN", 350 },
	{ "TCP_OLD_ACK", 351 },
	{ "TCP_TOO_OLD_ACK", 352 },
	{ "TCP_ACK_UNSENT_DATA", 353 },
	{ "TCP_OFO_QUEUE_PRUNE", 354 },
	{ "TCP_OFO_DROP", 355 },
	{ "IP_OUTNOROUTES", 6 },
	{ "BPF_CGROUP_EGRESS", 369 },
	{ "IPV6DISABLED", 326 },
	{ "NEIGH_CREATEFAIL", 279 },
	{ "NEIGH_FAILED", 279 },
	{ "NEIGH_QUEUEFULL", 279 },
	{ "NEIGH_DEAD", 279 },
	{ "NEIGH_HH_FILLFAIL", 279 },
	{ "TC_EGRESS", 366 },
	{ "SECURITY_HOOK", 13 },
	{ "QDISC_DROP", 261 },
	{ "QDISC_BURST_DROP", 259 },
	{ "CPU_BACKLOG", 368 },
	{ "MACVLAN_BROADCAST_BACKLOG", 259 },
	{ "IPVLAN_MULTICAST_BACKLOG", 259 },
	{ "XDP", 367 },
	{ "TC_INGRESS", 365 },
	{ "UNHANDLED_PROTO", 325 },
	{ "SKB_CSUM", 329 },
	{ "SKB_GSO_SEG", 334 },
	{ "SKB_BAD_GSO", 334 },
	{ "SKB_UCOPY_FAULT", 330 },
	{ "DEV_HDR", 332 },
	{ "DEV_READY", 331 },
	{ "FULL_RING", 259 },
	{ "NOMEM", 259 },
	{ "HDR_TRUNC", 324 },
	{ "TAP_FILTER", 363 },
	{ "TAP_TXFILTER", 364 },
	{ "ICMP_CSUM", 336 },
	{ "INVALID_PROTO", 327 },
	{ "IP_INADDRERRORS", 1 },
	{ "IP_INNOROUTES", 0 },
	{ "IP_LOCAL_SOURCE", 335 },
	{ "IP_INVALID_SOURCE", 285 },
	{ "IP_LOCALNET", 274 },
	{ "IP_INVALID_DEST", 298 },
	{ "PKT_TOO_BIG", 262 },
	{ "DUP_FRAG", 333 },
	{ "FRAG_REASM_TIMEOUT", 285 },
	{ "FRAG_TOO_FAR", 285 },
	{ "TCP_MINTTL", 356 },
	{ "IPV6_BAD_EXTHDR", 357 },
	{ "IPV6_TOO_MANY_EXTHDRS", 357 },
	{ "IPV6_NDISC_FRAG", 358 },
	{ "IPV6_NDISC_HOP_LIMIT", 359 },
	{ "IPV6_NDISC_BAD_CODE", 360 },
	{ "IPV6_NDISC_BAD_OPTIONS", 361 },
	{ "IPV6_NDISC_NS_OTHERHOST", 362 },
	{ "QUEUE_PURGE", 256 },
	{ "TC_COOKIE_ERROR", 365 },
	{ "PACKET_SOCK_ERROR", 259 },
	{ "TC_CHAIN_NOTFOUND", 365 },
	{ "TC_RECLASSIFY_LOOP", 365 },
	{ "VXLAN_INVALID_HDR", 307 },
	{ "VXLAN_VNI_NOT_FOUND", 282 },
	{ "MAC_INVALID_SOURCE", 263 },
	{ "VXLAN_ENTRY_EXISTS", 288 },
	{ "NO_TX_TARGET", 267 },
	{ "IP_TUNNEL_ECN", 282 },
	{ "TUNNEL_TXINFO", 288 },
	{ "LOCAL_MAC", 268 },
	{ "ARP_PVLAN_DISABLE", 281 },
	{ "MAC_IEEE_MAC_CONTROL", 294 },
	{ "BRIDGE_INGRESS_STP_STATE", 266 },
	{ "CAN_RX_INVALID_FRAME", 323 },
	{ "CANFD_RX_INVALID_FRAME", 323 },
	{ "CANXL_RX_INVALID_FRAME", 323 },
	{ "PFMEMALLOC", 259 },
	{ "PSP_INPUT", 370 },
	{ "PSP_OUTPUT", 370 },
	{ "RECURSION_LIMIT", 288 },
	{ "FQ_HORIZON_LIMIT", 261 },
	{ "CAKE_FLOOD", 260 },
	{ "OVS_DROP_IP_TTL", 257 },
	{ "OVS_DROP_EXPLICIT", 258 },
	{ "OVS_DROP_METER", 261 },
	{ "QDISC_DROP_CONGESTED", 260 },
	{ "RX_DROP_U_OOM", 259 },
	{ "RX_DROP_U_MIC_FAIL", 284 },
	{ "A_REASON_OF_NEXT_YEAR", 256 },
	{ "141", 256 },
	{ "", 256 },
};

static const struct {
	const char *site;
	unsigned int unspecified;	/* reason NOT_SPECIFIED */
	unsigned int nameless;		/* a kernel without reasons */
} sites[] = {
	{ "dst_discard_out", 269, 269 },
	{ "dst_discard", 269, 269 },
	{ "ip_error", 256, 256 },
	{ "ip6_pkt_drop", 0, 0 },
	{ "ip6_pkt_discard", 0, 0 },
	{ "ip6_pkt_prohibit_out", 13, 13 },
	{ "br_allowed_ingress", 264, 264 },
	{ "__br_allowed_ingress", 264, 264 },
	{ "br_handle_vlan", 301, 301 },
	{ "br_dev_queue_push_xmit", 262, 262 },
	{ "br_handle_frame", 266, 266 },
	{ "br_handle_frame_finish", 284, 284 },
	{ "__br_forward", 284, 284 },
	{ "vlan_do_receive", 331, 331 },
	{ "ip_mr_forward", 280, 280 },
	{ "ip6_mr_forward", 280, 280 },
	{ "ipmr_cache_unresolved", 285, 285 },
	{ "ip6mr_cache_unresolved", 285, 285 },
	{ "tcp_v4_rcv", 289, 289 },
	{ "udp_recvmsg", 316, 316 },
	{ "udpv6_recvmsg", 316, 316 },
	{ "first_packet_length", 316, 316 },
	{ "udp_queue_rcv_one_skb", 289, 289 },
	{ "udpv6_queue_rcv_one_skb", 289, 289 },
	{ "__udp4_lib_rcv", 289, 289 },
	{ "__udp6_lib_rcv", 289, 289 },
	{ "icmp_rcv", 285, 285 },
	{ "icmpv6_rcv", 285, 285 },
	{ "ip_expire", 285, 285 },
	{ "ip6_frag_expire", 285, 285 },
	{ "ipv6_rthdr_rcv", 285, 285 },
	{ "ipv4_rcv_saddr_equal", 285, 285 },
	{ "raw_rcv_skb", 285, 285 },
	{ "rawv6_rcv", 285, 285 },
	{ "ip_forward", 285, 285 },
	{ "ip6_forward", 285, 285 },
	{ "ip_rcv_finish_core.isra.0", 335, 335 },
	{ "ip_rcv_core.isra.0", 285, 313 },
	{ "ip_protocol_deliver_rcu", 285, 2 },
	{ "ip6_protocol_deliver_rcu", 285, 2 },
	{ "ip_local_deliver_finish", 285, 2 },
	{ "ip6_input_finish", 285, 2 },
	{ "ip6_input", 285, 2 },
	{ "veth_poll", 256, 367 },
	{ "nf_hook_slow", 258, 258 },
	{ "nft_do_chain", 258, 258 },
	{ "neigh_invalidate", 279, 279 },
	{ "__neigh_event_send", 279, 279 },
	{ "arp_error_report", 279, 279 },
	{ "ip_finish_output2", 279, 279 },
	{ "do_xdp_generic", 367, 367 },
	{ "veth_xdp_rcv_skb", 367, 367 },
	{ "__netif_receive_skb_core.constprop.0", 256, 325 },
	{ "__dev_queue_xmit", 256, 366 },
	{ "kfree_skb_list", 256, 256 },
	{ "enqueue_to_backlog", 368, 368 },
	{ "sk_filter_trim_cap", 371, 371 },
	{ "packet_rcv", 259, 259 },
	{ "vxlan_rcv", 307, 307 },
	{ "skb_queue_purge_reason", 256, 256 },
	{ "skb_release_data", 256, 256 },
	{ "sk_stream_kill_queues", 256, 256 },
	{ "a_function_of_next_year", 256, 256 },
	{ "", 256, 256 },
};

static const struct {
	const char *trap;
	const char *group;
	unsigned int code;
} traps[] = {
	{ "source_mac_is_multicast", "a_group", 263 },
	{ "vlan_tag_mismatch", "a_group", 264 },
	{ "ingress_vlan_filter", "a_group", 265 },
	{ "ingress_spanning_tree_filter", "a_group", 266 },
	{ "port_list_is_empty", "a_group", 267 },
	{ "port_loopback_filter", "a_group", 268 },
	{ "blackhole_route", "a_group", 269 },
	{ "ttl_value_is_too_small", "a_group", 257 },
	{ "tail_drop", "a_group", 259 },
	{ "non_ip", "a_group", 270 },
	{ "uc_dip_over_mc_dmac", "a_group", 271 },
	{ "dip_is_loopback_address", "a_group", 272 },
	{ "sip_is_mc", "a_group", 273 },
	{ "sip_is_loopback_address", "a_group", 274 },
	{ "ip_header_corrupted", "a_group", 275 },
	{ "ipv4_sip_is_limited_bc", "a_group", 276 },
	{ "ipv6_mc_dip_reserved_scope", "a_group", 277 },
	{ "ipv6_mc_dip_interface_local_scope", "a_group", 278 },
	{ "mtu_value_is_too_small", "a_group", 262 },
	{ "unresolved_neigh", "a_group", 279 },
	{ "mc_reverse_path_forwarding", "a_group", 280 },
	{ "reject_route", "a_group", 9 },
	{ "ipv4_lpm_miss", "a_group", 6 },
	{ "ipv6_lpm_miss", "a_group", 6 },
	{ "non_routable_packet", "a_group", 281 },
	{ "decap_error", "a_group", 282 },
	{ "overlay_smac_is_mc", "a_group", 283 },
	{ "ingress_flow_action_drop", "a_group", 258 },
	{ "egress_flow_action_drop", "a_group", 258 },
	{ "early_drop", "a_group", 260 },
	{ "vxlan_parsing", "a_group", 307 },
	{ "llc_snap_parsing", "a_group", 308 },
	{ "vlan_parsing", "a_group", 309 },
	{ "pppoe_ppp_parsing", "a_group", 310 },
	{ "mpls_parsing", "a_group", 311 },
	{ "arp_parsing", "a_group", 312 },
	{ "ip_1_parsing", "a_group", 313 },
	{ "ip_n_parsing", "a_group", 314 },
	{ "gre_parsing", "a_group", 315 },
	{ "udp_parsing", "a_group", 316 },
	{ "tcp_parsing", "a_group", 317 },
	{ "ipsec_parsing", "a_group", 318 },
	{ "sctp_parsing", "a_group", 319 },
	{ "dccp_parsing", "a_group", 320 },
	{ "gtp_parsing", "a_group", 321 },
	{ "esp_parsing", "a_group", 322 },
	{ "blackhole_nexthop", "a_group", 306 },
	{ "dmac_filter", "a_group", 305 },
	{ "locked_port", "a_group", 304 },
	{ "sip_is_unspecified", "a_group", 290 },
	{ "overlay_smac_is_dmac", "a_group", 300 },
	{ "vpp_drop", "a_group", 256 },
	{ "irif_disabled", "a_group", 331 },
	{ "met_red", "a_group", 261 },
	{ "a_trap", "l2_drops", 284 },
	{ "a_trap", "l3_drops", 285 },
	{ "a_trap", "l3_exceptions", 286 },
	{ "a_trap", "buffer_drops", 287 },
	{ "a_trap", "tunnel_drops", 288 },
	{ "a_trap", "acl_drops", 258 },
	{ "a_trap", "parser_error_drops", 323 },
	{ "a_trap", "a_group", 256 },
};

static void test_tables(void)
{
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		start(names[i].name, "");
		is(reason_code(&r), names[i].code, "reason %s", names[i].name);
	}
	for (i = 0; i < sizeof(sites) / sizeof(sites[0]); i++) {
		start("NOT_SPECIFIED", sites[i].site);
		is(reason_code(&r), sites[i].unspecified, "NOT_SPECIFIED at %s",
		   sites[i].site);
		start("", sites[i].site);
		is(reason_code(&r), sites[i].nameless, "no reason, at %s",
		   sites[i].site);
	}
	for (i = 0; i < sizeof(traps) / sizeof(traps[0]); i++) {
		start("", "");
		snprintf(r.trap, sizeof(r.trap), "%s", traps[i].trap);
		snprintf(r.group, sizeof(r.group), "%s", traps[i].group);
		is(reason_code(&r), traps[i].code, "trap %s of %s",
		   traps[i].trap, traps[i].group);
	}
	start("NETFILTER_DROP", "ip_error");
	is(reason_code(&r), 258, "a reason that says something: not the site");
	start("REASON_OF_NEXT_YEAR", "neigh_invalidate");
	is(reason_code(&r), 279, "one that is not known: the site");
}

/* 10.0.0.1 > 10.0.0.2, UDP, and the same in IPv6; checksum right. */
static uint8_t ip4[28] = {
	0x45, 0, 0, 28, 0, 1, 0x40, 0, 64, 17, 0x26, 0xce, 10, 0, 0, 1,
	10, 0, 0, 2,
};
static uint8_t ip6[48] = { 0x60, 0, 0, 0, 0, 8, 17, 64, [8] = 0xfd };

static void with4(uint8_t ttl, uint32_t len)
{
	ip4[8] = ttl;
	r.proto = 11;
	r.data = ip4;
	r.data_len = sizeof(ip4);
	r.len_bytes = len;
}

static void with6(uint8_t hop_limit, uint32_t len)
{
	ip6[7] = hop_limit;
	r.proto = 12;
	r.data = ip6;
	r.data_len = sizeof(ip6);
	r.len_bytes = len;
}

static void through(uint32_t in, uint32_t out)
{
	r.in = in;
	r.out = out;
}

static void test_ttl(void)
{
	static const char * const reasons[] = {
		"IP_INHDR", "NOT_SPECIFIED", "",
	};
	size_t i;

	for (i = 0; i < 3; i++) {
		const char *reason = reasons[i];

		start(reason, "ip_forward");
		with4(1, 28);
		is(reason_code(&r), 257, "TTL 1 at ip_forward, \"%s\"", reason);
		start(reason, "ip6_forward");
		with6(1, 48);
		is(reason_code(&r), 257, "hop limit 1 at ip6_forward, \"%s\"",
		   reason);
		start(reason, "");
		with4(0, 28);
		through(2, 3);
		is(reason_code(&r), 257, "TTL 0, forwarded, no site, \"%s\"",
		   reason);
		start(reason, "");
		with4(1, 28);
		through(2, 0);
		ok(reason_code(&r) != 257, "TTL 1, to us, \"%s\"", reason);
		start(reason, "");
		with4(1, 28);
		through(2, KSFLOW_IFINDEX_LOCAL);
		ok(reason_code(&r) != 257, "TTL 1, to us by the route, \"%s\"",
		   reason);
	}
	start("IP_INHDR", "ip_forward");
	is(reason_code(&r), 257, "IP_INHDR at ip_forward, no bytes");
	start("IP_INHDR", "ip_rcv_core");
	with4(1, 28);
	is(reason_code(&r), 313, "IP_INHDR at ip_rcv_core");
	start("NETFILTER_DROP", "nft_do_chain");
	with4(1, 28);
	through(2, 3);
	is(reason_code(&r), 258, "TTL 1, but it was the firewall");
	start("", "ip_mr_forward");
	with4(1, 28);
	is(reason_code(&r), 257, "TTL 1, multicast");
}

static void test_routes(void)
{
	static const struct {
		uint32_t error;
		unsigned int code;
	} errors[] = {
		{ EACCES, 13 }, { EHOSTUNREACH, 1 }, { ENETUNREACH, 0 },
		{ EINVAL, 269 },
	};
	size_t i;

	for (i = 0; i < 4; i++) {
		start("NOT_SPECIFIED", "ip_error");
		r.dst_error = errors[i].error;
		is(reason_code(&r), errors[i].code, "ip_error, %s",
		   strerror(errors[i].error));
		start("IP_INNOROUTES", "ip6_pkt_drop");
		r.dst_error = errors[i].error;
		is(reason_code(&r), errors[i].code, "ip6_pkt_drop, %s",
		   strerror(errors[i].error));
		start("", "ip6_pkt_discard");
		r.dst_error = errors[i].error;
		is(reason_code(&r), errors[i].code, "ip6_pkt_discard, %s",
		   strerror(errors[i].error));
	}
}

static void test_queues(void)
{
	static const struct {
		const char *kind;
		unsigned int code;
	} kinds[] = {
		{ "red", 260 }, { "codel", 260 }, { "fq_codel", 260 },
		{ "pie", 260 }, { "cake", 260 }, { "tbf", 261 }, { "htb", 261 },
		{ "hfsc", 261 }, { "netem", 261 }, { "pfifo", 259 },
		{ "bfifo", 259 }, { "fq", 259 }, { "sfq", 259 },
		{ "noqueue", 259 }, { "pfifo_fast", 259 }, { "mq", 261 },
	};
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		start("QDISC_DROP", "kfree_skb_list_reason");
		strcpy(r.qdisc, kinds[i].kind);
		is(reason_code(&r), kinds[i].code, "QDISC_DROP, %s",
		   kinds[i].kind);
		start("", "kfree_skb_list");
		strcpy(r.qdisc, kinds[i].kind);
		is(reason_code(&r), kinds[i].code, "no reason, %s",
		   kinds[i].kind);
	}
	start("TC_COOKIE_ERROR", "");
	strcpy(r.qdisc, "fq");
	is(reason_code(&r), 366, "tc's error on the way out");
}

static void from(const char *src, const char *dst)
{
	memcpy(ip4 + 12, src, 4);
	memcpy(ip4 + 16, dst, 4);
	with4(64, 28);
}

static void test_addresses(void)
{
	static const struct {
		const char *src, *dst;
		unsigned int invalid_source, localnet, core;
	} rows[] = {
		{ "\xe0\0\0\1", "\x0a\0\0\2", 273, 274, 273 },
		{ "\xff\xff\xff\xff", "\x0a\0\0\2", 276, 274, 276 },
		{ "\0\0\0\1", "\x0a\0\0\2", 290, 274, 290 },
		{ "\x7f\0\0\1", "\x0a\0\0\2", 285, 274, 274 },
		{ "\x0a\0\0\1", "\x7f\0\0\1", 285, 272, 272 },
		{ "\x0a\0\0\1", "\0\0\0\1", 285, 274, 298 },
		{ "\x0a\0\0\1", "\xe0\0\0\5", 285, 274, 285 },
		{ "\x0a\0\0\1", "\x0a\0\0\2", 285, 274, 335 },
	};
	size_t i;

	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		start("NOT_SPECIFIED", "ip_rcv_finish_core");
		from(rows[i].src, rows[i].dst);
		is(reason_code(&r), rows[i].core, "route refused, row %zu", i);
		start("IP_INVALID_SOURCE", "");
		from(rows[i].src, rows[i].dst);
		is(reason_code(&r), rows[i].invalid_source,
		   "IP_INVALID_SOURCE, row %zu", i);
		start("IP_LOCALNET", "");
		from(rows[i].src, rows[i].dst);
		is(reason_code(&r), rows[i].localnet, "IP_LOCALNET, row %zu", i);
	}
	from("\x0a\0\0\1", "\x0a\0\0\2");
}

static void test_frames(void)
{
	uint8_t frame[64] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };

	memcpy(frame + 14, ip4, sizeof(ip4));
	start("NOT_SPECIFIED", "br_allowed_ingress");
	r.has |= 1ULL << KSFLOW_A_RECORD_VLAN;
	is(reason_code(&r), 265, "bridge: a tag that is not let in");

	start("NOT_SPECIFIED", "br_handle_frame");
	r.proto = 1;
	r.data = frame;
	r.data_len = sizeof(frame);
	is(reason_code(&r), 266, "bridge: state of the port");
	frame[6] = 1;
	is(reason_code(&r), 263, "bridge: source is a group");
	frame[6] = 2;
	memcpy(frame, "\x01\x80\xc2\0\0\1", 6);
	is(reason_code(&r), 294, "bridge: reserved destination");
	memcpy(frame, "\2\0\0\0\0\1", 6);

	start("", "__netif_receive_skb_core.constprop.0");
	r.proto = 1;
	r.data = frame;
	r.data_len = sizeof(frame);
	is(reason_code(&r), 365, "IP before any protocol: tc");
	frame[12] = 0x88;
	is(reason_code(&r), 325, "something else: nobody's protocol");
	frame[12] = 0x81;
	frame[13] = 0;
	frame[16] = 8;
	frame[17] = 0;
	is(reason_code(&r), 365, "IP behind a tag");
	r.data_len = 15;
	is(reason_code(&r), 325, "a tag cut off");
	r.data_len = 3;
	is(reason_code(&r), 325, "a header cut off");

	start("MAC_INVALID_SOURCE", "vxlan_rcv");
	is(reason_code(&r), 283, "inner source is a group");

	start("", "ip_rcv_core");
	with4(64, 28);
	is(reason_code(&r), 305, "no reason, a good header: another host's");
	ip4[10]++;
	is(reason_code(&r), 313, "no reason, a bad checksum");
	ip4[10]--;
	with4(64, 27);
	is(reason_code(&r), 313, "no reason, cut short");

	start("", "ip_forward");
	with4(64, 1500);
	is(reason_code(&r), 262, "no reason, not to be fragmented");
	with4(64, 500);
	is(reason_code(&r), 285, "no reason, small");
	ip4[6] = 0;
	with4(64, 1500);
	is(reason_code(&r), 285, "no reason, may be fragmented");
	ip4[6] = 0x40;
	start("", "ip6_forward");
	with6(64, 1500);
	is(reason_code(&r), 262, "no reason, IPv6");

	start("NOT_SPECIFIED", "icmpv6_rcv");
	ip6[6] = 58;
	ip6[40] = 135;
	with6(255, 48);
	is(reason_code(&r), 285, "neighbour discovery");
	with6(254, 48);
	is(reason_code(&r), 359, "neighbour discovery from afar");
}

static void test_words(void)
{
	char function[16];

	is_str(reason_code_name(0), "net_unreachable", "code 0");
	is_str(reason_code_name(13), "comm_admin_prohibited", "code 13");
	is_str(reason_code_name(256), "unknown", "code 256");
	is_str(reason_code_name(303), "split_horizon", "code 303");
	is_str(reason_code_name(332), "dev_hdr", "code 332");
	is_str(reason_code_name(366), "tc_egress", "code 366");
	is_str(reason_code_name(372), "bgp_flowspec", "code 372");
	ok(!reason_code_name(16) && !reason_code_name(255) &&
	   !reason_code_name(373) && !reason_code_name(UINT32_MAX),
	   "codes that are none");

	reason_function("nft_do_chain+0x1a/0x6f0 [nf_tables]", function, 16);
	is_str(function, "nft_do_chain", "function of a module");
	reason_function("a.isra.0+0x1/0x2", function, 16);
	is_str(function, "a", "as the source has it");
	reason_function("[unloaded]", function, 16);
	is_str(function, "[unloaded]", "of a module that is gone");
	reason_function("a_name_that_is_long+0x1/0x2", function, 16);
	is_str(function, "a_name_that_is_", "cut");
	reason_function("", function, 16);
	is_str(function, "", "none");
}

int main(void)
{
	test_tables();
	test_ttl();
	test_routes();
	test_queues();
	test_addresses();
	test_frames();
	test_words();
	return tap_done();
}
