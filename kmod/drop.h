/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_DROP_H
#define KSFLOW_DROP_H

#include <linux/atomic.h>
#include <linux/ksflow.h>
#include <linux/spinlock.h>

#include "own.h"
#include "reason.h"

struct ksflow_device;
struct ksflow_net;
struct sk_buff;

#define KSFLOW_DROP_SLOTS	256U
#define KSFLOW_TRAPS_MAX	64U
#define KSFLOW_TRAP_LEN		40	/* as in linux/net_dropmon.h */

/* A new slot is judged by the number of its reason, later by the names. */
enum {
	KSFLOW_DROP_IS_HIDDEN = 1 << 0,
	KSFLOW_DROP_IS_JUDGED = 1 << 1,
};

/**
 * struct ksflow_drop_slot - what one call site drops for one reason, on a CPU
 * @site: address in it, 0 for a free place
 * @reason: as the tracepoint gave it, or KSFLOW_REASON_NONE
 * @verdict: KSFLOW_DROP_IS_*
 * @packets: dropped
 */
struct ksflow_drop_slot {
	unsigned long site;
	u32 reason;
	u8 verdict;
	u64 packets;
} __aligned(32); /* a shift finds it */

/**
 * struct ksflow_drop_source - drops of one data source, on one CPU
 * @quiet: made no record: counted, hidden, or our own
 * @limited: found the limit exhausted
 * @selected: records made
 * @lost: of them, those that found the ring full
 */
struct ksflow_drop_source {
	u64 quiet;
	u64 limited;
	u64 selected;
	u64 lost;
};

/**
 * struct ksflow_drop_cpu - drops of one namespace on one CPU
 * @none: those of no known interface; the first member
 * @hidden: quiet for their reason or site
 * @own: quiet since they are of our own export
 * @other: found no free slot
 * @slot: by call site and reason, open addressing
 *
 * Written on its own CPU, with interrupts off or in one instruction.
 */
struct ksflow_drop_cpu {
	struct ksflow_drop_source none;
	u64 hidden;
	u64 own;
	u64 other;
	struct ksflow_drop_slot slot[KSFLOW_DROP_SLOTS];
};

/* A hardware trap; its driver's names may go with the driver. */
struct ksflow_trap {
	char name[KSFLOW_TRAP_LEN];
	char group[KSFLOW_TRAP_LEN];
	u64 packets;
};

/**
 * struct ksflow_drop - capture of drops in one namespace
 * @sw: the counters while drops by the kernel are wanted, else NULL
 * @hw: the same of drops by hardware
 * @is_on: make records, as they are read
 * @interval: of two records in 2^-24 jiffies, 0 for no limit
 * @tolerance: how far records may be ahead of it, for a burst
 * @hidden: reasons of the core that make no records
 * @own: collectors
 * @cpu: the counters, from the first time on; ksflow_net.lock
 * @hide: what @hidden and the slots are judged by; the relay's lock
 * @is_judged: they have been; likewise
 * @gone: of devices that are gone; the relay's lock
 * @free_at: from when on the next record conforms, in 2^-24 jiffies
 * @traps_lock: guards @traps and @traps_count
 * @traps: the last place is for all others
 */
struct ksflow_drop {
	struct ksflow_drop_cpu __percpu *sw;
	struct ksflow_drop_cpu __percpu *hw;
	bool is_on;
	u64 interval;
	u64 tolerance;
	unsigned long hidden[BITS_TO_LONGS(KSFLOW_REASON_CORE_MAX)];
	struct ksflow_own_list __rcu *own;

	struct ksflow_drop_cpu __percpu *cpu;
	struct ksflow_hide *hide;
	bool is_judged;
	struct ksflow_drop_source gone;

	atomic64_t free_at ____cacheline_aligned_in_smp;
	raw_spinlock_t traps_lock;
	u32 traps_count;
	struct ksflow_trap *traps;
};

/* A drop on its way to a record. */
struct ksflow_drop_event {
	struct ksflow_net *kn;
	struct ksflow_device *device;	/* where it happened, or NULL */
	struct ksflow_device *source;	/* where the packet came in, or NULL */
	struct ksflow_drop_slot *slot;	/* NULL: hardware */
	unsigned long site;
	u32 reason;
	bool is_out;
	const char *trap;
	const char *group;
};

void ksflow_drop_report(const struct ksflow_drop_event *event,
			struct ksflow_drop_cpu *cpu,
			struct ksflow_drop_source *source,
			struct sk_buff *skb);
struct ksflow_drop_source *
ksflow_drop_source(struct ksflow_drop_cpu *cpu,
		   const struct ksflow_device *device);
bool ksflow_drop_is_hidden(struct ksflow_drop *drop,
			   struct ksflow_drop_slot *slot);
void ksflow_drop_lend(struct ksflow_device *device);
void ksflow_drop_retire(struct ksflow_device *device);
u64 ksflow_drop_unknown(void);
void ksflow_drop_sum(const struct ksflow_drop *drop,
		     const struct ksflow_device *device,
		     struct ksflow_drop_source *sum);
void ksflow_drop_pause(struct ksflow_net *kn);
int ksflow_drop_apply(struct ksflow_net *kn, bool is_wanted);
void ksflow_drop_net_init(struct ksflow_net *kn);
void ksflow_drop_net_stop(struct ksflow_net *kn);
void ksflow_drop_net_exit(struct ksflow_net *kn);

int ksflow_drop_init(void);
void ksflow_drop_stop(void);

#endif /* KSFLOW_DROP_H */
