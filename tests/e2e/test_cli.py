# SPDX-License-Identifier: BSD-3-Clause
"""The command line: verbs, exit codes, and where the output goes."""
import gzip
import json
import lzma
import os
import pathlib
import pty
import re
import select
import shutil
import signal
import subprocess
import time

import pytest
from conftest import ROOT, kernel_image

VERBS = ["check", "create", "dtb", "measure", "parse", "keys", "completion",
         "version", "list", "console", "destroy", "shutdown", "reboot", "pause",
         "unpause", "rename", "sysrq", "domid", "domname", "vcpu-list", "uptime",
         "block-list", "network-list", "channel-list",
         "top", "info", "dmesg", "host start", "host stop", "host status",
         "host list", "host trim", "host show-key", "refs", "token show",
         "token verify", "token challenge", "token profiles", "attest", "ssh",
         "cp", "unlock", "channel", "map", "image build"]


def test_help_names_every_verb(reeve):
    done = reeve.run("--help")
    assert done.returncode == 0 and done.stderr == ""
    assert sorted(VERBS) == sorted(re.findall(
        r"^  ([\w-]+(?: [\w-]+)?)  +\S", done.stdout, re.M))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_help(reeve, verb):
    done = reeve.run(*verb.split(), "--help")
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith(f"Usage: reeve {verb} ")
    assert "Exit code" in done.stdout


@pytest.mark.parametrize("arguments", [
    [], ["frobnicate"], ["check"], ["check", "a", "b"], ["check", "--no"],
    ["dtb", "-o"], ["create", "-e", "model", "guest.cfg"], ["completion", "tcsh"],
    ["parse", "a.cfg", "b.cfg"], ["keys", "x"], ["host"], ["token"],
    ["host", "frobnicate"], ["help", "frobnicate"], ["help", "host", "x"],
    ["version", "x"], ["--version", "x"], ["help", "list", "x"],
    ["help", "host", "start", "x"],
])
def test_wrong_command_line_is_exit_2(reeve, arguments):
    reeve.config()
    done = reeve.run(*arguments)
    assert done.returncode == 2
    assert done.stdout == "" and done.stderr != ""


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_a_verb_by_its_name(reeve, verb):
    assert (reeve.run("help", *verb.split()).stdout
            == reeve.run(*verb.split(), "--help").stdout)


@pytest.mark.parametrize("group", ["host", "token"])
def test_a_group_of_verbs_has_help(reeve, group):
    done = reeve.run(group, "--help")
    assert done.returncode == 0 and done.stderr == ""
    named = re.findall(r"^  (\w+ [\w-]+)  ?", done.stdout, re.M)
    assert named == [verb for verb in re.findall(
        r"^  ([\w-]+(?: [\w-]+)?)  ?", reeve.run("--help").stdout, re.M)
        if verb.startswith(f"{group} ")]
    for words in (["help", group], [group, "-h"], [group, "help"]):
        assert reeve.run(*words).stdout == done.stdout
    assert reeve.run(group).stderr == done.stdout
    assert f"Try: reeve {group} --help" in reeve.run(group, "x").stderr


def test_version(reeve):
    for words in ("--version", "version"):
        done = reeve.run(words)
        assert done.returncode == 0
        assert re.fullmatch(r"reeve \d+\.\d+\.\d+\n", done.stdout)


def test_missing_file_is_exit_1(reeve):
    done = reeve.run("check", "absent.cfg")
    assert done.returncode == 1
    assert "absent.cfg" in done.stderr


def test_check_accepts(reeve):
    done = reeve.run("check", reeve.config(vcpus="2"))
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'guest.cfg: ok: Realm "probe", 2 vCPUs, 512 MiB\n'


def test_check_reports_everything_with_places(reeve):
    config = reeve.config(memory="4096", disk='["phy:/dev/x,xvda,w"]',
                          relm="1")
    done = reeve.run("check", config)
    assert done.returncode == 2 and done.stdout == ""
    assert re.search(r"^guest.cfg:3:\d+: error: memory: ", done.stderr, re.M)
    assert re.search(r"^guest.cfg:6:\d+: error: disk: ", done.stderr, re.M)
    assert re.search(r"^guest.cfg:7:\d+: error: relm: ", done.stderr, re.M)


def test_check_json(reeve):
    done = reeve.run("check", "--json", reeve.config(sve='"hw"'))
    assert done.returncode == 2 and done.stderr == ""
    document = json.loads(done.stdout)
    assert document["accepted"] is False
    found = [d for d in document["diagnostics"] if d["key"] == "sve"]
    assert len(found) == 1
    assert found[0]["severity"] == "error" and found[0]["line"] == 6
    assert found[0]["hint"]


def test_check_json_of_a_good_file(reeve):
    done = reeve.run("check", "--json", reeve.config())
    assert done.returncode == 0
    assert json.loads(done.stdout)["accepted"] is True


def test_json_of_a_file_name_of_other_bytes(reeve):
    """A document is UTF-8 whatever the name of the file is, and calls the file
    what its diagnostics call it."""
    for name in (b"caf\xe9", b"\xed\xa0\x80", b"a\nb", b'a"\\b', "é".encode()):
        path = os.fsdecode(name)
        reeve.config(path, sve='"hw"')
        done = reeve.run("check", "--json", path, text=False)
        document = json.loads(done.stdout.decode())
        assert {d["file"] for d in document["diagnostics"]} == {
            document["config"]}, name


def test_check_does_not_need_the_files(reeve):
    done = reeve.run("check", reeve.config(kernel='"/nowhere/kernel"'))
    assert done.returncode == 0
    assert "warning: kernel: " in done.stderr


@pytest.mark.parametrize("key, entry", [
    ("disk", "/a,raw,xvda,w"), ("vif", ""), ("p9", "tag={0},path=/{0}"),
    ("channel", "name={0},connection=pty")])
def test_long_lists_of_devices_come_to_an_end(reeve, key, entry):
    """No list takes a time that grows with the cube of its length: that of this
    one would be a quarter of an hour."""
    text = ",".join(f"'{entry.format(i)}'" for i in range(20000))
    done = reeve.run("check", reeve.config(realm=None, **{key: f"[{text}]"}))
    assert done.returncode == 2 and f"{key}: " in done.stderr


def test_missing_kernel_is_exit_1(reeve):
    done = reeve.run("measure", reeve.config(kernel='"nowhere"'))
    assert done.returncode == 1
    assert re.search(r"^guest.cfg:4:\d+: error: kernel: .*nowhere",
                     done.stderr, re.M)


def long_line(reeve, extra, **settings):
    """Returns a configuration whose command line has 2006 bytes and extra."""
    return reeve.config(root='"' + "p" * 2000 + '"', extra='"' + "q" * extra + '"',
                        **settings)


@pytest.mark.parametrize("verb", [
    ["check"], ["create", "-n"], ["create"], ["measure"], ["dtb", "--source"],
    ["map"]])
def test_a_realm_s_command_line_that_linux_cuts(reeve, verb):
    done = reeve.run(*verb, long_line(reeve, 42))
    assert done.returncode == 2 and done.stdout == ""
    assert re.search(r"^guest.cfg:7:9: error: extra: Linux keeps 2047 bytes .*"
                     "these 2048 .* measured$", done.stderr, re.M)


@pytest.mark.parametrize("verb", [
    ["check"], ["create", "-n"], ["dtb", "--source"], ["map"]])
def test_an_ordinary_command_line_that_linux_cuts(reeve, verb):
    assert reeve.run(*verb, long_line(reeve, 41, realm=None)).stderr == ""
    done = reeve.run(*verb, long_line(reeve, 42, realm=None))
    assert done.returncode == 0 and done.stdout != ""
    assert re.search("^guest.cfg:6:9: warning: extra: Linux keeps 2047 bytes .*"
                     "these 2048 without a word$", done.stderr, re.M)


RAMDISKS = {
    "text": (b"hello\n", "no RAM disk: text"),
    "U-Boot": (b"\x27\x05\x19\x56" + bytes(60), "no RAM disk: a U-Boot image"),
    "kernel": (kernel_image(), "no RAM disk: an arm64 kernel"),
    "packed kernel": (gzip.compress(kernel_image()),
                      "no RAM disk: gzip data of an arm64 kernel"),
    "cut gzip": (gzip.compress(bytes(9999))[:-6], "the gzip data is truncated"),
    "cut xz": (lzma.compress(bytes(9999))[:-6], "the xz data is truncated"),
    "packed cpio": (gzip.compress(b"070701" + bytes(9999)), None),
    "cpio": (b"070701" + bytes(9999), None),
}


@pytest.mark.parametrize("kind", RAMDISKS)
def test_a_ramdisk_that_is_none(reeve, kind):
    content, words = RAMDISKS[kind]
    reeve.write("disk", content)
    config = reeve.config(ramdisk='"disk"')
    packed = kind in ("packed kernel", "cut gzip", "cut xz")
    for verb in (["check"], ["measure"], ["dtb", "--source"]):
        done = reeve.run(*verb, config)
        assert done.returncode == 0
        # Only check unpacks it: the other verbs would take much longer.
        if words is None or (packed and verb != ["check"]):
            assert done.stderr == ""
        else:
            assert done.stderr.startswith(
                f"guest.cfg:6:11: warning: ramdisk: disk: {words}\n")


def test_extras_override_the_file(reeve):
    config = reeve.config()
    done = reeve.run("check", config, "vcpus=3", 'name="z"; memory=300')
    assert done.returncode == 0, done.stderr
    assert '"z", 3 vCPUs, 300 MiB' in done.stdout


def test_bad_extra_is_blamed(reeve):
    done = reeve.run("check", reeve.config(), "vcpus=0x")
    assert done.returncode == 2
    assert "KEY=VALUE argument 1:1:" in done.stderr


def test_misspelt_realm_stays_an_error(reeve):
    config = reeve.config(realm=None, relam="true")
    for options in ([], ["--allow-unknown"]):
        done = reeve.run("check", *options, config)
        assert done.returncode == 2
        assert "realm" in done.stderr


def test_allow_unknown(reeve):
    config = reeve.config(frobnicate="1")
    assert reeve.run("check", config).returncode == 2
    done = reeve.run("check", "--allow-unknown", config)
    assert done.returncode == 0
    assert "warning: frobnicate" in done.stderr


def test_bare_words_and_strict(reeve):
    config = reeve.config(realm="true")
    assert reeve.run("check", config).returncode == 0
    done = reeve.run("check", "--strict", config)
    assert done.returncode == 2
    assert "guest.cfg:5:" in done.stderr


@pytest.mark.parametrize("value", ['"true"', '"yes"', "[1]", '""', "'on'"])
def test_realm_switch_fails_closed(reeve, value):
    for verb in (["check"], ["create", "-n"], ["measure"], ["dtb"]):
        done = reeve.run(*verb, reeve.config(realm=value))
        assert done.returncode == 2
        assert done.stdout == ""


def test_realm_append_fails_closed(reeve):
    config = reeve.config(realm=None)
    with open(reeve.folder / config, "a", encoding="ascii") as file:
        file.write("realm += 1\n")
    assert reeve.run("check", config).returncode == 2


def test_create_dry_run_shows_all_three(reeve):
    done = reeve.run("create", "-n", reeve.config(ramdisk='"initrd"'))
    assert done.returncode == 0, done.stderr
    for text in ("# Configuration", "# Memory plan", "# Measurement",
                 "0x0040000000", "kernel", "initrd", "device tree", "RIM"):
        assert text in done.stdout


def test_create_dry_run_json(reeve):
    done = reeve.run("create", "-n", "--json", reeve.config())
    document = json.loads(done.stdout)
    assert set(document) == {"domain", "plan", "measurement"}
    measured = json.loads(
        reeve.run("measure", "--json", "guest.cfg").stdout)
    assert document["measurement"] == measured


def test_create_dry_run_of_an_ordinary_guest(reeve):
    done = reeve.run("create", "-n", "--json", reeve.config(realm="0"))
    assert done.returncode == 0, done.stderr
    assert "measurement" not in json.loads(done.stdout)


def test_create_dry_run_compares_the_measurement(reeve):
    config = reeve.config()
    rim = reeve.run("measure", config).stdout.split()[1]
    good = reeve.run("create", "-n", "--expect-rim", rim.upper(), config)
    assert (good.returncode, good.stdout) == (
        0, reeve.run("create", "-n", config).stdout)
    for wrong, message in ((rim[::-1], "this Realm has another measurement"),
                           (rim[:-1], "cannot be used")):
        done = reeve.run("create", "-n", "--expect-rim", wrong, config)
        assert done.returncode == 2 and done.stdout == ""
        assert message in done.stderr
    done = reeve.run("create", "-n", "--expect-rim", rim,
                     reeve.config(realm=None))
    assert done.returncode == 2 and "it is no Realm" in done.stderr


def test_parse_keeps_text_and_order(reeve):
    reeve.write("a.cfg", 'b = 0x10\na = [1, "x", ["y"]]\nb = 2; c += "q"\n')
    done = reeve.run("parse", "a.cfg")
    assert done.returncode == 0
    settings = json.loads(done.stdout)["settings"]
    assert [s["key"] for s in settings] == ["b", "a", "c"]
    assert settings[0] == {
        "key": "b", "op": "=", "line": 3, "column": 1, "value": "2"}
    assert settings[1]["value"] == ["1", "x", ["y"]]
    assert settings[2]["op"] == "+="


def test_parse_refuses(reeve):
    reeve.write("bad.cfg", "a = \n")
    done = reeve.run("parse", "bad.cfg")
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("bad.cfg:1:")


def test_keys_json_and_text_agree(reeve):
    keys = json.loads(reeve.run("keys", "--json").stdout)
    names = [key["name"] for key in keys]
    assert len(names) == len(set(names))
    assert {"realm", "realm_hash", "realm_rpv", "kernel"} <= set(names)
    assert reeve.run("keys").stdout.count("\n") == len(names)


def complete(reeve, words, at):
    script = reeve.run("completion", "bash").stdout
    line = " ".join(f"'{word}'" for word in [reeve.path, *words[1:]])
    done = subprocess.run(
        ["bash", "-c", f"{script}\nCOMP_WORDS=({line}); COMP_CWORD={at}\n"
         '_reeve; printf "%s\\n" "${COMPREPLY[@]}"'],
        capture_output=True, text=True, check=True, cwd=reeve.folder)
    assert done.stderr == ""
    return done.stdout.split()


def test_completion_of_verbs_options_and_keys(reeve):
    assert complete(reeve, ["reeve", "me"], 1) == ["measure"]
    assert complete(reeve, ["reeve", "dtb", "--so"], 2) == ["--source"]
    assert complete(reeve, ["reeve", "host", "sta"], 2) == [
        "start", "status"]
    assert complete(reeve, ["reeve", "token", ""], 2) == [
        "show", "verify", "challenge", "profiles"]
    assert complete(reeve, ["reeve", "token", "verify", "--ch"], 3) == [
        "--challenge", "--challenge-file"]
    assert complete(reeve, ["reeve", "host", "start", "--mo"], 3) == [
        "--monitor"]
    assert "realm_hash=" in complete(
        reeve, ["reeve", "check", "guest.cfg", "realm_"], 3)


def offered(reeve, *words):
    """Returns what the last word may become, and whether files are asked for."""
    done = reeve.run("completion", "zsh", "--", *words)
    assert done.returncode == 0 and done.stderr == ""
    lines = [line.split("\t") for line in done.stdout.splitlines()]
    return [word for word, _ in lines if word], ["", "files"] in lines


@pytest.mark.parametrize("words, wanted, files", [
    (["me"], ["measure"], False),
    (["ho"], ["host"], False),
    (["help", "tok"], ["token"], False),
    (["help", "token", "s"], ["show"], False),
    (["host", "sto"], ["stop"], False),
    (["host", "t"], ["trim"], False),
    (["map", "-"], None, False),
    (["check", "--js"], ["--json"], False),
    (["check", ""], [], True),
    (["check", "a.cfg", "realm_h"], ["realm_hash="], True),
    (["check", "-f", ""], [], True),
    (["check", "-f", "a.cfg", "realm_h"], ["realm_hash="], True),
    (["check", "--set", "realm_h"], ["realm_hash="], False),
    (["create", "-e", "mo"], ["model"], False),
    (["create", "--engine=mo"], ["--engine=model"], False),
    (["create", "--engine", "=", "mo"], ["model"], False),
    (["create", "--engine", "="], ["machine", "model"], False),
    (["dtb", "-o", "x"], [], True),
    (["completion", ""], ["bash", "zsh", "fish"], False),
    (["token", "show", ""], [], True),
    (["keys", ""], [], False),
    (["frobnicate", ""], [], False),
    (["rename", "a", "b"], [], False),
])
def test_what_the_last_word_may_become(reeve, words, wanted, files):
    found, asks = offered(reeve, *words)
    if wanted is None:
        help_text = reeve.run(*words[:-1], "--help").stdout
        assert set(found) == set(re.findall(r"(?<![\w-])--?[a-z][\w-]*",
                                            help_text.partition("Options:")[2]))
    else:
        assert found == wanted
    assert asks == files


# How each shell is started without the user's files, and told of the script.
SHELLS = {
    "bash": (["bash", "--noprofile", "--norc", "-i"],
             "source <(reeve completion bash)"),
    "zsh": (["zsh", "-f", "-i"], "autoload -U compinit; compinit -D -u; "
            "source <(reeve completion zsh)"),
    "fish": (["fish", "--no-config", "-i"], "reeve completion fish | source"),
}


def typed(reeve, shell, keys, name):
    """Types into a shell on a terminal, until the file of that name has its
    last line. Returns the file's text."""
    command, script = SHELLS[shell]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{shell} is not installed")
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(reeve.folder)
        os.environ.update(PATH=f"{pathlib.Path(reeve.path).parent}:"
                          f"{os.environ['PATH']}", TERM="dumb",
                          HOME=str(reeve.folder))
        os.execvp(command[0], command)
    try:
        os.write(terminal, f"{script}\necho ready > ready\n".encode())
        read_until(terminal, reeve.folder / "ready", "ready\n")
        os.write(terminal, keys.encode())
        return read_until(terminal, reeve.folder / name, "\n")
    finally:
        os.close(terminal)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)


def read_until(terminal, path, end):
    """Reads the terminal until the file ends so. Returns the file's text."""
    deadline = time.monotonic() + 60
    seen = b""
    while not path.exists() or not path.read_text().endswith(end):
        assert time.monotonic() < deadline, seen
        if select.select([terminal], [], [], 0.05)[0]:
            seen += os.read(terminal, 4096)
    return path.read_text()


@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_completes_on_a_terminal(reeve, shell):
    reeve.config("my-guest.cfg")
    text = typed(reeve, shell, "reeve che\tmy-g\trealm_ha\t'\"sha512\"' > out\n",
                 "out")
    assert text == 'my-guest.cfg: ok: Realm "probe", 1 vCPU, 512 MiB\n'


def test_output_to_a_full_device_is_exit_1(reeve):
    with open("/dev/full", "w", encoding="ascii") as full:
        done = subprocess.run([reeve.path, "keys"], stdout=full,
                              stderr=subprocess.PIPE, check=False)
    assert done.returncode == 1


def test_failed_output_leaves_nothing(reeve):
    done = reeve.run("dtb", "-o", "no/such/folder/x.dtb", reeve.config())
    assert done.returncode == 1
    assert not (reeve.folder / "no").exists()


def named(reeve, name, **settings):
    """Writes the configuration of a guest of that name."""
    config = reeve.config(**settings)
    path = reeve.folder / config
    path.write_text(path.read_text().replace("probe", name))
    return config


def test_nothing_from_a_file_steers_the_terminal(reeve):
    reeve.write("kernel", kernel_image(banner=b"Linux version 7.3\x1b[2J"))
    for name, code in (("a", 0), ("a\x1b]0;x\x07", 2)):
        config = named(reeve, name, cmdline='"\x1b[2J"')
        for arguments in (["check"], ["create", "-n"]):
            done = reeve.run(*arguments, config)
            assert done.returncode == code, done.stderr
            assert "\x1b" not in done.stdout + done.stderr
    done = reeve.run("check", config, 'foo\x1b="\x1b"')
    assert done.returncode == 2 and "\x1b" not in done.stderr


def test_standard_input(reeve):
    text = (reeve.folder / reeve.config()).read_text()
    done = reeve.run("check", "-", stdin=text)
    assert done.stdout.startswith("<stdin>: ok: ")
    assert done.returncode == 0, done.stderr
    done = reeve.run("check", "-", "vcpus=2", stdin=text + "foo = 1\n")
    assert done.returncode == 2
    assert "<stdin>:6:1: error: foo: " in done.stderr
    assert reeve.run("check", "--strict", "-", stdin=text).returncode == 1


def test_pipe(reeve):
    reeve.config()
    done = subprocess.run(
        ["bash", "-c", f"{reeve.path} check <(cat guest.cfg)"],
        cwd=reeve.folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_path_with_an_equals_sign_needs_an_option(reeve):
    config = reeve.config("a=b.cfg")
    done = reeve.run("check", config)
    assert done.returncode == 2
    assert "is named with -f: a=b.cfg\n" in done.stderr
    assert "-f" not in reeve.run("check", "a=c.cfg").stderr
    assert reeve.run("check", "-f", config).returncode == 0


def test_a_folder_is_no_configuration(reeve):
    assert reeve.run("check", ".").returncode == 1


def test_a_stream_is_bounded(reeve):
    done = reeve.run("check", "-", stdin="#" * (1 << 20) + "\n")
    assert done.returncode == 1
    assert "1 MiB" in done.stderr


def test_set_quotes_by_type(reeve):
    reeve.config()
    done = reeve.run("check", "guest.cfg", "--set", "name=a b", "-s",
                     "vcpus=3", "--set", "type=pvh")
    assert done.returncode == 0, done.stderr
    assert '"a b", 3 vCPUs' in done.stdout
    done = reeve.run("create", "-n", "--json", "guest.cfg", "--set",
                     'cmdline=x="1\\2"')
    assert json.loads(done.stdout)["domain"]["cmdline"]["value"] == (
        'x="1\\2"')


def test_set_quotes_what_is_appended(reeve):
    config = reeve.config(cmdline='"quiet"', type=None)
    done = reeve.run("create", "-n", "--json", config, "--set",
                     "cmdline+= root=/dev/vda", "--set", "type+=pvh")
    assert done.returncode == 0, done.stderr
    domain = json.loads(done.stdout)["domain"]
    assert domain["cmdline"]["value"] == "quiet root=/dev/vda"
    assert reeve.run("check", config, "--set", "vcpus+=1").returncode == 2


def test_set_quotes_a_text_where_a_list_may_be(reeve):
    config = reeve.config(realm=None, vcpus="2")
    for setting, value in (("cpus=0-3,^2", ["0-3,^2"]),
                           ('cpus=["0", "1"]', ["0", "1"])):
        done = reeve.run("create", "-n", "--json", config, "--set", setting)
        assert done.returncode == 0, done.stderr
        document = json.loads(done.stdout)
        assert document["domain"]["cpus"]["value"] == value


def test_set_fails_closed(reeve):
    config = reeve.config(realm=None)
    assert reeve.run("check", "--set", "realm=yes", config).returncode == 2
    assert reeve.run("check", "--set", "relam=1", config).returncode == 2
    assert reeve.run("check", "--set", "realm", config).returncode == 2


# One fault of each kind that needs no host to be seen: its settings, its key,
# and whether it is still one for a Xen host (-e model).
FAULTS = {
    "type": ({"vcpus": '"x"'}, "vcpus", True),
    "policy": ({"sve": '"hw"'}, "sve", True),
    "tpm": ({"realm": "0", "vtpm": '["backend=tpm"]'}, "vtpm", False),
    "dtdev": ({"realm": None, "dtdev": '["/soc/dma"]'}, "dtdev", False),
    "acpi": ({"realm": "0", "acpi": "1"}, "acpi", True),
    "bootloader": ({"realm": "0", "kernel": None, "bootloader": '"pygrub"',
                    "disk": '["x,xvda"]'}, "bootloader", True),
    "ram": ({"memory": "1"}, "memory", True),
    "kernel": ({"kernel": '"initrd"'}, "kernel", True),
}


def blamed(done):
    """Returns the errors of a report: place, key and message."""
    return re.findall(r"^guest\.cfg:(\d+:\d+): error: (\w+): (.*)$",
                      done.stderr, re.M)


@pytest.mark.parametrize("name", FAULTS)
def test_check_says_what_every_verb_says(reeve, name):
    settings, key, _ = FAULTS[name]
    config = reeve.config(**settings)
    said = reeve.run("check", config)
    assert said.returncode == 2 and said.stdout == ""
    assert key in [error[1] for error in blamed(said)]
    for verb in (["create", "-n"], ["create"], ["dtb"], ["measure"], ["map"],
                 ["refs"]):
        done = reeve.run(*verb, config)
        assert done.returncode == 2, verb
        assert blamed(done) == blamed(said), verb


@pytest.mark.parametrize("name", FAULTS)
def test_the_model_takes_what_a_xen_host_has(reeve, name):
    settings, _, refused = FAULTS[name]
    done = reeve.run("create", "-n", "-e", "model", reeve.config(**settings))
    assert done.returncode == (2 if refused else 0)


def test_what_no_host_has_is_told_with_all_else(reeve):
    done = reeve.run("check", reeve.config(
        realm="0", vkb='["backend-type=x"]', vcpus='"x"', cap="50"))
    assert [error[1] for error in blamed(done)] == ["vkb", "vcpus"]
    assert "guest.cfg:8:7: warning: cap: " in done.stderr


@pytest.mark.parametrize("name, words", [
    ("", "every guest needs a name"), ("  ", "every guest needs a name"),
    ("web\\tone", "holds a control character"),
    ("a\u0085", "holds a control character"),
    ("a" * 64, "is longer than 63 bytes"),
    ("\u00e9" * 32, "is longer than 63 bytes"),
])
def test_a_name_that_no_host_takes_is_refused_at_its_place(reeve, name, words):
    config = named(reeve, name)
    for verb in (["check"], ["create", "-n"], ["create"], ["measure"]):
        done = reeve.run(*verb, config)
        assert done.returncode == 2
        (place, key, message), = blamed(done)
        assert (place, key) == ("1:8", "name") and words in message
    if "\\" not in name:
        done = reeve.run("check", "--set", f"name={name}", reeve.config())
        assert done.returncode == 2
        assert "KEY=VALUE argument 1:1:6: error: name: " in done.stderr


def test_a_name_that_is_not_utf8_is_refused(reeve):
    path = reeve.write("latin1.cfg", b'name = "caf\xe9"\nkernel = "kernel"\n'
                       b"memory = 64\n")
    done = reeve.run("check", path.name)
    assert done.returncode == 2
    assert "latin1.cfg:1:8: error: name: the name is not UTF-8" in done.stderr


def test_the_longest_names_are_taken(reeve):
    for name in ("a" * 63, "\u00e9" * 31 + "a", " a "):
        done = reeve.run("check", named(reeve, name))
        assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("verb", ["block-attach", "block-detach", "cd-eject",
                                  "network-attach", "channel-attach"])
def test_xl_verbs_that_change_devices_are_refused_with_the_reason(reeve, verb):
    done = reeve.run(verb, "guest", "phy:/dev/x,xvdb,w")
    assert done.returncode == 2 and done.stdout == ""
    assert f"there is no {verb}: " in done.stderr
    assert "hot-plug" in done.stderr or "drive" in done.stderr


def test_verbs_of_other_tools_that_are_missing_say_why(reeve):
    """Those that docs/xl.md names, and the first words of virsh and kvmtool."""
    page = (ROOT / "docs" / "xl.md").read_text().split("## What is missing")[1]
    heads = re.findall(r"^- (`[a-z].*?)[:.]", page.split("\n## ")[0], re.M)
    verbs = re.findall("`([a-z-]+)`", " ".join(heads))
    assert {"save", "dump-core", "vcpu-set", "block-attach"} <= set(verbs)
    for verb in verbs + ["start", "define", "run", "stop"]:
        done = reeve.run(verb, "guest")
        assert done.returncode == 2 and done.stdout == ""
        assert f"reeve: there is no {verb}: " in done.stderr
    done = reeve.run("attach", "guest")
    assert "no such verb: attach" in done.stderr
