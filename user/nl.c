// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The connection to the module. libnl-genl makes it, finds the family and
 * builds requests; everything that arrives is read here and walked in place
 * with libmnl, since answers and records come through the same socket.
 */
#include "nl.h"

#include "clock.h"
#include "nl_internal.h"

#include <linux/genetlink.h>
#include <linux/netlink.h>

#include <libmnl/libmnl.h>
#include <netlink/cache.h>
#include <netlink/genl/ctrl.h>
#include <netlink/genl/family.h>
#include <netlink/genl/genl.h>
#include <netlink/netlink.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The module sends up to 16 KiB; a dump's first message may take 32 KiB. */
#define RECEIVE_BYTES	(128 * 1024)
#define ANSWER_MS	5000
#define SEND_TRIES	3

struct ksflow_nl {
	struct nl_sock *sock;
	int family;
	struct ksflow_handler handler;	/* the reader's */
	struct ksflow_handler counting;	/* ours, around it */
	struct ksflow_nl_counts counts;
	/* the request that waits for its answer */
	struct nlmsghdr *request;
	int (*answer)(const void *attrs, size_t len, void *arg);
	void *answer_arg;
	struct ksflow_nl_error *err;
	bool is_answered;
	bool is_begun;			/* a part of the answer was used */
	bool is_overrun;
	int result;
	char buf[RECEIVE_BYTES] __attribute__((aligned(8)));
};

static void count_batch(const struct ksflow_batch *batch, void *arg)
{
	struct ksflow_nl *nl = arg;

	nl->counts.messages++;
	if (nl->handler.batch)
		nl->handler.batch(batch, nl->handler.arg);
}

static void count_record(const struct ksflow_batch *batch,
			 const struct ksflow_record *record, void *arg)
{
	struct ksflow_nl *nl = arg;

	nl->counts.records++;
	if (nl->handler.record)
		nl->handler.record(batch, record, nl->handler.arg);
}

static void read_message(struct ksflow_nl *nl, const struct nlmsghdr *nlh)
{
	const struct genlmsghdr *genl = mnl_nlmsg_get_payload(nlh);
	size_t len = mnl_nlmsg_get_payload_len(nlh);
	const char *attrs = (const char *)genl + GENL_HDRLEN;
	const struct nlmsgerr *e = (const void *)genl;
	bool is_answer;
	int ret;

	is_answer = nl->request && !nl->is_answered &&
		    nlh->nlmsg_seq == nl->request->nlmsg_seq;
	switch (nlh->nlmsg_type) {
	case NLMSG_ERROR:
		if (!is_answer || len < sizeof(*e))
			return;
		if (e->error) {
			ksflow_nl_read_error(nlh, nl->request, nl->err);
			nl->result = e->error;
		}
		nl->is_answered = true;
		return;
	case NLMSG_DONE:
		if (!is_answer)
			return;
		if (len >= sizeof(int))
			memcpy(&ret, genl, sizeof(ret));
		else
			ret = 0;
		if (ret < 0 && !nl->result)
			nl->result = ksflow_nl_fail(nl->err, ret, "dump");
		nl->is_answered = true;
		return;
	}
	if (nlh->nlmsg_type != nl->family || len < GENL_HDRLEN)
		return;
	len -= GENL_HDRLEN;
	if (genl->cmd == KSFLOW_CMD_RECORDS) {
		if (ksflow_nl_parse_records(attrs, len, &nl->counting))
			nl->counts.malformed++;
		return;
	}
	if (!is_answer || !nl->answer || nl->result)
		return;
	nl->is_begun = true;
	ret = nl->answer(attrs, len, nl->answer_arg);
	if (ret == -EBADMSG || ret == -ENOMEM)
		ksflow_nl_fail(nl->err, ret, "answer of the module");
	nl->result = ret;
}

/*
 * One read. Returns the number of messages in it, 0 when there was nothing,
 * -errno. An overrun and a cut message count as nothing read, not as an
 * error: the sequence numbers in the next batch tell what was lost.
 */
static int read_once(struct ksflow_nl *nl)
{
	struct sockaddr_nl from = { 0 };
	struct iovec iov = { nl->buf, sizeof(nl->buf) };
	struct msghdr msg = {
		.msg_name = &from, .msg_namelen = sizeof(from),
		.msg_iov = &iov, .msg_iovlen = 1,
	};
	const struct nlmsghdr *nlh;
	int messages = 0;
	int len;

	len = recvmsg(nl_socket_get_fd(nl->sock), &msg, MSG_DONTWAIT);
	if (len < 0) {
		switch (errno) {
		case EAGAIN:
		case EINTR:
			return 0;
		case ENOBUFS:
			nl->counts.overruns++;
			nl->is_overrun = true;
			return 1;
		}
		return -errno;
	}
	/* anybody may send to a socket's port; only the kernel is port 0 */
	if (from.nl_pid)
		return 1;
	if (msg.msg_flags & MSG_TRUNC) {
		nl->counts.truncated++;
		nl->is_overrun = true;
		return 1;
	}
	nlh = (const struct nlmsghdr *)nl->buf;
	while (mnl_nlmsg_ok(nlh, len)) {
		read_message(nl, nlh);
		messages++;
		nlh = mnl_nlmsg_next(nlh, &len);
	}
	return messages ? messages : 1;
}

static int wait_answer(struct ksflow_nl *nl)
{
	int64_t deadline = clock_ms() + ANSWER_MS;

	while (!nl->is_answered) {
		struct pollfd pfd = {
			.fd = nl_socket_get_fd(nl->sock), .events = POLLIN,
		};
		int64_t left = deadline - clock_ms();
		int ret;

		if (left <= 0)
			return -ETIMEDOUT;
		/* an overrun may have cost us the answer itself */
		if (nl->is_overrun && left > ANSWER_MS / 10)
			left = ANSWER_MS / 10;
		ret = poll(&pfd, 1, left);
		if (ret < 0 && errno != EINTR)
			return -errno;
		if (!ret && nl->is_overrun)
			return -EAGAIN;
		if (ret <= 0)
			continue;
		ret = read_once(nl);
		if (ret < 0)
			return ret;
	}
	return 0;
}

/*
 * Send and wait for the answer. Consumes msg. Every request replaces or
 * reads a state, so it may be repeated when its answer was lost; not when the
 * caller has seen a part of it.
 */
int ksflow_nl_request(struct ksflow_nl *nl, struct nl_msg *msg,
		      int (*answer)(const void *attrs, size_t len, void *arg),
		      void *arg, struct ksflow_nl_error *err)
{
	int tries = 0;
	int ret;

	if (!msg)
		return ksflow_nl_fail(err, -ENOMEM, "request");
	nl->answer = answer;
	nl->answer_arg = arg;
	nl->err = err;
	nl->request = nlmsg_hdr(msg);
	do {
		nl->is_answered = false;
		nl->is_begun = false;
		nl->is_overrun = false;
		nl->result = 0;
		nl->request->nlmsg_seq = NL_AUTO_SEQ;
		nl_complete_msg(nl->sock, msg);
		ret = nl_send(nl->sock, msg);
		if (ret < 0) {
			ret = ksflow_nl_fail(err, -EIO, nl_geterror(ret));
			goto out;
		}
		ret = wait_answer(nl);
	} while (ret == -EAGAIN && !nl->is_begun && ++tries < SEND_TRIES);
	ret = ret ? ksflow_nl_fail(err, ret, "no answer from the module") :
		    nl->result;
out:
	nl->request = NULL;
	nl->answer = NULL;
	nl->err = NULL;
	nlmsg_free(msg);
	return ret;
}

struct nl_msg *ksflow_nl_message(struct ksflow_nl *nl, int cmd, int flags)
{
	/* 256 rules do not fit into libnl's default of one page */
	struct nl_msg *msg = nlmsg_alloc_size(64 * 1024);

	if (msg && !genlmsg_put(msg, NL_AUTO_PORT, NL_AUTO_SEQ, nl->family, 0,
				flags, cmd, KSFLOW_GENL_VERSION)) {
		nlmsg_free(msg);
		msg = NULL;
	}
	return msg;
}

/*
 * By looking through all families: to ask for one by name makes the kernel
 * load its module, and one that was removed is to stay so.
 */
static int find_family(struct nl_sock *sock)
{
	struct genl_family *family;
	struct nl_cache *cache;
	int ret;

	ret = genl_ctrl_alloc_cache(sock, &cache);
	if (ret < 0)
		return ret;
	family = genl_ctrl_search_by_name(cache, KSFLOW_GENL_NAME);
	ret = -NLE_OBJ_NOTFOUND;
	if (family) {
		ret = genl_family_get_id(family);
		genl_family_put(family);
	}
	nl_cache_free(cache);
	return ret;
}

struct ksflow_nl *ksflow_nl_open(struct ksflow_nl_error *err)
{
	struct ksflow_nl *nl = calloc(1, sizeof(*nl));
	int one = 1;
	int ret;
	int fd;

	if (!nl) {
		ksflow_nl_fail(err, -ENOMEM, "connection");
		return NULL;
	}
	nl->sock = nl_socket_alloc();
	if (!nl->sock) {
		ksflow_nl_fail(err, -ENOMEM, "connection");
		goto free_nl;
	}
	ret = genl_connect(nl->sock);
	if (ret < 0) {
		ksflow_nl_fail(err, -EPROTONOSUPPORT, nl_geterror(ret));
		goto free_sock;
	}
	nl->family = find_family(nl->sock);
	if (nl->family < 0) {
		if (nl->family == -NLE_OBJ_NOTFOUND)
			ksflow_nl_say(err, -ENOENT, NULL,
				      "module ksflow is not loaded");
		else
			ksflow_nl_fail(err, -EIO, nl_geterror(nl->family));
		goto free_sock;
	}
	nl->counting.batch = count_batch;
	nl->counting.record = count_record;
	nl->counting.arg = nl;
	fd = nl_socket_get_fd(nl->sock);
	setsockopt(fd, SOL_NETLINK, NETLINK_EXT_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_CAP_ACK, &one, sizeof(one));
	setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &one, sizeof(one));
	return nl;

free_sock:
	nl_socket_free(nl->sock);
free_nl:
	free(nl);
	return NULL;
}

void ksflow_nl_close(struct ksflow_nl *nl)
{
	if (!nl)
		return;
	nl_socket_free(nl->sock);
	free(nl);
}

int ksflow_nl_fd(const struct ksflow_nl *nl)
{
	return nl_socket_get_fd(nl->sock);
}

uint32_t ksflow_nl_portid(const struct ksflow_nl *nl)
{
	return nl_socket_get_local_port(nl->sock);
}

struct ksflow_handler ksflow_nl_set_handler(struct ksflow_nl *nl,
					    const struct ksflow_handler *handler)
{
	struct ksflow_handler before = nl->handler;

	nl->handler = *handler;
	return before;
}

const struct ksflow_nl_counts *ksflow_nl_counts(const struct ksflow_nl *nl)
{
	return &nl->counts;
}

int ksflow_nl_set_rcvbuf(struct ksflow_nl *nl, int bytes)
{
	int fd = nl_socket_get_fd(nl->sock);
	socklen_t len = sizeof(bytes);

	/* the plain option is capped by net.core.rmem_max */
	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, len))
		setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, len);
	if (getsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, &len))
		return -errno;
	return bytes / 2;	/* the kernel doubles it for its overhead */
}

int ksflow_nl_receive(struct ksflow_nl *nl, unsigned int max,
		      struct ksflow_nl_error *err)
{
	unsigned int messages = 0;
	int ret;

	while (messages < max) {
		ret = read_once(nl);
		if (ret < 0)
			return ksflow_nl_fail(err, ret, "reading records");
		if (!ret)
			break;
		messages += ret;
	}
	return messages;
}
