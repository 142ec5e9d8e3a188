/* SPDX-License-Identifier: BSD-3-Clause */
/* Copies and fills of every size and alignment, by names of their own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* lib/string.c, as meson.build has it renamed. */
void *ours_memcpy(void *to, const void *from, size_t size);
void *ours_memmove(void *to, const void *from, size_t size);
void *ours_memset(void *to, int byte, size_t size);

#define SIZES   200
#define OFFSETS 9
#define ROOM    256

static uint8_t from[ROOM] __attribute__((aligned(16)));
static uint8_t to[ROOM] __attribute__((aligned(16)));

static void prepare(void)
{
	for (unsigned i = 0; i < ROOM; i++) {
		from[i] = (uint8_t)(i * 7 + 1);
		to[i] = 0xee;
	}
}

/* Checks what is written, and that nothing around it is. */
static void check(size_t start, size_t size, const uint8_t *expected, int step)
{
	for (size_t i = 0; i < ROOM; i++) {
		bool inside = i >= start && i - start < size;

		assert_int_equal(to[i], inside ? expected[step ? i - start : 0]
					       : 0xee);
	}
}

static void copies_are_exact(void **state)
{
	(void)state;
	for (size_t size = 0; size < SIZES; size++) {
		for (size_t i = 0; i < OFFSETS * OFFSETS; i++) {
			size_t a = i / OFFSETS, b = i % OFFSETS;

			prepare();
			assert_ptr_equal(ours_memcpy(to + a, from + b, size),
					 to + a);
			check(a, size, from + b, 1);
		}
	}
}

static void fills_are_exact(void **state)
{
	const uint8_t byte = 0x5a;

	(void)state;
	for (size_t size = 0; size < SIZES; size++) {
		for (size_t a = 0; a < OFFSETS; a++) {
			prepare();
			assert_ptr_equal(ours_memset(to + a, 0x15a, size),
					 to + a);
			check(a, size, &byte, 0);
		}
	}
}

static void moves_may_overlap(void **state)
{
	(void)state;
	for (size_t size = 0; size < SIZES; size++) {
		for (size_t i = 0; i < OFFSETS * OFFSETS; i++) {
			size_t a = i / OFFSETS, b = i % OFFSETS;

			prepare();
			for (size_t j = 0; j < size; j++)
				to[b + j] = from[j];
			assert_ptr_equal(ours_memmove(to + a, to + b, size),
					 to + a);
			assert_memory_equal(to + a, from, size);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_exact),
		cmocka_unit_test(fills_are_exact),
		cmocka_unit_test(moves_may_overlap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
