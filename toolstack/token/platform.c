/* SPDX-License-Identifier: BSD-3-Clause */
/* Provisions a platform: its keys, claims and token, and the part of flash. */
#include "toolstack/token/platform.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "toolstack/report/report.h"
#include "toolstack/token/sign1.h"

const uint8_t platform_implementation[CCA_ID_SIZE] = PLATFORM_IMPLEMENTATION;

/* The images carry no signature of their own, so their signer is all zeros. */
const uint8_t platform_no_signer[PROVISION_HASH_SIZE];

static bool sha256_compute(const void *data, size_t size, uint8_t *digest)
{
	return EVP_Digest(data, size, digest, NULL, EVP_sha256(), NULL) == 1;
}

bool platform_digest(const struct platform_image *image, uint8_t *digest)
{
	return sha256_compute(image->data, image->size, digest);
}

void platform_config_fill(bool debug, uint8_t *config)
{
	memset(config, 0, PLATFORM_CONFIG_SIZE);
	config[0] = PLATFORM_CONFIG_VERSION;
	config[1] =
		PLATFORM_CONFIG_EMULATED | (debug ? PLATFORM_CONFIG_DEBUG : 0);
}

static bool platform_component_write(struct cbor_out *out,
				     const struct platform_image *image)
{
	uint8_t digest[PROVISION_HASH_SIZE];

	if (!platform_digest(image, digest))
		return false;
	cbor_out_map(out, image->version != NULL ? 5 : 4);
	cbor_out_key_text(out, CCA_COMPONENT_TYPE, image->name);
	cbor_out_key_bytes(out, CCA_COMPONENT_VALUE, digest, sizeof(digest));
	if (image->version != NULL)
		cbor_out_key_text(out, CCA_COMPONENT_VERSION, image->version);
	cbor_out_key_bytes(out, CCA_COMPONENT_SIGNER, platform_no_signer,
			   sizeof(platform_no_signer));
	cbor_out_key_text(out, CCA_COMPONENT_HASH, CCA_SHA_256);
	return true;
}

bool platform_instance_id(const EVP_PKEY *key, uint8_t *id)
{
	uint8_t cose[KEY_COSE_MAX];
	size_t size = key_cose(key, cose);

	id[0] = CCA_INSTANCE_ID_RAND;
	return size != 0 && sha256_compute(cose, size, id + 1);
}

static void identity_write(struct cbor_out *out, const uint8_t *instance,
			   bool debug)
{
	uint8_t config[PLATFORM_CONFIG_SIZE];

	platform_config_fill(debug, config);
	cbor_out_key_bytes(out, CCA_IMPLEMENTATION_ID, platform_implementation,
			   sizeof(platform_implementation));
	cbor_out_key_bytes(out, CCA_INSTANCE_ID, instance, CCA_INSTANCE_ID_SIZE);
	cbor_out_key_bytes(out, CCA_CONFIG, config, sizeof(config));
	cbor_out_key_int(out, CCA_LIFECYCLE,
			 debug ? CCA_LIFECYCLE_NON_PLATFORM_DEBUG
			       : CCA_LIFECYCLE_SECURED);
}

static bool claims_write(struct cbor_out *out,
			 const struct platform_request *request,
			 const EVP_PKEY *key, const uint8_t *challenge)
{
	uint8_t instance[CCA_INSTANCE_ID_SIZE];

	if (!platform_instance_id(key, instance))
		return false;
	cbor_out_map(out, request->service != NULL ? 9 : 8);
	cbor_out_key_text(out, CCA_PROFILE, CCA_PLATFORM_PROFILE);
	cbor_out_key_bytes(out, CCA_CHALLENGE, challenge, PROVISION_HASH_SIZE);
	identity_write(out, instance, request->debug);
	cbor_out_key_text(out, CCA_HASH, CCA_SHA_256);
	cbor_out_int(out, CCA_COMPONENTS);
	cbor_out_array(out, PLATFORM_IMAGES);
	for (size_t i = 0; i < PLATFORM_IMAGES; i++) {
		if (!platform_component_write(out, &request->images[i]))
			return false;
	}
	if (request->service != NULL)
		cbor_out_key_text(out, CCA_SERVICE, request->service);
	return true;
}

/* The keys of one run of a host. */
struct keys {
	EVP_PKEY *platform;
	EVP_PKEY *realm;
};

/* Fills the part of flash: the head, then the signed token. */
static int provision_part_write(uint8_t *part,
				const struct platform_request *request,
				const struct keys *keys,
				struct reeve_report *report)
{
	struct provision head = {
		.magic = PROVISION_MAGIC,
		.version = PROVISION_VERSION,
		.token_offset = sizeof(head),
		.realm_key_size = PROVISION_KEY_SIZE,
	};
	uint8_t cose[KEY_COSE_MAX];
	size_t cose_size = key_cose(keys->realm, cose);
	uint8_t buffer[PROVISION_TOKEN_MAX];
	struct cbor_out claims = { .data = buffer, .capacity = sizeof(buffer) };
	struct cbor_out token = { .data = part + sizeof(head),
				  .capacity = PROVISION_TOKEN_MAX };
	bool ok = key_scalar(keys->realm, head.realm_key) && cose_size != 0 &&
		  sha256_compute(cose, cose_size, head.challenge) &&
		  claims_write(&claims, request, keys->platform,
			       head.challenge) &&
		  sign1_make_es384(&token,
				   (struct span){ claims.data, claims.size },
				   keys->platform);

	if (ok && !claims.full && !token.full) {
		head.token_size = (uint32_t)token.size;
		memcpy(part, &head, sizeof(head));
	}
	OPENSSL_cleanse(&head, sizeof(head));
	if (!ok) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "OpenSSL could not make the platform token");
	}
	if (claims.full || token.full) {
		return report_error(report, REEVE_ERR_ARGUMENT, NULL, NULL, NULL,
				    "the platform token would exceed %d bytes",
				    PROVISION_TOKEN_MAX);
	}
	return REEVE_OK;
}

static int keys_make(struct keys *keys, const struct platform_request *request,
		     struct reeve_report *report)
{
	const char *pem = request->key_pem;

	keys->realm = key_new();
	keys->platform =
		pem != NULL ? key_from_pem(pem, strlen(pem)) : key_new();
	if (pem != NULL &&
	    (keys->platform == NULL || !key_is_private(keys->platform) ||
	     curve_of_key(keys->platform)->number != COSE_KEY_P384)) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"openssl ecparam -name secp384r1 -genkey -noout makes "
			"one",
			"the platform key is not a P-384 private key in PEM");
	}
	if (keys->realm == NULL || keys->platform == NULL) {
		return report_error(report, REEVE_ERR_ENGINE, NULL, NULL, NULL,
				    "OpenSSL could not make a P-384 key");
	}
	return REEVE_OK;
}

int platform_make(const struct platform_request *request, struct platform *out,
		  struct reeve_report *report)
{
	struct keys keys = { NULL, NULL };
	int result = keys_make(&keys, request, report);

	memset(out, 0, sizeof(*out));
	if (result == REEVE_OK)
		result = provision_part_write(out->part, request, &keys, report);
	if (result == REEVE_OK) {
		out->key_pem = key_public_pem(keys.platform);
		out->key_jwk = key_public_jwk(keys.platform);
		if (out->key_pem == NULL || out->key_jwk == NULL)
			result = REEVE_ERR_MEMORY;
	}
	if (result != REEVE_OK)
		platform_dispose(out);
	EVP_PKEY_free(keys.platform);
	EVP_PKEY_free(keys.realm);
	return result;
}

void platform_dispose(struct platform *platform)
{
	OPENSSL_cleanse(platform->part, sizeof(platform->part));
	free(platform->key_pem);
	free(platform->key_jwk);
	platform->key_pem = NULL;
	platform->key_jwk = NULL;
}
