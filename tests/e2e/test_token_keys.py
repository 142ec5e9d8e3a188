# SPDX-License-Identifier: BSD-3-Clause
"""reeve token verify with platform keys in every form, and with certificates.
The openssl command makes the certificates."""
import json
import subprocess

import pytest
import tokens
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

KEYS = tokens.new_keys()
WAIVED = ["--no-challenge", "--no-references"]
INSTANCE = "01" + tokens.pattern(5, 32).hex()
IMPLEMENTATION = tokens.pattern(4, 32).hex()


def openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True,
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def private_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption())


def der(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo)


class Authority:
    """A root, an authority under it, and what they certify."""

    def __init__(self, folder):
        self.folder = folder
        self.make("root", tokens.new_keys()["platform"], None,
                  "basicConstraints=critical,CA:TRUE")
        self.make("middle", tokens.new_keys()["p256"], "root",
                  "basicConstraints=critical,CA:TRUE")

    def make(self, name, key, issuer, extension, *options):
        (self.folder / f"{name}.key").write_bytes(private_pem(key))
        (self.folder / f"{name}.ext").write_text(extension + "\n")
        if issuer is None:
            openssl(self.folder, "req", "-x509", "-new", "-key",
                    f"{name}.key", "-subj", f"/CN={name}", "-addext",
                    extension, "-out", f"{name}.pem", "-days", "30")
        else:
            openssl(self.folder, "req", "-new", "-key", f"{name}.key",
                    "-subj", f"/CN={name}", "-out", f"{name}.csr")
            openssl(self.folder, "x509", "-req", "-in", f"{name}.csr", "-CA",
                    f"{issuer}.pem", "-CAkey", f"{issuer}.key",
                    "-CAcreateserial", "-extfile", f"{name}.ext", "-out",
                    f"{name}.pem", "-days", "30", *options)
        openssl(self.folder, "x509", "-in", f"{name}.pem", "-outform", "DER",
                "-out", f"{name}.der")
        return self.der(name)

    def der(self, name):
        return (self.folder / f"{name}.der").read_bytes()


def write_token(reeve, *edits):
    reeve.write("token", tokens.make({"edits": list(edits)}, KEYS))


def verify(reeve, key, *options, code=0):
    done = reeve.run("token", "verify", "token", "--platform-key", key,
                     *WAIVED, *options)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


FORMS = {
    "PEM": tokens.pem,
    "DER": der,
    "private PEM": private_pem,
    "JWK": lambda key: json.dumps(tokens.jwk(key)),
    "JWK set": lambda key: json.dumps(
        {"keys": [tokens.jwk(KEYS["other"]), tokens.jwk(key)]}),
    "COSE_Key": lambda key: tokens.encode(tokens.cose_key(key)),
    "COSE_KeySet": lambda key: tokens.encode(
        [tokens.cose_key(KEYS["other"]), tokens.cose_key(key)]),
    "a store": lambda key: json.dumps([
        {"instance-id": INSTANCE, "implementation-id": IMPLEMENTATION,
         "pkey": tokens.jwk(key)},
        {"instance-id": "01" + "00" * 32, "implementation-id": IMPLEMENTATION,
         "pkey": tokens.jwk(KEYS["other"])}]),
    "a store with PEM": lambda key: json.dumps([
        {"instance-id": INSTANCE, "pkey": tokens.pem(key).decode()}]),
}


@pytest.mark.parametrize("curve", ["p256", "p384", "p521"])
@pytest.mark.parametrize("form", FORMS)
def test_a_key_has_many_forms(reeve, form, curve):
    write_token(reeve, ["key", "platform", curve])
    reeve.write("key", FORMS[form](KEYS[curve]))
    assert "accepted" in verify(reeve, "key")
    reeve.write("key", FORMS[form](tokens.new_keys()[curve]))
    assert "FAILED    platform-signature" in verify(reeve, "key", code=1)


def test_a_key_of_another_curve_is_named(reeve):
    write_token(reeve, ["key", "platform", "p256"])
    reeve.write("key", tokens.pem(KEYS["platform"]))
    assert "found ES256, which a key of P-384 cannot make" in verify(
        reeve, "key", code=1)


def test_a_store_without_the_platform_is_told(reeve):
    write_token(reeve)
    for name, value in (("instance-id", "01" + "00" * 32),
                        ("implementation-id", "00" * 32)):
        reeve.write("key", json.dumps([
            {name: value, "pkey": tokens.jwk(KEYS["platform"])}]))
        text = verify(reeve, "key", code=1)
        assert "expected a key for this platform, found none among 1" in text
        assert "`reeve token show` prints its instance ID" in text


@pytest.mark.parametrize("content", [
    b"", b"\x00", b"no key", b"{}", b"[]", b'{"keys": []}', b'{"pkey": 1}',
    b'[{"pkey": {}}]', b"[1]",
    2 * json.dumps(tokens.jwk(KEYS["platform"])).encode(), b"\xa0", b"\x80",
    b"\xa1\x01\x02",
    tokens.encode(tokens.Map([[1, 1], [-1, 6], [-2, bytes(32)]])),
    tokens.encode(tokens.cose_key(KEYS["p256"])) + b"\x00",
    der(KEYS["p256"]) + b"\x00", der(KEYS["p256"])[:-1],
])
def test_what_is_no_key_is_exit_2(reeve, content):
    write_token(reeve)
    reeve.write("key", content)
    text = verify(reeve, "key", code=2)
    assert "is no public key of P-256, P-384 or P-521" in text


PEM = tokens.pem(KEYS["platform"])


def locked(form):
    return KEYS["platform"].private_bytes(
        serialization.Encoding.PEM, form,
        serialization.BestAvailableEncryption(b"x"))


@pytest.mark.parametrize("content", [
    b"-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n", PEM[:-30],
    PEM + PEM[:-30], PEM.replace(b"PUBLIC", b"OTHER"),
    PEM.replace(b"PUBLIC", b"PRIVATE"), PEM.replace(b"MHY", b"MIY"),
    PEM + tokens.pem(ec.generate_private_key(ec.SECP224R1())),
    locked(serialization.PrivateFormat.PKCS8),
    locked(serialization.PrivateFormat.TraditionalOpenSSL),
])
def test_pem_that_is_no_key_is_exit_2(reeve, content):
    write_token(reeve)
    reeve.write("key", content)
    assert "has PEM, and not each key in it" in verify(reeve, "key", code=2)


def test_several_keys_in_pem_are_all_trusted(reeve):
    write_token(reeve)
    other = tokens.pem(KEYS["other"])
    parameters = subprocess.run(
        ["openssl", "ecparam", "-name", "secp384r1"], check=True,
        capture_output=True).stdout
    for content in (PEM + other, other + PEM, parameters + PEM,
                    b"a comment\n" + other + b"another\n" + PEM):
        reeve.write("key", content)
        assert "accepted" in verify(reeve, "key")
    reeve.write("key", other + tokens.pem(KEYS["p256"]))
    assert "by one of 2 keys" in verify(reeve, "key", code=1)


def test_a_certificate_is_a_key(reeve):
    authority = Authority(reeve.folder)
    authority.make("leaf", KEYS["p521"], "middle",
                   "keyUsage=digitalSignature")
    write_token(reeve, ["key", "platform", "p521"])
    for name in ("leaf.pem", "leaf.der"):
        assert "accepted" in verify(reeve, name)
        assert "FAILED    platform-signature" in verify(
            reeve, name.replace("leaf", "root"), code=1)
    reeve.write("chain.pem", (reeve.folder / "leaf.pem").read_bytes()
                + (reeve.folder / "middle.pem").read_bytes())
    assert "has several certificates" in verify(reeve, "chain.pem", code=2)


def rooted(reeve, root, code=0):
    done = reeve.run("token", "verify", "token", "--platform-root", root,
                     *WAIVED)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("headers", ["protected", "unprotected"])
def test_a_chain_leads_to_a_root(reeve, headers):
    authority = Authority(reeve.folder)
    leaf = authority.make("leaf", KEYS["platform"], "middle",
                          "keyUsage=digitalSignature")
    path = f"platform/{headers}/33"
    middle, root = authority.der("middle"), authority.der("root")
    chain = [{"hex": one.hex()} for one in (leaf, middle, root)]
    for part in (chain, chain[:2]):
        write_token(reeve, ["set", path, part])
        assert "accepted" in rooted(reeve, "root.pem")
    # The authority in the middle may be what is trusted.
    write_token(reeve, ["set", path, chain[0]])
    assert "accepted" in rooted(reeve, "middle.pem")
    assert "unable to get" in rooted(reeve, "root.pem", code=1)
    # An attacker may have made the Realm part, and the chain's certificate.
    write_token(reeve, ["set", path, chain[:2]], ["sign", "platform", "other"])
    assert "FAILED    platform-signature" in rooted(reeve, "root.pem", code=1)
    write_token(reeve)
    assert "has no chain of certificates (x5chain)" in rooted(
        reeve, "root.pem", code=1)


def test_other_authorities_are_refused(reeve):
    authority = Authority(reeve.folder)
    other = reeve.folder / "other"
    other.mkdir()
    theirs = Authority(other)
    leaf = theirs.make("leaf", KEYS["platform"], "middle",
                       "keyUsage=digitalSignature")
    for chain in ([leaf, theirs.der("middle"), theirs.der("root")],
                  [leaf, authority.der("middle"), authority.der("root")]):
        write_token(reeve, ["set", "platform/unprotected/33",
                            [{"hex": one.hex()} for one in chain]])
        assert "FAILED    platform-signature" in rooted(
            reeve, "root.pem", code=1)


def test_roots_are_whole(reeve):
    write_token(reeve)
    authority = Authority(reeve.folder)
    root, middle = ((authority.folder / f"{name}.pem").read_bytes()
                    for name in ("root", "middle"))
    for content in (b"", PEM, root[:-40], root + middle[:-40],
                    root + middle.replace(b"MII", b"MIJ", 1)):
        reeve.write("roots", content)
        done = reeve.run("token", "verify", "token", "--platform-root",
                         "roots", *WAIVED)
        assert done.returncode == 2 and "holds no X.509" in done.stderr
    reeve.write("roots", middle + root)
    rooted(reeve, "roots", code=1)


@pytest.mark.parametrize("extension, options, reason", [
    ("keyUsage=keyEncipherment", [], "may not sign"),
    ("keyUsage=digitalSignature", ["-days", "0"], "expired"),
    ("keyUsage=digitalSignature", ["-sha1"], "weak"),
])
def test_a_certificate_that_does_not_fit_is_refused(reeve, extension, options,
                                                    reason):
    authority = Authority(reeve.folder)
    leaf = authority.make("leaf", KEYS["platform"], "root", extension,
                          *options)
    write_token(reeve, ["set", "platform/unprotected/33", {"hex": leaf.hex()}])
    text = rooted(reeve, "root.pem", code=1)
    assert "FAILED    platform-signature" in text and reason in text


@pytest.mark.parametrize("value", [
    {"hex": ""}, {"hex": "3000"}, [], 5, ["x"], [{"hex": "30"}],
])
def test_a_chain_that_is_none_is_named(reeve, value):
    Authority(reeve.folder)
    write_token(reeve, ["set", "platform/unprotected/33", value])
    assert "x5chain is no list of certificates" in rooted(
        reeve, "root.pem", code=1)
