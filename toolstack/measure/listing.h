/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A listing: the steps of any builder, in the order in which an RMM measures
 * them. The document of `reeve measure --from` has them. reeve(1), "Documents
 * of other builders", describes its members.
 */
#ifndef REEVE_TOOLSTACK_MEASURE_LISTING_H
#define REEVE_TOOLSTACK_MEASURE_LISTING_H

#include "abi/rmi.h"
#include "toolstack/image/blob.h"
#include "toolstack/measure/node.h"

#define LISTING_GRANULE   RMI_GRANULE_SIZE
#define LISTING_STEPS_MAX 1024
/* The most granules of content and table entries together: hashing that many
 * takes a minute. */
#define LISTING_RECORDS_MAX (UINT64_C(1) << 26)

enum listing_kind {
	LISTING_CONTENT, /* granules with content */
	LISTING_RIPAS, /* memory becomes RAM, without content */
	LISTING_REC, /* a REC is created */
};

struct listing_rec {
	uint64_t flags;
	uint64_t pc;
	uint64_t gprs[RMI_REC_CREATE_GPRS];
};

/* A range is the whole granules that hold [ipa, ipa + its bytes). */
struct listing_step {
	enum listing_kind kind;
	size_t item; /* of "ranges" that it comes from, or LISTING_NO_ITEM */
	const char *content; /* what it is, for people; or NULL */
	const char *file; /* its name in the folder; NULL: all of it is fill */
	const struct blob *blob; /* the file, when it is loaded */
	uint64_t ipa; /* of the first byte of the file */
	uint64_t size; /* bytes, whole granules; 0: as many as the file needs */
	uint64_t loaded; /* bytes of the file that count; 0: all */
	uint64_t flags; /* of RMI_RTT_DATA_MAP_INIT */
	uint64_t fill; /* the byte before and behind those of the file */
	int level; /* RIPAS: of the largest table entries */
	struct listing_rec rec;
};

#define LISTING_NO_ITEM SIZE_MAX

enum listing_rmm {
	LISTING_RMM_2_0,
	LISTING_RMM_1_0,
};

struct listing_file {
	const char *name;
	struct blob blob;
};

/* The RAM of a builder that measures all of it; size 0: another builder. */
struct listing_ram {
	uint64_t ipa;
	uint64_t size;
	uint64_t fill;
};

struct reeve_listing {
	struct document document; /* has the strings */
	enum listing_rmm rmm;
	struct rmi_realm_params params;
	uint64_t vcpus;
	const char *rim; /* that the document claims, or NULL */
	struct listing_ram ram;
	size_t step_count;
	struct listing_step *steps;
	size_t file_count;
	struct listing_file *files;
};

/* Reads what the document says, without its files. Returns REEVE_OK, or the
 * result of the errors in the report. */
int listing_read(struct reeve_listing *listing);

/* Returns "sha256" for RMI_HASH_SHA_256, and so on. */
const char *listing_hash_name(uint8_t algorithm);

/* Appends a step, all zero. NULL: out of memory. */
struct listing_step *listing_append(struct reeve_listing *listing);

/* The place of a member of a step, or of the step (key NULL), or of a member of
 * the document (step NULL). */
struct report_place listing_place(struct reeve_listing *listing,
				  const struct listing_step *step,
				  const char *key);
/* Reports an error there. Returns false. */
bool listing_error(struct reeve_listing *listing,
		   const struct listing_step *step, const char *key,
		   const char *message);

/* Computes the sizes of all ranges, which may depend on their files, adds the
 * steps that the builder always makes, and checks that no two ranges
 * overlap. */
int listing_settle(struct reeve_listing *listing);

/* builder.c: applies what the document's "builder" always does. */
bool builder_read(struct reeve_listing *listing, const struct node *root);
bool builder_settle(struct reeve_listing *listing);

/* Bytes of the first granule of a range before its content. */
static inline uint64_t listing_lead(const struct listing_step *step)
{
	return step->ipa % LISTING_GRANULE;
}

#endif
