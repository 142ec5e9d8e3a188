#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs every test of the tree and sums up the results.

The output of the stages goes to files in build-test/. The terminal shows a line
for each stage, the end of the output of each failed test, and at the end
`N passed, N failed, N skipped`. With REEVE_SOAK set, fuzzing takes longer, the
firmware of both compilers boots Debian, and there are two more stages:
tests/stress for many rounds, and tests/machine/soak_*.py.
"""

import collections
import json
import os
import pathlib
import re
import subprocess
import sys
import time
import xml.etree.ElementTree

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT / "build-test"
COMMAND = str(ROOT / "build" / "reeve")
SOAK = bool(os.environ.get("REEVE_SOAK"))
# The number of runs and the seed. Seed 0 means a random seed.
FUZZ = ("2000000", "0") if SOAK else ("20000", "1")
# The same of tests/stress in a soak; its output names the seed.
STRESS = ("500", "0")

PASSED, FAILED, SKIPPED = "passed", "failed", "skipped"
# The result of one test. output is shown if the test failed.
Result = collections.namedtuple("Result", "name verdict output")

SHOWN_LINES = 60

TAP_LINE = re.compile(
    r"^(not )?ok (?:\d+ *-? *|- *)(.*?) *(# *skip\b.*)?$", re.I)


def run(log, *command, **env):
    """Runs a command with its output in a log. Returns (code, output)."""
    path = LOGS / f"{log}.log"
    with path.open("w") as stream:
        code = subprocess.run(command, stdout=stream, stderr=stream, cwd=ROOT,
                              stdin=subprocess.DEVNULL, check=False,
                              env={**os.environ, **env}).returncode
    return code, path.read_text(errors="replace")


def verdict_of(code, results, name, output):
    """Returns the results of a program. Adds a failed one if the program failed
    but reported none."""
    if code != 0 and not any(r.verdict == FAILED for r in results):
        results.append(Result(f"{name} (exit code {code})", FAILED, output))
    return results


def parse_tap(text):
    """Returns the results of the subtests in a program's TAP. Each holds the
    lines since the subtest before it, for failures. Old versions of cmocka
    report a skipped test as `not ok`."""
    results = []
    since = []
    for line in text.splitlines():
        since.append(line)
        match = TAP_LINE.match(line)
        if not match:
            continue
        failed, name, skip = match.groups()
        verdict = SKIPPED if skip else FAILED if failed else PASSED
        results.append(Result(name, verdict, "\n".join(since)))
        since = []
    return results


def parse_junit(path):
    root = xml.etree.ElementTree.parse(path).getroot()
    for case in root.iter("testcase"):
        name = f"{case.get('classname')}::{case.get('name')}"
        bad = [e for e in case if e.tag in ("failure", "error")]
        if bad:
            yield Result(name, FAILED, "\n".join(e.text or "" for e in bad))
        elif case.find("skipped") is not None:
            yield Result(name, SKIPPED, "")
        else:
            yield Result(name, PASSED, "")


def unit_program(record):
    """Returns the results of one program in meson's log."""
    output = record.get("stdout", "")
    results = parse_tap(output)
    code = record["returncode"] or record["result"] in ("ERROR", "TIMEOUT")
    output += record.get("stderr", "")
    return [r._replace(name=f"{record['name']}: {r.name}")
            for r in verdict_of(code, results, "program", output)]


def unit_tests(kind):
    code, output = run(f"build-{kind}", "scripts/build.sh", kind)
    if code != 0:
        return [Result(f"build-{kind}", FAILED, output)]
    folder = ROOT / f"build-{kind}"
    log = folder / "meson-logs" / "testlog.json"
    log.unlink(missing_ok=True)
    code, output = run(
        f"unit-{kind}", "meson", "test", "-C", str(folder), "--no-rebuild",
        "--timeout-multiplier", "4",
        ASAN_SYMBOLIZER_PATH="/usr/bin/llvm-symbolizer-19")
    records = log.read_text().splitlines() if log.exists() else []
    results = [r for line in records for r in unit_program(json.loads(line))]
    return verdict_of(code, results, "meson test", output)


def unit_tests_gcc():
    return unit_tests("asan")


def unit_tests_clang():
    return unit_tests("clang")


def lint():
    code, output = run("lint", "scripts/lint.py")
    return verdict_of(code, parse_tap(output), "lint", output)


def guest():
    """Fetches Debian's kernel and makes its initrd, and fetches hypervisors of
    other projects: later stages boot them."""
    for name, *command in (("build-guest", "scripts/build.sh", "guest"),
                           ("guest", "scripts/guest.sh"),
                           ("initrd", "scripts/initrd.py"),
                           ("foreign", "scripts/foreign.sh")):
        code, output = run(name, *command)
        if code != 0:
            return [Result(name, FAILED, output)]
    return [Result("guest", PASSED, "")]


def pytest(log, *what, **env):
    report = LOGS / f"{log}.xml"
    report.unlink(missing_ok=True)
    code, output = run(
        log, "/usr/bin/python3", "-m", "pytest", "-q", *what,
        "-p", "no:cacheprovider", f"--junit-xml={report}",
        PYTHONDONTWRITEBYTECODE="1", **env)
    results = list(parse_junit(report)) if report.exists() else []
    return verdict_of(code, results, "pytest", output)


def end_to_end():
    code, output = run("build", "scripts/build.sh", "release")
    if code != 0:
        return [Result("build", FAILED, output)]
    return pytest("e2e", "tests/e2e", REEVE=COMMAND)


def on_the_machine(kind, *what, log=None):
    """Tests the firmware of one compiler on the emulated machine."""
    for wanted in (kind, "release"):
        code, output = run(f"build-{wanted}", "scripts/build.sh", wanted)
        if code != 0:
            return [Result(f"build-{wanted}", FAILED, output)]
    return pytest(log or f"machine-{kind}", *what,
                  FIRMWARE=str(ROOT / f"build-{kind}"), REEVE=COMMAND)


def machine_gcc():
    return on_the_machine("firmware", "tests/machine")


def machine_clang():
    """Leaves out the tests that boot Debian, the second build of the firmware,
    and tests of the toolstack and of consoles, except in a soak: the stage with
    gcc has them in every run. test_image.py needs no firmware of ours."""
    left_out = ["image"] + ([] if SOAK else [
        "linux", "guest_devices", "hvc", "bridge", "access", "story",
        "foreign", "reproducible", "host", "console", "serial"])
    return on_the_machine("firmware-clang", "tests/machine", *(
        f"--ignore=tests/machine/test_{name}.py" for name in left_out))


def soak():
    return on_the_machine("firmware", "tests/machine/soak_linux.py",
                          "tests/machine/soak_pages.py",
                          "tests/machine/soak_rounds.py",
                          "tests/machine/soak_devices.py",
                          "tests/machine/soak_image.py", log="soak")


def stress():
    """Runs the program that the unit tests with gcc have built."""
    code, output = run("stress", "build-asan/tests/stress/stress_test",
                       *STRESS, CMOCKA_MESSAGE_OUTPUT="TAP")
    return verdict_of(code, parse_tap(output), "stress", output)


def fuzzing():
    code, output = run("fuzz", "scripts/fuzz.sh", *FUZZ)
    return verdict_of(code, parse_tap(output), "fuzz", output)


STAGES = [
    ("unit tests, gcc and sanitizers", unit_tests_gcc),
    ("unit tests, clang and sanitizers", unit_tests_clang),
    ("lint", lint),
    ("Debian's guest", guest),
    ("firmware on QEMU, gcc", machine_gcc),
    ("firmware on QEMU, clang", machine_clang),
    ("end-to-end tests", end_to_end),
    ("fuzzing", fuzzing),
] + SOAK * [("stress", stress), ("soak", soak)]


def count(results):
    verdicts = collections.Counter(r.verdict for r in results)
    return ", ".join(f"{verdicts[v]} {v}" for v in (PASSED, FAILED, SKIPPED))


def show(result):
    lines = result.output.splitlines()[-SHOWN_LINES:]
    print(f"-- FAILED: {result.name}", *lines, "", sep="\n")


def run_stage(title, stage):
    print(f"== {title}", flush=True)
    start = time.monotonic()
    results = stage()
    if all(r.verdict == SKIPPED for r in results):
        results.append(Result("no test ran", FAILED, ""))
    for result in results:
        if result.verdict == FAILED:
            show(result)
    print(f"   {count(results)} ({time.monotonic() - start:.0f} s)", flush=True)
    return results


def main():
    LOGS.mkdir(exist_ok=True)
    results = [r for title, stage in STAGES for r in run_stage(title, stage)]
    print(count(results))
    sys.exit(any(r.verdict == FAILED for r in results))


if __name__ == "__main__":
    main()
