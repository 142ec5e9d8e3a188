# SPDX-License-Identifier: BSD-3-Clause
"""The ports of a CCA host (abi/control.h) on QEMU: its options for them, and
the client's end of each."""
import socket
import time

CONTROL_PORTS = 4
CONSOLES = 12
MAX_PORTS = 1 + CONTROL_PORTS + 2 * CONSOLES
PATIENCE = 60


def options(folder):
    """Returns QEMU's options for every port; sockets and logs are in folder."""
    result = ["-device", f"virtio-serial-pci,max_ports={MAX_PORTS},"
              "disable-legacy=on,iommu_platform=on,vectors=0,addr=1"]

    def port(number, name, backend):
        result.extend([
            "-chardev", f"{backend},id=port{number}", "-device",
            f"virtserialport,nr={number},chardev=port{number},name={name}"])

    for n in range(CONTROL_PORTS):
        port(1 + n, f"reeve.control.{n}",
             f"socket,path={folder}/control.{n},server=on,wait=off")
    for n in range(CONSOLES):
        first = 1 + CONTROL_PORTS + 2 * n
        port(first, f"reeve.console.{n}",
             f"socket,path={folder}/console.{n},server=on,wait=off")
        port(first + 1, f"reeve.console-log.{n}",
             f"file,path={folder}/console.{n}.log,append=on")
    return result


class Port:
    """A connection to a port."""

    def __init__(self, folder, name):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(PATIENCE)
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                self.socket.connect(f"{folder}/{name}")
                return
            except (FileNotFoundError, ConnectionRefusedError,
                    BlockingIOError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.05)

    def send(self, data):
        self.socket.sendall(data)

    def receive(self, size):
        """Returns exactly that many bytes."""
        parts = []
        while size:
            part = self.socket.recv(min(size, 1 << 16))
            assert part, "the other side has gone"
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def receive_until(self, end):
        """Returns all bytes up to these, and these."""
        data = b""
        while not data.endswith(end):
            data += self.receive(1)
        return data

    def silent(self, seconds=0.5):
        """Returns true if nothing comes for that long."""
        self.socket.settimeout(seconds)
        try:
            return self.socket.recv(1) is None
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(PATIENCE)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()
