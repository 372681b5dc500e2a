# SPDX-License-Identifier: GPL-2.0
# What happens when: the disk is full, memory ends, the clock is set, there are
# very many interfaces (1000, STORM=10: 10,000), the configuration file cannot be
# one. README's table names the script of each other row.
#
#   namespace a                    namespace r
#     a0 10.0.0.1  --------------  r0 10.0.0.2   ksflowd, collector on lo
#
# vm: timeout=1800

. ./lib.sh

load
new_ns a r
veth "$a" a0 "$r" r0
addr "$a" a0 10.0.0.1/24
addr "$r" r0 10.0.0.2/24
conf() {
	cat >"$t/conf" <<-END
	sflow {
	  collector { ip=127.0.0.1 }
	  polling = ${1-1}
	  pcap { dev=r0 sampling=1 }
	}
	END
}
samples() { jq -c "select($1)" "$t/samples" 2>/dev/null | wc -l; }
ping_r() { ip netns exec "$a" ping -q -c 1 -W 1 10.0.0.2; }
# Pings until a flow sample arrives that has been taken since.
flows() {
	: >"$t/samples"
	wait_for 'ping_r; [ "$(samples ".kind == \"flow\"")" != 0 ]' 60
}
on_exit 'kill -KILL $daemon $collector'
ip netns exec "$r" $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
wait_for 'test -e $t/ready' 30

# --- the disk is full -------------------------------------------------------------

mkdir -p "$t/full"
mount -t tmpfs -o size=8k full "$t/full"
on_exit "umount $t/full"
conf
cp "$t/conf" "$t/full/conf"
cat /dev/zero >"$t/full/rest" 2>/dev/null
mkdir -p /run/ksflowd
mount --bind "$t/full" /run/ksflowd
on_exit "umount /run/ksflowd"
ip netns exec "$r" ksflowd --foreground --verbose -f "$t/conf" 2>"$t/log" & daemon=$!
try "disk full: no state file, and it says so" wait_for 'logged "No space left on device: there will be no state file"'
try "disk full: samples arrive" flows
is "disk full: no half of a file is left" "$(find "$t/full" -name '*ksflowd*')" ""
fails "disk full: a change of the file is refused" \
	ksflow config --file "$t/full/conf" polling-interval 77
try "disk full: the file is as it was" cmp "$t/conf" "$t/full/conf"
is "disk full: nothing else is left" "$(ls "$t/full")" "conf
rest"
ksflow -n "$r" monitor -w "$t/full/pcap" 2>"$t/err" & monitor=$!
on_exit "kill $monitor"
wait_for 'ping_r; ! kill -0 $monitor' 60
wait $monitor
is "disk full: the monitor ends, and says why" \
	"$? $(grep -c 'No space left on device' "$t/err")" "1 1"
umount /run/ksflowd
kill -HUP $daemon
rm "$t/full/rest"

# --- the clock is set ---------------------------------------------------------------

ksflow -n "$r" -j monitor samples --ready-file "$t/mready" >"$t/monitor" 2>/dev/null & on_exit "kill $!"
wait_for '[ -e $t/mready ]'
start=$(date +%s)
on_exit "date -s @$start"
: >"$t/all"
for step in 90000 -180000; do
	date -s "@$(($(date +%s) + step))" >"$t/date"
	try "clock set by $step s: samples arrive" flows
	try "clock set by $step s: counters arrive" wait_for \
		'[ "$(samples ".kind == \"counters\"")" -ge 2 ]'
	# Whole lines: more come all the while.
	jq -R -c 'fromjson?' "$t/samples" >>"$t/all"
	try "clock set by $step s: a record has the new time" wait_for \
		'now=$(date +%s); jq -e "(.\"time-ns\" / 1e9 - $now) | fabs < 60" <<<"$(tail -n 2 $t/monitor | head -n 1)"'
done
is "clock set: the agent's uptime only grows" "$(jq -s '[.[].uptime_ms] | . == sort' "$t/all")" true
is "clock set: nothing is malformed" "$(jq -s 'map(select(.kind == "error")) | length' "$t/all")" 0

# --- a file that is none --------------------------------------------------------------

mkdir "$t/dir"
head -c 10000000 /dev/zero | tr '\0' '#' >"$t/large"
conf
cp "$t/conf" "$t/closed"
chmod 000 "$t/closed"
# Root may read all, until ksflowd has given that up.
for row in "dir:Is a directory" "large:File too large" "closed:Permission denied"; do
	file=$t/${row%%:*} why=${row#*:}
	setpriv --bounding-set -all --inh-caps -all ksflowd --check "$file" >"$t/out" 2>"$t/err"
	is "a file: $why: refused, named" "$? $(grep -cF "$file: $why" "$t/err")" "1 1"
	: >"$t/log"
	rm -rf "$t/conf"
	cp -rp "$file" "$t/conf"
	kill -HUP $daemon
	try "a reload of it: named, the old one stays" wait_for 'logged "$t/conf: $why"'
	try "and samples arrive" flows
done
rm -f "$t/conf"

# --- memory ends -----------------------------------------------------------------------

# More and more of it, until there is enough: never a signal, always a reason.
conf
ended=''
for ((kib = 2000; kib < 64000; kib += kib / 4)); do
	(ulimit -v $kib; exec ksflowd --check "$t/conf") >"$t/out" 2>"$t/err"
	status=$?
	[ "$status" != 0 ] || break
	[ "$status" -lt 128 ] && [ -s "$t/err" ] || ended+=" $kib:$status"
done
is "no memory: a reason each time" "$ended" ""
is "no memory: until there was enough" "$status" 0

# --- very many interfaces -----------------------------------------------------------------

# So many each second would be more than this collector can read, and samples
# would come behind them all.
many=$((1000 * ${STORM:-1})) turn=$((10 * _patience * ${STORM:-1}))
conf $turn
: >"$t/log"
kill -HUP $daemon
try "$many interfaces: polled every $turn s" wait_for 'logged "configuration read"'
for ((i = 0; i < many; i++)); do echo "link add m$i type dummy"; done >"$t/batch"
begin=$SECONDS
try "$many interfaces are made" ip -n "$r" -batch "$t/batch"
note "made in $((SECONDS - begin)) s"
ip -n "$r" link set m$((many - 1)) up
ksflow -n "$r" dev set 'm*' rate 10 dir both
try "$many interfaces: each has its rate" wait_for \
	'[ "$(ksflow -n $r -j dev show | jq "map(select(.rate == 10)) | length")" = $many ]' $((120 * ${STORM:-1}))
: >"$t/samples"
try "$many interfaces: the counters of each arrive" wait_for \
	'[ "$(wc -l <$t/samples)" -gt $many ] &&
	 [ "$(jq -r "select(.kind == \"counters\").source" $t/samples | sort -u | wc -l)" -gt $many ]' \
	$((120 * ${STORM:-1}))
try "$many interfaces: samples arrive" flows
is "$many interfaces: nothing is malformed" "$(samples '.kind == "error"')" 0
note "ksflowd: $(grep VmRSS /proc/$daemon/status)"
try "$many interfaces: the ledger closes" closes "$r"

kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0
