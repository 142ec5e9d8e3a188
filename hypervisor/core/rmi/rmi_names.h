/* SPDX-License-Identifier: BSD-3-Clause */
/* The RMI in words: names of commands, of their arguments, of statuses. */
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

/* The command of that FID; NULL: none that this host knows. */
const struct rmi_command *rmi_command(uint32_t fid);

/* "RMI_RTT_CREATE"; "unknown RMI command" for others. */
const char *rmi_command_name(uint32_t fid);

/* "RMI_ERROR_RTT"; for 0xff "SMCCC_NOT_SUPPORTED". */
const char *rmi_status_name(unsigned status);

#endif
