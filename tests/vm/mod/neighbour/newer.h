/* SPDX-License-Identifier: GPL-2.0 */
/* One ABI later: each nest and each message ends in an attribute more. */
#include <linux/ksflow.h>
#include <net/genetlink.h>

#undef KSFLOW_ABI
#define KSFLOW_ABI	NEIGHBOUR_ABI

static inline void ksflow_put_later(struct sk_buff *msg)
{
	if (nla_put_u64_64bit(msg, 60, 0x5a5a5a5a5a5a5a5aULL, 0))
		WARN_ONCE(1, "no room for what is new");
}

#define genlmsg_new(size, flags)	genlmsg_new((size) + 1024, flags)
#define nla_nest_end(msg, nest)		\
	(ksflow_put_later(msg), nla_nest_end(msg, nest))
#define genlmsg_end(msg, head)		\
	(ksflow_put_later(msg), genlmsg_end(msg, head))
