// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Names and sFlow codes: reasons of kernels from 6.1 to 7.2, devlink traps,
 * queueing disciplines. Reasons that are no losses, and hidden unless asked
 * for, have a code too, for whoever asks.
 */
#include "reason_table.h"

#include "reason.h"

#include <fnmatch.h>
#include <string.h>

#define COUNT(a)	(sizeof(a) / sizeof((a)[0]))

struct row {
	const char *name;	/* may be a glob, for families of names */
	uint16_t code;
};

static const char * const icmp_names[] = {
	"net_unreachable", "host_unreachable", "protocol_unreachable",
	"port_unreachable", "frag_needed", "src_route_failed",
	"dst_net_unknown", "dst_host_unknown", "src_host_isolated",
	"dst_net_prohibited", "dst_host_prohibited", "dst_net_tos_unreachable",
	"dst_host_tos_unreacheable", "comm_admin_prohibited",
	"host_precedence_violation", "precedence_cutoff",
};

#define CODE_FIRST	256
static const char * const code_names[] = {
	"unknown", "ttl_exceeded", "acl", "no_buffer_space", "red",
	"traffic_shaping", "pkt_too_big", "src_mac_is_multicast",
	"vlan_tag_mismatch", "ingress_vlan_filter",
	"ingress_spanning_tree_filter", "port_list_is_empty",
	"port_loopback_filter", "blackhole_route", "non_ip",
	"uc_dip_over_mc_dmac", "dip_is_loopback_address", "sip_is_mc",
	"sip_is_loopback_address", "ip_header_corrupted",
	"ipv4_sip_is_limited_bc", "ipv6_mc_dip_reserved_scope",
	"ipv6_mc_dip_interface_local_scope", "unresolved_neigh",
	"mc_reverse_path_forwarding", "non_routable_packet", "decap_error",
	"overlay_smac_is_mc", "unknown_l2", "unknown_l3",
	"unknown_l3_exception", "unknown_buffer", "unknown_tunnel",
	"unknown_l4", "sip_is_unspecified", "mlag_port_isolation",
	"blackhole_arp_neigh", "src_mac_is_dmac", "dmac_is_reserved",
	"sip_is_class_e", "mc_dmac_mismatch", "sip_is_dip",
	"dip_is_local_network", "dip_is_link_local", "overlay_smac_is_dmac",
	"egress_vlan_filter", "uc_reverse_path_forwarding", "split_horizon",
	"locked_port", "dmac_filter", "blackhole_nexthop", "vxlan_parsing",
	"llc_snap_parsing", "vlan_parsing", "pppoe_ppp_parsing",
	"mpls_parsing", "arp_parsing", "ip_1_parsing", "ip_n_parsing",
	"gre_parsing", "udp_parsing", "tcp_parsing", "ipsec_parsing",
	"sctp_parsing", "dccp_parsing", "gtp_parsing", "esp_parsing",
	"unknown_parsing", "pkt_too_small", "unhandled_proto", "ipv6disabled",
	"invalid_proto", "ip_noproto", "skb_csum", "skb_ucopy_fault",
	"dev_ready", "dev_hdr", "dup_frag", "skb_gso_seg",
	"reverse_path_forwarding", "icmp_parsing", "tcp_md5notfound",
	"tcp_md5unexpected", "tcp_md5failure", "tcp_flags", "tcp_zerowindow",
	"tcp_old_data", "tcp_overwindow", "tcp_ofomerge", "tcp_rfc7323_paws",
	"tcp_invalid_sequence", "tcp_reset", "tcp_invalid_syn", "tcp_close",
	"tcp_fastopen", "tcp_old_ack", "tcp_too_old_ack",
	"tcp_ack_unsent_data", "tcp_ofo_queue_prune", "tcp_ofo_drop",
	"tcp_minttl", "ipv6_bad_exthdr", "ipv6_ndisc_frag",
	"ipv6_ndisc_hop_limit", "ipv6_ndisc_bad_code",
	"ipv6_ndisc_bad_options", "ipv6_ndisc_ns_otherhost", "tap_filter",
	"tap_txfilter", "tc_ingress", "tc_egress", "xdp", "cpu_backlog",
	"bpf_cgroup_egress", "xfrm_policy", "socket_filter", "bgp_flowspec",
};

static const struct row names[] = {
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
	/* between 6.12 and 7.2 */
	{ "QDISC_OVERLIMIT", 259 },
	{ "QDISC_CONGESTED", 260 },
	{ "FQ_BAND_LIMIT", 259 },
	{ "FQ_FLOW_LIMIT", 259 },
	{ "FQ_HORIZON_LIMIT", 261 },
	{ "CAKE_FLOOD", 260 },
	{ "DUALPI2_STEP_DROP", 260 },
	/* subsystems */
	{ "QDISC_DROP_GENERIC", 261 },
	{ "QDISC_DROP_OVERLIMIT", 259 },
	{ "QDISC_DROP_CONGESTED", 260 },
	{ "QDISC_DROP_MAXFLOWS", 259 },
	{ "QDISC_DROP_FLOOD_PROTECTION", 260 },
	{ "QDISC_DROP_BAND_LIMIT", 259 },
	{ "QDISC_DROP_HORIZON_LIMIT", 261 },
	{ "QDISC_DROP_FLOW_LIMIT", 259 },
	{ "QDISC_DROP_L4S_STEP_NON_ECN", 260 },
	{ "OVS_DROP_LAST_ACTION", 258 },
	{ "OVS_DROP_ACTION_ERROR", 256 },
	{ "OVS_DROP_EXPLICIT", 258 },
	{ "OVS_DROP_EXPLICIT_WITH_ERROR", 258 },
	{ "OVS_DROP_METER", 261 },
	{ "OVS_DROP_RECURSION_LIMIT", 284 },
	{ "OVS_DROP_DEFERRED_LIMIT", 259 },
	{ "OVS_DROP_FRAG_L2_TOO_LONG", 262 },
	{ "OVS_DROP_FRAG_INVALID_PROTO", 327 },
	{ "OVS_DROP_CONNTRACK", 258 },
	{ "OVS_DROP_IP_TTL", 257 },
	{ "RX_DROP_U_OOM", 259 },
	{ "RX_DROP_*", 284 },
};

static const struct row traps[] = {
	{ "source_mac_is_multicast", 263 },
	{ "vlan_tag_mismatch", 264 },
	{ "ingress_vlan_filter", 265 },
	{ "ingress_spanning_tree_filter", 266 },
	{ "port_list_is_empty", 267 },
	{ "port_loopback_filter", 268 },
	{ "blackhole_route", 269 },
	{ "ttl_value_is_too_small", 257 },
	{ "tail_drop", 259 },
	{ "non_ip", 270 },
	{ "uc_dip_over_mc_dmac", 271 },
	{ "dip_is_loopback_address", 272 },
	{ "sip_is_mc", 273 },
	{ "sip_is_loopback_address", 274 },
	{ "ip_header_corrupted", 275 },
	{ "ipv4_sip_is_limited_bc", 276 },
	{ "ipv6_mc_dip_reserved_scope", 277 },
	{ "ipv6_mc_dip_interface_local_scope", 278 },
	{ "mtu_value_is_too_small", 262 },
	{ "unresolved_neigh", 279 },
	{ "mc_reverse_path_forwarding", 280 },
	{ "reject_route", 9 },
	{ "ipv4_lpm_miss", 6 },
	{ "ipv6_lpm_miss", 6 },
	{ "non_routable_packet", 281 },
	{ "decap_error", 282 },
	{ "overlay_smac_is_mc", 283 },
	{ "ingress_flow_action_drop", 258 },
	{ "egress_flow_action_drop", 258 },
	{ "early_drop", 260 },
	{ "vxlan_parsing", 307 },
	{ "llc_snap_parsing", 308 },
	{ "vlan_parsing", 309 },
	{ "pppoe_ppp_parsing", 310 },
	{ "mpls_parsing", 311 },
	{ "arp_parsing", 312 },
	{ "ip_1_parsing", 313 },
	{ "ip_n_parsing", 314 },
	{ "gre_parsing", 315 },
	{ "udp_parsing", 316 },
	{ "tcp_parsing", 317 },
	{ "ipsec_parsing", 318 },
	{ "sctp_parsing", 319 },
	{ "dccp_parsing", 320 },
	{ "gtp_parsing", 321 },
	{ "esp_parsing", 322 },
	{ "blackhole_nexthop", 306 },
	{ "dmac_filter", 305 },
	{ "locked_port", 304 },
	/* of vendors' kernels */
	{ "sip_is_unspecified", 290 },
	{ "mlag_port_isolation", 291 },
	{ "blackhole_arp_neigh", 292 },
	{ "src_mac_is_dmac", 293 },
	{ "dmac_is_reserved", 294 },
	{ "sip_is_class_e", 295 },
	{ "mc_dmac_mismatch", 296 },
	{ "sip_is_dip", 297 },
	{ "dip_is_local_network", 298 },
	{ "dip_is_link_local", 299 },
	{ "overlay_smac_is_dmac", 300 },
	{ "vpp_*", 256 },
	/* mlxsw */
	{ "irif_disabled", 331 },
	{ "erif_disabled", 331 },
	/* prestera */
	{ "rxdma_drop", 259 },
	{ "port_no_vlan", 265 },
	{ "local_port", 268 },
	{ "invalid_sa", 263 },
	{ "illegal_ip_addr", 285 },
	{ "illegal_ipv4_hdr", 275 },
	{ "ip_uc_dip_da_mismatch", 296 },
	{ "ip_sip_is_zero", 290 },
	{ "met_red", 261 },
	{ "ipv4_options", 275 },
	/* netdevsim */
	{ "fid_miss", 265 },
};

static const struct row groups[] = {
	{ "l2_drops", 284 },
	{ "l3_drops", 285 },
	{ "l3_exceptions", 286 },
	{ "buffer_drops", 287 },
	{ "tunnel_drops", 288 },
	{ "acl_drops", 258 },
	{ "parser_error_drops", 323 },
};

/* What a queue that drops is for: early warning, a rate, or just room. */
static const struct row qdiscs[] = {
	{ "red", 260 },
	{ "codel", 260 },
	{ "fq_codel", 260 },
	{ "pie", 260 },
	{ "fq_pie", 260 },
	{ "cake", 260 },
	{ "choke", 260 },
	{ "gred", 260 },
	{ "sfb", 260 },
	{ "dualpi2", 260 },
	{ "tbf", 261 },
	{ "htb", 261 },
	{ "hfsc", 261 },
	{ "netem", 261 },
	{ "pfifo", 259 },
	{ "bfifo", 259 },
	{ "pfifo_fast", 259 },
	{ "pfifo_head_drop", 259 },
	{ "fq", 259 },
	{ "sfq", 259 },
	{ "noqueue", 259 },
};

static int find(const struct row *rows, size_t count, const char *name)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (!strcmp(rows[i].name, name) ||
		    (strchr(rows[i].name, '*') &&
		     !fnmatch(rows[i].name, name, 0)))
			return rows[i].code;
	}
	return -1;
}

int reason_of_name(const char *name)
{
	return find(names, COUNT(names), name);
}

int reason_of_trap(const char *trap, const char *group)
{
	int code = find(traps, COUNT(traps), trap);

	return code < 0 ? find(groups, COUNT(groups), group) : code;
}

int reason_of_qdisc(const char *kind)
{
	return find(qdiscs, COUNT(qdiscs), kind);
}

const char *reason_code_name(uint32_t code)
{
	if (code < COUNT(icmp_names))
		return icmp_names[code];
	if (code >= CODE_FIRST && code - CODE_FIRST < COUNT(code_names))
		return code_names[code - CODE_FIRST];
	return NULL;
}
