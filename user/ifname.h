/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_IFNAME_H
#define KSFLOW_USER_IFNAME_H

/*
 * Names of interfaces by number, for a stream of records: asked for once in
 * each batch, so that a new name is noticed; the last one known is kept for an
 * interface that is gone, since records outlive it.
 */

#include <stdint.h>

struct ifnames;

struct ifnames *ifnames_new(void);
void ifnames_free(struct ifnames *names);

/* A new batch: names may have changed. */
void ifnames_age(struct ifnames *names);

/* Valid until the next call; NULL: never known. */
const char *ifnames_get(struct ifnames *names, uint32_t ifindex);

#endif /* KSFLOW_USER_IFNAME_H */
