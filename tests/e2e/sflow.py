#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
#
# A collector for the tests: one line of JSON for each sample, with the time
# the kernel received its datagram. Strict: a length that does not add up, or
# padding that is not zero, is an "error" line.
#
# usage: sflow.py [-b ADDRESS] [-p PORT] [-w FILE] [--ready FILE]
#                 [ADDRESS,PORT,FILE]...
#   runs until killed; appends to FILE line by line. An address may come later
#        sflow.py --read FILE      datagrams from a pcap of the loopback device

import argparse
import json
import os
import select
import socket
import struct
import sys
import time

SO_TIMESTAMPNS = 35
SO_RCVBUFFORCE = 33
IP_FREEBIND = 15
IP_RECVTOS = 13
IPV6_RECVTCLASS = 66
IPV6_TCLASS = 67
IP_RECVTTL = 12
IP_TTL = 2


class Reader:
    def __init__(self, data):
        self.data = data
        self.at = 0

    def u32(self, signed=False):
        self.at += 4
        return struct.unpack_from('>i' if signed else '>I', self.data,
                                  self.at - 4)[0]

    def u64(self):
        return self.u32() << 32 | self.u32()

    def bytes(self, n):
        chunk = self.data[self.at:self.at + n]
        if len(chunk) != n:
            raise ValueError('short')
        pad = -n % 4
        if any(self.data[self.at + n:self.at + n + pad]):
            raise ValueError('padding is not zero')
        self.at += n + pad
        return chunk

    def opaque(self):
        return self.bytes(self.u32())

    def addr(self):
        kind = self.u32()
        if kind not in (1, 2):
            raise ValueError('address type %d' % kind)
        return socket.inet_ntop(
            socket.AF_INET if kind == 1 else socket.AF_INET6,
            self.bytes(4 if kind == 1 else 16))

    def end(self):
        if self.at != len(self.data):
            raise ValueError('%d bytes are left' % (len(self.data) - self.at))


def words(*names):
    def read(r):
        return {name: r.u32() for name in names}
    return read


def header(r):
    out = words('protocol', 'frame_length', 'stripped')(r)
    out['header'] = r.opaque().hex()
    return out


def router(r):
    return {'nexthop': r.addr(), 'src_mask': r.u32(), 'dst_mask': r.u32()}


def ends(r, family, size):
    return {'protocol': r.u32(),
            'local': socket.inet_ntop(family, r.bytes(size)),
            'remote': socket.inet_ntop(family, r.bytes(size)),
            'local_port': r.u32(), 'remote_port': r.u32()}


def if_counters(r):
    out = words('ifindex', 'type')(r)
    out['speed'] = r.u64()
    out.update(words('direction', 'status')(r))
    out['in_octets'] = r.u64()
    out.update(words('in_ucast', 'in_multicast', 'in_broadcast',
                     'in_discards', 'in_errors', 'in_unknown')(r))
    out['out_octets'] = r.u64()
    out.update(words('out_ucast', 'out_multicast', 'out_broadcast',
                     'out_discards', 'out_errors', 'promiscuous')(r))
    return out


def host_descr(r):
    out = {'hostname': r.opaque().decode(), 'uuid': r.bytes(16).hex()}
    out.update(words('machine', 'os')(r))
    out['release'] = r.opaque().decode()
    return out


def host_adapters(r):
    return {'adapters': [
        {'ifindex': r.u32(),
         'macs': [r.bytes(6).hex(':') for _ in range(r.u32())]}
        for _ in range(r.u32())]}


def wide(*names):
    """Words; u64 where the name ends in 64, f32 where in f."""
    def read(r):
        out = {}
        for name in names:
            if name.endswith('64'):
                out[name[:-2]] = r.u64()
            elif name.endswith(':f'):
                out[name[:-2]] = struct.unpack('>f', r.bytes(4))[0]
            else:
                out[name] = r.u32()
        return out
    return read


MIB2_IP = """Forwarding DefaultTTL InReceives InHdrErrors InAddrErrors
ForwDatagrams InUnknownProtos InDiscards InDelivers OutRequests OutDiscards
OutNoRoutes ReasmTimeout ReasmReqds ReasmOKs ReasmFails FragOKs FragFails
FragCreates""".split()
MIB2_ICMP = """InMsgs InErrors InDestUnreachs InTimeExcds InParmProbs
InSrcQuenchs InRedirects InEchos InEchoReps InTimestamps InAddrMasks
InAddrMaskReps OutMsgs OutErrors OutDestUnreachs OutTimeExcds OutParmProbs
OutSrcQuenchs OutRedirects OutEchos OutEchoReps OutTimestamps
OutTimestampReps OutAddrMasks OutAddrMaskReps""".split()
MIB2_TCP = """RtoAlgorithm RtoMin RtoMax MaxConn ActiveOpens PassiveOpens
AttemptFails EstabResets CurrEstab InSegs OutSegs RetransSegs InErrs OutRsts
InCsumErrors""".split()
MIB2_UDP = """InDatagrams NoPorts InErrors OutDatagrams RcvbufErrors
SndbufErrors InCsumErrors""".split()



def tunnel(kind, family, size):
    def read(r):
        out = words('length', 'protocol')(r)
        for name in 'src', 'dst':
            out[name] = socket.inet_ntop(family, r.bytes(size))
        out.update(words('src_port', 'dst_port', 'tcp_flags', kind)(r))
        return out
    return read


FLOW = {
    1: header,
    1001: words('src_vlan', 'src_priority', 'dst_vlan', 'dst_priority'),
    1002: router,
    1006: lambda r: {'nexthop': r.addr(),
                     'in': ['%08x' % r.u32() for _ in range(r.u32())],
                     'out': ['%08x' % r.u32() for _ in range(r.u32())]},
    1012: lambda r: {'tags': ['%08x' % r.u32() for _ in range(r.u32())]},
    1023: tunnel('tos', socket.AF_INET, 4),
    1024: tunnel('tos', socket.AF_INET, 4),
    1025: tunnel('priority', socket.AF_INET6, 16),
    1026: tunnel('priority', socket.AF_INET6, 16),
    1027: words('offset'),
    1028: words('offset'),
    1029: words('vni'),
    1030: words('vni'),
    1036: words('queue'),
    1038: lambda r: {'symbol': r.opaque().decode()},
    1039: words('delay_ns'),
    1040: words('depth'),
    1041: lambda r: {'group': r.opaque().decode(), 'trap': r.opaque().decode()},
    1042: lambda r: {'reason': r.opaque().decode()},
    1043: lambda r: {'time_ns': r.u64()},
    2100: lambda r: ends(r, socket.AF_INET, 4),
    2101: lambda r: ends(r, socket.AF_INET6, 16),
    2209: words('direction', 'snd_mss', 'rcv_mss', 'unacked', 'lost',
                'retrans', 'pmtu', 'rtt', 'rttvar', 'snd_cwnd', 'reordering',
                'min_rtt'),
}


def lag(r):
    out = {'actor': r.bytes(6).hex(':'), 'partner': r.bytes(6).hex(':'),
           'aggregate': r.u32(), 'states': r.bytes(4).hex()}
    out.update(words('lacpdu_rx', 'marker_rx', 'marker_response_rx',
                     'unknown_rx', 'illegal_rx', 'lacpdu_tx', 'marker_tx',
                     'marker_response_tx')(r))
    return out


def optics(r):
    out = words('module', 'lane_total', 'mv', 'mc')(r)
    out['mc'] -= out['mc'] >> 31 << 32
    out['lanes'] = [words('index', 'bias_ua', 'tx_uw', 'tx_min_uw',
                          'tx_max_uw', 'tx_nm', 'rx_uw', 'rx_min_uw',
                          'rx_max_uw', 'rx_nm')(r) for _ in range(r.u32())]
    return out


COUNTERS = {
    1: if_counters,
    2: words('alignment', 'fcs', 'single_collision', 'multiple_collision',
             'sqe', 'deferred', 'late_collision', 'excessive_collision',
             'mac_transmit', 'carrier', 'too_long', 'mac_receive', 'symbol'),
    7: lag,
    10: optics,
    11: words('requests', 'indications', 'pause_us', 'storms_detected',
              'storms_restored'),
    1005: lambda r: {'name': r.opaque().decode()},
    2000: host_descr,
    2001: host_adapters,
    2003: wide('load1:f', 'load5:f', 'load15:f', 'running', 'processes',
               'cpus', 'mhz', 'uptime', 'user', 'nice', 'system', 'idle',
               'wait', 'intr', 'sintr', 'interrupts', 'contexts', 'steal',
               'guest', 'guest_nice'),
    2004: wide('total64', 'free64', 'shared64', 'buffers64', 'cached64',
               'swap_total64', 'swap_free64', 'page_in', 'page_out',
               'swap_in', 'swap_out'),
    2005: wide('total64', 'free64', 'max_used', 'reads', 'bytes_read64',
               'read_ms', 'writes', 'bytes_written64', 'write_ms'),
    2006: wide('bytes_in64', 'packets_in', 'errors_in', 'drops_in',
               'bytes_out64', 'packets_out', 'errors_out', 'drops_out'),
    2007: words(*MIB2_IP),
    2008: words(*MIB2_ICMP),
    2009: words(*MIB2_TCP),
    2010: words(*MIB2_UDP),
}


def records(r, table):
    out = {}
    for _ in range(r.u32()):
        kind = r.u32()
        body = Reader(r.opaque())
        if kind not in table:
            raise ValueError('record %d' % kind)
        out[str(kind)] = table[kind](body)
        body.end()
    r.end()
    return out


def interface(value, expanded):
    if expanded:
        kind, number = value
        return 'internal' if value == (0, 0xffffffff) else \
            number if kind == 0 else '%d:%d' % value
    return 'internal' if value == 0x3fffffff else \
        value if value < 1 << 30 else \
        '%d:%d' % (value >> 30, value & 0x3fffffff)


def sample(kind, r):
    expanded = kind in (3, 4)
    out = {'kind': {1: 'flow', 3: 'flow', 2: 'counters', 4: 'counters',
                    5: 'discard'}[kind], 'format': kind, 'sequence': r.u32()}
    if expanded or kind == 5:
        out['source'] = '%d:%d' % (r.u32(), r.u32())
    else:
        source = r.u32()
        out['source'] = '%d:%d' % (source >> 24, source & 0xffffff)
    if kind in (1, 3):
        out.update(words('rate', 'pool', 'drops')(r))
        for name in 'input', 'output':
            out[name] = interface((r.u32(), r.u32()) if expanded else r.u32(),
                                  expanded)
    if kind == 5:
        out.update(words('drops', 'input', 'output', 'reason')(r))
    out['records'] = records(r, COUNTERS if kind in (2, 4) else FLOW)
    return out


def datagram(data):
    r = Reader(data)
    head = {}
    try:
        if r.u32() != 5:
            raise ValueError('version')
        head['agent'] = r.addr()
        head.update(words('sub_agent', 'datagram', 'uptime_ms')(r))
        head['bytes'] = len(data)
        for _ in range(r.u32()):
            kind = r.u32()
            yield {**head, **sample(kind, Reader(r.opaque()))}
        r.end()
    except (ValueError, struct.error, KeyError) as e:
        yield {**head, 'kind': 'error', 'error': str(e), 'data': data.hex()}


def pcap(name):
    with open(name, 'rb') as f:
        data = f.read()
    order = '<' if data[:4] in (b'\xd4\xc3\xb2\xa1', b'\x4d\x3c\xb2\xa1') \
        else '>'
    at = 24
    while at < len(data):
        s, us, n = struct.unpack_from(order + 'III', data, at)
        frame = data[at + 16:at + 16 + n]
        at += 16 + n
        ip = frame[14:]
        yield s * 10**9 + us * 1000, {'from': ''}, \
            ip[(ip[0] & 15) * 4 + 8:] if ip[0] >> 4 == 4 else ip[48:]


def bound(address, port):
    s = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET,
                      socket.SOCK_DGRAM)
    # the plain option stops at net.core.rmem_max
    s.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 16 << 20)
    s.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
    s.setsockopt(socket.SOL_IP, IP_FREEBIND, 1)
    s.bind((address, int(port)))
    if ':' not in address:
        s.setsockopt(socket.SOL_IP, IP_RECVTOS, 1)
        s.setsockopt(socket.SOL_IP, IP_RECVTTL, 1)
        if 224 <= int(address.split('.')[0]) < 240:
            s.setsockopt(socket.SOL_IP, socket.IP_ADD_MEMBERSHIP,
                         struct.pack('=4sII', socket.inet_aton(address), 0,
                                     min(i for i, name in
                                         socket.if_nameindex()
                                         if name != 'lo' and is_up(name))))
    else:
        s.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVTCLASS, 1)
    return s


def live(outs, ready):
    if ready:
        open(ready, 'w').close()
    while True:
        for s in select.select(outs, [], [])[0]:
            data, extra, _, peer = s.recvmsg(65535, 256)
            at = time.time_ns()
            mark = {}
            for level, kind, value in extra:
                if level == socket.SOL_SOCKET and kind == SO_TIMESTAMPNS:
                    at = int.from_bytes(value[:8], sys.byteorder) * 10**9 + \
                        int.from_bytes(value[8:16], sys.byteorder)
                if (level, kind) in ((socket.SOL_IP, socket.IP_TOS),
                                     (socket.IPPROTO_IPV6, IPV6_TCLASS)):
                    mark['tos'] = value[0]
                elif (level, kind) == (socket.SOL_IP, IP_TTL):
                    mark['ttl'] = value[0]
            yield at, {'from': peer[0], **mark}, data, outs[s]


def is_up(name):
    with open('/sys/class/net/%s/flags' % name) as f:
        return int(f.read(), 16) & 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('-b', '--bind', default='127.0.0.1')
    parser.add_argument('-p', '--port', type=int, default=6343)
    parser.add_argument('-w', '--write')
    parser.add_argument('--ready')
    parser.add_argument('--read')
    parser.add_argument('more', nargs='*')
    args = parser.parse_args()

    def out(name):
        return open(name, 'a') if name else sys.stdout
    if args.read:
        source = ((*d, out(args.write)) for d in pcap(args.read))
    else:
        outs = {bound(args.bind, args.port): out(args.write)}
        for word in args.more:
            address, port, name = word.split(',')
            outs[bound(address, port)] = out(name)
        source = live(outs, args.ready)
    for at, peer, data, file in source:
        # In one piece: those who read the file truncate it, too.
        os.write(file.fileno(), ''.join(
            json.dumps({'received_ns': at, **peer, **line}) + '\n'
            for line in datagram(data)).encode())


if __name__ == '__main__':
    main()
