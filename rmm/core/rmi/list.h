/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lists of address-range descriptors in the host's memory: 64-bit words, all
 * in one Non-secure granule.
 */
#ifndef REEVE_RMM_CORE_RMI_LIST_H
#define REEVE_RMM_CORE_RMI_LIST_H

#include <stdint.h>

#include "lib/addr.h"
#include "lib/number.h"
#include "rmm/core/granule.h"

#define RMI_DESC_SIZE sizeof(uint64_t)

/* Returns how many of count descriptors from list on lie in its granule. */
static inline unsigned rmi_list_clip(pa_t list, uint64_t count)
{
	uint64_t room =
		(GRANULE_SIZE - list.value % GRANULE_SIZE) / RMI_DESC_SIZE;

	return (unsigned)smaller(count, room);
}

#endif
