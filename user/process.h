/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PROCESS_H
#define KSFLOW_USER_PROCESS_H

/* How a program begins, and a daemon. */

/*
 * What is opened later must not get the number of a standard file that was
 * closed: writing there has to fail.
 */
void process_occupy_standard_files(void);
/*
 * Leave the terminal. The first process ends when the daemon writes to the
 * pipe that it works, so that a caller may rely on its exit status. The pipe,
 * or -errno.
 */
int process_leave_terminal(void);
/* Not resolved: what it points to may be replaced. NULL and errno. */
char *process_absolute(const char *file);

#endif /* KSFLOW_USER_PROCESS_H */
