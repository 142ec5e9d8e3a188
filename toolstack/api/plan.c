/* SPDX-License-Identifier: BSD-3-Clause */
/* From a typed domain to its image. */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "abi/rmi.h"
#include "toolstack/api/guest.h"

/* libxl gives an ordinary guest's kernel a seed of this size. A Realm gets
 * none, because its tree is measured. */
#define RNG_SEED_SIZE 128

static struct image_file file_of(const struct domain *domain, enum key_id key,
				 const char *path)
{
	const struct report_place *place = domain_place(domain, key);
	struct image_file file = { .path = path };

	if (place != NULL)
		file.place = *place;
	return file;
}

/* Returns the virtio devices in the image stage's form, or NULL if memory is
 * short. */
static struct image_virtio *virtio_of(const struct domain *domain)
{
	size_t count = domain->virtio_mmio_count;
	struct image_virtio *list = calloc(count + 1, sizeof(*list));

	for (size_t i = 0; list != NULL && i < count; i++) {
		const struct domain_virtio *from = &domain->virtio_mmio[i];

		list[i] = (struct image_virtio){
			.type = from->type,
			.grant = from->grant,
			.backend_domid = from->backend_domid,
		};
	}
	return list;
}

static struct image_request request_of(const struct domain *domain,
				       enum reeve_engine engine)
{
	const struct report_place *memory =
		domain_place(domain, domain_memory_key(domain));
	/* If it is cut off, then in the text of this key. */
	enum key_id cmdline = domain_cmdline_key(domain, IMAGE_LINUX_CMDLINE);
	const struct report_place *cmdline_place = domain_place(domain, cmdline);
	/* The model engine plans an ordinary guest for a Xen host. */
	bool xen = engine == REEVE_ENGINE_MODEL && !domain->realm;
	struct image_request request = {
		.realm = domain->realm,
		.xen = xen,
		.kernel = file_of(domain, KEY_kernel, domain->kernel),
		.ramdisk = file_of(domain, KEY_ramdisk, domain->ramdisk),
		.device_tree =
			file_of(domain, KEY_device_tree, domain->device_tree),
		.cmdline = domain->cmdline,
		.cmdline_key = key_name(cmdline),
		.ram_size = (uint64_t)domain->memory << 20,
		.vcpus = (unsigned)domain->maxvcpus,
		.gic = domain->gic_version == DOMAIN_GIC_V2 ? IMAGE_GICV2
							    : IMAGE_GICV3,
		.vuart = domain->vuart == DOMAIN_VUART_SBSA,
		.rtc = !xen && domain_has_rtc(domain),
		.pvpanic = !xen,
		.optee = domain->tee == DOMAIN_TEE_OPTEE,
		.acpi = domain->acpi,
		.vpci = domain->pci.count != 0,
		.virtio_count = domain->virtio_mmio_count,
	};

	if (memory != NULL)
		request.memory_place = *memory;
	if (cmdline_place != NULL)
		request.cmdline_place = *cmdline_place;
	return request;
}

static int image_make(const struct reeve_guest *guest, bool unpack,
		      struct image **out, struct reeve_report *report)
{
	const struct domain *domain = guest->domain;
	struct image_request request = request_of(domain, guest->engine);
	struct image_virtio *virtio = virtio_of(domain);
	uint8_t seed[RNG_SEED_SIZE];
	int result;

	if (virtio == NULL)
		return REEVE_ERR_MEMORY;
	request.virtio = virtio;
	request.unpack_ramdisk = unpack;
	if (!domain->realm) {
		if (getrandom(seed, sizeof(seed), 0) != sizeof(seed))
			abort();
		request.rng_seed = seed;
		request.rng_seed_size = sizeof(seed);
	}
	result = image_load(&request, out, report);
	free(virtio);
	return result;
}

int plan_new(const struct reeve_guest *guest, bool unpack,
	     struct reeve_plan **out, struct reeve_report *report)
{
	struct reeve_plan *plan;
	int result;

	plan = calloc(1, sizeof(*plan));
	if (plan == NULL)
		return REEVE_ERR_MEMORY;
	plan->guest = guest;
	result = image_make(guest, unpack, &plan->image, report);
	if (result != REEVE_OK) {
		free(plan);
		return result;
	}
	*out = plan;
	return REEVE_OK;
}

int reeve_plan_new(const struct reeve_guest *guest, struct reeve_plan **out,
		   struct reeve_report *report)
{
	return plan_new(guest, false, out, report);
}

void reeve_plan_free(struct reeve_plan *plan)
{
	if (plan == NULL)
		return;
	image_free(plan->image);
	free(plan);
}

static const struct reeve_range segment_names[] = {
	[IMAGE_KERNEL] = { .content = "kernel", .file = "kernel" },
	[IMAGE_INITRD] = { .content = "initrd", .file = "initrd" },
	[IMAGE_DTB] = { .content = "device tree", .file = "dtb" },
};

uint64_t reeve_range_granules(const struct reeve_range *range)
{
	return (range->size + RMI_GRANULE_SIZE - 1) / RMI_GRANULE_SIZE;
}

uint64_t reeve_range_measured(const struct reeve_range *range)
{
	return reeve_range_granules(range) * RMI_GRANULE_SIZE;
}

bool reeve_plan_segment(const struct reeve_plan *plan, size_t index,
			struct reeve_range *out)
{
	const struct image_segment *segment;

	if (index >= plan->image->segment_count)
		return false;
	segment = &plan->image->segments[index];
	*out = segment_names[segment->kind];
	out->ipa = segment->ipa;
	out->size = segment->size;
	out->reserved = segment->memory_size;
	return true;
}

bool reeve_plan_bank(const struct reeve_plan *plan, size_t index,
		     struct reeve_range *out)
{
	const struct image_bank *bank;

	if (index >= 2 || plan->image->banks[index].size == 0)
		return false;
	bank = &plan->image->banks[index];
	*out = (struct reeve_range){
		.content = "RAM",
		.ipa = bank->base,
		.reserved = bank->size,
	};
	return true;
}

const void *reeve_plan_segment_data(const struct reeve_plan *plan, size_t index)
{
	if (index >= plan->image->segment_count)
		return NULL;
	return plan->image->segments[index].data;
}

uint64_t reeve_plan_entry(const struct reeve_plan *plan)
{
	return plan->image->entry;
}

uint64_t reeve_plan_dtb_ipa(const struct reeve_plan *plan)
{
	return plan->image->dtb_ipa;
}

const void *reeve_plan_dtb(const struct reeve_plan *plan, size_t *size)
{
	*size = plan->image->dtb_size;
	return plan->image->dtb;
}

char *reeve_plan_dtb_source(const struct reeve_plan *plan)
{
	return image_dtb_source(plan->image->dtb, plan->image->dtb_size);
}

const char *reeve_plan_kernel_format(const struct reeve_plan *plan)
{
	return plan->image->kernel.format;
}

const char *reeve_plan_kernel_banner(const struct reeve_plan *plan)
{
	return plan->image->kernel.banner;
}
