/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * From a guest's files to segments at guest addresses: read and unpack the
 * kernel, place kernel, initrd and device tree in RAM, write the device tree.
 * Everything here is a function of the request and the files' bytes.
 */
#ifndef REEVE_TOOLSTACK_IMAGE_H
#define REEVE_TOOLSTACK_IMAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "toolstack/report/report.h"

enum image_gic {
	IMAGE_GICV3,
	IMAGE_GICV2,
};

/* A file named by the configuration. */
struct image_file {
	const char *path; /* NULL or "": none */
	struct report_place place; /* where the configuration names it */
};

/* A virtio-mmio device of an ordinary guest, in order of allocation. */
struct image_virtio {
	const char *type; /* "virtio,device22" etc. */
	bool grant; /* uses grants: gets an iommus property */
	uint32_t backend_domid;
};

struct image_request {
	bool realm;
	bool xen; /* an ordinary guest's host is a Xen: its node is there */
	struct image_file kernel;
	struct image_file ramdisk;
	struct image_file device_tree; /* a partial tree, ordinary guests */
	const char *cmdline; /* NULL: none; "" is kept as an empty line */
	uint64_t ram_size; /* bytes, whole MiB; bank 0 is filled first */
	struct report_place memory_place; /* for errors about the size */
	unsigned vcpus;
	enum image_gic gic;
	bool vuart; /* the SBSA UART */
	bool optee;
	bool acpi; /* refused: there are no ACPI tables here */
	bool vpci;
	const struct image_virtio *virtio;
	size_t virtio_count;
	const uint8_t *rng_seed; /* NULL: none (always so for a Realm) */
	size_t rng_seed_size;
};

enum image_segment_kind {
	IMAGE_KERNEL,
	IMAGE_INITRD,
	IMAGE_DTB,
};

/*
 * Bytes to be loaded. [ipa, ipa + memory_size) is reserved for it. data is
 * page-aligned, read-only, and zero from size to the end of its last page, so
 * that whole pages can be taken from it.
 */
struct image_segment {
	enum image_segment_kind kind;
	uint64_t ipa; /* page-aligned */
	const void *data;
	size_t size; /* of data */
	uint64_t memory_size; /* >= size, whole pages; a kernel's BSS */
};

/* What was found out about the kernel. */
struct image_kernel_info {
	const char *format; /* "Image", "Image.gz", "zboot (zstd)" ... */
	const char *banner; /* "Linux version ..." or NULL: none found */
	unsigned version_major; /* 0.0 when unknown */
	unsigned version_minor;
	uint64_t text_offset;
	uint64_t image_size; /* header's, or the file's when that is 0 */
	unsigned page_size; /* bytes, 0: not said */
};

struct image_bank {
	uint64_t base;
	uint64_t size; /* 0: unused */
};

struct image {
	struct image_segment segments[3]; /* ascending in ipa */
	size_t segment_count;
	struct image_bank banks[2];
	uint64_t ram_minimum; /* bytes, whole MiB: the least that would do */
	struct image_kernel_info kernel;
	uint64_t entry; /* boot vCPU's pc */
	uint64_t dtb_ipa; /* boot vCPU's x0 */
	size_t dtb_size;
	const void *dtb;
};

/*
 * Makes the image. 0; REEVE_ERR_IO (a file cannot be read); REEVE_ERR_IMAGE
 * (a file is unfit, or the layout does not fit: the message names the sizes
 * and the least memory that would do); REEVE_ERR_MEMORY; REEVE_ERR_ARGUMENT
 * (the request asks for what the policy should have refused). The report has
 * at least one error then. A Realm's kernel that has no Realm support, or
 * does not tell, gets a warning or a note.
 *
 * While the image lives, whoever opens its files for writing may have to wait
 * (toolstack/image/blob.h).
 */
int image_load(const struct image_request *request, struct image **out,
	       struct reeve_report *report);
void image_free(struct image *image); /* NULL is fine */

/* The segment of that kind, or NULL. */
const struct image_segment *image_find(const struct image *image,
				       enum image_segment_kind kind);

/*
 * A device tree as source text (dts), deterministic; the caller frees. NULL:
 * the blob is malformed or memory is short.
 */
char *image_dtb_source(const void *dtb, size_t size);

#endif
