# SPDX-License-Identifier: BSD-3-Clause
"""reeve cp, reeve unlock and reeve channel; domains that are attested; and
guests that are waited for."""
import json
import os
import pathlib
import re
import signal
import subprocess

import pytest
import test_attest
import tokens
from conftest import PATIENCE
from test_attest import (KEYS, Guest, free_port, guest, guest_program,  # noqa: F401
                         key_line)
from test_devices import machine, whole  # noqa: F401
from test_host import failed, good, host, ordinary, ways  # noqa: F401
from test_terminal import Terminal

# Notes its arguments and its input, and ends with this code.
FAKE = """#!/bin/sh
printf '%s\\n' "$@" >arguments
cat >input
echo "the guest's answer"
exit 5
"""
SECRET = bytes(range(256)) * 16  # the longest


@pytest.fixture
def fakes(guest, monkeypatch):  # noqa: F811
    folder = guest.reeve.folder / "bin"
    folder.mkdir()
    for name in ("ssh", "scp"):
        (folder / name).write_text(FAKE)
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
    guest.reeve.write("key", SECRET)
    return guest


def arguments(made):
    return (made.reeve.folder / "arguments").read_text().splitlines()


def unlock(made, port, *options):
    return made.reeve.run("unlock", *made.options(port), *options, "--",
                          "root@h")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP,
                                    signal.SIGINT])
def test_a_signal_reaches_ssh_and_its_file_is_removed(fakes, number):
    fakes.reeve.write("bin/ssh", f"""#!/bin/sh
trap 'echo it got {number:d}; exit 7' {number:d}
for word; do case $word in *UserKnownHostsFile=*) echo "$word" ;; esac; done
while :; do sleep 0.1; done
""")
    with subprocess.Popen(
            [fakes.reeve.path, "ssh", *fakes.options(fakes.start()), "-q",
             "--", "root@h"], cwd=fakes.reeve.folder, stdout=subprocess.PIPE,
            text=True) as ssh:
        file = ssh.stdout.readline().strip().partition("=")[2].strip('"')
        assert os.path.exists(file)
        ssh.send_signal(number)
        assert ssh.stdout.read() == f"it got {number:d}\n"
    assert ssh.returncode == 7 and not os.path.exists(file)


def was_not_run(made):
    return not (made.reeve.folder / "arguments").exists()


@pytest.mark.parametrize("options, command", [
    ((), "reeve-unlock"), (("--format",), "reeve-unlock --format")])
def test_a_secret_is_the_input_of_one_command(fakes, options, command):
    done = unlock(fakes, fakes.start(), "--key", "key", *options)
    assert (done.returncode, done.stdout) == (5, "the guest's answer\n")
    words = arguments(fakes)
    assert words[-2:] == ["root@h", command] and "-T" in words
    assert {"StrictHostKeyChecking=yes", "HostKeyAlias=probe",
            "RemoteCommand=none"} < set(words)
    assert (fakes.reeve.folder / "input").read_bytes() == SECRET


def test_a_guest_that_has_nothing_to_unlock_is_told(fakes, monkeypatch):
    fakes.reeve.write("bin/ssh", "#!/bin/sh\nexit 127\n")
    failed(unlock(fakes, fakes.start(), "--key", "key"),
           "has no command reeve-unlock", 127)
    monkeypatch.setenv("PATH", str(fakes.reeve.folder))
    done = unlock(fakes, fakes.start(), "--key", "key")
    failed(done, "ssh cannot be run", 255)
    assert "reeve-unlock" not in done.stderr


def test_a_secret_comes_from_a_pipe(fakes):
    port = fakes.start()
    done = fakes.reeve.run("unlock", *fakes.options(port), "--key", "-", "--",
                           "h", stdin="by a pipe\n")
    assert done.returncode == 5
    assert (fakes.reeve.folder / "input").read_text() == "by a pipe\n"


def typing(made, port, *options):
    return Terminal(made.reeve, "unlock", *made.options(port), "--key", "-",
                    "-q", *options, "--", "h")


def test_a_secret_that_is_typed_is_not_shown(fakes):
    with typing(fakes, fakes.start()) as terminal:
        terminal.expect(b"Secret for probe: ")
        terminal.type(b"typed words\n")
        assert b"typed" not in terminal.expect(b"the guest's answer")
        assert terminal.end() == 5
        assert terminal.is_as_before()
    assert (fakes.reeve.folder / "input").read_text() == "typed words"


@pytest.mark.parametrize("again, end, code", [
    (b"one", b"the guest's answer", 5), (b"two", b"these are two", 1)])
def test_a_new_secret_is_typed_twice(fakes, again, end, code):
    with typing(fakes, fakes.start(), "--format") as terminal:
        terminal.expect(b"New secret for probe: ")
        terminal.type(b"one\n")
        terminal.expect(b"The same once more, for probe: ")
        terminal.type(again + b"\n")
        terminal.expect(end)
        assert terminal.end() == code
    assert was_not_run(fakes) == (code == 1)


def test_nothing_is_sent_to_a_guest_that_is_refused(fakes):
    done = unlock(fakes, fakes.start(), "--key", "key", "--set", "memory=640")
    failed(done, "(?s)FAILED +rim.*ssh was not run")
    assert was_not_run(fakes)


@pytest.mark.parametrize("key, message, code", [
    (b"", "the secret is empty", 2), (SECRET + b"x", "at most 4096 bytes", 2),
    (None, "No such file", 1)])
def test_a_secret_that_is_none_is_told(fakes, key, message, code):
    if key is None:
        (fakes.reeve.folder / "key").unlink()
    else:
        fakes.reeve.write("key", key)
    failed(unlock(fakes, 1, "--key", "key"), message, code)
    assert was_not_run(fakes)


def test_a_secret_must_be_named(fakes):
    failed(unlock(fakes, 1), "--key is missing", 2)


def test_settings_of_the_user_change_neither_the_check_nor_the_command(fakes):
    """What the program ssh makes of them, asked with its option -G."""
    unlock(fakes, fakes.start(), "--key", "key")
    fakes.reeve.write("mine", "Nobody knows\nStrictHostKeyChecking no\n"
                      "GSSAPIKeyExchange yes\nSessionType none\n"
                      "ForkAfterAuthentication yes\n")
    text = subprocess.check_output(
        ["/usr/bin/ssh", "-G", "-F", fakes.reeve.folder / "mine",
         *arguments(fakes)], text=True)
    settings = dict(line.partition(" ")[::2] for line in text.splitlines())
    assert settings["stricthostkeychecking"] == "true"
    assert settings.get("gssapikeyexchange", "no") == "no"
    assert settings["sessiontype"] == "default"
    assert settings["forkafterauthentication"] == "no"


@pytest.mark.parametrize("user", ["-oProxyCommand=false", ""])
def test_a_user_is_no_option_of_ssh(fakes, user):
    target = f"{user}@able"
    for verb, *words in (["ssh", "--", target], ["cp", "--", target, "a", "b"],
                         ["unlock", "--key", "key", "--", target]):
        failed(fakes.reeve.run(verb, "--config", fakes.config, *words),
               "is no user", 2)
    assert was_not_run(fakes)


def test_files_are_copied_with_these_keys(fakes):
    port = fakes.start()
    done = fakes.reeve.run("cp", *fakes.options(port), "--", "-P", "22",
                           "a file", "root@h:/tmp/")
    assert done.returncode == 5 and done.stderr.endswith("accepted\n")
    words = arguments(fakes)
    assert words[-4:] == ["-P", "22", "a file", "root@h:/tmp/"]
    assert {"StrictHostKeyChecking=yes", "HostKeyAlias=probe",
            "ControlPath=none"} < set(words)
    (fakes.reeve.folder / "arguments").unlink()
    done = fakes.reeve.run("cp", *fakes.options(port), "--set", "memory=640",
                           "--", "file", "root@h:")
    failed(done, "scp was not run")
    assert was_not_run(fakes)


# ---- Waiting

def test_a_guest_is_waited_for(guest, monkeypatch):  # noqa: F811
    port = free_port()
    with subprocess.Popen(
            [guest.reeve.path, "attest", "--wait", *guest.options(port)],
            cwd=guest.reeve.folder, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True) as waiting:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(1)
        monkeypatch.setattr(test_attest, "free_port", lambda: port)
        guest.start()
        out, err = waiting.communicate(timeout=PATIENCE)
    assert waiting.returncode == 0 and out.endswith("accepted\n")
    assert "error" not in err


def test_a_guest_that_says_why_not_is_not_waited_for(guest):  # noqa: F811
    port = guest.start()
    guest.reeve.write("edits", "broken")
    done = guest.attest(port, "--wait", code=1)
    assert "it gets no token from its kernel" in done.stderr


def test_waiting_can_be_ended(guest):  # noqa: F811
    with subprocess.Popen(
            [guest.reeve.path, "attest", "--wait",
             *guest.options(free_port())], cwd=guest.reeve.folder,
            stderr=subprocess.PIPE, text=True) as waiting:
        with pytest.raises(subprocess.TimeoutExpired):
            waiting.wait(1)
        waiting.send_signal(signal.SIGINT)
        assert "stopped by a signal" in waiting.communicate()[1]
    assert waiting.returncode == 1


# ---- Domains

def test_a_domain_is_found_with_its_channels_or_named(machine):  # noqa: F811
    good(machine.run("create", whole(machine, "able")[1]))
    given = ["able", "--config", "guest.cfg"]
    for words in (["attest", *given], ["ssh", *given],
                  ["cp", *given, "--", "a", "able:"]):
        failed(machine.run(*words), "the domain able has no channel org.reeve")
    failed(machine.run("attest", "nobody", *given[1:]), "nobody")
    failed(machine.run("channel", "able", "other"),
           "the domain able has no channel other")
    failed(machine.run("attest", "--connect", "h:1", *given), "not both", 2)
    failed(machine.run("attest", *given[1:]), "a domain, or --connect, is missing", 2)
    failed(machine.run("attest", "--connect", "h:1", *given[1:], "--any-platform"),
           "--any-platform is for a domain", 2)


def test_a_channel_has_one_client(machine):  # noqa: F811
    good(machine.run("create", whole(machine, "able")[1]))

    def listed():
        return json.loads(good(machine.run("channel-list", "--json")))

    with subprocess.Popen([machine.path, "channel", "able", "cmd"],
                          cwd=machine.folder, stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE) as client:
        while not listed()[1]["connected"]:
            assert client.poll() is None
        failed(machine.run("channel", "able", "cmd"), "somebody is connected")
        with subprocess.Popen([machine.path, "channel", "able", "cmd"],
                              cwd=machine.folder, stdin=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True) as second:
            assert "somebody is connected" in second.stderr.readline()
            client.kill()
            while catches(second, signal.SIGTERM):
                assert second.poll() is None, second.stderr.read()
            good(machine.run("destroy", "able"))
            assert second.wait(PATIENCE) == 0


def test_a_paused_guest_is_told(machine):  # noqa: F811
    good(machine.run("create", "-p", whole(machine, "able")[1]))
    done = machine.run("channel", "able", "cmd", stdin="")
    assert good(done) == ""
    assert done.stderr.count("the domain able is paused") == 1
    good(machine.run("unpause", "able"))
    assert machine.run("channel", "able", "cmd", stdin="").stderr == ""


def test_a_channel_ends_when_the_guest_has_taken_the_input(machine):  # noqa: F811
    """This guest runs on no CPU, so that it takes nothing."""
    good(machine.run("create", whole(machine, "able")[1]))
    assert good(machine.run("channel", "able", "cmd", stdin="")) == ""
    with subprocess.Popen([machine.path, "channel", "able", "cmd"],
                          cwd=machine.folder, stdin=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True) as client:
        client.stdin.write("a letter")
        client.stdin.close()
        assert "waiting until the guest takes" in client.stderr.readline()
        assert client.poll() is None
        good(machine.run("destroy", "able"))
        assert "before the guest took all" in client.stderr.read()
    assert client.returncode == 1


def catches(process, number):
    """A channel that is connected catches no signals."""
    status = pathlib.Path(f"/proc/{process.pid}/status").read_text()
    caught = int(re.search(r"^SigCgt:\s*(\w+)", status, re.M)[1], 16)
    return process.poll() is None and caught >> (number - 1) & 1


def the_firmware_is_compared(machine, words):  # noqa: F811
    """Unless something else says what the platform is. The token is that of
    another."""
    path = os.path.realpath(os.environ["REEVE_FIRMWARE"])
    done = machine.run(*words)
    assert done.returncode == 1 and "REFUSED" in done.stdout
    assert re.search("^FAILED +platform-identity ", done.stdout, re.M)
    assert f"\nused      firmware             {path}\n" in done.stdout
    assert "--any-platform" in done.stdout
    assert json.loads(machine.run(*words, "--json").stdout)["firmware"] == path
    (machine.folder / "token").write_bytes(tokens.make(
        {"edits": []}, tokens.new_keys()))
    good(machine.run("refs", "--platform", "--from-token", "token", "-o",
                     "platform.corim"))
    (machine.folder / "policy").write_text('live_activation = "none"\n')
    assert "firmware" in machine.run(*words, "--policy", "policy").stdout
    (machine.folder / "policy").write_text(
        f'implementation = "{tokens.pattern(4, 32).hex()}"\n')
    assert "firmware" in machine.run(*words, "--policy", "policy").stdout
    monitor, rmm = (tokens.pattern(n, 32).hex() for n in (6, 7))
    (machine.folder / "known").write_text(
        f'components = ["monitor={monitor}", "rmm={rmm}"]\n')
    for more in (["--any-platform"], ["--refs", "platform.corim"],
                 ["--policy", "known"]):
        out = good(machine.run(*words, *more))
        assert out.endswith("accepted\n") and "firmware" not in out
        assert "firmware" not in json.loads(good(machine.run(
            *words, *more, "--json")))


def test_a_domain_is_asked_at_its_socket(machine, guest_program,  # noqa: F811
                                         monkeypatch):
    """The channel of another program in the guest's place answers for it."""
    names = ("org.reeve.attest.0", "org.reeve.ssh.0")
    good(machine.run("create", ordinary(
        machine, "able", channel=str([
            f"name={name},connection=socket,path={machine.folder}/{name}"
            for name in names]))))
    made = Guest(machine, guest_program)
    sock = machine.folder / names[0]
    sock.unlink()
    with Relay(sock, made.start()):
        words = ["attest", "able", "--config", made.config]
        done = machine.run(*words)
        assert done.returncode == 1  # by the key of the host
        assert "FAILED    platform-signature" in done.stdout
        words += ["--platform-key", "platform.pem"]
        the_firmware_is_compared(machine, words)
        words.append("--any-platform")
        words[0] = "ssh"
        folder = machine.folder / "bin"
        folder.mkdir()
        for name in ("ssh", "scp"):
            (folder / name).write_text(FAKE)
            (folder / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)
        assert machine.run(*words, "--", "id", "-u").returncode == 5
        given = arguments(made)
        assert given[-3:] == ["root@probe", "id", "-u"]
        proxy, = (w for w in given if w.startswith("ProxyCommand="))
        assert proxy.endswith(" channel -- 'able' org.reeve.ssh.0")
        words[:2] = ["cp", "me@able"]
        assert machine.run(*words, "--host", "default", "--", "-r", "able:/a",
                           "x:y").returncode == 5
        given = arguments(made)
        assert given[-3:] == ["-r", "me@probe:/a", "x:y"]
        assert any(w.endswith(" channel --host 'default' -- 'able' "
                              "org.reeve.ssh.0") for w in given)
    made.process.kill()
    made.process.wait()
    made.process.stderr.close()


class Relay(test_attest.Middle):
    """A socket at which the guest of a TCP port answers."""

    def __init__(self, path, port):
        self.path = path
        self.socket = None
        super().__init__(port)

    def __enter__(self):
        unix = test_attest.socket.socket(test_attest.socket.AF_UNIX)
        unix.bind(str(self.path))
        unix.listen()
        self.listener.shutdown(test_attest.socket.SHUT_RDWR)
        self.listener = unix
        test_attest.threading.Thread(target=self.serve, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.listener.shutdown(test_attest.socket.SHUT_RDWR)
        self.listener.close()
