/* SPDX-License-Identifier: BSD-3-Clause */
/* The files that a hypervisor of the user's boots from, and where they go. */
#include "toolstack/host/boot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "abi/hypervisor_mark.h"
#include "abi/machine_map.h"
#include "lib/number.h"
#include "toolstack/host/boot_tree.h"
#include "toolstack/image/decompress.h"

#define MIB ((uint64_t)1 << 20)
/* Linux wants its Image at a multiple of 2 MiB. */
#define PLACE_ALIGN (2 * MIB)

#define IMAGE_MAGIC 56 /* where an Image has it */

static const struct span mark = { (const uint8_t *)HYPERVISOR_MARK,
				  HYPERVISOR_MARK_SIZE };
static const struct span image_magic = SPAN("ARM\x64");
static const struct span zboot_magic = SPAN("MZ\0\0zimg");

bool boot_is_marked(struct span image)
{
	return span_matches(image, HYPERVISOR_MARK_OFFSET, mark);
}

bool boot_has_marked(struct span flash)
{
	return flash.size > 0 &&
	       memmem(flash.data, flash.size, mark.data, mark.size) != NULL;
}

/* Returns true if the bytes are an arm64 Image, or packed. Only the magic
 * counts: a bare program may begin with the same instructions as an old Image,
 * which had no magic. */
static bool is_kernel(struct span bytes)
{
	return span_matches(bytes, IMAGE_MAGIC, image_magic) ||
	       span_matches(bytes, 0, zboot_magic) ||
	       codec_recognise(bytes) != NULL;
}

static struct span bytes_of(const struct blob *blob)
{
	return (struct span){ blob->data, blob->size };
}

/* A hypervisor is a kernel's Image (Xen has its header too), or any program
 * that runs from its first byte on. */
static int hypervisor_load(struct boot *boot, const char *path,
			   struct reeve_report *report)
{
	const struct image_file file = { .path = path };
	struct blob raw = BLOB_NONE;
	int result =
		blob_load(&raw, &file, "hypervisor", KERNEL_SIZE_MAX, report);

	if (result != REEVE_OK)
		return result;
	if (is_kernel(bytes_of(&raw))) {
		result = kernel_unpack(&boot->hypervisor, &raw, KERNEL_SIZE_MAX,
				       &file, report);
	} else {
		boot->hypervisor.bytes = raw;
		boot->hypervisor.memory_size =
			align_up(raw.size, MACHINE_PAGE_SIZE);
	}
	if (result == REEVE_OK && boot->hypervisor.info.text_offset != 0) {
		return report_error(report, REEVE_ERR_IMAGE, NULL, "hypervisor",
				    "give one that runs at any 2 MiB",
				    "%s: it wants to lie 0x%" PRIx64
				    " bytes behind a multiple of 2 MiB",
				    path, boot->hypervisor.info.text_offset);
	}
	boot->foreign = result == REEVE_OK &&
			!boot_is_marked(bytes_of(&boot->hypervisor.bytes));
	return result;
}

static int files_load(struct boot *boot,
		      const struct reeve_host_options *options,
		      struct reeve_report *report)
{
	const struct image_file kernel = { .path = options->kernel };
	const struct image_file initrd = { .path = options->initrd };
	int result = REEVE_OK;

	if (options->hypervisor != NULL)
		result = hypervisor_load(boot, options->hypervisor, report);
	if (result == REEVE_OK && options->kernel != NULL)
		result = kernel_load(&boot->kernel, &kernel, report);
	if (result == REEVE_OK && options->initrd != NULL) {
		result = blob_load(&boot->initrd, &initrd, "initrd",
				   KERNEL_SIZE_MAX, report);
	}
	return result;
}

/* Sets *at to the place for size bytes, or to 0 if there are none. Returns the
 * end of these bytes. */
static uint64_t place(uint64_t from, uint64_t size, uint64_t *at)
{
	*at = size != 0 ? align_up(from, PLACE_ALIGN) : 0;
	return size != 0 ? *at + size : from;
}

/* Places the files above all memory that the hypervisor needs from its first
 * byte on. */
static int files_place(struct boot *boot, uint64_t memory,
		       struct reeve_report *report)
{
	uint64_t end = MACHINE_HYP_BASE +
		       larger(boot->hypervisor.memory_size, MACHINE_HYP_SIZE);

	end = place(end, boot->kernel.bytes.size, &boot->kernel_at);
	end = place(end, boot->initrd.size, &boot->initrd_at);
	if (end - MACHINE_DRAM_BASE <= memory)
		return REEVE_OK;
	return report_error(
		report, REEVE_ERR_ARGUMENT, NULL, NULL, "give more --memory",
		"the files do not fit into a memory of %" PRIu64
		" MiB: they end at %" PRIu64 " MiB",
		memory / MIB, (end - MACHINE_DRAM_BASE + MIB - 1) / MIB);
}

int boot_load(struct boot *boot, const struct reeve_host_options *options,
	      uint64_t memory, struct reeve_report *report)
{
	int result = files_load(boot, options, report);

	return result == REEVE_OK ? files_place(boot, memory, report) : result;
}

int boot_check(const struct boot *boot, const struct reeve_host_options *options,
	       struct reeve_report *report)
{
	bool files = options->kernel != NULL || options->initrd != NULL ||
		     options->cmdline != NULL ||
		     options->hypervisor_cmdline != NULL;

	if (files && (!boot->foreign || options->hypervisor == NULL)) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"name it with --hypervisor",
			"a kernel, an initrd and command lines are for a "
			"hypervisor of another project");
	}
	if (boot->foreign &&
	    (options->dma_memory != 0 || options->shares != NULL)) {
		return report_error(
			report, REEVE_ERR_ARGUMENT, NULL, NULL,
			"leave --dma-memory and --share out",
			"a machine for a hypervisor of another project has no "
			"devices that access memory");
	}
	return REEVE_OK;
}

static int tree_write(const struct boot *boot, const struct folder *folder,
		      const struct reeve_host_options *options,
		      struct reeve_report *report)
{
	const struct boot_tree request = {
		.kernel = { boot->kernel_at, boot->kernel.bytes.size },
		.initrd = { boot->initrd_at, boot->initrd.size },
		.cmdline = options->cmdline,
		.hypervisor_cmdline = options->hypervisor_cmdline,
	};
	struct folder_path path = folder_path(folder, BOOT_QEMU_TREE);
	size_t size = 0;
	void *qemu = folder_file_read(path.text, MACHINE_DTB_MAX, &size);
	void *tree;
	const char *wrong = "it cannot be read";
	int result;

	if (qemu != NULL)
		wrong = boot_tree_make(&request, qemu, size, &tree, &size);
	free(qemu);
	if (wrong != NULL) {
		return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
				    "QEMU's device tree cannot be used: %s",
				    wrong);
	}
	result = folder_write(folder, BOOT_TREE, tree, size, report);
	free(tree);
	return result;
}

static int file_write(const struct folder *folder, const char *name,
		      const struct blob *blob, struct reeve_report *report)
{
	if (blob->size == 0)
		return REEVE_OK;
	return folder_write(folder, name, blob->data, blob->size, report);
}

int boot_write(const struct boot *boot, const struct folder *folder,
	       const struct reeve_host_options *options,
	       struct reeve_report *report)
{
	int result = tree_write(boot, folder, options, report);

	if (result == REEVE_OK) {
		result = file_write(folder, BOOT_KERNEL, &boot->kernel.bytes,
				    report);
	}
	if (result == REEVE_OK)
		result = file_write(folder, BOOT_INITRD, &boot->initrd, report);
	return result;
}

void boot_unlink(const struct folder *folder)
{
	static const char *const names[] = { BOOT_QEMU_TREE, BOOT_TREE,
					     BOOT_KERNEL, BOOT_INITRD };

	/* Not every host has these files. */
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)unlink(folder_path(folder, "%s", names[i]).text);
}

void boot_free(struct boot *boot)
{
	kernel_free(&boot->hypervisor);
	kernel_free(&boot->kernel);
	blob_free(&boot->initrd);
	*boot = BOOT_NONE;
}
