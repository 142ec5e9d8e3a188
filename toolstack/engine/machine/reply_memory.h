/* SPDX-License-Identifier: BSD-3-Clause */
/* The reply that fills the engine's memory map of a domain. All other replies
 * are in toolstack/host/reply.h. */
#ifndef REEVE_TOOLSTACK_ENGINE_MACHINE_REPLY_MEMORY_H
#define REEVE_TOOLSTACK_ENGINE_MACHINE_REPLY_MEMORY_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/control.h"
#include "toolstack/engine/engine.h"

/*
 * Converts the reply to a question for the memory map from the IPA asked on.
 * Its runs are whole pages, ascend, and end before the IPA at which the next
 * part begins. Returns false if the reply breaks these rules or those of
 * abi/control.h; *out is written in any case.
 */
bool reply_memory(const struct control_memory *from, uint64_t asked,
		  struct engine_memory *out);

#endif
