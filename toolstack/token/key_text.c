/* SPDX-License-Identifier: BSD-3-Clause */
/* P-384 keys as text: PEM, and JSON Web Keys (RFC 7517; RFC 7518, 6.2). */
#include <json-c/json.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/key.h"

/* A coordinate of 48 bytes takes 64 letters of base64, without padding. */
#define COORDINATE_TEXT 64

/* Returns the key if it is on P-384; else frees it and returns NULL. */
static EVP_PKEY *only_p384(EVP_PKEY *key)
{
	char group[32];

	if (key != NULL &&
	    EVP_PKEY_get_group_name(key, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, SN_secp384r1) == 0)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

/* Gives OpenSSL no passphrase, so that it does not ask for one at the terminal:
 * an encrypted key is refused. */
static int no_passphrase(char *buffer, int size, int writing, void *context)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)context;
	return -1;
}

EVP_PKEY *key_from_pem(const char *pem, size_t size)
{
	BIO *bio = BIO_new_mem_buf(pem, (int)size);
	EVP_PKEY *key;

	if (bio == NULL)
		return NULL;
	key = PEM_read_bio_PUBKEY(bio, NULL, no_passphrase, NULL);
	if (key == NULL && BIO_reset(bio) == 1)
		key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	ERR_clear_error();
	return only_p384(key);
}

/* Converts to or from base64url (RFC 4648, 5), where two letters differ from
 * base64. */
static void letters_swap(char *text, const char *from, const char *to)
{
	for (; *text != '\0'; text++) {
		if (*text == from[0])
			*text = to[0];
		else if (*text == from[1])
			*text = to[1];
	}
}

static bool jwk_coordinate_read(struct json_object *jwk, const char *name,
				uint8_t *to)
{
	struct json_object *member;
	char text[COORDINATE_TEXT + 1];

	if (!json_object_object_get_ex(jwk, name, &member) ||
	    !json_object_is_type(member, json_type_string) ||
	    json_object_get_string_len(member) != COORDINATE_TEXT)
		return false;
	memcpy(text, json_object_get_string(member), sizeof(text));
	letters_swap(text, "-_", "+/");
	return EVP_DecodeBlock(to, (uint8_t *)text, COORDINATE_TEXT) ==
	       P384_SIZE;
}

static bool jwk_member_is(struct json_object *jwk, const char *name,
			  const char *wanted)
{
	struct json_object *member;

	return json_object_object_get_ex(jwk, name, &member) &&
	       json_object_is_type(member, json_type_string) &&
	       strcmp(json_object_get_string(member), wanted) == 0;
}

EVP_PKEY *key_from_jwk(const char *json)
{
	struct json_object *jwk = json_tokener_parse(json);
	uint8_t point[2 * P384_SIZE];
	EVP_PKEY *key = NULL;

	if (json_object_is_type(jwk, json_type_object) &&
	    jwk_member_is(jwk, "kty", "EC") &&
	    jwk_member_is(jwk, "crv", "P-384") &&
	    jwk_coordinate_read(jwk, "x", point) &&
	    jwk_coordinate_read(jwk, "y", point + P384_SIZE))
		key = key_from_point(point, point + P384_SIZE);
	json_object_put(jwk);
	return key;
}

/* Returns what was written to bio as a string, and frees bio. */
static char *bio_text(BIO *bio, bool written)
{
	char *data;
	long size = BIO_get_mem_data(bio, &data);
	char *text = written && size > 0 ? strndup(data, (size_t)size) : NULL;

	BIO_free(bio);
	return text;
}

char *key_public_pem(const EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	return bio == NULL ? NULL
			   : bio_text(bio, PEM_write_bio_PUBKEY(bio, key) == 1);
}

char *key_private_pem(const EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_secmem());

	return bio == NULL ? NULL
			   : bio_text(bio, PEM_write_bio_PKCS8PrivateKey(
						   bio, key, NULL, NULL, 0,
						   NULL, NULL) == 1);
}

char *key_public_jwk(const EVP_PKEY *key)
{
	uint8_t point[2 * P384_SIZE];
	char x[COORDINATE_TEXT + 1];
	char y[COORDINATE_TEXT + 1];
	char *text;

	if (!key_point(key, point))
		return NULL;
	EVP_EncodeBlock((uint8_t *)x, point, P384_SIZE);
	EVP_EncodeBlock((uint8_t *)y, point + P384_SIZE, P384_SIZE);
	letters_swap(x, "+/", "-_");
	letters_swap(y, "+/", "-_");
	if (asprintf(&text,
		     "{\"kty\":\"EC\",\"crv\":\"P-384\",\"x\":\"%s\",\"y\":\"%s\"}",
		     x, y) < 0)
		return NULL;
	return text;
}
