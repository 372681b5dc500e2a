# SPDX-License-Identifier: GPL-2.0
# The local socket of a sample or a drop (records 2100, 2101, 2209): what ss says
# of the same flow, under delay and loss; and packets that have none.
#
#   namespace a                      namespace r                    namespace b
#     a0 10.0.0.1 fd00::1 ------------ r0 10.0.0.2 fd00::2
#                                      r1 10.0.1.2 --------------------- b0 10.0.1.1
#   ksflowd and its collector in r, which forwards; 50 ms from a to r; r1 moves
#   into a VRF at last
#
# vm: timeout=200

. ./lib.sh

new_ns a r b
veth $a a0 $r r0
veth $r r1 $b b0
addr $a a0 10.0.0.1/24 fd00::1/64
addr $r r0 10.0.0.2/24 fd00::2/64
addr $r r1 10.0.1.2/24
addr $b b0 10.0.1.1/24
ip -n $a route add default via 10.0.0.2
ip -n $b route add default via 10.0.1.2
in_ns $r sysctl -qw net.ipv4.ip_forward=1
for i in "$a a0" "$r r0" "$r r1" "$b b0"; do
	set -- $i
	in_ns $1 ethtool -K $2 tso off gso off gro off >/dev/null
done

# Sockets by commands, a line each; answers with a line.
#   listen NAME PORT [DEV] | connect NAME ADDRESS PORT | send NAME BYTES | close NAME
#   udp NAME PORT | to NAME ADDRESS PORT
cat >"$t/sockets.py" <<'END'
import socket, sys, threading
DEV = 25
at = {}
def swallow(s):
    while s.recv(65536):
        pass
    s.close()
def serve(listener):
    while True:
        s = listener.accept()[0]
        threading.Thread(target=swallow, args=(s,), daemon=True).start()
for line in sys.stdin:
    word, name, *rest = line.split()
    if word == 'listen':
        s = socket.socket(socket.AF_INET6)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if rest[1:]:
            s.setsockopt(socket.SOL_SOCKET, DEV, rest[1].encode())
        s.bind(('::', int(rest[0])))
        s.listen()
        threading.Thread(target=serve, args=(s,), daemon=True).start()
        at[name] = s
    elif word == 'connect':
        at[name] = socket.create_connection((rest[0], int(rest[1])))
        at[name].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    elif word == 'send':
        at[name].sendall(bytes(int(rest[0])))
    elif word == 'close':
        at[name].close()
    elif word == 'udp':
        at[name] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        at[name].setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
        at[name].bind(('0.0.0.0', int(rest[0])))
    elif word == 'to':
        at[name].sendto(bytes(10), (rest[0], int(rest[1])))
    print('done', flush=True)
END
# sockets NS: a process of it; say NS COMMAND
sockets() {
	mkfifo "$t/$1.to" "$t/$1.from"
	ip netns exec "$1" $python "$t/sockets.py" <"$t/$1.to" >"$t/$1.from" &
	on_exit "kill $!"
	exec {to[$2]}>"$t/$1.to" {from[$2]}<"$t/$1.from"
}
declare -a to from
sockets $a 0; sockets $r 1; sockets $b 2
say() { local line; echo "$2" >&"${to[$1]}"; read -r -t 60 line <&"${from[$1]}"; }
say 0 "listen L 7000"
say 1 "listen L 7001"
say 1 "listen M 7003"
say 2 "listen M 7003"

ip netns exec $r $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
on_exit "kill $collector"
wait_for 'test -e $t/ready' 30
conf() {
	cat >"$t/conf" <<-END
	sflow {
	  polling = 0
	  dropmon { limit=unlimited }
	  pcap { dev=r0 sampling=1 }
	  pcap { dev=r1 sampling=1 }
	  collector { ip=127.0.0.1 }
	  ${1-}
	}
	END
}
conf
load
big_ring $r
ip netns exec $r ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill $daemon"
ready() { ksflow -n $r -j dev show $1 | jq -e '.[0].rate == 1'; }
try "ksflowd has it sampled" wait_for 'ready r0 && ready r1' 20

# of KIND PORT: samples that have a socket of this remote or local port
of() {
	jq -c --argjson port "$2" "select(.kind == \"$1\") | .records |
		select((.[\"2100\"] // .[\"2101\"]) | .remote_port == \$port or
			.local_port == \$port)" "$t/samples"
}
frames() { # frames HEX: samples with these bytes
	jq -c "select(.kind == \"flow\" and (.records[\"1\"].header | contains(\"$1\")))" "$t/samples"
}
clear() { : >"$t/samples"; }
errors() { jq -c 'select(.kind == "error")' "$t/samples" | wc -l; }

# --- what ss says ---------------------------------------------------------------

# ss PORT: rtt rttvar cwnd retrans mss pmtu rcvmss minrtt of the flow, as ss has it
ss_says() {
	in_ns $r ss -tinH "dport = :$1" | awk '
		function value(name) {
			if (!match($0, " " name ":[^ ]*"))
				return 0
			return substr($0, RSTART + length(name) + 2, RLENGTH - length(name) - 2)
		}
		/rtt:/ { split(value("rtt"), rtt, "/")
			n = split(value("retrans"), retrans, "/")
			printf "%.0f %.0f %d %d %d %d %d %.0f\n", rtt[1] * 1000, rtt[2] * 1000,
				value("cwnd"), (n > 1 ? retrans[2] : 0), value("mss"),
				value("pmtu"), value("rcvmss"), value("minrtt") * 1000 }'
}
# The last record of the flow that came in: of the acknowledgement.
we_say() {
	of flow "$1" | jq -r 'select(.["2209"].direction == 1)["2209"] | "\(.rtt) \(.rttvar) \(
		.snd_cwnd) \(.retrans) \(.snd_mss) \(.pmtu) \(.rcv_mss) \(.min_rtt)"' | tail -n 1
}
# in_time: records, of the time they were taken; they come CPU by CPU
in_time() { jq -s -c 'sort_by(.["1043"].time_ns)[]'; }
# One byte, its acknowledgement, and then nothing that would change anything. Of a
# guest that stood still the rtt is too long, until some more have come back.
agree() {
	say 1 "send C 1"
	wait_for '[ "$(of flow 7000 | jq -c "select(.[\"2209\"].unacked == 0)" | tail -n 1)" ]' 5
	local said=$(ss_says 7000)
	wait_for '[ "$said" ] && [ "$(we_say 7000)" = "$said" ]' 1 && [ "${said%% *}" -le 200000 ]
}

for ip in 10.0.0.1 fd00::1; do
	in_ns $a tc qdisc add dev a0 root netem delay 20ms
	in_ns $r tc qdisc add dev r0 root netem loss 8%
	clear
	say 1 "connect C $ip 7000"
	# Until something was sent again.
	again() { say 1 "send C 100000"; [ "$(ss_says 7000 | cut -d ' ' -f 4)" -gt 5 ]; }
	try "$ip: packets are lost and sent again" wait_for again 60
	in_ns $r tc qdisc del dev r0 root
	idle() { ! in_ns $r ss -tinH "dport = :7000" | grep -q unacked; }
	wait_for idle 60
	is "$ip: retransmissions only grow" "$(of flow 7000 | in_time | jq '.["2209"].retrans' |
		sort -nc 2>&1)" ""
	clear
	try "$ip: rtt, rttvar, cwnd, retrans, mss, pmtu, rcvmss, minrtt as ss has them" \
		wait_for agree 60
	note "ss: $(ss_says 7000); we: $(we_say 7000)"
	between "$ip: rtt is what netem makes of it, us" "$(we_say 7000 | cut -d ' ' -f 1)" 20000 200000
	between "$ip: some were sent again" "$(we_say 7000 | cut -d ' ' -f 4)" 5 100000
	is "$ip: both directions" "$(of flow 7000 | jq '.["2209"].direction' | sort -u | tr '\n' ' ')" "1 2 "
	is "$ip: the ends" "$(of flow 7000 | jq -c '(.["2100"] // .["2101"]) |
		[.protocol, .local, .remote, .remote_port]' | sort -u)" \
		"[6,\"${ip%1}2\",\"$ip\",7000]"
	clear
	say 1 "close C"
	try "$ip: in TIME-WAIT: the ends without tcp_info" wait_for \
		'of flow 7000 | in_time | tail -n 1 | jq -e "(has(\"2100\") or has(\"2101\")) and (has(\"2209\") | not)"'
	is "$ip: nothing malformed" "$(errors)" 0
	in_ns $a tc qdisc del dev a0 root
done

# --- who has one, and who has none ------------------------------------------------

clear
say 0 "connect R 10.0.0.2 7001"
say 0 "send R 1000"
try "an accepted connection" wait_for '[ "$(of flow 7001 | grep 2209)" ]'
is "IPv4 ends of an IPv6 socket" "$(of flow 7001 | jq -c '.["2100"] |
	[.local, .local_port, .remote]' | sort -u)" '["10.0.0.2",7001,"10.0.0.1"]'
clear
say 0 "connect F 10.0.1.1 7003"
say 0 "send F 1000"
try "forwarded to a port that a socket listens on here" wait_for \
	'[ "$(frames 0a0000010a000101)" ]'
is "has no socket" "$(of flow 7003 | wc -l)" 0
clear
say 0 "udp U 6001"
say 0 "to U 10.0.0.2 6002"
say 1 "udp V 6003"
say 0 "to U 10.0.0.2 6003"
say 1 "to V 10.0.0.1 6004"
try "UDP, received and sent, not connected" wait_for \
	'[ "$(of flow 6003 | wc -l)" = 2 ]'
is "its ends, and no tcp_info" "$(of flow 6003 | jq -c '[.["2100"][]], has("2209")' | sort)" \
"[17,\"10.0.0.2\",\"10.0.0.1\",6003,6001]
[17,\"10.0.0.2\",\"10.0.0.1\",6003,6004]
false
false"
is "a port without a socket" "$(of flow 6002 | wc -l)" 0

# --- drops --------------------------------------------------------------------------

clear
for i in $(seq 100); do echo "to U 10.0.0.2 6003"; done >&"${to[0]}"
for i in $(seq 100); do read -r -t 60 <&"${from[0]}"; done
try "a full receive buffer: the drop has the socket" wait_for \
	'[ "$(of discard 6003 | jq -c "[.[\"2100\"][]]" | sort -u)" = "[17,\"10.0.0.2\",\"10.0.0.1\",6003,6001]" ]'
say 1 "connect C 10.0.0.1 7000"
echo "table ip t { chain c { type filter hook output priority 0; tcp dport 7000 drop; }; }" >"$t/rules"
in_ns $r nft -f "$t/rules"
clear
say 1 "send C 10"
# For TCP it was never sent: none is in flight.
try "a firewall's: the drop has the sender, and its state" wait_for \
	'of discard 7000 | jq -e ".[\"2209\"] | .direction == 2 and .pmtu == 1500 and .unacked == 0"' ||
	note "$(of discard 7000 | head -n 3)"
in_ns $r nft delete table ip t

# --- switches -----------------------------------------------------------------------

reload() {
	local n=$(reads)
	conf "${1-}"
	kill -HUP $daemon
	wait_for "[ \$(reads) -gt $n ]"
}
reads() { grep -c "configuration read" "$t/log"; }
# after LINE: with it in the configuration, the kinds of record of a sent byte
after() {
	reload "$1"
	say 1 "send C 1"
	clear
	say 1 "send C 1"
	say 1 "to V 10.0.0.1 6004"
	# the byte, its acknowledgement, the datagram
	wait_for '[ "$(frames 17731774)" ] && [ "$(frames 0a000 | wc -l)" -ge 3 ]'
	jq -c 'select(.kind == "flow") | .records | keys[] | select(. > "2000")' "$t/samples" |
		sort -u | tr '\n' ' '
}
is "tcp-info off" "$(after "records { tcp-info=off }")" '"2100" '
is "socket off" "$(after "records { socket=off }")" '"2209" '
is "both off" "$(after "records { socket=off tcp-info=off }")" ''
is "the tcp block of hsflowd" "$(after "tcp { udp=off }")" '"2100" "2209" '
is "leaves UDP out" "$(of flow 6003 | wc -l)" 0
is "and is no warning" "$(grep -c "tcp:" "$t/log")" 0

# --- VRF ----------------------------------------------------------------------------

reload
ip -n $r link add v type vrf table 10
ip -n $r link set v up
ip -n $r link set r1 master v
say 1 "listen W 7002 v"
clear
say 2 "connect W 10.0.1.2 7002"
say 2 "send W 1000"
try "a socket bound to a VRF" wait_for \
	'[ "$(of flow 7002 | jq -c "select(has(\"2209\")) | .[\"2209\"].direction" | sort -u | tr "\n" " ")" = "1 2 " ]'
is "nothing malformed" "$(errors)" 0
try "the ledger closes" closes $r
