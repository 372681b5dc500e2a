// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The socket that psample's samples come through. */
#include "psample.h"

#include "rtnl.h"

#include <linux/genetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define NAME		"psample"
/* A message is 64 KiB at most (PSAMPLE_MAX_PACKET_SIZE), whatever the packet. */
#define RECEIVE_BYTES	(128 * 1024)
/* Commands; linux/psample.h has them all. */
#define CMD_SAMPLE	0
#define CMD_NEW_GROUP	2

struct psample_nl {
	struct mnl_socket *sock;
	const struct psample_handler *handler;
	bool is_wanted;
	bool has_controller;	/* its group tells of families */
	bool is_deaf;		/* since psample was asked for: it may have told */
	uint16_t family;	/* 0: not joined */
	uint32_t packets;	/* the numbers of its groups */
	uint32_t config;
	struct psample_counts counts;
	char buf[RECEIVE_BYTES] __attribute__((aligned(8)));
};

struct psample_nl *psample_nl_open(const struct psample_handler *handler)
{
	struct psample_nl *nl = calloc(1, sizeof(*nl));
	int notify = GENL_ID_CTRL;	/* the controller's own group */

	if (!nl)
		return NULL;
	nl->handler = handler;
	nl->sock = rtnl_open_generic();
	if (!nl->sock) {
		free(nl);
		return NULL;
	}
	nl->has_controller = !mnl_socket_setsockopt(nl->sock,
						    NETLINK_ADD_MEMBERSHIP,
						    &notify, sizeof(notify));
	return nl;
}

void psample_nl_close(struct psample_nl *nl)
{
	if (!nl)
		return;
	mnl_socket_close(nl->sock);
	free(nl);
}

int psample_nl_fd(const struct psample_nl *nl)
{
	return mnl_socket_get_fd(nl->sock);
}

uint32_t psample_nl_portid(const struct psample_nl *nl)
{
	return mnl_socket_get_portid(nl->sock);
}

bool psample_nl_is_listening(const struct psample_nl *nl)
{
	return nl->has_controller && !nl->is_deaf;
}

bool psample_nl_is_joined(const struct psample_nl *nl)
{
	return nl->family;
}

const struct psample_counts *psample_nl_counts(const struct psample_nl *nl)
{
	return &nl->counts;
}

int psample_nl_set_rcvbuf(struct psample_nl *nl, int bytes)
{
	int fd = mnl_socket_get_fd(nl->sock);

	/* the plain option is capped by net.core.rmem_max */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes)))
		return -errno;
	return 0;
}

struct found {
	bool is_ours;
	uint16_t family;
	uint32_t packets;
	uint32_t config;
};

static bool is_string(const struct nlattr *attr, const char *word)
{
	return mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0 &&
	       !strcmp(mnl_attr_get_str(attr), word);
}

static void find_group(const struct nlattr *group, struct found *found)
{
	const struct nlattr *attr, *name = NULL;
	uint32_t id = 0;

	mnl_attr_for_each_nested(attr, group) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_NAME)
			name = attr;
		else if (mnl_attr_get_type(attr) == CTRL_ATTR_MCAST_GRP_ID &&
			 mnl_attr_validate(attr, MNL_TYPE_U32) >= 0)
			id = mnl_attr_get_u32(attr);
	}
	if (name && is_string(name, "packets"))
		found->packets = id;
	else if (name && is_string(name, "config"))
		found->config = id;
}

static void on_family(const struct nlmsghdr *nlh, void *arg)
{
	struct found *found = arg;
	const struct nlattr *attr, *group;

	if (nlh->nlmsg_type != GENL_ID_CTRL ||
	    mnl_nlmsg_get_payload_len(nlh) < GENL_HDRLEN)
		return;
	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		switch (mnl_attr_get_type(attr)) {
		case CTRL_ATTR_FAMILY_NAME:
			found->is_ours = is_string(attr, NAME);
			break;
		case CTRL_ATTR_FAMILY_ID:
			if (mnl_attr_validate(attr, MNL_TYPE_U16) >= 0)
				found->family = mnl_attr_get_u16(attr);
			break;
		case CTRL_ATTR_MCAST_GROUPS:
			mnl_attr_for_each_nested(group, attr)
				find_group(group, found);
			break;
		}
	}
}

static int membership(struct psample_nl *nl, int option, uint32_t group)
{
	if (!group)
		return 0;
	return mnl_socket_setsockopt(nl->sock, option, &group,
				     sizeof(group)) ? -errno : 0;
}

static int join(struct psample_nl *nl, const struct found *found)
{
	int ret;

	if (!found->is_ours || !found->family || !found->packets)
		return -ENOENT;
	ret = membership(nl, NETLINK_ADD_MEMBERSHIP, found->packets);
	if (ret)
		return ret;
	/* without it a group that begins anew looks like a restart as well */
	membership(nl, NETLINK_ADD_MEMBERSHIP, found->config);
	nl->family = found->family;
	nl->packets = found->packets;
	nl->config = found->config;
	return 0;
}

int psample_nl_join(struct psample_nl *nl)
{
	char message[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct mnl_socket *sock;
	struct genlmsghdr *genl;
	struct found found = { 0 };
	int ret;

	nl->is_wanted = true;
	nl->is_deaf = false;
	if (nl->family)
		return 0;
	nlh->nlmsg_type = GENL_ID_CTRL;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = CTRL_CMD_GETFAMILY;
	genl->version = 1;
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, NAME);
	sock = rtnl_open_generic();
	if (!sock)
		return -errno;
	ret = rtnl_ask(sock, nlh, on_family, &found);
	mnl_socket_close(sock);
	return ret ? ret : join(nl, &found);
}

void psample_nl_leave(struct psample_nl *nl)
{
	nl->is_wanted = false;
	if (!nl->family)
		return;
	membership(nl, NETLINK_DROP_MEMBERSHIP, nl->packets);
	membership(nl, NETLINK_DROP_MEMBERSHIP, nl->config);
	nl->family = 0;
}

/* psample comes with what uses it, and may go with it. */
static void on_controller(struct psample_nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	struct found found = { 0 };

	on_family(nlh, &found);
	if (!found.is_ours)
		return;
	if (genl->cmd == CTRL_CMD_DELFAMILY)
		nl->family = 0;
	else if (genl->cmd == CTRL_CMD_NEWFAMILY && nl->is_wanted &&
		 !nl->family)
		join(nl, &found);
}

static void on_message(struct psample_nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	struct psample_packet p;

	if (len < GENL_HDRLEN)
		return;
	if (nlh->nlmsg_type == GENL_ID_CTRL) {
		on_controller(nl, nlh);
		return;
	}
	if (!nl->family || nlh->nlmsg_type != nl->family)
		return;
	if (genl->cmd != CMD_SAMPLE && genl->cmd != CMD_NEW_GROUP)
		return;
	if (psample_parse((const char *)genl + GENL_HDRLEN, len - GENL_HDRLEN,
			  &p)) {
		nl->counts.malformed++;
		return;
	}
	if (genl->cmd == CMD_NEW_GROUP) {
		nl->handler->restarted(p.group, nl->handler->arg);
		return;
	}
	nl->counts.messages++;
	nl->handler->packet(&p, nl->handler->arg);
}

int psample_nl_receive(struct psample_nl *nl, unsigned int max)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { nl->buf, sizeof(nl->buf) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	unsigned int count;

	for (count = 0; count < max; count++) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)nl->buf;
		int len = recvmsg(psample_nl_fd(nl), &msg, MSG_DONTWAIT);

		if (len < 0 && errno == ENOBUFS) {
			nl->counts.overruns++;
			nl->is_deaf = true;
			continue;
		}
		if (len < 0)
			return count || errno == EAGAIN || errno == EINTR ?
			       (int)count : -errno;
		/* anybody may send to a socket's port */
		if (from.nl_pid)
			continue;
		if (msg.msg_flags & MSG_TRUNC) {
			nl->counts.truncated++;
			continue;
		}
		for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len))
			on_message(nl, nlh);
	}
	return count;
}
