# SPDX-License-Identifier: GPL-2.0
# vm: timeout=300
#
# Parameters, loading and unloading under traffic.
#
#   a: va ===== vb :b        a pings b the whole time, whole packets and in
#                            three pieces; at full speed where it matters

. ./lib.sh

# --- parameters: readable, or refused in one line ----------------------------

load 'devs=dum*,veth-*' rate=7 direction=both header=200 tap=tracepoint
p=/sys/module/ksflow/parameters
is "devs" "$(cat $p/devs)" 'dum*,veth-*'
is "rate" "$(cat $p/rate)" 7
is "direction" "$(cat $p/direction)" both
is "header" "$(cat $p/header)" 200
is "tap" "$(cat $p/tap)" tracepoint
is "they are read-only" "$(stat -c %a $p/* | sort -u)" 444
ip link add dum0 type dummy
on_exit "ip link del dum0"
wait_for 'ksflow -j dev show dum0 | grep -q "\"rate\":7"'
is "a device that matches" "$(ksflow -j dev show dum0 |
	jq -r '.[0] | "\(.rate) \(.dir) \(.tap)"')" "7 both tracepoint"
unload
refused() { # refused PARAMETER EXPECTATION
	dmesg -C
	fails "$1 is refused" modprobe ksflow "$1"
	is "$1: one line says why" "$(dmesg | grep -c ksflow:)" 1
	is "$1: and what was expected" \
		"$(dmesg | grep -c "ksflow: .*expected .*$2")" 1
}
refused rate=0 "1 to 16777216"
refused rate=16777217 "1 to 16777216"
refused rate=many "1 to 16777216"
refused direction=up "once, ingress, egress or both"
refused header=63 "64 to 512"
refused header=513 "64 to 512"
refused tap=xdp "auto, netfilter or tracepoint"
refused ring=50000 "power of two"
refused devs=eth0, "after the last comma"
refused devs=,eth0 "names or patterns"
refused "devs=$(printf %064d 0)" "1 to 63 characters"
dmesg -C
echo "ksflow-e2e: $_me $$ starts" >/dev/kmsg

# --- 50 times under traffic ---------------------------------------------------

new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24
ip netns exec $a ping -q -i 0.01 10.0.0.2 >/dev/null & on_exit "kill $!"
ip netns exec $a ping -q -i 0.01 -s 4000 10.0.0.2 >/dev/null & on_exit "kill $!"
rounds=0 loaded=0 read=0
while [ $rounds -lt 50 ]; do
	rounds=$((rounds + 1))
	modprobe ksflow && loaded=$((loaded + 1))
	# Every fifth time with all of it at work when the module goes.
	if [ $((rounds % 5)) = 0 ]; then
		ksflow -n $a dev set va rate 1 dir both tap tracepoint
		ksflow -n $b dev set vb rate 1 dir ingress tap netfilter
		rm -f /tmp/a.ready /tmp/b.ready
		ksflow -n $a -j monitor samples --ready-file /tmp/a.ready >/tmp/a.json 2>&1 &
		ma=$!
		ksflow -n $b -j monitor samples --ready-file /tmp/b.ready >/tmp/b.json 2>&1 &
		mb=$!
		wait_for 'test -e /tmp/a.ready -a -e /tmp/b.ready' 60
		ip netns exec $a ping -q -f -s 4000 10.0.0.2 >/dev/null & flood=$!
		wait_for 'test -s /tmp/a.json -a -s /tmp/b.json' 60 &&
			read=$((read + 1))
		rmmod ksflow || break
		kill $ma $mb $flood; wait $ma $mb $flood 2>/dev/null
	else
		rmmod ksflow || break
	fi
done
is "loaded and unloaded" "$rounds $loaded" "50 50"
is "samples in every fifth round" $read 10
fails "it is gone" test -d /sys/module/ksflow

# --- a reader that is killed pins nothing --------------------------------------

load
ksflow -n $a dev set va rate 1 dir both
rm -f /tmp/a.ready
ksflow -n $a -j monitor samples --ready-file /tmp/a.ready >/tmp/a.json 2>&1 &
m=$!
wait_for 'test -e /tmp/a.ready' 60
kill -KILL $m; wait $m 2>/dev/null
wait_for 'ksflow -n $a -j stats | grep -q "\"ring-bytes\":0" ||
	! ksflow -n $a -j stats | grep -q ring-bytes' 20
is "no reader is left" "$(ksflow -n $a -j stats | grep -c portid)" 0

# --- a device whose speed changes ------------------------------------------------

# A bond is as fast as its members together; a veth says 10 Gbit/s.
ip link add bond9 type bond mode balance-rr miimon 10
on_exit "ip link del bond9"
for i in 1 2; do
	ip link add m$i type veth peer name p$i
	on_exit "ip link del m$i"
	ip link set p$i up
done
ip link set bond9 up
ksflow dev set bond9 dir both
rate() { ksflow -j -p dev show bond9 | sed -n 's/.*"rate": *\([0-9]*\).*/\1/p'; }
ip link set m1 master bond9; ip link set m1 up
wait_for '[ "$(rate)" = 10000 ]' 20
is "one member: 10 Gbit/s, 1 in 10000" "$(rate)" 10000
ip link set m2 master bond9; ip link set m2 up
wait_for '[ "$(rate)" = 20000 ]' 20
is "two members: 20 Gbit/s, 1 in 20000" "$(rate)" 20000
ip link set bond9 down
ip link set m2 nomaster
is "down: the rate stays" "$(rate)" 20000
