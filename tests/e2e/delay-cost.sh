# SPDX-License-Identifier: GPL-2.0
# vm: icount cpus=1 kernels=6.12 timeout=900
#
# What a packet that is not selected pays for delays, in instructions (see
# cost.sh): nothing when they are off, four where it comes in and four where it
# leaves when they are on.
#
#   pktgen --netif_receive--> va | vb        (128 bytes; dropped by IP)
#   pktgen --queue_xmit-----> va ==> vb      (dropped by vb's IP)

. ./lib.sh

PACKETS=50000 RATE=16777216
modprobe pktgen
ip link add va type veth peer name vb
for i in va vb; do
	sysctl -qw net.ipv6.conf.$i.disable_ipv6=1
	ip link set $i up
done
on_exit "ip link del va; rmmod pktgen"
run() { MODE=$1 least va $PACKETS; }
more() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", a - b }'; }
delay() { $python ./genl.py 5 11.1=u8:3 11.9=u32:$1 >/dev/null
	  ksflow dev set va rate $RATE dir both; }

load
ksflow monitor samples --ready-file /tmp/ready >/tmp/samples & on_exit "kill $!"
wait_for 'test -e /tmp/ready' 120
delay 100
run netif_receive >/dev/null
delay 0
rx=$(run netif_receive) tx=$(run queue_xmit)
delay 100
on_rx=$(run netif_receive) on_tx=$(run queue_xmit)
delay 0
off_rx=$(run netif_receive) off_tx=$(run queue_xmit)
note "off $rx $tx, on $on_rx $on_tx, off again $off_rx $off_tx"
between "on: receive" "$(more "$on_rx" "$rx")" 2 4.4
between "on: transmit, and receive at its peer" "$(more "$on_tx" "$tx")" 5 8.4
between "off again: receive" "$(more "$off_rx" "$rx")" -1.5 1.5
between "off again: transmit" "$(more "$off_tx" "$tx")" -1.5 1.5
is "none was selected" "$(grep -c . /tmp/samples)" 0
