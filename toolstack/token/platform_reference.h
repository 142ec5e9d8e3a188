/* SPDX-License-Identifier: BSD-3-Clause */
/* The reference values of the hosts that `host start` makes. */
#ifndef REEVE_TOOLSTACK_TOKEN_PLATFORM_REFERENCE_H
#define REEVE_TOOLSTACK_TOKEN_PLATFORM_REFERENCE_H

#include "toolstack/token/platform.h"
#include "toolstack/token/references.h"

/* Appends what tokens of a platform say that is made with this request, whose
 * names and versions must outlive the references. Returns false if memory is
 * short, or OpenSSL failed. */
bool platform_reference_add(struct reeve_references *references,
			    const struct platform_request *request);

#endif
