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

sys.path.insert(0, '.')
import genl             # noqa: E402

# include/uapi/linux/psample.h
NAMES = {0: ("iif", "H"), 1: ("oif", "H"), 2: ("len", "I"), 3: ("group", "I"),
         4: ("seq", "I"), 5: ("rate", "I"), 10: ("queue", "H"),
         11: ("depth", "Q"), 12: ("latency", "Q"), 13: ("time", "Q"),
         14: ("proto", "H")}
SAMPLE, DATA = 0, 6


def stop(*_):
    raise KeyboardInterrupt


def main():
    signal.signal(signal.SIGTERM, stop)
    sock = genl.connect()
    family, groups = genl.resolve(sock, "psample")
    sock.settimeout(None)
    sock.setsockopt(socket.SOL_SOCKET, genl.SO_RCVBUFFORCE, 32 << 20)
    sock.setsockopt(genl.SOL_NETLINK, 1, groups["packets"])
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
            for number, body in genl.attrs(message[20:]):
                if number in NAMES:
                    out[NAMES[number][0]], = struct.unpack(
                        "=" + NAMES[number][1], body)
                elif number == DATA:
                    out["data"] = body.hex()
            print(json.dumps(out), flush=True)
    except KeyboardInterrupt:
        print(json.dumps({"overrun": overrun}))


main()
