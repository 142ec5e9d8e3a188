#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures build/reeve on the example Realm against what it may cost, and
fails if it costs more.

Times are the best of several runs, as that is what the machine can do;
memory is the peak resident set.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REEVE = "build/reeve"
EXAMPLE = "examples/debian-realm.cfg"
RUNS = 15


def once(command):
    """(seconds, peak KiB) of one run of a command."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"bench: exit code {process.returncode}: {command}")
    return time.perf_counter() - start, usage.ru_maxrss


def costs(*commands):
    """For each command the best time and the largest peak of several runs.
    They take turns, so that a slow moment of the machine meets them all."""
    runs = {command: [] for command in commands}
    for command in commands:
        once(command)
    for _ in range(RUNS):
        for command in commands:
            runs[command].append(once(command))
    return [(min(time for time, _ in run), max(peak for _, peak in run))
            for run in runs.values()]


def measure(*settings):
    """The command that measures the example with other settings."""
    return (REEVE, "measure", EXAMPLE, *settings)


def yardstick(folder):
    """The command that hashes the same bytes with openssl."""
    subprocess.run([REEVE, "measure", EXAMPLE, "-o", str(folder)], check=True,
                   stdout=subprocess.DEVNULL)
    segments = sorted(str(path) for path in folder.iterdir())
    return ("openssl", "dgst", "-sha256", *segments)


def comparisons(folder):
    """(what, value, unit, limit) of each thing that is promised."""
    segments = folder / "segments"
    segments.mkdir()
    (plain, _), (example, peak) = costs(yardstick(segments), measure())
    (small, small_peak), (large, large_peak) = costs(
        measure("memory=256"), measure("memory=2816"))
    (one, one_peak), (many, many_peak) = costs(
        measure("vcpus=1"), measure("vcpus=8"))
    (check, _), = costs((REEVE, "check", EXAMPLE))
    print(f"openssl {plain * 1000:.0f} ms, reeve {example * 1000:.0f} ms "
          f"and {peak / 1024:.0f} MiB")
    yield "measure against openssl", example / plain, "x", 1.3
    yield "time, 2816 MiB against 256", large / small, "x", 1.1
    yield "memory, 2816 MiB against 256", large_peak / small_peak, "x", 1.1
    yield "time, 8 vCPUs against 1", many / one, "x", 8
    yield "memory, 8 vCPUs against 1", many_peak / one_peak, "x", 8
    yield "check", check * 1000, "ms", 20


def main():
    os.chdir(ROOT)
    missed = False
    with tempfile.TemporaryDirectory() as folder:
        for what, value, unit, limit in comparisons(pathlib.Path(folder)):
            verdict = "ok" if value <= limit else "TOO MUCH"
            missed = missed or value > limit
            print(f"{what:30} {value:6.2f} {unit:2} (at most {limit}) "
                  f"{verdict}")
    sys.exit(missed)


if __name__ == "__main__":
    main()
