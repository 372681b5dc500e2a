# SPDX-License-Identifier: GPL-2.0
# Settings of every function changed by six writers and a daemon at once, with
# packets and readers: the last one's hold, the ledger closes.
#
#   a: va ===== vb :b        a pings b; n0, n1 tap, with noise
#
# vm: timeout=400 kernels=debug,debug-rt,rt

. ./lib.sh

new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
load
noise $a || not_ok "noise"
ip netns exec "$a" ping -q -i $(pace 0.002) 10.0.0.2 >/dev/null & on_exit "kill $!"
ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err &
on_exit "kill $!"
for kind in drops repairs; do
	ksflow -n $a -j monitor $kind >/dev/null 2>$t/err.$kind & on_exit "kill $!"
done
wait_for '[ -e $t/ready ]' 30

for i in 1 2; do
	cat >$t/conf.$i <<-END2
	sflow {
	  sampling = $((i * 10))
	  collector { ip = 127.0.0.1 }
	  pcap { dev = va }
	  dropmon { limit = $((i * 100)) hide = $([ $i = 1 ] && echo none || echo default) }
	  repair { port = 4739 mode = $([ $i = 1 ] && echo audit || echo repair) }
	}
	END2
done
cp $t/conf.1 $t/conf
ip netns exec "$a" ksflowd -f $t/conf --foreground >$t/daemon 2>&1 & daemon=$!
on_exit "kill $daemon"
wait_for 'ksflow -n $a show | grep -q "rule .*va .*ksflowd"' 30

each=$(rounds 6)
writer() { # writer N
	local i
	for ((i = 0; i < each; i++)); do
		case $((($1 + i) % 6)) in
		0) ksflow -n $a dev set va rate $((i + 1)) dir both tap tracepoint ;;
		1) ksflow -n $a dev set 'v*' rate $((i + 2)) dir ingress tap netfilter ;;
		2) ksflow -n $a dev set "x$i" rate auto dir off; ksflow -n $a dev del "x$i" ;;
		3) ksflow -n $a reset ;;
		4) ksflow -n $a drop set state "$(set -- on count off; shift $((i % 3)); echo $1)" \
			limit $((i * 100 + 1)) hide "+*UDP*,-x$i" ;;
		5) ksflow -n $a repair add port $((4739 + i)) dev 'n*' mode repair defrag on
		   [ $((i % 2)) = 0 ] || ksflow -n $a repair del all ;;
		esac || echo "writer $1, round $i: $?"
	done
}
writers=()
for n in 1 2 3 4 5 6; do writer $n >$t/writer.$n 2>&1 & writers+=($!); done
for ((i = 0; i < each; i++)); do
	cp $t/conf.$((i % 2 + 1)) $t/conf
	kill -HUP $daemon
	sleep 0.1
done
wait "${writers[@]}"
# Of a rule that a reset was quicker with, "del" is no fault.
is "every command was taken" "$(cat $t/writer.* | grep -vE 'no rule|to forget|note:|: 1$')" ""
ksflow -n $a reset
ksflow -n $a dev set va rate 5 dir both tap auto
ksflow -n $a drop set state on limit 77
ksflow -n $a repair add port 4777 mode repair
is "the last one's word holds" "$(ksflow -n $a -p dev show va |
	sed -n 's/ *"\(rate\|dir\)": "\?\([^",]*\).*/\2/p' | sort | xargs)" "5 both"
is "of drops" "$(ksflow -n $a -j drop show | jq -c '.. | objects | select(has("limit-owner")) | [.state, .limit]')" '["on",77]'
is "of repair" "$(ksflow -n $a -j repair show | jq -c '[.repair.rules[] | select(.owner == "tool").port]')" '[4777]'
is "the daemon lives" "$(kill -0 $daemon && echo yes)" yes
wait_for '[ -s $t/samples ]'
is "there were samples" "$([ -s $t/samples ] && echo yes)" yes
try "the ledger closes" closes $a
