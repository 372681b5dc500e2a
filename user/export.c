// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "export.h"

#include "collector.h"
#include "conf.h"
#include "counters.h"
#include "flow.h"
#include "host.h"
#include "iftable.h"
#include "link.h"
#include "nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A record with more hits than a super-packet has frames is damaged. */
#define HITS_MAX	65536
#define HEADER_STEP	16

/* Sequences of one data source. */
struct source {
	uint32_t ifindex;
	uint32_t sequence;
	uint32_t discards;	/* have a sequence of their own */
};

/* What goes to the collectors of one profile. */
struct stream {
	struct sflow_profile profile;
	uint32_t sequence;
	uint32_t host_sequence;
	struct sflow_datagram d;
	/* apart: some collectors lose what comes after them in a datagram */
	struct sflow_datagram discards;
};

struct export {
	struct collectors *to;
	int64_t start_ms;
	struct iftable sources;
	struct source none;		/* 0:0, of unknown interfaces */
	struct export_counts counts;
	/* as set last, for streams to come */
	struct sflow_addr agent;
	uint32_t sub_agent_id;
	uint32_t datagram_bytes;
	bool is_expanded;
	unsigned int stream_count;
	struct stream *streams[CONF_COLLECTORS_MAX];
};

static void begin(struct export *e, struct sflow_datagram *d)
{
	d->agent = e->agent;
	d->sub_agent_id = e->sub_agent_id;
	d->max_bytes = e->datagram_bytes;
	sflow_begin(d);
}

static struct stream *stream_open(struct export *e,
				  const struct sflow_profile *profile)
{
	struct stream *stream = calloc(1, sizeof(*stream));

	if (!stream)
		return NULL;
	stream->profile = *profile;
	stream->d.profile = *profile;
	stream->discards.profile = *profile;
	stream->d.is_expanded = e->is_expanded;
	begin(e, &stream->d);
	begin(e, &stream->discards);
	return stream;
}

struct export *export_open(struct collectors *to, int64_t now_ms)
{
	static const struct sflow_profile all;
	struct export *e = calloc(1, sizeof(*e));

	if (!e)
		return NULL;
	if (!iftable_open(&e->sources, sizeof(struct source))) {
		free(e);
		return NULL;
	}
	e->to = to;
	e->start_ms = now_ms;
	e->datagram_bytes = SFLOW_DATAGRAM_DEFAULT;
	e->streams[0] = stream_open(e, &all);
	if (!e->streams[0]) {
		export_close(e);
		return NULL;
	}
	e->stream_count = 1;
	return e;
}

void export_close(struct export *e)
{
	if (!e)
		return;
	while (e->stream_count)
		free(e->streams[--e->stream_count]);
	iftable_close(&e->sources);
	free(e);
}

const struct export_counts *export_counts(const struct export *e)
{
	return &e->counts;
}

static void flush(struct export *e, struct stream *stream,
		  struct sflow_datagram *d, int64_t now_ms)
{
	if (sflow_is_empty(d))
		return;
	sflow_finish(d, ++stream->sequence, now_ms - e->start_ms);
	collectors_send(e->to, &stream->profile, d->bytes, d->len, now_ms);
	e->counts.datagrams++;
	sflow_begin(d);
}

void export_flush(struct export *e, int64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < e->stream_count; i++) {
		struct stream *stream = e->streams[i];

		flush(e, stream, &stream->d, now_ms);
		flush(e, stream, &stream->discards, now_ms);
	}
}

/* The stream goes from *streams, if it is there. */
static struct stream *take(struct stream **streams, unsigned int count,
			   const struct sflow_profile *profile)
{
	struct stream *stream;
	unsigned int i;

	for (i = 0; i < count; i++) {
		stream = streams[i];
		if (!stream ||
		    memcmp(&stream->profile, profile, sizeof(*profile)))
			continue;
		streams[i] = NULL;
		return stream;
	}
	return NULL;
}

static bool is_there(struct stream **streams, unsigned int count,
		     const struct sflow_profile *profile)
{
	unsigned int i;

	for (i = 0; i < count; i++) {
		if (!memcmp(&streams[i]->profile, profile, sizeof(*profile)))
			return true;
	}
	return false;
}

void export_set_profiles(struct export *e, const struct conf *conf,
			 int64_t now_ms)
{
	struct stream *streams[CONF_COLLECTORS_MAX], *stream;
	unsigned int i, count = 0;

	export_flush(e, now_ms);
	for (i = 0; i < conf->collector_count; i++) {
		const struct sflow_profile *profile =
			&conf->collectors[i].profile;

		if (is_there(streams, count, profile))
			continue;
		stream = take(e->streams, e->stream_count, profile);
		if (!stream)
			stream = stream_open(e, profile);
		if (stream)
			streams[count++] = stream;
	}
	for (i = 0; i < e->stream_count; i++)
		free(e->streams[i]);
	memcpy(e->streams, streams, count * sizeof(streams[0]));
	e->stream_count = count;
}

void export_set_agent(struct export *e, const struct sflow_addr *agent,
		      uint32_t sub_agent_id, uint32_t datagram_bytes,
		      int64_t now_ms)
{
	unsigned int i;

	export_flush(e, now_ms);
	if (agent)
		e->agent = *agent;
	e->sub_agent_id = sub_agent_id;
	e->datagram_bytes = datagram_bytes;
	for (i = 0; i < e->stream_count; i++) {
		begin(e, &e->streams[i]->d);
		begin(e, &e->streams[i]->discards);
	}
}

void export_restart_sources(struct export *e,
			    bool (*is_kept)(uint32_t ifindex, void *arg),
			    void *arg)
{
	iftable_sweep(&e->sources, is_kept, arg);
	if (!is_kept(0, arg))
		memset(&e->none, 0, sizeof(e->none));
}

void export_sweep_sources(struct export *e,
			  bool (*is_kept)(uint32_t ifindex, void *arg),
			  void *arg)
{
	iftable_sweep(&e->sources, is_kept, arg);
}

/* NULL without memory: sequence 0, which collectors survive. */
static struct source *source_get(struct export *e, uint32_t ifindex)
{
	return ifindex ? iftable_get(&e->sources, ifindex) : &e->none;
}

/* One agent must not mix the two forms: from the first large one on. */
static void expand(struct export *e, int64_t now_ms)
{
	unsigned int i;

	if (e->is_expanded)
		return;
	e->is_expanded = true;
	for (i = 0; i < e->stream_count; i++) {
		flush(e, e->streams[i], &e->streams[i]->d, now_ms);
		e->streams[i]->d.is_expanded = true;
	}
}

typedef int (*put_fn)(struct sflow_datagram *d,
		      const struct ksflow_record *record, uint32_t sequence,
		      uint32_t header_max);

static bool put_sample(struct export *e, struct stream *stream,
		       struct sflow_datagram *d, put_fn put,
		       const struct ksflow_record *record, uint32_t sequence,
		       int64_t now_ms)
{
	uint32_t header = record->data_len;

	if (!put(d, record, sequence, header))
		return true;
	flush(e, stream, d, now_ms);
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

/* The same sample, with the same number, to each stream. */
static bool put_flow(struct export *e, const struct ksflow_record *record,
		     uint32_t sequence, int64_t now_ms)
{
	bool is_put = false;
	unsigned int i;

	for (i = 0; i < e->stream_count; i++)
		is_put |= put_sample(e, e->streams[i], &e->streams[i]->d,
				     flow_put, record, sequence, now_ms);
	return is_put;
}

void export_record(struct export *e, const struct ksflow_record *record,
		   int64_t now_ms)
{
	uint32_t hits = record->hits;
	struct source *s;

	if (flow_needs_expanded(record))
		expand(e, now_ms);
	if (!record->proto)
		e->counts.headless += hits;
	if (hits > HITS_MAX)
		hits = HITS_MAX;
	s = source_get(e, record->source);
	while (hits--)
		e->counts.flow_samples +=
			put_flow(e, record, s ? ++s->sequence : 0, now_ms);
}

void export_discard(struct export *e, const struct ksflow_record *record,
		    int64_t now_ms)
{
	uint32_t source = record->source == KSFLOW_IFINDEX_LOCAL ?
			  0 : record->source;
	struct source *s = source_get(e, source);
	uint32_t sequence = s ? ++s->discards : 0;
	bool is_put = false;
	unsigned int i;

	e->counts.headless += !record->proto;
	for (i = 0; i < e->stream_count; i++) {
		struct stream *stream = e->streams[i];

		if (!stream->profile.has_no_drops)
			is_put |= put_sample(e, stream, &stream->discards,
					     flow_put_discard, record,
					     sequence, now_ms);
	}
	e->counts.discard_samples += is_put;
}

/*
 * The records every decoder knows come first. Where even an empty datagram
 * has no room for all of them, the last ones give way.
 */
static int put_counters(struct sflow_datagram *d, const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			unsigned int records)
{
	struct sflow_source source = { SFLOW_SOURCE_IFINDEX, link->ifindex };

	sflow_counters_begin(d, sequence, source);
	sflow_put_if_counters(d, &c->generic);
	if (records > 3 && c->has_ethernet)
		sflow_put_ethernet(d, &c->ethernet);
	if (records > 2 && c->has_lag)
		sflow_put_lag(d, &c->lag);
	if (records > 0)
		sflow_put_port_name(d, link->name);
	if (records > 4 && c->has_optics)
		sflow_put_optics(d, &c->optics);
	if (records > 1 && c->has_pfc)
		sflow_put_pfc(d, &c->pfc);
	return sflow_sample_end(d);
}

static bool put_if(struct export *e, struct stream *stream,
		   const struct link *link, const struct counters_port *c,
		   uint32_t sequence, int64_t now_ms)
{
	struct sflow_datagram *d = &stream->d;
	unsigned int records = 5;

	if (!put_counters(d, link, c, sequence, records))
		return true;
	flush(e, stream, d, now_ms);
	while (put_counters(d, link, c, sequence, records)) {
		if (!records--) {
			e->counts.too_big++;
			return false;
		}
	}
	return true;
}

void export_if_counters(struct export *e, const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			int64_t now_ms)
{
	bool is_put = false;
	unsigned int i;

	if (link->ifindex >= SFLOW_IFINDEX_COMPACT)
		expand(e, now_ms);
	for (i = 0; i < e->stream_count; i++)
		is_put |= put_if(e, e->streams[i], link, c, sequence, now_ms);
	e->counts.counter_samples += is_put;
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
static int put_host(struct stream *stream, const struct host_counters *h,
		    unsigned int first, unsigned int last,
		    unsigned int adapters)
{
	struct sflow_source source = { SFLOW_SOURCE_PHYSICAL, HOST_INDEX };
	unsigned int i;
	int ret;

	sflow_counters_begin(&stream->d, stream->host_sequence + 1, source);
	for (i = first; i <= last; i++)
		put_host_record(&stream->d, h, i, adapters);
	ret = sflow_sample_end(&stream->d);
	if (!ret)
		stream->host_sequence++;
	return ret;
}

static void put_host_samples(struct export *e, struct stream *stream,
			     const struct host_counters *h, int64_t now_ms)
{
	unsigned int adapters = h->adapter_count, i;

	if (!put_host(stream, h, 0, HOST_RECORDS - 1, adapters))
		return;
	flush(e, stream, &stream->d, now_ms);
	for (;;) {
		if (!put_host(stream, h, 0, HOST_RECORDS - 1, adapters))
			return;
		if (!adapters)
			break;
		adapters--;
	}
	/* datagramBytes is small: each for itself */
	for (i = 0; i < HOST_RECORDS; i++) {
		adapters = h->adapter_count;
		while (put_host(stream, h, i, i, adapters)) {
			if (!sflow_is_empty(&stream->d)) {
				flush(e, stream, &stream->d, now_ms);
			} else if (i == HOST_ADAPTERS && adapters) {
				adapters--;
			} else {
				e->counts.too_big++;
				break;
			}
		}
	}
}

void export_host_counters(struct export *e, const struct host_counters *h,
			  int64_t now_ms)
{
	unsigned int i;

	for (i = 0; i < e->stream_count; i++) {
		/* none of them is basic */
		if (e->streams[i]->profile.records != SFLOW_RECORDS_BASIC)
			put_host_samples(e, e->streams[i], h, now_ms);
	}
	e->counts.counter_samples++;
}
