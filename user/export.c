// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "export.h"

#include "collector.h"
#include "counters.h"
#include "flow.h"
#include "host.h"
#include "link.h"
#include "nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A record with more hits than a super-packet has frames is damaged. */
#define HITS_MAX	65536
#define HEADER_STEP	16

/* Sequences of one data source; a hash with open addressing. */
struct source {
	uint32_t ifindex;	/* 0: free */
	uint32_t sequence;
	uint32_t discards;	/* have a sequence of their own */
};

struct export {
	struct collectors *to;
	int64_t start_ms;
	uint32_t sequence;
	uint32_t host_sequence;
	unsigned int source_count;
	unsigned int source_room;	/* a power of two */
	struct source *sources;
	struct source none;		/* 0:0, of unknown interfaces */
	struct export_counts counts;
	struct sflow_datagram d;
	/* apart: some collectors lose what comes after them in a datagram */
	struct sflow_datagram discards;
};

struct export *export_open(struct collectors *to, int64_t now_ms)
{
	struct export *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	e->source_room = 64;
	e->sources = calloc(e->source_room, sizeof(*e->sources));
	if (!e->sources) {
		free(e);
		return NULL;
	}
	e->to = to;
	e->start_ms = now_ms;
	e->d.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	e->discards.max_bytes = SFLOW_DATAGRAM_DEFAULT;
	sflow_begin(&e->d);
	sflow_begin(&e->discards);
	return e;
}

void export_close(struct export *e)
{
	if (!e)
		return;
	free(e->sources);
	free(e);
}

const struct export_counts *export_counts(const struct export *e)
{
	return &e->counts;
}

static void flush(struct export *e, struct sflow_datagram *d, int64_t now_ms)
{
	if (sflow_is_empty(d))
		return;
	sflow_finish(d, ++e->sequence, now_ms - e->start_ms);
	collectors_send(e->to, d->bytes, d->len);
	e->counts.datagrams++;
	sflow_begin(d);
}

void export_flush(struct export *e, int64_t now_ms)
{
	flush(e, &e->d, now_ms);
	flush(e, &e->discards, now_ms);
}

static void set_agent(struct sflow_datagram *d, const struct sflow_addr *agent,
		      uint32_t sub_agent_id, uint32_t datagram_bytes)
{
	if (agent)
		d->agent = *agent;
	d->sub_agent_id = sub_agent_id;
	d->max_bytes = datagram_bytes;
	sflow_begin(d);
}

void export_set_agent(struct export *e, const struct sflow_addr *agent,
		      uint32_t sub_agent_id, uint32_t datagram_bytes,
		      int64_t now_ms)
{
	export_flush(e, now_ms);
	set_agent(&e->d, agent, sub_agent_id, datagram_bytes);
	set_agent(&e->discards, agent, sub_agent_id, datagram_bytes);
}

void export_restart_sources(struct export *e)
{
	memset(e->sources, 0, e->source_room * sizeof(*e->sources));
	memset(&e->none, 0, sizeof(e->none));
	e->source_count = 0;
}

static struct source *slot(struct source *sources, unsigned int room,
			   uint32_t ifindex)
{
	unsigned int i = ifindex * 2654435761U & (room - 1);

	while (sources[i].ifindex && sources[i].ifindex != ifindex)
		i = (i + 1) & (room - 1);
	return &sources[i];
}

static bool grow(struct export *e)
{
	unsigned int room = e->source_room * 2, i;
	struct source *sources = calloc(room, sizeof(*sources));

	if (!sources)
		return false;
	for (i = 0; i < e->source_room; i++) {
		if (e->sources[i].ifindex)
			*slot(sources, room, e->sources[i].ifindex) =
				e->sources[i];
	}
	free(e->sources);
	e->sources = sources;
	e->source_room = room;
	return true;
}

/* NULL without memory: sequence 0, which collectors survive. */
static struct source *source_get(struct export *e, uint32_t ifindex)
{
	struct source *s = slot(e->sources, e->source_room, ifindex);

	if (!ifindex)
		return &e->none;
	if (!s->ifindex) {
		if (2 * e->source_count >= e->source_room) {
			if (!grow(e))
				return NULL;
			s = slot(e->sources, e->source_room, ifindex);
		}
		s->ifindex = ifindex;
		e->source_count++;
	}
	return s;
}

/* One agent must not mix the two forms: from the first large one on. */
static void expand(struct export *e, int64_t now_ms)
{
	if (e->d.is_expanded)
		return;
	flush(e, &e->d, now_ms);
	e->d.is_expanded = true;
}

typedef int (*put_fn)(struct sflow_datagram *d,
		      const struct ksflow_record *record, uint32_t sequence,
		      uint32_t header_max);

static bool put_sample(struct export *e, struct sflow_datagram *d, put_fn put,
		       const struct ksflow_record *record, uint32_t sequence,
		       int64_t now_ms)
{
	uint32_t header = record->data_len;

	if (!put(d, record, sequence, header))
		return true;
	flush(e, d, now_ms);
	/* with a small datagramBytes the header gives way */
	while (put(d, record, sequence, header)) {
		if (!header) {
			e->counts.too_big++;
			return false;
		}
		header = header > HEADER_STEP ? header - HEADER_STEP : 0;
	}
	return true;
}

void export_record(struct export *e, const struct ksflow_record *record,
		   int64_t now_ms)
{
	uint32_t hits = record->hits;
	struct source *s;

	if (!record->source)
		return;
	if (flow_needs_expanded(record))
		expand(e, now_ms);
	if (!record->proto)
		e->counts.headless += hits;
	if (hits > HITS_MAX)
		hits = HITS_MAX;
	s = source_get(e, record->source);
	while (hits--)
		e->counts.flow_samples +=
			put_sample(e, &e->d, flow_put, record,
				   s ? ++s->sequence : 0, now_ms);
}

void export_discard(struct export *e, const struct ksflow_record *record,
		    int64_t now_ms)
{
	uint32_t source = record->source == KSFLOW_IFINDEX_LOCAL ?
			  0 : record->source;
	struct source *s = source_get(e, source);

	e->counts.headless += !record->proto;
	e->counts.discard_samples +=
		put_sample(e, &e->discards, flow_put_discard, record,
			   s ? ++s->discards : 0, now_ms);
}

/*
 * The records every decoder knows come first. Where even an empty datagram
 * has no room for all of them, the last ones give way.
 */
static int put_counters(struct export *e, const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			unsigned int records)
{
	struct sflow_source source = { SFLOW_SOURCE_IFINDEX, link->ifindex };

	sflow_counters_begin(&e->d, sequence, source);
	sflow_put_if_counters(&e->d, &c->generic);
	if (records > 3 && c->has_ethernet)
		sflow_put_ethernet(&e->d, &c->ethernet);
	if (records > 2 && c->has_lag)
		sflow_put_lag(&e->d, &c->lag);
	if (records > 0)
		sflow_put_port_name(&e->d, link->name);
	if (records > 1 && c->has_pfc)
		sflow_put_pfc(&e->d, &c->pfc);
	return sflow_sample_end(&e->d);
}

void export_if_counters(struct export *e, const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			int64_t now_ms)
{
	unsigned int records = 4;

	if (link->ifindex >= SFLOW_IFINDEX_COMPACT)
		expand(e, now_ms);
	if (put_counters(e, link, c, sequence, records)) {
		flush(e, &e->d, now_ms);
		while (put_counters(e, link, c, sequence, records)) {
			if (!records--) {
				e->counts.too_big++;
				return;
			}
		}
	}
	e->counts.counter_samples++;
}

#define HOST_INDEX	1	/* of entPhysicalTable; as hsflowd has it */
#define HOST_RECORDS	10
#define HOST_ADAPTERS	1	/* the one that gives way */

static void put_host_record(struct sflow_datagram *d,
			    const struct host_counters *h, unsigned int record,
			    unsigned int adapters)
{
	switch (record) {
	case 0:
		return sflow_put_host_descr(d, &h->descr);
	case HOST_ADAPTERS:
		return sflow_put_host_adapters(d, h->adapters, adapters);
	case 2:
		return sflow_put_host_cpu(d, &h->cpu);
	case 3:
		return sflow_put_host_memory(d, &h->memory);
	case 4:
		return sflow_put_host_disk(d, &h->disk);
	case 5:
		return sflow_put_host_net(d, &h->net);
	case 6:
		return sflow_put_mib2_ip(d, &h->mib2);
	case 7:
		return sflow_put_mib2_icmp(d, &h->mib2);
	case 8:
		return sflow_put_mib2_tcp(d, &h->mib2);
	case 9:
		return sflow_put_mib2_udp(d, &h->mib2);
	}
}

/* Records first...last. */
static int put_host(struct export *e, const struct host_counters *h,
		    unsigned int first, unsigned int last,
		    unsigned int adapters)
{
	struct sflow_source source = { SFLOW_SOURCE_PHYSICAL, HOST_INDEX };
	unsigned int i;
	int ret;

	sflow_counters_begin(&e->d, e->host_sequence + 1, source);
	for (i = first; i <= last; i++)
		put_host_record(&e->d, h, i, adapters);
	ret = sflow_sample_end(&e->d);
	if (!ret) {
		e->host_sequence++;
		e->counts.counter_samples++;
	}
	return ret;
}

void export_host_counters(struct export *e, const struct host_counters *h,
			  int64_t now_ms)
{
	unsigned int adapters = h->adapter_count, i;

	if (!put_host(e, h, 0, HOST_RECORDS - 1, adapters))
		return;
	flush(e, &e->d, now_ms);
	for (;;) {
		if (!put_host(e, h, 0, HOST_RECORDS - 1, adapters))
			return;
		if (!adapters)
			break;
		adapters--;
	}
	/* datagramBytes is small: each for itself */
	for (i = 0; i < HOST_RECORDS; i++) {
		adapters = h->adapter_count;
		while (put_host(e, h, i, i, adapters)) {
			if (!sflow_is_empty(&e->d)) {
				flush(e, &e->d, now_ms);
			} else if (i == HOST_ADAPTERS && adapters) {
				adapters--;
			} else {
				e->counts.too_big++;
				break;
			}
		}
	}
}
