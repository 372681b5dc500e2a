// SPDX-License-Identifier: GPL-2.0
// Copyright (C) 2026 the ksflow authors
/*
 * usage: udp NS_A NS_B FILE
 *
 * Sends the frame in the file from a0 in NS_A, 8,000 times, and reads what a
 * socket at port 4739 in NS_B gets of it; prints nanoseconds for each, and how many
 * came.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <fcntl.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define BATCH	16
#define COUNT	8000
#define FRAME	9216
#define ROOM	(4 << 20)	/* socket buffers, bytes */

static void enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		exit(1);
	close(fd);
}

int main(int argc, char **argv)
{
	static char frame[FRAME], data[BATCH][FRAME];
	struct mmsghdr out[BATCH] = { 0 }, in[BATCH] = { 0 };
	struct iovec out_vec[BATCH], in_vec[BATCH];
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	struct sockaddr_in6 me = { .sin6_family = AF_INET6 };
	int from, to, len, i, n, room = ROOM;
	struct timespec begin, end;
	long got = 0, sent, ns;

	if (argc != 4)
		return 2;
	i = open(argv[3], O_RDONLY);
	len = read(i, frame, sizeof(frame));
	enter(argv[1]);
	from = socket(AF_PACKET, SOCK_RAW, 0);
	ll.sll_ifindex = if_nametoindex("a0");
	bind(from, (void *)&ll, sizeof(ll));
	setsockopt(from, SOL_SOCKET, SO_SNDBUFFORCE, &room, sizeof(room));
	enter(argv[2]);
	to = socket(AF_INET6, SOCK_DGRAM, 0);
	me.sin6_port = htons(4739);
	setsockopt(to, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	if (bind(to, (void *)&me, sizeof(me)))
		return 1;
	for (i = 0; i < BATCH; i++) {
		out_vec[i] = (struct iovec){ frame, len };
		in_vec[i] = (struct iovec){ data[i], sizeof(data[i]) };
		out[i].msg_hdr.msg_iov = &out_vec[i];
		in[i].msg_hdr.msg_iov = &in_vec[i];
		out[i].msg_hdr.msg_iovlen = in[i].msg_hdr.msg_iovlen = 1;
	}
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (sent = 0; sent < COUNT; sent += BATCH) {
		sendmmsg(from, out, BATCH, 0);
		n = recvmmsg(to, in, BATCH, MSG_DONTWAIT, NULL);
		got += n > 0 ? n : 0;
	}
	clock_gettime(CLOCK_MONOTONIC, &end);
	ns = (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec;
	printf("%.1f %ld\n", (double)ns / sent, got);
	return 0;
}
