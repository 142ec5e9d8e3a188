# SPDX-License-Identifier: BSD-3-Clause
"""The direction of includes: abi <- lib <- core <- port within a program, and
from the toolstack into a core only through its engines."""

import pathlib
import re

PROGRAMS = ("monitor", "rmm", "hypervisor")

# The first row whose folder holds a file says which folders (or headers) of
# ours it may include. {0} is the program.
# Within the hypervisor's core: rmi <- realm <- domains and their devices <-
# control. The carrier of virtio requests knows of no domain.
CORE = "hypervisor/core/"
BELOW = ["abi/", "lib/", CORE + "host.h", CORE + "busy_lock.h"]
RMI = BELOW + [CORE + "rmi/"]
REALM = RMI + [CORE + "realm/"]
VIRTIO = BELOW + [CORE + "virtio/"]
DOMAIN = REALM + [CORE + folder for folder in (
    "control_refuse.h", "virtio/", "domain/", "vcpu/", "vgic/", "io/")]
# A host's folder, process and control link know nothing of the engines, which
# build on them. They unpack the files that another hypervisor boots from.
HOST = ["abi/", "lib/number.h"] + ["toolstack/" + room for room in (
    "reeve.h", "report/", "token/", "image/", "host/")]

RULES = [
    ("abi/", ["abi/"]),
    ("lib/", ["abi/", "lib/"]),
    (CORE + "rmi/", RMI),
    (CORE + "realm/", REALM),
    (CORE + "virtio/", VIRTIO),
    ("hypervisor/attack/", BELOW + [CORE, "hypervisor/attack/"]),
    *[(CORE + folder, DOMAIN) for folder in (
        "domain/", "vcpu/", "vgic/", "io/")],
    *[(program + folder, [rule.format(program) for rule in allowed])
      for program in PROGRAMS
      for folder, allowed in [
          ("/core/", ["abi/", "lib/", "{0}/core/"]),
          ("/", ["abi/", "lib/", "{0}/"]),
      ]],
    ("guest/", ["abi/", "lib/number.h", "guest/"]),
    ("toolstack/host/", HOST),
    ("toolstack/engine/", ["abi/", "toolstack/", "rmm/", "hypervisor/"]),
    ("toolstack/cli/", ["toolstack/reeve.h", "toolstack/cli/"]),
    ("toolstack/", ["abi/", "lib/ipa.h", "lib/number.h", "toolstack/"]),
    ("tests/", [""]),
]
# Tests beside a core run it on its program's in-process port.
TEST = re.compile(r"_test\.[ch]$|/fixture\.[ch]$")
# The system's headers that a layer may include, where that is limited.
SYSTEM = {"abi/": {"stdint.h"}}

INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def rule_for(path):
    return next((rule for rule in RULES if path.startswith(rule[0])), None)


def fault(path, bracket, header):
    """What is wrong with one include, or None."""
    rule = rule_for(path)
    if not rule:
        return "this folder has no rule in scripts/arrows.py"
    folder, allowed = rule
    if bracket == "<":
        bad = folder in SYSTEM and header not in SYSTEM[folder]
        return f"{folder} may not include <{header}>" if bad else None
    if not pathlib.Path(header).is_file():
        return f'"{header}" is not written from the root of the tree'
    if TEST.search(path):
        allowed = allowed + [path.split("/")[0] + "/"]
    if not header.startswith(tuple(allowed)):
        return f'{folder} may not include "{header}"'
    return None


def faults(path):
    """Each wrong include of one file, as a line for a person."""
    text = pathlib.Path(path).read_text()
    for number, line in enumerate(text.splitlines(), 1):
        match = INCLUDE.match(line)
        reason = match and fault(path, match[1], match[2])
        if reason:
            yield f"{path}:{number}: {reason}"
