/* SPDX-License-Identifier: BSD-3-Clause */
/* The C library's memory and string functions that compilers and cores need. */
#include <stdint.h>
#include <string.h>

/*
 * Copies and fills go by words where both sides are aligned, and by eight words
 * where there are as many, so that pages and registers move in few steps.
 */
#define BLOCK (8 * sizeof(uint64_t))

static int is_word_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (sizeof(uint64_t) - 1)) == 0;
}

static void block_copy(uint64_t *to, const uint64_t *from)
{
	uint64_t a = from[0], b = from[1], c = from[2], d = from[3];

	to[0] = a;
	to[1] = b;
	to[2] = c;
	to[3] = d;
	a = from[4];
	b = from[5];
	c = from[6];
	d = from[7];
	to[4] = a;
	to[5] = b;
	to[6] = c;
	to[7] = d;
}

/* Copies the whole words. Returns the size of what is left. */
static size_t words_copy(uint64_t *to, const uint64_t *from, size_t size)
{
	for (; size >= BLOCK; size -= BLOCK) {
		block_copy(to, from);
		to += 8;
		from += 8;
	}
	for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t))
		*to++ = *from++;
	return size;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if (is_word_aligned(to, from)) {
		size_t left = words_copy(to, from, size);

		out += size - left;
		in += size - left;
		size = left;
	}
	while (size-- > 0)
		*out++ = *in++;
	return to;
}

void *memmove(void *to, const void *from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if ((uintptr_t)to - (uintptr_t)from >= size)
		return memcpy(to, from, size);
	while (size-- > 0)
		out[size] = in[size];
	return to;
}

static void block_set(uint64_t *to, uint64_t word)
{
	to[0] = word;
	to[1] = word;
	to[2] = word;
	to[3] = word;
	to[4] = word;
	to[5] = word;
	to[6] = word;
	to[7] = word;
}

static size_t words_set(uint64_t *to, uint64_t word, size_t size)
{
	for (; size >= BLOCK; size -= BLOCK) {
		block_set(to, word);
		to += 8;
	}
	for (; size >= sizeof(word); size -= sizeof(word))
		*to++ = word;
	return size;
}

void *memset(void *to, int byte, size_t size)
{
	uint64_t word = UINT64_C(0x0101010101010101) * (unsigned char)byte;
	unsigned char *out = to;

	if (is_word_aligned(to, to)) {
		size_t left = words_set(to, word, size);

		out += size - left;
		size = left;
	}
	while (size-- > 0)
		*out++ = (unsigned char)byte;
	return to;
}

int memcmp(const void *a, const void *b, size_t size)
{
	const unsigned char *x = a;
	const unsigned char *y = b;

	for (; size > 0; size--, x++, y++) {
		if (*x != *y)
			return *x - *y;
	}
	return 0;
}

void *memchr(const void *bytes, int byte, size_t size)
{
	const unsigned char *at = bytes;

	for (; size > 0; size--, at++) {
		if (*at == (unsigned char)byte)
			return (void *)(uintptr_t)at;
	}
	return NULL;
}

size_t strlen(const char *string)
{
	size_t length = 0;

	while (string[length] != '\0')
		length++;
	return length;
}

int strncmp(const char *a, const char *b, size_t size)
{
	for (; size > 0; size--, a++, b++) {
		if (*a != *b || *a == '\0')
			return (unsigned char)*a - (unsigned char)*b;
	}
	return 0;
}

int strcmp(const char *a, const char *b)
{
	return strncmp(a, b, SIZE_MAX);
}
