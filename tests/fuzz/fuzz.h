/* SPDX-License-Identifier: BSD-3-Clause */
/* Shared by the fuzz targets. */
#ifndef REEVE_TESTS_FUZZ_FUZZ_H
#define REEVE_TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

/* The entry that libFuzzer calls. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The input that is not consumed yet. At its end it reads as zero. */
struct input {
	const uint8_t *next;
	const uint8_t *end;
};

static inline uint8_t byte_take(struct input *input)
{
	return input->next < input->end ? *input->next++ : 0;
}

/* Aborts, which libFuzzer reports, unless the condition holds. */
static inline void require(bool condition)
{
	if (!condition)
		abort();
}

#endif
