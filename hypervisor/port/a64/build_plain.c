/* SPDX-License-Identifier: BSD-3-Clause */
/* The build for use: the host has no look into a Realm. */
#include "hypervisor/port/a64/build.h"

#include <stddef.h>

const bool build_debug = false;

bool (*const build_touch)(void *ctx, pa_t pa, bool write,
			  struct control_touch *result) = NULL;

const struct inject_ops *const build_inject = NULL;
