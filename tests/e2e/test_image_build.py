# SPDX-License-Identifier: BSD-3-Clause
"""`reeve image build` from its command line to the finished folder, with
stand-ins for the scripts that fetch packages and for QEMU."""
import os
import pathlib
import re
import resource
import shutil
import signal
import stat
import subprocess

import pytest
from conftest import PATIENCE, ROOT, kernel_image

MIB = 1 << 20
# Takes the place of the guest in which packages are installed: writes an EROFS
# superblock of two blocks to the disk, or does what $DO says.
QEMU = r"""#!/usr/bin/python3
import os, re, sys, time
text = " ".join(sys.argv)
for name in ("archive", "image"):
    assert "werror=report" in re.search(rf"file=\S*/{name},\S*", text)[0]
print("image: unpacking the archive")
print("Setting up a (1) ...", flush=True)
do = os.environ.get("DO", "")
if do == "hang":
    time.sleep(600)
if do == "fail":
    sys.exit("image: FAILED: dpkg")
disk = bytearray(8192)
disk[1024:1028] = bytes.fromhex("e2e1f5e0")
disk[1024 + 12], disk[1024 + 36] = 12, 2
with open(re.search(r"file=([^ ,]*/image),", text)[1], "r+b") as stream:
    stream.write(disk)
print("image: done")
"""
PACKAGES = """#!/bin/sh
echo "$*" >>"$REEVE_CACHE/asked"
[ -z "${MISSING-}" ] || {
	echo "image-packages: error: Debian trixie has no package $MISSING" >&2
	exit 1
}
echo "dlstatus:1:50.0:Retrieving" >&2
printf '%s\\n' "essential a.deb" "package b.deb" "tool c.deb"
"""


def add_package(folder, name, files=()):
    tree = folder / f"tree-{name}"
    (tree / "DEBIAN").mkdir(parents=True)
    (tree / "DEBIAN" / "control").write_text(
        f"Package: {name}\nVersion: 1\nArchitecture: all\n"
        "Maintainer: a <a@b>\nDescription: a\n")
    for path, source in dict(files).items():
        (tree / path).parent.mkdir(parents=True)
        shutil.copy(source, tree / path)
    subprocess.run(["dpkg-deb", "--root-owner-group", "-b", tree,
                    f"{name}.deb"], cwd=folder, check=True,
                   stdout=subprocess.DEVNULL)


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """Packages and a kernel."""
    folder = tmp_path_factory.mktemp("cache")
    debs, guest = folder / "image" / "debs", folder / "guest"
    debs.mkdir(parents=True)
    (guest / "modules").mkdir(parents=True)
    for name in ("vmlinuz", "busybox"):
        (guest / name).write_bytes(kernel_image())
    (guest / "VERSION").write_text("1")
    (debs / "main.c").write_text("int main(void) { return 0; }")
    subprocess.run(["gcc", "-static", "-o", "dmsetup", "main.c"], cwd=debs,
                   check=True)
    for name in ("a", "b"):
        add_package(debs, name)
    add_package(debs, "c", {"usr/sbin/dmsetup": debs / "dmsetup"})
    return folder


class Builder:
    """The scripts as installed, a cache, and a specification."""

    def __init__(self, reeve, cache):
        self.reeve, self.folder = reeve, reeve.folder
        self.libexec, self.cache = (self.folder / name
                                    for name in ("libexec", "cache"))
        shutil.copytree(cache, self.cache)
        self._make_libexec()
        self.folder.joinpath("spec.toml").write_text(
            'name = "a"\npackages = ["b"]\n')
        self.out = self.folder / "out"
        self.environment = {
            **os.environ, "REEVE_LIBEXEC": str(self.libexec),
            "REEVE_CACHE": str(self.cache),
            "REEVE_GUEST": str(self.folder / "kernel"),
            "REEVE_QEMU": str(self.program("qemu", QEMU))}

    def program(self, name, text):
        path = self.folder / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def _make_libexec(self):
        self.libexec.mkdir()
        for pattern in ("image*", "initrd.py"):
            for path in (ROOT / "scripts").glob(pattern):
                if path.is_file():
                    shutil.copy(path, self.libexec)
        self.program("libexec/image-packages.sh", PACKAGES)
        self.program("libexec/guest.sh", "#!/bin/sh\n")

    def command(self, *options):
        return [self.reeve.path, "image", "build", "spec.toml", "-o", "out",
                *options]

    def run(self, *options, code=0, limit=None, **environment):
        def limited():
            if limit:
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

        done = subprocess.run(
            self.command(*options), cwd=self.folder, capture_output=True,
            text=True, check=False, timeout=PATIENCE, preexec_fn=limited,
            env={**self.environment, **environment})
        assert done.returncode == code, (done.stdout, done.stderr)
        return done

    def start(self, ignored=None, **environment):
        """Starts a build. Returns it when QEMU runs, and the number of QEMU's
        process."""
        process = subprocess.Popen(
            self.command(), cwd=self.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, preexec_fn=lambda:
            ignored and signal.signal(ignored, signal.SIG_IGN),
            env={**self.environment, **environment})
        while process.stdout.readline() != "image: unpacking the archive\n":
            assert process.poll() is None, process.stderr.read()
        children = pathlib.Path(
            f"/proc/{process.pid}/task/{process.pid}/children").read_text()
        return process, int(children)

    def leftovers(self):
        """Returns what is neither an image nor meant to stay."""
        found = [*(self.cache / "image").iterdir(), *self.folder.iterdir()]
        return [path.name for path in found if path.name.startswith((
            "work.", "."))]

    def state(self):
        return {path.name: path.read_bytes() for path in self.out.iterdir()}


@pytest.fixture
def builder(reeve, cache):
    return Builder(reeve, cache)


def has_ended(process):
    """Returns whether a process is gone, or will be as soon as it is waited
    for."""
    try:
        text = pathlib.Path(f"/proc/{process}/stat").read_text()
    except FileNotFoundError:
        return True
    return text.rpartition(")")[2].split()[0] == "Z"


def test_a_folder_is_filled_and_leads_to_a_guest(builder):
    done = builder.run()
    assert {path.name for path in builder.out.iterdir()} == {
        "guest.cfg", "vmlinuz", "initrd", "disk.img", "build.log",
        "id_ed25519", "id_ed25519.pub"}
    assert re.search(r"out: a disk of 0 MiB, after \d+ s\n"
                     r"image: next: reeve create out/guest.cfg", done.stdout)
    assert (builder.out / "disk.img").stat().st_size == 3 * 4096
    assert builder.leftovers() == []
    for verb in ("check", "measure"):
        found = builder.reeve.run(verb, "out/guest.cfg")
        assert found.returncode == 0, found.stderr


def test_a_second_build_installs_nothing(builder):
    builder.run()
    before = builder.state()
    done = builder.run(DO="fail")
    assert "unpacking" not in done.stdout
    assert builder.state() == before


def test_another_reeve_guest_takes_no_other_disk(builder):
    builder.run()
    (builder.folder / "kernel").write_bytes(b"another reeve-guest")
    assert "unpacking" not in builder.run().stdout
    assert in_initramfs(builder, "usr/bin/reeve-guest") == (
        b"another reeve-guest")


def test_refresh_is_for_the_lists_of_packages(builder):
    builder.run("--refresh")
    assert (builder.cache / "asked").read_text() == "--refresh b\n"


@pytest.mark.parametrize("change", [
    lambda b: (b.folder / "spec.toml").write_text(
        'name = "a"\npackages = ["b", "c"]\n'),
    lambda b: (b.cache / "guest" / "VERSION").write_text("2"),
    lambda b: (b.libexec / "image-stage2").write_text("other")],
    ids=["packages", "kernel", "installation"])
def test_what_decides_the_disk_makes_it_anew(builder, change):
    builder.run()
    change(builder)
    assert "unpacking" in builder.run().stdout


def in_initramfs(builder, path):
    """Returns the content of a file of the initramfs."""
    done = subprocess.run(
        f"zcat out/initrd | cpio --quiet --to-stdout -i own/{path}", shell=True,
        check=True, cwd=builder.folder, capture_output=True)
    return done.stdout


def authorized(builder):
    return in_initramfs(builder, "root/.ssh/authorized_keys").decode()


def test_the_key_that_may_log_in_is_measured(builder):
    builder.run()
    made = (builder.out / "id_ed25519.pub").read_text()
    assert authorized(builder) == made
    assert stat.S_IMODE((builder.out / "id_ed25519").stat().st_mode) == 0o600
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "mine"],
                   cwd=builder.folder, check=True)
    rims = [builder.reeve.run("measure", "out/guest.cfg").stdout]
    builder.run("--ssh-key", "mine.pub")
    assert authorized(builder) == (builder.folder / "mine.pub").read_text()
    rims.append(builder.reeve.run("measure", "out/guest.cfg").stdout)
    assert rims[0] != rims[1]


def test_the_pair_of_an_earlier_build_is_put_aside(builder):
    """ssh would take it instead of the user's own."""
    builder.run()
    pair = [builder.out / "id_ed25519", builder.out / "id_ed25519.pub"]
    made = [path.read_bytes() for path in pair]
    builder.run("--ssh-key", str(pair[1]))
    assert [path.read_bytes() for path in pair] == made
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "mine"],
                   cwd=builder.folder, check=True)
    builder.run("--ssh-key", "mine.pub")
    assert not any(path.exists() for path in pair)
    assert [path.with_name(f"{path.name}.unused").read_bytes()
            for path in pair] == made
    builder.run()
    assert authorized(builder).encode() == pair[1].read_bytes() != made[1]


@pytest.mark.parametrize("name", ["mine", "spec.toml"])
def test_what_is_no_public_key_is_refused(builder, name):
    subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", "mine"],
                   cwd=builder.folder, check=True)
    done = builder.run("--ssh-key", name, code=1)
    assert f"{name} is no public key of SSH" in done.stderr
    assert not builder.out.exists()
    done = builder.run("--ssh-key", "absent", code=1)
    assert done.stderr == "image: absent: No such file or directory\n"


def test_state_and_key_stay_when_the_image_is_made_again(builder):
    spec = builder.folder / "spec.toml"
    spec.write_text(spec.read_text() + "state = 32\n")
    builder.run()
    state = builder.out / "state.img"
    assert state.stat().st_size == 32 * MIB and state.stat().st_blocks == 0
    assert stat.S_IMODE(state.stat().st_mode) == 0o600
    assert 'vdev=xvdb, access=rw' in (builder.out / "guest.cfg").read_text()
    state.write_bytes(b"the only copy")
    (builder.out / "secret").write_bytes(b"of the user")
    before = builder.state()
    (builder.cache / "guest" / "VERSION").write_text("2")
    builder.run()
    assert builder.state() == before


def test_a_folder_in_an_image_is_left_alone(builder):
    builder.run()
    (builder.out / "mine").mkdir()
    done = builder.run(code=1)
    assert "out/mine is no part of an image" in done.stderr
    assert (builder.out / "mine").is_dir() and builder.leftovers() == []


def test_a_state_disk_has_its_programs(builder):
    spec = builder.folder / "spec.toml"
    spec.write_text(spec.read_text() + "state = 32\n")
    builder.run()
    assert (builder.cache / "asked").read_text() == (
        "b cryptsetup-bin e2fsprogs jq\n")
    assert in_initramfs(builder, "usr/bin/reeve-unlock") == (
        ROOT / "scripts/image-unlock").read_bytes()
    checked = builder.reeve.run("check", "out/guest.cfg")
    assert checked.returncode == 0, checked.stderr


@pytest.mark.parametrize("setting, message", [
    (f'cmdline = "{"x" * 2048}"', "cmdline: Linux keeps 2047 bytes"),
    ("memory = 1", "memory: 1 MiB of memory cannot hold the kernel")])
def test_a_guest_that_the_kernel_does_not_fit_is_refused(builder, setting,
                                                         message):
    builder.folder.joinpath("spec.toml").write_text(
        f'name = "a"\npackages = ["b"]\n{setting}\n')
    done = builder.run(code=2)
    assert done.stderr.startswith(f"image: spec.toml: {message}")
    assert not (builder.cache / "asked").exists()


def test_a_folder_whose_sockets_have_no_name_is_refused(builder):
    """The channels are sockets in the image's folder."""
    deep = builder.folder / ("a" * 100)
    deep.mkdir()
    done = builder.run("-o", f"{deep}/out", code=1)
    assert done.stderr.startswith(f"image: {deep}/out: channel: ")
    assert not (builder.cache / "asked").exists()


def test_a_package_that_is_not_there_is_named(builder):
    done = builder.run(code=1, MISSING="nosuch")
    assert done.stderr == "image: Debian trixie has no package nosuch\n"
    assert "nosuch" not in done.stdout
    assert not builder.out.exists() and builder.leftovers() == []


def test_a_command_that_is_not_there_is_named(builder):
    """All other commands are."""
    (builder.folder / "bin").mkdir()
    for name in ("apt-get", "dpkg-deb", "readelf", "ssh-keygen", "python3"):
        (builder.folder / "bin" / name).symlink_to(shutil.which(name))
    done = builder.run(code=1, PATH=str(builder.folder / "bin"))
    assert ("there is no qemu-system-aarch64: install Debian's package "
            "qemu-system-arm") in done.stderr


def test_a_second_stage_that_fails_leaves_its_output_only(builder):
    builder.run()
    before = builder.state()
    (builder.cache / "guest" / "VERSION").write_text("2")
    done = builder.run(code=1, DO="fail")
    log = builder.cache / "image" / "failed.log"
    assert f"the second stage failed: see {log}" in done.stderr
    assert "FAILED: dpkg" in log.read_text()
    assert builder.state() == before and builder.leftovers() == []


@pytest.mark.parametrize("limit", [1000, 10000, MIB])
def test_a_full_disk_is_told_and_leaves_nothing(builder, limit):
    """A limit on files stands for it, at one file after the other."""
    done = builder.run(code=1, limit=limit)
    assert re.search(r"^image: no room \(File too large\): a new image takes "
                     r"some 2 GiB while it is made; \d+ MiB are free in ",
                     done.stderr, re.M)
    assert not builder.out.exists() and builder.leftovers() == []
    builder.run()


def test_a_full_disk_leaves_the_image_that_was_there(builder):
    builder.run()
    before = builder.state()
    builder.run(code=1, limit=10000)
    assert builder.state() == before and builder.leftovers() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_build_that_is_stopped_leaves_nothing(builder, number):
    process, qemu = builder.start(DO="hang")
    process.send_signal(number)
    _, err = process.communicate(timeout=PATIENCE)
    assert process.returncode == 1 and err == "image: stopped\n"
    assert has_ended(qemu)
    assert not builder.out.exists() and builder.leftovers() == []


def test_a_signal_that_is_ignored_stays_ignored(builder):
    """As nohup has it."""
    process, _ = builder.start(ignored=signal.SIGHUP, DO="hang")
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    process.terminate()
    process.communicate(timeout=PATIENCE)
    mask = int(re.search(r"^SigIgn:\s*(\w+)", status, re.M)[1], 16)
    assert mask >> (signal.SIGHUP - 1) & 1


def test_what_a_killed_build_left_is_removed_by_the_next(builder):
    process, qemu = builder.start(DO="hang")
    process.kill()
    process.communicate(timeout=PATIENCE)
    os.kill(qemu, signal.SIGKILL)
    assert builder.leftovers() != []
    builder.run()
    assert builder.leftovers() == []


def test_a_build_that_was_killed_while_it_replaced_a_folder_loses_nothing(
        builder):
    builder.run()
    before = builder.state()
    builder.out.rename(builder.folder / ".out.reeve-abc.old")
    shutil.copytree(builder.folder / ".out.reeve-abc.old",
                    builder.folder / ".out.reeve-abc")
    (builder.folder / ".out.mine").mkdir()
    builder.run()
    assert builder.state() == before
    assert builder.leftovers() == [".out.mine"]


def test_a_build_waits_for_another_one(builder):
    first, _ = builder.start(DO="hang")
    second = subprocess.Popen(
        builder.command(), cwd=builder.folder, stdout=subprocess.PIPE,
        text=True, env=builder.environment)
    line = second.stdout.readline()
    assert line == "image: waiting for another build of an image\n"
    first.terminate()
    first.communicate(timeout=PATIENCE)
    second.communicate(timeout=PATIENCE)
    assert second.returncode == 0 and builder.leftovers() == []


def test_a_terminal_shows_how_much_is_done(builder):
    leader, follower = os.openpty()
    process = subprocess.Popen(builder.command(), cwd=builder.folder,
                               stdout=follower, env=builder.environment)
    os.close(follower)
    text = b""
    while True:
        try:
            text += os.read(leader, 4096)
        except OSError:
            break
    assert process.wait(PATIENCE) == 0
    assert b"unpacking the archive: 50 %" in text


def test_the_program_is_missing(builder):
    done = builder.run(code=1, REEVE_LIBEXEC="/nowhere")
    assert "there is no /nowhere/image.py: install it" in done.stderr
