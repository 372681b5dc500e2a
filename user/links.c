// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "links.h"

#include "link.h"
#include "rtnl.h"

#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define AGAIN_NS	500000000

struct links {
	struct mnl_socket *changes;	/* what rtnetlink tells */
	struct mnl_socket *speeds;	/* what ethtool tells; NULL: nothing */
	struct mnl_socket *ask;
	int epoll;
	int ioctl_fd;
	links_tell tell;
	void *arg;
	uint32_t generation;
	bool is_changed;
	int timer;			/* some may be missing: read all again */
	unsigned int count;
	unsigned int room;
	struct links_port *ports;	/* by number */
};

/* Where the interface is, or would be. */
static unsigned int place_of(const struct links *links, uint32_t ifindex)
{
	unsigned int low = 0, high = links->count;

	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (links->ports[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool is_at(const struct links *links, unsigned int i, uint32_t ifindex)
{
	return i < links->count && links->ports[i].ifindex == ifindex;
}

static void put(struct links *links, const struct links_port *port)
{
	unsigned int i = place_of(links, port->ifindex);

	if (is_at(links, i, port->ifindex)) {
		if (!memcmp(&links->ports[i], port, sizeof(*port)))
			return;
	} else {
		if (links->count == links->room) {
			unsigned int room = links->room * 2 + 64;
			struct links_port *ports =
				reallocarray(links->ports, room,
					     sizeof(*ports));

			if (!ports)
				return;
			links->ports = ports;
			links->room = room;
		}
		memmove(links->ports + i + 1, links->ports + i,
			(links->count++ - i) * sizeof(*port));
	}
	links->ports[i] = *port;
	links->is_changed = true;
}

static void tell(const struct links *links, uint32_t ifindex,
		 const struct nlmsghdr *nlh)
{
	if (links->tell)
		links->tell(ifindex, nlh, links->arg);
}

static void drop(struct links *links, uint32_t ifindex)
{
	unsigned int i = place_of(links, ifindex);

	tell(links, ifindex, NULL);
	if (!is_at(links, i, ifindex))
		return;
	memmove(links->ports + i, links->ports + i + 1,
		(--links->count - i) * sizeof(links->ports[0]));
	links->is_changed = true;
}

static void on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct links *links = arg;
	struct links_port port;
	enum link_duplex duplex;
	struct link link;

	if (!link_parse(nlh, &link))
		return;
	if (nlh->nlmsg_type == RTM_DELLINK) {
		drop(links, link.ifindex);
		return;
	}
	memset(&port, 0, sizeof(port));
	port.ifindex = link.ifindex;
	strcpy(port.name, link.name);
	port.arphrd = link.arphrd;
	port.type = link_type(&link);
	port.is_default = link_is_hardware(&link);
	link_speed(links->ioctl_fd, port.name, &port.speed_mbit, &duplex);
	put(links, &port);
	tell(links, link.ifindex, nlh);
}

static void read_again(struct links *links)
{
	const struct itimerspec soon = { .it_value.tv_nsec = AGAIN_NS };

	timerfd_settime(links->timer, 0, &soon, NULL);
}

/* Those that went while nobody listened are told of, too. */
static void read_all(struct links *links)
{
	struct links_port *old = links->ports;
	unsigned int count = links->count, i;
	int ret;

	links->ports = NULL;
	links->count = 0;
	links->room = 0;
	links->is_changed = true;
	ret = rtnl_dump(links->ask, RTM_GETLINK, on_link, links);
	if (ret)
		read_again(links);
	for (i = 0; i < count; i++) {
		if (links_get(links, old[i].ifindex))
			continue;
		/* half a dump would look like interfaces that went */
		if (ret)
			put(links, &old[i]);
		else
			tell(links, old[i].ifindex, NULL);
	}
	free(old);
}

static void read_speed(struct links *links, struct links_port *port)
{
	uint32_t before = port->speed_mbit;
	enum link_duplex duplex;

	link_speed(links->ioctl_fd, port->name, &port->speed_mbit, &duplex);
	links->is_changed |= port->speed_mbit != before;
}

static void read_speeds(struct links *links)
{
	unsigned int i;

	for (i = 0; i < links->count; i++)
		read_speed(links, &links->ports[i]);
}

static void watch(struct links *links, int fd)
{
	struct epoll_event event = { .events = EPOLLIN };

	epoll_ctl(links->epoll, EPOLL_CTL_ADD, fd, &event);
}

static void on_family(const struct nlmsghdr *nlh, void *arg)
{
	uint32_t *group = arg;
	const struct nlattr *attr, *one, *inner;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		/* the family has one group, "monitor" */
		mnl_attr_for_each_nested(one, attr) {
			mnl_attr_for_each_nested(inner, one) {
				if (mnl_attr_get_type(inner) ==
				    CTRL_ATTR_MCAST_GRP_ID &&
				    mnl_attr_validate(inner, MNL_TYPE_U32) >= 0)
					*group = mnl_attr_get_u32(inner);
			}
		}
	}
}

/* rtnetlink is silent about a speed that is set on a link that stays up. */
static void find_speeds(struct links *links)
{
	char message[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct genlmsghdr *genl;
	uint32_t group = 0;

	links->speeds = rtnl_open_generic();
	if (!links->speeds)
		return;
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, ETHTOOL_GENL_NAME);
	rtnl_ask(links->speeds, nlh, on_family, &group);
	if (group)
		mnl_socket_setsockopt(links->speeds, NETLINK_ADD_MEMBERSHIP,
				      &group, sizeof(group));
	watch(links, mnl_socket_get_fd(links->speeds));
}

struct links *links_open(links_tell tell, void *arg)
{
	struct links *links = calloc(1, sizeof(*links));

	if (!links)
		return NULL;
	links->tell = tell;
	links->arg = arg;
	links->epoll = epoll_create1(EPOLL_CLOEXEC);
	links->timer = timerfd_create(CLOCK_MONOTONIC,
				      TFD_CLOEXEC | TFD_NONBLOCK);
	links->ioctl_fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	links->changes = rtnl_open(RTMGRP_LINK);
	links->ask = rtnl_open(0);
	if (links->epoll < 0 || links->timer < 0 || links->ioctl_fd < 0 ||
	    !links->changes || !links->ask) {
		links_close(links);
		return NULL;
	}
	watch(links, mnl_socket_get_fd(links->changes));
	watch(links, links->timer);
	find_speeds(links);
	read_all(links);
	return links;
}

void links_close(struct links *links)
{
	if (!links)
		return;
	if (links->changes)
		mnl_socket_close(links->changes);
	if (links->speeds)
		mnl_socket_close(links->speeds);
	if (links->ask)
		mnl_socket_close(links->ask);
	if (links->timer >= 0)
		close(links->timer);
	if (links->ioctl_fd >= 0)
		close(links->ioctl_fd);
	if (links->epoll >= 0)
		close(links->epoll);
	free(links->ports);
	free(links);
}

int links_fd(const struct links *links)
{
	return links->epoll;
}

/* 0: it does not say. */
static uint32_t ifindex_of(const struct nlattr *header)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, header) {
		if (mnl_attr_get_type(attr) == ETHTOOL_A_HEADER_DEV_INDEX &&
		    mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			return mnl_attr_get_u32(attr);
	}
	return 0;
}

/* Of all that the group tells, rings and coalescing and so on, the one message. */
static void on_ethtool(const struct nlmsghdr *nlh, void *arg)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct links *links = arg;
	const struct nlattr *attr;
	uint32_t ifindex;

	if (mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN ||
	    genl->cmd != ETHTOOL_MSG_LINKMODES_NTF)
		return;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != ETHTOOL_A_LINKMODES_HEADER)
			continue;
		ifindex = ifindex_of(attr);
		if (is_at(links, place_of(links, ifindex), ifindex))
			read_speed(links,
				   &links->ports[place_of(links, ifindex)]);
	}
}

bool links_receive(struct links *links)
{
	uint64_t expired;
	bool is_changed;

	if (rtnl_receive(links->changes, on_link, links) ||
	    read(links->timer, &expired, sizeof(expired)) > 0)
		read_all(links);
	if (links->speeds && rtnl_receive(links->speeds, on_ethtool, links))
		read_speeds(links);
	is_changed = links->is_changed;
	links->is_changed = false;
	links->generation += is_changed;
	return is_changed;
}

uint32_t links_generation(const struct links *links)
{
	return links->generation;
}

unsigned int links_count(const struct links *links)
{
	return links->count;
}

const struct links_port *links_at(const struct links *links, unsigned int i)
{
	return &links->ports[i];
}

const struct links_port *links_get(const struct links *links,
				   uint32_t ifindex)
{
	unsigned int i = place_of(links, ifindex);

	return is_at(links, i, ifindex) ? &links->ports[i] : NULL;
}

uint32_t links_recover(const struct links *links, uint16_t low)
{
	uint32_t found = 0;
	unsigned int i;

	if (!links->count ||
	    links->ports[links->count - 1].ifindex <= UINT16_MAX)
		return low;
	for (i = 0; i < links->count; i++) {
		if ((links->ports[i].ifindex & UINT16_MAX) != low)
			continue;
		if (found)
			return 0;
		found = links->ports[i].ifindex;
	}
	return found ? found : low;
}
