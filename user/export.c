// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "export.h"

#include "collector.h"
#include "flow.h"
#include "link.h"
#include "nl.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A record with more hits than a super-packet has frames is damaged. */
#define HITS_MAX	65536
#define HEADER_STEP	16

/* Sequence of one data source; a hash with open addressing. */
struct source {
	uint32_t ifindex;	/* 0: free */
	uint32_t sequence;
};

struct export {
	struct collectors *to;
	int64_t start_ms;
	uint32_t sequence;
	unsigned int source_count;
	unsigned int source_room;	/* a power of two */
	struct source *sources;
	struct export_counts counts;
	struct sflow_datagram d;
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
	sflow_begin(&e->d);
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

void export_flush(struct export *e, int64_t now_ms)
{
	if (sflow_is_empty(&e->d))
		return;
	sflow_finish(&e->d, ++e->sequence, now_ms - e->start_ms);
	collectors_send(e->to, e->d.bytes, e->d.len);
	e->counts.datagrams++;
	sflow_begin(&e->d);
}

void export_set_agent(struct export *e, const struct sflow_addr *agent,
		      uint32_t sub_agent_id, uint32_t datagram_bytes,
		      int64_t now_ms)
{
	export_flush(e, now_ms);
	if (agent)
		e->d.agent = *agent;
	e->d.sub_agent_id = sub_agent_id;
	e->d.max_bytes = datagram_bytes;
	sflow_begin(&e->d);
}

void export_restart_sources(struct export *e)
{
	memset(e->sources, 0, e->source_room * sizeof(*e->sources));
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

/* Sequence of the next sample; 0 without memory, which collectors survive. */
static uint32_t next_sequence(struct export *e, uint32_t ifindex)
{
	struct source *s = slot(e->sources, e->source_room, ifindex);

	if (!s->ifindex) {
		if (2 * e->source_count >= e->source_room) {
			if (!grow(e))
				return 0;
			s = slot(e->sources, e->source_room, ifindex);
		}
		s->ifindex = ifindex;
		e->source_count++;
	}
	return ++s->sequence;
}

/* One agent must not mix the two forms: from the first large one on. */
static void expand(struct export *e, int64_t now_ms)
{
	if (e->d.is_expanded)
		return;
	export_flush(e, now_ms);
	e->d.is_expanded = true;
}

static void put_sample(struct export *e, const struct ksflow_record *record,
		       int64_t now_ms)
{
	uint32_t sequence = next_sequence(e, record->source);
	uint32_t header = record->data_len;

	if (!flow_put(&e->d, record, sequence, header))
		goto done;
	export_flush(e, now_ms);
	/* with a small datagramBytes the header gives way */
	while (flow_put(&e->d, record, sequence, header)) {
		if (!header) {
			e->counts.too_big++;
			return;
		}
		header = header > HEADER_STEP ? header - HEADER_STEP : 0;
	}
done:
	e->counts.flow_samples++;
}

void export_record(struct export *e, const struct ksflow_record *record,
		   int64_t now_ms)
{
	uint32_t hits = record->hits;

	if (!record->source)
		return;
	if (flow_needs_expanded(record))
		expand(e, now_ms);
	if (!record->proto)
		e->counts.headless += hits;
	if (hits > HITS_MAX)
		hits = HITS_MAX;
	while (hits--)
		put_sample(e, record, now_ms);
}

static int put_counters(struct export *e, const struct link *link,
			const struct sflow_if_counters *c, uint32_t sequence)
{
	struct sflow_source source = { SFLOW_SOURCE_IFINDEX, link->ifindex };

	sflow_counters_begin(&e->d, sequence, source);
	sflow_put_if_counters(&e->d, c);
	sflow_put_port_name(&e->d, link->name);
	return sflow_sample_end(&e->d);
}

void export_if_counters(struct export *e, const struct link *link,
			const struct sflow_if_counters *c, uint32_t sequence,
			int64_t now_ms)
{
	if (link->ifindex >= SFLOW_IFINDEX_COMPACT)
		expand(e, now_ms);
	if (put_counters(e, link, c, sequence)) {
		export_flush(e, now_ms);
		if (put_counters(e, link, c, sequence)) {
			e->counts.too_big++;
			return;
		}
	}
	e->counts.counter_samples++;
}
