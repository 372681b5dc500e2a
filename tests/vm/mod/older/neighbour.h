/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One ABI earlier: rules are never quiet, and some of what is known of batches,
 * records, statistics and settings is not sent (under a number that nobody
 * knows).
 */
#include <linux/ksflow.h>
#include <net/genetlink.h>

#undef KSFLOW_ABI
#define KSFLOW_ABI	0

#define KSFLOW_A_BATCH_LOST_READER	60
#define KSFLOW_A_RECORD_QUEUE_DEPTH	61
#define KSFLOW_A_RECORD_SEGMENTED	62
#define KSFLOW_A_STATS_CPUS		60
#define KSFLOW_A_CONFIG_EGRESS_HOOK	60

/* The last attribute of a rule is KSFLOW_A_RULE_QUIET. */
#define nla_parse_nested(tb, max, nest, policy, extack)			\
	((tb)[max] = NULL,						\
	 nla_parse_nested(tb, (max) - ((max) == KSFLOW_A_RULE_MAX),	\
			  nest, policy, extack))
