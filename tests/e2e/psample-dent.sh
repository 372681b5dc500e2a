# SPDX-License-Identifier: GPL-2.0
# The sampling filters of switch ports: 64 ports come, 32 go, speeds change, ksflowd
# is killed, started again and ended; what others put on the same hooks stays.
#
#   namespace s: swp1 ... swp64, taps, whose speed can be set; other, which is none
#
# vm: timeout=240

. ./lib.sh

modprobe tun
new_ns s
in_s() { ip netns exec "$s" "$@"; }
in_s sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  psample { group=3 ingress=on egress=on }
  dent { switchport=^swp[0-9]+$ sw=on }
}
END
start() {
	ip netns exec "$s" ksflowd --foreground -f "$t/conf" 2>>"$t/log" & daemon=$!
}
on_exit 'kill -KILL $daemon'
# ports FIRST LAST [SPEED]
ports() {
	for ((i = $1; i <= $2; i++)); do
		echo "tuntap add dev swp$i mode tap"
		echo "link set swp$i up"
	done | ip -n "$s" -batch -
	[ -z "${3-}" ] || speed "$1" "$2" "$3"
}
speed() {
	in_s sh -c 'for i in $(seq '"$1 $2"'); do
		ethtool -s swp$i speed '"$3"' duplex full autoneg off; done'
}
# filters: "DEV DIRECTION GROUP RATE" of each that samples, sorted, as tc has it.
# An older tc says nothing, not even [], of a device that has no such hook.
filters() {
	local d side
	for d in $(in_s tc -j qdisc show | jq -r '.[] | select(.kind == "clsact").dev'); do
		for side in ingress egress; do
			echo "$d $side"
		done
	done >"$t/hooks"
	sed 's/^/filter show dev /' "$t/hooks" | in_s tc -j -force -batch - 2>/dev/null |
		jq -r -s --rawfile hooks "$t/hooks" '($hooks | split("\n")) as $hook |
			to_entries[] | $hook[.key] as $h | .value[] |
			.options.actions[0]? | select(.kind == "sample") |
			"\($h) \(.group) \(.rate)"' | sed 's| 1/| |' | sort -V
}
# wanted FIRST LAST RATE
wanted() {
	local i
	for ((i = $1; i <= $2; i++)); do
		echo "swp$i egress 4 $3"; echo "swp$i ingress 3 $3"
	done
}
# become NAME LINES: the filters do, in a while
become() {
	local deadline=$((SECONDS + _patience * 60)) got
	until got=$(filters); [ "$got" = "$2" ]; do
		[ $SECONDS -lt $deadline ] || break
		sleep 0.1
	done
	is "$1" "$(diff <(echo "$got") <(echo "$2") | head -n 8)" ""
}
ticks() { awk '{ print $14 + $15 }' /proc/$daemon/stat; }

ip -n "$s" tuntap add dev other mode tap
ip -n "$s" link set other up

# --- ports come ---

ports 1 8 1000
# what is somebody else's: a qdisc with filters on both hooks, one in our place
in_s tc qdisc add dev swp1 clsact
in_s tc filter add dev swp1 ingress pref 1 protocol ip flower dst_ip 192.0.2.1 action pass
in_s tc filter add dev swp1 egress pref 5 matchall action sample rate 77 group 99
in_s tc qdisc add dev swp2 clsact
in_s tc filter add dev swp2 ingress pref 2 matchall action pass
foreign() {
	in_s tc filter show dev swp1 ingress | grep -c 'flower\|dst_ip 192.0.2.1'
	in_s tc filter show dev swp1 egress | grep -c 'sample rate 1/77 group 99'
}
before=$(foreign)
start
a=$(wanted 1 8 1000 | sed '1i swp1 egress 99 77' | sort -V)
become "8 ports that were there have filters, of their speed" "$a"
ports 9 64
speed 9 64 10000
a=$( { echo "swp1 egress 99 77"; wanted 1 8 1000; wanted 9 64 10000; } | sort -V)
become "56 come, and theirs with them" "$a"
is "what others put there is unharmed" "$(foreign)" "$before"

# --- at rest ---

# The least of some: who runs while a guest stands still is charged for it, and what
# the kernel said of the last ports may still be read.
rests() {
	used=$(ticks)
	sleep 3	# of rest: there is nothing to wait for
	used=$(($(ticks) - used))
	[ $used -le 2 ]
}
wait_for rests
between "at rest it uses no time, in ticks of 10 ms" $used 0 2

# --- speeds, ports that go, filters that others take away ---

speed 1 16 25000
a=$( { echo "swp1 egress 99 77"; wanted 1 16 25000; wanted 17 64 10000; } | sort -V)
become "a speed that changes" "$a"
is "ours stays before what ends a packet's way" \
	"$(in_s tc filter show dev swp2 ingress | grep -o 'pref [0-9]* matchall chain 0 handle\|sample rate' | xargs)" \
	"pref 1 matchall chain 0 handle sample rate pref 2 matchall chain 0 handle"
for ((i = 33; i <= 64; i++)); do echo "link del swp$i"; done | ip -n "$s" -batch -
a=$( { echo "swp1 egress 99 77"; wanted 1 16 25000; wanted 17 32 10000; } | sort -V)
become "32 go" "$a"
in_s tc filter del dev swp20 ingress
in_s tc qdisc del dev swp21 clsact
become "a filter that somebody removed comes back" "$a"
ip -n "$s" link set swp32 down
ip -n "$s" link set swp32 name x32
a=$( { echo "swp1 egress 99 77"; wanted 1 16 25000; wanted 17 31 10000; } | sort -V)
become "one that is renamed has none" "$a"
is "nor what it hung on" "$(in_s tc qdisc show dev x32 | grep -c clsact)" 0

# --- killed ---

kill -KILL $daemon; wait $daemon 2>/dev/null
become "killed: all filters stay" "$a"
ips=$(in_s tc filter show dev swp3 ingress; in_s tc filter show dev swp17 egress)
ports 40 41 1000
speed 5 5 100000
start
a=$( { echo "swp1 egress 99 77"; wanted 1 4 25000; wanted 5 5 100000; wanted 6 16 25000
	wanted 17 31 10000; wanted 40 41 1000; } | sort -V)
become "started again: those are taken over, those that lack are made" "$a"
is "taken over as they were" "$(in_s tc filter show dev swp3 ingress; in_s tc filter show dev swp17 egress)" "$ips"
is "what others put there is unharmed" "$(foreign)" "$before"

# --- the configuration changes ---

sed -i 's/dent/sampling = 500\n sampling.bps_ratio = 0\n dent/' "$t/conf"
kill -HUP $daemon
a=$( { echo "swp1 egress 99 77"; wanted 1 31 500; wanted 40 41 500; } | sort -V)
become "another rate" "$a"
sed -i 's/egress=on/egress=off/' "$t/conf"
kill -HUP $daemon
a=$( { echo "swp1 egress 99 77"; wanted 1 31 500; wanted 40 41 500; } | sort -V | grep -v 'egress 4')
become "ingress only" "$a"

# --- it ends ---

kill $daemon; wait $daemon
is "it ends well" "$?" 0
become "no filter is left but somebody else's" "swp1 egress 99 77"
is "what others put there is unharmed" "$(foreign)" "$before"
is "their clsact, too; ours are gone" "$(in_s tc qdisc show | grep clsact | grep -o 'dev [a-z0-9]*' | sort | xargs)" "dev swp1 dev swp2"

# --- a port that does no sampling in hardware ---

sed -i 's/sw=on/sw=off/' "$t/conf"
: >"$t/log"
start
try "sw=off: a port that refuses is named" wait_for 'logged "dent: swp1 refuses a sampling filter at ingress"'
try "the last one as well" wait_for 'logged "dent: swp41 refuses"'
is "in one line for each" "$(grep -c refuses "$t/log")" 33
note "$(grep 'swp1 refuses' "$t/log")"
become "and has none" "swp1 egress 99 77"
is "nor a qdisc of ours" "$(in_s tc qdisc show | grep clsact | grep -o 'dev [a-z0-9]*' | sort | xargs)" "dev swp1 dev swp2"
kill $daemon; wait $daemon
