# SPDX-License-Identifier: BSD-3-Clause
"""Checks the structure of a CoRIM against the rules of
draft-ietf-rats-corim-10 and of both CCA profiles
(draft-ydb-rats-cca-endorsements-04), with a decoder and rules of its own: it
shares nothing with Reeve's code. check(bytes) returns a decoded CoRIM or raises
Wrong.

A rule is a function that takes a decoded value and raises Wrong. Beyond the
drafts, the encoding must be deterministic (RFC 8949, 4.2.1), because two
writers of the same values should agree.
"""

import collections

Tag = collections.namedtuple("Tag", "number value")
PROFILES = {
    "tag:arm.com,2025:cca_realm#1.0.0": "realm",
    "tag:arm.com,2025:cca_platform#1.0.0": "platform",
}
HASHES = {"sha-256": 32, "sha-384": 48, "sha-512": 64, 1: 32, 7: 48, 8: 64}


class Wrong(Exception):
    """A document is not as the rules demand."""


def demand(condition, what):
    if not condition:
        raise Wrong(what)


# ---- The decoder ------------------------------------------------------------

class Reader:
    """Decodes definite, shortest, sorted CBOR without repeated keys."""

    def __init__(self, data):
        self.data = data
        self.at = 0

    def take(self, count):
        demand(count <= len(self.data) - self.at, "the bytes end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def head(self):
        first, = self.take(1)
        major, low = first >> 5, first & 31
        if low < 24:
            return major, low
        demand(low < 28, "an indefinite or reserved length")
        number = int.from_bytes(self.take(1 << (low - 24)), "big")
        least = 24 if low == 24 else 1 << (8 << (low - 25))
        demand(number >= least, "a head that is longer than it need be")
        return major, number

    def pairs(self, count):
        result = {}
        before = b""
        for _ in range(count):
            start = self.at
            key = self.item()
            encoded = self.data[start:self.at]
            demand((len(encoded), encoded) > (len(before), before)
                   or not before, "keys that are repeated or not sorted")
            before = encoded
            result[key] = self.item()
        return result

    def item(self):
        major, number = self.head()
        if major == 0:
            return number
        if major == 1:
            return -1 - number
        if major == 2:
            return bytes(self.take(number))
        if major == 3:
            return self.take(number).decode()
        if major == 4:
            return [self.item() for _ in range(number)]
        if major == 5:
            return self.pairs(number)
        demand(major == 6, "a simple value")
        return Tag(number, self.item())


def decode(data):
    reader = Reader(data)
    try:
        value = reader.item()
    except UnicodeDecodeError as error:
        raise Wrong("a text that is no UTF-8") from error
    demand(reader.at == len(data), "bytes after the end")
    return value


# ---- Rules ------------------------------------------------------------------

def text(value):
    demand(isinstance(value, str), f"no text: {value!r}")


def number(value):
    demand(isinstance(value, int) and value >= 0, f"no number: {value!r}")


def integer(value):
    demand(isinstance(value, int), f"no integer: {value!r}")


def octets(*sizes):
    def rule(value):
        demand(isinstance(value, bytes), f"no bytes: {value!r}")
        demand(not sizes or len(value) in sizes, f"{len(value)} bytes")
    return rule


def tagged(wanted, rule):
    def check_tag(value):
        demand(isinstance(value, Tag) and value.number == wanted,
               f"not tag {wanted}: {value!r}")
        rule(value.value)
    return check_tag


def exactly(wanted):
    return lambda value: demand(value == wanted, f"{value!r} for {wanted!r}")


def encoded(rule):
    def check_encoded(value):
        octets()(value)
        rule(decode(value))
    return check_encoded


def some(rule, most=None):
    def check_list(value):
        demand(isinstance(value, list) and value, "no list of one or more")
        demand(most is None or len(value) <= most, "too long a list")
        for item in value:
            rule(item)
    return check_list


def row(*rules):
    def check_row(value):
        demand(isinstance(value, list) and len(value) == len(rules),
               f"no list of {len(rules)}")
        for rule, item in zip(rules, value):
            rule(item)
    return check_row


def record(must, may=None):
    """A map that has all keys of must, and no others but those of may."""
    def check_map(value):
        demand(isinstance(value, dict), "no map")
        for key in must:
            demand(key in value, f"key {key} is missing")
        for key, item in value.items():
            rule = must.get(key) or (may or {}).get(key)
            demand(rule, f"key {key} is not known")
            rule(item)
    return check_map


# ---- What both profiles have ------------------------------------------------

HASH_SIZES = (32, 48, 64)
TIME = tagged(1, integer)
VALIDITY = record({1: TIME}, {0: TIME})
BYTES = 560


def digest(numbers):
    def check_digest(value):
        row(lambda item: None, octets(*HASH_SIZES))(value)
        name, content = value
        demand(numbers == isinstance(name, int), f"the hash {name!r}")
        demand(HASHES.get(name) == len(content), f"the size of {name!r}")
    return check_digest


def digests(numbers):
    def check_digests(value):
        some(digest(numbers))(value)
        names = [name for name, _ in value]
        demand(len(set(names)) == len(names), "two digests of one hash")
    return check_digests


# ---- Realms -----------------------------------------------------------------

REALM_KEYS = ("cca.rim", "cca.rem0", "cca.rem1", "cca.rem2", "cca.rem3")


def realm_triple(numbers):
    def measurement(value):
        record({0: text, 1: lambda item: None})(value)
        if value[0] == "cca.rpv":
            rule = record({4: tagged(BYTES, octets(64))})
        else:
            demand(value[0] in REALM_KEYS, f"the key {value[0]!r}")
            rule = record({2: digests(numbers)})
        rule(value[1])

    def check_triple(value):
        row(record({0: record({0: tagged(BYTES, octets(*HASH_SIZES))})}),
            some(measurement))(value)
        environment, measurements = value
        keys = [item[0] for item in measurements]
        demand(len(set(keys)) == len(keys), "a measurement twice")
        demand("cca.rim" in keys, "no RIM")
        rim = measurements[keys.index("cca.rim")][1][2]
        demand(environment[0][0].value in [content for _, content in rim],
               "a class that is not the RIM")
    return check_triple


# ---- Platforms --------------------------------------------------------------

IMPLEMENTATION = record({0: tagged(BYTES, octets(32))})


def instance(value):
    tagged(550, octets(33))(value)
    demand(value.value[0] == 1, "an instance that is not random")


def masked(value):
    tagged(563, row(octets(), octets()))(value)
    content, mask = value.value
    demand(len(content) == len(mask), "a mask of another size")


def platform_triple(numbers):
    component = record(
        {2: digests(numbers), 13: some(tagged(BYTES, octets(*HASH_SIZES)), 1)},
        {0: record({0: text}), 11: text})
    rules = {"cca.software-component": component,
             "cca.platform-config": record({4: masked}),
             "cca.platform-manufacturing-config": record({4: masked})}

    def measurement(value):
        record({0: text, 1: lambda item: None})(value)
        demand(value[0] in rules, f"the key {value[0]!r}")
        rules[value[0]](value[1])

    def check_triple(value):
        row(record({0: IMPLEMENTATION}, {1: instance}),
            some(measurement))(value)
        keys = [item[0] for item in value[1]]
        demand(keys.count("cca.software-component") > 0, "no component")
        demand(keys.count("cca.platform-config") == 1, "not one configuration")
    return check_triple


def key_text(value):
    text(value)
    demand(value.startswith("-----BEGIN PUBLIC KEY-----\n"), "no key in PEM")


KEY_TRIPLE = row(record({0: IMPLEMENTATION, 1: instance}),
                 some(tagged(554, key_text), 1))

# ---- The whole --------------------------------------------------------------


def corim(value, numbers=False):
    tagged(501, lambda item: None)(value)
    content = value.value
    demand(isinstance(content, dict), "no map")
    tagged(32, text)(content.get(3))
    kind = PROFILES.get(content[3].value)
    demand(kind, f"the profile {content[3].value!r}")
    if kind == "realm":
        triples = record({0: some(realm_triple(numbers))})
    else:
        triples = record({0: some(platform_triple(numbers))},
                         {3: some(KEY_TRIPLE)})
    comid = record({1: record({0: text}, {1: number}), 4: triples})
    record({0: text, 1: some(tagged(506, encoded(comid))),
            3: lambda item: None}, {4: VALIDITY})(content)


META = record({0: record({0: text})}, {1: VALIDITY})
HEADERS = record({1: integer, 3: exactly("application/rim+cbor"),
                  8: encoded(META)})


def check(data, numbers=False):
    """Returns the CoRIM without its signature, and its COSE_Sign1 or None."""
    value = decode(data)
    if not isinstance(value, Tag) or value.number != 18:
        corim(value, numbers)
        return value, None
    row(encoded(HEADERS), exactly({}), octets(), octets(64, 96, 132))(
        value.value)
    inner = decode(value.value[2])
    corim(inner, numbers)
    return inner, value
