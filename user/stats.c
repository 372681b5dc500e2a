// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Verb "stats": the ledger, and whether it closes. */
#include "ledger.h"
#include "nl.h"
#include "print.h"
#include "prometheus.h"
#include "state.h"
#include "tool.h"

#include <inttypes.h>
#include <stdio.h>
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
	LOST_PSAMPLE,
	QUEUED,
	COUNTED,
	HIDDEN,
	OWN,
	LIMITED,
	UNKNOWN,
	POLICED,
	DELAYS,	/* as enum ksflow_delay_end from here on */
	COUNTERS = DELAYS + __KSFLOW_DELAY_END_MAX,
};

static const struct {
	const char *key;
	const char *label;
	const char *meaning;
	const char *advice;
} counters[COUNTERS] = {
	[SEEN] = {
		"seen", "seen",
		"samples: wire frames that were candidates, on a sampled device in a direction that is sampled, a super-packet being the frames it stands for (sFlow's sample_pool). Drops: packet buffers that were dropped, a super-packet being one. Repairs: packets with a wrong checksum that a rule names",
		"If it stays 0 for samples, no device is sampled, no reader is there, or no packet passes: ksflow check. For drops: ksflow drop show says whether they are on",
	},
	[NOT_SELECTED] = {
		"not-selected", "not selected",
		"candidates that the random countdown passed over",
		"Nothing to do: about (rate - 1) of rate belong here",
	},
	[SELECTED] = {
		"selected", "selected",
		"samples taken, records of drops made; for a reader, since it subscribed",
		"If too many for the collector, raise the rate: ksflow dev set IF rate N; or lower the limit of drops: ksflow drop set limit N",
	},
	[LOST_RING] = {
		"lost-ring", "lost: ring full",
		"samples or drops that found no room in their CPU's ring before the worker came",
		"Raise the rate, lower the limit of drops, or give the rings more room: ringBytes in ksflowd.conf, ring= of the module",
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
		"samples or drops put into this reader's socket",
		"Nothing to do",
	},
	[FILTERED] = {
		"filtered", "filtered",
		"samples or drops that this reader's own filter refused",
		"Nothing to do: it asked for that",
	},
	[LOST_OVERRUN] = {
		"lost-overrun", "lost: reader too slow",
		"samples or drops that found this reader's socket buffer full. With lost-ring, sFlow's drops",
		"Give the reader more CPU or a larger buffer (ksflow monitor --rcvbuf BYTES), or raise the rate",
	},
	[LOST_MEMORY] = {
		"lost-memory", "lost: no memory",
		"samples or drops for which the kernel had no memory to build a message",
		"The machine is out of memory, or the reader's memory cgroup is: see dmesg",
	},
	[LOST_PSAMPLE] = {
		"lost-psample", "lost: psample",
		"samples handed to psample that it made no message of: nobody listens to it (from 6.11 on it looks), or it had no memory",
		"Start what is to read them (ksflowd, hsflowd, psample), or set psample_group=0",
	},
	[QUEUED] = {
		"queued", "queued",
		"samples or drops in the rings, not yet handed out; 0 when no packet passes",
		"Nothing to do: the next reading has them under another name",
	},
	[COUNTED] = {
		"counted", "counted only",
		"drops or wrong checksums that made no record since nobody reads them, or the state of drops is count",
		"To see them: ksflow monitor drops, ksflow monitor repairs; if the state is count: ksflow drop set state on",
	},
	[HIDDEN] = {
		"hidden", "hidden",
		"drops that made no record since their reason or function is hidden: by default ends of sockets, and frames for other hosts",
		"Nothing to do; to see them: ksflow drop set hide none",
	},
	[OWN] = {
		"own", "our own",
		"drops of ksflowd's own datagrams, and of ICMP errors about them; they make no record, or each would cause the next",
		"A collector is unreachable, or a firewall is in its way: ksflowd --verbose names it",
	},
	[LIMITED] = {
		"limited", "over the limit",
		"drops that made no record since the limit a second was used up (in sFlow's drops); wrong checksums of a sender that had a record less than a second before",
		"Nothing to do: counters by reason have them (ksflow drop show). For more records: ksflow drop set limit N",
	},
	[UNKNOWN] = {
		"unknown", "of no namespace",
		"drops that no namespace could be found for; in no sum, and shown in the initial namespace alone",
		"Nothing to do: such packets have neither a device nor a socket any more",
	},
	[POLICED] = {
		"policed", "policed by hardware",
		"packets of devlink's traps that the devices' policers dropped instead of reporting them, since the devices came; in no sum",
		"For more reports raise their rates: devlink trap policer show; devlink trap policer set DEV policer N rate R burst B",
	},
	[DELAYS + KSFLOW_DELAY_MATCHED] = {
		"delay-matched", "delay: known",
		"records of samples whose packet was seen to leave: they have its delay, and its queue",
		"Nothing to do",
	},
	[DELAYS + KSFLOW_DELAY_UNSEEN] = {
		"delay-unseen", "delay: not seen",
		"records whose packet was not seen to leave in time: it was for the host itself, dropped, segmented, slower than the module waits, or the ring was half full",
		"If it was slower, wait longer: delay=MS of the module; if the rings are too small for it: ring=",
	},
	[DELAYS + KSFLOW_DELAY_REUSED] = {
		"delay-reused", "delay: buffer reused",
		"the same, found out by another packet in the same buffer",
		"Nothing to do",
	},
	[DELAYS + KSFLOW_DELAY_CLONED] = {
		"delay-cloned", "delay: cloned",
		"records whose packet left in several copies: flooded, mirrored, multicast",
		"Nothing to do",
	},
	[DELAYS + KSFLOW_DELAY_CHANGED] = {
		"delay-changed", "delay: changed",
		"records whose packet left as another one: encapsulated, fragmented, copied",
		"Nothing to do",
	},
	[DELAYS + KSFLOW_DELAY_CROWDED] = {
		"delay-crowded", "delay: no place",
		"records whose place in the table was taken by another packet on its way",
		"Raise the rate: fewer samples are on their way at once",
	},
};

/* A reading, and the one before it: what that had selected is settled now. */
struct view {
	const struct ledger *now;
	const struct ledger *before;
	bool is_used[COUNTERS];
	bool closes;
};

static void print_counter(struct view *view, enum counter counter,
			  uint64_t value)
{
	bool is_loss = counter == LOST_RING || counter == LOST_OVERRUN ||
		       counter == LOST_MEMORY || counter == LOST_PSAMPLE ||
		       counter == POLICED;
	char cell[24];

	view->is_used[counter] = true;
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
static void print_verdict(struct view *view, const char *sum, uint64_t off)
{
	print_bool("closes", NULL, !off);
	if (off) {
		view->closes = false;
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
	       reader->lost_overrun + reader->lost_memory +
	       reader->lost_psample;
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

static uint64_t settled_drops(const struct ksflow_stats *stats)
{
	return stats->counted + stats->hidden + stats->own + stats->limited +
	       stats->selected;
}

static void print_drops(struct view *view, const struct ksflow_stats *stats)
{
	const struct ksflow_stats *before =
		ledger_stats(view->before, KSFLOW_KIND_DROP);

	print_object(NULL);
	print_string_colour("kind", "%ss of this namespace\n", "drop",
			    PRINT_BOLD);
	print_counter(view, SEEN, stats->seen);
	print_counter(view, COUNTED, stats->counted);
	print_counter(view, HIDDEN, stats->hidden);
	print_counter(view, OWN, stats->own);
	print_counter(view, LIMITED, stats->limited);
	print_counter(view, SELECTED, stats->selected);
	print_counter(view, LOST_RING, stats->lost_ring);
	if (ksflow_has(stats, STATS_UNKNOWN))
		print_counter(view, UNKNOWN, stats->unknown);
	if (view->now->policed.policers)
		print_counter(view, POLICED, view->now->policed.packets);
	/* Packets go on being dropped while the counters are read. */
	print_verdict(view, "seen = counted + hidden + own + limited + selected",
		      before ? excess(before->seen, settled_drops(stats)) +
			       excess(settled_drops(before), stats->seen) : 0);
	print_object_end();
}

static void print_repairs(struct view *view, const struct ksflow_stats *stats)
{
	const struct ksflow_stats *before =
		ledger_stats(view->before, KSFLOW_KIND_REPAIR);
	const uint64_t settled_now = settled_drops(stats);

	print_object(NULL);
	print_string_colour("kind", "%ss of this namespace\n", "repair",
			    PRINT_BOLD);
	print_counter(view, SEEN, stats->seen);
	print_counter(view, COUNTED, stats->counted);
	print_counter(view, LIMITED, stats->limited);
	print_counter(view, SELECTED, stats->selected);
	print_counter(view, LOST_RING, stats->lost_ring);
	print_verdict(view, "seen = counted + limited + selected",
		      before ? excess(before->seen, settled_now) +
			       excess(settled_drops(before), stats->seen) : 0);
	print_object_end();
}

/* Once there was any. */
static void print_delays(struct view *view, const struct ksflow_stats *stats)
{
	uint64_t sum = 0;
	int i;

	for (i = 0; i < __KSFLOW_DELAY_END_MAX; i++)
		sum += stats->delays[i];
	for (i = 0; sum && i < __KSFLOW_DELAY_END_MAX; i++)
		print_counter(view, DELAYS + i, stats->delays[i]);
}

static void print_namespace(struct view *view,
			    const struct ksflow_stats *stats)
{
	const char *kind = ksflow_kind_name(stats->kind);
	const struct ledger *before = view->before;
	uint64_t before_selected = 0;
	size_t i;

	for (i = 0; before && i < before->stats_count; i++)
		if (before->stats[i].kind == stats->kind)
			before_selected = before->stats[i].selected;

	print_object(NULL);
	print_string_colour("kind", "%ss of this namespace\n",
			    kind ? kind : "unknown record", PRINT_BOLD);
	print_counter(view, SEEN, stats->seen);
	print_counter(view, NOT_SELECTED,
		      excess(stats->seen, stats->selected));
	print_counter(view, SELECTED, stats->selected);
	print_counter(view, LOST_RING, stats->lost_ring);
	print_delays(view, stats);
	if (ksflow_has(stats, STATS_RING_BYTES) && stats->ring_bytes) {
		print_u64("ring-bytes", "  rings of %llu bytes", stats->ring_bytes);
		print_u64("cpus", " on %llu CPUs\n", stats->cpus);
	} else {
		print_text("  no rings: nobody reads\n");
	}
	print_verdict(view, "seen = not selected + selected",
		      excess(before_selected, stats->seen));
	print_object_end();
}

static void print_source(struct view *view,
			 const struct ksflow_source *source)
{
	const char *kind = ksflow_kind_name(source->kind);

	print_object(NULL);
	if (source->ifindex)
		print_string_colour("dev", "source %s", source->name,
				    PRINT_BOLD);
	else
		print_string_colour(NULL, "%s", "no known source", PRINT_BOLD);
	print_u64("ifindex", " (ifindex %llu)", source->ifindex);
	print_string("kind", ": %ss\n", kind ? kind : "unknown record");
	print_counter(view, SEEN, source->seen);
	if (source->kind == KSFLOW_KIND_DROP) {
		print_counter(view, LIMITED, source->limited);
		print_counter(view, SELECTED, source->selected);
		print_counter(view, LOST_RING, source->lost_ring);
		print_object_end();
		return;
	}
	print_counter(view, SEEN_INGRESS, source->seen_ingress);
	print_counter(view, SEEN_EGRESS, source->seen_egress);
	print_counter(view, NOT_SELECTED,
		      excess(source->seen, source->selected));
	print_counter(view, SELECTED, source->selected);
	print_counter(view, LOST_RING, source->lost_ring);
	print_verdict(view, "seen = ingress + egress",
		      source->seen - source->seen_ingress -
		      source->seen_egress);
	print_object_end();
}

static void print_reader(struct view *view,
			 const struct ksflow_reader *reader)
{
	const char *kind = ksflow_kind_name(reader->kind);

	print_object(NULL);
	print_string_colour(NULL, "%s", "reader", PRINT_BOLD);
	if (ksflow_has(reader, READER_PSAMPLE))
		print_u64("psample-group", " psample, group %llu",
			  reader->psample);
	else
		print_u64("portid", " port %llu", reader->portid);
	print_string("kind", " of %ss", kind ? kind : "unknown record");
	print_flag("owner", ", ksflowd", reader->is_owner);
	print_text("\n");
	print_counter(view, SELECTED, reader->selected);
	print_counter(view, DELIVERED, reader->delivered);
	print_counter(view, FILTERED, reader->filtered);
	print_counter(view, LOST_RING, reader->lost_ring);
	print_counter(view, LOST_OVERRUN, reader->lost_overrun);
	print_counter(view, LOST_MEMORY, reader->lost_memory);
	if (ksflow_has(reader, READER_PSAMPLE))
		print_counter(view, LOST_PSAMPLE, reader->lost_psample);
	print_counter(view, QUEUED, excess(reader->selected, settled(reader)));
	/* Rings are drained before each reading, and go on filling after it. */
	print_verdict(view, "selected = delivered + filtered + lost + queued",
		      excess(selected_before(view->before, reader),
			     settled(reader)) +
		      excess(settled(reader), reader->selected));
	print_object_end();
}

static void print_explanations(const struct view *view)
{
	int i;

	print_text("\n");
	print_object("explanations");
	for (i = 0; i < COUNTERS; i++) {
		if (!view->is_used[i])
			continue;
		print_object(counters[i].key);
		print_string_colour(NULL, "%s\n", counters[i].label, PRINT_BOLD);
		print_string("meaning", "  %s.\n", counters[i].meaning);
		print_string("advice", "  -> %s.\n", counters[i].advice);
		print_object_end();
	}
	print_object_end();
}

static void print_ledger(struct view *view, bool is_explained)
{
	const struct ledger *ledger = view->now;
	struct state_view daemon;
	size_t i;

	view->closes = true;
	print_object(NULL);
	print_array("namespace");
	for (i = 0; i < ledger->stats_count; i++) {
		if (ledger->stats[i].kind == KSFLOW_KIND_DROP)
			print_drops(view, &ledger->stats[i]);
		else if (ledger->stats[i].kind == KSFLOW_KIND_REPAIR)
			print_repairs(view, &ledger->stats[i]);
		else
			print_namespace(view, &ledger->stats[i]);
	}
	print_array_end();
	print_array("sources");
	for (i = 0; i < ledger->source_count; i++)
		print_source(view, &ledger->sources[i]);
	print_array_end();
	print_array("readers");
	for (i = 0; i < ledger->reader_count; i++)
		print_reader(view, &ledger->readers[i]);
	print_array_end();
	/* not the module's, as old as ksflowd's last account of it */
	if (state_look(STATE_DIR, &daemon))
		show_psample(&daemon);
	print_bool("closes", NULL, view->closes);
	if (is_explained)
		print_explanations(view);
	if (view->closes)
		print_string_colour(NULL, "%s\n", "the ledger closes",
				    PRINT_GREEN);
	else
		print_string_colour(NULL, "%s\n",
				    "the ledger does not close: please report this",
				    PRINT_RED);
	print_object_end();
}

int stats_run(const struct tool_verb *verb, int argc, char **argv)
{
	struct ksflow_nl_error err = { 0 };
	struct ledger before = { 0 }, now = { 0 };
	struct view view = { .now = &now, .before = &before };
	bool is_explained = false, is_metrics = false;
	struct ksflow_nl *nl;
	int ret, i;

	for (i = 0; i < argc; i++) {
		if (!strcmp(argv[i], "--explain"))
			is_explained = true;
		else if (!strcmp(argv[i], "--prometheus"))
			is_metrics = true;
		else
			return tool_usage(verb,
					  "unknown word \"%s\" after \"stats\": expected --explain or --prometheus",
					  argv[i]);
	}
	if (is_metrics && (is_explained || print_is_json()))
		return tool_usage(verb,
				  "--prometheus, --explain and -j exclude each other");
	if (is_metrics)
		return prometheus_run();
	ret = tool_open(&nl);
	if (ret)
		return ret;
	ret = ledger_get(nl, &before, &err);
	if (!ret)
		ret = ledger_get(nl, &now, &err);
	if (ret)
		ret = tool_failed(&err);
	else
		print_ledger(&view, is_explained);

	ledger_free(&before);
	ledger_free(&now);
	ksflow_nl_close(nl);
	return ret;
}
