/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * Text or JSON from one call, so that the two cannot drift. Each value is
 * printed with a key for JSON and a printf format for text:
 *
 *	key NULL	only in text
 *	fmt NULL	only in JSON
 *
 * Strings are made safe for their reader: in JSON what is not UTF-8 becomes
 * U+FFFD, and control characters are escaped; in text both become '?'. Names of
 * interfaces and processes may hold either.
 */
#ifndef KSFLOW_USER_PRINT_H
#define KSFLOW_USER_PRINT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum print_colour {
	PRINT_PLAIN,
	PRINT_BOLD,
	PRINT_GREEN,
	PRINT_YELLOW,
	PRINT_RED,
};

/**
 * print_open() - choose where everything goes
 * @out: stream, usually stdout
 * @json: JSON, not text
 * @pretty: JSON with line breaks and indentation
 */
void print_open(FILE *out, bool json, bool pretty);

/**
 * print_close() - end the output
 *
 * Return: 0, or -errno of the first write that failed.
 */
int print_close(void);

/**
 * print_flush() - end one line of a stream and hand over what is buffered
 *
 * Return: 0, or -errno of the first write that failed.
 */
int print_flush(void);

bool print_is_json(void);

/*
 * Length of the UTF-8 character at @s, 0 if it is none (RFC 3629: no overlong
 * forms, no surrogates, nothing past U+10FFFF).
 */
size_t print_utf8_len(const char *s);

/*
 * In place, for what does not go through here: control characters, U+0080...9F
 * with them, and what is not UTF-8 become '?'.
 */
void print_make_safe(char *s);

/* Containers exist in JSON only; @key is NULL inside an array. */
void print_object(const char *key);
void print_object_end(void);
void print_array(const char *key);
void print_array_end(void);

/* JSON Lines: end a document and begin a new line; nothing in text. */
void print_json_line(void);

/* @fmt takes one unsigned long long: %llu. */
void print_u64(const char *key, const char *fmt, uint64_t value);
/* @fmt takes one double; JSON has it with as many digits as it needs. */
void print_double(const char *key, const char *fmt, double value);
/* @fmt takes one string: %s. */
void print_string(const char *key, const char *fmt, const char *value);
void print_string_colour(const char *key, const char *fmt, const char *value,
			 enum print_colour colour);
/* The same as an element of an array. */
void print_item(const char *fmt, const char *value);
/* @text is printed if @value holds; NULL: nothing in text. */
void print_bool(const char *key, const char *text, bool value);
/* A flag: in JSON true, or absent; in text @text, or nothing. */
void print_flag(const char *key, const char *text, bool value);
/* Text alone; safe as strings are, but for line ends. */
void print_text(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The terminal's screen; nothing in JSON. */
void print_clear(void);

/**
 * print_cell() - a left-aligned column of text, a string in JSON
 * @width: columns; a longer value pushes the rest of the line
 */
void print_cell(const char *key, int width, const char *value);
/* The same, right-aligned, for numbers. */
void print_cell_u64(const char *key, int width, uint64_t value);

#endif /* KSFLOW_USER_PRINT_H */
