/* SPDX-License-Identifier: BSD-3-Clause */
/* Ordinary guests' registers on a core: loading and saving them. */
#include "hypervisor/port/a64/guest.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "abi/bits.h"
#include "abi/guest_map.h"
#include "hypervisor/core/domain/domain.h"
#include "hypervisor/core/domain/stage2.h"
#include "hypervisor/port/a64/core.h"
#include "lib/a64.h"
#include "lib/debug_cpu.h"
#include "lib/mpidr.h"

_Static_assert(offsetof(struct vcpu_regs, pc) == GUEST_PC &&
		       offsetof(struct vcpu_regs, pstate) == GUEST_PSTATE,
	       "struct vcpu_regs");

/*
 * HCR_EL2 for an ordinary guest (DDI0487): EL1 is A64, behind stage 2, whose
 * attributes prevail (FWB). Interrupts go to EL2. Cache and TLB maintenance
 * reaches all cores (FB, BSU inner shareable). The guest may use pointer
 * authentication and SCXTNUM_EL0 and _EL1. Trapped are WFI, SMC, ID registers
 * of group 3, implementation-defined registers, limited ordering regions and
 * error records.
 *
 * A bit that is 0 is a trap, too, where 1 would let the guest use a hidden
 * feature. So are the fine-grained traps (HFG*_EL2) that trap at 0.
 */
#define HCR_GUEST                                                              \
	(HCR_STAGE2 | HCR_SWIO | HCR_FMO | HCR_IMO | HCR_AMO | HCR_FB |        \
	 HCR_BSU | HCR_TWI | HCR_TID3 | HCR_TSC | HCR_TIDCP | HCR_RW |         \
	 HCR_TLOR | HCR_TERR | HCR_APK | HCR_API | HCR_ENSCXT)

/* HCRX_EL2: memory copy instructions work (MSCEn); ALLINT traps (TALLINT). */
#define HCRX_GUEST (HCRX_MSCEN | HCRX_TALLINT)

/* MDCR_EL2: debug registers and performance monitors trap. The guest takes its
 * debug exceptions itself (TDE). */
#define MDCR_GUEST MDCR_GUEST_TRAPS

/* CNTHCTL_EL2 (E2H = 0): EL1 and EL0 may use the counter and the physical
 * timer, which are as far behind the machine's as the virtual ones (ECV). */
#define CNTHCTL_GUEST (CNTHCTL_EL1PCTEN | CNTHCTL_EL1PCEN | CNTHCTL_ECV)

/* SCTLR_EL1 after a reset: MMU and caches off, nothing traps to EL1, and every
 * bit that is reserved as one where its feature is missing. */
#define SCTLR_EL1_SA0     (1 << 4)
#define SCTLR_EL1_CP15BEN (1 << 5)
#define SCTLR_EL1_NAA     (1 << 6)
#define SCTLR_EL1_EOS     (1 << 11)
#define SCTLR_EL1_NTWI    (1 << 16)
#define SCTLR_EL1_NTWE    (1 << 18)
#define SCTLR_EL1_EIS     (1 << 22)
#define SCTLR_EL1_SPAN    (1 << 23)
#define SCTLR_EL1_NTLSMD  (1 << 28)
#define SCTLR_EL1_LSMAOE  (1 << 29)
#define SCTLR_EL1_RESET                                                        \
	(SCTLR_SA | SCTLR_EL1_SA0 | SCTLR_EL1_CP15BEN | SCTLR_EL1_NAA |        \
	 SCTLR_EL1_EOS | SCTLR_EL1_NTWI | SCTLR_EL1_NTWE | SCTLR_EL1_EIS |     \
	 SCTLR_EL1_SPAN | SCTLR_EL1_NTLSMD | SCTLR_EL1_LSMAOE)
_Static_assert(SCTLR_EL1_RESET == 0x30c50878, "SCTLR_EL1_RESET");

#define PARANGE_SHIFT 0
#define PARANGE_WIDTH 4

void guest_reset(struct guest *guest)
{
	assert(!guest->loaded);
	memset(guest, 0, sizeof(*guest));
	guest->el1[GUEST_INDEX_sctlr_el1] = SCTLR_EL1_RESET;
}

#define LOAD(reg) sysreg_write(reg, guest->el1[GUEST_INDEX_##reg]);
#define SAVE(reg) guest->el1[GUEST_INDEX_##reg] = sysreg_read(reg);

static void el1_load(const struct guest *guest)
{
	GUEST_EL1(LOAD)
	/* QEMU drops all TLBs at each write of TCR_EL1, even of the value that
	 * it has (docs/machine.md, Costs of a switch). */
	if (sysreg_read(tcr_el1) != guest->tcr_el1)
		sysreg_write(tcr_el1, guest->tcr_el1);
}

/* Loads the EL2 registers for a vCPU and its domain. */
static void el2_load(const struct vcpu *vcpu)
{
	const struct domain *domain = vcpu->domain;
	uint64_t offset =
		__atomic_load_n(&domain->counter_offset, __ATOMIC_RELAXED);

	core_current()->data.guest_el2 = true;
	sysreg_write(hcr_el2, HCR_GUEST);
	sysreg_write(HCRX_EL2, HCRX_GUEST);
	sysreg_write(HFGRTR_EL2, 0);
	sysreg_write(HFGWTR_EL2, 0);
	sysreg_write(HFGITR_EL2, 0);
	sysreg_write(HDFGRTR_EL2, 0);
	sysreg_write(HDFGWTR_EL2, 0);
	sysreg_write(mdcr_el2, MDCR_GUEST);
	sysreg_write(cnthctl_el2, CNTHCTL_GUEST);
	sysreg_write(cntvoff_el2, offset);
	sysreg_write(CNTPOFF_EL2, offset);
	sysreg_write(vpidr_el2, sysreg_read(midr_el1));
	sysreg_write(vmpidr_el2,
		     MPIDR_RES1 | GUEST_MPIDR((uint64_t)vcpu->index));
	sysreg_write(vtcr_el2, stage2_vtcr((unsigned)BITS_GET(
				       sysreg_read(id_aa64mmfr0_el1), PARANGE)));
	sysreg_write(vttbr_el2, stage2_vttbr(&domain->stage2, domain->vmid));
	isb();
}

void guest_forget(void)
{
	struct core_data *core = &core_current()->data;

	if (!core->guest_el2)
		return;
	core->guest_el2 = false;
	sysreg_write(HCRX_EL2, 0);
	sysreg_write(mdcr_el2, 0);
	sysreg_write(cnthctl_el2, 0);
	sysreg_write(cntvoff_el2, 0);
	sysreg_write(CNTPOFF_EL2, 0);
	sysreg_write(vtcr_el2, 0);
	sysreg_write(vttbr_el2, 0);
	sysreg_write(hcr_el2, HCR_IDLE);
	isb();
}

/*
 * Drops the TLB entries of stage 1 unless this vCPU was the last guest on the
 * core. All vCPUs of a domain share one VMID, but two of them may use the same
 * virtual address for different things.
 */
static void tlb_load(const struct vcpu *vcpu)
{
	struct core_data *core = &core_current()->data;

	if (core->guest == vcpu)
		return;
	core->guest = vcpu;
	__asm__ volatile("tlbi vmalle1\n\tdsb nsh\n\tisb" ::: "memory");
}

/* Takes breakpoints and watchpoints off the core: with debug exceptions off they
 * stop nothing, but QEMU would still look at each access to such a page. */
static void debug_clear(void)
{
	struct core_data *core = &core_current()->data;

	if (!core->guest_debugs)
		return;
	core->guest_debugs = false;
	debug_cpu_load(&(struct debug){ 0 });
}

void guest_debug_load(struct vcpu *vcpu)
{
	vcpu->debug_changed = false;
	sysreg_write(mdscr_el1, debug_mdscr(&vcpu->debug));
	if (!debug_is_used(&vcpu->debug)) {
		debug_clear();
		return;
	}
	core_current()->data.guest_debugs = true;
	debug_cpu_load_guest(&vcpu->debug, debug_cpu_counts());
}

void guest_load(struct guest *guest, struct vcpu *vcpu)
{
	if (guest->loaded && core_current()->data.guest_el2)
		return;
	el2_load(vcpu);
	if (guest->loaded)
		return;
	tlb_load(vcpu);
	el1_load(guest);
	guest_fp_load(&guest->fp);
	guest_debug_load(vcpu);
	guest->loaded = true;
}

void guest_save(struct guest *guest)
{
	if (!guest->loaded)
		return;
	GUEST_EL1(SAVE)
	guest->tcr_el1 = sysreg_read(tcr_el1);
	guest_fp_save(&guest->fp);
	sysreg_write(mdscr_el1, 0);
	debug_clear();
	guest->loaded = false;
}
