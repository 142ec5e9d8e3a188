/* SPDX-License-Identifier: BSD-3-Clause */
/* Hypervisors of the user's: which are ours, and where their files go. */
#include "toolstack/host/boot.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "abi/hypervisor_mark.h"
#include "abi/machine_map.h"
#include "toolstack/host/fixture.h"

#define MIB ((uint64_t)1 << 20)

/* An arm64 Image of that size, with that much room for its bss. */
struct kernel_file {
	uint32_t code[2];
	uint64_t text_offset;
	uint64_t image_size;
	uint64_t flags;
	uint64_t zero[3];
	char magic[8];
	uint8_t rest[0x10000 - 64];
};

static struct kernel_file image_with(uint64_t text_offset, uint64_t image_size)
{
	return (struct kernel_file){
		.text_offset = text_offset,
		.image_size = image_size,
		.magic = "ARM\x64",
	};
}

static struct folder_path file_put(struct host_fixture *f, const char *name,
				   const void *data, size_t size)
{
	assert_int_equal(folder_write(&f->folder, name, data, size, f->report),
			 REEVE_OK);
	return folder_path(&f->folder, "%s", name);
}

static int folder_setup(void **state)
{
	struct host_fixture *f;
	int lock;

	if (host_fixture_setup(state) != 0)
		return -1;
	f = *state;
	if (folder_take(&f->folder, &lock, f->report) != REEVE_OK)
		return -1;
	return close(lock);
}

static int load(struct host_fixture *f, struct boot *boot,
		const struct reeve_host_options *options, uint64_t memory)
{
	*boot = BOOT_NONE;
	return boot_load(boot, options, memory, f->report);
}

static void the_mark_tells_which_is_ours(void **state)
{
	char ours[64] = "";
	char other[64] = "";
	struct host_fixture *f = *state;
	struct reeve_host_options options = { 0 };
	struct folder_path path;
	struct boot boot;

	memcpy(ours + HYPERVISOR_MARK_OFFSET, HYPERVISOR_MARK,
	       HYPERVISOR_MARK_SIZE);
	memcpy(other + HYPERVISOR_MARK_OFFSET + 1, HYPERVISOR_MARK,
	       HYPERVISOR_MARK_SIZE);
	path = file_put(f, "ours", ours, sizeof(ours));
	options.hypervisor = path.text;
	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_OK);
	assert_false(boot.foreign);
	assert_int_equal(boot.hypervisor.bytes.size, sizeof(ours));
	boot_free(&boot);
	path = file_put(f, "other", other, sizeof(other));
	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_OK);
	assert_true(boot.foreign);
	boot_free(&boot);
	/* A flash may have an image anywhere in it. */
	assert_true(boot_has_marked(
		(struct span){ (const uint8_t *)other, sizeof(other) }));
	assert_false(
		boot_has_marked((struct span){ (const uint8_t *)other, 20 }));
}

static void files_follow_the_hypervisor(void **state)
{
	struct host_fixture *f = *state;
	struct kernel_file hypervisor = image_with(0, 9 * MIB);
	struct kernel_file kernel = image_with(0, 40 * MIB);
	struct folder_path paths[] = {
		file_put(f, "h", &hypervisor, sizeof(hypervisor)),
		file_put(f, "k", &kernel, sizeof(kernel)),
		file_put(f, "i", "initrd", 6),
	};
	struct reeve_host_options options = { .hypervisor = paths[0].text,
					      .kernel = paths[1].text,
					      .initrd = paths[2].text };
	struct boot boot;

	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_OK);
	assert_true(boot.foreign);
	/* 9 MiB of hypervisor; then the next 2 MiB each. */
	assert_int_equal(boot.kernel_at, MACHINE_HYP_BASE + 10 * MIB);
	assert_int_equal(boot.initrd_at, boot.kernel_at + 2 * MIB);
	boot_free(&boot);
	options.kernel = NULL;
	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_OK);
	assert_int_equal(boot.kernel_at, 0);
	assert_int_equal(boot.initrd_at, MACHINE_HYP_BASE + 10 * MIB);
	boot_free(&boot);
	assert_int_equal(load(f, &boot, &options, 32 * MIB), REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "do not fit into a memory of 32 MiB");
	boot_free(&boot);
}

static void what_cannot_be_started_is_told(void **state)
{
	struct host_fixture *f = *state;
	struct kernel_file old = image_with(0x80000, MIB);
	struct folder_path path = file_put(f, "old", &old, sizeof(old));
	struct folder_path text = file_put(f, "text", "no kernel", 9);
	struct reeve_host_options options = { .hypervisor = path.text };
	struct boot boot;

	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_ERR_IMAGE);
	host_fixture_told(f, "0x80000 bytes behind");
	boot_free(&boot);
	options.hypervisor = text.text;
	options.kernel = text.text;
	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_ERR_IMAGE);
	host_fixture_told(f, "not a kernel for arm64");
	boot_free(&boot);
	options.hypervisor = "/nowhere/xen";
	assert_int_equal(load(f, &boot, &options, 256 * MIB), REEVE_ERR_IO);
	host_fixture_told(f, "/nowhere/xen");
	boot_free(&boot);
}

static void options_must_suit_the_hypervisor(void **state)
{
	struct host_fixture *f = *state;
	struct reeve_host_options options = { .cmdline = "quiet" };
	struct boot boot = BOOT_NONE;

	assert_int_equal(boot_check(&boot, &options, f->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "for a hypervisor of another project");
	options.hypervisor = "ours";
	assert_int_equal(boot_check(&boot, &options, f->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "for a hypervisor of another project");
	boot.foreign = true;
	assert_int_equal(boot_check(&boot, &options, f->report), REEVE_OK);
	options.dma_memory = 2 * MIB;
	assert_int_equal(boot_check(&boot, &options, f->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "no devices that access memory");
	options.dma_memory = 0;
	options.shares = "/srv";
	assert_int_equal(boot_check(&boot, &options, f->report),
			 REEVE_ERR_ARGUMENT);
	host_fixture_told(f, "no devices that access memory");
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, folder_setup,                    \
					host_fixture_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_mark_tells_which_is_ours),
		TEST(files_follow_the_hypervisor),
		TEST(what_cannot_be_started_is_told),
		TEST(options_must_suit_the_hypervisor),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
