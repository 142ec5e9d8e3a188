/* SPDX-License-Identifier: BSD-3-Clause */
/* Recognises the encodings of a token. */
#include "toolstack/token/evidence.h"

#include <json-c/json.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>

#include "toolstack/report/utf8.h"
#include "toolstack/token/base64.h"
#include "toolstack/token/hex.h"
#include "toolstack/token/json.h"
#include "toolstack/token/token.h"

bool evidence_is_token(struct span bytes)
{
	struct cbor_in in = { .text = bytes };
	struct cbor_head head;

	return cbor_in_next(&in, &head) && head.kind == CBOR_TAG &&
	       (head.number == CCA_TAG_COLLECTION ||
		head.number == CCA_TAG_OLD || head.number == COSE_TAG_SIGN1);
}

static bool copy_take(struct span bytes, struct evidence *found)
{
	found->data = malloc(bytes.size + 1);
	if (found->data == NULL)
		return false;
	memcpy(found->data, bytes.data, bytes.size);
	found->size = bytes.size;
	return true;
}

bool evidence_take(struct span bytes, struct evidence *found, size_t *count)
{
	struct evidence copy = { 0 };

	if (!evidence_is_token(bytes) ||
	    (found->data != NULL && found->size == bytes.size &&
	     memcmp(found->data, bytes.data, bytes.size) == 0))
		return true;
	if (!copy_take(bytes, &copy))
		return false;
	free(found->data);
	found->data = copy.data;
	found->size = copy.size;
	++*count;
	return true;
}

/* Returns whether all of text is printable, but for blanks and line ends. */
static bool is_plain_text(struct span text)
{
	for (size_t i = 0; i < text.size; i++) {
		uint8_t byte = text.data[i];

		if ((byte < ' ' && byte != '\t' && byte != '\r' && byte != '\n') ||
		    byte >= 0x7f)
			return false;
	}
	return text.size != 0;
}

/* Returns text without blanks and line ends, ended by a NUL. The caller
 * frees. */
static char *squeezed(struct span text)
{
	char *copy = malloc(text.size + 1);
	char *to = copy;

	for (size_t i = 0; i < text.size && copy != NULL; i++) {
		if (text.data[i] > ' ')
			*to++ = (char)text.data[i];
	}
	if (copy != NULL)
		*to = '\0';
	return copy;
}

static bool letters_read(const char *letters, size_t length, uint8_t *data,
			 size_t *size)
{
	return hex_read(letters, data, length, size) ||
	       base64_read(letters, length, data, length, size);
}

/* Returns whether letters that are no whole number of bytes would be the start
 * of a token without the last one: a copy that ends too early. */
static bool is_cut_off(const char *letters, size_t length, uint8_t *data)
{
	size_t size;

	return length > 0 && letters_read(letters, length - 1, data, &size) &&
	       evidence_is_token((struct span){ data, size });
}

/* Takes letters as hexadecimal, or else as base64. Leaves found alone if they
 * are neither. */
static void letters_take(const char *letters, struct evidence *found)
{
	size_t length = strlen(letters);
	uint8_t *data = malloc(length + 1);
	size_t size;

	if (strncmp(letters, "0x", 2) == 0) {
		letters += 2;
		length -= 2;
	}
	if (data != NULL && letters_read(letters, length, data, &size)) {
		found->data = data;
		found->size = size;
		return;
	}
	if (data != NULL && is_cut_off(letters, length, data))
		found->problem = "is cut off: its last byte is not whole";
	free(data);
}

/* Takes the token of a text in which count different ones were found. */
static void found_judge(struct evidence *found, size_t count, const char *none)
{
	if (count == 0)
		found->problem = none;
	else if (count > 1)
		found->problem = "holds different tokens: give one";
}

/* Looks at every block of PEM: which of several tokens is meant, nobody can
 * say. */
static void pem_take(struct span text, struct evidence *found)
{
	BIO *bio = BIO_new_mem_buf(text.data, (int)text.size);
	size_t count = 0;
	unsigned char *data;
	char *name;
	char *header;
	long size;

	while (bio != NULL &&
	       PEM_read_bio(bio, &name, &header, &data, &size) == 1) {
		struct span bytes = { data, (size_t)size };

		/* Without memory there is no token. */
		(void)evidence_take(bytes, found, &count);
		OPENSSL_free(name);
		OPENSSL_free(header);
		OPENSSL_free(data);
	}
	BIO_free(bio);
	found_judge(found, count, "is PEM, and no block of it is a token");
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		found->problem = "is PEM, and a block of it is not whole";
	ERR_clear_error();
}

static void json_take(const char *text, struct evidence *found, const char *kind)
{
	struct json_object *document = token_json_parse(text);
	size_t count = 0;

	if (document == NULL) {
		found->problem = "is not a token, and no JSON that can be read";
	} else {
		if (!evidence_find_json(document, found, &count))
			count = 0;
		found_judge(found, count, kind);
	}
	json_object_put(document);
}

/* Takes a JWT: three texts in base64url, the second of them JSON. */
static void jwt_take(const char *text, struct evidence *found)
{
	const char *payload = strchr(text, '.') + 1;
	size_t length = (size_t)(strchr(payload, '.') - payload);
	char *json = malloc(BASE64_BYTES(length) + 1);
	size_t size;

	if (json != NULL &&
	    base64_read(payload, length, json, BASE64_BYTES(length), &size)) {
		json[size] = '\0';
		json_take(json, found,
			  "is a JWT, and nothing in its payload is a token");
	} else {
		found->problem = "is not a token, and no JWT that can be read";
	}
	free(json);
}

static bool is_jwt(const char *text)
{
	const char *dot = strchr(text, '.');

	return strncmp(text, "eyJ", 3) == 0 && dot != NULL &&
	       strchr(dot + 1, '.') != NULL;
}

bool evidence_find(struct span text, struct evidence *found)
{
	char *plain;

	*found = (struct evidence){ 0 };
	if (text.size == 0) {
		found->problem = "is empty";
		return true;
	}
	if (evidence_is_token(text) || !is_plain_text(text))
		return copy_take(text, found);
	plain = squeezed(text);
	if (plain == NULL)
		return false;
	if (strncmp(plain, "-----BEGIN", 10) == 0)
		pem_take(text, found);
	else if (*plain == '{' || *plain == '[' || *plain == '"')
		json_take(plain, found, "is JSON, and nothing in it is a token");
	else if (is_jwt(plain))
		jwt_take(plain, found);
	else
		letters_take(plain, found);
	free(plain);
	if (found->data == NULL && found->problem == NULL) {
		found->problem =
			"is text, and neither base64, hexadecimal, PEM nor JSON";
	} else if (found->problem == NULL &&
		   !evidence_is_token((struct span){ found->data, found->size })) {
		found->problem =
			"is text, and what it encodes does not start like a token";
	}
	return true;
}
