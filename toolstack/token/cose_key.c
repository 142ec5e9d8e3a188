/* SPDX-License-Identifier: BSD-3-Clause */
/* COSE_Key. Parameters that verifying does not need are skipped. */
#include "toolstack/token/cose_key.h"

/* Gets an integer parameter. Returns false if it is missing, or none. */
static bool parameter_int(const struct cbor_pairs *pairs, int64_t key,
			  int64_t *value)
{
	const struct cbor_entry *pair = cbor_pairs_find(pairs, key);
	struct cbor_in in;

	if (pair == NULL)
		return false;
	in = (struct cbor_in){ .text = pair->value };
	return cbor_in_int(&in, value);
}

/* Returns whether a key may be used with an algorithm. The names that say the
 * curve, and those that do not, mean the same computation. */
static bool algorithm_fits(const struct cbor_pairs *pairs,
			   const struct token_algorithm *algorithm)
{
	const struct token_algorithm *own;
	int64_t number;

	if (cbor_pairs_find(pairs, COSE_KEY_ALG) == NULL)
		return true;
	if (!parameter_int(pairs, COSE_KEY_ALG, &number))
		return false;
	own = algorithm_find(number);
	return own != NULL &&
	       (algorithm == NULL || own->curve == algorithm->curve);
}

/* Returns whether the key's uses, if it names them, include verifying. */
static bool uses_fit(const struct cbor_pairs *pairs)
{
	const struct cbor_entry *pair = cbor_pairs_find(pairs, COSE_KEY_OPS);
	struct cbor_head head;
	struct cbor_in in;
	bool found = false;

	if (pair == NULL)
		return true;
	in = (struct cbor_in){ .text = pair->value };
	if (!cbor_in_expect(&in, CBOR_ARRAY, &head))
		return false;
	for (uint64_t i = head.number; i > 0; i--) {
		if (!cbor_in_next(&in, &head))
			return false;
		if (head.kind == CBOR_UINT && head.number == COSE_OP_VERIFY)
			found = true;
	}
	return found;
}

static bool coordinate_read(struct cbor_in *in, const struct cbor_pairs *pairs,
			    int64_t key, struct key_point *point,
			    struct span *coordinate)
{
	const struct cbor_entry *pair = cbor_pairs_find(pairs, key);
	struct cbor_in inner;
	struct cbor_head head;

	if (pair == NULL)
		return cbor_in_fail(in, TOKEN_KEY);
	inner = (struct cbor_in){ .text = pair->value };
	if (!cbor_in_next(&inner, &head))
		return cbor_in_fail(in, inner.fault);
	/* A truth value is the sign of y; x tells the rest. */
	if (key == COSE_KEY_Y && head.kind == CBOR_OTHER &&
	    (head.number == CBOR_FALSE || head.number == CBOR_TRUE)) {
		point->is_compressed = true;
		point->y_is_odd = head.number == CBOR_TRUE;
		return true;
	}
	if (head.kind != CBOR_BYTES)
		return cbor_in_fail(in, TOKEN_WRONG_TYPE);
	*coordinate = head.content;
	if (head.content.size != point->curve->size)
		return cbor_in_fail(in, TOKEN_WRONG_SIZE);
	return true;
}

static bool pairs_judge(struct cbor_in *in, const struct cbor_pairs *pairs,
			const struct token_algorithm *algorithm,
			struct key_point *point)
{
	int64_t kty;
	int64_t curve;

	if (!parameter_int(pairs, COSE_KEY_KTY, &kty) || kty != COSE_KEY_EC2 ||
	    !parameter_int(pairs, COSE_KEY_CRV, &curve))
		return cbor_in_fail(in, TOKEN_KEY);
	point->curve = curve_find(curve);
	if (point->curve == NULL ||
	    (algorithm != NULL && point->curve != algorithm->curve) ||
	    !algorithm_fits(pairs, algorithm) || !uses_fit(pairs))
		return cbor_in_fail(in, TOKEN_KEY);
	return coordinate_read(in, pairs, COSE_KEY_X, point, &point->x) &&
	       coordinate_read(in, pairs, COSE_KEY_Y, point, &point->y);
}

bool cose_key_read(struct cbor_in *in, const struct token_algorithm *algorithm,
		   struct key_point *point)
{
	struct cbor_pairs pairs = { 0 };
	bool ok;

	*point = (struct key_point){ 0 };
	ok = cbor_in_map(in, &pairs) &&
	     pairs_judge(in, &pairs, algorithm, point);
	cbor_pairs_free(&pairs);
	return ok;
}
