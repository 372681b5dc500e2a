// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "ethtool.h"

#include "link.h"
#include "optics.h"
#include "rtnl.h"
#include "sflow.h"

#include <linux/ethtool.h>
#include <linux/genetlink.h>
#include <linux/sockios.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

/* Of linux/ethtool_netlink.h. */
enum {
	MSG_MODULE_EEPROM_GET = 31,
	MSG_STATS_GET = 32,
	HEADER_DEV_INDEX = 1,
	BITSET_NOMASK = 1,
	BITSET_BITS = 3,
	BITS_BIT = 1,
	BIT_INDEX = 1,
	STATS_HEADER = 2,
	STATS_GROUPS = 3,
	STATS_GRP = 4,
	GRP_ID = 2,
	GRP_STAT = 4,
	EEPROM_HEADER = 1,
	EEPROM_OFFSET = 2,
	EEPROM_LENGTH = 3,
	EEPROM_PAGE = 4,
	EEPROM_BANK = 5,
	EEPROM_I2C_ADDRESS = 6,
	EEPROM_DATA = 7,
	GROUP_PHY = 0,
	GROUP_MAC = 1,
};

enum mac_stat {
	MAC_TX_PKT,
	MAC_SINGLE_COL,
	MAC_MULTI_COL,
	MAC_RX_PKT,
	MAC_FCS_ERR,
	MAC_ALIGN_ERR,
	MAC_TX_BYTES,
	MAC_TX_DEFER,
	MAC_LATE_COL,
	MAC_XS_COL,
	MAC_TX_INT_ERR,
	MAC_CS_ERR,
	MAC_RX_BYTES,
	MAC_RX_INT_ERR,
	MAC_TX_MCAST,
	MAC_TX_BCAST,
	MAC_XS_DEFER,
	MAC_RX_MCAST,
	MAC_RX_BCAST,
	MAC_IR_LEN_ERR,
	MAC_OOR_LEN,
	MAC_TOO_LONG_ERR,
};

struct ethtool {
	struct mnl_socket *sock;
	uint16_t family;
};

static void on_family(const struct nlmsghdr *nlh, void *arg)
{
	const struct nlattr *attr;
	uint16_t *family = arg;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == CTRL_ATTR_FAMILY_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(*family))
			*family = mnl_attr_get_u16(attr);
	}
}

static struct nlmsghdr *put_head(char *buf, uint16_t family, uint8_t command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

struct ethtool *ethtool_open(void)
{
	char buf[256] __attribute__((aligned(8)));
	struct ethtool *e = calloc(1, sizeof(*e));
	struct nlmsghdr *nlh;

	if (!e)
		return NULL;
	e->sock = rtnl_open_generic();
	if (!e->sock)
		goto failed;
	nlh = put_head(buf, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	mnl_attr_put_strz(nlh, CTRL_ATTR_FAMILY_NAME, "ethtool");
	if (rtnl_ask(e->sock, nlh, on_family, &e->family) || !e->family)
		goto failed;
	return e;

failed:
	ethtool_close(e);
	return NULL;
}

void ethtool_close(struct ethtool *e)
{
	if (!e)
		return;
	if (e->sock)
		mnl_socket_close(e->sock);
	free(e);
}

static uint64_t number(const struct nlattr *attr)
{
	uint64_t value = 0;

	/* not aligned to eight */
	if (mnl_attr_get_payload_len(attr) == sizeof(value))
		memcpy(&value, mnl_attr_get_payload(attr), sizeof(value));
	return value;
}

static void parse_stat(const struct nlattr *stat, uint32_t group,
		       struct ethtool_counts *stats)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, stat) {
		unsigned int id = mnl_attr_get_type(attr);

		if (group == GROUP_MAC && id < ETHTOOL_MAC_STATS) {
			stats->has_mac |= 1U << id;
			stats->mac[id] = number(attr);
		} else if (group == GROUP_PHY && id == 0) {
			stats->has_symbol_errors = true;
			stats->symbol_errors = number(attr);
		}
	}
}

static void parse_group(const struct nlattr *nest, struct ethtool_counts *stats)
{
	const struct nlattr *attr;
	uint32_t group = UINT32_MAX;

	mnl_attr_for_each_nested(attr, nest) {
		if (mnl_attr_get_type(attr) == GRP_ID &&
		    mnl_attr_get_payload_len(attr) == sizeof(group))
			group = mnl_attr_get_u32(attr);
		else if (mnl_attr_get_type(attr) == GRP_STAT)
			parse_stat(attr, group, stats);
	}
}

void ethtool_counts_parse(const struct nlmsghdr *nlh,
			 struct ethtool_counts *stats)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) == STATS_GRP)
			parse_group(attr, stats);
	}
}

static void on_stats(const struct nlmsghdr *nlh, void *arg)
{
	ethtool_counts_parse(nlh, arg);
}

static void put_bit(struct nlmsghdr *nlh, uint32_t index)
{
	struct nlattr *bit = mnl_attr_nest_start(nlh, BITS_BIT);

	mnl_attr_put_u32(nlh, BIT_INDEX, index);
	mnl_attr_nest_end(nlh, bit);
}

int ethtool_counts_get(struct ethtool *e, uint32_t ifindex,
		      struct ethtool_counts *stats)
{
	char buf[256] __attribute__((aligned(8)));
	struct nlattr *nest, *bits;
	struct nlmsghdr *nlh;
	int ret;

	memset(stats, 0, sizeof(*stats));
	nlh = put_head(buf, e->family, MSG_STATS_GET);
	nest = mnl_attr_nest_start(nlh, STATS_HEADER);
	mnl_attr_put_u32(nlh, HEADER_DEV_INDEX, ifindex);
	mnl_attr_nest_end(nlh, nest);
	nest = mnl_attr_nest_start(nlh, STATS_GROUPS);
	mnl_attr_put(nlh, BITSET_NOMASK, 0, NULL);
	bits = mnl_attr_nest_start(nlh, BITSET_BITS);
	put_bit(nlh, GROUP_PHY);
	put_bit(nlh, GROUP_MAC);
	mnl_attr_nest_end(nlh, bits);
	mnl_attr_nest_end(nlh, nest);
	ret = rtnl_ask(e->sock, nlh, on_stats, stats);
	return ret ? ret : stats->has_mac || stats->has_symbol_errors;
}

static bool has(const struct ethtool_counts *stats, enum mac_stat id)
{
	return stats->has_mac & 1U << id;
}

bool ethtool_ethernet(const struct ethtool_counts *stats,
		      struct sflow_ethernet *e)
{
	const struct {
		enum mac_stat id;
		uint32_t *to;
	} map[] = {
		{ MAC_ALIGN_ERR, &e->alignment_errors },
		{ MAC_FCS_ERR, &e->fcs_errors },
		{ MAC_SINGLE_COL, &e->single_collisions },
		{ MAC_MULTI_COL, &e->multiple_collisions },
		{ MAC_TX_DEFER, &e->deferred },
		{ MAC_LATE_COL, &e->late_collisions },
		{ MAC_XS_COL, &e->excessive_collisions },
		{ MAC_TX_INT_ERR, &e->mac_transmit_errors },
		{ MAC_CS_ERR, &e->carrier_errors },
		{ MAC_TOO_LONG_ERR, &e->too_long },
		{ MAC_RX_INT_ERR, &e->mac_receive_errors },
	};
	bool is_any = stats->has_symbol_errors;
	size_t i;

	memset(e, 0xff, sizeof(*e));
	if (stats->has_symbol_errors)
		e->symbol_errors = stats->symbol_errors;
	for (i = 0; i < sizeof(map) / sizeof(map[0]); i++) {
		if (!has(stats, map[i].id))
			continue;
		*map[i].to = stats->mac[map[i].id];
		is_any = true;
	}
	return is_any;
}

static uint32_t less(uint64_t packets, uint64_t a, uint64_t b)
{
	return packets > a + b ? packets - a - b : 0;
}

void ethtool_casts(const struct ethtool_counts *stats, const struct link *link,
		   struct sflow_if_counters *c)
{
	const uint64_t *mac = stats->mac;

	if (!link->has_stats)
		return;
	if (has(stats, MAC_RX_MCAST) && has(stats, MAC_RX_BCAST)) {
		c->in_multicast = mac[MAC_RX_MCAST];
		c->in_broadcast = mac[MAC_RX_BCAST];
		c->in_ucast = less(link->stats.rx_packets, mac[MAC_RX_MCAST],
				   mac[MAC_RX_BCAST]);
	}
	if (has(stats, MAC_TX_MCAST) && has(stats, MAC_TX_BCAST)) {
		c->out_multicast = mac[MAC_TX_MCAST];
		c->out_broadcast = mac[MAC_TX_BCAST];
		c->out_ucast = less(link->stats.tx_packets, mac[MAC_TX_MCAST],
				    mac[MAC_TX_BCAST]);
	}
}

/* ---- the memory of a module -------------------------------------------- */

struct eeprom {
	uint8_t *to;
	unsigned int length;
	bool is_there;
};

static void on_eeprom(const struct nlmsghdr *nlh, void *arg)
{
	struct eeprom *eeprom = arg;
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(attr) != EEPROM_DATA ||
		    mnl_attr_get_payload_len(attr) != eeprom->length)
			continue;
		memcpy(eeprom->to, mnl_attr_get_payload(attr), eeprom->length);
		eeprom->is_there = true;
	}
}

/* 5.13 and later; it asks drivers that only know the older way by that one. */
static int ask_eeprom(const struct ethtool_module *module,
		      const struct optics_place *place, uint8_t *to)
{
	struct eeprom eeprom = { to, place->length, false };
	char buf[256] __attribute__((aligned(8)));
	struct nlmsghdr *nlh;
	struct nlattr *nest;
	int ret;

	if (!module->ethtool)
		return -EOPNOTSUPP;
	nlh = put_head(buf, module->ethtool->family, MSG_MODULE_EEPROM_GET);
	nest = mnl_attr_nest_start(nlh, EEPROM_HEADER);
	mnl_attr_put_u32(nlh, HEADER_DEV_INDEX, module->ifindex);
	mnl_attr_nest_end(nlh, nest);
	mnl_attr_put_u32(nlh, EEPROM_OFFSET, place->offset);
	mnl_attr_put_u32(nlh, EEPROM_LENGTH, place->length);
	mnl_attr_put_u8(nlh, EEPROM_PAGE, place->page);
	mnl_attr_put_u8(nlh, EEPROM_BANK, 0);
	mnl_attr_put_u8(nlh, EEPROM_I2C_ADDRESS, place->i2c);
	ret = rtnl_ask(module->ethtool->sock, nlh, on_eeprom, &eeprom);
	return ret ? ret : eeprom.is_there ? 0 : -ENODATA;
}

static int module_ioctl(const struct ethtool_module *module, void *data)
{
	struct ifreq ifr = { .ifr_data = data };

	strncpy(ifr.ifr_name, module->name, sizeof(ifr.ifr_name) - 1);
	return ioctl(module->ioctl_fd, SIOCETHTOOL, &ifr) ? -errno : 0;
}

/* Of the two parts of an SFP, and of pages, one follows the other. */
static int read_linear(const struct ethtool_module *module,
		       const struct optics_place *place, uint8_t *to)
{
	struct ethtool_modinfo info = { .cmd = ETHTOOL_GMODULEINFO };
	struct {
		struct ethtool_eeprom head;
		uint8_t data[OPTICS_HALF];
	} eeprom = { .head = { .cmd = ETHTOOL_GMODULEEEPROM } };
	int ret = module_ioctl(module, &info);

	if (ret)
		return ret;
	eeprom.head.offset = place->page * OPTICS_HALF + place->offset;
	if (place->i2c == OPTICS_I2C_DOM)
		eeprom.head.offset += 2 * OPTICS_HALF;
	eeprom.head.len = place->length;
	if (eeprom.head.offset + eeprom.head.len > info.eeprom_len)
		return -ENODATA;
	ret = module_ioctl(module, &eeprom);
	if (!ret)
		memcpy(to, eeprom.head.data, place->length);
	return ret;
}

int ethtool_module_read(void *arg, const struct optics_place *place,
			uint8_t *to)
{
	int ret = ask_eeprom(arg, place, to);

	return ret == -EOPNOTSUPP ? read_linear(arg, place, to) : ret;
}
