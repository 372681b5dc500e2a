/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_TOOL_H
#define KSFLOW_USER_TOOL_H

/* What the verbs of the tool have in common. */

#include <stdbool.h>

struct ksflow_nl;
struct ksflow_nl_error;

enum tool_exit {
	TOOL_OK,
	TOOL_FAILED,
	TOOL_USAGE,
	TOOL_NO_MODULE,
};

/* One line of the table in ksflow.c. */
struct tool_verb {
	const char *name;
	const char *synopsis;	/* one form a line, without the verb */
	const char *help;	/* one sentence for the overview */
	const char *details;	/* for VERB --help; may be NULL */
	const char *words;	/* for completion, besides device names */
	bool has_json;
	bool takes_dev;
	/* argv[0] is the first word after the verb. Returns tool_exit. */
	int (*run)(const struct tool_verb *verb, int argc, char **argv);
};

int show_run(const struct tool_verb *verb, int argc, char **argv);
int dev_run(const struct tool_verb *verb, int argc, char **argv);
int drop_run(const struct tool_verb *verb, int argc, char **argv);
int repair_run(const struct tool_verb *verb, int argc, char **argv);
int reset_run(const struct tool_verb *verb, int argc, char **argv);
int stats_run(const struct tool_verb *verb, int argc, char **argv);
int monitor_run(const struct tool_verb *verb, int argc, char **argv);
int check_run(const struct tool_verb *verb, int argc, char **argv);
int config_run(const struct tool_verb *verb, int argc, char **argv);

/* What ksflowd read of psample: a part of an object. */
struct state_view;
void show_psample(const struct state_view *view);

/* One line on stderr. */
void tool_error(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* What is wrong with the command line; Return: TOOL_USAGE. */
int tool_usage(const struct tool_verb *verb, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* What the module, or the way to it, said; Return: TOOL_FAILED, or _NO_MODULE. */
int tool_failed(const struct ksflow_nl_error *err);

/* Connect. Return: TOOL_OK, or what to exit with, after a message. */
int tool_open(struct ksflow_nl **nl);

/**
 * tool_enter() - go to a network namespace
 * @where: name under /run/netns, path, or pid
 *
 * Return: TOOL_OK, or TOOL_FAILED after a message.
 */
int tool_enter(const char *where);

#endif /* KSFLOW_USER_TOOL_H */
