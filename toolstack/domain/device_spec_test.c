/* SPDX-License-Identifier: BSD-3-Clause */
/* Tests the grammars of disks, interfaces, channels and shared folders, row by
 * row: what a text means, or which part of it is at fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "toolstack/domain/channel.h"
#include "toolstack/domain/disk.h"
#include "toolstack/domain/entry.h"
#include "toolstack/domain/vif.h"

#define SHOWN(words) (int)(words).length, (words).at

/* ---- Disks -------------------------------------------------------------- */

/* Writes a disk as one line. */
static void disk_show(const struct domain_disk *disk, char *line, size_t size)
{
	snprintf(line, size, "%.*s|%s|%.*s=%u.%u|%s%s%s%s", SHOWN(disk->target),
		 disk_format_words[disk->format], SHOWN(disk->vdev),
		 disk->number, disk->partition, disk->writable ? "rw" : "ro",
		 disk->cdrom ? " cdrom" : "", disk->direct ? " direct" : "",
		 disk->keep ? " keep" : "");
}

static const struct {
	const char *text;
	const char *meaning;
} disks[] = {
	{ "/dev/vg/a,,hda", "/dev/vg/a|raw|hda=0.0|rw" },
	{ "/dev/vg/a,raw,hda,rw", "/dev/vg/a|raw|hda=0.0|rw" },
	{ "format=raw, vdev=hda, access=rw, target=/dev/vg/a",
	  "/dev/vg/a|raw|hda=0.0|rw" },
	{ "raw:/dev/vg/a,hda,w", "/dev/vg/a|raw|hda=0.0|rw" },
	{ "/a.iso,,hdc,cdrom", "/a.iso|raw|hdc=2.0|ro cdrom" },
	{ "/a.iso,,hdc,,cdrom", "/a.iso|raw|hdc=2.0|ro cdrom" },
	{ "/a.iso,raw,hdc,devtype=cdrom", "/a.iso|raw|hdc=2.0|ro cdrom" },
	{ "format=raw, vdev=hdc, access=ro, devtype=cdrom, target=/a.iso",
	  "/a.iso|raw|hdc=2.0|ro cdrom" },
	{ "raw:/a.iso,hdc:cdrom,ro", "/a.iso|raw|hdc=2.0|ro cdrom" },
	{ ",hdc:cdrom,r", "|empty|hdc=2.0|ro cdrom" },
	{ "vdev=hdc,cdrom", "|empty|hdc=2.0|ro cdrom" },
	{ "phy:/dev/x,xvda,w", "/dev/x|raw|xvda=0.0|rw" },
	{ "file:/a.img,xvda2,w", "/a.img|raw|xvda2=0.2|rw" },
	{ "tap:aio:/a.img,xvdb,r", "/a.img|raw|xvdb=1.0|ro" },
	{ "tap:qcow2:/a.img,xvdb,w", "/a.img|qcow2|xvdb=1.0|rw" },
	{ "tap2:tapdisk:vhd: /a,sdb3,ro", "/a|vhd|sdb3=1.3|ro" },
	{ "qcow:ioemu:/a,xvdz", "/a|qcow|xvdz=25.0|rw" },
	{ "nbd:server:10809,xvda", "server:10809|raw|xvda=0.0|rw" },
	{ "/a,qed,d1p2", "/a|qed|d1p2=1.2|rw" },
	{ "/a,qcow2,d536p37,r,direct-io-safe",
	  "/a|qcow2|d536p37=536.37|ro direct" },
	{ "/a,qcow2,xvdtq37,discard,no-discard",
	  "/a|qcow2|xvdtq37=536.37|rw keep" },
	{ "/a,raw,0xca10", "/a|raw|0xca10=1.0|rw" },
	{ "/a,raw,51713", "/a|raw|51713=0.1|rw" },
	{ "/a,raw,0x10000200", "/a|raw|0x10000200=2.0|rw" },
	{ "/a,raw,768", "/a|raw|768=0.0|rw" },
	{ "/a,raw,5632", "/a|raw|5632=2.0|rw" },
	{ "/a,raw,2065", "/a|raw|2065=1.1|rw" },
	{ "format=qcow2,/a,xvda", "/a|qcow2|xvda=0.0|rw" },
	{ "vdev=xvda,/a,qcow2,r", "/a|qcow2|xvda=0.0|ro" },
	{ "vdev=xvda,target=/a,b:c=d, e", "/a,b:c=d, e|raw|xvda=0.0|rw" },
	{ ",raw,xvda,target=/a,b,", "/a,b|raw|xvda=0.0|rw" },
	{ "/a,raw,xvda,backend=0,backendtype=qdisk,specification=virtio",
	  "/a|raw|xvda=0.0|rw" },
	{ "/a,raw,xvda,script=block-drbd,grant_usage=1,trusted,untrusted",
	  "/a|raw|xvda=0.0|rw" },
	{ "/a,raw,xvda,colo,colo-host=h,colo-port=1,colo-export=e,no-colo,"
	  "active-disk=x,hidden-disk=y",
	  "/a|raw|xvda=0.0|rw" },
	{ "/a , raw,\n\txvda,\tr", "/a |raw|xvda=0.0|ro" },
	{ "/a:b/c,raw,xvda", "/a:b/c|raw|xvda=0.0|rw" },
	{ "a:b,raw,xvda,", "a:b|raw|xvda=0.0|rw" },
	{ "format=,/a,xvda", "/a|raw|xvda=0.0|rw" },
};

static void a_disk_is_read_in_every_spelling(void **state)
{
	struct domain_disk disk;
	struct key_fault fault;
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(disks) / sizeof(disks[0]); i++) {
		fault = disk_read(disks[i].text, &disk);
		if (fault.what != NULL)
			fail_msg("%s: %s", disks[i].text, fault.what);
		disk_show(&disk, line, sizeof(line));
		assert_string_equal(line, disks[i].meaning);
	}
}

/* A text, and the part of it that is at fault. */
struct faulty {
	const char *text;
	const char *part;
};

static const struct faulty bad_disks[] = {
	{ "", "" },
	{ " ", " " },
	{ "/a", "/a" },
	{ "/a,raw", "/a,raw" },
	{ ",raw,xvda", ",raw,xvda" },
	{ "/a,raw,vda", "vda" },
	{ "/a,raw,xvd", "xvd" },
	{ "/a,raw,xvda0", "xvda0" },
	{ "/a,raw,xvda256", "xvda256" },
	{ "/a,raw,xvda1x", "xvda1x" },
	{ "/a,raw,hde", "hde" },
	{ "/a,raw,sdq", "sdq" },
	{ "/a,raw,hda64", "hda64" },
	{ "/a,raw,d1048576", "d1048576" },
	{ "/a,raw,d1p256", "d1p256" },
	{ "/a,raw,d1p", "d1p" },
	{ "/a,raw,d", "d" },
	{ "/a,raw,12", "12" },
	{ "/a,raw,0x7fffffff", "0x7fffffff" },
	{ "/a,raw,xvdaaaaaaaaaaaaaaaaaaaaa", "xvdaaaaaaaaaaaaaaaaaaaaa" },
	{ "/a,raw,xvda,x", "x" },
	{ "/a,raw,xvda,rw,more", "more" },
	{ "/a,vmdk,xvda", "vmdk" },
	{ "/a,raw,xvda,format=qcow2", "qcow2" },
	{ "/a,raw,xvda,vdev=xvdb", "xvdb" },
	{ "/a,raw,xvda,target=/b", "/b" },
	{ "qcow2:raw:/a,xvda", "raw" },
	{ "nbd:drbd:/a,xvda", "drbd" },
	{ "/a,raw,xvda,devtype=tape", "tape" },
	{ "/a,raw,xvda:tape,r", "tape" },
	{ "/a,raw,xvda,access=x", "x" },
	{ "/a,raw,xvda,backendtype=loop", "loop" },
	{ "/a,raw,xvda,backendtype=phy,backendtype=tap", "tap" },
	{ "/a,raw,xvda,specification=scsi", "scsi" },
	{ "/a,raw,xvda,backend=1,backend=2", "2" },
	{ "/a,raw,xvda,grant_usage=2", "2" },
	{ "/a,raw,xvda,colo-port=0", "0" },
	{ "/a,raw,xvda,cache=none", "cache" },
	{ "/dev/disk/by-id=x,raw,xvda", "/dev/disk/by-id" },
	{ "=x", "" },
	{ "iso:/a,xvda", "iso:" },
	{ "/a,raw,xvda:,r", "xvda:" },
	{ "empty,empty,xvda", "empty" },
};

#define assert_fault(fault, faulty)                                            \
	do {                                                                   \
		struct key_fault found = (fault);                              \
		size_t length = strlen((faulty)->part);                        \
                                                                               \
		if (found.what == NULL)                                        \
			fail_msg("'%s' passes", (faulty)->text);               \
		if (found.length != length ||                                  \
		    memcmp(found.at, (faulty)->part, length) != 0)             \
			fail_msg("'%s': '%.*s' is blamed", (faulty)->text,     \
				 (int)found.length, found.at);                 \
	} while (0)

static void a_bad_disk_is_blamed_at_its_part(void **state)
{
	struct domain_disk disk;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_disks) / sizeof(bad_disks[0]); i++) {
		assert_fault(disk_read(bad_disks[i].text, &disk), &bad_disks[i]);
	}
}

static void a_disk_keeps_the_place_of_what_a_host_may_refuse(void **state)
{
	struct domain_disk disk;

	(void)state;
	assert_null(disk_read("nbd:x,xvda,specification=xen,backendtype=tap,"
			      "backend=dd,grant_usage=1,colo-host=h,trusted",
			      &disk)
			    .what);
	assert_true(words_are(disk.script, "nbd"));
	assert_true(words_are(disk.protocol_words, "xen"));
	assert_int_equal(disk.protocol, DISK_PROTOCOL_XEN);
	assert_true(words_are(disk.backendtype_words, "tap"));
	assert_int_equal(disk.backendtype, DISK_BACKEND_TAP);
	assert_true(words_are(disk.backend, "dd"));
	assert_true(words_are(disk.grants, "1"));
	assert_true(words_are(disk.colo, "colo-host=h"));
	assert_true(words_are(disk.trusted, "trusted"));
}

/* ---- Network interfaces ------------------------------------------------- */

static void an_interface_is_read_with_all_its_parts(void **state)
{
	static const uint8_t mac[] = { 0x00, 0x16, 0x3e, 0x0a, 0xbc, 0xDE };
	struct domain_vif vif;

	(void)state;
	assert_null(vif_read("", &vif).what);
	assert_false(vif.has_mac);
	assert_int_equal(vif.devid, -1);
	assert_null(vif.bridge.at);
	assert_null(vif_read("mac=00:16:3e:a:BC:de, bridge = xenbr0 ,,type=vif,"
			     "model=e1000,vifname=web0,script=vif-bridge,"
			     "ip=10.0.0.1 10.0.0.2,backend=0,rate=1MB/s@20ms,"
			     "devid=3,mtu=9000,trusted=1,accel=x",
			     &vif)
			    .what);
	assert_true(vif.has_mac);
	assert_memory_equal(vif.mac, mac, 6);
	assert_true(words_are(vif.bridge, "xenbr0"));
	assert_true(words_are(vif.type, "vif"));
	assert_true(words_are(vif.model, "e1000"));
	assert_true(words_are(vif.vifname, "web0"));
	assert_true(words_are(vif.script, "vif-bridge"));
	assert_true(words_are(vif.ip, "10.0.0.1 10.0.0.2"));
	assert_true(words_are(vif.rate, "1MB/s@20ms"));
	assert_true(words_are(vif.trusted, "trusted=1"));
	assert_int_equal(vif.devid, 3);
	assert_int_equal(vif.mtu, 9000);
}

/* As libxlutil's xlu_vif_parse_rate() takes them. */
static void a_rate_is_read_in_every_spelling(void **state)
{
	static const char *const texts[] = {
		"rate=1B/s",
		"rate=10Kb/s",
		"rate=4294967295b/s",
		"rate=1GB/s@20",
		"rate=1MB/s@4294",
		"rate=1MB/s@20s",
		"rate=1MB/s@20m",
		"rate=1MB/s@20ms",
		"rate=1MB/s@20u",
		"rate=1MB/s@4294967ms",
		"rate=1MB/s@4294967295us",
	};
	struct domain_vif vif;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_null(vif_read(texts[i], &vif).what);
}

static void ports_are_forwarded(void **state)
{
	struct domain_vif vif;

	(void)state;
	assert_null(vif_read("forward=tcp:127.0.0.1:2222:22,"
			     "forward=udp:0.0.0.0:53:5353",
			     &vif)
			    .what);
	assert_int_equal(vif.forward_count, 2);
	assert_int_equal(vif.forwards[0].protocol, VIF_TCP);
	assert_true(words_are(vif.forwards[0].address, "127.0.0.1"));
	assert_int_equal(vif.forwards[0].host_port, 2222);
	assert_int_equal(vif.forwards[0].guest_port, 22);
	assert_int_equal(vif.forwards[1].protocol, VIF_UDP);
	assert_int_equal(vif.forwards[1].host_port, 53);
	assert_int_equal(vif.forwards[1].guest_port, 5353);
}

static const struct faulty bad_vifs[] = {
	{ "bridge", "bridge" },
	{ "bridge=", "" },
	{ "=a", "=a" },
	{ "colour=red", "colour" },
	{ "bridge=br0,bridge=br1", "bridge=br1" },
	{ "bridge=sixteen-bytes-xy", "sixteen-bytes-xy" },
	{ "bridge=a/b", "a/b" },
	{ "mac=", "" },
	{ "mac=00:16:3e:00:00", "00:16:3e:00:00" },
	{ "mac=00:16:3e:00:00:00:00", "00:16:3e:00:00:00:00" },
	{ "mac=00:16:3e:00:00:0g", "00:16:3e:00:00:0g" },
	{ "mac=00:16:3e:00:00:100", "00:16:3e:00:00:100" },
	{ "mac=00.16.3e.00.00.01", "00.16.3e.00.00.01" },
	{ "mac=01:16:3e:00:00:01", "01:16:3e:00:00:01" },
	{ "mac=00:00:00:00:00:00", "00:00:00:00:00:00" },
	{ "type=tap", "tap" },
	{ "devid=128", "128" },
	{ "mtu=67", "67" },
	{ "mtu=65536", "65536" },
	{ "trusted=yes", "yes" },
	{ "rate=10", "10" },
	{ "rate=10Mb", "10Mb" },
	{ "rate=MB/s", "MB/s" },
	{ "rate=1MB/s@20k", "1MB/s@20k" },
	{ "rate=1MB/s20ms", "1MB/s20ms" },
	{ "rate=0MB/s", "0MB/s" },
	{ "rate=4294967296B/s", "4294967296B/s" },
	{ "rate=1MB/s@", "1MB/s@" },
	{ "rate=1MB/s@0ms", "1MB/s@0ms" },
	{ "rate=1MB/s@4295", "1MB/s@4295" },
	{ "rate=1MB/s@4294968ms", "1MB/s@4294968ms" },
	{ "rate=1MB/s@4294967296us", "1MB/s@4294967296us" },
	{ "forward=", "" },
	{ "forward=sctp:127.0.0.1:1:2", "sctp" },
	{ "forward=tcp::2222:22", "" },
	{ "forward=tcp:localhost:2222:22", "localhost" },
	{ "forward=tcp:1.2.3.256:2222:22", "1.2.3.256" },
	{ "forward=tcp:1.2.3:2222:22", "1.2.3" },
	{ "forward=tcp:1.2.3.4.5:2222:22", "1.2.3.4.5" },
	{ "forward=tcp:127.0.0.1:0:22", "0" },
	{ "forward=tcp:127.0.0.1:65536:22", "65536" },
	{ "forward=tcp:127.0.0.1:2222", "" },
	{ "forward=tcp:127.0.0.1:2222:ssh", "ssh" },
	{ "forward=tcp:127.0.0.1:2222:22:1", "1" },
	{ "bridge=br0,forward=tcp:127.0.0.1:2222:22", "tcp:127.0.0.1:2222:22" },
};

static void a_bad_interface_is_blamed_at_its_part(void **state)
{
	struct domain_vif vif;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_vifs) / sizeof(bad_vifs[0]); i++)
		assert_fault(vif_read(bad_vifs[i].text, &vif), &bad_vifs[i]);
}

static void eight_ports_are_the_most(void **state)
{
	char text[512] = "forward=tcp:1.1.1.1:1:1";
	struct domain_vif vif;

	(void)state;
	for (int i = 1; i < VIF_FORWARDS_MAX; i++)
		strcat(text, ",forward=tcp:1.1.1.1:1:1");
	assert_null(vif_read(text, &vif).what);
	assert_int_equal(vif.forward_count, VIF_FORWARDS_MAX);
	strcat(text, ",forward=tcp:1.1.1.1:1:1");
	assert_non_null(vif_read(text, &vif).what);
}

/* ---- Channels and shared folders ---------------------------------------- */

static void channels_are_read(void **state)
{
	struct domain_channel channel;

	(void)state;
	assert_null(channel_read("connection=socket, name = org.example.a ,"
				 "path=/run/a.sock,backend=0",
				 &channel)
			    .what);
	assert_int_equal(channel.connection, CHANNEL_SOCKET);
	assert_true(words_are(channel.name, "org.example.a"));
	assert_true(words_are(channel.path, "/run/a.sock"));
	assert_null(channel_read("name=a,connection=pty", &channel).what);
	assert_int_equal(channel.connection, CHANNEL_PTY);
}

static const struct faulty bad_channels[] = {
	{ "", "" },
	{ "name=a", "name=a" },
	{ "connection=pty", "connection=pty" },
	{ "name=,connection=pty", "" },
	{ "name=a/b,connection=pty", "/" },
	{ "name=thirty-two-bytes-are-one-too-many,connection=pty",
	  "thirty-two-bytes-are-one-too-many" },
	{ "name=a,connection=tcp", "tcp" },
	{ "name=a,connection=socket", "name=a,connection=socket" },
	{ "name=a,connection=socket,path=run/a", "run/a" },
	{ "name=a,connection=pty,path=/run/a", "/run/a" },
	{ "name=a,connection=pty,mode=1", "mode" },
};

static const struct faulty bad_folders[] = {
	{ "tag=a", "tag=a" },
	{ "path=/a", "path=/a" },
	{ "tag=a b,path=/a", " " },
	{ "tag=a,path=a", "a" },
	{ "tag=a,path=/a,security_model=mapped", "mapped" },
	{ "tag=a,path=/a,type=virtiofs", "virtiofs" },
	{ "tag=a,path=/a,max-files=x", "x" },
	{ "tag=a,path=/a,size=1", "size" },
};

static void a_bad_channel_or_folder_is_blamed_at_its_part(void **state)
{
	struct domain_channel channel;
	struct domain_p9 folder;

	(void)state;
	for (size_t i = 0; i < sizeof(bad_channels) / sizeof(bad_channels[0]);
	     i++)
		assert_fault(channel_read(bad_channels[i].text, &channel),
			     &bad_channels[i]);
	for (size_t i = 0; i < sizeof(bad_folders) / sizeof(bad_folders[0]); i++)
		assert_fault(p9_read(bad_folders[i].text, &folder),
			     &bad_folders[i]);
}

static void shared_folders_are_read(void **state)
{
	struct domain_p9 folder;

	(void)state;
	assert_null(p9_read("tag=share,path=/srv/x y,security_model=none,"
			    "backend=0,type=qemu,max-files=3,max-open-files=4,"
			    "max-space=5,auto-delete=1",
			    &folder)
			    .what);
	assert_true(words_are(folder.tag, "share"));
	assert_true(words_are(folder.path, "/srv/x y"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_disk_is_read_in_every_spelling),
		cmocka_unit_test(a_bad_disk_is_blamed_at_its_part),
		cmocka_unit_test(
			a_disk_keeps_the_place_of_what_a_host_may_refuse),
		cmocka_unit_test(an_interface_is_read_with_all_its_parts),
		cmocka_unit_test(a_rate_is_read_in_every_spelling),
		cmocka_unit_test(ports_are_forwarded),
		cmocka_unit_test(a_bad_interface_is_blamed_at_its_part),
		cmocka_unit_test(eight_ports_are_the_most),
		cmocka_unit_test(channels_are_read),
		cmocka_unit_test(shared_folders_are_read),
		cmocka_unit_test(a_bad_channel_or_folder_is_blamed_at_its_part),
	};

	return cmocka_run_group_tests_name("device_spec", tests, NULL, NULL);
}
