/* SPDX-License-Identifier: BSD-3-Clause */
/* The words of table entries, bit by bit, and that they read back. */
#include "rmm/fixture/rtt_fixture.h"

static const struct rtt_entry ram = {
	.kind = RTT_ASSIGNED,
	.ripas = RMI_RIPAS_RAM,
	.pa = { UINT64_C(0x0000f234c0000000) },
};

static const struct rtt_entry ns = {
	.kind = RTT_ASSIGNED_NS,
	.pa = { UINT64_C(0x0000f234c0000000) },
	.attrs = 5 << RTT_ATTR_MEMATTR_SHIFT | RTT_ATTR_READ,
};

static const struct rtt_entry table = {
	.kind = RTT_TABLE,
	.pa = { UINT64_C(0x0000f23456789000) },
};

/* Normal write-back, read and write, inner shareable, accessed, Realm PAS. */
static void protected_memory_is_mapped_as_the_architecture_says(void **state)
{
	(void)state;
	assert_int_equal(rtt_entry_encode(ram, 3), UINT64_C(0x0000f234c00007db));
	assert_int_equal(rtt_entry_encode(ram, 2), UINT64_C(0x0000f234c00007d9));
	assert_int_equal(rtt_entry_encode(ram, 1), UINT64_C(0x0000f234c00007d9));
}

/* Non-secure PAS, not executable. */
static void ns_memory_is_mapped_as_the_architecture_says(void **state)
{
	(void)state;
	assert_int_equal(rtt_entry_encode(ns, 3), UINT64_C(0x00c0f234c0000757));
	assert_int_equal(rtt_entry_encode(ns, 2), UINT64_C(0x00c0f234c0000755));
}

static void tables_are_referred_to_as_the_architecture_says(void **state)
{
	(void)state;
	assert_int_equal(rtt_entry_encode(table, 0),
			 UINT64_C(0x0000f23456789003));
	assert_int_equal(rtt_entry_encode(table, 2),
			 UINT64_C(0x0000f23456789003));
}

static void reads_back(struct rtt_entry entry, bool mapped)
{
	for (int level = 1; level <= 3; level++) {
		uint64_t word = rtt_entry_encode(entry, level);

		assert_true(
			rtt_entry_equal(rtt_entry_decode(word, level), entry));
		assert_int_equal(word & 1, mapped);
		assert_int_equal(rtt_entry_mapped(entry), mapped);
	}
}

static void every_entry_reads_back(void **state)
{
	(void)state;
	for (unsigned ripas = 0; ripas < 3; ripas++) {
		struct rtt_entry entry = { .ripas = (uint8_t)ripas };

		entry.kind = RTT_UNASSIGNED;
		reads_back(entry, false);
		entry.kind = RTT_ASSIGNED;
		entry.pa = ram.pa;
		reads_back(entry, ripas == RMI_RIPAS_RAM);
	}
	reads_back((struct rtt_entry){ .kind = RTT_UNASSIGNED_NS }, false);
	reads_back(ns, true);
	for (int level = 0; level < 3; level++) {
		assert_true(rtt_entry_equal(
			table, rtt_entry_decode(rtt_entry_encode(table, level),
						level)));
	}
}

/* Part i of an entry is the same, but for its address. */
static void part_expect(struct rtt_entry whole, unsigned i, int level,
			uint64_t pa)
{
	uint64_t word = rtt_entry_encode(whole, level) +
			i * rtt_entry_step(whole, level);

	whole.pa = pa_make(pa);
	assert_true(rtt_entry_equal(rtt_entry_decode(word, level), whole));
}

static void parts_of_memory_follow_each_other(void **state)
{
	const struct rtt_entry none = { .kind = RTT_UNASSIGNED };

	(void)state;
	part_expect(ram, 3, 3, ram.pa.value + 3 * KIB4);
	part_expect(ns, 511, 2, ns.pa.value + 511 * MIB2);
	part_expect(none, 7, 3, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			protected_memory_is_mapped_as_the_architecture_says),
		cmocka_unit_test(ns_memory_is_mapped_as_the_architecture_says),
		cmocka_unit_test(tables_are_referred_to_as_the_architecture_says),
		cmocka_unit_test(every_entry_reads_back),
		cmocka_unit_test(parts_of_memory_follow_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
