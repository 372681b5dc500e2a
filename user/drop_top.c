// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * "drop top": what is dropped now. Counts are the module's own, so that the
 * limit takes nothing from them; interfaces and flow are those of the last
 * record of that reason and call site.
 */
#include "drop.h"

#include "clock.h"
#include "decode.h"
#include "ifname.h"
#include "ledger.h"
#include "nl.h"
#include "print.h"
#include "reason.h"
#include "record.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#define INTERVAL_MS	1000
#define ROWS_DEFAULT	20
#define HEAD_LINES	3

struct row {
	struct ksflow_drop_count count;
	uint64_t before;	/* packets of the reading before */
	bool is_counted;	/* before is one */
	bool has_record;
	double per_second;
	char in[IFNAMSIZ + 2];
	char out[IFNAMSIZ + 2];
	char flow[128];
};

struct top {
	struct ksflow_nl *nl;
	struct ifnames *names;
	struct row *rows;
	size_t count;
	int64_t read_ms;	/* when the counters were read last */
	bool is_once;
	uint8_t state;
};

static struct row *row_get(struct top *top, const char *reason,
			   const char *site, const char *trap)
{
	struct row *grown;
	size_t i;

	for (i = 0; i < top->count; i++) {
		const struct ksflow_drop_count *c = &top->rows[i].count;

		if (!strcmp(c->reason, reason) && !strcmp(c->site, site) &&
		    !strcmp(c->trap, trap))
			return &top->rows[i];
	}
	grown = reallocarray(top->rows, top->count + 1, sizeof(*grown));
	if (!grown)
		return NULL;
	top->rows = grown;
	grown += top->count++;
	memset(grown, 0, sizeof(*grown));
	snprintf(grown->count.reason, sizeof(grown->count.reason), "%s",
		 reason);
	snprintf(grown->count.site, sizeof(grown->count.site), "%s", site);
	snprintf(grown->count.trap, sizeof(grown->count.trap), "%s", trap);
	return grown;
}

static void name_to(struct top *top, uint32_t ifindex, char *name, size_t size)
{
	char buf[IFNAMSIZ + 2];

	snprintf(name, size, "%s",
		 record_ifname(top->names, ifindex, buf, sizeof(buf)));
}

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	struct top *top = arg;
	struct row *row;

	if (batch->kind != KSFLOW_KIND_DROP)
		return;
	row = row_get(top, record->reason, record->site, record->trap);
	if (!row)
		return;
	row->has_record = true;
	name_to(top, record->in, row->in, sizeof(row->in));
	name_to(top, record->out, row->out, sizeof(row->out));
	decode_flow(record->proto, record->data, record->data_len, row->flow,
		    sizeof(row->flow));
}

static int by_rate(const void *a, const void *b)
{
	const struct row *x = a, *y = b;
	int ret = (x->per_second < y->per_second) -
		  (x->per_second > y->per_second);

	ret = ret ? ret : (x->count.packets < y->count.packets) -
			  (x->count.packets > y->count.packets);
	ret = ret ? ret : strcmp(x->count.reason, y->count.reason);
	return ret ? ret : strcmp(x->count.site, y->count.site);
}

static int read_counters(struct top *top, struct ksflow_nl_error *err)
{
	int64_t now_ms = clock_ms(), passed_ms = now_ms - top->read_ms;
	struct drop_counts counts;
	struct row *row;
	size_t i;
	int ret;

	ret = drop_counts_get(top->nl, &counts, err);
	for (i = 0; !ret && i < counts.count; i++) {
		row = row_get(top, counts.counts[i].reason,
			      counts.counts[i].site, counts.counts[i].trap);
		if (!row)
			continue;
		row->per_second = 0;
		/* what was not there before came in between */
		if (top->read_ms && passed_ms > 0)
			row->per_second = (counts.counts[i].packets -
					   row->before) * 1000.0 / passed_ms;
		row->before = counts.counts[i].packets;
		row->is_counted = true;
		row->count = counts.counts[i];
	}
	top->read_ms = now_ms;
	drop_counts_free(&counts);
	if (top->count)
		qsort(top->rows, top->count, sizeof(*top->rows), by_rate);
	return ret;
}

static size_t room(const struct top *top)
{
	struct winsize size;

	if (print_is_json() || top->is_once || !isatty(STDOUT_FILENO))
		return SIZE_MAX;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) || !size.ws_row)
		return ROWS_DEFAULT;
	return size.ws_row > HEAD_LINES + 1 ? size.ws_row - HEAD_LINES - 1 : 1;
}

static void print_row(const struct row *row)
{
	const struct ksflow_drop_count *c = &row->count;
	const uint32_t code = drop_count_code(c);
	const char *name = reason_code_name(code);
	char function[KSFLOW_SITE_BYTES], cell[2 * IFNAMSIZ + 8];

	print_object(NULL);
	print_double("per-second", "%10.1f ", row->per_second);
	print_cell_u64("packets", 12, c->packets);
	if (c->trap[0]) {
		print_cell("trap", 24, c->trap);
		print_cell("trap-group", 28, c->group);
	} else {
		if (c->reason[0] || !print_is_json())
			print_cell("reason", 24, c->reason[0] ? c->reason : "-");
		reason_function(c->site, function, sizeof(function));
		if (c->site[0] || !print_is_json())
			print_cell("function", 28, c->site[0] ? function :
				   "(other call sites)");
		if (c->site[0])
			print_string("site", NULL, c->site);
	}
	print_u64("sflow-code", NULL, code);
	print_string("sflow-name", NULL, name ? name : "?");
	print_flag("hidden", NULL, c->is_hidden);
	if (row->has_record) {
		snprintf(cell, sizeof(cell), "%s->%s", row->in, row->out);
		if (!print_is_json())
			print_cell(NULL, 16, cell);
		print_string("in-dev", NULL, row->in);
		print_string("out-dev", NULL, row->out);
		print_string("last-flow", "%s", row->flow);
	} else {
		print_text("%s", c->is_hidden ? "(hidden)" : "-");
	}
	print_text("\n");
	print_object_end();
}

static void print_table(const struct top *top)
{
	const char *state = ksflow_drop_state_name(top->state);
	const bool is_live = isatty(STDOUT_FILENO) && !top->is_once &&
			     !print_is_json();
	size_t i, left = room(top);

	/* home, and what is below goes: no flicker as by clearing first */
	if (is_live)
		print_clear();
	print_object(NULL);
	print_text("drops of this namespace, ");
	print_string("state", "state %s", state ? state : "?");
	print_text("%s\n\n", top->state == KSFLOW_DROP_ON ? "" :
		   ": no flows (ksflow drop set state on)");
	print_text("%10s %12s %-24s %-28s %-16s %s\n", "per second", "packets",
		   "reason", "function", "in->out", "last flow");
	print_array("rows");
	for (i = 0; i < top->count && left; i++) {
		if (!top->rows[i].is_counted)
			continue;
		print_row(&top->rows[i]);
		left--;
	}
	print_array_end();
	print_object_end();
	print_json_line();
	if (!is_live && !top->is_once)
		print_text("\n");
}

static void read_state(struct top *top)
{
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;

	if (ksflow_nl_config_get(top->nl, &config, &err))
		return;
	top->state = config.drop.state;
	ksflow_config_free(&config);
}

/* A family that is gone has no number any more. Return: tool_exit. */
static int read_failed(const struct ksflow_nl_error *err)
{
	if (err->code != -ENOENT)
		return tool_failed(err);
	tool_error("the kernel module ksflow was unloaded");
	return TOOL_NO_MODULE;
}

/* Return: tool_exit. */
static int loop(struct top *top, int signals)
{
	struct pollfd fds[] = {
		{ .fd = ksflow_nl_fd(top->nl), .events = POLLIN },
		{ .fd = signals, .events = POLLIN },
		{ .fd = STDOUT_FILENO },
	};
	struct ksflow_nl_error err = { 0 };
	int64_t due_ms, left_ms;

	if (read_counters(top, &err))
		return read_failed(&err);
	if (!top->is_once)
		print_table(top);
	for (due_ms = top->read_ms + INTERVAL_MS;;) {
		if (print_flush())
			return TOOL_OK;
		left_ms = due_ms - clock_ms();
		if (poll(fds, 3, left_ms < 0 ? 0 : left_ms) < 0 &&
		    errno != EINTR)
			return TOOL_FAILED;
		if (fds[1].revents ||
		    fds[2].revents & (POLLERR | POLLHUP | POLLNVAL))
			return TOOL_OK;
		if (fds[0].revents) {
			ifnames_age(top->names);
			if (ksflow_nl_receive(top->nl, 64, &err) < 0)
				return tool_failed(&err);
		}
		if (clock_ms() < due_ms)
			continue;
		due_ms += INTERVAL_MS;
		read_state(top);
		if (read_counters(top, &err))
			return read_failed(&err);
		print_table(top);
		if (top->is_once)
			return TOOL_OK;
	}
}

static int subscribe(struct top *top, const struct ksflow_handler *handler)
{
	const struct ksflow_subscription sub = {
		.kinds = 1U << KSFLOW_KIND_DROP,
	};
	struct ksflow_nl_error err = { 0 };
	struct ksflow_config config;
	int ret;

	ksflow_nl_set_rcvbuf(top->nl, 1 << 20);
	ret = ksflow_nl_subscribe(top->nl, &sub, handler, &config, &err);
	if (ret)
		return tool_failed(&err);
	top->state = config.drop.state;
	ksflow_config_free(&config);
	return TOOL_OK;
}

int drop_top(const struct tool_verb *verb, int argc, char **argv)
{
	struct top top = { 0 };
	const struct ksflow_handler handler = {
		.record = on_record, .arg = &top,
	};
	int signals, ret, i;
	sigset_t set;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "-1"))
			return tool_usage(verb,
					  "unknown word \"%s\" after \"drop top\": expected -1, or nothing",
					  argv[i]);
		top.is_once = true;
	}
	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	signal(SIGPIPE, SIG_IGN);
	signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	top.names = ifnames_new();
	if (signals < 0 || !top.names) {
		tool_error("%s", strerror(errno));
		return TOOL_FAILED;
	}
	ret = tool_open(&top.nl);
	if (!ret)
		ret = subscribe(&top, &handler);
	if (!ret)
		ret = loop(&top, signals);
	if (top.nl)
		ksflow_nl_close(top.nl);
	ifnames_free(top.names);
	free(top.rows);
	close(signals);
	return ret;
}
