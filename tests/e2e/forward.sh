# SPDX-License-Identifier: GPL-2.0
# vm: timeout=200
#
# What a collector adds up on a router: with "once" each packet one time, with
# "both" what is forwarded two times; what the router itself sends and receives
# one time in either case. And what the FIB says of what is forwarded.
#
#   a: a0 ===== ra :r: rb ===== b0 :b
#   10.0.1.1   .254     .254    10.0.2.1
#   fd01::1    ::fe      ::fe   fd02::1         r also routes 10.9.0.0/16 by way
#                                               of 10.0.2.9 (a neighbour of b's)

. ./lib.sh

new_ns a r b
veth $a a0 $r ra
veth $r rb $b b0
addr $a a0 10.0.1.1/24 fd01::1/64
addr $r ra 10.0.1.254/24 fd01::fe/64
addr $r rb 10.0.2.254/24 fd02::fe/64
addr $b b0 10.0.2.1/24 10.0.2.9/24 10.9.1.1/32 fd02::1/64
in_ns $r sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n $a route add default via 10.0.1.254
ip -n $a -6 route add default via fd01::fe
ip -n $b route add default via 10.0.2.254
ip -n $b -6 route add default via fd02::fe
ip -n $r route add 10.9.0.0/16 via 10.0.2.9
for i in "$a a0" "$r ra" "$r rb" "$b b0"; do
	set -- $i
	in_ns $1 ethtool -K $2 tso off gso off gro off >/dev/null
done
load
big_ring $r
ping_all() { # ping_all COUNT: all neighbours resolved
	in_ns $a ping -q -c $1 -i 0.002 10.0.2.1 >/dev/null &&
	in_ns $a ping -q -c $1 -i 0.002 10.9.1.1 >/dev/null &&
	in_ns $a ping -q -c $1 -i 0.002 fd02::1 >/dev/null &&
	in_ns $a ping -q -c $1 -i 0.002 10.0.1.254 >/dev/null &&
	in_ns $r ping -q -c $1 -i 0.002 10.0.2.1 >/dev/null
}
try "the way is free" ping_all 3
# No neighbour is to be asked again while we count.
for ns in $a $r $b; do
	ip -n $ns neigh show | grep lladdr | grep -v '^fe80' |
	while read -r to _ dev _ mac _; do
		ip -n $ns neigh replace $to dev $dev lladdr $mac nud permanent
	done
done

# packets and bytes of ping that a collector adds up
add() { $python - <<'END'
import json, sys
packets = size = 0
kinds = {}
for line in open("/tmp/samples"):
    s = json.loads(line)
    data = bytes.fromhex(s["data"])
    v4 = data[12:14] == b"\x08\x00" and data[23] == 1
    # ping over IPv6: echo request or reply, not neighbour discovery
    v6 = data[12:14] == b"\x86\xdd" and data[20] == 58 and data[54] in (128, 129)
    if not (v4 or v6):
        continue
    n = s.get("hits", 1) * s["rate"]
    packets += n
    size += n * s["len-bytes"]
print(packets, size)
END
}
measure() { # measure DIR
	for dev in ra rb; do
		ksflow -n $r dev set $dev rate 1 dir $1 || return
	done
	rm -f /tmp/ready
	ksflow -n $r -j monitor samples --ready-file /tmp/ready \
		>/tmp/samples 2>/tmp/end &
	local m=$!
	wait_for 'test -e /tmp/ready' 60
	ping_all 50
	kill $m; wait $m
	note "$1: $(cat /tmp/end)"
	read -r packets bytes < <(add)
}

# Each ping of 84 bytes (IPv6: 104) and its answer, in frames of 98 (118) bytes.
# Forwarded: 3 × 50 × 2, of them 2/3 IPv4. Own: 2 × 50 × 2.
forwarded=300 own=200
fbytes=$((200 * 98 + 100 * 118)) obytes=$((200 * 98))
measure once
is "once: packets" "$packets" $((forwarded + own))
is "once: bytes" "$bytes" $((fbytes + obytes))
measure both
is "both: packets" "$packets" $((2 * forwarded + own))
is "both: bytes" "$bytes" $((2 * fbytes + obytes))
cp /tmp/samples $OUT/both.json
measure ingress
is "ingress: packets" "$packets" $((forwarded + own / 2))
measure egress
is "egress: packets" "$packets" $((forwarded + own / 2))

# --- interfaces and routes ----------------------------------------------------

ra=$(in_ns $r cat /sys/class/net/ra/ifindex)
rb=$(in_ns $r cat /sys/class/net/rb/ifindex)
$python - $OUT/both.json $ra $rb >/tmp/routes <<'END'
import ipaddress, json, sys
ra, rb = int(sys.argv[2]), int(sys.argv[3])
seen = {}
for line in open(sys.argv[1]):
    s = json.loads(line)
    data = bytes.fromhex(s["data"])
    if data[12:14] == b"\x08\x00":
        src, dst = (ipaddress.ip_address(data[i:i + 4]) for i in (26, 30))
    elif data[12:14] == b"\x86\xdd" and data[54] in (128, 129):
        src, dst = (ipaddress.ip_address(data[i:i + 16]) for i in (22, 38))
    else:
        continue
    names = {ra: "ra", rb: "rb", None: "-"}
    way = "local" if s.get("in-local") else names[s.get("in-ifindex")]
    out = "local" if s.get("out-local") else names[s.get("out-ifindex")]
    key = f"{src}>{dst} {s['dir']}"
    value = f"{way}>{out}"
    if s["dir"] == "ingress" and out != "local":
        value += f" via {s.get('next-hop')} /{s.get('src-prefix-len')}" \
                 f" /{s.get('dst-prefix-len')}"
    seen.setdefault(key, set()).add(value)
for key, values in sorted(seen.items()):
    print(key, " | ".join(sorted(values)))
END
note "$(cat /tmp/routes)"
route() { is "$1" "$(sed -n "s/^$1 //p" /tmp/routes)" "$2"; }
route "10.0.1.1>10.0.2.1 ingress" "ra>rb via 0.0.0.0 /24 /24"
route "10.0.1.1>10.0.2.1 egress" "ra>rb"
route "10.0.2.1>10.0.1.1 ingress" "rb>ra via 0.0.0.0 /24 /24"
route "10.0.1.1>10.9.1.1 ingress" "ra>rb via 10.0.2.9 /24 /16"
route "10.9.1.1>10.0.1.1 ingress" "rb>ra via 0.0.0.0 /16 /24"
route "fd01::1>fd02::1 ingress" "ra>rb via :: /64 /64"
route "10.0.1.1>10.0.1.254 ingress" "ra>local"
route "10.0.1.254>10.0.1.1 egress" "local>ra"
route "10.0.2.254>10.0.2.1 egress" "local>rb"
