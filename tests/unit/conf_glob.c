// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Globs that say what regular expressions say, of names: the C library matches
 * both, and they have to agree.
 */
#include "conf_glob.h"

#include "tap.h"

#include <linux/ksflow.h>

#include <fnmatch.h>
#include <regex.h>
#include <stdlib.h>

static void says(const char *regex, const char *wanted)
{
	/* from the heap, to the byte, so that the sanitizer sees an overrun */
	char *glob = malloc(KSFLOW_PATTERN_MAX);
	bool is_said = conf_glob_of_regex(regex, glob);

	if (wanted)
		is_str(is_said ? glob : NULL, wanted, "%s", regex);
	else
		ok(!is_said, "%s: no glob says it", regex);
	free(glob);
}

static void test_regex(void)
{
	says("^tap", "tap*");
	says("^eth0$", "eth0");
	says("eth", "*eth*");
	says("0$", "*0");
	says("^", "*");
	says("^$", NULL);
	says("^a.c", "a?c*");
	says("^a.*c$", "a*c");
	says("^a.+$", "a?*");
	says("^a\\.1", "a.1*");
	says("^a\\*\\?\\[\\\\", "a\\*\\?\\[\\\\*");
	says("^a\\w", NULL);
	says("^a\\", NULL);
	says("^a*", NULL);
	says("^a.?", NULL);
	says("^a.{2}", NULL);
	says("^a.*?", NULL);
	says("^a.**", NULL);
	says("^a+", NULL);
	says("^[ab]", NULL);
	says("^(a)", NULL);
	says("^a|b", NULL);
	says("a^b", NULL);
	says("a$b", NULL);
	says("^0123456789012345678901234567890123456789012345678901234567", "0123456789012345678901234567890123456789012345678901234567*");
	says("^012345678901234567890123456789012345678901234567890123456789012", NULL);
	says("^\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*\\*", NULL);
}

/* n of these, or fewer. */
static void any(char *text, unsigned int n, const char *of)
{
	for (n = rand() % (n + 1); n; n--)
		*text++ = of[rand() % strlen(of)];
	*text = '\0';
}

static void test_any_regex(void)
{
	unsigned int said = 0, matched = 0, wrong = 0, i, j;
	char regex[16], glob[KSFLOW_PATTERN_MAX], name[16];
	regex_t compiled;

	srand(1);
	for (i = 0; i < 200000; i++) {
		regex[0] = '^';
		any(regex + rand() % 2, 7, "abab..*+^$\\[?");
		if (!conf_glob_of_regex(regex, glob) ||
		    regcomp(&compiled, regex, REG_EXTENDED | REG_NOSUB))
			continue;
		said++;
		for (j = 0; j < 20; j++) {
			bool is_match;

			any(name, 6, "aabb*[.\\");
			if (!name[0])
				continue;
			is_match = !regexec(&compiled, name, 0, NULL, 0);
			matched += is_match;
			wrong += is_match == !!fnmatch(glob, name, 0);
		}
		regfree(&compiled);
	}
	ok(said > 10000 && matched > 10000,
	   "of any, %u are said, and match %u names", said, matched);
	is(wrong, 0, "and all of these agree");
}

struct set {
	unsigned int tried;
	const char *not;
};

static bool is_meant(const char *name, const void *arg)
{
	struct set *set = (struct set *)arg;

	set->tried++;
	return !set->not || strcmp(name, set->not);
}

static void test_digits(void)
{
	char glob[KSFLOW_PATTERN_MAX];
	struct set set = { 0 };

	conf_glob_of_name("a*b?c[d]\\e", glob);
	is_str(glob, "a\\*b\\?c\\[d]\\\\e", "a name alone");
	is(fnmatch(glob, "a*b?c[d]\\e", 0), 0, "which matches itself");

	ok(conf_glob_of_digits("swp12", '0', glob), "digits");
	is_str(glob, "swp[0-9][0-9]", "both are open");
	ok(conf_glob_of_digits("swp12", '1', glob), "no leading zeros");
	is_str(glob, "swp[1-9][0-9]", "but within");
	ok(conf_glob_of_digits("swp12s345", '1', glob), "five of them");
	is_str(glob, "swp12s[1-9][0-9][0-9]", "the last three are open");
	ok(conf_glob_of_digits("1234567890123*5", '1', glob), "as many as can be");
	is_str(glob, "12345678901[0-9][0-9]\\*[1-9]", "of two numbers");
	ok(!conf_glob_of_digits("eth", '0', glob), "no digits");

	ok(conf_glob_digits_hold("swp1s0", '0', is_meant, &set), "all are meant");
	is(set.tried, 100, "all are tried");
	set = (struct set){ .not = "swp0s7" };
	ok(!conf_glob_digits_hold("swp1s0", '0', is_meant, &set), "but one");
	ok(conf_glob_digits_hold("swp1s1", '1', is_meant, &set),
	   "which begins with a zero");
	set = (struct set){ .not = "p9999" };
	ok(conf_glob_digits_hold("p1234", '0', is_meant, &set),
	   "one of another first digit");
	set.not = "p1999";
	ok(!conf_glob_digits_hold("p1234", '0', is_meant, &set), "of the same");
}

int main(void)
{
	test_regex();
	test_any_regex();
	test_digits();
	return tap_done();
}
