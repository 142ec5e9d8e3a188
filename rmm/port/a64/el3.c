/* SPDX-License-Identifier: BSD-3-Clause */
/* The services of EL3 (docs/machine.md, Runtime services). */
#include "rmm/port/a64/el3.h"

#include "abi/bits.h"
#include "abi/firme.h"
#include "abi/rmm_el3.h"
#include "rmm/core/granule.h"

#define RESERVE_ALIGN_BITS 12

/* X0 to X2 as a service returns them. */
struct el3_result {
	uint64_t x0;
	uint64_t x1;
	uint64_t x2;
};

/* EL3 has FIRME, which moves ranges of granules. Otherwise each granule takes a
 * call of the RMM-EL3 interface. */
static bool has_firme;

static struct el3_result el3_call(uint64_t fid, uint64_t a, uint64_t b,
				  uint64_t c)
{
	register uint64_t x0 __asm__("x0") = fid;
	register uint64_t x1 __asm__("x1") = a;
	register uint64_t x2 __asm__("x2") = b;
	register uint64_t x3 __asm__("x3") = c;

	__asm__ volatile("smc #0"
			 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
			 :
			 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11",
			   "x12", "x13", "x14", "x15", "x16", "x17", "memory");
	return (struct el3_result){ x0, x1, x2 };
}

static bool el3_is_ok(struct el3_result result)
{
	return (int32_t)result.x0 == RMM_EL3_OK;
}

void el3_identify(void)
{
	struct el3_result version = el3_call(FIRME_VERSION, FIRME_GRANULE, 0, 0);
	struct el3_result features =
		el3_call(FIRME_FEATURES, FIRME_GRANULE, 0, 0);

	has_firme = (int32_t)version.x0 == FIRME_VERSION_1_0 &&
		    (int32_t)features.x0 == FIRME_OK &&
		    (features.x1 & FIRME_GRANULE0_GPI_SET) != 0;
}

/* Makes one call to move granules and returns how many were moved. */
static unsigned firme_call(uint64_t pa, unsigned count, uint64_t gpi)
{
	struct el3_result result = el3_call(FIRME_GPI_SET, pa, count, gpi);
	int32_t status = (int32_t)result.x0;

	if (status != FIRME_OK && status != FIRME_E_INCOMPLETE)
		return 0;
	return (unsigned)result.x1;
}

/*
 * EL3 may move fewer granules than requested; the rest is then requested again.
 * An EL3 that moves a single granule in a call refuses more than one, so after
 * a refusal the granules are moved one by one.
 */
static unsigned firme_move(pa_t pa, unsigned count, uint64_t gpi)
{
	unsigned done = 0, piece = count;

	while (done < count) {
		unsigned moved = firme_call(
			pa.value + (uint64_t)done * GRANULE_SIZE, piece, gpi);

		if (moved == 0 && piece == 1)
			break;
		done += moved;
		if (moved == 0)
			piece = 1;
		else if (piece > count - done)
			piece = count - done;
	}
	return done;
}

static unsigned el3_move_each(pa_t pa, unsigned count, uint64_t fid)
{
	unsigned done = 0;

	while (done < count &&
	       el3_is_ok(el3_call(fid, pa.value + (uint64_t)done * GRANULE_SIZE,
				  0, 0)))
		done++;
	return done;
}

unsigned el3_delegate(pa_t pa, unsigned count)
{
	return has_firme ? firme_move(pa, count, FIRME_GPI_REALM)
			 : el3_move_each(pa, count, RMM_EL3_DELEGATE);
}

unsigned el3_undelegate(pa_t pa, unsigned count)
{
	return has_firme ? firme_move(pa, count, FIRME_GPI_NS)
			 : el3_move_each(pa, count, RMM_EL3_UNDELEGATE);
}

bool el3_reserve_memory(uint64_t size, uint64_t *pa)
{
	uint64_t how = BITS_PUT(RMM_EL3_RESERVE_ALIGN, RESERVE_ALIGN_BITS);
	struct el3_result result =
		el3_call(RMM_EL3_RESERVE_MEMORY, size, how, 0);

	*pa = result.x1;
	return el3_is_ok(result);
}

bool el3_realm_key(uint64_t buffer, uint64_t size, uint64_t *length)
{
	struct el3_result result =
		el3_call(RMM_EL3_REALM_KEY, buffer, size, RMM_EL3_CURVE_P384);

	*length = result.x1;
	return el3_is_ok(result);
}

bool el3_platform_token(struct el3_token_part *part)
{
	struct el3_result result = el3_call(RMM_EL3_PLAT_TOKEN, part->buffer,
					    part->size, part->challenge_size);

	part->length = result.x1;
	part->left = result.x2;
	return el3_is_ok(result);
}
