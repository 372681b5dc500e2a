// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "monitor": a reader of its own, to text, JSON Lines or pcapng. */
#include "args.h"
#include "filter.h"
#include "ifname.h"
#include "links.h"
#include "nl.h"
#include "pcapng.h"
#include "print.h"
#include "psample.h"
#include "psample_record.h"
#include "record.h"
#include "tool.h"

#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#define RCVBUF_DEFAULT	(8 << 20)
#define RCVBUF_MAX	(1 << 30)
/* Messages between two looks at the clock and at signals. */
#define BATCHES_AT_ONCE	64

struct monitor_args {
	uint8_t kind;		/* enum ksflow_kind */
	bool is_psample;	/* not the module's at all */
	bool has_group;
	uint32_t group;
	const char *dev;
	const char *reason;
	char filter[4096];	/* "": none */
	const char *file;
	const char *ready_file;
	uint64_t count;		/* 0 = no end */
	uint64_t duration_ns;	/* 0 = no end */
	uint64_t rcvbuf_bytes;
};

/* A group of psample, by the number of its samples. */
struct monitor_group {
	uint32_t number;
	struct psample_sequence sequence;
};

struct monitor {
	struct monitor_args args;
	struct ksflow_nl *nl;
	/* instead of it: */
	struct psample_nl *psample;
	struct links *links;
	unsigned int group_count;
	struct monitor_group *groups;
	struct ifnames *names;
	struct pcapng pcapng;
	struct filter *filter;	/* NULL: none */
	FILE *save;		/* NULL: print */
	uint64_t shown_records;
	uint64_t shown_hits;
	/* The module's figures for this reader, once it is at its end. */
	struct ksflow_reader reader;
	bool has_reader;
	/* Drops over the limit, of all readers, since the start. */
	uint64_t limited_before;
	uint64_t limited;
	bool is_ending;		/* nothing more is shown */
	int error;		/* of output */
};

static bool is_wanted(struct monitor *m, const struct ksflow_record *record)
{
	const char *name;

	if (m->args.reason && !record_is_dropped_for(record, m->args.reason))
		return false;
	if (!m->args.dev)
		return true;
	if (m->args.kind == KSFLOW_KIND_DROP)
		return record_touches(m->names, record, m->args.dev);
	name = ifnames_get(m->names, record->source);
	return name && !fnmatch(m->args.dev, name, 0);
}

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	struct monitor *m = arg;
	int ret;

	if (m->is_ending || m->error)
		return;
	if (batch && batch->kind != m->args.kind)
		return;
	if (!is_wanted(m, record))
		return;
	if (m->save) {
		ret = record_save(&m->pcapng, m->names, batch, record);
		if (ret && !m->error)
			m->error = ret;
	} else {
		record_print(m->names, batch, record);
	}
	m->shown_records++;
	m->shown_hits += record->hits;
	if (m->args.count && m->shown_records >= m->args.count)
		m->is_ending = true;
}

/* So that a pipe's other end sees each batch as it comes. */
static void flush(struct monitor *m)
{
	int ret;

	if (m->save)
		ret = fflush(m->save) ? -errno : 0;
	else
		ret = print_flush();
	if (ret && !m->error)
		m->error = ret;
}

static bool is_word(const char *word)
{
	static const char * const words[] = {
		"dev", "group", "reason", "filter", "-w", "--count", "--duration",
		"--ready-file", "--rcvbuf",
	};
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (!strcmp(word, words[i]))
			return true;
	return false;
}

/* An expression in quotes, or up to the next word of ours. How many. */
static int parse_filter(int argc, char **argv, char *filter, size_t size)
{
	size_t used = 0;
	int i;

	filter[0] = 0;
	for (i = 0; i < argc && (!i || !is_word(argv[i])); i++) {
		used += snprintf(filter + used, size - used, "%s%s",
				 i ? " " : "", argv[i]);
		if (used >= size)
			return -1;
	}
	return i;
}

static int parse(const struct tool_verb *verb, int argc, char **argv,
		 struct monitor_args *args)
{
	const char *word, *value;
	uint64_t number;
	char text[200];
	int i = 0, words;

	args->rcvbuf_bytes = RCVBUF_DEFAULT;
	args->kind = KSFLOW_KIND_SAMPLE;
	if (argc && !strcmp(argv[0], "samples")) {
		i++;
	} else if (argc && !strcmp(argv[0], "drops")) {
		args->kind = KSFLOW_KIND_DROP;
		i++;
	} else if (argc && !strcmp(argv[0], "repairs")) {
		args->kind = KSFLOW_KIND_REPAIR;
		i++;
	} else if (argc && !strcmp(argv[0], "psample")) {
		args->is_psample = true;
		i++;
	}
	for (; i < argc; i += 2) {
		word = argv[i];
		value = i + 1 < argc ? argv[i + 1] : NULL;
		if (!is_word(word))
			return tool_usage(verb,
					  "unknown word \"%s\" after \"monitor\": expected samples, drops, repairs, psample, dev, group, reason, filter, -w, --count, --duration, --ready-file or --rcvbuf",
					  word);
		if (!value)
			return tool_usage(verb, "\"%s\" needs a value", word);

		if (!strcmp(word, "dev")) {
			if (!args_pattern(value, text, sizeof(text)))
				return tool_usage(verb, "%s", text);
			args->dev = value;
		} else if (!strcmp(word, "group")) {
			if (!args->is_psample)
				return tool_usage(verb,
						  "\"group\": expected after \"monitor psample\"");
			if (!args_u64(value, 0, UINT32_MAX, &number))
				return tool_usage(verb,
						  "bad group \"%s\": expected 0...4294967295",
						  value);
			args->group = number;
			args->has_group = true;
		} else if (!strcmp(word, "reason")) {
			if (args->kind != KSFLOW_KIND_DROP)
				return tool_usage(verb,
						  "\"reason\": expected after \"monitor drops\": samples have none");
			args->reason = value;
		} else if (!strcmp(word, "filter")) {
			words = parse_filter(argc - i - 1, argv + i + 1,
					     args->filter,
					     sizeof(args->filter));
			if (words < 0)
				return tool_usage(verb,
						  "the filter is too long: expected at most %zu characters",
						  sizeof(args->filter) - 1);
			i += words - 1;
		} else if (!strcmp(word, "-w")) {
			args->file = value;
		} else if (!strcmp(word, "--ready-file")) {
			args->ready_file = value;
		} else if (!strcmp(word, "--count")) {
			if (!args_u64(value, 1, UINT64_MAX, &args->count))
				return tool_usage(verb,
						  "bad count \"%s\": expected 1 or more",
						  value);
		} else if (!strcmp(word, "--duration")) {
			if (!args_seconds(value, 0.001, &args->duration_ns))
				return tool_usage(verb,
						  "bad duration \"%s\": expected seconds, 0.001 or more",
						  value);
		} else if (!args_u64(value, 1, RCVBUF_MAX,
				     &args->rcvbuf_bytes)) {
			return tool_usage(verb,
					  "bad buffer size \"%s\": expected 1...%d bytes",
					  value, RCVBUF_MAX);
		}
	}
	if (args->file && print_is_json())
		return tool_usage(verb, "-j and -w exclude each other");
	if (args->file && !strcmp(args->file, "-") && isatty(STDOUT_FILENO))
		return tool_usage(verb,
				  "\"-w -\" writes binary data: expected a pipe or file, not a terminal");
	return TOOL_OK;
}

static int open_save(struct monitor *m)
{
	int ret;

	if (!strcmp(m->args.file, "-")) {
		m->save = stdout;
	} else {
		m->save = fopen(m->args.file, "we");
		if (!m->save) {
			tool_error("cannot open \"%s\": %s", m->args.file,
				   strerror(errno));
			return TOOL_FAILED;
		}
	}
	ret = pcapng_open(&m->pcapng, m->save, "ksflow " KSFLOW_VERSION);
	if (ret)
		m->error = ret;
	/* A reader of the pipe learns the format before the first packet. */
	flush(m);
	return TOOL_OK;
}

/* Complete as soon as it is there: its content is the reader's port. */
static int write_ready_file(const struct monitor *m)
{
	char path[4096];
	FILE *file;
	bool is_good;

	if (snprintf(path, sizeof(path), "%s.new", m->args.ready_file) >=
	    (int)sizeof(path)) {
		tool_error("the name of the ready-file is too long");
		return TOOL_FAILED;
	}
	file = fopen(path, "we");
	if (!file) {
		tool_error("cannot open \"%s\": %s", path, strerror(errno));
		return TOOL_FAILED;
	}
	is_good = fprintf(file, "%" PRIu32 "\n", m->psample ?
			  psample_nl_portid(m->psample) :
			  ksflow_nl_portid(m->nl)) > 0;
	is_good = !fclose(file) && is_good;
	if (!is_good || rename(path, m->args.ready_file)) {
		tool_error("cannot write \"%s\": %s", m->args.ready_file,
			   strerror(errno));
		unlink(path);
		return TOOL_FAILED;
	}
	return TOOL_OK;
}

static int note_limited(const struct ksflow_stats *stats, void *arg)
{
	struct monitor *m = arg;

	if (stats->kind == m->args.kind)
		m->limited += stats->limited;
	return 0;
}

static int note_reader(const struct ksflow_reader *reader, void *arg)
{
	struct monitor *m = arg;

	if (reader->portid == ksflow_nl_portid(m->nl) &&
	    reader->kind == m->args.kind) {
		m->reader = *reader;
		m->has_reader = true;
		/* What comes after is in no account any more. */
		m->is_ending = true;
	}
	return 0;
}

static struct psample_sequence *sequence_of(struct monitor *m, uint32_t number)
{
	struct monitor_group *groups;
	unsigned int i;

	for (i = 0; i < m->group_count; i++) {
		if (m->groups[i].number == number)
			return &m->groups[i].sequence;
	}
	groups = reallocarray(m->groups, m->group_count + 1, sizeof(*groups));
	if (!groups)
		return NULL;
	m->groups = groups;
	memset(&groups[i], 0, sizeof(groups[i]));
	groups[i].number = number;
	m->group_count++;
	return &groups[i].sequence;
}

static void on_psample(struct psample_packet *p, void *arg)
{
	struct psample_sequence *sequence;
	struct ksflow_record record;
	struct monitor *m = arg;
	struct timespec now;
	int ret = 0;

	if (m->is_ending || m->error ||
	    (m->args.has_group && p->group != m->args.group))
		return;
	sequence = sequence_of(m, p->group);
	if (sequence && psample_has(p, GROUP_SEQ))
		psample_sequence_next(sequence, p->sequence);
	psample_record(p, m->links, 0, KSFLOW_HEADER_MAX, &record);
	if (m->args.dev && !record_touches(m->names, &record, m->args.dev))
		return;
	if (m->filter && !filter_matches(m->filter, record.proto, record.data,
					 record.data_len, record.len_bytes))
		return;
	if (!ksflow_has(&record, RECORD_TIME)) {
		/* before 5.13 nobody else says when */
		clock_gettime(CLOCK_REALTIME, &now);
		record.time_ns = now.tv_sec * 1000000000ULL + now.tv_nsec;
		ksflow_set(&record, RECORD_TIME);
	}
	if (m->save)
		ret = record_save(&m->pcapng, m->names, NULL, &record);
	else
		record_print_psample(m->names, p, &record);
	if (ret && !m->error)
		m->error = ret;
	m->shown_records++;
	if (m->args.count && m->shown_records >= m->args.count)
		m->is_ending = true;
}

static void on_psample_restart(uint32_t group, void *arg)
{
	struct psample_sequence *sequence = sequence_of(arg, group);

	if (sequence)
		psample_sequence_restart(sequence);
}

static int receive(struct monitor *m, struct ksflow_nl_error *err)
{
	int ret;

	if (!m->psample)
		return ksflow_nl_receive(m->nl, BATCHES_AT_ONCE, err);
	/* a part at a time */
	while (links_receive(m->links))
		;
	ret = psample_nl_receive(m->psample, BATCHES_AT_ONCE);
	if (ret < 0) {
		err->code = ret;
		snprintf(err->text, sizeof(err->text), "reading samples: %s",
			 strerror(-ret));
	}
	return ret;
}

/* The end: what the rings and the socket still hold, and the account. */
static void drain(struct monitor *m)
{
	const struct ksflow_stats_handler handler = {
		.stats = note_limited,
		.reader = note_reader,
		.arg = m,
	};
	struct ksflow_nl_error err = { 0 };

	if (m->psample) {
		while (receive(m, &err) > 0)
			;
		flush(m);
		return;
	}
	m->limited = 0;
	ksflow_nl_stats_get(m->nl, &handler, &err);
	ksflow_nl_unsubscribe(m->nl, &err);
	while (ksflow_nl_receive(m->nl, BATCHES_AT_ONCE, &err) > 0)
		;
	flush(m);
}

static void print_summary_psample(const struct monitor *m, double seconds)
{
	const struct psample_counts *counts = psample_nl_counts(m->psample);
	unsigned int i;

	fprintf(stderr, "%" PRIu64 " samples in %.1f s", m->shown_records,
		seconds);
	for (i = 0; i < m->group_count; i++) {
		const struct psample_sequence *s = &m->groups[i].sequence;

		fprintf(stderr, "; group %" PRIu32 ": read %" PRIu64
			", lost %" PRIu64 ", duplicates %" PRIu64
			", reordered %" PRIu64, m->groups[i].number,
			s->messages, s->lost, s->duplicates, s->reordered);
	}
	fprintf(stderr, "; overruns %" PRIu64, counts->overruns);
	if (counts->truncated || counts->malformed)
		fprintf(stderr, "; not understood: %" PRIu64 " messages",
			counts->truncated + counts->malformed);
	fputc('\n', stderr);
}

static void print_summary(const struct monitor *m, double seconds)
{
	const struct ksflow_nl_counts *counts = ksflow_nl_counts(m->nl);
	const struct ksflow_reader *r = &m->reader;

	if (m->args.kind != KSFLOW_KIND_SAMPLE)
		fprintf(stderr, "%" PRIu64 " %ss in %.1f s", m->shown_records,
			ksflow_kind_name(m->args.kind), seconds);
	else
		fprintf(stderr,
			"%" PRIu64 " records, %" PRIu64 " samples in %.1f s",
			m->shown_records, m->shown_hits, seconds);
	if (m->has_reader) {
		const uint64_t lost_reader = r->lost_overrun + r->lost_memory;

		fprintf(stderr,
			"; selected %" PRIu64 ", delivered %" PRIu64
			", lost %" PRIu64 " (ring %" PRIu64 ", reader %" PRIu64 ")",
			r->selected, r->delivered, r->lost_ring + lost_reader,
			r->lost_ring, lost_reader);
		if (m->filter)
			fprintf(stderr, ", filtered %" PRIu64, r->filtered);
		if (m->args.kind != KSFLOW_KIND_SAMPLE)
			fprintf(stderr, "; over the limit %" PRIu64,
				m->limited - m->limited_before);
	} else {
		fprintf(stderr, "; losses unknown: the module does not answer");
	}
	if (counts->truncated || counts->malformed)
		fprintf(stderr, "; not understood: %" PRIu64 " messages",
			counts->truncated + counts->malformed);
	fputc('\n', stderr);
}

enum { POLL_RECORDS, POLL_SIGNAL, POLL_TIMER, POLL_MODULE, POLL_OUTPUT, POLLS };

/* Return: tool_exit. */
static int loop(struct monitor *m, int signals, int timer,
		struct ksflow_nl_watch *watch)
{
	struct pollfd fds[POLLS] = {
		[POLL_RECORDS] = {
			.fd = m->psample ? psample_nl_fd(m->psample) :
					   ksflow_nl_fd(m->nl),
			.events = POLLIN,
		},
		[POLL_SIGNAL] = { .fd = signals, .events = POLLIN },
		[POLL_TIMER] = { .fd = timer, .events = POLLIN },
		[POLL_MODULE] = {
			.fd = watch ? ksflow_nl_watch_fd(watch) : -1,
			.events = POLLIN,
		},
		/* Nothing is asked: only that the other end went away. */
		[POLL_OUTPUT] = {
			.fd = m->save ? fileno(m->save) : STDOUT_FILENO,
		},
	};
	struct ksflow_nl_error err = { 0 };
	int ret;

	while (!m->is_ending && !m->error) {
		ret = poll(fds, POLLS, -1);
		if (ret < 0 && errno != EINTR) {
			tool_error("poll: %s", strerror(errno));
			return TOOL_FAILED;
		}
		if (ret < 0)
			continue;
		if (fds[POLL_RECORDS].revents) {
			ifnames_age(m->names);
			ret = receive(m, &err);
			flush(m);
			if (ret < 0)
				return tool_failed(&err);
		}
		if (fds[POLL_SIGNAL].revents || fds[POLL_TIMER].revents)
			return TOOL_OK;
		if (fds[POLL_MODULE].revents &&
		    ksflow_nl_watch_receive(watch) < 0) {
			tool_error("the kernel module ksflow was unloaded");
			return TOOL_NO_MODULE;
		}
		if (fds[POLL_OUTPUT].revents & (POLLERR | POLLHUP | POLLNVAL))
			m->error = -EPIPE;
	}
	return TOOL_OK;
}

static int start_timer(uint64_t duration_ns)
{
	struct itimerspec when = {
		.it_value.tv_sec = (time_t)(duration_ns / 1000000000),
		.it_value.tv_nsec = (long)(duration_ns % 1000000000),
	};
	int fd;

	if (!duration_ns)
		return -1;
	fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (fd >= 0)
		timerfd_settime(fd, 0, &when, NULL);
	return fd;
}

static double now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + now.tv_nsec / 1e9;
}

/* What is off will not come by waiting. */
static void hint(const struct ksflow_config *config)
{
	if (!ksflow_has(config, CONFIG_DROP) ||
	    config->drop.state == KSFLOW_DROP_ON)
		return;
	tool_error("drops are %s here; to see them: ksflow drop set state on",
		   config->drop.state == KSFLOW_DROP_OFF ?
		   "not captured (state off)" : "only counted (state count)");
}

static int subscribe_repairs(struct monitor *m,
			     const struct ksflow_config *config)
{
	if (!ksflow_has(config, CONFIG_REPAIR)) {
		tool_error("module ksflow %s (ABI %" PRIu32 ") cannot repair checksums: load the one this tool came with",
			   config->version, config->abi);
		return TOOL_FAILED;
	}
	if (!config->repair_count)
		tool_error("no rule of repair here; to look for wrong checksums: ksflow repair add port N");
	m->limited_before = m->limited;
	return TOOL_OK;
}

static int join(struct monitor *m)
{
	int ret = psample_nl_set_rcvbuf(m->psample,
					(int)m->args.rcvbuf_bytes);

	ret = ret ?: psample_nl_join(m->psample);
	if (!ret)
		return TOOL_OK;
	if (ret == -ENOENT) {
		tool_error("the kernel module psample is not loaded: waiting for whoever samples into it, as \"tc ... action sample\"");
		return TOOL_OK;
	}
	tool_error("psample: %s", strerror(-ret));
	return TOOL_FAILED;
}

static int subscribe(struct monitor *m, const struct ksflow_handler *handler)
{
	const struct ksflow_stats_handler stats = {
		.stats = note_limited, .arg = m,
	};
	struct ksflow_subscription sub = { .kinds = 1U << m->args.kind };
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	int ret = TOOL_OK;

	if (m->filter)
		filter_use(m->filter, &sub);
	if (ksflow_nl_subscribe(m->nl, &sub, handler, &config, &err))
		return tool_failed(&err);
	if (m->args.kind == KSFLOW_KIND_DROP) {
		hint(&config);
		ksflow_nl_stats_get(m->nl, &stats, &err);
		m->limited_before = m->limited;
	} else if (m->args.kind == KSFLOW_KIND_REPAIR) {
		ksflow_nl_stats_get(m->nl, &stats, &err);
		ret = subscribe_repairs(m, &config);
	}
	ksflow_config_free(&config);
	return ret;
}

static int run(struct monitor *m)
{
	const struct ksflow_handler handler = { .record = on_record, .arg = m };
	struct ksflow_nl_watch *watch;
	int signals, timer = -1;
	double start_s;
	sigset_t set;
	int ret;

	/* Before the subscription, so that no signal ends us unaccounted. */
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (signals < 0) {
		tool_error("signalfd: %s", strerror(errno));
		return TOOL_FAILED;
	}

	watch = m->psample ? NULL : ksflow_nl_watch_open(NULL);
	if (m->nl)
		ksflow_nl_set_rcvbuf(m->nl, (int)m->args.rcvbuf_bytes);
	start_s = now_s();
	ret = m->psample ? join(m) : subscribe(m, &handler);
	if (ret)
		goto out;
	if (m->args.ready_file) {
		ret = write_ready_file(m);
		if (ret)
			goto out;
	}
	timer = start_timer(m->args.duration_ns);
	ret = loop(m, signals, timer, watch);
	drain(m);
	if (m->psample)
		print_summary_psample(m, now_s() - start_s);
	else
		print_summary(m, now_s() - start_s);
out:
	if (timer >= 0)
		close(timer);
	ksflow_nl_watch_close(watch);
	close(signals);
	return ret;
}

/* A name that is no pattern is most likely meant to be there now. */
static int check_dev(const char *dev)
{
	if (!dev || args_is_glob(dev) || if_nametoindex(dev))
		return TOOL_OK;
	tool_error("no device \"%s\" in this network namespace", dev);
	return TOOL_FAILED;
}

static int open_psample(struct monitor *m,
			const struct psample_handler *handler)
{
	m->links = links_open(NULL, NULL);
	m->psample = m->links ? psample_nl_open(handler) : NULL;
	if (m->psample)
		return TOOL_OK;
	tool_error("netlink: %s", strerror(errno));
	return TOOL_FAILED;
}

int monitor_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct monitor m = { 0 };
	const struct psample_handler psample = {
		.packet = on_psample, .restarted = on_psample_restart,
		.arg = &m,
	};
	char text[256];
	int ret;

	ret = parse(verb, argc, argv, &m.args);
	if (ret)
		return ret;
	if (m.args.filter[0]) {
		m.filter = filter_compile(m.args.filter, text, sizeof(text));
		if (!m.filter)
			return tool_usage(verb, "bad filter \"%s\": %s",
					  m.args.filter, text);
	}
	ret = m.args.is_psample ? open_psample(&m, &psample) :
				  tool_open(&m.nl);
	if (ret)
		goto out;
	ret = check_dev(m.args.dev);
	if (ret)
		goto out;
	m.names = ifnames_new();
	if (!m.names) {
		tool_error("%s", strerror(ENOMEM));
		ret = TOOL_FAILED;
		goto out;
	}
	if (m.args.file)
		ret = open_save(&m);
	if (!ret)
		ret = run(&m);

	if (m.save && m.save != stdout && fclose(m.save) && !m.error)
		m.error = -errno;
	/* Reported here, if at all: main() need not find it again. */
	if (m.save == stdout)
		clearerr(stdout);
	/* Whoever read our output had enough: that is no failure. */
	if (m.error && m.error != -EPIPE) {
		tool_error("cannot write %s: %s",
			   m.args.file ? m.args.file : "the output",
			   strerror(-m.error));
		ret = ret ? ret : TOOL_FAILED;
	}
out:
	pcapng_close(&m.pcapng);
	filter_free(m.filter);
	ifnames_free(m.names);
	ksflow_nl_close(m.nl);
	psample_nl_close(m.psample);
	links_close(m.links);
	free(m.groups);
	return ret;
}
