# SPDX-License-Identifier: BSD-3-Clause
"""Ways into a Realm that the host cannot read, on the machine: a shell, a
secret and bytes over channels of Realms without any network, and everybody who
stands in between. The Realms run as long as this file's tests."""
import contextlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest

import access_guest
from access_guest import Middle
from conftest import build_folder
from guests import PATIENCE
from ports import Port
from test_guest_devices import wait_for
from test_host import Host

POLICY = 'lifecycle = ["secured", "non-platform-debug"]\n'
BOOT = 1200
# The cheapest key exchange: the machine is emulated.
KEX = "KexAlgorithms=curve25519-sha256"
# Notes that it ran, and does it.
SSH = """#!/bin/sh
echo "$*" >>"{folder}/ssh.ran"
exec {ssh} "$@"
"""


class Realm:
    """A Realm of that name, and its verifier."""

    def __init__(self, host, name, disk, **settings):
        self.host, self.name = host, name
        self.config = access_guest.config(host, name, disk, **settings)
        host.good("create", self.config)

    def socket(self, end):
        return self.host.folder / f"{self.name}.{end}"

    def run(self, verb, *options, stdin="", after=()):
        """Runs a verb with this Realm's configuration, and with ssh's
        arguments."""
        own = () if verb == "attest" else (
            "--", "-F", "none", "-o", "BatchMode=yes", "-o", KEX, *after)
        return self.host.run(verb, self.name, "--config", self.config,
                             *options, *own, stdin=stdin)

    def ssh(self, *command, options=()):
        return self.run("ssh", *options, after=command)

    def ready(self, *options):
        """Waits until it answers, however long it boots."""
        done = subprocess.run(
            [self.host.path, "attest", "--wait", self.name, "--config",
             self.config, *options], cwd=self.host.folder, check=False,
            capture_output=True, text=True, timeout=BOOT)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, *options):
        """Returns the checks that refuse the Realm. ssh must not run."""
        ran = self.host.folder / "ssh.ran"
        ran.unlink(missing_ok=True)
        done = self.ssh("true", options=options)
        assert done.returncode == 1 and done.stdout == "", done.stderr
        assert "REFUSED" in done.stderr and "ssh was not run" in done.stderr
        assert not ran.exists()
        return re.findall(r"^FAILED +(\S+)", done.stderr, re.M)


def firmware(kind):
    return os.path.realpath(build_folder() / f"firmware/image/{kind}.bin")


@contextlib.contextmanager
def host_running(kind, *options):
    """A host of that firmware, with a user who has a key, beside the
    configurations."""
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    # The name of a socket must be short.
    folder = pathlib.Path(tempfile.mkdtemp(prefix="acc"))
    with pytest.MonkeyPatch.context() as patch:
        for name in ("REEVE_QEMU", "REEVE_HOST"):
            patch.delenv(name, raising=False)
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        patch.setenv("REEVE_FIRMWARE", firmware(kind))
        (folder / "bin").mkdir()
        wrapper = folder / "bin/ssh"
        wrapper.write_text(SSH.format(folder=folder, ssh=shutil.which("ssh")))
        wrapper.chmod(0o755)
        patch.setenv("PATH", str(folder / "bin"), prepend=os.pathsep)
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                        folder / "id_ed25519"], check=True)
        host = Host(folder)
        host.runtime = folder / "reeve"
        host.good("host", "start", "--memory", "1G", "--cpus", "2", *options)
        try:
            yield host
        finally:
            host.run("host", "stop")
            shutil.rmtree(folder)


@pytest.fixture(scope="module", name="realms")
def two_realms():
    """Two Realms on one host, of one configuration but for the personalization
    value."""
    with host_running("firmware") as host:
        public = (host.folder / "id_ed25519.pub").read_bytes()
        disk = access_guest.ramdisk(host.folder, public)
        yield [Realm(host, "right", disk), Realm(host, "other", disk,
                                                 realm_rpv='"0b"')]


@pytest.fixture(scope="module", name="realm")
def a_realm(realms):
    told = realms[0].ready()
    assert told.endswith("accepted\n")
    assert re.search(r"^ok +software-components .*of the reference values\)$",
                     told, re.M)
    assert f"used      firmware             {firmware('firmware')}\n" in told
    return realms[0]


def test_a_shell_opens_without_a_network(realm):
    done = realm.ssh("cat /proc/cmdline; ls /sys/class/net; echo $0; exit 7")
    assert done.returncode == 7, done.stderr
    assert done.stdout.splitlines()[1:] == ["lo", "sh"]
    assert "swiotlb=16384" in done.stdout


def test_a_realm_that_is_not_asked_is_idle(realm):
    """While nobody is at the host's ends of its ports, a Realm must not look at
    them all the time."""
    wait_for(lambda: realm.host.domain(realm.name)["blocked"])


def test_a_channel_carries_any_bytes_both_ways(realm):
    sent = os.urandom(100_000)
    with subprocess.Popen([realm.host.path, "channel", realm.name, "echo"],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE
                          ) as channel:
        for at in range(0, len(sent), 10_000):
            part = sent[at:at + 10_000]
            channel.stdin.write(part)
            channel.stdin.flush()
            assert channel.stdout.read(len(part)) == part
        busy = realm.host.run("channel", realm.name, "echo")
        assert busy.returncode == 1
        assert "somebody is connected" in busy.stderr
        channel.stdin.close()
        assert channel.stdout.read() == b""
        assert channel.wait(PATIENCE) == 0
    with Port(realm.host.folder, "right.echo") as port:
        port.send(b"a new connection")
        assert port.receive(16) == b"a new connection"


@contextlib.contextmanager
def paused(realm):
    """A Realm that sees nothing of what its host does with its ports."""
    realm.host.good("pause", realm.name)
    try:
        yield
    finally:
        realm.host.good("unpause", realm.name)


def test_a_client_that_comes_unseen_has_a_server_of_its_own(realm):
    def come():
        client = Port(realm.host.folder, "right.ssh")
        client.send(b"SSH-2.0-test\r\n")
        return client

    client = come()
    for _ in range(3):
        client.receive_until(b"SSH-2.0-dropbear")
        with paused(realm):
            client.close()
            client = come()
    client.receive_until(b"SSH-2.0-dropbear")
    client.close()
    assert realm.ssh("echo inside").stdout == "inside\n"


def is_connected(realm, channel):
    channels = json.loads(realm.host.good("channel-list", "--json", realm.name))
    return any(c["name"] == channel and c["connected"] for c in channels)


def test_a_question_is_not_answered_with_the_answer_to_another(realm):
    for _ in range(3):
        with Port(realm.host.folder, "right.attest") as port:
            port.send(b"RVATASK0" + bytes((0, 0, 0, 32)) + os.urandom(32))
            with paused(realm):
                port.close()
                asked = subprocess.Popen(
                    [realm.host.path, "attest", realm.name, "--config",
                     realm.config], cwd=realm.host.folder, text=True,
                    stdout=subprocess.PIPE)
                wait_for(lambda: is_connected(realm, "org.reeve.attest.0"))
        with asked:
            assert asked.communicate()[0].endswith("accepted\n")


def test_clients_come_one_directly_after_the_other(realm):
    for number in range(10):
        assert realm.run("attest").returncode == 0
        done = realm.ssh(f"echo {number}")
        assert done.stdout == f"{number}\n", done.stderr


def test_a_secret_reaches_the_realm_and_nobody_else(realm):
    secret = os.urandom(2000)
    (realm.host.folder / "secret").write_bytes(secret)
    (realm.host.folder / "wrong").write_bytes(secret[:-1])

    def unlock(key, *options):
        return realm.run("unlock", "--key", key, *options)

    with Middle(realm.socket("ssh")) as host:
        assert unlock("secret", "--format").stdout == "the state is open\n"
        assert "another secret" in unlock("wrong").stderr
        done = unlock("secret")
        assert (done.returncode, done.stdout) == (0, "the state is open\n")
        passed = bytes(host.passed)
    assert len(passed) > 3 * len(secret)
    assert passed.count(b"SSH-2.0-") == 2 * 3
    for part in (secret[:16], secret[-16:], b"another", b"state is open"):
        assert part not in passed


def test_the_middle_itself_changes_nothing(realm):
    """Otherwise the refusals below would prove nothing."""
    with Middle(realm.socket("attest")) as host:
        assert realm.ssh("echo inside").stdout == "inside\n"
        assert host.passed.startswith(b"RVATASK0")


def other_key(answer):
    """Puts another public key in the place of the Realm's own, which has the
    last 32 bytes."""
    return answer[:-32] + bytes(32)


def test_a_key_of_the_host_is_refused(realm):
    with Middle(realm.socket("attest"), answer=whole(other_key)):
        assert realm.refused() == ["challenge"]


def whole(change):
    """Returns a function that changes an answer, once it has all parts."""
    kept = bytearray()

    def changed(data):
        kept.extend(data)
        if len(kept) < 16 or len(kept) < 16 + int.from_bytes(
                kept[12:16], "big"):
            return b""
        answer = bytes(kept)
        kept.clear()
        return change(answer)

    return changed


def test_an_answer_of_before_is_refused(realm):
    answers = []

    def replay(answer):
        answers.append(answer)
        return answers[0]

    with Middle(realm.socket("attest"), answer=whole(replay)):
        assert realm.run("attest").returncode == 0
        assert realm.refused() == ["challenge"]
    assert len(answers) == 1 + 3 and answers[0] != answers[1]


def test_an_answer_to_a_nonce_of_before_is_refused(realm):
    """The host asks with a nonce that it has seen."""
    seen = []

    def again(request):
        seen.append(request)
        return seen[0]

    with Middle(realm.socket("attest"), request=again):
        assert realm.run("attest").returncode == 0
        assert realm.refused() == ["challenge"]
    assert len(seen) == 1 + 3 and seen[0] != seen[1]


def test_another_realm_and_another_configuration_are_refused(realms, realm):
    other = realms[1]
    other.ready()
    with Middle(realm.socket("attest"), other.socket("attest")):
        assert realm.refused() == ["rpv"]
    assert realm.refused("--set", "vcpus=2") == ["rim"]
    assert realm.refused("--set", "cmdline=quiet panic=-1") == ["rim"]
    told = realm.ssh("true", options=["--set", "vcpus=2"]).stderr
    assert "used      firmware" in told and "--any-platform" not in told


def test_other_firmware_is_refused(realm, monkeypatch):
    """The verifier's own is another than that of the host."""
    monkeypatch.setenv("REEVE_FIRMWARE", firmware("firmware-debug"))
    assert realm.refused() == ["software-components"]
    done = realm.ssh("echo inside", options=["--any-platform"])
    assert done.stdout == "inside\n", done.stderr


def test_another_server_with_a_true_answer_is_refused(realms, realm):
    """The attestation is right; the shell would be that of another Realm."""
    realms[1].ready()
    with Middle(realm.socket("ssh"), realms[1].socket("ssh")):
        done = realm.ssh("echo inside")
        assert (done.returncode, done.stdout) == (255, "")
        assert "Host key verification failed" in done.stderr
        assert "accepted" in done.stderr


def test_who_is_not_there_is_named(realm):
    for name, word in (("nobody", "nobody"), ("right", "org.reeve.no.0")):
        done = realm.host.run("channel", name, "org.reeve.no.0")
        assert done.returncode == 1 and word in done.stderr


def test_a_debug_host_is_refused_by_default():
    with host_running("firmware-debug", "--debug-console") as host:
        public = (host.folder / "id_ed25519.pub").read_bytes()
        disk = access_guest.ramdisk(host.folder, public)
        realm = Realm(host, "right", disk)
        (host.folder / "policy").write_text(POLICY)
        realm.ready("--policy", "policy")
        assert realm.refused() == ["lifecycle"]
