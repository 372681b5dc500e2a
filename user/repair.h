/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_REPAIR_H
#define KSFLOW_USER_REPAIR_H

#include <stdio.h>

struct ksflow_nl;
struct ksflow_nl_error;

/* For Prometheus. Return: 0 or -errno, *err filled in. */
int repair_print_metrics(struct ksflow_nl *nl, FILE *out,
			 struct ksflow_nl_error *err);

#endif /* KSFLOW_USER_REPAIR_H */
