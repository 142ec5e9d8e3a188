/* SPDX-License-Identifier: BSD-3-Clause */
/* The ordinary build: the hypervisor cannot look into a Realm. */
#include "hypervisor/port/a64/build.h"

#include <stddef.h>

const bool build_debug = false;

const struct attack_ops *build_attacks(const struct host_ops *ops)
{
	(void)ops;
	return NULL;
}
