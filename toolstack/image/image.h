/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns a guest's files into segments at guest addresses: reads and unpacks the
 * kernel, places kernel, initrd and device tree in RAM, and writes the device
 * tree. The result depends on nothing but the request and the files' bytes. */
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

/* Linux keeps this many bytes of its command line (COMMAND_LINE_SIZE on arm64,
 * without the NUL). */
#define IMAGE_LINUX_CMDLINE 2047

/* A file that the configuration names. */
struct image_file {
	const char *path; /* NULL or "": none */
	struct report_place place; /* where the configuration names the file */
};

/* A virtio-mmio device. The order of the devices is that of their addresses. */
struct image_virtio {
	const char *type; /* "virtio,device22" etc.; NULL: its registers tell */
	bool grant; /* uses grants: its node gets "iommus" */
	uint32_t backend_domid;
};

struct image_request {
	bool realm;
	bool xen; /* an ordinary guest's host is Xen: write Xen's node */
	struct image_file kernel;
	struct image_file ramdisk;
	bool unpack_ramdisk; /* to see whether it is whole; takes its time */
	struct image_file device_tree; /* a partial tree, for ordinary guests */
	const char *cmdline; /* NULL: none; "" gives an empty line */
	const char *cmdline_key; /* the key that sets it; NULL: none */
	struct report_place cmdline_place; /* for errors about its length */
	uint64_t ram_size; /* bytes, whole MiB; bank 0 is filled first */
	struct report_place memory_place; /* for errors about the size */
	unsigned vcpus;
	enum image_gic gic;
	bool vuart; /* the SBSA UART */
	bool rtc; /* the real-time clock */
	bool pvpanic; /* the device by which a kernel tells its panic */
	bool optee;
	bool acpi; /* refused: we make no ACPI tables */
	bool vpci;
	const struct image_virtio *virtio;
	size_t virtio_count;
	const uint8_t *rng_seed; /* NULL: none; a Realm never has one */
	size_t rng_seed_size;
};

enum image_segment_kind {
	IMAGE_KERNEL,
	IMAGE_INITRD,
	IMAGE_DTB,
};

/* Bytes to be loaded, for which [ipa, ipa + memory_size) is reserved. data is
 * page-aligned, read-only, and zero from size to the end of its last page, so
 * that whole pages can be loaded from it. */
struct image_segment {
	enum image_segment_kind kind;
	uint64_t ipa; /* page-aligned */
	const void *data;
	size_t size; /* of data */
	uint64_t memory_size; /* >= size, whole pages; with a kernel's BSS */
};

/* Facts about a kernel, from its file. */
struct image_kernel_info {
	const char *format; /* "Image", "Image.gz", "zboot (zstd)" ... */
	const char *banner; /* "Linux version ..." or NULL: none found */
	unsigned version_major; /* 0.0: not known */
	unsigned version_minor;
	uint64_t text_offset;
	uint64_t image_size; /* the header's; if that is 0, the file's */
	unsigned page_size; /* bytes; 0: the header does not tell */
};

struct image_bank {
	uint64_t base;
	uint64_t size; /* 0: unused */
};

struct image {
	struct image_segment segments[3]; /* ascending by ipa */
	size_t segment_count;
	struct image_bank banks[2];
	uint64_t ram_minimum; /* bytes, whole MiB: the least that suffices */
	struct image_kernel_info kernel;
	uint64_t entry; /* the boot vCPU's pc */
	uint64_t dtb_ipa; /* the boot vCPU's x0 */
	size_t dtb_size;
	const void *dtb;
};

/*
 * Makes the image. Returns 0, or one of these, with at least one error in the
 * report:
 *
 * REEVE_ERR_IO        a file cannot be read
 * REEVE_ERR_IMAGE     a file is unsuitable, or RAM is too small: the message
 *                     then names the sizes and the least memory that suffices
 * REEVE_ERR_CONFIG    the command line of a Realm is longer than Linux keeps
 * REEVE_ERR_MEMORY    out of memory
 * REEVE_ERR_ARGUMENT  the request asks for what the policy should have refused
 *
 * A Realm's kernel gets a warning if it has no Realm support, and a note if its
 * version is unknown. A command line that is cut off is a warning where it is no
 * error. While the image lives, a process that opens one of its
 * files for writing may have to wait (toolstack/image/blob.h).
 */
int image_load(const struct image_request *request, struct image **out,
	       struct reeve_report *report);
void image_free(struct image *image); /* NULL is fine */

/* Returns the segment of that kind, or NULL. */
const struct image_segment *image_find(const struct image *image,
				       enum image_segment_kind kind);

/* Returns a device tree as source text (dts); the same blob always gives the
 * same text. The caller frees it. NULL: the blob is malformed or memory is
 * short. */
char *image_dtb_source(const void *dtb, size_t size);

#endif
