// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "psample.h"

#include <libmnl/libmnl.h>

#include <endian.h>
#include <errno.h>
#include <string.h>

/* enum psample_tunnel_key_attr of linux/psample.h */
enum {
	TUNNEL_ID,
	TUNNEL_IPV4_SRC,
	TUNNEL_IPV4_DST,
	TUNNEL_TOS,
	TUNNEL_TTL,
	TUNNEL_TP_SRC = 9,
	TUNNEL_TP_DST = 10,
	TUNNEL_IPV6_SRC = 12,
	TUNNEL_IPV6_DST = 13,
};

#define UDP	17
#define WINDOW	64

static bool take(const struct nlattr *attr, void *to, size_t size)
{
	if (mnl_attr_get_payload_len(attr) != size)
		return false;
	memcpy(to, mnl_attr_get_payload(attr), size);
	return true;
}

static bool take_addr(const struct nlattr *attr, struct sflow_addr *addr,
		      uint32_t type)
{
	addr->type = type;
	return take(attr, addr->bytes, type == SFLOW_ADDR_IP4 ? 4 : 16);
}

static bool take_port(const struct nlattr *attr, struct flow_tunnel *t,
		      uint32_t *port)
{
	uint16_t value;

	if (!take(attr, &value, sizeof(value)))
		return false;
	*port = be16toh(value);
	/* only what UDP carries has them */
	t->ip.protocol = UDP;
	return true;
}

static bool take_tunnel(const struct nlattr *attr, struct psample_packet *p)
{
	struct flow_tunnel *t = &p->tunnel;
	uint64_t id;
	uint8_t byte;

	switch (mnl_attr_get_type(attr)) {
	case TUNNEL_ID:
		if (!take(attr, &id, sizeof(id)))
			return false;
		t->has_vni = true;
		t->vni = be64toh(id);
		return true;
	case TUNNEL_IPV4_SRC:
		return take_addr(attr, &t->ip.src, SFLOW_ADDR_IP4);
	case TUNNEL_IPV4_DST:
		return take_addr(attr, &t->ip.dst, SFLOW_ADDR_IP4);
	case TUNNEL_IPV6_SRC:
		return take_addr(attr, &t->ip.src, SFLOW_ADDR_IP6);
	case TUNNEL_IPV6_DST:
		return take_addr(attr, &t->ip.dst, SFLOW_ADDR_IP6);
	case TUNNEL_TOS:
		if (!take(attr, &byte, sizeof(byte)))
			return false;
		t->ip.tos = byte;
		return true;
	case TUNNEL_TTL:
		return take(attr, &p->tunnel_ttl, sizeof(p->tunnel_ttl));
	case TUNNEL_TP_SRC:
		return take_port(attr, t, &t->ip.src_port);
	case TUNNEL_TP_DST:
		return take_port(attr, t, &t->ip.dst_port);
	}
	return true;
}

typedef bool (*take_fn)(const struct nlattr *attr, struct psample_packet *p);

/* All attributes of a buffer; those after the last whole one are an error. */
static int each(const char *at, size_t len, take_fn take_one,
		struct psample_packet *p)
{
	const char *end = at + len;

	while (end - at >= (ssize_t)sizeof(struct nlattr)) {
		const struct nlattr *attr = (const struct nlattr *)at;
		size_t step;

		if (!mnl_attr_ok(attr, end - at) || !take_one(attr, p))
			return -EBADMSG;
		step = MNL_ALIGN(attr->nla_len);
		/* the last one's padding may be missing */
		at += step > (size_t)(end - at) ? (size_t)(end - at) : step;
	}
	return at == end ? 0 : -EBADMSG;
}

static bool take_ifindex(const struct nlattr *attr, struct psample_packet *p,
			 uint32_t *ifindex)
{
	uint16_t low;

	/* a kernel that would tell all of it */
	if (take(attr, ifindex, sizeof(*ifindex))) {
		p->is_wide = true;
		return true;
	}
	if (!take(attr, &low, sizeof(low)))
		return false;
	*ifindex = low;
	return true;
}

static bool take_attr(const struct nlattr *attr, struct psample_packet *p)
{
	unsigned int type = mnl_attr_get_type(attr);

	if (type < PSAMPLE_ATTRS)
		p->has |= 1U << type;
	switch (type) {
	case PSAMPLE_IIFINDEX:
		return take_ifindex(attr, p, &p->in);
	case PSAMPLE_OIFINDEX:
		return take_ifindex(attr, p, &p->out);
	case PSAMPLE_ORIGSIZE:
		return take(attr, &p->len_bytes, sizeof(p->len_bytes));
	case PSAMPLE_SAMPLE_GROUP:
		return take(attr, &p->group, sizeof(p->group));
	case PSAMPLE_GROUP_SEQ:
		return take(attr, &p->sequence, sizeof(p->sequence));
	case PSAMPLE_SAMPLE_RATE:
		return take(attr, &p->rate, sizeof(p->rate));
	case PSAMPLE_DATA:
		p->data = mnl_attr_get_payload(attr);
		p->data_len = mnl_attr_get_payload_len(attr);
		return true;
	case PSAMPLE_TUNNEL:
		return !each(mnl_attr_get_payload(attr),
			     mnl_attr_get_payload_len(attr), take_tunnel, p);
	case PSAMPLE_OUT_TC:
		return take(attr, &p->queue, sizeof(p->queue));
	case PSAMPLE_OUT_TC_OCC:
		return take(attr, &p->queue_depth_bytes,
			    sizeof(p->queue_depth_bytes));
	case PSAMPLE_LATENCY:
		return take(attr, &p->latency_ns, sizeof(p->latency_ns));
	case PSAMPLE_TIMESTAMP:
		return take(attr, &p->time_ns, sizeof(p->time_ns));
	case PSAMPLE_PROTO:
		return take(attr, &p->proto, sizeof(p->proto));
	case PSAMPLE_USER_COOKIE:
		p->cookie = mnl_attr_get_payload(attr);
		p->cookie_len = mnl_attr_get_payload_len(attr);
		return true;
	}
	return true;
}

int psample_parse(const void *attrs, size_t len, struct psample_packet *p)
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->tunnel.side = SFLOW_TUNNEL_INGRESS;
	ret = each(attrs, len, take_attr, p);
	if (ret)
		return ret;
	if (!psample_has(p, SAMPLE_GROUP))
		return -EBADMSG;
	/* both addresses of one family, or none */
	if (p->tunnel.ip.src.type != p->tunnel.ip.dst.type) {
		if (!p->tunnel.ip.src.type)
			p->tunnel.ip.src.type = p->tunnel.ip.dst.type;
		else if (!p->tunnel.ip.dst.type)
			p->tunnel.ip.dst.type = p->tunnel.ip.src.type;
		else
			return -EBADMSG;
	}
	/* of 2^32 - 1; in 64 bits the rounding cannot overflow */
	if (psample_has(p, SAMPLE_PROBABILITY))
		p->rate = p->rate ? (UINT32_MAX + (uint64_t)p->rate / 2) /
				    p->rate : UINT32_MAX;
	else if (!p->rate)
		p->rate = 1;
	return 0;
}

void psample_sequence_restart(struct psample_sequence *s)
{
	s->is_begun = false;
}

static void begin(struct psample_sequence *s, uint32_t number)
{
	s->is_begun = true;
	s->next = number + 1;
	/* those before are not ours to miss */
	s->window = UINT64_MAX;
	s->credit = 0;
}

uint32_t psample_sequence_next(struct psample_sequence *s, uint32_t number)
{
	int32_t ahead = (int32_t)(number - s->next);
	uint32_t gap, used;
	uint64_t bit;

	s->messages++;
	if (!s->is_begun) {
		begin(s, number);
		return 0;
	}
	if (ahead >= 0) {
		gap = ahead;
		s->window = gap + 1 >= WINDOW ? 1 : s->window << (gap + 1) | 1;
		s->next = number + 1;
		s->lost += gap;
		used = gap < s->credit ? gap : s->credit;
		s->credit -= used;
		return gap - used;
	}
	if (ahead < -WINDOW) {
		begin(s, number);
		return 0;
	}
	bit = 1ULL << (-ahead - 1);
	if (s->window & bit) {
		s->duplicates++;
		return 0;
	}
	s->window |= bit;
	s->reordered++;
	s->lost--;
	s->credit++;
	return 0;
}
