# SPDX-License-Identifier: BSD-3-Clause
"""reeve attest and reeve ssh against reeve-guest, built for this machine, whose
tokens tests/tokens.py makes; and against those who stand in between."""
import base64
import getpass
import hashlib
import json
import os
import pathlib
import re
import shutil
import socket
import struct
import subprocess
import sys
import threading

import pytest
import tokens
from conftest import PATIENCE, ROOT
from cryptography.hazmat.primitives import serialization

PRIVATE = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
           serialization.NoEncryption())
# Prints the token of a Realm of this measurement for a challenge.
SIGNER = f"""
import json, pathlib, sys
sys.path.insert(0, "{ROOT}/tests")
import tokens
from cryptography.hazmat.primitives.serialization import load_pem_private_key
folder = pathlib.Path(__file__).parent
keys = {{name: load_pem_private_key((folder / (name + ".key")).read_bytes(), None)
        for name in ("platform", "realm")}}
edits = json.loads((folder / "edits").read_text())
edits.append(["set", "realm/claims/10", {{"hex": sys.argv[1]}}])
sys.stdout.buffer.write(tokens.make({{"edits": edits}}, keys))
"""


def string(data):
    return struct.pack(">I", len(data)) + data


def ssh_key(name, data):
    return string(name) + string(data)


KEYS = sorted([ssh_key(b"ssh-ed25519", bytes(range(32))),
               ssh_key(b"ecdsa-sha2-nistp256", bytes(range(100, 180)))])


def key_line(key):
    name = key[4:4 + int.from_bytes(key[:4], "big")].decode()
    return f"{name} {base64.b64encode(key).decode()}"


@pytest.fixture(scope="session")
def guest_program():
    subprocess.run(["ninja", "-C", str(ROOT / "build"), "guest/guest_peer"],
                   check=True, stdout=subprocess.DEVNULL)
    return ROOT / "build/guest/guest_peer"


class Guest:
    """A folder with a configuration, and the guest that runs there."""

    def __init__(self, reeve, program):
        self.reeve = reeve
        self.program = program
        self.process = None
        self.keys = reeve.folder / "ssh"
        self.keys.mkdir()
        for number, key in enumerate(KEYS):
            self.key_write(number, key)
        made = tokens.new_keys()
        for name in ("platform", "realm"):
            reeve.write(f"{name}.key", made[name].private_bytes(*PRIVATE))
        reeve.write("platform.pem", tokens.pem(made["platform"]))
        reeve.write("signer.py", SIGNER)
        self.config = reeve.config()
        self.edit()

    def key_write(self, number, key):
        (self.keys / f"ssh_host_{number}_key.pub").write_text(
            key_line(key) + " root@guest\n")

    def edit(self, *edits):
        """Changes the tokens from now on."""
        measured = json.loads(self.reeve.run("measure", "--json",
                                             self.config).stdout)
        self.reeve.write("edits", json.dumps([
            ["set", "realm/claims/44238", {"hex": measured["rim"]}],
            ["set", "realm/claims/44235", {"hex": measured["rpv"]}], *edits]))

    def start(self):
        port = free_port()
        self.process = subprocess.Popen(
            [self.program, "serve", "--listen", f"127.0.0.1:{port}", "--keys",
             self.keys], stderr=subprocess.PIPE, text=True,
            env={**os.environ, "REEVE_SIGNER":
                 f"{sys.executable} {self.reeve.folder}/signer.py"})
        while not is_listening(port):
            assert self.process.poll() is None, self.process.stderr.read()
        return port

    def options(self, peer):
        if isinstance(peer, int):
            peer = f"127.0.0.1:{peer}"
        return ["--connect", peer, "--config", self.config, "--platform-key",
                "platform.pem"]

    def attest(self, peer, *options, code=0):
        done = self.reeve.run("attest", *self.options(peer), *options)
        assert done.returncode == code, done.stdout + done.stderr
        return done

    def failures(self, peer, *options):
        """Returns the names of the checks that refuse the guest."""
        out = self.attest(peer, *options, code=1).stdout
        assert out.endswith("REFUSED\n") and "ssh-host-key" not in out
        return [line.split()[1] for line in out.splitlines()
                if line.startswith("FAILED")]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def is_listening(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def guest(reeve, guest_program):
    made = Guest(reeve, guest_program)
    yield made
    if made.process:
        made.process.kill()
        made.process.wait()
        made.process.stderr.close()


class Middle:
    """Somebody who stands between a verifier and a guest, and serves one
    connection after the other until the test ends."""

    def __init__(self, port, request=None, answer=None):
        self.port = port
        self.request = request or (lambda data: data)
        self.answer = answer or (lambda data: data)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(PATIENCE)
        self.name = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.serve, daemon=True).start()

    def ask(self, request):
        with socket.create_connection(("127.0.0.1", self.port)) as guest:
            guest.sendall(request)
            head = exactly(guest, 16)
            return head + exactly(guest, int.from_bytes(head[12:], "big"))

    def serve(self):
        while True:
            try:
                peer, _ = self.listener.accept()
            except OSError:
                return
            with peer:
                request = self.request(exactly(peer, 12 + 32))
                answer = self.ask(request) if self.port else b""
                peer.sendall(self.answer(answer))


def exactly(stream, size):
    data = b""
    while len(data) < size:
        part = stream.recv(size - len(data))
        assert part, data
        data += part
    return data


def test_a_guest_is_accepted_with_its_keys(guest):
    port = guest.start()
    done = guest.attest(port)
    lines = done.stdout.splitlines()
    assert lines[-1] == "accepted"
    fingerprints = ["SHA256:" + base64.b64encode(hashlib.sha256(
        key).digest()).decode().rstrip("=") for key in KEYS]
    assert [line.split() for line in lines if "ssh-host-key" in line] == [
        ["ok", "ssh-host-key", key_line(key).split()[0], fingerprint]
        for key, fingerprint in zip(KEYS, fingerprints)]
    assert re.search(r"^ok +challenge ", done.stdout, re.M)
    assert re.search(r"^ok +rim ", done.stdout, re.M)


def test_the_document_has_checks_and_keys(guest):
    port = guest.start()
    document = json.loads(guest.attest(port, "--json").stdout)
    assert document["accepted"] is True
    assert {c["check"]: c["verdict"] for c in document["checks"]}[
        "challenge"] == "pass"
    assert [f'{key["type"]} {key["key"]}' for key in
            document["ssh-host-keys"]] == [key_line(key) for key in KEYS]
    document = json.loads(guest.attest(port, "--json", "--set", "memory=640",
                                       code=1).stdout)
    assert document["accepted"] is False and document["ssh-host-keys"] == []


def test_known_hosts_are_written_only_of_an_accepted_guest(guest):
    port = guest.start()
    path = guest.reeve.folder / "known"
    guest.attest(port, "--known-hosts", "known", "--set", "memory=640", code=1)
    assert not path.exists()
    guest.attest(port, "--known-hosts", "known")
    assert path.read_text() == "".join(
        f"probe {key_line(key)}\n" for key in KEYS)


def test_a_man_in_the_middle_with_his_own_key_is_refused(guest):
    other = ssh_key(b"ssh-ed25519", bytes(range(1, 33)))
    assert len(other) == len(KEYS[0])
    middle = Middle(guest.start(),
                    answer=lambda data: data.replace(KEYS[0], other))
    assert guest.failures(middle.name) == ["challenge"]


def test_a_key_that_is_left_out_is_missed(guest):
    def without(data):
        token = int.from_bytes(data[16:20], "big")
        rest = data[16:20 + token] + struct.pack(">I", 1) + string(KEYS[0])
        return data[:12] + struct.pack(">I", len(rest)) + rest

    middle = Middle(guest.start(), answer=without)
    assert guest.failures(middle.name) == ["challenge"]


def test_an_answer_of_before_is_refused(guest):
    answers = []

    def replay(data):
        answers.append(data)
        return answers[0]

    middle = Middle(guest.start(), answer=replay)
    guest.attest(middle.name)
    assert guest.failures(middle.name) == ["challenge"]
    assert answers[0] != answers[1] and len(answers) == 1 + 3


def test_an_answer_that_nobody_waited_for_is_no_refusal(guest):
    """The guest is asked again, with another nonce."""
    requests, answers = [], []

    def asked(data):
        requests.append(data)
        return data

    def late(data):
        answers.append(data)
        return answers[0] if len(answers) == 2 else data

    middle = Middle(guest.start(), asked, late)
    guest.attest(middle.name)
    guest.attest(middle.name)
    assert len(set(requests)) == len(answers) == 3


def test_an_answer_to_another_nonce_is_refused(guest):
    middle = Middle(guest.start(),
                    request=lambda data: data[:-1] + bytes([data[-1] ^ 1]))
    assert guest.failures(middle.name) == ["challenge"]


def test_another_realm_is_refused(guest):
    port = guest.start()
    guest.edit(["set", "realm/claims/44238", {"bytes": 32}])
    assert guest.failures(port) == ["rim"]
    guest.edit()
    assert guest.failures(port, "--set", "memory=640") == ["rim"]


def test_references_of_a_file_are_as_good(guest):
    port = guest.start()
    guest.reeve.run("refs", guest.config, "-o", "refs")
    options = ["--connect", f"127.0.0.1:{port}", "--platform-key",
               "platform.pem", "--refs", "refs"]
    done = guest.reeve.run("attest", *options)
    assert done.returncode == 0 and done.stdout.endswith("accepted\n")
    done = guest.reeve.run("attest", *options, "--refs-key", "platform.pem")
    assert done.returncode == 2 and "refs" in done.stderr
    guest.edit(["set", "realm/claims/44238", {"bytes": 32}])
    done = guest.reeve.run("attest", *options)
    assert done.returncode == 1 and done.stdout.endswith("REFUSED\n")


def test_the_platform_of_a_file_is_looked_at(guest):
    """Beside the configuration, which says what the Realm is."""
    port = guest.start()
    guest.reeve.write("token", tokens.make({"edits": []}, tokens.new_keys()))
    guest.reeve.run("refs", "--platform", "--from-token", "token", "-o",
                    "refs")
    text = guest.attest(port, "--refs", "refs").stdout
    assert "\nok        software-components  2 components" in text
    guest.edit(["set", "platform/claims/2399/0/2", {"bytes": 32}])
    assert guest.failures(port, "--refs", "refs") == ["software-components"]


def test_a_root_vouches_for_no_key_without_a_chain(guest):
    """The tokens of this guest bring none."""
    port = guest.start()
    options = ["--connect", f"127.0.0.1:{port}", "--config", guest.config]
    subprocess.run(["openssl", "req", "-x509", "-key", "platform.key", "-out",
                    "root.pem", "-days", "2", "-subj", "/CN=root"],
                   cwd=guest.reeve.folder, check=True, capture_output=True)
    done = guest.reeve.run("attest", *options, "--platform-root", "root.pem")
    assert done.returncode == 1, done.stderr
    assert re.search("^FAILED +platform-signature", done.stdout, re.M)
    done = guest.reeve.run("attest", *options, "--platform-root", "root.pem",
                           "--platform-key", "platform.pem")
    assert done.returncode == 2 and "not both" in done.stderr


def test_a_debug_host_and_another_platform_are_refused(guest):
    port = guest.start()
    guest.edit(["set", "platform/claims/2395", 0x4000])
    assert guest.failures(port) == ["lifecycle"]
    guest.reeve.write("policy", 'lifecycle=["secured","non-platform-debug"]\n')
    guest.attest(port, "--policy", "policy")
    guest.reeve.write("platform.pem", tokens.pem(tokens.new_keys()["other"]))
    assert "platform-signature" in guest.failures(port, "--policy", "policy")


@pytest.mark.parametrize("answer, message", [
    (lambda data: b"SSH-2.0-OpenSSH_9.2\r\n", "its head is another"),
    (lambda data: data[:12] + b"\xff" * 4, "its head is another"),
    (lambda data: data[:-1], "the guest has ended the connection"),
    (lambda data: data[:12] + struct.pack(
        ">I", len(data) - 15) + data[16:] + b"x", "bytes are left over"),
    (lambda data: data[:11] + b"\1" + bytes(4),
     "it does not understand the request"),
    (lambda data: data[:11] + b"\7" + bytes(4), "for a reason that this"),
])
def test_what_is_no_answer_is_named(guest, answer, message):
    middle = Middle(guest.start(), answer=answer)
    done = guest.attest(middle.name, code=1)
    assert message in done.stderr and done.stdout == ""


def test_a_guest_without_token_or_with_a_broken_key_says_so(guest):
    port = guest.start()
    guest.reeve.write("edits", "broken")
    done = guest.attest(port, code=1)
    assert "it gets no token from its kernel" in done.stderr
    guest.key_write(7, b"\0\0\0\1x")
    (guest.keys / "ssh_host_7_key.pub").write_text("ssh-rsa junk\n")
    done = guest.attest(port, code=1)
    assert "it cannot read its SSH host keys" in done.stderr


def test_a_guest_without_keys_is_accepted_and_has_none(guest):
    shutil.rmtree(guest.keys)
    port = guest.start()
    assert re.search(r"^unchecked +ssh-host-key +the guest has none$",
                     guest.attest(port).stdout, re.M)


def test_nobody_there_is_exit_1(guest):
    for peer in (f"127.0.0.1:{free_port()}", "unix:absent"):
        done = guest.attest(peer, code=1)
        assert "reeve-guest serve must run in the guest" in done.stderr
        assert done.stdout == ""


@pytest.mark.parametrize("options", [
    [], ["--connect", "h:1"], ["--connect", "h:1", "--config", "guest.cfg"],
    ["--connect", "h:1", "--platform-key", "platform.pem"],
    ["--connect", "h", "--config", "guest.cfg", "--platform-key",
     "platform.pem"],
    ["--connect", "unix:" + "x" * 200, "--config", "guest.cfg",
     "--platform-key", "platform.pem"],
    ["--connect", "h:1", "--refs", "r", "--platform-key", "platform.pem",
     "--known-hosts", "k"],
    ["--connect", "h:1", "--platform-key", "platform.pem", "--no-references"],
    ["--connect", "h:1", "--config", "guest.cfg", "--platform-key",
     "platform.pem", "--no-challenge"],
    ["--connect", "h:1", "--config", "guest.cfg", "--platform-key",
     "platform.pem", "--refs-key", "platform.pem"],
    ["--connect", "h:1", "--config", "guest.cfg", "--platform-key",
     "platform.pem", "--known-hosts", "k", "--set", "name=a b"],
])
def test_a_wrong_command_line_is_exit_2(guest, options):
    done = guest.reeve.run("attest", *options)
    assert done.returncode == 2 and done.stdout == "" and done.stderr


def test_the_vector_of_the_page_holds():
    page = (ROOT / "docs/attest-protocol.md").read_text()
    vector = dict(re.findall(r"^(nonce|keys|request|hashed|challenge) +(.+)$",
                             page, re.M))
    nonce = bytes.fromhex(vector["nonce"])
    keys = [bytes.fromhex(key) for key in vector["keys"].split()]
    text = string(b"org.reeve.attest.0") + string(nonce) + struct.pack(
        ">I", len(keys)) + b"".join(map(string, keys))
    assert vector["request"] == (b"RVATASK0" + string(nonce)).hex()
    assert vector["hashed"] == text.hex()
    assert vector["challenge"] == hashlib.sha512(text).hexdigest()


# ---- reeve-guest itself

def run_guest(program, *arguments, **options):
    return subprocess.run([program, *arguments], capture_output=True,
                          check=False, stdin=subprocess.DEVNULL, **options)


def test_reeve_guest_writes_a_token(guest, guest_program, tmp_path):
    signer = {**os.environ, "REEVE_SIGNER": "echo -n token of"}
    done = run_guest(guest_program, "token", "--challenge", "00ff",
                     env=signer)
    assert done.returncode == 0
    assert done.stdout == b"token of 00ff" + b"00" * 62
    path = tmp_path / "token"
    done = run_guest(guest_program, "token", "--challenge", "AB" * 64, "-o",
                     path, env=signer)
    assert done.returncode == 0 and done.stdout == b""
    assert path.read_bytes() == b"token of " + b"ab" * 64
    done = run_guest(guest_program, "token", "--challenge", "00", "-o",
                     tmp_path / "absent" / "token", env=signer)
    assert done.returncode == 1 and b"absent/token" in done.stderr
    done = run_guest(guest_program, "token", "--challenge", "00")
    assert done.returncode == 1 and b"no report can be made" in done.stderr


def test_reeve_guest_tells_its_version_and_its_use(guest_program):
    version = run_guest(guest_program, "--version").stdout
    assert re.fullmatch(rb"reeve-guest \d+\.\d+\.\d+\n", version)
    assert run_guest(guest_program, "--help").stdout.startswith(b"usage: ")


@pytest.mark.parametrize("arguments", [
    [], ["tokens"], ["token"], ["token", "--challenge", ""],
    ["token", "--challenge", "0"], ["token", "--challenge", "0x"],
    ["token", "--challenge", "00" * 65], ["token", "--challenge", "00", "x"],
    ["serve", "--colour"], ["serve", "x"]])
def test_reeve_guest_refuses_a_wrong_command_line(guest_program, arguments):
    done = run_guest(guest_program, *arguments)
    assert done.returncode == 2 and done.stdout == b"" and done.stderr


def test_reeve_guest_needs_something_to_serve(guest_program):
    for arguments in (["--port", "/absent"], ["--listen", "name:80"],
                      ["--listen", "192.0.2.1:80"]):
        done = run_guest(guest_program, "serve", *arguments)
        assert done.returncode == 1 and arguments[1].encode() in done.stderr


def test_reeve_guest_serves_others_beside_a_slow_peer(guest):
    port = guest.start()
    slow = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    for peer in slow:
        peer.sendall(b"RVAT")
    guest.attest(port)
    for peer in slow:
        peer.close()


def test_reeve_guest_answers_one_request_after_the_other(guest):
    port = guest.start()
    request = b"RVATASK0" + string(bytes(40))
    with socket.create_connection(("127.0.0.1", port)) as peer:
        peer.sendall(request + request + b"GET / HTTP/1")
        for status in (0, 0, 1):
            head = exactly(peer, 16)
            assert head[:12] == b"RVATANS0" + struct.pack(">I", status)
            exactly(peer, int.from_bytes(head[12:], "big"))
        assert peer.recv(1) == b""


# ---- reeve ssh

FAKE_SSH = """#!/bin/sh
for word; do
	echo "$word"
	case $word in UserKnownHostsFile=*) cp "${word#*=}" seen ;; esac
done >arguments
exit 7
"""


@pytest.fixture
def fake_ssh(guest, monkeypatch):
    program = guest.reeve.folder / "bin"
    program.mkdir()
    (program / "ssh").write_text(FAKE_SSH)
    (program / "ssh").chmod(0o755)
    monkeypatch.setenv("PATH", str(program), prepend=":")
    return guest


def test_ssh_gets_these_keys_and_no_others(fake_ssh):
    guest, folder = fake_ssh, fake_ssh.reeve.folder
    port = guest.start()
    done = guest.reeve.run("ssh", *guest.options(port), "--set",
                           'acpi_laptop_slate=1', "--", "-p", "22",
                           "root@h", "echo", "a b=c")
    assert done.returncode == 7, done.stderr
    assert done.stdout == "" and done.stderr.endswith("accepted\n")
    assert done.stderr.index("warning: ") < done.stderr.index("ok   ")
    words = (folder / "arguments").read_text().splitlines()
    assert words[-5:] == ["-p", "22", "root@h", "echo", "a b=c"]
    settings = words[1:-5:2]
    assert set(words[:-5:2]) == {"-o"}
    known, = (s for s in settings if s.startswith("UserKnownHostsFile="))
    assert "StrictHostKeyChecking=yes" in settings
    assert "HostKeyAlias=probe" in settings
    assert settings.index("IgnoreUnknown=*") < settings.index(
        "GSSAPIKeyExchange=no")
    assert (folder / "seen").read_text() == "".join(
        f"probe {key_line(key)}\n" for key in KEYS)
    left = pathlib.Path(known.partition("=")[2])
    assert not left.exists() and not left.parent.exists()


def test_ssh_takes_reference_values_of_the_platform_only(fake_ssh):
    """The configuration names the guest for ssh."""
    guest = fake_ssh
    port = guest.start()
    guest.reeve.write("token", tokens.make({"edits": []}, tokens.new_keys()))
    guest.reeve.run("refs", "--platform", "--from-token", "token", "-o", "p")
    guest.reeve.run("refs", guest.config, "-o", "realm")
    options = guest.options(port)
    done = guest.reeve.run("ssh", *options, "--refs", "p", "--", "root@h")
    assert done.returncode == 7
    assert "\nok        software-components  2 components" in done.stderr
    done = guest.reeve.run("ssh", *options, "--refs", "realm", "--", "root@h")
    assert done.returncode == 2 and "give one" in done.stderr
    options[2:4] = ["--refs", "realm"]
    done = guest.reeve.run("ssh", *options, "--", "root@h")
    assert done.returncode == 2 and "--config is missing" in done.stderr


def test_ssh_takes_the_key_beside_the_configuration(fake_ssh):
    guest, folder = fake_ssh, fake_ssh.reeve.folder
    port = guest.start()

    def identities(config, *words):
        """Returns the files that the real ssh would try."""
        options = guest.options(port)
        options[options.index(guest.config)] = config
        done = guest.reeve.run("ssh", *options, "--", *words, "root@h")
        assert done.returncode == 7, done.stderr
        given = (folder / "arguments").read_text().splitlines()
        seen = subprocess.run(
            ["/usr/bin/ssh", "-F", "none", "-G", *given], cwd=folder,
            check=True, capture_output=True, text=True).stdout
        assert "\nidentitiesonly no\n" in seen
        assert "\nidentityagent none\n" not in seen
        return re.findall("^identityfile (.*)$", seen, re.M)

    usual = identities(guest.config)
    assert "~/.ssh/id_ed25519" in usual
    # ssh would take these for other paths.
    for name in ("${HOME}", "50%h"):
        (folder / name).mkdir()
        (folder / name / "id_ed25519").touch()
        shutil.copy(folder / guest.config, folder / name)
        assert identities(f"{name}/{guest.config}") == usual
    odd = folder / "~a b"
    odd.mkdir()
    shutil.copy(folder / guest.config, odd)
    (odd / "id_ed25519").touch()
    assert identities(f"~a b/{guest.config}") == ["./~a b/id_ed25519"]
    assert identities(guest.config) == usual
    (folder / "id_ed25519").touch()
    assert identities(guest.config) == ["./id_ed25519"]
    assert identities(folder / guest.config, "-i", "platform.key") == [
        f"{folder}/id_ed25519", "platform.key"]


def test_ssh_is_not_run_for_a_guest_that_is_refused(fake_ssh):
    guest = fake_ssh
    port = guest.start()
    middle = Middle(port, answer=lambda data: data.replace(
        KEYS[0], ssh_key(b"ssh-ed25519", bytes(32))))
    for options in (["--connect", middle.name], ["--set", "memory=640"]):
        done = guest.reeve.run("ssh", *guest.options(port), *options, "--",
                               "root@h")
        assert done.returncode == 1 and done.stdout == ""
        assert "FAILED" in done.stderr and "expected " in done.stderr
        assert "REFUSED" in done.stderr and "ssh was not run" in done.stderr
    shutil.rmtree(guest.keys)
    done = guest.reeve.run("ssh", *guest.options(port), "--", "root@h")
    assert done.returncode == 1 and "no SSH host keys" in done.stderr
    assert not (guest.reeve.folder / "arguments").exists()
    done = guest.reeve.run("ssh", *guest.options(port))
    assert done.returncode == 2


def sshd_proxy(folder, name):
    """Writes the configuration of an SSH server with a key of its own. Returns
    the command that speaks for it, and the public key."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    folder / name], check=True)
    (folder / f"{name}.conf").write_text(f"""
HostKey {folder}/{name}
AuthorizedKeysFile {folder}/user.pub
StrictModes no
UsePAM no
PermitRootLogin yes
PidFile none
""")
    sshd = shutil.which("sshd") or "/usr/sbin/sshd"
    return f"ProxyCommand={sshd} -i -f {folder}/{name}.conf"


def test_a_shell_opens_in_the_guest_and_in_no_other(guest):
    if not (shutil.which("sshd") or os.path.exists("/usr/sbin/sshd")):
        pytest.skip("no sshd")
    folder = guest.reeve.folder
    if os.geteuid() == 0:
        os.makedirs("/run/sshd", mode=0o755, exist_ok=True)
    right, wrong = (sshd_proxy(folder, n) for n in ("right", "wrong"))
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    folder / "user"], check=True)
    shutil.rmtree(guest.keys)
    guest.keys.mkdir()
    shutil.copy(folder / "right.pub", guest.keys / "ssh_host_e_key.pub")
    port = guest.start()

    def shell(proxy):
        return guest.reeve.run(
            "ssh", *guest.options(port), "-q", "--", "-F", "none", "-o", proxy,
            "-i", folder / "user", "-o", "BatchMode=yes",
            f"{getpass.getuser()}@guest", "echo inside")

    done = shell(right)
    assert (done.returncode, done.stdout) == (0, "inside\n"), done.stderr
    done = shell(wrong)
    assert (done.returncode, done.stdout) == (255, "")
    assert "Host key verification failed" in done.stderr
