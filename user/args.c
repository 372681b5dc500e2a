// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "args.h"

#include "nl.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than any duration, and far from overflow in nanoseconds. */
#define SECONDS_MAX 1e9

bool args_u64(const char *word, uint64_t min, uint64_t max, uint64_t *value)
{
	char *end;

	if (!*word || strspn(word, "0123456789") != strlen(word))
		return false;
	errno = 0;
	*value = strtoull(word, &end, 10);
	return !errno && !*end && *value >= min && *value <= max;
}

bool args_seconds(const char *word, double min, uint64_t *ns)
{
	double seconds;
	char *end;

	/* strtod() takes more than is meant here: hex, inf, nan, signs. */
	if (!*word || strspn(word, "0123456789.") != strlen(word))
		return false;
	seconds = strtod(word, &end);
	if (*end || !isfinite(seconds) || seconds < min ||
	    seconds > SECONDS_MAX)
		return false;
	*ns = (uint64_t)(seconds * 1e9);
	return true;
}

bool args_is_glob(const char *pattern)
{
	return pattern[strcspn(pattern, "*?[\\")] != '\0';
}

bool args_pattern(const char *word, char *err, size_t size)
{
	if (!*word) {
		snprintf(err, size,
			 "empty interface name: expected a name or a pattern such as \"eth*\"");
		return false;
	}
	if (strlen(word) >= KSFLOW_PATTERN_MAX) {
		snprintf(err, size,
			 "interface pattern \"%.20s...\" is too long: expected at most %d bytes",
			 word, KSFLOW_PATTERN_MAX - 1);
		return false;
	}
	if (!args_is_glob(word) && strlen(word) >= IFNAMSIZ) {
		snprintf(err, size,
			 "no interface can be called \"%s\": expected at most %d bytes",
			 word, IFNAMSIZ - 1);
		return false;
	}
	return true;
}

static bool rule_rate(const char *word, struct ksflow_rule *rule, bool *is_off,
		      char *err, size_t size)
{
	uint64_t rate;

	if (!strcmp(word, "off")) {
		*is_off = true;
		return true;
	}
	if (!strcmp(word, "auto"))
		rate = 0;
	else if (!args_u64(word, 1, KSFLOW_RATE_MAX, &rate)) {
		snprintf(err, size,
			 "bad rate \"%s\": expected 1...%u, \"auto\" or \"off\"",
			 word, KSFLOW_RATE_MAX);
		return false;
	}
	rule->rate = (uint32_t)rate;
	ksflow_set(rule, RULE_RATE);
	return true;
}

static bool rule_dir(const char *word, struct ksflow_rule *rule, char *err,
		     size_t size)
{
	int dir = ksflow_dir_parse(word);

	if (dir < 0) {
		snprintf(err, size,
			 "bad direction \"%s\": expected once, ingress (rx), egress (tx), both or off",
			 word);
		return false;
	}
	rule->dir = (uint8_t)dir;
	ksflow_set(rule, RULE_DIR);
	return true;
}

static bool rule_tap(const char *word, struct ksflow_rule *rule, char *err,
		     size_t size)
{
	int tap = ksflow_tap_parse(word);

	if (tap < 0) {
		snprintf(err, size,
			 "bad tap \"%s\": expected auto, netfilter or tracepoint",
			 word);
		return false;
	}
	rule->tap = (uint8_t)tap;
	ksflow_set(rule, RULE_TAP);
	return true;
}

bool args_rule(int argc, char **argv, struct ksflow_rule *rule, char *err,
	       size_t size)
{
	bool is_off = false, is_good;
	const char *word;
	int i;

	rule->has &= 1ULL << KSFLOW_A_RULE_PATTERN;
	if (argc < 1) {
		snprintf(err, size,
			 "nothing to set: expected rate, dir or tap");
		return false;
	}
	for (i = 0; i < argc; i += 2) {
		word = argv[i];
		if (strcmp(word, "rate") && strcmp(word, "dir") &&
		    strcmp(word, "tap")) {
			snprintf(err, size,
				 "unknown word \"%s\": expected rate, dir or tap",
				 word);
			return false;
		}
		if (i + 1 == argc) {
			snprintf(err, size, "\"%s\" needs a value", word);
			return false;
		}
		if ((word[0] == 'r' && (is_off || ksflow_has(rule, RULE_RATE))) ||
		    (word[0] == 'd' && ksflow_has(rule, RULE_DIR)) ||
		    (word[0] == 't' && ksflow_has(rule, RULE_TAP))) {
			snprintf(err, size, "\"%s\" is given twice", word);
			return false;
		}

		if (word[0] == 'r')
			is_good = rule_rate(argv[i + 1], rule, &is_off, err,
					    size);
		else if (word[0] == 'd')
			is_good = rule_dir(argv[i + 1], rule, err, size);
		else
			is_good = rule_tap(argv[i + 1], rule, err, size);
		if (!is_good)
			return false;
	}

	if (is_off && ksflow_has(rule, RULE_DIR) &&
	    rule->dir != KSFLOW_DIR_OFF) {
		snprintf(err, size, "\"rate off\" contradicts \"dir %s\"",
			 ksflow_dir_name(rule->dir));
		return false;
	}
	if (is_off) {
		rule->dir = KSFLOW_DIR_OFF;
		ksflow_set(rule, RULE_DIR);
	}
	return true;
}
