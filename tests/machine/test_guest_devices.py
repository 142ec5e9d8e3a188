# SPDX-License-Identifier: BSD-3-Clause
"""Debian's drivers with all kinds of devices, in both kinds of guest."""
import contextlib
import hashlib
import json
import os
import pathlib
import re
import socket
import struct
import sys
import time

import pytest

import qcow2
from device_guest import DeviceGuest, Qmp, control, state
from conftest import ROOT, build_folder
from control import Refused
from guests import PATIENCE, Command, rim
from ports import Port
from test_control import ENTROPY, create
from test_host import a_command

sys.path.insert(0, str(ROOT / "tests"))
from gate import gate_of  # noqa: E402

MIB = 1 << 20
KINDS = pytest.mark.parametrize("realm", [0, 1], ids=["ordinary", "realm"])
PATTERN = b"what the guest has written and flushed is in the file " * 4096
ECHO = 7  # the port of the guest
SPARE = 20  # a slot


@pytest.fixture(name="debug_host")
def a_host_for_devices(command, monkeypatch):
    """A debug host with room for two ordinary guests with devices."""
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    command.good("host", "start", "--debug-console", "--memory", "1G",
                 "--dma-memory", "512M", "--cpus", "2")
    return command


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(condition):
    """Waits until a function returns something true, and returns that."""
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return found


def md5(data):
    return hashlib.md5(data).hexdigest()


def disks(guest, given, raw, packed):
    """Content that was there is read; what is written and flushed is in the
    file; what is read-only stays as it was."""
    content = given.read_bytes()
    assert guest.do("md5sum </dev/vdc") == f"{md5(content)}  -"
    assert guest.do("cat /sys/block/vdc/ro") == "1"
    for disk in "ab":
        guest.do(f"dd if=/dev/vdc of=/dev/vd{disk} bs=64k seek=48 count=64 "
                 "conv=fsync,notrunc")
    written = content[:4 * MIB]
    assert raw.read_bytes()[3 * MIB:7 * MIB] == written
    assert qcow2.read(packed, 3 * MIB, 4 * MIB) == written
    assert qcow2.read(packed, 0, 3 * MIB) == bytes(3 * MIB)
    guest.do("echo 3 >/proc/sys/vm/drop_caches")
    for disk in "ab":
        assert guest.do(f"tail -c +{3 * MIB + 1} /dev/vd{disk} | "
                        f"head -c {4 * MIB} | md5sum").startswith(md5(written))
    guest.fails("dd if=/dev/zero of=/dev/vdc count=1 conv=fsync")
    assert given.read_bytes() == content


def network(guest, port):
    """A listener of the guest gives back what comes to the forwarded port."""
    guest.do("ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up")
    guest.do(f"nc -l -p {ECHO} -e /bin/cat >/dev/null 2>&1 &")
    guest.do(f"until netstat -ltn | grep -q :{ECHO}; do sleep 0.1; done")
    data = os.urandom(MIB // 2)
    with socket.create_connection(("127.0.0.1", port), PATIENCE) as stream:
        back = b""
        for at in range(0, len(data), 1 << 14):
            part = data[at:at + (1 << 14)]
            stream.sendall(part)
            while len(back) < at + len(part):
                got = stream.recv(1 << 16)
                assert got, "the guest has closed the connection"
                back += got
    assert back == data


def channels(guest, given):
    """Bytes of any value go both ways by a second channel."""
    with Port(guest.host.folder, "data.sock") as data:
        sent = os.urandom(MIB // 4)
        guest.tell(f"head -c {len(sent)} /dev/virtio-ports/data | md5sum")
        data.send(sent)
        assert guest.answer() == (f"{md5(sent)}  -", 0)
        guest.tell(f"head -c {MIB} /dev/vdc >/dev/virtio-ports/data")
        assert data.receive(MIB) == given.read_bytes()[:MIB]
        assert guest.answer() == ("", 0)


def entropy(guest):
    chosen = "/sys/class/misc/hw_random/rng_current"
    assert guest.do(f"cat {chosen}").startswith("virtio_rng")
    numbers = {guest.do("head -c 32 /dev/hwrng | xxd -p -c 64")
               for _ in range(2)}
    assert len(numbers) == 2 and all(len(n) == 64 for n in numbers)


def state_beside(host):
    """The state without the requests under way, which are those of a guest that
    runs: a packet that comes, or random numbers, make them fewer for a while."""
    return {name: value for name, value in state(host).items()
            if name not in ("requests", "pinned")}


def refused_beside(host, raw, realm):
    """Another guest does not get the image, and leaves nothing."""
    before = state_beside(host)
    host.refused(
        rf"'{re.escape(str(raw))}' is in use elsewhere: process {host.pid()} "
        r"\(qemu-system", "create", host.config(
            "second", realm=realm or None, cmdline='"swiotlb=16384"',
            realm_devices='"untrusted"' if realm else None,
            disk=f'["{raw},raw,xvda"]'), code=2)
    assert state_beside(host) == before


def destroyed_while_it_writes(guest):
    guest.do("(while :; do dd if=/dev/vdc of=/dev/vda bs=64k oflag=direct; "
             "dd if=/dev/vdc of=/dev/vdb bs=64k oflag=direct; done) "
             ">/dev/null 2>&1 &")
    for disk in (0, 1):
        first = guest.device(disk).requests
        wait_for(lambda d=disk, f=first: guest.device(d).requests > f + 20)
    guest.host.good("destroy", guest.name)


def pool_is_shared_by_blocks(guest):
    """The 32 MiB that the guest shares take an exit for each block of 2 MiB, as
    all its memory does. Page by page it would be 8192."""
    vcpu = json.loads(guest.host.good("vcpu-list", "--json", guest.name))[0]
    assert vcpu["exits"]["fault"] < 500, vcpu
    assert vcpu["exits"]["ripas"] < 500, vcpu


def registers_are_read_in_memory(guest):
    """A request that waits for the one before takes two accesses that the
    hypervisor sees: the notification and the acknowledgement. The read of
    InterruptStatus in between would be a third."""
    before = guest.device(2)
    guest.do("dd if=/dev/vdc of=/dev/null bs=4k count=200 iflag=direct")
    after = guest.device(2)
    requests = after.requests - before.requests
    assert requests >= 200
    assert after.exits - before.exits <= 2.2 * requests


@KINDS
def test_linux_uses_its_devices(debug_host, realm):
    before = state(debug_host)
    folder, port = debug_host.folder, free_port()
    raw, packed, given = (folder / name for name in ("raw", "packed", "given"))
    raw.write_bytes(bytes(16 * MIB))
    qcow2.make(packed, 16 * MIB)
    given.write_bytes(os.urandom(8 * MIB))
    with DeviceGuest(
            debug_host, "all", realm, rng=1,
            disk=f'["{raw},raw,xvda", "{packed},qcow2,xvdb", '
                 f'"{given},raw,xvdc,ro"]',
            vif=f'["forward=tcp:127.0.0.1:{port}:{ECHO}"]',
            channels=[f"name=data,connection=socket,path={folder}/data.sock"],
    ) as guest:
        if realm:
            guest.expect(f"^RIM {rim(debug_host, guest.config)}$")
        guest.ready()
        if realm:
            pool_is_shared_by_blocks(guest)
        disks(guest, given, raw, packed)
        registers_are_read_in_memory(guest)
        network(guest, port)
        channels(guest, given)
        entropy(guest)
        refused_beside(debug_host, raw, realm)
        destroyed_while_it_writes(guest)
    assert state(debug_host) == before
    assert not (folder / "data.sock").exists()


def bytes_moved(host):
    """Returns how many bytes the host's QEMU, and the commands that have ended,
    have read and written."""
    return sum(int(line.split()[1])
               for process in ("self", host.pid())
               for line in pathlib.Path(f"/proc/{process}/io").read_text(
                   encoding="ascii").splitlines()
               if line.startswith(("rchar", "wchar")))


def test_a_disk_of_any_size_is_not_copied(debug_host):
    """The same work is done for a disk of 1 MiB and for one of 10 GiB."""
    moved = {}
    for size in (MIB, 10 << 30):
        raw, packed = (debug_host.folder / name for name in ("raw", "packed"))
        with raw.open("wb") as stream:
            stream.truncate(size)
        qcow2.make(packed, size)
        room = [path.stat().st_blocks for path in (raw, packed)]
        path = debug_host.config(
            "big", realm=None, disk=f'["{raw},raw,xvda", "{packed},qcow2,xvdb"]')
        before = bytes_moved(debug_host)
        debug_host.good("create", "-p", path)
        moved[size] = bytes_moved(debug_host) - before
        assert [path.stat().st_blocks for path in (raw, packed)] == room
        debug_host.good("destroy", "big")
    assert abs(moved[10 << 30] - moved[MIB]) < MIB, moved


@pytest.fixture(name="gate")
def a_gate(command, monkeypatch):
    with gate_of(command.folder, command.folder / "stuck", monkeypatch) as gate:
        yield gate


def go_on(host, other, slot):
    """A guest that runs works, and others come and go, also one of the name of
    a guest that is being destroyed."""
    other.do("dd if=/dev/zero of=/dev/vda bs=64k count=16 oflag=direct")
    host.good("create", "-p", host.config("stuck", realm=None))
    host.good("destroy", "stuck")
    (host.folder / "third").write_bytes(bytes(MIB))
    host.refused(f"the disk in slot {slot}, of the domain \"stuck\", does not answer",
                 "create", host.config("third", realm=None,
                                       disk=f'["{host.folder}/third,raw,xvda"]'))
    host.refused("does not answer, and QEMU would stop", "destroy", "other")
    other.do("dd if=/dev/zero of=/dev/vda bs=64k count=16 oflag=direct")


def two_images(host):
    """Makes the images "stuck" and "other". Returns their folder."""
    for name in ("stuck", "other"):
        (host.folder / name).write_bytes(bytes(4 * MIB))
    return host.folder


def test_a_disk_that_does_not_answer_stops_its_guest_only(gate, debug_host):
    before = state(debug_host)
    folder = two_images(debug_host)
    with contextlib.ExitStack() as stack:
        stuck, other = (stack.enter_context(DeviceGuest(
            debug_host, name, kind, disk=f'["{folder / name},raw,xvda"]'))
            for name, kind in (("stuck", 1), ("other", 0)))
        stuck.ready()
        other.ready()
        slot = stuck.device(0).slot
        gate.touch()
        stuck.do("dd if=/dev/zero of=/dev/vda bs=64k oflag=direct "
                 ">/dev/null 2>&1 &")
        wait_for(lambda: stuck.device(0).in_flight)
        assert stuck.do("echo it lives") == "it lives"
        end = stack.enter_context(Command(debug_host, "destroy", "stuck"))
        end.expect(f"destroying: device 0, in slot {slot}, has requests that "
                   "are not answered yet")
        assert debug_host.names() == ["stuck", "other"]
        go_on(debug_host, other, slot)
        gate.unlink()
        assert end.finish() == ""
        other.host.good("destroy", "other")
    assert state(debug_host) == before


@contextlib.contextmanager
def disks_held(host):
    """QEMU has no request of a disk meanwhile, and gets none."""
    with control(host, 2) as session:
        def held():
            return session.ask("DISKS_HOLD", struct.pack("<I", 10000),
                               kind="hold").in_flight == 0
        wait_for(held)
        yield
        session.ask("DISKS_HOLD", struct.pack("<I", 0))


def test_a_disk_goes_silent_in_the_moment_in_which_devices_change(
        gate, debug_host):
    """QEMU waits for all requests then, with the whole machine."""
    folder = two_images(debug_host)
    with DeviceGuest(debug_host, "stuck", 1,
                     disk=f'["{folder}/stuck,raw,xvda"]') as stuck:
        stuck.ready()
        stuck.do("(while :; do dd if=/dev/zero of=/dev/vda bs=64k "
                 "oflag=direct; done) >/dev/null 2>&1 &")
        wait_for(lambda: stuck.device(0).requests > 100)
        with disks_held(debug_host):
            gate.touch()
            before = stuck.device(0)
            with Qmp(debug_host) as qmp:
                for _ in range(3):
                    qmp.do("blockdev-add", driver="file", filename=str(
                        folder / "other"), **{"node-name": "other"})
                    qmp.do("blockdev-del", **{"node-name": "other"})
            assert stuck.do("echo it lives") == "it lives"
            assert stuck.device(0).requests == before.requests
            gate.unlink()
        wait_for(lambda: stuck.device(0).requests > before.requests + 100)
        debug_host.good("destroy", "stuck")


def test_a_wrong_disk_is_taken_out_when_no_disk_is_silent(gate, debug_host):
    """The slot of a creation that is refused is emptied, for which QEMU waits
    for all disks."""
    folder = two_images(debug_host)
    with DeviceGuest(debug_host, "stuck", 0,
                     disk=f'["{folder}/stuck,raw,xvda"]') as stuck:
        stuck.ready()
        with Qmp(debug_host) as qmp:
            qmp.do("blockdev-add", driver="file",
                   filename=str(folder / "other"), **{"node-name": "spare"})
            qmp.do("device_add", driver="virtio-blk-pci", id="spare",
                   drive="spare", bus="slots", addr=f"{SPARE + 1:#x}",
                   vectors=0, **{"disable-legacy": "on",
                                 "iommu_platform": True})
        gate.touch()
        stuck.do("dd if=/dev/zero of=/dev/vda bs=64k oflag=direct "
                 ">/dev/null 2>&1 &")
        wait_for(lambda: stuck.device(0).in_flight)
        with control(debug_host) as session, pytest.raises(
                Refused, match=f"slot {SPARE} has a virtio device 2, not 4"):
            create(session, "wrong", devices=[(SPARE, ENTROPY)])
        assert stuck.do("echo it lives") == "it lives"
        assert debug_host.names() == ["stuck", "wrong"]
        gate.unlink()
        wait_for(lambda: debug_host.names() == ["stuck"])
        debug_host.good("destroy", "stuck")
    with Qmp(debug_host) as qmp:
        assert "spare" not in [device["name"] for device in qmp.do(
            "qom-list", path="/machine/peripheral")]


def test_a_guest_whose_idle_disk_is_silent_is_destroyed(gate, debug_host):
    """QEMU would have to close the image."""
    before = state(debug_host)
    folder = two_images(debug_host)
    with DeviceGuest(debug_host, "stuck", 0,
                     disk=f'["{folder}/stuck,raw,xvda"]') as stuck:
        stuck.ready()
        stuck.do("dd if=/dev/zero of=/dev/vda bs=64k count=16 oflag=direct")
        gate.touch()
        debug_host.good("destroy", "stuck")
        assert debug_host.names() == []
        with Qmp(debug_host) as qmp:
            assert qmp.do("query-status")["running"]
        gate.unlink()
    path = debug_host.config("other", realm=None,
                             disk=f'["{folder}/other,raw,xvda"]')
    debug_host.good("create", "-p", path)
    debug_host.good("destroy", "other")
    assert state(debug_host) == before
