#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures what loads inside a guest cost, in a Realm and in an ordinary guest.
Each reason to leave a vCPU is measured in instructions of the guest, the
hypervisor, the monitor and the RMM together; Debian's programs are measured in
the guest's own time.

usage: scripts/bench_loads.py
writes the tables in docs/speed.md.
"""

import contextlib
import json
import os
import pathlib
import re
import tempfile

from bench_host import GUEST, ROOT, Failure, config, reeve

PAGE = ROOT / "docs/speed.md"
BEGIN, END = "<!-- made by scripts/bench_loads.py -->", "<!-- to here -->"
ROUNDS = 400  # flood-touch has enough RAM for this many
TURNS = 7
# The actions that the probe repeats: the name, a description, the reason that
# vcpu-list counts, and whether only a Realm can do it.
EXITS = [
    ("flood-timer", "a timer's interrupt, taken", "irq", False),
    ("flood-mmio", "a read and a write of the GIC", "mmio", False),
    ("flood-touch", "2 MiB of RAM touched first", "fault", False),
    ("flood-wfi", "WFI, up to a timer 1000 ns away", "wfx", False),
    ("flood-sgi", "an SGI to itself, taken", "sysreg", False),
    ("flood-psci", "PSCI_VERSION, PSCI_AFFINITY_INFO", "psci", False),
    ("flood-ripas", "RIPAS of a page changed, and back", "ripas", True),
    ("flood-rsi", "RSI_VERSION, RSI_HOST_CALL", "host_call", True),
    ("flood-share", "a page shared, taken back, written", "ripas", True),
]
LOADS = [("spawn_loop", "100 times sh -c :"),
         ("touch_memory", "64 MiB of tmpfs written")]
# The instructions that a round may take in a Realm, and how many times as long
# a load may take in a Realm as in an ordinary guest.
EXIT_LIMITS = {
    "flood-timer": 6500, "flood-mmio": 12000, "flood-touch": 580000,
    "flood-wfi": 12500, "flood-sgi": 7000, "flood-psci": 9500,
    "flood-ripas": 22000, "flood-rsi": 9000, "flood-share": 118000,
}
LOAD_LIMITS = {"spawn_loop": 1.3, "touch_memory": 1.4}


@contextlib.contextmanager
def host(folder, *options, counting=False):
    """Runs a host in that folder, with counting on a clock that counts
    instructions."""
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    os.environ.pop("REEVE_QEMU", None)
    if counting:
        wrapper = folder / "qemu"
        wrapper.write_text('#!/bin/sh\nexec qemu-system-aarch64 "$@" '
                           "-icount shift=0,sleep=off\n")
        wrapper.chmod(0o700)
        os.environ["REEVE_QEMU"] = str(wrapper)
    reeve("host", "start", "--debug-console", *options)
    try:
        yield
    finally:
        reeve("host", "stop")


# ---- Exits, by the probe ----------------------------------------------------

def flood(folder, what, rounds, realm):
    """Runs the probe once. Returns (nanoseconds of all rounds, exits by
    reason). If QEMU counts instructions, a nanosecond is an instruction."""
    path = config(folder, "loop", realm=int(realm), memory=1024, vcpus=2,
                  on_poweroff="preserve",
                  cmdline=f"probe={what} rounds={rounds}")
    said = reeve("create", "-q", "-c", "-F", path)
    vcpu = json.loads(reeve("vcpu-list", "--json", "loop"))[0]
    reeve("destroy", "loop")
    done = re.search(rf"probe: {what}: done in (\d+) ns", said)
    if not done:
        raise Failure(f"the probe does not end: {said}")
    return int(done[1]), vcpu["exits"]


def exit_cost(folder, what, reason, realm):
    """Returns (instructions, exits for that reason) of one round. A run without
    rounds is subtracted, because it has all the other costs."""
    none, before = flood(folder, what, 0, realm)
    all_of_them, after = flood(folder, what, ROUNDS, realm)
    return ((all_of_them - none) / ROUNDS,
            (after[reason] - before[reason]) / ROUNDS)


def exits(folder):
    """Yields rows: the load's name and description, its reason, and the cost
    of a round in a Realm and in an ordinary guest. The last is None if only a
    Realm can do it."""
    with host(folder, "--cpus", "1", "--memory", "3G", counting=True):
        for what, words, reason, realm_only in EXITS:
            realm = exit_cost(folder, what, reason, True)
            plain = None if realm_only else exit_cost(
                folder, what, reason, False)
            yield what, words, reason, realm, plain


# ---- Programs, by Debian ----------------------------------------------------

def load_times(said):
    """Returns the milliseconds of each load by the guest's clock."""
    found = {name: int(ms) for name, ms in re.findall(
        r"reeve: load (\w+): (\d+) ms", said)}
    if set(found) != {name for name, _ in LOADS}:
        raise Failure(f"the loads did not run: {said[-2000:]}")
    return found


def loads(folder):
    """Yields the best of several runs in each kind of guest. The guests take
    turns."""
    arguments = "console=ttyAMA0 panic=-1 quiet reeve=spawn,touch"
    shape = {"kernel": str(GUEST / "vmlinuz"), "vcpus": 2, "memory": 512,
             "ramdisk": str(GUEST / "initrd.cpio.gz"), "cmdline": arguments}
    paths = {realm: config(folder, f"load{realm}", realm=realm, **shape)
             for realm in (1, 0)}
    runs = {1: [], 0: []}
    with host(folder, "--cpus", "2", "--memory", "2G"):
        for _ in range(TURNS):
            for realm, path in paths.items():
                runs[realm].append(load_times(
                    reeve("create", "-q", "-c", "-F", path)))
    for name, words in LOADS:
        yield name, words, *(min(run[name] for run in runs[realm])
                             for realm in (1, 0))


# ---- The table --------------------------------------------------------------

def number(value):
    return f"{value:,.0f}".replace(",", " ")


def a_round(cost):
    if cost is None:
        return "none of it | |"
    instructions, count = cost
    return f"{count:.1f} | {number(instructions)} |"


def table(exit_rows, load_rows):
    """Returns the table for the page, in Markdown."""
    lines = ["| load | reason | exits of a Realm | instructions | exits of an "
             "ordinary guest | instructions |", "| --- | --- | --: | --: | --: "
             "| --: |"]
    for _, words, reason, realm, plain in exit_rows:
        lines.append(f"| {words} | {reason} | {a_round(realm)} "
                     f"{a_round(plain)}")
    lines += ["", "| load in Debian | Realm, ms | ordinary guest, ms | |",
              "| --- | --: | --: | --: |"]
    for _, words, realm, plain in load_rows:
        lines.append(f"| {words} | {realm} | {plain} | "
                     f"{realm / max(plain, 1):.2f} x |")
    return "\n".join(lines)


def write(text):
    page = PAGE.read_text()
    before, rest = page.split(BEGIN + "\n")
    after = rest.split(END)[1]
    PAGE.write_text(f"{before}{BEGIN}\n{text}\n{END}{after}")


def exits_limited(folder):
    for what, words, _, (instructions, _), _ in exits(folder):
        yield words, instructions, "", EXIT_LIMITS[what]


def loads_limited(folder):
    for name, words, realm, plain in loads(folder):
        yield words, realm / max(plain, 1), "x", LOAD_LIMITS[name]


def main():
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as name:
        write(table(exits(pathlib.Path(name)), loads(pathlib.Path(name))))


if __name__ == "__main__":
    main()
