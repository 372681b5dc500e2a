#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Packets of every shape through the network of repair.sh, and what became of
them. usage: repair.py A B C; prints "name <tab> got <tab> wanted" lines.
"""
import fcntl
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, '.')
from repairs import (  # noqa: E402
    AUTH, DEST, ESP, FRAGMENT, HOP, KINDS, NONE, ROUTING, UDP, Module,
    addr, attr, attrs, auth_header, chain, datagram, enter, fold, fragments, ip6,
    option_header, right_sum, wrong_datagram)

A, B, C = sys.argv[1:4]
REPAIR, AUDIT, ZEROES, WHOLE, PREFIX, NODEV, FREE = range(4739, 4746)
SYNC = 9999
os.sched_setaffinity(0, {0})    # so that nothing overtakes


def check(name, got, wanted):
    print('%s\t%s\t%s' % (name, got, wanted), flush=True)


def mac(dev):
    with open('/sys/class/net/%s/address' % dev) as f:
        return bytes.fromhex(f.read().strip().replace(':', ''))


def packet_socket(dev, proto=0):
    s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(proto))
    s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    s.bind((dev, proto))
    return s


def udp_socket(port, dev=None):
    s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(socket.SOL_SOCKET, 33, 64 << 20)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if dev:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, dev.encode())
    s.bind(('::', port))
    return s


def in_ns(name, f, *args):
    enter(name)
    try:
        # /sys of the process is of the namespace it was mounted in
        return f(*args)
    finally:
        enter(B)


def if_mac(ns, dev):
    def ask():
        s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        return fcntl.ioctl(s, 0x8927, struct.pack('256s', dev.encode()))[18:24]
    return in_ns(ns, ask)


enter(B)
module = Module()
sockets = {p: udp_socket(p) for p in
           (REPAIR, AUDIT, ZEROES, WHOLE, PREFIX, NODEV, FREE, SYNC)}
b_mac = if_mac(B, 'b0')
a0 = in_ns(A, packet_socket, 'a0')
c0 = in_ns(C, packet_socket, 'c0', 3)
SRC, DST, FAR = addr('fd00::1'), addr('fd00::2'), addr('fd00:c::2')
SRC_B = addr('2001:db8:1::5')


class Path:
    """Where frames enter, what is in front of the IPv6 header, which address
    of b's they go to."""
    def __init__(self, sock, to_mac, src, dst, tags=b'', kind=0x86dd):
        self.sock, self.src, self.dst = sock, addr(src), addr(dst)
        self.head = to_mac + b'\2\0\0\0\0\1' + tags + struct.pack('>H', kind)

    def send(self, packet, trailer=b''):
        self.sock.send(self.head + packet + trailer)


plain = Path(a0, b_mac, 'fd00::1', 'fd00::2')


def received(sock, last, timeout=60):
    """What came before `last` did."""
    out, end = [], time.monotonic() + timeout
    while time.monotonic() < end:
        if not select.select([sock], [], [], 0.5)[0]:
            continue
        data = sock.recv(1 << 17)
        if last(data):
            return out
        out.append(data)
    return out + [b'nothing more came']


def drain(sock):
    out = []
    while select.select([sock], [], [], 0)[0]:
        out.append(sock.recv(1 << 17))
    return out


def sync():
    """All that was sent before is where it goes."""
    mark = os.urandom(16)
    plain.send(ip6(SRC, DST, UDP, datagram(SRC, DST, 7, SYNC, mark)))
    received(sockets[SYNC], lambda data: data == mark)


def deliver(path, packets, port, data, trailer=b'', sock=None):
    sock = sock or sockets[port]
    drain(sock)
    for packet in packets:
        path.send(packet, trailer)
    sync()
    got = drain(sock)
    if got == [data]:
        return 'delivered'
    return 'lost' if not got else 'altered: %d' % len(got)


def counts(port):
    for rule in module.get()['rules']:
        if rule['port'] == port:
            flat = {k: rule[k] for k in ('seen', 'right', 'repaired', 'wrong',
                                         'zeroes', 'trusted')}
            flat.update(rule['skipped'])
            return flat
    return {}


def closes():
    for r in module.get()['rules']:
        parts = r['right'] + r['repaired'] + r['wrong'] + r['zeroes'] + \
            r['trusted'] + sum(r['skipped'].values())
        if r['seen'] != parts:
            return 'rule %d: %d of %d' % (r['id'], parts, r['seen'])
        if sum(r['by-kind'].values()) != r['repaired'] + r['wrong'] + \
                r['zeroes'] + r['skipped']['memory']:
            return 'rule %d: kinds' % r['id']
    return 'closes'


def difference(before, after):
    return ' '.join('%s=%d' % (k, after[k] - before[k]) for k in after
                    if after[k] != before[k])


def one(name, path, port, data, kind='other', headers=(), wanted='delivered',
        count='seen=1 repaired=1', trailer=b'', inner=b'', size=0,
        length=None, sock=None):
    """One datagram in whatever it is in; what comes out; what is counted."""
    udp = datagram(path.src, path.dst, 1000, port, data, kind, length) + inner
    if size:
        pieces = fragments(list(headers), UDP, udp, size, os.getpid() & 0xffff)
    else:
        pieces = [chain(list(headers), udp)]
    before = counts(port)
    got = deliver(path, [ip6(path.src, path.dst, *p) for p in pieces], port,
                  data, trailer, sock)
    check(name, got + ', ' + difference(before, counts(port)),
          wanted + ', ' + count)


def sizes():
    for size in (0, 1, 7, 8, 9, 100, 1222, 1432, 1452, 1453, 2000, 8900, 65487):
        data = os.urandom(size)
        one('payload of %d' % size, plain, REPAIR, data)
        one('payload of %d, right' % size, plain, REPAIR, data, 'right',
            count='seen=1 right=1')
        one('payload of %d, zero' % size, plain, REPAIR, data, 'zero')
    # A sum of 0 is sent as 0xffff.
    data = b'ab' + struct.pack('>H', right_sum(SRC, DST, struct.pack(
        '>HHHH', 1000, REPAIR, 12, 0) + b'ab\0\0'))
    udp = datagram(SRC, DST, 1000, REPAIR, data)
    check('such a packet', udp[6:8].hex(), 'ffff')
    one('it must become 0xffff', plain, REPAIR, data)
    one('zero, and it must become 0xffff', plain, REPAIR, data, 'zero')
    one('it is 0xffff', plain, REPAIR, data, 'right', count='seen=1 right=1')


def headers():
    hop = (HOP, option_header())
    dest = (DEST, option_header())
    done = (ROUTING, bytes([253, 0]) + bytes(4))
    active = (ROUTING, bytes([253, 1]) + bytes(4))
    home = (DEST, option_header(bytes([201, 16]) + SRC_B))
    data = b'x' * 100
    for name, list_ in {
            'hop-by-hop': [hop], 'destination options': [dest],
            'routing header, none left': [done],
            'all of them': [hop, dest, done, dest],
            'atomic fragment': [(FRAGMENT, struct.pack('>HI', 0, 77))]}.items():
        one(name, plain, REPAIR, data, headers=list_)
        one(name + ', right', plain, REPAIR, data, 'right', list_,
            count='seen=1 right=1')
    for name, list_, count in (
            ('active routing header', [active], 'routing'),
            ('Home Address', [home], 'home'),
            ('authentication header', [(AUTH, auth_header())], 'auth')):
        one(name + ': left alone', plain, REPAIR, data, headers=list_,
            wanted='lost', count='seen=1 %s=1' % count)
    one('fragments, another rule has defrag on', plain, REPAIR,
        os.urandom(2000), size=1024, wanted='lost',
        count='seen=1 fragment=1')
    one('right fragments, another rule has defrag on', plain, REPAIR,
        os.urandom(2000), 'right', size=1024, count='seen=1 fragment=1')
    one('fragments, defrag on', plain, WHOLE, os.urandom(2000), size=1024)
    one('fragments, right, defrag on', plain, WHOLE, os.urandom(2000), 'right',
        size=1024, count='seen=1 right=1')
    one('many fragments, defrag on', plain, WHOLE, os.urandom(8000), size=1280)
    one('fragments behind options, defrag on', plain, WHOLE, os.urandom(2000),
        headers=[hop], size=1024)
    one('not fragmented, defrag on', plain, WHOLE, data)
    one('atomic fragment, defrag on', plain, WHOLE, data,
        headers=[(FRAGMENT, struct.pack('>HI', 0, 78))])


def lengths():
    data = b'y' * 50
    for n in 1, 2, 3, 4:
        one('right, %d bytes behind the datagram' % n, plain, REPAIR, data,
            'right', inner=b'\xaa' * n, count='seen=1 right=1')
        one('wrong, %d bytes behind the datagram' % n, plain, REPAIR, data,
            inner=b'\xaa' * n)
        one('right, %d bytes behind the packet' % n, plain, REPAIR, data,
            'right', trailer=b'\xaa' * n, count='seen=1 right=1')
        one('wrong, %d bytes behind the packet' % n, plain, REPAIR, data,
            trailer=b'\xaa' * n)
    for name, length in ('0', 0), ('7', 7), ('over the payload', 59):
        one('UDP length ' + name, plain, REPAIR, data, 0x1234, length=length,
            wanted='lost', count='seen=1 length=1')
    before = module.get()['total']['broken']
    udp = datagram(SRC, DST, 1000, REPAIR, data)
    for packet in (
            ip6(SRC, DST, HOP, bytes([UDP, 9]) + option_header() + udp[:8]),
            ip6(SRC, DST, DEST, bytes([UDP, 200]) + option_header() + udp),
            ip6(SRC, DST, UDP, udp[:7]), ip6(SRC, DST, UDP, b''),
            ip6(SRC, DST, FRAGMENT, b'\x11\0\0\0')):
        plain.send(packet)
    sync()
    # The first is dropped before: its options are read by IPv6 itself.
    check('headers longer than the packet',
          module.get()['total']['broken'] - before, 4)
    # Shorter than it says: dropped by IPv6 itself.
    one('truncated', plain, REPAIR, data, length=58, wanted='delivered')
    plain.send(ip6(SRC, DST, UDP, udp, length=len(udp) + 20))
    sync()


def rules():
    data = b'z' * 64
    one('audit: wrong', plain, AUDIT, data, wanted='lost',
        count='seen=1 wrong=1')
    one('audit: zero', plain, AUDIT, data, 'zero', wanted='lost',
        count='seen=1 zeroes=1')
    one('audit: right', plain, AUDIT, data, 'right', count='seen=1 right=1')
    one('kinds zero: zero', plain, ZEROES, data, 'zero')
    one('kinds zero: other', plain, ZEROES, data, wanted='lost',
        count='seen=1 wrong=1')
    one('a source prefix: another', plain, PREFIX, data, wanted='lost',
        count='')
    near = Path(a0, b_mac, '2001:db8:1::5', 'fd00::2')
    one('a source prefix: this one', near, PREFIX, data)
    one('another device', plain, NODEV, data, wanted='lost', count='')
    one('no rule', plain, FREE, data, wanted='lost', count='')
    one('no rule, right', plain, FREE, data, 'right', count='')
    check('each rule', closes(), 'closes')


def kinds():
    before = {r['port']: r['by-kind'] for r in module.get()['rules']}[AUDIT]
    for kind in ('zero', 'no-pseudo', 'pseudo', 'pseudo-inverted', 'swapped'):
        _, udp = wrong_datagram(SRC, DST, 1, AUDIT, 99, kind)
        plain.send(ip6(SRC, DST, UDP, udp))
    other = Path(a0, b_mac, 'fd00::77', 'fd00::2')
    for _ in range(20):
        other.send(ip6(other.src, DST, UDP, datagram(
            other.src, DST, 1, AUDIT, os.urandom(33), 'offset')))
    sync()
    after = {r['port']: r['by-kind'] for r in module.get()['rules']}[AUDIT]
    check('kinds', difference(before, after),
          'zero=1 no-pseudo=1 pseudo=2 swapped=1 offset=13 other=7')
    sender = [s for s in module.get()['senders'] if s['addr'] == 'fd00::77'][0]
    check('its sender', [KINDS[sender['kind']], sender['offset'],
                         sender['packets'], sender['repaired'], sender['port']],
          ['offset', 4660, 20, 0, AUDIT])


def forward():
    """Bit for bit, through b to c."""
    def through(name, packet, wanted, count=None, kind=0x86dd):
        drain(c0)
        before = counts(REPAIR)
        a0.send(b_mac + b'\2\0\0\0\0\1' + struct.pack('>H', kind) + packet)
        sync()
        mark = b'sync' + os.urandom(12)
        plain.send(ip6(SRC, FAR, UDP, datagram(SRC, FAR, 7, SYNC, mark)))
        got = [p[14:] for p in received(c0, lambda p: p[-16:] == mark)
               if p[12:14] == struct.pack('>H', kind) and
               p[26:54] == wanted[12:40]]
        check(name, 'as wanted' if got == [wanted] else
              '%s, not %s' % ([p.hex() for p in got], wanted.hex()),
              'as wanted')
        if count is not None:
            check(name + ': counted', difference(before, counts(REPAIR)),
                  count)

    def aged(packet):
        return packet[:7] + bytes([packet[7] - 1]) + packet[8:]
    data, udp = wrong_datagram(SRC, FAR, 1, REPAIR, 200, 'swapped')
    right = ip6(SRC, FAR, UDP, datagram(SRC, FAR, 1, REPAIR, data))
    wrong = ip6(SRC, FAR, UDP, udp)
    through('forwarded, right', right, aged(right), 'seen=1 right=1')
    through('forwarded, wrong', wrong, aged(right), 'seen=1 repaired=1')
    for port in AUDIT, FREE:
        p = ip6(SRC, FAR, UDP, datagram(SRC, FAR, 1, port, data, 'other'))
        through('forwarded, wrong, port %d' % port, p, aged(p), '')
    for n in 1, 2, 3, 4:
        p = ip6(SRC, FAR, UDP, datagram(SRC, FAR, 1, REPAIR, data) + b'q' * n)
        through('forwarded, right, %d bytes behind' % n, p, aged(p),
                'seen=1 right=1')
    body = struct.pack('>HHIIHHHH', 1, REPAIR, 1, 1, 0x5002, 99, 0x1111, 0)
    for name, proto in ('TCP', 6), ('UDP-Lite', 136), ('ESP', ESP), \
            ('no next header', NONE), ('SCTP', 132), ('ICMPv6', 58):
        p = ip6(SRC, FAR, proto, body + data)
        through('forwarded, ' + name, p, aged(p), '')
    for name, headers, count in (
            ('active routing header', [(ROUTING, bytes([253, 1]) + bytes(4))],
             'seen=1 routing=1'),
            ('Home Address', [(DEST, option_header(bytes([201, 16]) + SRC_B))],
             'seen=1 home=1'),
            ('authentication header', [(AUTH, auth_header())],
             'seen=1 auth=1')):
        p = ip6(SRC, FAR, *chain(headers, wrong[40:]))
        through('forwarded, ' + name, p, aged(p), count)
    for length in 0, 7, 209:
        p = ip6(SRC, FAR, UDP, datagram(SRC, FAR, 1, REPAIR, data, 0x4321,
                                        length))
        through('forwarded, UDP length %d' % length, p, aged(p),
                'seen=1 length=1')
    # IPv4, whose header has a sum of its own
    head = struct.pack('>BBHHHBBH4s4s', 0x45, 0, 228, 1, 0, 64, UDP, 0,
                       bytes([10, 0, 0, 1]), bytes([10, 0, 1, 2]))
    check4 = 65535 - fold(head)
    v4 = head[:10] + struct.pack('>H', check4) + head[12:] + \
        struct.pack('>HHHH', 1, REPAIR, 208, 0x1357) + data
    old = bytes([63])
    aged4 = v4[:8] + old + v4[9:10] + struct.pack(
        '>H', 65535 - fold(head[:8] + old + head[9:])) + v4[12:]
    through('forwarded, IPv4', v4, aged4, '', 0x0800)
    # Each fragment as it came
    for at, (following, piece) in enumerate(fragments(
            [], UDP, wrong[40:], 104, 99)):
        p = ip6(SRC, FAR, following, piece)
        through('forwarded, fragment %d' % at, p, aged(p),
                '' if at else 'seen=1 fragment=1')


def offloaded():
    """Sent by a socket: its sum is computed where it leaves for good."""
    s = in_ns(A, socket.socket, socket.AF_INET6, socket.SOCK_DGRAM)
    for size in 0, 1, 300, 1400:
        data = os.urandom(size)
        drain(c0)
        before = counts(REPAIR)
        s.sendto(data, ('fd00:c::2', REPAIR))
        mark = b'sync' + os.urandom(12)
        plain.send(ip6(SRC, FAR, UDP, datagram(SRC, FAR, 7, SYNC, mark)))
        got = [p[14:] for p in received(c0, lambda p: p[-16:] == mark)
               if p[14:15] == b'\x60' and p[20] == UDP and
               p[56:58] == struct.pack('>H', REPAIR)]
        check('from a socket, forwarded, %d' % size,
              [(p[48:] == data, struct.unpack('>H', p[46:48])[0] ==
                right_sum(p[8:24], p[24:40], p[40:])) for p in got],
              [(True, True)])
        check('and counted', difference(before, counts(REPAIR)),
              'seen=1 partial=1')


def segmented():
    """A super-packet of a socket's (UDP_SEGMENT): to a socket, which gets its
    segments, and forwarded, where software makes them."""
    s = in_ns(A, socket.socket, socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(17, 103, 1200)
    data = os.urandom(10 * 1200 - 7)
    pieces = [data[i:i + 1200] for i in range(0, len(data), 1200)]
    before = counts(REPAIR)
    drain(sockets[REPAIR])
    s.sendto(data, ('fd00::2', REPAIR))
    sync()
    check('super-packet to a socket', drain(sockets[REPAIR]) == pieces, True)
    drain(c0)
    s.sendto(data, ('fd00:c::2', REPAIR))
    mark = b'sync' + os.urandom(12)
    plain.send(ip6(SRC, FAR, UDP, datagram(SRC, FAR, 7, SYNC, mark)))
    got = [p[14:] for p in received(c0, lambda p: p[-16:] == mark)
           if p[14:15] == b'\x60' and p[56:58] == struct.pack('>H', REPAIR)]
    check('super-packet forwarded: its segments, with right sums',
          [p[48:] == piece and struct.unpack('>H', p[46:48])[0] ==
           right_sum(p[8:24], p[24:40], p[40:])
           for p, piece in zip(got, pieces)], [True] * 10)
    # An older veth takes none: its segments come in.
    is_super = 'tx-udp-segmentation: on' in subprocess.run(
        ['ip', 'netns', 'exec', A, 'ethtool', '-k', 'a0'],
        capture_output=True, text=True).stdout
    check('and counted', difference(before, counts(REPAIR)),
          'seen=2 super=2' if is_super else 'seen=20 partial=20')


def merged():
    """Datagrams that GRO merges on a card, since their socket wants that."""
    s = in_ns(A, socket.socket, socket.AF_INET6, socket.SOCK_DGRAM)
    s.setsockopt(17, 103, 1000)
    sock = sockets[REPAIR]
    sock.setsockopt(17, 104, 1)
    drain(sock)
    before, supers, out, end = counts(REPAIR), 0, b'', time.monotonic() + 60
    data = os.urandom(40 * 1000)
    s.sendto(data, ('fd00:e::2', REPAIR))
    while len(out) < len(data) and time.monotonic() < end:
        if select.select([sock], [], [], 0.5)[0]:
            piece, control, _, _ = sock.recvmsg(1 << 17, 64)
            supers += len(piece) > 1000 and control[0][:2] == (17, 104)
            out += piece
    sock.setsockopt(17, 104, 0)
    check('merged by GRO: all bytes', out == data, True)
    check('merged by GRO: super-packets', supers > 0, True)
    after = counts(REPAIR)
    check('and counted as such', [after['super'] - before['super'], True],
          [supers, after['repaired'] == before['repaired']])


def tracked():
    for n in range(10):
        for port in REPAIR, AUDIT:
            _, udp = wrong_datagram(SRC, DST, 2000 + n, port, 40, 'swapped')
            plain.send(ip6(SRC, DST, UDP, udp))
    sync()


class Queue:
    """nfnetlink_queue: what nft queues, given back by this process."""
    def __init__(self, number):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12)
        self.sock.bind((0, 0))
        self.number = number
        self.tell(2, attr(1, struct.pack('>BxH', 1, 10)))       # bind
        self.tell(2, attr(2, struct.pack('>IB', 0, 1)))         # no bytes

    def tell(self, kind, body):
        head = struct.pack('=BB', 10, 0) + struct.pack('>H', self.number)
        self.sock.send(struct.pack('=IHHII', 20 + len(body), 0x300 | kind, 1,
                                   0, 0) + head + body)

    def give_back(self):
        packet = dict(attrs(self.sock.recv(1 << 16)[20:]))
        self.tell(1, attr(2, struct.pack('>I', 1) + packet[1][:4]))


def queued():
    """A program has them before the hooks: those run in its system call."""
    queue = Queue(5)
    for name, port, size in (('whole', REPAIR, 0), ('in fragments', WHOLE, 96)):
        before = counts(port)
        drain(sockets[port])
        wanted = []
        for n in range(20):
            data, udp = wrong_datagram(SRC, DST, 2000 + n, port, 300, 'swapped')
            wanted.append(data)
            # The first piece alone has ports, and is queued.
            pieces = fragments([], UDP, udp, size, 700 + n) if size else \
                [chain([], udp)]
            for p in reversed(pieces):
                plain.send(ip6(SRC, DST, *p))
        for _ in wanted:
            queue.give_back()
        check('queued and given back, %s: repaired' % name,
              drain(sockets[port]) == wanted, True)
        check('and counted', difference(before, counts(port)),
              'seen=20 repaired=20')


def tap():
    """Who listens sees what came."""
    listener = packet_socket('b0', 0x86dd)
    data = b'tapped' + os.urandom(90)
    udp = datagram(SRC, DST, 1, REPAIR, data, 'other')
    drain(sockets[REPAIR])
    plain.send(ip6(SRC, DST, UDP, udp))
    sync()
    seen = [p for p in drain(listener) if p[62:] == data]
    check('a tap sees the sum that came', [p[60:62].hex() for p in seen],
          [udp[6:8].hex()])
    check('and the socket gets the data', drain(sockets[REPAIR]) == [data],
          True)
    listener.close()


def vlan_paths():
    tagged = in_ns(A, packet_socket, 'a0.10')
    q, ad = b'\x81\0', b'\x88\xa8'
    return {
        'VLAN, hardware': Path(tagged, b_mac, 'fd00:10::1', 'fd00:10::2'),
        'VLAN, in-band': Path(a0, b_mac, 'fd00:10::1', 'fd00:10::2',
                              q + b'\0\12'),
        'QinQ 8100': Path(a0, b_mac, 'fd00:20::1', 'fd00:20::2',
                          q + b'\0\12' + q + b'\0\24'),
        'QinQ 8100, outer by hardware': Path(
            tagged, b_mac, 'fd00:20::1', 'fd00:20::2', q + b'\0\24'),
        'QinQ 88a8': Path(a0, b_mac, 'fd00:40::1', 'fd00:40::2',
                          ad + b'\0\36' + q + b'\0\50'),
    }


class Vxlan(Path):
    def __init__(self, inner_mac, src, dst):
        super().__init__(a0, b_mac, src, dst)
        self.inner = inner_mac + b'\2\0\0\0\0\1\x86\xdd'

    def send(self, packet, trailer=b''):
        frame = b'\x08\0\0\0\0\0\5\0' + self.inner + packet + trailer
        plain.send(ip6(SRC, DST, UDP, datagram(SRC, DST, 5000, 4789, frame)))


class Tun(Path):
    def __init__(self, name, src, dst):
        self.fd = os.open('/dev/net/tun', os.O_RDWR)
        fcntl.ioctl(self.fd, 0x400454ca,
                    struct.pack('16sH22x', name.encode(), 0x1001))
        self.src, self.dst = addr(src), addr(dst)

    def send(self, packet, trailer=b''):
        os.write(self.fd, packet + trailer)


def paths():
    all_ = vlan_paths()
    all_['bridge'] = Path(in_ns(A, packet_socket, 'a2'), if_mac(B, 'br0'),
                          'fd00:b::1', 'fd00:b::2')
    all_['VXLAN'] = Vxlan(if_mac(B, 'vx0'), 'fd00:5::1', 'fd00:5::2')
    all_['tun'] = Tun('tun0', 'fd00:7::1', 'fd00:7::2')
    vrf = Path(in_ns(A, packet_socket, 'a4'), if_mac(B, 'b4'), 'fd00:f::1',
               'fd00:f::2')
    for name, path in all_.items():
        for size in 0, 99, 1300:
            data = os.urandom(size)
            one('%s, %d' % (name, size), path, REPAIR, data)
            one('%s, %d, right' % (name, size), path, REPAIR, data, 'right',
                count='seen=1 right=1')
            one('%s, %d, zero' % (name, size), path, REPAIR, data, 'zero')
    in_vrf = {p: udp_socket(p, 'vrf0') for p in (REPAIR, WHOLE, NODEV)}
    for size in 0, 99, 1300:
        data = os.urandom(size)
        one('VRF, %d' % size, vrf, REPAIR, data, sock=in_vrf[REPAIR])
        one('VRF, %d, right' % size, vrf, REPAIR, data, 'right',
            count='seen=1 right=1', sock=in_vrf[REPAIR])
    one('VRF, fragments', vrf, WHOLE, os.urandom(3000), size=1000,
        sock=in_vrf[WHOLE])
    # NODEV's rule asks for the master: the first round is not its.
    one('VRF, a rule of the master', vrf, NODEV, b'n' * 9,
        sock=in_vrf[NODEV])


def bridged():
    """Frames for others, with br_netfilter calling IPv6's hooks."""
    a2, c3 = in_ns(A, packet_socket, 'a2'), in_ns(C, packet_socket, 'c3', 3)
    br_mac, c3_mac = if_mac(B, 'br0'), if_mac(C, 'c3')
    path = Path(a2, br_mac, 'fd00:b::1', 'fd00:b::2')
    for name, kind, count in ('wrong', 'other', 'seen=1 repaired=1'), \
            ('right', 'right', 'seen=1 right=1'):
        one('br_netfilter, the bridge itself, ' + name, path, REPAIR,
            b'b' * 55, kind, count=count)
    src, dst = addr('fd00:b::1'), addr('fd00:b::3')
    data = os.urandom(77)
    before = counts(REPAIR)
    for kind in 'other', 'right':
        drain(c3)
        packet = ip6(src, dst, UDP, datagram(src, dst, 1, REPAIR, data, kind))
        a2.send(c3_mac + b'\2\0\0\0\0\1\x86\xdd' + packet)
        sync()
        mark = os.urandom(16)
        a2.send(c3_mac + b'\2\0\0\0\0\1\x88\xb5' + mark)
        got = [p[14:] for p in received(c3, lambda p: p[-16:] == mark or
                                        p[14:30] == mark)
               if p[-77:] == data]
        check('br_netfilter, for another, %s: untouched' % kind,
              got == [packet], True)
    check('and not counted', difference(before, counts(REPAIR)), '')


for test in sys.argv[4:]:
    globals()[test]()
check('each rule', closes(), 'closes')
