/* SPDX-License-Identifier: BSD-3-Clause */
/* RSI_MEASUREMENT_READ and _EXTEND. The first byte of a digest is the lowest
 * byte of its first register. */
#include <string.h>

#include "rmm/core/measurement.h"
#include "rmm/core/rsi/rsi.h"

/* Locks the RD and returns its measurements, as other RECs of the Realm may
 * extend them at the same time. */
static struct measurements *measurements_lock(struct rsi_call *call,
					      struct granule_ref *ref)
{
	granule_lock_owned(call->rmm, call->rec->rd, GRANULE_RD, ref);
	return &call->rd->measurements;
}

enum rsi_outcome rsi_measurement_read(struct rsi_call *call)
{
	uint64_t index = call->x[1];
	const struct measurements *m;
	struct granule_ref ref;

	if (index >= RSI_MEASUREMENTS)
		return rsi_return(call, RSI_ERROR_INPUT);
	m = measurements_lock(call, &ref);
	memcpy(&call->x[1], m->slot[index], RSI_MEASUREMENT_SIZE);
	granule_unlock(&ref);
	return rsi_return(call, RSI_SUCCESS);
}

enum rsi_outcome rsi_measurement_extend(struct rsi_call *call)
{
	uint64_t index = call->x[1], size = call->x[2];
	uint8_t value[RSI_MEASUREMENT_SIZE];
	struct measurements *m;
	struct granule_ref ref;

	/* Index 0 is the RIM. */
	if (index == 0 || index >= RSI_MEASUREMENTS || size > sizeof(value))
		return rsi_return(call, RSI_ERROR_INPUT);
	memcpy(value, &call->x[3], sizeof(value));
	m = measurements_lock(call, &ref);
	measurement_extend(call->rmm->port, m, (unsigned)index, value, size);
	granule_unlock(&ref);
	return rsi_return(call, RSI_SUCCESS);
}
