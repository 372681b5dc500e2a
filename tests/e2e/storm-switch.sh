# SPDX-License-Identifier: GPL-2.0
# Every function switched on and off, in every order, by four at once, with
# readers of each and packets of every shape: each is what it was set to at last,
# the ledger closes.
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
ip netns exec "$a" ping -q -i $(pace 0.005) 10.0.0.2 >/dev/null & on_exit "kill $!"
big_ring $a

each=$(rounds 4)
# switch N COMMAND...: the words of a round, on and off
sampling() {
	ksflow -n $a dev set '*' rate $(($1 % 3 + 1)) dir both tap "$2"
	ksflow -n $a dev set '*' dir off
}
drops() {
	ksflow -n $a drop set state on limit unlimited hide none sw on hw on
	ksflow -n $a drop set hide default sw off hw "$3"
	ksflow -n $a drop set state "$4"
}
repair() {
	ksflow -n $a repair add port 4739 mode repair defrag "$3"
	ksflow -n $a repair add port 4740 dev 'n*' mode audit
	ksflow -n $a repair del all
}
# Of b: its tool's layer would take those settings away.
delays() {
	layer $b 11.8=u32:$(($1 % 3)) 11.9=u32:$(($1 % 2 * 50)) \
		11.3=u32:$((16384 << $1 % 3))
	ksflow -n $b dev set vb rate 1 dir both
	ksflow -n $b -j monitor --count 3 --duration 1 >/dev/null
}
# Readers that come and go make the rings do so.
reader() { ksflow -n $a -j monitor "$5" --count 3 --duration 1 >/dev/null; }

taps=(auto netfilter tracepoint) words=(on off) states=(off count)
kinds=(samples drops repairs)
# one FUNCTION
one() {
	local i
	for ((i = 0; i < each; i++)); do
		$1 $i ${taps[i % 3]} ${words[i % 2]} ${states[i % 2]} ${kinds[i % 3]} &&
			echo over >>$t/$1
	done
}
at_work=()
for what in sampling drops repair delays reader; do
	one $what 2>$t/errors.$what & at_work+=($!)
done
wait "${at_work[@]}"
for what in sampling drops repair delays reader; do
	is "$what, on and off" "$(wc -l <$t/$what)" "$each"
	is "$what: nothing was refused" \
		"$(grep -vE 'lost|not captured|only counted|no rule of repair' $t/errors.$what)" ""
done

try "all of it, for good" all_on $a
try "and in the other namespace" publish $b
ksflow -n $b dev set vb rate 1 dir both
for kind in samples drops repairs; do
	ksflow -n $a -j monitor $kind >$t/out.$kind 2>$t/err & on_exit "kill $!"
done
for kind in samples drops repairs; do
	wait_for "[ -s $t/out.$kind ]" 30
	is "$kind flow" "$([ -s $t/out.$kind ] && echo yes)" yes
done
for ns in $a $b; do
	try "the ledger of $ns closes" closes $ns
done
