/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * The arithmetic of random skips: sFlow v5, 3.1 "Packet Flow Sampling".
 * No kernel dependency: tests/unit builds it too.
 *
 * A skip is the distance to the next packet chosen, uniform over 1...2N-1,
 * so its mean is exactly N.
 */
#ifndef KSFLOW_SKIP_H
#define KSFLOW_SKIP_H

#include <linux/types.h>

/**
 * ksflow_skip_scale - a uniform number below @range from 32 random bits
 * @random: uniform over all 32-bit values
 * @range: 1...2^32-1; where it is odd the mean is (range - 1)/2 to 1 in 2^32
 */
static inline __u32 ksflow_skip_scale(__u32 random, __u32 range)
{
	return ((__u64)random * range) >> 32;
}

/**
 * ksflow_skip_next - distance from a chosen packet to the next one
 * @rate: N of "1 in N", 1...2^24
 * @random: 32 random bits
 */
static inline __u32 ksflow_skip_next(__u32 rate, __u32 random)
{
	return 1 + ksflow_skip_scale(random, 2 * rate - 1);
}

/**
 * ksflow_skip_first - distance to the first packet chosen
 * @rate: N of "1 in N", 1...2^24
 * @a: 32 random bits
 * @b: 32 other random bits
 *
 * The start falls into a gap that was not begun here. Its rest has
 * P(k) = P(skip >= k) / N = (2N - k) / (N (2N - 1)), the distribution of the
 * smaller one of two different numbers of 1...2N. A start with a whole skip
 * would lose a third of a sample at each start, on each CPU.
 */
static inline __u32 ksflow_skip_first(__u32 rate, __u32 a, __u32 b)
{
	__u32 x = ksflow_skip_scale(a, 2 * rate);
	__u32 y = ksflow_skip_scale(b, 2 * rate - 1);

	if (y >= x)
		y++;
	return 1 + (x < y ? x : y);
}

#endif /* KSFLOW_SKIP_H */
