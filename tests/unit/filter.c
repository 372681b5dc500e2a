// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* pcap expressions on packets with and without an Ethernet header. */
#include "filter.h"
#include "nl.h"
#include "tap.h"

#include <linux/filter.h>

#include <pcap/pcap.h>

/* 10.0.0.1:40000 > 10.0.0.2:53, UDP */
static const uint8_t frame[46] =
	"\x52\x54\x00\x12\x34\x56\x52\x54\x00\xab\xcd\xef\x08\x00"
	"\x45\x00\x00\x20\x00\x01\x00\x00\x40\x11\x66\xca\x0a\x00\x00\x01"
	"\x0a\x00\x00\x02\x9c\x40\x00\x35\x00\x0c\x00\x00";

static char err[256];

/* What the kernel will do with it: 1, 0, or -1 for a program that is not. */
static int run(const struct sock_filter *program, unsigned int count,
	       const uint8_t *packet, unsigned int len)
{
	if (!count)
		return -1;
	return !!bpf_filter((const struct bpf_insn *)program, packet, len, len);
}

static void both(const char *expression, int ether, int ip)
{
	struct ksflow_subscription sub = { 0 };
	struct filter *filter = filter_compile(expression, err, sizeof(err));

	if (!ok(filter, "\"%s\" compiles", expression))
		return;
	filter_use(filter, &sub);
	is(run(sub.filter, sub.filter_count, frame, sizeof(frame)), ether,
	   "\"%s\": a frame", expression);
	is(run(sub.filter_ip, sub.filter_ip_count, frame + 14,
	       sizeof(frame) - 14), ip, "\"%s\": an IP packet", expression);
	filter_free(filter);
}

int main(void)
{
	both("udp port 53", 1, 1);
	both("udp port 54", 0, 0);
	both("host 10.0.0.1 and not tcp", 1, 1);
	both("ip6", 0, 0);
	/* these only an Ethernet header can answer */
	both("ether src 52:54:00:ab:cd:ef", 1, -1);
	both("arp", 0, -1);
	both("greater 46", 1, 0);

	ok(!filter_compile("udp porty 53", err, sizeof(err)), "nonsense");
	ok(strstr(err, "syntax error"), "in libpcap's words: %s", err);
	filter_free(NULL);
	return tap_done();
}
