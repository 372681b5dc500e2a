/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PORTS_H
#define KSFLOW_USER_PORTS_H

/* The interfaces that are there now, as a configuration looks at them. */

#include <stdbool.h>

struct conf_port;

/* How many, in the order of their numbers, or -errno. The caller frees. */
int ports_get(struct conf_port **ports, bool wants_speed);

#endif /* KSFLOW_USER_PORTS_H */
