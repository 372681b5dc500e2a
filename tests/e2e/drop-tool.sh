# SPDX-License-Identifier: GPL-2.0
# Drops in the tool and in ksflowd: settings and whose they are, counters, live
# records, filters, capture files, metrics, discard samples.
#
#   namespace a                    namespace b
#     a0 10.0.0.1  ------------------  b0 10.0.0.2   a firewall, ksflowd, collector
#
# vm: timeout=300

. ./lib.sh

load
new_ns a b
# No packet but ours: what is solicited and reported now and then is dropped, too.
for ns in "$a" "$b"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
veth "$a" a0 "$b" b0
addr "$a" a0 10.0.0.1/24
addr "$b" b0 10.0.0.2/24
in_b() { ip netns exec "$b" "$@"; }
tool() { ksflow -n "$b" "$@"; }
# start ARGUMENT...: ksflow in b in the background, live when this returns
start() {
	rm -f "$t/ready"
	ip netns exec "$b" ksflow "$@" --ready-file "$t/ready" >"$t/mon" 2>"$t/mon.err" & monitor=$!
	wait_for '[ -e $t/ready ] || ! kill -0 $monitor'
}
finish() { kill -TERM "$monitor" 2>/dev/null; wait "$monitor"; }

# What b drops: UDP to 7777 in its firewall, UDP to 8888 for want of a socket,
# what it sends itself to 10.0.0.99 port 9999 in the firewall too.
cat >"$t/rules" <<'END'
table inet t {
	chain input { type filter hook input priority 0; udp dport 7777 drop; }
	chain output { type filter hook output priority 0; ip daddr 10.0.0.99 drop; }
}
END
in_b nft -f "$t/rules"
in_b sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000 \
	net.ipv4.icmp_msgs_burst=10000
# send COUNT PORT: UDP from a to b, 82-byte frames
send() { udp "$a" 10.0.0.2 "$2" "$1" xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx; }
ip netns exec "$a" ping -q -c 1 10.0.0.2 >"$t/ping"
names=yes
tool -j drop show >"$t/show" && [ "$(jq '.drop["kernel-names-reasons"]' "$t/show")" = true ] ||
	names=
# as JSON, and the call sites of a firewall that kernels have
firewall=null names_firewall=nf_hook_slow
[ ! "$names" ] || firewall='"NETFILTER_DROP"' names_firewall=NETFILTER_DROP

# --- settings ---

is "off by default, and built in" "$(jq -c '.drop | [.state, .["state-owner"], .limit, .burst, .sw, .hw]' "$t/show")" \
	'["off","builtin",100,0,true,true]'
is "nothing was counted" "$(jq -c '[.sites, .traps, .interfaces]' "$t/show")" '[[],[],[]]'
status "drop set" 0 ksflow -n "$b" drop set limit 50 burst 5 hw off hide default,-OTHERHOST
tool -j drop show >"$t/show"
is "what was set, and whose it is" \
	"$(jq -c '.drop | [.state, .["state-owner"], .limit, .["limit-owner"], .burst, .hw, .["hw-owner"], .sw, .["sw-owner"], .hide, .["hide-owner"]]' "$t/show")" \
	'["off","builtin",50,"tool",5,false,"tool",true,"builtin",["default","-OTHERHOST"],"tool"]'
status "show has it too" 0 ksflow -n "$b" show
says "in text" "$t/out" "limit 50/s (tool)"
status "a bad word" 2 ksflow -n "$b" drop set limit many
says "is quoted" "$t/err" 'bad limit "many": expected 1...1000000000 a second, or unlimited'
status "reset" 0 ksflow -n "$b" reset
is "forgets all" "$(tool -j drop show | jq -c '.drop | [.limit, .["limit-owner"], .hide]')" '[100,"builtin",[]]'
status "without privilege" 1 setpriv --reuid 65534 --regid 65534 --clear-groups ksflow drop show

# --- monitor while it is off ---

start monitor drops
says "off: it waits, and says how to turn it on" "$t/mon.err" "ksflow drop set state on"
send 3 7777
status "state on" 0 ksflow -n "$b" drop set state on
send 3 7777
wait_for '[ "$(wc -l <$t/mon)" -ge 3 ]'
is "it sees what comes then" "$(grep -c '7777 UDP' "$t/mon")" 3
finish; is "and ends well" $? 0
between "with an account" "$(sed -n 's/ drops in.*//p' "$t/mon.err")" 3 9
says "nothing lost" "$t/mon.err" "lost 0 (ring 0, reader 0); over the limit 0"
note "$(head -n 1 "$t/mon")"
[ ! "$names" ] ||
	says "reason, site, code" "$t/mon" "b0->- NETFILTER_DROP at "
says "sFlow's code" "$t/mon" "(258 acl)"

# --- JSON, process, output interface ---

start -j monitor drops
send 1 7777
send 1 8888
udp "$b" 10.0.0.99 9999
wait_for '[ "$(wc -l <$t/mon)" -ge 3 ]'
finish
one() { jq -c "select(.summary | test(\"$1\")) | $2" "$t/mon"; }
is "firewall, input" "$(one :7777 '[.kind, .reason, ."sflow-code", ."sflow-name", ."in-dev", .dev, ."out-dev", ."header-protocol", ."len-bytes"]')" \
	"[\"drop\",$firewall,258,\"acl\",\"b0\",\"b0\",null,1,82]"
try "its function" grep -qxE '"(nft_do_chain|nf_hook_slow)"' <(one :7777 .function)
is "no socket" "$(one :8888 '[.reason, ."sflow-code"]')" \
	"$([ "$names" ] && echo '["NO_SOCKET",3]' || echo '[null,289]')"
is "firewall, output: no MAC header, the process" \
	"$(one :9999 '[."sflow-code", ."header-protocol", .comm, (.pid > 1), .dev, ."in-dev"]')" \
	'[258,11,"bash",true,null,null]'
inode=$(in_b stat -Lc %i /proc/self/ns/net)
is "the namespace" "$(jq -s -c '[.[].netns] | unique' "$t/mon")" "[$inode]"

# --- filters ---

start monitor drops filter udp dst port 7777
send 2 8888
send 2 7777
wait_for '[ "$(wc -l <$t/mon)" -ge 2 ]'
finish
is "a pcap expression" "$(grep -c ':7777 UDP' "$t/mon") $(wc -l <"$t/mon")" "2 2"
between "the rest is filtered" \
	"$(sed -n 's/.*filtered \([0-9]*\).*/\1/p' "$t/mon.err")" 2 9
start monitor drops filter 'host 10.0.0.99'
in_b ping -c 1 -W 1 10.0.0.99 >"$t/ping" 2>&1
send 1 7777
wait_for '[ -s $t/mon ]'
finish
is "on packets without an Ethernet header" "$(grep -c '10.0.0.2 > 10.0.0.99 ICMP' "$t/mon") $(wc -l <"$t/mon")" "1 1"
start monitor drops reason 'nf*'
send 1 8888
send 1 7777
wait_for '[ -s $t/mon ]'
finish
is "by function" "$(grep -c ':7777 UDP' "$t/mon") $(wc -l <"$t/mon")" "1 1"
start monitor drops dev 'lo'
send 1 7777
finish
is "another interface's are not shown" "$(wc -l <"$t/mon")" 0
status "a filter that is none" 2 ksflow -n "$b" monitor drops filter udp porty 7
says "in libpcap's words" "$t/err" 'bad filter "udp porty 7":'
tool dev set b0 rate 1 dir rx
start monitor filter 'udp port 4242'
send 2 4243
send 2 4242
wait_for '[ "$(wc -l <$t/mon)" -ge 2 ]'
finish
is "samples have the filter too" "$(grep -c ':4242 UDP' "$t/mon") $(wc -l <"$t/mon")" "2 2"
tool dev del b0

# --- counters ---

tool -j drop show >"$t/before"
start monitor drops
send 10 7777
wait_for '[ "$(wc -l <$t/mon)" -ge 10 ]'
finish
tool -j drop show >"$t/after"
count() { jq '[.sites[] | select(."sflow-code" == 258) | .packets] | add' "$1"; }
is "counted by call site" $(($(count "$t/after") - $(count "$t/before"))) 10
seen() { jq '[.interfaces[] | select(.dev == "b0") | .packets] | add' "$1"; }
between "by interface" $(($(seen "$t/after") - $(seen "$t/before"))) 10 40
status "in text" 0 ksflow -n "$b" drop show
says "a table of sites" "$t/out" "call site"
note "$(cat "$t/out")"
status "drop top -1" 0 ksflow -n "$b" drop top -1
note "$(cat "$t/out")"
says "has the reason of what was dropped before" "$t/out" "$names_firewall"
rm -f "$t/top"
ip netns exec "$b" ksflow -j drop top >"$t/top" & top=$!
wait_for '[ -s $t/top ]'
send 5 7777
try "a document a second, with the last flow" wait_for \
	'tail -n 1 $t/top | jq -e ".rows[] | select(.\"last-flow\" // \"\" | test(\":7777 UDP\"))"'
kill -TERM $top; wait $top
ended=$?
is "its interfaces" "$(tail -n 1 "$t/top" | jq -c '.rows[] | select(."last-flow" // "" | test(":7777")) | [."in-dev", ."sflow-code", .packets > 10]')" \
	'["b0",258,true]'
is "the rate, when it came" "$(jq -s '[.[].rows[] | select(."sflow-code" == 258) | ."per-second"] | max > 1' "$t/top")" true
is "it ends well" $ended 0

# --- the limit ---

tool drop set limit 5 burst 5
start -j monitor drops
began=$SECONDS
send 100 7777
tool stats >"$t/stats"
finish
between "a burst, and a few more" "$(wc -l <"$t/mon")" 5 $((15 + 5 * (SECONDS - began)))
limited=$(sed -n 's/.*over the limit \([0-9]*\).*/\1/p' "$t/mon.err")
between "the others are over the limit" $(($(wc -l <"$t/mon") + ${limited:-0})) 100 110
is "drops in the records go up to it" "$(jq -s '[.[].drops] | . == sort' "$t/mon")" true
tool drop set limit unlimited
says "the ledger closes" "$t/stats" "the ledger closes"
status "stats --explain" 0 ksflow -n "$b" -j stats --explain
is "explains every counter" "$(jq -c '(.explanations | keys) as $known |
	[(.namespace, .sources, .readers)[] | to_entries[] | select(.value | type == "number") | .key] |
	unique - $known - ["ifindex", "portid", "ring-bytes", "cpus"]' "$t/out")" '[]'
is "closes" "$(jq .closes "$t/out")" true

# --- metrics ---

status "stats --prometheus" 0 ksflow -n "$b" stats --prometheus
says "is up" "$t/out" "ksflow_up 1"
is "drops by reason are the counters" \
	"$(sed -n 's/^ksflow_drop_reason_packets_total{.*sflow_code="258".*} //p' "$t/out" | awk '{ s += $1 } END { print s }')" \
	"$(tool -j drop show | jq '[.sites[] | select(."sflow-code" == 258) | .packets] | add')"
says "by device" "$t/out" 'ksflow_drop_device_packets_total{device="b0"} '
says "the ledger" "$t/out" 'ksflow_ledger_total{kind="drop",cause="limited"} '
is "one TYPE for each name" "$(grep '^# TYPE' "$t/out" | awk '{ print $3 }' | sort | uniq -d)" ""

# --- pcapng ---

start monitor drops reason acl -w "$t/pcapng" --count 2
send 1 7777
# One after the other: of two in the rings, the lower CPU's is the first.
wait_for '[ "$(tool -j stats | jq "[.readers[].delivered] | add")" -ge 1 ]'
in_b ping -c 1 -W 1 10.0.0.99 >"$t/ping" 2>&1
wait $monitor
# tcpdump reads one link type only, and says so at the second.
is "a capture: a frame" "$(tcpdump -nr "$t/pcapng" 2>"$t/err" | grep -c 'IP 10.0.0.1.* 10.0.0.2.7777: UDP')" 1
says "and a packet that has no link header yet" "$t/err" "type 101"
try "with site and code in the comment" grep -qaE 'site [a-z_0-9.+/x]+( \[nf_tables\])? sflow 258 acl in b0' "$t/pcapng"
if command -v tshark >/dev/null; then
	rm -f "$t/ready"
	ip netns exec "$b" ksflow monitor drops reason acl -w - --count 2 --ready-file "$t/ready" 2>/dev/null |
		tshark -r - -T fields -e frame.interface_name -e frame.comment >"$t/tshark" 2>"$t/err" & pipe=$!
	wait_for '[ -e $t/ready ]'
	send 2 7777
	wait $pipe
	is "-w - | tshark -r -" "$(grep -cE '^b0	.*sflow 258 acl in b0' "$t/tshark")" 2 ||
		note "$(cat "$t/tshark" "$t/err")"
fi
# Those of the other kernels: tool-tshark.sh
cp "$t/pcapng" "$OUT/drops.pcapng"
tool reset

# --- ksflowd ---

cat >"$t/conf" <<'END'
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  pcap { dev=b0 sampling=1000 }
  dropmon { start=on limit=50 sw=on hw=on hide=default group=1 }
}
END
collector() {
	rm -f "$t/cready"
	ip netns exec "$b" python3 ./sflow.py -w "$t/samples" --ready "$t/cready" & collector=$!
	wait_for 'test -e $t/cready'
}
on_exit 'kill -KILL $daemon $collector'
daemon() { ip netns exec "$b" ksflowd --foreground --verbose -f "$t/conf" 2>>"$t/log" & daemon=$!; }
collector
daemon
try "it starts" wait_for 'grep -q ": sampling" $t/log'
try "says what it ignores" grep -q "dropmon: group: not needed here" "$t/log"
try "its settings are in force" wait_for \
	'[ "$(tool -j drop show | jq -c ".drop | [.state, .[\"state-owner\"], .limit, .[\"limit-owner\"]]")" = "[\"on\",\"ksflowd\",50,\"ksflowd\"]" ]'
send 3 7777
discards() { jq -c "select(.kind == \"discard\" and ($1))" "$t/samples" 2>/dev/null; }
try "discard samples arrive" wait_for '[ "$(discards ".reason == 258" | wc -l)" -ge 3 ]'
b0=$(in_b cat /sys/class/net/b0/ifindex)
is "source and interfaces" "$(discards '.reason == 258' | jq -s -c '[.[] | [.source, .input, .output]] | unique')" \
	"[[\"0:$b0\",$b0,0]]"
is "a sequence of its own" "$(discards ".source == \"0:$b0\"" | jq -s -c '[.[].sequence] | . == [range(1; 1 + length)]')" true
is "function and reason" "$(discards '.reason == 258' | jq -s -c '[.[].records | [has("1"), has("1038"), has("1042"), has("1043"), has("1041")]] | unique')" \
	"[[true,true,$([ "$names" ] && echo true || echo false),true,false]]"
is "frame length" "$(discards '.reason == 258' | jq -s -c '[.[].records["1"] | [.protocol, .frame_length, .stripped]] | unique')" '[[1,86,4]]'
# One at a time, and most of them: the guest may stand still.
for i in 1 2 3 4 5; do
	n=$(discards '.reason == 258' | wc -l)
	send 1 7777
	wait_for '[ "$(discards ".reason == 258" | wc -l)" -gt $n ]'
done
between "within a second of the packet, ms" "$(discards '.reason == 258' |
	jq -s '[.[-5:][] | (.received_ns - .records["1043"].time_ns) / 1000000] | sort | .[2]')" 0 1000
in_b ping -c 1 -W 1 10.0.0.99 >"$t/ping" 2>&1
try "one of no known source: 0:0, IPv4 header" wait_for \
	'[ "$(discards ".source == \"0:0\" and .records[\"1\"].protocol == 11" | wc -l)" -ge 1 ]'
is "nothing is malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""
is "no datagram has both" "$(jq -s -c '[group_by(.datagram)[] | [.[].kind] | unique | select(length > 1)]' "$t/samples")" "[]"

# Our own: nobody listens any more, and each datagram is answered by an error.
kill -KILL $collector; wait $collector 2>/dev/null
own() { tool -j stats | jq '.namespace[] | select(.kind == "drop") | .own'; }
before=$(own)
send 20 7777
try "our own datagrams are counted as own" wait_for '[ "$(own)" -gt "$before" ]'
: >"$t/samples"
collector
wait_for 'send 1 7777; [ "$(discards true | wc -l)" -ge 1 ]'
is "and not reported" "$(discards '.records["1"].header | test("7f0000017f000001....18c7")')" ""

# SIGHUP: what differs.
sed -i 's/limit=50/limit=7/' "$t/conf"
kill -HUP $daemon
try "SIGHUP: a new limit" wait_for '[ "$(tool -j drop show | jq .drop.limit)" = 7 ]'
sed -i 's/start=on/start=off/' "$t/conf"
kill -HUP $daemon
try "SIGHUP: off" wait_for '[ "$(tool -j drop show | jq -r .drop.state)" = off ]'
is "and it reads drops no more" "$(tool -j show | jq -c '[.readers[] | select(.owner) | .kind]')" '["sample"]'
sed -i 's/start=off/start=on/' "$t/conf"
kill -HUP $daemon
try "SIGHUP: on again" wait_for '[ "$(tool -j show | jq -c "[.readers[] | select(.owner) | .kind]")" = "[\"sample\",\"drop\"]" ]'
: >"$t/samples"
send 1 7777
try "samples arrive" wait_for '[ "$(discards ".reason == 258" | wc -l)" -ge 1 ]'
status "check" 0 ksflow -n "$b" check
says "knows what the kernel can do" "$t/out" "$([ "$names" ] && echo "this kernel names the reasons" || echo "gives drops no reason")"
note "$(cat "$t/out")"
kill -TERM $daemon; wait $daemon
is "it ends well" $? 0
try "and its settings go" wait_for '[ "$(tool -j drop show | jq -r .drop.state)" = off ]' 20

# Nobody reads samples.
ip netns exec "$b" ksflow monitor repairs --ready-file "$t/repairs" >/dev/null 2>&1 & reader=$!
wait_for '[ -e $t/repairs ]'
status "check: a reader of repairs" 1 ksflow -n "$b" check
says "is none of samples" "$t/out" "nobody reads the samples"
kill $reader; wait $reader

ip netns exec "$b" ksflow -j drop top >"$t/top" 2>"$t/err" & top=$!
wait_for '[ -s $t/top ]'
wait_for unload
wait $top
is "drop top: the module goes" "$? $(cat "$t/err")" "3 ksflow: the kernel module ksflow was unloaded"
