# SPDX-License-Identifier: BSD-3-Clause
"""A kernel with pages of 16 KiB drives all kinds of devices, a shared folder
among them: the cloud kernel has no driver for that. For `make soak`."""
import os
import subprocess

import pytest

import qcow2
from conftest import ROOT, build_folder
from device_guest import DeviceGuest, state
from test_guest_devices import (KINDS, MIB, channels, disks, ECHO, entropy,
                                free_port, md5, network)
from test_host import a_command

KERNEL = "kernel-16k"


@pytest.fixture(name="sharing_host")
def a_host_that_shares(command, monkeypatch):
    for made_by in (["scripts/guest.sh", KERNEL, "linux-image-arm64-16k"],
                    ["scripts/initrd.py", KERNEL]):
        subprocess.run(made_by, cwd=ROOT, check=True)
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    (command.folder / "shared").mkdir()
    command.good("host", "start", "--debug-console", "--memory", "1536M",
                 "--dma-memory", "640M", "--cpus", "2", "--share",
                 command.folder / "shared")
    return command


def shared(guest, folder):
    """Each side reads what the other has written; a link leads nowhere."""
    data = os.urandom(3 * MIB)
    (folder / "given").write_bytes(data)
    (folder / "out").symlink_to("/etc/hostname")
    guest.do("mkdir /mnt; mount -t 9p -o trans=virtio,version=9p2000.L "
             "work /mnt")
    assert guest.do("md5sum </mnt/given") == f"{md5(data)}  -"
    guest.do("dd if=/dev/vdc of=/mnt/made bs=64k count=40 conv=fsync")
    given = (folder.parent / "given").read_bytes()
    assert (folder / "made").read_bytes() == given[:40 << 16]
    guest.fails("cat /mnt/out")
    guest.do("rm /mnt/given /mnt/out; umount /mnt")
    assert sorted(os.listdir(folder)) == ["made"]


@KINDS
def test_a_kernel_of_16_kib_pages_uses_its_devices(sharing_host, realm):
    before = state(sharing_host)
    folder, port = sharing_host.folder, free_port()
    raw, packed, given = (folder / name for name in ("raw", "packed", "given"))
    raw.write_bytes(bytes(16 * MIB))
    qcow2.make(packed, 16 * MIB)
    given.write_bytes(os.urandom(8 * MIB))
    with DeviceGuest(
            sharing_host, "large", realm, KERNEL, memory=512, rng=1,
            disk=f'["{raw},raw,xvda", "{packed},qcow2,xvdb", '
                 f'"{given},raw,xvdc,ro"]',
            vif=f'["forward=tcp:127.0.0.1:{port}:{ECHO}"]',
            p9=f'["tag=work,path={folder}/shared"]',
            channels=[f"name=data,connection=socket,path={folder}/data.sock"],
    ) as guest:
        guest.ready()
        assert guest.do("grep -m 1 KernelPageSize /proc/self/smaps"
                        ).split()[1] == "16"
        disks(guest, given, raw, packed)
        network(guest, port)
        channels(guest, given)
        entropy(guest)
        shared(guest, folder / "shared")
        sharing_host.good("destroy", "large")
    assert state(sharing_host) == before
