# SPDX-License-Identifier: GPL-2.0
# Repair of UDP checksums over IPv6: each shape of packet through the module, to
# a real socket, to a tap, or forwarded. Random ones: repair-model.sh.
#
#   a: a0 ====== b0 :b: b1 ====== c0 :c     fd00::1, fd00::2; fd00:c::1, ::2
#      a0.10     b0.10, .10.20, .30, .30.40 VLANs: fd00:10::2 and so on
#      a2 ====== b2 |br0| b3 ==== c3        a bridge: fd00:b::2
#      a4 ====== b4 in vrf0                 fd00:f::2
#                vx0 (VXLAN over b0), tun0  fd00:5::2, fd00:7::2
#      na == e1000 == nb                        super-packets made by GRO: fd00:e::2
#
# vm: timeout=600 nics=2 nic=e1000

. ./lib.sh

load
modprobe tun
new_ns a b c
veth "$a" a0 "$b" b0
veth "$b" b1 "$c" c0
veth "$a" a2 "$b" b2
veth "$b" b3 "$c" c3
veth "$a" a4 "$b" b4
in_b() { ip netns exec "$b" "$@"; }
for i in a0 a2 a4; do ip -n "$a" link set $i mtu 65535; done
for i in b0 b2 b4; do ip -n "$b" link set $i mtu 65535; done
try "two cards" cards "$a" na "$b" nb
addr "$a" na fd00:e::1/64
addr "$b" nb fd00:e::2/64
ip -n "$a" neigh replace fd00:e::2 dev na lladdr "$(ip -n "$b" -j link show nb | jq -r '.[0].address')"
addr "$a" a0 fd00::1/64 10.0.0.1/24
addr "$b" b0 fd00::2/64 10.0.0.2/24
addr "$b" b1 fd00:c::1/64 10.0.1.1/24
addr "$c" c0 fd00:c::2/64 10.0.1.2/24
# vlan NS PARENT NAME PROTOCOL ID ADDRESS
vlan() {
	ip -n "$1" link add link "$2" name "$3" type vlan proto "$4" id "$5" &&
	ip -n "$1" link set "$3" up && addr "$1" "$3" "$6"
}
vlan "$a" a0 a0.10 802.1Q 10 fd00:10::1/64
vlan "$b" b0 b0.10 802.1Q 10 fd00:10::2/64
vlan "$b" b0.10 b0.10.20 802.1Q 20 fd00:20::2/64
vlan "$b" b0 b0.30 802.1ad 30 fd00:30::2/64
vlan "$b" b0.30 b0.30.40 802.1Q 40 fd00:40::2/64
ip -n "$b" link add br0 type bridge
ip -n "$b" link set b2 master br0
ip -n "$b" link set b3 master br0
ip -n "$b" link set br0 up
addr "$b" br0 fd00:b::2/64
ip -n "$b" link add vrf0 type vrf table 10
ip -n "$b" link set vrf0 up
ip -n "$b" link set b4 master vrf0
addr "$b" b4 fd00:f::2/64
ip -n "$b" link add vx0 type vxlan id 5 local fd00::2 remote fd00::1 dstport 4789 dev b0
ip -n "$b" link set vx0 up
addr "$b" vx0 fd00:5::2/64
ip -n "$b" tuntap add tun0 mode tun
ip -n "$b" link set tun0 up
addr "$b" tun0 fd00:7::2/64
in_b sysctl -qw net.ipv6.conf.all.forwarding=1 net.ipv4.ip_forward=1 \
	net.ipv6.conf.all.accept_source_route=1 net.ipv6.conf.b0.accept_source_route=1
ip -n "$b" neigh replace fd00:c::2 dev b1 lladdr "$(ip -n "$c" -j link show c0 | jq -r '.[0].address')"
ip -n "$b" neigh replace 10.0.1.2 dev b1 lladdr "$(ip -n "$c" -j link show c0 | jq -r '.[0].address')"
ip -n "$b" route add 2001:db8:1::/48 dev b0
ip -n "$a" route add fd00:c::/64 via fd00::2
ip -n "$a" neigh replace fd00::2 dev a0 lladdr "$(ip -n "$b" -j link show b0 | jq -r '.[0].address')"
in_b ethtool -K b1 tx off >/dev/null

repairs() { in_b $python ./repairs.py "$@"; }
rules() {
	repairs add port=4739 mode=repair
	repairs add port=4740
	repairs add port=4741 mode=repair kinds=zero
	repairs add port=4743 mode=repair from=2001:db8:1::/48
	repairs add port=4744 mode=repair dev=vrf0
}
# run TEST...: see repair.py
run() {
	local name got wanted
	$python ./repair.py "$a" "$b" "$c" "$@" >"$t/lines" 2>"$t/err" ||
		not_ok "$* run to their end" "$(cat "$t/err")"
	while IFS=$'\t' read -r name got wanted; do
		is "$name" "$got" "$wanted"
	done <"$t/lines"
}
rules
run sizes lengths rules kinds forward offloaded segmented merged tap
# From here on fragments of the whole namespace are reassembled.
repairs add port=4742 mode=repair defrag=1
run headers paths
# It comes before the repair's hooks, as the newer one of the same priority.
modprobe -q nfnetlink_queue
cat >"$t/nft" <<'END'
table ip6 q {
	chain first {
		type filter hook prerouting priority -2147483648;
		udp dport { 4739, 4742 } queue num 5
	}
}
END
in_b nft -f "$t/nft"
run queued
in_b nft delete table ip6 q
repairs del 6
# Connection tracking comes after the repair.
cat >"$t/nft" <<'END'
table inet t {
	counter new {}
	counter invalid {}
	counter audited {}
	chain pre {
		type filter hook prerouting priority 0;
		udp dport 4739 ct state new,established counter name new
		udp dport 4739 ct state invalid counter name invalid
		udp dport 4740 ct state invalid counter name audited
	}
}
END
in_b nft -f "$t/nft"
run tracked
tracked() { in_b nft -j list counters | jq ".nftables[].counter? | select(.name == \"$1\") | .packets"; }
is "connection tracking: repaired packets are new" "$(tracked new)" 10
is "and none of them invalid" "$(tracked invalid)" 0
is "audited ones are" "$(tracked audited)" 10
modprobe br_netfilter
in_b sysctl -qw net.bridge.bridge-nf-call-ip6tables=1 net.bridge.bridge-nf-call-iptables=0
run bridged
note "$(repairs get)"
