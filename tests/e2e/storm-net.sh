# SPDX-License-Identifier: GPL-2.0
# Namespaces created and deleted with sampled devices and readers in them, four
# at a time, packets coming in from outside all the while.
#
#   b: eN ===== d0 :a namespace that goes       b pings each; n0, n1 tap, noise
#
# vm: timeout=400 kernels=debug,debug-rt,rt

. ./lib.sh

new_ns b
noise $b || not_ok "noise"
load devs='*' rate=1 direction=both drop_limit=unlimited repair_ports=4739
try "all of it outside" all_on $b 2
ksflow -n $b -j monitor --ready-file $t/ready >/dev/null 2>$t/err & on_exit "kill $!"
wait_for '[ -e $t/ready ]' 30

# one N: a namespace's life; a word on stdout when all of it was as it should be
one() {
	local n=$1 ns=$_me-life$1 taps=(auto netfilter tracepoint) flood reader drops
	ip netns add "$ns"
	ip -n "$ns" link set lo up
	ip -n "$ns" link add d0 type veth peer name "e$n" netns "$b"
	ip -n "$ns" link add d1 type dummy
	publish "$ns"
	all_on "$ns"
	ip -n "$ns" link add link d0 name d0.7 type vlan id 7
	ip -n "$ns" addr add "10.$n.0.1/24" dev d0
	ip -n "$b" addr add "10.$n.0.2/24" dev "e$n"
	ip -n "$ns" link set d0 up
	ip -n "$b" link set "e$n" up
	ksflow -n "$ns" dev set 'd*' rate 1 dir both tap "${taps[n % 3]}" 2>/dev/null
	ksflow -n "$ns" -j monitor drops >/dev/null 2>&1 & drops=$!
	ksflow -n "$ns" -j monitor >"$t/$n" 2>/dev/null & reader=$!
	ip netns exec "$b" ping -q -i $(pace 0.005) "10.$n.0.1" >/dev/null & flood=$!
	wait_for "[ -s $t/$n ]" 60 && echo "sampled"
	ip netns del "$ns"
	# The reader's socket keeps the namespace for as long as it lives.
	[ $((n % 2)) = 0 ] || sleep 0.2
	kill -KILL $reader $drops; wait $reader $drops 2>/dev/null
	wait_for "! ip -n $b link show e$n" 60 && echo "gone"
	kill $flood; wait $flood 2>/dev/null
}

# The noise has no end: only lives are waited for.
wanted=$(rounds 6) lives=()
for ((i = 1; i <= wanted; i++)); do
	one $i >>"$t/lives" 2>/dev/null & lives+=($!)
	[ $((i % 4)) != 0 ] || { wait "${lives[@]}"; lives=(); }
done
[ ${#lives[@]} = 0 ] || wait "${lives[@]}"
is "sampled" "$(grep -c sampled "$t/lives")" "$wanted"
is "gone" "$(grep -c gone "$t/lives")" "$wanted"
try "the ledger outside closes" closes $b
