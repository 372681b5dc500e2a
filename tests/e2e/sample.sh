# SPDX-License-Identifier: GPL-2.0
# vm: nics=2 nic=e1000 timeout=1200
#
# Estimates from samples, held against counters that know better:
#
#   a: va ===== vb :b     plain: no offload; interface counters count frames
#                         gro:   va segments, vb merges; va's counters
#                         tso:   super-packets all the way; TCP's own counter
#   a: na --hub-- nb :b   nic:   e1000, segments and merges; its driver counts
#                                the frames it sent and those it got
#
# Rates 1, 10, 100; TCP and UDP; both taps; a sends, so a's egress and b's
# ingress carry the data, the other two the acknowledgements.

. ./lib.sh

new_ns a b
veth $a va $b vb
try "two cards" cards $a na $b nb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
addr $a na 10.0.1.1/24; addr $b nb 10.0.1.2/24
for i in "$a va" "$a na" "$b vb" "$b nb"; do
	set -- $i
	in_ns $1 sysctl -qw net.ipv6.conf.$2.disable_ipv6=1
done
# No ARP in between: the counters are to be TCP's and UDP's alone.
neigh() { ip -n $1 neigh replace $3 dev $2 nud permanent lladdr \
	$(in_ns $4 cat /sys/class/net/$5/address); }
neigh $a va 10.0.0.2 $b vb; neigh $b vb 10.0.0.1 $a va
neigh $a na 10.0.1.2 $b nb; neigh $b nb 10.0.1.1 $a na
load
for ns in $a $b; do big_ring $ns; done

# One reader in each namespace for all measurements.
for ns in $a $b; do
	ksflow -n $ns -j monitor samples --ready-file /tmp/$ns.ready >/tmp/$ns 2>/tmp/$ns.end &
	on_exit "kill $!"
	monitors+=" $!"
done
wait_for 'test -e /tmp/$a.ready -a -e /tmp/$b.ready' 60
coproc ESTIMATE { exec $python ./estimate.py $a /tmp/$a $b /tmp/$b 2>&1; }
on_exit "kill $ESTIMATE_PID"

# measure MODE PROTO RATE TAP
measure() {
	local t0=$EPOCHREALTIME da=va db=vb to=10.0.0.2 padded= line= text=
	[ $1 != nic ] || { da=na db=nb to=10.0.1.2 padded=padded; }
	ksflow -n $a dev set $da rate $3 dir both tap $4 || return
	ksflow -n $b dev set $db rate $3 dir both tap $4 || return
	echo $1 $2 $3 $da $db $to $padded >&${ESTIMATE[1]}
	while read -r -t 120 line <&${ESTIMATE[0]} && [ "$line" != good ] && [ "$line" != bad ]; do
		text+=${text:+$'\n'}$line
	done
	is "$*: a egress, b ingress, b egress, a ingress" "$line" good
	note "$text"
	note "$(((${EPOCHREALTIME/./} - ${t0/./}) / 1000)) ms"
}

has_egress_hook=$(ksflow -j show | grep -c '"egress-hook":true')
taps="tracepoint netfilter"
if [ "$(uname -r | cut -d. -f1-2)" = 5.10 ]; then
	is "no egress hook on 5.10" "$has_egress_hook" 0
	taps=tracepoint
else
	is "an egress hook" "$has_egress_hook" 1
fi

in_ns $a ethtool -K va tso off gso off gro off >/dev/null
in_ns $b ethtool -K vb tso off gso off gro off >/dev/null
for tap in $taps; do for rate in 1 10 100; do for proto in tcp udp; do
	measure plain $proto $rate $tap
done; done; done

# veth's own GRO needs NAPI without XDP: 5.13.
if in_ns $b ethtool -K vb gro on 2>/dev/null && [ "$taps" != tracepoint ]; then
	in_ns $a ethtool -K va gso on
	for tap in $taps; do for rate in 1 10 100; do
		measure gro tcp $rate $tap
	done; done
	in_ns $b ethtool -K vb gro off
fi

in_ns $a ethtool -K va tso on gso on >/dev/null
in_ns $b ethtool -K vb tso on gso on >/dev/null
for tap in $taps; do for rate in 1 10 100; do
	measure tso tcp $rate $tap
done; done

for tap in $taps; do for rate in 1 10 100; do
	measure nic tcp $rate $tap
done; done
measure nic udp 10 tracepoint
kill $monitors; wait $monitors
is "nothing was lost" "$(grep -c ' lost 0 ' /tmp/$a.end /tmp/$b.end | cut -d: -f2 | xargs)" "1 1"
note "$(cat /tmp/$a.end /tmp/$b.end)"
