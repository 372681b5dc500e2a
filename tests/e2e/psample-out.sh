# SPDX-License-Identifier: GPL-2.0
# vm: timeout=200
#
# The module's samples as psample's readers get them: groups, interfaces, rate,
# lengths and bytes against what was sent and against our own reader; what
# nobody listens to; a psample that comes late; the module goes under traffic.
#
#   initial namespace        b
#     va 10.0.0.1  ========  vb 10.0.0.2

. ./lib.sh

new_ns b
veth "" va $b vb
addr "" va 10.0.0.1/24
addr $b vb 10.0.0.2/24
sysctl -qw net.ipv6.conf.va.disable_ipv6=1
in_ns $b sysctl -qw net.ipv6.conf.vb.disable_ipv6=1
ethtool -K va tso off gso off gro off >/dev/null
ip neigh replace 10.0.0.2 dev va nud permanent \
	lladdr $(in_ns $b cat /sys/class/net/vb/address)
ip -n $b neigh replace 10.0.0.1 dev vb nud permanent \
	lladdr $(cat /sys/class/net/va/address)
va=$(cat /sys/class/net/va/ifindex)
pings() { ping -q -c $1 -i 0.002 -s 100 10.0.0.2 >/dev/null; }
reader() { # reader NAME COMMAND...: in the background, until it is ready
	local name=$1; shift
	rm -f /tmp/$name.ready
	"$@" /tmp/$name.ready >/tmp/$name.json 2>/tmp/$name.err &
	eval "$name=$!"
	on_exit "kill $!"
	wait_for "test -e /tmp/$name.ready" 60
}
stop() { kill ${!1}; wait ${!1}; }
# get KEY: of psample among the readers
get() { ksflow -j stats | jq ".readers[] | select(.[\"psample-group\"])[\"$1\"]"; }
lines() { grep -c "\"$1\"" /tmp/$2.json; }

# --- the module psample is not there --------------------------------------------

ko=$(modinfo -n psample)
wait_for '! lsmod | grep -q "^psample " || modprobe -r act_sample psample' 30
mv $ko $ko.away
load psample_group=7 devs=va rate=1 direction=both
try "psample is missing: the module loads, and says it" \
	grep -q "ksflow: psample_group=7: this kernel has no module psample" <(dmesg_since_start)
try "and show does" sh -c 'ksflow show | grep "psample.*waits for the module psample.*param"'
is "nothing is sampled for it" "$(ksflow -j stats | jq '.readers | length')" 0
is "the tool's layer waits, too" "$($python ./genl.py 5 11.1=u8:3 11.8=u32:9)" ok
is "and show says it" "$(ksflow -j show | jq -c .settings.psample)" \
	'{"group":9,"group-egress":10,"missing":true,"owner":"tool"}'
ksflow reset
is "a number that is none" "$($python ./genl.py 5 11.1=u8:3 11.8=u32:0xffffffff)" \
	"EINVAL: KSFLOW_A_LAYER_PSAMPLE: expected a group of 1...4294967293, or 0 for none @ 11.8"

# --- it comes later -------------------------------------------------------------

mv $ko.away $ko
try "psample is loaded" modprobe psample
wait_for 'ksflow -j stats | jq -e ".readers | length == 1"' 20
is "it is used at once" "$(get psample-group)" 7
is "show says no more" "$(ksflow -j show | jq -c .settings.psample)" \
	'{"group":7,"group-egress":8,"owner":"param"}'
fails "it stays while it is used" rmmod psample

# Nobody listens: from 6.11 on psample makes no message.
pings 20
if ksflow -j stats | jq -e '.readers[0]["lost-psample"] > 0' >/dev/null; then
	is "nobody listens: all are psample's loss" "$(get lost-psample)" "$(get selected)"
	note "this psample looks for listeners"
else
	is "nobody listens, and psample does not look" "$(get delivered)" "$(get selected)"
fi
is "selected, both ways" "$(get selected)" 40
try "the ledger closes" sh -c 'ksflow -j stats | jq -e .closes'

# --- what a reader gets ---------------------------------------------------------

reader psample $python ./psample.py
reader ours ksflow -j monitor samples --rcvbuf 33554432 --ready-file
before=$(get selected) unheard=$(get lost-psample)
pings 200
wait_for '[ "$(lines data psample)" -ge 400 -a "$(lines data ours)" -ge 400 ]' 20
selected=$(($(get selected) - before))
is "all samples were selected for it" $selected 400
is "all were delivered" "$(get lost-psample)" "$unheard"
try "the ledger closes" sh -c 'ksflow -j stats | jq -e .closes'
stop psample; stop ours
is "it lost none of them" "$(jq -s 'last.overrun' /tmp/psample.json)" 0
is "all arrived" "$(lines data psample)" $selected

$python - $va /tmp/psample.json /tmp/ours.json >/tmp/judged 2>&1 <<'END'
import collections, json, sys
va = int(sys.argv[1])
theirs = [s for s in map(json.loads, open(sys.argv[2])) if "data" in s]
ours = [s for s in map(json.loads, open(sys.argv[3])) if s["kind"] == "sample"]
def count(title, values):
    print(title, sorted(collections.Counter(values).items()))
count("group, iif, oif:", ((s["group"], s.get("iif"), s.get("oif")) for s in theirs))
count("len:", (s["len"] for s in theirs))
count("rate:", (s["rate"] for s in theirs))
# Ethernet, IPv4, ICMP; echo (8) left by va, its answer (0) came in
def kind(s):
    d = bytes.fromhex(s["data"])
    assert len(d) == 128 and d[12:14] == b"\x08\x00" and d[23] == 1, s
    assert d[26:30] == bytes([10, 0, 0, 1 if d[34] == 8 else 2]), s
    return s["group"], d[34], d[14:15].hex()
count("packets:", map(kind, theirs))
numbers = collections.defaultdict(list)
for s in theirs:
    d = bytes.fromhex(s["data"])
    numbers[s["group"]].append((d[40] << 8) + d[41])
print("icmp sequences:", {g: len(set(n)) for g, n in sorted(numbers.items())})
seqs = collections.defaultdict(list)
for s in theirs:
    seqs[s["group"]].append(s["seq"])
print("gaps:", {g: b[-1] - b[0] + 1 - len(b) for g, b in sorted(seqs.items())})
print("the same bytes:", sorted(s["data"] for s in theirs) ==
      sorted(s["data"] for s in ours))
if "proto" in theirs[0]:
    count("proto:", (s["proto"] for s in theirs))
    # psample's own clock reads when the worker hands them over
    late = [t["time"] - o["time-ns"] for t, o in
            zip(sorted(theirs, key=lambda s: s["data"]),
                sorted(ours, key=lambda s: s["data"]))]
    print("late by:", max(late), file=sys.stderr)
    print("time:", 0 <= min(late) and max(late) < 60e9)
    q = [s for s in theirs if "queue" in s]
    print("queue:", {(s["group"], s["queue"], s["depth"]) for s in q}, len(q))
else:
    print("proto: [(2048, 400)]\ntime: True\nqueue: {(8, 0, 0)} 200")
END
note "$(cat /tmp/judged)"
judged() { is "$1" "$(sed -n "s/^$1: //p" /tmp/judged)" "$2"; }
judged "group, iif, oif" "[((7, $va, None), 200), ((8, None, $va), 200)]"
judged len "[(142, 400)]"
judged rate "[(1, 400)]"
judged packets "[((7, 0, '45'), 200), ((8, 8, '45'), 200)]"
judged "icmp sequences" "{7: 200, 8: 200}"
judged gaps "{7: 0, 8: 0}"
judged "the same bytes" True
judged proto "[(2048, 400)]"
judged time True
judged queue "{(8, 0, 0)} 200"

# --- by namespace, and changed while at work --------------------------------------

$python ./genl.py 5 11.1=u8:3 11.8=u32:9 >/dev/null
is "the tool's layer moves it" "$(ksflow -j show | jq -c .settings.psample)" \
	'{"group":9,"group-egress":10,"owner":"tool"}'
in_ns $b $python ./genl.py 5 11.1=u8:3 11.8=u32:9 >/dev/null
ksflow -n $b dev set vb rate 1 dir ingress >/dev/null
reader psample $python ./psample.py
reader theirs ip netns exec $b $python ./psample.py
pings 10
wait_for '[ "$(lines data psample)" = 20 -a "$(lines data theirs)" = 10 ]'
is "samples of this namespace alone" "$(lines data psample) $(lines data theirs)" "20 10"
is "in the other group" "$(grep -c '"group": 9,' /tmp/psample.json) $(grep -c '"group": 10,' /tmp/psample.json)" "10 10"
stop theirs; stop psample
in_ns $b ksflow reset; ksflow reset
is "a group of 0 leaves what the parameter says" "$(ksflow -j show | jq -c .settings.psample.group)" 7

# --- the module goes under traffic --------------------------------------------------

reader psample $python ./psample.py
ping -q -f 10.0.0.2 >/dev/null 2>&1 & flood=$!
on_exit "kill $flood"
for i in 1 2 3; do
	wait_for '[ "$(lines data psample)" -gt $((i * 200)) ]' 30
	try "under traffic the module unloads" unload
	load psample_group=7 devs=va rate=1 direction=both
done
unload
kill $flood; wait $flood 2>/dev/null
stop psample
try "psample is free" rmmod psample
