# SPDX-License-Identifier: BSD-3-Clause
"""A host of which every page is promised. tests/domains/full_test.c does the
same in process, for many orders of creations and destructions."""
import struct

import pytest

from control import Control, Refused, numbers_of
from test_control import RAM, REALM, create, destroy, wait
from test_host import a_command  # a fixture

PAGE = 4096
DRAM = 0x40000000
PAGES = 300
CONTENT = 1
DMA = 0x10  # CONTROL_CREATE_DMA
SEGMENTS = 4
POWEROFF = numbers_of("control_reason")["POWEROFF"]
# Stores into each of its pages, and turns the guest off.
TOUCH_ALL = struct.pack(
    "<10I",
    0xd2a80001,                 # mov x1, #0x40000000
    0xd2800002 | PAGES << 5,    # mov x2, #PAGES
    0xf904003f,                 # 1: str xzr, [x1, #2048]
    0x91400421,                 # add x1, x1, #4096
    0xf1000442,                 # subs x2, x2, #1
    0x54ffffa1,                 # b.ne 1b
    0xd2b08000,                 # mov x0, #0x84000000
    0xf2800100,                 # movk x0, #8 (PSCI SYSTEM_OFF)
    0xd4000003,                 # smc #0
    0x14000000)                 # b .


@pytest.fixture(name="folder")
def a_small_host(command):
    command.good("host", "start", "--memory", "512M", "--cpus", "2")
    return command.runtime / "default"


def free_pages(control):
    """Returns how many pages are free that devices cannot access, and how many
    that they can."""
    host = control.ask("HOST_INFO", kind="host")
    return (host.memory_free - host.dma_free) // PAGE, host.dma_free // PAGE


def load(control, domid, ipa, size):
    return control.ask("DOMAIN_SEGMENT", struct.pack("<QQ", ipa, size), domid,
                       "grant")


def built(control, domid):
    control.ask("DOMAIN_BUILD", struct.pack("<QQ", RAM, 0), domid)
    info = wait(control, domid, lambda info: info.state != "BUILDING")
    assert info.state == "PAUSED", info


def create_rest(control, spare):
    """Creates the largest ordinary guest that leaves that many pages."""
    size = free_pages(control)[0] - spare
    size -= size // 513  # about as many tables as it needs
    while True:
        try:
            info = create(control, "rest", 0, size * PAGE)
        except Refused as refused:
            assert refused.status == "E_MEMORY"
        else:
            left = free_pages(control)[0]
            if left >= spare:
                assert left <= spare + 1
                return info
            destroy(control, info.domid)
        size -= 1


def fill(control, spare):
    """Has one guest take all pages that devices can access, and another all
    others that are not promised, but some."""
    size = free_pages(control)[1] * PAGE
    take(control, create(control, "devices", DMA, size))
    assert free_pages(control)[1] == 0
    take(control, create_rest(control, spare))


def take(control, info):
    """Has a guest take its pages, by content for all of them."""
    pages = info.ram_size // PAGE
    for n in range(SEGMENTS):
        first, last = (pages * k // SEGMENTS for k in (n, n + 1))
        load(control, info.domid, RAM + first * PAGE, (last - first) * PAGE)
    built(control, info.domid)


def toucher(control, folder, flags):
    """Makes a guest that will use all of its RAM."""
    domid = create(control, "toucher", flags, PAGES * PAGE, 2).domid
    grant = load(control, domid, RAM, PAGE)
    with (folder / "ram").open("r+b") as ram:
        ram.seek(grant.pa - DRAM)
        ram.write(TOUCH_ALL)
    built(control, domid)
    return domid


@pytest.mark.parametrize("flags, kind", [(REALM, "Realm"), (0, "ordinary")])
@pytest.mark.parametrize("last", [False, True])
def test_a_guest_on_a_full_host_has_all_its_pages(folder, flags, kind, last):
    """The guest is created before or after the one that takes the rest."""
    with Control(folder, 3, name="control-{}.sock") as control:
        if last:
            info = create(control, kind, flags, PAGES * PAGE, 2)
            destroy(control, info.domid)
            # Its content is granted beside its RAM.
            fill(control, info.pages_promised + flags * CONTENT)
        domid = toucher(control, folder, flags)
        if not last:
            fill(control, 0)
        control.ask("DOMAIN_UNPAUSE", domid=domid)
        info = wait(control, domid, lambda info: info.state != "RUNNING")
        assert (info.state, info.reason) == ("SHUTDOWN", POWEROFF), info
        assert info.pages_held <= info.pages_promised
