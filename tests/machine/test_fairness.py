# SPDX-License-Identifier: BSD-3-Clause
"""Shares of CPU time on the whole host. They are compared when enough CPU time
was used, not when enough time has passed."""
import json
import re
import time

import pytest

from conftest import build_folder
from test_host import PATIENCE, a_command, a_debug_host
from test_hostile import FLOODS

MS = 1_000_000
GUESTS = 8


def cpu_times(host):
    return {d["name"]: d["cpu_ns"]
            for d in json.loads(host.good("list", "--json"))}


def share(host, amount, is_fair):
    """Waits until all guests together have used that much CPU time from here
    on and the shares are fair. An unfair moment is no failure: if this machine
    takes a core away in the middle of a slice, the scheduler makes up for it
    later."""
    start_times = cpu_times(host)
    deadline = time.monotonic() + PATIENCE
    while True:
        now = cpu_times(host)
        used = {name: now[name] - start_times[name] for name in start_times}
        if sum(used.values()) >= amount and is_fair(used):
            return
        assert sum(used.values()) < 20 * amount, used
        assert time.monotonic() < deadline, used


def turns(console):
    """Returns the last number of rounds that a guest reported."""
    return int(re.findall(r"probe: spin: (\d+)\r\n", console.text())[-1])


def test_realms_have_equal_shares(debug_host):
    consoles = [debug_host.guest(f"g{n}", 1, "probe=spin report=200000")
                for n in range(GUESTS)]
    for console in consoles:
        console.wait(r"probe: spin: \d+\r\n")
    first = [turns(console) for console in consoles]

    def is_fair(used):
        # The cost of a round also depends on other programs on this machine.
        done = [turns(console) - before
                for console, before in zip(consoles, first)]
        return (min(used.values()) >= 0.8 * max(used.values()) and
                min(done) >= 0.5 * max(done) > 0)

    share(debug_host, GUESTS * 200 * MS, is_fair)
    cores = {v["name"]: {v["cpu"]} for v in vcpus(debug_host)}
    deadline = time.monotonic() + PATIENCE
    while min(map(len, cores.values())) < 2:
        # Each of them must be entered on both cores.
        assert time.monotonic() < deadline, cores
        for vcpu in vcpus(debug_host):
            cores[vcpu["name"]].add(vcpu["cpu"])


def vcpus(host):
    return json.loads(host.good("vcpu-list", "--json"))


@pytest.fixture(name="single")
def a_single_core(command, monkeypatch):
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    command.good("host", "start", "--debug-console", "--memory", "1G",
                 "--cpus", "1")
    return command


def test_a_flood_takes_its_share_and_no_more(single):
    """One core, a Realm that computes, and one that makes the RMM and the
    hypervisor work for it."""
    single.guest("spin", 1, "probe=spin").wait("probe: spin")
    for flood in FLOODS:
        single.guest(flood, 1, f"probe={flood}", vcpus=2).wait(
            f"probe: {flood}")

        def is_fair(used):
            whole = sum(used.values())
            # A vCPU in WFI gives its time away.
            return used["spin"] >= 0.4 * whole and (
                flood == "flood-wfi" or used[flood] >= 0.4 * whole)

        share(single, 300 * MS, is_fair)
        single.good("destroy", flood)
