/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a CCA platform's security controller does, done at `host start`: the
 * platform key, the Realm attestation key, the platform token that says what
 * was loaded, and the part of flash that carries the last two to the monitor.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_PLATFORM_H
#define REEVE_TOOLSTACK_TOKEN_PLATFORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/provision.h"
#include "toolstack/reeve.h"

/* The implementation ID: this text, filled up with zeros to 32 bytes. */
#define PLATFORM_IMPLEMENTATION "reeve-cca-host-qemu-virt"

/* The platform configuration: 4 bytes, the first is the version. */
#define PLATFORM_CONFIG_SIZE    4
#define PLATFORM_CONFIG_VERSION 1
/* In the second byte. Emulated: memory is neither encrypted nor private from
 * who runs the emulator. */
#define PLATFORM_CONFIG_EMULATED 0x01
#define PLATFORM_CONFIG_DEBUG    0x02 /* the debug console is there */

/* A verification service for hosts that name none of their own. */
#define PLATFORM_SERVICE "urn:reeve:token-verify"

/* A firmware image as it is loaded; its SHA-256 becomes a claim. */
struct platform_image {
	const char *name; /* the component's type: "monitor", "rmm" ... */
	const char *version;
	const void *data;
	size_t size;
};

#define PLATFORM_IMAGES 3 /* monitor, RMM and hypervisor */

struct platform_request {
	struct platform_image images[PLATFORM_IMAGES];
	bool debug; /* the hypervisor has the debug console */
	const char *service; /* for CCA_SERVICE; NULL: no such claim */
	const char *key_pem; /* a P-384 private key to sign with; NULL: new */
};

/*
 * The private platform key is not in here: it has signed what it had to. The
 * Realm key is in part; whoever gets that can forge Realm tokens.
 */
struct platform {
	uint8_t part[PROVISION_PART_SIZE]; /* struct provision, token; zeros */
	char *key_pem; /* the public platform key, SubjectPublicKeyInfo */
	char *key_jwk; /* the same, RFC 7517 */
};

/*
 * Makes all that. REEVE_ERR_ARGUMENT: key_pem is not a P-384 private key, or
 * the token would be longer than PROVISION_TOKEN_MAX; REEVE_ERR_ENGINE:
 * OpenSSL failed. *out is to be disposed of only after success.
 */
int platform_make(const struct platform_request *request, struct platform *out,
		  struct reeve_report *report);
void platform_dispose(struct platform *platform); /* clears the part, too */

#endif
