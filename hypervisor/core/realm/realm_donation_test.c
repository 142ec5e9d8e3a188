/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm on RMMs that ask for memory at commands at which ours does not. There
 * is none left: a build is undone, and a teardown goes on when there is.
 */
#include "abi/rmi.h"
#include "hypervisor/core/realm/realm.h"
#include "hypervisor/port/inprocess/fake_realm.h"

#define HANDLE   7
#define PAGES(n) ((uint64_t)(n) << RMI_DONATE_COUNT_SHIFT)

#define PLEASE (RMI_INCOMPLETE | RMI_MEM_REQ_DONATE << 8)
#define FETCH  (RMI_INCOMPLETE | RMI_MEM_REQ_RECLAIM << 8)
#define GO_ON  RMI_INCOMPLETE

#define UNMAPPED                                                               \
	{                                                                      \
		RMI_RTT_DATA_UNMAP, RMI_SUCCESS,                               \
		{                                                              \
			PAR_END, PAGE(3) | 1 << RMI_RANGE_COUNT_SHIFT          \
		}                                                              \
	}

/* A command that asks for 16 pages when there are none; it is declined. */
#define HUNGRY(command)                                                        \
	{ command, PLEASE, { HANDLE, PAGES(16) }, .drains = true },            \
		{ RMI_OP_MEM_DONATE, FETCH, { 0 } },                           \
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 0 } },                          \
	{                                                                      \
		RMI_OP_CONTINUE, RMI_ERROR_INPUT                               \
	}

/* The same command when there is memory. */
#define FED(command)                                                           \
	{ command, PLEASE, { HANDLE, PAGES(16) } },                            \
		{ RMI_OP_MEM_DONATE, FETCH, { 16 } },                          \
		{ RMI_OP_MEM_RECLAIM, GO_ON, { 16 } },                         \
	{                                                                      \
		RMI_OP_CONTINUE, RMI_SUCCESS                                   \
	}

static bool build(struct fake *fake, struct realm *realm,
		  const struct reply *script)
{
	const struct realm_ram ram = { { RAM_BASE }, RAM_TOP - RAM_BASE };
	const struct realm_segment segment = { { RAM_BASE }, 1, { 0x1000 } };
	const struct realm_plan plan = { .ram = &ram,
					 .ram_count = 1,
					 .segments = &segment,
					 .segment_count = 1,
					 .vcpus = 1 };
	const struct host host = { .ops = &fake->ops,
				   .info = { .ipa_bits = 48,
					     .max_recs = 16,
					     .hashes = 1u << RMI_HASH_SHA_256 } };
	bool done;

	fake->allocated[0] = false;
	fake_play(fake, script);
	done = realm_build(&host, &plan, realm);
	assert_played(fake);
	return done;
}

static void assert_nothing_left(const struct fake *fake,
				const struct realm *realm)
{
	assert_int_equal(realm->granules.account.total, 0);
	assert_false(realm->rmi.op.open);
	for (unsigned i = 0; i < FAKE_PAGES; i++)
		assert_false(fake->allocated[i]);
}

static void build_fails(struct fake *fake, const struct reply *script,
			enum rmi_failure_kind kind)
{
	struct realm realm;

	assert_false(build(fake, &realm, script));
	assert_int_equal(realm.failure.kind, kind);
	assert_nothing_left(fake, &realm);
}

static void creating_the_realm(void **state)
{
	const struct reply script[] = { HUNGRY(RMI_REALM_CREATE), END };

	build_fails(*state, script, RMI_FAILURE_MEMORY);
}

static void creating_a_rec(void **state)
{
	const struct reply script[] = { CREATE,   RIPAS,
					LOAD,     HUNGRY(RMI_REC_CREATE),
					UNMAPPED, TERMINATE,
					DESTROY,  END };

	build_fails(*state, script, RMI_FAILURE_MEMORY);
}

static void creating_a_table(void **state)
{
	const struct reply script[] = { CREATE,
					{ RMI_RTT_INIT_RIPAS,
					  RMI_ERROR_RTT | 2 << 8 },
					HUNGRY(RMI_RTT_CREATE),
					TERMINATE,
					DESTROY,
					END };

	build_fails(*state, script, RMI_FAILURE_MEMORY);
}

static void loading_content(void **state)
{
	const struct reply script[] = {
		CREATE,    RIPAS,   HUNGRY(RMI_RTT_DATA_MAP_INIT),
		TERMINATE, DESTROY, END
	};

	build_fails(*state, script, RMI_FAILURE_MEMORY);
}

/* A command that delegates is never given memory. */
static void delegating(void **state)
{
	const struct reply script[] = { HUNGRY(RMI_GRANULE_RANGE_DELEGATE),
					END };

	build_fails(*state, script, RMI_FAILURE_PROTOCOL);
}

/* A teardown that stops at a command because there is no memory, and goes on
 * there when there is. */
static void destroy_waits(struct fake *fake, const struct reply *hungry,
			  const struct reply *fed, enum rmi_failure_kind kind)
{
	const struct reply script[] = { CREATE, RIPAS, LOAD, REC, END };
	struct realm realm;

	assert_true(build(fake, &realm, script));
	fake_play(fake, hungry);
	assert_false(realm_destroy(&realm));
	assert_played(fake);
	assert_int_equal(realm.failure.kind, kind);
	assert_false(realm.rmi.op.open);
	fake->budget = FAKE_PAGES;
	fake_play(fake, fed);
	assert_true(realm_destroy(&realm));
	assert_played(fake);
	assert_nothing_left(fake, &realm);
}

static void destroying_a_rec(void **state)
{
	const struct reply hungry[] = { HUNGRY(RMI_REC_DESTROY), END };
	const struct reply fed[] = { FED(RMI_REC_DESTROY), UNMAPPED, TERMINATE,
				     DESTROY, END };

	destroy_waits(*state, hungry, fed, RMI_FAILURE_MEMORY);
}

static void unmapping(void **state)
{
	const struct reply hungry[] = { REC_GONE, HUNGRY(RMI_RTT_DATA_UNMAP),
					END };
	const struct reply fed[] = { UNMAPPED, TERMINATE, DESTROY, END };

	destroy_waits(*state, hungry, fed, RMI_FAILURE_MEMORY);
}

static void destroying_the_realm(void **state)
{
	const struct reply hungry[] = { REC_GONE, UNMAPPED, TERMINATE,
					HUNGRY(RMI_REALM_DESTROY), END };
	const struct reply fed[] = { TERMINATE, FED(RMI_REALM_DESTROY), END };

	destroy_waits(*state, hungry, fed, RMI_FAILURE_MEMORY);
}

/* The pages are abandoned until the next attempt. */
static void undelegating(void **state)
{
	const struct reply hungry[] = {
		REC_GONE,  UNMAPPED, HUNGRY(RMI_GRANULE_RANGE_UNDELEGATE),
		TERMINATE, DESTROY,  END
	};
	const struct reply fed[] = { END };

	destroy_waits(*state, hungry, fed, RMI_FAILURE_PROTOCOL);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fake_setup, fake_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(creating_the_realm), TEST(creating_a_rec),
		TEST(creating_a_table),   TEST(loading_content),
		TEST(delegating),         TEST(destroying_a_rec),
		TEST(unmapping),          TEST(destroying_the_realm),
		TEST(undelegating),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
