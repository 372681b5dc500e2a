# SPDX-License-Identifier: GPL-2.0
# Ways to a collector: IPv4, IPv6, by name, from an address, through a VRF,
# from another namespace. Counters are enough, so the module is not needed.
#
#   namespace r (ksflowd)                     namespace b (collectors)
#     r0   10.9.0.1, 10.9.0.9, fd09::1  ------  b0 10.9.0.2 fd09::2
#     r1   10.9.1.1, in VRF red         ------  b1 10.9.1.2
#                                             namespace c: 127.0.0.1
#
# vm: timeout=240

. ./lib.sh

new_ns r b c
veth "$r" r0 "$b" b0
veth "$r" r1 "$b" b1
ip -n "$r" link add red type vrf table 9
ip -n "$r" link set red up
ip -n "$r" link set r1 master red
# Without it what the VRF has no route for is looked up in main.
ip -6 -n "$r" route add unreachable default table 9 metric 4278198272
addr "$r" r0 10.9.0.1/24 10.9.0.9/24 fd09::1/64
addr "$r" r1 10.9.1.1/24
addr "$b" b0 10.9.0.2/24 fd09::2/64
addr "$b" b1 10.9.1.2/24
mkdir -p "/etc/netns/$r"
on_exit "rm -rf /etc/netns/$r"
echo "nameserver 127.0.0.1" >"/etc/netns/$r/resolv.conf"
{
	cat /etc/hosts
	echo "10.9.0.2 collector.test"
	# of which the VRF has a way to the second only
	echo "fd09::2 both.test"
	echo "10.9.1.2 both.test"
} >"/etc/netns/$r/hosts"

on_exit 'kill -KILL $daemon $in_b $in_c'
ip netns exec "$b" $python ./sflow.py -b 10.9.0.2 -p 7001 -w "$t/ip4" \
	--ready "$t/ready.b" "fd09::2,7002,$t/ip6" "10.9.0.2,7003,$t/name" \
	"10.9.0.2,7004,$t/src" "10.9.1.2,7005,$t/vrf" \
	"203.0.113.1,6343,$t/route" "10.9.0.2,7007,$t/dscp" \
	"fd09::2,7008,$t/dscp6" "239.1.2.3,7009,$t/group" \
	"10.9.0.2,7010,$t/basic" "10.9.0.2,7011,$t/srv" \
	"10.9.1.2,7013,$t/second" "::,7031,$t/link" "::,7032,$t/percent" \
	"::,7033,$t/there" "10.9.0.2,7021,$t/refused4" "fd09::2,7025,$t/refused6" & in_b=$!
ip netns exec "$c" $python ./sflow.py -p 7006 -w "$t/netns" \
	--ready "$t/ready.c" & in_c=$!
wait_for 'test -e $t/ready.b -a -e $t/ready.c' 30

# A name server that knows where sFlow goes in test.lan, and nothing else: two
# collectors, of which the one of the lesser number of priority is to be taken.
ip netns exec "$r" $python - "$t/ready.d" <<'END' & dns=$!
import socket, struct, sys
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.bind(('127.0.0.1', 53))
open(sys.argv[1], 'w').close()
name = b'\6_sflow\4_udp\4test\3lan\0'
target = b'\x09collector\4test\0'
while True:
    q, peer = s.recvfrom(512)
    answers = []
    if q[12:].lower().startswith(name + b'\0\x21'):
        answers = [name + struct.pack('>HHIHHH', 33, 1, 60, 6 + len(target),
                                  *rank) + struct.pack('>H', port) + target
                   for rank, port in (((20, 0), 7012), ((10, 0), 7011))]
    # an EDNS record in the question is left out
    at = q.index(b'\0', 12) + 5
    s.sendto(q[:2] + struct.pack('>HHHHH', 0x8180 if answers else 0x8183, 1,
                                 len(answers), 0, 0) + q[12:at] +
             b''.join(answers), peer)
END
on_exit "kill $dns"
wait_for 'test -e $t/ready.d' 30

cat >"$t/conf" <<END
sflow {
  polling = 1
  dns-sd { domain=.test.lan }
  collector { ip=10.9.0.2 udpport=7001 }
  collector { ip=fd09::2 udpport=7002 }
  collector { ip=collector.test udpport=7003 }
  collector { ip=10.9.0.2 udpport=7004 src=10.9.0.9 }
  collector { ip=10.9.1.2 udpport=7005 dev=red }
  collector { ip=both.test udpport=7013 dev=red }
  collector { ip=127.0.0.1 udpport=7006 namespace=$c }
  collector { ip=10.9.0.2 udpport=7007 dscp=46 ttl=9 }
  collector { ip=fd09::2 udpport=7008 dscp=10 }
  collector { ip=239.1.2.3 udpport=7009 dev=r0 ttl=3 }
  collector { ip=10.9.0.2 udpport=7010 records=basic }
  collector { ip=no.such.name.invalid }
  collector { ip=203.0.113.1 }			# no route
  collector { ip=10.9.0.2 dev=none0 }		# no device
}
END
ip netns exec "$r" ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!

# from FILE: where the datagrams came from
from() { jq -r .from "$t/$1" 2>/dev/null | sort -u; }
arrives() {
	wait_for "[ -s $t/$1 ]"
	is "$1: arrives, from $2" "$(from "$1")" "$2"
}
arrives ip4 10.9.0.1
arrives ip6 fd09::1
arrives name 10.9.0.1
arrives srv 10.9.0.1
arrives src 10.9.0.9
arrives vrf 10.9.1.1
arrives second 10.9.1.1
arrives netns 127.0.0.1
arrives dscp 10.9.0.1
# of FILE FILTER: what its datagrams have
of() { jq -c "$2" "$t/$1" 2>/dev/null | sort -u; }
is "dscp: marked" "$(of dscp '[.tos, .ttl]')" "[184,9]"
is "dscp: others are not" "$(of ip4 '[.tos, .ttl]')" "[0,64]"
arrives dscp6 fd09::1
is "dscp: IPv6 too" "$(of dscp6 .tos)" 40
arrives group 10.9.0.1
is "multicast: as far as it was told" "$(of group .ttl)" 3
arrives basic 10.9.0.1
wait_for '[ $(wc -l <$t/basic) -ge 6 ]'
is "basic: generic counters alone" "$(of basic '.records | keys')" '["1"]'
is "basic: of interfaces alone" "$(of basic '.source | startswith("0:")')" true
# Another stream has more datagrams. The last line may be half written.
for f in basic ip4; do
	is "$f: its own sequence, from the first" "$(jq -R 'fromjson? | .datagram' "$t/$f" |
		jq -s -c 'unique | [.[0], .[-1] - length]')" "[1,0]"
done
for what in 'none0: No such device' '203.0.113.1:6343: connect: Network is unreachable' \
	'no.such.name.invalid:6343: name not resolved'; do
	try "what cannot be reached is said: $what" wait_for "grep -qF '$what' $t/log" 30
	is "and once" "$(grep -cF "$what" "$t/log")" 1
done
is "the namespace costs a privilege, the rest are gone" \
	"$(awk '/^CapEff/ { print $2 }' /proc/$daemon/status)" 0000000000201000

# A route comes: no restart is needed.
ip -n "$b" addr add 203.0.113.1/32 dev b0
ip -n "$r" route add 203.0.113.0/24 via 10.9.0.2
arrives route 10.9.0.1

# The address in use goes: another one is taken.
ip -n "$r" addr del 10.9.0.1/24 dev r0
ip -n "$r" addr show dev r0 | grep -q 10.9.0.9 || addr "$r" r0 10.9.0.9/24
# What was sent before may still arrive.
wait_for '[ "$(tail -n 1 $t/ip4 | jq -r .from)" = 10.9.0.9 ]'
: >"$t/ip4"
wait_for "[ -s $t/ip4 ]"
is "an address that is gone is no source" "$(from ip4)" 10.9.0.9
kill -USR1 $daemon
try "unsent datagrams are counted" wait_for \
	'grep -q "no.such.name.invalid.*failed [1-9]" $t/log'
kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0

# --- link-local, on links that are made anew: in ksflowd's and another namespace ---

# links: between r and b, and between c and b
links() {
	veth "$r" l0 "$b" l1
	veth "$c" m0 "$b" m1
	addr "$r" l0 fe80::10/64
	addr "$c" m0 fe80::20/64
	addr "$b" l1 fe80::1/64
	addr "$b" m1 fe80::1/64
}
cat >"$t/conf" <<END
sflow {
  polling = 1
  collector { ip=fe80::1 udpport=7031 dev=l0 }
  collector { ip=fe80::1%l0 udpport=7032 }
  collector { ip=fe80::1 udpport=7033 dev=m0 namespace=$c }
}
END
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
for i in 1 2; do
	for what in '7031: l0' '7032: l0' '7033: m0'; do
		try "a link that is not there is said: $what" wait_for \
			"[ \$(grep -cF '$what: No such device' $t/log) = $i ]"
	done
	: >"$t/link"; : >"$t/percent"; : >"$t/there"
	links
	for f in link percent there; do
		try "$f, time $i: arrives" wait_for "[ -s $t/$f ]"
	done
	ip -n "$r" link del l0
	ip -n "$c" link del m0
done
kill -TERM $daemon; wait $daemon

# --- refused by the firewall of b, in each way that ends a socket's next send ---

in_ns "$b" sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
cat >"$t/rules" <<'END'
table inet refuse {
	chain i {
		type filter hook input priority 0
		udp dport 7021 reject with icmp type net-prohibited
		udp dport 7022 reject with icmp type host-prohibited
		udp dport 7023 reject with icmp type admin-prohibited
		udp dport 7024 reject with icmp type prot-unreachable
		udp dport 7025 reject with icmpv6 type admin-prohibited
		udp dport 7026 reject with icmpv6 type policy-fail
	}
}
END
in_ns "$b" nft -f "$t/rules"
{
	echo "sflow { polling = 1"
	for p in 7021 7022 7023 7024; do echo "collector { ip=10.9.0.2 udpport=$p }"; done
	for p in 7025 7026; do echo "collector { ip=fd09::2 udpport=$p }"; done
	echo "}"
} >"$t/conf"
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
wait_for 'grep -q ":7026: sending" $t/log'
# of_port PORT WORD: its number, of what SIGUSR1 says
of_port() { grep ":$1: .*; sent" "$t/log" | tail -n 1 | sed -n "s/.*[ ,]$2 \([0-9]*\).*/\1/p"; }
lines() { grep -c ":$1: $2" "$t/log"; }
for p in 7021 7022 7023 7024 7025 7026; do
	wait_for "kill -USR1 $daemon; [ \"\$(of_port $p refused)\" -ge 6 ]"
	is "refused, $p: nothing is held back" "$(of_port $p failed)" 0
	is "refused, $p: said, once" "$(lines $p 'answered: ') $(lines $p sending)" "1 1"
done
in_ns "$b" nft delete table inet refuse
# That nobody listens is none of it.
for p in 7021 7025; do
	try "no more refused, $p: said" wait_for "[ \$(lines $p sending) = 2 ]"
done
is "and they arrive" "$(from refused4) $(from refused6)" "10.9.0.9 fd09::1"
kill -TERM $daemon; wait $daemon
