/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One ABI earlier: rules are never quiet, layers say nothing of repair, and some
 * of what is known of batches, records, statistics and settings is not sent
 * (under a number that nobody knows).
 */
#include <linux/ksflow.h>
#include <net/genetlink.h>

#undef KSFLOW_ABI
#define KSFLOW_ABI	NEIGHBOUR_ABI

#define KSFLOW_A_BATCH_LOST_READER	60
#define KSFLOW_A_RECORD_QUEUE_DEPTH	61
#define KSFLOW_A_RECORD_SEGMENTED	62
#define KSFLOW_A_STATS_CPUS		60
#define KSFLOW_A_CONFIG_EGRESS_HOOK	60
#define KSFLOW_A_CONFIG_REPAIR		61

/* The last attributes: of a rule QUIET, of a layer REPAIR. */
#define earlier_max(max)						\
	((max) == KSFLOW_A_RULE_MAX ? KSFLOW_A_RULE_QUIET - 1 :		\
	 (max) == KSFLOW_A_LAYER_MAX ? KSFLOW_A_LAYER_REPAIR - 1 : (max))
#define nla_parse_nested(tb, max, nest, policy, extack)			\
	(memset(tb, 0, sizeof(tb)),					\
	 nla_parse_nested(tb, earlier_max(max), nest, policy, extack))
