# SPDX-License-Identifier: BSD-3-Clause
"""`make install`: the installed files, and a program that uses the library."""
import collections
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
                    "man1/reeve-guest.1", "man5/reeve.cfg.5",
                    "bash-completion/completions/reeve",
                    "zsh/site-functions/_reeve",
                    "fish/vendor_completions.d/reeve.fish",
                    "libexec/reeve/image.py",
                    "reeve/examples/debian/image.toml",
                    "reeve/examples/debian-state/image.toml"):
        find(installed, pattern)


def test_installed_command_runs(installed, tmp_path):
    (tmp_path / "kernel").write_bytes(kernel_image())
    (tmp_path / "a.cfg").write_text(
        'name="a"\nkernel="kernel"\nmemory=256\nrealm=1\n')
    done = subprocess.run([find(installed, "bin/reeve"), "measure", "a.cfg"],
                          cwd=tmp_path, capture_output=True, text=True,
                          check=False)
    assert done.returncode == 0, done.stderr


def test_the_installed_command_finds_its_scripts(installed, tmp_path):
    """Each script that another one names is there. A specification is judged
    by the installed program, which imports the others."""
    folder = find(installed, "libexec/reeve/image.py").parent
    there = {path.name for path in folder.iterdir()}
    for path in {*folder.iterdir()} - {folder / "initrd.py"}:
        named = re.findall(r'[\w-]+\.(?:sh|py)\b|"image-[\w.-]+"',
                           path.read_text())
        assert {name.strip('"') for name in named} <= there, path
    (tmp_path / "spec.toml").write_text('name = "a"\n')
    done = subprocess.run(
        [find(installed, "bin/reeve"), "image", "build", "spec.toml", "-o",
         "out"], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"})
    assert done.stderr == "image: spec.toml: packages is missing\n"
    assert done.returncode == 2


# A program for several releases: it compiles without what a release lacks.
VERSIONED = r"""
#include <reeve.h>
#include <stdio.h>

#if REEVE_VERSION < REEVE_VERSION_NUMBER(0, 1, 0)
#error "the header has no version"
#endif

int main(void)
{
#ifdef REEVE_HAVE_REALM
	bool (*is_realm)(const struct reeve_guest *) = reeve_guest_is_realm;

	printf("realm %d\n", is_realm != NULL);
#endif
#ifdef REEVE_HAVE_WHAT_NO_RELEASE_HAS
	reeve_what_no_release_has();
#endif
	printf("%d.%d.%d %d %s\n", REEVE_VERSION_MAJOR, REEVE_VERSION_MINOR,
	       REEVE_VERSION_MICRO, REEVE_VERSION == reeve_version(),
	       reeve_version_text());
	return 0;
}
"""


def pkg_config(installed, *options):
    """Returns what pkg-config says of the installed library, as words."""
    pc = find(installed, "pkgconfig/reeve.pc")
    return subprocess.run(
        ["pkg-config", *options, "reeve"], check=True, text=True,
        capture_output=True,
        env=dict(os.environ, PKG_CONFIG_PATH=str(pc.parent),
                 PKG_CONFIG_SYSROOT_DIR=str(installed))).stdout.split()


def build_consumer(installed, folder, text=CONSUMER):
    (folder / "consumer.c").write_text(text)
    subprocess.run(["gcc", "-Wall", "-Werror", "-o", "consumer", "consumer.c",
                    *pkg_config(installed, "--cflags", "--libs")],
                   cwd=folder, check=True)
    return folder / "consumer"


# Prints what the library makes of a configuration, in the locale of argv[1].
LOCALISED = r"""
#include <locale.h>
#include <reeve.h>
#include <stdio.h>

int main(int argc, char **argv)
{
	static const char *const extras[] = { "passthrough='DISABLED'",
					      "channel=['name=caf\xe9,connection=pty']" };
	struct reeve_source source = { .path = "a.cfg", .extras = extras };
	struct reeve_report *report = reeve_report_new();
	struct reeve_guest *guest;
	struct reeve_plan *plan;
	struct reeve_map *map;

	if (setlocale(LC_ALL, argv[1]) == NULL)
		return 2;
	source.extra_count = 2;
	printf("%d\n", reeve_guest_load(&source, &guest, report));
	for (size_t i = 0; i < reeve_report_count(report); i++)
		puts(reeve_report_get(report, i)->message);
	source.extra_count = 1;
	if (reeve_guest_load(&source, &guest, report) != REEVE_OK ||
	    reeve_plan_new(guest, &plan, report) != REEVE_OK ||
	    reeve_map_plan(plan, NULL, &map) != REEVE_OK)
		return 3;
	puts(reeve_map_text(map));
	puts(reeve_map_svg(map));
	printf("%.1f\n", 1.5);
	return 0;
}
"""


def test_the_library_does_not_depend_on_the_locale(installed, tmp_path):
    """A program may have set a locale with a decimal comma, with other small
    letters (Turkish), or with letters of one byte."""
    if not pathlib.Path("/usr/share/i18n/locales/tr_TR").exists():
        pytest.skip("locales is not installed")
    (tmp_path / "kernel").write_bytes(kernel_image())
    (tmp_path / "a.cfg").write_text(
        'name="a"\nkernel="kernel"\nmemory=256\n')
    program = build_consumer(installed, tmp_path, LOCALISED)
    library = find(installed, "libreeve.so").parent
    said = {}
    for name, charmap in (("C", None), ("de_DE.UTF-8", "UTF-8"),
                          ("tr_TR.UTF-8", "UTF-8"), ("de_DE", "ISO-8859-1")):
        if charmap:
            subprocess.run(["localedef", "-i", name[:5], "-f", charmap,
                            tmp_path / name], check=True)
        done = subprocess.run([program, name], cwd=tmp_path, check=True,
                              stdout=subprocess.PIPE,
                              env=dict(os.environ, LOCPATH=str(tmp_path),
                                       LD_LIBRARY_PATH=str(library)))
        text = done.stdout.decode("latin-1").splitlines()
        said[name] = text[:-1]
        assert text[-1] == ("1,5" if charmap else "1.5")
    assert "cannot be in a name" in said["C"][1]
    for name, text in said.items():
        assert text == said["C"], name


def header_of(installed):
    """Returns the text of the installed header without its comments."""
    text = find(installed, "include/reeve.h").read_text()
    return re.sub(r"/\*.*?\*/", "", text, flags=re.S)


def test_header_library_command_and_pkg_config_name_one_version(installed,
                                                                reeve, tmp_path):
    version, = pkg_config(installed, "--modversion")
    program = build_consumer(installed, tmp_path, VERSIONED)
    library = find(installed, "libreeve.so").parent
    done = subprocess.run([program], text=True, capture_output=True, check=True,
                          env=dict(os.environ, LD_LIBRARY_PATH=str(library)))
    assert done.stdout == f"realm 1\n{version} 1 {version}\n"
    assert reeve.run("--version").stdout == f"reeve {version}\n"
    major, minor, _ = version.split(".")
    dynamic = subprocess.run(["readelf", "-d", find(installed, "libreeve.so")],
                             check=True, text=True, capture_output=True).stdout
    assert f"[libreeve.so.{major}.{minor}]" in dynamic


def test_each_macro_of_a_feature_stands_for_something(installed):
    header = header_of(installed)
    features = re.findall(r"^#define (REEVE_HAVE_\w+) (.*)$", header, re.M)
    assert ("REEVE_HAVE_REALM", "1") in features
    assert all(value == "1" for _, value in features)
    for name, _ in features:
        word = name.removeprefix("REEVE_HAVE_").lower()
        assert re.search(rf"\breeve_\w*{word}\w*\(", header), name


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


def exported(installed):
    """Returns the symbols that the shared library shows, each with the node of
    its version, and "" if it has none."""
    done = subprocess.run(["nm", "-D", "--defined-only", "--with-symbol-versions",
                           find(installed, "libreeve.so")], check=True,
                          capture_output=True, text=True)
    words = [line.split() for line in done.stdout.splitlines()]
    # The nodes themselves are absolute symbols (A).
    return dict(name.partition("@@")[::2] for _, kind, name in words
                if kind != "A")


def test_the_shared_library_shows_the_header_s_functions(installed):
    declared = re.findall(r"\b(reeve_[a-z_0-9]+)\(", header_of(installed))
    assert len(declared) == len(set(declared))
    assert sorted(declared) == sorted(exported(installed)), (
        "a function of toolstack/reeve.h has a line in toolstack/reeve.map")


def test_every_symbol_has_the_version_of_a_release(installed):
    release, = pkg_config(installed, "--modversion")
    latest = tuple(map(int, release.split(".")[:2]))
    for name, node in exported(installed).items():
        found = re.fullmatch(r"REEVE_(\d+)\.(\d+)", node)
        assert found, (name, node)
        assert tuple(map(int, found.groups())) <= latest, (name, node)


def test_manual_names_every_verb_option_and_key(installed, reeve):
    page = find(installed, "man1/reeve.1").read_text()
    text = reeve.run("--help").stdout
    verbs = re.findall(r"^  ([a-z-]+(?: [a-z-]+)?)  +\S", text, re.M)
    assert len(verbs) == text.count("\n  ")
    for verb in verbs:
        assert f".It Cm {verb}\n" in page
        options = reeve.run(*verb.split(), "--help").stdout
        for option in re.findall(r"--([a-z-]+)", options):
            assert f"Fl Fl {option}" in page
    keys = find(installed, "man5/reeve.cfg.5").read_text()
    for line in reeve.run("keys").stdout.splitlines():
        assert line.split()[0].replace("-", r"\-") in keys


# Options of many verbs, which the page names in one place and not in the
# synopsis of each verb.
EVERYWHERE = {"help", "defconfig", "set", "strict", "allow-unknown"}
# The options that CORIM-OPTION stands for in the synopsis of refs.
CORIM_OPTIONS = {"sign", "signer", "tag-id", "tag-version", "not-before",
                 "not-after", "digest-numbers"}


def synopses(page):
    """Returns for each verb all that the synopsis says of it."""
    text = page.split(".Sh SYNOPSIS\n", 1)[1].split("\n.Sh ", 1)[0]
    found = collections.defaultdict(str)
    for block in re.split(r"^\.Nm$", text, flags=re.M)[1:]:
        names = re.search(r"^\.Cm (.*?)(?: (?:Fl|Op) .*)?$", block, re.M)
        for name in names[1].split(" | "):
            found[name] += block
    return found


def test_the_synopsis_has_every_option(installed, reeve):
    found = synopses(find(installed, "man1/reeve.1").read_text())
    verbs = re.findall(r"^  ([a-z-]+(?: [a-z-]+)?)  +\S",
                       reeve.run("--help").stdout, re.M)
    assert set(verbs) == set(found)
    for verb in verbs:
        text = found[verb]
        short = "".join(re.findall(r"Fl ([a-zA-Z]+)",
                                   re.sub(r"Fl Fl \S+", "", text)))
        for letter, name in re.findall(r"^ +(?:-(\w), |)--([a-z-]+)",
                                       reeve.run(*verb.split(), "--help").stdout,
                                       re.M):
            assert (name in EVERYWHERE or letter and letter in short
                    or f"Fl Fl {name}" in text
                    or name in CORIM_OPTIONS and "CORIM-OPTION" in text
                    ), (verb, name)


def test_manual_pages_have_no_warnings(installed):
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    for page in ("reeve.1", "reeve-guest.1", "reeve.cfg.5"):
        path = pathlib.Path(find(installed, page))
        done = subprocess.run(["man", "--warnings", "-l", path],
                              capture_output=True, text=True, check=True)
        assert done.stderr == ""


def test_headings_of_manual_pages_are_words(installed):
    """A word of a heading can be a macro: 'In' would become '<...>'."""
    if shutil.which("man") is None:
        pytest.skip("man is not installed")
    for page in ("reeve.1", "reeve-guest.1", "reeve.cfg.5"):
        path = pathlib.Path(find(installed, page))
        done = subprocess.run(
            ["man", "-P", "cat", "-l", path], capture_output=True, text=True,
            check=True, env={**os.environ, "MAN_KEEP_FORMATTING": "",
                             "GROFF_NO_SGR": "1"})
        lines = re.sub(".\b", "", done.stdout).splitlines()
        for heading in re.findall(r"^\.S[hs] (.*)$", path.read_text(), re.M):
            assert heading.replace(r"\&", "") in map(str.strip, lines), page
