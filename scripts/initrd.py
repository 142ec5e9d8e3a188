#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes .cache/NAME/initrd.cpio.gz from the files that guest.sh fetched there
and from reeve-guest, which `build.sh guest` made. NAME is the argument, or
guest.

The archive is written entry by entry. So the script needs no privilege to make
a device node, and the same input gives the same bytes: order, owner and times
are fixed.
"""

import gzip
import io
import lzma
import pathlib
import stat
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
REEVE_GUEST = ROOT / "build-guest" / "guest" / "reeve-guest"
# And the modules that they depend on. A kernel need not have them.
WANTED_MODULES = ["arm-cca-guest", "pvpanic-mmio"]

DIRECTORY = stat.S_IFDIR | 0o755
PROGRAM = stat.S_IFREG | 0o755
DATA = stat.S_IFREG | 0o644
CONSOLE = stat.S_IFCHR | 0o600


def cpio_entry(inode, path, mode, data=b"", device=(0, 0)):
    """Returns one entry of a newc archive."""
    name = path.encode() + b"\0"
    fields = [inode, mode, 0, 0, 1, 0, len(data), 0, 0, *device, len(name), 0]
    head = b"070701" + b"".join(b"%08X" % field for field in fields) + name
    return padded(head) + padded(data)


def padded(data):
    return data + bytes(-len(data) % 4)


def module_files(guest):
    """Maps module names, as the kernel spells them, to their files."""
    files = (guest / "modules").rglob("*.ko*")
    return {path.name.split(".")[0].replace("-", "_"): path for path in files}


def module_content(path):
    data = path.read_bytes()
    return lzma.decompress(data) if path.suffix == ".xz" else data


def module_depends(content):
    """Returns the names of the modules that a module says it needs."""
    start = content.find(b"\0depends=")
    if start < 0:
        return []
    value = content[start + 9:].split(b"\0", 1)[0].decode()
    return [name.replace("-", "_") for name in value.split(",") if name]


def load_order(name, files, loaded):
    """Adds the modules that a module needs, and then the module itself, to
    loaded, which maps names to contents."""
    if name in loaded or name not in files:
        return
    content = module_content(files[name])
    for needed in module_depends(content):
        load_order(needed, files, loaded)
    loaded[name] = content


def guest_modules(guest, wanted):
    """Maps the names of those modules, and of all that they need, to their
    contents, in the order in which they load."""
    files = module_files(guest)
    loaded = {}
    for name in wanted:
        load_order(name.replace("-", "_"), files, loaded)
    return loaded


def entries(guest):
    """Returns (path, (mode, content, device number)) in the archive's order."""
    modules = guest_modules(guest, WANTED_MODULES)
    order = "".join(f"{name}.ko\n" for name in modules)
    tree = {
        "dev/console": (CONSOLE, b"", (5, 1)),
        "bin/busybox": (PROGRAM, (guest / "busybox").read_bytes()),
        "bin/reeve-guest": (PROGRAM, REEVE_GUEST.read_bytes()),
        "init": (PROGRAM, (ROOT / "scripts" / "guest-init").read_bytes()),
        "lib/modules/order": (DATA, order.encode()),
    }
    for path in ["bin", "dev", "lib", "lib/modules", "proc", "sys"]:
        tree[path] = (DIRECTORY,)
    for name, content in modules.items():
        tree[f"lib/modules/{name}.ko"] = (DATA, content)
    return sorted(tree.items())


def archive(tree):
    """Returns an archive of entries as entries() returns them."""
    parts = [cpio_entry(inode, path, *entry)
             for inode, (path, entry) in enumerate(tree, 1)]
    parts.append(cpio_entry(0, "TRAILER!!!", 0))
    return b"".join(parts)


def packed(data):
    """Packs data as gzip -n does. The header must not vary with the version of
    Python."""
    buffer = io.BytesIO()
    with gzip.GzipFile("", "wb", 9, buffer, mtime=0) as stream:
        stream.write(data)
    return buffer.getvalue()


def main():
    if not REEVE_GUEST.exists():
        sys.exit("initrd: there is no reeve-guest: run scripts/build.sh guest")
    guest = ROOT / ".cache" / (sys.argv[1] if len(sys.argv) > 1 else "guest")
    data = packed(archive(entries(guest)))
    target = guest / "initrd.cpio.gz"
    if not target.exists() or target.read_bytes() != data:
        fresh = target.with_suffix(".new")
        fresh.write_bytes(data)
        fresh.rename(target)
    print(f"initrd: {len(data)} bytes in {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
