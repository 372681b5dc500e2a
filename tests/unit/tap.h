/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_TEST_TAP_H
#define KSFLOW_TEST_TAP_H

/* Results as TAP. A test's main() ends with "return tap_done();". */

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static int tap_count, tap_failures;

#define ok(cond, ...) tap_ok(!!(cond), __LINE__, #cond, __VA_ARGS__)

__attribute__((format(printf, 4, 5), unused))
static bool tap_ok(bool is_ok, int line, const char *cond, const char *fmt, ...)
{
	__builtin_va_list ap;

	tap_count++;
	tap_failures += !is_ok;
	printf("%sok %d - ", is_ok ? "" : "not ", tap_count);
	__builtin_va_start(ap, fmt);
	vprintf(fmt, ap);
	__builtin_va_end(ap);
	printf("\n");
	if (!is_ok)
		printf("#   line %d: %s\n", line, cond);
	return is_ok;
}

/* Numbers, with both values shown when they differ. */
#define is(got, wanted, ...) do { \
	unsigned long long g_ = (unsigned long long)(got); \
	unsigned long long w_ = (unsigned long long)(wanted); \
	if (!tap_ok(g_ == w_, __LINE__, #got, __VA_ARGS__)) \
		printf("#   got %llu (%#llx), wanted %llu (%#llx)\n", \
		       g_, g_, w_, w_); \
} while (0)

#define is_str(got, wanted, ...) do { \
	const char *g_ = (got), *w_ = (wanted); \
	if (!tap_ok(g_ && !strcmp(g_, w_), __LINE__, #got, __VA_ARGS__)) \
		printf("#   got    \"%s\"\n#   wanted \"%s\"\n", \
		       g_ ? g_ : "(null)", w_); \
} while (0)

__attribute__((unused)) static int tap_done(void)
{
	printf("1..%d\n", tap_count);
	return tap_failures ? 1 : 0;
}

#endif /* KSFLOW_TEST_TAP_H */
