// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "show": what is in force here, and who said so. */
#include "dev.h"
#include "drop.h"
#include "nl.h"
#include "print.h"
#include "state.h"
#include "tool.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct readers {
	struct ksflow_reader *readers;
	size_t count;
};

static int readers_add(const struct ksflow_reader *reader, void *arg)
{
	struct readers *all = arg;
	struct ksflow_reader *grown;

	grown = reallocarray(all->readers, all->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[all->count++] = *reader;
	all->readers = grown;
	return 0;
}

static void print_setting(const char *key, uint32_t value, bool has_layer,
			  uint8_t layer)
{
	const char *owner = ksflow_layer_name(layer);

	print_object(key);
	print_text("%-10s", key);
	print_u64("bytes", "%llu bytes", value);
	if (has_layer)
		print_string("owner", "  (%s)", owner ? owner : "?");
	print_text("\n");
	print_object_end();
}

static void print_owner(uint8_t layer)
{
	const char *owner = ksflow_layer_name(layer);

	print_string("owner", "  (%s)\n", owner ? owner : "?");
}

static void print_path(const struct ksflow_config *config)
{
	if (config->psample) {
		print_object("psample");
		print_u64("group", "psample   group %llu", config->psample);
		print_u64("group-egress", " and %llu",
			  (uint64_t)config->psample + 1);
		print_flag("missing", ": waits for the module psample",
			   config->is_psample_missing);
		print_owner(config->psample_layer);
		print_object_end();
	}
	if (config->delay_ms) {
		print_object("delay");
		print_u64("wait-ms", "delay     waits %llu ms",
			  config->delay_ms);
		print_owner(config->delay_layer);
		print_object_end();
	}
}

static void print_config(const struct ksflow_config *config)
{
	print_object("module");
	print_text("%-10s", "module");
	print_string("version", "%s", config->version);
	print_u64("abi", "  ABI %llu\n", config->abi);
	print_bool("egress-hook", NULL, config->has_egress_hook);
	print_object_end();

	print_object("settings");
	if (ksflow_has(config, CONFIG_HEADER))
		print_setting("header", config->header_bytes,
			      ksflow_has(config, CONFIG_HEADER_LAYER),
			      config->header_layer);
	if (ksflow_has(config, CONFIG_RING))
		print_setting("ring", config->ring_bytes,
			      ksflow_has(config, CONFIG_RING_LAYER),
			      config->ring_layer);
	print_path(config);
	drop_print_settings(config);
	if (ksflow_has(config, CONFIG_REPAIR))
		print_u64("repair-rules", "repair    %llu rules (ksflow repair show)\n",
			  config->repair_count);
	print_object_end();
	if (ksflow_has(config, CONFIG_OWNER_PORTID))
		print_u64("ksflowd-portid", NULL, config->owner_portid);
}

static void print_collector(const struct state_collector *c)
{
	print_object(NULL);
	print_text("%-10s", "collector");
	if (c->name[0])
		print_string("name", "%s ", c->name);
	print_string("address", "%s", c->address);
	print_u64("port", " port %llu", c->port);
	if (c->dev[0])
		print_string("vrf", " vrf %s", c->dev);
	print_bool("ready", NULL, c->is_ready);
	print_text(c->is_ready ? ": ready" : ": not reachable");
	print_u64("sent", ", sent %llu", c->sent);
	print_u64("refused", ", refused %llu", c->refused);
	print_u64("buffer-full", ", buffer full %llu", c->busy);
	print_u64("failed", ", failed %llu", c->failed);
	print_text("\n");
	print_object_end();
}

void show_psample(const struct state_view *view)
{
	unsigned int i;

	if (view->group_count)
		print_array("psample");
	for (i = 0; i < view->group_count; i++) {
		const struct state_group *g = &view->groups[i];

		print_object(NULL);
		print_u64("group", "psample    group %llu", g->group);
		print_string("dir", " %s", g->dir);
		print_string("status", ": %s", g->status);
		print_u64("exported", ", exported %llu", g->exported);
		print_u64("thinned", ", thinned %llu", g->thinned);
		print_u64("lost", ", lost %llu", g->lost);
		print_u64("duplicates", ", duplicates %llu", g->duplicates);
		print_u64("reordered", ", reordered %llu", g->reordered);
		print_u64("interface-unknown", ", of no known interface %llu",
			  g->nowhere);
		print_text("\n");
		print_object_end();
	}
	if (view->group_count) {
		print_array_end();
		print_u64("psample-overruns", NULL, view->psample_overruns);
	}
	if (!view->ports_filtered && !view->ports_refused)
		return;
	print_object("dent");
	print_u64("filtered", "dent       %llu ports with a sampling filter",
		  view->ports_filtered);
	print_u64("refused", ", %llu that refused it\n", view->ports_refused);
	print_object_end();
}

/* What ksflowd said of itself last, ten seconds ago at most. */
static void print_daemon(void)
{
	struct state_view view;
	unsigned int i;

	if (!state_look(STATE_DIR, &view)) {
		print_text("%-10snot running here\n", "ksflowd");
		return;
	}
	print_object("ksflowd");
	print_text("%-10s", "ksflowd");
	print_bool("enabled", NULL, view.is_enabled);
	print_text(view.is_enabled ? "up" : "down (enabled=off)");
	print_u64("pid", ", process %llu", view.pid);
	print_string("dir", ", direction %s", view.dir);
	print_u64("polling-s", ", polling %llu s", view.polling_s);
	print_string("agent", ", agent %s", view.agent_ip);
	if (view.agent_dev[0])
		print_string("agent-dev", " (%s)", view.agent_dev);
	if (view.drop_limit[0])
		print_string("drop-limit", ", drops %s/s", view.drop_limit);
	if (view.file[0])
		print_string("file", ", file %s", view.file);
	print_text("\n");
	print_array("collectors");
	for (i = 0; i < view.collector_count; i++)
		print_collector(&view.collectors[i]);
	print_array_end();
	show_psample(&view);
	print_object_end();
}

static void print_pattern(const struct ksflow_rule *rule)
{
	if (ksflow_has(rule, RULE_PATTERN) && rule->pattern[0])
		print_string("pattern", "%s", rule->pattern);
	else
		print_text("default devices");
}

/* The rules as they were given: what a device that comes later will get. */
static void print_layer(const struct ksflow_layer_conf *layer)
{
	const char *owner = ksflow_layer_name(layer->id);
	const char *word;
	unsigned int i;

	for (i = 0; i < layer->rule_count; i++) {
		const struct ksflow_rule *rule = &layer->rules[i];

		print_object(NULL);
		print_text("%-10s", "rule");
		print_pattern(rule);
		if (ksflow_has(rule, RULE_SPEED))
			print_u64("speed-mbit", " speed %llu",
				  rule->speed_mbit);
		if (ksflow_has(rule, RULE_RATE) && rule->rate)
			print_u64("rate", " rate %llu", rule->rate);
		else if (ksflow_has(rule, RULE_RATE))
			print_bool("rate-auto", " rate auto", true);
		if (ksflow_has(rule, RULE_RATIO))
			print_u64("ratio", " ratio %llu", rule->ratio);
		word = ksflow_dir_name(rule->dir);
		if (ksflow_has(rule, RULE_DIR) && word)
			print_string("dir", " dir %s", word);
		word = ksflow_tap_name(rule->tap);
		if (ksflow_has(rule, RULE_TAP) && word)
			print_string("tap", " tap %s", word);
		print_flag("quiet", " quiet", rule->is_quiet);
		print_string("owner", "  (%s)", owner ? owner : "?");
		print_text("\n");
		print_object_end();
	}
}

static void print_layers(const struct ksflow_config *config)
{
	unsigned int i;

	print_array("rules");
	for (i = 0; i < config->layer_count; i++)
		print_layer(&config->layers[i]);
	print_array_end();
}

static void print_readers(const struct readers *all)
{
	const char *kind;
	size_t i;

	print_array("readers");
	print_text("\n");
	for (i = 0; i < all->count; i++) {
		const struct ksflow_reader *reader = &all->readers[i];

		print_object(NULL);
		if (ksflow_has(reader, READER_PSAMPLE))
			print_u64("psample-group", "reader    psample, group %llu",
				  reader->psample);
		else
			print_u64("portid", "reader    port %llu",
				  reader->portid);
		kind = ksflow_kind_name(reader->kind);
		print_string("kind", " of %ss", kind ? kind : "unknown record");
		print_flag("owner", ", ksflowd", reader->is_owner);
		print_text("\n");
		print_object_end();
	}
	if (!all->count)
		print_text("no reader: nothing is sampled until ksflowd or \"ksflow monitor\" runs\n");
	print_array_end();
}

int show_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct readers readers = { 0 };
	const struct ksflow_stats_handler handler = {
		.reader = readers_add,
		.arg = &readers,
	};
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	struct ksflow_nl *nl;
	struct dev_list list;
	bool may_see_readers;
	int ret;

	if (argc)
		return tool_usage(verb,
				  "\"%s\" after \"show\": expected nothing more",
				  argv[0]);
	ret = tool_open(&nl);
	if (ret == TOOL_NO_MODULE) {
		/* ksflowd sends counters without it */
		print_object(NULL);
		print_daemon();
		print_object_end();
	}
	if (ret)
		return ret;
	ret = ksflow_nl_config_get(nl, &config, &err);
	if (ret)
		goto close;
	ret = dev_list_get(nl, &list, &err);
	if (ret)
		goto free_config;
	ret = ksflow_nl_stats_get(nl, &handler, &err);
	/* Who reads is not for everybody to know; the rest is. */
	may_see_readers = ret != -EPERM;
	if (ret && may_see_readers)
		goto free_list;
	ret = 0;

	print_object(NULL);
	print_config(&config);
	print_daemon();
	print_layers(&config);
	print_text("\n");
	dev_list_print(&list, "devices", true);
	if (may_see_readers)
		print_readers(&readers);
	print_object_end();

free_list:
	free(readers.readers);
	dev_list_free(&list);
free_config:
	ksflow_config_free(&config);
close:
	ksflow_nl_close(nl);
	return ret ? tool_failed(&err) : TOOL_OK;
}
