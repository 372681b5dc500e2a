// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "devlink.h"

#include <linux/devlink.h>
#include <linux/genetlink.h>

#include <netlink/genl/ctrl.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <stdio.h>

struct walk {
	void (*each)(const struct devlink_trap *trap, void *arg);
	void *arg;
};

static const char *text_of(const struct nlattr *attr)
{
	return attr ? nla_get_string(attr) : "";
}

static int on_message(struct nl_msg *msg, void *arg)
{
	/* of the attributes only strings and flags are looked at */
	static struct nla_policy policy[DEVLINK_ATTR_TRAP_GROUP_NAME + 1] = {
		[DEVLINK_ATTR_BUS_NAME] = { .type = NLA_NUL_STRING },
		[DEVLINK_ATTR_DEV_NAME] = { .type = NLA_NUL_STRING },
		[DEVLINK_ATTR_TRAP_NAME] = { .type = NLA_NUL_STRING },
		[DEVLINK_ATTR_TRAP_GROUP_NAME] = { .type = NLA_NUL_STRING },
		[DEVLINK_ATTR_TRAP_ACTION] = { .type = NLA_U8 },
		[DEVLINK_ATTR_TRAP_TYPE] = { .type = NLA_U8 },
	};
	struct nlattr *attrs[DEVLINK_ATTR_TRAP_GROUP_NAME + 1];
	struct devlink_trap trap = { 0 };
	struct walk *walk = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs,
			  DEVLINK_ATTR_TRAP_GROUP_NAME, policy) ||
	    !attrs[DEVLINK_ATTR_TRAP_NAME] || !attrs[DEVLINK_ATTR_TRAP_TYPE] ||
	    !attrs[DEVLINK_ATTR_TRAP_ACTION])
		return NL_OK;
	snprintf(trap.device, sizeof(trap.device), "%s/%s",
		 text_of(attrs[DEVLINK_ATTR_BUS_NAME]),
		 text_of(attrs[DEVLINK_ATTR_DEV_NAME]));
	snprintf(trap.name, sizeof(trap.name), "%s",
		 text_of(attrs[DEVLINK_ATTR_TRAP_NAME]));
	snprintf(trap.group, sizeof(trap.group), "%s",
		 text_of(attrs[DEVLINK_ATTR_TRAP_GROUP_NAME]));
	trap.is_drop = nla_get_u8(attrs[DEVLINK_ATTR_TRAP_TYPE]) ==
		       DEVLINK_TRAP_TYPE_DROP;
	trap.is_silent = nla_get_u8(attrs[DEVLINK_ATTR_TRAP_ACTION]) ==
			 DEVLINK_TRAP_ACTION_DROP;
	walk->each(&trap, walk->arg);
	return NL_OK;
}

static int dump(int command, nl_recvmsg_msg_cb_t on, void *arg)
{
	struct nl_sock *sock;
	int family, ret = -ENOMEM;

	sock = nl_socket_alloc();
	if (!sock)
		return ret;
	ret = genl_connect(sock);
	if (ret)
		goto out;
	family = genl_ctrl_resolve(sock, DEVLINK_GENL_NAME);
	if (family < 0)
		goto out;
	nl_socket_modify_cb(sock, NL_CB_VALID, NL_CB_CUSTOM, on, arg);
	ret = genl_send_simple(sock, family, command, DEVLINK_GENL_VERSION,
			       NLM_F_DUMP);
	if (ret >= 0)
		ret = nl_recvmsgs_default(sock);
out:
	nl_socket_free(sock);
	return ret < 0 ? -EIO : 0;
}

int devlink_traps(void (*each)(const struct devlink_trap *trap, void *arg),
		  void *arg)
{
	struct walk walk = { each, arg };

	return dump(DEVLINK_CMD_TRAP_GET, on_message, &walk);
}

static int on_policer(struct nl_msg *msg, void *arg)
{
	struct nlattr *attrs[DEVLINK_ATTR_STATS + 1];
	struct nlattr *stats[DEVLINK_ATTR_STATS_RX_DROPPED + 1];
	struct devlink_policed *sum = arg;

	if (genlmsg_parse(nlmsg_hdr(msg), 0, attrs, DEVLINK_ATTR_STATS, NULL) ||
	    !attrs[DEVLINK_ATTR_STATS] ||
	    nla_parse_nested(stats, DEVLINK_ATTR_STATS_RX_DROPPED,
			     attrs[DEVLINK_ATTR_STATS], NULL) ||
	    !stats[DEVLINK_ATTR_STATS_RX_DROPPED])
		return NL_OK;
	sum->policers++;
	sum->packets += nla_get_u64(stats[DEVLINK_ATTR_STATS_RX_DROPPED]);
	return NL_OK;
}

int devlink_policed(struct devlink_policed *sum)
{
	*sum = (struct devlink_policed){ 0 };
	return dump(DEVLINK_CMD_TRAP_POLICER_GET, on_policer, sum);
}
