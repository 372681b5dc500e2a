/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_PSAMPLE_H
#define KSFLOW_PSAMPLE_H

#include <linux/list.h>
#include <linux/types.h>

#include "device.h"

struct ksflow_net;
struct ksflow_record;
struct psample_group;
struct sk_buff;

/**
 * struct ksflow_psample - what publishes a namespace's samples
 * @number: group for ingress; the next one is for egress. 0: nothing does
 * @group: psample's, held with a reference on its module
 * @send: psample's function, as long as a group is held
 * @skb: shows a record at a time
 * @waiting: in psample.c's list while the module psample is missing
 *
 * Guarded by ksflow_net.lock; read by the worker while a reader names it.
 */
struct ksflow_psample {
	u32 number;
	struct psample_group *group[KSFLOW_WAYS];
	void *send;
	struct sk_buff *skb;
	struct list_head waiting;
};

static inline u32 ksflow_psample_group(const struct ksflow_psample *psample)
{
	return psample->number;
}

int ksflow_psample_prepare(u32 number);
void ksflow_psample_call_for(u32 number);
bool ksflow_psample_is_waiting(const struct ksflow_psample *psample);
int ksflow_psample_apply(struct ksflow_net *kn);
u32 ksflow_psample_send(struct ksflow_psample *psample,
			const struct ksflow_record *record);

void ksflow_psample_net_init(struct ksflow_net *kn);
void ksflow_psample_net_stop(struct ksflow_net *kn);
int ksflow_psample_init(void);
void ksflow_psample_exit(void);

#endif /* KSFLOW_PSAMPLE_H */
