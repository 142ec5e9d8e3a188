/* SPDX-License-Identifier: BSD-3-Clause */
/* Requests and answers on a connection, the addresses that are served, and the
 * vector of docs/attest-protocol.md, Test vector. */
#include <netinet/in.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/address.h"
#include "guest/fake_tsm.h"
#include "guest/io.h"
#include "guest/serve.h"
#include "guest/wire.h"

static const struct serve_options options = { .keys = "/nonexistent",
					      .tsm = "folder" };
static int ends[2]; /* the peer's, the guest's */
static uint8_t answer[ATTEST_ANSWER_HEAD + ATTEST_REST_MAX];

static int setup(void **state)
{
	(void)state;
	fake_tsm_reset();
	return socketpair(AF_UNIX, SOCK_STREAM, 0, ends);
}

static int teardown(void **state)
{
	(void)state;
	close(ends[0]);
	close(ends[1]);
	return 0;
}

/* Sends a request with a nonce of that size, of bytes that count up. */
static void request_send(const char *magic, size_t size)
{
	uint8_t request[ATTEST_REQUEST_HEAD + 300];
	uint8_t *at = request + ATTEST_MAGIC_SIZE;

	memcpy(request, magic, ATTEST_MAGIC_SIZE);
	at = wire_number(at, size);
	for (size_t i = 0; i < size; i++)
		*at++ = (uint8_t)i;
	assert_true(io_write(ends[0], request, (size_t)(at - request)));
}

static void status_expect(uint8_t status)
{
	uint8_t head[ATTEST_ANSWER_HEAD] = "RVATANS0";

	head[11] = status;
	assert_int_equal(io_read(ends[0], answer, sizeof(head)), sizeof(head));
	assert_memory_equal(answer, head, sizeof(head));
}

static void a_request_is_answered(void **state)
{
	struct nonce nonce = { .size = ATTEST_NONCE_MIN };
	uint8_t challenge[ATTEST_CHALLENGE];
	struct keys none = { 0 };
	uint8_t expected[16 + 4 + 9 + 64 + 4] = "RVATANS0";

	(void)state;
	for (size_t i = 0; i < nonce.size; i++)
		nonce.data[i] = (uint8_t)i;
	challenge_make(&nonce, &none, challenge);
	expected[15] = 4 + 9 + 64 + 4;
	expected[19] = 9 + 64;
	memcpy(expected + 20, "token of ", 9);
	memcpy(expected + 29, challenge, sizeof(challenge));
	for (int round = 0; round < 2; round++) {
		request_send("RVATASK0", ATTEST_NONCE_MIN);
		assert_int_equal(serve_request(ends[1], &options), SERVE_MORE);
		assert_int_equal(io_read(ends[0], answer, sizeof(expected)),
				 sizeof(expected));
		assert_memory_equal(answer, expected, sizeof(expected));
	}
	assert_int_equal(fake_tsm.entries, 0);
}

static void what_is_no_request_ends_the_connection(void **state)
{
	static const struct {
		const char *magic;
		size_t size;
	} wrong[] = {
		{ "RVATASK0", 0 },   { "RVATASK0", 31 }, { "RVATASK0", 65 },
		{ "RVATASK0", 256 }, { "RVATASK1", 32 }, { "GET / HT", 32 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		teardown(state);
		setup(state);
		request_send(wrong[i].magic, wrong[i].size);
		assert_int_equal(serve_request(ends[1], &options), SERVE_WRONG);
		status_expect(ATTEST_E_REQUEST);
		assert_int_equal(fake_tsm.challenge_size, 0);
	}
}

static void every_size_between_is_a_nonce(void **state)
{
	uint8_t head[ATTEST_REQUEST_HEAD] = "RVATASK0";

	(void)state;
	for (size_t size = 0; size < 300; size++) {
		bool fits = size >= 32 && size <= 64;

		wire_number(head + 8, size);
		assert_int_equal(request_nonce_size(head), fits ? size : 0);
	}
	for (size_t byte = 8; byte < 11; byte++) {
		wire_number(head + 8, 32);
		head[byte] = 1;
		assert_int_equal(request_nonce_size(head), 0);
	}
}

static void a_request_cut_short_has_no_answer(void **state)
{
	static const uint8_t request[] = "RVATASK0\0\0\0\x20 too short";

	(void)state;
	for (size_t size = 0; size < sizeof(request); size++) {
		teardown(state);
		setup(state);
		assert_true(io_write(ends[0], request, size));
		shutdown(ends[0], SHUT_WR);
		assert_int_equal(serve_request(ends[1], &options), SERVE_GONE);
		shutdown(ends[1], SHUT_WR);
		assert_int_equal(io_read(ends[0], answer, sizeof(answer)), 0);
	}
}

static void failures_have_their_status(void **state)
{
	const struct serve_options wrong = { .keys = "/dev/null" };

	(void)state;
	request_send("RVATASK0", ATTEST_NONCE_MAX);
	assert_int_equal(serve_request(ends[1], &wrong), SERVE_MORE);
	status_expect(ATTEST_E_KEYS);
	fake_tsm.fails = "outblob";
	request_send("RVATASK0", ATTEST_NONCE_MAX);
	assert_int_equal(serve_request(ends[1], &options), SERVE_MORE);
	status_expect(ATTEST_E_TOKEN);
}

static void a_peer_that_has_gone_ends_the_connection(void **state)
{
	(void)state;
	request_send("RVATASK0", ATTEST_NONCE_MIN);
	close(ends[0]);
	assert_int_equal(serve_request(ends[1], &options), SERVE_GONE);
	assert_int_equal(fake_tsm.entries, 0);
}

static void the_challenge_is_that_of_the_vector(void **state)
{
	static const uint8_t expected[ATTEST_CHALLENGE] = {
		0xa8, 0x70, 0x6e, 0x7f, 0x6e, 0x3b, 0x5c, 0x6d, 0x0c, 0x9e,
		0x52, 0xb5, 0x56, 0xde, 0x67, 0x1f, 0x3d, 0x32, 0xf4, 0x95,
		0x13, 0x3c, 0x41, 0x14, 0xdf, 0x0d, 0x3f, 0x9a, 0xf8, 0x37,
		0x68, 0x6c, 0x33, 0x98, 0x0a, 0xe2, 0xf7, 0x4f, 0xcd, 0x91,
		0xaa, 0x93, 0xba, 0x0f, 0x50, 0xdf, 0x7c, 0xfe, 0x64, 0x24,
		0x5f, 0x50, 0x09, 0xc0, 0xb6, 0x28, 0x4f, 0x4d, 0xc5, 0x8e,
		0x4e, 0x1d, 0x36, 0x5a,
	};
	struct nonce nonce = { .size = ATTEST_NONCE_MIN };
	static const char *const texts[] = { "b AAAAAWIy", "a AAAAAWEx" };
	uint8_t challenge[ATTEST_CHALLENGE];
	static struct keys keys;

	(void)state;
	for (size_t i = 0; i < nonce.size; i++)
		nonce.data[i] = (uint8_t)i;
	for (size_t i = 0; i < 2; i++) {
		struct key key;

		assert_true(key_parse(texts[i], strlen(texts[i]), &key));
		assert_true(keys_add(&keys, &key));
	}
	challenge_make(&nonce, &keys, challenge);
	assert_memory_equal(challenge, expected, sizeof(expected));
	nonce.data[0] ^= 1;
	challenge_make(&nonce, &keys, challenge);
	assert_memory_not_equal(challenge, expected, sizeof(expected));
	nonce.data[0] ^= 1;
	keys.count = 1;
	challenge_make(&nonce, &keys, challenge);
	assert_memory_not_equal(challenge, expected, sizeof(expected));
}

static void addresses_are_numbers(void **state)
{
	static const char *const wrong[] = {
		"",
		"x",
		"0",
		"65536",
		"-1",
		"1.2.3.4",
		"1.2.3.4:",
		"1.2.3:80",
		"::1:80",
		"[::1]",
		"[]:80",
		"[1.2.3.4]:80",
		"name:80",
		"1.2.3.4:80x",
		" 80",
		"[::1:80",
		"0000:0000:0000:0000:0000:0000:0000:0000:0000:80"
	};
	struct address address;
	const struct sockaddr_in *in =
		(const struct sockaddr_in *)&address.storage;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(address_read(wrong[i], &address));
	assert_true(address_read("127.0.0.1:80", &address));
	assert_int_equal(in->sin_family, AF_INET);
	assert_int_equal(in->sin_port, htons(80));
	assert_int_equal(in->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
	assert_true(address_read("[::1]:65535", &address));
	assert_int_equal(address.storage.ss_family, AF_INET6);
	assert_true(address_read("1", &address));
	assert_int_equal(address.storage.ss_family, AF_INET6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_request_is_answered, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			what_is_no_request_ends_the_connection, setup, teardown),
		cmocka_unit_test(every_size_between_is_a_nonce),
		cmocka_unit_test_setup_teardown(
			a_request_cut_short_has_no_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(failures_have_their_status,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			a_peer_that_has_gone_ends_the_connection, setup,
			teardown),
		cmocka_unit_test(the_challenge_is_that_of_the_vector),
		cmocka_unit_test(addresses_are_numbers),
	};

	signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
