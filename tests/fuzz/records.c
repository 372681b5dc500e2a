// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Any bytes as what the module sent, each record on into samples.
 */
#include "flow.h"
#include "nl.h"
#include "reason.h"
#include "sflow.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void on_record(const struct ksflow_batch *batch,
		      const struct ksflow_record *record, void *arg)
{
	struct sflow_datagram *d = arg;

	d->is_expanded = batch->cpu & 1;
	sflow_begin(d);
	if (!flow_put(d, record, 1, record->data_len) && d->len % 4)
		abort();
	if (!flow_put_discard(d, record, 1, record->data_len) && d->len % 4)
		abort();
	if (!reason_code_name(reason_code(record)))
		abort();
	sflow_finish(d, 1, 1);
}

static int on_stats(const struct ksflow_stats *stats, void *arg)
{
	(void)stats;
	(void)arg;
	return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct sflow_datagram d = { .max_bytes = 8192 };
	struct ksflow_stats_handler stats = { .stats = on_stats };
	struct ksflow_handler handler = { .record = on_record, .arg = &d };
	struct ksflow_config config = { 0 };
	struct ksflow_drop_count count;
	struct ksflow_rule rule = { .has = 1ULL << KSFLOW_A_RULE_TAP };
	struct ksflow_dev dev;
	size_t layer_len;
	void *layer;
	/* attributes are aligned; the fuzzer's buffer need not be */
	void *copy = malloc(size ? size : 1);

	memcpy(copy, data, size);
	ksflow_nl_parse_records(copy, size, &handler);
	ksflow_nl_parse_config(copy, size, &config);
	ksflow_config_free(&config);
	ksflow_nl_parse_dev(copy, size, &dev);
	if (!ksflow_nl_turn_on(copy, size, &rule, &layer, &layer_len))
		free(layer);
	ksflow_nl_parse_stats(copy, size, &stats);
	ksflow_nl_parse_drop_count(copy, size, &count);
	free(copy);
	return 0;
}
