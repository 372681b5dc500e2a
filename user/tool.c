// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "tool.h"

#include "nl.h"
#include "print.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void complain(const char *fmt, va_list args)
{
	char line[1024];

	vsnprintf(line, sizeof(line), fmt, args);
	print_make_safe(line);
	fprintf(stderr, "ksflow: %s\n", line);
}

void tool_error(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
}

int tool_usage(const struct tool_verb *verb, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	complain(fmt, args);
	va_end(args);
	if (verb)
		fprintf(stderr, "Try: ksflow %s --help\n", verb->name);
	else
		fputs("Try: ksflow --help\n", stderr);
	return TOOL_USAGE;
}

int tool_failed(const struct ksflow_nl_error *err)
{
	const char *text = err->text[0] ? err->text : strerror(-err->code);

	tool_error("%s", text);
	return TOOL_FAILED;
}

int tool_open(struct ksflow_nl **nl)
{
	struct ksflow_nl_error err = { 0 };

	*nl = ksflow_nl_open(&err);
	if (*nl)
		return TOOL_OK;
	if (err.code != -ENOENT)
		return tool_failed(&err);
	tool_error("the kernel module ksflow is not loaded; \"ksflow check\" says why");
	return TOOL_NO_MODULE;
}

/* Where the namespace called @where is, or NULL if it has a file of no sort. */
static const char *find_namespace(const char *where, char *path, size_t size)
{
	if (strchr(where, '/'))
		return where;
	snprintf(path, size, "/run/netns/%s", where);
	if (!access(path, F_OK))
		return path;
	if (where[0] && strspn(where, "0123456789") == strlen(where)) {
		snprintf(path, size, "/proc/%s/ns/net", where);
		return path;
	}
	return NULL;
}

int tool_enter(const char *where)
{
	char buf[300];
	const char *path;
	int fd, ret;

	path = find_namespace(where, buf, sizeof(buf));
	if (!path) {
		tool_error("no network namespace \"%s\": expected a name under /run/netns, a path or a process id",
			   where);
		return TOOL_FAILED;
	}
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		tool_error("network namespace \"%s\": %s: %s", where, path,
			   strerror(errno));
		return TOOL_FAILED;
	}
	ret = setns(fd, CLONE_NEWNET);
	if (ret)
		tool_error("network namespace \"%s\": %s", where,
			   strerror(errno));
	close(fd);
	return ret ? TOOL_FAILED : TOOL_OK;
}
