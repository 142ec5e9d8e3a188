# SPDX-License-Identifier: BSD-3-Clause
"""Shares of CPU time on the whole host. They are compared when enough CPU time
was used, not when enough time has passed."""
import json
import re
import struct
import time

import pytest

from conftest import build_folder
from control import Control
from test_control import MIB, RAM, REALM, create, destroy, wait
from test_host import PATIENCE, a_command, a_debug_host
from test_hostile import FLOODS

MS = 1_000_000
GUESTS = 8
CROWD = 32
CONTENT = 32 * MIB


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


# ---- A guest of many vCPUs ----

def crowd_start(host):
    """Returns the domid of a guest whose vCPUs all run, and never rest."""
    crowd = host.guest("crowd", None, "probe=fuzz seed=7 steps=1000000000",
                       vcpus=CROWD)
    deadline = time.monotonic() + PATIENCE
    while sum(v["cpu_ns"] > 0 for v in vcpus(host)) < CROWD:
        assert time.monotonic() < deadline, vcpus(host)
        time.sleep(0.1)
    return crowd.domid


def test_a_guest_of_many_vcpus_has_one_share(debug_host):
    """Half of two cores is one core, which the other guest could use up."""
    crowd_start(debug_host)
    debug_host.guest("one", 1, "probe=spin").wait("probe: spin")
    share(debug_host, 1000 * MS,
          lambda used: used["one"] >= 0.4 * sum(used.values()))


def worker_share(control, crowd, work):
    """Returns how much of a core all but a guest have had during some work. The
    guest could have used both cores."""
    def times():
        info = control.ask("DOMAIN_INFO", domid=crowd, kind="domain")
        return info.uptime_ns, info.cpu_ns

    start, ran = times()
    work()
    end, ran_then = times()
    return 2 - (ran_then - ran) / (end - start)


def test_a_guest_of_many_vcpus_does_not_hold_up_others(debug_host):
    """To create and destroy a Realm takes at most 2.5 times as long as alone:
    that work has 40 % of a core. It would have all of one on an idle host."""
    crowd = crowd_start(debug_host)
    with Control(debug_host.runtime / "default", 3,
                 name="control-{}.sock") as control:
        domid = create(control, "big", REALM, 2 * CONTENT).domid
        control.ask("DOMAIN_SEGMENT", struct.pack("<QQ", RAM, CONTENT), domid)

        def build():
            control.ask("DOMAIN_BUILD", struct.pack("<QQ", RAM, 0), domid)
            info = wait(control, domid, lambda info: info.state != "BUILDING")
            assert info.state == "PAUSED", info

        assert worker_share(control, crowd, build) >= 0.4
        assert worker_share(control, crowd,
                            lambda: destroy(control, domid)) >= 0.4


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
