# SPDX-License-Identifier: BSD-3-Clause
"""reeve token verify with a platform's reference values in CoRIM. tokens.py's
CBOR writer makes the files (draft-ietf-rats-corim-10, and the platform profile
of draft-ydb-rats-cca-endorsements-04), and none of Reeve's code."""

import json

import pytest
import tokens
from test_corim import IMPLEMENTATION, INSTANCE, KEYS, corim, realm, signed
from tokens import Encoded, Map, Tag

PROFILE = "tag:arm.com,2025:cca_platform#1.0.0"
LATER = "tag:arm.com,2025:endorsements/cca_platform#1.0.0"
OTHER_INSTANCE = b"\x01" + bytes(32)
CONFIG = bytes.fromhex("01010000")


def values(*entries, key="cca.software-component"):
    return Map([[0, key], [1, Map(list(entries))]])


def component(name="monitor", seed=6, signer=bytes(32), version="1.0",
              digests=None):
    """What tokens.component() is in a CoRIM."""
    entries = [] if version is None else [[0, Map([[0, version]])]]
    entries.append([2, digests or [["sha-256", tokens.pattern(seed, 32)]]])
    if name is not None:
        entries.append([11, name])
    return values(*entries, [13, [Tag((560, signer))]])


def config(value=CONFIG, mask=b"\xff" * 4, key="cca.platform-config"):
    return values([4, Tag((563, [value, mask]))], key=key)


GOOD = [component(), component("rmm", 7), config()]


def environment(implementation=IMPLEMENTATION, instance=None):
    pairs = [[0, Map([[0, Tag((560, implementation))]])]]
    if instance is not None:
        pairs.append([1, Tag((550, instance))])
    return Map(pairs)


def platform(measurements=None, **where):
    return [environment(**where), GOOD if measurements is None
            else measurements]


def manifest(*triples, profile=PROFILE, extra=()):
    comid = Map([[1, Map([[0, "tag"]])], [4, Map([[0, list(triples)]])]])
    return Tag((501, Map([[0, "id"], [1, [Tag((506, Encoded((comid,))))]],
                          [3, Tag((32, profile))], *extra])))


@pytest.fixture
def check(reeve):
    """Returns a function that verifies a token with files of references, and
    returns the verdicts of the platform's checks, or the diagnostics."""
    reeve.write("platform.pem", tokens.pem(KEYS["platform"]))
    reeve.write("refs.json", json.dumps(tokens.refs()))
    reeve.write("token", tokens.make({"edits": []}, KEYS))

    def run(*contents, options=("--no-references",), code=0):
        command = ["token", "verify", "token", "--platform-key",
                   "platform.pem", "--no-challenge", "--json", *options]
        for number, content in enumerate(contents):
            if not isinstance(content, bytes):
                content = tokens.encode(content)
            reeve.write(f"refs{number}", content)
            command += ["--refs", f"refs{number}"]
        done = reeve.run(*command)
        assert done.returncode == code, done.stdout + done.stderr
        if code == 2:
            return done.stderr
        return {item["check"]: item for item in
                json.loads(done.stdout)["checks"]}

    run.reeve = reeve
    return run


def verdicts(checks):
    return (checks["platform-identity"]["verdict"],
            checks["software-components"]["verdict"])


# ---- What holds -------------------------------------------------------------

SEVERAL = [["sha-512", tokens.pattern(1, 64)], [7, tokens.pattern(1, 48)],
           ["sha-256", tokens.pattern(6, 32)]]


@pytest.mark.parametrize("content", [
    manifest(platform()), manifest(platform(), profile=LATER),
    manifest(platform(instance=INSTANCE)),
    manifest(platform([component("rmm", 7), config(), component()])),
    manifest(platform([component(version=None), component(None, 7), config()])),
    manifest(platform([component(digests=[[1, tokens.pattern(6, 32)]]),
                       component("rmm", 7), config()])),
    manifest(platform([component(digests=SEVERAL), component("rmm", 7),
                       config()])),
    manifest(platform([component(digests=[[6, b"?"], *SEVERAL]),
                       component("rmm", 7), config()])),
    manifest(platform(GOOD[:2])),
    manifest(platform([*GOOD[:2], config(b"\x01\xff\x00\x00",
                                         b"\xff\x01\x00\xff")])),
    manifest(platform([*GOOD[:2], values(
        [4, Tag((560, CONFIG))], key="cca.platform-config")])),
    manifest(platform([*GOOD[:2], values(
        [4, Tag((560, b"\x01\xff\x00\x00"))], [5, b"\xff\x01\x00\xff"],
        key="cca.platform-config")])),
])
def test_a_platform_is_the_one_expected(check, content):
    checks = check(content)
    assert verdicts(checks) == ("pass", "pass")
    assert IMPLEMENTATION.hex() in checks["platform-identity"]["found"]


def test_all_that_identifies_a_platform_is_named(check):
    """What a file does not say is not named."""
    names = {"instance": INSTANCE, "implementation": IMPLEMENTATION,
             "configuration": CONFIG}
    for instance, measurements in ((None, GOOD), (INSTANCE, GOOD),
                                   (INSTANCE, GOOD[:2])):
        wanted = {"instance": instance is not None, "implementation": True,
                  "configuration": measurements is GOOD}
        found = check(manifest(platform(measurements, instance=instance)))
        assert found["platform-identity"]["found"] == ", ".join(
            f"{name} {names[name].hex()}" for name in names if wanted[name])


def test_without_platforms_nothing_of_them_is_checked(check):
    assert verdicts(check()) == ("unchecked", "unchecked")
    assert verdicts(check(corim(realm()), options=())) == (
        "unchecked", "unchecked")


# ---- What does not ----------------------------------------------------------

@pytest.mark.parametrize("measurements", [
    [component(seed=8), *GOOD[1:]], [component(signer=b"\x01" * 32), *GOOD[1:]],
    [component(signer=bytes(48)), *GOOD[1:]],
    [component(version="1.1"), *GOOD[1:]], [component("moniter"), *GOOD[1:]],
    [component(digests=[["sha-384", tokens.pattern(6, 48)]]), *GOOD[1:]],
    [component(digests=[["other", tokens.pattern(6, 32)]]), *GOOD[1:]],
    GOOD[1:], [component("hypervisor", 9), *GOOD],
])
def test_other_software_is_refused(check, measurements):
    checks = check(manifest(platform(measurements)), code=1)
    assert verdicts(checks) == ("pass", "fail")
    assert "reference values" in checks["software-components"]["hint"]


@pytest.mark.parametrize("measurements", [
    [*GOOD[:2], config(b"\x01\x03\x00\x00")], [*GOOD[:2], config(CONFIG[:3],
                                                                 b"\xff" * 3)],
    [*GOOD[:2], config(b"\x01\x03\x00\x00", b"\x00\x02\x00\x00")],
    [*GOOD[:2], config(b"", b"")],
    [*GOOD, config(b"", b"", "cca.platform-manufacturing-config")],
])
def test_another_configuration_is_refused(check, measurements):
    checks = check(manifest(platform(measurements)), code=1)
    assert checks["platform-identity"]["verdict"] == "fail"


def test_the_manufacturing_configuration_is_compared(check):
    check.reeve.write("token", tokens.make({"edits": [
        ["set", "platform/claims/265", "tag:arm.com,2024:cca_platform#2.0.0"],
        ["set", "platform/claims/2394", 1],
        ["set", "platform/claims/2403", {"hex": "aabb"}]]}, KEYS))
    for value, found in ((b"\xaa\xbb", "pass"), (b"\xaa\xbc", "fail")):
        checks = check(manifest(platform([*GOOD, config(
            value, b"\xff\xff", "cca.platform-manufacturing-config")])),
            code=found == "fail")
        assert checks["platform-identity"]["verdict"] == found
        assert "manufacturing aabb" in checks["platform-identity"]["found"]


def test_values_of_another_platform_are_of_no_use(check):
    for where in ({"implementation": bytes(32)}, {"instance": OTHER_INSTANCE}):
        checks = check(manifest(platform(**where)), code=1)
        assert verdicts(checks) == ("fail", "unchecked")
        assert checks["platform-identity"]["expected"] == (
            "a platform of the reference values")
        assert checks["platform-identity"]["found"] == (
            f"instance {INSTANCE.hex()}, implementation "
            f"{IMPLEMENTATION.hex()}")


# ---- Several ----------------------------------------------------------------

BAD = platform([component(seed=8), component("rmm", 7), config()])
BAD_CONFIG = platform([*GOOD[:2], config(b"\x02\x01\x00\x00")])
FOREIGN = platform(implementation=bytes(32))


def test_one_of_several_platforms_is_enough(check):
    for triples in ([BAD, platform()], [platform(), BAD], [FOREIGN, platform()],
                    [BAD_CONFIG, BAD, platform(instance=INSTANCE)]):
        assert verdicts(check(manifest(*triples))) == ("pass", "pass")
        assert verdicts(check(*map(manifest, triples))) == ("pass", "pass")


def test_two_halves_make_no_platform(check):
    """Neither the software of one platform with the configuration of another,
    nor software of both."""
    checks = check(manifest(BAD_CONFIG, BAD), code=1)
    assert verdicts(checks) == ("pass", "fail")
    halves = [platform([GOOD[0], component("rmm", 8), GOOD[2]]),
              platform([component(seed=8), *GOOD[1:]])]
    assert verdicts(check(manifest(*halves), code=1)) == ("pass", "fail")


def test_a_realm_and_its_platform_are_given_together(check):
    files = [manifest(platform()), corim(realm())]
    for contents in (files, files[::-1]):
        checks = check(*contents, options=())
        assert verdicts(checks) == ("pass", "pass")
        assert checks["rim"]["verdict"] == "pass"
    checks = check(files[0], options=("--refs", "refs.json"))
    assert checks["rim"]["verdict"] == "pass"
    # A platform alone says nothing of the Realm.
    checks = check(files[0], options=(), code=1)
    assert checks["rim"]["verdict"] == "missing"


def test_a_realm_is_given_in_one_way(check):
    for other in (corim(realm(rpv=bytes(64))), corim(realm())):
        checks = check(corim(realm()), other, options=())
        assert checks["rim"]["verdict"] == "pass"
    config_name = check.reeve.config()
    for options in (["--config", config_name], ["--no-references"]):
        text = check(manifest(platform()), corim(realm()), options=options,
                     code=2)
        assert "give one" in text
    # --config says what the Realm is, and the file what the platform is.
    checks = check(manifest(platform()), options=["--config", config_name],
                   code=1)
    assert verdicts(checks) == ("pass", "pass")
    assert checks["rim"]["verdict"] == "fail"


def test_a_policy_is_obeyed_too(check):
    check.reeve.write("policy", f'instance = "{OTHER_INSTANCE.hex()}"\n'
                      'components = ["monitor=00"]\n')
    checks = check(manifest(platform()), code=1,
                   options=["--no-references", "--policy", "policy"])
    assert verdicts(checks) == ("fail", "fail")
    check.reeve.write("policy", f'instance = "{INSTANCE.hex()}"\n')
    checks = check(manifest(platform()),
                   options=["--no-references", "--policy", "policy"])
    assert checks["platform-identity"]["found"] == (
        f"instance {INSTANCE.hex()}, implementation {IMPLEMENTATION.hex()}, "
        f"configuration {CONFIG.hex()}")
    checks = check(manifest(BAD_CONFIG), code=1,
                   options=["--no-references", "--policy", "policy"])
    assert checks["platform-identity"]["verdict"] == "fail"
    check.reeve.write(
        "policy", 'require = ["platform-identity", "software-components"]\n')
    check(manifest(platform()),
          options=["--no-references", "--policy", "policy"])
    check(options=["--no-references", "--policy", "policy"], code=1)


def test_events_need_a_realm(check):
    check.reeve.write("events", "rem0 00\n")
    text = check(manifest(platform()), code=2,
                 options=["--no-references", "--events", "events"])
    assert "--events needs" in text


# ---- Signatures and broken files --------------------------------------------

def test_a_signed_platform_is_verified(check):
    check.reeve.write("signer", tokens.pem(KEYS["other"]))
    for key, code in (("other", 0), ("platform", 2)):
        check(signed(manifest(platform()), key), code=code,
              options=["--no-references", "--refs-key", "signer"])
    # Each of several files must be signed.
    check(signed(manifest(platform()), "other"), manifest(platform()), code=2,
          options=["--no-references", "--refs-key", "signer"])


NOT_COMPARED = "a measurement that is not compared here"


def versioned(version):
    """A good component but for its version map."""
    return values([0, version], *component(version=None)[1][1])


@pytest.mark.parametrize("triple, problem", [
    (platform(implementation=bytes(31)), "implementation ID of 32"),
    (platform(instance=bytes(32)), "implementation ID of 32"),
    ([Map([*environment(), [2, Tag((560, b"group"))]]), GOOD],
     "implementation ID of 32"),
    ([Map([]), GOOD], "implementation ID of 32"),
    (platform([]), "without software components"),
    (platform([config()]), "without software components"),
    (platform([*GOOD, config()]), "two configurations"),
    (platform([component(digests=[[1, bytes(32)],
                                  ["sha-256", tokens.pattern(6, 32)]])]),
     "two digests of one hash"),
    (platform([*GOOD, values([1, 2], key="cca.rotpk.CM.0.0")]), NOT_COMPARED),
    (platform([*GOOD, values([4, Tag((560, b""))], key="x")]), NOT_COMPARED),
    (platform([Map([[0, 3], [1, Map([])]])]), NOT_COMPARED),
    (platform([Map([[1, Map([])]])]), NOT_COMPARED),
    (platform([Map([*component(), [2, []]])]), NOT_COMPARED),
    (platform([Map([*component()[:1], [1, 5]])]), NOT_COMPARED),
    (platform([7]), "no CoRIM"),
    (platform([component(digests=[["sha-256", bytes(31)]])]),
     "another size than its hash"),
    (platform([component(digests=[["other", bytes(31)]])]),
     "none of a component"),
    (platform([component(digests=[[6, bytes(32)]])]), "of a known hash"),
    (platform([component(digests=[[f"other-{i}", bytes(32)]
                                  for i in range(5)])]),
     "more than four digests"),
    (platform([component(signer=bytes(31))]), "without one signer"),
    (platform([component(name="a\x1b[2J")]), NOT_COMPARED),
    (platform([component(version="a\n")]), NOT_COMPARED),
    (platform([versioned(Map([[0, "1.0"], [1, 16384]]))]), NOT_COMPARED),
    (platform([versioned(Map([]))]), NOT_COMPARED),
    (platform([values([2, [["sha-256", bytes(32)]]])]), "without a signer"),
    (platform([values([13, [Tag((560, bytes(32)))]])]), "without digests"),
    (platform([values([2, [["sha-256", bytes(32)]]], [13, []])]),
     "without one signer"),
    (platform([values([2, [["sha-256", bytes(32)]]],
                      [13, [Tag((560, bytes(32)))] * 2])]),
     "without one signer"),
    (platform([values([1, 2], [2, [["sha-256", bytes(32)]]],
                      [13, [Tag((560, bytes(32)))]])]), NOT_COMPARED),
    (platform([*GOOD[:2], config(CONFIG, b"\xff")]), "mask of another size"),
    (platform([*GOOD[:2], values([4, CONFIG], key="cca.platform-config")]),
     NOT_COMPARED),
    (platform([*GOOD[:2], values(
        [4, Tag((560, CONFIG))], [5, 7], key="cca.platform-config")]),
     NOT_COMPARED),
    ([environment()], "no CoRIM"), (7, "no CoRIM"),
])
def test_what_cannot_be_used_is_named(check, triple, problem):
    assert problem in check(manifest(triple), code=2)
    # Nothing is taken of a file of which a part cannot be used.
    assert problem in check(manifest(platform(), triple), code=2)


def test_a_manifest_without_reference_values(check):
    assert "without reference values of a platform" in check(manifest(),
                                                             code=2)
    text = check(manifest(platform(), extra=[[4, Map([[1, Tag((1, 9))]])]]),
                 code=2)
    assert "no longer valid" in text
