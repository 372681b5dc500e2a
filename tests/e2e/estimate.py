#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a collector makes of samples, held against true counters.

usage: estimate.py NAMESPACE-A FILE-A NAMESPACE-B FILE-B

Each FILE grows by the lines of a `ksflow -j monitor samples` in the namespace.
A measurement is a line of stdin,

   MODE PROTO RATE DEVICE-A DEVICE-B ADDRESS-B [padded]

MODE plain, gro, tso or nic; PROTO tcp or udp. a sends to b; the answer is what
was found and a last line "good" or "bad". Bytes are added up twice: from the
frame length, and from the IP length in the sampled header.

With `padded` frames have 60 bytes at least, as a network card makes them after
a packet has left the kernel.

Allowed: 5 sigma of a sampler with a uniform skip, for s samples expected on
two CPUs: packets 5 sqrt(s / 3 + 2 / 6) / s, bytes 5 sqrt((1 + cv^2) / s). Below
ten samples the gaps do not yet even out: 5 sqrt(s + 1) / s. At rate 1 nothing.
"""
import ctypes
import json
import math
import re
import socket
import subprocess
import sys
import threading
import time

TCP_BYTES, UDP_BYTES, UDP_PAYLOAD = 4 << 20, 2 << 20, 1400
PORT = 5201
DEADLINE_S = 60
LISTEN, TIME_WAIT = "0A", "06"
SAMPLE = re.compile(rb'"dir":"(\w+)".*?"rate":(\d+),"hits":(\d+),'
                    rb'"len-bytes":(\d+).*"data":"(\w*)"')


def wait_for(condition, what):
    deadline = time.monotonic() + DEADLINE_S
    while not condition():
        if time.monotonic() > deadline:
            print(f"waited {DEADLINE_S} s in vain for {what}")
            return
        time.sleep(0.02)


class Host:
    """A namespace: what it counts, what its monitor has written."""
    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, name, path):
        self.name = name
        self.samples = open(path, "rb")
        self.rest = b""
        self.hits = 0
        self.enter()
        # Files of /proc/net stay with the namespace they were opened in.
        self.dev, self.snmp, self.tcp = (
            open("/proc/thread-self/net/" + f) for f in ("dev", "snmp", "tcp"))

    def enter(self):
        with open("/run/netns/" + self.name) as f:
            if self.libc.setns(f.fileno(), 0):
                sys.exit("setns " + self.name)

    def counters(self, device):
        """packets in, bytes in, packets out, bytes out, and dropped instead"""
        self.dev.seek(0)
        for line in self.dev:
            name, _, rest = line.partition(":")
            if name.strip() == device:
                n = [int(word) for word in rest.split()]
                return n[1], n[0], n[9], n[8], n[11]

    def segments(self):
        """OutSegs leaves out what was sent again (RFC 4022), a FIN for
        instance."""
        self.snmp.seek(0)
        names, values = [line.split() for line in self.snmp
                         if line.startswith("Tcp:")]
        at = dict(zip(names, values))
        return int(at["OutSegs"]) + int(at["RetransSegs"])

    def is_connected(self):
        self.tcp.seek(0)
        return any(line.split()[3] not in (LISTEN, TIME_WAIT)
                   for line in list(self.tcp)[1:])

    def read(self):
        """(direction, rate, hits, length, first bytes) of new samples"""
        # The rings are drained by stats; then it has been handed all of them.
        stats = json.loads(subprocess.run(
            ["ksflow", "-n", self.name, "-j", "stats"],
            stdout=subprocess.PIPE, check=True).stdout)
        reader, = stats["readers"]
        found = []

        def is_complete():
            *lines, self.rest = (self.rest + self.samples.read()).split(b"\n")
            for line in lines:
                way, *numbers, data = SAMPLE.search(line).groups()
                found.append((way.decode(), *map(int, numbers), data[:116]))
                self.hits += found[-1][2]
            return self.hits >= reader["delivered"]
        wait_for(is_complete, "samples")
        lost = reader["selected"] - reader["delivered"]
        if lost or self.hits != reader["delivered"]:
            print(f"{self.name}: {lost} samples were lost, {self.hits} came")
        return found


def frame_length(data):
    """Length of an Ethernet frame by its IP header; None if there is none."""
    at = 12
    while data[at:at + 2] in (b"\x81\x00", b"\x88\xa8"):
        at += 4
    kind, at = data[at:at + 2], at + 2
    if kind == b"\x08\x00":
        return at + int.from_bytes(data[at + 2:at + 4], "big")
    if kind == b"\x86\xdd":
        return at + 40 + int.from_bytes(data[at + 4:at + 6], "big")
    return None


def is_good(name, exact, least, samples, way, packets, size):
    n = est_packets = est_bytes = est_ip = 0
    lengths = []
    for direction, sample_rate, hits, length, data in samples:
        if direction != way:
            continue
        weight = hits * sample_rate
        length = max(length, least)
        by_ip = frame_length(bytes.fromhex(data.decode()))
        n += hits
        est_packets += weight
        est_bytes += weight * length
        est_ip += weight * (length if by_ip is None else max(by_ip, least))
        lengths += [length] * hits
    way = name + " " + way
    if not packets:
        print(f"{way}: {n} samples of no packets")
        return n == 0
    if not n:
        print(f"{way}: no samples of {packets} packets")
        return packets < 300 and not exact
    mean = sum(lengths) / n
    cv2 = sum((x - mean) ** 2 for x in lengths) / n / mean ** 2
    expected = packets * n / est_packets
    spread = expected / 3 + 1 / 3 if expected >= 10 else expected + 1
    bound_p = 0 if exact else 5 * math.sqrt(spread) / expected
    bound_b = max(bound_p, 0 if exact else 5 * math.sqrt((1 + cv2) / expected))
    good = True
    sigmas = 0 if exact else 5 * (est_packets / packets - 1) / bound_p
    for what, got, want, bound in (("packets", est_packets, packets, bound_p),
                                   ("bytes", est_bytes, size, bound_b),
                                   ("IP bytes", est_ip, size, bound_b)):
        error = got / want - 1
        fits = abs(error) <= bound
        good &= fits
        if what == "packets":
            print(f"{sigmas:+.2f} sigma: ", end="")
        print(f"{way} {what}: {got} for {want}, {error:+.4%}"
              f" (bound {bound:.4%}, {n} samples){'' if fits else ' WRONG'}")
    return good


def send_tcp(a, b, address):
    b.enter()
    with socket.create_server((address, PORT)) as server:
        def receive():
            peer, _ = server.accept()
            buffer = bytearray(1 << 17)
            with peer:
                while peer.recv_into(buffer):
                    pass
        receiver = threading.Thread(target=receive)
        receiver.start()
        a.enter()
        with socket.create_connection((address, PORT)) as s:
            s.sendall(bytes(TCP_BYTES))
        receiver.join()


def send_udp(a, b, address):
    b.enter()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, PORT))
        a.enter()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect((address, PORT))
            for _ in range(UDP_BYTES // UDP_PAYLOAD):
                s.send(bytes(UDP_PAYLOAD))


def settle(state):
    """Until no counter has moved for three looks: delayed ACKs take 40 ms."""
    same, before = 0, state()
    deadline = time.monotonic() + DEADLINE_S
    while same < 3 and time.monotonic() < deadline:
        time.sleep(0.05)
        now = state()
        same, before = same + 1 if now == before else 0, now
    return before


def measure(a, b, mode, proto, rate, dev_a, dev_b, address, padded=None,
            tries=5):
    def state():
        return a.counters(dev_a) + b.counters(dev_b) + \
            (a.segments(), b.segments())
    before = state()
    (send_tcp if proto == "tcp" else send_udp)(a, b, address)
    wait_for(lambda: not a.is_connected() and not b.is_connected(),
             "connections to close")
    of_a, of_b, after = [], [], None
    while state() != after:     # a packet so late that only one side has it
        after = settle(state)
        of_a += a.read()
        of_b += b.read()
    # What each end sent is what the other one got, frame by frame; but a
    # network card may drop what it has no buffer for.
    (a_in_p, a_in_b, ap, ab, a_drops, b_in_p, b_in_b, bp, bb, b_drops, a_segs,
     b_segs) = (y - x for x, y in zip(before, after))
    # A veth whose peer has NAPI may find its ring full: that has left, and is
    # in no counter of packets.
    if a_drops + b_drops and tries > 1:
        print(f"{a_drops + b_drops} packets found a full ring: once more")
        return measure(a, b, mode, proto, rate, dev_a, dev_b, address, padded,
                       tries - 1)
    if mode == "tso" and proto == "tcp":
        # Each super-packet carries one header of 66 bytes where the wire has
        # one for each segment.
        ab, ap = ab + 66 * (a_segs - ap), a_segs
        bb, bp = bb + 66 * (b_segs - bp), b_segs
    if mode == "gro":
        # A veth whose peer has NAPI counts without the Ethernet header.
        ab += 14 * ap
    if mode != "nic":
        a_in_p, a_in_b, b_in_p, b_in_b = bp, bb, ap, ab
    exact, least = rate == "1", 60 if padded else 0
    return all([
        is_good("a", exact, least, of_a, "egress", ap, ab),
        is_good("b", exact, least, of_b, "ingress", b_in_p, b_in_b),
        is_good("b", exact, least, of_b, "egress", bp, bb),
        is_good("a", exact, least, of_a, "ingress", a_in_p, a_in_b)])


def main():
    a, b = Host(*sys.argv[1:3]), Host(*sys.argv[3:5])
    for line in sys.stdin:
        try:
            print("good" if measure(a, b, *line.split()) else "bad",
                  flush=True)
        except (OSError, ValueError, AttributeError) as e:
            print(repr(e), "bad", sep="\n", flush=True)


main()
