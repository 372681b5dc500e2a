# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=900
#
# What a packet that is not selected pays for delays, in instructions (see
# cost.sh): nothing when they are off, four where it comes in and four where it
# leaves when they are on. Where nothing else looks at packets that leave, the
# tracepoint's call comes to it. Ticks that fall into a flood make 1.5 of it.

. ./lib.sh
. ../bench/cost.sh

RATE=16777216
pairs va vb
run() { MODE=$1 least va $PACKETS; }
# delay MS DIRECTION
delay() { $python ./genl.py 5 11.1=u8:3 11.9=u32:"$1" >"$t/genl"
	  ksflow dev set va rate $RATE dir "$2"; }

load
ksflow monitor samples --ready-file /tmp/ready >/tmp/samples & on_exit "kill $!"
wait_for 'test -e /tmp/ready' 120
delay 100 both
run netif_receive >/dev/null
delay 0 both
rx=$(run netif_receive) tx=$(run queue_xmit)
delay 100 both
on_rx=$(run netif_receive) on_tx=$(run queue_xmit)
delay 0 both
off_rx=$(run netif_receive) off_tx=$(run queue_xmit)
# 4 and 8 by the disassembly, give or take two as in cost.sh.
note "off $rx $tx, on $on_rx $on_tx, off again $off_rx $off_tx"
between "on: receive" "$(more "$on_rx" "$rx")" 2 6
between "on: transmit, and receive at its peer" "$(more "$on_tx" "$tx")" 6 10
between "off again: receive" "$(more "$off_rx" "$rx")" -2 2
between "off again: transmit" "$(more "$off_tx" "$tx")" -2 2

delay 0 ingress
rx=$(run netif_receive) tx=$(run queue_xmit)
delay 100 ingress
on_rx=$(run netif_receive) on_tx=$(run queue_xmit)
note "ingress alone: off $rx $tx, on $on_rx $on_tx"
between "ingress alone, on: receive" "$(more "$on_rx" "$rx")" 2 6
between "ingress alone, on: transmit, and receive at its peer" \
	"$(more "$on_tx" "$tx")" 6 28
# One of 2^24 may be.
between "hardly any was selected" "$(grep -c . /tmp/samples)" 0 2
