/* SPDX-License-Identifier: BSD-3-Clause */
/* Compares a typed domain with what an engine offers, and turns it into the
 * form in which an engine takes it. */
#ifndef REEVE_TOOLSTACK_ENGINE_FIT_H
#define REEVE_TOOLSTACK_ENGINE_FIT_H

#include "toolstack/domain/domain.h"
#include "toolstack/engine/engine.h"
#include "toolstack/image/image.h"

/* Reports, as errors, what the Realm rules require and this host does not have.
 * Faults that do not depend on the host were reported before. Returns 0,
 * REEVE_ERR_CONFIG or REEVE_ERR_MEMORY. */
int engine_fit(const struct engine_info *info, const struct domain *domain,
	       struct reeve_report *report);

/* Returns the domain as an engine creates it. Its name points into domain. If
 * the configuration sets no uuid, it is random. */
struct engine_domain engine_domain_of(const struct domain *domain,
				      const struct image *image);

/* Returns the name of the domain's hash, as the configuration writes it. */
const char *engine_hash_name(const struct domain *domain);

#endif
