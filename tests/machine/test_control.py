# SPDX-License-Identifier: BSD-3-Clause
"""The control interface (abi/control.h) of the whole host on QEMU: monitor,
RMM and hypervisor, asked over the virtio console device."""
import random
import struct
import time

import pytest

from conftest import build_folder
from control import MAGIC, OPS, REQUEST, STATES, VERSION, Control, Refused
from control import text
from ports import CONTROL_PORTS, PATIENCE, Port, options

FIRMWARE = "firmware/image/firmware.bin"
REALM, VUART = 1, 2
RAM = 0x40000000
MIB = 1 << 20
BLOCK, ENTROPY = 2, 4  # kinds of virtio devices


@pytest.fixture
def machine(start, tmp_path):
    return start(build_folder() / FIRMWARE, cpus=2,
                 options=("-no-reboot", *options(tmp_path)))


@pytest.fixture
def plugged(start, tmp_path):
    """A session with a host that has entropy devices in slots 0 and 3."""
    slots = ["-device",
             "pci-bridge,id=slots,addr=2,chassis_nr=1,msi=off,shpc=on"]
    for slot in (0, 3):
        slots += ["-device", f"virtio-rng-pci,bus=slots,addr={slot + 1:#x},"
                  "disable-legacy=on,iommu_platform=on,vectors=0"]
    start(build_folder() / FIRMWARE, cpus=2,
          options=("-no-reboot", *options(tmp_path), *slots))
    with Control(tmp_path) as session:
        yield session


@pytest.fixture
def folder(machine, tmp_path):
    return tmp_path


@pytest.fixture
def control(folder):
    with Control(folder) as session:
        yield session


def create_body(name, flags, size, vcpus, devices=()):
    """A device is a slot and the kind that is in it."""
    body = struct.pack("<IIQ64s16s64s5I", flags, vcpus, size, name.encode(),
                       bytes(16), bytes(64), 0, 0, 0, 0, len(devices))
    return body + b"".join(struct.pack("<HH", *device) for device in devices)


def create(control, name, flags=REALM, size=64 * MIB, vcpus=1, devices=()):
    return control.ask("DOMAIN_CREATE",
                       create_body(name, flags, size, vcpus, devices),
                       kind="domain")


def build(control, name, flags=REALM, **more):
    """Builds a domain from four pages of content."""
    domid = create(control, name, flags, **more).domid
    control.ask("DOMAIN_SEGMENT", struct.pack("<QQ", RAM, 0x4000), domid)
    control.ask("DOMAIN_BUILD", struct.pack("<QQ", RAM, 0), domid)
    return wait(control, domid, lambda info: info.state != "BUILDING")


def info_of(control, domid):
    info = control.ask("DOMAIN_INFO", domid=domid, kind="domain")
    return info._replace(state=STATES[info.state], text=text(info.text))


def wait(control, domid, condition):
    deadline = time.monotonic() + PATIENCE
    while True:
        info = info_of(control, domid)
        if condition(info):
            return info
        assert time.monotonic() < deadline, info


def destroy(control, domid):
    control.ask("DOMAIN_DESTROY", domid=domid)
    gone(control, domid)


def gone(control, domid):
    deadline = time.monotonic() + PATIENCE
    with pytest.raises(Refused, match="NO_DOMAIN"):
        while time.monotonic() < deadline:
            info_of(control, domid)


def used(control):
    host = control.ask("HOST_INFO", kind="host")
    return (host.domains, host.memory_free, host.granules_delegated,
            host.pages_used)


def noise(size, seed):
    return random.Random(seed).randbytes(size)


def test_a_host_says_what_it_is(control):
    host = control.host
    assert (host.version, host.domains, host.cores) == (VERSION, 0, 2)
    assert (host.rmi_lower, host.consoles_free) == (0x20000, 12)
    assert host.memory_free == host.memory_total > 900 * MIB
    assert text(host.rmm_text) == ""


def test_the_log_can_be_read(control):
    log = control.dmesg()
    assert "hypervisor: 2 of 2 cores run\r\n" in log
    assert log.index("MiB of memory") < log.index("ready")


def test_every_control_port_has_a_session(folder):
    sessions = [Control(folder, n) for n in range(CONTROL_PORTS)]
    domid = create(sessions[0], "one").domid
    assert info_of(sessions[3], domid).state == "LOADING"
    for session in sessions:
        session.close()


def take(control, most=32768):
    """Takes free pages. Returns them as addresses."""
    reply = control.ask("HOST_TRIM", struct.pack("<QQ", 0, most), kind="trim")
    runs = struct.iter_unpack("<QQ", reply.runs[:16 * reply.count])
    return {pa + 4096 * i for pa, pages in runs for i in range(pages)}


def test_free_pages_are_lent_until_the_session_ends(control, folder):
    """A domain gets none of the pages, and can be built all the same."""
    domid = build(control, "one", size=64 * MIB).domid
    destroy(control, domid)
    before = used(control)
    with Control(folder, 1) as other:
        lent = take(other)
        assert len(lent) >= 512
        assert used(control)[3] == before[3] + len(lent)
        domid = create(control, "two").domid
        grant = control.ask("DOMAIN_SEGMENT", struct.pack("<QQ", RAM, 4 * MIB),
                            domid, kind="grant")
        assert lent.isdisjoint(range(grant.pa, grant.pa + grant.size, 4096))
        control.ask("DOMAIN_BUILD", struct.pack("<QQ", RAM, 0), domid)
        wait(control, domid, lambda info: info.state == "PAUSED")
        assert take(other, 0) == set()
        lent = take(other)
    deadline = time.monotonic() + PATIENCE
    destroy(control, domid)
    while used(control) != before:
        assert time.monotonic() < deadline


def test_a_domain_waits_for_pages_that_are_lent(control, folder):
    """All but a little of the memory is promised, so that one more domain needs
    what another session has: it is refused if it waits in vain."""
    before = used(control)
    dma = control.ask("HOST_INFO", kind="host").dma_free
    first = create(control, "first", 0).domid
    control.ask("DOMAIN_SEGMENT", struct.pack("<QQ", RAM, 16 * MIB), first)
    destroy(control, first)
    large = create(control, "large", 0, before[1] - dma - 32 * MIB).domid
    devices = create(control, "devices", 0, dma).domid
    free = used(control)[1]
    assert free > 20 * MIB
    with Control(folder, 1) as other:
        assert len(take(other)) >= 15 * MIB // 4096
        with pytest.raises(Refused, match="E_MEMORY: .* MiB free"):
            create(control, "late", 0, free - 4 * MIB)
        control.send(REQUEST.pack(
            MAGIC, VERSION, OPS["DOMAIN_CREATE"], 77, 0, 0, create_body(
                "late", 0, free - 4 * MIB, 1)))
    late = control.answer(77, "domain").domid
    for domid in (large, devices, late):
        destroy(control, domid)
    assert used(control) == before


def test_another_version_is_told_ours(control):
    control.send(REQUEST.pack(
        MAGIC, VERSION + 1, OPS["HELLO"], 99, 0, 0, b""))
    with pytest.raises(Refused, match="E_VERSION"):
        control.answer(99, None)
    assert control.ask("HOST_INFO", kind="host").version == VERSION


def test_bad_requests_are_refused(control):
    control.send(REQUEST.pack(MAGIC, VERSION, 77, 98, 0, 0, b""))
    with pytest.raises(Refused, match="E_REQUEST"):
        control.answer(98, None)
    with pytest.raises(Refused, match="E_REQUEST"):
        control.ask("HOST_INFO", b"\1")
    with pytest.raises(Refused, match="E_NO_DOMAIN"):
        control.ask("DOMAIN_INFO", domid=5)


@pytest.mark.parametrize("flags, kind", [(REALM, "Realm"), (0, "ordinary")])
def test_a_domain_comes_and_goes(control, flags, kind):
    before = used(control)
    info = build(control, kind, flags)
    assert info.state == "PAUSED", info.text
    assert (info.granules_delegated > 0) == (flags == REALM)
    assert used(control) != before
    destroy(control, info.domid)
    assert used(control) == before


def refused(control, status, why, *devices):
    with pytest.raises(Refused, match=f"{status}: {why}"):
        create(control, "refused", devices=devices)


def test_a_host_without_slots_refuses_devices(control):
    assert control.host.slots == 0
    refused(control, "E_LIMIT", "this host has no slot 0: it has 0",
            (0, ENTROPY))


def test_domains_get_the_devices_in_their_slots(plugged):
    before = used(plugged)
    assert plugged.host.slots == plugged.host.slots_free == 31
    refused(plugged, "E_STATE", "slot 7 is empty", (7, ENTROPY))
    refused(plugged, "E_STATE", "slot 3 has a virtio device 4, not 2",
            (3, BLOCK))
    assert used(plugged) == before
    info = build(plugged, "guest", devices=[(0, ENTROPY)])
    assert info.state == "PAUSED" and info.devices == 1, info.text
    device = plugged.ask("DEVICE_INFO", struct.pack("<I", 0), info.domid,
                         kind="device")
    assert (device.slot, device.id, device.flags) == (0, ENTROPY, 0)
    refused(plugged, "E_EXISTS", "slot 0 belongs to domain", (0, ENTROPY))
    destroy(plugged, info.domid)
    assert used(plugged) == before
    # QEMU has removed the device.
    refused(plugged, "E_STATE", "slot 0 is empty", (0, ENTROPY))


def test_what_a_client_left_half_made_goes_with_it(folder, control):
    before = used(control)
    with Control(folder, 1) as other:
        left = create(other, "left").domid
        kept = build(other, "kept").domid
    gone(control, left)
    assert info_of(control, kept).state == "PAUSED"
    destroy(control, kept)
    assert used(control) == before


def test_half_a_request_does_no_harm_to_the_next_client(folder, control):
    for size in (1, 8, 100, 255):
        with Control(folder, 1) as other:
            other.send(REQUEST.pack(MAGIC, VERSION, OPS["HOST_OFF"], 1, 0, 0,
                                    b"")[:size])
        with Control(folder, 1) as other:
            assert other.host.version == VERSION


def test_any_bytes_before_hello_are_skipped(folder):
    with Port(folder, "control.0") as port:
        port.send(noise(1 << 18, 1))
        port.send(REQUEST.pack(MAGIC, VERSION, OPS["HELLO"], 1, 0, 0, b""))
        assert port.receive(8) == struct.pack("<Q", MAGIC)


def test_any_bytes_after_hello_are_survived(folder, control):
    before = used(control)
    for seed in range(30):
        with Control(folder, 1) as other:
            other.send(noise(seed * 300, seed))
            header = REQUEST.pack(MAGIC, VERSION, seed % 18, 1, seed % 3, 0,
                                  noise(224, seed))
            if seed % 18 != OPS["HOST_OFF"]:
                other.send(header)
    with Control(folder, 1):
        assert used(control)[0] == before[0]


def test_a_client_that_reads_nothing_holds_nobody_up(folder, control):
    ask = REQUEST.pack(MAGIC, VERSION, OPS["HOST_INFO"], 1, 0, 0, b"")
    with Control(folder, 1) as other:
        other.socket.setblocking(False)
        try:
            while other.socket.send(ask * 64):
                pass
        except BlockingIOError:
            pass
        assert control.ask("HOST_INFO", kind="host").version == VERSION
    with Control(folder, 1) as other:
        assert other.host.version == VERSION


def test_a_console_slot_is_taken_and_given_back(control):
    host = control.ask("HOST_INFO", kind="host")
    info = create(control, "quiet", VUART)
    assert info.console == 0
    assert (control.ask("HOST_INFO", kind="host").consoles_free ==
            host.consoles_free - 1)
    destroy(control, info.domid)


def test_the_host_turns_itself_off(machine, control):
    control.send(REQUEST.pack(MAGIC, VERSION, OPS["HOST_OFF"], 1, 0, 0, b""))
    lines, code = machine.rest()
    assert code == 0
    assert not any("exception" in line for line in lines)


def test_without_ports_the_host_runs_on(start):
    machine = start(build_folder() / FIRMWARE, cpus=1)
    machine.expect("nobody can speak to this host: there is no virtio console")
    machine.expect("hypervisor: ready")
    assert machine.process.poll() is None
