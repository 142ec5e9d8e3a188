# SPDX-License-Identifier: BSD-3-Clause
"""The image that tests the host from inside, run on emulated hardware.

REEVE_FIRMWARE names the folder of the images for flash.
"""
import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGES = pathlib.Path(os.environ.get(
    "REEVE_FIRMWARE", ROOT / "build-fw-gcc" / "firmware" / "image"))
SECONDS_MAX = 120

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


def boot(image, cpus=2, memory="2G"):
    """What the machine says on its console until it turns itself off."""
    done = subprocess.run(
        ["qemu-system-aarch64",
         "-M", "virt,secure=on,virtualization=on,gic-version=3",
         "-cpu", "max,x-rme=on", "-smp", str(cpus), "-m", memory,
         "-nodefaults", "-display", "none", "-no-reboot",
         "-serial", "stdio", "-bios", str(IMAGES / image)],
        stdin=subprocess.DEVNULL, capture_output=True, text=True,
        timeout=SECONDS_MAX, check=True)
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
    """2 GiB without the firmware's and the hypervisor's first 42 MiB."""
    assert "2006 MiB of memory from 42a00000" in lines
    assert "RMI 2.0, 2006 MiB for Realms" in lines


@pytest.mark.parametrize("cpus, memory", [(1, "1G"), (4, "4G")])
def test_other_machines(cpus, memory):
    lines = lines_of(boot("selftest.bin", cpus, memory))
    assert f"{cpus} of {cpus} cores run" in lines
    assert lines[-1] == f"self-test: {len(STEPS)} passed, 0 failed"
