# SPDX-License-Identifier: BSD-3-Clause
"""The command on a terminal: a pseudo terminal that controls its session, so
that keys become signals unless the terminal's mode is changed."""
import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

import pytest
from test_host import (PATIENCE, Ports, good, host, names, ordinary, pid_of,
                       wait_for, ways)


# The leader of the session must outlive the command: when the leader ends, the
# terminal is hung up.
LEADER = """trap : INT QUIT; "$@"; echo $? >/dev/fd/$CODE; exec sleep 1000"""


class Terminal:
    """A command that has a terminal of its own for all three streams."""

    def __init__(self, reeve, *arguments, program=None):
        self.master, self.slave = pty.openpty()
        self.before = termios.tcgetattr(self.slave)
        self.seen = b""
        self.code, code = os.pipe()
        self.leader = subprocess.Popen(
            ["setsid", "--ctty", "sh", "-c", LEADER, "sh",
             program or reeve.path, *arguments], cwd=reeve.folder, stdin=self.slave,
            stdout=self.slave, stderr=self.slave, pass_fds=[code],
            env={**os.environ, "CODE": str(code)})
        os.close(code)

    def expect(self, text):
        """Reads until the text comes. Returns the output before it."""
        deadline = time.monotonic() + PATIENCE
        while text not in self.seen:
            left = deadline - time.monotonic()
            assert left > 0, (text, self.seen)
            if select.select([self.master], [], [], left)[0]:
                self.seen += os.read(self.master, 4096)
        before, self.seen = self.seen.split(text, 1)
        return before

    def type(self, text):
        """Types as fast as the command reads."""
        deadline = time.monotonic() + PATIENCE
        os.set_blocking(self.master, False)
        while text:
            left = deadline - time.monotonic()
            assert left > 0, (len(text), self.seen)
            if select.select([], [self.master], [], left)[1]:
                text = text[os.write(self.master, text):]
        os.set_blocking(self.master, True)

    def signal(self, number):
        """Sends a signal to the command, as any process could."""
        pid = self.leader.pid
        with open(f"/proc/{pid}/task/{pid}/children",
                  encoding="ascii") as children:
            os.kill(int(children.read()), number)

    def flags(self):
        return termios.tcgetattr(self.slave)[3]

    def is_raw(self):
        return not self.flags() & (termios.ISIG | termios.ICANON | termios.ECHO)

    def is_as_before(self):
        return termios.tcgetattr(self.slave) == self.before

    def end(self):
        """Waits for the command's end and reads the rest of its output. Returns
        its exit code."""
        assert select.select([self.code], [], [], PATIENCE)[0], self.seen
        code = int(os.read(self.code, 8))
        while select.select([self.master], [], [], 0)[0]:
            self.seen += os.read(self.master, 4096)
        return code

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.killpg(self.leader.pid, signal.SIGKILL)
        self.leader.wait()
        for file in (self.master, self.slave, self.code):
            os.close(file)


@pytest.fixture(name="attached")
def an_attached_terminal(host):
    """Returns a terminal on which `create -c` shows a guest's console."""
    good(host.run("host", "start"))
    with Terminal(host, "create", "-c", ordinary(
            host, "con", vuart='"sbsa_uart"')) as terminal:
        terminal.expect(b"leave it with Ctrl-]\r\n")
        terminal.expect(b"HELLO")
        assert terminal.is_raw()
        yield terminal
        assert terminal.is_as_before()


def test_the_detach_key_leaves_the_guest(host, attached):
    attached.type(b"ab")
    attached.expect(b"ab")
    attached.type(b"\x1dq")
    assert attached.end() == 0
    assert names(host) == ["con"]


def test_a_guest_that_powers_off_ends_it(host, attached):
    attached.type(b"q")
    attached.expect(b"has powered off")
    assert attached.end() == 0
    assert names(host) == []


def test_a_guest_that_is_destroyed_ends_it(host, attached):
    good(host.run("destroy", "con"))
    attached.expect(b"was destroyed")
    assert attached.end() == 1


def test_a_host_that_is_killed_ends_it(host, attached):
    os.kill(pid_of(host), signal.SIGKILL)
    assert attached.end() == 1
    assert b"error" in attached.seen


@pytest.mark.parametrize("number", [
    signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT])
def test_a_signal_ends_it_and_leaves_the_guest(host, attached, number):
    attached.signal(number)
    assert attached.end() == 0
    assert names(host) == ["con"]


def test_keys_that_signal_are_the_guest_s(attached):
    """The guest gets Ctrl-C, Ctrl-\\, Ctrl-Z, Ctrl-D, Ctrl-S and Ctrl-Q."""
    attached.type(b"a\x03\x1c\x1a\x04\x13\x11b")
    attached.expect(b"a\x03\x1c\x1a\x04\x13\x11b")
    attached.type(b"\x1d")
    assert attached.end() == 0


def test_a_system_request_is_typed_behind_its_key(attached):
    """The guest gets any other key behind Ctrl-^, and a second Ctrl-^."""
    attached.type(b"\x1eh")
    attached.expect(b"break h")
    attached.type(b"\x1e")
    attached.type(b"s")
    attached.expect(b"break s")
    attached.type(b"b\x1e\x1ec\x1e\td")
    attached.expect(b"b\x1ec\td")
    attached.type(b"\x1e\x1d")
    assert attached.end() == 0


def test_a_console_does_not_wait_for_a_port(host, attached):
    """It looks at its domain several times meanwhile. It prints nothing of its
    own on the guest's terminal."""
    attached.expect(b"\r\r\n")
    with Ports(host):
        for _ in range(25):
            attached.type(b"x")
            assert attached.expect(b"x") == b""
            time.sleep(0.1)
        attached.type(b"\x1d")
        assert attached.end() == 0
        assert b"waiting" not in attached.seen
    assert names(host) == ["con"]


@pytest.mark.parametrize("after", ["", " >fifo"])
def test_the_detach_key_needs_no_guest_that_reads(host, monkeypatch, after):
    """The guest reads nothing, or the standard output is not read, which holds
    the guest up as well."""
    ways(monkeypatch, "" if after else "deaf")
    good(host.run("create", ordinary(host, "con", vuart='"sbsa_uart"')))
    os.mkfifo(host.folder / "fifo")
    fifo = os.open(host.folder / "fifo", os.O_RDWR)
    with Terminal(host, "-c", f"exec {host.path} console con{after}",
                  program="/bin/sh") as terminal:
        terminal.expect(b"leave it with Ctrl-]")
        wait_for(terminal.is_raw)
        terminal.type(b"0123456789abcde\n" * 50000)
        terminal.type(b"\x1d")
        assert terminal.end() == 0
        assert terminal.is_as_before()
    os.close(fifo)


def test_a_new_size_is_harmless(attached):
    """SIGWINCH arrives while the user types."""
    for rows in range(20, 60):
        attached.type(b"%d," % rows)
        fcntl.ioctl(attached.slave, termios.TIOCSWINSZ,
                    struct.pack("4H", rows, 80, 0, 0))
    attached.expect(b"".join(b"%d," % rows for rows in range(20, 60)))
    attached.type(b"\x1d")
    assert attached.end() == 0


def test_console_restores_the_terminal_too(host):
    good(host.run("create", ordinary(host, "con", vuart='"sbsa_uart"')))
    for key in (b"\x1d", b"q"):
        with Terminal(host, "console", "con") as terminal:
            terminal.expect(b"HELLO")
            assert terminal.is_raw()
            terminal.type(key)
            assert terminal.end() == 0
            assert terminal.is_as_before()


def test_what_takes_long_shows_how_far_it_is(host, monkeypatch):
    """The command erases the line before it prints anything else."""
    ways(monkeypatch, "slow-build")
    good(host.run("host", "start"))
    with Terminal(host, "create", "guest.cfg") as terminal:
        terminal.expect(b"\r\x1b[Kbuilding: 50 %")
        terminal.type(b"\x03")
        terminal.expect(b"\r\x1b[K")
        terminal.expect(b"reeve: stopped by a signal")
        assert terminal.end() == 1
    assert names(host) == []


def test_a_host_that_takes_long_shows_that(host, monkeypatch):
    ways(monkeypatch, "mute")
    with Terminal(host, "host", "start") as terminal:
        terminal.expect(b"\r\x1b[Kwaiting for the host ...")
        terminal.type(b"\x03")
        terminal.expect(b"reeve: stopped by a signal")
        assert terminal.end() == 1


def test_no_line_of_progress_goes_to_a_pipe(host, monkeypatch):
    """There is progress to show: a terminal shows it meanwhile."""
    ways(monkeypatch, "slow-build")
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "guest.cfg"], cwd=host.folder,
                          stderr=subprocess.PIPE, text=True) as silent:
        wait_for(lambda: names(host) == ["probe"])
        config = ordinary(host, "beside")
        with Terminal(host, "create", config) as terminal:
            terminal.expect(b"building")
        silent.terminate()
        said = silent.communicate()[1]
    assert "building" not in said and "stopped by a signal" in said
