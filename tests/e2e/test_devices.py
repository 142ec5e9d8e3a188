# SPDX-License-Identifier: BSD-3-Clause
"""Guests with devices: fake_qemu.py plays the hypervisor, and a real QEMU
serves the devices."""
import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess

import pytest
from gate import gate_of
from test_host import failed, good, host, ordinary, wait_for, ways  # noqa: F401

pytestmark = pytest.mark.skipif(
    shutil.which("qemu-system-aarch64") is None,
    reason="qemu-system-aarch64 is not installed")


class Qmp:
    def __init__(self, host):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(60)
        self.socket.connect(str(host.hosts / "default" / "qmp.sock"))
        self.lines = self.socket.makefile("r")
        self.lines.readline()
        self.do("qmp_capabilities")

    def do(self, command, **arguments):
        self.socket.sendall(json.dumps(
            {"execute": command, "arguments": arguments}).encode() + b"\n")
        while True:
            reply = json.loads(self.lines.readline())
            if "event" not in reply:
                assert "error" not in reply, reply
                return reply["return"]


def inventory(host):
    """All that QEMU has."""
    qmp = Qmp(host)
    have = [qmp.do("qom-list", path="/machine/peripheral"),
            qmp.do("qom-list", path="/objects"),
            qmp.do("query-named-block-nodes"),
            [c for c in qmp.do("query-chardev")
             if not c["label"].startswith("compat")]]
    qmp.socket.close()
    return have


@pytest.fixture
def machine(host, monkeypatch):  # noqa: F811
    ways(monkeypatch, "devices")
    good(host.run("host", "start"))
    (host.folder / "root.img").write_bytes(bytes(1 << 20))
    (host.folder / "data.img").write_bytes(bytes(2 << 20))
    host.empty = inventory(host)
    return host


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def whole(machine, name, **settings):
    """A guest with a device of each kind."""
    port = free_port()
    return port, ordinary(
        machine, name,
        disk=f'["{machine.folder}/data.img,raw,xvdb,ro",'
             f' "{machine.folder}/root.img,raw,xvda"]',
        vif=f'["mac=02:00:00:00:00:07,mtu=1400,'
            f'forward=tcp:127.0.0.1:{port}:22"]',
        channel='["name=log,connection=pty", "name=cmd,connection=socket,'
                f'path={machine.folder}/{name}.sock"]', rng="1", **settings)


def listed(machine, verb, *names):
    return json.loads(good(machine.run(verb, "--json", *names)))


def test_a_guest_has_its_devices_until_it_is_destroyed(machine):
    port, config = whole(machine, "able")
    good(machine.run("create", config))
    root, data = listed(machine, "block-list")
    assert root["vdev"] == "xvda" and root["writable"]
    assert root["target"] == f"{machine.folder}/root.img"
    assert root["format"] == "raw" and root["size"] == 1 << 20
    assert data["vdev"] == "xvdb" and not data["writable"]
    assert (root["index"], data["index"]) == (0, 1)
    assert root["requests"] == 77 and not root["untrusted"]
    vif, = listed(machine, "network-list", "able")
    assert vif["mac"] == "02:00:00:00:00:07" and vif["mtu"] == 1400
    log, cmd = listed(machine, "channel-list")
    assert log["name"] == "log" and log["path"].startswith("/dev/pts/")
    assert cmd["path"] == f"{machine.folder}/able.sock"
    assert cmd["connection"] == "socket" and not cmd["connected"]
    # The devices are QEMU's: it listens at the port and at the socket.
    with socket.socket() as taken, pytest.raises(OSError):
        taken.bind(("127.0.0.1", port))
    with socket.socket(socket.AF_UNIX) as stream:
        stream.connect(f"{machine.folder}/able.sock")
        assert listed(machine, "channel-list")[1]["connected"]
    domain, = listed(machine, "list")
    assert domain["devices"] == 5
    info = listed(machine, "info")
    assert info["device_slots"] - info["free_device_slots"] == 5
    good(machine.run("destroy", "able"))
    assert inventory(machine) == machine.empty
    with socket.socket() as free:
        free.bind(("127.0.0.1", port))


def test_tables_for_a_person(machine):
    good(machine.run("create", whole(machine, "able")[1]))
    text = good(machine.run("block-list"))
    assert text.splitlines()[0].split()[:3] == ["ID", "Slot", "Vdev"]
    assert text.splitlines()[1].endswith("/root.img")
    assert "02:00:00:00:00:07" in good(machine.run("network-list"))
    assert "/able.sock" in good(machine.run("channel-list"))
    assert "5 devices" in good(machine.run("list", "-v"))


def test_a_second_guest_of_a_configuration_is_told_of_its_name(machine):
    config = whole(machine, "web")[1]
    good(machine.run("create", "-p", config))
    plugged = inventory(machine)
    done = machine.run("create", config)
    failed(done, 'error: there is a domain "web" already\n.*rename or destroy')
    assert "disk" not in done.stderr and "channel" not in done.stderr
    assert inventory(machine) == plugged
    good(machine.run("destroy", "web"))
    assert inventory(machine) == machine.empty


def test_guests_of_one_name_at_once_are_told_of_the_name(machine):
    """Both wait for the devices, and have seen no guest of that name."""
    config = whole(machine, "web")[1]
    lock = machine.hosts / "default" / "devices.lock"
    with open(lock, "r+") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        makes = [subprocess.Popen(
            [machine.path, "create", config], cwd=machine.folder, text=True,
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            for _ in range(2)]
        for make in makes:
            assert "which changes devices" in make.stderr.readline()
    said = [make.communicate()[1] for make in makes]
    assert sorted(make.returncode for make in makes) == [0, 1]
    assert 'there is a domain "web" already' in "".join(said)
    assert "in use" not in "".join(said)
    good(machine.run("destroy", "web"))
    assert inventory(machine) == machine.empty


def test_a_realm_s_devices_are_untrusted(machine):
    config = machine.config(
        "vault.cfg", memory="64", realm_devices='"untrusted"',
        disk=f'["{machine.folder}/root.img,raw,xvda"]')
    done = machine.run("create", config)
    assert "untrusted: the host can read" in done.stderr
    good(done)
    good(machine.run("destroy", "probe"))
    done = machine.run("create", "-q", config)
    assert good(done) == "" and "warning: realm_devices" in done.stderr
    assert "untrusted" not in done.stderr
    assert listed(machine, "block-list")[0]["untrusted"]
    assert listed(machine, "list")[0]["untrusted_devices"] == 1
    assert "1 untrusted device" in good(machine.run("list", "-v"))
    assert "disk xvda, untrusted" in good(machine.run("create", "-n", config))


def test_addresses_are_stable(machine):
    config = ordinary(machine, "net", vif='["", ""]',
                      uuid='"6f1e3c3e-6d5e-4b0e-9e36-0d8f8a3f4a12"')
    seen = []
    for _ in range(2):
        good(machine.run("create", config))
        seen.append([vif["mac"] for vif in listed(machine, "network-list")])
        good(machine.run("destroy", "net"))
    assert seen[0] == seen[1] and len(set(seen[0])) == 2
    assert all(mac.startswith("00:16:3e:") for mac in seen[0])


def test_two_guests_cannot_write_one_image(machine):
    disk = f'["{machine.folder}/root.img,raw,xvda"]'
    good(machine.run("create", ordinary(machine, "one", disk=disk)))
    failed(machine.run("create", ordinary(machine, "two", disk=disk)),
           r"two.cfg:\d+:\d+: error: disk: .* is in use elsewhere: "
           r"process \d+ \(qemu-system-aar\)", 2)
    assert [d["name"] for d in listed(machine, "list")] == ["one"]
    # Reading together is fine.
    good(machine.run("destroy", "one"))
    disk = disk.replace("xvda", "xvda,ro")
    for name in ("one", "two"):
        good(machine.run("create", ordinary(machine, name, disk=disk)))
    for name in ("one", "two"):
        good(machine.run("destroy", name))
    assert inventory(machine) == machine.empty


def test_a_guest_has_no_image_twice_unless_it_only_reads(machine):
    (machine.folder / "link").symlink_to("root.img")
    path = machine.folder

    def disks(first, second):
        return ordinary(machine, "twice", disk=f'["{path}/root.img,raw,xvda'
                        f'{first}", "{path}/link,raw,xvdb{second}"]')

    for first, second in (("", ""), (",ro", ""), ("", ",ro")):
        failed(machine.run("create", disks(first, second)),
               r"twice.cfg:\d+:\d+: error: disk: '.*/link' is the image of the "
               r"disk xvda already\n.*note: give both access=ro", 2)
        assert "xvda already" in machine.run(
            "check", disks(first, second)).stderr
    assert inventory(machine) == machine.empty
    good(machine.run("create", disks(",ro", ",ro")))


@pytest.mark.parametrize("settings, pattern, code", [
    ({"disk": '["/nowhere,raw,xvda"]'}, "disk: '/nowhere' cannot be used", 2),
    ({"vif": '["bridge=reeve-none"]'}, "vif: 'reeve-none' is no bridge", 2),
    ({"channel": '["name=a,connection=socket,path=/nowhere/a"]'},
     "channel: '/nowhere/a' cannot be made: no file can be made in its folder",
     2),
    ({"disk": '["d.img,raw,xvda"]'}, "disk: '/dev/d.img' cannot be used", 2),
    ({"memory": '"1048576"'}, "memory", 2),
])
def test_a_create_that_fails_leaves_nothing(machine, settings, pattern, code):
    settings = {"rng": "1", **settings}
    config = ordinary(machine, "bad", **settings) if "memory" not in settings \
        else machine.config("bad.cfg", realm="0", **settings)
    failed(machine.run("create", config), pattern, code)
    assert listed(machine, "list") == []
    assert inventory(machine) == machine.empty


LACKING = {
    "disk": '["/nowhere,raw,xvda", "/nowhere.2,raw,xvdb"]',
    "vif": '["vifname=reeve-none", "bridge=reeve-none"]',
    "channel": '["name=a,connection=socket,path=/nowhere/a",'
               ' "name=b,connection=socket,path=/nowhere/b"]',
    "p9": '["tag=a,path=/nowhere"]',
}
WANTING = [
    ("disk", "'/nowhere' cannot be used: No such file", "make it first"),
    ("disk", "'/nowhere.2' cannot be used: No such file", "make it first"),
    ("vif", "'reeve-none' is no interface of this computer", "ip tuntap add"),
    ("vif", "'reeve-none' is no bridge of this computer", "ip link add"),
    ("channel", "'/nowhere/a' cannot be made: no file can be made in its "
     "folder", "make the folder first"),
    ("channel", "'/nowhere/b' cannot be made: no file can be made in its "
     "folder", "make the folder first"),
    ("p9", "'/nowhere' cannot be used: No such file", "make it first"),
]


def test_all_that_devices_lack_is_told_before_a_host_starts(host):  # noqa: F811
    config = ordinary(host, "bad", **LACKING)
    done = host.run("create", config)
    failed(done, "", 2)
    told = re.findall(r"bad.cfg:\d+:\d+: error: (\w+): (.*)\n"
                      r"bad.cfg:\d+:\d+: note: (.*)\n", done.stderr)
    assert len(told) == done.stderr.count("\n") / 2 == len(WANTING)
    for found, (key, what, hint) in zip(told, WANTING):
        assert found[0] == key and found[1].startswith(what)
        assert found[2].startswith(hint) or hint in found[2]
    assert json.loads(good(host.run("host", "list", "--json"))) == []


def test_check_warns_of_what_devices_lack_here(host):  # noqa: F811
    config = ordinary(host, "bad", **LACKING)
    verdict = json.loads(good(host.run("check", "--json", config)))
    assert verdict["accepted"]
    told = [(d["severity"], d["key"], d["message"])
            for d in verdict["diagnostics"]]
    assert len(told) == len(WANTING)
    for (severity, *found), (key, what, _) in zip(told, WANTING):
        assert severity == "warning" and found[0] == key
        assert found[1].startswith(f"create would fail here: {what}")


@pytest.mark.parametrize("way", ["fail-build", "wild-grant"])
def test_a_failed_build_leaves_nothing(machine, monkeypatch, way):
    good(machine.run("host", "stop"))
    ways(monkeypatch, "devices", way)
    good(machine.run("host", "start"))
    empty = inventory(machine)
    failed(machine.run("create", whole(machine, "able")[1]), "")
    assert inventory(machine) == empty


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM,
                                    signal.SIGKILL])
def test_an_interrupted_create_leaves_nothing(machine, monkeypatch, number):
    good(machine.run("host", "stop"))
    ways(monkeypatch, "devices", "slow-build")
    good(machine.run("host", "start"))
    empty = inventory(machine)
    with subprocess.Popen([machine.path, "create", whole(machine, "able")[1]],
                          cwd=machine.folder,
                          stderr=subprocess.DEVNULL) as make:
        wait_for(lambda: listed(machine, "list"))
        make.send_signal(number)
    wait_for(lambda: listed(machine, "list") == [])
    if number == signal.SIGKILL:
        # Nobody has taken the devices out yet: the next guest does.
        assert inventory(machine) != empty
        failed(machine.run("create", ordinary(
            machine, "next", channel=f'["name=a,connection=socket,'
            f'path={machine.hosts}/default/qmp.sock"]')), "listens", 2)
    assert inventory(machine) == empty


def test_an_interrupted_create_waits_for_a_busy_disk(machine):
    """The disk of another guest has a request when the devices are to go, and
    answers it a little later."""
    good(machine.run("create", whole(machine, "able")[1]))
    before = inventory(machine)
    busy = machine.hosts / "default" / "silent"
    with subprocess.Popen(
            [machine.path, "create", ordinary(machine, "slow", rng="1")],
            cwd=machine.folder, stderr=subprocess.DEVNULL) as make:
        wait_for(lambda: len(listed(machine, "list")) == 2)
        busy.touch()
        make.send_signal(signal.SIGINT)
        wait_for(lambda: len(listed(machine, "list")) == 1)
        busy.unlink()
    assert inventory(machine) == before


def test_too_many_devices_are_told(machine):
    vifs = ", ".join(['""'] * 11)
    for name in ("one", "two"):
        good(machine.run("create", ordinary(machine, name, vif=f"[{vifs}]")))
    failed(machine.run("create", ordinary(machine, "three", vif=f"[{vifs}]")),
           "has 11 devices, and this host has only 9 free slots of 31")
    assert len(listed(machine, "network-list", "one")) == 11


def test_a_host_without_slots_has_no_devices(host):  # noqa: F811
    good(host.run("host", "start"))
    failed(host.run("create", ordinary(host, "able", rng="1")),
           "rng: this host has no devices for guests", 2)


@pytest.mark.parametrize("key, value", [
    ("disk", '["/srv/a.img,raw,xvda"]'), ("vif", '[""]'), ("rng", "1"),
    ("channel", '["name=a,connection=pty"]'), ("p9", '["tag=a,path=/srv"]'),
])
def test_realms_have_devices_if_they_ask_for_them(host, key, value):  # noqa: F811
    settings = {"memory": "64", key: value}
    for verb in (["check"], ["measure"], ["dtb", "--source"], ["map"]):
        failed(host.run(*verb, host.config("shy.cfg", **settings)),
               f"{key}: a Realm cannot have", 2)
        good(host.run(*verb, host.config(
            "able.cfg", realm_devices='"untrusted"', **settings)))


@pytest.mark.parametrize("shares, wrong", [
    ("/nowhere-at-all", "'/nowhere-at-all' cannot be shared: No such file"),
    ("/:relative", "'relative' cannot be shared: is no absolute path"),
    ("/etc/hostname", "cannot be shared: is no folder"),
    ("/:", "'' cannot be shared: is no absolute path"),
])
def test_what_is_no_folder_is_not_shared(host, shares, wrong):  # noqa: F811
    failed(host.run("host", "start", "--share", shares), wrong, 2)


def test_a_host_shares_the_folders_that_it_was_started_with(
        host, monkeypatch):  # noqa: F811
    ways(monkeypatch, "devices")
    folders = [host.folder / name for name in ("in, out", "second", "third")]
    for folder in folders:
        folder.mkdir()
    (host.folder / "link").symlink_to(folders[1])
    good(host.run("host", "start", "--share", f"{folders[0]}:{folders[1]}"))
    empty = inventory(host)
    # A path of another spelling leads to the same folder.
    shared = [folders[0], host.folder / "link", f"{folders[1]}/."]
    good(host.run("create", ordinary(host, "able", p9=json.dumps(
        [f"tag=t{n},path={path}" for n, path in enumerate(shared)
         if "," not in str(path)]))))
    good(host.run("destroy", "able"))
    assert inventory(host) == empty
    failed(host.run("create", ordinary(
        host, "wants", p9=f'["tag=t,path={folders[2]}"]')),
        r"wants.cfg:\d+:\d+: error: p9: .*third' is not shared by this host"
        r"(.|\n)*--share", 2)
    failed(host.run("create", ordinary(
        host, "wants", p9='["tag=t,path=/nowhere"]')),
        "'/nowhere' cannot be used: No such file", 2)
    assert inventory(host) == empty


def test_xl_s_way_to_share_is_for_hosts_of_users(host, monkeypatch):  # noqa: F811
    ways(monkeypatch, "devices")
    good(host.run("host", "start", "--share", str(host.folder)))
    config = ordinary(host, "able", p9=json.dumps(
        [f"tag=t,path={host.folder},security_model=none"]))
    if os.geteuid() == 0:
        failed(host.run("create", config), "is not shared so by a host of root",
               2)
    else:
        good(host.run("create", config))


def test_a_folder_without_attributes_is_told(host, monkeypatch):  # noqa: F811
    ways(monkeypatch, "devices")
    done = host.run("host", "start", "--share", "/proc")
    good(done)
    assert "'/proc' keeps no extended attributes" in done.stderr


def test_a_disk_that_falls_silent_is_told_before_devices_change(machine):
    good(machine.run("create", whole(machine, "able")[1]))
    before = inventory(machine)
    silent = machine.hosts / "default" / "silent"
    silent.touch()
    config = ordinary(machine, "other", rng="1")
    failed(machine.run("create", config),
           'the disk in slot 0, of the domain "able", does not answer')
    assert inventory(machine) == before
    silent.unlink()
    good(machine.run("create", config))


def test_a_host_that_is_too_old_to_hold_disks(host, monkeypatch):  # noqa: F811
    ways(monkeypatch, "devices", "no-hold")
    good(host.run("host", "start"))
    good(host.run("create", ordinary(host, "able", rng="1")))
    good(host.run("destroy", "able"))


@pytest.fixture(name="gate")
def a_gate(host, monkeypatch):  # noqa: F811
    with gate_of(host.folder, host.folder / "root.img", monkeypatch) as gate:
        yield gate


def test_storage_that_is_silent_stops_no_qemu(gate, machine):
    """Its disk is idle, so that no request tells that it is silent."""
    good(machine.run("create", whole(machine, "able")[1]))
    other = ordinary(machine, "other",
                     disk=f'["{machine.folder}/other.img,raw,xvda"]')
    (machine.folder / "other.img").write_bytes(bytes(1 << 20))
    stuck = ordinary(machine, "stuck",
                     disk=f'["{machine.folder}/root.img,raw,xvda,ro"]')
    gate.touch()
    failed(machine.run("block-list"), "root.img', which the host's QEMU has "
           "open, does not answer, and QEMU would stop the whole host")
    failed(machine.run("create", stuck), "root.img' does not answer", 2)
    # Others come and go.
    good(machine.run("create", other))
    good(machine.run("network-list"))
    # The rest of a guest waits for it, and is told of.
    done = machine.run("destroy", "able")
    good(done)
    assert "the guest's devices are still in QEMU" in done.stderr
    assert Qmp(machine).do("query-status")
    gate.unlink()
    good(machine.run("destroy", "other"))
    assert inventory(machine) == machine.empty
