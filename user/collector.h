/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_COLLECTOR_H
#define KSFLOW_USER_COLLECTOR_H

/*
 * Where datagrams go. Sending never blocks and never fails for the caller:
 * what a collector did not get is counted. Names are resolved in a process
 * of their own, since getaddrinfo() may take its time.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct collectors;
struct conf;
struct ksflow_own;
struct sflow_profile;

struct collector_counts {
	const char *name;	/* as configured, with the port */
	bool is_connected;
	uint64_t sent;
	uint64_t refused;	/* an ICMP error came back; sent all the same */
	uint64_t busy;		/* the socket's buffer was full */
	uint64_t failed;	/* any other error, or nowhere to send to */
};

struct collectors *collectors_open(void);
void collectors_close(struct collectors *set);
/* Those that stay keep their sockets and counts. */
void collectors_apply(struct collectors *set, const struct conf *conf,
		      int64_t now_ms);
/* Readable when a name was resolved. */
int collectors_fd(const struct collectors *set);
void collectors_receive(struct collectors *set, int64_t now_ms);
/* Connect and refresh what is due; returns when to come again. */
int64_t collectors_run(struct collectors *set, int64_t now_ms);
/* Addresses changed: sources are to be chosen again. */
void collectors_reconnect(struct collectors *set, int64_t now_ms);
/* Counts up when a name's address in use is another one. */
uint32_t collectors_generation(const struct collectors *set);
/* Addresses in use, at most max; returns how many. */
unsigned int collectors_own(const struct collectors *set,
			    struct ksflow_own *own, unsigned int max);
/* To those of this profile. */
void collectors_send(struct collectors *set,
		     const struct sflow_profile *profile, const void *bytes,
		     size_t len, int64_t now_ms);
unsigned int collectors_count(const struct collectors *set);
void collectors_counts(const struct collectors *set, unsigned int i,
		       struct collector_counts *counts);

#endif /* KSFLOW_USER_COLLECTOR_H */
