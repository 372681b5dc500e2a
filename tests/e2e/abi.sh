# SPDX-License-Identifier: GPL-2.0
# ksflowd and ksflow with a module of the next ABI, and of the one before: it is
# put under a ksflowd that runs, what both know is used, and said once. The
# modules are made in tests/vm/mod/neighbour.
#
#   namespace a                    namespace r
#     a0 10.0.0.1  ------------------  r0 10.0.0.2   ksflowd, collector on lo
#
# vm: timeout=200

. ./lib.sh

new_ns a r
for ns in $a $r; do
	in_ns $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
veth $a a0 $r r0
addr $a a0 10.0.0.1/24
addr $r r0 10.0.0.2/24
ip -n $a neigh replace 10.0.0.2 dev a0 nud permanent \
	lladdr $(in_ns $r cat /sys/class/net/r0/address)
ip -n $r neigh replace 10.0.0.1 dev r0 nud permanent \
	lladdr $(in_ns $a cat /sys/class/net/a0/address)
mods=/usr/local/src/ksflow/tests/vm/mod/neighbour
ours=$(sed -n 's/^#define KSFLOW_ABI[^0-9]*\([0-9]*\).*/\1/p' \
	/usr/local/src/ksflow/include/uapi/linux/ksflow.h)

# conf [LINE]: every packet of r0 is a sample
conf() {
	cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 }
  polling = 1
  pcap { dev=r0 sampling=1 }
  repair { port=4739 }
  ${1-}
}
END
}
count() { jq -c "select(.kind == \"$1\")" "$t/samples" | wc -l; }
pings() { in_ns $a ping -q -c "$1" -i 0.01 -s 100 10.0.0.2 >/dev/null; }
rule() { ksflow -n $r show | grep -q 'rule .*r0 .*ksflowd'; }

conf
ip netns exec $r $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
on_exit "kill $collector"
wait_for '[ -e $t/ready ]'
load
ip netns exec $r ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill $daemon"
wait_for rule 20
fails "the same ABI: nothing is said of it" logged "speaks ABI"
is "a rule of repair" "$(ksflow -n $r -j repair show | jq -c '.repair.rules[] | [.port, .owner]')" '[4739,"ksflowd"]'

# through: all that a user does, with the module that is loaded. $abi is its ABI.
through() {
	: >"$t/samples"
	pings 5
	try "$1: ksflowd sends each sample" wait_for '[ $(count flow) = 10 ]' 20
	is "$1: with rate, length, interface" "$(jq -c 'select(.kind == "flow") |
		[.rate, .records["1"].frame_length, .source]' "$t/samples" | sort -u)" \
		"[1,146,\"0:$(in_ns $r cat /sys/class/net/r0/ifindex)\"]"
	is "$1: and nothing that is malformed" "$(count error)" 0

	rm -f "$t/ready"
	ksflow -n $r -j monitor --ready-file "$t/ready" >"$t/mon" 2>"$t/mon.err" & monitor=$!
	wait_for '[ -e $t/ready ]'
	pings 5
	ksflow -n $r -j stats >"$t/stats"
	kill $monitor; wait $monitor
	is "$1: monitor ends well" $? 0
	# None is left to come among those of the next module.
	wait_for '[ $(count flow) = 20 ]'
	is "$1: monitor shows each sample" "$(jq -c '[.kind, .dev, .rate, .hits, ."len-bytes"]' "$t/mon" | sort | uniq -c | sed 's/^ *//')" \
		'10 ["sample","r0",1,1,142]'
	is "$1: and its account" "$(sed 's/ in [^;]*//; s/records, /&/' "$t/mon.err")" \
		"10 records, 10 samples; selected 10, delivered 10, lost 0 (ring 0, reader 0)"
	is "$1: the ledger closes" "$(jq .closes "$t/stats")" true
	is "$1: it has all of the source" "$(jq -c '[.sources[] | .seen, .selected, ."lost-ring"]' "$t/stats")" "[20,20,0]"
	try "$1: dev set" ksflow -n $r dev set r0 rate 7
	is "$1: dev show" "$(ksflow -n $r -j dev show r0 | jq -c '.[0] | [.rate, ."rate-owner", ."dir-owner"]')" \
		'[7,"tool","ksflowd"]'
	is "$1: show has the module's ABI" "$(ksflow -n $r -j show | jq .module.abi)" "$abi"
	try "$1: reset" ksflow -n $r reset
	kill -USR1 $daemon
	rm -f "$t/abi"
	ksflow -n $r check >"$t/check"
	grep "ABI" "$t/check" >"$t/abi"
}
# replace MODULE.KO: under ksflowd, which may just be asking it something
replace() {
	wait_for unload
	: >"$t/log"
	insmod "$1"
	wait_for rule 20
}

abi=$((ours + 1))
replace $mods/newer.ko
try "newer module: ksflowd names both" logged "module ksflow speaks ABI $abi, this ksflowd $ours: what both know is used"
through "newer module"
try "newer module: check names both" grep -q "newer than this tool (ABI $abi, tool $ours)" "$t/abi"

abi=$((ours - 1))
replace $mods/older.ko
try "older module: ksflowd names both" logged "module ksflow speaks ABI $abi, this ksflowd $ours: what both know is used"
through "older module"
try "older module: what it lacks is said" logged "this module ksflow cannot repair checksums"
fails "older module: so does the tool" ksflow -n $r repair show
try "older module: check names both" grep -q "older than this tool (ABI $abi, tool $ours)" "$t/abi"

# "sampling" needs a kind of rule that the older module does not know.
conf "sampling = 50"
kill -HUP $daemon
try "older module: what is new is refused by name" wait_for 'logged "rule quiet"'
: >"$t/samples"
pings 2
try "and what was set before stays" wait_for '[ $(count flow) = 4 ]'
is "ksflowd said which ABI once" "$(grep -c 'speaks ABI' "$t/log")" 1
kill $daemon; wait $daemon

# Started with it, it goes on without samples until the module knows more.
: >"$t/log"
ip netns exec $r ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill $daemon"
try "started with it: refused by name" wait_for 'logged "rule quiet"'
: >"$t/samples"
try "counters go on" wait_for '[ $(count counters) -ge 3 ]'
is "said once, though it tries again" "$(grep -c 'rule quiet\|speaks ABI' "$t/log")" 2
note "$(cat "$t/log")"
wait_for unload
load
try "the module is upgraded: sampling" wait_for rule 20
try "and repair" wait_for '[ "$(ksflow -n $r -j repair show | jq ".repair.rules | length")" = 1 ]'
: >"$t/samples"
pings 2
try "samples arrive" wait_for '[ $(count flow) = 4 ]'
kill $daemon; wait $daemon
is "ksflowd ends well" $? 0
