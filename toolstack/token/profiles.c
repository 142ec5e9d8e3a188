/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The tables of claims and of profiles. The decoder, the check, the printed
 * forms and `reeve token profiles` work by them. Sources:
 * draft-ffm-rats-cca-token-00 (2023), draft-ffm-rats-cca-token-03 and DEN0137
 * 2.0, A7.2.3 (2024), draft-ffm-rats-cca-token-04 (2026).
 */
#include "toolstack/token/token.h"

#define HASH_SIZES     { 32, 48, 64 }
#define ONE_SIZE(size) { size }

static const char *const mec_values[] = { "shared", "private" };
static const char *const lfa_values[] = { "disallow", "allow" };

/* A device that was added to the platform. That a protocol with a digest of its
 * versions, capabilities and algorithms (VCA) has one is not judged: the list
 * of these protocols grows. */
static const struct claim_rule extension_entries[] = {
	{ .key = CCA_DEVICE_HASH,
	  .name = "hash-algo-id",
	  .kind = CLAIM_TEXT,
	  .may_miss = true },
	{ .key = CCA_DEVICE_MEASUREMENTS,
	  .name = "measurements-digest",
	  .kind = CLAIM_BYTES,
	  .sizes = HASH_SIZES },
	{ .key = CCA_DEVICE_CERTIFICATES,
	  .name = "certificates-digest",
	  .kind = CLAIM_BYTES,
	  .sizes = HASH_SIZES },
	{ .key = CCA_DEVICE_IDE, .name = "uses-ide", .kind = CLAIM_BOOL },
	{ .key = CCA_DEVICE_PROTOCOL, .name = "protocol", .kind = CLAIM_TEXT },
	{ .key = CCA_DEVICE_VCA,
	  .name = "vca-digest",
	  .kind = CLAIM_BYTES,
	  .sizes = HASH_SIZES,
	  .may_miss = true },
};

/* A key of an authority that signs firmware. */
static const struct claim_rule rotpk_entries[] = {
	{ .key = CCA_ROTPK_NAME, .name = "name", .kind = CLAIM_TEXT },
	{ .key = CCA_ROTPK_ARRAY,
	  .name = "active-array-index",
	  .kind = CLAIM_NUMBER,
	  .most = UINT16_MAX },
	{ .key = CCA_ROTPK_INDEX,
	  .name = "index",
	  .kind = CLAIM_NUMBER,
	  .most = UINT16_MAX },
	{ .key = CCA_ROTPK_HASH,
	  .name = "hash",
	  .kind = CLAIM_BYTES,
	  .sizes = HASH_SIZES },
};

#define RECORD(list)                                                           \
	.kind = CLAIM_RECORDS, .entries = (list),                              \
	.entry_count = sizeof(list) / sizeof((list)[0])

_Static_assert(sizeof(extension_entries) / sizeof(extension_entries[0]) <=
		       RECORD_ENTRIES_MAX,
	       "a record has room for the longest list");

const struct claim_rule platform_rules[PLATFORM_CLAIMS] = {
	[PLATFORM_PROFILE] = { .key = CCA_PROFILE,
			       .name = "cca-platform-profile",
			       .kind = CLAIM_TEXT },
	[PLATFORM_CHALLENGE] = { .key = CCA_CHALLENGE,
				 .name = "cca-platform-challenge",
				 .kind = CLAIM_BYTES,
				 .sizes = HASH_SIZES },
	[PLATFORM_WORKLOAD] = { .key = CCA_WORKLOAD_BINDING,
				.name = "cca-platform-workload-binding",
				.kind = CLAIM_BYTES,
				.sizes = HASH_SIZES },
	[PLATFORM_IMPLEMENTATION_ID] = { .key = CCA_IMPLEMENTATION_ID,
					 .name = "cca-platform-implementation-"
						 "id",
					 .kind = CLAIM_BYTES,
					 .sizes = ONE_SIZE(CCA_ID_SIZE) },
	[PLATFORM_INSTANCE_ID] = { .key = CCA_INSTANCE_ID,
				   .name = "cca-platform-instance-id",
				   .kind = CLAIM_UEID,
				   .sizes = ONE_SIZE(CCA_INSTANCE_ID_SIZE) },
	[PLATFORM_CONFIG] = { .key = CCA_CONFIG,
			      .name = "cca-platform-config",
			      .kind = CLAIM_BYTES },
	[PLATFORM_LIFECYCLE] = { .key = CCA_LIFECYCLE,
				 .name = "cca-platform-lifecycle",
				 .kind = CLAIM_NUMBER,
				 .most = UINT16_MAX },
	[PLATFORM_HASH] = { .key = CCA_HASH,
			    .name = "cca-platform-hash-algo-id",
			    .kind = CLAIM_TEXT },
	[PLATFORM_COMPONENTS] = { .key = CCA_COMPONENTS,
				  .name = "cca-platform-sw-components",
				  .kind = CLAIM_COMPONENTS },
	[PLATFORM_SERVICE_INDICATOR] = { .key = CCA_SERVICE,
					 .name = "cca-platform-service-"
						 "indicator",
					 .kind = CLAIM_TEXT },
	[PLATFORM_CLIENT_ID] = { .key = CCA_CLIENT_ID,
				 .name = "cca-platform-client-id",
				 .kind = CLAIM_NUMBER,
				 .least = 1,
				 .most = 1 },
	[PLATFORM_MANUFACTURING] = { .key = CCA_MANUFACTURING,
				     .name = "cca-platform-manufacturing-"
					     "config",
				     .kind = CLAIM_BYTES },
	[PLATFORM_EXTENSION] = { .key = CCA_EXTENSION,
				 .name = "cca-platform-extension",
				 RECORD(extension_entries) },
	[PLATFORM_ROTPK] = { .key = CCA_TBB_ROTPK,
			     .name = "cca-platform-tbb-rotpk",
			     RECORD(rotpk_entries) },
	[PLATFORM_PEER_SIGNERS] = { .key = CCA_PEER_SIGNERS,
				    .name = "cca-platform-peer-signers",
				    .kind = CLAIM_BYTES },
	[PLATFORM_TPM_BINDING] = { .key = CCA_TPM_BINDING,
				   .name = "cca-platform-tpm-binding",
				   .kind = CLAIM_ANY },
};

const struct claim_rule realm_rules[REALM_CLAIMS] = {
	[REALM_PROFILE] = { .key = CCA_PROFILE,
			    .name = "cca-realm-profile",
			    .kind = CLAIM_TEXT },
	[REALM_CHALLENGE] = { .key = CCA_CHALLENGE,
			      .name = "cca-realm-challenge",
			      .kind = CLAIM_BYTES,
			      .sizes = ONE_SIZE(CCA_CHALLENGE_SIZE) },
	[REALM_INSTANCE_ID] = { .key = CCA_REALM_INSTANCE_ID,
				.name = "cca-realm-instance-id",
				.kind = CLAIM_UEID,
				.sizes = ONE_SIZE(CCA_INSTANCE_ID_SIZE) },
	[REALM_RPV] = { .key = CCA_REALM_RPV,
			.name = "cca-realm-personalization-value",
			.kind = CLAIM_BYTES,
			.sizes = ONE_SIZE(CCA_RPV_SIZE) },
	[REALM_HASH] = { .key = CCA_REALM_HASH,
			 .name = "cca-realm-hash-algo-id",
			 .kind = CLAIM_TEXT },
	[REALM_KEY] = { .key = CCA_REALM_KEY,
			.name = "cca-realm-public-key",
			.kind = CLAIM_BYTES },
	[REALM_KEY_HASH] = { .key = CCA_REALM_KEY_HASH,
			     .name = "cca-realm-public-key-hash-algo-id",
			     .kind = CLAIM_HASH_NAME },
	[REALM_RIM] = { .key = CCA_REALM_RIM,
			.name = "cca-realm-initial-measurement",
			.kind = CLAIM_BYTES,
			.sizes = HASH_SIZES },
	[REALM_REMS] = { .key = CCA_REALM_REMS,
			 .name = "cca-realm-extensible-measurements",
			 .kind = CLAIM_REMS,
			 .sizes = HASH_SIZES },
	[REALM_MEC_POLICY] = { .key = CCA_REALM_MEC_POLICY,
			       .name = "cca-realm-mec-policy",
			       .kind = CLAIM_NUMBER,
			       .most = 1,
			       .values = mec_values },
	[REALM_LFA_POLICY] = { .key = CCA_REALM_LFA_POLICY,
			       .name = "cca-realm-lfa-policy",
			       .kind = CLAIM_NUMBER,
			       .most = 1,
			       .values = lfa_values },
	[REALM_DEVICES] = { .key = CCA_REALM_DEVICES,
			    .name = "cca-realm-devices-token-hash",
			    .kind = CLAIM_BYTES,
			    .sizes = HASH_SIZES },
};

/* All profiles want the value and the signer. */
const struct claim_rule component_rules[COMPONENT_CLAIMS] = {
	[COMPONENT_TYPE] = { .key = CCA_COMPONENT_TYPE,
			     .name = "component type",
			     .kind = CLAIM_TEXT },
	[COMPONENT_VALUE] = { .key = CCA_COMPONENT_VALUE,
			      .name = "component measurement",
			      .kind = CLAIM_BYTES,
			      .sizes = HASH_SIZES },
	[COMPONENT_VERSION] = { .key = CCA_COMPONENT_VERSION,
				.name = "component version",
				.kind = CLAIM_TEXT },
	[COMPONENT_SIGNER] = { .key = CCA_COMPONENT_SIGNER,
			       .name = "component signer",
			       .kind = CLAIM_BYTES,
			       .sizes = HASH_SIZES },
	[COMPONENT_HASH] = { .key = CCA_COMPONENT_HASH,
			     .name = "component hash",
			     .kind = CLAIM_TEXT },
	[COMPONENT_LFA] = { .key = CCA_COMPONENT_LFA,
			    .name = "component live activation",
			    .kind = CLAIM_BOOL },
	[COMPONENT_COUNTERSIGNERS] = { .key = CCA_COMPONENT_COUNTERSIGNERS,
				       .name = "component countersigners",
				       .kind = CLAIM_HASHES,
				       .sizes = HASH_SIZES },
};

/* The rules of all platform profiles, and those that 2.0 and 2026 add. */
#define PLATFORM_1                                                                  \
	[PLATFORM_PROFILE] = CLAIM_MUST, [PLATFORM_IMPLEMENTATION_ID] = CLAIM_MUST, \
	[PLATFORM_INSTANCE_ID] = CLAIM_MUST, [PLATFORM_CONFIG] = CLAIM_MUST,        \
	[PLATFORM_LIFECYCLE] = CLAIM_MUST, [PLATFORM_HASH] = CLAIM_MUST,            \
	[PLATFORM_COMPONENTS] = CLAIM_MUST, [PLATFORM_SERVICE_INDICATOR] = CLAIM_MAY
#define PLATFORM_2                                                             \
	PLATFORM_1, [PLATFORM_CLIENT_ID] = CLAIM_MUST,                         \
		    [PLATFORM_MANUFACTURING] = CLAIM_MAY,                      \
		    [PLATFORM_EXTENSION] = CLAIM_MAY,                          \
		    [PLATFORM_ROTPK] = CLAIM_MAY, [PLATFORM_PEER_SIGNERS] = CLAIM_MAY
#define PLATFORM_2026                                                          \
	PLATFORM_2, [PLATFORM_WORKLOAD] = CLAIM_MUST, [PLATFORM_TPM_BINDING] = CLAIM_MAY

#define REALM_1                                                                \
	[REALM_CHALLENGE] = CLAIM_MUST, [REALM_RPV] = CLAIM_MUST,              \
	[REALM_HASH] = CLAIM_MUST, [REALM_KEY] = CLAIM_MUST,                   \
	[REALM_KEY_HASH] = CLAIM_MUST, [REALM_RIM] = CLAIM_MUST,               \
	[REALM_REMS] = CLAIM_MUST, [REALM_PROFILE] = CLAIM_MAY
/* Before 2.0 these claims had no meaning. A token that has them means them as
 * 2.0 does. */
#define REALM_1_MAY                                                            \
	[REALM_INSTANCE_ID] = CLAIM_MAY, [REALM_MEC_POLICY] = CLAIM_MAY,       \
	[REALM_LFA_POLICY] = CLAIM_MAY, [REALM_DEVICES] = CLAIM_MAY
#define REALM_2                                                                \
	[REALM_INSTANCE_ID] = CLAIM_MUST, [REALM_MEC_POLICY] = CLAIM_MUST,     \
	[REALM_LFA_POLICY] = CLAIM_MAY, [REALM_DEVICES] = CLAIM_MAY

static const struct token_profile realm_profiles[] = {
	{ .name = CCA_PLATFORM_PROFILE_OLD,
	  .is_realm = true,
	  .unnamed = true,
	  .claims = { REALM_1, REALM_1_MAY } },
	{ .name = CCA_REALM_PROFILE_1_0,
	  .is_realm = true,
	  .claims = { REALM_1, REALM_1_MAY } },
	{ .name = CCA_REALM_PROFILE,
	  .is_realm = true,
	  .texts = true,
	  .claims = { REALM_1, REALM_2 } },
	{ .name = CCA_REALM_PROFILE_2026,
	  .is_realm = true,
	  .claims = { REALM_1, REALM_2 } },
};

#define REALM_OLD  (&realm_profiles[0])
#define REALM_2023 (&realm_profiles[1])
#define REALM_2024 (&realm_profiles[2])
#define REALM_2026 (&realm_profiles[3])

/* A row of one of the binding models of 2026; 10 is what claim 10 is in it. */
#define PROFILE_2026(text, model, ten)                                         \
	{                                                                      \
		.name = text,                                                  \
		.binding = model,                                              \
		.realm = REALM_2026,                                           \
		.components_2 = true,                                          \
		.claims = { PLATFORM_2026, [PLATFORM_CHALLENGE] = ten },       \
	}
/* The four models of one version. */
#define PROFILES_2026(text)                                                    \
	PROFILE_2026(text, BINDING_WORKLOAD, CLAIM_MUST_NOT),                  \
		PROFILE_2026(text ";delegated", BINDING_WORKLOAD,              \
			     CLAIM_MUST_NOT),                                  \
		PROFILE_2026(text ";direct", BINDING_DIRECT, CLAIM_MUST_NOT),  \
		PROFILE_2026(text ";HESRAK", BINDING_HESRAK, CLAIM_MAY)

static const struct token_profile platform_profiles[] = {
	{ .name = CCA_PLATFORM_PROFILE_OLD,
	  .binding = BINDING_CHALLENGE,
	  .realm = REALM_OLD,
	  .raw_key = true,
	  .claims = { PLATFORM_1, [PLATFORM_CHALLENGE] = CLAIM_MUST } },
	{ .name = CCA_PLATFORM_PROFILE,
	  .binding = BINDING_CHALLENGE,
	  .realm = REALM_2023,
	  .claims = { PLATFORM_1, [PLATFORM_CHALLENGE] = CLAIM_MUST } },
	{ .name = CCA_PLATFORM_PROFILE_2024,
	  .binding = BINDING_CHALLENGE,
	  .realm = REALM_2024,
	  .components_2 = true,
	  .claims = { PLATFORM_2, [PLATFORM_CHALLENGE] = CLAIM_MUST } },
	PROFILES_2026(CCA_PLATFORM_PROFILE_2026),
	PROFILES_2026(CCA_PLATFORM_PROFILE_2026_1),
};

#define PLATFORMS (sizeof(platform_profiles) / sizeof(platform_profiles[0]))
#define REALMS    (sizeof(realm_profiles) / sizeof(realm_profiles[0]))

const struct token_profile *token_profile_at(size_t index)
{
	if (index < PLATFORMS)
		return &platform_profiles[index];
	index -= PLATFORMS;
	return index < REALMS ? &realm_profiles[index] : NULL;
}

/* Returns whether a name is that of a profile. A signing model is behind a
 * semicolon in draft-ffm-rats-cca-token-04, and behind a hash sign in betas of
 * DEN0137 2.0. */
static bool profile_is(const struct token_profile *profile, struct span name)
{
	const char *model = strchr(profile->name, ';');
	struct span before;

	if (span_is_text(name, profile->name))
		return true;
	if (model == NULL)
		return false;
	before = (struct span){ (const uint8_t *)profile->name,
				(size_t)(model - profile->name) };
	return name.size > before.size && span_matches(name, 0, before) &&
	       name.data[before.size] == '#' &&
	       span_is_text(span_skip(name, before.size + 1), model + 1);
}

static const struct token_profile *profile_named(const struct token_claim *name,
						 bool is_realm)
{
	const struct token_profile *profile;

	if (!name->present || name->fault != TOKEN_OK)
		return NULL;
	for (size_t i = 0; (profile = token_profile_at(i)) != NULL; i++) {
		if (profile->is_realm == is_realm && !profile->unnamed &&
		    profile_is(profile, name->bytes))
			return profile;
	}
	return NULL;
}

void token_profiles_find(struct token *token)
{
	const struct token_claim *realm = &token->realm.claims[REALM_PROFILE];

	token->platform.profile =
		profile_named(&token->platform.claims[PLATFORM_PROFILE], false);
	token->realm.profile = profile_named(realm, true);
	/* The platform's profile then describes both parts. */
	if (!realm->present && token->platform.profile != NULL)
		token->realm.profile = token->platform.profile->realm;
}
