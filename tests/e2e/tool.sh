# SPDX-License-Identifier: GPL-2.0
# Every verb of ksflow on a live module: text, JSON, exit status, refusals.
#
#   namespace a                    namespace b
#     a0 10.0.0.1  ------------------  b0 10.0.0.2
#
# vm: timeout=300

. ./lib.sh

# json EXPRESSION of the document d, from stdin; lines EXPRESSION of the list of
# documents d. One python answers all: only its start is slow.
cat >"$t/json.py" <<'END'
import json, sys
for line in sys.stdin:
    try:
        way, _, expression = line.partition(" ")
        text = open(sys.argv[1] + "/document").read()
        d = json.loads(text) if way == "json" else \
            [json.loads(l) for l in text.splitlines()]
        r = eval(expression, {"d": d})
        r = json.dumps(r) if isinstance(r, (list, dict, bool)) else r
    except Exception as e:
        r = repr(e)
    print(r, ".", sep="\n", flush=True)
END
serve json $python "$t/json.py" "$t"
answer() {
	cat >"$t/document"
	ask json "$1" "${2//$'\n'/ }"
}
json()  { answer json "$1"; }
lines() { answer lines "$1"; }
# start ARGUMENT...: ksflow monitor in the background, live when this returns
start() {
	rm -f "$t/ready"
	ksflow -n "$a" "$@" --ready-file "$t/ready" >"$t/mon" 2>"$t/mon.err" &
	monitor=$!
	wait_for '[ -e $t/ready ] || ! kill -0 $monitor'
}
# finish [SIGNAL]: the monitor ends; its exit status
finish() {
	[ -z "${1-}" ] || kill "-$1" "$monitor"
	wait "$monitor"
}
pings() { in_ns "$a" ping -q -c "$1" -i 0.01 -s 100 10.0.0.2 >/dev/null; }
drained() { ksflow -n "$a" stats >/dev/null; }

new_ns a b
# No packet but ours: no neighbour discovery, no multicast.
for ns in "$a" "$b"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
veth "$a" a0 "$b" b0
addr "$a" a0 10.0.0.1/24
addr "$b" b0 10.0.0.2/24
ip -n "$a" neigh replace 10.0.0.2 dev a0 nud permanent \
	lladdr "$(in_ns "$b" cat /sys/class/net/b0/address)"
ip -n "$b" neigh replace 10.0.0.1 dev b0 nud permanent \
	lladdr "$(in_ns "$a" cat /sys/class/net/a0/address)"

# --- without the module ---

[ ! -d /sys/module/ksflow ] || rmmod ksflow
status "no module: show exits 3" 3 ksflow show
says "and says what to do" "$t/err" "ksflow check"
status "no module: monitor exits 3" 3 ksflow monitor
status "no module: dev set exits 3" 3 ksflow dev set a0 rate 1
status "no module: check exits 1" 1 ksflow check
says "check gives the command" "$t/out" "-> modprobe ksflow"
status "check in JSON" 1 ksflow -j check
is "is not ok" "$(json 'd["ok"]' <"$t/out")" false
is "with the same command" "$(json '[c["command"] for c in d["checks"] if c["check"] == "module"][0]' \
	<"$t/out")" "modprobe ksflow"

status "no module: metrics" 3 ksflow stats --prometheus
says "say so" "$t/out" "ksflow_up 0"
status "no module: metrics that cannot be written" 1 sh -c 'ksflow stats --prometheus >/dev/full'

fails "no verb of these loaded it" test -d /sys/module/ksflow

load

# --- usage ---

status "--help" 0 ksflow --help
says "on stdout" "$t/out" "Usage: ksflow"
for verb in $(ksflow --words); do
	status "$verb --help" 0 ksflow "$verb" --help
	says "$verb: on stdout" "$t/out" "ksflow $verb"
done
status "unknown verb" 2 ksflow frobnicate
says "quoted, with what was expected" "$t/err" \
	'unknown verb "frobnicate": expected show, dev,'
status "unknown option" 2 ksflow -x
status "bad rate" 2 ksflow dev set a0 rate 16777217
says "quoted, with the range" "$t/err" 'bad rate "16777217": expected 1...16777216'
status "a word too many" 2 ksflow show it
status "unknown namespace" 1 ksflow -n "$a-none" show
for words in show --help "dev --help" --version --words check "stats --prometheus"; do
	status "$words: output that cannot be written" 1 sh -c "ksflow $words >/dev/full"
	says "is reported" "$t/err" "No space left on device"
done

# --- show, dev, reset ---

status "show" 0 ksflow -n "$a" show
says "names the module" "$t/out" "module    $(modinfo -F version ksflow)"
says "nothing is sampled" "$t/out" "no device is sampled here"
says "nobody reads" "$t/out" "no reader"
try "no verb is show" cmp "$t/out" <(ksflow -n "$a")
status "dev set" 0 ksflow -n "$a" dev set a0 rate 7 dir rx
status "dev show" 0 ksflow -n "$a" -j dev show a0
is "what was set is in force, and whose it is" \
	"$(json '[d[0][k] for k in ("dev","rate","rate-auto","dir","rate-owner","dir-owner","tap-owner")]' \
	<"$t/out")" '["a0", 7, false, "ingress", "tool", "tool", "builtin"]'
is "ifindex" "$(json 'd[0]["ifindex"]' <"$t/out")" \
	"$(in_ns "$a" cat /sys/class/net/a0/ifindex)"
status "namespace by path" 0 ksflow -n "/run/netns/$a" -j dev show a0
is "is the same" "$(json 'd[0]["rate"]' <"$t/out")" 7
ip netns exec "$a" sleep 300 & sleeper=$!
on_exit "kill $sleeper"
wait_for '[ "$(readlink /proc/$sleeper/ns/net)" != "$(readlink /proc/self/ns/net)" ]'
status "namespace by process" 0 ksflow -n $sleeper -j dev show a0
is "is the same" "$(json 'd[0]["rate"]' <"$t/out")" 7
status "the other namespace" 0 ksflow -n "$b" -j dev show b0
is "has other settings" "$(json 'd[0]["dir"]' <"$t/out")" off
status "rate off" 0 ksflow -n "$a" dev set a0 rate off
is "is dir off" "$(ksflow -n "$a" -j dev show a0 | json 'd[0]["dir"]')" off
status "a rate" 0 ksflow -n "$a" dev set a0 rate 9
is "turns it on again" \
	"$(ksflow -n "$a" -j dev show a0 | json '[d[0]["dir"], d[0]["rate"]]')" \
	'["once", 9]'
# What the tool has no word for: 8 PSAMPLE, 9 DELAY.
layer "$a" 11.8=u32:7 11.9=u32:50
ksflow -n "$a" dev set a0 rate off
status "a rate, in a layer with more" 0 ksflow -n "$a" dev set a0 rate 9
is "turns it on, and the rest stays" \
	"$(ksflow -n "$a" -j dev show a0 | json '[d[0]["dir"], d[0]["rate"]]') $(ksflow -n "$a" -j show |
	json '[d["settings"]["psample"]["group"], d["settings"]["delay"]["wait-ms"]]')" '["once", 9] [7, 50]'
layer "$a"
ksflow -n "$a" dev set a0 rate 9
status "rate auto" 0 ksflow -n "$a" dev set a0 rate auto
is "is by link speed (veth: 10 Gbit/s)" \
	"$(ksflow -n "$a" -j dev show a0 | json '[d[0]["rate-auto"], d[0]["rate"]]')" \
	'[true, 10000]'
status "a pattern" 0 ksflow -n "$a" dev set 'a*' rate 5
is "comes last, and wins" "$(ksflow -n "$a" -j dev show a0 | json 'd[0]["rate"]')" 5
is "both are shown" \
	"$(ksflow -n "$a" -j show | json '[(r["pattern"], r["owner"]) for r in d["rules"]]')" \
	'[["a0", "tool"], ["a*", "tool"]]'
status "dev del" 0 ksflow -n "$a" dev del 'a*'
is "uncovers the other" "$(ksflow -n "$a" -j dev show a0 | json 'd[0]["rate"]')" 10000
status "dev del of nothing" 1 ksflow -n "$a" dev del 'a*'
says "says so" "$t/err" 'a*'
status "reset dev of nothing" 0 ksflow -n "$a" reset dev 'a*'
status "a device that is not there yet" 0 ksflow -n "$a" dev set later0 rate 3
says "is noted" "$t/err" 'no device matches "later0" yet'
in_ns "$a" ip link add later0 type dummy
wait_for '[ "$(ksflow -n "$a" -j dev show later0 | json "d[0][\"rate\"]")" = 3 ]'
is "and set when it comes" "$(ksflow -n "$a" -j dev show later0 | json 'd[0]["rate"]')" 3
status "no such device" 1 ksflow -n "$a" dev show nothere
says "says so" "$t/err" '"nothere"'
status "reset" 0 ksflow -n "$a" reset
is "forgets all" "$(ksflow -n "$a" -j show | json '[d["rules"], d["devices"]]')" '[[], []]'
status "pretty" 0 ksflow -n "$a" -p show
is "is JSON" "$(json 'd["module"]["abi"]' <"$t/out")" \
	"$(ksflow -j show | json 'd["module"]["abi"]')"

# --- completion: names are what others make them ---

in_ns "$a" ip link add '$(>hit)' type dummy
ip netns add '$(>hit)'
on_exit "ip netns del '\$(>hit)'"
cat >"$t/complete" <<'END'
cd "$t" || exit
. /usr/local/share/bash-completion/completions/ksflow
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_ksflow
printf '%s ' "${COMPREPLY[@]}"
END
complete() { t=$t ip netns exec "$a" bash "$t/complete" ksflow "$@"; }
is "completion of verbs" "$(complete re)" "repair reset "
is "of words and devices" "$(complete dev de) $(complete dev set a)" "del  auto a0 "
is "a device's name is quoted" "$(complete dev set '$')" '\$\(\>hit\) '
is "a namespace's, too" "$(complete -n '$')" '\$\(\>hit\) '
complete dev set '' | tr ' ' '\n' >"$t/out"
is "all devices" "$(grep -cxF -e a0 -e '\$\(\>hit\)' "$t/out")" 2
fails "and none of them was executed" test -e "$t/hit"
in_ns "$a" ip link del '$(>hit)'

# --- names that are commands to a terminal, or no UTF-8 ---

ugly=$'\e[31m\xc2\x9bA\x9b\xff'
in_ns "$a" ip link add "$ugly" type dummy
status "dev set" 0 ksflow -n "$a" dev set "$ugly" rate 5
status "dev show" 0 ksflow -n "$a" dev show
says "shows it without them" "$t/out" '?[31m?A??'
fails "and nothing else" env LC_ALL=C grep -q '[^ -~]' "$t/out"
for words in "dev show $ugly-" "monitor $ugly" "$ugly"; do
	# shellcheck disable=SC2086
	timeout 60 ksflow -n "$a" $words >"$t/out" 2>"$t/err"
	is "ksflow $(tr -dc '[ -~]' <<<"$words") fails without them" \
		"$(grep -c '?\[31m?A??' "$t/err") $(LC_ALL=C grep -c '[^ -~]' "$t/err")" "1 0" ||
		note "$(cat -v "$t/err")"
done
status "in JSON" 0 ksflow -n "$a" -j dev show
is "it is UTF-8, and no command" "$(json '[v["dev"] for v in d if "A" in v["dev"]]' <"$t/out")" \
	'["\u001b[31m\u009bA\ufffd\ufffd"]'
fails "nor anything else" env LC_ALL=C grep -q '[^ -~]' <(LC_ALL=C sed 's/\xef\xbf\xbd//g' "$t/out")
in_ns "$a" ip link del "$ugly"
ksflow -n "$a" reset

# --- refusals by the module: attribute, range, nothing changed ---

# refused NAME TEXT ATTRIBUTE COMMAND ATTRIBUTES...: by the module
refused() {
	local name=$1 answer before; shift
	before=$(ksflow -n "$a" -j show)
	answer=$(in_ns "$a" $python genl.py "${@:3}")
	# shellcheck disable=SC2254
	case $answer in
	E*": "*"$1"*" @ "$2) ok "$name: $answer" ;;
	*) not_ok "$name" "got:    $answer
wanted: $1 @ $2" ;;
	esac
	is "nothing changed" "$(ksflow -n "$a" -j show)" "$before"
}
ksflow -n "$a" dev set a0 rate 7
# RULE_SET is 6; RULE is 12: PATTERN 1, RATE 3, DIR 5, TAP 6
refused "a rate too high" 16777216 12.3 6 12.1=str:a0 12.3=u32:16777217
refused "a direction that is none" "" 12.5 6 12.1=str:a0 12.5=u8:9
refused "a tap that is none" "" 12.6 6 12.1=str:a0 12.6=u8:9
refused "a pattern too long" "" 12.1 6 \
	"12.1=str:$(printf 'x%.0s' {1..64})" 12.3=u32:1
refused "a number of the wrong size" "" 12.3 6 12.1=str:a0 12.3=u8:1
refused "an attribute that nobody knows" "" 12.99 6 12.1=str:a0 12.99=u32:1
refused "no rule at all" "" "*" 6
# LAYER_SET is 5; LAYER is 11: ID 1, HEADER 2, RING 3
refused "a header too short" 64 11.2 5 11.1=u8:3 11.2=u32:63
refused "a header too long" 512 11.2 5 11.1=u8:3 11.2=u32:513
refused "a ring that is no power of two" "power of two" 11.3 5 11.1=u8:3 11.3=u32:20000
refused "the parameters' layer" "" 11.1 5 11.1=u8:1 11.2=u32:100
refused "ksflowd's layer, from a stranger" "belongs to the socket" "*" 5 11.1=u8:2 11.2=u32:100
# SUBSCRIBE is 1; KINDS 4, SNAPLEN 5, FILTER 6
refused "no kind of record" "" 4 1 4=u32:0
refused "an unknown kind of record" "" 4 1 4=u32:0x80000000
refused "a filter that is none" "" 6 1 4=u32:1 6=hex:ffffffffffffffff

# --- monitor ---

ksflow -n "$a" dev set a0 rate 1 dir both

# A filter may ask the kernel where the payload begins (SKF_AD_PAY_OFFSET), which
# no expression of libpcap does. In a ping: behind 42 bytes.
cat >"$t/payload.py" <<'END'
import struct, sys
sys.path.insert(0, ".")
import genl
program = b"".join(struct.pack("=HBBI", *i) for i in (
    (0x20, 0, 0, 0xfffff034), (0x15, 0, 1, 42), (6, 0, 0, 1), (6, 0, 0, 0)))
count = 0
for message in genl.Module().listen(1, sys.argv[1], program=program):
    count += sum(kind == 18 for kind, _ in message)
    if count == 2:
        break
print(count)
END
rm -f "$t/ready"
ip netns exec "$a" $python "$t/payload.py" "$t/ready" >"$t/payload" 2>&1 & reader=$!
wait_for '[ -e $t/ready ]'
pings 1
wait_for '! kill -0 $reader' || kill $reader
wait $reader
is "a filter that asks where the payload begins" "$(cat "$t/payload")" 2
is "and the kernel knows whose packet it is" \
	"$(dmesg_since_start | grep -c flow_dissect)" 0

start -j monitor samples --count 6
pings 3
finish; is "monitor ends after --count" $? 0
is "as many lines of JSON" "$(lines 'len(d)' <"$t/mon")" 6
is "of the device" "$(lines 'sorted({(r["kind"], r["dev"], r["rate"], r["hits"], r["header-protocol"], r["len-bytes"]) for r in d})' \
	<"$t/mon")" '[["sample", "a0", 1, 1, 1, 142]]'
is "in both directions" "$(lines 'sorted(r["dir"] for r in d)' <"$t/mon")" \
	'["egress", "egress", "egress", "ingress", "ingress", "ingress"]'
is "interfaces" "$(lines 'sorted({(r["dir"], r.get("in-dev"), r.get("in-local"), r.get("out-dev"), r.get("out-local")) for r in d})' \
	<"$t/mon")" '[["egress", null, true, "a0", null], ["ingress", "a0", null, null, true]]'
is "the pool counts on" "$(lines '[b["pool"] - a["pool"] for a, b in zip(d, d[1:])]' \
	<"$t/mon")" '[1, 1, 1, 1, 1]'
is "summary of the packet" "$(lines 'd[0]["summary"].split(" id")[0]' <"$t/mon")" \
	"10.0.0.1 > 10.0.0.2 ICMP echo request"
is "its bytes" "$(lines 'd[0]["data"][24:28] + d[0]["data"][52:68]' <"$t/mon")" \
	08000a0000010a000002
now=$(date +%s)
between "its time is now" "$(lines 'd[0]["time-ns"] // 10**9' <"$t/mon")" $((now - 60)) $((now + 1))
says "account on stderr" "$t/mon.err" "6 records, 6 samples in"
says "nothing is lost" "$t/mon.err" "lost 0 (ring 0, reader 0)"

start monitor
is "the ready-file holds the reader's port" "$(cat "$t/ready")" \
	"$(ksflow -n "$a" -j show | json 'd["readers"][0]["portid"]')"
status "show" 0 ksflow -n "$a" -j show
is "the taps at work are shown" \
	"$(json '[(v["dev"], v["tap-ingress"], v["tap-egress"]) for v in d["devices"]]' <"$t/out")" \
	'[["a0", "tracepoint", "tracepoint"]]'
finish TERM
start monitor
pings 2
drained
wait_for '[ "$(wc -l <$t/mon)" = 4 ]'
is "samples are there at once, not at the end" "$(wc -l <"$t/mon")" 4
finish INT; is "SIGINT ends it well" $? 0
line='^[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6} egress  a0 local->a0 1:1 len 142 10\.0\.0\.1 > 10\.0\.0\.2 ICMP echo request id [0-9]+ seq 1$'
is "a line of text" "$(grep -cE "$line" "$t/mon")" 1 || note "$(cat "$t/mon")"
says "with the account" "$t/mon.err" "selected 4, delivered 4, lost 0"

start monitor
pings 5
finish TERM; is "SIGTERM ends it well" $? 0
is "what was still queued is shown" "$(wc -l <"$t/mon")" 10

start monitor --duration 0.5
finish; is "--duration ends it well" $? 0

start monitor dev 'b*'
pings 1
finish TERM
is "another device's samples are not shown" "$(cat "$t/mon")" ""
says "but counted" "$t/mon.err" "0 records, 0 samples"
status "a device that is not there" 1 ksflow -n "$a" monitor dev nothere

rm -f "$t/ready"
ksflow -n "$a" monitor --ready-file "$t/ready" 2>/dev/null | head -n 1 >"$t/out" & pipe=$!
wait_for '[ -e $t/ready ]'
pings 1
wait_for "! kill -0 $pipe"
fails "it ends when nobody reads its output" kill -0 $pipe
is "which was one line" "$(wc -l <"$t/out")" 1

# --- pcapng ---

start monitor -w "$t/pcapng" --count 4
pings 2
finish; is "a capture" $? 0
is "no text with it" "$(cat "$t/mon")" ""
is "tcpdump reads it" "$(tcpdump -nr "$t/pcapng" 2>/dev/null | grep -c 'ICMP echo')" 4
# The rest is read by tool-tshark.sh.
cp "$t/pcapng" "$OUT/"
echo "$now" >"$OUT/now"
rm -f "$t/ready"
ksflow -n "$a" monitor -w - --count 2 --ready-file "$t/ready" 2>/dev/null |
	tcpdump -lnr - >"$t/mon" 2>/dev/null & pipe=$!
wait_for '[ -e $t/ready ]'
pings 1
wait $pipe
is "-w - to a pipe" "$(grep -c 'ICMP echo' "$t/mon")" 2
status "a file that cannot be made" 1 ksflow -n "$a" monitor -w "$t/no/where"
status "a disk that is full" 1 timeout 20 ksflow -n "$a" monitor -w /dev/full --duration 1
says "is reported" "$t/err" "No space left on device"

# --- stats ---

start -j monitor
pings 10
status "stats" 0 ksflow -n "$a" stats
says "closes" "$t/out" "the ledger closes"
status "stats in JSON" 0 ksflow -n "$a" -j stats
is "closes" "$(json 'd["closes"]' <"$t/out")" true
is "what the reader got" \
	"$(json '[[r[k] for k in ("selected", "delivered", "filtered", "lost-ring", "lost-overrun", "lost-memory")] for r in d["readers"]]' \
	<"$t/out")" '[[20, 20, 0, 0, 0, 0]]'
cp "$t/out" "$t/stats"
is "the source adds up" \
	"$(json '[s["seen"] - s["seen-ingress"] - s["seen-egress"] for s in d["sources"] if s["dev"] == "a0"]' \
	<"$t/stats")" '[0]'
status "stats --explain" 0 ksflow -n "$a" -j stats --explain
is "explains every counter" "$(json 'sorted({k for l in ("namespace", "sources", "readers") for r in d[l]
	for k, v in r.items() if isinstance(v, int) and not isinstance(v, bool)} -
	set(d["explanations"]) - {"ifindex", "portid", "ring-bytes", "cpus"})' <"$t/out")" '[]'
is "with advice" "$(json 'all(e["meaning"] and e["advice"] for e in d["explanations"].values())' \
	<"$t/out")" true
status "stats --explain in text" 0 ksflow -n "$a" stats --explain
says "explains" "$t/out" "this reader's socket buffer full"
finish TERM

# A reader that stands still, and one that keeps up.
start monitor --rcvbuf 5000
slow=$monitor
cp "$t/ready" "$t/slow"
kill -STOP $slow
(rm -f "$t/ready2"; exec ksflow -n "$a" -j monitor --ready-file "$t/ready2" >"$t/good" 2>"$t/good.err") & good=$!
wait_for '[ -e $t/ready2 ]'
in_ns "$a" ping -q -f -c 1000 10.0.0.2 >/dev/null
status "stats with a reader that stands still" 0 ksflow -n "$a" -j stats
is "close" "$(json 'd["closes"]' <"$t/out")" true
is "its losses are its own" \
	"$(json "[r['lost-overrun'] > 0 for r in sorted(d['readers'], key=lambda r: r['portid'] != $(cat "$t/slow"))]" \
	<"$t/out")" '[true, false]'
status "check" 1 ksflow -n "$a" check
says "tells of the loss" "$t/out" "it reads too slowly"
kill -TERM $slow; kill -CONT $slow; wait $slow
is "the slow one ends well" $? 0
account=$(sed -n 's/.*; selected \([0-9]*\), delivered \([0-9]*\), lost \([0-9]*\) .*/\1 \2 \3/p' "$t/mon.err")
read -r selected delivered lost <<<"$account"
is "its account: selected = delivered + lost" "${selected:-none}" $((${delivered:-0} + ${lost:-0}))
between "with losses" "${lost:-0}" 1 100000
is "and every sample delivered is shown" "$(wc -l <"$t/mon")" "${delivered:-none}"
kill -TERM $good; wait $good
# A ring that was full is everybody's loss; this one's own is none.
is "the other one lost nothing on the way to it" \
	"$(sed -n 's/.* reader \([0-9]*\)).*/\1/p' "$t/good.err")" 0 || note "$(cat "$t/good.err")"

# --- check on a healthy namespace ---

start monitor
status "check" 0 ksflow -n "$a" check
says "is content" "$t/out" "all is well"
status "check in JSON" 0 ksflow -n "$a" -j check
is "too" "$(json 'd["ok"]' <"$t/out")" true
finish TERM
status "check without a reader" 1 ksflow -n "$a" check
says "says so" "$t/out" "nobody reads"
status "check where nothing is sampled" 1 ksflow -n "$b" check
says "says so" "$t/out" "no device of this network namespace is sampled"
status "check without privilege" 1 setpriv --reuid 65534 --regid 65534 --clear-groups ksflow check
says "says so" "$t/out" "CAP_NET_ADMIN"

# --- the module goes while somebody reads ---

start monitor
unload
wait_for "! kill -0 $monitor"
finish; is "the module goes: monitor exits 3" $? 3
says "and says why" "$t/mon.err" "was unloaded"
