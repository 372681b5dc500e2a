// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
#include "rtnl.h"

#include <linux/if_addr.h>
#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

/* An interface with many virtual functions or AF data is large. */
#define RECEIVE_BYTES	65536
#define ANSWER_S	5
/* Messages read before others get their turn. */
#define BURST		32
#define DUMP_TRIES	3

static char buf[RECEIVE_BYTES] __attribute__((aligned(8)));
static uint32_t sequence;
static char refusal[256];
static bool is_interrupted;		/* the dump that is being read */

static struct mnl_socket *open_socket(int bus, unsigned int groups)
{
	struct timeval timeout = { .tv_sec = ANSWER_S };
	struct mnl_socket *sock = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int one = 1;

	if (!sock)
		return NULL;
	if (mnl_socket_bind(sock, groups, MNL_SOCKET_AUTOPID) < 0) {
		mnl_socket_close(sock);
		return NULL;
	}
	if (!groups) {
		setsockopt(mnl_socket_get_fd(sock), SOL_SOCKET, SO_RCVTIMEO,
			   &timeout, sizeof(timeout));
		mnl_socket_setsockopt(sock, NETLINK_EXT_ACK, &one, sizeof(one));
	}
	return sock;
}

struct mnl_socket *rtnl_open(unsigned int groups)
{
	return open_socket(NETLINK_ROUTE, groups);
}

struct mnl_socket *rtnl_open_generic(void)
{
	return open_socket(NETLINK_GENERIC, 0);
}

/* What follows the error, and the request where that is quoted whole. */
static void read_refusal(const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	unsigned int at = sizeof(*e);
	const struct nlattr *attr;

	refusal[0] = '\0';
	if (!(nlh->nlmsg_flags & NLM_F_ACK_TLVS))
		return;
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += e->msg.nlmsg_len - sizeof(e->msg);
	if (at > mnl_nlmsg_get_payload_len(nlh))
		return;
	mnl_attr_for_each(attr, nlh, at) {
		if (mnl_attr_get_type(attr) == NLMSGERR_ATTR_MSG &&
		    mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) >= 0)
			snprintf(refusal, sizeof(refusal), "%s",
				 mnl_attr_get_str(attr));
	}
}

const char *rtnl_refusal(void)
{
	return refusal;
}

static int done(const struct nlmsghdr *nlh)
{
	const int *error = mnl_nlmsg_get_payload(nlh);

	if (mnl_nlmsg_get_payload_len(nlh) >= sizeof(*error) && *error < 0)
		return *error;
	return is_interrupted ? -EINTR : 0;
}

/*
 * Walk one answer. 1: more to come; 0: that was all; -errno.
 */
static int walk(int len, uint32_t seq, rtnl_each each, void *arg)
{
	const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
	int is_multi = 0;

	for (; mnl_nlmsg_ok(nlh, len); nlh = mnl_nlmsg_next(nlh, &len)) {
		const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);

		if (seq && nlh->nlmsg_seq != seq) {
			is_multi = 1;	/* of an earlier, given-up request */
			continue;
		}
		/* what is dumped changed meanwhile: before 6.10 others may
		 * be missing for that
		 */
		is_interrupted |= !!(nlh->nlmsg_flags & NLM_F_DUMP_INTR);
		if (nlh->nlmsg_type == NLMSG_DONE)
			return done(nlh);
		if (nlh->nlmsg_type == NLMSG_ERROR) {
			if (mnl_nlmsg_get_payload_len(nlh) < sizeof(*e))
				return -EBADMSG;
			read_refusal(nlh);
			return e->error;
		}
		each(nlh, arg);
		is_multi |= nlh->nlmsg_flags & NLM_F_MULTI;
	}
	return !!is_multi;
}

static int request(struct mnl_socket *sock, const struct nlmsghdr *nlh,
		   rtnl_each each, void *arg)
{
	uint32_t seq = nlh->nlmsg_seq;
	int ret;

	is_interrupted = false;
	if (mnl_socket_sendto(sock, nlh, nlh->nlmsg_len) < 0)
		return -errno;
	do {
		ret = mnl_socket_recvfrom(sock, buf, sizeof(buf));
		if (ret < 0 && errno == EINTR)
			ret = 1;
		else if (ret < 0)
			return errno == EAGAIN ? -ETIMEDOUT : -errno;
		else
			ret = walk(ret, seq, each, arg);
	} while (ret > 0);
	return ret;
}

int rtnl_ask(struct mnl_socket *sock, struct nlmsghdr *nlh, rtnl_each each,
	     void *arg)
{
	nlh->nlmsg_seq = ++sequence;
	return request(sock, nlh, each, arg);
}

int rtnl_dump(struct mnl_socket *sock, uint16_t type, rtnl_each each,
	      void *arg)
{
	char message[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	nlh->nlmsg_seq = ++sequence;
	if (type == RTM_GETADDR)
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifaddrmsg));
	else
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	return request(sock, nlh, each, arg);
}

int rtnl_dump_whole(struct mnl_socket *sock, uint16_t type,
		    void (*begin)(void *arg), rtnl_each each, void *arg)
{
	int ret = -EINTR, tries;

	for (tries = 0; ret == -EINTR && tries < DUMP_TRIES; tries++) {
		begin(arg);
		ret = rtnl_dump(sock, type, each, arg);
	}
	return ret;
}

int rtnl_get_link(struct mnl_socket *sock, uint32_t ifindex, rtnl_each each,
		  void *arg)
{
	char message[128] __attribute__((aligned(8)));
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(message);
	struct ifinfomsg *ifi;

	nlh->nlmsg_type = RTM_GETLINK;
	nlh->nlmsg_flags = NLM_F_REQUEST;
	nlh->nlmsg_seq = ++sequence;
	ifi = mnl_nlmsg_put_extra_header(nlh, sizeof(*ifi));
	ifi->ifi_index = ifindex;
	return request(sock, nlh, each, arg);
}

int rtnl_receive(struct mnl_socket *sock, rtnl_each each, void *arg)
{
	int fd = mnl_socket_get_fd(sock);
	int is_lost = 0, count = 0;

	while (is_lost || count++ < BURST) {
		int len = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

		if (len < 0 && errno == ENOBUFS) {
			is_lost = 1;
			continue;
		}
		if (len < 0)
			return is_lost ? -ENOBUFS :
			       errno == EAGAIN || errno == EINTR ? 0 : -errno;
		/* what is asked for again would only be older here */
		if (!is_lost)
			walk(len, 0, each, arg);
	}
	return 0;
}
