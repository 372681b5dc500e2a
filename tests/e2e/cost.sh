# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=900
#
# What sampling costs a packet that is not selected, in instructions.

. ./lib.sh
. ../bench/cost.sh

pairs va vb vc vd

# run MODE: instructions for each packet
run() { MODE=$1 least va $PACKETS; }

# reader on|off
reader() {
	if [ "$1" = on ]; then
		rm -f /tmp/ready
		ksflow monitor samples --ready-file /tmp/ready >/tmp/samples &
		MONITOR=$!
		wait_for 'test -e /tmp/ready' 120
	else
		kill $MONITOR; wait $MONITOR 2>/dev/null
	fi
}

# What the path costs by itself is measured with the module at rest, after all
# has been at work once: the first packets of a guest find other caches.
bare_rx=$(run netif_receive) bare_tx=$(run queue_xmit)
load
reader on
ksflow dev set va rate 16777216 dir both
run netif_receive >/dev/null
ksflow dev del va
reader off
rx=$(run netif_receive) tx=$(run queue_xmit)
note "the path itself: receive $rx, transmit $tx; before: $bare_rx, $bare_tx"
between "no reader, receive: nothing" "$(more "$rx" "$bare_rx")" -3 3
between "no reader, transmit: nothing" "$(more "$tx" "$bare_tx")" -3 3

reader on
RATE=16777216
# Ticks that fall into a flood, or do not, are an instruction more or less, in
# the base as well: two, at the worst.
cost() { # cost NAME MODE BASE LIMIT
	local got
	got=$(more "$(run "$2")" "$3")
	note "cost $1 $got"
	between "$1" "$got" 0 $(($4 + 2))
}
ksflow dev set va rate $RATE dir ingress tap tracepoint
cost "tracepoint, receive" netif_receive "$rx" 42
ksflow dev set va rate $RATE dir egress tap tracepoint
cost "tracepoint, transmit" queue_xmit "$tx" 42
# Both probes run then: va counts it, vb's receive finds another device.
ksflow dev set va rate $RATE dir once tap tracepoint
cost "tracepoint, once, transmit and receive" queue_xmit "$tx" 70
ksflow dev set va rate $RATE dir ingress tap netfilter
cost "netfilter, receive" netif_receive "$rx" 150
ksflow dev set va rate $RATE dir egress tap netfilter
cost "netfilter, transmit" queue_xmit "$tx" 150
ksflow dev del va
ksflow dev set vc rate $RATE dir ingress tap tracepoint
cost "another device is sampled, receive" netif_receive "$rx" 28
ksflow dev set vc rate $RATE dir egress tap tracepoint
cost "another device is sampled, transmit" queue_xmit "$tx" 28
reader off
between "no reader again, receive: nothing" "$(more "$(run netif_receive)" "$rx")" -3 3
# One of 2^24 may be.
between "hardly any was selected" "$(grep -c . /tmp/samples)" 0 2
