// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Words of the command line: what they mean, and what a bad one is told. */
#include "args.h"
#include "nl.h"
#include "tap.h"

#include <stdlib.h>

static char err[200];
static struct ksflow_rule rule;

/* args_rule() on words separated by spaces. */
static bool parse(const char *line)
{
	char copy[200], *argv[20], *save = NULL, *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word && argc < 20;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	memset(&rule, 0, sizeof(rule));
	err[0] = 0;
	return args_rule(argc, argv, &rule, err, sizeof(err));
}

static void test_rules(void)
{
	static const struct {
		const char *line;
		const char *err;
	} bad[] = {
		{ "", "nothing to set: expected rate, dir or tap" },
		{ "rate", "\"rate\" needs a value" },
		{ "rate 0", "bad rate \"0\": expected 1...16777216, \"auto\" or \"off\"" },
		{ "rate 16777217", "bad rate \"16777217\": expected 1...16777216, \"auto\" or \"off\"" },
		{ "rate -1", "bad rate \"-1\": expected 1...16777216, \"auto\" or \"off\"" },
		{ "rate 1e3", "bad rate \"1e3\": expected 1...16777216, \"auto\" or \"off\"" },
		{ "rate 99999999999999999999", "bad rate \"99999999999999999999\": expected 1...16777216, \"auto\" or \"off\"" },
		{ "dir up", "bad direction \"up\": expected once, ingress (rx), egress (tx), both or off" },
		{ "tap ebpf", "bad tap \"ebpf\": expected auto, netfilter or tracepoint" },
		{ "speed 10", "unknown word \"speed\": expected rate, dir or tap" },
		{ "rate 1 rate 2", "\"rate\" is given twice" },
		{ "rate off rate 2", "\"rate\" is given twice" },
		{ "dir both dir off", "\"dir\" is given twice" },
		{ "rate off dir both", "\"rate off\" contradicts \"dir both\"" },
	};
	size_t i;

	ok(parse("rate 1000"), "a rate");
	ok(ksflow_has(&rule, RULE_RATE) && !ksflow_has(&rule, RULE_DIR) &&
	   !ksflow_has(&rule, RULE_TAP), "sets the rate and nothing else");
	is(rule.rate, 1000, "rate");
	ok(parse("rate 16777216") && rule.rate == 1U << 24, "the highest rate");
	ok(parse("rate auto") && ksflow_has(&rule, RULE_RATE) && !rule.rate,
	   "rate auto");
	ok(parse("rate off") && !ksflow_has(&rule, RULE_RATE) &&
	   ksflow_has(&rule, RULE_DIR) && rule.dir == KSFLOW_DIR_OFF,
	   "rate off = dir off");
	ok(parse("rate off dir off"), "said twice in two ways");
	ok(parse("dir rx") && rule.dir == KSFLOW_DIR_INGRESS, "rx");
	ok(parse("dir tx") && rule.dir == KSFLOW_DIR_EGRESS, "tx");
	ok(parse("tap netfilter dir both rate 5") &&
	   rule.tap == KSFLOW_TAP_NETFILTER && rule.dir == KSFLOW_DIR_BOTH &&
	   rule.rate == 5, "in any order");

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!parse(bad[i].line), "refused: %s", bad[i].line);
		is_str(err, bad[i].err, "with the reason");
	}
}

static void test_words(void)
{
	char long_name[100];
	uint64_t value;

	ok(args_u64("0", 0, 10, &value) && !value, "0");
	ok(args_u64("18446744073709551615", 0, UINT64_MAX, &value) &&
	   value == UINT64_MAX, "the largest number");
	ok(!args_u64("18446744073709551616", 0, UINT64_MAX, &value), "one more");
	ok(!args_u64("", 0, 10, &value) && !args_u64("+1", 0, 10, &value) &&
	   !args_u64(" 1", 0, 10, &value) && !args_u64("1 ", 0, 10, &value) &&
	   !args_u64("0x1", 0, 10, &value), "nothing but digits");
	ok(args_seconds("1.5", 0, &value) && value == 1500000000, "1.5 s");
	ok(!args_seconds("0", 0.001, &value) && !args_seconds(".", 0, &value) &&
	   !args_seconds("1.2.3", 0, &value) && !args_seconds("inf", 0, &value) &&
	   !args_seconds("1e9", 0, &value) && !args_seconds("-1", 0, &value) &&
	   !args_seconds("99999999999", 0, &value), "bad durations");

	ok(args_is_glob("eth*") && args_is_glob("e?") && args_is_glob("[e]") &&
	   !args_is_glob("eth0.10"), "patterns");
	ok(args_pattern("eth0", err, sizeof(err)), "a name");
	ok(!args_pattern("", err, sizeof(err)), "no empty name");
	ok(!args_pattern("a123456789012345", err, sizeof(err)),
	   "no name of 16 bytes");
	is_str(err, "no interface can be called \"a123456789012345\": expected at most 15 bytes",
	       "with the reason");
	ok(args_pattern("a1234567890123456789*", err, sizeof(err)),
	   "a long pattern");
	memset(long_name, '*', sizeof(long_name));
	long_name[64] = 0;
	ok(!args_pattern(long_name, err, sizeof(err)), "no pattern of 64 bytes");
	long_name[63] = 0;
	ok(args_pattern(long_name, err, sizeof(err)), "63 bytes");
}

static struct ksflow_drop_conf drop;

static bool parse_drop(const char *line)
{
	char copy[200], *argv[20], *save = NULL, *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok_r(copy, " ", &save); word && argc < 20;
	     word = strtok_r(NULL, " ", &save))
		argv[argc++] = word;
	memset(&drop, 0xa5, sizeof(drop));
	err[0] = 0;
	return args_drop(argc, argv, &drop, err, sizeof(err));
}

static void test_drops(void)
{
	static const struct {
		const char *line;
		const char *err;
	} bad[] = {
		{ "", "nothing to set: expected state, limit, burst, sw, hw or hide" },
		{ "state", "\"state\" needs a value" },
		{ "state maybe", "bad state \"maybe\": expected on, count or off" },
		{ "limit 0", "bad limit \"0\": expected 1...1000000000 a second, or unlimited" },
		{ "limit 1000000001", "bad limit \"1000000001\": expected 1...1000000000 a second, or unlimited" },
		{ "burst unlimited", "bad burst \"unlimited\": expected 1...1000000000" },
		{ "sw 1", "bad word \"1\" after \"sw\": expected on or off" },
		{ "hw on sw on hw on", "\"hw\" is given twice" },
		{ "rate 1", "unknown word \"rate\": expected state, limit, burst, sw, hw or hide" },
		{ "hide OTHERHOST", "bad word \"OTHERHOST\" to hide: expected default, none, +REASON or -REASON" },
		{ "hide none,", "bad word \"\" to hide: expected default, none, +REASON or -REASON" },
		{ "hide +", "bad pattern to hide: expected 1...62 characters" },
		{ "hide +0123456789012345678901234567890123456789012345678901234567890123",
		  "bad pattern to hide: expected 1...62 characters" },
	};
	char many[KSFLOW_HIDE_MAX * 3 + 20];
	size_t i;

	ok(parse_drop("state on limit 50 burst 5 sw on hw off"), "all numbers");
	is(drop.state, KSFLOW_DROP_ON, "state");
	is(drop.limit, 50, "limit");
	is(drop.burst, 5, "burst");
	ok(drop.sw && !drop.hw, "sw and hw");
	is(drop.hide_count, 0, "hide: nothing said");
	ok(!ksflow_has(&drop, DROP_HIDE), "which shows");
	ok(parse_drop("limit unlimited") && drop.limit == KSFLOW_UNLIMITED &&
	   drop.has == 1ULL << KSFLOW_A_DROP_LIMIT, "no limit, and nothing else");
	ok(parse_drop("hide none,+SKB_DROP_REASON_NO_SOCKET,-tcp_v4_*"), "hide");
	is(drop.hide_count, 3, "hide: three");
	is_str(drop.hide[0], "none", "hide: none");
	is_str(drop.hide[1], "+NO_SOCKET", "hide: without the prefix");
	is_str(drop.hide[2], "-tcp_v4_*", "hide: a function");

	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!parse_drop(bad[i].line), "refused: %s", bad[i].line);
		is_str(err, bad[i].err, "and said why");
	}
	memset(&drop, 0, sizeof(drop));
	strcpy(many, "none");
	for (i = 0; i < KSFLOW_HIDE_MAX; i++)
		strcat(many, ",+X");
	ok(!args_hide(many, &drop, err, sizeof(err)), "refused: 65 patterns");
	ok(args_hide(many + 5, (memset(&drop, 0, sizeof(drop)), &drop), err,
		     sizeof(err)), "64 are fine");
}

int main(void)
{
	test_drops();
	test_rules();
	test_words();
	return tap_done();
}
