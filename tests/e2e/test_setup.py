# SPDX-License-Identifier: BSD-3-Clause
"""scripts/setup.sh, on machines whose dpkg and apt the tests play."""
import os
import subprocess

import pytest

from conftest import PATIENCE, ROOT

# The file packages has what dpkg knows; every other package is installed.
DPKG_QUERY = r"""#!/bin/sh
for package; do :; done
grep "^$package " "$MACHINE/packages" | cut -d ' ' -f 2- >"$MACHINE/found"
[ -s "$MACHINE/found" ] || echo 'amd64 installed 2:99' >"$MACHINE/found"
cat "$MACHINE/found"
"""

# It installs what it is asked for, unless another apt still holds a lock.
APT_GET = r"""#!/bin/sh
echo "$*" >>"$MACHINE/calls"
read -r locks <"$MACHINE/locks"
if [ "$locks" -gt 0 ]; then
	echo $((locks - 1)) >"$MACHINE/locks"
	echo "E: Could not get lock /lists/lock. It is held by process 42 (apt)" >&2
	echo "E: Unable to lock directory /lists/" >&2
	exit 100
fi
case " $* " in *" install "*) : >"$MACHINE/packages" ;; esac
"""

TOOLS = {
    "dpkg-query": DPKG_QUERY,
    "apt-get": APT_GET,
    "dpkg": "#!/bin/sh\n[ \"$1\" != --print-architecture ] || echo amd64\n",
    "apt-cache": "#!/bin/sh\necho 'qemu-system-arm | 1:10.0 | main'\n",
    "id": "#!/bin/sh\necho 0\n",
    "sleep": "#!/bin/sh\n",
}


class Machine:
    """A Debian machine that is made of files."""

    def __init__(self, folder):
        self.folder = folder
        self.state(packages="", locks="0\n", calls="")
        for name, text in TOOLS.items():
            (folder / name).write_text(text)
            (folder / name).chmod(0o755)

    def state(self, **files):
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def setup(self):
        path = f"{self.folder}:{os.environ['PATH']}"
        return subprocess.run(
            [ROOT / "scripts" / "setup.sh", "build"], capture_output=True,
            env={**os.environ, "PATH": path, "MACHINE": str(self.folder)},
            text=True, check=False, timeout=PATIENCE)

    def calls(self):
        return (self.folder / "calls").read_text().splitlines()


@pytest.fixture(name="machine")
def a_machine(tmp_path):
    return Machine(tmp_path)


def test_a_machine_that_has_all_is_left_alone(machine):
    assert machine.setup().returncode == 0
    assert machine.calls() == []


@pytest.mark.parametrize("known, wanted", [
    ("amd64 installed 1", False), ("all installed 1", False),
    ("amd64 not-installed ", True), ("amd64 config-files 1", True),
    ("i386 installed 1", True)])
@pytest.mark.parametrize("other", ["", "i386 installed 1"])
def test_only_a_package_for_this_machine_counts(machine, known, other, wanted):
    """dpkg prints a line for each architecture of the machine."""
    lines = [f"libfdt-dev {line}\n" for line in (other, known) if line]
    machine.state(packages="".join(lines))
    assert machine.setup().returncode == 0
    asked = [call for call in machine.calls() if call.endswith(" libfdt-dev")]
    assert bool(asked) == wanted


def test_another_apt_is_waited_for_and_named(machine):
    machine.state(packages="libfdt-dev amd64 not-installed \n", locks="3\n")
    done = machine.setup()
    assert done.returncode == 0
    assert done.stdout.count("waiting for another apt: Could not get lock "
                             "/lists/lock. It is held by process 42 (apt)") == 3


def test_another_apt_that_never_ends_is_an_error(machine):
    machine.state(packages="libfdt-dev amd64 not-installed \n", locks="1000\n")
    done = machine.setup()
    assert done.returncode != 0
    assert "It is held by process 42" in done.stderr
