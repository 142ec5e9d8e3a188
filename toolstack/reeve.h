/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * libreeve: from an xl.cfg(5)-style file to a planned, built and measured
 * guest. The library never prints, never exits and keeps no globals: what
 * happened is appended to a report that the caller owns. Nothing depends on the
 * locale that the caller has set.
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

/* ---- Versions --------------------------------------------------------- */

/* The release that this header belongs to. */
#define REEVE_VERSION_MAJOR 0
#define REEVE_VERSION_MINOR 1
#define REEVE_VERSION_MICRO 0

/* Versions as numbers that can be compared, also by #if. */
#define REEVE_VERSION_NUMBER(major, minor, micro)                              \
	((major) * 1000000 + (minor) * 1000 + (micro))
#define REEVE_VERSION                                                          \
	REEVE_VERSION_NUMBER(REEVE_VERSION_MAJOR, REEVE_VERSION_MINOR,         \
			     REEVE_VERSION_MICRO)

/*
 * The header has a macro for each feature, so that a program can be compiled
 * with several releases: #ifdef REEVE_HAVE_... A macro stays for as long as
 * what it stands for. A release with more functions or fields adds one.
 */
/* Realms: reeve_guest_is_realm(), reeve_measure(), reeve_host_info.realms. */
#define REEVE_HAVE_REALM 1
/* Attestation: reeve_token_...(), reeve_refs_...(). */
#define REEVE_HAVE_TOKEN 1
/* reeve_references_...(), and with it the references of an expectation. */
#define REEVE_HAVE_REFERENCES 1
/* reeve_map_...(). */
#define REEVE_HAVE_MAP 1
/* reeve_domain_sysrq(). */
#define REEVE_HAVE_DOMAIN_SYSRQ 1
/* reeve_host_trim(). */
#define REEVE_HAVE_HOST_TRIM 1
/* reeve_attest() and reeve_evidence_...(). */
#define REEVE_HAVE_ATTEST 1
/* Hypervisors of other projects: reeve_host_console(), and the fields for them
 * of reeve_host_options and reeve_host_entry. */
#define REEVE_HAVE_HOST_CONSOLE 1
/* reeve_listing_...(). */
#define REEVE_HAVE_LISTING 1
/* reeve_firmware_path() and reeve_token_policy_names_platform(). */
#define REEVE_HAVE_FIRMWARE_PATH 1
/* reeve_guest_need_devices(). */
#define REEVE_HAVE_GUEST_NEED_DEVICES 1

/*
 * The version of the library that the program runs with, as a number like
 * REEVE_VERSION, and as text ("1.2.3"). Up to 1.0, releases whose major and
 * minor numbers are the same have the same binary interface, and their shared
 * libraries have the same soname.
 */
unsigned reeve_version(void);
const char *reeve_version_text(void);

/* ---- Results ---------------------------------------------------------- */

enum reeve_result {
	REEVE_OK = 0,
	REEVE_ERR_CONFIG = -1, /* the configuration is refused */
	REEVE_ERR_IO = -2, /* a file cannot be read or written */
	REEVE_ERR_IMAGE = -3, /* a kernel, initrd or device tree is unfit */
	REEVE_ERR_ENGINE = -4, /* the engine or its RMM refused a step */
	REEVE_ERR_MEMORY = -5, /* out of memory */
	REEVE_ERR_ARGUMENT = -6, /* the caller passed a bad argument */
	REEVE_ERR_HOST = -7, /* there is no such host, or it fails to answer */
	REEVE_ERR_NO_DOMAIN = -8, /* there is no such domain on the host */
	REEVE_ERR_STOPPED = -9, /* the caller's watch asked to give up */
	REEVE_ERR_TOKEN = -10, /* the input is not an acceptable token */
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
const struct reeve_diagnostic *
reeve_report_get(const struct reeve_report *report, size_t index);
/* Returns true if a diagnostic was lost for want of memory. */
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
 * Copies text, with \xNN in the place of every control character and of every
 * byte that is not part of well-formed UTF-8. So a line stays one line, and
 * text cannot control a terminal. The texts of a report are printable already;
 * names and banners are not. The caller frees the copy. NULL: out of memory.
 */
char *reeve_printable(const char *text);

/* ---- Sources ---------------------------------------------------------- */

enum {
	/* libxlutil's grammar and nothing more. */
	REEVE_STRICT = 1 << 0,
	/* Unknown keys are warnings, unless a Realm is, or may have been,
	 * meant; see reeve.cfg(5). */
	REEVE_ALLOW_UNKNOWN = 1 << 1,
};

/* The engine that will run the guest. What an ordinary guest may have depends
 * on it, and so does its device tree. A Realm is the same for every engine. */
enum reeve_engine {
	/* A CCA host of ours (reeve_host_start()): no hypervisor node. */
	REEVE_ENGINE_MACHINE,
	/* In this process. It runs nothing; an ordinary guest is judged and
	 * planned as for a Xen host. */
	REEVE_ENGINE_MODEL,
};

/* A configuration: a file, and settings appended to its text. */
struct reeve_source {
	const char *path;
	const char *const *extras; /* KEY=VALUE texts, as xl takes them */
	size_t extra_count;
	unsigned flags; /* REEVE_STRICT | REEVE_ALLOW_UNKNOWN */
	enum reeve_engine engine;
};

/*
 * The settings in effect as a JSON document (see reeve(1), parse), without
 * giving any key a meaning. The caller frees *json.
 */
int reeve_settings_json(const struct reeve_source *source, char **json,
			struct reeve_report *report);

/* ---- Guests ----------------------------------------------------------- */

/* A configuration that was read, typed and found acceptable. */
struct reeve_guest;

/*
 * Reads a configuration and judges it, by the rules that hold for every host
 * of its engine. Every problem is in the report, not only the first. 0,
 * REEVE_ERR_CONFIG, REEVE_ERR_IO or REEVE_ERR_MEMORY.
 */
int reeve_guest_load(const struct reeve_source *source,
		     struct reeve_guest **out, struct reeve_report *report);
void reeve_guest_free(struct reeve_guest *guest); /* NULL is fine */

const char *reeve_guest_name(const struct reeve_guest *guest);
bool reeve_guest_is_realm(const struct reeve_guest *guest);
/* Returns true if the guest runs only on a host with the debug console, as a
 * Realm with the SBSA UART does. */
bool reeve_guest_wants_debug(const struct reeve_guest *guest);
/* 0, or REEVE_ERR_CONFIG after reporting that the guest has no console that
 * reeve_domain_console() could attach to. */
int reeve_guest_need_console(const struct reeve_guest *guest,
			     struct reeve_report *report);
struct reeve_watch; /* below */
/* 0, or REEVE_ERR_CONFIG after reporting each device that cannot be made on
 * this computer: its image, bridge or folder is not there, or its storage is
 * silent. reeve_domain_create() looks, too; this needs no host. watch may be
 * NULL; REEVE_ERR_STOPPED if it says no. */
int reeve_guest_need_devices(const struct reeve_guest *guest,
			     const struct reeve_watch *watch,
			     struct reeve_report *report);
/* RAM in bytes, and the number of vCPUs. */
uint64_t reeve_guest_memory(const struct reeve_guest *guest);
unsigned reeve_guest_vcpus(const struct reeve_guest *guest);

/*
 * Looks at the guest's files without loading them. Warns of a file that cannot
 * be read here, and of what the devices lack here, and reports what would be
 * refused. 0, or the worst error that
 * was found.
 */
int reeve_guest_probe(const struct reeve_guest *guest,
		      struct reeve_report *report);

/* One key of the typed configuration, defaults filled in. */
struct reeve_value {
	const char *key;
	const char *text; /* as a configuration file would say it */
	bool set; /* false: the default */
	unsigned line; /* where it was set; 0: a default, or a KEY=VALUE */
};

/* Calls visit for each key that has a value, in the order of the schema. */
void reeve_guest_values(const struct reeve_guest *guest,
			void (*visit)(void *context,
				      const struct reeve_value *value),
			void *context);

/* ---- Plans ------------------------------------------------------------ */

/* A guest with its files loaded, placed, and its device tree made. */
struct reeve_plan;

/* A range of guest memory and its content. Addresses are IPAs in bytes. */
struct reeve_range {
	const char *content; /* "kernel", "initrd", "device tree", "RAM" */
	const char *file; /* the file name for a copy of it; NULL for RAM */
	uint64_t ipa;
	uint64_t size; /* bytes loaded, not rounded */
	uint64_t reserved; /* bytes kept for it, whole pages */
};

/* The number of 4 KiB granules that a range's loaded bytes fill, counting one
 * that they fill in part; and the size of those granules in bytes. */
uint64_t reeve_range_granules(const struct reeve_range *range);
uint64_t reeve_range_measured(const struct reeve_range *range);

/* Makes the plan for the engine of the guest's source. The guest must outlive
 * the plan. */
int reeve_plan_new(const struct reeve_guest *guest, struct reeve_plan **out,
		   struct reeve_report *report);
void reeve_plan_free(struct reeve_plan *plan); /* NULL is fine */

/* Loaded segments in ascending order, then RAM banks; false: no such index. */
bool reeve_plan_segment(const struct reeve_plan *plan, size_t index,
			struct reeve_range *out);
bool reeve_plan_bank(const struct reeve_plan *plan, size_t index,
		     struct reeve_range *out);
/* The bytes of a segment; size as in its range. */
const void *reeve_plan_segment_data(const struct reeve_plan *plan, size_t index);
/* A virtio device of a guest: its registers and its interrupt. */
struct reeve_device {
	const char *kind; /* "disk", "vif", "channels", "p9", "rng", "virtio" */
	/* A disk's or a folder's name in the configuration, the number of an
	 * interface, the type of a device that another domain serves; else
	 * "". */
	char name[32];
	uint64_t ipa;
	uint64_t size; /* bytes */
	unsigned interrupt; /* INTID */
	bool untrusted; /* the guest is a Realm, whose host has the device */
};
/* The devices in the order of their addresses; false: no such index. */
bool reeve_plan_device(const struct reeve_plan *plan, size_t index,
		       struct reeve_device *out);
/* Where the boot vCPU starts, and the device tree that X0 points to. */
uint64_t reeve_plan_entry(const struct reeve_plan *plan);
uint64_t reeve_plan_dtb_ipa(const struct reeve_plan *plan);
const void *reeve_plan_dtb(const struct reeve_plan *plan, size_t *size);
/* The device tree as text; the caller frees. NULL: out of memory. */
char *reeve_plan_dtb_source(const struct reeve_plan *plan);
/* The format of the kernel, and its banner or NULL. */
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
 * and takes everything down again. Threads on the other CPUs help with the
 * hashes, and have ended when this function returns. REEVE_ERR_ENGINE: a command
 * of the RMM was refused (the report names it). REEVE_ERR_ARGUMENT: not a Realm.
 */
int reeve_measure(const struct reeve_plan *plan, struct reeve_measurement *out,
		  struct reeve_report *report);

/* The measurement as the JSON document of `reeve measure`; the caller frees.
 * NULL: out of memory. */
char *reeve_measurement_json(const struct reeve_measurement *measurement);

/* A Realm that another builder makes: what it loads where, in which order, with
 * which parameters, for which RMM. */
struct reeve_listing;

/*
 * Reads the document of reeve_measurement_json() or one that reeve(1) describes
 * under "Documents of other builders". folder has the files that it names; they
 * are read now, and a process that writes to one of them waits until the
 * listing is freed. REEVE_ERR_CONFIG, REEVE_ERR_IO, REEVE_ERR_IMAGE.
 */
int reeve_listing_load(const char *path, const char *folder,
		       struct reeve_listing **out, struct reeve_report *report);
void reeve_listing_free(struct reeve_listing *listing); /* NULL is fine */
/* Computes the measurement. *out has no ranges, and as boot REC the first REC
 * that is measured. Warns if the document has another RIM. */
int reeve_listing_measure(struct reeve_listing *listing,
			  struct reeve_measurement *out,
			  struct reeve_report *report);
/* Returns the document again, with everything in it that is measured. The
 * caller frees. NULL: out of memory. */
char *reeve_listing_json(const struct reeve_listing *listing,
			 const struct reeve_measurement *measurement);
/* A line for each step, in order, for a person. The caller frees. NULL: out of
 * memory. */
char *reeve_listing_text(const struct reeve_listing *listing);

/* ---- Attestation ------------------------------------------------------ */

/* A CCA attestation token (docs/attestation.md), decoded but not verified. */
struct reeve_token;

/*
 * Decodes a token of at most 64 KiB: whatever can be shown of it, also if a
 * verifier must refuse it. Diagnostics call it name. REEVE_ERR_TOKEN: nothing
 * can be shown, and the report starts with the name of the reason ("truncated",
 * "duplicate" ...).
 */
int reeve_token_read(const void *data, size_t size, const char *name,
		     struct reeve_token **out, struct reeve_report *report);
/*
 * Decodes a token from a file; "-" is the standard input. The file may hold the
 * token itself, or as base64, base64url, hexadecimal, PEM, a member of a JSON
 * document or of a JWT; or it is a log of any length with tokens in base64,
 * each between -----BEGIN REEVE TOKEN----- and -----END REEVE TOKEN-----. The
 * last one is taken, and a note in the report says that there were several.
 */
int reeve_token_load(const char *path, struct reeve_token **out,
		     struct reeve_report *report);
void reeve_token_free(struct reeve_token *token); /* NULL is fine */

/* A whole token as text for a person, or as JSON. The caller frees. NULL: out
 * of memory. */
char *reeve_token_text(const struct reeve_token *token);
char *reeve_token_json(const struct reeve_token *token);

/* The measurements that a Realm is expected to have. */
struct reeve_refs {
	char hash[8]; /* "sha-256", "sha-384" or "sha-512" */
	size_t size; /* bytes of a digest */
	uint8_t rim[64];
	bool has_rpv;
	uint8_t rpv[64];
	bool has_rem[4]; /* each may be expected or not */
	uint8_t rems[4][64];
};

struct reeve_keys;

void reeve_refs_from(const struct reeve_measurement *measurement,
		     struct reeve_refs *out);
/* Takes the values of a token that is known to be good: nothing is verified.
 * REEVE_ERR_TOKEN: it has no Realm part, or no measurements of a known hash. */
int reeve_refs_from_token(const struct reeve_token *token,
			  struct reeve_refs *out, struct reeve_report *report);

/* The caller frees. NULL: out of memory. */
char *reeve_refs_json(const struct reeve_refs *refs, const char *name);

/*
 * Replays an event list into refs->rems. Each line is "rem0 HEX" to "rem3 HEX"
 * and gives the value of one RSI_MEASUREMENT_EXTEND (at most 64 bytes); '#'
 * starts a comment. refs->hash and size must be set.
 */
int reeve_refs_replay(const char *path, struct reeve_refs *refs,
		      struct reeve_report *report);

/* Reference values of any number of Realms and platforms. NULL: out of
 * memory. */
struct reeve_references;
struct reeve_host_options; /* see reeve_host_start() */

struct reeve_references *reeve_references_new(void);
void reeve_references_free(struct reeve_references *references); /* or NULL */
size_t reeve_references_realms(const struct reeve_references *references);
size_t reeve_references_platforms(const struct reeve_references *references);

/* A file of reference values. */
struct reeve_refs_source {
	const char *path;
	/* A CoRIM may have several digests of a Realm: the one of this token's
	 * hash is taken. May be NULL. */
	const struct reeve_token *token;
	/* One of these keys must have signed the CoRIM. NULL: signatures are
	 * not looked at. */
	const struct reeve_keys *signers;
};

/* Appends what a file holds: the JSON document that reeve_refs_json() or
 * reeve_measurement_json() makes, or a CoRIM of the CCA Realm or platform
 * profile (draft-ydb-rats-cca-endorsements-04), unsigned or signed.
 * REEVE_ERR_IO, or REEVE_ERR_CONFIG: the file is none of these, or cannot be
 * used. */
int reeve_references_load(struct reeve_references *references,
			  const struct reeve_refs_source *source,
			  struct reeve_report *report);
/* Picks the Realm with the RIM of a token; of several, one that the token is as a
 * whole, else one with its RPV; the first one if none has the RIM.
 * REEVE_ERR_CONFIG: there is no Realm. */
int reeve_references_realm(const struct reeve_references *references,
			   const struct reeve_token *token,
			   struct reeve_refs *out, struct reeve_report *report);

/* These append: a Realm; the platform in a token, which is not verified; the
 * platform of the firmware that reeve_host_start() would load with these
 * options. */
int reeve_references_add_realm(struct reeve_references *references,
			       const struct reeve_refs *realm);
int reeve_references_add_token(struct reeve_references *references,
			       const struct reeve_token *token,
			       struct reeve_report *report);
int reeve_references_add_firmware(struct reeve_references *references,
				  const struct reeve_host_options *options,
				  struct reeve_report *report);
/* The path of the firmware that reeve_host_start() would load with these
 * options; the caller frees. REEVE_ERR_IO: there is none. */
int reeve_firmware_path(const struct reeve_host_options *options, char **path,
			struct reeve_report *report);
/* Appends the key of the last platform. If keys do not say for which instance
 * the key is, it is the instance in the token of that platform, or else the one
 * that our hosts derive from their key. REEVE_ERR_ARGUMENT: keys are not
 * exactly one, or there is no platform. */
int reeve_references_add_key(struct reeve_references *references,
			     const struct reeve_keys *keys,
			     struct reeve_report *report);

struct reeve_corim_options {
	/* The name and the version of its tag. NULL: a name made from a hash of
	 * the tag's content. */
	const char *tag_id;
	uint64_t tag_version;
	/* Times in seconds since 1970. Without an end the CoRIM is always
	 * valid. */
	bool has_not_before, has_not_after;
	int64_t not_before, not_after;
	bool digest_numbers; /* hashes by their numbers; else by their names */
	const char *key_path; /* a private key in PEM, to sign it with */
	const char *signer; /* the signer's name; NULL: that of the key */
};

/* A CoRIM with one CoMID, of all Realms or of all platforms. The caller frees
 * *out. REEVE_ERR_ARGUMENT: there are neither Realms nor platforms, or both;
 * the options contradict each other; or the file has no private key. */
int reeve_references_corim(const struct reeve_references *references,
			   const struct reeve_corim_options *options, void **out,
			   size_t *size, struct reeve_report *report);

/* The choices of a verifier beyond the defaults; see reeve(1), POLICY. */
struct reeve_token_policy;

int reeve_token_policy_load(const char *path, struct reeve_token_policy **out,
			    struct reeve_report *report);
void reeve_token_policy_free(struct reeve_token_policy *policy); /* or NULL */
/* Returns true if it says which software a platform must have. */
bool reeve_token_policy_names_platform(const struct reeve_token_policy *policy);

/* Public keys of platforms, or certificates that vouch for such keys: struct
 * reeve_keys. */

/* Reads keys of P-256, P-384 or P-521: PEM, DER, a certificate (X.509), JWK, a
 * JWK set, COSE_Key, an unsigned CoRIM, or trust anchors of Veraison's stores.
 * name may be NULL. REEVE_ERR_ARGUMENT: it is none of these; REEVE_ERR_IO. */
int reeve_keys_read(const void *data, size_t size, const char *name,
		    struct reeve_keys **out, struct reeve_report *report);
int reeve_keys_load(const char *path, struct reeve_keys **out,
		    struct reeve_report *report);
/* Reads certificates in PEM. A token is then to bring the certificate of its
 * key, with a chain that leads to one of these. */
int reeve_keys_load_roots(const char *path, struct reeve_keys **out,
			  struct reeve_report *report);
void reeve_keys_free(struct reeve_keys *keys); /* NULL is fine */

/* The key as a JWK (RFC 7517). The caller frees. NULL: out of memory, or it is
 * not one key. */
char *reeve_keys_jwk(const struct reeve_keys *keys);

/* The table of profiles as text for a person, or as JSON. The caller frees.
 * NULL: out of memory. */
char *reeve_token_profiles_text(void);
char *reeve_token_profiles_json(void);

/* A challenge of 32 random bytes in hexadecimal. The caller frees. NULL: there
 * is no randomness or no memory. */
char *reeve_challenge_new(void);

struct reeve_expectation {
	const struct reeve_keys *keys;
	/* The challenge that the guest was given, 1 to 64 bytes in hexadecimal;
	 * in the token zeros follow it. */
	const char *challenge;
	const struct reeve_refs *refs;
	/* The platforms that are accepted, if there are any in it. NULL: any. */
	const struct reeve_references *references;
	const struct reeve_token_policy *policy; /* NULL: the default */
	/* Without a challenge, or without refs, a token is not accepted, unless
	 * these say that the caller wants none. */
	bool no_challenge;
	bool no_references;
};

enum reeve_verdict {
	REEVE_PASS,
	REEVE_FAIL,
	REEVE_UNCHECKED, /* nothing was given to compare with */
	REEVE_MISSING, /* nothing was given, and without it none is accepted */
};

struct reeve_check {
	const char *name; /* "platform-signature" ... */
	enum reeve_verdict verdict;
	const char *expected; /* NULL when unchecked or missing */
	const char *found;
	const char *hint; /* the way out of a failure; NULL: none */
};

struct reeve_verification;

/*
 * Makes all checks in a fixed order; a failed check does not stop the others.
 * REEVE_ERR_TOKEN: the token has not the form that its profiles demand, and the
 * report starts with the name of the reason. REEVE_ERR_ARGUMENT: the challenge
 * is not 1 to 64 bytes in hexadecimal.
 */
int reeve_token_verify(const struct reeve_token *token,
		       const struct reeve_expectation *expected,
		       struct reeve_verification **out,
		       struct reeve_report *report);
void reeve_verification_free(struct reeve_verification *verification);
/* Returns true if no check failed, and nothing is missing. */
bool reeve_verification_passed(const struct reeve_verification *verification);
/* NULL past the last. */
const struct reeve_check *
reeve_verification_check(const struct reeve_verification *verification,
			 size_t index);
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

/* ---- Watching long operations ----------------------------------------- */

/* Passed to functions that may take seconds. NULL: the call is not watched. */
struct reeve_watch {
	/*
	 * Called at least every 100 ms while waiting. step says in words what
	 * is being done; done of its all units are done (all is 0 if their
	 * number is not known). Both are 0 while the function only waits, for
	 * the host or for a control port that other processes use: step then
	 * says which. To give up it returns false: the function then
	 * undoes all that it has begun and returns REEVE_ERR_STOPPED.
	 */
	bool (*go_on)(void *ctx, const char *step, uint64_t done, uint64_t all);
	void *ctx;
};

/* ---- Evidence of a running guest ----------------------------------------- */

/* The answer of a guest to a fresh nonce (docs/attest-protocol.md). None of it is
 * believed before reeve_token_verify() has accepted its token with its
 * challenge. */
struct reeve_evidence;

/* The channels at which a guest answers (docs/attest-protocol.md), and has an
 * SSH server. */
#define REEVE_CHANNEL_ATTEST "org.reeve.attest.0"
#define REEVE_CHANNEL_SSH    "org.reeve.ssh.0"

/*
 * Asks the guest at "HOST:PORT", "[IPV6]:PORT" or "unix:PATH". Waits for up to
 * half a minute. REEVE_ERR_ARGUMENT: peer is none of these; REEVE_ERR_HOST:
 * there is no answer; REEVE_ERR_TOKEN: the answer is not one of reeve-guest,
 * has no token that can be read, or says why there is no token.
 */
int reeve_attest(const char *peer, const struct reeve_watch *watch,
		 struct reeve_evidence **out, struct reeve_report *report);
void reeve_evidence_free(struct reeve_evidence *evidence); /* NULL is fine */

const struct reeve_token *
reeve_evidence_token(const struct reeve_evidence *evidence);
/* For struct reeve_expectation: binds the token to the nonce and the keys. */
const char *reeve_evidence_challenge(const struct reeve_evidence *evidence);

/* An SSH host key of the guest. */
struct reeve_ssh_key {
	const char *type; /* "ssh-ed25519" ... */
	const char *base64;
	const char *fingerprint; /* "SHA256:...", as ssh-keygen -l prints it */
};

/* NULL past the last. */
const struct reeve_ssh_key *
reeve_evidence_key(const struct reeve_evidence *evidence, size_t index);

/* ---- Hosts ------------------------------------------------------------- */

/*
 * A CCA host: a QEMU process with a private runtime folder, in
 * $XDG_RUNTIME_DIR/reeve, else for root in /run/reeve, else in
 * /tmp/reeve-UID. It outlives the process that starts it. A name is 1 to 32
 * letters, digits, '.', '_' and '-', the first a letter or a digit.
 */
#define REEVE_HOST_DEFAULT   "default"
#define REEVE_HOST_NAME_SIZE 33 /* with its NUL */

struct reeve_host_options {
	const char *name; /* NULL: REEVE_HOST_DEFAULT */
	uint64_t memory; /* bytes, whole MiB; 0: 2 GiB */
	/* The part that devices can access and Realms cannot have: bytes, in
	 * 2 MiB; 0: a quarter, at most 8 GiB. */
	uint64_t dma_memory;
	unsigned cpus; /* 1 to 32; 0: this machine's, at most 4 */
	/* Use the build that offers Realms the SBSA UART. Its platform token
	 * says so. */
	bool debug_console;
	/* Folders that guests can have by the key p9: absolute paths, separated
	 * by colons; NULL: none. */
	const char *shares;
	/* Files to put in the place of the firmware's parts; NULL: ours. A
	 * monitor that is larger than 512 KiB is a whole flash, with the other
	 * parts in it. The hypervisor can be packed as a kernel can. */
	const char *monitor;
	const char *rmm;
	const char *hypervisor;
	/* For a hypervisor that does not serve our control interface: the
	 * kernel that it starts, with an initrd and a command line, and its own
	 * command line. Without a kernel the hypervisor is itself one, and has
	 * the initrd and the command line. NULL: none. */
	const char *kernel;
	const char *initrd;
	const char *cmdline;
	const char *hypervisor_cmdline;
};

/*
 * Starts a host and waits until it answers; if its hypervisor does not serve
 * our control interface, until the machine runs. On failure nothing is left
 * behind but the output of the machine, and the report tells the reason.
 * REEVE_ERR_ARGUMENT: an option is out of range. REEVE_ERR_IO: a file is
 * missing, or there is no room. REEVE_ERR_IMAGE: a hypervisor, kernel or initrd
 * is unfit. REEVE_ERR_HOST: a host of that name runs already, or QEMU or the
 * firmware failed.
 */
int reeve_host_start(const struct reeve_host_options *options,
		     const struct reeve_watch *watch,
		     struct reeve_report *report);
/* Ends a host with all its guests, and removes its folder. Also removes what is
 * left of a host that died. */
int reeve_host_stop(const char *name, const struct reeve_watch *watch,
		    struct reeve_report *report);

enum reeve_host_state {
	REEVE_HOST_STARTING, /* being started, or its starter was killed */
	REEVE_HOST_RUNNING,
	REEVE_HOST_DEAD, /* only its folder is left */
	REEVE_HOST_LOST, /* runs, but its folder was removed: stop it */
};

#define REEVE_RUNS_SIZE 256 /* a longer path is cut */

struct reeve_host_entry {
	char name[REEVE_HOST_NAME_SIZE];
	char folder[108];
	enum reeve_host_state state;
	/* The rest is 0 unless it is RUNNING; pid is known of a LOST one too. */
	long pid; /* of QEMU */
	uint64_t memory; /* bytes, of the machine */
	unsigned cpus;
	bool debug_console;
	/* The hypervisor does not serve our control interface: there are no
	 * domains. */
	bool foreign;
	char runs[REEVE_RUNS_SIZE]; /* its file, if it is foreign */
};

/* One host; name NULL: the default. REEVE_ERR_HOST: there is none. */
int reeve_host_find(const char *name, struct reeve_host_entry *out,
		    struct reeve_report *report);
/* All hosts of this user, in the order of their names. The caller frees
 * *list. */
int reeve_host_list(struct reeve_host_entry **list, size_t *count,
		    struct reeve_report *report);
/* The public part of the host's platform attestation key (P-384), as PEM; the
 * caller frees. */
int reeve_host_key(const char *name, char **pem, struct reeve_report *report);
/* Attaches to the UART of a foreign host: *fd is a stream of its output from
 * now on, and of its input. Its output so far is in serial.log of its folder.
 * One at a time: REEVE_ERR_HOST names the process that has it. The caller
 * closes *fd, and *lock after it. */
int reeve_host_console(const char *name, int *fd, int *lock,
		       struct reeve_report *report);

/* ---- Talking to a host -------------------------------------------------- */

#define REEVE_TEXT_SIZE 192 /* of the host's texts, with the NUL */

/*
 * A connection to a host. A host serves only a few connections at a time:
 * opening one waits until the host has room. The texts that come over it are
 * printable UTF-8.
 */
struct reeve_host;

int reeve_host_open(const char *name, const struct reeve_watch *watch,
		    struct reeve_host **out, struct reeve_report *report);
void reeve_host_close(struct reeve_host *host); /* NULL is fine */

struct reeve_host_info {
	bool debug; /* the debug build: a Realm may have the SBSA UART */
	bool realms; /* its RMM is usable */
	unsigned cores; /* that run guests */
	unsigned domains; /* at present */
	uint64_t memory_total; /* bytes that guests can have */
	uint64_t memory_free; /* bytes not promised to anyone */
	uint64_t dma_total; /* of memory_total: what devices can access and
			     * Realms cannot have; 0: not divided */
	uint64_t dma_free; /* the same of memory_free */
	uint64_t dma_faults; /* accesses of devices to other memory: stopped */
	bool dma_faults_more; /* and some that were not counted */
	uint64_t dma_fault_address; /* of the last one, and who it was: */
	unsigned dma_fault_stream; /* bus << 8 | device << 3 | function */
	uint64_t granules_delegated; /* 4 KiB granules in the Realm world */
	uint64_t pages_used; /* 4 KiB pages taken from the host's allocator */
	unsigned rmi_lower; /* RMI versions that the RMM speaks: */
	unsigned rmi_higher; /* major << 16 | minor */
	unsigned ipa_bits; /* widest IPA space of a Realm */
	unsigned max_recs; /* vCPUs of a Realm */
	unsigned hashes; /* bit RMI_HASH_* */
	unsigned consoles_free;
	uint64_t uptime_ns;
	unsigned slots; /* for devices of guests; 0: it gives guests none */
	unsigned slots_free;
	uint64_t requests_in_flight; /* of all devices, now */
	uint64_t pages_pinned; /* by those requests */
	char rmm_text[REEVE_TEXT_SIZE]; /* not empty: why no Realms */
};

int reeve_host_ask(struct reeve_host *host, struct reeve_host_info *out,
		   struct reeve_report *report);

/*
 * Reads at most size bytes of the hypervisor's log into text, from *from on (in
 * bytes since boot). Sets *got, and moves *from behind these bytes; *from also
 * skips bytes that the log has lost. *got is 0 at the end of the log. The bytes
 * are as the host sent them, unchecked.
 */
int reeve_host_dmesg(struct reeve_host *host, uint64_t *from, char *text,
		     size_t size, size_t *got, struct reeve_report *report);

/*
 * Gives memory that no guest of the host uses, but some guest has used, back to
 * the computer that the host runs on. *freed is how much less of its memory the
 * host takes then, in bytes. Guests run on meanwhile.
 * reeve_domain_destroy(), and reeve_domain_create() when it fails, do the same.
 */
int reeve_host_trim(struct reeve_host *host, const struct reeve_watch *watch,
		    uint64_t *freed, struct reeve_report *report);

/* ---- Domains ------------------------------------------------------------ */

enum reeve_domain_state {
	REEVE_DOMAIN_LOADING = 1,
	REEVE_DOMAIN_BUILDING,
	REEVE_DOMAIN_FAILED, /* text says why */
	REEVE_DOMAIN_PAUSED,
	REEVE_DOMAIN_RUNNING,
	REEVE_DOMAIN_SHUTDOWN, /* has ended: reason, text */
	REEVE_DOMAIN_DYING,
};

/* Why a domain ended, in Xen's numbers. */
enum reeve_reason {
	REEVE_POWEROFF = 0,
	REEVE_REBOOT = 1,
	REEVE_CRASH = 3,
};

#define REEVE_NAME_SIZE  64 /* of a domain's name, with the NUL */
#define REEVE_NO_CONSOLE 0xffffffffU

struct reeve_domain {
	unsigned domid;
	enum reeve_domain_state state;
	enum reeve_reason reason; /* in SHUTDOWN */
	bool realm;
	bool vuart; /* has the SBSA UART */
	bool rtc; /* has a real-time clock */
	bool pvpanic; /* has the device by which it tells a panic */
	bool blocked; /* RUNNING, and every online vCPU waits */
	unsigned vcpus;
	unsigned vcpus_online;
	unsigned console; /* slot of its UART, or REEVE_NO_CONSOLE */
	unsigned hvc; /* slot of its virtio console, or REEVE_NO_CONSOLE */
	unsigned devices; /* of reeve_domain_device() */
	uint64_t ram_size; /* bytes */
	uint64_t pages_held; /* 4 KiB pages that it costs the host now */
	uint64_t pages_promised; /* accounted when it was created */
	uint64_t granules_delegated;
	uint64_t pages_shared; /* of its RAM, shared by the guest */
	uint64_t cpu_ns; /* all vCPUs */
	uint64_t uptime_ns; /* since its creation */
	uint64_t progress_done; /* BUILDING, DYING: granules */
	uint64_t progress_all;
	uint64_t rmi_calls; /* made on its behalf */
	uint64_t exits; /* of all vCPUs */
	uint64_t first_entry_ns; /* creation to first instruction; 0: not yet */
	/* A Realm's, as predicted when it was created (no host knows it);
	 * rim_size 0: there is no record. */
	unsigned rim_size; /* bytes */
	uint8_t rim[64];
	uint8_t uuid[16];
	char name[REEVE_NAME_SIZE];
	/* FAILED, SHUTDOWN: why; DYING: what it waits for, or empty. */
	char text[REEVE_TEXT_SIZE];
};

#define REEVE_EXIT_KINDS 9
/* The kinds in their order, as words: "irq", "mmio" ...; NULL past the last. */
const char *reeve_exit_name(unsigned kind);

struct reeve_vcpu {
	unsigned index;
	bool online;
	bool running; /* now; else it waits */
	unsigned core; /* where it runs or ran last */
	uint64_t cpu_ns;
	uint64_t exits[REEVE_EXIT_KINDS];
};

#define REEVE_NO_SLOT 0xffffU

/* A virtio device that a domain has. */
struct reeve_domain_device {
	unsigned index; /* in the order of their addresses */
	unsigned slot; /* of the host; REEVE_NO_SLOT: the hypervisor's own */
	unsigned virtio_id; /* virtio 1.2, 5 */
	bool broken; /* it needs a reset by the guest; text says why */
	unsigned queues; /* that the guest's driver has set up */
	uint64_t requests; /* taken from the guest */
	uint64_t in_flight; /* of those, not answered yet */
	uint64_t pages_pinned; /* by those in flight */
	uint64_t exits; /* accesses of the guest to its registers */
	uint64_t interrupts; /* of the guest */
	char text[REEVE_TEXT_SIZE]; /* what last broke it */
};

enum reeve_attached_kind {
	REEVE_ATTACHED_DISK,
	REEVE_ATTACHED_VIF,
	REEVE_ATTACHED_CHANNEL, /* each of them; one device has all */
};

/* A disk, an interface or a channel of a domain, as the host's QEMU has it. */
struct reeve_attached {
	struct reeve_domain_device device;
	bool untrusted; /* the domain is a Realm */
	char name[32]; /* a disk's (xvda) or a channel's */
	char target[4096]; /* its image; its socket or terminal */
	char format[16]; /* "raw", "qcow2" ...; "socket" or "pty" */
	bool writable; /* a disk */
	uint64_t size; /* of a disk, bytes */
	bool connected; /* a socket: somebody is at the host's end */
	char mac[18]; /* of an interface */
	unsigned mtu; /* the same; 0: not set */
};

/*
 * Makes the plan's guest, paused. predicted is a Realm's measurement, to be
 * kept on record beside the host; else NULL. On failure no domain is left.
 * REEVE_ERR_CONFIG: this host cannot run it as it is configured.
 */
int reeve_domain_create(struct reeve_host *host, const struct reeve_plan *plan,
			const struct reeve_measurement *predicted,
			const struct reeve_watch *watch,
			struct reeve_domain *out, struct reeve_report *report);
/* The domain with the smallest id that is at least domid. REEVE_ERR_NO_DOMAIN
 * (nothing is reported): there are no more. */
int reeve_domain_next(struct reeve_host *host, unsigned domid,
		      struct reeve_domain *out, struct reeve_report *report);
/* The domain of that id, if the text is a number, or of that name. A domain
 * that is being destroyed has an id only. */
int reeve_domain_find(struct reeve_host *host, const char *text,
		      struct reeve_domain *out, struct reeve_report *report);
int reeve_domain_vcpu(struct reeve_host *host, unsigned domid, unsigned index,
		      struct reeve_vcpu *out, struct reeve_report *report);
/* The device of that index, below the domain's devices. */
int reeve_domain_device(struct reeve_host *host, unsigned domid, unsigned index,
			struct reeve_domain_device *out,
			struct reeve_report *report);
/* Calls visit for each device of that kind. REEVE_ERR_HOST: QEMU does not
 * answer. */
int reeve_domain_attached(struct reeve_host *host,
			  const struct reeve_domain *domain,
			  enum reeve_attached_kind kind,
			  void (*visit)(void *context,
					const struct reeve_attached *attached),
			  void *context, struct reeve_report *report);
int reeve_domain_pause(struct reeve_host *host, unsigned domid,
		       struct reeve_report *report);
int reeve_domain_unpause(struct reeve_host *host, unsigned domid,
			 struct reeve_report *report);
/* Stops the domain at once, without asking the guest. The domain stays, in the
 * state SHUTDOWN. */
int reeve_domain_shutdown(struct reeve_host *host, unsigned domid,
			  enum reeve_reason reason, struct reeve_report *report);
/* The name must not be empty, and no other domain may have it. */
int reeve_domain_rename(struct reeve_host *host, unsigned domid,
			const char *name, struct reeve_report *report);
/* Sends a break and then the key through the domain's UART, which Linux takes
 * for a system request (SysRq) on its console. */
int reeve_domain_sysrq(struct reeve_host *host, unsigned domid, char key,
		       struct reeve_report *report);
/* Takes the domain apart and waits until all that it held is given back, as
 * far as possible also to the computer that the host runs on. */
int reeve_domain_destroy(struct reeve_host *host, unsigned domid,
			 const struct reeve_watch *watch,
			 struct reeve_report *report);

/* Which console of a domain. */
enum reeve_console {
	REEVE_CONSOLE_ANY, /* the virtio console, or else the UART */
	REEVE_CONSOLE_HVC, /* the virtio console, hvc0 */
	REEVE_CONSOLE_UART,
};

/*
 * Attaches to a domain's console: *fd is a stream of the guest's output, past
 * output first, and of its input. One at a time: REEVE_ERR_HOST names the
 * process that has it. The caller closes *fd, and *lock after it.
 */
int reeve_domain_console(struct reeve_host *host,
			 const struct reeve_domain *domain,
			 enum reeve_console which, int *fd, int *lock,
			 struct reeve_report *report);

/* The choices of a configuration's on_poweroff, on_reboot and on_crash. */
enum reeve_action {
	REEVE_ACTION_DESTROY,
	REEVE_ACTION_RESTART,
	REEVE_ACTION_RENAME_RESTART,
	REEVE_ACTION_PRESERVE,
};

enum reeve_action reeve_guest_action(const struct reeve_guest *guest,
				     enum reeve_reason reason);

/* ---- Maps --------------------------------------------------------------- */

/* A guest's IPA space: as planned, or as the host reports it for a domain. */
struct reeve_map;

/* measured is a Realm's measurement, which holds the width of its IPA space,
 * and NULL for an ordinary guest. REEVE_ERR_ARGUMENT: measured does not fit the
 * kind of guest. */
int reeve_map_plan(const struct reeve_plan *plan,
		   const struct reeve_measurement *measured,
		   struct reeve_map **out);
/* Gets what is behind each IPA of a domain's RAM now, and counts its pages by
 * kind. The host answers in parts, and the domain may run meanwhile, so the
 * parts may show different moments. REEVE_ERR_HOST: the domain is not built
 * yet, or is being destroyed. */
int reeve_map_domain(struct reeve_host *host, const struct reeve_domain *domain,
		     struct reeve_map **out, struct reeve_report *report);
void reeve_map_free(struct reeve_map *map); /* NULL is fine */

/* The map as text for a person, as JSON, and as a picture (an SVG document).
 * The caller frees. NULL: out of memory. */
char *reeve_map_text(const struct reeve_map *map);
char *reeve_map_json(const struct reeve_map *map);
char *reeve_map_svg(const struct reeve_map *map);

#ifdef __cplusplus
}
#endif

#endif
