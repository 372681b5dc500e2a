/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_FILTER_H
#define KSFLOW_USER_FILTER_H

/*
 * A pcap expression for the module: compiled twice, for packets with an
 * Ethernet header and for those that begin with IP. The only file that needs
 * libpcap.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct filter;
struct ksflow_subscription;

/* NULL, and libpcap's words in err, for one that does not compile. */
struct filter *filter_compile(const char *expression, char *err, size_t size);
void filter_free(struct filter *filter);
/*
 * The same here, for packets that did not come from the module. proto: header
 * protocol of sFlow; what is neither Ethernet nor IP never matches.
 */
bool filter_matches(const struct filter *filter, uint32_t proto,
		    const uint8_t *data, uint32_t data_len, uint32_t len_bytes);
/* *sub points into the filter. */
void filter_use(const struct filter *filter, struct ksflow_subscription *sub);

#endif /* KSFLOW_USER_FILTER_H */
