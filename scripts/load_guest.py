# SPDX-License-Identifier: BSD-3-Clause
"""Debian guests that load their devices as they are told over the network
(tests/load)."""

import socket
import time

import initrd

PROGRAM = initrd.ROOT / "build-guest/tests/load/load"
GUEST = initrd.ROOT / ".cache/guest"
MODULES = ["virtio_mmio", "virtio_blk", "virtio_net"]
PORT = 7  # of the guest
PATIENCE = 90  # seconds
# With memory for the devices of a Realm.
CMDLINE = "console=ttyAMA0 quiet panic=-1 swiotlb=16384"
INIT = b"""#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
while read -r module; do
	$bb insmod "/lib/modules/$module" || echo "load: $module does not load"
done </lib/modules/order
$bb ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
exec /bin/load %d
""" % PORT


class Failure(Exception):
    """A guest did not do what it was told."""


def ramdisk(path):
    """Makes a RAM disk whose first program is the load."""
    modules = initrd.guest_modules(GUEST, MODULES)
    order = "".join(f"{name}.ko\n" for name in modules).encode()
    tree = {name: (initrd.DIRECTORY,) for name in (
        "bin", "dev", "lib", "lib/modules", "proc", "sys")}
    tree |= {
        "dev/console": (initrd.CONSOLE, b"", (5, 1)),
        "bin/busybox": (initrd.PROGRAM, (GUEST / "busybox").read_bytes()),
        "bin/load": (initrd.PROGRAM, PROGRAM.read_bytes()),
        "init": (initrd.PROGRAM, INIT),
        "lib/modules/order": (initrd.DATA, order)}
    tree |= {f"lib/modules/{name}.ko": (initrd.DATA, content)
             for name, content in modules.items()}
    path.write_bytes(initrd.archive(sorted(tree.items())))
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Load:
    """The load of a guest, by the port that is forwarded to it."""

    def __init__(self, port):
        self.socket = connected(port)
        self.lines = self.socket.makefile("rb", buffering=0)

    def answer(self):
        line = self.lines.readline()
        if not line.strip().isdigit():
            raise Failure(line.decode() or "the guest has gone")
        return int(line)

    def do(self, *words):
        """Returns the number that the guest answers."""
        self.socket.sendall(" ".join(map(str, words)).encode() + b"\n")
        return self.answer()

    def from_guest(self, size):
        """Returns the seconds that so many bytes take from the guest."""
        buffer, left = bytearray(1 << 20), size
        start = time.perf_counter()
        self.socket.sendall(f"send {size}\n".encode())
        while left:
            got = self.socket.recv_into(buffer, min(left, len(buffer)))
            if not got:
                raise Failure("the guest has gone")
            left -= got
        taken = time.perf_counter() - start
        self.answer()
        return taken

    def to_guest(self, size):
        part = bytes(1 << 20)
        start = time.perf_counter()
        self.socket.sendall(f"receive {size}\n".encode())
        for _ in range(size // len(part)):
            self.socket.sendall(part)
        self.answer()
        return time.perf_counter() - start

    def round_trips(self, count):
        start = time.perf_counter()
        self.socket.sendall(f"echo {count}\n".encode())
        for _ in range(count):
            self.socket.sendall(b"x")
            if not self.socket.recv(1):
                raise Failure("the guest has gone")
        taken = time.perf_counter() - start
        self.answer()
        return taken

    def close(self):
        self.lines.close()
        self.socket.close()


def connected(port):
    """Connects to a guest that boots: until it listens, QEMU or the guest refuse
    or end each connection."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            stream = socket.create_connection(("127.0.0.1", port), PATIENCE)
            stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            stream.settimeout(5)
            stream.sendall(b"hello\n")
            if stream.recv(64).startswith(b"error"):
                stream.settimeout(PATIENCE)
                return stream
        except OSError:
            pass
        if time.monotonic() > deadline:
            raise Failure("the guest does not come up")
        time.sleep(0.1)
