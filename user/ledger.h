/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_LEDGER_H
#define KSFLOW_USER_LEDGER_H

/* One reading of all the module counts in this namespace. */

#include "devlink.h"

#include <stddef.h>
#include <stdint.h>

struct ksflow_drop_count;
struct ksflow_nl;
struct ksflow_nl_error;
struct ksflow_reader;
struct ksflow_source;
struct ksflow_stats;

struct ledger {
	struct ksflow_stats *stats;
	size_t stats_count;
	struct ksflow_source *sources;
	size_t source_count;
	struct ksflow_reader *readers;
	size_t reader_count;
	struct devlink_policed policed;
};

/* What was dropped, by call site and reason, and by trap. */
struct drop_counts {
	struct ksflow_drop_count *counts;	/* most packets first */
	size_t count;
};

/* 0 or -errno; to be freed in any case. */
int ledger_get(struct ksflow_nl *nl, struct ledger *ledger,
	       struct ksflow_nl_error *err);
void ledger_free(struct ledger *ledger);
/* The one of this kind (enum ksflow_kind), or NULL. */
const struct ksflow_stats *ledger_stats(const struct ledger *ledger,
					unsigned int kind);

int drop_counts_get(struct ksflow_nl *nl, struct drop_counts *counts,
		    struct ksflow_nl_error *err);
void drop_counts_free(struct drop_counts *counts);
/* sFlow's code, as far as reason, call site and trap alone tell. */
uint32_t drop_count_code(const struct ksflow_drop_count *count);

#endif /* KSFLOW_USER_LEDGER_H */
