/* SPDX-License-Identifier: BSD-3-Clause */
#include "guest/keys.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "guest/complain.h"
#include "guest/io.h"

/* Returns the value of a digit of RFC 4648, section 4, or -1. */
static int digit_value(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	return c == '/' ? 63 : -1;
}

/* Decodes a word of base64. Returns the number of bytes; 0: it is none, or has
 * more than capacity. */
static size_t base64_read(const char *text, size_t size, uint8_t *to,
			  size_t capacity)
{
	uint32_t bits = 0;
	size_t padding = 0;
	size_t done = 0;

	if (size == 0 || size % 4 != 0 || size / 4 * 3 > capacity)
		return 0;
	while (padding < 2 && text[size - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < size; i++) {
		int value = i < size - padding ? digit_value(text[i]) : 0;

		if (value < 0)
			return 0;
		bits = bits << 6 | (uint32_t)value;
		if (i % 4 != 3)
			continue;
		to[done++] = (uint8_t)(bits >> 16);
		to[done++] = (uint8_t)(bits >> 8);
		to[done++] = (uint8_t)bits;
	}
	return done - padding;
}

/* Returns whether a key begins with its type, as each does. */
static bool key_has_type(const struct key *key, const char *type, size_t size)
{
	const uint8_t *data = key->data;

	if (size == 0 || size > 255 || key->size < 4 + size)
		return false;
	return data[0] == 0 && data[1] == 0 && data[2] == 0 &&
	       data[3] == size && memcmp(data + 4, type, size) == 0;
}

/* Returns the length of the word at the start of a text. */
static size_t word_size(const char *text, size_t size)
{
	size_t n = 0;

	while (n < size && text[n] > ' ' && text[n] <= '~')
		n++;
	return n;
}

bool key_parse(const char *text, size_t size, struct key *out)
{
	size_t type = word_size(text, size);
	const char *word = text + type + 1;
	size_t length;

	if (type == size || text[type] != ' ')
		return false;
	length = word_size(word, size - type - 1);
	if (type + 1 + length < size && word[length] != ' ' &&
	    word[length] != '\n')
		return false;
	out->size = base64_read(word, length, out->data, sizeof(out->data));
	return key_has_type(out, text, type);
}

static int key_compare(const struct key *a, const struct key *b)
{
	size_t size = a->size < b->size ? a->size : b->size;
	int order = memcmp(a->data, b->data, size);

	if (order != 0 || a->size == b->size)
		return order;
	return a->size < b->size ? -1 : 1;
}

bool keys_add(struct keys *keys, const struct key *key)
{
	size_t at = keys->count;

	while (at > 0 && key_compare(key, &keys->key[at - 1]) < 0)
		at--;
	if (at > 0 && key_compare(key, &keys->key[at - 1]) == 0)
		return true;
	if (keys->count == ATTEST_KEYS_MAX)
		return false;
	memmove(&keys->key[at + 1], &keys->key[at],
		(keys->count - at) * sizeof(*key));
	keys->key[at] = *key;
	keys->count++;
	return true;
}

static bool key_load(const char *folder, const char *name, struct keys *out)
{
	char path[4096];
	char text[KEY_TEXT_MAX];
	struct key key;
	ssize_t size = -1;
	int fd = -1;

	if (snprintf(path, sizeof(path), "%s/%s", folder, name) <
	    (int)sizeof(path))
		fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd >= 0) {
		size = io_read(fd, text, sizeof(text));
		close(fd);
	}
	if (size < 0) {
		complain("%s: %s", name, strerror(errno));
		return false;
	}
	if (!key_parse(text, (size_t)size, &key)) {
		complain("%s: this is no public key of SSH", name);
		return false;
	}
	if (!keys_add(out, &key)) {
		complain("%s: there are more than %d host keys", name,
			 ATTEST_KEYS_MAX);
		return false;
	}
	return true;
}

bool keys_load(const char *folder, struct keys *out)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	bool ok = true;

	out->count = 0;
	if (dir == NULL && errno == ENOENT)
		return true;
	if (dir == NULL) {
		complain("%s: %s", folder, strerror(errno));
		return false;
	}
	while (ok && (entry = readdir(dir)) != NULL) {
		if (fnmatch("ssh_host_*_key.pub", entry->d_name, 0) == 0)
			ok = key_load(folder, entry->d_name, out);
	}
	closedir(dir);
	return ok;
}
