# SPDX-License-Identifier: GPL-2.0
# What is around a packet: MPLS labels (record 1006), and what tunnels put there
# and take away (1023 to 1026, 1029, 1030), against the outer headers that are
# sampled beneath, which are also those of a packet's own metadata.
#
#   namespace a                      namespace r                    namespace b
#     a0 10.0.0.1 fd00::1 ---------- r0 10.0.0.2 fd00::2
#     pushes 100, 3201               pops 100     r1 10.0.1.2 ----- b0 10.0.1.1
#     gre1 10.20.0.1 ............... gre1 10.20.0.2, to and from b
#     vx4 10.30.0.1 ................ vx4 10.30.0.2, VNI 42
#     vx6 10.31.0.1 ................ vx6 10.31.0.2, VNI 43, over IPv6
#   from the forwarding database:
#     vxf 10.32.0.1 ................ vxf 10.32.0.2, VNI 47
#   external, the ends are the route's:
#     vxe 10.40.0.1 ................ vxe 10.40.0.2, VXLAN, VNI 44
#     gne 10.41.0.1 ................ gne 10.41.0.2, Geneve over IPv6, VNI 45
#     gre2 10.42.0.1 ............... gre2 10.42.0.2, key 46
#
# vm: timeout=120

. ./lib.sh

new_ns a r b
veth $a a0 $r r0
veth $r r1 $b b0
addr $a a0 10.0.0.1/24 fd00::1/64
addr $r r0 10.0.0.2/24 fd00::2/64
addr $r r1 10.0.1.2/24
addr $b b0 10.0.1.1/24
in_ns $r sysctl -qw net.ipv4.ip_forward=1
ip -n $b route add default via 10.0.1.2
modprobe -a mpls_router mpls_iptunnel
in_ns $r sysctl -qw net.mpls.platform_labels=5000 net.mpls.conf.r0.input=1
ip -n $a route add 10.9.0.0/24 encap mpls 100/3201 ttl 63 via 10.0.0.2
ip -n $r -f mpls route add 100 via inet 10.0.1.1 dev r1

ip netns exec $r $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
on_exit "kill $collector"
wait_for 'test -e $t/ready' 30
cat >"$t/conf" <<END
sflow {
  polling = 0
  headerBytes = 256
  pcap { dev=r0 sampling=1 }
  pcap { dev=r1 sampling=1 }
  pcap { dev=vx* sampling=1 }
  pcap { dev=gne sampling=1 }
  pcap { dev=gre2 sampling=1 }
  collector { ip=127.0.0.1 }
}
END
load
ip netns exec $r ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill $daemon"
ready() { ksflow -n $r -j dev show $1 | jq -e '.[0].rate == 1'; }
try "ksflowd has it sampled" wait_for 'ready r0 && ready r1' 20

# send ADDRESS TEXT; of DEV TEXT: the labels of the samples that have it.
send() { in_ns $a bash -c "echo $2 >/dev/udp/$1/5000"; }
of() { jq -c "select(.source == \"0:$(in_ns $r cat /sys/class/net/$1/ifindex)\" and
	(.records[\"1\"].header // \"\" | contains(\"$(printf %s "$2" | od -An -tx1 | tr -d ' ')\"))) |
	.records[\"1006\"]" "$t/samples" | sort -u; }
# Nothing answers there: more are sent until one has come all the way.
try "labelled packets are sampled" wait_for 'send 10.9.0.5 labels &&
	[ "$(of r0 labels)" ] && [ "$(of r1 labels)" ]' 30
# label 100: 0x64 << 12 | TTL 63; label 3201: 0xc81 << 12 | bottom | TTL 63
is "in: both labels" "$(of r0 labels)" '{"nexthop":"0.0.0.0","in":["0006403f","00c8113f"],"out":[]}'
# The one that is left has what the other's lifetime came to: RFC 3443.
is "out: the one that is left" "$(of r1 labels | jq -c '[.in, (.out[] | .[0:6])]')" '[[],"00c811"]'
send 10.0.0.2 plain
try "a packet without labels" wait_for '[ "$(of r0 plain)" ]' 30
is "has no such record" "$(of r0 plain)" null
is "nothing malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""

# --- tunnels: they come while ksflowd runs -------------------------------------------

# both DEV KIND OPTIONS A'S R'S ADDRESS ADDRESS: its two ends
both() {
	ip -n $a link add $1 type $2 $3 local $4 remote $5 && addr $a $1 $6 &&
	ip -n $r link add $1 type $2 $3 local $5 remote $4 && addr $r $1 $7 &&
	ip -n $a link set $1 up && ip -n $r link set $1 up
}
both gre1 gre 'key 7' 10.0.0.1 10.0.0.2 10.20.0.1/24 10.20.0.2/24
both vx4 vxlan 'id 42 dstport 4789' 10.0.0.1 10.0.0.2 10.30.0.1/24 10.30.0.2/24
both vx6 vxlan 'id 43 dstport 4789' fd00::1 fd00::2 10.31.0.1/24 10.31.0.2/24
ip -n $a route add 10.0.1.0/24 via 10.20.0.2
index() { in_ns $r cat /sys/class/net/$1/ifindex; }
try "the tunnels carry" wait_for 'in_ns $b ping -q -c 1 -W 1 10.20.0.1 &&
	in_ns $r ping -q -c 1 -W 1 10.30.0.1 && in_ns $r ping -q -c 1 -W 1 10.31.0.1' 20
try "and are sampled" wait_for 'ready vx4 && ready vx6' 20
: >"$t/samples"
for to in "$b 10.20.0.1" "$r 10.30.0.1" "$r 10.31.0.1"; do
	set -- $to
	in_ns $1 ping -q -c 1 -s 72 -p 7475 $2 >/dev/null
done
# pings DEV FILTER: of those that dev had
pings() { jq -c "select(.source == \"0:$(index $1)\" and
	(.records[\"1\"].header // \"\" | contains(\"747574757475\"))) | $2" "$t/samples"; }
try "each is there" wait_for '[ "$(pings r1 .rate | wc -l)" = 2 ] &&
	[ "$(pings vx4 .rate | wc -l)" = 2 ] && [ "$(pings vx6 .rate | wc -l)" = 2 ] &&
	[ "$(pings r0 .rate | wc -l)" = 6 ]' 10
around='.records | with_entries(select(.key | tonumber | . > 1020 and . < 1031)) | to_entries | .[] |
	[.key, (.value | .src, .dst, .protocol, .dst_port, .vni | select(. != null and . != 0))]'
is "to be put into GRE, which r1 does not see" "$(pings r1 "select(.output == $(index gre1)) | $around")" \
	'["1023","10.0.0.2","10.0.0.1",47]'
is "that GRE was taken off" "$(pings r1 "select(.input == $(index gre1)) | $around")" \
	'["1024","10.0.0.1","10.0.0.2",47]'
is "VXLAN: will be, and was around" "$(pings vx4 "$around" | sort)" \
	'["1023","10.0.0.2","10.0.0.1",17,4789]
["1024","10.0.0.1","10.0.0.2",17,4789]
["1029",42]
["1030",42]'
is "VXLAN over IPv6: will be, and was around" "$(pings vx6 "$around" | sort)" \
	'["1025","fd00::2","fd00::1",17,4789]
["1026","fd00::1","fd00::2",17,4789]
["1029",43]
["1030",43]'
# What the device beneath has: the outer header as it was.
said() { for dev in r1 vx4; do pings $dev '.records | .["1023"] // .["1024"] | .length'; done | sort | uniq -c; }
seen() { pings r0 '.records["1"].header | select(.[24:28] == "0800") | .[32:36]' | tr -d '"' |
	while read -r hex; do echo $((16#$hex)); done | sort | uniq -c; }
is "their lengths are those of the outer headers" "$(said)" "$(seen)"

# fdb NS OTHER-NS OTHER-END PEER: the way to a peer
fdb() {
	ip -n $1 route add $4/32 dev vxf &&
	ip -n $1 neigh add $4 dev vxf lladdr "$(in_ns $2 cat /sys/class/net/vxf/address)" &&
	in_ns $1 bridge fdb add "$(in_ns $2 cat /sys/class/net/vxf/address)" dev vxf dst $3 self
}
for side in "$a 10.0.0.1 10.32.0.1" "$r 10.0.0.2 10.32.0.2"; do
	set -- $side
	ip -n $1 link add vxf type vxlan id 47 dstport 4791 local $2 nolearning
	addr $1 vxf $3/32
	ip -n $1 link set vxf up
done
try "a forwarding database has the other end" fdb $a $r 10.0.0.2 10.32.0.2
try "and this one" fdb $r $a 10.0.0.1 10.32.0.1
try "it is sampled" wait_for 'ready vxf' 20
try "and carries" wait_for 'in_ns $a ping -q -c 1 -W 1 10.32.0.2' 20
: >"$t/samples"
in_ns $a ping -q -c 1 -s 72 -p 7475 10.32.0.2 >/dev/null
try "both are there" wait_for '[ "$(pings vxf .rate | wc -l)" = 2 ]' 10
is "the database's: will be, and was around" "$(pings vxf "$around" | sort)" \
	'["1023","10.0.0.2","10.0.0.1",17,4791]
["1024","10.0.0.1","10.0.0.2",17,4791]
["1029",47]
["1030",47]'

# external DEV KIND FAMILY A'S R'S NETWORK ID ENCAPSULATION: its two ends
external() {
	local dev=$1 kind=$2 family=$3 a4=$4 r4=$5 net=$6; shift 6
	local side ns from to self peer
	for side in "$a $a4 $r4 1 2" "$r $r4 $a4 2 1"; do
		set -- $side "$@"
		ns=$1 from=$2 to=$3 self=$net.$4 peer=$net.$5; shift 5
		ip -n $ns link add $dev type $kind external && addr $ns $dev $self/32 &&
		ip -n $ns link set $dev up &&
		ip -n $ns route add $peer/32 dev $dev encap $family id $1 src $from \
			dst $to "${@:2}" || return
	done
	[ $dev != gre2 ] || return 0
	ip -n $a neigh add $net.2 dev $dev lladdr "$(in_ns $r cat /sys/class/net/$dev/address)" &&
	ip -n $r neigh add $net.1 dev $dev lladdr "$(in_ns $a cat /sys/class/net/$dev/address)"
}
try "external VXLAN" external vxe "vxlan dstport 4790" ip 10.0.0.1 10.0.0.2 10.40.0 44
try "external Geneve" external gne geneve ip6 fd00::1 fd00::2 10.41.0 45
try "external GRE" external gre2 gre ip 10.0.0.1 10.0.0.2 10.42.0 46 key
# Not with options: 6.12 warns of its own copying of what comes in with them.
try "they are sampled" wait_for 'ready vxe && ready gne && ready gre2' 20
try "and carry" wait_for 'in_ns $a ping -q -c 1 -W 1 10.40.0.2 &&
	in_ns $a ping -q -c 1 -W 1 10.41.0.2 && in_ns $a ping -q -c 1 -W 1 10.42.0.2' 20
ip netns exec $r ksflow -j monitor samples --ready-file "$t/ready" >"$t/monitor" & monitor=$!
on_exit "kill $monitor"
wait_for 'test -e "$t/ready"' 30
: >"$t/samples"
for to in 10.40.0.2 10.41.0.2 10.42.0.2; do
	in_ns $a ping -q -c 1 -s 72 -p 7475 $to >/dev/null
done
try "each is there, too" wait_for '[ "$(pings r0 .rate | wc -l)" = 6 ] &&
	for dev in vxe gne gre2; do [ "$(pings $dev .rate | wc -l)" = 2 ]; done' 10
is "external VXLAN: was around, and will be" "$(pings vxe "$around" | sort)" \
	'["1023","10.0.0.2","10.0.0.1",17,4790]
["1024","10.0.0.1","10.0.0.2",17,4790]
["1029",44]
["1030",44]'
is "external Geneve over IPv6: was around, and will be" "$(pings gne "$around" | sort)" \
	'["1025","fd00::2","fd00::1",17,6081]
["1026","fd00::1","fd00::2",17,6081]
["1029",45]
["1030",45]'
is "external GRE: was around, and will be; a key is no VNI" "$(pings gre2 "$around" | sort)" \
	'["1023","10.0.0.2","10.0.0.1",47]
["1024","10.0.0.1","10.0.0.2",47]'
said() { for dev in vxe gre2; do pings $dev '.records | .["1023"] // .["1024"] | .length'; done | sort | uniq -c; }
is "their lengths are those of the outer headers, too" "$(said)" "$(seen)"
said6() { pings gne '.records | .["1025"] // .["1026"] | .length' | sort | uniq -c; }
seen6() { pings r0 '.records["1"].header | select(.[24:28] == "86dd") | .[36:40]' | tr -d '"' |
	while read -r hex; do echo $((16#$hex + 40)); done | sort | uniq -c; }
is "over IPv6, too" "$(said6)" "$(seen6)"
is "the port it came from" "$(pings vxe '.records["1024"].src_port | select(. != null)')" \
	"$((16#$(pings r0 "select(.input == $(index r0)) | .records[\"1\"].header" | tr -d '"' |
		sed -n 's/.\{46\}11.\{20\}\(....\)12b6.*/\1/p')))"
wait_for '[ "$(grep tunnel-side "$t/monitor" | grep -c "\"dev\":\"gre2\"")" -ge 2 ]'
is "the tool tells of it" "$(jq -c 'select(.dev == "gre2" and .tunnel) | [."tunnel-side", .tunnel.src, .tunnel.dst, .tunnel.id]' \
	"$t/monitor" | sort -u)" '["in","10.0.0.1","10.0.0.2",46]
["out","10.0.0.2","10.0.0.1",46]'
kill $monitor
ip -n $r link del vx4
: >"$t/samples"
in_ns $b ping -q -c 1 -s 72 -p 7475 10.20.0.1 >/dev/null
wait_for '[ "$(pings r1 .rate | wc -l)" = 2 ]'
is "one goes, another stays" "$(pings r1 '.records | has("1023"), has("1024")' | sort | uniq -c | tr -s ' ')" " 2 false
 2 true"
is "still nothing malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""
