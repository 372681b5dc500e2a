// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Settings in layers: built in < module parameters < ksflowd < tool. Each
 * layer is a list of rules; the last rule that matches a device and names a
 * field gives that field, the last layer that has one wins.
 */
#include "config.h"

#include <linux/ethtool.h>
#include <linux/glob.h>
#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/module.h>
#include <linux/netdevice.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/ipv6.h>

#include "compat/compat.h"
#include "psample.h"

#define RATE_DEFAULT	1000U	/* speed unknown */
#define RATE_AUTO_MIN	100U
#define RATIO_DEFAULT	1000000U

static char *devs;
module_param(devs, charp, 0444);
MODULE_PARM_DESC(devs, "interfaces to sample: GLOB,... (default: those with a parent device)");
static char *rate;
module_param(rate, charp, 0444);
MODULE_PARM_DESC(rate, "sampling rate N of 1 in N, 1...16777216, or auto (default: by link speed)");
static char *direction;
module_param(direction, charp, 0444);
MODULE_PARM_DESC(direction, "once|ingress|egress|both (default once)");
static char *header;
module_param(header, charp, 0444);
MODULE_PARM_DESC(header, "bytes kept of a packet, 64...512 (default 128)");
static char *tap;
module_param(tap, charp, 0444);
MODULE_PARM_DESC(tap, "auto|netfilter|tracepoint (default auto)");
static char *ring;
module_param(ring, charp, 0444);
MODULE_PARM_DESC(ring, "bytes of ring for each CPU, 16384...4194304, a power of two (default 65536)");

static char *psample_group;
module_param(psample_group, charp, 0444);
MODULE_PARM_DESC(psample_group, "publish samples in psample's groups N (ingress) and N + 1 (egress), 1...4294967293 (default 0: nowhere)");
static char *delay;
module_param(delay, charp, 0444);
MODULE_PARM_DESC(delay, "wait up to so many ms for a sampled packet to leave, and tell how long it took, 1...800 (default 0: off)");

static char *drop_limit;
module_param(drop_limit, charp, 0444);
MODULE_PARM_DESC(drop_limit, "capture drops: records a second, 1...1000000000, or unlimited, or count for counters alone (default: off)");

static char *repair_ports;
module_param(repair_ports, charp, 0444);
MODULE_PARM_DESC(repair_ports, "repair wrong checksums of UDP over IPv6 to these ports: N,...");
static char *audit_ports;
module_param(audit_ports, charp, 0444);
MODULE_PARM_DESC(audit_ports, "count them and leave them as they are: N,...");

static const char * const dir_names[] = {
	[KSFLOW_DIR_OFF] = "off",
	[KSFLOW_DIR_ONCE] = "once",
	[KSFLOW_DIR_INGRESS] = "ingress",
	[KSFLOW_DIR_EGRESS] = "egress",
	[KSFLOW_DIR_BOTH] = "both",
};

static const char * const tap_names[] = {
	[KSFLOW_TAP_AUTO] = "auto",
	[KSFLOW_TAP_NETFILTER] = "netfilter",
	[KSFLOW_TAP_TRACEPOINT] = "tracepoint",
};

/** ksflow_config_drop_init - nothing said of drops */
void ksflow_config_drop_init(struct ksflow_drop_rules *drop)
{
	drop->state = KSFLOW_UNSET;
	drop->limit = KSFLOW_UNSET;
	drop->burst = KSFLOW_UNSET;
	drop->sw = KSFLOW_UNSET;
	drop->hw = KSFLOW_UNSET;
	drop->hide.count = 0;
}

/**
 * ksflow_config_alloc - an empty layer
 * @count: rules it will hold
 *
 * Context: process. Charged to the caller's memory control group.
 * Return: all fields unset, or NULL.
 */
struct ksflow_rules *ksflow_config_alloc(u32 count)
{
	struct ksflow_rules *rules;
	u32 i;

	rules = kvzalloc(struct_size(rules, rule, count), KSFLOW_GFP);
	if (!rules)
		return NULL;
	rules->count = count;
	rules->psample = KSFLOW_UNSET;
	rules->delay = KSFLOW_UNSET;
	ksflow_config_drop_init(&rules->drop);
	for (i = 0; i < count; i++) {
		rules->rule[i].rate = KSFLOW_UNSET;
		rules->rule[i].dir = KSFLOW_UNSET;
		rules->rule[i].tap = KSFLOW_UNSET;
	}
	return rules;
}

/** ksflow_config_free - drop all layers */
void ksflow_config_free(struct ksflow_config *config)
{
	unsigned int layer;

	for (layer = 0; layer < KSFLOW_LAYERS; layer++)
		ksflow_config_replace(config, layer, NULL);
}

/**
 * ksflow_config_replace - put a layer in place of the one before
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @rules: taken over; NULL to drop the layer
 */
void ksflow_config_replace(struct ksflow_config *config, unsigned int layer,
			   struct ksflow_rules *rules)
{
	kvfree(config->layer[layer]);
	config->layer[layer] = rules;
}

static struct ksflow_rule *rule_find(struct ksflow_rules *rules,
				     const char *pattern)
{
	u32 i;

	for (i = 0; rules && i < rules->count; i++)
		if (!strcmp(rules->rule[i].pattern, pattern))
			return &rules->rule[i];
	return NULL;
}

static struct ksflow_rules *rules_copy(const struct ksflow_rules *old,
				       u32 count)
{
	struct ksflow_rules *new = ksflow_config_alloc(count);

	if (!new || !old)
		return new;
	count = min(old->count, count);
	memcpy(new, old, offsetof(struct ksflow_rules, count));
	memcpy(new->rule, old->rule, count * sizeof(*new->rule));
	return new;
}

/**
 * ksflow_config_upsert - add a rule, or change the fields given of one
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @rule: fields to set; found again by its pattern
 * @extack: gets the reason of a refusal
 *
 * Return: 0, -ENOSPC or -ENOMEM; then nothing changed.
 */
int ksflow_config_upsert(struct ksflow_config *config, unsigned int layer,
			 const struct ksflow_rule *rule,
			 struct netlink_ext_ack *extack)
{
	struct ksflow_rules *old = config->layer[layer], *new;
	struct ksflow_rule *place;
	u32 count = old ? old->count : 0;

	if (!rule_find(old, rule->pattern))
		count++;
	if (count > KSFLOW_RULES_MAX) {
		NL_SET_ERR_MSG(extack, "too many rules: expected at most 256 in a layer");
		return -ENOSPC;
	}
	new = rules_copy(old, count);
	if (!new)
		return -ENOMEM;
	place = rule_find(new, rule->pattern);
	if (!place) {
		place = &new->rule[count - 1];
		*place = *rule;
	}
	if (rule->rate != KSFLOW_UNSET) {
		place->rate = rule->rate;
		place->ratio = rule->ratio;
	}
	if (rule->dir != KSFLOW_UNSET)
		place->dir = rule->dir;
	if (rule->tap != KSFLOW_UNSET)
		place->tap = rule->tap;
	if (rule->speed)
		place->speed = rule->speed;
	place->is_quiet = rule->is_quiet;
	ksflow_config_replace(config, layer, new);
	return 0;
}

static void set_given(u32 *field, u32 value)
{
	if (value != KSFLOW_UNSET)
		*field = value;
}

/**
 * ksflow_config_drop_set - change the fields given of what is said of drops
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @drop: fields to set
 *
 * Return: 0 or -ENOMEM; then nothing changed.
 */
int ksflow_config_drop_set(struct ksflow_config *config, unsigned int layer,
			   const struct ksflow_drop_rules *drop)
{
	struct ksflow_rules *old = config->layer[layer], *new;

	new = rules_copy(old, old ? old->count : 0);
	if (!new)
		return -ENOMEM;
	set_given(&new->drop.state, drop->state);
	set_given(&new->drop.limit, drop->limit);
	set_given(&new->drop.burst, drop->burst);
	set_given(&new->drop.sw, drop->sw);
	set_given(&new->drop.hw, drop->hw);
	if (drop->hide.count)
		new->drop.hide = drop->hide;
	ksflow_config_replace(config, layer, new);
	return 0;
}

/**
 * ksflow_config_remove - forget the rule with this pattern
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @pattern: as given to ksflow_config_upsert()
 *
 * Return: 0 or -ENOENT.
 */
int ksflow_config_remove(struct ksflow_config *config, unsigned int layer,
			 const char *pattern)
{
	struct ksflow_rules *rules = config->layer[layer];
	struct ksflow_rule *place = rule_find(rules, pattern);

	if (!place)
		return -ENOENT;
	/* In place: only the holder of ksflow_net.lock reads it. */
	rules->count--;
	memmove(place, place + 1,
		(rules->rule + rules->count - place) * sizeof(*place));
	return 0;
}

/**
 * ksflow_config_repair_is_same - do two rules name the same packets?
 * @a: a rule
 * @b: another
 */
bool ksflow_config_repair_is_same(const struct ksflow_repair_conf *a,
				  const struct ksflow_repair_conf *b)
{
	return a->port == b->port && !strcmp(a->dev, b->dev) &&
	       a->from_len == b->from_len && a->to_len == b->to_len &&
	       ipv6_addr_equal(&a->from, &b->from) &&
	       ipv6_addr_equal(&a->to, &b->to);
}

static struct ksflow_repair_conf *
repair_find(struct ksflow_rules *rules, const struct ksflow_repair_conf *repair)
{
	u32 i;

	for (i = 0; rules && i < rules->repair_count; i++)
		if (ksflow_config_repair_is_same(&rules->repair[i], repair))
			return &rules->repair[i];
	return NULL;
}

/* Return: false: there is no room. */
static bool repair_put(struct ksflow_rules *rules,
		       const struct ksflow_repair_conf *repair)
{
	struct ksflow_repair_conf *place = repair_find(rules, repair);

	if (!place && rules->repair_count == KSFLOW_REPAIR_RULES_MAX)
		return false;
	if (!place)
		place = &rules->repair[rules->repair_count++];
	*place = *repair;
	return true;
}

/**
 * ksflow_config_repair_add - add a rule of checksum repair, or replace it
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @repair: found again by what it matches
 * @extack: gets the reason of a refusal
 *
 * Return: 0, -ENOSPC or -ENOMEM; then nothing changed.
 */
int ksflow_config_repair_add(struct ksflow_config *config, unsigned int layer,
			     const struct ksflow_repair_conf *repair,
			     struct netlink_ext_ack *extack)
{
	struct ksflow_rules *old = config->layer[layer], *new;

	new = rules_copy(old, old ? old->count : 0);
	if (!new)
		return -ENOMEM;
	if (!repair_put(new, repair)) {
		NL_SET_ERR_MSG(extack, "too many rules: expected at most 64 in a layer");
		kvfree(new);
		return -ENOSPC;
	}
	ksflow_config_replace(config, layer, new);
	return 0;
}

/**
 * ksflow_config_repair_remove - forget a rule of checksum repair, or all
 * @config: guarded by ksflow_net.lock
 * @layer: enum ksflow_layer
 * @repair: what it matches; NULL: all
 */
void ksflow_config_repair_remove(struct ksflow_config *config,
				 unsigned int layer,
				 const struct ksflow_repair_conf *repair)
{
	struct ksflow_rules *rules = config->layer[layer];
	struct ksflow_repair_conf *place;

	if (!rules)
		return;
	if (!repair) {
		rules->repair_count = 0;
		return;
	}
	place = repair_find(rules, repair);
	if (!place)
		return;
	/* In place: only the holder of ksflow_net.lock reads it. */
	rules->repair_count--;
	memmove(place, place + 1,
		(rules->repair + rules->repair_count - place) * sizeof(*place));
}

/* The last layer that has a value for this member has the word. */
static struct ksflow_setting last_word(const struct ksflow_config *config,
				       size_t member, u32 fallback)
{
	struct ksflow_setting setting = { fallback, KSFLOW_LAYER_BUILTIN };
	unsigned int i;

	for (i = 0; i < KSFLOW_LAYERS; i++) {
		const void *rules = config->layer[i];
		u32 value = rules ? *(const u32 *)(rules + member) : 0;

		if (value)
			setting = (struct ksflow_setting){ value, i };
	}
	return setting;
}

/** ksflow_config_header - bytes kept of a packet, and who says so */
struct ksflow_setting ksflow_config_header(const struct ksflow_config *config)
{
	return last_word(config, offsetof(struct ksflow_rules, header),
			 KSFLOW_HEADER_DEFAULT);
}

/** ksflow_config_ring - bytes of ring for each CPU, and who says so */
struct ksflow_setting ksflow_config_ring(const struct ksflow_config *config)
{
	return last_word(config, offsetof(struct ksflow_rules, ring),
			 KSFLOW_RING_DEFAULT);
}

static struct ksflow_setting given_word(const struct ksflow_config *config,
					size_t member, u32 fallback)
{
	struct ksflow_setting setting = { fallback, KSFLOW_LAYER_BUILTIN };
	unsigned int i;

	for (i = 0; i < KSFLOW_LAYERS; i++) {
		const void *rules = config->layer[i];
		u32 value = rules ? *(const u32 *)(rules + member) :
				    KSFLOW_UNSET;

		if (value != KSFLOW_UNSET)
			setting = (struct ksflow_setting){ value, i };
	}
	return setting;
}

/** ksflow_config_psample - group to publish samples in, and who says so */
struct ksflow_setting ksflow_config_psample(const struct ksflow_config *config)
{
	return given_word(config, offsetof(struct ksflow_rules, psample), 0);
}

/** ksflow_config_delay - ms to wait for a sampled packet, and who says so */
struct ksflow_setting ksflow_config_delay(const struct ksflow_config *config)
{
	return given_word(config, offsetof(struct ksflow_rules, delay), 0);
}

#define DROP_WORD(config, member, fallback) \
	given_word(config, offsetof(struct ksflow_rules, drop.member), fallback)

/**
 * ksflow_config_drop - what the layers say of drops
 * @config: guarded by ksflow_net.lock, and so is what @out points to
 * @out: the answer
 */
void ksflow_config_drop(const struct ksflow_config *config,
			struct ksflow_drop_settings *out)
{
	static const struct ksflow_hide none;
	unsigned int i;

	out->state = DROP_WORD(config, state, KSFLOW_DROP_OFF);
	out->limit = DROP_WORD(config, limit, KSFLOW_LIMIT_DEFAULT);
	out->burst = DROP_WORD(config, burst, 0);
	out->sw = DROP_WORD(config, sw, 1);
	out->hw = DROP_WORD(config, hw, 1);
	out->hide = &none;
	out->hide_layer = KSFLOW_LAYER_BUILTIN;
	for (i = 0; i < KSFLOW_LAYERS; i++) {
		const struct ksflow_rules *rules = config->layer[i];

		if (!rules || !rules->drop.hide.count)
			continue;
		out->hide = &rules->drop.hide;
		out->hide_layer = i;
	}
}

/* Those that frames of a wire come through: not lo, veth, VLAN, tunnels. */
static bool is_default_device(const struct net_device *dev)
{
	return dev->dev.parent && !(dev->flags & IFF_LOOPBACK) &&
	       !is_vlan_dev(dev) && !netif_is_bridge_master(dev) &&
	       !netif_is_bond_master(dev) && !netif_is_team_master(dev);
}

/* A driver that has detached its device is not to be asked (a699781c79ec). */
static u32 link_speed(struct net_device *dev)
{
	struct ethtool_link_ksettings ks = {};

	if (!netif_running(dev) || !netif_device_present(dev) ||
	    ksflow_link_ksettings(dev, &ks) ||
	    ks.base.speed == (u32)SPEED_UNKNOWN)
		return 0;
	return ks.base.speed;
}

static u32 rate_by_speed(u32 speed, u32 ratio)
{
	u64 n;

	if (!speed)
		return RATE_DEFAULT;
	n = div_u64((u64)speed * 1000000, ratio);
	return clamp_t(u64, n, RATE_AUTO_MIN, KSFLOW_RATE_MAX);
}

static bool rule_matches(const struct ksflow_rule *rule,
			 const struct net_device *dev,
			 const struct ksflow_settings *so_far)
{
	if (rule->speed && rule->speed != so_far->speed)
		return false;
	if (!rule->pattern[0])
		return so_far->is_default;
	return glob_match(rule->pattern, dev->name);
}

/**
 * ksflow_config_speed - ask a device for the speed of its link
 * @dev: a live device
 * @settings: of it; a link that is down keeps the speed it had, and with it
 *	its rate
 *
 * Context: process; rtnl_lock. Not ksflow_net.lock: it takes the device's own
 *	lock (6.15), which notifiers hold.
 */
void ksflow_config_speed(struct net_device *dev,
			 struct ksflow_settings *settings)
{
	u32 speed = link_speed(dev);

	ASSERT_RTNL();

	if (speed)
		WRITE_ONCE(settings->speed, speed);
}

/**
 * ksflow_config_device - what the layers say of one device
 * @config: guarded by ksflow_net.lock
 * @dev: a live device
 * @out: the answer; in: the one before, with the link's speed
 *
 * Context: process; rtnl_lock.
 */
void ksflow_config_device(const struct ksflow_config *config,
			  struct net_device *dev, struct ksflow_settings *out)
{
	u32 ratio = RATIO_DEFAULT, i, dir = KSFLOW_UNSET;
	bool is_selected, is_off_as_default = false;
	u32 speed = out->speed;
	unsigned int layer;

	ASSERT_RTNL();

	memset(out, 0, sizeof(*out));
	out->is_auto = true;
	out->is_default = is_default_device(dev);
	out->speed = speed;
	is_selected = out->is_default;

	for (layer = 0; layer < KSFLOW_LAYERS; layer++) {
		const struct ksflow_rules *rules = config->layer[layer];

		for (i = 0; rules && i < rules->count; i++) {
			const struct ksflow_rule *rule = &rules->rule[i];

			if (!rule_matches(rule, dev, out))
				continue;
			if (!rule->is_quiet && rule->dir != KSFLOW_DIR_OFF)
				is_selected = true;
			if (rule->rate != KSFLOW_UNSET) {
				out->rate = rule->rate;
				out->is_auto = !rule->rate;
				out->rate_layer = layer;
				ratio = rule->ratio ?: RATIO_DEFAULT;
			}
			if (rule->dir != KSFLOW_UNSET) {
				dir = rule->dir;
				out->dir_layer = layer;
				is_off_as_default = !rule->pattern[0];
			} else if (dir == KSFLOW_DIR_OFF && is_off_as_default &&
				   rule->pattern[0] && !rule->is_quiet) {
				/* "No device but those named": this one is. */
				dir = KSFLOW_DIR_ONCE;
				out->dir_layer = layer;
			}
			if (rule->tap != KSFLOW_UNSET) {
				out->tap = rule->tap;
				out->tap_layer = layer;
			}
		}
	}
	if (out->is_auto)
		out->rate = rate_by_speed(out->speed, ratio);
	if (dir == KSFLOW_UNSET)
		dir = is_selected ? KSFLOW_DIR_ONCE : KSFLOW_DIR_OFF;
	out->dir = dir;
}

static int param_word(const char *name, const char *value, u32 *out,
		      const char * const *words, u32 first, u32 count,
		      const char *expected)
{
	u32 i;

	if (!value)
		return 0;
	for (i = first; i < count; i++) {
		if (!strcmp(value, words[i])) {
			*out = i;
			return 0;
		}
	}
	pr_err("ksflow: %s=%s: expected %s\n", name, value, expected);
	return -EINVAL;
}

static int param_number(const char *name, const char *value, u32 *out,
			u32 min, u32 max)
{
	u32 number;

	if (!value)
		return 0;
	if (kstrtou32(value, 0, &number) || number < min || number > max) {
		pr_err("ksflow: %s=%s: expected a number from %u to %u\n",
		       name, value, min, max);
		return -EINVAL;
	}
	*out = number;
	return 0;
}

static int param_drop(struct ksflow_drop_rules *drop, const char *value)
{
	int err;

	if (!value)
		return 0;
	drop->state = KSFLOW_DROP_ON;
	if (!strcmp(value, "count")) {
		drop->state = KSFLOW_DROP_COUNT;
	} else if (!strcmp(value, "unlimited")) {
		drop->limit = 0;
	} else {
		err = kstrtou32(value, 0, &drop->limit);
		if (err || !drop->limit || drop->limit > KSFLOW_LIMIT_MAX) {
			pr_err("ksflow: drop_limit=%s: expected a number from 1 to %u, count or unlimited\n",
			       value, KSFLOW_LIMIT_MAX);
			return -EINVAL;
		}
	}
	return 0;
}

static int param_patterns(struct ksflow_rules *rules, const char *list)
{
	const struct ksflow_rule common = rules->rule[0];
	u32 n = 0;

	/* Named devices only: switch the default ones off. */
	rules->rule[n++].dir = KSFLOW_DIR_OFF;
	while (*list) {
		size_t len = strcspn(list, ",\n");
		struct ksflow_rule *rule = &rules->rule[n++];

		if (!len || len >= sizeof(rule->pattern)) {
			pr_err("ksflow: devs=%s: expected interface names or patterns of 1 to %zu characters, separated by commas\n",
			       devs, sizeof(rule->pattern) - 1);
			return -EINVAL;
		}
		*rule = common;
		memcpy(rule->pattern, list, len);
		list += len;
		if (*list && list[1])
			list++;
		else if (*list == '\n')
			break;
		else if (*list) {
			pr_err("ksflow: devs=%s: expected a name after the last comma\n",
			       devs);
			return -EINVAL;
		}
	}
	rules->count = n;
	return 0;
}

static int param_ports(struct ksflow_rules *rules, const char *name,
		       const char *list, u8 mode)
{
	struct ksflow_repair_conf repair = {
		.mode = mode,
		.kinds = (1 << __KSFLOW_REPAIR_KIND_MAX) - 1,
	};
	const char *at = list;
	char word[8];
	u16 port;

	while (at && *at && *at != '\n') {
		size_t len = strcspn(at, ",\n");

		if (len >= sizeof(word))
			goto invalid;
		memcpy(word, at, len);
		word[len] = 0;
		if (kstrtou16(word, 10, &port) || !port)
			goto invalid;
		repair.port = htons(port);
		if (!repair_put(rules, &repair)) {
			pr_err("ksflow: %s: expected at most %u ports\n", name,
			       KSFLOW_REPAIR_RULES_MAX);
			return -EINVAL;
		}
		at += len;
		if (*at == ',' && !*++at)
			goto invalid;
	}
	return 0;

invalid:
	pr_err("ksflow: %s=%s: expected ports from 1 to 65535, separated by commas\n",
	       name, list);
	return -EINVAL;
}

/**
 * ksflow_config_params - the layer of the module parameters
 * @rules: gets it; NULL when no parameter is given
 *
 * Return: 0, or -EINVAL with one line in the log, or -ENOMEM.
 */
int ksflow_config_params(struct ksflow_rules **rules)
{
	struct ksflow_rules *new;
	struct ksflow_rule *rule;
	u32 count = 1;
	const char *p;
	int err;

	*rules = NULL;
	if (!devs && !rate && !direction && !header && !tap && !ring &&
	    !psample_group && !delay && !drop_limit && !repair_ports &&
	    !audit_ports)
		return 0;

	for (p = devs; p && *p; p++)
		count += *p == ',';
	if (count > KSFLOW_RULES_MAX - 1) {
		pr_err("ksflow: devs: expected at most %d patterns\n",
		       KSFLOW_RULES_MAX - 2);
		return -EINVAL;
	}
	new = ksflow_config_alloc(count + 1);
	if (!new)
		return -ENOMEM;
	rule = &new->rule[0];
	if (rate && !strcmp(rate, "auto")) {
		rule->rate = 0;
	} else {
		err = param_number("rate", rate, &rule->rate, 1,
				   KSFLOW_RATE_MAX);
		if (err)
			goto invalid;
	}
	err = param_word("direction", direction, &rule->dir, dir_names,
			 KSFLOW_DIR_ONCE, ARRAY_SIZE(dir_names),
			 "once, ingress, egress or both");
	if (err)
		goto invalid;
	err = param_word("tap", tap, &rule->tap, tap_names, 0,
			 ARRAY_SIZE(tap_names),
			 "auto, netfilter or tracepoint");
	if (err)
		goto invalid;
	err = param_number("header", header, &new->header, KSFLOW_HEADER_MIN,
			   KSFLOW_HEADER_MAX);
	if (err)
		goto invalid;
	err = param_number("ring", ring, &new->ring, KSFLOW_RING_MIN,
			   KSFLOW_RING_MAX);
	if (!err && new->ring & (new->ring - 1)) {
		pr_err("ksflow: ring=%s: expected a power of two\n", ring);
		err = -EINVAL;
	}
	if (err)
		goto invalid;
	err = param_number("psample_group", psample_group, &new->psample, 0,
			   KSFLOW_PSAMPLE_MAX) ?:
	      param_number("delay", delay, &new->delay, 0, KSFLOW_DELAY_MAX);
	if (err)
		goto invalid;
	if (new->psample != KSFLOW_UNSET &&
	    ksflow_psample_prepare(new->psample))
		pr_warn("ksflow: psample_group=%s: this kernel has no module psample; samples are published once it is loaded\n",
			psample_group);
	err = param_drop(&new->drop, drop_limit);
	if (err)
		goto invalid;
	/* A port in both is repaired. */
	err = param_ports(new, "audit_ports", audit_ports,
			  KSFLOW_REPAIR_AUDIT) ?:
	      param_ports(new, "repair_ports", repair_ports,
			  KSFLOW_REPAIR_REPAIR);
	if (err)
		goto invalid;
	new->count = 1;
	if (devs && *devs) {
		err = param_patterns(new, devs);
		if (err)
			goto invalid;
	}
	*rules = new;
	return 0;

invalid:
	kvfree(new);
	return err;
}
