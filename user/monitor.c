// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "monitor": a reader of its own, to text, JSON Lines or pcapng. */
#include "args.h"
#include "decode.h"
#include "ifname.h"
#include "nl.h"
#include "pcapng.h"
#include "print.h"
#include "tool.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fnmatch.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
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
	const char *dev;
	const char *file;
	const char *ready_file;
	uint64_t count;		/* 0 = no end */
	uint64_t duration_ns;	/* 0 = no end */
	uint64_t rcvbuf_bytes;
};

struct monitor {
	struct monitor_args args;
	struct ksflow_nl *nl;
	struct ifnames *names;
	struct pcapng pcapng;
	FILE *save;		/* NULL: print */
	uint64_t shown_records;
	uint64_t shown_hits;
	/* The module's figures for this reader, once it is at its end. */
	struct ksflow_reader reader;
	bool has_reader;
	bool is_ending;		/* nothing more is shown */
	int error;		/* of output */
};

static bool is_local(uint32_t ifindex)
{
	return ifindex == KSFLOW_IFINDEX_LOCAL;
}

/* A name in every case: "local", or the number of a device never seen. */
static const char *name_of(struct monitor *m, uint32_t ifindex, char *buf,
			   size_t size)
{
	const char *name;

	if (is_local(ifindex))
		return "local";
	if (!ifindex)
		return "-";
	name = ifnames_get(m->names, ifindex);
	if (name)
		snprintf(buf, size, "%s", name);
	else
		snprintf(buf, size, "if%" PRIu32, ifindex);
	return buf;
}

static void print_time(uint64_t time_ns)
{
	time_t seconds = (time_t)(time_ns / 1000000000);
	char buf[32];
	struct tm tm;

	print_u64("time-ns", NULL, time_ns);
	if (print_is_json() || !localtime_r(&seconds, &tm))
		return;
	strftime(buf, sizeof(buf), "%H:%M:%S", &tm);
	print_text("%s.%06u ", buf, (unsigned int)(time_ns / 1000 % 1000000));
}

static void print_interface(struct monitor *m, uint32_t ifindex,
			    const char *index_key, const char *name_key,
			    const char *local_key)
{
	const char *name;

	if (is_local(ifindex)) {
		print_bool(local_key, NULL, true);
		return;
	}
	print_u64(index_key, NULL, ifindex);
	name = ifnames_get(m->names, ifindex);
	if (name)
		print_string(name_key, NULL, name);
}

static void print_data(const struct ksflow_record *record)
{
	char hex[2 * KSFLOW_HEADER_MAX + 1];
	static const char digits[] = "0123456789abcdef";
	uint32_t i, len = record->data_len;

	if (len > KSFLOW_HEADER_MAX)
		len = KSFLOW_HEADER_MAX;
	for (i = 0; i < len; i++) {
		hex[2 * i] = digits[record->data[i] >> 4];
		hex[2 * i + 1] = digits[record->data[i] & 15];
	}
	hex[2 * len] = 0;
	print_string("data", NULL, hex);
}

/* What only JSON has room for. */
static void print_details(struct monitor *m, const struct ksflow_batch *batch,
			  const struct ksflow_record *record)
{
	char addr[INET6_ADDRSTRLEN];

	if (batch && ksflow_has(batch, BATCH_CPU))
		print_u64("cpu", NULL, batch->cpu);
	if (ksflow_has(record, RECORD_IN))
		print_interface(m, record->in, "in-ifindex", "in-dev",
				"in-local");
	if (ksflow_has(record, RECORD_OUT))
		print_interface(m, record->out, "out-ifindex", "out-dev",
				"out-local");
	if (ksflow_has(record, RECORD_POOL))
		print_u64("pool", NULL, record->pool);
	if (ksflow_has(record, RECORD_DROPS))
		print_u64("drops", NULL, record->drops);
	if (ksflow_has(record, RECORD_PROTO))
		print_u64("header-protocol", NULL, record->proto);
	if (ksflow_has(record, RECORD_VLAN)) {
		print_object("vlan");
		print_u64("tpid", NULL, record->vlan >> 16);
		print_u64("id", NULL, record->vlan & 0xfff);
		print_u64("priority", NULL, record->vlan >> 13 & 7);
		print_object_end();
	}
	if (ksflow_has(record, RECORD_MARK))
		print_u64("mark", NULL, record->mark);
	if (ksflow_has(record, RECORD_QUEUE))
		print_u64("queue", NULL, record->queue);
	if (ksflow_has(record, RECORD_QUEUE_DEPTH))
		print_u64("queue-depth-bytes", NULL, record->queue_depth_bytes);
	if (ksflow_has(record, RECORD_NEXTHOP4))
		print_string("next-hop", NULL,
			     inet_ntop(AF_INET, record->nexthop4, addr,
				       sizeof(addr)));
	if (ksflow_has(record, RECORD_NEXTHOP6))
		print_string("next-hop", NULL,
			     inet_ntop(AF_INET6, record->nexthop6, addr,
				       sizeof(addr)));
	if (ksflow_has(record, RECORD_SRC_PREFIX))
		print_u64("src-prefix-len", NULL, record->src_prefix_len);
	if (ksflow_has(record, RECORD_DST_PREFIX))
		print_u64("dst-prefix-len", NULL, record->dst_prefix_len);
	print_flag("segmented", NULL, record->is_segmented);
	if (ksflow_has(record, RECORD_DATA))
		print_data(record);
}

static void print_record(struct monitor *m, const struct ksflow_batch *batch,
			 const struct ksflow_record *record)
{
	char in[IFNAMSIZ + 2], out[IFNAMSIZ + 2], dev[IFNAMSIZ + 2];
	const char *dir = ksflow_dir_name(record->dir);
	char summary[256];

	decode_packet(record->proto, record->data, record->data_len, summary,
		      sizeof(summary));

	print_object(NULL);
	print_string("kind", NULL, "sample");
	if (ksflow_has(record, RECORD_TIME))
		print_time(record->time_ns);
	if (ksflow_has(record, RECORD_DIR))
		print_string("dir", "%-7s ", dir ? dir : "?");
	if (print_is_json())
		print_interface(m, record->source, "ifindex", "dev", "local");
	else
		print_text("%s %s->%s ",
			   name_of(m, record->source, dev, sizeof(dev)),
			   name_of(m, record->in, in, sizeof(in)),
			   name_of(m, record->out, out, sizeof(out)));
	if (ksflow_has(record, RECORD_RATE))
		print_u64("rate", "1:%llu ", record->rate);
	if (record->hits > 1)
		print_u64("hits", "x%llu ", record->hits);
	else
		print_u64("hits", NULL, record->hits);
	if (ksflow_has(record, RECORD_LEN))
		print_u64("len-bytes", "len %llu ", record->len_bytes);
	if (print_is_json())
		print_details(m, batch, record);
	print_string("summary", "%s\n", summary);
	print_object_end();
	print_json_line();
}

/* Grows by words with a space between them. */
__attribute__((format(printf, 3, 4)))
static void append(char *text, size_t size, const char *fmt, ...)
{
	size_t used = strlen(text);
	va_list args;

	if (used && used + 1 < size) {
		text[used++] = ' ';
		text[used] = 0;
	}
	va_start(args, fmt);
	vsnprintf(text + used, size - used, fmt, args);
	va_end(args);
}

static enum pcapng_link link_of(uint32_t proto)
{
	switch (proto) {
	case DECODE_ETHERNET:
		return PCAPNG_ETHERNET;
	case DECODE_IPV4:
	case DECODE_IPV6:
		return PCAPNG_RAW;
	case DECODE_MPLS:
		return PCAPNG_MPLS;
	}
	return PCAPNG_USER0;
}

static void save_record(struct monitor *m, const struct ksflow_record *record)
{
	char name[IFNAMSIZ + 2], buf[IFNAMSIZ + 2];
	const char *dir = ksflow_dir_name(record->dir);
	char comment[256] = "";
	struct pcapng_packet packet = {
		.time_ns = record->time_ns,
		.ifindex = record->source,
		.ifname = name_of(m, record->source, name, sizeof(name)),
		.link = link_of(record->proto),
		.len_bytes = record->len_bytes,
		.data_bytes = record->data_len,
		.data = record->data,
		.comment = comment,
	};
	int ret;

	if (packet.len_bytes < packet.data_bytes)
		packet.len_bytes = packet.data_bytes;
	if (record->dir == KSFLOW_DIR_INGRESS)
		packet.dir = PCAPNG_DIR_IN;
	else if (record->dir == KSFLOW_DIR_EGRESS)
		packet.dir = PCAPNG_DIR_OUT;

	append(comment, sizeof(comment), "dir %s", dir ? dir : "?");
	append(comment, sizeof(comment), "rate %" PRIu32, record->rate);
	if (ksflow_has(record, RECORD_POOL))
		append(comment, sizeof(comment), "pool %" PRIu64, record->pool);
	if (ksflow_has(record, RECORD_DROPS))
		append(comment, sizeof(comment), "drops %" PRIu64,
		       record->drops);
	append(comment, sizeof(comment), "hits %" PRIu32, record->hits);
	if (ksflow_has(record, RECORD_IN))
		append(comment, sizeof(comment), "in %s",
		       name_of(m, record->in, buf, sizeof(buf)));
	if (ksflow_has(record, RECORD_OUT))
		append(comment, sizeof(comment), "out %s",
		       name_of(m, record->out, buf, sizeof(buf)));
	if (record->is_segmented)
		append(comment, sizeof(comment), "segmented");

	ret = pcapng_write(&m->pcapng, &packet);
	if (ret && !m->error)
		m->error = ret;
}

static bool is_wanted(struct monitor *m, const struct ksflow_record *record)
{
	const char *name;

	if (!m->args.dev)
		return true;
	name = ifnames_get(m->names, record->source);
	return name && !fnmatch(m->args.dev, name, 0);
}

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	struct monitor *m = arg;

	if (m->is_ending || m->error)
		return;
	if (batch && batch->kind != KSFLOW_KIND_SAMPLE)
		return;
	if (!is_wanted(m, record))
		return;
	if (m->save)
		save_record(m, record);
	else
		print_record(m, batch, record);
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

static int parse(const struct tool_verb *verb, int argc, char **argv,
		 struct monitor_args *args)
{
	const char *word, *value;
	char text[200];
	int i = 0;

	args->rcvbuf_bytes = RCVBUF_DEFAULT;
	if (argc && !strcmp(argv[0], "samples"))
		i++;
	for (; i < argc; i += 2) {
		word = argv[i];
		value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(word, "dev") && strcmp(word, "-w") &&
		    strcmp(word, "--count") && strcmp(word, "--duration") &&
		    strcmp(word, "--ready-file") && strcmp(word, "--rcvbuf"))
			return tool_usage(verb,
					  "unknown word \"%s\" after \"monitor\": expected samples, dev, -w, --count, --duration, --ready-file or --rcvbuf",
					  word);
		if (!value)
			return tool_usage(verb, "\"%s\" needs a value", word);

		if (!strcmp(word, "dev")) {
			if (!args_pattern(value, text, sizeof(text)))
				return tool_usage(verb, "%s", text);
			args->dev = value;
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
	is_good = fprintf(file, "%" PRIu32 "\n", ksflow_nl_portid(m->nl)) > 0;
	is_good = !fclose(file) && is_good;
	if (!is_good || rename(path, m->args.ready_file)) {
		tool_error("cannot write \"%s\": %s", m->args.ready_file,
			   strerror(errno));
		unlink(path);
		return TOOL_FAILED;
	}
	return TOOL_OK;
}

static int note_reader(const struct ksflow_reader *reader, void *arg)
{
	struct monitor *m = arg;

	if (reader->portid == ksflow_nl_portid(m->nl) &&
	    reader->kind == KSFLOW_KIND_SAMPLE) {
		m->reader = *reader;
		m->has_reader = true;
		/* What comes after is in no account any more. */
		m->is_ending = true;
	}
	return 0;
}

/* The end: what the rings and the socket still hold, and the account. */
static void drain(struct monitor *m)
{
	const struct ksflow_stats_handler handler = {
		.reader = note_reader,
		.arg = m,
	};
	struct ksflow_nl_error err = { 0 };

	ksflow_nl_stats_get(m->nl, &handler, &err);
	ksflow_nl_unsubscribe(m->nl, &err);
	while (ksflow_nl_receive(m->nl, BATCHES_AT_ONCE, &err) > 0)
		;
	flush(m);
}

static void print_summary(const struct monitor *m, double seconds)
{
	const struct ksflow_nl_counts *counts = ksflow_nl_counts(m->nl);
	const struct ksflow_reader *r = &m->reader;

	fprintf(stderr, "%" PRIu64 " records, %" PRIu64 " samples in %.1f s",
		m->shown_records, m->shown_hits, seconds);
	if (m->has_reader) {
		const uint64_t lost_reader = r->lost_overrun + r->lost_memory;

		fprintf(stderr,
			"; selected %" PRIu64 ", delivered %" PRIu64
			", lost %" PRIu64 " (ring %" PRIu64 ", reader %" PRIu64 ")",
			r->selected, r->delivered, r->lost_ring + lost_reader,
			r->lost_ring, lost_reader);
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
		[POLL_RECORDS] = { .fd = ksflow_nl_fd(m->nl), .events = POLLIN },
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
			ret = ksflow_nl_receive(m->nl, BATCHES_AT_ONCE, &err);
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

static int run(struct monitor *m)
{
	const struct ksflow_subscription sub = {
		.kinds = 1U << KSFLOW_KIND_SAMPLE,
	};
	const struct ksflow_handler handler = { .record = on_record, .arg = m };
	struct ksflow_nl_watch *watch;
	struct ksflow_nl_error err = { 0 };
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

	watch = ksflow_nl_watch_open(NULL);
	ksflow_nl_set_rcvbuf(m->nl, (int)m->args.rcvbuf_bytes);
	start_s = now_s();
	ret = ksflow_nl_subscribe(m->nl, &sub, &handler, NULL, &err);
	if (ret) {
		ret = tool_failed(&err);
		goto out;
	}
	if (m->args.ready_file) {
		ret = write_ready_file(m);
		if (ret)
			goto out;
	}
	timer = start_timer(m->args.duration_ns);
	ret = loop(m, signals, timer, watch);
	drain(m);
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

int monitor_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct monitor m = { 0 };
	int ret;

	ret = parse(verb, argc, argv, &m.args);
	if (ret)
		return ret;
	ret = tool_open(&m.nl);
	if (ret)
		return ret;
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
	ifnames_free(m.names);
	ksflow_nl_close(m.nl);
	return ret;
}
