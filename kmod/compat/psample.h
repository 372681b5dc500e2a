/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * The kernel's module psample, if there is one: it is asked for by name, so
 * that ours does not depend on it, and held while a group of it is.
 */
#ifndef KSFLOW_COMPAT_PSAMPLE_H
#define KSFLOW_COMPAT_PSAMPLE_H

#include <linux/module.h>
#include <linux/skbuff.h>
#include <net/psample.h>

/**
 * struct ksflow_psample_meta - what psample is told of a packet
 * @rate: N of 1 in N
 * @caplen: bytes to take
 * @in: ifindex, 0 for unknown; psample keeps 16 bits, as of @out
 * @out: likewise
 * @queue: it leaves by; from 5.13 on, as all below
 * @depth: bytes in it
 * @delay: ns from ingress to egress
 * @has_queue: @queue and @depth are known
 * @has_delay: @delay is known
 */
struct ksflow_psample_meta {
	u32 rate;
	u32 caplen;
	u32 in;
	u32 out;
	u32 queue;
	u32 depth;
	u64 delay;
	bool has_queue;
	bool has_delay;
};

#if IS_ENABLED(CONFIG_PSAMPLE)
static inline bool ksflow_psample_is_there(void)
{
	void *get = symbol_get(psample_group_get);

	if (get)
		symbol_put(psample_group_get);
	return get;
}

/* psample takes generic netlink's lock, which a command of ours holds. */
static inline void ksflow_psample_ask(void)
{
	if (!ksflow_psample_is_there())
		request_module_nowait("psample");
}

static inline bool ksflow_psample_find(void)
{
	if (ksflow_psample_is_there())
		return true;
	request_module("psample");
	return ksflow_psample_is_there();
}

/*
 * Hold a group, and with it the module; @send is for ksflow_psample_call().
 * Return: ERR_PTR(-ENOENT): there is no such module now; NULL: no memory.
 */
static inline struct psample_group *
ksflow_psample_get(struct net *net, u32 number, void **send)
{
	typeof(&psample_group_get) get = symbol_get(psample_group_get);
	struct psample_group *group;

	if (!get)
		return ERR_PTR(-ENOENT);
	group = get(net, number);
	if (group)
		*send = symbol_get(psample_sample_packet);
	symbol_put(psample_group_get);
	return group;
}

static inline void ksflow_psample_put(struct psample_group *group)
{
	typeof(&psample_group_put) put = symbol_get(psample_group_put);

	/* The module is held: it has its functions. */
	if (!WARN_ON_ONCE(!put)) {
		put(group);
		symbol_put(psample_group_put);
	}
	symbol_put(psample_sample_packet);
}

/* Metadata in a struct: 5.13, a03e99d39f19. */
static inline void ksflow_psample_call(void *send, struct psample_group *group,
				       struct sk_buff *skb,
				       const struct ksflow_psample_meta *meta)
{
#ifdef KSFLOW_HAVE_PSAMPLE_METADATA
	typeof(&psample_sample_packet) call = send;
	struct psample_metadata md = {
		.trunc_size = meta->caplen,
		.in_ifindex = meta->in,
		.out_ifindex = meta->out,
		.out_tc = min_t(u32, meta->queue, U16_MAX),
		.out_tc_occ = meta->depth,
		.latency = meta->delay,
		.out_tc_valid = meta->has_queue,
		.out_tc_occ_valid = meta->has_queue,
		.latency_valid = meta->has_delay,
	};

	call(group, skb, meta->rate, &md);
#else
	typeof(&psample_sample_packet) call = send;

	call(group, skb, meta->caplen, meta->in, meta->out, meta->rate);
#endif
}
#else
static inline void ksflow_psample_ask(void)
{
}

static inline bool ksflow_psample_find(void)
{
	return false;
}

static inline struct psample_group *
ksflow_psample_get(struct net *net, u32 number, void **send)
{
	return ERR_PTR(-ENOENT);
}

static inline void ksflow_psample_put(struct psample_group *group)
{
}

static inline void ksflow_psample_call(void *send, struct psample_group *group,
				       struct sk_buff *skb,
				       const struct ksflow_psample_meta *meta)
{
}
#endif

#endif /* KSFLOW_COMPAT_PSAMPLE_H */
