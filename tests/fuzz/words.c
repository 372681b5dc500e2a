// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any words as a command line, one a line: refused with a reason, or taken.
 * The first byte says by whom.
 */
#include "args.h"
#include "nl.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define WORDS	64

static bool take(char verb, int argc, char **argv, char *err, size_t size)
{
	struct ksflow_repair_rule repair = { 0 };
	struct ksflow_drop_conf drop = { 0 };
	struct ksflow_rule rule = { 0 };
	uint64_t value;
	int i;

	switch (verb) {
	case 'd':
		return args_rule(argc, argv, &rule, err, size);
	case 'r':
		return args_repair(argc, argv, &repair, err, size);
	case 'p':
		for (i = 0; i < argc; i++) {
			if (args_is_glob(argv[i]) && !strpbrk(argv[i], "*?[\\"))
				abort();
			if (!args_pattern(argv[i], err, size))
				return false;
		}
		return true;
	case 'n':
		for (i = 0; i < argc; i++) {
			if (args_u64(argv[i], 5, 500, &value) &&
			    (value < 5 || value > 500))
				abort();
			args_seconds(argv[i], 0.1, &value);
		}
		return true;
	default:
		return args_drop(argc, argv, &drop, err, size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text, *rest, *words[WORDS + 1];
	char err[128];
	int count = 0;

	if (!size)
		return 0;
	text = rest = calloc(1, size);
	memcpy(text, data + 1, size - 1);
	while (count < WORDS && (words[count] = strsep(&rest, "\n")))
		count++;
	words[count] = NULL;
	memset(err, 'x', sizeof(err));
	err[0] = '\0';
	if (!take((char)data[0], count, words, err, sizeof(err)) &&
	    (!err[0] || !memchr(err, 0, sizeof(err))))
		abort();
	free(text);
	return 0;
}
