// SPDX-License-Identifier: BSD-3-Clause
// The C library's memory and string functions that compilers and cores need.
#include <stdint.h>
#include <string.h>

/* Words where both sides are aligned, so that pages move in few steps. */
static int is_word_aligned(const void *a, const void *b)
{
	return (((uintptr_t)a | (uintptr_t)b) & (sizeof(uint64_t) - 1)) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size)
{
	unsigned char *out = to;
	const unsigned char *in = from;

	if (is_word_aligned(to, from)) {
		for (; size >= sizeof(uint64_t); size -= sizeof(uint64_t)) {
			*(uint64_t *)(void *)out =
				*(const uint64_t *)(const void *)in;
			out += sizeof(uint64_t);
			in += sizeof(uint64_t);
		}
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

void *memset(void *to, int byte, size_t size)
{
	uint64_t word = UINT64_C(0x0101010101010101) * (unsigned char)byte;
	unsigned char *out = to;

	if (is_word_aligned(to, to)) {
		for (; size >= sizeof(word); size -= sizeof(word)) {
			*(uint64_t *)(void *)out = word;
			out += sizeof(word);
		}
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
