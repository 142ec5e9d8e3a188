# SPDX-License-Identifier: BSD-3-Clause
"""Kernels of Debian boot to userspace as Realms, each with few and many vCPUs
and little and much RAM. For `make soak`; README lists the kernels that boot."""
import subprocess

import pytest

from conftest import ROOT, build_folder
from guests import Followed, expect_up, linux
from test_host import a_command, a_debug_host

# Folders in .cache, and the package that is fetched into each.
KERNELS = {
    "guest": "linux-image-cloud-arm64",
    "kernel-generic": "linux-image-arm64",
    "kernel-16k": "linux-image-arm64-16k",
    "kernel-6.16": "linux-image-6.16.12+deb13-cloud-arm64",
}
LARGEST = 3072  # the first RAM bank, in MiB


@pytest.fixture(scope="module", params=KERNELS)
def kernel(request):
    """Returns the name of a folder with the kernel and its initrd."""
    name = request.param
    for command in (["scripts/guest.sh", name, KERNELS[name]],
                    ["scripts/initrd.py", name]):
        subprocess.run(command, cwd=ROOT, check=True)
    return name


@pytest.fixture(name="roomy_host")
def a_roomy_host(command, monkeypatch):
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    command.good("host", "start", "--debug-console", "--memory", "5G",
                 "--cpus", "2")
    return command


def boots(host, config, vcpus, memory):
    before = host.counters()
    with Followed(host, "-F", "-c", config) as guest:
        expect_up(guest, vcpus, memory)
        assert "has powered off: the guest powered off" in guest.finish()
    assert host.counters() == before


@pytest.mark.parametrize("memory", [256, 1024, LARGEST])
@pytest.mark.parametrize("vcpus", [1, 2, 4])
def test_a_kernel_boots_in_a_realm(roomy_host, kernel, vcpus, memory):
    boots(roomy_host, linux(roomy_host, "deb", "", kernel, vcpus=vcpus,
                            memory=memory), vcpus, memory)


def fits(host, memory):
    done = host.run("create", "-pq", host.config("room", memory=memory))
    if done.returncode == 0:
        host.good("destroy", "room")
    else:
        assert "the host refused: it needs" in done.stderr
    return done.returncode == 0


def test_a_realm_takes_all_the_room_there_is(debug_host):
    """The guest touches all memory that Linux lets a program have."""
    low, high = 256, 1024
    assert fits(debug_host, low) and not fits(debug_host, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(debug_host, middle) else (low, middle)
    boots(debug_host, linux(debug_host, "deb", "touch", memory=low), 2, low)
