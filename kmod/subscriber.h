/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_SUBSCRIBER_H
#define KSFLOW_SUBSCRIBER_H

#include <linux/ksflow.h>
#include <linux/list.h>
#include <linux/xarray.h>

#include "relay.h"

struct ksflow_filter;
struct ksflow_net;
struct ksflow_psample;
struct netlink_ext_ack;
struct sk_buff;
struct sock;

/**
 * struct ksflow_position - how far a reader has come in one ring
 * @first: ring sequence when it subscribed
 * @next: sequence after the last sample it was sent, or refused
 * @lost: of the ring, when it subscribed
 * @filtered: samples refused before @next that no message has told of
 */
struct ksflow_position {
	u64 first;
	u64 next;
	u64 lost;
	u32 filtered;
};

/* What became of a reader's samples, for each kind. */
struct ksflow_delivery {
	u64 delivered;
	u64 filtered;
	u64 overrun;
	u64 no_memory;
	u64 psample;
};

/**
 * struct ksflow_subscriber - one socket that reads records
 * @list: in ksflow_relay.readers
 * @sk: the socket, NULL for psample; held, since its port may be another's
 *	once it is closed
 * @portid: its netlink port, 0 for psample
 * @psample: it is no socket, but psample; else NULL
 * @kinds: bits 1 << enum ksflow_kind
 * @snaplen: packet bytes it wants at most
 * @filter: what it wants of them, NULL for all
 * @is_owner: it owns the daemon's layer
 * @position: for each possible CPU
 * @delivery: the ledger
 * @lost_by_source: kind and ifindex to samples lost on the way to this reader
 * @pass: as the relay's, when it was last served; then @kind and @pos are
 *	where it goes on in that ring
 * @kind: enum ksflow_kind, or KSFLOW_KINDS when it has had all
 * @pos: in the ring
 *
 * Guarded by ksflow_relay.lock.
 */
struct ksflow_subscriber {
	struct list_head list;
	struct sock *sk;
	u32 portid;
	struct ksflow_psample *psample;
	u32 kinds;
	u32 snaplen;
	struct ksflow_filter *filter;
	bool is_owner;
	struct ksflow_position (*position)[KSFLOW_KINDS];
	struct ksflow_delivery delivery[KSFLOW_KINDS];
	struct xarray lost_by_source;
	u32 pass;
	u32 kind;
	u32 pos;
};

/**
 * struct ksflow_subscription - what a socket asks for
 * @sk: the socket
 * @portid: its netlink port
 * @kinds: bits 1 << enum ksflow_kind
 * @snaplen: packet bytes at most
 * @filter: NULL for all; on success the one that the reader had before
 * @is_owner: it asks for the daemon's layer
 */
struct ksflow_subscription {
	struct sock *sk;
	u32 portid;
	u32 kinds;
	u32 snaplen;
	struct ksflow_filter *filter;
	bool is_owner;
};

int ksflow_subscriber_add(struct ksflow_net *kn,
			  struct ksflow_subscription *wanted,
			  struct netlink_ext_ack *extack);
int ksflow_subscriber_publish(struct ksflow_net *kn,
			      struct ksflow_psample *psample);
bool ksflow_subscriber_remove(struct ksflow_net *kn, const struct sock *sk);
bool ksflow_subscriber_closed(struct ksflow_net *kn, u32 portid);
void ksflow_subscriber_remove_all(struct ksflow_net *kn);
int ksflow_subscriber_send(struct ksflow_net *kn,
			   const struct ksflow_subscriber *reader,
			   struct sk_buff *msg);
u32 ksflow_subscriber_kinds(struct ksflow_net *kn, u32 *owner_portid);
void ksflow_subscriber_restart(struct ksflow_relay *relay);
u64 ksflow_subscriber_lost(struct ksflow_subscriber *reader, unsigned int kind,
			   u32 ifindex);
void ksflow_subscriber_lose(struct ksflow_subscriber *reader, unsigned int kind,
			    u32 ifindex, u32 hits);
void ksflow_subscriber_forget(struct ksflow_relay *relay, u32 ifindex);

#endif /* KSFLOW_SUBSCRIBER_H */
