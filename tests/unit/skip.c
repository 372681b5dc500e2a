// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The skips of the sampler: exact means, nothing out of range, no bias. */
#include <math.h>
#include <stdint.h>

#include "skip.h"
#include "tap.h"

static uint64_t state = 88172645463325252ULL;

static uint32_t random32(void)
{
	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return state >> 16;
}

/* The first random number that is scaled to @k, and the mean over them all. */
static void next_is_exact(uint32_t rate)
{
	uint32_t range = 2 * rate - 1;
	double sum = 0;
	uint64_t prev = 0;

	is(ksflow_skip_next(rate, 0), 1, "rate %u: smallest skip", rate);
	is(ksflow_skip_next(rate, UINT32_MAX), range, "rate %u: largest skip",
	   rate);
	/* How many of the 2^32 random numbers give each skip. */
	for (uint64_t k = 1; k <= range; k++) {
		uint64_t end = ((k << 32) + range - 1) / range;

		sum += (double)(end - prev) * k;
		prev = end;
	}
	ok(fabs(sum / 4294967296.0 - rate) < rate * 1e-9,
	   "rate %u: mean %.9f", rate, sum / 4294967296.0);
}

/* The first skip's distribution, over all pairs of a small generator. */
static void first_is_exact(uint32_t rate)
{
	uint32_t n = 2 * rate, count[64] = { 0 }, wrong = 0;

	for (uint32_t x = 0; x < n; x++) {
		for (uint32_t y = 0; y < n - 1; y++) {
			uint32_t a = (((uint64_t)x << 32) + n - 1) / n;
			uint32_t b = (((uint64_t)y << 32) + n - 2) / (n - 1);

			count[ksflow_skip_first(rate, a, b)]++;
		}
	}
	/* P(k) = (2N - k) / (N (2N - 1)), of 2N (2N - 1) pairs. */
	for (uint32_t k = 1; k < n; k++)
		wrong += count[k] != 2 * (n - k);
	is(wrong, 0, "rate %u: first skip is the rest of a gap", rate);
	is(count[0] + count[n], 0, "rate %u: first skip in range", rate);
}

/* A renewal process from its stationary start has mean t / N at once. */
static void start_has_no_bias(uint32_t rate, uint32_t packets, uint32_t runs)
{
	double hits = 0, wanted = (double)runs * packets / rate;

	for (uint32_t i = 0; i < runs; i++) {
		uint64_t at = ksflow_skip_first(rate, random32(), random32());

		for (; at <= packets; at += ksflow_skip_next(rate, random32()))
			hits++;
	}
	ok((hits - wanted) * (hits - wanted) < 25 * wanted,
	   "rate %u, %u packets, %u starts: %.0f samples for %.0f", rate,
	   packets, runs, hits, wanted);
}

int main(void)
{
	static const uint32_t rates[] = { 1, 2, 3, 10, 100, 1000, 65536,
					  1U << 20 };

	for (size_t i = 0; i < sizeof(rates) / sizeof(rates[0]); i++)
		next_is_exact(rates[i]);
	is(ksflow_skip_next(1U << 24, UINT32_MAX), (2U << 24) - 1,
	   "rate 2^24: largest skip");
	for (uint32_t rate = 1; rate <= 31; rate += 5)
		first_is_exact(rate);
	start_has_no_bias(10, 7, 1000000);
	start_has_no_bias(100, 30, 1000000);
	start_has_no_bias(1000, 5000, 20000);
	return tap_done();
}
