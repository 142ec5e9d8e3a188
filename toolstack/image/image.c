/* SPDX-License-Identifier: BSD-3-Clause */
/* Turns a request into an image: reads the files, places them, writes the
 * tree. */
#include "toolstack/image/image.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "abi/guest_map.h"
#include "lib/number.h"
#include "toolstack/image/fdt_guest.h"
#include "toolstack/image/kernel.h"
#include "toolstack/image/layout.h"
#include "toolstack/image/ramdisk.h"

#define MIB ((uint64_t)1 << 20)

/* The first version of Linux that can run in a Realm. */
#define REALM_LINUX_MAJOR 6
#define REALM_LINUX_MINOR 13

/* The public image, and the objects that it points to. */
struct image_parts {
	struct image image; /* first, as image_free() gets its address */
	struct kernel kernel;
	struct blob initrd;
	struct blob partial;
	struct blob dtb;
	struct layout layout;
};

/* The state that every step works on. */
struct loading {
	const struct image_request *request;
	struct image_parts *parts;
	struct reeve_report *report;
};

static bool has_file(const struct image_file *file)
{
	return file->path != NULL && file->path[0] != '\0';
}

/* Returns what is wrong with the request, and the key to blame; NULL if nothing
 * is. */
static const char *request_fault(const struct image_request *request,
				 const char **key)
{
	unsigned vcpus_max = request->gic == IMAGE_GICV2 ? GUEST_GICV2_MAX_VCPUS
							 : GUEST_GICV3_MAX_VCPUS;

	*key = "kernel";
	if (!has_file(&request->kernel))
		return "no kernel is given";
	*key = "vcpus";
	if (request->vcpus == 0 || request->vcpus > vcpus_max)
		return "the interrupt controller cannot serve that many vCPUs";
	*key = "memory";
	if (request->ram_size < MIB ||
	    request->ram_size > GUEST_RAM0_SIZE + GUEST_RAM1_SIZE)
		return "the guest's memory map has no room for that much RAM";
	*key = "virtio";
	if (request->virtio_count > GUEST_VIRTIO_MMIO_SPIS)
		return "more than 11 virtio-mmio devices";
	*key = "acpi";
	if (request->acpi)
		return "ACPI tables are not made; guests are described by a device tree";
	return NULL;
}

/* The same for things that a Realm's device tree cannot have. */
static const char *realm_fault(const struct image_request *request,
			       const char **key)
{
	*key = "device_tree";
	if (has_file(&request->device_tree))
		return "a Realm takes no partial device tree";
	*key = "gic_version";
	if (request->gic != IMAGE_GICV3)
		return "a Realm has a GICv3";
	*key = "tee";
	if (request->optee)
		return "a Realm has no OP-TEE";
	*key = "pci";
	if (request->vpci)
		return "a Realm has no virtual PCI";
	*key = "virtio";
	for (size_t i = 0; i < request->virtio_count; i++) {
		if (request->virtio[i].grant || request->virtio[i].type != NULL)
			return "a Realm has no devices of other domains";
	}
	*key = "realm";
	if (request->rng_seed != NULL)
		return "a Realm's device tree holds nothing random";
	return NULL;
}

static int check_request(const struct image_request *request,
			 struct reeve_report *report)
{
	const char *key, *fault = request_fault(request, &key);

	if (fault == NULL && request->realm)
		fault = realm_fault(request, &key);
	if (fault == NULL)
		return REEVE_OK;
	return report_error(report, REEVE_ERR_ARGUMENT, NULL, key, NULL, "%s",
			    fault);
}

/* A Linux before 6.13 stops early in a Realm and prints nothing. So the user is
 * told. */
static void advise_on_version(const struct loading *loading)
{
	const struct image_request *request = loading->request;
	const struct image_kernel_info *info = &loading->parts->kernel.info;

	if (!request->realm)
		return;
	if (info->banner == NULL) {
		report_add(
			loading->report, REEVE_NOTE, &request->kernel.place,
			"kernel", NULL,
			"%s: no Linux version found; whether it can run in a Realm is unknown",
			request->kernel.path);
		return;
	}
	if (info->version_major > REALM_LINUX_MAJOR ||
	    (info->version_major == REALM_LINUX_MAJOR &&
	     info->version_minor >= REALM_LINUX_MINOR))
		return;
	report_add(loading->report, REEVE_WARNING, &request->kernel.place,
		   "kernel", "use Linux 6.13 or later",
		   "%s: Linux %u.%u has no Realm support", request->kernel.path,
		   info->version_major, info->version_minor);
}

/* Linux drops the end of a command line that is too long, and does not say so.
 * The end may be what makes a Realm safe, and it is measured: so a verifier
 * would trust in what does not hold. */
static int check_cmdline(const struct loading *loading)
{
	const struct image_request *request = loading->request;
	bool linux = loading->parts->kernel.info.banner != NULL;
	bool refused = request->realm && linux;
	size_t length = request->cmdline != NULL ? strlen(request->cmdline) : 0;

	if (length <= IMAGE_LINUX_CMDLINE)
		return REEVE_OK;
	report_add(loading->report, refused ? REEVE_ERROR : REEVE_WARNING,
		   &request->cmdline_place, request->cmdline_key, "shorten it",
		   "%sLinux keeps %d bytes of a command line and drops the rest "
		   "of these %zu without a word%s",
		   linux ? "" : "if the kernel is Linux: ", IMAGE_LINUX_CMDLINE,
		   length, request->realm ? ", although it is measured" : "");
	return refused ? REEVE_ERR_CONFIG : REEVE_OK;
}

static int load_partial(const struct loading *loading)
{
	const struct image_file *file = &loading->request->device_tree;
	struct blob *partial = &loading->parts->partial;
	const char *fault;
	int ret = blob_load(partial, file, "device_tree", FDT_SIZE_MAX,
			    loading->report);

	if (ret != REEVE_OK)
		return ret;
	fault = fdt_partial_check((struct span){ partial->data, partial->size });
	if (fault == NULL)
		return REEVE_OK;
	return report_error(loading->report, REEVE_ERR_IMAGE, &file->place,
			    "device_tree", NULL, "%s: %s", file->path, fault);
}

/* Reads every file even if one is bad, so that one run reports all bad
 * files. */
static void check_ramdisk(const struct loading *loading)
{
	const struct image_request *request = loading->request;
	struct span bytes = { loading->parts->initrd.data,
			      loading->parts->initrd.size };

	ramdisk_check(bytes, &request->ramdisk, loading->report);
	if (request->unpack_ramdisk) {
		ramdisk_unpack_check(bytes, &request->ramdisk,
				     request->ram_size, loading->report);
	}
}

static int load_files(const struct loading *loading)
{
	const struct image_request *request = loading->request;
	struct image_parts *parts = loading->parts;
	int ret, other;

	ret = kernel_load(&parts->kernel, &request->kernel, loading->report);
	if (ret == REEVE_OK) {
		advise_on_version(loading);
		ret = check_cmdline(loading);
	}
	if (has_file(&request->ramdisk)) {
		other = blob_load(&parts->initrd, &request->ramdisk, "ramdisk",
				  KERNEL_SIZE_MAX, loading->report);
		if (other == REEVE_OK)
			check_ramdisk(loading);
		ret = ret != REEVE_OK ? ret : other;
	}
	if (has_file(&request->device_tree)) {
		other = load_partial(loading);
		ret = ret != REEVE_OK ? ret : other;
	}
	return ret;
}

/* Writes the tree for the layout as it is so far. */
static int write_tree(const struct loading *loading)
{
	struct image_parts *parts = loading->parts;
	struct fdt_plan plan = {
		.request = loading->request,
		.banks = { parts->image.banks[0], parts->image.banks[1] },
		.initrd = { parts->layout.initrd, parts->initrd.size },
		.partial = { parts->partial.data, parts->partial.size },
	};
	int ret;

	blob_free(&parts->dtb);
	ret = fdt_guest_write(&plan, &parts->dtb);
	if (ret == REEVE_ERR_IMAGE) {
		return report_error(
			loading->report, ret,
			&loading->request->device_tree.place, "device_tree",
			"shorten the command line or the partial device tree",
			"the device tree is larger than the 2 MiB that Linux maps");
	}
	if (ret != REEVE_OK) {
		return report_error(loading->report, ret, NULL, NULL, NULL,
				    "no memory for the device tree");
	}
	return REEVE_OK;
}

static uint64_t kib(uint64_t bytes)
{
	return bytes / 1024 + (bytes % 1024 != 0);
}

/*
 * Returns the bytes of memory in which a kernel of that size can be expected to
 * run. Linux sets a part of its memory aside and unpacks the RAM disk into the
 * rest. Debian's cloud kernel of 41 MiB, with a RAM disk of 1 MiB, panics with
 * 64 and with 128 MiB, since it sets 64 MiB aside as soon as they fit; it runs
 * with 256.
 */
static uint64_t memory_wanted(const struct layout_sizes *sizes)
{
	return 4 * sizes->kernel + 3 * sizes->initrd;
}

/* Returns the MiB of memory to propose: a power of two, or the whole bank. */
static uint64_t memory_proposed(const struct layout_sizes *sizes)
{
	uint64_t minimum = layout_minimum(sizes);
	uint64_t wanted = larger(memory_wanted(sizes), minimum);
	uint64_t proposed = MIB;

	while (proposed < wanted)
		proposed *= 2;
	return smaller(proposed, larger(minimum, GUEST_RAM0_SIZE)) / MIB;
}

/* Reports that the memory is too small, or warns that it is small. */
static void memory_report(const struct loading *loading,
			  enum reeve_severity severity,
			  const struct layout_sizes *sizes, const char *holds,
			  const char *reason)
{
	char hint[64] = "use a smaller kernel or initrd";
	char initrd[64] = "";

	if (layout_minimum(sizes) != 0) {
		/* There is room for any number. */
		(void)snprintf(hint, sizeof(hint),
			       "begin with memory = %" PRIu64,
			       memory_proposed(sizes));
	}
	if (sizes->initrd != 0) {
		(void)snprintf(initrd, sizeof(initrd),
			       ", the initrd (%" PRIu64 " KiB)",
			       kib(sizes->initrd));
	}
	report_add(loading->report, severity, &loading->request->memory_place,
		   "memory", hint,
		   "%" PRIu64 " MiB of memory %s the kernel (%" PRIu64
		   " KiB)%s and the device tree (%" PRIu64 " KiB): %s",
		   sizes->ram / MIB, holds, kib(sizes->kernel), initrd,
		   kib(sizes->dtb), reason);
}

static int report_shortage(const struct loading *loading,
			   const struct layout_sizes *sizes)
{
	uint64_t minimum = layout_minimum(sizes);
	char need[80] = "they do not fit into the first RAM bank of 3072 MiB";

	if (minimum != 0) {
		/* There is room for any number. */
		(void)snprintf(need, sizeof(need),
			       "%" PRIu64 " MiB hold the files alone, and the "
			       "guest needs more to run",
			       minimum / MIB);
	}
	memory_report(loading, REEVE_ERROR, sizes, "cannot hold", need);
	return REEVE_ERR_IMAGE;
}

/* A guest that has little more memory than its files take often ends before it
 * can say a word. */
static void advise_on_memory(const struct loading *loading,
			     const struct layout_sizes *sizes)
{
	if (sizes->ram < memory_wanted(sizes)) {
		memory_report(loading, REEVE_WARNING, sizes,
			      "leave little beside",
			      "a kernel of this size may not start");
	}
}

/* The addresses depend on the tree's size, and the tree's content depends on
 * the addresses, but its size does not. So the tree is written twice. */
static int image_place(const struct loading *loading)
{
	struct image_parts *parts = loading->parts;
	struct image *image = &parts->image;
	struct layout_sizes sizes;
	int ret;

	layout_banks(loading->request->ram_size, image->banks);
	ret = write_tree(loading);
	if (ret != REEVE_OK)
		return ret;
	sizes = (struct layout_sizes){
		.ram = loading->request->ram_size,
		.text_offset = parts->kernel.info.text_offset,
		.kernel = parts->kernel.memory_size,
		.initrd = parts->initrd.size,
		.dtb = parts->dtb.size,
	};
	if (!layout_place(&sizes, &parts->layout))
		return report_shortage(loading, &sizes);
	advise_on_memory(loading, &sizes);
	image->ram_minimum = layout_minimum(&sizes);
	return write_tree(loading);
}

static void add_segment(struct image *image, enum image_segment_kind kind,
			uint64_t ipa, const struct blob *blob,
			uint64_t memory_size)
{
	struct image_segment segment = { kind, ipa, blob->data, blob->size,
					 memory_size };
	size_t at = image->segment_count++;

	for (; at > 0 && image->segments[at - 1].ipa > ipa; at--)
		image->segments[at] = image->segments[at - 1];
	image->segments[at] = segment;
}

static void fill_image(struct image_parts *parts)
{
	const struct layout *layout = &parts->layout;
	struct image *image = &parts->image;

	add_segment(image, IMAGE_KERNEL, layout->kernel, &parts->kernel.bytes,
		    parts->kernel.memory_size);
	if (parts->initrd.size != 0) {
		add_segment(image, IMAGE_INITRD, layout->initrd, &parts->initrd,
			    align_up(parts->initrd.size, GUEST_PAGE_SIZE));
	}
	add_segment(image, IMAGE_DTB, layout->dtb, &parts->dtb,
		    align_up(parts->dtb.size, GUEST_PAGE_SIZE));
	image->kernel = parts->kernel.info;
	image->entry = layout->kernel;
	image->dtb_ipa = layout->dtb;
	image->dtb = parts->dtb.data;
	image->dtb_size = parts->dtb.size;
}

static void parts_free(struct image_parts *parts)
{
	kernel_free(&parts->kernel);
	blob_free(&parts->initrd);
	blob_free(&parts->partial);
	blob_free(&parts->dtb);
	free(parts);
}

int image_load(const struct image_request *request, struct image **out,
	       struct reeve_report *report)
{
	struct loading loading = { request, NULL, report };
	int ret = check_request(request, report);

	if (ret != REEVE_OK)
		return ret;
	loading.parts = calloc(1, sizeof(*loading.parts));
	if (loading.parts == NULL) {
		return report_error(report, REEVE_ERR_MEMORY, NULL, NULL, NULL,
				    "no memory for the image");
	}
	loading.parts->kernel = KERNEL_NONE;
	loading.parts->initrd = BLOB_NONE;
	loading.parts->partial = BLOB_NONE;
	loading.parts->dtb = BLOB_NONE;
	ret = load_files(&loading);
	if (ret == REEVE_OK)
		ret = image_place(&loading);
	if (ret != REEVE_OK) {
		parts_free(loading.parts);
		return ret;
	}
	fill_image(loading.parts);
	*out = &loading.parts->image;
	return REEVE_OK;
}

void image_free(struct image *image)
{
	if (image != NULL)
		parts_free((struct image_parts *)image);
}

const struct image_segment *image_find(const struct image *image,
				       enum image_segment_kind kind)
{
	for (size_t i = 0; i < image->segment_count; i++) {
		if (image->segments[i].kind == kind)
			return &image->segments[i];
	}
	return NULL;
}
