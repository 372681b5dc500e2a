/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_DELAY_H
#define KSFLOW_DELAY_H

#include <linux/ksflow.h>
#include <linux/skbuff.h>

struct ksflow_net;
struct ksflow_record;

#define KSFLOW_DELAY_BITS	10

/* State of a record, beside enum ksflow_delay_end. */
#define KSFLOW_DELAY_NONE	0xff	/* not followed */
#define KSFLOW_DELAY_PENDING	0xfe	/* a place of the table names it */

/**
 * struct ksflow_delay - from ingress to egress, of one namespace
 * @wait_ms: a record waits so long for its packet to leave, 0: it does not;
 *	taps read it once
 * @is_on: packets are followed; guarded by ksflow_net.lock
 * @count: records by enum ksflow_delay_end; ksflow_relay.drain_lock
 */
struct ksflow_delay {
	u32 wait_ms;
	bool is_on;
	u64 count[__KSFLOW_DELAY_END_MAX];
};

/* 0: free; else the buffer of a sampled packet on its way. */
extern unsigned long ksflow_delay_keys[1 << KSFLOW_DELAY_BITS];

static __always_inline u32 ksflow_delay_hash(const struct sk_buff *skb)
{
	return (u32)(unsigned long)skb * 0x61C88647U >>
	       (32 - KSFLOW_DELAY_BITS);
}

/**
 * ksflow_delay_is_followed - is this the buffer of a sampled packet?
 * @skb: any; it is compared, not followed
 *
 * All that a packet pays: four instructions.
 */
static __always_inline bool ksflow_delay_is_followed(const struct sk_buff *skb)
{
	return unlikely(data_race(ksflow_delay_keys[ksflow_delay_hash(skb)]) ==
			(unsigned long)skb);
}

void ksflow_delay_begin(struct ksflow_record *record,
			const struct sk_buff *skb);
void ksflow_delay_reuse(const struct sk_buff *skb);
void ksflow_delay_leave(const struct sk_buff *skb,
			const struct net_device *dev);
bool ksflow_delay_settle(struct ksflow_net *kn, struct ksflow_record *record,
			 bool is_final);

int ksflow_delay_prepare(struct ksflow_net *kn, bool is_wanted);
void ksflow_delay_apply(struct ksflow_net *kn, bool is_wanted);
void ksflow_delay_exit(void);

#endif /* KSFLOW_DELAY_H */
