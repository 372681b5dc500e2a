/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_STATE_H
#define KSFLOW_USER_STATE_H

/*
 * What ksflowd does now, for scripts and for the tool: NAME=VALUE lines in
 * the manner of hsflowd.auto, in a file that is always whole. One for each
 * network namespace with a ksflowd.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>

#define STATE_DIR	"/run/ksflowd"

struct collectors;
struct conf;
struct sflow_addr;

struct psample_source;
struct dent;
struct state;

/* Where this namespace's file is; before privileges go. */
struct state *state_open(const char *dir);
/* The file goes, too. */
void state_close(struct state *state);
/* config: the file that is read on a reload. 0 or -errno. */
int state_write(struct state *state, const struct conf *conf,
		const char *config, const struct sflow_addr *agent,
		const struct collectors *set);
/* Whose figures are written, too; both stay valid. */
void state_watch(struct state *state, const struct psample_source *psample,
		 const struct dent *dent);
void state_print(const struct conf *conf, const char *config,
		 const struct sflow_addr *agent, const struct collectors *set,
		 uint32_t revision, pid_t pid, FILE *out);

#define STATE_COLLECTORS_MAX	16

struct state_collector {
	char name[64];		/* or "" */
	char address[254];
	char dev[16];
	unsigned int port;
	bool is_ready;
	unsigned long long sent;
	unsigned long long refused;
	unsigned long long busy;
	unsigned long long failed;
};

#define STATE_GROUPS_MAX	16

/* A group of psample that is read. */
struct state_group {
	unsigned int group;
	char dir[16];
	char status[16];	/* "read", "refused" or "absent" */
	unsigned long long exported;
	unsigned long long thinned;
	unsigned long long lost;
	unsigned long long duplicates;
	unsigned long long reordered;
	unsigned long long nowhere;
};

struct state_view {
	pid_t pid;
	bool is_enabled;
	unsigned int polling_s;
	char dir[16];
	char agent_ip[64];
	char agent_dev[16];
	char drop_limit[16];	/* "" none are sent */
	char file[256];
	unsigned int collector_count;
	struct state_collector collectors[STATE_COLLECTORS_MAX];
	unsigned int group_count;
	struct state_group groups[STATE_GROUPS_MAX];
	unsigned long long psample_overruns;
	unsigned int ports_filtered;	/* of dent's */
	unsigned int ports_refused;
};

/* What the ksflowd of this namespace says of itself. False: none runs. */
bool state_look(const char *dir, struct state_view *view);
bool state_parse(FILE *f, struct state_view *view);

/* Processes that read this file on a reload; at most max. */
unsigned int state_readers(const char *dir, const char *config, pid_t *pids,
			   unsigned int max);

#endif /* KSFLOW_USER_STATE_H */
