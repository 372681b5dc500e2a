# SPDX-License-Identifier: GPL-2.0
# vm: timeout=200
#
# How long sampled packets take through a router with a slow way out, against
# AF_PACKET's time stamps on both ports; how deep the queue is, against what it
# says itself; and that what is dropped, copied, segmented or wrapped never has
# a delay.
#
#   a: a0 ===== ra :r: rb ===== b0 :b
#   10.0.1.1   .254     .254    10.0.2.1     rc ===== c0 :b   takes copies

. ./lib.sh

new_ns a r b
veth $a a0 $r ra
veth $r rb $b b0
veth $r rc $b c0
for ns in $a $r $b; do
	in_ns $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done
addr $a a0 10.0.1.1/24
addr $r ra 10.0.1.254/24
addr $r rb 10.0.2.254/24
addr $b b0 10.0.2.1/24
in_ns $r sysctl -qw net.ipv4.ip_forward=1
ip -n $a route add default via 10.0.1.254
ip -n $b route add default via 10.0.2.254
ip -n $r route add blackhole 10.99.0.0/16
mac() { in_ns $1 cat /sys/class/net/$2/address; }
ip -n $a neigh replace 10.0.1.254 dev a0 nud permanent lladdr $(mac $r ra)
ip -n $r neigh replace 10.0.2.1 dev rb nud permanent lladdr $(mac $b b0)
ip -n $b neigh replace 10.0.2.254 dev b0 nud permanent lladdr $(mac $r rb)
ip -n $r neigh replace 10.0.1.1 dev ra nud permanent lladdr $(mac $a a0)

load
# A ring with room for all that waits; 800 ms (LAYER_SET, layer tool).
delay() { in_ns $r $python ./genl.py 5 11.1=u8:3 11.3=u32:4194304 11.9=u32:$1; }
is "a delay that is none" "$(delay 801)" \
	"EINVAL: KSFLOW_A_LAYER_DELAY: expected 1...800 ms, or 0 for off @ 11.9"
is "the delay is set" "$(delay 800)" ok
is "show says so" "$(ksflow -n $r -j show | jq -c .settings.delay)" \
	'{"wait-ms":800,"owner":"tool"}'
ksflow -n $r dev set ra rate 1 dir ingress

monitor() { # until it is ready; with $1 the time stamps too
	rm -f /tmp/ready /tmp/watching
	ksflow -n $r -j monitor samples --rcvbuf 33554432 --ready-file /tmp/ready \
		>/tmp/samples 2>/tmp/end & monitor=$!
	on_exit "kill $monitor"
	wait_for 'test -e /tmp/ready' 60
	[ "${1-}" ] || return 0
	ip netns exec $r $python ./delay.py watch /tmp/watching ra rb \
		>/tmp/truth & watch=$!
	on_exit "kill $watch"
	wait_for 'test -e /tmp/watching' 60
}
settled() { # what was sampled on ra has come, COUNT records of it
	wanted=$1
	wait_for '[ "$(grep -c "\"ingress\"" /tmp/samples)" -ge "$wanted" ]' 20
	[ -z "${watch-}" ] || { kill $watch; wait $watch; watch=; }
	ends
	try "the ledger closes" closes $r
	kill $monitor; wait $monitor
}
send() { in_ns $a $python ./delay.py send "$@"; }
judge() { $python ./delay.py judge /tmp/samples "$@" >/tmp/judged
	note "$(cat /tmp/judged)"; }
got() { jq ".[\"$1\"]" /tmp/judged; }
# ends: what became of those that waited, all in all
ends() { ksflow -n $r -j stats | jq -c '.namespace[] | select(.kind == "sample") |
	[.["delay-matched", "delay-unseen", "delay-reused", "delay-cloned",
	   "delay-changed", "delay-crowded"] // 0]' >/tmp/ends; note "ends $(cat /tmp/ends)"; }
end() { jq ".[$1]" /tmp/ends; }
all_ends() { jq add /tmp/ends; }

# --- against AF_PACKET ------------------------------------------------------------

ip netns exec $r tc qdisc add dev rb root netem delay 60ms limit 2000
# Few are on their way at a time, so that few wait where the guest stands still.
monitor watch
send 220 100 10 10.0.2.1
settled 220
judge /tmp/truth
between "netem: packets with both" "$(got both)" 200 220
between "netem: the median is 60 ms and more" "$(got median-ms)" 60 120
between "netem: off by percent" "$(got off-percent)" 0 10
between "netem: unmatched" "$(got without)" 0 20

# Whatever the sender's pace is, it takes 50 ms and its turn.
ip netns exec $r tc qdisc del dev rb root
ip netns exec $r tc qdisc add dev rb root handle 1: netem delay 50ms limit 2000
ip netns exec $r tc qdisc add dev rb parent 1:1 tbf rate 8mbit burst 2000 limit 1000000
# A guest that stands still makes all of them wait, too long for a delay: again,
# when AF_PACKET says so.
for _ in 1 2 3 4 5; do
	monitor watch
	send 260 1400 0 10.0.2.1
	settled 260
	judge /tmp/truth
	[ "$(got soon)" -lt 240 ] || break
done
between "tbf: packets with both" "$(got both)" 200 260
between "tbf: the median is 50 ms and more" "$(got median-ms)" 50 800
between "tbf: off by percent" "$(got off-percent)" 0 10

# The same with nobody else looking at the packets; psample says it, too.
ip netns exec $r tc qdisc del dev rb root
ip netns exec $r tc qdisc add dev rb root netem delay 60ms limit 2000
in_ns $r $python ./genl.py 5 11.1=u8:3 11.3=u32:4194304 11.8=u32:5 11.9=u32:800 >/dev/null
ksflow -n $r dev set ra rate 1 dir ingress
wait_for 'ksflow -n $r -j show | jq -e ".settings.psample | .group == 5 and (.missing | not)"' 20
ends; before=$(end 0)
ip netns exec $r $python ./psample.py /tmp/listening >/tmp/psample & psample=$!
on_exit "kill $psample"
wait_for 'test -e /tmp/listening' 60
monitor
send 100 100 10 10.0.2.1
settled 100
wait_for '[ "$(grep -c data /tmp/psample)" = 100 ]'
kill $psample; wait $psample
judge
between "nobody looks: matched" "$(got with)" 90 100
between "nobody looks: the median" "$(got median-ms)" 60 120
is "each is counted" "$(($(end 0) - before))" "$(got with)"
is "they say which queue" "$(jq -s 'map(select(has("delay-ns")) | [."out-dev", .queue]) | unique' -c /tmp/samples)" \
	'[["rb",0]]'

# From 5.13 on.
if grep -q '"proto"' /tmp/psample; then
	of() { jq -s -c "map(select(has(\"$2\")) | [.\"$2\", .$3]) | sort" /tmp/$1; }
	is "psample's readers have it, and the queue" \
		"$(of psample latency queue)" "$(of samples delay-ns queue)"
else
	is "psample's readers have the samples" "$(grep -c data /tmp/psample)" 100
fi

# --- the depth of the queue ---------------------------------------------------------

# A packet every second: while none moves, the queue itself is asked.
ksflow -n $r dev set ra dir off
ksflow -n $r dev set rb rate 1 dir egress
ip netns exec $r tc qdisc del dev rb root
ip netns exec $r tc qdisc add dev rb root tbf rate 8kbit burst 1200 limit 100000
monitor
send 6 1000 0 10.0.2.1
backlog() { in_ns $r tc -s -j qdisc show dev rb | jq '.[0].backlog'; }
wait_for '[ "$(backlog)" -gt 0 ]'
wait_for 'now=$(backlog); echo $now >>/tmp/backlog; [ $now = 0 ]' 30
wait_for '[ "$(grep -c . /tmp/samples)" -ge 6 ]' 10
kill $monitor; wait $monitor
depths=$(jq -s -c 'map(."queue-depth-bytes")' /tmp/samples)
polled=$(sort -rnu /tmp/backlog | jq -s -c .)
note "depths $depths, the queue says $polled"
# The most it had before one left.
polled=$(jq -n -c "$polled[1:]")
is "each depth that the queue told is a packet's" \
	"$(jq -n "($polled - $depths) | length")" 0
between "depths told" "$(jq -n "$polled | length")" 2 6
ip netns exec $r tc qdisc del dev rb root
ksflow -n $r dev del rb
ksflow -n $r dev set ra rate 1 dir ingress

# --- what has none ----------------------------------------------------------------------

# Every second packet is dropped, and its buffer used again by one like it; half
# of them are samples.
is "wait less" "$(delay 100)" ok
ksflow -n $r dev set ra rate 2 dir ingress
ends; before=$(end 2)
monitor
MODULO=1 send 600 100 0 10.0.2.1 10.99.0.1
settled 200
judge
between "reused: those forwarded have a delay" "$(got with)" 80 320
is "reused: none of those dropped has" "$(got dropped-with)" 0
if [ $_patience = 1 ]; then
	between "reused: found out" "$(($(end 2) - before))" 10 600
else
	skip "reused: found out" "KASAN lets no buffer be used again soon"
fi

# A copy of each leaves by rc.
ksflow -n $r dev set ra rate 1 dir ingress
ip netns exec $r tc qdisc add dev ra clsact
ip netns exec $r tc filter add dev ra ingress matchall action mirred egress mirror dev rc
ends; before=$(($(all_ends) - $(end 0)))
monitor
send 50 100 1 10.0.2.1
settled 50
judge
is "mirrored: none has a delay" "$(got with)" 0
is "mirrored: all are counted" "$(($(all_ends) - $(end 0) - before))" 50
ip netns exec $r tc qdisc del dev ra clsact

# Super-packets come in, segments leave.
in_ns $r ethtool -K rb tso off gso off >/dev/null
cat >/tmp/tcp.py <<'END'
import socket, sys
if sys.argv[1] == "serve":
    s = socket.create_server(("10.0.2.1", 5001))
    open("/tmp/serving", "w").close()
    c, _ = s.accept()
    while c.recv(1 << 16): pass
else:
    s = socket.create_connection(("10.0.2.1", 5001))
    s.sendall(bytes(2000000))
    s.shutdown(socket.SHUT_WR)
    s.recv(1)       # all has arrived
END
rm -f /tmp/serving
ip netns exec $b $python /tmp/tcp.py serve & on_exit "kill $!"
wait_for 'test -e /tmp/serving' 20
ends; before=$(($(all_ends) - $(end 0)))
monitor
try "TCP, segmented" in_ns $a $python /tmp/tcp.py send
settled 20
judge
is "segmented: none has a delay" "$(got segmented-with)" 0
between "segmented: counted" "$(($(all_ends) - $(end 0) - before))" \
	"$(jq -s 'map(select(.segmented)) | length' /tmp/samples)" 100000

# In a tunnel.
if ip -n $r link add ipip1 type ipip local 10.0.2.254 remote 10.0.2.1 2>/dev/null; then
	ip -n $r link set ipip1 up
	ip -n $r route add 10.7.0.0/16 dev ipip1
	ends; before=$(($(all_ends) - $(end 0)))
	monitor
	send 20 100 1 10.7.0.1
	settled 20
	judge
	is "tunnel: none has a delay" "$(got with)" 0
	is "tunnel: all are counted" "$(($(all_ends) - $(end 0) - before))" 20
	ip -n $r link del ipip1
else
	skip "tunnel" "no ipip"
fi

# Off: nothing waits, nothing is counted.
is "off" "$(delay 0)" ok
ksflow -n $r dev set ra rate 1 dir ingress
ends; before=$(all_ends)
monitor
send 20 100 1 10.0.2.1
settled 20
judge
is "off: no delay" "$(got with)" 0
is "off: nothing is counted" "$(all_ends)" "$before"

# Another namespace's delays, on and off: the probe is another one each time, and
# no packet goes unseen meanwhile, but for those that come just then: some, where
# the kernel is interrupted between the two. A grace period is hundreds of them.
new_ns x
ksflow -n $x monitor samples --ready-file /tmp/ready.x >/dev/null 2>&1 & on_exit "kill $!"
wait_for 'test -e /tmp/ready.x'
ksflow -n $x dev set lo rate 1 dir both
ksflow -n $r dev set ra rate 16777216 dir ingress
monitor
seen() { ksflow -n $r -j stats | jq '.namespace[] | select(.kind == "sample").seen'; }
began=$(seen) before=$(($(counter $r ra rx_packets) - $(seen)))
rm -f /tmp/stop
ip netns exec $a $python - <<'END' & sender=$!
import os, socket, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
while not os.path.exists('/tmp/stop'):
    for _ in range(100):
        s.sendto(b'x', ('10.99.0.1', 9))
        time.sleep(0.0001)
END
for i in 1 2 3 4 5 6 7 8; do layer $x 11.9=u32:50; layer $x 11.9=u32:0; done
touch /tmp/stop
wait $sender
between "packets while it went on" $(($(seen) - began)) 1000 10000000
between "another's delays: unseen, of 16 changes" \
	$(($(counter $r ra rx_packets) - $(seen) - before)) 0 100
