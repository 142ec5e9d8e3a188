/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libreeve: from an xl.cfg(5)-style file to a planned, built and measured
 * guest. The library never prints, never exits and keeps no globals: what
 * happened is appended to a report that the caller owns.
 *
 * Unless said otherwise a function returns 0 or a negative enum reeve_result,
 * an out parameter is written only on success, strings are NUL-terminated
 * UTF-8 or the bytes of the user's file, and a pointer returned from an object
 * lives as long as that object. The objects are not thread-safe; distinct
 * objects may be used from distinct threads.
 */
#ifndef REEVE_H
#define REEVE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum reeve_result {
	REEVE_OK = 0,
	REEVE_ERR_CONFIG = -1, /* the configuration is refused */
	REEVE_ERR_IO = -2, /* a file cannot be read or written */
	REEVE_ERR_IMAGE = -3, /* a kernel, initrd or device tree is unfit */
	REEVE_ERR_ENGINE = -4, /* the engine or its RMM refused a step */
	REEVE_ERR_MEMORY = -5, /* out of memory */
	REEVE_ERR_ARGUMENT = -6, /* the caller passed a bad argument */
	REEVE_ERR_TOKEN = -10, /* what should be a token is none */
};

/* ---- Reports ---------------------------------------------------------- */

enum reeve_severity {
	REEVE_ERROR,
	REEVE_WARNING,
	REEVE_NOTE,
};

/* One thing to tell a person. Absent texts are NULL, absent places 0. */
struct reeve_diagnostic {
	enum reeve_severity severity;
	const char *file;
	unsigned line; /* 1-based, 0: no place */
	unsigned column; /* 1-based, in bytes, 0: no place */
	const char *key; /* the configuration key to blame */
	const char *message; /* what is wrong */
	const char *hint; /* the way out */
};

struct reeve_report;

struct reeve_report *reeve_report_new(void); /* NULL: out of memory */
void reeve_report_free(struct reeve_report *report);
size_t reeve_report_count(const struct reeve_report *report);
/* NULL when index is out of range. Order is the order of appending. */
const struct reeve_diagnostic *reeve_report_get(
	const struct reeve_report *report, size_t index);
/* Whether a diagnostic was lost for want of memory. */
bool reeve_report_truncated(const struct reeve_report *report);

/* ---- Keys ------------------------------------------------------------- */

/* One configuration key, for help, completion and manual pages. */
struct reeve_key {
	const char *name;
	const char *type; /* "string", "number", "boolean", "choice" ... */
	const char *unit; /* NULL: none */
	const char *range; /* what the value may be; NULL: anything */
	const char *fallback; /* in parentheses: words, not a value */
	const char *guests; /* which guests it is for */
	const char *help; /* one line */
};

/* The keys in the manual's order; NULL past the last. They are constants. */
const struct reeve_key *reeve_key_at(size_t index);

/*
 * Copies text with every byte that is a control character or no part of
 * well-formed UTF-8 written as \xNN, so that a line stays a line and a
 * terminal is told nothing. The texts of a report are so already; names and
 * banners are not. The caller frees. NULL: out of memory.
 */
char *reeve_printable(const char *text);

/* ---- Sources ---------------------------------------------------------- */

enum {
	/* libxlutil's grammar and nothing more. */
	REEVE_STRICT = 1 << 0,
	/* Unknown keys are warnings, unless close to one that matters. */
	REEVE_ALLOW_UNKNOWN = 1 << 1,
};

/* A configuration: a file, and settings appended to its text. */
struct reeve_source {
	const char *path;
	const char *const *extras; /* KEY=VALUE texts, as xl takes them */
	size_t extra_count;
	unsigned flags; /* REEVE_STRICT | REEVE_ALLOW_UNKNOWN */
};

/*
 * The settings in effect as a JSON document (see reeve(1), parse), without
 * giving any key a meaning. *json is the caller's to free.
 */
int reeve_settings_json(const struct reeve_source *source, char **json,
	struct reeve_report *report);

/* ---- Guests ----------------------------------------------------------- */

/* A configuration that was read, typed and found acceptable. */
struct reeve_guest;

/*
 * Reads a configuration and judges it. Every problem is in the report, not
 * only the first. 0, REEVE_ERR_CONFIG, REEVE_ERR_IO or REEVE_ERR_MEMORY.
 */
int reeve_guest_load(const struct reeve_source *source,
	struct reeve_guest **out, struct reeve_report *report);
void reeve_guest_free(struct reeve_guest *guest); /* NULL is fine */

const char *reeve_guest_name(const struct reeve_guest *guest);
bool reeve_guest_is_realm(const struct reeve_guest *guest);
/* RAM in bytes, and the number of vCPUs. */
uint64_t reeve_guest_memory(const struct reeve_guest *guest);
unsigned reeve_guest_vcpus(const struct reeve_guest *guest);

/*
 * Looks at the guest's files without loading them: warns of what cannot be
 * read here, reports what will be refused. 0, or the error of the worst find.
 */
int reeve_guest_probe(
	const struct reeve_guest *guest, struct reeve_report *report);

/* One key of the typed configuration, defaults filled in. */
struct reeve_value {
	const char *key;
	const char *text; /* as a configuration file would say it */
	bool set; /* false: the default */
	unsigned line; /* where it was set; 0: a default, or a KEY=VALUE */
};

/* Calls visit for each key that has a value, in the order of the schema. */
void reeve_guest_values(const struct reeve_guest *guest,
	void (*visit)(void *context, const struct reeve_value *value),
	void *context);

/* ---- Plans ------------------------------------------------------------ */

/* A guest with its files loaded, placed, and its device tree made. */
struct reeve_plan;

/* What a range of guest memory holds. Addresses are IPAs in bytes. */
struct reeve_range {
	const char *content; /* "kernel", "initrd", "device tree", "RAM" */
	const char *file; /* what a copy of it is called; NULL for RAM */
	uint64_t ipa;
	uint64_t size; /* bytes loaded, not rounded */
	uint64_t reserved; /* bytes kept for it, whole pages */
};

/* The 4 KiB granules that a range's loaded bytes fill, the last one in part;
 * and the bytes of those granules. */
uint64_t reeve_range_granules(const struct reeve_range *range);
uint64_t reeve_range_measured(const struct reeve_range *range);

/* The guest must outlive the plan. */
int reeve_plan_new(const struct reeve_guest *guest, struct reeve_plan **out,
	struct reeve_report *report);
void reeve_plan_free(struct reeve_plan *plan); /* NULL is fine */

/* Loaded segments in ascending order, then RAM banks; false: no such index. */
bool reeve_plan_segment(
	const struct reeve_plan *plan, size_t index, struct reeve_range *out);
bool reeve_plan_bank(
	const struct reeve_plan *plan, size_t index, struct reeve_range *out);
/* The bytes of a segment; size as in its range. */
const void *reeve_plan_segment_data(const struct reeve_plan *plan, size_t index);
/* Where the boot vCPU starts, and the device tree that X0 points to. */
uint64_t reeve_plan_entry(const struct reeve_plan *plan);
uint64_t reeve_plan_dtb_ipa(const struct reeve_plan *plan);
const void *reeve_plan_dtb(const struct reeve_plan *plan, size_t *size);
/* The device tree as text; the caller frees. NULL: out of memory. */
char *reeve_plan_dtb_source(const struct reeve_plan *plan);
/* What the kernel is: its format, and its banner or NULL. */
const char *reeve_plan_kernel_format(const struct reeve_plan *plan);
const char *reeve_plan_kernel_banner(const struct reeve_plan *plan);

/* ---- Measurement ------------------------------------------------------ */

/*
 * The Realm Initial Measurement of a plan, and all that went into it, in the
 * order in which it went in (DEN0137 2.0-bet1, "Realm measurement").
 */
struct reeve_measurement {
	const char *hash; /* "sha256", "sha384" or "sha512" */
	size_t size; /* bytes of the digest */
	uint8_t rim[64];
	uint8_t rpv[64]; /* personalization value; not part of the RIM */
	/* The measured fields of RmiRealmParams, in its units. */
	uint64_t flags0;
	uint32_t s2sz;
	uint32_t sve_vl;
	uint32_t num_bps;
	uint32_t num_wps;
	uint32_t pmu_num_ctrs;
	uint8_t hash_algo;
	/* Ranges of measured 4 KiB granules, ascending. */
	size_t range_count;
	struct reeve_range ranges[4];
	uint64_t granules;
	/* The measured fields of the boot REC's RmiRecParams. */
	uint64_t rec_flags;
	uint64_t rec_pc;
	uint64_t rec_gprs[8];
	unsigned vcpus; /* RECs made; only the boot REC is measured */
};

/*
 * Builds and activates the plan's Realm on the model engine, reads its RIM,
 * and takes everything down again. REEVE_ERR_ENGINE: a command of the RMM
 * was refused (the report names it). REEVE_ERR_ARGUMENT: not a Realm.
 */
int reeve_measure(const struct reeve_plan *plan, struct reeve_measurement *out,
	struct reeve_report *report);

/* The measurement as the JSON document of `reeve measure`; the caller frees.
 * NULL: out of memory. */
char *reeve_measurement_json(const struct reeve_measurement *measurement);

/* ---- Attestation ------------------------------------------------------ */

/* A CCA attestation token (docs/attestation.md), decoded and not believed. */
struct reeve_token;

/*
 * Decodes a token of at most 64 KiB; name is what diagnostics call it.
 * REEVE_ERR_TOKEN: it is refused, and the report starts with the refusal's
 * name ("truncated", "duplicate" ...). No signature is verified.
 */
int reeve_token_read(const void *data, size_t size, const char *name,
	struct reeve_token **out, struct reeve_report *report);
/* The same from a file; "-" is the standard input. */
int reeve_token_load(const char *path, struct reeve_token **out,
	struct reeve_report *report);
void reeve_token_free(struct reeve_token *token); /* NULL is fine */

/* All of a token for a person, or as JSON; the caller frees. NULL: out of
 * memory. */
char *reeve_token_text(const struct reeve_token *token);
char *reeve_token_json(const struct reeve_token *token);

/* What a Realm is expected to be. */
struct reeve_refs {
	char hash[8]; /* "sha-256", "sha-384" or "sha-512" */
	size_t size; /* bytes of a digest */
	uint8_t rim[64];
	bool has_rpv;
	uint8_t rpv[64];
	bool has_rems;
	uint8_t rems[4][64];
};

void reeve_refs_from(
	const struct reeve_measurement *measurement, struct reeve_refs *out);
/* From the JSON document that reeve_refs_json() makes. REEVE_ERR_IO, or
 * REEVE_ERR_CONFIG: it is no such document. */
int reeve_refs_load(
	const char *path, struct reeve_refs *out, struct reeve_report *report);
/* The caller frees. NULL: out of memory. */
char *reeve_refs_json(const struct reeve_refs *refs, const char *name);
/* A CoRIM with one CoMID, by the CCA Realm profile
 * (draft-ydb-rats-cca-endorsements-04), unsigned. The caller frees. NULL: out
 * of memory. */
void *reeve_refs_corim(const struct reeve_refs *refs, size_t *size);

/*
 * Replays an event list into refs->rems: lines "rem0 HEX" to "rem3 HEX", each
 * what RSI_MEASUREMENT_EXTEND was given (at most 64 bytes); '#' starts a
 * comment. refs->hash and size must be set.
 */
int reeve_refs_replay(
	const char *path, struct reeve_refs *refs, struct reeve_report *report);

/* What a verifier accepts beyond the defaults; see reeve(1), POLICY. */
struct reeve_token_policy;

int reeve_token_policy_load(const char *path, struct reeve_token_policy **out,
	struct reeve_report *report);
void reeve_token_policy_free(struct reeve_token_policy *policy); /* or NULL */

struct reeve_expectation {
	const char *platform_key; /* text: P-384 public key, PEM or JWK */
	const void *challenge; /* as given to the guest; zeros may follow */
	size_t challenge_size; /* 1 to 64; 0: freshness is not checked */
	/* NULL: the Realm's measurements are not checked. */
	const struct reeve_refs *refs;
	const struct reeve_token_policy *policy; /* NULL: the default */
};

enum reeve_verdict {
	REEVE_PASS,
	REEVE_FAIL,
	REEVE_UNCHECKED, /* nothing was said to hold it against */
};

struct reeve_check {
	const char *name; /* "platform signature" ... */
	enum reeve_verdict verdict;
	const char *expected; /* NULL: when unchecked */
	const char *found;
	const char *hint; /* the way out of a failure; NULL: none */
};

struct reeve_verification;

/*
 * Makes all checks, in a fixed order, whatever the first ones say.
 * REEVE_ERR_ARGUMENT: the platform key is no key, or the challenge too long.
 */
int reeve_token_verify(const struct reeve_token *token,
	const struct reeve_expectation *expected,
	struct reeve_verification **out, struct reeve_report *report);
void reeve_verification_free(struct reeve_verification *verification);
/* Whether no check failed. */
bool reeve_verification_passed(const struct reeve_verification *verification);
/* NULL past the last. */
const struct reeve_check *reeve_verification_check(
	const struct reeve_verification *verification, size_t index);
/* The caller frees. NULL: out of memory. */
char *reeve_verification_json(const struct reeve_verification *verification);

/*
 * Everything known of a guest as one JSON document (see reeve(1), create):
 * its typed configuration, its plan and its measurement; plan and measurement
 * may be NULL. The caller frees. NULL: out of memory.
 */
char *reeve_describe_json(const struct reeve_guest *guest,
	const struct reeve_plan *plan,
	const struct reeve_measurement *measurement);

#ifdef __cplusplus
}
#endif

#endif
