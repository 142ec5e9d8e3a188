# SPDX-License-Identifier: BSD-3-Clause
"""Guests that write to a disk and are ended in every way, at any moment, for
`make soak`. After each end the file system is checked, and what the guest was
told to be on the disk must be there; nothing of the guest may be left.
REEVE_SOAK_ROUNDS is the number of rounds, REEVE_SOAK_SEED makes them happen
again."""
import os
import random
import re
import signal
import subprocess
import time

import pytest

import qcow2
from device_guest import DeviceGuest, config, state
from guests import Command
from test_guest_devices import a_host_for_devices
from test_host import a_command, ended

ROUNDS = int(os.environ.get("REEVE_SOAK_ROUNDS", "5"))
SEED = int(os.environ.get("REEVE_SOAK_SEED", time.time_ns() % 10**9))
SIZE = 24 << 20
LINES = 60  # written until the end, at most
HOST = ("host", "start", "--debug-console", "--memory", "1G", "--dma-memory",
        "512M", "--cpus", "2")
# The guest says "on disk N" when line N is. A line of a block's size makes the
# file longer each time, so that the file system changes, too.
WRITER = (
    "mkdir /mnt; mount -t ext4 /dev/vda /mnt && { i=0; while :; do i=$((i+1)); "
    "printf '%4095d\\n' $i | dd of=/mnt/log bs=4096 oflag=append "
    "conv=notrunc,fsync 2>/dev/null && echo on disk $i >&3; done; }")


class Disk:
    """An image with a file system."""

    def __init__(self, folder, form):
        self.path, self.form = folder / f"disk.{form}", form
        self.content = folder / "content"
        self.content.write_bytes(bytes(SIZE))
        tool("mkfs.ext4", "-q", "-F", self.content)
        if form == "raw":
            self.path.write_bytes(self.content.read_bytes())
        else:
            qcow2.make(self.path, SIZE, self.content.read_bytes())

    def setting(self):
        return f'["{self.path},{self.form},xvda"]'

    def lines(self):
        """Repairs the file system from its journal only. Returns the numbers
        that the guest wrote."""
        self.content.write_bytes(
            self.path.read_bytes() if self.form == "raw"
            else qcow2.read(self.path, 0, SIZE))
        tool("e2fsck", "-p", self.content, codes=(0, 1))
        tool("e2fsck", "-fn", self.content)
        return [int(line) for line in
                tool("debugfs", "-R", "cat /log", self.content).split()]


def tool(name, *arguments, codes=(0,)):
    """Runs a program of e2fsprogs. Returns its output."""
    done = subprocess.run(
        [name, *map(str, arguments)], capture_output=True, text=True,
        check=False,
        env={**os.environ, "PATH": os.environ["PATH"] + ":/usr/sbin"})
    assert done.returncode in codes, done.stdout + done.stderr
    return done.stdout


# ---- Ends --------------------------------------------------------------------

def destroyed(host, guest):
    host.good("destroy", guest.name)


def command_killed(host, guest):
    """Kills the command that follows the guest. The guest goes on."""
    guest.process.kill()
    guest.process.wait()
    written = guest.written
    while guest.written < written + 5:
        guest.follow()
    host.good("destroy", guest.name)


def host_killed(host, guest):
    pid = host.pid()
    os.kill(pid, signal.SIGKILL)
    guest.rest()
    while not ended(pid):
        time.sleep(0.05)
    host.good(*HOST)


ENDS = [destroyed, command_killed, host_killed]


class Writer(DeviceGuest):
    """A guest that writes, and says what it has written."""

    def begin(self):
        self.ready()
        self.written, self.said = 0, b""
        self.tell(WRITER)

    def follow(self):
        """Waits until the guest says more, or has gone. Returns false then."""
        part = self.shell.socket.recv(1 << 12)
        self.said += part
        done = re.findall(rb"on disk (\d+)\r?\n", self.said)
        assert b"code" not in self.said, self.said
        self.written = int(done[-1]) if done else 0
        return bool(part)


def write_and_end(host, disk, realm, chance):
    before = state(host)
    with Writer(host, "writer", realm, disk=disk.setting()) as guest:
        guest.begin()
        until = chance.randrange(1, LINES)
        while guest.written < until:
            assert guest.follow()
        # Somewhere in the middle of the next one.
        time.sleep(chance.random() / 20)
        end = chance.choice(ENDS)
        end(host, guest)
        while guest.follow():
            pass
        guest.shell.close()
    lines = disk.lines()
    assert lines[:guest.written] == list(range(1, guest.written + 1)), (
        end.__name__, guest.written, lines[-3:])
    assert len(lines) <= guest.written + 1
    assert state(host) == before, end.__name__


@pytest.mark.parametrize("realm", [1, 0], ids=["realm", "ordinary"])
@pytest.mark.parametrize("form", ["raw", "qcow2"])
def test_what_was_acknowledged_is_there(debug_host, form, realm):
    chance = random.Random(f"{SEED} {form} {realm}")
    print("REEVE_SOAK_SEED:", SEED)
    for _ in range(ROUNDS):
        disk = Disk(debug_host.folder, form)
        write_and_end(debug_host, disk, realm, chance)


# ---- Commands that are killed -------------------------------------------------

def killed_in_the_middle(host, chance, *arguments):
    """Kills a command after some time. Returns true if it was still at work."""
    with Command(host, *arguments) as command:
        time.sleep(chance.random() * 3)
        command.process.kill()
        return command.process.wait() != 0


def test_a_killed_command_leaves_nothing(debug_host):
    """The next guest with devices, of the same name and disk, is made and
    destroyed, and takes out what the killed command has left."""
    chance = random.Random(SEED)
    print("REEVE_SOAK_SEED:", SEED)
    before = state(debug_host)
    disk = Disk(debug_host.folder, "raw")
    path = config(debug_host, "cut", 0, disk=disk.setting())
    for _ in range(4 * ROUNDS):
        killed_in_the_middle(debug_host, chance, "create", "-p", path)
        if "cut" in debug_host.names():
            killed_in_the_middle(debug_host, chance, "destroy", "cut")
            debug_host.run("destroy", "cut")
        debug_host.good("create", "-p", path)
        debug_host.good("destroy", "cut")
        assert state(debug_host) == before
