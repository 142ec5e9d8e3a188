# SPDX-License-Identifier: BSD-3-Clause
"""Guests that try to do harm, beside guests that pass their checks. The host
and the other guests live, and afterwards everything has been given back."""
import os
import random
import re

import pytest

from test_host import a_command, a_debug_host

SOAK = bool(os.environ.get("REEVE_SOAK"))
# The seed determines the sequence. It is printed so that a run can be repeated.
SEED = random.SystemRandom().randrange(1 << 32) if SOAK else 20
STEPS = 200_000 if SOAK else 2000
ROUNDS = 20_000 if SOAK else 200


FLOODS = ["flood-psci", "flood-rsi", "flood-wfi", "flood-mmio", "flood-ripas"]


def test_hostile_guests_harm_nobody(debug_host):
    """Realms and ordinary guests make random calls, then floods one after the
    other, beside a Realm that makes its checks."""
    print(f"seed={SEED}")
    before = debug_host.counters()
    guests = []
    for number, realm in enumerate((1, None) + (1, 1) * SOAK):
        guests.append(debug_host.guest(
            f"wild{number}", realm,
            f"probe=fuzz,memory seed={SEED + number} steps={STEPS}", vcpus=2))
    for realm in (1, None):
        guests.append(debug_host.guest(
            f"flood{realm or 0}", realm,
            f"probe={','.join(FLOODS)} rounds={ROUNDS}"))
    debug_host.guest("good", 1, "probe=all", vcpus=2).passes()
    floods = 0
    for console in guests:
        console.passes()
        floods += len(re.findall(r"probe: flood-\w+: done", console.text()))
        debug_host.good("destroy", console.name)
    # Two of the floods are for Realms only.
    assert floods == 2 * len(FLOODS) - 2
    debug_host.good("destroy", "good")
    debug_host.settled(before)


@pytest.mark.parametrize("what, why", [
    ("crash", "vCPU 0: the guest says that it cannot go on"),
    ("panic", "vCPU 0: the guest's kernel has panicked")])
def test_a_crash_is_one(debug_host, what, why):
    before = debug_host.counters()
    for realm in (1, None):
        config = debug_host.config(
            "crash", realm=realm, cmdline=f'"probe={what}"')
        done = debug_host.run("create", "-F", config)
        assert done.returncode == 1
        assert f"the domain crash has crashed: {why}" in done.stderr
        assert debug_host.counters() == before
    config = debug_host.config(
        "kept", cmdline=f'"probe={what}"', on_crash='"preserve"')
    assert debug_host.run("create", "-F", config).returncode == 1
    ended = debug_host.domain("kept")
    assert (ended["state"], ended["reason"]) == ("shutdown", "crash")
    assert f"domain {ended['domid']} crashed: {why}" in debug_host.good("dmesg")
