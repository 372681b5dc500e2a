/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_FILTER_H
#define KSFLOW_USER_FILTER_H

/*
 * A pcap expression for the module: compiled twice, for packets with an
 * Ethernet header and for those that begin with IP. The only file that needs
 * libpcap.
 */

#include <stddef.h>

struct filter;
struct ksflow_subscription;

/* NULL, and libpcap's words in err, for one that does not compile. */
struct filter *filter_compile(const char *expression, char *err, size_t size);
void filter_free(struct filter *filter);
/* *sub points into the filter. */
void filter_use(const struct filter *filter, struct ksflow_subscription *sub);

#endif /* KSFLOW_USER_FILTER_H */
