# SPDX-License-Identifier: BSD-3-Clause
"""The forms in which reeve takes a token, and what it shows of tokens that a
verifier refuses."""
import base64
import json
import re

import cbor2
import pytest
import tokens
from test_token import WAIVED, case, verdicts, verify  # noqa: F401


def test_a_token_comes_on_the_standard_input(case):
    reeve = case()
    token = (reeve.folder / "token").read_bytes()
    done = reeve.run("token", "show", "-", stdin=token, text=False)
    assert done.returncode == 0
    done = reeve.run("token", "show", "-", stdin=token[:99], text=False)
    assert done.returncode == 1
    assert b"<stdin>: error: truncated: collection" in done.stderr


def test_a_token_comes_in_a_console_log(case):
    reeve = case()
    token = (reeve.folder / "token").read_bytes()

    def block(data):
        return (b"-----BEGIN REEVE TOKEN-----\r\n"
                + base64.encodebytes(data).replace(b"\n", b"\r\n")
                + b"-----END REEVE TOKEN-----\r\n")

    log = b"[    0.0] Linux\r\n\x1b[0m\xff" * 2000 + b"\r\n"
    reeve.write("token", log + block(b"an old one") + log + block(token) + log)
    done = verify(reeve, *WAIVED)
    assert "token: note: holds 2 tokens: the last one counts" in done.stderr
    reeve.write("token", log + block(token)[:-40] + log)
    done = verify(reeve, code=1)
    assert "token: error: no-token: " in done.stderr
    reeve.write("token", block(token[:-1]))
    assert "token: error: truncated: " in verify(reeve, code=1).stderr
    reeve.write("token", block(token) + log + block(token)[:-40])
    done = verify(reeve, *WAIVED)
    assert "token: warning: a later token is not whole" in done.stderr
    # The last token counts, however long the log is.
    case(["set", "platform/claims/2395", 0x4000])
    debug = (reeve.folder / "token").read_bytes()
    for size in (0xfffff, 3 << 20):
        filler = (b"x" * 99 + b"\n") * (size // 100)
        reeve.write("token", block(token) + filler + block(debug) + filler)
        assert verdicts(reeve, *WAIVED, code=1)["lifecycle"] == "fail"
        reeve.write("token", filler + block(debug) + filler + block(token))
        assert verdicts(reeve, *WAIVED)["lifecycle"] == "pass"
    reeve.write("token", filler)
    assert "no-token: longer than a token" in verify(reeve, code=1).stderr


ENCODINGS = {
    "base64": base64.b64encode, "base64 in lines": base64.encodebytes,
    "base64url": lambda t: base64.urlsafe_b64encode(t).rstrip(b"="),
    "hexadecimal": lambda t: t.hex().encode(),
    "0x": lambda t: b"0x" + t.hex().upper().encode() + b"\n",
    "PEM": lambda t: b"-----BEGIN CCA TOKEN-----\n" + base64.encodebytes(t)
    + b"-----END CCA TOKEN-----\n",
    "a broker's evidence": lambda t: json.dumps(
        {"token": list(t), "tee": "cca"}).encode(),
    "a text in JSON": lambda t: json.dumps(
        ["application/eat+cwt", base64.urlsafe_b64encode(t).decode()]).encode(),
    "a daemon's collection": lambda t: json.dumps({
        "eat_nonce": "AAAA", "cmw": base64.b64encode(json.dumps({
            "__cmwc_t": "tag:example.com,2026:all", "tsm-report": [
                "application/example+json", base64.urlsafe_b64encode(
                    json.dumps({"provider": "arm_cca_guest", "outblob":
                                base64.urlsafe_b64encode(t).decode()}).encode()
                ).decode().rstrip("=")]}).encode()).decode()}).encode(),
    "a result's raw evidence": lambda t: b".".join(
        base64.urlsafe_b64encode(part).rstrip(b"=") for part in (
            b'{"alg":"ES256"}', json.dumps({"submods": {"CCA": {
                "ear.raw-evidence": base64.urlsafe_b64encode(t).decode(),
                "ear.status": "affirming"}}}).encode(), b"signature")),
}


@pytest.mark.parametrize("name", ENCODINGS)
def test_a_token_comes_in_many_encodings(case, name):
    reeve = case()
    token = (reeve.folder / "token").read_bytes()
    reeve.write("token", ENCODINGS[name](token))
    verify(reeve, *WAIVED)


@pytest.mark.parametrize("text, message", [
    ("Hello, world!\n", "is text, and neither base64, hexadecimal"),
    ("aGVsbG8=\n", "does not start like a token"),
    ("{\"a\": 1}", "is JSON, and nothing in it is a token"),
    ("{\"a\": 1", "no JSON that can be read"),
    ("{\"a\": 1} {\"a\": 2}", "no JSON that can be read"),
    ("eyJhIjoxfQ.eyJhIjoxfQ.AA", "is a JWT, and nothing in its payload"),
    ("eyJhIjoxfQ.*.AA", "no JWT that can be read"),
    ("-----BEGIN CCA TOKEN-----\naGVsbG8=\n-----END CCA TOKEN-----\n",
     "is PEM, and no block of it is a token"),
])
def test_what_is_no_token_is_named(case, text, message):
    reeve = case()
    reeve.write("token", text)
    done = verify(reeve, code=1)
    assert "error: no-token: " in done.stderr and message in done.stderr


def test_a_copy_that_ends_too_early_is_named(case):
    reeve = case()
    token = (reeve.folder / "token").read_bytes()
    for cut, message in (
            (b"", "no-token: is empty"),
            (base64.b64encode(token)[:601], "no-token: is cut off"),
            (base64.encodebytes(token)[:650], "truncated: "),
            (token[:-1], "truncated: "), (token.hex()[:800].encode(),
                                          "truncated: ")):
        reeve.write("token", cut)
        assert f"token: error: {message}" in verify(reeve, code=1).stderr


def test_two_tokens_in_pem_are_refused(case):
    reeve = case()
    pem = ENCODINGS["PEM"]
    token = (reeve.folder / "token").read_bytes()
    case(["set", "platform/claims/2395", 0x4000])
    other = (reeve.folder / "token").read_bytes()
    key = tokens.pem(tokens.new_keys()["other"])
    for blocks in ([token, token], [key, token], [token, key]):
        reeve.write("token", b"\n".join(
            block if block is key else pem(block) for block in blocks))
        verify(reeve, *WAIVED)
    for blocks in ([token, other], [other, token]):
        reeve.write("token", b"".join(map(pem, blocks)))
        assert "holds different tokens" in verify(reeve, code=1).stderr
    reeve.write("token", pem(token) + pem(other)[:-40])
    assert "a block of it is not whole" in verify(reeve, code=1).stderr


def test_two_tokens_in_json_are_refused(case):
    reeve = case()
    token = (reeve.folder / "token").read_bytes()
    case(["set", "platform/claims/2395", 0x4000])
    other = (reeve.folder / "token").read_bytes()
    reeve.write("token", json.dumps([token.hex(), [token.hex()]]))
    verify(reeve, *WAIVED)
    reeve.write("token", json.dumps([token.hex(), other.hex()]))
    assert "holds different tokens" in verify(reeve, code=1).stderr


def parts_of(token):
    return {key: part for key, (_, part) in cbor2.loads(token).value.items()}


def test_show_prints_what_a_verifier_refuses(case):
    """A part alone, claims without a signature, a collection without its tag,
    other algorithms and profiles."""
    reeve = case()
    token = (reeve.folder / "token").read_bytes()
    parts = parts_of(token)
    realm = cbor2.loads(parts[44241])
    for content, refusal in (
            (parts[44234], "wrong-tag: collection: expected 907 or 399 round "
             "two parts, found a part alone"),
            (parts[44241], "found a part alone"),
            (realm.value[2], "found a part alone"),
            (token[3:], "round two parts, found none")):
        reeve.write("token", content)
        shown = reeve.run("token", "show", "token")
        assert shown.returncode == 0, shown.stderr
        assert refusal in shown.stdout
        document = json.loads(
            reeve.run("token", "show", "--json", "token").stdout)
        assert refusal in document["refusal"] and "tag" not in document
        if content != parts[44234]:
            part = document["cca-realm-delegated-token"]
            assert part["cca-realm-initial-measurement"] == tokens.RIM.hex()
    reeve.write("token", realm.value[2])
    assert re.search("^  signature +none$", reeve.run(
        "token", "show", "token").stdout, re.M)


def test_show_prints_what_it_does_not_understand(case):
    reeve = case(["set", "platform/claims/70001", {"hex": "abcd"}],
                 ["set", "realm/claims/70002", 5],
                 ["rename", "realm/claims/70002", {"raw": "6161"}],
                 ["set", "realm/claims/44243", "text"],
                 ["set", "realm/unprotected/70003", 7],
                 ["set", "realm/protected/1", -8],
                 ["set", "platform/claims/265", "tag:example.com,2030:x"],
                 ["set", "parts/44250", [60, {"hex": "ee"}]])
    shown = reeve.run("token", "show", "token").stdout
    for line in (r"  claim 70001 +42abcd", r"  claim h'6161' +05",
                 r"  cca-realm-mec-policy +\(wrong-value\) 6474657874",
                 r"  unprotected header 70003 +07", r"  header 1 +27",
                 r"  entry 44250 +82183c41ee"):
        assert re.search(f"^{line}$", shown, re.M), line
    assert 'found "tag:example.com,2030:x"' in shown
    document = json.loads(reeve.run("token", "show", "--json", "token").stdout)
    platform = document["cca-platform-token"]
    realm = document["cca-realm-delegated-token"]
    assert platform["unknown-claims"] == [{"key": 70001, "value": "42abcd"}]
    assert realm["unknown-claims"] == [{"key": "6161", "value": "05"}]
    assert realm["cca-realm-mec-policy"] == {
        "fault": "wrong-value", "cbor": "6474657874"}
    assert realm["protected-headers"] == [{"key": 1, "value": "27"}]
    assert realm["unprotected-headers"] == [{"key": 70003, "value": "07"}]
    assert document["further-entries"] == [
        {"key": 44250, "value": "82183c41ee"}]
    done = verify(reeve, code=1)
    assert "unknown-profile: platform part" in done.stderr
    case(["set", "realm/protected/1", -8])
    assert "found EdDSA (-8)" in verify(reeve, code=1).stderr


def test_show_prints_records(case):
    reeve = case(
        ["set", "platform/claims/2405", [
            {"map": [[1, "CM"], [2, 0], [3, 5], [4, {"fill": ["ab", 32]}]]},
            {"map": [[1, "DM"], [2, 7], [3, 0], [4, {"fill": ["cd", 48]}],
                     [9, 1]]}]],
        ["set", "platform/claims/2404", [{"map": [[5, "x"]]}]])
    shown = reeve.run("token", "show", "token").stdout
    for line in (r"  cca-platform-tbb-rotpk +2", r" +number 1",
                 r"      name +CM", r"      index +5", r"      hash +(ab){32}",
                 r" +number 2", r"      active-array-index +7",
                 r"      entry 9 +01",
                 r"  cca-platform-extension +\(missing\) 81a1056178"):
        assert re.search(f"^{line}$", shown, re.M), line
    platform = json.loads(reeve.run("token", "show", "--json", "token").stdout)[
        "cca-platform-token"]
    assert platform["cca-platform-tbb-rotpk"] == [
        {"name": "CM", "active-array-index": 0, "index": 5, "hash": "ab" * 32},
        {"name": "DM", "active-array-index": 7, "index": 0, "hash": "cd" * 48,
         "unknown-claims": [{"key": 9, "value": "01"}]}]
    assert platform["cca-platform-extension"] == {
        "fault": "missing", "cbor": "81a1056178"}


def test_the_place_of_a_fault_is_in_the_token(case):
    reeve = case(["set", "realm/claims/70001", {"raw": "1c"}])
    token = (reeve.folder / "token").read_bytes()
    done = reeve.run("token", "show", "token")
    assert done.returncode == 1
    at, size = map(int, re.search(
        r"malformed: Realm part, at byte (\d+) of (\d+)", done.stderr).groups())
    assert size == len(token) and token[at] == 0x1C
