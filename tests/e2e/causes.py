#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""Packets that will be dropped, and the kernel's own account of the drops: its
trace event skb:kfree_skb, read raw, since 5.10 prints addresses hashed; held
against what the tool and a collector say.

usage: causes.py IF MAC DROPS SAMPLES
                           DROPS is being written by ksflow -j monitor drops,
                           SAMPLES by sflow.py. Reads commands line by line,
                           answers each with lines and a "." at the end
   send N EXPRESSION    N times, by way of IF, what scapy makes of it; without
                        an Ether() of its own to MAC. i is 0...N-1.
   mark                 forget all drops until now
   judge SECONDS N CODE REASON FUNCTION
                        waits until the trace has N or more of REASON ("-" on
                        kernels without) and FUNCTION, and the tool and the
                        collector as many, N of them with sFlow's CODE; says
                        nothing, or what it has seen in their stead
"""
import bisect
import collections
import json
import os
import re
import socket
import struct
import sys
import time

from scapy.config import conf
from scapy.layers.inet import *      # noqa: F401,F403
from scapy.layers.inet6 import *     # noqa: F401,F403
from scapy.layers.l2 import *        # noqa: F401,F403
from scapy.layers.vxlan import VXLAN  # noqa: F401
from scapy.packet import Raw         # noqa: F401

conf.verb = 0
A4, R4, B4 = '10.0.1.1', '10.0.1.254', '10.0.2.1'
A6, R6, B6 = 'fd01::1', 'fd01::fe', 'fd02::1'
N4, N6 = '10.0.1.50', 'fd01::50'        # nobody's


def ip4(dst=R4, src=A4, **fields):
    return IP(src=src, dst=dst, **fields)


def ip6(dst=R6, src=A6, **fields):
    return IPv6(src=src, dst=dst, **fields)


class Trace:
    def __init__(self):
        self.dir = '/sys/kernel/tracing/instances/causes'
        os.makedirs(self.dir, exist_ok=True)
        event = self.dir + '/events/skb/kfree_skb/'
        with open(event + 'format') as f:
            text = f.read()
        self.id = int(re.search(r'ID: (\d+)', text)[1])
        self.fields = {m[1]: (int(m[2]), int(m[3])) for m in re.finditer(
            r'(\w+);\s+offset:(\d+);\s+size:(\d+);', text)}
        self.names = {int(m[1]): m[2] for m in re.finditer(
            r'\{ (\d+), "(\w+)" \}', text)}
        self.known = None
        self.counts = {}
        self.cpus = [os.open(self.dir + '/per_cpu/%s/trace_pipe_raw' % cpu,
                             os.O_RDONLY | os.O_NONBLOCK)
                     for cpu in os.listdir(self.dir + '/per_cpu')]
        with open(event + 'enable', 'w') as f:
            f.write('1')

    def symbols(self):
        with open('/proc/kallsyms') as f:
            pairs = sorted((int(line[:16], 16), line[19:].split()[0])
                           for line in f if line[17] in 'tTwW')
        self.addresses = [p[0] for p in pairs]
        self.functions = [p[1].split('.')[0] for p in pairs]

    def site(self, address):
        at = bisect.bisect_left(self.addresses, address) - 1
        return self.functions[at]

    def value(self, data, name):
        offset, size = self.fields[name]
        return int.from_bytes(data[offset:offset + size], sys.byteorder)

    def event(self, data):
        if self.value(data, 'common_type') != self.id:
            return
        reason = '-'
        if 'reason' in self.fields:
            number = self.value(data, 'reason')
            reason = self.names.get(number, hex(number))
        key = reason, self.value(data, 'location')
        self.counts[key] = self.counts.get(key, 0) + 1

    def page(self, page):
        end = 16 + (struct.unpack_from('=Q', page, 8)[0] & 0xfffff)
        at = 16
        while at < end:
            head, = struct.unpack_from('=I', page, at)
            kind = head & 31
            at += 4
            if kind == 29 and not head >> 5:
                break
            if kind in (30, 31):
                at += 4
                continue
            size = kind * 4
            if kind in (0, 29):
                size = struct.unpack_from('=I', page, at)[0]
            if kind != 29:
                skip = 4 if kind == 0 else 0
                self.event(page[at + skip:at + size])
            at += size

    def read(self):
        for cpu in self.cpus:
            while True:
                try:
                    page = os.read(cpu, 65536)
                except BlockingIOError:
                    break
                if not page:
                    break
                self.page(page)

    def seen(self):
        self.read()
        with open('/proc/modules') as f:
            modules = [line.split()[0] for line in f]
        if modules != self.known:       # some have come since
            self.symbols()
            self.known = modules
        out = collections.Counter()
        for (reason, address), count in self.counts.items():
            out[reason, self.site(address)] += count
        return out


class File:
    """A file of JSON lines that is being written. keys(object) is (code,
    reason, function) of a drop, or None."""

    def __init__(self, path, keys):
        self.file, self.keys, self.rest = open(path, 'rb'), keys, b''
        self.counts = collections.Counter()

    def seen(self):
        *lines, self.rest = (self.rest + self.file.read()).split(b'\n')
        for line in lines:
            key = self.keys(json.loads(line))
            if key:
                self.counts[key] += 1
        return self.counts

    def agrees(self, most, least, code, *place):
        """Others may drop at this place, for which sFlow has another code."""
        seen = self.seen()
        return most == sum(n for key, n in seen.items() if key[1:] == place) \
            and seen[(code, *place)] >= least


def of_tool(line):
    return (str(line['sflow-code']), line.get('reason', '-'),
            line.get('function', '-'))


def of_sample(line):
    if line['kind'] != 'discard':
        return None
    records = line['records']
    function = records.get('1038', {}).get('symbol', '-')
    return (str(line['reason']), records.get('1042', {}).get('reason', '-'),
            re.split('[+.]', function)[0])


def judge(trace, tool, collector, seconds, least, code, *place):
    end = time.monotonic() + int(seconds)
    least = int(least)
    while True:
        count = trace.seen()[place]
        if count >= least and all(file.agrees(count, least, code, *place)
                                  for file in (tool, collector)):
            return
        if time.monotonic() > end:
            break
        time.sleep(0.02)
    for name, counts in (('the kernel', trace.seen()), ('the tool', tool.counts),
                         ('the collector', collector.counts)):
        for key, n in sorted(counts.items()):
            print(name + ':', n, *key)


def main():
    trace = Trace()
    tool, collector = File(sys.argv[3], of_tool), File(sys.argv[4], of_sample)
    out = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
    out.bind((sys.argv[1], 0))
    for line in sys.stdin:
        word, _, rest = line.strip().partition(' ')
        try:
            if word == 'send':
                count, _, text = rest.partition(' ')
                code = compile(text, 'packet', 'eval')
                for i in range(int(count)):
                    packet = eval(code, globals(), {'i': i})
                    if isinstance(packet, (IP, IPv6)):
                        packet = Ether(src='02:00:00:00:00:0a',
                                       dst=sys.argv[2]) / packet
                    out.send(bytes(packet))
            elif word == 'judge':
                judge(trace, tool, collector, *rest.split())
            elif word == 'mark':
                for account in trace, tool, collector:
                    account.seen()
                    account.counts.clear()
        except Exception as e:      # noqa: a wrong line is the test's failure
            print('error', type(e).__name__, e)
        print('.', flush=True)


main()
