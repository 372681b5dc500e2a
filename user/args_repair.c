// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* A rule of checksum repair in words: of the tool, and of ksflowd.conf. */
#include "args.h"

#include "nl.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define WORDS	"port, dev, from, to, mode, kinds or defrag"

static bool parse_port(const char *value, struct ksflow_repair_rule *rule,
		       char *err, size_t size)
{
	uint64_t port;

	if (!args_u64(value, 1, UINT16_MAX, &port)) {
		snprintf(err, size, "bad port \"%s\": expected 1...65535",
			 value);
		return false;
	}
	rule->port = port;
	ksflow_set(rule, REPAIR_PORT);
	return true;
}

static bool parse_dev(const char *value, struct ksflow_repair_rule *rule,
		      char *err, size_t size)
{
	if (!args_pattern(value, err, size))
		return false;
	if (strlen(value) >= sizeof(rule->dev)) {
		snprintf(err, size,
			 "interface pattern \"%.20s\" is too long: expected at most %zu bytes",
			 value, sizeof(rule->dev) - 1);
		return false;
	}
	strcpy(rule->dev, value);
	ksflow_set(rule, REPAIR_DEV);
	return true;
}

/* An address alone is a prefix of all its bits. */
static bool parse_prefix(const char *word, const char *value, uint8_t *addr,
			 uint8_t *len, char *err, size_t size)
{
	const char *slash = strchr(value, '/');
	char text[INET6_ADDRSTRLEN];
	uint64_t bits = 128;
	size_t part = slash ? (size_t)(slash - value) : strlen(value);

	if (part < sizeof(text)) {
		memcpy(text, value, part);
		text[part] = 0;
	}
	if (part >= sizeof(text) || inet_pton(AF_INET6, text, addr) != 1 ||
	    (slash && !args_u64(slash + 1, 0, 128, &bits))) {
		snprintf(err, size,
			 "bad prefix \"%s\" after \"%s\": expected an IPv6 address, with /0 to /128 for a prefix",
			 value, word);
		return false;
	}
	*len = bits;
	return true;
}

static bool parse_kinds(const char *list, struct ksflow_repair_rule *rule,
			char *err, size_t size)
{
	char word[16];
	size_t len;
	int kind;

	rule->kinds = 0;
	ksflow_set(rule, REPAIR_KINDS);
	if (!strcmp(list, "all")) {
		rule->kinds = KSFLOW_REPAIR_KINDS_ALL;
		return true;
	}
	do {
		len = strcspn(list, ",");
		snprintf(word, sizeof(word), "%.*s", (int)len, list);
		kind = len < sizeof(word) ? ksflow_repair_kind_parse(word) : -1;
		if (kind < 0) {
			snprintf(err, size,
				 "bad kind \"%.*s\": expected all, or zero, no-pseudo, pseudo, swapped, offset and other with commas between",
				 len > 40 ? 40 : (int)len, list);
			return false;
		}
		rule->kinds |= 1U << kind;
		list += len;
	} while (*list++);
	return true;
}

static bool parse_switch(const char *word, const char *value, uint8_t *is_on,
			 char *err, size_t size)
{
	if (strcmp(value, "on") && strcmp(value, "off")) {
		snprintf(err, size,
			 "bad word \"%s\" after \"%s\": expected on or off",
			 value, word);
		return false;
	}
	*is_on = !strcmp(value, "on");
	return true;
}

bool args_repair_word(const char *word, const char *value,
		      struct ksflow_repair_rule *rule, char *err, size_t size)
{
	int mode;

	if (!strcmp(word, "port"))
		return parse_port(value, rule, err, size);
	if (!strcmp(word, "dev"))
		return parse_dev(value, rule, err, size);
	if (!strcmp(word, "kinds"))
		return parse_kinds(value, rule, err, size);
	if (!strcmp(word, "from")) {
		ksflow_set(rule, REPAIR_FROM);
		return parse_prefix(word, value, rule->from, &rule->from_len,
				    err, size);
	}
	if (!strcmp(word, "to")) {
		ksflow_set(rule, REPAIR_TO);
		return parse_prefix(word, value, rule->to, &rule->to_len, err,
				    size);
	}
	if (!strcmp(word, "defrag")) {
		ksflow_set(rule, REPAIR_DEFRAG);
		return parse_switch(word, value, &rule->defrag, err, size);
	}
	if (!strcmp(word, "mode")) {
		mode = ksflow_repair_mode_parse(value);
		if (mode < 0) {
			snprintf(err, size,
				 "bad mode \"%s\": expected audit or repair",
				 value);
			return false;
		}
		ksflow_set(rule, REPAIR_MODE);
		rule->mode = mode;
		return true;
	}
	snprintf(err, size, "unknown word \"%s\": expected " WORDS, word);
	return false;
}

bool args_repair(int argc, char **argv, struct ksflow_repair_rule *rule,
		 char *err, size_t size)
{
	uint64_t before;
	int i;

	memset(rule, 0, sizeof(*rule));
	for (i = 0; i < argc; i += 2) {
		if (i + 1 == argc) {
			snprintf(err, size, "\"%s\" needs a value", argv[i]);
			return false;
		}
		before = rule->has;
		if (!args_repair_word(argv[i], argv[i + 1], rule, err, size))
			return false;
		if (rule->has == before) {
			snprintf(err, size, "\"%s\" is given twice", argv[i]);
			return false;
		}
	}
	if (!ksflow_has(rule, REPAIR_PORT)) {
		snprintf(err, size, "no port: expected port 1...65535");
		return false;
	}
	return true;
}
