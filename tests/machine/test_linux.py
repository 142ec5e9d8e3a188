# SPDX-License-Identifier: BSD-3-Clause
"""Debian's kernel, unchanged, on the real host: a boot for each way in which a
guest can go on or end. soak_linux.py has the other kernels and sizes."""
import contextlib
import json
import time

import pytest

import debugger
from guests import Followed, expect_up, linux, rim
from test_host import a_command, a_debug_host


def ended(host, name):
    """Returns the reason why a guest ended that is preserved."""
    listed, = json.loads(host.good("list", "--json", name))
    assert listed["state"] == "shutdown"
    return listed["reason"]


def test_a_realm_comes_up_and_powers_off(debug_host):
    before = debug_host.counters()
    config = linux(debug_host, "deb", "hotplug", on_poweroff='"preserve"')
    with Followed(debug_host, "-F", "-c", config) as guest:
        guest.expect("^Created domain 1: deb$")
        guest.expect(f"^RIM {rim(debug_host, config)}$")
        expect_up(guest, 2, 256)
        guest.expect("Using RSI version 1.0")
        # A CPU that does not go off or come back is reported before this line.
        assert guest.next_line() == "reeve: hotplug done: 2 CPUs"
        assert "deb has powered off: the guest powered off" in guest.finish()
    assert ended(debug_host, "deb") == "poweroff"
    debug_host.good("destroy", "deb")
    assert debug_host.counters() == before


def test_reeve_guest_gets_a_token_of_this_realm(debug_host):
    """The verifier accepts it, for this challenge only."""
    challenge = bytes(range(0xc0, 0x100)).hex()
    config = linux(
        debug_host, "deb", "token", cmdline='"console=ttyAMA0 quiet panic=-1 '
        f'reeve=token challenge={challenge}"')
    log = debug_host.folder / "token.log"
    with Followed(debug_host, "-F", "-c", config) as guest:
        guest.expect("^reeve: token of [0-9]+ bytes follows$")
        guest.expect("^-----END REEVE TOKEN-----$")
        log.write_text("\n".join(guest.seen))
        guest.finish()
    key = debug_host.folder / "key.pem"
    key.write_text(debug_host.good("host", "show-key"))
    policy = debug_host.folder / "policy"
    policy.write_text('lifecycle = ["secured", "non-platform-debug"]\n')
    verify = ["token", "verify", "--platform-key", key, "--policy", policy,
              "--config", config, log, "--challenge"]
    assert debug_host.good(*verify, challenge).endswith("accepted\n")
    done = debug_host.run(*verify, challenge[2:])
    assert done.returncode == 1
    assert [line.split()[1] for line in done.stdout.splitlines()
            if line.startswith("FAILED")] == ["challenge"]


def test_an_ordinary_guest_comes_up_and_reboots(debug_host):
    before = debug_host.counters()
    config = linux(debug_host, "deb", "token,hotplug,reboot", realm=None,
                   on_reboot='"destroy"')
    with Followed(debug_host, "-F", "-c", config) as guest:
        expect_up(guest, 2, 256, realm=False)
        guest.expect("^reeve-guest: no report can be made in /sys/kernel/")
        guest.expect("^reeve: the token cannot be had$")
        assert guest.next_line() == "reeve: hotplug done: 2 CPUs"
        guest.expect("^reeve: rebooting$")
        assert "deb reboots: the guest asked for a reboot" in guest.finish()
    assert debug_host.counters() == before


def test_a_realm_is_rebooted_and_shut_down_from_outside(debug_host):
    """The Realm after the reboot is another domain with the same RIM."""
    before = debug_host.counters()
    config = linux(debug_host, "deb", "idle", on_reboot='"restart"')
    measured = rim(debug_host, config)
    with Followed(debug_host, "-F", "-c", config) as guest:
        for life in (1, 2):
            guest.expect(f"^Created domain {life}: deb$")
            guest.expect(f"^RIM {measured}$")
            expect_up(guest, 2, 256)
            guest.expect("^reeve: idle$")
            verb, said = (("reboot", "Rebooting") if life == 1 else
                          ("shutdown", "Shutting down"))
            assert debug_host.good(verb, "deb") == f"{said} domain {life}\n"
        assert "deb has powered off" in guest.finish()
    assert debug_host.counters() == before


def test_a_panic_is_a_reboot_to_the_host(debug_host):
    """This kernel has no driver of the panic device; with panic=-1 it resets at
    once. test_hostile.py has a panic that is told."""
    before = debug_host.counters()
    config = linux(debug_host, "deb", "crash", on_reboot='"preserve"',
                   on_crash='"destroy"')
    with Followed(debug_host, "-F", "-c", config) as guest:
        guest.expect("Kernel panic - not syncing: sysrq triggered crash")
        assert "deb reboots" in guest.finish()
    assert ended(debug_host, "deb") == "reboot"
    debug_host.good("destroy", "deb")
    assert debug_host.counters() == before


DAY = 24 * 3600


def date_of(host, config):
    """Returns the date in a guest, in seconds since 1970."""
    with Followed(host, "-F", "-c", config) as guest:
        date = int(guest.expect(r"^reeve: the date is (\d+)$")[1])
        guest.finish()
    return date


@pytest.mark.parametrize("settings, distance", [
    ({"realm": None, "rtc_timeoffset": f'"{-400 * DAY}"'}, -400),
    ({"realm_clock": '"host"', "rtc_timeoffset": 300 * DAY}, 300)])
def test_linux_knows_the_date(debug_host, settings, distance):
    """Its driver of the clock sets the date, without a program's help."""
    config = linux(debug_host, "deb", "date", **settings)
    date = date_of(debug_host, config)
    assert abs(date - (time.time() + distance * DAY)) < DAY


def test_a_realm_that_does_not_ask_has_no_clock(debug_host):
    assert date_of(debug_host, linux(debug_host, "deb", "date")) < DAY


@pytest.mark.parametrize("what, action, again, left", [
    ("reboot", "destroy", False, 0), ("reboot", "preserve", False, 1),
    ("reboot", "restart", True, 0), ("reboot", "rename-restart", True, 1),
    ("crash", "preserve", False, 1), ("crash", "restart", True, 0),
    ("panic", "destroy", False, 0), ("panic", "restart", True, 0)])
def test_what_is_done_with_an_end(debug_host, what, action, again, left):
    """The probe asks for its end, each time it is started."""
    why = {"reboot": "reboots: the guest asked for a reboot",
           "crash": "has crashed: vCPU 0: the guest says that it cannot go "
                    "on",
           "panic": "has crashed: vCPU 0: the guest's kernel has panicked"}
    key = "on_reboot" if what == "reboot" else "on_crash"
    before = debug_host.counters()
    config = debug_host.config("probe", vuart='"sbsa_uart"',
                               cmdline=f'"probe={what}"',
                               **{key: f'"{action}"'})
    with Followed(debug_host, "-F", "-c", config) as guest:
        guest.expect("^Created domain 1: probe$")
        guest.expect(f"probe {why[what]}")
        if again:
            guest.expect("^Created domain 2: probe$")
            guest.process.terminate()
            guest.expect("stopped by a signal")
        guest.finish(0 if what == "reboot" and not again else 1)
    names = debug_host.names()
    assert len(names) == left
    for name in names:
        debug_host.good("destroy", name)
    assert debug_host.counters() == before


def test_it_debugs_and_is_as_safe_as_on_plain_qemu(debug_host, tmp_path):
    """What the CPU shows is what works: hardware watchpoints, breakpoints and
    single-step, and what the kernel believes of speculation."""
    disk = debugger.ramdisk(tmp_path)
    with contextlib.ExitStack() as stack:
        plain = debugger.bare(disk)
        stack.callback(plain.stop)
        guests = [stack.enter_context(Followed(debug_host, "-F", "-c", linux(
            debug_host, name, "", vcpus=1, realm=realm, ramdisk=f'"{disk}"')))
            for name, realm in (("ordinary", None), ("realm", 1))]
        lines, _ = plain.rest()
        debugger.expect_debugged(lines)
        for guest in guests:
            said = guest.finish().splitlines()
            debugger.expect_debugged(said)
            assert debugger.vulnerabilities(
                said) == debugger.vulnerabilities(lines)
