// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "filter.h"

#include "nl.h"
#include "sflow.h"

#include <linux/filter.h>

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Longer than any packet: a filter's answer is yes or no. */
#define SNAPLEN	262144

struct filter {
	struct bpf_program ether;
	struct bpf_program ip;
};

_Static_assert(sizeof(struct bpf_insn) == sizeof(struct sock_filter) &&
	       offsetof(struct bpf_insn, k) == offsetof(struct sock_filter, k),
	       "libpcap's instructions are the kernel's");

static int compile(struct bpf_program *program, int link,
		   const char *expression, char *err, size_t size)
{
	pcap_t *pcap = pcap_open_dead(link, SNAPLEN);
	int ret;

	if (!pcap) {
		snprintf(err, size, "%s", strerror(ENOMEM));
		return -ENOMEM;
	}
	ret = pcap_compile(pcap, program, expression, 1,
			   PCAP_NETMASK_UNKNOWN);
	if (ret) {
		snprintf(err, size, "%s", pcap_geterr(pcap));
		memset(program, 0, sizeof(*program));
	}
	pcap_close(pcap);
	return ret ? -EINVAL : 0;
}

struct filter *filter_compile(const char *expression, char *err, size_t size)
{
	struct filter *filter = calloc(1, sizeof(*filter));
	char ignored[PCAP_ERRBUF_SIZE];

	if (!filter) {
		snprintf(err, size, "%s", strerror(ENOMEM));
		return NULL;
	}
	if (compile(&filter->ether, DLT_EN10MB, expression, err, size)) {
		free(filter);
		return NULL;
	}
	/*
	 * What asks for an Ethernet header, or for another protocol than IP,
	 * has no meaning here; without a program these packets are not wanted.
	 */
	compile(&filter->ip, DLT_RAW, expression, ignored, sizeof(ignored));
	return filter;
}

void filter_free(struct filter *filter)
{
	if (!filter)
		return;
	pcap_freecode(&filter->ether);
	pcap_freecode(&filter->ip);
	free(filter);
}

void filter_use(const struct filter *filter, struct ksflow_subscription *sub)
{
	sub->filter = (const struct sock_filter *)filter->ether.bf_insns;
	sub->filter_count = filter->ether.bf_len;
	sub->filter_ip = (const struct sock_filter *)filter->ip.bf_insns;
	sub->filter_ip_count = filter->ip.bf_len;
}

bool filter_matches(const struct filter *filter, uint32_t proto,
		    const uint8_t *data, uint32_t data_len, uint32_t len_bytes)
{
	const struct pcap_pkthdr head = {
		.caplen = data_len, .len = len_bytes,
	};
	const struct bpf_program *program = NULL;

	if (proto == SFLOW_HEADER_ETHERNET)
		program = &filter->ether;
	else if (proto == SFLOW_HEADER_IP4 || proto == SFLOW_HEADER_IP6)
		program = &filter->ip;
	return program && program->bf_len &&
	       pcap_offline_filter(program, &head, data);
}
