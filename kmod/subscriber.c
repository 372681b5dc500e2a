// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Who reads: a bounded list for each namespace. Records go to each reader by
 * unicast, so a process without privilege can listen on no kernel, and what a
 * reader loses is known.
 */
#include "subscriber.h"

#include <linux/cpu.h>
#include <linux/netlink.h>
#include <linux/slab.h>
#include <linux/smp.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "filter.h"
#include "net.h"

/* @sk: NULL for psample */
static struct ksflow_subscriber *find(struct ksflow_relay *relay,
				      const struct sock *sk)
{
	struct ksflow_subscriber *reader;

	lockdep_assert_held(&relay->lock);
	list_for_each_entry(reader, &relay->readers, list)
		if (reader->sk == sk)
			return reader;
	return NULL;
}

static void remove(struct ksflow_relay *relay, struct ksflow_subscriber *reader)
{
	lockdep_assert_held(&relay->lock);
	list_del(&reader->list);
	relay->reader_count -= !!reader->sk;
	if (reader->sk)
		sock_put(reader->sk);
	xa_destroy(&reader->lost_by_source);
	ksflow_filter_free(reader->filter);
	kvfree(reader->position);
	kfree(reader);
}

/**
 * struct beginning - a reader that is to have what comes from now on
 * @relay: of its namespace
 * @reader: the reader
 * @kinds: of these kinds, bits 1 << enum ksflow_kind
 */
struct beginning {
	struct ksflow_relay *relay;
	struct ksflow_subscriber *reader;
	u32 kinds;
};

static void begin_at(const struct beginning *beginning, int cpu)
{
	const struct ksflow_ring *ring = per_cpu_ptr(beginning->relay->ring,
						     cpu);
	unsigned int kind;

	for (kind = 0; kind < KSFLOW_KINDS; kind++) {
		struct ksflow_position *position =
			&beginning->reader->position[cpu][kind];

		if (!(beginning->kinds & BIT(kind)))
			continue;
		position->first = READ_ONCE(ring->seq[kind]);
		position->next = position->first;
		position->lost = READ_ONCE(ring->lost[kind]);
		position->filtered = 0;
	}
}

static void begin_here(void *beginning)
{
	begin_at(beginning, smp_processor_id());
}

/*
 * A ring's sequence and its losses are one thing only to its own CPU: between
 * the two, a loss would be missing in this reader's ledger for good.
 */
static void begin(struct ksflow_relay *relay, struct ksflow_subscriber *reader,
		  u32 kinds)
{
	struct beginning beginning = { relay, reader, kinds };
	unsigned int kind;
	int cpu;

	for (kind = 0; kind < KSFLOW_KINDS; kind++)
		if (kinds & BIT(kind))
			memset(&reader->delivery[kind], 0,
			       sizeof(reader->delivery[kind]));
	if (!relay->ring_bytes)
		return;
	cpus_read_lock();
	for_each_possible_cpu(cpu)
		if (!cpu_online(cpu))
			begin_at(&beginning, cpu);
	on_each_cpu(begin_here, &beginning, 1);
	cpus_read_unlock();
}

static struct ksflow_subscriber *reader_new(struct ksflow_relay *relay,
					    struct sock *sk)
{
	struct ksflow_subscriber *reader;

	reader = kzalloc(sizeof(*reader), KSFLOW_GFP);
	if (!reader)
		return NULL;
	reader->position = kvcalloc(nr_cpu_ids, sizeof(*reader->position),
				    KSFLOW_GFP);
	if (!reader->position) {
		kfree(reader);
		return NULL;
	}
	xa_init(&reader->lost_by_source);
	if (sk)
		sock_hold(sk);
	reader->sk = sk;
	/* What is being drained is not for this one. */
	reader->pass = relay->pass;
	reader->kind = KSFLOW_KINDS;
	list_add_tail(&reader->list, &relay->readers);
	relay->reader_count += !!sk;
	return reader;
}

/**
 * ksflow_subscriber_add - start a reader's stream, or change what it gets
 * @kn: its namespace; the rings are in place
 * @wanted: what it asks for
 * @extack: gets the reason of a refusal
 *
 * Of a kind that it did not get before, it gets what comes from now on.
 *
 * Context: process; ksflow_net.lock.
 * Return: 0, -EBUSY, -ENOSPC or -ENOMEM.
 */
int ksflow_subscriber_add(struct ksflow_net *kn,
			  struct ksflow_subscription *wanted,
			  struct netlink_ext_ack *extack)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader, *other;
	int err = 0;

	mutex_lock(&relay->lock);
	list_for_each_entry(other, &relay->readers, list) {
		if (wanted->is_owner && other->is_owner &&
		    other->sk != wanted->sk) {
			NL_SET_ERR_MSG(extack, "KSFLOW_A_OWNER: another ksflowd runs in this network namespace");
			err = -EBUSY;
			goto out;
		}
	}
	reader = find(relay, wanted->sk);
	if (!reader) {
		if (relay->reader_count == KSFLOW_SUBSCRIBERS_MAX) {
			NL_SET_ERR_MSG(extack, "too many readers: expected at most 16 in a network namespace");
			err = -ENOSPC;
			goto out;
		}
		reader = reader_new(relay, wanted->sk);
		if (!reader) {
			err = -ENOMEM;
			goto out;
		}
		reader->portid = wanted->portid;
	}
	begin(relay, reader, wanted->kinds & ~reader->kinds);
	reader->kinds = wanted->kinds;
	reader->snaplen = wanted->snaplen;
	swap(reader->filter, wanted->filter);
	reader->is_owner |= wanted->is_owner;
out:
	mutex_unlock(&relay->lock);
	return err;
}

/**
 * ksflow_subscriber_publish - have psample among the readers, or no more
 * @kn: the namespace
 * @psample: what samples are handed to; NULL: nothing
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -ENOMEM.
 */
int ksflow_subscriber_publish(struct ksflow_net *kn,
			      struct ksflow_psample *psample)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader;
	int err = 0;

	mutex_lock(&relay->lock);
	reader = find(relay, NULL);
	if (reader)
		remove(relay, reader);
	if (psample) {
		reader = reader_new(relay, NULL);
		if (reader) {
			reader->kinds = BIT(KSFLOW_KIND_SAMPLE);
			reader->psample = psample;
			begin(relay, reader, reader->kinds);
		} else {
			err = -ENOMEM;
		}
	}
	mutex_unlock(&relay->lock);
	return err;
}

/**
 * ksflow_subscriber_remove - end a reader's stream
 * @kn: its namespace
 * @sk: its socket
 *
 * Context: process.
 * Return: whether there was one.
 */
bool ksflow_subscriber_remove(struct ksflow_net *kn, const struct sock *sk)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader;

	mutex_lock(&relay->lock);
	reader = find(relay, sk);
	if (reader)
		remove(relay, reader);
	mutex_unlock(&relay->lock);
	return reader;
}

/**
 * ksflow_subscriber_closed - end the stream of a reader that closed its socket
 * @kn: its namespace
 * @portid: the port it had; it may be another socket's by now
 *
 * Context: process.
 * Return: whether there was one.
 */
bool ksflow_subscriber_closed(struct ksflow_net *kn, u32 portid)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader, *next;
	bool was_there = false;

	mutex_lock(&relay->lock);
	list_for_each_entry_safe(reader, next, &relay->readers, list) {
		if (!reader->sk || reader->portid != portid ||
		    !sock_flag(reader->sk, SOCK_DEAD))
			continue;
		remove(relay, reader);
		was_there = true;
	}
	mutex_unlock(&relay->lock);
	return was_there;
}

/**
 * ksflow_subscriber_remove_all - end all streams, psample's too
 * @kn: the namespace
 *
 * Context: process.
 */
void ksflow_subscriber_remove_all(struct ksflow_net *kn)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader, *next;

	mutex_lock(&relay->lock);
	list_for_each_entry_safe(reader, next, &relay->readers, list)
		remove(relay, reader);
	mutex_unlock(&relay->lock);
}

/**
 * ksflow_subscriber_send - hand a message to a reader
 * @kn: its namespace
 * @reader: a socket
 * @msg: the message; it is gone in any case
 *
 * A port that was closed may be bound by a process without privilege at once.
 *
 * Context: process; ksflow_relay.lock.
 * Return: 0, -EAGAIN when the socket's buffer is full, or another -errno.
 */
int ksflow_subscriber_send(struct ksflow_net *kn,
			   const struct ksflow_subscriber *reader,
			   struct sk_buff *msg)
{
	if (sock_flag(reader->sk, SOCK_DEAD)) {
		consume_skb(msg);
		return -ECONNREFUSED;
	}
	return genlmsg_unicast(kn->net, msg, reader->portid);
}

/**
 * ksflow_subscriber_kinds - what the readers of a namespace want, together
 * @kn: the namespace
 * @owner_portid: gets the socket that owns the daemon's layer, 0 for none
 *
 * Return: bits 1 << enum ksflow_kind.
 */
u32 ksflow_subscriber_kinds(struct ksflow_net *kn, u32 *owner_portid)
{
	struct ksflow_subscriber *reader;
	u32 kinds = 0;

	*owner_portid = 0;
	mutex_lock(&kn->relay.lock);
	list_for_each_entry(reader, &kn->relay.readers, list) {
		kinds |= reader->kinds;
		if (reader->is_owner)
			*owner_portid = reader->portid;
	}
	mutex_unlock(&kn->relay.lock);
	return kinds;
}

/**
 * ksflow_subscriber_restart - count anew: the rings are other ones
 * @relay: of the namespace
 *
 * Context: process.
 */
void ksflow_subscriber_restart(struct ksflow_relay *relay)
{
	struct ksflow_subscriber *reader;

	mutex_lock(&relay->lock);
	list_for_each_entry(reader, &relay->readers, list)
		begin(relay, reader, reader->kinds);
	mutex_unlock(&relay->lock);
}

static unsigned long source_index(unsigned int kind, u32 ifindex)
{
	return (unsigned long)ifindex * KSFLOW_KINDS + kind;
}

/**
 * ksflow_subscriber_lost - samples of a source lost on the way to a reader
 * @reader: the reader
 * @kind: enum ksflow_kind
 * @ifindex: the source, 0 for none
 */
u64 ksflow_subscriber_lost(struct ksflow_subscriber *reader, unsigned int kind,
			   u32 ifindex)
{
	void *entry;

	if (xa_empty(&reader->lost_by_source))
		return 0;
	entry = xa_load(&reader->lost_by_source, source_index(kind, ifindex));
	return entry ? xa_to_value(entry) : 0;
}

/**
 * ksflow_subscriber_lose - count samples of a source as lost to a reader
 * @reader: the reader
 * @kind: enum ksflow_kind
 * @ifindex: the source, 0 for none
 * @hits: samples
 *
 * Without memory they are missing from the source's drops, not from the
 * reader's ledger.
 */
void ksflow_subscriber_lose(struct ksflow_subscriber *reader, unsigned int kind,
			    u32 ifindex, u32 hits)
{
	u64 lost = ksflow_subscriber_lost(reader, kind, ifindex) + hits;

	xa_store(&reader->lost_by_source, source_index(kind, ifindex),
		 xa_mk_value(lost & LONG_MAX), GFP_KERNEL);
}

/**
 * ksflow_subscriber_forget - a source is gone, and what readers lost of it
 * @relay: of its namespace
 * @ifindex: the source
 *
 * Context: process; ksflow_relay.lock.
 */
void ksflow_subscriber_forget(struct ksflow_relay *relay, u32 ifindex)
{
	struct ksflow_subscriber *reader;
	unsigned int kind;

	lockdep_assert_held(&relay->lock);
	list_for_each_entry(reader, &relay->readers, list)
		for (kind = 0; kind < KSFLOW_KINDS; kind++)
			xa_erase(&reader->lost_by_source,
				 source_index(kind, ifindex));
}
