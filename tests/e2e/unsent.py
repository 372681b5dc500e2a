#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Copyright (C) 2026 the ksflow authors
"""System calls that send from where no memory is: the kernel makes a buffer,
writes nothing into it, and drops it.

Raw sockets for which the kernel makes the IP header are left out: their buffers
have no socket yet, and so no namespace.

usage: unsent.py DEV [WAY]   each way to send, or one, three times; DEV is
                             Ethernet and up. Prints the ways there are
       unsent.py --whole     packets by raw sockets that bring the IP header,
                             protocol 253, from where memory is
"""
import ctypes
import fcntl
import os
import struct
import sys
from socket import (AF_INET, AF_INET6, AF_PACKET, IPPROTO_RAW, SOCK_DGRAM,
                    SOCK_RAW, SOCK_STREAM, htons, if_nametoindex, inet_pton,
                    socket)

TIMES, LENGTH, NOWHERE = 3, 600, 4096
libc = ctypes.CDLL(None, use_errno=True)


def failed(code):
    if code >= 0:
        sys.exit('nothing failed')
    if ctypes.get_errno() != 14:
        sys.exit(os.strerror(ctypes.get_errno()))


def send(sock, address):
    failed(libc.sendto(sock.fileno(), ctypes.c_void_p(NOWHERE), LENGTH, 0,
                       address, len(address)))


def ip4(port):
    return struct.pack('=H2s4s8x', AF_INET, port.to_bytes(2, 'big'),
                       bytes((127, 0, 0, 1)))


def ip6(port):
    return struct.pack('=H2s4x16s4x', AF_INET6, port.to_bytes(2, 'big'),
                       inet_pton(AF_INET6, '::1'))


def link(dev):
    return struct.pack('=HHiHBB8s', AF_PACKET, htons(0x800),
                       if_nametoindex(dev), 0, 0, 6, bytes(6))


def pppoe(dev):
    sock = socket(24, SOCK_STREAM, 0)
    address = struct.pack('=HI2s6s16s', 24, 0, b'\0\7', b'\2' * 6,
                          dev.encode())
    if libc.connect(sock.fileno(), address, len(address)):
        sys.exit('pppoe: ' + os.strerror(ctypes.get_errno()))
    return sock


def tap():
    """Fragments of a packet where their memory is not."""
    fd = os.open('/dev/net/tun', os.O_RDWR)
    # TAP, NO_PI, NAPI, NAPI_FRAGS
    fcntl.ioctl(fd, 0x400454ca, struct.pack('16sH22x', b'unsent0', 0x1032))
    ctl = socket(AF_INET, SOCK_DGRAM)
    fcntl.ioctl(ctl, 0x8914, struct.pack('16sH22x', b'unsent0', 0x1))
    ctl.close()
    return fd


def send_frags(fd):
    iov = struct.pack('=QQQQ', NOWHERE, 100, NOWHERE, LENGTH - 100)
    failed(libc.writev(fd, iov, 2))


def ways(dev):
    yield 'packet', lambda s=socket(AF_PACKET, SOCK_RAW, 0): send(s, link(dev))
    yield 'packet-dgram', lambda s=socket(AF_PACKET, SOCK_DGRAM, 0): \
        send(s, link(dev))
    yield 'udp', lambda s=socket(AF_INET, SOCK_DGRAM): send(s, ip4(9))
    yield 'udp6', lambda s=socket(AF_INET6, SOCK_DGRAM): send(s, ip6(9))
    yield 'hdrincl', lambda s=socket(AF_INET, SOCK_RAW, IPPROTO_RAW): \
        send(s, ip4(0))
    yield 'hdrincl6', lambda s=socket(AF_INET6, SOCK_RAW, IPPROTO_RAW): \
        send(s, ip6(0))
    if not os.system('modprobe -q pppoe'):
        yield 'pppoe', lambda s=pppoe(dev): send(s, b'')
    if not os.system('modprobe -q tun'):
        yield 'tap-frags', lambda fd=tap(): send_frags(fd)


def whole():
    body = b'whole' * 20
    with socket(AF_INET, SOCK_RAW, IPPROTO_RAW) as s:
        head = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 0, 0, 0, 64, 253, 0,
                           bytes((127, 0, 0, 1)), bytes((127, 0, 0, 1)))
        for _ in range(TIMES):
            attempt(s, head + body, ('127.0.0.1', 0))
    with socket(AF_INET6, SOCK_RAW, IPPROTO_RAW) as s:
        to = inet_pton(AF_INET6, '::1')
        head = struct.pack('!IHBB', 0x60000000, len(body), 253, 64) + to + to
        for _ in range(TIMES):
            attempt(s, head + body, ('::1', 0))


def attempt(sock, packet, to):
    try:
        sock.sendto(packet, to)
    except PermissionError:     # so says the firewall
        pass


def main():
    libc.prctl(15, b'unsent', 0, 0, 0)
    if sys.argv[1] == '--whole':
        whole()
        return
    names = []
    for name, way in ways(sys.argv[1]):
        if name not in (sys.argv[2:] or [name]):
            continue
        names.append(name)
        for _ in range(TIMES):
            way()
        if sys.argv[2:]:
            break
    print(*names)


main()
