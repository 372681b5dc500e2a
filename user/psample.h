/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_PSAMPLE_H
#define KSFLOW_USER_PSAMPLE_H

/*
 * psample, the kernel's channel for samples that others take: switches in
 * hardware, tc's action sample, Open vSwitch. Its messages as plain structs,
 * the account of its sequence numbers, and the socket they come through. What
 * an sFlow sample is made of them is in psample_record.h.
 */

#include "flow.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct nlmsghdr;

/* linux/psample.h as of 6.18; the headers of older kernels end earlier. */
enum psample_attr {
	PSAMPLE_IIFINDEX,
	PSAMPLE_OIFINDEX,
	PSAMPLE_ORIGSIZE,
	PSAMPLE_SAMPLE_GROUP,
	PSAMPLE_GROUP_SEQ,
	PSAMPLE_SAMPLE_RATE,
	PSAMPLE_DATA,
	PSAMPLE_GROUP_REFCOUNT,
	PSAMPLE_TUNNEL,
	PSAMPLE_PAD,
	PSAMPLE_OUT_TC,
	PSAMPLE_OUT_TC_OCC,
	PSAMPLE_LATENCY,
	PSAMPLE_TIMESTAMP,
	PSAMPLE_PROTO,
	PSAMPLE_USER_COOKIE,
	PSAMPLE_SAMPLE_PROBABILITY,
	PSAMPLE_ATTRS,
};

#define psample_has(p, attr)	(!!((p)->has & (1U << PSAMPLE_##attr)))

/* Pointers point into the message. */
struct psample_packet {
	uint32_t has;		/* bits 1 << enum psample_attr */
	uint32_t in;		/* 16 bits of an ifIndex, unless is_wide */
	uint32_t out;
	bool is_wide;
	uint32_t len_bytes;	/* without FCS */
	uint32_t group;
	uint32_t sequence;
	uint32_t rate;		/* 1 in so many, whichever way it was said */
	const uint8_t *data;
	uint32_t data_len;
	uint16_t queue;		/* traffic class */
	uint64_t queue_depth_bytes;
	uint64_t latency_ns;
	uint64_t time_ns;	/* since 1970 */
	uint16_t proto;		/* EtherType */
	const uint8_t *cookie;
	uint32_t cookie_len;
	/* of the side INGRESS, which whoever knows better changes */
	struct flow_tunnel tunnel;
	uint8_t tunnel_ttl;
};

/*
 * The attributes of a sample, in a buffer of any alignment that attributes
 * have. 0, or -EBADMSG: an attribute is of a size that its kind never has, or
 * runs over the end, or there is no group. Reads nothing outside.
 */
int psample_parse(const void *attrs, size_t len, struct psample_packet *p);

/*
 * A group's numbers. The kernel counts them without a lock: a number may come
 * twice or late, and what is missing is an estimate unless all samples are of
 * one CPU.
 */
struct psample_sequence {
	bool is_begun;
	uint32_t next;
	uint64_t window;	/* bit n: next - 1 - n has come */
	uint32_t credit;	/* came late after they were given out as lost */
	uint64_t messages;
	uint64_t lost;
	uint64_t duplicates;
	uint64_t reordered;
};

/* The next message has this number; returns how many more are lost for good. */
uint32_t psample_sequence_next(struct psample_sequence *s, uint32_t number);
/* The group begins anew. */
void psample_sequence_restart(struct psample_sequence *s);

struct psample_handler {
	/* the packet is the handler's to change */
	void (*packet)(struct psample_packet *p, void *arg);
	/* the numbers of this group begin anew */
	void (*restarted)(uint32_t group, void *arg);
	void *arg;
};

struct psample_counts {
	uint64_t messages;
	uint64_t overruns;	/* the socket's buffer was full, each time */
	uint64_t truncated;	/* messages larger than they can be */
	uint64_t malformed;
};

struct psample_nl;

/* handler must stay valid. NULL and errno. */
struct psample_nl *psample_nl_open(const struct psample_handler *handler);
void psample_nl_close(struct psample_nl *nl);
int psample_nl_fd(const struct psample_nl *nl);
uint32_t psample_nl_portid(const struct psample_nl *nl);
/*
 * Join the groups "packets" and "config", which takes CAP_NET_ADMIN on recent
 * kernels. -ENOENT: psample is not there; it is joined when it comes, by
 * psample_nl_receive().
 */
int psample_nl_join(struct psample_nl *nl);
void psample_nl_leave(struct psample_nl *nl);
/* That psample comes will be heard of: there is no need to ask again. */
bool psample_nl_is_listening(const struct psample_nl *nl);
bool psample_nl_is_joined(const struct psample_nl *nl);
int psample_nl_set_rcvbuf(struct psample_nl *nl, int bytes);
/* At most max reads, without blocking. How many there were, or -errno. */
int psample_nl_receive(struct psample_nl *nl, unsigned int max);
const struct psample_counts *psample_nl_counts(const struct psample_nl *nl);

#endif /* KSFLOW_USER_PSAMPLE_H */
