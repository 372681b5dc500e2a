# SPDX-License-Identifier: GPL-2.0
# tshark reads the datagrams that decode.sh and psample-fields.sh saved in each
# guest: every field of every sample, against our own reading of the same sample.
# What tshark has no names for (queue, delay, depth, timestamp, port name) is
# compared as bytes.
#
# vm: last kernels=6.12

. ./lib.sh

saved=$(ls -d "$OUT"/*/{decode,psample-fields} 2>/dev/null)
[ "$saved" ] || skip "tshark" "no datagrams from decode.sh"
for dir in $saved; do
	[ -s "$dir/decode.pcap" ] || continue
	name="$(basename "$(dirname "$dir")") $(basename "$dir")"
	# netdevsim's packets have random ports: what the protocol of one makes
	# of no data is not ours.
	inner=TRUE
	[[ $name != *psample-fields ]] || inner=FALSE
	tshark -r "$dir/decode.pcap" -o sflow.enable_dissection:$inner -V >"$dir/tshark" 2>"$dir/tshark.log" ||
		not_ok "$name: tshark" "$(cat "$dir/tshark.log")"
	result=$($python - "$dir/tshark" "$dir/samples" <<'END'
import json
import re
import struct
import sys

ours = [json.loads(line) for line in open(sys.argv[2])]
samples = []
record = None
for line in open(sys.argv[1]):
    line = line.strip()
    m = re.match(r'(Flow|Counters) sample, seq (\d+)', line)
    if m:
        samples.append({'kind': m[1].lower(), 'sequence': int(m[2])})
        record = None
        continue
    if not samples:
        continue
    s = samples[-1]
    m = re.search(r'Format: (?:.*) ?\((\d+)\)$', line)
    if m:
        record = s.setdefault(m[1], {})
        continue
    if re.match(r'Frame \d+:', line):
        record = None
    m = re.search(r'(?:= )?([A-Z][^:=]*): (.*)$', line)
    if m:
        where = s if record is None else record
        where.setdefault(m[1], m[2])


def number(text):
    return int(re.match(r'(?:1 out of )?(0x[0-9a-f]+|\d+)', text)[1], 0)


# Of the records of fixed length, what follows what.
HOST = {'2003': '3f17I', '2004': '7Q4I', '2005': 'QQIIQIIQI',
        '2006': 'Q3IQ3I', '2007': '19I', '2008': '25I', '2009': '15I',
        '2010': '7I'}

PROTOCOL = {1: 'Ethernet (1)', 11: 'IPv4 (11)', 12: 'IPv6 (12)'}


def expected(o):
    """(record or None, tshark's name, the value it must have)"""
    r = o['records']
    port = {'internal': 0x3fffffff}
    kind, index = o['source'].split(':')
    if o['kind'] == 'flow':
        yield None, 'Index', int(index)
        yield None, 'Sampling rate', o['rate']
        yield None, 'Sample pool', o['pool']
        yield None, 'Dropped packets', o['drops']
        yield None, 'Input interface (ifIndex)', \
            port.get(o['input'], o['input'])
        yield None, 'Output interface', port.get(o['output'], o['output'])
        yield None, 'Flow record', len(r)
        yield '1', 'Header protocol', PROTOCOL[r['1']['protocol']]
        yield '1', 'Frame Length', r['1']['frame_length']
        yield '1', 'Payload stripped', r['1']['stripped']
        yield '1', 'Sampled header length', len(r['1']['header']) // 2
        yield '1', 'Header of sampled packet', r['1']['header']
        if '1001' in r:
            yield '1001', 'Incoming 802.1Q VLAN', r['1001']['src_vlan']
            yield '1001', 'Incoming 802.1p priority', \
                r['1001']['src_priority']
            yield '1001', 'Outgoing 802.1Q VLAN', r['1001']['dst_vlan']
            yield '1001', 'Outgoing 802.1p priority', \
                r['1001']['dst_priority']
        if '1002' in r:
            yield '1002', 'Next hop', r['1002']['nexthop']
            yield '1002', 'Next hop source mask', r['1002']['src_mask']
            yield '1002', 'Next hop destination mask', r['1002']['dst_mask']
        if '1036' in r:
            yield '1036', 'Data', struct.pack('>I', r['1036']['queue']).hex()
        if '1040' in r:
            yield '1040', 'Data', struct.pack('>I', r['1040']['depth']).hex()
        if '1039' in r:
            yield '1039', 'Data', \
                struct.pack('>I', r['1039']['delay_ns']).hex()
        yield '1043', 'Data', struct.pack('>Q', r['1043']['time_ns']).hex()
        return
    yield None, 'Source ID index', int(index)
    yield None, 'Counters records', len(r)
    if kind == '2':     # the host, whose records tshark knows by number alone
        for number, layout in HOST.items():
            yield number, 'Data', struct.pack(
                '>' + layout, *r[number].values()).hex()
        return
    c = r['1']
    for name, key in (
            ('Interface index', 'ifindex'), ('Interface Type', 'type'),
            ('Interface Speed', 'speed'), ('Input Octets', 'in_octets'),
            ('Input Packets', 'in_ucast'),
            ('Input Multicast Packets', 'in_multicast'),
            ('Input Broadcast Packets', 'in_broadcast'),
            ('Input Discarded Packets', 'in_discards'),
            ('Input Errors', 'in_errors'),
            ('Input Unknown Protocol Packets', 'in_unknown'),
            ('Output Octets', 'out_octets'), ('Output Packets', 'out_ucast'),
            ('Output Multicast Packets', 'out_multicast'),
            ('Output Broadcast Packets', 'out_broadcast'),
            ('Output Discarded Packets', 'out_discards'),
            ('Output Errors', 'out_errors')):
        yield '1', name, c[key]
    name = r['1005']['name'].encode()
    yield '1005', 'Data', (struct.pack('>I', len(name)) + name +
                           bytes(-len(name) % 4)).hex()


fields = wrong = 0
if [(s['kind'], s['sequence']) for s in samples] != \
        [(o['kind'], o['sequence']) for o in ours]:
    print('other samples: tshark %d, ours %d' % (len(samples), len(ours)))
for s, o in zip(samples, ours):
    for where, name, value in expected(o):
        got = (s if where is None else s.get(where, {})).get(name)
        fields += 1
        if got is not None and isinstance(value, int):
            got = number(got)
        if got != value and wrong < 10:
            print('%s %d: record %s: %s: tshark %r, ours %r' % (
                o['kind'], o['sequence'], where, name, got, value))
            wrong += 1
print('%d fields of %d samples' % (fields, len(samples)))
END
)
	note "$name: $(tail -n 1 <<<"$result")"
	is "$name: tshark agrees in every field" "$(sed '$d' <<<"$result")" ""
	is "$name: tshark finds nothing malformed" \
		"$(grep -ci malformed "$dir/tshark")" 0
	between "$name: there was something to read" \
		"$(tail -n 1 <<<"$result" | cut -d' ' -f1)" 150 1000000
done
