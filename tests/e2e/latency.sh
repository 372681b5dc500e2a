# SPDX-License-Identifier: GPL-2.0
# From packet to datagram in at most 100 ms, by the time in the packet's own
# record and the time its datagram reached the collector's socket. Guest time
# is instructions here, so a busy machine changes nothing.
#
#   namespace a                    namespace r
#     a0 10.0.0.1  ------------------  r0 10.0.0.2   ksflowd, collector on lo
#
# vm: timeout=200 icount cpus=1

. ./lib.sh

load
new_ns a r
veth "$a" a0 "$r" r0
addr "$a" a0 10.0.0.1/24
addr "$r" r0 10.0.0.2/24
cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 }
  polling = 0
  pcap { dev=r0 sampling=1 }
}
END
ip netns exec "$r" $python ./sflow.py -w "$t/samples" --ready "$t/ready" &
collector=$!
wait_for 'test -e $t/ready'
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit 'kill -KILL $daemon $collector'
wait_for 'grep -q sampling "$t/log"'

# What arrived since the last time is judged; what arrives meanwhile, next time.
seen=0
flows() { grep -c '"kind": "flow"' "$t/samples"; }
# measure NAME SAMPLES: waits for that many more
measure() {
	local worst median n
	wait_for "[ \$(flows) -ge $((seen + $2)) ]" 20
	grep '"kind": "flow"' "$t/samples" | tail -n "+$((seen + 1))" >"$t/new"
	seen=$((seen + $(wc -l <"$t/new")))
	read -r worst median n < <(jq -s -r '[.[] |
		(.received_ns - .records["1043"].time_ns) / 1000000] | sort |
		"\(.[-1]) \(.[length / 2 | floor]) \(length)"' "$t/new")
	note "$1: worst $worst ms, median $median ms, $n samples"
	between "$1: samples" "$n" "$2" 1000000
	between "$1: worst latency in ms" "$worst" 0 100
}

# Alone, at no particular time: each packet waits for the module's clock.
ip netns exec "$a" ping -q -c 40 -i 0.137 10.0.0.2 >/dev/null
measure "single packets" 80

# Many at once: buffers fill before clocks tick. The ring may overflow; what
# was delivered must all have arrived.
ip netns exec "$a" ping -q -f -c 2000 10.0.0.2 >/dev/null
delivered() {
	ip netns exec "$r" ksflow stats |
		awk '/^reader/ { on = 1 } on && $1 == "delivered" { print $2 }'
}
measure "a flood" 3000
try "a flood: all that was delivered arrived" \
	wait_for '[ "$(flows)" = "$(delivered)" ]' 20

# After a long silence.
end=$((SECONDS + 5))
wait_for '[ $SECONDS -ge $end ]'
ip netns exec "$a" ping -q -c 1 10.0.0.2 >/dev/null
measure "after silence" 2
kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0
