# SPDX-License-Identifier: GPL-2.0
# Samples of psample, taken by "tc action sample", as sFlow: interfaces, rate,
# lengths, estimates; what is lost under overload; interfaces with large numbers.
#
#   (initial namespace: ksflowd, collector)        namespace a
#     p0 10.0.0.1  --------------------------------  a0 10.0.0.2
#     q0           --------------------------------  b0
#
# ksflowd works without its module here.
#
# vm: timeout=240

. ./lib.sh

new_ns a
veth "" p0 "$a" a0
veth "" q0 "$a" b0
for d in p0 q0; do sysctl -qw net.ipv6.conf.$d.disable_ipv6=1; done
in_ns "$a" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
ip link set p0 mtu 65535
ip -n "$a" link set a0 mtu 65535
addr "" p0 10.0.0.1/24
addr "$a" a0 10.0.0.2/24
ip neigh replace 10.0.0.2 dev p0 nud permanent lladdr "$(in_ns "$a" cat /sys/class/net/a0/address)"
ip -n "$a" neigh replace 10.0.0.1 dev a0 nud permanent lladdr "$(cat /sys/class/net/p0/address)"
modprobe pktgen
p0=$(cat /sys/class/net/p0/ifindex)

# filter DEV ingress|egress GROUP RATE [trunc BYTES]
filter() {
	tc qdisc add dev "$1" clsact 2>/dev/null
	tc filter del dev "$1" "$2" pref 9 2>/dev/null
	tc filter add dev "$1" "$2" pref 9 matchall action sample rate "$4" \
		group "$3" ${5:+trunc "$5"}
}
# conf [TEXT]: a fast port's own rate is not to thin what is tested
conf() {
	cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  psample { group=1 ingress=on egress=on }
  psample { group=7 egress=on }
  ${1-}
}
END
}
# samples JQ-CONDITION: how many of the collector's lines hold it
samples() { jq -c "select($1)" "$t/samples" | wc -l; }
# all JQ-CONDITION: none of the flow samples lacks it
all() { is "$1" "$(jq -c "select(.kind != \"flow\" or ($2 | not))" "$t/samples" | head -n 3)" ""; }
fresh() { : >"$t/samples"; }
# ledger GROUP WORD: of what SIGUSR1 says
ledger() {
	local n
	n=$(grep -c '^.*sent: ' "$t/log")
	kill -USR1 $daemon
	wait_for "[ \$(grep -c '^.*sent: ' $t/log) -gt $n ]"
	grep "psample group $1 " "$t/log" | tail -n 1 |
		sed -n "s/.*[ ;,:]$2 \([0-9]*\).*/\1/p"
}
start_collector() {
	rm -f "$t/ready"
	$python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
	wait_for 'test -e $t/ready'
}
stop_collector() { kill $collector; wait $collector 2>/dev/null; }
# exported: of p0's groups, by the daemon
exported() { echo $(($(ledger 1 exported) + $(ledger 2 exported))); }
# arrived N: the daemon has read all there is; the collector, all but the first N of
# what that one exported
arrived() {
	wait_for "awk 'NR > 1 && \$5 { exit 1 }' /proc/net/netlink"
	wait_for "[ \$(samples true) = $(($(exported) - $1)) ]"
}
# sum: of the samples' rates
sum() { jq -s 'map(.rate) | add // 0' "$t/samples"; }

conf
start_collector
on_exit 'kill $collector'
wait_for '! lsmod | grep -q "^psample " || modprobe -r act_sample psample' 30
ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit 'kill -KILL $daemon'
try "without psample it says so" wait_for 'logged "psample: not there"'
ksflow -j monitor psample --ready-file "$t/mready" >"$t/monitor" 2>"$t/mend" & monitor=$!
on_exit "kill $monitor"
wait_for 'test -e $t/mready'

# --- every packet ---

filter p0 ingress 1 1 64
filter p0 egress 2 1 64
try "psample comes, and is joined" wait_for 'logged "psample: its samples are read"'
fresh
flood p0 100
try "100 packets that come in" wait_for '[ $(samples true) = 100 ]'
all "ingress: source, interfaces, rate, lengths" ".source == \"0:$p0\" and
	.input == $p0 and .output == 0 and .rate == 1 and .drops == 0 and
	.records.\"1\".protocol == 1 and .records.\"1\".frame_length == 132 and
	.records.\"1\".stripped == 4 and (.records.\"1\".header | length) == 128"
is "pool and sequence count them" "$(jq -s -c 'last | [.pool, .sequence]' "$t/samples")" "[100,100]"
fresh
MODE=queue_xmit flood p0 100
try "100 packets that go out" wait_for '[ $(samples true) = 100 ]'
all "egress: source, interfaces, rate, lengths" ".source == \"0:$p0\" and
	.input == \"internal\" and .output == $p0 and .rate == 1 and
	.records.\"1\".frame_length == 132 and (.records.\"1\".header | length) == 128"
is "the pool is over both directions" "$(jq -s -c 'last | [.pool, .sequence]' "$t/samples")" "[200,200]"
if [ "$(uname -r | cut -d. -f1-2)" != 5.10 ]; then
	now=$(date +%s)
	all "with the kernel's time" "(.records.\"1043\".time_ns / 1000000000 - $now | fabs) < 60"
fi

# --- the tool ---

try "ksflow monitor psample shows them" wait_for '[ $(wc -l <$t/monitor) = 200 ]'
is "in JSON, with what there is to tell" "$(jq -c 'select(.kind == "psample") |
	[.group, .["in-dev"], .["out-dev"], .rate, .["len-bytes"], (.data | length)]' "$t/monitor" | sort | uniq -c | sed 's/^ *//')" \
	'100 [1,"p0",null,1,128,128]
100 [2,null,"p0",1,128,128]'
kill -INT $monitor; wait $monitor
is "and its account" "$(sed 's/ in [0-9.]* s//' "$t/mend" | tail -n 1)" \
	"200 samples; group 1: read 100, lost 0, duplicates 0, reordered 0; group 2: read 100, lost 0, duplicates 0, reordered 0; overruns 0"

# --- tunnels: what was around a packet, and what will be ---

ip link add vx0 type vxlan external dstport 4789
on_exit "ip link del vx0"
ip -n "$a" link add vx1 type vxlan id 42 local 10.0.0.2 remote 10.0.0.1 dstport 4789
sysctl -qw net.ipv6.conf.vx0.disable_ipv6=1
ip link set vx0 up
ip -n "$a" link set vx1 up
addr "" vx0 10.7.0.1/24
addr "$a" vx1 10.7.0.2/24
ip neigh replace 10.7.0.2 dev vx0 nud permanent lladdr "$(in_ns "$a" cat /sys/class/net/vx1/address)"
ip -n "$a" neigh replace 10.7.0.1 dev vx1 nud permanent lladdr "$(cat /sys/class/net/vx0/address)"
filter vx0 ingress 7 1 64
tc filter add dev vx0 egress pref 9 matchall \
	action tunnel_key set src_ip 10.0.0.1 dst_ip 10.0.0.2 id 77 dst_port 4789 pipe \
	action sample rate 1 group 8 trunc 64
fresh
in_ns "$a" ping -q -c 1 -W 1 -s 100 10.7.0.1 >"$t/ping"
wait_for '[ $(samples ".records.\"1030\" or .records.\"1029\"") = 2 ]'
# 100 + 8 + 20 + 14, and around it 8 + 8 + 20
is "a tunnel that was removed: its outer header and VNI" \
	"$(jq -c 'select(.records."1030") | .records | [."1024".length, ."1024".protocol, ."1024".src,
		."1024".dst, ."1024".dst_port, ."1024".src_port > 0, ."1030".vni]' "$t/samples")" \
	'[178,17,"10.0.0.2","10.0.0.1",4789,true,42]'
is "a tunnel to come: the same of the other side" \
	"$(jq -c 'select(.records."1029") | .records | [."1023".length, ."1023".protocol, ."1023".src,
		."1023".dst, ."1023".dst_port, ."1029".vni]' "$t/samples")" \
	'[178,17,"10.0.0.1","10.0.0.2",4789,77]'

# --- larger than a page ---

filter p0 ingress 1 1
filter p0 egress 2 1
fresh
in_ns "$a" ping -q -c 5 -i 0.05 -M dont -s 60000 10.0.0.1 >"$t/ping"
try "packets of 60,042 bytes, whole in psample, are not lost" wait_for \
	'[ $(samples ".records.\"1\".frame_length == 60046") = 10 ]'
all "their headers are cut" '(.records."1".header | length) == 256'

# --- estimates ---

n=16000
for way in ingress egress; do
	filter p0 ingress 1 20 64
	filter p0 egress 2 20 64
	fresh
	before=$(exported)
	if [ $way = egress ]; then MODE=queue_xmit flood p0 $n; else flood p0 $n 32; fi
	arrived "$before"
	s=$((n / 20))
	# each packet for itself, as tc does it: five sigma of s, in packets
	bound=$(awk -v s=$s 'BEGIN { print int(5 * 20 * sqrt(s)) }')
	between "$way: an estimate of $n packets, five sigma" "$(sum)" $((n - bound)) $((n + bound))
	all "$way: rate 20" '.rate == 20'
done

# --- thinned ---

conf "sampling = 80
  sampling.bps_ratio = 0"
kill -HUP $daemon
wait_for 'logged "configuration read"'
fresh
thinned=$(ledger 1 thinned) before=$(exported)
flood p0 $n 32
arrived "$before"
all "thinned: the rate is what is wanted" '.rate == 80'
bound=$(awk -v s=$((n / 80)) 'BEGIN { print int(5 * 80 * sqrt(s)) }')
between "thinned: an estimate of $n packets, five sigma" "$(sum)" $((n - bound)) $((n + bound))
between "thinned: so many were not wanted" $(($(ledger 1 thinned) - ${thinned:-0})) 400 800
pools=$(jq -s '.[-1].pool - .[0].pool' "$t/samples")
between "thinned: the pool counts what psample's rate says" "$pools" $((n / 2)) $((n * 3 / 2))
conf
kill -HUP $daemon

# --- overload: one CPU, so the numbers have no gaps of their own ---

# 17,000 samples fit into the socket; the collector would take its time for them
stop_collector
filter p0 ingress 1 1 64
flood p0 1
wait_for '[ "$(ledger 1 lost)" ]'
before=$(($(ledger 1 read) + $(ledger 1 lost)))
before_lost=$(ledger 1 lost)
kill -STOP $daemon
sent=25600	# pktgen sends whole bursts
flood p0 $sent 32
kill -CONT $daemon
# what is lost shows when the next one comes
wait_for 'flood p0 1; sent=$((sent + 1)); [ "$(ledger 1 lost)" -gt $before_lost ]' 30
between "overload: something was lost" $(($(ledger 1 lost) - before_lost)) 1 $sent
try "overload: read and lost are what was sent, exactly" wait_for \
	'[ $(($(ledger 1 read) + $(ledger 1 lost) - before)) = $sent ]'
note "read and lost: $(($(ledger 1 read) + $(ledger 1 lost) - before)) of $sent; overruns $(grep -o "psample: overruns [0-9]*" "$t/log" | tail -n 1 | grep -o "[0-9]*$")"
is "overload: no number came twice or late" "$(ledger 1 twice) $(ledger 1 late)" "0 0"
between "overload: the socket's buffer was full" \
	"$(grep -o "psample: overruns [0-9]*" "$t/log" | tail -n 1 | grep -o "[0-9]*$")" 1 $sent
start_collector
fresh
flood p0 1
wait_for '[ "$(samples true)" -ge 1 ]'
is "overload: lost ends in sFlow's drops" "$(jq -s '.[-1].drops' "$t/samples")" "$(ledger 1 lost)"

# --- several CPUs: two threads sample into one group at the same time ---

if [ -e /proc/net/pktgen/kpktgend_1 ]; then
	filter q0 ingress 1 1 64
	stop_collector
	before=$(($(ledger 1 read) + $(ledger 1 lost)))
	pg kpktgend_0 rem_device_all
	pg kpktgend_1 rem_device_all
	for i in 0 1; do
		d=$([ $i = 0 ] && echo p0 || echo q0)
		pg kpktgend_$i "add_device $d"
		for c in "count 4000" "pkt_size 128" "delay 0" "xmit_mode netif_receive" \
			"burst 1" "dst_mac 02:00:00:00:00:77" "dst 10.9.9.9"; do
			pg $d "$c"
		done
	done
	pg pgctrl start
	wait_for "grep -q '^Result: OK: .*usec, 4000 (' /proc/net/pktgen/q0 && grep -q '^Result: OK: .*usec, 4000 (' /proc/net/pktgen/p0" 60
	pg kpktgend_1 rem_device_all
	wait_for '[ $(($(ledger 1 read) + $(ledger 1 lost) - before)) -ge 7900 ]'
	after=$(($(ledger 1 read) + $(ledger 1 lost)))
	note "two CPUs: read and lost are $((after - before)) of 8000, $(ledger 1 twice) numbers twice, $(ledger 1 late) late"
	between "two CPUs: the account is near" $((after - before)) 7900 8100
	start_collector
fi

# --- large numbers ---

ip link add name big index 70001 type veth peer name big1 netns "$a"
on_exit "ip link del big"
sysctl -qw net.ipv6.conf.big.disable_ipv6=1
ip link set big up
ip -n "$a" link set big1 up
filter big ingress 1 1 64
fresh
flood big 5
try "an interface above 65,535" wait_for '[ $(samples ".source == \"0:70001\" and .input == 70001") = 5 ]'
ip link add name twin index $((70001 - 65536)) type dummy
on_exit "ip link del twin"
fresh
flood big 5
try "another one with the same 16 bits: nobody can tell" wait_for '[ $(samples ".source == \"0:0\" and .input == 0") = 5 ]'
ip link del twin
fresh
flood big 5
try "when that has gone, it is known again" wait_for '[ $(samples ".source == \"0:70001\"") = 5 ]'

# --- what ksflowd says ---

is "nothing is malformed" "$(grep -c '"kind": "error"' "$t/samples")" 0
try "ksflow show tells of both groups" wait_for \
	'ksflow -j show 2>/dev/null | jq -e "[.ksflowd.psample[] | select(.status == \"read\") | .group] == [1, 2, 7, 8]"' 15
if modinfo -p ksflow | grep -q psample_group; then
	# Where another ksflowd is, and the parameter does not hold.
	ip netns exec "$a" ksflowd --foreground -f "$t/conf" 2>"$t/log.a" & other=$!
	on_exit 'kill -KILL $other'
	load psample_group=7
	try "the module's own group is refused" wait_for 'logged "psample group 7 is not read"' 15
	wait_for 'grep -q ": sampling" $t/log.a'
	is "not in another namespace" "$(grep 'is not read' "$t/log.a")" ""
	layer "$a" 11.8=u32:7
	try "where a layer sets it, it is refused too" wait_for \
		'grep -q "psample group 7 is not read" $t/log.a' 15
	layer "$a"
	try "and read again after" wait_for \
		'grep -q "psample group 7 is read again" $t/log.a' 15
	kill $other; wait $other
	unload
fi

# --- psample goes and comes back ---

for d in p0 q0 big vx0; do tc qdisc del dev $d clsact; done
# Filters that are deleted let go of it some time after.
wait_for '! lsmod | grep -q "^psample " || modprobe -r act_sample psample'
try "psample goes" wait_for '[ "$(grep -cF "psample: not there" $t/log)" = 2 ]'
filter p0 ingress 1 1 64
try "and comes back" wait_for '[ "$(grep -cF "psample: its samples are read" $t/log)" = 2 ]'
fresh
flood p0 10
try "and so do samples" wait_for '[ "$(samples true)" = 10 ]'
kill $daemon
wait $daemon
is "it ends well" "$?" 0
