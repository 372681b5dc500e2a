// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "state.h"

#include "agent.h"
#include "collector.h"
#include "conf.h"
#include "dent.h"
#include "nl.h"
#include "psample_source.h"
#include "sflow.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SUFFIX	".auto"

struct state {
	const struct psample_source *psample;	/* or NULL */
	const struct dent *dent;
	uint32_t revision;
	bool is_written;
	char path[256];
	char next[264];		/* becomes the file by renaming */
};

/* The first namespace's has the plain name. */
static void file_of(const char *dir, char *path, size_t size)
{
	struct stat mine, first;

	if (!stat("/proc/self/ns/net", &mine) &&
	    !stat("/proc/1/ns/net", &first) && mine.st_ino != first.st_ino)
		snprintf(path, size, "%s/ksflowd-%llu" SUFFIX, dir,
			 (unsigned long long)mine.st_ino);
	else
		snprintf(path, size, "%s/ksflowd" SUFFIX, dir);
}

struct state *state_open(const char *dir)
{
	struct state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	mkdir(dir, 0755);
	file_of(dir, state->path, sizeof(state->path));
	snprintf(state->next, sizeof(state->next), "%s.new", state->path);
	return state;
}

void state_close(struct state *state)
{
	if (!state)
		return;
	if (state->is_written)
		unlink(state->path);
	free(state);
}

static void print_collector(const struct conf_collector *c, FILE *out)
{
	fprintf(out, "collector=%s", c->host);
	if (c->dev[0] || c->netns[0])
		fprintf(out, "/%u/%s/%s", c->port, c->dev, c->netns);
	else if (c->port != SFLOW_PORT)
		fprintf(out, " %u", c->port);
	fprintf(out, "\n");
}

/* Beyond hsflowd's: names, and how it goes. */
static void print_more(const struct conf *conf, const struct collectors *set,
		       FILE *out)
{
	unsigned int i;

	fprintf(out, "enabled=%s\n", conf->is_disabled ? "off" : "on");
	fprintf(out, "samplingDirection=%s\n", ksflow_dir_name(conf->dir));
	if (conf->has_drop && conf_wants_drops(conf) &&
	    ksflow_has(&conf->drop, DROP_LIMIT) &&
	    conf->drop.limit == KSFLOW_UNLIMITED)
		fprintf(out, "dropmon.limit=unlimited\n");
	else if (conf->has_drop && conf_wants_drops(conf))
		fprintf(out, "dropmon.limit=%u\n",
			ksflow_has(&conf->drop, DROP_LIMIT) ?
			conf->drop.limit : 100);
	for (i = 0; i < conf->collector_count; i++) {
		const struct conf_collector *c = &conf->collectors[i];
		struct collector_counts counts = { 0 };

		if (set && i < collectors_count(set))
			collectors_counts(set, i, &counts);
		fprintf(out,
			"collector.%u=%s %u %s %s %s %llu %llu %llu %llu\n", i,
			c->host, c->port, c->dev[0] ? c->dev : "-",
			c->name[0] ? c->name : "-",
			counts.is_connected ? "ready" : "unreachable",
			(unsigned long long)counts.sent,
			(unsigned long long)counts.refused,
			(unsigned long long)counts.busy,
			(unsigned long long)counts.failed);
	}
}

static void print_psample(const struct state *state, const struct conf *conf,
			  FILE *out)
{
	struct psample_group_counts c;
	unsigned int filtered, refused, i;

	for (i = 0; state->psample && i < psample_source_count(state->psample);
	     i++) {
		psample_source_group(state->psample, i, &c);
		fprintf(out, "psample.%u=%s %s %llu %llu %llu %llu %llu %llu\n",
			c.group, c.is_egress ? "egress" : "ingress",
			c.is_refused ? "refused" :
			psample_source_is_joined(state->psample) ? "read" :
								   "absent",
			(unsigned long long)c.exported,
			(unsigned long long)c.thinned,
			(unsigned long long)c.lost,
			(unsigned long long)c.duplicates,
			(unsigned long long)c.reordered,
			(unsigned long long)c.nowhere);
	}
	if (i)
		fprintf(out, "psampleOverruns=%llu\n", (unsigned long long)
			psample_source_counts(state->psample)->overruns);
	if (!state->dent || !conf->dent.is_there)
		return;
	dent_counts(state->dent, &filtered, &refused);
	fprintf(out, "dent=%u %u\n", filtered, refused);
}

static void print_all(const struct state *state, const struct conf *conf,
		      const char *config, const struct sflow_addr *agent,
		      const struct collectors *set, uint32_t revision,
		      pid_t pid, FILE *out)
{
	char hostname[256] = "";
	unsigned int i;

	gethostname(hostname, sizeof(hostname) - 1);
	fprintf(out, "# Written by ksflowd. Changes are overwritten.\n");
	fprintf(out, "rev_start=%u\n", revision);
	fprintf(out, "pid=%d\n", (int)pid);
	fprintf(out, "config=%s\n", config);
	fprintf(out, "read=%s\n", conf->is_from_file ? conf->file : "");
	fprintf(out, "hostname=%s\n", hostname);
	if (conf->has_sampling)
		fprintf(out, "sampling=%u\n", conf->sampling);
	if (conf->has_bps_ratio)
		fprintf(out, "sampling.bps_ratio=%u\n", conf->bps_ratio);
	for (i = 0; i < conf->speed_count; i++)
		fprintf(out, "sampling.%uM=%u\n", conf->speeds[i].mbit,
			conf->speeds[i].rate);
	if (conf->header_bytes)
		fprintf(out, "header=%u\n", conf->header_bytes);
	fprintf(out, "datagram=%u\n", conf->datagram_bytes);
	fprintf(out, "polling=%u\n", conf->polling_s);
	fprintf(out, "agentIP=%s\n", agent ? agent_text(agent) : "");
	if (conf->agent_dev[0])
		fprintf(out, "agent=%s\n", conf->agent_dev);
	fprintf(out, "subAgentId=%u\n", conf->sub_agent_id);
	fprintf(out, "ds_index=1\n");
	for (i = 0; i < conf->collector_count; i++)
		print_collector(&conf->collectors[i], out);
	print_more(conf, set, out);
	if (state)
		print_psample(state, conf, out);
	fprintf(out, "rev_end=%u\n", revision);
}

void state_print(const struct conf *conf, const char *config,
		 const struct sflow_addr *agent, const struct collectors *set,
		 uint32_t revision, pid_t pid, FILE *out)
{
	print_all(NULL, conf, config, agent, set, revision, pid, out);
}

void state_watch(struct state *state, const struct psample_source *psample,
		 const struct dent *dent)
{
	state->psample = psample;
	state->dent = dent;
}

int state_write(struct state *state, const struct conf *conf,
		const char *config, const struct sflow_addr *agent,
		const struct collectors *set)
{
	FILE *f = fopen(state->next, "we");
	int ret = 0;

	if (!f)
		return -errno;
	print_all(state, conf, config, agent, set, ++state->revision, getpid(),
		  f);
	if (ferror(f))
		ret = -EIO;
	if (fclose(f) && !ret)
		ret = -errno;
	if (!ret && rename(state->next, state->path))
		ret = -errno;
	if (ret)
		unlink(state->next);
	else
		state->is_written = true;
	return ret;
}

static bool has_suffix(const char *name, const char *suffix)
{
	size_t len = strlen(name), end = strlen(suffix);

	return len > end && !strcmp(name + len - end, suffix);
}

/* One that was killed leaves its file, and its number to anybody. */
static bool is_ksflowd(pid_t pid)
{
	char path[64], name[32] = "";
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%d/comm", (int)pid);
	f = fopen(path, "re");
	if (!f)
		return false;
	if (!fgets(name, sizeof(name), f))
		name[0] = '\0';
	fclose(f);
	return !strcmp(name, "ksflowd\n");
}

/* By whatever name. */
static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !strcmp(a, b) ||
	       (!stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
		x.st_ino == y.st_ino);
}

static pid_t reader_of(const char *path, const char *config)
{
	char line[PATH_MAX + 16];
	bool is_same = false;
	long pid = 0;
	FILE *f;

	f = fopen(path, "re");
	if (!f)
		return 0;
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		if (!strncmp(line, "pid=", 4))
			pid = strtol(line + 4, NULL, 10);
		else if (!strncmp(line, "config=", 7))
			is_same = is_same_file(line + 7, config);
	}
	fclose(f);
	return is_same && pid > 1 && is_ksflowd(pid) ? pid : 0;
}

unsigned int state_readers(const char *dir, const char *config, pid_t *pids,
			   unsigned int max)
{
	const struct dirent *entry;
	unsigned int count = 0;
	char path[PATH_MAX];
	DIR *d = opendir(dir);

	while (d && count < max && (entry = readdir(d))) {
		if (!has_suffix(entry->d_name, SUFFIX))
			continue;
		snprintf(path, sizeof(path), "%s/%s", dir, entry->d_name);
		pids[count] = reader_of(path, config);
		count += pids[count] > 0;
	}
	if (d)
		closedir(d);
	return count;
}

static void parse_collector(const char *value, struct state_view *view)
{
	struct state_collector *c = &view->collectors[view->collector_count];
	char ready[16];

	if (view->collector_count == STATE_COLLECTORS_MAX)
		return;
	memset(c, 0, sizeof(*c));
	if (sscanf(value, "%253s %u %15s %63s %15s %llu %llu %llu %llu",
		   c->address, &c->port, c->dev, c->name, ready, &c->sent,
		   &c->refused, &c->busy, &c->failed) != 9)
		return;
	c->is_ready = !strcmp(ready, "ready");
	if (!strcmp(c->dev, "-"))
		c->dev[0] = '\0';
	if (!strcmp(c->name, "-"))
		c->name[0] = '\0';
	view->collector_count++;
}

static void parse_group(const char *number, const char *value,
			struct state_view *view)
{
	struct state_group *g = &view->groups[view->group_count];

	if (view->group_count == STATE_GROUPS_MAX)
		return;
	memset(g, 0, sizeof(*g));
	if (sscanf(value, "%15s %15s %llu %llu %llu %llu %llu %llu", g->dir,
		   g->status, &g->exported, &g->thinned, &g->lost,
		   &g->duplicates, &g->reordered, &g->nowhere) != 8)
		return;
	g->group = strtoul(number, NULL, 10);
	view->group_count++;
}

bool state_parse(FILE *f, struct state_view *view)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} words[] = {
		{ "samplingDirection", view->dir, sizeof(view->dir) },
		{ "agentIP", view->agent_ip, sizeof(view->agent_ip) },
		{ "agent", view->agent_dev, sizeof(view->agent_dev) },
		{ "dropmon.limit", view->drop_limit,
		  sizeof(view->drop_limit) },
		{ "read", view->file, sizeof(view->file) },
	};
	bool is_whole = false;
	char line[1024], *value;
	size_t i;

	memset(view, 0, sizeof(*view));
	while (fgets(line, sizeof(line), f)) {
		line[strcspn(line, "\n")] = '\0';
		value = strchr(line, '=');
		if (!value)
			continue;
		*value++ = '\0';
		if (!strcmp(line, "pid"))
			view->pid = strtol(value, NULL, 10);
		else if (!strcmp(line, "polling"))
			view->polling_s = strtoul(value, NULL, 10);
		else if (!strcmp(line, "enabled"))
			view->is_enabled = !strcmp(value, "on");
		else if (!strncmp(line, "collector.", 10))
			parse_collector(value, view);
		else if (!strncmp(line, "psample.", 8))
			parse_group(line + 8, value, view);
		else if (!strcmp(line, "psampleOverruns"))
			view->psample_overruns = strtoull(value, NULL, 10);
		else if (!strcmp(line, "dent"))
			sscanf(value, "%u %u", &view->ports_filtered,
			       &view->ports_refused);
		else if (!strcmp(line, "rev_end"))
			is_whole = true;
		for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
			if (!strcmp(line, words[i].key))
				snprintf(words[i].to, words[i].size, "%s",
					 value);
		}
	}
	return is_whole;
}

bool state_look(const char *dir, struct state_view *view)
{
	char path[PATH_MAX];
	bool is_there;
	FILE *f;

	file_of(dir, path, sizeof(path));
	f = fopen(path, "re");
	if (!f)
		return false;
	is_there = state_parse(f, view);
	fclose(f);
	return is_there && view->pid > 1 && is_ksflowd(view->pid);
}
