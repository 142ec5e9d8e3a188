/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The work of a CCA platform's security controller, done here at `host start`.
 * It makes the platform key, the Realm attestation key, the platform token
 * (which says what was loaded), and the part of flash that carries the Realm
 * key and the token to the monitor.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_PLATFORM_H
#define REEVE_TOOLSTACK_TOKEN_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <openssl/evp.h>

#include "abi/cca_token.h"
#include "abi/provision.h"
#include "toolstack/reeve.h"

/* The implementation ID: this text, padded with zeros to 32 bytes. */
#define PLATFORM_IMPLEMENTATION "reeve-cca-host-qemu-virt"

/* The platform configuration: 4 bytes. The first byte is the version. */
#define PLATFORM_CONFIG_SIZE    4
#define PLATFORM_CONFIG_VERSION 1
/* Bits of the second byte. "Emulated" says that memory is not encrypted, and
 * that whoever runs the emulator can read it. */
#define PLATFORM_CONFIG_EMULATED 0x01
#define PLATFORM_CONFIG_DEBUG    0x02 /* the host has the debug console */

/* A verification service for hosts that name none of their own. */
#define PLATFORM_SERVICE "urn:reeve:token-verify"

/* A firmware image as it is loaded. Its SHA-256 becomes a claim. */
struct platform_image {
	const char *name; /* the component's type: "monitor", "rmm" ... */
	const char *version; /* NULL: not known, and no claim */
	const void *data;
	size_t size;
};

#define PLATFORM_IMAGES 3 /* monitor, RMM and hypervisor */

struct platform_request {
	struct platform_image images[PLATFORM_IMAGES];
	bool debug; /* the hypervisor has the debug console */
	const char *service; /* for CCA_SERVICE; NULL: leave the claim out */
	const char *key_pem; /* the P-384 private key; NULL: make one */
};

/*
 * The result. The private platform key is not kept: it has signed the token and
 * has no further use. The Realm key is in part: whoever reads part can forge
 * Realm tokens.
 */
struct platform {
	uint8_t part[PROVISION_PART_SIZE]; /* struct provision, token, zeros */
	char *key_pem; /* the public platform key, SubjectPublicKeyInfo */
	char *key_jwk; /* the same key as a JWK (RFC 7517) */
};

/* These make what a token says of its platform, also for those who predict
 * it. */
extern const uint8_t platform_implementation[CCA_ID_SIZE];
extern const uint8_t platform_no_signer[PROVISION_HASH_SIZE];
/* Writes the SHA-256 of an image. Returns false if OpenSSL failed. */
bool platform_digest(const struct platform_image *image, uint8_t *digest);
/* Writes PLATFORM_CONFIG_SIZE bytes. */
void platform_config_fill(bool debug, uint8_t *config);
/* Makes the instance ID, which identifies a platform: 0x01, then the hash of
 * its public key. Returns false if OpenSSL failed. */
bool platform_instance_id(const EVP_PKEY *key, uint8_t *id);

/*
 * Makes the keys, the token and the part of flash. REEVE_ERR_ARGUMENT: key_pem
 * is not a P-384 private key, or the token would be longer than
 * PROVISION_TOKEN_MAX; REEVE_ERR_ENGINE: OpenSSL failed; REEVE_ERR_MEMORY.
 * The caller disposes of *out after success only.
 */
int platform_make(const struct platform_request *request, struct platform *out,
		  struct reeve_report *report);
void platform_dispose(struct platform *platform); /* also clears part */

#endif
