#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Each checksum state with each kind of packet: what becomes of both. usage:
repair_states.py A B; prints "name <tab> got <tab> wanted" lines."""
import fcntl
import os
import re
import select
import socket
import struct
import sys
import time

sys.path.insert(0, '.')
from repairs import Module, UDP, addr, datagram, enter, ip6  # noqa: E402

A, B = sys.argv[1:3]
REPAIR, AUDIT, SYNC = 4739, 4740, 9999
NONE, UNNECESSARY, COMPLETE, PARTIAL = range(4)
SRC, DST = addr('fd00::1'), addr('fd00::2')
os.sched_setaffinity(0, {0})

# state: number, what it is read back as when nothing was done
STATES = {'none': (1, 'summed=0 level=0 sw=0 true=0'),
          'unnecessary': (2, 'summed=1 level=0 sw=0 true=0'),
          'unnecessary, level 2': (3, 'summed=1 level=2 sw=0 true=0'),
          'complete': (4, 'summed=2 level=0 sw=0 true=1'),
          'complete in software': (5, 'summed=2 level=0 sw=1 true=1'),
          'complete, wrong': (6, 'summed=2 level=0 sw=0 true=0'),
          'partial': (7, 'summed=3 level=0 sw=0 true=0'),
          'super-packet': (8, 'summed=0 level=0 sw=0 true=0')}
VERIFIED = 'summed=1 level=0 sw=0 true=0'


def wanted(state, kind, port):
    """State, counter, whether the sum is repaired, and delivered: by hand."""
    left = STATES[state][1]
    if state == 'super-packet':
        return left, 'super', False, kind == 'right'
    if state == 'partial':
        # The stack does not sum what was never on a wire.
        return left, 'partial', False, kind != 'zero'
    if kind == 'zero':
        if port == AUDIT:
            return left, 'zeroes', False, False
        return left if 'unn' in state else VERIFIED, 'repaired', True, True
    if 'unn' in state:
        return left, 'trusted', False, True
    if kind == 'right':
        return left if state in ('complete', 'complete in software') \
            else VERIFIED, 'right', False, True
    if port == AUDIT:
        return left, 'wrong', False, False
    return VERIFIED, 'repaired', True, True


enter(B)
module = Module()
socks = {}
for port in REPAIR, AUDIT, SYNC:
    socks[port] = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    socks[port].bind(('::', port))
with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as s:
    mac = fcntl.ioctl(s, 0x8927, struct.pack('256s', b'b0'))[18:24]
enter(A)
wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
wire.bind(('a0', 0))
enter(B)
log = open('/dev/kmsg', 'rb', buffering=0)
os.set_blocking(log.fileno(), False)
os.lseek(log.fileno(), 0, os.SEEK_END)


def send(packet):
    wire.send(mac + b'\2\0\0\0\0\1\x86\xdd' + packet)


def drain(sock):
    out = []
    while select.select([sock], [], [], 0)[0]:
        out.append(sock.recv(1 << 16))
    return out


def said(label):
    end = time.monotonic() + 20
    while time.monotonic() < end:
        try:
            line = os.read(log.fileno(), 8192).decode(errors='replace')
        except BlockingIOError:
            time.sleep(0.001)
            continue
        found = re.search(r'ksflow-csum: %d (.*)' % label, line)
        if found:
            return found[1]
    return 'nothing'


def counts(port):
    rule, = (r for r in module.get()['rules'] if r['port'] == port)
    out = {k: rule[k] for k in ('right', 'repaired', 'wrong', 'zeroes',
                                'trusted')}
    out.update(rule['skipped'])
    return out


serial = 0
for port in REPAIR, AUDIT:
    for state, (number, _) in STATES.items():
        for kind in 'right', 'other', 'zero':
            for clone in (False, True):
                serial += 1
                label = serial << 5 | clone << 4 | number
                data = os.urandom(301)
                udp = datagram(SRC, DST, 1, port, data,
                               'pseudo' if state == 'partial' and
                               kind == 'right' else kind)
                good = datagram(SRC, DST, 1, port, data)
                before = counts(port)
                drain(socks[port])
                send(ip6(SRC, DST, UDP, udp, label=label))
                mark = os.urandom(8)
                send(ip6(SRC, DST, UDP, datagram(SRC, DST, 1, SYNC, mark)))
                socks[SYNC].settimeout(20)
                while socks[SYNC].recv(99) != mark:
                    pass
                left, counter, is_repaired, is_delivered = \
                    wanted(state, kind, port)
                after = counts(port)
                print('%s, %s, port %d%s\t%s %s %s\t%s %s %s' % (
                    state, kind, port, ', cloned' if clone else '',
                    said(label),
                    ' '.join('%s=%d' % (k, after[k] - before[k])
                             for k in after if after[k] != before[k]),
                    drain(socks[port]) == [data],
                    left + ' check=' + (good if is_repaired else udp)[6:8].hex()
                    + ' clone=' + ('same' if clone else 'none'),
                    counter + '=1', is_delivered), flush=True)
