# SPDX-License-Identifier: BSD-3-Clause
"""DMA of devices, and slots for them: an image that attacks through devices of
the root bus and serves those that are plugged in. The memory of the machine is
a file, in which the targets are looked at from outside."""
import json
import re
import shutil
import socket
import struct
import tempfile

import pytest

from conftest import build_folder

IMAGE = "firmware/image/devicetest.bin"
RMM_IMAGE = "rmm/port/a64/rmm.bin"
TARGETS = ("the RMM", "a Realm's granule", "the monitor", "the SMMU's tables",
           "the SMMU", "the hypervisor")
WAYS = ("a descriptor", "a chain", "an indirect descriptor",
        "an indirect table", "a descriptor ring", "an available ring",
        "a used ring")
TEXT = b"this may be sent"
DRAM, RMM, SMMU_TABLES = 0x40000000, 0x40200000, 0x401F0000
PAGE = 0x1000
BRIDGE_STREAM = 0x10  # 00:02.0, whose stream is that of all slots


class Qmp:
    """QEMU's monitor."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(path))
        self.lines = self.socket.makefile("r")
        self.events = []
        self.next()
        self.do("qmp_capabilities")

    def next(self):
        return json.loads(self.lines.readline())

    def do(self, command, **arguments):
        request = {"execute": command, "arguments": arguments}
        self.socket.sendall(json.dumps(request).encode() + b"\n")
        while "return" not in (reply := self.next()):
            assert "error" not in reply, reply
            self.events.append(reply)

    def await_deleted(self, device):
        """Waits until QEMU has removed a device."""
        def deleted(event):
            return (event["event"] == "DEVICE_DELETED"
                    and event["data"].get("device") == device)
        while not any(deleted(event) for event in self.events):
            self.events.append(self.next())
        self.events.clear()

    def plug(self, slot):
        self.do("device_add", driver="virtio-rng-pci", id=f"slot{slot}",
                bus="slots", addr=f"{slot:#x}", vectors=0,
                iommu_platform=True, **{"disable-legacy": "on"})


@pytest.fixture(scope="module")
def folder():
    path = tempfile.mkdtemp(prefix="dma")
    yield path
    shutil.rmtree(path)


@pytest.fixture
def machine(start, folder):
    on_pcie = "disable-legacy=on,iommu_platform=on,vectors=0"
    return start(build_folder() / IMAGE, cpus=1, options=(
        "-no-reboot", "-machine", "memory-backend=ram", "-object",
        f"memory-backend-file,id=ram,size=1G,share=on,mem-path={folder}/ram",
        "-qmp", f"unix:{folder}/qmp,server=on,wait=off",
        "-device", f"virtio-serial-pci,id=serial,addr=1,{on_pcie}",
        "-chardev", f"file,id=sent,path={folder}/sent",
        "-device", "virtconsole,bus=serial.0,nr=0,chardev=sent",
        "-device", "pci-bridge,id=slots,addr=2,chassis_nr=1,msi=off,shpc=on",
        "-device", f"virtio-rng-pci,addr=3,{on_pcie}"))


def memory(folder, address, size=PAGE):
    with open(f"{folder}/ram", "rb") as ram:
        ram.seek(address - DRAM)
        return ram.read(size)


def stopped(machine, device):
    """Returns the attacks by one device that were stopped, in order."""
    pattern = re.compile(
        rf"pass: the {device} does not reach (.*) by (an? .*)$")
    return [match.groups() for line in machine.seen
            if (match := pattern.search(line))]


def test_no_device_reaches_what_is_not_for_devices(machine, folder):
    machine.expect("slots: ready")
    assert not [line for line in machine.seen if "FAIL" in line]
    attacks = [(target, way) for target in TARGETS for way in WAYS]
    assert stopped(machine, "console") == attacks
    assert stopped(machine, "entropy device") == attacks
    # The attacks of the console have sent nothing but zeros.
    with open(f"{folder}/sent", "rb") as sent:
        data = sent.read()
    assert data.startswith(TEXT) and data.endswith(TEXT)
    assert data.replace(TEXT, b"").strip(b"\0") == b""
    # Those of the entropy device have written nothing.
    rmm = (build_folder() / RMM_IMAGE).read_bytes()
    assert memory(folder, RMM) == rmm[:PAGE]
    line = next(line for line in machine.seen if "the granule is at" in line)
    assert memory(folder, int(line.split()[-1], 16)) == bytes(PAGE)
    for n in range(PAGE // 64):
        assert struct.unpack_from("<Q", memory(folder, SMMU_TABLES),
                                  64 * n)[0] == 0xD


def test_devices_come_and_go(machine, folder):
    machine.expect("slots: ready")
    qmp = Qmp(f"{folder}/qmp")
    # A slot is used again; the first and the last one; the lines of all four.
    for slot in (1, 1, 2, 3, 4, 30, 1):
        qmp.plug(slot)
        line = machine.expect(rf"slot {slot}: line (\d), stream (\w+)")
        assert int(line[1]) == (slot + 2) % 4
        assert int(line[2], 16) == BRIDGE_STREAM
        machine.expect("pass: a device comes, works and goes")
        qmp.await_deleted(f"slot{slot}")
    qmp.plug(31)
    lines, code = machine.rest()
    assert re.search(r"self-test: \d+ passed, 0 failed$", lines[-1])
    assert code == 0
