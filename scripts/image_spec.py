# SPDX-License-Identifier: BSD-3-Clause
"""The specification of an image, and the configuration of its guest."""

import os
import re
import tomllib

KEYS = {"name": str, "packages": list, "files": dict, "links": dict,
        "memory": int, "vcpus": int, "cmdline": str, "state": int}
FORMS = {str: "a text", list: "a list of texts", dict: "a table",
         int: "a whole number without a sign"}
# A package as apt-get(8) takes it, also with :ARCHITECTURE or =VERSION. What
# begins otherwise could be an option, a pattern or a file.
PACKAGE = re.compile(r"[a-z0-9][a-z0-9+.:=~-]*")
# A state disk is at least this large, in MiB: the header of LUKS2 has 16.
STATE_MIN = 32
# Packages for the program that opens the state.
STATE_PACKAGES = ["cryptsetup-bin", "e2fsprogs", "jq"]


class Wrong(Exception):
    """The reason why no image can be made."""
    code = 1


class SpecWrong(Wrong):
    """What is wrong with a specification."""
    code = 2


def reason(error):
    """Returns what an OSError says, without the numbers of Python's text."""
    if error.filename is None:
        return error.strerror or str(error)
    return f"{error.filename}: {error.strerror}"


def read(path):
    try:
        with path.open("rb") as stream:
            spec = tomllib.load(stream)
    except OSError as error:
        raise Wrong(reason(error)) from error
    except ValueError as error:  # of TOML, of UTF-8, or an endless number
        raise SpecWrong(f"{path}: {error}") from error
    except RecursionError as error:
        raise SpecWrong(f"{path}: it is nested too deep") from error
    _check(path, spec)
    _check_paths(path, spec)
    if "state" in spec:
        spec["packages"] += STATE_PACKAGES
    spec["contents"] = {}
    for target, source in spec.get("files", {}).items():
        file = path.parent / source
        if not file.is_file():
            raise SpecWrong(f"{path}: there is no file {file}")
        spec["contents"][target.lstrip("/")] = (
            file.read_bytes(), 0o755 if os.access(file, os.X_OK) else 0o644)
    return spec


def _check(path, spec):
    for key, value in spec.items():
        if key not in KEYS:
            raise SpecWrong(f"{path}: unknown key {key}: write one of "
                            f"{', '.join(KEYS)}")
        if type(value) is not KEYS[key] or (  # true is an int, too
                KEYS[key] is int and value < 0):
            raise SpecWrong(f"{path}: {key} takes {FORMS[KEYS[key]]}")
    for key in ("name", "packages"):
        if key not in spec:
            raise SpecWrong(f"{path}: {key} is missing")
    texts = [spec["name"], *spec["packages"], *spec.get("files", {}).values(),
             *spec.get("links", {}).values()]
    if not all(isinstance(text, str) for text in texts):
        raise SpecWrong(f"{path}: packages, files and links take texts")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", spec["name"]):
        raise SpecWrong(f"{path}: name takes letters, digits, '.', '_' and '-'")
    for package in spec["packages"]:
        if not PACKAGE.fullmatch(package):
            raise SpecWrong(f"{path}: {package!r} is no name of a package")
    if re.search(r'["\\\x00-\x1f\x7f]', spec.get("cmdline", "")):
        raise SpecWrong(f"{path}: cmdline takes no '\"', no '\\' and no "
                        "control characters")
    if spec.get("state", STATE_MIN) < STATE_MIN:
        raise SpecWrong(f"{path}: state takes {STATE_MIN} MiB or more")


def _check_paths(path, spec):
    """Each file and each link has a path of its own in the image, which is
    below no other one."""
    targets = [*spec.get("files", {}), *spec.get("links", {})]
    for target in targets:
        if not re.fullmatch(r"(/[^/\x00-\x1f\x7f]+)+", target) or {
                ".", ".."} & set(target.split("/")):
            raise SpecWrong(f"{path}: {target!r} is no path in the image: write "
                            "/FOLDER/FILE")
        if targets.count(target) > 1:
            raise SpecWrong(f"{path}: {target} is a file and a link")
        if any(other.startswith(f"{target}/") for other in targets):
            raise SpecWrong(f"{path}: {target} is no folder, and has something "
                            "in it")
    for link, to in spec.get("links", {}).items():
        if not to or re.search(r"[\x00-\x1f\x7f]", to):
            raise SpecWrong(f"{path}: {link} cannot lead to {to!r}")


# How every such configuration begins: a folder with one is an image's.
MADE = "# Made by `reeve image build`"
CONFIG = MADE + """: a guest of which every byte is measured.
name = "{name}"
realm = 1
memory = {memory}
vcpus = {vcpus}
kernel = "@FOLDER@/vmlinuz"
ramdisk = "@FOLDER@/initrd"
# The host can read and change what passes these devices: dm-verity checks each
# block of the disk, and by the channels go signed answers and SSH.
realm_devices = "untrusted"
disk = [ {disks} ]
channel = [
	"name=org.reeve.attest.0, connection=socket, path=@FOLDER@/attest",
	"name=org.reeve.ssh.0, connection=socket, path=@FOLDER@/ssh",
]
# A buffer of 32 MiB, through which the Realm shares what passes its devices.
cmdline = "{cmdline}swiotlb=16384 verity={verity}"
"""
DISK = '"format=raw, vdev=xvda, access=ro, target=@FOLDER@/disk.img"'
STATE_DISK = '"format=raw, vdev=xvdb, access=rw, target=@FOLDER@/state.img"'


def config(spec, folder, verity):
    """Returns the text of guest.cfg for a folder."""
    disks = [DISK] + [STATE_DISK] * ("state" in spec)
    return CONFIG.format(
        name=spec["name"], memory=spec.get("memory", 1024),
        vcpus=spec.get("vcpus", 2), disks=",\n\t".join(disks), verity=verity,
        cmdline=spec.get("cmdline", "") + " " * ("cmdline" in spec)).replace(
            "@FOLDER@", str(folder))
