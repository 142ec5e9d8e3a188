#!/usr/bin/python3
# SPDX-License-Identifier: BSD-3-Clause
"""Makes a bootable Debian for arm64 of which every byte is measured: a disk
that dm-verity checks, whose root hash is on the kernel's command line.

Packages of Debian are the only input. They are installed by Debian's own dpkg
in an emulated guest (scripts/image-stage2): this needs no rights, nothing of
the machine but QEMU, and gives the same bytes everywhere.

usage: scripts/image.py SPECIFICATION -o FOLDER [--refresh]
The folder gets guest.cfg, vmlinuz, initrd, disk.img, and build.log. --refresh
looks for newer packages.
  REEVE_IMAGES   the folder of finished images, if not .cache/image
"""

import argparse
import hashlib
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import tomllib

import image_parts
import initrd

ROOT = pathlib.Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
GUEST = CACHE / "guest"
DEBS = CACHE / "image" / "debs"
IMAGES = pathlib.Path(os.environ.get("REEVE_IMAGES", CACHE / "image"))
REEVE_GUEST = ROOT / "build-guest" / "guest" / "reeve-guest"
SCRIPTS = ROOT / "scripts"
BUILD_MODULES = ["virtio_mmio", "virtio_blk"]
BOOT_MODULES = ["virtio_mmio", "virtio_blk", "dm_mod", "dm_verity", "erofs",
                "overlay", "arm_cca_guest"]
DISK_MAX = 4 << 30

KEYS = {"name": str, "packages": list, "files": dict, "links": dict,
        "memory": int, "vcpus": int, "cmdline": str}


class Wrong(Exception):
    """The reason why no image can be made."""


def say(text):
    print(f"image: {text}", flush=True)


def specification(path):
    try:
        with path.open("rb") as stream:
            spec = tomllib.load(stream)
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise Wrong(f"{path}: {error}") from error
    for key, value in spec.items():
        if key not in KEYS:
            raise Wrong(f"{path}: unknown key {key}")
        if not isinstance(value, KEYS[key]):
            raise Wrong(f"{path}: {key} takes a {KEYS[key].__name__}")
    for key in ("name", "packages"):
        if key not in spec:
            raise Wrong(f"{path}: {key} is missing")
    texts = [spec["name"], *spec["packages"], *spec.get("files", {}).values(),
             *spec.get("links", {}).values()]
    if not all(isinstance(text, str) for text in texts):
        raise Wrong(f"{path}: packages, files and links take texts")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", spec["name"]):
        raise Wrong(f"{path}: name takes letters, digits, '.', '_' and '-'")
    spec["contents"] = {}
    for target, source in spec.get("files", {}).items():
        file = path.parent / source
        if not file.is_file():
            raise Wrong(f"{path}: there is no file {file}")
        spec["contents"][target.lstrip("/")] = (
            file.read_bytes(), 0o755 if os.access(file, os.X_OK) else 0o644)
    return spec


def script(*command):
    """Runs a script of ours. Returns its lines."""
    done = subprocess.run([SCRIPTS / command[0], *command[1:]], check=False,
                          stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise Wrong(f"{command[0]} failed")
    return done.stdout.splitlines()


def packages(spec, refresh):
    """Returns the files of the packages of each kind."""
    kinds = {"essential": [], "package": [], "tool": []}
    for line in script("image-packages.sh", *["--refresh"] * refresh,
                       *spec["packages"]):
        kind, name = line.split()
        kinds[kind].append(DEBS / name)
    return kinds


def key_of(spec, kinds):
    """Returns a name for everything that decides the image's bytes."""
    text = hashlib.sha256()
    for path in (REEVE_GUEST, GUEST / "VERSION", GUEST / "busybox",
                 *map(pathlib.Path, (__file__, image_parts.__file__,
                                     initrd.__file__)),
                 SCRIPTS / "image-stage2", SCRIPTS / "image-init"):
        text.update(hashlib.sha256(path.read_bytes()).digest())
    text.update(json.dumps(
        [{kind: [path.name for path in paths]
          for kind, paths in kinds.items()},
         {key: value for key, value in spec.items() if key != "contents"},
         sorted((name, hashlib.sha256(content).hexdigest(), mode)
                for name, (content, mode) in spec["contents"].items())],
        sort_keys=True).encode())
    return text.hexdigest()


def modules_tree(names):
    modules = initrd.guest_modules(GUEST, names)
    order = "".join(f"{name}.ko\n" for name in modules)
    tree = {f"lib/modules/{name}.ko": (initrd.DATA, content)
            for name, content in modules.items()}
    tree["lib/modules/order"] = (initrd.DATA, order.encode())
    return tree


def initramfs(init, modules, programs=()):
    tree = {
        "bin/busybox": (initrd.PROGRAM, (GUEST / "busybox").read_bytes()),
        "dev/console": (initrd.CONSOLE, b"", (5, 1)),
        "init": (initrd.PROGRAM, (SCRIPTS / init).read_bytes()),
        **modules_tree(modules), **dict(programs)}
    for path in ("bin", "dev", "lib", "lib/modules", "proc", "sbin", "sys"):
        tree[path] = (initrd.DIRECTORY,)
    return initrd.packed(initrd.archive(sorted(tree.items())))


def add_own_files(archive, spec):
    """Adds what is not of Debian's packages to the archive."""
    for path in sorted((GUEST / "modules").rglob("*")):
        if path.is_file():
            archive.add_file(f"overlay/usr/lib/modules/{path.relative_to(GUEST / 'modules')}",
                             path.read_bytes())
    archive.add_file("overlay/usr/bin/reeve-guest", REEVE_GUEST.read_bytes(),
                     0o755)
    archive.add_file("overlay/etc/hostname", f"{spec['name']}\n".encode())
    for name, (content, mode) in sorted(spec["contents"].items()):
        archive.add_file(f"overlay/{name}", content, mode)
    for name, target in sorted(spec.get("links", {}).items()):
        archive.add_link(f"overlay/{name.lstrip('/')}", target)


def write_archive(path, spec, kinds):
    with path.open("wb") as stream:
        archive = image_parts.Archive(stream)
        for package in kinds["essential"]:
            archive.add_package("target", package)
        for package in kinds["tool"]:
            archive.add_package("tools", package)
        archive.add_link("tools/lib", "usr/lib")
        for kind, folder in (("essential", "essential"),
                             ("package", "others")):
            for package in kinds[kind]:
                archive.add_file(f"target/packages/{folder}/{package.name}",
                                 image_parts.package_plain(package))
        add_own_files(archive, spec)
        archive.close()
        stream.write(bytes(-stream.tell() % image_parts.BLOCK))


def qemu(work, epoch):
    """Runs the second stage. Its output goes to a file and, in short, to the
    user."""
    command = [
        "qemu-system-aarch64", "-M", "virt", "-cpu", "max,pauth=off,sve=off",
        "-accel", "tcg,thread=multi,tb-size=512", "-smp", str(min(
            4, os.cpu_count() or 1)), "-m", "1536", "-nodefaults", "-nographic",
        "-no-reboot", "-nic", "none", "-serial", "stdio", "-rtc",
        f"base={time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(epoch))},clock=vm",
        "-kernel", GUEST / "vmlinuz", "-initrd", work / "stage2.initrd",
        "-append", f"console=ttyAMA0 quiet panic=-1 epoch={epoch}"]
    for name, options in (("archive", ",readonly=on"), ("image", "")):
        command += ["-drive", f"file={work / name},format=raw,if=none,"
                    f"cache=unsafe,id={name}{options}", "-device",
                    f"virtio-blk-pci,drive={name}"]
    return command


def run_stage2(work, epoch):
    with (work / "build.log").open("w") as log, subprocess.Popen(
            list(map(str, qemu(work, epoch))), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            errors="replace") as process:
        done = False
        try:
            for line in process.stdout:
                log.write(line)
                if line.startswith("image: "):
                    say(line.strip().partition(": ")[2])
                    done = line.strip() == "image: done"
        finally:
            process.kill()
    if not done:
        kept = IMAGES / "failed.log"
        shutil.copy(work / "build.log", kept)
        raise Wrong(f"the second stage failed: see {kept}")


def disk(work):
    """Returns the disk: the file system, and its hash tree behind it."""
    with (work / "image").open("rb") as stream:
        size = image_parts.erofs_size(stream.read(4096), DISK_MAX)
        stream.seek(0)
        data = stream.read(size)
    tree, root = image_parts.hash_tree(data)
    return data, tree, root


CONFIG = """# Made by scripts/image.py: a guest of which every byte is measured.
name = "{name}"
realm = 1
memory = {memory}
vcpus = {vcpus}
kernel = "@FOLDER@/vmlinuz"
ramdisk = "@FOLDER@/initrd"
# The host can read and change what passes these devices: dm-verity checks each
# block of the disk, and the answers of the channel are signed.
realm_devices = "untrusted"
disk = [ "format=raw, vdev=xvda, access=ro, target=@FOLDER@/disk.img" ]
channel = [
    "name=org.reeve.attest.0, connection=socket, path=@FOLDER@/attest",
    "name=org.reeve.ssh.0, connection=socket, path=@FOLDER@/ssh",
]
# A buffer of 32 MiB, through which the Realm shares what passes its devices.
cmdline = "{cmdline}swiotlb=16384 verity={root},{blocks}"
"""


def make(spec, kinds, folder):
    """Makes the image in a new folder."""
    (folder / "initrd").write_bytes(initramfs(
        "image-init", BOOT_MODULES,
        image_parts.program_tree("dmsetup", kinds["tool"])))
    shutil.copy(GUEST / "vmlinuz", folder / "vmlinuz")
    epoch = image_parts.newest_time(kinds["essential"] + kinds["package"])
    with tempfile.TemporaryDirectory(dir=IMAGES, prefix="work.") as name:
        work = pathlib.Path(name)
        say(f"{len(kinds['essential'] + kinds['package'])} packages")
        write_archive(work / "archive", spec, kinds)
        (work / "stage2.initrd").write_bytes(
            initramfs("image-stage2", BUILD_MODULES))
        with (work / "image").open("wb") as stream:
            stream.truncate(DISK_MAX)
        run_stage2(work, epoch)
        data, tree, root = disk(work)
        with (folder / "disk.img").open("wb") as stream:
            stream.write(data)
            stream.write(tree)
        shutil.copy(work / "build.log", folder)
    (folder / "guest.cfg").write_text(CONFIG.format(
        name=spec["name"], memory=spec.get("memory", 1024),
        vcpus=spec.get("vcpus", 2), root=root,
        cmdline=spec.get("cmdline", "") + " " * ("cmdline" in spec),
        blocks=len(data) // image_parts.BLOCK))


def make_whole(folder, fill):
    """Makes a folder by a function that fills it. It is there completely, or it
    is not."""
    fresh = pathlib.Path(tempfile.mkdtemp(dir=folder.parent, prefix="new."))
    try:
        fill(fresh)
        fresh.chmod(0o755)
        if folder.exists():
            shutil.rmtree(folder)
        fresh.rename(folder)
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise


def cached(spec, kinds):
    """Returns the folder of the image in the cache, which is made if need be.
    Older ones of the same name go."""
    folder = IMAGES / f"made-{spec['name']}-{key_of(spec, kinds)[:16]}"
    if not folder.exists():
        make_whole(folder, lambda fresh: make(spec, kinds, fresh))
        for other in IMAGES.glob(f"made-{spec['name']}-*"):
            if other != folder:
                shutil.rmtree(other)
    return folder


def copy(made, fresh, folder):
    """Copies an image, whose configuration then names the files in folder."""
    shutil.copytree(made, fresh, dirs_exist_ok=True)
    config = fresh / "guest.cfg"
    config.write_text(config.read_text().replace("@FOLDER@",
                                                 str(folder.resolve())))


def check_output(folder):
    """An existing folder is replaced only if it is an image."""
    if not folder.parent.is_dir():
        raise Wrong(f"there is no folder {folder.parent}")
    if re.search(r'["\\,\]\s]', str(folder.resolve())):
        raise Wrong(f"{folder}: no such characters in a configuration")
    if folder.exists() and any(folder.iterdir()) and not (
            folder / "guest.cfg").exists():
        raise Wrong(f"{folder} is there, and is no image: remove it")


def run(options):
    spec = specification(options.specification)
    check_output(options.output)
    if not REEVE_GUEST.exists():
        raise Wrong("there is no reeve-guest: run scripts/build.sh guest")
    script("guest.sh")
    IMAGES.mkdir(parents=True, exist_ok=True)
    made = cached(spec, packages(spec, options.refresh))
    make_whole(options.output, lambda fresh: copy(made, fresh, options.output))
    size = (options.output / "disk.img").stat().st_size
    say(f"{options.output}: a disk of {size >> 20} MiB")
    print((options.output / "guest.cfg").read_text(), end="")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", 1)[0])
    parser.add_argument("specification", type=pathlib.Path)
    parser.add_argument("-o", "--output", type=pathlib.Path, required=True,
                        metavar="FOLDER")
    parser.add_argument("--refresh", action="store_true",
                        help="look for newer packages")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("image: stopped"))
    try:
        run(parser.parse_args())
    except (Wrong, OSError) as error:
        sys.exit(f"image: {error}")


if __name__ == "__main__":
    main()
