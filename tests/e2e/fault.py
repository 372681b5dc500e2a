#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Calls into the kernel whose first, second, ... last allocation fails
(/proc/thread-self/fail-nth).

usage: fault.py load|commands|networks

A line for each call, "ok" or "not ok": how often it was made, how often it
failed, and that what it left behind when it failed was what was there before.
"""
import ctypes
import errno
import glob
import os
import socket
import struct
import subprocess
import sys

import genl

LIBC = ctypes.CDLL(None, use_errno=True)
CLONE_NEWNET = 0x40000000
SUBSCRIBE, UNSUBSCRIBE, CONFIG_GET, LAYER_SET = 1, 2, 4, 5
RULE_SET, RULE_DEL, RESET, DEV_GET, STATS_GET = 6, 7, 8, 9, 10
DROP_SET, DROP_GET, REPAIR_ADD, REPAIR_DEL, REPAIR_GET = 11, 12, 13, 14, 15
KINDS, FILTER, OWNER, IFNAME, LAYER, RULE = 4, 6, 7, 9, 11, 12
DROP, REPAIR = 20, 22
ALL = "u32:7"                   # kinds
PORT = "hex:" + struct.pack("=H", 4739).hex()
ENOUGH = 1 << 30
OUT_OF_MEMORY = (errno.ENOMEM, errno.ENOBUFS, errno.EAGAIN)


class Failing:
    """The nth allocation of this thread fails inside."""

    def __init__(self, nth):
        self.nth = nth
        self.file = os.open("/proc/thread-self/fail-nth", os.O_RDWR)

    def __enter__(self):
        os.write(self.file, b"%d" % self.nth)
        return self

    def __exit__(self, *_):
        self.left = int(os.pread(self.file, 20, 0))
        os.write(self.file, b"0")
        os.close(self.file)


def each(name, call, state=lambda: None, undo=lambda: None,
         prepare=lambda: None):
    """call() returns 0 or an errno; undo() what it did when it succeeded;
    prepare() comes before each attempt."""
    def attempt(nth):
        with Failing(nth) as failing:
            try:
                code = call()
            except OSError as error:
                code = error.errno
        return code, failing.left

    prepare()
    code, left = attempt(ENOUGH)
    total, failed, wrong = ENOUGH - left, 0, []
    if code:
        wrong.append("%s, and nothing had failed" % os.strerror(code))
    else:
        undo()
    for nth in range(1, total + 1):
        prepare()
        before = state()
        code, left = attempt(nth)
        if code:
            failed += 1
            if code not in OUT_OF_MEMORY:
                wrong.append("%d: %s" % (nth, errno.errorcode.get(code, code)))
            if state() != before:
                wrong.append("%d: something stayed" % nth)
        else:
            undo()
    print("%s %s: %d allocations failed, %d refusals%s" % (
        "not ok" if wrong else "ok", name, total, failed,
        "; " + ", ".join(wrong[:5]) if wrong else ""), flush=True)


def load():
    release = os.uname().release
    path = glob.glob("/lib/modules/%s/**/ksflow.ko*" % release,
                     recursive=True)[0]
    if path.endswith(".xz"):
        subprocess.run(["xz", "-dkf", path], check=True)
        path = path[:-3]
    params = b"devs=v*,w* rate=1 direction=both drop_limit=5 repair_ports=1,2"

    def insert():
        file = os.open(path, os.O_RDONLY)
        result = LIBC.syscall(313, file, params, 0)
        code = ctypes.get_errno() if result else 0
        os.close(file)
        return code
    each("load", insert, lambda: os.path.isdir("/sys/module/ksflow"),
         lambda: LIBC.syscall(176, b"ksflow", 0))


def rule(pattern, rate, direction=4, tap=0):
    return [([RULE, 1], "str:" + pattern), ([RULE, 3], "u32:%d" % rate),
            ([RULE, 5], "u8:%d" % direction), ([RULE, 6], "u8:%d" % tap)]


def commands():
    sock, other = genl.connect(), genl.connect()
    family, _ = genl.resolve(sock)
    helper = genl.connect()

    def ask(command, items, by=None, flags=genl.NLM_F_ACK):
        by = by or sock
        code, _, _, answers = genl.request(by, family, command,
                                           genl.build(items), flags)
        return code, answers

    def settings():
        return [body for command in (CONFIG_GET,) for body in
                ask(command, [], helper)[1]] + ask(
                    DEV_GET, [], helper, genl.NLM_F_DUMP)[1]

    def readers():
        # The numbers move; who reads does not.
        found = []
        for body in ask(STATS_GET, [], helper, genl.NLM_F_DUMP)[1]:
            size, kind = struct.unpack_from("=HH", body, 4)
            if kind & 0x3fff == 15:
                found.append(body[8:20])
        return found

    def subscribe(items):
        # A socket of its own: what it reads would be in the answers' way.
        nonlocal other
        other.close()
        other = genl.connect()
        other.settimeout(1)
        genl.resolve(other)

        def call():
            return ask(SUBSCRIBE, items, other)[0]
        return call

    for tap in (2, 1):
        ask(RESET, [])
        ask(RULE_SET, rule("va", 1, 4, tap))
        # Packets may come in between: the socket sees no answer then.
        each("SUBSCRIBE, tap %d" % tap, subscribe([([KINDS], "u32:1")]),
             readers, lambda: ask(UNSUBSCRIBE, [], other))
    owner = genl.connect()
    each("SUBSCRIBE as owner",
         lambda: ask(SUBSCRIBE, [([KINDS], "u32:1"), ([OWNER], "flag")],
                     owner)[0], readers)
    for tap in (2, 1):
        number = [0]

        def change():
            number[0] += 1
            return ask(RULE_SET, rule("v%d*" % number[0], 5, 4, tap))[0]
        ask(RESET, [])
        each("RULE_SET, tap %d: another rule" % tap, change, settings,
             lambda: ask(RESET, []))
        each("RULE_SET, tap %d: another rate" % tap,
             lambda: ask(RULE_SET, rule("va", 7 + number[0], 4, tap))[0],
             settings, lambda: ask(RESET, []))
    ask(RULE_SET, rule("v*", 9))
    each("RULE_DEL", lambda: ask(RULE_DEL, [([RULE, 1], "str:v*")])[0],
         settings, lambda: ask(RULE_SET, rule("v*", 9)))
    layer = [([LAYER, 1], "u8:3"), ([LAYER, 3], "u32:32768"),
             ([LAYER, 4, 1], "str:v*"), ([LAYER, 4, 3], "u32:9"),
             ([LAYER, 4, 5], "u8:4")]
    each("LAYER_SET, with other rings", lambda: ask(LAYER_SET, layer)[0],
         settings, lambda: ask(RESET, []))
    each("RESET", lambda: ask(RESET, [])[0], settings,
         lambda: ask(LAYER_SET, layer))
    each("CONFIG_GET", lambda: ask(CONFIG_GET, [])[0], settings)
    each("DEV_GET", lambda: ask(DEV_GET, [([IFNAME], "str:va")])[0], settings)
    each("DEV_GET, all",
         lambda: ask(DEV_GET, [], None, genl.NLM_F_DUMP)[0], settings)
    each("STATS_GET",
         lambda: ask(STATS_GET, [], None, genl.NLM_F_DUMP)[0], readers)

    # Counters and hooks come with the first setting and stay: a namespace for
    # each attempt.
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    at_home = sock, helper

    def fresh(*before):
        def prepare():
            nonlocal sock, helper
            if LIBC.unshare(CLONE_NEWNET):
                raise OSError(ctypes.get_errno(), "unshare")
            sock, helper = genl.connect(), genl.connect()
            for command, items in before:
                ask(command, items)
        return prepare

    drops = [([DROP, 1], "u8:2"), ([DROP, 3], "u32:7"),
             ([DROP, 11], "str:none"), ([DROP, 11], "str:+UDP*")]
    repair = [([REPAIR, 2], PORT), ([REPAIR, 8], "u8:1"),
              ([REPAIR, 10], "u8:1")]
    both = (DROP_SET, drops), (REPAIR_ADD, repair)
    each("DROP_SET", lambda: ask(DROP_SET, drops)[0], settings,
         prepare=fresh())
    each("REPAIR_ADD", lambda: ask(REPAIR_ADD, repair)[0], settings,
         prepare=fresh())
    each("REPAIR_DEL", lambda: ask(REPAIR_DEL, [([REPAIR], "nest")])[0],
         settings, prepare=fresh(*both))
    each("SUBSCRIBE to all kinds, with a filter", lambda: ask(SUBSCRIBE, [
        ([KINDS], ALL), ([FILTER], "hex:06000000ffffffff")])[0], readers,
         prepare=fresh(*both))
    each("LAYER_SET with all of it", lambda: ask(LAYER_SET, layer + [
        ([LAYER, 5, 1], "u8:2"), ([LAYER, 7, 2], PORT)])[0], settings,
         prepare=fresh())
    each("RESET of all of it", lambda: ask(RESET, [])[0], settings,
         prepare=fresh(*both))
    LIBC.setns(home, CLONE_NEWNET)
    sock, helper = at_home
    for command, items in both:
        ask(command, items)
    each("DROP_GET", lambda: ask(DROP_GET, [], None, genl.NLM_F_DUMP)[0],
         settings)
    each("REPAIR_GET", lambda: ask(REPAIR_GET, [], None, genl.NLM_F_DUMP)[0],
         settings)


def networks():
    def enter():
        if LIBC.unshare(CLONE_NEWNET):
            return ctypes.get_errno()
        return 0
    home = os.open("/proc/thread-self/ns/net", os.O_RDONLY)

    def leave():
        LIBC.setns(home, CLONE_NEWNET)
    each("a namespace", enter, undo=leave)

    route = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    route.bind((0, 0))

    def link(kind, flags, attrs):
        body = struct.pack("=BBHiII", 0, 0, 0, 0, 0, 0) + attrs
        route.send(struct.pack("=IHHII", 16 + len(body), kind, 5 | flags,
                               1, 0) + body)
        return -struct.unpack_from("=i", route.recv(65536), 16)[0]
    name = genl.attr(3, b"fault0\0")
    each("a device",
         lambda: link(16, 0x600, name + genl.attr(18, genl.attr(1, b"dummy\0"))),
         lambda: os.path.isdir("/sys/class/net/fault0"),
         lambda: link(17, 0, name))


{"load": load, "commands": commands, "networks": networks}[sys.argv[1]]()
print("end")
