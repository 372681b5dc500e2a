// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any bytes as messages of psample, on into samples: of 16 bits of length each,
 * which go through one account. Another reading: filters of tc.
 */
#include "conf.h"
#include "dent_filter.h"
#include "flow.h"
#include "links.h"
#include "nl.h"
#include "psample.h"
#include "psample_source.h"
#include "rates.h"
#include "sflow.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_record(const struct ksflow_record *record, void *arg)
{
	struct sflow_datagram *d = arg;

	sflow_begin(d);
	if (!flow_put(d, record, 1, record->data_len) && d->len % 4)
		abort();
	if (!record->rate || !record->pool)
		abort();
	sflow_finish(d, 1, 1);
}

static void read_filter(const uint8_t *data, size_t size)
{
	size_t room = sizeof(struct nlmsghdr) + sizeof(struct tcmsg);
	char *copy = calloc(1, room + size);
	struct nlmsghdr *nlh = (struct nlmsghdr *)copy;
	struct dent_filters all = { 0 };
	struct tcmsg *tcm;

	nlh->nlmsg_len = room + size;
	nlh->nlmsg_type = RTM_NEWTFILTER;
	tcm = mnl_nlmsg_get_payload(nlh);
	tcm->tcm_handle = 1;
	memcpy(copy + room, data, size);
	dent_filter_parse(nlh, &all);
	if (all.count > 1 || all.ours_count > all.count)
		abort();
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sflow_datagram d = { .max_bytes = 8192 };
	static struct psample_source *source;
	static struct conf conf;

	if (!source) {
		struct links *links = links_open(NULL, NULL);
		struct rates *rates = links ? rates_open(links) : NULL;
		unsigned int i;

		if (!rates)
			abort();
		source = psample_source_open(links, rates, on_record, &d);
		conf_defaults(&conf);
		for (i = 0; i < CONF_PSAMPLE_MAX; i++)
			conf.psamples[i] = (struct conf_psample){
				.group = 2 * i, .ingress = true, .egress = true,
			};
		conf.psample_count = i;
		psample_source_apply(source, &conf);
	}
	read_filter(data, size);
	while (size > 2) {
		size_t len = data[0] | data[1] << 8;
		struct psample_packet p;
		void *copy;

		data += 2;
		size -= 2;
		if (len > size)
			len = size;
		/* attributes are aligned; the fuzzer's buffer need not be */
		copy = malloc(len ? len : 1);
		memcpy(copy, data, len);
		if (!psample_parse(copy, len, &p))
			psample_source_packet(source, &p);
		free(copy);
		data += len;
		size -= len;
	}
	return 0;
}
