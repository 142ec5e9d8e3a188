# SPDX-License-Identifier: BSD-3-Clause
"""What a newcomer does with examples/debian-state: makes the image, runs it as a
Realm, gets a shell in it, and gives it a secret for its state. The host does on
the way what it can. Then the state is opened once more in an ordinary guest of
QEMU's own machine, which boots faster: the image cannot tell the difference."""
import os
import re
import subprocess

from conftest import ROOT
from guests import CACHE, rim
from test_guest_devices import free_port
from test_host import a_command
from test_image import REEVE, Guest, image_make

STATE = ROOT / "examples/debian-state/image.toml"
NAME = "debian-state"
PATIENCE = 1200
MIB = 1 << 20
PLAIN = b"what only the Realm may read; "
# A module that no image loads.
MODULE = "raid10.ko.xz"


class Shell:
    """SSH to the image's guest, by a command to which nothing but options and
    the words for the guest are missing."""

    def __init__(self, *command):
        self.command = command
        self.options = ["-F", "none", "-o", "BatchMode=yes"]

    def run(self, *words, code=0, stdin=b""):
        return run([*self.command, *self.options, *words], code, stdin)

    def __call__(self, *words, **options):
        return self.run(*words, **options).stdout.decode()


def run(command, code=0, stdin=b""):
    """Runs a command, which must end with that code."""
    done = subprocess.run([*map(str, command)], input=stdin, check=False,
                          capture_output=True, timeout=PATIENCE)
    assert done.returncode == code, (done.stdout, done.stderr)
    return done


def damage(image):
    """Changes one bit of the module on the disk. Returns its path in the
    guest."""
    path, = (CACHE / "guest" / "modules").rglob(MODULE)
    part = path.read_bytes()[4096:8192]
    disk = image / "disk.img"
    place = disk.read_bytes().index(part)
    with disk.open("r+b") as stream:
        stream.seek(place)
        stream.write(bytes([part[0] ^ 1]))
    return "/usr/lib/modules/" + str(path.relative_to(CACHE / "guest/modules"))


def the_disk_is_checked(shell, damaged):
    done = shell.run(f"cat {damaged} >/dev/null", code=1)
    assert b"Input/output error" in done.stderr
    shell(f"cat $(dirname {damaged})/raid1.ko.xz >/dev/null")


def another_root_hash_is_refused(image, ssh):
    """The configuration that the verifier expects is not the one that runs."""
    config = image / "guest.cfg"
    root = re.search("verity=([0-9a-f]{64})", config.read_text())[1]
    other = image / "other.cfg"
    other.write_text(config.read_text().replace(root, root[::-1]))
    done = run([*ssh, "--config", other, "--", "echo it ran"], code=1)
    assert b"it ran" not in done.stdout and b"ssh was not run" in done.stderr
    assert re.findall(rb"^FAILED +(\S+)", done.stderr, re.M) == [b"rim"]


def a_state_is_made(shell, unlock, secret):
    """Only if the owner says so, and once."""
    assert b"the disk has no state" in run(unlock, 1, secret).stderr
    making = [*unlock[:2], "--format", *unlock[2:]]
    run(making, 0, secret)
    assert b"nothing was changed" in run(making, 1, secret).stderr
    run(unlock, 0, secret)
    shell("cat >/state/known && sync", stdin=PLAIN * 10000)


def as_a_realm(command, image, secret):
    config = image / "guest.cfg"
    damaged = damage(image)
    expected = rim(command, config)
    assert f"RIM {expected}" in command.good("create", config)
    ssh = [REEVE, "ssh", "--wait", NAME]
    shell = Shell(*ssh, "--config", config, "--")
    assert shell("hostname; systemctl is-active systemd-timesyncd") == (
        f"{NAME}\nactive\n")
    the_disk_is_checked(shell, damaged)
    another_root_hash_is_refused(image, ssh)
    a_state_is_made(shell, [REEVE, "unlock", "--config", config, "--key", "-",
                            NAME, "--", *shell.options], secret)
    command.good("destroy", NAME)


def the_host_sees_ciphertext(disk):
    content = disk.read_bytes()
    assert PLAIN not in content
    # Nothing repeats of what was written, as it would under a weak cipher.
    written = content[16 * MIB:]
    blocks = [written[n:n + 16] for n in range(0, len(written), 4096)]
    assert len(set(blocks)) > 0.9 * len(blocks)


def the_host_changes(disk):
    """A sector behind all that was written."""
    with disk.open("r+b") as stream:
        stream.seek(108 * MIB)
        byte = stream.read(1)
        stream.seek(108 * MIB)
        stream.write(bytes([byte[0] ^ 1]))


# The host's header: its cipher does nothing, and any secret opens it.
NULL_HEADER = """
disk=/dev/disk/by-id/virtio-xvdb; cat >/run/secret; umask 077
head -c 16M $disk >/run/good; truncate -s 16M /run/null
cryptsetup luksFormat -q --key-file=/run/secret --header /run/null \
	--offset 32768 --cipher cipher_null-ecb --sector-size 4096 \
	--pbkdf argon2id --pbkdf-memory 65536 --pbkdf-force-iterations 4 \
	--pbkdf-parallel 1 $disk
dd if=/run/null of=$disk bs=1M conv=notrunc,fsync
reeve-unlock </run/secret
code=$?
dd if=/run/good of=$disk bs=1M conv=notrunc,fsync
exit $code
"""


def after_a_reboot(shell, secret):
    """Each boot asks for the secret, and takes no other one."""
    shell("findmnt /state", code=1)
    done = shell.run(NULL_HEADER, code=1, stdin=secret)
    assert b"not one that this program makes" in done.stderr
    done = shell.run("reeve-unlock", code=1, stdin=secret[::-1])
    assert b"this is not the secret" in done.stderr
    assert "the state is open" in shell("reeve-unlock", stdin=secret)
    assert shell("cat /state/known").encode() == PLAIN * 10000
    assert len(set(shell("cat /state/boots").splitlines())) == 2
    done = shell.run("dd if=/dev/mapper/state of=/dev/null bs=1M", code=1)
    assert b"Input/output error" in done.stderr
    assert "INTEGRITY AEAD ERROR" in shell("dmesg")


def test_a_debian_is_measured_attested_and_keeps_its_state(command, tmp_path):
    image = image_make(tmp_path / "image", STATE)
    secret = os.urandom(64)
    as_a_realm(command, image, secret)
    the_host_sees_ciphertext(image / "state.img")
    the_host_changes(image / "state.img")
    port = free_port()
    with Guest(image, more=[
            "-drive", f"file={image}/state.img,format=raw,if=none,id=state",
            "-device", "virtio-blk-pci,drive=state,serial=xvdb", "-netdev",
            f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:22", "-device",
            "virtio-net-pci,netdev=net,romfile="]) as guest:
        guest.expect(f"Debian GNU/Linux 13 {NAME} ttyAMA0")
        after_a_reboot(Shell(
            "ssh", "-i", image / "id_ed25519", "-o",
            "UserKnownHostsFile=/dev/null", "-o",
            "StrictHostKeyChecking=no", "-o", "ConnectionAttempts=100", "-p",
            port, "root@127.0.0.1"), secret)
