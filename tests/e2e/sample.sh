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
nics=$(ls -d /sys/class/net/*/device/driver | xargs -n1 readlink -f |
	grep -c /e1000$)
is "two e1000" "$nics" 2
set -- $(for i in /sys/class/net/*/device; do basename $(dirname $i); done | sort)
ip link set $1 netns $a name na
ip link set $2 netns $b name nb
in_ns $a ip link set na up
in_ns $b ip link set nb up
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
wait_for "in_ns $a cat /sys/class/net/na/carrier | grep -q 1" 30
wait_for "in_ns $b cat /sys/class/net/nb/carrier | grep -q 1" 30

in_ns $b iperf3 -s -D >/dev/null
on_exit "pkill iperf3"
wait_for "in_ns $b ss -ltn | grep -q :5201"
load
# Room for all of it, at any pace (a layer of the tool's: ring = 4 MiB).
for ns in $a $b; do
	try "large rings" ip netns exec $ns python3 ./genl.py 5 \
		11.1=u8:3 11.3=u32:4194304
done

# OutSegs leaves out what was sent again (RFC 4022), a FIN for instance.
segs_out() { in_ns $1 awk '/^Tcp:/ && n++ { print $12 + $13 }' /proc/net/snmp; }

# now NS DEV: packets in, bytes in, packets out, bytes out
now() { (cd /; in_ns $1 sh -c "cd /sys/class/net/$2/statistics &&
	cat rx_packets rx_bytes tx_packets tx_bytes" | xargs); }

monitor() { # monitor NS FILE
	rm -f $2 $2.ready
	ksflow -n $1 -j monitor samples --ready-file $2.ready >$2 2>$2.end &
	on_exit "kill $!"
	monitors="$monitors $!"
	wait_for "test -e $2.ready" 60
}

# Until the connections are closed at both ends and no counter has moved for
# three looks, 50 ms apart or more: delayed ACKs take 40 ms.
open_connections() {
	in_ns $a ss -Htn state connected exclude time-wait
	in_ns $b ss -Htn state connected exclude time-wait
}
settle() {
	local same=0 before= after
	wait_for '[ -z "$(open_connections)" ]' 60
	wait_for 'after="$(now $b $db) $(now $a $da)"
		[ "$before" = "$after" ] && same=$((same + 1)) || same=0
		before=$after; [ $same -ge 3 ]' 60
}

# measure MODE PROTO RATE TAP
measure() {
	local t0=$SECONDS
	local mode=$1 proto=$2 rate=$3 tap=$4 da=va db=vb to=10.0.0.2 exact=
	local taps="tap $tap" name="$*" monitors= way dir
	[ $mode != nic ] || { da=na db=nb to=10.0.1.2; }
	[ $rate != 1 ] || exact=exact
	ksflow -n $a dev set $da rate $rate dir both $taps || return
	ksflow -n $b dev set $db rate $rate dir both $taps || return
	monitor $a /tmp/a; monitor $b /tmp/b
	local a0=$(now $a $da) b0=$(now $b $db) sa0=$(segs_out $a) sb0=$(segs_out $b)
	if [ $proto = tcp ]; then
		in_ns $a iperf3 -c $to -n 4M >/tmp/iperf
	else
		in_ns $a iperf3 -c $to -u -b 0 -l 1400 -n 2M >/tmp/iperf
	fi || { not_ok "$name: iperf3" "$(cat /tmp/iperf)"; }
	settle
	local a1=$(now $a $da) b1=$(now $b $db) sa1=$(segs_out $a) sb1=$(segs_out $b)
	kill $monitors; wait $monitors
	[ $tap = tracepoint ] || tap=netfilter
	set -- $a0 $a1 $b0 $b1
	# What each end sent is what the other one got, frame by frame; but a
	# network card may drop what it has no buffer for.
	local ap=$(($7 - $3)) ab=$(($8 - $4)) bp=$((${15} - ${11})) bb=$((${16} - ${12}))
	local aip=$(($5 - $1)) aib=$(($6 - $2)) bip=$((${13} - $9)) bib=$((${14} - ${10}))
	if [ $mode = tso ] && [ $proto = tcp ]; then
		# Each super-packet carries one header of 66 bytes where the
		# wire has one for each segment.
		local s=$((sa1 - sa0)); ab=$((ab + 66 * (s - ap))); ap=$s
		s=$((sb1 - sb0)); bb=$((bb + 66 * (s - bp))); bp=$s
	fi
	# A veth whose peer has NAPI counts without the Ethernet header.
	if [ $mode = gro ]; then ab=$((ab + 14 * ap)); fi
	local padded=padded
	[ $mode = nic ] || aip=$bp aib=$bb bip=$ap bib=$ab padded=
	python3 estimate.py $exact $padded \
		/tmp/a egress $ap $ab /tmp/b ingress $bip $bib \
		/tmp/b egress $bp $bb /tmp/a ingress $aip $aib >/tmp/verdict 2>&1
	is "$name: a egress, b ingress, b egress, a ingress" $? 0
	note "$(cat /tmp/verdict)"
	note "$(cat /tmp/a.end /tmp/b.end) ($((SECONDS - t0)) s)"
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
