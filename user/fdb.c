// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "fdb.h"

#include "clock.h"
#include "rtnl.h"

#include <linux/neighbour.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define ENTRIES		256	/* a power of two */
#define LIFE_MS		1000
#define REST_MS		15000	/* after a question that nobody answered */

struct entry {
	uint32_t ifindex;	/* 0: free */
	uint8_t mac[6];
	int64_t asked_ms;
	struct fdb_end end;
};

struct fdb {
	struct mnl_socket *ask;
	int64_t again_ms;
	struct entry entries[ENTRIES];
};

struct fdb *fdb_open(void)
{
	struct fdb *fdb = calloc(1, sizeof(*fdb));

	if (!fdb)
		return NULL;
	fdb->ask = rtnl_open(0);
	if (!fdb->ask) {
		free(fdb);
		return NULL;
	}
	return fdb;
}

void fdb_close(struct fdb *fdb)
{
	if (!fdb)
		return;
	mnl_socket_close(fdb->ask);
	free(fdb);
}

static void on_entry(const struct nlmsghdr *nlh, void *arg)
{
	struct fdb_end *end = arg;
	const struct nlattr *attr;

	if (nlh->nlmsg_type != RTM_NEWNEIGH ||
	    mnl_nlmsg_get_payload_len(nlh) < sizeof(struct ndmsg))
		return;
	mnl_attr_for_each(attr, nlh, sizeof(struct ndmsg)) {
		size_t len = mnl_attr_get_payload_len(attr);

		switch (mnl_attr_get_type(attr)) {
		case NDA_DST:
			if (len != 4 && len != 16)
				break;
			end->remote.type = len == 4 ? SFLOW_ADDR_IP4 :
						      SFLOW_ADDR_IP6;
			memcpy(end->remote.bytes, mnl_attr_get_payload(attr),
			       len);
			break;
		case NDA_PORT:
			if (len == sizeof(uint16_t))
				end->port = ntohs(mnl_attr_get_u16(attr));
			break;
		case NDA_VNI:
			end->has_vni = len == sizeof(uint32_t);
			if (end->has_vni)
				end->vni = mnl_attr_get_u32(attr);
			break;
		}
	}
}

/* What is refused, or not answered, is unknown as well. */
static void ask(struct fdb *fdb, struct entry *e, int64_t now_ms)
{
	char buf[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buf);
	struct ndmsg *ndm;

	nlh->nlmsg_type = RTM_GETNEIGH;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	ndm = mnl_nlmsg_put_extra_header(nlh, sizeof(*ndm));
	ndm->ndm_family = PF_BRIDGE;
	ndm->ndm_flags = NTF_SELF;
	ndm->ndm_ifindex = e->ifindex;
	mnl_attr_put(nlh, NDA_LLADDR, sizeof(e->mac), e->mac);
	memset(&e->end, 0, sizeof(e->end));
	if (now_ms >= fdb->again_ms &&
	    rtnl_ask(fdb->ask, nlh, on_entry, &e->end) == -ETIMEDOUT)
		fdb->again_ms = now_ms + REST_MS;
}

static struct entry *place(struct fdb *fdb, uint32_t ifindex,
			   const uint8_t mac[6])
{
	uint32_t hash = ifindex * 31 + mac[3];

	hash = (hash * 31 + mac[4]) * 31 + mac[5];
	return &fdb->entries[hash % ENTRIES];
}

const struct fdb_end *fdb_find(struct fdb *fdb, uint32_t ifindex,
			       const uint8_t mac[6])
{
	struct entry *e = place(fdb, ifindex, mac);
	int64_t now_ms = clock_ms();

	if (e->ifindex != ifindex || memcmp(e->mac, mac, sizeof(e->mac)) ||
	    now_ms - e->asked_ms >= LIFE_MS) {
		e->ifindex = ifindex;
		memcpy(e->mac, mac, sizeof(e->mac));
		ask(fdb, e, now_ms);
		e->asked_ms = now_ms;
	}
	return &e->end;
}
