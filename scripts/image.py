#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a bootable Debian for arm64 of which every byte is measured: a disk
that dm-verity checks, whose root hash is on the kernel's command line.

`reeve image build` runs this. Packages of Debian are the only input. They are
installed by Debian's own dpkg in an emulated guest (image-stage2): this needs
no rights, nothing of the machine but QEMU, and gives the same bytes everywhere.

  REEVE_COMMAND  the command reeve, which sets this
  REEVE_CACHE    the folder of packages, the kernel and finished images
  REEVE_IMAGES   the folder of finished images, if another one
  REEVE_GUEST    the program reeve-guest for arm64
"""

import argparse
import contextlib
import errno
import fcntl
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time

import image_make
import image_parts
import image_spec
import initrd
from image_spec import SpecWrong, Wrong

SCRIPTS = pathlib.Path(__file__).resolve().parent
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
# Commands, and the packages of Debian that have them.
COMMANDS = {"apt-get": "apt", "dpkg-deb": "dpkg", "readelf": "binutils",
            "qemu-system-aarch64": "qemu-system-arm",
            "ssh-keygen": "openssh-client"}
BOOT_MODULES = ["virtio_mmio", "virtio_blk", "dm_mod", "dm_verity", "erofs",
                "overlay", "arm_cca_guest"]
OLD = ".old"
UNUSED = ".unused"
# Files of an image's folder that are made anew with the image. All others stay:
# the state, keys, the sockets by which a guest that runs is reached, and what
# the user keeps beside them, such as the secret of the state.
MADE = ("guest.cfg", "vmlinuz", "initrd", "disk.img", "build.log")


class Progress:
    """Tells the user what is done, on a terminal also how much of it."""

    def __init__(self):
        self.text = ""
        self.live = sys.stdout.isatty()

    def say(self, text):
        self.text = text
        print(("\r\033[K" * self.live) + f"image: {text}", flush=True)

    def step(self, done, most):
        """Shows how much of the last step is done."""
        if self.live and most:
            print(f"\033[A\r\033[Kimage: {self.text}: {100 * done // most} %",
                  flush=True)


PROGRESS = Progress()


# ---- Where things are

def first_there(*paths):
    """Returns the first path that exists, or else the last one."""
    return next((path for path in paths if path.exists()), paths[-1])


def cache_folder():
    """Returns .cache of a source tree, or else a folder of the user's."""
    if os.environ.get("REEVE_CACHE"):
        return pathlib.Path(os.environ["REEVE_CACHE"]).resolve()
    if (SCRIPTS.parent / "meson.build").exists():
        return SCRIPTS.parent / ".cache"
    users = os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache"
    return pathlib.Path(users) / "reeve"


def guest_program():
    if os.environ.get("REEVE_GUEST"):
        path = pathlib.Path(os.environ["REEVE_GUEST"])
    else:
        path = first_there(
            SCRIPTS.parent / "build-guest" / "guest" / "reeve-guest",
            SCRIPTS.parents[1] / "share" / "reeve" / "guest" / "reeve-guest")
    if not path.is_file():
        raise Wrong(f"there is no {path}: build it with make, or name it in "
                    "REEVE_GUEST")
    return path


CACHE = cache_folder()
GUEST = CACHE / "guest"
DEBS = CACHE / "image" / "debs"
IMAGES = pathlib.Path(os.environ.get("REEVE_IMAGES") or CACHE / "image")


def check_commands():
    for command, package in COMMANDS.items():
        if not shutil.which(command):
            raise Wrong(f"there is no {command}: install Debian's package "
                        f"{package}")


# ---- Packages

def script(*command):
    """Runs a script of ours. Returns its lines."""
    with subprocess.Popen(
            [SCRIPTS / command[0], *command[1:]], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, text=True,
            env={**os.environ, "REEVE_CACHE": str(CACHE)}) as process:
        try:
            said = follow_script(process.stderr)
            lines = process.stdout.read().splitlines()
        except BaseException:
            process.terminate()
            raise
    if process.returncode != 0:
        raise Wrong(said or f"{command[0]} failed")
    return lines


def follow_script(lines):
    """Shows a script's output, and how far a download is: apt reports that as
    dlstatus:NUMBER:PERCENT:TEXT. Returns the last line, which is the reason if
    the script failed, and is then shown as an error."""
    said = ""
    for line in lines:
        found = re.match(r"dlstatus:\d+:(\d+)", line)
        if found:
            PROGRESS.step(int(found[1]), 100)
            continue
        said = re.sub("^(guest|image-packages): ", "", line.strip())
        if said.startswith("error: "):
            said = said.removeprefix("error: ")
        elif not line.startswith("E: "):
            PROGRESS.say(said)
    return said


def packages(spec, refresh):
    """Returns the files of the packages of each kind."""
    kinds = {"essential": [], "package": [], "tool": []}
    for line in script("image-packages.sh", *["--refresh"] * refresh,
                       *spec["packages"]):
        kind, name = line.split()
        kinds[kind].append(DEBS / name)
    return kinds


# ---- Folders that are there completely, or not at all

def beginning(folder, prefix):
    """Returns the paths in a folder whose names begin so."""
    return [path for path in folder.iterdir() if path.name.startswith(prefix)]


def clean_up(folder, prefix):
    """Removes what a build that was killed has left beside a folder. If it was
    killed while it replaced the folder, the old folder comes back."""
    for path in beginning(folder.parent, prefix):
        if path.suffix == OLD and not folder.exists():
            path.rename(folder)
        else:
            shutil.rmtree(path, ignore_errors=True)


def keep(old, fresh):
    """Gives the files that stay a second name in the fresh folder, so that at any
    time they are in one of the two folders."""
    for path in old.iterdir() if old.is_dir() else ():
        if path.name not in MADE:
            os.link(path, fresh / path.name, follow_symlinks=False)


def make_whole(folder, fill):
    """Makes a folder anew by a function that fills it. The caller has the
    lock."""
    prefix = f".{folder.name}.reeve-"
    clean_up(folder, prefix)
    fresh = pathlib.Path(tempfile.mkdtemp(dir=folder.parent, prefix=prefix))
    old = fresh.with_name(fresh.name + OLD)
    try:
        keep(folder, fresh)
        fill(fresh)
        fresh.chmod(0o755)
        if folder.exists():
            folder.rename(old)
        fresh.rename(folder)
    except BaseException:
        if old.exists() and not folder.exists():
            old.rename(folder)
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    shutil.rmtree(old, ignore_errors=True)


@contextlib.contextmanager
def lock():
    """Waits for other builds: two at once would make the same disk."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with (IMAGES / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            PROGRESS.say("waiting for another build of an image")
            fcntl.flock(file, fcntl.LOCK_EX)
        for path in beginning(IMAGES, "work."):
            shutil.rmtree(path, ignore_errors=True)
        yield


def cached(spec, kinds):
    """Returns the folder of the disk in the cache, which is made if need be.
    Older ones of the same name go."""
    key = image_make.key_of(spec, kinds, GUEST)
    folder = IMAGES / f"made-{spec['name']}-{key[:16]}"
    if not folder.exists():
        maker = image_make.Maker(spec, kinds, GUEST, IMAGES, PROGRESS)
        make_whole(folder, maker.make)
        for other in IMAGES.glob(f"made-{spec['name']}-*"):
            if other != folder and not other.name.removeprefix(
                    f"made-{spec['name']}-").strip("0123456789abcdef"):
                shutil.rmtree(other)
    return folder


# ---- The user's copy

def login_keys(spec, fresh, path):
    """Returns the public keys with which root may log in; None: those of the
    specification. Makes a pair if nobody names any."""
    private, public = fresh / "id_ed25519", fresh / "id_ed25519.pub"
    given = path.read_bytes() if path else None
    if given or "root/.ssh/authorized_keys" in spec["contents"]:
        if public.exists() and public.read_bytes() != given:
            # `reeve ssh` would try the pair of an earlier build, and no other.
            for old in (private, public):
                old.rename(old.with_name(old.name + UNUSED))
        return given
    if not public.exists():
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C",
                        spec["name"], "-f", private], check=True,
                       stdin=subprocess.DEVNULL)
    return public.read_bytes()


def own_files(spec, keys):
    """Returns the files of the image that are not Debian's, nor the
    specification's: (mode, content) by their paths."""
    files = {"usr/bin/reeve-guest": (0o755, guest_program().read_bytes()),
             "etc/hostname": (0o644, f"{spec['name']}\n".encode())}
    if keys is not None:
        files["root/.ssh/authorized_keys"] = (0o600, keys)
    if "state" in spec:
        files["usr/bin/reeve-unlock"] = (
            0o755, (SCRIPTS / "image-unlock").read_bytes())
        files["etc/systemd/system/state.mount"] = (
            0o644, (SCRIPTS / "image-state.mount").read_bytes())
    return files


def boot_initramfs(kinds, files):
    """Returns the initramfs, which lays these files over the disk. They are
    measured like the disk, and the disk need not be made anew for them."""
    more = image_parts.program_tree("dmsetup", kinds["tool"])
    for path, (mode, content) in files.items():
        more[f"own/{path}"] = (stat.S_IFREG | mode, content)
        for folder in pathlib.PurePath(f"own/{path}").parents[:-1]:
            private = folder.is_relative_to("own/root")
            more[str(folder)] = (stat.S_IFDIR | (0o700 if private else 0o755),)
    return image_make.initramfs(GUEST, "image-init", BOOT_MODULES, more)


def make_state(spec, path):
    """Makes an empty disk, unless there is one, whose content must stay."""
    if "state" in spec and not path.exists():
        with path.open("xb") as stream:
            os.fchmod(stream.fileno(), 0o600)
            stream.truncate(spec["state"] << 20)


def fill(spec, kinds, made, fresh, options):
    """Fills the user's folder with a copy of the disk and what boots it."""
    for path in (made / "disk.img", made / "build.log", GUEST / "vmlinuz"):
        shutil.copy(path, fresh)
    keys = login_keys(spec, fresh, options.ssh_key)
    (fresh / "initrd").write_bytes(boot_initramfs(kinds,
                                                  own_files(spec, keys)))
    make_state(spec, fresh / "state.img")
    (fresh / "guest.cfg").write_text(image_spec.config(
        spec, options.output.resolve(), (made / "verity").read_text()))


def check_ssh_key(path):
    """Refuses a private key, which must not get into an image."""
    content = path.read_bytes()
    done = subprocess.run(["ssh-keygen", "-l", "-f", path], check=False,
                          capture_output=True, stdin=subprocess.DEVNULL)
    if done.returncode != 0 or b"PRIVATE KEY" in content:
        raise Wrong(f"{path} is no public key of SSH")


def is_image(folder):
    """Returns whether a folder is one that was made here. Any guest can have a
    guest.cfg."""
    with contextlib.suppress(OSError, UnicodeDecodeError):
        return (folder / "guest.cfg").read_text().startswith(image_spec.MADE)
    return False


def check_output(folder):
    """An existing folder is replaced only if it is an image."""
    if not folder.parent.is_dir():
        raise Wrong(f"there is no folder {folder.parent}")
    # Bytes of its name that are no UTF-8 are surrogates here.
    if re.search(r'["\\,\]\s\ud800-\udfff]', str(folder.resolve())):
        raise Wrong(f"{folder}: no such characters in a configuration")
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir()) and
                            not is_image(folder)):
        raise Wrong(f"{folder} is there, and is no image: give another folder")
    for path in folder.iterdir() if folder.exists() else ():
        if path.is_dir() and not path.is_symlink():
            raise Wrong(f"{path} is no part of an image: move it elsewhere")


def check_guest(spec, options):
    """Has reeve judge the configuration that the guest will have. An image that
    no host can run takes as long to make as any other."""
    done = subprocess.run(
        [os.environ["REEVE_COMMAND"], "check", "--json", "-",
         "--set", f"kernel={GUEST}/vmlinuz", "--set", "ramdisk="],
        capture_output=True, text=True, check=False,
        input=image_spec.config(spec, options.output.resolve(), "0" * 64))
    if not done.stdout:
        raise Wrong(f"reeve check failed: {done.stderr.strip()}")
    for found in json.loads(done.stdout)["diagnostics"]:
        if found["severity"] == "error":
            text = f"{found['key']}: {found['message']}"
            if found["key"] in image_spec.KEYS:
                raise SpecWrong(f"{options.specification}: {text}")
            raise Wrong(f"{options.output}: {text}")


def run(options):
    start = time.monotonic()
    spec = image_spec.read(options.specification)
    check_output(options.output)
    check_guest(spec, options)
    check_commands()
    if options.ssh_key:
        check_ssh_key(options.ssh_key)
    guest_program()
    script("guest.sh")
    with lock():
        kinds = packages(spec, options.refresh)
        made = cached(spec, kinds)
        make_whole(options.output,
                   lambda fresh: fill(spec, kinds, made, fresh, options))
    size = (options.output / "disk.img").stat().st_size
    PROGRESS.say(f"{options.output}: a disk of {size >> 20} MiB, after "
                 f"{time.monotonic() - start:.0f} s")
    PROGRESS.say(f"next: reeve create {options.output}/guest.cfg")


def no_room(error, options):
    """Returns the message for a write that failed for want of room."""
    rooms = ", ".join(
        f"{shutil.disk_usage(folder).free >> 20} MiB are free in {folder}"
        for folder in (IMAGES, options.output.resolve().parent))
    return (f"no room ({error.strerror}): a new image takes some 2 GiB while it "
            f"is made; {rooms}")


def arguments():
    parser = argparse.ArgumentParser(
        prog="reeve image build", description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("specification", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True,
                        metavar="FOLDER")
    parser.add_argument("--refresh", action="store_true",
                        help="look for newer packages")
    parser.add_argument("--ssh-key", type=pathlib.Path, metavar="FILE",
                        help="public keys with which root may log in")
    return parser.parse_args()


def main():
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
        # A signal that nohup ignores stays ignored.
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: sys.exit("image: stopped"))
    options = arguments()
    try:
        run(options)
    except OSError as error:
        sys.exit("image: " + (no_room(error, options) if error.errno in NO_ROOM
                              else image_spec.reason(error)))
    except Wrong as error:
        print(f"image: {error}", file=sys.stderr)
        sys.exit(error.code)


if __name__ == "__main__":
    main()
