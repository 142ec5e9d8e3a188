/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMM-EL3 communication interface 2.0 with boot manifest 0.5, as the
 * documentation of TF-A describes it (components/rmm-el3-comms-spec): how EL3
 * boots the RMM and what it serves it. Function identifiers and status codes
 * are usable from assembly.
 */
#ifndef REEVE_ABI_RMM_EL3_H
#define REEVE_ABI_RMM_EL3_H

/* Version words: bits 30:16 major, 15:0 minor. */
#define RMM_EL3_VERSION          0x00020000
#define RMM_EL3_MANIFEST_VERSION 0x00000005

/*
 * Entry, at the image's first byte: R-EL2, MMU off, DAIF masked.
 * Cold (first CPU): X0 CPU index, X1 RMM_EL3_VERSION, X2 number of CPUs,
 *   X3 PA of the shared page with the manifest, X4 activation token or 0.
 * Warm (each later CPU entry): X0 CPU index, X1 that CPU's activation token,
 *   0 at its first; X2 and X3 zero.
 * Both end with RMM_EL3_BOOT_COMPLETE: X1 one of RMM_EL3_BOOT_*, X2 token.
 * That call returns with the hypervisor's first request in X0-X7. Each request
 * is finished with RMM_EL3_REQ_COMPLETE, X1-X8 the results, which returns with
 * the next one.
 */
#define RMM_EL3_REQ_COMPLETE 0xc400018f

#define RMM_EL3_DELEGATE       0xc40001b0 /* X1 PA */
#define RMM_EL3_UNDELEGATE     0xc40001b1 /* X1 PA */
#define RMM_EL3_REALM_KEY      0xc40001b2 /* X1 buffer, X2 size, X3 curve */
#define RMM_EL3_PLAT_TOKEN     0xc40001b3 /* X1 buffer, X2 size, X3 hash size */
#define RMM_EL3_FEATURES       0xc40001b4 /* X1 index */
#define RMM_EL3_TOKEN_SIGN     0xc40001b5
#define RMM_EL3_MEC_REFRESH    0xc40001b6
#define RMM_EL3_RESERVE_MEMORY 0xc40001bb /* X1 bytes, X2 see below */
#define RMM_EL3_BOOT_COMPLETE  0xc40001cf
/* The block of identifiers that EL3 keeps for these services. */
#define RMM_EL3_FID_FIRST 0xc40001b0
#define RMM_EL3_FID_LAST  0xc40001cf

/* RESERVE_MEMORY's X2: log2 of the alignment, and a hint; the rest zero. */
#define RMM_EL3_RESERVE_ALIGN_SHIFT 56
#define RMM_EL3_RESERVE_ALIGN_WIDTH 8
#define RMM_EL3_RESERVE_LOCAL_SHIFT 0
#define RMM_EL3_RESERVE_LOCAL_WIDTH 1

#define RMM_EL3_CURVE_P384 0

/* Status of the services, in X0 as a signed 32-bit value. */
#define RMM_EL3_OK            0
#define RMM_EL3_E_UNKNOWN     (-1)
#define RMM_EL3_E_BAD_ADDR    (-2)
#define RMM_EL3_E_BAD_PAS     (-3)
#define RMM_EL3_E_NO_MEMORY   (-4)
#define RMM_EL3_E_INVALID     (-5)
#define RMM_EL3_E_AGAIN       (-6)
#define RMM_EL3_E_FAULT       (-7)
#define RMM_EL3_E_IN_PROGRESS (-8)

/* BOOT_COMPLETE's X1. */
#define RMM_EL3_BOOT_OK            0
#define RMM_EL3_BOOT_UNKNOWN       (-1)
#define RMM_EL3_BOOT_VERSION       (-2)
#define RMM_EL3_BOOT_CPU_COUNT     (-3)
#define RMM_EL3_BOOT_CPU_INDEX     (-4)
#define RMM_EL3_BOOT_SHARED        (-5)
#define RMM_EL3_BOOT_MANIFEST      (-6)
#define RMM_EL3_BOOT_MANIFEST_DATA (-7)
#define RMM_EL3_BOOT_NO_MEMORY     (-8)

#ifndef __ASSEMBLER__
#include <stdint.h>

/*
 * The checksums make the 64-bit sum of count, pointer, checksum and all words
 * of the array zero. Pointers are PAs within the shared page.
 */
struct rmm_el3_list {
	uint64_t count;
	uint64_t pointer;
	uint64_t checksum;
};

struct rmm_el3_bank {
	uint64_t base;
	uint64_t size;
};

struct rmm_el3_console {
	uint64_t base;
	uint64_t pages;
	char name[8]; /* "pl011", padded with zeros */
	uint64_t clock_hz;
	uint64_t baud;
	uint64_t flags; /* zero */
};

struct rmm_el3_root_complexes {
	uint64_t count;
	uint32_t version;
	uint32_t zero;
	uint64_t pointer;
	uint64_t checksum;
};

struct rmm_el3_manifest {
	uint32_t version;
	uint32_t zero;
	uint64_t platform_data;
	struct rmm_el3_list dram; /* of struct rmm_el3_bank */
	struct rmm_el3_list consoles; /* of struct rmm_el3_console */
	struct rmm_el3_list device_noncoherent; /* of struct rmm_el3_bank */
	struct rmm_el3_list device_coherent; /* of struct rmm_el3_bank */
	struct rmm_el3_list smmus;
	struct rmm_el3_root_complexes root_complexes;
};

_Static_assert(sizeof(struct rmm_el3_list) == 24, "list");
_Static_assert(sizeof(struct rmm_el3_bank) == 16, "bank");
_Static_assert(sizeof(struct rmm_el3_console) == 48, "console");
_Static_assert(sizeof(struct rmm_el3_root_complexes) == 32, "complexes");
#define RMM_EL3_AT(field, offset)                                              \
	_Static_assert(__builtin_offsetof(struct rmm_el3_manifest, field) ==   \
			       offset,                                         \
		       #field)
RMM_EL3_AT(platform_data, 8);
RMM_EL3_AT(dram, 16);
RMM_EL3_AT(consoles, 40);
RMM_EL3_AT(device_noncoherent, 64);
RMM_EL3_AT(device_coherent, 88);
RMM_EL3_AT(smmus, 112);
RMM_EL3_AT(root_complexes, 136);
_Static_assert(sizeof(struct rmm_el3_manifest) == 168, "manifest");

#endif
#endif
