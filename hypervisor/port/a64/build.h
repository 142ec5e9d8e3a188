/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the two builds of the hypervisor differ in: build_plain.c or
 * build_debug.c. Only a debug build gives a Realm the debug console, which the
 * host can read, and attacks delegated memory or breaks the RMI's rules when it
 * is asked to.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_BUILD_H
#define REEVE_HYPERVISOR_PORT_A64_BUILD_H

#include <stdbool.h>

#include "abi/control.h"
#include "hypervisor/core/inject.h"
#include "lib/addr.h"

extern const bool build_debug;

/* For struct domain_ops; both NULL in the plain build. */
extern bool (*const build_touch)(void *ctx, pa_t pa, bool write,
				 struct control_touch *result);
extern const struct inject_ops *const build_inject;

#endif
