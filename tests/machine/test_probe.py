# SPDX-License-Identifier: BSD-3-Clause
"""The probe guest by itself, as an ordinary guest of QEMU without our firmware.
So a failure that it reports elsewhere is not its own fault."""
import re
import shutil

import pytest

from conftest import Talker, build_folder

IMAGE = "tests/guest/probe.img"


class Guest(Talker):
    """QEMU as the hypervisor, with PSCI by HVC."""

    def __init__(self, image, cpus, memory, arguments):
        super().__init__([
            "qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "max",
            "-m", memory, "-smp", str(cpus), "-nographic", "-nodefaults",
            "-no-reboot", "-monitor", "none", "-serial", "stdio",
            "-kernel", str(image), "-append", arguments])


@pytest.fixture
def guest():
    """A function that starts the probe, which is stopped when the test ends."""
    image = build_folder() / IMAGE
    guests = []

    def start(arguments, cpus=1, memory="512M"):
        guests.append(Guest(image, cpus, memory, arguments))
        return guests[-1]

    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    if not image.exists():
        pytest.fail(f"{image} is not built: scripts/build.sh firmware")
    yield start
    for started in guests:
        started.stop()


def results(lines):
    """Returns the numbers of passed and failed checks in the last line, which
    must agree with the lines before it."""
    last = re.fullmatch(r"probe: (\d+) passed, (\d+) failed", lines[-1])
    assert last, lines
    passed = sum(line.startswith("probe: pass: ") for line in lines)
    failed = [line for line in lines if line.startswith("probe: FAIL: ")]
    assert (int(last[1]), int(last[2])) == (passed, len(failed))
    return passed, failed


@pytest.mark.parametrize("cpus, memory, checks", [
    (1, "512M", 23), (2, "1G", 38), (4, "3G", 68)])
def test_an_ordinary_guest_passes(guest, cpus, memory, checks):
    lines, code = guest("probe=all", cpus, memory).rest()
    assert f"an ordinary guest, {cpus} vCPUs" in lines[0]
    assert results(lines) == (checks, [])
    assert code == 0


def test_arguments_choose_the_checks(guest):
    lines, _ = guest("quiet probe=memory,psci loglevel=8").rest()
    assert lines[0].endswith("arguments: quiet probe=memory,psci loglevel=8")
    assert results(lines) == (12, [])
    assert not any("timer" in line for line in lines)


def test_it_reboots(guest):
    lines, code = guest("probe=reboot").rest()
    assert lines[-1] == "probe: reboot"
    assert code == 0


def test_it_echoes(guest):
    started = guest("probe=echo")
    started.expect("^probe: echo")
    started.process.stdin.write("some words\n")
    started.process.stdin.flush()
    assert started.next_line() == "some words"


@pytest.mark.parametrize("what", [
    "flood-psci", "flood-wfi", "flood-mmio", "flood-timer", "flood-sgi",
    "flood-touch", "spin"])
def test_it_floods_for_so_many_rounds(guest, what):
    lines, _ = guest(f"probe={what} rounds=500", cpus=2).rest()
    assert lines[-3] == f"probe: {what}"
    assert re.fullmatch(rf"probe: {what}: done in \d+ ns", lines[-2])


def test_what_needs_a_realm_is_left_out(guest):
    lines, _ = guest("probe=flood-rsi,realm challenge=00ff").rest()
    assert lines[-2] == "probe: token: not served"
    assert results(lines) == (1, [])


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_fuzz_spares_the_guest_itself(guest, seed):
    lines, _ = guest(f"probe=fuzz,memory seed={seed} steps=5000").rest()
    assert results(lines) == (7, [])
