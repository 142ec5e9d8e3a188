/* SPDX-License-Identifier: BSD-3-Clause */
/* RTT_DATA_MAP_INIT. */
#include "rmm/fixture/rtt_fixture.h"

#include <string.h>

#define RD       page(PAGE_RD)
#define BASE     GIB1 /* a protected IPA */
#define SRC      page(PAGE_RUN) /* an NS page */
#define PAGE_SRC (PAGE_MEM + 64) /* further ones */
#define MORE(n)  ((uint64_t)(n) << RMI_DATA_MORE_SHIFT)

static void init_make(struct fixture *f)
{
	tables_make(f, BASE, 3);
	delegate(f, PAGE_MEM, 2);
	memset(host(f, PAGE_RUN), 0x5a, GRANULE_SIZE);
}

static void init_maps_a_copy_as_ram(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, SRC, 1);
	assert_entry(f, BASE, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM),
		     RMI_RIPAS_RAM);
	assert_int_equal(state_of(f, PAGE_MEM), GRANULE_DATA);
	assert_int_equal(refs_of(f, PAGE_L3), 1);
	assert_memory_equal(peek(f, PAGE_MEM), peek(f, PAGE_RUN), GRANULE_SIZE);
}

/* Only content that the host loads can be code that the Realm executes without
 * having written it. */
static void init_makes_code_visible_and_nothing_else_does(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, SRC, 0);
	assert_int_equal(inprocess_code_syncs(f->machine), 1);
	assert_int_equal(inprocess_code_last(f->machine), page(PAGE_MEM));
	assert_int_equal(rmi(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1),
			     BASE, SRC, 0),
			 AT_LEVEL(3));
	inprocess_faults(f->machine)->ns_faults = SRC;
	assert_int_equal(rmi(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1),
			     BASE + KIB4, SRC, 0),
			 RMI_ERROR_INPUT);
	inprocess_faults(f->machine)->ns_faults = 0;
	done(f, RMI_RTT_DATA_MAP, RD, BASE + KIB4, BASE + 2 * KIB4, SINGLE,
	     pages(PAGE_MEM + 1, 1));
	assert_int_equal(inprocess_code_syncs(f->machine), 1);
}

/* The RIM depends on the order, the address, the flag and the content: each
 * call gives another RIM, which is that of the arithmetic. */
static void init_extends_the_rim(void **state)
{
	struct fixture *f = *state;
	struct measurements expected;
	struct rmm_port *port;

	init_make(f);
	port = inprocess_rmm(f->machine)->port;
	expected = *measurements(f);
	measurement_data_map_init(port, &expected, ipa_make(BASE), 1,
				  host(f, PAGE_RUN));
	measurement_data_map_init(port, &expected, ipa_make(BASE + KIB4), 0,
				  NULL);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, SRC, 1);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1), BASE + KIB4, SRC,
	     0);
	assert_memory_equal(&expected, measurements(f), sizeof(expected));
}

static void init_makes_ram_of_any_ripas(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	ram_make(f, BASE, BASE + KIB4);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, SRC, 1);
	destroyed_make(f, BASE + KIB4, PAGE_MEM + 2);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1), BASE + KIB4, SRC,
	     1);
	assert_entry(f, BASE + KIB4, 3, RMI_ENTRY_ASSIGNED, page(PAGE_MEM + 1),
		     RMI_RIPAS_RAM);
}

static void init_refuses_wrong_arguments(void **state)
{
	struct fixture *f = *state;
	uint64_t data = page(PAGE_MEM);
	const uint64_t bad[][5] = {
		{ RD, data, BASE, SRC, 2 },
		{ RD, data, BASE, SRC, MORE(256) | 1 },
		{ RD, data, BASE, SRC, UINT64_C(1) << 47 | 1 },
		{ RD, data, BASE, data, MORE(1) | 1 },
		{ RD, page(PAGE_FREE + 20), BASE, SRC, MORE(1) | 1 },
		{ RD, RD, BASE, SRC, 1 },
		{ RD, data, BASE, data, 1 }, /* src is not NS */
		{ RD, data, BASE, RD, 1 },
		{ RD, data, BASE, SRC + 8, 1 },
		{ RD, data, BASE, page(PAGE_NONE), 1 },
		{ data, data, BASE, SRC, 1 },
		{ RD, data, BASE + 1, SRC, 1 },
		{ RD, data, UNPROT, SRC, 1 },
		{ RD, data, IPA_END, SRC, 1 },
		{ RD, page(PAGE_L3), BASE, SRC, 1 }, /* the leaf table */
		{ RD, page(PAGE_FREE + 20), BASE, SRC, 1 }, /* NS */
		{ RD, SRC, BASE, SRC, 1 },
		{ RD, data + 8, BASE, SRC, 1 },
		{ RD, page(PAGE_NONE), BASE, SRC, 1 },
		{ RD, UINT64_C(1) << 48, BASE, SRC, 1 },
	};

	init_make(f);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP_INIT, bad[i][0],
			bad[i][1], bad[i][2], bad[i][3], bad[i][4]);
	}
}

/* Whatever else is wrong: here the state of the Realm, and a missing table. */
static void init_refuses_the_rd_as_data_first(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP_INIT, RD, RD, 0, SRC, 1);
	done(f, RMI_REALM_ACTIVATE, RD);
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP_INIT, RD, RD, BASE, SRC, 1);
}

static void init_needs_a_new_realm(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	done(f, RMI_REALM_ACTIVATE, RD);
	refused(f, RMI_ERROR_REALM, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM),
		BASE, SRC, 1);
}

static void init_needs_a_leaf_table(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM),
		BASE + MIB2, SRC, 1);
	refused(f, AT_LEVEL(1), RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), 0,
		SRC, 1);
}

static void init_refuses_what_is_assigned(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, SRC, 1);
	refused(f, AT_LEVEL(3), RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1),
		BASE, SRC, 1);
}

static void init_survives_a_source_that_faults(void **state)
{
	struct fixture *f = *state;

	init_make(f);
	inprocess_faults(f->machine)->ns_faults = SRC;
	refused(f, RMI_ERROR_INPUT, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM),
		BASE, SRC, 1);
}

/* ---- Several granules ---- */

/* Fills four NS pages from PAGE_SRC on, each with other content. */
static void sources_make(struct fixture *f)
{
	init_make(f);
	delegate(f, PAGE_MEM + 2, 2);
	for (unsigned i = 0; i < 4; i++)
		memset(host(f, PAGE_SRC + i), (int)(0x10 + i), GRANULE_SIZE);
}

/* Fails the test unless a call for four granules maps exactly that many, each
 * with its own content. */
static void init_maps(struct fixture *f, unsigned count)
{
	struct measurements expected = *measurements(f);

	for (unsigned i = 0; i < count; i++) {
		measurement_data_map_init(inprocess_rmm(f->machine)->port,
					  &expected, ipa_make(BASE + i * KIB4),
					  1, host(f, PAGE_SRC + i));
	}
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, page(PAGE_SRC),
	     MORE(3) | 1);
	assert_int_equal(f->regs.x[1], count);
	assert_memory_equal(&expected, measurements(f), sizeof(expected));
	for (unsigned i = 0; i < count; i++) {
		assert_entry(f, BASE + i * KIB4, 3, RMI_ENTRY_ASSIGNED,
			     page(PAGE_MEM + i), RMI_RIPAS_RAM);
		assert_memory_equal(peek(f, PAGE_MEM + i),
				    host(f, PAGE_SRC + i), GRANULE_SIZE);
	}
	if (count < 4) {
		assert_int_not_equal(state_of(f, PAGE_MEM + count),
				     GRANULE_DATA);
	}
}

static void init_of_several_is_as_one_by_one(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	init_maps(f, 4);
}

static void init_of_one_tells_no_count(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE, page(PAGE_SRC),
	     1);
	assert_int_equal(f->regs.x[1], 0);
}

static void init_of_several_ends_at_a_source_that_is_not_the_hosts(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	delegate(f, PAGE_SRC + 2, 1);
	init_maps(f, 2);
}

static void init_of_several_ends_at_a_source_that_faults(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	inprocess_faults(f->machine)->ns_faults = page(PAGE_SRC + 3);
	init_maps(f, 3);
}

static void init_of_several_ends_at_a_granule_that_is_not_delegated(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	done(f, RMI_GRANULE_RANGE_UNDELEGATE, page(PAGE_MEM + 1),
	     page(PAGE_MEM + 2));
	init_maps(f, 1);
}

static void init_of_several_ends_at_what_is_assigned(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	delegate(f, PAGE_MEM + 4, 1);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 4), BASE + 3 * KIB4,
	     SRC, 1);
	init_maps(f, 3);
}

static void init_of_several_ends_with_its_table(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	done(f, RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM), BASE + MIB2 - KIB4,
	     page(PAGE_SRC), MORE(1) | 1);
	assert_int_equal(f->regs.x[1], 1);
	refused(f, AT_LEVEL(2), RMI_RTT_DATA_MAP_INIT, RD, page(PAGE_MEM + 1),
		BASE + MIB2, page(PAGE_SRC + 1), MORE(1) | 1);
}

static void init_of_several_ends_for_an_interrupt(void **state)
{
	struct fixture *f = *state;

	sources_make(f);
	inprocess_faults(f->machine)->interrupt_every = 2;
	init_maps(f, 2);
}

#define test(name)                                                             \
	cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(init_maps_a_copy_as_ram),
		test(init_makes_code_visible_and_nothing_else_does),
		test(init_extends_the_rim),
		test(init_of_several_is_as_one_by_one),
		test(init_of_one_tells_no_count),
		test(init_of_several_ends_at_a_source_that_is_not_the_hosts),
		test(init_of_several_ends_at_a_source_that_faults),
		test(init_of_several_ends_at_a_granule_that_is_not_delegated),
		test(init_of_several_ends_at_what_is_assigned),
		test(init_of_several_ends_with_its_table),
		test(init_of_several_ends_for_an_interrupt),
		test(init_makes_ram_of_any_ripas),
		test(init_refuses_wrong_arguments),
		test(init_refuses_the_rd_as_data_first),
		test(init_needs_a_new_realm),
		test(init_needs_a_leaf_table),
		test(init_refuses_what_is_assigned),
		test(init_survives_a_source_that_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
