# SPDX-License-Identifier: BSD-3-Clause
"""The monitor on the emulated machine, with test programs above it."""
import random
import re
import struct
import subprocess

import pytest

from conftest import build_folder

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
AVAILABILITY = 0xC0000003
FIRME_VERSION, FIRME_FEATURES, GPI_SET = 0xC4000400, 0xC4000401, 0xC4000402
GPI_NS, GPI_REALM = 0x9, 0xB
REALM_ECHO, REALM_FILL, REALM_CHECK = 0xC4000150, 0xC4000153, 0xC4000157
REALM_SMC, REALM_READ, REALM_WRITE = 0xC4000158, 0xC4000159, 0xC400015A
REALM_LIST = 0xC400015B
DMA_WINDOW, DMA_FAULTS = 0xC2000100, 0xC2000101

UNKNOWN = 2**64 - 1
BAD_ADDRESS, BAD_PAS, NO_MEMORY, INVALID = (2**64 - n for n in (2, 3, 4, 5))

ENTRY = 0x42200000  # of the program at NS-EL2
RMM = 0x40200000
SHARED = 0x421FF000
PAGE = 0x50000000  # Non-secure memory that nothing else uses
WINDOW = 0x70000000  # the last quarter of 1 GiB, for devices
WINDOW_SIZE = 0x10000000
SMMU, SMMU_TABLES, ECAM = 0x09050000, 0x401F0000, 0x4010000000
GPF_READ, GPF_WRITE = 0x96000028, 0x96000068

HEADER = 0x80000


# Errors of FIRME.
FIRME_INVALID, FIRME_INCOMPLETE, FIRME_DENIED = (2**64 - n for n in (2, 4, 5))


def realm_smc(machine, *x):
    """Returns X0-X3 after an SMC of R-EL2."""
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


# An identifier that belongs to no service, Secure services, RSI, RMM-EL3
# services from the wrong world, services of FIRME that are not there.
@pytest.mark.parametrize("fid", [
    0, 0xC2000000, 0xC4000190, 0xC40001AF, DELEGATE, UNDELEGATE,
    BOOT_COMPLETE, 0xC40001D0 + 0x100, 0xC4000403, 0xC4000412, 0xC4000413])
def test_unknown_smc_of_the_host_changes_x0_only(machine, fid):
    x = [fid, 1, 2, 3, 4, 5, 6, 7]
    assert machine.smc(*x) == [UNKNOWN, *x[1:]]


@pytest.mark.parametrize("fid", [
    0, PSCI_VERSION, PSCI_SYSTEM_OFF, REALM_ECHO, 0xC40001D0, 0xC4000403,
    BOOT_COMPLETE])
def test_unknown_smc_of_the_rmm_changes_x0_only(machine, fid):
    assert realm_smc(machine, fid, 1, 2, 3) == [UNKNOWN, 1, 2, 3]


@pytest.mark.parametrize("fid", [
    0, PSCI_VERSION, PSCI_SYSTEM_OFF, 0x80000000, REALM_ECHO & 0xFFFFFFFF])
def test_smc_of_aarch32_changes_r0_only(machine, fid):
    """A guest in AArch32 whose hypervisor lets its SMCs through."""
    r = [int(word, 16) for word in machine.ask("a32", fid, *range(1, 8)).split()]
    assert r == [UNKNOWN & 0xFFFFFFFF, *range(1, 8)]
    assert machine.smc(PSCI_VERSION)[0] == 0x10001


def test_smccc_version(machine):
    assert machine.smc(0x80000000)[0] == 0x10005
    assert machine.smc(0x80000001, 0x80000000)[0] == 0
    assert machine.smc(0x80000001, 0x80008000)[0] == UNKNOWN
    assert machine.smc(0x80000001, AVAILABILITY)[0] == 0


@pytest.mark.parametrize("register, mask", [
    # APK, EnSCXT, FGTEn, ECVEn, HXEn, EnTP2; RNDR and error records.
    (0x1E1100, 0x3401A018000), (0x1E1140, 0x1500),
    (0x1E1320, 0x18080040)])
def test_smccc_tells_what_the_worlds_may_use(machine, register, mask):
    for smc in machine.smc, lambda *x: realm_smc(machine, *x):
        assert smc(AVAILABILITY, register)[:2] == [0, mask]
        assert smc(AVAILABILITY, 0x1EA500)[:2] == [2**64 - 3, 0x1EA500]


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
    """Memory keeps its content, and the second boot is like the first."""
    machine = start(options=())
    machine.expect("^normal: ready")
    start_cpu(machine, 1, 0x11, token=0)
    since = len(machine.seen)
    machine.send("smc", PSCI_SYSTEM_RESET)
    machine.expect("^normal: ready")
    assert machine.seen[since:] == machine.seen[:4]
    start_cpu(machine, 1, 0x12, token=0)


def test_a_reset_leaves_nothing_of_the_realm_world(start):
    """Delegated granules, and memory of the RMM that no image is loaded over:
    zero after the reset. Non-secure memory keeps what it has, as it would on
    hardware."""
    pool = RMM + 0x1000000
    machine = start(options=())
    machine.expect("^normal: ready")
    for address in PAGE, PAGE + 0x5000:
        assert machine.ask("write", address, 0x5EC2E7) == "5ec2e7"
        assert realm_smc(machine, DELEGATE, address)[0] == 0
    assert machine.smc(REALM_WRITE, pool, 0x5EC2E7)[2] == 0
    assert machine.ask("write", PAGE + 0x1000, 0x17) == "17"
    machine.send("smc", PSCI_SYSTEM_RESET)
    machine.expect("^normal: ready")
    assert [machine.ask("read", address) for address in (
        PAGE, PAGE + 0x5000, PAGE + 0x1000)] == ["0", "0", "17"]
    assert machine.smc(REALM_READ, pool)[:3] == [0, 0, 0]


def test_psci_suspends_until_an_interrupt(machine):
    """The interrupt is still pending afterwards, for the caller to take."""
    for _ in range(2):
        assert machine.ask("suspend") == "0 1a slept"


def test_psci_has_no_state_that_loses_context(machine):
    assert machine.smc(PSCI_SUSPEND, 0x10000, ENTRY)[0] == 2**64 - 2


def test_request_reaches_the_rmm_and_comes_back(machine):
    x = [0x1122334455667700 + n for n in range(1, 8)]
    assert machine.smc(REALM_ECHO, *x) == [0, *(UNKNOWN - word for word in x)]


def test_sve_hint_goes_with_the_request(machine):
    """The RMM gets X0 unchanged, and this stand-in does not know the hint."""
    assert machine.smc(REALM_ECHO | 0x10000)[0] == UNKNOWN


def test_unknown_request_is_the_rmms_to_refuse(machine):
    assert machine.smc(0xC40002CF)[0] == UNKNOWN
    assert machine.smc(REQ_COMPLETE)[0] == UNKNOWN


def test_no_register_of_a_world_shows_in_the_other(machine):
    """The EL2 registers of both worlds are filled and must not change. Both
    programs compare, at each call, the general registers that are not words of
    the call."""
    machine.smc(REALM_FILL, 0x5A5A5A5A5A5A0000)
    assert machine.ask("fill", 0x2424242424240000) == "filled"
    assert machine.smc(REALM_CHECK)[:3] == [0, 0, 0]
    assert machine.ask("check") == "changed 0"


def test_interrupt_interface_is_shared(machine):
    """The hypervisor loads it for a REC, and reads it after the exit."""
    lr, vmcr = 0x50A0000000000042, 0xF8000003
    seen = machine.ask("list", lr, vmcr)
    assert int(seen.split()[0], 16) == lr
    status, *words = machine.smc(REALM_LIST)[:3]
    assert (status, words) == (0, [int(word, 16) for word in seen.split()])


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


@pytest.mark.parametrize("cpu", [0, 1, 3])
def test_no_redistributor_can_be_told_of_memory(machine, cpu):
    """GICR_PROPBASER and PENDBASER, tables that QEMU reads and writes."""
    frame = 0x080A0000 + cpu * 0x20000
    for register in 0x0, 0x70, 0x78:
        assert machine.ask("read", frame + register) == f"fault {GPF_READ:x}"
        assert machine.ask("write", frame + register,
                           1) == f"fault {GPF_WRITE:x}"
    # The frame of SGIs and PPIs is the hypervisor's.
    assert machine.ask("read", frame + 0x10100) == "0"


# The place of the flags in flash (abi/firmware.h).
FLASH_FLAGS = 0x80000 + 24 + 4 * 16 + 8


def test_a_foreign_hypervisor_has_its_redistributors(start, image, tmp_path):
    """Xen and Linux look at GICR_TYPER, and wake their redistributor."""
    flash = bytearray(image.read_bytes())
    assert flash[FLASH_FLAGS] == 0
    flash[FLASH_FLAGS] = 1
    (tmp_path / "flash.bin").write_bytes(flash)
    machine = start(tmp_path / "flash.bin")
    machine.expect("^normal: ready")
    frames = [0x080A0000 + cpu * 0x20000 for cpu in range(4)]
    found = [int(machine.ask("read", frame + 0x8), 16) for frame in frames]
    assert [affinity >> 32 for affinity in found] == [0, 1, 2, 3]


# Flash, the monitor, its tables, the RMM and its shared page; the ITS, fw_cfg
# and virtio devices beside PCIe, which would write to any of these on request;
# both pages of the SMMU, and its tables.
@pytest.mark.parametrize("address", [
    0x0, 0x0E000000, 0x0E400000, RMM, SHARED, 0x08080000, 0x08090000,
    0x09020000, 0x0A000000, 0x0A003E00, 0x0C000000, SMMU, SMMU + 0x10000,
    SMMU_TABLES, RMM - 0x1000])
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
    (DELEGATE, SMMU_TABLES, BAD_PAS),
    (DELEGATE, WINDOW, BAD_PAS),
    (DELEGATE, WINDOW + WINDOW_SIZE - 0x1000, BAD_PAS),
    (UNDELEGATE, PAGE, BAD_PAS),
    (UNDELEGATE, RMM, BAD_ADDRESS),
    (UNDELEGATE, PAGE + 8, BAD_ADDRESS),
])
def test_granule_services_refuse(machine, service, address, status):
    assert realm_smc(machine, service, address)[0] == status


def test_granule_is_delegated_once(machine):
    assert realm_smc(machine, DELEGATE, PAGE)[0] == 0
    assert realm_smc(machine, DELEGATE, PAGE)[0] == BAD_PAS


def test_firme_tells_what_it_serves(machine):
    for smc in machine.smc, lambda *x: realm_smc(machine, *x):
        assert smc(FIRME_VERSION, 0)[0] == 0x10000
        assert smc(FIRME_VERSION, 1)[0] == 0x10000
        assert smc(FIRME_VERSION, 2)[0] == UNKNOWN
        assert smc(FIRME_FEATURES, 0, 1)[:2] == [0, 0x10000]
        assert smc(FIRME_FEATURES, 1, 0)[:2] == [0, 1]
        assert smc(FIRME_FEATURES, 1, 1)[:2] == [0, 2 << 6]
        assert smc(FIRME_FEATURES, 1, 9)[:2] == [FIRME_INVALID, 1]


def states(machine, first, count):
    """Returns N or R for each granule: whether NS-EL2 can read it."""
    return "".join(
        "N" if machine.ask("read", first + n * 0x1000) == "0" else "R"
        for n in range(count))


def test_firme_moves_granules_in_a_row(machine):
    """A word of the table holds sixteen granules. The range begins within one
    word and ends in a third."""
    first = PAGE + 0xD000
    assert realm_smc(machine, GPI_SET, first, 20, GPI_REALM)[:2] == [0, 20]
    assert states(machine, first - 0x1000, 22) == "N" + 20 * "R" + "N"
    assert realm_smc(machine, GPI_SET, first + 0x1000, 18, GPI_NS)[:2] == [
        0, 18]
    assert states(machine, first - 0x1000, 22) == "NR" + 18 * "N" + "RN"


def test_firme_stops_at_the_first_that_cannot_be(machine):
    assert realm_smc(machine, DELEGATE, PAGE + 0x3000)[0] == 0
    assert realm_smc(machine, GPI_SET, PAGE, 8, GPI_REALM)[:2] == [
        FIRME_INCOMPLETE, 3]
    assert states(machine, PAGE, 6) == "RRRRNN"
    assert realm_smc(machine, GPI_SET, PAGE, 8, GPI_NS)[:2] == [
        FIRME_INCOMPLETE, 4]
    assert states(machine, PAGE, 6) == "NNNNNN"
    assert realm_smc(machine, GPI_SET, WINDOW - 0x1000, 2, GPI_REALM)[:2] == [
        FIRME_INCOMPLETE, 1]
    assert realm_smc(machine, GPI_SET, RMM - 0x11000, 2, GPI_REALM)[:2] == [
        FIRME_INCOMPLETE, 1]
    # The device tree ends where the tables of the SMMU begin.
    assert realm_smc(machine, GPI_SET, RMM - 0x11000, 2, GPI_NS)[:2] == [
        FIRME_INCOMPLETE, 1]


def test_the_window_of_devices_is_told(machine):
    assert machine.smc(DMA_WINDOW, 7)[:4] == [0, WINDOW, WINDOW_SIZE, 0]
    assert machine.smc(DMA_FAULTS)[:5] == [0, 0, 0, 0, 0]
    assert realm_smc(machine, DMA_WINDOW, 1)[:2] == [UNKNOWN, 1]
    assert realm_smc(machine, DMA_FAULTS, 1)[:2] == [UNKNOWN, 1]


def test_pcie_is_open_behind_the_smmu(machine):
    assert machine.ask("read", ECAM) == "81b36"  # the host bridge
    assert machine.ask("read", WINDOW) == "0"


def test_without_an_smmu_there_is_no_pcie(start):
    machine = start(smmu=False)
    machine.expect("^normal: ready")
    assert machine.smc(DMA_WINDOW)[:3] == [0, 0, 0]
    assert machine.smc(DMA_FAULTS)[:2] == [0, 0]
    for address in ECAM, 0x10000000, SMMU:
        assert machine.ask("read", address) == f"fault {GPF_READ:x}"
    assert realm_smc(machine, DELEGATE, WINDOW)[0] == 0


def test_an_smmu_without_stage_2_is_refused(start):
    """The board of QEMU 9.0 has a stage 1, unless it is told otherwise."""
    machine = start(board="virt-9.0")
    lines, _ = machine.rest()
    assert lines == ["monitor: PANIC: the SMMU has no stage 2"]
    machine = start(board="virt-9.0", options=(
        "-no-reboot", "-global", "arm-smmuv3.stage=2"))
    machine.expect("^normal: ready")


@pytest.mark.parametrize("size, window", [
    (0x200000, 0x7FE00000), (0x3D600000, 0x42A00000), (0x3D800000, None),
    (0x300000, None)])
def test_the_window_has_the_size_that_the_firmware_says(start, image, tmp_path,
                                                        size, window):
    other = bytearray(image.read_bytes())
    struct.pack_into("<Q", other, HEADER + 24 + 16 * 4, size)
    path = tmp_path / "other.bin"
    path.write_bytes(other)
    machine = start(path)
    if window is None:
        machine.expect("PANIC: the memory for devices does not fit")
        return
    machine.expect("^normal: ready")
    assert machine.smc(DMA_WINDOW)[:3] == [0, window, size]


def test_firme_moves_so_many_at_most(machine):
    assert realm_smc(machine, GPI_SET, PAGE, 513, GPI_REALM)[:2] == [
        FIRME_INCOMPLETE, 512]
    assert states(machine, PAGE + 0x1FF000, 2) == "RN"


@pytest.mark.parametrize("x, status", [
    ((PAGE + 8, 1, GPI_REALM), FIRME_INVALID),
    ((2**40, 1, GPI_REALM), FIRME_INVALID),
    ((2**63, 1, GPI_REALM), FIRME_INVALID),
    ((0x80000000, 1, GPI_REALM), FIRME_INVALID),
    ((WINDOW, 1, GPI_REALM), FIRME_DENIED),
    ((WINDOW + 0x1000, 512, GPI_REALM), FIRME_DENIED),
    ((PAGE, 0, GPI_REALM), FIRME_INVALID),
    ((PAGE, 1, 0x1B), FIRME_INVALID),
    ((PAGE, 1, 0xA), FIRME_DENIED),
    ((PAGE, 1, GPI_NS), FIRME_DENIED),
    ((RMM, 1, GPI_NS), FIRME_INVALID),
    ((RMM, 1, GPI_REALM), FIRME_DENIED),
    ((0x0E000000, 1, GPI_REALM), FIRME_DENIED),
])
def test_firme_refuses_and_moves_nothing(machine, x, status):
    assert realm_smc(machine, GPI_SET, *x)[:2] == [status, 0]
    assert machine.ask("read", PAGE) == "0"


def test_firme_moves_nothing_for_the_host(machine):
    assert machine.smc(GPI_SET, PAGE, 1, GPI_REALM)[:2] == [FIRME_DENIED, 0]
    assert machine.ask("read", PAGE) == "0"


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


# Blocks of identifiers, and the identifiers that would stop or change the
# programs under test.
BLOCKS = (0x80000000, 0xC0000000, 0x84000000, 0xC4000000, 0xC4000150,
          0xC4000190, 0xC40001B0, 0xC40001D0, 0xC4000400, 0xC2000000,
          0xC20000F0)
NOT_TRIED = {0x84000001, 0xC4000001, 0x84000002, 0x84000003, 0xC4000003,
             0x84000008, 0x84000009, REALM_FILL, REALM_SMC, REALM_READ,
             REALM_WRITE}


@pytest.mark.parametrize("seed", [1, 2])
def test_whatever_is_called_it_goes_on(machine, seed):
    """NS-EL2 and R-EL2 make calls, with good and bad arguments."""
    random_ = random.Random(seed)
    values = (0, 1, 2, 0x20, PAGE, PAGE + 8, RMM, SHARED, 0x0E000000, 2**40,
              2**63, 2**64 - 1, GPI_REALM)
    for _ in range(150):
        fid = random_.choice(BLOCKS) + random_.randrange(0x24)
        x = [fid, *(random_.choice(values) for _ in range(4))]
        if fid in NOT_TRIED:
            continue
        if random_.random() < 0.5:
            machine.smc(*x)
        elif fid != REQ_COMPLETE:
            realm_smc(machine, *x)
    assert machine.smc(PSCI_VERSION)[0] == 0x10001
    assert machine.smc(REALM_ECHO, 1)[:2] == [0, UNKNOWN - 1]


def test_nothing_is_provisioned(machine):
    assert realm_smc(machine, REALM_KEY, SHARED, 0x1000, 0)[0] == UNKNOWN
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 32)[0] == UNKNOWN
    assert realm_smc(machine, EL3_FEATURES, 0)[:2] == [0, 0]
    assert realm_smc(machine, EL3_FEATURES, 1)[0] == INVALID


# The layout of abi/provision.h, and where the image keeps it.
KEY, CHALLENGE = bytes(range(1, 49)), bytes(range(0x80, 0xA0))
TOKEN = bytes(n * 7 & 0xFF for n in range(1000))
PROVISION = "<8sIIII48s32s"
PART_ENTRY = HEADER + 24 + 16 * 3


def provisioned(image, path, **changes):
    """Makes a copy of a flash image with a provisioned part."""
    fields = {"magic": b"RVEPROV1", "version": 1, "token_size": len(TOKEN),
              "token_offset": 200, "key_size": 48, "key": KEY,
              "challenge": CHALLENGE} | changes
    flash = bytearray(image.read_bytes())
    offset, size = struct.unpack_from("<QQ", flash, PART_ENTRY)
    assert size == 0x2000 and offset + size == len(flash)
    struct.pack_into(PROVISION, flash, offset, *fields.values())
    flash[offset + 200:offset + 200 + len(TOKEN)] = TOKEN
    path.write_bytes(flash)
    return path


@pytest.fixture
def provisioned_machine(start, image, tmp_path):
    booted = start(provisioned(image, tmp_path / "flash.bin"))
    booted.expect("^normal: ready")
    return booted


def shared_write(machine, offset, data):
    """The RMM asks for both, in the page that it shares with EL3."""
    for n in range(0, len(data), 8):
        word = int.from_bytes(data[n:n + 8], "little")
        assert machine.smc(REALM_WRITE, SHARED + offset + n, word)[0] == 0


def shared_read(machine, offset, size):
    data = b""
    for n in range(0, size, 8):
        status, word, fault, *_ = machine.smc(REALM_READ, SHARED + offset + n)
        assert (status, fault) == (0, 0)
        data += word.to_bytes(8, "little")
    return data[:size]


def test_realm_key_is_given_to_the_rmm(provisioned_machine):
    machine = provisioned_machine
    assert realm_smc(machine, REALM_KEY, SHARED + 0x800, 0x800, 0)[:2] == [
        0, 48]
    assert shared_read(machine, 0x800, 48) == KEY
    for x, status in [((SHARED + 0x1000, 48, 0), BAD_ADDRESS),
                      ((SHARED - 8, 48, 0), BAD_ADDRESS),
                      ((SHARED + 8, 0x1000, 0), INVALID),
                      ((SHARED, 47, 0), INVALID),
                      ((SHARED, 0x1000, 1), INVALID)]:
        assert realm_smc(machine, REALM_KEY, *x)[0] == status
    assert machine.smc(REALM_KEY, SHARED, 0x1000, 0)[0] == UNKNOWN


def test_platform_token_is_given_in_parts(provisioned_machine):
    machine = provisioned_machine
    shared_write(machine, 0, CHALLENGE)
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 600, 32)[:3] == [
        0, 600, 400]
    assert shared_read(machine, 0, 600) == TOKEN[:600]
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 0)[:3] == [
        0, 400, 0]
    assert shared_read(machine, 0, 400) == TOKEN[600:]
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 0)[0] == INVALID


def test_platform_token_is_for_one_challenge(provisioned_machine):
    machine = provisioned_machine
    shared_write(machine, 0, CHALLENGE[:31] + b"x")
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 32)[0] == INVALID
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 0)[0] == INVALID
    shared_write(machine, 0, CHALLENGE)
    assert realm_smc(machine, PLAT_TOKEN, SHARED, 0x1000, 48)[0] == INVALID


@pytest.mark.parametrize("changes, reason", [
    ({"magic": b"RVEPROV2"}, "no provisioned part"),
    ({"version": 2}, "a provisioned part of another version"),
    ({"key_size": 32}, "a provisioned key of another size"),
    ({"token_size": 4097}, "a platform token that is too large"),
    ({"token_offset": 0x1FFF}, "a platform token outside its part"),
])
def test_refuses_a_broken_provisioned_part(start, image, tmp_path, changes,
                                           reason):
    flash = provisioned(image, tmp_path / "flash.bin", **changes)
    lines, _ = start(flash).rest()
    assert lines == [f"monitor: PANIC: {reason}"]


def test_exception_of_el3_is_reported_with_its_registers(start, image,
                                                        tmp_path):
    """The monitor's PSCI code begins with an undefined instruction."""
    symbols = subprocess.run(
        ["aarch64-linux-gnu-nm", build_folder() / "monitor/monitor"],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    address = int(re.search("^([0-9a-f]+) T psci_calls_serve$", symbols,
                            re.MULTILINE)[1], 16)
    broken = bytearray(image.read_bytes())
    struct.pack_into("<I", broken, address - 0x0E000000, 0)
    path = tmp_path / "broken.bin"
    path.write_bytes(broken)
    machine = start(path)
    machine.expect("^normal: ready")
    machine.send("smc", PSCI_VERSION, 0x1234)
    lines, code = machine.rest()
    assert lines[0] == "monitor: PANIC: exception from EL3 on CPU 0"
    assert re.fullmatch(r"monitor:   ESR 0000000002000000 \(EC 00\) "
                        rf"ELR {address:016x} SPSR [0-9a-f]{{8}}", lines[1])
    assert lines[3].startswith("monitor:   x00 ")
    assert re.fullmatch("monitor:   x30 [0-9a-f]{16}  sp  [0-9a-f]{16}",
                        lines[-1])
    assert len(lines) == 19
    assert code == 0


def test_exception_that_reaches_el3_is_reported_once(machine):
    """R-EL2 reads an address beyond the reach of the table."""
    machine.send("smc", REALM_READ, 2**41)
    lines, code = machine.rest()
    assert lines[0] == "monitor: PANIC: exception from Realm world on CPU 0"
    assert lines[1].startswith("monitor:   ESR 000000007a000028 (EC 1e)")
    assert len(lines) == 3
    assert code == 0
