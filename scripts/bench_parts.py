# SPDX-License-Identifier: BSD-3-Clause
"""Measures what build/reeve costs on the example Realm, and what the monitor
and the RMM cost on the emulated machine.

Times are the best of several runs, because the best run shows what the machine
can do. Memory is the peak resident set. Instructions are counted exactly.
"""

import os
import pathlib
import re
import subprocess
import sys
import time

from bench_host import GUEST, PEER, ROOT, Failure, beside_peer

sys.path.insert(0, str(ROOT / "tests"))
import tokens  # noqa: E402

REEVE = "build/reeve"
EXAMPLE = "examples/debian-realm.cfg"
RUNS = 15
IMAGES = "build-firmware/firmware/image"
COUNTING = ("-icount", "shift=0,sleep=off")
TURNS = 5
# At most so many instructions for commands of the host with no Realm that runs,
# by the name that tests/machine/payload/bench.c prints.
COMMANDS = {
    "version": ("RMI_VERSION", 600),
    "delegate_one": ("DELEGATE of a granule", 1433),
    "delegate_range": ("DELEGATE, each of 256", 400),
    "undelegate_one": ("UNDELEGATE of a granule", 2000),
    "undelegate_range": ("UNDELEGATE, each of 256", 800),
}
# The same for calls of a Realm, and for commands on a Realm.
CALLS = {
    "host call": 5300,
    "PSCI_VERSION": 370,
    "RSI_VERSION": 360,
    "RSI_MEASUREMENT_READ": 500,
    "RSI_IPA_STATE_GET of a page": 1100,
    "RTT_CREATE": 3013,
    "RTT_DESTROY": 4300,
    "RTT_INIT_RIPAS of 1 GiB": 6700,
    "RTT_DATA_MAP_INIT": 17000,
    "RTT_DATA_MAP of 512 pages": 380000,
    "RTT_DATA_UNMAP of 512 pages": 210000,
    "REALM_DESTROY of 4 root tables": 1400,
}


def once(command):
    """Runs a command once, without what it warns of. Returns (seconds, peak
    KiB)."""
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failure(f"exit code {process.returncode}: {command}")
    return time.perf_counter() - start, usage.ru_maxrss


def costs(*commands):
    """Returns the best time and the largest peak of several runs, for each
    command. The commands take turns, so that a slow moment of the machine
    affects all of them."""
    runs = {command: [] for command in commands}
    for command in commands:
        once(command)
    for _ in range(RUNS):
        for command in commands:
            runs[command].append(once(command))
    return [(min(time for time, _ in run), max(peak for _, peak in run))
            for run in runs.values()]


def measure(*settings):
    """Returns the command that measures the example with other settings."""
    return (REEVE, "measure", EXAMPLE, *settings)


def yardstick(folder):
    """Returns the command that hashes the same bytes with openssl."""
    subprocess.run([REEVE, "measure", EXAMPLE, "-o", str(folder)], check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    segments = sorted(str(path) for path in folder.iterdir())
    return ("openssl", "dgst", "-sha256", *segments)


def on_cpus(count, command):
    """Returns the command on the first so many of this computer's CPUs."""
    cpus = sorted(os.sched_getaffinity(0))[:count]
    if len(cpus) < count:
        raise Failure(f"this needs {count} CPUs")
    return ("taskset", "-c", ",".join(map(str, cpus)), *command)


def console(image, cpus, *options):
    """Runs the machine with the image at that path. Returns what it prints."""
    done = subprocess.run(
        ["qemu-system-aarch64", "-M",
         "virt,secure=on,virtualization=on,gic-version=3,its=off,"
         "iommu=smmuv3", "-cpu", "max,x-rme=on", "-m", "1G", "-smp", str(cpus), "-display", "none",
         "-nodefaults", "-no-reboot", "-monitor", "none", "-serial", "stdio",
         "-bios", str(image), *options],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL, text=True, timeout=300, check=True)
    return done.stdout


def figures(image, *options):
    """Returns the ticks by name that tests/machine/payload/bench.c prints."""
    lines = console(f"{IMAGES}/{image}", 1, *options).splitlines()
    return {words[1]: int(words[2]) for words in map(str.split, lines)
            if words[0] == "bench:"}


def instructions():
    """Returns the instructions by name that the test programs over the RMM
    print: of calls of the host, and of calls of a Realm with a round of it."""
    text = "".join(console(f"{IMAGES}/{image}", 1, *COUNTING)
                   for image in ("rec_test.bin", "rmm_test.bin"))
    return {name: int(number) for name, number in
            re.findall(r"^host: (.+): (\d+) ticks\r?$", text, re.M)}


def machine(_folder):
    """Measures the host's calls: the instructions of monitor and RMM, and the
    wall time compared with the least that EL3 can do, taken in turns."""
    print(f"beside {PEER['version']} of {PEER['date']}, {PEER['build']}, on "
          f"QEMU {PEER['qemu']}")
    count = figures("bench.bin", *COUNTING)
    for name, (what, limit) in COMMANDS.items():
        yield beside_peer(what, count[name], limit)
    called = instructions()
    for name, limit in CALLS.items():
        yield beside_peer(name, called[name], limit)
    turns = [(figures("bench.bin"), figures("bench_bare.bin")["bare"])
             for _ in range(TURNS)]
    for name, what in (("hash_cpu", "by the CPU's instructions"),
                       ("hash_plain", "in plain C")):
        best = min(times[name] for times, _ in turns)
        print(f"SHA-256 of a granule {what}: {count[name]} instructions, "
              f"{best / 1000:.1f} us")
    ours = min(times["version"] for times, _ in turns)
    bare = min(bare for _, bare in turns)
    print(f"RMI_VERSION {ours / 1000:.1f} us, two changes of world and "
          f"nothing else {bare / 1000:.1f} us")
    yield "RMI_VERSION against bare EL3", ours / bare, "x", 3


def token_ticks(flash, *options):
    """Returns the ticks of the machine's clock that a Realm's token took, in
    millions, by kind."""
    lines = re.findall(r"^host: token: (\d+) (ticks.*?)\r?$",
                       console(flash, 2, *options), re.M)
    return {what: int(number) / 1e6 for number, what in lines}


def token(folder):
    """Compares verifying a token with verifying only its two signatures, and
    measures what a Realm's request for a token costs."""
    keys = tokens.new_keys()
    (folder / "token").write_bytes(tokens.make({}, keys))
    (folder / "key").write_bytes(tokens.pem(keys["platform"]))
    subprocess.run(["ninja", "-C", "build", "tests/bench/verify_bench"],
                   stdout=subprocess.DEVNULL, check=True)
    done = subprocess.run(
        ["build/tests/bench/verify_bench", str(folder / "token"),
         str(folder / "key")], stdout=subprocess.PIPE, check=True)
    ours, bare = map(int, done.stdout.split())
    print(f"{10**9 / ours:.0f} token verifications per second, "
          f"{10**9 / bare:.0f} pairs of P-384 ones")
    yield "verifying against signatures", ours / bare, "x", 2
    image = pathlib.Path(IMAGES, "rec_test.bin").read_bytes()
    (folder / "flash").write_bytes(
        tokens.fill_flash(image, tokens.provision(keys)))
    counted = token_ticks(folder / "flash", *COUNTING)
    sign = figures("bench.bin", *COUNTING)["sign"] / 1e6
    print(f"a bare P-384 signature of the RMM's library: {sign:.1f} million "
          "instructions")
    print(f"a token takes {token_ticks(folder / 'flash')['ticks']:.0f} ms here")
    yield beside_peer("attestation token, million", counted["ticks"], 6)
    yield "making one against a signature", counted["ticks"] / sign, "x", 0.3
    yield "keeping an interrupt waiting", counted["ticks late"], "", 6


def toolstack(folder):
    """Compares the commands that need no host with other programs that read the
    same files."""
    segments = folder / "segments"
    segments.mkdir()
    hashing = yardstick(segments)
    (plain, _), (one_cpu, peak), (two_cpus, _) = costs(
        on_cpus(1, hashing), on_cpus(1, measure()), on_cpus(2, measure()))
    (small, small_peak), (large, large_peak) = costs(
        measure("memory=256"), measure("memory=2816"))
    (one, one_peak), (many, many_peak) = costs(
        measure("vcpus=1"), measure("vcpus=8"))
    (check, _), (unpack, _) = costs(
        (REEVE, "check", EXAMPLE),
        ("gzip", "-dc", str(GUEST / "initrd.cpio.gz")))
    print(f"openssl {plain * 1000:.0f} ms, reeve {one_cpu * 1000:.0f} ms "
          f"and {peak / 1024:.0f} MiB on one CPU, {two_cpus * 1000:.0f} ms "
          "on two")
    yield "measure on a CPU against openssl", one_cpu / plain, "x", 1.2
    yield "measure on two CPUs against openssl", two_cpus / plain, "x", 0.75
    yield "time, 2816 MiB against 256", large / small, "x", 1.1
    yield "memory, 2816 MiB against 256", large_peak / small_peak, "x", 1.1
    yield "time, 8 vCPUs against 1", many / one, "x", 8
    yield "memory, 8 vCPUs against 1", many_peak / one_peak, "x", 8
    yield "check against unpacking its RAM disk", check / unpack, "x", 3
