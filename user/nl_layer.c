// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * A change to the tool's layer for which there is no command: the layer is
 * replaced by what it was, byte for byte but for the change, so that what a
 * newer module has in it stays.
 */
#include "nl.h"

#include "nl_internal.h"

#include <libmnl/libmnl.h>
#include <netlink/msg.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NONE	SIZE_MAX

/* Of attributes [at, end): the next one, or NULL with *ret when it is none. */
static const struct nlattr *next(const char **at, const char *end, int *ret)
{
	const struct nlattr *attr = (const struct nlattr *)*at;
	size_t left = end - *at, step;

	if (!left)
		return NULL;
	if (left < sizeof(*attr) || attr->nla_len < sizeof(*attr) ||
	    attr->nla_len > left) {
		*ret = -EBADMSG;
		return NULL;
	}
	/* the last one's padding may be missing */
	step = MNL_ALIGN(attr->nla_len);
	*at += step < left ? step : left;
	return attr;
}

static const char *payload(const struct nlattr *attr)
{
	return (const char *)attr + MNL_ATTR_HDRLEN;
}

static const char *end_of(const struct nlattr *attr)
{
	return (const char *)attr + attr->nla_len;
}

/* A number of one byte in there; NONE: it is not. */
static size_t byte_in(const struct nlattr *nest, int type, int *ret)
{
	const char *at = payload(nest);
	const struct nlattr *attr;
	size_t value = NONE;

	while ((attr = next(&at, end_of(nest), ret))) {
		if (mnl_attr_get_type(attr) == type &&
		    attr->nla_len == MNL_ATTR_HDRLEN + 1)
			value = (uint8_t)*payload(attr);
	}
	return value;
}

/* Nothing says so of the default devices. */
static bool has_pattern(const struct nlattr *rule, const char *pattern,
			int *ret)
{
	const char *at = payload(rule);
	const struct nlattr *attr;
	size_t len = strlen(pattern);
	bool is_same = !len;

	while ((attr = next(&at, end_of(rule), ret))) {
		if (mnl_attr_get_type(attr) == KSFLOW_A_RULE_PATTERN)
			is_same = attr->nla_len == MNL_ATTR_HDRLEN + len + 1 &&
				  !memcmp(payload(attr), pattern, len + 1);
	}
	return is_same;
}

static char *put(char *to, int type, const void *value, size_t len)
{
	struct nlattr attr = { MNL_ATTR_HDRLEN + len, type };

	memset(to, 0, MNL_ALIGN(attr.nla_len));
	memcpy(to, &attr, sizeof(attr));
	memcpy(to + MNL_ATTR_HDRLEN, value, len);
	return to + MNL_ALIGN(attr.nla_len);
}

static char *copy(char *to, const struct nlattr *attr)
{
	return put(to, attr->nla_type, payload(attr),
		   attr->nla_len - MNL_ATTR_HDRLEN);
}

/* Without its direction, and at the new rate. */
static char *copy_on(char *to, const struct nlattr *old,
		     const struct ksflow_rule *rule, int *ret)
{
	bool has_tap = ksflow_has(rule, RULE_TAP);
	const char *at = payload(old);
	char *begin = to;
	const struct nlattr *attr;
	struct nlattr head = { .nla_type = old->nla_type };

	to += MNL_ATTR_HDRLEN;
	while ((attr = next(&at, end_of(old), ret))) {
		int type = mnl_attr_get_type(attr);

		if (type != KSFLOW_A_RULE_DIR && type != KSFLOW_A_RULE_RATE &&
		    (type != KSFLOW_A_RULE_TAP || !has_tap))
			to = copy(to, attr);
	}
	to = put(to, KSFLOW_A_RULE_RATE, &rule->rate, sizeof(rule->rate));
	if (has_tap)
		to = put(to, KSFLOW_A_RULE_TAP, &rule->tap, sizeof(rule->tap));
	head.nla_len = to - begin;
	memcpy(begin, &head, sizeof(head));
	return to;
}

static int turn_on(const struct nlattr *layer, const struct ksflow_rule *rule,
		   void **out, size_t *out_len)
{
	const char *at = payload(layer);
	const struct nlattr *attr;
	char *bytes, *to;
	int ret = 1, bad = 0;

	/* no more than there was, but for what is put */
	bytes = malloc(MNL_ALIGN(layer->nla_len) + 4 * MNL_ATTR_HDRLEN);
	if (!bytes)
		return -ENOMEM;
	to = bytes;
	while ((attr = next(&at, end_of(layer), &bad))) {
		if (ret && mnl_attr_get_type(attr) == KSFLOW_A_LAYER_RULE &&
		    has_pattern(attr, rule->pattern, &bad) &&
		    byte_in(attr, KSFLOW_A_RULE_DIR, &bad) == KSFLOW_DIR_OFF) {
			to = copy_on(to, attr, rule, &bad);
			ret = 0;
		} else {
			to = copy(to, attr);
		}
	}
	ret = bad ? bad : ret;
	if (ret) {
		free(bytes);
		return ret;
	}
	*out = bytes;
	*out_len = to - bytes;
	return 0;
}

int ksflow_nl_turn_on(const void *buf, size_t len,
		      const struct ksflow_rule *rule, void **layer,
		      size_t *layer_len)
{
	const char *at = buf, *end = at + len;
	const struct nlattr *attr;
	int ret = 0;

	while ((attr = next(&at, end, &ret))) {
		if (mnl_attr_get_type(attr) == KSFLOW_A_LAYER &&
		    byte_in(attr, KSFLOW_A_LAYER_ID, &ret) == KSFLOW_LAYER_TOOL)
			return ret ? ret : turn_on(attr, rule, layer, layer_len);
	}
	return ret ? ret : 1;
}

struct change {
	const struct ksflow_rule *rule;
	void *layer;
	size_t len;
};

static int on_config(const void *attrs, size_t len, void *arg)
{
	struct change *change = arg;
	int ret;

	free(change->layer);
	change->layer = NULL;
	ret = ksflow_nl_turn_on(attrs, len, change->rule, &change->layer,
				&change->len);
	return ret < 0 ? ret : 0;
}

int ksflow_nl_rule_on(struct ksflow_nl *nl, const struct ksflow_rule *rule,
		      struct ksflow_nl_error *err)
{
	struct change change = { .rule = rule };
	struct nl_msg *msg;
	int ret;

	ret = ksflow_nl_request(nl, ksflow_nl_message(nl, KSFLOW_CMD_CONFIG_GET,
						      0),
				on_config, &change, err);
	if (ret)
		goto out;
	ret = 1;
	if (!change.layer)
		goto out;
	msg = ksflow_nl_message(nl, KSFLOW_CMD_LAYER_SET, 0);
	if (msg && nla_put(msg, KSFLOW_A_LAYER | NLA_F_NESTED, change.len,
			   change.layer)) {
		nlmsg_free(msg);
		ret = ksflow_nl_fail(err, -EMSGSIZE, "layer");
		goto out;
	}
	ret = ksflow_nl_request(nl, msg, NULL, NULL, err);
out:
	free(change.layer);
	return ret;
}
