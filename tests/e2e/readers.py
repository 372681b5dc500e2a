#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Readers of the module's records, as odd as they may be.

usage: readers.py serve      commands, a line each, "." or "!" after the answer:
           open NAME [RCVBUF [PORTID]]  a socket
           subscribe NAME KINDS [N]     a set of kinds; a filter of N costly
                                        instructions that refuses every record
           ring NAME BYTES              in the tool's layer
           read NAME                    all there is: hits so far, drops of the
                                        last record
           port NAME                    its number
           close NAME
       readers.py crowd      as root of a user namespace: network namespaces
                             with large rings until no more are allowed; then
                             asks for one where a small one is at work
"""
import errno
import socket
import struct
import subprocess
import sys

sys.path.insert(0, '.')
import genl             # noqa: E402

SUBSCRIBE, LAYER_SET, RULE_SET = 1, 5, 6
RING = 4 << 20


def number(n):
    return struct.pack('=I', n)


def costly(count):
    """SKF_AD_PAY_OFFSET, each a walk of the flow dissector; then refused."""
    load = struct.pack('=HBBI', 0x20, 0, 0, 0xfffff000 + 52)
    return load * (count - 1) + struct.pack('=HBBI', 0x06, 0, 0, 0)


class Reader(genl.Module):
    hits = drops = 0

    def __init__(self, rcvbuf=0, portid=0):
        super().__init__()
        if portid:
            self.sock.close()
            self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
            self.sock.bind((portid, 0))
            self.sock.settimeout(60)
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, genl.SO_RCVBUFFORCE,
                                 rcvbuf)

    def subscribe(self, kinds, instructions=0):
        program = b''
        if instructions:
            program = genl.attr(6, costly(instructions))
        self.ask(SUBSCRIBE, genl.attr(4, number(kinds)) + program)

    def ring(self, size):
        self.ask(LAYER_SET, genl.attr(11 | genl.NESTED, genl.attr(
            1, b'\3') + genl.attr(3, number(size))))

    def read(self):
        self.sock.setblocking(False)
        while True:
            try:
                message = self.sock.recv(1 << 17)
            except BlockingIOError:
                break
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                continue
            for kind, body in genl.attrs(message[20:]):
                if kind == 18:
                    record = genl.read({7: ('drops', 'Q'), 8: ('hits', 'I')},
                                       body)
                    self.hits += record.get('hits', 1)
                    self.drops = record.get('drops', 0)
        self.sock.settimeout(60)
        return self.hits, self.drops


def serve():
    readers = {}
    for line in sys.stdin:
        verb, name, *words = line.split()
        words = [int(word, 0) for word in words]
        end = '.'
        try:
            if verb == 'open':
                readers[name] = Reader(*words)
            elif verb == 'close':
                readers.pop(name).sock.close()
            elif verb == 'port':
                print(readers[name].sock.getsockname()[0])
            elif verb == 'read':
                print(*readers[name].read())
            else:
                getattr(readers[name], verb)(*words)
        except OSError as e:
            print(e)
            end = '!'
        print(end, flush=True)


def crowd():
    subprocess.check_call(['ip', 'link', 'set', 'lo', 'up'])
    home = Reader()
    rule = genl.attr(12 | genl.NESTED, genl.attr(1, b'lo\0') + genl.attr(
        3, number(1)) + genl.attr(5, b'\2'))
    home.ask(RULE_SET, rule)
    home.subscribe(1)
    send = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    others, size, refusal = [], RING, ''
    while size >= 16384:
        if genl.LIBC.unshare(0x40000000):
            sys.exit('unshare')
        other = Reader()
        other.ring(size)
        try:
            other.subscribe(1)
        except OSError as e:
            refusal = errno.errorcode[e.errno]
            size //= 2
        others.append(other)
    print(refusal)
    home.ring(RING)
    home.ask(RULE_SET, rule)
    send.sendto(b'one more', ('127.0.0.1', 9))
    home.sock.settimeout(60)
    home.sock.recv(1 << 17)
    print('goes on')


{'serve': serve, 'crowd': crowd}[sys.argv[1]]()
