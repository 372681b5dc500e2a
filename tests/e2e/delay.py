#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""How long packets take through a router, by AF_PACKET's own time stamps.

usage: delay.py watch READY IN OUT     until SIGTERM: UDP packets of port 7 seen to
                                       come in and to go out, then one JSON
                                       object {number: ns}
       delay.py send COUNT BYTES GAP_MS DESTINATION...
                                       UDP packets with their number (less a
                                       multiple of MODULO) in front of BYTES in
                                       all, to each destination in turn
       delay.py judge SAMPLES [TRUTH]  of our records: number and delay; JSON
"""
import json
import os
import select
import signal
import socket
import statistics
import struct
import sys
import time

PORT = 7
MODULO = int(os.environ.get("MODULO", "1000000"))


def number(frame):
    """Of a frame of send's, else None."""
    if frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    if frame[36:38] != struct.pack(">H", PORT):
        return None
    return struct.unpack_from(">I", frame, 42)[0]


def watch(ready, come, go):
    stopped = []
    signal.signal(signal.SIGTERM, lambda *_: stopped.append(True))
    seen = {}
    sockets = {}
    for dev in (come, go):
        s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        s.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)
        s.setsockopt(socket.SOL_SOCKET, 35, 1)      # SO_TIMESTAMPNS
        s.bind((dev, 3))
        sockets[s] = dev
    open(ready, "w").close()
    while True:
        is_last = bool(stopped)
        ready_now = select.select(list(sockets), [], [],
                                  0 if is_last else 0.1)[0]
        for s in ready_now:
            frame, extra, _, where = s.recvmsg(2048, 256)
            n = number(frame)
            if n is None:
                continue
            second, ns = struct.unpack("=qq", extra[0][2])
            is_out = where[2] == 4
            if is_out == (sockets[s] == go):
                seen.setdefault(n, {})[is_out] = second * 10**9 + ns
        # What the sockets hold at the end is read.
        if is_last and not ready_now:
            break
    print(json.dumps({n: t[True] - t[False] for n, t in seen.items()
                      if len(t) == 2}))


def send(count, size, gap, *to):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for n in range(int(count)):
        data = struct.pack(">I", n % MODULO).ljust(int(size), b"x")
        s.sendto(data, (to[n % len(to)], PORT))
        time.sleep(float(gap) / 1000)


def judge(samples, truth=None):
    delays, out = {}, {"with": 0, "without": 0, "dropped-with": 0,
                       "segmented-with": 0}
    for line in open(samples):
        s = json.loads(line)
        if s["dir"] != "ingress":
            continue
        n = number(bytes.fromhex(s["data"]))
        if "delay-ns" in s:
            out["with"] += 1
            out["segmented-with"] += s.get("segmented", False)
            out["dropped-with"] += s["data"][60:64] == "0a63"   # to 10.99/16
            if n is not None:
                delays[n] = s["delay-ns"]
        else:
            out["without"] += 1
    if delays:
        out["median-ms"] = statistics.median(delays.values()) / 1e6
    if truth:
        truth = {int(n): ns for n, ns in json.load(open(truth)).items()}
        out["soon"] = sum(ns < 700e6 for ns in truth.values())
        both = sorted(set(truth) & set(delays))
        out["both"] = len(both)
    if truth and both:
        mine = statistics.median(delays[n] for n in both)
        theirs = statistics.median(truth[n] for n in both)
        out["truth-ms"] = theirs / 1e6
        out["off-percent"] = abs(mine - theirs) * 100 / theirs
        out["worst-ms"] = max(abs(delays[n] - truth[n]) for n in both) / 1e6
    print(json.dumps(out))


{"watch": watch, "send": send, "judge": judge}[sys.argv[1]](*sys.argv[2:])
