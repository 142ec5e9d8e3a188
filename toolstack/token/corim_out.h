/* SPDX-License-Identifier: BSD-3-Clause */
/* Writing the triples of a CoRIM. */
#ifndef REEVE_TOOLSTACK_TOKEN_CORIM_OUT_H
#define REEVE_TOOLSTACK_TOKEN_CORIM_OUT_H

#include "toolstack/token/cbor_out.h"
#include "toolstack/token/references.h"

/* The input of a CoRIM. */
struct corim_source {
	const struct reeve_references *references;
	const struct reeve_corim_options *options;
};

/* Write bytes with their tag; [algorithm, value] with the algorithm by name, or
 * by number if the options want that and it has one. */
void corim_tagged_bytes(struct cbor_out *out, struct span bytes);
void corim_digest(struct cbor_out *out, const struct corim_source *source,
		  struct span hash, struct span value);

/* Write a reference triple. */
void corim_realm(struct cbor_out *out, const struct corim_source *source,
		 const struct reeve_refs *realm);
void corim_platform(struct cbor_out *out, const struct corim_source *source,
		    const struct platform_reference *platform);
/* Writes an attest-key triple. Returns false if memory is short. */
bool corim_key(struct cbor_out *out, const struct trusted_key *key);

#endif
