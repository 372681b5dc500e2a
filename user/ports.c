// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "ports.h"

#include "conf.h"
#include "link.h"
#include "rtnl.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

struct walk {
	struct conf_port *ports;
	unsigned int count;
	unsigned int room;
	bool is_failed;
};

static void begin(void *arg)
{
	struct walk *walk = arg;

	walk->count = 0;
}

static void on_link(const struct nlmsghdr *nlh, void *arg)
{
	struct walk *walk = arg;
	struct conf_port *port;
	struct link link;

	if (!link_parse(nlh, &link))
		return;
	if (walk->count == walk->room) {
		unsigned int room = walk->room * 2 + 16;

		port = reallocarray(walk->ports, room, sizeof(*port));
		if (!port) {
			walk->is_failed = true;
			return;
		}
		walk->ports = port;
		walk->room = room;
	}
	port = &walk->ports[walk->count++];
	memset(port, 0, sizeof(*port));
	memcpy(port->name, link.name, sizeof(port->name));
	port->is_default = link_is_hardware(&link);
}

int ports_get(struct conf_port **ports, bool wants_speed)
{
	struct walk walk = { 0 };
	struct mnl_socket *sock;
	enum link_duplex duplex;
	unsigned int i;
	int ret, fd;

	sock = rtnl_open(0);
	if (!sock)
		return -errno;
	ret = rtnl_dump_whole(sock, RTM_GETLINK, begin, on_link, &walk);
	mnl_socket_close(sock);
	if (!ret && walk.is_failed)
		ret = -ENOMEM;
	if (ret) {
		free(walk.ports);
		return ret;
	}
	fd = wants_speed ? socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0) : -1;
	for (i = 0; fd >= 0 && i < walk.count; i++)
		link_speed(fd, walk.ports[i].name, &walk.ports[i].speed_mbit,
			   &duplex);
	if (fd >= 0)
		close(fd);
	*ports = walk.ports;
	return walk.count;
}
