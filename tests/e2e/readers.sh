# SPDX-License-Identifier: GPL-2.0
# vm: timeout=200
#
# Readers as they should not be: slow filters, changed minds, closed sockets. Nobody
# else waits for them, and each ledger closes.
#
#   pktgen --netif_receive--> va | vb        N packets, exactly

. ./lib.sh

modprobe pktgen
ip link add va type veth peer name vb
on_exit "ip link del va; rmmod pktgen"
sysctl -qw net.ipv6.conf.va.disable_ipv6=1 net.ipv6.conf.vb.disable_ipv6=1
ip link set va up; ip link set vb up
load ring=1048576
ksflow dev set va rate 1 dir ingress
serve r $python ./readers.py serve
r() { ask r "$@"; }
# whole NAME: the ledger closes
whole() { is "$1" "$(ksflow -j stats | jq .closes)" true; }
# asks NAME WORDS...: the answer is "."
asks() { local name=$1; shift; try "$name" ask r "$@"; }

# --- a filter that takes its time ---

asks "two readers whose filters take long" open slow1
r open slow2; r subscribe slow1 1 2000; r subscribe slow2 1 2000
flood va 1000
ksflow -j stats >$t/stats & stats=$!
# It has begun to drain when the rings are taken off the readers' hands.
wait_for 'pgrep -x -P $$ ksflow'
try "settings change while they are served" ksflow dev set vb rate 7
kill -0 $stats 2>/dev/null && ok "and they still are" || not_ok "and they still are"
r open quick
asks "and a reader comes" subscribe quick 1
kill -0 $stats 2>/dev/null && ok "and they still are" || not_ok "and they still are"
wait $stats
is "their filters refused all of it" \
	"$(jq -c '[.readers[] | select(.filtered > 0) | .filtered, .closes]' $t/stats)" \
	"[1000,true,1000,true]"
flood va 3000
try "other rings do not wait for them" timeout $((10 * _patience)) \
	$python ./genl.py 5 11.1=u8:3 11.3=u32:524288
# Which was all of the tool's layer.
ksflow dev set va rate 1 dir ingress
whole "the ledger closes"
r close slow1; r close slow2
# What quick has had: all of the second flood, or the first second of it.
r close quick
wait_for '[ "$(ksflow -j stats | jq ".namespace[0][\"ring-bytes\"]")" = null ]'

# --- another kind, later ---

r open a; r open b; r subscribe a 1; r subscribe b 2
ksflow drop set state on limit unlimited hide none
flood va 100
wait_for '[ "$(ksflow -j stats | jq "[.namespace[] | select(.kind == \"drop\").selected] | add")" -ge 100 ]'
asks "a reader of samples wants drops, too" subscribe a 3
whole "the ledger closes"
flood va 10
whole "and after some more"
is "a has had the samples, and later drops" \
	"$(ksflow -j stats | jq -c '[.readers[] | select(.kind == "sample").delivered]')" "[110]"
asks "no drops any more" subscribe a 1
flood va 10
asks "drops again" subscribe a 3
whole "the ledger closes"
ksflow reset
ksflow dev set va rate 1 dir ingress
r close a; r close b

# --- what a source lost goes with it ---

ip link add gone index 4711 type dummy
ip link set gone up
ksflow dev set gone rate 1 dir ingress
r open slow 2304
asks "a reader that is too slow" subscribe slow 1
flood gone 2000
ksflow stats >/dev/null
r read slow >/dev/null
flood gone 1
ksflow stats >/dev/null
between "it lost packets of a device" "$(r read slow | cut -d' ' -f2)" 1 2000
ip link del gone
ip link add gone index 4711 type dummy
ip link set gone up
wait_for 'ksflow -j dev show gone | grep -q "\"rate\":1[,}]"'
flood gone 1
ksflow stats >/dev/null
is "none of another one with its number" "$(r read slow | cut -d' ' -f2)" 0
ip link del gone
r close slow

# --- a port used again ---

r open a
port=$(r port a)
r subscribe a 1
r close a
asks "another socket with the port of a reader that closed its own" open b 0 "$port"
r subscribe b 1
flood va 5
ksflow stats >/dev/null
is "it reads" "$(r read b | cut -d' ' -f1)" 5
is "and is one reader" "$(ksflow -j stats | jq '.readers | length')" 1
r close b

# --- rings that an ordinary user may not have ---

is "what is at work goes on" "$(unshare --user --map-root-user --net \
	$python ./readers.py crowd 2>&1)" "ENOSPC
goes on"
