# SPDX-License-Identifier: BSD-3-Clause
"""`make install`: the installed files, and a program that uses the library."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import ROOT, kernel_image

CONSUMER = r"""
#include <reeve.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	struct reeve_source source = { .path = argv[argc - 1] };
	struct reeve_report *report = reeve_report_new();
	struct reeve_guest *guest;
	int result = reeve_guest_load(&source, &guest, report);

	if (result != REEVE_OK) {
		printf("%d %zu\n", result, reeve_report_count(report));
	} else {
		printf("%s %d\n", reeve_guest_name(guest),
			reeve_guest_is_realm(guest));
		reeve_guest_free(guest);
	}
	reeve_report_free(report);
	return 0;
}
"""


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Returns the tree that `make install DESTDIR=...` makes."""
    folder = tmp_path_factory.mktemp("root")
    subprocess.run(["meson", "install", "-C", str(ROOT / "build"), "--quiet",
                    "--no-rebuild"], check=True, capture_output=True,
                   env=dict(os.environ, DESTDIR=str(folder)))
    return folder


def find(root, pattern):
    found = list(root.rglob(pattern))
    assert len(found) == 1, (pattern, found)
    return found[0]


def test_everything_is_there(installed):
    for pattern in ("bin/reeve", "include/reeve.h", "libreeve.a",
                    "libreeve.so", "pkgconfig/reeve.pc", "man1/reeve.1",
                    "man1/reeve-guest.1", "man5/reeve.cfg.5", "bash-completion/completions/reeve"):
        find(installed, pattern)


def test_installed_command_runs(installed, tmp_path):
    (tmp_path / "kernel").write_bytes(kernel_image())
    (tmp_path / "a.cfg").write_text(
        'name="a"\nkernel="kernel"\nmemory=256\nrealm=1\n')
    done = subprocess.run([find(installed, "bin/reeve"), "measure", "a.cfg"],
                          cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def build_consumer(installed, folder):
    (folder / "consumer.c").write_text(CONSUMER)
    pc = find(installed, "pkgconfig/reeve.pc")
    flags = subprocess.run(
        ["pkg-config", "--cflags", "--libs", "reeve"], check=True, text=True,
        capture_output=True,
        env=dict(os.environ, PKG_CONFIG_PATH=str(pc.parent),
                 PKG_CONFIG_SYSROOT_DIR=str(installed))).stdout.split()
    subprocess.run(["gcc", "-Wall", "-Werror", "-o", "consumer", "consumer.c",
                    *flags], cwd=folder, check=True)
    return folder / "consumer"


def test_a_program_uses_the_shared_library(installed, tmp_path):
    program = build_consumer(installed, tmp_path)
    library = find(installed, "libreeve.so").parent
    (tmp_path / "a.cfg").write_text(
        'name="a"\nkernel="k"\nmemory=256\nrealm=1\n')
    (tmp_path / "b.cfg").write_text("relam=1\n")
    for config, wanted in (("a.cfg", r"a 1\n"), ("b.cfg", r"-1 [1-9]\d*\n")):
        done = subprocess.run(
            [program, config], cwd=tmp_path, text=True, capture_output=True,
            check=True, env=dict(os.environ, LD_LIBRARY_PATH=str(library)))
        assert re.fullmatch(wanted, done.stdout)
        assert done.stderr == ""


def test_shared_library_shows_only_its_own_names(installed):
    done = subprocess.run(["nm", "-D", "--defined-only",
                           find(installed, "libreeve.so")], check=True,
                          capture_output=True, text=True)
    names = [line.split()[-1] for line in done.stdout.splitlines()]
    assert "reeve_measure" in names
    assert all(name.startswith("reeve_") for name in names)


def test_every_public_function_is_shown(installed):
    header = find(installed, "include/reeve.h").read_text()
    declared = set(re.findall(r"\b(reeve_[a-z_]+)\(", header))
    done = subprocess.run(["nm", "-D", "--defined-only",
                           find(installed, "libreeve.so")], check=True,
                          capture_output=True, text=True)
    assert declared == {line.split()[-1]
                        for line in done.stdout.splitlines()}


def test_manual_names_every_verb_option_and_key(installed, reeve):
    page = find(installed, "man1/reeve.1").read_text()
    text = reeve.run("--help").stdout
    for verb in re.findall(
            r"^  ([a-z-]+(?: [a-z-]+)?)  ", text, re.M):
        assert f".It Cm {verb}\n" in page
        options = reeve.run(*verb.split(), "--help").stdout
        for option in re.findall(r"--([a-z-]+)", options):
            assert f"Fl Fl {option}" in page
    keys = find(installed, "man5/reeve.cfg.5").read_text()
    for line in reeve.run("keys").stdout.splitlines():
        assert line.split()[0].replace("-", r"\-") in keys


def test_manual_pages_have_no_warnings(installed):
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    for page in ("reeve.1", "reeve-guest.1", "reeve.cfg.5"):
        path = pathlib.Path(find(installed, page))
        done = subprocess.run(["man", "--warnings", "-l", path],
                              capture_output=True, text=True, check=True)
        assert done.stderr == ""
