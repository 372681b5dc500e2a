/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_NOTIFY_H
#define KSFLOW_USER_NOTIFY_H

/*
 * What systemd wants to know of a Type=notify service: one datagram to
 * $NOTIFY_SOCKET. Thirty lines, where libsystemd would be a dependency that
 * not every distribution we run on has.
 */

/* Nothing happens, and nothing is wrong, where systemd is not. */
void notify_ready(void);
void notify_reloading(void);
void notify_stopping(void);
__attribute__((format(printf, 1, 2))) void notify_status(const char *fmt, ...);

#endif /* KSFLOW_USER_NOTIFY_H */
