# SPDX-License-Identifier: BSD-3-Clause
"""A small Linux that answers attestation requests and has an SSH server, both
over channels, and the people who stand between it and its verifier."""
import os
import pathlib
import socket
import subprocess
import sys
import threading

from conftest import ROOT
from debugger import packer
from guests import CACHE, PATIENCE, files

sys.path.insert(0, str(ROOT / "scripts"))
import image_parts  # noqa: E402

MODULES = ["virtio_mmio", "arm_cca_guest"]
# Packages of Debian: the SSH server and the libraries that it needs.
SERVER = ("dropbear-bin_", "libc6_", "libcrypt1_", "libgmp10_", "libtomcrypt1_",
          "libtommath1_", "zlib1g_")
INIT = b"""#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
$bb mkdir /dev/pts /dev/virtio-ports
$bb mount -t devpts pts /dev/pts
$bb --install -s /bin
export PATH=/sbin:/bin
while read -r module; do
	insmod "/lib/modules/$module"
done </lib/modules/order
mount -t configfs config /sys/kernel/config
# udev makes these links elsewhere. A name may have blanks at its end.
name_ports() {
	for port in /sys/class/virtio-ports/*; do
		read -r name <"$port/name" &&
			ln -sf "../${port##*/}" "/dev/virtio-ports/$name"
	done 2>/dev/null
}
until name_ports; [ -e /dev/virtio-ports/echo ]; do
	sleep 0.1
done
dropbearkey -t ed25519 -f /keys/host | sed -n 's/^ssh-/ssh-/p' \\
	>/keys/ssh_host_ed25519_key.pub
reeve-guest serve --keys /keys &
reeve-guest relay -- /sbin/dropbear -i -s -r /keys/host &
reeve-guest relay --port /dev/virtio-ports/echo -- /bin/cat &
echo "access: it serves"
while :; do sleep 1000; done
"""
# The state is a file with the hash of the secret.
UNLOCK = b"""#!/bin/sh
secret=$(sha256sum)
[ "$1" != --format ] || echo "$secret" >/state
[ "$secret" = "$(cat /state)" ] || { echo "another secret" >&2; exit 1; }
echo "the state is open"
"""


def server_packages():
    """Returns the files of the packages that have the SSH server."""
    done = subprocess.run([ROOT / "scripts/image-packages.sh", "dropbear-bin"],
                          stdout=subprocess.PIPE, text=True, check=True)
    names = {line.split()[1] for line in done.stdout.splitlines()}
    return [CACHE / "image/debs" / name for name in sorted(names)
            if name.startswith(SERVER)]


def ramdisk(folder, public_key):
    """Makes a RAM disk, with the key of a user."""
    initrd = packer()
    guest = CACHE / "guest"
    modules = initrd.guest_modules(guest, MODULES)
    packages = server_packages()
    tree = {name: (initrd.DIRECTORY,) for name in (
        "bin", "dev", "etc", "keys", "lib", "lib/modules", "proc", "root",
        "root/.ssh", "sbin", "sys")}
    tree |= image_parts.program_tree("dropbear", packages)
    tree |= image_parts.program_tree("dropbearkey", packages)
    tree |= {
        "dev/console": (initrd.CONSOLE, b"", (5, 1)),
        "bin/busybox": (initrd.PROGRAM, (guest / "busybox").read_bytes()),
        "bin/reeve-guest": (initrd.PROGRAM, (
            ROOT / "build-guest/guest/reeve-guest").read_bytes()),
        "bin/reeve-unlock": (initrd.PROGRAM, UNLOCK),
        "etc/passwd": (initrd.DATA, b"root::0:0:root:/root:/bin/sh\n"),
        "root/.ssh/authorized_keys": (initrd.DATA, public_key),
        "init": (initrd.PROGRAM, INIT),
        "lib/modules/order": (initrd.DATA, "".join(
            f"{name}.ko\n" for name in modules).encode())}
    tree |= {f"lib/modules/{name}.ko": (initrd.DATA, content)
             for name, content in modules.items()}
    path = folder / "access.cpio"
    path.write_bytes(initrd.archive(sorted(tree.items())))
    return path


def config(host, name, disk, **settings):
    """Makes the configuration of a Realm that is reached over its channels
    only."""
    channels = ", ".join(
        f'"name={channel},connection=socket,path={host.folder}/{name}.{end}"'
        for channel, end in (("org.reeve.attest.0", "attest"),
                             ("org.reeve.ssh.0", "ssh"), ("echo", "echo")))
    return host.config(
        name, memory=192, vcpus=1, ramdisk=f'"{disk}"',
        kernel=files()["kernel"], realm_devices='"untrusted"',
        cmdline='"quiet panic=-1 swiotlb=16384"', channel=f"[{channels}]",
        **settings)


class Middle:
    """The host, in the place of a socket of QEMU's: it has the bytes that pass
    in both directions, and may change what comes from the guest. end is the
    guest whose bytes pass."""

    def __init__(self, path, end=None, request=None, answer=None):
        self.path = pathlib.Path(path)
        self.moved = self.path.with_name(self.path.name + ".real")
        self.path.rename(self.moved)
        self.end = end or self.moved
        self.request = request or (lambda data: data)
        self.answer = answer or (lambda data: data)
        self.passed = bytearray()
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(self.path))
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                verifier, _ = self.listener.accept()
            except OSError:
                return
            guest = socket.socket(socket.AF_UNIX)
            guest.connect(str(self.end))
            back = threading.Thread(target=self.move, daemon=True, args=(
                guest, verifier, self.answer))
            back.start()
            self.move(verifier, guest, self.request)
            back.join()
            guest.close()
            verifier.close()

    def move(self, source, target, change):
        while data := source.recv(1 << 16):
            self.passed += data
            target.sendall(change(data))
        try:
            target.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has gone already

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.moved.rename(self.path)
