/* SPDX-License-Identifier: BSD-3-Clause */
/* Reads files of platform keys, in whatever form they have. */
#include "toolstack/token/keys.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/corim_items.h"
#include "toolstack/token/load.h"

#define KEY_FILE_MAX 0x100000 /* bytes */

bool keys_add(struct reeve_keys *keys, EVP_PKEY *key)
{
	struct trusted_key *list;

	if (key == NULL)
		return false;
	list = realloc(keys->list, (keys->count + 1) * sizeof(*list));
	if (list == NULL) {
		EVP_PKEY_free(key);
		return false;
	}
	keys->list = list;
	list[keys->count++] = (struct trusted_key){ .key = key };
	return true;
}

/* Returns the key of a certificate, and frees the certificate. */
static EVP_PKEY *certificate_key(X509 *certificate)
{
	EVP_PKEY *key = NULL;

	if (certificate != NULL)
		key = key_of_our_curves(X509_get_pubkey(certificate));
	X509_free(certificate);
	return key;
}

/* Reads SubjectPublicKeyInfo or a certificate in DER, with nothing behind. */
static EVP_PKEY *key_from_der(struct span text)
{
	const uint8_t *at = text.data;
	EVP_PKEY *key = d2i_PUBKEY(NULL, &at, (long)text.size);

	if (key == NULL) {
		at = text.data;
		key = certificate_key(d2i_X509(NULL, &at, (long)text.size));
	} else {
		key = key_of_our_curves(key);
	}
	if (key != NULL && at != text.data + text.size) {
		EVP_PKEY_free(key);
		key = NULL;
	}
	return key;
}

/* text ends with a NUL. Sets *problem if more can be said than that it has no
 * keys. */
static bool text_add(struct reeve_keys *keys, const char *text, size_t size,
		     const char **problem)
{
	struct span bytes = { (const uint8_t *)text, size };
	bool is_text = strlen(text) == size;
	char first = text[strspn(text, " \t\r\n")];
	bool ok = false;

	/* A CoRIM has PEM in it, and no other form begins like one. */
	if (corim_is(bytes)) {
		*problem = keys_add_corim(keys, bytes);
		return *problem == NULL;
	}
	if (is_text && (first == '{' || first == '[')) {
		ok = keys_add_json(keys, text);
	} else if (is_text && strstr(text, "-----BEGIN ") != NULL) {
		*problem = keys_add_pem(keys, bytes);
		return *problem == NULL;
	}
	if (!ok && keys->count == 0) {
		ok = keys_add(keys, key_from_der(bytes)) ||
		     keys_add_cose(keys, bytes);
	}
	ERR_clear_error();
	return ok;
}

int reeve_keys_read(const void *data, size_t size, const char *name,
		    struct reeve_keys **out, struct reeve_report *report)
{
	struct report_place place = { .file = name };
	struct reeve_keys *keys = calloc(1, sizeof(*keys));
	char *text = malloc(size + 1);
	const char *problem =
		"is no public key of P-256, P-384 or P-521 in PEM, DER, X.509, "
		"JWK, COSE_Key, CoRIM or a store of Veraison's";
	bool ok = false;

	if (keys != NULL && text != NULL) {
		memcpy(text, data, size);
		text[size] = '\0';
		ok = size <= KEY_FILE_MAX &&
		     text_add(keys, text, size, &problem);
	}
	free(text);
	if (ok) {
		*out = keys;
		return REEVE_OK;
	}
	reeve_keys_free(keys);
	return report_error(
		report, REEVE_ERR_ARGUMENT, name != NULL ? &place : NULL, NULL,
		"give the maker's key of this platform; of a host of ours, "
		"`reeve host show-key` prints it",
		"%s", problem);
}

int reeve_keys_load(const char *path, struct reeve_keys **out,
		    struct reeve_report *report)
{
	char *text;
	size_t size;
	int result = file_read(path, KEY_FILE_MAX, &text, &size, report);

	if (result != REEVE_OK)
		return result;
	result = reeve_keys_read(text, size, path, out, report);
	free(text);
	return result;
}

/* Adds each certificate of a PEM text. Returns false if there is none, or if
 * one cannot be read: an authority must not be missing without a word. */
static bool roots_add(X509_STORE *roots, const char *text, size_t size)
{
	BIO *bio = BIO_new_mem_buf(text, (int)size);
	X509 *certificate;
	size_t count = 0;
	bool whole;

	while (bio != NULL && (certificate = PEM_read_bio_X509(bio, NULL, NULL,
							       NULL)) != NULL) {
		count += X509_STORE_add_cert(roots, certificate) == 1;
		X509_free(certificate);
	}
	BIO_free(bio);
	whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
	ERR_clear_error();
	return whole && count != 0;
}

int reeve_keys_load_roots(const char *path, struct reeve_keys **out,
			  struct reeve_report *report)
{
	struct report_place place = { .file = path };
	struct reeve_keys *keys;
	char *text;
	size_t size;
	int result = file_read(path, KEY_FILE_MAX, &text, &size, report);

	if (result != REEVE_OK)
		return result;
	keys = calloc(1, sizeof(*keys));
	if (keys != NULL)
		keys->roots = X509_STORE_new();
	if (keys == NULL || keys->roots == NULL)
		result = REEVE_ERR_MEMORY;
	else if (size > KEY_FILE_MAX || !roots_add(keys->roots, text, size))
		result = report_error(
			report, REEVE_ERR_ARGUMENT, &place, NULL, NULL,
			"holds no X.509 certificate in PEM, or one that "
			"is not whole");
	free(text);
	if (result == REEVE_OK)
		*out = keys;
	else
		reeve_keys_free(keys);
	return result;
}

void reeve_keys_free(struct reeve_keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->count; i++)
		EVP_PKEY_free(keys->list[i].key);
	free(keys->list);
	X509_STORE_free(keys->roots);
	free(keys);
}

char *reeve_keys_jwk(const struct reeve_keys *keys)
{
	return keys->count == 1 ? key_public_jwk(keys->list[0].key) : NULL;
}
