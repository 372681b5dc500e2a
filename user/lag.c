// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "lag.h"

#include "link.h"
#include "rtnl.h"
#include "sflow.h"

#include <linux/dcbnl.h>
#include <linux/if_bonding.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <stddef.h>
#include <string.h>

void lag_fill(const struct link *member, const struct link *bond,
	      struct sflow_lag *lag)
{
	memset(lag, 0, sizeof(*lag));
	lag->aggregate = member->master;
	memset(&lag->lacpdus_rx, 0xff, sizeof(*lag) -
	       offsetof(struct sflow_lag, lacpdus_rx));
	if (!member->has_lacp)
		return;
	lag->actor_oper = member->actor_state;
	lag->partner_oper = member->partner_state;
	if (!bond)
		return;
	memcpy(lag->actor_mac, bond->has_actor_mac ? bond->actor_mac :
	       bond->mac, sizeof(lag->actor_mac));
	/* the kernel tells the partner of the aggregator in use alone */
	if (bond->has_partner && bond->active_aggregator == member->aggregator)
		memcpy(lag->partner_mac, bond->partner_mac,
		       sizeof(lag->partner_mac));
}

static void parse_3ad(const struct nlattr *nest, struct sflow_lag *lag)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		uint64_t value;

		if (mnl_attr_get_payload_len(attr) != sizeof(value))
			continue;
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
		switch (mnl_attr_get_type(attr)) {
		case BOND_3AD_STAT_LACPDU_RX:
			lag->lacpdus_rx = value;
			break;
		case BOND_3AD_STAT_LACPDU_TX:
			lag->lacpdus_tx = value;
			break;
		case BOND_3AD_STAT_LACPDU_UNKNOWN_RX:
			lag->unknown_rx = value;
			break;
		case BOND_3AD_STAT_LACPDU_ILLEGAL_RX:
			lag->illegal_rx = value;
			break;
		case BOND_3AD_STAT_MARKER_RX:
			lag->markers_rx = value;
			break;
		case BOND_3AD_STAT_MARKER_TX:
			lag->markers_tx = value;
			break;
		case BOND_3AD_STAT_MARKER_RESP_RX:
			lag->marker_responses_rx = value;
			break;
		case BOND_3AD_STAT_MARKER_RESP_TX:
			lag->marker_responses_tx = value;
			break;
		}
	}
}

static const struct nlattr *nested(const struct nlattr *nest, uint16_t type)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == type)
			return attr;
	}
	return NULL;
}

void lag_parse_stats(const struct nlmsghdr *nlh, struct sflow_lag *lag)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct if_stats_msg)) {
		if (mnl_attr_get_type(attr) != IFLA_STATS_LINK_XSTATS_SLAVE)
			continue;
		attr = nested(attr, LINK_XSTATS_TYPE_BOND);
		if (attr)
			attr = nested(attr, BOND_XSTATS_3AD);
		if (attr)
			parse_3ad(attr, lag);
		return;
	}
}

static void on_stats(const struct nlmsghdr *nlh, void *arg)
{
	lag_parse_stats(nlh, arg);
}

static void on_bond(const struct nlmsghdr *nlh, void *arg)
{
	link_parse(nlh, arg);
}

bool lag_get(struct mnl_socket *sock, const struct link *member,
	     struct sflow_lag *lag)
{
	char buf[256] __attribute__((aligned(8)));
	struct if_stats_msg *head;
	struct link bond = { 0 };
	struct nlmsghdr *nlh;
	bool has_bond;

	if (!member->is_bond_member)
		return false;
	has_bond = !rtnl_get_link(sock, member->master, on_bond, &bond);
	lag_fill(member, has_bond ? &bond : NULL, lag);
	if (!member->has_lacp)
		return true;
	nlh = mnl_nlmsg_put_header(buf);
	nlh->nlmsg_type = RTM_GETSTATS;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->ifindex = member->ifindex;
	head->filter_mask =
		IFLA_STATS_FILTER_BIT(IFLA_STATS_LINK_XSTATS_SLAVE);
	rtnl_ask(sock, nlh, on_stats, lag);
	return true;
}

bool pfc_parse(const struct nlmsghdr *nlh, struct sflow_pfc *pfc)
{
	uint64_t received = 0, sent = 0;
	const struct nlattr *attr;
	struct ieee_pfc p;
	int i;

	mnl_attr_for_each(attr, nlh, sizeof(struct dcbmsg)) {
		if (mnl_attr_get_type(attr) != DCB_ATTR_IEEE)
			continue;
		attr = nested(attr, DCB_ATTR_IEEE_PFC);
		if (!attr || mnl_attr_get_payload_len(attr) < sizeof(p))
			return false;
		memcpy(&p, mnl_attr_get_payload(attr), sizeof(p));
		for (i = 0; i < IEEE_8021QAZ_MAX_TCS; i++) {
			/* 802.1Qbb's words: requested by us, indicated to us */
			sent += p.requests[i];
			received += p.indications[i];
		}
		/* a driver that does not count says zero */
		if (!p.pfc_en && !sent && !received)
			return false;
		memset(pfc, 0xff, sizeof(*pfc));
		/* sFlow's: requests are what came in */
		pfc->requests = received;
		pfc->indications = sent;
		return true;
	}
	return false;
}

struct pfc_answer {
	bool is_found;
	struct sflow_pfc *pfc;
};

static void on_pfc(const struct nlmsghdr *nlh, void *arg)
{
	struct pfc_answer *answer = arg;

	if (pfc_parse(nlh, answer->pfc))
		answer->is_found = true;
}

int pfc_get(struct mnl_socket *sock, const char *name, struct sflow_pfc *pfc)
{
	char buf[256] __attribute__((aligned(8)));
	struct pfc_answer answer = { .pfc = pfc };
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct dcbmsg *head;
	int ret;

	nlh->nlmsg_type = RTM_GETDCB;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	head = mnl_nlmsg_put_extra_header(nlh, sizeof(*head));
	head->dcb_family = AF_UNSPEC;
	head->cmd = DCB_CMD_IEEE_GET;
	mnl_attr_put_strz(nlh, DCB_ATTR_IFNAME, name);
	ret = rtnl_ask(sock, nlh, on_pfc, &answer);
	return ret ? ret : answer.is_found;
}
