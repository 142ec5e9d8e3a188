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

static bool has_rems(const struct reeve_refs *refs)
{
	bool has = false;

	for (size_t i = 0; i < CCA_REMS; i++)
		has = has || refs->has_rem[i];
	return has;
}

static char *rem_text(size_t number, struct span rem)
{
	char *hex = hex_text(rem);
	char *text = hex != NULL ? check_text("rem%zu %s", number, hex) : NULL;

	free(hex);
	return text;
}

/* Returns the REMs that are wanted by their numbers, or a remark that all four
 * are still zero, as at the start. */
static char *rems_text(const struct span *rems, const bool *wanted)
{
	char *text = strdup("");
	bool is_zero = true;

	for (size_t i = 0; i < CCA_REMS; i++) {
		is_zero = is_zero && wanted[i];
		for (size_t j = 0; j < rems[i].size; j++)
			is_zero = is_zero && rems[i].data[j] == 0;
		if (wanted[i])
			text = check_join(text, rem_text(i, rems[i]));
	}
	if (!is_zero)
		return text;
	free(text);
	return check_text("all zero: nothing was measured");
}

/* Returns the number of the first REM that is not as expected; CCA_REMS: there
 * is none. */
static size_t wrong_rem(const struct reeve_refs *refs, const struct span *found)
{
	size_t i = 0;

	while (i < CCA_REMS &&
	       (!refs->has_rem[i] ||
		(found[i].size == refs->size &&
		 memcmp(found[i].data, refs->rems[i], refs->size) == 0)))
		i++;
	return i;
}

/* Shows the first REM that differs; if none does, all that were compared. */
static void rems_check(struct verify *verify)
{
	static const bool all[CCA_REMS] = { true, true, true, true };
	const struct reeve_refs *refs = verify->expected->refs;
	const struct span *found = verify->token->rems;
	size_t wrong;

	if (refs == NULL || !has_rems(refs)) {
		check_leave(verify, CHECK_REMS, rems_text(found, all),
			    "give --events, or --refs with rems");
		return;
	}
	wrong = wrong_rem(refs, found);
	if (wrong == CCA_REMS) {
		check_add(verify, CHECK_REMS, true,
			  rems_text(found, refs->has_rem),
			  rems_text(found, refs->has_rem));
		return;
	}
	check_add_hint(
		verify, CHECK_REMS, false,
		rem_text(wrong, (struct span){ refs->rems[wrong], refs->size }),
		rem_text(wrong, found[wrong]),
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
