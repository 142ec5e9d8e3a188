/* SPDX-License-Identifier: BSD-3-Clause */
/* The pages that a domain can cost at most. They are promised to it when it is
 * created, so that it cannot run out of memory later. */
#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain_devices.h"
#include "hypervisor/core/domain/domain_internal.h"
#include "hypervisor/core/realm/realm_memory.h"
#include "hypervisor/core/rmi/rtt_layout.h"
#include "lib/number.h"

/* Granules that TF-RMM asks for with each REC; our RMM asks for fewer. */
#define REC_DONATION 16
/* For an RMM that asks for some at the commands for the Realm itself. */
#define REALM_DONATION 16

/* Returns how many tables below the roots map RAM page by page in one half. */
static uint64_t realm_tables(const struct rtt_layout *layout, uint64_t ram_size)
{
	uint64_t tables = 0;

	for (int level = layout->start_level; level < RTT_DEEPEST; level++) {
		uint64_t span = rtt_entry_size(level);
		uint64_t last = GUEST_RAM0_BASE + ram_size - 1;

		tables += last / span - GUEST_RAM0_BASE / span + 1;
	}
	return tables;
}

uint64_t domain_donations(const struct control_create *create)
{
	return (uint64_t)create->vcpus * REC_DONATION + REALM_DONATION;
}

/* Counts the RD, the root tables, a list and a parameter page; a REC and
 * a run page for each vCPU; donations; the tables of both halves. */
static uint64_t realm_overhead(const struct domains *domains,
			       const struct control_create *create)
{
	struct rtt_layout layout = { 0 };

	if (!rtt_layout_choose(GUEST_RAM0_BASE + create->ram_size,
			       domains->config.host->info.ipa_bits, &layout)) {
		return 0; /* domain_create() refuses it */
	}
	return 1 + layout.roots + 2 + 2 * (uint64_t)create->vcpus +
	       domain_donations(create) +
	       2 * realm_tables(&layout, create->ram_size);
}

uint64_t domain_overhead(const struct domains *domains,
			 const struct control_create *create)
{
	uint64_t pages = pages_for(create->vcpus * sizeof(struct vcpu)) +
			 pages_for(create->nr_spis * sizeof(struct vgic_irq)) +
			 (uint64_t)create->vcpus * domains->config.thread_pages +
			 domain_devices_pages(domains, create);

	if (create->flags & CONTROL_CREATE_REALM)
		return pages + realm_overhead(domains, create);
	return pages +
	       stage2_tables_max(ipa_make(GUEST_RAM0_BASE), create->ram_size);
}

/*
 * Pages that a Realm with devices can share with them; more that it shares are
 * pages that they cannot access. The pool of bounce buffers of Linux (swiotlb)
 * has 64 MiB, and some more is for what it does not bounce.
 */
#define SHARED_MOST ((UINT64_C(64) + 4) << 8)

uint64_t domain_dma_choose(const struct domains *domains,
			   const struct control_create *create)
{
	uint64_t ram = create->ram_size / PAGE_SIZE;
	uint64_t dma_unused = domains_dma_unpromised(domains);
	uint64_t unused = domains_unpromised(domains);

	if (domains->config.dma_pages == 0)
		return 0;
	if (create->flags & CONTROL_CREATE_REALM) {
		return create->flags & CONTROL_CREATE_DMA
			       ? smaller(ram, SHARED_MOST)
			       : 0;
	}
	if (create->flags & CONTROL_CREATE_DMA)
		return ram;
	return ram <= dma_unused && dma_unused > unused ? ram : 0;
}

/*
 * While a Realm is built, its content exists twice, in granted pages and in the
 * Realm. In the Realm the blocks that hold content are populated whole, and the
 * rest of its RAM is not populated yet. In an ordinary guest the granted pages
 * become its RAM.
 */
uint64_t domain_ram_cost(const struct domain *domain)
{
	uint64_t ram = domain->ram_size / PAGE_SIZE;
	uint64_t block = rtt_entry_size(REALM_BLOCK_LEVEL);
	uint64_t content = 0;
	uint64_t populated = 0;

	if (!domain->is_realm)
		return ram;
	for (unsigned i = 0; i < domain->segment_count; i++) {
		const struct domain_segment *segment = &domain->segments[i];
		uint64_t first = segment->ipa.value;
		uint64_t end = first + segment->pages.count * PAGE_SIZE;

		if (segment->pages.count == 0)
			continue;
		content += segment->pages.count;
		populated += (align_up(end, block) - align_down(first, block)) /
			     PAGE_SIZE;
	}
	return larger(content + smaller(populated, ram), ram);
}

uint64_t domain_cost(const struct domain *domain)
{
	uint64_t cost = domain_overhead(domain->domains, &domain->create) +
			domain->device_pages;

	if (!domain->is_realm && domain->dma_promised != 0)
		return cost;
	return cost + domain_ram_cost(domain);
}
