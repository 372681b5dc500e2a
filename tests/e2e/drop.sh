# SPDX-License-Identifier: GPL-2.0
# vm: timeout=900
#
# Capture of drops: none vanishes, none is seen twice or where it does not
# belong, whatever state the packet and its device are in. What each drop is
# called: drop-causes.sh. The storm lasts 5 s, STORM=n: n times that.
#
#   pktgen --netif_receive--> va | vb      tc drops all that va receives
#
#   a: a0 ===== r0 :r        c: c0 (dummy)
#   10.0.1.1   10.0.1.254
#
# va and vb are in the initial namespace.

. ./lib.sh

LENGTH=$((5 * ${STORM:-1}))
N=10000
kernel=$(uname -r | cut -d. -f1,2)
# Where a datagram without a socket is dropped: one function from 7.0 on
udp_site=$(grep -ow -m 1 __udp4_lib_rcv /proc/kallsyms || echo udp_rcv)
named() { [ "$kernel" != 5.10 ]; }

modprobe pktgen
on_exit "rmmod pktgen"
for i in a b; do
	ip link add v$i type veth peer name w$i
	sysctl -qw net.ipv6.conf.v$i.disable_ipv6=1 net.ipv6.conf.w$i.disable_ipv6=1
	ip link set v$i up; ip link set w$i up
	tc qdisc add dev v$i clsact
	tc filter add dev v$i ingress matchall action drop
	on_exit "ip link del v$i"
done
new_ns a r c
# No packet but ours: what is solicited and reported now and then is dropped, too.
for ns in "$a" "$r" "$c"; do
	ip netns exec "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
veth "$a" a0 "$r" r0
addr "$a" a0 10.0.1.1/24
addr "$r" r0 10.0.1.254/24
ip -n "$c" link add c0 type dummy
ip -n "$c" link set c0 up

serve drops $python ./drops.py serve
drops() { ask drops - "$@"; }
in_r() { ip netns exec "$r" "$@"; }
# start NAME NS [RCVBUF]: a reader in a namespace ("" is the initial one)
start() {
	rm -f "$t/$1.ready"
	: >"$t/$1"
	${2:+ip netns exec "$2"} $python ./drops.py monitor "$t/$1.ready" ${3-} \
		>>"$t/$1" 2>"$t/$1.err" &
	eval "$1=$!"
	on_exit "kill -CONT $!; kill $!"
	wait_for "test -e $t/$1.ready" 60
}
stop() { kill -CONT "${!1}"; kill "${!1}"; wait "${!1}" 2>/dev/null; :; }
# stats [NS]; of JQ-EXPRESSION: of what it said
stats() { ask drops "${1:--}" stats >"$t/stats"; }
of() { jq -r "$1" "$t/stats"; }
va() { of ".sources[] | select(.dev == \"va\") | .\"$1\" // 0"; }
closes() { of '.seen == .counted + .hidden + .own + .limited + .selected and
	all(.readers[]; .selected == .delivered + .filtered + ."lost-ring" +
		."lost-overrun" + ."lost-memory")'; }
# got NAME JQ-CONDITION: records of a reader that hold it
got() { jq -c "select($2)" "$t/$1" | wc -l; }
# settled NAME KEY: the reader has got what was delivered
settled() { wait_for "stats ${2-}; [ \$(wc -l <$t/$1) = \$(of '[.readers[].delivered] | max') ]" 20; }

# --- the ledger -------------------------------------------------------------------

load ring=4194304
vaif=$(cat /sys/class/net/va/ifindex)
is "off: nobody counts" "$(drops counts)" ""
stats
is "off: nothing is seen" "$(of .seen)" 0
drops set state=on limit=unlimited hide=none
start one ""
start two ""
n=2000
flood va $n
settled one
is "$n drops: all are seen" "$(va seen)" $n
is "$n drops: all are selected" "$(va selected)" $n
is "$n drops: no ring lost any" "$(va lost-ring)" 0
is "one reader has all of them" "$(got one ".source == $vaif")" $n
wait_for '[ $(got two ".source == $vaif") = $n ]'
is "the other too" "$(got two ".source == $vaif")" $n
is "the ledger closes" "$(closes)" true
# pktgen holds on to each packet that it hands up, so the last word is its own:
# that of the thread, where the compiler made one function of two.
site=$(grep -om 1 'pktgen_xmit' /proc/kallsyms || echo pktgen_thread_worker)
its=$(sed -n 's/^pktgen .*/ [pktgen]/p' /proc/modules)
is "with the site" "$(jq -r 'select(.source == '"$vaif"') | .site' "$t/one" |
	sed 's/[+.][^ ]*//' | sort | uniq -c | sed 's/^ *//')" \
	"$(printf "1 pktgen_stop_device$its\n%d %s$its" $((n - 1)) "$site")"
is "counted at one place" "$(drops counts |
	jq -r "select(.site | test(\"^$site\")) | .packets")" $((n - 1))
stop two
stop one

# A reader that is too slow, a ring that is too small: nothing vanishes.
start slow "" 4096
kill -STOP "$slow"
flood va $N
stats
is "slow reader: all are selected" "$(va selected)" $((n + N))
lost() { of '.readers[0]."lost-overrun"'; }
between "slow reader: it lost most" "$(lost)" 5000 $N
is "slow reader: the ledger closes" "$(closes)" true
kill -CONT "$slow"
# The one that finds room tells of all before it.
told() { jq -s 'map(select(.source == '"$vaif"').drops) | max' "$t/slow"; }
wait_for 'flood va 1; stats; [ "$(told)" = "$(lost)" ]'
is "slow reader: the drops of its records" "$(told)" "$(lost)"
stop slow
unload
worker_on_cpu0
load ring=16384
drops set state=on limit=unlimited hide=none
start one ""
flood va $N
settled one
between "small ring: it lost some" "$(va lost-ring)" 1 $N
is "small ring: delivered or counted" \
	"$(($(va lost-ring) + $(got one ".source == $vaif")))" $N
is "small ring: the ledger closes" "$(closes)" true
stop one
chrt --other --pid 0 "$(pgrep -o -x kpktgend_0)"
unload

# --- the limit ------------------------------------------------------------------------

load ring=4194304
for burst in 0 1; do
	drops set state=on limit=100 burst=$burst hide=none
	start one ""
	us='' all=0
	# A guest that stands still for longer than a burst takes loses the rest: the
	# fastest flood of three is judged. A limit that is another one begins anew.
	for _ in 1 2 3; do
		drops set limit=unlimited
		drops set limit=100
		stats
		before=$(va selected) over=$(va limited)
		flood va $N
		stats
		n=$(($(va selected) - ${before:-0})) all=$((all + n))
		[ -z "$us" ] || [ "$(took va)" -lt "$us" ] || continue
		us=$(took va) got=$n limited=$(($(va limited) - ${over:-0}))
	done
	due=$(((burst ? 1 : 100) + us / 10000))
	between "limit 100, burst ${burst/#0/as the limit}: exact within one" \
		"$got" $((burst ? due / 2 : due - 1)) $((due + 1))
	is "what is over it is counted for the device" "$((got + limited))" $N
	settled one
	is "and no record is lost" "$(got one ".source == $vaif")" "$all"
	is "the ledger closes" "$(closes)" true
	stop one
done
start one ""
wait_for 'flood va 1; wait_for "[ -s $t/one ]" 1'
stats
is "a record's drops are those over the limit" \
	"$(jq -s 'map(select(.source == '"$vaif"').drops) | max' "$t/one")" "$(va limited)"
stop one

# In state count: no records, the counters go on.
drops set state=count
start one ""
stats
counted=$(of .counted) seen=$(va seen)
flood va 100
stats
is "state count: counted" "$(($(of .counted) - counted >= 100))" 1
is "state count: for the device" "$(($(va seen) - seen))" 100
is "state count: no record" "$(cat "$t/one")" ""
drops set state=off
stats
seen=$(of .seen)
flood va 100
stats
is "state off: nothing is counted" "$(of .seen)" "$seen"
stop one
drops reset

# The same as sFlow says it.
cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  dropmon { start=on limit=100 hide=none }
}
END
$python ./sflow.py -w "$t/sflow" --ready "$t/ready" & collector=$!
on_exit "kill $collector"
wait_for 'test -e $t/ready' 30
ksflowd --foreground -f "$t/conf" 2>"$t/ksflowd.log" & ksflowd=$!
on_exit "kill $ksflowd"
wait_for 'grep -q ": sampling" $t/ksflowd.log' 60
stats
selected=$(va selected) limited=$(va limited)
of_va() { jq -s "map(select(.kind == \"discard\" and .source == \"0:$vaif\")) | $1" "$t/sflow"; }
flood va $N
stats
is "sFlow: most are over the limit" "$(($(va limited) - limited > N / 2))" 1
wait_for 'stats; [ "$(of_va length)" = $(($(va selected) - selected)) ]'
# A later one carries the whole loss; each that is refused adds to it.
n=$(of_va length)
wait_for 'flood va 1; wait_for "[ \$(of_va length) -gt $n ]" 1'
wait_for 'stats; [ "$(of_va length)" = $(($(va selected) - selected)) ]'
is "sFlow: discarded packets, as many as were selected" "$(of_va length)" \
	"$(($(va selected) - selected))"
is "sFlow: drops" "$(of_va '.[-1].drops')" "$(va limited)"
is "sFlow: input" "$(of_va '.[-1].input')" "$vaif"
is "sFlow: nothing is malformed" "$(grep -c '"kind": "error"' "$t/sflow")" 0
kill $ksflowd; wait $ksflowd 2>/dev/null

# --- namespaces ----------------------------------------------------------------------------

for ns in "" "$r" "$c"; do
	ask drops "${ns:--}" set state=on limit=unlimited hide=none
done
start zero ""
start one "$r"
start two "$r"
start other "$c"
udp "$a" 10.0.1.254 9 50
wait_for '[ $(got one "(.site | startswith(\"$udp_site\"))") = 50 ]'
is "a drop in r: one reader has it" "$(got one ".site | startswith(\"$udp_site\")")" 50
# What neighbour discovery drops while they start, one of them may miss.
ours() { jq -c 'select(.data | contains("64726f70")) | [.site, .data]' "$t/$1" | sort; }
wait_for '[ "$(ours two)" = "$(ours one)" ]'
is "the other reader of r has the same" "$(ours two)" "$(ours one)"
is "with r's own inode" "$(jq .netns "$t/one" | sort -u)" "$(stat -Lc %i "/run/netns/$r")"
is "the initial namespace does not" "$(got zero '.data | contains("64726f70")')" 0
is "nor does c" "$(got other '.data | contains("64726f70")')" 0
stop zero; stop two; stop other

# --- on the way out ------------------------------------------------------------------------

r0=$(in_r cat /sys/class/net/r0/ifindex)
cat >"$t/rules" <<END
table ip t { chain o { type filter hook output priority 0; udp dport 13 drop; }; }
END
in_r nft -f "$t/rules"
: >"$t/one"
udp "$r" 10.0.1.1 13 20
wait_for '[ $(got one ".proto == 11 and .out == '"$r0"'") = 20 ]'
is "firewall at OUTPUT: all, with no MAC header, and where they would go" \
	"$(got one ".proto == 11 and .out == $r0 and .source == null")" 20
is "the process that sent them" \
	"$(jq -r 'select(.data | contains("64726f70")) | .comm' "$t/one" | sort -u)" bash
in_r nft flush ruleset
in_r sysctl -qw net.ipv4.neigh.r0.retrans_time_ms=100
: >"$t/one"
udp "$r" 10.0.1.77 9 3
wait_for '[ $(got one ".data | contains(\"64726f70\")") = 3 ]'
is "unresolved neighbour: all, and where they would go" \
	"$(got one "(.data | contains(\"64726f70\")) and .out == $r0")" 3
is "no process: the timer did it" "$(jq -r 'select(.data | contains("64726f70")) |
	.comm // "none"' "$t/one" | sort -u)" none

# --- what is hidden ------------------------------------------------------------------------

# The first one of a site on a CPU is hidden by the worker, as filtered.
kept='.hidden + ([.readers[].filtered] | add)'
hidden() { # hidden NAME WANTED-RECORDS SETTING...
	local name=$1 wanted=$2 before; shift 2
	ask drops "$r" set "$@"
	: >"$t/one"
	stats "$r"; before=$(of "$kept")
	udp "$a" 10.0.1.254 9 10
	udp "$a" 10.0.1.254 7 10
	wait_for 'stats "$r"; [ $(($(of "$kept") - before + $(got one ".proto == 1"))) -ge 20 ]'
	is "$name" "$(got one ".site | startswith(\"$udp_site\")")" "$wanted"
}
hidden "hidden by its site" 0 hide=none "hide=+$udp_site"
hidden "shown again by a later one" 20 hide=none "hide=+${udp_site%_rcv}*" "hide=-$udp_site"
if named; then
	hidden "hidden by its reason" 0 hide=default hide=+NO_SOCKET
	hidden "by a pattern of reasons" 0 hide=none "hide=+NO_*"
	hidden "by default it is not" 20 hide=default
fi
# Frames for another host are no losses.
ask drops "$r" set hide=default
: >"$t/one"
stats "$r"; hidden=$(of .hidden)
ip netns exec "$a" $python -c "from socket import *
s = socket(AF_PACKET, SOCK_RAW)
s.bind(('a0', 0))
ip = bytes.fromhex('4500001c000000004011000001020304050607080009000900080000')
for i in range(20): s.send(bytes.fromhex('0200000000770200000000500800') + ip)"
if named; then
	wait_for 'stats "$r"; [ $(($(of .hidden) - hidden)) -ge 20 ]'
	between "another host's frames are hidden by default" "$(($(of .hidden) - hidden))" 20 25
	is "and make no record" "$(got one '.data | startswith("020000000077")')" 0
	is "they are counted, and marked" "$(ask drops "$r" counts |
		jq -c 'select(.reason == "OTHERHOST") | [.hidden, .packets]')" "[true,20]"
else
	wait_for '[ $(got one ".data | startswith(\"020000000077\")") = 20 ]'
	is "without reasons they cannot be told" "$(got one '.data | startswith("020000000077")')" 20
fi
ask drops "$r" set hide=none
stop one

# --- packets in a bad state ---------------------------------------------------------------------

start one "$r"
# Unread data of a socket that closes: skb->dev is another member of its union.
ip netns exec "$r" $python - "$t/port" <<'END' &
import socket, sys, os, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
s.bind(('', 4444))
open(sys.argv[1], 'w').close()
while not os.path.exists(sys.argv[1] + '.close'):
    time.sleep(0.01)
END
closer=$!
wait_for 'test -e $t/port'
udp "$a" 10.0.1.254 4444 50
stats; unknown=$(of .unknown)
touch "$t/port.close"; wait $closer
wait_for 'stats; [ $(of .unknown) -ge $((unknown + 50)) ]'
between "a socket closed with data unread: of no namespace" \
	"$(($(of .unknown) - unknown))" 50 60
settled one "$r"
is "a socket closed with data unread: no record" \
	"$(got one '.data | contains("64726f70")')" 0

# A buffer that nobody wrote into: whoever had that memory before is not told of.
ip netns exec "$r" sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
wait_for 'ip -n "$r" -6 addr show dev lo | grep -q "::1/128"'
cat >"$t/rules" <<END
table inet t { chain o { type filter hook output priority 0; meta l4proto 253 drop; }; }
END
in_r nft -f "$t/rules"
: >"$t/one"
stats "$r"; seen=$(of .seen)
in_r $python ./unsent.py r0 >"$t/ways" 2>&1
# shellcheck disable=SC2046
set -- $(cat "$t/ways")
note "from where no memory is: $*"
n=$(($# * 3))
between "ways to send" $# 6 8
wait_for '[ $(got one ".comm == \"unsent\"") = $n ]'
stats "$r"
between "what was never written is counted" "$(($(of .seen) - seen))" $n $((n + 20))
is "and has its records" "$(got one '.comm == "unsent"')" $n
is "without a byte in them" "$(jq -r 'select(.comm == "unsent" and .data != "") |
	[.site, .data] | join(" ")' "$t/one" | sort -u)" ""
is "nor headers" "$(got one '.comm == "unsent" and .proto != 0')" 0
note "$(jq -r 'select(.comm == "unsent") | [.reason // "-", .site, .len, .out // "-"] |
	join(" ")' "$t/one" | sort | uniq -c)"
: >"$t/one"
in_r $python ./unsent.py --whole
wait_for '[ $(got one ".comm == \"unsent\"") = 6 ]'
# 5.10 leaves the transport header of these, of IPv4, as it is while they are copied.
whole4="11 120 true"
named || whole4="0 0 false"
is "what was written is in them, header and all" "$(jq -r 'select(.comm == "unsent") |
	[.proto, (.data | length / 2), (.data | contains("77686f6c65"))] | join(" ")' "$t/one" |
	sort | uniq -c | sed 's/^ *//')" "$(printf '%s\n' "3 $whole4" '3 12 128 true')"
in_r nft flush ruleset
in_r sysctl -qw net.ipv6.conf.lo.disable_ipv6=1
# owned OPTION...: records of drops in a user's network namespace, by a process there
owned() {
	rm -f "$t/owned"*
	timeout $((60 * _patience)) unshare --user --map-root-user --net "$@" bash -c '
		ip link set lo up
		$2 ./drops.py set state=on limit=unlimited hide=none
		$2 ./drops.py monitor "$1/owned.ready" 0 >"$1/owned" & reader=$!
		until [ -e "$1/owned.ready" ]; do read -r -t 0.05 <>"$1/never"; done
		$2 ./unsent.py lo udp
		until [ -s "$1/owned" ]; do read -r -t 0.05 <>"$1/never"; done
		kill $reader' - "$t" "$python" >/dev/null 2>"$t/owned.err"
}
owned --pid --fork
is "a user's namespaces: the PID in his own" "$(jq -c '[.comm, .pid < 100]' "$t/owned" |
	sort -u)" '["unsent",true]'
owned
is "a user's namespace: no PID of others" "$(jq -c '[.len > 600, .comm, .pid]' "$t/owned" |
	sort -u)" '[true,null,null]'

# Out-of-order segments that find no memory.
: >"$t/one"
ip netns exec "$r" $python - "$t/listen" <<'END' &
import socket, sys, time
s = socket.socket()
s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
s.bind(('', 4445))
s.listen()
open(sys.argv[1], 'w').close()
c, _ = s.accept()
c.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
open(sys.argv[1] + '.up', 'w').close()
time.sleep(600)
END
server=$!
wait_for 'test -e $t/listen'
ip -n "$r" neigh add 10.0.1.50 dev r0 lladdr "$(ip netns exec "$a" cat /sys/class/net/a0/address)"
ip netns exec "$a" python3 - "$t/listen.up" "$(in_r cat /sys/class/net/r0/address)" <<'END'
import os, socket, sys, time
from scapy.layers.inet import IP, TCP
from scapy.layers.l2 import Ether
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x800))
s.bind(('a0', 0))
s.settimeout(10)
def send(flags, seq, ack=0, data=b''):
    s.send(bytes(Ether(dst=sys.argv[2], src='02:00:00:00:00:50') /
                 IP(src='10.0.1.50', dst='10.0.1.254') /
                 TCP(sport=5000, dport=4445, flags=flags, seq=seq, ack=ack,
                     window=65535) / data))
send('S', 1000)
while True:
    p = Ether(s.recv(2000))
    if TCP in p and p[TCP].dport == 5000 and p[TCP].flags == 'SA':
        break
send('A', 1001, p[TCP].seq + 1)
while not os.path.exists(sys.argv[1]):
    time.sleep(0.01)
for i in reversed(range(200)):     # a later one in favour of an earlier one
    send('PA', 1002 + 2 * i, p[TCP].seq + 1, b'x')
END
# Before 6.1 TCP frees them where no tracepoint is.
if named; then
	wait_for '[ $(got one ".site | test(\"^tcp_\")") -gt 10 ]'
	between "out-of-order segments are pruned" \
		"$(got one '.site | test("^tcp_prune_ofo_queue")')" 10 999
else
	is "out-of-order segments are pruned, unseen" "$(got one '.site | test("^tcp_")')" 0
fi
note "$(jq -r '[.reason // "-", .site, .source // "-"] | join(" ")' "$t/one" | sort | uniq -c)"
kill $server; wait $server 2>/dev/null
stop one

# Our own messages to a reader that is too slow are no drops of the network.
drops set state=on limit=unlimited hide=none
start slow "" 4096
kill -STOP "$slow"
stats; unknown=$(of .unknown) seen=$(of .seen)
flood va 5000
wait_for 'stats; [ $(of ".readers[0].\"lost-overrun\"") -gt 4000 ]'
between "our own messages: of no namespace" "$(($(of .unknown) - unknown))" 1 5000
between "our own messages: not among the drops" "$(($(of .seen) - seen))" 5000 5010
stop slow

# --- devices and namespaces that go -------------------------------------------------------------

start one ""
gone=0
for i in 1 2 3 4; do
	ip netns add "$_me-gone"
	ip -n "$_me-gone" link add g0 type veth peer name g1 netns "$a"
	ip -n "$_me-gone" link set g0 up; ip -n "$a" link set g1 up
	addr "$_me-gone" g0 10.7.0.1/24; addr "$a" g1 10.7.0.2/24
	ask drops "$_me-gone" set state=on limit=unlimited hide=none
	start dying "$_me-gone"
	ip netns exec "$a" bash -c 'while :; do printf drop >/dev/udp/10.7.0.1/9; done' \
		2>/dev/null & flood=$!
	on_exit "kill $flood"
	wait_for "[ -s $t/dying ]" 20
	# the device first, or the namespace with all that is in it
	[ $((i % 2)) = 0 ] || ip -n "$_me-gone" link del g0
	ip netns del "$_me-gone"
	stop dying
	kill $flood; wait $flood 2>/dev/null
	wait_for "! ip -n $a link show g1" 20 && gone=$((gone + 1))
done
is "devices and namespaces deleted under drops" $gone 4
stop one

# --- a storm on all CPUs ------------------------------------------------------------------------

start one "" 262144
flood va 1
slab() { awk '/^(Slab|Percpu|VmallocUsed|KernelStack):/ { s += $2 } END { print s }' /proc/meminfo; }
pg kpktgend_0 rem_device_all
cpu=0
for i in va vb; do
	pg kpktgend_$cpu rem_device_all
	pg kpktgend_$cpu "add_device $i"
	pg $i "count 0"
	pg $i "clone_skb 0"
	pg $i "pkt_size 128"
	pg $i "delay 0"
	pg $i "xmit_mode netif_receive"
	pg $i "dst_mac $(cat /sys/class/net/$i/address)"
	cpu=$(((cpu + 1) % $(nproc)))
done
stats; before=$(of .seen) slab=$(slab)
(pg pgctrl start) & storm=$!
end=$((SECONDS + LENGTH))
wait_for '[ $SECONDS -ge $end ]' $((LENGTH + 60))
during=$(slab)
pg pgctrl stop
wait $storm
stats
sent=$(cat /proc/net/pktgen/v[ab] | sed -n 's/.*pkts-sofar: \([0-9]*\).*/\1/p' |
	awk '{ s += $1 } END { print s }')
note "storm: $LENGTH s, $sent drops"
between "storm: every drop is counted" "$(($(of .seen) - before))" "$sent" $((sent + 100))
is "storm: the ledger closes" "$(closes)" true
between "storm: kB of kernel memory more" "$((during - slab))" -999999 8192
stop one
drops reset

# --- by hardware ---------------------------------------------------------------------------------

modprobe netdevsim
on_exit "rmmod netdevsim"
echo "10 1" >/sys/bus/netdevsim/new_device
on_exit "echo 10 >/sys/bus/netdevsim/del_device"
sim=$(ls /sys/bus/netdevsim/devices/netdevsim10/net)
simif=$(cat "/sys/class/net/$sim/ifindex")
drops set state=on limit=unlimited hide=none sw=0 hw=1
start one ""
dl() { devlink trap set netdevsim/netdevsim10 trap "$1" action "$2"; }
ip link set "$sim" up
# Of all devices: older ones want a name with one.
traps() { devlink -j trap show | jq -r ".trap[][] |
	select($1) | [.name, .group] | join(\" \")" | sort; }
traps '.type == "drop"' >"$t/traps"
# The tool tells of those that say nothing, and its command opens them.
ksflow -j check >"$t/check"
hint() { jq -r ".checks[] | select(.check == \"hardware-traps\") | .$1" "$t/check"; }
is "check tells of traps that drop in silence" "$(hint text)" "netdevsim/netdevsim10: \
$(traps '.type == "drop" and .action == "drop"' | wc -l) traps drop packets without telling anybody"
try "its command opens them" bash -c "$(hint command)"
ksflow -j check >"$t/check"
is "and then it is content" "$(hint text)" ""
for i in fid_miss ttl_value_is_too_small; do
	dl "$i" trap || not_ok "trap $i is opened"
done
wait_for '[ $(jq -r .trap "$t/one" | sort | uniq -c | awk "\$1 >= 5" | wc -l) = $(wc -l <"$t/traps") ]' 30
ip link set "$sim" down
settled one
between "drop traps of netdevsim" "$(wc -l <"$t/traps")" 2 99
is "each is reported by name and group, no exception, no control trap" \
	"$(jq -r '[.trap, .group] | join(" ")' "$t/one" | sort -u)" "$(cat "$t/traps")"
is "and the port" "$(jq .source "$t/one" | sort -u)" "$simif"
is "no site, no reason" "$(got one '.site or .reason')" 0
is "one record for each" "$(jq -r .trap "$t/one" | sort | uniq -c |
	awk '{ print $2, $1 }')" "$(drops counts |
	jq -r 'select(.trap) | [.trap, .packets] | join(" ")' | sort)"
is "by hardware: the ledger closes" "$(closes)" true
# netdevsim's policers drop one more each time they are asked.
policed() { devlink -s -j trap policer show | jq '[.. | .dropped? // empty] | add'; }
before=$(policed)
between "what its policers dropped" \
	"$(ksflow -j stats | jq '.namespace[] | select(.kind == "drop").policed')" \
	$((before + 1)) "$(policed)"
drops set hw=0
ip link set "$sim" up
stats; seen=$(of .seen)
n=$(devlink -s -j trap show netdevsim/netdevsim10 trap blackhole_route | jq '.trap[][].stats.rx.packets')
wait_for 'devlink -s -j trap show netdevsim/netdevsim10 trap blackhole_route | jq -e ".trap[][].stats.rx.packets > '$((n + 20))'"'
stats
is "hw=0: none is seen" "$(of .seen)" "$seen"
stop one
