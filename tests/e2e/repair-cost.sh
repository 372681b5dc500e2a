# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=20000
#
# What repair costs a packet, in instructions (see tests/bench/cost.sh): frames
# from a packet socket over a veth pair to a UDP socket read by recvmmsg. What is
# compared is the whole way of a right packet without the module: it has one sum,
# of the stack's, and with the module one, of ours.

. ./lib.sh
. ../bench/cost.sh

udp_pair 100 1428
in_b() { ip netns exec "$b" "$@"; }
run() { udp_floods "$1" | head -n 1; }
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
	cost "$1, no rule" right-1428 -60 60 8000 "$base1428"
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
	cost "$1, no rule any more" right-1428 -60 60 8000 "$base1428"
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
