/* SPDX-License-Identifier: BSD-3-Clause */
/* The names of RMI commands, of their arguments, and of statuses. */
#ifndef REEVE_HYPERVISOR_CORE_RMI_RMI_NAMES_H
#define REEVE_HYPERVISOR_CORE_RMI_RMI_NAMES_H

#include <stdint.h>

#include "hypervisor/core/rmi/failure.h"

struct rmi_command {
	uint32_t fid;
	const char *name; /* "RMI_RTT_CREATE" */
	const char *args[RMI_ARGS]; /* names of X1.., NULL after the last */
	uint8_t decimal; /* bit n: argument n is a number, not an address */
};

/* Returns the command of that FID, or NULL if the hypervisor knows none. */
const struct rmi_command *rmi_command(uint32_t fid);

/* Returns the name of a command ("RMI_RTT_CREATE") or "unknown RMI command". */
const char *rmi_command_name(uint32_t fid);

/* Returns the name of a status ("RMI_ERROR_RTT"; 0xff: "SMCCC_NOT_SUPPORTED"),
 * or "unknown RMI status". */
const char *rmi_status_name(unsigned status);

#endif
