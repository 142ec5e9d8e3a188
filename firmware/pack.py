#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Packs the firmware image for flash 0, as abi/firmware.h lays it out.

usage: firmware/pack.py OUTPUT MONITOR RMM HYPERVISOR [PROVISION]
"""

import pathlib
import struct
import sys

MAGIC = b"REEVEFW1"
VERSION = 2
HEADER_OFFSET = 0x80000
ALIGN = 0x1000
PARTS = 4
FLASH_SIZE = 0x4000000
# The size of the last part if it is not given: zeros for the toolstack to fill.
PROVISION_SIZE = 0x2000


def align(offset):
    return -(-offset // ALIGN) * ALIGN


def pack(parts):
    """The image: the monitor, the header, the other parts."""
    image = bytearray(parts[0])
    if len(image) > HEADER_OFFSET:
        sys.exit("pack: the monitor is too large")
    table = [(0, len(image))]
    image.extend(bytes(HEADER_OFFSET + ALIGN - len(image)))
    for part in parts[1:]:
        table.append((len(image), len(part)) if part else (0, 0))
        image.extend(part)
        image.extend(bytes(align(len(image)) - len(image)))
    if len(image) > FLASH_SIZE:
        sys.exit("pack: the image is larger than the flash")
    header = struct.pack("<8sIIQ", MAGIC, VERSION, PARTS, len(image))
    for entry in table:
        header += struct.pack("<QQ", *entry)
    # The monitor chooses the devices' memory; the hypervisor is ours.
    header += struct.pack("<QII", 0, 0, 0)
    image[HEADER_OFFSET:HEADER_OFFSET + len(header)] = header
    return image


def main():
    if len(sys.argv) not in (5, 6):
        sys.exit(__doc__)
    output, *names = sys.argv[1:]
    parts = [pathlib.Path(name).read_bytes() for name in names]
    if len(parts) < PARTS:
        parts.append(bytes(PROVISION_SIZE))
    pathlib.Path(output).write_bytes(pack(parts))


if __name__ == "__main__":
    main()
