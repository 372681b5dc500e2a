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
       drops.py serve      commands as above, a line each, after the name of a
                           network namespace or "-"; a "." after each answer,
                           "!" when it was refused
"""
import json
import os
import signal
import struct
import sys

sys.path.insert(0, '.')
import genl             # noqa: E402

RESET, STATS_GET, DROP_SET, DROP_GET = 8, 10, 11, 12

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


def monitor(module, ready, rcvbuf=16 << 20):
    for message in module.listen(2, ready, int(rcvbuf)):
        head, records = {}, []
        for kind, body in message:
            if kind == 17:
                head = genl.read(BATCH, body)
            elif kind == 18:
                records.append(genl.read(RECORD, body))
        for record in records:
            print(json.dumps({**head, **record}))
        sys.stdout.flush()


def configure(module, *words):
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
        nest += genl.attr(number, data)
    module.ask(DROP_SET, genl.attr(20 | genl.NESTED, nest))


def stats(module):
    out = {'readers': [], 'sources': []}
    for message in module.ask(STATS_GET, b'', genl.NLM_F_DUMP):
        for kind, body in genl.attrs(message):
            line = genl.read({14: STATS, 15: READER, 16: SOURCE}.get(kind, {}),
                             body)
            if line.get('kind') != 1:
                continue
            if kind == 14:
                out.update(line)
            else:
                out['readers' if kind == 15 else 'sources'].append(line)
    print(json.dumps(out))


def counts(module):
    for message in module.ask(DROP_GET, b'', genl.NLM_F_DUMP):
        for kind, body in genl.attrs(message):
            if kind == 21:
                print(json.dumps(genl.read(COUNT, body)))


VERBS = {'monitor': monitor, 'set': configure, 'stats': stats,
         'counts': counts, 'reset': lambda module: module.ask(RESET, b'')}


def serve():
    home = '/proc/self/fd/%d' % os.open('/proc/self/ns/net', os.O_RDONLY)
    for line in sys.stdin:
        netns, verb, *words = line.split()
        end = '.'
        try:
            if netns != '-':
                genl.enter('/run/netns/' + netns)
            # No socket stays: it would hold the namespace.
            VERBS[verb](genl.Module(), *words)
        except (OSError, SystemExit) as e:
            print(e)
            end = '!'
        genl.enter(home)
        print(end, flush=True)


def main():
    if sys.argv[1] == 'serve':
        serve()
    else:
        VERBS[sys.argv[1]](genl.Module(), *sys.argv[2:])


signal.signal(signal.SIGPIPE, signal.SIG_DFL)
main()
