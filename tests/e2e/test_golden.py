# SPDX-License-Identifier: BSD-3-Clause
"""Plans and measurements, compared with the files in tests/data/plan.

Each NAME.cfg there is a guest with the small kernel and initrd that conftest
makes. NAME.json is the output of `reeve create -n -e model --json` for it.
After an intended change, make the files again:
REEVE_UPDATE=1 pytest test_golden.py
"""
import json
import os
import shutil

import pytest
from conftest import ROOT

DATA = ROOT / "tests" / "data" / "plan"
CASES = sorted(path.stem for path in DATA.glob("*.cfg"))


def described(reeve, name):
    shutil.copy(DATA / f"{name}.cfg", reeve.folder)
    done = reeve.run("create", "-n", "-e", "model", "--json", f"{name}.cfg")
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_there_are_cases():
    assert len(CASES) >= 5


@pytest.mark.parametrize("name", CASES)
def test_description_is_as_stored(reeve, name):
    text = described(reeve, name)
    stored = DATA / f"{name}.json"
    if os.environ.get("REEVE_UPDATE"):
        stored.write_text(text)
    # Releases of json-c break lines at different places.
    assert json.loads(text) == json.loads(stored.read_text())
