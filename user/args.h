/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_ARGS_H
#define KSFLOW_USER_ARGS_H

/* Words of the command line to plain structs. No output, no system calls. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ksflow_rule;

/* Decimal, no sign, nothing after it. */
bool args_u64(const char *word, uint64_t min, uint64_t max, uint64_t *value);

/* Seconds with a decimal point, at least @min; answers nanoseconds. */
bool args_seconds(const char *word, double min, uint64_t *ns);

/**
 * args_rule() - "[rate N|auto|off] [dir D] [tap T]"
 * @rule: answer; the pattern is left alone
 * @err: what was wrong and what was expected
 *
 * Return: true, or false with @err filled in.
 */
bool args_rule(int argc, char **argv, struct ksflow_rule *rule, char *err,
	       size_t size);

struct ksflow_drop_conf;

/**
 * args_drop() - "[state S] [limit N|unlimited] [burst N] [sw on|off] ..."
 * @drop: answer
 * @err: what was wrong and what was expected
 *
 * Return: true, or false with @err filled in.
 */
bool args_drop(int argc, char **argv, struct ksflow_drop_conf *drop, char *err,
	       size_t size);

/* "default", "none", "+GLOB" and "-GLOB" with commas between: added to @drop. */
bool args_hide(const char *list, struct ksflow_drop_conf *drop, char *err,
	       size_t size);

struct ksflow_repair_rule;

/**
 * args_repair() - "port N [dev IF] [from PREFIX] [to PREFIX] [mode M] ..."
 * @rule: answer
 * @err: what was wrong and what was expected
 *
 * Return: true, or false with @err filled in.
 */
bool args_repair(int argc, char **argv, struct ksflow_repair_rule *rule,
		 char *err, size_t size);

/* One word of it and its value: added to @rule. */
bool args_repair_word(const char *word, const char *value,
		      struct ksflow_repair_rule *rule, char *err, size_t size);

/* Is @word fit to be a pattern of interface names? Else @err says why. */
bool args_pattern(const char *word, char *err, size_t size);

/* Does it match names other than itself? */
bool args_is_glob(const char *pattern);

#endif /* KSFLOW_USER_ARGS_H */
