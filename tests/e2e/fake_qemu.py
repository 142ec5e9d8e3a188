#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Replaces QEMU in tests: opens the sockets that the command line names, and
serves the control interface (abi/control.h) as a small hypervisor would.

A guest prints HELLO when it is unpaused, echoes what is typed, powers off at
a 'q' and crashes at a '!'. A guest named short... powers off at once, and one
named brief... crashes after five seconds, but later if it is domain 4. FAKE_QEMU lists ways to fail, with commas:
  exit       prints a message and ends
  old        is an old QEMU
  mute       never answers
  late       makes no socket before there is a file "go" beside its folder
  nonsense   reports states that do not exist
  wild-grant grants pages of the RMM
  fail-build fails to build a guest
  slow-build never finishes building a guest
  stale      first sends a reply that an earlier client left
  small      has memory for only one small guest
  endless    sends a map that never ends
  undying    never finishes destroying a guest
  deaf       reads nothing from consoles
  no-trim    is older than CONTROL_HOST_TRIM
  no-hold    is older than CONTROL_DISKS_HOLD
  wild-trim  says that pages of the firmware are free
  no-tree    writes no device tree
  crash      ends as soon as it has said something
A machine for a hypervisor of another project (it has a device tree) says HELLO
on its UART, echoes what is typed there, and ends at a 'q'.
These add to it:
  devices    has slots for devices of guests, which a real QEMU serves that runs
             no CPU
"""
import ctypes
import os
import re
import selectors
import socket
import signal
import struct
import subprocess
import sys
import time

WAYS = os.environ.get("FAKE_QEMU", "").split(",")
MAGIC = b"REEVECTL"
REQUEST = struct.Struct("<8sIIQII224s")
PAGE = 0x1000
FIRST = 0x42a00000  # behind the firmware
TRIM_PAGES = 4  # that are told to be free at a time
(HELLO, HOST_INFO, CREATE, SEGMENT, BUILD, NEXT, INFO, VCPU, PAUSE, UNPAUSE,
 SHUTDOWN, RENAME, DESTROY, DMESG) = range(1, 15)
MEMORY, BREAK, TRIM = 17, 19, 20
(OK, E_VERSION, E_REQUEST, E_NO_DOMAIN, E_STATE, E_EXISTS, E_MEMORY,
 E_LIMIT) = range(8)
LOADING, BUILDING, FAILED, PAUSED, RUNNING, ENDED, DYING = range(1, 8)
TOTAL = 512 << 20 if "small" in WAYS else 1 << 40


def size_of(struct_name):
    """Reads the size of a struct from its header, because it may grow."""
    root = os.path.dirname(os.path.abspath(__file__)) + "/../.."
    with open(root + "/abi/control.h", encoding="utf-8") as header:
        for line in header:
            if f"sizeof(struct {struct_name})" in line:
                return int(line.split("==")[1].split(",")[0])
    raise SystemExit(f"no size of {struct_name}")


def op_number(name):
    """Reads the number of an operation, because the enum may grow."""
    root = os.path.dirname(os.path.abspath(__file__)) + "/../.."
    with open(root + "/abi/control.h", encoding="utf-8") as header:
        text = header.read()
    text = re.sub(r"/\*.*?\*/", "", text.split("enum control_op {")[1],
                  flags=re.S).split("}")[0]
    return [entry.split("=")[0].strip()
            for entry in text.split(",")].index(name) + 1


DEVICE = op_number("CONTROL_DEVICE_INFO")
HOLD = op_number("CONTROL_DISKS_HOLD")
SLOTS = 31 if "devices" in WAYS else 0
RIM = 64 if size_of("control_domain") == 472 else 0
DMA = size_of("control_host") - 336  # facts about DMA, before the slots


class Domain:
    def __init__(self, domid, create):
        self.domid = domid
        self.state = LOADING
        self.reason = 0
        (self.flags, self.vcpus, self.ram) = struct.unpack_from(
            "<IIQ", create)
        count = struct.unpack_from("<I", create, 176)[0]
        self.devices = [struct.unpack_from("<HH", create, 180 + 4 * i)
                        for i in range(count)]
        self.name = create[16:80]
        self.uuid = create[80:96]
        self.console = None
        self.text = b""

    def uptime(self):
        brief = self.name.startswith(b"brief") and self.domid != 4
        return 5000000000 if brief else 90061000000000

    def pack(self):
        state = 77 if "nonsense" in WAYS else self.state
        slot = 0xffffffff if self.console is None else self.console
        return struct.pack(
            f"<8I12QII{RIM}s64s16s192s", self.domid, state, self.flags,
            self.reason, self.vcpus, self.vcpus, slot, 0, self.ram,
            3, 4, 5, 6, 1500000000, self.uptime(), 1, 2, 7, 8, 9, 0,
            len(self.devices),
            b"", self.name, self.uuid, self.text)


def memory(domain, start):
    """Returns one part of a domain's map. In the first MiB one of
    four pages is populated and, in a Realm, another one is given up. One page
    of a Realm is shared. A part has at most 64 runs of pages."""
    if "endless" in WAYS:
        return struct.pack("<8Q2Q2I", *[0] * 8, start + PAGE, 0, 0, 0)
    half = 0x80000000 if domain.flags & 1 else 0
    base, runs = 0x40000000, []
    for at in range(base, base + 0x100000, 4 * PAGE):
        runs += [(at, 1, 1), (at + PAGE, 1, 3 if half else 2),
                 (at + 2 * PAGE, 2, 2)]
    runs.append((base + 0x100000, (domain.ram - 0x100000) // PAGE, 2))
    if half:
        runs.append((half + base + PAGE, 1, 5))
    left = [run for run in runs if run[0] >= start]
    part, more = left[:64], left[64:]
    return struct.pack(
        "<8Q2Q2I", 1, 20, domain.vcpus, 64, 0, 0, 6, 1,
        more[0][0] if more else 0, half, len(part), 0) + b"".join(
            struct.pack("<QII", *run) for run in part)


class Host:
    def __init__(self, selector):
        self.selector = selector
        self.domains = {}
        self.next = 1
        self.granted = FIRST
        self.grants = {}  # the first page of each: its domid
        self.consoles = {}

    def used(self):
        return sum(domain.ram for domain in self.domains.values())

    def host(self):
        return struct.pack(
            f"<4I4Q5Q6IQ192s{DMA}xIIQQ", 1, 2 | (1 if "debug" in WAYS else 0), 2,
            len(self.domains), TOTAL, TOTAL - self.used(), 0, 0,
            0, 0, 0, 0, 0, 0x20000, 0x20000, 48, 8, 7, 12, 61000000000, b"",
            SLOTS, SLOTS - len(self.owned()), 0, 0)

    def owned(self):
        return [slot for domain in self.domains.values()
                for slot, _ in domain.devices]

    def create(self, body):
        if any(d.name == body[16:80] and d.state != DYING for d in self.domains.values()):
            return E_EXISTS, b"", b"the name is taken: web\x1b[2J"
        if struct.unpack_from("<Q", body, 8)[0] > TOTAL - self.used():
            return E_MEMORY, b"", b"no memory for it"
        domain = Domain(self.next, body)
        if set(self.owned()) & {slot for slot, _ in domain.devices}:
            return E_EXISTS, b"", b"the slot belongs to domain 1"
        if domain.flags & 2:
            domain.console = next(
                n for n in range(12)
                if all(d.console != n for d in self.domains.values()))
        self.domains[self.next] = domain
        self.next += 1
        return OK, domain.pack(), b""

    def hold(self):
        """A disk of the first domain with devices is silent while there is a
        file of that name."""
        domid = next((domid for domid, domain in sorted(self.domains.items())
                      if domain.devices), 0)
        if not os.path.exists(f"{FOLDER}/silent"):
            domid = 0
        return struct.pack("<QII", domid != 0, domid, 0)

    def trim(self, body):
        """All pages that were granted are free if their domain is gone."""
        if "no-trim" in WAYS:
            return E_REQUEST, b"", b"an unknown operation"
        start, most = struct.unpack_from("<QQ", body)
        free = [page for page, domid in sorted(self.grants.items())
                if page >= start and domid not in self.domains]
        part = free[:min(most, TRIM_PAGES)]
        left = part != free and part
        if "wild-trim" in WAYS:
            part = [0x40200000]
        runs = b"".join(struct.pack("<QQ", page, 1) for page in part)
        return OK, struct.pack("<QII", part[-1] + PAGE if left else 0,
                               len(part), 0) + runs, b""

    def segment(self, domid, body):
        size = struct.unpack_from("<QQ", body)[1]
        start = self.granted
        self.granted += size
        self.grants.update(dict.fromkeys(range(start, start + size, PAGE),
                                         domid))
        if "wild-grant" in WAYS:
            start = 0x40200000
        return OK, struct.pack("<QQ", start, size), b""

    def say(self, domain, text):
        if domain.console is None:
            return
        stream = self.consoles.get(domain.console)
        with open(f"{FOLDER}/console-{domain.console}.log", "ab") as log:
            log.write(text)
        if stream:
            stream.sendall(text)

    def typed(self, slot, text):
        for domain in self.domains.values():
            if domain.console == slot and domain.state == RUNNING:
                self.say(domain, text)
                if b"q" in text or b"!" in text:
                    domain.state = ENDED
                    domain.reason = 3 if b"!" in text else 0
                    domain.text = b"it went wrong" if b"!" in text else b""

    def act(self, op, domain, body):
        if op == BUILD:
            domain.state = PAUSED
            if "fail-build" in WAYS:
                domain.state = FAILED
                domain.text = b"RMI_REALM_CREATE was refused"
            if "slow-build" in WAYS or domain.name.startswith(b"slow"):
                domain.state = BUILDING
        elif op == UNPAUSE and domain.state == PAUSED:
            domain.state = RUNNING
            self.say(domain, b"HELLO\r\n")
            if domain.name.startswith(b"short"):
                domain.state = ENDED
            if domain.name.startswith(b"brief"):
                domain.state, domain.reason = ENDED, 3
        elif op == PAUSE and domain.state == RUNNING:
            domain.state = PAUSED
        elif op == SHUTDOWN:
            domain.state = ENDED
            domain.reason = struct.unpack_from("<I", body)[0]
        elif op == RENAME:
            domain.name = body[:64]
        elif op == DESTROY and "undying" in WAYS:
            domain.state = DYING
        elif op == BREAK and domain.console is not None:
            self.say(domain, b"break " + body[:1] + b"\r\n")
        elif op == DESTROY:
            del self.domains[domain.domid]
        else:
            return E_STATE, b"", b"not now"
        return OK, b"", b""

    def answer(self, op, domid, body):
        if op in (HELLO, HOST_INFO):
            return OK, self.host(), b""
        if op == CREATE:
            return self.create(body)
        if op == TRIM:
            return self.trim(body)
        if op == HOLD:
            if "no-hold" in WAYS:
                return E_REQUEST, b"", b"an unknown operation"
            return OK, self.hold(), b""
        if op == DMESG:
            text = b"hypervisor: ready\nbad \x1b byte\n"
            start = struct.unpack_from("<Q", body)[0]
            part = text[start:start + 1024]
            return OK, struct.pack("<QII", start, len(part), 0) + part, b""
        if op == NEXT:
            found = [i for i in sorted(self.domains) if i >= domid]
            domid = found[0] if found else 0
        if domid not in self.domains:
            return E_NO_DOMAIN, b"", b""
        domain = self.domains[domid]
        if op == SEGMENT:
            return self.segment(domid, body)
        if op in (NEXT, INFO):
            return OK, domain.pack(), b""
        if op == MEMORY:
            return OK, memory(domain, struct.unpack_from("<Q", body)[0]), b""
        if op == DEVICE:
            index = struct.unpack_from("<I", body)[0]
            slot, kind = domain.devices[index]
            return OK, struct.pack("<6I7Q192s", index, slot, kind, 0, 15, 1, 0,
                                   77, 0, 0, 5, 6, 7, b""), b""
        if op == VCPU:
            index = struct.unpack_from("<I", body)[0]
            return OK, struct.pack("<4I10Q", index, 1, 1, 0, 5,
                                   *range(9)), b""
        return self.act(op, domain, body)


class Control:
    """A connection to a control port: reads requests and sends replies."""

    def __init__(self, host, stream):
        self.host = host
        self.stream = stream
        self.data = b""
        self.made = []
        if "stale" in WAYS:
            stream.sendall(MAGIC + bytes(3000) + MAGIC[:5])

    def input(self):
        data = self.stream.recv(65536)
        self.data += data
        while len(self.data) >= REQUEST.size and "mute" not in WAYS:
            magic, version, op, cookie, domid, zero, body = REQUEST.unpack(
                self.data[:REQUEST.size])
            assert (magic, version, zero) == (MAGIC, 1, 0)
            self.data = self.data[REQUEST.size:]
            status, reply, text = self.host.answer(op, domid, body)
            if op == CREATE and status == OK:
                self.made.append(self.host.next - 1)
            self.stream.sendall(struct.pack(
                "<8sQII192s1296s", MAGIC, cookie, status, op, text, reply))
        return bool(data)

    def close(self):
        for domid in self.made:
            domain = self.host.domains.get(domid)
            if domain and domain.state < PAUSED:
                del self.host.domains[domid]


class Console:
    def __init__(self, host, stream, slot):
        self.host, self.stream, self.slot = host, stream, slot
        host.consoles[slot] = stream
        try:
            with open(f"{FOLDER}/console-{slot}.log", "rb") as log:
                stream.sendall(log.read())
        except FileNotFoundError:
            pass

    def input(self):
        data = self.stream.recv(65536)
        if data:
            self.host.typed(self.slot, data)
        return bool(data)

    def close(self):
        if self.host.consoles.get(self.slot) is self.stream:
            del self.host.consoles[self.slot]


class Commands:
    """QEMU's own commands, of which every one succeeds."""

    def __init__(self, stream):
        self.stream = stream
        stream.sendall(b'{"QMP": {}}\r\n')

    def input(self):
        data = self.stream.recv(65536)
        if data:
            self.stream.sendall(b'{"return": {}}\r\n')
        return bool(data)

    def close(self):
        pass


class Uart:
    """The UART of a machine for a hypervisor of another project."""

    def __init__(self, stream):
        self.stream = stream

    def input(self):
        data = self.stream.recv(65536)
        if data:
            say_uart(data)
            self.stream.sendall(data)
        if b"q" in data:
            sys.exit()
        return bool(data)

    def close(self):
        pass


def say_uart(data):
    with open(f"{FOLDER}/serial.log", "ab") as log:
        log.write(data)


def listen(selector, path):
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen()
    selector.register(listener, selectors.EVENT_READ, path)


def serve(selector, host):
    while True:
        for key, _ in selector.select():
            if not isinstance(key.data, str):
                try:
                    alive = key.data.input()
                except ConnectionError:
                    alive = False
                if not alive:
                    key.data.close()
                    selector.unregister(key.fileobj)
                    key.fileobj.close()
                continue
            stream = key.fileobj.accept()[0]
            name = os.path.basename(key.data)
            if name in ("qmp.sock", "serial.sock"):
                client = (Commands if name == "qmp.sock" else Uart)(stream)
                selector.register(stream, selectors.EVENT_READ, client)
                continue
            slot = int(name.split("-")[1].split(".")[0])
            client = (Control(host, stream) if name.startswith("control")
                      else Console(host, stream, slot))
            if "deaf" not in WAYS or name.startswith("control"):
                selector.register(stream, selectors.EVENT_READ, client)


if "--version" in sys.argv:
    print("QEMU emulator version",
          "7.2.11" if "old" in WAYS else "10.0.2")
    sys.exit()
if "exit" in WAYS or "old" in WAYS:
    sys.exit("qemu-system-aarch64: Property 'max-arm-cpu.x-rme' not found")
FOLDER = os.path.dirname(sys.argv[sys.argv.index("-pidfile") + 1])
MACHINE = sys.argv[sys.argv.index("-M") + 1]
if "dumpdtb=" in MACHINE:
    if "no-tree" not in WAYS:
        subprocess.run(["dtc", "-O", "dtb", "-o", MACHINE.split("dumpdtb=")[1],
                        "-"], text=True, check=True, input="""/dts-v1/;
/ { #address-cells = <2>; #size-cells = <2>;
    fw-cfg@9020000 { compatible = "qemu,fw-cfg-mmio"; };
    cpus { cpu@0 { device_type = "cpu"; }; };
    chosen { }; };""", stderr=subprocess.DEVNULL)
    sys.exit()
if "crash" in WAYS:
    say_uart(b"HELLO\npanic: no way on\n")
    sys.exit()
while "late" in WAYS and not os.path.exists(f"{FOLDER}/../go"):
    time.sleep(0.02)
with open(f"{FOLDER}/pid", "w", encoding="ascii") as pid:
    pid.write(f"{os.getpid()}\n")
if "devices" in WAYS:
    # Its slots are those of the machine that it stands in for.
    subprocess.Popen(
        ["qemu-system-aarch64", "-M", "virt,its=off", "-S", "-nodefaults",
         "-display", "none", "-m", "64", "-device",
         "pci-bridge,id=slots,chassis_nr=1,msi=off", "-qmp",
         sys.argv[sys.argv.index("-qmp") + 1],
         *(word for flag, value in zip(sys.argv, sys.argv[1:])
           if flag == "-fsdev" for word in (flag, value))],
        preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGKILL))
    while True:
        with socket.socket(socket.AF_UNIX) as probe:
            try:
                probe.connect(f"{FOLDER}/qmp.sock")
                break
            except OSError:
                time.sleep(0.02)
SELECTOR = selectors.DefaultSelector()
if "iommu" not in MACHINE:
    say_uart(b"HELLO\n")
    listen(SELECTOR, f"{FOLDER}/qmp.sock")
for flag, value in zip(sys.argv, sys.argv[1:]):
    if flag == "-chardev" and value.startswith("socket"):
        listen(SELECTOR, value.split("path=")[1].split(",")[0])
serve(SELECTOR, Host(SELECTOR))
