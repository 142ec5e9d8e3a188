/* SPDX-License-Identifier: BSD-3-Clause */
/* The records of a host and of its Realms. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "toolstack/host/fixture.h"
#include "toolstack/host/record.h"

static void take(struct host_fixture *f)
{
	int lock;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	close(lock);
}

static void put(struct host_fixture *f, const char *name, const char *text)
{
	assert_int_equal(
		folder_write(&f->folder, name, text, strlen(text), f->report),
		REEVE_OK);
}

static void a_host_is_recorded(void **state)
{
	struct host_fixture *f = *state;
	struct reeve_host_entry entry = { .pid = 4711,
					  .memory = (uint64_t)3 << 30,
					  .cpus = 5,
					  .debug_console = true };
	struct reeve_host_entry found = { 0 };

	take(f);
	assert_int_equal(record_write(&f->folder, &entry, f->report), REEVE_OK);
	assert_true(record_read(&f->folder, &found));
	assert_int_equal(found.pid, 4711);
	assert_int_equal(found.memory, (uint64_t)3 << 30);
	assert_int_equal(found.cpus, 5);
	assert_true(found.debug_console);
	assert_int_equal(record_pid(&f->folder), 4711);
}

static void what_a_foreign_host_runs_is_recorded(void **state)
{
	struct host_fixture *f = *state;
	struct reeve_host_entry entry = { .pid = 4711,
					  .foreign = true,
					  .runs = "/boot/xen" };
	struct reeve_host_entry found = { 0 };

	take(f);
	assert_int_equal(record_write(&f->folder, &entry, f->report), REEVE_OK);
	assert_true(record_read(&f->folder, &found));
	assert_true(found.foreign);
	assert_string_equal(found.runs, "/boot/xen");
	entry.foreign = false;
	assert_int_equal(record_write(&f->folder, &entry, f->report), REEVE_OK);
	assert_true(record_read(&f->folder, &found));
	assert_false(found.foreign);
	assert_string_equal(found.runs, "");
}

static void anything_else_is_no_record(void **state)
{
	static const char *const texts[] = {
		"",   "{",           "[]",           "1",
		"{}", "{\"pid\":1}", "{\"pid\":-5}", "{\"pid\":\"x\"}"
	};
	struct host_fixture *f = *state;
	struct reeve_host_entry found;

	take(f);
	assert_false(record_read(&f->folder, &found));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		put(f, "host.json", texts[i]);
		assert_false(record_read(&f->folder, &found));
	}
	assert_int_equal(record_pid(&f->folder), 0);
}

static void qemu_tells_its_pid_itself(void **state)
{
	struct host_fixture *f = *state;

	take(f);
	put(f, "pid", "321\n");
	assert_int_equal(record_pid(&f->folder), 321);
	put(f, "pid", "1\n");
	assert_int_equal(record_pid(&f->folder), 0);
	put(f, "pid", "-5\n");
	assert_int_equal(record_pid(&f->folder), 0);
}

static void a_prediction_belongs_to_one_domain(void **state)
{
	struct host_fixture *f = *state;
	struct reeve_domain domain = { .domid = 7, .rim_size = 32 };
	struct reeve_domain found = { .domid = 7 };

	take(f);
	memset(domain.rim, 0xa5, sizeof(domain.rim));
	memset(domain.uuid, 0x11, sizeof(domain.uuid));
	assert_int_equal(record_rim_write(&f->folder, &domain, f->report),
			 REEVE_OK);
	record_rim_read(&f->folder, &found);
	assert_int_equal(found.rim_size, 0); /* the uuid differs */
	memcpy(found.uuid, domain.uuid, sizeof(found.uuid));
	record_rim_read(&f->folder, &found);
	assert_int_equal(found.rim_size, 32);
	assert_memory_equal(found.rim, domain.rim, 32);
	record_rim_remove(&f->folder, 7);
	record_rim_read(&f->folder, &found);
	assert_int_equal(found.rim_size, 0);
}

static void a_broken_prediction_is_none(void **state)
{
	static const char *const rims[] = { "\"\"", "\"abc\"", "\"zz\"",
					    "5",    "\"0x\"",  "null" };
	struct host_fixture *f = *state;
	struct reeve_domain found = { .domid = 7 };
	char text[128];

	take(f);
	for (size_t i = 0; i < sizeof(rims) / sizeof(rims[0]); i++) {
		snprintf(text, sizeof(text), "{\"uuid\":\"%032d\",\"rim\":%s}",
			 0, rims[i]);
		put(f, "guest-7.json", text);
		record_rim_read(&f->folder, &found);
		assert_int_equal(found.rim_size, 0);
	}
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, host_fixture_setup,              \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_is_recorded),
		TEST(what_a_foreign_host_runs_is_recorded),
		TEST(anything_else_is_no_record),
		TEST(qemu_tells_its_pid_itself),
		TEST(a_prediction_belongs_to_one_domain),
		TEST(a_broken_prediction_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
