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

/* Whatever a record has, nothing of it is in the next one. */
static void test_apart(void)
{
	static const uint8_t value[20] = "from the one before";
	static const size_t sizes[] = { 0, 1, 2, 4, 8, 16, 20 };
	struct ksflow_record empty = { .hits = 1, .segs = 1 };
	unsigned int type, i, parsed = 0, left = 0;

	for (type = 1; type < 64; type++) {
		for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
			struct nlmsghdr *nlh = records(0);
			struct nlattr *nest;

			nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
			mnl_attr_put(nlh, type, sizes[i], value);
			mnl_attr_nest_end(nlh, nest);
			nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
			mnl_attr_nest_end(nlh, nest);
			if (parse(buf + HEAD, nlh->nlmsg_len - HEAD))
				continue;
			parsed++;
			left += memcmp(&seen.record, &empty, sizeof(empty)) != 0;
		}
	}
	is(parsed > 63, 1, "each attribute has a size that parses");
	is(left, 0, "and none is left in the record after it");
}

static void put_socket(struct nlmsghdr *nlh)
{
	struct nlattr *nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD_SOCKET);

	mnl_attr_put_u8(nlh, KSFLOW_A_SOCKET_PROTO, 6);
	mnl_attr_put(nlh, KSFLOW_A_SOCKET_SENT, 0, NULL);
	mnl_attr_put(nlh, KSFLOW_A_SOCKET_LOCAL4, 4, "\x0a\0\0\x09");
	mnl_attr_put(nlh, KSFLOW_A_SOCKET_REMOTE4, 4, "\x0a\0\0\x08");
	mnl_attr_put_u16(nlh, KSFLOW_A_SOCKET_LOCAL_PORT, 443);
	mnl_attr_put_u16(nlh, KSFLOW_A_SOCKET_REMOTE_PORT, 50000);
	mnl_attr_put_u8(nlh, KSFLOW_A_SOCKET_STATE, 1);
	mnl_attr_put_u32(nlh, KSFLOW_A_SOCKET_RTT, 12345);
	mnl_attr_put_u32(nlh, FUTURE, 7);
	mnl_attr_nest_end(nlh, nest);
}

static void test_socket(void)
{
	const struct ksflow_socket *s = &seen.record.socket;
	struct nlmsghdr *nlh = start();
	struct nlattr *nest;

	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_put_u8(nlh, KSFLOW_A_BATCH_KIND, KSFLOW_KIND_SAMPLE);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	put_socket(nlh);
	mnl_attr_nest_end(nlh, nest);
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), 0, "a socket parses");
	ok(ksflow_has(&seen.record, RECORD_SOCKET), "socket: is there");
	is(s->proto, 6, "socket: protocol");
	ok(s->is_sender, "socket: sender");
	is(s->local4[3], 9, "socket: local address");
	is(s->remote4[3], 8, "socket: remote address");
	is(s->local_port, 443, "socket: local port");
	is(s->remote_port, 50000, "socket: remote port");
	is(s->rtt_us, 12345, "socket: rtt");
	ok(!ksflow_has(s, SOCKET_MIN_RTT), "socket: no least rtt");

	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_put_u8(nlh, KSFLOW_A_BATCH_KIND, KSFLOW_KIND_SAMPLE);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_SOCKET, 0xffffffff);
	mnl_attr_nest_end(nlh, nest);
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD), -EBADMSG,
	   "a socket that is none is refused");
}

/* A drop knows other things than a sample. */
static void test_drops(void)
{
	const struct ksflow_record *r = &seen.record;
	struct nlmsghdr *nlh = start();
	char site[300];
	struct nlattr *nest;

	memset(site, 'f', sizeof(site) - 1);
	site[sizeof(site) - 1] = 0;
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_BATCH);
	mnl_attr_put_u8(nlh, KSFLOW_A_BATCH_KIND, KSFLOW_KIND_DROP);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_REASON, "NETFILTER_DROP");
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_SITE, site);
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_TRAP, "blackhole_route");
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_GROUP, "l3_drops");
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_DST_ERROR, 113);
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_QDISC, "fq_codel");
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_SEGS, 44);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_NETNS, 0xf0000000);
	mnl_attr_put_u32(nlh, KSFLOW_A_RECORD_PID, 4711);
	mnl_attr_put_strz(nlh, KSFLOW_A_RECORD_COMM, "a name over fifteen");
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_RECORD);
	mnl_attr_nest_end(nlh, nest);

	/* the second record is the one kept: cut it off to see the first */
	is(parse(buf + HEAD, nlh->nlmsg_len - HEAD - 4), 0, "a drop parses");
	is(seen.batch.kind, KSFLOW_KIND_DROP, "drop: kind");
	is_str(r->reason, "NETFILTER_DROP", "drop: reason");
	is(strlen(r->site), KSFLOW_SITE_BYTES - 1, "drop: call site, cut");
	is_str(r->trap, "blackhole_route", "drop: trap");
	is_str(r->group, "l3_drops", "drop: trap group");
	is(r->dst_error, 113, "drop: error of the route");
	is_str(r->qdisc, "fq_codel", "drop: qdisc");
	is(r->segs, 44, "drop: frames");
	is(r->netns, 0xf0000000, "drop: namespace");
	is(r->pid, 4711, "drop: process");
	is_str(r->comm, "a name over fif", "drop: its name");
	parse(buf + HEAD, nlh->nlmsg_len - HEAD);
	is(seen.records, 2, "drop: one that says nothing is one too");
	is(r->segs, 1, "drop: one frame when not said");
	is_str(r->reason, "", "drop: no reason of the one before");
	ok(!ksflow_has(r, RECORD_REASON), "drop: which shows");
}

static void test_drop_settings(void)
{
	struct ksflow_config config = { 0 };
	const struct ksflow_layer_conf *layer;
	struct nlmsghdr *nlh = start();
	struct ksflow_drop_count count;
	struct nlattr *outer, *nest;
	int i;

	outer = mnl_attr_nest_start(nlh, KSFLOW_A_CONFIG);
	mnl_attr_put(nlh, KSFLOW_A_CONFIG_DROP_REASONS, 0, NULL);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_CONFIG_DROP);
	mnl_attr_put_u8(nlh, KSFLOW_A_DROP_STATE, KSFLOW_DROP_COUNT);
	mnl_attr_put_u8(nlh, KSFLOW_A_DROP_STATE_LAYER, KSFLOW_LAYER_DAEMON);
	mnl_attr_put_u32(nlh, KSFLOW_A_DROP_LIMIT, KSFLOW_UNLIMITED);
	mnl_attr_put_strz(nlh, KSFLOW_A_DROP_HIDE, "default");
	mnl_attr_put_strz(nlh, KSFLOW_A_DROP_HIDE, "-OTHERHOST");
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_nest_end(nlh, outer);
	outer = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_DROP);
	mnl_attr_put_u8(nlh, KSFLOW_A_DROP_SW, 0);
	/* more than there may be: not kept, not written past the end */
	for (i = 0; i < KSFLOW_HIDE_MAX + 3; i++)
		mnl_attr_put_strz(nlh, KSFLOW_A_DROP_HIDE, "+X");
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_OWN);
	mnl_attr_put(nlh, KSFLOW_A_OWN_ADDR4, 4, "\x7f\0\0\x01");
	mnl_attr_put_u16(nlh, KSFLOW_A_OWN_PORT, 6343);
	mnl_attr_nest_end(nlh, nest);
	for (i = 0; i < KSFLOW_OWN_MAX; i++) {
		nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_OWN);
		mnl_attr_put(nlh, KSFLOW_A_OWN_ADDR6, 16, "\xfd" "x123456789abcde");
		mnl_attr_put_u16(nlh, KSFLOW_A_OWN_PORT, i);
		mnl_attr_nest_end(nlh, nest);
	}
	mnl_attr_nest_end(nlh, outer);

	is(ksflow_nl_parse_config(buf + HEAD, nlh->nlmsg_len - HEAD, &config),
	   0, "drop settings parse");
	ok(ksflow_has(&config, CONFIG_DROP), "settings: of drops");
	ok(config.has_drop_reasons && !config.has_drop_hw,
	   "settings: what the kernel can do");
	is(config.drop.state, KSFLOW_DROP_COUNT, "settings: state");
	is(config.drop.state_layer, KSFLOW_LAYER_DAEMON, "settings: owner");
	is(config.drop.limit, KSFLOW_UNLIMITED, "settings: limit");
	ok(!ksflow_has(&config.drop, DROP_SW), "settings: sw not said");
	is(config.drop.hide_count, 2, "settings: hiding");
	is_str(config.drop.hide[1], "-OTHERHOST", "settings: in order");
	if (ok(config.layer_count == 1, "a layer")) {
		layer = &config.layers[0];
		ok(ksflow_has(layer, LAYER_DROP), "layer: of drops");
		ok(ksflow_has(&layer->drop, DROP_SW) && !layer->drop.sw,
		   "layer: sw off");
		is(layer->drop.hide_count, KSFLOW_HIDE_MAX, "layer: hiding");
		is(layer->own_count, KSFLOW_OWN_MAX, "layer: collectors");
		ok(!layer->own[0].is_ip6 && layer->own[1].is_ip6 &&
		   layer->own[0].addr[0] == 127 && layer->own[1].addr[0] == 0xfd,
		   "layer: their addresses");
		is(layer->own[0].port, 6343, "layer: their ports");
	}
	ksflow_config_free(&config);

	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_DROP_COUNT);
	mnl_attr_put_strz(nlh, KSFLOW_A_DROP_COUNT_REASON, "NO_SOCKET");
	mnl_attr_put(nlh, KSFLOW_A_DROP_COUNT_HIDDEN, 0, NULL);
	mnl_attr_put_u64(nlh, KSFLOW_A_DROP_COUNT_PACKETS, 1ULL << 40);
	mnl_attr_nest_end(nlh, nest);
	is(ksflow_nl_parse_drop_count(buf + HEAD, nlh->nlmsg_len - HEAD,
				      &count), 0, "a counter parses");
	is_str(count.reason, "NO_SOCKET", "counter: reason");
	ok(!ksflow_has(&count, DROP_COUNT_SITE), "counter: no site");
	ok(count.is_hidden, "counter: hidden");
	is(count.packets, 1ULL << 40, "counter: packets");
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
	mnl_attr_put_u64(nlh, KSFLOW_A_STATS_LIMITED, 13);
	mnl_attr_nest_end(nlh, nest);
	is(ksflow_nl_parse_stats(buf + HEAD, nlh->nlmsg_len - HEAD, &h), 0,
	   "stats parse");
	is(stats.seen, 12, "stats: seen");
	is(stats.limited, 13, "stats: limited");
	ok(!ksflow_has(&stats, STATS_UNKNOWN), "stats: unknown is not said");
	nlh = start();
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_SOURCE);
	mnl_attr_put_u32(nlh, KSFLOW_A_SOURCE_IFINDEX, 2);
	mnl_attr_nest_end(nlh, nest);
	h.source = on_source;
	is(ksflow_nl_parse_stats(buf + HEAD, nlh->nlmsg_len - HEAD, &h), 42,
	   "stats: a callback ends the walk");
}

/* Attributes that nobody knows yet are there, flags of their types too. */
static size_t turned_on(const char *pattern, unsigned int count, bool is_on)
{
	struct nlmsghdr *nlh = start();
	struct nlattr *layer, *nest;
	unsigned int i;

	if (!is_on) {
		mnl_attr_put_u32(nlh, KSFLOW_A_ABI, 9);
		layer = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER);
		mnl_attr_put_u8(nlh, KSFLOW_A_LAYER_ID, KSFLOW_LAYER_DAEMON);
		mnl_attr_nest_end(nlh, layer);
		layer = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER);
	}
	mnl_attr_put_u8(nlh, KSFLOW_A_LAYER_ID, KSFLOW_LAYER_TOOL);
	mnl_attr_put_u32(nlh, KSFLOW_A_LAYER_PSAMPLE, 7);
	mnl_attr_put_u32(nlh, KSFLOW_A_LAYER_DELAY, 50);
	mnl_attr_put(nlh, 200, 3, "new");
	nest = mnl_attr_nest_start(nlh, 201);
	mnl_attr_put_u8(nlh, 1, 1);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_REPAIR);
	mnl_attr_put_u16(nlh, KSFLOW_A_REPAIR_PORT, 9);
	mnl_attr_nest_end(nlh, nest);
	for (i = 0; i < count; i++) {
		bool is_meant = i == 1;

		nest = mnl_attr_nest_start(nlh, KSFLOW_A_LAYER_RULE);
		if (i)
			mnl_attr_put_strz(nlh, KSFLOW_A_RULE_PATTERN,
					  i < 3 ? pattern : "eth");
		if (!is_on || !is_meant) {
			mnl_attr_put_u32(nlh, KSFLOW_A_RULE_RATE, 100);
			mnl_attr_put_u8(nlh, KSFLOW_A_RULE_DIR, KSFLOW_DIR_OFF);
			mnl_attr_put_u8(nlh, KSFLOW_A_RULE_TAP, 1);
		}
		mnl_attr_put(nlh, 99, 0, NULL);
		mnl_attr_put_u64(nlh, 98, 0x1234567890ULL);
		if (is_on && is_meant) {
			mnl_attr_put_u32(nlh, KSFLOW_A_RULE_RATE, 9);
			mnl_attr_put_u8(nlh, KSFLOW_A_RULE_TAP, 2);
		}
		mnl_attr_nest_end(nlh, nest);
	}
	if (!is_on)
		mnl_attr_nest_end(nlh, layer);
	return nlh->nlmsg_len - HEAD;
}

static void test_turn_on(void)
{
	struct ksflow_rule rule = { .rate = 9, .tap = 2 };
	size_t len, layer_len, i, bad = 0;
	void *layer, *exact;
	int ret;

	ksflow_set(&rule, RULE_RATE);
	ksflow_set(&rule, RULE_TAP);
	strcpy(rule.pattern, "eth0");
	len = turned_on("eth0", 4, false);
	is(ksflow_nl_turn_on(buf + HEAD, len, &rule, &layer, &layer_len), 0,
	   "turn on: the tool's rule");
	len = turned_on("eth0", 4, true);
	is(layer_len, len, "turn on: as long as it is to be");
	ok(layer_len == len && !memcmp(layer, buf + HEAD, len),
	   "turn on: all as it was, but for the one rule");
	is(ksflow_nl_turn_on(buf + HEAD, len, &rule, &exact, &i), 1,
	   "turn on: no layer");
	free(layer);

	strcpy(rule.pattern, "eth1");
	len = turned_on("eth0", 4, false);
	is(ksflow_nl_turn_on(buf + HEAD, len, &rule, &layer, &layer_len), 1,
	   "turn on: no such rule");
	strcpy(rule.pattern, "eth");
	len = turned_on("eth0", 3, false);
	is(ksflow_nl_turn_on(buf + HEAD, len, &rule, &layer, &layer_len), 1,
	   "turn on: none by the beginning of its name");

	/* cut anywhere, from the heap, so that the sanitizer sees an overrun */
	strcpy(rule.pattern, "eth0");
	len = turned_on("eth0", 4, false);
	for (i = 0; i < 2 * len; i++) {
		size_t part = i < len ? i : len;

		exact = malloc(part ? part : 1);
		memcpy(exact, buf + HEAD, part);
		if (i >= len)
			((uint8_t *)exact)[i - len] = 0xff;
		ret = ksflow_nl_turn_on(exact, part, &rule, &layer, &layer_len);
		bad += ret != 1 && ret != 0 && ret != -EBADMSG;
		if (!ret)
			free(layer);
		free(exact);
	}
	is(bad, 0, "turn on: cut, or spoilt, anywhere");
}

static void test_words(void)
{
	is(ksflow_dir_parse("rx"), KSFLOW_DIR_INGRESS, "rx is ingress");
	is(ksflow_dir_parse("both"), KSFLOW_DIR_BOTH, "both");
	is(ksflow_dir_parse("up"), -EINVAL, "no direction");
	is_str(ksflow_tap_name(KSFLOW_TAP_NETFILTER), "netfilter", "tap");
	is(ksflow_drop_state_parse("count"), KSFLOW_DROP_COUNT, "count");
	is(ksflow_drop_state_parse("maybe"), -EINVAL, "no state");
	is_str(ksflow_kind_name(KSFLOW_KIND_DROP), "drop", "kind");
	ok(!ksflow_tap_name(77), "no tap");
	ok(!ksflow_layer_name(77), "no layer");
}

int main(void)
{
	test_records();
	test_apart();
	test_socket();
	test_drops();
	test_drop_settings();
	test_wrong_sizes();
	test_garbage();
	test_answers();
	test_turn_on();
	test_words();
	return tap_done();
}
