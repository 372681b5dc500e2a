// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Drops as text, as JSON, and as comments of packets. */
#include "ifname.h"
#include "nl.h"
#include "pcapng.h"
#include "print.h"
#include "record.h"
#include "tap.h"

#include <stdlib.h>

#define HAS(attr)	(1ULL << KSFLOW_A_RECORD_##attr)

static const uint8_t data[28] =
	"\x45\x00\x00\x1c\x00\x01\x00\x00\x40\x11\x66\xce\x0a\x00\x00\x01"
	"\x0a\x00\x00\x02\x9c\x40\x00\x35\x00\x08\x00\x00";
static const struct ksflow_batch batch = {
	.has = 1ULL << KSFLOW_A_BATCH_CPU, .kind = KSFLOW_KIND_DROP, .cpu = 3,
};
/* Numbers that no interface here has. */
static struct ksflow_record drop = {
	.has = HAS(TIME) | HAS(SOURCE) | HAS(IN) | HAS(OUT) | HAS(LEN) |
	       HAS(PROTO) | HAS(DATA) | HAS(REASON) | HAS(SITE) | HAS(DROPS) |
	       HAS(NETNS) | HAS(PID) | HAS(COMM) | HAS(QDISC),
	.time_ns = 1700000000123456789ULL, .source = 700001, .in = 700001,
	.out = 700002, .len_bytes = 28, .proto = 11, .data = data,
	.data_len = sizeof(data), .drops = 5, .hits = 1, .segs = 1,
	.reason = "NETFILTER_DROP", .site = "nft_do_chain+0x1/0x2 [nf_tables]",
	.netns = 4026531840, .pid = 77, .comm = "curl", .qdisc = "fq",
};
static const struct ksflow_record trap = {
	.has = HAS(TRAP) | HAS(GROUP) | HAS(PROTO) | HAS(DATA),
	.proto = 11, .data = data, .data_len = sizeof(data),
	.trap = "blackhole_route", .group = "l3_drops",
};

static struct ifnames *names;
static char *text;
static size_t text_len;

static void shown(const struct ksflow_record *record, bool is_json)
{
	FILE *out;

	free(text);
	text = NULL;
	out = open_memstream(&text, &text_len);
	print_open(out, is_json, false);
	record_print(names, &batch, record);
	print_close();
	fclose(out);
}

static void has(const char *what)
{
	ok(strstr(text, what), "%s", what);
}

static void test_print(void)
{
	shown(&drop, false);
	has(".123456 if700001->if700002 NETFILTER_DROP at nft_do_chain+0x1/0x2 [nf_tables] (258 acl) pid 77 curl len 28 10.0.0.1:40000 > 10.0.0.2:53 UDP\n");
	shown(&trap, false);
	is_str(text, "-->- trap blackhole_route of l3_drops (269 blackhole_route) 10.0.0.1:40000 > 10.0.0.2:53 UDP\n",
	       "a hardware trap");
	shown(&drop, true);
	has("{\"kind\":\"drop\",\"time-ns\":1700000000123456789,\"ifindex\":700001,");
	has("\"reason\":\"NETFILTER_DROP\",");
	has("\"site\":\"nft_do_chain+0x1/0x2 [nf_tables]\",\"function\":\"nft_do_chain\",");
	has("\"sflow-code\":258,\"sflow-name\":\"acl\",");
	has("\"pid\":77,\"comm\":\"curl\",");
	has("\"in-ifindex\":700001,\"out-ifindex\":700002,");
	has("\"qdisc\":\"fq\",");
	has("\"netns\":4026531840,");
	has("\"cpu\":3,");
	ok(!strstr(text, "\"hits\"") && !strstr(text, "\"rate\"") &&
	   !strstr(text, "\"trap\"") && !strstr(text, "\"segs\""),
	   "what is not known is not there");
	shown(&trap, true);
	has("\"trap\":\"blackhole_route\",\"trap-group\":\"l3_drops\",\"sflow-code\":269,");
	ok(!strstr(text, "\"reason\"") && !strstr(text, "ifindex"),
	   "of a trap neither");
}

static void test_save(void)
{
	struct pcapng p;
	char *file = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&file, &len);

	pcapng_open(&p, out, "test");
	is(record_save(&p, names, &batch, &drop), 0, "a drop is saved");
	is(record_save(&p, names, &batch, &trap), 0, "a trap is saved");
	pcapng_close(&p);
	fclose(out);
	ok(memmem(file, len, "reason NETFILTER_DROP site nft_do_chain+0x1/0x2 [nf_tables] sflow 258 acl in if700001 out if700002 pid 77 curl",
		  strlen("reason NETFILTER_DROP site nft_do_chain+0x1/0x2 [nf_tables] sflow 258 acl in if700001 out if700002 pid 77 curl")),
	   "with its comment");
	ok(memmem(file, len, "trap blackhole_route group l3_drops sflow 269",
		  strlen("trap blackhole_route group l3_drops sflow 269")),
	   "a trap with its own");
	free(file);
}

static void test_filters(void)
{
	ok(record_is_dropped_for(&drop, "NETFILTER_DROP"), "by reason");
	ok(record_is_dropped_for(&drop, "netfilter_*"), "by a pattern");
	ok(record_is_dropped_for(&drop, "nft_do_chain"), "by function");
	ok(record_is_dropped_for(&trap, "blackhole_*"), "by trap");
	ok(record_is_dropped_for(&drop, "acl"), "by sFlow's name");
	ok(record_is_dropped_for(&drop, "258"), "by sFlow's code");
	ok(!record_is_dropped_for(&drop, "259"), "not by another code");
	ok(!record_is_dropped_for(&drop, "NO_SOCKET"), "not by another");
	ok(!record_touches(names, &drop, "*"), "interfaces without names");
	drop.out = 1;
	if (ifnames_get(names, 1)) {
		ok(record_touches(names, &drop, "l*"), "by its output");
		ok(!record_touches(names, &drop, "eth*"), "not by another");
	}
}

int main(void)
{
	names = ifnames_new();
	test_print();
	test_save();
	test_filters();
	ifnames_free(names);
	free(text);
	return tap_done();
}
