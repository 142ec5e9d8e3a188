# SPDX-License-Identifier: BSD-3-Clause
"""reeve token and reeve refs, with tokens that tests/tokens.py makes. Python's
cbor2 reads the documents."""
import hashlib
import json
import re
import subprocess

import cbor2
import pytest
import tokens
from conftest import ROOT

CHECKS = ["platform-signature", "realm-signature", "realm-key-binding",
          "challenge", "lifecycle", "platform-identity",
          "software-components", "platform-options", "rim", "rems", "rpv",
          "realm-options", "hash-algorithms"]
KEYS = tokens.new_keys()
# Waives what no token is accepted without.
WAIVED = ["--no-challenge", "--no-references"]
GIVEN = ["--refs", "refs.json", "--challenge", tokens.CHALLENGE.hex()]


@pytest.fixture
def case(reeve):
    """Returns a function that writes a case's token. The key and the reference
    values to verify it are written at once."""
    reeve.write("platform.pem", tokens.pem(KEYS["platform"]))
    reeve.write("refs.json", json.dumps(tokens.refs()))

    def write(*edits):
        reeve.write("token", tokens.make({"edits": list(edits)}, KEYS))
        return reeve

    return write


def verify(reeve, *options, code=0):
    done = reeve.run("token", "verify", "token", "--platform-key",
                     "platform.pem", *options)
    assert done.returncode == code, done.stdout + done.stderr
    return done


def verdicts(reeve, *options, code=0):
    document = json.loads(verify(reeve, "--json", *options, code=code).stdout)
    assert document["accepted"] == (code == 0)
    assert [check["check"] for check in document["checks"]] == CHECKS
    return {check["check"]: check["verdict"] for check in document["checks"]}


def test_a_good_token_is_accepted(case):
    reeve = case()
    options = ["--refs", "refs.json", "--challenge", tokens.CHALLENGE.hex()]
    done = verify(reeve, *options)
    lines = done.stdout.splitlines()
    assert lines[-1] == "accepted"
    assert [line.split()[1] for line in lines[:-1]] == CHECKS
    found = verdicts(reeve, *options)
    assert {name for name, verdict in found.items() if verdict != "pass"} == {
        "platform-identity", "software-components", "platform-options",
        "realm-options"}


def test_what_is_waived_is_not_checked(case):
    found = verdicts(case(), *WAIVED)
    assert {name for name, verdict in found.items()
            if verdict == "unchecked"} == {
        "challenge", "platform-identity", "software-components",
        "platform-options", "rim", "rems", "rpv", "realm-options"}


@pytest.mark.parametrize("options, missing", [
    ([], {"challenge", "rim"}), (WAIVED[:1], {"rim"}),
    (WAIVED[1:], {"challenge"}), (GIVEN[:2], {"challenge"}),
    (GIVEN[2:], {"rim"}), (GIVEN[:2] + WAIVED[:1], set()),
    (GIVEN[2:] + WAIVED[1:], set()),
])
def test_nothing_is_accepted_by_default(case, options, missing):
    reeve = case()
    code = 1 if missing else 0
    found = verdicts(reeve, *options, code=code)
    assert {n for n, verdict in found.items()
            if verdict == "missing"} == missing
    lines = verify(reeve, *options, code=code).stdout.splitlines()
    assert lines[-1] == ("NOT ACCEPTED: give what is missing, or waive it"
                         if missing else "accepted")
    for name in missing:
        (line,) = [i for i, line in enumerate(lines)
                   if line.startswith(f"MISSING   {name} ")]
        assert "--no-" in lines[line + 1]


def test_a_policy_requires_what_the_command_line_waives(case):
    reeve = case()
    reeve.write("policy", 'require = ["challenge", "rim"]\n')
    found = verdicts(reeve, "--policy", "policy", *WAIVED, code=1)
    assert found["challenge"] == found["rim"] == "fail"


def test_a_challenge_accepts_one_token(case):
    reeve = case()
    done = reeve.run("token", "challenge", "nonce")
    challenge = done.stdout.strip()
    assert done.returncode == 0 and re.fullmatch("[0-9a-f]{64}", challenge)
    path = reeve.folder / "nonce"
    assert path.read_text() == challenge + "\n"
    assert path.stat().st_mode & 0o777 == 0o600
    again = reeve.run("token", "challenge", "nonce")
    assert again.returncode == 1 and again.stdout == ""
    assert path.read_text() == challenge + "\n"
    options = ["--refs", "refs.json", "--challenge-file", "nonce"]
    assert verdicts(reeve, *options, code=1)["challenge"] == "fail"
    assert path.exists()
    case(["set", "realm/claims/10", {"hex": challenge + "00" * 32}])
    assert verdicts(reeve, *options)["challenge"] == "pass"
    assert not path.exists()
    done = verify(reeve, *options, code=1)
    assert "nonce: cannot be opened" in done.stderr and done.stdout == ""


def test_challenges_differ(reeve):
    made = {reeve.run("token", "challenge").stdout for _ in range(3)}
    assert len(made) == 3


@pytest.mark.parametrize("text", ["", "\n", "xyz\n", "00 11\n"])
def test_a_file_without_a_challenge_is_exit_1(case, text):
    reeve = case()
    reeve.write("nonce", text)
    done = verify(reeve, "--challenge-file", "nonce", "--no-references",
                  code=1)
    assert "nonce: holds no challenge" in done.stderr


@pytest.mark.parametrize("edit, check", [
    (["sign", "platform", "other"], "platform-signature"),
    (["sign", "realm", "other"], "realm-signature"),
    (["set", "platform/claims/10", {"bytes": 32}], "realm-key-binding"),
    (["set", "realm/claims/10", {"bytes": 64}], "challenge"),
    (["set", "platform/claims/2395", 0x4000], "lifecycle"),
    (["set", "realm/claims/44238", {"bytes": 32}], "rim"),
    (["set", "realm/claims/44235", {"bytes": 64}], "rpv"),
])
def test_a_check_that_fails_is_named(case, edit, check):
    reeve = case(edit)
    options = ["--refs", "refs.json", "--challenge", tokens.CHALLENGE.hex()]
    found = verdicts(reeve, *options, code=1)
    assert [name for name, verdict in found.items()
            if verdict == "fail"] == [check]
    done = verify(reeve, *options, code=1)
    assert done.stdout.splitlines()[-1] == "REFUSED"
    assert f"FAILED    {check}" in done.stdout


def test_a_debug_platform_tells_the_way_out(case):
    reeve = case(["set", "platform/claims/2395", 0x4000])
    hint = verify(reeve, *WAIVED, code=1).stdout
    assert 'lifecycle=["secured","non-platform-debug"]' in hint
    reeve.write("policy", 'lifecycle=["secured","non-platform-debug"]\n')
    assert verdicts(reeve, "--policy", "policy",
                    *WAIVED)["lifecycle"] == "pass"


@pytest.mark.parametrize("state", [0, 0x1000, 0x2000, 0x5000, 0x6000, 0x7000,
                                   0x3F00])
def test_no_way_out_is_told_for_other_states(case, state):
    """Least of all the one for a debug platform, which would not help."""
    reeve = case(["set", "platform/claims/2395", state])
    done = verify(reeve, *WAIVED, "--json", code=1)
    check, = [one for one in json.loads(done.stdout)["checks"]
              if one["check"] == "lifecycle"]
    assert check["verdict"] == "fail" and "hint" not in check


def test_a_shorter_challenge_has_zeros_behind(case):
    challenge = bytes(range(32))
    reeve = case(["set", "realm/claims/10",
                  {"hex": challenge.hex() + "00" * 32}])
    assert verdicts(reeve, "--no-references", "--challenge",
                    challenge.hex())["challenge"] == "pass"
    assert verdicts(reeve, "--no-references", "--challenge",
                    challenge[:31].hex(), code=1)["challenge"] == "fail"


def test_policy_names_platforms_and_components(case):
    reeve = case()
    monitor, rmm = (tokens.pattern(n, 32).hex() for n in (6, 7))
    reeve.write("policy", f"""
implementation = "{tokens.pattern(4, 32).hex()}"
instance = "01{tokens.pattern(5, 32).hex()}"
platform_config = "01010000"
components = ["rmm={rmm}", "monitor={monitor}"]
hash = ["sha-256"]
""")
    found = verdicts(reeve, "--policy", "policy", *WAIVED)
    assert found["platform-identity"] == "pass"
    assert found["software-components"] == "pass"
    for line in ('platform_config="00"', f'instance="01{"00" * 32}"',
                 f'implementation="{"00" * 32}"'):
        reeve.write("policy", line + "\n")
        assert verdicts(reeve, "--policy", "policy",
                        code=1)["platform-identity"] == "fail"
    for components in (f'"rmm={rmm}"', f'"rmm={monitor}","monitor={rmm}"',
                       f'"rmm={rmm}","monitor={monitor}","x={rmm}"'):
        reeve.write("policy", f"components=[{components}]\n")
        assert verdicts(reeve, "--policy", "policy",
                        code=1)["software-components"] == "fail"
    reeve.write("policy", 'hash=["sha-384"]\n')
    assert verdicts(reeve, "--policy", "policy",
                    code=1)["hash-algorithms"] == "fail"


def test_profiles_are_those_of_the_documentation(reeve):
    text = reeve.run("token", "profiles").stdout
    page = (ROOT / "docs" / "attestation.md").read_text()
    assert f"```\n{text}```\n" in page
    document = json.loads(reeve.run("token", "profiles", "--json").stdout)
    assert len(document) == 15
    for profile in document:
        assert profile["profile"] in text
        for claim in profile["claims"]:
            assert re.search(rf"^{claim['key']} .* {claim['name']} ", text,
                             re.M)


def test_policy_accepts_other_hash_names(case):
    reeve = case(["set", "platform/claims/2399/0/6", "MAKER_SHA256"])
    done = verify(reeve, *WAIVED, code=1)
    assert "found MAKER_SHA256" in done.stdout
    assert "hash=[...]" in done.stdout
    reeve.write("policy", 'hash = ["sha-256", "MAKER_SHA256"]\n')
    assert verdicts(reeve, "--policy", "policy",
                    *WAIVED)["hash-algorithms"] == "pass"
    reeve.write("policy", 'hash = "MAKER_SHA256"\n')
    assert verdicts(reeve, "--policy", "policy", *WAIVED,
                    code=1)["hash-algorithms"] == "fail"


def test_policy_accepts_measurements_of_another_size(case):
    reeve = case(["set", "realm/claims/44238", {"bytes": 64}])
    done = verify(reeve, *WAIVED, code=1)
    assert ("expected measurements of 32 bytes, for sha-256, found 64 bytes"
            in done.stdout)
    reeve.write("policy", 'allow = "measurement-size"\n')
    assert verdicts(reeve, "--policy", "policy",
                    *WAIVED)["hash-algorithms"] == "pass"


DEVICES = "ab" * 32
SIGNER = "cd" * 48


@pytest.mark.parametrize("line, edits, check", [
    ('mec_policy = "private"', [["set", "realm/claims/44243", 1]],
     "realm-options"),
    ('lfa_policy = "disallow"', [["set", "realm/claims/44244", 0]],
     "realm-options"),
    (f'devices = "{DEVICES}"',
     [["set", "realm/claims/44257", {"hex": DEVICES}]], "realm-options"),
    ("client_id = 1", [["set", "platform/claims/2394", 1]],
     "platform-options"),
    (f'countersigners = ["00", "{SIGNER}"]',
     [["set", "platform/claims/2399/0/8", [{"hex": SIGNER}]],
      ["set", "platform/claims/2399/1/8",
       [{"bytes": 32}, {"hex": SIGNER}]]], "platform-options"),
])
def test_policy_asks_for_options(case, line, edits, check):
    reeve = case()
    reeve.write("policy", line + "\n")
    assert verdicts(reeve, "--policy", "policy", *WAIVED,
                    code=1)[check] == "fail"
    case(*edits)
    assert verdicts(reeve, "--policy", "policy", *WAIVED)[check] == "pass"


@pytest.mark.parametrize("line, edit, check", [
    ('devices = "none"', ["set", "realm/claims/44257", {"bytes": 32}],
     "realm-options"),
    ('live_activation = "none"', ["set", "platform/claims/2399/1/7", True],
     "platform-options"),
])
def test_policy_refuses_options(case, line, edit, check):
    reeve = case()
    reeve.write("policy", line + "\n")
    assert verdicts(reeve, "--policy", "policy", *WAIVED)[check] == "pass"
    case(edit)
    assert verdicts(reeve, "--policy", "policy", *WAIVED,
                    code=1)[check] == "fail"


def test_policy_can_require_checks(case):
    reeve = case()
    names = ["challenge", "rim", "rems", "rpv", "software-components",
             "platform-identity"]
    reeve.write("policy", f"require={json.dumps(names)}\n")
    found = verdicts(reeve, "--policy", "policy", code=1)
    assert {n for n, verdict in found.items() if verdict == "fail"} == set(
        names)


@pytest.mark.parametrize("line, key", [
    ('lifecycle = "open"', "lifecycle"), ("lifecycle = 3", "lifecycle"),
    ("hash = [3]", "hash"), ('implementation = "00"', "implementation"),
    ("instance = 1", "instance"), ('platform_config = "0"', "platform_config"),
    ('components = "monitor"', "components"),
    ('components = "monitor="', "components"),
    ('components = [["a=00"]]', "components"), ('colour = "red"', "colour"),
    ('require = "luck"', "require"), ('allow = "all"', "allow"),
    ('mec_policy = "open"', "mec_policy"), ("lfa_policy = 1", "lfa_policy"),
    ('devices = "0"', "devices"), ("client_id = 2", "client_id"),
    ('live_activation = "all"', "live_activation"),
    ('countersigners = "x"', "countersigners"),
    # An empty list would be no limit, or accept nothing.
    *((f"{key} = []", key) for key in (
        "lifecycle", "hash", "components", "countersigners")),
])
def test_a_policy_that_is_wrong_is_exit_2(case, line, key):
    reeve = case()
    reeve.write("policy", line + "\n")
    done = verify(reeve, "--policy", "policy", code=2)
    assert done.stdout == ""
    assert re.search(rf"^policy:1:\d+: error: {key}: ", done.stderr, re.M)


def test_a_policy_that_is_wrong_is_told_what_to_write(case):
    reeve = case()
    for line, words in (
            ('lifecycel = ["secured"]', "lifecycle, hash, require"),
            ('lifecycle = "open"', "unknown, assembly-and-test"),
            ('require = "luck"', "platform-signature, realm-signature"),
            ('mec_policy = "open"', "shared, private")):
        reeve.write("policy", line + "\n")
        said = verify(reeve, "--policy", "policy", code=2).stderr.splitlines()
        assert len(said) == 2 and f"note: write one of: {words}" in said[1]


def test_rems_are_those_of_the_events(case):
    first, second = b"loaded a module", b"started a container"
    rem = hashlib.sha256(bytes(32) + first).digest()
    rem = hashlib.sha256(rem + second).digest()
    reeve = case(["set", "realm/claims/44239/1", {"hex": rem.hex()}])
    reeve.write("events", f"# boot\nrem1 {first.hex()}\n\n"
                f"  rem1\t{second.hex()} # later\n")
    options = ["--refs", "refs.json", "--events", "events", "--no-challenge"]
    assert verdicts(reeve, *options)["rems"] == "pass"
    reeve.write("events", f"rem1 {second.hex()}\nrem1 {first.hex()}\n")
    assert verdicts(reeve, *options, code=1)["rems"] == "fail"
    reeve.write("events", "")
    assert verdicts(reeve, *options, code=1)["rems"] == "fail"


def test_a_rem_that_is_null_is_not_compared(case):
    reeve = case(["set", "realm/claims/44239/1", {"bytes": 32}])
    options = ["--refs", "refs.json", "--no-challenge"]
    for rems, code in (([None, None, None, "00" * 32], 0),
                       ([None, "00" * 32, None, None], 1)):
        reeve.write("refs.json", json.dumps({**tokens.refs(), "rems": rems}))
        assert verdicts(reeve, *options, code=code)["rems"] == (
            "fail" if code else "pass")
    reeve.write("refs.json", json.dumps({**tokens.refs(), "rems": [None] * 4}))
    assert verdicts(reeve, *options)["rems"] == "unchecked"


@pytest.mark.parametrize("text", [
    "rem4 00", "rem 00", "rem0", "rem0 0", "rem0 zz", "rem0 00 00",
    "rem0 " + "00" * 65, "rem0\x00 00",
])
def test_a_wrong_event_list_is_exit_2(case, text):
    reeve = case()
    reeve.write("events", "rem0 00\n" + text + "\n")
    done = verify(reeve, "--refs", "refs.json", "--events", "events", code=2)
    assert "events" in done.stderr and done.stdout == ""


@pytest.mark.parametrize("refs", [
    "", "[]", "{}", '{"hash":"sha-1","rim":""}', '{"hash":"sha-256"}',
    '{"hash":"sha-256","rim":"00"}', '{"hash":"sha-256","rim":3}',
    '{"hash":"sha-256","rim":"' + "0" * 64 + '","rpv":"00"}',
    '{"hash":"sha-256","rim":"' + "0" * 64 + '","rems":["00"]}',
    '{"hash":"sha-256","rim":"' + "0" * 64 + '","rems":[1,2,3,4]}',
    '{"hash":"sha-256","rim":"' + "0" * 64 + '","rems":[null,null,null]}',
    2 * ('{"hash":"sha-256","rim":"' + "0" * 64 + '"}'),
    '{"hash":"sha-256","rim":"' + "0" * 64 + '"} x',
])
def test_wrong_reference_values_are_exit_2(case, refs):
    reeve = case()
    reeve.write("refs.json", refs)
    done = verify(reeve, "--refs", "refs.json", code=2)
    assert "holds no reference values" in done.stderr


@pytest.mark.parametrize("name", ["rem", "RPV", "software", "r\x1b[2Jm"])
def test_a_reference_value_that_is_not_compared_is_refused(case, name):
    """As one in a CoRIM: a misspelt name must not pass as nothing wanted."""
    reeve = case()
    reeve.write("refs.json", json.dumps({**tokens.refs(), name: "00"}))
    done = verify(reeve, "--refs", "refs.json", code=2)
    shown = name.replace("\x1b", "\\x1b")
    assert f"refs.json: error: {shown}: is not compared here" in done.stderr


@pytest.mark.parametrize("options", [
    [], ["--platform-key", "platform.pem", "--config", "a",
         "--no-references"],
    ["--platform-key", "platform.pem", "--events", "e"],
    ["--platform-key", "platform.pem", "--challenge", "xyz"],
    ["--platform-key", "platform.pem", "--challenge", ""],
    ["--platform-key", "platform.pem", "--challenge", "00" * 65],
    ["--platform-key", "token"], ["--platform-key", "refs.json"],
    ["--platform-key", "platform.pem", "--platform-root", "platform.pem"],
    ["--platform-root", "platform.pem"],
    ["--platform-key", "platform.pem", "--challenge", "00", "--no-challenge"],
    ["--platform-key", "platform.pem", "--challenge", "00",
     "--challenge-file", "f"],
    ["--platform-key", "platform.pem", "--refs", "refs.json",
     "--no-references"],
])
def test_a_wrong_command_line_is_exit_2(case, options):
    done = case().run("token", "verify", "token", *options)
    assert done.returncode == 2 and done.stdout == "" and done.stderr


@pytest.mark.parametrize("options", [
    ["--platform-key", "absent"],
    ["--platform-key", "platform.pem", "--refs", "absent"],
    ["--platform-key", "platform.pem", "--policy", "absent"],
])
def test_a_missing_file_is_exit_1(case, options):
    done = case().run("token", "verify", "token", *options)
    assert done.returncode == 1 and "absent" in done.stderr


def test_a_jwk_is_a_platform_key_too(case):
    reeve = case()
    reeve.write("platform.pem", json.dumps(tokens.jwk(KEYS["platform"])))
    verify(reeve, *WAIVED)


def test_show_agrees_with_cbor2(case):
    reeve = case()
    shown = json.loads(reeve.run("token", "show", "--json", "token").stdout)
    token = cbor2.loads((reeve.folder / "token").read_bytes())
    platform, realm = (cbor2.loads(cbor2.loads(part).value[2])
                       for _, part in token.value.values())
    assert shown["tag"] == token.tag
    part = shown["cca-platform-token"]
    assert part["cca-platform-challenge"] == platform[10].hex()
    assert part["cca-platform-lifecycle"] == platform[2395]
    assert part["cca-platform-service-indicator"] == platform[2400]
    assert [(c["component-type"], c["measurement-value"])
            for c in part["cca-platform-sw-components"]] == [
        (c[1], c[2].hex()) for c in platform[2399]]
    part = shown["cca-realm-delegated-token"]
    assert part["cca-realm-initial-measurement"] == realm[44238].hex()
    assert part["cca-realm-extensible-measurements"] == [
        rem.hex() for rem in realm[44239]]
    assert part["cca-realm-public-key"] == realm[44237].hex()
    text = reeve.run("token", "show", "token").stdout
    assert realm[44238].hex() in text and "0x3000 (secured)" in text


def test_openssl_verifies_what_we_verify(case):
    """The openssl command verifies both signatures of a good token."""
    reeve = case()
    token = cbor2.loads((reeve.folder / "token").read_bytes())
    for (_, part), key in zip(token.value.values(), ("platform", "realm")):
        protected, _, payload, signature = cbor2.loads(part).value
        reeve.write("text", cbor2.dumps(
            ["Signature1", protected, b"", payload]))
        reeve.write("signature", tokens.utils.encode_dss_signature(
            *(int.from_bytes(half, "big")
              for half in (signature[:48], signature[48:]))))
        reeve.write("key", tokens.pem(KEYS[key]))
        subprocess.run(["openssl", "dgst", "-sha384", "-verify", "key",
                        "-signature", "signature", "text"], check=True,
                       cwd=reeve.folder, stdout=subprocess.DEVNULL)


def test_all_options_that_were_looked_at_are_named(case):
    """If several hold, all are named; if one is wrong, only that one."""
    reeve = case()
    for devices, wanted in (("none", "memory shared, devices none"),
                            ("00", "devices 00")):
        reeve.write("policy", 'mec_policy = "shared"\n'
                    f'devices = "{devices}"\n')
        done = verify(reeve, *WAIVED, "--policy", "policy", "--json",
                      code=int(devices != "none"))
        checks = {item["check"]: item
                  for item in json.loads(done.stdout)["checks"]}
        assert checks["realm-options"]["expected"] == wanted


def test_refs_json_is_what_verify_takes(case):
    reeve = case()
    config = reeve.config(realm_rpv='"aabb"')
    reeve.write("rim.json", reeve.run("measure", "--json", config).stdout)
    measured = json.loads((reeve.folder / "rim.json").read_text())
    assert reeve.run("refs", config, "--json", "-o",
                     "refs.json").returncode == 0
    refs = json.loads((reeve.folder / "refs.json").read_text())
    assert refs == {"name": "probe", "hash": "sha-256",
                    "rim": measured["rim"], "rpv": measured["rpv"]}
    case(["set", "realm/claims/44238", {"hex": refs["rim"]}],
         ["set", "realm/claims/44235", {"hex": refs["rpv"]}])
    for options in (["--refs", "refs.json"], ["--refs", "rim.json"],
                    ["--config", config]):
        found = verdicts(reeve, "--no-challenge", *options)
        assert (found["rim"], found["rpv"]) == ("pass", "pass")
    found = verdicts(reeve, "--config", config, "--set", "memory=640", code=1)
    assert found["rim"] == "fail"


@pytest.mark.parametrize("name, size", [
    ("sha256", 32), ("sha384", 48), ("sha512", 64)])
def test_refs_is_a_corim(reeve, name, size):
    config = reeve.config(realm_hash=f'"{name}"', realm_rpv='"0102"')
    reeve.write("events", "rem3 00\n")
    done = reeve.run("refs", config, "--events", "events", text=False)
    assert done.returncode == 0
    measured = json.loads(reeve.run("measure", "--json", config).stdout)
    corim = cbor2.loads(done.stdout)
    assert corim.tag == 501 and set(corim.value) == {0, 1, 3}
    assert corim.value[3].tag == 32
    assert corim.value[3].value == "tag:arm.com,2025:cca_realm#1.0.0"
    (comid,) = corim.value[1]
    assert comid.tag == 506
    comid = cbor2.loads(comid.value)
    assert comid[1][0].startswith("reeve-")
    ((environment, measurements),) = comid[4][0]
    rim = bytes.fromhex(measured["rim"])
    assert environment[0][0].tag == 560 and environment[0][0].value == rim
    values = {m[0]: m[1] for m in measurements}
    algorithm = f"sha-{name[3:]}"
    assert values["cca.rim"] == {2: [[algorithm, rim]]}
    assert values["cca.rem0"] == {2: [[algorithm, bytes(size)]]}
    assert values["cca.rem3"] == {2: [[algorithm, hashlib.new(
        name, bytes(size + 1)).digest()]]}
    assert values["cca.rpv"][4].tag == 560
    assert values["cca.rpv"][4].value == b"\x01\x02" + bytes(62)
    # The same Realm without its REMs is another document.
    done = reeve.run("refs", config, text=False)
    assert cbor2.loads(done.stdout).value[0] != corim.value[0]


def test_refs_of_an_ordinary_guest_is_exit_2(reeve):
    done = reeve.run("refs", reeve.config(realm=None), "--json")
    assert done.returncode == 2 and done.stdout == ""
