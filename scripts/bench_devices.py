# SPDX-License-Identifier: BSD-3-Clause
"""Measures disk and network of a Realm, of two ordinary guests, and of a guest on
QEMU without any of our code. They run at once, and take turns with each load, so
that a slow moment of the machine affects all of them. The same kernel and RAM
disk, the same image's content and the same kind of network are used. The kernel
of one ordinary guest is told to copy all that passes its devices to and from
bounce buffers, as it has to in a Realm.
"""

import contextlib
import json
import os
import subprocess

import bench_loads
from bench_host import GUEST, REEVE, Failure, config, reeve
from load_guest import CMDLINE, PORT, Load, free_port, ramdisk

MIB = 1 << 20
TURNS = 7
CPUS = "2"
IMAGE_SIZE = 64 * MIB
KINDS = ("qemu", "ordinary", "bouncing", "realm")
SEQUENTIAL, RANDOM, STREAM, ROUNDS = 32, 2048, 16 * MIB, 500
# How many times as long as another guest each may take: 0.8 times the speed of
# QEMU alone, and 0.7 times that of an ordinary guest.
LIMITS = [("ordinary", "qemu", 1 / 0.8), ("realm", "ordinary", 1 / 0.7),
          ("realm", "bouncing", 1 / 0.7)]
EXITS_LIMIT = 0.25  # to access registers, for a request with 32 under way


def disk(how, block, depth, requests):
    """Returns a load that gives the seconds of so many requests."""
    return lambda load: load.do("disk", how, "/dev/vda", block, depth,
                                requests) / 1e9


LOADS = {
    "sequential read": disk("read", MIB, 1, SEQUENTIAL),
    "sequential write": disk("write", MIB, 1, SEQUENTIAL),
    "random reads, depth 1": disk("random", 4096, 1, ROUNDS),
    "random reads, depth 32": disk("random", 4096, 32, RANDOM),
    "TCP stream to the guest": lambda load: load.to_guest(STREAM),
    "TCP stream from the guest": lambda load: load.from_guest(STREAM),
    "TCP round trips": lambda load: load.round_trips(ROUNDS),
}


# ---- Guests -----------------------------------------------------------------

def image(folder, kind):
    path = folder / f"{kind}.img"
    path.write_bytes(os.urandom(IMAGE_SIZE))
    return path


@contextlib.contextmanager
def running(command):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        try:
            yield
        finally:
            process.kill()


def on_qemu(folder, initrd):
    """Returns QEMU's command for a guest with the devices that QEMU's manual
    advises, and the CPUs that hosts have: code that QEMU generates for a machine
    with several runs slower, even if the guest uses only one of them."""
    port = free_port()
    return port, [
        "qemu-system-aarch64", "-M", "virt,gic-version=3",
        "-cpu", "max,pauth-impdef=on", "-smp", CPUS, "-m", "512",
        "-nodefaults", "-display", "none", "-monitor", "none",
        "-serial", "stdio", "-no-reboot",
        "-blockdev", "driver=raw,node-name=disk,file.driver=file,"
        f"file.filename={image(folder, 'qemu')}",
        "-device", "virtio-blk-pci,drive=disk",
        "-netdev", f"user,id=net,hostfwd=tcp:127.0.0.1:{port}-:{PORT}",
        "-device", "virtio-net-pci,netdev=net,romfile=",
        "-kernel", str(GUEST / "vmlinuz"), "-initrd", str(initrd),
        "-append", CMDLINE + " maxcpus=1"]


def on_reeve(folder, initrd, kind):
    port = free_port()
    untrusted = {"realm_devices": "untrusted"} if kind == "realm" else {}
    path = config(
        folder, kind, realm=int(kind == "realm"), memory=512, **untrusted,
        kernel=str(GUEST / "vmlinuz"), ramdisk=str(initrd),
        cmdline=CMDLINE + ",force" * (kind == "bouncing"),
        disk=[f"{image(folder, kind)},raw,xvda"],
        vif=[f"forward=tcp:127.0.0.1:{port}:{PORT}"])
    return port, [REEVE, "create", "-q", "-c", "-F", path]


@contextlib.contextmanager
def guests(folder):
    """Runs the guests. Yields their loads, by kind of guest."""
    initrd = ramdisk(folder / "load.cpio")
    with contextlib.ExitStack() as stack:
        stack.enter_context(bench_loads.host(
            folder, "--cpus", CPUS, "--memory", "4G", "--dma-memory", "2G"))
        loads = {}
        for kind in KINDS:
            port, command = (on_qemu(folder, initrd) if kind == "qemu"
                             else on_reeve(folder, initrd, kind))
            stack.enter_context(running(command))
            loads[kind] = Load(port)
            stack.callback(loads[kind].close)
        yield loads


# ---- What is counted --------------------------------------------------------

def exits(name):
    """Returns the exits of a guest's vCPU by reason."""
    return json.loads(reeve("vcpu-list", "--json", name))[0]["exits"]


def exits_of(name, load):
    """Returns the exits for a request of the disk with 32 under way, by
    reason."""
    before = exits(name)
    LOADS["random reads, depth 32"](load)
    after = exits(name)
    return {reason: (after[reason] - before[reason]) / RANDOM
            for reason in after if after[reason] != before[reason]}


# ---- The table --------------------------------------------------------------

def measured(loads):
    """Returns the best seconds of each load, by kind of guest."""
    best = {}
    for name, load in LOADS.items():
        for kind in KINDS:
            load(loads[kind])  # its image and its memory are there now
        runs = [{kind: load(loads[kind]) for kind in KINDS}
                for _ in range(TURNS)]
        best[name] = {kind: min(run[kind] for run in runs) for kind in KINDS}
        print(f"{name:26} " + ", ".join(
            f"{kind} {taken * 1000:.0f} ms"
            for kind, taken in best[name].items()), flush=True)
    return best


def devices(folder):
    with guests(folder) as loads:
        for name, taken in measured(loads).items():
            for kind, other, limit in LIMITS:
                yield (f"{name}, {kind} to {other}",
                       taken[kind] / taken[other], "x", limit)
        for kind in ("ordinary", "realm"):
            found = exits_of(kind, loads[kind])
            print(f"exits for a request, {kind}: {found}")
            # The others come by the time that it takes, too: timers' ticks.
            yield (f"accesses for a request, {kind}", found["mmio"], "",
                   EXITS_LIMIT)
