# SPDX-License-Identifier: BSD-3-Clause
"""The image that `reeve image build` makes of examples/debian, booted on QEMU's own
machine with a virtio disk. The image comes from the cache if nothing that
decides its bytes has changed."""
import os
import re
import shutil
import socket
import subprocess
import time

import pytest

from conftest import ROOT, Talker

EXAMPLE = ROOT / "examples/debian/image.toml"
REEVE = os.environ.get("REEVE", str(ROOT / "build" / "reeve"))


@pytest.fixture(scope="module")
def image(tmp_path_factory):
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    return image_make(tmp_path_factory.mktemp("image") / "debian")


def image_make(folder, specification=EXAMPLE, options=(), **environment):
    """Makes an image, by default that of the example, or copies it from the
    cache."""
    done = subprocess.run(
        [REEVE, "image", "build", specification, "-o", folder, *options],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        env={**os.environ, **environment})
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def cmdline(folder):
    return re.search(r'^cmdline = "(.*)"$', (folder / "guest.cfg").read_text(),
                     re.M)[1]


class Guest(Talker):
    """The image as an ordinary guest of QEMU's, with its attestation port at a
    socket of this machine."""
    patience = 300

    def __init__(self, folder, disk=None, words=None, more=()):
        self.port = folder / "port"
        super().__init__([
            "qemu-system-aarch64", "-M", "virt", "-cpu",
            "max,pauth=off,sve=off", "-accel", "tcg,thread=multi", "-smp", "2",
            "-m", "1024", "-nodefaults", "-nographic", "-no-reboot", "-nic",
            "none", "-serial", "stdio", "-kernel", folder / "vmlinuz",
            "-initrd", folder / "initrd", "-append",
            f"{words or cmdline(folder)} console=ttyAMA0 quiet panic=-1", "-drive",
            f"file={disk or folder / 'disk.img'},format=raw,if=none,id=disk,"
            "readonly=on", "-device", "virtio-blk-pci,drive=disk",
            "-device", "virtio-serial-pci", "-chardev",
            f"socket,id=port,path={self.port},server=on,wait=off", "-device",
            "virtserialport,chardev=port,name=org.reeve.attest.0", *more])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


def changed(image, where):
    """Returns a copy of the disk in which a bit is changed, at a place or where
    these bytes are."""
    disk = bytearray((image / "disk.img").read_bytes())
    disk[where if isinstance(where, int) else disk.index(where)] ^= 1
    path = image / "other"
    path.write_bytes(disk)
    return path


def test_the_image_is_small(image):
    sizes = {path.name: path.stat().st_size for path in image.iterdir()}
    assert set(sizes) == {"guest.cfg", "vmlinuz", "initrd", "disk.img",
                          "build.log", "id_ed25519", "id_ed25519.pub"}
    assert sum(sizes.values()) < 400 << 20


@pytest.fixture(scope="module")
def booted(image):
    with Guest(image) as guest:
        guest.expect("Debian GNU/Linux 13 debian ttyAMA0")
        yield guest


def test_it_answers_on_its_port_that_it_is_no_realm(booted, image):
    key = subprocess.check_output(
        ["openssl", "ecparam", "-name", "secp384r1", "-genkey", "-noout"])
    (image / "key.pem").write_bytes(subprocess.check_output(
        ["openssl", "ec", "-pubout"], input=key, stderr=subprocess.DEVNULL))
    (image / "refs").write_text(
        '{"hash": "sha-256", "rim": "%s"}' % ("00" * 32))
    for _ in range(2):
        done = subprocess.run(
            [REEVE, "attest", "--connect", f"unix:{booted.port}",
             "--platform-key", image / "key.pem", "--refs", image / "refs"],
            capture_output=True, text=True, check=False)
        assert done.returncode == 1
        assert "it gets no token from its kernel" in done.stderr


def connected(guest):
    peer = socket.socket(socket.AF_UNIX)
    peer.settimeout(guest.patience)
    peer.connect(str(guest.port))
    return peer


def is_answered(guest, request):
    with connected(guest) as peer:
        peer.sendall(request)
        return peer.recv(12, socket.MSG_WAITALL) == b"RVATANS0\0\0\0\3"


def test_one_request_after_the_other_is_answered(booted):
    """Each comes a little later after the end of the one before, so that some
    come before the guest has seen that end."""
    for pause in range(60):
        assert is_answered(booted, b"RVATASK0\0\0\0\x20" + bytes(32))
        time.sleep(pause / 2000)


def test_half_a_request_does_not_meet_the_next_ones(booted):
    """Together they would be no request."""
    request = b"RVATASK0\0\0\0\x20" + bytes(32)
    with connected(booted) as peer:
        peer.sendall(request[:10])
    assert is_answered(booted, request)


def test_a_changed_byte_is_an_error_before_the_system_starts(image):
    with Guest(image, disk=changed(image, 1024 + 64)) as guest:
        guest.expect("device-mapper: verity: .*data block 0 is corrupted")
        guest.expect("^image: the disk is not the one that was measured")
        guest.rest()


def test_a_changed_byte_of_a_file_is_an_error_for_who_reads_it(image):
    disk = changed(image, b"Makes the SSH host keys of this boot")
    with Guest(image, disk=disk) as guest:
        guest.expect("device-mapper: verity: .*data block [1-9]\\d* is corrupt")


def test_another_root_hash_fits_no_disk(image):
    words = cmdline(image)
    root = re.search("verity=([0-9a-f]{64})", words)[1]
    other = root[:-1] + "%x" % (int(root[-1], 16) ^ 1)
    with Guest(image, words=words.replace(root, other)) as guest:
        guest.expect("^image: the disk is not the one that was measured")
        guest.rest()


def test_another_root_hash_is_another_rim(image):
    """The disk itself is not read: its hash is in the command line."""
    text = (image / "guest.cfg").read_text()
    root = re.search("verity=([0-9a-f]{64})", text)[1]
    rims = set()
    for hash_value in (root, root[::-1]):
        config = image / "rim.cfg"
        config.write_text(text.replace(root, hash_value))
        done = subprocess.run([REEVE, "measure", config], capture_output=True,
                              text=True, check=True)
        rims.add(re.search(r"[0-9a-f]{64}", done.stdout)[0])
    assert len(rims) == 2
