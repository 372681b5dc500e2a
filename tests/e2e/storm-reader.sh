# SPDX-License-Identifier: GPL-2.0
# Readers that join, stall, leave and die, with every packet sampled: the one
# that stays loses nothing it is not told of, and none of the others is left.
#
#   a: va ===== vb :b        a pings b; n0, n1 tap in a, with noise
#
# vm: timeout=400 kernels=debug,debug-rt,rt

. ./lib.sh

new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
load
noise $a || not_ok "noise"
try "all of it" all_on $a
ip netns exec "$a" ping -q -i $(pace 0.002) 10.0.0.2 >/dev/null & on_exit "kill $!"
ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err & stays=$!
on_exit "kill $stays"
wait_for '[ -e $t/ready ]' 30

kinds=(samples drops repairs)
# one N ROUNDS: one reader after the other, each with its own end
one() {
	local i reader
	for ((i = 0; i < $2; i++)); do
		rm -f $t/ready.$1
		ksflow -n $a -j monitor ${kinds[($1 + i) % 3]} --ready-file $t/ready.$1 >/dev/null 2>&1 & reader=$!
		wait_for "[ -e $t/ready.$1 ]" 30 || return
		case $((($1 + i) % 4)) in
		0) kill -KILL $reader ;;
		1) kill -STOP $reader; sleep 0.3; kill -KILL $reader ;;
		2) kill -STOP $reader; sleep 0.3; kill -CONT $reader; kill -TERM $reader ;;
		3) kill -TERM $reader ;;
		esac
		wait $reader 2>/dev/null
		echo over >>$t/done
	done
}
each=$(rounds 3)
readers=()
for n in 1 2 3; do one $n "$each" & readers+=($!); done
wait "${readers[@]}"
is "readers came and went" "$(wc -l <$t/done)" $((3 * each))
wait_for '[ "$(ksflow -n $a -p stats | grep -c portid)" = 1 ]' 20
is "one reader is left" "$(ksflow -n $a -p stats | grep -c portid)" 1
try "the ledger closes" closes $a
kill -TERM $stays; wait $stays
is "it had samples" "$([ -s $t/samples ] && echo yes)" yes
