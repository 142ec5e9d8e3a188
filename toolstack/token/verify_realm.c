/* SPDX-License-Identifier: BSD-3-Clause */
/* The checks of the Realm part: its challenge, its measurements, its
 * personalization value and its hashes. */
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/checks.h"
#include "toolstack/token/hash.h"
#include "toolstack/token/hex.h"

static void bytes_check(struct verify *verify, enum token_check check,
			struct span expected, struct span found,
			const char *hint)
{
	bool ok = expected.size == found.size &&
		  memcmp(expected.data, found.data, found.size) == 0;

	check_add_hint(verify, check, ok, hex_text(expected), hex_text(found),
		       hint);
}

/* The user gave the Realm this challenge: its presence shows that the token was
 * made afterwards. */
void verify_challenge(struct verify *verify)
{
	struct span found = verify->token->realm.claims[REALM_CHALLENGE].bytes;
	struct span wanted = { verify->challenge, CCA_CHALLENGE_SIZE };

	if (verify->challenge_size == 0) {
		check_leave(verify, CHECK_CHALLENGE, hex_text(found),
			    "give the challenge with --challenge or "
			    "--challenge-file, or say --no-challenge");
	} else {
		bytes_check(verify, CHECK_CHALLENGE, wanted, found,
			    "the token is of another time");
	}
}

static void rim_check(struct verify *verify)
{
	const struct reeve_refs *refs = verify->expected->refs;
	struct span found = verify->token->realm.claims[REALM_RIM].bytes;

	if (refs == NULL) {
		check_leave(verify, CHECK_RIM, hex_text(found),
			    "give --config or --refs, or say --no-references");
	} else {
		bytes_check(verify, CHECK_RIM,
			    (struct span){ refs->rim, refs->size }, found,
			    "another kernel, initrd, device tree or parameter: "
			    "`reeve measure` shows what goes in");
	}
}

/* Returns all REMs in digits, or a remark that they are still zero, as at the
 * start. */
static char *rems_text(const struct span *rems)
{
	uint8_t all[CCA_REMS * 64];
	size_t size = 0;
	uint8_t bits = 0;

	for (size_t i = 0; i < CCA_REMS; i++) {
		memcpy(all + size, rems[i].data, rems[i].size);
		size += rems[i].size;
	}
	for (size_t i = 0; i < size; i++)
		bits |= all[i];
	return bits == 0 ? check_text("all zero: nothing was measured")
			 : hex_text((struct span){ all, size });
}

/* Shows the first REM that differs; if all are right, the last one. */
static void rems_check(struct verify *verify)
{
	const struct reeve_refs *refs = verify->expected->refs;
	const struct span *found = verify->token->rems;
	size_t i = 0;

	if (refs == NULL || !refs->has_rems) {
		check_leave(verify, CHECK_REMS, rems_text(found),
			    "give --events, or --refs with rems");
		return;
	}
	while (i < CCA_REMS - 1 && found[i].size == refs->size &&
	       memcmp(found[i].data, refs->rems[i], refs->size) == 0)
		i++;
	bytes_check(verify, CHECK_REMS,
		    (struct span){ refs->rems[i], refs->size }, found[i],
		    "the Realm measured something else, or in another order");
}

static void rpv_check(struct verify *verify)
{
	const struct reeve_refs *refs = verify->expected->refs;
	struct span found = verify->token->realm.claims[REALM_RPV].bytes;

	if (refs == NULL || !refs->has_rpv) {
		check_leave(verify, CHECK_RPV, hex_text(found),
			    "give --config, or --refs with an rpv");
	} else {
		bytes_check(verify, CHECK_RPV,
			    (struct span){ refs->rpv, CCA_RPV_SIZE }, found,
			    "set realm_rpv as the guest's owner did");
	}
}

void verify_realm(struct verify *verify)
{
	rim_check(verify);
	rems_check(verify);
	rpv_check(verify);
	verify_realm_options(verify);
}

static bool hash_is_accepted(const struct reeve_token_policy *policy,
			     struct span name)
{
	for (size_t i = 0; i < TOKEN_HASHES; i++) {
		if ((policy->hashes >> i & 1) != 0 &&
		    span_is_text(name, token_hash_names[i]))
			return true;
	}
	for (size_t i = 0; i < policy->other_hash_count; i++) {
		if (span_is_text(name, policy->other_hashes[i]))
			return true;
	}
	return false;
}

/* Returns the name of the first hash that the policy does not accept, of those
 * for the Realm, its key, the platform and each component. An empty span: all
 * are accepted. */
static struct span unaccepted_hash(const struct verify *verify)
{
	const struct token *token = verify->token;
	const struct span names[] = {
		token->realm.claims[REALM_HASH].bytes,
		token->realm.claims[REALM_KEY_HASH].bytes,
		token->platform.claims[PLATFORM_HASH].bytes,
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!hash_is_accepted(verify->policy, names[i]))
			return names[i];
	}
	for (size_t i = 0; i < token->component_count; i++) {
		const struct token_claim *hash =
			&token->components[i].claims[COMPONENT_HASH];

		if (hash->present &&
		    !hash_is_accepted(verify->policy, hash->bytes))
			return hash->bytes;
	}
	return (struct span){ 0 };
}

/* Returns the size of the first of the RIM and the REMs that is not as long as
 * the Realm's hash; 0: all are. If only the policy knows the hash, all must
 * have one size. */
static size_t wrong_measurement_size(const struct token *token, size_t wanted)
{
	size_t rim = token->realm.claims[REALM_RIM].bytes.size;

	if (wanted == 0)
		wanted = rim;
	if (rim != wanted)
		return rim;
	for (size_t i = 0; i < CCA_REMS; i++) {
		if (token->rems[i].size != wanted)
			return token->rems[i].size;
	}
	return 0;
}

static char *accepted_hashes_text(const struct reeve_token_policy *policy)
{
	char *text = check_names(policy->hashes, token_hash_names, TOKEN_HASHES);

	for (size_t i = 0; i < policy->other_hash_count && text != NULL; i++) {
		char *longer =
			check_text("%s%s%s", text, *text != '\0' ? " or " : "",
				   policy->other_hashes[i]);

		free(text);
		text = longer;
	}
	return text;
}

/* Returns true if the measurements have the size of their hash, or the policy
 * does not mind; else appends a failed check. */
static bool sizes_check(struct verify *verify)
{
	struct span realm = verify->token->realm.claims[REALM_HASH].bytes;
	size_t wanted = token_hash_size(realm);
	size_t found = wrong_measurement_size(verify->token, wanted);

	if (found == 0 || verify->policy->any_measurement_size)
		return true;
	check_add_hint(verify, CHECK_HASHES, false,
		       check_text("measurements of %zu bytes, for %.*s", wanted,
				  (int)realm.size, (const char *)realm.data),
		       check_text("%zu bytes", found),
		       "to accept that, write allow=\"measurement-size\" in the "
		       "policy file");
	return false;
}

void verify_hashes(struct verify *verify)
{
	const struct reeve_refs *refs = verify->expected->refs;
	struct span realm = verify->token->realm.claims[REALM_HASH].bytes;
	struct span unaccepted = unaccepted_hash(verify);

	if (unaccepted.data != NULL) {
		check_add_hint(verify, CHECK_HASHES, false,
			       accepted_hashes_text(verify->policy),
			       check_copy(unaccepted),
			       "name it with hash=[...] in the policy file to "
			       "accept it");
	} else if (!sizes_check(verify)) {
		return;
	} else if (refs != NULL) {
		check_add(verify, CHECK_HASHES, span_is_text(realm, refs->hash),
			  check_text("%s", refs->hash), check_copy(realm));
	} else {
		check_add(verify, CHECK_HASHES, true,
			  accepted_hashes_text(verify->policy),
			  check_copy(realm));
	}
}
