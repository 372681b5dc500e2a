/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_FILTER_H
#define KSFLOW_FILTER_H

#include <linux/types.h>

struct bpf_prog;
struct ksflow_record;
struct net;
struct netlink_ext_ack;
struct nlattr;
struct sk_buff;

/**
 * struct ksflow_filter - what a reader wants of the records
 * @ether: for records with an Ethernet header, NULL for none of them
 * @ip: for records that begin with the IP header, likewise
 * @skb: the record under judgement
 */
struct ksflow_filter {
	struct bpf_prog *ether;
	struct bpf_prog *ip;
	struct sk_buff *skb;
};

struct ksflow_filter *ksflow_filter_new(const struct nlattr *ether,
					const struct nlattr *ip,
					struct netlink_ext_ack *extack);
void ksflow_filter_free(struct ksflow_filter *filter);
bool ksflow_filter_wants(struct ksflow_filter *filter,
			 const struct ksflow_record *record,
			 const struct net *net);

#endif /* KSFLOW_FILTER_H */
