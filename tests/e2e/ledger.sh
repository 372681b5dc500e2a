# SPDX-License-Identifier: GPL-2.0
# vm: timeout=300
#
# seen = not selected + delivered + lost, for each cause, to the packet, when
# a reader is too slow and when the rings are too small.
#
#   pktgen --netif_receive--> va | vb        N packets, exactly
#
# Reader "fast" keeps up. Reader "slow" has a small socket buffer and is
# stopped while the packets come.

. ./lib.sh

N=4000
RING=16384
modprobe pktgen
ip link add va type veth peer name vb
sysctl -qw net.ipv6.conf.va.disable_ipv6=1 net.ipv6.conf.vb.disable_ipv6=1
ip link set va up; ip link set vb up
on_exit "ip link del va; rmmod pktgen"

reader() { # reader NAME OPTIONS...
	local name=$1; shift
	rm -f /tmp/$name.*
	ksflow -j monitor samples --ready-file /tmp/$name.ready "$@" \
		>/tmp/$name.json 2>/tmp/$name.end &
	eval "$name=$!"
	on_exit "kill -CONT $!; kill $!"
	wait_for "test -e /tmp/$name.ready" 60
}
stop() { kill -CONT ${!1}; kill ${!1}; wait ${!1}; }

stats() { ksflow -j stats >/tmp/stats; }
# get WHAT KEY of them; readers by the size of their loss: fast has lost less
get() {
	case $1 in
	namespace) jq ".namespace[0][\"$2\"]" /tmp/stats ;;
	closes)    jq .closes /tmp/stats ;;
	va)        jq ".sources[] | select(.dev == \"va\")[\"$2\"]" /tmp/stats ;;
	fast)      jq ".readers | min_by(.[\"lost-overrun\"])[\"$2\"]" /tmp/stats ;;
	slow)      jq ".readers | max_by(.[\"lost-overrun\"])[\"$2\"]" /tmp/stats ;;
	esac
}
# of READER KEY: the sum of its file's hits, or the highest of another key
of() {
	awk -v key="\"$2\":" '{
		at = index($0, key)
		n = substr($0, at + length(key)) + 0
		if (key == "\"hits\":") result += n
		else if (n > result) result = n
	} END { print result + 0 }' "/tmp/$1.json"
}

# --- a reader that is too slow; the ring has room for all -------------------

load ring=4194304
ksflow dev set va rate 2 dir ingress
reader fast --rcvbuf 33554432
reader slow --rcvbuf 4096
kill -STOP $slow
flood va $N
stats
seen=$(get va seen) selected=$(get va selected)
is "slow reader: every packet was seen" "$seen" $N
between "slow reader: half of them were selected" "$selected" 1880 2120
is "slow reader: the ring lost none" "$(get va lost-ring)" 0
is "slow reader: fast lost none" "$(get fast lost-overrun)" 0
is "slow reader: fast got all" "$(get fast delivered)" "$selected"
lost=$(get slow lost-overrun)
between "slow reader: slow lost most" "$lost" 1000 2120
is "slow reader: selected = delivered + lost" \
	"$(($(get slow delivered) + lost))" "$selected"
is "the ledger closes" "$(get closes)" true
# The next samples carry the loss as sFlow's drops, to the slow one alone. They are
# few, and come when it has read all that it had: else it would lose some more.
kill -CONT $slow
wait_for '[ "$(of slow hits)" = "$(get slow delivered)" ]' 60
flood va 10
wait_for 'stats; [ "$(of fast hits)" = "$(get fast delivered)" ]' 60
wait_for '[ "$(of slow hits)" = "$(get slow delivered)" ]' 60
is "slow reader: its drops" "$(of slow drops)" "$lost"
is "slow reader: no drops for fast" "$(of fast drops)" 0
is "the pool of the last sample is what was seen, less what is left" \
	"$(($(get va seen) - $(of fast pool) < 4))" 1
stop slow; stop fast
is "fast's file has what was delivered" "$(of fast hits)" "$(get fast delivered)"
is "slow's file has what was delivered" "$(of slow hits)" "$(get slow delivered)"
unload

# --- rings that are too small -----------------------------------------------

worker_on_cpu0
load ring=$RING
ksflow dev set va rate 1 dir ingress
reader fast --rcvbuf 33554432
flood va $N $N
stats
lost=$(get va lost-ring)
is "small ring: every packet was seen" "$(get va seen)" $N
is "small ring: every packet was selected" "$(get va selected)" $N
between "small ring: it lost most" "$lost" $((N / 2)) $N
is "small ring: the reader's share is the same" "$(get fast lost-ring)" "$lost"
is "small ring: selected = delivered + lost" \
	"$(($(get fast delivered) + lost))" $N
is "small ring: nothing else was lost" "$(get fast lost-overrun)" 0
is "the ledger closes" "$(get closes)" true
flood va 1
wait_for 'stats; [ "$(of fast hits)" = "$(get fast delivered)" ]' 60
is "small ring: drops" "$(of fast drops)" "$lost"
is "small ring: pool" "$(of fast pool)" $((N + 1))
# The last reader goes: what was counted stays, the rings do not.
stop fast
wait_for 'stats; [ "$(get namespace ring-bytes)" = null ]'
is "no reader: the rings are gone" "$(get namespace ring-bytes)" null
is "no reader: seen stays" "$(get va seen)" $((N + 1))
unload

# --- the same as sFlow says it --------------------------------------------------

load ring=$RING
cat >/tmp/ksflowd.conf <<'END'
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  samplingDirection = in
  pcap { dev=va sampling=1 }
}
END
rm -f /tmp/collector.ready /tmp/sflow
$python ./sflow.py -w /tmp/sflow --ready /tmp/collector.ready &
on_exit "kill $!"
wait_for 'test -e /tmp/collector.ready' 60
ksflowd --foreground -f /tmp/ksflowd.conf >/tmp/ksflowd.log 2>&1 &
ksflowd=$!
on_exit "kill $ksflowd"
wait_for 'ksflow -j stats | grep -q "\"owner\":true"' 60
wait_for 'ksflow -j dev show va | grep -q "\"rate\":1[,}]"' 60
flood va $N $N
flood va 1
stats
lost=$(get va lost-ring)
between "sFlow: the rings lost most" "$lost" $((N / 2)) $N
arrived() { grep -c '"kind": "flow"' /tmp/sflow; }
wait_for '[ "$(arrived)" = $((N + 1 - lost)) ]' 60
is "sFlow: what was not lost arrived" "$(arrived)" $((N + 1 - lost))
last() { jq -s "map(select(.kind == \"flow\").$1) | max" /tmp/sflow; }
is "sFlow: drops" "$(last drops)" "$lost"
is "sFlow: sample_pool" "$(last pool)" $((N + 1))
is "sFlow: sequence has no gap" "$(last sequence)" $((N + 1 - lost))
is "sFlow: nothing is malformed" "$(grep -c '"kind": "error"' /tmp/sflow)" 0
stop ksflowd
