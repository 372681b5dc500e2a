/* SPDX-License-Identifier: GPL-2.0 */
/* Copyright (C) 2026 the ksflow authors */
#ifndef KSFLOW_USER_ETHTOOL_H
#define KSFLOW_USER_ETHTOOL_H

/*
 * What a driver counts beyond the kernel's common counters, in ethtool's
 * standard groups (5.13 and later, where the driver offers them), and the
 * memory of its optical module.
 */

#include <stdbool.h>
#include <stdint.h>

struct ethtool;
struct link;
struct nlmsghdr;
struct optics_place;
struct sflow_ethernet;
struct sflow_if_counters;

/* As the headers number them; those of 5.10 have none. */
enum {
	ETHTOOL_MAC_STATS = 22,	/* groups end here */
	ETHTOOL_PHY_STATS = 1,
};

struct ethtool_counts {
	uint32_t has_mac;	/* a bit for each of mac */
	uint64_t mac[ETHTOOL_MAC_STATS];
	bool has_symbol_errors;
	uint64_t symbol_errors;
};

/* NULL: this kernel has no such thing. */
struct ethtool *ethtool_open(void);
void ethtool_close(struct ethtool *e);
/* 1; 0: the driver counts nothing of the kind; -errno. */
int ethtool_counts_get(struct ethtool *e, uint32_t ifindex,
		      struct ethtool_counts *stats);
/* A driver's module; ethtool may be NULL, the name is for kernels before 5.13. */
struct ethtool_module {
	struct ethtool *ethtool;
	int ioctl_fd;
	uint32_t ifindex;
	const char *name;
};

/* As optics_read; arg is a struct ethtool_module. */
int ethtool_module_read(void *arg, const struct optics_place *place,
			uint8_t *to);
/* An answer; for others to look into it. */
void ethtool_counts_parse(const struct nlmsghdr *nlh,
			 struct ethtool_counts *stats);
/* False: nothing in them is of this record. */
bool ethtool_ethernet(const struct ethtool_counts *stats,
		      struct sflow_ethernet *e);
/* Multicast and broadcast, which the kernel's counters do not tell apart. */
void ethtool_casts(const struct ethtool_counts *stats, const struct link *link,
		   struct sflow_if_counters *c);

#endif /* KSFLOW_USER_ETHTOOL_H */
