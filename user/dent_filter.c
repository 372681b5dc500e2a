// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "dent_filter.h"

#include "rtnl.h"

#include <linux/if_ether.h>
#include <linux/pkt_cls.h>
#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>
#include <linux/tc_act/tc_sample.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#define KIND		"matchall"
/* At most TC_COOKIE_MAX_SIZE, 16; a last byte tells whose the qdisc is. */
#define COOKIE		"ksflow-dent"
#define COOKIE_BYTES	(sizeof(COOKIE) - 1)
#define QDISC_OURS	'1'
#define QDISC_THEIRS	'0'
#define PREFERENCES	64

static uint32_t parent_of(bool is_egress)
{
	return TC_H_MAKE(TC_H_CLSACT, is_egress ? TC_H_MIN_EGRESS :
						  TC_H_MIN_INGRESS);
}

static struct nlmsghdr *request(char *buf, uint16_t type, uint16_t flags,
				uint32_t ifindex, uint32_t parent)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct tcmsg *tcm;

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | flags;
	tcm = mnl_nlmsg_put_extra_header(nlh, sizeof(*tcm));
	tcm->tcm_family = AF_UNSPEC;
	tcm->tcm_ifindex = ifindex;
	tcm->tcm_parent = parent;
	return nlh;
}

static bool is_kind(const struct nlattr *attr, const char *kind)
{
	return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(attr), kind);
}

static uint32_t number(const struct nlattr *attr)
{
	return mnl_attr_validate(attr, MNL_TYPE_U32) < 0 ? 0 :
	       mnl_attr_get_u32(attr);
}

static void parse_sample(const struct nlattr *options, struct dent_filter *f)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, options) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_SAMPLE_RATE:
			f->rate = number(attr);
			break;
		case TCA_SAMPLE_TRUNC_SIZE:
			f->header_bytes = number(attr);
			break;
		case TCA_SAMPLE_PSAMPLE_GROUP:
			f->group = number(attr);
			break;
		}
	}
}

/* True: an action of ours. */
static bool parse_action(const struct nlattr *action, struct dent_filter *f)
{
	const struct nlattr *attr, *options = NULL;
	bool is_sample = false, is_ours = false;
	const char *cookie;

	mnl_attr_for_each_nested(attr, action) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_ACT_KIND:
			is_sample = is_kind(attr, "sample");
			break;
		case TCA_ACT_COOKIE:
			cookie = mnl_attr_get_payload(attr);
			is_ours = mnl_attr_get_payload_len(attr) ==
				  COOKIE_BYTES + 1 &&
				  !memcmp(cookie, COOKIE, COOKIE_BYTES);
			f->made_qdisc = is_ours &&
					cookie[COOKIE_BYTES] == QDISC_OURS;
			break;
		case TCA_ACT_OPTIONS:
			options = attr;
			break;
		}
	}
	if (!is_sample || !is_ours || !options)
		return false;
	parse_sample(options, f);
	return true;
}

static bool parse_options(const struct nlattr *options, struct dent_filter *f)
{
	const struct nlattr *attr, *action;
	bool is_ours = false;

	mnl_attr_for_each_nested(attr, options) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_MATCHALL_FLAGS:
			f->skip_sw = number(attr) & TCA_CLS_FLAGS_SKIP_SW;
			break;
		case TCA_MATCHALL_ACT:
			mnl_attr_for_each_nested(action, attr)
				is_ours |= parse_action(action, f);
			break;
		}
	}
	return is_ours;
}

uint64_t dent_filter_place(const struct dent_filter *f)
{
	uint32_t preference = TC_H_MAJ(f->info) >> 16;

	return preference < PREFERENCES ? 1ULL << preference : 0;
}

void dent_filter_parse(const struct nlmsghdr *nlh, struct dent_filters *all)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *options = NULL;
	struct dent_filter f = { 0 };
	bool is_matchall = false;

	if (nlh->nlmsg_type != RTM_NEWTFILTER ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*tcm))
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*tcm)) {
		switch (mnl_attr_get_type(attr)) {
		case TCA_KIND:
			is_matchall = is_kind(attr, KIND);
			break;
		case TCA_OPTIONS:
			options = attr;
			break;
		case TCA_CHAIN:
			/* preferences are counted in each chain for itself */
			if (number(attr))
				return;
			break;
		}
	}
	all->count++;
	f.handle = tcm->tcm_handle;
	f.info = tcm->tcm_info;
	all->taken |= dent_filter_place(&f);
	if (is_matchall && options && f.handle && parse_options(options, &f) &&
	    all->ours_count < DENT_OURS_MAX)
		all->ours[all->ours_count++] = f;
}

static void on_filter(const struct nlmsghdr *nlh, void *arg)
{
	dent_filter_parse(nlh, arg);
}

int dent_filter_list(struct mnl_socket *sock, uint32_t ifindex, bool is_egress,
		     struct dent_filters *all)
{
	char buf[256] __attribute__((aligned(8)));

	memset(all, 0, sizeof(*all));
	return rtnl_ask(sock, request(buf, RTM_GETTFILTER, NLM_F_DUMP, ifindex,
				      parent_of(is_egress)), on_filter, all);
}

static void on_nothing(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	(void)arg;
}

static uint32_t free_preference(const struct dent_filters *all)
{
	uint32_t preference = 1;

	while (preference < PREFERENCES - 1 &&
	       all->taken & 1ULL << preference)
		preference++;
	return preference;
}

int dent_filter_add(struct mnl_socket *sock, uint32_t ifindex, bool is_egress,
		    const struct dent_filter *f,
		    const struct dent_filters *all)
{
	/* others look at the packet after us */
	const struct tc_sample parameters = { .action = TC_ACT_UNSPEC };
	char buf[1024] __attribute__((aligned(8)));
	struct nlattr *options, *actions, *action, *inner;
	struct nlmsghdr *nlh;
	struct tcmsg *tcm;
	char cookie[] = COOKIE "0";

	cookie[COOKIE_BYTES] = f->made_qdisc ? QDISC_OURS : QDISC_THEIRS;
	nlh = request(buf, RTM_NEWTFILTER,
		      NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, ifindex,
		      parent_of(is_egress));
	tcm = mnl_nlmsg_get_payload(nlh);
	tcm->tcm_info = TC_H_MAKE(free_preference(all) << 16,
				  htons(ETH_P_ALL));
	mnl_attr_put_strz(nlh, TCA_KIND, KIND);
	options = mnl_attr_nest_start(nlh, TCA_OPTIONS);
	actions = mnl_attr_nest_start(nlh, TCA_MATCHALL_ACT);
	action = mnl_attr_nest_start(nlh, 1);
	mnl_attr_put_strz(nlh, TCA_ACT_KIND, "sample");
	mnl_attr_put(nlh, TCA_ACT_COOKIE, COOKIE_BYTES + 1, cookie);
	inner = mnl_attr_nest_start(nlh, TCA_ACT_OPTIONS);
	mnl_attr_put(nlh, TCA_SAMPLE_PARMS, sizeof(parameters), &parameters);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_RATE, f->rate);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_TRUNC_SIZE, f->header_bytes);
	mnl_attr_put_u32(nlh, TCA_SAMPLE_PSAMPLE_GROUP, f->group);
	mnl_attr_nest_end(nlh, inner);
	mnl_attr_nest_end(nlh, action);
	mnl_attr_nest_end(nlh, actions);
	if (f->skip_sw)
		mnl_attr_put_u32(nlh, TCA_MATCHALL_FLAGS,
				 TCA_CLS_FLAGS_SKIP_SW);
	mnl_attr_nest_end(nlh, options);
	return rtnl_ask(sock, nlh, on_nothing, NULL);
}

int dent_filter_remove(struct mnl_socket *sock, uint32_t ifindex,
		       bool is_egress, const struct dent_filter *f)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(buf, RTM_DELTFILTER, NLM_F_ACK, ifindex,
				       parent_of(is_egress));
	struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);

	tcm->tcm_handle = f->handle;
	tcm->tcm_info = f->info;
	mnl_attr_put_strz(nlh, TCA_KIND, KIND);
	return rtnl_ask(sock, nlh, on_nothing, NULL);
}

struct search {
	uint32_t ifindex;
	enum dent_qdisc found;
};

/* A dump is of all interfaces. */
static void on_qdisc(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	struct search *search = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWQDISC ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*tcm) ||
	    (uint32_t)tcm->tcm_ifindex != search->ifindex ||
	    tcm->tcm_parent != TC_H_CLSACT)
		return;
	mnl_attr_for_each(attr, nlh, sizeof(*tcm)) {
		if (mnl_attr_get_type(attr) != TCA_KIND)
			continue;
		search->found = is_kind(attr, "clsact") ? DENT_QDISC_CLSACT :
							  DENT_QDISC_INGRESS;
	}
}

enum dent_qdisc dent_qdisc_find(struct mnl_socket *sock, uint32_t ifindex)
{
	char buf[256] __attribute__((aligned(8)));
	struct search search = { .ifindex = ifindex };
	/*
	 * One alone, not a dump of all. The kernel answers it with a
	 * notification, which the asker gets on demand; an error: there is none.
	 */
	struct nlmsghdr *nlh = request(buf, RTM_GETQDISC,
				       NLM_F_ECHO | NLM_F_ACK, ifindex,
				       TC_H_CLSACT);

	rtnl_ask(sock, nlh, on_qdisc, &search);
	return search.found;
}

int dent_qdisc_add(struct mnl_socket *sock, uint32_t ifindex)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(buf, RTM_NEWQDISC,
				       NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL,
				       ifindex, TC_H_CLSACT);
	struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);

	tcm->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return rtnl_ask(sock, nlh, on_nothing, NULL);
}

int dent_qdisc_remove(struct mnl_socket *sock, uint32_t ifindex)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = request(buf, RTM_DELQDISC, NLM_F_ACK, ifindex,
				       TC_H_CLSACT);
	struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	struct dent_filters all;
	int side, ret;

	for (side = 0; side < 2; side++) {
		ret = dent_filter_list(sock, ifindex, side, &all);
		if (ret)
			return ret;
		if (all.count)
			return -EBUSY;
	}
	tcm->tcm_handle = TC_H_MAKE(TC_H_CLSACT, 0);
	mnl_attr_put_strz(nlh, TCA_KIND, "clsact");
	return rtnl_ask(sock, nlh, on_nothing, NULL);
}
