/* SPDX-License-Identifier: BSD-3-Clause */
/* Checking a plan, before any command is issued, by the rules of the RMM. */
#include "hypervisor/core/realm/realm_plan.h"

#include <stddef.h>

#include "lib/number.h"

/* All IPAs are below this bound, so that an IPA plus a size cannot wrap. */
#define IPA_END (UINT64_C(1) << 48)

static bool range_sane(uint64_t base, uint64_t size)
{
	return is_aligned(base, RMI_GRANULE_SIZE) && size > 0 &&
	       base < IPA_END && size <= IPA_END - base;
}

static uint64_t ram_end(const struct realm_ram *ram)
{
	return ram->base.value + ram->size;
}

static const char *ram_check(const struct realm_plan *plan)
{
	uint64_t end = 0;

	if (plan->ram_count == 0)
		return "the plan has no RAM";
	for (unsigned i = 0; i < plan->ram_count; i++) {
		const struct realm_ram *ram = &plan->ram[i];

		if (!range_sane(ram->base.value, ram->size) ||
		    !is_aligned(ram->size, RMI_GRANULE_SIZE))
			return "a RAM range is not made of whole pages";
		if (ram->base.value < end)
			return "the RAM ranges are not in order";
		end = ram_end(ram);
	}
	return NULL;
}

static bool in_ram(const struct realm_plan *plan,
		   const struct realm_segment *segment)
{
	for (unsigned i = 0; i < plan->ram_count; i++) {
		const struct realm_ram *ram = &plan->ram[i];

		if (segment->ipa.value >= ram->base.value &&
		    segment->ipa.value < ram_end(ram)) {
			return segment->size <=
			       ram_end(ram) - segment->ipa.value;
		}
	}
	return false;
}

static const char *segments_check(const struct realm_plan *plan)
{
	uint64_t end = 0;

	for (unsigned i = 0; i < plan->segment_count; i++) {
		const struct realm_segment *segment = &plan->segments[i];

		if (!range_sane(segment->ipa.value, segment->size) ||
		    !is_aligned(segment->source.value, RMI_GRANULE_SIZE))
			return "a segment does not begin with a page";
		if (segment->ipa.value < end)
			return "the segments are not in order";
		if (!in_ram(plan, segment))
			return "a segment is outside of RAM";
		end = segment->ipa.value + segment->size;
	}
	return NULL;
}

static const char *offer_check(const struct realm_plan *plan,
			       const struct host_info *info)
{
	if (plan->vcpus == 0)
		return "the plan has no vCPU";
	if (plan->vcpus > info->max_recs)
		return "the plan has more vCPUs than the RMM allows";
	if (plan->hash_algo >= 32 || !(info->hashes & 1u << plan->hash_algo))
		return "the RMM does not offer the hash algorithm";
	return NULL;
}

const char *realm_plan_check(const struct realm_plan *plan,
			     const struct host_info *info,
			     struct rtt_layout *layout)
{
	const char *why = ram_check(plan);

	if (why == NULL)
		why = segments_check(plan);
	if (why == NULL)
		why = offer_check(plan, info);
	if (why == NULL &&
	    !rtt_layout_choose(ram_end(&plan->ram[plan->ram_count - 1]),
			       info->ipa_bits, layout))
		why = "RAM ends above what the RMM can address";
	return why;
}
