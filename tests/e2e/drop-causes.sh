# SPDX-License-Identifier: GPL-2.0
# vm: timeout=900
#
# What each kernel calls a drop, where it does it, and what sFlow is told.
# Three accounts are held against each other: the kernel's own trace event,
# ksflow's monitor, and a collector that ksflowd sends to.
#
#   a: a0 ===== r0 :r: r1 ===== b0 :b
#   10.0.1.1  .254     .254     10.0.2.1          all drops happen in r
#   fd01::1   ::fe      ::fe    fd02::1
#
# The table in $OUT/table has a line for each: cause, kernel, reason, function
# that dropped it, sFlow's code.

. ./lib.sh

kernel=$(uname -r | cut -d. -f1,2)
case $kernel in
5.10|6.1|6.12|7.2) ;;
*) not_ok "a kernel whose drops are known" "$kernel"; exit ;;
esac
N=3

new_ns a r b
ip -n "$a" link add a0 address 02:00:00:00:00:0a type veth \
	peer name r0 netns "$r" address 02:00:00:00:00:01
ip -n "$b" link add b0 address 02:00:00:00:00:0b type veth \
	peer name r1 netns "$r" address 02:00:00:00:00:02
R() { ip netns exec "$r" "$@"; }
for ns in "$a" "$r" "$b"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.router_solicitations=0 \
		net.ipv6.conf.default.router_solicitations=0 \
		net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
done
addr "$a" a0 10.0.1.1/24 fd01::1/64
addr "$r" r0 10.0.1.254/24 fd01::fe/64
addr "$r" r1 10.0.2.254/24 fd02::fe/64
addr "$b" b0 10.0.2.1/24 fd02::1/64
R sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n "$a" link set a0 up; ip -n "$r" link set r0 up
ip -n "$b" link set b0 up; ip -n "$r" link set r1 up
# No neighbour is to be asked for.
while read -r ns dev mac addrs; do
	for i in $addrs; do
		ip -n "$ns" neigh add "$i" dev "$dev" lladdr "$mac" nud permanent
	done
done <<END
$a a0 02:00:00:00:00:01 10.0.1.254 fd01::fe
$r r0 02:00:00:00:00:0a 10.0.1.1 fd01::1
$r r0 02:00:00:00:00:77 10.0.1.50 fd01::50
$r r1 02:00:00:00:00:0b 10.0.2.1 fd02::1
$b b0 02:00:00:00:00:02 10.0.2.254 fd02::fe
END
for i in "$a" "$b"; do
	ip -n "$i" route add default via "$([ "$i" = "$a" ] && echo 10.0.1.254 || echo 10.0.2.254)"
done
for i in "$a a0" "$r r0" "$r r1" "$b b0"; do
	# shellcheck disable=SC2086
	set -- $i
	in_ns "$1" ethtool -K "$2" tso off gso off gro off tx off rx off >/dev/null
done

# --- the module's ---------------------------------------------------------------

load ring=4194304
ksflow -n "$r" -j monitor drops --ready-file "$t/ready" >"$t/drops" 2>"$t/drops.err" & reader=$!
on_exit "kill $reader; wait $reader"
try "a reader in r" wait_for 'test -e $t/ready'
rm -f "$t/ready"

# --- and what a collector is told ------------------------------------------------

cat >"$t/conf" <<END
sflow {
  collector { ip=127.0.0.1 udpport=6343 }
  polling = 0
  dropmon { start=on limit=unlimited hide=none }
}
END
ip netns exec "$r" $python ./sflow.py -w "$t/sflow" --ready "$t/ready" & collector=$!
on_exit "kill $collector"
try "a collector in r" wait_for 'test -e $t/ready' 60
rm -f "$t/ready"
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/ksflowd.log" & ksflowd=$!
on_exit "kill $ksflowd; wait $ksflowd"
try "ksflowd in r" wait_for 'R ksflow -j stats | grep -q "\"owner\":true"' 60

# --- the kernel's own account ---------------------------------------------------

# All modules that will come: each new one makes it read all symbols again.
modprobe -qa nf_tables nft_chain_filter tun vxlan bridge 8021q dummy veth xfrm_user \
	sch_tbf sch_ingress cls_matchall act_gact esp4

on_exit "rmdir /sys/kernel/tracing/instances/causes"
serve gen nsenter --net=/run/netns/"$a" python3 -B ./causes.py a0 02:00:00:00:00:01 \
	"$t/drops" "$t/sflow"
try "packets can be made, and the trace be read" ask gen mark
send() { ask gen send $N "$@"; }

# --- a cause, and what is known of it ---------------------------------------------

# pick "debug=x 5.10=y 6.1=z w": the word for this kernel, or the one without a
# name; a debug kernel makes other functions of the same sources.
pick() {
	local w
	for w in $1; do case $w in
	debug=*) [ $_patience = 1 ] || { echo "${w#*=}"; return; } ;;
	"$kernel"=*) echo "${w#*=}"; return ;;
	*=*) ;;
	*) echo "$w"; return ;;
	esac; done
}

# cause NAME CODE REASON FUNCTION COMMAND...: the command drops N packets in r
cause() {
	local name=$1 code reason function output; shift
	code=$(pick "$1") reason=$(pick "$2") function=$(pick "$3"); shift 3
	[ "$kernel" != 5.10 ] || reason=-
	ask gen mark
	output=$("$@" 2>&1)
	[ -z "$output" ] || note "$name: $output"
	output=$(ask gen judge $((20 * _patience)) "$N" "$code" "$reason" "$function")
	if [ "$output" ]; then
		not_ok "$name" "wanted: $code $reason $function
$output"
		return
	fi
	ok "$name: $reason at $function, $code"
	printf '%-34s %-5s %-24s %-32s %s\n' "$name" "$kernel" "$reason" \
		"$function" "$code" | tee -a "$OUT/table"
}
# local_udp ADDRESS PORT [COUNT]
local_udp() { udp "$r" "$1" "$2" "${3-$N}" x; }

# --- no socket, and wrong sums ------------------------------------------------------

cause "udp, no socket" "5.10=289 3" NO_SOCKET "7.2=udp_rcv __udp4_lib_rcv" \
	send "ip4()/UDP(dport=9)/b'x'"
cause "udp over ipv6, no socket" "5.10=289 3" NO_SOCKET "7.2=udpv6_rcv __udp6_lib_rcv" \
	send "ip6()/UDP(dport=9)/b'x'"
# Resets go to a neighbour that nobody is.
cause "tcp, no socket" "5.10=289 3" NO_SOCKET tcp_v4_rcv \
	send "ip4(src=N4)/TCP(dport=9, sport=1000+i)"
cause "tcp over ipv6, no socket" "5.10=289 3" NO_SOCKET tcp_v6_rcv \
	send "ip6(src=N6)/TCP(dport=9, sport=1000+i)"
cause "udp, bad checksum" "5.10=289 316" UDP_CSUM "7.2=udp_rcv __udp4_lib_rcv" \
	send "ip4()/UDP(dport=9, chksum=1)/b'x'"
cause "udp over ipv6, bad checksum" "5.10=289 316" UDP_CSUM "7.2=udpv6_rcv __udp6_lib_rcv" \
	send "ip6()/UDP(dport=9, chksum=1)/b'x'"
cause "tcp, bad checksum" "5.10=289 317" TCP_CSUM tcp_v4_rcv \
	send "ip4()/TCP(dport=9, chksum=1)"
cause "tcp over ipv6, bad checksum" "5.10=289 317" TCP_CSUM tcp_v6_rcv \
	send "ip6()/TCP(dport=9, chksum=1)"
cause "icmp, bad checksum" "5.10=285 336" ICMP_CSUM icmp_rcv \
	send "ip4()/ICMP(chksum=1)"
cause "unknown protocol" 2 IP_NOPROTO "debug=ip_protocol_deliver_rcu ip_local_deliver_finish" \
	send "ip4(proto=253)/b'xxxxxxxx'"
cause "unknown protocol over ipv6" 2 IP_NOPROTO "debug=ip6_protocol_deliver_rcu 5.10=ip6_input ip6_input_finish" \
	send "ip6(nh=253)/b'xxxxxxxx'"
cause "unknown ethertype" 325 UNHANDLED_PROTO __netif_receive_skb_core \
	send "Ether(src='02:00:00:00:00:0a', dst='02:00:00:00:00:01', type=0x88b5)/(b'x'*60)"

# --- headers ----------------------------------------------------------------------

cause "ip, bad header" 313 IP_INHDR ip_rcv_core \
	send "ip4(ihl=4)/UDP()"
cause "ip, bad checksum" 313 IP_CSUM ip_rcv_core \
	send "ip4(chksum=1)/UDP()"
cause "ip, truncated" "5.10=313 324" PKT_TOO_SMALL ip_rcv_core \
	send "ip4(len=200)/UDP()"
cause "ipv6, bad header" "5.10=285 325" UNHANDLED_PROTO ip6_rcv_core \
	send "ip6(version=5)/UDP()"
cause "ipv6, truncated" "5.10=285 324" PKT_TOO_SMALL ip6_rcv_core \
	send "ip6(plen=200)/UDP()"
cause "udp, truncated" "5.10=289 324" PKT_TOO_SMALL "7.2=udp_rcv __udp4_lib_rcv" \
	send "ip4()/UDP(len=200)"
cause "ipv6, unknown routing header" 285 NOT_SPECIFIED "debug=icmpv6_param_prob_reason ipv6_rthdr_rcv" \
	send "ip6(nh=43)/(b'\\x3b\\x00\\x02\\x01' + b'\\0'*4)"
cause "ndisc, hop limit" 359 "6.1=NOT_SPECIFIED IPV6_NDISC_HOP_LIMIT" icmpv6_rcv \
	send "ip6(hlim=64)/ICMPv6ND_NS(tgt=R6)"

# --- firewall -----------------------------------------------------------------------

rules() {
	cat >"$t/rules" <<END
table inet t {
	chain input { type filter hook input priority 0; udp dport 11 drop; }
	chain forward { type filter hook forward priority 0; udp dport 12 drop; }
	chain output { type filter hook output priority 0; udp dport 13 drop; }
}
table netdev t {
	chain ingress { type filter hook ingress device r0 priority 0; udp dport 14 drop; }
}
END
	R nft -f "$t/rules"
}
try "firewall rules" rules
FW="5.10=nf_hook_slow nft_do_chain"
cause "firewall, input" 258 NETFILTER_DROP "$FW" \
	send "ip4()/UDP(dport=11)"
cause "firewall, input, ipv6" 258 NETFILTER_DROP "$FW" \
	send "ip6()/UDP(dport=11)"
cause "firewall, forward" 258 NETFILTER_DROP "$FW" \
	send "ip4(B4)/UDP(dport=12)"
cause "firewall, output" 258 NETFILTER_DROP "$FW" \
	local_udp 10.0.2.1 13
cause "firewall, output, ipv6" 258 NETFILTER_DROP "$FW" \
	local_udp fd02::1 13
cause "firewall, netdev ingress" 258 NETFILTER_DROP "$FW" \
	send "ip4()/UDP(dport=14)"
R nft flush ruleset

# --- forwarding -----------------------------------------------------------------------

R sysctl -qw net.ipv4.conf.r0.rp_filter=1
cause "reverse path filter" 335 IP_RPFILTER ip_rcv_finish_core \
	send "ip4(src='10.0.2.77')/UDP(dport=9)"
R sysctl -qw net.ipv4.conf.r0.rp_filter=0
cause "source is an address of ours" 335 "7.2=IP_LOCAL_SOURCE NOT_SPECIFIED" \
	ip_rcv_finish_core send "ip4(src='10.0.2.254')/UDP(dport=9)"
cause "source is loopback" 274 "7.2=IP_LOCALNET NOT_SPECIFIED" \
	ip_rcv_finish_core send "ip4(src='127.0.0.1')/UDP(dport=9)"
cause "ttl expired" 257 IP_INHDR ip_forward \
	send "ip4(B4, ttl=1)/UDP(dport=9)"
cause "hop limit expired" 257 IP_INHDR ip6_forward \
	send "ip6(B6, hlim=1)/UDP(dport=9)"
ip -n "$r" route add blackhole 10.9.1.0/24
ip -n "$r" route add unreachable 10.9.2.0/24
ip -n "$r" route add prohibit 10.9.3.0/24
ip -n "$r" -6 route add blackhole fd09:1::/64
ip -n "$r" -6 route add unreachable fd09:2::/64
ip -n "$r" -6 route add prohibit fd09:3::/64
cause "blackhole route" 269 NOT_SPECIFIED ip_error \
	send "ip4('10.9.1.1')/UDP(dport=9)"
cause "unreachable route" 1 NOT_SPECIFIED ip_error \
	send "ip4('10.9.2.1')/UDP(dport=9)"
cause "prohibit route" 13 NOT_SPECIFIED ip_error \
	send "ip4('10.9.3.1')/UDP(dport=9)"
cause "no route" 0 IP_INNOROUTES ip_error \
	send "ip4('10.10.1.1')/UDP(dport=9)"
cause "blackhole route, ipv6" 269 NOT_SPECIFIED dst_discard_out \
	send "ip6('fd09:1::1')/UDP(dport=9)"
cause "unreachable route, ipv6" 1 IP_INNOROUTES "debug=ip6_pkt_drop 5.10=ip6_pkt_drop 6.1=ip6_pkt_drop ip6_pkt_discard" \
	send "ip6('fd09:2::1')/UDP(dport=9)"
cause "prohibit route, ipv6" 13 IP_INNOROUTES "debug=ip6_pkt_drop 5.10=ip6_pkt_drop 6.1=ip6_pkt_drop ip6_pkt_prohibit" \
	send "ip6('fd09:3::1')/UDP(dport=9)"
cause "no route, ipv6" 0 IP_INNOROUTES "debug=ip6_pkt_drop 5.10=ip6_pkt_drop 6.1=ip6_pkt_drop ip6_pkt_discard" \
	send "ip6('fd10::1')/UDP(dport=9)"
ip -n "$r" link set r1 mtu 1280
cause "packet too big" 262 PKT_TOO_BIG ip_forward \
	send "ip4(B4, flags='DF')/UDP(dport=9)/(b'x'*1400)"
cause "packet too big, ipv6" 262 PKT_TOO_BIG ip6_forward \
	send "ip6(B6)/UDP(dport=9)/(b'x'*1400)"
ip -n "$r" link set r1 mtu 1500

# --- neighbours -----------------------------------------------------------------------

R sysctl -qw net.ipv4.neigh.r1.mcast_solicit=1 net.ipv6.neigh.r1.mcast_solicit=1 \
	net.ipv4.neigh.r1.retrans_time_ms=200 net.ipv6.neigh.r1.retrans_time_ms=200
cause "neighbour unresolved, own packet" 279 NEIGH_FAILED "debug=arp_error_report neigh_invalidate" \
	local_udp 10.0.2.99 9
cause "neighbour unresolved, forwarded" 279 NEIGH_FAILED "debug=arp_error_report neigh_invalidate" \
	send "ip4('10.0.2.98')/UDP(dport=9)"
cause "neighbour unresolved, ipv6" 279 NOT_SPECIFIED "debug=ndisc_error_report neigh_invalidate" \
	local_udp fd02::99 9
R sysctl -qw net.ipv4.neigh.r1.unres_qlen_bytes=1000
cause "neighbour queue full" 279 NEIGH_QUEUEFULL __neigh_event_send \
	local_udp 10.0.2.97 9 10

# --- sockets ----------------------------------------------------------------------------

# socket_udp PORT PYTHON [FAMILY]: a socket s in r that the packets go to
socket_udp() {
	rm -f "$t/ready"
	R $python -c "from socket import *; import time, struct
s = socket(${3-AF_INET}, SOCK_DGRAM)
s.bind(('', $1))
$2
open('$t/ready', 'w')
time.sleep(600)" & udp=$!
	wait_for "test -e $t/ready"
}
gone() { kill "$udp"; wait "$udp" 2>/dev/null; }
# What is longer than 68 bytes is summed when it is read, or waited for.
READ="import threading
def read():
    while True: s.recv(2000)
threading.Thread(target=read, daemon=True).start()"
socket_udp 23 "$READ"
cause "udp, bad checksum, read" 316 "7.2=UDP_CSUM NOT_SPECIFIED" udp_recvmsg \
	send "ip4()/UDP(dport=23, chksum=1)/(b'x'*100)"
gone
socket_udp 24 "$READ" AF_INET6
cause "udp over ipv6, bad checksum, read" 316 "7.2=UDP_CSUM NOT_SPECIFIED" udpv6_recvmsg \
	send "ip6()/UDP(dport=24, chksum=1)/(b'x'*100)"
gone
socket_udp 25 "import select, threading
def wait():
    while True: select.select([s], [], [])
threading.Thread(target=wait, daemon=True).start()"
cause "udp, bad checksum, waited for" 316 "7.2=UDP_CSUM NOT_SPECIFIED" __first_packet_length \
	send "ip4()/UDP(dport=25, chksum=1)/(b'x'*100)"
gone
socket_udp 20 "s.setsockopt(SOL_SOCKET, SO_RCVBUF, 1)"
cause "receive buffer full" "5.10=289 259" SOCKET_RCVBUFF udp_queue_rcv_one_skb \
	ask gen send 20 "ip4()/UDP(dport=20)/(b'x'*1000)"
gone
FILTER="import ctypes
b = ctypes.create_string_buffer(struct.pack('HBBI', 6, 0, 0, 0))
s.setsockopt(SOL_SOCKET, 26, struct.pack('HL', 1, ctypes.addressof(b)))"
socket_udp 21 "$FILTER"
cause "socket filter" "5.10=289 371" SOCKET_FILTER udp_queue_rcv_one_skb \
	send "ip4()/UDP(dport=21)/b'x'"
gone
ip -n "$r" xfrm policy add src 10.0.1.0/24 dst 10.0.1.254/32 proto 17 dport 22 \
	dir in tmpl proto esp mode transport
socket_udp 22 ""
cause "xfrm policy" "5.10=289 370" XFRM_POLICY udp_queue_rcv_one_skb \
	send "ip4()/UDP(dport=22)/b'x'"
gone
ip -n "$r" xfrm policy flush

# --- queues and tc ------------------------------------------------------------------------

ip -n "$r" link add tc0 type dummy
ip -n "$r" link set tc0 up
addr "$r" tc0 10.0.3.254/24
ip -n "$r" neigh add 10.0.3.1 dev tc0 lladdr 02:00:00:00:00:0c nud permanent
R tc qdisc add dev tc0 root tbf rate 8kbit burst 100 limit 100
cause "queue full" 261 QDISC_DROP "5.10=kfree_skb_list 6.1=kfree_skb_list_reason 7.2=__tcf_kfree_skb_list __dev_queue_xmit" \
	local_udp 10.0.3.1 9 20
R tc qdisc replace dev tc0 root noqueue
R tc qdisc add dev tc0 clsact
R tc filter add dev tc0 egress matchall action drop
cause "tc egress" 366 TC_EGRESS __dev_queue_xmit \
	local_udp 10.0.3.1 9
ip -n "$r" link del tc0
R tc qdisc add dev r0 clsact
R tc filter add dev r0 ingress matchall action drop
cause "tc ingress" 365 TC_INGRESS __netif_receive_skb_core \
	send "ip4()/UDP(dport=9)"
R tc qdisc del dev r0 clsact

# --- bpf ----------------------------------------------------------------------------------

mkdir "$t/bpf"
mount -t bpf none "$t/bpf"
on_exit "umount $t/bpf"
# bpf NUMBER VALUE: a program of this type that returns the value, in $t/bpf
bpf() {
	$python - "$1" "$2" "$t/bpf/p" <<'END'
import ctypes, os, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
code = ctypes.create_string_buffer(struct.pack(
    '=BBhiBBhi', 0xb7, 0, 0, int(sys.argv[2]), 0x95, 0, 0, 0))
name = ctypes.create_string_buffer(b'GPL')
def bpf(command, attr):
    attr = ctypes.create_string_buffer(attr.ljust(128, b'\0'))
    fd = libc.syscall(321, command, attr, 128)
    if fd < 0:
        sys.exit(os.strerror(ctypes.get_errno()))
    return fd
fd = bpf(5, struct.pack('=IIQQ', int(sys.argv[1]), 2, ctypes.addressof(code),
                        ctypes.addressof(name)))
path = ctypes.create_string_buffer(sys.argv[3].encode())
bpf(6, struct.pack('=QI', ctypes.addressof(path), fd))
END
}
try "an XDP program" bpf 6 1
ip -n "$r" link set r0 xdpgeneric pinned "$t/bpf/p"
cause "xdp, generic" 367 NOT_SPECIFIED "5.10=netif_receive_generic_xdp do_xdp_generic" \
	send "ip4()/UDP(dport=9)"
ip -n "$r" link set r0 xdpgeneric off
ip -n "$r" link set r0 xdp pinned "$t/bpf/p"
cause "xdp, driver" 367 NOT_SPECIFIED "5.10=veth_poll veth_xdp_rcv_skb" \
	send "ip4()/UDP(dport=9)"
ip -n "$r" link set r0 xdp off
rm -f "$t/bpf/p"

# --- ipv6 off, reassembly ---------------------------------------------------------------------

R sysctl -qw net.ipv6.conf.r0.disable_ipv6=1
cause "ipv6 disabled" "5.10=285 326" IPV6DISABLED ip6_rcv_core \
	send "ip6()/UDP(dport=9)"
R sysctl -qw net.ipv6.conf.r0.disable_ipv6=0
addr "$r" r0 fd01::fe/64
ip -n "$r" neigh replace fd01::1 dev r0 lladdr 02:00:00:00:00:0a nud permanent
R sysctl -qw net.ipv4.ipfrag_time=1 net.ipv6.ip6frag_time=1
cause "reassembly timeout" 285 "6.1=NOT_SPECIFIED FRAG_REASM_TIMEOUT" ip_expire \
	send "ip4(id=i+1, flags='MF')/UDP(dport=9)/(b'x'*64)"
cause "reassembly timeout, ipv6" 285 "6.1=NOT_SPECIFIED FRAG_REASM_TIMEOUT" ip6_frag_expire \
	send "ip6()/IPv6ExtHdrFragment(id=i+1, m=1)/UDP(dport=9)/(b'x'*64)"

# --- layer 2 ------------------------------------------------------------------------------------

cause "another host's frame" 305 OTHERHOST ip_rcv_core \
	send "Ether(src='02:00:00:00:00:0a', dst='02:00:00:00:00:77')/ip4()/UDP(dport=9)"
R sysctl -qw net.ipv4.conf.r0.drop_unicast_in_l2_multicast=1
cause "unicast in a multicast frame" "5.10=335 271" UNICAST_IN_L2_MULTICAST ip_rcv_finish_core \
	send "Ether(src='02:00:00:00:00:0a', dst='01:00:5e:00:00:77')/ip4()/UDP(dport=9)"
R sysctl -qw net.ipv4.conf.r0.drop_unicast_in_l2_multicast=0
ip -n "$r" link add br0 type bridge stp_state 1 forward_delay 3000
ip -n "$r" link set br0 up
ip -n "$r" link set r0 master br0
cause "bridge port listening" 266 "7.2=BRIDGE_INGRESS_STP_STATE NOT_SPECIFIED" br_handle_frame \
	send "ip4()/UDP(dport=9)"
ip -n "$r" link set br0 type bridge stp_state 0
R bridge link set dev r0 state 0
cause "bridge port disabled" 266 "7.2=BRIDGE_INGRESS_STP_STATE NOT_SPECIFIED" br_handle_frame \
	send "ip4()/UDP(dport=9)"
R bridge link set dev r0 state 3
ip -n "$r" link set br0 type bridge vlan_filtering 1
R bridge vlan del dev r0 vid 1
cause "bridge, no vlan for untagged" 264 NOT_SPECIFIED br_allowed_ingress \
	send "ip4()/UDP(dport=9)"
cause "bridge, vlan not allowed" 265 NOT_SPECIFIED br_allowed_ingress \
	send "Ether(src='02:00:00:00:00:0a', dst='02:00:00:00:00:01')/Dot1Q(vlan=7)/ip4()/UDP(dport=9)"
ip -n "$r" link set r0 nomaster
ip -n "$r" link del br0

# --- tunnels ------------------------------------------------------------------------------------

ip -n "$r" link add vx0 address 02:00:00:00:00:0e type vxlan id 5 dstport 4789 \
	local 10.0.1.254 dev r0
ip -n "$r" link set vx0 up
vx() { send "ip4()/UDP(sport=4000, dport=4789)/$1"; }
cause "vxlan, bad header" 307 "6.1=NOT_SPECIFIED VXLAN_INVALID_HDR" vxlan_rcv \
	vx "VXLAN(flags=0, vni=5)/Ether()/ip4()"
cause "vxlan, unknown vni" "5.10=307 6.1=307 282" "6.1=NOT_SPECIFIED VXLAN_VNI_NOT_FOUND" vxlan_rcv \
	vx "VXLAN(flags=8, vni=6)/Ether()/ip4()"
cause "vxlan, source is multicast" "5.10=307 6.1=307 283" "6.1=NOT_SPECIFIED MAC_INVALID_SOURCE" vxlan_rcv \
	vx "VXLAN(flags=8, vni=5)/Ether(src='01:00:00:00:00:01', dst='02:00:00:00:00:0e')/ip4()"
cause "vxlan, source is our own" "5.10=307 6.1=307 268" "6.1=NOT_SPECIFIED LOCAL_MAC" vxlan_rcv \
	vx "VXLAN(flags=8, vni=5)/Ether(src='02:00:00:00:00:0e', dst='02:00:00:00:00:0e')/ip4()"
ip -n "$r" link del vx0

is "no sample of our own datagrams" \
	"$(jq -r 'select(.kind == "discard") | .records["1"].header' "$t/sflow" |
		grep -c 7f0000017f000001....18c7)" 0
is "nothing is malformed" "$(grep -c '"kind": "error"' "$t/sflow")" 0
between "causes" "$(wc -l <"$OUT/table")" 25 999
