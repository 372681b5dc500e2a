/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_HOST_INTERNAL_H
#define KSFLOW_USER_HOST_INTERNAL_H

/* The parts of host.c. What cannot be read is all ones. */

#include "sflow.h"

#include <stdbool.h>

struct sums;

void host_cpu_read(const char *root, struct sflow_host_cpu *c);
void host_memory_read(const char *root, struct sflow_host_memory *m);
void host_disk_read(const char *root, struct sums *disks,
		    struct sflow_host_disk *k);
void host_mib2_read(const char *root, struct sflow_mib2 *m);
/* The last of words is NULL. */
bool host_is_one_of(const char *word, const char * const *words);

#endif /* KSFLOW_USER_HOST_INTERNAL_H */
