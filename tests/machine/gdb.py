# SPDX-License-Identifier: BSD-3-Clause
"""A debugger for a machine that is tested: QEMU's side of GDB's remote serial
protocol, on a Unix socket. It stops all CPUs at an address."""
import socket
import time

PC = 32  # the number of the register in the protocol


def options(path):
    """QEMU's options: the machine waits for the debugger before it starts."""
    return ("-S", "-chardev", f"socket,path={path},server=on,wait=off,id=gdb",
            "-gdb", "chardev:gdb")


class Gdb:
    def __init__(self, path, machine):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(machine.patience)
        # The socket is there a moment before QEMU listens.
        while self.socket.connect_ex(str(path)) != 0:
            assert machine.process.poll() is None, machine.seen
            time.sleep(0.01)
        self.stream = self.socket.makefile("rb")

    def send(self, packet):
        data = packet.encode()
        self.socket.sendall(b"$%s#%02x" % (data, sum(data) % 256))

    def answer(self):
        while self.stream.read(1) != b"$":
            pass
        packet = b""
        while (byte := self.stream.read(1)) != b"#":
            assert byte, "the machine is gone"
            packet += byte
        self.stream.read(2)
        self.socket.sendall(b"+")
        return packet.decode()

    def ask(self, packet):
        self.send(packet)
        return self.answer()

    def program_counter(self):
        return int.from_bytes(bytes.fromhex(self.ask(f"p{PC:x}")), "little")

    def go(self, how):
        assert self.ask(how).startswith("T05")

    def run_to(self, *addresses):
        """Runs until a CPU is at one of the addresses, and returns which."""
        if self.program_counter() in addresses:
            self.go("s")  # it would stop there at once
        for address in addresses:
            assert self.ask(f"Z0,{address:x},4") == "OK"
        self.go("c")
        for address in addresses:
            assert self.ask(f"z0,{address:x},4") == "OK"
        return self.program_counter()

    def leave(self):
        """Lets the machine run on without a debugger."""
        self.send("D")
        self.socket.close()
