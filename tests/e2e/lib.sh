# SPDX-License-Identifier: GPL-2.0
# Sourced by every script in this directory, which the harness runs with bash in
# a guest, as root, with this directory as the current one:
#
#   # vm: timeout=300 cpus=1        read by tests/vm/check, see there
#   . ./lib.sh
#
# Results are TAP on stdout. The plan, the proof that the module unloads and
# that the kernel did not complain are added when the script ends; so is a
# failure when it ends early. Files for the host go to $OUT.

set -u

_n=0 _failed=0 _ns=0
_me=$(basename "$0" .sh)
OUT=${OUT:-$(mktemp -d)}
t=$(mktemp -d)		# a directory of the script's own
_on_exit=("rm -rf $t")
python="python3 -ISB"	# starts in half the time

# --- results ---

ok()     { echo "ok $((++_n)) - $1"; }
not_ok() { echo "not ok $((++_n)) - $1"; _failed=1
	   [ -z "${2-}" ] || sed 's/^/#   /' <<<"$2"; return 1; }
skip()   { echo "ok $((++_n)) - $1 # SKIP ${2-}"; }
note()   { sed 's/^/# /' <<<"$*"; }

# is NAME GOT WANTED
is() {
	if [ "$2" = "$3" ]; then ok "$1"; else
		not_ok "$1" "got:    $2
wanted: $3"; fi
}

# try NAME COMMAND...: succeeds; fails NAME COMMAND...: does not.
try() {
	local name=$1 output; shift
	if output=$("$@" 2>&1); then ok "$name"; else
		not_ok "$name" "$* : status $?
$output"; fi
}
fails() {
	local name=$1 output; shift
	if output=$("$@" 2>&1); then not_ok "$name" "$* : succeeded
$output"; else ok "$name"; fi
}

# between NAME VALUE LOW HIGH, numbers of any size, fractions too.
between() {
	if awk -v v="$2" -v l="$3" -v h="$4" \
		'BEGIN { exit !(v != "" && v + 0 >= l + 0 && v + 0 <= h + 0) }'
	then ok "$1 ($2)"; else not_ok "$1" "$2 is not in $3 ... $4"; fi
}

# status NAME WANTED COMMAND...: its exit status; output in $t/out and $t/err
status() {
	local name=$1 wanted=$2 got=0; shift 2
	timeout 60 "$@" >"$t/out" 2>"$t/err" || got=$?
	if [ "$got" = "$wanted" ]; then ok "$name"; else
		not_ok "$name" "status $got, wanted $wanted
$(cat "$t/out" "$t/err")"; fi
}
# says NAME FILE TEXT
says() {
	if grep -qF -- "$3" "$2"; then ok "$1"; else
		not_ok "$1" "wanted: $3
$(cat "$2")"; fi
}
# logged TEXT: in $t/log
logged() { grep -qF -- "$1" "$t/log"; }

# --- waiting ---

# wait_for CONDITION [SECONDS]: until the shell text is true; 30 s. The debug kernel
# takes its time. A sleep would be a process each time, which is most of what
# happens there; nothing ever comes out of this pipe. A guest that stood still
# has waited once, however long it was: four looks a second are taken before it
# is in vain. The longer it takes the less often it looks: a look, too, is work.
mkfifo "$t/never"
exec {_never}<>"$t/never"
_patience=1 _poll=(0.05 0.1 0.2)
[ ! -e /sys/kernel/debug/kmemleak ] || _patience=5 _poll=(0.25 0.25 0.25)
wait_for() {
	local deadline=$((SECONDS + _patience * ${2:-30})) looks=$((4 * ${2:-30}))
	local look=0
	until eval "$1" >/dev/null 2>&1; do
		if ((--looks < 0 && SECONDS >= deadline)); then
			note "waited ${2:-30} s in vain for: $1"
			return 1
		fi
		read -r -t "${_poll[look > 29 ? 2 : look / 10]}" -u "$_never" || :
		look=$((look + 1))
	done
}

# pace SECONDS: between packets that come all the while. The debug kernel takes a
# millisecond for each, and is to have time for what happens meanwhile.
pace() { awk -v s="$1" -v n="$_patience" 'BEGIN { print s * n * n }'; }

# rounds N: of a storm; N times STORM=n
rounds() { echo $(($1 * ${STORM:-1})); }

# --- ending ---

# on_exit COMMAND: at the end, the last one first.
on_exit() { _on_exit+=("$1"); }

dmesg_since_start() { dmesg | sed "1,/ksflow-e2e: $_me $$ starts/d"; }

_end() {
	local status=$? i complaint
	trap - EXIT
	# It may have ended where nothing is to be heard.
	exec >&"$_stdout" 2>&1
	for ((i = ${#_on_exit[@]} - 1; i >= 0; i--)); do
		eval "${_on_exit[i]}" >/dev/null 2>&1
	done
	[ "$status" = 0 ] || not_ok "the script runs to its end" "status $status"
	[ "$_guest" ] || { echo "1..$_n"; exit "$_failed"; }
	if [ -d /sys/module/ksflow ]; then
		try "the module unloads" rmmod ksflow
	fi
	complaint=$(dmesg_since_start |
		grep -m 1 -E -f /run/vm/complaints)
	is "the kernel does not complain" "$complaint" ""
	echo "1..$_n"
	exit "$_failed"
}
exec {_stdout}>&1
trap _end EXIT
_guest=; [ ! -e /run/vm/events ] || _guest=yes
[ ! "$_guest" ] || echo "ksflow-e2e: $_me $$ starts" >/dev/kmsg

# --- programs that answer ---

# serve NAME COMMAND...: a program started once, which would take half a second
# each time, that reads lines, and answers each with lines and "." or "!".
# ask NAME LINE: its answer, and whether it was "."
declare -A _in _out _err
serve() {
	local name=$1 pipe=$t/pipe.$1 in out; shift
	mkfifo "$pipe.in" "$pipe.out"
	"$@" <"$pipe.in" >"$pipe.out" 2>"$pipe.err" &
	on_exit "kill $!; wait $!"
	exec {in}>"$pipe.in" {out}<"$pipe.out"
	_in[$name]=$in _out[$name]=$out _err[$name]=$pipe.err
}
ask() {
	local name=$1 line; shift
	echo "$*" >&"${_in[$name]}"
	while read -r -t $((60 * _patience)) line <&"${_out[$name]}"; do
		case $line in
		.)   return 0 ;;
		'!') return 1 ;;
		esac
		printf '%s\n' "$line"
	done
	echo "$name does not answer: $(cat "${_err[$name]}")"
	return 1
}

# --- the module ---

# load [PARAMETER=VALUE...]; unload
load()   { modprobe ksflow "$@"; }
unload() { rmmod ksflow; }

# layer NS ATTRIBUTE...: the tool's layer anew, with what the tool has no word
# for (LAYER_SET; parameters do not hold in namespaces).
layer() {
	local ns=$1; shift
	in_ns "$ns" $python ./genl.py 5 11.1=u8:3 "$@" >/dev/null
}
# big_ring NS: no flood of ours fills it.
big_ring() {
	layer "$1" 11.3=u32:4194304 || not_ok "a large ring in $1"
}
# publish NS: the same, with samples for psample's groups 7 and 8 (where there
# is psample), and delays of 50 ms at most.
publish() {
	layer "$1" 11.3=u32:4194304 11.8=u32:7 11.9=u32:50
}

# all_on NS [RATE]: everything that the tool has a word for, to every packet;
# ksflow reset takes it back.
all_on() {
	ksflow -n "$1" dev set '*' rate "${2:-1}" dir both &&
	ksflow -n "$1" drop set state on limit unlimited hide none sw on hw on &&
	ksflow -n "$1" repair add port 4739 mode repair defrag on
}

# closes NS: the ledger does, each line of it.
closes() {
	local stats
	stats=$(ksflow -n "$1" -j stats) || return
	[[ $stats != *'"closes":false'* ]] || { echo "$stats"; false; }
}

# --- pktgen ---

# pg FILE COMMAND: in a process of its own, as a signal to this shell would end
# the wait early.
pg() { (echo "$2" >"/proc/net/pktgen/$1"); }

# flood DEV COUNT [BURST]: 128-byte packets for another host, received by DEV,
# BURST of them with bottom halves off. MODE=start_xmit sends them instead, GAP=
# nanoseconds from one to the next, START= another command starts pktgen.
flood() {
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device $1"
	pg "$1" "count $2"
	pg "$1" "pkt_size 128"
	pg "$1" "delay ${GAP:-0}"
	pg "$1" "xmit_mode ${MODE:-netif_receive}"
	pg "$1" "burst ${3:-1}"
	pg "$1" "dst_mac 02:00:00:00:00:77"
	pg "$1" "dst 10.9.9.9"
	${START:-pg pgctrl start}
	# It may return before a busy machine has begun.
	wait_for "grep -q '^Result: OK: .*usec, $2 (' /proc/net/pktgen/$1" 60
}
# took DEV: the last flood, in microseconds
took() { sed -n 's/^Result: OK: \([0-9]*\).*usec.*/\1/p' "/proc/net/pktgen/$1"; }
# floods DEV COUNT: three, each in ns for each packet, which are instructions under
# icount; the least first, as what else the guest does in the meantime only adds.
floods() {
	local i
	for i in 1 2 3; do
		flood "$1" "$2"
		awk -v us="$(took "$1")" -v n="$2" 'BEGIN { printf "%.1f\n", us * 1000 / n }'
	done | sort -n
}
least() { floods "$@" | head -n 1; }

# worker_on_cpu0: with the packets of a flood, which are sent in real time; a
# burst leaves it no time at all.
worker_on_cpu0() {
	# Each namespace has such a thread; the initial one's is the oldest.
	local cpumask=/sys/devices/virtual/workqueue/cpumask
	local runtime=/proc/sys/kernel/sched_rt_runtime_us
	on_exit "echo $(cat $cpumask) >$cpumask; echo $(cat $runtime) >$runtime"
	echo 1 >$cpumask
	echo -1 >$runtime
	chrt --fifo --pid 1 "$(pgrep -o -x kpktgend_0)"
}

# --- networks ---

# new_ns VARIABLE...: namespaces of this script's own, their names put in the
# variables; lo is up, no address is looked for twice (DAD).
new_ns() {
	local v name
	for v in "$@"; do
		name=$_me-$((++_ns))-$v
		ip netns add "$name" || return
		on_exit "ip netns del $name"
		ip -n "$name" link set lo up
		ip netns exec "$name" sysctl -qw net.ipv6.conf.all.accept_dad=0 \
			net.ipv6.conf.default.accept_dad=0
		printf -v "$v" %s "$name"
	done
}

# in_ns NAMESPACE COMMAND... in the foreground: in the background it would be the
# child of a shell that takes the signals ("ip netns exec NAMESPACE COMMAND &")
in_ns() { ip netns exec "$@"; }

# carries NS IF: what it sends leaves, which is so when the kernel has seen its
# carrier, some time after it has come; until then it is dropped. Before 6.8 its
# carrier is shown at once, and only its state waits for that.
carries() {
	wait_for '[[ $(ip '"${1:+-n $1}"' link show '"$2"') == *,LOWER_UP*" state UP "* ]]' 60
}

# veth NS1 IF1 NS2 IF2: up, without addresses. "" is the initial namespace.
veth() {
	ip ${1:+-n "$1"} link add name "$2" type veth \
		peer name "$4" netns "${3:-1}" || return
	[ "$1" ] || on_exit "ip link del $2"
	[ "$3" ] || on_exit "ip link del $4"
	ip ${1:+-n "$1"} link set "$2" up
	ip ${3:+-n "$3"} link set "$4" up
	carries "$1" "$2" && carries "$3" "$4"
}

# cards NS1 IF1 NS2 IF2: the guest's own two cards ("# vm: nics=2"), joined by a
# hub, up. They come back some time after a namespace is gone.
cards() {
	local dev i=0
	wait_for '[ "$(ls -d /sys/class/net/*/device | wc -l)" = 2 ]' 30 || return
	for dev in /sys/class/net/*/device; do
		dev=$(basename "$(dirname "$dev")")
		ip link set "$dev" down
		ip link set "$dev" netns "${@:1 + i:1}" name "${@:2 + i:1}"
		i=$((i + 2))
	done
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
	carries "$1" "$2" && carries "$3" "$4"
}

# tests/fuzz/frames.c, built once in a guest.
_frames=/run/ksflow-frames
build_frames() {
	[ -x $_frames ] || gcc -O1 -D_GNU_SOURCE -o $_frames frames.c
}

# noise NS: two tap devices n0 and n1, and frames of every shape (tests/fuzz) that
# come in through them until the script ends.
noise() {
	local n
	modprobe -q tun
	build_frames || return
	for n in 0 1; do
		ip -n "$1" tuntap add n$n mode tap vnet_hdr &&
		ip -n "$1" link set n$n address 02:00:00:00:00:01 up || return
		addr "$1" n$n 10.0.$n.1/24 fd00:$n::1/64
	done
	ip netns exec "$1" $_frames 1 0:$((10000 * _patience)) tap:n0 pieces:n1 & on_exit "kill $!"
}

# addr NS IF ADDRESS/LEN...
addr() {
	local ns=$1 dev=$2 a; shift 2
	for a in "$@"; do
		case $a in
		*:*) ip ${ns:+-n "$ns"} addr add "$a" dev "$dev" nodad ;;
		*)   ip ${ns:+-n "$ns"} addr add "$a" dev "$dev" ;;
		esac
	done
}

# udp NS ADDRESS PORT [COUNT [TEXT]]: datagrams, each from a port of its own. Python
# would take half a second to start.
udp() {
	ip netns exec "$1" bash -c 'for ((i = 0; i < $3; i++)); do
		printf %s "$4" >"/dev/udp/$1/$2"; done' - "$2" "$3" "${4:-1}" \
		"${5:-drop}" 2>/dev/null
	:
}

# captured PCAP SAMPLES: tcpdump, which gets its packets in blocks, has written each
# datagram that sflow.py has read.
captured() {
	[ "$(tcpdump -n -r "$1" 2>/dev/null | wc -l)" -ge \
		"$(jq .datagram "$2" | sort -u | wc -l)" ]
}

# counter NS IF NAME: one of /sys/class/net/IF/statistics
counter() {
	if [ -n "$1" ]; then
		in_ns "$1" cat "/sys/class/net/$2/statistics/$3"
	else
		cat "/sys/class/net/$2/statistics/$3"
	fi
}
