# SPDX-License-Identifier: BSD-3-Clause
"""`reeve dtb`: the tree that a guest gets, as the device tree compiler reads
it."""
import subprocess


def compiled(blob):
    done = subprocess.run(["dtc", "-q", "-I", "dtb", "-O", "dts", "-o", "-",
                           "-"], input=blob, capture_output=True, check=True)
    return done.stdout.decode()


def blob(reeve, *options, **settings):
    done = reeve.run("dtb", *options, reeve.config(**settings), text=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_realm_tree(reeve):
    text = compiled(blob(reeve, vcpus="2", ramdisk='"initrd"'))
    assert 'method = "smc"' in text
    assert "hypervisor" not in text and "rng-seed" not in text
    assert "cpu@1" in text and "linux,initrd-start" in text
    assert "reg = <0x00 0x40000000 0x00 0x20000000>" in text


def test_ordinary_tree(reeve):
    text = compiled(blob(reeve, realm="0"))
    assert 'method = "hvc"' in text
    assert "hypervisor" not in text and "rng-seed" in text


def test_hvc0_is_in_the_tree_where_it_may_be(reeve):
    """A Realm asks for it by a second key: without that its tree, and so its
    RIM, is that of a Realm without devices."""
    named = {"cmdline": '"console=hvc0 swiotlb=16384"'}
    untrusted = {"realm_devices": '"untrusted"'}
    assert "virtio@2000000" in compiled(blob(reeve, realm="0", **named))
    assert "virtio@2000000" in compiled(blob(reeve, **named, **untrusted))
    assert "virtio" not in compiled(blob(reeve, **named))
    assert "virtio" not in compiled(blob(reeve, "-e", "model", realm="0",
                                         **named))


def test_tree_for_a_xen_host(reeve):
    text = compiled(blob(reeve, "-e", "model", realm="0"))
    assert 'method = "hvc"' in text
    assert "hypervisor {" in text and "rng-seed" in text


def test_a_realm_has_the_same_tree_on_every_engine(reeve):
    assert blob(reeve, "-e", "model") == blob(reeve, "-e", "machine")


def test_no_such_engine(reeve):
    done = reeve.run("dtb", "-e", "steam", reeve.config())
    assert done.returncode == 2 and "steam" in done.stderr


def test_realm_tree_is_reproducible(reeve):
    assert blob(reeve, vcpus="5") == blob(reeve, vcpus="5")


def test_source_compiles_to_the_same_tree(reeve):
    config = reeve.config(vcpus="3", ramdisk='"initrd"', cmdline='"a b=\\"c"')
    source = reeve.run("dtb", "--source", config).stdout
    again = subprocess.run(["dtc", "-q", "-I", "dts", "-O", "dtb", "-o", "-",
                            "-"], input=source.encode(), capture_output=True,
                           check=True).stdout
    assert compiled(again) == compiled(
        reeve.run("dtb", config, text=False).stdout)


def test_output_file(reeve):
    config = reeve.config()
    assert reeve.run("dtb", "-o", "x.dtb", config).returncode == 0
    assert (reeve.folder / "x.dtb").read_bytes() == reeve.run(
        "dtb", config, text=False).stdout


def test_a_realm_s_devices_are_in_its_tree(reeve):
    text = compiled(blob(reeve, "-e", "model", realm_devices='"untrusted"',
                         disk='["/a,raw,xvda"]', rng="1"))
    first, second = text.split("virtio@2000000 {")[1].split(
        "virtio@2000200 {")
    for node, address, interrupt in ((first, 0, 1), (second, 0x200, 2)):
        node = node[:node.index("}")]
        assert 'compatible = "virtio,mmio"' in node
        assert f"reg = <0x00 {0x2000000 + address:#x} 0x00 0x200>" in node
        assert f"interrupts = <0x00 {interrupt:#04x} 0xf01>" in node
        assert "dma-coherent" in node
