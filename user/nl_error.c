// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* What the module refused, and why: its own words, and the attribute's name. */
#include "nl_internal.h"

#include "nl.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Older headers lack the ones after COOKIE. */
#define ACK_MISS_TYPE	5

/* Names of attributes, for refusals that point at one. */
struct names {
	const char * const *names;
	unsigned int count;
	const struct nest {
		unsigned int type;
		const struct names *inside;
	} *nests;		/* ends with type 0 */
};

static const char * const rule_words[] = {
	[KSFLOW_A_RULE_PATTERN] = "rule pattern",
	[KSFLOW_A_RULE_SPEED] = "rule speed",
	[KSFLOW_A_RULE_RATE] = "rule rate",
	[KSFLOW_A_RULE_RATIO] = "rule ratio",
	[KSFLOW_A_RULE_DIR] = "rule direction",
	[KSFLOW_A_RULE_TAP] = "rule tap",
	[KSFLOW_A_RULE_QUIET] = "rule quiet",
};

static const struct names rule_names = {
	rule_words, sizeof(rule_words) / sizeof(rule_words[0]), NULL,
};

static const char * const drop_words[] = {
	[KSFLOW_A_DROP_STATE] = "drop state",
	[KSFLOW_A_DROP_LIMIT] = "drop limit",
	[KSFLOW_A_DROP_BURST] = "drop burst",
	[KSFLOW_A_DROP_SW] = "drop sw",
	[KSFLOW_A_DROP_HW] = "drop hw",
	[KSFLOW_A_DROP_HIDE] = "drop hide",
};

static const struct names drop_names = {
	drop_words, sizeof(drop_words) / sizeof(drop_words[0]), NULL,
};

static const char * const own_words[] = {
	[KSFLOW_A_OWN_ADDR4] = "collector address",
	[KSFLOW_A_OWN_ADDR6] = "collector address",
	[KSFLOW_A_OWN_PORT] = "collector port",
};

static const struct names own_names = {
	own_words, sizeof(own_words) / sizeof(own_words[0]), NULL,
};

static const char * const repair_words[] = {
	[KSFLOW_A_REPAIR_PORT] = "repair port",
	[KSFLOW_A_REPAIR_DEV] = "repair device",
	[KSFLOW_A_REPAIR_FROM] = "repair from",
	[KSFLOW_A_REPAIR_FROM_LEN] = "repair from",
	[KSFLOW_A_REPAIR_TO] = "repair to",
	[KSFLOW_A_REPAIR_TO_LEN] = "repair to",
	[KSFLOW_A_REPAIR_MODE] = "repair mode",
	[KSFLOW_A_REPAIR_KINDS] = "repair kinds",
	[KSFLOW_A_REPAIR_DEFRAG] = "repair defrag",
	[KSFLOW_A_REPAIR_ID] = "repair id",
};

static const struct names repair_names = {
	repair_words, sizeof(repair_words) / sizeof(repair_words[0]), NULL,
};

static const char * const layer_words[] = {
	[KSFLOW_A_LAYER_ID] = "layer id",
	[KSFLOW_A_LAYER_HEADER] = "header bytes",
	[KSFLOW_A_LAYER_RING] = "ring bytes",
	[KSFLOW_A_LAYER_RULE] = "rule",
	[KSFLOW_A_LAYER_DROP] = "drop settings",
	[KSFLOW_A_LAYER_OWN] = "collector",
	[KSFLOW_A_LAYER_REPAIR] = "repair rule",
};

static const struct nest layer_nests[] = {
	{ KSFLOW_A_LAYER_RULE, &rule_names },
	{ KSFLOW_A_LAYER_DROP, &drop_names },
	{ KSFLOW_A_LAYER_OWN, &own_names },
	{ KSFLOW_A_LAYER_REPAIR, &repair_names }, { 0, NULL },
};

static const struct names layer_names = {
	layer_words, sizeof(layer_words) / sizeof(layer_words[0]), layer_nests,
};

static const char * const top_words[] = {
	[KSFLOW_A_KINDS] = "kinds",
	[KSFLOW_A_SNAPLEN] = "snaplen",
	[KSFLOW_A_FILTER] = "filter",
	[KSFLOW_A_OWNER] = "owner",
	[KSFLOW_A_IFINDEX] = "ifindex",
	[KSFLOW_A_IFNAME] = "interface name",
	[KSFLOW_A_LAYER] = "layer",
	[KSFLOW_A_RULE] = "rule",
	[KSFLOW_A_FILTER_IP] = "filter of IP packets",
	[KSFLOW_A_DROP] = "drop settings",
	[KSFLOW_A_REPAIR] = "repair rule",
};

static const struct nest top_nests[] = {
	{ KSFLOW_A_LAYER, &layer_names }, { KSFLOW_A_RULE, &rule_names },
	{ KSFLOW_A_DROP, &drop_names },
	{ KSFLOW_A_REPAIR, &repair_names }, { 0, NULL },
};

static const struct names top_names = {
	top_words, sizeof(top_words) / sizeof(top_words[0]), top_nests,
};

/* Name of the attribute that lies at byte off of the request, or NULL. */
static const char *attr_at(const struct nlmsghdr *request, uint32_t off)
{
	const struct names *names = &top_names;
	const char *at, *end, *target;

	if (off >= request->nlmsg_len)
		return NULL;
	target = (const char *)request + off;
	at = (const char *)request + NLMSG_HDRLEN + GENL_HDRLEN;
	end = (const char *)request + request->nlmsg_len;
	while (at < end) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const struct nest *nest;
		unsigned int type;

		if (!mnl_attr_ok(attr, end - at))
			return NULL;
		type = mnl_attr_get_type(attr);
		if (target >= at + MNL_ALIGN(attr->nla_len)) {
			at += MNL_ALIGN(attr->nla_len);
			continue;
		}
		for (nest = names->nests; nest && nest->type; nest++) {
			if (nest->type == type)
				break;
		}
		if (target == at || !nest || !nest->type)
			return type < names->count ? names->names[type] : NULL;
		names = nest->inside;
		end = at + attr->nla_len;
		at += MNL_ATTR_HDRLEN;
	}
	return NULL;
}

void ksflow_nl_say(struct ksflow_nl_error *err, int code, const char *attr,
		   const char *text)
{
	if (!err)
		return;
	err->code = code;
	snprintf(err->attr, sizeof(err->attr), "%s", attr ? attr : "");
	if (attr && !strcasestr(text, attr))
		snprintf(err->text, sizeof(err->text), "%s: %s", attr, text);
	else
		snprintf(err->text, sizeof(err->text), "%s", text);
}

/* A failure of our own, or one the module gave no reason for. */
int ksflow_nl_fail(struct ksflow_nl_error *err, int code, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: %s%s", what, strerror(-code),
		 code == -EPERM ? " (CAP_NET_ADMIN is needed)" : "");
	ksflow_nl_say(err, code, NULL, text);
	return code;
}

/* Put the module's own words, if it sent any, into *err. */
void ksflow_nl_read_error(const struct nlmsghdr *nlh,
			  const struct nlmsghdr *request,
			  struct ksflow_nl_error *err)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const char *at = (const char *)(e + 1);
	const char *attr_name = NULL;
	char text[256] = "";
	uint32_t number;

	/* without NETLINK_CAP_ACK the request is quoted first */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += MNL_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	while ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && at < end) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const char *payload = mnl_attr_get_payload(attr);

		if (!mnl_attr_ok(attr, end - at))
			break;
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(text, sizeof(text), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), payload);
			break;
		case NLMSGERR_ATTR_OFFS:
			if (mnl_attr_get_payload_len(attr) != sizeof(number))
				break;
			memcpy(&number, payload, sizeof(number));
			attr_name = attr_at(request, number);
			break;
		case ACK_MISS_TYPE:
			if (mnl_attr_get_payload_len(attr) != sizeof(number))
				break;
			memcpy(&number, payload, sizeof(number));
			if (!attr_name && number < top_names.count)
				attr_name = top_words[number];
			break;
		}
		at += MNL_ALIGN(attr->nla_len);
	}
	if (text[0])
		ksflow_nl_say(err, e->error, attr_name, text);
	else if (e->error == -EPERM)
		ksflow_nl_say(err, e->error, attr_name,
			      "not permitted (CAP_NET_ADMIN is needed)");
	else
		ksflow_nl_say(err, e->error, attr_name, strerror(-e->error));
}
