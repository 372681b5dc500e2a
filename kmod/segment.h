/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_SEGMENT_H
#define KSFLOW_SEGMENT_H

#include <linux/skbuff.h>

struct ksflow_sampler;

u32 ksflow_segment_count(const struct sk_buff *skb,
			 const struct ksflow_sampler *sampler);
u32 ksflow_segment_cut(const struct sk_buff *skb, int base, u32 proto,
		       u32 index, u32 segs, u8 *data, u32 *caplen);

#endif /* KSFLOW_SEGMENT_H */
