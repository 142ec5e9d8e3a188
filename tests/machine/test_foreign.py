# SPDX-License-Identifier: BSD-3-Clause
"""Hypervisors of other projects on our monitor and RMM: Debian's Xen with
Debian's kernel as dom0, and that kernel at EL2, with a guest of KVM."""
import importlib.util
import json
import re
import time

import pytest

from conftest import ROOT, Talker, build_folder
from guests import files
from test_host import PATIENCE, PROBE, a_command  # noqa: F401, a fixture

FOREIGN = ROOT / ".cache/foreign"


@pytest.fixture(name="debian")
def debians_hypervisors():
    """The folder of scripts/foreign.sh, and the guest's kernel and initrd."""
    if not (FOREIGN / "VERSION").exists():
        pytest.fail(f"{FOREIGN} is missing: scripts/foreign.sh")
    return {key: path.strip('"') for key, path in files().items()}


class Console(Talker):
    """The console of the host itself, through the command."""
    patience = PATIENCE

    def __init__(self, command):
        super().__init__([command.path, "console"], cwd=command.folder)

    def type(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()


@pytest.fixture(name="attach")
def a_console(command):
    consoles = []

    def attach():
        consoles.append(Console(command))
        return consoles[-1]

    yield attach
    for console in consoles:
        console.stop()


def is_dead(command):
    """Waits until the machine has ended, after which its folder is left."""
    deadline = time.monotonic() + PATIENCE
    while (done := command.run("host", "status", "--json")).returncode == 0:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    return json.loads(done.stdout)["state"] == "dead"


def test_xen_boots_debian_and_reboots(command, attach, debian):
    command.good("host", "start", "--memory", "1G", "--cpus", "2",
                 "--hypervisor", FOREIGN / "xen", "--kernel", debian["kernel"],
                 "--initrd", debian["ramdisk"],
                 "--cmdline", "console=hvc0 reeve=shell",
                 "--hypervisor-cmdline", "dom0_mem=384M")
    status = json.loads(command.good("host", "status", "--json"))
    assert status["runs"] == str(FOREIGN / "xen")
    command.refused("runs .*xen, which has no guests of reeve", "list")
    console = attach()
    for last in ("reboot -f", "poweroff -f"):
        console.expect(r"\(XEN\) Xen version 4\.\d+")
        console.expect(r"\(XEN\) Brought up 2 CPUs")
        console.expect(r"userspace is up: Linux \S+, 2 CPUs")
        console.expect("this guest is not a Realm")
        console.type(last)
        console.expect("rebooting machine" if "reboot" in last
                       else "halting machine")
    assert is_dead(command)
    assert "halting machine" in (
        command.runtime / "default/serial.log").read_text(errors="replace")


def kvm_initrd():
    """An initramfs with QEMU, the libraries that it loads, and the probe."""
    spec = importlib.util.spec_from_file_location(
        "initrd", ROOT / "scripts/initrd.py")
    initrd = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(initrd)
    contents = {
        "init": ROOT / "tests/machine/foreign-init",
        "bin/busybox": ROOT / ".cache/guest/busybox",
        "probe.img": build_folder() / PROBE,
        "qemu/qemu": FOREIGN / "qemu/qemu",
    }
    contents.update({f"qemu/lib/{path.name}": path
                     for path in (FOREIGN / "qemu/lib").iterdir()})
    tree = {path: (initrd.PROGRAM, file.read_bytes())
            for path, file in contents.items()}
    for path in ("bin", "dev", "proc", "qemu", "qemu/lib"):
        tree[path] = (initrd.DIRECTORY,)
    tree["dev/console"] = (initrd.CONSOLE, b"", (5, 1))
    return initrd.archive(sorted(tree.items()))


def test_linux_at_el2_runs_a_guest(command, attach, debian):
    path = command.folder / "initrd"
    path.write_bytes(kvm_initrd())
    command.good("host", "start", "--memory", "1G", "--cpus", "2",
                 "--hypervisor", debian["kernel"], "--initrd", path)
    console = attach()
    console.expect(r"smp: Brought up 1 node, 2 CPUs")
    console.expect(r"kvm \[1\]: VHE mode initialized successfully")
    console.expect("host: userspace is up, 2 CPUs")
    console.expect("probe: an ordinary guest, 2 vCPUs, 64 MiB")
    verdict = console.expect(r"probe: (\d+) passed, (\d+) failed")
    assert int(verdict[1]) >= 10 and verdict[2] == "0", console.seen
    console.expect("host: QEMU ended with 0")
    console.expect("reboot: Power down")
    lines, code = console.rest()
    assert code == 0 and is_dead(command)
    assert any(re.search("the host default has ended", line) for line in lines)
