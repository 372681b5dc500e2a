/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_HWDROP_H
#define KSFLOW_HWDROP_H

#include <linux/types.h>

struct ksflow_drop;

bool ksflow_hwdrop_is_possible(void);
int ksflow_hwdrop_set(struct ksflow_drop *drop, bool is_wanted);
void ksflow_hwdrop_init(void);
void ksflow_hwdrop_stop(void);

#endif /* KSFLOW_HWDROP_H */
