/* SPDX-License-Identifier: BSD-3-Clause */
/* A typed domain against what an engine offers, and as an engine takes it. */
#ifndef REEVE_TOOLSTACK_ENGINE_FIT_H
#define REEVE_TOOLSTACK_ENGINE_FIT_H

#include "toolstack/domain/domain.h"
#include "toolstack/engine/engine.h"
#include "toolstack/image/image.h"

/*
 * Reports what a host of ours never gives its guests, whichever it is: warns
 * of what it ignores, and for an ordinary guest tells, as errors, what only a
 * Xen host has. 0, or REEVE_ERR_CONFIG.
 */
int engine_plan_fit(const struct domain *domain, struct reeve_report *report);

/*
 * Reports, as errors, what this host cannot give this guest, by the Realm
 * rules. What does not depend on the host was said before. 0,
 * REEVE_ERR_CONFIG, REEVE_ERR_MEMORY.
 */
int engine_fit(const struct engine_info *info, const struct domain *domain,
	       struct reeve_report *report);

/* The domain as an engine creates it; name is borrowed. A uuid that the
 * configuration does not set is random. */
struct engine_domain engine_domain_of(const struct domain *domain,
				      const struct image *image);

/* The name of the domain's hash, as its configuration writes it. */
const char *engine_hash_name(const struct domain *domain);

#endif
