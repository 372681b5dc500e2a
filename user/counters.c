// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "counters.h"

#include "ethtool.h"
#include "host.h"
#include "lag.h"
#include "link.h"
#include "log.h"
#include "optics.h"
#include "rtnl.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <unistd.h>

/*
 * Interfaces that are due within this time are polled together: one dump
 * costs less than as many single requests as DUMP_FROM.
 */
#define TOGETHER_MS	100
#define DUMP_FROM	64

struct port {
	uint32_t ifindex;
	uint32_t sequence;	/* of its last counter sample */
	int64_t due_ms;
	bool is_due;
	bool has_no_stats;	/* of ethtool's */
	bool has_no_optics;
	bool has_no_pfc;
	uint64_t module;	/* struct link has it */
	struct counters_past past;
};

struct counters {
	counters_emit emit;
	counters_emit_host emit_host;
	void *arg;
	struct host *host;
	int64_t host_ms;	/* when it is due */
	struct mnl_socket *ask;
	struct ethtool *ethtool;
	int ioctl_fd;
	/* polled now; asking for more needs the buffer that they came in */
	struct link *links;
	unsigned int link_count;
	unsigned int link_room;
	uint32_t interval_ms;
	int64_t now_ms;
	int64_t next_ms;	/* nothing is due before */
	struct port *ports;	/* by ifindex */
	unsigned int count;
	unsigned int room;
};

/* Randomness is for spreading only; a weak one does no harm. */
static uint32_t random_below(uint32_t limit)
{
	uint32_t r = 0;

	if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r))
		r = rand();
	return limit ? r % limit : 0;
}

/* Index of ifindex, or of where it belongs. */
static unsigned int find(const struct counters *counters, uint32_t ifindex)
{
	unsigned int low = 0, high = counters->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (counters->ports[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct port *get(struct counters *counters, uint32_t ifindex)
{
	unsigned int i = find(counters, ifindex);

	return i < counters->count && counters->ports[i].ifindex == ifindex ?
	       &counters->ports[i] : NULL;
}

static void add(struct counters *counters, uint32_t ifindex)
{
	unsigned int i = find(counters, ifindex);
	struct port *ports;

	if (get(counters, ifindex))
		return;
	if (counters->count == counters->room) {
		unsigned int room = counters->room ? counters->room * 2 : 64;

		ports = realloc(counters->ports, room * sizeof(*ports));
		if (!ports)
			return;
		counters->ports = ports;
		counters->room = room;
	}
	ports = counters->ports + i;
	memmove(ports + 1, ports, (counters->count - i) * sizeof(*ports));
	counters->count++;
	memset(ports, 0, sizeof(*ports));
	ports->ifindex = ifindex;
	ports->due_ms = counters->now_ms +
			random_below(counters->interval_ms);
	if (ports->due_ms < counters->next_ms)
		counters->next_ms = ports->due_ms;
}

static void remove_port(struct counters *counters, uint32_t ifindex)
{
	struct port *port = get(counters, ifindex);

	if (!port)
		return;
	counters->count--;
	memmove(port, port + 1, (counters->ports + counters->count - port) *
		sizeof(*port));
}

void counters_link(struct counters *counters, uint32_t ifindex,
		   const struct nlmsghdr *nlh)
{
	struct port *port;
	struct link link;

	if (!nlh) {
		remove_port(counters, ifindex);
		return;
	}
	add(counters, ifindex);
	port = get(counters, ifindex);
	if (!port || !link_parse(nlh, &link))
		return;
	port->module = link.module;
	/* a module may have been put in */
	port->has_no_optics = false;
}

struct counters *counters_open(counters_emit emit,
			       counters_emit_host emit_host, void *arg)
{
	struct counters *counters = calloc(1, sizeof(*counters));

	if (!counters)
		return NULL;
	counters->emit = emit;
	counters->emit_host = emit_host;
	counters->host = host_open("");
	counters->arg = arg;
	counters->ioctl_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (counters->ioctl_fd < 0)
		counters->ioctl_fd = socket(AF_INET6,
					    SOCK_DGRAM | SOCK_CLOEXEC, 0);
	counters->ask = rtnl_open(0);
	counters->ethtool = ethtool_open();
	if (!counters->host || !counters->ask) {
		counters_close(counters);
		return NULL;
	}
	return counters;
}

void counters_close(struct counters *counters)
{
	if (!counters)
		return;
	if (counters->ask)
		mnl_socket_close(counters->ask);
	if (counters->ioctl_fd >= 0)
		close(counters->ioctl_fd);
	ethtool_close(counters->ethtool);
	host_close(counters->host);
	free(counters->links);
	free(counters->ports);
	free(counters);
}

unsigned int counters_count(const struct counters *counters)
{
	return counters->count;
}

void counters_set_uuid(struct counters *counters, const uint8_t *uuid)
{
	host_set_uuid(counters->host, uuid);
}

void counters_set_interval(struct counters *counters, uint32_t interval_s,
			   int64_t now_ms)
{
	unsigned int i;

	if (counters->interval_ms == interval_s * 1000)
		return;
	counters->interval_ms = interval_s * 1000;
	counters->now_ms = now_ms;
	counters->next_ms = now_ms;
	counters->host_ms = now_ms + random_below(counters->interval_ms);
	for (i = 0; i < counters->count; i++)
		counters->ports[i].due_ms = now_ms +
			random_below(counters->interval_ms);
}

/* Of a counter that went backwards: was that the end of its 32 bits? */
static bool is_wrap(uint64_t before, uint64_t now)
{
	return before <= UINT32_MAX && before - now > UINT32_MAX / 2;
}

bool counters_follow(struct counters_past *past, struct rtnl_link_stats64 *s)
{
	bool is_reset = false;

	if (past->is_there) {
		if (s->rx_bytes < past->in_octets) {
			if (is_wrap(past->in_octets, s->rx_bytes))
				past->in_wraps += 1ULL << 32;
			else
				is_reset = true;
		}
		if (s->tx_bytes < past->out_octets) {
			if (is_wrap(past->out_octets, s->tx_bytes))
				past->out_wraps += 1ULL << 32;
			else
				is_reset = true;
		}
		if ((s->rx_packets < past->in_packets &&
		     !is_wrap(past->in_packets, s->rx_packets)) ||
		    (s->tx_packets < past->out_packets &&
		     !is_wrap(past->out_packets, s->tx_packets)))
			is_reset = true;
		if (is_reset) {
			past->in_wraps = 0;
			past->out_wraps = 0;
		}
	}
	past->is_there = true;
	past->in_octets = s->rx_bytes;
	past->out_octets = s->tx_bytes;
	past->in_packets = s->rx_packets;
	past->out_packets = s->tx_packets;
	s->rx_bytes += past->in_wraps;
	s->tx_bytes += past->out_wraps;
	return is_reset;
}

static void on_poll(const struct nlmsghdr *nlh, void *arg)
{
	struct counters *counters = arg;
	struct port *port;
	struct link link;

	if (!link_parse(nlh, &link))
		return;
	port = get(counters, link.ifindex);
	if (!port || !port->is_due)
		return;
	port->is_due = false;
	if (counters->link_count == counters->link_room) {
		unsigned int room = counters->link_room * 2 + 16;
		struct link *links = reallocarray(counters->links, room,
						  sizeof(*links));

		if (!links)
			return;
		counters->links = links;
		counters->link_room = room;
	}
	counters->links[counters->link_count++] = link;
}

/* The one that tells of a module: the first that has it. */
static const struct port *module_owner(const struct counters *counters,
				       const struct port *port)
{
	const struct port *other = counters->ports;

	while (port->module && other->module != port->module)
		other++;
	return port->module ? other : port;
}

static void ask_optics(struct counters *counters, struct port *port,
		       const struct link *link, struct counters_port *c)
{
	struct ethtool_module module = {
		counters->ethtool, counters->ioctl_fd, link->ifindex, link->name,
	};
	int ret;

	if (port->has_no_optics || module_owner(counters, port) != port)
		return;
	ret = optics_get(ethtool_module_read, &module, &c->optics);
	c->optics.module = link->ifindex;
	c->has_optics = ret == 1;
	port->has_no_optics = ret == -EOPNOTSUPP;
}

/* What only some drivers count: those that do not are asked once. */
static void ask_driver(struct counters *counters, struct port *port,
		       const struct link *link, struct counters_port *c)
{
	struct ethtool_counts stats;
	int ret;

	ask_optics(counters, port, link, c);
	if (counters->ethtool && !port->has_no_stats) {
		ret = ethtool_counts_get(counters->ethtool, link->ifindex,
					&stats);
		if (ret == 1) {
			c->has_ethernet = ethtool_ethernet(&stats,
							   &c->ethernet);
			ethtool_casts(&stats, link, &c->generic);
		} else if (!ret || ret == -EOPNOTSUPP || ret == -EINVAL) {
			port->has_no_stats = true;
		}
	}
	if (!port->has_no_pfc) {
		ret = pfc_get(counters->ask, link->name, &c->pfc);
		c->has_pfc = ret == 1;
		port->has_no_pfc = ret == -EOPNOTSUPP || ret == -EINVAL ||
				   ret == -ENOSYS;
	}
}

static void emit(struct counters *counters, struct link *link)
{
	struct port *port = get(counters, link->ifindex);
	struct counters_port c = { 0 };
	enum link_duplex duplex;
	uint32_t speed_mbit;

	if (!port)
		return;
	if (link->has_stats && counters_follow(&port->past, &link->stats))
		port->sequence = 0;
	link_speed(counters->ioctl_fd, link->name, &speed_mbit, &duplex);
	link_counters(link, speed_mbit, duplex, &c.generic);
	ask_driver(counters, port, link, &c);
	c.has_lag = lag_get(counters->ask, link, &c.lag);
	counters->emit(link, &c, ++port->sequence, counters->arg);
}

/* Mark what is due, and give it its next time. */
static unsigned int mark(struct counters *counters)
{
	unsigned int i, due = 0;

	for (i = 0; i < counters->count; i++) {
		struct port *port = &counters->ports[i];

		/* early is allowed, late is not */
		if (port->due_ms > counters->now_ms + TOGETHER_MS)
			continue;
		port->is_due = true;
		due++;
		/* the interval is the most there may be between two */
		port->due_ms += counters->interval_ms;
		if (port->due_ms <= counters->now_ms ||
		    port->due_ms > counters->now_ms + counters->interval_ms)
			port->due_ms = counters->now_ms +
				       counters->interval_ms;
	}
	return due;
}

static void on_host(const struct nlmsghdr *nlh, void *arg)
{
	struct counters *counters = arg;
	struct link link;

	if (link_parse(nlh, &link))
		host_link(counters->host, &link);
}

static void begin_host(void *arg)
{
	struct counters *counters = arg;

	host_begin(counters->host);
}

static void run_host(struct counters *counters)
{
	if (counters->host_ms > counters->now_ms)
		return;
	/* half a dump would look like interfaces that went */
	if (!rtnl_dump_whole(counters->ask, RTM_GETLINK, begin_host, on_host,
			     counters))
		counters->emit_host(host_end(counters->host), counters->arg);
	counters->host_ms += counters->interval_ms;
	if (counters->host_ms <= counters->now_ms ||
	    counters->host_ms > counters->now_ms + counters->interval_ms)
		counters->host_ms = counters->now_ms + counters->interval_ms;
}

int64_t counters_run(struct counters *counters, int64_t now_ms)
{
	int64_t next_ms = INT64_MAX;
	unsigned int i, due;

	counters->now_ms = now_ms;
	if (!counters->interval_ms)
		return INT64_MAX;
	/* the loop comes by for every batch of samples */
	if (now_ms < counters->next_ms)
		return counters->next_ms;
	run_host(counters);
	counters->link_count = 0;
	due = mark(counters);
	if (due >= DUMP_FROM)
		rtnl_dump(counters->ask, RTM_GETLINK, on_poll, counters);
	for (i = 0; due && due < DUMP_FROM && i < counters->count;) {
		uint32_t ifindex = counters->ports[i].ifindex;
		int ret = 0;

		if (counters->ports[i].is_due)
			ret = rtnl_get_link(counters->ask, ifindex, on_poll,
					    counters);
		if (ret == -ENODEV)
			remove_port(counters, ifindex);
		else
			i++;
	}
	for (i = 0; i < counters->link_count; i++)
		emit(counters, &counters->links[i]);
	for (i = 0; i < counters->count; i++) {
		counters->ports[i].is_due = false;
		if (counters->ports[i].due_ms < next_ms)
			next_ms = counters->ports[i].due_ms;
	}
	if (counters->host_ms < next_ms)
		next_ms = counters->host_ms;
	counters->next_ms = next_ms;
	return next_ms;
}
