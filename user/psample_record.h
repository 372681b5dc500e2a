/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PSAMPLE_RECORD_H
#define KSFLOW_USER_PSAMPLE_RECORD_H

/* From a sample of psample to a record as the module makes them. No state. */

#include <stdint.h>

struct ksflow_record;
struct links;
struct psample_packet;

/*
 * What psample cannot tell of a tunnel is added to *p. dir: enum ksflow_dir, INGRESS or EGRESS, or 0 for "not known". The record
 * has no pool and no drops; it points into *p and the message. header_max:
 * bytes of the packet at most.
 */
void psample_record(struct psample_packet *p, const struct links *links,
		    uint8_t dir, uint32_t header_max,
		    struct ksflow_record *record);

#endif /* KSFLOW_USER_PSAMPLE_RECORD_H */
