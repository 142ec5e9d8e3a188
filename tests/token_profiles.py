#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""The profiles of CCA tokens as the documents have them, written down once more
and without Reeve's table: draft-ffm-rats-cca-token-00 (2023),
draft-ffm-rats-cca-token-03 and DEN0137 2.0, A7.2.3 (2024), and
draft-ffm-rats-cca-token-04 (2026). vectors() makes tokens from it in which a
claim is absent, there, of another type, of another size, or there twice.

usage: tests/token_profiles.py FOLDER
Writes NAME.cbor for each vector, the inputs of a verifier, and cases/NAME.json
in the form of the cases of tests/tokens.py, without edits.
"""

import json
import pathlib
import sys

import tokens

HASH = ("bytes", (32, 48, 64))
ANY_BYTES = ("bytes", ())

# The entries of a record: key, name, form, whether it must be there.
DEVICE = [(1, "hash-algo-id", ("text",), False),
          (2, "measurements-digest", HASH, True),
          (3, "certificates-digest", HASH, True),
          (4, "uses-ide", ("bool",), True), (5, "protocol", ("text",), True),
          (6, "vca-digest", HASH, False)]
SIGNER = [(1, "name", ("text",), True),
          (2, "active-array-index", ("number", 0, 0xFFFF), True),
          (3, "index", ("number", 0, 0xFFFF), True),
          (4, "hash", HASH, True)]

# Each claim: its key, its name, its form, a value.
PLATFORM = [
    (265, "cca-platform-profile", ("text",), None),
    (10, "cca-platform-challenge", HASH, None),
    (2408, "cca-platform-workload-binding", HASH, None),
    (2396, "cca-platform-implementation-id", ("bytes", (32,)), None),
    (256, "cca-platform-instance-id", ("ueid",), None),
    (2401, "cca-platform-config", ANY_BYTES, None),
    (2395, "cca-platform-lifecycle", ("number", 0, 0xFFFF), None),
    (2402, "cca-platform-hash-algo-id", ("text",), None),
    (2399, "cca-platform-sw-components", ("components",), None),
    (2400, "cca-platform-service-indicator", ("text",), "https://a.example"),
    (2394, "cca-platform-client-id", ("number", 1, 1), 1),
    (2403, "cca-platform-manufacturing-config", ANY_BYTES, b"\x01\x02"),
    (2404, "cca-platform-extension", ("records", DEVICE), [
        tokens.Map([[2, bytes(32)], [3, bytes(48)], [4, True], [5, "x"]]),
        tokens.Map([[1, "sha-512"], [2, bytes(64)], [3, bytes(64)], [4, False],
                    [5, "spdm-1.2.0"], [6, bytes(64)], [7, None]])]),
    (2405, "cca-platform-tbb-rotpk", ("records", SIGNER), [
        tokens.Map([[1, "CM"], [2, 0], [3, 5], [4, bytes(32)]]),
        tokens.Map([[1, "DM"], [2, 7], [3, 0], [4, bytes(64)]])]),
    (2406, "cca-platform-peer-signers", ANY_BYTES, bytes(32)),
    (2407, "cca-platform-tpm-binding", ("any",), bytes(32)),
]
REALM = [
    (265, "cca-realm-profile", ("text",), None),
    (10, "cca-realm-challenge", ("bytes", (64,)), None),
    (256, "cca-realm-instance-id", ("ueid",), b"\x01" + bytes(32)),
    (44235, "cca-realm-personalization-value", ("bytes", (64,)), None),
    (44236, "cca-realm-hash-algo-id", ("text",), None),
    (44237, "cca-realm-public-key", ("key",), None),
    (44240, "cca-realm-public-key-hash-algo-id", ("hash",), None),
    (44238, "cca-realm-initial-measurement", HASH, None),
    (44239, "cca-realm-extensible-measurements", ("rems",), None),
    (44243, "cca-realm-mec-policy", ("number", 0, 1), 0),
    (44244, "cca-realm-lfa-policy", ("number", 0, 1), 0),
    (44257, "cca-realm-devices-token-hash", HASH, bytes(48)),
]

PLATFORM_1 = {265, 2396, 256, 2401, 2395, 2402, 2399}
PLATFORM_2 = PLATFORM_1 | {2394}
PLATFORM_2_MAY = {2400, 2403, 2404, 2405, 2406}
REALM_1 = {10, 44235, 44236, 44237, 44240, 44238, 44239}
REALM_2_ONLY = {256, 44243}

OLD = "http://arm.com/CCA-SSD/1.0.0"
P2023 = "tag:arm.com,2023:cca_platform#1.0.0"
P2024 = "tag:arm.com,2024:cca_platform#2.0.0"
P2026 = ("tag:arm.com,2026:cca_platform#2.0.0",
         "tag:arm.com,2026:cca_platform#2.1.0")
R2023 = "tag:arm.com,2023:realm#1.0.0"
R2024 = "tag:arm.com,2024:realm#2.0.0"
R2026 = "tag:arm.com,2026:realm#2.0.0"


def platform_profiles():
    """Yields (profile, Realm profile, must, may, must not, fails)."""
    yield OLD, None, PLATFORM_1 | {10}, {2400}, set(), []
    yield P2023, R2023, PLATFORM_1 | {10}, {2400}, set(), []
    yield P2024, R2024, PLATFORM_2 | {10}, PLATFORM_2_MAY, set(), []
    may = PLATFORM_2_MAY | {2407}
    for name in P2026:
        # DEN0137 writes a hash sign where the draft has a semicolon.
        for model in ("", ";delegated", "#delegated"):
            yield (name + model, R2026, PLATFORM_2 | {2408}, may, {10}, [])
        # Nobody can say yet how these bind the parts: never accepted.
        for mark in ";#":
            yield (name + mark + "direct", R2026, PLATFORM_2 | {2408}, may,
                   {10}, ["realm-key-binding"])
            yield (name + mark + "HESRAK", R2026, PLATFORM_2 | {2408},
                   may | {10}, set(), ["realm-key-binding"])


def realm_profiles():
    """Yields (platform profile, profile, must, may)."""
    early = REALM_2_ONLY | {44244, 44257, 265}
    yield OLD, None, REALM_1, early
    yield P2023, R2023, REALM_1, early
    yield P2024, R2024, REALM_1 | REALM_2_ONLY, {44244, 44257, 265}
    yield P2026[0], R2026, REALM_1 | REALM_2_ONLY, {44244, 44257, 265}


def remove(tree, path):
    node, word = tokens.parent(tree, path)
    index = tokens.index_of(node, word)
    if index is not None:
        del node[index]


def base(keys, platform, realm):
    """Returns a good token of two profiles, with mandatory claims only."""
    tree = tokens.good(keys)
    tokens.put(tree, "platform/claims/265", platform)
    remove(tree, "platform/claims/2400")
    if platform not in (OLD, P2023):
        tokens.put(tree, "platform/claims/2394", 1)
    if platform.startswith(P2026):
        binding = tokens.get(tokens.get_claims(tree, "platform"), 10)
        remove(tree, "platform/claims/10")
        tokens.put(tree, "platform/claims/2408", binding)
    if realm is None:
        remove(tree, "realm/claims/265")
    else:
        tokens.put(tree, "realm/claims/265", realm)
    if realm in (None, R2023):
        remove(tree, "realm/claims/256")
        remove(tree, "realm/claims/44243")
    return tree


def wrong_type(form):
    """Returns a value that the form cannot have; None: it can have all."""
    if form[0] == "any":
        return None
    return {"bytes": "text", "ueid": "text", "text": b"bytes",
            "hash": b"bytes", "number": b"\x01", "components": 1, "rems": 1,
            "records": tokens.Map(), "bool": 1, "key": "text"}[form[0]]


def wrong_sizes(form):
    """Yields values of the right type and the wrong size, with the fault."""
    if form[0] == "bytes":
        for size in form[1]:
            yield bytes(size - 1), "wrong-size"
            yield bytes(size + 1), "wrong-size"
        if form[1]:
            yield b"", "wrong-size"
    elif form[0] == "ueid":
        yield b"\x01" + bytes(31), "wrong-size"
        yield b"\x01" + bytes(33), "wrong-size"
        yield b"\x02" + bytes(32), "wrong-value"
    elif form[0] == "number":
        if form[1] > 0:
            yield form[1] - 1, "wrong-value"
        yield form[2] + 1, "wrong-value"
        yield 1 << 63, "wrong-value"
        yield -1, "wrong-type"
    elif form[0] == "components":
        yield [], "wrong-size"
    elif form[0] == "rems":
        yield [bytes(32)] * 3, "wrong-size"
        yield [bytes(32)] * 5, "wrong-size"
        yield [bytes(32)] * 3 + [bytes(33)], "wrong-size"
    elif form[0] == "hash":
        yield "sha-1", "wrong-value"
    elif form[0] == "records":
        yield from wrong_records(form[1])


def wrong_records(entries):
    """Yields lists of which the second record has a fault."""
    good = {"text": "CM", "number": 1, "bool": True, "bytes": bytes(32)}
    pairs = [[key, good[form[0]]] for key, _, form, _ in entries]
    yield [], "wrong-size"
    yield [tokens.Map(pairs), 1], "wrong-type"
    yield [tokens.Map(pairs), tokens.Map([*pairs, pairs[0]])], "duplicate"
    for i, (key, _, form, must) in enumerate(entries):
        faults = [(wrong_type(form), "wrong-type"), *wrong_sizes(form)]
        if must:
            yield ([tokens.Map(pairs), tokens.Map(pairs[:i] + pairs[i + 1:])],
                   "missing")
        for value, fault in faults:
            wrong = [*pairs]
            wrong[i] = [key, value]
            yield [tokens.Map(pairs), tokens.Map(wrong)], fault


class Maker:
    """Makes the vectors of one profile's part."""

    def __init__(self, keys, label, part, pair, rules):
        self.keys = keys
        self.label = label
        self.part = part
        self.pair = pair
        self.must, self.may, self.must_not, self.fails = rules

    def vector(self, name, edit, refusal):
        tree = base(self.keys, *self.pair)
        edit(tree)
        case = {"what": name}
        if refusal is not None:
            part = "Realm part" if self.part == "realm" else "platform part"
            case["refusal"] = f"{refusal[0]}: {part}, {refusal[1]}"
        elif self.fails:
            case["fails"] = self.fails
        data = tokens.encode(tokens.Tag((tokens.get(tree, "tag"),
                                         tokens.get(tree, "parts"))))
        return f"{self.label}-{name}", case, data

    def judged(self, key, name, fault):
        """Returns the refusal of a claim that is there with a fault; None:
        accepted."""
        if key in self.must_not:
            return ("forbidden", name)
        if fault is None or key not in self.must | self.may:
            return None
        return (fault, name)

    def claim_vectors(self, key, name, form, value):
        path = f"{self.part}/claims/{key}"

        def put(what):
            return lambda tree: tokens.put(tree, path, what)

        def again(tree):
            node, word = tokens.parent(tree, path)
            if tokens.index_of(node, word) is None:
                tokens.put(tree, path, value or b"")
            node.append(list(node[tokens.index_of(node, word)]))

        yield self.vector(f"{key}-absent", lambda tree: remove(tree, path),
                          ("missing", name) if key in self.must else None)
        if value is not None:
            yield self.vector(f"{key}-there", put(value),
                              self.judged(key, name, None))
        if key in self.must_not:
            yield self.vector(f"{key}-there", put(bytes(32)),
                              ("forbidden", name))
        other = wrong_type(form)
        if other is not None:
            yield self.vector(f"{key}-type", put(other),
                              self.judged(key, name, "wrong-type"))
        for i, (wrong, fault) in enumerate(wrong_sizes(form)):
            yield self.vector(f"{key}-size{i}", put(wrong),
                              self.judged(key, name, fault))
        yield self.vector(f"{key}-twice", again, ("duplicate", name))


COMPONENT = [
    (1, "component type", ("text",), "x"),
    (2, "component measurement", HASH, None),
    (4, "component version", ("text",), "1"),
    (5, "component signer", HASH, None),
    (6, "component hash", ("text",), "sha-512"),
    (7, "component live activation", ("bool",), True),
    (8, "component countersigners", ("hashes",), [bytes(32), bytes(64)]),
]


def component_vectors(keys, label, pair):
    """Yields the vectors of a component's entries: 7 and 8 have a meaning since
    the profiles of 2024."""
    later = pair[0] not in (OLD, P2023)
    must = {2, 5}
    may = {1, 4, 6} | ({7, 8} if later else set())
    maker = Maker(keys, f"{label}-component",
                  "platform", pair, (must, may, set(), []))
    for key, name, form, value in COMPONENT:
        path = f"platform/claims/2399/1/{key}"

        def put(what, path=path):
            return lambda tree: tokens.put(tree, path, what)

        def twice(tree, path=path, value=value):
            if value is not None:
                tokens.put(tree, path, value)
            node, word = tokens.parent(tree, path)
            node.append(list(node[tokens.index_of(node, word)]))

        yield maker.vector(f"{key}-absent",
                           lambda tree, path=path: remove(tree, path),
                           ("missing", name) if key in must else None)
        if value is not None:
            yield maker.vector(f"{key}-there", put(value), None)
        yield maker.vector(f"{key}-type", put(3),
                           maker.judged(key, name, "wrong-type"))
        if form[0] == "hashes":
            for i, wrong in enumerate(([], [bytes(32), bytes(31)])):
                yield maker.vector(f"{key}-size{i}", put(wrong),
                                   maker.judged(key, name, "wrong-size"))
        for i, (wrong, fault) in enumerate(wrong_sizes(form)):
            yield maker.vector(f"{key}-size{i}", put(wrong),
                               maker.judged(key, name, fault))
        yield maker.vector(f"{key}-twice", twice, ("duplicate", name))


def vectors(keys):
    """Yields (name, case, token)."""
    for i, (platform, realm, must, may, must_not, fails) in enumerate(
            platform_profiles()):
        maker = Maker(keys, f"platform{i}", "platform", (platform, realm),
                      (must, may, must_not, fails))
        yield maker.vector("good", lambda tree: None, None)
        for claim in PLATFORM:
            yield from maker.claim_vectors(*claim)
        if not fails and i < 4:
            yield from component_vectors(keys, f"platform{i}",
                                         (platform, realm))
    for i, (platform, realm, must, may) in enumerate(realm_profiles()):
        maker = Maker(keys, f"realm{i}", "realm", (platform, realm),
                      (must, may, set(), []))
        yield maker.vector("good", lambda tree: None, None)
        for claim in REALM:
            yield from maker.claim_vectors(*claim)


def main():
    folder = pathlib.Path(sys.argv[1])
    (folder / "cases").mkdir(parents=True, exist_ok=True)
    keys = tokens.new_keys()
    for name, case, data in vectors(keys):
        (folder / f"{name}.cbor").write_bytes(data)
        (folder / "cases" / f"{name}.json").write_text(json.dumps(case))
    tokens.write_inputs(folder, keys)


if __name__ == "__main__":
    main()
