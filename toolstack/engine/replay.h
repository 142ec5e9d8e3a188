/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Computes the Realm Initial Measurement from a list of what was done, with the
 * arithmetic of the RMM core but without building the Realm: for Realms of
 * other builders and RMMs, with parameters that our RMM does not have.
 */
#ifndef REEVE_TOOLSTACK_ENGINE_REPLAY_H
#define REEVE_TOOLSTACK_ENGINE_REPLAY_H

#include <stddef.h>
#include <stdint.h>

#include "abi/rmi.h"

struct replay;

/* Begins with RMI_REALM_CREATE; params->hash_algo is an RMI_HASH_*. Returns
 * NULL if there is no memory. */
struct replay *replay_open(const struct rmi_realm_params *params);
void replay_close(struct replay *replay); /* NULL is fine */

/* Announces whole granules that replay_data() will be called with, so that they
 * are hashed ahead. They must not change until they are forgotten. */
void replay_ahead(struct replay *replay, const void *data, uint64_t size);
void replay_forget(struct replay *replay, const void *data);

/* A granule of content at ipa; flags as for RMI_RTT_DATA_MAP_INIT. */
void replay_data(struct replay *replay, uint64_t ipa, uint64_t flags,
		 const void *granule);
/*
 * RMI_RTT_INIT_RIPAS of RMM 1.0, for the whole granules from base to top. Each
 * record is for the largest RTT entry that begins where the last one ended and
 * does not exceed top; no entry is larger than those of level.
 */
void replay_ripas(struct replay *replay, uint64_t base, uint64_t top, int level);
/* A REC, which counts if it is runnable. */
void replay_rec(struct replay *replay, uint64_t flags, uint64_t pc,
		const uint64_t *gprs);

/* Returns the RIM so far, and its size: 32, 48 or 64 bytes. */
const uint8_t *replay_rim(const struct replay *replay);
size_t replay_rim_size(const struct replay *replay);

#endif
