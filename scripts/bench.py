#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Runs all measurements, and prints one table of what they found and of the
limits. Fails if a value exceeds its limit, or if a part could not be measured;
the other parts are measured nevertheless.

usage: scripts/bench.py [PART...]
"""

import os
import pathlib
import sys
import tempfile

import bench_access
import bench_host
import bench_loads
import bench_parts

# Each part takes a folder, and yields (what, value, unit, limit).
PARTS = {
    "toolstack": bench_parts.toolstack,
    "token": bench_parts.token,
    "machine": bench_parts.machine,
    "host": bench_host.hosts,
    "access": bench_access.access,
    "exits": bench_loads.exits_limited,
    "loads": bench_loads.loads_limited,
}


def rows(name):
    """Measures a part. Returns its rows, each with whether it is good."""
    found = []
    print(f"---- {name}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        try:
            for what, value, unit, limit in PARTS[name](pathlib.Path(folder)):
                found.append((value <= limit, f"{what:40} {value:10.2f} "
                              f"{unit:2} (at most {limit})"))
        except Exception as why:  # whatever it is, the others are measured
            found.append((False, f"not measured: {why!r}"))
    return found


def main():
    os.chdir(bench_host.ROOT)
    names = sys.argv[1:] or PARTS
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        sys.exit(f"bench: the parts are {', '.join(PARTS)}")
    table = {name: rows(name) for name in names}
    print("---- all of it")
    for name, part in table.items():
        for good, text in part:
            print(f"{name:10} {text} {'ok' if good else 'NOT OK'}")
    bad = sum(not good for part in table.values() for good, _ in part)
    print(f"bench: {bad} not ok" if bad else "bench: all ok")
    sys.exit(bad != 0)


if __name__ == "__main__":
    main()
