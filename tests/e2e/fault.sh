# SPDX-License-Identifier: GPL-2.0
# Memory that is not there: every allocation of every command fails in turn, of a
# load and of a new namespace and device too, then one in ten of all that the
# module asks for while packets flow. An error comes back or a loss is counted;
# nothing half done stays; nothing leaks (the harness asks kmemleak).
#
#   a: va ===== vb :b        a pings b
#
# vm: timeout=1000 kernels=debug,debug-rt

. ./lib.sh

d=/sys/kernel/debug
if [ ! -d $d/failslab ]; then
	skip "failures" "no CONFIG_FAILSLAB"
	exit
fi
# No word for each one of them, and none from those who are told there is none.
for f in failslab fail_page_alloc; do
	echo 0 >$d/$f/verbose
	echo 0 >$d/$f/ignore-gfp-wait
done
echo 0 >$d/fail_page_alloc/ignore-gfp-highmem
echo 0 >$d/fail_page_alloc/min-order
# Only what has the module's own code among its callers: no other code is in a
# module there. Not the pages of a filter's program: the kernel itself warns when
# there are none; what is asked for before and after them does fail.
bounds=$(sort /proc/kallsyms | grep -m 1 -A 1 " bpf_prog_alloc_no_stats$" | cut -d' ' -f1)
for f in failslab fail_page_alloc; do
	echo "0x${bounds%%[[:space:]]*}" >$d/$f/reject-start
	echo "0x${bounds##*[[:space:]]}" >$d/$f/reject-end
	echo 32 >$d/$f/stacktrace-depth
	echo 0xffffffffa0000000 >$d/$f/require-start
	echo 0xffffffffff000000 >$d/$f/require-end
done

# --- one after the other --------------------------------------------------------

# GRE, once a script before has loaded it, puts three devices into each new
# namespace: eight hundred allocations, and its own words for what fails.
sysctl -qw net.core.fb_tunnels_only_for_init_net=2
new_ns a b
veth $a va $b vb
addr $a va 10.0.0.1/24; addr $b vb 10.0.0.2/24

# What fault.py says: "ok|not ok TEXT", one line for each kind of call.
report() {
	local line ended=''
	while read -r line; do
		case $line in
		end)        ended=yes ;;
		"ok "*)     ok "${line#ok }" ;;
		"not ok "*) not_ok "${line#not ok }" ;;
		*)          note "$line" ;;
		esac
	done
	[ "$ended" ] || not_ok "fault.py runs to its end"
}
report < <(python3 fault.py load 2>&1)
load
report < <(in_ns $a python3 fault.py commands 2>&1)
report < <(python3 fault.py networks 2>&1)

# --- all at once -----------------------------------------------------------------

for f in failslab fail_page_alloc; do
	echo -1 >$d/$f/times
	echo 10 >$d/$f/probability
done
on_exit "echo 0 >$d/failslab/probability; echo 0 >$d/fail_page_alloc/probability"
ip netns exec "$a" ping -q -i $(pace 0.002) 10.0.0.2 >/dev/null & on_exit "kill $!"
noise $a || not_ok "noise"
ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err & reader=$!
on_exit "kill $reader"
if ! wait_for '[ -e $t/ready ]' 2; then
	note "no memory for the reader, once more: $(cat $t/err)"
	ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err & reader=$!
	on_exit "kill $reader"
fi
for kind in drops repairs; do
	ksflow -n $a -j monitor $kind >/dev/null 2>$t/err.$kind & on_exit "kill $!"
done
refused=0
for ((i = 0; i < 40; i++)); do
	ksflow -n $a dev set va rate $((1 + i % 3)) dir both \
		tap "$([ $((i % 2)) = 0 ] && echo netfilter || echo auto)" \
		>/dev/null 2>&1 || refused=$((refused + 1))
	all_on $a >/dev/null 2>&1
	ip -n $a link add d$i type dummy 2>/dev/null && ip -n $a link del d$i
	[ $((i % 8)) != 0 ] || { ip netns add $_me-short && ip netns del $_me-short; } 2>/dev/null
done
note "$refused of 40 settings refused"
for f in failslab fail_page_alloc; do echo 0 >$d/$f/probability; done
if ! kill -0 $reader 2>/dev/null; then
	ksflow -n $a -j monitor --ready-file $t/ready >$t/samples 2>$t/err & reader=$!
	on_exit "kill $reader"
fi

# Memory is there again: within two seconds all is as it was set.
ksflow -n $a dev set va rate 1 dir both tap auto
ksflow -n $a drop set state on
wait_for 'ksflow -n $a -p dev show va | grep -q "\"tap-egress\": \"tracepoint\""' 3
is "it recovers: both taps" "$(ksflow -n $a -p dev show va |
	grep -cE '"tap-(in|e)gress": "tracepoint"')" 2
is "it recovers: nothing refused" "$(ksflow -n $a -p dev show va | grep refused)" ""
before=$(wc -l <$t/samples)
wait_for '[ "$(wc -l <$t/samples)" -gt $((before + 10)) ]' &&
	ok "it recovers: samples" || not_ok "it recovers: samples" "$(cat $t/err)"
ksflow -n $a -j monitor drops >$t/drops 2>$t/err & on_exit "kill $!"
wait_for '[ -s $t/drops ]' && ok "it recovers: drops" || not_ok "it recovers: drops" "$(cat $t/err)"
try "the ledger closes" closes $a
note "$(ksflow -n $a stats)"
