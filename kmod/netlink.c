// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The generic netlink family: settings and statistics. Every command acts on
 * the namespace of its socket; those that change something, or that make the
 * module work, need CAP_NET_ADMIN over it.
 */
#include "netlink.h"

#include <linux/ksflow.h>
#include <linux/module.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "compat/compat.h"
#include "config.h"
#include "device.h"
#include "drop.h"
#include "filter.h"
#include "hwdrop.h"
#include "layer.h"
#include "net.h"
#include "psample.h"
#include "relay.h"
#include "repair.h"
#include "sample.h"
#include "stats.h"
#include "subscriber.h"

static struct genl_family family;

static const struct nla_policy policy[KSFLOW_A_MAX + 1] = {
	[KSFLOW_A_KINDS] = { .type = NLA_U32 },
	[KSFLOW_A_SNAPLEN] = { .type = NLA_U32 },
	[KSFLOW_A_OWNER] = { .type = NLA_FLAG },
	[KSFLOW_A_IFINDEX] = { .type = NLA_U32 },
	[KSFLOW_A_IFNAME] = { .type = NLA_NUL_STRING, .len = IFNAMSIZ - 1 },
	[KSFLOW_A_LAYER] = { .type = NLA_NESTED },
	[KSFLOW_A_RULE] = { .type = NLA_NESTED },
	[KSFLOW_A_FILTER] = { .type = NLA_BINARY },
	[KSFLOW_A_FILTER_IP] = { .type = NLA_BINARY },
	[KSFLOW_A_DROP] = { .type = NLA_NESTED },
	[KSFLOW_A_REPAIR] = { .type = NLA_NESTED },
};

/* Locks the settings of the caller's namespace, or says why not. */
static struct ksflow_net *settings_lock(struct genl_info *info)
{
	struct ksflow_net *kn = ksflow_net(genl_info_net(info));

	ksflow_net_lock(kn);
	if (!kn->is_dead)
		return kn;
	ksflow_net_unlock(kn);
	NL_SET_ERR_MSG(info->extack, "the module or the namespace is going away");
	return NULL;
}

static int do_layer_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_rules *rules = NULL;
	unsigned int layer = 0;
	struct ksflow_net *kn;
	int err;

	if (!info->attrs[KSFLOW_A_LAYER])
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_LAYER is missing");
	err = ksflow_layer_parse(info->attrs[KSFLOW_A_LAYER], &layer, &rules,
			  info->extack);
	if (err)
		return err;
	kn = settings_lock(info);
	if (!kn) {
		kvfree(rules);
		return -ESHUTDOWN;
	}
	if (layer == KSFLOW_LAYER_DAEMON &&
	    kn->owner_portid != info->snd_portid) {
		NL_SET_ERR_MSG(info->extack, "the daemon's layer belongs to the socket that subscribed with KSFLOW_A_OWNER");
		kvfree(rules);
		err = -EPERM;
		goto out;
	}
	ksflow_config_replace(&kn->config, layer, rules);
	ksflow_net_apply(kn, info->extack);
out:
	ksflow_net_unlock(kn);
	return err;
}

static int rule_change(struct genl_info *info, bool is_removal)
{
	struct nlattr *nest = info->attrs[KSFLOW_A_RULE];
	struct ksflow_rule rule;
	struct ksflow_net *kn;
	int err;

	if (!nest)
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_RULE is missing");
	err = ksflow_layer_parse_rule(nest, &rule, info->extack);
	if (err)
		return err;
	kn = settings_lock(info);
	if (!kn)
		return -ESHUTDOWN;
	if (is_removal)
		err = ksflow_config_remove(&kn->config, KSFLOW_LAYER_TOOL,
					   rule.pattern);
	else
		err = ksflow_config_upsert(&kn->config, KSFLOW_LAYER_TOOL,
					   &rule, info->extack);
	if (err == -ENOENT)
		NL_SET_ERR_MSG_ATTR(info->extack, nest,
				    "KSFLOW_A_RULE_PATTERN: the tool's layer has no rule with this pattern");
	if (!err)
		ksflow_net_apply(kn, info->extack);
	ksflow_net_unlock(kn);
	return err;
}

static int do_rule_set(struct sk_buff *skb, struct genl_info *info)
{
	return rule_change(info, false);
}

static int do_rule_del(struct sk_buff *skb, struct genl_info *info)
{
	return rule_change(info, true);
}

static int do_drop_set(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_drop_rules *drop;
	struct ksflow_net *kn;
	int err;

	if (!info->attrs[KSFLOW_A_DROP])
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_DROP is missing");
	drop = kzalloc(sizeof(*drop), GFP_KERNEL);
	if (!drop)
		return -ENOMEM;
	err = ksflow_layer_parse_drop(info->attrs[KSFLOW_A_DROP], drop,
				      info->extack);
	if (err)
		goto free_drop;
	kn = settings_lock(info);
	if (!kn) {
		err = -ESHUTDOWN;
		goto free_drop;
	}
	err = ksflow_config_drop_set(&kn->config, KSFLOW_LAYER_TOOL, drop);
	if (!err)
		ksflow_net_apply(kn, info->extack);
	ksflow_net_unlock(kn);
free_drop:
	kfree(drop);
	return err;
}

static int do_repair_add(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_repair_conf repair;
	struct ksflow_net *kn;
	int err;

	if (!info->attrs[KSFLOW_A_REPAIR])
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_REPAIR is missing");
	err = ksflow_layer_parse_repair(info->attrs[KSFLOW_A_REPAIR], &repair,
			   info->extack);
	if (err)
		return err;
	kn = settings_lock(info);
	if (!kn)
		return -ESHUTDOWN;
	err = ksflow_config_repair_add(&kn->config, KSFLOW_LAYER_TOOL, &repair,
				       info->extack);
	if (!err)
		ksflow_net_apply(kn, info->extack);
	ksflow_net_unlock(kn);
	return err;
}

/* @id: of the rule, or NULL for all. Under ksflow_net.lock. */
static int repair_remove(struct ksflow_net *kn, const struct nlattr *id,
			 struct netlink_ext_ack *extack)
{
	const struct ksflow_repair_rule *rule;
	struct ksflow_repair_conf conf;

	if (!id) {
		ksflow_config_repair_remove(&kn->config, KSFLOW_LAYER_TOOL,
					    NULL);
		return 0;
	}
	rule = ksflow_repair_find(&kn->repair, nla_get_u32(id));
	if (!rule) {
		NL_SET_ERR_MSG_ATTR(extack, id, "KSFLOW_A_REPAIR_ID: there is no rule of this number");
		return -ENOENT;
	}
	if (rule->layer != KSFLOW_LAYER_TOOL) {
		NL_SET_ERR_MSG_ATTR(extack, id, "KSFLOW_A_REPAIR_ID: this rule is ksflowd's, or a module parameter's: change it there, or add one that overrides it");
		return -EPERM;
	}
	conf = rule->conf;
	ksflow_config_repair_remove(&kn->config, KSFLOW_LAYER_TOOL, &conf);
	return 0;
}

static int do_repair_del(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *id;
	struct ksflow_net *kn;
	int err;

	if (!info->attrs[KSFLOW_A_REPAIR])
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_REPAIR is missing");
	err = ksflow_layer_parse_repair_id(info->attrs[KSFLOW_A_REPAIR], &id,
					   info->extack);
	if (err)
		return err;
	kn = settings_lock(info);
	if (!kn)
		return -ESHUTDOWN;
	err = repair_remove(kn, id, info->extack);
	if (!err)
		ksflow_net_apply(kn, info->extack);
	ksflow_net_unlock(kn);
	return err;
}

static int do_reset(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_net *kn = settings_lock(info);

	if (!kn)
		return -ESHUTDOWN;
	ksflow_config_replace(&kn->config, KSFLOW_LAYER_TOOL, NULL);
	ksflow_net_apply(kn, info->extack);
	ksflow_net_unlock(kn);
	return 0;
}

/* ---- answers ----------------------------------------------------------- */

/**
 * ksflow_netlink_head - begin a KSFLOW_CMD_RECORDS message
 * @msg: empty
 * Return: for genlmsg_end(), or NULL.
 */
void *ksflow_netlink_head(struct sk_buff *msg)
{
	return genlmsg_put(msg, 0, 0, &family, 0, KSFLOW_CMD_RECORDS);
}

/**
 * ksflow_netlink_dump_head - begin one entry of a dump
 * @msg: the dump's message
 * @cb: the dump
 * @cmd: enum ksflow_cmd
 * Return: for genlmsg_end() or genlmsg_cancel(), or NULL.
 */
void *ksflow_netlink_dump_head(struct sk_buff *msg,
			       struct netlink_callback *cb, unsigned int cmd)
{
	return genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			   &family, NLM_F_MULTI, cmd);
}

static size_t config_size(const struct ksflow_net *kn, bool has_layers)
{
	size_t size = nla_total_size(sizeof(u32)) +	/* ABI */
		      nla_total_size(sizeof(KSFLOW_VERSION)) + /* VERSION */
		      nla_total_size(0) +		/* CONFIG */
		      6 * nla_total_size(sizeof(u32)) +	/* HEADER RING OWNER_
							 * REPAIR PSAMPLE
							 * DELAY */
		      4 * nla_total_size(sizeof(u8)) +	/* .._LAYER */
		      4 * nla_total_size(0) +		/* EGRESS_HOOK DROP_..
							 * PSAMPLE_WAITS */
		      ksflow_layer_drop_size();		/* DROP */
	unsigned int layer;

	for (layer = 0; has_layers && layer < KSFLOW_LAYERS; layer++)
		if (kn->config.layer[layer])
			size += ksflow_layer_size(kn->config.layer[layer]);
	return size;
}

static int fill_drop_in_force(struct sk_buff *msg,
			      const struct ksflow_config *config)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_CONFIG_DROP);
	struct ksflow_drop_settings s;

	ksflow_config_drop(config, &s);
	if (!nest ||
	    nla_put_u8(msg, KSFLOW_A_DROP_STATE, s.state.value) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_STATE_LAYER, s.state.layer) ||
	    nla_put_u32(msg, KSFLOW_A_DROP_LIMIT,
			s.limit.value ?: KSFLOW_UNLIMITED) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_LIMIT_LAYER, s.limit.layer) ||
	    nla_put_u32(msg, KSFLOW_A_DROP_BURST, s.burst.value) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_BURST_LAYER, s.burst.layer) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_SW, s.sw.value) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_SW_LAYER, s.sw.layer) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_HW, s.hw.value) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_HW_LAYER, s.hw.layer) ||
	    ksflow_layer_put_hide(msg, s.hide) ||
	    nla_put_u8(msg, KSFLOW_A_DROP_HIDE_LAYER, s.hide_layer))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int fill_words(struct sk_buff *msg, const struct ksflow_net *kn)
{
	struct ksflow_setting psample = ksflow_config_psample(&kn->config);
	struct ksflow_setting delay = ksflow_config_delay(&kn->config);

	if ((psample.value &&
	     nla_put_u32(msg, KSFLOW_A_CONFIG_PSAMPLE, psample.value)) ||
	    nla_put_u8(msg, KSFLOW_A_CONFIG_PSAMPLE_LAYER, psample.layer) ||
	    (ksflow_psample_is_waiting(&kn->psample) &&
	     nla_put_flag(msg, KSFLOW_A_CONFIG_PSAMPLE_WAITS)) ||
	    (delay.value &&
	     nla_put_u32(msg, KSFLOW_A_CONFIG_DELAY, delay.value)) ||
	    nla_put_u8(msg, KSFLOW_A_CONFIG_DELAY_LAYER, delay.layer))
		return -EMSGSIZE;
	return 0;
}

static int fill_config(struct sk_buff *msg, const struct ksflow_net *kn)
{
	struct ksflow_setting header = ksflow_config_header(&kn->config);
	struct ksflow_setting ring = ksflow_config_ring(&kn->config);
	unsigned int layer, repairs = 0;
	struct nlattr *nest;

	for (layer = 0; layer < KSFLOW_LAYERS; layer++)
		if (kn->config.layer[layer])
			repairs += kn->config.layer[layer]->repair_count;

	if (nla_put_u32(msg, KSFLOW_A_ABI, KSFLOW_ABI) ||
	    nla_put_string(msg, KSFLOW_A_VERSION, KSFLOW_VERSION))
		return -EMSGSIZE;
	nest = nla_nest_start(msg, KSFLOW_A_CONFIG);
	if (!nest ||
	    nla_put_u32(msg, KSFLOW_A_CONFIG_HEADER, header.value) ||
	    nla_put_u8(msg, KSFLOW_A_CONFIG_HEADER_LAYER, header.layer) ||
	    nla_put_u32(msg, KSFLOW_A_CONFIG_RING, ring.value) ||
	    nla_put_u8(msg, KSFLOW_A_CONFIG_RING_LAYER, ring.layer) ||
	    (kn->owner_portid &&
	     nla_put_u32(msg, KSFLOW_A_CONFIG_OWNER_PORTID,
			 kn->owner_portid)) ||
	    (ksflow_has_nf_egress() &&
	     nla_put_flag(msg, KSFLOW_A_CONFIG_EGRESS_HOOK)) ||
	    fill_drop_in_force(msg, &kn->config) ||
	    (ksflow_reason_are_named() &&
	     nla_put_flag(msg, KSFLOW_A_CONFIG_DROP_REASONS)) ||
	    (ksflow_hwdrop_is_possible() &&
	     nla_put_flag(msg, KSFLOW_A_CONFIG_DROP_HW)) ||
	    nla_put_u32(msg, KSFLOW_A_CONFIG_REPAIR, repairs) ||
	    fill_words(msg, kn))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

/* Sends @msg, which has room for it. Under ksflow_net.lock. */
static int reply_config(struct ksflow_net *kn, struct genl_info *info,
			struct sk_buff *msg, unsigned int cmd, bool has_layers)
{
	unsigned int layer;
	void *head;

	head = genlmsg_put_reply(msg, info, &family, 0, cmd);
	if (!head || fill_config(msg, kn))
		goto too_small;
	for (layer = 0; has_layers && layer < KSFLOW_LAYERS; layer++)
		if (kn->config.layer[layer] &&
		    ksflow_layer_fill(msg, layer, kn->config.layer[layer]))
			goto too_small;
	genlmsg_end(msg, head);
	return genlmsg_reply(msg, info);

too_small:
	consume_skb(msg);
	return -EMSGSIZE;
}

static int do_config_get(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_net *kn = ksflow_net(genl_info_net(info));
	int err = -ENOMEM;
	struct sk_buff *msg;

	mutex_lock(&kn->lock);
	msg = genlmsg_new(config_size(kn, true), GFP_KERNEL);
	if (msg)
		err = reply_config(kn, info, msg, KSFLOW_CMD_CONFIG_GET, true);
	mutex_unlock(&kn->lock);
	return err;
}

static int parse_subscription(struct genl_info *info,
			      struct ksflow_subscription *wanted)
{
	struct nlattr *a;

	a = info->attrs[KSFLOW_A_KINDS];
	if (!a)
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_KINDS is missing");
	wanted->kinds = nla_get_u32(a);
	if (!wanted->kinds || wanted->kinds & ~(BIT(KSFLOW_KINDS) - 1))
		return KSFLOW_REFUSE(info->extack, a, "KSFLOW_A_KINDS: expected a set of 1 (samples), 2 (drops) and 4 (repairs)");
	wanted->snaplen = KSFLOW_HEADER_MAX;
	a = info->attrs[KSFLOW_A_SNAPLEN];
	if (a && nla_get_u32(a)) {
		wanted->snaplen = nla_get_u32(a);
		if (wanted->snaplen > KSFLOW_HEADER_MAX)
			return KSFLOW_REFUSE(info->extack, a, "KSFLOW_A_SNAPLEN: expected 0...512 bytes");
	}
	wanted->filter = ksflow_filter_new(info->attrs[KSFLOW_A_FILTER],
					   info->attrs[KSFLOW_A_FILTER_IP],
					   info->extack);
	return PTR_ERR_OR_ZERO(wanted->filter);
}

static int do_subscribe(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_subscription wanted = {
		.sk = NETLINK_CB(skb).sk,
		.portid = info->snd_portid,
		.is_owner = nla_get_flag(info->attrs[KSFLOW_A_OWNER]),
	};
	struct ksflow_net *kn;
	struct sk_buff *msg;
	int err;

	err = parse_subscription(info, &wanted);
	if (err)
		return err;
	kn = settings_lock(info);
	if (!kn) {
		ksflow_filter_free(wanted.filter);
		return -ESHUTDOWN;
	}
	/* First: afterwards there is a reader whom an error would hide. */
	err = -ENOMEM;
	msg = genlmsg_new(config_size(kn, false), GFP_KERNEL);
	if (!msg)
		goto out;
	/* There may be others than those set: they do, too. */
	if (!kn->relay.ring_bytes)
		err = ksflow_net_rings(kn, info->extack);
	else
		err = 0;
	if (!err)
		err = ksflow_subscriber_add(kn, &wanted, info->extack);
	/* On a refusal too: it gives rings back that nobody needs. */
	ksflow_net_apply(kn, NULL);
	if (err)
		goto free_msg;
	if (wanted.is_owner)
		cancel_delayed_work(&kn->orphan_work);
	err = reply_config(kn, info, msg, KSFLOW_CMD_SUBSCRIBE, false);
	msg = NULL;
free_msg:
	consume_skb(msg);
out:
	ksflow_net_unlock(kn);
	ksflow_filter_free(wanted.filter);
	return err;
}

static int do_unsubscribe(struct sk_buff *skb, struct genl_info *info)
{
	struct ksflow_net *kn = settings_lock(info);
	int err = 0;

	if (!kn)
		return -ESHUTDOWN;
	if (ksflow_subscriber_remove(kn, NETLINK_CB(skb).sk)) {
		ksflow_net_apply(kn, info->extack);
	} else {
		NL_SET_ERR_MSG(info->extack, "this socket has not subscribed");
		err = -ENOENT;
	}
	ksflow_net_unlock(kn);
	return err;
}

static int fill_device(struct sk_buff *msg, const struct ksflow_device *device)
{
	const struct ksflow_settings *s = &device->settings;
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_DEV);

	if (!nest ||
	    nla_put_u32(msg, KSFLOW_A_DEV_IFINDEX, device->ifindex) ||
	    nla_put_string(msg, KSFLOW_A_DEV_NAME, device->name) ||
	    (s->is_default && nla_put_flag(msg, KSFLOW_A_DEV_DEFAULT)) ||
	    (s->speed && nla_put_u32(msg, KSFLOW_A_DEV_SPEED, s->speed)) ||
	    nla_put_u32(msg, KSFLOW_A_DEV_RATE, s->rate) ||
	    (s->is_auto && nla_put_flag(msg, KSFLOW_A_DEV_RATE_AUTO)) ||
	    nla_put_u8(msg, KSFLOW_A_DEV_RATE_LAYER, s->rate_layer) ||
	    nla_put_u8(msg, KSFLOW_A_DEV_DIR, s->dir) ||
	    nla_put_u8(msg, KSFLOW_A_DEV_DIR_LAYER, s->dir_layer) ||
	    nla_put_u8(msg, KSFLOW_A_DEV_TAP, s->tap) ||
	    nla_put_u8(msg, KSFLOW_A_DEV_TAP_LAYER, s->tap_layer) ||
	    (device->sampler[KSFLOW_IN] &&
	     nla_put_u8(msg, KSFLOW_A_DEV_TAP_INGRESS,
			device->sampler[KSFLOW_IN]->tap)) ||
	    (device->sampler[KSFLOW_OUT] &&
	     nla_put_u8(msg, KSFLOW_A_DEV_TAP_EGRESS,
			device->sampler[KSFLOW_OUT]->tap)) ||
	    (device->refused &&
	     nla_put_string(msg, KSFLOW_A_DEV_REFUSED, device->refused)))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static int do_dev_get(struct sk_buff *skb, struct genl_info *info)
{
	struct nlattr *by_index = info->attrs[KSFLOW_A_IFINDEX];
	struct nlattr *by_name = info->attrs[KSFLOW_A_IFNAME];
	struct ksflow_net *kn = ksflow_net(genl_info_net(info));
	struct ksflow_device *device;
	struct sk_buff *msg;
	int err = -ENODEV;
	void *head;

	if (!by_index && !by_name)
		return KSFLOW_MISSING(info->extack, "KSFLOW_A_IFINDEX or KSFLOW_A_IFNAME is missing");
	msg = genlmsg_new(NLMSG_DEFAULT_SIZE, GFP_KERNEL);
	if (!msg)
		return -ENOMEM;
	mutex_lock(&kn->lock);
	list_for_each_entry(device, &kn->devices, list) {
		if (by_index ? device->ifindex != nla_get_u32(by_index) :
			       nla_strcmp(by_name, device->name))
			continue;
		head = genlmsg_put_reply(msg, info, &family, 0,
					 KSFLOW_CMD_DEV_GET);
		err = head ? fill_device(msg, device) : -EMSGSIZE;
		if (!err)
			genlmsg_end(msg, head);
		break;
	}
	mutex_unlock(&kn->lock);
	if (!err)
		return genlmsg_reply(msg, info);
	if (err == -ENODEV)
		NL_SET_ERR_MSG_ATTR(info->extack, by_index ?: by_name,
				    "no such device in this network namespace");
	consume_skb(msg);
	return err;
}

static int dump_devices(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct ksflow_net *kn = ksflow_net(sock_net(msg->sk));
	struct ksflow_device *device;
	long at = 0;

	mutex_lock(&kn->lock);
	list_for_each_entry(device, &kn->devices, list) {
		void *head;

		if (at++ < cb->args[0])
			continue;
		head = ksflow_netlink_dump_head(msg, cb, KSFLOW_CMD_DEV_GET);
		if (!head || fill_device(msg, device)) {
			if (head)
				genlmsg_cancel(msg, head);
			at--;
			break;
		}
		genlmsg_end(msg, head);
	}
	mutex_unlock(&kn->lock);
	cb->args[0] = at;
	return msg->len;
}

/* ---- family ------------------------------------------------------------ */

static const struct genl_small_ops ops[] = {
	{
		.cmd = KSFLOW_CMD_SUBSCRIBE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_subscribe,
	}, {
		.cmd = KSFLOW_CMD_UNSUBSCRIBE,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_unsubscribe,
	}, {
		.cmd = KSFLOW_CMD_CONFIG_GET,
		.doit = do_config_get,
	}, {
		.cmd = KSFLOW_CMD_LAYER_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_layer_set,
	}, {
		.cmd = KSFLOW_CMD_RULE_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_rule_set,
	}, {
		.cmd = KSFLOW_CMD_RULE_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_rule_del,
	}, {
		.cmd = KSFLOW_CMD_RESET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_reset,
	}, {
		.cmd = KSFLOW_CMD_DEV_GET,
		.doit = do_dev_get,
		.dumpit = dump_devices,
	}, {
		/* Makes the worker run. */
		.cmd = KSFLOW_CMD_STATS_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = ksflow_stats_dump,
	}, {
		.cmd = KSFLOW_CMD_DROP_SET,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_drop_set,
	}, {
		.cmd = KSFLOW_CMD_DROP_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = ksflow_stats_drop_dump,
	}, {
		.cmd = KSFLOW_CMD_REPAIR_ADD,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_repair_add,
	}, {
		.cmd = KSFLOW_CMD_REPAIR_DEL,
		.flags = GENL_UNS_ADMIN_PERM,
		.doit = do_repair_del,
	}, {
		.cmd = KSFLOW_CMD_REPAIR_GET,
		.flags = GENL_UNS_ADMIN_PERM,
		.dumpit = ksflow_stats_repair_dump,
	},
};

static struct genl_family family = {
	.name = KSFLOW_GENL_NAME,
	.version = KSFLOW_GENL_VERSION,
	.maxattr = KSFLOW_A_MAX,
	.policy = policy,
	.netnsok = true,
	.parallel_ops = true,
	.module = THIS_MODULE,
	.small_ops = ops,
	.n_small_ops = ARRAY_SIZE(ops),
	KSFLOW_RESV_START_OP(KSFLOW_CMD_UNSPEC + 1)
};

/* A socket is closed, or its process dead: only unlink, the rest is work. */
static int socket_event(struct notifier_block *nb, unsigned long event,
			void *ptr)
{
	const struct netlink_notify *notify = ptr;
	struct ksflow_net *kn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC ||
	    !notify->portid)
		return NOTIFY_DONE;
	kn = ksflow_net(notify->net);
	if (ksflow_subscriber_closed(kn, notify->portid))
		ksflow_net_changed(kn);
	return NOTIFY_DONE;
}

static struct notifier_block socket_notifier = {
	.notifier_call = socket_event,
};

/**
 * ksflow_netlink_init - from here on there are commands
 * Return: 0 or -errno.
 */
int ksflow_netlink_init(void)
{
	int err;

	err = netlink_register_notifier(&socket_notifier);
	if (err)
		return err;
	err = genl_register_family(&family);
	if (err)
		netlink_unregister_notifier(&socket_notifier);
	return err;
}

/** ksflow_netlink_exit - no command is under way any more */
void ksflow_netlink_exit(void)
{
	genl_unregister_family(&family);
	netlink_unregister_notifier(&socket_notifier);
}
