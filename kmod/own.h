/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_OWN_H
#define KSFLOW_OWN_H

#include <linux/ksflow.h>
#include <linux/rcupdate.h>

#include "config.h"

struct sk_buff;

/* Collectors of a namespace; immutable once in place. */
struct ksflow_own_list {
	struct rcu_head rcu;
	u32 count;
	struct ksflow_own own[KSFLOW_OWN_MAX];
};

bool ksflow_own_matches(const struct ksflow_own_list *list,
			const struct sk_buff *skb, int at);
int ksflow_own_apply(struct ksflow_own_list __rcu **place,
		     const struct ksflow_rules *rules);

#endif /* KSFLOW_OWN_H */
