# SPDX-License-Identifier: BSD-3-Clause
"""The RMM on the emulated machine, with payload/rmm_host.c as its host, and
with payload/rec_host.c, whose Realm runs."""
import collections
import contextlib
import hashlib
import re
import shutil
import struct
import subprocess
import sys

import cbor2
import pytest

import gdb
from conftest import ROOT, Talker, build_folder

sys.path.insert(0, str(ROOT / "tests"))
import rim  # noqa: E402
import tokens  # noqa: E402

IMAGE = "firmware/image/rmm_test.bin"
RUNS_IMAGE = "firmware/image/rec_test.bin"
PATIENCE = 120
DRAM = 0x40000000
GRANULE = 0x1000
RMM_BASE = 0x40200000
# A descriptor of stage 1 that points to a table.
DESC_TABLE = 3

Run = collections.namedtuple("Run", "code lines memory")


def qemu(image, memory, cpus=2):
    """A machine whose DRAM is a file that shows the content of every world."""
    return ["qemu-system-aarch64", "-M",
            "virt,secure=on,virtualization=on,gic-version=3,its=off,"
            "memory-backend=ram", "-cpu", "max,x-rme=on", "-object",
            f"memory-backend-file,id=ram,size=1G,mem-path={memory},share=on",
            "-m", "1G", "-smp", str(cpus), "-display", "none", "-nodefaults",
            "-no-reboot", "-monitor", "none", "-serial", "stdio",
            "-bios", str(image)]


def machine_make(name, folder, options=(), part=b""):
    """Returns the command of a machine with an image, and the file of its
    DRAM."""
    image = build_folder() / name
    if not shutil.which("qemu-system-aarch64"):
        pytest.skip("no qemu-system-aarch64")
    if not image.exists():
        pytest.fail(f"{image} is not built: scripts/build.sh firmware")
    flash = folder / "flash"
    flash.write_bytes(tokens.fill_flash(image.read_bytes(), part))
    memory = folder / "ram"
    return [*qemu(flash, memory), *options], memory


def host_run(name, folder, options=(), part=b""):
    """Runs the checks of a host to their end."""
    command, memory = machine_make(name, folder, options, part)
    done = subprocess.run(
        command, stdin=subprocess.DEVNULL, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=PATIENCE,
        check=False)
    return Run(done.returncode, done.stdout.splitlines(), memory)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    result = host_run(IMAGE, tmp_path_factory.mktemp("rmm"))
    yield result
    result.memory.unlink()


@pytest.fixture(scope="module")
def realm_run(tmp_path_factory):
    result = host_run(RUNS_IMAGE, tmp_path_factory.mktemp("rec"))
    yield result
    result.memory.unlink()


def checks_are_good(run, least):
    host = [line for line in run.lines if line.startswith("host: ")]
    good = [line for line in host if line.startswith("host: ok ")]
    assert not [line for line in host if "not ok" in line]
    assert f"host: 1..{len(good)}" in host and len(good) > least
    assert not [line for line in run.lines if "panic" in line]
    assert run.code == 0


def granule(run, address):
    with run.memory.open("rb") as stream:
        stream.seek(address - DRAM)
        return stream.read(GRANULE)


def test_boots_and_says_what_it_tracks(run):
    assert ("rmm: RMI 2.0, 1024 MiB of memory from 40000000, "
            "512 KiB to track it") in run.lines


def test_every_check_of_the_host_is_good(run):
    checks_are_good(run, 34)


def test_every_check_of_a_running_realm_is_good(realm_run):
    checks_are_good(realm_run, 99)
    assert [line for line in realm_run.lines
            if re.fullmatch(r"host: host call: \d+ ticks", line)]


def test_the_address_of_a_store_is_found_by_a_walk(realm_run):
    assert "host: the walk found the address" in realm_run.lines


def symbol(program, name):
    symbols = subprocess.run(
        ["aarch64-linux-gnu-nm", build_folder() / program],
        stdout=subprocess.PIPE, text=True, check=True).stdout
    return int(re.search(rf"^([0-9a-f]+) T {name}$", symbols,
                         re.MULTILINE)[1], 16)


@contextlib.contextmanager
def debugged(folder):
    """A machine with a running Realm, before its start: the machine, its
    debugger, and the file of its DRAM."""
    command, memory = machine_make(RUNS_IMAGE, folder,
                                   gdb.options(folder / "gdb"))
    machine = Talker(command)
    try:
        yield machine, gdb.Gdb(folder / "gdb", machine), memory
    finally:
        machine.stop()
        memory.unlink(missing_ok=True)


def host_function(name):
    return symbol("tests/machine/payload/payload_rec_host", name)


def rmm_function(name):
    return RMM_BASE + symbol("rmm/port/a64/rmm", name)


def test_a_walk_that_aborts_does_not_stop_the_rmm(tmp_path):
    """Between a store of the Realm and the RMM's own walk of the Realm's
    tables, another vCPU could change them. Here the debugger does, each time
    the test runs: the walk meets an address without memory."""
    with debugged(tmp_path) as (machine, debugger, memory):
        debugger.run_to(host_function("walk_follows"))
        entry, nothing = machine.expect(
            r"stage 1 entry at (\w+), nothing at (\w+)").groups()
        debugger.run_to(rmm_function("realm_at"))
        with memory.open("r+b") as stream:
            stream.seek(int(entry, 16) - DRAM)
            stream.write(struct.pack("<Q", int(nothing, 16) | DESC_TABLE))
        debugger.leave()
        assert machine.expect(r"panic|host: 1\.\.")[0] == "host: 1.."
        _, code = machine.rest()
    run = Run(code, machine.seen, None)
    checks_are_good(run, 95)
    aborted = [line for line in run.lines if "the walk aborted" in line]
    assert aborted == ["host: the walk aborted: ESR_EL1 96000056"]


def test_a_vcpu_finds_no_translations_of_another(tmp_path):
    """The debugger sees the RMM drop what the TLB has of stage 1: when another
    vCPU of the Realm has the CPU, and not when the same has it again. What the
    TLB holds cannot be seen, since QEMU drops it at each change of the world."""
    turn, forget = host_function("turn_follows"), rmm_function("stage1_forget")
    with debugged(tmp_path) as (_, debugger, _):
        debugger.run_to(turn)
        seen = [debugger.run_to(turn, forget) for _ in range(5)]
    assert seen == [forget, turn, turn, forget, turn]


def test_without_provisioning_nothing_attests(realm_run):
    assert "rmm: attestation: not provisioned" in realm_run.lines
    assert not [line for line in realm_run.lines if "host: token" in line]


@pytest.fixture(scope="module")
def attested_run(tmp_path_factory):
    """A machine with a Realm key and a platform token in flash, which counts
    instructions."""
    keys = tokens.new_keys()
    options = ("-icount", "shift=0,sleep=off")
    result = host_run(RUNS_IMAGE, tmp_path_factory.mktemp("attested"), options,
                      tokens.provision(keys))
    yield keys, result
    result.memory.unlink()


def token_printed(run):
    text = "".join(line.split()[-1] for line in run.lines
                   if re.fullmatch(r"host: token: [0-9a-f]{64}", line))
    size = next(int(line.split()[2]) for line in run.lines
                if re.fullmatch(r"host: token: \d+ bytes", line))
    return bytes.fromhex(text)[:size]


def test_a_realm_gets_a_token(attested_run):
    keys, run = attested_run
    checks_are_good(run, 100)
    assert "rmm: attestation: provisioned" in run.lines
    token = cbor2.loads(token_printed(run))
    assert token.tag == 907 and list(token.value) == [44234, 44241]
    (platform_format, platform), (realm_format, realm) = token.value.values()
    assert platform_format == realm_format == 263
    platform = cbor2.loads(tokens.verify(
        cbor2.loads(platform), keys["platform"].public_key()))
    claims = tokens.verify(
        cbor2.loads(realm), keys["realm"].public_key())
    claims = cbor2.loads(claims)
    assert hashlib.sha256(claims[44237]).digest() == platform[10]
    key = cbor2.loads(claims[44237])
    assert tokens.key_of_point(key[-2], key[-3]).public_numbers() == keys[
        "realm"].public_key().public_numbers()


def test_the_token_says_what_the_realm_is(attested_run):
    _, run = attested_run
    token = cbor2.loads(token_printed(run))
    claims = cbor2.loads(cbor2.loads(token.value[44241][1]).value[2])
    assert list(claims) == [10, 256, 44235, 44237, 44236, 44240, 44243, 265,
                            44238, 44239]
    assert claims[10] == bytes(range(0x10, 0x30)) + bytes(32)
    assert claims[256][0] == 1 and len(claims[256]) == 33
    assert claims[265] == "tag:arm.com,2024:realm#2.0.0"
    assert claims[44236] == claims[44240] == "sha-256"
    assert len(claims[44238]) == 32 and any(claims[44238])
    # Extended with zeros: 32 bytes by rec_calls.c, 8 by rec_state.c.
    assert claims[44239] == [hashlib.sha256(bytes(64)).digest(),
                             hashlib.sha256(bytes(40)).digest(),
                             bytes(32), bytes(32)]


def test_a_token_keeps_no_interrupt_waiting_for_long(attested_run):
    """On this machine ticks are instructions."""
    _, run = attested_run
    whole = next(int(line.split()[2]) for line in run.lines
                 if re.fullmatch(r"host: token: \d+ ticks", line))
    assert 1000000 < whole < 6000000
    late = next(int(line.split()[2]) for line in run.lines
                if re.fullmatch(r"host: token: \d+ ticks late", line))
    assert 100000 < late < whole


@pytest.mark.parametrize("number, name", [
    (0, "sha256"), (1, "sha512"), (2, "sha384")])
def test_measures_as_hashlib_does(run, number, name):
    """The RD holds the RIM of a Realm whose parameters alone are measured."""
    place = re.search(rf"algorithm {number}: RD at (\w+)",
                      "\n".join(run.lines))
    given = {"flags0": 0, "s2sz": 39, "sve_vl": 0, "num_bps": 1, "num_wps": 1,
             "pmu_num_ctrs": 0, "hash_algo": number}
    expected = rim.parameters(lambda page: hashlib.new(name, page), given)
    assert expected in granule(run, int(place[1], 16))


def test_given_back_memory_is_zero(run):
    """Realms were built and destroyed here, and nothing was written since."""
    for address in (0x51000000, 0x51001000, 0x51100000, 0x51101000):
        assert not any(granule(run, address))
