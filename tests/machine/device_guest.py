# SPDX-License-Identifier: BSD-3-Clause
"""A Debian guest whose first program is a shell behind a channel, and what QEMU
and the hypervisor have for the devices of guests."""
import json
import re
import socket
import struct

from control import Control
from debugger import packer
from guests import CACHE, Followed, linux
from ports import Port

MODULES = ["virtio_mmio", "virtio_blk", "virtio_net", "virtio_rng"]
SHELL = "{}.shell"  # the channel: QEMU has one port of a name
# How the first program of such a guest begins.
PREPARE = b"""#!/bin/busybox sh
bb=/bin/busybox
$bb mount -t proc proc /proc
$bb mount -t sysfs sys /sys
$bb mount -t devtmpfs dev /dev
$bb --install -s /bin
export PATH=/bin
while read -r module; do
	insmod "/lib/modules/$module" || echo "FAIL: $module"
done </lib/modules/order
"""
# The shell answers each line with its output, and then its exit code.
INIT = PREPARE + b"""# udev makes these links elsewhere.
mkdir /dev/virtio-ports
name_ports() {
	for port in /sys/class/virtio-ports/*; do
		name=$(cat "$port/name" 2>/dev/null)
		[ -z "$name" ] ||
			ln -sf "../${port##*/}" "/dev/virtio-ports/$name"
	done
}
until name_ports; [ -e /dev/virtio-ports/*.shell ]; do
	sleep 0.1
done
exec 3<>"$(echo /dev/virtio-ports/*.shell)"
echo "the shell is ready"
while :; do
	if read -r line <&3; then
		( eval "$line" ) >/answer 2>&1
		code=$?
		cat /answer >&3
		echo "code $code" >&3
	else
		sleep 0.1
	fi
done
"""


def ramdisk(folder, name="devices", init=INIT, wanted=MODULES, kernel="guest"):
    """Makes a RAM disk with the drivers of virtio devices, for the kernel in
    that folder of the cache."""
    path = folder / f"{name}.cpio"
    if path.exists():
        return path
    initrd = packer()
    guest = CACHE / kernel
    modules = initrd.guest_modules(guest, wanted)
    missing = set(wanted) - set(modules)
    assert not missing, f"the kernel's package has no {missing}"
    order = "".join(f"{name}.ko\n" for name in modules).encode()
    tree = {name: (initrd.DIRECTORY,) for name in (
        "bin", "dev", "lib", "lib/modules", "proc", "sys")}
    tree |= {
        "dev/console": (initrd.CONSOLE, b"", (5, 1)),
        "bin/busybox": (initrd.PROGRAM, (guest / "busybox").read_bytes()),
        "init": (initrd.PROGRAM, init),
        "lib/modules/order": (initrd.DATA, order)}
    tree |= {f"lib/modules/{name}.ko": (initrd.DATA, content)
             for name, content in modules.items()}
    path.write_bytes(initrd.archive(sorted(tree.items())))
    return path


def config(host, name, realm, kernel="guest", **settings):
    """Makes the configuration of a guest with a shell."""
    cmdline = "console=ttyAMA0 quiet panic=-1"
    shell = SHELL.format(name)
    channels = [f"name={shell},connection=socket,path={host.folder}/{shell}"]
    channels += settings.pop("channels", [])
    if realm:
        settings["realm_devices"] = '"untrusted"'
        # Less than the kernel's default, which it shrinks in a small guest.
        cmdline += " swiotlb=16384"
    modules = MODULES + ["9pnet_virtio", "9p"] * ("p9" in settings)
    path = ramdisk(host.folder, wanted=modules, kernel=kernel)
    settings = {"memory": 192, **settings}
    return linux(host, name, "", kernel, realm=realm or None, vcpus=1,
                 on_reboot='"destroy"', ramdisk=f'"{path}"',
                 cmdline=f'"{cmdline}"', channel=json.dumps(channels),
                 **settings)


class DeviceGuest(Followed):
    """A guest that does what it is told."""

    def __init__(self, host, name, realm, kernel="guest", **settings):
        self.host, self.name = host, name
        self.config = config(host, name, realm, kernel, **settings)
        super().__init__(host, "-F", "-c", self.config)
        self.domid = int(self.expect(r"^Created domain (\d+): ")[1])

    def ready(self):
        """Waits until it has booted."""
        self.expect("the shell is ready")
        assert not [line for line in self.seen if "FAIL" in line]
        self.shell = Port(self.host.folder, SHELL.format(self.name))

    def tell(self, command):
        """Sends a command."""
        self.shell.send(command.encode() + b"\n")

    def answer(self):
        """Returns the output of a command, and its exit code."""
        said, code = "", None
        while not code:
            said += self.shell.receive_until(b"\n").decode(errors="replace")
            code = re.search(r"^code (\d+)\n\Z", said, re.M)
        return said[:code.start()].strip(), int(code[1])

    def fails(self, command):
        self.tell(command)
        said, code = self.answer()
        assert code != 0, said
        return said

    def do(self, command):
        """Has a command executed, which must succeed."""
        self.tell(command)
        said, code = self.answer()
        assert code == 0, (command, said)
        return said

    def device(self, index):
        """Returns what the hypervisor knows of a device."""
        return device_of(self.host, self.domid, index)


def control(host, port=3):
    return Control(host.runtime / "default", port, name="control-{}.sock")


def device_of(host, domid, index):
    with control(host) as session:
        return session.ask("DEVICE_INFO", struct.pack("<II", index, 0), domid,
                           "device")


class Qmp:
    """QEMU's monitor."""

    def __init__(self, host):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(host.runtime / "default" / "qmp.sock"))
        self.lines = self.socket.makefile("r")
        self.lines.readline()
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while "return" not in (reply := json.loads(self.lines.readline())):
            assert "error" not in reply, reply
        return reply["return"]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()


def state(host):
    """Returns all that devices could leave behind."""
    with control(host) as session:
        info = session.ask("HOST_INFO", kind="host")
    with Qmp(host) as qmp:
        names = {command: sorted(
            item[member] for item in qmp.do(command, **arguments))
            for command, arguments, member in (
                ("query-named-block-nodes", {}, "node-name"),
                ("query-chardev", {}, "label"))}
        for path in ("/machine/peripheral", "/objects"):
            names[path] = sorted(
                item["name"] for item in qmp.do("qom-list", path=path))
        names["networks"] = qmp.do("human-monitor-command",
                                   **{"command-line": "info network"})
    return {**host.counters(), **names, "slots": info.slots_free,
            "requests": info.requests_in_flight, "pinned": info.pages_pinned,
            "dma": info.dma_free}
