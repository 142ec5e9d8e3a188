/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Arm DEN0137 2.0-bet1, "Realm measurement": the records whose hashes chain
 * into the Realm Initial Measurement (RIM). Cross-read with TF-RMM main
 * (app/attestation/rmm_stub/src/rim.c, measurement_descs.h).
 */
#ifndef REEVE_ABI_MEASUREMENT_H
#define REEVE_ABI_MEASUREMENT_H

#include <stdint.h>

#define RIM_DESC_DATA 0
#define RIM_DESC_REC  1
#define RIM_DESC_SIZE 0x100

/* Extends the RIM at RTT_DATA_MAP_INIT. */
struct rim_desc_data {
	uint8_t type; /* RIM_DESC_DATA */
	uint8_t pad1[7];
	uint64_t length; /* RIM_DESC_SIZE */
	uint8_t rim[64]; /* the RIM so far, zero-extended */
	uint64_t ipa;
	uint64_t flags; /* as given to the command */
	uint8_t content[64]; /* hash of the page, or zero if unmeasured */
	uint8_t pada0[0x60];
};

/* Extends the RIM at the creation of a runnable REC. */
struct rim_desc_rec {
	uint8_t type; /* RIM_DESC_REC */
	uint8_t pad1[7];
	uint64_t length; /* RIM_DESC_SIZE */
	uint8_t rim[64]; /* the RIM so far, zero-extended */
	uint8_t params[64]; /* hash of the measured RmiRecParams */
	uint8_t pad90[0x70];
};

/*
 * RMM 1.0 (DEN0137 1.0-rel0, "RIM", as TF-RMM's releases of 1.0 compute it)
 * also extends the RIM at RTT_INIT_RIPAS: once for each RTT entry whose RIPAS
 * becomes RAM. Its other records are those above.
 */
#define RIM_DESC_RIPAS 2

struct rim_desc_ripas {
	uint8_t type; /* RIM_DESC_RIPAS */
	uint8_t pad1[7];
	uint64_t length; /* RIM_DESC_SIZE */
	uint8_t rim[64]; /* the RIM so far, zero-extended */
	uint64_t base; /* of the entry */
	uint64_t top;
	uint8_t pad60[0xa0];
};

_Static_assert(sizeof(struct rim_desc_ripas) == RIM_DESC_SIZE, "rim_desc_ripas");
_Static_assert(__builtin_offsetof(struct rim_desc_ripas, base) == 0x50,
	       "rim_desc_ripas.base");
_Static_assert(sizeof(struct rim_desc_data) == RIM_DESC_SIZE, "rim_desc_data");
_Static_assert(__builtin_offsetof(struct rim_desc_data, ipa) == 0x50,
	       "rim_desc_data.ipa");
_Static_assert(__builtin_offsetof(struct rim_desc_data, content) == 0x60,
	       "rim_desc_data.content");
_Static_assert(sizeof(struct rim_desc_rec) == RIM_DESC_SIZE, "rim_desc_rec");
_Static_assert(__builtin_offsetof(struct rim_desc_rec, params) == 0x50,
	       "rim_desc_rec.params");

#endif
