/* SPDX-License-Identifier: BSD-3-Clause */
/* The part of the C library's <string.h> that the bare-metal programs have. */
#ifndef REEVE_LIB_LIBC_STRING_H
#define REEVE_LIB_LIBC_STRING_H

#include <stddef.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size);
void *memmove(void *to, const void *from, size_t size);
void *memset(void *to, int byte, size_t size);
int memcmp(const void *a, const void *b, size_t size);
void *memchr(const void *bytes, int byte, size_t size);
size_t strlen(const char *string);
int strcmp(const char *a, const char *b);
int strncmp(const char *a, const char *b, size_t size);

#endif
