/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_LAYER_H
#define KSFLOW_LAYER_H

#include <linux/types.h>

struct ksflow_drop_rules;
struct ksflow_hide;
struct ksflow_repair_conf;
struct ksflow_rule;
struct ksflow_rules;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

int ksflow_layer_parse(const struct nlattr *nest, unsigned int *layer,
		       struct ksflow_rules **out,
		       struct netlink_ext_ack *extack);
int ksflow_layer_parse_rule(const struct nlattr *nest,
			    struct ksflow_rule *rule,
			    struct netlink_ext_ack *extack);
int ksflow_layer_parse_drop(const struct nlattr *nest,
			    struct ksflow_drop_rules *drop,
			    struct netlink_ext_ack *extack);
int ksflow_layer_parse_repair(const struct nlattr *nest,
			      struct ksflow_repair_conf *repair,
			      struct netlink_ext_ack *extack);
int ksflow_layer_parse_repair_id(const struct nlattr *nest,
				 const struct nlattr **id,
				 struct netlink_ext_ack *extack);

int ksflow_layer_put_hide(struct sk_buff *msg, const struct ksflow_hide *hide);
int ksflow_layer_put_repair(struct sk_buff *msg,
			    const struct ksflow_repair_conf *repair);
size_t ksflow_layer_drop_size(void);
size_t ksflow_layer_size(const struct ksflow_rules *rules);
int ksflow_layer_fill(struct sk_buff *msg, unsigned int layer,
		      const struct ksflow_rules *rules);

#endif /* KSFLOW_LAYER_H */
