/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Saving and loading the registers of EL1 and EL0. The RMM runs without the
 * virtualization host extensions (HCR_EL2.E2H = 0). So these registers have
 * names of their own, and their values do not affect the RMM.
 */
#include "rmm/port/a64/el1.h"

#include "lib/a64.h"

#define SAVE(reg) to->reg = sysreg_read(reg);
#define LOAD(reg) sysreg_write(reg, from->reg);

void el1_save(struct el1_shared *to)
{
	EL1_SHARED(SAVE)
	EL1_TRANSLATION(SAVE)
}

void el1_load(const struct el1_shared *from)
{
	EL1_SHARED(LOAD)
}

/*
 * QEMU drops all TLB entries when one of these registers changes
 * (docs/machine.md, Costs of a switch), and for TCR_EL1 even when the same
 * value is written. After each drop the RMM's own pages must be translated
 * again. So the registers are written in one sequence that accesses no memory,
 * and TCR_EL1 only if its value differs.
 */
#define TRANSLATION_WRITE                                                      \
	"mrs	%[old], tcr_el1\n\t"                                              \
	"cmp	%[old], %[tcr]\n\t"                                               \
	"b.eq	1f\n\t"                                                          \
	"msr	tcr_el1, %[tcr]\n"                                                \
	"1:\n\t"                                                               \
	"msr	sctlr_el1, %[sctlr]\n\t"                                          \
	"msr	ttbr0_el1, %[ttbr0]\n\t"                                          \
	"msr	ttbr1_el1, %[ttbr1]\n\t"
#define STAGE2_WRITE                                                           \
	"msr	vttbr_el2, %[vttbr]\n\t"                                          \
	"msr	hcr_el2, %[hcr]\n\t"
#define TRANSLATION_OPERANDS                                                   \
	[tcr] "r"(el1->tcr_el1), [sctlr] "r"(el1->sctlr_el1),                  \
		[ttbr0] "r"(el1->ttbr0_el1), [ttbr1] "r"(el1->ttbr1_el1)
#define OPERANDS TRANSLATION_OPERANDS, [vttbr] "r"(vttbr), [hcr] "r"(hcr)

/*
 * Invariant: a Realm's stage 1 is in the registers only while its own stage 2
 * is installed. Otherwise the CPU could walk the Realm's tables through a stage
 * 2 that is not the Realm's, and cache the result. So stage 2 is installed
 * first on the way in, and is changed last on the way out.
 */
void el1_translation_enter(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr)
{
	uint64_t old;

	__asm__ volatile(STAGE2_WRITE "isb\n\t" TRANSLATION_WRITE
			 : [old] "=&r"(old)
			 : OPERANDS
			 : "cc", "memory");
}

void el1_translation_leave(const struct el1_shared *el1, uint64_t vttbr,
			   uint64_t hcr)
{
	uint64_t old;

	__asm__ volatile(TRANSLATION_WRITE "isb\n\t" STAGE2_WRITE "isb"
			 : [old] "=&r"(old)
			 : OPERANDS
			 : "cc", "memory");
}

struct el1_translation el1_translation_now(void)
{
	struct el1_translation now, *to = &now;

	EL1_TRANSLATION(SAVE)
	return now;
}

void el1_translation_load(const struct el1_translation *el1)
{
	uint64_t old;

	__asm__ volatile(TRANSLATION_WRITE "isb"
			 : [old] "=&r"(old)
			 : TRANSLATION_OPERANDS
			 : "cc", "memory");
}

void el1_realm_save(struct el1_realm *to)
{
	EL1_REALM(SAVE)
}

void el1_realm_load(const struct el1_realm *from)
{
	EL1_REALM(LOAD)
}
