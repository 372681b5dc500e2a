# SPDX-License-Identifier: GPL-2.0
# A processor taken away and given back, with every packet sampled on it: what
# its ring held is delivered, the pool goes on, the ledger closes.
#
#   a: va ===== vb :b        a pings b, from either CPU
#
# vm: timeout=400 kernels=debug,debug-rt,rt

. ./lib.sh

cpu=/sys/devices/system/cpu/cpu1/online
if [ ! -w $cpu ]; then
	skip "hotplug" "there is no second processor to take away"
	exit
fi
on_exit "echo 1 >$cpu"
new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
load
try "all of it" all_on $a
ksflow -n $a dev set '*' dir off
ksflow -n $a dev set va rate 1 dir both
ip netns exec $a ping -q -i $(pace 0.01) 10.0.0.77 >/dev/null 2>&1 & on_exit "kill $!"
ksflow -n $a -j monitor drops >/dev/null 2>$t/err.drops & on_exit "kill $!"
ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err & reader=$!
on_exit "kill $reader"
wait_for '[ -e $t/ready ]' 30

wanted=$(rounds 4) off=0
for ((i = 0; i < wanted; i++)); do
	taskset -c 1 ip netns exec $a ping -q -f -c 300 10.0.0.2 >/dev/null & flood=$!
	sleep 0.1
	# A module that loads sees the second CPU come later.
	echo 0 >$cpu && off=$((off + 1))
	[ $((i % 3)) != 0 ] || ksflow -n $a dev set va rate $((1 + i % 2)) dir both
	wait $flood
	closes $a >>$t/open 2>&1 || echo $i >>$t/open
	echo 1 >$cpu
done
is "taken away" $off "$wanted"
is "the ledger closed each time" "$(cat $t/open 2>/dev/null)" ""
# Rings may fill up while whoever empties them waits for a processor to go: that
# is counted, or the ledger had not closed. What was delivered did arrive.
delivered() { ksflow -n $a -j stats | jq '.readers[] | select(.kind == "sample").delivered'; }
try "every one arrived" wait_for '[ "$(wc -l <$t/samples)" = "$(delivered)" ]'
