# SPDX-License-Identifier: GPL-2.0
# What only drivers know of a port: its ethernet counters, priority flow control,
# the light of its module. Virtual machines have no such ports, so the driver
# is one of the tests (tests/vm/mod/port, which has the list of its ports); what
# ksflowd makes of it is held against what ethtool prints. ksflow's module is
# not needed.

. ./lib.sh

module=/usr/local/src/ksflow/tests/vm/mod/port/ksflow_port.ko
new_ns r
on_exit "rmmod ksflow_port"
try "the driver loads" insmod "$module"
for i in 0 1 2 3 4 5 6 7; do
	# back to the initial namespace when this one goes
	ip link set op$i netns "$r"
	ip -n "$r" link set op$i up
done
on_exit 'kill -KILL $daemon $collector'
ip netns exec "$r" $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
wait_for 'test -e $t/ready' 30
echo 'sflow { polling = 1 collector { ip=127.0.0.1 } }' >"$t/conf"
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!

# record PORT KIND: the last one, or nothing
record() {
	jq -c "select(.source == \"0:$(in_ns "$r" cat /sys/class/net/$1/ifindex)\") |
		.records[\"$2\"]" "$t/samples" 2>/dev/null | tail -n 1
}
all() { for i in 0 1 2 3 4 5 6 7; do [ "$(record op$i 1)" ] || return; done; }
try "each port is counted" wait_for all 60

# Prints what differs between the record and what ethtool says of the port.
cat >"$t/light.py" <<'END'
import json, re, sys

text, record = open(sys.argv[1]).read(), json.loads(sys.argv[2])
said = [[w.strip() for w in l.split(' : ', 1)]
        for l in text.splitlines() if ' : ' in l]


def find(pattern):
    return [(int((re.search(r'\(Channel (\d+)\)', name) or [0, 1])[1]),
             float(re.match(r'-?[\d.]+', value)[0]))
            for name, value in said if re.match(pattern, name, re.I)]


wrong = []


def near(what, got, wanted, slack):
    if abs(got - wanted) > slack:
        wrong.append('%s: %s, ethtool: %s' % (what, got, wanted))


lanes = {l['index']: l for l in record['lanes']}
checked = 0
for key, unit, slack, pattern in (
        ('bias_ua', 1000, 1, r'Laser (tx )?bias current( \(Channel \d+\))?$'),
        ('tx_uw', 1000, .6, r'(Laser output power|Transmit avg optical power \(Channel \d+\))$'),
        ('rx_uw', 1000, .6, r'(Receiver signal (average optical power|OMA)( \(Channel \d+\))?|'
                            r'Rcvr signal avg optical power ?\(Channel \d+\))$')):
    for lane, value in find(pattern):
        if lane in lanes:
            near('lane %d %s' % (lane, key), lanes[lane][key], value * unit, slack)
            checked += 1
for key, pattern in (
        ('tx_max_uw', r'Laser output power high alarm threshold'),
        ('tx_min_uw', r'Laser output power low alarm threshold'),
        ('rx_max_uw', r'Laser rx power high alarm threshold'),
        ('rx_min_uw', r'Laser rx power low alarm threshold')):
    for _, value in find(pattern):
        for lane in lanes.values():
            near(key, lane[key], value * 1000, .6)
            checked += 1
for _, value in find(r'Laser wavelength$'):
    for lane in lanes.values():
        near('wavelength', lane['tx_nm'], value, .6)
        near('wavelength', lane['rx_nm'], value, .6)
        checked += 2
for _, value in find(r'Module temperature$'):
    near('temperature', record['mc'], value * 1000, 6)
    checked += 1
for _, value in find(r'Module voltage$'):
    near('voltage', record['mv'], value * 1000, 1)
    checked += 1
print('\n'.join(wrong) or 'all %d' % checked)
END

# light PORT LANES COMPARED: its module has so many lanes, and so many figures
light() {
	local record
	record=$(record "$1" 10)
	is "$1: lanes" "$(jq -c '[.lane_total, (.lanes | length), .module]' <<<"$record")" \
		"[$2,$2,$(in_ns "$r" cat /sys/class/net/$1/ifindex)]"
	in_ns "$r" ethtool -m "$1" >"$t/$1" 2>&1
	is "$1: as ethtool has it" "$($python "$t/light.py" "$t/$1" "$record")" "all $3"
}
is_paged=
[ "$(in_ns "$r" ethtool --json -S op0 --groups eth-mac 2>/dev/null)" ] && is_paged=yes
light op0 1 11
light op1 1 11
light op2 4 38
light op4 4 38
is "op5, another part of op4: not again" "$(record op5 10)" null
is "op6, copper: no light" "$(record op6 10)" null
is "op7, nothing plugged in" "$(record op7 10)" null
if [ "$is_paged" ]; then
	light op3 4 38
	# ethtool's names, and the record's
	in_ns "$r" ethtool --json -S op0 --groups eth-mac eth-phy >"$t/stats"
	is "op0: ethernet counters as ethtool has them" "$(record op0 2 | jq -c '[.fcs,
		.alignment, .single_collision, .multiple_collision, .deferred,
		.late_collision, .excessive_collision, .mac_transmit, .carrier,
		.too_long, .mac_receive, .symbol]')" "$(jq -c '.[0] | [."eth-mac" |
		.FrameCheckSequenceErrors, .AlignmentErrors, .SingleCollisionFrames,
		.MultipleCollisionFrames, .FramesWithDeferredXmissions,
		.LateCollisions, .FramesAbortedDueToXSColls,
		.FramesLostDueToIntMACXmitError, .CarrierSenseErrors,
		.FrameTooLongErrors, .FramesLostDueToIntMACRcvError] +
		[."eth-phy".SymbolErrorDuringCarrier]' "$t/stats")"
	is "op0: no counter of SQE" "$(record op0 2 | jq .sqe)" 4294967295
	is "op0: unicast is what is left" "$(record op0 1 | jq -c \
		'[.in_ucast, .in_multicast, .in_broadcast, .out_ucast, .out_multicast, .out_broadcast]')" \
		"[950,20,30,1910,40,50]"
	is "op3: none of its driver's" "$(record op3 2)" null
else
	note "this kernel has neither ethtool's standard groups nor modules by pages"
	is "op0: no ethernet counters" "$(record op0 2)" null
	is "op3: nobody reads its module" "$(record op3 10)" null
fi
# 22 came in, 7,000,000,021 went out, in 32 bits; the kernel's words are the
# other way round
is "op0: flow control" "$(record op0 11 | jq -c '[.requests, .indications, .pause_us]')" \
	"[22,$((7000000021 % (1 << 32))),4294967295]"
is "op1: not in use there" "$(record op1 11)" null
is "nothing is malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""
kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0
