/* SPDX-License-Identifier: BSD-3-Clause */
/* The boot manifest for the RMM, and the memory reserved for it. */
#ifndef REEVE_MONITOR_CORE_MANIFEST_H
#define REEVE_MONITOR_CORE_MANIFEST_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/rmm_el3.h"

/* The manifest and, at fixed offsets, the arrays that its lists point to. */
struct manifest_page {
	struct rmm_el3_manifest manifest;
	uint8_t pad[256 - sizeof(struct rmm_el3_manifest)];
	struct rmm_el3_bank dram;
	struct rmm_el3_console console;
};

/*
 * Fills the page, which the RMM sees at pa, for one bank of memory and the
 * console UART0.
 */
void manifest_make(struct manifest_page *page, uint64_t pa,
		   const struct rmm_el3_bank *dram);

/* Memory that is handed out from the front and never comes back. */
struct reserve {
	uint64_t next;
	uint64_t end;
};

/*
 * Serves RESERVE_MEMORY: bytes and how are X1 and X2 (abi/rmm_el3.h). Returns a
 * status of RMM_EL3_*; *pa is set only with RMM_EL3_OK.
 */
int reserve_memory(struct reserve *reserve, uint64_t bytes, uint64_t how,
		   uint64_t *pa);

#endif
