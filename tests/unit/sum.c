// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The right checksum from the wrong one, and what is wrong with it. */
#include <stdint.h>
#include <stdlib.h>

#include "sum.h"
#include "tap.h"

/* The RFC's way: a sum of 16-bit words, with the carries added in the end. */
static uint16_t sum_of(const uint16_t *words, size_t count)
{
	uint64_t sum = 0;

	while (count--)
		sum += words[count];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

/* words[0] is the checksum; the first heads of the others are pseudo-header. */
#define HEADS	4
#define WORDS	20

static uint16_t right_of(uint16_t *words)
{
	uint16_t found = words[0], right;

	words[0] = 0;
	right = ~sum_of(words, WORDS);
	words[0] = found;
	return right ? right : 0xffff;
}

static uint16_t rest_of(const uint16_t *words)
{
	return ~sum_of(words, WORDS);
}

static bool is_same(uint16_t a, uint16_t b)
{
	return a % 0xffff == b % 0xffff;
}

static void random_words(uint16_t *words)
{
	size_t i;

	for (i = 0; i < WORDS; i++)
		words[i] = rand() % 7 ? rand() : rand() % 2 ? 0 : 0xffff;
	/* A pseudo-header has a protocol and a length. */
	words[1] |= 17;
}

static unsigned int kind_of(const uint16_t *words)
{
	return ksflow_sum_kind(words[0], rest_of(words),
			       sum_of(words + 1, HEADS));
}

int main(void)
{
	static const char * const names[] = {
		"zero", "no pseudo-header", "pseudo-header only", "swapped",
		"offset", "other",
	};
	unsigned long wrong_sums = 0, right_rests = 0, kinds[6] = { 0 };
	unsigned long misnamed[6] = { 0 };
	uint16_t words[WORDS], right, pseudo, data;
	unsigned int kind, i;

	srand(1);
	for (i = 0; i < 1000000; i++) {
		random_words(words);
		right = right_of(words);
		pseudo = sum_of(words + 1, HEADS);
		data = sum_of(words + 1 + HEADS, WORDS - 1 - HEADS);
		if (!is_same(words[0], right) || !words[0])
			wrong_sums += ksflow_sum_right(words[0],
						       rest_of(words)) != right;
		words[0] = right;
		right_rests += rest_of(words) != 0;

		kind = rand() % 4;
		switch (kind) {
		case KSFLOW_REPAIR_ZERO:
			words[0] = 0;
			break;
		case KSFLOW_REPAIR_NO_PSEUDO:
			words[0] = data == 0xffff ? 0xffff : ~data;
			break;
		case KSFLOW_REPAIR_PSEUDO:
			words[0] = rand() % 2 ? pseudo : ~pseudo;
			break;
		case KSFLOW_REPAIR_SWAPPED:
			words[0] = right << 8 | right >> 8;
			break;
		}
		if (is_same(words[0], right) && words[0])
			continue;
		/* A zero is a zero, whatever it came from. */
		kind = words[0] ? kind : KSFLOW_REPAIR_ZERO;
		kinds[kind]++;
		/* Where two fit, the first of them. */
		misnamed[kind] += kind_of(words) > kind;
		wrong_sums += ksflow_sum_right(words[0], rest_of(words)) !=
			      right;
	}
	is(wrong_sums, 0, "a million: the right sum from the wrong one");
	is(right_rests, 0, "a million: a right one leaves no rest");
	for (i = 0; i < 4; i++) {
		is(misnamed[i], 0, "%s: named", names[i]);
		ok(kinds[i] > 200000, "%s: %lu of them", names[i], kinds[i]);
	}
	for (i = 0; i < 100000; i++) {
		random_words(words);
		right = right_of(words);
		words[0] = right ^ 0x0505;
		kinds[5] += words[0] && !is_same(words[0], right) &&
			    kind_of(words) == KSFLOW_REPAIR_OTHER;
	}
	ok(kinds[5] > 99000, "other: %lu of them", kinds[5]);

	is(ksflow_sum_right(0, 0), 0xffff, "a zero where 0xffff is right");
	is(ksflow_sum_is_same(0, 0xffff), 1, "0 and 0xffff are the same");
	is(ksflow_sum_is_same(1, 0xfffe), 0, "1 and its complement are not");
	return tap_done();
}
