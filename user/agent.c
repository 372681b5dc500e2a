// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "agent.h"

#include "conf.h"
#include "link.h"
#include "rtnl.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * How far an address is known, worst first. IPv4 goes before IPv6, and
 * public before private, as collectors see it from hsflowd.
 */
enum reach {
	REACH_NONE,		/* multicast, unspecified, class E */
	REACH_LOOPBACK6,
	REACH_LOOPBACK4,
	REACH_LINK4,
	REACH_LINK6,
	REACH_SITE6,		/* unique local */
	REACH_GLOBAL6,
	REACH_SITE4,		/* private and shared space */
	REACH_GLOBAL4,
};

static enum reach reach4(const uint8_t *b)
{
	if (b[0] == 0 || b[0] >= 224)
		return REACH_NONE;
	if (b[0] == 127)
		return REACH_LOOPBACK4;
	if (b[0] == 169 && b[1] == 254)
		return REACH_LINK4;
	if (b[0] == 10 || (b[0] == 172 && (b[1] & 0xf0) == 16) ||
	    (b[0] == 192 && b[1] == 168) || (b[0] == 100 && (b[1] & 0xc0) == 64))
		return REACH_SITE4;
	return REACH_GLOBAL4;
}

static enum reach reach6(const uint8_t *b)
{
	static const uint8_t zero[15];

	if (!memcmp(b, zero, sizeof(zero)))
		return b[15] == 1 ? REACH_LOOPBACK6 : REACH_NONE;
	if (b[0] == 0xff)
		return REACH_NONE;
	if (b[0] == 0xfe && (b[1] & 0xc0) == 0x80)
		return REACH_LINK6;
	if ((b[0] & 0xfe) == 0xfc)
		return REACH_SITE6;
	return REACH_GLOBAL6;
}

static enum reach reach(const struct sflow_addr *addr)
{
	switch (addr->type) {
	case SFLOW_ADDR_IP4:
		return reach4(addr->bytes);
	case SFLOW_ADDR_IP6:
		return reach6(addr->bytes);
	}
	return REACH_NONE;
}

static size_t addr_len(const struct sflow_addr *addr)
{
	return addr->type == SFLOW_ADDR_IP6 ? 16 : 4;
}

bool agent_same(const struct sflow_addr *a, const struct sflow_addr *b)
{
	return a->type == b->type && !memcmp(a->bytes, b->bytes, addr_len(a));
}

/* Positive: a is the better one. Total, so that the choice is stable. */
static int compare(const struct agent_candidate *a,
		   const struct agent_candidate *b)
{
	if (a->is_up != b->is_up)
		return a->is_up - b->is_up;
	if (reach(&a->addr) != reach(&b->addr))
		return (int)reach(&a->addr) - (int)reach(&b->addr);
	if (a->is_fleeting != b->is_fleeting)
		return b->is_fleeting - a->is_fleeting;
	if (a->is_loopback != b->is_loopback)
		return b->is_loopback - a->is_loopback;
	if (a->ifindex != b->ifindex)
		return a->ifindex < b->ifindex ? 1 : -1;
	return memcmp(b->addr.bytes, a->addr.bytes, addr_len(&a->addr));
}

static bool is_inside(const struct sflow_addr *addr,
		      const struct conf_cidr *cidr)
{
	unsigned int whole = cidr->prefix_len / 8, bits = cidr->prefix_len % 8;

	if (addr->type != cidr->addr.type ||
	    memcmp(addr->bytes, cidr->addr.bytes, whole))
		return false;
	return !bits ||
	       !((addr->bytes[whole] ^ cidr->addr.bytes[whole]) >> (8 - bits));
}

static const struct agent_candidate *
best(const struct agent_candidate *candidates, unsigned int count,
     const char *dev, const struct conf_cidr *cidr,
     const struct sflow_addr *current)
{
	const struct agent_candidate *found = NULL, *kept = NULL;
	unsigned int i;

	for (i = 0; i < count; i++) {
		const struct agent_candidate *c = &candidates[i];

		if (reach(&c->addr) == REACH_NONE ||
		    (dev && strcmp(dev, c->dev)) ||
		    (cidr && !is_inside(&c->addr, cidr)))
			continue;
		if (!found || compare(c, found) > 0)
			found = c;
		if (current && agent_same(&c->addr, current))
			kept = c;
	}
	/* a better neighbour is no reason to become somebody else; a wider
	 * reach is: what we had was a stopgap
	 */
	if (kept && reach(&kept->addr) >= reach(&found->addr))
		return kept;
	return found;
}

const struct sflow_addr *
agent_choose(const struct conf *conf, const struct agent_candidate *candidates,
	     unsigned int count, const struct sflow_addr *current,
	     bool *is_fallback)
{
	const struct agent_candidate *found = NULL;
	unsigned int i;

	*is_fallback = false;
	if (conf->agent_addr.type)
		return &conf->agent_addr;
	if (conf->agent_dev[0])
		found = best(candidates, count, conf->agent_dev, NULL, current);
	for (i = 0; !found && i < conf->cidr_count; i++)
		found = best(candidates, count, NULL, &conf->cidrs[i], current);
	if (!found) {
		*is_fallback = conf->agent_dev[0] || conf->cidr_count;
		found = best(candidates, count, NULL, NULL, current);
	}
	/* a lost address comes back more often than not: what reaches nobody
	 * is no reason to become somebody else
	 */
	if (current && reach(current) > REACH_LINK6 &&
	    (!found || reach(&found->addr) <= REACH_LINK6))
		return current;
	return found ? &found->addr : NULL;
}

const char *agent_text(const struct sflow_addr *addr)
{
	static char text[INET6_ADDRSTRLEN];

	if (addr->type == SFLOW_ADDR_UNKNOWN)
		return "0.0.0.0";
	return inet_ntop(addr->type == SFLOW_ADDR_IP6 ? AF_INET6 : AF_INET,
			 addr->bytes, text, sizeof(text));
}

struct walk {
	struct agent_candidate *candidates;
	unsigned int count;
	unsigned int room;
	bool is_failed;
};

static void begin(void *arg)
{
	struct walk *walk = arg;

	walk->count = 0;
}

static void on_addr(const struct nlmsghdr *nlh, void *arg)
{
	const struct ifaddrmsg *ifa = mnl_nlmsg_get_payload(nlh);
	struct agent_candidate *c;
	const struct nlattr *attr;
	struct walk *walk = arg;
	uint32_t flags;
	size_t len;

	if (nlh->nlmsg_type != RTM_NEWADDR ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(*ifa) ||
	    (ifa->ifa_family != AF_INET && ifa->ifa_family != AF_INET6))
		return;
	if (walk->count == walk->room) {
		unsigned int room = walk->room * 2 + 64;

		c = reallocarray(walk->candidates, room, sizeof(*c));
		if (!c) {
			walk->is_failed = true;
			return;
		}
		walk->candidates = c;
		walk->room = room;
	}
	c = &walk->candidates[walk->count];
	memset(c, 0, sizeof(*c));
	c->ifindex = ifa->ifa_index;
	flags = ifa->ifa_flags;
	len = ifa->ifa_family == AF_INET ? 4 : 16;
	mnl_attr_for_each(attr, nlh, sizeof(*ifa)) {
		switch (mnl_attr_get_type(attr)) {
		case IFA_FLAGS:
			if (mnl_attr_get_payload_len(attr) == sizeof(flags))
				flags = mnl_attr_get_u32(attr);
			break;
		case IFA_ADDRESS:
			/* of a point-to-point link this is the peer */
			if (c->addr.type)
				break;
			/* fall through */
		case IFA_LOCAL:
			if (mnl_attr_get_payload_len(attr) != len)
				break;
			memcpy(c->addr.bytes, mnl_attr_get_payload(attr), len);
			c->addr.type = len == 4 ? SFLOW_ADDR_IP4 :
						  SFLOW_ADDR_IP6;
			break;
		}
	}
	c->is_fleeting = flags & (IFA_F_DADFAILED | IFA_F_DEPRECATED |
				  IFA_F_TENTATIVE) ||
			 (len == 16 && flags & IFA_F_TEMPORARY);
	walk->count++;
}

static int by_ifindex(const void *a, const void *b)
{
	const struct agent_candidate *one = a, *other = b;

	return one->ifindex < other->ifindex ? -1 :
	       one->ifindex > other->ifindex;
}

/* The candidates are in order. */
static void on_link(const struct nlmsghdr *nlh, void *arg)
{
	const struct walk *walk = arg;
	unsigned int low = 0, high = walk->count;
	struct link link;

	if (!link_parse(nlh, &link))
		return;
	while (low < high) {
		unsigned int middle = (low + high) / 2;

		if (walk->candidates[middle].ifindex < link.ifindex)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < walk->count; low++) {
		struct agent_candidate *c = &walk->candidates[low];

		if (c->ifindex != link.ifindex)
			break;
		memcpy(c->dev, link.name, sizeof(c->dev));
		c->is_up = link.flags & IFF_UP;
		c->is_loopback = link.flags & IFF_LOOPBACK;
	}
}

int agent_candidates(struct agent_candidate **candidates)
{
	struct mnl_socket *sock = rtnl_open(0);
	struct walk walk = { 0 };
	int ret;

	if (!sock)
		return -errno;
	ret = rtnl_dump_whole(sock, RTM_GETADDR, begin, on_addr, &walk);
	/* a part of them is better than none */
	if (ret == -EINTR)
		ret = 0;
	if (walk.count)
		qsort(walk.candidates, walk.count, sizeof(walk.candidates[0]),
		      by_ifindex);
	if (!ret)
		ret = rtnl_dump(sock, RTM_GETLINK, on_link, &walk);
	if (ret == -EINTR)
		ret = rtnl_dump(sock, RTM_GETLINK, on_link, &walk);
	if (ret == -EINTR)
		ret = 0;
	mnl_socket_close(sock);
	if (!ret && walk.is_failed)
		ret = -ENOMEM;
	if (ret) {
		free(walk.candidates);
		return ret;
	}
	*candidates = walk.candidates;
	return walk.count;
}
