/* SPDX-License-Identifier: BSD-3-Clause */
/* An ordinary guest has for itself the registers of all features that it
 * sees. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "hypervisor/core/vcpu/guest_id.h"
#include "hypervisor/port/a64/guest.h"
#include "lib/feature_regs.h"

#define NAME(reg) #reg,
static const char *const switched[] = { GUEST_EL1(NAME)
					/* struct guest_fp, and struct debug */
					"q0",
					"fpcr", "mdscr_el1", "dbgbvr<n>_el1",
					"dbgwvr<n>_el1" };
#define SWITCHED (sizeof(switched) / sizeof(switched[0]))

/* A CPU with the highest value in every field. */
static uint64_t view_of_most(unsigned crm, unsigned op2)
{
	return guest_id_view(crm, op2, FEATURES_MOST);
}

static void what_is_shown_is_switched(void **state)
{
	const char *missing =
		feature_regs_check(view_of_most, switched, SWITCHED);

	(void)state;
	if (missing != NULL)
		fail_msg("%s", missing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_is_switched),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
