/* SPDX-License-Identifier: BSD-3-Clause */
/* Failures of the core in words, on the console. */
#ifndef REEVE_HYPERVISOR_PORT_A64_FAILURE_LOG_H
#define REEVE_HYPERVISOR_PORT_A64_FAILURE_LOG_H

#include "hypervisor/core/failure.h"

/* Prints what was done, which command is to blame, and what it answered. */
void failure_log(const struct rmi_failure *failure);

#endif
