// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * A reader's packet filter: classic BPF, as for packet sockets, run by the
 * worker on the bytes that a record has.
 */
#include "filter.h"

#include <linux/err.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/skbuff.h>
#include <net/net_namespace.h>
#include <net/netlink.h>

#include "config.h"
#include "record.h"

static int program(struct bpf_prog **prog, const struct nlattr *attr,
		   struct netlink_ext_ack *extack)
{
	struct sock_fprog_kern code;
	int err;

	if (!attr)
		return 0;
	code.len = nla_len(attr) / sizeof(struct sock_filter);
	code.filter = nla_data(attr);
	if (!code.len || nla_len(attr) % sizeof(struct sock_filter) ||
	    code.len > KSFLOW_FILTER_MAX) {
		NL_SET_ERR_MSG_ATTR(extack, attr, "filter: expected 1...4096 instructions of 8 bytes");
		return -EINVAL;
	}
	err = bpf_prog_create(prog, &code);
	if (err) {
		*prog = NULL;
		NL_SET_ERR_MSG_ATTR(extack, attr, "filter: expected valid classic BPF that ends with a return");
	}
	return err;
}

/**
 * ksflow_filter_new - a filter out of a reader's programs
 * @ether: KSFLOW_A_FILTER or NULL
 * @ip: KSFLOW_A_FILTER_IP or NULL
 * @extack: gets the reason of a refusal
 *
 * Context: process.
 * Return: the filter, NULL when none is asked for, or ERR_PTR.
 */
struct ksflow_filter *ksflow_filter_new(const struct nlattr *ether,
					const struct nlattr *ip,
					struct netlink_ext_ack *extack)
{
	struct ksflow_filter *filter;
	int err;

	if (!ether && !ip)
		return NULL;
	filter = kzalloc(sizeof(*filter), KSFLOW_GFP);
	if (!filter)
		return ERR_PTR(-ENOMEM);
	err = program(&filter->ether, ether, extack) ?:
	      program(&filter->ip, ip, extack);
	if (err)
		goto free_filter;
	err = -ENOMEM;
	filter->skb = ksflow_record_skb_new();
	if (!filter->skb)
		goto free_filter;
	return filter;

free_filter:
	ksflow_filter_free(filter);
	return ERR_PTR(err);
}

/** ksflow_filter_free - of what ksflow_filter_new() returned; NULL is fine */
void ksflow_filter_free(struct ksflow_filter *filter)
{
	if (!filter)
		return;
	if (filter->ether)
		bpf_prog_destroy(filter->ether);
	if (filter->ip)
		bpf_prog_destroy(filter->ip);
	consume_skb(filter->skb);
	kfree(filter);
}

/**
 * ksflow_filter_wants - does the filter accept a record?
 * @filter: or NULL, which accepts all
 * @record: in its ring
 * @net: its namespace, and the reader's
 *
 * Context: process; the relay's lock.
 */
bool ksflow_filter_wants(struct ksflow_filter *filter,
			 const struct ksflow_record *record,
			 const struct net *net)
{
	bool is_ether = record->proto == KSFLOW_PROTO_ETHERNET;
	struct bpf_prog *prog;
	bool wants;

	if (!filter)
		return true;
	prog = is_ether ? filter->ether : filter->ip;
	if (!prog)
		return false;
	ksflow_record_lend(record, filter->skb);
	/*
	 * SKF_AD_PAY_OFFSET asks the flow dissector, which warns of a packet
	 * of no namespace. The readers go before this device does.
	 */
	filter->skb->dev = net->loopback_dev;
	wants = bpf_prog_run_clear_cb(prog, filter->skb);
	ksflow_record_unlend(filter->skb);
	return wants;
}
