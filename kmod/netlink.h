/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_NETLINK_H
#define KSFLOW_NETLINK_H

struct genl_info;
struct ksflow_repair_conf;
struct netlink_callback;
struct sk_buff;

void *ksflow_netlink_head(struct sk_buff *msg);
void *ksflow_netlink_dump_head(struct sk_buff *msg,
			       struct netlink_callback *cb, unsigned int cmd);
int ksflow_netlink_put_repair(struct sk_buff *msg,
			      const struct ksflow_repair_conf *repair);

int ksflow_netlink_init(void);
void ksflow_netlink_exit(void);

#endif /* KSFLOW_NETLINK_H */
