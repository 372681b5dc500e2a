// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The parser of what the module sends, over messages built here: right ones,
 * ones from a newer module, and garbage.
 */
#include "nl.h"
#include "tap.h"

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>

#define HEAD	(MNL_NLMSG_HDRLEN)

static char buf[8192] __attribute__((aligned(8)));

static struct nlmsghdr *start(void)
{
	memset(buf, 0, sizeof(buf));
	return mnl_nlmsg_put_header(buf);
}

/* A number no version of the header knows. */
#define FUTURE	1000

static void put_record(struct nlmsghdr *nlh, int i)
{
	static const uint8_t data[61] = { 0x52, 0x54, 0, 1 };
	struct nlattr *nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	struct nlattr *inner;

	mnl_attr_put_u64(nlh, KSFLOW_A_RECORD_TIME, 1767225600123456789ULL + i);
	mnl_attr_put_u32(nlh, FUTURE, 7);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_SOURCE, 2);
	mnl_attr_put_u8(nlh, KSFLOW_A_RECORD_DIR, KSFLOW_DIR_EGRESS);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_RATE, 1000);
	mnl_attr_put_u64(nlh, KSFLOW_A_RECORD_POOL, 1ULL << 33);
	mnl_attr_put_u64(nlh, KSFLOW_A_RECORD_DROPS, 3);
	if (i)
		mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_HITS, i);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_IN, KSFLOW_IFINDEX_LOCAL);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_OUT, 2);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_LEN, 61);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_PROTO, 1);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_VLAN, 0x81000064);
	mnl_attr_put(nlh, KSFLOW_A_RECORD_DATA, sizeof(data), data);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_QUEUE, 4);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_QUEUE_DEPTH, 65536);
	mnl_attr_put(nlh, KSFLOW_A_RECORD_NEXTHOP4, 4, "\x0a\0\0\x09");
	mnl_attr_put_u8(nlh, KSFLOW_A_RECORD_SRC_PREFIX, 24);
	mnl_attr_put_u8(nlh, KSFLOW_A_RECORD_DST_PREFIX, 16);
	inner = mnl_attr_nest_start(nlh, FUTURE + 1);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_RATE, 99);
	mnl_attr_nest_end(nlh, inner);
	mnl_attr_put(nlh, KSFLOW_A_RECORD_SEGMENTED, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
}

static struct nlmsghdr *records(int count)
{
	struct nlmsghdr *nlh = start();
	struct nlattr *nest;
	int i;

	mnl_attr_put_u32(nlh, FUTURE, 1);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_put_u8(nlh, KSFLOW_A_BATCH_KIND, KSFLOW_KIND_SAMPLE);
	mnl_attr_put_u32(nlh, KSFLOW_A_BATCH_CPU, 3);
	mnl_attr_put_u64(nlh, KSFLOW_A_BATCH_FIRST, 100);
	mnl_attr_put_u64(nlh, KSFLOW_A_BATCH_NEXT, 110);
	mnl_attr_put_u32(nlh, KSFLOW_A_BATCH_HITS, 8);
	mnl_attr_put_u32(nlh, KSFLOW_A_BATCH_FILTERED, 2);
	mnl_attr_put_u64(nlh, KSFLOW_A_BATCH_LOST_RING, 5);
	mnl_attr_put_u64(nlh, KSFLOW_A_BATCH_LOST_READER, 6);
	mnl_attr_nest_end(nlh, nest);
	for (i = 0; i < count; i++)
		put_record(nlh, i);
	return nlh;
}

static struct {
	int batches;
	int records;
	unsigned int touched;
	struct ksflow_batch batch;
	struct ksflow_record record;
} seen;

static void on_batch(const struct ksflow_batch *batch, void *arg)
{
	(void)arg;
	seen.batches++;
	seen.batch = *batch;
}

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	uint32_t i;

	(void)batch;
	(void)arg;
	seen.records++;
	seen.record = *record;
	/* the sanitizer sees it if data points outside the buffer */
	for (i = 0; i < record->data_len; i++)
		seen.touched += record->data[i];
}

static const struct ksflow_handler handler = { on_batch, on_record, NULL };

/* On the heap, exactly as long as it says. */
static int parse(const void *attrs, size_t len)
{
	void *copy = malloc(len ? len : 1);
	int ret;

	memset(&seen, 0, sizeof(seen));
	memcpy(copy, attrs, len);
	ret = ksflow_nl_parse_records(copy, len, &handler);
	free(copy);
	return ret;
}

static void test_records(void)
{
	struct nlmsghdr *nlh = records(3);
	const struct ksflow_record *r = &seen.record;

	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), 0, "a batch parses");
	is(seen.batches, 1, "one batch");
	is(seen.records, 3, "three records");
	is(seen.batch.cpu, 3, "batch: cpu");
	is(seen.batch.first, 100, "batch: first");
	is(seen.batch.next, 110, "batch: next");
	is(seen.batch.hits, 8, "batch: hits");
	is(seen.batch.filtered, 2, "batch: filtered");
	is(seen.batch.lost_ring, 5, "batch: lost in the ring");
	is(seen.batch.lost_reader, 6, "batch: lost by the reader");
	is(r->time_ns, 1767225600123456791ULL, "record: time");
	is(r->source, 2, "record: source");
	is(r->dir, KSFLOW_DIR_EGRESS, "record: direction");
	is(r->rate, 1000, "record: rate, not the one of an unknown nest");
	is(r->pool, 1ULL << 33, "record: pool");
	is(r->drops, 3, "record: drops");
	is(r->hits, 2, "record: hits");
	is(r->in, KSFLOW_IFINDEX_LOCAL, "record: in");
	is(r->out, 2, "record: out");
	is(r->len_bytes, 61, "record: length");
	is(r->proto, 1, "record: protocol");
	is(r->vlan, 0x81000064, "record: VLAN");
	is(r->data_len, 61, "record: data");
	is(r->queue, 4, "record: queue");
	is(r->queue_depth_bytes, 65536, "record: depth");
	ok(ksflow_has(r, RECORD_NEXTHOP4), "record: has a next hop");
	ok(!ksflow_has(r, RECORD_NEXTHOP6), "record: has no IPv6 next hop");
	is(r->nexthop4[3], 9, "record: next hop");
	is(r->dst_prefix_len, 16, "record: prefix");
	ok(r->is_segmented, "record: segmented");

	nlh = records(1);
	parse(buf + HEAD, nlh->nlmsg_len - HEAD);
	is(r->hits, 1, "record: one hit when not said");
	ok(!ksflow_has(r, RECORD_HITS), "which shows");

	nlh = start();
	put_record(nlh, 0);
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), -EBADMSG,
	   "records without a batch are refused");
	is(seen.records, 0, "and not shown");
	is(parse(buf, 0), -EBADMSG, "nothing at all is refused");
}

static void test_wrong_sizes(void)
{
	struct nlmsghdr *nlh = start();
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_put_u64(nlh, KSFLOW_A_BATCH_CPU, 3);
	mnl_attr_nest_end(nlh, nest);
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), -EBADMSG,
	   "a number of another size is refused");

	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_RATE, 3);
	((struct nlattr *)mnl_attr_get_payload(nest))->nla_len = 200;
	mnl_attr_nest_end(nlh, nest);
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), -EBADMSG,
	   "an attribute longer than its nest is refused");
	((struct nlattr *)mnl_attr_get_payload(nest))->nla_len = 2;
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), -EBADMSG,
	   "one shorter than its own head too");
}

static void test_garbage(void)
{
	struct nlmsghdr *nlh = records(4);
	size_t len = nlh->nlmsg_len - HEAD;
	char *copy = malloc(len);
	unsigned int seed = 1;
	int accepted = 0;
	size_t cut, i;

	for (cut = 0; cut < len; cut++)
		accepted += !parse(buf + HEAD, cut);
	ok(accepted < 16, "truncated: accepted at an attribute's end only (%d)",
	   accepted);

	for (i = 0; i < 200000; i++) {
		int flips = 1 + i % 4;

		memcpy(copy, buf + HEAD, len);
		while (flips--)
			copy[rand_r(&seed) % len] = rand_r(&seed);
		parse(copy, len);
	}
	ok(true, "200000 damaged batches: nothing read outside the buffer");
	free(copy);
}

static int on_stats(const struct ksflow_stats *stats, void *arg)
{
	*(struct ksflow_stats *)arg = *stats;
	return 0;
}

static int on_source(const struct ksflow_source *source, void *arg)
{
	(void)arg;
	return source->ifindex == 2 ? 42 : 0;
}

static void test_answers(void)
{
	struct ksflow_config config = { 0 };
	struct ksflow_stats stats = { 0 };
	struct ksflow_stats_handler h = { .stats = on_stats, .arg = &stats };
	struct nlattr *layer, *nest;
	struct ksflow_dev dev;
	struct nlmsghdr *nlh;

	nlh = start();
	mnl_attr_put_u32(nlh, KSFLOW_A_ABI, 9);
	mnl_attr_put_strz(nlh, KSFLOW_A_VERSION, "0.1.0");
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_CONFIG);
	mnl_attr_put_u32(nlh, KSFLOW_A_CONFIG_HEADER, 128);
	mnl_attr_put_u8(nlh, KSFLOW_A_CONFIG_HEADER_LAYER, KSFLOW_LAYER_TOOL);
	mnl_attr_put(nlh, KSFLOW_A_CONFIG_EGRESS_HOOK, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	layer = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER);
	mnl_attr_put_u8(nlh, KSFLOW_A_LAYER_ID, KSFLOW_LAYER_TOOL);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_RULE);
	mnl_attr_put_strz(nlh, KSFLOW_A_RULE_PATTERN, "eth*");
	mnl_attr_put_u32(nlh, KSFLOW_A_RULE_RATE, 10);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_RULE);
	mnl_attr_put(nlh, KSFLOW_A_RULE_QUIET, 0, NULL);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, layer);
	is(ksflow_nl_parse_config(buf + HEAD, nlh->nlmsg_len - HEAD, &config),
	   0, "config parses");
	is(config.abi, 9, "config: abi");
	is_str(config.version, "0.1.0", "config: version");
	is(config.header_layer, KSFLOW_LAYER_TOOL, "config: owner of header");
	ok(config.has_egress_hook, "config: egress hook");
	if (ok(config.layer_count == 1 && config.layers[0].rule_count == 2,
	       "config: a layer of two rules")) {
		is_str(config.layers[0].rules[0].pattern, "eth*", "rule: pattern");
		is(config.layers[0].rules[0].rate, 10, "rule: rate");
		ok(config.layers[0].rules[1].is_quiet, "rule: quiet");
	}
	ksflow_config_free(&config);

	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_DEV);
	mnl_attr_put_u32(nlh, KSFLOW_A_DEV_IFINDEX, 4);
	mnl_attr_put_strz(nlh, KSFLOW_A_DEV_NAME,
			  "a-name-longer-than-any-interface");
	mnl_attr_put_strz(nlh, KSFLOW_A_DEV_REFUSED, "no");
	mnl_attr_nest_end(nlh, nest);
	is(ksflow_nl_parse_dev(buf + HEAD, nlh->nlmsg_len - HEAD, &dev), 0,
	   "device parses");
	is(dev.ifindex, 4, "device: ifindex");
	is_str(dev.name, "a-name-longer-t", "device: name cut to what fits");
	is_str(dev.refused, "no", "device: refusal");
	ok(!ksflow_has(&dev, DEV_SPEED), "device: speed unknown");

	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_STATS);
	mnl_attr_put_u64(nlh, KSFLOW_A_STATS_SEEN, 12);
	mnl_attr_nest_end(nlh, nest);
	is(ksflow_nl_parse_stats(buf + HEAD, nlh->nlmsg_len - HEAD, &h), 0,
	   "stats parse");
	is(stats.seen, 12, "stats: seen");
	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_SOURCE);
	mnl_attr_put_u32(nlh, KSFLOW_A_SOURCE_IFINDEX, 2);
	mnl_attr_nest_end(nlh, nest);
	h.source = on_source;
	is(ksflow_nl_parse_stats(buf + HEAD, nlh->nlmsg_len - HEAD, &h), 42,
	   "stats: a callback ends the walk");
}

static void test_words(void)
{
	is(ksflow_dir_parse("rx"), KSFLOW_DIR_INGRESS, "rx is ingress");
	is(ksflow_dir_parse("both"), KSFLOW_DIR_BOTH, "both");
	is(ksflow_dir_parse("up"), -EINVAL, "no direction");
	is_str(ksflow_tap_name(KSFLOW_TAP_NETFILTER), "netfilter", "tap");
	ok(!ksflow_tap_name(77), "no tap");
	ok(!ksflow_layer_name(77), "no layer");
}

int main(void)
{
	test_records();
	test_wrong_sizes();
	test_garbage();
	test_answers();
	test_words();
	return tap_done();
}
