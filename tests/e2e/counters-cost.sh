# SPDX-License-Identifier: GPL-2.0
# 1,000 interfaces polled every 10 seconds: what ksflowd takes of a processor, in
# its own CPU time; an instruction is a nanosecond here.
#
# vm: icount kernels=6.12 timeout=300

. ./lib.sh

new_ns n
for i in $(seq 1000); do echo "link add d$i up type dummy"; done | ip -n "$n" -batch -
is "a thousand interfaces" "$(ip -n "$n" -o link show type dummy | wc -l)" 1000
ip netns exec "$n" socat -u UDP4-RECV:6343 /dev/null & sink=$!
on_exit "kill $sink"
cat >"$t/conf" <<END
sflow {
  polling = 10
  collector { ip=127.0.0.1 }
}
END
ip netns exec "$n" ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
on_exit "kill $daemon"
# Before it has said anything, a signal ends it.
wait_for '[ -s $t/log ]' 60

# sent: samples of counters so far; cpu: nanoseconds that ksflowd ran
sent() { kill -USR1 $daemon; sed -n 's/.* \([0-9]*\) counter samples of .*/\1/p' "$t/log" | tail -n 1; }
cpu() { cut -d ' ' -f 1 /proc/$daemon/schedstat; }
now() { cut -d ' ' -f 1 /proc/uptime | tr -d .; }
try "each has been polled once" wait_for '[ "$(sent)" -ge 1001 ]' 60
began=$(now) before=$(cpu) first=$(sent)
try "30 seconds" wait_for '[ "$(now)" -ge $((began + 3000)) ]' 60
took=$((($(cpu) - before) / 1000)) elapsed=$((($(now) - began) * 10000))
between "three samples of each" $(($(sent) - first)) 2700 3400
note "$took us of CPU time in $elapsed us"
between "percent of a processor" "$(awk -v t=$took -v e=$elapsed 'BEGIN { print 100 * t / e }')" 0.001 1
kill $daemon; wait $daemon
is "ksflowd ends well" $? 0
