# SPDX-License-Identifier: GPL-2.0
# ksflowd's life: what it does when its configuration, its collector, its
# module or itself goes away and comes back.
#
#   namespace a                    namespace r
#     a0 10.0.0.1  ------------------  r0 10.0.0.2   ksflowd, collector on lo
#   namespace q
#     r0, of a pair                                  ksflowd, killed for good
#
# vm: timeout=300

. ./lib.sh

load
new_ns a r q
veth "$a" a0 "$r" r0
addr "$a" a0 10.0.0.1/24 fd00::1/64
addr "$r" r0 10.0.0.2/24 fd00::2/64
veth "$q" r0 "$q" r1
in_r() { ip netns exec "$r" "$@"; }

# conf [TEXT]: every packet of r0 is a sample, counters every second
conf() {
	cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 1
  pcap { dev=r0 sampling=${1-1} }
  ${2-}
}
END
}

# ksflowd's and the collector's pids are kept; a function in the background
# would be a shell between us and them.
daemon() {
	ip netns exec "$r" ksflowd --foreground --verbose -f "$t/conf" \
		2>>"$t/log" "$@" & daemon=$!
}
collector() {
	rm -f "$t/ready"
	ip netns exec "$r" $python ./sflow.py -w "$t/samples" \
		--ready "$t/ready" & collector=$!
	wait_for 'test -e $t/ready'
}
stop() { kill -"${2:-TERM}" "$1"; wait "$1" 2>/dev/null; }
on_exit 'kill -KILL $daemon $collector'

lines() { grep -cF -- "$1" "$t/log"; }
# samples JQ-CONDITION: how many lines of the collector hold it
samples() { jq -c "select($1)" "$t/samples" 2>/dev/null | wc -l; }
ping_r() { ip netns exec "$a" ping -q -c "${1:-1}" -i 0.1 10.0.0.2; }
# Pings until a flow sample with this in it arrives.
flows() {
	local deadline=$((SECONDS + 30))
	: >"$t/samples"
	until [ "$(samples ".kind == \"flow\" and ($1)")" != 0 ]; do
		[ "$SECONDS" -lt "$deadline" ] || return 1
		ping_r >"$t/ping"
	done
}
rule() { ksflow -n "${1-$r}" show | grep -q 'rule .*r0 .*ksflowd'; }

# --- start, and what is sent ---

conf
collector
daemon
try "it starts sampling" wait_for 'logged "module ksflow" && rule'
try "samples arrive" flows '.rate == 1'
try "counters arrive" wait_for \
	'[ $(samples ".kind == \"counters\"") -ge 2 ]'
is "nothing is malformed" "$(samples '.kind == "error"')" 0
is "the agent is our address" \
	"$(jq -r .agent "$t/samples" | sort -u)" 10.0.0.2
is "CAP_NET_ADMIN is all it keeps" \
	"$(awk '/^Cap(Prm|Eff|Bnd)/ { print $2 }' /proc/$daemon/status | sort -u)" \
	0000000000001000
is "it refuses itself system calls, and has no way back" \
	"$(awk '/^(NoNewPrivs|Seccomp):/ { print $2 }' /proc/$daemon/status | xargs)" "1 2"

state=$(grep -l "^pid=$daemon$" /run/ksflowd/*.auto)
is "its state file logged what it does" "$(grep -E '^(polling|agentIP|config|collector)=' "$state" | sort | tr '\n' ' ')" \
	"agentIP=10.0.0.2 collector=127.0.0.1 config=$t/conf polling=1 "

try "ksflow show: up, how often, where" test "$(in_r ksflow show |
	grep -E -c "^ksflowd +up, process $daemon, direction both, polling 1 s, agent 10.0.0.2, file $t/conf$|^collector 127.0.0.1 port 6343: ready, sent [0-9]+, refused 0,")" = 2
is "ksflow -j show: the same" "$(in_r ksflow -j show | jq -c '.ksflowd |
	[.enabled, ."polling-s", .agent, .collectors[0].port, .collectors[0].ready]')" \
	'[true,1,"10.0.0.2",6343,true]'

# --- killed, in q for good, in r to be started again ---

ip netns exec "$q" ksflowd --foreground -f "$t/conf" 2>"$t/log.q" & orphan=$!
on_exit 'kill -KILL $orphan'
try "another namespace, another ksflowd" wait_for 'rule $q'
killed=$EPOCHREALTIME
stop $orphan KILL
try "SIGKILL: its settings stay for a moment" rule "$q"
( while rule "$q"; do sleep 0.05; done; echo "$EPOCHREALTIME" >"$t/gone" ) & on_exit "kill $!"
# A look at the rule that does not find it is a gap.
( while sleep 0.05; do rule || echo gap; echo >>"$t/looks"; done >"$t/gaps" ) & watcher=$!
on_exit "kill $watcher"
restarted=$SECONDS
stop $daemon KILL
daemon
try "started again" wait_for '[ $(lines ": sampling") -ge 2 ]'
try "samples arrive" flows '.rate == 1'

# --- a second one ---

ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/second" & second=$!
try "a second ksflowd logged who is in its way" wait_for \
	'grep -q "another ksflowd runs" $t/second'
try "and the first goes on" flows true
stop $second
is "and ends well" "$?" 0

# --- SIGHUP ---

conf 7
: >"$t/log"
# The last line may be half written.
datagram() { tail -n 2 "$t/samples" | jq -R 'fromjson? | .datagram' | tail -n 1; }
sequence=$(datagram)
kill -HUP $daemon
try "SIGHUP: the state file has a new revision" wait_for \
	'grep -q "^rev_end=[1-9]" $state && ! grep -q "^rev_end=1$" $state'
try "SIGHUP: a new rate" wait_for 'in_r ksflow dev show r0 | grep -qw 7'
conf 1
kill -HUP $daemon
try "and back" wait_for 'in_r ksflow dev show r0 | grep -qw "r0 *[0-9]* *1"'
flows true
try "without a new start" test "$(datagram)" -gt "$sequence"
conf 1 "ringBytes = 131072"
kill -HUP $daemon
try "SIGHUP: rings" wait_for 'in_r ksflow show | grep -q "^ring .*131072 bytes"'
conf 1 "ringBytes = 262144"
kill -HUP $daemon
try "SIGHUP: other rings" wait_for 'in_r ksflow show | grep -q "^ring .*262144 bytes"'
conf 1 "polling = often"
kill -HUP $daemon
try "a broken file is named, with line and expectation" wait_for \
	'logged "$t/conf:5: \"often\": expected a number, 0...86400"'
try "the old one stays" flows '.rate == 1'
conf 1 "ringBytes = 262144"
kill -HUP $daemon
try "an unchanged file changes nothing" wait_for 'logged "nothing has changed"'

# --- interfaces by a regular expression, which come later ---

conf 1 "ringBytes = 262144 pcap { dev.pattern=^p[0-9]+$ sampling=9 }"
kill -HUP $daemon
: >"$t/log"
ip -n "$r" link add p7 type dummy
ip -n "$r" link add p7x type dummy
try "dev.pattern: one that comes has its rule" wait_for \
	'in_r ksflow dev show p7 | grep -qw 9'
ip -n "$r" link set p7 name q7
try "dev.pattern: renamed, it has none" wait_for \
	'! in_r ksflow dev show q7 | grep -qw 9'
is "dev.pattern: what does not match has none" \
	"$(in_r ksflow dev show p7x | grep -cw 9)" 0
try "--check logged the rate of each" test "$(ip netns exec "$r" \
	ksflowd --check "$t/conf" 2>/dev/null | awk '$2 == "r0" { print $3, $4 }')" = "1 both"
conf 1 "ringBytes = 262144 json { }"
fails "--strict: what is not offered is an error" ksflowd --strict --check "$t/conf"
try "which it is not otherwise" ksflowd --check "$t/conf"
printf 'sflow {\n po\033[31mll = 1\n}\n' >"$t/esc"
is "--check: words of a file are no commands to a terminal" \
	"$(ksflowd --check "$t/esc" 2>&1 | grep -cF '"po?[31mll": expected')" 1
conf 1 "ringBytes = 262144"
kill -HUP $daemon

# --- what the module does not take, for now ---

if grep -q /nf_defrag_ipv6.ko "/lib/modules/$(uname -r)/modules.builtin"; then
	skip "what the module does not take is tried again" "nf_defrag_ipv6 is built in"
elif ! grep -q '^nf_defrag_ipv6 ' /proc/modules || modprobe -r nf_conntrack nf_defrag_ipv6; then
	on_exit "echo $(cat /proc/sys/kernel/modprobe) >/proc/sys/kernel/modprobe"
	modprobe=$(cat /proc/sys/kernel/modprobe)
	echo /bin/false >/proc/sys/kernel/modprobe
	conf 1 "ringBytes = 262144 repair { port=4739 defrag=on }"
	: >"$t/log"
	kill -HUP $daemon
	try "a refusal is said" wait_for 'logged "no module nf_defrag_ipv6"'
	kill -HUP $daemon
	try "it is no news the next time" wait_for '[ $(lines "has not got its rules yet") = 2 ]'
	echo "$modprobe" >/proc/sys/kernel/modprobe
	try "taken as soon as it can be" wait_for 'in_r ksflow repair show | grep -qw 4739'
	is "said once" "$(lines "no module nf_defrag_ipv6")" 1
	conf 1 "ringBytes = 262144"
	kill -HUP $daemon
	try "and gone again" wait_for '! in_r ksflow repair show | grep -qw 4739'
else
	skip "what the module does not take is tried again" "nf_defrag_ipv6 is in use"
fi

# --- what takes a restart ---

conf 1 "ringBytes = 262144 collector { ip=127.0.0.1 udpport=6344 namespace=$q }"
: >"$t/log"
kill -HUP $daemon
try "a first namespace= takes a restart: said" wait_for \
	'logged "collector 127.0.0.1 namespace=$q: takes a restart"'
try "the old configuration stays" flows '.rate == 1'
conf 1 "ringBytes = 262144"
kill -HUP $daemon
try "it was not taken in part" wait_for 'logged "nothing has changed"'

# --- the collector goes and comes ---

stop $collector
ping_r 5 >"$t/ping"
try "without a collector it goes on" wait_for 'kill -USR1 $daemon
	grep -q "collector 127.0.0.1:6343: .*refused [1-9]" $t/log'
collector
try "the collector is back: samples arrive" flows true
is "and are whole" "$(samples '.kind == "error"')" 0

# --- what became of the settings of those killed ---

wait_for '[ -s "$t/gone" ]' 30
gone=$(cat "$t/gone")
between "they are gone after ten seconds" \
	"$(((${gone/./} - ${killed/./}) / 1000))" 9000 20000
wait_for '[ $SECONDS -ge $((restarted + 13)) ]' 20
kill $watcher; wait $watcher 2>/dev/null
is "SIGKILL and a restart: no gap in the settings" "$(sort -u "$t/gaps")" ""
between "seen often enough to know" "$(wc -l <"$t/looks")" 20 1000000
try "samples arrive" flows '.rate == 1'

# --- more interfaces than the module has rules ---

# Names that have nothing in common: numbers would share a rule.
for i in {a..z}{a..j}; do echo "link add m$i type dummy"; done | ip -n "$q" -batch -
cat >"$t/many" <<'END'
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 1
  pcap { dev.pattern=^(m|n)[a-z]+$ sampling=9 }
}
END
ip netns exec "$q" ksflowd --foreground -f "$t/many" 2>"$t/log.q" & many=$!
on_exit 'kill -KILL $many'
try "more than 256 rules: said" wait_for 'grep -qF "more than 256 rules" $t/log.q'
try "counters go out all the same" wait_for 'kill -USR1 $many
	grep -q "[1-9][0-9]* counter samples" $t/log.q'
is "it has no rules" "$(ksflow -n "$q" show | grep -c '^rule')" 0
for i in a{a..h}; do echo "link del m$i"; done | ip -n "$q" -batch -
try "fewer: it has them" wait_for 'ksflow -n "$q" dev show mzj | grep -qw 9'
is "said once" "$(grep -cF "more than 256 rules: " "$t/log.q")" 1
stop $many

# --- the module goes and comes ---

: >"$t/log"
# ksflowd may just be asking it something.
wait_for unload
try "module removed: it logged so" wait_for 'logged "is not loaded"'
: >"$t/samples"
# By their length: one of before may still be on its way.
ip netns exec "$a" ping -q -c 3 -i 0.1 -s 200 10.0.0.2 >"$t/ping"
try "counters go on" wait_for '[ $(samples ".kind == \"counters\"") -ge 4 ]'
is "samples do not" "$(samples '.kind == "flow" and .records["1"].frame_length > 200')" 0
load
try "module back: it is found, and told the rules" wait_for rule
try "samples arrive" flows '.rate == 1'
# What it has no time to see, it does not say.
for i in 1 2 3; do
	wait_for unload
	wait_for '[ $(lines "is not loaded") -gt $i ]'
	load
	wait_for '[ $(lines ": sampling") -gt $i ]'
done
try "three times more" wait_for rule
try "samples arrive" flows '.rate == 1'
is "it said so once each time" "$(lines 'is not loaded')" \
	"$(lines ': sampling')"

# --- it ends ---

# Nothing is held back at the end: what was taken is sent.
: >"$t/samples"
ping_r 1 >"$t/ping"
kill -TERM $daemon; wait $daemon
is "SIGTERM: a clean exit" "$?" 0
try "SIGTERM: no state is left" test ! -e "$state"
try "the last samples are sent" wait_for \
	'[ $(samples ".kind == \"flow\" and (.records[\"1\"].header | test(\"0a0000010a000002(08|00)00\"))") -ge 1 ]'

# --- started without, and before, the module ---

unload
: >"$t/log"
daemon
try "no module: it logged so" wait_for 'logged "is not loaded"'
load
try "it comes: samples arrive" flows '.rate == 1'
stop $daemon

# --- systemd's view ---

$python - "$t/notify" >"$t/states" <<'END' & notify=$!
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
while True:
    for line in s.recv(4096).decode().split('\n'):
        print(line.split('=')[0] + '=' + line.split('=')[1][:1], flush=True)
END
wait_for 'test -S $t/notify'
NOTIFY_SOCKET=$t/notify ip netns exec "$r" ksflowd --foreground \
	-f "$t/conf" 2>>"$t/log" & daemon=$!
try "READY=1 is sent" wait_for 'grep -qx READY=1 $t/states'
try "STATUS too" wait_for 'grep -q STATUS=m $t/states'
kill -HUP $daemon
try "RELOADING=1, then READY=1" wait_for '[ "$(grep -E "RELO|READY" $t/states | tr -d "\n")" = READY=1RELOADING=1READY=1 ]'
stop $daemon
try "STOPPING=1" wait_for 'grep -qx STOPPING=1 $t/states'
kill $notify

# --- without standard files: what is logged goes nowhere ---

: >"$t/samples"
ip netns exec "$r" ksflowd --foreground -f "$t/conf" <&- >&- 2>&- & daemon=$!
try "no standard files: samples arrive, and are whole" flows '.rate == 1'
is "nor does it write into a socket" "$(readlink /proc/$daemon/fd/{0,1,2} | sort -u)" /dev/null
stop $daemon

# --- with the capabilities that the unit gives it ---

caps=$(sed -n 's/^CapabilityBoundingSet=//p' /usr/local/lib/systemd/system/ksflowd.service |
	sed 's/CAP_/+/g; s/ /,/g' | tr '[:upper:]' '[:lower:]')
ip netns exec "$q" setpriv --bounding-set "-all,$caps" --inh-caps -all \
	ksflowd --foreground -f "$t/conf" 2>>"$t/log" & daemon=$!
try "the unit's: another namespace has another state file" \
	wait_for 'grep -qx "pid=$daemon" /run/ksflowd/ksflowd-$(stat -Lc %i /run/netns/$q).auto'
stop $daemon

# --- no file ---

[ ! -e /etc/ksflowd.conf ] || mv /etc/ksflowd.conf "$t/saved"
on_exit "mv $t/saved /etc/ksflowd.conf"
: >"$t/log"
ip netns exec "$r" ksflowd --foreground 2>>"$t/log" & daemon=$!
try "no file: said, with what holds" wait_for \
	'logged "no /etc/ksflowd.conf: collector 127.0.0.1:6343"'
try "no file: no rules" wait_for 'in_r ksflow show | grep -q "reader .*ksflowd" && ! in_r ksflow show | grep -q "^rule"'
stop $daemon
: >"$t/log"
COLLECTOR="10.0.0.9 127.0.0.1" SAMPLING=77 ip netns exec "$r" ksflowd \
	--foreground 2>>"$t/log" & daemon=$!
try "no file: the environment has its say" wait_for \
	'logged "collector 127.0.0.1:6343: sending" && in_r ksflow show | grep -q "rule .*77"'
stop $daemon
cp "$t/conf" /etc/hsflowd.conf
on_exit "rm -f /etc/hsflowd.conf"
# As a daemon: the command returns when it works.
try "as a daemon" ip netns exec "$r" ksflowd
try "with hsflowd's file" wait_for rule
daemon=$(pgrep -x ksflowd)
kill $daemon
wait_for '! test -e /proc/$daemon'
is "a relative file, from a directory that is gone: said" "$(mkdir "$t/gone.d" && cd "$t/gone.d" &&
	rmdir "$t/gone.d" && timeout 20 ip netns exec "$r" ksflowd --foreground -f ../conf 2>&1 |
	grep -c 'conf: the current directory has no name')" 1
fails "a file that is not there" ip netns exec "$r" ksflowd -f "$t/none"
