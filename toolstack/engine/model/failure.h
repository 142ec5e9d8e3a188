/* SPDX-License-Identifier: BSD-3-Clause */
/* Reports the Realm builder's failures as diagnostics. */
#ifndef REEVE_TOOLSTACK_ENGINE_FAILURE_H
#define REEVE_TOOLSTACK_ENGINE_FAILURE_H

#include "hypervisor/core/rmi/failure.h"
#include "toolstack/report/report.h"

/* Reports a failure: the step, the command with its arguments by name, the
 * status, and the level if there is one. Returns REEVE_ERR_ENGINE. */
int failure_report(const struct rmi_failure *failure,
		   struct reeve_report *report);

#endif
