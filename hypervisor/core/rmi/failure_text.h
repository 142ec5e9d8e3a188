/* SPDX-License-Identifier: BSD-3-Clause */
/* The text of a failure: one line for a person. */
#ifndef REEVE_HYPERVISOR_CORE_RMI_FAILURE_TEXT_H
#define REEVE_HYPERVISOR_CORE_RMI_FAILURE_TEXT_H

#include "hypervisor/core/rmi/failure.h"

/*
 * "creating the Realm: RMI_REALM_CREATE(rd=.., params=..): RMI_ERROR_INPUT".
 * Writes at most size bytes, including the terminating zero. A longer text is
 * cut.
 */
void failure_text(const struct rmi_failure *failure, char *text, int size);

#endif
