// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "log.h"

#include "print.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

static enum { TO_PERSON, TO_JOURNAL, TO_SYSLOG } where;
static bool verbose;

/* $JOURNAL_STREAM names the stream that stderr was when the service started;
 * it may have been redirected since.
 */
static bool is_journal(void)
{
	const char *stream = getenv("JOURNAL_STREAM");
	unsigned long long dev, ino;
	struct stat st;

	return stream && sscanf(stream, "%llu:%llu", &dev, &ino) == 2 &&
	       !fstat(STDERR_FILENO, &st) && st.st_dev == dev &&
	       st.st_ino == ino;
}

void log_open(bool is_verbose)
{
	verbose = is_verbose;
	where = is_journal() ? TO_JOURNAL : TO_PERSON;
}

void log_to_syslog(void)
{
	openlog("ksflowd", LOG_PID, LOG_DAEMON);
	where = TO_SYSLOG;
}

bool log_is_verbose(void)
{
	return verbose;
}

static void log_line(int priority, const char *fmt, va_list ap)
{
	char line[1024];

	vsnprintf(line, sizeof(line), fmt, ap);
	print_make_safe(line);
	switch (where) {
	case TO_PERSON:
		fprintf(stderr, "ksflowd: %s\n", line);
		break;
	case TO_JOURNAL:
		fprintf(stderr, "<%d>%s\n", priority, line);
		break;
	case TO_SYSLOG:
		syslog(priority, "%s", line);
		break;
	}
}

#define DEFINE_LOG(name, priority, is_wanted) \
void name(const char *fmt, ...) \
{ \
	va_list ap; \
	\
	if (!(is_wanted)) \
		return; \
	va_start(ap, fmt); \
	log_line(priority, fmt, ap); \
	va_end(ap); \
}

DEFINE_LOG(log_error, LOG_ERR, true)
DEFINE_LOG(log_warn, LOG_WARNING, true)
DEFINE_LOG(log_info, LOG_INFO, true)
DEFINE_LOG(log_debug, LOG_DEBUG, verbose)
