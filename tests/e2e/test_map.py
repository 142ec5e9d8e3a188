# SPDX-License-Identifier: BSD-3-Clause
"""`reeve map` of a configuration. test_host.py tests the map of a domain."""
import json
import os
import re
import xml.etree.ElementTree

import pytest

RAM = 0x40000000


def good(done):
    assert done.returncode == 0, done.stderr
    return done.stdout


def mapped(reeve, *options, **settings):
    return json.loads(good(reeve.run(
        "map", "--json", *options, reeve.config(**settings))))


def by_name(document):
    return {area["name"]: area for area in document["areas"]}


def picture(reeve, name="map.svg"):
    return xml.etree.ElementTree.parse(reeve.folder / name).getroot()


def test_a_realm_s_map_is_its_plan(reeve):
    settings = {"ramdisk": '"initrd"', "vcpus": "2"}
    document = mapped(reeve, **settings)
    plan = json.loads(good(reeve.run(
        "create", "-n", "--json", reeve.config(**settings))))
    areas = by_name(document)
    for segment in plan["plan"]["segments"]:
        area = areas[segment["content"]]
        assert (area["ipa"], area["size"]) == (
            segment["ipa"], segment["reserved"])
        assert area["ripas"] == "RAM"
    assert document["top"] == 1 << plan["measurement"]["parameters"]["s2sz"]
    assert document["shared_base"] == document["top"] // 2
    assert areas["alias of RAM"]["ipa"] == document["shared_base"] + RAM
    assert areas["GIC distributor"]["ripas"] == "EMPTY"
    ram = [a for a in document["areas"] if a.get("ripas") == "RAM"]
    assert sum(area["size"] for area in ram) == 512 << 20
    assert "pages" not in document and "domid" not in document


def test_areas_ascend_and_do_not_overlap(reeve):
    for settings in ({}, {"realm": "0", "memory": "3072"},
                     {"memory": "3072", "vcpus": "8"}):
        end = 0
        for area in mapped(reeve, **settings)["areas"]:
            assert area["ipa"] >= end and area["size"] > 0
            end = area["ipa"] + area["size"]


def test_an_ordinary_guest_has_one_half_and_no_ripas(reeve):
    document = mapped(reeve, "-e", "model", realm="0", memory="4096")
    assert "shared_base" not in document
    assert not any("ripas" in area for area in document["areas"])
    assert "hypervisor" in by_name(document)
    assert sum(area["size"] for area in document["areas"]
               if area["kind"] not in ("device",)) == 4096 << 20


def test_a_table_for_a_person(reeve):
    text = good(reeve.run("map", reeve.config(vuart='"sbsa_uart"')))
    assert text.startswith("probe: Realm, 512 MiB of RAM, 1 vCPU, IPAs of ")
    assert re.search(r"^  0x0040000000  0x\w+  \S+ \w+ +RAM +kernel$", text,
                     re.M)
    assert "UART, device" in text
    assert "  the shared half begins\n" in text


def test_a_picture(reeve):
    assert good(reeve.run("map", "-o", "map.svg", reeve.config(
        ramdisk='"initrd"'))) == ""
    root = picture(reeve)
    svg = "{http://www.w3.org/2000/svg}"
    assert root.tag == svg + "svg"
    assert root.find(svg + "title").text == "probe"
    assert "as planned" in root.find(svg + "desc").text
    texts = [text.text for text in root.iter(svg + "text")]
    for words in ("kernel", "initrd", "device tree", "0x40000000",
                  "GIC distributor (device)",
                  "shared with the host, from here on"):
        assert words in texts
    # Nothing lies outside of the picture, and a browser finds nothing to run or
    # to fetch.
    width, height = float(root.get("width")), float(root.get("height"))
    for rect in root.iter(svg + "rect"):
        x, y = float(rect.get("x", 0)), float(rect.get("y", 0))
        assert 0 <= x and x + float(rect.get("width")) <= width + 1
        assert 0 <= y and y + float(rect.get("height")) <= height
    kinds = {element.tag.removeprefix(svg) for element in root.iter()}
    assert kinds <= {"svg", "title", "desc", "style", "rect", "text", "line",
                     "path", "polygon"}
    assert not any("href" in key for e in root.iter() for key in e.attrib)


def test_the_document_can_go_to_a_file(reeve):
    config = reeve.config()
    good(reeve.run("map", "--json", "-o", "map.json", config))
    assert (reeve.folder / "map.json").read_text() + "\n" == good(
        reeve.run("map", "--json", config))


def test_a_map_is_the_same_each_time(reeve):
    config = reeve.config()
    for name in ("a.svg", "b.svg"):
        good(reeve.run("map", "-o", name, config))
    assert (reeve.folder / "a.svg").read_bytes() == (
        reeve.folder / "b.svg").read_bytes()


def test_settings_are_taken_as_by_create(reeve):
    config = reeve.config()
    done = reeve.run("map", "--json", config, "memory=256")
    assert json.loads(good(done))["memory"] == 256 << 20


@pytest.mark.parametrize("name", ["<b>&'", "]]>", "\u00e9\u4e16 &amp;"])
def test_names_are_only_names(reeve, name):
    good(reeve.run("map", "-o", "map.svg", reeve.config(),
                   f'name="{name}"'))
    assert picture(reeve).find(
        "{http://www.w3.org/2000/svg}title").text == name


def test_what_cannot_be_written_leaves_nothing(reeve):
    config = reeve.config()
    for path in ("missing/map.svg", "."):
        done = reeve.run("map", "-o", path, config)
        assert done.returncode == 1
        assert re.search(rf"{path}: cannot be written: \w+", done.stderr)
    before = sorted(os.listdir(reeve.folder))
    done = reeve.run("map", "-o", "/dev/full", config)
    assert done.returncode == 1 and "cannot be written" in done.stderr
    assert sorted(os.listdir(reeve.folder)) == before


def test_a_refused_configuration_has_no_map(reeve):
    done = reeve.run("map", "-o", "map.svg", reeve.config(memory="4096"))
    assert done.returncode == 2 and "memory" in done.stderr
    assert not (reeve.folder / "map.svg").exists()


def test_a_file_that_is_not_there_is_no_domain(reeve):
    done = reeve.run("map", "web")
    assert done.returncode == 1 and "web" in done.stderr
    assert "reeve map -d web" in done.stderr


def test_devices_have_their_names(reeve):
    document = mapped(reeve, "-e", "model", realm_devices='"untrusted"',
                      disk='["/a,raw,xvda", "/b,raw,xvdb"]', vif='[""]')
    areas = {area["name"]: area for area in document["areas"]}
    for index, name in enumerate(["disk xvda", "disk xvdb", "vif 0"]):
        assert areas[name]["ipa"] == 0x2000000 + 0x200 * index
        assert areas[name]["size"] == 0x200
