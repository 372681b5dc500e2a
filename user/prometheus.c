// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "prometheus.h"

#include "ledger.h"
#include "nl.h"
#include "print.h"
#include "reason.h"
#include "repair.h"
#include "state.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

static void head(FILE *out, const char *name, const char *type,
		 const char *help)
{
	fprintf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

/* Label values are UTF-8, with three characters escaped. */
static void label(FILE *out, const char *name, const char *value,
		  const char *end)
{
	const char *s = value;
	size_t len;

	fprintf(out, "%s=\"", name);
	while (*s) {
		len = print_utf8_len(s);
		if (!len)
			fputs("\xef\xbf\xbd", out);
		else if (*s == '\\' || *s == '"')
			fprintf(out, "\\%c", *s);
		else if (*s == '\n')
			fputs("\\n", out);
		else
			fwrite(s, 1, len, out);
		s += len ? len : 1;
	}
	fprintf(out, "\"%s", end);
}

/* One sample of the metric that sums up a function's call sites. */
struct sum {
	const char *reason;
	char function[KSFLOW_SITE_BYTES];
	uint32_t code;
	bool is_hidden;
	uint64_t packets;
};

static int by_labels(const void *a, const void *b)
{
	const struct sum *x = a, *y = b;
	int ret = strcmp(x->reason, y->reason);

	ret = ret ? ret : strcmp(x->function, y->function);
	ret = ret ? ret : (x->code > y->code) - (x->code < y->code);
	return ret ? ret : x->is_hidden - y->is_hidden;
}

/*
 * Offsets differ between builds of a kernel, and series with them: a function
 * is one series, though it may have several call sites.
 */
static void print_reasons(FILE *out, const struct drop_counts *counts)
{
	struct sum *sums = calloc(counts->count + 1, sizeof(*sums));
	size_t i, count = 0;

	head(out, "ksflow_drop_reason_packets_total", "counter",
	     "Packets dropped by the kernel, by reason and function.");
	for (i = 0; sums && i < counts->count; i++) {
		const struct ksflow_drop_count *c = &counts->counts[i];

		if (ksflow_has(c, DROP_COUNT_TRAP))
			continue;
		sums[count] = (struct sum){
			.reason = c->reason, .code = drop_count_code(c),
			.is_hidden = c->is_hidden, .packets = c->packets,
		};
		reason_function(c->site, sums[count].function,
				sizeof(sums[count].function));
		count++;
	}
	if (count)
		qsort(sums, count, sizeof(*sums), by_labels);
	for (i = 0; i < count; i++) {
		const char *name = reason_code_name(sums[i].code);

		if (i + 1 < count && !by_labels(&sums[i], &sums[i + 1])) {
			sums[i + 1].packets += sums[i].packets;
			continue;
		}
		fputs("ksflow_drop_reason_packets_total{", out);
		label(out, "reason", sums[i].reason, ",");
		label(out, "function", sums[i].function, ",");
		fprintf(out, "sflow_code=\"%" PRIu32 "\",sflow_name=\"%s\",hidden=\"%d\"} %" PRIu64 "\n",
			sums[i].code, name ? name : "", sums[i].is_hidden,
			sums[i].packets);
	}
	free(sums);
}

static void print_traps(FILE *out, const struct drop_counts *counts)
{
	size_t i;

	head(out, "ksflow_drop_trap_packets_total", "counter",
	     "Packets dropped by hardware, by devlink trap.");
	for (i = 0; i < counts->count; i++) {
		const struct ksflow_drop_count *c = &counts->counts[i];

		if (!ksflow_has(c, DROP_COUNT_TRAP))
			continue;
		fputs("ksflow_drop_trap_packets_total{", out);
		label(out, "trap", c->trap, ",");
		label(out, "group", c->group, "} ");
		fprintf(out, "%" PRIu64 "\n", c->packets);
	}
}

static void print_devices(FILE *out, const struct ledger *ledger)
{
	size_t i;

	head(out, "ksflow_drop_device_packets_total", "counter",
	     "Packets dropped, by the device they came in through; none: empty.");
	for (i = 0; i < ledger->source_count; i++) {
		const struct ksflow_source *s = &ledger->sources[i];

		if (s->kind != KSFLOW_KIND_DROP)
			continue;
		fputs("ksflow_drop_device_packets_total{", out);
		label(out, "device", s->name, "} ");
		fprintf(out, "%" PRIu64 "\n", s->seen);
	}
}

struct cause {
	const char *name;
	uint64_t value;
};

static void print_source_causes(FILE *out, const struct ksflow_source *s)
{
	const bool is_drop = s->kind == KSFLOW_KIND_DROP;
	/* read one after the other, while packets go on */
	const uint64_t known = s->selected + s->limited;
	const uint64_t rest = s->seen > known ? s->seen - known : 0;
	const struct cause causes[] = {
		{ "seen", s->seen },
		{ is_drop ? "quiet" : "not-selected", rest },
		{ "selected", s->selected },
		{ "lost-ring", s->lost_ring },
		{ "limited", s->limited },
	};
	const char *kind = ksflow_kind_name(s->kind);
	size_t i;

	for (i = 0; i < (is_drop ? 5 : 4); i++) {
		fprintf(out, "ksflow_source_total{kind=\"%s\",",
			kind ? kind : "");
		label(out, "device", s->name, ",");
		fprintf(out, "cause=\"%s\"} %" PRIu64 "\n", causes[i].name,
			causes[i].value);
	}
}

static void print_namespace_causes(FILE *out, const struct ksflow_stats *s)
{
	const struct cause samples[] = {
		{ "seen", s->seen },
		{ "not-selected",
		  s->seen > s->selected ? s->seen - s->selected : 0 },
		{ "selected", s->selected },
		{ "lost-ring", s->lost_ring },
	};
	const struct cause drops[] = {
		{ "seen", s->seen },
		{ "counted", s->counted },
		{ "hidden", s->hidden },
		{ "own", s->own },
		{ "limited", s->limited },
		{ "selected", s->selected },
		{ "lost-ring", s->lost_ring },
		{ "unknown", s->unknown },
	};
	const struct cause repairs[] = {
		{ "seen", s->seen },
		{ "counted", s->counted },
		{ "limited", s->limited },
		{ "selected", s->selected },
		{ "lost-ring", s->lost_ring },
	};
	const bool is_drop = s->kind == KSFLOW_KIND_DROP;
	const bool is_repair = s->kind == KSFLOW_KIND_REPAIR;
	const struct cause *causes = is_drop ? drops :
				     is_repair ? repairs : samples;
	const char *kind = ksflow_kind_name(s->kind);
	size_t i, count = is_drop ? 8 : is_repair ? 5 : 4;

	/* the last one is the initial namespace's alone */
	if (is_drop && !ksflow_has(s, STATS_UNKNOWN))
		count--;
	for (i = 0; i < count; i++)
		fprintf(out, "ksflow_ledger_total{kind=\"%s\",cause=\"%s\"} %" PRIu64 "\n",
			kind ? kind : "", causes[i].name, causes[i].value);
}

static void print_reader_causes(FILE *out, const struct ksflow_reader *r)
{
	const struct cause causes[] = {
		{ "selected", r->selected },
		{ "delivered", r->delivered },
		{ "filtered", r->filtered },
		{ "lost-ring", r->lost_ring },
		{ "lost-overrun", r->lost_overrun },
		{ "lost-memory", r->lost_memory },
	};
	const char *kind = ksflow_kind_name(r->kind);
	size_t i;

	/* others come and go, and their numbers with them */
	if (!r->is_owner)
		return;
	for (i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		fprintf(out, "ksflow_ksflowd_total{kind=\"%s\",cause=\"%s\"} %" PRIu64 "\n",
			kind ? kind : "", causes[i].name, causes[i].value);
}

void prometheus_print(FILE *out, const struct ksflow_config *config,
		      const struct ledger *ledger,
		      const struct drop_counts *counts)
{
	size_t i;

	head(out, "ksflow_up", "gauge", "Is the kernel module there?");
	fprintf(out, "ksflow_up %d\n", !!config);
	if (!config)
		return;
	head(out, "ksflow_info", "gauge", "Version of the kernel module.");
	fputs("ksflow_info{", out);
	label(out, "version", config->version, ",");
	fprintf(out, "abi=\"%" PRIu32 "\"} 1\n", config->abi);
	if (ksflow_has(config, CONFIG_DROP)) {
		head(out, "ksflow_drop_state", "gauge",
		     "Capture of drops: 0 off, 1 counted, 2 on.");
		fprintf(out, "ksflow_drop_state %u\n", config->drop.state);
	}
	print_reasons(out, counts);
	print_traps(out, counts);
	print_devices(out, ledger);
	head(out, "ksflow_ledger_total", "counter",
	     "Samples (wire frames), drops and wrong checksums (packets) of the namespace, by what became of them.");
	for (i = 0; i < ledger->stats_count; i++)
		print_namespace_causes(out, &ledger->stats[i]);
	if (ledger->policed.policers)
		fprintf(out, "ksflow_ledger_total{kind=\"drop\",cause=\"policed\"} %" PRIu64 "\n",
			ledger->policed.packets);
	head(out, "ksflow_source_total", "counter",
	     "The same by device.");
	for (i = 0; i < ledger->source_count; i++)
		print_source_causes(out, &ledger->sources[i]);
	head(out, "ksflow_ksflowd_total", "counter",
	     "Samples and drops for ksflowd, since it subscribed, by what became of them.");
	for (i = 0; i < ledger->reader_count; i++)
		print_reader_causes(out, &ledger->readers[i]);
}

void prometheus_print_psample(FILE *out, const struct state_view *view)
{
	unsigned int i, j;

	if (!view->group_count)
		return;
	head(out, "ksflow_psample_total", "counter",
	     "Samples of psample for ksflowd, by what became of them.");
	for (i = 0; i < view->group_count; i++) {
		const struct state_group *g = &view->groups[i];
		const struct cause causes[] = {
			{ "exported", g->exported }, { "thinned", g->thinned },
			{ "lost", g->lost }, { "duplicate", g->duplicates },
			{ "reordered", g->reordered },
		};

		for (j = 0; j < sizeof(causes) / sizeof(causes[0]); j++)
			fprintf(out, "ksflow_psample_total{group=\"%u\",direction=\"%s\",cause=\"%s\"} %" PRIu64 "\n",
				g->group, g->dir, causes[j].name,
				causes[j].value);
	}
}

/* ksflowd reads psample without the module, too. */
static void print_daemon(FILE *out)
{
	struct state_view view;

	if (state_look(STATE_DIR, &view))
		prometheus_print_psample(out, &view);
}

int prometheus_run(void)
{
	struct ksflow_nl_error err = { 0 };
	struct drop_counts counts = { 0 };
	struct ledger ledger = { 0 };
	struct ksflow_config config;
	struct ksflow_nl *nl;
	int ret;

	nl = ksflow_nl_open(&err);
	if (!nl) {
		if (err.code != -ENOENT)
			return tool_failed(&err);
		prometheus_print(stdout, NULL, NULL, NULL);
		print_daemon(stdout);
		return TOOL_NO_MODULE;
	}
	ret = ksflow_nl_config_get(nl, &config, &err);
	if (ret)
		goto close;
	ret = ledger_get(nl, &ledger, &err);
	/* one without drops has no such command */
	if (!ret && ksflow_has(&config, CONFIG_DROP))
		ret = drop_counts_get(nl, &counts, &err);
	if (!ret)
		prometheus_print(stdout, &config, &ledger, &counts);
	if (!ret && ksflow_has(&config, CONFIG_REPAIR))
		ret = repair_print_metrics(nl, stdout, &err);
	if (!ret)
		print_daemon(stdout);
	drop_counts_free(&counts);
	ledger_free(&ledger);
	ksflow_config_free(&config);
close:
	ksflow_nl_close(nl);
	return ret ? tool_failed(&err) : TOOL_OK;
}
