/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_LAG_H
#define KSFLOW_USER_LAG_H

/* Members of bonds, and priority flow control: by rtnetlink. */

#include <stdbool.h>

struct link;
struct mnl_socket;
struct nlmsghdr;
struct sflow_lag;
struct sflow_pfc;

/* A member; bond may be NULL. What is not known is all ones, or zero. */
void lag_fill(const struct link *member, const struct link *bond,
	      struct sflow_lag *lag);
/* An answer with the counters of 802.3ad. */
void lag_parse_stats(const struct nlmsghdr *nlh, struct sflow_lag *lag);
/* Ask for all of it. False: no member of a bond. */
bool lag_get(struct mnl_socket *sock, const struct link *member,
	     struct sflow_lag *lag);

/* False: not in use on this interface, or not counted by its driver. */
bool pfc_parse(const struct nlmsghdr *nlh, struct sflow_pfc *pfc);
/* 1 found; 0 not now; -EOPNOTSUPP and the like: never. */
int pfc_get(struct mnl_socket *sock, const char *name, struct sflow_pfc *pfc);

#endif /* KSFLOW_USER_LAG_H */
