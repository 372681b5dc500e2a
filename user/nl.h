/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_NL_H
#define KSFLOW_USER_NL_H

/*
 * The module as plain structs. Nothing outside nl.c touches netlink.
 *
 * An attribute that may be absent has a bit in the struct's member "has",
 * at the position of its number in the uapi header: ksflow_has(rule,
 * RULE_RATE) asks for KSFLOW_A_RULE_RATE. The same bit says on encoding
 * which attributes to send.
 *
 * One connection serves requests and, after ksflow_nl_subscribe(), records:
 * the module knows a reader by its socket. A request made on a subscribed
 * connection hands records that arrive before the answer to its reader.
 *
 * Functions that talk to the module return 0 (or a count) or -errno, and
 * describe the failure in *err. -ENOENT from ksflow_nl_open(): the module is
 * not loaded.
 */

#include <linux/ksflow.h>

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flow_tunnel;
struct sock_filter;
struct ksflow_nl;

#define ksflow_has(p, attr)	(!!((p)->has & (1ULL << KSFLOW_A_##attr)))
#define ksflow_set(p, attr)	((p)->has |= 1ULL << KSFLOW_A_##attr)

/* Room for names; a longer one is cut. */
#define KSFLOW_REASON_BYTES	64
#define KSFLOW_SITE_BYTES	160
#define KSFLOW_TRAP_BYTES	64

struct ksflow_nl_error {
	int code;		/* -errno */
	char attr[48];		/* attribute that was refused, lower case and
				 * without its prefix ("rule rate"); or "" */
	char text[256];		/* a sentence for the user: the module's own
				 * where it sent one; names the attribute */
};

/* One rule of a layer; pattern "" = the default devices. */
struct ksflow_rule {
	uint64_t has;		/* KSFLOW_A_RULE_* */
	char pattern[KSFLOW_PATTERN_MAX];
	uint32_t speed_mbit;
	uint32_t rate;		/* 0 = by link speed */
	uint32_t ratio;
	uint8_t dir;		/* enum ksflow_dir */
	uint8_t tap;		/* enum ksflow_tap */
	bool is_quiet;
};

/* Capture of drops: a layer's settings, or, with owners, those in force. */
struct ksflow_drop_conf {
	uint64_t has;		/* KSFLOW_A_DROP_* */
	uint8_t state;		/* enum ksflow_drop_state */
	uint8_t state_layer;
	uint8_t limit_layer;
	uint8_t burst_layer;
	uint8_t sw;
	uint8_t sw_layer;
	uint8_t hw;
	uint8_t hw_layer;
	uint8_t hide_layer;
	uint32_t limit;		/* a second, or KSFLOW_UNLIMITED */
	uint32_t burst;		/* 0 = as the limit */
	unsigned int hide_count;
	char hide[KSFLOW_HIDE_MAX][KSFLOW_PATTERN_MAX];
};

#define KSFLOW_REPAIR_KINDS_ALL	((1U << __KSFLOW_REPAIR_KIND_MAX) - 1)

/* A rule of checksum repair; from id on what the module says of it. */
struct ksflow_repair_rule {
	uint64_t has;		/* KSFLOW_A_REPAIR_* */
	uint16_t port;
	char dev[KSFLOW_REPAIR_DEV_MAX];
	uint8_t from[16];
	uint8_t from_len;
	uint8_t to[16];
	uint8_t to_len;
	uint8_t mode;		/* enum ksflow_repair_mode */
	uint32_t kinds;		/* bits 1 << enum ksflow_repair_kind */
	uint8_t defrag;
	uint32_t id;
	uint8_t layer;
	uint64_t seen;
	uint64_t right;
	uint64_t repaired;
	uint64_t wrong;
	uint64_t zeroes;
	uint64_t trusted;
	uint64_t skipped[__KSFLOW_REPAIR_SKIP_MAX];
	uint64_t by_kind[__KSFLOW_REPAIR_KIND_MAX];
};

struct ksflow_repair_sender {
	uint64_t has;		/* KSFLOW_A_REPAIR_SENDER_* */
	uint8_t addr[16];
	uint32_t ifindex;
	uint16_t port;
	uint32_t rule;
	uint8_t kind;
	uint16_t offset;
	uint64_t packets;
	uint64_t repaired;
	uint64_t first_ms;	/* ago */
	uint64_t last_ms;
};

struct ksflow_repair_total {
	uint64_t has;		/* KSFLOW_A_REPAIR_TOTAL_* */
	uint64_t broken;
	uint32_t senders;
	uint64_t forgotten;
};

/* A collector, whose datagrams' drops are no news. */
struct ksflow_own {
	uint8_t addr[16];	/* the first 4 bytes of it, or all */
	bool is_ip6;
	uint16_t port;
};

struct ksflow_layer_conf {
	uint64_t has;		/* KSFLOW_A_LAYER_HEADER, _RING, _DROP */
	uint8_t id;		/* enum ksflow_layer */
	uint32_t header_bytes;
	uint32_t ring_bytes;
	struct ksflow_drop_conf drop;
	unsigned int own_count;
	struct ksflow_own own[KSFLOW_OWN_MAX];
	unsigned int repair_count;
	struct ksflow_repair_rule repairs[KSFLOW_REPAIR_RULES_MAX];
	unsigned int rule_count;
	struct ksflow_rule *rules;
};

/* Answer to CONFIG_GET and SUBSCRIBE; the latter has no layers. */
struct ksflow_config {
	uint64_t has;		/* KSFLOW_A_CONFIG_* */
	uint32_t abi;
	char version[64];
	uint32_t header_bytes;
	uint8_t header_layer;
	uint32_t ring_bytes;
	uint8_t ring_layer;
	uint32_t owner_portid;
	bool has_egress_hook;
	bool has_drop_reasons;	/* the kernel names reasons */
	bool has_drop_hw;	/* the kernel reports hardware drops */
	uint32_t repair_count;	/* rules of checksum repair, of all layers */
	uint32_t psample;	/* publishes in group N, and N + 1 for egress */
	uint8_t psample_layer;
	bool is_psample_missing;
	uint32_t delay_ms;	/* waits so long for a sampled packet to leave */
	uint8_t delay_layer;
	struct ksflow_drop_conf drop;
	unsigned int layer_count;
	struct ksflow_layer_conf *layers;
};

struct ksflow_dev {
	uint64_t has;		/* KSFLOW_A_DEV_* */
	uint32_t ifindex;
	char name[IFNAMSIZ];
	bool is_default;
	uint32_t speed_mbit;
	uint32_t rate;
	bool rate_is_auto;
	uint8_t rate_layer;
	uint8_t dir;
	uint8_t dir_layer;
	uint8_t tap;
	uint8_t tap_layer;
	uint8_t tap_ingress;
	uint8_t tap_egress;
	char refused[256];
};

struct ksflow_stats {
	uint64_t has;		/* KSFLOW_A_STATS_* */
	uint8_t kind;
	uint64_t seen;
	uint64_t selected;
	uint64_t lost_ring;
	uint32_t ring_bytes;
	uint32_t cpus;
	/* drops */
	uint64_t counted;
	uint64_t hidden;
	uint64_t own;
	uint64_t limited;
	uint64_t unknown;
	/* samples */
	uint64_t delays[__KSFLOW_DELAY_END_MAX];
};

struct ksflow_reader {
	uint64_t has;		/* KSFLOW_A_READER_* */
	uint32_t portid;
	bool is_owner;
	uint8_t kind;
	uint64_t selected;
	uint64_t delivered;
	uint64_t filtered;
	uint64_t lost_ring;
	uint64_t lost_overrun;
	uint64_t lost_memory;
	uint32_t psample;	/* no socket, but psample's group */
	uint64_t lost_psample;
};

struct ksflow_source {
	uint64_t has;		/* KSFLOW_A_SOURCE_* */
	uint32_t ifindex;	/* 0: of packets of no known interface */
	char name[IFNAMSIZ];
	uint8_t kind;
	uint64_t seen;
	uint64_t selected;
	uint64_t lost_ring;
	uint64_t seen_ingress;
	uint64_t seen_egress;
	uint64_t limited;	/* drops */
};

/* What a call site dropped for a reason, or a hardware trap, or all others. */
struct ksflow_drop_count {
	uint64_t has;		/* KSFLOW_A_DROP_COUNT_* */
	char reason[KSFLOW_REASON_BYTES];
	char site[KSFLOW_SITE_BYTES];
	char trap[KSFLOW_TRAP_BYTES];
	char group[KSFLOW_TRAP_BYTES];
	bool is_hidden;
	uint64_t packets;
};

struct ksflow_batch {
	uint64_t has;		/* KSFLOW_A_BATCH_* */
	uint8_t kind;
	uint32_t cpu;
	uint64_t first;
	uint64_t next;
	uint32_t hits;
	uint32_t filtered;
	uint64_t lost_ring;
	uint64_t lost_reader;
};

/* A local socket, as it was when the record was sent. */
struct ksflow_socket {
	uint64_t has;		/* KSFLOW_A_SOCKET_* */
	uint8_t proto;		/* IPPROTO_TCP or IPPROTO_UDP */
	bool is_sender;		/* of the packet; else its receiver */
	uint8_t local4[4];
	uint8_t local6[16];
	uint8_t remote4[4];
	uint8_t remote6[16];
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t state;		/* TCP_ESTABLISHED... */
	/* as in struct tcp_info */
	uint32_t snd_mss;
	uint32_t rcv_mss;
	uint32_t unacked;
	uint32_t lost;
	uint32_t retrans;
	uint32_t pmtu;
	uint32_t rtt_us;
	uint32_t rttvar_us;
	uint32_t snd_cwnd;
	uint32_t reordering;
	uint32_t min_rtt_us;	/* 0 when absent */
};

/* The tunnel that a packet's metadata names. */
struct ksflow_tunnel {
	uint64_t has;		/* KSFLOW_A_TUNNEL_* */
	bool is_out;		/* it will be put around; else it was */
	uint64_t id;		/* VNI or key, 0 for none */
	uint8_t src4[4];
	uint8_t src6[16];
	uint8_t dst4[4];
	uint8_t dst6[16];
	uint16_t src_port;	/* 0 for unknown, or none */
	uint16_t dst_port;	/* 0 when is_out: the device's */
	uint8_t tos;
	uint8_t ttl;
	uint8_t words;		/* of GRE: checksum, key, sequence */
	uint8_t options_bytes;	/* of Geneve */
};

/* data points into the receive buffer: valid during the callback only. */
struct ksflow_record {
	uint64_t has;		/* KSFLOW_A_RECORD_* */
	uint64_t time_ns;
	uint32_t source;
	uint8_t dir;
	uint32_t rate;
	uint64_t pool;
	uint64_t drops;
	uint32_t hits;		/* 1 when absent */
	uint32_t in;		/* 0 when absent */
	uint32_t out;
	uint32_t len_bytes;
	uint32_t proto;
	uint32_t vlan;
	const uint8_t *data;
	uint32_t data_len;
	uint32_t mark;
	uint32_t queue;
	uint32_t queue_depth_bytes;
	uint64_t delay_ns;
	uint8_t nexthop4[4];
	uint8_t nexthop6[16];
	uint8_t src_prefix_len;
	uint8_t dst_prefix_len;
	bool is_segmented;
	struct ksflow_socket socket;
	struct ksflow_tunnel metadata;
	/* drops */
	char reason[KSFLOW_REASON_BYTES];
	char site[KSFLOW_SITE_BYTES];	/* function+offset/size [module] */
	char trap[KSFLOW_TRAP_BYTES];
	char group[KSFLOW_TRAP_BYTES];
	uint32_t dst_error;	/* errno, positive */
	char qdisc[16];
	uint32_t segs;		/* 1 when absent */
	uint32_t netns;
	uint32_t pid;
	char comm[16];
	/* repairs */
	uint8_t repair_kind;
	uint32_t repair_rule;
	bool is_repaired;
	uint16_t sum_found;
	uint16_t sum_right;
	uint8_t sender[16];
	uint64_t sender_packets;
	/* not of the module */
	const struct flow_tunnel *tunnel;	/* or NULL; see tunnel.h */
};

/* What a reader of records is told. batch may be NULL, record too. */
struct ksflow_handler {
	void (*batch)(const struct ksflow_batch *batch, void *arg);
	void (*record)(const struct ksflow_batch *batch,
		       const struct ksflow_record *record, void *arg);
	void *arg;
};

/* Losses between the module and this socket, by what was noticed here. */
struct ksflow_nl_counts {
	uint64_t messages;	/* batches read */
	uint64_t records;
	uint64_t overruns;	/* ENOBUFS: the socket buffer was full */
	uint64_t truncated;	/* messages larger than the buffer */
	uint64_t malformed;	/* messages that did not parse */
};

/* Connection. Opening one does not load the module. */
struct ksflow_nl *ksflow_nl_open(struct ksflow_nl_error *err);
void ksflow_nl_close(struct ksflow_nl *nl);
int ksflow_nl_fd(const struct ksflow_nl *nl);
uint32_t ksflow_nl_portid(const struct ksflow_nl *nl);
const struct ksflow_nl_counts *ksflow_nl_counts(const struct ksflow_nl *nl);
/* Ask for a receive buffer of this many bytes; returns what was granted. */
int ksflow_nl_set_rcvbuf(struct ksflow_nl *nl, int bytes);

/*
 * Records. kinds: bits 1 << enum ksflow_kind; snaplen 0 = all; filter: for
 * packets with an Ethernet header, filter_ip: for those that begin with IP,
 * both may be NULL; is_owner: this socket is to own the daemon's layer. answer
 * may be NULL. The handler is kept: it must stay valid while the connection
 * does. A subscription that there is already is changed.
 */
struct ksflow_subscription {
	uint32_t kinds;
	uint32_t snaplen;
	const struct sock_filter *filter;
	unsigned int filter_count;
	const struct sock_filter *filter_ip;
	unsigned int filter_ip_count;
	bool is_owner;
};

int ksflow_nl_subscribe(struct ksflow_nl *nl,
			const struct ksflow_subscription *sub,
			const struct ksflow_handler *handler,
			struct ksflow_config *answer,
			struct ksflow_nl_error *err);
int ksflow_nl_unsubscribe(struct ksflow_nl *nl, struct ksflow_nl_error *err);
/*
 * Read what is there, without blocking, at most max messages. Returns the
 * number of messages read; 0 = nothing more to read. Overruns and truncated
 * messages are counted, not returned.
 */
int ksflow_nl_receive(struct ksflow_nl *nl, unsigned int max,
		      struct ksflow_nl_error *err);

/* Settings. */
int ksflow_nl_config_get(struct ksflow_nl *nl, struct ksflow_config *config,
			 struct ksflow_nl_error *err);
void ksflow_config_free(struct ksflow_config *config);
int ksflow_nl_layer_set(struct ksflow_nl *nl,
			const struct ksflow_layer_conf *layer,
			struct ksflow_nl_error *err);
int ksflow_nl_rule_set(struct ksflow_nl *nl, const struct ksflow_rule *rule,
		       struct ksflow_nl_error *err);
/*
 * The same of the tool's rule that says "off": its direction goes, which RULE_SET
 * cannot take away, and rate and tap become those of *rule. 1: there is none.
 */
int ksflow_nl_rule_on(struct ksflow_nl *nl, const struct ksflow_rule *rule,
		      struct ksflow_nl_error *err);
int ksflow_nl_rule_del(struct ksflow_nl *nl, const char *pattern,
		       struct ksflow_nl_error *err);
int ksflow_nl_reset(struct ksflow_nl *nl, struct ksflow_nl_error *err);
/* In the tool's layer: what *drop has. */
int ksflow_nl_drop_set(struct ksflow_nl *nl,
		       const struct ksflow_drop_conf *drop,
		       struct ksflow_nl_error *err);

/* State. A callback that returns non-zero ends the walk with that value. */
int ksflow_nl_dev_get(struct ksflow_nl *nl, const char *name,
		      struct ksflow_dev *dev, struct ksflow_nl_error *err);
int ksflow_nl_dev_dump(struct ksflow_nl *nl,
		       int (*each)(const struct ksflow_dev *dev, void *arg),
		       void *arg, struct ksflow_nl_error *err);

struct ksflow_stats_handler {
	int (*stats)(const struct ksflow_stats *stats, void *arg);
	int (*reader)(const struct ksflow_reader *reader, void *arg);
	int (*source)(const struct ksflow_source *source, void *arg);
	void *arg;
};

int ksflow_nl_stats_get(struct ksflow_nl *nl,
			const struct ksflow_stats_handler *handler,
			struct ksflow_nl_error *err);

int ksflow_nl_drop_dump(struct ksflow_nl *nl,
			int (*each)(const struct ksflow_drop_count *count,
				    void *arg),
			void *arg, struct ksflow_nl_error *err);

/* In the tool's layer. id 0: all rules. */
int ksflow_nl_repair_add(struct ksflow_nl *nl,
			 const struct ksflow_repair_rule *rule,
			 struct ksflow_nl_error *err);
int ksflow_nl_repair_del(struct ksflow_nl *nl, uint32_t id,
			 struct ksflow_nl_error *err);

struct ksflow_repair_handler {
	int (*total)(const struct ksflow_repair_total *total, void *arg);
	int (*rule)(const struct ksflow_repair_rule *rule, void *arg);
	int (*sender)(const struct ksflow_repair_sender *sender, void *arg);
	void *arg;
};

int ksflow_nl_repair_dump(struct ksflow_nl *nl,
			  const struct ksflow_repair_handler *handler,
			  struct ksflow_nl_error *err);

/*
 * The module coming and going, as the controller announces it. Returns 1
 * when it came, -1 when it went, 0 when neither; of several, the last.
 */
struct ksflow_nl_watch;
struct ksflow_nl_watch *ksflow_nl_watch_open(struct ksflow_nl_error *err);
void ksflow_nl_watch_close(struct ksflow_nl_watch *watch);
int ksflow_nl_watch_fd(const struct ksflow_nl_watch *watch);
int ksflow_nl_watch_receive(struct ksflow_nl_watch *watch);

/*
 * Pure functions over a buffer that holds attributes (what follows the
 * generic netlink header); for the functions above, tests and fuzzing.
 * Unknown attributes are skipped; -EBADMSG: a known one has a wrong size, or
 * an attribute runs over the end. Nothing is read outside [buf, buf + len).
 */
int ksflow_nl_parse_records(const void *buf, size_t len,
			    const struct ksflow_handler *handler);
int ksflow_nl_parse_config(const void *buf, size_t len,
			   struct ksflow_config *config);
/*
 * Of a configuration, the attributes of the tool's layer as ksflow_nl_rule_on()
 * is to have it, in *layer of the heap. 1: there is no such rule.
 */
int ksflow_nl_turn_on(const void *buf, size_t len,
		      const struct ksflow_rule *rule, void **layer,
		      size_t *layer_len);
int ksflow_nl_parse_dev(const void *buf, size_t len, struct ksflow_dev *dev);
int ksflow_nl_parse_stats(const void *buf, size_t len,
			  const struct ksflow_stats_handler *handler);
int ksflow_nl_parse_drop_count(const void *buf, size_t len,
			       struct ksflow_drop_count *count);
int ksflow_nl_parse_repair(const void *buf, size_t len,
			   const struct ksflow_repair_handler *handler);

/* The words users read for uapi numbers; NULL when there is none. */
const char *ksflow_dir_name(unsigned int dir);
const char *ksflow_tap_name(unsigned int tap);
const char *ksflow_layer_name(unsigned int layer);
const char *ksflow_kind_name(unsigned int kind);
const char *ksflow_drop_state_name(unsigned int state);
const char *ksflow_repair_mode_name(unsigned int mode);
const char *ksflow_repair_kind_name(unsigned int kind);
const char *ksflow_repair_skip_name(unsigned int cause);
/* The reverse, synonyms rx and tx included; -EINVAL when unknown. */
int ksflow_dir_parse(const char *word);
int ksflow_tap_parse(const char *word);
int ksflow_drop_state_parse(const char *word);
int ksflow_repair_mode_parse(const char *word);
int ksflow_repair_kind_parse(const char *word);

#endif /* KSFLOW_USER_NL_H */
