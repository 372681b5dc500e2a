// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * ksflowd: the module's samples and drops, psample's, and interface counters,
 * as sFlow.
 * One loop, one thread: what is ready is read, what is due is done, what is
 * pending is sent before the next wait, so that no sample waits for company.
 */
#include "agent.h"
#include "clock.h"
#include "collector.h"
#include "conf.h"
#include "counters.h"
#include "dent.h"
#include "export.h"
#include "links.h"
#include "log.h"
#include "module.h"
#include "nl.h"
#include "notify.h"
#include "ports.h"
#include "print.h"
#include "privileges.h"
#include "process.h"
#include "psample_source.h"
#include "rates.h"
#include "rtnl.h"
#include "state.h"
#include "tunnel.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#define STATUS_MS	10000
/* Addresses rarely change alone. */
#define ADDRESSES_MS	200
/* Samples of an interface come for a while after it is gone. */
#define GONE_MS		2000
/* Until the module is told again what it did not take: at first, and at most. */
#define RETRY_MS	5000
#define RETRY_MAX_MS	300000
/* As many samples may still wait in a socket at the end. */
#define LAST_BURSTS	256

struct daemon {
	const char *file;		/* NULL: the default ones */
	struct conf conf;
	struct collectors *collectors;
	struct export *export;
	struct counters *counters;
	struct module *module;
	struct links *links;
	struct rates *rates;
	struct psample_source *psample;
	struct dent *dent;
	uint32_t own_group;		/* psample's, as the source has it */
	uint32_t filters;		/* dent's generation, as the module has it */
	uint32_t addresses_told;	/* the same of the collectors */
	struct state *state;
	struct tunnels *tunnels;
	bool said_state;
	bool is_unapplied;		/* the module has not got its rules */
	int64_t retry_ms;		/* until it is told again */
	struct mnl_socket *addresses;
	int signals;
	int epoll;
	int64_t now_ms;
	int64_t addresses_ms;		/* when to look at them; 0: not */
	int64_t names_ms;		/* of interfaces; the same */
	int64_t gone_ms;		/* when to forget those; the same */
	int64_t status_ms;
	uint64_t lost;			/* as was said last */
	bool has_agent;
	struct sflow_addr agent;
	bool is_strict;
	bool keeps_namespaces;		/* may enter them */
	bool is_over;
};

static void on_sample(struct daemon *d, const struct ksflow_record *record)
{
	struct flow_tunnel found[FLOW_TUNNELS];
	const struct flow_tunnel *around;
	struct ksflow_record sample;

	around = tunnels_around(d->tunnels, record, found);
	if (around) {
		sample = *record;
		sample.tunnel = around;
		record = &sample;
	}
	export_record(d->export, record, d->now_ms);
}

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	struct daemon *d = arg;

	if (batch->kind == KSFLOW_KIND_SAMPLE)
		on_sample(d, record);
	else if (batch->kind == KSFLOW_KIND_DROP)
		export_discard(d->export, record, d->now_ms);
}

static void on_psample(const struct ksflow_record *record, void *arg)
{
	struct daemon *d = arg;

	export_record(d->export, record, d->now_ms);
}

/* A drop of a datagram about drops would make another one. */
static void tell_own(struct daemon *d)
{
	struct ksflow_own own[KSFLOW_OWN_MAX];

	d->addresses_told = collectors_generation(d->collectors);
	module_set_own(d->module, own,
		       collectors_own(d->collectors, own, KSFLOW_OWN_MAX));
}

static bool is_of_psample(uint32_t ifindex, void *arg)
{
	const struct daemon *d = arg;

	return psample_source_has(d->psample, ifindex);
}

static void on_restart(void *arg)
{
	struct daemon *d = arg;

	export_restart_sources(d->export, is_of_psample, d);
}

static void on_counters(const struct link *link,
			const struct counters_port *c, uint32_t sequence,
			void *arg)
{
	struct daemon *d = arg;

	export_if_counters(d->export, link, c, sequence, d->now_ms);
}

static void on_host(const struct host_counters *h, void *arg)
{
	struct daemon *d = arg;

	export_host_counters(d->export, h, d->now_ms);
}

static void write_state(struct daemon *d)
{
	int ret = state_write(d->state, &d->conf,
			      d->file ? d->file : CONF_FILE,
			      d->has_agent ? &d->agent : NULL, d->collectors);

	if (ret && !d->said_state)
		log_info("%s: %s: there will be no state file", STATE_DIR,
			 strerror(-ret));
	d->said_state = ret;
}

static void choose_agent(struct daemon *d)
{
	struct agent_candidate *candidates = NULL;
	const struct sflow_addr *found;
	bool is_fallback;
	int count;

	count = agent_candidates(&candidates);
	found = agent_choose(&d->conf, candidates, count < 0 ? 0 : count,
			     d->has_agent ? &d->agent : NULL, &is_fallback);
	if (!found) {
		if (!d->has_agent)
			log_warn("agent address: none yet, 0.0.0.0 until there is");
	} else if (!d->has_agent || !agent_same(found, &d->agent)) {
		log_info("agent address: %s%s", agent_text(found),
			 is_fallback ? " (nothing matches agent or agent.cidr)"
				     : "");
		d->agent = *found;
		d->has_agent = true;
	}
	free(candidates);
	export_set_agent(d->export, d->has_agent ? &d->agent : NULL,
			 d->conf.sub_agent_id, d->conf.datagram_bytes,
			 d->now_ms);
	write_state(d);
}

static void say_report(const struct conf_report *report)
{
	unsigned int i;

	for (i = 0; i < report->warning_count; i++)
		log_warn("%s", report->warnings[i]);
	if (report->error[0])
		log_error("%s", report->error);
}

static int load(struct daemon *d)
{
	struct conf_report report;
	int ret;

	ret = conf_read(&d->conf, d->file, &report);
	say_report(&report);
	if (!ret && d->is_strict && report.unoffered_count) {
		log_error("--strict: %s", report.unoffered);
		ret = -EINVAL;
	}
	if (ret)
		return ret;
	if (!d->conf.is_from_file)
		log_info("no %s: collector %s:%d, %s", CONF_FILE,
			 d->conf.collectors[0].host, d->conf.collectors[0].port,
			 d->conf.has_sampling ? "sampling by the environment" :
						"the module's defaults");
	else if (!d->file && strcmp(d->conf.file, CONF_FILE))
		log_info("no %s: reading %s", CONF_FILE, d->conf.file);
	return 0;
}

static int apply_module(struct daemon *d)
{
	int ret = module_apply(d->module, &d->conf, d->dent);

	d->is_unapplied = ret;
	return ret;
}

/* Each part takes what concerns it, and changes only what differs. */
static int apply(struct daemon *d)
{
	int ret;

	/* before there are drops to report */
	export_set_profiles(d->export, &d->conf, d->now_ms);
	collectors_apply(d->collectors, &d->conf, d->now_ms);
	tell_own(d);
	rates_apply(d->rates, &d->conf);
	psample_source_apply(d->psample, &d->conf);
	dent_apply(d->dent, &d->conf);
	d->retry_ms = RETRY_MS;
	ret = apply_module(d);
	counters_set_interval(d->counters,
			      d->conf.is_disabled ? 0 : d->conf.polling_s,
			      d->now_ms);
	counters_set_uuid(d->counters, d->conf.has_uuid ? d->conf.uuid : NULL);
	choose_agent(d);
	return ret;
}

static const struct conf_collector *find_namespace(const struct conf *conf)
{
	unsigned int i;

	for (i = 0; i < conf->collector_count; i++) {
		if (conf->collectors[i].netns[0])
			return &conf->collectors[i];
	}
	return NULL;
}

/* What it takes to enter another namespace was given away at the start. */
static int refuse_namespaces(const struct daemon *d)
{
	const struct conf_collector *c = find_namespace(&d->conf);

	if (!c || d->keeps_namespaces)
		return 0;
	log_error("%s: collector %s namespace=%s: takes a restart of ksflowd, which has kept no privilege to enter namespaces",
		  d->conf.file, c->host, c->netns);
	return -EPERM;
}

static void reload(struct daemon *d)
{
	struct conf before = d->conf;

	notify_reloading();
	if (load(d) || refuse_namespaces(d)) {
		d->conf = before;
		log_error("the configuration stays as it was");
	} else if (!memcmp(&before, &d->conf, sizeof(before)) &&
		   !d->is_unapplied) {
		log_info("configuration read: nothing has changed");
	} else if (!apply(d)) {
		log_info("configuration read");
	} else {
		log_warn("configuration read: module ksflow has not got its rules yet");
	}
	notify_ready();
}

static void say_psample(const struct daemon *d)
{
	const struct psample_counts *c = psample_source_counts(d->psample);
	struct psample_group_counts g;
	unsigned int i;

	for (i = 0; i < psample_source_count(d->psample); i++) {
		psample_source_group(d->psample, i, &g);
		log_info("psample group %" PRIu32 " %s%s: read %" PRIu64
			 ", exported %" PRIu64 ", thinned %" PRIu64
			 ", lost %" PRIu64 "; numbers twice %" PRIu64
			 ", late %" PRIu64 "; of no known interface %" PRIu64,
			 g.group, g.is_egress ? "egress" : "ingress",
			 g.is_refused ? " (refused)" : "", g.messages,
			 g.exported, g.thinned, g.lost, g.duplicates,
			 g.reordered, g.nowhere);
	}
	if (i)
		log_info("psample: overruns %" PRIu64 ", truncated %" PRIu64
			 ", malformed %" PRIu64, c->overruns, c->truncated,
			 c->malformed);
}

/* Where samples went, and where they did not. */
static void say_ledger(struct daemon *d)
{
	const struct export_counts *e = export_counts(d->export);
	struct module_counts m;
	unsigned int i;

	module_counts(d->module, &m);
	log_info("module: %s%s; %" PRIu64 " records read; lost: ring %" PRIu64
		 ", reader %" PRIu64 "; overruns %" PRIu64 ", truncated %"
		 PRIu64 ", malformed %" PRIu64 "; drops over the limit %"
		 PRIu64,
		 m.is_subscribed ? m.version : "none, ", m.problem, m.records,
		 m.lost_ring, m.lost_reader, m.overruns, m.truncated,
		 m.malformed, m.limited);
	say_psample(d);
	log_info("sent: %" PRIu64 " datagrams, %" PRIu64 " flow samples, %"
		 PRIu64 " discard samples, %" PRIu64
		 " counter samples of %u interfaces and the host; too big %" PRIu64
		 ", without a header %" PRIu64, e->datagrams, e->flow_samples,
		 e->discard_samples, e->counter_samples,
		 counters_count(d->counters), e->too_big, e->headless);
	for (i = 0; i < collectors_count(d->collectors); i++) {
		struct collector_counts c;

		collectors_counts(d->collectors, i, &c);
		log_info("collector %s: %s; sent %" PRIu64 ", refused %" PRIu64
			 ", buffer full %" PRIu64 ", failed %" PRIu64, c.name,
			 c.is_connected ? "ready" : "not reachable", c.sent,
			 c.refused, c.busy, c.failed);
	}
}

static void tell_status(struct daemon *d)
{
	const struct export_counts *e = export_counts(d->export);
	uint64_t unsent = 0, lost, lost_psample;
	struct module_counts m;
	unsigned int i;

	if (d->now_ms < d->status_ms)
		return;
	d->status_ms = d->now_ms + STATUS_MS;
	write_state(d);
	module_counts(d->module, &m);
	for (i = 0; i < collectors_count(d->collectors); i++) {
		struct collector_counts c;

		collectors_counts(d->collectors, i, &c);
		unsent += c.busy + c.failed;
	}
	lost_psample = psample_source_lost(d->psample);
	lost = m.lost_ring + m.lost_reader + m.truncated + m.malformed +
	       e->too_big + lost_psample;
	/* the module counts anew for each connection */
	if (lost > d->lost)
		log_warn("%" PRIu64 " samples lost so far: ring full %" PRIu64
			 ", reader too slow %" PRIu64 ", psample %" PRIu64
			 ", else %" PRIu64, lost, m.lost_ring, m.lost_reader,
			 lost_psample, m.truncated + m.malformed + e->too_big);
	d->lost = lost;
	notify_status("%s%s; %" PRIu64 " flow, %" PRIu64 " discard and %" PRIu64
		      " counter samples sent, %" PRIu64 " lost, %" PRIu64
		      " datagrams unsent",
		      m.is_subscribed ? "module " : "no module: ",
		      m.is_subscribed ? m.version : m.problem,
		      e->flow_samples, e->discard_samples, e->counter_samples,
		      lost, unsent);
}

static void on_signal(struct daemon *d)
{
	struct signalfd_siginfo info;

	while (read(d->signals, &info, sizeof(info)) == sizeof(info)) {
		switch (info.ssi_signo) {
		case SIGHUP:
			reload(d);
			break;
		case SIGUSR1:
			say_ledger(d);
			break;
		default:
			d->is_over = true;
		}
	}
}

static void on_address(const struct nlmsghdr *nlh, void *arg)
{
	struct daemon *d = arg;

	(void)nlh;
	if (!d->addresses_ms)
		d->addresses_ms = d->now_ms + ADDRESSES_MS;
}

static int64_t run_addresses(struct daemon *d)
{
	if (!d->addresses_ms)
		return INT64_MAX;
	if (d->now_ms < d->addresses_ms)
		return d->addresses_ms;
	d->addresses_ms = 0;
	choose_agent(d);
	collectors_reconnect(d->collectors, d->now_ms);
	return INT64_MAX;
}

static void on_link(uint32_t ifindex, const struct nlmsghdr *nlh, void *arg)
{
	struct daemon *d = arg;

	if (!nlh && !d->gone_ms)
		d->gone_ms = d->now_ms + GONE_MS;
	counters_link(d->counters, ifindex, nlh);
	tunnels_link(d->tunnels, ifindex, nlh);
}

static void on_links(struct daemon *d)
{
	if (!links_receive(d->links))
		return;
	dent_touch(d->dent, d->now_ms);
	/* dev.pattern is about the names that there are */
	if (!d->names_ms && conf_has_regex(&d->conf))
		d->names_ms = d->now_ms + ADDRESSES_MS;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t run_names(struct daemon *d)
{
	if (d->names_ms && d->now_ms >= d->names_ms) {
		d->names_ms = 0;
		apply_module(d);
	}
	if (!d->names_ms && module_is_dirty(d->module)) {
		d->names_ms = d->now_ms + d->retry_ms;
		d->retry_ms = earlier(2 * d->retry_ms, RETRY_MAX_MS);
	}
	return d->names_ms ? d->names_ms : INT64_MAX;
}

static bool is_there(uint32_t ifindex, void *arg)
{
	const struct daemon *d = arg;

	return links_get(d->links, ifindex);
}

static int64_t run_gone(struct daemon *d)
{
	if (d->gone_ms && d->now_ms >= d->gone_ms) {
		d->gone_ms = 0;
		export_sweep_sources(d->export, is_there, d);
		psample_source_sweep(d->psample);
	}
	return d->gone_ms ? d->gone_ms : INT64_MAX;
}

/* What a filter samples the module does not. */
static int64_t run_dent(struct daemon *d)
{
	int64_t next_ms = dent_run(d->dent, d->now_ms);

	if (d->filters != dent_generation(d->dent)) {
		d->filters = dent_generation(d->dent);
		d->names_ms = d->now_ms;
	}
	return next_ms;
}

/* It may publish where we read, and would be counted twice. */
static int64_t run_module(struct daemon *d)
{
	int64_t next_ms = module_run(d->module, d->now_ms);

	if (d->own_group != module_psample_group(d->module)) {
		d->own_group = module_psample_group(d->module);
		psample_source_refuse(d->psample, d->own_group);
	}
	return next_ms;
}

static int64_t run_collectors(struct daemon *d)
{
	int64_t next_ms = collectors_run(d->collectors, d->now_ms);

	if (d->addresses_told != collectors_generation(d->collectors))
		tell_own(d);
	return next_ms;
}

/* What is due; returns when to be back. */
static int64_t run(struct daemon *d)
{
	int64_t next_ms;

	next_ms = run_dent(d);
	next_ms = earlier(next_ms, psample_source_run(d->psample, d->now_ms));
	next_ms = earlier(next_ms, earlier(run_addresses(d), run_names(d)));
	next_ms = earlier(next_ms, run_gone(d));
	next_ms = earlier(next_ms, run_module(d));
	next_ms = earlier(next_ms, counters_run(d->counters, d->now_ms));
	export_flush(d->export, d->now_ms);
	next_ms = earlier(next_ms, run_collectors(d));
	tell_status(d);
	return earlier(next_ms, d->status_ms);
}

static void loop(struct daemon *d)
{
	struct epoll_event events[8];
	struct module_counts m;
	unsigned int bursts = 0;

	while (!d->is_over) {
		int64_t left_ms = run(d) - clock_ms();
		int count, i;

		if (left_ms < 0)
			left_ms = 0;
		count = epoll_wait(d->epoll, events, 8,
				   left_ms > 60000 ? 60000 : left_ms);
		d->now_ms = clock_ms();
		for (i = 0; i < count; i++) {
			int fd = events[i].data.fd;

			if (fd == d->signals)
				on_signal(d);
			else if (fd == module_fd(d->module))
				module_receive(d->module, d->now_ms);
			else if (fd == collectors_fd(d->collectors))
				collectors_receive(d->collectors, d->now_ms);
			else if (fd == links_fd(d->links))
				on_links(d);
			else if (fd == psample_source_fd(d->psample))
				psample_source_receive(d->psample);
			else if (fd == dent_fd(d->dent))
				dent_receive(d->dent, d->now_ms);
			else if (rtnl_receive(d->addresses, on_address, d))
				on_address(NULL, d);
		}
	}
	/*
	 * What was taken before the end is sent before the end: asked for its
	 * ledger, the module empties its rings first.
	 */
	module_counts(d->module, &m);
	module_receive(d->module, d->now_ms);
	while (psample_source_receive(d->psample) && bursts++ < LAST_BURSTS)
		;
	export_flush(d->export, d->now_ms);
}

static int watch(struct daemon *d, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(d->epoll, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static void stop(struct daemon *d)
{
	dent_close(d->dent);
	psample_source_close(d->psample);
	rates_close(d->rates);
	links_close(d->links);
	module_close(d->module);
	counters_close(d->counters);
	export_close(d->export);
	collectors_close(d->collectors);
	state_close(d->state);
	tunnels_close(d->tunnels);
	if (d->addresses)
		mnl_socket_close(d->addresses);
	if (d->signals >= 0)
		close(d->signals);
	if (d->epoll >= 0)
		close(d->epoll);
}

static int start_psample(struct daemon *d)
{
	d->links = links_open(on_link, d);
	d->rates = d->links ? rates_open(d->links) : NULL;
	if (!d->rates)
		return -ENOMEM;
	d->psample = psample_source_open(d->links, d->rates, on_psample, d);
	d->dent = dent_open(d->links, d->rates);
	if (!d->psample || !d->dent)
		return -ENOMEM;
	state_watch(d->state, d->psample, d->dent);
	return 0;
}

static int start(struct daemon *d)
{
	static struct ksflow_handler handler = { .record = on_record };
	sigset_t mask;
	int ret;

	handler.arg = d;
	d->now_ms = clock_ms();
	sigemptyset(&mask);
	sigaddset(&mask, SIGHUP);
	sigaddset(&mask, SIGUSR1);
	sigaddset(&mask, SIGTERM);
	sigaddset(&mask, SIGINT);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);

	d->epoll = epoll_create1(EPOLL_CLOEXEC);
	d->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (d->epoll < 0 || d->signals < 0)
		return -errno;
	d->addresses = rtnl_open(RTMGRP_IPV4_IFADDR | RTMGRP_IPV6_IFADDR);
	d->collectors = collectors_open();
	if (!d->addresses || !d->collectors)
		return -ENOMEM;
	d->export = export_open(d->collectors, d->now_ms);
	d->counters = counters_open(on_counters, on_host, d);
	d->module = module_open(&handler, on_restart, d);
	d->state = state_open(STATE_DIR);
	d->tunnels = tunnels_open();
	if (!d->state || !d->tunnels || !d->export || !d->counters || !d->module)
		return -ENOMEM;
	ret = start_psample(d);
	if (ret)
		return ret;
	if (watch(d, d->signals) || watch(d, module_fd(d->module)) ||
	    watch(d, collectors_fd(d->collectors)) ||
	    watch(d, links_fd(d->links)) ||
	    watch(d, psample_source_fd(d->psample)) ||
	    watch(d, dent_fd(d->dent)) ||
	    watch(d, mnl_socket_get_fd(d->addresses)))
		return -EIO;
	/* what the module does not take is no reason to do nothing */
	apply(d);
	return 0;
}

/* What was printed is there, or it is said that it is not. */
static int finish_output(void)
{
	if (!fflush(stdout) && !ferror(stdout))
		return EXIT_SUCCESS;
	fprintf(stderr, "ksflowd: cannot write the output: %s\n",
		strerror(errno ? errno : EIO));
	return EXIT_FAILURE;
}

/* @text repeats words of the file. */
static void complain(const char *prefix, char *text)
{
	print_make_safe(text);
	fprintf(stderr, "%s%s\n", prefix, text);
}

static int check(const char *file, bool is_strict)
{
	struct conf_port *ports = NULL;
	struct conf_report report;
	struct conf conf;
	unsigned int i;
	int ret;

	ret = conf_read(&conf, file, &report);
	for (i = 0; i < report.warning_count; i++)
		complain("", report.warnings[i]);
	if (ret) {
		complain("", report.error);
		return EXIT_FAILURE;
	}
	if (is_strict && report.unoffered_count) {
		complain("--strict: ", report.unoffered);
		return EXIT_FAILURE;
	}
	conf_print(&conf, stdout);
	ret = ports_get(&ports, true);
	ret = ret > 0 ? conf_print_rates(&conf, ports, ret, stdout) : 0;
	free(ports);
	if (ret)
		fprintf(stderr,
			"%s: more than %d rules: expected a dev.pattern as ^NAME, or a dev with *, for so many interfaces\n",
			conf.file, KSFLOW_RULES_MAX);
	return ret ? EXIT_FAILURE : finish_output();
}

static void usage(FILE *out)
{
	fprintf(out,
		"usage: ksflowd [-f FILE] [--foreground] [--verbose] [--strict]\n"
		"       ksflowd [--strict] --check [FILE]\n"
		"\n"
		"Send the packet samples and drops of the ksflow module, and interface counters,\n"
		"to sFlow collectors.\n"
		"\n"
		"  -f, --file FILE   configuration; default %s, or else\n"
		"                    %s, or else collector 127.0.0.1:%d\n"
		"      --foreground  stay on the terminal\n"
		"      --verbose     say more\n"
		"      --check       read the configuration, print what it means, with the\n"
		"                    sampling rate of each interface, and end\n"
		"      --strict      settings of hsflowd's that are not offered are errors\n"
		"      --version\n"
		"      --help\n"
		"\n"
		"Without a file, the environment may say COLLECTOR (names or addresses), PORT,\n"
		"SAMPLING and POLLING.\n"
		"Signals: HUP reads the configuration again, USR1 logs what was sent and lost.\n",
		CONF_FILE, CONF_FILE_HSFLOWD, SFLOW_PORT);
}

enum { OPT_FOREGROUND = 256, OPT_VERBOSE, OPT_CHECK, OPT_STRICT, OPT_VERSION, OPT_HELP };

static const struct option options[] = {
	{ "file", required_argument, NULL, 'f' },
	{ "foreground", no_argument, NULL, OPT_FOREGROUND },
	{ "verbose", no_argument, NULL, OPT_VERBOSE },
	{ "check", no_argument, NULL, OPT_CHECK },
	{ "strict", no_argument, NULL, OPT_STRICT },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

int main(int argc, char **argv)
{
	bool is_foreground = false, is_verbose = false, is_check = false;
	struct daemon d = { .signals = -1, .epoll = -1 };
	char *path = NULL;
	int ready = -1;
	int opt, ret;

	process_occupy_standard_files();
	while ((opt = getopt_long(argc, argv, "f:h", options, NULL)) != -1) {
		switch (opt) {
		case 'f':
			d.file = optarg;
			break;
		case OPT_FOREGROUND:
			is_foreground = true;
			break;
		case OPT_VERBOSE:
			is_verbose = true;
			break;
		case OPT_CHECK:
			is_check = true;
			break;
		case OPT_STRICT:
			d.is_strict = true;
			break;
		case OPT_VERSION:
			printf("ksflowd %s\n", KSFLOW_VERSION);
			return finish_output();
		case 'h':
		case OPT_HELP:
			usage(stdout);
			return finish_output();
		default:
			usage(stderr);
			return 2;
		}
	}
	if (is_check && optind < argc)
		d.file = argv[optind++];
	if (optind < argc) {
		fprintf(stderr, "ksflowd: \"%s\": expected an option\n",
			argv[optind]);
		return 2;
	}
	if (is_check)
		return check(d.file, d.is_strict);

	log_open(is_verbose);
	if (load(&d))
		return EXIT_FAILURE;
	/* the daemon lives in "/", and reads the file again there */
	if (d.file) {
		path = process_absolute(d.file);
		if (!path) {
			log_error("%s: the current directory has no name: %s",
				  d.file, strerror(errno));
			return EXIT_FAILURE;
		}
		d.file = path;
	}
	if (!is_foreground) {
		ready = process_leave_terminal();
		if (ready < 0)
			return EXIT_FAILURE;
	}
	ret = start(&d);
	if (ret) {
		log_error("cannot start: %s", strerror(-ret));
		goto out;
	}
	d.keeps_namespaces = find_namespace(&d.conf);
	ret = privileges_drop(d.keeps_namespaces);
	if (ret)
		log_warn("privileges stay: %s", strerror(-ret));
	ret = 0;
	run_module(&d);
	notify_ready();
	if (ready >= 0 && write(ready, "", 1) != 1)
		log_warn("the process that started us is gone");
	if (ready >= 0)
		close(ready);
	loop(&d);
	notify_stopping();
	if (is_verbose)
		say_ledger(&d);
out:
	stop(&d);
	free(path);
	return ret ? EXIT_FAILURE : EXIT_SUCCESS;
}
