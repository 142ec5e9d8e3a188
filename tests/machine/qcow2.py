# SPDX-License-Identifier: BSD-3-Clause
"""Images in the format qcow2, as QEMU's docs/interop/qcow2.rst describes it:
one is made, and the content is read."""
import struct

CLUSTER_BITS = 16
CLUSTER = 1 << CLUSTER_BITS
ENTRIES = CLUSTER // 8  # of an L2 table
ADDRESS = (1 << 56) - (1 << 9)
COMPRESSED = 1 << 62
COPIED = 1 << 63


def make(path, size, content=b""):
    """Makes an image: header, refcount table, refcount block, L1 table, and the
    content, all of whose clusters have one L2 table."""
    l1_entries = -(-size // (CLUSTER * ENTRIES))
    data = [content[at:at + CLUSTER] for at in range(0, len(content), CLUSTER)]
    used = 4 + (1 + len(data) if data else 0)
    assert len(data) <= ENTRIES and used <= CLUSTER // 2
    header = struct.pack(">4sIQIIQIIQQIIQ", b"QFI\xfb", 2, 0, 0, CLUSTER_BITS,
                         size, 0, l1_entries, 3 * CLUSTER, CLUSTER, 1, 0, 0)
    refcount_table = struct.pack(">Q", 2 * CLUSTER)
    refcounts = struct.pack(">H", 1) * used
    parts = [header, refcount_table, refcounts, b""]
    if data:
        parts[3] = struct.pack(">Q", COPIED | 4 * CLUSTER)
        parts += [b"".join(struct.pack(">Q", COPIED | (5 + n) * CLUSTER)
                           for n in range(len(data))), *data]
    path.write_bytes(b"".join(part.ljust(CLUSTER, b"\0") for part in parts))


def read(path, start, size):
    """Returns a part of the content that begins and ends with clusters."""
    image = path.read_bytes()

    def entry(table, index):
        return struct.unpack_from(">Q", image, table + 8 * index)[0]

    def cluster(index):
        l1_table = struct.unpack_from(">Q", image, 40)[0]
        l2_table = entry(l1_table, index // ENTRIES) & ADDRESS
        found = entry(l2_table, index % ENTRIES) if l2_table else 0
        assert not found & COMPRESSED
        at = found & ADDRESS
        return image[at:at + CLUSTER] if at else bytes(CLUSTER)

    assert start % CLUSTER == size % CLUSTER == 0
    return b"".join(cluster(n) for n in range(
        start // CLUSTER, (start + size) // CLUSTER))
