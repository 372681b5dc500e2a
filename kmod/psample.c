// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Samples for the readers of psample: the worker hands each one over as a
 * packet with what is known of it, at ingress to one group and at egress to
 * the next. The module psample may be missing, and may come later.
 */
#include "psample.h"

#include <linux/err.h>
#include <linux/ksflow.h>
#include <linux/module.h>
#include <linux/mutex.h>
#include <linux/skbuff.h>
#include <linux/string.h>

#include "compat/psample.h"
#include "delay.h"
#include "net.h"
#include "record.h"
#include "relay.h"
#include "sample.h"
#include "subscriber.h"

/* More than 512 KiB (BIG TCP) have in frames of the least MSS, 536 bytes. */
#define HITS_MAX	1024U

static DEFINE_MUTEX(waiting_lock); /* guards the list and who is in it */
static LIST_HEAD(waiting);

/**
 * ksflow_psample_prepare - have the module psample, if a group is asked for
 * @number: the group, 0 for none
 *
 * Context: process; no lock, since a module is loaded, and no command.
 * Return: 0 or -EOPNOTSUPP.
 */
int ksflow_psample_prepare(u32 number)
{
	return number && !ksflow_psample_find() ? -EOPNOTSUPP : 0;
}

/**
 * ksflow_psample_call_for - the same from a command: it will come, or not
 * @number: the group, 0 for none
 *
 * Context: process; the namespace's settings wait for it.
 */
void ksflow_psample_call_for(u32 number)
{
	if (number)
		ksflow_psample_ask();
}

/** ksflow_psample_is_waiting - is the module psample missing? */
bool ksflow_psample_is_waiting(const struct ksflow_psample *psample)
{
	return !list_empty(&psample->waiting);
}

static void wait_start(struct ksflow_psample *psample)
{
	mutex_lock(&waiting_lock);
	if (list_empty(&psample->waiting))
		list_add_tail(&psample->waiting, &waiting);
	mutex_unlock(&waiting_lock);
}

static void wait_stop(struct ksflow_psample *psample)
{
	mutex_lock(&waiting_lock);
	list_del_init(&psample->waiting);
	mutex_unlock(&waiting_lock);
}

/* The worker is done with what it has when its reader is gone. */
static void stop(struct ksflow_net *kn)
{
	struct ksflow_psample *psample = &kn->psample;
	unsigned int way;

	if (!psample->number)
		return;
	ksflow_subscriber_publish(kn, NULL);
	for (way = 0; way < KSFLOW_WAYS; way++) {
		if (psample->group[way])
			ksflow_psample_put(psample->group[way]);
		psample->group[way] = NULL;
	}
	consume_skb(psample->skb);
	psample->skb = NULL;
	psample->number = 0;
}

static int start(struct ksflow_net *kn, u32 number)
{
	struct ksflow_psample *psample = &kn->psample;
	struct psample_group *group;
	unsigned int way;
	int err = -ENOMEM;

	psample->number = number;
	psample->skb = ksflow_record_skb_new();
	if (!psample->skb)
		goto failed;
	for (way = 0; way < KSFLOW_WAYS; way++) {
		group = ksflow_psample_get(kn->net, number + way,
					   &psample->send);
		if (IS_ERR(group))
			err = PTR_ERR(group);
		if (IS_ERR_OR_NULL(group))
			goto failed;
		psample->group[way] = group;
	}
	err = ksflow_subscriber_publish(kn, psample);
	if (!err)
		return 0;
failed:
	stop(kn);
	return err;
}

/**
 * ksflow_psample_apply - publish where the settings say so
 * @kn: the namespace
 *
 * Without the module psample nothing is published until it is loaded.
 *
 * Context: process; ksflow_net.lock.
 * Return: 0 or -ENOMEM; then it is to be tried again.
 */
int ksflow_psample_apply(struct ksflow_net *kn)
{
	u32 number = ksflow_config_psample(&kn->config).value;
	int err;

	if (kn->psample.number == number &&
	    !ksflow_psample_is_waiting(&kn->psample))
		return 0;
	stop(kn);
	/* In the list first: the module may be loaded meanwhile. */
	if (number)
		wait_start(&kn->psample);
	err = number ? start(kn, number) : 0;
	if (err == -ENOENT)
		return 0;
	wait_stop(&kn->psample);
	return err;
}

/* An ifindex as psample has it: none for the host itself. */
static u32 ifindex(u32 index)
{
	return index == KSFLOW_IFINDEX_LOCAL ? 0 : index;
}

/**
 * ksflow_psample_send - hand a sample to psample
 * @psample: at work
 * @record: a sample, completed
 *
 * A record of several hits is as many samples, up to HITS_MAX: an ordinary user's
 * super-packet of one byte a frame would be 65,000. psample says nothing of what
 * became of one, but its counter moves when it made a message.
 *
 * Context: process; the relay's lock.
 * Return: how many of the record's hits it made a message of.
 */
u32 ksflow_psample_send(struct ksflow_psample *psample,
			const struct ksflow_record *record)
{
	const struct ksflow_sampler *sampler = record->cpu->sampler;
	struct psample_group *group = psample->group[sampler->way];
	struct ksflow_psample_meta meta = {
		.rate = sampler->rate,
		.caplen = record->caplen,
		.in = ifindex(record->in),
		.out = ifindex(record->out),
		.has_queue = record->has & KSFLOW_HAS_QUEUE,
		.has_delay = record->delay_state == KSFLOW_DELAY_MATCHED,
	};
	u32 taken = 0, i, seq;

	if (meta.has_queue) {
		meta.queue = record->queue;
		meta.depth = record->depth;
	}
	if (meta.has_delay)
		meta.delay = record->delay;
	ksflow_record_lend(record, psample->skb);
	for (i = 0; i < min(record->hits, HITS_MAX); i++) {
		seq = READ_ONCE(group->seq);
		ksflow_psample_call(psample->send, group, psample->skb, &meta);
		taken += READ_ONCE(group->seq) != seq;
	}
	ksflow_record_unlend(psample->skb);
	return taken;
}

static int module_event(struct notifier_block *nb, unsigned long event,
			void *data)
{
	const struct module *module = data;
	struct ksflow_psample *psample;

	if (event != MODULE_STATE_LIVE || strcmp(module->name, "psample"))
		return NOTIFY_DONE;
	mutex_lock(&waiting_lock);
	list_for_each_entry(psample, &waiting, waiting)
		ksflow_net_changed(container_of(psample, struct ksflow_net,
						psample));
	mutex_unlock(&waiting_lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/** ksflow_psample_net_init - nothing is published */
void ksflow_psample_net_init(struct ksflow_net *kn)
{
	INIT_LIST_HEAD(&kn->psample.waiting);
}

/**
 * ksflow_psample_net_stop - publish no more
 * @kn: the namespace; its rings are drained for the last time
 *
 * Context: process; ksflow_net.lock.
 */
void ksflow_psample_net_stop(struct ksflow_net *kn)
{
	wait_stop(&kn->psample);
	stop(kn);
}

/**
 * ksflow_psample_init - know when the module psample comes
 * Return: 0 or -errno.
 */
int ksflow_psample_init(void)
{
	return register_module_notifier(&module_notifier);
}

/** ksflow_psample_exit - the mirror of init */
void ksflow_psample_exit(void)
{
	unregister_module_notifier(&module_notifier);
}
