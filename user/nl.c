// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * The connection to the module. libnl-genl makes it, finds the family and
 * builds requests; everything that arrives is read here and walked in place
 * with libmnl, since answers and records come through the same socket.
 */
#include "nl.h"

#include <linux/filter.h>
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
#include <time.h>

/* The module sends up to 16 KiB; a dump's first message may take 32 KiB. */
#define RECEIVE_BYTES	(128 * 1024)
#define ANSWER_MS	5000
#define SEND_TRIES	3

/* Older headers lack the ones after COOKIE. */
#define ACK_MISS_TYPE	5

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
	bool is_overrun;
	int result;
	char buf[RECEIVE_BYTES] __attribute__((aligned(8)));
};

struct ksflow_nl_watch {
	struct nl_sock *sock;
};

/* Names of attributes, for refusals that point at one. */
struct names {
	const char * const *names;
	unsigned int count;
	const struct nest {
		unsigned int type;
		const struct names *inside;
	} *nests;		/* ends with type 0 */
};

static const char * const rule_words[] = {
	[KSFLOW_A_RULE_PATTERN] = "rule pattern",
	[KSFLOW_A_RULE_SPEED] = "rule speed",
	[KSFLOW_A_RULE_RATE] = "rule rate",
	[KSFLOW_A_RULE_RATIO] = "rule ratio",
	[KSFLOW_A_RULE_DIR] = "rule direction",
	[KSFLOW_A_RULE_TAP] = "rule tap",
	[KSFLOW_A_RULE_QUIET] = "rule quiet",
};

static const struct names rule_names = {
	rule_words, sizeof(rule_words) / sizeof(rule_words[0]), NULL,
};

static const char * const layer_words[] = {
	[KSFLOW_A_LAYER_ID] = "layer id",
	[KSFLOW_A_LAYER_HEADER] = "header bytes",
	[KSFLOW_A_LAYER_RING] = "ring bytes",
	[KSFLOW_A_LAYER_RULE] = "rule",
};

static const struct nest layer_nests[] = {
	{ KSFLOW_A_LAYER_RULE, &rule_names }, { 0, NULL },
};

static const struct names layer_names = {
	layer_words, sizeof(layer_words) / sizeof(layer_words[0]), layer_nests,
};

static const char * const top_words[] = {
	[KSFLOW_A_KINDS] = "kinds",
	[KSFLOW_A_SNAPLEN] = "snaplen",
	[KSFLOW_A_FILTER] = "filter",
	[KSFLOW_A_OWNER] = "owner",
	[KSFLOW_A_IFINDEX] = "ifindex",
	[KSFLOW_A_IFNAME] = "interface name",
	[KSFLOW_A_LAYER] = "layer",
	[KSFLOW_A_RULE] = "rule",
};

static const struct nest top_nests[] = {
	{ KSFLOW_A_LAYER, &layer_names }, { KSFLOW_A_RULE, &rule_names },
	{ 0, NULL },
};

static const struct names top_names = {
	top_words, sizeof(top_words) / sizeof(top_words[0]), top_nests,
};

/* Name of the attribute that lies at byte off of the request, or NULL. */
static const char *attr_at(const struct nlmsghdr *request, uint32_t off)
{
	const struct names *names = &top_names;
	const char *at, *end, *target;

	if (off >= request->nlmsg_len)
		return NULL;
	target = (const char *)request + off;
	at = (const char *)request + NLMSG_HDRLEN + GENL_HDRLEN;
	end = (const char *)request + request->nlmsg_len;
	while (at < end) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const struct nest *nest;
		unsigned int type;

		if (!mnl_attr_ok(attr, end - at))
			return NULL;
		type = mnl_attr_get_type(attr);
		if (target >= at + MNL_ALIGN(attr->nla_len)) {
			at += MNL_ALIGN(attr->nla_len);
			continue;
		}
		for (nest = names->nests; nest && nest->type; nest++) {
			if (nest->type == type)
				break;
		}
		if (target == at || !nest || !nest->type)
			return type < names->count ? names->names[type] : NULL;
		names = nest->inside;
		end = at + attr->nla_len;
		at += MNL_ATTR_HDRLEN;
	}
	return NULL;
}

static void say(struct ksflow_nl_error *err, int code, const char *attr,
		const char *text)
{
	if (!err)
		return;
	err->code = code;
	snprintf(err->attr, sizeof(err->attr), "%s", attr ? attr : "");
	if (attr && !strcasestr(text, attr))
		snprintf(err->text, sizeof(err->text), "%s: %s", attr, text);
	else
		snprintf(err->text, sizeof(err->text), "%s", text);
}

/* A failure of our own, or one the module gave no reason for. */
static int fail(struct ksflow_nl_error *err, int code, const char *what)
{
	char text[256];

	snprintf(text, sizeof(text), "%s: %s%s", what, strerror(-code),
		 code == -EPERM ? " (CAP_NET_ADMIN is needed)" : "");
	say(err, code, NULL, text);
	return code;
}

/* Put the module's own words, if it sent any, into *err. */
static void read_error(struct ksflow_nl *nl, const struct nlmsghdr *nlh)
{
	const struct nlmsgerr *e = mnl_nlmsg_get_payload(nlh);
	const char *end = (const char *)nlh + nlh->nlmsg_len;
	const char *at = (const char *)(e + 1);
	const char *attr_name = NULL;
	char text[256] = "";
	uint32_t number;

	/* without NETLINK_CAP_ACK the request is quoted first */
	if (!(nlh->nlmsg_flags & NLM_F_CAPPED))
		at += MNL_ALIGN(e->msg.nlmsg_len) - sizeof(e->msg);
	while ((nlh->nlmsg_flags & NLM_F_ACK_TLVS) && at < end) {
		const struct nlattr *attr = (const struct nlattr *)at;
		const char *payload = mnl_attr_get_payload(attr);

		if (!mnl_attr_ok(attr, end - at))
			break;
		switch (mnl_attr_get_type(attr)) {
		case NLMSGERR_ATTR_MSG:
			snprintf(text, sizeof(text), "%.*s",
				 (int)mnl_attr_get_payload_len(attr), payload);
			break;
		case NLMSGERR_ATTR_OFFS:
			if (mnl_attr_get_payload_len(attr) != sizeof(number))
				break;
			memcpy(&number, payload, sizeof(number));
			attr_name = attr_at(nl->request, number);
			break;
		case ACK_MISS_TYPE:
			if (mnl_attr_get_payload_len(attr) != sizeof(number))
				break;
			memcpy(&number, payload, sizeof(number));
			if (!attr_name && number < top_names.count)
				attr_name = top_words[number];
			break;
		}
		at += MNL_ALIGN(attr->nla_len);
	}
	if (text[0])
		say(nl->err, e->error, attr_name, text);
	else if (e->error == -EPERM)
		say(nl->err, e->error, attr_name,
		    "not permitted (CAP_NET_ADMIN is needed)");
	else
		say(nl->err, e->error, attr_name, strerror(-e->error));
}

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
			read_error(nl, nlh);
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
			nl->result = fail(nl->err, ret, "dump");
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
	ret = nl->answer(attrs, len, nl->answer_arg);
	if (ret == -EBADMSG || ret == -ENOMEM)
		fail(nl->err, ret, "answer of the module");
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

static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000LL + ts.tv_nsec / 1000000;
}

static int wait_answer(struct ksflow_nl *nl)
{
	int64_t deadline = now_ms() + ANSWER_MS;

	while (!nl->is_answered) {
		struct pollfd pfd = {
			.fd = nl_socket_get_fd(nl->sock), .events = POLLIN,
		};
		int64_t left = deadline - now_ms();
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
 * reads a state, so it may be repeated when its answer was lost.
 */
static int request(struct ksflow_nl *nl, struct nl_msg *msg,
		   int (*answer)(const void *attrs, size_t len, void *arg),
		   void *arg, struct ksflow_nl_error *err)
{
	int tries = 0;
	int ret;

	if (!msg)
		return fail(err, -ENOMEM, "request");
	nl->answer = answer;
	nl->answer_arg = arg;
	nl->err = err;
	nl->request = nlmsg_hdr(msg);
	do {
		nl->is_answered = false;
		nl->is_overrun = false;
		nl->result = 0;
		nl->request->nlmsg_seq = NL_AUTO_SEQ;
		nl_complete_msg(nl->sock, msg);
		ret = nl_send(nl->sock, msg);
		if (ret < 0) {
			ret = fail(err, -EIO, nl_geterror(ret));
			goto out;
		}
		ret = wait_answer(nl);
	} while (ret == -EAGAIN && ++tries < SEND_TRIES);
	ret = ret ? fail(err, ret, "no answer from the module") : nl->result;
out:
	nl->request = NULL;
	nl->answer = NULL;
	nl->err = NULL;
	nlmsg_free(msg);
	return ret;
}

static struct nl_msg *message(struct ksflow_nl *nl, int cmd, int flags)
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
		fail(err, -ENOMEM, "connection");
		return NULL;
	}
	nl->sock = nl_socket_alloc();
	if (!nl->sock) {
		fail(err, -ENOMEM, "connection");
		goto free_nl;
	}
	ret = genl_connect(nl->sock);
	if (ret < 0) {
		fail(err, -EPROTONOSUPPORT, nl_geterror(ret));
		goto free_sock;
	}
	nl->family = find_family(nl->sock);
	if (nl->family < 0) {
		if (nl->family == -NLE_OBJ_NOTFOUND)
			say(err, -ENOENT, NULL, "module ksflow is not loaded");
		else
			fail(err, -EIO, nl_geterror(nl->family));
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
			return fail(err, ret, "reading records");
		if (!ret)
			break;
		messages += ret;
	}
	return messages;
}

static int config_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_config(attrs, len, arg);
}

int ksflow_nl_subscribe(struct ksflow_nl *nl,
			const struct ksflow_subscription *sub,
			const struct ksflow_handler *handler,
			struct ksflow_config *answer,
			struct ksflow_nl_error *err)
{
	struct ksflow_config ignored = { 0 };
	struct nl_msg *msg;
	int ret;

	if (answer)
		memset(answer, 0, sizeof(*answer));
	msg = message(nl, KSFLOW_CMD_SUBSCRIBE, 0);
	if (!msg || nla_put_u32(msg, KSFLOW_A_KINDS, sub->kinds) ||
	    (sub->snaplen &&
	     nla_put_u32(msg, KSFLOW_A_SNAPLEN, sub->snaplen)) ||
	    (sub->filter_count &&
	     nla_put(msg, KSFLOW_A_FILTER,
		     sub->filter_count * sizeof(*sub->filter), sub->filter)) ||
	    (sub->is_owner && nla_put_flag(msg, KSFLOW_A_OWNER))) {
		nlmsg_free(msg);
		return fail(err, -EMSGSIZE, "subscription");
	}
	/* records may come before the answer does */
	nl->handler = *handler;
	ret = request(nl, msg, config_answer, answer ? answer : &ignored, err);
	ksflow_config_free(&ignored);
	if (ret)
		memset(&nl->handler, 0, sizeof(nl->handler));
	return ret;
}

int ksflow_nl_unsubscribe(struct ksflow_nl *nl, struct ksflow_nl_error *err)
{
	return request(nl, message(nl, KSFLOW_CMD_UNSUBSCRIBE, 0), NULL, NULL,
		       err);
}

int ksflow_nl_config_get(struct ksflow_nl *nl, struct ksflow_config *config,
			 struct ksflow_nl_error *err)
{
	int ret;

	memset(config, 0, sizeof(*config));
	ret = request(nl, message(nl, KSFLOW_CMD_CONFIG_GET, 0), config_answer,
		      config, err);
	if (ret)
		ksflow_config_free(config);
	return ret;
}

static int put_rule(struct nl_msg *msg, int type,
		    const struct ksflow_rule *rule)
{
	struct nlattr *nest = nla_nest_start(msg, type | NLA_F_NESTED);

	if (!nest ||
	    (ksflow_has(rule, RULE_PATTERN) && rule->pattern[0] &&
	     nla_put_string(msg, KSFLOW_A_RULE_PATTERN, rule->pattern)) ||
	    (ksflow_has(rule, RULE_SPEED) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_SPEED, rule->speed_mbit)) ||
	    (ksflow_has(rule, RULE_RATE) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATE, rule->rate)) ||
	    (ksflow_has(rule, RULE_RATIO) &&
	     nla_put_u32(msg, KSFLOW_A_RULE_RATIO, rule->ratio)) ||
	    (ksflow_has(rule, RULE_DIR) &&
	     nla_put_u8(msg, KSFLOW_A_RULE_DIR, rule->dir)) ||
	    (ksflow_has(rule, RULE_TAP) &&
	     nla_put_u8(msg, KSFLOW_A_RULE_TAP, rule->tap)) ||
	    (rule->is_quiet && nla_put_flag(msg, KSFLOW_A_RULE_QUIET)))
		return -EMSGSIZE;
	return nla_nest_end(msg, nest);
}

int ksflow_nl_layer_set(struct ksflow_nl *nl,
			const struct ksflow_layer_conf *layer,
			struct ksflow_nl_error *err)
{
	struct nl_msg *msg = message(nl, KSFLOW_CMD_LAYER_SET, 0);
	struct nlattr *nest;
	unsigned int i;

	if (!msg)
		return fail(err, -ENOMEM, "layer");
	nest = nla_nest_start(msg, KSFLOW_A_LAYER | NLA_F_NESTED);
	if (!nest || nla_put_u8(msg, KSFLOW_A_LAYER_ID, layer->id) ||
	    (ksflow_has(layer, LAYER_HEADER) &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_HEADER, layer->header_bytes)) ||
	    (ksflow_has(layer, LAYER_RING) &&
	     nla_put_u32(msg, KSFLOW_A_LAYER_RING, layer->ring_bytes)))
		goto too_big;
	for (i = 0; i < layer->rule_count; i++) {
		if (put_rule(msg, KSFLOW_A_LAYER_RULE, &layer->rules[i]))
			goto too_big;
	}
	nla_nest_end(msg, nest);
	return request(nl, msg, NULL, NULL, err);

too_big:
	nlmsg_free(msg);
	return fail(err, -EMSGSIZE, "layer");
}

static int rule_request(struct ksflow_nl *nl, int cmd,
			const struct ksflow_rule *rule,
			struct ksflow_nl_error *err)
{
	struct nl_msg *msg = message(nl, cmd, 0);

	if (!msg || put_rule(msg, KSFLOW_A_RULE, rule)) {
		nlmsg_free(msg);
		return fail(err, -EMSGSIZE, "rule");
	}
	return request(nl, msg, NULL, NULL, err);
}

int ksflow_nl_rule_set(struct ksflow_nl *nl, const struct ksflow_rule *rule,
		       struct ksflow_nl_error *err)
{
	return rule_request(nl, KSFLOW_CMD_RULE_SET, rule, err);
}

int ksflow_nl_rule_del(struct ksflow_nl *nl, const char *pattern,
		       struct ksflow_nl_error *err)
{
	struct ksflow_rule rule = { .has = 1ULL << KSFLOW_A_RULE_PATTERN };

	if (strlen(pattern) >= sizeof(rule.pattern)) {
		say(err, -EINVAL, "rule pattern", "rule pattern is too long");
		return -EINVAL;
	}
	strcpy(rule.pattern, pattern);
	return rule_request(nl, KSFLOW_CMD_RULE_DEL, &rule, err);
}

int ksflow_nl_reset(struct ksflow_nl *nl, struct ksflow_nl_error *err)
{
	return request(nl, message(nl, KSFLOW_CMD_RESET, 0), NULL, NULL, err);
}

static int dev_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_dev(attrs, len, arg);
}

int ksflow_nl_dev_get(struct ksflow_nl *nl, const char *name,
		      struct ksflow_dev *dev, struct ksflow_nl_error *err)
{
	struct nl_msg *msg = message(nl, KSFLOW_CMD_DEV_GET, 0);

	memset(dev, 0, sizeof(*dev));
	if (!msg || nla_put_string(msg, KSFLOW_A_IFNAME, name)) {
		nlmsg_free(msg);
		return fail(err, -EMSGSIZE, "interface name");
	}
	return request(nl, msg, dev_answer, dev, err);
}

struct dev_each {
	int (*each)(const struct ksflow_dev *dev, void *arg);
	void *arg;
};

static int dev_dump_answer(const void *attrs, size_t len, void *arg)
{
	struct dev_each *walk = arg;
	struct ksflow_dev dev;
	int ret;

	ret = ksflow_nl_parse_dev(attrs, len, &dev);
	if (ret)
		return ret;
	return walk->each(&dev, walk->arg);
}

int ksflow_nl_dev_dump(struct ksflow_nl *nl,
		       int (*each)(const struct ksflow_dev *dev, void *arg),
		       void *arg, struct ksflow_nl_error *err)
{
	struct dev_each walk = { each, arg };

	return request(nl, message(nl, KSFLOW_CMD_DEV_GET, NLM_F_DUMP),
		       dev_dump_answer, &walk, err);
}

static int stats_answer(const void *attrs, size_t len, void *arg)
{
	return ksflow_nl_parse_stats(attrs, len, arg);
}

int ksflow_nl_stats_get(struct ksflow_nl *nl,
			const struct ksflow_stats_handler *handler,
			struct ksflow_nl_error *err)
{
	return request(nl, message(nl, KSFLOW_CMD_STATS_GET, NLM_F_DUMP),
		       stats_answer, (void *)handler, err);
}

struct ksflow_nl_watch *ksflow_nl_watch_open(struct ksflow_nl_error *err)
{
	struct ksflow_nl_watch *watch = calloc(1, sizeof(*watch));
	int group;
	int ret;

	if (!watch) {
		fail(err, -ENOMEM, "watch");
		return NULL;
	}
	watch->sock = nl_socket_alloc();
	if (!watch->sock)
		goto free_watch;
	ret = genl_connect(watch->sock);
	if (ret < 0)
		goto free_sock;
	group = genl_ctrl_resolve_grp(watch->sock, "nlctrl", "notify");
	if (group < 0)
		goto free_sock;
	ret = nl_socket_add_membership(watch->sock, group);
	if (ret < 0)
		goto free_sock;
	return watch;

free_sock:
	nl_socket_free(watch->sock);
free_watch:
	free(watch);
	fail(err, -EIO, "watching for the module");
	return NULL;
}

void ksflow_nl_watch_close(struct ksflow_nl_watch *watch)
{
	if (!watch)
		return;
	nl_socket_free(watch->sock);
	free(watch);
}

int ksflow_nl_watch_fd(const struct ksflow_nl_watch *watch)
{
	return nl_socket_get_fd(watch->sock);
}

static bool is_ours(const struct nlmsghdr *nlh)
{
	const struct nlattr *attr;

	mnl_attr_for_each(attr, nlh, GENL_HDRLEN) {
		if (mnl_attr_get_type(attr) != CTRL_ATTR_FAMILY_NAME)
			continue;
		if (mnl_attr_validate(attr, MNL_TYPE_NUL_STRING) < 0)
			return false;
		return !strcmp(mnl_attr_get_str(attr), KSFLOW_GENL_NAME);
	}
	return false;
}

int ksflow_nl_watch_receive(struct ksflow_nl_watch *watch)
{
	char buf[8192] __attribute__((aligned(8)));
	int event = 0;

	for (;;) {
		const struct nlmsghdr *nlh = (const struct nlmsghdr *)buf;
		const struct genlmsghdr *genl;
		int len;

		len = recv(ksflow_nl_watch_fd(watch), buf, sizeof(buf),
			   MSG_DONTWAIT);
		if (len < 0)
			return event;
		while (mnl_nlmsg_ok(nlh, len)) {
			genl = mnl_nlmsg_get_payload(nlh);
			if (nlh->nlmsg_type == GENL_ID_CTRL &&
			    mnl_nlmsg_get_payload_len(nlh) >= GENL_HDRLEN &&
			    is_ours(nlh)) {
				if (genl->cmd == CTRL_CMD_NEWFAMILY)
					event = 1;
				else if (genl->cmd == CTRL_CMD_DELFAMILY)
					event = -1;
			}
			nlh = mnl_nlmsg_next(nlh, &len);
		}
	}
}
