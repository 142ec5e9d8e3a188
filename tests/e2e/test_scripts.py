# SPDX-License-Identifier: BSD-3-Clause
"""The scripts that fetch Debian's packages leave nothing unpacked behind,
however they end. Stand-ins take the place of apt and dpkg."""
import os
import shutil
import signal
import subprocess

import pytest
from conftest import ROOT

PATIENCE = 60

# The stand-ins. A download makes the file that dpkg-deb unpacks; with
# HANG it says that it runs, and waits to be killed.
STANDINS = {
    "apt-get": """
case " $* " in
*" download "*)
	: >"lib$$.deb"
	[ -z "${HANG-}" ] || { echo downloading; exec sleep 600; }
	;;
esac
""",
    "apt-cache": 'echo "$4 | 1.0 | here"\n',
    "dpkg-deb": """
mkdir -p "$3/usr/include" "$3/usr/lib"
: >"$3/usr/lib/libbearssl.a"
: >"$3/usr/lib/libfdt.a"
""",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Returns a tree that has only the scripts."""
    (tmp_path / "bin").mkdir()
    (tmp_path / "scripts").mkdir()
    for name in ("armlibs.sh", "debian.sh", "mirror.sh"):
        shutil.copy(ROOT / "scripts" / name, tmp_path / "scripts")
    for name, text in STANDINS.items():
        path = tmp_path / "bin" / name
        path.write_text(f"#!/bin/sh\n{text}")
        path.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:{os.environ['PATH']}")
    monkeypatch.setenv("REEVE_MIRROR", "http://mirror.invalid/debian")
    return tmp_path


def start(tree, **environment):
    return subprocess.Popen(
        ["scripts/armlibs.sh"], cwd=tree, text=True, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
        env=dict(os.environ, **environment))


def finish(script):
    out, err = script.communicate(timeout=PATIENCE)
    assert script.returncode == 0, err
    return out


def hung(tree):
    """Starts the script. Returns it when it downloads."""
    script = start(tree, HANG="1")
    for line in script.stdout:
        if line == "downloading\n":
            return script
    raise AssertionError(script.stderr.read())


def unpacked(tree):
    return list((tree / ".cache").glob("unpack.*"))


def test_two_packages_leave_nothing_unpacked(tree):
    finish(start(tree))
    assert (tree / ".cache/bearssl/libbearssl.a").exists()
    assert (tree / ".cache/libfdt/libfdt.a").exists()
    assert unpacked(tree) == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_script_that_is_interrupted_leaves_nothing_unpacked(tree, number):
    script = hung(tree)
    assert len(unpacked(tree)) == 1
    os.killpg(script.pid, number)
    script.communicate(timeout=PATIENCE)
    assert script.returncode not in (0, None)
    assert unpacked(tree) == []


def test_what_a_killed_script_left_is_removed_by_the_next(tree):
    script = hung(tree)
    os.killpg(script.pid, signal.SIGKILL)
    script.communicate(timeout=PATIENCE)
    assert len(unpacked(tree)) == 1
    finish(start(tree))
    assert unpacked(tree) == []
    # Also by one that has nothing to fetch.
    (tree / ".cache/unpack.I5plPB/usr").mkdir(parents=True)
    finish(start(tree))
    assert unpacked(tree) == []


def test_a_script_waits_for_another_one(tree):
    first = hung(tree)
    second = start(tree)
    line = second.stdout.readline()
    assert line == "armlibs: waiting for another script that fetches packages\n"
    assert len(unpacked(tree)) == 1 and second.poll() is None
    os.killpg(first.pid, signal.SIGTERM)
    first.communicate(timeout=PATIENCE)
    finish(second)
    assert unpacked(tree) == []
