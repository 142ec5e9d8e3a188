# SPDX-License-Identifier: BSD-3-Clause
"""The hypervisor as the attacker: a debug build breaks a rule of the RMI once,
on purpose, and the RMM's answer is compared with the interface. Afterwards the
Realm goes on and passes its checks, or ends for the stated reason."""
import json
import os
import random
import re
import struct
import time

import pytest

from conftest import build_folder
from control import Control, Refused, numbers_of, text
from ports import PATIENCE
from test_host import ConsoleLog, a_command, a_debug_host

ATTACKS = numbers_of("control_attack_kind")
SUCCESS, INPUT, REALM, REC = 0, 1, 2, 3
PAGE = 0x1000

# The answer of the RMM to each attack, and the step of the command that demands
# it, numbered as in docs/rmi.md.
GOES_ON = [
    # docs/rmi.md, RMI_REC_ENTER: its arguments.
    ("RUN_UNALIGNED", INPUT),  # step 1: run is a granule
    ("RUN_DELEGATED", INPUT),  # step 1: run is Non-secure
    ("RUN_NOWHERE", INPUT),  # step 1: run is tracked
    ("REC_RD", INPUT),  # step 2: rec is in state REC
    ("REC_UNDELEGATED", INPUT),  # step 2
    ("FLAGS_RESERVED", SUCCESS),  # reserved flags mean nothing
    ("MMIO", REC),  # step 10: there was an emulatable abort
    ("SEA", REC),  # step 9: there was an abort at an unprotected IPA
    # List registers, docs/rmi.md, RMI_REC_ENTER step 8: HW is 0, each virtual
    # INTID is there once. All else in the Realm's GIC is up to the host.
    ("LR_HARDWARE", REC),
    ("LR_TWICE", REC),
    ("LR_UNKNOWN", SUCCESS),
    ("LR_SPECIAL", SUCCESS),
    ("LR_ACTIVE", SUCCESS),
    ("LR_INVALID", SUCCESS),
    ("LR_STALE", SUCCESS),
    # docs/rmi.md, RMI_RTT_SET_RIPAS: only the REC that asked, only its range.
    ("RIPAS_NONE", INPUT),  # step 4: base is the next pending address
    ("RIPAS_REJECT", SUCCESS),
    ("RIPAS_IDLE", SUCCESS),
    ("RIPAS_BASE", INPUT),  # step 4
    ("RIPAS_TOP", INPUT),  # step 4: top is at most the pending one
    ("RIPAS_ODD", INPUT),  # step 1: top is aligned
    ("RIPAS_REC", INPUT),  # step 4: that REC asks for nothing
    ("RIPAS_RD", REC),  # step 3: rec is of the Realm rd
    # docs/rmi.md, RMI_PSCI_COMPLETE.
    ("PSCI_NONE", INPUT),  # step 5: a request is pending
    ("PSCI_SELF", INPUT),  # step 3: two RECs
    ("PSCI_SWAPPED", INPUT),  # step 5
    ("PSCI_OTHER", INPUT),  # step 6: of one Realm
    ("PSCI_STATUS", INPUT),  # step 8: status of AFFINITY_INFO is 0
    ("PSCI_DENIED", INPUT),  # step 8
    ("PSCI_ENTER", REC),  # RMI_REC_ENTER step 7: no request is pending
    ("HOST_CALL", SUCCESS),
]


class Attacker(Control):
    """A session that asks for attacks."""

    def attack(self, name, guest, vcpu=0, ipa=0, size=0):
        """Has an attack happen and returns the status that the RMM answered."""
        ask = struct.pack("<IIQQ", ATTACKS[f"ATTACK_{name}"], vcpu, ipa,
                          size)
        deadline = time.monotonic() + PATIENCE
        result = self.begin(ask, guest, deadline)
        while not result.done:
            assert time.monotonic() < deadline, f"{name} never happens"
            time.sleep(0.005)
            result = self.ask("ATTACK", b"", guest.domid, "attack")
        assert result.what == ATTACKS[f"ATTACK_{name}"]
        return result.x0 & 0xff

    def begin(self, ask, guest, deadline):
        """Asks for an attack. Asks again if the vCPU was not met, since the
        thread that emulates its core may have had no time."""
        while True:
            try:
                return self.ask("ATTACK", ask, guest.domid, "attack")
            except Refused as refused:
                if ("never met" not in str(refused) or
                        time.monotonic() > deadline):
                    raise

    def ended(self, guest):
        """Waits until a domain has ended and returns the reason."""
        deadline = time.monotonic() + PATIENCE
        while True:
            info = self.ask("DOMAIN_INFO", domid=guest.domid, kind="domain")
            if info.text.strip(b"\0"):
                return text(info.text)
            assert time.monotonic() < deadline, info
            time.sleep(0.01)


@pytest.fixture
def attacker(debug_host):
    with Attacker(debug_host.runtime / "default", name="control-{}.sock",
                  number=0) as session:
        yield session


def orders():
    """Returns the orders in which the attacks come; many for `make soak`."""
    if not os.environ.get("REEVE_SOAK"):
        return [GOES_ON]
    return [random.Random(seed).sample(GOES_ON, len(GOES_ON))
            for seed in range(20)]


def test_wrong_answers_do_no_harm(debug_host, attacker):
    before = debug_host.counters()
    guest = debug_host.guest("steady", 1, "probe=steady,all", vcpus=2)
    debug_host.guest("other", 1, "probe=spin")
    guest.wait("probe: steady")
    for order in orders():
        results = [(name, attacker.attack(name, guest)) for name, _ in order]
        assert results == order
    # An entry that ends before the guest takes the interrupt has no effect.
    while "a stray interrupt" not in guest.text():
        assert attacker.attack("LR_UNKNOWN", guest) == SUCCESS
    with guest.terminal() as port:
        port.send(b".")
        guest.passes()
    # RIPAS_REJECT and RIPAS_IDLE cause one refusal each.
    refused = re.search(r"probe: steady: (\d+) refused", guest.text())[1]
    assert int(refused) == 2 * len(orders())
    assert attacker.ended(guest) == "the guest powered off"
    debug_host.good("destroy", "steady")
    debug_host.good("destroy", "other")
    debug_host.settled(before)


def goes_on(host, name):
    """Waits until a guest has had more CPU time."""
    start = host.domain(name)["cpu_ns"]
    deadline = time.monotonic() + PATIENCE
    while (now := host.domain(name))["cpu_ns"] < start + 20_000_000:
        assert now["state"] == "running" and time.monotonic() < deadline, now


def test_a_vcpu_is_entered_once_at_a_time(debug_host, attacker):
    """Two cores try to enter it at once. It goes on."""
    guest = debug_host.guest("spin", 1, "probe=spin")
    guest.wait("probe: spin")
    for _ in range(5):
        # docs/rmi.md, RMI_REC_ENTER step 3.
        assert attacker.attack("TWICE", guest) == REC
    # docs/rmi.md, RMI_RTT_SET_RIPAS step 3.
    assert attacker.attack("RIPAS_RUNNING", guest) == REC
    goes_on(debug_host, "spin")
    debug_host.good("destroy", "spin")


def test_a_vcpu_that_is_off_is_not_entered(debug_host, attacker):
    before = debug_host.counters()
    guest = debug_host.guest("two", 1, "probe=spin", vcpus=2)
    guest.wait("probe: spin")
    # docs/rmi.md, RMI_REC_ENTER step 6: runnable. The other vCPU goes on.
    assert attacker.attack("ENTER", guest, vcpu=1) == REC
    goes_on(debug_host, "two")
    debug_host.good("destroy", "two")
    guest = debug_host.guest("off", 1, "probe=none", vcpus=2)
    assert attacker.ended(guest) == "the guest powered off"
    # docs/rmi.md, RMI_REC_ENTER step 5: the Realm is ACTIVE, which SYSTEM_OFF
    # has ended; and step 2.
    assert attacker.attack("ENTER", guest) == REALM
    assert attacker.attack("REC_DESTROYED", guest, vcpu=1) == INPUT
    debug_host.good("destroy", "off")
    debug_host.settled(before)


def kernel(host, config):
    """Returns where the probe's image is, which is loaded page by page."""
    measured = json.loads(host.good("measure", "--json", config))
    return next({"ipa": r["ipa"], "size": r["size"]}
                for r in measured["ranges"] if r["content"] == "kernel")


def test_a_lost_page_stays_lost(debug_host, attacker):
    """Content that the hypervisor takes away becomes RIPAS DESTROYED: the Realm
    does not go on with anything else in its place."""
    before = debug_host.counters()
    for then in ((), ("PAGE_REPLACED",)):
        guest = debug_host.guest("loser", 1, "probe=spin")
        guest.wait("probe: spin")
        debug_host.good("pause", "loser")
        where = kernel(debug_host, "loser.cfg")
        assert attacker.attack("PAGE_LOST", guest, **where) == SUCCESS
        for name in then:
            for page in range(0, where["size"], PAGE):
                assert attacker.attack(
                    name, guest, ipa=where["ipa"] + page) == SUCCESS
        debug_host.good("unpause", "loser")
        assert re.fullmatch("it touched memory at 0x[0-9a-f]* whose content is"
                            " lost", attacker.ended(guest))
        debug_host.good("destroy", "loser")
    debug_host.settled(before)


def test_a_terminated_realm_runs_no_more(debug_host, attacker):
    before = debug_host.counters()
    guest = debug_host.guest("ended", 1, "probe=spin")
    debug_host.guest("other", 1, "probe=spin")
    guest.wait("probe: spin")
    # docs/rmi.md, RMI_REC_ENTER step 5.
    assert attacker.attack("TERMINATE", guest) == REALM
    assert attacker.ended(guest) == (
        "vCPU 0: RMI_REC_ENTER was refused: RMI_ERROR_REALM")
    goes_on(debug_host, "other")
    debug_host.good("destroy", "ended")
    debug_host.good("destroy", "other")
    debug_host.settled(before)


def entropy(tmp_path):
    """A QEMU with one more device, at which the hypervisor can aim."""
    path = tmp_path / "qemu"
    path.write_text(
        '#!/bin/sh\nexec qemu-system-aarch64 "$@" -device virtio-rng-pci,'
        'addr=5,vectors=0,disable-legacy=on,iommu_platform=on\n')
    path.chmod(0o755)
    return str(path)


def test_a_device_does_not_reach_a_realm(command, monkeypatch, tmp_path):
    """Its reads and writes of the Realm's descriptor, and of a granule that is
    delegated for that, end with faults, which the status of the host shows."""
    monkeypatch.setenv("REEVE_QEMU", entropy(tmp_path))
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    command.good("host", "start", "--debug-console", "--memory", "1G")
    assert ", 0 accesses to other memory stopped\n" in command.good(
        "host", "status")
    config = command.config("victim", vuart='"sbsa_uart"')
    command.good("create", "-p", config)
    with Control(command.runtime / "default",
                 name="control-{}.sock") as session:
        victim = session.ask("DOMAIN_NEXT", domid=1, kind="domain")
        for domid in (victim.domid, 0):
            for write in (0, 1):
                before = session.ask("HOST_INFO", kind="host")
                touched = session.ask("TOUCH", struct.pack("<II", write, 1),
                                      domid, "touch")
                after = session.ask("HOST_INFO", kind="host")
                assert touched.faulted == 1
                assert after.dma_faults > before.dma_faults
                assert (after.dma_fault_address & -PAGE) == touched.pa
    shown = json.loads(command.good("host", "status", "--json"))["dma"]
    assert shown["faults"] == after.dma_faults
    assert shown["last_address"] == after.dma_fault_address
    assert shown["last_stream"] == 5 << 3
    assert re.search(rf", {after.dma_faults} accesses to other memory stopped, "
                     rf"the last at {after.dma_fault_address:#x} by 00:05.0\n",
                     command.good("host", "status"))
    # The Realm's descriptor is whole, and so is the Realm.
    log = ConsoleLog(command, "victim")
    command.good("unpause", "victim")
    log.passes()


def test_a_host_without_such_a_device_says_so(attacker):
    with pytest.raises(Refused, match="has no entropy device"):
        attacker.ask("TOUCH", struct.pack("<II", 1, 1))


def test_a_plain_host_cannot_break_rules():
    """Its hypervisor does not contain the attacks of a debug host."""
    words = b"waits for its moment still"
    images = build_folder() / "firmware/image"
    assert words in (images / "firmware-debug.bin").read_bytes()
    assert words not in (images / "firmware.bin").read_bytes()
