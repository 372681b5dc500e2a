// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "tunnel.h"

#include "fdb.h"
#include "nl.h"

#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_tunnel.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#define UDP_BYTES	8
#define SHIM_BYTES	8	/* of VXLAN, and of Geneve without options */
#define GRE_BYTES	4
#define GRE_WORD	4	/* each of checksum, key, sequence */
#define IP4_BYTES	20
#define IP6_BYTES	40

/* One attribute of a kind's own and what it is; 0 ends the list. */
struct word {
	uint16_t type;
	enum {
		NOTHING, LOCAL, REMOTE, VNI, PORT, PROTO, GRE_WORDS, EXTERNAL,
	} what;
};

static const struct word vxlan[] = {
	{ IFLA_VXLAN_ID, VNI }, { IFLA_VXLAN_PORT, PORT },
	{ IFLA_VXLAN_LOCAL, LOCAL }, { IFLA_VXLAN_LOCAL6, LOCAL },
	{ IFLA_VXLAN_GROUP, REMOTE }, { IFLA_VXLAN_GROUP6, REMOTE },
	{ IFLA_VXLAN_COLLECT_METADATA, EXTERNAL }, { 0, NOTHING },
};

static const struct word geneve[] = {
	{ IFLA_GENEVE_ID, VNI }, { IFLA_GENEVE_PORT, PORT },
	{ IFLA_GENEVE_REMOTE, REMOTE }, { IFLA_GENEVE_REMOTE6, REMOTE },
	{ IFLA_GENEVE_COLLECT_METADATA, EXTERNAL }, { 0, NOTHING },
};

static const struct word gre[] = {
	{ IFLA_GRE_LOCAL, LOCAL }, { IFLA_GRE_REMOTE, REMOTE },
	{ IFLA_GRE_OFLAGS, GRE_WORDS },
	{ IFLA_GRE_COLLECT_METADATA, EXTERNAL }, { 0, NOTHING },
};

static const struct word ip[] = {
	{ IFLA_IPTUN_LOCAL, LOCAL }, { IFLA_IPTUN_REMOTE, REMOTE },
	{ IFLA_IPTUN_PROTO, PROTO },
	{ IFLA_IPTUN_COLLECT_METADATA, EXTERNAL }, { 0, NOTHING },
};

static const struct kind {
	const char *name;
	const struct word *words;
	uint8_t protocol;
	uint8_t overhead;
	bool is_ether;
	bool has_options;
} kinds[] = {
	{ "vxlan", vxlan, IPPROTO_UDP, UDP_BYTES + SHIM_BYTES, true, false },
	{ "geneve", geneve, IPPROTO_UDP, UDP_BYTES + SHIM_BYTES, true, true },
	{ "gre", gre, IPPROTO_GRE, GRE_BYTES, false, false },
	{ "gretap", gre, IPPROTO_GRE, GRE_BYTES, true, false },
	{ "ip6gre", gre, IPPROTO_GRE, GRE_BYTES, false, false },
	{ "ip6gretap", gre, IPPROTO_GRE, GRE_BYTES, true, false },
	{ "ipip", ip, IPPROTO_IPIP, 0, false, false },
	{ "sit", ip, IPPROTO_IPV6, 0, false, false },
	{ "ip6tnl", ip, 0, 0, false, false },
};

/* All zeros is no address, and no group is the other end. */
static void read_addr(const struct nlattr *attr, struct sflow_addr *addr)
{
	static const uint8_t zero[16];
	size_t len = mnl_attr_get_payload_len(attr);
	const uint8_t *bytes = mnl_attr_get_payload(attr);

	if ((len != 4 && len != 16) || !memcmp(bytes, zero, len) ||
	    (len == 4 ? bytes[0] >> 4 == 14 : bytes[0] == 0xff))
		return;
	addr->type = len == 4 ? SFLOW_ADDR_IP4 : SFLOW_ADDR_IP6;
	memcpy(addr->bytes, bytes, len);
}

static void read_gre_flags(const struct nlattr *attr, struct tunnel *tunnel)
{
	uint16_t flags;

	if (mnl_attr_get_payload_len(attr) != sizeof(flags))
		return;
	flags = ntohs(mnl_attr_get_u16(attr));
	tunnel->overhead += GRE_WORD * (!!(flags & ntohs(GRE_CSUM)) +
					!!(flags & ntohs(GRE_KEY)) +
					!!(flags & ntohs(GRE_SEQ)));
}

static void read_word(const struct nlattr *attr, const struct word *words,
		      struct tunnel *tunnel)
{
	size_t len = mnl_attr_get_payload_len(attr);

	while (words->what && words->type != mnl_attr_get_type(attr))
		words++;
	switch (words->what) {
	case LOCAL:
		read_addr(attr, &tunnel->local);
		break;
	case REMOTE:
		read_addr(attr, &tunnel->remote);
		break;
	case VNI:
		tunnel->has_vni = len == sizeof(uint32_t);
		if (tunnel->has_vni)
			tunnel->vni = mnl_attr_get_u32(attr);
		break;
	case PORT:
		if (len == sizeof(uint16_t))
			tunnel->port = ntohs(mnl_attr_get_u16(attr));
		break;
	case PROTO:
		/* 0 is any, then it depends on the packet */
		if (len == sizeof(uint8_t) && mnl_attr_get_u8(attr))
			tunnel->protocol = mnl_attr_get_u8(attr);
		break;
	case GRE_WORDS:
		read_gre_flags(attr, tunnel);
		break;
	case EXTERNAL:
		/* a flag to some, a byte to others */
		tunnel->is_external =
			!len || *(const uint8_t *)mnl_attr_get_payload(attr);
		break;
	case NOTHING:
		break;
	}
}

static const struct kind *find_kind(const struct nlattr *attr)
{
	size_t i, len = mnl_attr_get_payload_len(attr);
	const char *name = mnl_attr_get_payload(attr);

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (strlen(kinds[i].name) == strnlen(name, len) &&
		    !memcmp(kinds[i].name, name, strlen(kinds[i].name)))
			return &kinds[i];
	}
	return NULL;
}

static bool parse_info(const struct nlattr *info, struct tunnel *tunnel)
{
	const struct nlattr *attr, *data = NULL;
	const struct kind *kind = NULL;

	mnl_attr_for_each_nested(attr, info) {
		if (mnl_attr_get_type(attr) == IFLA_INFO_KIND)
			kind = find_kind(attr);
		else if (mnl_attr_get_type(attr) == IFLA_INFO_DATA)
			data = attr;
	}
	if (!kind || !data)
		return false;
	tunnel->protocol = kind->protocol;
	tunnel->overhead = kind->overhead;
	tunnel->is_ether = kind->is_ether;
	tunnel->has_options = kind->has_options;
	mnl_attr_for_each_nested(attr, data)
		read_word(attr, kind->words, tunnel);
	return tunnel->is_external || tunnel->has_vni || tunnel->remote.type;
}

bool tunnel_parse(const struct nlmsghdr *nlh, struct tunnel *tunnel)
{
	const struct ifinfomsg *ifi = mnl_nlmsg_get_payload(nlh);
	const struct nlattr *attr;
	bool is_found = false;

	memset(tunnel, 0, sizeof(*tunnel));
	if (nlh->nlmsg_type != RTM_NEWLINK ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifi) ||
	    ifi->ifi_family != AF_UNSPEC)
		return false;
	tunnel->ifindex = ifi->ifi_index;
	mnl_attr_for_each(attr, nlh, sizeof(*ifi)) {
		if (mnl_attr_get_type(attr) == IFLA_LINKINFO)
			is_found = parse_info(attr, tunnel);
	}
	return is_found;
}

struct tunnels {
	unsigned int count;
	unsigned int room;
	struct tunnel *list;	/* in order of ifindex */
	struct fdb *fdb;
};

/* Where it is, or is to be. */
static unsigned int place_of(const struct tunnels *tunnels, uint32_t ifindex)
{
	unsigned int low = 0, high = tunnels->count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (tunnels->list[middle].ifindex < ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct tunnel *find(const struct tunnels *tunnels, uint32_t ifindex)
{
	unsigned int at = place_of(tunnels, ifindex);

	return at < tunnels->count && tunnels->list[at].ifindex == ifindex ?
	       &tunnels->list[at] : NULL;
}

static bool make_room(struct tunnels *tunnels)
{
	unsigned int room = tunnels->room * 2 + 8;
	struct tunnel *list;

	if (tunnels->count < tunnels->room)
		return true;
	list = reallocarray(tunnels->list, room, sizeof(*list));
	if (!list)
		return false;
	tunnels->list = list;
	tunnels->room = room;
	return true;
}

void tunnels_set(struct tunnels *tunnels, uint32_t ifindex,
		 const struct tunnel *tunnel)
{
	unsigned int at = place_of(tunnels, ifindex);
	struct tunnel *old = find(tunnels, ifindex);
	size_t rest = (tunnels->count - at) * sizeof(*old);

	if (old && !tunnel) {
		tunnels->count--;
		memmove(old, old + 1, rest - sizeof(*old));
		return;
	}
	/* without memory its packets have one record less */
	if (!tunnel || (!old && !make_room(tunnels)))
		return;
	if (!old) {
		memmove(&tunnels->list[at + 1], &tunnels->list[at], rest);
		tunnels->count++;
	}
	tunnels->list[at] = *tunnel;
}

void tunnels_link(struct tunnels *tunnels, uint32_t ifindex,
		  const struct nlmsghdr *nlh)
{
	struct tunnel tunnel;

	tunnels_set(tunnels, ifindex,
		    nlh && tunnel_parse(nlh, &tunnel) ? &tunnel : NULL);
}

struct tunnels *tunnels_open(void)
{
	struct tunnels *tunnels = calloc(1, sizeof(*tunnels));

	if (!tunnels)
		return NULL;
	tunnels->fdb = fdb_open();
	if (!tunnels->fdb) {
		free(tunnels);
		return NULL;
	}
	return tunnels;
}

void tunnels_close(struct tunnels *tunnels)
{
	if (!tunnels)
		return;
	fdb_close(tunnels->fdb);
	free(tunnels->list);
	free(tunnels);
}

void tunnel_metadata(const struct ksflow_tunnel *metadata,
		     struct flow_tunnel *tunnel)
{
	bool is_ip6 = ksflow_has(metadata, TUNNEL_SRC6);
	uint32_t type = is_ip6 ? SFLOW_ADDR_IP6 : SFLOW_ADDR_IP4;
	struct sflow_ip *outer = &tunnel->ip;

	memset(tunnel, 0, sizeof(*tunnel));
	outer->src.type = type;
	outer->dst.type = type;
	memcpy(outer->src.bytes, is_ip6 ? metadata->src6 : metadata->src4,
	       is_ip6 ? 16 : 4);
	memcpy(outer->dst.bytes, is_ip6 ? metadata->dst6 : metadata->dst4,
	       is_ip6 ? 16 : 4);
	outer->src_port = metadata->src_port;
	outer->dst_port = metadata->dst_port;
	outer->tos = metadata->tos;
	tunnel->side = metadata->is_out ? SFLOW_TUNNEL_EGRESS :
					  SFLOW_TUNNEL_INGRESS;
	tunnel->has_vni = metadata->id;
	tunnel->vni = metadata->id;
}

/* What is in IP without a header between tells which protocol it is. */
static uint32_t protocol_of(const struct tunnel *tunnel,
			    const struct ksflow_record *record)
{
	if (tunnel->overhead || (tunnel->protocol && !tunnel->is_external))
		return tunnel->protocol;
	switch (record->proto) {
	case SFLOW_HEADER_IP4:
		return IPPROTO_IPIP;
	case SFLOW_HEADER_IP6:
		return IPPROTO_IPV6;
	case SFLOW_HEADER_MPLS:
		return IPPROTO_MPLS;
	}
	return tunnel->protocol;
}

static void describe_external(const struct tunnel *tunnel,
			      const struct ksflow_tunnel *metadata,
			      struct flow_tunnel *found)
{
	tunnel_metadata(metadata, found);
	if (!found->ip.dst_port)
		found->ip.dst_port = tunnel->port;
	if (tunnel->protocol == IPPROTO_GRE)
		found->ip.length = metadata->words * GRE_WORD;
	else if (tunnel->has_options)
		found->ip.length = metadata->options_bytes;
	found->has_vni = tunnel->has_vni;
}

/*
 * What the settings say; where they name no other end, the forwarding database
 * has one for the Ethernet address on that side.
 */
static void describe_set(const struct tunnels *tunnels,
			 const struct tunnel *tunnel,
			 const struct ksflow_record *record,
			 enum sflow_tunnel_side side, struct flow_tunnel *found)
{
	bool is_in = side == SFLOW_TUNNEL_INGRESS;
	struct sflow_addr local = tunnel->local, remote = tunnel->remote;
	const struct fdb_end *end;

	*found = (struct flow_tunnel){
		.side = side,
		.ip.dst_port = tunnel->port,
		.has_vni = tunnel->has_vni,
		.vni = tunnel->vni,
	};
	if (!remote.type && tunnel->has_vni && tunnel->is_ether &&
	    record->proto == SFLOW_HEADER_ETHERNET &&
	    record->data_len >= 2 * ETH_ALEN) {
		end = fdb_find(tunnels->fdb, tunnel->ifindex,
			       record->data + (is_in ? ETH_ALEN : 0));
		remote = end->remote;
		if (end->port)
			found->ip.dst_port = end->port;
		if (end->has_vni)
			found->vni = end->vni;
	}
	/* the record has room for both, of one type */
	if (local.type != remote.type)
		local = (struct sflow_addr){ .type = remote.type };
	found->ip.src = is_in ? remote : local;
	found->ip.dst = is_in ? local : remote;
}

/* Return: it is known; *found is linked to next then. */
static bool describe(const struct tunnels *tunnels, uint32_t ifindex,
		     const struct ksflow_record *record,
		     enum sflow_tunnel_side side,
		     const struct flow_tunnel *next, struct flow_tunnel *found)
{
	const struct ksflow_tunnel *metadata = &record->metadata;
	const struct tunnel *tunnel = find(tunnels, ifindex);
	uint32_t inner = record->len_bytes;

	if (!tunnel)
		return false;
	if (!tunnel->is_external)
		describe_set(tunnels, tunnel, record, side, found);
	else if (ksflow_has(record, RECORD_TUNNEL) &&
		 metadata->is_out == (side == SFLOW_TUNNEL_EGRESS))
		describe_external(tunnel, metadata, found);
	else
		return false;
	/* its Ethernet header is of the other interface's link */
	if (!tunnel->is_ether && record->proto == SFLOW_HEADER_ETHERNET)
		inner -= inner < 14 ? inner : 14;
	/* IPv6: payload and header, as IPv4's total length */
	found->ip.length += inner + tunnel->overhead +
			    (found->ip.dst.type == SFLOW_ADDR_IP6 ?
			     IP6_BYTES : IP4_BYTES);
	found->ip.protocol = protocol_of(tunnel, record);
	found->next = next;
	return true;
}

const struct flow_tunnel *tunnels_around(const struct tunnels *tunnels,
					 const struct ksflow_record *record,
					 struct flow_tunnel found[FLOW_TUNNELS])
{
	const struct flow_tunnel *first = NULL;

	if (describe(tunnels, record->out, record, SFLOW_TUNNEL_EGRESS, first,
		     &found[0]))
		first = &found[0];
	if (describe(tunnels, record->in, record, SFLOW_TUNNEL_INGRESS, first,
		     &found[1]))
		first = &found[1];
	return first;
}
