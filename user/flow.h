/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_FLOW_H
#define KSFLOW_USER_FLOW_H

/* From a record of the module to a sample. No state, no sockets. */

#include "sflow.h"

#include <stdbool.h>
#include <stdint.h>

struct ksflow_record;

#define FLOW_TUNNELS	2	/* of a record at most: one on each side */

/* What is, or was, around a packet. */
struct flow_tunnel {
	enum sflow_tunnel_side side;
	struct sflow_ip ip;	/* no address: none of it is known */
	bool has_vni;
	uint32_t vni;
	const struct flow_tunnel *next;	/* or NULL */
};

/*
 * One sample into *d. header_max: bytes of the packet at most. 0, or
 * -EMSGSIZE as from sflow_sample_end().
 */
int flow_put(struct sflow_datagram *d, const struct ksflow_record *record,
	     uint32_t sequence, uint32_t header_max);
/*
 * The same for a drop: a discarded packet. Its source is the interface it came
 * in through, or 0:0.
 */
int flow_put_discard(struct sflow_datagram *d,
		     const struct ksflow_record *record, uint32_t sequence,
		     uint32_t header_max);
/* It names an interface the compact form has no room for. */
bool flow_needs_expanded(const struct ksflow_record *record);

#endif /* KSFLOW_USER_FLOW_H */
