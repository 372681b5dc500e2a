// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Records on their way to the readers: a ring for each CPU that any context
 * may write, a worker that empties all of them into netlink messages, many
 * records to one message, each message to one socket, so that every loss is
 * known and has a name.
 */
#include "relay.h"

#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/vmalloc.h>
#include <net/genetlink.h>

#include "delay.h"
#include "device.h"
#include "drop.h"
#include "filter.h"
#include "net.h"
#include "netlink.h"
#include "psample.h"
#include "record.h"
#include "route.h"
#include "sample.h"
#include "subscriber.h"

/* A record waits this long at most before the worker begins. */
#define DELAY_MS	40

/* And is looked at this often when it has to wait on. */
#define WAIT_MS		12

/* Records that a reader's filter is asked about before others have a turn. */
#define SCAN_MAX	128

/* Who waits for a drain with rtnl_lock waits this long, and no longer. */
#define STOP_MS		1000

/* One wake-up of a reader for many records; its socket counts true sizes. */
#define MESSAGE_MAX	(16 * 1024 - (int)SKB_DATA_ALIGN( \
				sizeof(struct skb_shared_info)))
#define MESSAGE_SMALL	4000

/* All rings of namespaces that ordinary users own, together. */
#define USERS_RINGS_MAX	(64L << 20)
static atomic_long_t users_rings;

static void kick(struct irq_work *irq_work)
{
	struct ksflow_ring *ring = container_of(irq_work, struct ksflow_ring,
						irq_work);
	struct ksflow_relay *relay = ring->relay;

	if (READ_ONCE(ring->is_urgent))
		mod_delayed_work(ksflow_wq, &relay->work, 0);
	else
		queue_delayed_work(ksflow_wq, &relay->work,
				   msecs_to_jiffies(DELAY_MS));
}

static void call_worker(struct ksflow_ring *ring, u32 used)
{
	bool is_urgent = used > ring->mask / 2;

	/* Pairs with drain_ring(): it sees the record, or we see it began. */
	smp_mb();
	if (READ_ONCE(ring->is_armed) &&
	    (!is_urgent || READ_ONCE(ring->is_urgent)))
		return;
	WRITE_ONCE(ring->is_urgent, is_urgent);
	WRITE_ONCE(ring->is_armed, true);
	irq_work_queue(&ring->irq_work);
}

/**
 * ksflow_relay_reserve - room for a record in this CPU's ring
 * @relay: of the packet's namespace
 * @kind: enum ksflow_kind
 * @room: packet bytes at most
 * @hits: samples the record stands for; each takes a sequence number
 *
 * Context: any but NMI; interrupts off from here to ksflow_relay_commit().
 * Return: the record with @size, @kind, @hits, @seq filled in; or NULL, and
 *	the loss is counted in the ring.
 */
struct ksflow_record *ksflow_relay_reserve(struct ksflow_relay *relay,
					   unsigned int kind, u32 room,
					   u32 hits)
{
	struct ksflow_ring *ring = raw_cpu_ptr(relay->ring);
	u32 size = ALIGN(sizeof(struct ksflow_record) + room, 8);
	u32 at = ring->head & ring->mask;
	u32 to_end = ring->mask + 1 - at;
	/* Pairs with the worker's release: what it freed, it has read. */
	u32 used = ring->head - smp_load_acquire(&ring->tail);
	u32 pad = to_end < size ? to_end : 0;
	struct ksflow_record *record;
	u64 seq = ring->seq[kind];

	WRITE_ONCE(ring->seq[kind], seq + hits);
	if (unlikely(used + pad + size > ring->mask + 1)) {
		WRITE_ONCE(ring->lost[kind], ring->lost[kind] + hits);
		call_worker(ring, used);
		return NULL;
	}
	record = (struct ksflow_record *)(ring->data + at);
	if (pad) {
		/* Ring and records are multiples of 8: so much always fits. */
		BUILD_BUG_ON(offsetofend(struct ksflow_record, kind) > 8);
		record->size = pad;
		record->kind = KSFLOW_RECORD_PAD;
		smp_store_release(&ring->head, ring->head + pad);
		record = (struct ksflow_record *)ring->data;
	}
	record->kind = kind;
	record->hits = hits;
	record->seq = seq;
	return record;
}

/**
 * ksflow_relay_commit - the record is complete
 * @relay: as for ksflow_relay_reserve()
 * @record: what that returned; caplen tells how much of it was used
 */
void ksflow_relay_commit(struct ksflow_relay *relay,
			 struct ksflow_record *record)
{
	struct ksflow_ring *ring = raw_cpu_ptr(relay->ring);
	u32 head;

	record->size = ALIGN(sizeof(*record) + record->caplen + record->tail,
			     8);
	head = ring->head + record->size;
	/* Pairs with the worker's acquire. */
	smp_store_release(&ring->head, head);
	call_worker(ring, head - READ_ONCE(ring->tail));
}

/* ---- worker ------------------------------------------------------------ */

static struct ksflow_record *record_at(const struct ksflow_ring *ring, u32 pos)
{
	return (struct ksflow_record *)(ring->data + (pos & ring->mask));
}

/* Does somebody wait for the drain to end, who has waited long enough? */
static bool is_late(const struct ksflow_relay *relay)
{
	unsigned long stop_by = READ_ONCE(relay->stop_by);

	return stop_by && time_after(jiffies, stop_by);
}

/*
 * Rings may be large and the FIB's rules many: who is waited for goes without
 * its answer. Return: where the first record is that is to wait, or @end.
 */
static u32 complete_records(struct ksflow_net *kn, struct ksflow_ring *ring,
			    u32 pos, u32 end, bool is_final)
{
	struct ksflow_record *record;

	for (; pos != end; pos += record->size) {
		cond_resched();
		record = record_at(ring, pos);
		if (record->kind != KSFLOW_KIND_SAMPLE)
			continue;
		if (!ksflow_delay_settle(kn, record, is_final))
			break;
		ksflow_record_complete(record);
		if (record->cpu->sampler->way == KSFLOW_IN && !kn->is_dead &&
		    !is_late(&kn->relay))
			ksflow_route_lookup(kn->net, record);
		/* The FIB knows no bridges, and may not be asked by now. */
		if (record->delay_state == KSFLOW_DELAY_MATCHED && !record->out)
			record->out = record->delay_out;
	}
	return pos;
}

static struct sk_buff *message_new(u32 ring_bytes)
{
	/* Attributes take more than the ring's struct; the rest is trimmed. */
	size_t size = clamp_t(size_t, 3UL * ring_bytes, MESSAGE_SMALL,
			      MESSAGE_MAX);
	struct sk_buff *msg;

	msg = genlmsg_new(size - NLMSG_HDRLEN - GENL_HDRLEN,
			  GFP_KERNEL | __GFP_NOWARN);
	if (!msg && size > MESSAGE_SMALL)
		msg = genlmsg_new(MESSAGE_SMALL, GFP_KERNEL | __GFP_NOWARN);
	return msg;
}

/* What one message says of itself; the counters are known at its end. */
struct batch {
	u64 first;
	u64 next;
	u32 hits;
	u32 filtered;
	u64 lost_ring;
	u64 lost_reader;
};

static int batch_fill(struct sk_buff *msg, unsigned int kind, u32 cpu,
		      const struct batch *batch)
{
	struct nlattr *nest = nla_nest_start(msg, KSFLOW_A_BATCH);

	if (!nest ||
	    nla_put_u8(msg, KSFLOW_A_BATCH_KIND, kind) ||
	    nla_put_u32(msg, KSFLOW_A_BATCH_CPU, cpu) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_BATCH_FIRST, batch->first,
			      KSFLOW_A_BATCH_PAD) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_BATCH_NEXT, batch->next,
			      KSFLOW_A_BATCH_PAD) ||
	    nla_put_u32(msg, KSFLOW_A_BATCH_HITS, batch->hits) ||
	    nla_put_u32(msg, KSFLOW_A_BATCH_FILTERED, batch->filtered) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_BATCH_LOST_RING, batch->lost_ring,
			      KSFLOW_A_BATCH_PAD) ||
	    nla_put_u64_64bit(msg, KSFLOW_A_BATCH_LOST_READER,
			      batch->lost_reader, KSFLOW_A_BATCH_PAD))
		return -EMSGSIZE;
	nla_nest_end(msg, nest);
	return 0;
}

static bool is_wanted(struct ksflow_net *kn, struct ksflow_subscriber *reader,
		      const struct ksflow_record *record)
{
	if (record->kind == KSFLOW_KIND_DROP &&
	    ksflow_drop_is_hidden(&kn->drop, record->slot))
		return false;
	return ksflow_filter_wants(reader->filter, record, kn->net);
}

/* Is it of this stream: of its kind, and not there before the reader was? */
static bool is_of(const struct ksflow_subscriber *reader, int cpu,
		  unsigned int kind, const struct ksflow_record *record)
{
	return record->kind == kind &&
	       record->seq >= reader->position[cpu][kind].first;
}

/* Return: the sequence after the last sample in [@pos, @end). */
static u64 lose(struct ksflow_subscriber *reader, struct ksflow_ring *ring,
		int cpu, unsigned int kind, u32 pos, u32 end, u64 *counter)
{
	struct ksflow_record *record;
	u64 next = 0;

	for (; pos != end; pos += record->size) {
		record = record_at(ring, pos);
		if (!is_of(reader, cpu, kind, record))
			continue;
		*counter += record->hits;
		next = record->seq + record->hits;
		ksflow_subscriber_lose(reader, kind,
				       ksflow_record_source(record),
				       record->hits);
	}
	return next;
}

/*
 * One message from @pos on, of what its filter wants of SCAN_MAX records.
 * Return: where the next one begins.
 */
static u32 send_one(struct ksflow_net *kn, struct ksflow_subscriber *reader,
		    struct ksflow_ring *ring, int cpu, unsigned int kind,
		    u32 pos, u32 end)
{
	struct ksflow_delivery *delivery = &reader->delivery[kind];
	struct ksflow_position *position = &reader->position[cpu][kind];
	struct batch batch = { .first = position->next,
			       .filtered = position->filtered };
	struct ksflow_record *record;
	u32 begin, at, len, scans = 0;
	struct sk_buff *msg;
	void *head;

	/* Nothing of this kind that the reader wants: no message. */
	for (; pos != end && scans < SCAN_MAX; pos += record->size) {
		record = record_at(ring, pos);
		if (!is_of(reader, cpu, kind, record))
			continue;
		scans++;
		if (is_wanted(kn, reader, record))
			break;
		delivery->filtered += record->hits;
		batch.filtered += record->hits;
	}
	/* The next message accounts for them. */
	position->filtered = batch.filtered;
	if (pos == end || scans == SCAN_MAX)
		return pos;
	begin = pos;

	msg = message_new(end - pos);
	if (!msg)
		goto no_memory;
	head = ksflow_netlink_head(msg);
	at = msg->len;
	/* In front of the records, though its numbers are known after them. */
	if (!head || batch_fill(msg, kind, cpu, &batch))
		goto free_msg;
	for (; pos != end && scans < SCAN_MAX; pos += record->size) {
		u64 lost;

		record = record_at(ring, pos);
		if (!is_of(reader, cpu, kind, record))
			continue;
		scans++;
		if (pos != begin && !is_wanted(kn, reader, record)) {
			batch.filtered += record->hits;
			batch.next = record->seq + record->hits;
			continue;
		}
		lost = ksflow_subscriber_lost(reader, kind,
					      ksflow_record_source(record));
		if (ksflow_record_fill(msg, record, kn, reader->snaplen, lost))
			break;
		batch.hits += record->hits;
		batch.next = record->seq + record->hits;
	}
	if (!batch.hits)
		goto free_msg;

	batch.lost_ring = READ_ONCE(ring->lost[kind]);
	batch.lost_reader = delivery->overrun + delivery->no_memory;
	len = msg->len;
	skb_trim(msg, at);
	batch_fill(msg, kind, cpu, &batch);
	skb_put(msg, len - msg->len);
	genlmsg_end(msg, head);

	position->next = batch.next;
	batch.filtered -= position->filtered;
	position->filtered = 0;
	if (ksflow_subscriber_send(kn, reader, msg)) {
		/* Whatever the filter would have said of them. */
		lose(reader, ring, cpu, kind, begin, pos, &delivery->overrun);
	} else {
		delivery->delivered += batch.hits;
		delivery->filtered += batch.filtered;
	}
	return pos;

free_msg:
	consume_skb(msg);
no_memory:
	position->next = lose(reader, ring, cpu, kind, begin, end,
			      &delivery->no_memory);
	position->filtered = 0;
	return end;
}

/* Hand samples to psample. Return: where the next ones begin. */
static u32 publish(struct ksflow_subscriber *reader, struct ksflow_ring *ring,
		   int cpu, u32 pos, u32 end)
{
	struct ksflow_delivery *delivery;
	struct ksflow_record *record;
	u32 taken, scans = 0;

	delivery = &reader->delivery[KSFLOW_KIND_SAMPLE];

	/* Each hit is a message. */
	for (; pos != end && scans < SCAN_MAX; pos += record->size) {
		record = record_at(ring, pos);
		if (!is_of(reader, cpu, KSFLOW_KIND_SAMPLE, record))
			continue;
		scans += record->hits;
		taken = ksflow_psample_send(reader->psample, record);
		delivery->delivered += taken;
		delivery->psample += record->hits - taken;
	}
	return pos;
}

/* Too late: somebody waits for the drain to end. */
static u32 give_up(struct ksflow_subscriber *reader, struct ksflow_ring *ring,
		   int cpu, unsigned int kind, u32 pos, u32 end)
{
	struct ksflow_position *position = &reader->position[cpu][kind];
	u64 next;

	next = lose(reader, ring, cpu, kind, pos, end,
		    &reader->delivery[kind].overrun);
	if (next) {
		position->next = next;
		position->filtered = 0;
	}
	return end;
}

/*
 * A message, or as much work, for one reader that has not had all of @ring up
 * to @end. Readers may come and go between two of them: one that comes has no
 * use for what is there already. Return: whether there was one.
 */
static bool serve(struct ksflow_net *kn, struct ksflow_ring *ring, int cpu,
		  u32 end)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_subscriber *reader;

	lockdep_assert_held(&relay->lock);
	list_for_each_entry(reader, &relay->readers, list) {
		if (reader->pass != relay->pass) {
			reader->pass = relay->pass;
			reader->kind = 0;
			reader->pos = ring->tail;
		}
		while (reader->kind < KSFLOW_KINDS &&
		       (reader->pos == end ||
			!(reader->kinds & BIT(reader->kind)))) {
			reader->kind++;
			reader->pos = ring->tail;
		}
		if (reader->kind == KSFLOW_KINDS)
			continue;
		if (is_late(relay))
			reader->pos = give_up(reader, ring, cpu, reader->kind,
					      reader->pos, end);
		else if (reader->psample)
			reader->pos = publish(reader, ring, cpu, reader->pos,
					      end);
		else
			reader->pos = send_one(kn, reader, ring, cpu,
					       reader->kind, reader->pos, end);
		return true;
	}
	return false;
}

/* Return: whether records are to wait. */
static bool drain_ring(struct ksflow_net *kn, int cpu, bool is_final)
{
	struct ksflow_relay *relay = &kn->relay;
	struct ksflow_ring *ring = per_cpu_ptr(relay->ring, cpu);
	u32 head, end;

	lockdep_assert_held(&relay->drain_lock);
	WRITE_ONCE(ring->is_urgent, false);
	WRITE_ONCE(ring->is_armed, false);
	/* Pairs with call_worker(): a record we do not see calls us again. */
	smp_mb();
	/* Pairs with the release in ksflow_relay_commit(). */
	head = smp_load_acquire(&ring->head);
	if (head == ring->tail)
		return false;
	/* Better without a delay than lost. */
	is_final |= head - ring->tail > ring->mask / 2;
	end = complete_records(kn, ring, ring->tail, head, is_final);
	mutex_lock(&relay->lock);
	relay->pass++;
	while (serve(kn, ring, cpu, end)) {
		mutex_unlock(&relay->lock);
		cond_resched();
		mutex_lock(&relay->lock);
	}
	mutex_unlock(&relay->lock);
	smp_store_release(&ring->tail, end);
	return end != head;
}

/* Return: whether records are to wait. */
static bool drain(struct ksflow_relay *relay, bool is_final)
{
	struct ksflow_net *kn = container_of(relay, struct ksflow_net, relay);
	struct ksflow_sampler *sampler, *next_sampler;
	struct ksflow_device *device, *next_device;
	LIST_HEAD(samplers);
	bool is_waiting = false;
	LIST_HEAD(devices);
	int cpu;

	mutex_lock(&relay->drain_lock);
	spin_lock(&relay->retired_lock);
	list_splice_init(&relay->retired_samplers, &samplers);
	list_splice_init(&relay->retired_devices, &devices);
	spin_unlock(&relay->retired_lock);
	/* After it no tap writes records that name them. */
	if (!list_empty(&samplers) || !list_empty(&devices)) {
		is_final = true;
		synchronize_net();
	}

	if (relay->ring_bytes)
		for_each_possible_cpu(cpu)
			is_waiting |= drain_ring(kn, cpu, is_final);
	mutex_lock(&relay->lock);
	list_for_each_entry_safe(sampler, next_sampler, &samplers, list)
		ksflow_sampler_free(sampler);
	list_for_each_entry_safe(device, next_device, &devices, list) {
		ksflow_subscriber_forget(relay, device->ifindex);
		ksflow_device_free(device);
	}
	mutex_unlock(&relay->lock);
	mutex_unlock(&relay->drain_lock);
	return is_waiting;
}

/**
 * ksflow_relay_drain - send what the rings hold, then free what was retired
 * @relay: of a namespace
 *
 * No record waits for its packet to leave.
 *
 * Context: process.
 */
void ksflow_relay_drain(struct ksflow_relay *relay)
{
	drain(relay, true);
}

/**
 * ksflow_relay_flush - the same, for who holds rtnl_lock
 * @relay: of a namespace
 *
 * What readers have not had after a second is lost to them: however many they
 * are and whatever their filters, nobody else is to wait for them.
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_relay_flush(struct ksflow_relay *relay)
{
	/* 0 is never. */
	WRITE_ONCE(relay->stop_by,
		   (jiffies + msecs_to_jiffies(STOP_MS)) | 1);
	drain(relay, true);
	WRITE_ONCE(relay->stop_by, 0);
}

static void ksflow_relay_work(struct work_struct *work)
{
	struct ksflow_relay *relay = container_of(to_delayed_work(work),
						  struct ksflow_relay, work);

	if (drain(relay, false))
		queue_delayed_work(ksflow_wq, &relay->work,
				   msecs_to_jiffies(WAIT_MS));
}

/**
 * ksflow_relay_retire_sampler - free a sampler when nothing names it any more
 * @relay: of its namespace
 * @sampler: stopped
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_relay_retire_sampler(struct ksflow_relay *relay,
				 struct ksflow_sampler *sampler)
{
	spin_lock(&relay->retired_lock);
	list_add_tail(&sampler->list, &relay->retired_samplers);
	spin_unlock(&relay->retired_lock);
	mod_delayed_work(ksflow_wq, &relay->work, 0);
}

/**
 * ksflow_relay_retire_device - likewise, after its samplers
 * @relay: of its namespace
 * @device: its samplers retired
 */
void ksflow_relay_retire_device(struct ksflow_relay *relay,
				struct ksflow_device *device)
{
	spin_lock(&relay->retired_lock);
	list_add_tail(&device->list, &relay->retired_devices);
	spin_unlock(&relay->retired_lock);
	mod_delayed_work(ksflow_wq, &relay->work, 0);
}

/* ---- rings ------------------------------------------------------------- */

static bool is_users(const struct ksflow_relay *relay)
{
	return ksflow_net_is_users(container_of(relay, struct ksflow_net,
						relay));
}

static void rings_free(const struct ksflow_relay *relay,
		       struct ksflow_ring __percpu *rings, u32 bytes)
{
	int cpu;

	for_each_possible_cpu(cpu)
		kvfree(per_cpu_ptr(rings, cpu)->data);
	free_percpu(rings);
	if (is_users(relay))
		atomic_long_sub((long)bytes * num_possible_cpus(),
				&users_rings);
}

/**
 * ksflow_relay_rings_new - rings for ksflow_relay_start()
 * @relay: whose they are to be; the ones it has stay as they are
 * @bytes: for each CPU, a power of two
 * @rings: gets them
 * @extack: gets the reason of a refusal
 *
 * Context: process. Charged to the caller's memory control group.
 * Return: 0, -ENOMEM or -ENOSPC.
 */
int ksflow_relay_rings_new(struct ksflow_relay *relay, u32 bytes,
			   struct ksflow_ring __percpu **rings,
			   struct netlink_ext_ack *extack)
{
	long total = (long)bytes * num_possible_cpus();
	struct ksflow_ring __percpu *new;
	int cpu;

	if (is_users(relay) &&
	    atomic_long_add_return(total, &users_rings) > USERS_RINGS_MAX) {
		atomic_long_sub(total, &users_rings);
		NL_SET_ERR_MSG(extack, "the rings of all user namespaces would take more than 64 MiB: expected a smaller ring, or fewer readers");
		return -ENOSPC;
	}
	new = alloc_percpu_gfp(struct ksflow_ring, KSFLOW_GFP | __GFP_ZERO);
	if (!new) {
		if (is_users(relay))
			atomic_long_sub(total, &users_rings);
		goto no_memory;
	}
	for_each_possible_cpu(cpu) {
		struct ksflow_ring *ring = per_cpu_ptr(new, cpu);

		init_irq_work(&ring->irq_work, kick);
		ring->relay = relay;
		ring->mask = bytes - 1;
		ring->data = kvzalloc_node(bytes, KSFLOW_GFP, cpu_to_node(cpu));
		if (!ring->data) {
			rings_free(relay, new, bytes);
			goto no_memory;
		}
	}
	*rings = new;
	return 0;

no_memory:
	NL_SET_ERR_MSG(extack, "no memory for the rings");
	return -ENOMEM;
}

/**
 * ksflow_relay_start - have these rings; readers count anew
 * @relay: without rings, and without taps at work
 * @rings: of ksflow_relay_rings_new(); taken over
 * @bytes: as said there
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_relay_start(struct ksflow_relay *relay,
			struct ksflow_ring __percpu *rings, u32 bytes)
{
	mutex_lock(&relay->drain_lock);
	relay->ring = rings;
	relay->ring_bytes = bytes;
	mutex_unlock(&relay->drain_lock);
	ksflow_subscriber_restart(relay);
}

/**
 * ksflow_relay_stop - drain for the last time and give the rings back
 * @relay: its samplers are retired
 *
 * Context: process; ksflow_net.lock. For a second or so, see
 * ksflow_relay_flush().
 */
void ksflow_relay_stop(struct ksflow_relay *relay)
{
	struct ksflow_ring __percpu *rings = relay->ring;
	u32 bytes = relay->ring_bytes;
	int cpu;

	if (!bytes)
		return;
	/* No tap is left in the middle of a record: they run under RCU. */
	synchronize_net();
	for_each_possible_cpu(cpu)
		irq_work_sync(&per_cpu_ptr(rings, cpu)->irq_work);
	/* The worker may be at it: it is told to hurry, too. */
	ksflow_relay_flush(relay);
	mutex_lock(&relay->drain_lock);
	relay->ring = NULL;
	relay->ring_bytes = 0;
	mutex_unlock(&relay->drain_lock);
	rings_free(relay, rings, bytes);
}

/** ksflow_relay_net_init - no rings, no readers */
void ksflow_relay_net_init(struct ksflow_relay *relay)
{
	mutex_init(&relay->drain_lock);
	mutex_init(&relay->lock);
	INIT_LIST_HEAD(&relay->readers);
	INIT_DELAYED_WORK(&relay->work, ksflow_relay_work);
	spin_lock_init(&relay->retired_lock);
	INIT_LIST_HEAD(&relay->retired_samplers);
	INIT_LIST_HEAD(&relay->retired_devices);
	relay->header = KSFLOW_HEADER_DEFAULT;
}

/** ksflow_relay_net_exit - the mirror of init; rings and readers are gone */
void ksflow_relay_net_exit(struct ksflow_relay *relay)
{
	cancel_delayed_work_sync(&relay->work);
	ksflow_relay_drain(relay);
}
