# SPDX-License-Identifier: BSD-3-Clause
"""The state of a guest on the whole host: FP, SIMD and debug registers survive
many interruptions, and memory that a Realm gives up comes back."""
import os
import re
import time

from test_fairness import a_single_core
from test_host import a_command, a_debug_host

SOAK = bool(os.environ.get("REEVE_SOAK"))
CHECKS = 200_000 if SOAK else 2500
PAGES = 256  # of a MiB


def test_vector_state_survives_on_a_shared_core(single):
    """Two Realms and an ordinary guest take turns, each with other values and
    another FPCR."""
    before = single.counters()
    guests = {
        f"g{seed}": single.guest(
            f"g{seed}", realm,
            f"probe=fp,hidden seed={seed} rounds={CHECKS}")
        for seed, realm in enumerate((1, 1, None), 1)}
    for name, console in guests.items():
        console.passes()
        checks, away = map(int, re.search(
            r"probe: fp: (\d+) checks, away (\d+) times",
            console.text()).groups())
        assert checks == CHECKS and away >= 5
        assert single.domain(name)["exits"] >= 5
        single.good("destroy", name)
    single.settled(before)


def test_debug_registers_survive_on_a_shared_core(single):
    """Realms and ordinary guests that all debug take turns, each with other
    values."""
    before = single.counters()
    guests = {
        f"d{seed}": single.guest(
            f"d{seed}", realm, f"probe=debug,oslock seed={seed}", vcpus=2)
        for seed, realm in enumerate((1, None, 1, None), 1)}
    for name, console in guests.items():
        console.passes()
        assert "the OS lock stops them all" in console.text()
        single.good("destroy", name)
    single.settled(before)


def test_time_does_not_run_while_a_guest_is_paused(debug_host):
    """A guest's counter begins when the guest does, and never shows more than
    the time since then without the pauses."""
    began = time.monotonic_ns()
    console = debug_host.guest("clock", None, "probe=clock rounds=3")
    console.wait(r"probe: clock: (\d+) ns\r")
    port = console.terminal()
    paused = 0
    for round_ in range(1, 4):
        debug_host.good("pause", "clock")
        since = time.monotonic_ns()
        time.sleep(2)
        paused += time.monotonic_ns() - since
        debug_host.good("unpause", "clock")
        port.send(b".")
        shown = console.wait(
            rf"(?s)(?:probe: clock: (\d+) ns\r.*){{{round_ + 1}}}")[1]
        assert int(shown) < time.monotonic_ns() - began - paused
    console.passes()


FIGURES = ("granules_delegated", "pages_shared", "pages_held")


def test_memory_goes_to_the_host_and_comes_back(debug_host):
    before = debug_host.counters()
    console = debug_host.guest("lend", 1, "probe=lend rounds=2")

    def figures(step, count):
        """Returns the figures once the guest has printed a step that often."""
        console.wait(rf"(?s)(probe: lend: {step}\r\n.*){{{count}}}")
        now = debug_host.domain("lend")
        whole = debug_host.counters()["granules_delegated"]
        return (*(now[name] for name in FIGURES), whole)

    def changed(since, step, count):
        port.send(b".")
        now = figures(step, count)
        return now, tuple(b - a for a, b in zip(since, now))

    port = console.terminal()
    at = figures("begin", 1)
    # A block of 2 MiB. Giving up half of it costs a table.
    at, change = changed(at, "used", 1)
    assert change == (512, 0, 512, 512)
    at, change = changed(at, "empty", 1)
    assert change == (1 - PAGES, 0, 1 - PAGES, 1 - PAGES)
    # Sharing costs another table, for the unprotected half.
    at, change = changed(at, "shared", 1)
    assert change == (1, PAGES, PAGES + 1, 1)
    at, change = changed(at, "back", 1)
    assert change == (0, -PAGES, -PAGES, 0)
    for step, expected in (("used", (PAGES, 0, PAGES, PAGES)),
                           ("empty", (-PAGES, 0, -PAGES, -PAGES)),
                           ("shared", (0, PAGES, PAGES, 0)),
                           ("back", (0, -PAGES, -PAGES, 0))):
        at, change = changed(at, step, 2)
        assert change == expected, step
    at, change = changed(at, "used again", 1)
    assert change == (PAGES, 0, PAGES, PAGES)
    port.send(b".")
    console.passes()
    port.close()
    debug_host.good("destroy", "lend")
    debug_host.settled(before)
