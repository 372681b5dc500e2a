/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_LINKS_H
#define KSFLOW_USER_LINKS_H

/*
 * The interfaces of this network namespace, kept up to date: for those who
 * have to know of each of them at any time. The one place that listens to
 * rtnetlink for them.
 */

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct links;
struct nlmsghdr;

struct links_port {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	uint16_t arphrd;
	uint32_t type;		/* ifType */
	uint32_t speed_mbit;	/* 0 = unknown */
	bool is_default;	/* one with hardware */
};

/*
 * An interface came or changed, as rtnetlink says it in nlh; or, with NULL, it
 * is gone.
 */
typedef void (*links_tell)(uint32_t ifindex, const struct nlmsghdr *nlh,
			   void *arg);

/* NULL and errno. Those that are there are told of at once; tell may be NULL. */
struct links *links_open(links_tell tell, void *arg);
void links_close(struct links *links);
/* Becomes readable when links_receive() may have something to say. */
int links_fd(const struct links *links);
/* True: an interface came, went, or has another name or speed. */
bool links_receive(struct links *links);
/* Counts up each time links_receive() was true. */
uint32_t links_generation(const struct links *links);
/* In the order of their numbers. */
unsigned int links_count(const struct links *links);
const struct links_port *links_at(const struct links *links, unsigned int i);
/* NULL: there is none. */
const struct links_port *links_get(const struct links *links,
				   uint32_t ifindex);
/*
 * The interface whose number ends in these 16 bits; the bits themselves when
 * there is none (any more), 0 when there are several.
 */
uint32_t links_recover(const struct links *links, uint16_t low);

#endif /* KSFLOW_USER_LINKS_H */
