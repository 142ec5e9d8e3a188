# SPDX-License-Identifier: BSD-3-Clause
"""The image of Debian made once more, from the same packages, in other folders:
every byte is the same."""
from test_image import cmdline, image_make


def test_two_builds_give_the_same_bytes(tmp_path):
    first = image_make(tmp_path / "first")
    second = image_make(tmp_path / "second",
                        REEVE_IMAGES=str(tmp_path / "other"))
    for name in ("disk.img", "initrd", "vmlinuz"):
        assert (first / name).read_bytes() == (second / name).read_bytes(), (
            name)
    assert cmdline(first) == cmdline(second)
