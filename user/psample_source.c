// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "psample_source.h"

#include "conf.h"
#include "iftable.h"
#include "links.h"
#include "log.h"
#include "nl.h"
#include "psample_record.h"
#include "rates.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#define RETRY_MS	10000
#define RCVBUF_BYTES	(8 << 20)
/* Messages read before signals and timers get their turn. */
#define BURST		256
#define HEADER_DEFAULT	128
#define NOTHING_SAID	1
#define GROUPS_MAX	(2 * CONF_PSAMPLE_MAX)

struct group {
	uint32_t number;
	uint8_t dir;
	bool is_refused;
	struct psample_sequence sequence;
	uint64_t exported;
	uint64_t thinned;
	uint64_t nowhere;
};

/* A data source of sFlow; hash with open addressing. */
struct source {
	uint32_t ifindex;
	uint64_t pool;
	uint64_t drops;
	uint64_t drops_rest;	/* of drops: in samples of psample's rate */
	uint32_t generation;	/* of the rate; 0: not asked for yet */
	uint32_t rate;		/* wanted; 0: whatever psample's is */
};

struct psample_source {
	const struct links *links;
	struct rates *rates;
	psample_emit emit;
	void *arg;
	struct psample_handler handler;
	struct psample_nl *nl;
	int64_t next_ms;
	int said;		/* errno of the problem said last */
	uint64_t random;
	uint32_t header_bytes;
	uint32_t own;			/* the module's group; 0: none */
	unsigned int group_count;
	struct group groups[GROUPS_MAX];
	struct iftable sources;
	struct source none;		/* of interfaces not known */
};

static void on_packet(struct psample_packet *p, void *arg)
{
	psample_source_packet(arg, p);
}

static struct group *find(struct psample_source *s, uint32_t number)
{
	unsigned int i;

	for (i = 0; i < s->group_count; i++) {
		if (s->groups[i].number == number)
			return &s->groups[i];
	}
	return NULL;
}

static void on_restarted(uint32_t number, void *arg)
{
	struct group *group = find(arg, number);

	if (group)
		psample_sequence_restart(&group->sequence);
}

struct psample_source *psample_source_open(const struct links *links,
					   struct rates *rates,
					   psample_emit emit, void *arg)
{
	struct psample_source *s = calloc(1, sizeof(*s));

	if (!s)
		return NULL;
	s->links = links;
	s->rates = rates;
	s->emit = emit;
	s->arg = arg;
	s->header_bytes = HEADER_DEFAULT;
	s->said = NOTHING_SAID;
	s->handler.packet = on_packet;
	s->handler.restarted = on_restarted;
	s->handler.arg = s;
	if (getrandom(&s->random, sizeof(s->random), GRND_NONBLOCK) < 0)
		s->random = 0;
	s->random |= 1;		/* xorshift has no way out of 0 */
	s->nl = psample_nl_open(&s->handler);
	if (!iftable_open(&s->sources, sizeof(struct source)) || !s->nl) {
		psample_source_close(s);
		return NULL;
	}
	psample_nl_set_rcvbuf(s->nl, RCVBUF_BYTES);
	return s;
}

void psample_source_close(struct psample_source *s)
{
	if (!s)
		return;
	psample_nl_close(s->nl);
	iftable_close(&s->sources);
	free(s);
}

int psample_source_fd(const struct psample_source *s)
{
	return psample_nl_fd(s->nl);
}

/* What the module hands us already would come again. */
static void refuse(struct psample_source *s)
{
	uint32_t own = s->own;
	unsigned int i;

	for (i = 0; i < s->group_count; i++) {
		struct group *group = &s->groups[i];
		/* ingress and egress, as we read them */
		bool is_own = own && (group->number == own ||
				      group->number == own + 1);

		if (is_own && !group->is_refused)
			log_error("psample group %" PRIu32 " is not read: module ksflow publishes its own samples there (psample_group=%" PRIu32 "), which would count twice",
				  group->number, own);
		if (group->is_refused && !is_own) {
			log_info("psample group %" PRIu32 " is read again: module ksflow does not publish there any more",
				 group->number);
			/* what came meanwhile was not lost */
			psample_sequence_restart(&group->sequence);
		}
		group->is_refused = is_own;
	}
}

void psample_source_refuse(struct psample_source *s, uint32_t group)
{
	s->own = group;
	refuse(s);
}

static void add_group(struct psample_source *s, const struct group *before,
		      unsigned int before_count, uint32_t number, uint8_t dir)
{
	struct group *group = &s->groups[s->group_count++];
	unsigned int i;

	memset(group, 0, sizeof(*group));
	for (i = 0; i < before_count; i++) {
		if (before[i].number == number)
			*group = before[i];
	}
	group->number = number;
	group->dir = dir;
}

static void say(struct psample_source *s, int ret)
{
	if (ret == s->said)
		return;
	s->said = ret;
	if (ret == -ENOENT)
		log_warn("psample: not there: its samples come when a driver, tc or Open vSwitch has loaded it");
	else if (ret)
		log_error("psample: cannot be joined: %s; trying again",
			  strerror(-ret));
	else
		log_info("psample: its samples are read");
}

static int join(struct psample_source *s)
{
	int ret = psample_nl_join(s->nl);

	say(s, ret);
	return ret;
}

/* Next time it is told anew. */
static void leave(struct psample_source *s)
{
	psample_nl_leave(s->nl);
	s->said = NOTHING_SAID;
}

void psample_source_apply(struct psample_source *s, const struct conf *conf)
{
	static const struct conf_psample dents = {
		.group = CONF_PSAMPLE_GROUP, .ingress = true,
	};
	const struct conf_psample *psamples = conf->psamples;
	unsigned int count = conf->psample_count, i, before_count;
	struct group before[GROUPS_MAX];

	if (!count && conf->dent.is_there) {
		psamples = &dents;
		count = 1;
	}
	if (conf->is_disabled || (conf->has_sampling && !conf->sampling))
		count = 0;
	s->header_bytes = conf->header_bytes ? conf->header_bytes :
					       HEADER_DEFAULT;
	memcpy(before, s->groups, sizeof(before));
	before_count = s->group_count;
	s->group_count = 0;
	for (i = 0; i < count; i++) {
		if (psamples[i].ingress)
			add_group(s, before, before_count, psamples[i].group,
				  KSFLOW_DIR_INGRESS);
		if (psamples[i].egress)
			add_group(s, before, before_count,
				  psamples[i].group + 1, KSFLOW_DIR_EGRESS);
	}
	refuse(s);
	if (!s->group_count)
		leave(s);
	else if (!psample_nl_is_joined(s->nl))
		join(s);
	s->next_ms = 0;
}

unsigned int psample_source_receive(struct psample_source *s)
{
	bool was_joined = psample_nl_is_joined(s->nl);
	bool is_joined;
	int count;

	count = psample_nl_receive(s->nl, BURST);
	is_joined = psample_nl_is_joined(s->nl);
	if (is_joined && !was_joined)
		say(s, 0);
	else if (was_joined && !is_joined)
		say(s, -ENOENT);
	return count < 0 ? 0 : count;
}

int64_t psample_source_run(struct psample_source *s, int64_t now_ms)
{
	if (!s->group_count)
		return INT64_MAX;
	if (now_ms < s->next_ms)
		return s->next_ms;
	s->next_ms = now_ms + RETRY_MS;
	/* the kernel looks for a module each time it is asked by name */
	if (!psample_nl_is_joined(s->nl) &&
	    (s->said != -ENOENT || !psample_nl_is_listening(s->nl)))
		join(s);
	return s->next_ms;
}

static struct source *source_get(struct psample_source *s, uint32_t ifindex)
{
	struct source *source = ifindex ? iftable_get(&s->sources, ifindex) :
				NULL;

	return source ? source : &s->none;
}

bool psample_source_has(const struct psample_source *s, uint32_t ifindex)
{
	return ifindex ? iftable_has(&s->sources, ifindex) : s->none.pool;
}

static bool is_there(uint32_t ifindex, void *arg)
{
	const struct psample_source *s = arg;

	return links_get(s->links, ifindex);
}

void psample_source_sweep(struct psample_source *s)
{
	iftable_sweep(&s->sources, is_there, s);
}

static uint32_t wanted_rate(struct psample_source *s, struct source *source)
{
	/* never 0 */
	uint32_t generation = rates_generation(s->rates) + 1;
	const struct links_port *port;

	if (source->generation == generation)
		return source->rate;
	port = links_get(s->links, source->ifindex);
	source->rate = port ? rates_said(s->rates, port) : 0;
	source->generation = generation;
	return source->rate;
}

/* xorshift64*: the upper half of its output */
static uint32_t random32(struct psample_source *s)
{
	s->random ^= s->random >> 12;
	s->random ^= s->random << 25;
	s->random ^= s->random >> 27;
	return s->random * 2685821657736338717ULL >> 32;
}

/*
 * Each sample has the chance have / wanted, with no regard to the others: what
 * is left has the wanted rate on average, whatever psample's sampler does.
 */
static bool is_thinned(struct psample_source *s, uint32_t have, uint32_t wanted)
{
	return (uint64_t)random32(s) * wanted >= (uint64_t)have << 32;
}

void psample_source_packet(struct psample_source *s, struct psample_packet *p)
{
	struct group *group = find(s, p->group);
	struct ksflow_record record;
	struct source *source;
	uint32_t lost = 0, wanted;

	if (!group || group->is_refused)
		return;
	if (psample_has(p, GROUP_SEQ))
		lost = psample_sequence_next(&group->sequence, p->sequence);
	psample_record(p, s->links, group->dir, s->header_bytes, &record);
	source = source_get(s, record.source);
	source->pool += (uint64_t)p->rate * (1 + (uint64_t)lost);
	wanted = wanted_rate(s, source);
	if (wanted > p->rate) {
		/* of those lost, too, only so many were wanted */
		source->drops_rest += (uint64_t)lost * p->rate;
		source->drops += source->drops_rest / wanted;
		source->drops_rest %= wanted;
		if (is_thinned(s, p->rate, wanted)) {
			group->thinned++;
			return;
		}
		record.rate = wanted;
	} else {
		source->drops += lost;
	}
	record.pool = source->pool;
	record.drops = source->drops;
	ksflow_set(&record, RECORD_POOL);
	ksflow_set(&record, RECORD_DROPS);
	group->exported++;
	group->nowhere += !record.source;
	s->emit(&record, s->arg);
}

bool psample_source_is_joined(const struct psample_source *s)
{
	return psample_nl_is_joined(s->nl);
}

unsigned int psample_source_count(const struct psample_source *s)
{
	return s->group_count;
}

void psample_source_group(const struct psample_source *s, unsigned int i,
			  struct psample_group_counts *counts)
{
	const struct group *group = &s->groups[i];

	*counts = (struct psample_group_counts){
		.group = group->number,
		.is_egress = group->dir == KSFLOW_DIR_EGRESS,
		.is_refused = group->is_refused,
		.messages = group->exported + group->thinned,
		.exported = group->exported,
		.thinned = group->thinned,
		.lost = group->sequence.lost,
		.duplicates = group->sequence.duplicates,
		.reordered = group->sequence.reordered,
		.nowhere = group->nowhere,
	};
}

const struct psample_counts *
psample_source_counts(const struct psample_source *s)
{
	return psample_nl_counts(s->nl);
}

uint64_t psample_source_lost(const struct psample_source *s)
{
	uint64_t lost = 0;
	unsigned int i;

	for (i = 0; i < s->group_count; i++)
		lost += s->groups[i].sequence.lost;
	return lost;
}
