// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Verb "config": the words of a switch, written into the configuration file,
 * which ksflowd then reads again. The only verb that touches the disk. The
 * file is replaced whole, by one that parses, or stays as it was.
 */
#include "args.h"
#include "conf.h"
#include "conf_edit.h"
#include "config.h"
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

#define FILE_MAX	(1 << 20)
#define READERS_MAX	64
/* What holds without a file, where a file would change it. */
#define TEXT_NEW	"sflow {\n  samplingDirection = once\n}\n"

/* --- words to changes --- */

static int wrong(char *err, size_t size, const char *got, const char *expected)
{
	snprintf(err, size, "\"%s\": expected %s", got ? got : "", expected);
	return -EINVAL;
}

/* As it is to be in the file: no word that needs quotes. */
static bool is_word(const char *word)
{
	return word[0] && !strpbrk(word, " \t\r\n=;#{}\"");
}

static int number(const char *word, uint64_t min, uint64_t max, char *err,
		  size_t size)
{
	char expected[64];
	uint64_t value;

	if (word && args_u64(word, min, max, &value))
		return 0;
	snprintf(expected, sizeof(expected), "a number, %llu...%llu",
		 (unsigned long long)min, (unsigned long long)max);
	return wrong(err, size, word, expected);
}

static int edited(const struct conf_edit *e, int ret, char *err, size_t size)
{
	if (ret == -EINVAL)
		snprintf(err, size, "%s", e->error);
	else if (ret && !err[0])
		snprintf(err, size, "%s", strerror(-ret));
	return ret;
}

static int collector_add(struct conf_edit *e, int argc, char **argv, char *err,
			 size_t size)
{
	struct conf_block block = { "collector", "name", argc ? argv[0] : "" };
	const char *port = NULL, *vrf = NULL;
	char line[512], value[256];
	int i;

	if (argc < 2 || !is_word(argv[0]) || !is_word(argv[1]))
		return wrong(err, size, argc ? argv[argc - 1] : NULL,
			     "a name and an address");
	for (i = 2; i < argc; i += 2) {
		if (i + 1 == argc || (strcmp(argv[i], "--port") &&
				      strcmp(argv[i], "--vrf")))
			return wrong(err, size, argv[i],
				     "--port NUMBER or --vrf NAME");
		if (!strcmp(argv[i], "--port"))
			port = argv[i + 1];
		else
			vrf = argv[i + 1];
	}
	if (port && number(port, 1, 65535, err, size))
		return -EINVAL;
	/* the VRF that one is in without any */
	if (vrf && !strcmp(vrf, "default"))
		vrf = NULL;
	if (vrf && !is_word(vrf))
		return wrong(err, size, vrf, "a VRF");
	if (conf_edit_find(e, &block, "ip", value, sizeof(value))) {
		snprintf(err, size, "there is a collector \"%s\" already, at %s",
			 argv[0], value);
		return -EEXIST;
	}
	snprintf(line, sizeof(line), "collector { ip=%s udpport=%s%s%s name=%s }",
		 argv[1], port ? port : "6343", vrf ? " dev=" : "",
		 vrf ? vrf : "", argv[0]);
	return conf_edit_block_add(e, line);
}

static int collector(struct conf_edit *e, int argc, char **argv, char *err,
		     size_t size)
{
	struct conf_block block = { "collector", "name", NULL };
	int ret;

	if (argc && !strcmp(argv[0], "add"))
		return collector_add(e, argc - 1, argv + 1, err, size);
	if (argc != 2 || strcmp(argv[0], "del"))
		return wrong(err, size, argc ? argv[0] : NULL,
			     "add NAME ADDRESS or del NAME");
	block.value = argv[1];
	ret = conf_edit_block_del(e, &block);
	if (ret == -ENOENT) {
		/* one that nobody named */
		block.key = "ip";
		ret = conf_edit_block_del(e, &block);
	}
	if (ret == -ENOENT)
		snprintf(err, size, "there is no collector \"%s\"", argv[1]);
	return ret;
}

static int agent_id(struct conf_edit *e, int argc, char **argv, char *err,
		    size_t size)
{
	if (argc == 2 && !strcmp(argv[0], "add") && is_word(argv[1]))
		return conf_edit_set(e, "agent", argv[1]);
	if (argc == 1 && !strcmp(argv[0], "del")) {
		int ret = conf_edit_set(e, "agent", NULL);

		return ret == -ENOENT ? 0 : ret;
	}
	return wrong(err, size, argc ? argv[argc - 1] : NULL,
		     "add INTERFACE or del");
}

static int sample_direction(struct conf_edit *e, int argc, char **argv,
			    char *err, size_t size)
{
	static const char * const words[][2] = {
		{ "rx", "in" }, { "tx", "out" }, { "both", "both" },
		{ "ingress", "in" }, { "egress", "out" }, { "once", "once" },
	};
	size_t i;

	for (i = 0; argc == 1 && i < sizeof(words) / sizeof(words[0]); i++) {
		if (!strcmp(argv[0], words[i][0]))
			return conf_edit_set(e, "samplingDirection",
					     words[i][1]);
	}
	return wrong(err, size, argc ? argv[0] : NULL, "rx, tx, both or once");
}

static int drop_limit(struct conf_edit *e, int argc, char **argv, char *err,
		      size_t size)
{
	struct conf_block block = { "dropmon", NULL, NULL };
	int ret;

	if (argc != 1)
		return wrong(err, size, argc ? argv[1] : NULL,
			     "drops a second, 0 for none");
	if (!strcmp(argv[0], "0"))
		return conf_edit_block_set(e, &block, "start", "off");
	if (strcmp(argv[0], "unlimited") &&
	    number(argv[0], 1, KSFLOW_LIMIT_MAX, err, size))
		return -EINVAL;
	ret = conf_edit_block_set(e, &block, "limit", argv[0]);
	return ret ? ret : conf_edit_block_set(e, &block, "start", "on");
}

static int interface_enable(struct conf_edit *e, bool is_on, const char *dev)
{
	struct conf_block block = { "interface", "dev", dev };
	int ret;

	if (strcmp(dev, "all"))
		return conf_edit_block_set(e, &block, "enabled",
					   is_on ? "on" : "off");
	/* those that are sampled unless somebody says otherwise */
	block.value = "*";
	if (!is_on)
		return conf_edit_block_set(e, &block, "enabled", "off");
	ret = conf_edit_block_del(e, &block);
	return ret == -ENOENT ? 0 : ret;
}

static int interface(struct conf_edit *e, int argc, char **argv, char *err,
		     size_t size)
{
	struct conf_block block = { "interface", "dev", argc > 1 ? argv[1] : "" };
	bool is_on;
	int ret;

	if (argc > 1 && !is_word(argv[1]))
		return wrong(err, size, argv[1], "an interface");
	is_on = argc && !strcmp(argv[0], "enable");
	if (argc == 2 && (is_on || !strcmp(argv[0], "disable")))
		return interface_enable(e, is_on, argv[1]);
	if (argc != 3 || strcmp(argv[0], "sample-rate"))
		return wrong(err, size, argc ? argv[0] : NULL,
			     "enable IF|all, disable IF|all or sample-rate IF N");
	if (!strcmp(argv[2], "default")) {
		ret = conf_edit_block_set(e, &block, "sampling", NULL);
		return ret == -ENOENT ? 0 : ret;
	}
	if (number(argv[2], 1, KSFLOW_RATE_MAX, err, size))
		return -EINVAL;
	return conf_edit_block_set(e, &block, "sampling", argv[2]);
}

int config_edit(struct conf_edit *e, int argc, char **argv, char *err,
		size_t size)
{
	int ret;

	err[0] = '\0';
	if (argc && !strcmp(argv[0], "collector"))
		ret = collector(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "agent-id"))
		ret = agent_id(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "sample-direction"))
		ret = sample_direction(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "drop-monitor-limit"))
		ret = drop_limit(e, argc - 1, argv + 1, err, size);
	else if (argc && !strcmp(argv[0], "interface"))
		ret = interface(e, argc - 1, argv + 1, err, size);
	else if (argc == 2 && !strcmp(argv[0], "polling-interval"))
		ret = number(argv[1], 0, 86400, err, size) ? -EINVAL :
		      conf_edit_set(e, "polling", argv[1]);
	else if (argc == 1 && !strcmp(argv[0], "enable"))
		ret = conf_edit_set(e, "enabled", "on");
	else if (argc == 1 && !strcmp(argv[0], "disable"))
		ret = conf_edit_set(e, "enabled", "off");
	else
		return wrong(err, size, argc ? argv[0] : NULL,
			     "collector, agent-id, enable, disable, sample-direction, polling-interval, drop-monitor-limit or interface");
	if (ret == -EINVAL && err[0])
		return ret;
	return edited(e, ret, err, size);
}

/* --- the file --- */

static int read_text(const char *path, char **text, size_t *len)
{
	FILE *f = fopen(path, "re");
	int ret = 0;

	if (!f)
		return -errno;
	*text = malloc(FILE_MAX + 1);
	*len = *text ? fread(*text, 1, FILE_MAX + 1, f) : 0;
	if (!*text)
		ret = -ENOMEM;
	else if (ferror(f))
		ret = -EIO;
	else if (*len > FILE_MAX)
		ret = -EFBIG;
	fclose(f);
	return ret;
}

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
	ret = read_text(path, &text, &len);
	if (ret == -ENOENT && !strcmp(path, CONF_FILE)) {
		free(text);
		text = NULL;
		ret = read_text(CONF_FILE_HSFLOWD, &text, &len);
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
	ret = config_edit(&e, argc, argv, err, sizeof(err));
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
