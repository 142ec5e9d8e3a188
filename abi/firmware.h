/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The layout of flash 0: the monitor at its start (the CPUs leave reset at
 * address 0), then this header at a fixed offset, then the other parts, each
 * aligned to a page. Version 2. firmware/pack.py writes it, the monitor and
 * the toolstack read it. Offsets are from the start of flash; an absent part
 * has the size 0.
 */
#ifndef REEVE_ABI_FIRMWARE_H
#define REEVE_ABI_FIRMWARE_H

#include <stdint.h>

#define FIRMWARE_MAGIC         UINT64_C(0x3157464556454552) /* "REEVEFW1" */
#define FIRMWARE_VERSION       2
#define FIRMWARE_HEADER_OFFSET 0x80000
#define FIRMWARE_ALIGN         0x1000

enum firmware_part_index {
	FIRMWARE_MONITOR,
	FIRMWARE_RMM,
	FIRMWARE_HYPERVISOR,
	FIRMWARE_PROVISION, /* keys and the platform token; by the toolstack */
	FIRMWARE_PARTS,
};

struct firmware_part {
	uint64_t offset;
	uint64_t size;
};

struct firmware_header {
	uint64_t magic;
	uint32_t version;
	uint32_t parts; /* FIRMWARE_PARTS */
	uint64_t total; /* bytes of flash in use */
	struct firmware_part part[FIRMWARE_PARTS];
	/* Bytes of DRAM for devices, in 2 MiB; 0: the monitor chooses. */
	uint64_t dma_memory;
	uint32_t flags; /* FIRMWARE_* */
	uint32_t zero;
};

/* The hypervisor is not ours: it has all pages of the redistributors. */
#define FIRMWARE_FOREIGN_HYPERVISOR 0x1

_Static_assert(sizeof(struct firmware_header) == 40 + 16 * FIRMWARE_PARTS,
	       "firmware_header");

#endif
