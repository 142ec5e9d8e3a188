# SPDX-License-Identifier: BSD-3-Clause
"""Measures the way into a Realm: a shell with and without attestation, what the
verifier takes for a verdict, and the boot of a whole Debian to its login prompt
in both kinds of guest.

Times are the best of several runs, which take turns, because the best run shows
what the machine can do.
"""

import contextlib
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time

from bench_host import REEVE, ROOT, Failure, reeve

sys.path.insert(0, str(ROOT / "tests" / "machine"))
import access_guest  # noqa: E402
from test_host import Host  # noqa: E402
from test_image import cmdline, image_make  # noqa: E402

TURNS = 5
VERDICTS = 15
BOOTS = 2
PROMPT = b" login: "


@contextlib.contextmanager
def host(*options):
    """Runs a host in a folder of its own, with a short path for sockets."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="bench"))
    os.environ["XDG_RUNTIME_DIR"] = str(folder)
    try:
        reeve("host", "start", *options)
        yield folder
    finally:
        subprocess.run([REEVE, "host", "stop"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shutil.rmtree(folder)


def timed(*command):
    start = time.perf_counter()
    done = subprocess.run(list(map(str, command)), check=False,
                          stdin=subprocess.DEVNULL, capture_output=True,
                          text=True)
    taken = time.perf_counter() - start
    if done.returncode != 0:
        raise Failure(f"{command}: {done.stderr}")
    return taken, done.stdout


# ---- A shell ----------------------------------------------------------------

def realm_start(folder):
    """Starts a Realm, waits until it answers, and returns its configuration.
    known has its host keys."""
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f",
                    folder / "id"], check=True)
    disk = access_guest.ramdisk(folder, (folder / "id.pub").read_bytes())
    path = folder / access_guest.config(Host(folder), "bench", disk)
    reeve("create", "-q", str(path))
    reeve("attest", "--wait", "bench", "--config", str(path), "--known-hosts",
          str(folder / "known"))
    return path


def shells(folder, path):
    """Compares a shell behind an attestation with one whose keys are known."""
    user = ["-F", "none", "-i", folder / "id", "-o", "BatchMode=yes"]
    attested = [REEVE, "ssh", "-q", "bench", "--config", path, "--", *user,
                "true"]
    plain = ["ssh", *user, "-o", f"UserKnownHostsFile={folder}/known", "-o",
             "StrictHostKeyChecking=yes", "-o", "ProxyCommand="
             f"{REEVE} channel bench org.reeve.ssh.0", "root@bench", "true"]
    turns = [(timed(*attested)[0], timed(*plain)[0]) for _ in range(TURNS)]
    best = [min(times) for times in zip(*turns)]
    print("a shell opens and ends in {:.2f} s with attestation, {:.2f} s "
          "without".format(*best))
    yield "attest and shell", best[0], "s", 3
    yield "attest and shell, shell alone", best[0] / best[1], "x", 2


# ---- A verdict --------------------------------------------------------------

class Clock:
    """A socket behind which a guest answers, and which notes when it has."""

    def __init__(self, path, guest):
        self.guest, self.answered = guest, 0
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(path)
        self.listener.listen()
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            verifier, _ = self.listener.accept()
            with verifier, socket.socket(socket.AF_UNIX) as guest:
                guest.connect(self.guest)
                guest.sendall(verifier.recv(1 << 12))
                head = b""
                while len(head) < 16:
                    head += guest.recv(16 - len(head))
                size = 16 + int.from_bytes(head[12:], "big")
                while len(head) < size:
                    head += guest.recv(size - len(head))
                self.answered = time.perf_counter()
                verifier.sendall(head)


def verdicts(folder, path):
    """Measures from the guest's answer to the end of the command, which has
    then printed its verdict. The prediction of the RIM, which comes before the
    nonce, and the guest's signature are not counted."""
    clock = Clock(str(folder / "clock"), str(folder / "bench.attest"))
    key = folder / "key.pem"
    key.write_text(reeve("host", "show-key"))
    times = []
    for _ in range(VERDICTS):
        timed(REEVE, "attest", "--connect", f"unix:{folder}/clock", "--config",
              path, "--platform-key", key)
        times.append(time.perf_counter() - clock.answered)
    yield "answer to verdict", min(times) * 1000, "ms", 50


# ---- A whole Debian ---------------------------------------------------------

def until_prompt(command):
    """Returns the seconds until a login prompt is on the console."""
    start = time.perf_counter()
    seen = b""
    with subprocess.Popen(command, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT) as process:
        while PROMPT not in seen:
            data = os.read(process.stdout.fileno(), 4096)
            if not data:
                raise Failure(f"no login prompt: {seen[-400:]}")
            seen = (seen + data)[-4096:]
        taken = time.perf_counter() - start
        process.kill()
    return taken


def debian_boot(path, *settings):
    """Boots a guest on a host that has run nothing yet, as bench_host does. An
    ordinary guest with devices is wholly in the memory that devices access.
    The console is hvc0: on a UART, each character would end the vCPU's run."""
    with host("--memory", "4G", "--dma-memory", "2G"):
        return until_prompt([REEVE, "create", "-q", "-c", path, *settings])


def ordinary(path):
    """Writes the configuration of the image as an ordinary guest, and returns
    its path."""
    text = re.sub(r"^realm.*\n", "", path.read_text(), flags=re.M)
    other = path.with_name("ordinary.cfg")
    other.write_text(text)
    return other


def debian_boots(folder):
    image = image_make(folder / "debian")
    path = image / "guest.cfg"
    console = f'cmdline="{cmdline(image)} console=hvc0"'
    turns = [(debian_boot(path, console), debian_boot(ordinary(path), console))
             for _ in range(BOOTS)]
    best = [min(times) for times in zip(*turns)]
    print("Debian to its login prompt: {:.1f} s in a Realm, {:.1f} s in an "
          "ordinary guest".format(*best))
    yield "login prompt, ordinary guest", best[0] / best[1], "x", 1.4


def access(folder):
    before = os.environ.get("XDG_RUNTIME_DIR")
    try:
        with host("--memory", "1G", "--cpus", "2") as place:
            path = realm_start(place)
            yield from shells(place, path)
            yield from verdicts(place, path)
        yield from debian_boots(folder)
    finally:
        if before is None:
            os.environ.pop("XDG_RUNTIME_DIR", None)
        else:
            os.environ["XDG_RUNTIME_DIR"] = before
