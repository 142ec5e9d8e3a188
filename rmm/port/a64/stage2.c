/* SPDX-License-Identifier: BSD-3-Clause */
/* Stage 2: writing entries so that table walks see them; TLB invalidation. */
#include "rmm/port/a64/stage2.h"

#include "abi/bits.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/port/a64/regs.h"

/* For more pages than this, dropping the whole VMID is cheaper. */
#define PAGES_MAX 32

void port_entry_write(struct rmm_port *port, uint64_t *slot, uint64_t entry)
{
	(void)port;
	dsb(ishst);
	__atomic_store_n(slot, entry, __ATOMIC_RELAXED);
	dsb(ish);
}

/* Selects the VMID for the invalidations that follow. Outside of invalidations
 * and of a run, VTTBR_EL2 is 0, as on a host without guests. */
static void vmid_select(unsigned vmid)
{
	sysreg_write(VTTBR_EL2, BITS_PUT(VTTBR_VMID, vmid));
	isb();
}

/* Waits until all CPUs have completed the invalidations. */
static void vmid_end(void)
{
	dsb(ish);
	sysreg_write(VTTBR_EL2, 0);
	isb();
}

static void drop_pages(ipa_t ipa, uint64_t size)
{
	for (uint64_t done = 0; done < size; done += GRANULE_SIZE) {
		uint64_t page = (ipa.value + done) / GRANULE_SIZE;

		__asm__ volatile("tlbi ipas2e1is, %0" ::"r"(page) : "memory");
	}
	dsb(ish);
	/* Drop the entries that combine stage 1 with these pages. */
	__asm__ volatile("tlbi vmalle1is" ::: "memory");
}

void port_tlb_invalidate(struct rmm_port *port, unsigned vmid, ipa_t ipa,
			 uint64_t size)
{
	if (size > (uint64_t)PAGES_MAX * GRANULE_SIZE) {
		port_tlb_invalidate_vmid(port, vmid);
		return;
	}
	vmid_select(vmid);
	drop_pages(ipa, size);
	vmid_end();
}

void port_tlb_invalidate_vmid(struct rmm_port *port, unsigned vmid)
{
	(void)port;
	vmid_select(vmid);
	__asm__ volatile("tlbi vmalls12e1is" ::: "memory");
	vmid_end();
}

void stage1_forget(void)
{
	__asm__ volatile("tlbi vmalle1" ::: "memory");
	dsb(nsh);
	isb();
}
