/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probe's address space, in blocks of 1 GiB. Virtual addresses are IPAs.
 * The first block is Device memory, since it holds all devices; in a Realm it
 * is mapped with the shared bit. The other blocks are Normal memory.
 * SHARED_WINDOW maps the same addresses with the shared bit.
 */
#include "abi/bits.h"
#include "abi/rsi.h"
#include "lib/a64.h"
#include "lib/image.h"
#include "tests/guest/probe.h"

#define ENTRIES 512
#define GIB     UINT64_C(0x40000000)

#define DESC_BLOCK  UINT64_C(0x1)
#define DESC_TABLE  UINT64_C(0x3)
#define DESC_DEVICE (UINT64_C(1) << 2) /* MAIR index 1 */
#define DESC_SHARE  (UINT64_C(3) << 8)
#define DESC_ACCESS (UINT64_C(1) << 10)
#define DESC_NEVER  (UINT64_C(3) << 53) /* PXN, UXN: never executed */

#define MAIR 0x00ff /* Normal write-back, Device-nGnRnE */
/* 48 bits from level 0, 4 KiB, write-back inner shareable, no TTBR1. */
#define TCR_T0SZ_48BIT UINT64_C(16)
#define TCR_IRGN0_WB   (1 << 8)
#define TCR_ORGN0_WB   (1 << 10)
#define TCR_SH0_INNER  (3 << 12)
#define TCR_EPD1       (1 << 23)
#define TCR                                                                    \
	(TCR_T0SZ_48BIT | TCR_IRGN0_WB | TCR_ORGN0_WB | TCR_SH0_INNER |        \
	 TCR_EPD1)

#define RET 0xd65f03c0 /* the instruction */

#define TCR_IPS_SHIFT 32
#define IPS_48        5
#define PARANGE       0xf

static uint64_t root[ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t own[ENTRIES] __attribute__((aligned(PAGE)));
static uint64_t shared[ENTRIES] __attribute__((aligned(PAGE)));

uint8_t spare[SPARE_PAGES][PAGE] __attribute__((aligned(PAGE)));
uint64_t shared_bit;

void mmu_prepare(void)
{
	uint64_t memory = DESC_BLOCK | DESC_ACCESS | DESC_SHARE;

	for (uint64_t i = 0; i < ENTRIES; i++) {
		own[i] = i * GIB | memory;
		shared[i] = i * GIB | shared_bit | memory | DESC_NEVER;
	}
	own[0] = shared_bit | DESC_BLOCK | DESC_ACCESS | DESC_DEVICE |
		 DESC_NEVER;
	root[0] = (uintptr_t)own | DESC_TABLE;
	root[SHARED_WINDOW >> 39] = (uintptr_t)shared | DESC_TABLE;
	dcache_clean((uintptr_t)image_start,
		     (uint64_t)(image_end - image_start));
}

void mmu_enable(void)
{
	uint64_t range = sysreg_read(ID_AA64MMFR0_EL1) & PARANGE;

	range = range < IPS_48 ? range : IPS_48;
	sysreg_write(MAIR_EL1, MAIR);
	sysreg_write(TCR_EL1, TCR | range << TCR_IPS_SHIFT);
	sysreg_write(TTBR0_EL1, (uintptr_t)root);
	dsb(sy);
	isb();
	__asm__ volatile("tlbi vmalle1\n\tic iallu" ::: "memory");
	dsb(sy);
	isb();
	sysreg_write(SCTLR_EL1,
		     sysreg_read(SCTLR_EL1) | SCTLR_M | SCTLR_C | SCTLR_I);
	isb();
}

/* vectors.S */
uint64_t access_read(uint64_t address);
void access_write(uint64_t address, uint64_t word);
void access_fetch(uint64_t address);
void access_step(uint64_t address);

static struct fault *fault_begin(void)
{
	struct fault *fault = &vcpu_this()->fault;

	*fault = (struct fault){ .is_expected = true };
	__asm__ volatile("" ::: "memory");
	return fault;
}

static void fault_end(struct fault *out)
{
	struct fault *fault = &vcpu_this()->fault;

	dsb(sy);
	isb();
	fault->is_expected = false;
	*out = *fault;
}

uint64_t try_read(uint64_t address, struct fault *fault)
{
	uint64_t word;

	fault_begin();
	word = access_read(address);
	fault_end(fault);
	return word;
}

void try_write(uint64_t address, uint64_t word, struct fault *fault)
{
	fault_begin();
	access_write(address, word);
	fault_end(fault);
}

void try_fetch(uint64_t address, struct fault *fault)
{
	fault_begin();
	access_fetch(address);
	fault_end(fault);
}

void try_step(uint64_t address, struct fault *fault)
{
	fault_begin();
	access_step(address);
	fault_end(fault);
}

void try_instruction(uint32_t code[CODE_WORDS], uint32_t instruction,
		     struct fault *fault)
{
	code[0] = instruction;
	code[1] = RET;
	dcache_clean((uintptr_t)code, CODE_WORDS * sizeof(*code));
	icache_invalidate_all();
	try_fetch((uintptr_t)code, fault);
}

bool is_external(const struct fault *fault, uint64_t address)
{
	uint64_t class = BITS_GET(fault->esr, ESR_EC);

	return (class == ESR_EC_DATA_CURRENT || class == ESR_EC_INST_CURRENT) &&
	       BITS_GET(fault->esr, ESR_FSC) == ESR_FSC_EXTERNAL &&
	       fault->far == address;
}

uint64_t ripas_set(uint64_t base, uint64_t top, uint64_t ripas)
{
	while (base < top) {
		struct smccc_regs regs = { { RSI_IPA_STATE_SET, base, top,
					     ripas, RSI_IPA_CHANGE_DESTROYED } };

		guest_smc(&regs);
		if (regs.x[0] != RSI_SUCCESS)
			return regs.x[0];
		if (regs.x[2] != RSI_RESPONSE_ACCEPT || regs.x[1] <= base ||
		    regs.x[1] > top)
			return UINT64_MAX;
		base = regs.x[1];
	}
	return 0;
}

uint64_t ripas_of(uint64_t page)
{
	struct smccc_regs regs;

	if (rsi(&regs, RSI_IPA_STATE_GET, page, page + PAGE) != RSI_SUCCESS)
		return UINT64_MAX;
	return regs.x[2];
}
