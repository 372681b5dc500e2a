// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "srv.h"

#include <arpa/nameser.h>
#include <errno.h>
#include <netinet/in.h>
#include <resolv.h>
#include <stdbool.h>
#include <string.h>

#define ANSWER_MAX	4096
#define SRV_FIXED	6	/* priority, weight, port */

int srv_parse(const uint8_t *answer, size_t len, struct srv *srv)
{
	uint32_t best = UINT32_MAX;
	bool is_found = false;
	ns_msg msg;
	int i;

	if (len > ANSWER_MAX || ns_initparse(answer, len, &msg))
		return -EBADMSG;
	for (i = 0; i < ns_msg_count(msg, ns_s_an); i++) {
		char host[sizeof(srv->host)];
		const uint8_t *data;
		uint32_t rank;
		ns_rr rr;

		if (ns_parserr(&msg, ns_s_an, i, &rr))
			return -EBADMSG;
		if (ns_rr_type(rr) != ns_t_srv || ns_rr_rdlen(rr) <= SRV_FIXED)
			continue;
		data = ns_rr_rdata(rr);
		if (dn_expand(ns_msg_base(msg), ns_msg_end(msg),
			      data + SRV_FIXED, host, sizeof(host)) < 0)
			return -EBADMSG;
		rank = (uint32_t)ns_get16(data) << 16 |
		       (uint16_t)~ns_get16(data + 2);
		/* "." says that there is no such service here */
		if (!host[0] || (is_found && rank >= best))
			continue;
		best = rank;
		is_found = true;
		strcpy(srv->host, host);
		srv->port = ns_get16(data + 4);
	}
	return is_found ? 0 : -ENOENT;
}

int srv_find(const char *name, struct srv *srv)
{
	uint8_t answer[ANSWER_MAX];
	int len;

	len = res_search(name, ns_c_in, ns_t_srv, answer, sizeof(answer));
	if (len < 0)
		return -ENOENT;
	return srv_parse(answer, (size_t)len < sizeof(answer) ?
				 (size_t)len : sizeof(answer), srv);
}
