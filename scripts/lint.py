#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Checks the tree without running it: one TAP line per check, preceded by
what the check found.

usage: scripts/lint.py [CHECK...]
"""

import os
import pathlib
import re
import subprocess
import sys

import arrows
import citations

ROOT = pathlib.Path(__file__).resolve().parent.parent
SKIPPED = re.compile(
    r"^(build(-.*)?|dist|\.git|\.cache|\.pytest_cache|__pycache__)$")
# Files whose format leaves no room for a licence line, or that have one only.
UNLICENSED = re.compile(
    r"^(LICENSE|\.gitignore|\.git-blame-ignore-revs|.*\.(md|svg|png)|tests/data/.*)$")
# A comment begins with its subject: see docs/contributing.md.
INVERTED = re.compile(
    r"^\s*(?:/\*+|\*|#) (?:Of|Who|Whose|Whom|Whether|What) (?!.*\?)")
# Where packages come from, where this tree was written, what is left to do.
UNWANTED = [re.compile(pattern) for pattern in (
    r"\b(deb|ftp|security|archive|snapshot|mirrors?|registry|pypi|proxy|index"
    r"|packages)\.[a-z0-9-]+\.(org|com|net|io|dev)\b",
    r"(?<![\w./-])/(home|root|work|Users)/\w",
    r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b",
)]


def tree():
    """Every file of ours, whether or not there is a git history. Images that
    were made in the tree are not ours."""
    for folder, folders, files in os.walk("."):
        folders[:] = sorted(
            f for f in folders if not SKIPPED.match(f)
            and not os.path.exists(os.path.join(folder, f, "disk.img")))
        for name in sorted(f for f in files if not SKIPPED.match(f)):
            yield os.path.relpath(os.path.join(folder, name))


def code():
    return [path for path in tree() if path.endswith((".c", ".h"))]


def run(*command, **options):
    """What a command that failed said, else nothing."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.STDOUT, check=False, **options)
    if done.returncode == 0:
        return []
    return done.stdout.splitlines() or [f"{command[0]} failed"]


def lines():
    """(place, text) of each line of each text file."""
    for path in tree():
        try:
            text = pathlib.Path(path).read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{path}:{number}", line


def check_format():
    return run("clang-format-19", "--dry-run", "-Werror", *code())


def check_tidy():
    """Not of tests: the analyser cannot know that a failed assertion ends
    one, and the sanitizers see them run. Nor of lib/string.c: on this machine
    it is compiled for its test only, under names that are not its own."""
    return run("scripts/build.sh", "clang", "configure") or run(
        "run-clang-tidy-19", "-quiet", "-p", "build-clang",
        r"^(?!.*(_test|/lib/string)\.c$)")


def check_arrows():
    return [fault for path in code() for fault in arrows.faults(path)]


def check_citations():
    """Not of data, nor of the list itself."""
    paths = list(tree())
    texts = [path for path in paths if path.endswith(
        (".c", ".h", ".S", ".inc", ".ld", ".py", ".sh", ".md", ".build"))
             and not path.startswith("tests/data/")
             and path != "scripts/citations.py"]
    words = set().union(*(re.findall(r"\w+", pathlib.Path(path).read_text())
                          for path in texts if not path.endswith(".md")))
    return [fault for path in texts
            for fault in citations.faults(path, paths, words)]


def check_comments():
    """Comments of code that begin with the wrong end."""
    return [f"{place}: {line.strip()}" for place, line in lines()
            if INVERTED.match(line) and place.split(":")[0].endswith(
                (".c", ".h", ".S", ".inc", ".ld", ".py", ".sh", ".build"))]


def check_headers():
    """A header must not lean on what its users include before it."""
    flags = subprocess.check_output(
        ["pkg-config", "--cflags", "json-c", "libcrypto"], text=True).split()
    command = ["gcc", "-std=c11", "-D_GNU_SOURCE", "-I.", *flags, "-Wall",
               "-Wextra", "-Werror", "-fsyntax-only", "-xc", "-"]
    return [fault for path in code() if path.endswith(".h")
            for fault in run(*command, input=f'#include "{path}"\n')]


def check_layout():
    """Functions and files that lib/image.ld names, and that are not there:
    the order that it gives them would silently be lost."""
    script = pathlib.Path("lib/image.ld").read_text()
    sources = [path for path in tree() if path.endswith((".c", ".S"))
               and path.startswith(("hypervisor/", "lib/", "monitor/", "rmm/"))]
    names = {os.path.basename(path) for path in sources}
    text = "\n".join(pathlib.Path(path).read_text() for path in sources)
    return [f"lib/image.ld: there is no file {name}"
            for name in re.findall(r"\*([\w.]+\.[cS])\.o\(", script)
            if name not in names] + [
        f"lib/image.ld: there is no function {name}"
        for name in re.findall(r"\.text\.([a-z]\w+)(?=[\s)])", script)
        if name != "start" and not re.search(rf"^[\w*].*\b{name}\(|^FUNC"
                                             rf".*\b{name}\b|^{name}:",
                                             text, re.M)]


def check_licence():
    unmarked = {path for path in tree() if not UNLICENSED.match(path)}
    for place, line in lines():
        path, number = place.rsplit(":", 1)
        if int(number) <= 3 and "SPDX-License-Identifier: " in line:
            unmarked.discard(path)
    return [f"{path}: no SPDX line" for path in sorted(unmarked)]


def check_words():
    return [f"{place}: {line.strip()}" for place, line in lines()
            if any(pattern.search(line) for pattern in UNWANTED)]


def check_shell():
    scripts = [path for path in tree() if path.endswith(".sh")]
    return run("shellcheck", ".ci/run", *scripts) or run(
        "shellcheck", "-s", "dash", "scripts/guest-init",
        "scripts/image-init", "scripts/image-stage2",
        "scripts/image-unlock", "tests/machine/foreign-init")


CHECKS = {name[len("check_"):]: check for name, check in globals().items()
          if name.startswith("check_")}


def main():
    os.chdir(ROOT)
    wanted = sys.argv[1:] or list(CHECKS)
    failed = False
    print(f"1..{len(wanted)}")
    for number, name in enumerate(wanted, 1):
        found = CHECKS[name]()
        failed = failed or bool(found)
        for line in found:
            print("#", line)
        print("not ok" if found else "ok", number, "-", name, flush=True)
    sys.exit(failed)


if __name__ == "__main__":
    main()
