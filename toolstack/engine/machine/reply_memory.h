/* SPDX-License-Identifier: BSD-3-Clause */
/* The reply that fills the engine's picture of a domain's memory; the other
 * replies are in toolstack/host/reply.h. */
#ifndef REEVE_TOOLSTACK_ENGINE_MACHINE_REPLY_MEMORY_H
#define REEVE_TOOLSTACK_ENGINE_MACHINE_REPLY_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "toolstack/engine/engine.h"

/* false: a value is none that abi/control.h allows. *out is written anyway. */
/* The answer to what is at the IPAs from asked on: whole pages, ascending,
 * below where to go on. */
bool reply_memory(const struct control_memory *from, uint64_t asked,
		  struct engine_memory *out);

#endif
