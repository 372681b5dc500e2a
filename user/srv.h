/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_SRV_H
#define KSFLOW_USER_SRV_H

/* Where a service is, by DNS (RFC 2782). */

#include <stddef.h>
#include <stdint.h>

#define SRV_SFLOW	"_sflow._udp"

struct srv {
	char host[254];
	uint16_t port;
};

/*
 * Of an answer, the record of the least priority number, and of those that of
 * the greatest weight: always the same one, as a collector shall be. 0; -ENOENT:
 * there is none, or the service is decidedly not offered; -EBADMSG: no answer.
 */
int srv_parse(const uint8_t *answer, size_t len, struct srv *srv);
/* Ask; blocks. A name without a dot at its end is tried in the search list. */
int srv_find(const char *name, struct srv *srv);

#endif /* KSFLOW_USER_SRV_H */
