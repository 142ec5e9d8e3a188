# SPDX-License-Identifier: BSD-3-Clause
"""A client of the control interface (abi/control.h)."""
import collections
import itertools
import re
import secrets
import struct

from conftest import ROOT
from ports import PATIENCE, Port

MAGIC = 0x4C54434556454552
VERSION = 1
NAME_SIZE = 64
TEXT_SIZE = 192
REQUEST = struct.Struct("<QIIQII224s")
REPLY = struct.Struct("<QQII192s1296s")

# The fields of each body in order, and their formats.
BODIES = {
    "host": ("<IIIIQQQQ40sIIIIIIQ192s6QIIQQ",
             "version flags cores domains memory_total memory_free "
             "granules_delegated pages_used features rmi_lower rmi_higher "
             "ipa_bits max_recs hashes consoles_free uptime_ns rmm_text "
             "dma_total dma_free dma_faults dma_faults_more "
             "dma_fault_address dma_fault_what slots slots_free "
             "requests_in_flight pages_pinned"),
    "domain": ("<8I12QII64s16s192sII",
               "domid state flags reason vcpus vcpus_online console blocked "
               "ram_size pages_held pages_promised granules_delegated "
               "pages_shared cpu_ns uptime_ns progress_done progress_all "
               "rmi_calls exits first_entry_ns hash_algo devices name uuid text "
               "hvc zero"),
    "grant": ("<QQ", "pa size"),
    "vcpu": ("<IIIIQ9Q",
             "index online core running cpu_ns irq mmio fault wfx sysreg psci "
             "ripas host_call other"),
    "dmesg": ("<QII1024s", "start size zero text"),
    "touch": ("<IIQQQ", "faulted zero esr value pa"),
    "attack": ("<IIQ", "what done x0"),
    "hold": ("<QII", "in_flight domid device"),
    "trim": ("<QII1024s", "next count zero runs"),
    "device": ("<6I7Q192s",
               "index slot id flags status queues features requests in_flight "
               "pages_pinned exits notifications interrupts text"),
}


def numbers_of(name):
    """Returns the numbers of an enum in abi/control.h, by name without
    CONTROL_."""
    text = (ROOT / "abi/control.h").read_text()
    body = re.search(rf"enum {name} {{(.*?)\n}};", text, re.S)[1]
    body = re.sub(r"/\*.*?\*/", "", body, flags=re.S)
    numbers, number = {}, 0
    for entry in filter(None, (e.strip() for e in body.split(","))):
        key, _, value = entry.partition("=")
        number = int(value, 0) if value else number
        numbers[key.strip().removeprefix("CONTROL_")] = number
        number += 1
    return numbers


OPS = numbers_of("control_op")
STATUS = numbers_of("control_status")
STATES = {number: name for name, number in numbers_of("control_state").items()}


def text(field):
    return field.split(b"\0")[0].decode()


def unpack(kind, data):
    """Returns a body as a named tuple."""
    layout, names = BODIES[kind]
    reader = struct.Struct(layout)
    body = collections.namedtuple(kind, names)
    return body._make(reader.unpack(data[:reader.size]))


class Refused(Exception):
    """A reply that is not OK."""

    def __init__(self, status, why):
        super().__init__(f"{status}: {why}")
        self.status, self.why = status, why


class Control(Port):
    """A session on a control port that has sent its HELLO."""

    def __init__(self, folder, number=0, patience=5, name="control.{}"):
        # Replies to other clients of this port have other cookies.
        self.cookies = itertools.count(secrets.randbits(62))
        for _ in range(PATIENCE // patience):
            super().__init__(folder, name.format(number))
            self.socket.settimeout(patience)
            try:
                self.host = self.ask("HELLO", kind="host")
            except TimeoutError:
                # A port whose last client went while data was waiting in both
                # directions is mute in QEMU until this client goes.
                self.close()
            else:
                self.socket.settimeout(PATIENCE)
                return
        raise TimeoutError("no answer to HELLO")

    def ask(self, op, body=b"", domid=0, kind=None):
        """Sends a request and returns the body of the reply."""
        cookie = next(self.cookies)
        self.send(REQUEST.pack(
            MAGIC, VERSION, OPS[op], cookie, domid, 0, body))
        return self.answer(cookie, kind)

    def answer(self, cookie, kind):
        """Returns the reply with that cookie. Part of a reply for the previous
        client may come first."""
        start = struct.pack("<QQ", MAGIC, cookie)
        self.receive_until(start)
        data = start + self.receive(REPLY.size - len(start))
        _, _, status, _, why, body = REPLY.unpack(data)
        if status:
            names = {number: name for name, number in STATUS.items()}
            raise Refused(names[status], text(why))
        return unpack(kind, body) if kind else body

    def dmesg(self):
        """Returns all of the log that the hypervisor keeps."""
        whole, at = b"", 0
        while True:
            part = self.ask("DMESG", struct.pack("<Q", at), kind="dmesg")
            if part.size == 0:
                return whole.decode()
            whole += part.text[:part.size]
            at = part.start + part.size
