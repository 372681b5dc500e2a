// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Counter records, in the order of their format numbers. */
#include "sflow.h"

#include <string.h>

/*
 * Never append to a standard record: the specification allows it, but
 * decoders give up on the datagram.
 */
enum {
	COUNTERS_IF = 1,
	COUNTERS_ETHERNET = 2,
	COUNTERS_LAG = 7,
	COUNTERS_SFP = 10,
	COUNTERS_PFC = 11,
	COUNTERS_PORT_NAME = 1005,
	COUNTERS_HOST_DESCR = 2000,
	COUNTERS_HOST_ADAPTERS = 2001,
	COUNTERS_HOST_PARENT = 2002,
	COUNTERS_HOST_CPU = 2003,
	COUNTERS_HOST_MEMORY = 2004,
	COUNTERS_HOST_DISK = 2005,
	COUNTERS_HOST_NET = 2006,
	COUNTERS_MIB2_IP = 2007,
	COUNTERS_MIB2_ICMP = 2008,
	COUNTERS_MIB2_TCP = 2009,
	COUNTERS_MIB2_UDP = 2010,
};

#define PORT_NAME_MAX	255
#define HOSTNAME_MAX	64
#define OS_RELEASE_MAX	32

void sflow_if_counters_init(struct sflow_if_counters *c)
{
	memset(c, 0xff, sizeof(*c));
	c->direction = SFLOW_IF_UNKNOWN;
	c->status = 0;
}

void sflow_put_if_counters(struct sflow_datagram *d,
			   const struct sflow_if_counters *c)
{
	sflow_record_begin(d, COUNTERS_IF);
	sflow_u32(d, c->ifindex);
	sflow_u32(d, c->type);
	sflow_u64(d, c->speed_bps);
	sflow_u32(d, c->direction);
	sflow_u32(d, c->status);
	sflow_u64(d, c->in_octets);
	sflow_u32(d, c->in_ucast);
	sflow_u32(d, c->in_multicast);
	sflow_u32(d, c->in_broadcast);
	sflow_u32(d, c->in_discards);
	sflow_u32(d, c->in_errors);
	sflow_u32(d, c->in_unknown_protos);
	sflow_u64(d, c->out_octets);
	sflow_u32(d, c->out_ucast);
	sflow_u32(d, c->out_multicast);
	sflow_u32(d, c->out_broadcast);
	sflow_u32(d, c->out_discards);
	sflow_u32(d, c->out_errors);
	sflow_u32(d, c->promiscuous);
	sflow_record_end(d);
}

void sflow_put_ethernet(struct sflow_datagram *d,
			const struct sflow_ethernet *e)
{
	sflow_record_begin(d, COUNTERS_ETHERNET);
	sflow_u32(d, e->alignment_errors);
	sflow_u32(d, e->fcs_errors);
	sflow_u32(d, e->single_collisions);
	sflow_u32(d, e->multiple_collisions);
	sflow_u32(d, e->sqe_errors);
	sflow_u32(d, e->deferred);
	sflow_u32(d, e->late_collisions);
	sflow_u32(d, e->excessive_collisions);
	sflow_u32(d, e->mac_transmit_errors);
	sflow_u32(d, e->carrier_errors);
	sflow_u32(d, e->too_long);
	sflow_u32(d, e->mac_receive_errors);
	sflow_u32(d, e->symbol_errors);
	sflow_record_end(d);
}

void sflow_put_lag(struct sflow_datagram *d, const struct sflow_lag *l)
{
	const uint8_t states[4] = {
		l->actor_admin, l->actor_oper, l->partner_admin,
		l->partner_oper,
	};

	sflow_record_begin(d, COUNTERS_LAG);
	sflow_fixed(d, l->actor_mac, sizeof(l->actor_mac));
	sflow_fixed(d, l->partner_mac, sizeof(l->partner_mac));
	sflow_u32(d, l->aggregate);
	sflow_fixed(d, states, sizeof(states));
	sflow_u32(d, l->lacpdus_rx);
	sflow_u32(d, l->markers_rx);
	sflow_u32(d, l->marker_responses_rx);
	sflow_u32(d, l->unknown_rx);
	sflow_u32(d, l->illegal_rx);
	sflow_u32(d, l->lacpdus_tx);
	sflow_u32(d, l->markers_tx);
	sflow_u32(d, l->marker_responses_tx);
	sflow_record_end(d);
}

static void put_lane(struct sflow_datagram *d, const struct sflow_lane *lane)
{
	sflow_u32(d, lane->index);
	sflow_u32(d, lane->bias_ua);
	sflow_u32(d, lane->tx_uw);
	sflow_u32(d, lane->tx_min_uw);
	sflow_u32(d, lane->tx_max_uw);
	sflow_u32(d, lane->tx_nm);
	sflow_u32(d, lane->rx_uw);
	sflow_u32(d, lane->rx_min_uw);
	sflow_u32(d, lane->rx_max_uw);
	sflow_u32(d, lane->rx_nm);
}

void sflow_put_optics(struct sflow_datagram *d, const struct sflow_optics *o)
{
	uint32_t i;

	sflow_record_begin(d, COUNTERS_SFP);
	sflow_u32(d, o->module);
	sflow_u32(d, o->lane_total);
	sflow_u32(d, o->voltage_mv);
	sflow_u32(d, o->temperature_mc);
	sflow_u32(d, o->lane_count);
	for (i = 0; i < o->lane_count; i++)
		put_lane(d, &o->lanes[i]);
	sflow_record_end(d);
}

void sflow_put_pfc(struct sflow_datagram *d, const struct sflow_pfc *p)
{
	sflow_record_begin(d, COUNTERS_PFC);
	sflow_u32(d, p->requests);
	sflow_u32(d, p->indications);
	sflow_u32(d, p->pause_us);
	sflow_u32(d, p->storms_detected);
	sflow_u32(d, p->storms_restored);
	sflow_record_end(d);
}

void sflow_put_port_name(struct sflow_datagram *d, const char *name)
{
	sflow_record_begin(d, COUNTERS_PORT_NAME);
	sflow_string(d, name, PORT_NAME_MAX);
	sflow_record_end(d);
}

void sflow_put_host_descr(struct sflow_datagram *d,
			  const struct sflow_host_descr *h)
{
	sflow_record_begin(d, COUNTERS_HOST_DESCR);
	sflow_string(d, h->hostname, HOSTNAME_MAX);
	sflow_fixed(d, h->uuid, sizeof(h->uuid));
	sflow_u32(d, h->machine_type);
	sflow_u32(d, h->os_name);
	sflow_string(d, h->os_release, OS_RELEASE_MAX);
	sflow_record_end(d);
}

void sflow_put_host_adapters(struct sflow_datagram *d,
			     const struct sflow_adapter *adapters,
			     uint32_t count)
{
	uint32_t i, m;

	sflow_record_begin(d, COUNTERS_HOST_ADAPTERS);
	sflow_u32(d, count);
	for (i = 0; i < count; i++) {
		sflow_u32(d, adapters[i].ifindex);
		sflow_u32(d, adapters[i].mac_count);
		for (m = 0; m < adapters[i].mac_count; m++)
			sflow_fixed(d, adapters[i].macs[m], 6);
	}
	sflow_record_end(d);
}

void sflow_put_host_parent(struct sflow_datagram *d, uint32_t type,
			   uint32_t index)
{
	sflow_record_begin(d, COUNTERS_HOST_PARENT);
	sflow_u32(d, type);
	sflow_u32(d, index);
	sflow_record_end(d);
}

/* The form of 80 bytes, with the three times added in 2014. */
void sflow_put_host_cpu(struct sflow_datagram *d,
			const struct sflow_host_cpu *c)
{
	sflow_record_begin(d, COUNTERS_HOST_CPU);
	sflow_f32(d, c->load_one);
	sflow_f32(d, c->load_five);
	sflow_f32(d, c->load_fifteen);
	sflow_u32(d, c->proc_run);
	sflow_u32(d, c->proc_total);
	sflow_u32(d, c->cpu_num);
	sflow_u32(d, c->cpu_mhz);
	sflow_u32(d, c->uptime_s);
	sflow_u32(d, c->user_ms);
	sflow_u32(d, c->nice_ms);
	sflow_u32(d, c->system_ms);
	sflow_u32(d, c->idle_ms);
	sflow_u32(d, c->wio_ms);
	sflow_u32(d, c->intr_ms);
	sflow_u32(d, c->sintr_ms);
	sflow_u32(d, c->interrupts);
	sflow_u32(d, c->contexts);
	sflow_u32(d, c->steal_ms);
	sflow_u32(d, c->guest_ms);
	sflow_u32(d, c->guest_nice_ms);
	sflow_record_end(d);
}

void sflow_put_host_memory(struct sflow_datagram *d,
			   const struct sflow_host_memory *m)
{
	sflow_record_begin(d, COUNTERS_HOST_MEMORY);
	sflow_u64(d, m->total);
	sflow_u64(d, m->free);
	sflow_u64(d, m->shared);
	sflow_u64(d, m->buffers);
	sflow_u64(d, m->cached);
	sflow_u64(d, m->swap_total);
	sflow_u64(d, m->swap_free);
	sflow_u32(d, m->page_in);
	sflow_u32(d, m->page_out);
	sflow_u32(d, m->swap_in);
	sflow_u32(d, m->swap_out);
	sflow_record_end(d);
}

void sflow_put_host_disk(struct sflow_datagram *d,
			 const struct sflow_host_disk *k)
{
	sflow_record_begin(d, COUNTERS_HOST_DISK);
	sflow_u64(d, k->total);
	sflow_u64(d, k->free);
	sflow_u32(d, k->part_max_used);
	sflow_u32(d, k->reads);
	sflow_u64(d, k->bytes_read);
	sflow_u32(d, k->read_ms);
	sflow_u32(d, k->writes);
	sflow_u64(d, k->bytes_written);
	sflow_u32(d, k->write_ms);
	sflow_record_end(d);
}

void sflow_put_host_net(struct sflow_datagram *d,
			const struct sflow_host_net *n)
{
	sflow_record_begin(d, COUNTERS_HOST_NET);
	sflow_u64(d, n->bytes_in);
	sflow_u32(d, n->packets_in);
	sflow_u32(d, n->errors_in);
	sflow_u32(d, n->drops_in);
	sflow_u64(d, n->bytes_out);
	sflow_u32(d, n->packets_out);
	sflow_u32(d, n->errors_out);
	sflow_u32(d, n->drops_out);
	sflow_record_end(d);
}

static void put_words(struct sflow_datagram *d, uint32_t format,
		      const uint32_t *words, unsigned int count)
{
	unsigned int i;

	sflow_record_begin(d, format);
	for (i = 0; i < count; i++)
		sflow_u32(d, words[i]);
	sflow_record_end(d);
}

void sflow_put_mib2_ip(struct sflow_datagram *d, const struct sflow_mib2 *m)
{
	put_words(d, COUNTERS_MIB2_IP, m->ip, SFLOW_MIB2_IP);
}

void sflow_put_mib2_icmp(struct sflow_datagram *d, const struct sflow_mib2 *m)
{
	put_words(d, COUNTERS_MIB2_ICMP, m->icmp, SFLOW_MIB2_ICMP);
}

void sflow_put_mib2_tcp(struct sflow_datagram *d, const struct sflow_mib2 *m)
{
	put_words(d, COUNTERS_MIB2_TCP, m->tcp, SFLOW_MIB2_TCP);
}

void sflow_put_mib2_udp(struct sflow_datagram *d, const struct sflow_mib2 *m)
{
	put_words(d, COUNTERS_MIB2_UDP, m->udp, SFLOW_MIB2_UDP);
}
