# SPDX-License-Identifier: BSD-3-Clause
"""The cost of a request of the hypervisor in monitor and RMM, in instructions.
The counts are exact; `make bench` has the times."""
import shutil
import subprocess

import pytest

from conftest import build_folder

IMAGE = "firmware/image/bench.bin"
PATIENCE = 120


@pytest.fixture(scope="module")
def count():
    image = build_folder() / IMAGE
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    if not image.exists():
        pytest.fail(f"{image} is not built: scripts/build.sh firmware")
    done = subprocess.run(
        ["qemu-system-aarch64",
         "-M", "virt,secure=on,virtualization=on,gic-version=3,its=off,"
         "iommu=smmuv3",
         "-cpu", "max,x-rme=on", "-m", "1G", "-smp", "1", "-display", "none",
         "-nodefaults", "-no-reboot", "-monitor", "none", "-serial", "stdio",
         "-icount", "shift=0,sleep=off", "-bios", str(image)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
        stderr=subprocess.DEVNULL, timeout=PATIENCE, check=True)
    lines = [line.split() for line in done.stdout.splitlines()]
    return {words[1]: int(words[2]) for words in lines
            if words[0] == "bench:"}


@pytest.mark.parametrize("call, limit", [
    ("version", 600), ("delegate_one", 1500), ("delegate_range", 400)])
def test_request_stays_within_its_count(count, call, limit):
    assert 0 < count[call] < limit


def test_the_time_of_a_product_does_not_depend_on_the_scalar(count):
    assert 0 < count["product_few"] == count["product_many"]
