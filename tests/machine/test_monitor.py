# SPDX-License-Identifier: BSD-3-Clause
"""The monitor on the emulated machine, with test programs above it."""
import struct

import pytest

# Identifiers: PSCI, RMM-EL3, and the requests of payload/payload.h.
PSCI_VERSION = 0x84000000
PSCI_SUSPEND = 0xC4000001
PSCI_CPU_ON = 0xC4000003
PSCI_AFFINITY_INFO = 0xC4000004
PSCI_SYSTEM_OFF = 0x84000008
PSCI_SYSTEM_RESET = 0x84000009
PSCI_FEATURES = 0x8400000A
DELEGATE, UNDELEGATE = 0xC40001B0, 0xC40001B1
REALM_KEY, PLAT_TOKEN, EL3_FEATURES = 0xC40001B2, 0xC40001B3, 0xC40001B4
RESERVE_MEMORY, BOOT_COMPLETE = 0xC40001BB, 0xC40001CF
REQ_COMPLETE = 0xC400018F
REALM_ECHO, REALM_FILL, REALM_CHECK = 0xC4000150, 0xC4000153, 0xC4000157
REALM_SMC, REALM_READ = 0xC4000158, 0xC4000159

UNKNOWN = 2**64 - 1
BAD_ADDRESS, BAD_PAS, NO_MEMORY, INVALID = (2**64 - n for n in (2, 3, 4, 5))

ENTRY = 0x42200000  # of the program at NS-EL2
RMM = 0x40200000
SHARED = 0x421FF000
PAGE = 0x50000000  # Non-secure memory that nothing else uses
GPF_READ, GPF_WRITE = 0x96000028, 0x96000068

HEADER = 0x80000


def realm_smc(machine, *x):
    """X0-X3 after an SMC of R-EL2."""
    result = machine.smc(REALM_SMC, *x)
    assert result[0] == 0
    return result[1:5]


def test_boots_in_order(start):
    machine = start()
    machine.expect("^normal: ready")
    assert machine.seen == [
        "monitor: RMM-EL3 2.0, 4 CPUs, 1024 MiB",
        "realm: cold boot, version 20000, 32 CPUs, manifest 5",
        "realm: memory 40000000 + 40000000, sums 0 0",
        "normal: ready, EL 2, argument 40000000",
    ]


@pytest.mark.parametrize("cpus, memory, size", [
    (1, "256M", 0x10000000), (2, "9G", 0x240000000)])
def test_boots_machines_of_other_sizes(start, cpus, memory, size):
    machine = start(cpus=cpus, memory=memory)
    machine.expect(f", {cpus} CPUs, {size >> 20} MiB")
    machine.expect(rf"memory 40000000 \+ {size:x},")
    machine.expect("^normal: ready")


def test_refuses_a_machine_with_too_little_memory(start):
    machine = start(memory="32M")
    lines, code = machine.rest()
    assert lines == ["monitor: PANIC: too little memory"]
    assert code == 0


@pytest.mark.parametrize("offset, value, reason", [
    (0, b"x", "no firmware header"),
    (8, struct.pack("<I", 9), "a firmware header of another version"),
    (24 + 16 + 8, struct.pack("<Q", 0), "no RMM, or one that is too large"),
    (24 + 32, struct.pack("<Q", 2**63), "a part outside the firmware"),
])
def test_refuses_broken_firmware(start, image, tmp_path, offset, value,
                                 reason):
    broken = bytearray(image.read_bytes())
    broken[HEADER + offset:HEADER + offset + len(value)] = value
    path = tmp_path / "broken.bin"
    path.write_bytes(broken)
    lines, _ = start(path).rest()
    assert lines == [f"monitor: PANIC: {reason}"]


# An identifier of nobody, Secure services, RSI, RMM-EL3 services from the
# wrong world, FIRME.
@pytest.mark.parametrize("fid", [
    0, 0xC2000000, 0xC4000190, 0xC40001AF, DELEGATE, UNDELEGATE,
    BOOT_COMPLETE, 0xC40001D0 + 0x100, 0xC4000400])
def test_unknown_smc_of_the_host_changes_x0_only(machine, fid):
    x = [fid, 1, 2, 3, 4, 5, 6, 7]
    assert machine.smc(*x) == [UNKNOWN, *x[1:]]


@pytest.mark.parametrize("fid", [
    0, PSCI_VERSION, PSCI_SYSTEM_OFF, REALM_ECHO, 0xC40001D0, 0xC4000400,
    BOOT_COMPLETE])
def test_unknown_smc_of_the_rmm_changes_x0_only(machine, fid):
    assert realm_smc(machine, fid, 1, 2, 3) == [UNKNOWN, 1, 2, 3]


def test_smccc_version(machine):
    assert machine.smc(0x80000000)[0] == 0x10002
    assert machine.smc(0x80000001, 0x80000000)[0] == 0
    assert machine.smc(0x80000001, 0x80008000)[0] == UNKNOWN


def test_psci_version_and_features(machine):
    assert machine.smc(PSCI_VERSION)[0] == 0x10001
    assert machine.smc(PSCI_FEATURES, PSCI_CPU_ON)[0] == 0
    assert machine.smc(PSCI_FEATURES, 0xC4000012)[0] == UNKNOWN


def wait_until_off(machine, cpu):
    while machine.smc(PSCI_AFFINITY_INFO, cpu)[0] != 1:
        pass


def start_cpu(machine, cpu, context, token):
    """The other CPU asks the RMM, reports, and stops."""
    since = len(machine.seen)
    assert machine.ask("start", cpu, context) == "0"
    assert machine.seen[since:-1] == [
        f"realm: warm boot of CPU {cpu}, token {token:x}",
        f"normal: CPU {cpu} up, context {context:x}, echo 0 {context:x}"]


def test_psci_starts_each_cpu_and_starts_it_again(machine):
    for cpu in (1, 2, 3):
        assert machine.smc(PSCI_AFFINITY_INFO, cpu)[0] == 1
        start_cpu(machine, cpu, 0x70 + cpu, token=0)
        wait_until_off(machine, cpu)
    start_cpu(machine, 1, 0x99, token=0x1001)


@pytest.mark.parametrize("cpu, entry, error", [
    (4, ENTRY, 2), (0x100, ENTRY, 2), (0x80000001, ENTRY, 2), (0, ENTRY, 4),
    (1, RMM, 9), (1, 0, 9), (1, 0x0E000000, 9), (1, 2**40, 9)])
def test_psci_refuses_what_it_cannot_start(machine, cpu, entry, error):
    assert machine.smc(PSCI_CPU_ON, cpu, entry, 0)[0] == 2**64 - error


def test_psci_powers_off(machine):
    machine.send("smc", PSCI_SYSTEM_OFF)
    assert machine.rest() == ([], 0)


def test_psci_resets(start):
    """The memory keeps what it held, the second boot is as the first."""
    machine = start(options=())
    machine.expect("^normal: ready")
    start_cpu(machine, 1, 0x11, token=0)
    since = len(machine.seen)
    machine.send("smc", PSCI_SYSTEM_RESET)
    machine.expect("^normal: ready")
    assert machine.seen[since:] == machine.seen[:4]
    start_cpu(machine, 1, 0x12, token=0)


def test_psci_has_no_state_that_loses_context(machine):
    assert machine.smc(PSCI_SUSPEND, 0x10000, ENTRY)[0] == 2**64 - 2


def test_request_reaches_the_rmm_and_comes_back(machine):
    x = [0x1122334455667700 + n for n in range(1, 8)]
    assert machine.smc(REALM_ECHO, *x) == [0, *(UNKNOWN - word for word in x)]


def test_sve_hint_goes_with_the_request(machine):
    """The RMM gets X0 as it is; this one knows no hint."""
    assert machine.smc(REALM_ECHO | 0x10000)[0] == UNKNOWN


def test_unknown_request_is_the_rmms_to_refuse(machine):
    assert machine.smc(0xC40002CF)[0] == UNKNOWN
    assert machine.smc(REQ_COMPLETE)[0] == UNKNOWN


def test_no_register_of_a_world_shows_in_the_other(machine):
    """Each world's EL2 registers, filled, stay as they are; the general ones
    beyond a call's words are compared at each call by both programs."""
    machine.smc(REALM_FILL, 0x5A5A5A5A5A5A0000)
    assert machine.ask("fill", 0x2424242424240000) == "filled"
    assert machine.smc(REALM_CHECK)[:3] == [0, 0, 0]
    assert machine.ask("check") == "changed 0"


def test_delegated_granule_faults_until_it_is_undelegated(machine):
    assert machine.ask("write", PAGE, 0x1234) == "1234"
    assert realm_smc(machine, DELEGATE, PAGE)[0] == 0
    assert machine.ask("read", PAGE) == f"fault {GPF_READ:x}"
    assert machine.ask("write", PAGE + 8, 1) == f"fault {GPF_WRITE:x}"
    assert machine.ask("read", PAGE - 8) == "0"
    assert machine.ask("read", PAGE + 0x1000) == "0"
    assert machine.smc(REALM_READ, PAGE)[:3] == [0, 0x1234, 0]
    assert realm_smc(machine, UNDELEGATE, PAGE)[0] == 0
    assert machine.ask("read", PAGE) == "1234"
    assert machine.smc(REALM_READ, PAGE)[2] == GPF_READ


@pytest.mark.parametrize("address", [
    0x0, 0x0E000000, 0x0E400000, RMM, SHARED])
def test_host_cannot_reach_the_firmware(machine, address):
    assert machine.ask("read", address) == f"fault {GPF_READ:x}"


@pytest.mark.parametrize("service, address, status", [
    (DELEGATE, PAGE + 8, BAD_ADDRESS),
    (DELEGATE, 2**40, BAD_ADDRESS),
    (DELEGATE, 2**63, BAD_ADDRESS),
    (DELEGATE, 0x4000000000, BAD_ADDRESS),
    (DELEGATE, 0x80000000, BAD_ADDRESS),
    (DELEGATE, RMM, BAD_PAS),
    (DELEGATE, 0x0E000000, BAD_PAS),
    (UNDELEGATE, PAGE, BAD_PAS),
    (UNDELEGATE, RMM, BAD_ADDRESS),
    (UNDELEGATE, PAGE + 8, BAD_ADDRESS),
])
def test_granule_services_refuse(machine, service, address, status):
    assert realm_smc(machine, service, address)[0] == status


def test_granule_is_delegated_once(machine):
    assert realm_smc(machine, DELEGATE, PAGE)[0] == 0
    assert realm_smc(machine, DELEGATE, PAGE)[0] == BAD_PAS


def test_cpu_does_not_start_in_realm_memory(machine):
    assert realm_smc(machine, DELEGATE, PAGE)[0] == 0
    assert machine.smc(PSCI_CPU_ON, 1, PAGE, 0)[0] == 2**64 - 9


def test_reserves_memory_for_the_rmm(machine):
    align_2m = 21 << 56
    status, first, *_ = realm_smc(machine, RESERVE_MEMORY, 0x1000, align_2m)
    assert (status, first) == (0, 0x40A00000)
    assert realm_smc(machine, RESERVE_MEMORY, 0x1000, align_2m)[:2] == [
        0, 0x40C00000]
    assert realm_smc(machine, RESERVE_MEMORY, 2**40, 0)[0] == NO_MEMORY
    assert realm_smc(machine, RESERVE_MEMORY, 8, 2)[0] == INVALID


def test_nothing_is_provisioned(machine):
    assert realm_smc(machine, REALM_KEY, SHARED, 0x1000, 0)[0] == UNKNOWN
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 48)[0] == UNKNOWN
    assert realm_smc(machine, EL3_FEATURES, 0)[:2] == [0, 0]
    assert realm_smc(machine, EL3_FEATURES, 1)[0] == INVALID


def test_exception_that_reaches_el3_is_reported_once(machine):
    """A Realm address beyond the table's reach."""
    machine.send("smc", REALM_READ, 2**41)
    lines, code = machine.rest()
    assert lines[0] == "monitor: PANIC: exception from Realm world on CPU 0"
    assert lines[1].startswith("monitor:   ESR 000000007a000028 (EC 1e)")
    assert len(lines) == 3
    assert code == 0
