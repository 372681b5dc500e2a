/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_STATS_H
#define KSFLOW_STATS_H

struct netlink_callback;
struct sk_buff;

int ksflow_stats_dump(struct sk_buff *msg, struct netlink_callback *cb);
int ksflow_stats_drop_dump(struct sk_buff *msg, struct netlink_callback *cb);
int ksflow_stats_repair_dump(struct sk_buff *msg, struct netlink_callback *cb);

#endif /* KSFLOW_STATS_H */
