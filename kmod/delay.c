// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * How long a sampled packet takes from ingress to egress. A table names the
 * buffers of those on their way, by address, and nothing is written into
 * them. Buffers are used again: one that comes in anew is found out there,
 * and one that leaves has to be the same packet in what no router changes.
 * The record waits in its ring for the answer, for so long and no longer.
 *
 * A place of the table is its key's: whoever swaps the key for BUSY may look
 * at the place and finish its record, with interrupts off, and frees it.
 */
#include "delay.h"

#include <linux/if_arp.h>
#include <linux/if_vlan.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/jhash.h>
#include <linux/mm.h>
#include <linux/mutex.h>
#include <linux/timekeeping.h>
#include <net/rtnetlink.h>

#include "compat/compat.h"
#include "device.h"
#include "net.h"
#include "record.h"
#include "tap.h"

#define PLACES		(1U << KSFLOW_DELAY_BITS)
#define FREE		0UL
#define BUSY		1UL

/**
 * struct place - a sampled packet on its way
 * @record: in its ring, pending
 * @kn: its namespace; compared, not followed
 * @head: its bytes; they move when a clone of it is written to
 * @time: it came in, ns of CLOCK_MONOTONIC
 * @ifindex: where
 * @print: of what does not change on its way
 * @is_cloned: a packet socket looks at it, or did before
 */
struct place {
	struct ksflow_record *record;
	const struct ksflow_net *kn;
	const void *head;
	u64 time;
	u32 ifindex;
	u32 print;
	bool is_cloned;
	bool is_users;
};

unsigned long ksflow_delay_keys[PLACES];
static struct place *places;
/* Taken by namespaces of ordinary users: half of them, at most. */
static atomic_t users_places;
static DEFINE_MUTEX(places_lock); /* guards who allocates them */

/*
 * What routers, NAT included, leave as it is: lengths, identification, and
 * of the transport what follows ports and sequence. @at: the network header.
 */
static u32 fingerprint(const struct sk_buff *skb, int at, __be16 type)
{
	u32 word[4] = { (__force u16)type };
	union {
		struct iphdr v4;
		struct ipv6hdr v6;
	} ip;
	u32 len = skb->len, ip_len = 0;

	switch (type) {
	case htons(ETH_P_IP):
		if (skb_copy_bits(skb, at, &ip.v4, sizeof(ip.v4)))
			break;
		word[0] |= ip.v4.protocol << 16;
		word[1] = (__force u32)ip.v4.tot_len << 16 |
			  (__force u32)ip.v4.id;
		ip_len = ip.v4.ihl * 4;
		len = ntohs(ip.v4.tot_len);
		break;
	case htons(ETH_P_IPV6):
		if (skb_copy_bits(skb, at, &ip.v6, sizeof(ip.v6)))
			break;
		word[0] |= ip.v6.nexthdr << 16;
		word[1] = (__force u32)ip.v6.payload_len;
		ip_len = sizeof(ip.v6);
		len = ip_len + ntohs(ip.v6.payload_len);
		break;
	}
	/* Behind it there may be padding, which does not go far. */
	if (ip_len + 16 <= len)
		skb_copy_bits(skb, at + ip_len + 8, &word[2],
			      2 * sizeof(word[2]));
	return jhash2(word, ARRAY_SIZE(word), 0);
}

/* At ingress, where skb->data is at the network header, or a tag before it. */
static u32 fingerprint_in(const struct sk_buff *skb)
{
	__be16 type = skb->protocol;
	struct vlan_hdr tag;

	if (!eth_type_vlan(type))
		return fingerprint(skb, 0, type);
	if (skb_copy_bits(skb, 0, &tag, sizeof(tag)))
		return 0;
	return fingerprint(skb, sizeof(tag), tag.h_vlan_encapsulated_proto);
}

static u32 fingerprint_out(const struct sk_buff *skb)
{
	return fingerprint(skb, skb_network_offset(skb),
			   vlan_get_protocol(skb));
}

/* The place is free again as soon as nobody needs to look at it. */
static void finish(u32 i, u8 end)
{
	if (places[i].is_users)
		atomic_dec(&users_places);
	/* Pairs with ksflow_delay_settle(): the record is complete. */
	smp_store_release(&places[i].record->delay_state, end);
	smp_store_release(&ksflow_delay_keys[i], FREE);
}

/**
 * ksflow_delay_begin - follow a packet that was selected at ingress
 * @record: of it, not committed
 * @skb: the packet
 *
 * Context: as ksflow_record_sample(), interrupts off.
 */
void ksflow_delay_begin(struct ksflow_record *record,
			const struct sk_buff *skb)
{
	bool is_users = ksflow_net_is_users(record->device->kn);
	u32 i = ksflow_delay_hash(skb);
	struct place *place = &places[i];

	record->delay_place = i;
	if (is_users && atomic_inc_return(&users_places) > PLACES / 2)
		goto crowded;
	if (cmpxchg(&ksflow_delay_keys[i], FREE, BUSY) != FREE)
		goto crowded;
	place->is_users = is_users;
	place->record = record;
	place->kn = record->device->kn;
	place->head = skb->head;
	place->time = ktime_get_mono_fast_ns();
	place->ifindex = record->device->ifindex;
	place->print = fingerprint_in(skb);
	place->is_cloned = skb->cloned || dev_nit_active(skb->dev);
	record->delay_state = KSFLOW_DELAY_PENDING;
	smp_store_release(&ksflow_delay_keys[i], (unsigned long)skb);
	return;

crowded:
	if (is_users)
		atomic_dec(&users_places);
	record->delay_state = KSFLOW_DELAY_CROWDED;
}

static bool claim(u32 i, unsigned long key)
{
	return cmpxchg(&ksflow_delay_keys[i], key, BUSY) == key;
}

/**
 * ksflow_delay_reuse - a packet comes in, in a buffer that is followed
 * @skb: the packet
 *
 * It is another one when it did not come in before: then the first has gone
 * without having been seen to leave.
 *
 * Context: as ksflow_probe_receive().
 */
void ksflow_delay_reuse(const struct sk_buff *skb)
{
	u32 i = ksflow_delay_hash(skb);
	unsigned long flags;

	if (skb->skb_iif)
		return;
	local_irq_save(flags);
	if (claim(i, (unsigned long)skb))
		finish(i, KSFLOW_DELAY_REUSED);
	local_irq_restore(flags);
}

/* What leaves by such a device leaves by another one after it. */
static bool is_on_the_way(const struct net_device *dev)
{
	static const char * const kinds[] = {
		"ifb", "vxlan", "geneve", "gre", "gretap", "erspan", "ip6gre",
		"ip6gretap", "ip6erspan", "ipip", "ip6tnl", "sit", "vti",
		"vti6", "xfrm", "wireguard", "bareudp", "gtp",
	};
	unsigned int i;

	if (!list_empty(&dev->adj_list.lower))
		return true;
	for (i = 0; dev->rtnl_link_ops && i < ARRAY_SIZE(kinds); i++)
		if (!strcmp(dev->rtnl_link_ops->kind, kinds[i]))
			return true;
	return false;
}

/* @device: of @dev, or NULL */
static u8 compare(const struct place *place, const struct sk_buff *skb,
		  const struct net_device *dev,
		  const struct ksflow_device *device, u64 now)
{
	struct ksflow_net *kn = device ? device->kn : NULL;
	bool may_be_cloned = place->is_cloned ||
			     dev_nit_active((struct net_device *)dev);

	if (kn != place->kn || !skb->skb_iif ||
	    (skb->skb_iif != place->ifindex &&
	     !xa_load(&kn->covered, skb->skb_iif)))
		return KSFLOW_DELAY_REUSED;
	if (skb->cloned && !may_be_cloned)
		return KSFLOW_DELAY_CLONED;
	/* A copy of another packet may lie where this one was. */
	if ((skb->head != place->head && !may_be_cloned) ||
	    fingerprint_out(skb) != place->print)
		return KSFLOW_DELAY_CHANGED;
	if (now - place->time > NSEC_PER_SEC)
		return KSFLOW_DELAY_UNSEEN;
	return KSFLOW_DELAY_MATCHED;
}

/**
 * ksflow_delay_leave - a packet leaves, in a buffer that is followed
 * @skb: the packet
 * @dev: by this device
 *
 * Context: as ksflow_probe_xmit().
 */
void ksflow_delay_leave(const struct sk_buff *skb,
			const struct net_device *dev)
{
	const struct ksflow_device *device;
	u32 i = ksflow_delay_hash(skb);
	const struct ksflow_slot *slot;
	struct ksflow_record *record;
	unsigned long flags;
	u64 now;
	u8 end;

	if (is_on_the_way(dev))
		return;
	local_irq_save(flags);
	if (!claim(i, (unsigned long)skb))
		goto out;
	now = ktime_get_mono_fast_ns();
	record = places[i].record;
	/* Once: it may go meanwhile, while packets still leave by it. */
	slot = ksflow_device_find(dev);
	device = slot ? slot->device : NULL;
	end = compare(&places[i], skb, dev, device, now);
	if (end == KSFLOW_DELAY_MATCHED) {
		record->delay = now - places[i].time;
		record->delay_out = device->ifindex;
		ksflow_record_queue(record, skb, dev);
	}
	finish(i, end);
out:
	local_irq_restore(flags);
}

/* Nobody is to write to the record any more. */
static void give_up(const struct ksflow_record *record)
{
	u32 i = record->delay_place;
	unsigned long flags, key;

	/* Pairs with finish(). */
	while (smp_load_acquire(&record->delay_state) == KSFLOW_DELAY_PENDING) {
		key = READ_ONCE(ksflow_delay_keys[i]);
		local_irq_save(flags);
		/* It may be another's by now: that one is not followed on. */
		if (key != FREE && key != BUSY && claim(i, key))
			finish(i, KSFLOW_DELAY_UNSEEN);
		local_irq_restore(flags);
		cpu_relax();
	}
}

/**
 * ksflow_delay_settle - is it known when a record's packet left?
 * @kn: its namespace
 * @record: a sample in its ring, all before it settled
 * @is_final: it cannot wait
 *
 * Context: process; ksflow_relay.drain_lock.
 * Return: whether it is, or will not be; else the record is to wait.
 */
bool ksflow_delay_settle(struct ksflow_net *kn, struct ksflow_record *record,
			 bool is_final)
{
	u64 wait = (u64)READ_ONCE(kn->delay.wait_ms) * NSEC_PER_MSEC;
	/* Pairs with finish(). */
	u8 state = smp_load_acquire(&record->delay_state);

	if (state == KSFLOW_DELAY_NONE)
		return true;
	if (state == KSFLOW_DELAY_PENDING) {
		/* A clock that was set back makes it old, too. */
		if (!is_final && ktime_get_real_fast_ns() - record->time < wait)
			return false;
		give_up(record);
		state = record->delay_state;
	}
	kn->delay.count[state]++;
	return true;
}

static int places_get(void)
{
	int err = 0;

	mutex_lock(&places_lock);
	if (!places)
		places = kvcalloc(PLACES, sizeof(*places),
				  GFP_KERNEL | __GFP_NOWARN);
	if (!places)
		err = -ENOMEM;
	mutex_unlock(&places_lock);
	return err;
}

/**
 * ksflow_delay_prepare - what is to be there before packets are followed
 * @kn: the namespace
 * @is_wanted: samples are taken in it
 *
 * The caller goes on with ksflow_tap_publish(), then ksflow_delay_apply().
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -ENOMEM.
 */
int ksflow_delay_prepare(struct ksflow_net *kn, bool is_wanted)
{
	bool is_on = is_wanted && ksflow_config_delay(&kn->config).value;
	int err;

	if (is_on == kn->delay.is_on)
		return 0;
	if (is_on) {
		err = places_get();
		if (err)
			return err;
	} else {
		WRITE_ONCE(kn->delay.wait_ms, 0);
	}
	ksflow_tap_follow(is_on);
	kn->delay.is_on = is_on;
	/* From here on no packet is followed; those that are, are not to be. */
	if (!is_on) {
		synchronize_net();
		ksflow_relay_flush(&kn->relay);
	}
	return 0;
}

/**
 * ksflow_delay_apply - follow the packets sampled from now on
 * @kn: the namespace; what ksflow_delay_prepare() asked for is in place
 * @is_wanted: as it had it
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_delay_apply(struct ksflow_net *kn, bool is_wanted)
{
	if (is_wanted && kn->delay.is_on)
		smp_store_release(&kn->delay.wait_ms,
				  ksflow_config_delay(&kn->config).value);
}

/** ksflow_delay_exit - no probe is left, and no record */
void ksflow_delay_exit(void)
{
	kvfree(places);
}
