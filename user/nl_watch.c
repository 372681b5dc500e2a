// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* The module's coming and going, from the generic netlink controller. */
#include "nl.h"

#include "nl_internal.h"

#include <linux/genetlink.h>

#include <libmnl/libmnl.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

struct ksflow_nl_watch {
	struct nl_sock *sock;
};

struct ksflow_nl_watch *ksflow_nl_watch_open(struct ksflow_nl_error *err)
{
	struct ksflow_nl_watch *watch = calloc(1, sizeof(*watch));
	int group;
	int ret;

	if (!watch) {
		ksflow_nl_fail(err, -ENOMEM, "watch");
		return NULL;
	}
	watch->sock = nl_socket_alloc();
	if (!watch->sock)
		goto free_watch;
	ret = genl_connect(watch->sock);
	if (ret < 0)
		goto free_sock;
	group = genl_ctrl_resolve_grp(watch->sock, "nlctrl", "notify");
	if (group < 0)
		goto free_sock;
	ret = nl_socket_add_membership(watch->sock, group);
	if (ret < 0)
		goto free_sock;
	return watch;

free_sock:
	nl_socket_free(watch->sock);
free_watch:
	free(watch);
	ksflow_nl_fail(err, -EIO, "watching for the module");
	return NULL;
}

void ksflow_nl_watch_close(struct ksflow_nl_watch *watch)
{
	if (!watch)
		return;
	nl_socket_free(watch->sock);
	free(watch);
}

int ksflow_nl_watch_fd(const struct ksflow_nl_watch *watch)
{
	return nl_socket_get_fd(watch->sock);
}

static bool is_ours(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_NAME)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			return false;
		return !strcmp(mnl_attr_get_str(attr), KSFLOW_GENL_NAME);
	}
	return false;
}

int ksflow_nl_watch_receive(struct ksflow_nl_watch *watch)
{
	char buf[8192] __attribute__((aligned(8)));
	int event = 0;

	for (;;) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
		const struct genlmsghdr *genl;
		int len;

		len = recv(ksflow_nl_watch_fd(watch), buf, sizeof(buf),
			   MSG_DONTWAIT);
		if (len < 0)
			return event;
		while (mnl_nlmsg_ok(nlh, len)) {
			genl = mnl_nlmsg_get_payload(nlh);
			if (nlh->nlmsg_type == GENL_ID_CTRL &&
			    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN &&
			    is_ours(nlh)) {
				if (genl->cmd == CTRL_CMD_NEWFAMILY)
					event = 1;
				else if (genl->cmd == CTRL_CMD_DELFAMILY)
					event = -1;
			}
			nlh = mnl_nlmsg_next(nlh, &len);
		}
	}
}
