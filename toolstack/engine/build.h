/* SPDX-License-Identifier: BSD-3-Clause */
/* The one way in which a guest is made, whatever the engine. */
#ifndef REEVE_TOOLSTACK_ENGINE_BUILD_H
#define REEVE_TOOLSTACK_ENGINE_BUILD_H

#include "toolstack/engine/engine.h"
#include "toolstack/image/image.h"

/*
 * Creates the domain, loads the image, and for a Realm finalises it. On
 * failure the domain is destroyed again. realm is written for a Realm only.
 */
int engine_build(const struct engine_ops *ops, struct engine *engine,
		 const struct engine_domain *domain, const struct image *image,
		 struct engine_realm *realm, struct reeve_report *report);

#endif
