// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Rules of repair: words of the tool, blocks of the file, attributes. */
#include "args.h"
#include "conf.h"
#include "nl.h"
#include "tap.h"

#include <libmnl/libmnl.h>

#include <stdlib.h>
#include <string.h>

static struct ksflow_repair_rule rule;
static char err[200];

static bool parse(const char *line)
{
	static char copy[256];
	char *argv[32], *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", line);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	err[0] = 0;
	return args_repair(argc, argv, &rule, err, sizeof(err));
}

static void test_args(void)
{
	static const struct {
		const char *line;
		const char *says;
	} bad[] = {
		{ "", "no port" },
		{ "mode repair", "no port" },
		{ "port 0", "1...65535" },
		{ "port 65536", "1...65535" },
		{ "port x", "bad port \"x\"" },
		{ "port 1 port 2", "\"port\" is given twice" },
		{ "port", "\"port\" needs a value" },
		{ "port 1 mode fix", "expected audit or repair" },
		{ "port 1 from 10.0.0.0/8", "expected an IPv6 address" },
		{ "port 1 from 2001:db8::/129", "expected an IPv6 address" },
		{ "port 1 to ::/x", "bad prefix \"::/x\" after \"to\"" },
		{ "port 1 kinds wrong", "bad kind \"wrong\"" },
		{ "port 1 kinds zero,", "bad kind \"\"" },
		{ "port 1 defrag maybe", "expected on or off" },
		{ "port 1 dev 0123456789abcdef", "at most 15 bytes" },
		{ "port 1 dev eth*0123456789abc", "at most 15 bytes" },
		{ "port 1 what now", "unknown word \"what\"" },
	};
	size_t i;

	ok(parse("port 4739"), "a port");
	is(rule.port, 4739, "this one");
	is(rule.has, 1ULL << KSFLOW_A_REPAIR_PORT, "and nothing else");
	ok(parse("port 1 dev eth* from 2001:db8::/32 to ::1 mode repair kinds zero,swapped defrag on"),
	   "all words");
	is_str(rule.dev, "eth*", "dev");
	ok(rule.from[0] == 0x20 && rule.from[3] == 0xb8 && rule.from_len == 32,
	   "from");
	ok(rule.to[15] == 1 && rule.to_len == 128, "to, an address");
	is(rule.mode, KSFLOW_REPAIR_REPAIR, "mode");
	is(rule.kinds, 1U << KSFLOW_REPAIR_ZERO | 1U << KSFLOW_REPAIR_SWAPPED,
	   "kinds");
	is(rule.defrag, 1, "defrag");
	ok(parse("port 1 kinds all") && rule.kinds == KSFLOW_REPAIR_KINDS_ALL,
	   "kinds all");
	ok(parse("port 1 mode audit") && ksflow_has(&rule, REPAIR_MODE),
	   "audit is a word, too");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		ok(!parse(bad[i].line), "refused: %s", bad[i].line);
		ok(strstr(err, bad[i].says), "and says: %s (%s)", bad[i].says,
		   err);
	}
}

static struct conf conf;
static struct conf_report report;

static int parse_file(const char *text)
{
	conf_defaults(&conf);
	return conf_parse(&conf, text, strlen(text), "test.conf", &report);
}

static void test_conf(void)
{
	struct ksflow_rule rules[KSFLOW_RULES_MAX];
	struct ksflow_layer_conf layer;
	static char text[8192], again[8192];
	struct conf before;
	FILE *out;
	size_t at;
	int i;

	is(parse_file("sflow {\n"
		      "  repair { port=4739 dev=eth0 from=2001:db8::/32 mode=repair }\n"
		      "  repair { port = 2055 kinds = zero,other defrag = on }\n"
		      "  repair { port=9995 to=2001:db8::1 mode=audit }\n"
		      "}\n"), 0, "three blocks");
	is(conf.repair_count, 3, "all of them");
	is(conf.repairs[0].mode, KSFLOW_REPAIR_REPAIR, "the first repairs");
	is_str(conf.repairs[0].dev, "eth0", "at a device");
	is(conf.repairs[1].defrag, 1, "the second reassembles");
	is(conf_layer(&conf, &layer, rules), 0, "a layer of them");
	ok(layer.repair_count == 3 &&
	   !memcmp(layer.repairs, conf.repairs, sizeof(layer.repairs)),
	   "it has the rules");
	out = fmemopen(text, sizeof(text), "w");
	conf_print(&conf, out);
	fclose(out);
	before = conf;
	is(parse_file(text), 0, "what is printed can be read");
	ok(conf.repair_count == before.repair_count &&
	   !memcmp(conf.repairs, before.repairs, sizeof(conf.repairs)),
	   "and says the same");

	ok(parse_file("sflow { repair { mode=repair } }") < 0, "without a port");
	is_str(report.error,
	       "test.conf:1: \"}\": expected port=1...65535 in repair",
	       "what is missing");
	ok(parse_file("sflow { repair { port=0 } }") < 0, "port 0");
	ok(parse_file("sflow { repair { port=1 averyveryverylongword=1 } }") < 0,
	   "an unknown word");
	at = snprintf(again, sizeof(again), "sflow {\n");
	for (i = 0; i < KSFLOW_REPAIR_RULES_MAX + 1; i++) {
		at += snprintf(again + at, sizeof(again) - at,
			       "repair { port=%d }\n", i + 1);
		if (i == KSFLOW_REPAIR_RULES_MAX - 1) {
			strcpy(again + at, "}\n");
			is(parse_file(again), 0, "64 blocks");
		}
	}
	strcpy(again + at, "}\n");
	ok(parse_file(again) < 0 && strstr(report.error, "at most 64"),
	   "one more");
}

struct got {
	struct ksflow_repair_total total;
	struct ksflow_repair_rule rule;
	struct ksflow_repair_sender sender;
	int rules, senders;
};

static int on_total(const struct ksflow_repair_total *total, void *arg)
{
	((struct got *)arg)->total = *total;
	return 0;
}

static int on_rule(const struct ksflow_repair_rule *r, void *arg)
{
	((struct got *)arg)->rule = *r;
	((struct got *)arg)->rules++;
	return 0;
}

static int on_sender(const struct ksflow_repair_sender *sender, void *arg)
{
	((struct got *)arg)->sender = *sender;
	((struct got *)arg)->senders++;
	return 0;
}

static void test_attributes(void)
{
	struct got got = { 0 };
	const struct ksflow_repair_handler handler = {
		on_total, on_rule, on_sender, &got,
	};
	char buf[1024], *copy;
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct nlattr *nest, *list;
	const uint8_t addr[16] = { 0x20, 0x01 };
	size_t len, cut;

	nest = mnl_attr_nest_start(nlh, KSFLOW_A_REPAIR_TOTAL);
	mnl_attr_put_u64(nlh, KSFLOW_A_REPAIR_TOTAL_BROKEN, 7);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_REPAIR);
	mnl_attr_put_u16(nlh, KSFLOW_A_REPAIR_PORT, 4739);
	mnl_attr_put_u64(nlh, KSFLOW_A_REPAIR_SEEN, 12);
	list = mnl_attr_nest_start(nlh, KSFLOW_A_REPAIR_SKIPPED);
	mnl_attr_put_u64(nlh, 2 + KSFLOW_REPAIR_SKIP_LENGTH, 5);
	/* of a module that knows more */
	mnl_attr_put_u64(nlh, 2 + __KSFLOW_REPAIR_SKIP_MAX, 6);
	mnl_attr_put_u64(nlh, 1, 9);
	mnl_attr_nest_end(nlh, list);
	list = mnl_attr_nest_start(nlh, KSFLOW_A_REPAIR_BY_KIND);
	mnl_attr_put_u64(nlh, 2 + KSFLOW_REPAIR_OTHER, 8);
	mnl_attr_nest_end(nlh, list);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_REPAIR_SENDER);
	mnl_attr_put(nlh, KSFLOW_A_REPAIR_SENDER_ADDR, 16, addr);
	mnl_attr_put_u64(nlh, KSFLOW_A_REPAIR_SENDER_PACKETS, 3);
	mnl_attr_nest_end(nlh, nest);
	len = nlh->nlmsg_len - MNL_NLMSG_HDRLEN;
	is(ksflow_nl_parse_repair(buf + MNL_NLMSG_HDRLEN, len, &handler), 0,
	   "an answer");
	is(got.total.broken, 7, "the total");
	is(got.rules, 1, "a rule");
	is(got.rule.seen, 12, "its packets");
	is(got.rule.skipped[KSFLOW_REPAIR_SKIP_LENGTH], 5, "skipped");
	is(got.rule.by_kind[KSFLOW_REPAIR_OTHER], 8, "by kind");
	is(got.senders, 1, "a sender");
	is(got.sender.addr[1], 1, "its address");
	for (cut = 1; cut < len; cut++) {
		copy = malloc(len - cut);
		memcpy(copy, buf + MNL_NLMSG_HDRLEN, len - cut);
		ksflow_nl_parse_repair(copy, len - cut, &handler);
		free(copy);
	}
	ok(true, "cut short: nothing is read beyond");
}

int main(void)
{
	test_args();
	test_conf();
	test_attributes();
	return tap_done();
}
