/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_RELAY_H
#define KSFLOW_RELAY_H

#include <linux/irq_work.h>
#include <linux/ksflow.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>

struct ksflow_device;
struct ksflow_record;
struct ksflow_sampler;
struct netlink_ext_ack;

#define KSFLOW_KINDS	__KSFLOW_KIND_MAX

/**
 * struct ksflow_ring - records of one namespace on one CPU
 * @data: the bytes; only its own CPU writes, with interrupts off
 * @mask: bytes less 1
 * @head: bytes written so far; published when a record is complete
 * @is_armed: the worker has been called and not begun
 * @is_urgent: it was called at once, for the ring is half full
 * @seq: next sequence of each kind
 * @lost: samples of each kind that found no room
 * @irq_work: calls the worker, from any context
 * @relay: what this is a part of
 * @tail: bytes consumed so far; the worker writes, under @drain_lock
 */
struct ksflow_ring {
	u8 *data;
	u32 mask;
	u32 head;
	bool is_armed;
	bool is_urgent;
	u64 seq[KSFLOW_KINDS];
	u64 lost[KSFLOW_KINDS];
	struct irq_work irq_work;
	struct ksflow_relay *relay;
	u32 tail ____cacheline_aligned_in_smp;
};

/**
 * struct ksflow_relay - rings, worker and readers of one namespace
 * @drain_lock: one drain at a time, however long it takes; guards the rings'
 *	tails, and what samplers and devices have been told
 * @stop_by: jiffies at which a drain loses what is left, since somebody waits
 *	with rtnl_lock; 0: never
 * @lock: guards readers and their ledgers, and what devices keep of samplers
 *	retired; a drain takes it for a message at a time
 * @pass: rings drained so far, the one at hand included
 * @readers: struct ksflow_subscriber
 * @reader_count: how many
 * @ring_bytes: size of each ring, 0 for none; written under ksflow_net.lock
 *	and @drain_lock, as @ring
 * @ring: one for each possible CPU; in place before any tap and until after
 * @header: bytes kept of a packet; taps read it once
 * @work: drains the rings
 * @retired_lock: guards the two lists
 * @retired_samplers: wait for a grace period and a drain
 * @retired_devices: likewise, after their samplers
 */
struct ksflow_relay {
	struct mutex drain_lock;
	unsigned long stop_by;

	struct mutex lock;
	u32 pass;
	struct list_head readers;
	u32 reader_count;

	u32 ring_bytes;
	struct ksflow_ring __percpu *ring;
	u32 header;
	struct delayed_work work;

	spinlock_t retired_lock;
	struct list_head retired_samplers;
	struct list_head retired_devices;
};

struct ksflow_record *ksflow_relay_reserve(struct ksflow_relay *relay,
					   unsigned int kind, u32 room,
					   u32 hits);
void ksflow_relay_commit(struct ksflow_relay *relay,
			 struct ksflow_record *record);

void ksflow_relay_retire_sampler(struct ksflow_relay *relay,
				 struct ksflow_sampler *sampler);
void ksflow_relay_retire_device(struct ksflow_relay *relay,
				struct ksflow_device *device);
void ksflow_relay_drain(struct ksflow_relay *relay);
void ksflow_relay_flush(struct ksflow_relay *relay);

int ksflow_relay_rings_new(struct ksflow_relay *relay, u32 bytes,
			   struct ksflow_ring __percpu **rings,
			   struct netlink_ext_ack *extack);
void ksflow_relay_start(struct ksflow_relay *relay,
			struct ksflow_ring __percpu *rings, u32 bytes);
void ksflow_relay_stop(struct ksflow_relay *relay);

void ksflow_relay_net_init(struct ksflow_relay *relay);
void ksflow_relay_net_exit(struct ksflow_relay *relay);

#endif /* KSFLOW_RELAY_H */
