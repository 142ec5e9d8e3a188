# SPDX-License-Identifier: BSD-3-Clause
"""The parts that scripts/image.py makes of packages: the archive that the
second stage unpacks, the hash tree of the disk, and the files of an initramfs.
Nothing here needs rights: owners and devices are entries of archives."""

import hashlib
import io
import lzma
import stat
import subprocess
import tarfile
import tempfile

BLOCK = 4096
DIGEST = 32


# ---- Packages

def ar_members(data):
    """Returns (name, content) of each member of a Debian package."""
    if not data.startswith(b"!<arch>\n"):
        raise ValueError("this is no package")
    place = 8
    while place < len(data):
        name = data[place:place + 16].decode().strip().rstrip("/")
        size = int(data[place + 48:place + 58])
        yield name, data[place + 60:place + 60 + size]
        place += 60 + size + size % 2


def ar_packed(members):
    """The opposite of ar_members(), with fixed owner and time."""
    parts = [b"!<arch>\n"]
    for name, content in members:
        parts.append(f"{name:16}{0:<12}{0:<6}{0:<6}{'100644':8}"
                     f"{len(content):<10}`\n".encode())
        parts.append(content + bytes(len(content) % 2))
    return b"".join(parts)


def unpacked(name, content):
    """A member of a package without xz: the host unpacks faster than an
    emulated guest. Other codecs stay, for dpkg."""
    if name.endswith(".tar.xz"):
        return name[:-3], lzma.decompress(content)
    return name, content


def package_plain(path):
    return ar_packed(unpacked(*member)
                     for member in ar_members(path.read_bytes()))


def package_files(path):
    """Returns the tar of a package's files."""
    return tarfile.open(fileobj=io.BytesIO(subprocess.check_output(
        ["dpkg-deb", "--fsys-tarfile", path])))


def newest_time(paths):
    """Returns the time at which the newest of the packages was made."""
    newest = 0
    for path in paths:
        with path.open("rb") as stream:
            newest = max(newest, int(stream.read(8 + 28)[24:36]))
    return newest


# ---- The archive for the second stage

class Archive:
    """A tar on a disk: files of packages, packages, and files of ours."""

    def __init__(self, stream):
        self.tar = tarfile.open(fileobj=stream, mode="w",
                                format=tarfile.GNU_FORMAT)
        self.folders = set()

    def add_package(self, root, path):
        """Adds the files of a package below a root."""
        with package_files(path) as files:
            for member in files:
                content = files.extractfile(member) if member.isreg() else None
                member.name = f"{root}/{member.name.lstrip('./')}".rstrip("/")
                if member.islnk():
                    member.linkname = f"{root}/{member.linkname.lstrip('./')}"
                self.tar.addfile(member, content)

    def add_file(self, name, content, mode=0o644):
        self._add_folders(name)
        info = tarfile.TarInfo(name)
        info.size = len(content)
        info.mode = mode
        self.tar.addfile(info, io.BytesIO(content))

    def add_link(self, name, target):
        self._add_folders(name)
        info = tarfile.TarInfo(name)
        info.type = tarfile.SYMTYPE
        info.linkname = target
        self.tar.addfile(info)

    def _add_folders(self, name):
        """Only folders that no package has get an entry of ours."""
        parts = name.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folder = "/".join(parts[:depth])
            if folder in self.folders:
                continue
            self.folders.add(folder)
            info = tarfile.TarInfo(folder)
            info.type = tarfile.DIRTYPE
            info.mode = 0o755
            self.tar.addfile(info)

    def close(self):
        self.tar.close()


# ---- dm-verity

def hash_level(data):
    """Returns the hashes of the blocks of one level, filled up to whole
    blocks."""
    hashes = b"".join(hashlib.sha256(data[place:place + BLOCK]).digest()
                      for place in range(0, len(data), BLOCK))
    return hashes + bytes(-len(hashes) % BLOCK)


def hash_tree(data):
    """Returns dm-verity's tree over whole blocks, without a salt and without a
    superblock, the root's level first, and the root hash."""
    levels = []
    level = data
    while len(level) > BLOCK:
        level = hash_level(level)
        levels.insert(0, level)
    return b"".join(levels), hashlib.sha256(level).hexdigest()


def erofs_size(start, most):
    """Returns the size that an EROFS image has by its superblock, which lies in
    its first block."""
    super_block = start[1024:1024 + 128]
    if super_block[:4] != bytes.fromhex("e2e1f5e0"):
        raise ValueError("this is no EROFS image")
    blocks = int.from_bytes(super_block[36:40], "little")
    size = blocks << super_block[12]
    if size % BLOCK or size > most:
        raise ValueError("the EROFS image is cut short")
    return size


# ---- Programs in an initramfs

def needed_libraries(content):
    """Returns the names of the libraries that a program needs, and its
    interpreter."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(content)
        file.flush()
        found = subprocess.check_output(
            ["readelf", "-d", "-l", file.name], text=True)
    for line in found.splitlines():
        if "(NEEDED)" in line:
            yield line.partition("[")[2].rstrip("]")
        elif "program interpreter: " in line:
            yield line.partition(": ")[2].rstrip("]").split("/")[-1]


def all_files(packages):
    """Maps names without folders to contents: the programs and libraries of
    packages, links followed."""
    files, links = {}, {}
    for path in packages:
        with package_files(path) as tar:
            for member in tar:
                name = member.name.rsplit("/", 1)[-1]
                if member.isreg() and "bin/" in member.name or ".so" in name:
                    if member.issym():
                        links[name] = member.linkname.rsplit("/", 1)[-1]
                    elif member.isreg():
                        files[name] = tar.extractfile(member).read()
    for name, target in links.items():
        if target in files:
            files.setdefault(name, files[target])
    return files


def program_tree(program, packages):
    """Returns the entries of an initramfs for a program and all that it
    needs."""
    files = all_files(packages)
    tree, todo = {f"sbin/{program}": files[program]}, [files[program]]
    while todo:
        for name in needed_libraries(todo.pop()):
            if f"lib/{name}" not in tree:
                tree[f"lib/{name}"] = files[name]
                todo.append(files[name])
    return {path: (stat.S_IFREG | 0o755, content)
            for path, content in tree.items()}
