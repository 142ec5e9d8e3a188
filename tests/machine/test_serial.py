# SPDX-License-Identifier: BSD-3-Clause
"""The hypervisor's virtio console driver on QEMU: serialtest.bin echoes on the
control ports and on console 0, and writes numbered lines on consoles 1, 2."""
import hashlib
import pathlib
import random
import threading
import time

import pytest

from conftest import build_folder
from ports import CONTROL_PORTS, PATIENCE, Port, options

SERIALTEST = "firmware/image/serialtest.bin"
LINES = 1200000
KEPT = 65536 - 32


@pytest.fixture
def folder(tmp_path):
    return tmp_path


@pytest.fixture
def machine(start, folder):
    image = build_folder() / SERIALTEST
    if not image.exists():
        pytest.fail(f"{image} is not built: scripts/build.sh firmware")
    booted = start(image, cpus=1,
                   options=("-no-reboot", *options(folder)))
    booted.expect("serial test: ready")
    return booted


def noise(size, seed=1):
    return random.Random(seed).randbytes(size)


def numbered_lines():
    return b"".join(b"%08x\n" % n for n in range(LINES))


def echo(port, data):
    """Sends data and receives as many bytes at the same time."""
    sender = threading.Thread(target=port.send, args=(data,))
    sender.start()
    back = port.receive(len(data))
    sender.join(PATIENCE)
    return back


def log_of(folder, number, size):
    """Waits until the log of a console has that many bytes, and returns it."""
    path = pathlib.Path(folder) / f"console.{number}.log"
    deadline = time.monotonic() + PATIENCE
    while path.stat().st_size < size and time.monotonic() < deadline:
        time.sleep(0.05)
    return path.read_bytes()


def test_a_megabyte_through_a_terminal(machine, folder):
    data = noise(1 << 20)
    with Port(folder, "console.0") as port:
        assert echo(port, data) == data
        assert port.silent()
    assert log_of(folder, 0, len(data)) == data


def test_ten_megabytes_of_output(machine, folder):
    expected = numbered_lines()
    with Port(folder, "console.1") as port:
        port.send(b"g")
        seen = port.receive(len(expected))
        assert port.silent()
    digest = hashlib.sha256(expected).digest()
    assert hashlib.sha256(seen).digest() == digest
    log = log_of(folder, 1, len(expected))
    assert hashlib.sha256(log).digest() == digest


def test_a_terminal_that_reads_late_loses_nothing(machine, folder):
    expected = numbered_lines()
    with Port(folder, "console.1") as port:
        port.send(b"g")
        time.sleep(2)
        assert port.receive(len(expected)) == expected


def test_a_terminal_that_goes_holds_nobody_and_the_next_gets_the_last(machine, folder):
    expected = numbered_lines()
    with Port(folder, "console.1") as port:
        port.send(b"g")
        port.receive(1)  # a client that leaves at once is not heard
    assert log_of(folder, 1, len(expected)) == expected
    with Port(folder, "console.1") as port:
        assert port.receive(KEPT) == expected[-KEPT:]
        assert port.silent()


def test_an_old_terminal_has_no_part_in_the_next_guest(machine, folder):
    with Port(folder, "console.2") as old:
        old.send(b"n")
        machine.expect("port 9 opened")
        assert old.silent()
        old.send(b"g")
        assert old.silent()
    machine.expect("port 9 closed")
    with Port(folder, "console.2") as new:
        machine.expect("port 9 opened")
        assert new.silent()
        new.send(b"g")
        assert new.receive(9) == b"00000000\n"


def test_the_control_ports_are_independent(machine, folder):
    data = [noise(200000, seed) for seed in range(CONTROL_PORTS)]
    ports = [Port(folder, f"control.{n}") for n in range(CONTROL_PORTS)]
    back = [None] * CONTROL_PORTS

    def run(n):
        back[n] = echo(ports[n], data[n])

    threads = [threading.Thread(target=run, args=(n,))
               for n in range(CONTROL_PORTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert back == data
    for port in ports:
        port.close()


def test_a_port_whose_client_does_not_read_holds_no_other(machine, folder):
    with Port(folder, "control.0") as stuck, Port(folder, "control.1") as port:
        stuck.socket.setblocking(False)
        try:
            while stuck.socket.send(bytes(1 << 16)):
                pass
        except BlockingIOError:
            pass
        assert echo(port, b"hello") == b"hello"


def echoes(folder, name):
    """Returns true if a new client of the port gets an answer."""
    with Port(folder, name) as port:
        port.socket.settimeout(5)
        try:
            port.send(b"the end")
            return port.receive_until(b"the end") != b""
        except TimeoutError:
            return False


def test_opens_and_closes(machine, folder):
    """Clients come and go faster than the driver is told of them. QEMU drops
    data for which it has no buffer, so a client may have to connect again."""
    for n in range(200):
        with Port(folder, f"control.{n % CONTROL_PORTS}") as port:
            if n % 3 == 0:
                port.send(noise(n))
    for n in range(CONTROL_PORTS):
        assert any(echoes(folder, f"control.{n}") for _ in range(10))


def test_every_console_can_be_open_at_once(machine, folder):
    ports = [Port(folder, f"console.{n}") for n in range(12)]
    for number in range(12):
        machine.expect(r"port \d+ opened")
    assert echo(ports[0], b"hello") == b"hello"
    for port in ports:
        port.close()


def test_without_a_device_it_is_said(start):
    machine = start(build_folder() / SERIALTEST, cpus=1)
    machine.expect("serial test: there is no virtio console device")


def test_a_device_that_goes_past_the_smmu_is_refused(start, folder):
    past = [option.replace("iommu_platform=on", "iommu_platform=off")
            for option in options(folder)]
    machine = start(build_folder() / SERIALTEST, cpus=1,
                    options=("-no-reboot", *past))
    machine.expect("serial test: it lacks a feature")
