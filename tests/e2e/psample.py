#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
#
# Another reader of psample, byte by byte: one line of JSON for each sample of a
# group, after a line "ready".
#
# usage: psample.py GROUP

import json
import socket
import struct
import sys

GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_NAME = 16, 3, 2
CTRL_ATTR_FAMILY_ID, CTRL_ATTR_MCAST_GROUPS = 1, 7
SOL_NETLINK, ADD_MEMBERSHIP = 270, 1
NAMES = {0: ('in', '=H'), 1: ('out', '=H'), 2: ('size', '=I'),
         3: ('group', '=I'), 4: ('sequence', '=I'), 5: ('rate', '=I'),
         10: ('tc', '=H'), 11: ('occ', '=Q'), 12: ('latency', '=Q'),
         13: ('time', '=Q'), 14: ('proto', '=H')}


def attributes(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from('=HH', data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def main():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    s.bind((0, 0))
    name = struct.pack('=HH8s', 12, CTRL_ATTR_FAMILY_NAME, b'psample')
    s.send(struct.pack('=IHHII', 20 + len(name), GENL_ID_CTRL, 1, 1, 0) +
           struct.pack('=BBH', CTRL_CMD_GETFAMILY, 1, 0) + name)
    found = dict(attributes(s.recv(65536)[20:]))
    family, = struct.unpack('=H', found[CTRL_ATTR_FAMILY_ID])
    for _, group in attributes(found[CTRL_ATTR_MCAST_GROUPS]):
        group = dict(attributes(group))
        if group[1] == b'packets\0':
            s.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP,
                         struct.unpack('=I', group[2])[0])
    print('ready', flush=True)
    while True:
        data = s.recv(1 << 17)
        if struct.unpack_from('=IH', data)[1] != family or data[16]:
            continue
        out = {}
        for kind, value in attributes(data[20:]):
            if kind in NAMES:
                key, form = NAMES[kind]
                out[key], = struct.unpack(form, value)
            elif kind == 6:
                out['data'] = len(value)
        if out.get('group') == int(sys.argv[1]):
            print(json.dumps(out), flush=True)


main()
