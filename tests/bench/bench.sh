# SPDX-License-Identifier: GPL-2.0
# vm: timeout=20000
#
# What this module and the programs beside it cost the same work in the same boot.
# Started by run, in a guest or on this machine. Each figure is a line
#
#   @ SECTION WORK WHO ADDED PATH ALL DELIVERED      with tabs between
#
# ADDED    what it adds to the packet's path, where the packet is: instructions, or
#          nanoseconds where a nanosecond is one
# PATH     what the packet costs there without it; for the path itself: its cost
# ALL      what it adds in all, readers and workers included, or -
# DELIVERED   of how many packets a reader was told, or -
#
# Words of the kernel's command line, or of $BENCH: bench.instructions (time is
# instructions), bench.sections=A,B,... (not all of them).

cd "$(dirname "$0")/../e2e" || exit
. ./lib.sh
. ../bench/cost.sh

NEVER=16777216	# "1 in": a packet that is not selected
peer=${BUILD:-../bench}/peer object=${BUILD:-../bench}/peers.o
on_exit '[ ! "$reader" ] || kill $reader'
words=" $(cat /proc/cmdline) ${BENCH-} "
reader='' rounds=1
none=$t/none
head -c 8 /dev/zero >"$none"

# What is said of several rounds: with instructions, others only add.
if [[ $words == *" bench.instructions "* ]]; then pick=1; else pick=2; fi
row() {
	local IFS=$'\t'
	echo "@	$*"
}
# cost MODE: of one packet; cost_udp FRAME
cost() { MODE=$1 floods va $PACKETS | sed -n ${pick}p; }
cost_udp() { udp_floods "$1" | sed -n "${pick}{s/ .*//p}"; }

# reader PEER...: one that counts; dev_set IF WORD...: on the tool's layer
reader() {
	count=$t/count
	rm -f "$count"
	${in-} "$peer" "$count" "$@" &
	reader=$!
	wait_for "test -e $count || ! kill -0 $reader" 120
	test -e "$count" || { not_ok "peer $*"; exit; }
}
enough() { kill "$reader"; wait "$reader" 2>/dev/null; reader='' count=$none; }
count=$none
big_ring_here() { $python ./genl.py 5 11.1=u8:3 11.3=u32:4194304 >/dev/null; }
repairs() { in_ns "$b" $python ./repairs.py "$@"; }
drops() { $python ./drops.py "$@"; }
sample_off() { ksflow reset; }

# --- not selected ------------------------------------------------------------

add() { # add WORK WHO
	row not-selected "$1" "$2" "$(more "$(cost "$mode")" "$path")" "$path" - -
}
not_selected() {
	local way mode path
	pairs va vb vc vd
	load
	reader ksflow 1
	ksflow dev set va rate $NEVER dir both
	MODE=queue_xmit flood va 1000
	sample_off
	enough
	for way in ingress egress; do
		mode=netif_receive
		[ $way = ingress ] || mode=queue_xmit
		cost "$mode" >/dev/null
		path=$(cost "$mode")
		row not-selected $way "the path itself" 0 "$path" - -
		reader ksflow 1
		ksflow dev set va rate $NEVER dir $way tap tracepoint
		add $way "ksflow, tracepoint"
		ksflow dev set va rate $NEVER dir $way tap netfilter
		add $way "ksflow, netfilter"
		sample_off
		ksflow dev set vc rate $NEVER dir $way tap tracepoint
		add $way "ksflow, another device"
		sample_off
		ksflow dev set va rate $NEVER dir $way tap tracepoint
		enough
		add $way "ksflow, no reader"
		sample_off

		reader tcx $object sample $way va $NEVER
		add $way "TCX, hash and random"
		enough
		reader tcx $object empty $way va
		add $way "TCX, empty"
		enough
		reader packet va $NEVER
		add $way "AF_PACKET, random filter"
		enough
		nft_log $way $NEVER
		reader nflog 5
		add $way "nftables, numgen and log"
		enough
		nft delete table netdev bench
		tc_sample $way $NEVER
		reader psample
		add $way "act_sample"
		enough
		tc qdisc del dev va clsact
		# What drifted since the beginning is no program's.
		add $way "the path itself, at the end"
	done
	unload
	finish
}
nft_log() { # nft_log WAY RATE
	local when="numgen random mod $2 0"
	[ "$2" != 1 ] || when=
	nft -f - <<-END_OF_RULES
	table netdev bench {
		chain c {
			type filter hook $1 device "va" priority 0;
			$when log group 5 snaplen 128 queue-threshold 64
		}
	}
	END_OF_RULES
}
tc_sample() { # tc_sample WAY RATE
	tc qdisc add dev va clsact
	tc filter add dev va "$1" matchall action sample rate "$2" group 1 trunc 128
}
# What a section set up goes with it.
finish() {
	local i
	for ((i = ${#_on_exit[@]} - 1; i >= kept; i--)); do
		eval "${_on_exit[i]}"
		unset "_on_exit[i]"
	done
}

# --- growth ------------------------------------------------------------------

growth() {
	local n have=1 path i
	pairs va vb
	load
	for n in 1 10 100 1000; do
		for ((i = have; i < n; i++)); do echo "link add bench$i type dummy"; done |
			ip -batch -
		have=$n
		cost netif_receive >/dev/null
		path=$(cost netif_receive)
		reader ksflow 1
		[ "$n" = 1 ] || ksflow dev set 'bench*' rate $NEVER dir both tap tracepoint
		ksflow dev set va rate $NEVER dir ingress tap tracepoint
		row growth "ingress, $n interfaces" ksflow \
			"$(more "$(cost netif_receive)" "$path")" "$path" - -
		enough
		sample_off
	done
	for ((i = 1; i < have; i++)); do echo "link del bench$i"; done | ip -batch -
	path=$(cost netif_receive)
	reader ksflow 1
	ksflow dev set va rate $NEVER dir ingress tap tracepoint
	for n in 1 4 16; do
		for ((i = 1; i < n; i++)); do ksflow dev set "none$i*" rate 1000; done 2>"$t/log"
		row growth "ingress, $n rules" ksflow \
			"$(more "$(cost netif_receive)" "$path")" "$path" - -
	done
	enough
	unload
	finish
}

# --- selected, dropped: to a reader ------------------------------------------

# deliver COUNT WANTED: rounds of a flood, the figures the mean: in place, in all,
# and how many the reader was told of in the last one
deliver() {
	local i
	for ((i = 0; i < rounds; i++)); do
		MODE=netif_receive START="$peer $count start $2" flood va "$1" |
			tr '\n' ' '
		took va
	done | awk -v n="$1" '{ all += $1; got = $2; here += $3 * 1000 }
		END { printf "%.1f %.1f %d\n", here / NR / n, all / NR / n, got }'
}
# told SECTION WORK WHO COUNT RATE: a row; the first one's is the path
told() {
	local here all got
	deliver $(($4 / 10)) $(($4 / 10 / $5)) >/dev/null
	read -r here all got < <(deliver "$4" $(($4 / $5)))
	if [ "$3" = "the path itself" ]; then
		path=$here path_all=$all
		row "$1" "$2" "$3" 0 "$here" "$all" -
	else
		row "$1" "$2" "$3" "$(more "$here" "$path")" "$path" \
			"$(more "$all" "$path_all")" "$got of $(($4 / $5))"
	fi
}
selected() {
	local rate n path path_all
	pairs va vb
	[ $pick != 1 ] || worker_on_cpu0
	load
	big_ring_here
	rounds=3
	for rate in 1 10 100 400; do
		n=$((rate == 1 ? 10000 : rate == 10 ? 50000 : 100000))
		told selected "1:$rate" "the path itself" $n $rate
		reader ksflow 1
		ksflow dev set va rate $rate dir ingress tap tracepoint
		told selected "1:$rate" "ksflow" $n $rate
		ksflow dev del va
		enough
		reader tcx $object sample ingress va $rate
		told selected "1:$rate" "TCX, ring buffer" $n $rate
		enough
		reader packet va $rate
		told selected "1:$rate" "AF_PACKET ring" $n $rate
		enough
		nft_log ingress $rate
		reader nflog 5
		told selected "1:$rate" "nftables, NFLOG" $n $rate
		enough
		nft delete table netdev bench
		tc_sample ingress $rate
		reader psample
		told selected "1:$rate" "act_sample, psample" $n $rate
		enough
		tc qdisc del dev va clsact
	done
	unload
	finish
}

dropped() {
	local path path_all n=10000
	pairs va vb
	[ $pick != 1 ] || worker_on_cpu0
	load
	big_ring_here
	rounds=3
	told dropped "not told" "the path itself" 50000 1
	told_not() { # WHO
		local here
		here=$(cost netif_receive)
		row dropped "not told" "$1" "$(more "$here" "$path")" "$path" - -
	}
	path=$(cost netif_receive)
	reader ksflow 2
	drops set state=on hide=none limit=1
	cost netif_receive >/dev/null
	told_not "ksflow, limit exhausted"
	drops set state=count
	told_not "ksflow, counted only"
	enough
	drops reset
	reader tracepoint $object drop_count
	told_not "BPF tracepoint, counted only"
	enough
	told dropped "each told" "the path itself" $n 1
	big_ring_here
	reader ksflow 2
	drops set state=on hide=none limit=unlimited
	told dropped "each told" "ksflow" $n 1
	enough
	drops reset
	reader tracepoint $object drop_event
	told dropped "each told" "BPF tracepoint, ring buffer" $n 1
	enough
	modprobe drop_monitor
	on_exit "rmmod drop_monitor"
	reader drops
	told dropped "each told" "drop_monitor, packets" $n 1
	enough
	unload
	finish
}

# --- checksums ---------------------------------------------------------------

checksums() {
	local size path conntrack i n
	udp_pair 100 1222 1428 8900
	sum() { # sum WHO FRAME
		row checksum "$size bytes$conntrack" "$1" \
			"$(more "$(cost_udp "$2-$size")" "$path")" "$path" - -
	}
	for conntrack in "" ", conntrack"; do
		[ -z "$conntrack" ] || in_ns "$b" nft -f - <<-END_OF_RULES
		table inet bench {
			chain c {
				type filter hook prerouting priority 0
				ct state invalid counter
			}
		}
		END_OF_RULES
		for size in 100 1222 1428 8900; do
			[ -z "$conntrack" ] || [ $size = 1428 ] || continue
			load
			cost_udp right-$size >/dev/null
			path=$(cost_udp right-$size)
			row checksum "$size bytes$conntrack" "the path itself, right" 0 "$path" - -
			repairs add port=4739 mode=repair
			cost_udp other-$size >/dev/null
			sum "ksflow, right" right
			sum "ksflow, repaired" other
			repairs del
			repairs add port=4739
			sum "ksflow, audit, right" right
			repairs del
			repairs add port=4740 mode=repair
			sum "ksflow, another port" right
			repairs del
			in="ip netns exec $b" reader tcx $object fix ingress b0
			sum "TCX, sum of chunks, right" right
			sum "TCX, sum of chunks, repaired" other
			enough
			sum "the path itself, at the end" right
			unload
		done
	done
	in_ns "$b" nft delete table inet bench
	size=1428
	load
	path=$(cost_udp right-$size)
	repairs add port=4739 mode=repair
	i=1
	for n in 1 4 16; do
		for (( ; i < n; i++)); do repairs add port=$((5000 + i)) mode=repair; done
		cost_udp right-$size >/dev/null
		row growth "checksum, $n rules" ksflow \
			"$(more "$(cost_udp right-$size)" "$path")" "$path" - -
	done
	unload
	finish
}

# --- the exporter ------------------------------------------------------------

# ran PID: nanoseconds on a processor
ran() { cut -d' ' -f1 "/proc/$1/schedstat"; }
told_so_far() { od -An -t u8 "$count" | tr -d ' '; }
# per_sample WORK WHO PID COUNT [TOLD]: a flood of COUNT packets, one each 20 us;
# the command TOLD prints how many samples there were, without it all were
per_sample() {
	local before had=0 now got=$4
	before=$(ran "$3") had=$(eval "${5-echo 0}")
	MODE=netif_receive GAP=20000 flood va "$4"
	settled "${5-ran $3}"
	now=$(ran "$3") got=$(eval "${5-echo $4}")
	row exporter "$1" "$2" "$(awk -v t=$((now - before)) -v n=$((got - had)) \
		'BEGIN { printf "%.1f", n ? t / n : 0 }')" - - "$((got - had))"
}
# settled COMMAND: what it prints has not changed for a second
settled() {
	local last='' now
	for _ in {1..60}; do
		now=$(eval "$1")
		[ "$now" != "$last" ] || break
		last=$now
		read -rt 1 <> <(:) || true
	done
}
exporter() {
	local rate n daemon
	pairs va vb
	load
	ip link add out0 type dummy
	on_exit "ip link del out0"
	ip link set out0 up
	ip addr add 192.0.2.1/24 dev out0
	ip neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev out0
	for rate in 1 100; do
		n=$((rate == 1 ? 20000 : 200000))
		big_ring_here
		cat >"$t/conf" <<-END_OF_CONF
		sflow {
		  agentIP = 192.0.2.1
		  collector { ip=192.0.2.2 udpport=6343 }
		  polling = 0
		  samplingDirection = in
		  pcap { dev=va sampling=$rate }
		}
		END_OF_CONF
		ksflowd --foreground -f "$t/conf" 2>"$t/log" &
		daemon=$!
		on_exit "kill $daemon"
		wait_for 'ksflow -j dev show va | grep -q "\"rate\":'$rate'\b"' 60
		local delivered="ksflow -j stats | jq '[.. | objects | select(has(\"delivered\"))
			| .delivered] | add'"
		per_sample "1:$rate" ksflowd $daemon $n "$delivered"
		kill $daemon
		wait $daemon 2>/dev/null
		reader ksflow 1
		ksflow dev set va rate $rate dir ingress tap tracepoint
		per_sample "1:$rate" "netlink loop that counts" $reader $n told_so_far
		enough
		sample_off
	done
	tcpdump -i va -s 128 -w /dev/null 2>"$t/log" &
	daemon=$!
	wait_for 'grep -q listening $t/log' 60
	per_sample 1:1 "tcpdump -w" $daemon 20000
	kill $daemon
	wait $daemon 2>/dev/null
	grep -q '^20000 packets captured' "$t/log" ||
		not_ok "tcpdump captures them all" "$(cat "$t/log")"
	reader packet va 1
	per_sample 1:1 "AF_PACKET ring that counts" $reader 20000 told_so_far
	enough
	unload
	finish
}

kept=${#_on_exit[@]}
sections=$(grep -o 'bench.sections=[^ ]*' <<<"$words" | cut -d= -f2 | tr , ' ')
for section in ${sections:-not_selected selected dropped checksums growth exporter}; do
	$section
done
