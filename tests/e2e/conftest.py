# SPDX-License-Identifier: BSD-3-Clause
"""Shared by the end-to-end tests: the command, and small guests."""
import os
import pathlib
import struct
import subprocess
import sys

import pytest

# Seconds after which a command is taken to wait for ever.
PATIENCE = 300

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))


def kernel_image(size=300000, image_size=None, text_offset=0, flags=0xA,
                 banner=b"Linux version 7.3.4 (test)"):
    """Returns a file with the header of an arm64 Image and a body that is
    always the same."""
    body = bytearray((i * 2654435761 >> 7) & 0xFF for i in range(size))
    header = struct.pack(
        "<IIQQQQQQII", 0x91005A4D, 0x14000000, text_offset,
        size if image_size is None else image_size, flags, 0, 0, 0,
        0x644D5241, 0)
    body[:len(header)] = header
    body[4096:4096 + len(banner)] = banner
    return bytes(body)


class Reeve:
    """Runs build/reeve in a folder of its own."""

    def __init__(self, folder):
        self.folder = folder
        self.path = os.environ.get("REEVE", str(ROOT / "build" / "reeve"))

    def run(self, *arguments, text=True, stdin=None):
        return subprocess.run(
            [self.path, *map(str, arguments)], cwd=self.folder,
            capture_output=True, text=text, check=False, input=stdin,
            timeout=PATIENCE)

    def write(self, name, content):
        path = self.folder / name
        if isinstance(content, str):
            path.write_text(content)
        else:
            path.write_bytes(content)
        return path

    def config(self, name="guest.cfg", **settings):
        """Writes a configuration with the values as given. Returns its name."""
        base = {"name": '"probe"', "type": '"pvh"', "memory": "512",
                "kernel": '"kernel"', "realm": "1"}
        base.update(settings)
        lines = [f"{key} = {value}\n"
                 for key, value in base.items() if value is not None]
        return self.write(name, "".join(lines)).name


@pytest.fixture
def reeve(tmp_path):
    tool = Reeve(tmp_path)
    tool.write("kernel", kernel_image())
    tool.write("initrd", bytes(range(256)) * 77)
    return tool
