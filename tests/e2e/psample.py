#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""What psample's readers see, by a reader of no code of ours.

usage: psample.py READY     one JSON object for each sample of psample's group
                            "packets", until killed; READY is created when it
                            listens. At its end {"overrun": N}
"""
import errno
import json
import signal
import socket
import struct
import sys

# include/uapi/linux/psample.h
NAMES = {0: ("iif", "H"), 1: ("oif", "H"), 2: ("len", "I"), 3: ("group", "I"),
         4: ("seq", "I"), 5: ("rate", "I"), 10: ("queue", "H"),
         11: ("depth", "Q"), 12: ("latency", "Q"), 13: ("time", "Q"),
         14: ("proto", "H")}
SAMPLE, DATA = 0, 6


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def resolve(sock):
    """psample's family and the number of its multicast group "packets"."""
    name = struct.pack("=HH", 12, 2) + b"psample\0"
    sock.send(struct.pack("=IHHIIBBH", 20 + len(name), 16, 1, 1, 0, 3, 1, 0) +
              name)
    family = group = None
    answer = sock.recv(1 << 16)
    if struct.unpack_from("=H", answer, 4)[0] == 2:
        sys.exit("no family psample")
    for kind, body in attrs(answer[20:]):
        if kind == 1:
            family, = struct.unpack("=H", body)
        if kind == 7:
            for _, one in attrs(body):
                found = dict(attrs(one))
                if found[1] == b"packets\0":
                    group, = struct.unpack("=I", found[2])
    return family, group


def stop(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, stop)
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    sock.bind((0, 0))
    family, group = resolve(sock)
    sock.setsockopt(socket.SOL_SOCKET, 33, 32 << 20)
    sock.setsockopt(270, 1, group)
    open(sys.argv[1], "w").close()
    overrun = 0
    try:
        while True:
            try:
                message = sock.recv(1 << 17)
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                overrun += 1
                continue
            kind, command = struct.unpack_from("=4xH10xB", message)
            if kind != family or command != SAMPLE:
                continue
            out = {}
            for number, body in attrs(message[20:]):
                if number in NAMES:
                    out[NAMES[number][0]], = struct.unpack(
                        "=" + NAMES[number][1], body)
                elif number == DATA:
                    out["data"] = body.hex()
            print(json.dumps(out), flush=True)
    except KeyboardInterrupt:
        print(json.dumps({"overrun": overrun}))


main()
