/* SPDX-License-Identifier: BSD-3-Clause */
/* Platform keys as documents: JWK, JWK sets, the trust anchors of Veraison's
 * stores, and COSE_Key. */
#include <json-c/json.h>

#include "toolstack/token/cose_key.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"
#include "toolstack/token/keys.h"

/* Adds a key that is a JWK, or a text in PEM, as different versions of the
 * stores have it. */
static bool json_key_add(struct reeve_keys *keys, struct json_object *key)
{
	const char *text;

	if (json_object_is_type(key, json_type_object))
		return keys_add(keys, key_from_jwk(key));
	if (!json_object_is_type(key, json_type_string))
		return false;
	text = json_object_get_string(key);
	return keys_add(keys, key_from_pem(text, strlen(text)));
}

/* Reads an optional member in hexadecimal. Returns false if it is something
 * else. */
static bool id_read(struct json_object *anchor, const char *name, uint8_t *to,
		    size_t size, bool *has)
{
	struct json_object *member;

	if (!json_object_object_get_ex(anchor, name, &member))
		return true;
	*has = true;
	return json_object_is_type(member, json_type_string) &&
	       hex_read_exactly(json_object_get_string(member), to, size);
}

/* Adds the key of one platform: an instance ID, an implementation ID and the
 * key. */
static bool anchor_add(struct reeve_keys *keys, struct json_object *anchor)
{
	struct json_object *key;
	struct trusted_key *added;

	if (!json_object_object_get_ex(anchor, "pkey", &key) ||
	    !json_key_add(keys, key))
		return false;
	added = &keys->list[keys->count - 1];
	return id_read(anchor, "instance-id", added->instance,
		       sizeof(added->instance), &added->has_instance) &&
	       id_read(anchor, "implementation-id", added->implementation,
		       sizeof(added->implementation),
		       &added->has_implementation);
}

static bool list_add(struct reeve_keys *keys, struct json_object *list)
{
	size_t count;

	if (!json_object_is_type(list, json_type_array))
		return false;
	count = json_object_array_length(list);
	for (size_t i = 0; i < count; i++) {
		struct json_object *item = json_object_array_get_idx(list, i);
		bool is_anchor = json_object_is_type(item, json_type_object) &&
				 json_object_object_get_ex(item, "pkey", NULL);

		if (is_anchor ? !anchor_add(keys, item)
			      : !json_key_add(keys, item))
			return false;
	}
	return count != 0;
}

static bool document_add(struct reeve_keys *keys, struct json_object *document)
{
	struct json_object *list;

	if (json_object_is_type(document, json_type_array))
		return list_add(keys, document);
	if (!json_object_is_type(document, json_type_object))
		return false;
	if (json_object_object_get_ex(document, "keys", &list))
		return list_add(keys, list);
	if (json_object_object_get_ex(document, "pkey", NULL))
		return anchor_add(keys, document);
	return json_key_add(keys, document);
}

bool keys_add_json(struct reeve_keys *keys, const char *text)
{
	struct json_object *document = token_json_parse(text);
	bool ok = document_add(keys, document);

	json_object_put(document);
	return ok;
}

static bool cose_add(struct reeve_keys *keys, struct cbor_in *in)
{
	struct key_point point;

	return cose_key_read(in, NULL, &point) &&
	       keys_add(keys, key_from_point(&point));
}

bool keys_add_cose(struct reeve_keys *keys, struct span text)
{
	struct cbor_in in = { .text = text };
	struct cbor_in ahead = in;
	struct cbor_head head;

	if (!cbor_in_next(&ahead, &head))
		return false;
	if (head.kind != CBOR_ARRAY)
		return cose_add(keys, &in) && cbor_in_end(&in);
	/* A COSE_KeySet. */
	in.at = ahead.at;
	for (uint64_t i = 0; i < head.number; i++) {
		if (!cose_add(keys, &in))
			return false;
	}
	return head.number != 0 && cbor_in_end(&in);
}
