/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_CONFIG_H
#define KSFLOW_CONFIG_H

#include <linux/ksflow.h>
#include <linux/types.h>

struct net_device;
struct netlink_ext_ack;

#define KSFLOW_LAYERS	__KSFLOW_LAYER_MAX
#define KSFLOW_UNSET	((u32)~0U)

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

/**
 * struct ksflow_rules - the settings of one layer; immutable once in place
 * @header: bytes kept of a packet, 0 for not set here
 * @ring: bytes of ring for each CPU, 0 for not set here
 * @count: rules
 * @rule: in order; later ones override
 */
struct ksflow_rules {
	u32 header;
	u32 ring;
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

struct ksflow_rules *ksflow_config_alloc(u32 count);
void ksflow_config_free(struct ksflow_config *config);
void ksflow_config_replace(struct ksflow_config *config, unsigned int layer,
			   struct ksflow_rules *rules);
int ksflow_config_upsert(struct ksflow_config *config, unsigned int layer,
			 const struct ksflow_rule *rule,
			 struct netlink_ext_ack *extack);
int ksflow_config_remove(struct ksflow_config *config, unsigned int layer,
			 const char *pattern);

struct ksflow_setting ksflow_config_header(const struct ksflow_config *config);
struct ksflow_setting ksflow_config_ring(const struct ksflow_config *config);
void ksflow_config_device(const struct ksflow_config *config,
			  struct net_device *dev, struct ksflow_settings *out);

int ksflow_config_params(struct ksflow_rules **rules);

#endif /* KSFLOW_CONFIG_H */
