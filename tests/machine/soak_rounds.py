# SPDX-License-Identifier: BSD-3-Clause
"""Rounds of all that can happen to guests, on one host, for `make soak`. Guests
are created, boot, unplug CPUs, touch and share memory, reboot, are destroyed in
the middle, and run several at once. After each round every counter of the host
must be back. REEVE_SOAK_ROUNDS is the number of rounds."""
import contextlib
import os
import re

import pytest

from guests import Followed, expect_up, linux
from test_host import a_command, a_debug_host

ROUNDS = int(os.environ.get("REEVE_SOAK_ROUNDS", "5"))
# After its checks the probe changes the RIPAS of a page to EMPTY and back, this
# often.
CHURN = '"probe=realm,memory,flood-ripas rounds=2000"'


def probe(host, name, **settings):
    return host.config(name, **{"vuart": '"sbsa_uart"', "vcpus": 2,
                                **settings})


def passes(guest):
    said = guest.finish()
    assert re.search(r"probe: \d+ passed, 0 failed", said), said


def all_checks(host, realm):
    with Followed(host, "-F", "-c", probe(host, "probe", realm=realm)) as guest:
        passes(guest)


def churn(host, realm):
    config = probe(host, "churn", realm=realm, cmdline=CHURN)
    with Followed(host, "-F", "-c", config) as guest:
        passes(guest)


def debian(host, realm):
    """The guest boots twice, with a reboot from outside in between."""
    config = linux(host, "deb", "hotplug,touch,spawn,idle", realm=realm,
                   memory=512, on_reboot='"restart"')
    with Followed(host, "-F", "-c", config) as guest:
        for verb in ("reboot", "shutdown"):
            expect_up(guest, 2, 512, realm=bool(realm))
            assert guest.expect("hotplug|FAIL").string.endswith(": 2 CPUs")
            guest.expect("^reeve: idle$")
            host.good(verb, "deb")
        assert "has powered off" in guest.finish()


def cut_short(host, realm):
    """The guest is destroyed while it boots, each time at another line."""
    for line in ("Booting Linux", "smp: Brought up", "Freeing unused kernel"):
        config = linux(host, "cut", "", realm=realm,
                       cmdline='"console=ttyAMA0 panic=-1 reeve=spin"')
        with Followed(host, "-F", "-c", config) as guest:
            guest.expect(line)
            host.good("destroy", "cut")
            assert "cut was destroyed" in guest.finish(1)


def together(host, realm):
    """A Debian guest runs beside probes of both kinds."""
    with contextlib.ExitStack() as stack:
        def begin(config):
            return stack.enter_context(Followed(host, "-F", "-c", config))

        deb = begin(linux(host, "deb", "hotplug,touch", realm=realm))
        probes = [begin(probe(host, f"g{number}", realm=kind))
                  for number, kind in enumerate((1, None, 1, None))]
        for guest in probes:
            passes(guest)
        expect_up(deb, 2, 256, realm=bool(realm))
        deb.finish()


@pytest.mark.parametrize("realm", [1, None], ids=["realm", "ordinary"])
def test_rounds_leave_nothing(debug_host, realm):
    before = debug_host.counters()
    for _ in range(ROUNDS):
        for act in (all_checks, churn, debian, cut_short, together):
            act(debug_host, realm)
            assert debug_host.counters() == before, act.__name__
