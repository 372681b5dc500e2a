// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Who reads: a bounded list for each namespace. Records go to each reader by
 * unicast, so a process without privilege can listen on no kernel, and what a
 * reader loses is known.
 */
#include "subscriber.h"

#include <linux/netlink.h>
#include <linux/slab.h>

#include "filter.h"
#include "net.h"

static struct ksflow_subscriber *find(struct ksflow_relay *relay, u32 portid)
{
	struct ksflow_subscriber *reader;

	lockdep_assert_held(&relay->lock);
	list_for_each_entry(reader, &relay->readers, list)
		if (reader->portid == portid)
			return reader;
	return NULL;
}

static void free_reader(struct ksflow_subscriber *reader)
{
	xa_destroy(&reader->lost_by_source);
	ksflow_filter_free(reader->filter);
	kvfree(reader->position);
	kfree(reader);
}

/* From here on: what is in the rings already is not for this reader. */
static void start_position(struct ksflow_relay *relay,
			   struct ksflow_subscriber *reader)
{
	unsigned int kind;
	int cpu;

	for_each_possible_cpu(cpu) {
		const struct ksflow_ring *ring;

		if (!relay->ring_bytes)
			break;
		ring = per_cpu_ptr(relay->ring, cpu);
		for (kind = 0; kind < KSFLOW_KINDS; kind++) {
			struct ksflow_position *position =
				&reader->position[cpu][kind];

			position->first = READ_ONCE(ring->seq[kind]);
			position->next = position->first;
			position->lost = READ_ONCE(ring->lost[kind]);
			position->filtered = 0;
		}
	}
}

static struct ksflow_subscriber *reader_new(struct ksflow_relay *relay,
					    u32 portid)
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
	reader->portid = portid;
	start_position(relay, reader);
	list_add_tail(&reader->list, &relay->readers);
	return reader;
}

/**
 * ksflow_subscriber_add - start a reader's stream, or change what it gets
 * @kn: its namespace; the rings are in place and drained
 * @portid: its socket
 * @kinds: bits 1 << enum ksflow_kind
 * @snaplen: packet bytes at most
 * @filter: taken over on success
 * @is_owner: it asks for the daemon's layer
 * @extack: gets the reason of a refusal
 *
 * Context: process; ksflow_net.lock.
 * Return: 0, -EBUSY, -ENOSPC or -ENOMEM.
 */
int ksflow_subscriber_add(struct ksflow_net *kn, u32 portid, u32 kinds,
			  u32 snaplen, struct ksflow_filter *filter,
			  bool is_owner, struct netlink_ext_ack *extack)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader, *other;
	int err = 0;

	mutex_lock(&relay->lock);
	list_for_each_entry(other, &relay->readers, list) {
		if (is_owner && other->is_owner && other->portid != portid) {
			NL_SET_ERR_MSG(extack, "KSFLOW_A_OWNER: another ksflowd runs in this network namespace");
			err = -EBUSY;
			goto out;
		}
	}
	reader = find(relay, portid);
	if (!reader) {
		if (relay->reader_count == KSFLOW_SUBSCRIBERS_MAX) {
			NL_SET_ERR_MSG(extack, "too many readers: expected at most 16 in a network namespace");
			err = -ENOSPC;
			goto out;
		}
		reader = reader_new(relay, portid);
		if (!reader) {
			err = -ENOMEM;
			goto out;
		}
		relay->reader_count++;
	}
	reader->kinds = kinds;
	reader->snaplen = snaplen;
	ksflow_filter_free(reader->filter);
	reader->filter = filter;
	reader->is_owner |= is_owner;
out:
	mutex_unlock(&relay->lock);
	return err;
}

/**
 * ksflow_subscriber_publish - have psample among the readers, or no more
 * @kn: the namespace; its rings, if there are any, are drained
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
	reader = find(relay, 0);
	if (reader) {
		list_del(&reader->list);
		free_reader(reader);
	}
	if (psample) {
		reader = reader_new(relay, 0);
		if (reader) {
			reader->kinds = BIT(KSFLOW_KIND_SAMPLE);
			reader->psample = psample;
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
 * @portid: its socket; 0: all readers
 *
 * Context: process.
 * Return: whether there was one.
 */
bool ksflow_subscriber_remove(struct ksflow_net *kn, u32 portid)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader, *next;
	bool was_there = false;

	mutex_lock(&relay->lock);
	list_for_each_entry_safe(reader, next, &relay->readers, list) {
		if (portid && reader->portid != portid)
			continue;
		list_del(&reader->list);
		relay->reader_count -= !!reader->portid;
		free_reader(reader);
		was_there = true;
	}
	mutex_unlock(&relay->lock);
	return was_there;
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
	list_for_each_entry(reader, &relay->readers, list) {
		memset(reader->delivery, 0, sizeof(reader->delivery));
		start_position(relay, reader);
	}
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
