# SPDX-License-Identifier: BSD-3-Clause
"""`reeve measure --from`: documents of other builders. tests/rim.py is the
second opinion on every RIM here."""
import hashlib
import json
import random

import pytest
import rim

KERNEL = 0x80080000
GRANULE = 4096
MIB = 1 << 20

# The published numbers of breakpoints and watchpoints of QEMU's CPU model max.
HOST = {"s2sz": 48, "num_bps": 5, "num_wps": 3}


def document(**members):
    """Returns a document of a small Realm, changed by members; those that are
    None are left out."""
    whole = {
        "hash": "sha256",
        "parameters": dict(HOST),
        "ranges": [{"file": "kernel", "ipa": KERNEL},
                   {"file": "initrd", "ipa": 0x88000000}],
        "boot_rec": {"pc": KERNEL, "gprs": [0x88000000]},
    }
    whole.update(members)
    return {name: value for name, value in whole.items() if value is not None}


def run(reeve, listed, *options):
    reeve.write("listed.json", listed if isinstance(listed, (str, bytes))
                else json.dumps(listed, indent=1))
    return reeve.run("measure", *options, "--from", "listed.json", ".")


def measured(reeve, listed):
    """Returns the document that is written back."""
    done = run(reeve, listed, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return json.loads(done.stdout)


def agreed(reeve, listed):
    """Measures a document, and what is written back again, and computes both
    RIMs a second time. Returns the RIM."""
    back = measured(reeve, listed)
    assert back["rim"] == rim.compute(listed, reeve.folder)
    assert "builder" not in back
    assert rim.compute(back, reeve.folder) == back["rim"]
    assert measured(reeve, back) == back
    return back["rim"]


# ---- Reeve's own documents

@pytest.mark.parametrize("settings", (
    {}, {"ramdisk": '"initrd"', "vcpus": "3"},
    {"realm_hash": '"sha384"', "realm_rpv": '"00ff10"'}))
def test_what_measure_writes_is_read_back(reeve, settings):
    config = reeve.config(**settings)
    done = reeve.run("measure", "--json", "-o", "out", config)
    reeve.write("own.json", done.stdout)
    again = reeve.run("measure", "--json", "--from", "own.json", "out")
    assert (again.stdout, again.stderr) == (done.stdout, "")
    lines = reeve.run("measure", "--from", "own.json", "out").stdout
    own = reeve.run("measure", config).stdout
    # Only the number of segments is not told.
    assert lines == own.replace(
        f"{len(json.loads(done.stdout)['ranges'])} segments, ", "")


def test_another_rim_in_the_document_is_told(reeve):
    listed = document(rim="00" * 32)
    done = run(reeve, listed)
    assert done.returncode == 0
    assert "listed.json:24:9: warning: rim: this is not the RIM" in done.stderr
    assert rim.compute(listed, reeve.folder) in done.stdout
    listed["rim"] = rim.compute(listed, reeve.folder).upper()
    assert run(reeve, listed).stderr == ""


# ---- Other builders

RIPAS = {"ripas": "ram", "ipa": 0x80000000}

DOCUMENTS = {
    "least": {},
    "sha384": {"hash": "sha384"},
    "sha512": {"hash": "sha512"},
    "hash by number": {"hash": None,
                       "parameters": dict(HOST, hash_algo=1)},
    "all parameters": {"parameters": {
        "flags0": "0xffffffffffffffff", "s2sz": 52, "sve_vl": 15, "num_bps": 63,
        "num_wps": 63, "pmu_num_ctrs": 31, "hash_algo": 0}},
    "any order": {"ranges": [{"file": "initrd", "ipa": 0x88000000},
                             {"file": "kernel", "ipa": KERNEL}]},
    "no ranges": {"ranges": []},
    "one file twice": {"ranges": [{"file": "initrd", "ipa": 0},
                                  {"file": "initrd", "ipa": 0x10000}]},
    "fill": {"ranges": [{"ipa": 0, "size": 3 * GRANULE, "fill": 194},
                        {"ipa": 0x10000, "size": GRANULE}]},
    "fill behind a file": {"ranges": [
        {"file": "initrd", "ipa": 0, "size": 8 * GRANULE, "fill": "0xff"}]},
    "in a granule": {"ranges": [{"file": "initrd", "ipa": 0x80000123},
                                {"file": "kernel", "ipa": 0x90000fff,
                                 "fill": 7}]},
    "content not measured": {"ranges": [
        {"file": "kernel", "ipa": 0, "flags": 0},
        {"ipa": 0x100000, "size": 2 * GRANULE, "flags": 0}]},
    "a REC first": {"boot_rec": None, "ranges": [
        {"rec": {"pc": 1 << 63, "gprs": list(range(8))}},
        {"file": "kernel", "ipa": KERNEL}]},
    "two RECs run": {"ranges": [
        {"rec": {"pc": 4}}, {"rec": {"flags": 0, "pc": 8}}]},
    "greatest numbers": {"boot_rec": {"pc": (1 << 64) - 1, "gprs": [1 << 63]}},
    "greatest, hexadecimal": {"boot_rec": {"pc": "0xffffffffffffffff",
                                      "gprs": ["0xffffffffffffffff"]}},
    # Not measured by RMM 2.0, which says nothing about them either.
    "RIPAS, RMM 2.0": {"ranges": [dict(RIPAS, size=512 * MIB)]},
    "RMM 1.0": {"rmm": "1.0"},
    "RIPAS of 2 MiB": {"rmm": "1.0", "ranges": [
        dict(RIPAS, size=512 * MIB), {"file": "kernel", "ipa": KERNEL}]},
    "RIPAS of 1 GiB": {"rmm": "1.0", "ranges": [dict(RIPAS, size=3072 * MIB)]},
    "RIPAS of all sizes": {"rmm": "1.0", "hash": "sha512", "ranges": [
        {"ripas": "ram", "ipa": 0x7fff0000, "size": (1 << 30) + 0x211000}]},
    "RIPAS by pages": {"rmm": "1.0", "ranges": [
        dict(RIPAS, size=16 * MIB, level=3)]},
    "RIPAS of 512 GiB": {"rmm": "1.0", "ranges": [
        {"ripas": "ram", "ipa": 0, "size": 3 << 39}]},
    "RIPAS, 34 bits": {"rmm": "1.0", "parameters": dict(HOST, s2sz=34),
                       "ranges": [dict(RIPAS, size=2048 * MIB)]},
    "RIPAS, 35 bits": {"rmm": "1.0", "parameters": dict(HOST, s2sz=35),
                       "ranges": [dict(RIPAS, size=2048 * MIB)]},
    "RIPAS, 43 bits": {"rmm": "1.0", "parameters": dict(HOST, s2sz=43),
                       "ranges": [{"ripas": "ram", "ipa": 0,
                                   "size": 1 << 40}]},
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_rim_equals_independent_computation(reeve, name):
    agreed(reeve, document(**DOCUMENTS[name]))


def test_the_order_is_measured(reeve):
    ranges = document()["ranges"]
    rims = {agreed(reeve, document(ranges=order, boot_rec=last))
            for order, last in (
                (ranges, {"pc": 0}), (ranges[::-1], {"pc": 0}),
                ([{"rec": {"pc": 0}}, *ranges], None),
                ([ranges[0], {"rec": {"pc": 0}}, ranges[1]], None))}
    assert len(rims) == 4


def test_rmm_1_0_measures_what_becomes_ram(reeve):
    def of(rmm, size):
        return agreed(reeve, document(rmm=rmm,
                                      ranges=[dict(RIPAS, size=size)]))
    assert of("2.0", 2 * MIB) == of("2.0", 4 * MIB)
    assert of("1.0", 2 * MIB) != of("1.0", 4 * MIB)
    assert of("1.0", 2 * MIB) != of("2.0", 2 * MIB)


def test_random_documents(reeve):
    rng = random.Random(7)
    for _ in range(30):
        at = 0
        ranges = []
        for _ in range(rng.randrange(6)):
            size = rng.randrange(1, 5) * GRANULE
            lead = rng.choice((0, 0, rng.randrange(GRANULE)))
            entry = {"file": f"f{rng.randrange(4)}", "ipa": at + lead,
                     "fill": rng.randrange(256), "size": size + 5 * GRANULE,
                     "flags": rng.choice((0, 1, 1))}
            at += size + rng.randrange(5, 9) * GRANULE
            ranges.insert(rng.randrange(len(ranges) + 1), entry)
        for i in range(4):
            reeve.write(f"f{i}", rng.randbytes(rng.randrange(1, 4 * GRANULE)))
        agreed(reeve, document(
            ranges=ranges, rmm=rng.choice(("1.0", "2.0")),
            parameters=dict(HOST, num_bps=rng.randrange(64))))


def test_parameters_are_measured_as_others_publish():
    """Veraison's cca-realm-measurements publishes this for RMM 1.0."""
    given = {"s2sz": 48, "num_bps": 1, "num_wps": 1, "hash_algo": 0}
    assert rim.parameters(hashlib.sha256, given).hex() == (
        "6739dfb22b75ee1268d08dfa8369f501bc0b066243553f069f560d1fa1172973")


# ---- Xen

def xen(**members):
    whole = {
        "builder": "xen", "hash": None,
        "parameters": dict(HOST, hash_algo=0),
        "ram": {"size": 16 * MIB}, "boot_rec": None,
        "ranges": [
            {"content": "device tree", "file": "dtb", "ipa": 0x40801000},
            {"content": "kernel", "file": "kernel", "ipa": "0x40000000"},
            {"content": "initrd", "file": "initrd", "ipa": 0x40800000 - 0x6000},
        ]}
    whole.update(members)
    return document(**whole)


XEN = {
    "least": {},
    # Xen's debug builds fill memory with this byte.
    "fill": {"ram": {"size": 16 * MIB, "ipa": 0x40000000, "fill": 0xc2}},
    "fill of a range": {"ram": {"size": 16 * MIB, "fill": 1}, "ranges": [
        {"content": "kernel", "file": "kernel", "ipa": 0x40000000, "fill": 0},
        {"content": "device tree", "file": "dtb", "ipa": 0x40ffff00}]},
    "other registers": {"boot_rec": {"pc": 1, "gprs": [2, 3, 4, 5]}},
    "vCPUs": {"vcpus": 8, "rpv": "00"},
    "no gap": {"ram": {"size": GRANULE}, "ranges": [
        {"content": "kernel", "file": "dtb", "ipa": 0x40000000}],
        "boot_rec": {"pc": 0x40000000}},
}


@pytest.mark.parametrize("name", XEN)
def test_xen_measures_every_page_in_order(reeve, name):
    reeve.write("dtb", b"\xd0\x0d\xfe\xed" * 25)
    listed = xen(**XEN[name])
    agreed(reeve, listed)
    back = measured(reeve, listed)
    assert back["granules"] * GRANULE == listed["ram"]["size"]
    at = 0x40000000
    for entry in back["ranges"]:
        assert entry["ipa"] - entry["ipa"] % GRANULE == at
        at += entry["size"]


XEN_REFUSED = {
    "other hash": ({"hash": "sha512"}, 'hash: with Xen this is "sha256"'),
    "RPV": ({"rpv": "01"}, "rpv: with Xen this is all zero"),
    "flags": ({"parameters": dict(HOST, flags0=2)},
              "parameters.flags0: with Xen this is 0"),
    "SVE": ({"parameters": dict(HOST, sve_vl=1)},
            "parameters.sve_vl: with Xen this is 0"),
    "PMU": ({"parameters": dict(HOST, pmu_num_ctrs=1)},
            "parameters.pmu_num_ctrs: with Xen this is 0"),
    "RMM 1.0": ({"rmm": "1.0"}, "rmm: Xen builds for RMM 2.0"),
    "no RAM": ({"ram": None}, "ram: this is missing"),
    "no size": ({"ram": {}}, "ram.size: this is missing"),
    "more than 3 GiB": ({"ram": {"size": (3 << 30) + GRANULE}},
                        "ram.size: this must be a number from 0 to "),
    "half a granule": ({"ram": {"size": 0x1800}},
                       "ram.size: this must be whole granules"),
    "more than the private half": (
        {"ram": {"size": (1 << 30) + GRANULE},
         "parameters": dict(HOST, s2sz=32, hash_algo=0)},
        "ram: this ends above the Realm's private IPAs"),
    "other RAM": ({"ram": {"ipa": 0, "size": MIB}},
                  "ram.ipa: a Realm of Xen has its RAM at 0x40000000"),
    "below RAM": ({"ranges": [{"file": "initrd", "ipa": 0x3ffff000}]},
                  "ranges[0].ipa: this is not in the RAM"),
    "beyond RAM": ({"ranges": [{"file": "initrd", "ipa": 0x40fff000}]},
                   "ranges[0].ipa: this is not in the RAM"),
    "RIPAS": ({"ranges": [{"ripas": "ram", "ipa": 0x40000000,
                           "size": GRANULE}]},
              "ranges[0]: Xen measures the content of RAM"),
    "not measured": ({"ranges": [{"file": "initrd", "ipa": 0x40000000,
                                  "flags": 0}]},
                     "ranges[0]: Xen measures the content of RAM"),
    "a REC between": ({"ranges": [{"rec": {"pc": 0}}]},
                      "ranges[0]: Xen measures the content of RAM"),
    "no start": ({"ranges": []}, "boot_rec: this is missing, and no range"),
}


@pytest.mark.parametrize("name", XEN_REFUSED)
def test_what_xen_does_not_do_is_refused(reeve, name):
    reeve.write("dtb", b"\xd0\x0d\xfe\xed")
    members, message = XEN_REFUSED[name]
    done = run(reeve, xen(**members))
    assert done.returncode == 2 and done.stdout == ""
    assert f"error: {message}" in done.stderr


# ---- What is refused

def ranges(**entry):
    return document(ranges=[dict({"ipa": 0, "file": "initrd"}, **entry)])


REFUSED = {
    "not JSON": ("rim: 1", "1:1: error: this is no JSON: "),
    "empty": ("", "1:1: error: this is no JSON: unexpected end of data"),
    "cut off": ('{"ranges": [',
                "1:13: error: this is no JSON: unexpected end of data"),
    "something behind": ('{}\n}', "2:1: error: "),
    "comment": ('{/* */}', "1:2: error: "),
    "zero byte": ('{"a": 1}\0', "1:9: error: a byte is zero"),
    "not UTF-8": (b'{"\xff": 1}', "error: this is no JSON: invalid utf-8 string"),
    "too deep": ("[" * 100, "error: this is no JSON: nesting too deep"),
    "too large": (" " * 300000, "error: the document has more than "),
    "a list": ("[]", "1:1: error: it is not an object"),
    "unknown member": (document(rims=1),
                       "rims: there is no member of this name"),
    "unknown control characters": (
        document(**{"\n\x1b[2J": 1}), "there is no member of this name"),
    "twice": ('{"rmm": "1.0", "rmm": "2.0"}',
              "1:1: error: two members have the same name"),
    "twice in a range": (
        json.dumps(document()).replace('"ipa"', '"ipa": 4096, "ip\\u0061"', 1),
        "ranges[0]: two members have the same name"),
    "no hash": (document(hash=None), "hash: this is missing"),
    "no parameters": (document(parameters=None), "parameters: this is missing"),
    "no ranges": (document(ranges=None), "ranges: this is missing"),
    "no REC": (document(boot_rec=None), "boot_rec: this is missing"),
    "no runnable REC": (
        document(boot_rec=None, ranges=[{"rec": {"flags": 2, "pc": 0}}]),
        "boot_rec: this is missing"),
    "null": (document(vcpus=None) | {"vcpus": None},
             "vcpus: this must be a number"),
    "other RMM": (document(rmm="3.0"), 'rmm: this must be "1.0" or "2.0"'),
    "other builder": (document(builder="kvm"), 'builder: this must be "xen"'),
    "RAM alone": (document(ram={"size": MIB}), 'ram: this needs a "builder"'),
    "other hash": (document(hash="sha1"), 'hash: this must be "sha256"'),
    "two hashes": (document(parameters=dict(HOST, hash_algo=1)),
                   'parameters.hash_algo: "hash" names another algorithm'),
    "RMM 1.0 and SHA-384": (document(rmm="1.0", hash="sha384"),
                            "hash: RMM 1.0 has no SHA-384"),
    "no breakpoints": (document(parameters={"s2sz": 48, "num_wps": 1}),
                       "parameters.num_bps: this is missing"),
    "narrow": (document(parameters=dict(HOST, s2sz=31)),
               "parameters.s2sz: a Realm's IPA has 32 to 52 bits"),
    "large parameter": (document(parameters=dict(HOST, num_bps=256)),
                        "parameters.num_bps: this must be a number from 0 to "
                        "255"),
    "unknown parameter": (document(parameters=dict(HOST, vmid=1)),
                          "parameters.vmid: there is no member"),
    "long RPV": (document(rpv="00" * 65), "rpv: this must be at most 64"),
    "other granules": (document(granule_size=65536),
                       "granule_size: granules have 4096 bytes"),
    "range of no kind": (document(ranges=[{}]), "ranges[0].ipa: this is miss"),
    "range that is none": (document(ranges=[7]),
                           "ranges[0]: this must be an object"),
    "ranges that are none": (document(ranges={}),
                             "ranges: this must be an array"),
    "too many ranges": (document(ranges=[{}] * 1025),
                        "ranges: there are more than 1024 items"),
    "negative": (ranges(ipa=-1), "ranges[0].ipa: this must be a number"),
    "fraction": (ranges(ipa=4096.0), "ranges[0].ipa: this must be a number"),
    "too large for 64 bits": (
        document(boot_rec={"pc": 1 << 64}), "boot_rec.pc: this must be"),
    "hexadecimal of 17 digits": (
        document(boot_rec={"pc": "0x" + "0" * 17}), "boot_rec.pc: this must"),
    "octal": (ranges(ipa="010"), "ranges[0].ipa: this must be a number"),
    "half a granule": (ranges(size=2048), "ranges[0].size: this must be whole"),
    "no size": (document(ranges=[{"ipa": 0}]), "ranges[0].size: this is miss"),
    "size of nothing": (ranges(size=0), "ranges[0].size: this must be whole"),
    "too small": (ranges(size=4096), "ranges[0].size: the file is larger"),
    "less loaded": (ranges(loaded=100),
                    "ranges[0].loaded: the file has more content than that"),
    "more loaded": (ranges(loaded=100000),
                    "ranges[0].loaded: the file has fewer bytes"),
    "nothing loaded": (ranges(loaded=0), "ranges[0].loaded: this is about the"),
    "loaded of no file": (
        document(ranges=[{"ipa": 0, "size": 4096, "loaded": 1}]),
        "ranges[0].loaded: this is about the bytes of a file"),
    "other flags": (ranges(flags=2), "ranges[0].flags: this must be a number"),
    "fill of two bytes": (ranges(fill=256), "ranges[0].fill: this must be"),
    "fill within a granule": (
        document(ranges=[{"ipa": 1, "size": 4096}]),
        "ranges[0].ipa: this must begin a granule"),
    "RIPAS of other kind": (
        document(ranges=[{"ripas": "dev", "ipa": 0, "size": 4096}]),
        'ranges[0].ripas: this must be "ram"'),
    "RIPAS without size": (document(ranges=[{"ripas": "ram", "ipa": 0}]),
                           "ranges[0].size: this is missing"),
    "RIPAS within a granule": (
        document(ranges=[{"ripas": "ram", "ipa": 1, "size": 4096}]),
        "ranges[0].ipa: this must begin a granule"),
    "RIPAS level": (
        document(ranges=[dict(RIPAS, size=4096, level=4)]),
        "ranges[0].level: this must be a number from 0 to 3"),
    "two kinds": (document(ranges=[dict(RIPAS, size=4096, file="initrd")]),
                  "ranges[0].file: there is no member"),
    "nine registers": (document(boot_rec={"pc": 0, "gprs": [0] * 9}),
                       "boot_rec.gprs: there are more than 8 items"),
    "register that is none": (
        document(boot_rec={"pc": 0, "gprs": [0, "x"]}),
        "boot_rec.gprs[1]: this must be a number"),
    "shared half": (ranges(ipa=(1 << 47) - 4096),
                    "ranges[0].ipa: the range ends above the Realm's private"),
    "beyond all": (ranges(ipa=(1 << 51) - 1),
                   "ranges[0].ipa: the range ends above"),
    "overlap": (
        document(ranges=[{"file": "initrd", "ipa": 0x8000},
                         {"ipa": 0, "size": 0x8000},
                         {"ipa": 0x9000, "size": 4096}]),
        "ranges[2].ipa: another range has this granule too"),
    "overlap within a granule": (
        document(ranges=[{"file": "kernel", "ipa": 0},
                         {"file": "initrd", "ipa": 300001}]),
        "ranges[1].ipa: another range has this granule too"),
    "work for hours": (
        document(ranges=[{"ipa": 0, "size": 1 << 40}]),
        "ranges[0].size: there is too much of it"),
    "entries for hours": (
        document(ranges=[dict(RIPAS, size=1 << 40, level=3)]),
        "ranges[0].size: there is too much of it"),
    "a folder above": (ranges(file="../initrd"), "ranges[0].file: this must"),
    "any file": (ranges(file="/etc/passwd"), "ranges[0].file: this must be"),
    "no name": (ranges(file=""), "ranges[0].file: this must be the name"),
    "not UTF-8": (
        json.dumps(ranges(content="CONTENT")).encode().replace(
            b"CONTENT", b"\xed\xa0\x80"),
        "ranges[0].content: this is not UTF-8"),
    "a name with zero": (ranges(file="initrd\0x"),
                         "ranges[0].file: a character is zero"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_bad_documents_are_refused_with_their_place(reeve, name):
    listed, message = REFUSED[name]
    done = run(reeve, listed)
    assert done.returncode == 2, done.stderr
    assert done.stdout == ""
    assert done.stderr.startswith("listed.json:")
    assert message in done.stderr
    assert "\x1b" not in done.stderr and done.stderr.count("\n") == 1


def test_places_are_those_of_the_text(reeve):
    text = ('{ "a\\"b[{": {"x": [1, {"y": "}]"}]},\n'
            '  "ranges":\t[ { "ipa": 0 , "file":"initrd"},\r\n'
            '\t\t{"file":"initrd", "ipa" : "zero"} ] }')
    listed = json.dumps(document())[1:]
    done = run(reeve, "{" + listed.replace('"ranges"', '\n"x"', 1))
    assert "listed.json:2:6: error: x: there is no member" in done.stderr
    done = run(reeve, text.replace('"a\\"b[{": {"x": [1, {"y": "}]"}]}',
                                   '"hash": "sha256", "boot_rec":{"pc":0},'
                                   '"parameters": {"s2sz": 40, "num_bps": 1,'
                                   ' "num_wps" :1}'))
    assert "listed.json:3:29: error: ranges[1].ipa: this" in done.stderr
    done = run(reeve, text.replace('{ "a\\"b[{"', '{"ranges": "\\"[{", "odd"'))
    assert "listed.json:1:1: error: two members" in done.stderr
    done = run(reeve, text.replace('a\\"b[{', "odd").replace("zero", "0x0"))
    assert "listed.json:1:10: error: odd: there is no mem" in done.stderr
    # A name with an escape is not looked for.
    done = run(reeve, text)
    assert 'listed.json:1:1: error: a"b[{: there is no mem' in done.stderr


def test_files_that_cannot_be_read_are_named(reeve):
    (reeve.folder / "folder").mkdir()
    reeve.write("empty", b"")
    for name, code, message in (
            ("none", 1, "./none: cannot be opened"),
            ("folder", 1, "./folder: not a regular file"),
            ("empty", 2, "./empty: the file is empty")):
        done = run(reeve, ranges(file=name))
        assert done.returncode == code and message in done.stderr
        assert done.stderr.startswith("listed.json:11:12: error: ranges: ")
    done = reeve.run("measure", "--from", "nothing", ".")
    assert done.returncode == 1 and "nothing: error: cannot be opened" in (
        done.stderr)


def test_other_options_are_refused(reeve):
    reeve.write("listed.json", json.dumps(document()))
    for more in (["-o", "out"], ["--set", "vcpus=2"]):
        done = reeve.run("measure", "--from", "listed.json", ".", *more)
        assert done.returncode == 2
        assert "with --from there are neither settings nor -o" in done.stderr
    assert not (reeve.folder / "out").exists()
    done = reeve.run("measure", "--from", "listed.json")
    assert done.returncode == 2 and "FOLDER" in done.stderr


def test_the_text_tells_what_is_not_measured(reeve):
    listed = document(ranges=[
        {"file": "initrd", "ipa": 0, "flags": 0},
        {"ripas": "ram", "ipa": 0x40000000, "size": MIB, "content": "slot 0"},
        {"ipa": 0x100000, "size": 8192, "fill": 194},
        {"rec": {"flags": 0, "pc": 1}}])
    lines = run(reeve, listed).stdout.splitlines()
    assert lines[-5:] == [
        "  0x0000000000         5 granules  initrd, content not measured",
        "  0x0040000000       256 granules  RIPAS RAM, slot 0, not measured",
        "  0x0000100000         2 granules  bytes of 0xc2",
        "  REC         flags 0x0, pc 0x1, x0 0x0, not measured",
        "  boot REC    flags 0x1, pc 0x80080000, x0 0x88000000"]
    listed["rmm"] = "1.0"
    assert "RIPAS RAM, slot 0\n" in run(reeve, listed).stdout
