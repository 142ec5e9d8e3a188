# SPDX-License-Identifier: BSD-3-Clause
"""Judges a token, as a tree of tests/tokens.py, by the profiles of
tests/token_profiles.py: what a verifier has to accept that waives freshness and
the guest's measurements."""

import hashlib

import token_profiles as profiles
import tokens

HASHES = {"sha-256": 32, "sha-384": 48, "sha-512": 64}
# The pairs of profiles that are ever accepted.
PAIRS = [(p, r) for p, r, _, _, _, fails in profiles.platform_profiles()
         if not fails]


def message_of(tree, part):
    node, word = tokens.parent(tree, part)
    return tokens.child(node, word)


class Rules:
    def __init__(self):
        self.rows = {p: (must, may, no) for p, _, must, may, no, fails
                     in profiles.platform_profiles() if not fails}
        self.realm_rows = {r: (must, may) for _, r, must, may
                           in profiles.realm_profiles()}

    def allowed(self, tree):
        platform = tokens.get_claims(tree, "platform")
        realm = tokens.get_claims(tree, "realm")
        return (self.envelope_allowed(tree) and
                self.platform_allowed(platform) and
                self.realm_allowed(platform, realm) and
                self.bound(platform, realm))

    def envelope_allowed(self, tree):
        keys = [repr(key) for key, _ in tokens.get(tree, "parts")]
        if len(keys) != len(set(keys)):
            return False
        for part in ("platform", "realm"):
            message = message_of(tree, part)
            both = []
            for name in ("protected", "unprotected"):
                headers = tokens.get(message.parts, name)
                names = [repr(key) for key, _ in headers]
                if len(names) != len(set(names)):
                    return False
                both += [key for key, _ in headers if key == 33]
            if len(both) > 1:
                return False
        return True

    def claims_allowed(self, claims, table, must, may, no):
        keys = [repr(key) for key, _ in claims]
        if len(keys) != len(set(keys)):
            return False
        found = dict_of(claims)
        if any(key not in found for key in must):
            return False
        if any(key in found for key in no):
            return False
        return all(fits(found[key], form) for key, _, form, _ in table
                   if key in must | may and key in found)

    def platform_allowed(self, claims):
        found = dict_of(claims)
        row = self.rows.get(found.get(265) if isinstance(
            found.get(265), str) else None)
        if row is None or not self.claims_allowed(
                claims, profiles.PLATFORM, *row):
            return False
        later = found[265] not in (profiles.OLD, profiles.P2023)
        return (found[2395] & 0xFF00 == 0x3000 and found[2402] in HASHES and
                all(component_allowed(c, later) for c in found[2399]))

    def realm_allowed(self, platform, claims):
        found = dict_of(claims)
        name = found.get(265)
        if 265 not in found:
            name = dict(PAIRS)[dict_of(platform)[265]]
        elif not isinstance(name, str):
            return False
        row = self.realm_rows.get(name)
        if row is None or not self.claims_allowed(
                claims, profiles.REALM, *row, set()):
            return False
        for key in (44243, 44244):
            if isinstance(found.get(key), str):
                return False
        size = HASHES.get(found[44236])
        return size is not None and all(
            len(m) == size for m in [found[44238], *found[44239]])

    def bound(self, platform, realm):
        found, realm = dict_of(platform), dict_of(realm)
        if not isinstance(realm[44237], tokens.Encoded):
            return False
        key = tokens.encode(realm[44237][0])
        binding = found[2408 if found[265].startswith(profiles.P2026)
                        else 10]
        return binding == hashlib.new(realm[44240].replace("-", ""),
                                      key).digest()


def dict_of(pairs):
    return {key: value for key, value in pairs
            if isinstance(key, (int, str, bytes))}


def is_bytes(value):
    return isinstance(value, bytes) and not isinstance(value, tokens.Raw)


def is_text(value):
    return isinstance(value, str) and value.isprintable()


def is_number(value):
    return isinstance(value, int) and not isinstance(value, bool)


def fits(value, form):
    kind = form[0]
    if kind == "any":
        return True
    if kind == "bytes":
        return is_bytes(value) and (not form[1] or len(value) in form[1])
    if kind == "ueid":
        return is_bytes(value) and len(value) == 33 and value[0] == 1
    if kind == "text":
        return is_text(value)
    if kind == "hash":
        return is_text(value) and value in HASHES
    if kind == "number":
        return is_number(value) and form[1] <= value <= form[2]
    if kind == "key":
        return isinstance(value, tokens.Encoded) or is_bytes(value)
    if kind == "rems":
        return is_array(value) and len(value) == 4 and all(
            fits(rem, profiles.HASH) for rem in value)
    if kind == "components":
        return is_array(value) and value != [] and all(
            isinstance(c, tokens.Map) for c in value)
    if kind == "records":
        return is_array(value) and value != [] and all(
            record_allowed(record, form[1]) for record in value)
    if kind == "bool":
        return isinstance(value, bool)
    assert kind == "hashes", kind
    return is_array(value) and value != [] and all(
        fits(one, profiles.HASH) for one in value)


def is_array(value):
    return isinstance(value, list) and not isinstance(value, tokens.Map)


def record_allowed(record, entries):
    if not isinstance(record, tokens.Map):
        return False
    keys = [repr(key) for key, _ in record]
    found = dict_of(record)
    return len(keys) == len(set(keys)) and all(
        fits(found[key], form) if key in found else not must
        for key, _, form, must in entries)


def component_allowed(component, later):
    keys = [repr(key) for key, _ in component]
    found = dict_of(component)
    if len(keys) != len(set(keys)) or 2 not in found or 5 not in found:
        return False
    for key, _, form, _ in profiles.COMPONENT:
        if key in found and (later or key < 7) and not fits(found[key], form):
            return False
    return found.get(6, "sha-256") in HASHES
