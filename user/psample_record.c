// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "psample_record.h"

#include "links.h"
#include "nl.h"
#include "psample.h"
#include "sflow.h"

#include <linux/if_arp.h>
#include <linux/if_ether.h>

#include <netinet/in.h>
#include <string.h>

#define ETHERTYPE_AT	12
#define TYPE_TUNNEL	131	/* ifType */
#define VNI_BYTES	8	/* VXLAN's header, and Geneve's */
#define UDP_BYTES	8

static uint16_t word_at(const struct psample_packet *p, uint32_t at)
{
	return at + 2 <= p->data_len ? p->data[at] << 8 | p->data[at + 1] : 0;
}

static uint32_t whole(const struct psample_packet *p,
		      const struct links *links, uint32_t ifindex)
{
	return p->is_wide ? ifindex : links_recover(links, ifindex);
}

/* The EtherType behind the tags, where an Ethernet header has it. */
static uint16_t ethertype(const struct psample_packet *p)
{
	uint32_t at = ETHERTYPE_AT;
	uint16_t type = word_at(p, at);

	while (type == ETH_P_8021Q || type == ETH_P_8021AD) {
		at += 4;
		type = word_at(p, at);
	}
	return type;
}

/* What a packet is that begins with its network header. */
static uint32_t network_proto(const struct psample_packet *p)
{
	switch (psample_has(p, PROTO) ? p->proto : 0) {
	case ETH_P_IP:
		return SFLOW_HEADER_IP4;
	case ETH_P_IPV6:
		return SFLOW_HEADER_IP6;
	case ETH_P_MPLS_UC:
	case ETH_P_MPLS_MC:
		return SFLOW_HEADER_MPLS;
	case 0:
		break;
	default:
		return 0;
	}
	switch (p->data_len ? p->data[0] >> 4 : 0) {
	case 4:
		return SFLOW_HEADER_IP4;
	case 6:
		return SFLOW_HEADER_IP6;
	}
	return 0;
}

/*
 * The protocol is that of the packet, whether there is a link header before it
 * or not; that is for the interface to say, or, where it is gone, the bytes.
 */
static uint32_t header_proto(const struct psample_packet *p,
			     const struct links_port *port)
{
	uint32_t proto;

	if (port)
		return port->arphrd == ARPHRD_ETHER ||
		       port->arphrd == ARPHRD_LOOPBACK ?
		       SFLOW_HEADER_ETHERNET : network_proto(p);
	if (!psample_has(p, PROTO) || ethertype(p) == p->proto)
		return SFLOW_HEADER_ETHERNET;
	proto = network_proto(p);
	if ((proto == SFLOW_HEADER_IP4 && p->data_len &&
	     p->data[0] >> 4 == 4) ||
	    (proto == SFLOW_HEADER_IP6 && p->data_len &&
	     p->data[0] >> 4 == 6))
		return proto;
	return SFLOW_HEADER_ETHERNET;
}

static void set_interfaces(const struct psample_packet *p,
			   const struct links *links, uint8_t dir,
			   struct ksflow_record *r)
{
	if (psample_has(p, IIFINDEX)) {
		r->in = whole(p, links, p->in);
		ksflow_set(r, RECORD_IN);
	} else if (dir == KSFLOW_DIR_EGRESS) {
		/* it came in nowhere */
		r->in = KSFLOW_IFINDEX_LOCAL;
		ksflow_set(r, RECORD_IN);
	}
	if (psample_has(p, OIFINDEX)) {
		r->out = whole(p, links, p->out);
		ksflow_set(r, RECORD_OUT);
	}
	if (dir == KSFLOW_DIR_EGRESS && r->out)
		r->source = r->out;
	else if (r->in && r->in != KSFLOW_IFINDEX_LOCAL)
		r->source = r->in;
	else
		r->source = r->out;
	if (r->source)
		ksflow_set(r, RECORD_SOURCE);
	if (dir) {
		r->dir = dir;
		ksflow_set(r, RECORD_DIR);
	}
}

static void set_queue(const struct psample_packet *p, struct ksflow_record *r)
{
	if (psample_has(p, OUT_TC)) {
		r->queue = p->queue;
		ksflow_set(r, RECORD_QUEUE);
	}
	if (psample_has(p, OUT_TC_OCC)) {
		r->queue_depth_bytes = p->queue_depth_bytes > UINT32_MAX ?
				       UINT32_MAX : p->queue_depth_bytes;
		ksflow_set(r, RECORD_QUEUE_DEPTH);
	}
	if (psample_has(p, LATENCY)) {
		r->delay_ns = p->latency_ns;
		ksflow_set(r, RECORD_DELAY);
	}
}

/*
 * What psample tells is either what was removed or what an action has set to be
 * put around it: the latter on its way out through a tunnel's device.
 */
static void set_tunnel(struct psample_packet *p, const struct links_port *port,
		       uint8_t dir, struct ksflow_record *r)
{
	struct flow_tunnel *t = &p->tunnel;

	if (dir == KSFLOW_DIR_EGRESS && port && port->type == TYPE_TUNNEL)
		t->side = SFLOW_TUNNEL_EGRESS;
	/* exact for VXLAN, and for Geneve without options */
	if (t->ip.protocol == IPPROTO_UDP && t->has_vni)
		t->ip.length = p->len_bytes + VNI_BYTES + UDP_BYTES +
			       (t->ip.src.type == SFLOW_ADDR_IP6 ? 40 : 20);
	r->tunnel = t;
}

void psample_record(struct psample_packet *p, const struct links *links,
		    uint8_t dir, uint32_t header_max, struct ksflow_record *r)
{
	const struct links_port *port;

	memset(r, 0, sizeof(*r));
	r->hits = 1;
	r->segs = 1;
	set_interfaces(p, links, dir, r);
	r->rate = p->rate;
	ksflow_set(r, RECORD_RATE);
	r->len_bytes = p->len_bytes;
	ksflow_set(r, RECORD_LEN);
	port = links_get(links, r->source);
	if (psample_has(p, DATA)) {
		r->proto = header_proto(p, port);
		r->data = p->data;
		r->data_len = p->data_len < header_max ? p->data_len :
							 header_max;
		if (r->len_bytes < r->data_len)
			r->len_bytes = r->data_len;
		ksflow_set(r, RECORD_PROTO);
		ksflow_set(r, RECORD_DATA);
	}
	set_queue(p, r);
	if (psample_has(p, TIMESTAMP)) {
		r->time_ns = p->time_ns;
		ksflow_set(r, RECORD_TIME);
	}
	if (psample_has(p, TUNNEL))
		set_tunnel(p, port, dir, r);
}
