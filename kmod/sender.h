/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_SENDER_H
#define KSFLOW_SENDER_H

#include <linux/in6.h>
#include <linux/ksflow.h>
#include <linux/list.h>
#include <linux/spinlock.h>

/**
 * struct ksflow_wrong - a packet with a wrong checksum
 * @addr: who sent it
 * @ifindex: what it came in through
 * @rule: id of the rule that names it
 * @port: destination
 * @found: the checksum it has
 * @rest: see ksflow_sum_right()
 * @kinds: what the rule repairs of it: bits 1 << enum ksflow_repair_kind
 * @kind: enum ksflow_repair_kind; ksflow_sender_note() makes an offset of it
 *	when it is one
 * @packets: wrong ones of this sender so far; ksflow_sender_note()
 * @is_repaired: its kind is one of @kinds; ksflow_sender_note()
 * @is_told: an event is due; ksflow_sender_note()
 */
struct ksflow_wrong {
	struct in6_addr addr;
	u32 ifindex;
	u32 rule;
	__be16 port;
	u16 found;
	u16 rest;
	u8 kinds;
	u8 kind;
	u64 packets;
	bool is_repaired;
	bool is_told;
};

/**
 * struct ksflow_sender - who sent wrong packets
 * @link: in its bucket
 * @age: in the order of last packets
 * @last: the last one
 * @equal: how many had the same rest, in a row
 * @repaired: of its packets
 * @first_at: jiffies of the first one, as @last_at, @told_at
 */
struct ksflow_sender {
	struct hlist_node link;
	struct list_head age;
	struct ksflow_wrong last;
	u32 equal;
	u64 repaired;
	u64 first_at;
	u64 last_at;
	u64 told_at;
};

/**
 * struct ksflow_senders - those of one namespace
 * @lock: guards all members; right packets do not take it
 * @seed: nobody shall choose addresses of one bucket
 * @count: places of @sender in use
 * @forgotten: senders that made room
 * @ages: the least recent first
 */
struct ksflow_senders {
	spinlock_t lock;
	u32 seed;
	u32 count;
	u64 forgotten;
	struct list_head ages;
	struct hlist_head bucket[KSFLOW_REPAIR_SENDERS_MAX];
	struct ksflow_sender sender[KSFLOW_REPAIR_SENDERS_MAX];
};

struct ksflow_senders *ksflow_senders_new(void);
void ksflow_sender_note(struct ksflow_senders *senders,
			struct ksflow_wrong *wrong);
bool ksflow_sender_get(struct ksflow_senders *senders, u32 at,
		       struct ksflow_sender *copy);

#endif /* KSFLOW_SENDER_H */
