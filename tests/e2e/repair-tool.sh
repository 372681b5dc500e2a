# SPDX-License-Identifier: GPL-2.0
# Repair in the tool and in ksflowd, as a user meets it: a router with a broken
# chip, drops with a reason, an audit, the repair. Rules and whose they are,
# senders, events, module parameters.
#
#   namespace a                    namespace b
#     a0 fd00::1, ::3 -----------  b0 fd00::2       a collector of IPFIX
#
# vm: timeout=300

. ./lib.sh

load
new_ns a b
veth "$a" a0 "$b" b0
addr "$a" a0 fd00::1/64 fd00::3/64
addr "$b" b0 fd00::2/64
in_b() { ip netns exec "$b" "$@"; }
tool() { ksflow -n "$b" "$@"; }
cat >"$t/send.py" <<'END'
# send.py KIND PORT COUNT [SOURCE...]: datagrams, to the MAC address in $MAC
import os, socket, sys
sys.path.insert(0, '.')
from repairs import *
kind, port, count = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
s.bind(('a0', 0))
mac, dst = bytes.fromhex(os.environ['MAC'].replace(':', '')), addr('fd00::2')
for _ in range(count):
    for source in sys.argv[4:] or ['fd00::1']:
        src = addr(source)
        udp = datagram(src, dst, 1000, port, os.urandom(60)) if kind == 'right' \
            else wrong_datagram(src, dst, 1000, port, 60, kind)[1]
        s.send(mac + b'\2\0\0\0\0\1\x86\xdd' + ip6(src, dst, UDP, udp))
END
MAC=$(ip -n "$b" -j link show b0 | jq -r '.[0].address')
export MAC
send() { ip netns exec "$a" $python "$t/send.py" "$@"; }
cat >"$t/collect.py" <<'END'
# collect.py PORT READY: a line for each datagram
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.SOL_SOCKET, 33, 16 << 20)
s.bind(('::', int(sys.argv[1])))
open(sys.argv[2], 'w').close()
while True:
    print(len(s.recv(9999)), flush=True)
END
ip netns exec "$b" $python "$t/collect.py" 4739 "$t/ready" >"$t/got" & collector=$!
on_exit "kill $collector"
wait_for 'test -e $t/ready'
errors() { in_b awk '$1 == "Udp6InCsumErrors" { print $2 }' /proc/net/snmp6; }

# --- the story ---

named=yes
[ "$(uname -r | cut -d. -f1,2)" != 5.10 ] || named=
tool drop set state on
ip netns exec "$b" ksflow -j monitor drops --ready-file "$t/dready" >"$t/drops" 2>"$t/drops.err" & drops=$!
wait_for 'test -e $t/dready'
send no-pseudo 4739 3
try "the kernel drops them" wait_for '[ "$(errors)" -ge 3 ]'
if [ "$named" ]; then
	try "and the drops say why" wait_for '[ "$(grep -c UDP_CSUM $t/drops)" -ge 3 ]'
	is "and who" "$(jq -r 'select(.reason == "UDP_CSUM") | .summary' "$t/drops" | grep -c 'fd00::1')" 3
else
	try "and the drops show" wait_for '[ "$(grep -c fd00::1 $t/drops)" -ge 3 ]'
fi
kill $drops; wait $drops
is "nothing arrives" "$(wc -l <"$t/got")" 0

status "audit" 0 ksflow -n "$b" repair add port 4739
says "it says that it audits" "$t/err" 'add "mode repair"'
rm -f "$t/ready"
ip netns exec "$b" ksflow -j monitor repairs --ready-file "$t/ready" >"$t/events" 2>"$t/events.err" & events=$!
wait_for 'test -e $t/ready'
send no-pseudo 4739 3
send swapped 4739 2 fd00::3
send right 4739 2
try "right ones arrive" wait_for '[ "$(wc -l <$t/got)" = 2 ]'
tool -j repair show >"$t/show"
is "counted" "$(jq -c '.repair.rules[] | [.seen, .right, .wrong, .repaired, .closes, .owner, .mode]' "$t/show")" \
	'[7,2,5,0,true,"tool","audit"]'
is "by error" "$(jq -c '.repair.rules[0].errors | with_entries(select(.value > 0))' "$t/show")" '{"no-pseudo":3,"swapped":2}'
is "by sender, the latest first" "$(jq -c '.repair.senders[] | [.address, .error, .packets, .repaired, .dev, .port]' "$t/show" | tr '\n' ' ')" \
	'["fd00::3","swapped",2,0,"b0",4739] ["fd00::1","no-pseudo",3,0,"b0",4739] '
is "beside the kernel's own" "$(jq '.repair.kernel["udp6-in-csum-errors"]' "$t/show")" "$(errors)"
try "an event for each sender" wait_for '[ "$(jq -r .sender $t/events | sort -u | wc -l)" = 2 ]'
# Three packets may take longer than that; its clock and jiffies differ by some.
is "and one a second" "$(jq -s -c 'map(select(.sender == "fd00::1")) | (.[0] | [.kind, .error, .repaired, .dev, ."sender-packets"]) +
	[[.[1:], .[:-1]] | transpose | all(.[0]["time-ns"] - .[1]["time-ns"] > 0.9e9)]' "$t/events")" \
	'["repair","no-pseudo",false,"b0",1,true]'
is "with the packet" "$(jq -r 'select(.sender == "fd00::1") | .summary' "$t/events" | head -n 1 | grep -c 'fd00::1.*4739')" 1
status "repair" 0 ksflow -n "$b" repair add port 4739 mode repair
is "without a word" "$(cat "$t/err")" ""
before=$(errors)
send no-pseudo 4739 3
try "the data arrives" wait_for '[ "$(wc -l <$t/got)" = 5 ]'
is "and the kernel finds no fault" "$(errors)" "$before"
tool -j repair show >"$t/show"
is "the rule is the same, its counters go on" "$(jq -c '.repair.rules[] | [.id, .seen, .right, .wrong, .repaired, .mode]' "$t/show")" \
	'[1,10,2,5,3,"repair"]'
status "in text" 0 ksflow -n "$b" repair show
note "$(cat "$t/out")"
says "the rule" "$t/out" "rule 1: repair port 4739  (tool)"
says "the sender" "$t/out" "fd00::1"
says "the kernel" "$t/out" "Udp6InCsumErrors $before"
kill -TERM $events; wait $events
is "monitor ends well" $? 0
says "with an account" "$t/events.err" "repairs in"
note "$(cat "$t/events.err")"
closes "$b" >"$t/out" || not_ok "the ledger closes" "$(cat "$t/out")"
status "stats --explain" 0 ksflow -n "$b" -j stats --explain
is "explains every counter" "$(jq -c '(.explanations | keys) as $known |
	[(.namespace, .sources, .readers)[] | to_entries[] | select(.value | type == "number") | .key] |
	unique - $known - ["ifindex", "portid", "ring-bytes", "cpus"]' "$t/out")" '[]'
is "events in the ledger" "$(jq -c '.namespace[] | select(.kind == "repair") | [.seen, .seen == .counted + .limited + .selected]' "$t/out")" '[8,true]'
status "metrics" 0 ksflow -n "$b" stats --prometheus
says "by rule" "$t/out" 'ksflow_repair_packets_total{rule="1",port="4739",result="repaired"} 3'
is "one TYPE for each name" "$(grep '^# TYPE' "$t/out" | awk '{ print $3 }' | sort | uniq -d)" ""

# --- rules ---

status "a rule with all words" 0 ksflow -n "$b" repair add port 2055 dev b0 from fd00::/64 to fd00::2 mode repair kinds zero,swapped defrag on
is "as it was given" "$(tool -j repair show | jq -c '.repair.rules[0] | [.id, .port, .dev, .from, .to, .mode, .kinds, .defrag]')" \
	'[2,2055,"b0","fd00::/64","fd00::2/128","repair",["zero","swapped"],true]'
status "a bad word" 2 ksflow -n "$b" repair add port 0
says "is quoted" "$t/err" 'bad port "0": expected 1...65535'
status "del" 0 ksflow -n "$b" repair del 2
status "of no such rule" 1 ksflow -n "$b" repair del 2
says "says so" "$t/err" "there is no rule of this number"
for i in $(seq 63); do tool repair add port $((10000 + i)) mode audit; done
status "a 65th" 1 ksflow -n "$b" repair add port 20000 mode audit
says "is refused" "$t/err" "expected at most 64"
status "del all" 0 ksflow -n "$b" repair del all
is "leaves none" "$(tool -j repair show | jq -c '[.repair.rules, .repair.senders]')" '[[],[]]'
before=$(errors)
send swapped 4739 2
try "and repairs nothing" wait_for '[ "$(errors)" = $((before + 2)) ]'
status "without privilege" 1 setpriv --reuid 65534 --regid 65534 --clear-groups ksflow repair show

# --- senders ---

tool repair add port 4739 mode repair
: >"$t/got"
# 1025 of them, the first again in between: it is the second that goes
sources=$(printf 'fd00:1::%x ' $(seq 1 1024))
# shellcheck disable=SC2086
send other 4739 1 $sources
send other 4739 1 fd00:1::1 fd00:1::ffff
try "all arrive" wait_for '[ "$(wc -l <$t/got)" = 1026 ]'
tool -j repair show >"$t/show"
is "1024 senders at most" "$(jq '.repair.senders | length' "$t/show")" 1024
is "the least recent is out" "$(jq -c '[.repair.senders[].address] | [index("fd00:1::1", "fd00:1::2", "fd00:1::3") != null]' "$t/show")" '[true,false,true]'
is "and counted" "$(jq '.repair["senders-forgotten"]' "$t/show")" 1
tool repair del all

# --- ksflowd ---

cat >"$t/conf" <<'END'
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  repair { port=4739 mode=repair }
  repair { port=2055 dev=b0 from=fd00::/64 }
}
END
ip netns exec "$b" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill -KILL $daemon"
rules() { tool -j repair show | jq -c '[.repair.rules[] | [.port, .mode, .owner]]'; }
try "its rules are in force" wait_for \
	'[ "$(rules)" = "[[2055,\"audit\",\"ksflowd\"],[4739,\"repair\",\"ksflowd\"]]" ]'
: >"$t/got"
send zero 4739 2
try "and repair" wait_for '[ "$(wc -l <$t/got)" = 2 ]'
id=$(tool -j repair show | jq '.repair.rules[] | select(.port == 4739) | .id')
status "the tool cannot delete them" 1 ksflow -n "$b" repair del "$id"
says "and says whose they are" "$t/err" "this rule is ksflowd's"
tool repair add port 4739 mode audit
before=$(errors)
send swapped 4739 2
try "but override them" wait_for '[ "$(errors)" = $((before + 2)) ]'
tool reset
send swapped 4739 2
try "until a reset" wait_for '[ "$(wc -l <$t/got)" = 4 ]'
sed -i '/port=2055/d' "$t/conf"
kill -HUP $daemon
try "SIGHUP: what differs" wait_for '[ "$(rules)" = "[[4739,\"repair\",\"ksflowd\"]]" ]'
is "the other one goes on counting" "$(tool -j repair show | jq -c '.repair.rules[0] | [.id, .repaired]')" "[$id,4]"
kill -TERM $daemon; wait $daemon
try "and its rules go" wait_for '[ "$(rules)" = "[]" ]' 20
kill $collector; wait $collector 2>/dev/null

# --- parameters ---

unload
fails "a bad port" load repair_ports=0
fails "and another" load audit_ports=4739,
load repair_ports=4739,2055 audit_ports=6343,2055
is "rules of the initial namespace" "$(ksflow -j repair show | jq -c '[.repair.rules[] | [.port, .mode, .owner]]')" \
	'[[4739,"repair","param"],[2055,"repair","param"],[6343,"audit","param"]]'
is "of no other" "$(rules)" "[]"
