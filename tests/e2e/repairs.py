#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Packets made by hand, the module's interface for repair spoken by no code of
ours, and a model of what a rule does to a packet, made from the RFCs.

usage: repairs.py add KEY=VALUE...      port, dev, from, to (PREFIX/LEN), mode,
                                        kinds (a,b,...), defrag
       repairs.py del [ID]
       repairs.py get                   JSON: total, rules, senders
       repairs.py monitor READY         one JSON object for each event
       repairs.py frame KIND SIZE MAC   one from fd00::1 to fd00::2, port 4739,
                                        to standard output
"""
import json
import os
import signal
import socket
import struct
import sys

sys.path.insert(0, '.')
import genl                             # noqa: E402
from genl import attr, attrs, read      # noqa: E402

STATS_GET, ADD, DEL, GET = 10, 13, 14, 15
KINDS = ['zero', 'no-pseudo', 'pseudo', 'swapped', 'offset', 'other']
SKIPS = ['super', 'partial', 'fragment', 'routing', 'home', 'auth', 'length',
         'memory']
MODES = ['audit', 'repair']

u8, u16, u32, u64 = 'B', 'H', 'I', 'Q'
RULE = {2: ('port', u16), 3: ('dev', 'str'), 4: ('from', 'addr'),
        5: ('from-len', u8), 6: ('to', 'addr'), 7: ('to-len', u8),
        8: ('mode', u8), 9: ('kinds', u32), 10: ('defrag', u8),
        11: ('id', u32), 12: ('layer', u8), 13: ('seen', u64),
        14: ('right', u64), 15: ('repaired', u64), 16: ('wrong', u64),
        17: ('zeroes', u64), 18: ('trusted', u64), 19: ('skipped', SKIPS),
        20: ('by-kind', KINDS)}
SENDER = {2: ('addr', 'addr'), 3: ('ifindex', u32), 4: ('port', u16),
          5: ('rule', u32), 6: ('kind', u8), 7: ('offset', u16),
          8: ('packets', u64), 9: ('repaired', u64), 10: ('first-ms', u64),
          11: ('last-ms', u64)}
TOTAL = {2: ('broken', u64), 3: ('senders', u32), 4: ('forgotten', u64)}
RECORD = {2: ('time-ns', u64), 3: ('source', u32), 9: ('in', u32),
          11: ('len', u32), 12: ('proto', u32), 14: ('data', 'hex'),
          33: ('kind', u8), 34: ('rule', u32), 35: ('done', 'flag'),
          36: ('found', u16), 37: ('right', u16), 38: ('sender', 'addr'),
          39: ('packets', u64)}
STATS = {2: ('kind', u8), 3: ('seen', u64), 4: ('selected', u64),
         5: ('lost-ring', u64), 8: ('counted', u64), 11: ('limited', u64)}


# --- the module ---

class Module(genl.Module):
    def add(self, **rule):
        nest = attr(2, struct.pack('=H', int(rule['port'])))
        if 'dev' in rule:
            nest += attr(3, rule['dev'].encode() + b'\0')
        for key, number in ('from', 4), ('to', 6):
            if key in rule:
                prefix, _, length = rule[key].partition('/')
                nest += attr(number, socket.inet_pton(socket.AF_INET6, prefix))
                nest += attr(number + 1, bytes([int(length or 128)]))
        nest += attr(8, bytes([MODES.index(rule.get('mode', 'audit'))]))
        if 'kinds' in rule:
            bits = sum(1 << KINDS.index(k) for k in rule['kinds'].split(','))
            nest += attr(9, struct.pack('=I', bits))
        if 'defrag' in rule:
            nest += attr(10, bytes([int(rule['defrag'])]))
        self.ask(ADD, attr(22 | genl.NESTED, nest))

    def delete(self, number=None):
        nest = b'' if number is None else attr(11, struct.pack('=I', number))
        self.ask(DEL, attr(22 | genl.NESTED, nest))

    def get(self):
        out = {'total': {}, 'rules': [], 'senders': []}
        for message in self.ask(GET, b'', genl.NLM_F_DUMP):
            for kind, body in attrs(message):
                if kind == 22:
                    out['rules'].append(read(RULE, body))
                elif kind == 23:
                    out['senders'].append(read(SENDER, body))
                elif kind == 24:
                    out['total'] = read(TOTAL, body)
        for message in self.ask(STATS_GET, b'', genl.NLM_F_DUMP):
            for kind, body in attrs(message):
                if kind == 14:
                    stats = read(STATS, body)
                    if stats['kind'] == 2:
                        out['events'] = stats
        return out

    def monitor(self, ready):
        for message in self.listen(4, ready):
            for kind, body in message:
                if kind == 18:
                    print(json.dumps(read(RECORD, body)))
            sys.stdout.flush()


def enter(name):
    genl.enter('/run/netns/' + name if name else '/proc/1/ns/net')


# --- packets ---

def fold(data):
    """Sum of 16-bit words, as a number modulo 65535: 0 is 0 or 65535."""
    number = int.from_bytes(data, 'big')
    return (number << 8 if len(data) & 1 else number) % 65535


def addr(text):
    return socket.inet_pton(socket.AF_INET6, text)


def pseudo(src, dst, length):
    return (fold(src + dst) + length % 65536 + (length >> 16) + 17) % 65535


def right_sum(src, dst, udp):
    """Of a datagram whose checksum field is anything."""
    total = fold(udp[:6] + b'\0\0' + udp[8:]) + pseudo(src, dst, len(udp))
    return 65535 - total % 65535


def swap(number):
    return (number >> 8 | number << 8) & 0xffff


def wrong_sum(kind, src, dst, udp):
    right = right_sum(src, dst, udp)
    data = fold(udp[:6] + b'\0\0' + udp[8:])
    if kind == 'right':
        return right
    if kind == 'zero':
        return 0
    if kind == 'no-pseudo':
        return 65535 - data % 65535
    if kind == 'pseudo':
        return pseudo(src, dst, len(udp)) or 65535
    if kind == 'pseudo-inverted':
        return 65535 - pseudo(src, dst, len(udp))
    if kind == 'swapped':
        return swap(right)
    if kind == 'offset':
        return (right + 4660) % 65535 or 65535
    return (right ^ 0x0555) or 65535      # 'other'


def option_header(options=b''):
    """Body of hop-by-hop or destination options, padded."""
    room = -(len(options) + 2) % 8
    if room == 1:
        options += b'\0'
    elif room:
        options += bytes([1, room - 2]) + b'\0' * (room - 2)
    return options


HOP, ROUTING, FRAGMENT, ESP, AUTH, NONE, DEST, UDP = 0, 43, 44, 50, 51, 59, 60, 17


def chain(headers, payload, last=UDP):
    """headers: [(type, body without next header and length)]. Returns the
    first next-header value and the bytes."""
    out, following = payload, last
    for kind, body in reversed(headers):
        if kind == FRAGMENT:
            out = bytes([following, 0]) + body + out
        elif kind == AUTH:
            out = bytes([following, (len(body) + 2) // 4 - 2]) + body + out
        else:
            out = bytes([following, (len(body) + 2) // 8 - 1]) + body + out
        following = kind
    return following, out


def auth_header():
    """12 bytes of fixed part and 12 of ICV: 24 bytes, so length 24/4 - 2."""
    return b'\0\0' + b'\0\0\0\1' + b'\0\0\0\2' + b'i' * 12


def ip6(src, dst, nexthdr, payload, hops=64, label=0, length=None):
    return struct.pack('>IHBB', 6 << 28 | label,
                       len(payload) if length is None else length,
                       nexthdr, hops) + src + dst + payload


def datagram(src, dst, sport, dport, data, kind='right', length=None):
    udp = struct.pack('>HHHH', sport, dport,
                      8 + len(data) if length is None else length, 0) + data
    check = wrong_sum(kind, src, dst, udp) if isinstance(kind, str) else kind
    return udp[:6] + struct.pack('>H', check) + udp[8:]


def wrong_datagram(src, dst, sport, dport, size, kind):
    """(data, datagram) of random data whose sum is not right by chance."""
    while True:
        data = os.urandom(size)
        udp = datagram(src, dst, sport, dport, data, kind)
        if udp[6:8] != datagram(src, dst, sport, dport, data)[6:8]:
            return data, udp


def fragments(headers, last, payload, size, ident):
    """[(headers, last, bytes)] of a payload in pieces of size bytes."""
    out = []
    for at in range(0, len(payload), size):
        more = at + size < len(payload)
        head = struct.pack('>HI', at | more, ident)
        piece = payload[at:at + size]
        out.append(chain(headers + [(FRAGMENT, head)], piece, last))
    return out


def frame(kind, size, mac):
    src, dst = addr('fd00::1'), addr('fd00::2')
    data = (bytes(range(256)) * (size // 256 + 1))[:size]
    udp = datagram(src, dst, 1000, 4739, data, kind)
    return (bytes.fromhex(mac.replace(':', '')) + b'\2\0\0\0\0\1\x86\xdd' +
            ip6(src, dst, UDP, udp))


def main():
    words = sys.argv[2:]
    if sys.argv[1] == 'frame':
        sys.stdout.buffer.write(frame(words[0], int(words[1]), words[2]))
        return
    module = Module()
    if sys.argv[1] == 'add':
        module.add(**dict(word.split('=', 1) for word in words))
    elif sys.argv[1] == 'del':
        module.delete(*map(int, words))
    elif sys.argv[1] == 'get':
        print(json.dumps(module.get()))
    elif sys.argv[1] == 'monitor':
        module.monitor(words[0])


if __name__ == '__main__':
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    main()
