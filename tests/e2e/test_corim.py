# SPDX-License-Identifier: BSD-3-Clause
"""reeve token verify with reference values in CoRIM. tokens.py's CBOR writer
makes the files (draft-ietf-rats-corim-10, and the Realm profile of
draft-ydb-rats-cca-endorsements-04), and none of Reeve's code."""

import pytest
import tokens
from tokens import Encoded, Map, Tag

KEYS = tokens.new_keys()
PROFILE = "tag:arm.com,2025:cca_realm#1.0.0"
OTHER_RIM = tokens.pattern(99, 32)


def digest(key, value, algorithm=1):
    return Map([[0, key], [1, Map([[2, [[algorithm, value]]]])]])


def raw(key, value):
    return Map([[0, key], [1, Map([[4, Tag((560, value))]])]])


def environment(rim):
    return Map([[0, Map([[0, Tag((560, rim))]])]])


def realm(rim=tokens.RIM, rpv=tokens.RPV, rems=tokens.REMS, algorithm=1):
    values = [digest("cca.rim", rim, algorithm)]
    values += [digest(f"cca.rem{i}", rem, algorithm)
               for i, rem in enumerate(rems or [])]
    if rpv is not None:
        values.append(raw("cca.rpv", rpv))
    return [environment(rim), values]


def comid(*triples):
    return Tag((506, Encoded((Map([
        [1, Map([[0, "tag"]])], [4, Map([[0, list(triples)]])]]),))))


def corim(*triples, profile=PROFILE, extra=()):
    return Tag((501, Map([[0, "id"], [1, [comid(*triples)]],
                          [3, Tag((32, profile))], *extra])))


def signed(content, key, headers=()):
    message = tokens.Signed(content, KEYS[key])
    tokens.get(message.parts, "protected").extend(
        [[3, "application/rim+cbor"], *headers])
    return tokens.sign(message)


def loose(value):
    """Encodes as tokens.encode() does, but arrays and maps with an indefinite
    length, as programs with streams write them."""
    if isinstance(value, Tag):
        return tokens.head(6, value[0]) + loose(value[1])
    if isinstance(value, Encoded):
        return tokens.encode(loose(value[0]))
    if isinstance(value, Map):
        return b"\xbf" + b"".join(loose(item) for pair in value
                                  for item in pair) + b"\xff"
    if isinstance(value, list):
        return b"\x9f" + b"".join(map(loose, value)) + b"\xff"
    return tokens.encode(value)


@pytest.fixture
def check(reeve):
    """Returns a function that verifies a token with a CoRIM."""
    reeve.write("platform.pem", tokens.pem(KEYS["platform"]))
    reeve.write("token", tokens.make({"edits": []}, KEYS))

    def run(content, *options, code=0):
        if not isinstance(content, bytes):
            content = tokens.encode(content)
        reeve.write("refs", content)
        done = reeve.run("token", "verify", "token", "--platform-key",
                         "platform.pem", "--no-challenge", "--refs", "refs",
                         *options)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout + done.stderr

    run.reeve = reeve
    return run


@pytest.mark.parametrize("algorithm", [1, "sha-256"])
def test_a_corim_has_the_references(check, algorithm):
    text = check(corim(realm(algorithm=algorithm)))
    for name in ("rim", "rems", "rpv"):
        assert f"\nok        {name} " in text
    text = check(corim(realm(rpv=None, rems=None, algorithm=algorithm)))
    assert "\nunchecked rems " in text and "\nunchecked rpv " in text


@pytest.mark.parametrize("values, name", [
    ({"rim": OTHER_RIM}, "rim"), ({"rpv": bytes(64)}, "rpv"),
    ({"rems": [*tokens.REMS[:3], OTHER_RIM]}, "rems"),
])
def test_another_realm_is_refused(check, values, name):
    text = check(corim(realm(**values)), code=1)
    assert f"FAILED    {name} " in text


def test_the_rems_that_are_there_are_compared(check):
    """All values but the RIM are optional, each of the REMs too."""
    for number in range(4):
        values = [digest("cca.rim", tokens.RIM),
                  digest(f"cca.rem{number}", tokens.REMS[number])]
        text = check(corim([environment(tokens.RIM), values]))
        assert f"\nok        rems                 rem{number} 0000" in text
        values[1] = digest(f"cca.rem{number}", OTHER_RIM)
        text = check(corim([environment(tokens.RIM), values]), code=1)
        assert (f"FAILED    rems                 expected rem{number} "
                f"{OTHER_RIM.hex()}, found rem{number} 0000") in text


def test_the_realm_of_the_token_is_picked(check):
    others = [realm(tokens.pattern(n, 32), rpv=None) for n in (50, 51)]
    for triples in ([*others, realm()], [realm(), *others]):
        assert "\nok        rim " in check(corim(*triples))
    text = check(corim(*others), code=1)
    assert ("note: the reference values have 2 Realms, and none with the RIM "
            "of the token") in text
    assert "FAILED    rim " in text
    # Two tags are as good as one.
    content = Tag((501, Map([[0, "id"], [1, [comid(others[0]),
                                             comid(realm())]],
                             [3, Tag((32, PROFILE))]])))
    assert "accepted" in check(content)


def test_realms_of_one_rim_are_alternatives(check):
    """One image for several owners: the token must be one of them, whole."""
    mine, theirs = realm(), realm(rpv=bytes(64))
    rems = [OTHER_RIM, *tokens.REMS[1:]]
    for triples in ([mine, theirs], [theirs, mine], [
            realm(rems=rems), mine], [theirs, realm(rpv=None, rems=None)]):
        text = check(corim(*triples))
        assert "accepted" in text and "note" not in text
    # No mixture of two of them.
    for triples in ([theirs, realm(rems=rems)], [realm(rems=rems), theirs]):
        text = check(corim(*triples), code=1)
        assert "note: the reference values have 2 Realms with the RIM" in text
        assert "\nok        rpv " in text and "FAILED    rems " in text
    text = check(corim(theirs, realm(rpv=b"\1" * 64)), code=1)
    assert f"FAILED    rpv                  expected {bytes(64).hex()}" in text
    # Events take the place of REMs, and of nothing else.
    check.reeve.write("events", "")
    text = check(corim(theirs, realm(rems=rems)), "--events", "events")
    assert "accepted" in text


def test_of_several_digests_that_of_the_hash_counts(check):
    values = Map([[0, "cca.rim"], [1, Map([[2, [
        [8, tokens.pattern(1, 64)], [2, b"short"], [1, tokens.RIM]]]])]])
    assert "accepted" in check(corim([environment(tokens.RIM), [values]]))


def test_what_reeve_writes_it_reads(check):
    reeve = check.reeve
    config = reeve.config(realm_rpv='"aabb"')
    reeve.run("refs", config, "-o", "refs.corim")
    reeve.run("refs", config, "--json", "-o", "refs.json")
    content = (reeve.folder / "refs.corim").read_bytes()
    from_corim = check(content, code=1)
    assert from_corim == check((reeve.folder / "refs.json").read_bytes(),
                               code=1)


def test_lengths_may_be_indefinite(check):
    rems = realm(rems=[*tokens.REMS[:3], OTHER_RIM])
    many = [[70000 + i, [i, Map([[i, []]])]] for i in range(30)]
    assert "accepted" in check(loose(corim(realm(), extra=many)))
    assert "FAILED    rems " in check(loose(corim(rems)), code=1)
    check.reeve.write("signer", tokens.pem(KEYS["other"]))
    message = tokens.Signed(tokens.Raw(loose(corim(realm()))), KEYS["other"])
    protected = tokens.get(message.parts, "protected")
    for headers, code in ((claims((4, LATE)), 0), (claims((4, EARLY)), 2)):
        tokens.put(message.parts, "protected",
                   tokens.Raw(loose(Map([*protected, headers]))))
        tokens.put(message.parts, "signature", None)
        check(tokens.sign(message), "--refs-key", "signer", code=code)
    assert "accepted" in keyed(check.reeve, tokens.Raw(loose(anchors(anchor(
        ["platform"])))))


@pytest.mark.parametrize("entry", [
    b"\xbf\x00\xff", b"\x9f", b"\x82\x9f\xff\xff", b"\xff", b"\xc1\xff",
    b"\x5f\x41\x00\xff", b"\x7f\x61a\xff", b"\x9f" * 70 + b"\xff" * 70,
    b"\xbf\x00\x9f\xff\x00\xff", b"\x1f", b"\xdf", b"\xa1\x00\xff",
])
def test_a_wrong_end_of_an_item_is_found(check, entry):
    """In the map that has the triples, whose entries are all read."""
    content = Tag((501, Map([[0, "id"], [3, Tag((32, PROFILE))], [
        1, [Tag((506, Encoded((Map([[4, Map([
            [0, [realm()]], [9, tokens.Raw(entry)]])]]),))))]]])))
    assert "is no CoRIM" in check(content, code=2)


@pytest.mark.parametrize("key", ["other", "p256", "p384", "p521"])
def test_a_signed_corim_is_verified(check, key):
    content = signed(corim(realm()), key)
    check.reeve.write("signer", tokens.pem(KEYS[key]))
    assert "accepted" in check(content, "--refs-key", "signer")
    assert "note: is signed, and no key of the signer was given" in check(
        content)
    check.reeve.write("signer", tokens.pem(KEYS["platform"]))
    assert "is not signed by the key that was given" in check(
        content, "--refs-key", "signer", code=2)


def test_a_signature_that_is_wanted_must_be_there(check):
    check.reeve.write("signer", tokens.pem(KEYS["other"]))
    assert "is not signed, and a key" in check(
        corim(realm()), "--refs-key", "signer", code=2)
    assert "is no CoRIM, and a key" in check(
        b'{"hash":"sha-256","rim":"' + tokens.RIM.hex().encode() + b'"}',
        "--refs-key", "signer", code=2)
    broken = bytearray(signed(corim(realm()), "other"))
    for at in (-1, -100, 20):
        changed = bytearray(broken)
        changed[at] ^= 1
        check(bytes(changed), "--refs-key", "signer", code=2)
    done = check.reeve.run("token", "verify", "token", "--platform-key",
                           "platform.pem", "--refs-key", "signer")
    assert done.returncode == 2 and "--refs-key needs --refs" in done.stderr


def validity(before, after):
    entries = [] if before is None else [[0, Tag((1, before))]]
    return [[4, Map([*entries, [1, Tag((1, after))]])]]


@pytest.mark.parametrize("before, after, problem", [
    (None, 1 << 40, None), (0, 1 << 40, None), (None, 1000, "no longer valid"),
    (1 << 39, 1 << 40, "not valid yet"),
])
def test_validity_is_looked_at(check, before, after, problem):
    content = corim(realm(), extra=validity(before, after))
    text = check(content, code=2 if problem else 0)
    assert problem is None or problem in text


def meta(before, after):
    """A signature's time in the corim-meta map."""
    pairs = validity(before, after)[0][1]
    return [8, Encoded((Map([[0, Map([[0, "signer"]])], [1, pairs]]),))]


def claims(*pairs):
    """The same in the claims of a CWT, which is the newer way."""
    return [15, Map([[1, "signer"], *map(list, pairs)])]


LATE, EARLY = 1 << 40, 1000
NO_TIME = "whose time cannot be read"
SINGLE = tokens.Raw(b"\xfa\x4f\x00\x00\x00")  # the year 2038


@pytest.mark.parametrize("headers, problem", [
    ([meta(None, LATE)], None), ([meta(None, EARLY)], "no longer valid"),
    ([meta(LATE - 1, LATE)], "not valid yet"), ([claims()], None),
    ([claims((4, LATE), (5, EARLY))], None), ([claims((5, EARLY))], None),
    ([claims((4, EARLY))], "no longer valid"),
    ([claims((4, LATE + 1), (5, LATE))], "not valid yet"),
    ([claims((5, LATE))], "not valid yet"),
    ([meta(None, LATE), claims((4, EARLY))], "no longer valid"),
    ([meta(None, EARLY), claims((4, LATE))], "no longer valid"),
    ([claims((4, "2099"))], NO_TIME), ([claims((4, Tag((1, LATE))))], NO_TIME),
    ([claims((4, 1e12 + 0.5), (5, 1000.5))], None),
    ([claims((4, SINGLE))], None), ([claims((5, SINGLE))], "not valid yet"),
    ([claims((4, 1000.5))], "no longer valid"),
    ([claims((4, -1e9))], "no longer valid"),
    ([claims((4, 1e300))], NO_TIME), ([claims((4, float("nan")))], NO_TIME),
    ([claims((4, float("inf")))], NO_TIME), ([claims((4, True))], NO_TIME),
    ([claims((4, tokens.Raw(b"\xf9\x7b\xff")))], NO_TIME),
    ([claims((4, tokens.Raw(b"\xf8\xff")))], NO_TIME),
    ([claims((5, b""))], NO_TIME), ([meta(None, 1e12)], None),
    ([meta(None, 1000.5)], "no longer valid"),
    ([[15, 7]], "no CoRIM"), ([[15, Map([[4, LATE], [4, EARLY]])]],
                              "no CoRIM"),
    ([[8, Map([])]], "no CoRIM"),
])
def test_the_time_of_a_signature_is_looked_at(check, headers, problem):
    check.reeve.write("signer", tokens.pem(KEYS["other"]))
    content = signed(corim(realm()), "other", headers)
    for options in ([], ["--refs-key", "signer"]):
        text = check(content, *options, code=2 if problem else 0)
        assert (problem or "accepted") in text


@pytest.mark.parametrize("content, problem", [
    (corim(realm(), profile="tag:arm.com,2025:psa#1.0.0"), "another profile"),
    (corim(realm(), profile="tag:arm.com,2025:cca_platform#1.0.0"),
     "a measurement that is not compared here"),
    (Tag((501, Map([[0, "id"], [1, [comid(realm())]]]))), "another profile"),
    (corim(realm(), profile="http://arm.com/cca/realm/1"),
     "than tag:arm.com,2025:cca_realm#1.0.0 and tag:arm.com,2025:"),
    # As the draft's examples have it, against its own rules.
    (corim([environment(tokens.RIM), [Map([[0, "cca.rim"], [
        1, Map([[2, ["sha-256", tokens.RIM]]])]])]]),
     "a digest that is no array of algorithm and value"),
    (corim(), "without a Realm"),
    (corim([environment(tokens.RIM), []]), "without a RIM"),
    (corim([environment(OTHER_RIM), [digest("cca.rim", tokens.RIM)]]),
     "whose class is not its RIM"),
    (corim([Map([]), [digest("cca.rim", tokens.RIM)]]),
     "whose class is not its RIM"),
    (corim([environment(tokens.RIM), [digest("cca.rim", tokens.RIM),
                                      digest("cca.rim", tokens.RIM)]]),
     "two RIMs"),
    (corim(realm(rim=tokens.pattern(1, 31))), "another size than its hash"),
    (corim(realm(algorithm=6)), "no RIM of a known hash"),
    (corim(realm(rpv=bytes(63))), "not 64 bytes"),
    (corim(realm(rems=tokens.REMS + tokens.REMS)), "not compared here"),
    (corim([environment(tokens.RIM), [
        digest("cca.rim", tokens.RIM),
        *[digest("cca.rem0", bytes(32))] * 2]]), "a REM twice"),
    (corim([environment(tokens.RIM), [
        digest("cca.rim", tokens.RIM), raw("cca.rpv", bytes(64)),
        raw("cca.rpv", bytes(64))]]), "not compared here"),
    (corim([environment(tokens.RIM), [
        digest("cca.rim", tokens.RIM), raw("svn", bytes(64))]]),
     "not compared here"),
    (corim([environment(tokens.RIM), [
        Map([*digest("cca.rim", tokens.RIM), [2, [b"k"]]])]]),
     "not compared here"),
    (corim([environment(tokens.RIM), [
        Map([[0, "cca.rim"], [1, Map([[1, 7], [2, [[1, tokens.RIM]]]])]])]]),
     "not compared here"),
    (corim([environment(tokens.RIM), [Map([[0, "cca.rim"]])]]),
     "not compared here"),
    (corim([Map([*environment(tokens.RIM), [1, Tag((560, b"i"))]]), [
        digest("cca.rim", tokens.RIM)]]), "whose class is not its RIM"),
    (corim([environment(tokens.RIM), [
        digest("cca.rim", tokens.RIM),
        digest("cca.rem0", bytes(48), 7)]]), "another hash than the RIM"),
    (corim(realm(), extra=[[4, Map([])]]), "validity without an end"),
    (corim(realm(), extra=[[4, Map([[0, 1 << 40], [1, Tag((1, 1 << 40))]])]]),
     "whose beginning cannot be read"),
    (corim([environment(tokens.RIM), [Map([[0, "cca.rim"], [1, Map([[2, [
        [1, OTHER_RIM], ["sha-256", tokens.RIM]]]])]])]]),
     "two digests of one hash"),
    (Tag((501, Map([[0, "id"], [1, [comid(realm()), Tag((506, Encoded((Map([
        [1, Map([[0, "tag"]])], [4, []]]),))))]], [3, Tag((32, PROFILE))]]))),
     "no CoRIM"),
    (Tag((501, Map([[0, "id"], [3, Tag((32, PROFILE))]]))), "no CoRIM"),
    (Tag((501, 1)), "no CoRIM"), (Tag((18, 1)), "no CoRIM"),
    (Tag((502, 1)), "holds no reference values"),
    (tokens.encode(corim(realm())) + b"\x00", "no CoRIM"),
    (tokens.encode(corim(realm()))[:-1], "no CoRIM"),
    (b"\xd9\x01\xf5", "holds no reference values"),
])
def test_what_cannot_be_used_is_named(check, content, problem):
    assert problem in check(content, code=2)


def test_references_are_made_from_a_token(check):
    reeve = check.reeve
    for name, options in (("made.corim", []), ("made.json", ["--json"])):
        done = reeve.run("refs", "--from-token", "token", "-o", name,
                         *options)
        assert done.returncode == 0, done.stderr
        text = check((reeve.folder / name).read_bytes())
        for check_name in ("rim", "rems", "rpv"):
            assert f"\nok        {check_name} " in text
    reeve.write("token", tokens.make(
        {"edits": [["set", "realm/claims/44239/2", {"bytes": 32}]]}, KEYS))
    assert "FAILED    rems " in check(
        (reeve.folder / "made.corim").read_bytes(), code=1)


@pytest.mark.parametrize("edit", [
    ["delete", "realm/claims/44238"], ["set", "realm/claims/44236", "md5"],
    ["set", "realm/claims/44238", {"bytes": 48}],
    ["set", "realm/claims/44239/0", {"bytes": 64}],
    ["delete", "parts/44241"],
])
def test_a_token_without_measurements_gives_no_references(check, edit):
    reeve = check.reeve
    reeve.write("token", tokens.make({"edits": [edit]}, KEYS))
    done = reeve.run("refs", "--from-token", "token", "--json")
    assert done.returncode == 1 and done.stdout == ""
    assert "no measurements of a known hash" in done.stderr
    done = reeve.run("refs", "--from-token", "token", "--json", "--events",
                     "e")
    assert done.returncode == 2 and "leave --events out" in done.stderr


INSTANCE = b"\x01" + tokens.pattern(5, 32)
IMPLEMENTATION = tokens.pattern(4, 32)


def anchor(keys, instance=INSTANCE, implementation=IMPLEMENTATION):
    """An attest-key triple: a platform, and its keys."""
    environments = [[0, Map([[0, Tag((560, implementation))]])]]
    if instance is not None:
        environments.append([1, Tag((550, instance))])
    return [Map(environments), [
        Tag((554, tokens.pem(KEYS[key]).decode())) for key in keys]]


def anchors(*triples, profile="tag:arm.com,2025:cca_platform#1.0.0",
            extra=()):
    return Tag((501, Map([[0, "id"], [1, [Tag((506, Encoded((Map([
        [1, Map([[0, "tag"]])], [4, Map([[3, list(triples)]])]]),))))]],
                          [3, Tag((32, profile))], *extra])))


def keyed(reeve, content, code=0):
    reeve.write("anchors", tokens.encode(content))
    done = reeve.run("token", "verify", "token", "--platform-key", "anchors",
                     "--no-challenge", "--no-references")
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_a_corim_has_platform_keys(check):
    other = b"\x01" + bytes(32)
    good = anchor(["platform"])
    for content in (anchors(good), anchors(anchor(["other"], other), good),
                    anchors(anchor(["other", "platform"]))):
        assert "accepted" in keyed(check.reeve, content)
    for triple in (anchor(["platform"], other),
                   anchor(["platform"], INSTANCE, bytes(32))):
        text = keyed(check.reeve, anchors(triple), code=1)
        assert "expected a key for this platform, found none among 1" in text
    assert "FAILED    platform-signature" in keyed(
        check.reeve, anchors(anchor(["other"])), code=1)


@pytest.mark.parametrize("content, problem", [
    (anchors(), "without a key of a platform"),
    (anchors(anchor([])), "without a key of a platform"),
    (anchors(anchor(["platform"], None)), "an instance ID of 33"),
    (anchors(anchor(["platform"], bytes(32))), "an instance ID of 33"),
    (anchors(anchor(["platform"], INSTANCE, bytes(31))),
     "implementation ID of 32"),
    (anchors([Map([]), []]), "implementation ID of 32"),
    (anchors([anchor(["platform"])[0], [
        Tag((554, "-----BEGIN PUBLIC KEY-----"))]]), "no public key of"),
    (anchors([anchor(["platform"])[0], [tokens.pem(KEYS["platform"])]]),
     "no public key of"),
    (anchors(anchor(["platform"]), [1]), "no CoRIM that can be read"),
    (anchors(anchor(["platform"]), profile=PROFILE), "a CoRIM of Realms"),
    (corim(realm()), "a CoRIM of Realms"),
    (anchors(anchor(["platform"]), profile="tag:x"), "another profile"),
])
def test_a_corim_without_platform_keys_is_exit_2(check, content, problem):
    assert problem in keyed(check.reeve, content, code=2)


def test_keys_are_not_read_from_a_signed_corim(check):
    content = tokens.Raw(signed(anchors(anchor(["platform"])), "other"))
    assert "from an unsigned CoRIM" in keyed(check.reeve, content, code=2)


@pytest.mark.parametrize("before, after, problem", [
    (None, 1 << 40, None), (0, 1 << 40, None), (None, 1000, "no longer valid"),
    (1 << 39, 1 << 40, "not valid yet"),
])
def test_keys_have_the_validity_of_their_file(check, before, after, problem):
    content = anchors(anchor(["platform"]), extra=validity(before, after))
    text = keyed(check.reeve, content, code=2 if problem else 0)
    assert (problem or "accepted") in text
