// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "sflow.h"

#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

/* Sample and record kinds of enterprise 0. */
enum {
	SAMPLE_FLOW = 1,
	SAMPLE_COUNTERS = 2,
	SAMPLE_FLOW_EXPANDED = 3,
	SAMPLE_COUNTERS_EXPANDED = 4,
	SAMPLE_DISCARD = 5,
};

enum {
	FLOW_HEADER = 1,
	FLOW_SWITCH = 1001,
	FLOW_ROUTER = 1002,
	FLOW_MPLS = 1006,
	FLOW_VLAN_TUNNEL = 1012,
	/* egress; ingress is the next number */
	FLOW_TUNNEL_IP4 = 1023,
	FLOW_TUNNEL_IP6 = 1025,
	FLOW_DECAPSULATE = 1027,
	FLOW_VNI = 1029,
	FLOW_EGRESS_QUEUE = 1036,
	FLOW_ACL = 1037,
	FLOW_FUNCTION = 1038,
	FLOW_TRANSIT_DELAY = 1039,
	FLOW_QUEUE_DEPTH = 1040,
	FLOW_HW_TRAP = 1041,
	FLOW_DROP_REASON = 1042,
	FLOW_TIMESTAMP = 1043,
	FLOW_SOCKET4 = 2100,
	FLOW_SOCKET6 = 2101,
	FLOW_TCP_INFO = 2209,
};

/* Counter records that came late. */
enum {
	COUNTERS_IF = 1,
	COUNTERS_SFP = 10,
	COUNTERS_PFC = 11,
};

#define STRING_MAX	255

/* What a name turns off. */
static const struct {
	const char *name;
	uint16_t first;
	uint16_t last;
} switches[SFLOW_OFF_COUNT] = {
	[SFLOW_OFF_SWITCH] = { "switch", FLOW_SWITCH, FLOW_SWITCH },
	[SFLOW_OFF_ROUTER] = { "router", FLOW_ROUTER, FLOW_ROUTER },
	[SFLOW_OFF_MPLS] = { "mpls", FLOW_MPLS, FLOW_MPLS },
	[SFLOW_OFF_TUNNEL] = { "tunnel", 1021, 1030 },
	[SFLOW_OFF_EGRESS_QUEUE] = { "egress-queue", FLOW_EGRESS_QUEUE,
				     FLOW_EGRESS_QUEUE },
	[SFLOW_OFF_FUNCTION] = { "function", FLOW_FUNCTION, FLOW_FUNCTION },
	[SFLOW_OFF_TRANSIT_DELAY] = { "transit-delay", FLOW_TRANSIT_DELAY,
				      FLOW_TRANSIT_DELAY },
	[SFLOW_OFF_QUEUE_DEPTH] = { "queue-depth", FLOW_QUEUE_DEPTH,
				    FLOW_QUEUE_DEPTH },
	[SFLOW_OFF_HW_TRAP] = { "hw-trap", FLOW_HW_TRAP, FLOW_HW_TRAP },
	[SFLOW_OFF_DROP_REASON] = { "drop-reason", FLOW_DROP_REASON,
				    FLOW_DROP_REASON },
	[SFLOW_OFF_TIMESTAMP] = { "timestamp", FLOW_TIMESTAMP,
				  FLOW_TIMESTAMP },
	[SFLOW_OFF_SOCKET] = { "socket", FLOW_SOCKET4, FLOW_SOCKET6 },
	/* by sflow_put_socket() itself */
	[SFLOW_OFF_UDP_SOCKET] = { "udp-socket", 0, 0 },
	[SFLOW_OFF_TCP_INFO] = { "tcp-info", FLOW_TCP_INFO, FLOW_TCP_INFO },
};

const char *sflow_off_name(unsigned int record)
{
	return record < SFLOW_OFF_COUNT ? switches[record].name : NULL;
}

static inline bool has_room(struct sflow_datagram *d, uint32_t len)
{
	if (d->is_muted)
		return false;
	if (d->is_full || len > d->max_bytes - d->len) {
		d->is_full = true;
		return false;
	}
	return true;
}

static void patch(struct sflow_datagram *d, uint32_t at, uint32_t value)
{
	value = htobe32(value);
	memcpy(d->bytes + at, &value, sizeof(value));
}

void sflow_u32(struct sflow_datagram *d, uint32_t value)
{
	if (!has_room(d, sizeof(value)))
		return;
	patch(d, d->len, value);
	d->len += sizeof(value);
}

/* Room for words that are written at once, by word(); or NULL. */
static inline uint8_t *take(struct sflow_datagram *d, uint32_t words)
{
	uint8_t *at = d->bytes + d->len;

	if (!has_room(d, words * sizeof(uint32_t)))
		return NULL;
	d->len += words * sizeof(uint32_t);
	return at;
}

static inline uint8_t *word(uint8_t *at, uint32_t value)
{
	value = htobe32(value);
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

void sflow_u64(struct sflow_datagram *d, uint64_t value)
{
	sflow_u32(d, value >> 32);
	sflow_u32(d, value);
}

void sflow_f32(struct sflow_datagram *d, float value)
{
	uint32_t word;

	_Static_assert(sizeof(word) == sizeof(value), "IEEE 754 single");
	memcpy(&word, &value, sizeof(word));
	sflow_u32(d, word);
}

/* Bytes without a count, padded with zeros to a multiple of four. */
void sflow_fixed(struct sflow_datagram *d, const void *bytes, uint32_t len)
{
	uint32_t padded = (len + 3) & ~3U;

	if (d->is_muted)
		return;
	if (padded < len || !has_room(d, padded)) {
		d->is_full = true;
		return;
	}
	if (len)
		memcpy(d->bytes + d->len, bytes, len);
	if (padded > len)
		memset(d->bytes + d->len + len, 0, padded - len);
	d->len += padded;
}

void sflow_opaque(struct sflow_datagram *d, const void *bytes, uint32_t len)
{
	sflow_u32(d, len);
	sflow_fixed(d, bytes, len);
}

void sflow_string(struct sflow_datagram *d, const char *s, uint32_t max)
{
	sflow_opaque(d, s, s ? strnlen(s, max) : 0);
}

void sflow_addr(struct sflow_datagram *d, const struct sflow_addr *addr)
{
	static const uint8_t zero[4];

	switch (addr->type) {
	case SFLOW_ADDR_IP4:
	case SFLOW_ADDR_IP6:
		sflow_u32(d, addr->type);
		sflow_fixed(d, addr->bytes,
			    addr->type == SFLOW_ADDR_IP4 ? 4 : 16);
		return;
	}
	/* type 0 makes decoders reject the datagram, or lose their place */
	sflow_u32(d, SFLOW_ADDR_IP4);
	sflow_fixed(d, zero, sizeof(zero));
}

void sflow_begin(struct sflow_datagram *d)
{
	if (d->max_bytes < SFLOW_DATAGRAM_MIN)
		d->max_bytes = SFLOW_DATAGRAM_MIN;
	if (d->max_bytes > SFLOW_DATAGRAM_MAX)
		d->max_bytes = SFLOW_DATAGRAM_MAX;
	d->len = 0;
	d->samples = 0;
	d->is_full = false;
	sflow_u32(d, 5);
	sflow_addr(d, &d->agent);
	sflow_u32(d, d->sub_agent_id);
	sflow_u32(d, 0);	/* sequence, uptime, samples: sflow_finish() */
	sflow_u32(d, 0);
	sflow_u32(d, 0);
}

bool sflow_is_empty(const struct sflow_datagram *d)
{
	return !d->samples;
}

void sflow_finish(struct sflow_datagram *d, uint32_t sequence,
		  uint32_t uptime_ms)
{
	uint32_t at = 4 + 4 + (d->agent.type == SFLOW_ADDR_IP6 ? 16 : 4) + 4;

	patch(d, at, sequence);
	patch(d, at + 4, uptime_ms);
	patch(d, at + 8, d->samples);
}

static void sample_begin(struct sflow_datagram *d, uint32_t kind)
{
	uint8_t *at;

	d->sample_at = d->len;
	/* a sample that did not fit left the datagram usable */
	d->is_full = d->samples >= SFLOW_SAMPLES_MAX;
	d->kind = kind;
	at = take(d, 2);
	if (at)
		word(word(at, kind), 0);	/* length */
}

static void records_begin(struct sflow_datagram *d)
{
	d->count_at = d->len;
	d->records = 0;
	sflow_u32(d, 0);
}

int sflow_sample_end(struct sflow_datagram *d)
{
	if (d->is_full) {
		d->len = d->sample_at;
		d->is_full = false;
		return -EMSGSIZE;
	}
	patch(d, d->sample_at + 4, d->len - d->sample_at - 8);
	patch(d, d->count_at, d->records);
	d->samples++;
	return 0;
}

static uint32_t compact_source(struct sflow_source source)
{
	return source.type << 24 | (source.index & 0xffffff);
}

static void put_source(struct sflow_datagram *d, struct sflow_source source,
		       bool is_expanded)
{
	if (is_expanded) {
		sflow_u32(d, source.type);
		sflow_u32(d, source.index);
	} else {
		sflow_u32(d, compact_source(source));
	}
}

static uint32_t compact_port(struct sflow_port port)
{
	return port.format << 30 | (port.value & 0x3fffffff);
}

static void put_port(struct sflow_datagram *d, struct sflow_port port)
{
	sflow_u32(d, port.format);
	/* erratum: internal is all ones in the expanded form */
	if (port.format == SFLOW_PORT_IFINDEX && port.value == SFLOW_INTERNAL)
		sflow_u32(d, 0xffffffff);
	else
		sflow_u32(d, port.value);
}

void sflow_flow_begin(struct sflow_datagram *d, const struct sflow_flow *flow)
{
	uint8_t *at;

	sample_begin(d, d->is_expanded ? SAMPLE_FLOW_EXPANDED : SAMPLE_FLOW);
	if (d->is_expanded) {
		sflow_u32(d, flow->sequence);
		put_source(d, flow->source, true);
		sflow_u32(d, flow->rate);
		sflow_u32(d, flow->pool);
		sflow_u32(d, flow->drops);
		put_port(d, flow->input);
		put_port(d, flow->output);
	} else if ((at = take(d, 7))) {
		at = word(at, flow->sequence);
		at = word(at, compact_source(flow->source));
		at = word(at, flow->rate);
		at = word(at, flow->pool);
		at = word(at, flow->drops);
		at = word(at, compact_port(flow->input));
		word(at, compact_port(flow->output));
	}
	records_begin(d);
}

void sflow_discard_begin(struct sflow_datagram *d,
			 const struct sflow_discard *discard)
{
	/* exists in the two-word form only */
	sample_begin(d, SAMPLE_DISCARD);
	sflow_u32(d, discard->sequence);
	put_source(d, discard->source, true);
	sflow_u32(d, discard->drops);
	sflow_u32(d, discard->input);
	sflow_u32(d, discard->output);
	sflow_u32(d, discard->reason);
	records_begin(d);
}

void sflow_counters_begin(struct sflow_datagram *d, uint32_t sequence,
			  struct sflow_source source)
{
	sample_begin(d, d->is_expanded ? SAMPLE_COUNTERS_EXPANDED :
					 SAMPLE_COUNTERS);
	sflow_u32(d, sequence);
	put_source(d, source, d->is_expanded);
	records_begin(d);
}

static bool is_off(const struct sflow_datagram *d, uint32_t format)
{
	unsigned int i;

	for (i = 0; d->profile.off >> i; i++) {
		if (d->profile.off >> i & 1 && format >= switches[i].first &&
		    format <= switches[i].last)
			return true;
	}
	return false;
}

static bool is_wanted(const struct sflow_datagram *d, uint32_t format)
{
	bool is_flow = d->kind == SAMPLE_FLOW ||
		       d->kind == SAMPLE_FLOW_EXPANDED;

	if (!d->profile.off && d->profile.records == SFLOW_RECORDS_FULL)
		return true;
	if ((is_flow || d->kind == SAMPLE_DISCARD) && is_off(d, format))
		return false;
	/* who gets discards at all knows what is in them */
	if (d->kind == SAMPLE_DISCARD)
		return true;
	switch (d->profile.records) {
	case SFLOW_RECORDS_BASIC:
		return format == (is_flow ? FLOW_HEADER : COUNTERS_IF);
	case SFLOW_RECORDS_STANDARD:
		return is_flow ? format < FLOW_EGRESS_QUEUE :
		       format != COUNTERS_SFP && format != COUNTERS_PFC;
	}
	return true;
}

void sflow_record_begin(struct sflow_datagram *d, uint32_t format)
{
	uint8_t *at;

	d->is_muted = !is_wanted(d, format);
	d->record_at = d->len + sizeof(format);
	at = take(d, 2);
	if (at)
		word(word(at, format), 0);	/* length */
}

void sflow_record_end(struct sflow_datagram *d)
{
	bool is_muted = d->is_muted;

	d->is_muted = false;
	if (d->is_full || is_muted)
		return;
	patch(d, d->record_at, d->len - d->record_at - 4);
	d->records++;
}

void sflow_put_header(struct sflow_datagram *d, const struct sflow_header *h)
{
	uint8_t *at;

	sflow_record_begin(d, FLOW_HEADER);
	at = take(d, 4);
	if (at) {
		at = word(at, h->protocol);
		at = word(at, h->frame_length);
		at = word(at, h->stripped);
		word(at, h->len);
	}
	sflow_fixed(d, h->bytes, h->len);
	sflow_record_end(d);
}

void sflow_put_switch(struct sflow_datagram *d, const struct sflow_switch *s)
{
	sflow_record_begin(d, FLOW_SWITCH);
	sflow_u32(d, s->src_vlan);
	sflow_u32(d, s->src_priority);
	sflow_u32(d, s->dst_vlan);
	sflow_u32(d, s->dst_priority);
	sflow_record_end(d);
}

void sflow_put_router(struct sflow_datagram *d, const struct sflow_router *r)
{
	sflow_record_begin(d, FLOW_ROUTER);
	sflow_addr(d, &r->nexthop);
	sflow_u32(d, r->src_prefix_len);
	sflow_u32(d, r->dst_prefix_len);
	sflow_record_end(d);
}

void sflow_put_vlan_tunnel(struct sflow_datagram *d, const uint32_t *tags,
			   uint32_t count)
{
	uint32_t i;

	sflow_record_begin(d, FLOW_VLAN_TUNNEL);
	sflow_u32(d, count);
	for (i = 0; i < count; i++)
		sflow_u32(d, tags[i]);
	sflow_record_end(d);
}

void sflow_put_mpls(struct sflow_datagram *d, const struct sflow_addr *nexthop,
		    const uint32_t *in, uint32_t in_count,
		    const uint32_t *out, uint32_t out_count)
{
	uint32_t i;

	sflow_record_begin(d, FLOW_MPLS);
	sflow_addr(d, nexthop);
	sflow_u32(d, in_count);
	for (i = 0; i < in_count; i++)
		sflow_u32(d, in[i]);
	sflow_u32(d, out_count);
	for (i = 0; i < out_count; i++)
		sflow_u32(d, out[i]);
	sflow_record_end(d);
}

static void put_word(struct sflow_datagram *d, uint32_t format, uint64_t value)
{
	sflow_record_begin(d, format);
	sflow_u32(d, value > UINT32_MAX ? UINT32_MAX : value);
	sflow_record_end(d);
}

/* The numbers of the two sides follow each other. */
void sflow_put_tunnel_ip(struct sflow_datagram *d, enum sflow_tunnel_side side,
			 const struct sflow_ip *ip)
{
	bool is_ip6 = ip->src.type == SFLOW_ADDR_IP6;
	uint32_t bytes = is_ip6 ? 16 : 4;

	if (ip->src.type == SFLOW_ADDR_UNKNOWN)
		return;
	sflow_record_begin(d, (is_ip6 ? FLOW_TUNNEL_IP6 : FLOW_TUNNEL_IP4) +
			      side);
	sflow_u32(d, ip->length);
	sflow_u32(d, ip->protocol);
	sflow_fixed(d, ip->src.bytes, bytes);
	sflow_fixed(d, ip->dst.bytes, bytes);
	sflow_u32(d, ip->src_port);
	sflow_u32(d, ip->dst_port);
	sflow_u32(d, ip->tcp_flags);
	sflow_u32(d, ip->tos);
	sflow_record_end(d);
}

void sflow_put_decapsulate(struct sflow_datagram *d,
			   enum sflow_tunnel_side side, uint32_t offset_bytes)
{
	put_word(d, FLOW_DECAPSULATE + side, offset_bytes);
}

void sflow_put_vni(struct sflow_datagram *d, enum sflow_tunnel_side side,
		   uint32_t vni)
{
	put_word(d, FLOW_VNI + side, vni);
}

void sflow_put_egress_queue(struct sflow_datagram *d, uint32_t queue)
{
	put_word(d, FLOW_EGRESS_QUEUE, queue);
}

void sflow_put_acl(struct sflow_datagram *d, uint32_t number, const char *name,
		   uint32_t direction)
{
	sflow_record_begin(d, FLOW_ACL);
	sflow_u32(d, number);
	sflow_string(d, name, STRING_MAX);
	sflow_u32(d, direction);
	sflow_record_end(d);
}

void sflow_put_function(struct sflow_datagram *d, const char *symbol)
{
	sflow_record_begin(d, FLOW_FUNCTION);
	sflow_string(d, symbol, STRING_MAX);
	sflow_record_end(d);
}

void sflow_put_transit_delay(struct sflow_datagram *d, uint64_t ns)
{
	put_word(d, FLOW_TRANSIT_DELAY, ns);
}

void sflow_put_queue_depth(struct sflow_datagram *d, uint64_t bytes)
{
	put_word(d, FLOW_QUEUE_DEPTH, bytes);
}

void sflow_put_hw_trap(struct sflow_datagram *d, const char *group,
		       const char *trap)
{
	sflow_record_begin(d, FLOW_HW_TRAP);
	sflow_string(d, group, STRING_MAX);
	sflow_string(d, trap, STRING_MAX);
	sflow_record_end(d);
}

void sflow_put_drop_reason(struct sflow_datagram *d, const char *reason)
{
	sflow_record_begin(d, FLOW_DROP_REASON);
	sflow_string(d, reason, STRING_MAX);
	sflow_record_end(d);
}

void sflow_put_timestamp(struct sflow_datagram *d, uint64_t ns)
{
	uint8_t *at;

	sflow_record_begin(d, FLOW_TIMESTAMP);
	at = take(d, 2);
	if (at)
		word(word(at, ns >> 32), ns);
	sflow_record_end(d);
}

void sflow_put_socket(struct sflow_datagram *d, const struct sflow_socket *s)
{
	bool is_ip6 = s->local.type == SFLOW_ADDR_IP6;
	uint32_t len = is_ip6 ? 16 : 4;

	if (s->protocol == IPPROTO_UDP &&
	    d->profile.off & 1U << SFLOW_OFF_UDP_SOCKET)
		return;
	sflow_record_begin(d, is_ip6 ? FLOW_SOCKET6 : FLOW_SOCKET4);
	sflow_u32(d, s->protocol);
	sflow_fixed(d, s->local.bytes, len);
	sflow_fixed(d, s->remote.bytes, len);
	sflow_u32(d, s->local_port);
	sflow_u32(d, s->remote_port);
	sflow_record_end(d);
}

void sflow_put_tcp_info(struct sflow_datagram *d,
			const struct sflow_tcp_info *t)
{
	sflow_record_begin(d, FLOW_TCP_INFO);
	sflow_u32(d, t->direction);
	sflow_u32(d, t->snd_mss);
	sflow_u32(d, t->rcv_mss);
	sflow_u32(d, t->unacked);
	sflow_u32(d, t->lost);
	sflow_u32(d, t->retrans);
	sflow_u32(d, t->pmtu);
	sflow_u32(d, t->rtt_us);
	sflow_u32(d, t->rttvar_us);
	sflow_u32(d, t->snd_cwnd);
	sflow_u32(d, t->reordering);
	sflow_u32(d, t->min_rtt_us);
	sflow_record_end(d);
}
