// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "state.h"

#include "agent.h"
#include "conf.h"
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
	uint32_t revision;
	bool is_written;
	char path[256];
	char next[264];		/* becomes the file by renaming */
};

struct state *state_open(const char *dir)
{
	struct state *state = calloc(1, sizeof(*state));
	struct stat mine, first;

	if (!state)
		return NULL;
	mkdir(dir, 0755);
	/* the first namespace's has the plain name */
	if (!stat("/proc/self/ns/net", &mine) &&
	    !stat("/proc/1/ns/net", &first) && mine.st_ino != first.st_ino)
		snprintf(state->path, sizeof(state->path),
			 "%s/ksflowd-%llu" SUFFIX, dir,
			 (unsigned long long)mine.st_ino);
	else
		snprintf(state->path, sizeof(state->path), "%s/ksflowd" SUFFIX,
			 dir);
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

void state_print(const struct conf *conf, const char *config,
		 const struct sflow_addr *agent, uint32_t revision, pid_t pid,
		 FILE *out)
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
	fprintf(out, "rev_end=%u\n", revision);
}

int state_write(struct state *state, const struct conf *conf,
		const char *config, const struct sflow_addr *agent)
{
	FILE *f = fopen(state->next, "we");
	int ret = 0;

	if (!f)
		return -errno;
	state_print(conf, config, agent, ++state->revision, getpid(), f);
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
