// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * What a layer of settings says, as netlink attributes: each noun's policy, and
 * the way in and the way out.
 */
#include "layer.h"

#include <linux/ksflow.h>
#include <net/ipv6.h>
#include <net/netlink.h>

#include "config.h"
#include "netlink.h"
#include "psample.h"
#include "repair.h"

static const struct nla_policy layer_policy[KSFLOW_A_LAYER_MAX + 1] = {
	[KSFLOW_A_LAYER_ID] = { .type = NLA_U8 },
	[KSFLOW_A_LAYER_HEADER] = { .type = NLA_U32 },
	[KSFLOW_A_LAYER_RING] = { .type = NLA_U32 },
	[KSFLOW_A_LAYER_RULE] = { .type = NLA_NESTED },
	[KSFLOW_A_LAYER_DROP] = { .type = NLA_NESTED },
	[KSFLOW_A_LAYER_OWN] = { .type = NLA_NESTED },
	[KSFLOW_A_LAYER_REPAIR] = { .type = NLA_NESTED },
	[KSFLOW_A_LAYER_PSAMPLE] = { .type = NLA_U32 },
	[KSFLOW_A_LAYER_DELAY] = { .type = NLA_U32 },
};

static const struct nla_policy drop_policy[KSFLOW_A_DROP_MAX + 1] = {
	[KSFLOW_A_DROP_STATE] = { .type = NLA_U8 },
	[KSFLOW_A_DROP_LIMIT] = { .type = NLA_U32 },
	[KSFLOW_A_DROP_BURST] = { .type = NLA_U32 },
	[KSFLOW_A_DROP_SW] = { .type = NLA_U8 },
	[KSFLOW_A_DROP_HW] = { .type = NLA_U8 },
	[KSFLOW_A_DROP_HIDE] = { .type = NLA_NUL_STRING,
				 .len = KSFLOW_PATTERN_MAX - 1 },
};

static const struct nla_policy own_policy[KSFLOW_A_OWN_MAX + 1] = {
	[KSFLOW_A_OWN_ADDR4] = NLA_POLICY_EXACT_LEN(sizeof(struct in_addr)),
	[KSFLOW_A_OWN_ADDR6] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[KSFLOW_A_OWN_PORT] = { .type = NLA_U16 },
};

static const struct nla_policy repair_policy[KSFLOW_A_REPAIR_MAX + 1] = {
	[KSFLOW_A_REPAIR_PORT] = { .type = NLA_U16 },
	[KSFLOW_A_REPAIR_DEV] = { .type = NLA_NUL_STRING,
				  .len = KSFLOW_REPAIR_DEV_MAX - 1 },
	[KSFLOW_A_REPAIR_FROM] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[KSFLOW_A_REPAIR_FROM_LEN] = { .type = NLA_U8 },
	[KSFLOW_A_REPAIR_TO] = NLA_POLICY_EXACT_LEN(sizeof(struct in6_addr)),
	[KSFLOW_A_REPAIR_TO_LEN] = { .type = NLA_U8 },
	[KSFLOW_A_REPAIR_MODE] = { .type = NLA_U8 },
	[KSFLOW_A_REPAIR_KINDS] = { .type = NLA_U32 },
	[KSFLOW_A_REPAIR_DEFRAG] = { .type = NLA_U8 },
	[KSFLOW_A_REPAIR_ID] = { .type = NLA_U32 },
};

static const struct nla_policy rule_policy[KSFLOW_A_RULE_MAX + 1] = {
	[KSFLOW_A_RULE_PATTERN] = { .type = NLA_NUL_STRING,
				    .len = KSFLOW_PATTERN_MAX - 1 },
	[KSFLOW_A_RULE_SPEED] = { .type = NLA_U32 },
	[KSFLOW_A_RULE_RATE] = { .type = NLA_U32 },
	[KSFLOW_A_RULE_RATIO] = { .type = NLA_U32 },
	[KSFLOW_A_RULE_DIR] = { .type = NLA_U8 },
	[KSFLOW_A_RULE_TAP] = { .type = NLA_U8 },
	[KSFLOW_A_RULE_QUIET] = { .type = NLA_FLAG },
};

/* ---- in ---------------------------------------------------------------- */

/**
 * ksflow_layer_parse_rule - a rule out of KSFLOW_A_RULE or KSFLOW_A_LAYER_RULE
 * @nest: the attribute
 * @rule: gets it; what is not given is KSFLOW_UNSET
 * @extack: gets the reason of a refusal, with the attribute
 *
 * Return: 0 or -EINVAL.
 */
int ksflow_layer_parse_rule(const struct nlattr *nest,
			    struct ksflow_rule *rule,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KSFLOW_A_RULE_MAX + 1], *a;
	int err;

	err = nla_parse_nested(tb, KSFLOW_A_RULE_MAX, nest, rule_policy,
			       extack);
	if (err)
		return err;
	memset(rule, 0, sizeof(*rule));
	rule->rate = KSFLOW_UNSET;
	rule->dir = KSFLOW_UNSET;
	rule->tap = KSFLOW_UNSET;
	a = tb[KSFLOW_A_RULE_PATTERN];
	if (a) {
		strscpy(rule->pattern, nla_data(a), sizeof(rule->pattern));
		if (!rule->pattern[0])
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_RULE_PATTERN: expected an interface name or pattern of 1...63 bytes");
	}
	if (tb[KSFLOW_A_RULE_SPEED])
		rule->speed = nla_get_u32(tb[KSFLOW_A_RULE_SPEED]);
	a = tb[KSFLOW_A_RULE_RATE];
	if (a) {
		rule->rate = nla_get_u32(a);
		if (rule->rate > KSFLOW_RATE_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_RULE_RATE: expected 1...16777216, or 0 for by link speed");
	}
	a = tb[KSFLOW_A_RULE_RATIO];
	if (a) {
		rule->ratio = nla_get_u32(a);
		if (!rule->ratio || rule->rate)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_RULE_RATIO: expected 1...4294967295 bit/s, together with KSFLOW_A_RULE_RATE 0");
	}
	a = tb[KSFLOW_A_RULE_DIR];
	if (a) {
		rule->dir = nla_get_u8(a);
		if (rule->dir >= __KSFLOW_DIR_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_RULE_DIR: expected 0 off, 1 once, 2 ingress, 3 egress or 4 both");
	}
	a = tb[KSFLOW_A_RULE_TAP];
	if (a) {
		rule->tap = nla_get_u8(a);
		if (rule->tap >= __KSFLOW_TAP_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_RULE_TAP: expected 0 auto, 1 netfilter or 2 tracepoint");
	}
	rule->is_quiet = nla_get_flag(tb[KSFLOW_A_RULE_QUIET]);
	return 0;
}

static int parse_hide(const struct nlattr *nest, struct ksflow_hide *hide,
		      struct netlink_ext_ack *extack)
{
	const struct nlattr *a;
	int rem;

	nla_for_each_nested(a, nest, rem) {
		const char *entry = nla_data(a);

		if (nla_type(a) != KSFLOW_A_DROP_HIDE)
			continue;
		if (hide->count == KSFLOW_HIDE_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_HIDE: expected at most 64 patterns");
		if (strcmp(entry, "default") && strcmp(entry, "none") &&
		    ((entry[0] != '+' && entry[0] != '-') || !entry[1]))
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_HIDE: expected default, none, +GLOB or -GLOB");
		strscpy(hide->entry[hide->count++], entry, KSFLOW_PATTERN_MAX);
	}
	return 0;
}

static int parse_switch(const struct nlattr *a, u32 *out)
{
	if (!a)
		return 0;
	*out = nla_get_u8(a);
	return *out > 1;
}

/**
 * ksflow_layer_parse_drop - what is said of drops, out of KSFLOW_A_DROP or
 *	KSFLOW_A_LAYER_DROP
 * @nest: the attribute
 * @drop: gets it; what is not given is KSFLOW_UNSET
 * @extack: gets the reason of a refusal, with the attribute
 *
 * Return: 0 or -EINVAL.
 */
int ksflow_layer_parse_drop(const struct nlattr *nest,
			    struct ksflow_drop_rules *drop,
			    struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KSFLOW_A_DROP_MAX + 1], *a;
	int err;

	ksflow_config_drop_init(drop);
	err = nla_parse_nested(tb, KSFLOW_A_DROP_MAX, nest, drop_policy,
			       extack);
	if (err)
		return err;
	a = tb[KSFLOW_A_DROP_STATE];
	if (a) {
		drop->state = nla_get_u8(a);
		if (drop->state >= __KSFLOW_DROP_STATE_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_STATE: expected 0 off, 1 count or 2 on");
	}
	a = tb[KSFLOW_A_DROP_LIMIT];
	if (a) {
		drop->limit = nla_get_u32(a);
		if (drop->limit == KSFLOW_UNLIMITED)
			drop->limit = 0;
		else if (!drop->limit || drop->limit > KSFLOW_LIMIT_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_LIMIT: expected 1...1000000000 records a second, or 4294967295 for no limit");
	}
	a = tb[KSFLOW_A_DROP_BURST];
	if (a) {
		drop->burst = nla_get_u32(a);
		if (drop->burst > KSFLOW_LIMIT_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_BURST: expected 1...1000000000 records, or 0 for as many as the limit");
	}
	a = tb[KSFLOW_A_DROP_SW];
	if (parse_switch(a, &drop->sw))
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_SW: expected 0 or 1");
	a = tb[KSFLOW_A_DROP_HW];
	if (parse_switch(a, &drop->hw))
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_DROP_HW: expected 0 or 1");
	return parse_hide(nest, &drop->hide, extack);
}

static int parse_own(const struct nlattr *nest, struct ksflow_own *own,
		     struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KSFLOW_A_OWN_MAX + 1];
	int err;

	err = nla_parse_nested(tb, KSFLOW_A_OWN_MAX, nest, own_policy, extack);
	if (err)
		return err;
	if (!tb[KSFLOW_A_OWN_PORT] ||
	    !tb[KSFLOW_A_OWN_ADDR4] == !tb[KSFLOW_A_OWN_ADDR6])
		return KSFLOW_REFUSE(extack, nest, "KSFLOW_A_LAYER_OWN: expected KSFLOW_A_OWN_PORT and one of KSFLOW_A_OWN_ADDR4 and KSFLOW_A_OWN_ADDR6");
	own->port = htons(nla_get_u16(tb[KSFLOW_A_OWN_PORT]));
	if (tb[KSFLOW_A_OWN_ADDR4])
		ipv6_addr_set_v4mapped(nla_get_in_addr(tb[KSFLOW_A_OWN_ADDR4]),
				       &own->addr);
	else
		own->addr = nla_get_in6_addr(tb[KSFLOW_A_OWN_ADDR6]);
	return 0;
}

/* Bits beyond the length count as 0. */
static int parse_prefix(const struct nlattr *addr, const struct nlattr *len,
			struct in6_addr *prefix, u8 *bits)
{
	struct in6_addr full;

	if (!addr)
		return len ? -EINVAL : 0;
	*bits = len ? nla_get_u8(len) : 128;
	if (*bits > 128)
		return -EINVAL;
	full = nla_get_in6_addr(addr);
	ipv6_addr_prefix(prefix, &full, *bits);
	return 0;
}

/**
 * ksflow_layer_parse_repair - a rule of checksum repair, out of
 *	KSFLOW_A_REPAIR or KSFLOW_A_LAYER_REPAIR
 * @nest: the attribute
 * @repair: gets it
 * @extack: gets the reason of a refusal, with the attribute
 *
 * Return: 0 or -EINVAL.
 */
int ksflow_layer_parse_repair(const struct nlattr *nest,
			      struct ksflow_repair_conf *repair,
			      struct netlink_ext_ack *extack)
{
	const u32 all = BIT(__KSFLOW_REPAIR_KIND_MAX) - 1;
	struct nlattr *tb[KSFLOW_A_REPAIR_MAX + 1], *a;
	u32 has_defrag = 0, kinds = all;
	int err;

	memset(repair, 0, sizeof(*repair));
	err = nla_parse_nested(tb, KSFLOW_A_REPAIR_MAX, nest, repair_policy,
			       extack);
	if (err)
		return err;
	a = tb[KSFLOW_A_REPAIR_PORT];
	if (!a || !nla_get_u16(a))
		return KSFLOW_REFUSE(extack, a ?: nest, "KSFLOW_A_REPAIR_PORT: expected 1...65535");
	repair->port = htons(nla_get_u16(a));
	if (tb[KSFLOW_A_REPAIR_ID])
		return KSFLOW_REFUSE(extack, tb[KSFLOW_A_REPAIR_ID], "KSFLOW_A_REPAIR_ID: expected in KSFLOW_CMD_REPAIR_DEL alone: the module numbers the rules");
	if (tb[KSFLOW_A_REPAIR_DEV])
		strscpy(repair->dev, nla_data(tb[KSFLOW_A_REPAIR_DEV]),
			sizeof(repair->dev));
	if (parse_prefix(tb[KSFLOW_A_REPAIR_FROM], tb[KSFLOW_A_REPAIR_FROM_LEN],
			 &repair->from, &repair->from_len))
		return KSFLOW_REFUSE(extack, tb[KSFLOW_A_REPAIR_FROM_LEN], "KSFLOW_A_REPAIR_FROM_LEN: expected 0...128, with KSFLOW_A_REPAIR_FROM");
	if (parse_prefix(tb[KSFLOW_A_REPAIR_TO], tb[KSFLOW_A_REPAIR_TO_LEN],
			 &repair->to, &repair->to_len))
		return KSFLOW_REFUSE(extack, tb[KSFLOW_A_REPAIR_TO_LEN], "KSFLOW_A_REPAIR_TO_LEN: expected 0...128, with KSFLOW_A_REPAIR_TO");
	a = tb[KSFLOW_A_REPAIR_MODE];
	if (a && nla_get_u8(a) >= __KSFLOW_REPAIR_MODE_MAX)
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_REPAIR_MODE: expected 0 audit or 1 repair");
	repair->mode = a ? nla_get_u8(a) : KSFLOW_REPAIR_AUDIT;
	a = tb[KSFLOW_A_REPAIR_KINDS];
	if (a)
		kinds = nla_get_u32(a);
	if (!kinds || kinds & ~all)
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_REPAIR_KINDS: expected a set of 1 (zero), 2 (no pseudo-header), 4 (pseudo-header only), 8 (swapped), 16 (offset) and 32 (other)");
	repair->kinds = kinds;
	a = tb[KSFLOW_A_REPAIR_DEFRAG];
	if (parse_switch(a, &has_defrag))
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_REPAIR_DEFRAG: expected 0 or 1");
	repair->has_defrag = has_defrag;
	if (ksflow_repair_prepare(has_defrag)) {
		NL_SET_ERR_MSG_ATTR(extack, a, "KSFLOW_A_REPAIR_DEFRAG: this kernel has no module nf_defrag_ipv6, which reassembles fragments");
		return -EOPNOTSUPP;
	}
	return 0;
}

/**
 * ksflow_layer_parse_repair_id - the number in KSFLOW_A_REPAIR, if there is one
 * @nest: the attribute
 * @id: gets the attribute with the number, NULL for none
 * @extack: gets the reason of a refusal
 *
 * Return: 0 or -EINVAL.
 */
int ksflow_layer_parse_repair_id(const struct nlattr *nest,
				 const struct nlattr **id,
				 struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KSFLOW_A_REPAIR_MAX + 1];
	int err;

	err = nla_parse_nested(tb, KSFLOW_A_REPAIR_MAX, nest, repair_policy,
			       extack);
	if (!err)
		*id = tb[KSFLOW_A_REPAIR_ID];
	return err;
}

static int parse_layer_repair(const struct nlattr *nest,
			      struct ksflow_rules *rules,
			      struct netlink_ext_ack *extack)
{
	const struct nlattr *a;
	int rem, err;

	nla_for_each_nested(a, nest, rem) {
		if (nla_type(a) != KSFLOW_A_LAYER_REPAIR)
			continue;
		if (rules->repair_count == KSFLOW_REPAIR_RULES_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_REPAIR: expected at most 64 rules in a layer");
		err = ksflow_layer_parse_repair(a,
				&rules->repair[rules->repair_count++], extack);
		if (err)
			return err;
	}
	return 0;
}

static int parse_layer_words(struct nlattr **tb, struct ksflow_rules *rules,
			     struct netlink_ext_ack *extack)
{
	const struct nlattr *a;

	a = tb[KSFLOW_A_LAYER_PSAMPLE];
	if (a) {
		rules->psample = nla_get_u32(a);
		if (rules->psample > KSFLOW_PSAMPLE_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_PSAMPLE: expected a group of 1...4294967293, or 0 for none");
		ksflow_psample_call_for(rules->psample);
	}
	a = tb[KSFLOW_A_LAYER_DELAY];
	if (a) {
		rules->delay = nla_get_u32(a);
		if (rules->delay > KSFLOW_DELAY_MAX)
			return KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_DELAY: expected 1...800 ms, or 0 for off");
	}
	return 0;
}

/**
 * ksflow_layer_parse - a layer out of KSFLOW_A_LAYER
 * @nest: the attribute
 * @layer: gets which it is: daemon or tool
 * @out: gets what it says, for ksflow_config_replace()
 * @extack: gets the reason of a refusal, with the attribute
 *
 * Context: process.
 * Return: 0, -EINVAL, -EPERM or -ENOMEM.
 */
int ksflow_layer_parse(const struct nlattr *nest, unsigned int *layer,
		       struct ksflow_rules **out,
		       struct netlink_ext_ack *extack)
{
	struct nlattr *tb[KSFLOW_A_LAYER_MAX + 1], *a;
	struct ksflow_rules *rules;
	u32 count = 0;
	int rem, err;

	err = nla_parse_nested(tb, KSFLOW_A_LAYER_MAX, nest, layer_policy,
			       extack);
	if (err)
		return err;
	a = tb[KSFLOW_A_LAYER_ID];
	if (!a)
		return KSFLOW_MISSING(extack, "KSFLOW_A_LAYER_ID is missing: expected 2 daemon or 3 tool");
	*layer = nla_get_u8(a);
	if (*layer == KSFLOW_LAYER_PARAM || *layer == KSFLOW_LAYER_BUILTIN) {
		NL_SET_ERR_MSG_ATTR(extack, a, "KSFLOW_A_LAYER_ID: the built-in settings and the module parameters are read-only");
		return -EPERM;
	}
	if (*layer >= __KSFLOW_LAYER_MAX)
		return KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_ID: expected 2 daemon or 3 tool");

	nla_for_each_nested(a, nest, rem)
		count += nla_type(a) == KSFLOW_A_LAYER_RULE;
	if (count > KSFLOW_RULES_MAX)
		return KSFLOW_REFUSE(extack, tb[KSFLOW_A_LAYER_RULE], "KSFLOW_A_LAYER_RULE: expected at most 256 rules in a layer");
	rules = ksflow_config_alloc(count);
	if (!rules)
		return -ENOMEM;
	a = tb[KSFLOW_A_LAYER_HEADER];
	if (a) {
		rules->header = nla_get_u32(a);
		if (rules->header < KSFLOW_HEADER_MIN ||
		    rules->header > KSFLOW_HEADER_MAX) {
			err = KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_HEADER: expected 64...512 bytes");
			goto refused;
		}
	}
	a = tb[KSFLOW_A_LAYER_RING];
	if (a) {
		rules->ring = nla_get_u32(a);
		if (rules->ring < KSFLOW_RING_MIN ||
		    rules->ring > KSFLOW_RING_MAX ||
		    rules->ring & (rules->ring - 1)) {
			err = KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_RING: expected 16384...4194304 bytes, a power of two");
			goto refused;
		}
	}
	err = parse_layer_words(tb, rules, extack);
	if (err)
		goto refused;
	a = tb[KSFLOW_A_LAYER_DROP];
	if (a) {
		err = ksflow_layer_parse_drop(a, &rules->drop, extack);
		if (err)
			goto refused;
	}
	err = parse_layer_repair(nest, rules, extack);
	if (err)
		goto refused;
	count = 0;
	nla_for_each_nested(a, nest, rem) {
		if (nla_type(a) == KSFLOW_A_LAYER_OWN) {
			if (rules->own_count == KSFLOW_OWN_MAX) {
				err = KSFLOW_REFUSE(extack, a, "KSFLOW_A_LAYER_OWN: expected at most 16 collectors");
				goto refused;
			}
			err = parse_own(a, &rules->own[rules->own_count++],
					extack);
			if (err)
				goto refused;
		}
		if (nla_type(a) != KSFLOW_A_LAYER_RULE)
			continue;
		err = ksflow_layer_parse_rule(a, &rules->rule[count++], extack);
		if (err)
			goto refused;
	}
	*out = rules;
	return 0;

refused:
	kvfree(rules);
	return err;
}

/* ---- out --------------------------------------------------------------- */

static int fill_rule(struct sk_buff *msg, const struct ksflow_rule *rule)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER_RULE);

	if (!nest ||
	    (rule->pattern[0] &&
	     nla_put_string(msg, KSFLOW_A_RULE_PATTERN, rule->pattern)) ||
	    (rule->speed &&
	     nla_put_u32(msg, KSFLOW_A_RULE_SPEED, rule->speed)) ||
	    (rule->rate != KSFLOW_UNSET &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATE, rule->rate)) ||
	    (rule->ratio &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATIO, rule->ratio)) ||
	    (rule->dir != KSFLOW_UNSET &&
	     nla_put_u8(msg, KSFLOW_A_RULE_DIR, rule->dir)) ||
	    (rule->tap != KSFLOW_UNSET &&
	     nla_put_u8(msg, KSFLOW_A_RULE_TAP, rule->tap)) ||
	    (rule->is_quiet && nla_put_flag(msg, KSFLOW_A_RULE_QUIET)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ksflow_layer_put_hide - which reasons and call sites make no records
 * @msg: in a nest
 * @hide: they
 *
 * Return: 0 or -EMSGSIZE.
 */
int ksflow_layer_put_hide(struct sk_buff *msg, const struct ksflow_hide *hide)
{
	u32 i;

	for (i = 0; i < hide->count; i++)
		if (nla_put_string(msg, KSFLOW_A_DROP_HIDE, hide->entry[i]))
			return -EMSGSIZE;
	return 0;
}

static int fill_drop(struct sk_buff *msg, const struct ksflow_drop_rules *drop)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER_DROP);

	if (!nest ||
	    (drop->state != KSFLOW_UNSET &&
	     nla_put_u8(msg, KSFLOW_A_DROP_STATE, drop->state)) ||
	    (drop->limit != KSFLOW_UNSET &&
	     nla_put_u32(msg, KSFLOW_A_DROP_LIMIT,
			 drop->limit ?: KSFLOW_UNLIMITED)) ||
	    (drop->burst != KSFLOW_UNSET &&
	     nla_put_u32(msg, KSFLOW_A_DROP_BURST, drop->burst)) ||
	    (drop->sw != KSFLOW_UNSET &&
	     nla_put_u8(msg, KSFLOW_A_DROP_SW, drop->sw)) ||
	    (drop->hw != KSFLOW_UNSET &&
	     nla_put_u8(msg, KSFLOW_A_DROP_HW, drop->hw)) ||
	    ksflow_layer_put_hide(msg, &drop->hide))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_own(struct sk_buff *msg, const struct ksflow_own *own)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER_OWN);

	if (!nest ||
	    (ipv6_addr_v4mapped(&own->addr) ?
	     nla_put_in_addr(msg, KSFLOW_A_OWN_ADDR4,
			     own->addr.s6_addr32[3]) :
	     nla_put_in6_addr(msg, KSFLOW_A_OWN_ADDR6, &own->addr)) ||
	    nla_put_u16(msg, KSFLOW_A_OWN_PORT, ntohs(own->port)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ksflow_layer_put_repair - what a rule of checksum repair says
 * @msg: in a nest
 * @repair: the rule
 *
 * Return: 0 or -EMSGSIZE.
 */
int ksflow_layer_put_repair(struct sk_buff *msg,
			    const struct ksflow_repair_conf *repair)
{
	if (nla_put_u16(msg, KSFLOW_A_REPAIR_PORT, ntohs(repair->port)) ||
	    (repair->dev[0] &&
	     nla_put_string(msg, KSFLOW_A_REPAIR_DEV, repair->dev)) ||
	    (repair->from_len &&
	     (nla_put_in6_addr(msg, KSFLOW_A_REPAIR_FROM, &repair->from) ||
	      nla_put_u8(msg, KSFLOW_A_REPAIR_FROM_LEN, repair->from_len))) ||
	    (repair->to_len &&
	     (nla_put_in6_addr(msg, KSFLOW_A_REPAIR_TO, &repair->to) ||
	      nla_put_u8(msg, KSFLOW_A_REPAIR_TO_LEN, repair->to_len))) ||
	    nla_put_u8(msg, KSFLOW_A_REPAIR_MODE, repair->mode) ||
	    nla_put_u32(msg, KSFLOW_A_REPAIR_KINDS, repair->kinds) ||
	    nla_put_u8(msg, KSFLOW_A_REPAIR_DEFRAG, repair->has_defrag))
		return -EMSGSIZE;
	return 0;
}

static int fill_repair(struct sk_buff *msg,
		       const struct ksflow_repair_conf *repair)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER_REPAIR);

	if (!nest || ksflow_layer_put_repair(msg, repair))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/**
 * ksflow_layer_fill - KSFLOW_A_LAYER of a layer
 * @msg: the message
 * @layer: enum ksflow_layer
 * @rules: what it says
 *
 * Return: 0 or -EMSGSIZE.
 */
int ksflow_layer_fill(struct sk_buff *msg, unsigned int layer,
		      const struct ksflow_rules *rules)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_LAYER);
	u32 i;

	if (!nest || nla_put_u8(msg, KSFLOW_A_LAYER_ID, layer) ||
	    (rules->header &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_HEADER, rules->header)) ||
	    (rules->ring &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_RING, rules->ring)) ||
	    (rules->psample != KSFLOW_UNSET &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_PSAMPLE, rules->psample)) ||
	    (rules->delay != KSFLOW_UNSET &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_DELAY, rules->delay)) ||
	    fill_drop(msg, &rules->drop))
		return -EMSGSIZE;
	for (i = 0; i < rules->own_count; i++)
		if (fill_own(msg, &rules->own[i]))
			return -EMSGSIZE;
	for (i = 0; i < rules->repair_count; i++)
		if (fill_repair(msg, &rules->repair[i]))
			return -EMSGSIZE;
	for (i = 0; i < rules->count; i++)
		if (fill_rule(msg, &rules->rule[i]))
			return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/** ksflow_layer_drop_size - bytes of a nest of what is said of drops */
size_t ksflow_layer_drop_size(void)
{
	return nla_total_size(0) + 2 * nla_total_size(sizeof(u32)) +
	       9 * nla_total_size(sizeof(u8)) +
	       KSFLOW_HIDE_MAX * nla_total_size(KSFLOW_PATTERN_MAX);
}

/**
 * ksflow_layer_size - bytes that ksflow_layer_fill() takes at most
 * @rules: what the layer says
 */
size_t ksflow_layer_size(const struct ksflow_rules *rules)
{
	return nla_total_size(0) + nla_total_size(sizeof(u8)) +
	       4 * nla_total_size(sizeof(u32)) + ksflow_layer_drop_size() +
	       rules->own_count * (nla_total_size(0) +
				   nla_total_size(sizeof(struct in6_addr)) +
				   nla_total_size(sizeof(u16))) +
	       rules->repair_count *
		       (nla_total_size(0) + nla_total_size(sizeof(u16)) +
			nla_total_size(KSFLOW_REPAIR_DEV_MAX) +
			2 * nla_total_size(sizeof(struct in6_addr)) +
			4 * nla_total_size(sizeof(u8)) +
			nla_total_size(sizeof(u32))) +
	       rules->count * (nla_total_size(0) +
			       nla_total_size(KSFLOW_PATTERN_MAX) +
			       3 * nla_total_size(sizeof(u32)) +
			       2 * nla_total_size(sizeof(u8)) +
			       nla_total_size(0));
}
