# SPDX-License-Identifier: BSD-3-Clause
"""A Debian guest whose first program says what the kernel tells of speculation,
and runs a debugger (tests/guest/debugger.c)."""
import gzip
import importlib.util
import re

from conftest import ROOT, Talker, build_folder
from guests import files

DEBUGGER = "tests/guest/debugger"
INIT = b"""#!/bin/busybox sh
/bin/busybox mount -t sysfs sys /sys
cd /sys/devices/system/cpu/vulnerabilities
for name in *; do
	echo "vulnerability: $name: $(/bin/busybox cat $name)"
done
/debugger
/bin/busybox poweroff -f
"""


def packer():
    """Returns scripts/initrd.py as a module."""
    spec = importlib.util.spec_from_file_location(
        "initrd", ROOT / "scripts/initrd.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def ramdisk(folder):
    """Makes Debian's RAM disk with another first program: a later file of a RAM
    disk takes the place of an earlier one."""
    initrd = packer()
    path = folder / "debugger.cpio"
    with gzip.open(files()["ramdisk"].strip('"')) as stream:
        path.write_bytes(b"".join((
            stream.read(),
            initrd.cpio_entry(1, "init", initrd.PROGRAM, INIT),
            initrd.cpio_entry(2, "debugger", initrd.PROGRAM,
                              (build_folder() / DEBUGGER).read_bytes()),
            initrd.cpio_entry(0, "TRAILER!!!", 0))))
    return path


def bare(disk):
    """Starts the guest on plain QEMU, with the CPU that hosts have."""
    return Talker([
        "qemu-system-aarch64", "-M", "virt,gic-version=3",
        "-cpu", "max,pauth-impdef=on", "-smp", "1", "-m", "256",
        "-nodefaults", "-display", "none", "-monitor", "none",
        "-serial", "stdio", "-no-reboot",
        "-kernel", files()["kernel"].strip('"'), "-initrd", str(disk),
        "-append", "console=ttyAMA0 quiet panic=-1"])


def vulnerabilities(lines):
    """Returns what the kernel says about each vulnerability."""
    found = dict(re.findall(r"vulnerability: (\w+): (.+)", "\n".join(lines)))
    assert "spectre_v2" in found, lines
    return found


def expect_debugged(lines):
    for what in ("a step stops", "a watchpoint stops", "a breakpoint stops"):
        assert f"debugger: pass: {what}" in lines, lines
    assert "debugger: done" in lines, lines
