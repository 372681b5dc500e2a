# SPDX-License-Identifier: GPL-2.0
# Other people's collectors read what was put in: Debian's sfacctd here;
# the same datagrams, saved as pcap, by decode-tshark.sh, since only trixie's
# tshark reads samples with several records.
#
#   namespace a                      namespace r                    namespace b
#   a0.100 10.1.0.1 -- VLAN 100, -- r0.100 10.1.0.2
#          fd01::1     priority 3          fd01::2
#                                   r1     10.2.0.1 ------------- b0 10.2.0.2
#                                          fd02::1                   fd02::2
#                                   10.3.0.0/16, fd03::/32 via b
#
# vm: timeout=200

. ./lib.sh

load
new_ns a r b
veth "$a" a0 "$r" r0
veth "$r" r1 "$b" b0
ip -n "$a" link add link a0 name a0.100 up type vlan id 100 \
	egress-qos-map 0:3
ip -n "$r" link add link r0 name r0.100 up type vlan id 100
addr "$a" a0.100 10.1.0.1/24 fd01::1/64
addr "$r" r0.100 10.1.0.2/24 fd01::2/64
addr "$r" r1 10.2.0.1/24 fd02::1/64
addr "$b" b0 10.2.0.2/24 fd02::2/64
ip netns exec "$r" sysctl -qw net.ipv4.ip_forward=1 \
	net.ipv6.conf.all.forwarding=1
ip -n "$r" route add 10.3.0.0/16 via 10.2.0.2
ip -n "$r" route add fd03::/32 via fd02::2
ip -n "$a" route add default via 10.1.0.2
ip -n "$a" route add default via fd01::2
for dev in a0 r0 b0 r1; do
	for ns in "$a" "$r" "$b"; do
		ip netns exec "$ns" ethtool -K "$dev" gro off gso off tso off
	done
done >/dev/null 2>&1
r0=$(ip -n "$r" -j link show r0 | jq '.[0].ifindex')
r0v=$(ip -n "$r" -j link show r0.100 | jq '.[0].ifindex')
r1=$(ip -n "$r" -j link show r1 | jq '.[0].ifindex')

# conf RATE: ingress of r0, egress of r1
conf() {
	cat >"$t/conf" <<END
sflow {
  agentIP = 10.1.0.2
  subAgentId = 5
  polling = 1
  ringBytes = 1048576
  pcap { dev=r0 sampling=$1 samplingDirection=in }
  pcap { dev=r1 sampling=$1 samplingDirection=out }
  collector { ip=127.0.0.1 udpport=6343 }	# tcpdump, and our own
  collector { ip=127.0.0.1 udpport=6345 }	# sfacctd
  collector { ip=127.0.0.1 udpport=6346 vlan=strip records=standard }
  collector { ip=127.0.0.1 udpport=6347 records=basic }
}
END
}
# send FAMILY DESTINATION PORT COUNT
send() {
	ip netns exec "$a" $python - "$@" <<'END'
import socket, sys, time
family = socket.AF_INET6 if sys.argv[1] == '6' else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
s.bind(('', 40000))
for i in range(int(sys.argv[4])):
    s.sendto(b'sflow-test-vector-1', (sys.argv[2], int(sys.argv[3])))
    time.sleep(0.001)
END
}

# --- the collectors ---

cat >"$t/pmacct.conf" <<END
daemonize: false
sfacctd_ip: 127.0.0.1
sfacctd_port: 6345
plugins: print
aggregate: src_host, dst_host, src_port, dst_port, proto, in_iface, out_iface, src_mask, dst_mask, vlan, cos, peer_src_ip, peer_dst_ip, sampling_rate
sfacctd_as: sflow
sfacctd_net: sflow
use_ip_next_hop: true
print_refresh_time: 1
print_output: csv
END
ip netns exec "$r" sfacctd -f "$t/pmacct.conf" >"$t/sfacctd" 2>"$t/sfacctd.log" & sfacctd=$!
ip netns exec "$r" tcpdump --immediate-mode -q -i lo -s 0 -U -w "$OUT/decode.pcap" udp port 6343 \
	2>"$t/tcpdump.log" & tcpdump=$!
ip netns exec "$r" $python ./sflow.py -w "$t/samples" --ready "$t/ready" \
	"127.0.0.1,6346,$t/strip" "127.0.0.1,6347,$t/basic" & ours=$!
on_exit 'kill -KILL $sfacctd $tcpdump $ours $daemon; pkill -KILL sfacctd'
bound() { ip netns exec "$r" ss -Hlun | grep -q ":$1 "; }
try "collectors are ready" wait_for 'test -e $t/ready && bound 6345 && grep -q listening $t/tcpdump.log' 30

conf 1
ip netns exec "$r" ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
wait_for 'grep -q ": sampling" $t/log'
# Neighbours first, so that the flows are alone.
send 4 10.3.4.5 49999 1
send 6 fd03::5 49999 1
wait_for '[ "$(jq -c "select(.records[\"1\"].header // \"\" | test(\"9c40c34f\"))" $t/samples | wc -l)" -ge 4 ]'

seen() { jq -c "select(.records[\"1\"].header // \"\" | test(\"9c40$1\"))" "$t/samples" | wc -l; }
send 4 10.3.4.5 50000 10
send 6 fd03::5 50000 10
try "all samples arrive" wait_for '[ "$(seen c350)" = 40 ]'
conf 3
kill -HUP $daemon
wait_for '[ "$(in_ns $r ksflow -j dev show r1 | jq ".[0].rate")" = 3 ]'
send 4 10.3.4.5 50001 60
wait_for '[ "$(seen c351)" -ge 10 ]'
wait_for '[ "$(jq -c "select(.kind == \"counters\")" $t/samples | wc -l)" -ge 10 ]'

# Counters: the last sample equals what the kernel shows, once both are at rest.
kernel() { counter "$r" "$1" "$2"; }
shown() {
	jq -s -c "[.[] | select(.kind == \"counters\" and
		.records[\"1005\"].name == \"$1\")][-1].records[\"1\"] | [.in_octets, .in_ucast,
		.in_multicast, .in_errors, .out_octets, .out_ucast, .out_discards,
		.out_errors, .speed, .direction, .status, .type]" "$t/samples"
}
truth() {
	local speed=$(($(in_ns "$r" cat "/sys/class/net/$1/speed") * 1000000))
	echo "[$(kernel "$1" rx_bytes),$(($(kernel "$1" rx_packets) -
		$(kernel "$1" multicast))),$(kernel "$1" multicast),$(
		kernel "$1" rx_errors),$(kernel "$1" tx_bytes),$(
		kernel "$1" tx_packets),$(kernel "$1" tx_dropped),$(
		kernel "$1" tx_errors),$speed,1,3,$2]"
}
for dev in "r0 6" "r0.100 135"; do
	try "counters of $dev are the kernel's" \
		wait_for '[ "$(shown ${dev% *})" = "$(truth $dev)" ]' 20
done
kill -TERM $daemon; wait $daemon
# all_of FILE PORT: the collector has written each datagram that ksflowd says it sent.
all_of() { [ "$(jq -s '.[-1].datagram' "$t/$1")" = "$(sed -n \
	"s/.*collector 127.0.0.1:$2: .*; sent \([0-9]*\),.*/\1/p" "$t/log")" ]; }
wait_for 'all_of samples 6343 && all_of strip 6346 && all_of basic 6347'

is "nothing is malformed, padding is zero" \
	"$(jq -c 'select(.kind == "error")' "$t/samples")" ""

# --- our own reading: what is put in, by the kernel's own account ---

one() { jq -s -c "[.[] | select(.records[\"1\"].header // \"\" | test(\"$1\")) | select(.source == \"$2\")][0] | $3" "$t/samples"; }
v4='0a0100010a0304059c40c350' v6='9c40c350'
both='[.input, .output, .rate, .records["1"].protocol, .records["1"].frame_length, .records["1"].stripped]'
# 14 + 4 (tag) + 20 + 8 + 19, and 4 for the FCS
is "IPv4 in: interfaces, rate, lengths" "$(one $v4 "0:$r0" "$both")" "[$r0,$r1,1,1,69,4]"
# What a VLAN device hands up is its own.
is "IPv4 out: interfaces, rate, lengths" "$(one $v4 "0:$r1" "$both")" "[$r0v,$r1,1,1,65,4]"
is "in: VLAN and priority" "$(one $v4 "0:$r0" '.records["1001"]')" \
	'{"src_vlan":100,"src_priority":3,"dst_vlan":4294967295,"dst_priority":4294967295}'
is "out: no VLAN" "$(one $v4 "0:$r1" '.records["1001"]')" null
is "in: next hop and prefixes" "$(one $v4 "0:$r0" '.records["1002"]')" \
	'{"nexthop":"10.2.0.2","src_mask":24,"dst_mask":16}'
is "IPv6 in: next hop and prefixes" "$(one "0000000000059c40c350" "0:$r0" '.records["1002"]')" \
	'{"nexthop":"fd02::2","src_mask":64,"dst_mask":32}'
is "out: queue, and an empty one" "$(one $v4 "0:$r1" '[.records["1036"].queue, .records["1040"].depth]')" '[0,0]'
is "sub-agent" "$(jq -s '.[0].sub_agent' "$t/samples")" 5
is "one sequence of datagrams" \
	"$(jq -s '[.[].datagram] | unique | [.[0], .[-1] - length]' -c "$t/samples")" "[1,0]"
for s in "0:$r0" "0:$r1"; do
	is "source $s: one sequence of samples" "$(jq -s -c "[.[] |
		select(.kind == \"flow\" and .source == \"$s\") | .sequence] |
		[.[0], .[-1] - length, (. == sort)]" "$t/samples")" "[1,0,true]"
done
is "the new rate" "$(jq -c 'select(.records["1"].header // "" | test("9c40c351")) | .rate' "$t/samples" | sort -u)" 3

# --- other profiles: the same samples, by the same numbers ---

# of FILE PACKET FILTER: of the first sample with this in it
of() { jq -s -c "[.[] | select(.records[\"1\"].header // \"\" | test(\"$2\")) |
	select(.source == \"0:$r0\")][0] | $3" "$t/$1"; }
is "strip: the tag is in no header" "$(of strip $v4 '[.records["1"].header[24:28], .records["1"].frame_length, .records["1"].stripped]')" \
	'["0800",69,8]'
is "strip: but in records of its own" "$(of strip $v4 '[.records["1012"].tags, .records["1001"].src_vlan]')" \
	'[["81006064"],100]'
is "standard: what is newer is left out" "$(jq -c 'select(.kind == "flow") | .records | keys[] | tonumber | select(. >= 1036)' "$t/strip")" ""
is "basic: headers and generic counters" "$(jq -c '[.kind, (.records | keys)]' "$t/basic" | sort -u | tr '\n' ' ')" \
	'["counters",["1"]] ["flow",["1"]] '
for f in strip basic; do
	is "$f: nothing is malformed" "$(jq -c 'select(.kind == "error")' "$t/$f")" ""
	is "$f: datagrams without a gap" "$(jq -s -c '[.[].datagram] | unique | [.[0], .[-1] - length]' "$t/$f")" "[1,0]"
	is "$f: each flow sample, by its number" "$(jq -s -c '[.[] | select(.kind == "flow") | [.source, .sequence]] | sort' "$t/$f" | sha256sum)" \
		"$(jq -s -c '[.[] | select(.kind == "flow") | [.source, .sequence]] | sort' "$t/samples" | sha256sum)"
done

# --- sfacctd ---

# sum FILTER: samples sfacctd counted in lines with all these fields
column() { head -n 1 "$t/sfacctd" | tr , '\n' | grep -nx "$1" | cut -d: -f1; }
acct() {
	$python - "$t/sfacctd" "$@" <<'END'
import csv, sys
total = 0
names = None
for row in csv.reader(open(sys.argv[1])):
    if 'SRC_IP' in row:
        names = [n.replace('IN_VLAN', 'VLAN') for n in row]
        continue
    d = dict(zip(names or [], row))
    if all(d.get(a.split('=')[0]) == a.split('=')[1] for a in sys.argv[2:]):
        total += int(d['PACKETS'])
print(total)
END
}
# It tells of them once a second.
wait_for '[ "$(acct DST_PORT=50000) $(acct DST_PORT=50001)" = "40 $(seen c351)" ]'
note "sfacctd:"$'\n'"$(grep -h -E '^[A-Z]*,?VLAN|TAG|SRC_IP' "$t/sfacctd" | head -n 1)"
note "$(grep ',40000,' "$t/sfacctd" | head -n 8)"
is "sfacctd: in, with VLAN, next hop, prefixes" "$(acct SRC_IP=10.1.0.1 DST_IP=10.3.4.5 \
	DST_PORT=50000 IN_IFACE=$r0 OUT_IFACE=$r1 VLAN=100 PEER_DST_IP=10.2.0.2 \
	SRC_MASK=24 DST_MASK=16 SAMPLING_RATE=1 PEER_SRC_IP=10.1.0.2 PROTOCOL=udp)" 10
is "sfacctd: out" "$(acct SRC_IP=10.1.0.1 DST_PORT=50000 IN_IFACE=$r0v OUT_IFACE=$r1 VLAN=0 SAMPLING_RATE=1)" 10
is "sfacctd: IPv6" "$(acct SRC_IP=fd01::1 DST_IP=fd03::5 DST_PORT=50000 OUT_IFACE=$r1)" 20
is "sfacctd: the new rate" "$(acct DST_PORT=50001 SAMPLING_RATE=3)" "$(seen c351)"

# What decode-tshark.sh is to find.
wait_for 'captured "$OUT/decode.pcap" "$t/samples"'
kill -TERM $tcpdump; wait $tcpdump 2>/dev/null
cat >"$OUT/expected" <<END
r0=$r0 r1=$r1
END
cp "$t/samples" "$OUT/samples"
try "the datagrams are saved for tshark" test -s "$OUT/decode.pcap"
