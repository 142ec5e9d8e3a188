# SPDX-License-Identifier: BSD-3-Clause
"""The firmware is the same bytes wherever it is built, so that whoever builds
it can check the reference values that others publish."""

import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FIRMWARE = pathlib.Path(os.environ.get("FIRMWARE", ROOT / "build-firmware"))
REEVE = os.environ.get("REEVE", str(ROOT / "build" / "reeve"))
IMAGES = ["firmware/image/firmware.bin", "firmware/image/firmware-debug.bin"]
COMPILER = "clang" if FIRMWARE.name.endswith("-clang") else "gcc"


@pytest.fixture(scope="module")
def again(tmp_path_factory):
    """The same images, built from a copy of the tree in a folder of another
    name, and with no compiler's cache: what it keeps would come from here."""
    tree = tmp_path_factory.mktemp("elsewhere") / "a" / "tree of sources"
    shutil.copytree(ROOT, tree, symlinks=True, ignore=shutil.ignore_patterns(
        "build", "build-*", "dist", ".git", ".cache", "__pycache__"))
    (tree / ".cache").symlink_to(ROOT / ".cache")
    environment = {**os.environ, "CCACHE_DISABLE": "1", "TZ": "Asia/Tokyo",
                   "LC_ALL": "C", "HOME": str(tree),
                   "CC": "clang-19" if COMPILER == "clang" else "gcc"}
    for command in (["meson", "setup", "--cross-file",
                     f"firmware/{COMPILER}.ini", "made"],
                    ["ninja", "-C", "made", *IMAGES]):
        done = subprocess.run(command, cwd=tree, env=environment, check=False,
                              capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
    return tree / "made"


@pytest.mark.parametrize("image", IMAGES)
def test_two_builds_are_the_same_bytes(again, image):
    first, second = ((folder / image).read_bytes()
                     for folder in (FIRMWARE, again))
    assert len(first) == len(second)
    differing = [i for i, pair in enumerate(zip(first, second))
                 if pair[0] != pair[1]]
    assert not differing, f"{len(differing)} bytes from {differing[0]:#x}"


def references(folder, image, path):
    """Returns the reference values that are written for an image."""
    options = ["--debug-console"] if "debug" in image else []
    subprocess.run([REEVE, "refs", "--platform", *options, "-o", path],
                   check=True, env={**os.environ,
                                    "REEVE_FIRMWARE": str(folder / image)})
    return path.read_bytes()


@pytest.mark.parametrize("image", IMAGES)
def test_their_reference_values_are_the_same(again, tmp_path, image):
    found = {references(folder, image, tmp_path / "corim")
             for folder in (FIRMWARE, again)}
    assert len(found) == 1
