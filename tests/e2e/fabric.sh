# SPDX-License-Identifier: GPL-2.0
# A fabric: 24 agents, 20 leaves and 4 spines, each in a namespace of its own,
# send to one sfacctd. Every flow is seen at each of its three hops, each packet
# of it once, and the interfaces make one path: what a leaf sends to a spine by
# its choice among paths of equal cost, that spine has from that leaf.
#
#   host h1 -- h0 leaf l1 u1..u4 ==== p1..p20 spine s1..s4 ==== leaf l20 -- host h20
#   10.1.L.2 10.1.L.1      10.(100+S).L.0/31                  agents 10.255.0.1...24
#   fd01:L::2              fd00:S:L::/127
#
# vm: kernels=6.12 timeout=240

. ./lib.sh

leaves=20 spines=4 packets=3

cat >"$t/fabric.py" <<'END'
import csv, json, os, socket, subprocess, sys

leaves, spines, packets = map(int, sys.argv[2:5])
L, S = range(1, leaves + 1), range(1, spines + 1)


def name(kind, n=''):
    return 'fabric-%s%s' % (kind, n)


def enter(ns):
    with open('/run/netns/' + ns) as f:
        os.setns(f.fileno(), os.CLONE_NEWNET)


def batch(lines, *options):
    subprocess.run(('ip', *options, '-batch', '-'), check=True,
                   input='\n'.join(lines).encode())


def namespaces():
    return [name('c')] + [name('l', l) for l in L] + \
        [name('s', s) for s in S] + [name('h', l) for l in L]


def build():
    batch(['netns add ' + ns for ns in namespaces()])
    for ns in namespaces():
        enter(ns)
        for key, value in (('ipv4/ip_forward', 1),
                           ('ipv4/fib_multipath_hash_policy', 1),
                           ('ipv6/fib_multipath_hash_policy', 1),
                           ('ipv6/conf/all/forwarding', 1),
                           ('ipv6/conf/default/accept_dad', 0)):
            with open('/proc/sys/net/' + key, 'w') as f:
                f.write(str(value))
    enter('../../proc/1/ns/net')
    batch(['link add h0 netns %s type veth peer h0 netns %s' %
           (name('l', l), name('h', l)) for l in L] +
          ['link add u%d netns %s type veth peer p%d netns %s' %
           (s, name('l', l), l, name('s', s)) for l in L for s in S])
    batch(['link set lo up'], '-n', name('c'))
    for l in L:
        batch(['link set lo up', 'link set h0 up',
               'addr add 10.1.%d.2/24 dev h0' % l,
               'addr add fd01:%d::2/64 dev h0' % l,
               'route add default via 10.1.%d.1' % l,
               'route add default via fd01:%d::1' % l], '-n', name('h', l))
        batch(['link set lo up', 'link set h0 up',
               'addr add 10.1.%d.1/24 dev h0' % l,
               'addr add fd01:%d::1/64 dev h0' % l] +
              ['link set u%d up' % s for s in S] +
              ['addr add 10.%d.%d.0/31 dev u%d' % (100 + s, l, s)
               for s in S] +
              ['addr add fd00:%d:%d::/127 dev u%d' % (s, l, s) for s in S] +
              ['route add 10.1.0.0/16' + ''.join(
                  ' nexthop via 10.%d.%d.1' % (100 + s, l) for s in S)] +
              ['route add fd01::/16' + ''.join(
                  ' nexthop via fd00:%d:%d::1' % (s, l) for s in S)],
              '-n', name('l', l))
    for s in S:
        batch(['link set lo up'] + ['link set p%d up' % l for l in L] +
              ['addr add 10.%d.%d.1/31 dev p%d' % (100 + s, l, l)
               for l in L] +
              ['addr add fd00:%d:%d::1/127 dev p%d' % (s, l, l) for l in L] +
              ['route add 10.1.%d.0/24 via 10.%d.%d.0' % (l, 100 + s, l)
               for l in L] +
              ['route add fd01:%d::/64 via fd00:%d:%d::' % (l, s, l)
               for l in L], '-n', name('s', s))


def addresses(l):
    return '10.1.%d.2' % l, 'fd01:%d::2' % l


def send():
    """Each host to each other one; at rest all neighbours are known."""
    ends = {}
    for l in L:
        enter(name('h', l))
        for address in addresses(l):
            family = socket.AF_INET6 if ':' in address else socket.AF_INET
            out = socket.socket(family, socket.SOCK_DGRAM)
            out.bind((address, 40000))
            inn = socket.socket(family, socket.SOCK_DGRAM)
            inn.bind((address, 20000))
            inn.settimeout(20)
            ends[l, family] = address, out, inn
    for family in socket.AF_INET, socket.AF_INET6:
        for _ in range(packets):
            for src in L:
                for dst in L:
                    if src != dst:
                        ends[src, family][1].sendto(
                            b'fabric', (ends[dst, family][0], 20000))
            # None is lost, and no ring is flooded.
            for dst in L:
                for _ in range(leaves - 1):
                    ends[dst, family][2].recv(100)


def indices():
    at = {}
    for n, ns in enumerate([name('l', l) for l in L] +
                           [name('s', s) for s in S]):
        enter(ns)
        at['10.255.0.%d' % (n + 1)] = (
            ns[7], n + 1 if n < leaves else n + 1 - leaves,
            {str(i): dev for i, dev in socket.if_nameindex()})
    return at


def judge(table):
    at, flows, names = indices(), {}, None
    for row in csv.reader(open(table)):
        if 'SRC_IP' in row:
            names = row
            continue
        d = dict(zip(names or [], row))
        if d.get('DST_PORT') != '20000':
            continue
        kind, n, devs = at[d['PEER_SRC_IP']]
        hop = kind, n, devs.get(d['IN_IFACE'], '?'), \
            devs.get(d['OUT_IFACE'], '?')
        flow = flows.setdefault((d['SRC_IP'], d['DST_IP']), {})
        flow[hop] = flow.get(hop, 0) + int(d['PACKETS'])
    used, wrong = set(), []
    for src in L:
        for dst in L:
            for a, b in zip(addresses(src), addresses(dst)):
                if src == dst:
                    continue
                flow = flows.get((a, b), {})
                spine = [hop[1] for hop in flow if hop[0] == 's']
                s = spine[0] if spine else 0
                used.add((':' in a, s))
                if flow != {('l', src, 'h0', 'u%d' % s): packets,
                            ('s', s, 'p%d' % src, 'p%d' % dst): packets,
                            ('l', dst, 'u%d' % s, 'h0'): packets}:
                    wrong.append((a, b, flow))
    print(json.dumps({'flows': len(flows), 'wrong': len(wrong),
                      'paths': len(used), 'samples': sum(
                          sum(f.values()) for f in flows.values())}))
    for w in wrong[:3]:
        print(*w)


{'build': build, 'send': send, 'judge': lambda: judge(sys.argv[5]),
 'remove': lambda: batch(['netns del ' + ns for ns in namespaces()], '-force'),
 }[sys.argv[1]]()
END
fabric() { local verb=$1; shift
	$python "$t/fabric.py" $verb $leaves $spines $packets "$@"; }

on_exit "fabric remove"
try "the fabric is built" fabric build
sysctl -qw net.core.rmem_max=16777216
cat >"$t/pmacct.conf" <<END
daemonize: false
sfacctd_ip: 127.0.0.1
sfacctd_port: 6343
sfacctd_pipe_size: 16777216
plugins: print
plugin_pipe_size: 16777216
plugin_buffer_size: 16384
aggregate: src_host, dst_host, src_port, dst_port, in_iface, out_iface, peer_src_ip
print_refresh_time: 1
print_output: csv
END
ip netns exec fabric-c sfacctd -f "$t/pmacct.conf" >"$t/table" 2>"$t/sfacctd.log" & sfacctd=$!
on_exit 'kill -KILL $sfacctd; pkill -KILL sfacctd'
load
agents=()
for n in $(seq $((leaves + spines))); do
	ns=fabric-l$n
	[ "$n" -le "$leaves" ] || ns=fabric-s$((n - leaves))
	cat >"$t/$n.conf" <<-END
	sflow {
	  agentIP = 10.255.0.$n
	  polling = 0
	  samplingDirection = in
	  ringBytes = 262144
	  pcap { dev=h0 sampling=1 }
	  pcap { dev=[pu]* sampling=1 }
	  collector { ip=127.0.0.1 namespace=fabric-c }
	}
	END
	ip netns exec $ns ksflowd --foreground -f "$t/$n.conf" 2>"$t/$n.log" &
	agents+=($!)
done
on_exit 'kill ${agents[*]}'
sampling() { [ "$(grep -l ": sampling" "$t"/*.log | wc -l)" = $((leaves + spines)) ]; }
try "24 agents sample" wait_for sampling 100
try "every host hears of every other" fabric send
flows=$((leaves * (leaves - 1) * 2))
verdict() { fabric judge "$t/table" >"$t/verdict"; }
complete() { verdict; [ "$(head -n 1 "$t/verdict" | jq .samples)" = $((flows * packets * 3)) ]; }
try "sfacctd has each packet from each of its hops" wait_for complete 30
note "$(cat "$t/verdict")"
is "interfaces make one path, for each flow" "$(head -n 1 "$t/verdict" | jq -c '[.flows, .wrong]')" \
	"[$flows,0]"
is "each spine is on some, with IPv4 and with IPv6" "$(head -n 1 "$t/verdict" | jq .paths)" $((2 * spines))
for ns in fabric-l1 fabric-s$spines; do
	try "$ns: the ledger closes" closes $ns
done
kill ${agents[*]}
wait ${agents[*]}
