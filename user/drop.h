/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DROP_H
#define KSFLOW_USER_DROP_H

/* Verb "drop": capture of dropped packets. */

struct ksflow_config;
struct tool_verb;

/* Settings in force, each with its owner; in JSON an object "drop". */
void drop_print_settings(const struct ksflow_config *config);
int drop_top(const struct tool_verb *verb, int argc, char **argv);

#endif /* KSFLOW_USER_DROP_H */
