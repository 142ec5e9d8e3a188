# SPDX-License-Identifier: BSD-3-Clause
"""Hosts and the verbs for their domains, with fake_qemu.py instead of QEMU.
tests/machine/test_host.py uses the real QEMU."""
import fcntl
import gzip
import json
import os
import pathlib
import re
import resource
import select
import shutil
import signal
import socket
import struct
import subprocess
import sys
import time
import xml.etree.ElementTree

import pytest
from conftest import ROOT, kernel_image

sys.path.insert(0, str(ROOT / "firmware"))
from pack import pack  # noqa: E402

FAKE = ROOT / "tests" / "e2e" / "fake_qemu.py"
PATIENCE = 60


def wait_for(condition):
    """Waits until the condition is true. Returns its value."""
    deadline = time.monotonic() + PATIENCE
    while not (result := condition()):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return result


def state_of(pid):
    """The letter of a process's state. Z: there is no such process."""
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return "Z"
    return state.rsplit(")", 1)[1].split()[0]


def gone(pid):
    return state_of(pid) == "Z"


@pytest.fixture
def host(reeve, tmp_path, monkeypatch):
    """Returns a command with a runtime folder of its own. Stops the hosts that
    a test leaves."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    firmware = tmp_path / "fw.bin"
    firmware.write_bytes(pack([b"M" * 5000, b"R" * 9000, b"H" * 7000, b""]))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("REEVE_FIRMWARE", str(firmware))
    monkeypatch.setenv("REEVE_QEMU", str(FAKE))
    monkeypatch.delenv("REEVE_HOST", raising=False)
    reeve.hosts = runtime / "reeve"
    reeve.config(memory="64")
    yield reeve
    for entry in json.loads(reeve.run("host", "list", "--json").stdout):
        reeve.run("host", "stop", "--name", entry["name"])


def ways(monkeypatch, *names):
    monkeypatch.setenv("FAKE_QEMU", ",".join(names))


def good(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def failed(done, pattern, code=1):
    assert done.returncode == code, (done.stdout, done.stderr)
    assert re.search(pattern, done.stderr), done.stderr


def folders(host):
    return sorted(path.name for path in host.hosts.iterdir())


def names(host):
    return [d["name"] for d in json.loads(good(host.run("list", "--json")))]


def pid_of(host, name="default"):
    return json.loads(
        good(host.run("host", "status", "--json", "--name", name)))["pid"]


def ordinary(host, name, **settings):
    file = host.config(f"{name}.cfg", realm=None, memory="64", **settings)
    path = host.folder / file
    path.write_text(path.read_text().replace('"probe"', f'"{name}"'))
    return file


# ---- Hosts ------------------------------------------------------------------

def test_a_host_starts_and_stops(host):
    failed(host.run("host", "status"), 'no host "default"')
    assert good(host.run("host", "start")) == ""
    status = json.loads(good(host.run("host", "status", "--json")))
    assert status["state"] == "running" and status["cpus"] >= 1
    assert status["memory"] == 2 << 30 and not status["debug_console"]
    folder = host.hosts / "default"
    assert folder.stat().st_mode & 0o777 == 0o700
    ram = (folder / "ram").resolve()
    assert ram.stat().st_size == 2 << 30
    good(host.run("host", "stop"))
    assert folders(host) == [] and not ram.exists()
    assert gone(status["pid"])


def test_an_empty_name_does_not_mean_the_default_host(host, monkeypatch):
    good(host.run("host", "start"))
    for words in (["host", "stop", "--name", ""], ["list", "--host", ""],
                  ["create", "--host=", ordinary(host, "web")],
                  ["host", "start", "--name="]):
        failed(host.run(*words), '"" is no name for a host', 2)
    # A variable that is empty is one that is not set.
    monkeypatch.setenv("REEVE_HOST", "")
    good(host.run("list"))


def test_the_flash_is_provisioned(host):
    good(host.run("host", "start"))
    flash = (host.hosts / "default" / "flash").read_bytes()
    assert flash[0x80000:0x80008] == b"REEVEFW1"
    assert b"RVEPROV1" in flash
    pem = good(host.run("host", "show-key"))
    jwk = json.loads(good(host.run("host", "show-key", "--json")))
    assert (jwk["kty"], jwk["crv"]) == ("EC", "P-384")
    assert pem.startswith("-----BEGIN PUBLIC KEY-----")
    subprocess.run(["openssl", "pkey", "-pubin", "-noout"], check=True,
                   input=pem.encode())
    first = pem
    good(host.run("host", "stop"))
    good(host.run("host", "start"))
    assert good(host.run("host", "show-key")) != first
    failed(host.run("host", "show-key", "--name", "b"), "no host")


def test_parts_of_the_firmware_can_be_replaced(host):
    host.write("other", b"another RMM")
    good(host.run("host", "start", "--rmm", "other"))
    flash = (host.hosts / "default" / "flash").read_bytes()
    assert b"another RMM" in flash and b"RRRR" not in flash
    # The platform token has the versions of our two parts.
    version = good(host.run("--version")).split()[1]
    assert flash.count(version.encode()) == 2
    failed(host.run("host", "start", "--name", "b", "--monitor", "absent"),
           "absent")
    assert folders(host) == ["default"]


def test_what_a_machine_said_is_kept_when_its_start_fails(host, monkeypatch):
    ways(monkeypatch, "crash")
    failed(host.run("host", "start"),
           "(?s)turned itself off; its last words: panic: no way on.*"
           "what the machine said is in .*serial.log")
    log = host.hosts / "default" / "serial.log"
    assert sorted(path.name for path in log.parent.iterdir()) == [
        "lock", "serial.log"]
    assert log.read_text() == "HELLO\npanic: no way on\n"
    assert host.run("host", "status").returncode == 1
    good(host.run("host", "stop"))
    assert folders(host) == []


# ---- Hypervisors of other projects ------------------------------------------

@pytest.fixture
def foreign(host):
    """Files of another hypervisor, and a function that starts a host of it."""
    host.write("xen", kernel_image(300000, 0x200000))
    host.write("linux.gz", gzip.compress(kernel_image(100000)))
    host.write("initrd", b"initrd")

    def start(*options):
        return host.run("host", "start", "--memory", "256M",
                        "--hypervisor", "xen", *options)

    return start


def test_a_foreign_host_is_not_asked(host, foreign):
    assert good(foreign()) == ""
    status = json.loads(good(host.run("host", "status", "--json")))
    assert status["state"] == "running" and status["runs"] == str(host.folder / "xen")
    assert "dma" not in status
    shown = good(host.run("host", "status"))
    assert "/xen\nConsole: reeve console --host default\n" in shown
    for verb in (["list"], ["create", "guest.cfg"], ["dmesg"], ["info"],
                 ["host", "trim"]):
        failed(host.run(*verb), "(?s)runs /.*/xen, which has no guests of reeve.*"
                                "reeve console --host default")
    good(host.run("host", "stop"))
    assert folders(host) == []


def test_the_console_of_a_foreign_host(host, foreign):
    good(foreign())
    with subprocess.Popen([host.path, "console"], cwd=host.folder, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as console:
        assert console.stdout.readline() == "HELLO\n"
        failed(host.run("console", "--host", "default"),
               f"already taken by process {console.pid}")
        console.stdin.write("to you\n")
        console.stdin.flush()
        assert console.stdout.readline() == "to you\n"
        out, err = console.communicate("q")
    assert (console.returncode, out) == (0, "q")
    assert "the host default has ended" in err
    wait_for(lambda: host.run("host", "status").returncode == 1)
    log = host.hosts / "default" / "serial.log"
    assert log.read_text() == "HELLO\nto you\nq"
    failed(host.run("console"), "has ended\n.*its logs are in ")


def test_a_host_of_ours_has_no_console_itself(host):
    good(host.run("host", "start"))
    failed(host.run("console"), "(?s)has a console for each domain only.*"
                                "reeve dmesg", 2)


def test_files_of_a_foreign_host_are_placed(host, foreign):
    good(foreign("--kernel", "linux.gz", "--initrd", "initrd",
                 "--cmdline", "quiet", "--hypervisor-cmdline", "x=1"))
    arguments = pathlib.Path(
        f"/proc/{pid_of(host)}/cmdline").read_text().split("\0")
    folder = host.hosts / "default"
    assert f"loader,file={folder}/kernel,addr=0x42a00000,force-raw=on" in (
        arguments)
    assert f"loader,file={folder}/initrd,addr=0x42c00000,force-raw=on" in (
        arguments)
    assert arguments[arguments.index("-dtb") + 1] == f"{folder}/tree"
    # QEMU has read them.
    assert not {"kernel", "initrd", "tree", "tree.qemu"} & {
        path.name for path in folder.iterdir()}
    flash = (folder / "flash").read_bytes()
    assert kernel_image(300000, 0x200000) in flash


@pytest.mark.parametrize("options, pattern", [
    (["--dma-memory", "64M"], "no devices that access memory"),
    (["--kernel", "initrd"], "not a kernel for arm64"),
    (["--initrd", "absent"], "absent: cannot be opened"),
])
def test_bad_options_of_a_foreign_host(host, foreign, options, pattern):
    done = foreign(*options)
    assert done.returncode in (1, 2) and pattern in done.stderr
    assert folders(host) == []


def test_a_packed_hypervisor_is_unpacked(host, foreign):
    good(foreign("--hypervisor", "linux.gz", "--initrd", "initrd",
                 "--cmdline", "quiet"))
    flash = (host.hosts / "default" / "flash").read_bytes()
    assert kernel_image(100000) in flash
    # It is itself the kernel that has the initrd.
    arguments = pathlib.Path(f"/proc/{pid_of(host)}/cmdline").read_text()
    assert "/initrd,addr=0x42a00000," in arguments
    assert "/kernel," not in arguments


def test_a_hypervisor_larger_than_the_flash_is_told(host, foreign):
    host.write("huge", bytes(64 << 20))
    failed(foreign("--hypervisor", "huge"),
           "larger than the flash, which has 64 MiB")
    assert folders(host) == []


def test_options_of_a_foreign_host_need_one(host):
    host.write("ours", b"....\0\0\0\0REEVE-CONTROL-1\0")
    for hypervisor in ([], ["--hypervisor", "ours"]):
        for option in ("--cmdline", "--hypervisor-cmdline"):
            failed(host.run("host", "start", *hypervisor, option, "x"),
                   "for a hypervisor of another project", 2)
    assert folders(host) == []


def test_a_marked_hypervisor_is_asked(host):
    host.write("ours", b"....\0\0\0\0REEVE-CONTROL-1\0")
    good(host.run("host", "start", "--hypervisor", "ours"))
    good(host.run("info"))
    failed(host.run("console"), "for each domain only", 2)


def test_a_qemu_without_a_tree_is_told(host, foreign, monkeypatch):
    ways(monkeypatch, "no-tree")
    failed(foreign(), "QEMU ended without a word")
    assert folders(host) == []


def test_a_whole_flash_takes_the_place_of_the_firmware(host):
    """It may have our hypervisor in it, or another."""
    host.write("theirs", b"T" * 600000)
    host.write("ours", b"T" * 600000 + b"REEVE-CONTROL-1\0" + bytes(9))
    good(host.run("host", "start", "--monitor", "ours"))
    good(host.run("info"))
    flash = host.hosts / "default" / "flash"
    assert flash.read_bytes() == (host.folder / "ours").read_bytes()
    failed(host.run("host", "show-key"), "platform.pem cannot be read")
    good(host.run("host", "start", "--name", "b", "--monitor", "theirs"))
    failed(host.run("list", "--host", "b"), "runs /.*/theirs, which has no guests")
    for part in ("--rmm", "--hypervisor"):
        failed(host.run("host", "start", "--name", "c", "--monitor", "ours",
                        part, "theirs"), "is a whole flash", 2)
    assert folders(host) == ["b", "default"]


def test_hosts_run_side_by_side(host):
    good(host.run("host", "start", "--name", "b", "--memory", "1G",
                  "--cpus", "3"))
    good(host.run("host", "start"))
    listed = json.loads(good(host.run("host", "list", "--json")))
    assert [(h["name"], h["state"]) for h in listed] == [
        ("b", "running"), ("default", "running")]
    assert (listed[0]["memory"], listed[0]["cpus"]) == (1 << 30, 3)
    good(host.run("create", "--host", "b", "guest.cfg"))
    assert names(host) == []
    good(host.run("host", "stop", "--name", "b"))
    assert folders(host) == ["default"]


def members(document):
    """Yields the names of all members of a JSON document."""
    for child in document if isinstance(document, list) else []:
        yield from members(child)
    for name, child in document.items() if isinstance(document, dict) else []:
        yield name
        yield from members(child)


def test_the_manual_names_every_member_of_json(host):
    page = (ROOT / "man" / "reeve.1").read_text()
    words = set(re.findall(r"[a-z_0-9]+", page.split(".Sh DOCUMENTS", 1)[1]))
    good(host.run("create", "guest.cfg"))
    for verb in (["info"], ["list"], ["uptime"], ["vcpu-list"], ["host", "list"],
                 ["host", "status"], ["map", "-d", "probe"],
                 ["map", "guest.cfg"], ["measure", "guest.cfg"],
                 ["refs", "guest.cfg"], ["check", "guest.cfg"]):
        document = json.loads(good(host.run(*verb, "--json")))
        assert set(members(document)) <= words, verb
    shown = json.loads(good(host.run("create", "-n", "--json", "guest.cfg")))
    assert set(members(shown["plan"])) <= words


@pytest.mark.parametrize("verb", [
    ["list"], ["info"], ["dmesg"], ["console"], ["destroy", "a"],
    ["host", "status"], ["host", "show-key"], ["host", "trim"]])
def test_a_host_that_is_not_there_is_started_by_its_name(host, verb):
    option = "--name" if verb[0] == "host" else "--host"
    for name, start in (("default", ""), ("b", " --name b")):
        failed(host.run(*verb, option, name),
               f'there is no host "{name}"\n'
               f"reeve: note: start it with reeve host start{start}\n")


def test_a_second_start_is_refused_and_harms_nothing(host):
    good(host.run("host", "start"))
    failed(host.run("host", "start"), "is there already")
    good(host.run("info"))


@pytest.mark.parametrize("options, pattern", [
    (["--memory", "12"], "memory of 12 MiB"),
    (["--memory", "96G"], "memory of 98304 MiB"),
    (["--memory", "1536K"], "memory of 1572864 bytes"),
    (["--dma-memory", "3"], "devices cannot have 3 MiB"),
    (["--memory", "256", "--dma-memory", "200"], "give 2 to 128 MiB"),
    (["--dma-memory", "4G"], "devices cannot have"),
    (["--dma-memory", "0"], "--dma-memory"),
    (["--memory", "x"], "--memory: 'x'.*\n.*note: write a number of MiB"),
    (["--memory", "0"], "--memory"),
    (["--memory", "1P"], "--memory"), (["--memory", "99999999T"], "--memory"),
    (["--cpus", "0"], "--cpus: '0'.*\n.*note: write a number, 1 to 32"),
    (["--cpus", "33"], "33 CPUs"),
    (["--name", "a/b"], "no name for a host"),
])
def test_bad_options_are_exit_2(host, options, pattern):
    failed(host.run("host", "start", *options), pattern, 2)
    assert folders(host) == [] if host.hosts.exists() else True


def test_a_host_without_qemu_says_what_to_install(host, monkeypatch):
    monkeypatch.setenv("REEVE_QEMU", "no-such-qemu")
    failed(host.run("host", "start"), "(?s)no-such-qemu.*qemu-system-arm")
    assert folders(host) == []


@pytest.mark.parametrize("way, pattern", [
    ("old", "(?s)QEMU 7.2 is too old.*qemu-system-arm"),
    ("exit", "QEMU does not run: .*x-rme' not found"),
])
def test_a_qemu_that_does_not_work_is_blamed(host, monkeypatch, way, pattern):
    ways(monkeypatch, way)
    failed(host.run("host", "start"), pattern)
    assert folders(host) == []


def test_missing_firmware_is_told(host, monkeypatch):
    monkeypatch.setenv("REEVE_FIRMWARE", "/nowhere/fw.bin")
    failed(host.run("host", "start"), "/nowhere/fw.bin")
    monkeypatch.setenv("REEVE_FIRMWARE", str(ROOT / "README.md"))
    failed(host.run("host", "start"), "README.md cannot be used as firmware")
    assert folders(host) == []


def test_a_killed_host_is_cleaned_up(host):
    good(host.run("host", "start"))
    with (host.hosts / "default" / "ram").open("rb") as ram:
        os.kill(pid_of(host), signal.SIGKILL)
        wait_for(lambda: host.run("host", "status").returncode == 1)
        assert "dead" in host.run("host", "status").stdout
        assert "dead" in host.run("host", "list").stdout
        failed(host.run("list"),
               'host "default" has ended\n.*its logs are in '
               f'{host.hosts}/default; start it anew with reeve host start\n')
        good(host.run("host", "start"))
        assert os.fstat(ram.fileno()).st_nlink == 0
    good(host.run("info"))


def test_stop_removes_what_is_left(host):
    good(host.run("host", "start"))
    os.kill(pid_of(host), signal.SIGKILL)
    wait_for(lambda: host.run("host", "status").returncode == 1)
    good(host.run("host", "stop"))
    assert folders(host) == []
    failed(host.run("host", "stop"), "no host")


def test_a_host_that_has_lost_its_folder_is_found(host):
    good(host.run("host", "start", "--memory", "256M"))
    pid = pid_of(host)
    ram = (host.hosts / "default" / "ram").resolve()
    shutil.rmtree(host.hosts)
    listed = json.loads(good(host.run("host", "list", "--json")))
    assert [(h["name"], h["state"], h["pid"]) for h in listed] == [
        ("default", "lost", pid)]
    assert "lost" in host.run("host", "status").stdout
    for start in (["host", "start"], ["create", "guest.cfg"]):
        failed(host.run(*start), f"(?s)still runs, as process {pid}.*"
                                 "reeve host stop")
    good(host.run("host", "start", "--name", "b", "--memory", "256M"))
    good(host.run("host", "stop"))
    assert gone(pid) and not ram.exists()
    failed(host.run("host", "stop"), "no host")
    assert json.loads(good(host.run("host", "list", "--json")))[0][
        "name"] == "b"


def test_a_limit_of_file_sizes_is_told(host):
    name = f"limit{os.getpid()}"
    done = subprocess.run(
        [host.path, "host", "start", "--name", name, "--memory", "256M"],
        cwd=host.folder, capture_output=True, text=True, check=False, timeout=PATIENCE,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                              (1 << 20, 1 << 20)))
    failed(done, "(?s)256 MiB can be made: File too large.*ulimit -f")
    assert folders(host) == []
    assert not list(pathlib.Path("/dev/shm").glob(f"*{name}*"))


def test_an_interrupted_start_leaves_nothing(host, monkeypatch):
    ways(monkeypatch, "mute")
    with subprocess.Popen([host.path, "host", "start"], cwd=host.folder,
                          stderr=subprocess.PIPE, text=True) as start:
        wait_for((host.hosts / "default" / "host.json").exists)
        pid = json.loads(
            (host.hosts / "default" / "host.json").read_text())["pid"]
        start.send_signal(signal.SIGINT)
        said = start.communicate()[1]
    assert start.returncode == 1 and "stopped by a signal" in said
    assert folders(host) == [] and gone(pid)


def test_a_start_that_is_killed_leaves_a_host_that_can_be_stopped(
        host, monkeypatch):
    ways(monkeypatch, "mute")
    with subprocess.Popen([host.path, "host", "start"],
                          cwd=host.folder) as start:
        wait_for((host.hosts / "default" / "host.json").exists)
        start.kill()
    # Other commands wait a minute for an answer.
    status = json.loads(subprocess.run(
        [host.path, "host", "status", "--json"], cwd=host.folder,
        stdout=subprocess.PIPE, check=True, timeout=50).stdout)
    assert "dma" not in status
    pid = status["pid"]
    good(host.run("host", "stop"))
    assert folders(host) == [] and gone(pid)


def test_what_an_earlier_client_left_is_skipped(host, monkeypatch):
    ways(monkeypatch, "stale")
    good(host.run("host", "start"))
    good(host.run("info"))


def test_more_clients_than_ports_wait(host):
    good(host.run("host", "start"))
    clients = [subprocess.Popen([host.path, "list"], cwd=host.folder,
                                stdout=subprocess.PIPE) for _ in range(20)]
    for client in clients:
        client.communicate()
        assert client.returncode == 0


def heard(process):
    """A line of what a process says on stderr, which is expected now."""
    assert select.select([process.stderr], [], [], PATIENCE)[0], process.args
    return process.stderr.readline()


class Ports:
    """Has all control ports of a host, as commands that use them would."""

    def __init__(self, host):
        self.locks = []
        for number in range(4):
            path = host.hosts / "default" / f"control-{number}.lock"
            self.locks.append(path.open("a+"))
            wait_for(lambda: self.locked(self.locks[-1]))
            self.locks[-1].truncate(0)
            self.locks[-1].write(f"{os.getpid()}\n")
            self.locks[-1].flush()

    @staticmethod
    def locked(lock):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for lock in self.locks:
            lock.close()


VERBS = [["list"], ["info"], ["dmesg"], ["top"], ["vcpu-list", "probe"],
         ["map", "-d", "probe"], ["pause", "probe"], ["rename", "probe", "x"],
         ["shutdown", "-a"], ["console", "probe"], ["destroy", "probe"],
         ["create", "-q", "guest.cfg", 'name="b"']]


def test_a_verb_that_waits_says_for_which_process(host):
    """Each verb says so once, also to a pipe, and goes on later."""
    good(host.run("create", "guest.cfg"))
    with Ports(host):
        waiting = [subprocess.Popen(
            [host.path, *verb], cwd=host.folder, stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, text=True)
            for verb in VERBS]
        me = os.getpid()
        for verb in waiting:
            assert heard(verb) == (
                "reeve: waiting for a control port: in use by process "
                f"{me}, {me}, {me}, {me}\n")
    for verb in waiting:
        assert "waiting" not in verb.communicate()[1]


def test_a_verb_that_waits_can_be_ended(host):
    good(host.run("create", "guest.cfg"))
    with Ports(host):
        for number in (signal.SIGINT, signal.SIGTERM):
            with subprocess.Popen([host.path, "list"], cwd=host.folder,
                                  stderr=subprocess.PIPE, text=True) as verb:
                try:
                    assert "waiting" in heard(verb)
                finally:
                    verb.send_signal(number)
                assert "stopped by a signal" in verb.communicate()[1]
            assert verb.returncode == 1


def test_a_key_does_not_stop_a_verb_that_has_a_port(host, monkeypatch):
    """Ctrl-Z arrives while a guest is built. A process that it stopped at once
    would not react to SIGTERM. It stops the process afterwards."""
    ways(monkeypatch, "slow-build")
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "guest.cfg"],
                          cwd=host.folder, stderr=subprocess.PIPE, text=True,
                          process_group=0) as make:
        wait_for(lambda: names(host) == ["probe"])
        make.send_signal(signal.SIGTSTP)
        make.terminate()
        try:
            wait_for(lambda: names(host) == [])
        finally:
            make.send_signal(signal.SIGCONT)
        assert "stopped by a signal" in make.communicate(timeout=PATIENCE)[1]


def test_stop_says_that_it_waits(host):
    """For a QEMU that takes its time to end, because it is stopped."""
    good(host.run("host", "start"))
    pid = pid_of(host)
    os.kill(pid, signal.SIGSTOP)
    wait_for(lambda: state_of(pid) == "T")
    with subprocess.Popen([host.path, "host", "stop"], cwd=host.folder,
                          stderr=subprocess.PIPE, text=True) as stop:
        try:
            assert heard(stop) == (
                f"reeve: waiting for the end of process {pid}\n")
        finally:
            os.kill(pid, signal.SIGCONT)
    assert stop.returncode == 0 and folders(host) == []


@pytest.mark.parametrize("verb", [
    ["vcpu-list"], ["vcpu-list", "--json"], ["list", "--json"],
    ["map", "-d", "big0", "--json"]])
def test_a_verb_has_no_port_while_it_prints(host, verb):
    """The output does not fit into a pipe that is not read."""
    for number in range(12):
        good(host.run("create", ordinary(host, f"big{number}", vcpus="128")))
    reader, writer = os.pipe()
    assert fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096) == 4096
    with subprocess.Popen([host.path, *verb], cwd=host.folder,
                          stdout=writer) as printing:
        os.close(writer)
        with open(reader, "rb") as stream:
            assert select.select([stream], [], [], PATIENCE)[0]
            with Ports(host):
                assert len(stream.read()) > 4096
    assert printing.returncode == 0


def test_builds_leave_a_port_to_others(host, monkeypatch):
    """Also builds whose process is stopped, and builds that wait for a port."""
    ways(monkeypatch, "slow-build")
    good(host.run("host", "start"))
    makes = [subprocess.Popen([host.path, "create", ordinary(host, f"b{i}")],
                              cwd=host.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) for i in range(6)]
    try:
        wait_for(lambda: len(names(host)) == 3)
        for make in makes:
            make.send_signal(signal.SIGSTOP)
            wait_for(lambda make=make: state_of(make.pid) == "T")
        for name in names(host):
            good(host.run("destroy", name))
        assert names(host) == []
    finally:
        for make in makes:
            make.kill()
            make.wait()


def on_a_full_disk(host, *arguments):
    """Runs a command that cannot write to any file."""
    return subprocess.run(
        [host.path, *arguments], cwd=host.folder, capture_output=True,
        text=True, check=False, timeout=PATIENCE, stdin=subprocess.DEVNULL,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)))


def test_a_host_on_a_full_disk_can_be_reached(host):
    good(host.run("create", ordinary(host, "short", vuart='"sbsa_uart"')))
    good(host.run("create", ordinary(host, "con")))
    for verb in (["list"], ["info"], ["dmesg"], ["console", "short"],
                 ["pause", "con"], ["rename", "con", "x"], ["destroy", "x"],
                 ["destroy", "short"], ["host", "list"], ["host", "stop"]):
        good(on_a_full_disk(host, *verb))
    assert folders(host) == []


def test_a_measurement_that_cannot_be_kept_costs_no_guest(host):
    good(host.run("host", "start"))
    (host.hosts / "default" / "guest-1.json.part").mkdir()
    done = host.run("create", "guest.cfg")
    assert "RIM" in good(done)
    assert re.search("warning: reeve list will not show .* domain 1: ",
                     done.stderr)
    assert "rim" not in json.loads(good(host.run("list", "--json")))[0]
    (host.hosts / "default" / "guest-1.json.part").rmdir()


# ---- create -----------------------------------------------------------------

def test_create_starts_the_default_host_and_says_so(host):
    """Whatever other hosts run."""
    good(host.run("host", "start", "--name", "other"))
    done = host.run("create", "guest.cfg")
    assert good(done).startswith("Created domain 1: probe\nRIM ")
    assert "starting it" in done.stderr
    assert names(host) == ["probe"]
    assert "the default host does not run" in done.stderr
    done = host.run("create", "guest.cfg", "--set", "name=b")
    assert good(done) and done.stderr == ""
    good(host.run("host", "stop", "--name", "other"))


def test_a_host_that_is_being_started_is_waited_for(host, monkeypatch):
    ways(monkeypatch, "late")
    commands = [["create", "guest.cfg"], ["create", ordinary(host, "b")],
                ["list"]]
    started = []
    for words in commands:
        started.append(subprocess.Popen(
            [host.path, *words], cwd=host.folder, stderr=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True))
        wait_for(lambda: json.loads(good(host.run("host", "list", "--json"))))
    assert "starting it" in heard(started[0])
    for process in started[1:]:
        assert heard(process) == ("reeve: waiting for the host to open its "
                                  "sockets\n")
    (host.hosts / "go").touch()
    for process in started:
        said = process.communicate()[1]
        assert process.returncode == 0, said
    assert sorted(names(host)) == ["b", "probe"]
    (host.hosts / "go").unlink()


def test_creates_at_once_start_one_host(host):
    made = [ordinary(host, f"at-once{n}") for n in range(8)]
    started = [subprocess.Popen(
        [host.path, "create", config], cwd=host.folder, text=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) for config in made]
    for process in started:
        said = process.communicate()[1]
        assert process.returncode == 0, said
    assert len(names(host)) == len(made)


def test_create_starts_no_host_that_is_named(host, monkeypatch):
    failed(host.run("create", "--host", "b", "guest.cfg"), 'no host "b"')
    monkeypatch.setenv("REEVE_HOST", "c")
    failed(host.run("create", "guest.cfg"), 'no host "c"')
    assert folders(host) == []


def test_create_starts_no_debug_host(host):
    config = host.config("debug.cfg", vuart='"sbsa_uart"', memory="64")
    failed(host.run("create", config), "host start --debug-console", 2)
    assert folders(host) == []
    good(host.run("host", "start"))
    failed(host.run("create", config), "host start --debug-console", 2)
    assert names(host) == []


def test_the_rim_is_the_one_of_measure(host):
    rim = json.loads(good(host.run("measure", "--json", "guest.cfg")))["rim"]
    created = good(host.run("create", "guest.cfg"))
    assert f"RIM {rim}\n" in created
    listed = json.loads(good(host.run("list", "--json", "probe")))
    assert listed[0]["rim"] == rim


def test_expect_rim(host):
    rim = json.loads(good(host.run("measure", "--json", "guest.cfg")))["rim"]
    failed(host.run("create", "--expect-rim", rim[::-1], "guest.cfg"),
           f"this Realm has another measurement\n.*note: it is {rim};", 2)
    for wrong in "", "00", rim[:-1], rim + "0":
        failed(host.run("create", "--expect-rim", wrong, "guest.cfg"),
               f"--expect-rim: '{wrong}' cannot be used\n.*note: write all", 2)
    assert not host.hosts.exists() or folders(host) == []
    good(host.run("create", "--expect-rim", rim.upper(), "guest.cfg"))
    failed(host.run("create", "--expect-rim", rim, ordinary(host, "o")),
           "no Realm", 2)


def test_create_json(host):
    made = json.loads(good(host.run("create", "-q", "--json", "guest.cfg")))
    assert made["domid"] == 1 and made["rim"]
    assert [made] == json.loads(good(host.run("list", "--json")))
    for options, state in (["-p"], "paused"), ([], "running"):
        made = json.loads(good(host.run("create", "-q", "--json", *options,
                                        ordinary(host, state))))
        assert made["state"] == state
    made = json.loads(good(host.run("create", "-q", "--json",
                                    ordinary(host, "short"))))
    assert made["state"] == "shutdown"


def test_create_paused(host):
    good(host.run("create", "-p", "guest.cfg"))
    assert json.loads(good(host.run("list", "--json")))[0]["state"] == "paused"
    good(host.run("unpause", "probe"))
    assert json.loads(good(host.run("list", "--json")))[0][
        "state"] == "running"
    good(host.run("pause", "1"))
    failed(host.run("pause", "1"), "not now")


def test_a_realm_s_time_runs_on_in_a_pause(host):
    good(host.run("create", "-q", "guest.cfg"))
    done = host.run("pause", "probe")
    good(done)
    assert done.stderr == (
        "reeve: note: time runs on in a Realm while it is paused\n")
    good(host.run("create", "-q", ordinary(host, "o")))
    done = host.run("pause", "o")
    good(done)
    assert done.stderr == ""


def test_a_name_is_taken(host):
    good(host.run("create", "guest.cfg"))
    failed(host.run("create", "guest.cfg"),
           r"the name is taken: web\?\[2J\n.*note: choose another name")
    assert names(host) == ["probe"]


def test_out_of_memory(host, monkeypatch):
    ways(monkeypatch, "small")
    good(host.run("host", "start"))
    failed(host.run("create", "guest.cfg", "memory=600"), "no memory for it")
    assert names(host) == []


def test_too_many_vcpus(host):
    good(host.run("host", "start"))
    failed(host.run("create", "guest.cfg", "vcpus=9"), "vcpus: ", 2)
    assert names(host) == []


@pytest.mark.parametrize("way, pattern", [
    ("fail-build", "could not build it: RMI_REALM_CREATE was refused"),
    ("wild-grant", "breaks the protocol"),
    ("nonsense", "breaks the protocol"),
])
def test_a_failed_create_leaves_nothing(host, monkeypatch, way, pattern):
    ways(monkeypatch, way)
    good(host.run("host", "start"))
    failed(host.run("create", "guest.cfg"), pattern)
    if way != "nonsense":
        assert names(host) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGHUP, signal.SIGKILL])
def test_an_interrupted_create_leaves_nothing(host, monkeypatch, number):
    ways(monkeypatch, "slow-build")
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "guest.cfg"],
                          cwd=host.folder, stderr=subprocess.DEVNULL) as make:
        wait_for(lambda: names(host) == ["probe"])
        make.send_signal(number)
    assert make.returncode in (1, -signal.SIGKILL)
    wait_for(lambda: names(host) == [])


def test_a_guest_without_devices_has_none_to_list(host):
    good(host.run("create", ordinary(host, "bare")))
    for verb in ("block-list", "network-list", "channel-list"):
        assert len(good(host.run(verb)).splitlines()) == 1
        assert json.loads(good(host.run(verb, "--json", "bare"))) == []
        failed(host.run(verb, "nobody"), "there is no domain nobody")


# ---- Following a guest ------------------------------------------------------

def test_foreground_returns_the_result(host):
    good(host.run("create", "-F", ordinary(host, "short")))
    assert names(host) == []


def test_foreground_stops_at_a_signal(host):
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "-F", "guest.cfg"],
                          cwd=host.folder, stderr=subprocess.PIPE,
                          text=True) as make:
        wait_for(lambda: names(host) == ["probe"])
        make.terminate()
        said = make.communicate()[1]
    assert make.returncode == 1 and "stopped by a signal" in said
    assert names(host) == []


@pytest.mark.parametrize("verb", [["console", "con"], ["create", "-F",
                                                        "guest.cfg"]])
def test_who_follows_a_guest_is_sent_to_no_logs_of_a_host_that_is_stopped(
        host, verb):
    good(host.run("host", "start"))
    good(host.run("create", ordinary(host, "con", vuart='"sbsa_uart"')))
    with subprocess.Popen([host.path, *verb], cwd=host.folder, text=True,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as follows:
        assert follows.stdout.read(1)
        good(host.run("host", "stop"))
        said = follows.communicate()[1]
    assert follows.returncode == 1
    assert re.search('no host "default"|was stopped', said) and "log" not in said


@pytest.mark.parametrize("options", [[], ["--json"]])
def test_a_guest_whose_creation_cannot_be_printed_is_there(host, options):
    """The output is full, or nobody reads it."""
    reader, writer = os.pipe()
    os.close(reader)
    with open("/dev/full", "wb") as full, os.fdopen(writer, "wb") as unread:
        for name, output in (("one", full), ("two", unread)):
            config = ordinary(host, name)
            made = subprocess.run(
                [host.path, "create", *options, config], cwd=host.folder,
                stdout=output, stderr=subprocess.PIPE, text=True, check=False)
            assert made.returncode == 1
            assert "cannot write the output" in made.stderr
            assert f"the domain {name}, number" in made.stderr
        with subprocess.Popen(
                [host.path, "create", "-F", *options, ordinary(host, "short")],
                cwd=host.folder, stdout=full, stderr=subprocess.PIPE,
                text=True) as follows:
            assert "the domain short has powered off" in follows.communicate()[1]
        assert follows.returncode == 1
    assert names(host) == ["one", "two"]


@pytest.mark.parametrize("verb", [["console", "con"], ["create", "-c"]])
def test_what_a_guest_says_is_not_lost_without_a_word(host, verb):
    config = ordinary(host, "con", vuart='"sbsa_uart"')
    good(host.run("host", "start"))
    if verb[0] == "console":
        good(host.run("create", config))
    else:
        verb = [*verb, "-q", config]
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [host.path, *verb], cwd=host.folder, stdin=subprocess.DEVNULL,
            stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    failed(done, "cannot write the output: No space")
    # A pager may go.
    with subprocess.Popen([host.path, "console", "con"], cwd=host.folder,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE) as console:
        console.stdout.close()
        console.stdin.write(b"abc")
        console.stdin.close()
        assert console.stderr.read() == b""
    assert console.returncode == 0


def test_a_signal_that_is_ignored_stays_ignored(host):
    """As nohup has it, so that a guest outlives the terminal."""
    good(host.run("host", "start"))
    with subprocess.Popen(
            [host.path, "create", "-F", "guest.cfg"], cwd=host.folder,
            preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN)
            ) as make:
        wait_for(lambda: names(host) == ["probe"])
        make.send_signal(signal.SIGHUP)
        good(host.run("shutdown", "probe"))
    assert make.returncode == 0


def test_foreground_tells_of_a_destroyed_guest(host):
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "-F", "guest.cfg"],
                          cwd=host.folder, stderr=subprocess.PIPE,
                          text=True) as make:
        wait_for(lambda: names(host) == ["probe"])
        good(host.run("destroy", "probe"))
        said = make.communicate()[1]
    assert make.returncode == 1 and "was destroyed" in said


@pytest.mark.parametrize("typed, action, code, left", [
    ("q", "destroy", 0, []), ("q", "preserve", 0, ["con"]),
    ("!", "destroy", 1, []), ("!", "preserve", 1, ["con"]),
])
def test_the_console_and_the_end(host, typed, action, code, left):
    config = ordinary(host, "con", vuart='"sbsa_uart"',
                      on_poweroff=f'"{action}"', on_crash=f'"{action}"')
    done = host.run("create", "-c", config, stdin=f"abc{typed}")
    assert done.returncode == code
    assert done.stdout == f"Created domain 1: con\nHELLO\nabc{typed}"
    assert ("crashed: it went wrong" if code else "powered off") in done.stderr
    assert names(host) == left


def test_a_guest_is_restarted(host):
    config = ordinary(host, "con", vuart='"sbsa_uart"', on_reboot='"restart"')
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "-F", config],
                          cwd=host.folder, stdout=subprocess.PIPE,
                          text=True) as make:
        assert make.stdout.readline() == "Created domain 1: con\n"
        good(host.run("reboot", "con"))
        assert make.stdout.readline() == "Created domain 2: con\n"
        good(host.run("shutdown", "con"))
    assert make.returncode == 0 and names(host) == []


def test_a_guest_is_renamed_and_restarted(host):
    config = ordinary(host, "con", on_reboot='"rename-restart"')
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "-F", config],
                          cwd=host.folder, stdout=subprocess.PIPE,
                          text=True) as make:
        make.stdout.readline()
        good(host.run("reboot", "con"))
        make.stdout.readline()
        assert re.fullmatch(r"con-\d{8}T\d{6}Z", names(host)[0])
        good(host.run("shutdown", "-q", "con"))
    assert make.returncode == 0 and len(names(host)) == 1


@pytest.mark.parametrize("action, left", [("restart", 0), ("rename-restart", 14)])
def test_a_guest_that_ends_again_and_again_is_not_restarted(host, action, left):
    """Domain 4 lives for longer than a minute, so that ten more lives follow
    it."""
    config = ordinary(host, "brief", on_crash=f'"{action}"')
    done = host.run("create", "-F", config)
    failed(done, "error: the domain brief ended 10 times in a row within a minute")
    made = re.findall(r"^Created domain (\d+): brief$", done.stdout, re.M)
    assert made == [str(i) for i in range(1, 15)]
    assert len(names(host)) == left


def ram_of(host):
    return (host.hosts / "default" / "ram").resolve()


def blocks_of(host):
    return ram_of(host).stat().st_blocks


def destroy_only(host, domid):
    """Does what a `reeve destroy` does that is killed then."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(str(host.hosts / "default" / "control-0.sock"))
        for op, about in ((1, 0), (13, domid)):  # HELLO, DOMAIN_DESTROY
            stream.sendall(struct.pack("<8sIIQII224x", b"REEVECTL", 1, op, 7,
                                       about, 0))
            assert len(stream.recv(1512, socket.MSG_WAITALL)) == 1512


def test_destroy_gives_memory_back(host):
    """A guest that goes on keeps its content."""
    good(host.run("host", "start"))
    empty = blocks_of(host)
    good(host.run("create", ordinary(host, "stays")))
    stays = blocks_of(host)
    with ram_of(host).open("rb") as ram:
        ram.seek(0x2a00000)
        content = ram.read(300000)
        assert content.startswith((host.folder / "kernel").read_bytes()[:4096])
        good(host.run("create", ordinary(host, "goes")))
        assert blocks_of(host) - stays >= 300000 // 512
        good(host.run("destroy", "goes"))
        assert blocks_of(host) == stays
        ram.seek(0x2a00000)
        assert ram.read(300000) == content
    good(host.run("destroy", "stays"))
    assert blocks_of(host) == empty
    assert good(host.run("host", "trim")) == "0 MiB given back\n"


def test_a_create_that_fails_gives_memory_back(host, monkeypatch):
    ways(monkeypatch, "fail-build")
    good(host.run("host", "start"))
    empty = blocks_of(host)
    failed(host.run("create", ordinary(host, "a")), "could not build")
    assert blocks_of(host) == empty


def test_a_create_that_stays_gives_memory_back(host):
    good(host.run("host", "start"))
    empty = blocks_of(host)
    good(host.run("create", "-F", ordinary(host, "short")))
    assert blocks_of(host) == empty


def test_what_a_killed_destroy_leaves_is_given_back_by_trim(host):
    good(host.run("host", "start"))
    empty = blocks_of(host)
    config = ordinary(host, "a", ramdisk='"big"')
    host.write("big", os.urandom(5 << 20))
    good(host.run("create", config))
    destroy_only(host, 1)
    assert blocks_of(host) - empty > 5 << 11
    assert good(host.run("host", "trim")) == "5 MiB given back\n"
    assert blocks_of(host) == empty
    assert good(host.run("host", "trim", "-q")) == ""
    failed(host.run("host", "trim", "--name", "nosuch"), "no host")


def test_a_host_that_cannot_lend_pages_destroys_all_the_same(host, monkeypatch):
    ways(monkeypatch, "no-trim")
    good(host.run("create", ordinary(host, "a")))
    full = blocks_of(host)
    done = host.run("destroy", "a")
    assert good(done) == "" and done.stderr == ""
    assert blocks_of(host) == full
    failed(host.run("host", "trim"), "the host refused: an unknown operation")


def test_pages_of_the_firmware_are_not_given_back(host, monkeypatch):
    ways(monkeypatch, "wild-trim")
    good(host.run("create", ordinary(host, "a")))
    with ram_of(host).open("r+b") as ram:
        ram.seek(0x200000)
        ram.write(b"RMM")
    good(host.run("destroy", "a"))
    failed(host.run("host", "trim"), "breaks the protocol")
    with ram_of(host).open("rb") as ram:
        ram.seek(0x200000)
        assert ram.read(3) == b"RMM"


def test_completion_knows_hosts_and_domains(host):
    def offered(*words):
        done = host.run("completion", "fish", "--", *words)
        return [line.split("\t")[0] for line in good(done).splitlines()]

    assert offered("destroy", "") == []
    good(host.run("host", "start"))
    good(host.run("host", "start", "--name", "big"))
    good(host.run("create", ordinary(host, "web")))
    good(host.run("create", ordinary(host, "my guest")))
    good(host.run("create", "--host", "big", ordinary(host, "far")))
    for verb in ("destroy", "console", "shutdown", "rename", "domid"):
        assert offered(verb, "") == ["web", "my guest"]
    assert offered("list", "web", "m") == ["my guest"]
    assert offered("map", "-d", "w") == ["web"]
    assert offered("destroy", "web", "") == offered("rename", "web", "m") == []
    for before in (["--host", "big"], ["--host=big"], ["--host", "=", "big"]):
        assert offered("destroy", *before, "") == ["far"]
    assert offered("list", "--host", "b") == ["big"]
    assert offered("list", "--host=b") == ["--host=big"]
    assert offered("host", "stop", "--name", "") == ["big", "default"]


def test_info_of_one_field(host):
    good(host.run("host", "start"))
    everything = json.loads(good(host.run("info", "--json")))
    for name, value in everything.items():
        text = good(host.run("info", name))
        assert text == f"{str(value).lower() if isinstance(value, bool) else value}\n"
        assert json.loads(good(host.run("info", "--json", name))) == value
    for options in ([], ["--json"]):
        done = host.run("info", *options, "nosuch")
        failed(done, "no such field: nosuch\nTry: reeve info\n", 2)
        assert done.stdout == ""
    assert good(host.run("info", "realms_why_not")) == ""


def test_a_long_name_is_cut_between_characters(host):
    config = ordinary(host, "a" + "\u00e9" * 30, on_reboot='"rename-restart"')
    good(host.run("host", "start"))
    with subprocess.Popen([host.path, "create", "-F", config],
                          cwd=host.folder, stdout=subprocess.PIPE,
                          text=True) as make:
        make.stdout.readline()
        good(host.run("reboot", "1"))
        make.stdout.readline()
        assert re.fullmatch("a\u00e9{21}" + r"-\d{8}T\d{6}Z", names(host)[0])
        good(host.run("shutdown", "-q", "2"))
    assert make.returncode == 0


def test_a_console_is_for_one(host):
    good(host.run("create", ordinary(host, "con", vuart='"sbsa_uart"')))
    with subprocess.Popen([host.path, "console", "con"], cwd=host.folder,
                          stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as first:
        assert first.stdout.readline() == "HELLO\n"
        failed(host.run("console", "con"),
               f"already taken by process {first.pid}")
        said, told = first.communicate("xyq")
    assert said == "xyq" and "has ended" in told and first.returncode == 0
    good(host.run("create", ordinary(host, "mute")))
    failed(host.run("console", "mute"), "has no console")


@pytest.mark.parametrize("options", [["-c"], ["-cF"], ["-cp"], ["-nc"]])
@pytest.mark.parametrize("settings", [
    {}, {"vuart": '"unknown"'}, {"realm": None}, {"kernel": '"nowhere"'}])
def test_a_guest_without_a_console_is_not_made_for_one(host, options, settings):
    failed(host.run("create", *options, host.config(**settings)),
           "guest.cfg:.*error: vuart: the guest has no console to attach to",
           code=2)
    assert json.loads(good(host.run("host", "list", "--json"))) == []


def test_a_megabyte_is_not_lost(host):
    good(host.run("create", ordinary(host, "con", vuart='"sbsa_uart"')))
    text = "".join(f"{i:07d}\n" for i in range(131072))
    done = host.run("console", "con", stdin=text + "q")
    assert good(done) == "HELLO\n" + text + "q"


# ---- Verbs of domains -------------------------------------------------------

@pytest.mark.parametrize("verb", [
    ["pause"], ["unpause"], ["destroy"], ["shutdown"], ["reboot"],
    ["console"], ["domid"], ["domname"], ["list"], ["vcpu-list"],
    ["uptime"]])
def test_a_missing_domain_is_exit_1(host, verb):
    good(host.run("host", "start"))
    for name in ("nobody", "7", "0", "4294967296", ""):
        failed(host.run(*verb, name), f"there is no domain {name}")
    failed(host.run("rename", "nobody", "x"), "there is no domain nobody")
    failed(host.run("sysrq", "nobody", "h"), "there is no domain nobody")


def test_sysrq_is_a_key_for_a_guest_with_a_uart(host):
    good(host.run("create", "-q", ordinary(host, "with", vuart='"sbsa_uart"')))
    good(host.run("create", "-q", ordinary(host, "without")))
    assert good(host.run("sysrq", "with", "h")) == ""
    assert good(host.run("console", "with", stdin="q")) == (
        "HELLO\nbreak h\nq")
    failed(host.run("sysrq", "without", "h"), "the host refused: not now")
    for key in ("", "hh", " ", "\n", "\u00e9"):
        failed(host.run("sysrq", "with", key), "is no key", 2)


@pytest.mark.parametrize("verb", [
    ["list"], ["info"], ["dmesg"], ["destroy", "x"], ["uptime"]])
def test_without_a_host_verbs_say_how_to_get_one(host, verb):
    failed(host.run(*verb), "(?s)no host \"default\".*reeve host start")
    failed(host.run(*verb, "--host", "../x"), "no name for a host", 2)


def test_a_name_means_the_domain_that_lives(host, monkeypatch):
    ways(monkeypatch, "undying")
    good(host.run("create", "guest.cfg"))
    with subprocess.Popen([host.path, "destroy", "probe"], cwd=host.folder,
                          stderr=subprocess.DEVNULL) as destroy:
        wait_for(lambda: json.loads(good(
            host.run("list", "1", "--json")))[0]["state"] == "dying")
        for verb in ["domid"], ["shutdown"], ["destroy"]:
            failed(host.run(*verb, "probe"),
                   "(?s)no domain probe.*domain 1 had that name")
        assert good(host.run("domname", "1")) == "probe\n"
        good(host.run("create", "guest.cfg"))
        assert good(host.run("domid", "probe")) == "2\n"
        assert "domain 2" in good(host.run("shutdown", "probe"))
        listed = json.loads(good(host.run("list", "--json", "probe")))
        assert [d["domid"] for d in listed] == [2]
        destroy.terminate()


def test_list_has_the_columns_of_xl(host):
    good(host.run("create", "guest.cfg", "vcpus=2"))
    good(host.run("create", "-p", ordinary(host, "gr\u00fc\u00df")))
    good(host.run("create", ordinary(host, "gone")))
    good(host.run("shutdown", "gone"))
    lines = good(host.run("list")).splitlines()
    assert lines[0].split() == ["Name", "ID", "Mem", "VCPUs", "State",
                                "Time(s)", "Realm"]
    assert lines[1] == f"{'probe':40}     1    64     2     r-----       1.5" \
                       "  yes"
    assert lines[2] == f"{'grüß':40}     2    64     1     --p---       1.5" \
                       "  no"
    assert "---s--" in lines[3]
    assert len(good(host.run("list", "2")).splitlines()) == 2
    assert re.search("[0-9a-f]{8}-.*-", good(host.run("list", "-v", "1")))


def test_other_lists(host):
    good(host.run("create", "guest.cfg", "vcpus=2"))
    assert len(good(host.run("vcpu-list")).splitlines()) == 3
    vcpus = json.loads(good(host.run("vcpu-list", "--json", "probe")))
    assert [v["vcpu"] for v in vcpus] == [0, 1]
    assert vcpus[0]["exits"]["psci"] == 5
    assert "1 day, 1:01:01" in good(host.run("uptime"))
    assert good(host.run("domid", "probe")) == "1\n"
    assert good(host.run("domname", "1")) == "probe\n"
    good(host.run("rename", "probe", "other"))
    assert names(host) == ["other"]
    for name in ("x" * 64, "", " ", "a\nb", "caf\udce9"):
        failed(host.run("rename", "other", name), "is no name", 2)
    assert names(host) == ["other"]
    done = host.run("rename", "other", "42")
    assert done.returncode == 0 and "warning: a name of digits" in done.stderr


def test_shutdown_needs_one_domain_or_all(host):
    good(host.run("create", "guest.cfg"))
    good(host.run("create", ordinary(host, "b")))
    failed(host.run("shutdown"), "name a domain", 2)
    failed(host.run("shutdown", "-a", "b"), "name a domain", 2)
    assert good(host.run("shutdown", "-a")) == (
        "Shutting down domain 1\nShutting down domain 2\n")
    assert good(host.run("shutdown", "-a")) == ""
    listed = json.loads(good(host.run("list", "--json")))
    assert {d["reason"] for d in listed} == {"poweroff"}
    good(host.run("create", ordinary(host, "c")))
    assert good(host.run("reboot", "c")) == "Rebooting domain 3\n"


def test_info_and_dmesg(host):
    good(host.run("host", "start"))
    assert re.search(r"^nr_cpus                : 2$",
                     good(host.run("info")), re.M)
    assert good(host.run("info", "nr_cpus")) == "2\n"
    assert json.loads(good(host.run("info", "--json")))["realms"] is True
    assert good(host.run("dmesg")) == "hypervisor: ready\nbad \\x1b byte\n"


# ---- Maps -------------------------------------------------------------------

def running(host, **settings):
    good(host.run("create", host.config(memory="64", **settings)))


def test_the_map_of_a_domain(host):
    running(host)
    document = json.loads(good(host.run("map", "-d", "probe", "--json")))
    assert document["domid"] == 1 and document["realm"]
    assert document["shared_base"] == 0x80000000
    assert document["top"] == 0x100000000
    assert document["pages"] == {
        "rd": 1, "rtt": 20, "rec": 1, "data": 64, "donated": 0,
        "abandoned": 0, "host": 6, "shared": 1}
    sizes = {}
    for area in document["areas"]:
        kind = area["kind"]
        sizes[kind] = sizes.get(kind, 0) + area["size"]
    # The command asks for the map in several parts. None is lost or doubled.
    assert sizes["populated"] == sizes["empty"] == 64 * 4096
    assert sizes["not-populated"] == (64 << 20) - 128 * 4096
    assert sizes["shared"] == 4096
    assert sizes["not-shared"] == (64 << 20) - 4096
    assert good(host.run("map", "-d", "1", "--json")) == good(
        host.run("map", "--domain", "probe", "--json"))


def test_the_picture_of_a_domain(host):
    running(host)
    assert good(host.run("map", "-d", "probe", "-o", "map.svg")) == ""
    text = "".join(xml.etree.ElementTree.parse(
        host.folder / "map.svg").getroot().itertext())
    for words in ("as domain 1 has it now", "given up", "64 (256 KiB)",
                  "What the Realm shares of it"):
        assert words in text


def test_an_ordinary_guest_s_map_has_one_half(host):
    running(host, realm=None)
    text = good(host.run("map", "-d", "probe"))
    assert "ordinary guest" in text and "alias" not in text
    assert re.search(r"  populated +256 KiB\n", text)


def test_a_map_without_an_end_is_refused(host, monkeypatch):
    ways(monkeypatch, "endless")
    running(host)
    failed(host.run("map", "-d", "probe", "-o", "map.svg"), "no end")
    assert not (host.folder / "map.svg").exists()


def test_of_a_domain_no_configuration_is_read(host):
    for option in (["-s", "a=1"], ["--strict"], ["-e", "model"],
                   ["--allow-unknown"]):
        failed(host.run("map", "-d", *option, "probe"), "leave -e", 2)
    failed(host.run("map", "-d", "probe", "a=1"), "too many", 2)
    failed(host.run("map", "--host", "a", "guest.cfg"), "with -d only", 2)


def test_top_of_a_pipe_is_one_table(host):
    good(host.run("create", "guest.cfg"))
    lines = good(host.run("top")).splitlines()
    assert lines[0].startswith("1 domains, 2 CPUs, ")
    assert lines[1].split()[:3] == ["NAME", "ID", "CPU(%)"]
    assert lines[2].split() == ["probe", "1", "0.0", "1.5", "64", "1", "yes"]
    assert len(lines) == 3
    failed(host.run("top", "--host", "b"), 'no host "b"')


def test_a_hundred_rounds(host):
    good(host.run("host", "start"))
    for number in range(1, 101):
        assert f"domain {number}:" in good(host.run("create", "guest.cfg"))
        good(host.run("destroy", "probe"))
    assert names(host) == []
    assert not list((host.hosts / "default").glob("guest-*"))
