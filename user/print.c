// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "print.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DEPTH_MAX 32

static struct {
	FILE *out;
	bool json;
	bool pretty;
	bool colour;
	int error;
	unsigned int depth;
	/* The container at each depth holds something already. */
	bool is_filled[DEPTH_MAX];
} print;

void print_open(FILE *out, bool json, bool pretty)
{
	const char *no_colour = getenv("NO_COLOR");
	const char *term = getenv("TERM");

	memset(&print, 0, sizeof(print));
	print.out = out;
	print.json = json;
	print.pretty = pretty;
	print.colour = !json && !(no_colour && *no_colour) &&
		       !(term && !strcmp(term, "dumb")) &&
		       isatty(fileno(out));
}

bool print_is_json(void)
{
	return print.json;
}

static void check(int ret)
{
	if (ret < 0 && !print.error)
		print.error = errno ? -errno : -EIO;
}

static void put(const char *s, size_t len)
{
	if (fwrite(s, 1, len, print.out) != len)
		check(-1);
}

static void puts_out(const char *s)
{
	put(s, strlen(s));
}

int print_flush(void)
{
	check(fflush(print.out));
	if (ferror(print.out) && !print.error)
		print.error = -EIO;
	return print.error;
}

int print_close(void)
{
	if (print.json && print.is_filled[0])
		puts_out("\n");
	return print_flush();
}

/* The terminator ends a string that is cut short: it continues nothing. */
size_t print_utf8_len(const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	size_t len, i;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;

	for (i = 1; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;

	if ((s[0] == 0xe0 && s[1] < 0xa0) || (s[0] == 0xed && s[1] > 0x9f) ||
	    (s[0] == 0xf0 && s[1] < 0x90) || (s[0] == 0xf4 && s[1] > 0x8f))
		return 0;
	return len;
}

/* U+0080...9F are commands too: U+009B is what ESC [ is. */
static bool is_control(const unsigned char *s, size_t len)
{
	return (len == 1 && (*s < 0x20 || *s == 0x7f)) ||
	       (len == 2 && *s == 0xc2 && s[1] < 0xa0);
}

static void put_json_string(const char *value)
{
	const unsigned char *s = (const unsigned char *)value;
	char buf[8];
	size_t len;

	puts_out("\"");
	while (*s) {
		len = print_utf8_len((const char *)s);
		if (!len) {
			puts_out("\\ufffd");
			len = 1;
		} else if (*s == '"' || *s == '\\') {
			buf[0] = '\\';
			buf[1] = (char)*s;
			put(buf, 2);
		} else if (*s == '\n') {
			puts_out("\\n");
		} else if (*s == '\t') {
			puts_out("\\t");
		} else if (is_control(s, len)) {
			snprintf(buf, sizeof(buf), "\\u%04x", s[len - 1]);
			puts_out(buf);
		} else {
			put((const char *)s, len);
		}
		s += len;
	}
	puts_out("\"");
}

static void make_safe(char *s, const char *keep)
{
	char *to = s;
	size_t len;

	while (*s) {
		len = print_utf8_len(s);
		if (!len || (is_control((unsigned char *)s, len) &&
			     !strchr(keep, *s)))
			*to++ = '?';
		else
			to = (char *)memmove(to, s, len) + len;
		s += len ? len : 1;
	}
	*to = '\0';
}

void print_make_safe(char *s)
{
	make_safe(s, "");
}

/* A copy of @value that no terminal takes for a command; to be freed. */
static char *printable(const char *value)
{
	char *copy = strdup(value);

	if (!copy) {
		errno = ENOMEM;
		check(-1);
		return NULL;
	}
	make_safe(copy, "");
	return copy;
}

static void indent(void)
{
	unsigned int i;

	if (!print.pretty)
		return;
	puts_out("\n");
	for (i = 0; i < print.depth; i++)
		puts_out("  ");
}

/* What precedes a value: comma, line break, key. */
static void begin(const char *key)
{
	if (print.is_filled[print.depth])
		puts_out(",");
	print.is_filled[print.depth] = true;
	if (print.depth)
		indent();
	if (key) {
		put_json_string(key);
		puts_out(print.pretty ? ": " : ":");
	}
}

static void open_container(const char *key, const char *bracket)
{
	if (!print.json)
		return;
	begin(key);
	puts_out(bracket);
	if (print.depth < DEPTH_MAX - 1)
		print.depth++;
	print.is_filled[print.depth] = false;
}

static void close_container(const char *bracket)
{
	bool was_filled;

	if (!print.json)
		return;
	was_filled = print.is_filled[print.depth];
	if (print.depth)
		print.depth--;
	if (was_filled)
		indent();
	puts_out(bracket);
}

void print_object(const char *key)
{
	open_container(key, "{");
}

void print_object_end(void)
{
	close_container("}");
}

void print_array(const char *key)
{
	open_container(key, "[");
}

void print_array_end(void)
{
	close_container("]");
}

void print_json_line(void)
{
	if (!print.json || !print.is_filled[0])
		return;
	puts_out("\n");
	print.is_filled[0] = false;
}

void print_u64(const char *key, const char *fmt, uint64_t value)
{
	if (!print.json) {
		if (fmt)
			check(fprintf(print.out, fmt,
				      (unsigned long long)value));
		return;
	}
	if (!key)
		return;
	begin(key);
	check(fprintf(print.out, "%" PRIu64, value));
}

void print_double(const char *key, const char *fmt, double value)
{
	char buf[40];
	int digits;

	if (!print.json) {
		if (fmt)
			check(fprintf(print.out, fmt, value));
		return;
	}
	/* JSON knows neither infinity nor NaN: absent. */
	if (!key || !isfinite(value))
		return;
	begin(key);
	for (digits = 6; digits <= 17; digits++) {
		snprintf(buf, sizeof(buf), "%.*g", digits, value);
		if (strtod(buf, NULL) == value)
			break;
	}
	puts_out(buf);
}

void print_string_colour(const char *key, const char *fmt, const char *value,
			 enum print_colour colour)
{
	static const char *const codes[] = {
		[PRINT_BOLD] = "\033[1m",
		[PRINT_GREEN] = "\033[32m",
		[PRINT_YELLOW] = "\033[33m",
		[PRINT_RED] = "\033[31m",
	};
	char *copy;

	if (print.json) {
		if (!key)
			return;
		begin(key);
		put_json_string(value);
		return;
	}
	if (!fmt)
		return;
	copy = printable(value);
	if (!copy)
		return;
	if (print.colour && colour != PRINT_PLAIN)
		puts_out(codes[colour]);
	check(fprintf(print.out, fmt, copy));
	if (print.colour && colour != PRINT_PLAIN)
		puts_out("\033[0m");
	free(copy);
}

void print_string(const char *key, const char *fmt, const char *value)
{
	print_string_colour(key, fmt, value, PRINT_PLAIN);
}

void print_item(const char *fmt, const char *value)
{
	if (!print.json) {
		print_string(NULL, fmt, value);
		return;
	}
	begin(NULL);
	put_json_string(value);
}

/* Keys of arrays' elements are NULL, so a bare true is no use: key needed. */
void print_bool(const char *key, const char *text, bool value)
{
	if (!print.json) {
		if (text && value)
			puts_out(text);
		return;
	}
	if (!key)
		return;
	begin(key);
	puts_out(value ? "true" : "false");
}

void print_flag(const char *key, const char *text, bool value)
{
	if (value)
		print_bool(key, text, true);
}

void print_text(const char *fmt, ...)
{
	va_list args;
	char *text;
	int len;

	if (print.json)
		return;
	va_start(args, fmt);
	len = vasprintf(&text, fmt, args);
	va_end(args);
	if (len < 0) {
		check(len);
		return;
	}
	make_safe(text, "\n");
	puts_out(text);
	free(text);
}

void print_clear(void)
{
	if (!print.json)
		puts_out("\033[H\033[J");
}

void print_cell(const char *key, int width, const char *value)
{
	char *copy;

	if (print.json) {
		print_string(key, NULL, value);
		return;
	}
	copy = printable(value);
	if (!copy)
		return;
	check(fprintf(print.out, "%-*s ", width, copy));
	free(copy);
}

void print_cell_u64(const char *key, int width, uint64_t value)
{
	if (print.json) {
		print_u64(key, NULL, value);
		return;
	}
	check(fprintf(print.out, "%*" PRIu64 " ", width, value));
}
