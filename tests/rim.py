#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Computes the RIM a second time, with hashlib over the documented descriptors.

The input is a document that `reeve measure --json` writes or that `reeve
measure --from` reads, and the folder that has the files. The script uses none
of Reeve's code. The descriptors are those of Arm DEN0137 2.0-bet1, "Realm
measurement", and for RMM 1.0 those of DEN0137 1.0-rel0 as TF-RMM's releases of
1.0 and Veraison's cca-realm-measurements have them: RTT_INIT_RIPAS extends the
RIM once for each table entry.

Usage: rim.py MEASUREMENT.json FOLDER; prints the RIM in hex.
"""
import hashlib
import json
import pathlib
import struct
import sys

GRANULE = 4096
NUMBERS = {"sha256": 0, "sha512": 1, "sha384": 2}
XEN_RAM = 0x40000000


def put(page, offset, form, value):
    struct.pack_into("<" + form, page, offset, value)


def number(value):
    return int(value, 16) if isinstance(value, str) else value


def extended(digest):
    """Returns a digest that is extended with zeros to 64 bytes."""
    return digest + bytes(64 - len(digest))


def parameters(new, given):
    page = bytearray(GRANULE)
    put(page, 0x00, "Q", number(given.get("flags0", 0)))
    put(page, 0x08, "I", number(given["s2sz"]))
    put(page, 0x10, "I", number(given.get("sve_vl", 0)))
    put(page, 0x18, "I", number(given["num_bps"]))
    put(page, 0x20, "I", number(given["num_wps"]))
    put(page, 0x28, "I", number(given.get("pmu_num_ctrs", 0)))
    put(page, 0x30, "B", given["hash_algo"])
    return new(page).digest()


def record(kind, rim):
    """Begins a descriptor."""
    made = bytearray(0x100)
    put(made, 0x00, "B", kind)
    put(made, 0x08, "Q", 0x100)
    made[0x10:0x50] = extended(rim)
    return made


def data(new, rim, ipa, flags, content):
    made = record(0, rim)
    put(made, 0x50, "Q", ipa)
    put(made, 0x58, "Q", flags)
    if flags & 1:
        made[0x60:0xA0] = extended(new(content).digest())
    return new(made).digest()


def rec(new, rim, given):
    flags = number(given.get("flags", 1))
    if not flags & 1:
        return rim
    page = bytearray(GRANULE)
    put(page, 0x000, "Q", flags)
    put(page, 0x200, "Q", number(given["pc"]))
    for i, value in enumerate(given.get("gprs", [])):
        put(page, 0x300 + 8 * i, "Q", number(value))
    made = record(1, rim)
    made[0x50:0x90] = extended(new(page).digest())
    return new(made).digest()


def entry_sizes(s2sz, level):
    """Returns the bytes that table entries map, the largest first. The first
    level has up to 16 tables, so that it resolves up to 13 bits."""
    sizes = [GRANULE]
    bits = 12
    while bits + 13 < s2sz:
        bits += 9
        sizes.insert(0, 1 << bits)
    if level is not None:
        sizes = [size for size in sizes if size <= 1 << 12 + 9 * (3 - level)]
    return sizes


def ripas(new, rim, base, top, sizes):
    while base < top:
        size = next(s for s in sizes if base % s == 0 and base + s <= top)
        made = record(2, rim)
        put(made, 0x50, "Q", base)
        put(made, 0x58, "Q", base + size)
        rim = new(made).digest()
        base += size
    return rim


def content_of(entry, folder, fill):
    """Returns the address and the bytes of whole granules."""
    fill = bytes([number(entry.get("fill", fill))])
    ipa = number(entry["ipa"])
    content = fill * (ipa % GRANULE)
    if "file" in entry:
        content += (pathlib.Path(folder) / entry["file"]).read_bytes()
    size = number(entry.get("size", -(-len(content) // GRANULE) * GRANULE))
    assert len(content) <= size and size % GRANULE == 0
    return ipa - ipa % GRANULE, content + fill * (size - len(content))


def xen_steps(document, folder):
    """Lists what Xen measures: every page of RAM, then the first vCPU."""
    ram = document["ram"]
    fill = number(ram.get("fill", 0))
    memory = bytearray([fill]) * number(ram["size"])
    named = {}
    for entry in document["ranges"]:
        ipa, content = content_of(entry, folder, fill)
        memory[ipa - XEN_RAM:ipa - XEN_RAM + len(content)] = content
        named[entry.get("content")] = number(entry["ipa"])
    for offset in range(0, len(memory), GRANULE):
        yield "data", XEN_RAM + offset, 1, memory[offset:offset + GRANULE]
    yield "rec", document.get("boot_rec") or {
        "pc": named["kernel"], "gprs": [named["device tree"]]}


def steps(document, folder):
    for entry in document["ranges"]:
        if "rec" in entry:
            yield "rec", entry["rec"]
        elif "ripas" in entry:
            yield "ripas", number(entry["ipa"]), number(entry["size"]), entry
        else:
            ipa, content = content_of(entry, folder, 0)
            for offset in range(0, len(content), GRANULE):
                yield ("data", ipa + offset, number(entry.get("flags", 1)),
                       content[offset:offset + GRANULE])
    if "boot_rec" in document:
        yield "rec", document["boot_rec"]


def compute(document, folder):
    given = document["parameters"]
    name = document.get("hash") or next(
        key for key, value in NUMBERS.items() if value == given["hash_algo"])

    def new(content):
        return hashlib.new(name, content)

    rim = parameters(new, dict(given, hash_algo=NUMBERS[name]))
    listed = xen_steps if document.get("builder") == "xen" else steps
    for kind, *what in listed(document, folder):
        if kind == "data":
            rim = data(new, rim, *what)
        elif kind == "rec":
            rim = rec(new, rim, *what)
        elif document.get("rmm") == "1.0":
            base, size, entry = what
            rim = ripas(new, rim, base, base + size,
                        entry_sizes(number(given["s2sz"]), entry.get("level")))
    return rim.hex()


def main():
    document = json.loads(pathlib.Path(sys.argv[1]).read_text())
    print(compute(document, sys.argv[2]))


if __name__ == "__main__":
    main()
