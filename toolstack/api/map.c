/* SPDX-License-Identifier: BSD-3-Clause */
/* Makes maps from a plan, and from what a host tells about a domain. */
#include "toolstack/map/map.h"

#include <stdio.h>
#include <string.h>

#include "abi/guest_map.h"
#include "toolstack/api/guest.h"
#include "toolstack/api/host.h"

/* Returns the largest number of parts in which a host can tell a domain's map.
 * A correct host covers at least ENGINE_RUNS pages with each part. Its parts
 * cover RAM once, and RAM's alias in the shared half once. */
static uint64_t parts_max(const struct reeve_domain *domain)
{
	return 2 * (domain->ram_size / GUEST_PAGE_SIZE / ENGINE_RUNS + 1);
}

/* Completes the map and hands it over. If memory was short, frees the map
 * instead. */
static int map_hand_over(struct reeve_map *map, struct reeve_map **out)
{
	if (!map_finish(map)) {
		reeve_map_free(map);
		return REEVE_ERR_MEMORY;
	}
	*out = map;
	return REEVE_OK;
}

/* ---- The map of a plan
 * ----------------------------------------------------- */

static void put_plan(struct reeve_map *map, const struct reeve_plan *plan)
{
	static const enum map_kind kinds[] = {
		[IMAGE_KERNEL] = MAP_KERNEL,
		[IMAGE_INITRD] = MAP_INITRD,
		[IMAGE_DTB] = MAP_DTB,
	};
	const struct image *image = plan->image;
	struct reeve_range range;

	for (size_t i = 0; i < image->segment_count; i++) {
		const struct image_segment *segment = &image->segments[i];
		enum map_kind kind = kinds[segment->kind];

		map_put(map, kind, map_look(kind)->word, segment->ipa,
			segment->memory_size);
	}
	for (size_t i = 0; reeve_plan_bank(plan, i, &range); i++) {
		map_fill(map, MAP_RAM, map_look(MAP_RAM)->word, range.ipa,
			 range.reserved);
	}
}

/* The tree tells of each virtio device only that it is one. */
static void name_devices(struct reeve_map *map, const struct reeve_plan *plan)
{
	struct reeve_device device;
	char name[48];

	for (size_t i = 0; reeve_plan_device(plan, i, &device); i++) {
		(void)snprintf(name, sizeof(name), "%s%s%s", device.kind,
			       device.name[0] != '\0' ? " " : "", device.name);
		map_rename(map, device.ipa, name);
	}
}

int reeve_map_plan(const struct reeve_plan *plan,
		   const struct reeve_measurement *measured,
		   struct reeve_map **out)
{
	const struct reeve_guest *guest = plan->guest;
	struct reeve_range range;
	struct reeve_map *map;

	if (reeve_guest_is_realm(guest) != (measured != NULL))
		return REEVE_ERR_ARGUMENT;
	map = map_new(reeve_guest_name(guest));
	if (map == NULL)
		return REEVE_ERR_MEMORY;
	map->realm = measured != NULL;
	map->vcpus = reeve_guest_vcpus(guest);
	map->ram_size = reeve_guest_memory(guest);
	put_plan(map, plan);
	if (measured != NULL) {
		map->top = UINT64_C(1) << measured->s2sz;
		map->shared_base = map->top / 2;
		for (size_t i = 0; reeve_plan_bank(plan, i, &range); i++) {
			map_put(map, MAP_ALIAS, map_look(MAP_ALIAS)->word,
				map->shared_base + range.ipa, range.reserved);
		}
	}
	map_put_tree(map, plan->image->dtb, plan->image->dtb_size);
	name_devices(map, plan);
	return map_hand_over(map, out);
}

/* ---- The map of a domain
 * --------------------------------------------------- */

static void put_runs(struct reeve_map *map, const struct engine_memory *memory)
{
	static const enum map_kind kinds[] = {
		[CONTROL_RUN_POPULATED] = MAP_POPULATED,
		[CONTROL_RUN_UNTOUCHED] = MAP_UNTOUCHED,
		[CONTROL_RUN_EMPTY] = MAP_EMPTY,
		[CONTROL_RUN_DESTROYED] = MAP_DESTROYED,
		[CONTROL_RUN_SHARED] = MAP_SHARED,
		[CONTROL_RUN_PINNED] = MAP_PINNED,
	};

	for (size_t i = 0; i < memory->count; i++) {
		const struct engine_run *run = &memory->runs[i];
		bool shared = memory->shared_base != 0 &&
			      run->ipa >= memory->shared_base;

		map_put(map, kinds[run->kind], shared ? "alias of RAM" : "RAM",
			run->ipa, run->size);
	}
	memcpy(map->pages, memory->pages, sizeof(map->pages));
	map->shared_base = memory->shared_base;
}

static int tell_endless_map(struct reeve_report *report)
{
	return report_error(report, REEVE_ERR_HOST, NULL, NULL, NULL,
			    "the host tells a map that has no end");
}

static int put_domain(struct reeve_map *map, struct reeve_host *host,
		      const struct reeve_domain *domain,
		      struct reeve_report *report)
{
	uint64_t parts = parts_max(domain);
	struct engine_memory memory = { 0 };
	int result;

	do {
		result = host->ops->memory(host->engine, domain->domid,
					   memory.next, &memory, report);
		if (result != REEVE_OK)
			return result;
		put_runs(map, &memory);
		if (parts-- == 0)
			return tell_endless_map(report);
	} while (memory.next != 0);
	return REEVE_OK;
}

int reeve_map_domain(struct reeve_host *host, const struct reeve_domain *domain,
		     struct reeve_map **out, struct reeve_report *report)
{
	struct reeve_map *map = map_new(domain->name);
	int result;

	if (map == NULL)
		return REEVE_ERR_MEMORY;
	map->domid = domain->domid;
	map->realm = domain->realm;
	map->vcpus = domain->vcpus;
	map->ram_size = domain->ram_size;
	result = put_domain(map, host, domain, report);
	if (result != REEVE_OK) {
		reeve_map_free(map);
		return result;
	}
	if (map->shared_base != 0) {
		map->top = 2 * map->shared_base;
		map_fill(map, MAP_UNSHARED, "alias of RAM",
			 map->shared_base + GUEST_RAM0_BASE, map->ram_size);
	}
	map_put_machine(map, domain);
	return map_hand_over(map, out);
}
