/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The registers of EL1 and EL0. The RMM runs without the virtualization host
 * extensions (E2H = 0), so that they have their own names and mean nothing to
 * it.
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
 * QEMU drops all TLBs at each change of these, of TCR_EL1 even when it is
 * written with what it has, and the RMM's own pages have to be found again. So
 * they are written in a row that touches no memory.
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
#define OPERANDS                                                               \
	[tcr] "r"(el1->tcr_el1), [sctlr] "r"(el1->sctlr_el1),                  \
		[ttbr0] "r"(el1->ttbr0_el1), [ttbr1] "r"(el1->ttbr1_el1),      \
		[vttbr] "r"(vttbr), [hcr] "r"(hcr)

/* Nobody's stage 1 is there without its stage 2. */
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

void el1_realm_save(struct el1_realm *to)
{
	EL1_REALM(SAVE)
}

void el1_realm_load(const struct el1_realm *from)
{
	EL1_REALM(LOAD)
}
