# SPDX-License-Identifier: GPL-2.0
# Network namespaces never mix, and privilege ends at their borders.
#
#   namespace a                         namespace b
#     same0, ifindex 100, 10.1.0.1 ----   peer1 10.1.0.2
#   namespace c
#     same0, ifindex 100, 10.2.0.1 ----   peer2 10.2.0.2
#
# vm: timeout=300

. ./lib.sh

chmod 755 "$t"

# nobody COMMAND...: without any privilege; root_of_own: root in a user
# namespace, and a network namespace, of nobody's own; root_here: in the
# network namespace that everybody else is in
nobody() { setpriv --reuid 65534 --regid 65534 --clear-groups -- "$@"; }
root_of_own() { nobody unshare --user --map-root-user --net -- "$@"; }
root_here() { nobody unshare --user --map-root-user -- "$@"; }
quiet() {
	in_ns "$1" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 \
		net.ipv6.conf.default.disable_ipv6=1
}
# neighbours NS1 IF1 ADDR1 NS2 IF2 ADDR2: need no packets to find each other
neighbours() {
	ip -n "$1" neigh replace "$6" dev "$2" nud permanent \
		lladdr "$(in_ns "$4" cat "/sys/class/net/$5/address")"
	ip -n "$4" neigh replace "$3" dev "$5" nud permanent \
		lladdr "$(in_ns "$1" cat "/sys/class/net/$2/address")"
}
# start NAME COMMAND...: a monitor, its lines in $t/NAME, live on return
start() {
	local name=$1; shift
	rm -f "$t/$name.ready"
	"$@" --ready-file "$t/$name.ready" >"$t/$name" 2>"$t/$name.err" &
	eval "$name=$!"
	on_exit "kill $!"
	wait_for "[ -e $t/$name.ready ]"
}

new_ns a b c
for ns in "$a" "$b" "$c"; do quiet "$ns"; done
ip -n "$a" link add same0 index 100 type veth peer name peer1 netns "$b"
ip -n "$c" link add same0 index 100 type veth peer name peer2 netns "$b"
for pair in "$a same0 10.1.0.1 $b peer1 10.1.0.2" "$c same0 10.2.0.1 $b peer2 10.2.0.2"; do
	# shellcheck disable=SC2086
	set -- $pair
	addr "$1" "$2" "$3/24"
	addr "$4" "$5" "$6/24"
	ip -n "$1" link set "$2" up
	ip -n "$4" link set "$5" up
	neighbours "$@"
	carries "$1" "$2" && carries "$4" "$5"
done
load
for ns in "$a" "$b" "$c"; do big_ring "$ns"; done

# --- the same ifindex in two namespaces ---

is "the same ifindex" "$(in_ns "$a" cat /sys/class/net/same0/ifindex)" \
	"$(in_ns "$c" cat /sys/class/net/same0/ifindex)"
ksflow -n "$a" dev set same0 rate 1 dir both
ksflow -n "$c" dev set same0 rate 1 dir ingress
start in_a ksflow -n "$a" -j monitor
start in_c ksflow -n "$c" -j monitor
start in_b ksflow -n "$b" -j monitor
ip netns exec "$a" ping -q -f -c 300 10.1.0.2 >/dev/null & one=$!
ip netns exec "$c" ping -q -f -c 200 10.2.0.2 >/dev/null & two=$!
wait $one $two
kill -TERM $in_a $in_b $in_c
wait $in_a $in_b $in_c
is "a has its own, all of them" "$(grep -c '"summary":"10.1.0.[12] > 10.1.0.[12] ' "$t/in_a")" 600
is "and nothing else" "$(wc -l <"$t/in_a")" 600
is "c has its own, in its own direction" "$(grep -c '"dir":"ingress".*"summary":"10.2.0.2 > 10.2.0.1 ' "$t/in_c")" 200
is "and nothing else" "$(wc -l <"$t/in_c")" 200
is "b, where nothing is set, has nothing" "$(cat "$t/in_b")" ""
for reader in in_a in_b in_c; do
	grep -q ' lost 0 ' "$t/$reader.err" ||
		not_ok "$reader lost nothing" "$(cat "$t/$reader.err")"
done
is "settings do not mix" \
	"$(for ns in "$a" "$b" "$c"; do ksflow -n "$ns" -p show | sed -n 's/ *"dir": //p' | sort -u; done)" \
	'"both",
"ingress",'

# --- a device upon a device of another namespace ---

# same0 is sampled in a; what comes in by the macvlan upon it has not been in d.
new_ns d
quiet "$d"
ip -n "$a" link add link same0 name m0 type macvlan mode bridge
ip -n "$a" link set m0 netns "$d"
ip -n "$d" link add y0 type dummy
addr "$d" m0 10.1.0.9/24; addr "$d" y0 10.9.0.1/24
ip -n "$d" link set m0 up; ip -n "$d" link set y0 up
in_ns "$d" sysctl -qw net.ipv4.ip_forward=1
ip -n "$d" neigh replace 10.9.0.2 dev y0 nud permanent lladdr 02:00:00:00:00:02
neighbours "$d" m0 10.1.0.9 "$b" peer1 10.1.0.2
ip -n "$b" route add 10.9.0.0/24 via 10.1.0.9
carries "$d" m0
ksflow -n "$d" dev set y0 rate 1 dir once
start in_a ksflow -n "$a" -j monitor
start in_d ksflow -n "$d" -j monitor
in_ns "$b" ping -q -c 5 -i 0.01 -W 0.1 10.9.0.2 >/dev/null
wait_for '[ "$(wc -l <"$t/in_d")" = 5 ]' 10
kill -TERM $in_a $in_d; wait $in_a $in_d
is "what is sampled below it, elsewhere, covers nothing here" \
	"$(grep -c '"dir":"egress".*"dev":"y0"' "$t/in_d")" 5
between "and is sampled there" "$(grep -c '"dir":"ingress".*10.1.0.2 > 10.9.0.2' "$t/in_a")" 5 10
ip -n "$d" link del m0

# --- without privilege ---

start in_a ksflow -n "$a" -j monitor
# refused NAME COMMAND...: EPERM, said in words, nothing given out
refused() {
	local name=$1 status=0; shift
	"$@" >"$t/out" 2>"$t/err" || status=$?
	if [ $status = 1 ] && grep -q 'not permitted' "$t/err" && [ ! -s "$t/out" ]; then
		ok "$name"
	else
		not_ok "$name" "status $status
$(cat "$t/out" "$t/err")"
	fi
}
before=$(ksflow -p show)
for who in nobody root_here; do
	refused "$who reads nothing" $who ksflow monitor --duration 1
	refused "$who sets nothing" $who ksflow dev set lo rate 1 dir both
	refused "$who forgets nothing" $who ksflow dev del lo
	refused "$who resets nothing" $who ksflow reset
	refused "$who has no view of the readers" $who ksflow stats
	try "$who may look" $who ksflow show
done
is "nothing changed" "$(ksflow -p show)" "$before"
in_ns "$a" ping -q -c 1 10.1.0.2 >/dev/null
refused "nobody reads nothing in a" in_ns "$a" setpriv --reuid 65534 --regid 65534 \
	--clear-groups -- ksflow monitor --duration 1

# --- root in a user namespace of his own ---

if root_of_own true; then
	# His files go to a directory of his own.
	mkdir "$t/own"
	chown 65534 "$t/own"
	cp genl.py "$t/own"
	cat >"$t/own.sh" <<'END'
cd "$1" || exit
ip link set lo up
ksflow dev set lo rate 1 dir ingress || exit
ksflow -j monitor --ready-file ready >samples 2>account &
until [ -e ready ]; do sleep 0.05; done
touch up
until [ -e stop ]; do sleep 0.05; done
ping -q -c 2 127.0.0.1 >/dev/null
kill -TERM $!
wait $!
echo $? >status
for i in $(seq 20); do
	ksflow monitor --ready-file many$i >/dev/null 2>refused$i &
done
for i in $(seq 20); do
	until [ -e many$i ] || [ -s refused$i ]; do sleep 0.05; done
done
ls many* | wc -l >readers
cat refused* | sort | uniq -c >refused
mapfile -t jobs < <(jobs -p)
kill "${jobs[@]}"
wait
# RULE_SET is 6; RULE is 12: PATTERN 1, RATE 3
for i in $(seq 254); do printf '6 12.1=str:x%s 12.3=u32:1 -- ' $i; done |
	xargs $python ./genl.py >rules.log
i=$(grep -c ok rules.log)
while [ $((i += 1)) -le 260 ]; do
	ksflow dev set y$i rate 1 2>refusal || break
done
echo $i >rules
END
	root_of_own env python="$python" bash "$t/own.sh" "$t/own" & own=$!
	wait_for '[ -e $t/own/up ]' 20
	in_ns "$a" ping -q -c 20 -i 0.01 10.1.0.2 >/dev/null
	touch "$t/own/stop"
	wait $own
	is "his own lo: he reads" "$(cat "$t/own/status")" 0
	is "his own packets, and no other" \
		"$(sed 's/.*"summary":"//; s/ id.*//' "$t/own/samples" | sort | uniq -c | sed 's/^ *//')" \
		"2 127.0.0.1 > 127.0.0.1 ICMP echo reply
2 127.0.0.1 > 127.0.0.1 ICMP echo request"
	is "at most 16 readers" "$(cat "$t/own/readers")" 16
	is "the others are told" "$(grep -c 'readers' "$t/own/refused")" 1 ||
		note "$(cat "$t/own/refused")"
	is "at most 256 rules (lo, and 255 more)" "$(cat "$t/own/rules")" 256
	is "with the reason" "$(grep -c 'too many rules' "$t/own/refusal")" 1
	is "nothing of it is seen here" "$(ksflow -p show)" "$before"
else
	skip "root in a user namespace of his own" "no user namespaces for users"
fi
kill -TERM $in_a; wait $in_a
is "meanwhile a's reader had all of a" "$(wc -l <"$t/in_a")" 42

# --- namespaces deleted under traffic ---

# The flood comes from b, outside; the reader dies first, or else the namespace
# would stay for its sake.
gone=0
for i in {1..8}; do
	ip netns add "$_me-gone$i"
	g=$_me-gone$i
	quiet "$g"
	ip -n "$g" link add d0 type veth peer name "e$i" netns "$b"
	addr "$g" d0 10.3.0.1/24
	addr "$b" "e$i" 10.3.0.2/24
	ip -n "$g" link set d0 up
	ip -n "$b" link set "e$i" up
	neighbours "$g" d0 10.3.0.1 "$b" "e$i" 10.3.0.2
	ksflow -n "$g" dev set d0 rate 1 dir both \
		tap "$([ $((i % 2)) = 0 ] && echo netfilter || echo auto)" 2>/dev/null
	start dying ksflow -n "$g" -j monitor
	ip netns exec "$b" ping -q -f 10.3.0.1 >/dev/null & flood=$!
	wait_for "[ -s $t/dying ]"
	ip netns del "$g"
	kill -KILL $dying
	wait $dying 2>/dev/null
	# The other end of the pair goes when the namespace does.
	wait_for "! ip -n $b link show e$i" 60 && gone=$((gone + 1))
	kill $flood
	wait $flood 2>/dev/null
done
is "namespaces deleted under traffic" $gone 8

ksflow -n "$a" dev set same0 rate 1 dir both
start in_a ksflow -n "$a" -j monitor
in_ns "$a" ping -q -c 5 -i 0.01 10.1.0.2 >/dev/null
kill -TERM $in_a; wait $in_a
is "sampling goes on elsewhere" "$(wc -l <"$t/in_a")" 10

# A module unloaded while readers and traffic are in three namespaces.
start in_a ksflow -n "$a" -j monitor
start in_c ksflow -n "$c" -j monitor
ip netns exec "$a" ping -q -f 10.1.0.2 >/dev/null & one=$!
ip netns exec "$c" ping -q -f 10.2.0.2 >/dev/null & two=$!
wait_for '[ -s $t/in_a ] && [ -s $t/in_c ]'
unload
is "unloaded under traffic" "$([ -d /sys/module/ksflow ] && echo there)" ""
kill $one $two
