// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Who sends wrong checksums: a bounded number of addresses, the least recent
 * out. All memory is there before the first packet.
 */
#include "sender.h"

#include <linux/jhash.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/random.h>
#include <net/ipv6.h>

#include "config.h"

/* One event of a sender in this time. */
#define TELL_JIFFIES	HZ

/**
 * ksflow_senders_new - none so far
 *
 * Context: process. Charged to the caller's memory control group.
 * Return: for kvfree(), or NULL.
 */
struct ksflow_senders *ksflow_senders_new(void)
{
	struct ksflow_senders *senders;

	senders = kvzalloc(sizeof(*senders), KSFLOW_GFP);
	if (!senders)
		return NULL;
	spin_lock_init(&senders->lock);
	INIT_LIST_HEAD(&senders->ages);
	get_random_bytes(&senders->seed, sizeof(senders->seed));
	return senders;
}

static struct ksflow_sender *find(const struct hlist_head *bucket,
				  const struct in6_addr *addr)
{
	struct ksflow_sender *sender;

	hlist_for_each_entry(sender, bucket, link)
		if (ipv6_addr_equal(&sender->last.addr, addr))
			return sender;
	return NULL;
}

static struct ksflow_sender *take_place(struct ksflow_senders *senders)
{
	struct ksflow_sender *sender;

	if (senders->count < KSFLOW_REPAIR_SENDERS_MAX)
		return &senders->sender[senders->count++];
	sender = list_first_entry(&senders->ages, struct ksflow_sender, age);
	hlist_del(&sender->link);
	list_del(&sender->age);
	senders->forgotten++;
	return sender;
}

/**
 * ksflow_sender_note - a wrong packet: what is known of its sender
 * @senders: of its namespace
 * @wrong: the packet; gets what only the sender's earlier ones tell
 *
 * Context: as a netfilter hook: softirq, or process when a program gave back
 * what an earlier hook had queued, bottom halves on.
 */
void ksflow_sender_note(struct ksflow_senders *senders,
			struct ksflow_wrong *wrong)
{
	u32 hash = jhash2(wrong->addr.s6_addr32, 4, senders->seed);
	struct hlist_head *bucket =
		&senders->bucket[hash % KSFLOW_REPAIR_SENDERS_MAX];
	u64 now = get_jiffies_64();
	struct ksflow_sender *sender;

	spin_lock_bh(&senders->lock);
	sender = find(bucket, &wrong->addr);
	if (sender) {
		list_move_tail(&sender->age, &senders->ages);
	} else {
		sender = take_place(senders);
		memset(sender, 0, sizeof(*sender));
		sender->first_at = now;
		sender->told_at = now - TELL_JIFFIES;
		hlist_add_head(&sender->link, bucket);
		list_add_tail(&sender->age, &senders->ages);
	}
	if (sender->last.rest != wrong->rest)
		sender->equal = 0;
	if (++sender->equal >= KSFLOW_REPAIR_EQUAL &&
	    wrong->kind == KSFLOW_REPAIR_OTHER)
		wrong->kind = KSFLOW_REPAIR_OFFSET;
	wrong->is_repaired = wrong->kinds & BIT(wrong->kind);
	wrong->packets = sender->last.packets + 1;
	wrong->is_told = now - sender->told_at >= TELL_JIFFIES;
	if (wrong->is_told)
		sender->told_at = now;
	sender->repaired += wrong->is_repaired;
	sender->last_at = now;
	sender->last = *wrong;
	spin_unlock_bh(&senders->lock);
}

/**
 * ksflow_sender_get - a sender as it is now
 * @senders: of a namespace
 * @at: from 0 on
 * @copy: gets it
 *
 * Context: process.
 * Return: false: there are no more.
 */
bool ksflow_sender_get(struct ksflow_senders *senders, u32 at,
		       struct ksflow_sender *copy)
{
	bool is_there;

	spin_lock_bh(&senders->lock);
	is_there = at < senders->count;
	if (is_there)
		*copy = senders->sender[at];
	spin_unlock_bh(&senders->lock);
	return is_there;
}
