# SPDX-License-Identifier: BSD-3-Clause
"""Measures guests on a host of build/reeve: how long a host and a guest take to
start, how many calls of the RMM a build needs, and Debian's boot in a Realm, in
an ordinary guest, and on QEMU without any of our code.

Times are the best of several runs, because the best run shows what the machine
can do. The hypervisor counts calls and exits.
"""

import json
import os
import pathlib
import re
import subprocess
import time
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
REEVE = str(ROOT / "build" / "reeve")
PROBE = str(ROOT / "build-firmware/tests/guest/probe.img")
GUEST = ROOT / ".cache/guest"
RUNS = 3
SHORT_RUNS = 15  # for measurements that take milliseconds
USERSPACE = b"reeve: userspace is up"


PEER = tomllib.loads((ROOT / "tests/bench/peers.toml").read_text())["tf-rmm"]


class Failure(Exception):
    """Something that is measured does not work."""


def beside_peer(what, value, limit):
    """Returns a row with the figure of the peer, if the peer was measured. The
    limit is never above that figure."""
    peer = PEER["rows"].get(what)
    return ((what, value, "", limit) if peer is None else
            (what, value, "", min(limit, peer), peer))


def reeve(*arguments):
    """Runs reeve. Returns its output."""
    done = subprocess.run([REEVE, *arguments], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"reeve {' '.join(arguments)}: {done.stderr}")
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
    yield beside_peer("RMM memory for a GiB, KiB", used * 1024 / memory, 512)


def cpu_seconds(pid):
    """Returns the CPU time that a process has taken so far."""
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        ticks = stat.read().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def until_userspace(command, qemu=None):
    """Returns the seconds, and those of CPU time, until the guest's first
    program prints its first line. qemu is the process that counts, if it is
    not the command's."""
    start = time.perf_counter()
    before = cpu_seconds(qemu) if qemu else 0
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if USERSPACE in line:
                taken = (time.perf_counter() - start,
                         cpu_seconds(qemu or process.pid) - before)
                break
        else:
            raise Failure(f"the guest does not come up: {command}")
        process.stdout.read()
    return taken


def boot(path):
    """Boots a guest on a host that has run nothing yet. Overwriting the code
    that an earlier guest ran costs QEMU half a second, which would count
    against this guest."""
    reeve("host", "stop")
    reeve("host", "start", "--debug-console", "--memory", "4G")
    host = json.loads(reeve("host", "list", "--json"))[0]
    return until_userspace([REEVE, "create", "-q", "-c", "-F", path],
                           host["pid"])


def bare_boot(arguments):
    return until_userspace([
        "qemu-system-aarch64", "-M", "virt,gic-version=3", "-cpu", "max",
        "-smp", "2", "-m", "512", "-nodefaults", "-display", "none",
        "-monitor", "none", "-serial", "stdio", "-no-reboot",
        "-kernel", str(GUEST / "vmlinuz"),
        "-initrd", str(GUEST / "initrd.cpio.gz"), "-append", arguments])


def boots(folder, start):
    """Measures Debian's boot in each kind of guest, in turns. start is the time
    that a host took to answer."""
    arguments = "console=ttyAMA0 panic=-1 quiet"
    shape = {"kernel": str(GUEST / "vmlinuz"), "vcpus": 2, "memory": 512,
             "ramdisk": str(GUEST / "initrd.cpio.gz")}
    realm = config(folder, "realm", cmdline=arguments, **shape)
    plain = config(folder, "plain", cmdline=arguments, realm=0, **shape)
    turns = [boot(realm) + boot(plain) + bare_boot(arguments)
             for _ in range(RUNS)]
    best = [min(times) for times in zip(*turns)]
    print("Debian to userspace: {:.1f} s ({:.1f} of CPU time) in a Realm, "
          "{:.1f} s ({:.1f}) in an ordinary guest, {:.1f} s ({:.1f}) on QEMU "
          "alone".format(*best))
    print(f"a host answers after {start:.1f} s")
    yield "a Realm's boot, CPU, ordinary guest", best[1] / best[3], "x", 1.3
    yield "a host's start, boot on QEMU alone", start / best[4], "x", 0.6


def run_and_destroy(path):
    """Runs Debian up to userspace and destroys it. Returns the exits of its
    vCPU by reason, and the seconds of its build and of its end."""
    with subprocess.Popen([REEVE, "create", "-q", "-c", path],
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.DEVNULL) as process:
        for line in process.stdout:
            if b"reeve: idle" in line:
                break
        vcpu = json.loads(reeve("vcpu-list", "--json", "counted"))[0]
        build = domain("counted")["first_entry_ns"] / 1e9
        end = timed("destroy", "counted")
        process.stdin.close()
        process.stdout.read()
    return vcpu["exits"], build, end


def exits(folder):
    """Prints how often a Realm left its vCPUs until it was up, by reason.
    Compares the time that taking it apart takes with that of its build."""
    path = config(folder, "counted", kernel=str(GUEST / "vmlinuz"),
                  ramdisk=str(GUEST / "initrd.cpio.gz"), memory=512,
                  cmdline="console=ttyAMA0 quiet reeve=idle")
    counts, *times = zip(*(run_and_destroy(path) for _ in range(RUNS)))
    print("exits of a Realm up to userspace: " + ", ".join(
        f"{count} {reason}" for reason, count in counts[0].items() if count))
    build, end = map(min, times)
    print(f"its build takes {build:.2f} s, its end {end:.2f} s")
    yield "a Realm's end, its build", end / build, "x", 1


def measured(folder):
    start = []
    for _ in range(RUNS):
        start.append(timed("host", "start", "--debug-console", "--memory", "4G"))
        reeve("host", "stop")
    reeve("host", "start", "--debug-console", "--memory", "4G")
    yield from tracking(folder)
    yield from builds(folder)
    yield from exits(folder)
    yield from boots(folder, min(start))


def hosts(folder):
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    os.environ["REEVE_HOST"] = "bench"
    try:
        yield from measured(folder)
    finally:
        subprocess.run([REEVE, "host", "stop"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.environ.pop("REEVE_HOST")
