// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "link.h"

#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>

#include <libmnl/libmnl.h>

#include <string.h>
#include <sys/ioctl.h>

/* ifType, as the IANA registry numbers them. */
enum {
	TYPE_OTHER = 1,
	TYPE_ETHERNET = 6,
	TYPE_PPP = 23,
	TYPE_LOOPBACK = 24,
	TYPE_IEEE80211 = 71,
	TYPE_TUNNEL = 131,
	TYPE_L2VLAN = 135,
	TYPE_IEEE1394 = 144,
	TYPE_LAG = 161,
	TYPE_INFINIBAND = 199,
	TYPE_BRIDGE = 209,
};

static const struct {
	const char *kind;
	uint32_t type;
} kinds[] = {
	{ "vlan", TYPE_L2VLAN },
	{ "bond", TYPE_LAG },
	{ "team", TYPE_LAG },
	{ "bridge", TYPE_BRIDGE },
	{ "vxlan", TYPE_TUNNEL },
	{ "geneve", TYPE_TUNNEL },
	{ "gretap", TYPE_TUNNEL },
	{ "ip6gretap", TYPE_TUNNEL },
	{ "tun", TYPE_TUNNEL },
	{ "wireguard", TYPE_TUNNEL },
};

/* IFLA_PARENT_DEV_NAME, 5.14; older headers lack it. */
#define PARENT_DEV_NAME	56

static void copy_string(const struct nlattr *attr, char *to, size_t size)
{
	size_t len = mnl_attr_get_payload_len(attr);

	len = strnlen(mnl_attr_get_payload(attr), len < size ? len : size - 1);
	memcpy(to, mnl_attr_get_payload(attr), len);
	to[len] = '\0';
}

static bool copy_mac(const struct nlattr *attr, uint8_t mac[6])
{
	static const uint8_t zero[6];

	if (mnl_attr_get_payload_len(attr) != 6)
		return false;
	memcpy(mac, mnl_attr_get_payload(attr), 6);
	return memcmp(mac, zero, 6);
}

/* Some are one byte, some two, with room for either. */
static uint16_t small_number(const struct nlattr *attr)
{
	switch (mnl_attr_get_payload_len(attr)) {
	case 1:
		return mnl_attr_get_u8(attr);
	case 2:
		return mnl_attr_get_u16(attr);
	}
	return 0;
}

static void parse_member(const struct nlattr *data, struct link *link)
{
	const struct nlattr *attr;

	mnl_attr_for_each_nested(attr, data) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_BOND_SLAVE_AD_AGGREGATOR_ID:
			link->aggregator = small_number(attr);
			link->has_lacp = true;
			break;
		case IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE:
			link->actor_state = small_number(attr);
			break;
		case IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE:
			link->partner_state = small_number(attr);
			break;
		}
	}
}

static void parse_bond(const struct nlattr *data, struct link *link)
{
	const struct nlattr *attr, *inner;

	mnl_attr_for_each_nested(attr, data) {
		if (mnl_attr_get_type(attr) == IFLA_BOND_AD_ACTOR_SYSTEM)
			link->has_actor_mac = copy_mac(attr, link->actor_mac);
		if (mnl_attr_get_type(attr) != IFLA_BOND_AD_INFO)
			continue;
		mnl_attr_for_each_nested(inner, attr) {
			switch (mnl_attr_get_type(inner)) {
			case IFLA_BOND_AD_INFO_AGGREGATOR:
				link->active_aggregator = small_number(inner);
				break;
			case IFLA_BOND_AD_INFO_PARTNER_MAC:
				link->has_partner =
					copy_mac(inner, link->partner_mac);
				break;
			}
		}
	}
}

static void parse_info(const struct nlattr *info, struct link *link)
{
	const struct nlattr *attr, *data = NULL, *member_data = NULL;
	char member_kind[16] = "";

	mnl_attr_for_each_nested(attr, info) {
		switch (mnl_attr_get_type(attr)) {
		case IFLA_INFO_KIND:
			copy_string(attr, link->kind, sizeof(link->kind));
			break;
		case IFLA_INFO_DATA:
			data = attr;
			break;
		case IFLA_INFO_SLAVE_KIND:
			copy_string(attr, member_kind, sizeof(member_kind));
			break;
		case IFLA_INFO_SLAVE_DATA:
			member_data = attr;
			break;
		}
	}
	if (data && !strcmp(link->kind, "bond"))
		parse_bond(data, link);
	link->is_bond_member = !strcmp(member_kind, "bond");
	if (member_data && link->is_bond_member)
		parse_member(member_data, link);
}

/* FNV-1a: of no more ports than a machine has. */
static uint64_t hash(uint64_t hash, const void *bytes, size_t len)
{
	const uint8_t *byte = bytes;

	while (len--)
		hash = (hash ^ *byte++) * 0x100000001b3;
	return hash;
}

/* Port 3 of a switch is called "p3", and "p3s0", "p3s1" when it is split. */
static uint64_t module_of(const struct nlattr *port,
			  const struct nlattr *switch_id)
{
	char name[IFNAMSIZ];
	size_t len;

	if (!port || !switch_id)
		return 0;
	copy_string(port, name, sizeof(name));
	if (name[0] != 'p')
		return 0;
	len = 1 + strspn(name + 1, "0123456789");
	if (len == 1 || name[len] != 's')
		return 0;
	return hash(hash(0xcbf29ce484222325, name, len),
		    mnl_attr_get_payload(switch_id),
		    mnl_attr_get_payload_len(switch_id));
}

bool link_parse(const struct nlmsghdr *nlh, struct link *link)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr, *port = NULL, *switch_id = NULL;
	size_t len;

	memset(link, 0, sizeof(*link));
	if ((nlh->nlmsg_type != RTM_NEWLINK &&
	     nlh->nlmsg_type != RTM_DELLINK) ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi))
		return false;
	/* a bridge's own view of its ports comes by the same name */
	if (ifi->ifi_family != AF_UNSPEC)
		return false;
	link->ifindex = ifi->ifi_index;
	link->arphrd = ifi->ifi_type;
	link->flags = ifi->ifi_flags;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		len = mnl_attr_get_payload_len(attr);
		switch (mnl_attr_get_type(attr)) {
		case IFLA_IFNAME:
			copy_string(attr, link->name, sizeof(link->name));
			break;
		case IFLA_ADDRESS:
			link->has_mac = len == sizeof(link->mac);
			if (link->has_mac)
				memcpy(link->mac, mnl_attr_get_payload(attr),
				       len);
			break;
		case IFLA_MASTER:
			if (len == sizeof(uint32_t))
				link->master = mnl_attr_get_u32(attr);
			break;
		case IFLA_PHYS_PORT_NAME:
			port = attr;
			break;
		case IFLA_PHYS_SWITCH_ID:
			switch_id = attr;
			break;
		case PARENT_DEV_NAME:
			link->has_parent = true;
			break;
		case IFLA_PROMISCUITY:
			if (len != sizeof(uint32_t))
				break;
			link->promiscuity = mnl_attr_get_u32(attr);
			link->has_promiscuity = true;
			break;
		case IFLA_STATS64:
			/* grows with the kernel's version */
			if (len > sizeof(link->stats))
				len = sizeof(link->stats);
			memcpy(&link->stats, mnl_attr_get_payload(attr), len);
			link->has_stats = true;
			break;
		case IFLA_LINKINFO:
			parse_info(attr, link);
			break;
		}
	}
	link->module = module_of(port, switch_id);
	return link->ifindex && link->name[0];
}

bool link_is_hardware(const struct link *link)
{
	if (link->flags & IFF_LOOPBACK)
		return false;
	return link->has_parent ||
	       (!link->kind[0] && link->arphrd != ARPHRD_PPP);
}

uint32_t link_type(const struct link *link)
{
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		/* "tun" is Ethernet when it is a tap */
		if (!strcmp(link->kind, kinds[i].kind) &&
		    (strcmp(link->kind, "tun") ||
		     link->arphrd != ARPHRD_ETHER))
			return kinds[i].type;
	}
	switch (link->arphrd) {
	case ARPHRD_ETHER:
		return TYPE_ETHERNET;
	case ARPHRD_LOOPBACK:
		return TYPE_LOOPBACK;
	case ARPHRD_PPP:
		return TYPE_PPP;
	case ARPHRD_IEEE80211:
	case ARPHRD_IEEE80211_PRISM:
	case ARPHRD_IEEE80211_RADIOTAP:
		return TYPE_IEEE80211;
	case ARPHRD_IEEE1394:
		return TYPE_IEEE1394;
	case ARPHRD_INFINIBAND:
		return TYPE_INFINIBAND;
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case ARPHRD_IP6GRE:
	case ARPHRD_NONE:
		return TYPE_TUNNEL;
	}
	return TYPE_OTHER;
}

void link_counters(const struct link *link, uint32_t speed_mbit,
		   enum link_duplex duplex, struct sflow_if_counters *c)
{
	const struct rtnl_link_stats64 *s = &link->stats;

	sflow_if_counters_init(c);
	c->ifindex = link->ifindex;
	c->type = link_type(link);
	c->speed_bps = speed_mbit * 1000000ULL;
	if (duplex == LINK_DUPLEX_FULL)
		c->direction = SFLOW_IF_FULL_DUPLEX;
	else if (duplex == LINK_DUPLEX_HALF)
		c->direction = SFLOW_IF_HALF_DUPLEX;
	if (link->flags & IFF_UP)
		c->status |= SFLOW_IF_ADMIN_UP;
	/* the kernel counts a device that has no carrier to lose as running */
	if ((link->flags & IFF_UP) && (link->flags & IFF_RUNNING))
		c->status |= SFLOW_IF_OPER_UP;
	if (link->has_promiscuity)
		c->promiscuous = link->promiscuity ? SFLOW_TRUE : SFLOW_FALSE;
	if (!link->has_stats)
		return;
	c->in_octets = s->rx_bytes;
	/* rx_packets has the multicasts in it, ifInUcastPkts must not; some
	 * drivers count more of them than of packets
	 */
	c->in_ucast = s->rx_packets > s->multicast ?
		      s->rx_packets - s->multicast : 0;
	c->in_multicast = s->multicast;
	c->in_discards = s->rx_dropped;
	c->in_errors = s->rx_errors;
	c->out_octets = s->tx_bytes;
	c->out_ucast = s->tx_packets;
	c->out_discards = s->tx_dropped;
	c->out_errors = s->tx_errors;
}

void link_speed(int fd, const char *name, uint32_t *speed_mbit,
		enum link_duplex *duplex)
{
	union {
		struct ethtool_link_settings req;
		/* three masks, whose size is a signed byte */
		uint32_t room[sizeof(struct ethtool_link_settings) / 4 +
			      3 * 127];
	} settings;
	struct ifreq ifr = { .ifr_data = (void *)&settings };

	*speed_mbit = 0;
	*duplex = LINK_DUPLEX_UNKNOWN;
	memset(&settings, 0, sizeof(settings));
	strncpy(ifr.ifr_name, name, IFNAMSIZ - 1);
	settings.req.cmd = ETHTOOL_GLINKSETTINGS;
	/* the first call is for the size of the masks */
	if (ioctl(fd, SIOCETHTOOL, &ifr) ||
	    settings.req.link_mode_masks_nwords >= 0)
		return;
	settings.req.link_mode_masks_nwords =
		-settings.req.link_mode_masks_nwords;
	settings.req.cmd = ETHTOOL_GLINKSETTINGS;
	if (ioctl(fd, SIOCETHTOOL, &ifr))
		return;
	if (settings.req.speed != (uint32_t)SPEED_UNKNOWN)
		*speed_mbit = settings.req.speed;
	if (settings.req.duplex == DUPLEX_FULL)
		*duplex = LINK_DUPLEX_FULL;
	else if (settings.req.duplex == DUPLEX_HALF)
		*duplex = LINK_DUPLEX_HALF;
}
