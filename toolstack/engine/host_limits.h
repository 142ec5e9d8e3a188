/* SPDX-License-Identifier: BSD-3-Clause */
/* The limits of our hosts: what they give to no guest. */
#ifndef REEVE_TOOLSTACK_ENGINE_HOST_LIMITS_H
#define REEVE_TOOLSTACK_ENGINE_HOST_LIMITS_H

#include "toolstack/domain/domain.h"

/*
 * Reports what the configuration asks for and no host of ours has: an error if
 * the guest would miss it, a warning if the key is ignored. Reports a key only
 * if the configuration sets it, and not if an error was reported about its
 * value before. For the model engine, an ordinary guest is one of a Xen host:
 * only those keys are errors of which no plan can be made. Returns 0 or
 * REEVE_ERR_CONFIG.
 */
int engine_limits_check(const struct domain *domain, enum reeve_engine engine,
			struct reeve_report *report);

#endif
