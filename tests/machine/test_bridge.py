# SPDX-License-Identifier: BSD-3-Clause
"""An interface on a bridge, by QEMU's helper, one on a tap, and a disk whose
file system is full. Bridge, tap and file system, and the helper's permission,
are in name spaces of the test's own."""
import json
import os
import shutil
import subprocess

import pytest

from device_guest import DeviceGuest, state
from test_host import a_command

OURS, GUESTS = "10.99.0.1", "10.99.0.2"
# /etc is a copy: the helper reads /etc/qemu/bridge.conf and no other file.
SPACES = f"""set -e
mount -t sysfs sysfs /sys
mkdir -p "$1/etc"
cp -a /etc/. "$1/etc"
rm -rf "$1/etc/qemu"
mount --bind "$1/etc" /etc
ip link add reeve0 type bridge
ip addr add {OURS}/24 dev reeve0
ip link set reeve0 up
ip tuntap add reeve1 mode tap
mkdir "$1/small"
mount -t tmpfs -o size=1m tmpfs "$1/small"
truncate -s 16M "$1/small/disk"
echo ready
exec sleep infinity
"""


@pytest.fixture(name="spaces")
def name_spaces(tmp_path):
    """Returns the words before a command that is to run in them."""
    if os.getuid() != 0 or not os.path.exists("/dev/net/tun"):
        pytest.skip("name spaces with a bridge need root and /dev/net/tun")
    for program in ("unshare", "nsenter", "ip"):
        if not shutil.which(program):
            pytest.skip(f"no {program}")
    with subprocess.Popen(
            ["unshare", "-n", "-m", "--propagation", "private", "sh", "-c",
             SPACES, "sh", str(tmp_path)], stdout=subprocess.PIPE,
            text=True) as holder:
        assert holder.stdout.readline() == "ready\n"
        yield ["nsenter", f"--target={holder.pid}", "-n", "-m",
               f"--wd={tmp_path}"]
        holder.kill()


@pytest.fixture(name="bridged_host")
def a_host_beside_a_bridge(spaces, command):
    """Every command of the host runs in the name spaces."""
    inside = command.folder / "inside"
    inside.write_text(f'#!/bin/sh\nexec {" ".join(spaces)} {command.path} "$@"\n')
    inside.chmod(0o755)
    command.path = inside
    command.good("host", "start", "--memory", "1G", "--cpus", "2")
    return command


def inside(spaces, *command):
    return subprocess.run([*spaces, *map(str, command)], check=True,
                          capture_output=True, text=True).stdout


def refusals(spaces, host):
    """A bridge that is none, no helper, no permission: each says what to do."""
    def refused(bridge, pattern):
        host.refused(f"vif: '{bridge}' {pattern}", "create", host.config(
            "refused", realm=None, vif=f'["bridge={bridge}"]'), code=2)

    refused("none0", "is no bridge of this computer")
    empty = host.folder / "empty"
    empty.mkdir()
    inside(spaces, "mount", "--bind", empty, "/usr/lib/qemu")
    refused("reeve0", r"needs QEMU's bridge helper, which is not installed"
            r"(.|\n)*install the package qemu-system-common")
    inside(spaces, "umount", "/usr/lib/qemu")
    refused("reeve0", r"cannot be attached to(.|\n)*"
            r'write "allow NAME" into /etc/qemu/bridge.conf')


def a_full_disk_is_an_error_of_its_guest(guest):
    """And stops neither the guest nor the host."""
    said = guest.fails("dd if=/dev/zero of=/dev/vda bs=64k count=64 conv=fsync")
    assert "error" in said
    guest.do(f"ping -c 1 -w 60 {OURS}")


def test_an_interface_on_a_tap(spaces, bridged_host):
    def tapped(name, tap):
        return bridged_host.config(name, realm=None,
                                   vif=f'["vifname={tap}"]')

    before = state(bridged_host)
    bridged_host.refused("vif: 'none1' is no interface of this computer",
                         "create", "-p", tapped("none", "none1"), code=2)
    bridged_host.good("create", "-p", tapped("one", "reeve1"))
    bridged_host.refused(r"vif: 'reeve1' cannot be used: (.|\n)*"
                         "end the program that has it",
                         "create", "-p", tapped("two", "reeve1"), code=2)
    bridged_host.good("destroy", "one")
    bridged_host.good("create", "-p", tapped("two", "reeve1"))
    bridged_host.good("destroy", "two")
    assert state(bridged_host) == before
    assert "none1" not in inside(spaces, "ip", "-o", "link")


def test_an_interface_on_a_bridge(spaces, bridged_host):
    def links():
        return inside(spaces, "ip", "-o", "link").count("\n")

    before = state(bridged_host)
    there = links()
    bridged = {"vif": '["bridge=reeve0"]', "disk": json.dumps(
        [f"{bridged_host.folder}/small/disk,raw,xvda"])}
    refusals(spaces, bridged_host)
    assert state(bridged_host) == before
    conf = bridged_host.folder / "etc/qemu/bridge.conf"
    conf.parent.mkdir()
    conf.write_text("allow reeve0\n")
    with DeviceGuest(bridged_host, "bridged", 0, **bridged) as guest:
        guest.ready()
        guest.do(f"ifconfig eth0 {GUESTS} netmask 255.255.255.0 up")
        guest.do(f"ping -c 1 -w 60 {OURS}")
        assert links() == there + 1
        a_full_disk_is_an_error_of_its_guest(guest)
        bridged_host.good("destroy", "bridged")
    assert state(bridged_host) == before
    assert links() == there
