/* SPDX-License-Identifier: BSD-3-Clause */
/* Packs firmware images, takes them apart, and refuses bad ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/machine_map.h"
#include "toolstack/host/fixture.h"
#include "toolstack/host/flash.h"

static const struct flash_part parts[FIRMWARE_PARTS] = {
	{ (const uint8_t *)"monitor", 7 },
	{ (const uint8_t *)"rmm", 3 },
	{ (const uint8_t *)"hypervisor", 10 },
	{ NULL, 0 },
};

static const struct flash_settings settings = { 6 << 20, true };

static uint8_t *packed(size_t *size)
{
	uint8_t *image;

	assert_null(flash_pack(parts, &settings, &image, size));
	return image;
}

static struct firmware_header *header_of(uint8_t *image)
{
	return (struct firmware_header *)(image + FIRMWARE_HEADER_OFFSET);
}

static void what_is_packed_is_found_again(void **state)
{
	struct flash_part found[FIRMWARE_PARTS];
	size_t size;
	uint8_t *image = packed(&size);

	(void)state;
	assert_null(flash_parse(image, size, found));
	assert_ptr_equal(found[0].data, image);
	for (size_t i = 0; i < FIRMWARE_PARTS; i++) {
		assert_int_equal(found[i].size, parts[i].size);
		if (parts[i].size == 0)
			continue;
		assert_memory_equal(found[i].data, parts[i].data, parts[i].size);
		assert_int_equal((found[i].data - image) % FIRMWARE_ALIGN, 0);
	}
	assert_int_equal(header_of(image)->total, size);
	assert_int_equal(header_of(image)->dma_memory, settings.dma_memory);
	assert_int_equal(header_of(image)->flags, FIRMWARE_FOREIGN_HYPERVISOR);
	free(image);
}

static void an_image_must_have_its_header(void **state)
{
	struct flash_part found[FIRMWARE_PARTS];
	size_t size;
	uint8_t *image = packed(&size);

	(void)state;
	assert_non_null(flash_parse(image, FIRMWARE_HEADER_OFFSET, found));
	header_of(image)->magic++;
	assert_non_null(flash_parse(image, size, found));
	header_of(image)->magic--;
	header_of(image)->version++;
	assert_non_null(flash_parse(image, size, found));
	header_of(image)->version--;
	header_of(image)->parts++;
	assert_non_null(flash_parse(image, size, found));
	free(image);
}

static void parts_must_lie_in_the_image(void **state)
{
	struct flash_part found[FIRMWARE_PARTS];
	size_t size;
	uint8_t *image = packed(&size);
	struct firmware_part *part = &header_of(image)->part[FIRMWARE_RMM];

	(void)state;
	*part = (struct firmware_part){ size - 2, 2 };
	assert_null(flash_parse(image, size, found));
	*part = (struct firmware_part){ size - 1, 2 };
	assert_non_null(flash_parse(image, size, found));
	*part = (struct firmware_part){ 0, size + 1 };
	assert_non_null(flash_parse(image, size, found));
	*part = (struct firmware_part){ UINT64_MAX, 2 };
	assert_non_null(flash_parse(image, size, found));
	*part = (struct firmware_part){ 2, UINT64_MAX };
	assert_non_null(flash_parse(image, size, found));
	free(image);
}

static void parts_must_fit_their_places(void **state)
{
	struct flash_part large[FIRMWARE_PARTS];
	uint8_t *image;
	size_t size;

	(void)state;
	memcpy(large, parts, sizeof(large));
	large[FIRMWARE_MONITOR].size = 0;
	assert_non_null(flash_pack(large, &settings, &image, &size));
	memcpy(large, parts, sizeof(large));
	large[FIRMWARE_MONITOR].size = FIRMWARE_HEADER_OFFSET + 1;
	assert_non_null(flash_pack(large, &settings, &image, &size));
	memcpy(large, parts, sizeof(large));
	large[FIRMWARE_RMM].size = MACHINE_RMM_IMAGE_SIZE + 1;
	assert_non_null(flash_pack(large, &settings, &image, &size));
	memcpy(large, parts, sizeof(large));
	large[FIRMWARE_HYPERVISOR].size = MACHINE_FLASH0_SIZE;
	assert_non_null(flash_pack(large, &settings, &image, &size));
}

/* ---- Files ------------------------------------------------------------------- */

static void image_put(struct host_fixture *f)
{
	size_t size;
	uint8_t *image = packed(&size);
	int lock;

	assert_int_equal(folder_take(&f->folder, &lock, f->report), REEVE_OK);
	assert_int_equal(folder_write(&f->folder, "fw", image, size, f->report),
			 REEVE_OK);
	free(image);
	setenv("REEVE_FIRMWARE", folder_path(&f->folder, "fw").text, 1);
	close(lock);
}

static void a_file_takes_the_place_of_a_part(void **state)
{
	struct host_fixture *f = *state;
	const char *files[FIRMWARE_PARTS] = { NULL };
	struct folder_path path;
	struct flash flash;

	image_put(f);
	path = folder_path(&f->folder, "other");
	assert_int_equal(folder_write(&f->folder, "other", "new", 3, f->report),
			 REEVE_OK);
	files[FIRMWARE_RMM] = path.text;
	assert_int_equal(flash_load(false, files, &flash, f->report), REEVE_OK);
	assert_int_equal(flash.part[FIRMWARE_RMM].size, 3);
	assert_memory_equal(flash.part[FIRMWARE_RMM].data, "new", 3);
	assert_int_equal(flash.part[FIRMWARE_MONITOR].size, 7);
	flash_dispose(&flash);
}

static void files_that_are_not_there_are_told(void **state)
{
	struct host_fixture *f = *state;
	const char *files[FIRMWARE_PARTS] = { NULL };
	struct flash flash;

	setenv("REEVE_FIRMWARE", "/nowhere/fw.bin", 1);
	assert_int_equal(flash_load(false, files, &flash, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "/nowhere/fw.bin");
	image_put(f);
	files[FIRMWARE_MONITOR] = "/nowhere/monitor";
	assert_int_equal(flash_load(false, files, &flash, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "/nowhere/monitor");
	setenv("REEVE_FIRMWARE", "/proc/self/status", 1);
	files[FIRMWARE_MONITOR] = NULL;
	assert_int_equal(flash_load(false, files, &flash, f->report),
			 REEVE_ERR_IO);
	host_fixture_told(f, "too short");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, host_fixture_setup,              \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_packed_is_found_again),
		cmocka_unit_test(an_image_must_have_its_header),
		cmocka_unit_test(parts_must_lie_in_the_image),
		cmocka_unit_test(parts_must_fit_their_places),
		TEST(a_file_takes_the_place_of_a_part),
		TEST(files_that_are_not_there_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
