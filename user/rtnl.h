/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_RTNL_H
#define KSFLOW_USER_RTNL_H

/* The kernel's own interfaces and addresses, over rtnetlink. */

#include <stdint.h>

struct mnl_socket;
struct nlmsghdr;

typedef void (*rtnl_each)(const struct nlmsghdr *nlh, void *arg);

/* groups: RTMGRP_*; 0 for a socket that only asks. NULL and errno. */
struct mnl_socket *rtnl_open(unsigned int groups);
/* The same for generic netlink. */
struct mnl_socket *rtnl_open_generic(void);
/* Send a request, of which the sequence number is ours, and read the answer. */
int rtnl_ask(struct mnl_socket *sock, struct nlmsghdr *nlh, rtnl_each each,
	     void *arg);
/* The kernel's own words for the last request refused, or "". */
const char *rtnl_refusal(void);
/*
 * Ask for everything of one kind (RTM_GETLINK, RTM_GETADDR). 0 or -errno; what
 * was told until then is true all the same. -EINTR: things came or went
 * meanwhile, and others may be missing; ask again.
 */
int rtnl_dump(struct mnl_socket *sock, uint16_t type, rtnl_each each,
	      void *arg);
/* The same up to three times, with begin() before each; of the last all is told. */
int rtnl_dump_whole(struct mnl_socket *sock, uint16_t type,
		    void (*begin)(void *arg), rtnl_each each, void *arg);
/* One interface; -ENODEV when it is gone. */
int rtnl_get_link(struct mnl_socket *sock, uint32_t ifindex, rtnl_each each,
		  void *arg);
/*
 * Read what groups have to say, without blocking, up to a limit: the socket
 * stays readable then. -ENOBUFS: something was lost, ask again for everything.
 */
int rtnl_receive(struct mnl_socket *sock, rtnl_each each, void *arg);

#endif /* KSFLOW_USER_RTNL_H */
