# SPDX-License-Identifier: BSD-3-Clause
"""A guest's console on the real host: the probe echoes all that it gets through
its UART, and every byte must come back once."""
import random
import re
import time

from ports import Port
from test_host import PATIENCE, a_command, a_host
from test_serial import echo

GREETING = b"probe: echo\r\n"
SIZE = 20000


def guest(host, name):
    """A guest that echoes, and the socket of its console."""
    host.good("create", "-q", host.config(
        name, realm=None, vuart='"sbsa_uart"', cmdline='"probe=echo"'))
    return host.runtime / "default"


def noise(seed, size=SIZE):
    return random.Random(seed).randbytes(size)


def test_no_byte_is_lost_or_doubled(host):
    folder = guest(host, "one")
    with Port(folder, "console-0.sock") as port:
        port.receive_until(GREETING)
        assert echo(port, noise(1)) == noise(1)
        assert port.silent()
    log = (folder / "console-0.log").read_bytes()
    assert log.endswith(GREETING + noise(1))


def test_the_next_terminal_sees_what_the_last_one_saw(host):
    folder = guest(host, "one")
    with Port(folder, "console-0.sock") as port:
        port.receive_until(GREETING)
        assert echo(port, b"some words") == b"some words"
    with Port(folder, "console-0.sock") as port:
        assert port.receive_until(b"some words").endswith(
            GREETING + b"some words")
        assert echo(port, b"more") == b"more"


def test_a_terminal_that_goes_in_mid_sentence_harms_nobody(host):
    folder = guest(host, "one")
    with Port(folder, "console-0.sock") as port:
        port.receive_until(GREETING)
        port.send(noise(2, 3000))
        port.receive(500)
    with Port(folder, "console-0.sock") as port:
        port.send(b"\r\nthe end\r\n")
        port.receive_until(b"\r\nthe end\r\n")


def test_consoles_do_not_mix(host):
    folder = guest(host, "one")
    guest(host, "two")
    with Port(folder, "console-0.sock") as one, \
            Port(folder, "console-1.sock") as two:
        one.receive_until(GREETING)
        two.receive_until(GREETING)
        assert echo(one, noise(3, 2000)) == noise(3, 2000)
        assert echo(two, noise(4, 2000)) == noise(4, 2000)
        assert one.silent()


def test_a_system_request_is_a_break_and_a_key(host):
    """Also while another command has the console. The probe reads a break as a
    zero."""
    folder = guest(host, "one")
    with Port(folder, "console-0.sock") as port:
        port.receive_until(GREETING)
        host.good("sysrq", "one", "h")
        assert port.receive(2) == b"\0h"


def test_a_terminal_is_not_the_next_guest_s(host):
    folder = guest(host, "one")
    with Port(folder, "console-0.sock") as old:
        old.receive_until(GREETING)
        host.good("destroy", "one")
        guest(host, "two")
        old.send(b"for one")
        assert old.silent()
    with Port(folder, "console-0.sock") as port:
        assert port.receive_until(GREETING).count(b"probe: echo") == 1
        assert echo(port, b"for two") == b"for two"


def test_a_terminal_that_is_not_read_does_not_stop_its_guest(host):
    """The guest prints more than all buffers hold and ends, and its log has all
    of it. The terminal then gets the beginning, the end, and how many bytes are
    missing between them."""
    host.good("create", "-pq", host.config(
        "one", realm=None, vuart='"sbsa_uart"',
        cmdline='"probe=flood-psci report=1 rounds=16000"'))
    folder = host.runtime / "default"
    with Port(folder, "console-0.sock") as port:
        host.good("unpause", "one")
        deadline = time.monotonic() + PATIENCE
        while host.domain("one")["state"] != "shutdown":
            assert time.monotonic() < deadline
            time.sleep(0.1)
        seen = port.receive_until(b" failed\r\n")
        assert port.silent()
    log = (folder / "console-0.log").read_bytes()
    assert b"missing" not in log and log.endswith(b" failed\r\n")
    before, missing, after = re.fullmatch(
        rb"(.*)\r\n\[reeve: (\d+) bytes of output are missing\]\r\n(.*)",
        seen, re.DOTALL).groups()
    assert log.startswith(before) and log.endswith(after)
    assert len(before) + int(missing) + len(after) == len(log)
    assert "console 0: its terminal takes no more output" in host.good("dmesg")
