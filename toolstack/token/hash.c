/* SPDX-License-Identifier: BSD-3-Clause */
/* SHA-256, SHA-384 and SHA-512. A token cannot name any other hash. */
#include "toolstack/token/hash.h"

#include "toolstack/token/token.h"

size_t token_hash_size(struct span name)
{
	if (span_is_text(name, CCA_SHA_256))
		return 32;
	if (span_is_text(name, CCA_SHA_384))
		return 48;
	return span_is_text(name, CCA_SHA_512) ? 64 : 0;
}

const EVP_MD *token_hash_function(size_t size)
{
	switch (size) {
	case 32:
		return EVP_sha256();
	case 48:
		return EVP_sha384();
	default:
		return EVP_sha512();
	}
}
