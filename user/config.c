// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Verb "config": the words of a switch, written into the configuration file,
 * which ksflowd then reads again. The only verb that touches the disk. The
 * file is replaced whole, by one that parses, or stays as it was.
 */
#include "conf.h"
#include "conf_edit.h"
#include "state.h"
#include "tool.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define READERS_MAX	64
/* What holds without a file, where a file would change it. */
#define TEXT_NEW	"sflow {\n  samplingDirection = once\n}\n"

/* In place of the old one, with its mode and owner, all or nothing. */
static int replace(const char *path, const char *text, size_t len, int dir)
{
	struct stat old;
	char next[PATH_MAX + 16];
	int fd, ret = 0;

	snprintf(next, sizeof(next), "%s.XXXXXX", path);
	fd = mkstemp(next);
	if (fd < 0)
		return -errno;
	if (stat(path, &old)) {
		fchmod(fd, 0644);
	} else {
		fchmod(fd, old.st_mode & 07777);
		if (fchown(fd, old.st_uid, old.st_gid))
			ret = geteuid() ? 0 : -errno;
	}
	while (!ret && len) {
		ssize_t done = write(fd, text, len);

		if (done < 0 && errno != EINTR)
			ret = -errno;
		if (done > 0) {
			text += done;
			len -= done;
		}
	}
	if (!ret && fsync(fd))
		ret = -errno;
	if (close(fd) && !ret)
		ret = -errno;
	if (!ret && rename(next, path))
		ret = -errno;
	if (ret)
		unlink(next);
	else
		fsync(dir);
	return ret;
}

/* What it says is what ksflowd will do: nobody wants to find out later. */
static int verify(const struct conf_edit *e, const char *path)
{
	static struct conf_report report;
	static struct conf conf;
	int ret;

	ret = conf_parse(&conf, e->text, e->len, path, &report);
	if (ret)
		tool_error("%s; nothing was changed", report.error);
	return ret;
}

static void reload(const char *path)
{
	pid_t pids[READERS_MAX];
	unsigned int count, i;

	count = state_readers(STATE_DIR, path, pids, READERS_MAX);
	for (i = 0; i < count; i++) {
		if (kill(pids[i], SIGHUP))
			tool_error("ksflowd, process %d: %s", (int)pids[i],
				   strerror(errno));
	}
	if (!count)
		tool_error("note: no ksflowd runs with %s; it holds from its start on",
			   path);
}

static int change(const char *path, int argc, char **argv)
{
	char err[400], folder[PATH_MAX], *text = NULL;
	struct conf_edit e = { 0 };
	bool is_usage = false;
	size_t len = 0;
	int ret, dir;

	snprintf(folder, sizeof(folder), "%s", path);
	dir = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	/* two of us at a time would lose one's change */
	if (dir < 0 || flock(dir, LOCK_EX)) {
		tool_error("%s: %s", path, strerror(errno));
		ret = TOOL_FAILED;
		goto out;
	}
	ret = conf_read_text(path, &text, &len);
	if (ret == -ENOENT && !strcmp(path, CONF_FILE)) {
		ret = conf_read_text(CONF_FILE_HSFLOWD, &text, &len);
		if (!ret)
			tool_error("note: %s begins as a copy of %s", path,
				   CONF_FILE_HSFLOWD);
	}
	if (ret == -ENOENT)
		ret = conf_edit_open(&e, TEXT_NEW, strlen(TEXT_NEW));
	else if (!ret)
		ret = conf_edit_open(&e, text, len);
	if (ret) {
		tool_error("%s: %s", path, strerror(-ret));
		ret = TOOL_FAILED;
		goto out;
	}
	ret = conf_command(&e, argc, argv, err, sizeof(err));
	if (ret) {
		is_usage = ret == -EINVAL && !e.error[0];
		tool_error("%s", err);
		ret = is_usage ? TOOL_USAGE : TOOL_FAILED;
		goto out;
	}
	ret = verify(&e, path) ? TOOL_FAILED : TOOL_OK;
	if (ret)
		goto out;
	ret = text && e.len == len && !memcmp(e.text, text, len) ? 0 :
	      replace(path, e.text, e.len, dir);
	if (ret)
		tool_error("%s: %s", path, strerror(-ret));
	ret = ret ? TOOL_FAILED : TOOL_OK;
out:
	conf_edit_close(&e);
	free(text);
	if (dir >= 0)
		close(dir);
	return ret;
}

int config_run(const struct tool_verb *verb, int argc, char **argv)
{
	const char *file = CONF_FILE;
	char path[PATH_MAX];
	int ret;

	if (argc > 1 && !strcmp(argv[0], "--file")) {
		file = argv[1];
		argc -= 2;
		argv += 2;
	}
	if (!argc)
		return tool_usage(verb, "\"config\": expected what to change");
	/* what a link points to is changed, not the link */
	if (!realpath(file, path))
		snprintf(path, sizeof(path), "%s", file);
	ret = change(path, argc, argv);
	if (ret == TOOL_OK)
		reload(file);
	return ret;
}
