// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The words of a switch, and what becomes of a configuration's text. */
#include "conf.h"
#include "conf_edit.h"
#include "tap.h"

#include <errno.h>
#include <stdlib.h>

static struct conf_edit e;
static char err[256];

static int edit(const char *command)
{
	char copy[256], *argv[16], *word;
	int argc = 0;

	snprintf(copy, sizeof(copy), "%s", command);
	for (word = strtok(copy, " "); word; word = strtok(NULL, " "))
		argv[argc++] = word;
	return conf_command(&e, argc, argv, err, sizeof(err));
}

static void to(const char *command, const char *before, const char *after)
{
	static struct conf_report report;
	static struct conf conf;

	conf_edit_open(&e, before, strlen(before));
	is(edit(command), 0, "%s", command);
	is_str(e.text, after, "  the text after it");
	is(conf_parse(&conf, e.text, e.len, "t", &report), 0, "  parses: %s",
	   report.error);
	conf_edit_close(&e);
}

static void refused(const char *command, const char *text, int error,
		    const char *why)
{
	conf_edit_open(&e, text, strlen(text));
	is(edit(command), error, "refused: %s", command);
	is_str(err, why, "  and said why");
	is_str(e.text, text[0] ? text : "sflow {\n}\n", "  and left alone");
	conf_edit_close(&e);
}

#define FILE_TEXT \
	"# what this is for\n" \
	"sflow {\n" \
	"\tpolling=30;	# every half minute\n" \
	"\n" \
	"  collector { ip=10.0.0.1 name=a }\n" \
	"  collector {		# the other one\n" \
	"    ip = 10.0.0.2\n" \
	"    name = b\n" \
	"  }\n" \
	"  # the end\n" \
	"}\n"

static void test_settings(void)
{
	to("polling-interval 20", FILE_TEXT,
	   "# what this is for\nsflow {\n\tpolling=20;	# every half minute\n\n"
	   "  collector { ip=10.0.0.1 name=a }\n"
	   "  collector {		# the other one\n    ip = 10.0.0.2\n    name = b\n  }\n"
	   "  # the end\n}\n");
	to("polling-interval 0", "", "sflow {\n  polling = 0\n}\n");
	to("polling-interval 5", "sflow {}", "sflow {\n  polling = 5\n}");
	to("polling-interval 5", "sflow { polling = 1 } sflow { polling=2 }\n",
	   "sflow { polling = 1 } sflow { polling=5 }\n");
	to("sample-direction rx", "sflow {\n}\n",
	   "sflow {\n  samplingDirection = in\n}\n");
	to("sample-direction both", "sflow { SamplingDirection=in }",
	   "sflow { SamplingDirection=both }");
	to("agent-id add eth0", "sflow {\n}\n", "sflow {\n  agent = eth0\n}\n");
	to("agent-id add lo", "sflow {\n agent=\"eth0\" # us\n}\n",
	   "sflow {\n agent=lo # us\n}\n");
	to("agent-id del", "sflow {\n  agent = eth0\n  polling=3\n}\n",
	   "sflow {\n  polling=3\n}\n");
	to("agent-id del", "sflow { agent = eth0; polling=3 agent=x }\n",
	   "sflow { polling=3 }\n");
	to("agent-id del", "sflow { }\n", "sflow { }\n");
	to("disable", "sflow {\n}\n", "sflow {\n  enabled = off\n}\n");
	to("enable", "sflow {\n  enabled = off\n}\n",
	   "sflow {\n  enabled = on\n}\n");
}

static void test_blocks(void)
{
	to("collector del a", FILE_TEXT,
	   "# what this is for\nsflow {\n\tpolling=30;	# every half minute\n\n"
	   "  collector {		# the other one\n    ip = 10.0.0.2\n    name = b\n  }\n"
	   "  # the end\n}\n");
	to("collector del b", FILE_TEXT,
	   "# what this is for\nsflow {\n\tpolling=30;	# every half minute\n\n"
	   "  collector { ip=10.0.0.1 name=a }\n  # the end\n}\n");
	to("collector del 10.0.0.1", FILE_TEXT,
	   "# what this is for\nsflow {\n\tpolling=30;	# every half minute\n\n"
	   "  collector {		# the other one\n    ip = 10.0.0.2\n    name = b\n  }\n"
	   "  # the end\n}\n");
	to("collector add collector_A 10.11.46.2", "sflow {\n}\n",
	   "sflow {\n  collector { ip=10.11.46.2 udpport=6343 name=collector_A }\n}\n");
	to("collector add c fe80::1 --port 7000 --vrf mgmt", "sflow {\n}\n",
	   "sflow {\n  collector { ip=fe80::1 udpport=7000 dev=mgmt name=c }\n}\n");
	to("collector add c 10.0.0.9 --vrf default", "sflow {\n}\n",
	   "sflow {\n  collector { ip=10.0.0.9 udpport=6343 name=c }\n}\n");
	to("drop-monitor-limit 50", "sflow {\n}\n",
	   "sflow {\n  dropmon { limit=50 start=on }\n}\n");
	to("drop-monitor-limit 50", "sflow { dropmon { start=off hide=none limit=1 } }",
	   "sflow { dropmon { start=on hide=none limit=50 } }");
	to("drop-monitor-limit 0", "sflow { dropmon {} }",
	   "sflow { dropmon { start=off } }");
	to("interface sample-rate eth0 500", "sflow {\n}\n",
	   "sflow {\n  interface { dev=eth0 sampling=500 }\n}\n");
	to("interface sample-rate eth0 500",
	   "sflow { interface { sampling=3 dev=eth1 } interface { sampling=4 dev=eth0 } }",
	   "sflow { interface { sampling=3 dev=eth1 } interface { sampling=500 dev=eth0 } }");
	to("interface sample-rate eth0 500", "sflow {\n  pcap { dev=eth0 }\n}\n",
	   "sflow {\n  pcap { dev=eth0 }\n  interface { dev=eth0 sampling=500 }\n}\n");
	to("interface sample-rate eth0 default",
	   "sflow { interface { dev=eth0 sampling=4 enabled=on } }",
	   "sflow { interface { dev=eth0 enabled=on } }");
	to("interface disable all", "sflow {\n}\n",
	   "sflow {\n  interface { dev=* enabled=off }\n}\n");
	to("interface enable all",
	   "sflow {\n  interface { dev=* enabled=off }\n  polling=1\n}\n",
	   "sflow {\n  polling=1\n}\n");
	to("interface enable Ethernet0", "sflow { interface { dev=Ethernet0 } }",
	   "sflow { interface { dev=Ethernet0 enabled=on } }");
}

static void test_refused(void)
{
	static const char text[] = "sflow {\n collector { ip=1.2.3.4 name=a }\n}\n";

	refused("collector add a 10.0.0.1", text, -EEXIST,
		"there is a collector \"a\" already, at 1.2.3.4");
	refused("collector del b", text, -ENOENT,
		"there is no collector \"b\"");
	refused("collector add b", text, -EINVAL,
		"\"b\": expected a name and an address");
	refused("collector add b 10.0.0.1 --port 0", text, -EINVAL,
		"\"0\": expected a number, 1...65535");
	refused("collector add b 10.0.0.1 --tos 1", text, -EINVAL,
		"\"--tos\": expected --port NUMBER or --vrf NAME");
	refused("collector add b{ 10.0.0.1", text, -EINVAL,
		"\"10.0.0.1\": expected a name and an address");
	refused("polling-interval often", text, -EINVAL,
		"\"often\": expected a number, 0...86400");
	refused("sample-direction up", text, -EINVAL,
		"\"up\": expected rx, tx, both or once");
	refused("interface enable", text, -EINVAL,
		"\"enable\": expected enable IF|all, disable IF|all or sample-rate IF N");
	refused("interface sample-rate eth0 0", text, -EINVAL,
		"\"0\": expected a number, 1...16777216");
	refused("sleep", text, -EINVAL,
		"\"sleep\": expected collector, agent-id, enable, disable, sample-direction, polling-interval, drop-monitor-limit or interface");
	refused("polling-interval 9", "sflow {\n polling=3\n", -EINVAL,
		"configuration:3: end of file: expected }");
	refused("collector del a", "flow { }", -EINVAL,
		"configuration:1: \"flow\": expected sflow {");
}

/* A text that ends anywhere: refused, or changed into one that parses. */
static void test_truncated(void)
{
	static const char * const commands[] = {
		"polling-interval 20", "collector del b", "agent-id del",
		"interface enable eth0", "drop-monitor-limit 5",
	};
	size_t len, i;
	int accepted = 0;

	for (len = 1; len < sizeof(FILE_TEXT) - 2; len++) {
		for (i = 0; i < 5; i++) {
			conf_edit_open(&e, FILE_TEXT, len);
			accepted += !edit(commands[i]);
			conf_edit_close(&e);
		}
	}
	is(accepted, 0, "a text that is cut is not changed");
}

int main(void)
{
	test_settings();
	test_blocks();
	test_refused();
	test_truncated();
	return tap_done();
}
