/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_PROBE_H
#define KSFLOW_PROBE_H

#include <linux/types.h>

struct tracepoint;

/**
 * struct ksflow_probe - a probe of ours, registered while it has users
 * @name: of the tracepoint: those needed are not all exported
 * @fn: of the type that the tracepoint wants
 * @tp: the tracepoint, or NULL if this kernel has none
 * @users: namespaces
 * @is_registered: it is called
 * @is_stopped: for good
 */
struct ksflow_probe {
	const char *name;
	void *fn;
	struct tracepoint *tp;
	u32 users;
	bool is_registered;
	bool is_stopped;
};

bool ksflow_probe_find(struct ksflow_probe *probe);
int ksflow_probe_get(struct ksflow_probe *probe);
void ksflow_probe_put(struct ksflow_probe *probe);
void ksflow_probe_stop(struct ksflow_probe *probe);

#endif /* KSFLOW_PROBE_H */
