# SPDX-License-Identifier: BSD-3-Clause
"""Code that the tests on the emulated machine share: QEMU with a firmware
image, and the programs of tests/machine/payload on its console."""
import os
import pathlib
import queue
import re
import shutil
import subprocess
import threading

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
IMAGE = "firmware/image/machine_test.bin"
# Seconds. A test that takes longer has failed.
PATIENCE = 60


class Talker:
    """A process whose output, on both streams, is read line by line."""
    patience = PATIENCE

    def __init__(self, command, **options):
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace", **options)
        self.seen = []
        self.lines = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            self.lines.put(line.rstrip("\r\n"))
        self.lines.put(None)

    def next_line(self):
        """Returns the next line, or None when the process has ended."""
        try:
            line = self.lines.get(timeout=self.patience)
        except queue.Empty:
            pytest.fail("silence after:\n" + "\n".join(self.seen))
        if line is not None:
            self.seen.append(line)
        return line

    def expect(self, pattern):
        """Returns the match of the next line that has the pattern."""
        while True:
            line = self.next_line()
            if line is None:
                pytest.fail(f"no {pattern!r} in:\n" + "\n".join(self.seen))
            match = re.search(pattern, line)
            if match:
                return match

    def rest(self):
        """Returns the lines up to the end of the process, and its exit code."""
        lines = []
        while (line := self.next_line()) is not None:
            lines.append(line)
        return lines, self.process.wait(self.patience)

    def stop(self):
        self.process.kill()
        self.process.wait()


class Machine(Talker):
    """A QEMU, by its console."""

    def __init__(self, image, cpus=4, memory="1G", options=("-no-reboot",),
                 smmu=True, board="virt"):
        super().__init__([
            "qemu-system-aarch64",
            "-M", f"{board},secure=on,virtualization=on,gic-version=3,its=off"
            + ",iommu=smmuv3" * smmu,
            "-cpu", "max,x-rme=on", "-m", memory, "-smp", str(cpus),
            "-nographic", "-nodefaults", "-monitor", "none",
            "-serial", "stdio", "-bios", str(image), *options])

    def send(self, *words):
        line = " ".join(f"{w:x}" if isinstance(w, int) else w for w in words)
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, *words):
        """Returns the answer of the program at NS-EL2 to a command."""
        self.send(*words)
        return self.expect(r"^normal: = (.*)$")[1]

    def smc(self, *x):
        """Returns X0-X7 after an SMC of NS-EL2, which must keep all other
        registers."""
        *result, changed, count = self.ask("smc", *x).split()
        assert (changed, count) == ("changed", "0")
        return [int(word, 16) for word in result]


def build_folder():
    return pathlib.Path(os.environ.get("FIRMWARE", ROOT / "build-firmware"))


@pytest.fixture
def image():
    path = build_folder() / IMAGE
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    if not path.exists():
        pytest.fail(f"{path} is not built: scripts/build.sh firmware")
    return path


@pytest.fixture
def start(image):
    """A function that starts machines, which are stopped when the test ends."""
    machines = []

    def start_machine(firmware=image, **options):
        machines.append(Machine(firmware, **options))
        return machines[-1]

    yield start_machine
    for machine in machines:
        machine.stop()


@pytest.fixture
def machine(start):
    """A machine that has booted."""
    booted = start()
    booted.expect("^normal: ready")
    return booted
