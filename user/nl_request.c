// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* One function for each command; nl.c sends them. */
#include "nl.h"

#include "nl_internal.h"

#include <linux/filter.h>

#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <string.h>

static int command(struct ksflow_nl *nl, int cmd, int flags,
		   int (*answer)(const void *attrs, size_t len, void *arg),
		   void *arg, struct ksflow_nl_error *err)
{
	return ksflow_nl_request(nl, ksflow_nl_message(nl, cmd, flags), answer,
				 arg, err);
}

static int config_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_config(attrs, len, arg);
}

int ksflow_nl_subscribe(struct ksflow_nl *nl,
			const struct ksflow_subscription *sub,
			const struct ksflow_handler *handler,
			struct ksflow_config *answer,
			struct ksflow_nl_error *err)
{
	struct ksflow_handler before;
	struct ksflow_config ignored = { 0 };
	struct nl_msg *msg;
	int ret;

	if (answer)
		memset(answer, 0, sizeof(*answer));
	msg = ksflow_nl_message(nl, KSFLOW_CMD_SUBSCRIBE, 0);
	if (!msg || nla_put_u32(msg, KSFLOW_A_KINDS, sub->kinds) ||
	    (sub->snaplen &&
	     nla_put_u32(msg, KSFLOW_A_SNAPLEN, sub->snaplen)) ||
	    (sub->filter_count &&
	     nla_put(msg, KSFLOW_A_FILTER,
		     sub->filter_count * sizeof(*sub->filter), sub->filter)) ||
	    (sub->filter_ip_count &&
	     nla_put(msg, KSFLOW_A_FILTER_IP,
		     sub->filter_ip_count * sizeof(*sub->filter_ip),
		     sub->filter_ip)) ||
	    (sub->is_owner && nla_put_flag(msg, KSFLOW_A_OWNER))) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "subscription");
	}
	/* records may come before the answer does */
	before = ksflow_nl_set_handler(nl, handler);
	ret = ksflow_nl_request(nl, msg, config_answer,
				answer ? answer : &ignored, err);
	ksflow_config_free(&ignored);
	/* what was subscribed before still is */
	if (ret)
		ksflow_nl_set_handler(nl, &before);
	return ret;
}

int ksflow_nl_unsubscribe(struct ksflow_nl *nl, struct ksflow_nl_error *err)
{
	return command(nl, KSFLOW_CMD_UNSUBSCRIBE, 0, NULL, NULL, err);
}

int ksflow_nl_config_get(struct ksflow_nl *nl, struct ksflow_config *config,
			 struct ksflow_nl_error *err)
{
	int ret;

	memset(config, 0, sizeof(*config));
	ret = command(nl, KSFLOW_CMD_CONFIG_GET, 0, config_answer, config,
		      err);
	if (ret)
		ksflow_config_free(config);
	return ret;
}

static int put_rule(struct nl_msg *msg, int type,
		    const struct ksflow_rule *rule)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest ||
	    (ksflow_has(rule, RULE_PATTERN) && rule->pattern[0] &&
	     nla_put_string(msg, KSFLOW_A_RULE_PATTERN, rule->pattern)) ||
	    (ksflow_has(rule, RULE_SPEED) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_SPEED, rule->speed_mbit)) ||
	    (ksflow_has(rule, RULE_RATE) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATE, rule->rate)) ||
	    (ksflow_has(rule, RULE_RATIO) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATIO, rule->ratio)) ||
	    (ksflow_has(rule, RULE_DIR) &&
	     nla_put_u8(msg, KSFLOW_A_RULE_DIR, rule->dir)) ||
	    (ksflow_has(rule, RULE_TAP) &&
	     nla_put_u8(msg, KSFLOW_A_RULE_TAP, rule->tap)) ||
	    (rule->is_quiet && nla_put_flag(msg, KSFLOW_A_RULE_QUIET)))
		return -EMSGSIZE;
	return nla_nest_end(msg, nest);
}

static int put_drop(struct nl_msg *msg, int type,
		    const struct ksflow_drop_conf *drop)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);
	unsigned int i;

	if (!nest ||
	    (ksflow_has(drop, DROP_STATE) &&
	     nla_put_u8(msg, KSFLOW_A_DROP_STATE, drop->state)) ||
	    (ksflow_has(drop, DROP_LIMIT) &&
	     nla_put_u32(msg, KSFLOW_A_DROP_LIMIT, drop->limit)) ||
	    (ksflow_has(drop, DROP_BURST) &&
	     nla_put_u32(msg, KSFLOW_A_DROP_BURST, drop->burst)) ||
	    (ksflow_has(drop, DROP_SW) &&
	     nla_put_u8(msg, KSFLOW_A_DROP_SW, drop->sw)) ||
	    (ksflow_has(drop, DROP_HW) &&
	     nla_put_u8(msg, KSFLOW_A_DROP_HW, drop->hw)))
		return -EMSGSIZE;
	for (i = 0; i < drop->hide_count; i++) {
		if (nla_put_string(msg, KSFLOW_A_DROP_HIDE, drop->hide[i]))
			return -EMSGSIZE;
	}
	return nla_nest_end(msg, nest);
}

static int put_own(struct nl_msg *msg, const struct ksflow_own *own)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER_OWN |
						  NLA_F_NESTED);

	if (!nest ||
	    (own->is_ip6 ? nla_put(msg, KSFLOW_A_OWN_ADDR6, 16, own->addr) :
			   nla_put(msg, KSFLOW_A_OWN_ADDR4, 4, own->addr)) ||
	    nla_put_u16(msg, KSFLOW_A_OWN_PORT, own->port))
		return -EMSGSIZE;
	return nla_nest_end(msg, nest);
}

static int put_repair(struct nl_msg *msg, int type,
		      const struct ksflow_repair_rule *rule)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest ||
	    (ksflow_has(rule, REPAIR_ID) &&
	     nla_put_u32(msg, KSFLOW_A_REPAIR_ID, rule->id)) ||
	    (ksflow_has(rule, REPAIR_PORT) &&
	     nla_put_u16(msg, KSFLOW_A_REPAIR_PORT, rule->port)) ||
	    (ksflow_has(rule, REPAIR_DEV) &&
	     nla_put_string(msg, KSFLOW_A_REPAIR_DEV, rule->dev)) ||
	    (ksflow_has(rule, REPAIR_FROM) &&
	     (nla_put(msg, KSFLOW_A_REPAIR_FROM, 16, rule->from) ||
	      nla_put_u8(msg, KSFLOW_A_REPAIR_FROM_LEN, rule->from_len))) ||
	    (ksflow_has(rule, REPAIR_TO) &&
	     (nla_put(msg, KSFLOW_A_REPAIR_TO, 16, rule->to) ||
	      nla_put_u8(msg, KSFLOW_A_REPAIR_TO_LEN, rule->to_len))) ||
	    (ksflow_has(rule, REPAIR_MODE) &&
	     nla_put_u8(msg, KSFLOW_A_REPAIR_MODE, rule->mode)) ||
	    (ksflow_has(rule, REPAIR_KINDS) &&
	     nla_put_u32(msg, KSFLOW_A_REPAIR_KINDS, rule->kinds)) ||
	    (ksflow_has(rule, REPAIR_DEFRAG) &&
	     nla_put_u8(msg, KSFLOW_A_REPAIR_DEFRAG, rule->defrag)))
		return -EMSGSIZE;
	return nla_nest_end(msg, nest);
}

int ksflow_nl_layer_set(struct ksflow_nl *nl,
			const struct ksflow_layer_conf *layer,
			struct ksflow_nl_error *err)
{
	struct nl_msg *msg = ksflow_nl_message(nl, KSFLOW_CMD_LAYER_SET, 0);
	struct nlattr *nest;
	unsigned int i;

	if (!msg)
		return ksflow_nl_fail(err, -ENOMEM, "layer");
	nest = nla_nest_start(msg, KSFLOW_A_LAYER | NLA_F_NESTED);
	if (!nest || nla_put_u8(msg, KSFLOW_A_LAYER_ID, layer->id) ||
	    (ksflow_has(layer, LAYER_HEADER) &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_HEADER, layer->header_bytes)) ||
	    (ksflow_has(layer, LAYER_RING) &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_RING, layer->ring_bytes)) ||
	    (ksflow_has(layer, LAYER_DROP) &&
	     put_drop(msg, KSFLOW_A_LAYER_DROP, &layer->drop)))
		goto too_big;
	for (i = 0; i < layer->own_count; i++) {
		if (put_own(msg, &layer->own[i]))
			goto too_big;
	}
	for (i = 0; i < layer->repair_count; i++) {
		if (put_repair(msg, KSFLOW_A_LAYER_REPAIR, &layer->repairs[i]))
			goto too_big;
	}
	for (i = 0; i < layer->rule_count; i++) {
		if (put_rule(msg, KSFLOW_A_LAYER_RULE, &layer->rules[i]))
			goto too_big;
	}
	nla_nest_end(msg, nest);
	return ksflow_nl_request(nl, msg, NULL, NULL, err);

too_big:
	nlmsg_free(msg);
	return ksflow_nl_fail(err, -EMSGSIZE, "layer");
}

static int rule_request(struct ksflow_nl *nl, int cmd,
			const struct ksflow_rule *rule,
			struct ksflow_nl_error *err)
{
	struct nl_msg *msg = ksflow_nl_message(nl, cmd, 0);

	if (!msg || put_rule(msg, KSFLOW_A_RULE, rule)) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "rule");
	}
	return ksflow_nl_request(nl, msg, NULL, NULL, err);
}

int ksflow_nl_rule_set(struct ksflow_nl *nl, const struct ksflow_rule *rule,
		       struct ksflow_nl_error *err)
{
	return rule_request(nl, KSFLOW_CMD_RULE_SET, rule, err);
}

int ksflow_nl_rule_del(struct ksflow_nl *nl, const char *pattern,
		       struct ksflow_nl_error *err)
{
	struct ksflow_rule rule = { .has = 1ULL << KSFLOW_A_RULE_PATTERN };

	if (strlen(pattern) >= sizeof(rule.pattern)) {
		ksflow_nl_say(err, -EINVAL, "rule pattern",
			      "rule pattern is too long");
		return -EINVAL;
	}
	strcpy(rule.pattern, pattern);
	return rule_request(nl, KSFLOW_CMD_RULE_DEL, &rule, err);
}

int ksflow_nl_reset(struct ksflow_nl *nl, struct ksflow_nl_error *err)
{
	return command(nl, KSFLOW_CMD_RESET, 0, NULL, NULL, err);
}

int ksflow_nl_drop_set(struct ksflow_nl *nl,
		       const struct ksflow_drop_conf *drop,
		       struct ksflow_nl_error *err)
{
	struct nl_msg *msg = ksflow_nl_message(nl, KSFLOW_CMD_DROP_SET, 0);

	if (!msg || put_drop(msg, KSFLOW_A_DROP, drop)) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "drop settings");
	}
	return ksflow_nl_request(nl, msg, NULL, NULL, err);
}

static int repair_request(struct ksflow_nl *nl, int cmd,
			  const struct ksflow_repair_rule *rule,
			  struct ksflow_nl_error *err)
{
	struct nl_msg *msg = ksflow_nl_message(nl, cmd, 0);

	if (!msg || put_repair(msg, KSFLOW_A_REPAIR, rule)) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "repair rule");
	}
	return ksflow_nl_request(nl, msg, NULL, NULL, err);
}

int ksflow_nl_repair_add(struct ksflow_nl *nl,
			 const struct ksflow_repair_rule *rule,
			 struct ksflow_nl_error *err)
{
	return repair_request(nl, KSFLOW_CMD_REPAIR_ADD, rule, err);
}

int ksflow_nl_repair_del(struct ksflow_nl *nl, uint32_t id,
			 struct ksflow_nl_error *err)
{
	const struct ksflow_repair_rule rule = {
		.has = 1ULL << KSFLOW_A_REPAIR_ID, .id = id,
	};
	struct nl_msg *msg;

	if (id)
		return repair_request(nl, KSFLOW_CMD_REPAIR_DEL, &rule, err);
	msg = ksflow_nl_message(nl, KSFLOW_CMD_REPAIR_DEL, 0);
	/* libnl takes an empty nest out when it ends. */
	if (!msg || nla_put(msg, KSFLOW_A_REPAIR | NLA_F_NESTED, 0, NULL)) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "repair rule");
	}
	return ksflow_nl_request(nl, msg, NULL, NULL, err);
}

static int repair_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_repair(attrs, len, arg);
}

int ksflow_nl_repair_dump(struct ksflow_nl *nl,
			  const struct ksflow_repair_handler *handler,
			  struct ksflow_nl_error *err)
{
	return command(nl, KSFLOW_CMD_REPAIR_GET, NLM_F_DUMP, repair_answer,
		       (void *)handler, err);
}

static int dev_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_dev(attrs, len, arg);
}

int ksflow_nl_dev_get(struct ksflow_nl *nl, const char *name,
		      struct ksflow_dev *dev, struct ksflow_nl_error *err)
{
	struct nl_msg *msg = ksflow_nl_message(nl, KSFLOW_CMD_DEV_GET, 0);

	memset(dev, 0, sizeof(*dev));
	if (!msg || nla_put_string(msg, KSFLOW_A_IFNAME, name)) {
		nlmsg_free(msg);
		return ksflow_nl_fail(err, -EMSGSIZE, "interface name");
	}
	return ksflow_nl_request(nl, msg, dev_answer, dev, err);
}

struct dev_each {
	int (*each)(const struct ksflow_dev *dev, void *arg);
	void *arg;
};

static int dev_dump_answer(const void *attrs, size_t len, void *arg)
{
	struct dev_each *walk = arg;
	struct ksflow_dev dev;
	int ret;

	ret = ksflow_nl_parse_dev(attrs, len, &dev);
	if (ret)
		return ret;
	return walk->each(&dev, walk->arg);
}

int ksflow_nl_dev_dump(struct ksflow_nl *nl,
		       int (*each)(const struct ksflow_dev *dev, void *arg),
		       void *arg, struct ksflow_nl_error *err)
{
	struct dev_each walk = { each, arg };

	return command(nl, KSFLOW_CMD_DEV_GET, NLM_F_DUMP, dev_dump_answer,
		       &walk, err);
}

static int stats_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_stats(attrs, len, arg);
}

int ksflow_nl_stats_get(struct ksflow_nl *nl,
			const struct ksflow_stats_handler *handler,
			struct ksflow_nl_error *err)
{
	return command(nl, KSFLOW_CMD_STATS_GET, NLM_F_DUMP, stats_answer,
		       (void *)handler, err);
}

struct drop_each {
	int (*each)(const struct ksflow_drop_count *count, void *arg);
	void *arg;
};

static int drop_dump_answer(const void *attrs, size_t len, void *arg)
{
	struct ksflow_drop_count count;
	struct drop_each *walk = arg;
	int ret;

	ret = ksflow_nl_parse_drop_count(attrs, len, &count);
	if (ret)
		return ret;
	return walk->each(&count, walk->arg);
}

int ksflow_nl_drop_dump(struct ksflow_nl *nl,
			int (*each)(const struct ksflow_drop_count *count,
				    void *arg),
			void *arg, struct ksflow_nl_error *err)
{
	struct drop_each walk = { each, arg };

	return command(nl, KSFLOW_CMD_DROP_GET, NLM_F_DUMP, drop_dump_answer,
		       &walk, err);
}
