/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_TAP_H
#define KSFLOW_TAP_H

#include <linux/types.h>

struct ksflow_sampler;

int ksflow_tap_start(struct ksflow_sampler *sampler);
void ksflow_tap_stop(struct ksflow_sampler *sampler);
int ksflow_tap_publish(void);
void ksflow_tap_follow(bool is_more);

int ksflow_tap_init(void);
void ksflow_tap_exit(void);

#endif /* KSFLOW_TAP_H */
