/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_LEX_H
#define KSFLOW_USER_CONF_LEX_H

/*
 * Words, braces and numbers of hsflowd.conf's grammar. What expects something
 * returns -EINVAL when it is not there, with file, line, the token found and
 * what was expected in report->error.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define TOKEN_MAX	256

struct conf_report;

struct lex {
	struct conf_report *report;
	const char *file;
	const char *at;
	const char *start;	/* of the token, with its quote */
	const char *end;
	unsigned int line;
	unsigned int token_line;
	bool is_quoted;
	bool is_end;
	char token[TOKEN_MAX];
};

/* The token is is_end at the end of the file. */
int lex_next(struct lex *p, bool is_value);
bool lex_is(const struct lex *p, const char *word);
int lex_open(struct lex *p);
int lex_skip(struct lex *p);
int lex_value(struct lex *p, const char *expected);
int lex_word_value(struct lex *p, char *out, size_t size,
		   const char *expected);
/* The same without blanks: the state file has them between its words. */
int lex_name_value(struct lex *p, char *out, size_t size,
		   const char *expected);
int lex_number_value(struct lex *p, uint64_t min, uint64_t max,
		     uint32_t *out);
/* on or off. */
int lex_switch_value(struct lex *p, bool *out);
/* An extended one. */
int lex_regex_value(struct lex *p, char *out, size_t size);
/* " KEY=VALUE", quoted if it has to be, so that lex_next() reads the same. */
void lex_print(FILE *out, const char *key, const char *value);
/* Digits with an optional unit of thousands, or 0x...; UINT64_MAX when it is not. */
uint64_t lex_number(const char *s, const char **end);
__attribute__((format(printf, 2, 3)))
int lex_fail(struct lex *p, const char *fmt, ...);
__attribute__((format(printf, 3, 4)))
void lex_warn(struct lex *p, unsigned int line, const char *fmt, ...);
/* A warning of something that hsflowd has; with --strict it is an error. */
__attribute__((format(printf, 3, 4)))
void lex_unoffered(struct lex *p, unsigned int line, const char *fmt, ...);

#endif /* KSFLOW_USER_CONF_LEX_H */
