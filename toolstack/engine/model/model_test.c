/* SPDX-License-Identifier: BSD-3-Clause */
/* The model engine: what it builds, and that everything is given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "abi/guest_map.h"
#include "toolstack/engine/build.h"

#define RAM_SIZE (UINT64_C(64) << 20)

struct fixture {
	struct engine *engine;
	struct reeve_report *report;
	struct engine_domain domain;
	struct image image;
	void *content;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	f->report = reeve_report_new();
	f->content = aligned_alloc(GUEST_PAGE_SIZE, 3 * GUEST_PAGE_SIZE);
	memset(f->content, 0, 3 * GUEST_PAGE_SIZE);
	memset(f->content, 0x5a, 5000);
	f->domain = (struct engine_domain){
		.realm = true,
		.vcpus = 2,
		.ram_base = GUEST_RAM0_BASE,
		.ram_size = RAM_SIZE,
	};
	f->image = (struct image){
		.segments = { { IMAGE_KERNEL, GUEST_RAM0_BASE, f->content, 5000,
				2 * GUEST_PAGE_SIZE } },
		.segment_count = 1,
		.banks = { { GUEST_RAM0_BASE, RAM_SIZE } },
		.entry = GUEST_RAM0_BASE,
		.dtb_ipa = GUEST_RAM0_BASE + 0x1000,
	};
	*state = f;
	return engine_model_open(&f->engine, f->report);
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	engine_model.close(f->engine);
	reeve_report_free(f->report);
	free(f->content);
	free(f);
	return 0;
}

static int build(struct fixture *f, struct engine_realm *realm)
{
	return engine_build(&engine_model, f->engine, &f->domain, &f->image,
			    realm, f->report);
}

static void a_realm_is_built_and_recorded(void **state)
{
	struct fixture *f = *state;
	struct engine_realm realm;

	assert_int_equal(build(f, &realm), REEVE_OK);
	assert_int_equal(realm.granules, 2);
	assert_int_equal(realm.params.s2sz, 32);
	assert_int_equal(realm.boot_rec.flags, RMI_REC_FLAG_RUNNABLE);
	assert_int_equal(realm.boot_rec.pc, GUEST_RAM0_BASE);
	assert_int_equal(realm.boot_rec.gprs[0], GUEST_RAM0_BASE + 0x1000);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
}

static void the_same_realm_can_be_built_again(void **state)
{
	struct fixture *f = *state;
	struct engine_realm first;
	struct engine_realm second;

	assert_int_equal(build(f, &first), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	assert_int_equal(build(f, &second), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	assert_memory_equal(first.rim, second.rim, sizeof(first.rim));
}

static void the_rest_of_a_page_is_measured_as_zero(void **state)
{
	struct fixture *f = *state;
	struct engine_realm cut;
	struct engine_realm whole;

	assert_int_equal(build(f, &cut), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	f->image.segments[0].size = 2 * GUEST_PAGE_SIZE;
	assert_int_equal(build(f, &whole), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	assert_memory_equal(cut.rim, whole.rim, sizeof(cut.rim));
}

static void content_changes_the_measurement(void **state)
{
	struct fixture *f = *state;
	struct engine_realm first;
	struct engine_realm second;

	assert_int_equal(build(f, &first), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	((uint8_t *)f->content)[4999] ^= 1;
	assert_int_equal(build(f, &second), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
	assert_memory_not_equal(first.rim, second.rim, sizeof(first.rim));
}

/* After content outside of RAM was refused nothing stays, and the next build
 * works. */
static void a_refused_realm_leaves_nothing(void **state)
{
	struct fixture *f = *state;
	struct engine_realm realm;
	uint64_t entry = f->image.segments[0].ipa;

	f->image.segments[0].ipa = GUEST_RAM0_BASE + RAM_SIZE;
	assert_int_equal(build(f, &realm), REEVE_ERR_ENGINE);
	assert_int_equal(report_errors(f->report), 1);
	f->image.segments[0].ipa = entry;
	assert_int_equal(build(f, &realm), REEVE_OK);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
}

static void two_banks_are_refused(void **state)
{
	struct fixture *f = *state;
	struct engine_realm realm;

	f->image.banks[1] = (struct image_bank){ GUEST_RAM1_BASE, 1 << 20 };
	assert_int_equal(build(f, &realm), REEVE_ERR_CONFIG);
	assert_int_equal(report_errors(f->report), 1);
}

static void one_domain_at_a_time(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(engine_model.create(f->engine, &f->domain, f->report),
			 REEVE_OK);
	assert_int_equal(engine_model.create(f->engine, &f->domain, f->report),
			 REEVE_ERR_ARGUMENT);
	assert_int_equal(engine_model.destroy(f->engine, f->report), REEVE_OK);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_realm_is_built_and_recorded),
		TEST(the_same_realm_can_be_built_again),
		TEST(the_rest_of_a_page_is_measured_as_zero),
		TEST(content_changes_the_measurement),
		TEST(a_refused_realm_leaves_nothing),
		TEST(two_banks_are_refused),
		TEST(one_domain_at_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
