#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Prints measurement vectors for the RMM core's tests.

They are computed only from the records that DEN0137 describes and with Python's
hashlib, so that a second implementation checks the arithmetic. The output is
tests/data/rim/vectors.txt: one step on each line, a name and values in hex.

  realm ALGO FLAGS0 S2SZ SVE_VL BPS WPS PMU -> slot 0
  data IPA FLAGS SEED -> slot 0      the page holds (SEED + i * 31) & 255
  rec FLAGS PC GPR0 -> slot 0        GPRn is GPR0 + n
  extend INDEX SIZE SEED -> slot     the value holds (SEED + i) & 255
"""

import hashlib
import struct

HASHES = {0: hashlib.sha256, 1: hashlib.sha512, 2: hashlib.sha384}


def field(digest):
    return digest.ljust(64, b"\0")


class Realm:
    def __init__(self, algo, flags0, s2sz, sve_vl, bps, wps, pmu):
        self.hash = lambda data: HASHES[algo](data).digest()
        params = struct.pack("<QI4xI4xI4xI4xI4xB", flags0, s2sz, sve_vl, bps,
                             wps, pmu, algo)
        size = len(self.hash(b""))
        self.slots = [self.hash(params.ljust(4096, b"\0"))] + [bytes(size)] * 4
        self.report("realm", 0, algo, flags0, s2sz, sve_vl, bps, wps, pmu)

    def report(self, name, slot, *values):
        print(name, *(f"{v:x}" for v in values), field(self.slots[slot]).hex())

    def data(self, ipa, flags, seed):
        page = bytes((seed + i * 31) & 255 for i in range(4096))
        content = self.hash(page) if flags & 1 else b""
        record = (struct.pack("<B7xQ", 0, 0x100) + field(self.slots[0])
                  + struct.pack("<QQ", ipa, flags) + field(content))
        self.slots[0] = self.hash(record.ljust(0x100, b"\0"))
        self.report("data", 0, ipa, flags, seed)

    def rec(self, flags, pc, gpr0):
        params = struct.pack("<Q", flags).ljust(0x200, b"\0")
        params += struct.pack("<Q", pc).ljust(0x100, b"\0")
        params += struct.pack("<8Q", *(gpr0 + n for n in range(8)))
        content = field(self.hash(params.ljust(4096, b"\0")))
        record = (struct.pack("<B7xQ", 1, 0x100) + field(self.slots[0])
                  + content)
        self.slots[0] = self.hash(record.ljust(0x100, b"\0"))
        self.report("rec", 0, flags, pc, gpr0)

    def extend(self, index, size, seed):
        value = bytes((seed + i) & 255 for i in range(size))
        self.slots[index] = self.hash(self.slots[index] + value)
        self.report("extend", index, index, size, seed)


def main():
    for algo in HASHES:
        realm = Realm(algo, 0, 39, 0, 1, 1, 0)
        realm.data(0x40200000, 1, 7)
        realm.data(0x40201000, 1, 8)
        realm.data(0x48000000, 0, 9)
        realm.rec(1, 0x40200000, 0x48000000)
        realm.data(0, 1, 0)
        realm.extend(1, 64, 1)
        realm.extend(1, 32, 2)
        realm.extend(4, 0, 0)
        realm.extend(4, 7, 200)
        Realm(algo, 0xffffffffffffff80, 48, 15, 5, 3, 31)


if __name__ == "__main__":
    main()
