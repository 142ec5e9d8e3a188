/* SPDX-License-Identifier: BSD-3-Clause */
/* Writes reference values for verifiers that read CoRIM: a CoRIM with one
 * CoMID, signed if a key is given. */
#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>

#include "toolstack/report/report.h"
#include "toolstack/report/utf8.h"
#include "toolstack/token/corim.h"
#include "toolstack/token/corim_out.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/load.h"
#include "toolstack/token/sign1.h"

#define CORIM_LEAST   0x1000 /* bytes of the first try */
#define CORIM_MOST    0x4000000
#define NAME_MAX_SIZE 256 /* bytes of a name, with its NUL */
#define KEY_TEXT_MAX  0x10000
/* "reeve-", 16 bytes of a hash in digits, and the NUL. */
#define ID_SIZE 40

/* ---- Items ------------------------------------------------------------ */

void corim_tagged_bytes(struct cbor_out *out, struct span bytes)
{
	cbor_out_tag(out, CORIM_TAGGED_BYTES);
	cbor_out_bytes(out, bytes.data, bytes.size);
}

void corim_digest(struct cbor_out *out, const struct corim_source *source,
		  struct span hash, struct span value)
{
	uint64_t number;

	cbor_out_array(out, 2);
	if (source->options->digest_numbers &&
	    reference_hash_number(hash, &number))
		cbor_out_int(out, (int64_t)number);
	else
		cbor_out_text_span(out, hash);
	cbor_out_bytes(out, value.data, value.size);
}

static void time_write(struct cbor_out *out, int64_t key, int64_t seconds)
{
	cbor_out_int(out, key);
	cbor_out_tag(out, CORIM_TIME);
	cbor_out_int(out, seconds);
}

static void validity_write(struct cbor_out *out,
			   const struct reeve_corim_options *options)
{
	cbor_out_map(out, options->has_not_before ? 2 : 1);
	if (options->has_not_before)
		time_write(out, CORIM_NOT_BEFORE, options->not_before);
	time_write(out, CORIM_NOT_AFTER, options->not_after);
}

/* ---- The CoMID and the CoRIM ------------------------------------------ */

/* A text of a document that is being made: a tag ID, a CoRIM's ID. */
struct names {
	const char *tag_id, *corim_id;
};

static void references_write(struct cbor_out *out,
			     const struct corim_source *source)
{
	const struct reeve_references *list = source->references;

	cbor_out_int(out, COMID_REFERENCES);
	cbor_out_array(out, list->realm_count + list->platform_count);
	for (size_t i = 0; i < list->realm_count; i++)
		corim_realm(out, source, &list->realms[i]);
	for (size_t i = 0; i < list->platform_count; i++)
		corim_platform(out, source, &list->platforms[i]);
}

static void keys_write(struct cbor_out *out, const struct reeve_keys *keys)
{
	cbor_out_int(out, COMID_ATTEST_KEYS);
	cbor_out_array(out, keys->count);
	for (size_t i = 0; i < keys->count; i++) {
		if (!corim_key(out, &keys->list[i]))
			out->full = true;
	}
}

static void comid_write(struct cbor_out *out, const struct corim_source *source,
			const struct names *names)
{
	const struct reeve_keys *keys = &source->references->keys;
	uint64_t version = source->options->tag_version;

	cbor_out_map(out, 2);
	cbor_out_int(out, COMID_IDENTITY);
	cbor_out_map(out, version != 0 ? 2 : 1);
	cbor_out_key_text(out, COMID_TAG_ID, names->tag_id);
	if (version != 0) {
		cbor_out_key_int(out, COMID_TAG_VERSION, (int64_t)version);
	}
	cbor_out_int(out, COMID_TRIPLES);
	cbor_out_map(out, keys->count != 0 ? 2 : 1);
	references_write(out, source);
	if (keys->count != 0)
		keys_write(out, keys);
}

/* Returns a buffer as large as another, for a part of what it gets. */
static struct cbor_out part_new(const struct cbor_out *out)
{
	struct cbor_out part = { .data = malloc(out->capacity),
				 .capacity = out->capacity };

	part.full = part.data == NULL;
	return part;
}

static void corim_encode(struct cbor_out *out, const struct corim_source *source,
			 const struct names *names)
{
	struct cbor_out comid = part_new(out);
	bool is_limited = source->options->has_not_after;

	if (!comid.full)
		comid_write(&comid, source, names);
	out->full |= comid.full;
	cbor_out_tag(out, CORIM_TAG);
	cbor_out_map(out, is_limited ? 4 : 3);
	cbor_out_key_text(out, CORIM_ID, names->corim_id);
	cbor_out_int(out, CORIM_TAGS);
	cbor_out_array(out, 1);
	cbor_out_tag(out, CORIM_COMID);
	cbor_out_bytes(out, comid.data, comid.full ? 0 : comid.size);
	cbor_out_int(out, CORIM_PROFILE);
	cbor_out_tag(out, CORIM_URI);
	cbor_out_text(out, source->references->realm_count != 0
				   ? CORIM_REALM
				   : CORIM_PLATFORM);
	if (is_limited) {
		cbor_out_int(out, CORIM_VALIDITY);
		validity_write(out, source->options);
	}
	free(comid.data);
}

/* Makes a name from a hash of a document's content, so that other content gets
 * another name. Returns false if OpenSSL failed. */
static bool id_make(const struct cbor_out *document, char id[ID_SIZE])
{
	uint8_t digest[EVP_MAX_MD_SIZE];
	char *hex;

	if (EVP_Digest(document->data, document->size, digest, NULL,
		       EVP_sha256(), NULL) != 1)
		return false;
	hex = hex_text((struct span){ digest, 16 });
	if (hex != NULL)
		snprintf(id, ID_SIZE, "reeve-%s", hex);
	free(hex);
	return hex != NULL;
}

/* Writes the CoRIM. Its names are hashes of its content, so it is written
 * without them first. */
static void corim_write(struct cbor_out *out, const struct corim_source *source)
{
	struct names names = { "", "" };
	char tag_id[ID_SIZE];
	char corim_id[ID_SIZE];

	names.tag_id = source->options->tag_id;
	if (names.tag_id == NULL) {
		names.tag_id = "";
		comid_write(out, source, &names);
		if (!out->full && !id_make(out, tag_id))
			out->full = true;
		names.tag_id = tag_id;
		out->size = 0;
	}
	if (out->full)
		return;
	corim_encode(out, source, &names);
	if (!out->full && !id_make(out, corim_id))
		out->full = true;
	if (out->full)
		return;
	names.corim_id = corim_id;
	out->size = 0;
	corim_encode(out, source, &names);
}

/* ---- The signature ---------------------------------------------------- */

/* Names a key as a verifier does: by the SHA-256 of its COSE_Key. */
static bool key_name(const EVP_PKEY *key, char name[NAME_MAX_SIZE])
{
	uint8_t cose[KEY_COSE_MAX];
	struct cbor_out text = { .data = cose, .size = key_cose(key, cose) };
	char id[ID_SIZE];

	if (text.size == 0 || !id_make(&text, id))
		return false;
	snprintf(name, NAME_MAX_SIZE, "key %.16s", id + strlen("reeve-"));
	return true;
}

static void headers_write(struct cbor_out *out,
			  const struct corim_source *source,
			  const EVP_PKEY *key, const char *signer)
{
	uint8_t buffer[NAME_MAX_SIZE + 64];
	struct cbor_out meta = { .data = buffer, .capacity = sizeof(buffer) };
	bool is_limited = source->options->has_not_after;

	cbor_out_map(&meta, is_limited ? 2 : 1);
	cbor_out_int(&meta, CORIM_SIGNER);
	cbor_out_map(&meta, 1);
	cbor_out_key_text(&meta, CORIM_SIGNER_NAME, signer);
	if (is_limited) {
		cbor_out_int(&meta, CORIM_SIGNED_WHILE);
		validity_write(&meta, source->options);
	}
	cbor_out_map(out, 3);
	cbor_out_key_int(out, COSE_HEADER_ALG, algorithm_of_key(key)->number);
	cbor_out_key_text(out, CORIM_HEADER_CONTENT, CORIM_MEDIA_TYPE);
	cbor_out_key_bytes(out, CORIM_HEADER_META, meta.data, meta.size);
	out->full |= meta.full;
}

static void signed_write(struct cbor_out *out,
			 const struct corim_source *source, EVP_PKEY *key)
{
	uint8_t buffer[NAME_MAX_SIZE + 128];
	struct cbor_out headers = { .data = buffer, .capacity = sizeof(buffer) };
	struct cbor_out payload = part_new(out);
	const char *signer = source->options->signer;
	char name[NAME_MAX_SIZE];

	if (signer == NULL)
		signer = name;
	if (signer == name && !key_name(key, name))
		payload.full = true;
	if (!payload.full) {
		corim_write(&payload, source);
		headers_write(&headers, source, key, signer);
	}
	out->full = payload.full || headers.full;
	if (!out->full &&
	    !sign1_make(out, (struct span){ headers.data, headers.size },
			(struct span){ payload.data, payload.size }, key))
		out->full = true;
	free(payload.data);
}

static int signing_key_load(const char *path, EVP_PKEY **key,
			    struct reeve_report *report)
{
	struct report_place place = { .file = path };
	size_t size;
	char *text;
	int result = file_read(path, KEY_TEXT_MAX, &text, &size, report);

	if (result != REEVE_OK)
		return result;
	*key = key_from_pem(text, size);
	OPENSSL_cleanse(text, size);
	free(text);
	if (*key != NULL && key_is_private(*key))
		return REEVE_OK;
	EVP_PKEY_free(*key);
	*key = NULL;
	return report_error(report, REEVE_ERR_ARGUMENT, &place, NULL,
			    "openssl ecparam -name secp384r1 -genkey -noout "
			    "makes one",
			    "is no private key of P-256, P-384 or P-521 in PEM");
}

/* ---- The whole -------------------------------------------------------- */

static bool name_fits(const char *name)
{
	return name == NULL || (strlen(name) < NAME_MAX_SIZE &&
				utf8_is_printable(name, strlen(name)));
}

static const char *options_judge(const struct corim_source *source)
{
	const struct reeve_references *list = source->references;
	const struct reeve_corim_options *options = source->options;

	if (list->realm_count == 0 && list->platform_count == 0)
		return "there is nothing to write";
	if (list->realm_count != 0 && list->platform_count != 0)
		return "a CoRIM has reference values of Realms or of platforms, "
		       "not of both";
	if (options->has_not_before && !options->has_not_after)
		return "a validity has an end: give it";
	if (options->has_not_before && options->not_before > options->not_after)
		return "a validity cannot end before it begins";
	if (options->tag_version > INT64_MAX)
		return "the version is too large";
	if (!name_fits(options->signer) || !name_fits(options->tag_id))
		return "a name must be UTF-8 without control characters, and "
		       "shorter than 256 bytes";
	return NULL;
}

/* Writes into a buffer that grows until all fits. */
static int corim_make(const struct corim_source *source, EVP_PKEY *key,
		      struct cbor_out *out)
{
	for (size_t size = CORIM_LEAST; size <= CORIM_MOST; size *= 2) {
		*out = (struct cbor_out){ .data = malloc(size),
					  .capacity = size };
		if (out->data == NULL)
			return REEVE_ERR_MEMORY;
		if (key != NULL)
			signed_write(out, source, key);
		else
			corim_write(out, source);
		if (!out->full)
			return REEVE_OK;
		free(out->data);
	}
	return REEVE_ERR_MEMORY;
}

int reeve_references_corim(const struct reeve_references *references,
			   const struct reeve_corim_options *options,
			   void **out, size_t *size, struct reeve_report *report)
{
	struct corim_source source = { references, options };
	const char *wrong = options_judge(&source);
	struct cbor_out document;
	EVP_PKEY *key = NULL;
	int result = REEVE_OK;

	if (wrong != NULL) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL,
				    NULL, "%s", wrong);
	}
	if (options->key_path != NULL)
		result = signing_key_load(options->key_path, &key, report);
	if (result == REEVE_OK)
		result = corim_make(&source, key, &document);
	EVP_PKEY_free(key);
	if (result != REEVE_OK)
		return result;
	*out = document.data;
	*size = document.size;
	return REEVE_OK;
}
