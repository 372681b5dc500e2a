// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Filters as tc shows them, made up here: which are ours, which place is free. */
#include "dent_filter.h"

#include "tap.h"

#include <linux/pkt_cls.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_sample.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <linux/if_ether.h>

static char message[4096] __attribute__((aligned(8)));

static struct nlmsghdr *filter(uint32_t preference, const char *kind,
			       const char *action, const char *cookie,
			       uint32_t chain)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct nlattr *options, *actions, *one, *inner;
	struct tcmsg *tcm;

	nlh->nlmsg_type = RTM_NEWTFILTER;
	tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	tcm->tcm_handle = 1;
	tcm->tcm_info = TC_H_MAKE(preference << 16, htons(ETH_P_ALL));
	mnl_attr_put_strz(nlh, TCA_KIND, kind);
	mnl_attr_put_u32(nlh, TCA_CHAIN, chain);
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_MATCHALL_FLAGS, TCA_CLS_FLAGS_SKIP_SW |
						  TCA_CLS_FLAGS_IN_HW);
	actions = mnl_attr_nest_start(nlh, TCA_MATCHALL_ACT);
	one = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, TCA_ACT_KIND, action);
	if (cookie)
		mnl_attr_put(nlh, TCA_ACT_COOKIE, strlen(cookie), cookie);
	inner = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_RATE, 1000);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_TRUNC_SIZE, 128);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_PSAMPLE_GROUP, 3);
	mnl_attr_nest_end(nlh, inner);
	mnl_attr_nest_end(nlh, one);
	mnl_attr_nest_end(nlh, actions);
	mnl_attr_nest_end(nlh, options);
	return nlh;
}

int main(void)
{
	struct dent_filters all = { 0 };
	struct nlmsghdr *nlh;
	uint32_t len;

	dent_filter_parse(filter(1, "matchall", "sample", "ksflow-dent1", 0),
			  &all);
	is(all.ours_count, 1, "ours");
	is(all.ours[0].rate, 1000, "its rate");
	is(all.ours[0].header_bytes, 128, "its bytes");
	is(all.ours[0].group, 3, "its group");
	ok(all.ours[0].skip_sw, "in hardware alone");
	ok(all.ours[0].made_qdisc, "on a qdisc of ours");
	is(all.ours[0].info >> 16, 1, "its preference");
	dent_filter_parse(filter(2, "matchall", "sample", "ksflow-dent0", 0),
			  &all);
	ok(all.ours_count == 2 && !all.ours[1].made_qdisc,
	   "on somebody else's");
	dent_filter_parse(filter(4, "matchall", "sample", NULL, 0), &all);
	dent_filter_parse(filter(5, "matchall", "sample", "ksflow-dent", 0),
			  &all);
	dent_filter_parse(filter(6, "matchall", "gact", "ksflow-dent0", 0),
			  &all);
	dent_filter_parse(filter(7, "flower", "sample", "ksflow-dent0", 0),
			  &all);
	is(all.ours_count, 2, "not without the cookie, the action, the kind");
	dent_filter_parse(filter(3, "matchall", "sample", "ksflow-dent0", 9),
			  &all);
	is(all.count, 6, "another chain is none of ours");
	is(all.taken, 0xf6, "preferences that are taken");

	/* every cut of one is read without running over its end */
	nlh = filter(1, "matchall", "sample", "ksflow-dent1", 0);
	for (len = nlh->nlmsg_len; len > sizeof(*nlh); len--) {
		struct dent_filters some = { 0 };

		nlh->nlmsg_len = len;
		dent_filter_parse(nlh, &some);
	}
	ok(true, "cut ones");
	return tap_done();
}
