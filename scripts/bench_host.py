#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Measures guests on a host of build/reeve: how long a host and a guest take to
start, how many calls of the RMM a build needs, and Debian's boot in a Realm, in
an ordinary guest, and on QEMU without any of our code. Fails if a limit is
exceeded.

Times are the best of several runs, because the best run shows what the machine
can do. The hypervisor counts calls and exits.
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
REEVE = str(ROOT / "build" / "reeve")
PROBE = str(ROOT / "build-firmware/tests/guest/probe.img")
GUEST = ROOT / ".cache/guest"
RUNS = 3
SHORT_RUNS = 15  # for measurements that take milliseconds
USERSPACE = b"reeve: userspace is up"


def reeve(*arguments):
    """Runs reeve. Returns its output; a failure ends the benchmark."""
    done = subprocess.run([REEVE, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: reeve {' '.join(arguments)}: {done.stderr}")
    return done.stdout


def timed(*arguments):
    start = time.perf_counter()
    reeve(*arguments)
    return time.perf_counter() - start


def config(folder, name, **settings):
    """Writes a configuration file for such a guest. Returns its path."""
    values = {"name": name, "realm": 1, "vcpus": 1, "memory": 256,
              "kernel": PROBE, "vuart": "sbsa_uart", "cmdline": "probe=idle"}
    values.update(settings)
    path = folder / f"{name}.cfg"
    path.write_text("".join(f"{key} = {json.dumps(value)}\n"
                            for key, value in values.items()))
    return str(path)


def domain(name):
    return next(d for d in json.loads(reeve("list", "--json"))
                if d["name"] == name)


def first_entry(path, name):
    """Returns (nanoseconds from creation to first instruction, RMI calls)."""
    reeve("create", "-q", path)
    while not domain(name)["first_entry_ns"]:
        pass
    found = domain(name)
    reeve("destroy", name)
    return found["first_entry_ns"], found["rmi_calls"]


def granules(path):
    return json.loads(reeve("measure", "--json", path))["granules"]


def builds(folder):
    """Measures what it costs to bring a Realm to its first instruction."""
    small = config(folder, "small")
    large = config(folder, "large", memory=2048)
    debian = config(folder, "debian", kernel=str(GUEST / "vmlinuz"),
                    ramdisk=str(GUEST / "initrd.cpio.gz"), cmdline="quiet")
    turns = [(first_entry(small, "small")[0], first_entry(large, "large")[0])
             for _ in range(SHORT_RUNS)]
    small_ns, large_ns = (min(times) for times in zip(*turns))
    debian_ns, calls = min(first_entry(debian, "debian") for _ in range(RUNS))
    pages = granules(debian)
    print(f"creation to first instruction: {small_ns / 1e6:.0f} ms with "
          f"{granules(small)} granules loaded, {debian_ns / 1e6:.0f} ms with "
          f"{pages}")
    yield "2 GiB of RAM against 256 MiB", large_ns / small_ns, "x", 1.1
    yield "RMI calls a granule loaded", calls / pages, "", 0.1


def tracking(folder):
    """Reads from the RMM's log how much memory it uses to track the host's
    memory."""
    log = (folder / "reeve" / "bench" / "serial.log").read_text()
    memory, used = map(int, re.search(
        r"(\d+) MiB of memory from \w+, (\d+) KiB to track it", log).groups())
    yield "RMM memory for a GiB, KiB", used * 1024 / memory, "", 1024


def until_userspace(command):
    """Returns the seconds until the guest's first program prints its first
    line."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if USERSPACE in line:
                taken = time.perf_counter() - start
                break
        else:
            sys.exit(f"bench: the guest does not come up: {command}")
        process.stdout.read()
    return taken


def boot(path):
    """Boots a guest on a host that has run nothing yet. Overwriting the code
    that an earlier guest ran costs QEMU half a second, which would count
    against this guest."""
    reeve("host", "stop")
    reeve("host", "start", "--debug-console", "--memory", "4G")
    return until_userspace([REEVE, "create", "-q", "-c", "-F", path])


def bare_boot(arguments):
    return until_userspace([
        "qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "max",
        "-smp", "2", "-m", "512", "-nodefaults", "-display", "none",
        "-monitor", "none", "-serial", "stdio", "-no-reboot",
        "-kernel", str(GUEST / "vmlinuz"),
        "-initrd", str(GUEST / "initrd.cpio.gz"), "-append", arguments])


def boots(folder):
    """Measures Debian's boot in each kind of guest, in turns."""
    arguments = "console=ttyAMA0 panic=-1 quiet"
    shape = {"kernel": str(GUEST / "vmlinuz"), "vcpus": 2, "memory": 512,
             "ramdisk": str(GUEST / "initrd.cpio.gz")}
    realm = config(folder, "realm", cmdline=arguments, **shape)
    plain = config(folder, "plain", cmdline=arguments, realm=0, **shape)
    turns = [(boot(realm), boot(plain), bare_boot(arguments))
             for _ in range(RUNS)]
    best = [min(times) for times in zip(*turns)]
    print("Debian to userspace: {:.1f} s in a Realm, {:.1f} s in an ordinary "
          "guest, {:.1f} s on QEMU alone".format(*best))
    yield "a Realm's boot, ordinary guest", best[0] / best[1], "x", 1.3


def exits(folder):
    """Prints how often a Realm left its vCPUs until it was up, by reason."""
    path = config(folder, "counted", kernel=str(GUEST / "vmlinuz"),
                  ramdisk=str(GUEST / "initrd.cpio.gz"), memory=512,
                  cmdline="console=ttyAMA0 quiet reeve=idle")
    with subprocess.Popen([REEVE, "create", "-q", "-c", path],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if b"reeve: idle" in line:
                break
        vcpu = json.loads(reeve("vcpu-list", "--json", "counted"))[0]
        reeve("destroy", "counted")
        process.stdin.close()
        process.stdout.read()
    print("exits of a Realm up to userspace: " + ", ".join(
        f"{count} {reason}" for reason, count in vcpu["exits"].items()
        if count))
    return []


def comparisons(folder):
    start = []
    for _ in range(RUNS):
        start.append(timed("host", "start", "--debug-console", "--memory", "4G"))
        reeve("host", "stop")
    yield "host start to its answer, s", min(start), "", 3
    reeve("host", "start", "--debug-console", "--memory", "4G")
    yield from tracking(folder)
    yield from builds(folder)
    yield from exits(folder)
    yield from boots(folder)


def main():
    os.chdir(ROOT)
    missed = False
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        os.environ["XDG_RUNTIME_DIR"] = name
        os.environ["REEVE_HOST"] = "bench"
        try:
            for what, value, unit, limit in comparisons(folder):
                verdict = "ok" if value <= limit else "TOO MUCH"
                missed = missed or value > limit
                print(f"{what:30} {value:7.2f} {unit:2} (at most {limit}) "
                      f"{verdict}", flush=True)
        finally:
            subprocess.run([REEVE, "host", "stop"], check=False,
                           stdout=subprocess.DEVNULL,
                           stderr=subprocess.DEVNULL)
    sys.exit(missed)


if __name__ == "__main__":
    main()
