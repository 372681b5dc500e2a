/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_REASON_TABLE_H
#define KSFLOW_USER_REASON_TABLE_H

/* What names alone say; reason.c has what the packet adds. -1: not known. */

int reason_of_name(const char *name);
int reason_of_trap(const char *trap, const char *group);
int reason_of_qdisc(const char *kind);

#endif /* KSFLOW_USER_REASON_TABLE_H */
