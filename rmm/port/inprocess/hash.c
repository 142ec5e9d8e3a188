/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-2 of the in-process port, by OpenSSL, which is set up once. */
#include <openssl/evp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "rmm/core/granule.h"
#include "rmm/core/measurement.h"
#include "rmm/port/inprocess/machine.h"

static const char *const names[HASH_ALGORITHMS] = {
	[RMI_HASH_SHA_256] = "SHA2-256",
	[RMI_HASH_SHA_512] = "SHA2-512",
	[RMI_HASH_SHA_384] = "SHA2-384",
};

static bool slot_create(struct rmm_port *port, struct hash_slot *slot)
{
	for (unsigned i = 0; i < HASH_ALGORITHMS; i++) {
		slot->contexts[i] = EVP_MD_CTX_new();
		if (slot->contexts[i] == NULL ||
		    !EVP_DigestInit_ex2(slot->contexts[i], port->digests[i],
					NULL))
			return false;
	}
	return true;
}

bool hashes_create(struct rmm_port *port)
{
	for (unsigned i = 0; i < HASH_ALGORITHMS; i++) {
		port->digests[i] = EVP_MD_fetch(NULL, names[i], NULL);
		if (port->digests[i] == NULL)
			return false;
	}
	for (unsigned i = 0; i < HASH_SLOTS; i++) {
		if (!slot_create(port, &port->hashes[i]))
			return false;
	}
	return true;
}

void hashes_destroy(struct rmm_port *port)
{
	for (unsigned i = 0; i < HASH_SLOTS; i++) {
		for (unsigned j = 0; j < HASH_ALGORITHMS; j++)
			EVP_MD_CTX_free(port->hashes[i].contexts[j]);
	}
	for (unsigned i = 0; i < HASH_ALGORITHMS; i++)
		EVP_MD_free(port->digests[i]);
}

static unsigned slot_take(struct rmm_port *port)
{
	for (;;) {
		for (unsigned i = 0; i < HASH_SLOTS; i++) {
			if (!__atomic_exchange_n(&port->hashes[i].taken, 1,
						 __ATOMIC_ACQUIRE))
				return i;
		}
		sched_yield();
	}
}

/* Takes a slot in which a hash begins. */
static unsigned slot_begin(struct rmm_port *port, uint32_t algorithm)
{
	unsigned slot = slot_take(port);

	/* Naming the algorithm again would allocate the state again. */
	if (!EVP_DigestInit_ex2(port->hashes[slot].contexts[algorithm], NULL,
				NULL))
		port_panic(port, "the hash library fails");
	return slot;
}

static void slot_add(struct rmm_port *port, unsigned slot, uint32_t algorithm,
		     const void *data, size_t size)
{
	if (!EVP_DigestUpdate(port->hashes[slot].contexts[algorithm], data, size))
		port_panic(port, "the hash library fails");
}

/* Ends the hash of a slot, and gives the slot back. */
static void slot_end(struct rmm_port *port, unsigned slot, uint32_t algorithm,
		     uint8_t *digest)
{
	if (!EVP_DigestFinal_ex(port->hashes[slot].contexts[algorithm], digest,
				NULL))
		port_panic(port, "the hash library fails");
	__atomic_store_n(&port->hashes[slot].taken, 0, __ATOMIC_RELEASE);
}

void hash_now(struct rmm_port *port, uint32_t algorithm, const void *data,
	      size_t size, uint8_t *digest)
{
	unsigned slot = slot_begin(port, algorithm);

	slot_add(port, slot, algorithm, data, size);
	slot_end(port, slot, algorithm, digest);
}

/* The state of a hash under way, for which struct hash has room. */
struct hash_state {
	bool begun; /* the slot has all of the data so far */
	unsigned slot;
	/* Until it has begun: the data so far, if that is one granule that was
	 * hashed ahead, and its digest; or NULL. */
	const void *granule;
	uint8_t digest[RSI_MEASUREMENT_SIZE];
};

_Static_assert(sizeof(struct hash_state) <= sizeof(((struct hash *)0)->state),
	       "struct hash has room for struct hash_state");

static struct hash_state *state_of(struct hash *hash)
{
	return (struct hash_state *)hash->state;
}

static void hash_begin(struct rmm_port *port, struct hash *hash)
{
	struct hash_state *state = state_of(hash);

	if (state->begun)
		return;
	state->begun = true;
	state->slot = slot_begin(port, hash->algorithm);
	if (state->granule != NULL) {
		slot_add(port, state->slot, hash->algorithm, state->granule,
			 GRANULE_SIZE);
	}
}

void port_hash_start(struct rmm_port *port, struct hash *hash,
		     uint32_t algorithm)
{
	(void)port;
	hash->algorithm = algorithm;
	*state_of(hash) = (struct hash_state){ 0 };
}

void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size)
{
	struct hash_state *state = state_of(hash);
	const void *origin = memory_origin(data);

	if (port->ahead != NULL && size == GRANULE_SIZE && !state->begun &&
	    state->granule == NULL &&
	    ahead_digest(port->ahead, hash->algorithm, origin, state->digest)) {
		state->granule = origin;
		return;
	}
	hash_begin(port, hash);
	slot_add(port, state->slot, hash->algorithm, origin, size);
}

void port_hash_end(struct rmm_port *port, struct hash *hash, uint8_t *digest)
{
	struct hash_state *state = state_of(hash);

	if (state->granule != NULL && !state->begun) {
		memcpy(digest, state->digest, hash_size(hash->algorithm));
		return;
	}
	hash_begin(port, hash);
	slot_end(port, state->slot, hash->algorithm, digest);
}
