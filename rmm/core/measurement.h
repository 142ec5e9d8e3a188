/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The arithmetic of the Realm Initial Measurement (RIM) and of the Realm
 * Extensible Measurements (REMs), as docs/rmi.md, Measurement describes it. It
 * exists here and nowhere else: the toolstack computes RIMs with this code.
 */
#ifndef REEVE_RMM_CORE_MEASUREMENT_H
#define REEVE_RMM_CORE_MEASUREMENT_H

#include <stddef.h>
#include <stdint.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "lib/addr.h"

struct rmm_port;

/* Slot 0 is the RIM, slots 1 to 4 are REM 0 to 3. Zeros follow a digest that is
 * shorter than 64 bytes. Aligned slots are copied by words. */
struct measurements {
	_Alignas(uint64_t) uint8_t slot[RSI_MEASUREMENTS][RSI_MEASUREMENT_SIZE];
	uint32_t algorithm; /* RMI_HASH_* */
};

/* Returns the bytes of a digest: 32, 48 or 64; 0 for an unknown algorithm. */
uint32_t hash_size(uint32_t algorithm);

/* RMI_REALM_CREATE: sets all slots to zero, then the RIM from the parameters
 * that are measured. */
void measurement_realm_create(struct rmm_port *port, struct measurements *m,
			      const struct rmi_realm_params *params);

/* RMI_RTT_DATA_MAP_INIT: content is the granule as the Realm will see it. It is
 * read only if flags contain RMI_DATA_MEASURE_CONTENT. */
void measurement_data_map_init(struct rmm_port *port, struct measurements *m,
			       ipa_t ipa, uint64_t flags, const void *content);

/* RMI_REC_CREATE of a runnable REC. */
void measurement_rec_create(struct rmm_port *port, struct measurements *m,
			    const struct rmi_rec_params *params);

/* RSI_MEASUREMENT_EXTEND: index is 1 to 4, size 0 to 64. */
void measurement_extend(struct rmm_port *port, struct measurements *m,
			unsigned index, const uint8_t *value, size_t size);

#endif
