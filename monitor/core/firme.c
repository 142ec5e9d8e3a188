/* SPDX-License-Identifier: BSD-3-Clause */
/* FIRME's answers: two services, base and granule management. */
#include "monitor/core/firme.h"

#include <stddef.h>

#include "abi/bits.h"

int64_t firme_version(uint64_t service)
{
	return service == FIRME_BASE || service == FIRME_GRANULE
		       ? FIRME_VERSION_1_0
		       : FIRME_E_NOT_SUPPORTED;
}

int firme_features(uint64_t service, uint64_t index, uint64_t *value)
{
	static const uint64_t registers[][2] = {
		[FIRME_BASE] = { FIRME_BASE0_CALLS, FIRME_BASE1_GRANULE },
		/*
		 * GPCCR_EL3: PPS; 0 for 4 KiB granules and for 1 GiB in an L0
		 * entry.
		 */
		[FIRME_GRANULE] = { FIRME_GRANULE0_GPI_SET,
				    BITS_PUT(FIRME_GRANULE1_PPS, GPT_PPS) },
	};

	if (service > FIRME_GRANULE)
		return FIRME_E_NOT_SUPPORTED;
	if (index > 1)
		return FIRME_E_INVALID;
	*value = registers[service][index];
	return FIRME_OK;
}

/* Only the RMM may move granules, to the Realm world and back. */
static int move_of(uint64_t gpi, enum world caller, struct gpt_move *move)
{
	if (caller != WORLD_REALM)
		return FIRME_E_DENIED;
	if (gpi != FIRME_GPI_REALM && gpi != FIRME_GPI_NS)
		return FIRME_E_DENIED;
	move->to = (enum gpi)gpi;
	move->from = gpi == FIRME_GPI_REALM ? GPI_NON_SECURE : GPI_REALM;
	return FIRME_OK;
}

int firme_move_check(const uint64_t x[3], enum world caller,
		     struct gpt_move *move)
{
	if (x[1] == 0 || (x[2] & ~BITS_MASK(FIRME_GPI)) != 0)
		return FIRME_E_INVALID;
	move->pa = x[0];
	move->count = x[1] < FIRME_GRANULES_MAX ? x[1] : FIRME_GRANULES_MAX;
	return move_of(x[2], caller, move);
}

int firme_move_status(enum gpt_result result, uint64_t done, uint64_t asked)
{
	if (result == GPT_BAD_ADDRESS)
		return FIRME_E_INVALID;
	if (result == GPT_BAD_GPI)
		return FIRME_E_DENIED;
	return done == asked ? FIRME_OK : FIRME_E_INCOMPLETE;
}
