/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of our hosts on the parts of a disk, an interface or a channel. */
#ifndef REEVE_TOOLSTACK_ENGINE_DEVICE_LIMITS_H
#define REEVE_TOOLSTACK_ENGINE_DEVICE_LIMITS_H

#include "toolstack/domain/domain.h"

/*
 * Reports each part of the guest's devices that our hosts cannot do, at its
 * place: an error if the guest would get something else than was written, a
 * warning if the part changes nothing that the guest sees. Returns 0 or
 * REEVE_ERR_CONFIG.
 */
int device_limits_check(const struct domain *domain,
			struct reeve_report *report);

#endif
