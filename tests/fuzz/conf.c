// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any text as a configuration: refused with a reason, or rules the module
 * takes and a print that reads back.
 */
#include "conf.h"
#include "conf_edit.h"
#include "nl.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What parses can be edited, and says then what it was told to say. */
static void edit(const char *data, size_t size)
{
	static struct conf_report report;
	static struct conf conf;
	struct conf_edit e;

	if (conf_edit_open(&e, data, size))
		return;
	if (!conf_edit_set(&e, "polling", "17") &&
	    (conf_parse(&conf, e.text, e.len, "edited", &report) ||
	     conf.polling_s != 17))
		abort();
	conf_edit_close(&e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct ksflow_rule rules[KSFLOW_RULES_MAX];
	static struct conf_report report;
	struct ksflow_layer_conf layer;
	static struct conf conf;
	char *text = NULL;
	size_t len = 0;
	FILE *out;
	int ret;

	ret = conf_parse(&conf, (const char *)data, size, "fuzz", &report);
	if (ret) {
		if (!report.error[0])
			abort();
		return 0;
	}
	ret = conf_layer(&conf, &layer, rules);
	if (ret && ret != -E2BIG)
		abort();
	out = open_memstream(&text, &len);
	conf_print(&conf, out);
	fclose(out);
	if (conf_parse(&conf, text, len, "printed", &report))
		abort();
	free(text);
	edit((const char *)data, size);
	return 0;
}
