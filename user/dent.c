// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "dent.h"

#include "conf.h"
#include "dent_filter.h"
#include "links.h"
#include "log.h"
#include "rates.h"
#include "rtnl.h"

#include <linux/pkt_sched.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

/* Ports come by the dozen, and a filter is reported as it is made. */
#define SETTLE_MS	100
#define HEADER_DEFAULT	128

enum { INGRESS, EGRESS, SIDES };

static const char *const side_names[SIDES] = { "ingress", "egress" };

struct port {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	bool is_there;
	bool is_dirty;		/* to be looked at */
	bool said;		/* that it refuses */
	bool made_qdisc;
	uint32_t rate;		/* as it is to be */
	bool is_filtered[SIDES];
	bool is_refused[SIDES];
};

struct dent {
	const struct links *links;
	struct rates *rates;
	struct mnl_socket *changes;
	struct mnl_socket *ask;
	bool is_wanted;
	bool is_listening;
	bool is_compiled;
	regex_t regex;
	struct conf_dent conf;
	bool side_wanted[SIDES];
	uint32_t groups[SIDES];
	uint32_t header_bytes;
	int64_t next_ms;
	uint32_t generation;
	unsigned int count;
	struct port *ports;
};

struct dent *dent_open(const struct links *links, struct rates *rates)
{
	struct dent *d = calloc(1, sizeof(*d));

	if (!d)
		return NULL;
	d->links = links;
	d->rates = rates;
	d->next_ms = INT64_MAX;
	d->changes = rtnl_open(0);
	d->ask = rtnl_open(0);
	if (!d->changes || !d->ask) {
		dent_close(d);
		return NULL;
	}
	return d;
}

int dent_fd(const struct dent *d)
{
	return mnl_socket_get_fd(d->changes);
}

uint32_t dent_generation(const struct dent *d)
{
	return d->generation;
}

static struct port *find(const struct dent *d, uint32_t ifindex)
{
	unsigned int i;

	for (i = 0; i < d->count; i++) {
		if (d->ports[i].ifindex == ifindex)
			return &d->ports[i];
	}
	return NULL;
}

bool dent_has_filter(const struct dent *d, const char *name)
{
	unsigned int i;

	for (i = 0; i < d->count; i++) {
		const struct port *port = &d->ports[i];

		if (!strcmp(port->name, name))
			return port->is_filtered[INGRESS] ||
			       port->is_filtered[EGRESS];
	}
	return false;
}

void dent_counts(const struct dent *d, unsigned int *filtered,
		 unsigned int *refused)
{
	unsigned int i;

	*filtered = *refused = 0;
	for (i = 0; i < d->count; i++) {
		const bool *has = d->ports[i].is_filtered;
		const bool *no = d->ports[i].is_refused;

		*filtered += has[INGRESS] || has[EGRESS];
		*refused += no[INGRESS] || no[EGRESS];
	}
}

static void touch(struct dent *d, int64_t now_ms)
{
	if (d->next_ms == INT64_MAX)
		d->next_ms = now_ms + SETTLE_MS;
}

void dent_touch(struct dent *d, int64_t now_ms)
{
	if (d->is_wanted || d->count)
		touch(d, now_ms);
}

/* To what others do to filters: on some hosts that is a lot. */
static void listen_to_changes(struct dent *d)
{
	int group = RTNLGRP_TC;

	if (d->is_listening == d->is_wanted)
		return;
	d->is_listening = d->is_wanted;
	mnl_socket_setsockopt(d->changes, d->is_wanted ?
			      NETLINK_ADD_MEMBERSHIP : NETLINK_DROP_MEMBERSHIP,
			      &group, sizeof(group));
}

void dent_apply(struct dent *d, const struct conf *conf)
{
	static const struct conf_psample ingress = {
		.group = CONF_PSAMPLE_GROUP, .ingress = true,
	};
	const struct conf_psample *psample =
		conf->psample_count ? &conf->psamples[0] : &ingress;
	unsigned int i;

	if (d->is_compiled)
		regfree(&d->regex);
	d->conf = conf->dent;
	d->is_compiled = conf->dent.is_there &&
			 !regcomp(&d->regex, conf->dent.switchport,
				  REG_EXTENDED | REG_NOSUB);
	d->is_wanted = d->is_compiled && !conf->is_disabled &&
		       !(conf->has_sampling && !conf->sampling);
	listen_to_changes(d);
	d->side_wanted[INGRESS] = psample->ingress;
	d->side_wanted[EGRESS] = psample->egress;
	d->groups[INGRESS] = psample->group;
	d->groups[EGRESS] = psample->group + 1;
	d->header_bytes = conf->header_bytes ? conf->header_bytes :
					       HEADER_DEFAULT;
	for (i = 0; i < d->count; i++) {
		d->ports[i].is_dirty = true;
		d->ports[i].said = false;
	}
	if (d->is_wanted || d->count)
		d->next_ms = 0;
}

struct heard {
	struct dent *d;
	int64_t now_ms;
};

static void on_change(const struct nlmsghdr *nlh, void *arg)
{
	const struct tcmsg *tcm = mnl_nlmsg_get_payload(nlh);
	const struct heard *heard = arg;
	struct port *port;

	if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*tcm) ||
	    nlh->nlmsg_pid == mnl_socket_get_portid(heard->d->ask))
		return;
	if (nlh->nlmsg_type != RTM_NEWTFILTER &&
	    nlh->nlmsg_type != RTM_DELTFILTER &&
	    nlh->nlmsg_type != RTM_NEWQDISC &&
	    nlh->nlmsg_type != RTM_DELQDISC)
		return;
	port = find(heard->d, tcm->tcm_ifindex);
	if (!port)
		return;
	port->is_dirty = true;
	touch(heard->d, heard->now_ms);
}

void dent_receive(struct dent *d, int64_t now_ms)
{
	struct heard heard = { d, now_ms };
	unsigned int i;

	if (!rtnl_receive(d->changes, on_change, &heard))
		return;
	/* some of it was lost */
	for (i = 0; i < d->count; i++)
		d->ports[i].is_dirty = true;
	dent_touch(d, now_ms);
}

static void refuse(struct dent *d, struct port *port, int side, int ret)
{
	const char *why = rtnl_refusal();

	port->is_refused[side] = true;
	/* it went meanwhile */
	if (ret == -ENODEV || port->said)
		return;
	port->said = true;
	log_error("dent: %s refuses a sampling filter at %s: %s%s%s%s%s",
		  port->name, side_names[side],
		  ret == -EOPNOTSUPP && !*why ? "not offered" : strerror(-ret),
		  *why ? " (" : "", why, *why ? ")" : "",
		  d->conf.sw ? "" : "; it would be sampled in software with sw=on");
}

static bool is_as_wanted(const struct dent *d, const struct port *port,
			 int side, const struct dent_filter *f)
{
	return f->rate == port->rate && f->group == d->groups[side] &&
	       f->header_bytes == d->header_bytes &&
	       f->skip_sw == !d->conf.sw;
}

static void set_filtered(struct dent *d, struct port *port, int side,
			 bool is_filtered)
{
	d->generation += port->is_filtered[side] != is_filtered;
	port->is_filtered[side] = is_filtered;
}

/* What is there of ours, and of others; what is too much of ours goes. */
static int look(struct dent *d, struct port *port, int side,
		struct dent_filters *all)
{
	unsigned int i, kept = 0;
	int ret;

	ret = dent_filter_list(d->ask, port->ifindex, side == EGRESS, all);
	if (ret)
		return ret;
	for (i = 0; i < all->ours_count; i++) {
		struct dent_filter *f = &all->ours[i];

		port->made_qdisc |= f->made_qdisc;
		if (d->is_wanted && port->is_there && d->side_wanted[side] &&
		    !kept && is_as_wanted(d, port, side, f))
			kept = 1;
		else if (!dent_filter_remove(d->ask, port->ifindex,
					     side == EGRESS, f))
			/* its place, before all others, is free again */
			all->taken &= ~dent_filter_place(f);
	}
	set_filtered(d, port, side, kept);
	return 0;
}

static void add(struct dent *d, struct port *port, int side,
		const struct dent_filters *all)
{
	struct dent_filter f = {
		.rate = port->rate, .group = d->groups[side],
		.header_bytes = d->header_bytes, .skip_sw = !d->conf.sw,
		.made_qdisc = port->made_qdisc,
	};
	int ret = dent_filter_add(d->ask, port->ifindex, side == EGRESS, &f,
				  all);

	if (ret) {
		refuse(d, port, side, ret);
		return;
	}
	port->is_refused[side] = false;
	set_filtered(d, port, side, true);
}

/* Both directions of one port, as they are and as they are to be. */
static void mend(struct dent *d, struct port *port)
{
	enum dent_qdisc qdisc = dent_qdisc_find(d->ask, port->ifindex);
	struct dent_filters all[SIDES];
	bool is_wanted = d->is_wanted && port->is_there;
	int side, ret;

	port->is_dirty = false;
	memset(all, 0, sizeof(all));
	for (side = 0; side < SIDES; side++) {
		port->is_refused[side] = false;
		if (qdisc == DENT_QDISC_NONE)
			set_filtered(d, port, side, false);
		else if (side == EGRESS && qdisc == DENT_QDISC_INGRESS)
			set_filtered(d, port, side, false);
		else if (look(d, port, side, &all[side]))
			return;
	}
	for (side = 0; is_wanted && side < SIDES; side++) {
		if (!d->side_wanted[side] || port->is_filtered[side])
			continue;
		if (side == EGRESS && qdisc == DENT_QDISC_INGRESS) {
			/* a filter put there would be one of ingress */
			if (!port->said)
				log_error("dent: %s has the qdisc \"ingress\" where egress needs \"clsact\": egress is not sampled",
					  port->name);
			port->said = true;
			port->is_refused[side] = true;
			continue;
		}
		if (qdisc == DENT_QDISC_NONE) {
			ret = dent_qdisc_add(d->ask, port->ifindex);
			if (ret) {
				refuse(d, port, side, ret);
				continue;
			}
			port->made_qdisc = true;
			qdisc = DENT_QDISC_CLSACT;
		}
		add(d, port, side, &all[side]);
	}
	/* what we made for nobody else's use goes with the last filter */
	if (port->made_qdisc && !port->is_filtered[INGRESS] &&
	    !port->is_filtered[EGRESS]) {
		if (!dent_qdisc_remove(d->ask, port->ifindex))
			port->made_qdisc = false;
	}
}

static struct port *add_port(struct dent *d, const struct links_port *link)
{
	struct port *ports = reallocarray(d->ports, d->count + 1,
					  sizeof(*ports));
	struct port *port;

	if (!ports)
		return NULL;
	d->ports = ports;
	port = &ports[d->count++];
	memset(port, 0, sizeof(*port));
	port->ifindex = link->ifindex;
	return port;
}

/* Which there are, and how they are to be sampled. */
static void match(struct dent *d)
{
	unsigned int i;

	for (i = 0; i < d->count; i++)
		d->ports[i].is_there = false;
	for (i = 0; d->is_wanted && i < links_count(d->links); i++) {
		const struct links_port *link = links_at(d->links, i);
		struct port *port = find(d, link->ifindex);
		uint32_t rate;

		if (regexec(&d->regex, link->name, 0, NULL, 0))
			continue;
		if (!port) {
			port = add_port(d, link);
			if (!port)
				return;
			port->is_dirty = true;
		}
		port->is_there = true;
		strcpy(port->name, link->name);
		rate = rates_any(d->rates, link);
		port->is_dirty |= rate != port->rate;
		port->rate = rate;
	}
}

static void forget(struct dent *d)
{
	unsigned int i, kept = 0;

	for (i = 0; i < d->count; i++) {
		struct port *port = &d->ports[i];

		if (port->is_there) {
			d->ports[kept++] = *port;
			continue;
		}
		/* it has another name now, or none of us is wanted */
		if (links_get(d->links, port->ifindex))
			mend(d, port);
		d->generation++;
	}
	d->count = kept;
}

int64_t dent_run(struct dent *d, int64_t now_ms)
{
	unsigned int i;

	if (now_ms < d->next_ms)
		return d->next_ms;
	d->next_ms = INT64_MAX;
	match(d);
	forget(d);
	for (i = 0; i < d->count; i++) {
		if (d->ports[i].is_dirty)
			mend(d, &d->ports[i]);
	}
	return d->next_ms;
}

void dent_close(struct dent *d)
{
	if (!d)
		return;
	d->is_wanted = false;
	if (d->ask) {
		match(d);
		forget(d);
		mnl_socket_close(d->ask);
	}
	if (d->changes)
		mnl_socket_close(d->changes);
	if (d->is_compiled)
		regfree(&d->regex);
	free(d->ports);
	free(d);
}
