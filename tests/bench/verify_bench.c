/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The cost of verifying a token: reading it and making all checks, and, in
 * turns with that, nothing but the two signatures' verification by OpenSSL.
 * Prints nanoseconds of CPU time for each, the best of many rounds.
 *
 * usage: verify_bench TOKEN PLATFORM-KEY
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "toolstack/token/key.h"
#include "toolstack/token/load.h"

#define ROUNDS 20
#define TIMES  50

struct bench {
	char *token;
	size_t token_size;
	struct reeve_keys *keys;
	EVP_PKEY *key;
	uint8_t signature[P384_SIGNATURE_SIZE];
	struct reeve_report *report;
};

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "verify_bench: %s\n", what);
	exit(1);
}

static void verify_one(struct bench *bench)
{
	const struct reeve_expectation expected = {
		.keys = bench->keys,
		.no_challenge = true,
		.no_references = true,
	};
	struct reeve_verification *verification;
	struct reeve_token *token;

	if (reeve_token_read(bench->token, bench->token_size, "token", &token,
			     bench->report) != REEVE_OK ||
	    reeve_token_verify(token, &expected, &verification,
			       bench->report) != REEVE_OK ||
	    !reeve_verification_passed(verification))
		fail("the token is not accepted");
	reeve_verification_free(verification);
	reeve_token_free(token);
}

static void bare_one(struct bench *bench)
{
	for (unsigned i = 0; i < 2; i++) {
		if (!key_verify(bench->key, algorithm_find(COSE_ALG_ES384),
				(struct span){ (const uint8_t *)bench->token,
					       bench->token_size },
				(struct span){ bench->signature,
					       P384_SIGNATURE_SIZE }))
			fail("the signature does not hold");
	}
}

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* The best of *best and of this round, for one time. */
static void round_take(struct bench *bench, void (*one)(struct bench *),
		       uint64_t *best)
{
	uint64_t start = now();
	uint64_t time;

	for (unsigned i = 0; i < TIMES; i++)
		one(bench);
	time = (now() - start) / TIMES;
	if (*best == 0 || time < *best)
		*best = time;
}

static void bench_open(struct bench *bench, char **argv)
{
	bench->report = reeve_report_new();
	bench->key = key_new();
	if (file_read(argv[1], TOKEN_SIZE_MAX, &bench->token,
		      &bench->token_size, bench->report) != REEVE_OK ||
	    reeve_keys_load(argv[2], &bench->keys, bench->report) != REEVE_OK ||
	    !key_sign(bench->key, bench->token, bench->token_size,
		      bench->signature))
		fail("a file cannot be read");
}

int main(int argc, char **argv)
{
	struct bench bench = { 0 };
	uint64_t ours = 0;
	uint64_t bare = 0;

	if (argc != 3)
		fail("usage: verify_bench TOKEN PLATFORM-KEY");
	bench_open(&bench, argv);
	for (unsigned i = 0; i < ROUNDS; i++) {
		round_take(&bench, verify_one, &ours);
		round_take(&bench, bare_one, &bare);
	}
	printf("%" PRIu64 " %" PRIu64 "\n", ours, bare);
	EVP_PKEY_free(bench.key);
	reeve_report_free(bench.report);
	free(bench.token);
	reeve_keys_free(bench.keys);
	return 0;
}
