/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A policy: what a relying party accepts. A policy file has the grammar of a
 * guest's configuration. One table in policy.c lists its keys.
 */
#ifndef REEVE_TOOLSTACK_TOKEN_POLICY_H
#define REEVE_TOOLSTACK_TOKEN_POLICY_H

#include "toolstack/reeve.h"
#include "toolstack/token/token.h"

/* The checks in the order in which they are made. Each is the number of a bit
 * in policy.required. */
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
/* Returns the state's name, or "invalid" if the value is no state. */
const char *token_lifecycle_name(uint64_t value);

/* The hashes. Each is the number of a bit in policy.hashes. */
#define TOKEN_HASHES 3
extern const char *const token_hash_names[TOKEN_HASHES];

#define POLICY_CONFIG_MAX 64

struct policy_component {
	char *type;
	uint8_t value[64];
	size_t size;
};

struct reeve_token_policy {
	unsigned lifecycles; /* the accepted states, a bit each */
	unsigned hashes;
	unsigned required; /* the checks that must be made, a bit each */
	bool has_implementation;
	uint8_t implementation[CCA_ID_SIZE];
	bool has_instance;
	uint8_t instance[CCA_INSTANCE_ID_SIZE];
	bool has_config;
	size_t config_size;
	uint8_t config[POLICY_CONFIG_MAX];
	size_t component_count; /* 0: components are not checked */
	struct policy_component components[TOKEN_COMPONENTS_MAX];
};

/* Accepts secured platforms only and every known hash, and requires no
 * check. */
extern const struct reeve_token_policy token_policy_default;

#endif
