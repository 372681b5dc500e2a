# SPDX-License-Identifier: GPL-2.0
# Frames of every shape through everything that the module does, FUZZ of them
# (12,500 on each kernel); tests/fuzz/frames.c makes them. The seed is fixed, or FUZZ=COUNT:SEED. Every packet is sampled, every drop
# captured, wrong checksums are repaired, fragments reassembled: each ledger
# closes, and the rules' counters add up.
#
#   a                          b
#     a0 10.0.3.2 ===== 10.0.3.1 b0    forwards; t0, t1 tap, t2 tun; on t0: VLANs
#                                      with a bridge, a VRF, a macvlan; tunnels
#
# vm: timeout=600

. ./lib.sh

try "the fuzzer builds" build_frames || exit
count=${FUZZ:-12500} seed=1
[[ $count != *:* ]] || { seed=${count#*:}; count=${count%:*}; }

new_ns a b
veth $a a0 $b b0
addr $a a0 10.0.3.2/24 fd00:3::2/64
addr $b b0 10.0.3.1/24 fd00:3::1/64
in_ns $b sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
	net.ipv4.icmp_ratelimit=0
modprobe -q tun
mac='address 02:00:00:00:00:01'
ip -n $b link set b0 $mac
for n in 0 1 2; do
	ip -n $b tuntap add t$n mode $([ $n = 2 ] && echo tun || echo tap) vnet_hdr
	[ $n = 2 ] || ip -n $b link set t$n $mac
	ip -n $b link set t$n up
	addr $b t$n 10.0.$n.1/24
	ip -n $b addr add fd00:$n::1/64 dev t$n nodad
done

# on NAME WORDS...: a device of b, if this kernel has such.
with=''
on() {
	if ip -n $b link add name "$@" 2>/dev/null; then
		ip -n $b link set $1 up
		with+=" $1"
	fi
}
on vlan9 link t0 type vlan id 9
on vlan10 link t0 type vlan id 10
on vlan0 link t1 type vlan id 10 protocol 802.1ad
on bridge9 type bridge
ip -n $b link set vlan10 master bridge9
on vrf9 type vrf table 9
ip -n $b link set vlan9 master vrf9
addr $b vlan9 10.0.1.1/24 fd00:1::1/64
on macvlan link t1 type macvlan mode bridge
on ipvlan link b0 type ipvlan mode l3
on vxlan type vxlan id 1 dstport 4789
on geneve type geneve id 1 remote 10.0.3.2
on gre1 type gre local 10.0.0.1 remote 10.0.3.2
on gretap1 type gretap local 10.0.0.1 remote 10.0.3.3
on ip6gre1 type ip6gre local fd00::1 remote fd00:3::2
on sit1 type sit local 10.0.0.1 remote 10.0.3.2
on ipip1 type ipip local 10.0.0.1 remote 10.0.3.2
on ip6tnl1 type ip6tnl mode any local fd00::1 remote fd00:3::2
note "devices:$with"

# Some read what arrives, which is where long checksums are looked at.
cat >$t/sink.py <<'END'
import select, socket
socks = []
for port in 4739, 4740, 53:
    for family in socket.AF_INET, socket.AF_INET6:
        s = socket.socket(family, socket.SOCK_DGRAM)
        if family == socket.AF_INET6:
            s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        s.bind(('', port))
        s.setblocking(False)
        socks.append(s)
while True:
    for s in select.select(socks, [], [])[0]:
        try:
            s.recv(1 << 16)
        except OSError:
            pass
END
ip netns exec "$b" $python $t/sink.py 2>$t/sink & on_exit "kill $!"

load
for ns in $a $b; do
	try "all of it in $ns" publish $ns
	all_on $ns || not_ok "all the rest in $ns"
	for kind in samples drops repairs; do
		ksflow -n $ns monitor $kind --ready-file $t/$ns.$kind -w /dev/null \
			2>$t/$ns.$kind.err & on_exit "kill $!"
		wait_for "[ -e $t/$ns.$kind ]" 30
	done
done
ksflow -n $b repair add port 4740 mode audit
ksflow -n $b repair add port 4741 dev 't*' from fd00::/16 mode repair kinds pseudo,offset
ksflow -n $b -j monitor drops filter 'udp or vlan' >/dev/null 2>$t/filter.err & on_exit "kill $!"

# frames SEED COUNT: from the devices of both
frames() {
	ip netns exec $a $_frames $1 $(($2 / 4)) packet:a0 >$t/out.a 2>&1 & local far=$!
	in_ns $b $_frames $1 $(($2 - $2 / 4)) tap:t0 pieces:t1 tun:t2 packet:b0 >$t/out.b 2>&1
	local status=$?
	wait $far && return $status
}
try "frames, at the tracepoints" frames $seed $((count / 2))
note "$(cat $t/out.a $t/out.b)"
ksflow -n $b dev set '*' rate 1 dir both tap netfilter
ksflow -n $b drop set hide default
ksflow -n $b repair add port 4739 mode repair defrag off
try "frames, at the hooks" frames $((seed + 1)) $((count - count / 2))
note "$(cat $t/out.a $t/out.b)"

for ns in $a $b; do
	try "the ledger of $ns closes" closes $ns
	ksflow -n $ns -j stats >$t/stats.$ns
done
note "$(ksflow -n $b stats | head -n 32)"
for kind in sample drop repair; do
	between "records of a $kind" "$(jq --arg k $kind \
		'.namespace[] | select(.kind == $k).selected' $t/stats.$b)" 1 1e9
done
ksflow -n $b -j repair show >$t/rules
is "what a rule has seen is what it decided" "$(jq -c '.repair.rules[] | select(.seen !=
	.right + .repaired + .wrong + .zero + .trusted + ([.skipped[]] | add))' $t/rules)" ""
note "$(ksflow -n $b repair show | head -n 12)"
is "the readers live" "$(cat $t/*.err)" ""
