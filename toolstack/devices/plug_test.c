/* SPDX-License-Identifier: BSD-3-Clause */
/* Plugs devices into a real QEMU, and takes them out: nothing may be left. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/devices/ask.h"
#include "toolstack/devices/fixture.h"

/* ---- Helpers ------------------------------------------------------------ */

/* Plugs all devices of a guest, device k into slot k. */
static void plug_all(struct device_fixture *f, const struct device_guest *guest)
{
	for (size_t i = 0; i < guest->domain->virtio_mmio_count; i++) {
		if (plug_device(f->qmp, &guest->plug, i, (unsigned)i,
				f->report) != REEVE_OK)
			fail_msg("%s", reeve_report_get(f->report, 0)->message);
	}
}

static void empty_all(struct device_fixture *f, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(plug_empty(f->qmp, (unsigned)i, f->report),
				 REEVE_OK);
	}
}

/* Plugs the only device of a guest, expecting a refusal that leaves nothing. */
static void plug_refused(struct device_fixture *f, const char *text,
			 unsigned column, const char *key, const char *part)
{
	char *before = device_fixture_inventory(f);
	struct device_guest guest;

	device_guest_read(f, &guest, text);
	assert_int_not_equal(plug_device(f->qmp, &guest.plug, 0, 0, f->report),
			     REEVE_OK);
	device_fixture_told(f, column, key, part);
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

/* Returns a property of the device in a slot, as text that the caller frees. */
static char *property(struct device_fixture *f, const char *device,
		      const char *name)
{
	struct json_object *arguments = json_object_new_object();
	struct json_object *value;
	char path[64];
	char *text;

	(void)snprintf(path, sizeof(path), "/machine/peripheral/%s", device);
	json_object_object_add(arguments, "path", json_object_new_string(path));
	json_object_object_add(arguments, "property",
			       json_object_new_string(name));
	assert_int_equal(
		qmp_call(f->qmp, "qom-get", arguments, &value, f->report),
		REEVE_OK);
	text = strdup(json_object_get_string(value));
	json_object_put(value);
	return text;
}

static void assert_property(struct device_fixture *f, const char *device,
			    const char *name, const char *expected)
{
	char *actual = property(f, device, name);

	assert_string_equal(actual, expected);
	free(actual);
}

/* Returns a socket that is bound to a free port of the loopback address, or to
 * that port if it is not 0; -1: the port is taken. */
static int port_take(uint16_t *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons(*port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t size = sizeof(address);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int yes = 1;

	assert_true(fd >= 0);
	assert_int_equal(
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), 0);
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) != 0 ||
	    listen(fd, 1) != 0) {
		close(fd);
		return -1;
	}
	assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return fd;
}

/* ---- Tests -------------------------------------------------------------- */

static void every_kind_is_plugged_and_leaves_nothing(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	bool used[PLUG_SLOTS_MAX];
	struct device_guest guest;
	struct stat status;
	uint16_t port = 0;
	char text[512];
	int fd = port_take(&port);

	close(fd);
	(void)snprintf(text, sizeof(text),
		       "disk=['%s,raw,xvda,rw'];vif=['mtu=9000,mac=02:0:0:0:0:1,"
		       "forward=tcp:127.0.0.1:%u:22'];channel=['name=a,"
		       "connection=pty','name=b,connection=socket,path=%s/b']"
		       ";p9=['tag=t,path=%s/.']"
		       ";rng=1",
		       device_fixture_file(f, "disk", 1 << 20), port, f->folder,
		       f->folder);
	device_guest_read(f, &guest, text);
	plug_all(f, &guest);
	assert_property(f, "slot0", "serial", "xvda");
	assert_property(f, "slot0", "queue-size", "512");
	assert_property(f, "slot0", "discard", "true");
	assert_property(f, "slot0", "werror", "report");
	assert_property(f, "slot0", "rerror", "report");
	assert_property(f, "slot0", "iommu_platform", "true");
	assert_property(f, "slot0", "disable-legacy", "on");
	assert_property(f, "slot1", "mac", "02:00:00:00:00:01");
	assert_property(f, "slot1", "host_mtu", "9000");
	assert_property(f, "slot2-port1", "name", "a");
	assert_property(f, "slot2-port2", "name", "b");
	assert_property(f, "slot3", "mount_tag", "t");
	assert_property(f, "slot4", "type", "virtio-rng-pci");
	assert_int_equal(port_take(&port), -1);
	device_fixture_reconnect(f);
	assert_int_equal(plug_find(f->qmp, used, f->report), REEVE_OK);
	for (unsigned i = 0; i < PLUG_SLOTS_MAX; i++)
		assert_int_equal(used[i], i < 5);
	empty_all(f, 5);
	device_fixture_restored(f, before);
	fd = port_take(&port);
	assert_true(fd >= 0);
	close(fd);
	(void)snprintf(text, sizeof(text), "%s/b", f->folder);
	assert_int_not_equal(lstat(text, &status), 0);
	device_guest_free(&guest);
}

static void slots_are_used_again(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	struct device_guest guest;
	char text[256];

	(void)snprintf(text, sizeof(text), "disk=['%s,raw,xvda,rw'];rng=1",
		       device_fixture_file(f, "disk", 1 << 20));
	device_guest_read(f, &guest, text);
	for (int i = 0; i < 10; i++) {
		plug_all(f, &guest);
		empty_all(f, 2);
	}
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

/* Returns the first line of the block node of a slot. */
static void assert_node(struct device_fixture *f, const char *part)
{
	char *inventory = device_fixture_inventory(f);

	if (strstr(inventory, part) == NULL)
		fail_msg("%s is not in %s", part, inventory);
	free(inventory);
}

static void a_disk_is_opened_as_it_is_written(void **state)
{
	struct device_fixture *f = *state;
	struct device_guest guest;
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "disk=['%s,raw,xvda,ro,direct-io-safe,no-discard']",
		       device_fixture_file(f, "disk", 1 << 20));
	device_guest_read(f, &guest, text);
	plug_all(f, &guest);
	assert_node(f, "\"ro\": true");
	assert_node(f, "\"direct\": true");
	assert_node(f, "\"no-flush\": false");
	assert_property(f, "slot0", "discard", "false");
	empty_all(f, 1);
	device_guest_free(&guest);
}

static void a_missing_image_is_told_at_its_place(void **state)
{
	char text[256];

	plug_refused(*state, "disk=['/nowhere/a.img,raw,xvda']", 8, "disk",
		     "'/nowhere/a.img' cannot be used: No such file");
	plug_refused(*state, "disk=['vdev=xvda,target=/dev']", 25, "disk",
		     "is neither a file nor a block device");
	plug_refused(*state, "disk=['no-such-device,raw,xvda']", 8, "disk",
		     "cannot be used");
	(void)snprintf(text, sizeof(text), "disk=['%s,raw,xvda']",
		       device_fixture_file(*state, "empty", 0));
	plug_refused(*state, text, 8, "disk", "is empty");
}

/* For root, another user looks. */
static void a_path_that_is_for_others_has_another_hint(void **state)
{
	struct device_fixture *f = *state;
	bool root = geteuid() == 0;
	char disk[128], folder[128];

	(void)snprintf(disk, sizeof(disk), "disk=['%s/a,raw,xvda']", f->folder);
	(void)snprintf(folder, sizeof(folder), "p9=['tag=t,path=%s/a']",
		       f->folder);
	assert_int_equal(chmod(f->folder, 0), 0);
	assert_true(!root || seteuid(65534) == 0);
	plug_refused(f, disk, 8, "disk", "have its rights changed");
	plug_refused(f, folder, 17, "p9", "have its rights changed");
	assert_true(!root || seteuid(0) == 0);
	assert_int_equal(chmod(f->folder, 0700), 0);
}

/* \351 is a letter in Latin-1. */
static void a_path_that_is_no_utf8_is_told(void **state)
{
	plug_refused(*state, "disk=['/nowhere/\351.img,raw,xvda']", 8, "disk",
		     "cannot be told to QEMU");
	plug_refused(*state,
		     "channel=['name=a,connection=socket,path=/tmp/\351']", 41,
		     "channel", "cannot be told to QEMU");
}

static void an_image_of_another_format_is_told(void **state)
{
	struct device_fixture *f = *state;
	char text[256];

	(void)snprintf(text, sizeof(text), "disk=['%s,qcow2,xvda']",
		       device_fixture_file(f, "disk", 1 << 20));
	plug_refused(f, text, 8, "disk", "Image is not in qcow2 format");
	(void)snprintf(text, sizeof(text), "disk=['%s,vhd,xvda']",
		       device_fixture_file(f, "disk", 1 << 20));
	plug_refused(f, text, 8, "disk", "write its format");
}

/* Holds a lock as another QEMU does, until it is killed. */
static pid_t image_lock(const char *path)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = 100,
		.l_len = 200,
	};
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = open(path, O_RDWR);

		/* A test that fails must not leave it behind. */
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (fcntl(fd, F_OFD_SETLK, &lock) != 0 ||
		    write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void a_locked_image_names_its_user(void **state)
{
	struct device_fixture *f = *state;
	const char *path = device_fixture_file(f, "disk", 1 << 20);
	pid_t pid = image_lock(path);
	char expected[64];
	char text[256];

	(void)snprintf(text, sizeof(text), "disk=['%s,raw,xvda']", path);
	(void)snprintf(expected, sizeof(expected),
		       "is in use elsewhere: process %d (", pid);
	plug_refused(f, text, 8, "disk", expected);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void two_guests_cannot_write_one_image(void **state)
{
	struct device_fixture *f = *state;
	struct device_guest guest;
	char expected[64];
	char text[256];

	(void)snprintf(text, sizeof(text), "disk=['%s,raw,xvda']",
		       device_fixture_file(f, "disk", 1 << 20));
	(void)snprintf(expected, sizeof(expected),
		       "process %d (qemu-system-aar", f->qemu);
	device_guest_read(f, &guest, text);
	assert_int_equal(plug_device(f->qmp, &guest.plug, 0, 5, f->report),
			 REEVE_OK);
	plug_refused(f, text, 8, "disk", expected);
	assert_int_equal(plug_empty(f->qmp, 5, f->report), REEVE_OK);
	device_guest_free(&guest);
}

static void a_taken_port_is_told_at_its_place(void **state)
{
	uint16_t port = 0;
	int fd = port_take(&port);
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "vif=['forward=udp:127.0.0.1:%u:1,"
		       "forward=tcp:127.0.0.1:%u:22']",
		       port, port);
	plug_refused(*state, text, (unsigned)(strstr(text, "tcp:") - text) + 1,
		     "vif", "cannot be forwarded");
	close(fd);
}

static void a_bridge_that_is_none_is_told(void **state)
{
	plug_refused(*state, "vif=['bridge=reeve-no-such']", 14, "vif",
		     "'reeve-no-such' is no bridge of this computer");
}

/* QEMU of root would make the first of them. */
static void a_tap_that_is_none_is_told(void **state)
{
	plug_refused(*state, "vif=['vifname=reeve-none']", 15, "vif",
		     "'reeve-none' is no interface of this computer");
	assert_int_not_equal(access("/sys/class/net/reeve-none", F_OK), 0);
	plug_refused(*state, "vif=['vifname=lo']", 15, "vif",
		     "'lo' is no tap interface");
}

static void a_folder_that_is_not_shared_is_told(void **state)
{
	plug_refused(*state, "p9=['tag=t,path=/nowhere']", 17, "p9",
		     "'/nowhere' cannot be used: No such file");
	plug_refused(*state, "p9=['tag=t,path=/']", 17, "p9",
		     "'/' is not shared by this host");
}

/* The fixture's QEMU offers no folder in xl's way, and QEMU of root must
 * not. */
static void a_folder_in_the_way_of_xl_is_for_users(void **state)
{
	struct device_fixture *f = *state;
	char text[96];

	(void)snprintf(text, sizeof(text),
		       "p9=['tag=t,path=%s,security_model=none']", f->folder);
	plug_refused(f, text, 17, "p9",
		     geteuid() == 0 ? "is not shared so by a host of root's"
				    : "is not shared by this host");
}

static void a_channel_does_not_replace_a_file(void **state)
{
	struct device_fixture *f = *state;
	const char *path = device_fixture_file(f, "file", 3);
	struct stat status;
	char text[256];

	(void)snprintf(text, sizeof(text),
		       "channel=['name=a,connection=socket,path=%s']", path);
	plug_refused(f, text, (unsigned)(strchr(text, '/') - text) + 1,
		     "channel", "is there already, and no socket");
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_size, 3);
	(void)snprintf(text, sizeof(text),
		       "channel=['name=a,connection=socket,path=%s']",
		       f->socket);
	plug_refused(f, text, (unsigned)(strchr(text, '/') - text) + 1,
		     "channel", "is a socket on which a program listens");
}

static void a_channel_that_fails_takes_the_others_with_it(void **state)
{
	plug_refused(*state,
		     "channel=['name=a,connection=pty',"
		     "'name=b,connection=socket,path=/nowhere/b']",
		     65, "channel",
		     "no file can be made in its folder: No such file");
}

/* Guests know nothing of each other's names. */
static void guests_may_have_a_channel_of_one_name(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	struct device_guest guest;

	device_guest_read(f, &guest, "channel=['name=a,connection=pty']");
	for (unsigned slot = 0; slot < 3; slot++) {
		struct reeve_attached told = { .device = { .slot = slot } };

		assert_int_equal(
			plug_device(f->qmp, &guest.plug, 0, slot, f->report),
			REEVE_OK);
		assert_int_equal(ask_channel(f->qmp, slot, 1, &told, f->report),
				 REEVE_OK);
		assert_string_equal(told.name, "a");
	}
	assert_property(f, "slot0-port1", "name", "a");
	assert_property(f, "slot2-port1", "name", "a  ");
	empty_all(f, 3);
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

static void a_used_slot_is_refused(void **state)
{
	struct device_fixture *f = *state;
	struct device_guest guest;
	char *before;

	device_guest_read(f, &guest, "vif=['','']");
	plug_all(f, &guest);
	before = device_fixture_inventory(f);
	/* The ids say so before QEMU looks at the slot. */
	assert_int_not_equal(plug_device(f->qmp, &guest.plug, 1, 0, f->report),
			     REEVE_OK);
	free(before);
	empty_all(f, 2);
	device_guest_free(&guest);
}

/* A process that was killed between two commands leaves a part of a device. */
static void parts_without_a_device_are_found_and_removed(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	static const char *const commands[][2] = {
		{ "netdev_add", "{'type':'user','id':'slot7'}" },
		{ "chardev-add", "{'id':'slot8-1','backend':{'type':'pty',"
				 "'data':{}}}" },
		{ "object-add", "{'qom-type':'rng-builtin','id':'slot9'}" },
		{ "blockdev-add", "{'driver':'null-co','node-name':'slot10',"
				  "'read-zeroes':true}" },
	};
	bool used[PLUG_SLOTS_MAX];

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		char *text = strdup(commands[i][1]);

		for (char *c = text; *c != '\0'; c++)
			*c = *c == '\'' ? '"' : *c;
		assert_int_equal(qmp_call(f->qmp, commands[i][0],
					  json_tokener_parse(text), NULL,
					  f->report),
				 REEVE_OK);
		free(text);
	}
	assert_int_equal(plug_find(f->qmp, used, f->report), REEVE_OK);
	assert_true(used[8] && used[9] && used[10] && !used[7]);
	assert_int_equal(plug_empty_network(f->qmp, 7, f->report), REEVE_OK);
	for (unsigned i = 8; i < 11; i++)
		assert_int_equal(plug_empty(f->qmp, i, f->report), REEVE_OK);
	device_fixture_restored(f, before);
}

static void addresses_follow_from_the_guest(void **state)
{
	struct plug_guest guest = { .uuid = { 1, 2, 3 } };
	uint8_t one[6], again[6], other[6];

	(void)state;
	plug_mac(&guest, 0, one);
	plug_mac(&guest, 0, again);
	plug_mac(&guest, 1, other);
	assert_memory_equal(one, again, 6);
	assert_memory_not_equal(one, other, 6);
	assert_memory_equal(one, "\x00\x16\x3e", 3);
	guest.uuid[15] = 1;
	plug_mac(&guest, 0, other);
	assert_memory_not_equal(one, other, 6);
}

#define PLUG_TEST(name) cmocka_unit_test_setup(name, device_fixture_begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PLUG_TEST(every_kind_is_plugged_and_leaves_nothing),
		PLUG_TEST(slots_are_used_again),
		PLUG_TEST(a_disk_is_opened_as_it_is_written),
		PLUG_TEST(a_missing_image_is_told_at_its_place),
		PLUG_TEST(a_path_that_is_for_others_has_another_hint),
		PLUG_TEST(a_path_that_is_no_utf8_is_told),
		PLUG_TEST(an_image_of_another_format_is_told),
		PLUG_TEST(a_locked_image_names_its_user),
		PLUG_TEST(two_guests_cannot_write_one_image),
		PLUG_TEST(a_taken_port_is_told_at_its_place),
		PLUG_TEST(a_bridge_that_is_none_is_told),
		PLUG_TEST(a_tap_that_is_none_is_told),
		PLUG_TEST(a_folder_that_is_not_shared_is_told),
		PLUG_TEST(a_folder_in_the_way_of_xl_is_for_users),
		PLUG_TEST(a_channel_does_not_replace_a_file),
		PLUG_TEST(a_channel_that_fails_takes_the_others_with_it),
		PLUG_TEST(guests_may_have_a_channel_of_one_name),
		PLUG_TEST(a_used_slot_is_refused),
		PLUG_TEST(parts_without_a_device_are_found_and_removed),
		PLUG_TEST(addresses_follow_from_the_guest),
	};

	if (!device_fixture_possible()) {
		puts("1..0 # SKIP qemu-system-aarch64 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name("plug", tests, device_fixture_start,
					   device_fixture_stop);
}
