/* SPDX-License-Identifier: BSD-3-Clause */
/* Has the devices of a host that is a QEMU without a CPU: slots, what was left
 * behind, and what a guest that fails leaves. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/devices/devices.h"
#include "toolstack/devices/fixture.h"

/* The fixture's folder, as that of a host. */
static struct folder folder_of_fixture(const struct device_fixture *f)
{
	struct folder folder = { .name = "default" };

	strcpy(folder.path, f->folder);
	return folder;
}

/* QEMU serves one connection at a time, so the fixture's is closed meanwhile. */
static struct devices *devices_get(struct device_fixture *f)
{
	struct folder folder = folder_of_fixture(f);
	struct devices *devices;

	qmp_close(f->qmp);
	f->qmp = NULL;
	assert_int_equal(devices_open(&folder, NULL, &devices, f->report),
			 REEVE_OK);
	return devices;
}

static void devices_put(struct device_fixture *f, struct devices *devices)
{
	devices_close(devices);
	assert_int_equal(qmp_open(f->socket, NULL, &f->qmp, f->report),
			 REEVE_OK);
}

static void a_guest_gets_the_lowest_free_slots(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	struct devices_slots slots = { .count = 8 };
	struct device_guest guest;
	struct devices *devices;
	unsigned used[3];

	slots.owned[0] = true;
	slots.owned[2] = true;
	device_guest_read(f, &guest, "vif=['',''];rng=1");
	devices = devices_get(f);
	assert_int_equal(
		devices_plug(devices, &guest.plug, &slots, used, f->report),
		REEVE_OK);
	assert_int_equal(used[0], 1);
	assert_int_equal(used[1], 3);
	assert_int_equal(used[2], 4);
	assert_int_equal(devices_unplug(devices, used, 3, f->report), REEVE_OK);
	devices_put(f, devices);
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

static void a_device_that_fails_takes_the_others_with_it(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	struct devices_slots slots = { .count = 8 };
	struct device_guest guest;
	struct devices *devices;
	unsigned used[4];

	/* Disks come first, and the second is not there. */
	device_guest_read(f, &guest, "rng=1;disk=['/nowhere,raw,xvda']");
	devices = devices_get(f);
	assert_int_equal(
		devices_plug(devices, &guest.plug, &slots, used, f->report),
		REEVE_ERR_CONFIG);
	device_fixture_told(f, 14, "disk", "'/nowhere' cannot be used");
	device_guest_free(&guest);
	device_guest_read(f, &guest, "vif=['','bridge=reeve-no-such'];rng=1");
	assert_int_equal(
		devices_plug(devices, &guest.plug, &slots, used, f->report),
		REEVE_ERR_CONFIG);
	device_fixture_told(f, 17, "vif", "is no bridge");
	devices_put(f, devices);
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

static void too_few_slots_are_told(void **state)
{
	struct device_fixture *f = *state;
	struct devices_slots slots = { .count = 2 };
	struct device_guest guest;
	struct devices *devices;
	unsigned used[3];

	slots.owned[1] = true;
	device_guest_read(f, &guest, "vif=['',''];rng=1");
	devices = devices_get(f);
	assert_int_equal(
		devices_plug(devices, &guest.plug, &slots, used, f->report),
		REEVE_ERR_HOST);
	device_fixture_told(f, 0, "",
			    "has 3 devices, and this host has only 1 free "
			    "slots of 2");
	devices_put(f, devices);
	device_guest_free(&guest);
}

/* Devices that a killed process left are taken out; those of domains stay. */
static void what_was_left_behind_is_taken_out(void **state)
{
	struct device_fixture *f = *state;
	char *before = device_fixture_inventory(f);
	struct devices_slots slots = { .count = 8 };
	bool plugged[PLUG_SLOTS_MAX];
	struct device_guest guest;
	struct devices *devices;
	unsigned used[3];

	device_guest_read(f, &guest, "vif=['',''];rng=1");
	devices = devices_get(f);
	assert_int_equal(
		devices_plug(devices, &guest.plug, &slots, used, f->report),
		REEVE_OK);
	devices_close(devices);
	devices = devices_get(f);
	slots.owned[1] = true;
	assert_int_equal(devices_reap(devices, &slots, f->report), REEVE_OK);
	assert_int_equal(plug_find(devices_qmp(devices), plugged, f->report),
			 REEVE_OK);
	for (unsigned i = 0; i < PLUG_SLOTS_MAX; i++)
		assert_int_equal(plugged[i], i == 1);
	slots.owned[1] = false;
	assert_int_equal(devices_reap(devices, &slots, f->report), REEVE_OK);
	devices_put(f, devices);
	device_fixture_restored(f, before);
	device_guest_free(&guest);
}

static bool never(void *ctx, const char *step, uint64_t done, uint64_t all)
{
	(void)done;
	(void)all;
	(void)snprintf(ctx, 128, "%s", step);
	return false;
}

static void one_process_has_the_devices(void **state)
{
	struct device_fixture *f = *state;
	struct folder folder = folder_of_fixture(f);
	struct devices *devices = devices_get(f);
	struct devices *other;
	char step[128] = "";
	char expected[128];
	const struct reeve_watch watch = { never, step };

	assert_int_equal(devices_open(&folder, &watch, &other, f->report),
			 REEVE_ERR_STOPPED);
	(void)snprintf(expected, sizeof(expected),
		       "waiting for process %ld, which changes devices",
		       (long)getpid());
	assert_string_equal(step, expected);
	devices_put(f, devices);
}

static void a_host_without_the_socket_is_told(void **state)
{
	struct device_fixture *f = *state;
	struct folder folder = { .name = "x" };
	struct devices *devices;

	(void)snprintf(folder.path, sizeof(folder.path), "%s/old", f->folder);
	assert_int_equal(mkdir(folder.path, 0700), 0);
	assert_int_equal(devices_open(&folder, NULL, &devices, f->report),
			 REEVE_ERR_HOST);
	device_fixture_told(f, 0, "", "QEMU cannot be reached");
}

#define DEVICES_TEST(name) cmocka_unit_test_setup(name, device_fixture_begin)

int main(void)
{
	const struct CMUnitTest tests[] = {
		DEVICES_TEST(a_guest_gets_the_lowest_free_slots),
		DEVICES_TEST(a_device_that_fails_takes_the_others_with_it),
		DEVICES_TEST(too_few_slots_are_told),
		DEVICES_TEST(what_was_left_behind_is_taken_out),
		DEVICES_TEST(one_process_has_the_devices),
		DEVICES_TEST(a_host_without_the_socket_is_told),
	};

	if (!device_fixture_possible()) {
		puts("1..0 # SKIP qemu-system-aarch64 is not installed");
		return 0;
	}
	return cmocka_run_group_tests_name(
		"devices", tests, device_fixture_start, device_fixture_stop);
}
