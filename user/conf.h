/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_CONF_H
#define KSFLOW_USER_CONF_H

/*
 * The configuration file, in the grammar of hsflowd.conf: text in, a plain
 * struct out, which two reads can be compared by. Parsing touches nothing
 * but its arguments.
 */

#include "nl.h"
#include "sflow.h"

#include <linux/ksflow.h>

#include <net/if.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define CONF_FILE		"/etc/ksflowd.conf"
#define CONF_FILE_HSFLOWD	"/etc/hsflowd.conf"

#define CONF_COLLECTORS_MAX	16
#define CONF_DEVICES_MAX	64
#define CONF_SPEEDS_MAX		32
#define CONF_CIDRS_MAX		16
#define CONF_PSAMPLE_MAX	8
#define CONF_WARNINGS_MAX	32
#define CONF_REGEX_MAX		128

#define CONF_POLLING_DEFAULT_S	30

struct conf_collector {
	char name[64];		/* what people call it, or "" */
	char host[254];		/* address or name */
	uint16_t port;
	char dev[IFNAMSIZ];	/* device or VRF to send through, or "" */
	char src[46];		/* source address, or "" */
	char netns[128];	/* network namespace to send from, or "" */
	uint8_t dscp;
	uint8_t ttl;		/* 0 = the kernel's default: multicast 1 */
	struct sflow_profile profile;
};

/* A pcap { } or interface { } block: devices to sample instead of the default ones. */
struct conf_device {
	char pattern[KSFLOW_PATTERN_MAX];	/* "": by regex, or speed */
	char regex[CONF_REGEX_MAX];		/* extended; found anywhere */
	uint32_t speed_min_mbit;
	uint32_t speed_max_mbit;
	bool has_rate;
	uint32_t rate;
	uint8_t dir;		/* enum ksflow_dir; 0 = as for all */
	/* of an interface { } block, which changes one of those that are
	 * sampled, or makes it one or none, whatever the others are
	 */
	bool is_interface;
	bool has_enabled;
	bool is_enabled;
};

struct conf_speed {
	uint32_t mbit;
	uint32_t rate;		/* 0 = not sampled */
};

struct conf_cidr {
	struct sflow_addr addr;
	unsigned int prefix_len;
};

#define CONF_PSAMPLE_GROUP	1

/* psample { }: samples that others take; of the group, what came in. */
struct conf_psample {
	uint32_t group;
	bool ingress;
	bool egress;		/* in group + 1 */
};

/* dent { }: the sampling filters of switch ports. */
#define CONF_SWITCHPORT_DEFAULT	"^swp[0-9]+$"

struct conf_dent {
	bool is_there;
	bool sw;		/* in software, too */
	char switchport[CONF_REGEX_MAX];
};

/* tcp { }: records of local sockets. */
struct conf_tcp {
	bool is_there;
	bool tunnel;
	bool udp;
};

/* dns-sd { }: collectors by DNS. */
struct conf_dns_sd {
	bool is_there;
	char domain[254];
};

struct conf {
	bool is_from_file;
	bool is_disabled;	/* nothing is sampled, polled or captured */
	char file[256];
	/* sampling */
	bool has_sampling;
	uint32_t sampling;	/* 0 = off */
	unsigned int sampling_line;
	bool has_bps_ratio;
	uint32_t bps_ratio;	/* 0 = "sampling" for every speed */
	uint8_t dir;		/* enum ksflow_dir */
	uint32_t header_bytes;	/* 0 = the module's default */
	uint32_t ring_bytes;	/* for each CPU; 0 = the module's default */
	unsigned int speed_count;
	struct conf_speed speeds[CONF_SPEEDS_MAX];
	unsigned int device_count;
	struct conf_device devices[CONF_DEVICES_MAX];
	/* drops: what the dropmon block says */
	bool has_drop;
	struct ksflow_drop_conf drop;
	unsigned int psample_count;
	struct conf_psample psamples[CONF_PSAMPLE_MAX];
	struct conf_dent dent;
	struct conf_tcp tcp;
	uint32_t off;		/* flow records that no collector gets */
	struct conf_dns_sd dns_sd;
	/* repair of checksums: the repair blocks, in order */
	unsigned int repair_count;
	struct ksflow_repair_rule repairs[KSFLOW_REPAIR_RULES_MAX];
	/* counters */
	uint32_t polling_s;	/* 0 = off */
	bool has_uuid;
	uint8_t uuid[16];
	/* export */
	uint32_t datagram_bytes;
	uint32_t sub_agent_id;
	char agent_dev[IFNAMSIZ];
	struct sflow_addr agent_addr;	/* type 0 = not given */
	unsigned int cidr_count;
	struct conf_cidr cidrs[CONF_CIDRS_MAX];
	unsigned int collector_count;
	struct conf_collector collectors[CONF_COLLECTORS_MAX];
};

/* What there is to say about a file; each line names file and line. */
struct conf_report {
	char error[512];
	/* of what hsflowd has and we do not; the first that was found */
	unsigned int unoffered_count;
	char unoffered[256];
	unsigned int warning_count;
	char warnings[CONF_WARNINGS_MAX][256];
};

/* What holds with no file at all. */
void conf_defaults(struct conf *conf);
/* -EINVAL: *conf is as undefined as the file; report->error says why. */
int conf_parse(struct conf *conf, const char *text, size_t len,
	       const char *file, struct conf_report *report);
/*
 * What containers say in place of a file: COLLECTOR (names or addresses, with
 * blanks between), PORT, SAMPLING, POLLING.
 */
int conf_environment(struct conf *conf, struct conf_report *report);
/*
 * Read file, or with NULL the first that exists of the two default ones; with
 * none of them the defaults hold, and the environment. -ENOENT: the file named does not exist.
 */
int conf_read(struct conf *conf, const char *file,
	      struct conf_report *report);
/* At most 1 MiB, of the heap; -errno, or -EFBIG. */
int conf_read_text(const char *file, char **text, size_t *len);
void conf_print(const struct conf *conf, FILE *out);

/* enum sflow_records and sflow_vlan, as the file has them. */
const char *conf_records_name(uint8_t records);
const char *conf_vlan_name(uint8_t vlan);

/*
 * Are drops to be exported? With a file, if it says so; without one, if the
 * module captures them.
 */
bool conf_wants_drops(const struct conf *conf);

/*
 * The daemon's layer. rules has room for KSFLOW_RULES_MAX. Ascending
 * precedence: the last rule that matches and names a field gives its value.
 * -E2BIG: more than the module takes.
 */
int conf_layer(const struct conf *conf, struct ksflow_layer_conf *layer,
	       struct ksflow_rule *rules);

/* An interface that is there now. */
struct conf_port {
	char name[IFNAMSIZ];
	bool is_default;	/* one with hardware */
	uint32_t speed_mbit;	/* 0 = unknown */
	bool is_filtered;	/* by a filter of dent's */
};

/* Does the layer depend on the names of interfaces (dev.pattern, dent)? */
bool conf_has_regex(const struct conf *conf);
/*
 * The same layer; dev.pattern matches those of ports that it matches. One that
 * a glob can say takes one rule; else names of which the last digits alone
 * differ share one where they can.
 */
int conf_layer_of(const struct conf *conf, const struct conf_port *ports,
		  unsigned int count, struct ksflow_layer_conf *layer,
		  struct ksflow_rule *rules);

/* What the module makes of a layer, for one interface. */
struct conf_rate {
	uint32_t rate;		/* 0 = not sampled */
	uint8_t dir;
	char why[64];
};

void conf_rate(const struct ksflow_layer_conf *layer,
	       const struct conf_port *port, struct conf_rate *rate);
/*
 * The rate for an interface that others sample: as said for it, whether the
 * module is to sample it or not; 0 where nothing is said.
 */
uint32_t conf_rate_said(const struct ksflow_layer_conf *layer,
			const struct conf_port *port);
/* The same; where nothing is said, that of its speed. */
uint32_t conf_rate_any(const struct ksflow_layer_conf *layer,
		       const struct conf_port *port);
/* A table of them, as comments of a configuration file; or -E2BIG. */
int conf_print_rates(const struct conf *conf, const struct conf_port *ports,
		      unsigned int count, FILE *out);

#endif /* KSFLOW_USER_CONF_H */
