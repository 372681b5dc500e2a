// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The same calls give text and JSON, and neither can be broken by a name. */
#include "print.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

static char text[4096];

static FILE *begin(bool json, bool pretty)
{
	FILE *out;

	memset(text, 0, sizeof(text));
	out = fmemopen(text, sizeof(text), "w");
	print_open(out, json, pretty);
	return out;
}

static void end(FILE *out)
{
	is(print_close(), 0, "closes without error");
	fclose(out);
}

static void things(void)
{
	print_object(NULL);
	print_string("dev", "%s:", "eth0");
	print_u64("rate", " 1 in %llu", 18446744073709551615ULL);
	print_u64(NULL, " text %llu", 1);
	print_u64("only-json", NULL, 2);
	print_bool("up", " up", true);
	print_bool("down", " down", false);
	print_flag("absent", " absent", false);
	print_array("words");
	print_item(" %s", "a");
	print_item(",%s", "b");
	print_array_end();
	print_array("list");
	print_object(NULL);
	print_double("share", " %.1f", 0.1);
	print_object_end();
	print_object(NULL);
	print_object_end();
	print_array_end();
	print_array("none");
	print_array_end();
	print_text("\n");
	print_object_end();
}

static void test_both(void)
{
	FILE *out;

	out = begin(false, false);
	things();
	end(out);
	is_str(text, "eth0: 1 in 18446744073709551615 text 1 up a,b 0.1\n", "text");

	out = begin(true, false);
	things();
	end(out);
	is_str(text,
	       "{\"dev\":\"eth0\",\"rate\":18446744073709551615,\"only-json\":2,\"up\":true,\"down\":false,\"words\":[\"a\",\"b\"],\"list\":[{\"share\":0.1},{}],\"none\":[]}\n",
	       "JSON");

	out = begin(true, true);
	things();
	end(out);
	is_str(text,
	       "{\n  \"dev\": \"eth0\",\n  \"rate\": 18446744073709551615,\n  \"only-json\": 2,\n  \"up\": true,\n  \"down\": false,\n  \"words\": [\n    \"a\",\n    \"b\"\n  ],\n  \"list\": [\n    {\n      \"share\": 0.1\n    },\n    {}\n  ],\n  \"none\": []\n}\n",
	       "pretty JSON");
}

static void test_lines(void)
{
	FILE *out = begin(true, false);
	int i;

	for (i = 0; i < 3; i++) {
		print_object(NULL);
		print_u64("n", NULL, i);
		print_object_end();
		print_json_line();
		is(print_flush(), 0, "line %d", i);
	}
	end(out);
	is_str(text, "{\"n\":0}\n{\"n\":1}\n{\"n\":2}\n", "JSON Lines");
}

static const char *json_of(const char *value)
{
	FILE *out = begin(true, false);

	print_object(NULL);
	print_string("s", NULL, value);
	print_object_end();
	end(out);
	return text;
}

static void test_strings(void)
{
	FILE *out;

	is_str(json_of("a\"b\\c"), "{\"s\":\"a\\\"b\\\\c\"}\n", "quotes");
	is_str(json_of("\n\t\x01\x1b\x7f"),
	       "{\"s\":\"\\n\\t\\u0001\\u001b\\u007f\"}\n", "control characters");
	is_str(json_of("gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7"),
	       "{\"s\":\"gr\xc3\xbc\xc3\x9f \xe2\x82\xac \xf0\x9f\x90\xa7\"}\n",
	       "UTF-8");
	is_str(json_of("\xff" "a\xc3"), "{\"s\":\"\\ufffda\\ufffd\"}\n",
	       "stray bytes, sequence cut short");
	is_str(json_of("\xc0\xaf\xe0\x80\x80"),
	       "{\"s\":\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"}\n",
	       "overlong forms");
	is_str(json_of("\xed\xa0\x80\xf4\x90\x80\x80"),
	       "{\"s\":\"\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\\ufffd\"}\n",
	       "surrogate, past the last character");
	is_str(json_of("\xc2\x80\xc2\x9b\xc2\xa0\x9b"),
	       "{\"s\":\"\\u0080\\u009b\xc2\xa0\\ufffd\"}\n",
	       "the other control characters");
	is_str(json_of("\xf0\x9f\x90"), "{\"s\":\"\\ufffd\\ufffd\\ufffd\"}\n",
	       "cut short at the end");

	out = begin(false, false);
	print_string("s", "[%s]", "a\x1b[31mb\n");
	print_cell("t", 4, "\x7f");
	end(out);
	is_str(text, "[a?[31mb?]?    ", "no command reaches the terminal");

	out = begin(false, false);
	print_string("s", "[%s]", "\xc2\x9b" "31m\x9b\xc3\xbc\xff\xc2\xa0\xe2\x82");
	print_item("%s", "\x85");
	print_text(" %s\n", "\x1b]0;\xc2\x9d");
	end(out);
	is_str(text, "[?31m?\xc3\xbc?\xc2\xa0??]? ?]0;?\n",
	       "none of 8 bits does, nor what is not UTF-8");
}

/* Each byte, and each two: JSON is UTF-8, and text holds no command. */
static void test_bytes(void)
{
	unsigned int bad = 0, i;
	const char *s;
	size_t len;
	FILE *out;

	for (i = 1; i <= 0xffff; i++) {
		char name[3] = { (char)(i & 0xff), (char)(i >> 8) };
		bool is_json = i % 2;

		if (!name[0])
			continue;
		out = fmemopen(text, sizeof(text), "w");
		print_open(out, is_json, false);
		print_object(NULL);
		print_string("s", "%s", name);
		print_text("%s", name);
		print_object_end();
		fclose(out);
		for (s = text; *s; s += len) {
			len = print_utf8_len(s);
			if (!len || (len == 1 && (*s == 0x7f || *s < ' ') &&
				     *s != '\n') ||
			    (*s == '\xc2' && (unsigned char)s[1] < 0xa0))
				break;
		}
		bad += *s != 0;
	}
	is(bad, 0, "any two bytes");
}

static void test_numbers(void)
{
	FILE *out = begin(true, false);

	print_object(NULL);
	print_double("a", NULL, 1.0 / 3);
	print_double("b", NULL, 1e300 * 1e300);
	print_double("c", NULL, 100);
	print_object_end();
	end(out);
	is_str(text, "{\"a\":0.3333333333333333,\"c\":100}\n",
	       "doubles keep their value; infinity is absent");
}

static void test_errors(void)
{
	FILE *out = fopen("/dev/full", "w");
	int i;

	if (!out) {
		printf("# skip: no /dev/full\n");
		return;
	}
	print_open(out, true, false);
	print_object(NULL);
	for (i = 0; i < 10000; i++)
		print_u64("n", NULL, i);
	print_object_end();
	is(print_close(), -ENOSPC, "a full disk is reported");
	fclose(out);
}

int main(void)
{
	test_both();
	test_lines();
	test_strings();
	test_bytes();
	test_numbers();
	test_errors();
	return tap_done();
}
