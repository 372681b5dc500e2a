// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "conf_lex.h"

#include "conf.h"

#include <ctype.h>
#include <errno.h>
#include <regex.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define DEPTH_MAX	32

int lex_fail(struct lex *p, const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (p->is_end)
		snprintf(p->report->error, sizeof(p->report->error),
			 "%s:%u: end of file: %s", p->file, p->token_line,
			 text);
	else
		snprintf(p->report->error, sizeof(p->report->error),
			 "%s:%u: \"%.64s\": %s", p->file, p->token_line,
			 p->token, text);
	return -EINVAL;
}

static void warn(struct lex *p, unsigned int line, const char *fmt, va_list ap)
{
	struct conf_report *report = p->report;
	char text[160];

	if (report->warning_count >= CONF_WARNINGS_MAX)
		return;
	vsnprintf(text, sizeof(text), fmt, ap);
	snprintf(report->warnings[report->warning_count++],
		 sizeof(report->warnings[0]), "%.80s:%u: %s", p->file, line,
		 text);
}

void lex_warn(struct lex *p, unsigned int line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	warn(p, line, fmt, ap);
	va_end(ap);
}

void lex_unoffered(struct lex *p, unsigned int line, const char *fmt, ...)
{
	struct conf_report *report = p->report;
	char text[160];
	va_list ap;

	va_start(ap, fmt);
	warn(p, line, fmt, ap);
	va_end(ap);
	if (report->unoffered_count++)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	snprintf(report->unoffered, sizeof(report->unoffered), "%.80s:%u: %s",
		 p->file, line, text);
}

/*
 * Next token. "=" and ";" separate, as white space does; "#" begins a comment
 * wherever it is not quoted. In a value, braces that are balanced belong to it,
 * since values may be regular expressions.
 */
int lex_next(struct lex *p, bool is_value)
{
	unsigned int depth = 0;
	size_t len = 0;

	for (; p->at < p->end; p->at++) {
		if (*p->at == '#') {
			while (p->at < p->end && *p->at != '\n')
				p->at++;
			if (p->at == p->end)
				break;
		}
		if (*p->at == '\n')
			p->line++;
		if (!*p->at || !strchr(" \t\r\n=;", *p->at))
			break;
	}
	p->start = p->at;
	p->token_line = p->line;
	p->is_quoted = false;
	p->is_end = p->at == p->end;
	p->token[0] = '\0';
	if (p->is_end)
		return 0;
	if (*p->at == '"') {
		p->is_quoted = true;
		for (p->at++; p->at < p->end && *p->at != '"'; p->at++) {
			if (*p->at == '\n' || len == TOKEN_MAX - 1)
				break;
			p->token[len++] = *p->at;
		}
		p->token[len] = '\0';
		if (p->at == p->end || *p->at != '"')
			return lex_fail(p, "expected a closing quote");
		p->at++;
		return 0;
	}
	for (; p->at < p->end && !strchr(" \t\r\n=;#", *p->at); p->at++) {
		char c = *p->at;

		if (c == '{' || c == '}') {
			if (!is_value && len)
				break;
			if (c == '}' && is_value && !depth && len)
				break;
			if (c == '{')
				depth++;
			else if (depth)
				depth--;
		}
		if (len == TOKEN_MAX - 1) {
			p->token[len] = '\0';
			return lex_fail(p, "expected at most %d characters",
				    TOKEN_MAX - 1);
		}
		p->token[len++] = c;
		if ((c == '{' || c == '}') && len == 1) {
			p->at++;
			break;
		}
	}
	p->token[len] = '\0';
	/* a stray NUL byte ends strchr's search, not the file */
	if (!len) {
		p->at++;
		return lex_fail(p, "expected text, found a NUL byte");
	}
	return 0;
}

bool lex_is(const struct lex *p, const char *word)
{
	return !p->is_end && !p->is_quoted && !strcasecmp(p->token, word);
}

static bool is_brace(const struct lex *p)
{
	return lex_is(p, "{") || lex_is(p, "}");
}

int lex_value(struct lex *p, const char *expected)
{
	int ret = lex_next(p, true);

	if (ret)
		return ret;
	if (p->is_end || is_brace(p))
		return lex_fail(p, "expected %s", expected);
	return 0;
}

int lex_open(struct lex *p)
{
	int ret = lex_next(p, false);

	if (!ret && !lex_is(p, "{"))
		ret = lex_fail(p, "expected {");
	return ret;
}

/* The opening brace is read already. */
int lex_skip(struct lex *p)
{
	unsigned int depth = 1;
	int ret;

	while (depth) {
		ret = lex_next(p, false);
		if (ret)
			return ret;
		if (p->is_end)
			return lex_fail(p, "expected }");
		if (lex_is(p, "{") && ++depth > DEPTH_MAX)
			return lex_fail(p, "blocks nested too deep");
		if (lex_is(p, "}"))
			depth--;
	}
	return 0;
}

uint64_t lex_number(const char *s, const char **end)
{
	static const char units[] = "KMGTP";
	uint64_t n = 0;
	const char *u;
	int digits;

	if (s[0] == '0' && (s[1] | 0x20) == 'x') {
		char *rest;

		/* signs and blanks are for others */
		if (!isxdigit((unsigned char)s[2]) || strlen(s) > 14)
			return UINT64_MAX;
		n = strtoull(s, &rest, 16);
		*end = rest;
		return n;
	}
	for (digits = 0; *s >= '0' && *s <= '9'; s++, digits++) {
		if (digits >= 12)
			return UINT64_MAX;
		n = n * 10 + (*s - '0');
	}
	if (!digits)
		return UINT64_MAX;
	for (u = units; *u; u++) {
		if ((*s | 0x20) != (*u | 0x20))
			continue;
		for (; u >= units; u--) {
			if (n > UINT64_MAX / 2000)
				return UINT64_MAX;
			n *= 1000;
		}
		s++;
		break;
	}
	*end = s;
	return n;
}

int lex_number_value(struct lex *p, uint64_t min, uint64_t max,
			uint32_t *out)
{
	const char *end = "";
	uint64_t n;
	int ret;

	ret = lex_value(p, "a number");
	if (ret)
		return ret;
	n = lex_number(p->token, &end);
	if (*end || n == UINT64_MAX || n < min || n > max)
		return lex_fail(p, "expected a number, %llu...%llu",
			    (unsigned long long)min, (unsigned long long)max);
	*out = n;
	return 0;
}

int lex_word_value(struct lex *p, char *out, size_t size,
		      const char *expected)
{
	int ret = lex_value(p, expected);

	if (ret)
		return ret;
	if (!p->token[0] || strlen(p->token) >= size)
		return lex_fail(p, "expected %s of 1...%zu characters", expected,
			    size - 1);
	strcpy(out, p->token);
	return 0;
}

int lex_name_value(struct lex *p, char *out, size_t size, const char *expected)
{
	int ret = lex_word_value(p, out, size, expected);
	const char *c;

	for (c = out; !ret && *c; c++) {
		if (isspace((unsigned char)*c))
			ret = lex_fail(p, "expected %s without blanks",
				       expected);
	}
	return ret;
}

/* No word has both a quote and what needs quotes: none has been read so. */
void lex_print(FILE *out, const char *key, const char *value)
{
	const char *quote = "";

	if (strpbrk(value, " \t\r\n=;#{}") && !strchr(value, '"'))
		quote = "\"";
	fprintf(out, " %s=%s%s%s", key, quote, value, quote);
}

int lex_switch_value(struct lex *p, bool *out)
{
	int ret = lex_value(p, "on or off");

	if (ret)
		return ret;
	if (lex_is(p, "on") || lex_is(p, "yes") || lex_is(p, "true"))
		*out = true;
	else if (lex_is(p, "off") || lex_is(p, "no") || lex_is(p, "false"))
		*out = false;
	else
		return lex_fail(p, "expected on or off");
	return 0;
}

int lex_regex_value(struct lex *p, char *out, size_t size)
{
	char text[128];
	regex_t regex;
	int ret;

	ret = lex_word_value(p, out, size, "a regular expression");
	if (ret)
		return ret;
	ret = regcomp(&regex, out, REG_EXTENDED | REG_NOSUB);
	if (!ret) {
		regfree(&regex);
		return 0;
	}
	regerror(ret, &regex, text, sizeof(text));
	return lex_fail(p, "expected a regular expression: %s", text);
}
