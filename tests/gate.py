# SPDX-License-Identifier: BSD-3-Clause
"""Storage that falls silent: tests/gate.c, loaded into QEMU and commands."""
import contextlib
import pathlib
import subprocess


@contextlib.contextmanager
def gate_of(folder, image, monkeypatch):
    """Gives a file: while it is there, the storage of the image is silent. For
    hosts and commands that are started from now on."""
    library, gate = folder / "gate.so", folder / "gate"
    subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                    pathlib.Path(__file__).with_suffix(".c")], check=True)
    monkeypatch.setenv("GATE", str(gate))
    monkeypatch.setenv("GATED", str(image))
    monkeypatch.setenv("LD_PRELOAD", str(library))
    yield gate
    gate.unlink(missing_ok=True)
