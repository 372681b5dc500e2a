/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PROMETHEUS_H
#define KSFLOW_USER_PROMETHEUS_H

/*
 * "stats --prometheus": the ledger and the counters of drops in Prometheus'
 * text format, for node_exporter's textfile collector. The names of metrics
 * and labels do not change.
 */

#include <stdio.h>

struct drop_counts;
struct ksflow_config;
struct ledger;
struct state_view;

/* What stats does with it. Returns tool_exit. */
int prometheus_run(void);
/* The text itself; without a config: the module is not there. */
void prometheus_print(FILE *out, const struct ksflow_config *config,
		      const struct ledger *ledger,
		      const struct drop_counts *counts);
/* What ksflowd read of psample. */
void prometheus_print_psample(FILE *out, const struct state_view *view);

#endif /* KSFLOW_USER_PROMETHEUS_H */
