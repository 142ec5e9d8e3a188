# SPDX-License-Identifier: BSD-3-Clause
"""Citations that a stranger can follow: a page of docs/ with its heading (and
a step of the numbered list below it), or a public document of this list; and
in the pages themselves links, files and functions that exist.

A comment cites "docs/rmi.md, RMI_REC_ENTER step 8": file, comma, the exact
text of the heading."""

import fnmatch
import functools
import pathlib
import re

# Public documents by number, and what they are.
DOCUMENTS = {
    "DDI0183": "PrimeCell UART (PL011)",
    "DDI0190": "PrimeCell GPIO (PL061)",
    "DDI0224": "PrimeCell Real Time Clock (PL031)",
    "DDI0487": "Arm Architecture Reference Manual, A-profile",
    "DEN0022": "Power State Coordination Interface (PSCI)",
    "DEN0028": "SMC Calling Convention (SMCCC)",
    "DEN0094": "Base System Architecture (BSA)",
    "DEN0137": "Realm Management Monitor specification",
    "FIPS 180-4": "Secure Hash Standard",
    "IHI0069": "GICv3 and GICv4 architecture",
    "IHI0070": "SMMUv3 architecture",
    "RFC 2606": "reserved names",
    "RFC 4253": "SSH transport",
    "RFC 4648": "Base16, Base32, Base64",
    "RFC 6979": "deterministic ECDSA",
    "RFC 7517": "JSON Web Key",
    "RFC 7518": "JSON Web Algorithms",
    "RFC 8949": "CBOR",
    "RFC 9052": "COSE structures",
    "RFC 9053": "COSE algorithms",
    "RFC 9360": "X.509 certificates in COSE",
    "RFC 9562": "UUID",
    "RFC 9597": "claims of a CWT in COSE headers",
    "RFC 9864": "fully specified COSE algorithms",
    "SP 800-186": "elliptic curves",
    "draft-ffm-rats-cca-token-00": "the CCA token, profiles of 2023",
    "draft-ffm-rats-cca-token-03": "the CCA token, profiles of 2024",
    "draft-ffm-rats-cca-token-04": "the CCA token, profiles of 2026",
    "draft-ietf-rats-corim-10": "CoRIM",
    "draft-ydb-rats-cca-endorsements-04": "CoRIM of CCA Realms and platforms",
    "virtio 1.2": "virtual I/O devices",
}
CITED = re.compile(
    r"\b(?:(?:DEN|DDI|IHI)[- ]?\d{4}|RFC ?\d+|draft(?:-[a-z]+)+(?:-\d\d)?"
    r"|FIPS \d+(?:-\d)?|SP 800-\d+|virtio \d\.\d)\b")
# Names of notes that are not part of the tree.
PRIVATE = re.compile(r"\b(rmi-rsi|el3-qemu-virt|xl-guest|xen-cca-series)\b")
PAGE = re.compile(r"\bdocs/([a-z0-9-]+\.md)(, )?")
STEP = re.compile(r"\b[Ss]teps? (\d+)(?:(?: to | and |-)(\d+))?\b")
# In the pages, between backticks.
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"(?<![<\w*./-])[\w*./-]*\w\.(?:c|h|S|inc|py|sh)\b")
FUNCTION = re.compile(r"\b([a-z_]\w+)\(\)")
LINK = re.compile(r"\]\(([^)\s#]*)(#[^)\s]*)?\)")
# A comment or docstring may be wrapped anywhere: its line starts go.
LEADER = re.compile(r"\n[ \t]*(?:\*(?!/)|#|//)?[ \t]*")
COMMENT = re.compile(r"/\*.*?\*/", re.S)


def is_listed(document):
    """Prose may name a draft without its version."""
    return document in DOCUMENTS or (document.startswith("draft-") and any(
        known.startswith(document + "-") for known in DOCUMENTS))


@functools.cache
def headings(page):
    """The headings of a page of docs/, and the steps below each: the numbers
    that begin a line."""
    found, steps, fenced = {}, set(), False
    for line in (pathlib.Path("docs") / page).read_text().splitlines():
        fenced ^= line.startswith("```")
        if not fenced and (match := re.match(r"#+ (.+)", line)):
            steps = found.setdefault(match[1].strip("` "), set())
        elif match := re.match(r"(\d+)\. ", line):
            steps.add(int(match[1]))
    return found


def anchor(heading):
    """The fragment by which a link reaches a heading."""
    text = re.sub(r"[^\w\- ]", "", heading.lower())
    return "#" + text.replace(" ", "-")


def blocks(path, text):
    """(line number, text) of whatever may cite: comments of C, whole files of
    other languages paragraph by paragraph."""
    if path.endswith((".c", ".h", ".S", ".ld", ".inc")):
        matches = COMMENT.finditer(text)
        return [(text.count("\n", 0, match.start()) + 1,
                 LEADER.sub(" ", match[0])) for match in matches]
    found, number = [], 1
    for part in re.split(r"(\n[ \t#*]*\n)", text):
        found.append((number, LEADER.sub(" ", part)))
        number += part.count("\n")
    return found


def page_faults(block):
    """What is wrong with each "docs/PAGE, HEADING step N" of a block."""
    for match in PAGE.finditer(block):
        if not (pathlib.Path("docs") / match[1]).is_file():
            yield f"there is no docs/{match[1]}"
            continue
        rest = block[match.end():]
        heading = max((name for name in headings(match[1])
                       if rest.startswith(name)), key=len, default=None)
        if match[2] and not heading:
            yield f'docs/{match[1]} has no heading "{rest[:30]}..."'
        if match[2] and heading:
            step = STEP.match(rest[len(heading):].lstrip(" "))
            for number in filter(None, step.groups() if step else ()):
                if int(number) not in headings(match[1])[heading]:
                    yield (f"docs/{match[1]}, {heading} has no step {number}")


def block_faults(block):
    for match in PRIVATE.finditer(block):
        yield f"{match[0]} is not part of the tree"
    for match in CITED.finditer(block):
        if not is_listed(match[0]):
            yield f"{match[0]} is not in the list of scripts/citations.py"
    yield from page_faults(block)
    if STEP.search(block) and not PAGE.search(block):
        yield f'"{STEP.search(block)[0]}" of which page?'


def link_faults(path, text):
    """What is wrong with the links of a Markdown page within the tree."""
    folder = pathlib.Path(path).parent
    for match in LINK.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        target = folder / match[1] if match[1] else pathlib.Path(path)
        if "://" in match[1]:
            continue
        if not target.exists():
            yield f"{path}:{number}: there is no {match[1]}"
        elif match[2] and target.suffix == ".md":
            page = target.resolve().relative_to(pathlib.Path("docs").resolve())
            if match[2] not in map(anchor, headings(str(page))):
                yield f"{path}:{number}: {target} has no {match[2]}"


def name_faults(path, text, paths, words):
    """Files and functions that a page names and that are not in the tree: by
    the end of their path, by a word of the sources."""
    for match in CODE.finditer(text):
        number = text.count("\n", 0, match.start()) + 1
        for name in FILE.findall(match[1]):
            if not any(fnmatch.fnmatch("/" + known, "*/" + name)
                       for known in paths):
                yield f"{path}:{number}: there is no {name}"
        for name in FUNCTION.findall(match[1]):
            if name not in words:
                yield f"{path}:{number}: there is no function {name}()"


def faults(path, paths, words):
    """Each citation of one file that leads nowhere, as a line for a person.
    paths: all files of the tree; words: all words of its sources."""
    text = pathlib.Path(path).read_text()
    if path.endswith(".md"):
        yield from link_faults(path, text)
        yield from name_faults(path, text, paths, words)
        for number, line in enumerate(text.splitlines(), 1):
            for match in CITED.finditer(line):
                if not is_listed(match[0]):
                    yield (f"{path}:{number}: {match[0]} is not in the list of"
                           " scripts/citations.py")
        return
    for number, block in blocks(path, text):
        for fault in block_faults(block):
            yield f"{path}:{number}: {fault}"
