/* SPDX-License-Identifier: BSD-3-Clause */
/* What EL3 does for the RMM. */
#include "rmm/port/a64/el3.h"

#include "abi/bits.h"
#include "abi/rmm_el3.h"

#define RESERVE_ALIGN_BITS 12

/* X0 and X1 that a service gives. */
struct el3_result {
	uint64_t x0;
	uint64_t x1;
};

static struct el3_result call(uint64_t fid, uint64_t a, uint64_t b)
{
	register uint64_t x0 __asm__("x0") = fid;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;

	__asm__ volatile("smc #0"
		: "+r"(x0), "+r"(x1), "+r"(x2)
		:
		: "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12",
		"x13", "x14", "x15", "x16", "x17", "memory");
	return (struct el3_result){ x0, x1 };
}

static bool is_ok(struct el3_result result)
{
	return (int32_t)result.x0 == RMM_EL3_OK;
}

bool el3_delegate(pa_t pa)
{
	return is_ok(call(RMM_EL3_DELEGATE, pa.value, 0));
}

bool el3_undelegate(pa_t pa)
{
	return is_ok(call(RMM_EL3_UNDELEGATE, pa.value, 0));
}

bool el3_reserve_memory(uint64_t size, uint64_t *pa)
{
	uint64_t how = BITS_PUT(RMM_EL3_RESERVE_ALIGN, RESERVE_ALIGN_BITS);
	struct el3_result result = call(RMM_EL3_RESERVE_MEMORY, size, how);

	*pa = result.x1;
	return is_ok(result);
}
