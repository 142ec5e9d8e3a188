/* SPDX-License-Identifier: BSD-3-Clause */
/* The time for which a CoRIM, or its signature, holds. */
#include <time.h>

#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"

/* Reads a time in seconds since 1970, after a tag or, for tag 0, without one.
 * Returns false if the value is none: a file must not hold for ever because its
 * end cannot be read. */
static bool time_read(struct span value, uint64_t tag, int64_t *seconds)
{
	struct cbor_in in = corim_in(value);
	struct cbor_head head;

	if (tag != 0 &&
	    (!cbor_in_expect(&in, CBOR_TAG, &head) || head.number != tag))
		return false;
	return cbor_in_int(&in, seconds);
}

const char *corim_validity_judge(struct span validity)
{
	int64_t now = (int64_t)time(NULL);
	struct span value;
	int64_t limit;

	if (!corim_map_get(validity, CORIM_NOT_AFTER, &value) ||
	    !time_read(value, CORIM_TIME, &limit))
		return "has a validity without an end that can be read";
	if (now > limit)
		return "is no longer valid";
	if (!corim_map_get(validity, CORIM_NOT_BEFORE, &value))
		return NULL;
	if (!time_read(value, CORIM_TIME, &limit))
		return "has a validity whose beginning cannot be read";
	return now < limit ? "is not valid yet" : NULL;
}

/* Returns whether a CWT's claim is a time; *limit stays if there is none. */
static bool claim_read(const struct cbor_pairs *claims, int64_t key,
		       int64_t *limit)
{
	struct span value;

	return !corim_entry_get(claims, key, &value) ||
	       time_read(value, 0, limit);
}

const char *corim_claims_judge(struct span claims)
{
	int64_t now = (int64_t)time(NULL);
	int64_t after = INT64_MAX;
	int64_t before = INT64_MIN;
	const char *problem = corim_broken;
	struct cbor_pairs pairs;

	if (corim_map_read(claims, &pairs)) {
		if (!claim_read(&pairs, CWT_NOT_AFTER, &after) ||
		    !claim_read(&pairs, CWT_NOT_BEFORE, &before))
			problem = "has a signature whose time is no whole "
				  "number of seconds";
		else if (now >= after)
			problem = "is no longer valid: its signature has ended";
		else if (now < before)
			problem = "is not valid yet: its signature has not "
				  "begun";
		else
			problem = NULL;
	}
	cbor_pairs_free(&pairs);
	return problem;
}
