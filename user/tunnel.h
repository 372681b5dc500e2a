/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_TUNNEL_H
#define KSFLOW_USER_TUNNEL_H

/*
 * Tunnel interfaces of the namespace, as rtnetlink has them, and what they mean
 * for a record: which header was around a packet that came out of one, and which
 * one is to be around what goes into one. Those that take both ends from each
 * packet's metadata ("external") have them in the record; VXLAN's forwarding
 * database is asked.
 */

#include "flow.h"

#include <stdbool.h>
#include <stdint.h>

struct ksflow_record;
struct ksflow_tunnel;
struct nlmsghdr;
struct tunnels;

struct tunnel {
	uint32_t ifindex;
	uint8_t protocol;	/* of the outer IP header: 4, 41, 47 (GRE), 17 */
	uint8_t overhead;	/* bytes between outer IP header and the inner
				 * packet */
	bool is_ether;		/* what is inside has an Ethernet header */
	bool has_options;	/* of Geneve, which the packet knows */
	bool is_external;	/* both ends, VNI and words are the packet's */
	bool has_vni;
	uint32_t vni;
	uint16_t port;		/* UDP's, host order */
	struct sflow_addr local;	/* type 0 = unknown */
	struct sflow_addr remote;
};

/* False: not about a tunnel interface, or one of no known kind. */
bool tunnel_parse(const struct nlmsghdr *nlh, struct tunnel *tunnel);

/* Ends, ports, id (as VNI) and TOS: what metadata says by itself. */
void tunnel_metadata(const struct ksflow_tunnel *metadata,
		     struct flow_tunnel *tunnel);

/* NULL and errno. */
struct tunnels *tunnels_open(void);
void tunnels_close(struct tunnels *tunnels);
/* As links_tell. */
void tunnels_link(struct tunnels *tunnels, uint32_t ifindex,
		  const struct nlmsghdr *nlh);
/* Of one interface: it is there, has changed, or, with NULL, is gone. */
void tunnels_set(struct tunnels *tunnels, uint32_t ifindex,
		 const struct tunnel *tunnel);
/*
 * What is around the record's packet: found[0...], linked, room for
 * FLOW_TUNNELS; NULL when nothing is. Context: found lives as long as the
 * record is used; may wait as fdb_find().
 */
const struct flow_tunnel *tunnels_around(const struct tunnels *tunnels,
					 const struct ksflow_record *record,
					 struct flow_tunnel found[FLOW_TUNNELS]);

#endif /* KSFLOW_USER_TUNNEL_H */
