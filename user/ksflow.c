// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* ksflow: set up sampling and capture of drops, show, print or save them. */
#include "print.h"
#include "process.h"
#include "tool.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Dispatch, help, which verbs speak JSON, and words for completion. */
static const struct tool_verb verbs[] = {
	{
		.name = "show",
		.synopsis = "",
		.help = "settings in force and who set them, devices sampled, readers",
		.has_json = true,
		.run = show_run,
	},
	{
		.name = "dev",
		.synopsis = "show [IF]\n"
			    "set IF|GLOB [rate N|auto|off] [dir once|ingress|egress|both|off] [tap auto|netfilter|tracepoint]\n"
			    "del IF|GLOB",
		.help = "sampling device by device",
		.details =
"  rate N     one packet in N; auto: by link speed; off: same as dir off\n"
"  dir        once: what comes in, and what goes out without having come in\n"
"             through a sampled device; rx and tx for ingress and egress\n"
"  tap        where packets are seen; auto chooses for each device\n"
"  A setting given for a name that does not exist yet waits for it. It\n"
"  overrides ksflowd's and lasts until \"dev del\", \"reset\", or the module goes.\n",
		.words = "show set del rate dir tap auto off once ingress egress both netfilter tracepoint",
		.has_json = true,
		.takes_dev = true,
		.run = dev_run,
	},
	{
		.name = "drop",
		.synopsis = "show\n"
			    "set [state on|count|off] [limit N|unlimited] [burst N] [sw on|off] [hw on|off] [hide default|none|+R|-R,...]\n"
			    "top [-1]",
		.help = "dropped packets: what is captured, and what was dropped",
		.details =
"  state   off: nothing; count: counters; on: counters, and records for readers\n"
"  limit   records a second at most; what is over it is counted\n"
"  burst   records at once, at most; as many as the limit unless given\n"
"  sw, hw  drops by the kernel, by hardware (devlink traps)\n"
"  hide    what makes no records: +R hides, -R shows; R is a reason or a\n"
"          function, or a pattern; the last that matches decides\n"
"  top     what is dropped now; -1: one table over one second\n"
"  A setting overrides ksflowd's and lasts until \"reset\", or the module goes.\n",
		.words = "show set top state limit burst sw hw hide on off count unlimited default none -1",
		.has_json = true,
		.run = drop_run,
	},
	{
		.name = "repair",
		.synopsis = "show\n"
			    "add port N [dev IF|GLOB] [from PREFIX] [to PREFIX] [mode audit|repair] [kinds K,...] [defrag on|off]\n"
			    "del ID|all",
		.help = "wrong checksums of UDP over IPv6: who sends them, and their repair",
		.details =
"  port N    packets to this port, through any interface unless dev is given\n"
"  from, to  only with addresses of this prefix: 2001:db8::/32\n"
"  mode      audit: count and name the senders (the default); repair: put the\n"
"            checksum right too, before the firewall and the sockets see it\n"
"  kinds     repair these alone: zero, no-pseudo (the pseudo-header is missing),\n"
"            pseudo (nothing else), swapped (bytes), offset (always the same,\n"
"            from a sender's 8th packet on), other; all of them unless given\n"
"  defrag    on: fragments too; all of the namespace are reassembled then\n"
"  The last rule that matches a packet decides; a rule with the same port, dev,\n"
"  from and to is replaced. It overrides ksflowd's and lasts until \"repair del\",\n"
"  \"reset\", or the module goes.\n",
		.words = "show add del port dev from to mode audit repair kinds all zero no-pseudo pseudo swapped offset other defrag on off",
		.has_json = true,
		.takes_dev = true,
		.run = repair_run,
	},
	{
		.name = "reset",
		.synopsis = "[dev IF|GLOB]",
		.help = "forget what this tool set; ksflowd's settings hold again",
		.words = "dev",
		.takes_dev = true,
		.run = reset_run,
	},
	{
		.name = "stats",
		.synopsis = "[--explain|--prometheus]",
		.help = "the ledger: what was seen, selected, delivered and lost",
		.details =
"  --explain     say what each counter means and what to do about it\n"
"  --prometheus  text for node_exporter's textfile collector\n",
		.words = "--explain --prometheus",
		.has_json = true,
		.run = stats_run,
	},
	{
		.name = "monitor",
		.synopsis = "[samples|drops|repairs|psample] [dev IF|GLOB] [group N] [reason R] [filter PCAP-EXPRESSION] [-w FILE|-] [--count N] [--duration S] [--ready-file F] [--rcvbuf BYTES]",
		.help = "print samples, drops or wrong checksums as they come, or save them",
		.details =
"  dev IF          only samples of this device; drops that it has a part in\n"
"  repairs         packets with a wrong checksum that a rule of repair names, as\n"
"                  they came; at most one of each sender and second\n"
"  psample         samples that others take: hardware, \"tc action sample\", Open\n"
"                  vSwitch; for this the module is not needed\n"
"  group N         only samples of this group of psample\n"
"  reason R        only drops for this reason, by this function, of this\n"
"                  hardware trap, or with this sFlow code (number or name); or\n"
"                  a pattern: reason 'TCP_*'\n"
"  filter EXPR     only packets that tcpdump would show; applied in the kernel,\n"
"                  to the bytes that are kept of a packet\n"
"  -w FILE         pcapng, with interface names and a comment for each\n"
"                  packet; \"-\" is stdout: ksflow monitor -w - | tshark -r -\n"
"  --count N       end after N records\n"
"  --duration S    end after S seconds\n"
"  --ready-file F  written once samples are being taken\n"
"  --rcvbuf BYTES  size of the socket buffer (default 8 MiB)\n"
"  With -j each record is one line of JSON. What was lost is said at the end.\n",
		.words = "samples drops repairs psample dev group reason filter -w --count --duration --ready-file --rcvbuf",
		.has_json = true,
		.takes_dev = true,
		.run = monitor_run,
	},
	{
		.name = "check",
		.synopsis = "",
		.help = "say why it does not work, with the command that mends it",
		.details =
"  Exit status 0: all is well; 1: something is not.\n",
		.has_json = true,
		.run = check_run,
	},
	{
		.name = "config",
		.synopsis = "collector add NAME ADDRESS [--port N] [--vrf V]\n"
			    "collector del NAME\n"
			    "agent-id add IF | agent-id del\n"
			    "enable | disable\n"
			    "sample-direction rx|tx|both|once\n"
			    "polling-interval SECONDS\n"
			    "drop-monitor-limit N\n"
			    "interface enable|disable IF|all\n"
			    "interface sample-rate IF N|default",
		.help = "change ksflowd's configuration file, and have it read",
		.details =
"  --file FILE as the first words: another one than /etc/ksflowd.conf.\n"
"  Comments and order stay; the file is replaced whole, by one that parses.\n"
"  polling-interval 0, drop-monitor-limit 0: none. --vrf default: no VRF.\n"
"  Called by the name \"sflow\", the tool takes these words without \"config\".\n",
		.words = "collector agent-id enable disable sample-direction polling-interval drop-monitor-limit interface add del sample-rate all default rx tx both once --port --vrf --file",
		.takes_dev = true,
		.run = config_run,
	},
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static const char global_options[] =
"  -j, --json     JSON (monitor: one document a line)\n"
"  -p, --pretty   JSON with line breaks\n"
"  -n, --netns NETNS\n"
"                 act in this network namespace: a name, a path or a pid\n"
"  -h, --help     help, also after a verb\n"
"  -V, --version  version of this tool\n";

static const struct tool_verb *find_verb(const char *name)
{
	size_t i;

	for (i = 0; i < VERBS; i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

static void print_synopsis(const struct tool_verb *verb, const char *prefix)
{
	const char *form = verb->synopsis;
	size_t len;

	do {
		len = strcspn(form, "\n");
		printf("%s%s%s%.*s\n", prefix, verb->name, len ? " " : "",
		       (int)len, form);
		form += len;
	} while (*form++);
}

static void print_help(void)
{
	size_t i;

	puts("Usage: ksflow [-j] [-p] [-n NETNS] [VERB ...]\n");
	for (i = 0; i < VERBS; i++)
		printf("  %-9s %s\n", verbs[i].name, verbs[i].help);
	puts("\nWithout a verb: show. \"ksflow VERB --help\" says more.\n");
	fputs(global_options, stdout);
	puts("\nExit status: 0 done, 1 failed, 2 wrong usage, 3 the module is not loaded.");
}

static void print_verb_help(const struct tool_verb *verb)
{
	puts("Usage:");
	print_synopsis(verb, "  ksflow ");
	printf("\n%s%s\n%s", verb->help, verb->has_json ? " (-j for JSON)" : "",
	       verb->details ? "\n" : "");
	if (verb->details)
		fputs(verb->details, stdout);
}

/* For completion: verbs, or the words of one. "dev" stands for device names. */
static int print_words(const char *name)
{
	const struct tool_verb *verb;
	size_t i;

	if (!name) {
		for (i = 0; i < VERBS; i++)
			puts(verbs[i].name);
		return TOOL_OK;
	}
	verb = find_verb(name);
	if (!verb)
		return TOOL_USAGE;
	if (verb->words)
		puts(verb->words);
	if (verb->takes_dev)
		puts("DEVICES");
	return TOOL_OK;
}

static int unknown_verb(const char *name)
{
	char known[200] = "";
	size_t i, used = 0;

	for (i = 0; i < VERBS; i++)
		used += snprintf(known + used, sizeof(known) - used, "%s%s",
				 i ? i + 1 < VERBS ? ", " : " or " : "",
				 verbs[i].name);
	return tool_usage(NULL, "unknown verb \"%s\": expected %s", name, known);
}

struct options {
	bool is_json;
	bool is_pretty;
	bool wants_help;
	bool wants_version;
	const char *netns;
};

/* Letters without a value may be joined: -jp. False: not one of them. */
static bool parse_letters(const char *word, struct options *options)
{
	struct options parsed = *options;

	if (word[0] != '-' || !word[1])
		return false;
	for (word++; *word; word++) {
		switch (*word) {
		case 'j':
			parsed.is_json = true;
			break;
		case 'p':
			parsed.is_pretty = true;
			break;
		case 'h':
			parsed.wants_help = true;
			break;
		case 'V':
			parsed.wants_version = true;
			break;
		default:
			return false;
		}
	}
	*options = parsed;
	return true;
}

static bool parse_flag(const char *word, struct options *options)
{
	if (!strcmp(word, "--json"))
		options->is_json = true;
	else if (!strcmp(word, "--pretty"))
		options->is_pretty = true;
	else if (!strcmp(word, "--help"))
		options->wants_help = true;
	else if (!strcmp(word, "--version"))
		options->wants_version = true;
	else
		return parse_letters(word, options);
	return true;
}

/* By a link of this name: the words of a switch. */
static bool is_sflow(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;

	return path && !strcmp(slash ? slash + 1 : path, "sflow");
}

/* Words before the verb. Return: how many, or -1 after a message. */
static int parse_globals(int argc, char **argv, struct options *options)
{
	int i;

	for (i = 1; i < argc && argv[i][0] == '-'; i++) {
		if (parse_flag(argv[i], options))
			continue;
		/* the first of what a switch is told, see config */
		if (is_sflow(argv[0]) && !strcmp(argv[i], "--file"))
			break;
		if (!strncmp(argv[i], "--netns=", 8)) {
			options->netns = argv[i] + 8;
		} else if (!strcmp(argv[i], "-n") ||
			   !strcmp(argv[i], "--netns")) {
			if (i + 1 == argc) {
				tool_usage(NULL,
					   "\"%s\" needs a value: a name under /run/netns, a path or a process id",
					   argv[i]);
				return -1;
			}
			options->netns = argv[++i];
		} else if (!strncmp(argv[i], "-n", 2)) {
			options->netns = argv[i] + 2;
		} else {
			tool_usage(NULL,
				   "unknown option \"%s\": expected -j, -p, -n, -h or -V",
				   argv[i]);
			return -1;
		}
	}
	return i;
}

/* Flags are welcome after the verb too; what is left is the verb's own. */
static int take_flags(int argc, char **argv, struct options *options)
{
	int i, left = 0;

	for (i = 0; i < argc; i++)
		if (!parse_flag(argv[i], options))
			argv[left++] = argv[i];
	return left;
}

static int finish(int ret)
{
	int error = print_close();

	/* Whoever read our output had enough: that is no failure. */
	if (!error || error == -EPIPE)
		return ret;
	tool_error("cannot write the output: %s", strerror(-error));
	return TOOL_FAILED;
}

int main(int argc, char **argv)
{
	const struct tool_verb *verb = &verbs[0];
	struct options options = { 0 };
	bool has_verb = false;
	int at, ret;

	process_occupy_standard_files();
	if (argc >= 2 && !strcmp(argv[1], "--words")) {
		print_open(stdout, false, false);
		return finish(print_words(argv[2]));
	}

	at = parse_globals(argc, argv, &options);
	if (at < 0)
		return TOOL_USAGE;
	if (at < argc && is_sflow(argv[0]) && strcmp(argv[at], "show")) {
		verb = find_verb("config");
		has_verb = true;
	} else if (at < argc) {
		verb = find_verb(argv[at]);
		if (!verb)
			return unknown_verb(argv[at]);
		has_verb = true;
		at++;
	}
	argc = take_flags(argc - at, argv + at, &options);
	argv += at;

	print_open(stdout, options.is_json || options.is_pretty,
		   options.is_pretty);
	if (options.wants_help) {
		if (has_verb)
			print_verb_help(verb);
		else
			print_help();
		return finish(TOOL_OK);
	}
	if (options.wants_version) {
		puts("ksflow " KSFLOW_VERSION);
		return finish(TOOL_OK);
	}
	if (options.netns) {
		ret = tool_enter(options.netns);
		if (ret)
			return ret;
	}
	return finish(verb->run(verb, argc, argv));
}
