# SPDX-License-Identifier: BSD-3-Clause
"""Makes the disk of an image, of packages. All files whose content decides its
bytes are named here, in PARTS."""

import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import time

import image_parts
import initrd
from image_spec import Wrong

SCRIPTS = pathlib.Path(__file__).resolve().parent
PARTS = [pathlib.Path(part.__file__)
         for part in (image_parts, initrd)] + [
    pathlib.Path(__file__), SCRIPTS / "image-stage2"]
# Keys of a specification that decide the disk.
SPEC_PARTS = ("packages", "links")
BUILD_MODULES = ["virtio_mmio", "virtio_blk"]
DISK_MAX = 4 << 30
# Lines of dpkg, each for one package.
DPKG = re.compile(r"^(Unpacking|Setting up) \S+ \(")


def key_of(spec, kinds, guest):
    """Returns a name for everything that decides the disk's bytes: the
    specification, its packages, the kernel's folder."""
    text = hashlib.sha256()
    for path in (guest / "VERSION", guest / "busybox", *PARTS):
        text.update(hashlib.sha256(path.read_bytes()).digest())
    text.update(json.dumps(
        [{kind: [path.name for path in paths]
          for kind, paths in kinds.items()},
         [spec.get(name) for name in SPEC_PARTS],
         sorted((name, hashlib.sha256(content).hexdigest(), mode)
                for name, (content, mode) in spec["contents"].items())],
        sort_keys=True).encode())
    return text.hexdigest()


def initramfs(guest, init, modules, more=()):
    """Returns an initramfs: busybox, a first program of this folder, modules of
    the guest's kernel and what they need, and more entries."""
    tree = {
        "bin/busybox": (initrd.PROGRAM, (guest / "busybox").read_bytes()),
        "dev/console": (initrd.CONSOLE, b"", (5, 1)),
        "init": (initrd.PROGRAM, (SCRIPTS / init).read_bytes()),
        **_modules_tree(guest, modules), **dict(more)}
    for path in ("bin", "dev", "lib", "lib/modules", "proc", "sbin", "sys"):
        tree[path] = (initrd.DIRECTORY,)
    return initrd.packed(initrd.archive(sorted(tree.items())))


def _modules_tree(guest, names):
    modules = initrd.guest_modules(guest, names)
    order = "".join(f"{name}.ko\n" for name in modules)
    tree = {f"lib/modules/{name}.ko": (initrd.DATA, content)
            for name, content in modules.items()}
    tree["lib/modules/order"] = (initrd.DATA, order.encode())
    return tree


class Maker:
    """Makes a disk. progress has say() and step()."""

    def __init__(self, spec, kinds, guest, work, progress):
        self.spec, self.kinds, self.guest = spec, kinds, guest
        self.work, self.progress = work, progress
        self.packages = kinds["essential"] + kinds["package"]

    def make(self, folder):
        """Fills a new folder: disk.img; verity, with the root hash and the
        number of blocks; build.log."""
        with tempfile.TemporaryDirectory(dir=self.work, prefix="work.") as name:
            work = pathlib.Path(name)
            self._prepare(work)
            self._run_stage2(work)
            data, tree, root = _disk(work / "image")
            with (folder / "disk.img").open("wb") as stream:
                stream.write(data)
                stream.write(tree)
            (folder / "verity").write_text(
                f"{root},{len(data) // image_parts.BLOCK}")
            shutil.copy(work / "build.log", folder)

    def _prepare(self, work):
        """Makes the files that the second stage gets. The room for what it
        writes is taken now: a file system that fills up would break it."""
        self.progress.say(f"{len(self.packages)} packages")
        self._write_archive(work / "archive")
        (work / "stage2.initrd").write_bytes(
            initramfs(self.guest, "image-stage2", BUILD_MODULES))
        with (work / "image").open("wb") as stream:
            os.posix_fallocate(stream.fileno(), 0,
                               (work / "archive").stat().st_size)
            stream.truncate(DISK_MAX)

    def _write_archive(self, path):
        with path.open("wb") as stream:
            archive = image_parts.Archive(stream)
            for package in self.kinds["essential"]:
                archive.add_package("target", package)
            for package in self.kinds["tool"]:
                archive.add_package("tools", package)
            archive.add_link("tools/lib", "usr/lib")
            for kind, folder in (("essential", "essential"),
                                 ("package", "others")):
                for number, package in enumerate(self.kinds[kind]):
                    archive.add_file(
                        f"target/packages/{folder}/{package.name}",
                        image_parts.package_plain(package))
                    self.progress.step(number, len(self.kinds[kind]))
            self._add_own_files(archive)
            archive.close()
            stream.write(bytes(-stream.tell() % image_parts.BLOCK))

    def _add_own_files(self, archive):
        """Adds what is not of Debian's packages to the archive."""
        modules = self.guest / "modules"
        for path in sorted(modules.rglob("*")):
            if path.is_file():
                archive.add_file(
                    f"overlay/usr/lib/modules/{path.relative_to(modules)}",
                    path.read_bytes())
        for name, (content, mode) in sorted(self.spec["contents"].items()):
            archive.add_file(f"overlay/{name}", content, mode)
        for name, target in sorted(self.spec.get("links", {}).items()):
            archive.add_link(f"overlay/{name.lstrip('/')}", target)

    def _run_stage2(self, work):
        epoch = image_parts.newest_time(self.packages)
        with (work / "build.log").open("w") as log, subprocess.Popen(
                list(map(str, _qemu(work, self.guest, epoch))),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT, text=True,
                errors="replace") as process:
            try:
                done = self._follow(process.stdout, log)
            finally:
                process.kill()
        if not done:
            kept = self.work / "failed.log"
            shutil.copy(work / "build.log", kept)
            raise Wrong(f"the second stage failed: see {kept}")

    def _follow(self, lines, log):
        """Puts the second stage's output into a file, and tells the user of it
        in short. Returns whether it came to its end."""
        done, count = False, 0
        for line in lines:
            log.write(line)
            if line.startswith("image: "):
                done = line.strip() == "image: done"
                count = 0
                if not done:
                    self.progress.say(line.strip().partition(": ")[2])
            elif DPKG.match(line):
                count += 1
                self.progress.step(count, len(self.packages))
        return done


def _qemu(work, guest, epoch):
    """Returns QEMU's command line. A write for which there is no room is an
    error in the guest, and does not stop it."""
    command = [
        os.environ.get("REEVE_QEMU") or "qemu-system-aarch64", "-M", "virt",
        "-cpu", "max,pauth=off,sve=off", "-accel",
        "tcg,thread=multi,tb-size=512", "-smp", min(4, os.cpu_count() or 1),
        "-m", "1536", "-nodefaults", "-nographic", "-no-reboot", "-nic", "none",
        "-serial", "stdio", "-rtc", "base=" + time.strftime(
            "%Y-%m-%dT%H:%M:%S", time.gmtime(epoch)) + ",clock=vm",
        "-kernel", guest / "vmlinuz", "-initrd", work / "stage2.initrd",
        "-append", f"console=ttyAMA0 quiet panic=-1 epoch={epoch}"]
    for name, options in (("archive", ",readonly=on"), ("image", "")):
        command += ["-drive", f"file={work / name},format=raw,if=none,"
                    f"cache=unsafe,werror=report,id={name}{options}", "-device",
                    f"virtio-blk-pci,drive={name}"]
    return command


def _disk(path):
    """Returns the file system, its hash tree and the root hash."""
    with path.open("rb") as stream:
        size = image_parts.erofs_size(stream.read(4096), DISK_MAX)
        stream.seek(0)
        data = stream.read(size)
    tree, root = image_parts.hash_tree(data)
    return data, tree, root
