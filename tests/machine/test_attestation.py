# SPDX-License-Identifier: BSD-3-Clause
"""From predict to verify with the real commands: a host on QEMU, the probe as a
Realm on it, the token that it prints, and the verifier's verdict."""
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import cbor2
import pytest
from cryptography.hazmat.primitives import serialization

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))
import tokens  # noqa: E402

FIRMWARE = pathlib.Path(os.environ.get("FIRMWARE", ROOT / "build-firmware"))
PROBE = FIRMWARE / "tests/guest/probe.img"
CHALLENGE = bytes(range(0x40, 0x60))
PATIENCE = 300

CONFIG = """
name = "attested"
realm = 1
memory = 64
vcpus = 1
kernel = "probe.img"
realm_rpv = "0123"
vuart = "sbsa_uart"
cmdline = "probe=psci measure=c0ffee00 challenge=%s"
"""


class Tool:
    """The command, with a folder of its own for itself and its hosts."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.environ.get("REEVE", str(ROOT / "build" / "reeve"))
        self.environment = {
            **os.environ, "XDG_RUNTIME_DIR": str(folder),
            "REEVE_FIRMWARE": str(
                FIRMWARE / "firmware/image/firmware-debug.bin")}

    def run(self, *arguments, code=0):
        done = subprocess.run(
            [self.path, *map(str, arguments)], cwd=self.folder, check=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, timeout=PATIENCE, env=self.environment)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout

    def verdicts(self, *options, code=0):
        document = json.loads(self.run(
            "token", "verify", "token", "--platform-key", "key.pem", "--json",
            *options, code=code))
        return {check["check"]: check["verdict"]
                for check in document["checks"]}


def token_printed(console):
    """Returns the token in the output of the probe."""
    text = b"".join(re.findall(rb"probe: token: ([0-9a-f]+)\r?\n", console))
    size = int(re.search(rb"probe: token: end, (\d+) bytes", console)[1])
    token = bytes.fromhex(text.decode())
    assert len(token) == size
    return token


@pytest.fixture(scope="module")
def tool(tmp_path_factory):
    """The command, with a Realm's token and its host's public key in files."""
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    made = Tool(tmp_path_factory.mktemp("attested"))
    shutil.copy(PROBE, made.folder / "probe.img")
    (made.folder / "guest.cfg").write_text(CONFIG % CHALLENGE.hex())
    (made.folder / "policy").write_text(
        'lifecycle = ["secured", "non-platform-debug"]\n')
    made.run("host", "start", "--debug-console", "--memory", "1024")
    try:
        (made.folder / "key.pem").write_bytes(made.run("host", "show-key"))
        console = made.run("create", "-F", "-c", "guest.cfg")
    finally:
        made.run("host", "stop")
    assert b", 0 failed" in console
    (made.folder / "token").write_bytes(token_printed(console))
    (made.folder / "events").write_bytes(b"".join(
        b"%s %s\n" % event for event in re.findall(
            rb"probe: event (rem\d): ([0-9a-f]+)\r?\n", console)))
    return made


EXPECTED = ["--config", "guest.cfg", "--challenge", CHALLENGE.hex()]


def test_a_debug_host_is_not_accepted_by_default(tool):
    found = tool.verdicts(*EXPECTED, code=1)
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == ["lifecycle"]


PLATFORM = ["platform-identity", "software-components"]


@pytest.fixture(scope="module")
def published():
    """The folder with the reference values of the firmware that was built."""
    subprocess.run([ROOT / "scripts" / "references.sh", FIRMWARE], check=True)
    return FIRMWARE / "firmware/image"


def test_the_values_are_installed_with_the_firmware(published, tmp_path):
    subprocess.run(["meson", "install", "-C", FIRMWARE, "--no-rebuild",
                    "--quiet"], check=True,
                   env=dict(os.environ, DESTDIR=str(tmp_path)))
    for name in ("firmware", "firmware-debug"):
        found, = tmp_path.rglob(f"{name}.corim")
        assert found.read_bytes() == (published / found.name).read_bytes()
        assert found.with_suffix(".bin").is_file()


def test_the_platform_is_that_of_the_published_values(tool, published):
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--refs",
                          published / "firmware-debug.corim")
    assert [found[name] for name in PLATFORM] == ["pass", "pass"]
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--refs",
                          published / "firmware.corim", code=1)
    assert [found[name] for name in PLATFORM] == ["fail", "fail"]


@pytest.mark.parametrize("part", ["monitor", "rmm", "hypervisor"])
def test_other_firmware_is_not_the_published(tool, part):
    tool.run("refs", "--platform", "--debug-console", f"--{part}", "probe.img",
             "-o", "other.corim")
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--refs",
                          "other.corim", code=1)
    assert [found[name] for name in PLATFORM] == ["pass", "fail"]


def test_the_host_s_key_is_that_of_its_instance(tool):
    """The key's file may be the CoRIM, in which it is for this instance."""
    tool.run("refs", "--platform", "--debug-console", "--platform-key",
             "key.pem", "-o", "keyed.corim")
    tool.run("token", "verify", "token", "--platform-key", "keyed.corim",
             "--refs", "keyed.corim", "--policy", "policy", *EXPECTED)


def test_nothing_is_unchecked_that_a_verifier_can_say(tool, published):
    """With what `make run` gives, only the REMs are left."""
    (tool.folder / "whole").write_text(
        'lifecycle = ["secured", "non-platform-debug"]\n'
        'live_activation = "none"\ndevices = "none"\nmec_policy = "shared"\n')
    found = tool.verdicts(*EXPECTED, "--policy", "whole", "--refs",
                          published / "firmware-debug.corim")
    assert {name for name, verdict in found.items()
            if verdict != "pass"} == {"rems"}


def test_the_guest_is_that_of_the_configuration(tool):
    found = tool.verdicts(*EXPECTED, "--policy", "policy")
    for name in ("platform-signature", "realm-signature", "realm-key-binding",
                 "challenge", "lifecycle", "rim", "rpv", "hash-algorithms"):
        assert found[name] == "pass"


def test_a_tampered_kernel_is_found_out(tool):
    kernel = bytearray(PROBE.read_bytes())
    kernel[-1] ^= 1
    (tool.folder / "probe.img").write_bytes(kernel)
    found = tool.verdicts(*EXPECTED, "--policy", "policy", code=1)
    shutil.copy(PROBE, tool.folder / "probe.img")
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == ["rim"]


@pytest.mark.parametrize("setting, check", [
    ("memory=128", "rim"), ("vcpus=2", "rim"), ("realm_rpv=0124", "rpv"),
    ("cmdline=probe=psci", "rim")])
def test_another_configuration_is_found_out(tool, setting, check):
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--set", setting,
                          code=1)
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == [check]


def test_an_old_token_is_found_out(tool):
    found = tool.verdicts("--config", "guest.cfg", "--policy", "policy",
                          "--challenge", CHALLENGE[::-1].hex(), code=1)
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == ["challenge"]


def extended(events):
    """Computes the REMs after those events (DEN0137, "Realm Extensible
    Measurements"), by other code than the verifier's."""
    rems = [bytes(32)] * 4
    for line in events.splitlines():
        rem, value = line.split()
        number = int(rem.removeprefix("rem"))
        rems[number] = hashlib.sha256(
            rems[number] + bytes.fromhex(value)).digest()
    return [rem.hex() for rem in rems]


def test_the_token_shows_what_the_guest_measured(tool):
    events = (tool.folder / "events").read_text()
    assert len(events.splitlines()) == 1 + 2 + 3 + 4
    document = json.loads(tool.run("token", "show", "--json", "token"))
    claims = document["cca-realm-delegated-token"]
    assert claims["cca-realm-extensible-measurements"] == extended(events)
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--events",
                          "events")
    assert found["rems"] == found["rim"] == "pass"


@pytest.mark.parametrize("change", [
    lambda lines: lines[:-1],
    lambda lines: [*lines, lines[0]],
    lambda lines: [lines[0], lines[2], lines[1], *lines[3:]],
    lambda lines: [lines[0].replace("rem0", "rem1"), *lines[1:]],
    lambda lines: [lines[0][:-1] + "f", *lines[1:]],
    lambda lines: []], ids=[
        "one less", "one more", "another order", "another register",
        "another value", "none"])
def test_another_log_is_found_out(tool, change):
    lines = (tool.folder / "events").read_text().splitlines()
    (tool.folder / "other").write_text("\n".join([*change(lines), ""]))
    found = tool.verdicts(*EXPECTED, "--policy", "policy", "--events",
                          "other", code=1)
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == ["rems"]


def test_the_components_are_the_images_that_were_loaded(tool):
    images = {"monitor": "monitor/monitor.bin",
              "rmm": "rmm/port/a64/rmm.bin",
              "hypervisor": "hypervisor/port/a64/hypervisor_debug.bin"}
    hashes = [f"{name}={hashlib.sha256((FIRMWARE / path).read_bytes()).hexdigest()}"
              for name, path in images.items()]
    (tool.folder / "strict").write_text(
        'lifecycle = ["secured", "non-platform-debug"]\n'
        f"components = {json.dumps(hashes)}\n"
        'require = ["challenge", "rim", "rpv"]\n')
    found = tool.verdicts(*EXPECTED, "--policy", "strict")
    assert found["software-components"] == "pass"


def test_both_signatures_hold_by_other_code(tool):
    token = cbor2.loads((tool.folder / "token").read_bytes())
    key = serialization.load_pem_public_key(
        (tool.folder / "key.pem").read_bytes())
    platform, realm = (cbor2.loads(part) for _, part in token.value.values())
    claims = cbor2.loads(tokens.verify(platform, key))
    rak = cbor2.loads(cbor2.loads(realm.value[2])[44237])
    tokens.verify(realm, tokens.key_of_point(rak[-2], rak[-3]))
    assert claims[256][0] == 1 and len(claims[256]) == 33
    assert claims[2395] == 0x4000
    assert claims[265] == "tag:arm.com,2023:cca_platform#1.0.0"
