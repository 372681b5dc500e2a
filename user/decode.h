/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_DECODE_H
#define KSFLOW_USER_DECODE_H

#include <stddef.h>
#include <stdint.h>

/* sFlow's header protocols, as in KSFLOW_A_RECORD_PROTO. */
#define DECODE_ETHERNET	1
#define DECODE_IPV4	11
#define DECODE_IPV6	12
#define DECODE_MPLS	13

/**
 * decode_packet() - one line of text about a packet
 * @proto: header protocol, what @data begins with
 * @data: the packet's first bytes
 * @bytes: how many of them there are; never reads past them
 * @text: answer, always terminated, cut where it does not fit
 * @size: of @text, at least 1
 */
void decode_packet(uint32_t proto, const void *data, size_t bytes, char *text,
		   size_t size);

/* Only what makes it one of a flow: addresses, protocol, ports. */
void decode_flow(uint32_t proto, const void *data, size_t bytes, char *text,
		 size_t size);

#endif /* KSFLOW_USER_DECODE_H */
