/* SPDX-License-Identifier: BSD-3-Clause */
/* Reference values: what Realms and platforms are expected to be. A CoRIM has
 * those of one or the other; a list has any number of both. */
#ifndef REEVE_TOOLSTACK_TOKEN_REFERENCES_H
#define REEVE_TOOLSTACK_TOKEN_REFERENCES_H

#include "toolstack/token/keys.h"

/* A digest of a component; hash is the name of its algorithm. */
struct reference_digest {
	struct span hash, value;
};

#define REFERENCE_DIGESTS_MAX 4 /* of one component, by several hashes */

/* A software component. A span whose data is NULL was not given, and is not
 * compared. */
struct reference_component {
	struct span type, version, signer;
	struct reference_digest digests[REFERENCE_DIGESTS_MAX];
	size_t digest_count;
};

/* Bytes of which the bits count that the mask has, which is as long as value;
 * mask.data NULL: all bits. value.data NULL: nothing was given. */
struct reference_bytes {
	struct span value, mask;
};

/* All software of a platform, and its configuration. */
struct platform_reference {
	uint8_t implementation[CCA_ID_SIZE];
	bool has_instance; /* false: any instance of the implementation */
	uint8_t instance[CCA_INSTANCE_ID_SIZE];
	struct reference_component *components;
	size_t component_count;
	struct reference_bytes config, manufacturing;
	/* The instance that a key is for, of the token from which the rest is. */
	bool has_key_instance;
	uint8_t key_instance[CCA_INSTANCE_ID_SIZE];
};

struct reeve_references {
	struct reeve_refs *realms;
	size_t realm_count;
	struct platform_reference *platforms;
	size_t platform_count;
	struct reeve_keys keys; /* of platforms: each is for one instance */
	void **kept; /* what the spans of platforms point into */
	size_t kept_count;
};

/* These append a copy. They return false if memory is short. */
bool references_add_realm(struct reeve_references *references,
			  const struct reeve_refs *realm);
/* Returns the new platform, which is empty; NULL: out of memory. */
struct platform_reference *
references_add_platform(struct reeve_references *references);
/* Returns the new component, which is empty; NULL: out of memory. */
struct reference_component *
references_add_component(struct platform_reference *platform);
/* Takes over memory from malloc() that spans point into. Returns false, and
 * frees it, if memory is short. data may be NULL, which means that memory was
 * short. */
bool references_keep(struct reeve_references *references, void *data);

/* Reads the document that reeve_refs_json() makes into *refs, which is zeroed.
 * Returns false if text is none, or if it has a member that nobody compares:
 * then *stranger is its name, which the caller frees; else it is NULL. */
bool refs_read_json(const char *text, struct reeve_refs *refs, char **stranger);

/* Removes what was appended after there were that many. */
void references_truncate(struct reeve_references *references, size_t realms,
			 size_t platforms);

/* Returns whether the hash is one that a digest may name by a number, and that
 * number. */
bool reference_hash_number(struct span name, uint64_t *number);
/* Returns the name of a hash by its number; data NULL: unknown. */
struct span reference_hash_name(uint64_t number);

/* Returns whether reference values are for the platform that a token names. */
bool reference_is_for(const struct platform_reference *platform,
		      const struct token *token);
/* Returns true if a token's bytes are as expected, or if nothing is
 * expected. */
bool reference_bytes_hold(const struct reference_bytes *expected,
			  const struct token_claim *claim);
/* Returns the first component of a token that the platform does not have; NULL:
 * it has all. */
const struct token_component *
reference_stranger(const struct platform_reference *platform,
		   const struct token *token);
/* Returns the first component of a platform that the token does not have; NULL:
 * it has all. */
const struct reference_component *
reference_absent(const struct platform_reference *platform,
		 const struct token *token);

#endif
