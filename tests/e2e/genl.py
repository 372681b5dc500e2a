#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The module's netlink interface, spoken by no code of ours: for drops.py,
repairs.py, psample.py, fault.py, and by itself requests byte by byte that no tool sends.

usage: genl.py COMMAND ATTRIBUTE... [-- COMMAND ATTRIBUTE...]...
   COMMAND     number of enum ksflow_cmd
   ATTRIBUTE   PATH=TYPE:VALUE; PATH is attribute numbers from the outside in,
               12.3 = attribute 3 in nest 12; TYPE u8, u32, str, hex, flag
               (no value) or nest (no value: empty)

Prints "ok", or "ERRNO: extack text @ attribute" with the attribute's path, for
each command; exits 0, or 1 when one was refused. Several ATTRIBUTEs with the
same nest share it when they follow each other.
"""
import ctypes
import errno
import os
import socket
import struct
import sys

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_ACK_TLVS = 0x200
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK, STRICT = 270, 10, 11, 12
LIBC = ctypes.CDLL(None, use_errno=True)
NESTED, SO_RCVBUFFORCE, SUBSCRIBE = 0x8000, 33, 1


def attr(kind, data):
    size = 4 + len(data)
    return struct.pack("=HH", size, kind) + data + b"\0" * (-size % 4)


def attrs(data):
    while len(data) >= 4:
        size, kind = struct.unpack_from("=HH", data)
        yield kind & 0x3fff, data[4:size]
        data = data[(size + 3) & ~3:]


def read(table, data):
    """What table knows of these attributes, {number: (name, form)}: form is of
    struct, or str, hex, flag, addr (IPv6), or the names of nested counters,
    whose numbers begin with 2."""
    out = {}
    for kind, body in attrs(data):
        if kind not in table:
            continue
        name, form = table[kind]
        if form == "str":
            out[name] = body.rstrip(b"\0").decode()
        elif form == "hex":
            out[name] = body.hex()
        elif form == "addr":
            out[name] = socket.inet_ntop(socket.AF_INET6, body)
        elif form == "flag":
            out[name] = True
        elif isinstance(form, list):
            out[name] = {form[number - 2]: struct.unpack("=Q", count)[0]
                         for number, count in attrs(body)
                         if 2 <= number < len(form) + 2}
        else:
            out[name], = struct.unpack("=" + form, body)
    return out


def value(text):
    kind, _, word = text.partition(":")
    if kind == "u8":
        return struct.pack("=B", int(word, 0))
    if kind == "u32":
        return struct.pack("=I", int(word, 0))
    if kind == "str":
        return word.encode() + b"\0"
    if kind == "hex":
        return bytes.fromhex(word)
    return b""


def build(items):
    """items: [(path, text)]; paths of equal beginnings share nests."""
    out = b""
    while items:
        head = items[0][0][0]
        same = []
        while items and items[0][0][0] == head and len(items[0][0]) > 1:
            same.append((items[0][0][1:], items[0][1]))
            items = items[1:]
        if same:
            out += attr(head | NESTED, build(same))
        else:
            text = items[0][1]
            flag = NESTED if text.startswith("nest") else 0
            out += attr(head | flag, value(text))
            items = items[1:]
    return out


def path_at(data, offset, base=20):
    """The attribute that begins at this offset of the message."""
    at = 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from("=HH", data, at)
        if offset == base + at:
            return str(kind & 0x3fff)
        if offset < base + at + size and kind & NESTED:
            return "%d.%s" % (kind & 0x3fff, path_at(
                data[at + 4:at + size], offset, base + at + 4))
        at += (size + 3) & ~3
    return "?"


def request(sock, family, command, attrs, flags):
    body = struct.pack("=BBH", command, 1, 0) + attrs
    sock.send(struct.pack("=IHHII", 16 + len(body), family,
                          NLM_F_REQUEST | flags, 1, 0) + body)
    answers = []
    while True:
        data = sock.recv(1 << 17)
        while data:
            size, kind, flags, _, _ = struct.unpack_from("=IHHII", data)
            body, data = data[16:size], data[(size + 3) & ~3:]
            if kind == NLMSG_DONE:
                return 0, "", "", answers
            if kind != NLMSG_ERROR:
                answers.append(body)
                continue
            code = -struct.unpack_from("=i", body)[0]
            text, where, at = "", "", 20
            if not flags & 0x100:   # not capped: the request is quoted
                at = 4 + struct.unpack_from("=I", body, 4)[0]
            while flags & NLM_F_ACK_TLVS and at + 4 <= len(body):
                asize, akind = struct.unpack_from("=HH", body, at)
                if akind == 1:
                    text = body[at + 4:at + asize].split(b"\0")[0].decode()
                elif akind == 2:
                    where = path_at(attrs, struct.unpack_from(
                        "=I", body, at + 4)[0])
                elif akind == 5:    # missing attribute
                    where = "missing %d" % struct.unpack_from(
                        "=I", body, at + 4)[0]
                at += (asize + 3) & ~3
            return code, text, where, answers


def connect():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
    sock.bind((0, 0))
    for option in (NETLINK_CAP_ACK, NETLINK_EXT_ACK, STRICT):
        sock.setsockopt(SOL_NETLINK, option, 1)
    sock.settimeout(10)
    return sock


def resolve(sock, name="ksflow"):
    """The number of a family, those of its multicast groups by name."""
    code, _, _, answers = request(sock, 16, 3,
                                  attr(2, name.encode() + b"\0"), NLM_F_ACK)
    if code:
        sys.exit("no family %s: %s" % (name, os.strerror(code)))
    found = dict(attrs(answers[0][4:]))
    groups = [dict(attrs(one)) for _, one in attrs(found.get(7, b""))]
    return struct.unpack("=H", found[1])[0], {
        g[1].rstrip(b"\0").decode(): struct.unpack("=I", g[2])[0]
        for g in groups}


def enter(path):
    """The network namespace of a file, for this thread."""
    fd = os.open(path, os.O_RDONLY)
    try:
        if LIBC.setns(fd, 0x40000000):
            raise OSError(ctypes.get_errno(), path)
    finally:
        os.close(fd)


class Module:
    """A socket of this thread's network namespace."""

    def __init__(self):
        self.sock = connect()
        self.family, _ = resolve(self.sock)

    def request(self, command, data, flags=NLM_F_ACK):
        return request(self.sock, self.family, command, data, flags)

    def ask(self, command, data, flags=NLM_F_ACK):
        """The attributes of each answer; OSError when it is refused."""
        code, _, _, answers = self.request(command, data, flags)
        if code:
            raise OSError(code, os.strerror(code))
        return [body[4:] for body in answers]

    def listen(self, kinds, ready, rcvbuf=None, program=b""):
        """The attributes of each message to a subscriber of a set of kinds of
        records, those of them that a filter wants; creates the file ready when
        it is one."""
        if rcvbuf:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, rcvbuf)
        self.ask(SUBSCRIBE, attr(4, struct.pack("=I", kinds)) +
                 (attr(6, program) if program else b""))
        self.sock.settimeout(None)
        open(ready, "w").close()
        while True:
            try:
                message = self.sock.recv(1 << 17)
            except OSError as e:
                if e.errno != errno.ENOBUFS:
                    raise
                continue
            yield attrs(message[20:])


def main():
    module = Module()
    refused = False
    words = sys.argv[1:]
    while words:
        end = words.index("--") if "--" in words else len(words)
        command, *attributes = words[:end]
        words = words[end + 1:]
        items = []
        for word in attributes:
            path, _, text = word.partition("=")
            items.append(([int(n) for n in path.split(".")], text))
        code, text, where, _ = module.request(int(command), build(items))
        refused |= code != 0
        print("%s: %s @ %s" % (errno.errorcode[code], text, where)
              if code else "ok")
    sys.exit(refused)


if __name__ == "__main__":
    main()
