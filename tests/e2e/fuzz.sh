# SPDX-License-Identifier: GPL-2.0
# Messages of every shape to the module's family, FUZZ of them (50,000), with
# packets and a reader; tests/fuzz/netlink.c makes them. The seed is fixed, or
# FUZZ=COUNT:SEED; the module is well afterwards.
#
#   a: va ===== vb :b        a pings b; n0, n1 tap in a, with noise
#
# vm: timeout=900

. ./lib.sh

try "the fuzzer builds" gcc -O1 -D_GNU_SOURCE -I/usr/local/src/ksflow/include/uapi \
	-o $t/netlink netlink.c || exit
FUZZ=${FUZZ:-50000}
seed=1
[[ $FUZZ != *:* ]] || seed=${FUZZ#*:}
new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
load
ip netns exec "$a" ping -q -i 0.02 10.0.0.2 >/dev/null & on_exit "kill $!"
noise $a || not_ok "noise"
ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err &
on_exit "kill $!"
wait_for '[ -e $t/ready ]' 30

status=0
# Not "ip netns exec", whose /sys has no KCOV.
nsenter --net=/run/netns/$a $t/netlink $seed ${FUZZ%:*} /run/netns/$b >$t/out 2>&1 || status=$?
note "$(cat $t/out)"
is "all of them were sent" "$status $(grep -c "^${FUZZ%:*} messages" $t/out)" "0 1"
[ ! -e /sys/kernel/debug/kcov ] || between "code of the module that was reached, in blocks" \
	"$(sed -n 's/.*; \([0-9]*\) blocks.*/\1/p' $t/out)" 500 100000
try "what is set can be reset" ksflow -n $a reset
wait_for '! ksflow -n $a show | grep -q "rule .*ksflowd"' 30
ksflow -n $a dev set va rate 1 dir both tap auto
before=$(wc -l <$t/samples)
wait_for '[ "$(wc -l <$t/samples)" -gt $((before + 5)) ]' &&
	ok "samples go on" || not_ok "samples go on" "$(cat $t/err)"
try "the ledger closes" closes $a
