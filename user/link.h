/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_LINK_H
#define KSFLOW_USER_LINK_H

/* An interface as rtnetlink shows it, and as sFlow wants it. */

#include "sflow.h"

#include <linux/if_link.h>

#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

struct nlmsghdr;

struct link {
	uint32_t ifindex;
	char name[IFNAMSIZ];
	char kind[16];		/* "vlan", "bond", ...; "" for hardware */
	uint16_t arphrd;
	uint32_t flags;		/* IFF_* */
	uint32_t master;	/* ifIndex of its bridge or bond; 0 = none */
	uint8_t mac[6];
	bool has_mac;
	bool has_parent;	/* a device of a bus; from 5.14 on */
	/*
	 * Of ports that are parts of one, with one module between them: a
	 * number that they have in common; else 0.
	 */
	uint64_t module;
	/* of a member of a bond */
	bool is_bond_member;
	bool has_lacp;		/* the bond runs 802.3ad */
	uint16_t aggregator;
	uint8_t actor_state;
	uint8_t partner_state;
	/* of a bond */
	bool has_actor_mac;	/* set by hand; its own address otherwise */
	uint8_t actor_mac[6];
	bool has_partner;	/* of the aggregator in use */
	uint16_t active_aggregator;
	uint8_t partner_mac[6];
	uint32_t promiscuity;
	bool has_promiscuity;
	bool has_stats;
	struct rtnl_link_stats64 stats;
};

enum link_duplex { LINK_DUPLEX_UNKNOWN, LINK_DUPLEX_HALF, LINK_DUPLEX_FULL };

/* False: not a message about an interface, or one that does not parse. */
bool link_parse(const struct nlmsghdr *nlh, struct link *link);
/* Is there more to it than the kernel's own making? */
bool link_is_hardware(const struct link *link);
/* ifType of the IANA registry. */
uint32_t link_type(const struct link *link);
/* speed_mbit 0 = unknown. */
void link_counters(const struct link *link, uint32_t speed_mbit,
		   enum link_duplex duplex, struct sflow_if_counters *c);
/* Ask the driver; fd is any socket. */
void link_speed(int fd, const char *name, uint32_t *speed_mbit,
		enum link_duplex *duplex);

#endif /* KSFLOW_USER_LINK_H */
