// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* psample's messages, made up here by the layout of linux/psample.h. */
#include "psample.h"

#include "conf.h"
#include "links.h"
#include "nl.h"
#include "psample_record.h"
#include "psample_source.h"
#include "rates.h"
#include "sflow.h"
#include "tap.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* A message grows attribute by attribute. */
static union {
	uint8_t bytes[4096];
	uint64_t aligned;
} message;
static size_t used;

static void put(uint16_t type, const void *value, uint16_t len)
{
	uint16_t head[2] = { len + 4, type };

	memcpy(message.bytes + used, head, 4);
	memset(message.bytes + used + 4, 0, (len + 3) & ~3);
	memcpy(message.bytes + used + 4, value, len);
	used += 4 + ((len + 3) & ~3);
}

static void put16(uint16_t type, uint16_t value) { put(type, &value, 2); }
static void put32(uint16_t type, uint32_t value) { put(type, &value, 4); }
static void put64(uint16_t type, uint64_t value) { put(type, &value, 8); }

/* An IPv4 packet with an Ethernet header. */
static const uint8_t frame[] = {
	2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0,
	0x45, 0, 0, 28, 0, 0, 0, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
	0, 1, 0, 2, 0, 8, 0, 0,
};

static void begin(uint32_t group, uint32_t sequence)
{
	used = 0;
	put16(PSAMPLE_IIFINDEX, 3);
	put32(PSAMPLE_SAMPLE_RATE, 10);
	put32(PSAMPLE_ORIGSIZE, 1500);
	put32(PSAMPLE_SAMPLE_GROUP, group);
	put32(PSAMPLE_GROUP_SEQ, sequence);
}

static void test_parse(void)
{
	static const uint8_t outer[] = { 192, 0, 2, 1, 192, 0, 2, 2 };
	struct psample_packet p;
	uint8_t nest[256];
	size_t len, all;

	/* as the kernel orders them */
	used = 0;
	put64(0, htobe64(0x123456));
	put(1, outer, 4);
	put(2, outer + 4, 4);
	put(3, "\x10", 1);
	put(4, "\x40", 1);
	put(6, "", 0);
	put16(9, htobe16(40000));
	put16(10, htobe16(4789));
	len = used;
	memcpy(nest, message.bytes, len);

	begin(5, 77);
	put16(PSAMPLE_OIFINDEX, 4);
	put16(PSAMPLE_OUT_TC, 6);
	put64(PSAMPLE_OUT_TC_OCC, 0x123456789aULL);
	put64(PSAMPLE_LATENCY, 0xfedcba9876ULL);
	put64(PSAMPLE_TIMESTAMP, 1767225600123456789ULL);
	put16(PSAMPLE_PROTO, 0x0800);
	put(PSAMPLE_USER_COOKIE, "cookie", 6);
	put(PSAMPLE_TUNNEL | 0x8000, nest, len);
	put32(99, 1);
	put(PSAMPLE_DATA, frame, sizeof(frame));
	all = used;
	is(psample_parse(message.bytes, all, &p), 0, "all attributes");
	is(p.group, 5, "group");
	is(p.sequence, 77, "sequence");
	is(p.rate, 10, "rate");
	is(p.in, 3, "input");
	is(p.out, 4, "output");
	ok(!p.is_wide, "of 16 bits");
	is(p.len_bytes, 1500, "length");
	is(p.queue, 6, "queue");
	is(p.queue_depth_bytes, 0x123456789aULL, "depth, all 64 bits");
	is(p.latency_ns, 0xfedcba9876ULL, "latency, all 64 bits");
	is(p.time_ns, 1767225600123456789ULL, "time");
	is(p.proto, 0x0800, "protocol");
	ok(p.cookie_len == 6 && !memcmp(p.cookie, "cookie", 6), "cookie");
	ok(p.data_len == sizeof(frame) && !memcmp(p.data, frame, sizeof(frame)),
	   "data");
	ok(p.tunnel.has_vni && p.tunnel.vni == 0x123456, "tunnel: VNI");
	ok(p.tunnel.ip.src.type == SFLOW_ADDR_IP4 &&
	   !memcmp(p.tunnel.ip.src.bytes, outer, 4) &&
	   !memcmp(p.tunnel.ip.dst.bytes, outer + 4, 4), "tunnel: addresses");
	is(p.tunnel.ip.src_port, 40000, "tunnel: source port");
	is(p.tunnel.ip.dst_port, 4789, "tunnel: destination port");
	is(p.tunnel.ip.protocol, 17, "tunnel: UDP");
	is(p.tunnel.ip.tos, 0x10, "tunnel: TOS");
	is(p.tunnel_ttl, 0x40, "tunnel: TTL");

	/* every cut is refused or read, and none runs over the end */
	for (len = 0; len < all; len++) {
		void *copy = malloc(len ? len : 1);

		memcpy(copy, message.bytes, len);
		psample_parse(copy, len, &p);
		free(copy);
	}
	is(psample_parse(message.bytes, all - 3, &p), -EBADMSG, "a cut one");
	used = 0;
	put16(PSAMPLE_IIFINDEX, 3);
	is(psample_parse(message.bytes, used, &p), -EBADMSG, "without a group");
	begin(1, 1);
	put32(PSAMPLE_LATENCY, 1);
	is(psample_parse(message.bytes, used, &p), -EBADMSG, "a wrong size");
	used = 0;
	put32(PSAMPLE_IIFINDEX, 70001);
	put32(PSAMPLE_SAMPLE_GROUP, 1);
	is(psample_parse(message.bytes, used, &p), 0, "of 32 bits");
	ok(p.is_wide && p.in == 70001, "as they are");
}

static uint32_t rate_of(uint32_t probability)
{
	struct psample_packet p;

	used = 0;
	put32(PSAMPLE_SAMPLE_GROUP, 1);
	put32(PSAMPLE_SAMPLE_RATE, probability);
	put(PSAMPLE_SAMPLE_PROBABILITY, "", 0);
	return psample_parse(message.bytes, used, &p) ? 0 : p.rate;
}

static void test_probability(void)
{
	is(rate_of(UINT32_MAX), 1, "probability 1");
	is(rate_of(UINT32_MAX / 2), 2, "a half");
	is(rate_of(UINT32_MAX / 1000), 1000, "a thousandth");
	is(rate_of(2863311530U), 2, "two thirds are rounded: 1.5");
	is(rate_of(1), UINT32_MAX, "the least");
	is(rate_of(0), UINT32_MAX, "none");
}

static void test_sequence(void)
{
	struct psample_sequence s = { 0 };

	is(psample_sequence_next(&s, 100), 0, "the first misses nothing");
	is(psample_sequence_next(&s, 101), 0, "the next neither");
	is(psample_sequence_next(&s, 105), 3, "a gap of three");
	is(psample_sequence_next(&s, 105), 0, "the same again");
	is(s.duplicates, 1, "is a duplicate");
	is(psample_sequence_next(&s, 103), 0, "one of the three, late");
	is(s.lost, 2, "is not lost any more");
	is(s.reordered, 1, "and counted apart");
	is(psample_sequence_next(&s, 103), 0, "and again");
	is(s.duplicates, 2, "is a duplicate");
	is(psample_sequence_next(&s, 108), 1,
	   "of the next two one was given out before");
	is(s.lost, 4, "though both are lost");
	is(psample_sequence_next(&s, 99), 0, "before the first");
	is(s.duplicates, 3, "nothing was missing");
	psample_sequence_restart(&s);
	is(psample_sequence_next(&s, 0), 0, "a group that begins anew");
	is(s.lost, 4, "loses nothing");
	is(psample_sequence_next(&s, 1000000), 999999, "a large gap");
	is(psample_sequence_next(&s, 5), 0, "far back: anew, unannounced");
	is(psample_sequence_next(&s, 6), 0, "and on from there");
	is(s.lost, 4 + 999999, "nothing more is lost");
	s = (struct psample_sequence){ 0 };
	psample_sequence_next(&s, UINT32_MAX - 1);
	is(psample_sequence_next(&s, 1), 2, "a gap across the wrap");
	is(s.messages, 2, "messages");
}

static struct ksflow_record last;
static struct flow_tunnel last_tunnel;
static unsigned int emitted;

static void on_record(const struct ksflow_record *record, void *arg)
{
	(void)arg;
	last = *record;
	if (record->tunnel)
		last_tunnel = *record->tunnel;
	emitted++;
}

static void feed(struct psample_source *s)
{
	struct psample_packet p;

	if (psample_parse(message.bytes, used, &p))
		ok(false, "a message of ours parses");
	else
		psample_source_packet(s, &p);
}

static struct conf conf;

static void configure(struct rates *rates, struct psample_source *s,
		      const char *text)
{
	struct conf_report report;

	if (conf_parse(&conf, text, strlen(text), "t", &report))
		ok(false, "%s", report.error);
	rates_apply(rates, &conf);
	psample_source_apply(s, &conf);
}

static void test_records(struct rates *rates, struct psample_source *s)
{
	configure(rates, s, "sflow { psample { group=4 egress=on } }");
	is(psample_source_count(s), 2, "two groups: 4 and 5");
	begin(4, 1);
	put(PSAMPLE_DATA, frame, sizeof(frame));
	put64(PSAMPLE_OUT_TC_OCC, 1ULL << 32);
	put64(PSAMPLE_LATENCY, 1ULL << 33);
	put16(PSAMPLE_OUT_TC, 7);
	feed(s);
	is(emitted, 1, "one sample");
	is(last.source, 3, "ingress: source");
	ok(last.in == 3 && !last.out, "ingress: interfaces");
	is(last.dir, KSFLOW_DIR_INGRESS, "ingress: direction");
	is(last.rate, 10, "rate");
	is(last.pool, 10, "pool");
	is(last.drops, 0, "drops");
	is(last.proto, SFLOW_HEADER_ETHERNET, "header protocol");
	is(last.queue, 7, "queue");
	is(last.queue_depth_bytes, UINT32_MAX, "depth is clamped");
	ok(ksflow_has(&last, RECORD_DELAY) && last.delay_ns == 1ULL << 33,
	   "delay is left to the encoder");
	begin(4, 5);
	feed(s);
	is(last.drops, 3, "a gap of three: drops");
	is(last.pool, 50, "a gap of three: pool");
	begin(5, 1);
	put16(PSAMPLE_OIFINDEX, 9);
	feed(s);
	is(last.source, 9, "egress: source");
	ok(last.in == 3 && last.out == 9, "egress: interfaces");
	is(last.pool, 10, "egress: a pool of its own");
	used = 0;
	put16(PSAMPLE_OIFINDEX, 9);
	put32(PSAMPLE_SAMPLE_GROUP, 5);
	feed(s);
	is(last.in, KSFLOW_IFINDEX_LOCAL, "egress of the host's own packet");
	begin(6, 1);
	emitted = 0;
	feed(s);
	is(emitted, 0, "another group is not ours");

	/* an interface that is gone: the bytes tell */
	begin(4, 6);
	put16(PSAMPLE_IIFINDEX, 0xfff1);
	put(PSAMPLE_DATA, frame, sizeof(frame));
	put16(PSAMPLE_PROTO, 0x0800);
	feed(s);
	is(last.proto, SFLOW_HEADER_ETHERNET, "gone: an Ethernet header");
	begin(4, 7);
	put16(PSAMPLE_IIFINDEX, 0xfff1);
	put(PSAMPLE_DATA, frame + 14, sizeof(frame) - 14);
	put16(PSAMPLE_PROTO, 0x0800);
	feed(s);
	is(last.proto, SFLOW_HEADER_IP4, "gone: an IPv4 header");
}

/* Of 100,000 samples of 1 in 10, with 25 wanted. */
static void test_thinning(struct rates *rates, struct psample_source *s)
{
	const struct links_port *port = NULL;
	struct psample_group_counts counts;
	struct links *links = links_open(NULL, NULL);
	unsigned int i, n = 100000;
	double expected = n * 10 / 25.0;

	/* any interface will do, the rate is that of all */
	if (links && links_count(links))
		port = links_at(links, 0);
	if (!port || port->ifindex > UINT16_MAX) {
		printf("ok %d - thinning # SKIP no interface\n", ++tap_count);
		links_close(links);
		return;
	}
	configure(rates, s, "sflow { sampling=25 sampling.bps_ratio=0 psample { group=40 } }");
	emitted = 0;
	for (i = 1; i <= n; i++) {
		used = 0;
		put16(PSAMPLE_IIFINDEX, port->ifindex);
		put32(PSAMPLE_SAMPLE_RATE, 10);
		put32(PSAMPLE_SAMPLE_GROUP, 40);
		put32(PSAMPLE_GROUP_SEQ, i);
		feed(s);
	}
	is(last.rate, 25, "thinned: the rate wanted");
	ok(last.pool > n * 10 - 1000 && last.pool <= n * 10,
	   "thinned: the pool is of all packets");
	ok(fabs(emitted - expected) < 5 * sqrt(expected * (1 - 10 / 25.0)),
	   "thinned: %u of %.0f, within five sigma", emitted, expected);
	psample_source_group(s, 0, &counts);
	is(counts.exported + counts.thinned, n, "thinned: the account");
	/* of 50 lost ones so many were wanted */
	for (i = n + 51; i < n + 1000; i++) {
		used = 0;
		put16(PSAMPLE_IIFINDEX, port->ifindex);
		put32(PSAMPLE_SAMPLE_RATE, 10);
		put32(PSAMPLE_SAMPLE_GROUP, 40);
		put32(PSAMPLE_GROUP_SEQ, i);
		feed(s);
	}
	is(last.drops, 20, "thinned: drops, too");

	configure(rates, s, "sflow { psample { group=40 } }");
	emitted = 0;
	for (i = 1; i <= 100; i++) {
		begin(40, 200000 + i);
		feed(s);
	}
	is(emitted, 100, "nothing said: nothing thinned");
	links_close(links);
}

static void test_off(struct rates *rates, struct psample_source *s)
{
	configure(rates, s, "sflow { sampling=0 psample { group=1 } }");
	is(psample_source_count(s), 0, "sampling=0: no group");
	configure(rates, s, "sflow { dent { } }");
	is(psample_source_count(s), 1, "dent alone: group 1");
}

int main(void)
{
	struct links *links = links_open(NULL, NULL);
	struct rates *rates = links ? rates_open(links) : NULL;
	struct psample_source *s = NULL;

	test_parse();
	test_probability();
	test_sequence();
	if (rates)
		s = psample_source_open(links, rates, on_record, NULL);
	ok(s, "a source");
	if (s) {
		test_records(rates, s);
		test_thinning(rates, s);
		test_off(rates, s);
	}
	psample_source_close(s);
	rates_close(rates);
	links_close(links);
	return tap_done();
}
