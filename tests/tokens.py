#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes good and hostile CCA tokens for tests. The script has a CBOR writer
that can write wrong tokens, signs with Python's cryptography, and uses none of
Reeve's code.

Each tests/data/token/NAME.json says how its token differs from a good one:

  what     why the case exists
  edits    a list of
           ["set", PATH, VALUE]     PATH: keys with / between, from a token
           ["delete", PATH]
           ["repeat", PATH]         add the same key and value once more
           ["rename", PATH, KEY]
           ["sign", PART, KEY]      with the key "platform", "realm" or "other"
           ["key", PART, KEY, ALG]  with the key "p256", "p384" or "p521", which
                                    the verifier knows and the Realm part has
           ["many", PATH, N]        N claims more
           ["append_to", PATH, VALUE]  one more element of a list
           ["unwrap", PART]         the bytes of a part without its record
           ["swap", PATH, PATH]     exchange two values
           ["cut", N]               keep the first N bytes, or all but -N
           ["append", HEX]          add bytes at the end
           ["patch", HEX, HEX]      replace bytes that occur once
           ["rebind"]               make the challenge fit the Realm key
           ["old"]                  use the form of the first profiles
           VALUE is JSON, or one of: {"hex": H}, bytes; {"raw": H}, bytes that
           are encoded already; {"text": [T, N]}, the text T N times;
           {"bytes": N}, N bytes; {"fill": [H, N]}, the bytes H N times;
           {"list": [V, N]}, a list of N times V; {"nest": N}, N arrays in one
           another; {"many": N}, a map of N claims; {"map": [[K, V], ...]};
           {"tag": [N, V]}; {"encoded": V}, a byte string with V encoded in it
  refusal  the decoder's message up to the place; without it, the token is
           accepted
  fails    the verifier's checks that fail

usage: tests/tokens.py FOLDER
Writes NAME.cbor for each case, platform.pem, platform.json (a JWK set with all
platform keys), other.pem and refs.json there.
"""

import base64
import hashlib
import json
import pathlib
import struct
import sys

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

CASES = pathlib.Path(__file__).resolve().parent / "data" / "token"
SIZE = 48

# The curves: bytes of a coordinate, COSE's number, algorithm, hash.
CURVES = {"secp256r1": (32, 1, -7, hashes.SHA256, "P-256"),
          "secp384r1": (48, 2, -35, hashes.SHA384, "P-384"),
          "secp521r1": (66, 3, -36, hashes.SHA512, "P-521")}


class Raw(bytes):
    """Bytes that are encoded already."""


class Map(list):
    """A map: pairs in order, which may repeat a key."""


class Tag(tuple):
    """A tag: its number and its value."""


class Encoded(tuple):
    """A byte string that holds the encoding of one value."""


class Signed:
    """A COSE_Sign1 that is signed when it is encoded."""

    def __init__(self, claims, key):
        algorithm = CURVES[key.curve.name][2]
        self.parts = Map([["tag", 18], ["protected", Map([[1, algorithm]])],
                          ["unprotected", Map()], ["claims", claims],
                          ["signature", None]])
        self.key = key


def head(major, number):
    major <<= 5
    if number < 24:
        return struct.pack(">B", major | number)
    for size, letter in enumerate("BHIQ"):
        if number < 256 ** (1 << size):
            return struct.pack(">B" + letter, major | 24 + size, number)
    raise ValueError(number)


def encode(value):
    if isinstance(value, Raw):
        return bytes(value)
    if isinstance(value, Tag):
        return head(6, value[0]) + encode(value[1])
    if isinstance(value, Encoded):
        return encode(encode(value[0]))
    if isinstance(value, Map):
        return head(5, len(value)) + b"".join(
            encode(key) + encode(item) for key, item in value)
    if isinstance(value, Signed):
        return encode(sign(value))
    if isinstance(value, bool):
        return b"\xf5" if value else b"\xf4"
    if isinstance(value, int):
        return head(0, value) if value >= 0 else head(1, -1 - value)
    if isinstance(value, float):
        return b"\xfb" + struct.pack(">d", value)
    if isinstance(value, bytes):
        return head(2, len(value)) + value
    if isinstance(value, str):
        return head(3, len(value.encode())) + value.encode()
    if isinstance(value, list):
        return head(4, len(value)) + b"".join(map(encode, value))
    return b"\xf6"


def get(pairs, key):
    return next(value for name, value in pairs if name == key)


def sign(part):
    """Returns the encoded message that goes into the collection."""
    protected = encode(get(part.parts, "protected"))
    claims = encode(get(part.parts, "claims"))
    signature = get(part.parts, "signature")
    if signature is None:
        text = encode(["Signature1", protected, b"", claims])
        size, _, _, algorithm, _ = CURVES[part.key.curve.name]
        r, s = utils.decode_dss_signature(
            part.key.sign(text, ec.ECDSA(algorithm())))
        signature = r.to_bytes(size, "big") + s.to_bytes(size, "big")
    return encode(Tag((get(part.parts, "tag"), [
        protected, get(part.parts, "unprotected"), claims, signature])))


def point(key):
    numbers = key.public_key().public_numbers()
    size = CURVES[key.curve.name][0]
    return (numbers.x.to_bytes(size, "big"), numbers.y.to_bytes(size, "big"))


def cose_key(key):
    x, y = point(key)
    return Map([[1, 2], [-1, CURVES[key.curve.name][1]], [-2, x], [-3, y]])


def jwk(key):
    x, y = (base64.urlsafe_b64encode(part).decode().rstrip("=")
            for part in point(key))
    return {"kty": "EC", "crv": CURVES[key.curve.name][4], "x": x, "y": y}


def pattern(seed, size):
    return bytes((seed * 17 + i) & 0xFF for i in range(size))


def component(name, seed):
    return Map([[1, name], [2, pattern(seed, 32)], [4, "1.0"],
                [5, bytes(32)], [6, "sha-256"]])


RIM = pattern(1, 32)
RPV = pattern(2, 64)
REMS = [bytes(32) for _ in range(4)]
CHALLENGE = pattern(3, 64)


def good(keys):
    """Returns a good token of the current profiles, as a tree."""
    realm_key = cose_key(keys["realm"])
    platform = Map([
        [265, "tag:arm.com,2023:cca_platform#1.0.0"],
        [10, hashlib.sha256(encode(realm_key)).digest()],
        [2396, pattern(4, 32)], [256, b"\x01" + pattern(5, 32)],
        [2401, bytes.fromhex("01010000")], [2395, 0x3000],
        [2402, "sha-256"],
        [2399, [component("monitor", 6), component("rmm", 7)]],
        [2400, "https://verifier.example/"]])
    realm = Map([
        [10, CHALLENGE], [256, b"\x01" + pattern(8, 32)], [44235, RPV],
        [44237, Encoded((realm_key,))], [44236, "sha-256"],
        [44240, "sha-256"], [44243, 0], [265, "tag:arm.com,2024:realm#2.0.0"],
        [44238, RIM], [44239, list(REMS)]])
    return Map([
        ["tag", 907],
        ["parts", Map([[44234, [263, Signed(platform, keys["platform"])]],
                       [44241, [263, Signed(realm, keys["realm"])]]])]])


def value_of(value):
    """Converts a VALUE of a case."""
    if isinstance(value, list):
        return [value_of(item) for item in value]
    if not isinstance(value, dict):
        return value
    (kind, what), = value.items()
    return {
        "hex": lambda: bytes.fromhex(what),
        "raw": lambda: Raw(bytes.fromhex(what)),
        "text": lambda: what[0] * what[1],
        "bytes": lambda: pattern(9, what),
        "fill": lambda: bytes.fromhex(what[0]) * what[1],
        "list": lambda: [value_of(what[0]) for _ in range(what[1])],
        "nest": lambda: Raw(b"\x81" * what + b"\x00"),
        "map": lambda: Map([[value_of(k), value_of(v)] for k, v in what]),
        "many": lambda: Map([[70000 + i, 0] for i in range(what)]),
        "tag": lambda: Tag((what[0], value_of(what[1]))),
        "encoded": lambda: Encoded((value_of(what),)),
    }[kind]()


ALIASES = {"platform": ["parts", "44234", "1"], "realm": ["parts", "44241",
                                                          "1"]}


def steps(path):
    words = path.split("/")
    return ALIASES.get(words[0], words[:1]) + words[1:]


def index_of(node, word):
    """Returns the index that a step of a path means: of an element of a list,
    or of a pair of a map."""
    if isinstance(node, Map):
        return next((i for i, (key, _) in enumerate(node)
                     if str(key) == word), None)
    return int(word)


def child(node, word):
    if isinstance(node, Signed):
        node = node.parts
    if isinstance(node, Encoded):
        node = node[0]
    index = index_of(node, word)
    return node[index][1] if isinstance(node, Map) else node[index]


def parent(tree, path):
    """Returns the node that holds the last step, and that step."""
    words = steps(path)
    node = tree
    for word in words[:-1]:
        node = child(node, word)
    if isinstance(node, Signed):
        node = node.parts
    if isinstance(node, Encoded):
        node = node[0]
    return node, words[-1]


def put(tree, path, value):
    node, word = parent(tree, path)
    index = index_of(node, word)
    if not isinstance(node, Map):
        node[index] = value
    elif index is None:
        digits = word.lstrip("-").isdigit()
        node.append([int(word) if digits else word, value])
    else:
        node[index][1] = value


def rebind(tree):
    key = get(get_claims(tree, "realm"), 44237)
    put(tree, "platform/claims/10", hashlib.sha256(
        encode(key[0]) if isinstance(key, Encoded) else key).digest())


def get_claims(tree, part):
    return child(parent(tree, part + "/claims")[0], "claims")


def age(tree, keys):
    """Gives a token the form of the first profiles: tag 399 around plain byte
    strings, no Realm profile, and a raw point as the key."""
    put(tree, "platform/claims/265", "http://arm.com/CCA-SSD/1.0.0")
    for key in ("265", "256", "44243"):
        node, word = parent(tree, f"realm/claims/{key}")
        del node[index_of(node, word)]
    put(tree, "realm/claims/44237", b"\x04" + b"".join(point(keys["realm"])))
    rebind(tree)
    put(tree, "tag", 399)
    for name in ("platform", "realm"):
        node, _ = parent(tree, name)
        put(tree, "/".join(ALIASES[name][:2]), node[1])


def change_key(tree, key, part, _, algorithm=None):
    """Signs a part with another key."""
    node = tree
    for word in steps(part):
        node = child(node, word)
    node.key = key
    put(tree, f"{part}/protected/1",
        algorithm or CURVES[key.curve.name][2])
    if part == "realm":
        put(tree, "realm/claims/44237", Encoded((cose_key(key),)))
        rebind(tree)


def edit_tree(tree, keys, edit):
    """Makes an edit of the tree. Returns False if the edit is one of bytes."""
    operation, *arguments = edit
    if operation == "set":
        put(tree, arguments[0], value_of(arguments[1]))
    elif operation == "delete":
        node, word = parent(tree, arguments[0])
        del node[index_of(node, word)]
    elif operation == "repeat":
        node, word = parent(tree, arguments[0])
        node.append(list(node[index_of(node, word)]))
    elif operation == "rename":
        node, word = parent(tree, arguments[0])
        node[index_of(node, word)][0] = value_of(arguments[1])
    elif operation == "swap":
        nodes = [parent(tree, path) for path in arguments]
        values = [child(node, word) for node, word in nodes]
        for path, value in zip(arguments, reversed(values)):
            put(tree, path, value)
    elif operation == "sign":
        words = steps(arguments[0])
        node = tree
        for word in words:
            node = child(node, word)
        node.key = keys[arguments[1]]
    elif operation == "key":
        change_key(tree, keys[arguments[1]], *arguments)
    elif operation == "many":
        node, word = parent(tree, arguments[0])
        child(node, word).extend([70000 + i, 0] for i in range(arguments[1]))
    elif operation == "append_to":
        node, word = parent(tree, arguments[0])
        child(node, word).append(value_of(arguments[1]))
    elif operation == "unwrap":
        node, _ = parent(tree, arguments[0])
        put(tree, "/".join(ALIASES[arguments[0]][:2]), node[1])
    elif operation == "rebind":
        rebind(tree)
    elif operation == "old":
        age(tree, keys)
    else:
        return False
    return True


def edit_bytes(data, edit):
    operation, *arguments = edit
    if operation == "cut":
        return data[:arguments[0]]
    if operation == "append":
        return data + bytes.fromhex(arguments[0])
    if operation == "patch":
        old, new = map(bytes.fromhex, arguments)
        assert data.count(old) == 1, (data.count(old), edit)
        return data.replace(old, new)
    raise ValueError(operation)


def make(case, keys):
    """Returns the bytes of a case's token."""
    tree = good(keys)
    later = [edit for edit in case.get("edits", [])
             if not edit_tree(tree, keys, edit)]
    data = encode(Tag((get(tree, "tag"), get(tree, "parts"))))
    for edit in later:
        data = edit_bytes(data, edit)
    return data


def new_keys():
    keys = {name: ec.generate_private_key(ec.SECP384R1())
            for name in ("platform", "realm", "other", "p384")}
    keys["p256"] = ec.generate_private_key(ec.SECP256R1())
    keys["p521"] = ec.generate_private_key(ec.SECP521R1())
    return keys


def key_set(keys):
    """Returns a JWK set of the platform keys that a verifier knows."""
    return json.dumps({"keys": [jwk(keys[name]) for name in (
        "platform", "p256", "p384", "p521")]})


def pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


PROVISION = "<8sIIII48s32s"


def provision(keys):
    """Returns the provisioned part (abi/provision.h) of a host with these
    keys."""
    part = child(parent(good(keys), "platform")[0], "1")
    token = sign(part)
    claims = get(part.parts, "claims")
    head = struct.pack(
        PROVISION, b"RVEPROV1", 1, len(token), struct.calcsize(PROVISION),
        SIZE, keys["realm"].private_numbers().private_value.to_bytes(
            SIZE, "big"), get(claims, 10))
    return head + token


# The place in the flash header (abi/firmware.h) of the entry for the
# provisioned part.
PART_ENTRY = 0x80000 + 24 + 16 * 3


def fill_flash(image, part):
    """Returns a flash image with the provisioned part filled in."""
    flash = bytearray(image)
    offset, size = struct.unpack_from("<QQ", flash, PART_ENTRY)
    assert len(part) <= size
    flash[offset:offset + len(part)] = part
    return flash


def verify(part, key):
    """Checks the signature of a COSE_Sign1, given as cbor2 decodes it. Returns
    its claims, encoded, or raises an exception."""
    protected, _, payload, signature = part.value
    assert part.tag == 18 and protected == b"\xa1\x01\x38\x22"
    text = encode(["Signature1", protected, b"", payload])
    r, s = (int.from_bytes(half, "big")
            for half in (signature[:SIZE], signature[SIZE:]))
    key.verify(utils.encode_dss_signature(r, s), text,
               ec.ECDSA(hashes.SHA384()))
    return payload


def key_of_point(x, y):
    return ec.EllipticCurvePublicNumbers(
        int.from_bytes(x, "big"), int.from_bytes(y, "big"),
        ec.SECP384R1()).public_key()


def refs():
    return {"hash": "sha-256", "rim": RIM.hex(), "rpv": RPV.hex(),
            "rems": [rem.hex() for rem in REMS]}


def cases():
    for path in sorted(CASES.glob("*.json")):
        yield path.stem, json.loads(path.read_text())


def write_inputs(folder, keys):
    """Writes what a verifier needs beside the tokens."""
    (folder / "platform.pem").write_bytes(pem(keys["platform"]))
    (folder / "platform.json").write_text(key_set(keys))
    (folder / "other.pem").write_bytes(pem(keys["other"]))
    (folder / "refs.json").write_text(json.dumps(refs()))


def main():
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(exist_ok=True)
    keys = new_keys()
    for name, case in cases():
        (folder / f"{name}.cbor").write_bytes(make(case, keys))
    write_inputs(folder, keys)


if __name__ == "__main__":
    main()
