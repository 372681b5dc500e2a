// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "stats": the ledger, and whether it closes. */
#include "nl.h"
#include "print.h"
#include "tool.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum counter {
	SEEN,
	NOT_SELECTED,
	SELECTED,
	LOST_RING,
	SEEN_INGRESS,
	SEEN_EGRESS,
	DELIVERED,
	FILTERED,
	LOST_OVERRUN,
	LOST_MEMORY,
	QUEUED,
	COUNTERS,
};

static const struct {
	const char *key;
	const char *label;
	const char *meaning;
	const char *advice;
} counters[COUNTERS] = {
	[SEEN] = {
		"seen", "seen",
		"wire frames that were candidates: on a sampled device, in a direction that is sampled; a super-packet counts as the frames it stands for. sFlow's sample_pool",
		"If it stays 0, no device is sampled, no reader is there, or no packet passes: ksflow check",
	},
	[NOT_SELECTED] = {
		"not-selected", "not selected",
		"candidates that the random countdown passed over",
		"Nothing to do: about (rate - 1) of rate belong here",
	},
	[SELECTED] = {
		"selected", "selected",
		"samples taken; for a reader, since it subscribed",
		"If too many for the collector, raise the rate: ksflow dev set IF rate N",
	},
	[LOST_RING] = {
		"lost-ring", "lost: ring full",
		"samples that found no room in their CPU's ring before the worker came",
		"Raise the rate, or give the rings more room: ringBytes in ksflowd.conf, ring= of the module",
	},
	[SEEN_INGRESS] = {
		"seen-ingress", "seen ingress",
		"of seen, those that came in",
		"If 0 and packets arrive: direction egress, or the tap was refused (ksflow show)",
	},
	[SEEN_EGRESS] = {
		"seen-egress", "seen egress",
		"of seen, those that went out",
		"With direction once, packets that came in through a sampled device are not counted here",
	},
	[DELIVERED] = {
		"delivered", "delivered",
		"samples put into this reader's socket",
		"Nothing to do",
	},
	[FILTERED] = {
		"filtered", "filtered",
		"samples that this reader's own filter refused",
		"Nothing to do: it asked for that",
	},
	[LOST_OVERRUN] = {
		"lost-overrun", "lost: reader too slow",
		"samples that found this reader's socket buffer full. With lost-ring, sFlow's drops",
		"Give the reader more CPU or a larger buffer (ksflow monitor --rcvbuf BYTES), or raise the rate",
	},
	[LOST_MEMORY] = {
		"lost-memory", "lost: no memory",
		"samples for which the kernel had no memory to build a message",
		"The machine is out of memory, or the reader's memory cgroup is: see dmesg",
	},
	[QUEUED] = {
		"queued", "queued",
		"samples in the rings, not yet handed out; 0 when no packet passes",
		"Nothing to do: the next reading has them under another name",
	},
};

struct ledger {
	struct ksflow_stats *stats;
	size_t stats_count;
	struct ksflow_source *sources;
	size_t source_count;
	struct ksflow_reader *readers;
	size_t reader_count;
	/* The reading before this one: what it had selected is settled now. */
	const struct ledger *before;
	bool is_used[COUNTERS];
	bool closes;
};

#define APPEND(array, count, item) ({					\
	__typeof__(array) grown_ = reallocarray(array, (count) + 1,	\
						sizeof(*(array)));	\
	if (grown_) {							\
		grown_[(count)++] = *(item);				\
		(array) = grown_;					\
	}								\
	grown_ ? 0 : -ENOMEM;						\
})

static int add_stats(const struct ksflow_stats *stats, void *arg)
{
	struct ledger *ledger = arg;

	return APPEND(ledger->stats, ledger->stats_count, stats);
}

static int add_source(const struct ksflow_source *source, void *arg)
{
	struct ledger *ledger = arg;

	return APPEND(ledger->sources, ledger->source_count, source);
}

static int add_reader(const struct ksflow_reader *reader, void *arg)
{
	struct ledger *ledger = arg;

	return APPEND(ledger->readers, ledger->reader_count, reader);
}

static void print_counter(struct ledger *ledger, enum counter counter,
			  uint64_t value)
{
	bool is_loss = counter == LOST_RING || counter == LOST_OVERRUN ||
		       counter == LOST_MEMORY;
	char cell[24];

	ledger->is_used[counter] = true;
	if (print_is_json()) {
		print_u64(counters[counter].key, NULL, value);
		return;
	}
	snprintf(cell, sizeof(cell), "%" PRIu64, value);
	print_text("  %-22s", counters[counter].label);
	print_string_colour(NULL, "%20s\n", cell,
			    is_loss && value ? PRINT_RED : PRINT_PLAIN);
}

/* @off: by how many samples the sum is wrong. */
static void print_verdict(struct ledger *ledger, const char *sum, uint64_t off)
{
	print_bool("closes", NULL, !off);
	if (off) {
		ledger->closes = false;
		print_string_colour(NULL, "  does not close: %s", sum,
				    PRINT_RED);
		print_text(" is off by %" PRIu64 "\n", off);
	} else {
		print_text("  closes: %s\n", sum);
	}
}

/* By how much @part is more than @whole. */
static uint64_t excess(uint64_t part, uint64_t whole)
{
	return part > whole ? part - whole : 0;
}

static uint64_t settled(const struct ksflow_reader *reader)
{
	return reader->delivered + reader->filtered + reader->lost_ring +
	       reader->lost_overrun + reader->lost_memory;
}

static uint64_t selected_before(const struct ledger *before,
				const struct ksflow_reader *reader)
{
	size_t i;

	for (i = 0; before && i < before->reader_count; i++)
		if (before->readers[i].portid == reader->portid &&
		    before->readers[i].kind == reader->kind)
			return before->readers[i].selected;
	return 0;
}

static void print_namespace(struct ledger *ledger,
			    const struct ksflow_stats *stats)
{
	const char *kind = ksflow_kind_name(stats->kind);
	const struct ledger *before = ledger->before;
	uint64_t before_selected = 0;
	size_t i;

	for (i = 0; before && i < before->stats_count; i++)
		if (before->stats[i].kind == stats->kind)
			before_selected = before->stats[i].selected;

	print_object(NULL);
	print_string_colour("kind", "%ss of this namespace\n",
			    kind ? kind : "unknown record", PRINT_BOLD);
	print_counter(ledger, SEEN, stats->seen);
	print_counter(ledger, NOT_SELECTED,
		      excess(stats->seen, stats->selected));
	print_counter(ledger, SELECTED, stats->selected);
	print_counter(ledger, LOST_RING, stats->lost_ring);
	if (ksflow_has(stats, STATS_RING_BYTES) && stats->ring_bytes) {
		print_u64("ring-bytes", "  rings of %llu bytes", stats->ring_bytes);
		print_u64("cpus", " on %llu CPUs\n", stats->cpus);
	} else {
		print_text("  no rings: nobody reads\n");
	}
	print_verdict(ledger, "seen = not selected + selected",
		      excess(before_selected, stats->seen));
	print_object_end();
}

static void print_source(struct ledger *ledger,
			 const struct ksflow_source *source)
{
	print_object(NULL);
	print_string_colour("dev", "source %s", source->name, PRINT_BOLD);
	print_u64("ifindex", " (ifindex %llu)\n", source->ifindex);
	print_counter(ledger, SEEN, source->seen);
	print_counter(ledger, SEEN_INGRESS, source->seen_ingress);
	print_counter(ledger, SEEN_EGRESS, source->seen_egress);
	print_counter(ledger, NOT_SELECTED,
		      excess(source->seen, source->selected));
	print_counter(ledger, SELECTED, source->selected);
	print_counter(ledger, LOST_RING, source->lost_ring);
	print_verdict(ledger, "seen = ingress + egress",
		      source->seen - source->seen_ingress -
		      source->seen_egress);
	print_object_end();
}

static void print_reader(struct ledger *ledger,
			 const struct ksflow_reader *reader)
{
	const char *kind = ksflow_kind_name(reader->kind);

	print_object(NULL);
	print_string_colour(NULL, "%s", "reader", PRINT_BOLD);
	print_u64("portid", " port %llu", reader->portid);
	print_string("kind", " of %ss", kind ? kind : "unknown record");
	print_flag("owner", ", ksflowd", reader->is_owner);
	print_text("\n");
	print_counter(ledger, SELECTED, reader->selected);
	print_counter(ledger, DELIVERED, reader->delivered);
	print_counter(ledger, FILTERED, reader->filtered);
	print_counter(ledger, LOST_RING, reader->lost_ring);
	print_counter(ledger, LOST_OVERRUN, reader->lost_overrun);
	print_counter(ledger, LOST_MEMORY, reader->lost_memory);
	print_counter(ledger, QUEUED, excess(reader->selected, settled(reader)));
	/* Rings are drained before each reading, and go on filling after it. */
	print_verdict(ledger, "selected = delivered + filtered + lost + queued",
		      excess(selected_before(ledger->before, reader),
			     settled(reader)) +
		      excess(settled(reader), reader->selected));
	print_object_end();
}

static void print_explanations(const struct ledger *ledger)
{
	int i;

	print_text("\n");
	print_object("explanations");
	for (i = 0; i < COUNTERS; i++) {
		if (!ledger->is_used[i])
			continue;
		print_object(counters[i].key);
		print_string_colour(NULL, "%s\n", counters[i].label, PRINT_BOLD);
		print_string("meaning", "  %s.\n", counters[i].meaning);
		print_string("advice", "  -> %s.\n", counters[i].advice);
		print_object_end();
	}
	print_object_end();
}

static void print_ledger(struct ledger *ledger, bool is_explained)
{
	size_t i;

	ledger->closes = true;
	print_object(NULL);
	print_array("namespace");
	for (i = 0; i < ledger->stats_count; i++)
		print_namespace(ledger, &ledger->stats[i]);
	print_array_end();
	print_array("sources");
	for (i = 0; i < ledger->source_count; i++)
		print_source(ledger, &ledger->sources[i]);
	print_array_end();
	print_array("readers");
	for (i = 0; i < ledger->reader_count; i++)
		print_reader(ledger, &ledger->readers[i]);
	print_array_end();
	print_bool("closes", NULL, ledger->closes);
	if (is_explained)
		print_explanations(ledger);
	if (ledger->closes)
		print_string_colour(NULL, "%s\n", "the ledger closes",
				    PRINT_GREEN);
	else
		print_string_colour(NULL, "%s\n",
				    "the ledger does not close: please report this",
				    PRINT_RED);
	print_object_end();
}

static int ledger_get(struct ksflow_nl *nl, struct ledger *ledger,
		      struct ksflow_nl_error *err)
{
	const struct ksflow_stats_handler handler = {
		.stats = add_stats,
		.reader = add_reader,
		.source = add_source,
		.arg = ledger,
	};

	return ksflow_nl_stats_get(nl, &handler, err);
}

static void ledger_free(struct ledger *ledger)
{
	free(ledger->stats);
	free(ledger->sources);
	free(ledger->readers);
}

int stats_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct ledger before = { 0 };
	struct ledger ledger = { .before = &before };
	bool is_explained = false;
	struct ksflow_nl *nl;
	int ret, i;

	for (i = 0; i < argc; i++) {
		if (strcmp(argv[i], "--explain"))
			return tool_usage(verb,
					  "unknown word \"%s\" after \"stats\": expected --explain",
					  argv[i]);
		is_explained = true;
	}
	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ledger_get(nl, &before, &err);
	if (!ret)
		ret = ledger_get(nl, &ledger, &err);
	if (ret)
		ret = tool_failed(&err);
	else
		print_ledger(&ledger, is_explained);

	ledger_free(&before);
	ledger_free(&ledger);
	ksflow_nl_close(nl);
	return ret;
}
