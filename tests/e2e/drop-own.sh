# SPDX-License-Identifier: GPL-2.0
# vm: timeout=600
#
# A collector that does not get our datagrams: each of them is dropped, and none
# may make another. Each case is watched for 2 s, STORM=n: n times that.
#
#   a: a0 ===== r0 :r        a sends what r drops; ksflowd in r
#   10.0.1.1   10.0.1.254

. ./lib.sh

LENGTH=$((2 * ${STORM:-1}))
N=300

new_ns a r
# Nothing is dropped but what is sent here.
for ns in "$a" "$r"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done
veth "$a" a0 "$r" r0
addr "$a" a0 10.0.1.1/24
addr "$r" r0 10.0.1.254/24
ip -n "$a" neigh replace 10.0.1.254 dev a0 lladdr \
	"$(in_ns "$r" cat /sys/class/net/r0/address)" nud permanent
ip -n "$r" neigh replace 10.0.1.1 dev r0 lladdr \
	"$(in_ns "$a" cat /sys/class/net/a0/address)" nud permanent
R() { ip netns exec "$r" "$@"; }
load
big_ring "$r"
cat >"$t/rules" <<END
table ip t {
	chain o { type filter hook output priority 0; ip daddr 10.0.1.1 udp dport 6301 drop; }
}
END
R nft -f "$t/rules"
ip -n "$r" route add blackhole 10.0.9.0/24
R sysctl -qw net.ipv4.neigh.r0.retrans_time_ms=100

serve drops $python ./drops.py serve
stats() { ask drops "$r" stats >"$t/stats"; jq -r "$1" "$t/stats"; }
# What ksflowd has sent, or tried to
tried() {
	: >"$t/log"
	kill -USR1 "$ksflowd"
	wait_for 'grep -q "collector .*; sent" $t/log'
	sed -n 's/.*; sent \([0-9]*\), refused [0-9]*, buffer full \([0-9]*\), failed \([0-9]*\)/\1 \2 \3/p' \
		"$t/log" | tail -n 1
}
ticks() { awk '{ print $14 + $15 }' "/proc/$ksflowd/stat"; }

# own NAME ADDRESS PORT KIND: KIND is what happens to a datagram: sent (and
# dropped later), failed (dropped in the call), none (there is none)
own() {
	local name=$1 sent sent0 failed failed0 before own seen ticks end
	cat >"$t/conf" <<END
sflow {
  collector { ip=$2 udpport=$3 }
  polling = 0
  dropmon { start=on limit=unlimited hide=none }
}
END
	ip netns exec "$r" ksflowd --foreground --verbose -f "$t/conf" 2>>"$t/log" & ksflowd=$!
	on_exit "kill $ksflowd"
	wait_for 'R ksflow -j stats | grep -q "\"owner\":true"' 30
	rm -f "$t/ready"
	: >"$t/drops"
	ip netns exec "$r" $python ./drops.py monitor "$t/ready" >>"$t/drops" & reader=$!
	on_exit "kill $reader"
	wait_for 'test -e $t/ready' 30
	before=$(stats .own)
	read -r sent0 _ failed0 < <(tried)
	# Datagrams all the time, at first
	for _ in 1 2 3; do udp "$a" 10.0.1.254 9 $N; done
	wait_for '[ "$(grep -c 64726f70 "$t/drops")" -ge $((3 * N)) ]'
	wait_for 'tried >/dev/null; grep -q " $(stats ".readers[] | select(.owner).delivered") discard samples" $t/log' 30
	read -r sent _ failed < <(tried)
	# A neighbour is given up after a while, and what waits for it with it.
	[ "$4" != sent ] || wait_for '[ $(($(stats .own) - before)) -ge $((sent - sent0)) ]'
	own=$(($(stats .own) - before))
	is "$name: drops go on being reported" "$(grep -c 64726f70 "$t/drops")" $((3 * N))
	is "$name: none of our own is" "$(jq -r .data "$t/drops" |
		grep -c "$(printf %04x "$3")........00000005")" 0
	case $4 in
	sent) between "$name: each is counted as own" \
		$own $((sent - sent0)) $((3 * (sent - sent0) + 3)) ;;
	failed) between "$name: each is counted as own" \
		$own $((failed - failed0)) $((2 * (failed - failed0) + 3)) ;;
	none) is "$name: there is nothing to be dropped" $own 0 ;;
	esac
	note "$name: sent $sent, failed $failed, own $own"
	# Nothing feeds itself: at rest, nothing moves.
	before=$(stats .seen) ticks=$(ticks) end=$((SECONDS + LENGTH))
	wait_for '[ $SECONDS -ge $end ]' $((LENGTH + 30))
	seen=$(($(stats .seen) - before))
	between "$name: no drops when nothing is dropped" $seen 0 $((5 + LENGTH / 5))
	between "$name: ksflowd at rest, ticks" "$(($(ticks) - ticks))" 0 $((_patience * (2 * LENGTH + 5)))
	# The last one may have been on its way.
	read -r sent0 _ failed0 < <(tried)
	between "$name: no more datagrams" $((sent0 - sent + failed0 - failed)) 0 $((seen + 1))
	is "$name: the ledger closes" "$(stats '.seen == .counted + .hidden + .own +
		.limited + .selected')" true
	kill "$ksflowd"; wait "$ksflowd" 2>/dev/null
	kill "$reader"; wait "$reader" 2>/dev/null
	true
}

own "nobody listens" 127.0.0.1 6300 sent
own "firewall" 10.0.1.1 6301 failed
own "blackhole route" 10.0.9.1 6302 none
own "dead neighbour" 10.0.1.77 6303 sent
