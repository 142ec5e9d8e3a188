/* SPDX-License-Identifier: BSD-3-Clause */
/* Asks a running guest for evidence: a fresh nonce, its answer, and what a
 * verifier needs to judge it. */
#include <openssl/evp.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <sys/random.h>

#include "toolstack/attest/answer.h"
#include "toolstack/attest/peer.h"
#include "toolstack/token/load.h"

/* How often a guest is asked that answers another question: what it said to
 * somebody who did not wait for it can reach the next one who asks. */
#define TRIES 3

#define NONCE_SIZE         32
#define BASE64_SIZE(bytes) (((bytes) + 2) / 3 * 4 + 1)

/* A key in the texts that people and OpenSSH read. */
struct key_text {
	char type[64 + 1];
	char base64[BASE64_SIZE(ATTEST_KEY_MAX)];
	char fingerprint[sizeof("SHA256:") + BASE64_SIZE(SHA256_DIGEST_LENGTH)];
};

struct reeve_evidence {
	struct reeve_token *token;
	char challenge[2 * ATTEST_CHALLENGE + 1];
	bool fits; /* the token has this challenge */
	size_t key_count;
	struct key_text texts[ATTEST_KEYS_MAX];
	struct reeve_ssh_key keys[ATTEST_KEYS_MAX];
	uint8_t rest[ATTEST_REST_MAX];
};

static int answer_wrong(const struct peer *peer, const char *what)
{
	return report_error(peer->report, REEVE_ERR_TOKEN, NULL, peer->name,
			    NULL, "this is no answer of reeve-guest: %s", what);
}

static int status_failed(const struct peer *peer, uint32_t status)
{
	static const char *const texts[] = {
		[ATTEST_E_REQUEST] = "it does not understand the request",
		[ATTEST_E_KEYS] = "it cannot read its SSH host keys",
		[ATTEST_E_TOKEN] = "it gets no token from its kernel: is it a "
				   "Realm?",
	};
	const char *text = status < sizeof(texts) / sizeof(texts[0])
				   ? texts[status]
				   : "for a reason that this version does not "
				     "know";

	return report_error(peer->report, REEVE_ERR_TOKEN, NULL, peer->name,
			    "the guest's journal tells more",
			    "the guest has no answer: %s", text);
}

static int request_send(struct peer *peer, const uint8_t nonce[NONCE_SIZE])
{
	uint8_t request[ATTEST_REQUEST_HEAD + NONCE_SIZE] = ATTEST_REQUEST_MAGIC;

	request[ATTEST_REQUEST_HEAD - 1] = NONCE_SIZE;
	memcpy(request + ATTEST_REQUEST_HEAD, nonce, NONCE_SIZE);
	return peer_send(peer, request, sizeof(request));
}

/* Receives an answer and reads it. It points into evidence->rest. */
static int answer_receive(struct peer *peer, struct reeve_evidence *evidence,
			  struct answer *answer)
{
	uint8_t head[ATTEST_ANSWER_HEAD];
	uint32_t status;
	uint32_t size;
	const char *wrong;
	int result = peer_receive(peer, head, sizeof(head));

	if (result != REEVE_OK)
		return result;
	if (!answer_head_read(head, &status, &size))
		return answer_wrong(peer, "its head is another");
	if (status != ATTEST_OK)
		return status_failed(peer, status);
	result = peer_receive(peer, evidence->rest, size);
	if (result != REEVE_OK)
		return result;
	wrong = answer_read((struct span){ evidence->rest, size }, answer);
	return wrong == NULL ? REEVE_OK : answer_wrong(peer, wrong);
}

static bool fingerprint_make(struct span key, char *text)
{
	uint8_t digest[SHA256_DIGEST_LENGTH];
	int size;

	if (EVP_Digest(key.data, key.size, digest, NULL, EVP_sha256(), NULL) != 1)
		return false;
	memcpy(text, "SHA256:", 7);
	size = EVP_EncodeBlock((unsigned char *)text + 7, digest,
			       sizeof(digest));
	while (text[7 + size - 1] == '=')
		size--;
	text[7 + size] = '\0';
	return true;
}

static bool key_describe(struct span key, struct key_text *text,
			 struct reeve_ssh_key *out)
{
	struct span type = answer_key_type(key);

	memcpy(text->type, type.data, type.size);
	text->type[type.size] = '\0';
	EVP_EncodeBlock((unsigned char *)text->base64, key.data, (int)key.size);
	*out = (struct reeve_ssh_key){ text->type, text->base64,
				       text->fingerprint };
	return fingerprint_make(key, text->fingerprint);
}

static bool token_has_challenge(const struct reeve_token *token,
				const uint8_t challenge[ATTEST_CHALLENGE])
{
	struct span found = token->token.realm.claims[REALM_CHALLENGE].bytes;

	return found.size == ATTEST_CHALLENGE &&
	       memcmp(found.data, challenge, found.size) == 0;
}

/* Fills in what the caller of the library sees. */
static int evidence_fill(const struct peer *peer, struct span nonce,
			 const struct answer *answer,
			 struct reeve_evidence *evidence)
{
	static const char digits[] = "0123456789abcdef";
	uint8_t challenge[ATTEST_CHALLENGE];
	int result;

	if (!answer_challenge(nonce, answer, challenge))
		return REEVE_ERR_MEMORY;
	for (size_t i = 0; i < sizeof(challenge); i++) {
		evidence->challenge[2 * i] = digits[challenge[i] >> 4];
		evidence->challenge[2 * i + 1] = digits[challenge[i] & 15];
	}
	for (size_t i = 0; i < answer->key_count; i++) {
		if (!key_describe(answer->keys[i], &evidence->texts[i],
				  &evidence->keys[i]))
			return REEVE_ERR_MEMORY;
	}
	evidence->key_count = answer->key_count;
	reeve_token_free(evidence->token);
	evidence->token = NULL;
	result = reeve_token_read(answer->token.data, answer->token.size,
				  peer->name, &evidence->token, peer->report);
	evidence->fits = result == REEVE_OK &&
			 token_has_challenge(evidence->token, challenge);
	return result;
}

static int evidence_ask(struct peer *peer, struct reeve_evidence *evidence)
{
	uint8_t nonce[NONCE_SIZE];
	struct answer answer;
	int result;

	if (getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce)) {
		return report_error(peer->report, REEVE_ERR_IO, NULL, NULL,
				    NULL, "this machine gives no randomness");
	}
	result = peer_connect(peer);
	if (result == REEVE_OK)
		result = request_send(peer, nonce);
	if (result == REEVE_OK)
		result = answer_receive(peer, evidence, &answer);
	peer_close(peer);
	if (result != REEVE_OK)
		return result;
	return evidence_fill(peer, (struct span){ nonce, sizeof(nonce) },
			     &answer, evidence);
}

int reeve_attest(const char *peer, const struct reeve_watch *watch,
		 struct reeve_evidence **out, struct reeve_report *report)
{
	struct peer asked = {
		.name = peer, .fd = -1, .watch = watch, .report = report
	};
	struct reeve_evidence *evidence = calloc(1, sizeof(*evidence));
	int result = REEVE_ERR_MEMORY;

	*out = NULL;
	if (evidence != NULL)
		result = evidence_ask(&asked, evidence);
	for (int left = TRIES - 1;
	     left > 0 && result == REEVE_OK && !evidence->fits; left--)
		result = evidence_ask(&asked, evidence);
	if (result == REEVE_OK)
		*out = evidence;
	else
		reeve_evidence_free(evidence);
	return result;
}

void reeve_evidence_free(struct reeve_evidence *evidence)
{
	if (evidence == NULL)
		return;
	reeve_token_free(evidence->token);
	free(evidence);
}

const struct reeve_token *
reeve_evidence_token(const struct reeve_evidence *evidence)
{
	return evidence->token;
}

const char *reeve_evidence_challenge(const struct reeve_evidence *evidence)
{
	return evidence->challenge;
}

const struct reeve_ssh_key *
reeve_evidence_key(const struct reeve_evidence *evidence, size_t index)
{
	return index < evidence->key_count ? &evidence->keys[index] : NULL;
}
