// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "module.h"

#include "conf.h"
#include "dent.h"
#include "log.h"
#include "nl.h"
#include "ports.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#define RETRY_MS	2000
#define CHECK_MS	10000
#define RCVBUF_BYTES	(4 << 20)
/* Messages read before signals and timers get their turn. */
#define BURST		64

struct module {
	const struct ksflow_handler *records;
	void (*restarted)(void *arg);
	void *arg;
	int epoll;
	struct ksflow_nl *nl;		/* NULL: not subscribed */
	struct ksflow_nl_watch *watch;
	int64_t next_ms;
	int said;			/* errno of the problem said last */
	uint32_t said_abi;		/* the module's, if not ours */
	bool said_dropless;		/* wanted drops, of one that has none */
	bool said_repairless;		/* the same of repair */
	int said_change;		/* errno of the refusal said last */
	bool is_over;			/* more rules than a layer holds */
	bool has_layer;			/* there is one to send */
	bool is_dirty;			/* the module did not take the last one */
	char problem[320];
	char version[64];
	/* of connections that are gone */
	struct ksflow_nl_counts before;
	uint32_t abi;			/* of the module we are connected to */
	uint32_t psample_group;		/* as it said last */
	uint32_t kinds;			/* wanted */
	unsigned int own_count;		/* wanted, as the layer is to have it */
	struct ksflow_own own[KSFLOW_OWN_MAX];
	/* as the module has it */
	struct ksflow_layer_conf layer;
	struct ksflow_rule rules[KSFLOW_RULES_MAX];
};

/* From here on a module captures drops; an older one refuses the words. */
#define ABI_DROPS	2
/* The same of repair. */
#define ABI_REPAIR	3

static void watch_fd(struct module *m, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	epoll_ctl(m->epoll, EPOLL_CTL_ADD, fd, &event);
}

struct module *module_open(const struct ksflow_handler *records,
			   void (*restarted)(void *arg), void *arg)
{
	struct module *m = calloc(1, sizeof(*m));
	struct ksflow_nl_error err;

	if (!m)
		return NULL;
	m->records = records;
	m->restarted = restarted;
	m->arg = arg;
	m->said_abi = KSFLOW_ABI;
	m->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (m->epoll < 0) {
		free(m);
		return NULL;
	}
	/* without it the module is found again by trying */
	m->watch = ksflow_nl_watch_open(&err);
	if (m->watch)
		watch_fd(m, ksflow_nl_watch_fd(m->watch));
	else
		log_warn("%s", err.text);
	m->kinds = 1U << KSFLOW_KIND_SAMPLE;
	m->layer.id = KSFLOW_LAYER_DAEMON;
	m->layer.rules = m->rules;
	return m;
}

static void disconnect(struct module *m)
{
	const struct ksflow_nl_counts *counts;

	if (!m->nl)
		return;
	counts = ksflow_nl_counts(m->nl);
	m->before.records += counts->records;
	m->before.overruns += counts->overruns;
	m->before.truncated += counts->truncated;
	m->before.malformed += counts->malformed;
	ksflow_nl_close(m->nl);
	m->nl = NULL;
	m->version[0] = '\0';
}

void module_close(struct module *m)
{
	if (!m)
		return;
	disconnect(m);
	ksflow_nl_watch_close(m->watch);
	close(m->epoll);
	free(m);
}

uint32_t module_psample_group(const struct module *m)
{
	return m->psample_group;
}

int module_fd(const struct module *m)
{
	return m->epoll;
}

/* Once for each new state of affairs. */
static void say(struct module *m, const struct ksflow_nl_error *err)
{
	snprintf(m->problem, sizeof(m->problem), "%s", err->text);
	if (m->said == err->code)
		return;
	m->said = err->code;
	switch (err->code) {
	case -ENOENT:
		log_warn("module ksflow is not loaded: no packet samples, counters only, until it is");
		break;
	case -EBUSY:
		log_error("another ksflowd runs in this network namespace and owns the module's settings: %s; trying again",
			  err->text);
		break;
	default:
		log_error("module ksflow: %s; trying again", err->text);
	}
}

static uint32_t kinds_of(const struct module *m)
{
	return m->abi >= ABI_DROPS ? m->kinds :
				     m->kinds & ~(1U << KSFLOW_KIND_DROP);
}

static int send_layer(struct module *m, struct ksflow_nl_error *err)
{
	struct ksflow_layer_conf layer = m->layer;

	if (m->abi < ABI_DROPS) {
		layer.has &= ~(1ULL << KSFLOW_A_LAYER_DROP);
		layer.own_count = 0;
	}
	if (m->abi < ABI_REPAIR) {
		if (layer.repair_count && !m->said_repairless)
			log_warn("this module ksflow cannot repair checksums: repair waits for a newer one");
		m->said_repairless = layer.repair_count;
		layer.repair_count = 0;
	}
	return ksflow_nl_layer_set(m->nl, &layer, err);
}

static int subscribe(struct module *m, struct ksflow_nl_error *err)
{
	struct ksflow_subscription sub = {
		.kinds = kinds_of(m), .is_owner = true,
	};

	bool is_dropless = m->abi < ABI_DROPS &&
			   ksflow_has(&m->layer, LAYER_DROP);

	if (is_dropless && !m->said_dropless)
		log_warn("module ksflow speaks ABI %u: it cannot capture drops, dropmon waits for a newer one",
			 m->abi);
	m->said_dropless = is_dropless;
	return ksflow_nl_subscribe(m->nl, &sub, m->records, NULL, err);
}

/* Others may set the group at any time: each look at the module is one at it. */
static int config_get(struct module *m, struct ksflow_config *config,
		      struct ksflow_nl_error *err)
{
	int ret = ksflow_nl_config_get(m->nl, config, err);

	if (!ret)
		m->psample_group = ksflow_has(config, CONFIG_PSAMPLE) ?
				   config->psample : 0;
	return ret;
}

static int connect_to(struct module *m)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	int ret;

	m->nl = ksflow_nl_open(&err);
	if (!m->nl) {
		if (err.code == -ENOENT)
			m->psample_group = 0;
		say(m, &err);
		return err.code;
	}
	ksflow_nl_set_rcvbuf(m->nl, RCVBUF_BYTES);
	m->restarted(m->arg);
	ret = config_get(m, &config, &err);
	if (ret)
		goto failed;
	m->abi = config.abi;
	snprintf(m->version, sizeof(m->version), "%s", config.version);
	if (config.abi != KSFLOW_ABI && config.abi != m->said_abi)
		log_info("module ksflow speaks ABI %u, this ksflowd %u: what both know is used",
			 config.abi, KSFLOW_ABI);
	m->said_abi = config.abi;
	ksflow_config_free(&config);
	ret = subscribe(m, &err);
	if (ret)
		goto failed;
	ret = send_layer(m, &err);
	if (ret)
		goto failed;
	watch_fd(m, ksflow_nl_fd(m->nl));
	log_info("module ksflow %s: sampling", m->version);
	m->said = 0;
	m->problem[0] = '\0';
	return 0;

failed:
	say(m, &err);
	disconnect(m);
	return ret;
}

static bool is_same(const struct module *m,
		    const struct ksflow_layer_conf *layer)
{
	const struct ksflow_layer_conf *old = &m->layer;

	return layer->has == old->has &&
	       layer->header_bytes == old->header_bytes &&
	       layer->ring_bytes == old->ring_bytes &&
	       layer->rule_count == old->rule_count &&
	       layer->own_count == old->own_count &&
	       !memcmp(layer->own, old->own, sizeof(layer->own)) &&
	       !memcmp(&layer->drop, &old->drop, sizeof(layer->drop)) &&
	       layer->repair_count == old->repair_count &&
	       !memcmp(layer->repairs, old->repairs,
		       layer->repair_count * sizeof(layer->repairs[0])) &&
	       !memcmp(layer->rules, old->rules,
		       layer->rule_count * sizeof(layer->rules[0]));
}

/* Once, as it is tried again. */
static void say_change(struct module *m, int ret, const char *text)
{
	if (ret && ret != m->said_change)
		log_error("module ksflow: %s; trying again", text);
	else if (!ret && m->said_change && m->nl)
		log_info("module ksflow: the settings are taken");
	m->said_change = ret;
}

/*
 * Send what differs. A refusal leaves all as it was, as far as is known: the
 * next time everything is sent.
 */
static int change(struct module *m, const struct ksflow_layer_conf *layer)
{
	struct ksflow_layer_conf before = m->layer;
	struct ksflow_nl_error err = { 0 };
	int ret = 0;

	if (is_same(m, layer) && !m->is_dirty)
		return 0;
	m->layer = *layer;
	if (m->nl)
		ret = send_layer(m, &err);
	if (ret)
		m->layer = before;
	m->layer.rules = m->rules;
	if (!ret)
		memmove(m->rules, layer->rules,
			layer->rule_count * sizeof(m->rules[0]));
	if (ret)
		say_change(m, ret, err.text);
	m->is_dirty = ret;
	return ret;
}

bool module_is_dirty(const struct module *m)
{
	return m->is_dirty;
}

void module_set_own(struct module *m, const struct ksflow_own *own,
		    unsigned int count)
{
	struct ksflow_layer_conf layer = m->layer;

	memset(m->own, 0, sizeof(m->own));
	memcpy(m->own, own, count * sizeof(*own));
	m->own_count = count;
	/* what was refused goes with the rest of it */
	if (m->is_dirty)
		return;
	memcpy(layer.own, m->own, sizeof(layer.own));
	layer.own_count = count;
	change(m, &layer);
}

static int set_kinds(struct module *m, uint32_t kinds, bool was_dirty)
{
	struct ksflow_nl_error err = { 0 };
	uint32_t before = m->kinds;
	int ret;

	if (kinds == before && !was_dirty)
		return 0;
	m->kinds = kinds;
	if (!m->nl)
		return 0;
	ret = subscribe(m, &err);
	if (ret) {
		m->kinds = before;
		m->is_dirty = true;
		say_change(m, ret, err.text);
	}
	return ret;
}

int module_apply(struct module *m, const struct conf *conf,
		 const struct dent *dent)
{
	static struct ksflow_rule rules[KSFLOW_RULES_MAX];
	bool was_dirty = m->is_dirty;
	struct ksflow_layer_conf layer;
	struct conf_port *ports = NULL;
	int ret, i, count = 0;
	uint32_t kinds;

	if (conf_has_regex(conf))
		count = ports_get(&ports, false);
	for (i = 0; dent && i < count; i++)
		ports[i].is_filtered = dent_has_filter(dent, ports[i].name);
	ret = count < 0 ? count : conf_layer_of(conf, ports, count, &layer,
						rules);
	free(ports);
	if (count < 0) {
		m->is_dirty = true;
		say_change(m, ret, "its interfaces cannot be read");
		return ret;
	}
	if (ret) {
		if (!m->is_over)
			log_error("%s: more than %d rules: module ksflow gets none of them, until they are fewer",
				  conf->file, KSFLOW_RULES_MAX);
		m->is_over = true;
		snprintf(m->problem, sizeof(m->problem), "more than %d rules",
			 KSFLOW_RULES_MAX);
		return ret;
	}
	if (m->is_over) {
		log_info("%s: no more than %d rules any more", conf->file,
			 KSFLOW_RULES_MAX);
		m->is_over = false;
		m->problem[0] = '\0';
	}
	m->has_layer = true;
	layer.own_count = m->own_count;
	memcpy(layer.own, m->own, sizeof(layer.own));
	ret = change(m, &layer);
	if (ret)
		return ret;
	kinds = 1U << KSFLOW_KIND_SAMPLE;
	if (conf_wants_drops(conf))
		kinds |= 1U << KSFLOW_KIND_DROP;
	ret = set_kinds(m, kinds, was_dirty);
	if (!ret)
		say_change(m, 0, NULL);
	return ret;
}

static void lose(struct module *m, int64_t now_ms)
{
	struct ksflow_nl_error err = {
		.code = -ENOENT, .text = "module ksflow is not loaded",
	};

	disconnect(m);
	m->psample_group = 0;
	say(m, &err);
	m->next_ms = now_ms + RETRY_MS;
}

void module_receive(struct module *m, int64_t now_ms)
{
	struct ksflow_nl_error err;
	int event = 0;

	if (m->watch)
		event = ksflow_nl_watch_receive(m->watch);
	if (event < 0) {
		/* what it sent before it went is still to be read */
		if (m->nl)
			ksflow_nl_receive(m->nl, UINT32_MAX, &err);
		lose(m, now_ms);
	} else if (event > 0) {
		m->next_ms = 0;
	}
	if (m->nl && ksflow_nl_receive(m->nl, BURST, &err) < 0)
		lose(m, now_ms);
}

/* Its going, and coming back, may have escaped us. */
static bool is_ours(struct module *m)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	bool is_owner;

	if (config_get(m, &config, &err))
		return false;
	is_owner = ksflow_has(&config, CONFIG_OWNER_PORTID) &&
		   config.owner_portid == ksflow_nl_portid(m->nl);
	ksflow_config_free(&config);
	return is_owner;
}

int64_t module_run(struct module *m, int64_t now_ms)
{
	/* without ours, the module would sample what it likes */
	if (!m->has_layer)
		return INT64_MAX;
	if (now_ms < m->next_ms)
		return m->next_ms;
	m->next_ms = now_ms + CHECK_MS;
	if (m->nl && !is_ours(m))
		disconnect(m);
	if (!m->nl && connect_to(m))
		m->next_ms = now_ms + RETRY_MS;
	return m->next_ms;
}

struct ledger {
	uint32_t portid;
	struct module_counts *counts;
};

static int on_stats(const struct ksflow_stats *stats, void *arg)
{
	struct ledger *ledger = arg;

	if (stats->kind == KSFLOW_KIND_DROP)
		ledger->counts->limited += stats->limited;
	return 0;
}

static int on_reader(const struct ksflow_reader *reader, void *arg)
{
	struct ledger *ledger = arg;

	if (reader->portid != ledger->portid)
		return 0;
	ledger->counts->lost_ring += reader->lost_ring;
	ledger->counts->lost_reader += reader->lost_overrun +
				       reader->lost_memory;
	return 0;
}

void module_counts(struct module *m, struct module_counts *counts)
{
	struct ledger ledger = { .counts = counts };
	struct ksflow_stats_handler handler = {
		.stats = on_stats, .reader = on_reader, .arg = &ledger,
	};
	const struct ksflow_nl_counts *now;
	struct ksflow_nl_error err;

	memset(counts, 0, sizeof(*counts));
	counts->is_subscribed = m->nl;
	counts->version = m->version;
	counts->problem = m->problem;
	counts->records = m->before.records;
	counts->overruns = m->before.overruns;
	counts->truncated = m->before.truncated;
	counts->malformed = m->before.malformed;
	if (!m->nl)
		return;
	now = ksflow_nl_counts(m->nl);
	counts->records += now->records;
	counts->overruns += now->overruns;
	counts->truncated += now->truncated;
	counts->malformed += now->malformed;
	ledger.portid = ksflow_nl_portid(m->nl);
	ksflow_nl_stats_get(m->nl, &handler, &err);
}
