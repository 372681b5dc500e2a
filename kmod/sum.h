/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * Arithmetic of Internet checksums (RFC 1071, RFC 1624). No kernel
 * dependency: tests/unit builds it too.
 *
 * Numbers are as their two bytes lie in memory: a one's complement sum is the
 * same in either byte order. 0 and 0xffff are the same number.
 */
#ifndef KSFLOW_SUM_H
#define KSFLOW_SUM_H

#include <linux/ksflow.h>
#include <linux/types.h>

static inline __u16 ksflow_sum_add(__u16 a, __u16 b)
{
	__u32 sum = (__u32)a + b;

	return sum + (sum >> 16);
}

static inline int ksflow_sum_is_same(__u16 a, __u16 b)
{
	return a == b || ((a ^ b) == 0xffff && (!a || !b));
}

/**
 * ksflow_sum_right - the right checksum of a datagram with a wrong one
 * @found: the checksum it has
 * @rest: complement of the sum over it all, pseudo-header and @found included;
 *	0 when @found is right
 *
 * UDP has no zero: it is sent as its other self.
 */
static inline __u16 ksflow_sum_right(__u16 found, __u16 rest)
{
	__u16 right = ksflow_sum_add(found, rest);

	return right ? right : 0xffff;
}

/**
 * ksflow_sum_kind - what is wrong with a checksum
 * @found: as it came
 * @rest: as for ksflow_sum_right()
 * @pseudo: sum of the pseudo-header
 *
 * Return: enum ksflow_repair_kind, but never KSFLOW_REPAIR_OFFSET, which no
 *	single datagram tells.
 */
static inline unsigned int ksflow_sum_kind(__u16 found, __u16 rest,
					   __u16 pseudo)
{
	__u16 right = ksflow_sum_right(found, rest);

	if (!found)
		return KSFLOW_REPAIR_ZERO;
	/* The sum over it all is the pseudo-header's: the rest adds up to 0. */
	if (ksflow_sum_is_same((__u16)~rest, pseudo))
		return KSFLOW_REPAIR_NO_PSEUDO;
	if (ksflow_sum_is_same(found, pseudo) ||
	    ksflow_sum_is_same(found, (__u16)~pseudo))
		return KSFLOW_REPAIR_PSEUDO;
	if (ksflow_sum_is_same(found, (__u16)(right << 8 | right >> 8)))
		return KSFLOW_REPAIR_SWAPPED;
	return KSFLOW_REPAIR_OTHER;
}

#endif /* KSFLOW_SUM_H */
