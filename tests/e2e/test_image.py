# SPDX-License-Identifier: BSD-3-Clause
"""Images: what a specification may say, and the parts that are made of packages.
test_image_build.py makes whole images, with stand-ins; tests/machine/test_image.py
boots one."""
import hashlib
import io
import os
import subprocess
import sys
import tarfile

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "scripts"))
import image_parts  # noqa: E402

GOOD = 'name = "a"\npackages = ["b"]\n'


def run(reeve, *options):
    return reeve.run("image", "build", "spec.toml", "-o", "out", *options)


@pytest.mark.parametrize("text, message", [
    ("name = a", "spec.toml: "),
    ('name = "a"', "packages is missing"),
    ('packages = []', "name is missing"),
    (GOOD + 'colour = "red"', "unknown key colour: write one of name, packages"),
    ('name = "a"\npackages = "b"', "packages takes a list"),
    (GOOD + 'memory = "1"', "memory takes a whole number"),
    ('name = "a"\npackages = [1]', "take texts"),
    ('name = "../a"\npackages = []', "name takes letters"),
    (GOOD + 'memory = true', "memory takes a whole number"),
    (GOOD + 'state = 31', "state takes 32 MiB or more"),
    (GOOD + 'cmdline = \'a="b c"\'', "cmdline takes no"),
    (GOOD + 'cmdline = "a\\nrealm = 0"', "cmdline takes no"),
    (GOOD + '[files]\n"/etc/x" = "absent"', "there is no file absent"),
    ("a = " + "[" * 5000 + "]" * 5000, "nested too deep"),
    (GOOD + "memory = " + "9" * 5000, "spec.toml: "),
    (GOOD + "memory = -1", "memory takes a whole number"),
    *((f'name = "a"\npackages = ["{package}"]', "is no name of a package")
      for package in ("-oDir::State=x", "", "a b", "./a.deb", "?essential",
                      "a\\nb", "--refresh")),
    *((GOOD + f'{table}\n"{path}" = "spec.toml"', "is no path in the image")
      for table in ("[files]", "[links]")
      for path in ("x", "", "/", "/a/", "//a", "/a//b", "/../x", "/a/./b",
                   "/a\\u0000b", "/a\\nb")),
    (GOOD + '[files]\n"/a" = "spec.toml"\n[links]\n"/a" = "b"',
     "/a is a file and a link"),
    (GOOD + '[files]\n"/a" = "spec.toml"\n"/a/b" = "spec.toml"',
     "/a is no folder"),
    *((GOOD + f'[links]\n"/a" = "{target}"', "/a cannot lead to")
      for target in ("", "b\\u0000", "b\\nc")),
])
def test_a_wrong_specification_is_named(reeve, text, message):
    reeve.write("spec.toml", text)
    before = set(reeve.folder.iterdir())
    done = run(reeve)
    assert done.returncode == 2 and message in done.stderr
    assert done.stderr.startswith("image: spec.toml: ")
    assert done.stderr.count("\n") == 1
    assert set(reeve.folder.iterdir()) == before


@pytest.mark.parametrize("text, message", [
    (GOOD + "memory = 0", "memory: '0' is out of range"),
    (GOOD + "memory = 3073", "memory: a Realm's RAM must fit the first RAM"),
    (GOOD + "vcpus = 0", "vcpus: a Realm needs at least one vCPU"),
    (GOOD + "vcpus = 129", "vcpus: '129' is out of range"),
    (f'name = "{"a" * 64}"\npackages = ["b"]', "name: the name is longer"),
])
def test_a_guest_that_no_host_can_run_is_refused_before_it_is_made(
        reeve, text, message):
    reeve.write("spec.toml", text)
    done = run(reeve)
    assert done.returncode == 2
    assert done.stderr.startswith(f"image: spec.toml: {message}")
    assert not (reeve.folder / "out").exists()


def test_a_specification_that_cannot_be_read_is_exit_1(reeve):
    done = run(reeve)
    assert done.returncode == 1
    assert done.stderr == "image: spec.toml: No such file or directory\n"


def test_a_specification_that_is_no_text_is_named(reeve):
    (reeve.folder / "spec.toml").write_bytes(b"\xff\xfe\0")
    done = run(reeve)
    assert done.returncode == 2 and "image: spec.toml: " in done.stderr


@pytest.mark.parametrize("name", [b'a "b"', b"caf\xe9"])
def test_a_folder_that_a_configuration_cannot_name_is_refused(reeve, name):
    reeve.write("spec.toml", GOOD)
    done = run(reeve, "-o", os.fsdecode(name))
    assert done.returncode == 1 and "no such characters" in done.stderr
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize("name", ["mine", "guest.cfg"])
def test_a_folder_of_something_else_is_left_alone(reeve, name):
    reeve.write("spec.toml", GOOD)
    (reeve.folder / "out").mkdir()
    reeve.write(f"out/{name}", "mine")
    done = run(reeve)
    assert done.returncode == 1 and "is no image" in done.stderr
    assert (reeve.folder / "out" / name).read_text() == "mine"


def package(folder):
    """Makes a package with a file, a link to it and a second name for it."""
    tree = folder / "tree"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        "Package: a\nVersion: 1\nArchitecture: all\nMaintainer: a <a@b>\n"
        "Description: a\n")
    (tree / "usr").mkdir()
    (tree / "usr" / "file").write_text("content\n")
    (tree / "usr" / "link").symlink_to("file")
    (tree / "usr" / "same").hardlink_to(tree / "usr" / "file")
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree, "a.deb"],
                   cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return folder / "a.deb"


def test_a_package_is_repacked_without_compression(tmp_path):
    path = package(tmp_path)
    plain = tmp_path / "plain.deb"
    plain.write_bytes(image_parts.package_plain(path))
    names = [name for name, _ in image_parts.ar_members(plain.read_bytes())]
    assert names == ["debian-binary", "control.tar", "data.tar"]
    for command in ("-c", "-f"):
        first, second = (subprocess.check_output(
            ["dpkg-deb", command, file]) for file in (path, plain))
        assert first == second


def test_an_archive_keeps_links_and_owners(tmp_path):
    stream = io.BytesIO()
    archive = image_parts.Archive(stream)
    archive.add_package("target", package(tmp_path))
    archive.add_file("overlay/etc/x", b"y", 0o755)
    archive.close()
    stream.seek(0)
    members = {m.name: m for m in tarfile.open(fileobj=stream)}
    assert members["target/usr/link"].linkname == "file"
    pair = members["target/usr/file"], members["target/usr/same"]
    assert {m.linkname for m in pair if m.islnk()} <= {
        "target/usr/file", "target/usr/same"}
    assert {(m.uid, m.gid) for m in members.values()} == {(0, 0)}
    assert members["overlay/etc"].isdir()
    assert members["overlay/etc/x"].mode == 0o755


@pytest.mark.parametrize("blocks", [2, 128, 129, 130])
def test_a_hash_tree_has_a_hash_for_every_block(blocks):
    """Each level is computed here block by block, from below."""
    data = b"".join(bytes([n % 251]) * 4096 for n in range(blocks))
    tree, root = image_parts.hash_tree(data)
    level, count = data, 0
    while len(level) > 4096:
        hashes = b"".join(hashlib.sha256(level[n:n + 4096]).digest()
                          for n in range(0, len(level), 4096))
        level = hashes.ljust(-(-len(hashes) // 4096) * 4096, b"\0")
        end = len(tree) - count
        assert tree[end - len(level):end] == level
        count += len(level)
    assert count == len(tree)
    assert root == hashlib.sha256(tree[:4096]).hexdigest()


def test_a_file_system_has_the_size_of_its_superblock():
    start = bytearray(4096)
    start[1024:1028] = bytes.fromhex("e2e1f5e0")
    start[1024 + 12] = 12
    start[1024 + 36] = 5
    assert image_parts.erofs_size(start, 5 << 12) == 5 << 12
    for change, value in ((1024, 0), (1024 + 36, 6), (1024 + 12, 9)):
        wrong = bytearray(start)
        wrong[change] = value
        with pytest.raises(ValueError):
            image_parts.erofs_size(wrong, 5 << 12)
