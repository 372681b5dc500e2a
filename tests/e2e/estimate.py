#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""What a collector makes of samples, held against true counters.

usage: estimate.py [exact] [padded] FILE DIR PACKETS BYTES [FILE DIR ...]...

FILE holds the lines of `ksflow -j monitor samples`; only those of direction
DIR count. PACKETS and BYTES (no FCS) are the truth. Bytes are added up twice:
from the frame length, and from the IP length in the sampled header.

With `padded` frames have 60 bytes at least, as a network card makes them after
a packet has left the kernel.

Allowed: 5 sigma of a sampler with a uniform skip, for s samples expected on
two CPUs: packets 5 sqrt(s / 3 + 2 / 6) / s, bytes 5 sqrt((1 + cv^2) / s). Below
ten samples the gaps do not yet even out: 5 sqrt(s + 1) / s. With `exact`
nothing.
"""
import json
import math
import sys


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


def is_wrong(exact, least, path, way, packets, size):
    packets, size = int(packets), int(size)
    n = est_packets = est_bytes = est_ip = 0
    lengths = []
    for line in open(path):
        sample = json.loads(line)
        if sample["dir"] != way:
            continue
        hits = sample.get("hits", 1)
        sample_rate = sample["rate"]
        weight = hits * sample_rate
        length = max(sample["len-bytes"], least)
        by_ip = frame_length(bytes.fromhex(sample["data"]))
        n += hits
        est_packets += weight
        est_bytes += weight * length
        est_ip += weight * (length if by_ip is None else max(by_ip, least))
        lengths += [length] * hits
    if not packets:
        print(f"{way}: {n} samples of no packets")
        return n != 0
    if not n:
        print(f"{way}: no samples of {packets} packets")
        return not (packets < 300 and not exact)
    mean = sum(lengths) / n
    cv2 = sum((x - mean) ** 2 for x in lengths) / n / mean ** 2
    expected = packets / sample_rate
    spread = expected / 3 + 1 / 3 if expected >= 10 else expected + 1
    bound_p = 0 if exact else 5 * math.sqrt(spread) / expected
    bound_b = max(bound_p, 0 if exact else 5 * math.sqrt((1 + cv2) / expected))
    bad = False
    sigmas = 0 if exact else 5 * (est_packets / packets - 1) / bound_p
    for what, got, want, bound in (("packets", est_packets, packets, bound_p),
                                   ("bytes", est_bytes, size, bound_b),
                                   ("IP bytes", est_ip, size, bound_b)):
        error = got / want - 1
        fits = abs(error) <= bound
        bad |= not fits
        if what == "packets":
            print(f"{sigmas:+.2f} sigma: ", end="")
        print(f"{way} {what}: {got} for {want}, {error:+.4%}"
              f" (bound {bound:.4%}, {n} samples){'' if fits else ' WRONG'}")
    return bad


def main():
    args = sys.argv[1:]
    exact = args[0] == "exact"
    args = args[exact:]
    least = 60 if args[0] == "padded" else 0
    args = args[least > 0:]
    return any([is_wrong(exact, least, *args[i:i + 4])
                for i in range(0, len(args), 4)])


sys.exit(main())
