/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_LOG_H
#define KSFLOW_USER_LOG_H

/*
 * Where the daemon speaks: stderr for a person, stderr with priorities where
 * the journal reads it, syslog once it has left the terminal.
 */

#include <stdbool.h>

void log_open(bool is_verbose);
void log_to_syslog(void);
bool log_is_verbose(void);

__attribute__((format(printf, 1, 2))) void log_error(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_warn(const char *fmt, ...);
__attribute__((format(printf, 1, 2))) void log_info(const char *fmt, ...);
/* With --verbose only. */
__attribute__((format(printf, 1, 2))) void log_debug(const char *fmt, ...);

#endif /* KSFLOW_USER_LOG_H */
