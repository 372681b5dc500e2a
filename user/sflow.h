/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_SFLOW_H
#define KSFLOW_USER_SFLOW_H

/*
 * sFlow version 5: structs in, bytes out. No sockets, no clock, no
 * allocation.
 *
 * A datagram is filled sample by sample, a sample record by record:
 *
 *	sflow_begin(d);
 *	sflow_flow_begin(d, &flow);
 *	sflow_put_header(d, &header);
 *	sflow_put_timestamp(d, ns);
 *	if (sflow_sample_end(d) == -EMSGSIZE)
 *		send what is there, begin again, repeat the sample
 *	bytes = sflow_finish(d, sequence, uptime_ms);
 *
 * A sample that does not fit leaves no trace. Flow and counter samples may
 * share a datagram; discards get one of their own, since some collectors
 * lose what follows them.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SFLOW_PORT		6343
#define SFLOW_DATAGRAM_DEFAULT	1400
#define SFLOW_DATAGRAM_MIN	200
#define SFLOW_DATAGRAM_MAX	8192
#define SFLOW_SAMPLES_MAX	64	/* in one datagram */

#define SFLOW_IFINDEX_COMPACT	(1U << 24)	/* from here on: expanded */
#define SFLOW_INTERNAL		0x3fffffffU	/* interface: the host itself */

#define SFLOW_UNKNOWN32		UINT32_MAX
#define SFLOW_UNKNOWN64		UINT64_MAX

enum sflow_addr_type {
	SFLOW_ADDR_UNKNOWN,	/* encoded as IPv4 0.0.0.0: some reject 0 */
	SFLOW_ADDR_IP4,
	SFLOW_ADDR_IP6,
};

struct sflow_addr {
	uint32_t type;
	uint8_t bytes[16];
};

enum sflow_header_proto {
	SFLOW_HEADER_ETHERNET = 1,
	SFLOW_HEADER_IP4 = 11,
	SFLOW_HEADER_IP6 = 12,
	SFLOW_HEADER_MPLS = 13,
};

enum sflow_source_type {
	SFLOW_SOURCE_IFINDEX,
	SFLOW_SOURCE_VLAN,
	SFLOW_SOURCE_PHYSICAL,	/* the host is 2:1 */
	SFLOW_SOURCE_LOGICAL,
};

struct sflow_source {
	uint32_t type;
	uint32_t index;
};

enum sflow_port_format {
	SFLOW_PORT_IFINDEX,	/* 0 unknown, SFLOW_INTERNAL the host */
	SFLOW_PORT_DROPPED,	/* output only; value = reason */
	SFLOW_PORT_MULTIPLE,	/* output only; value = how many, 0 unknown */
};

struct sflow_port {
	uint32_t format;
	uint32_t value;
};

/*
 * What a collector is to get. Zero is all of it. Which records these are is
 * decided in one place, so that those who fill samples need not know.
 */
enum sflow_records {
	SFLOW_RECORDS_FULL,
	SFLOW_RECORDS_STANDARD,	/* those that decoders have known for long */
	SFLOW_RECORDS_BASIC,	/* headers and generic counters */
};

enum sflow_vlan {
	SFLOW_VLAN_INLINE,	/* tags in the header, as on the wire */
	SFLOW_VLAN_8100,	/* the same, but each is an 802.1Q tag */
	SFLOW_VLAN_STRIP,	/* none: in records 1001 and 1012 */
};

/* Flow records that can be turned off, each by its name. */
enum sflow_switch_off {
	SFLOW_OFF_SWITCH,
	SFLOW_OFF_ROUTER,
	SFLOW_OFF_MPLS,
	SFLOW_OFF_TUNNEL,
	SFLOW_OFF_EGRESS_QUEUE,
	SFLOW_OFF_FUNCTION,
	SFLOW_OFF_TRANSIT_DELAY,
	SFLOW_OFF_QUEUE_DEPTH,
	SFLOW_OFF_HW_TRAP,
	SFLOW_OFF_DROP_REASON,
	SFLOW_OFF_TIMESTAMP,
	SFLOW_OFF_SOCKET,
	SFLOW_OFF_UDP_SOCKET,	/* the same, of UDP alone */
	SFLOW_OFF_TCP_INFO,

	SFLOW_OFF_COUNT
};

/* "tcp-info" and so on; NULL: there is none. */
const char *sflow_off_name(unsigned int record);

/* Compared as bytes. */
struct sflow_profile {
	uint32_t off;		/* bits 1 << enum sflow_switch_off */
	uint8_t records;	/* enum sflow_records */
	uint8_t vlan;		/* enum sflow_vlan */
	bool has_no_drops;	/* the caller's business */
	uint8_t unused;
};

struct sflow_datagram {
	/* set by the caller, before sflow_begin() */
	struct sflow_profile profile;
	struct sflow_addr agent;
	uint32_t sub_agent_id;
	uint32_t max_bytes;
	bool is_expanded;	/* samples 3 and 4 instead of 1 and 2 */
	/* state */
	uint32_t len;
	uint32_t samples;
	uint32_t sample_at;	/* where the open sample starts */
	uint32_t count_at;	/* its number of records */
	uint32_t records;	/* of the open sample so far */
	uint32_t record_at;	/* the open record's length */
	uint32_t kind;		/* of the open sample */
	bool is_muted;		/* the open record is not in the profile */
	bool is_full;
	uint8_t bytes[SFLOW_DATAGRAM_MAX];
};

void sflow_begin(struct sflow_datagram *d);
bool sflow_is_empty(const struct sflow_datagram *d);
/* Fill in the head; the datagram is d->bytes, d->len. */
void sflow_finish(struct sflow_datagram *d, uint32_t sequence,
		  uint32_t uptime_ms);

/* Samples. */
struct sflow_flow {
	uint32_t sequence;
	struct sflow_source source;
	uint32_t rate;
	uint32_t pool;
	uint32_t drops;
	struct sflow_port input;
	struct sflow_port output;
};

struct sflow_discard {
	uint32_t sequence;
	struct sflow_source source;
	uint32_t drops;
	uint32_t input;
	uint32_t output;
	uint32_t reason;
};

void sflow_flow_begin(struct sflow_datagram *d, const struct sflow_flow *flow);
void sflow_discard_begin(struct sflow_datagram *d,
			 const struct sflow_discard *discard);
void sflow_counters_begin(struct sflow_datagram *d, uint32_t sequence,
			  struct sflow_source source);
/*
 * 0, or -EMSGSIZE: it does not fit and is gone. One that does not even fit
 * into an empty datagram never will.
 */
int sflow_sample_end(struct sflow_datagram *d);

/* Flow records; put them in this order, which old decoders survive best. */
struct sflow_header {
	uint32_t protocol;	/* enum sflow_header_proto */
	uint32_t frame_length;	/* on the wire, FCS included */
	uint32_t stripped;
	const uint8_t *bytes;
	uint32_t len;
};

struct sflow_switch {
	uint32_t src_vlan;	/* 0 untagged, SFLOW_UNKNOWN32 unknown */
	uint32_t src_priority;
	uint32_t dst_vlan;
	uint32_t dst_priority;
};

struct sflow_router {
	struct sflow_addr nexthop;
	uint32_t src_prefix_len;
	uint32_t dst_prefix_len;
};

/* The host's own end of a connection, and the other. */
struct sflow_socket {
	uint32_t protocol;	/* IPPROTO_TCP or IPPROTO_UDP */
	struct sflow_addr local;	/* IPv4 or IPv6, as remote */
	struct sflow_addr remote;
	uint32_t local_port;
	uint32_t remote_port;
};

enum sflow_packet_direction {
	SFLOW_PACKET_UNKNOWN,
	SFLOW_PACKET_RECEIVED,
	SFLOW_PACKET_SENT,
};

struct sflow_tcp_info {
	uint32_t direction;	/* enum sflow_packet_direction */
	uint32_t snd_mss;
	uint32_t rcv_mss;
	uint32_t unacked;
	uint32_t lost;
	uint32_t retrans;
	uint32_t pmtu;
	uint32_t rtt_us;
	uint32_t rttvar_us;
	uint32_t snd_cwnd;
	uint32_t reordering;
	uint32_t min_rtt_us;
};

void sflow_put_header(struct sflow_datagram *d, const struct sflow_header *h);
void sflow_put_switch(struct sflow_datagram *d, const struct sflow_switch *s);
void sflow_put_router(struct sflow_datagram *d, const struct sflow_router *r);
/* Tags taken out of the header: TPID << 16 | TCI, outermost first. */
void sflow_put_vlan_tunnel(struct sflow_datagram *d, const uint32_t *tags,
			   uint32_t count);
/* Label stack entries as on the wire, outermost first. */
void sflow_put_mpls(struct sflow_datagram *d, const struct sflow_addr *nexthop,
		    const uint32_t *in, uint32_t in_count,
		    const uint32_t *out, uint32_t out_count);
/*
 * Tunnels (sFlow Tunnel Structures, records 1021 to 1030). Which side: INGRESS
 * tells what was removed before the header was sampled, EGRESS what is still to
 * be put around it.
 */
enum sflow_tunnel_side {
	SFLOW_TUNNEL_EGRESS,
	SFLOW_TUNNEL_INGRESS,
};

/* The outer header, as sampled_ipv4 or sampled_ipv6 have it; 0 = unknown. */
struct sflow_ip {
	uint32_t length;	/* of the IP datagram, bytes */
	uint32_t protocol;
	struct sflow_addr src;	/* both of one type, IP4 or IP6 */
	struct sflow_addr dst;
	uint32_t src_port;
	uint32_t dst_port;
	uint32_t tcp_flags;
	uint32_t tos;		/* IPv6: priority */
};

/* 1023 to 1026, by the type of the source's address; nothing for no address. */
void sflow_put_tunnel_ip(struct sflow_datagram *d, enum sflow_tunnel_side side,
			 const struct sflow_ip *ip);
/* 1027, 1028: bytes of the sampled header before the inner one. */
void sflow_put_decapsulate(struct sflow_datagram *d,
			   enum sflow_tunnel_side side, uint32_t offset_bytes);
/* 1029, 1030 */
void sflow_put_vni(struct sflow_datagram *d, enum sflow_tunnel_side side,
		   uint32_t vni);
void sflow_put_egress_queue(struct sflow_datagram *d, uint32_t queue);
void sflow_put_acl(struct sflow_datagram *d, uint32_t number, const char *name,
		   uint32_t direction);
void sflow_put_function(struct sflow_datagram *d, const char *symbol);
/* ns and depth are clamped to 32 bits. */
void sflow_put_transit_delay(struct sflow_datagram *d, uint64_t ns);
void sflow_put_queue_depth(struct sflow_datagram *d, uint64_t bytes);
void sflow_put_hw_trap(struct sflow_datagram *d, const char *group,
		       const char *trap);
void sflow_put_drop_reason(struct sflow_datagram *d, const char *reason);
void sflow_put_timestamp(struct sflow_datagram *d, uint64_t ns);
void sflow_put_socket(struct sflow_datagram *d, const struct sflow_socket *s);
void sflow_put_tcp_info(struct sflow_datagram *d,
			const struct sflow_tcp_info *t);

/* Counter records. Unknown = all ones; sflow_if_counters_init() does that. */
enum sflow_if_direction {
	SFLOW_IF_UNKNOWN,
	SFLOW_IF_FULL_DUPLEX,
	SFLOW_IF_HALF_DUPLEX,
};

#define SFLOW_IF_ADMIN_UP	1
#define SFLOW_IF_OPER_UP	2
#define SFLOW_TRUE		1	/* MIB TruthValue */
#define SFLOW_FALSE		2

struct sflow_if_counters {
	uint32_t ifindex;
	uint32_t type;
	uint64_t speed_bps;
	uint32_t direction;
	uint32_t status;
	uint64_t in_octets;
	uint32_t in_ucast;
	uint32_t in_multicast;
	uint32_t in_broadcast;
	uint32_t in_discards;
	uint32_t in_errors;
	uint32_t in_unknown_protos;
	uint64_t out_octets;
	uint32_t out_ucast;
	uint32_t out_multicast;
	uint32_t out_broadcast;
	uint32_t out_discards;
	uint32_t out_errors;
	uint32_t promiscuous;
};

struct sflow_ethernet {
	uint32_t alignment_errors;
	uint32_t fcs_errors;
	uint32_t single_collisions;
	uint32_t multiple_collisions;
	uint32_t sqe_errors;
	uint32_t deferred;
	uint32_t late_collisions;
	uint32_t excessive_collisions;
	uint32_t mac_transmit_errors;
	uint32_t carrier_errors;
	uint32_t too_long;
	uint32_t mac_receive_errors;
	uint32_t symbol_errors;
};

/* A member of a link aggregation group. */
struct sflow_lag {
	uint8_t actor_mac[6];
	uint8_t partner_mac[6];
	uint32_t aggregate;		/* its ifIndex */
	/* states as 802.3ad has them */
	uint8_t actor_admin;
	uint8_t actor_oper;
	uint8_t partner_admin;
	uint8_t partner_oper;
	uint32_t lacpdus_rx;
	uint32_t markers_rx;
	uint32_t marker_responses_rx;
	uint32_t unknown_rx;
	uint32_t illegal_rx;
	uint32_t lacpdus_tx;
	uint32_t markers_tx;
	uint32_t marker_responses_tx;
};

struct sflow_pfc {
	uint32_t requests;		/* pause frames received */
	uint32_t indications;		/* pause frames sent */
	uint32_t pause_us;
	uint32_t storms_detected;
	uint32_t storms_restored;
};

/* Light of one lane of a module; 0 where the module does not say. */
struct sflow_lane {
	uint32_t index;			/* from 1 */
	uint32_t bias_ua;
	uint32_t tx_uw, tx_min_uw, tx_max_uw;
	uint32_t tx_nm;
	uint32_t rx_uw, rx_min_uw, rx_max_uw;
	uint32_t rx_nm;
};

#define SFLOW_LANES	8

struct sflow_optics {
	uint32_t module;		/* lowest ifIndex that has it */
	uint32_t lane_total;
	uint32_t voltage_mv;
	int32_t temperature_mc;		/* thousandths of a degree Celsius */
	uint32_t lane_count;
	struct sflow_lane lanes[SFLOW_LANES];
};

void sflow_if_counters_init(struct sflow_if_counters *c);
void sflow_put_if_counters(struct sflow_datagram *d,
			   const struct sflow_if_counters *c);
void sflow_put_ethernet(struct sflow_datagram *d,
			const struct sflow_ethernet *e);
void sflow_put_lag(struct sflow_datagram *d, const struct sflow_lag *l);
void sflow_put_optics(struct sflow_datagram *d, const struct sflow_optics *o);
void sflow_put_pfc(struct sflow_datagram *d, const struct sflow_pfc *p);
void sflow_put_port_name(struct sflow_datagram *d, const char *name);

struct sflow_host_descr {
	const char *hostname;
	uint8_t uuid[16];
	uint32_t machine_type;
	uint32_t os_name;
	const char *os_release;
};

struct sflow_adapter {
	uint32_t ifindex;
	uint32_t mac_count;
	const uint8_t (*macs)[6];
};

struct sflow_host_cpu {
	float load_one;		/* -1 unknown */
	float load_five;
	float load_fifteen;
	uint32_t proc_run;
	uint32_t proc_total;
	uint32_t cpu_num;
	uint32_t cpu_mhz;
	uint32_t uptime_s;
	uint32_t user_ms;
	uint32_t nice_ms;
	uint32_t system_ms;
	uint32_t idle_ms;
	uint32_t wio_ms;
	uint32_t intr_ms;
	uint32_t sintr_ms;
	uint32_t interrupts;
	uint32_t contexts;
	uint32_t steal_ms;
	uint32_t guest_ms;
	uint32_t guest_nice_ms;
};

struct sflow_host_memory {
	uint64_t total;		/* bytes */
	uint64_t free;
	uint64_t shared;
	uint64_t buffers;
	uint64_t cached;
	uint64_t swap_total;
	uint64_t swap_free;
	uint32_t page_in;
	uint32_t page_out;
	uint32_t swap_in;
	uint32_t swap_out;
};

struct sflow_host_disk {
	uint64_t total;		/* bytes */
	uint64_t free;
	uint32_t part_max_used;	/* percent * 100 */
	uint32_t reads;
	uint64_t bytes_read;
	uint32_t read_ms;
	uint32_t writes;
	uint64_t bytes_written;
	uint32_t write_ms;
};

struct sflow_host_net {
	uint64_t bytes_in;
	uint32_t packets_in;
	uint32_t errors_in;
	uint32_t drops_in;
	uint64_t bytes_out;
	uint32_t packets_out;
	uint32_t errors_out;
	uint32_t drops_out;
};

/* Columns of the four groups, in the order of the records. */
enum {
	SFLOW_MIB2_IP = 19,
	SFLOW_MIB2_ICMP = 25,
	SFLOW_MIB2_TCP = 15,
	SFLOW_MIB2_UDP = 7,
};

struct sflow_mib2 {
	uint32_t ip[SFLOW_MIB2_IP];
	uint32_t icmp[SFLOW_MIB2_ICMP];
	uint32_t tcp[SFLOW_MIB2_TCP];
	uint32_t udp[SFLOW_MIB2_UDP];
};

void sflow_put_host_descr(struct sflow_datagram *d,
			  const struct sflow_host_descr *h);
void sflow_put_host_adapters(struct sflow_datagram *d,
			     const struct sflow_adapter *adapters,
			     uint32_t count);
void sflow_put_host_parent(struct sflow_datagram *d, uint32_t type,
			   uint32_t index);
void sflow_put_host_cpu(struct sflow_datagram *d,
			const struct sflow_host_cpu *c);
void sflow_put_host_memory(struct sflow_datagram *d,
			   const struct sflow_host_memory *m);
void sflow_put_host_disk(struct sflow_datagram *d,
			 const struct sflow_host_disk *k);
void sflow_put_host_net(struct sflow_datagram *d,
			const struct sflow_host_net *n);
void sflow_put_mib2_ip(struct sflow_datagram *d, const struct sflow_mib2 *m);
void sflow_put_mib2_icmp(struct sflow_datagram *d, const struct sflow_mib2 *m);
void sflow_put_mib2_tcp(struct sflow_datagram *d, const struct sflow_mib2 *m);
void sflow_put_mib2_udp(struct sflow_datagram *d, const struct sflow_mib2 *m);

/*
 * For the files that encode records: an open record collects words. Nothing
 * is written once the datagram is full.
 */
void sflow_record_begin(struct sflow_datagram *d, uint32_t format);
void sflow_record_end(struct sflow_datagram *d);
void sflow_u32(struct sflow_datagram *d, uint32_t value);
void sflow_u64(struct sflow_datagram *d, uint64_t value);
void sflow_f32(struct sflow_datagram *d, float value);
void sflow_addr(struct sflow_datagram *d, const struct sflow_addr *addr);
void sflow_fixed(struct sflow_datagram *d, const void *bytes, uint32_t len);
void sflow_opaque(struct sflow_datagram *d, const void *bytes, uint32_t len);
void sflow_string(struct sflow_datagram *d, const char *s, uint32_t max);

#endif /* KSFLOW_USER_SFLOW_H */
