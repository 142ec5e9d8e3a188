/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Hashes of granules that threads compute before the core asks for them. The
 * chain of a measurement goes from granule to granule, but what the granules
 * hold can be hashed in any order.
 *
 * One mutex guards all that the threads share. A digest is written by the
 * thread that took its chunk, before it locks the mutex to mark the chunk as
 * done; it is read by threads that saw the mark with the mutex locked.
 */
#ifndef REEVE_RMM_PORT_INPROCESS_AHEAD_H
#define REEVE_RMM_PORT_INPROCESS_AHEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct ahead;
struct rmm_port;

/* Starts up to that many threads, which hash with the hashes of port. If none
 * can be started, ahead_digest() hashes each granule, and only once. Returns
 * NULL if there is no memory. */
struct ahead *ahead_start(struct rmm_port *port, unsigned threads);
void ahead_end(struct ahead *ahead); /* NULL is fine */

/* Announces granules, or takes that back; see inprocess.h. */
void ahead_announce(struct ahead *ahead, const void *data, uint64_t size,
		    uint32_t algorithm);
void ahead_forget(struct ahead *ahead, const void *data);

/* Writes the digest of the granule at data. While the digest is missing, the
 * calling thread hashes the next chunks, too. Returns false if the granule is
 * not announced for this algorithm. */
bool ahead_digest(struct ahead *ahead, uint32_t algorithm, const void *data,
		  uint8_t *digest);

#endif
