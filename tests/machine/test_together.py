# SPDX-License-Identifier: BSD-3-Clause
"""Guests side by side on the real host; a host of a user without privileges."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from conftest import ROOT, build_folder
from guests import PATIENCE, Followed
from test_host import PROBE, a_command, a_debug_host, ended


def test_realms_and_ordinary_guests_at_once(debug_host):
    """Each guest passes all of its checks, with more vCPUs than CPUs."""
    before = debug_host.counters()
    configs = [debug_host.config(f"g{number}", vuart='"sbsa_uart"', vcpus=2,
                                 realm=realm)
               for number, realm in enumerate((1, None, 1, None, 1))]
    with contextlib.ExitStack() as stack:
        guests = [stack.enter_context(Followed(debug_host, "-F", "-c", config))
                  for config in configs]
        for guest in guests:
            said = guest.finish()
            assert re.search(r"probe: \d+ passed, 0 failed", said), said
    assert debug_host.counters() == before


class OrdinaryUser:
    """The command as a user without privileges: the user who runs the tests or,
    for root, a user who owns only this folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.uid = os.geteuid() or 65534
        self.prefix = [] if os.geteuid() else [
            "setpriv", f"--reuid={self.uid}", f"--regid={self.uid}",
            "--clear-groups"]
        self.fill()

    def fill(self):
        firmware = build_folder() / "firmware/image/firmware.bin"
        reeve = os.environ.get("REEVE", ROOT / "build" / "reeve")
        for name, path in (("reeve", reeve), ("firmware.bin", firmware),
                           ("probe.img", build_folder() / PROBE)):
            shutil.copy(path, self.folder / name)
        (self.folder / "guest.cfg").write_text(
            'name = "own"\nkernel = "probe.img"\nmemory = 64\nrealm = 1\n'
            'cmdline = "probe=all"\n')
        (self.folder / "run").mkdir(mode=0o700)
        for path in (self.folder, *self.folder.iterdir()):
            os.chown(path, self.uid, self.uid if self.prefix else -1)

    def run(self, *arguments):
        return subprocess.run(
            [*self.prefix, "./reeve", *arguments], cwd=self.folder,
            check=False, capture_output=True, text=True, timeout=PATIENCE,
            env={"PATH": os.environ["PATH"],
                 "XDG_RUNTIME_DIR": str(self.folder / "run"),
                 "REEVE_FIRMWARE": str(self.folder / "firmware.bin")})

    def good(self, *arguments):
        done = self.run(*arguments)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout


@pytest.fixture
def user():
    with tempfile.TemporaryDirectory(prefix="reeve-") as folder:
        made = OrdinaryUser(folder)
        yield made
        made.run("host", "stop")


def test_no_rights_are_needed(user):
    user.good("host", "start")
    status = json.loads(user.good("host", "status", "--json"))
    process = pathlib.Path(f"/proc/{status['pid']}/status").read_text()
    assert re.search(rf"^Uid:(\t{user.uid}){{4}}$", process, re.M)
    assert re.search(r"^CapEff:\t0{16}$", process, re.M)
    user.good("create", "-F", "guest.cfg")
    user.good("create", "-p", "guest.cfg")
    assert "own" in user.good("list")
    user.good("destroy", "own")
    user.good("host", "stop")
    assert not list((user.folder / "run/reeve").iterdir())
    assert ended(status["pid"])
