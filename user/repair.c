// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "repair": rules, what they decided, and who sends wrong checksums. */
#include "repair.h"

#include "args.h"
#include "nl.h"
#include "print.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What the module says, as a whole. */
struct answer {
	struct ksflow_repair_total total;
	struct ksflow_repair_rule *rules;	/* the first decides */
	size_t rule_count;
	struct ksflow_repair_sender *senders;	/* the latest first */
	size_t sender_count;
};

static int add_total(const struct ksflow_repair_total *total, void *arg)
{
	struct answer *answer = arg;

	answer->total = *total;
	return 0;
}

static int add_rule(const struct ksflow_repair_rule *rule, void *arg)
{
	struct answer *answer = arg;
	struct ksflow_repair_rule *rules;

	rules = reallocarray(answer->rules, answer->rule_count + 1,
			     sizeof(*rules));
	if (!rules)
		return -ENOMEM;
	answer->rules = rules;
	rules[answer->rule_count++] = *rule;
	return 0;
}

static int add_sender(const struct ksflow_repair_sender *sender, void *arg)
{
	struct answer *answer = arg;
	struct ksflow_repair_sender *senders;

	senders = reallocarray(answer->senders, answer->sender_count + 1,
			       sizeof(*senders));
	if (!senders)
		return -ENOMEM;
	answer->senders = senders;
	senders[answer->sender_count++] = *sender;
	return 0;
}

static int by_age(const void *a, const void *b)
{
	const struct ksflow_repair_sender *x = a, *y = b;

	if (x->last_ms != y->last_ms)
		return x->last_ms < y->last_ms ? -1 : 1;
	return memcmp(x->addr, y->addr, sizeof(x->addr));
}

static int answer_get(struct ksflow_nl *nl, struct answer *answer,
		      struct ksflow_nl_error *err)
{
	const struct ksflow_repair_handler handler = {
		.total = add_total,
		.rule = add_rule,
		.sender = add_sender,
		.arg = answer,
	};
	int ret;

	memset(answer, 0, sizeof(*answer));
	ret = ksflow_nl_repair_dump(nl, &handler, err);
	if (!ret && answer->sender_count)
		qsort(answer->senders, answer->sender_count,
		      sizeof(answer->senders[0]), by_age);
	return ret;
}

static void answer_free(struct answer *answer)
{
	free(answer->rules);
	free(answer->senders);
}

static uint64_t sum(const uint64_t *list, size_t count)
{
	uint64_t total = 0;

	while (count--)
		total += list[count];
	return total;
}

#define SUM(list)	sum(list, sizeof(list) / sizeof((list)[0]))

static void print_prefix(const char *key, const uint8_t *addr, uint8_t len)
{
	char text[INET6_ADDRSTRLEN], prefix[INET6_ADDRSTRLEN + 8];

	snprintf(prefix, sizeof(prefix), "%s/%u",
		 inet_ntop(AF_INET6, addr, text, sizeof(text)), len);
	print_text(" %s", key);
	print_string(key, " %s", prefix);
}

static void print_kinds(uint32_t kinds)
{
	const char *between = " kinds ";
	const char *name;
	unsigned int i;

	print_array("kinds");
	for (i = 0; i < __KSFLOW_REPAIR_KIND_MAX; i++) {
		name = ksflow_repair_kind_name(i);
		if (!(kinds & 1U << i))
			continue;
		if (kinds != KSFLOW_REPAIR_KINDS_ALL)
			print_text("%s%s", between, name);
		print_item(NULL, name);
		between = ",";
	}
	print_array_end();
}

/* A number for each name; in text those that are not 0. */
static void print_list(const char *key, const char *between,
		       const uint64_t *list, size_t count,
		       const char *(*name)(unsigned int))
{
	size_t i;

	print_object(key);
	for (i = 0; i < count; i++) {
		print_u64(name(i), NULL, list[i]);
		if (!list[i])
			continue;
		print_text("%s%s %" PRIu64, between, name(i), list[i]);
		between = ", ";
	}
	print_object_end();
}

#define LIST(key, between, list, name) \
	print_list(key, between, list, sizeof(list) / sizeof((list)[0]), name)

static void print_rule(const struct ksflow_repair_rule *rule)
{
	const char *owner = ksflow_layer_name(rule->layer);
	const char *mode = ksflow_repair_mode_name(rule->mode);
	uint64_t skipped = SUM(rule->skipped);
	uint64_t parts = rule->right + rule->repaired + rule->wrong +
			 rule->zeroes + rule->trusted + skipped;

	print_object(NULL);
	print_u64("id", "rule %llu: ", rule->id);
	print_string("mode", "%s", mode ? mode : "?");
	print_u64("port", " port %llu", rule->port);
	if (ksflow_has(rule, REPAIR_DEV))
		print_string("dev", " dev %s", rule->dev);
	if (ksflow_has(rule, REPAIR_FROM))
		print_prefix("from", rule->from, rule->from_len);
	if (ksflow_has(rule, REPAIR_TO))
		print_prefix("to", rule->to, rule->to_len);
	print_kinds(rule->kinds);
	print_bool("defrag", NULL, rule->defrag);
	print_text("%s", rule->defrag ? " defrag on" : "");
	print_string("owner", "  (%s)\n", owner ? owner : "?");
	print_u64("seen", "  %llu packets:", rule->seen);
	print_u64("right", " %llu right", rule->right);
	print_u64("repaired", ", %llu repaired", rule->repaired);
	print_u64("wrong", ", %llu wrong and left so", rule->wrong);
	print_u64("zero", ", %llu zero and left so", rule->zeroes);
	print_u64("trusted", ", %llu verified before", rule->trusted);
	print_text(", %" PRIu64 " skipped", skipped);
	LIST("skipped", ": ", rule->skipped, ksflow_repair_skip_name);
	LIST("errors", "\n  errors: ", rule->by_kind, ksflow_repair_kind_name);
	print_text("\n");
	/* Counted one after the other, while packets go on. */
	print_bool("closes", NULL, rule->seen >= parts);
	print_object_end();
}

static void print_sender(const struct ksflow_repair_sender *sender)
{
	const char *kind = ksflow_repair_kind_name(sender->kind);
	char addr[INET6_ADDRSTRLEN], dev[IFNAMSIZ];

	print_object(NULL);
	print_cell("address", 28, inet_ntop(AF_INET6, sender->addr, addr,
					    sizeof(addr)));
	print_cell_u64("packets", 10, sender->packets);
	print_cell_u64("repaired", 10, sender->repaired);
	print_text("  ");
	print_cell("error", 10, kind ? kind : "?");
	if (ksflow_has(sender, REPAIR_SENDER_OFFSET))
		print_u64("offset", NULL, sender->offset);
	print_cell_u64("port", 6, sender->port);
	print_cell_u64("rule", 5, sender->rule);
	print_u64("ifindex", NULL, sender->ifindex);
	print_text("  ");
	print_cell(if_indextoname(sender->ifindex, dev) ? "dev" : NULL, 10,
		   if_indextoname(sender->ifindex, dev) ? dev : "-");
	print_u64("first-ms-ago", NULL, sender->first_ms);
	print_u64("last-ms-ago", NULL, sender->last_ms);
	print_text("%" PRIu64 ".%" PRIu64 " s ago\n", sender->last_ms / 1000,
		   sender->last_ms % 1000 / 100);
	print_object_end();
}

/* The kernel's own counters: what UDP dropped, in this namespace. */
static void print_kernel(void)
{
	static const struct {
		const char *name, *key, *fmt;
	} counters[] = {
		{ "Udp6InErrors", "udp6-in-errors",
		  "\nkernel: Udp6InErrors %llu" },
		{ "Udp6InCsumErrors", "udp6-in-csum-errors",
		  ", Udp6InCsumErrors %llu\n" },
	};
	unsigned long long value;
	char line[128], name[64];
	FILE *file;
	size_t i;

	file = fopen("/proc/net/snmp6", "re");
	if (!file)
		return;
	print_object("kernel");
	while (fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%63s %llu", name, &value) != 2)
			continue;
		for (i = 0; i < sizeof(counters) / sizeof(counters[0]); i++)
			if (!strcmp(name, counters[i].name))
				print_u64(counters[i].key, counters[i].fmt,
					  value);
	}
	print_object_end();
	fclose(file);
}

static void print_answer(const struct answer *answer)
{
	size_t i;

	print_object(NULL);
	print_object("repair");
	print_array("rules");
	for (i = 0; i < answer->rule_count; i++)
		print_rule(&answer->rules[i]);
	if (!answer->rule_count)
		print_text("no rules; to look for wrong checksums: ksflow repair add port N\n");
	print_array_end();
	print_array("senders");
	for (i = 0; i < answer->sender_count; i++) {
		if (!i)
			print_text("\n%-28s%10s%10s  %-10s%6s%5s  %-10s%s\n",
				   "sender", "wrong", "repaired", "error",
				   "port", "rule", "device", "last");
		print_sender(&answer->senders[i]);
	}
	print_array_end();
	print_u64("senders-forgotten", NULL, answer->total.forgotten);
	if (answer->total.forgotten)
		print_text("%" PRIu64 " more made room\n",
			   answer->total.forgotten);
	print_u64("broken", NULL, answer->total.broken);
	if (answer->total.broken)
		print_text("\n%" PRIu64 " packets end before their port: left alone\n",
			   answer->total.broken);
	print_kernel();
	print_object_end();
	print_object_end();
}

/* Connect to a module that knows of repair. */
static int repair_open(struct ksflow_nl **nl)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	int ret;

	ret = tool_open(nl);
	if (ret)
		return ret;
	if (ksflow_nl_config_get(*nl, &config, &err)) {
		ret = tool_failed(&err);
	} else {
		if (!ksflow_has(&config, CONFIG_REPAIR)) {
			tool_error("module ksflow %s (ABI %" PRIu32 ") cannot repair checksums: load the one this tool came with",
				   config.version, config.abi);
			ret = TOOL_FAILED;
		}
		ksflow_config_free(&config);
	}
	if (ret)
		ksflow_nl_close(*nl);
	return ret;
}

static int repair_show(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct answer answer;
	struct ksflow_nl *nl;
	int ret;

	if (argc)
		return tool_usage(verb,
				  "\"%s\" after \"repair show\": expected nothing more",
				  argv[0]);
	ret = repair_open(&nl);
	if (ret)
		return ret;
	ret = answer_get(nl, &answer, &err);
	if (ret)
		ret = tool_failed(&err);
	else
		print_answer(&answer);
	answer_free(&answer);
	ksflow_nl_close(nl);
	return ret;
}

static int repair_add(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_repair_rule rule;
	struct ksflow_nl *nl;
	char text[200];
	int ret;

	if (!args_repair(argc, argv, &rule, text, sizeof(text)))
		return tool_usage(verb, "%s", text);
	ret = repair_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_repair_add(nl, &rule, &err);
	if (ret)
		ret = tool_failed(&err);
	else if (!ksflow_has(&rule, REPAIR_MODE))
		tool_error("note: wrong checksums are counted and left as they are (mode audit); to repair them, add \"mode repair\"");
	ksflow_nl_close(nl);
	return ret;
}

static int repair_del(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_nl *nl;
	uint64_t id = 0;
	int ret;

	if (argc != 1 || (strcmp(argv[0], "all") &&
			  !args_u64(argv[0], 1, UINT32_MAX, &id)))
		return tool_usage(verb,
				  "expected the number of a rule, or all, after \"repair del\"");
	ret = repair_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_repair_del(nl, id, &err);
	if (ret)
		ret = tool_failed(&err);
	ksflow_nl_close(nl);
	return ret;
}

int repair_run(const struct tool_verb *verb, int argc, char **argv)
{
	if (!argc)
		return repair_show(verb, 0, argv);
	if (!strcmp(argv[0], "show"))
		return repair_show(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "add"))
		return repair_add(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "del"))
		return repair_del(verb, argc - 1, argv + 1);
	return tool_usage(verb, "unknown word \"%s\" after \"repair\": expected show, add or del",
			  argv[0]);
}

static void print_metric(FILE *out, const struct ksflow_repair_rule *rule,
			 const char *result, uint64_t value)
{
	fprintf(out, "ksflow_repair_packets_total{rule=\"%" PRIu32 "\",port=\"%u\",result=\"%s\"} %" PRIu64 "\n",
		rule->id, rule->port, result, value);
}

int repair_print_metrics(struct ksflow_nl *nl, FILE *out,
			 struct ksflow_nl_error *err)
{
	struct answer answer;
	size_t i, cause;
	int ret;

	ret = answer_get(nl, &answer, err);
	if (ret)
		goto out;
	fputs("# HELP ksflow_repair_packets_total UDP packets over IPv6 that a rule of repair names, by what became of them.\n"
	      "# TYPE ksflow_repair_packets_total counter\n", out);
	for (i = 0; i < answer.rule_count; i++) {
		const struct ksflow_repair_rule *r = &answer.rules[i];

		print_metric(out, r, "right", r->right);
		print_metric(out, r, "repaired", r->repaired);
		print_metric(out, r, "wrong", r->wrong);
		print_metric(out, r, "zero", r->zeroes);
		print_metric(out, r, "trusted", r->trusted);
		for (cause = 0; ksflow_repair_skip_name(cause); cause++)
			print_metric(out, r, ksflow_repair_skip_name(cause),
				     r->skipped[cause]);
	}
	fprintf(out, "# HELP ksflow_repair_senders Senders of wrong checksums.\n"
		"# TYPE ksflow_repair_senders gauge\n"
		"ksflow_repair_senders %" PRIu32 "\n", answer.total.senders);
out:
	answer_free(&answer);
	return ret;
}
