# SPDX-License-Identifier: GPL-2.0
# Devices created, renamed, moved to another namespace and back, enslaved, given
# another type of tap, deleted, by several at a time, with packets on them and
# readers in both namespaces.
#
#   a: vN ===== wN :a, then :b        n0, n1 tap in a, with noise
#
# vm: timeout=400 kernels=debug,debug-rt,rt

. ./lib.sh

new_ns a b
load
noise $a || not_ok "noise"
for ns in $a $b; do
	try "all of it in $ns" all_on $ns
	ksflow -n $ns dev set 'r*' rate 3 dir once tap netfilter 2>/dev/null
	ksflow -n $ns -j monitor --ready-file $t/$ns.ready >$t/$ns 2>$t/$ns.err &
	on_exit "kill $!"
	for kind in drops repairs; do
		ksflow -n $ns -j monitor $kind >/dev/null 2>$t/$ns.$kind & on_exit "kill $!"
	done
	wait_for "[ -e $t/$ns.ready ]" 30
done

# one N ROUNDS: the lives of one pair after the other
one() {
	local n=$1 i flood
	for ((i = 0; i < $2; i++)); do
		ip -n $a link add v$n type veth peer name w$n
		ip -n $a link add link v$n name v$n.9 type vlan id 9
		ip -n $a link add b$n type bond mode active-backup
		ip -n $a addr add 10.$n.0.1/24 dev v$n
		ip -n $a link set v$n up
		ip -n $a link set w$n up
		ip -n $a link set v$n.9 up
		ip netns exec $a ping -q -i $(pace 0.01) -I v$n 10.$n.0.2 >/dev/null 2>&1 & flood=$!
		ip -n $a link set w$n down
		ip -n $a link set w$n name r$n
		ip -n $a link set r$n up
		ip -n $a link set r$n netns $b
		ip -n $b link set r$n up
		ip -n $b link set r$n down
		ip -n $b link set r$n netns $a
		ip -n $a link set r$n master b$n
		ip -n $a link set b$n up
		ip -n $a link set r$n nomaster
		kill $flood; wait $flood 2>/dev/null
		ip -n $a link del b$n
		ip -n $a link del v$n && echo over >>$t/done
	done
}
each=$(rounds 3)
lives=()
for n in 1 2 3; do one $n "$each" 2>$t/errors.$n & lives+=($!); done
wait "${lives[@]}"
is "lives" "$(wc -l <$t/done)" $((3 * each))
is "nothing went wrong in them" "$(cat $t/errors.*)" ""
is "no device is left" "$(ksflow -n $a -j dev show | grep -oE '"dev":"[vwrb][0-9][^"]*"')" ""
for ns in $a $b; do
	try "the ledger of $ns closes" closes $ns
done
wait_for '[ -s $t/$a ]'
is "there were samples" "$([ -s $t/$a ] && echo yes)" yes
