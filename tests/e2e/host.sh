# SPDX-License-Identifier: GPL-2.0
# Counters of the host and of interfaces, against what /proc, df and ip say:
# read before and after the sample, which has to lie between. The module is
# not needed.
#
#   namespace r (ksflowd)                         namespace b
#     bond0 10.7.0.1, 802.3ad                       bond0 10.7.0.2
#       r0, r1  --------------------------------------  b0, b1
#     t0 index 777, of a pair that goes and comes back
#
# vm: timeout=200

. ./lib.sh

new_ns r b
veth "$r" r0 "$b" b0
veth "$r" r1 "$b" b1
for side in "$r r" "$b b"; do
	set -- $side
	ip -n "$1" link add bond0 type bond mode 802.3ad miimon 50 lacp_rate fast
	for i in 0 1; do
		ip -n "$1" link set "$2$i" down
		ip -n "$1" link set "$2$i" master bond0
	done
	ip -n "$1" link set bond0 up
done
addr "$r" bond0 10.7.0.1/24 fd07::1/64
addr "$b" bond0 10.7.0.2/24 fd07::2/64
new_pair() { ip -n "$r" link add t0 index 777 type veth peer name t1 &&
	ip -n "$r" link set t0 up && ip -n "$r" link set t1 up; }
new_pair

on_exit 'kill -KILL $daemon $collector $pings'
collect() {
	ip netns exec "$r" $python ./sflow.py -w "$t/samples" --ready "$t/ready" & collector=$!
	wait_for 'test -e $t/ready' 30
}
collect
uuid=00112233-4455-6677-8899-aabbccddeeff
conf() {
	cat >"$t/conf" <<-END
	sflow {
	  polling = 1
	  uuid = $uuid
	  ${1-}
	  collector { ip=127.0.0.1 }
	}
	END
}
conf
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
bundled() {
	ip -n "$r" -d -j link show "$1" | jq -e '.[0].linkinfo.info_slave_data |
		.ad_actor_oper_port_state % 64 >= 60 and .ad_partner_oper_port_state % 64 >= 60'
}
try "the bond is up" wait_for 'bundled r0 && bundled r1' 60
ip netns exec "$b" ping -q -i 0.05 10.7.0.1 >"$t/ping" & pings=$!
try "and carries" wait_for 'ip netns exec "$b" ping -q -c 1 -W 1 10.7.0.1' 30

# --- the host, and the interfaces ---

# Prints "ok NAME" or "no NAME: why" for each of its comparisons.
cat >"$t/compare.py" <<'END'
import json, os, subprocess, sys, time

netns, samples = sys.argv[1:3]


def run(*words):
    return subprocess.run(('ip', 'netns', 'exec', netns) + words, check=True,
                          stdout=subprocess.PIPE).stdout.decode()


def table(text):
    """Pairs of lines of /proc/net/snmp, by name."""
    lines = text.splitlines()
    out = {}
    for names, values in zip(lines[::2], lines[1::2]):
        group, *names = names.split()
        out[group.rstrip(':')] = dict(zip(names, map(int, values.split()[1:])))
    return out


def keyed(text, unit=1):
    return {w[0].rstrip(':'): int(w[1]) * unit
            for w in map(str.split, text.splitlines())}


# iproute2 6.15 crashes over these: RTM_GETSTATS, its answer as it comes.
LACP = """
import socket, struct, sys
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
s.send(struct.pack('=IHHIIIII', 28, 94, 1, 1, 0, 0, int(sys.argv[1]), 4))
data = s.recv(65536)[28:]
for kind in 3, 2, 1:            # slave, bond, 802.3ad
    assert struct.unpack_from('=HH', data)[1] & 0x3fff == kind
    data = data[4:]
while data:
    size, kind = struct.unpack_from('=HH', data)
    if kind < 2:                # received, sent
        print(struct.unpack_from('=Q', data, 4)[0])
    data = data[size + 3 & ~3:]
"""


def truth():
    t = {}
    for group, kind in ('Ip', 2007), ('Icmp', 2008), ('Tcp', 2009), ('Udp', 2010):
        for name, value in table(run('cat', '/proc/net/snmp'))[group].items():
            t[kind, name] = value & 0xffffffff
    stat = [l.split() for l in open('/proc/stat')]
    hz = os.sysconf('SC_CLK_TCK')
    for name, ticks in zip(('user nice system idle wait intr sintr steal '
                            'guest guest_nice').split(), stat[0][1:]):
        t[2003, name] = int(ticks) * 1000 // hz
    for words in stat:
        if words[0] in ('ctxt', 'intr'):
            t[2003, {'ctxt': 'contexts', 'intr': 'interrupts'}[words[0]]] = \
                int(words[1]) & 0xffffffff
    t[2003, 'uptime'] = int(float(open('/proc/uptime').read().split()[0]))
    t[2003, 'cpus'] = os.cpu_count()
    vm = keyed(open('/proc/vmstat').read())
    for name, key in (('page_in', 'pgpgin'), ('page_out', 'pgpgout'),
                      ('swap_in', 'pswpin'), ('swap_out', 'pswpout')):
        t[2004, name] = vm[key] & 0xffffffff
    mem = keyed(open('/proc/meminfo').read(), 1024)
    t[2004, 'total'] = mem['MemTotal']
    t[2004, 'swap_total'] = mem['SwapTotal']
    t[2004, 'free', 64 << 20] = mem['MemFree']
    t[2004, 'cached', 64 << 20] = mem['Cached'] + mem['SReclaimable']
    t[2004, 'shared', 16 << 20] = mem['Shmem']
    t[2004, 'buffers', 16 << 20] = mem['Buffers']
    disks = [open('/sys/block/%s/stat' % d).read().split()
             for d in os.listdir('/sys/block')
             if os.path.exists('/sys/block/%s/device' % d)]
    for name, column, unit in (
            ('reads', 0, 1), ('bytes_read', 2, 512), ('read_ms', 3, 1),
            ('writes', 4, 1), ('bytes_written', 6, 512), ('write_ms', 7, 1)):
        t[2005, name] = sum(int(d[column]) for d in disks) * unit
    size, free = subprocess.run(
        ['df', '-B1', '--output=size,avail', '/'], check=True,
        stdout=subprocess.PIPE).stdout.split()[-2:]
    t[2005, 'total'] = int(size)
    t[2005, 'free', 64 << 20] = int(free)
    links = {l['ifname']: l for l in json.loads(run('ip', '-s', '-d', '-j', 'link'))}
    total = [0] * 8
    for name in 'r0', 'r1', 't0', 't1':
        s = links[name]['stats64']
        for i, (way, key) in enumerate(
                (w, k) for w in ('rx', 'tx')
                for k in ('bytes', 'packets', 'errors', 'dropped')):
            total[i] += s[way][key]
    for i, name in enumerate('bytes_in packets_in errors_in drops_in bytes_out '
                             'packets_out errors_out drops_out'.split()):
        t[2006, name] = total[i]
    return t, links, os.getloadavg()[0]


def last(source, after):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for line in reversed(open(samples).read().splitlines()):
            try:
                s = json.loads(line)
            except ValueError:
                continue
            if s.get('source') == source and s['received_ns'] > after:
                return s
        time.sleep(0.1)
    raise SystemExit('no sample of ' + source)


def say(name, is_ok, why):
    print('ok ' + name if is_ok else 'no %s: %s' % (name, why))


low, _, load = truth()
sample = last('2:1', time.time_ns() + 10**7)
high, links, *loads = truth()
loads += [load]
r = sample['records']
wrong = {}
for key, value in low.items():
    got = r[str(key[0])].get(key[1])
    if got is None:
        continue        # InCsumErrors of Icmp and the like
    slack = key[2] if len(key) > 2 else 0
    a, b = sorted((value, high[key]))
    if not a - slack <= got <= b + slack:
        wrong.setdefault(key[0], []).append((key[1], a, got, b))
for kind in range(2003, 2011):
    say('record %d lies between' % kind, kind not in wrong, wrong.get(kind))
d = r['2000']
say('host_descr', (d['hostname'], d['machine'], d['os'], d['release']) ==
    (os.uname().nodename, 3, 2, os.uname().release) and
    d['uuid'] == '00112233445566778899aabbccddeeff', d)
a = r['2003']
say('load is that of /proc', min(loads) - .5 < a['load1'] < max(loads) + .5, a)
got = {x['ifindex']: x['macs'] for x in r['2001']['adapters']}
wanted = {links[n]['ifindex']: [links[n]['address']] for n in ('r0', 't0', 't1')}
say('adapters have their addresses', all(
    got.get(i) == m for i, m in wanted.items()) and 1 not in got, got)


def lacpdus(link):
    return list(map(int, run('python3', '-c', LACP, str(link['ifindex'])).split()))


for name in 'r0', 'r1':
    link = links[name]
    # The next second's, so that it was taken after these were read.
    fewer = lacpdus(link)
    lag = last('0:%d' % link['ifindex'], time.time_ns() + 10**9)['records']['7']
    more = lacpdus(link)
    slave = link['linkinfo']['info_slave_data']
    bond = links['bond0']
    say(name + ': LAG of its bond', lag['aggregate'] == bond['ifindex'], lag)
    say(name + ': LAG systems', [lag['actor'], lag['partner']] == [
        bond['address'],
        bond['linkinfo']['info_data']['ad_info']['partner_mac']], lag)
    say(name + ': LAG states', lag['states'] == '00%02x00%02x' % (
        slave['ad_actor_oper_port_state'],
        slave['ad_partner_oper_port_state']), (lag, slave))
    say(name + ': LACPDUs counted', all(
        0 < low <= g <= high for low, g, high in
        zip(fewer, (lag['lacpdu_rx'], lag['lacpdu_tx']), more)),
        (fewer, lag, more))
bond = last('0:%d' % links['bond0']['ifindex'], 0)['records']
say('a bond is a LAG and no member', bond['1']['type'] == 161 and '7' not in bond, bond)
END
$python "$t/compare.py" "$r" "$t/samples" >"$t/compared" 2>"$t/complaint" ||
	not_ok "the comparison runs" "$(cat "$t/complaint")"
while read -r verdict name; do
	if [ "$verdict" = ok ]; then ok "$name"; else not_ok "${name%%:*}" "$name"; fi
done <"$t/compared"
is "each was compared" "$(wc -l <"$t/compared")" 20
is "nothing is malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""

# --- interfaces that come back ---

of() { jq -c "select(.source == \"$1\") | $2" "$t/samples" 2>/dev/null | tail -n 1; }
try "t0 is counted" wait_for '[ "$(of 0:777 .sequence)" -ge 2 ]' 20
ip -n "$r" link del t0
host_bytes=$(of 2:1 '.records["2006"].bytes_in')
: >"$t/samples"
new_pair
# A last one of the old t0 may still be on its way, but no first one.
try "made again, its sequence starts again" wait_for \
	'[ "$(jq -c "select(.source == \"0:777\" and .sequence == 1) | .sequence" $t/samples)" = 1 ]'
try "the host's counters do not go back" wait_for \
	'[ "$(of 2:1 ".records[\"2006\"].bytes_in")" -ge $host_bytes ]' 20
# More come all the while: a last line may be half written.
is "each sequence is without gap" "$(jq -n -R -c '[inputs | fromjson? | select(.source == "2:1") |
	.sequence] | [.[-1] - .[0] + 1 - length]' "$t/samples")" "[0]"

# --- a small datagram ---

kill -TERM $daemon; wait $daemon
is "ksflowd ends well" "$?" 0
conf "datagramBytes = 200"
# What was sent last may not have been read: that goes with its socket.
kill $collector; wait $collector 2>/dev/null
rm "$t/samples" "$t/ready"
collect
ip netns exec "$r" ksflowd --foreground -f "$t/conf" 2>"$t/log" & daemon=$!
kinds() { jq -s -c '[.[] | select(.source == "2:1") | .records | keys[]] | unique | length' "$t/samples"; }
try "200 bytes: every record of the host comes" wait_for '[ "$(kinds)" = 10 ]' 20
is "200 bytes: at most" "$(jq -n -R '[inputs | fromjson? | .bytes] | max <= 200' "$t/samples")" true
is "200 bytes: nothing is malformed" "$(jq -c 'select(.kind == "error")' "$t/samples")" ""
kill -TERM $daemon; wait $daemon
