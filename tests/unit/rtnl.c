// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/* Dumps that something interrupts, or that end in an error; floods of changes. */
#include "rtnl.h"

#include "tap.h"

#include <linux/rtnetlink.h>

#include <libmnl/libmnl.h>

#include <errno.h>

static uint32_t sequence;
static unsigned int asked;
/* what the kernel says of the next dumps */
static struct answer {
	bool is_interrupted;
	int error;
} answers[4];

/* In place of the library's. */
ssize_t mnl_socket_sendto(const struct mnl_socket *sock, const void *request,
			  size_t len)
{
	(void)sock;
	sequence = ((const struct nlmsghdr *)request)->nlmsg_seq;
	asked++;
	return len;
}

static struct nlmsghdr *put(void *at, uint16_t type, bool is_interrupted)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(at);

	nlh->nlmsg_type = type;
	nlh->nlmsg_flags = NLM_F_MULTI |
			   (is_interrupted ? NLM_F_DUMP_INTR : 0);
	nlh->nlmsg_seq = sequence;
	return nlh;
}

/* Two interfaces, of which the first message has the flag, and the end. */
ssize_t mnl_socket_recvfrom(const struct mnl_socket *sock, void *buf,
			    size_t len)
{
	const struct answer *answer = &answers[asked - 1];
	struct nlmsghdr *nlh;
	unsigned int i;
	char *at = buf;

	(void)sock;
	(void)len;
	for (i = 0; i < 2; i++) {
		nlh = put(at, RTM_NEWLINK, answer->is_interrupted && !i);
		mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
		at += NLMSG_ALIGN(nlh->nlmsg_len);
	}
	nlh = put(at, NLMSG_DONE, false);
	*(int *)mnl_nlmsg_put_extra_header(nlh, sizeof(int)) = answer->error;
	return at + nlh->nlmsg_len - (char *)buf;
}

/* What waits in a socket; and, before message "lost", that some were lost. */
static unsigned int waiting, lost;

int mnl_socket_get_fd(const struct mnl_socket *sock)
{
	(void)sock;
	return -1;
}

ssize_t recv(int fd, void *buf, size_t len, int flags)
{
	struct nlmsghdr *nlh;

	(void)fd;
	(void)len;
	(void)flags;
	if (waiting && waiting == lost) {
		lost = 0;
		errno = ENOBUFS;
		return -1;
	}
	if (!waiting) {
		errno = EAGAIN;
		return -1;
	}
	waiting--;
	nlh = put(buf, RTM_NEWLINK, false);
	mnl_nlmsg_put_extra_header(nlh, sizeof(struct ifinfomsg));
	return nlh->nlmsg_len;
}

static void begin(void *arg)
{
	*(unsigned int *)arg = 0;
}

static void each(const struct nlmsghdr *nlh, void *arg)
{
	(void)nlh;
	++*(unsigned int *)arg;
}

static int dump(const struct answer *answer, unsigned int *count)
{
	asked = 0;
	*count = 0;
	answers[0] = *answer;
	return rtnl_dump(NULL, RTM_GETLINK, each, count);
}

int main(void)
{
	static const struct answer whole, interrupted = { .is_interrupted = true };
	static const struct answer refused = { .error = -ENOMEM };
	unsigned int count;

	is(dump(&whole, &count), 0, "a dump");
	is(count, 2, "of two");
	is(-dump(&interrupted, &count), EINTR, "an interrupted one is none");
	is(count, 2, "but what it has is told");
	is(dump(&whole, &count), 0, "that is over with the next one");
	is(-dump(&refused, &count), ENOMEM, "one that the kernel could not end");

	asked = 0;
	answers[0] = answers[1] = interrupted;
	answers[2] = whole;
	is(rtnl_dump_whole(NULL, RTM_GETLINK, begin, each, &count), 0,
	   "the third is whole");
	is(count, 2, "and the others are forgotten");
	asked = 0;
	answers[2] = interrupted;
	is(-rtnl_dump_whole(NULL, RTM_GETLINK, begin, each, &count), EINTR,
	   "none is");
	is(asked, 3, "and that is enough");

	waiting = 1000;
	count = 0;
	is(rtnl_receive(NULL, each, &count), 0, "a flood");
	ok(count && count <= 100, "is read a part at a time");
	is(waiting, 1000 - count, "the rest waits");
	waiting = 1000;
	lost = 995;
	count = 0;
	is(-rtnl_receive(NULL, each, &count), ENOBUFS, "some of it lost");
	is(count, 5, "what comes after that is older than what is asked for");
	is(waiting, 0, "and taken out");
	return tap_done();
}
