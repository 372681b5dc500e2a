// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "flow.h"

#include "nl.h"
#include "reason.h"
#include "sflow.h"

#include <linux/if_ether.h>

#include <string.h>

#define FCS_BYTES	4

static uint16_t word_at(const uint8_t *data, uint32_t offset)
{
	return data[offset] << 8 | data[offset + 1];
}

/*
 * The tag of the packet: from the module, or, since one that came within the
 * bytes is as good, from them.
 */
static bool vlan_tag(const struct ksflow_record *r, uint16_t *tci)
{
	uint16_t type;

	if (ksflow_has(r, RECORD_VLAN)) {
		*tci = r->vlan;
		return true;
	}
	if (r->proto != SFLOW_HEADER_ETHERNET || r->data_len < ETH_HLEN + 2)
		return false;
	type = word_at(r->data, 2 * ETH_ALEN);
	if (type != ETH_P_8021Q && type != ETH_P_8021AD)
		return false;
	*tci = word_at(r->data, ETH_HLEN);
	return true;
}

#define TAGS_MAX	8
#define TAG_BYTES	4

/* Neither tags nor labels: most packets are, and one look tells. */
static bool is_plain(const struct ksflow_record *r)
{
	uint16_t type;

	if (r->proto != SFLOW_HEADER_ETHERNET || ksflow_has(r, RECORD_VLAN) ||
	    r->data_len < ETH_HLEN)
		return false;
	type = word_at(r->data, 2 * ETH_ALEN);
	return type == ETH_P_IP || type == ETH_P_IPV6;
}

static bool is_tag(uint16_t type)
{
	return type == ETH_P_8021Q || type == ETH_P_8021AD ||
	       type == ETH_P_QINQ1 || type == ETH_P_QINQ2 ||
	       type == ETH_P_QINQ3;
}

/* Tags within the bytes, outermost first. */
static uint32_t find_tags(const struct ksflow_record *r,
			  uint32_t tags[TAGS_MAX])
{
	uint32_t count = 0, at = 2 * ETH_ALEN;

	if (r->proto != SFLOW_HEADER_ETHERNET || !ksflow_has(r, RECORD_DATA))
		return 0;
	for (; count < TAGS_MAX && at + TAG_BYTES + 2 <= r->data_len;
	     at += TAG_BYTES) {
		uint16_t type = word_at(r->data, at);

		if (!is_tag(type))
			break;
		tags[count++] = (uint32_t)type << 16 | word_at(r->data, at + 2);
	}
	return count;
}

/* The bytes as the collector wants the tags in them; room for a header. */
static void change_tags(const struct ksflow_record *r, uint8_t vlan,
			uint32_t tags, uint8_t *bytes, struct sflow_header *h)
{
	uint32_t i, at = 2 * ETH_ALEN, cut = tags * TAG_BYTES;

	if (r->data_len > KSFLOW_HEADER_MAX)
		return;
	h->bytes = bytes;
	memcpy(bytes, r->data, r->data_len);
	if (vlan == SFLOW_VLAN_STRIP) {
		memmove(bytes + at, bytes + at + cut, r->data_len - at - cut);
		h->len = r->data_len - cut;
		h->stripped += cut;
		return;
	}
	for (i = 0; i < tags; i++, at += TAG_BYTES) {
		bytes[at] = ETH_P_8021Q >> 8;
		bytes[at + 1] = ETH_P_8021Q & 0xff;
	}
}

static void put_header(struct sflow_datagram *d, const struct ksflow_record *r,
		       uint32_t header_max)
{
	uint8_t bytes[KSFLOW_HEADER_MAX];
	uint32_t tags[TAGS_MAX], count;
	struct sflow_header h = {
		.protocol = r->proto, .bytes = r->data, .len = r->data_len,
		.frame_length = r->len_bytes + FCS_BYTES,
		.stripped = FCS_BYTES,
	};

	if (!r->proto || !ksflow_has(r, RECORD_DATA))
		return;
	/*
	 * Where there was no link header, frame_length is to have one all the
	 * same; the difference stays what the header bytes were cut from.
	 */
	if (r->proto != SFLOW_HEADER_ETHERNET) {
		h.frame_length += ETH_HLEN;
		h.stripped += ETH_HLEN;
	}
	count = d->profile.vlan == SFLOW_VLAN_INLINE ? 0 : find_tags(r, tags);
	if (count)
		change_tags(r, d->profile.vlan, count, bytes, &h);
	if (h.len > header_max)
		h.len = header_max;
	sflow_put_header(d, &h);
}

/* The tags that are not in the header any more. */
static void put_stripped(struct sflow_datagram *d,
			 const struct ksflow_record *r)
{
	uint32_t tags[TAGS_MAX], count;

	if (d->profile.vlan != SFLOW_VLAN_STRIP ||
	    r->data_len > KSFLOW_HEADER_MAX)
		return;
	count = find_tags(r, tags);
	if (count)
		sflow_put_vlan_tunnel(d, tags, count);
}

static void put_switch(struct sflow_datagram *d, const struct ksflow_record *r)
{
	struct sflow_switch s = {
		SFLOW_UNKNOWN32, SFLOW_UNKNOWN32, SFLOW_UNKNOWN32,
		SFLOW_UNKNOWN32,
	};
	uint16_t tci;

	if (!vlan_tag(r, &tci))
		return;
	/* the tag it carries here is that of this side only */
	if (r->dir == KSFLOW_DIR_EGRESS) {
		s.dst_vlan = tci & 0xfff;
		s.dst_priority = tci >> 13;
	} else {
		s.src_vlan = tci & 0xfff;
		s.src_priority = tci >> 13;
	}
	sflow_put_switch(d, &s);
}

static void put_router(struct sflow_datagram *d, const struct ksflow_record *r)
{
	struct sflow_router router = {
		.src_prefix_len = r->src_prefix_len,
		.dst_prefix_len = r->dst_prefix_len,
	};

	if (ksflow_has(r, RECORD_NEXTHOP4)) {
		router.nexthop.type = SFLOW_ADDR_IP4;
		memcpy(router.nexthop.bytes, r->nexthop4, 4);
	} else if (ksflow_has(r, RECORD_NEXTHOP6)) {
		router.nexthop.type = SFLOW_ADDR_IP6;
		memcpy(router.nexthop.bytes, r->nexthop6, 16);
	} else {
		return;
	}
	sflow_put_router(d, &router);
}

#define LABELS_MAX	8
#define LABEL_BYTES	4
#define LABEL_IS_LAST	0x100

/* Label stack entries within the bytes, outermost first. */
static uint32_t find_labels(const struct ksflow_record *r,
			    uint32_t labels[LABELS_MAX])
{
	uint32_t tags[TAGS_MAX], count = 0, at = 0;
	uint16_t type;

	if (!ksflow_has(r, RECORD_DATA))
		return 0;
	if (r->proto == SFLOW_HEADER_ETHERNET) {
		at = 2 * ETH_ALEN + TAG_BYTES * find_tags(r, tags) + 2;
		if (at > r->data_len)
			return 0;
		type = word_at(r->data, at - 2);
		if (type != ETH_P_MPLS_UC && type != ETH_P_MPLS_MC)
			return 0;
	} else if (r->proto != SFLOW_HEADER_MPLS) {
		return 0;
	}
	for (; count < LABELS_MAX && at + LABEL_BYTES <= r->data_len;
	     at += LABEL_BYTES) {
		labels[count] = (uint32_t)word_at(r->data, at) << 16 |
				word_at(r->data, at + 2);
		if (labels[count++] & LABEL_IS_LAST)
			break;
	}
	return count;
}

static void put_tunnels(struct sflow_datagram *d, const struct flow_tunnel *t)
{
	for (; t; t = t->next) {
		sflow_put_tunnel_ip(d, t->side, &t->ip);
		if (t->has_vni)
			sflow_put_vni(d, t->side, t->vni);
	}
}

/* The labels it carries here are those of this side only. */
static void put_mpls(struct sflow_datagram *d, const struct ksflow_record *r)
{
	bool is_out = r->dir == KSFLOW_DIR_EGRESS;
	struct sflow_addr nexthop = { 0 };
	uint32_t labels[LABELS_MAX];
	uint32_t count = find_labels(r, labels);

	if (count)
		sflow_put_mpls(d, &nexthop, labels, is_out ? 0 : count,
			       labels, is_out ? count : 0);
}

static void put_tcp_info(struct sflow_datagram *d,
			 const struct ksflow_socket *s)
{
	struct sflow_tcp_info t = {
		.direction = s->is_sender ? SFLOW_PACKET_SENT :
					    SFLOW_PACKET_RECEIVED,
		.snd_mss = s->snd_mss,
		.rcv_mss = s->rcv_mss,
		.unacked = s->unacked,
		.lost = s->lost,
		.retrans = s->retrans,
		.pmtu = s->pmtu,
		.rtt_us = s->rtt_us,
		.rttvar_us = s->rttvar_us,
		.snd_cwnd = s->snd_cwnd,
		.reordering = s->reordering,
		.min_rtt_us = s->min_rtt_us,
	};

	if (ksflow_has(s, SOCKET_RTT))
		sflow_put_tcp_info(d, &t);
}

static void put_socket(struct sflow_datagram *d, const struct ksflow_record *r)
{
	const struct ksflow_socket *s = &r->socket;
	struct sflow_socket socket = {
		.protocol = s->proto,
		.local_port = s->local_port,
		.remote_port = s->remote_port,
	};

	if (!ksflow_has(r, RECORD_SOCKET))
		return;
	if (ksflow_has(s, SOCKET_LOCAL4)) {
		socket.local.type = SFLOW_ADDR_IP4;
		memcpy(socket.local.bytes, s->local4, sizeof(s->local4));
		memcpy(socket.remote.bytes, s->remote4, sizeof(s->remote4));
	} else if (ksflow_has(s, SOCKET_LOCAL6)) {
		socket.local.type = SFLOW_ADDR_IP6;
		memcpy(socket.local.bytes, s->local6, sizeof(s->local6));
		memcpy(socket.remote.bytes, s->remote6, sizeof(s->remote6));
	} else {
		return;
	}
	socket.remote.type = socket.local.type;
	sflow_put_socket(d, &socket);
	put_tcp_info(d, s);
}

int flow_put(struct sflow_datagram *d, const struct ksflow_record *r,
	     uint32_t sequence, uint32_t header_max)
{
	struct sflow_flow flow = {
		.sequence = sequence,
		.source = { SFLOW_SOURCE_IFINDEX, r->source },
		.rate = r->rate,
		.pool = r->pool,	/* both wrap, as they should */
		.drops = r->drops,
		.input = { SFLOW_PORT_IFINDEX, r->in },
		.output = { SFLOW_PORT_IFINDEX, r->out },
	};
	bool may_have_tags;

	_Static_assert(KSFLOW_IFINDEX_LOCAL == SFLOW_INTERNAL, "same number");
	sflow_flow_begin(d, &flow);
	put_header(d, r, header_max);
	may_have_tags = !is_plain(r);
	if (may_have_tags)
		put_switch(d, r);
	put_router(d, r);
	if (may_have_tags) {
		put_mpls(d, r);
		put_stripped(d, r);
	}
	put_tunnels(d, r->tunnel);
	if (ksflow_has(r, RECORD_QUEUE))
		sflow_put_egress_queue(d, r->queue);
	if (ksflow_has(r, RECORD_DELAY))
		sflow_put_transit_delay(d, r->delay_ns);
	if (ksflow_has(r, RECORD_QUEUE) && ksflow_has(r, RECORD_QUEUE_DEPTH))
		sflow_put_queue_depth(d, r->queue_depth_bytes);
	if (ksflow_has(r, RECORD_TIME))
		sflow_put_timestamp(d, r->time_ns);
	if (ksflow_has(r, RECORD_SOCKET))
		put_socket(d, r);
	return sflow_sample_end(d);
}

/* Plain numbers here: the host itself has none. */
static uint32_t plain(uint32_t ifindex)
{
	return ifindex == KSFLOW_IFINDEX_LOCAL ? 0 : ifindex;
}

int flow_put_discard(struct sflow_datagram *d, const struct ksflow_record *r,
		     uint32_t sequence, uint32_t header_max)
{
	struct sflow_discard discard = {
		.sequence = sequence,
		.source = { SFLOW_SOURCE_IFINDEX, plain(r->source) },
		.drops = r->drops,
		.input = plain(r->in),
		.output = plain(r->out),
		.reason = reason_code(r),
	};
	char function[KSFLOW_SITE_BYTES];

	sflow_discard_begin(d, &discard);
	put_header(d, r, header_max);
	if (ksflow_has(r, RECORD_QUEUE)) {
		sflow_put_egress_queue(d, r->queue);
		if (ksflow_has(r, RECORD_QUEUE_DEPTH))
			sflow_put_queue_depth(d, r->queue_depth_bytes);
	}
	if (ksflow_has(r, RECORD_SITE)) {
		reason_function(r->site, function, sizeof(function));
		sflow_put_function(d, function);
	}
	if (ksflow_has(r, RECORD_TRAP))
		sflow_put_hw_trap(d, r->group, r->trap);
	if (ksflow_has(r, RECORD_REASON))
		sflow_put_drop_reason(d, r->reason);
	if (ksflow_has(r, RECORD_TIME))
		sflow_put_timestamp(d, r->time_ns);
	put_socket(d, r);
	return sflow_sample_end(d);
}

static bool is_large(uint32_t ifindex)
{
	return ifindex >= SFLOW_IFINDEX_COMPACT &&
	       ifindex != KSFLOW_IFINDEX_LOCAL;
}

bool flow_needs_expanded(const struct ksflow_record *r)
{
	return is_large(r->source) || is_large(r->in) || is_large(r->out);
}
