/* SPDX-License-Identifier: BSD-3-Clause */
/* Keys as text: PEM, and JSON Web Keys (RFC 7517; RFC 7518, 6.2). */
#include <json-c/json.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/token/base64.h"
#include "toolstack/token/key.h"

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
	return key_of_our_curves(key);
}

static const char *jwk_text(struct json_object *jwk, const char *name)
{
	struct json_object *member;

	if (!json_object_object_get_ex(jwk, name, &member) ||
	    !json_object_is_type(member, json_type_string))
		return NULL;
	return json_object_get_string(member);
}

static bool jwk_coordinate_read(struct json_object *jwk, const char *name,
				size_t size, uint8_t *to)
{
	const char *text = jwk_text(jwk, name);
	size_t found;

	return text != NULL &&
	       base64_read(text, strlen(text), to, size, &found) &&
	       found == size;
}

EVP_PKEY *key_from_jwk(struct json_object *jwk)
{
	const char *kty = jwk_text(jwk, "kty");
	const char *crv = jwk_text(jwk, "crv");
	struct key_point point = { 0 };
	uint8_t x[CURVE_SIZE_MAX];
	uint8_t y[CURVE_SIZE_MAX];

	if (kty == NULL || strcmp(kty, "EC") != 0 || crv == NULL)
		return NULL;
	point.curve = curve_named(crv);
	if (point.curve == NULL ||
	    !jwk_coordinate_read(jwk, "x", point.curve->size, x) ||
	    !jwk_coordinate_read(jwk, "y", point.curve->size, y))
		return NULL;
	point.x = (struct span){ x, point.curve->size };
	point.y = (struct span){ y, point.curve->size };
	return key_from_point(&point);
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
	const struct token_curve *curve = curve_of_key(key);
	uint8_t point[KEY_POINT_MAX];
	char *text = NULL;
	char *x;
	char *y;

	if (!key_point(key, point))
		return NULL;
	x = base64url_text((struct span){ point, curve->size });
	y = base64url_text((struct span){ point + curve->size, curve->size });
	if (x == NULL || y == NULL ||
	    asprintf(&text,
		     "{\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"}",
		     curve->name, x, y) < 0)
		text = NULL;
	free(x);
	free(y);
	return text;
}
