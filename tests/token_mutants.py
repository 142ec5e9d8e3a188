#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Verifies mutants of good tokens, made by their structure, in three classes:

  unsigned   bytes or items of a good token are changed, and nothing is signed
             again: accepted only if what both signatures cover is unchanged
  attacker   the Realm part is made and signed with an attacker's key, under a
             good platform part: never accepted
  signed     claims and headers are changed and signed again by the right keys:
             accepted exactly if tests/token_rules.py allows the result

None of Reeve's code is used here: the verifier is PROGRAM,
tests/attest/mutants.c.

usage: tests/token_mutants.py PROGRAM COUNT SEED
With REEVE_SOAK set, COUNT is 1,000,000 and the seed is random.
"""

import collections
import contextlib
import hashlib
import os
import random
import struct
import subprocess
import sys

import token_profiles as profiles
import tokens
from token_rules import HASHES, PAIRS, Rules, dict_of, is_array, message_of

CURVES = {"platform": ("platform", "p256", "p384", "p521"),
          "realm": ("realm", "p256", "p384", "p521")}


class Wide:
    """An encoder whose heads are longer than they need be, by chance."""

    def __init__(self, rng):
        self.rng = rng

    def head(self, major, number):
        least = next((i for i in range(4) if number < 256 ** (1 << i)), 3)
        if number < 24 and self.rng.random() < 0.5:
            return bytes([major << 5 | number])
        size = self.rng.randrange(least, 4)
        return bytes([major << 5 | 24 + size]) + number.to_bytes(
            1 << size, "big")

    def encode(self, value):
        plain = tokens.head
        tokens.head = self.head
        try:
            return tokens.Raw(tokens.encode(value))
        finally:
            tokens.head = plain


def decode(data, at=0):
    """Decodes an item of definite length, tags left out. Returns it, and the
    place behind it: bytes, a list, a list of pairs, or its head."""
    major, number = data[at] >> 5, data[at] & 31
    at += 1
    if number >= 24:
        size = 1 << number - 24
        number = int.from_bytes(data[at:at + size], "big")
        at += size
    if major in (2, 3):
        return data[at:at + number], at + number
    if major == 6:
        return decode(data, at)
    items = []
    for _ in range({4: number, 5: 2 * number}.get(major, 0)):
        item, at = decode(data, at)
        items.append(item)
    if major == 4:
        return items, at
    if major == 5:
        return list(zip(items[::2], items[1::2])), at
    return (major, number), at


def parts_of(data):
    """Returns what the two signatures cover."""
    covered = {}
    for key, part in decode(data)[0]:
        if key in ((0, 44234), (0, 44241)):
            message = decode(part if isinstance(part, bytes) else part[1])[0]
            covered[key] = message[0], message[2]
    return covered


class Mutants:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.keys = tokens.new_keys()
        self.rules = Rules()
        self.pool = [self.fixed(self.base()) for _ in range(40)]

    # ---- Good tokens

    def base(self):
        tree = profiles.base(self.keys, *self.rng.choice(PAIRS))
        for part in ("platform", "realm"):
            if self.rng.random() < 0.5:
                self.use_key(tree, part, self.rng.choice(CURVES[part]))
        return tree

    def use_key(self, tree, part, name):
        key = self.keys[name]
        message = message_of(tree, part)
        message.key = key
        tokens.put(tree, f"{part}/protected/1",
                   tokens.CURVES[key.curve.name][2])
        if part == "realm":
            tokens.put(tree, "realm/claims/44237",
                       tokens.Encoded((tokens.cose_key(key),)))
            self.rebind(tree)

    def rebind(self, tree):
        """Makes the binding fit the Realm key, if both are still there."""
        realm = dict_of(tokens.get_claims(tree, "realm"))
        key, name = realm.get(44237), realm.get(44240)
        if not isinstance(name, str) or name not in HASHES or key is None:
            return
        key = tokens.encode(key[0]) if isinstance(key, tokens.Encoded) else key
        if not isinstance(key, bytes):
            return
        digest = hashlib.new(name.replace("-", ""), key).digest()
        for pair in tokens.get_claims(tree, "platform"):
            if pair[0] in (10, 2408) and isinstance(pair[1], bytes):
                pair[1] = digest

    @staticmethod
    def encode(tree):
        return tokens.encode(tokens.Tag((tokens.get(tree, "tag"),
                                         tokens.get(tree, "parts"))))

    def signed_tree(self):
        """Returns a good tree that keeps its signatures, whatever becomes of
        the rest."""
        return copied(self.rng.choice(self.pool))

    # ---- Values

    def value(self, levels=3):
        rng = self.rng
        kind = rng.randrange(9 if levels > 0 else 6)
        if kind == 0:
            return rng.choice((0, 1, 2, 255, 1 << 40, -1, -70000))
        if kind in (1, 2):
            return rng.randbytes(rng.choice((0, 1, 31, 32, 33, 48, 64, 65)))
        if kind == 3:
            return rng.choice(("", "sha-256", "x\ny", "\x1b[2J", "é" * 20))
        if kind == 4:
            return rng.choice((True, False, None, 1.5))
        if kind == 5:
            return tokens.Raw(rng.choice((b"\xf8\x20", b"\xf7", b"\xe0",
                                          b"\xfa\x7f\x80\x00\x00")))
        if kind == 6:
            return [self.value(levels - 1) for _ in range(rng.randrange(4))]
        if kind == 7:
            return tokens.Map([[i, self.value(levels - 1)]
                               for i in range(rng.randrange(4))])
        return tokens.Tag((rng.choice((0, 24, 55799)),
                           self.value(levels - 1)))

    # ---- Unsigned

    def flip(self, data):
        data = bytearray(data)
        for _ in range(self.rng.choice((1, 1, 1, 2, 4))):
            at = self.rng.randrange(len(data))
            how = self.rng.randrange(4)
            if how == 0:
                data[at] ^= 1 << self.rng.randrange(8)
            elif how == 1:
                data[at] = self.rng.choice((0, 0x18, 0x1F, 0x58, 0x5F, 0x78,
                                            0x7F, 0x9F, 0xBF, 0xC1, 0xF6,
                                            0xFF))
            elif how == 2:
                del data[at:at + self.rng.choice((1, 1, 2, 32))]
            else:
                data[at:at] = data[at:at + self.rng.choice((1, 2, 16))]
            if not data:
                break
        return bytes(data)

    def fixed(self, tree):
        """Replaces both signatures by their bytes, so that changing the tree
        does not change them."""
        for part in ("platform", "realm"):
            message = message_of(tree, part)
            tokens.put(message.parts, "signature",
                       decode(tokens.sign(message))[0][3])
        return tree

    def unsigned(self):
        tree = self.signed_tree()
        before = self.encode(tree)
        if self.rng.random() < 0.5:
            data = self.flip(before)
        else:
            for _ in range(self.rng.choice((1, 1, 2))):
                self.rng.choice((self.change_claim, self.change_claim,
                                 self.change_header, self.change_envelope))(
                    tree)
            data = self.encode(tree)
        return data, lambda: parts_of(data) == parts_of(before), None

    # ---- Attackers

    def attacker(self):
        rng = self.rng
        tree = self.signed_tree()
        message = message_of(tree, "realm")
        claims = tokens.get_claims(tree, "realm")
        own = self.keys[rng.choice(("other", "p256", "p384", "p521"))]
        if tokens.cose_key(own) == dict_of(claims)[44237][0]:
            own = self.keys["other"]
        message.key = own
        tokens.put(message.parts, "signature", None)
        tokens.put(message.parts, "protected",
                   tokens.Map([[1, tokens.CURVES[own.curve.name][2]]]))
        theirs = dict_of(claims)[44237]
        ours = tokens.Encoded((tokens.cose_key(own),))
        how = rng.randrange(6)
        if how == 0:
            tokens.put(tree, "realm/claims/44237", ours)
        elif how == 1:
            claims.append([44237, ours])
        elif how == 2:
            claims.insert(0, [tokens.Raw(b"\x1a\x00\x00\xac\xcd"), ours])
        elif how == 3:
            both = tokens.Map(list(theirs[0]) + list(ours[0]))
            tokens.put(tree, "realm/claims/44237", tokens.Encoded((both,)))
        elif how == 4:
            tokens.put(tree, "realm/claims/44237", ours)
            tokens.put(tree, "realm/claims/44240", rng.choice(
                ("sha-384", "sha-512", "SHA-256", "sha256", "", "sha-1")))
        if rng.random() < 0.3:
            rng.shuffle(claims)
        if rng.random() < 0.3:
            self.change_claim(tree, "realm")
        return self.encode(tree), lambda: False, None

    # ---- Signed again

    def signed(self):
        rng = self.rng
        tree = self.base()
        for _ in range(rng.choice((0, 1, 1, 1, 2, 3))):
            rng.choice((self.change_claim, self.change_claim,
                        self.change_claim, self.change_component,
                        self.add_unknown, self.add_header,
                        self.add_entry))(tree)
        if rng.random() < 0.9:
            self.rebind(tree)
        expected = self.rules.allowed(tree)
        if rng.random() < 0.3:
            # The binding is over the bytes of the key as they are.
            for pair in tokens.get_claims(tree, "realm"):
                if isinstance(pair[1], tokens.Encoded):
                    pair[1] = tokens.encode(pair[1][0])
            wide = Wide(rng)
            for part in ("platform", "realm"):
                message = message_of(tree, part)
                for name in ("protected", "claims"):
                    tokens.put(message.parts, name, wide.encode(
                        tokens.get(message.parts, name)))
        return self.encode(tree), lambda: expected, expected

    def change_claim(self, tree, part=None):
        rng = self.rng
        part = part or rng.choice(("platform", "realm"))
        claims = tokens.get_claims(tree, part)
        table = profiles.REALM if part == "realm" else profiles.PLATFORM
        if not claims:
            return
        pair = rng.choice(claims)
        how = rng.randrange(8)
        if how == 0:
            claims.remove(pair)
        elif how == 1:
            pair[1] = self.value()
        elif how == 2:
            claims.insert(rng.randrange(len(claims) + 1), list(pair))
        elif how == 3:
            pair[0] = rng.choice(table)[0]
        elif how == 4:
            key, _, form, value = rng.choice(table)
            if value is None:
                value = dict_of(claims).get(key, self.value())
            choices = [value, *(v for v, _ in profiles.wrong_sizes(form))]
            claims.append([key, rng.choice(choices)])
        elif how == 5:
            rng.shuffle(claims)
        elif how == 6 and isinstance(pair[1], bytes) and pair[1]:
            pair[1] = pair[1][:-1] if rng.random() < 0.5 else pair[1] + b"\0"
        else:
            key = 265
            names = [p for p, _ in PAIRS] + [
                r for r in self.rules.realm_rows if r] + ["tag:x", "sha-384"]
            for other in claims:
                if other[0] == key:
                    other[1] = rng.choice(names)

    def change_component(self, tree):
        rng = self.rng
        claims = dict_of(tokens.get_claims(tree, "platform"))
        components = claims.get(2399)
        if not isinstance(components, list) or not components:
            return
        component = rng.choice(components)
        if not isinstance(component, tokens.Map) or not component:
            return
        how = rng.randrange(5)
        pair = rng.choice(component)
        if how == 0:
            component.remove(pair)
        elif how == 1:
            pair[1] = self.value()
        elif how == 2:
            component.append(list(pair))
        elif how == 3:
            component.append([rng.choice((3, 7, 8, 9)), self.value()])
        else:
            components.append(tokens.Map(
                [[2, rng.randbytes(32)], [5, rng.randbytes(48)]]))

    def add_unknown(self, tree):
        claims = tokens.get_claims(tree, self.rng.choice(("platform", "realm")))
        key = self.rng.choice((70001, -70001, "x", b"y", tokens.Raw(b"\x80"),
                               tokens.Raw(b"\xf5"), 1 << 63))
        claims.insert(self.rng.randrange(len(claims) + 1),
                      [key, self.value(5)])

    def add_header(self, tree):
        message = message_of(tree, self.rng.choice(("platform", "realm")))
        headers = tokens.get(message.parts, self.rng.choice(
            ("protected", "unprotected")))
        headers.append([self.rng.choice((3, 4, 5, 33, "x", 70001)),
                        self.value()])

    def add_entry(self, tree):
        tokens.get(tree, "parts").append(
            [self.rng.choice((44250, 1, "__cmwc_t", b"z")), self.value()])

    def change_header(self, tree):
        message = message_of(tree, self.rng.choice(("platform", "realm")))
        headers = tokens.get(message.parts, self.rng.choice(
            ("protected", "unprotected", "unprotected")))
        if headers and self.rng.random() < 0.5:
            headers[0][1] = self.value()
        else:
            headers.append([self.rng.choice((1, 2, 3, 4, 33, "x", 70001)),
                            self.value()])

    def change_envelope(self, tree):
        rng = self.rng
        how = rng.randrange(5)
        if how == 0:
            self.add_entry(tree)
        elif how == 1:
            tokens.put(tree, "tag", rng.choice((399, 907, 18, 55799)))
        elif how == 2:
            message = message_of(tree, rng.choice(("platform", "realm")))
            tokens.put(message.parts, "tag", rng.choice((17, 18, 61, 98)))
        elif how == 3:
            message = message_of(tree, rng.choice(("platform", "realm")))
            # None would have the part signed again.
            value = self.value()
            tokens.put(message.parts, "signature",
                       tokens.Raw(b"\xf6") if value is None else value)
        else:
            entry = rng.choice(tokens.get(tree, "parts"))[1]
            if is_array(entry):
                entry.append(self.value())


def copied(node):
    """Copies a tree. Keys and other values are shared."""
    if isinstance(node, tokens.Signed):
        copy = tokens.Signed(None, node.key)
        copy.parts = copied(node.parts)
        return copy
    if isinstance(node, tokens.Encoded):
        return tokens.Encoded((copied(node[0]),))
    if isinstance(node, list):
        return type(node)(copied(item) for item in node)
    return node


class Verifier:
    """Judges tokens one after the other, while more of them are made."""

    AHEAD = 64  # tokens that may wait for their answer

    def __init__(self, program, keys):
        self.process = subprocess.Popen(  # pylint: disable=consider-using-with
            [program], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.send(tokens.key_set(keys).encode())

    def send(self, data):
        # If it has ended, the answer that is missing tells at which token.
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.write(struct.pack("<I", len(data)) + data)
            self.process.stdin.flush()

    def answer(self, data):
        """Returns the answer to the first token that waits, which is data."""
        answer = self.process.stdout.read(1).decode()
        if answer not in tuple("DFRA"):
            sys.exit(f"the verifier ended at {data.hex()}")
        return answer

    def end(self):
        self.process.stdin.close()
        return self.process.wait()


def judge(data, may, expected, answer):
    """Returns whether an answer is right. expected: accepted or not; None: it
    may be accepted if may() holds."""
    if expected is not None:
        return (answer == "A") == expected
    return answer != "A" or may()


def main():
    program, count, seed = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if os.environ.get("REEVE_SOAK"):
        count, seed = 1_000_000, random.SystemRandom().randrange(1 << 32)
    mutants = Mutants(seed)
    verifier = Verifier(program, mutants.keys)
    answers = collections.Counter()
    waiting = collections.deque()
    wrong = 0
    for i in range(count + verifier.AHEAD):
        if i < count:
            name = ("unsigned", "signed", "unsigned", "signed",
                    "attacker")[i % 5]
            mutant = getattr(mutants, name)()
            verifier.send(mutant[0])
            waiting.append((i, name, *mutant))
        if not waiting or i < verifier.AHEAD:
            continue
        number, name, data, may, expected = waiting.popleft()
        answer = verifier.answer(data)
        answers[name, answer] += 1
        if not judge(data, may, expected, answer):
            wrong += 1
            print(f"wrong: {name} {number}, answer {answer}, expected "
                  f"{expected}: {data.hex()}")
    code = verifier.end()
    for (name, answer), number in sorted(answers.items()):
        print(f"{name} {answer} {number}")
    print(f"seed {seed}: {count} mutants, {wrong} judged wrongly")
    # A class of which no token is ever accepted, or all are, tests nothing.
    good = wrong == 0 and code == 0 and answers["signed", "A"] > count // 20
    sys.exit(0 if good and answers["unsigned", "D"] > 0 and
             answers["attacker", "R"] > 0 else 1)


if __name__ == "__main__":
    main()
