# SPDX-License-Identifier: BSD-3-Clause
"""Debian guests for tests on the real host, and a guest that is followed from
its creation to its end."""
import json

import pytest

from conftest import ROOT, Talker

CACHE = ROOT / ".cache"
PATIENCE = 120


class Command(Talker):
    """The command, while it works."""
    patience = PATIENCE

    def __init__(self, host, *arguments):
        super().__init__([host.path, *map(str, arguments)], cwd=host.folder)

    def finish(self, code=0):
        """Returns the output that was not read yet. The command must end with
        that code."""
        lines, found = self.rest()
        assert found == code, "\n".join(self.seen)
        return "\n".join(lines)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Followed(Command):
    """A `reeve create` that stays, with the output of it and of the guest."""

    def __init__(self, host, *arguments):
        super().__init__(host, "create", *arguments)


def files(name="guest"):
    """Returns the settings for a kernel and its initrd in .cache/NAME."""
    found = {key: CACHE / name / file for key, file in
             (("kernel", "vmlinuz"), ("ramdisk", "initrd.cpio.gz"))}
    for path in found.values():
        if not path.exists():
            pytest.fail(f"{path} is missing: scripts/guest.sh, "
                        "then scripts/initrd.py")
    return {key: f'"{path}"' for key, path in found.items()}


def linux(host, name, actions, guest="guest", **settings):
    """Makes the configuration of a Debian guest that does these actions."""
    values = {"memory": 256, "vcpus": 2, "vuart": '"sbsa_uart"', "cmdline":
              f'"console=ttyAMA0 quiet panic=-1 reeve={actions}"',
              **files(guest)}
    return host.config(name, **{**values, **settings})


def rim(host, config):
    return json.loads(host.good("measure", "--json", config))["rim"]


def expect_up(guest, vcpus, memory, realm=True):
    """Waits for userspace, which must see the machine that was asked for."""
    cpus, mib = map(int, guest.expect(
        r"userspace is up: Linux \S+, (\d+) CPUs, (\d+) MiB").groups())
    assert cpus == vcpus
    # MemTotal does not have the kernel, the description of its pages, and the
    # buffers that a Realm shares for devices, which are 64 MiB in old kernels.
    assert memory * 0.9 - 96 < mib < memory, mib
    guest.expect("this guest is a Realm" if realm
                 else "this guest is not a Realm")
