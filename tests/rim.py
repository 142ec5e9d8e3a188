#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Computes the RIM a second time, with hashlib over the documented descriptors.

The input is the JSON document of `reeve measure --json` and the folder that
`reeve measure -o` wrote. The script uses none of Reeve's code. The descriptors
are those of Arm DEN0137 2.0-bet1, "Realm measurement".

Usage: rim.py MEASUREMENT.json SEGMENT-FOLDER; prints the RIM in hex.
"""
import hashlib
import json
import pathlib
import struct
import sys

GRANULE = 4096


def put(page, offset, form, value):
    struct.pack_into("<" + form, page, offset, value)


def extended(digest):
    """Returns a digest that is extended with zeros to 64 bytes."""
    return digest + bytes(64 - len(digest))


def parameters(new, given):
    page = bytearray(GRANULE)
    put(page, 0x00, "Q", given["flags0"])
    put(page, 0x08, "I", given["s2sz"])
    put(page, 0x10, "I", given["sve_vl"])
    put(page, 0x18, "I", given["num_bps"])
    put(page, 0x20, "I", given["num_wps"])
    put(page, 0x28, "I", given["pmu_num_ctrs"])
    put(page, 0x30, "B", given["hash_algo"])
    return new(page).digest()


def data(new, rim, ipa, content):
    record = bytearray(0x100)
    put(record, 0x08, "Q", 0x100)
    record[0x10:0x50] = extended(rim)
    put(record, 0x50, "Q", ipa)
    put(record, 0x58, "Q", 1)
    record[0x60:0xA0] = extended(new(content).digest())
    return new(record).digest()


def rec(new, rim, given):
    page = bytearray(GRANULE)
    put(page, 0x000, "Q", given["flags"])
    put(page, 0x200, "Q", given["pc"])
    for i, value in enumerate(given["gprs"]):
        put(page, 0x300 + 8 * i, "Q", value)
    record = bytearray(0x100)
    put(record, 0x00, "B", 1)
    put(record, 0x08, "Q", 0x100)
    record[0x10:0x50] = extended(rim)
    record[0x50:0x90] = extended(new(page).digest())
    return new(record).digest()


def compute(document, folder):
    def new(content):
        return hashlib.new(document["hash"], content)

    rim = parameters(new, document["parameters"])
    for entry in document["ranges"]:
        content = (pathlib.Path(folder) / entry["file"]).read_bytes()
        assert len(content) == entry["size"] and len(content) % GRANULE == 0
        for offset in range(0, len(content), GRANULE):
            page = content[offset:offset + GRANULE]
            rim = data(new, rim, entry["ipa"] + offset, page)
    return rec(new, rim, document["boot_rec"]).hex()


def main():
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(compute(document, sys.argv[2]))


if __name__ == "__main__":
    main()
