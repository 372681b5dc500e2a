// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "process.h"

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void process_occupy_standard_files(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDONLY);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int process_leave_terminal(void)
{
	int ends[2], null;
	char status = 1;
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid < 0)
		return -errno;
	if (pid) {
		close(ends[1]);
		if (read(ends[0], &status, 1) != 1)
			status = 1;
		_exit(status);
	}
	close(ends[0]);
	setsid();
	if (chdir("/"))
		return -errno;
	null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null >= 0) {
		dup2(null, STDIN_FILENO);
		dup2(null, STDOUT_FILENO);
		dup2(null, STDERR_FILENO);
		close(null);
	}
	log_to_syslog();
	return ends[1];
}

char *process_absolute(const char *file)
{
	char *path = NULL, *here;

	if (file[0] == '/')
		return strdup(file);
	here = getcwd(NULL, 0);
	if (here && asprintf(&path, "%s/%s", here, file) < 0) {
		path = NULL;
		errno = ENOMEM;
	}
	free(here);
	return path;
}
