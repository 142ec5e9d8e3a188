/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm on RMMs whose answers break the protocol. The fake allocates its
 * pages in this order: 0 and 1 shared, 4..7 root tables, 8 the REC, 2 the RD,
 * then 3, 9, 10, ...
 */
#include "hypervisor/core/realm/realm.h"

#include "abi/rmi.h"
#include "hypervisor/port/inprocess/fake_realm.h"

#define IPA_END UINT64_C(0x100000000)

#define RTT_ERROR(level) (RMI_ERROR_RTT | (level) << 8)

static const struct host_info info = {
	.ipa_bits = 48,
	.max_recs = 16,
	.hashes = 1u << RMI_HASH_SHA_256,
};

/* Builds a Realm with so much content at the base of so much RAM. */
static bool build_with(struct fake *fake, struct realm *realm,
		       const struct reply *script, uint64_t ram_size,
		       uint64_t size)
{
	const struct realm_ram ram = { { RAM_BASE }, ram_size };
	const struct realm_segment segment = { { RAM_BASE }, size, { 0x1000 } };
	const struct realm_plan plan = { .ram = &ram,
					 .ram_count = 1,
					 .segments = &segment,
					 .segment_count = 1,
					 .vcpus = 1 };
	struct host host = { .ops = &fake->ops, .info = info };
	bool done;

	fake->allocated[0] = false;
	fake_play(fake, script);
	done = realm_build(&host, &plan, realm);
	assert_played(fake);
	return done;
}

/* Builds a Realm with one page of content. */
static bool build_in(struct fake *fake, struct realm *realm,
		     const struct reply *script, uint64_t ram_size)
{
	return build_with(fake, realm, script, ram_size, 1);
}

static bool build(struct fake *fake, struct realm *realm,
		  const struct reply *script)
{
	return build_in(fake, realm, script, RAM_TOP - RAM_BASE);
}

static bool destroy(struct fake *fake, struct realm *realm,
		    const struct reply *script)
{
	bool done;

	fake_play(fake, script);
	done = realm_destroy(realm);
	assert_played(fake);
	return done;
}

static void assert_nothing_left(const struct fake *fake,
				const struct realm *realm)
{
	assert_int_equal(realm->granules.account.total, 0);
	for (unsigned i = 0; i < FAKE_PAGES; i++)
		assert_false(fake->allocated[i]);
}

/* A build that fails before content is loaded, and is undone. */
static void build_fails(struct fake *fake, const struct reply *script,
			enum rmi_failure_kind kind, uint32_t fid)
{
	struct realm realm;

	assert_false(build(fake, &realm, script));
	assert_int_equal(realm.failure.kind, kind);
	assert_int_equal(realm.failure.fid, fid);
	assert_nothing_left(fake, &realm);
}

static void a_table_made_in_vain(void **state)
{
	const struct reply script[] = {
		CREATE,
		{ RMI_RTT_INIT_RIPAS, RTT_ERROR(2) },
		{ RMI_RTT_CREATE, RMI_SUCCESS },
		{ RMI_RTT_INIT_RIPAS, RTT_ERROR(2) },
		TERMINATE,
		{ RMI_RTT_DESTROY, RMI_SUCCESS, { PAGE(3), IPA_END } },
		DESTROY,
		END
	};

	build_fails(*state, script, RMI_FAILURE_REFUSED, RMI_RTT_INIT_RIPAS);
}

static void a_table_missing_above_the_root(void **state)
{
	const struct reply script[] = { CREATE,
					{ RMI_RTT_INIT_RIPAS, RTT_ERROR(1) },
					TERMINATE,
					DESTROY,
					END };

	build_fails(*state, script, RMI_FAILURE_REFUSED, RMI_RTT_INIT_RIPAS);
}

static void a_table_missing_below_the_pages(void **state)
{
	const struct reply script[] = {
		CREATE,    RIPAS,   { RMI_RTT_DATA_MAP_INIT, RTT_ERROR(3) },
		TERMINATE, DESTROY, END
	};

	build_fails(*state, script, RMI_FAILURE_REFUSED, RMI_RTT_DATA_MAP_INIT);
}

static void ram_marked_without_progress(void **state)
{
	const struct reply script[] = {
		CREATE,
		{ RMI_RTT_INIT_RIPAS, RMI_SUCCESS, { RAM_BASE } },
		TERMINATE,
		DESTROY,
		END
	};

	build_fails(*state, script, RMI_FAILURE_PROTOCOL, RMI_RTT_INIT_RIPAS);
}

static void ram_marked_beyond_what_was_asked(void **state)
{
	const struct reply script[] = {
		CREATE,
		{ RMI_RTT_INIT_RIPAS, RMI_SUCCESS, { RAM_TOP + 0x1000 } },
		TERMINATE,
		DESTROY,
		END
	};

	build_fails(*state, script, RMI_FAILURE_PROTOCOL, RMI_RTT_INIT_RIPAS);
}

#define RIPAS_3 { RMI_RTT_INIT_RIPAS, RMI_SUCCESS, { RAM_TOP + 0x2000 } }
#define LOADED(count)                                                          \
	{                                                                      \
		RMI_RTT_DATA_MAP_INIT, RMI_SUCCESS,                            \
		{                                                              \
			count                                                  \
		}                                                              \
	}
#define UNMAPPED(first, count)                                                  \
	{                                                                       \
		RMI_RTT_DATA_UNMAP, RMI_SUCCESS,                                \
		{                                                               \
			PAR_END, PAGE(first) | (count) << RMI_RANGE_COUNT_SHIFT \
		}                                                               \
	}

/* Three pages of content, at pages 9 to 11, and nothing else. */
static void content_loads(struct fake *fake, const struct reply *script)
{
	const struct reply gone[] = { REC_GONE, UNMAPPED(9, 3), TERMINATE,
				      DESTROY, END };
	struct realm realm;

	assert_true(build_with(fake, &realm, script, 0x3000, 0x3000));
	assert_int_equal(realm.granules.account.held[GRANULES_DATA], 3);
	assert_true(destroy(fake, &realm, gone));
	assert_nothing_left(fake, &realm);
}

static void content_loads_not(struct fake *fake, const struct reply *script,
			      enum rmi_failure_kind kind)
{
	struct realm realm;

	assert_false(build_with(fake, &realm, script, 0x3000, 0x3000));
	assert_int_equal(realm.failure.kind, kind);
	assert_int_equal(realm.failure.fid, RMI_RTT_DATA_MAP_INIT);
	assert_nothing_left(fake, &realm);
}

static void content_at_once(void **state)
{
	const struct reply script[] = { CREATE, RIPAS_3, LOADED(3), REC, END };

	content_loads(*state, script);
}

static void content_in_parts(void **state)
{
	const struct reply script[] = { CREATE, RIPAS_3, LOADED(2),
					LOAD,   REC,     END };

	content_loads(*state, script);
}

/* An RMM that only knows calls for one page refuses three. */
static void content_page_by_page(void **state)
{
	const struct reply script[] = {
		CREATE, RIPAS_3, { RMI_RTT_DATA_MAP_INIT, RMI_ERROR_INPUT },
		LOAD,   LOAD,    LOAD,
		REC,    END
	};

	content_loads(*state, script);
}

/* The call for one page comes as far as the missing table, which the call for
 * three did not. */
static void content_page_by_page_after_a_table(void **state)
{
	const struct reply script[] = { CREATE,
					RIPAS_3,
					{ RMI_RTT_DATA_MAP_INIT,
					  RMI_ERROR_INPUT },
					{ RMI_RTT_DATA_MAP_INIT, RTT_ERROR(2) },
					{ RMI_RTT_CREATE, RMI_SUCCESS },
					LOAD,
					LOAD,
					LOAD,
					REC,
					END };
	struct realm realm;

	assert_true(build_with(*state, &realm, script, 0x3000, 0x3000));
	assert_int_equal(realm.batches, REALM_BATCHES_UNKNOWN);
}

/* An RMM that once knew a call for several pages has another reason to refuse
 * one, which is told and not tried around. */
static void content_that_is_refused_later(void **state)
{
	const struct reply script[] = {
		CREATE,         RIPAS_3,
		LOADED(1),      { RMI_RTT_DATA_MAP_INIT, RMI_ERROR_INPUT },
		UNMAPPED(9, 1), TERMINATE,
		DESTROY,        END
	};

	content_loads_not(*state, script, RMI_FAILURE_REFUSED);
}

/* The same, where it only said that a table is missing. */
static void content_that_is_refused_after_a_table(void **state)
{
	const struct reply script[] = {
		CREATE,
		RIPAS_3,
		{ RMI_RTT_DATA_MAP_INIT, RTT_ERROR(2) },
		{ RMI_RTT_CREATE, RMI_SUCCESS },
		{ RMI_RTT_DATA_MAP_INIT, RMI_ERROR_INPUT },
		TERMINATE,
		{ RMI_RTT_DESTROY, RMI_SUCCESS, { PAGE(3), IPA_END } },
		DESTROY,
		END
	};

	content_loads_not(*state, script, RMI_FAILURE_REFUSED);
}

static void content_that_is_refused_either_way(void **state)
{
	const struct reply script[] = {
		CREATE,
		RIPAS_3,
		{ RMI_RTT_DATA_MAP_INIT, RMI_ERROR_INPUT },
		{ RMI_RTT_DATA_MAP_INIT, RMI_ERROR_INPUT },
		TERMINATE,
		DESTROY,
		END
	};

	content_loads_not(*state, script, RMI_FAILURE_REFUSED);
}

static void no_content_was_mapped(void **state)
{
	const struct reply script[] = { CREATE,    RIPAS_3,
					LOADED(0), UNMAPPED(9, 3),
					TERMINATE, DESTROY,
					END };

	content_loads_not(*state, script, RMI_FAILURE_PROTOCOL);
}

static void more_content_was_mapped_than_there_was(void **state)
{
	const struct reply script[] = { CREATE,    RIPAS_3,
					LOADED(4), UNMAPPED(9, 3),
					TERMINATE, DESTROY,
					END };

	content_loads_not(*state, script, RMI_FAILURE_PROTOCOL);
}

/* Builds a Realm where the RMM says that the two pages of RAM after the
 * content, pages 9 and 10, are mapped up to next, and the other replies. */
static bool build_beside(struct fake *fake, struct realm *realm, uint64_t next,
			 const struct reply *rest)
{
	struct reply script[9] = {
		CREATE, RIPAS_3, LOAD, { RMI_RTT_DATA_MAP, RMI_SUCCESS, { next } }
	};

	for (unsigned i = 4; i < 9; i++)
		script[i] = rest[i - 4];
	return build_in(fake, realm, script, 0x3000);
}

static void memory_beside_content_in_two_steps(void **state)
{
	const struct reply rest[5] = {
		{ RMI_RTT_DATA_MAP, RMI_SUCCESS, { RAM_TOP + 0x2000 } }, REC, END
	};
	const struct reply script[] = {
		REC_GONE,
		{ RMI_RTT_DATA_UNMAP,
		  RMI_SUCCESS,
		  { RAM_TOP, PAGE(3) | 1 << RMI_RANGE_COUNT_SHIFT } },
		UNMAPPED(9, 2),
		TERMINATE,
		DESTROY,
		END
	};
	struct realm realm;

	assert_true(build_beside(*state, &realm, RAM_TOP + 0x1000, rest));
	assert_int_equal(realm.granules.account.held[GRANULES_DATA], 3);
	assert_true(destroy(*state, &realm, script));
	assert_nothing_left(*state, &realm);
}

/* The RMM may have mapped the allocated pages or not, so they are not freed
 * before it returns them. */
static void beside_content_goes_wrong(struct fake *fake, uint64_t next)
{
	const struct reply rest[5] = {
		{ RMI_RTT_DATA_UNMAP,
		  RMI_SUCCESS,
		  { RAM_TOP, PAGE(3) | 1 << RMI_RANGE_COUNT_SHIFT } },
		UNMAPPED(9, 2),
		TERMINATE,
		DESTROY,
		END
	};
	struct realm realm;

	assert_false(build_beside(fake, &realm, next, rest));
	assert_int_equal(realm.failure.kind, RMI_FAILURE_PROTOCOL);
	assert_int_equal(realm.failure.fid, RMI_RTT_DATA_MAP);
	assert_nothing_left(fake, &realm);
}

static void memory_beside_content_without_progress(void **state)
{
	beside_content_goes_wrong(*state, RAM_TOP);
}

static void memory_beside_content_beyond_what_was_asked(void **state)
{
	beside_content_goes_wrong(*state, RAM_TOP + 0x3000);
}

static void memory_beside_content_up_to_inside_of_a_page(void **state)
{
	beside_content_goes_wrong(*state, RAM_TOP + 0x800);
}

/* A Realm with a page of data at page 3, and a REC at page 8. */
static void make(struct fake *fake, struct realm *realm)
{
	const struct reply script[] = { CREATE, RIPAS, LOAD, REC, END };

	assert_true(build(fake, realm, script));
	assert_int_equal(realm->granules.account.held[GRANULES_DATA], 1);
	assert_int_equal(realm->recs.base.value, PAGE(8));
}

/* Completes the teardown after a call that failed. */
static void finish(struct fake *fake, struct realm *realm)
{
	const struct reply script[] = {
		{ RMI_RTT_DATA_UNMAP,
		  RMI_SUCCESS,
		  { PAR_END, PAGE(3) | 1 << RMI_RANGE_COUNT_SHIFT } },
		TERMINATE,
		DESTROY,
		END
	};

	assert_true(destroy(fake, realm, script));
	assert_nothing_left(fake, realm);
}

/* A teardown that fails because of that answer to an unmapping, then a good
 * one. */
static void unmap_fails(struct fake *fake, uint64_t next, uint64_t range)
{
	const struct reply script[] = {
		REC_GONE, { RMI_RTT_DATA_UNMAP, RMI_SUCCESS, { next, range } }, END
	};
	struct realm realm;

	make(fake, &realm);
	assert_false(destroy(fake, &realm, script));
	assert_int_equal(realm.failure.kind, RMI_FAILURE_PROTOCOL);
	assert_int_equal(realm.failure.fid, RMI_RTT_DATA_UNMAP);
	finish(fake, &realm);
}

static void data_unmapped_without_progress(void **state)
{
	unmap_fails(*state, 0, 0);
}

static void data_unmapped_beyond_the_protected_space(void **state)
{
	unmap_fails(*state, PAR_END + 1, 0);
}

static void data_that_does_not_come_back(void **state)
{
	unmap_fails(*state, PAR_END, 0);
}

static void more_data_than_there_was(void **state)
{
	unmap_fails(*state, RAM_TOP, PAGE(3) | 2 << RMI_RANGE_COUNT_SHIFT);
}

/* A teardown that fails because of that answer for a table, then a good one. */
static void table_fails(struct fake *fake, uint64_t x0, uint64_t table,
			uint64_t next)
{
	const struct reply before[] = { CREATE,
					RIPAS,
					{ RMI_RTT_DATA_MAP_INIT, RTT_ERROR(2) },
					{ RMI_RTT_CREATE, RMI_SUCCESS },
					LOAD,
					REC,
					END };
	const struct reply script[] = {
		REC_GONE,
		{ RMI_RTT_DATA_UNMAP,
		  RMI_SUCCESS,
		  { PAR_END, PAGE(3) | 1 << RMI_RANGE_COUNT_SHIFT } },
		TERMINATE,
		{ RMI_RTT_DESTROY, x0, { table, next } },
		END
	};
	const struct reply after[] = {
		TERMINATE,
		{ RMI_RTT_DESTROY, RMI_SUCCESS, { PAGE(9), IPA_END } },
		DESTROY,
		END
	};
	struct realm realm;

	assert_true(build(fake, &realm, before));
	assert_false(destroy(fake, &realm, script));
	assert_int_equal(realm.failure.kind, RMI_FAILURE_PROTOCOL);
	assert_true(destroy(fake, &realm, after));
	assert_nothing_left(fake, &realm);
}

static void a_table_skipped_without_progress(void **state)
{
	table_fails(*state, RTT_ERROR(2), 0, 0);
}

static void a_table_skipped_to_inside_of_an_entry(void **state)
{
	table_fails(*state, RTT_ERROR(2), 0, 0x1000);
}

static void a_table_that_is_no_page(void **state)
{
	table_fails(*state, RMI_SUCCESS, PAGE(9) + 8, IPA_END);
}

static void a_table_that_does_not_come_back(void **state)
{
	table_fails(*state, RTT_ERROR(2), 0, IPA_END);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_table_made_in_vain),
		TEST(a_table_missing_above_the_root),
		TEST(a_table_missing_below_the_pages),
		TEST(ram_marked_without_progress),
		TEST(ram_marked_beyond_what_was_asked),
		TEST(content_at_once),
		TEST(content_in_parts),
		TEST(content_page_by_page),
		TEST(content_page_by_page_after_a_table),
		TEST(content_that_is_refused_later),
		TEST(content_that_is_refused_after_a_table),
		TEST(content_that_is_refused_either_way),
		TEST(no_content_was_mapped),
		TEST(more_content_was_mapped_than_there_was),
		TEST(memory_beside_content_in_two_steps),
		TEST(memory_beside_content_without_progress),
		TEST(memory_beside_content_beyond_what_was_asked),
		TEST(memory_beside_content_up_to_inside_of_a_page),
		TEST(data_unmapped_without_progress),
		TEST(data_unmapped_beyond_the_protected_space),
		TEST(data_that_does_not_come_back),
		TEST(more_data_than_there_was),
		TEST(a_table_skipped_without_progress),
		TEST(a_table_skipped_to_inside_of_an_entry),
		TEST(a_table_that_is_no_page),
		TEST(a_table_that_does_not_come_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
