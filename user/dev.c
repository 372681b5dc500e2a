// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verbs "dev" and "reset": sampling device by device. */
#include "dev.h"

#include "args.h"
#include "nl.h"
#include "print.h"
#include "tool.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int list_add(const struct ksflow_dev *dev, void *arg)
{
	struct dev_list *list = arg;
	struct ksflow_dev *grown;

	grown = reallocarray(list->devs, list->count + 1, sizeof(*grown));
	if (!grown)
		return -ENOMEM;
	grown[list->count++] = *dev;
	list->devs = grown;
	return 0;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct ksflow_dev *x = a, *y = b;

	return (x->ifindex > y->ifindex) - (x->ifindex < y->ifindex);
}

int dev_list_get(struct ksflow_nl *nl, struct dev_list *list,
		 struct ksflow_nl_error *err)
{
	int ret;

	memset(list, 0, sizeof(*list));
	ret = ksflow_nl_dev_dump(nl, list_add, list, err);
	if (ret) {
		dev_list_free(list);
		return ret;
	}
	if (list->count)
		qsort(list->devs, list->count, sizeof(*list->devs), by_ifindex);
	return 0;
}

void dev_list_free(struct dev_list *list)
{
	free(list->devs);
	memset(list, 0, sizeof(*list));
}

bool dev_is_wanted(const struct ksflow_dev *dev)
{
	return dev->dir != KSFLOW_DIR_OFF || ksflow_has(dev, DEV_REFUSED);
}

static const char *or_number(const char *name, unsigned int number, char *buf,
			     size_t size)
{
	if (name)
		return name;
	/* A newer module's word: its number says more than nothing. */
	snprintf(buf, size, "%u", number);
	return buf;
}

static void print_named(const char *key, int width, const char *name,
			unsigned int number)
{
	char buf[16];

	print_cell(key, width, or_number(name, number, buf, sizeof(buf)));
}

static void print_rate(const struct ksflow_dev *dev)
{
	char cell[32] = "-";

	if (print_is_json()) {
		if (ksflow_has(dev, DEV_RATE))
			print_u64("rate", NULL, dev->rate);
		print_bool("rate-auto", NULL, dev->rate_is_auto);
		if (ksflow_has(dev, DEV_SPEED))
			print_u64("speed-mbit", NULL, dev->speed_mbit);
		return;
	}
	if (ksflow_has(dev, DEV_RATE) && dev->dir != KSFLOW_DIR_OFF)
		snprintf(cell, sizeof(cell), "%u%s", dev->rate,
			 dev->rate_is_auto ? " auto" : "");
	print_cell(NULL, 13, cell);
}

static void print_tap(const char *key, bool is_there, unsigned int tap)
{
	if (is_there)
		print_named(key, 10, ksflow_tap_name(tap), tap);
	else
		print_cell(NULL, 10, "-");
}

static void print_owners(const struct ksflow_dev *dev)
{
	const char *rate = ksflow_layer_name(dev->rate_layer);
	const char *dir = ksflow_layer_name(dev->dir_layer);
	const char *tap = ksflow_layer_name(dev->tap_layer);

	rate = rate ? rate : "?";
	dir = dir ? dir : "?";
	tap = tap ? tap : "?";
	if (print_is_json()) {
		if (ksflow_has(dev, DEV_RATE_LAYER))
			print_string("rate-owner", NULL, rate);
		if (ksflow_has(dev, DEV_DIR_LAYER))
			print_string("dir-owner", NULL, dir);
		if (ksflow_has(dev, DEV_TAP_LAYER))
			print_string("tap-owner", NULL, tap);
		return;
	}
	if (dev->rate_layer == dev->dir_layer && dev->dir_layer == dev->tap_layer)
		print_text("%s", rate);
	else
		print_text("rate %s, dir %s, tap %s", rate, dir, tap);
}

static void print_dev(const struct ksflow_dev *dev)
{
	print_object(NULL);
	print_cell("dev", 15, dev->name);
	print_cell_u64("ifindex", 7, dev->ifindex);
	print_text(" ");
	print_rate(dev);
	print_named("dir", 8, ksflow_dir_name(dev->dir), dev->dir);
	print_named("tap", 10, ksflow_tap_name(dev->tap), dev->tap);
	print_tap("tap-ingress", ksflow_has(dev, DEV_TAP_INGRESS),
		  dev->tap_ingress);
	print_tap("tap-egress", ksflow_has(dev, DEV_TAP_EGRESS),
		  dev->tap_egress);
	print_owners(dev);
	print_bool("default", NULL, dev->is_default);
	print_text("\n");
	if (ksflow_has(dev, DEV_REFUSED)) {
		print_text("    ");
		print_string_colour("refused", "refused: %s", dev->refused,
				    PRINT_YELLOW);
		print_text("\n");
	}
	print_object_end();
}

void dev_list_print(const struct dev_list *list, const char *key,
		    bool wanted_only)
{
	bool has_head = false;
	size_t i;

	print_array(key);
	for (i = 0; i < list->count; i++) {
		if (wanted_only && !dev_is_wanted(&list->devs[i]))
			continue;
		if (!has_head)
			print_text("%-15s %7s  %-13s %-8s %-10s %-10s %-10s %s\n",
				   "dev", "ifindex", "rate", "dir", "tap",
				   "ingress", "egress", "owner");
		has_head = true;
		print_dev(&list->devs[i]);
	}
	print_array_end();
	if (!has_head)
		print_text("no device is sampled here\n");
}

static int dev_show(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct dev_list list = { 0 };
	struct ksflow_dev dev;
	struct ksflow_nl *nl;
	int ret;

	if (argc > 1)
		return tool_usage(verb,
				  "\"%s\" after \"dev show %s\": expected nothing more",
				  argv[1], argv[0]);
	ret = tool_open(&nl);
	if (ret)
		return ret;
	if (argc) {
		ret = ksflow_nl_dev_get(nl, argv[0], &dev, &err);
		if (ret == -ENODEV) {
			tool_error("no device \"%s\" in this network namespace",
				   argv[0]);
			ret = TOOL_FAILED;
			goto out;
		}
		list.devs = &dev;
		list.count = 1;
	} else {
		ret = dev_list_get(nl, &list, &err);
	}
	if (ret) {
		ret = tool_failed(&err);
		goto out;
	}
	dev_list_print(&list, NULL, false);
	if (!argc)
		dev_list_free(&list);
out:
	ksflow_nl_close(nl);
	return ret;
}

/* What the setting did not do is said at once, not found out later. */
static void warn(struct ksflow_nl *nl, const struct ksflow_rule *rule)
{
	struct ksflow_nl_error err = { 0 };
	struct dev_list list;
	bool is_matched = false;
	size_t i;

	if (dev_list_get(nl, &list, &err))
		return;
	for (i = 0; i < list.count; i++) {
		const struct ksflow_dev *dev = &list.devs[i];

		if (fnmatch(rule->pattern, dev->name, 0))
			continue;
		is_matched = true;
		if (ksflow_has(dev, DEV_REFUSED))
			tool_error("warning: %s: %s", dev->name, dev->refused);
	}
	if (!is_matched)
		tool_error("note: no device matches \"%s\" yet; the setting waits for one",
			   rule->pattern);
	dev_list_free(&list);
}

static int dev_set(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_rule rule = { .has = 1ULL << KSFLOW_A_RULE_PATTERN };
	struct ksflow_nl_error err = { 0 };
	struct ksflow_nl *nl;
	char text[200];
	int ret;

	if (!argc)
		return tool_usage(verb, "\"dev set\": expected a device or pattern");
	if (!args_pattern(argv[0], text, sizeof(text)) ||
	    !args_rule(argc - 1, argv + 1, &rule, text, sizeof(text)))
		return tool_usage(verb, "%s", text);
	snprintf(rule.pattern, sizeof(rule.pattern), "%s", argv[0]);

	ret = tool_open(&nl);
	if (ret)
		return ret;
	/* a new rate turns on what "rate off" had turned off */
	ret = 1;
	if (ksflow_has(&rule, RULE_RATE) && !ksflow_has(&rule, RULE_DIR))
		ret = ksflow_nl_rule_on(nl, &rule, &err);
	if (ret == 1)
		ret = ksflow_nl_rule_set(nl, &rule, &err);
	if (ret)
		ret = tool_failed(&err);
	else
		warn(nl, &rule);
	ksflow_nl_close(nl);
	return ret;
}

static int dev_del(const struct tool_verb *verb, int argc, char **argv,
		   const char *form, bool must_exist)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_nl *nl;
	char text[200];
	int ret;

	if (!argc)
		return tool_usage(verb, "\"%s\": expected a device or pattern",
				  form);
	if (argc > 1)
		return tool_usage(verb,
				  "\"%s\" after \"%s %s\": expected nothing more",
				  argv[1], form, argv[0]);
	if (!args_pattern(argv[0], text, sizeof(text)))
		return tool_usage(verb, "%s", text);

	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_rule_del(nl, argv[0], &err);
	if (ret == -ENOENT && must_exist) {
		tool_error("\"%s\" has no setting of the tool's to forget",
			   argv[0]);
		ret = TOOL_FAILED;
	} else if (ret == -ENOENT) {
		ret = TOOL_OK;
	} else if (ret) {
		ret = tool_failed(&err);
	}
	ksflow_nl_close(nl);
	return ret;
}

int dev_run(const struct tool_verb *verb, int argc, char **argv)
{
	if (!argc)
		return dev_show(verb, 0, argv);
	if (!strcmp(argv[0], "show"))
		return dev_show(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "set"))
		return dev_set(verb, argc - 1, argv + 1);
	if (!strcmp(argv[0], "del"))
		return dev_del(verb, argc - 1, argv + 1, "dev del", true);
	return tool_usage(verb, "unknown word \"%s\" after \"dev\": expected show, set or del",
			  argv[0]);
}

int reset_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_nl *nl;
	int ret;

	if (argc && !strcmp(argv[0], "dev"))
		return dev_del(verb, argc - 1, argv + 1, "reset dev", false);
	if (argc)
		return tool_usage(verb,
				  "unknown word \"%s\" after \"reset\": expected dev, or nothing",
				  argv[0]);
	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ksflow_nl_reset(nl, &err);
	if (ret)
		ret = tool_failed(&err);
	ksflow_nl_close(nl);
	return ret;
}
