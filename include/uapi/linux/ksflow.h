/* SPDX-License-Identifier: (GPL-2.0 WITH Linux-syscall-note) OR BSD-3-Clause */
/* Copyright (C) 2026 the ksflow authors */
/*
 * ksflow: the generic netlink interface between the kernel module and its
 * readers (ksflowd, ksflow). Attributes are append-only; a reader ignores
 * what it does not know, the module refuses it (strict validation).
 *
 * All numbers are host byte order. Lengths and depths are bytes, rates are
 * N of "1 in N", times are nanoseconds of CLOCK_REALTIME, speeds bit/s.
 */
#ifndef _UAPI_LINUX_KSFLOW_H
#define _UAPI_LINUX_KSFLOW_H

#define KSFLOW_GENL_NAME	"ksflow"
#define KSFLOW_GENL_VERSION	1

/* Grows with every addition a peer may want to know of; never a refusal. */
#define KSFLOW_ABI		3

#define KSFLOW_HEADER_MIN	64
#define KSFLOW_HEADER_MAX	512
#define KSFLOW_HEADER_DEFAULT	128
#define KSFLOW_RATE_MAX		(1U << 24)
#define KSFLOW_RING_MIN		(1U << 14)
#define KSFLOW_RING_MAX		(1U << 22)
#define KSFLOW_RING_DEFAULT	(1U << 16)
#define KSFLOW_RULES_MAX	256	/* per layer and namespace */
#define KSFLOW_SUBSCRIBERS_MAX	16	/* per namespace */
#define KSFLOW_PATTERN_MAX	64	/* bytes, with the terminator */
#define KSFLOW_LIMIT_DEFAULT	100	/* drop records a second */
#define KSFLOW_LIMIT_MAX	1000000000U
#define KSFLOW_UNLIMITED	0xffffffffU
#define KSFLOW_HIDE_MAX		64	/* patterns per layer */
#define KSFLOW_OWN_MAX		16	/* collectors */
#define KSFLOW_FILTER_MAX	4096	/* instructions of classic BPF */
#define KSFLOW_PSAMPLE_MAX	(0xffffffffU - 2)	/* N + 1 is used, too */
#define KSFLOW_DELAY_MAX	800	/* ms: a sample is not to be older than 1 s */
#define KSFLOW_REPAIR_RULES_MAX	64	/* per layer and namespace */
#define KSFLOW_REPAIR_SENDERS_MAX 1024	/* per namespace */
#define KSFLOW_REPAIR_DEV_MAX	16	/* bytes, with the terminator */
#define KSFLOW_REPAIR_EQUAL	8	/* differences that make an offset */

/* sFlow's format 0x3fffffff: the host itself is source or sink. */
#define KSFLOW_IFINDEX_LOCAL	0x3fffffffU

/**
 * enum ksflow_cmd - commands; all of them act on the namespace of the socket.
 *
 * @KSFLOW_CMD_SUBSCRIBE: (admin) start, or change, this socket's stream:
 *	KSFLOW_A_KINDS (required), KSFLOW_A_SNAPLEN, KSFLOW_A_FILTER,
 *	KSFLOW_A_FILTER_IP, KSFLOW_A_OWNER. Answer: KSFLOW_A_ABI, KSFLOW_A_VERSION,
 *	KSFLOW_A_CONFIG. The stream ends with the socket. -EBUSY: another
 *	socket owns the daemon's layer; -ENOSPC: too many readers.
 * @KSFLOW_CMD_UNSUBSCRIBE: (admin) end it.
 * @KSFLOW_CMD_RECORDS: from the module only: one batch, see enum below.
 * @KSFLOW_CMD_CONFIG_GET: answer: KSFLOW_A_ABI, KSFLOW_A_VERSION,
 *	KSFLOW_A_CONFIG, one KSFLOW_A_LAYER per layer in force.
 * @KSFLOW_CMD_LAYER_SET: (admin) replace one layer as a whole:
 *	KSFLOW_A_LAYER. The daemon's layer needs the owner's socket (-EPERM);
 *	the parameters' layer is read-only (-EPERM).
 * @KSFLOW_CMD_RULE_SET: (admin) in the tool's layer, add a rule or change
 *	the fields given of the one with the same pattern: KSFLOW_A_RULE.
 * @KSFLOW_CMD_RULE_DEL: (admin) remove the tool's rule with this pattern:
 *	KSFLOW_A_RULE {KSFLOW_A_RULE_PATTERN}; -ENOENT: there is none.
 * @KSFLOW_CMD_RESET: (admin) drop the tool's layer.
 * @KSFLOW_CMD_DEV_GET: do: KSFLOW_A_IFINDEX or KSFLOW_A_IFNAME; dump: all
 *	devices. Answer: KSFLOW_A_DEV.
 * @KSFLOW_CMD_STATS_GET: (admin) dump. Brings the rings up to date first, then
 *	answers one KSFLOW_A_STATS for each kind, one KSFLOW_A_READER for each
 *	reader and kind, and one KSFLOW_A_SOURCE for each device and kind that
 *	has, or had, candidates.
 * @KSFLOW_CMD_DROP_SET: (admin) in the tool's layer, change the fields given:
 *	KSFLOW_A_DROP. KSFLOW_A_DROP_HIDE replaces the layer's whole list.
 * @KSFLOW_CMD_DROP_GET: (admin) dump: one KSFLOW_A_DROP_COUNT for each call
 *	site and reason, and for each hardware trap, that dropped something.
 * @KSFLOW_CMD_REPAIR_ADD: (admin) in the tool's layer, add a rule, or replace
 *	the one of the same port, device and prefixes: KSFLOW_A_REPAIR.
 * @KSFLOW_CMD_REPAIR_DEL: (admin) remove one of the tool's rules:
 *	KSFLOW_A_REPAIR {KSFLOW_A_REPAIR_ID}; or all of them: KSFLOW_A_REPAIR
 *	without one. -ENOENT: there is none; -EPERM: it is another layer's.
 * @KSFLOW_CMD_REPAIR_GET: (admin) dump: KSFLOW_A_REPAIR_TOTAL, then one
 *	KSFLOW_A_REPAIR for each rule, in the order in which they are looked
 *	at, then one KSFLOW_A_REPAIR_SENDER for each sender of wrong packets.
 */
enum ksflow_cmd {
	KSFLOW_CMD_UNSPEC,
	KSFLOW_CMD_SUBSCRIBE,
	KSFLOW_CMD_UNSUBSCRIBE,
	KSFLOW_CMD_RECORDS,
	KSFLOW_CMD_CONFIG_GET,
	KSFLOW_CMD_LAYER_SET,
	KSFLOW_CMD_RULE_SET,
	KSFLOW_CMD_RULE_DEL,
	KSFLOW_CMD_RESET,
	KSFLOW_CMD_DEV_GET,
	KSFLOW_CMD_STATS_GET,
	KSFLOW_CMD_DROP_SET,
	KSFLOW_CMD_DROP_GET,
	KSFLOW_CMD_REPAIR_ADD,
	KSFLOW_CMD_REPAIR_DEL,
	KSFLOW_CMD_REPAIR_GET,

	__KSFLOW_CMD_MAX
};
#define KSFLOW_CMD_MAX (__KSFLOW_CMD_MAX - 1)

/* Kinds of record; a subscription asks for 1 << kind. */
enum ksflow_kind {
	KSFLOW_KIND_SAMPLE,
	KSFLOW_KIND_DROP,	/* by software, or by hardware: then with TRAP */
	KSFLOW_KIND_REPAIR,	/* a wrong UDP checksum, with its first bytes as
				 * they came; one a second of each sender */

	__KSFLOW_KIND_MAX
};

enum ksflow_dir {
	KSFLOW_DIR_OFF,
	KSFLOW_DIR_ONCE,	/* in; out only what did not come in sampled */
	KSFLOW_DIR_INGRESS,
	KSFLOW_DIR_EGRESS,
	KSFLOW_DIR_BOTH,

	__KSFLOW_DIR_MAX
};

enum ksflow_drop_state {
	KSFLOW_DROP_OFF,	/* no probe */
	KSFLOW_DROP_COUNT,	/* counters, no records */
	KSFLOW_DROP_ON,

	__KSFLOW_DROP_STATE_MAX
};

enum ksflow_repair_mode {
	KSFLOW_REPAIR_AUDIT,	/* no byte of a packet is written */
	KSFLOW_REPAIR_REPAIR,

	__KSFLOW_REPAIR_MODE_MAX
};

/* What is wrong with a checksum, where it can be told; the first that fits. */
enum ksflow_repair_kind {
	KSFLOW_REPAIR_ZERO,	/* not computed; RFC 8200, 8.1 forbids it */
	KSFLOW_REPAIR_NO_PSEUDO, /* right but for the pseudo-header */
	KSFLOW_REPAIR_PSEUDO,	/* of the pseudo-header alone */
	KSFLOW_REPAIR_SWAPPED,	/* its two bytes are */
	KSFLOW_REPAIR_OFFSET,	/* off by the same number, from the 8th packet
				 * of a sender on */
	KSFLOW_REPAIR_OTHER,

	__KSFLOW_REPAIR_KIND_MAX
};

/* Why a packet that a rule names was not looked at; the first that fits. */
enum ksflow_repair_skip {
	KSFLOW_REPAIR_SKIP_SUPER,	/* GRO or GSO super-packet */
	KSFLOW_REPAIR_SKIP_PARTIAL,	/* its checksum is yet to be computed */
	KSFLOW_REPAIR_SKIP_FRAGMENT,	/* the first of a datagram */
	KSFLOW_REPAIR_SKIP_ROUTING,	/* routing header with segments left */
	KSFLOW_REPAIR_SKIP_HOME,	/* Home Address option, or more options
					 * than were read */
	KSFLOW_REPAIR_SKIP_AUTH,	/* Authentication Header: covers the sum */
	KSFLOW_REPAIR_SKIP_LENGTH,	/* UDP length under 8, or over what the
					 * packet holds */
	KSFLOW_REPAIR_SKIP_MEMORY,	/* wrong, but no memory to write to */

	__KSFLOW_REPAIR_SKIP_MAX
};

/* What became of a sample that waited for its packet to leave. */
enum ksflow_delay_end {
	KSFLOW_DELAY_MATCHED,	/* it left, and the delay is known */
	KSFLOW_DELAY_UNSEEN,	/* not seen to leave in time: it was for the host
				 * itself, dropped, segmented, or slower */
	KSFLOW_DELAY_REUSED,	/* the same, and its buffer had another packet
				 * since, or left without saying where it came
				 * from, as out of a tunnel */
	KSFLOW_DELAY_CLONED,	/* one of several copies left */
	KSFLOW_DELAY_CHANGED,	/* another content: encapsulated, fragmented, or
				 * copied */
	KSFLOW_DELAY_CROWDED,	/* its place in the table was taken */

	__KSFLOW_DELAY_END_MAX
};

enum ksflow_tap {
	KSFLOW_TAP_AUTO,
	KSFLOW_TAP_NETFILTER,
	KSFLOW_TAP_TRACEPOINT,

	__KSFLOW_TAP_MAX
};

/* Who owns a setting; a later layer overrides an earlier one field by field. */
enum ksflow_layer {
	KSFLOW_LAYER_BUILTIN,
	KSFLOW_LAYER_PARAM,	/* module parameters; initial namespace only */
	KSFLOW_LAYER_DAEMON,	/* goes 10 s after its owner's socket */
	KSFLOW_LAYER_TOOL,

	__KSFLOW_LAYER_MAX
};

/* Top-level attributes of commands and answers. */
enum ksflow_attr {
	KSFLOW_A_UNSPEC,
	KSFLOW_A_PAD,
	KSFLOW_A_ABI,		/* u32: KSFLOW_ABI of the module */
	KSFLOW_A_VERSION,	/* string: version of the module */
	KSFLOW_A_KINDS,		/* u32: bits 1 << enum ksflow_kind */
	KSFLOW_A_SNAPLEN,	/* u32: packet bytes wanted, at most; 0 = all */
	KSFLOW_A_FILTER,	/* binary: struct sock_filter[], for records
				 * with an Ethernet header, from its first
				 * byte; returns 0 = record not wanted. Given
				 * one of the two filters, records of the other
				 * sort are not wanted */
	KSFLOW_A_OWNER,		/* flag: this socket owns the daemon's layer */
	KSFLOW_A_IFINDEX,	/* u32 */
	KSFLOW_A_IFNAME,	/* string */
	KSFLOW_A_CONFIG,	/* nest, enum ksflow_config_attr: in force */
	KSFLOW_A_LAYER,		/* nest, enum ksflow_layer_attr */
	KSFLOW_A_RULE,		/* nest, enum ksflow_rule_attr */
	KSFLOW_A_DEV,		/* nest, enum ksflow_dev_attr */
	KSFLOW_A_STATS,		/* nest, enum ksflow_stats_attr */
	KSFLOW_A_READER,	/* nest, enum ksflow_reader_attr */
	KSFLOW_A_SOURCE,	/* nest, enum ksflow_source_attr */
	KSFLOW_A_BATCH,		/* nest, enum ksflow_batch_attr; RECORDS only */
	KSFLOW_A_RECORD,	/* nest, enum ksflow_record_attr; RECORDS: many */
	KSFLOW_A_FILTER_IP,	/* binary: struct sock_filter[], for records
				 * that begin with the IP header */
	KSFLOW_A_DROP,		/* nest, enum ksflow_drop_attr */
	KSFLOW_A_DROP_COUNT,	/* nest, enum ksflow_drop_count_attr */
	KSFLOW_A_REPAIR,	/* nest, enum ksflow_repair_attr */
	KSFLOW_A_REPAIR_SENDER,	/* nest, enum ksflow_repair_sender_attr */
	KSFLOW_A_REPAIR_TOTAL,	/* nest, enum ksflow_repair_total_attr */

	__KSFLOW_A_MAX
};
#define KSFLOW_A_MAX (__KSFLOW_A_MAX - 1)

/* Settings of the namespace as they are in force, with the layer they are of. */
enum ksflow_config_attr {
	KSFLOW_A_CONFIG_UNSPEC,
	KSFLOW_A_CONFIG_HEADER,		/* u32: bytes kept of a packet */
	KSFLOW_A_CONFIG_HEADER_LAYER,	/* u8: enum ksflow_layer */
	KSFLOW_A_CONFIG_RING,		/* u32: bytes of ring for each CPU */
	KSFLOW_A_CONFIG_RING_LAYER,	/* u8 */
	KSFLOW_A_CONFIG_OWNER_PORTID,	/* u32: socket that owns the daemon's
					 * layer; absent when there is none */
	KSFLOW_A_CONFIG_EGRESS_HOOK,	/* flag: the kernel has a netfilter
					 * egress hook */
	KSFLOW_A_CONFIG_DROP,		/* nest, enum ksflow_drop_attr */
	KSFLOW_A_CONFIG_DROP_REASONS,	/* flag: the kernel names reasons */
	KSFLOW_A_CONFIG_DROP_HW,	/* flag: the kernel reports hardware
					 * drops (devlink) */
	KSFLOW_A_CONFIG_REPAIR,		/* u32: rules of checksum repair, of all
					 * layers */
	KSFLOW_A_CONFIG_PSAMPLE,	/* u32: samples are to be published in
					 * psample's groups N (ingress) and N + 1
					 * (egress); absent = nowhere */
	KSFLOW_A_CONFIG_PSAMPLE_LAYER,	/* u8 */
	KSFLOW_A_CONFIG_PSAMPLE_WAITS,	/* flag: the module psample is missing */
	KSFLOW_A_CONFIG_DELAY,		/* u32: ms to wait for a sampled packet
					 * to leave; absent = no delays */
	KSFLOW_A_CONFIG_DELAY_LAYER,	/* u8 */

	__KSFLOW_A_CONFIG_MAX
};
#define KSFLOW_A_CONFIG_MAX (__KSFLOW_A_CONFIG_MAX - 1)

enum ksflow_layer_attr {
	KSFLOW_A_LAYER_UNSPEC,
	KSFLOW_A_LAYER_ID,		/* u8: enum ksflow_layer; required */
	KSFLOW_A_LAYER_HEADER,		/* u32: 64...512; absent = not set here */
	KSFLOW_A_LAYER_RING,		/* u32: 16 KiB...4 MiB, power of two */
	KSFLOW_A_LAYER_RULE,		/* nest, enum ksflow_rule_attr; many, in
					 * order: the last that matches and
					 * names a field gives its value */
	KSFLOW_A_LAYER_DROP,		/* nest, enum ksflow_drop_attr */
	KSFLOW_A_LAYER_OWN,		/* nest, enum ksflow_own_attr; many, the
					 * daemon's layer only: collectors */
	KSFLOW_A_LAYER_REPAIR,		/* nest, enum ksflow_repair_attr; many,
					 * in order */
	KSFLOW_A_LAYER_PSAMPLE,		/* u32: 0 = nowhere, or N = publish in
					 * psample's groups N (ingress) and N + 1
					 * (egress), 1...2^32 - 3; begins when
					 * the module psample is there */
	KSFLOW_A_LAYER_DELAY,		/* u32: 0 = off, or 1...800 ms */

	__KSFLOW_A_LAYER_MAX
};
#define KSFLOW_A_LAYER_MAX (__KSFLOW_A_LAYER_MAX - 1)

enum ksflow_rule_attr {
	KSFLOW_A_RULE_UNSPEC,
	KSFLOW_A_RULE_PATTERN,	/* string: glob over interface names; absent =
				 * the default devices (those with a parent
				 * device) and nothing else */
	KSFLOW_A_RULE_SPEED,	/* u32: Mbit/s; rule holds only for devices
				 * with this link speed */
	KSFLOW_A_RULE_RATE,	/* u32: 1...2^24; 0 = by link speed */
	KSFLOW_A_RULE_RATIO,	/* u32: with rate 0: rate = bit/s / ratio, at
				 * least 100; default 1000000 */
	KSFLOW_A_RULE_DIR,	/* u8: enum ksflow_dir */
	KSFLOW_A_RULE_TAP,	/* u8: enum ksflow_tap */
	KSFLOW_A_RULE_QUIET,	/* flag: sets rate, tap and so on for devices
				 * that another rule selects; selects none */

	__KSFLOW_A_RULE_MAX
};
#define KSFLOW_A_RULE_MAX (__KSFLOW_A_RULE_MAX - 1)

/* Capture of drops. The *_LAYER are in answers only. */
enum ksflow_drop_attr {
	KSFLOW_A_DROP_UNSPEC,
	KSFLOW_A_DROP_STATE,		/* u8: enum ksflow_drop_state */
	KSFLOW_A_DROP_STATE_LAYER,	/* u8: enum ksflow_layer */
	KSFLOW_A_DROP_LIMIT,		/* u32: records a second, 1...10^9, or
					 * KSFLOW_UNLIMITED */
	KSFLOW_A_DROP_LIMIT_LAYER,	/* u8 */
	KSFLOW_A_DROP_BURST,		/* u32: records at once, 1...10^9;
					 * 0 = as many as the limit */
	KSFLOW_A_DROP_BURST_LAYER,	/* u8 */
	KSFLOW_A_DROP_SW,		/* u8: 0 or 1: drops by the kernel */
	KSFLOW_A_DROP_SW_LAYER,		/* u8 */
	KSFLOW_A_DROP_HW,		/* u8: 0 or 1: drops by hardware */
	KSFLOW_A_DROP_HW_LAYER,		/* u8 */
	KSFLOW_A_DROP_HIDE,		/* string, many, in order: "default" or
					 * "none" to begin with, then "+GLOB" to
					 * hide and "-GLOB" to show; globs over
					 * reasons, and over functions for call
					 * sites; the last that matches decides */
	KSFLOW_A_DROP_HIDE_LAYER,	/* u8 */

	__KSFLOW_A_DROP_MAX
};
#define KSFLOW_A_DROP_MAX (__KSFLOW_A_DROP_MAX - 1)

/*
 * A collector: UDP datagrams of the namespace to this address and port, and
 * ICMP errors that quote one, are counted as own when they are dropped, and
 * not reported.
 */
enum ksflow_own_attr {
	KSFLOW_A_OWN_UNSPEC,
	KSFLOW_A_OWN_ADDR4,	/* 4 bytes, network order; or */
	KSFLOW_A_OWN_ADDR6,	/* 16 bytes */
	KSFLOW_A_OWN_PORT,	/* u16: host order; required */

	__KSFLOW_A_OWN_MAX
};
#define KSFLOW_A_OWN_MAX (__KSFLOW_A_OWN_MAX - 1)

/* What one call site dropped for one reason, or one hardware trap. */
enum ksflow_drop_count_attr {
	KSFLOW_A_DROP_COUNT_UNSPEC,
	KSFLOW_A_DROP_COUNT_PAD,
	KSFLOW_A_DROP_COUNT_REASON,	/* string; absent = the kernel has none */
	KSFLOW_A_DROP_COUNT_SITE,	/* string: function+offset [module];
					 * without SITE and TRAP: all that found
					 * no room in the table */
	KSFLOW_A_DROP_COUNT_TRAP,	/* string: devlink trap */
	KSFLOW_A_DROP_COUNT_GROUP,	/* string: devlink trap group */
	KSFLOW_A_DROP_COUNT_HIDDEN,	/* flag: makes no records */
	KSFLOW_A_DROP_COUNT_PACKETS,	/* u64 */

	__KSFLOW_A_DROP_COUNT_MAX
};
#define KSFLOW_A_DROP_COUNT_MAX (__KSFLOW_A_DROP_COUNT_MAX - 1)

/*
 * A rule of checksum repair: UDP over IPv6 to a port. The last rule that
 * matches decides; those of a later layer come after those of an earlier one.
 * From ID on in answers only:
 *	seen = right + repaired + wrong + zero + trusted + skipped
 */
enum ksflow_repair_attr {
	KSFLOW_A_REPAIR_UNSPEC,
	KSFLOW_A_REPAIR_PAD,
	KSFLOW_A_REPAIR_PORT,		/* u16: destination, 1...65535;
					 * required */
	KSFLOW_A_REPAIR_DEV,		/* string: glob over the names of
					 * interfaces; absent = any */
	KSFLOW_A_REPAIR_FROM,		/* 16 bytes: source prefix; absent = any */
	KSFLOW_A_REPAIR_FROM_LEN,	/* u8: with FROM, 0...128; default 128 */
	KSFLOW_A_REPAIR_TO,		/* 16 bytes: destination prefix */
	KSFLOW_A_REPAIR_TO_LEN,		/* u8: with TO, likewise */
	KSFLOW_A_REPAIR_MODE,		/* u8: enum ksflow_repair_mode; absent =
					 * audit */
	KSFLOW_A_REPAIR_KINDS,		/* u32: bits 1 << enum
					 * ksflow_repair_kind: what is repaired;
					 * absent = all */
	KSFLOW_A_REPAIR_DEFRAG,		/* u8: 0 or 1: fragments are reassembled,
					 * all of the namespace */
	KSFLOW_A_REPAIR_ID,		/* u32: also for REPAIR_DEL */
	KSFLOW_A_REPAIR_LAYER,		/* u8: enum ksflow_layer */
	KSFLOW_A_REPAIR_SEEN,		/* u64: packets it decided upon */
	KSFLOW_A_REPAIR_RIGHT,		/* u64: verified */
	KSFLOW_A_REPAIR_REPAIRED,	/* u64: rewritten */
	KSFLOW_A_REPAIR_WRONG,		/* u64: wrong, not zero, and left so:
					 * audit, or not of KINDS */
	KSFLOW_A_REPAIR_ZEROES,		/* u64: zero, and left so, likewise */
	KSFLOW_A_REPAIR_TRUSTED,	/* u64: verified by hardware or GRO */
	KSFLOW_A_REPAIR_SKIPPED,	/* nest: u64 of type 2 + enum
					 * ksflow_repair_skip each */
	KSFLOW_A_REPAIR_BY_KIND,	/* nest: u64 of type 2 + enum
					 * ksflow_repair_kind each; their sum is
					 * repaired + wrong + zero + skipped for
					 * memory */

	__KSFLOW_A_REPAIR_MAX
};
#define KSFLOW_A_REPAIR_MAX (__KSFLOW_A_REPAIR_MAX - 1)

/* Who sent wrong packets that a rule names. */
enum ksflow_repair_sender_attr {
	KSFLOW_A_REPAIR_SENDER_UNSPEC,
	KSFLOW_A_REPAIR_SENDER_PAD,
	KSFLOW_A_REPAIR_SENDER_ADDR,	/* 16 bytes */
	KSFLOW_A_REPAIR_SENDER_IFINDEX,	/* u32: of the last one, as all below
					 * but the counters */
	KSFLOW_A_REPAIR_SENDER_PORT,	/* u16: destination */
	KSFLOW_A_REPAIR_SENDER_RULE,	/* u32: KSFLOW_A_REPAIR_ID */
	KSFLOW_A_REPAIR_SENDER_KIND,	/* u8: enum ksflow_repair_kind */
	KSFLOW_A_REPAIR_SENDER_OFFSET,	/* u16: with kind offset: sum found less
					 * right sum, modulo 65535 */
	KSFLOW_A_REPAIR_SENDER_PACKETS,	/* u64: wrong ones, zero included */
	KSFLOW_A_REPAIR_SENDER_REPAIRED, /* u64: of them */
	KSFLOW_A_REPAIR_SENDER_FIRST_MS, /* u64: ms since the first one */
	KSFLOW_A_REPAIR_SENDER_LAST_MS,	/* u64: ms since the last one */

	__KSFLOW_A_REPAIR_SENDER_MAX
};
#define KSFLOW_A_REPAIR_SENDER_MAX (__KSFLOW_A_REPAIR_SENDER_MAX - 1)

enum ksflow_repair_total_attr {
	KSFLOW_A_REPAIR_TOTAL_UNSPEC,
	KSFLOW_A_REPAIR_TOTAL_PAD,
	KSFLOW_A_REPAIR_TOTAL_BROKEN,	/* u64: packets whose headers end before
					 * a port was found; no rule's */
	KSFLOW_A_REPAIR_TOTAL_SENDERS,	/* u32: known now */
	KSFLOW_A_REPAIR_TOTAL_FORGOTTEN, /* u64: senders that made room */

	__KSFLOW_A_REPAIR_TOTAL_MAX
};
#define KSFLOW_A_REPAIR_TOTAL_MAX (__KSFLOW_A_REPAIR_TOTAL_MAX - 1)

/* One device as it is sampled. */
enum ksflow_dev_attr {
	KSFLOW_A_DEV_UNSPEC,
	KSFLOW_A_DEV_IFINDEX,		/* u32 */
	KSFLOW_A_DEV_NAME,		/* string */
	KSFLOW_A_DEV_DEFAULT,		/* flag: a default device */
	KSFLOW_A_DEV_SPEED,		/* u32: Mbit/s; absent = unknown */
	KSFLOW_A_DEV_RATE,		/* u32: in force */
	KSFLOW_A_DEV_RATE_AUTO,		/* flag: it follows the link speed */
	KSFLOW_A_DEV_RATE_LAYER,	/* u8: enum ksflow_layer */
	KSFLOW_A_DEV_DIR,		/* u8: enum ksflow_dir, as configured */
	KSFLOW_A_DEV_DIR_LAYER,		/* u8 */
	KSFLOW_A_DEV_TAP,		/* u8: enum ksflow_tap, as configured */
	KSFLOW_A_DEV_TAP_LAYER,		/* u8 */
	KSFLOW_A_DEV_TAP_INGRESS,	/* u8: tap at work; absent = none */
	KSFLOW_A_DEV_TAP_EGRESS,	/* u8: tap at work; absent = none */
	KSFLOW_A_DEV_REFUSED,		/* string: why a tap that was asked for
					 * is not at work */

	__KSFLOW_A_DEV_MAX
};
#define KSFLOW_A_DEV_MAX (__KSFLOW_A_DEV_MAX - 1)

/*
 * The ledger. Samples are counted as wire frames: a super-packet counts as
 * the frames it stands for, and a record with 3 hits as 3 samples.
 *
 * Samples, for the namespace:	seen = not selected + selected.
 * Drops, for the namespace, in packet buffers, a super-packet being one:
 *	seen = counted + hidden + own + limited + selected
 * Repairs, for the namespace, in packets with a wrong sum:
 *	seen = counted + limited + selected
 * For each reader, since it subscribed:
 *	selected = delivered + filtered + lost ring + lost overrun +
 *		   lost memory + lost psample
 */
enum ksflow_stats_attr {
	KSFLOW_A_STATS_UNSPEC,
	KSFLOW_A_STATS_PAD,
	KSFLOW_A_STATS_KIND,		/* u8: enum ksflow_kind */
	KSFLOW_A_STATS_SEEN,		/* u64: candidates */
	KSFLOW_A_STATS_SELECTED,	/* u64 */
	KSFLOW_A_STATS_LOST_RING,	/* u64: found the ring full */
	KSFLOW_A_STATS_RING_BYTES,	/* u32: for each CPU; 0 = no ring */
	KSFLOW_A_STATS_CPUS,		/* u32: rings */
	KSFLOW_A_STATS_COUNTED,		/* u64: drops that no reader wanted, or
					 * in state count */
	KSFLOW_A_STATS_HIDDEN,		/* u64: drops of hidden reasons */
	KSFLOW_A_STATS_OWN,		/* u64: drops of our own export */
	KSFLOW_A_STATS_LIMITED,		/* u64: drops over the limit; wrong sums
					 * of a sender that was told of less
					 * than a second before */
	KSFLOW_A_STATS_UNKNOWN,		/* u64: drops of no known namespace; to
					 * the initial namespace only */
	KSFLOW_A_STATS_DELAY,		/* nest: u64 of type 2 + enum
					 * ksflow_delay_end each: records of
					 * samples that waited; samples */

	__KSFLOW_A_STATS_MAX
};
#define KSFLOW_A_STATS_MAX (__KSFLOW_A_STATS_MAX - 1)

enum ksflow_reader_attr {
	KSFLOW_A_READER_UNSPEC,
	KSFLOW_A_READER_PAD,
	KSFLOW_A_READER_PORTID,		/* u32 */
	KSFLOW_A_READER_OWNER,		/* flag: owns the daemon's layer */
	KSFLOW_A_READER_KIND,		/* u8 */
	KSFLOW_A_READER_SELECTED,	/* u64: since it subscribed */
	KSFLOW_A_READER_DELIVERED,	/* u64 */
	KSFLOW_A_READER_FILTERED,	/* u64: its own filter said no */
	KSFLOW_A_READER_LOST_RING,	/* u64 */
	KSFLOW_A_READER_LOST_OVERRUN,	/* u64: its socket buffer was full */
	KSFLOW_A_READER_LOST_MEMORY,	/* u64: no memory for the message */
	KSFLOW_A_READER_PSAMPLE,	/* u32: no socket (PORTID 0): psample's
					 * group of this number and the next */
	KSFLOW_A_READER_LOST_PSAMPLE,	/* u64: psample made no message: nobody
					 * listens (6.11 on), or no memory */

	__KSFLOW_A_READER_MAX
};
#define KSFLOW_A_READER_MAX (__KSFLOW_A_READER_MAX - 1)

/* One data source 0:ifIndex, both directions together. */
enum ksflow_source_attr {
	KSFLOW_A_SOURCE_UNSPEC,
	KSFLOW_A_SOURCE_PAD,
	KSFLOW_A_SOURCE_IFINDEX,	/* u32 */
	KSFLOW_A_SOURCE_NAME,		/* string */
	KSFLOW_A_SOURCE_SEEN,		/* u64: the sample pool */
	KSFLOW_A_SOURCE_SELECTED,	/* u64 */
	KSFLOW_A_SOURCE_LOST_RING,	/* u64 */
	KSFLOW_A_SOURCE_SEEN_INGRESS,	/* u64 */
	KSFLOW_A_SOURCE_SEEN_EGRESS,	/* u64 */
	KSFLOW_A_SOURCE_KIND,		/* u8: enum ksflow_kind */
	KSFLOW_A_SOURCE_LIMITED,	/* u64: drops over the limit */

	__KSFLOW_A_SOURCE_MAX
};
#define KSFLOW_A_SOURCE_MAX (__KSFLOW_A_SOURCE_MAX - 1)

/*
 * Head of a RECORDS message: records of one kind from one CPU's ring, in
 * sequence. The sequence counts samples (hits), not records. What lies in
 * [FIRST, NEXT) and is neither in the message nor FILTERED was lost because
 * the ring was full; a gap between the NEXT of one message and the FIRST of
 * the following one of the same kind and CPU was lost on the way to this
 * reader (LOST_READER counts the same, but for those that its filter had
 * refused before).
 */
enum ksflow_batch_attr {
	KSFLOW_A_BATCH_UNSPEC,
	KSFLOW_A_BATCH_PAD,
	KSFLOW_A_BATCH_KIND,		/* u8: enum ksflow_kind */
	KSFLOW_A_BATCH_CPU,		/* u32 */
	KSFLOW_A_BATCH_FIRST,		/* u64: sequence */
	KSFLOW_A_BATCH_NEXT,		/* u64: sequence after the last */
	KSFLOW_A_BATCH_HITS,		/* u32: samples in this message */
	KSFLOW_A_BATCH_FILTERED,	/* u32: samples the filter refused */
	KSFLOW_A_BATCH_LOST_RING,	/* u64: cumulative, this kind and CPU */
	KSFLOW_A_BATCH_LOST_READER,	/* u64: cumulative, this reader and kind:
					 * overrun and memory */

	__KSFLOW_A_BATCH_MAX
};
#define KSFLOW_A_BATCH_MAX (__KSFLOW_A_BATCH_MAX - 1)

/*
 * What is known of one packet; absent = unknown. A drop has no DIR, RATE and
 * POOL, and its SOURCE is the interface it came in through, or absent.
 */
enum ksflow_record_attr {
	KSFLOW_A_RECORD_UNSPEC,
	KSFLOW_A_RECORD_PAD,
	KSFLOW_A_RECORD_TIME,		/* u64: ns since 1970 */
	KSFLOW_A_RECORD_SOURCE,		/* u32: ifindex of the tapped device */
	KSFLOW_A_RECORD_DIR,		/* u8: KSFLOW_DIR_INGRESS or _EGRESS */
	KSFLOW_A_RECORD_RATE,		/* u32: in force when it was taken */
	KSFLOW_A_RECORD_POOL,		/* u64: candidates of the source so far,
					 * both directions */
	KSFLOW_A_RECORD_DROPS,		/* u64: samples, or drops, of the source
					 * this reader lost so far; drops with
					 * those over the limit */
	KSFLOW_A_RECORD_HITS,		/* u32: samples this record stands for;
					 * absent = 1 */
	KSFLOW_A_RECORD_IN,		/* u32: ifindex, or KSFLOW_IFINDEX_LOCAL */
	KSFLOW_A_RECORD_OUT,		/* u32: ifindex, or KSFLOW_IFINDEX_LOCAL */
	KSFLOW_A_RECORD_LEN,		/* u32: wire length in bytes from the
					 * first byte of DATA, no FCS */
	KSFLOW_A_RECORD_PROTO,		/* u32: sFlow header protocol: 1
					 * Ethernet, 11 IPv4, 12 IPv6, 13 MPLS;
					 * 0 = none of these */
	KSFLOW_A_RECORD_VLAN,		/* u32: TPID << 16 | TCI of the outermost
					 * tag; it is in DATA too */
	KSFLOW_A_RECORD_DATA,		/* binary: packet bytes, tags in place */
	KSFLOW_A_RECORD_MARK,		/* u32: skb mark; absent = 0 */
	KSFLOW_A_RECORD_QUEUE,		/* u32: transmit queue */
	KSFLOW_A_RECORD_QUEUE_DEPTH,	/* u32: bytes waiting in it */
	KSFLOW_A_RECORD_NEXTHOP4,	/* 4 bytes, network order; a route to a
					 * directly connected network: 0.0.0.0 */
	KSFLOW_A_RECORD_NEXTHOP6,	/* 16 bytes, likewise :: */
	KSFLOW_A_RECORD_SRC_PREFIX,	/* u8: prefix length, with NEXTHOP */
	KSFLOW_A_RECORD_DST_PREFIX,	/* u8: prefix length, with NEXTHOP */
	KSFLOW_A_RECORD_SEGMENTED,	/* flag: cut out of a GRO or GSO
					 * super-packet by the module */
	KSFLOW_A_RECORD_REASON,		/* string: the kernel's name, without
					 * SKB_DROP_REASON_ */
	KSFLOW_A_RECORD_SITE,		/* string: function+offset [module] that
					 * dropped it */
	KSFLOW_A_RECORD_TRAP,		/* string: devlink trap */
	KSFLOW_A_RECORD_GROUP,		/* string: devlink trap group */
	KSFLOW_A_RECORD_DST_ERROR,	/* u32: errno of the route, positive */
	KSFLOW_A_RECORD_QDISC,		/* string: kind of the queue it was to
					 * leave by */
	KSFLOW_A_RECORD_SEGS,		/* u32: wire frames of a super-packet
					 * that was dropped; absent = 1 */
	KSFLOW_A_RECORD_NETNS,		/* u32: inode of the namespace; drops */
	KSFLOW_A_RECORD_PID,		/* u32: process whose own call dropped
					 * it, in the initial PID namespace; in
					 * network namespaces that users own, in
					 * one of the same owner; absent = none
					 * did, or it is in another's */
	KSFLOW_A_RECORD_COMM,		/* string: its name, with PID */
	KSFLOW_A_RECORD_REPAIR_KIND,	/* u8: enum ksflow_repair_kind; this and
					 * all below: repairs */
	KSFLOW_A_RECORD_REPAIR_RULE,	/* u32: KSFLOW_A_REPAIR_ID */
	KSFLOW_A_RECORD_REPAIR_DONE,	/* flag: it was repaired */
	KSFLOW_A_RECORD_SUM_FOUND,	/* u16: checksum as it came */
	KSFLOW_A_RECORD_SUM_RIGHT,	/* u16: as it should be */
	KSFLOW_A_RECORD_SENDER,		/* 16 bytes: source address */
	KSFLOW_A_RECORD_SENDER_PACKETS,	/* u64: its wrong packets so far */
	KSFLOW_A_RECORD_DELAY,		/* u64: ns from ingress to egress; QUEUE
					 * is the one it left by. Samples */
	KSFLOW_A_RECORD_SOCKET,		/* nest, enum ksflow_socket_attr: samples
					 * and drops that are of one */
	KSFLOW_A_RECORD_TUNNEL,		/* nest, enum ksflow_tunnel_attr: samples
					 * whose metadata names one */

	__KSFLOW_A_RECORD_MAX
};
#define KSFLOW_A_RECORD_MAX (__KSFLOW_A_RECORD_MAX - 1)

/*
 * A TCP or UDP socket of the namespace, as it was when the record was sent. From
 * SND_MSS on as in struct tcp_info; absent when it has none: not of TCP,
 * listening, SYN_RECV, TIME_WAIT.
 */
enum ksflow_socket_attr {
	KSFLOW_A_SOCKET_UNSPEC,
	KSFLOW_A_SOCKET_PROTO,		/* u8: IPPROTO_TCP or IPPROTO_UDP */
	KSFLOW_A_SOCKET_SENT,		/* flag: the packet is from it; else to it */
	KSFLOW_A_SOCKET_LOCAL4,		/* 4 bytes, network order; or */
	KSFLOW_A_SOCKET_LOCAL6,		/* 16 bytes: the packet's own address */
	KSFLOW_A_SOCKET_REMOTE4,	/* 4 bytes, network order; or */
	KSFLOW_A_SOCKET_REMOTE6,	/* 16 bytes: the packet's other one */
	KSFLOW_A_SOCKET_LOCAL_PORT,	/* u16: host order */
	KSFLOW_A_SOCKET_REMOTE_PORT,	/* u16: host order */
	KSFLOW_A_SOCKET_STATE,		/* u8: TCP_ESTABLISHED...; TCP only */
	KSFLOW_A_SOCKET_SND_MSS,	/* u32: bytes */
	KSFLOW_A_SOCKET_RCV_MSS,	/* u32: bytes */
	KSFLOW_A_SOCKET_UNACKED,	/* u32: packets in flight */
	KSFLOW_A_SOCKET_LOST,		/* u32: packets thought lost */
	KSFLOW_A_SOCKET_RETRANS,	/* u32: packets, of its whole life */
	KSFLOW_A_SOCKET_PMTU,		/* u32: bytes */
	KSFLOW_A_SOCKET_RTT,		/* u32: us, smoothed */
	KSFLOW_A_SOCKET_RTTVAR,		/* u32: us */
	KSFLOW_A_SOCKET_SND_CWND,	/* u32: packets */
	KSFLOW_A_SOCKET_REORDERING,	/* u32: packets */
	KSFLOW_A_SOCKET_MIN_RTT,	/* u32: us; absent = none measured */

	__KSFLOW_A_SOCKET_MAX
};
#define KSFLOW_A_SOCKET_MAX (__KSFLOW_A_SOCKET_MAX - 1)

/*
 * What was around a packet that came in, or will be around one that leaves, by a
 * tunnel device whose ends are each packet's own ("external"). A route or an
 * action may name one that its device does not heed: OUT is of a tunnel device
 * or means nothing.
 */
enum ksflow_tunnel_attr {
	KSFLOW_A_TUNNEL_UNSPEC,
	KSFLOW_A_TUNNEL_PAD,
	KSFLOW_A_TUNNEL_OUT,		/* flag: it will be; else it was */
	KSFLOW_A_TUNNEL_ID,		/* u64: VNI or key; 0 = none */
	KSFLOW_A_TUNNEL_SRC4,		/* 4 bytes, network order; or */
	KSFLOW_A_TUNNEL_SRC6,		/* 16 bytes; OUT: 0 = the stack chooses */
	KSFLOW_A_TUNNEL_DST4,		/* 4 bytes, network order; or */
	KSFLOW_A_TUNNEL_DST6,		/* 16 bytes */
	KSFLOW_A_TUNNEL_SRC_PORT,	/* u16: host order; 0 = unknown, or none */
	KSFLOW_A_TUNNEL_DST_PORT,	/* u16: host order; OUT: 0 = the device's */
	KSFLOW_A_TUNNEL_TOS,		/* u8: of the outer header */
	KSFLOW_A_TUNNEL_TTL,		/* u8: likewise; OUT: 0 = the device's */
	KSFLOW_A_TUNNEL_WORDS,		/* u8: how many of GRE's words checksum,
					 * key, sequence it has */
	KSFLOW_A_TUNNEL_OPTIONS,	/* u8: bytes of Geneve's options */

	__KSFLOW_A_TUNNEL_MAX
};
#define KSFLOW_A_TUNNEL_MAX (__KSFLOW_A_TUNNEL_MAX - 1)

#endif /* _UAPI_LINUX_KSFLOW_H */
