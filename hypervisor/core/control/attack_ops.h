/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The attacks of a debug build (hypervisor/attack), as the control server calls
 * them. Every other build has none, and refuses the requests.
 */
#ifndef REEVE_HYPERVISOR_CORE_CONTROL_ATTACK_OPS_H
#define REEVE_HYPERVISOR_CORE_CONTROL_ATTACK_OPS_H

#include <stdbool.h>

#include "abi/control.h"

struct domain;
struct domains;

/* Each returns CONTROL_OK, or refuses with control_refuse(). */
struct attack_ops {
	void *ctx;
	/* CONTROL_TOUCH. domain is NULL for a granule of no domain. */
	enum control_status (*touch)(void *ctx, struct domains *domains,
				     struct domain *domain,
				     const struct control_touch_ask *ask,
				     struct control_touch *result, char *text);
	/* CONTROL_ATTACK, on a domain that exists. */
	enum control_status (*ask)(void *ctx, struct domain *domain,
				   const struct control_attack_ask *ask,
				   struct control_attack *result, char *text);
};

#endif
