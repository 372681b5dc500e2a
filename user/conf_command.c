// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The words of a switch, as changes to a configuration's text. */
#include "args.h"
#include "conf_edit.h"

#include <linux/ksflow.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int wrong(char *err, size_t size, const char *got, const char *expected)
{
	snprintf(err, size, "\"%s\": expected %s", got ? got : "", expected);
	return -EINVAL;
}

/* As it is to be in the file: no word that needs quotes. */
static bool is_word(const char *word)
{
	return word[0] && !strpbrk(word, " \t\r\n=;#{}\"");
}

static int number(const char *word, uint64_t min, uint64_t max, char *err,
		  size_t size)
{
	char expected[64];
	uint64_t value;

	if (word && args_u64(word, min, max, &value))
		return 0;
	snprintf(expected, sizeof(expected), "a number, %llu...%llu",
		 (unsigned long long)min, (unsigned long long)max);
	return wrong(err, size, word, expected);
}

static int edited(const struct conf_edit *e, int ret, char *err, size_t size)
{
	if (ret == -EINVAL)
		snprintf(err, size, "%s", e->error);
	else if (ret && !err[0])
		snprintf(err, size, "%s", strerror(-ret));
	return ret;
}

static int collector_add(struct conf_edit *e, int argc, char **argv, char *err,
			 size_t size)
{
	struct conf_block block = { "collector", "name", argc ? argv[0] : "" };
	const char *port = NULL, *vrf = NULL;
	char line[512], value[256];
	int i;

	if (argc < 2 || !is_word(argv[0]) || !is_word(argv[1]))
		return wrong(err, size, argc ? argv[argc - 1] : NULL,
			     "a name and an address");
	for (i = 2; i < argc; i += 2) {
		if (i + 1 == argc || (strcmp(argv[i], "--port") &&
				      strcmp(argv[i], "--vrf")))
			return wrong(err, size, argv[i],
				     "--port NUMBER or --vrf NAME");
		if (!strcmp(argv[i], "--port"))
			port = argv[i + 1];
		else
			vrf = argv[i + 1];
	}
	if (port && number(port, 1, 65535, err, size))
		return -EINVAL;
	/* the VRF that one is in without any */
	if (vrf && !strcmp(vrf, "default"))
		vrf = NULL;
	if (vrf && !is_word(vrf))
		return wrong(err, size, vrf, "a VRF");
	if (conf_edit_find(e, &block, "ip", value, sizeof(value))) {
		snprintf(err, size, "there is a collector \"%s\" already, at %s",
			 argv[0], value);
		return -EEXIST;
	}
	snprintf(line, sizeof(line), "collector { ip=%s udpport=%s%s%s name=%s }",
		 argv[1], port ? port : "6343", vrf ? " dev=" : "",
		 vrf ? vrf : "", argv[0]);
	return conf_edit_block_add(e, line);
}

static int collector(struct conf_edit *e, int argc, char **argv, char *err,
		     size_t size)
{
	struct conf_block block = { "collector", "name", NULL };
	int ret;

	if (argc && !strcmp(argv[0], "add"))
		return collector_add(e, argc - 1, argv + 1, err, size);
	if (argc != 2 || strcmp(argv[0], "del"))
		return wrong(err, size, argc ? argv[0] : NULL,
			     "add NAME ADDRESS or del NAME");
	block.value = argv[1];
	ret = conf_edit_block_del(e, &block);
	if (ret == -ENOENT) {
		/* one that nobody named */
		block.key = "ip";
		ret = conf_edit_block_del(e, &block);
	}
	if (ret == -ENOENT)
		snprintf(err, size, "there is no collector \"%s\"", argv[1]);
	return ret;
}

static int agent_id(struct conf_edit *e, int argc, char **argv, char *err,
		    size_t size)
{
	if (argc == 2 && !strcmp(argv[0], "add") && is_word(argv[1]))
		return conf_edit_set(e, "agent", argv[1]);
	if (argc == 1 && !strcmp(argv[0], "del")) {
		int ret = conf_edit_set(e, "agent", NULL);

		return ret == -ENOENT ? 0 : ret;
	}
	return wrong(err, size, argc ? argv[argc - 1] : NULL,
		     "add INTERFACE or del");
}

static int sample_direction(struct conf_edit *e, int argc, char **argv,
			    char *err, size_t size)
{
	static const char * const words[][2] = {
		{ "rx", "in" }, { "tx", "out" }, { "both", "both" },
		{ "ingress", "in" }, { "egress", "out" }, { "once", "once" },
	};
	size_t i;

	for (i = 0; argc == 1 && i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(argv[0], words[i][0]))
			return conf_edit_set(e, "samplingDirection",
					     words[i][1]);
	}
	return wrong(err, size, argc ? argv[0] : NULL, "rx, tx, both or once");
}

static int drop_limit(struct conf_edit *e, int argc, char **argv, char *err,
		      size_t size)
{
	struct conf_block block = { "dropmon", NULL, NULL };
	int ret;

	if (argc != 1)
		return wrong(err, size, argc ? argv[1] : NULL,
			     "drops a second, 0 for none");
	if (!strcmp(argv[0], "0"))
		return conf_edit_block_set(e, &block, "start", "off");
	if (strcmp(argv[0], "unlimited") &&
	    number(argv[0], 1, KSFLOW_LIMIT_MAX, err, size))
		return -EINVAL;
	ret = conf_edit_block_set(e, &block, "limit", argv[0]);
	return ret ? ret : conf_edit_block_set(e, &block, "start", "on");
}

static int interface_enable(struct conf_edit *e, bool is_on, const char *dev)
{
	struct conf_block block = { "interface", "dev", dev };
	int ret;

	if (strcmp(dev, "all"))
		return conf_edit_block_set(e, &block, "enabled",
					   is_on ? "on" : "off");
	/* those that are sampled unless somebody says otherwise */
	block.value = "*";
	if (!is_on)
		return conf_edit_block_set(e, &block, "enabled", "off");
	ret = conf_edit_block_del(e, &block);
	return ret == -ENOENT ? 0 : ret;
}

static int interface(struct conf_edit *e, int argc, char **argv, char *err,
		     size_t size)
{
	struct conf_block block = { "interface", "dev", argc > 1 ? argv[1] : "" };
	bool is_on;
	int ret;

	if (argc > 1 && !is_word(argv[1]))
		return wrong(err, size, argv[1], "an interface");
	is_on = argc && !strcmp(argv[0], "enable");
	if (argc == 2 && (is_on || !strcmp(argv[0], "disable")))
		return interface_enable(e, is_on, argv[1]);
	if (argc != 3 || strcmp(argv[0], "sample-rate"))
		return wrong(err, size, argc ? argv[0] : NULL,
			     "enable IF|all, disable IF|all or sample-rate IF N");
	if (!strcmp(argv[2], "default")) {
		ret = conf_edit_block_set(e, &block, "sampling", NULL);
		return ret == -ENOENT ? 0 : ret;
	}
	if (number(argv[2], 1, KSFLOW_RATE_MAX, err, size))
		return -EINVAL;
	return conf_edit_block_set(e, &block, "sampling", argv[2]);
}

int conf_command(struct conf_edit *e, int argc, char **argv, char *err,
		 size_t size)
{
	int ret;

	err[0] = '\0';
	if (argc && !strcmp(argv[0], "collector"))
		ret = collector(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "agent-id"))
		ret = agent_id(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "sample-direction"))
		ret = sample_direction(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "drop-monitor-limit"))
		ret = drop_limit(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "interface"))
		ret = interface(e, argc - 1, argv + 1, err, size);
	else if (argc == 2 && !strcmp(argv[0], "polling-interval"))
		ret = number(argv[1], 0, 86400, err, size) ? -EINVAL :
		      conf_edit_set(e, "polling", argv[1]);
	else if (argc == 1 && !strcmp(argv[0], "enable"))
		ret = conf_edit_set(e, "enabled", "on");
	else if (argc == 1 && !strcmp(argv[0], "disable"))
		ret = conf_edit_set(e, "enabled", "off");
	else
		return wrong(err, size, argc ? argv[0] : NULL,
			     "collector, agent-id, enable, disable, sample-direction, polling-interval, drop-monitor-limit or interface");
	if (ret == -EINVAL && err[0])
		return ret;
	return edited(e, ret, err, size);
}
