/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_CONFIG_H
#define KSFLOW_CONFIG_H

#include <linux/gfp.h>
#include <linux/ksflow.h>
#include <linux/in6.h>
#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;

#define KSFLOW_LAYERS	__KSFLOW_LAYER_MAX
#define KSFLOW_UNSET	((u32)~0U)

/*
 * Memory for what is set, charged to who sets it, who may be root in a user
 * namespace of his own: he is told when there is none, the log is not.
 */
#define KSFLOW_GFP	(GFP_KERNEL_ACCOUNT | __GFP_NOWARN)

/**
 * struct ksflow_rule - settings for the devices that match
 * @pattern: glob over names; empty: the default devices
 * @speed: Mbit/s a device must have, 0 for any
 * @rate: N, 0 by link speed, or KSFLOW_UNSET
 * @ratio: bit/s for each 1 of N when @rate is 0
 * @dir: enum ksflow_dir, or KSFLOW_UNSET
 * @tap: enum ksflow_tap, or KSFLOW_UNSET
 * @is_quiet: selects no device
 */
struct ksflow_rule {
	char pattern[KSFLOW_PATTERN_MAX];
	u32 speed;
	u32 rate;
	u32 ratio;
	u32 dir;
	u32 tap;
	bool is_quiet;
};

/* Which reasons and call sites make no records. */
struct ksflow_hide {
	u32 count;
	char entry[KSFLOW_HIDE_MAX][KSFLOW_PATTERN_MAX];
};

/**
 * struct ksflow_drop_rules - what one layer says of drops
 * @state: enum ksflow_drop_state, or KSFLOW_UNSET, as all down to @hw
 * @limit: records a second, 0 for no limit
 * @burst: records at once, 0 for as many as the limit
 * @sw: drops by the kernel
 * @hw: drops by hardware
 * @hide: "default", "none", "+GLOB" or "-GLOB"; empty for not set here
 */
struct ksflow_drop_rules {
	u32 state;
	u32 limit;
	u32 burst;
	u32 sw;
	u32 hw;
	struct ksflow_hide hide;
};

/**
 * struct ksflow_repair_conf - a rule of checksum repair
 * @port: destination; it, @dev and the prefixes tell rules apart
 * @dev: glob over names; empty: any
 * @from: source prefix; bits beyond the length are 0
 * @from_len: bits
 * @to: destination prefix
 * @to_len: bits
 * @mode: enum ksflow_repair_mode
 * @kinds: bits 1 << enum ksflow_repair_kind: what may be repaired
 * @has_defrag: fragments are reassembled first
 */
struct ksflow_repair_conf {
	__be16 port;
	char dev[KSFLOW_REPAIR_DEV_MAX];
	struct in6_addr from;
	u8 from_len;
	struct in6_addr to;
	u8 to_len;
	u8 mode;
	u8 kinds;
	bool has_defrag;
};

/* A collector; an IPv4 address as RFC 4291 maps it. */
struct ksflow_own {
	struct in6_addr addr;
	__be16 port;
};

/**
 * struct ksflow_rules - the settings of one layer; immutable once in place
 * @header: bytes kept of a packet, 0 for not set here
 * @ring: bytes of ring for each CPU, 0 for not set here
 * @psample: group to publish samples in, 0 for none, or KSFLOW_UNSET
 * @delay: ms to wait for a sampled packet to leave, 0 for no delays, or
 *	KSFLOW_UNSET
 * @drop: of drops
 * @own_count: entries of @own
 * @own: collectors
 * @repair_count: entries of @repair
 * @repair: rules of checksum repair, in order; the last that matches decides
 * @count: rules
 * @rule: in order; later ones override
 */
struct ksflow_rules {
	u32 header;
	u32 ring;
	u32 psample;
	u32 delay;
	struct ksflow_drop_rules drop;
	u32 own_count;
	struct ksflow_own own[KSFLOW_OWN_MAX];
	u32 repair_count;
	struct ksflow_repair_conf repair[KSFLOW_REPAIR_RULES_MAX];
	u32 count;
	struct ksflow_rule rule[];
};

/* NULL: nothing set in this layer. */
struct ksflow_config {
	struct ksflow_rules *layer[KSFLOW_LAYERS];
};

/**
 * struct ksflow_settings - what the layers together say of one device
 * @rate: N, resolved
 * @rate_layer: whose word it is, as all @..._layer
 * @is_auto: @rate follows the link speed
 * @is_default: a default device
 * @dir: enum ksflow_dir
 * @tap: enum ksflow_tap
 * @speed: Mbit/s, 0 for unknown
 */
struct ksflow_settings {
	u32 rate;
	u32 speed;
	bool is_auto;
	bool is_default;
	u8 dir;
	u8 tap;
	u8 rate_layer;
	u8 dir_layer;
	u8 tap_layer;
};

/* A value and the layer it comes from. */
struct ksflow_setting {
	u32 value;
	u8 layer;
};

/**
 * struct ksflow_drop_settings - what the layers together say of drops
 * @hide: of the layer that has the word, empty for the default
 * @hide_layer: whose it is
 */
struct ksflow_drop_settings {
	struct ksflow_setting state;
	struct ksflow_setting limit;
	struct ksflow_setting burst;
	struct ksflow_setting sw;
	struct ksflow_setting hw;
	const struct ksflow_hide *hide;
	u8 hide_layer;
};

struct ksflow_rules *ksflow_config_alloc(u32 count);
void ksflow_config_free(struct ksflow_config *config);
void ksflow_config_replace(struct ksflow_config *config, unsigned int layer,
			   struct ksflow_rules *rules);
int ksflow_config_upsert(struct ksflow_config *config, unsigned int layer,
			 const struct ksflow_rule *rule,
			 struct netlink_ext_ack *extack);
void ksflow_config_drop_init(struct ksflow_drop_rules *drop);
int ksflow_config_drop_set(struct ksflow_config *config, unsigned int layer,
			   const struct ksflow_drop_rules *drop);
int ksflow_config_remove(struct ksflow_config *config, unsigned int layer,
			 const char *pattern);
bool ksflow_config_repair_is_same(const struct ksflow_repair_conf *a,
				  const struct ksflow_repair_conf *b);
int ksflow_config_repair_add(struct ksflow_config *config, unsigned int layer,
			     const struct ksflow_repair_conf *repair,
			     struct netlink_ext_ack *extack);
void ksflow_config_repair_remove(struct ksflow_config *config,
				 unsigned int layer,
				 const struct ksflow_repair_conf *repair);

struct ksflow_setting ksflow_config_header(const struct ksflow_config *config);
struct ksflow_setting ksflow_config_ring(const struct ksflow_config *config);
struct ksflow_setting ksflow_config_psample(const struct ksflow_config *config);
struct ksflow_setting ksflow_config_delay(const struct ksflow_config *config);
void ksflow_config_drop(const struct ksflow_config *config,
			struct ksflow_drop_settings *out);
void ksflow_config_speed(struct net_device *dev,
			 struct ksflow_settings *settings);
void ksflow_config_device(const struct ksflow_config *config,
			  struct net_device *dev, struct ksflow_settings *out);

int ksflow_config_params(struct ksflow_rules **rules);

#endif /* KSFLOW_CONFIG_H */
