// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Probes at tracepoints, by name, in place only while a namespace wants them.
 */
#include "probe.h"

#include <linux/mutex.h>
#include <linux/string.h>
#include <linux/tracepoint.h>

static DEFINE_MUTEX(probe_lock); /* guards what a probe counts */

static void find(struct tracepoint *tp, void *data)
{
	struct ksflow_probe *probe = data;

	if (!strcmp(tp->name, probe->name))
		probe->tp = tp;
}

/**
 * ksflow_probe_find - look for a probe's tracepoint
 * @probe: with its name
 * Return: whether this kernel has it.
 */
bool ksflow_probe_find(struct ksflow_probe *probe)
{
	for_each_kernel_tracepoint(find, probe);
	return probe->tp;
}

/**
 * ksflow_probe_get - one more user
 * @probe: found
 *
 * Context: process.
 * Return: 0 or -errno; then it has no more users than before.
 */
int ksflow_probe_get(struct ksflow_probe *probe)
{
	int err = 0;

	mutex_lock(&probe_lock);
	if (!probe->is_registered && !probe->is_stopped) {
		err = tracepoint_probe_register(probe->tp, probe->fn, NULL);
		probe->is_registered = !err;
	}
	if (!err)
		probe->users++;
	mutex_unlock(&probe_lock);
	return err;
}

/**
 * ksflow_probe_put - one user less
 * @probe: it may still be running when this returns
 *
 * Context: process.
 */
void ksflow_probe_put(struct ksflow_probe *probe)
{
	mutex_lock(&probe_lock);
	if (!--probe->users && probe->is_registered) {
		tracepoint_probe_unregister(probe->tp, probe->fn, NULL);
		probe->is_registered = false;
	}
	mutex_unlock(&probe_lock);
}

/**
 * ksflow_probe_stop - unregister a probe for good, whatever its users want
 * @probe: found or not; it may still be running when this returns
 *
 * Context: process.
 */
void ksflow_probe_stop(struct ksflow_probe *probe)
{
	mutex_lock(&probe_lock);
	if (probe->is_registered)
		tracepoint_probe_unregister(probe->tp, probe->fn, NULL);
	probe->is_registered = false;
	probe->is_stopped = true;
	mutex_unlock(&probe_lock);
}
