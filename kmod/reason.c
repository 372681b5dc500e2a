// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Why and where a packet was dropped, by name. The numbers of the reasons move
 * from kernel to kernel, the names stay.
 */
#include "reason.h"

#include <linux/glob.h>
#include <linux/kernel.h>
#include <linux/rcupdate.h>
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

	if (reason == KSFLOW_REASON_NONE)
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

/**
 * ksflow_reason_site - the name of a call site
 * @site: address
 * @name: gets function+offset/size [module]
 *
 * Context: any.
 */
void ksflow_reason_site(unsigned long site, char name[KSFLOW_SITE_LEN])
{
	sprint_symbol(name, site);
	/* Its module is gone; addresses are nobody's business. */
	if (!strncmp(name, "0x", 2))
		strscpy(name, "[unloaded]", KSFLOW_SITE_LEN);
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
