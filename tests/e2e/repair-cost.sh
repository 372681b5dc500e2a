# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=20000
#
# What repair costs a packet, in instructions (see cost.sh for the method): frames
# from a packet socket over a veth pair to a UDP socket read by recvmmsg. What is
# compared is the whole way of a right packet without the module: it has one sum,
# of the stack's, and with the module one, of ours.
#
#   a: a0 ====== b0 :b      fd00::1, fd00::2

. ./lib.sh

new_ns a b
veth "$a" a0 "$b" b0
addr "$a" a0 fd00::1/64
addr "$b" b0 fd00::2/64
in_b() { ip netns exec "$b" "$@"; }
cat >"$t/flood.c" <<'END'
/* flood NS_A NS_B FILE: sends the frame in the file, 8,000 times, reads what a
 * socket at port 4739 gets of it; prints nanoseconds a packet, and how many came.
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

#define BATCH 32
#define COUNT 8000

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
	static char frame[4096], data[BATCH][4096];
	struct mmsghdr out[BATCH] = { 0 }, in[BATCH] = { 0 };
	struct iovec out_vec[BATCH], in_vec[BATCH];
	struct sockaddr_ll ll = { .sll_family = AF_PACKET };
	struct sockaddr_in6 me = { .sin6_family = AF_INET6 };
	struct timespec begin, end;
	long got = 0, sent, ns;
	int from, to, len, i, n;

	(void)argc;
	i = open(argv[3], O_RDONLY);
	len = read(i, frame, sizeof(frame));
	enter(argv[1]);
	from = socket(AF_PACKET, SOCK_RAW, 0);
	ll.sll_ifindex = if_nametoindex("a0");
	bind(from, (void *)&ll, sizeof(ll));
	enter(argv[2]);
	to = socket(AF_INET6, SOCK_DGRAM, 0);
	me.sin6_port = htons(4739);
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
	ns = (end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec -
	     begin.tv_nsec;
	printf("%.1f %ld\n", (double)ns / sent, got);
	return 0;
}
END
gcc -O2 -o "$t/flood" "$t/flood.c"
cat >"$t/frame.py" <<'END'
import os, sys
sys.path.insert(0, '.')
from repairs import *
kind, size, mac = sys.argv[1], int(sys.argv[2]), bytes.fromhex(sys.argv[3])
src, dst = addr('fd00::1'), addr('fd00::2')
udp = datagram(src, dst, 1000, 4739, bytes(range(256)) * 6, kind)[:8]
udp = datagram(src, dst, 1000, 4739, (bytes(range(256)) * 6)[:size], kind)
sys.stdout.buffer.write(mac + b'\2\0\0\0\0\1\x86\xdd' + ip6(src, dst, UDP, udp))
END
mac=$(ip -n "$b" -j link show b0 | jq -r '.[0].address' | tr -d :)
for kind in right other; do
	for size in 100 1428; do
		$python "$t/frame.py" $kind $size "$mac" >"$t/$kind-$size"
	done
done
in_b ping -q -c 1 fd00::1 >"$t/ping"
more() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a - b }'; }
# run FRAME: the least of three, and how many of 8000 came
run() {
	for _ in 1 2 3; do "$t/flood" "$a" "$b" "$t/$1"; done | sort -n | head -n 1
}
repairs() { in_b $python ./repairs.py "$@"; }
# cost NAME FRAME LOW HIGH CAME BASE: what is added to BASE
cost() {
	local ns came
	read -r ns came < <(run "$2")
	note "cost $1, $2: $(more "$ns" "$6") ($ns less $6)"
	between "$1, $2" "$(more "$ns" "$6")" "$3" "$4"
	is "and all of them came, or none" "$came" "$5"
}
measure() { # measure NAME
	run right-1428 >/dev/null
	read -r base100 _ < <(run right-100)
	read -r base1428 _ < <(run right-1428)
	note "$1: the way of a right packet: 100 bytes $base100, 1428 bytes $base1428"
	load
	cost "$1, no rule" right-1428 -30 30 8000 "$base1428"
	repairs add port=4739 mode=repair
	run right-1428 >/dev/null; run other-1428 >/dev/null
	cost "$1, right" right-100 -200 250 8000 "$base100"
	cost "$1, right" right-1428 -400 250 8000 "$base1428"
	cost "$1, repaired" other-100 -200 700 8000 "$base100"
	cost "$1, repaired" other-1428 -400 600 8000 "$base1428"
	repairs add port=4739
	cost "$1, audit, right" right-1428 -400 250 8000 "$base1428"
	repairs del
	repairs add port=4740 mode=repair
	cost "$1, a rule for another port" right-1428 -50 250 8000 "$base1428"
	repairs del
	cost "$1, no rule any more" right-1428 -30 30 8000 "$base1428"
	unload
}
measure "no conntrack"
cat >"$t/nft" <<'END'
table inet t {
	chain c {
		type filter hook prerouting priority 0
		ct state invalid counter
	}
}
END
in_b nft -f "$t/nft"
between "connection tracking is at work: packets cost more" "$(more "$(run right-1428 | cut -d' ' -f1)" "$base1428")" 300 100000
measure "conntrack"
