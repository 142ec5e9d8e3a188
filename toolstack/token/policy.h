/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a relying party accepts. A policy file has the grammar of a guest's
 * configuration; its keys stand in one table in policy.c.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_POLICY_H
#define REEVE_TOOLSTACK_TOKEN_POLICY_H

#include "toolstack/reeve.h"
#include "toolstack/token/token.h"

/* The checks in their order, as bits in policy.required. */
enum token_check {
	CHECK_PLATFORM_SIGNATURE,
	CHECK_REALM_SIGNATURE,
	CHECK_BINDING,
	CHECK_CHALLENGE,
	CHECK_LIFECYCLE,
	CHECK_IDENTITY,
	CHECK_COMPONENTS,
	CHECK_RIM,
	CHECK_REMS,
	CHECK_RPV,
	CHECK_HASHES,
	CHECKS,
};

extern const char *const token_check_names[CHECKS];

/* Lifecycle states: the values of the claim are LIFECYCLE_STEP apart. */
#define LIFECYCLES     7
#define LIFECYCLE_STEP 0x1000
extern const char *const token_lifecycle_names[LIFECYCLES];
/* The state's name; "invalid" for what is none. */
const char *token_lifecycle_name(uint64_t value);

/* The hashes, as bits in policy.hashes. */
#define TOKEN_HASHES 3
extern const char *const token_hash_names[TOKEN_HASHES];

#define POLICY_CONFIG_MAX 64

struct policy_component {
	char *type;
	uint8_t value[64];
	size_t size;
};

struct reeve_token_policy {
	unsigned lifecycles; /* those accepted, a bit each */
	unsigned hashes;
	unsigned required; /* checks that must not be left out */
	bool has_implementation;
	uint8_t implementation[CCA_ID_SIZE];
	bool has_instance;
	uint8_t instance[CCA_INSTANCE_ID_SIZE];
	bool has_config;
	size_t config_size;
	uint8_t config[POLICY_CONFIG_MAX];
	size_t component_count; /* 0: they are not checked */
	struct policy_component components[TOKEN_COMPONENTS_MAX];
};

/* Secured platforms only, any known hash, nothing required. */
extern const struct reeve_token_policy token_policy_default;

#endif
