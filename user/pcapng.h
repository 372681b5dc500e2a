/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
/*
 * Writes packets as pcapng (draft-ietf-opsawg-pcapng), in host byte order,
 * nanoseconds, with the names of interfaces and a comment for each packet.
 */
#ifndef KSFLOW_USER_PCAPNG_H
#define KSFLOW_USER_PCAPNG_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Values of https://www.tcpdump.org/linktypes.html. */
enum pcapng_link {
	PCAPNG_ETHERNET = 1,
	PCAPNG_RAW = 101,	/* IPv4 or IPv6, by its first nibble */
	PCAPNG_USER0 = 147,	/* nobody's: bytes with no known header */
	PCAPNG_MPLS = 219,
};

/* Values of the epb_flags option. */
enum pcapng_dir {
	PCAPNG_DIR_UNKNOWN,
	PCAPNG_DIR_IN,
	PCAPNG_DIR_OUT,
};

struct pcapng_interface;

struct pcapng {
	FILE *out;
	struct pcapng_interface *interfaces;
	size_t count;
};

struct pcapng_packet {
	uint64_t time_ns;	/* since 1970 */
	uint32_t ifindex;
	const char *ifname;
	enum pcapng_link link;
	enum pcapng_dir dir;
	uint32_t len_bytes;	/* on the wire */
	uint32_t data_bytes;	/* of @data */
	const void *data;
	const char *comment;	/* or NULL */
};

/**
 * pcapng_open() - begin a section on @out
 * @application: name and version of the program, for the section header
 *
 * Return: 0 or -errno.
 */
int pcapng_open(struct pcapng *p, FILE *out, const char *application);

/**
 * pcapng_write() - write one packet, preceded by its interface when that was
 * not seen before with the same number, name and link type
 *
 * Return: 0 or -errno.
 */
int pcapng_write(struct pcapng *p, const struct pcapng_packet *packet);

/* Frees what belongs to @p; flushing and closing @out is the caller's. */
void pcapng_close(struct pcapng *p);

#endif /* KSFLOW_USER_PCAPNG_H */
