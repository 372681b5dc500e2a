// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any text under any command of "ksflow config": refused and left alone, or
 * changed; and what parsed before parses after, if the command's words may
 * stand in a configuration at all. The first byte chooses the command.
 */
#include "conf.h"
#include "conf_edit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char *commands[][5] = {
		{ "polling-interval", "20" }, { "enable" }, { "disable" },
		{ "collector", "add", "a", "10.0.0.1" },
		{ "collector", "del", "a" }, { "agent-id", "add", "eth0" },
		{ "agent-id", "del" }, { "sample-direction", "rx" },
		{ "drop-monitor-limit", "5" }, { "drop-monitor-limit", "0" },
		{ "interface", "enable", "all" },
		{ "interface", "disable", "eth0" },
		{ "interface", "sample-rate", "eth0", "7" },
		{ "interface", "sample-rate", "eth0", "default" },
	};
	static struct conf_report report;
	static struct conf conf;
	char **argv, err[400];
	struct conf_edit e;
	int argc = 0, parsed, ret;

	if (!size)
		return 0;
	argv = commands[data[0] % (sizeof(commands) / sizeof(commands[0]))];
	while (argc < 5 && argv[argc])
		argc++;
	data++;
	size--;
	parsed = conf_parse(&conf, (const char *)data, size, "f", &report);
	if (conf_edit_open(&e, (const char *)data, size))
		return 0;
	ret = conf_command(&e, argc, argv, err, sizeof(err));
	if (ret && !err[0])
		abort();
	/* a parser that accepts more than the other is fine: see verify() */
	if (ret && size && (e.len != size || memcmp(e.text, data, size)))
		abort();
	if (!ret && !parsed &&
	    conf_parse(&conf, e.text, e.len, "f", &report) &&
	    !strstr(report.error, "at most"))
		abort();
	conf_edit_close(&e);
	return 0;
}
