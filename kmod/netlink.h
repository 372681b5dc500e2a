/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_NETLINK_H
#define KSFLOW_NETLINK_H

struct genl_info;
struct netlink_callback;
struct sk_buff;

/* A refusal says which attribute it is about, and what was expected. */
#define KSFLOW_REFUSE(extack, attr, text)				\
({									\
	NL_SET_ERR_MSG_ATTR(extack, attr, text);			\
	-EINVAL;							\
})

#define KSFLOW_MISSING(extack, text)					\
({									\
	NL_SET_ERR_MSG(extack, text);					\
	-EINVAL;							\
})

void *ksflow_netlink_head(struct sk_buff *msg);
void *ksflow_netlink_dump_head(struct sk_buff *msg,
			       struct netlink_callback *cb, unsigned int cmd);

int ksflow_netlink_init(void);
void ksflow_netlink_exit(void);

#endif /* KSFLOW_NETLINK_H */
