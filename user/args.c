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

bool args_hide(const char *list, struct ksflow_drop_conf *drop, char *err,
	       size_t size)
{
	static const char prefix[] = "SKB_DROP_REASON_";
	size_t len;

	do {
		const char *entry = list, *pattern;
		char *to;

		len = strcspn(list, ",");
		list += len;
		pattern = entry + (*entry == '+' || *entry == '-');
		if (pattern > entry) {
			if (!strncmp(pattern, prefix, sizeof(prefix) - 1))
				pattern += sizeof(prefix) - 1;
		} else if (!(len == 7 && !strncmp(entry, "default", len)) &&
			   !(len == 4 && !strncmp(entry, "none", len))) {
			snprintf(err, size,
				 "bad word \"%.*s\" to hide: expected default, none, +REASON or -REASON",
				 len > 40 ? 40 : (int)len, entry);
			return false;
		}
		len = entry + len - pattern;
		if (!len || len + (pattern > entry) >= KSFLOW_PATTERN_MAX) {
			snprintf(err, size,
				 "bad pattern to hide: expected 1...%d characters",
				 KSFLOW_PATTERN_MAX - 2);
			return false;
		}
		if (drop->hide_count == KSFLOW_HIDE_MAX) {
			snprintf(err, size,
				 "too much to hide: expected at most %d patterns",
				 KSFLOW_HIDE_MAX);
			return false;
		}
		to = drop->hide[drop->hide_count++];
		memset(to, 0, KSFLOW_PATTERN_MAX);
		if (pattern > entry)
			*to++ = *entry;
		memcpy(to, pattern, len);
		ksflow_set(drop, DROP_HIDE);
	} while (*list++);
	return true;
}

static bool drop_word(const char *word, const char *value,
		      struct ksflow_drop_conf *drop, char *err, size_t size)
{
	uint64_t number;
	int state;

	if (!strcmp(word, "hide"))
		return args_hide(value, drop, err, size);
	if (!strcmp(word, "state")) {
		state = ksflow_drop_state_parse(value);
		if (state < 0) {
			snprintf(err, size,
				 "bad state \"%s\": expected on, count or off",
				 value);
			return false;
		}
		ksflow_set(drop, DROP_STATE);
		drop->state = state;
		return true;
	}
	if (!strcmp(word, "limit") && !strcmp(value, "unlimited")) {
		ksflow_set(drop, DROP_LIMIT);
		drop->limit = KSFLOW_UNLIMITED;
		return true;
	}
	if (!strcmp(word, "limit") || !strcmp(word, "burst")) {
		if (!args_u64(value, 1, KSFLOW_LIMIT_MAX, &number)) {
			snprintf(err, size, "bad %s \"%s\": expected 1...%u%s",
				 word, value, KSFLOW_LIMIT_MAX,
				 word[0] == 'l' ? " a second, or unlimited" : "");
			return false;
		}
		if (word[0] == 'l') {
			ksflow_set(drop, DROP_LIMIT);
			drop->limit = number;
		} else {
			ksflow_set(drop, DROP_BURST);
			drop->burst = number;
		}
		return true;
	}
	if (strcmp(value, "on") && strcmp(value, "off")) {
		snprintf(err, size, "bad word \"%s\" after \"%s\": expected on or off",
			 value, word);
		return false;
	}
	if (word[0] == 's') {
		ksflow_set(drop, DROP_SW);
		drop->sw = !strcmp(value, "on");
	} else {
		ksflow_set(drop, DROP_HW);
		drop->hw = !strcmp(value, "on");
	}
	return true;
}

bool args_drop(int argc, char **argv, struct ksflow_drop_conf *drop, char *err,
	       size_t size)
{
	static const char * const words[] = {
		"state", "limit", "burst", "sw", "hw", "hide",
	};
	bool is_given[sizeof(words) / sizeof(words[0])] = { false };
	size_t word;
	int i;

	memset(drop, 0, sizeof(*drop));
	if (argc < 1) {
		snprintf(err, size,
			 "nothing to set: expected state, limit, burst, sw, hw or hide");
		return false;
	}
	for (i = 0; i < argc; i += 2) {
		for (word = 0; word < sizeof(words) / sizeof(words[0]); word++)
			if (!strcmp(argv[i], words[word]))
				break;
		if (word == sizeof(words) / sizeof(words[0])) {
			snprintf(err, size,
				 "unknown word \"%s\": expected state, limit, burst, sw, hw or hide",
				 argv[i]);
			return false;
		}
		if (i + 1 == argc) {
			snprintf(err, size, "\"%s\" needs a value", argv[i]);
			return false;
		}
		if (is_given[word]) {
			snprintf(err, size, "\"%s\" is given twice", argv[i]);
			return false;
		}
		is_given[word] = true;
		if (!drop_word(argv[i], argv[i + 1], drop, err, size))
			return false;
	}
	return true;
}
