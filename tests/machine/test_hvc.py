# SPDX-License-Identifier: BSD-3-Clause
"""The console that Linux calls hvc0: an ordinary guest and a Realm get it
because their command lines name it."""
import hashlib
import json
import os

import pytest

from device_guest import PREPARE, ramdisk, state
from guests import Command, Followed, linux, rim
from test_host import a_command, a_debug_host, a_host

KINDS = pytest.mark.parametrize("realm", [0, 1], ids=["ordinary", "realm"])
# The shell reads its commands from the console.
INIT = PREPARE + b"""until [ -c /dev/hvc0 ]; do
	sleep 0.1
done
exec </dev/hvc0 >/dev/hvc0 2>&1
stty raw -echo
cat /proc/consoles
echo "ready to read"
while read -r line; do
	eval "$line"
done
"""


def config(host, realm, **settings):
    if realm:
        settings["realm_devices"] = '"untrusted"'
    cmdline = "console=hvc0 quiet panic=-1" + " swiotlb=16384" * realm
    path = ramdisk(host.folder, "hvc", INIT, ["virtio_mmio"])
    return linux(host, "con", "", realm=realm or None, vcpus=1, memory=192,
                 ramdisk=f'"{path}"', cmdline=f'"{cmdline}"',
                 on_reboot='"destroy"', **{"vuart": None, **settings})


def told(guest, command):
    guest.process.stdin.write(command + "\n")
    guest.process.stdin.flush()


def bytes_come_and_go(guest):
    """The console is no terminal here, so that any byte may pass."""
    sent = os.urandom(3000).hex()
    told(guest, f"head -c {len(sent)} | md5sum")
    guest.process.stdin.write(sent)
    guest.process.stdin.flush()
    guest.expect(f"^{hashlib.md5(sent.encode()).hexdigest()}  -$")
    told(guest, "seq 3000; echo end of numbers")
    guest.expect("^1$")
    for number in range(2, 3001):
        assert guest.next_line() == str(number)
    guest.expect("^end of numbers$")


@KINDS
def test_a_guest_has_the_console_that_it_names(host, realm):
    before = state(host)
    made = config(host, realm)
    with Followed(host, "-F", "-c", made) as guest:
        if realm:
            guest.expect(f"^RIM {rim(host, made)}$")
        guest.expect(r"^hvc0 .*EC")
        guest.expect("^ready to read$")
        told(guest, "echo '<3>a line of the kernel' >/dev/kmsg")
        guest.expect(r"^\[ *[0-9.]+\] a line of the kernel$")
        bytes_come_and_go(guest)
        listed, = json.loads(host.good("list", "--json"))
        assert "console" not in listed and listed["devices"] == 1
        log = host.runtime / "default" / f"console-{listed['hvc']}.log"
        assert "ready to read" in log.read_text(errors="replace")
        # The driver keeps 16 buffers ready for input.
        areas = json.loads(host.good("map", "--json", "-d", "con"))["areas"]
        pinned = [area for area in areas if area["kind"] == "pinned"]
        assert sum(area["size"] for area in pinned) >= 16 * 4096
        # It needs no device of QEMU's, and no memory for devices.
        now = state(host)
        assert now["slots"] == before["slots"]
        assert realm or now["dma"] in (before["dma"],
                                       before["dma"] - 192 * 2**20)
        told(guest, "poweroff -f")
        guest.expect("con has powered off")
        guest.finish()
    assert state(host) == before


def test_the_console_stands_beside_the_uart(debug_host):
    """-t chooses, and what the one gets is not in the other."""
    with Followed(debug_host, "-F", config(
            debug_host, 1, vuart='"sbsa_uart"')) as guest:
        guest.expect("^RIM")
        with Command(debug_host, "console", "-t", "pv", "con") as console:
            console.expect("^ready to read$")
            told(console, "exec 3<>/dev/ttyAMA0; echo to the UART >&3")
            with Command(debug_host, "console", "-t", "vuart", "con") as uart:
                uart.expect("^to the UART$")
                told(console, "head -n 1 <&3")
                told(uart, "from the UART")
                console.expect("^from the UART$")
                assert not [line for line in uart.seen if "ready" in line]
        with Command(debug_host, "console", "con") as console:
            told(console, "echo hvc0 comes first")
            console.expect("^hvc0 comes first$")
        debug_host.refused("pv .hvc0. or vuart", "console", "-t", "serial",
                           "con", code=2)
        debug_host.good("destroy", "con")
