/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_SAMPLE_H
#define KSFLOW_SAMPLE_H

#include <linux/list.h>
#include <linux/netfilter.h>
#include <linux/skbuff.h>

#include "device.h"

/**
 * struct ksflow_sampler_cpu - one CPU's countdown of one sampler
 * @left: candidates to let pass before the next one is chosen
 * @is_once: see struct ksflow_sampler
 * @drawn: sum of all skips drawn, less 1; candidates so far = @drawn - @left
 * @selected: samples chosen
 * @lost: of them, those that found the ring full
 * @pool_told: candidates as the last record had them; worker only
 * @lost_told: losses as the last record had them; worker only
 * @sampler: what this is a part of
 *
 * Written on its own CPU with bottom halves off.
 */
struct ksflow_sampler_cpu {
	s32 left;
	bool is_once;
	u64 drawn;
	u64 selected;
	u64 lost;
	u64 pool_told;
	u64 lost_told;
	struct ksflow_sampler *sampler;
};

/**
 * struct ksflow_sampler - sampling of one device in one direction
 * @device: the device
 * @cpu: countdowns
 * @rate: N; it stays for the sampler's life: another rate is another sampler
 * @way: KSFLOW_IN or KSFLOW_OUT
 * @tap: KSFLOW_TAP_NETFILTER or KSFLOW_TAP_TRACEPOINT
 * @is_once: egress only: not what came in through a sampled device
 * @ops: netfilter hook, if that is the tap
 * @tap_list: in tap.c's list, if the tap is a tracepoint
 * @list: in ksflow_relay.retired_samplers
 */
struct ksflow_sampler {
	struct ksflow_device *device;
	struct ksflow_sampler_cpu __percpu *cpu;
	u32 rate;
	u8 way;
	u8 tap;
	bool is_once;
	struct nf_hook_ops ops;
	struct list_head tap_list;
	struct list_head list;
};

u64 ksflow_sampler_seen(const struct ksflow_sampler_cpu *sc);
void ksflow_sample_segments(struct ksflow_sampler_cpu __percpu *tap,
			    struct sk_buff *skb);
void ksflow_sample_hit(struct ksflow_sampler_cpu *sc, struct sk_buff *skb,
		       u32 segs);
bool ksflow_sample_is_covered(struct ksflow_sampler_cpu __percpu *tap,
			      const struct sk_buff *skb);

/**
 * ksflow_sample - count one packet down, and take it if it is its turn
 * @tap: the sampler's per-CPU state
 * @skb: a packet, headers as the tap has them
 *
 * Context: any but NMI and hardirq, on a CPU it stays on, bottom halves off or
 * preemption off.
 */
static __always_inline void
ksflow_sample(struct ksflow_sampler_cpu __percpu *tap, struct sk_buff *skb)
{
	struct ksflow_sampler_cpu *sc;

	if (unlikely(skb_shinfo(skb)->gso_size)) {
		ksflow_sample_segments(tap, skb);
		return;
	}
	sc = raw_cpu_ptr(tap);
	if (unlikely(--sc->left < 0))
		ksflow_sample_hit(sc, skb, 1);
}

void ksflow_sample_stop(struct ksflow_device *device, unsigned int way);
int ksflow_sample_apply(struct ksflow_device *device, bool is_wanted);
void ksflow_sampler_free(struct ksflow_sampler *sampler);

void ksflow_sample_init(void);

#endif /* KSFLOW_SAMPLE_H */
