// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Packets that hardware drops, as its driver reports them to devlink: by the
 * name of the trap. Exceptions and control traps go on to the kernel, which
 * may drop them itself; those are reported there, once.
 */
#include "hwdrop.h"

#include <linux/percpu.h>
#include <linux/tracepoint.h>

#include "compat/compat.h"
#include "device.h"
#include "drop.h"
#include "net.h"
#include "probe.h"

#ifdef KSFLOW_HAS_DEVLINK
static void count_trap(struct ksflow_drop *drop, const char *name,
		       const char *group)
{
	struct ksflow_trap *trap;
	u32 i;

	/* Traps are policed: this is no hot path. */
	raw_spin_lock(&drop->traps_lock);
	for (i = 0; i < drop->traps_count; i++)
		if (!strncmp(drop->traps[i].name, name, KSFLOW_TRAP_LEN - 1) &&
		    !strncmp(drop->traps[i].group, group, KSFLOW_TRAP_LEN - 1))
			break;
	/* The last place is for all that find no other. */
	trap = &drop->traps[min(i, KSFLOW_TRAPS_MAX - 1)];
	if (i == drop->traps_count && i < KSFLOW_TRAPS_MAX) {
		if (i < KSFLOW_TRAPS_MAX - 1) {
			strscpy(trap->name, name, sizeof(trap->name));
			strscpy(trap->group, group, sizeof(trap->group));
		}
		smp_store_release(&drop->traps_count, i + 1);
	}
	trap->packets++;
	raw_spin_unlock(&drop->traps_lock);
}

static void trap_count_and_report(const struct ksflow_slot *place,
				  struct sk_buff *skb,
				  const struct devlink_trap_metadata *metadata)
{
	struct ksflow_drop_event event = {
		.kn = place->device->kn,
		.device = place->device,
		.source = place->device,
		.reason = KSFLOW_REASON_NONE,
		.trap = metadata->trap_name,
		.group = metadata->trap_group_name,
	};
	struct ksflow_drop *drop = &event.kn->drop;
	/* Pairs with ksflow_hwdrop_set(): the traps' places are there. */
	struct ksflow_drop_cpu __percpu *counters = smp_load_acquire(&drop->hw);
	struct ksflow_drop_source *source;
	struct ksflow_drop_cpu *cpu;

	if (!counters)
		return;
	cpu = raw_cpu_ptr(counters);
	source = ksflow_drop_source(cpu, event.source);
	count_trap(drop, event.trap, event.group);
	if (smp_load_acquire(&drop->is_on))
		ksflow_drop_report(&event, cpu, source, skb);
	else
		source->quiet++;
}

/* In a driver's NAPI or work item; preemptible from 7.0 on. */
static void ksflow_probe_trap(void *unused, const struct devlink *devlink,
			      struct sk_buff *skb,
			      const struct devlink_trap_metadata *metadata)
{
	const struct net_device *dev = metadata->input_dev ?: skb->dev;
	const struct ksflow_slot *place;
	unsigned long flags;

	if (metadata->trap_type != DEVLINK_TRAP_TYPE_DROP || !dev)
		return;
	local_irq_save(flags);
	place = ksflow_device_find(dev);
	if (place)
		trap_count_and_report(place, skb, metadata);
	local_irq_restore(flags);
}
#endif

static struct ksflow_probe hwdrop_probe = {
	.name = "devlink_trap_report",
#ifdef KSFLOW_HAS_DEVLINK
	.fn = ksflow_probe_trap,
#endif
};

/** ksflow_hwdrop_is_possible - does this kernel report hardware drops? */
bool ksflow_hwdrop_is_possible(void)
{
	return hwdrop_probe.tp;
}

/**
 * ksflow_hwdrop_set - count hardware drops of a namespace, or no more
 * @drop: its counters allocated, if @is_wanted
 * @is_wanted: which of the two
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -errno. A kernel that cannot do it is no error.
 */
int ksflow_hwdrop_set(struct ksflow_drop *drop, bool is_wanted)
{
	int err = 0;

	if (!hwdrop_probe.tp || !drop->hw == !is_wanted)
		return 0;
	if (is_wanted)
		err = ksflow_probe_get(&hwdrop_probe);
	else
		ksflow_probe_put(&hwdrop_probe);
	if (!err)
		smp_store_release(&drop->hw, is_wanted ? drop->cpu : NULL);
	return err;
}

/** ksflow_hwdrop_init - find the tracepoint, if the kernel has it */
void ksflow_hwdrop_init(void)
{
#ifdef KSFLOW_HAS_DEVLINK
	check_trace_callback_type_devlink_trap_report(ksflow_probe_trap);
	ksflow_probe_find(&hwdrop_probe);
#endif
}

/** ksflow_hwdrop_stop - the caller waits for the last probe to end */
void ksflow_hwdrop_stop(void)
{
	ksflow_probe_stop(&hwdrop_probe);
}
