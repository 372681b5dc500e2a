# SPDX-License-Identifier: GPL-2.0
# What switches know of a sampled packet, from netdevsim, which knows it of packets
# that never were: queue, depth and latency, over 32 bits too. Another reader of
# psample, in Python, says what was sent; sFlow's records carry exactly that,
# clamped. decode-tshark.sh reads the same datagrams.
#
# netdevsim has psample from Linux 5.14 on.
#
# vm: kernels=6.1,6.12,7.2 timeout=120

. ./lib.sh

modprobe netdevsim
modprobe psample
on_exit "rmmod netdevsim"
echo "10 1" >/sys/bus/netdevsim/new_device
on_exit "echo 10 >/sys/bus/netdevsim/del_device"
sim=/sys/kernel/debug/netdevsim/netdevsim10/psample
[ -d /sys/kernel/debug/netdevsim ] || mount -t debugfs debugfs /sys/kernel/debug
wait_for 'ls /sys/bus/netdevsim/devices/netdevsim10/net'
dev=$(ls /sys/bus/netdevsim/devices/netdevsim10/net)
ifindex=$(cat "/sys/class/net/$dev/ifindex")
sysctl -qw "net.ipv6.conf.$dev.disable_ipv6=1"
ip link set "$dev" up
try "netdevsim has psample" test -d $sim

cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  psample { group=6 }
}
END
$python ./sflow.py -w "$t/samples" --ready "$t/ready" & on_exit "kill $!"
tcpdump --immediate-mode -q -i lo -s 0 -U -w "$OUT/decode.pcap" udp port 6343 2>"$t/tcpdump" & tcpdump=$!
on_exit "kill $tcpdump"
wait_for 'grep -q listening $t/tcpdump'
$python ./psample.py "$t/psample.ready" >"$t/sent" & reader=$!
on_exit "kill $reader"
ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit 'kill -KILL $daemon'
wait_for 'test -e $t/ready && test -e $t/psample.ready && grep -q "its samples are read" $t/log'

# sent: those of ksflowd's group
sent() { grep '"group": 6,' "$t/sent"; }
others() { grep -c '"group": 5,' "$t/sent"; }
# sample NAME OUT_TC OCC_MAX LATENCY_MAX: some samples, random ones below the latter two
sample() {
	local name=$1 n others
	echo 0 >$sim/enable 2>/dev/null
	n=$(sent | wc -l) others=$(others)
	cat "$t/samples" >>"$OUT/samples"
	: >"$t/samples"
	for setting in group_num:6 rate:100 trunc_size:96 "out_ifindex:$ifindex" \
		"out_tc:$2" "out_tc_occ_max:$3" "latency_max:$4"; do
		echo "${setting#*:}" >"$sim/${setting%%:*}" || not_ok "$name: $setting"
	done
	echo 1 >$sim/enable
	wait_for "[ \$(sent | wc -l) -ge $((n + 8)) ]"
	echo 0 >$sim/enable
	# One of another group comes after all of them.
	echo 5 >$sim/group_num
	echo 1 >$sim/enable
	wait_for "[ \$(others) -gt $others ]"
	echo 0 >$sim/enable
	wait_for "[ \$(jq -s length $t/samples) = \$((\$(sent | wc -l) - $n)) ]"
	between "$name: samples" "$(jq -s length "$t/samples")" 8 1000
	is "$name: as they were sent, clamped" "$(jq -c '[.input, .output, .rate,
		.records."1".frame_length, (.records."1".header | length / 2),
		.records."1036".queue, .records."1040".depth,
		.records."1039".delay_ns, .records."1043".time_ns]' "$t/samples" | md5sum)" \
		"$(sent | tail -n +$((n + 1)) | jq -c 'def clamp: if . == null then . elif . > 4294967295 then 4294967295 else . end;
		[.iif // 0, .oif // 0, .rate, .len + 4, (.data | length / 2), .queue, (.depth | clamp),
		(.latency | clamp), .time]' | md5sum)"
	note "$(sent | tail -n 1)"
}

sample "small ones" 7 1024 65536
is "all have queue, depth and delay" \
	"$(jq -c '.records | [has("1036"), has("1040"), has("1039")]' "$t/samples" | sort -u)" "[true,true,true]"
is "the queue is known" "$(jq '.records."1036".queue' "$t/samples" | sort -u)" 7
sample "over 32 bits" 0 $((1 << 40)) $((1 << 40))
between "over 32 bits: clamped, nearly all" \
	"$(jq 'select(.records."1039".delay_ns == 4294967295)' "$t/samples" | jq -s length)" 4 1000
is "nothing is malformed" "$(grep -c '"kind": "error"' "$t/samples")" 0
kill $daemon; wait $daemon
cat "$t/samples" >>"$OUT/samples"
wait_for 'captured "$OUT/decode.pcap" "$OUT/samples"'
kill -INT $tcpdump; wait $tcpdump
try "the datagrams are saved for tshark" test -s "$OUT/decode.pcap"
