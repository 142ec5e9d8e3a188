/* SPDX-License-Identifier: BSD-3-Clause */
/* Lets each allocation of the stage fail once, in turn. The result must be "out
 * of memory", and nothing may stay allocated or mapped. The linker sends the
 * stage's own calls here (--wrap). The sanitizer finds heap leaks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "abi/guest_map.h"
#include "lib/number.h"
#include "toolstack/image/fixture.h"

static bool watching;
static unsigned until_failure; /* 0: none fails */
static unsigned calls;
static size_t mapped;

/* Returns true if this call is the one to fail. */
static bool fails(void)
{
	if (!watching)
		return false;
	calls++;
	return calls == until_failure;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
	return fails() ? NULL : __real_calloc(count, size);
}

char *__real_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size);
char *__wrap_strndup(const char *text, size_t size)
{
	return fails() ? NULL : __real_strndup(text, size);
}

FILE *__real_open_memstream(char **text, size_t *size);
FILE *__wrap_open_memstream(char **text, size_t *size);
FILE *__wrap_open_memstream(char **text, size_t *size)
{
	return fails() ? NULL : __real_open_memstream(text, size);
}

void *__real_mmap64(void *at, size_t size, int prot, int flags, int fd,
		    off_t offset);
void *__wrap_mmap64(void *at, size_t size, int prot, int flags, int fd,
		    off_t offset);
void *__wrap_mmap64(void *at, size_t size, int prot, int flags, int fd,
		    off_t offset)
{
	void *data = fails() ? MAP_FAILED
			     : __real_mmap64(at, size, prot, flags, fd, offset);

	if (data != MAP_FAILED)
		mapped += align_up(size, GUEST_PAGE_SIZE);
	return data;
}

void *__real_mremap(void *old, size_t old_size, size_t size, int flags);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags);
void *__wrap_mremap(void *old, size_t old_size, size_t size, int flags)
{
	void *data = fails() ? MAP_FAILED
			     : __real_mremap(old, old_size, size, flags);

	if (data != MAP_FAILED) {
		mapped += align_up(size, GUEST_PAGE_SIZE) -
			  align_up(old_size, GUEST_PAGE_SIZE);
	}
	return data;
}

int __real_munmap(void *at, size_t size);
int __wrap_munmap(void *at, size_t size);
int __wrap_munmap(void *at, size_t size)
{
	mapped -= align_up(size, GUEST_PAGE_SIZE);
	return __real_munmap(at, size);
}

/* Loads while the nth allocation fails. Returns true if there were fewer. */
static bool load_failing(const struct image_request *request, unsigned nth)
{
	struct reeve_report *report = reeve_report_new();
	struct image *image = NULL;
	int ret;

	until_failure = nth;
	calls = 0;
	mapped = 0;
	watching = true;
	ret = image_load(request, &image, report);
	watching = false;
	if (nth != 0 && calls >= nth) {
		assert_int_equal(ret, REEVE_ERR_MEMORY);
		assert_null(image);
		assert_non_null(fixture_only(report, REEVE_ERROR));
	} else {
		assert_int_equal(ret, REEVE_OK);
		assert_int_not_equal(mapped, 0);
	}
	image_free(image);
	assert_int_equal(mapped, 0);
	reeve_report_free(report);
	return calls < nth;
}

static void expect_no_leak(const char *format)
{
	struct kernel_spec spec = { .size = (size_t)9 << 20,
				    .banner = "Linux version 6.13.0\n" };
	struct bytes kernel = fixture_kernel(&spec);
	struct bytes packed =
		format != NULL ? fixture_pack(format, bytes_span(&kernel))
			       : bytes_copy(bytes_span(&kernel));
	struct image_request request = { .realm = true,
					 .ram_size = (uint64_t)256 << 20,
					 .vcpus = 2 };
	unsigned nth = 1;

	request.kernel.path = fixture_file("kernel", packed.data, packed.size);
	request.ramdisk.path = fixture_file("initrd", "initrd", 6);
	while (!load_failing(&request, nth))
		nth++;
	assert_true(nth > 4);
	bytes_free(&kernel);
	bytes_free(&packed);
}

static void bare_image_leaks_nothing(void **state)
{
	(void)state;
	expect_no_leak(NULL);
}

static void packed_images_leak_nothing(void **state)
{
	(void)state;
	expect_no_leak("gzip");
	expect_no_leak("xz");
	expect_no_leak("lz4-legacy");
}

static void source_without_memory_is_null(void **state)
{
	struct image_request request = { .ram_size = (uint64_t)256 << 20,
					 .vcpus = 1 };
	struct kernel_spec spec = { .size = 4096 };
	struct bytes kernel = fixture_kernel(&spec);
	struct reeve_report *report = reeve_report_new();
	struct image *image = NULL;

	(void)state;
	request.kernel.path = fixture_file("kernel", kernel.data, kernel.size);
	assert_int_equal(image_load(&request, &image, report), REEVE_OK);
	watching = true;
	calls = 0;
	until_failure = 1;
	assert_null(image_dtb_source(image->dtb, image->dtb_size));
	watching = false;
	image_free(image);
	bytes_free(&kernel);
	reeve_report_free(report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bare_image_leaks_nothing),
		cmocka_unit_test(packed_images_leak_nothing),
		cmocka_unit_test(source_without_memory_is_null),
	};

	return cmocka_run_group_tests_name("memory", tests, fixture_setup,
					   fixture_teardown);
}
