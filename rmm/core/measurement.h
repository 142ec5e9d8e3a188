/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arithmetic of the Realm Initial Measurement and of the extensible ones
 * (DEN0137 2.0-bet1, "Realm measurement"). It exists here and nowhere else.
 */
#ifndef REEVE_RMM_CORE_MEASUREMENT_H
#define REEVE_RMM_CORE_MEASUREMENT_H

#include <stddef.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "lib/addr.h"

struct rmm_port;

/* Slot 0 is the RIM, 1..4 are REM 0..3; each zero-extended to 64 bytes. */
struct measurements {
	uint32_t algorithm; /* RMI_HASH_* */
	uint8_t slot[RSI_MEASUREMENTS][RSI_MEASUREMENT_SIZE];
};

/* Bytes of a digest: 32, 48 or 64; 0 for an unknown algorithm. */
uint32_t hash_size(uint32_t algorithm);

/* REALM_CREATE: all slots zero, then the RIM from the measured parameters. */
void measurement_realm_create(struct rmm_port *port, struct measurements *m,
			      const struct rmi_realm_params *params);

/* RTT_DATA_MAP_INIT: content is the granule as the Realm will see it, read
 * only if flags say so (RMI_DATA_MEASURE_CONTENT). */
void measurement_data_map_init(struct rmm_port *port, struct measurements *m,
			       ipa_t ipa, uint64_t flags, const void *content);

/* REC_CREATE of a runnable REC. */
void measurement_rec_create(struct rmm_port *port, struct measurements *m,
			    const struct rmi_rec_params *params);

/* RSI_MEASUREMENT_EXTEND: index 1..4, size 0..64. */
void measurement_extend(struct rmm_port *port, struct measurements *m,
			unsigned index, const uint8_t *value, size_t size);

#endif
