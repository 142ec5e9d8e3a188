# SPDX-License-Identifier: BSD-3-Clause
"""The image of Debian made once more, from the same packages, in other folders:
every byte is the same. And an image as a Realm on a host: it is attested, and
only then a shell opens in it."""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

from test_guest_devices import free_port
from test_image import EXAMPLE, REEVE, cmdline, image_make

PATIENCE = 1200


def test_two_builds_give_the_same_bytes(tmp_path):
    key = tmp_path / "key"
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key],
                   check=True)
    options = ["--ssh-key", f"{key}.pub"]
    first = image_make(tmp_path / "first", options=options)
    second = image_make(tmp_path / "second", options=options,
                        REEVE_IMAGES=str(tmp_path / "other"))
    for name in ("disk.img", "initrd", "vmlinuz"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), (
            name)
    assert cmdline(first) == cmdline(second)


class Realm:
    """A Realm that boots an image, on a host of its own. Its user's key is in
    the image."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.environment = {**os.environ, "XDG_RUNTIME_DIR": str(folder)}

    def run(self, *arguments, code=0):
        done = subprocess.run([REEVE, *map(str, arguments)], check=False,
                              env=self.environment, cwd=self.folder,
                              capture_output=True, text=True, timeout=PATIENCE)
        assert code is None or done.returncode == code, (done.stdout,
                                                         done.stderr)
        return done

    def create(self, image):
        self.config = image / "guest.cfg"
        with self.config.open("a") as text:
            text.write(f'vif = ["forward=tcp:127.0.0.1:{self.port}:22"]\n')
        self.run("host", "start", "--memory", "4096")
        (self.folder / "key.pem").write_text(self.run("host",
                                                      "show-key").stdout)
        self.rim = re.search(r"^RIM (\w+)$",
                             self.run("create", self.config).stdout, re.M)[1]
        self.options = ["--connect", f"unix:{image}/attest", "--config",
                        self.config, "--platform-key", "key.pem"]
        self.user = ["-F", "none", "-i", self.folder / "id", "-o",
                     "BatchMode=yes"]

    def attest(self):
        """Asks until the guest answers."""
        return self.run("attest", "--wait", *self.options)

    def ssh(self, *words, code=0):
        """Over the network."""
        return self.run("ssh", *self.options, *words, "--", *self.user, "-p",
                        self.port, "root@127.0.0.1", "cat /proc/cmdline",
                        code=code)

    def channel(self, verb, *words):
        """Over the channel of SSH, with the key of the host."""
        return self.run(verb, "debian", "--config", self.config, "--",
                        *self.user, *words)


@pytest.fixture
def realm():
    # The name of a socket must be short.
    folder = tempfile.mkdtemp(prefix="img")
    made = Realm(pathlib.Path(folder))
    yield made
    made.run("host", "stop", code=None)
    shutil.rmtree(folder)


def image_with_key(folder):
    """Makes the example's image with the public key of a new user."""
    shutil.copytree(EXAMPLE.parent, folder / "spec")
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    folder / "id"], check=True)
    shutil.copy(folder / "id.pub", folder / "spec")
    spec = folder / "spec" / EXAMPLE.name
    spec.write_text(spec.read_text().replace(
        "[files]\n", '[files]\n"/root/.ssh/authorized_keys" = "id.pub"\n'))
    return image_make(folder / "image", specification=spec,
                      REEVE_IMAGES=str(folder / "images"))


def test_an_image_is_a_realm_in_which_a_shell_opens(realm):
    image = image_with_key(realm.folder)
    realm.create(image)
    done = realm.attest()
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(f"^ok +rim +{realm.rim}$", done.stdout, re.M)
    assert re.search("^ok +ssh-host-key +ssh-ed25519 SHA256:", done.stdout,
                     re.M)
    assert cmdline(image) in realm.ssh().stdout
    done = realm.ssh("--set", "vcpus=1", code=1)
    assert done.stdout == "" and "ssh was not run" in done.stderr
    assert cmdline(image) in realm.channel("ssh", "cat /proc/cmdline").stdout
    files_go_both_ways(realm)


def files_go_both_ways(realm):
    sent = os.urandom(1 << 20)
    (realm.folder / "sent").write_bytes(sent)
    realm.channel("cp", "sent", "debian:/run/copy")
    realm.channel("cp", "debian:/run/copy", "back")
    assert (realm.folder / "back").read_bytes() == sent
