/* SPDX-License-Identifier: BSD-3-Clause */
/* Building the return word X0 of an RMI command. */
#ifndef REEVE_RMM_CORE_RMI_STATUS_H
#define REEVE_RMM_CORE_RMI_STATUS_H

#include <stdint.h>

#include "abi/bits.h"
#include "abi/rmi.h"

/* status is one of RMI_SUCCESS and those after it; index is the level for
 * RMI_ERROR_RTT, and 0 for the others. */
static inline uint64_t rmi_return(unsigned status, int index)
{
	return BITS_PUT(RMI_RETURN_STATUS, status) |
	       BITS_PUT(RMI_RETURN_INDEX, (uint64_t)(int64_t)index);
}

static inline uint64_t rmi_error_rtt(int level)
{
	return rmi_return(RMI_ERROR_RTT, level);
}

/* request is RMI_MEM_REQ_*. */
static inline uint64_t rmi_incomplete(unsigned request)
{
	return BITS_PUT(RMI_RETURN_STATUS, RMI_INCOMPLETE) |
	       BITS_PUT(RMI_RETURN_MEM_REQ, request);
}

#endif
