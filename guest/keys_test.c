/* SPDX-License-Identifier: BSD-3-Clause */
/* Public keys as ssh-keygen writes them, and their canonical order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "guest/keys.h"

/* The type "a", and one byte more. */
#define KEY_A1 "AAAAAWEx"
#define KEY_A2 "AAAAAWEy"

static bool parses(const char *text, struct key *key)
{
	return key_parse(text, strlen(text), key);
}

static void a_key_is_type_base64_and_comment(void **state)
{
	static const char *const texts[] = { "a " KEY_A1, "a " KEY_A1 "\n",
					     "a " KEY_A1 " root@debian\n",
					     "a " KEY_A1 " a comment of words" };
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_true(parses(texts[i], &key));
		assert_int_equal(key.size, 6);
		assert_memory_equal(key.data, "\0\0\0\1a1", 6);
	}
	assert_true(parses("a AAAAAWE=", &key));
	assert_int_equal(key.size, 5);
	assert_true(parses("a AAAAAWExMg==", &key));
	assert_int_equal(key.size, 7);
}

static void anything_else_is_no_key(void **state)
{
	static const char *const texts[] = { "",
					     "a",
					     "a ",
					     "a =",
					     "a ====",
					     "a AAAAAWE",
					     "a AAAAAWE*",
					     "b " KEY_A1,
					     " a " KEY_A1,
					     "aa " KEY_A1,
					     "a\t" KEY_A1,
					     "a " KEY_A1 "\r\n",
					     "a AAA=AWEx",
					     "a AAAAAWEx\1x",
					     "a AAAAAg==",
					     "a  " KEY_A1,
					     "a AAAAAAAAAWEx" };
	struct key key;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_false(parses(texts[i], &key));
}

static void a_key_has_a_largest_size(void **state)
{
	static char text[KEY_TEXT_MAX];
	const size_t digits = ATTEST_KEY_MAX / 3 * 4;
	struct key key;

	(void)state;
	memset(text, 'A', sizeof(text));
	memcpy(text, "a " KEY_A1, 10);
	assert_true(key_parse(text, 2 + digits, &key));
	assert_int_equal(key.size, ATTEST_KEY_MAX / 3 * 3);
	assert_false(key_parse(text, 2 + digits + 4, &key));
}

static void keys_are_ordered_and_none_is_twice(void **state)
{
	static const char *const order[] = { "b", "a", "ab", "b", "aa" };
	static const char *const sorted[] = { "a", "aa", "ab", "b" };
	static struct keys keys;

	(void)state;
	for (size_t i = 0; i < 5; i++) {
		struct key key = { .size = strlen(order[i]) };

		memcpy(key.data, order[i], key.size);
		assert_true(keys_add(&keys, &key));
	}
	assert_int_equal(keys.count, 4);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(keys.key[i].size, strlen(sorted[i]));
		assert_memory_equal(keys.key[i].data, sorted[i],
				    keys.key[i].size);
	}
}

static void there_is_room_for_so_many(void **state)
{
	static struct keys keys;
	struct key key = { .size = 1 };

	(void)state;
	for (uint8_t i = 0; i < ATTEST_KEYS_MAX; i++) {
		key.data[0] = i;
		assert_true(keys_add(&keys, &key));
	}
	assert_true(keys_add(&keys, &key));
	key.data[0] = 100;
	assert_false(keys_add(&keys, &key));
	assert_int_equal(keys.count, ATTEST_KEYS_MAX);
}

static void file_write(const char *folder, const char *name, const char *text)
{
	char path[128];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void file_remove(const char *folder, const char *name)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	unlink(path);
}

static void a_folder_has_its_host_keys(void **state)
{
	static struct keys keys;
	char folder[] = "/tmp/reeve-keys-XXXXXX";

	(void)state;
	assert_non_null(mkdtemp(folder));
	assert_true(keys_load(folder, &keys));
	assert_int_equal(keys.count, 0);
	file_write(folder, "ssh_host_a_key.pub", "a " KEY_A2 " root@debian\n");
	file_write(folder, "ssh_host_b_key.pub", "a " KEY_A1 "\n");
	file_write(folder, "ssh_host_a_key", "private\n");
	file_write(folder, "ssh_host_a_key-cert.pub", "a certificate\n");
	assert_true(keys_load(folder, &keys));
	assert_int_equal(keys.count, 2);
	assert_memory_equal(keys.key[0].data, "\0\0\0\1a1", 6);
	assert_memory_equal(keys.key[1].data, "\0\0\0\1a2", 6);
	file_write(folder, "ssh_host_c_key.pub", "");
	assert_false(keys_load(folder, &keys));
	for (const char *name = "abc"; *name != '\0'; name++) {
		char file[] = "ssh_host_?_key.pub";

		file[9] = *name;
		file_remove(folder, file);
	}
	file_remove(folder, "ssh_host_a_key");
	file_remove(folder, "ssh_host_a_key-cert.pub");
	assert_int_equal(rmdir(folder), 0);
	assert_true(keys_load(folder, &keys));
	assert_int_equal(keys.count, 0);
	assert_false(keys_load("/dev/null", &keys));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_is_type_base64_and_comment),
		cmocka_unit_test(anything_else_is_no_key),
		cmocka_unit_test(a_key_has_a_largest_size),
		cmocka_unit_test(keys_are_ordered_and_none_is_twice),
		cmocka_unit_test(there_is_room_for_so_many),
		cmocka_unit_test(a_folder_has_its_host_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
