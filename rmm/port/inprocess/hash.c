/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-2 of the in-process port, by OpenSSL, which is set up once. */
#include <openssl/evp.h>
#include <sched.h>
#include <stddef.h>

#include "abi/rmi.h"
#include "rmm/port/inprocess/machine.h"

static const char *const names[HASH_ALGORITHMS] = {
	[RMI_HASH_SHA_256] = "SHA2-256",
	[RMI_HASH_SHA_512] = "SHA2-512",
	[RMI_HASH_SHA_384] = "SHA2-384",
};

static bool slot_create(struct hash_slot *slot)
{
	for (unsigned i = 0; i < HASH_ALGORITHMS; i++) {
		slot->contexts[i] = EVP_MD_CTX_new();
		if (slot->contexts[i] == NULL)
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
		if (!slot_create(&port->hashes[i]))
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

/* Returns the OpenSSL state of a hash under way. state[0] is its slot. */
static EVP_MD_CTX *openssl_context(struct rmm_port *port,
				   const struct hash *hash)
{
	return port->hashes[hash->state[0]].contexts[hash->algorithm];
}

void port_hash_start(struct rmm_port *port, struct hash *hash,
		     uint32_t algorithm)
{
	hash->algorithm = algorithm;
	hash->state[0] = slot_take(port);
	if (!EVP_DigestInit_ex2(openssl_context(port, hash),
				port->digests[algorithm], NULL))
		port_panic(port, "the hash library fails");
}

void port_hash_add(struct rmm_port *port, struct hash *hash, const void *data,
		   size_t size)
{
	if (!EVP_DigestUpdate(openssl_context(port, hash), data, size))
		port_panic(port, "the hash library fails");
}

void port_hash_end(struct rmm_port *port, struct hash *hash, uint8_t *digest)
{
	if (!EVP_DigestFinal_ex(openssl_context(port, hash), digest, NULL))
		port_panic(port, "the hash library fails");
	__atomic_store_n(&port->hashes[hash->state[0]].taken, 0,
			 __ATOMIC_RELEASE);
}
