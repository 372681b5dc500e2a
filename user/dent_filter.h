/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DENT_FILTER_H
#define KSFLOW_USER_DENT_FILTER_H

/*
 * One filter of tc, "matchall action sample continue", over rtnetlink. The
 * functions return 0 or -errno; rtnl_refusal() has the kernel's words.
 */

#include <stdbool.h>
#include <stdint.h>

struct mnl_socket;
struct nlmsghdr;

struct dent_filter {
	uint32_t rate;
	uint32_t group;		/* of psample */
	uint32_t header_bytes;
	bool skip_sw;
	bool made_qdisc;	/* its clsact is ours, too */
	/* where it is */
	uint32_t handle;
	uint32_t info;		/* preference and protocol */
};

#define DENT_OURS_MAX	4

/* The filters of one direction of one port. */
struct dent_filters {
	unsigned int count;
	/* bits: taken preferences, 1 to 63 */
	uint64_t taken;
	unsigned int ours_count;
	struct dent_filter ours[DENT_OURS_MAX];
};

int dent_filter_list(struct mnl_socket *sock, uint32_t ifindex, bool is_egress,
		     struct dent_filters *all);
/* With the first preference that is free: before what may end a packet's way. */
int dent_filter_add(struct mnl_socket *sock, uint32_t ifindex, bool is_egress,
		    const struct dent_filter *f,
		    const struct dent_filters *all);
int dent_filter_remove(struct mnl_socket *sock, uint32_t ifindex,
		       bool is_egress, const struct dent_filter *f);
/* Its bit in taken. */
uint64_t dent_filter_place(const struct dent_filter *f);
/* For dumps; adds what the message tells. */
void dent_filter_parse(const struct nlmsghdr *nlh, struct dent_filters *all);

enum dent_qdisc {
	DENT_QDISC_NONE,
	DENT_QDISC_INGRESS,
	DENT_QDISC_CLSACT,
};

enum dent_qdisc dent_qdisc_find(struct mnl_socket *sock, uint32_t ifindex);
int dent_qdisc_add(struct mnl_socket *sock, uint32_t ifindex);
/* -EBUSY: somebody's filter is there. */
int dent_qdisc_remove(struct mnl_socket *sock, uint32_t ifindex);

#endif /* KSFLOW_USER_DENT_FILTER_H */
