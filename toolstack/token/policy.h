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
	CHECK_PLATFORM_OPTIONS,
	CHECK_RIM,
	CHECK_REMS,
	CHECK_RPV,
	CHECK_REALM_OPTIONS,
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

#define POLICY_CONFIG_MAX     64
#define POLICY_COMPONENTS_MAX 64
#define POLICY_HASHES_MAX     8 /* names beside those of token_hash_names */
#define POLICY_SIGNERS_MAX    16

struct policy_component {
	char *type;
	uint8_t value[64];
	size_t size;
};

/* A hash of a key. */
struct policy_id {
	uint8_t value[64];
	size_t size;
};

struct reeve_token_policy {
	unsigned lifecycles; /* the accepted states, a bit each */
	unsigned hashes;
	size_t other_hash_count;
	char *other_hashes[POLICY_HASHES_MAX];
	bool any_measurement_size; /* RIM and REMs not as long as their hash */
	unsigned required; /* the checks that must be made, a bit each */
	bool has_implementation;
	uint8_t implementation[CCA_ID_SIZE];
	bool has_instance;
	uint8_t instance[CCA_INSTANCE_ID_SIZE];
	bool has_config;
	size_t config_size;
	uint8_t config[POLICY_CONFIG_MAX];
	size_t component_count; /* 0: components are not checked */
	struct policy_component components[POLICY_COMPONENTS_MAX];
	bool has_mec, has_lfa;
	unsigned mec, lfa; /* numbers of the claims */
	bool has_devices;
	size_t devices_size; /* 0: no devices */
	uint8_t devices[64];
	bool has_client; /* the Realm Management domain must have asked */
	bool has_no_live; /* no component may be replaced at run time */
	size_t countersigner_count; /* 0: nobody need countersign */
	struct policy_id countersigners[POLICY_SIGNERS_MAX];
};

/* Accepts secured platforms only and every known hash, and requires no
 * check. */
extern const struct reeve_token_policy token_policy_default;

#endif
