#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Random packets through the module, and a model of what it must do to them,
made from RFC 8200, RFC 768 and the words of the interface, not from the
module's code. usage: repair_model.py A B C COUNT SEED; prints
"name <tab> got <tab> wanted" lines."""
import collections
import fcntl
import os
import random
import select
import socket
import struct
import sys
import time

sys.path.insert(0, '.')
from repairs import (  # noqa: E402
    AUTH, DEST, FRAGMENT, HOP, ROUTING, UDP, Module, addr, auth_header, chain,
    datagram, enter, fold, fragments, ip6, option_header, pseudo)

A, B, C = sys.argv[1:4]
COUNT, SEED = map(int, sys.argv[4:6])
BATCH = 250
REPAIR, AUDIT, SOME, PREFIX, FREE, SYNC = 4739, 4740, 4741, 4742, 4743, 9999
SRC, NEAR = addr('fd00::1'), addr('2001:db8:1::5')
DST, FAR = addr('fd00::2'), addr('fd00:c::2')
os.sched_setaffinity(0, {0})
rand = random.Random(SEED)
rand_bytes = os.urandom if not hasattr(rand, 'randbytes') else rand.randbytes


# --- the model -------------------------------------------------------------

def parse(packet):
    """(where UDP is, causes on the way), or 'other', or 'broken'."""
    kind, at, causes = packet[6], 40, set()
    while kind != UDP:
        if kind not in (HOP, ROUTING, FRAGMENT, AUTH, DEST):
            return 'other'
        if at + (8 if kind == FRAGMENT else 4) > len(packet):
            return 'broken'
        if kind == FRAGMENT:
            field, = struct.unpack_from('>H', packet, at + 2)
            if field >> 3:
                return 'other'
            if field & 1:
                causes.add('fragment')
            size = 8
        elif kind == AUTH:
            size = (packet[at + 1] + 2) * 4
            causes.add('auth')
        else:
            size = (packet[at + 1] + 1) * 8
            if kind == ROUTING and packet[at + 3]:
                causes.add('routing')
        if at + size > len(packet):
            return 'broken'
        if kind == DEST and has_home(packet[at + 2:at + size]):
            causes.add('home')
        kind, at = packet[at], at + size
    return 'broken' if at + 8 > len(packet) else (at, causes)


def has_home(options):
    at = 0
    while at < len(options):
        if options[at] == 201:
            return True
        at += 1 if not options[at] else 2 + options[at + 1]
    return False


def is_right(packet, at, length):
    udp = packet[at:at + length]
    return (fold(udp) + pseudo(packet[8:24], packet[24:40], length)) % 65535 == 0


def kind_of(packet, at, length):
    """What is wrong with a sum, and the right one."""
    udp = packet[at:at + length]
    found, = struct.unpack_from('>H', udp, 6)
    data = (fold(udp) - found) % 65535
    heads = pseudo(packet[8:24], packet[24:40], length)
    right = 65535 - (data + heads) % 65535
    same = (lambda a, b: (a - b) % 65535 == 0)
    if not found:
        return 'zero', right
    if same(found, -data):
        return 'no-pseudo', right
    if same(found, heads) or same(found, -heads):
        return 'pseudo', right
    if same(found, (right >> 8 | right << 8) & 65535):
        return 'swapped', right
    return 'other', right


RULES = {REPAIR: {'zero', 'no-pseudo', 'pseudo', 'swapped', 'other'},
         AUDIT: set(), SOME: {'zero', 'swapped'},
         PREFIX: {'zero', 'no-pseudo', 'pseudo', 'swapped', 'other'}}


def model(packet, count):
    """The packet behind the module; counts what it is to count."""
    place = parse(packet)
    if place == 'broken':
        count['broken'] += 1
    if isinstance(place, str):
        return packet
    at, causes = place
    port, length, found = struct.unpack_from('>HHH', packet, at + 2)
    if port not in RULES or port == PREFIX and packet[8:24] != NEAR:
        return packet
    count[port, 'seen'] += 1
    for cause in 'fragment', 'routing', 'home', 'auth':
        if cause in causes:
            count[port, cause] += 1
            return packet
    if length < 8 or at + length > len(packet):
        count[port, 'length'] += 1
        return packet
    if found and is_right(packet, at, length):
        count[port, 'right'] += 1
        return packet
    kind, right = kind_of(packet, at, length)
    count[port, kind] += 1
    if kind in RULES[port]:
        count[port, 'repaired'] += 1
        return packet[:at + 6] + struct.pack('>H', right) + packet[at + 8:]
    count[port, 'zeroes' if kind == 'zero' else 'wrong'] += 1
    return packet


def accepted(packet):
    """The data that a socket gets, or None: what IPv6 and UDP do."""
    place = parse(packet)
    if isinstance(place, str) or place[1]:
        return None
    at = place[0]
    length, found = struct.unpack_from('>HH', packet, at + 4)
    if not length:      # a jumbogram, as Linux has it
        length = len(packet) - at
    if length < 8 or at + length > len(packet) or not found or \
            not is_right(packet, at, length):
        return None
    return packet[at + 8:at + length]


# --- random packets --------------------------------------------------------

# As random's own choice() and randrange(), in a third of the time.
def below(number):
    return int(rand.random() * number)


def pick(values):
    return values[int(rand.random() * len(values))]


def options(home):
    body = b''
    for _ in range(pick((0, 0, 1, 2))):
        body += bytes([0x1e, below(12)])
        body += rand_bytes(body[-1])
    if home:
        body += bytes([201, 16]) + NEAR
    return option_header(body)


def headers():
    out = []
    if rand.random() < 0.6:
        return out
    if rand.random() < 0.3:
        out.append((HOP, options(False)))
    for _ in range(pick((0, 1, 1, 2))):
        kind = pick((DEST, DEST, DEST, ROUTING, ROUTING, AUTH))
        if kind == DEST:
            out.append((DEST, options(rand.random() < 0.15)))
        elif kind == ROUTING:
            words = pick((0, 0, 2))
            left = rand.random() < 0.2
            out.append((ROUTING, bytes([253, left]) + bytes(4 + 8 * words)))
        elif rand.random() < 0.3:
            out.append((AUTH, auth_header()))
    return out


def packets(serial):
    """([what is sent], the same in one piece)."""
    dst = pick((DST, DST, FAR))
    src = pick((SRC, NEAR))
    port = pick((REPAIR, REPAIR, REPAIR, AUDIT, SOME, PREFIX, FREE))
    size = pick((0, 1, 2, 7, 8, 9, below(64), below(64), below(300),
                 below(1300)))
    kind = pick(('right',) * 6 + ('zero', 'no-pseudo', 'pseudo',
                                  'pseudo-inverted', 'swapped', 'other',
                                  'other'))
    if rand.random() < 0.05:
        kind = below(65536)
    length = pick((0, 7, 8 + size + 1, 65535)) \
        if rand.random() < 0.04 else None
    udp = datagram(src, dst, serial, port, rand_bytes(size), kind, length)
    if rand.random() < 0.1:
        udp += rand_bytes(1 + below(8))
    list_ = headers()
    if rand.random() < 0.03:
        udp = udp[:below(len(udp))]    # the packet ends early
    whole = ip6(src, dst, *chain(list_, udp))
    form = rand.random()
    if form < 0.05:
        at = 1 if list_ and list_[0][0] == HOP else 0
        list_.insert(at, (FRAGMENT, struct.pack('>HI', 0, serial)))
        return [ip6(src, dst, *chain(list_, udp))], whole
    if form < 0.12 and len(udp) > 16:
        # All headers in front are of each fragment.
        pieces = fragments(list_, UDP, udp, pick((8, 16, 64, 512, 1024)),
                           serial)
        if len(pieces) > 1 and len(pieces) < 40:
            return [ip6(src, dst, *p) for p in pieces], whole
    return [whole], whole


# --- the network -----------------------------------------------------------

def packet_socket(ns, dev, proto):
    enter(ns)
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(proto))
    s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    s.bind((dev, proto))
    enter(B)
    return s


enter(B)
module = Module()
socks = {}
for p in (REPAIR, AUDIT, SOME, PREFIX, FREE, SYNC):
    socks[p] = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    socks[p].setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    socks[p].bind(('::', p))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
    mac = fcntl.ioctl(s, 0x8927, struct.pack('256s', b'b0'))[18:24]
wire = packet_socket(A, 'a0', 0)
far = packet_socket(C, 'c0', 0x86dd)


def send(packet):
    wire.send(mac + b'\2\0\0\0\0\1\x86\xdd' + packet)


def drain(sock):
    out = []
    try:
        while True:
            out.append(sock.recvfrom(1 << 17, socket.MSG_DONTWAIT))
    except BlockingIOError:
        return out


def sync(dst, sock, find):
    mark = os.urandom(16)
    send(ip6(SRC, dst, UDP, datagram(SRC, dst, 7, SYNC, mark)))
    out, end = [], time.monotonic() + 60
    while time.monotonic() < end:
        for got in drain(sock):
            if find(got[0]) == mark:
                return out
            out.append(got)
        select.select([sock], [], [], 0.5)
    raise SystemExit('nothing comes through any more')


def aged(packet):
    return packet[:7] + bytes([packet[7] - 1]) + packet[8:]


def is_dropped(packet):
    """By IPv6 before any hook: it reads hop-by-hop options at once."""
    return packet[6] == HOP and 40 + (packet[41] + 1) * 8 > len(packet)


def main():
    count = collections.Counter()
    before = module.get()
    wrong = {'delivered': [], 'forwarded': []}
    delivered = sent = repaired = 0
    serial = 1000
    for _ in range(0, COUNT, BATCH):
        to_socket, to_far = collections.Counter(), collections.Counter()
        for _ in range(BATCH):
            serial = serial + 1 if serial < 60000 else 1001
            pieces, whole = packets(serial)
            for piece in pieces:
                sent += 1
                send(piece)
                if is_dropped(piece):
                    continue
                after = model(piece, count)
                repaired += after != piece
                if piece[24:40] == FAR:
                    to_far[aged(after)] += 1
            if whole[24:40] == DST:
                # In pieces it is not repaired: no rule asks for that.
                data = accepted(whole if len(pieces) > 1 else
                                model(whole, collections.Counter()))
                if data is not None:
                    to_socket[serial, data] += 1
                    delivered += 1
        sync(DST, socks[SYNC], lambda data: data)
        got = collections.Counter(
            (addr_[1], data) for p in socks if p != SYNC
            for data, addr_ in drain(socks[p]))
        if got != to_socket:
            wrong['delivered'] += [(got - to_socket, to_socket - got)]
        got = collections.Counter(
            data[14:] for data, _ in sync(FAR, far, lambda data: data[-16:])
            if data[22:38] in (SRC, NEAR))
        if got != to_far:
            wrong['forwarded'] += [(got - to_far, to_far - got)]
    for name, list_ in wrong.items():
        print('%s: as the model has it\t%s\t[]' % (name, str(list_[:2])[:600]))
    got, total = {}, module.get()
    for rule in total['rules']:
        was, = (r for r in before['rules'] if r['id'] == rule['id'])
        for key in 'seen', 'right', 'repaired', 'wrong', 'zeroes', 'trusted':
            got[rule['port'], key] = rule[key] - was[key]
        for key in rule['skipped']:
            got[rule['port'], key] = rule['skipped'][key] - was['skipped'][key]
        for key in rule['by-kind']:
            got[rule['port'], key] = rule['by-kind'][key] - was['by-kind'][key]
    got['broken'] = total['total']['broken'] - before['total']['broken']
    difference = {k: (got.get(k, 0), count[k]) for k in set(got) | set(count)
                  if got.get(k, 0) != count[k]}
    print('the counters: as the model has them\t%s\t{}' % difference)
    print('# %d packets, %d delivered, %d repaired, %s' %
          (sent, delivered, repaired, dict(count)), file=sys.stderr)


main()
