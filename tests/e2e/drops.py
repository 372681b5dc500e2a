#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""The module's interface for drops, spoken by no code of ours: a second
opinion on what the tool says, and what it cannot do.

usage: drops.py monitor READY [RCVBUF]   one JSON object for each record, until
                                         killed; READY is created when it runs
       drops.py set KEY=VALUE...         state, limit, burst, sw, hw, hide (many)
       drops.py reset
       drops.py stats                    the ledger of drops, as JSON
       drops.py counts                   by call site and reason, JSON lines
"""
import errno
import json
import os
import signal
import socket
import struct
import sys

RECORDS, RESET, STATS_GET, DROP_SET, DROP_GET = 3, 8, 10, 11, 12
NESTED, DUMP = 0x8000, 0x300

u8, u32, u64 = 'B', 'I', 'Q'
RECORD = {2: ('time-ns', u64), 3: ('source', u32), 7: ('drops', u64),
          9: ('in', u32), 10: ('out', u32), 11: ('len', u32),
          12: ('proto', u32), 13: ('vlan', u32), 14: ('data', 'hex'),
          15: ('mark', u32), 23: ('reason', 'str'), 24: ('site', 'str'),
          25: ('trap', 'str'), 26: ('group', 'str'), 27: ('dst-error', u32),
          28: ('qdisc', 'str'), 29: ('segs', u32), 30: ('netns', u32),
          31: ('pid', u32), 32: ('comm', 'str')}
BATCH = {2: ('kind', u8), 3: ('cpu', u32), 4: ('first', u64),
         5: ('next', u64), 6: ('hits', u32), 7: ('filtered', u32),
         8: ('lost-ring', u64), 9: ('lost-reader', u64)}
STATS = {2: ('kind', u8), 3: ('seen', u64), 4: ('selected', u64),
         5: ('lost-ring', u64), 8: ('counted', u64), 9: ('hidden', u64),
         10: ('own', u64), 11: ('limited', u64), 12: ('unknown', u64)}
READER = {2: ('portid', u32), 3: ('owner', 'flag'), 4: ('kind', u8),
          5: ('selected', u64), 6: ('delivered', u64), 7: ('filtered', u64),
          8: ('lost-ring', u64), 9: ('lost-overrun', u64),
          10: ('lost-memory', u64)}
SOURCE = {2: ('ifindex', u32), 3: ('dev', 'str'), 4: ('seen', u64),
          5: ('selected', u64), 6: ('lost-ring', u64), 9: ('kind', u8),
          10: ('limited', u64)}
COUNT = {2: ('reason', 'str'), 3: ('site', 'str'), 4: ('trap', 'str'),
         5: ('group', 'str'), 6: ('hidden', 'flag'), 7: ('packets', u64)}
SET = {'state': (1, u8), 'limit': (3, u32), 'burst': (5, u32), 'sw': (7, u8),
       'hw': (9, u8), 'hide': (11, 'str')}
STATES = {'off': 0, 'count': 1, 'on': 2}


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack('=HH', size, kind) + data + b'\0' * (-size % 4)


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from('=HH', data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def read(table, data):
    out = {}
    for kind, body in attrs(data):
        if kind not in table:
            continue
        name, form = table[kind]
        if form == 'str':
            out[name] = body.rstrip(b'\0').decode()
        elif form == 'hex':
            out[name] = body.hex()
        elif form == 'flag':
            out[name] = True
        else:
            out[name], = struct.unpack('=' + form, body)
    return out


class Module:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.bind((0, 0))
        for option in 10, 12:       # NETLINK_CAP_ACK, NETLINK_GET_STRICT_CHK
            self.sock.setsockopt(270, option, 1)
        self.family = 16
        answer, = self.ask(3, attr(2, b'ksflow\0'))
        self.family, = (struct.unpack('=H', body)[0]
                        for kind, body in attrs(answer) if kind == 1)

    def ask(self, command, data, flags=4):
        self.sock.send(struct.pack('=IHHIIBBH', 20 + len(data), self.family,
                                   1 | flags, 1, 0, command, 1, 0) + data)
        out = []
        while True:
            chunk = self.sock.recv(1 << 17)
            while chunk:
                size, kind = struct.unpack_from('=IH', chunk)
                body, chunk = chunk[16:size], chunk[(size + 3) & ~3:]
                if kind in (2, 3):
                    code = -struct.unpack_from('=i', body)[0]
                    if code:
                        raise OSError(code, os.strerror(code))
                    return out
                out.append(body[4:])

    def monitor(self, ready, rcvbuf=16 << 20):
        self.sock.setsockopt(socket.SOL_SOCKET, 33, rcvbuf)
        self.ask(1, attr(4, struct.pack('=I', 2)))
        open(ready, 'w').close()
        while True:
            try:
                chunk = self.sock.recv(1 << 17)
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                continue
            head, records = {}, []
            for kind, body in attrs(chunk[20:]):
                if kind == 17:
                    head = read(BATCH, body)
                elif kind == 18:
                    records.append(read(RECORD, body))
            for record in records:
                print(json.dumps({**head, **record}))
            sys.stdout.flush()


def main():
    module, words = Module(), sys.argv[2:]
    if sys.argv[1] == 'monitor':
        module.monitor(words[0], *map(int, words[1:]))
    elif sys.argv[1] == 'set':
        nest = b''
        for word in words:
            key, _, value = word.partition('=')
            number, form = SET[key]
            if form == 'str':
                data = value.encode() + b'\0'
            else:
                value = 0xffffffff if value == 'unlimited' else \
                    STATES[value] if value in STATES else int(value)
                data = struct.pack('=' + form, value)
            nest += attr(number, data)
        module.ask(DROP_SET, attr(20 | NESTED, nest))
    elif sys.argv[1] == 'reset':
        module.ask(RESET, b'')
    elif sys.argv[1] == 'stats':
        out = {'readers': [], 'sources': []}
        for message in module.ask(STATS_GET, b'', DUMP):
            for kind, body in attrs(message):
                line = read({14: STATS, 15: READER, 16: SOURCE}.get(kind, {}),
                            body)
                if line.get('kind') != 1:
                    continue
                if kind == 14:
                    out.update(line)
                else:
                    out['readers' if kind == 15 else 'sources'].append(line)
        print(json.dumps(out))
    elif sys.argv[1] == 'counts':
        for message in module.ask(DROP_GET, b'', DUMP):
            for kind, body in attrs(message):
                if kind == 21:
                    print(json.dumps(read(COUNT, body)))


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
main()
