/* SPDX-License-Identifier: BSD-3-Clause */
/* Refusals of control requests, for all that a request reaches. */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_REFUSE_H
#define REEVE_HYPERVISOR_CORE_CONTROL_REFUSE_H

#include "abi/control.h"

/* Writes the reason, for a person, into text (CONTROL_TEXT_SIZE bytes).
 * Returns status, so that a refusal is one statement. */
enum control_status control_refuse(char *text, enum control_status status,
				   const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
