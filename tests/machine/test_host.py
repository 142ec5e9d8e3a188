# SPDX-License-Identifier: BSD-3-Clause
"""The command against the real host: QEMU with monitor, RMM and hypervisor.
tests/e2e/test_host.py has the tests for which a stand-in is enough."""
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import pytest

from conftest import ROOT, build_folder
from guests import Followed
from ports import Port

PATIENCE = 1200 if os.environ.get("REEVE_SOAK") else 120
PROBE = "tests/guest/probe.img"


def ended(pid):
    """Returns true if a process has ended; it may be a zombie."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="ascii")
    except FileNotFoundError:
        return True
    return state.rsplit(")", 1)[1].split()[0] == "Z"


class Host:
    """The command, with a runtime folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.environ.get("REEVE", str(ROOT / "build" / "reeve"))
        self.kernel = build_folder() / PROBE
        self.config("probe")

    def run(self, *arguments, stdin=""):
        return subprocess.run(
            [self.path, *map(str, arguments)], cwd=self.folder, input=stdin,
            capture_output=True, text=True, check=False, timeout=PATIENCE)

    def good(self, *arguments, stdin=""):
        done = self.run(*arguments, stdin=stdin)
        assert done.returncode == 0, (done.stdout, done.stderr)
        return done.stdout

    def refused(self, pattern, *arguments, code=1):
        done = self.run(*arguments)
        assert done.returncode == code, (done.stdout, done.stderr)
        assert re.search(pattern, done.stderr), done.stderr

    def config(self, name, **settings):
        base = {"name": f'"{name}"', "kernel": f'"{self.kernel}"',
                "memory": 64, "realm": 1, "cmdline": '"probe=all"'}
        base.update(settings)
        path = self.folder / f"{name}.cfg"
        path.write_text("".join(f"{key} = {value}\n"
                                for key, value in base.items()
                                if value is not None))
        return path.name

    def counters(self):
        """Returns the counters that must be the same before and after a
        guest."""
        info = json.loads(self.good("info", "--json"))
        return {key: info[key] for key in (
            "nr_domains", "free_memory", "pages_used", "granules_delegated",
            "free_consoles")}

    def names(self):
        return [d["name"] for d in json.loads(self.good("list", "--json"))]

    def domain(self, name):
        """Returns the entry of a guest in `list --json`."""
        return next(d for d in json.loads(self.good("list", "--json"))
                    if d["name"] == name)

    def guest(self, name, realm, cmdline, **settings):
        """Starts a probe with a console, and returns the console."""
        self.good("create", "-q", self.config(
            name, realm=realm, vuart='"sbsa_uart"', cmdline=f'"{cmdline}"',
            memory=32, **settings))
        return ConsoleLog(self, name)

    def pid(self):
        return json.loads(self.good("host", "status", "--json"))["pid"]

    def settled(self, counters):
        """Waits until the counters are back, while guests are destroyed."""
        deadline = time.monotonic() + PATIENCE
        while (now := self.counters()) != counters:
            assert time.monotonic() < deadline, (now, counters)
            time.sleep(0.1)


class ConsoleLog:
    """The output of a guest, by the log of its console slot."""

    def __init__(self, host, name):
        domain = host.domain(name)
        self.host, self.name, self.domid = host, name, domain["domid"]
        self.folder = host.runtime / "default"
        self.slot = f"console-{domain['console']}"

    def text(self):
        """Returns the output of the slot's last guest."""
        log = self.folder / f"{self.slot}.log"
        said = log.read_bytes().decode(errors="replace")
        return said[said.rfind("probe: pass: vCPU 0 has a redistributor"):]

    def wait(self, pattern):
        """Waits until the output matches a pattern, and returns the match."""
        deadline = time.monotonic() + PATIENCE
        ended = None
        while not (match := re.search(pattern, self.text())):
            # Output before the end of a guest is in the log soon after it.
            assert not ended or time.monotonic() < ended + 5, (
                pattern, self.text(), self.host.domain(self.name))
            assert time.monotonic() < deadline, (pattern, self.text())
            if not ended and self.host.domain(self.name)["state"] == "shutdown":
                ended = time.monotonic()
            time.sleep(0.05)
        return match

    def passes(self):
        """Waits for the probe's last line, which must not have failures."""
        verdict = self.wait(r"probe: \d+ passed, (\d+) failed")
        assert verdict[1] == "0", self.text()

    def terminal(self):
        return Port(self.folder, f"{self.slot}.sock")


@pytest.fixture(name="command")
def a_command(tmp_path, monkeypatch):
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware.bin"))
    monkeypatch.delenv("REEVE_QEMU", raising=False)
    monkeypatch.delenv("REEVE_HOST", raising=False)
    host = Host(tmp_path)
    host.runtime = runtime / "reeve"
    yield host
    # Shown for a test that failed: why a host ended is in no other place.
    for log in host.runtime.glob("*/*.log"):
        if log.name in ("serial.log", "qemu.log"):
            print(f"{log.name}:", log.read_text(errors="replace"))
    host.run("host", "stop")


@pytest.fixture(name="host")
def a_host(command):
    command.good("host", "start", "--memory", "1G", "--cpus", "2")
    return command


@pytest.fixture(name="debug_host")
def a_debug_host(command, monkeypatch):
    monkeypatch.setenv("REEVE_FIRMWARE", str(
        build_folder() / "firmware/image/firmware-debug.bin"))
    command.good("host", "start", "--debug-console", "--memory", "1G",
                 "--cpus", "2")
    return command


def test_a_host_answers_and_goes(command):
    command.good("host", "start")
    info = json.loads(command.good("info", "--json"))
    assert info["realms"] and info["rmi_version"] == "2.0-2.0"
    assert info["total_memory"] > 1900 and info["nr_domains"] == 0
    assert "ready" in command.good("dmesg")
    pid = command.pid()
    command.good("host", "stop")
    assert not list(command.runtime.iterdir())
    assert ended(pid)


def test_the_hypervisor_runs_where_it_is_loaded(command):
    """As under TF-A: elsewhere, and with nothing in X0."""
    loader = (build_folder() / "tests/machine/payload/elsewhere.bin"
              ).read_bytes()
    image = (build_folder() / "hypervisor/port/a64/hypervisor.bin").read_bytes()
    path = command.folder / "elsewhere.bin"
    path.write_bytes(loader + bytes(-len(loader) % 4096) + image)
    command.good("host", "start", "--memory", "1G", "--cpus", "2",
                 "--hypervisor", path)
    assert "2 of 2 cores run" in command.good("dmesg")
    before = command.counters()
    command.good("create", "-F", command.config("probe"))
    assert command.counters() == before


def test_the_memory_for_devices_can_be_chosen(command):
    command.good("host", "start", "--memory", "512M", "--dma-memory", "64M")
    info = json.loads(command.good("info", "--json"))
    assert info["free_dma_memory"] == info["dma_memory"] == 63
    assert 390 < info["total_memory"] - info["dma_memory"] < 410
    assert "Devices: 63 MiB of memory (63 MiB free), 0 " in command.good(
        "host", "status")
    command.refused("it needs .* MiB free that devices cannot access",
                    "create", command.config("large", memory=420))
    command.good("create", "-p", command.config("fits", memory=360))
    command.good("destroy", "fits")


def test_memory_that_qemu_does_not_get_is_told(command):
    limit = ["sh", "-c", 'ulimit -v 300000; exec "$@"', "sh"]
    done = subprocess.run(
        [*limit, command.path, "host", "start", "--memory", "4G"],
        cwd=command.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 1 and "QEMU does not run: " in done.stderr
    assert not list(command.runtime.iterdir())


def test_realm_and_ordinary_guest_give_all_back(host):
    before = host.counters()
    for realm in (1, None):
        made = json.loads(host.good(
            "create", "-p", "--json", host.config("g", realm=realm)))
        assert made["realm"] == (realm == 1) and made["state"] == "paused"
        assert (made["granules_delegated"] > 0) == (realm == 1)
        assert host.counters() != before
        host.good("destroy", "g")
        assert host.counters() == before


@pytest.mark.parametrize("vcpus", [1, 2, 4])
def test_a_probe_realm_runs_to_its_end(debug_host, vcpus):
    before = debug_host.counters()
    config = debug_host.config("probe", vuart='"sbsa_uart"', vcpus=vcpus)
    rim = json.loads(debug_host.good("measure", "--json", config))["rim"]
    said = debug_host.good("create", "-c", config)
    assert f"RIM {rim}\n" in said
    assert re.search(r"probe: \d+ passed, 0 failed", said), said
    assert debug_host.counters() == before


def ram_used(host):
    """Returns how many MiB of the host's RAM this computer has allocated."""
    return (host.runtime / "default/ram").stat().st_blocks >> 11


def test_destroy_gives_memory_back_to_the_computer(debug_host):
    """A guest beside passes its checks meanwhile, and so does one that gets
    the same pages afterwards."""
    config = debug_host.config(
        "large", memory=400, realm=None, vuart='"sbsa_uart"',
        cmdline='"probe=flood-touch rounds=150"')
    realm = debug_host.config(
        "realm", memory=400, vuart='"sbsa_uart"',
        cmdline='"probe=flood-touch rounds=150"')
    before = ram_used(debug_host)
    counters = debug_host.counters()
    with Followed(debug_host, "-F", "-c", debug_host.config(
            "beside", vuart='"sbsa_uart"')) as beside:
        for file, name in ((config, "large"), (realm, "realm")):
            debug_host.good("create", "-q", file)
            said = debug_host.run("console", name).stdout
            assert "probe: 1 passed, 0 failed" in said, said
            full = ram_used(debug_host)
            assert full > before + 250
            debug_host.good("destroy", name)
            assert ram_used(debug_host) < full - 250
        assert re.search(r"probe: \d+ passed, 0 failed", beside.finish())
    debug_host.good("create", "-F", realm)
    assert ram_used(debug_host) < before + 50
    assert debug_host.good("host", "trim") == "0 MiB given back\n"
    assert debug_host.counters() == counters


def test_the_map_is_that_of_the_domain(host):
    for realm in (1, None):
        file = host.config("g", realm=realm)
        host.good("create", "-p", file)
        plan = json.loads(host.good("map", "--json", file))
        now = json.loads(host.good("map", "-d", "--json", "g"))
        info = json.loads(host.good("list", "--json"))[0]
        assert now["top"] == plan["top"]
        assert now.get("shared_base") == plan.get("shared_base")
        # Only loaded pages are populated, and in a Realm the rest of their
        # blocks.
        parts = json.loads(host.good(
            "create", "-n", "--json", file))["plan"]["segments"]
        loaded = sum(-(-part["loaded"] // 4096) for part in parts)
        blocks = {block for part in parts for block in range(
            part["ipa"] >> 21, (part["ipa"] + part["loaded"] - 1 >> 21) + 1)}
        pages = now["pages"]
        assert pages["data" if realm else "shared"] == sum(
            area["size"] // 4096 for area in now["areas"]
            if area["kind"] == "populated")
        assert (pages["data"] == 512 * len(blocks) if realm
                else pages["shared"] == loaded)
        assert sum(pages.values()) == info["pages_held"]
        host.good("destroy", "g")


def test_a_debug_console_is_for_debug_hosts(host):
    config = host.config("debug", vuart='"sbsa_uart"')
    host.refused("host start --debug-console", "create", config, code=2)


def test_what_does_not_fit_is_refused(host):
    before = host.counters()
    host.refused("the host refused: it needs .* MiB", "create",
                 host.config("large", memory=2048))
    host.refused("vcpus", "create", host.config("many", vcpus=129), code=2)
    host.good("create", "-p", "probe.cfg")
    host.refused("the host refused: ", "create", "probe.cfg")
    host.refused("no domain nobody", "destroy", "nobody")
    host.good("destroy", "probe")
    assert host.counters() == before


def test_more_domains_than_there_are_slots(host):
    before = host.counters()
    for number in range(32):
        host.good("create", "-pq", host.config(
            f"g{number}", realm=None, memory=8))
    host.refused("the host refused: ", "create", "-p", host.config(
        "late", realm=None, memory=8))
    for number in range(32):
        host.good("destroy", f"g{number}")
    assert host.counters() == before


def test_a_killed_machine_is_cleaned_up(host):
    host.good("create", "-p", "probe.cfg")
    os.kill(host.pid(), signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE
    while host.run("host", "status").returncode == 0:
        assert time.monotonic() < deadline
    host.refused("has ended", "list")
    host.good("host", "start")
    assert host.names() == []


def test_a_killed_create_leaves_nothing(host):
    """The command is killed at another moment each time."""
    host.folder.joinpath("initrd").write_bytes(os.urandom(24 << 20))
    config = host.config("big", memory=128, ramdisk='"initrd"')
    before = host.counters()
    for moment in range(12):
        with subprocess.Popen([host.path, "create", "-p", config],
                              cwd=host.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as create:
            time.sleep(0.05 * moment)
            create.kill()
        if host.names():
            # The guest had been built, or is being destroyed.
            host.run("destroy", "big")
        host.settled(before)


def test_a_hundred_rounds(host):
    before = host.counters()
    for _ in range(100):
        host.good("create", "-pq", "probe.cfg")
        host.good("destroy", "probe")
    assert host.counters() == before
