/* SPDX-License-Identifier: BSD-3-Clause */
/* The time for which a CoRIM, or its signature, holds. */
#include <time.h>

#include "toolstack/token/corim.h"
#include "toolstack/token/corim_items.h"

/* The first byte of a float, of 32 and of 64 bits. No time fits into 16. */
#define FLOAT_32 0xfa
#define FLOAT_64 0xfb

#define SECONDS_MAX 0x1p53 /* a double has whole numbers up to there */

/* Reads a float as the least whole number that is not below it. */
static bool float_read(struct span item, int64_t *seconds)
{
	uint64_t bits = 0;
	uint32_t half;
	float single;
	double number;

	for (size_t i = 1; i < item.size; i++)
		bits = bits << 8 | item.data[i];
	memcpy(&number, &bits, sizeof(number));
	if (*item.data == FLOAT_32) {
		half = (uint32_t)bits;
		memcpy(&single, &half, sizeof(single));
		number = single;
	} else if (*item.data != FLOAT_64) {
		return false;
	}
	if (!(number > -SECONDS_MAX && number < SECONDS_MAX))
		return false;
	*seconds = (int64_t)number;
	*seconds += (double)*seconds < number;
	return true;
}

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
	value = span_skip(value, in.at);
	if (!cbor_in_next(&in, &head))
		return false;
	return cbor_head_int(&head, seconds) ||
	       (head.kind == CBOR_OTHER && float_read(value, seconds));
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
			problem = "has a signature whose time cannot be read";
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
