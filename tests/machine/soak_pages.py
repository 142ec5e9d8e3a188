# SPDX-License-Identifier: BSD-3-Clause
"""A kernel with pages of 16 KiB drives all kinds of devices, a shared folder
among them: the cloud kernel has no driver for that. For `make soak`."""
import os
import stat
import subprocess

import pytest

import qcow2
from conftest import ROOT, build_folder
from device_guest import DeviceGuest, state
from test_guest_devices import (KINDS, MIB, channels, disks, ECHO, entropy,
                                free_port, md5, network)
from test_host import a_command

KERNEL = "kernel-16k"


@pytest.fixture(name="kernel", scope="module")
def a_kernel():
    """Makes the kernel, which has a driver for 9p."""
    for made_by in (["scripts/guest.sh", KERNEL, "linux-image-arm64-16k"],
                    ["scripts/initrd.py", KERNEL]):
        subprocess.run(made_by, cwd=ROOT, check=True)
    return KERNEL


@pytest.fixture(name="sharing_host")
def a_host_that_shares(command, kernel, monkeypatch):
    assert kernel == KERNEL
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


def attack(guest, secret):
    """Makes what would be of use to another user of the host, and tries to get
    out of the folder."""
    guest.do("mkdir /mnt; mount -t 9p -o trans=virtio,version=9p2000.L "
             "work /mnt")
    assert guest.do("cat /mnt/given") == "from the host"
    guest.fails("cat /mnt/way")
    guest.do("mknod /mnt/node c 1 3 && mknod /mnt/disk b 8 0")
    guest.do("cp /bin/busybox /mnt/program && chown 7:8 /mnt/program && "
             "chmod 4755 /mnt/program")
    guest.do(f"ln -s {secret} /mnt/link && mkdir /mnt/folder && "
             "echo changed >/mnt/folder/file && sync")
    guest.fails("cat /mnt/link")
    guest.do("mv /mnt/folder/file /mnt/moved && ln /mnt/moved /mnt/hard")


def seen_by_the_guest(guest, secret):
    assert guest.do("stat -c '%F %a %u %g' /mnt/program") == (
        "regular file 4755 7 8")
    assert guest.do("stat -c '%F %t %T' /mnt/disk") == (
        "block special file 8 0")
    assert guest.do("readlink /mnt/link") == str(secret)
    assert guest.do("cat /mnt/hard") == "changed"


def test_a_shared_folder_is_no_way_out(command, kernel):
    """A guest has device nodes, programs that run as their owner and links to
    elsewhere, if it makes them: on the host they are plain files."""
    shared, secret = command.folder / "shared", command.folder / "secret"
    shared.mkdir()
    secret.write_text("a secret")
    (shared / "given").write_text("from the host\n")
    (shared / "way").symlink_to(secret)
    command.good("host", "start", "--memory", "2G", "--dma-memory", "1G",
                 "--cpus", "2", "--share", str(shared))
    with DeviceGuest(command, "work", 0, kernel, memory=512,
                     p9=f'["tag=work,path={shared}"]') as guest:
        guest.ready()
        attack(guest, secret)
        seen_by_the_guest(guest, secret)
        command.good("destroy", "work")
    for path in shared.rglob("*"):
        if path.name in ("given", "way"):
            continue
        status = path.lstat()
        assert stat.S_ISREG(status.st_mode) or stat.S_ISDIR(status.st_mode), path
        assert status.st_mode & 0o7077 == 0, (path, oct(status.st_mode))
        assert status.st_uid == os.geteuid(), path
    assert (shared / "hard").read_text() == "changed\n"
    assert secret.read_text() == "a secret"
