// SPDX-License-Identifier: GPL-2.0
// Copyright (C) 2026 the ksflow authors
/*
 * The readers of the benchmark: each takes what one facility of the kernel hands
 * over, and counts it. Until killed, the count is a u64 in the file COUNT, which
 * exists as soon as the reader runs.
 *
 * usage: peer COUNT ksflow KINDS           the module's records, KINDS as bits
 *        peer COUNT tcx OBJECT PROGRAM ingress|egress IF [RATE]   on TCX
 *        peer COUNT tracepoint OBJECT PROGRAM                     a raw one
 *        peer COUNT packet IF RATE         AF_PACKET ring, 1 in RATE by a filter
 *        peer COUNT nflog GROUP            128 bytes each, 64 to a message
 *        peer COUNT psample
 *        peer COUNT drops                  drop_monitor, packet mode
 *        peer COUNT udp ADDRESS PORT       datagrams
 *        peer COUNT start N                starts pktgen, waits until COUNT has grown
 *                                          by N or does not grow any more; prints
 *                                          the processor's time for all that in
 *                                          nanoseconds, and by how much it grew
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <libmnl/libmnl.h>
#include <linux/filter.h>
#include <linux/genetlink.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_dropmon.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_log.h>
#include <linux/psample.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "linux/ksflow.h"

#define SNAPLEN		128
#define ROOM		(256 << 20)	/* socket buffers, bytes */
#define TCX_INGRESS	46		/* BPF_TCX_INGRESS, BPF_TCX_EGRESS: not */
#define TCX_EGRESS	47		/* in all headers */

static volatile __u64 *count;
static volatile sig_atomic_t is_over;
static char buffer[1 << 18];

static void die(const char *format, ...)
{
	int error = errno;
	va_list args;

	fputs("peer: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

/* The file's content; created full, so that who sees it sees a count. */
static volatile __u64 *count_map(const char *path, int create)
{
	const __u64 zero = 0;
	char part[256];
	void *at;
	int fd;

	snprintf(part, sizeof(part), "%s%s", path, create ? ".part" : "");
	fd = open(part, create ? O_RDWR | O_CREAT | O_TRUNC : O_RDWR, 0644);
	if (fd < 0 || (create && write(fd, &zero, sizeof(zero)) != sizeof(zero)))
		die("%s", part);
	at = mmap(NULL, sizeof(zero), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		die("%s", part);
	close(fd);
	return at;
}

static void ready(const char *path)
{
	char part[256];

	snprintf(part, sizeof(part), "%s.part", path);
	if (rename(part, path))
		die("%s", path);
}

static void on_signal(int number)
{
	(void)number;
	is_over = 1;
}

/* To end in order; a call that waits comes back. */
static void signal_catch(void)
{
	const struct sigaction action = { .sa_handler = on_signal };

	sigaction(SIGTERM, &action, NULL);
}

/* --- netlink --- */

static int netlink_open(int bus)
{
	struct sockaddr_nl me = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW, bus), room = ROOM;

	if (fd < 0 || bind(fd, (void *)&me, sizeof(me)))
		die("netlink");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	return fd;
}

/* Sends what is in buffer, waits for the acknowledgement; answers go to data. */
static void ask(int fd, mnl_cb_t answer, void *data)
{
	struct nlmsghdr *nlh = (void *)buffer;
	ssize_t len;
	int more;

	nlh->nlmsg_flags |= NLM_F_REQUEST | NLM_F_ACK;
	if (send(fd, nlh, nlh->nlmsg_len, 0) < 0)
		die("netlink: request");
	do {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len < 0)
			die("netlink: answer");
		more = mnl_cb_run(buffer, len, 0, 0, answer, data);
	} while (more > 0);
	if (more < 0)
		die("netlink: refused");
}

static struct nlmsghdr *genl_put(int family, int command)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct genlmsghdr *genl;

	nlh->nlmsg_type = family;
	genl = mnl_nlmsg_put_extra_header(nlh, sizeof(*genl));
	genl->cmd = command;
	genl->version = 1;
	return nlh;
}

struct family {
	int id;
	const char *group;
	int group_id;
};

static int family_cb(const struct nlmsghdr *nlh, void *data)
{
	const struct nlattr *a, *group, *field;
	struct family *family = data;

	mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
		if (mnl_attr_get_type(a) == CTRL_ATTR_FAMILY_ID)
			family->id = mnl_attr_get_u16(a);
		if (mnl_attr_get_type(a) != CTRL_ATTR_MCAST_GROUPS)
			continue;
		mnl_attr_for_each_nested(group, a) {
			const char *name = "";
			int id = 0;

			mnl_attr_for_each_nested(field, group) {
				if (mnl_attr_get_type(field) == CTRL_ATTR_MCAST_GRP_NAME)
					name = mnl_attr_get_str(field);
				else
					id = mnl_attr_get_u32(field);
			}
			if (family->group && !strcmp(name, family->group))
				family->group_id = id;
		}
	}
	return MNL_CB_OK;
}

static int family_get(int fd, const char *name, const char *group)
{
	struct family family = { .group = group };

	mnl_attr_put_strz(genl_put(GENL_ID_CTRL, CTRL_CMD_GETFAMILY),
			  CTRL_ATTR_FAMILY_NAME, name);
	ask(fd, family_cb, &family);
	if (group && setsockopt(fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP,
				&family.group_id, sizeof(int)))
		die("%s: group %s", name, group);
	return family.id;
}

/* Counts the messages of a type, or the samples in those of the module. */
static void netlink_count(int fd, int type, int is_batch)
{
	const struct nlattr *a, *field;
	const struct nlmsghdr *nlh;
	int len;

	while (!is_over) {
		len = recv(fd, buffer, sizeof(buffer), 0);
		if (len < 0 && errno != ENOBUFS && errno != EINTR)
			die("netlink: read");
		for (nlh = (void *)buffer; mnl_nlmsg_ok(nlh, len);
		     nlh = mnl_nlmsg_next(nlh, &len)) {
			if (nlh->nlmsg_type != type)
				continue;
			if (!is_batch) {
				++*count;
				continue;
			}
			mnl_attr_for_each(a, nlh, sizeof(struct genlmsghdr)) {
				if (mnl_attr_get_type(a) != KSFLOW_A_BATCH)
					break;
				mnl_attr_for_each_nested(field, a)
					if (mnl_attr_get_type(field) == KSFLOW_A_BATCH_HITS)
						*count += mnl_attr_get_u32(field);
			}
		}
	}
}

static void read_ksflow(const char *path, int kinds)
{
	int fd = netlink_open(NETLINK_GENERIC);
	int family = family_get(fd, KSFLOW_GENL_NAME, NULL);

	mnl_attr_put_u32(genl_put(family, KSFLOW_CMD_SUBSCRIBE), KSFLOW_A_KINDS, kinds);
	ask(fd, NULL, NULL);
	ready(path);
	netlink_count(fd, family, 1);
}

static void read_psample(const char *path)
{
	int fd = netlink_open(NETLINK_GENERIC);
	int family = family_get(fd, PSAMPLE_GENL_NAME, PSAMPLE_NL_MCGRP_SAMPLE_NAME);

	ready(path);
	netlink_count(fd, family, 0);
}

static void read_drops(const char *path)
{
	int fd = netlink_open(NETLINK_GENERIC), family = family_get(fd, "NET_DM", "events");
	struct nlmsghdr *nlh = genl_put(family, NET_DM_CMD_CONFIG);

	mnl_attr_put_u8(nlh, NET_DM_ATTR_ALERT_MODE, NET_DM_ALERT_MODE_PACKET);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_TRUNC_LEN, SNAPLEN);
	mnl_attr_put_u32(nlh, NET_DM_ATTR_QUEUE_LEN, 1 << 16);
	ask(fd, NULL, NULL);
	nlh = genl_put(family, NET_DM_CMD_START);
	mnl_attr_put(nlh, NET_DM_ATTR_SW_DROPS, 0, NULL);
	ask(fd, NULL, NULL);
	signal_catch();
	ready(path);
	netlink_count(fd, family, 0);
	/* It outlives its readers. What is queued for us is none's now. */
	close(fd);
	fd = netlink_open(NETLINK_GENERIC);
	nlh = genl_put(family, NET_DM_CMD_STOP);
	mnl_attr_put(nlh, NET_DM_ATTR_SW_DROPS, 0, NULL);
	ask(fd, NULL, NULL);
}

static struct nlmsghdr *nflog_put(int group)
{
	struct nlmsghdr *nlh = mnl_nlmsg_put_header(buffer);
	struct nfgenmsg *nfg;

	nlh->nlmsg_type = NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_CONFIG;
	nfg = mnl_nlmsg_put_extra_header(nlh, sizeof(*nfg));
	nfg->version = NFNETLINK_V0;
	nfg->res_id = htons(group);
	return nlh;
}

static void read_nflog(const char *path, int group)
{
	struct nfulnl_msg_config_mode mode = { htonl(SNAPLEN), NFULNL_COPY_PACKET, 0 };
	struct nfulnl_msg_config_cmd bind = { NFULNL_CFG_CMD_BIND };
	int fd = netlink_open(NETLINK_NETFILTER);
	struct nlmsghdr *nlh = nflog_put(group);

	mnl_attr_put(nlh, NFULA_CFG_CMD, sizeof(bind), &bind);
	ask(fd, NULL, NULL);
	nlh = nflog_put(group);
	mnl_attr_put(nlh, NFULA_CFG_MODE, sizeof(mode), &mode);
	mnl_attr_put_u32(nlh, NFULA_CFG_NLBUFSIZ, htonl(1 << 15));
	mnl_attr_put_u32(nlh, NFULA_CFG_QTHRESH, htonl(64));
	mnl_attr_put_u32(nlh, NFULA_CFG_TIMEOUT, htonl(5));	/* of 10 ms */
	ask(fd, NULL, NULL);
	ready(path);
	netlink_count(fd, NFNL_SUBSYS_ULOG << 8 | NFULNL_MSG_PACKET, 0);
}

/* --- sockets --- */

static void read_packet(const char *path, const char *dev, __u32 rate)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_RANDOM),
		BPF_STMT(BPF_ALU | BPF_MOD | BPF_K, rate),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SNAPLEN),
		BPF_STMT(BPF_RET | BPF_K, 0),
	};
	struct sock_fprog filter = { sizeof(code) / sizeof(*code), code };
	struct tpacket_req3 req = {
		.tp_block_size = 1 << 18, .tp_block_nr = 64, .tp_frame_size = 2048,
		.tp_frame_nr = 64 * ((1 << 18) / 2048), .tp_retire_blk_tov = 50,
	};
	struct sockaddr_ll me = {
		.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = if_nametoindex(dev),
	};
	int fd = socket(AF_PACKET, SOCK_RAW, 0), version = TPACKET_V3, i = 0;
	struct tpacket_block_desc *block;
	struct pollfd pfd = { .fd = fd, .events = POLLIN };
	char *ring;

	if (fd < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof(filter)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_VERSION, &version, sizeof(version)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_RX_RING, &req, sizeof(req)))
		die("%s: packet socket", dev);
	ring = mmap(NULL, req.tp_block_size * req.tp_block_nr, PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (ring == MAP_FAILED || bind(fd, (void *)&me, sizeof(me)))
		die("%s: packet socket", dev);
	ready(path);
	for (;; i = (i + 1) % req.tp_block_nr) {
		block = (void *)(ring + (size_t)i * req.tp_block_size);
		while (!(__atomic_load_n(&block->hdr.bh1.block_status, __ATOMIC_ACQUIRE) &
			 TP_STATUS_USER))
			poll(&pfd, 1, -1);
		*count += block->hdr.bh1.num_pkts;
		__atomic_store_n(&block->hdr.bh1.block_status, TP_STATUS_KERNEL,
				 __ATOMIC_RELEASE);
	}
}

static void read_udp(const char *path, const char *address, int port)
{
	struct sockaddr_in me = { .sin_family = AF_INET, .sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, address, &me.sin_addr);
	if (fd < 0 || bind(fd, (void *)&me, sizeof(me)))
		die("%s %d", address, port);
	ready(path);
	for (;;)
		if (recv(fd, buffer, sizeof(buffer), 0) >= 0)
			++*count;
}

/* --- BPF --- */

static int event_cb(void *context, void *data, size_t size)
{
	(void)context, (void)data, (void)size;
	++*count;
	return 0;
}

static struct bpf_object *bpf_load(const char *path, const char *wanted, int *program)
{
	struct bpf_object *object = bpf_object__open_file(path, NULL);
	struct bpf_program *p;

	if (!object)
		die("%s", path);
	bpf_object__for_each_program(p, object)
		bpf_program__set_autoload(p, !strcmp(bpf_program__name(p), wanted));
	if (bpf_object__load(object))
		die("%s: %s", path, wanted);
	*program = bpf_program__fd(bpf_object__find_program_by_name(object, wanted));
	return object;
}

static void bpf_count(const char *path, struct bpf_object *object)
{
	int fd = bpf_object__find_map_fd_by_name(object, "events");
	struct ring_buffer *ring = ring_buffer__new(fd, event_cb, NULL, NULL);

	if (!ring)
		die("ring buffer");
	ready(path);
	for (;;)
		ring_buffer__poll(ring, -1);
}

static void read_tcx(const char *path, char **argv, __u32 rate)
{
	__u32 ifindex = if_nametoindex(argv[3]);
	struct bpf_object *object;
	union bpf_attr attr = { 0 };
	int program;

	object = bpf_load(argv[0], argv[1], &program);
	bpf_map_update_elem(bpf_object__find_map_fd_by_name(object, "rates"), &ifindex,
			    &rate, BPF_ANY);
	/* A link: it goes with this process. */
	attr.link_create.prog_fd = program;
	attr.link_create.target_ifindex = ifindex;
	attr.link_create.attach_type = strcmp(argv[2], "egress") ? TCX_INGRESS : TCX_EGRESS;
	if (syscall(SYS_bpf, BPF_LINK_CREATE, &attr, sizeof(attr)) < 0)
		die("TCX on %s", argv[3]);
	bpf_count(path, object);
}

static void read_tracepoint(const char *path, char **argv)
{
	struct bpf_object *object;
	int program;

	object = bpf_load(argv[0], argv[1], &program);
	if (bpf_raw_tracepoint_open("kfree_skb", program) < 0)
		die("raw tracepoint");
	bpf_count(path, object);
}

/* --- the flood --- */

/* What tasks took of the first processor: field 7 of its line, nanoseconds. */
static unsigned long long busy(void)
{
	unsigned long long ns = 0;
	FILE *f = fopen("/proc/schedstat", "r");

	if (!f)
		die("/proc/schedstat");
	while (fgets(buffer, sizeof(buffer), f))
		if (sscanf(buffer, "cpu0 %*u %*u %*u %*u %*u %*u %llu", &ns) == 1)
			break;
	fclose(f);
	return ns;
}

static void start(__u64 wanted)
{
	const struct timespec pause = { .tv_nsec = 5000000 };
	__u64 first = *count, last, begin;
	int idle, fd;

	nanosleep(&pause, NULL);
	begin = busy();
	fd = open("/proc/net/pktgen/pgctrl", O_WRONLY);
	if (fd < 0 || write(fd, "start\n", 6) != 6)
		die("pktgen");
	for (idle = 0, last = first; *count - first < wanted && idle < 40; idle++) {
		if (*count != last)
			idle = 0;
		last = *count;
		nanosleep(&pause, NULL);
	}
	nanosleep(&pause, NULL);
	printf("%llu %llu\n", busy() - begin, *count - first);
}

int main(int argc, char **argv)
{
	const char *path = argv[1], *what = argc > 2 ? argv[2] : "";
	int is_start = !strcmp(what, "start");

	if (argc < 3)
		return 2;
	count = count_map(path, !is_start);
	if (is_start && argc == 4)
		start(strtoull(argv[3], NULL, 0));
	else if (!strcmp(what, "ksflow") && argc == 4)
		read_ksflow(path, atoi(argv[3]));
	else if (!strcmp(what, "tcx") && argc >= 7)
		read_tcx(path, argv + 3, argc > 7 ? atoi(argv[7]) : 0);
	else if (!strcmp(what, "tracepoint") && argc == 5)
		read_tracepoint(path, argv + 3);
	else if (!strcmp(what, "packet") && argc == 5)
		read_packet(path, argv[3], atoi(argv[4]));
	else if (!strcmp(what, "nflog") && argc == 4)
		read_nflog(path, atoi(argv[3]));
	else if (!strcmp(what, "psample"))
		read_psample(path);
	else if (!strcmp(what, "drops"))
		read_drops(path);
	else if (!strcmp(what, "udp") && argc == 5)
		read_udp(path, argv[3], atoi(argv[4]));
	else
		return 2;
	return 0;
}
