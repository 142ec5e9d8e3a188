# SPDX-License-Identifier: BSD-3-Clause
"""What reeve refs writes. tests/corim_rules.py judges each file's structure,
and Python's cryptography its signature."""

import hashlib
import re
import subprocess
import time

import corim_rules
import pytest
import tokens
from conftest import ROOT
from cryptography.hazmat.primitives import serialization
from tokens import Encoded, Map, Tag

KEYS = tokens.new_keys()
PARTS = {"monitor": b"m" * 5000, "rmm": b"r" * 7000, "hypervisor": b"h" * 900}
SYSTEM = b"reeve-cca-host-qemu-virt".ljust(32, b"\0")


@pytest.fixture
def firmware(reeve, monkeypatch):
    """A firmware image of known parts, which reeve finds."""
    for name, content in PARTS.items():
        reeve.write(name, content)
    subprocess.run(["/usr/bin/python3", ROOT / "firmware" / "pack.py", "image",
                    *PARTS], cwd=reeve.folder, check=True)
    monkeypatch.setenv("REEVE_FIRMWARE", str(reeve.folder / "image"))
    return reeve


def written(reeve, *arguments, numbers=False):
    """Runs reeve refs. Returns the CoRIM's map, its CoMID and its message."""
    done = reeve.run("refs", *arguments, "-o", "out")
    assert done.returncode == 0, done.stderr
    corim, message = corim_rules.check((reeve.folder / "out").read_bytes(),
                                       numbers)
    tag, = corim.value[1]
    return corim.value, corim_rules.decode(tag.value), message


def refused(reeve, *arguments, code=2):
    done = reeve.run("refs", *arguments, "-o", "out")
    assert done.returncode == code and not (reeve.folder / "out").exists()
    return done.stderr


def private(reeve, name):
    """Writes a private key, and the public one. Returns their names."""
    reeve.write(f"{name}.key", KEYS[name].private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption()))
    reeve.write(f"{name}.pub", tokens.pem(KEYS[name]))
    return f"{name}.key", f"{name}.pub"


# ---- Platforms --------------------------------------------------------------

def components(comid):
    (_, measurements), = comid[4][0]
    return {item[1][11]: item[1] for item in measurements
            if item[0] == "cca.software-component"}


def test_the_platform_is_that_of_the_firmware(firmware):
    _, comid, _ = written(firmware, "--platform")
    (environment, measurements), = comid[4][0]
    assert environment == {0: {0: (560, SYSTEM)}}
    found = components(comid)
    assert list(found) == list(PARTS)
    for name, content in PARTS.items():
        assert found[name][2] == [["sha-256",
                                   hashlib.sha256(content).digest()]]
        assert found[name][13] == [(560, bytes(32))]
        assert found[name][0][0]
    assert measurements[-1] == {
        0: "cca.platform-config",
        1: {4: (563, [bytes.fromhex("01010000"), b"\xff" * 4])}}
    _, debug, _ = written(firmware, "--platform", "--debug-console")
    assert debug[4][0][0][1][-1][1][4].value[0] == bytes.fromhex("01030000")


def test_another_part_has_another_digest_and_no_version(firmware):
    firmware.write("mine", b"another")
    for name in PARTS:
        _, comid, _ = written(firmware, "--platform", f"--{name}", "mine")
        for other, values in components(comid).items():
            content = b"another" if other == name else PARTS[other]
            assert values[2][0][1] == hashlib.sha256(content).digest()
            assert (0 in values) == (other != name)
    (firmware.folder / "out").unlink()
    assert "absent" in refused(firmware, "--platform", "--rmm", "absent",
                               code=1)


def test_the_platform_s_key_is_for_its_instance(firmware):
    _, public = private(firmware, "platform")
    _, comid, _ = written(firmware, "--platform", "--platform-key", public)
    (environment, keys), = comid[4][3]
    cose = tokens.encode(tokens.cose_key(KEYS["platform"]))
    assert environment == {0: {0: (560, SYSTEM)}, 1: (
        550, b"\x01" + hashlib.sha256(cose).digest())}
    assert keys == [(554, tokens.pem(KEYS["platform"]).decode())]
    (firmware.folder / "out").unlink()
    firmware.write("set", tokens.key_set(KEYS))
    assert "must be one" in refused(firmware, "--platform", "--platform-key",
                                    "set")


def test_the_platform_of_a_token(reeve):
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    _, public = private(reeve, "platform")
    _, comid, _ = written(reeve, "--platform", "--from-token", "token",
                          "--platform-key", public)
    (environment, measurements), = comid[4][0]
    assert environment == {0: {0: (560, tokens.pattern(4, 32))}}
    assert measurements[0] == {0: "cca.software-component", 1: {
        0: {0: "1.0"}, 2: [["sha-256", tokens.pattern(6, 32)]],
        11: "monitor", 13: [(560, bytes(32))]}}
    assert comid[4][3][0][0][1] == (550, b"\x01" + tokens.pattern(5, 32))
    # It is then a key of that instance, and the values those of the token.
    done = reeve.run("token", "verify", "token", "--platform-key", "out",
                     "--refs", "out", "--no-challenge", "--no-references")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\nok        platform-identity    implementation " in done.stdout
    assert "\nok        software-components  2 components" in done.stdout


@pytest.mark.parametrize("path", ["platform/claims/2396",
                                  "platform/claims/2399",
                                  "platform/claims/2401",
                                  "parts/44234"])
def test_a_token_that_describes_no_platform(reeve, path):
    reeve.write("token", tokens.make({"edits": [["delete", path]]}, KEYS))
    text = refused(reeve, "--platform", "--from-token", "token", code=1)
    assert "does not describe its platform" in text


def test_the_last_of_several_tokens_without_a_platform(reeve):
    """If one of several tokens lacks a platform, no file is written."""
    reeve.write("good", tokens.make({"edits": []}, KEYS))
    reeve.write("bad", tokens.make(
        {"edits": [["delete", "platform/claims/2396"]]}, KEYS))
    refused(reeve, "--platform", "--from-token", "good", "bad", code=1)
    _, comid, _ = written(reeve, "--platform", "--from-token", "good", "good")
    assert len(comid[4][0]) == 2


# ---- Realms -----------------------------------------------------------------

def rims(comid):
    return [dict((m[0], m[1]) for m in measurements)["cca.rim"][2][0][1]
            for _, measurements in comid[4][0]]


def test_several_configurations_are_several_environments(reeve):
    names = [reeve.config(f"{memory}.cfg", memory=memory)
             for memory in ("512", "640", "768")]
    _, comid, _ = written(reeve, *names)
    assert len(set(rims(comid))) == 3
    assert rims(comid) == [rims(written(reeve, name)[1])[0] for name in names]
    _, other, _ = written(reeve, *names, "vcpus=2")
    assert not set(rims(other)) & set(rims(comid))
    (reeve.folder / "out").unlink()
    assert "--json has one Realm" in refused(reeve, *names, "--json")


def test_several_with_a_wrong_one_make_no_file(reeve):
    good = reeve.config()
    wrong = reeve.config("wrong.cfg", memory="1")
    for names in ((good, wrong), (wrong, good)):
        refused(reeve, *names)
    reeve.write("events", "rem0 00\n")
    assert "--events is about one Realm" in refused(
        reeve, good, good, "--events", "events")


@pytest.mark.parametrize("name, size", [
    ("sha256", 32), ("sha384", 48), ("sha512", 64)])
def test_both_spellings_of_a_digest(reeve, name, size):
    config = reeve.config(realm_hash=f'"{name}"')
    _, named, _ = written(reeve, config)
    _, counted, _ = written(reeve, config, "--digest-numbers", numbers=True)
    assert rims(named) == rims(counted) and len(rims(named)[0]) == size
    with pytest.raises(corim_rules.Wrong):
        corim_rules.check((reeve.folder / "out").read_bytes())


# ---- Names and times --------------------------------------------------------

def test_names_are_unique_and_do_not_change(reeve):
    config = reeve.config(realm_rpv='"00"')
    seen = {}
    for options in ([], ["realm_rpv=\"01\""], ["--not-after", "2099-01-01"],
                    ["--digest-numbers"], ["--tag-version", "7"],
                    ["--tag-id", "mine"]):
        corim, comid, _ = written(reeve, config, *options,
                                  numbers="--digest-numbers" in options)
        again, _, _ = written(reeve, config, *options,
                              numbers="--digest-numbers" in options)
        assert again == corim
        assert corim[0] not in seen, (options, seen[corim[0]])
        seen[corim[0]] = options
        assert corim[0].startswith("reeve-")
        assert comid[1][0] != corim[0]
    assert comid[1] == {0: "mine"}
    _, comid, _ = written(reeve, config, "--tag-id", "mine",
                          "--tag-version", "18446744073709551614"[:18])
    assert comid[1] == {0: "mine", 1: 184467440737095516}


def test_validity_is_written_and_looked_at(reeve):
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    private(reeve, "platform")
    for options, problem in (
            (["--not-after", "2099-12-31"], None),
            (["--not-before", "2001-01-01", "--not-after",
              "2099-12-31T12:00:00Z"], None),
            (["--not-after", "2001-01-01"], "no longer valid"),
            (["--not-before", "2098-01-01", "--not-after", "2099-01-01"],
             "not valid yet")):
        written(reeve, "--from-token", "token", *options)
        done = reeve.run("token", "verify", "token", "--platform-key",
                         "platform.pub", "--refs", "out", "--no-challenge")
        assert done.returncode == (2 if problem else 0), done.stderr
        assert not problem or problem in done.stderr
    corim, _, _ = written(reeve, "--from-token", "token", "--not-before",
                          "2030-01-02", "--not-after", "2030-01-02")
    assert corim[4] == {0: (1, 1893542400), 1: (1, 1893542400 + 86399)}


@pytest.mark.parametrize("option, value, form", [
    ("--not-after", "tomorrow", "2030-12-31T12:00:00Z"),
    ("--not-after", "2030-02-31", "2030-12-31T12:00:00Z"),
    ("--tag-version", "x", "a number")])
def test_a_value_of_another_form_is_told_the_form(reeve, option, value, form):
    done = reeve.run("refs", "guest.cfg", option, value)
    assert done.returncode == 2
    assert f"reeve refs: {option}: '{value}' cannot be used\n" in done.stderr
    assert re.search(f"reeve: note: write .*{form}\n", done.stderr)


@pytest.mark.parametrize("options", [
    ["--not-after", "2030-02-31"], ["--not-after", "tomorrow"],
    ["--not-after", ""], ["--not-after", "2030-01-01T00:00:00"],
    ["--not-after", "2030-01-01 "], ["--not-before", "2030-01-01"],
    ["--not-before", "2030-01-02", "--not-after", "2030-01-01"],
    ["--tag-version", "-1"], ["--tag-version", "x"], ["--tag-version", ""],
    ["--tag-version", "99999999999999999999"],
    ["--tag-version", "9223372036854775808"],
    ["--tag-id", "a\nb"], ["--tag-id", "n" * 256], ["--signer", "me"],
    ["--sign", "guest.cfg"], ["--platform-key", "guest.cfg"],
    ["--debug-console"], ["--rmm", "kernel"], ["--json", "--tag-id", "a"],
    ["--json", "--sign", "k"], ["--platform"],
])
def test_a_wrong_command_line_is_exit_2(reeve, options):
    assert refused(reeve, reeve.config(), *options)


@pytest.mark.parametrize("options", [
    ["--json"], ["--events", "e"], ["--strict"], ["--set", "memory=640"],
    ["guest.cfg"], ["--platform-key", "kernel"]])
def test_a_wrong_command_line_of_a_platform_is_exit_2(firmware, options):
    assert refused(firmware, "--platform", *options)


# ---- Signatures -------------------------------------------------------------

@pytest.mark.parametrize("key", ["other", "p256", "p384", "p521"])
def test_a_corim_is_signed(reeve, key):
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    secret, public = private(reeve, key)
    _, _, message = written(reeve, "--from-token", "token", "--sign", secret,
                            "--signer", "Ünal & Co", "--not-after",
                            "2099-01-01")
    protected, _, payload, signature = message.value
    size, _, number, algorithm, _ = tokens.CURVES[KEYS[key].curve.name]
    headers = corim_rules.decode(protected)
    assert headers[1] == number
    meta = corim_rules.decode(headers[8])
    assert meta[0] == {0: "Ünal & Co"} and meta[1][1][0] == 1
    r, s = (int.from_bytes(half, "big")
            for half in (signature[:size], signature[size:]))
    KEYS[key].public_key().verify(
        tokens.utils.encode_dss_signature(r, s),
        tokens.encode(["Signature1", protected, b"", payload]),
        tokens.ec.ECDSA(algorithm()))
    private(reeve, "platform")
    verify = ["token", "verify", "token", "--platform-key", "platform.pub",
              "--refs", "out", "--no-challenge", "--refs-key"]
    done = reeve.run(*verify, public)
    assert done.returncode == 0, done.stderr
    assert reeve.run(*verify, "platform.pub").returncode == 2


def test_a_public_key_signs_nothing(reeve):
    _, public = private(reeve, "other")
    for name in (public, "absent"):
        text = refused(reeve, reeve.config(), "--sign", name,
                       code=2 if name == public else 1)
        assert name in text


def test_the_signer_s_name_is_that_of_the_key(reeve):
    secret, _ = private(reeve, "p256")
    _, _, message = written(reeve, reeve.config(), "--sign", secret)
    meta = corim_rules.decode(corim_rules.decode(message.value[0])[8])
    cose = tokens.encode(tokens.cose_key(KEYS["p256"]))
    assert meta == {0: {0: "key " + hashlib.sha256(cose).hexdigest()[:16]}}


def test_the_time_of_a_signature_is_looked_at(reeve):
    """The signer's headers may have a time that the CoRIM has not."""
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    private(reeve, "platform")
    written(reeve, "--from-token", "token")
    content = (reeve.folder / "out").read_bytes()
    now = int(time.time())
    for end, code in ((now + 100000, 0), (now - 100000, 2)):
        message = tokens.Signed(tokens.Raw(content), KEYS["other"])
        tokens.get(message.parts, "protected").extend([
            [3, "application/rim+cbor"],
            [8, Encoded((Map([[0, Map([[0, "me"]])],
                              [1, Map([[1, Tag((1, end))]])]]),))]])
        reeve.write("signed", tokens.sign(message))
        done = reeve.run("token", "verify", "token", "--platform-key",
                         "platform.pub", "--refs", "signed", "--no-challenge")
        assert done.returncode == code, done.stderr
        assert code == 0 or "no longer valid" in done.stderr
    message = tokens.Signed(tokens.Raw(content), KEYS["other"])
    tokens.get(message.parts, "protected").append([8, b"?"])
    reeve.write("signed", tokens.sign(message))
    done = reeve.run("token", "verify", "token", "--platform-key",
                     "platform.pub", "--refs", "signed", "--no-challenge")
    assert done.returncode == 2 and "is no CoRIM" in done.stderr


# ---- The checker itself -----------------------------------------------------

def walk(value, path=()):
    """Every place in a decoded CoRIM, with what is encoded in it."""
    yield path
    children = {}
    if isinstance(value, dict):
        children = value
    elif isinstance(value, (list, tuple)):
        children = dict(enumerate(value))
    for key, child in children.items():
        yield from walk(child, (*path, key))


def changed(value, path, edit):
    if not path:
        return edit(value)
    if isinstance(value, dict):
        result = {}
        for key, child in value.items():
            child = changed(child, path[1:], edit) if key == path[0] else child
            if child is not None:
                result[key] = child
        return result
    items = [changed(child, path[1:], edit) if i == path[0] else child
             for i, child in enumerate(value)]
    if isinstance(value, corim_rules.Tag):
        return corim_rules.Tag(*items)
    return [item for item in items if item is not None]




def test_the_checker_refuses_each_wrong_type(firmware):
    """Each item of a CoMID as another type is refused, so the rules look at
    each."""
    _, public = private(firmware, "platform")
    _, comid, _ = written(firmware, "--platform", "--platform-key", public,
                          "--tag-version", "2")
    realm = written(firmware, firmware.config(realm_rpv='"00"'))[1]
    triples = {"platform": comid, "realm": realm}
    count = 0
    for kind, document in triples.items():
        triple = (corim_rules.platform_triple if kind == "platform"
                  else corim_rules.realm_triple)(False)
        rules = corim_rules.record({0: corim_rules.some(triple)},
                                   {3: corim_rules.some(
                                       corim_rules.KEY_TRIPLE)})
        rules(document[4])
        for path in walk(document[4]):
            with pytest.raises(corim_rules.Wrong):
                rules(changed(document[4], path, lambda _: -1.5))
            count += 1
    assert count > 60


# ---- Every part of a file counts --------------------------------------------

def tree(value):
    """What corim_rules decoded, for the writer of tokens.py."""
    if isinstance(value, corim_rules.Tag):
        return Tag((value.number, tree(value.value)))
    if isinstance(value, dict):
        return Map([[key, tree(item)] for key, item in value.items()])
    if isinstance(value, list):
        return [tree(item) for item in value]
    return value


def another(value):
    """A value of the same type, if it has only one; else None: gone."""
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:]
    if isinstance(value, str):
        return value[:-1] + chr(ord(value[-1]) ^ 1)
    return value + 1 if isinstance(value, int) else None


def item_at(value, path):
    for key in path:
        value = value[key]
    return value


REALM_REMS = [f"cca.rem{i}" for i in range(4)]


@pytest.mark.parametrize("kind", ["platform", "realm"])
@pytest.mark.parametrize("edit", [another, lambda _: None])
def test_a_file_with_one_thing_changed_is_another(reeve, kind, edit):
    """If anything in an environment or a measurement is changed or left out,
    either the file or the token is refused."""
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    private(reeve, "platform")
    options = {"platform": ["--platform"], "realm": []}[kind]
    corim, comid, _ = written(reeve, "--from-token", "token", *options)
    verify = ["token", "verify", "token", "--platform-key", "platform.pub",
              "--refs", "changed", "--no-challenge"]
    if kind == "platform":
        verify.append("--no-references")
    accepted = []
    count = 0
    for path in walk(comid[4]):
        if not path or (edit is another and isinstance(
                item_at(comid[4], path), (dict, list, tuple))):
            continue
        if edit is not another and isinstance(
                item_at(comid[4], path[:-1]), tuple):
            continue  # a tag has its two parts
        other = changed(comid[4], path, edit)
        if other == comid[4]:
            continue
        document = Tag((501, Map([
            [0, "changed"], [1, [Tag((506, Encoded((Map([
                [1, Map([[0, "tag"]])], [4, tree(other)]]),))))]],
            [3, tree(corim[3])]])))
        reeve.write("changed", tokens.encode(document))
        done = reeve.run(*verify)
        assert done.returncode in (0, 1, 2)
        count += 1
        if done.returncode == 0:
            accepted.append((path, item_at(comid[4], path)))
    assert count >= 20
    # A value or a measurement that may be left out demands less without it.
    for path, value in accepted:
        assert edit is not another or value == b"\xff" * 4, path
        may_go = path[-1] in (0, 11) and isinstance(value, (dict, str))
        may_go |= isinstance(value, dict) and value.get(0) in (
            "cca.platform-config", "cca.rpv", *REALM_REMS)
        assert may_go or edit is another, (path, value)


def test_a_signature_covers_all(reeve):
    """A signed file with any byte changed is refused."""
    reeve.write("token", tokens.make({"edits": []}, KEYS))
    private(reeve, "platform")
    secret, public = private(reeve, "p256")
    written(reeve, "--from-token", "token", "--sign", secret)
    content = (reeve.folder / "out").read_bytes()
    verify = ["token", "verify", "token", "--platform-key", "platform.pub",
              "--refs", "changed", "--no-challenge", "--refs-key", public]
    for at in range(0, len(content), 7):
        reeve.write("changed", content[:at] + bytes([content[at] ^ 1 << at % 8])
                    + content[at + 1:])
        assert reeve.run(*verify).returncode == 2, at
    reeve.write("changed", content)
    assert reeve.run(*verify).returncode == 0
