// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "drop.h"

#include "args.h"
#include "ledger.h"
#include "nl.h"
#include "print.h"
#include "reason.h"
#include "tool.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char *owner_name(uint8_t layer)
{
	const char *owner = ksflow_layer_name(layer);

	return owner ? owner : "?";
}

static void print_owner(const char *key, uint8_t layer)
{
	char owner_key[32];

	snprintf(owner_key, sizeof(owner_key), "%s-owner", key);
	print_string(owner_key, " (%s)", owner_name(layer));
}

static void print_switch(const char *key, bool is_on, uint8_t layer)
{
	print_text("  %s %s", key, is_on ? "on" : "off");
	print_bool(key, NULL, is_on);
	print_owner(key, layer);
}

static void print_rate(const struct ksflow_drop_conf *drop)
{
	if (drop->limit == KSFLOW_UNLIMITED)
		print_string("limit", "  limit %s", "unlimited");
	else
		print_u64("limit", "  limit %llu/s", drop->limit);
	print_owner("limit", drop->limit_layer);
	/* JSON knows 0 as well: the module's word for the limit's number */
	if (drop->burst || print_is_json())
		print_u64("burst", "  burst %llu", drop->burst);
	else
		print_text("  burst as the limit");
	print_owner("burst", drop->burst_layer);
}

static void print_hide(const struct ksflow_drop_conf *drop)
{
	unsigned int i;

	print_text("\n%-10s", "");
	print_text("hide ");
	print_array("hide");
	for (i = 0; i < drop->hide_count; i++) {
		print_text("%s", i ? "," : "");
		print_item("%s", drop->hide[i]);
	}
	print_array_end();
	if (!drop->hide_count)
		print_text("default");
	print_owner("hide", drop->hide_layer);
}

void drop_print_settings(const struct ksflow_config *config)
{
	const struct ksflow_drop_conf *drop = &config->drop;
	const char *state = ksflow_drop_state_name(drop->state);

	if (!ksflow_has(config, CONFIG_DROP))
		return;
	print_object("drop");
	print_text("%-10s", "drop");
	print_string("state", "%s", state ? state : "?");
	print_owner("state", drop->state_layer);
	print_rate(drop);
	print_switch("sw", drop->sw, drop->sw_layer);
	print_switch("hw", drop->hw, drop->hw_layer);
	print_hide(drop);
	print_bool("kernel-names-reasons", NULL, config->has_drop_reasons);
	print_bool("kernel-reports-hardware", NULL, config->has_drop_hw);
	print_text("\n");
	print_object_end();
}

static void print_code(uint32_t code)
{
	const char *name = reason_code_name(code);
	char cell[64];

	if (print_is_json()) {
		print_u64("sflow-code", NULL, code);
		print_string("sflow-name", NULL, name ? name : "?");
		return;
	}
	snprintf(cell, sizeof(cell), "%" PRIu32 " %s", code, name ? name : "?");
	print_cell(NULL, 26, cell);
}

static void print_site(const struct ksflow_drop_count *count)
{
	char function[KSFLOW_SITE_BYTES];

	print_object(NULL);
	print_cell_u64("packets", 12, count->packets);
	if (ksflow_has(count, DROP_COUNT_REASON) || !print_is_json())
		print_cell("reason", 24, count->reason[0] ? count->reason : "-");
	print_code(drop_count_code(count));
	print_string("site", "%s", count->site);
	reason_function(count->site, function, sizeof(function));
	print_string("function", NULL, function);
	print_flag("hidden", "  (hidden)", count->is_hidden);
	print_text("\n");
	print_object_end();
}

static bool is_site(const struct ksflow_drop_count *count)
{
	return ksflow_has(count, DROP_COUNT_SITE);
}

static bool is_trap(const struct ksflow_drop_count *count)
{
	return ksflow_has(count, DROP_COUNT_TRAP);
}

static void print_sites(const struct drop_counts *counts)
{
	bool has_head = false;
	size_t i;

	print_array("sites");
	for (i = 0; i < counts->count; i++) {
		if (!is_site(&counts->counts[i]))
			continue;
		if (!has_head)
			print_text("\n%12s %-24s %-26s %s\n", "packets",
				   "reason", "sFlow", "call site");
		has_head = true;
		print_site(&counts->counts[i]);
	}
	print_array_end();
	for (i = 0; i < counts->count; i++) {
		if (is_site(&counts->counts[i]) || is_trap(&counts->counts[i]))
			continue;
		print_u64("other-packets", "%12llu at other call sites: the table is full\n",
			  counts->counts[i].packets);
	}
}

static void print_traps(const struct drop_counts *counts)
{
	bool has_head = false;
	size_t i;

	print_array("traps");
	for (i = 0; i < counts->count; i++) {
		const struct ksflow_drop_count *count = &counts->counts[i];

		if (!is_trap(count))
			continue;
		if (!has_head)
			print_text("\n%12s %-24s %-26s %s\n", "packets",
				   "hardware trap", "sFlow", "group");
		has_head = true;
		print_object(NULL);
		print_cell_u64("packets", 12, count->packets);
		print_cell("trap", 24, count->trap);
		print_code(drop_count_code(count));
		print_string("group", "%s\n", count->group);
		print_object_end();
	}
	print_array_end();
}

static void print_interfaces(const struct ledger *ledger)
{
	bool has_head = false;
	size_t i;

	print_array("interfaces");
	for (i = 0; i < ledger->source_count; i++) {
		const struct ksflow_source *source = &ledger->sources[i];

		if (source->kind != KSFLOW_KIND_DROP)
			continue;
		if (!has_head)
			print_text("\n%12s %12s %12s %12s  %s\n", "packets",
				   "limited", "selected", "ring full",
				   "came in through");
		has_head = true;
		print_object(NULL);
		print_cell_u64("packets", 12, source->seen);
		print_cell_u64("limited", 12, source->limited);
		print_cell_u64("selected", 12, source->selected);
		print_cell_u64("lost-ring", 12, source->lost_ring);
		if (source->ifindex) {
			print_string("dev", " %s\n", source->name);
			print_u64("ifindex", NULL, source->ifindex);
		} else {
			print_text(" -\n");
		}
		print_object_end();
	}
	print_array_end();
}

static void print_totals(const struct ledger *ledger)
{
	const struct ksflow_stats *s = ledger_stats(ledger, KSFLOW_KIND_DROP);

	if (!s)
		return;
	print_object("totals");
	print_text("%-10s", "total");
	print_u64("seen", "%llu dropped", s->seen);
	print_u64("counted", ", %llu counted only", s->counted);
	print_u64("hidden", ", %llu hidden", s->hidden);
	print_u64("own", ", %llu our own", s->own);
	print_u64("limited", ", %llu over the limit", s->limited);
	print_u64("selected", ", %llu records", s->selected);
	print_u64("lost-ring", ", %llu of them lost\n", s->lost_ring);
	if (ksflow_has(s, STATS_UNKNOWN))
		print_u64("unknown", "          %llu more of no known namespace\n",
			  s->unknown);
	print_object_end();
}

static int no_drops(const struct ksflow_config *config)
{
	tool_error("module ksflow %s (ABI %" PRIu32 ") cannot capture drops: load the one this tool came with",
		   config->version, config->abi);
	return TOOL_FAILED;
}

static int drop_show(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct drop_counts counts = { 0 };
	struct ledger ledger = { 0 };
	struct ksflow_config config;
	struct ksflow_nl *nl;
	int ret;

	if (argc)
		return tool_usage(verb,
				  "\"%s\" after \"drop show\": expected nothing more",
				  argv[0]);
	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_config_get(nl, &config, &err);
	if (ret) {
		ksflow_nl_close(nl);
		return tool_failed(&err);
	}
	if (!ksflow_has(&config, CONFIG_DROP)) {
		ret = no_drops(&config);
		goto out;
	}
	ret = ledger_get(nl, &ledger, &err);
	if (!ret)
		ret = drop_counts_get(nl, &counts, &err);
	if (ret) {
		ret = tool_failed(&err);
		goto out;
	}
	print_object(NULL);
	drop_print_settings(&config);
	print_totals(&ledger);
	print_sites(&counts);
	print_traps(&counts);
	print_interfaces(&ledger);
	print_object_end();
out:
	drop_counts_free(&counts);
	ledger_free(&ledger);
	ksflow_config_free(&config);
	ksflow_nl_close(nl);
	return ret;
}

/* What the setting will not do is said at once, not found out later. */
static void warn(struct ksflow_nl *nl, const struct ksflow_drop_conf *set)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;

	if (ksflow_nl_config_get(nl, &config, &err))
		return;
	if (ksflow_has(set, DROP_HW) && set->hw && !config.has_drop_hw)
		tool_error("note: this kernel does not report hardware drops");
	ksflow_config_free(&config);
}

static int drop_set(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_drop_conf drop;
	struct ksflow_nl_error err = { 0 };
	struct ksflow_nl *nl;
	char text[200];
	int ret;

	if (!args_drop(argc, argv, &drop, text, sizeof(text)))
		return tool_usage(verb, "%s", text);
	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_drop_set(nl, &drop, &err);
	if (ret)
		ret = tool_failed(&err);
	else
		warn(nl, &drop);
	ksflow_nl_close(nl);
	return ret;
}

int drop_run(const struct tool_verb *verb, int argc, char **argv)
{
	if (!argc)
		return drop_show(verb, 0, argv);
	if (!strcmp(argv[0], "show"))
		return drop_show(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "set"))
		return drop_set(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "top"))
		return drop_top(verb, argc - 1, argv + 1);
	return tool_usage(verb, "unknown word \"%s\" after \"drop\": expected show, set or top",
			  argv[0]);
}
