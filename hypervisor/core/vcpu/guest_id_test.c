/* SPDX-License-Identifier: BSD-3-Clause */
/* The ID registers of QEMU's `max` CPU as ordinary guests see them. */
#include "hypervisor/core/vcpu/guest_id.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

struct sample {
	unsigned crm, op2;
	uint64_t machine;
	uint64_t guest;
};

static void of_what_qemu_has(void **state)
{
	static const struct sample samples[] = {
		{ 4, 0, 0x1311001121112222, 0x1301000001110011 },
		{ 4, 1, 0x0000001001000121, 0x0000000000000021 },
		{ 5, 0, 0x100000001030560a, 0x000f00f000305006 },
		{ 6, 0, 0x1221111110212120, 0x1221111110212120 },
		{ 6, 1, 0x0111211110211502, 0x0111211110211502 },
		{ 6, 2, 0x0000000000110012, 0x0000000000110012 },
		{ 7, 0, 0x2100032310201126, 0x1000000000101122 },
		{ 7, 1, 0x0110112010312122, 0x0110102000302002 },
		{ 7, 2, 0x1221112011011011, 0x1021100010001011 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		assert_int_equal(guest_id_view(samples[i].crm, samples[i].op2,
					       samples[i].machine),
				 samples[i].guest);
	}
}

static void what_is_not_named_is_not_there(void **state)
{
	(void)state;
	for (unsigned crm = 1; crm < 4; crm++)
		assert_int_equal(guest_id_view(crm, 0, UINT64_MAX), 0);
	assert_int_equal(guest_id_view(4, 4, UINT64_MAX), 0); /* SVE */
	assert_int_equal(guest_id_view(4, 5, UINT64_MAX), 0); /* SME */
	assert_int_equal(guest_id_view(7, 3, UINT64_MAX), 0); /* MMFR3 */
}

static void four_kib_pages_without_lpa2_stay(void **state)
{
	(void)state;
	assert_int_equal(guest_id_view(7, 0, 0x0f0000000) >> 28 & 0xf, 0xf);
	assert_int_equal(guest_id_view(7, 0, 0x010000000) >> 28 & 0xf, 0);
	assert_int_equal(guest_id_view(7, 0, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_what_qemu_has),
		cmocka_unit_test(what_is_not_named_is_not_there),
		cmocka_unit_test(four_kib_pages_without_lpa2_stay),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
