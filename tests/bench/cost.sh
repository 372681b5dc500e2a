# SPDX-License-Identifier: GPL-2.0
# Sourced after lib.sh by the scripts that measure what something costs a packet
# (the benchmark; *cost.sh in tests/e2e). Under -icount shift=0 a nanosecond of
# guest time is one instruction, so a time is the same figure on any machine.

# PACKETS of a flood, and the two ways it takes:
#
#   pktgen --netif_receive--> va | vb        128 bytes for another host; IP gives
#                                            them back to pktgen, which frees
#                                            them: one drop each
#   pktgen --queue_xmit-----> va ==> vb      dropped by vb's IP
PACKETS=50000

# pairs IF1 IF2 [IF3 IF4 ...]: veths, up, in the initial namespace
pairs() {
	local dev
	modprobe pktgen
	on_exit "rmmod pktgen"
	while [ $# -gt 0 ]; do
		ip link add "$1" type veth peer name "$2"
		on_exit "ip link del $1"
		for dev in "$1" "$2"; do
			sysctl -qw "net.ipv6.conf.$dev.disable_ipv6=1"
			ip link set "$dev" up
		done
		shift 2
	done
}

# more NUMBER LESS
more() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a - b }'; }

# Frames from a packet socket to a UDP socket read by recvmmsg:
#
#   a: a0 ====== b0 :b      fd00::1, fd00::2
#
# udp_pair [SIZE...]: these, and a frame for each number of bytes, right and wrong
udp_pair() {
	local kind size mac
	new_ns a b
	veth "$a" a0 "$b" b0
	ip -n "$a" link set a0 mtu 9216
	ip -n "$b" link set b0 mtu 9216
	addr "$a" a0 fd00::1/64
	addr "$b" b0 fd00::2/64
	gcc -O2 -o "$t/flood" ../bench/udp.c
	mac=$(ip -n "$b" -j link show b0 | jq -r '.[0].address')
	for kind in right other; do
		for size in "$@"; do
			$python ./repairs.py frame $kind "$size" "$mac" >"$t/$kind-$size"
		done
	done
	in_ns "$b" ping -q -c 1 fd00::1 >"$t/ping"
}

# udp_floods FRAME: of three floods of 8,000, nanoseconds for each packet, and how
# many came; the least first
udp_floods() {
	for _ in 1 2 3; do "$t/flood" "$a" "$b" "$t/$1"; done | sort -n
}
