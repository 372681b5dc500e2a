// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "ledger.h"

#include "nl.h"
#include "reason.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

int ledger_get(struct ksflow_nl *nl, struct ledger *ledger,
	       struct ksflow_nl_error *err)
{
	const struct ksflow_stats_handler handler = {
		.stats = add_stats,
		.reader = add_reader,
		.source = add_source,
		.arg = ledger,
	};

	memset(ledger, 0, sizeof(*ledger));
	/* lost before the module, and no part of any sum: without is no error */
	devlink_policed(&ledger->policed);
	return ksflow_nl_stats_get(nl, &handler, err);
}

void ledger_free(struct ledger *ledger)
{
	free(ledger->stats);
	free(ledger->sources);
	free(ledger->readers);
	memset(ledger, 0, sizeof(*ledger));
}

const struct ksflow_stats *ledger_stats(const struct ledger *ledger,
					unsigned int kind)
{
	size_t i;

	for (i = 0; i < ledger->stats_count; i++)
		if (ledger->stats[i].kind == kind)
			return &ledger->stats[i];
	return NULL;
}

static int add_count(const struct ksflow_drop_count *count, void *arg)
{
	struct drop_counts *counts = arg;

	return APPEND(counts->counts, counts->count, count);
}

static int by_packets(const void *a, const void *b)
{
	const struct ksflow_drop_count *x = a, *y = b;
	int ret = (x->packets < y->packets) - (x->packets > y->packets);

	ret = ret ? ret : strcmp(x->reason, y->reason);
	return ret ? ret : strcmp(x->site, y->site);
}

int drop_counts_get(struct ksflow_nl *nl, struct drop_counts *counts,
		    struct ksflow_nl_error *err)
{
	int ret;

	memset(counts, 0, sizeof(*counts));
	ret = ksflow_nl_drop_dump(nl, add_count, counts, err);
	if (counts->count)
		qsort(counts->counts, counts->count, sizeof(*counts->counts),
		      by_packets);
	return ret;
}

void drop_counts_free(struct drop_counts *counts)
{
	free(counts->counts);
	memset(counts, 0, sizeof(*counts));
}

uint32_t drop_count_code(const struct ksflow_drop_count *count)
{
	struct ksflow_record record = { 0 };

	snprintf(record.reason, sizeof(record.reason), "%s", count->reason);
	snprintf(record.site, sizeof(record.site), "%s", count->site);
	snprintf(record.trap, sizeof(record.trap), "%s", count->trap);
	snprintf(record.group, sizeof(record.group), "%s", count->group);
	return reason_code(&record);
}
