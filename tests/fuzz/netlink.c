// SPDX-License-Identifier: GPL-2.0
/* Copyright (C) 2026 the ksflow authors */
/*
 * Messages to the module's family: mostly what its policies describe, with
 * values at and beyond every bound, then bent: wrong types and lengths, nests
 * cut off, repeated, in each other; from another namespace, without privilege.
 * Where the kernel has KCOV a message that reaches new code of the module is
 * kept and bent further.
 *
 * usage: netlink SEED COUNT [NETNS]       tests/e2e/fuzz.sh runs it in a guest
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/kcov.h>
#include <linux/ksflow.h>
#include <linux/netlink.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_MAX	8192
#define SOCKETS		6
#define NOBODY		65534

static uint64_t rng;

static uint32_t rnd(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng >> 16;
}

static bool one_in(uint32_t n)
{
	return rnd() % n == 0;
}

/* ---- coverage ---------------------------------------------------------- */

#define COVER_SIZE	(64 << 10)
#define SEEN_BITS	20

static unsigned long *cover;
static unsigned char seen[1 << (SEEN_BITS - 3)];
static unsigned int blocks;

static void cover_open(void)
{
	int fd = open("/sys/kernel/debug/kcov", O_RDWR);

	if (fd < 0 || ioctl(fd, KCOV_INIT_TRACE, COVER_SIZE))
		return;
	cover = mmap(NULL, COVER_SIZE * sizeof(*cover), PROT_READ | PROT_WRITE,
		     MAP_SHARED, fd, 0);
	if (cover == MAP_FAILED || ioctl(fd, KCOV_ENABLE, KCOV_TRACE_PC))
		cover = NULL;
}

/* Only the module's files are instrumented. */
static bool cover_is_new(void)
{
	unsigned long i, n;
	bool is_new = false;

	if (!cover)
		return false;
	n = __atomic_load_n(&cover[0], __ATOMIC_RELAXED);
	for (i = 1; i <= n && i < COVER_SIZE; i++) {
		uint32_t bit = cover[i] & ((1 << SEEN_BITS) - 1);

		if (seen[bit / 8] & 1 << bit % 8)
			continue;
		seen[bit / 8] |= 1 << bit % 8;
		blocks++;
		is_new = true;
	}
	return is_new;
}

/* ---- messages ---------------------------------------------------------- */

struct message {
	uint32_t len;
	unsigned char data[MESSAGE_MAX];
};

static struct message kept[512];
static unsigned int kept_count;

enum kind { FLAG, U8, U16, U32, ADDR4, ADDR, TEXT, HIDE, FILTER, LAYER, RULE,
	    REPAIR, DROP, OWN, ANY };

struct known {
	uint16_t type;
	enum kind kind;
};

static const struct known top[] = {
	{ KSFLOW_A_KINDS, U32 }, { KSFLOW_A_SNAPLEN, U32 },
	{ KSFLOW_A_OWNER, FLAG }, { KSFLOW_A_IFINDEX, U32 },
	{ KSFLOW_A_IFNAME, TEXT }, { KSFLOW_A_LAYER, LAYER },
	{ KSFLOW_A_RULE, RULE }, { KSFLOW_A_REPAIR, REPAIR },
	{ KSFLOW_A_DROP, DROP }, { KSFLOW_A_FILTER, FILTER },
	{ KSFLOW_A_FILTER_IP, FILTER },
};

static const struct known layer[] = {
	{ KSFLOW_A_LAYER_ID, U8 }, { KSFLOW_A_LAYER_HEADER, U32 },
	{ KSFLOW_A_LAYER_RING, U32 }, { KSFLOW_A_LAYER_RULE, RULE },
	{ KSFLOW_A_LAYER_RULE, RULE }, { KSFLOW_A_LAYER_RULE, RULE },
	{ KSFLOW_A_LAYER_REPAIR, REPAIR }, { KSFLOW_A_LAYER_REPAIR, REPAIR },
	{ KSFLOW_A_LAYER_DROP, DROP }, { KSFLOW_A_LAYER_OWN, OWN },
	{ KSFLOW_A_LAYER_PSAMPLE, U32 }, { KSFLOW_A_LAYER_DELAY, U32 },
};

static const struct known drop[] = {
	{ KSFLOW_A_DROP_STATE, U8 }, { KSFLOW_A_DROP_LIMIT, U32 },
	{ KSFLOW_A_DROP_BURST, U32 }, { KSFLOW_A_DROP_SW, U8 },
	{ KSFLOW_A_DROP_HW, U8 }, { KSFLOW_A_DROP_HIDE, HIDE },
	{ KSFLOW_A_DROP_HIDE, HIDE }, { KSFLOW_A_DROP_HIDE, HIDE },
};

static const struct known own[] = {
	{ KSFLOW_A_OWN_PORT, U16 }, { KSFLOW_A_OWN_PORT, U16 },
	{ KSFLOW_A_OWN_ADDR4, ADDR4 }, { KSFLOW_A_OWN_ADDR6, ADDR },
};

static const struct known repair[] = {
	{ KSFLOW_A_REPAIR_PORT, U16 }, { KSFLOW_A_REPAIR_PORT, U16 },
	{ KSFLOW_A_REPAIR_DEV, TEXT }, { KSFLOW_A_REPAIR_FROM, ADDR },
	{ KSFLOW_A_REPAIR_FROM_LEN, U8 }, { KSFLOW_A_REPAIR_TO, ADDR },
	{ KSFLOW_A_REPAIR_TO_LEN, U8 }, { KSFLOW_A_REPAIR_MODE, U8 },
	{ KSFLOW_A_REPAIR_KINDS, U32 }, { KSFLOW_A_REPAIR_DEFRAG, U8 },
	{ KSFLOW_A_REPAIR_ID, U32 },
};

static const struct known rule[] = {
	{ KSFLOW_A_RULE_PATTERN, TEXT }, { KSFLOW_A_RULE_SPEED, U32 },
	{ KSFLOW_A_RULE_RATE, U32 }, { KSFLOW_A_RULE_RATIO, U32 },
	{ KSFLOW_A_RULE_DIR, U8 }, { KSFLOW_A_RULE_TAP, U8 },
	{ KSFLOW_A_RULE_QUIET, FLAG },
};

static const uint32_t numbers[] = {
	0, 1, 1, 1, 2, 3, 4, 5, 7, 63, 64, 65, 100, 127, 128, 255, 256, 511,
	512, 513, 1000, 10000, 16383, 16384, 16385, 32768, 65536, 1 << 20,
	4 << 20, (4 << 20) + 1, 8 << 20, (1 << 24) - 1, 1 << 24, (1 << 24) + 1,
	0x3fffffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff,
};

static const char * const texts[] = {
	"va", "vb", "v*", "*", "lo", "?a", "[", "[a-", "[!v]*", "\\", "**a**b",
	"", "eth0", "x", "0123456789abcde", "0123456789abcdef",
	"012345678901234567890123456789012345678901234567890123456789012",
	"0123456789012345678901234567890123456789012345678901234567890123",
	"%s%n", "\xff\xfe", "a/b",
};

static const char * const hides[] = {
	"default", "none", "+*", "-*", "+NOT_SPECIFIED", "-UDP_*", "+ip_rcv*",
	"+", "-", "+[", "-\\", "*", "+icmp_rcv", "-SOCKET_CLOSE",
};

static void put(struct message *m, const void *data, uint32_t len)
{
	if (m->len + NLMSG_ALIGN(len) > MESSAGE_MAX - 64)
		return;
	memset(m->data + m->len, 0, NLMSG_ALIGN(len));
	memcpy(m->data + m->len, data, len);
	m->len += NLMSG_ALIGN(len);
}

static void put_any(struct message *m, const struct known *set, uint32_t count,
		    unsigned int depth);

/* Classic BPF: loads, jumps, ends; most of it what the kernel refuses. */
static void put_filter(struct message *m)
{
	static const struct sock_filter known[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, 12),
		BPF_STMT(BPF_LD | BPF_W | BPF_LEN, 0),
		BPF_STMT(BPF_LDX | BPF_B | BPF_MSH, 14),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, 16),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0x800, 0, 1),
		BPF_STMT(BPF_ALU | BPF_DIV | BPF_X, 0),
		BPF_STMT(BPF_ST, 3), BPF_STMT(BPF_LD | BPF_MEM, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
			 SKF_AD_OFF + SKF_AD_PAY_OFFSET),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, SKF_LL_OFF + 12),
		BPF_STMT(BPF_LD | BPF_B | BPF_IND, SKF_NET_OFF + 9),
	};
	static struct sock_filter code[300];
	uint32_t n = one_in(30) ? rnd() % 300 : rnd() % 8, i;

	for (i = 0; i < n; i++) {
		code[i] = known[rnd() % (sizeof(known) / sizeof(*known))];
		if (one_in(8))
			code[i].k = numbers[rnd() % (sizeof(numbers) / 4)];
		if (one_in(8))
			code[i].k = SKF_AD_OFF + rnd() % SKF_AD_MAX;
		if (one_in(30))
			code[i].code = rnd();
	}
	if (n && !one_in(8))
		code[n - 1] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							   rnd() % 2);
	put(m, code, n * sizeof(*code));
}

static void put_attr(struct message *m, const struct known *what,
		     unsigned int depth)
{
	enum kind kind = one_in(60) ? rnd() % (ANY + 1) : what->kind;
	struct nlattr attr = { NLA_HDRLEN, what->type };
	uint32_t at = m->len, number, len;
	const char *text;
	unsigned char junk[64] = { 0 };

	if (one_in(80))
		attr.nla_type = rnd() % 40;
	if (kind >= LAYER && kind <= OWN ? !one_in(60) : one_in(200))
		attr.nla_type |= NLA_F_NESTED;
	if (one_in(300))
		attr.nla_type |= NLA_F_NET_BYTEORDER;
	put(m, &attr, sizeof(attr));
	if (m->len == at)
		return;
	number = one_in(8) ? rnd() : numbers[rnd() % (sizeof(numbers) / 4)];
	switch (kind) {
	case FLAG:
		break;
	case U8:
		number = one_in(20) ? number : number % 6;
		put(m, &number, 1);
		break;
	case U16:
		put(m, &number, 2);
		break;
	case U32:
		put(m, &number, 4);
		break;
	case ADDR4:
		put(m, &number, 4);
		break;
	case ADDR:
		memcpy(junk + rnd() % 13, &number, 4);
		put(m, junk, 16);
		break;
	case TEXT:
		text = texts[rnd() % (sizeof(texts) / sizeof(*texts))];
		put(m, text, strlen(text) + !one_in(20));
		break;
	case HIDE:
		text = hides[rnd() % (sizeof(hides) / sizeof(*hides))];
		put(m, text, strlen(text) + !one_in(20));
		break;
	case FILTER:
		put_filter(m);
		break;
	case DROP:
		put_any(m, drop, sizeof(drop) / sizeof(*drop), depth + 1);
		break;
	case OWN:
		put_any(m, own, sizeof(own) / sizeof(*own), depth + 1);
		break;
	case LAYER:
		put_any(m, layer, sizeof(layer) / sizeof(*layer), depth + 1);
		break;
	case RULE:
		put_any(m, rule, sizeof(rule) / sizeof(*rule), depth + 1);
		break;
	case REPAIR:
		put_any(m, repair, sizeof(repair) / sizeof(*repair), depth + 1);
		break;
	case ANY:
		for (len = 0; len < sizeof(junk); len++)
			junk[len] = rnd();
		put(m, junk, rnd() % sizeof(junk));
		break;
	}
	/* put() has padded; the exact length of what is unaligned. */
	attr.nla_len = m->len - at;
	if (kind == U8)
		attr.nla_len = NLA_HDRLEN + 1;
	else if (kind == U16)
		attr.nla_len = NLA_HDRLEN + 2;
	else if (kind == TEXT || kind == HIDE)
		attr.nla_len = NLA_HDRLEN + strnlen((char *)m->data + at + 4,
						    m->len - at - 4) + 1;
	if (attr.nla_len > m->len - at)
		attr.nla_len = m->len - at;
	if (one_in(100))
		attr.nla_len += (int)(rnd() % 17) - 8;
	memcpy(m->data + at, &attr, sizeof(attr));
}

static void put_any(struct message *m, const struct known *set, uint32_t count,
		    unsigned int depth)
{
	uint32_t n = one_in(100) ? rnd() % 300 : 1 + rnd() % (count + 1);

	if (depth > 12)
		return;
	while (n--)
		put_attr(m, &set[rnd() % count], depth);
}

/* Each command with what it needs, most of the time. */
static void make(struct message *m, uint16_t family)
{
	struct genlmsghdr head = { .cmd = 1 + rnd() % KSFLOW_CMD_MAX,
				   .version = KSFLOW_GENL_VERSION };
	struct nlmsghdr nlh = { .nlmsg_type = family, .nlmsg_seq = rnd(),
				.nlmsg_flags = NLM_F_REQUEST };
	const struct known owner = { KSFLOW_A_OWNER, FLAG };
	const struct known *must = NULL;

	if (one_in(100))
		head.cmd = rnd();
	if (one_in(100))
		head.version = rnd();
	if (one_in(200))
		head.reserved = rnd();
	if (!one_in(10))
		nlh.nlmsg_flags |= NLM_F_ACK;
	if (head.cmd >= KSFLOW_CMD_DEV_GET ? one_in(2) : one_in(100))
		nlh.nlmsg_flags |= NLM_F_DUMP;
	if (one_in(100))
		nlh.nlmsg_flags = rnd();
	m->len = 0;
	put(m, &nlh, sizeof(nlh));
	put(m, &head, sizeof(head));
	switch (head.cmd) {
	case KSFLOW_CMD_SUBSCRIBE:
		must = &top[0];
		if (one_in(2))
			put_attr(m, &owner, 0);
		break;
	case KSFLOW_CMD_LAYER_SET:
		must = &top[5];
		break;
	case KSFLOW_CMD_RULE_SET:
	case KSFLOW_CMD_RULE_DEL:
		must = &top[6];
		break;
	case KSFLOW_CMD_REPAIR_ADD:
	case KSFLOW_CMD_REPAIR_DEL:
		must = &top[7];
		break;
	case KSFLOW_CMD_DROP_SET:
		must = &top[8];
		break;
	case KSFLOW_CMD_DEV_GET:
		must = &top[3 + rnd() % 2];
		break;
	}
	if (must && !one_in(50))
		put_attr(m, must, 0);
	if (one_in(must ? 8 : 4))
		put_any(m, top, sizeof(top) / sizeof(*top), 0);
}

static void bend(struct message *m, uint16_t family)
{
	uint32_t times = 1 + rnd() % 4, from, len;
	struct nlmsghdr *nlh = (struct nlmsghdr *)m->data;

	while (times--) {
		from = sizeof(*nlh) + rnd() % (m->len - sizeof(*nlh));
		switch (rnd() % 5) {
		case 0:
			m->data[from] ^= 1 << rnd() % 8;
			break;
		case 1:
			m->data[from] = rnd();
			break;
		case 2:
			len = numbers[rnd() % (sizeof(numbers) / 4)];
			from &= ~3U;
			memcpy(m->data + from, &len, 4);
			break;
		case 3:		/* cut off */
			if (from > NLMSG_HDRLEN + 4 && one_in(3))
				m->len = from;
			break;
		case 4:		/* twice */
			from &= ~3U;
			len = m->len - from;
			if (m->len + len < MESSAGE_MAX - 64) {
				memcpy(m->data + m->len, m->data + from, len);
				m->len += len;
			}
			break;
		}
	}
	nlh->nlmsg_type = family;
	nlh->nlmsg_flags |= NLM_F_REQUEST;
}

/* ---- sockets ----------------------------------------------------------- */

static int sockets[SOCKETS];
static int homes[2];

static int socket_open(int i)
{
	static const int option[] = { NETLINK_CAP_ACK, NETLINK_EXT_ACK,
				      NETLINK_GET_STRICT_CHK };
	struct sockaddr_nl addr = { .nl_family = AF_NETLINK };
	int one = 1, fd, k;

	/* Every third lives in the other namespace. */
	if (i % 3 == 2 && homes[1] >= 0)
		setns(homes[1], CLONE_NEWNET);
	fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_GENERIC);
	if (i % 3 == 2 && homes[1] >= 0)
		setns(homes[0], CLONE_NEWNET);
	if (fd < 0 || bind(fd, (struct sockaddr *)&addr, sizeof(addr))) {
		perror("netlink socket");
		exit(1);
	}
	for (k = 0; k < 3; k++)
		if (one_in(2))
			setsockopt(fd, SOL_NETLINK, option[k], &one,
				   sizeof(one));
	return fd;
}

static uint16_t resolve(int fd)
{
	struct {
		struct nlmsghdr nlh;
		struct genlmsghdr head;
		struct nlattr attr;
		char name[8];
	} ask = {
		{ sizeof(ask), GENL_ID_CTRL, NLM_F_REQUEST, 1, 0 },
		{ CTRL_CMD_GETFAMILY, 1, 0 },
		{ NLA_HDRLEN + sizeof("ksflow"), CTRL_ATTR_FAMILY_NAME },
		KSFLOW_GENL_NAME
	};
	unsigned char data[8192];
	struct nlattr attr;
	ssize_t len, at;
	uint16_t id;

	if (send(fd, &ask, sizeof(ask), 0) < 0)
		return 0;
	len = recv(fd, data, sizeof(data), 0);
	for (at = NLMSG_HDRLEN + GENL_HDRLEN; at + 4 <= len;
	     at += NLA_ALIGN(attr.nla_len)) {
		memcpy(&attr, data + at, sizeof(attr));
		if (attr.nla_type == CTRL_ATTR_FAMILY_ID) {
			memcpy(&id, data + at + NLA_HDRLEN, sizeof(id));
			return id;
		}
		if (attr.nla_len < NLA_HDRLEN)
			break;
	}
	return 0;
}

static unsigned long taken, refused[256];

static void hear(int fd)
{
	static unsigned char data[1 << 16];
	const struct nlmsghdr *nlh = (struct nlmsghdr *)data;
	ssize_t len;
	int error;

	while ((len = recv(fd, data, sizeof(data), MSG_DONTWAIT)) > 0) {
		if (len < NLMSG_HDRLEN + 4 || nlh->nlmsg_type != NLMSG_ERROR)
			continue;
		memcpy(&error, data + NLMSG_HDRLEN, sizeof(error));
		if (!error)
			taken++;
		else if (error < 0 && error > -256)
			refused[-error]++;
	}
}

int main(int argc, char **argv)
{
	static struct message m;
	unsigned long count, i;
	uint16_t family;
	int k;

	if (argc < 3)
		return 2;
	rng = strtoull(argv[1], NULL, 0) * 0x9e3779b97f4a7c15ULL + 1;
	count = strtoul(argv[2], NULL, 0);
	homes[0] = open("/proc/self/ns/net", O_RDONLY);
	homes[1] = argc > 3 ? open(argv[3], O_RDONLY) : -1;
	for (k = 0; k < SOCKETS; k++)
		sockets[k] = socket_open(k);
	family = resolve(sockets[0]);
	if (!family) {
		fprintf(stderr, "no family " KSFLOW_GENL_NAME "\n");
		return 3;
	}
	cover_open();
	for (i = 0; i < count; i++) {
		bool is_nobody = one_in(20);
		int fd;

		k = rnd() % SOCKETS;
		/* A reader whose socket goes, with answers still in it. */
		if (one_in(40)) {
			close(sockets[k]);
			sockets[k] = socket_open(k);
		}
		fd = sockets[k];
		if (kept_count && one_in(2)) {
			m = kept[rnd() % kept_count];
			bend(&m, family);
		} else {
			make(&m, family);
			if (one_in(10))
				bend(&m, family);
		}
		((struct nlmsghdr *)m.data)->nlmsg_len = one_in(300) ?
			rnd() % (m.len + 32) : m.len;
		if (is_nobody && seteuid(NOBODY))
			return 1;
		if (cover)
			__atomic_store_n(&cover[0], 0, __ATOMIC_RELAXED);
		send(fd, m.data, m.len, MSG_DONTWAIT);
		if (cover_is_new()) {
			kept[kept_count < 512 ? kept_count : rnd() % 512] = m;
			kept_count += kept_count < 512;
		}
		if (is_nobody && seteuid(0))
			return 1;
		if (!one_in(8))
			hear(fd);
	}
	printf("%lu messages, %lu taken", count, taken);
	for (k = 0; k < 256; k++)
		if (refused[k])
			printf(", %lu %s", refused[k], strerror(k));
	printf("; %u blocks, %u kept\n", blocks, kept_count);
	return 0;
}
