# SPDX-License-Identifier: GPL-2.0
# The table tap x direction x kind of device: each sample with the right
# interface, header protocol and length, as often as packets passed, or the tap
# refused with the reason. Then what becomes of devices in their lives.
#
#   namespace n                              namespace p
#     DEV 10.9.0.1 ---[ of each kind ]-------  PEER 10.9.0.2
#
# The traffic of a cell is 3 echo requests from n and their 3 answers.
#
# vm: timeout=600

. ./lib.sh

new_ns n p

# No packet but ours: no neighbour discovery, no multicast.
for ns in "$n" "$p"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
done

load
egress_hook=$(ksflow -p show | grep -c '"egress-hook": true' || true)
note "netfilter egress hook: $egress_hook"

# --- reading what was sampled ---

# monitor: one reader for all cells; $t/log grows by a line for each sample
monitor() {
	rm -f "$t/ready"
	ksflow -n "$n" -j monitor --ready-file "$t/ready" >"$t/log" 2>"$t/err" &
	reader=$!
	on_exit "kill $reader"
	wait_for '[ -e $t/ready ]'
	from=0
}
# field NAME of "ksflow -p" output on stdin, the first one, into $value
field() {
	value=
	while read -r line; do
		[[ $line =~ ^\"$1\":\ \"?([^\",]*) ]] || continue
		value=${BASH_REMATCH[1]}
		return
	done
}
# settle: all samples taken so far are in $t/log. The rings are drained by
# stats; then the reader has been handed "delivered" samples, all with one hit.
settle() {
	field delivered < <(ksflow -n "$n" -p stats)
	wait_for "[ \"\$(wc -l <$t/log)\" -ge ${value:-0} ]"
}
# since: the samples that came since it was last asked into $got: how many of
# each "dir dev ifindex proto len rate", egress first
since() {
	settle
	got=$(tail -n "+$((from + 1))" "$t/log" | awk -v only="${1-}" '
		function get(key,  rest) {
			if (!match($0, "\"" key "\":\"?[^\",}]*")) return "-"
			rest = substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
			sub(/^"/, "", rest)
			return rest
		}
		only && get("len-bytes") != only { next }
		{ count[get("dir") " " get("dev") " " get("ifindex") " " \
			get("header-protocol") " " get("len-bytes") " " get("rate")]++ }
		END {
			for (k in count) if (k ~ /^egress/) print count[k], k
			for (k in count) if (k !~ /^egress/) print count[k], k
		}')
	from=$value
}

# ping3: the traffic, from a shell that is in the namespace already
pinger() {
	coproc PINGER { ip netns exec "$n" bash -c '
		while read -r address; do
			ping -q -c 3 -i 0.01 -s 100 -W 5 "$address" >/dev/null; echo $?
		done'; }
	on_exit "kill $PINGER_PID"
}
target=10.9.0.2
ping3() {
	local lost
	echo "$target" >&"${PINGER[1]}"
	read -r lost <&"${PINGER[0]}"
	[ "$lost" = 0 ] || note "ping $target: status $lost"
}
ifindex() { in_ns "$n" cat "/sys/class/net/$1/ifindex"; }

# --- cells ---

# Which taps cannot do what; the rest must work.
#   another round: VLAN, macvlan, bond masters get packets by another round of
#   the receive core, behind the tracepoint
is_refused() { # KIND TAP DIR
	case $2-$3 in
	netfilter-egress|netfilter-both|netfilter-once)
		[ "$egress_hook" = 0 ] && return ;;
	esac
	case $1-$2-$3 in
	vlan-tracepoint-egress|qinq-tracepoint-egress|bond-tracepoint-egress|macvlan-tracepoint-egress)
		return 1 ;;
	vlan-tracepoint-*|qinq-tracepoint-*|bond-tracepoint-*|macvlan-tracepoint-*)
		return 0 ;;
	esac
	return 1
}

# is_unseen KIND TAP DIR-OF-PACKET: known not to pass that tap. tc comes before
# netfilter at ingress, and what tc redirects passes no netfilter egress hook.
is_unseen() {
	[ "$1-$2-$3" = ifb-netfilter-egress ] ||
		[ "$1-$2-$3" = redirected-netfilter-ingress ]
}

# cell KIND DEV TAP DIR PROTO LEN IN OUT
cell() {
	local kind=$1 dev=$2 tap=$3 dir=$4 proto=$5 len=$6 in=$7 out=$8
	local wanted='' warning name="$1 $2: $3 $4"

	warning=$(ksflow -n "$n" dev set "$dev" rate 1 dir "$dir" tap "$tap" 2>&1)
	if is_refused "$kind" "$tap" "$dir"; then
		field refused < <(ksflow -n "$n" -p dev show "$dev")
		if [ "$value" ] && [[ $warning == *": $dev: $value"* ]]; then
			ok "$name: refused: $value"
		else
			not_ok "$name: refused" "refused: $value
dev set: $warning"
		fi
		return
	fi
	is_unseen "$kind" "$tap" egress && out=0
	is_unseen "$kind" "$tap" ingress && in=0
	[ "$dir" = ingress ] || [ "$out" = 0 ] ||
		wanted="$out egress $dev $index $proto $len 1"
	[ "$dir" = egress ] || [ "$in" = 0 ] ||
		wanted+=${wanted:+$'\n'}"$in ingress $dev $index $proto $len 1"
	ping3
	since "$len"
	if [ "$got" = "$wanted" ] && [ -z "$warning" ]; then ok "$name"; else
		not_ok "$name" "got:
$got
wanted:
$wanted
$warning"; fi
}

# table KIND DEV PROTO LEN [IN OUT]: every cell of a device; IN and OUT are the
# samples that the traffic makes in each direction
table() {
	local index tap dir
	index=$(ifindex "$2")
	since
	for tap in auto tracepoint netfilter; do
		for dir in ingress egress both once; do
			cell "$1" "$2" $tap $dir "$3" "$4" "${5-3}" "${6-3}"
		done
	done
	ksflow -n "$n" dev del "$2"
}

# row KIND DEV PROTO LEN [IN OUT]: for each tap, both directions
row() {
	local index tap
	index=$(ifindex "$2")
	since
	for tap in auto tracepoint netfilter; do
		cell "$1" "$2" $tap both "$3" "$4" "${5-3}" "${6-3}"
	done
	ksflow -n "$n" dev del "$2"
}

# connect DEV PEER: addresses, and neighbours that need no packets
connect() {
	addr "$n" "$1" 10.9.0.1/24
	addr "$p" "$2" 10.9.0.2/24
	ip -n "$n" link set "$1" up
	ip -n "$p" link set "$2" up
	ip -n "$n" neigh replace 10.9.0.2 dev "$1" nud permanent \
		lladdr "$(in_ns "$p" cat "/sys/class/net/$2/address")"
	ip -n "$p" neigh replace 10.9.0.1 dev "$2" nud permanent \
		lladdr "$(in_ns "$n" cat "/sys/class/net/$1/address")"
	# A carrier that has come and gone is acted upon some time after.
	wait_for 'in_ns "$n" ping -q -c 1 -W 1 10.9.0.2'
}
gone() {
	local dev
	for dev in "$@"; do ip -n "$n" link del "$dev"; done
}

pinger
monitor

# An Ethernet frame of the ping is 14 + 20 + 8 + 100 bytes, without FCS.

veth "$n" v0 "$p" p0
connect v0 p0
table veth v0 1 142
gone v0

veth "$n" v0 "$p" p0
ip -n "$n" link add link v0 name v0.10 type vlan id 10
ip -n "$p" link add link p0 name p0.10 type vlan id 10
connect v0.10 p0.10
table vlan v0.10 1 142
# The device below has the tag in its frames.
row veth v0 1 146
gone v0

veth "$n" v0 "$p" p0
ip -n "$n" link add link v0 name v0.s type vlan proto 802.1ad id 100
ip -n "$p" link add link p0 name p0.s type vlan proto 802.1ad id 100
ip -n "$n" link set v0.s up
ip -n "$p" link set p0.s up
ip -n "$n" link add link v0.s name v0.sc type vlan id 10
ip -n "$p" link add link p0.s name p0.sc type vlan id 10
connect v0.sc p0.sc
table qinq v0.sc 1 142
row qinq v0.s 1 146
row veth v0 1 150
gone v0

veth "$n" v0 "$p" p0
ip -n "$n" link add bond0 type bond mode active-backup miimon 100
ip -n "$n" link set v0 down
ip -n "$n" link set v0 master bond0
ip -n "$n" link set v0 up
connect bond0 p0
wait_for '[ "$(in_ns "$n" cat /sys/class/net/bond0/operstate)" = up ]'
table bond bond0 1 142
row veth v0 1 142
gone bond0 v0

veth "$n" v0 "$p" p0
ip -n "$n" link add br0 type bridge mcast_snooping 0
ip -n "$n" link set v0 master br0
connect br0 p0
table bridge v0 1 142
row bridge br0 1 142
gone br0 v0

veth "$n" v0 "$p" p0
ip -n "$n" link add link v0 name m0 type macvlan mode bridge
connect m0 p0
table macvlan m0 1 142
row veth v0 1 142
gone v0

# What comes in at v0 goes through ifb0 and comes back: once, not twice.
veth "$n" v0 "$p" p0
connect v0 p0
ip -n "$n" link add ifb0 type ifb
ip -n "$n" link set ifb0 up
in_ns "$n" tc qdisc add dev v0 clsact
in_ns "$n" tc filter add dev v0 ingress matchall action mirred egress redirect dev ifb0
table ifb ifb0 1 142 0 3
row redirected v0 1 142
gone v0 ifb0

# An IP tunnel device has no Ethernet header: IPv4 is 11, IPv6 is 12.
cat >"$t/tun.py" <<'END'
import ctypes, fcntl, os, select, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
fds = []
for ns, name in (sys.argv[1:3], sys.argv[3:5]):
    with open("/run/netns/" + ns) as f:
        if libc.setns(f.fileno(), 0):
            sys.exit("setns")
    fd = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(fd, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x1001))
    fds.append(fd)
print("ready", flush=True)
while True:
    for fd in select.select(fds, [], [])[0]:
        data = os.read(fd, 65536)
        try:
            os.write(fds[1 - fds.index(fd)], data)
        except OSError:
            pass
END
modprobe tun
$python "$t/tun.py" "$n" tun0 "$p" tun1 >"$t/tun" 2>&1 & tun=$!
on_exit "kill $tun"
wait_for 'grep -q ready $t/tun'
for ns in "$n" "$p"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=0
done
ip -n "$n" addr add 10.9.0.1/24 dev tun0
ip -n "$p" addr add 10.9.0.2/24 dev tun1
ip -n "$n" link set tun0 addrgenmode none
ip -n "$p" link set tun1 addrgenmode none
ip -n "$n" link set tun0 up
ip -n "$p" link set tun1 up
ip -n "$n" addr add fd09::1/64 dev tun0 nodad
ip -n "$p" addr add fd09::2/64 dev tun1 nodad
table tun tun0 11 128
target=fd09::2
row tun tun0 12 148
target=10.9.0.2
kill $tun
wait_for '! ip -n "$n" link show tun0'
for ns in "$n" "$p"; do
	in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
done

# --- lives of devices ---

# lives NAME WANTED: the traffic of v0 makes these samples
lives() {
	since
	ping3
	since
	is "$1" "$got" "$2"
}
both() { printf '3 egress %s 1 142 %s\n3 ingress %s 1 142 %s\n' "$1" "$2" "$1" "$2"; }

veth "$n" v0 "$p" p0
ip -n "$n" link set v0 down
ksflow -n "$n" dev set v0 rate 1 dir both
connect v0 p0
lives "down when it was set, up now" "$(both "v0 $(ifindex v0)" 1)"
field speed-mbit < <(ksflow -n "$n" -p dev show v0)
is "its speed is known now" "$value" 10000
gone v0

veth "$n" v0 "$p" p0
connect v0 p0
lives "added later, under a name that is set" "$(both "v0 $(ifindex v0)" 1)"

ip -n "$n" link set v0 down
ip -n "$n" link set v0 name w0
connect w0 p0 2>/dev/null
lives "renamed: no setting matches" ""
ksflow -n "$n" dev set 'w*' rate 1 dir both
lives "renamed: samples have the new name" "$(both "w0 $(ifindex w0)" 1)"
ip -n "$n" link set w0 down
ip -n "$n" link set w0 name v0
connect v0 p0 2>/dev/null
lives "renamed back" "$(both "v0 $(ifindex v0)" 1)"
ksflow -n "$n" reset

new_ns q
ksflow -n "$q" dev set v0 rate 1 dir both
veth "$n" u0 "$n" u1		# another device, with settings of its own
old=$(ifindex v0)
ip -n "$n" link set v0 netns "$q"
in_ns "$q" sysctl -qw net.ipv6.conf.all.disable_ipv6=1
kill -TERM $reader; wait $reader
is "the reader of the old namespace lost nothing" \
	"$(sed -n 's/.*lost \([0-9]*\) .*/\1/p' "$t/err")" 0
n=$q
pid=$PINGER_PID		# which is none any more when it has ended
kill $pid; wait $pid
pinger
monitor
connect v0 p0 2>/dev/null
note "ifindex $old, now $(ifindex v0)"
lives "moved: the new namespace's settings hold" "$(both "v0 $(ifindex v0)" 1)"
is "moved: speed, rate and taps are known there" \
	"$(ksflow -n "$q" -p dev show v0 | grep -cE '"(speed-mbit": 10000|rate": 1|tap-ingress": "tracepoint|tap-egress": "tracepoint)')" 4
kill -TERM $reader; wait $reader
is "its reader lost nothing" "$(sed -n 's/.*lost \([0-9]*\) .*/\1/p' "$t/err")" 0
