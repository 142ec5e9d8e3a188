# SPDX-License-Identifier: BSD-3-Clause
"""The hypervisor, and the images that test it from inside, run on emulated
hardware."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PATIENCE = 120

STEPS = [
    "writing the hypervisor's code faults",
    "build a Realm",
    "activate it",
    "destroy it",
    "its descriptor reads as zero",
    "every granule is back",
    "delegate a granule",
    "reading it faults",
    "nothing was read",
    "writing it faults",
    "undelegate it",
    "it reads as zero",
    "every page is free",
]


def flash(image):
    folder = os.environ.get("FIRMWARE", ROOT / "build-firmware")
    path = pathlib.Path(folder) / "firmware/image" / image
    if not path.exists():
        pytest.fail(f"{path} is not built: scripts/build.sh firmware")
    return str(path)


def qemu(image, cpus=2, memory="2G"):
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    return ["qemu-system-aarch64",
            "-M", "virt,secure=on,virtualization=on,gic-version=3,its=off,"
            "iommu=smmuv3",
            "-cpu", "max,x-rme=on", "-smp", str(cpus), "-m", memory,
            "-nodefaults", "-display", "none", "-no-reboot",
            "-serial", "stdio", "-bios", flash(image)]


def boot(*machine):
    """Returns the console's output until the machine turns itself off."""
    done = subprocess.run(
        qemu(*machine), stdin=subprocess.DEVNULL, capture_output=True,
        text=True, timeout=PATIENCE, check=True)
    return done.stdout


def lines_of(console, program="hypervisor"):
    return re.findall(rf"^{program}: (.*?)\r?$", console, re.M)


@pytest.fixture(scope="module")
def lines():
    return lines_of(boot("selftest.bin"))


def test_each_step_passes_in_its_order(lines):
    verdicts = [line for line in lines if re.match("pass|FAIL", line)]
    assert verdicts == [f"pass: {step}" for step in STEPS]
    assert lines[-1] == f"self-test: {len(STEPS)} passed, 0 failed"


def test_the_attack_takes_granule_protection_faults(lines):
    faults = [line.split()[-1] for line in lines if "fault esr" in line]
    assert faults[1:] == ["96000028", "96000068"]


def test_the_hypervisor_cannot_write_its_code(lines):
    assert next(line for line in lines if "fault esr" in line).endswith(
        "9600004f")


def test_both_cores_run(lines):
    assert "2 of 2 cores run" in lines


def test_the_rmm_takes_all_memory_of_the_hypervisor(lines):
    """All of 2 GiB, less the first 42 MiB of firmware and hypervisor."""
    assert "1494 MiB of memory from 42a00000, 512 MiB more for devices" in lines
    assert "RMI 2.0, 1494 MiB for Realms" in lines


@pytest.mark.parametrize("cpus, memory", [(1, "1G"), (4, "4G")])
def test_other_machines(cpus, memory):
    lines = lines_of(boot("selftest.bin", cpus, memory))
    assert f"{cpus} of {cpus} cores run" in lines
    assert lines[-1] == f"self-test: {len(STEPS)} passed, 0 failed"


THREAD_STEPS = [
    "a wake before the wait is not lost",
    "two threads wake each other",
    "all sleepers wake, none too early",
    "a thread that never sleeps lets others run",
    "every thread gave its memory back",
]

GUEST_STEPS = [
    "a session",
    "a timer wakes a guest",
    "two vCPUs interrupt each other",
    "an address where nothing is",
    "an instruction that is hidden",
    "a guest calls its host",
    "a guest debugs",
    "and leaves nothing of it on a core",
    "a Realm calls its host and ends",
    "and takes its timers along from a core",
    "a guest runs wild, alone",
    "guests keep their registers",
    "guests share the cores",
    "every page is back",
]


@pytest.mark.parametrize("image, steps", [("schedtest.bin", THREAD_STEPS),
                                          ("guesttest.bin", GUEST_STEPS)])
@pytest.mark.parametrize("cpus", [1, 2])
def test_threads_and_guests(image, steps, cpus):
    lines = lines_of(boot(image, cpus))
    verdicts = [line for line in lines if re.match("pass|FAIL", line)]
    assert verdicts == [f"pass: {step}" for step in steps]
    assert lines[-1] == f"self-test: {len(steps)} passed, 0 failed"


def test_a_used_up_stack_is_reported():
    """The fault is a write to an unmapped address, to which SP points."""
    lines = lines_of(boot("overflowtest.bin"))
    start = lines.index("the stack is used up")
    text = "\n".join(lines[start:])
    assert "unexpected synchronous exception at EL2" in text
    assert re.search(r"esr 000000009600004[67]", text)
    far = int(re.search(r"far ([0-9a-f]{16})", text)[1], 16)
    sp = int(re.search(r"sp ([0-9a-f]{16})", text)[1], 16)
    assert far % 0x8000 < 0x4000 and 0 <= far - sp < 0x1000
    assert not any("the stack ended" in line for line in lines)


def test_the_hypervisor_gets_ready_and_stays():
    command = ["timeout", "--foreground", str(PATIENCE),
               *qemu("firmware.bin")]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, text=True,
                          stdout=subprocess.PIPE) as machine:
        lines = []
        for line in machine.stdout:
            lines.append(line.strip())
            if line.startswith("hypervisor: ready"):
                break
        assert machine.poll() is None, lines
        machine.terminate()
    assert re.fullmatch(r"hypervisor: ready, \d+ of \d+ pages in use", lines[-1])
    assert not any("FAIL" in line or "exception" in line for line in lines)
