/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_RATES_H
#define KSFLOW_USER_RATES_H

/*
 * The sampling rate that the configuration has for each interface there is,
 * for those that are sampled by others than the module.
 */

#include <stdint.h>

struct conf;
struct links;
struct links_port;
struct rates;

/* links must stay valid. NULL without memory. */
struct rates *rates_open(const struct links *links);
void rates_close(struct rates *rates);
void rates_apply(struct rates *rates, const struct conf *conf);
/* Counts up when a rate may have changed. */
uint32_t rates_generation(struct rates *rates);
/* 0: nothing is said. */
uint32_t rates_said(struct rates *rates, const struct links_port *port);
/* Said, or by its speed. */
uint32_t rates_any(struct rates *rates, const struct links_port *port);

#endif /* KSFLOW_USER_RATES_H */
