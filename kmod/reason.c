// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Why and where a packet was dropped, by name. The numbers of the reasons move
 * from kernel to kernel, the names stay.
 */
#include "reason.h"

#include <linux/glob.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/notifier.h>
#include <linux/rcupdate.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "compat/compat.h"
#include "config.h"

/*
 * Ends of life and copies, not losses: what a socket still held when it was
 * closed, frames for somebody else, frames of no network.
 */
static const char * const hidden_reasons[] = {
	"NOT_DROPPED_YET",
	"CONSUMED",
	"SOCKET_CLOSE",
	"UNIX_DISCONNECT",
	"UNIX_SKIP_OOB",
	"OTHERHOST",
	"QUEUE_PURGE",
	"PACKET_SOCK_ERROR",
	"CAN*_RX_INVALID_FRAME",
};

/*
 * The same by function, where the kernel gives no reason. icmpv6_rcv() of
 * kernels up to 6.1 frees like this what it has used, too.
 */
static const char * const hidden_functions[] = {
	"skb_queue_purge*",
	"skb_release_data*",
	"sk_stream_kill_queues*",
	"udp_destruct_*",
	"inet_sock_destruct",
	"icmpv6_rcv",
};

/**
 * ksflow_reason_are_named - does this kernel give drops a reason?
 */
bool ksflow_reason_are_named(void)
{
	return KSFLOW_HAS_DROP_REASONS;
}

/**
 * ksflow_reason_name - the kernel's name of a reason
 * @reason: as the tracepoint gave it, or KSFLOW_REASON_NONE
 * @name: gets it, without SKB_DROP_REASON_
 *
 * Context: any.
 * Return: whether there is one.
 */
bool ksflow_reason_name(u32 reason, char name[KSFLOW_REASON_LEN])
{
	const char *found;

	/* 5.17 to 5.19 give a number, and keep its name to themselves. */
	if (reason == KSFLOW_REASON_NONE || !KSFLOW_HAS_DROP_REASONS)
		return false;
	rcu_read_lock();
	found = ksflow_drop_reason(reason);
	if (found)
		strscpy(name, found, KSFLOW_REASON_LEN);
	rcu_read_unlock();
	if (!found)
		snprintf(name, KSFLOW_REASON_LEN, "%u", reason);
	return true;
}

/*
 * Names of call sites: the kernel walks a module's symbols for each, which is
 * thousands of instructions. They hold until a module comes or goes.
 */
#define SITES		64U
#define SITE_KEPT_LEN	112

/* Between its going and the end of its memory a module still has names. */
#define GOING_TIME	(10 * HZ)

static struct {
	unsigned long site;	/* 0: free */
	char name[SITE_KEPT_LEN];
} sites[SITES];
/* Guards all of these, and @sites. */
static DEFINE_SPINLOCK(sites_lock);
static u32 sites_generation;
static unsigned long sites_gone;
static bool is_going;

static u32 site_hash(unsigned long site)
{
	return hash_long(site, ilog2(SITES));
}

/* Return: whether @name is filled in; else @generation is, for site_keep(). */
static bool site_recall(unsigned long site, char name[KSFLOW_SITE_LEN],
			u32 *generation)
{
	u32 i = site_hash(site);
	bool is_known;

	spin_lock(&sites_lock);
	*generation = sites_generation;
	is_known = site && sites[i].site == site;
	if (is_known)
		memcpy(name, sites[i].name, SITE_KEPT_LEN);
	spin_unlock(&sites_lock);
	return is_known;
}

/* Code that BPF makes comes and goes unannounced. */
static bool is_lasting(const char *name)
{
	if (!strncmp(name, "bpf_", 4) || strlen(name) >= SITE_KEPT_LEN)
		return false;
	return !is_going || !strchr(name, '[');
}

static void site_keep(unsigned long site, const char *name, u32 generation)
{
	u32 i = site_hash(site);

	spin_lock(&sites_lock);
	if (is_going && time_after(jiffies, sites_gone + GOING_TIME))
		is_going = false;
	if (generation == sites_generation && is_lasting(name)) {
		sites[i].site = site;
		strscpy(sites[i].name, name, SITE_KEPT_LEN);
	}
	spin_unlock(&sites_lock);
}

static int module_event(struct notifier_block *nb, unsigned long event,
			void *module)
{
	spin_lock(&sites_lock);
	memset(sites, 0, sizeof(sites));
	sites_generation++;
	if (event == MODULE_STATE_GOING) {
		sites_gone = jiffies;
		is_going = true;
	}
	spin_unlock(&sites_lock);
	return NOTIFY_DONE;
}

static struct notifier_block module_notifier = {
	.notifier_call = module_event,
};

/**
 * ksflow_reason_site - the name of a call site
 * @site: address
 * @name: gets function+offset/size [module]
 *
 * Context: process.
 */
void ksflow_reason_site(unsigned long site, char name[KSFLOW_SITE_LEN])
{
	u32 generation;

	if (site_recall(site, name, &generation))
		return;
	sprint_symbol(name, site);
	if (strncmp(name, "0x", 2))
		site_keep(site, name, generation);
	else	/* Its module is gone; addresses are nobody's business. */
		strscpy(name, "[unloaded]", KSFLOW_SITE_LEN);
}

/**
 * ksflow_reason_init - hear of modules
 * Return: 0 or -errno.
 */
int ksflow_reason_init(void)
{
	return register_module_notifier(&module_notifier);
}

/** ksflow_reason_exit - the mirror of init */
void ksflow_reason_exit(void)
{
	unregister_module_notifier(&module_notifier);
}

static bool is_one_of(const char * const *globs, size_t count,
		      const char *name)
{
	while (count--)
		if (glob_match(globs[count], name))
			return true;
	return false;
}

static bool is_hidden_by_default(const char *reason, const char *function)
{
	if (*reason && strcmp(reason, "NOT_SPECIFIED"))
		return is_one_of(hidden_reasons, ARRAY_SIZE(hidden_reasons),
				 reason);
	return is_one_of(hidden_functions, ARRAY_SIZE(hidden_functions),
			 function);
}

/**
 * ksflow_reason_is_hidden - do drops of this reason and site make no records?
 * @hide: in force
 * @site: 0 to ask for the reason alone
 * @reason: as the tracepoint gave it, or KSFLOW_REASON_NONE
 *
 * Context: process: the stack holds a symbol's name.
 */
bool ksflow_reason_is_hidden(const struct ksflow_hide *hide,
			     unsigned long site, u32 reason)
{
	char name[KSFLOW_REASON_LEN] = "", function[KSFLOW_SITE_LEN] = "";
	bool is_hidden, is_by_default;
	u32 i;

	ksflow_reason_name(reason, name);
	if (site) {
		ksflow_reason_site(site, function);
		function[strcspn(function, "+ ")] = 0;
	}
	is_by_default = is_hidden_by_default(name, function);
	is_hidden = is_by_default;
	for (i = 0; i < hide->count; i++) {
		const char *entry = hide->entry[i];

		if (!strcmp(entry, "default"))
			is_hidden = is_by_default;
		else if (!strcmp(entry, "none"))
			is_hidden = false;
		else if ((*name && glob_match(entry + 1, name)) ||
			 (*function && glob_match(entry + 1, function)))
			is_hidden = entry[0] == '+';
	}
	return is_hidden;
}
