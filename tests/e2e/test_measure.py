# SPDX-License-Identifier: BSD-3-Clause
"""`reeve measure`: the RIM is the same as tests/rim.py computes."""
import json
import resource
import subprocess

import pytest
import rim
from conftest import kernel_image


def measured(reeve, config):
    """Returns the measurement document. Writes the segments to the folder
    `out`."""
    done = reeve.run("measure", "--json", "-o", "out", config)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


CONFIGURATIONS = {
    "least": {},
    "initrd": {"ramdisk": '"initrd"', "cmdline": '"console=ttyAMA0 quiet"'},
    "vcpus": {"vcpus": "17"},
    "large": {"memory": "3072"},
    "sha512": {"realm_hash": '"sha512"', "ramdisk": '"initrd"'},
    "sha384": {"realm_hash": '"sha384"', "vcpus": "3"},
    "rpv": {"realm_rpv": '"00ff10"'},
}


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_rim_equals_independent_computation(reeve, name):
    config = reeve.config(**CONFIGURATIONS[name])
    document = measured(reeve, config)
    assert rim.compute(document, reeve.folder / "out") == document["rim"]
    assert document["granules"] * document["granule_size"] == sum(
        entry["size"] for entry in document["ranges"])


@pytest.mark.parametrize("there", [False, True])
def test_segments_that_cannot_be_written_leave_nothing(reeve, there):
    """The kernel can be written, and the initrd is larger than a file may be."""
    reeve.write("initrd", bytes(4 << 20))
    config = reeve.config(ramdisk='"initrd"', memory="64")
    out = reeve.folder / "out"
    if there:
        out.mkdir()
        (out / "mine").write_text("mine")
    done = subprocess.run(
        [reeve.path, "measure", "-o", "out", config], cwd=reeve.folder,
        capture_output=True, text=True, check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE,
                                              (2 << 20, 2 << 20)))
    assert done.returncode == 1
    assert "out/initrd: cannot be written: " in done.stderr
    assert out.exists() == there
    assert not there or (out / "mine").exists()


def test_same_inputs_give_same_bytes(reeve):
    config = reeve.config(ramdisk='"initrd"', vcpus="4")
    first = reeve.run("measure", "--json", config).stdout
    assert first == reeve.run("measure", "--json", config).stdout


def test_segments_are_what_was_loaded(reeve):
    config = reeve.config(ramdisk='"initrd"')
    document = measured(reeve, config)
    for entry, source in (("kernel", "kernel"), ("initrd", "initrd")):
        loaded = (reeve.folder / "out" / entry).read_bytes()
        given = (reeve.folder / source).read_bytes()
        assert loaded[:len(given)] == given
        assert not any(loaded[len(given):])
    assert [r["content"] for r in document["ranges"]] == [
        "kernel", "initrd", "device tree"]


def test_every_measured_input_changes_the_rim(reeve):
    seen = set()
    variants = [{}, {"cmdline": '"a"'}, {"vcpus": "2"},
                {"realm_hash": '"sha512"'}, {"ramdisk": '"initrd"'},
                {"memory": "513"}]
    for variant in variants:
        seen.add(measured(reeve, reeve.config(**variant))["rim"])
    reeve.write("kernel", kernel_image(size=300001))
    seen.add(measured(reeve, reeve.config())["rim"])
    assert len(seen) == len(variants) + 1


def test_rpv_name_and_uuid_do_not_change_the_rim(reeve):
    plain = measured(reeve, reeve.config())["rim"]
    other = measured(reeve, reeve.config(
        realm_rpv='"aa"', name='"other"',
        uuid='"6f1e3c3e-6d5e-4b0e-9e36-0d8f8a3f4a11"'))
    assert other["rim"] == plain
    assert other["rpv"] == "aa" + "00" * 63


def test_ordinary_guest_has_no_measurement(reeve):
    done = reeve.run("measure", reeve.config(realm="0"))
    assert done.returncode == 2
    assert "not a Realm" in done.stderr


def test_text_output_shows_the_same_rim(reeve):
    config = reeve.config()
    document = measured(reeve, config)
    done = reeve.run("measure", config)
    assert document["rim"] in done.stdout
    assert "sha256" in done.stdout


def test_a_device_in_the_tree_changes_the_rim(reeve):
    seen = []
    for devices in ({}, {"rng": "1"}, {"disk": '["/a,raw,xvda"]'},
                    {"disk": '["/a,raw,xvda", "/b,raw,xvdb"]'},
                    {"disk": '["/c,qcow2,xvda,r"]'},
                    {"channel": '["name=a,connection=pty"]', "vif": '[""]'}):
        config = reeve.config(realm_devices='"untrusted"', **devices)
        done = reeve.run("create", "-n", "-e", "model", "--json", config)
        assert done.returncode == 0, done.stderr
        seen.append(json.loads(done.stdout)["measurement"]["rim"])
    # One device looks as any other in the tree: the guest asks the device
    # what it is. So what counts is their number.
    assert seen[1] == seen[2] == seen[4] and seen[3] == seen[5]
    assert len(set(seen)) == 3
