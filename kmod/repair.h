/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_REPAIR_H
#define KSFLOW_REPAIR_H

#include <linux/ksflow.h>
#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/rcupdate.h>

#include "config.h"

struct ksflow_net;
struct ksflow_senders;

/**
 * struct ksflow_repair_count - what a rule decided, on one CPU
 * @seen: right + repaired + wrong + zeroes + trusted + all skipped
 * @right: verified
 * @repaired: rewritten
 * @wrong: not zero, and left as it was
 * @zeroes: zero, and left so
 * @trusted: verified before us
 * @skipped: by enum ksflow_repair_skip
 * @by_kind: wrong ones, by enum ksflow_repair_kind
 */
struct ksflow_repair_count {
	u64 seen;
	u64 right;
	u64 repaired;
	u64 wrong;
	u64 zeroes;
	u64 trusted;
	u64 skipped[__KSFLOW_REPAIR_SKIP_MAX];
	u64 by_kind[__KSFLOW_REPAIR_KIND_MAX];
};

/**
 * struct ksflow_repair_rule - a rule while it is in force
 * @list: in ksflow_repair.rules
 * @id: never used again in this namespace
 * @layer: enum ksflow_layer
 * @conf: what it says; a new mode or new kinds leave the counters as they are
 * @count: counters
 */
struct ksflow_repair_rule {
	struct list_head list;
	u32 id;
	u8 layer;
	struct ksflow_repair_conf conf;
	struct ksflow_repair_count __percpu *count;
};

/* Packets that no rule can have, and events, on one CPU. */
struct ksflow_repair_cpu {
	u64 broken;
	u64 wrong;
	u64 counted;
	u64 limited;
	u64 selected;
	u64 lost;
};

/**
 * struct ksflow_repair - checksum repair in one network namespace
 * @table: the rules as packets find them, NULL for none
 * @senders: of wrong packets; in place before the hooks and until after
 * @cpu: likewise
 * @is_on: make records, as they are read
 * @rules: in order; ksflow_net.lock, as all below
 * @last_id: of rules
 * @is_applied: @table is what @rules say
 * @hook: of packets as they come, and after they were reassembled
 * @is_hooked: which of them are registered
 */
struct ksflow_repair {
	struct ksflow_repair_table __rcu *table;
	struct ksflow_senders *senders;
	struct ksflow_repair_cpu __percpu *cpu;
	bool is_on;

	struct list_head rules;
	u32 last_id;
	bool is_applied;
	struct nf_hook_ops hook[2];
	bool is_hooked[2];
};

void ksflow_repair_sum(const struct ksflow_repair_rule *rule,
		       struct ksflow_repair_count *sum);
void ksflow_repair_cpu_sum(const struct ksflow_repair *repair,
			   struct ksflow_repair_cpu *sum);
struct ksflow_repair_rule *
ksflow_repair_find(const struct ksflow_repair *repair, u32 id);
int ksflow_repair_prepare(bool has_defrag);
void ksflow_repair_pause(struct ksflow_net *kn);
int ksflow_repair_apply(struct ksflow_net *kn, bool is_wanted);
void ksflow_repair_net_init(struct ksflow_net *kn);
void ksflow_repair_net_stop(struct ksflow_net *kn);
void ksflow_repair_net_exit(struct ksflow_net *kn);

#endif /* KSFLOW_REPAIR_H */
