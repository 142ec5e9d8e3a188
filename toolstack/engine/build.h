/* SPDX-License-Identifier: BSD-3-Clause */
/* The only way in which a guest is made, the same for every engine. */
#ifndef REEVE_TOOLSTACK_ENGINE_BUILD_H
#define REEVE_TOOLSTACK_ENGINE_BUILD_H

#include "toolstack/engine/engine.h"
#include "toolstack/image/image.h"

/* Creates the domain, loads the image and finalises the domain. On failure the
 * domain is destroyed again. Only a Realm has its measurement written to
 * *realm. */
int engine_build(const struct engine_ops *ops, struct engine *engine,
		 const struct engine_domain *domain, const struct image *image,
		 struct engine_realm *realm, struct reeve_report *report);

#endif
