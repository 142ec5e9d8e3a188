/* SPDX-License-Identifier: BSD-3-Clause */
/* The boot manifest that EL3 leaves in the shared page (abi/rmm_el3.h). */
#ifndef REEVE_RMM_PORT_A64_MANIFEST_H
#define REEVE_RMM_PORT_A64_MANIFEST_H

#include <stdint.h>

/* The parts of the boot manifest that the RMM uses. */
struct manifest {
	uint64_t memory_base; /* one bank, page-aligned */
	uint64_t memory_size;
	uint64_t console; /* PA of a PL011, 0: none */
};

/*
 * Reads the manifest from the words of a page whose physical address is pa.
 * Returns RMM_EL3_BOOT_OK, RMM_EL3_BOOT_MANIFEST for an unknown version, or
 * RMM_EL3_BOOT_MANIFEST_DATA for any invalid content. Memory must end below
 * pa_end.
 */
int64_t manifest_read(const uint64_t *words, uint64_t pa, uint64_t pa_end,
		      struct manifest *manifest);

#endif
