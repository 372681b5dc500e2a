// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "conf_glob.h"

#include <linux/ksflow.h>

#include <ctype.h>
#include <net/if.h>
#include <stdio.h>
#include <string.h>

#define DIGITS_MAX	3	/* all that they can be are tried */

static char *put(char *to, char c)
{
	if (strchr("*?[\\", c))
		*to++ = '\\';
	*to++ = c;
	return to;
}

void conf_glob_of_name(const char *name, char *glob)
{
	for (; *name; name++)
		glob = put(glob, *name);
	*glob = '\0';
}

bool conf_glob_of_regex(const char *regex, char *glob)
{
	/* room for two bytes, one more "*" and the terminator */
	const char *begin = glob, *end = glob + KSFLOW_PATTERN_MAX - 4;

	if (*regex == '^')
		regex++;
	else
		*glob++ = '*';
	for (; *regex && strcmp(regex, "$"); regex++) {
		bool is_any = *regex == '.';

		if (glob > end)
			return false;
		/* backslash and letter are GNU's */
		if (*regex == '\\' ? !ispunct((unsigned char)*++regex) :
		    !!strchr("^$*+?()[]{}|", *regex))
			return false;
		if (!is_any)
			glob = put(glob, *regex);
		else if (regex[1] != '*')
			*glob++ = '?';
		if (is_any && (regex[1] == '*' || regex[1] == '+')) {
			*glob++ = '*';
			regex++;
		}
		if (regex[1] && strchr("*+?{", regex[1]))
			return false;
	}
	if (!*regex)
		*glob++ = '*';
	*glob = '\0';
	return glob > begin;
}

/* Does a number begin here? */
static bool is_leading(const char *name, size_t at)
{
	return !at || !isdigit((unsigned char)name[at - 1]);
}

/* Where its last digits are, the last one first. */
static unsigned int find_digits(const char *name, size_t at[DIGITS_MAX])
{
	size_t len = strlen(name);
	unsigned int count = 0;

	while (len-- && count < DIGITS_MAX) {
		if (isdigit((unsigned char)name[len]))
			at[count++] = len;
	}
	return count;
}

bool conf_glob_of_digits(const char *name, char least, char *glob)
{
	size_t at[DIGITS_MAX], i;
	unsigned int count = find_digits(name, at), left = count;

	for (i = 0; name[i]; i++) {
		if (!left || i != at[left - 1]) {
			glob = put(glob, name[i]);
			continue;
		}
		left--;
		glob += sprintf(glob, "[%c-9]",
				is_leading(name, i) ? least : '0');
	}
	*glob = '\0';
	return count;
}

bool conf_glob_digits_hold(const char *name, char least,
			   bool (*is_meant)(const char *name, const void *arg),
			   const void *arg)
{
	unsigned int count, tries = 1, n, i, rest;
	size_t at[DIGITS_MAX];
	char other[IFNAMSIZ];
	bool is_matched;

	count = find_digits(name, at);
	for (i = 0; i < count; i++)
		tries *= 10;
	snprintf(other, sizeof(other), "%s", name);
	for (n = 0; n < tries; n++) {
		is_matched = true;
		for (i = 0, rest = n; i < count; i++, rest /= 10) {
			other[at[i]] = '0' + rest % 10;
			if (is_leading(name, at[i]) && other[at[i]] < least)
				is_matched = false;
		}
		if (is_matched && !is_meant(other, arg))
			return false;
	}
	return true;
}
