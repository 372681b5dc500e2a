/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_RECORD_H
#define KSFLOW_USER_RECORD_H

/* One record of the module for a reader's eyes: text, JSON, or pcapng. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ifnames;
struct ksflow_batch;
struct ksflow_record;
struct pcapng;
struct psample_packet;

/* One line of text, or of JSON. */
void record_print(struct ifnames *names, const struct ksflow_batch *batch,
		  const struct ksflow_record *record);
/* The same of psample, where there is more to tell. */
void record_print_psample(struct ifnames *names, const struct psample_packet *p,
			  const struct ksflow_record *record);
/* One packet with a comment. 0 or -errno. */
int record_save(struct pcapng *p, struct ifnames *names,
		const struct ksflow_batch *batch,
		const struct ksflow_record *record);
/* A name in every case: "local", "-", or the number of a device never seen. */
const char *record_ifname(struct ifnames *names, uint32_t ifindex, char *buf,
			  size_t size);
/* Does an interface of it have a name like this? */
bool record_touches(struct ifnames *names, const struct ksflow_record *record,
		    const char *pattern);
/* Is its reason, the function that dropped it, its trap or sFlow's code of it
 * called like this?
 */
bool record_is_dropped_for(const struct ksflow_record *record,
			   const char *pattern);

#endif /* KSFLOW_USER_RECORD_H */
