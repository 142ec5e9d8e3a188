/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A64 system registers, barriers and cache and TLB operations (Arm DDI0487).
 * sysreg_read(REG) and sysreg_write(REG, value) take any name that the
 * assembler knows, or one of the encodings below for those that it may not.
 * Registers and bits are usable from assembly.
 */
#ifndef REEVE_LIB_A64_H
#define REEVE_LIB_A64_H

#include "lib/esr.h"

/* ---- Registers by encoding ---- */
#define GPCCR_EL3       S3_6_C2_C1_6
#define GPTBR_EL3       S3_6_C2_C1_4
#define MFAR_EL3        S3_6_C6_C0_5
#define ICC_SRE_EL1     S3_0_C12_C12_5
#define ICC_SRE_EL2     S3_4_C12_C9_5
#define ICC_SRE_EL3     S3_6_C12_C12_5
#define ICC_PMR_EL1     S3_0_C4_C6_0
#define ICC_IAR0_EL1    S3_0_C12_C8_0
#define ICC_EOIR0_EL1   S3_0_C12_C8_1
#define ICC_IAR1_EL1    S3_0_C12_C12_0
#define ICC_EOIR1_EL1   S3_0_C12_C12_1
#define ICC_HPPIR1_EL1  S3_0_C12_C12_2
#define ICC_SGI0R_EL1   S3_0_C12_C11_7
#define ICC_SGI1R_EL1   S3_0_C12_C11_5
#define ICC_BPR1_EL1    S3_0_C12_C12_3
#define ICC_CTLR_EL1    S3_0_C12_C12_4
#define ICC_IGRPEN0_EL1 S3_0_C12_C12_6
#define ICC_IGRPEN1_EL1 S3_0_C12_C12_7
#define ICH_HCR_EL2     S3_4_C12_C11_0
#define ICH_VTR_EL2     S3_4_C12_C11_1
#define ICH_MISR_EL2    S3_4_C12_C11_2
#define ICH_EISR_EL2    S3_4_C12_C11_3
#define ICH_VMCR_EL2    S3_4_C12_C11_7
#define ICH_LR_EL2(n)   S3_4_C12_C12_##n /* n = 0..7 */
#define HCRX_EL2        S3_4_C1_C2_2
#define HFGRTR_EL2      S3_4_C1_C1_4
#define HFGWTR_EL2      S3_4_C1_C1_5
#define HFGITR_EL2      S3_4_C1_C1_6
#define HDFGRTR_EL2     S3_4_C3_C1_4
#define HDFGWTR_EL2     S3_4_C3_C1_5
#define CNTPOFF_EL2     S3_4_C14_C0_6
#define VNCR_EL2        S3_4_C2_C2_0
#define VDISR_EL2       S3_4_C12_C1_1
#define VSESR_EL2       S3_4_C5_C2_3
#define SCXTNUM_EL2     S3_4_C13_C0_7
#define ZCR_EL3         S3_6_C1_C2_0
#define ZCR_EL2         S3_4_C1_C2_0
#define SMCR_EL3        S3_6_C1_C2_6
#define SMCR_EL2        S3_4_C1_C2_6
#define SMPRI_EL1       S3_0_C1_C2_4
#define APIAKEYLO_EL1   S3_0_C2_C1_0
#define APIAKEYHI_EL1   S3_0_C2_C1_1
#define APIBKEYLO_EL1   S3_0_C2_C1_2
#define APIBKEYHI_EL1   S3_0_C2_C1_3
#define APDAKEYLO_EL1   S3_0_C2_C2_0
#define APDAKEYHI_EL1   S3_0_C2_C2_1
#define APDBKEYLO_EL1   S3_0_C2_C2_2
#define APDBKEYHI_EL1   S3_0_C2_C2_3
#define APGAKEYLO_EL1   S3_0_C2_C3_0
#define APGAKEYHI_EL1   S3_0_C2_C3_1

/* ---- Bits ---- */
#define SCTLR_M   (1 << 0)
#define SCTLR_C   (1 << 2)
#define SCTLR_SA  (1 << 3)
#define SCTLR_I   (1 << 12)
#define SCTLR_WXN (1 << 19)
/* Reserved as one at EL2 (E2H = 0) and EL3, EIS and EOS included. */
#define SCTLR_RES1 0x30c50830

/* HCR_EL2. */
#define HCR_VM    (1 << 0)
#define HCR_SWIO  (1 << 1)
#define HCR_PTW   (1 << 2)
#define HCR_FMO   (1 << 3)
#define HCR_IMO   (1 << 4)
#define HCR_AMO   (1 << 5)
#define HCR_VSE   (1 << 8) /* a virtual SError is pending */
#define HCR_FB    (1 << 9)
#define HCR_BSU   (1 << 10) /* inner shareable */
#define HCR_TWI   (1 << 13)
#define HCR_TWE   (1 << 14)
#define HCR_TID1  (1 << 16)
#define HCR_TID3  (1 << 18)
#define HCR_TSC   (1 << 19)
#define HCR_TIDCP (1 << 20)
#define HCR_TACR  (1 << 21)
#define HCR_RW    (UINT64_C(1) << 31)
#define HCR_TLOR  (UINT64_C(1) << 35)
#define HCR_TERR  (UINT64_C(1) << 36)
#define HCR_TEA   (UINT64_C(1) << 37)
#define HCR_APK   (UINT64_C(1) << 40)
#define HCR_API   (UINT64_C(1) << 41)
#define HCR_FWB   (UINT64_C(1) << 46)
#define HCR_TID5  (UINT64_C(1) << 58)
/* SCXTNUM_EL0 and SCXTNUM_EL1 do not trap. */
#define HCR_ENSCXT (UINT64_C(1) << 53)
/*
 * The bits that say how EL1's addresses are translated. The hypervisor and the
 * RMM leave them set whether they run a guest or not: to EL2 itself (E2H = 0)
 * they mean nothing, and QEMU drops all TLBs when one of them changes
 * (docs/machine.md, Costs of a switch).
 */
#define HCR_STAGE2 (HCR_VM | HCR_PTW | HCR_FWB)
/* HCR_EL2 of both programs while they run no guest. */
#define HCR_IDLE (HCR_RW | HCR_STAGE2)

/* HCRX_EL2. */
#define HCRX_TALLINT (1 << 6)
#define HCRX_MSCEN   (1 << 11) /* memory copy instructions work */

/* MDCR_EL2: traps of debug, counters, profiling and trace filters; counting
 * that stops at EL2. */
#define MDCR_TPMCR (1 << 5)
#define MDCR_TPM   (1 << 6)
#define MDCR_TDA   (1 << 9)
#define MDCR_TDOSA (1 << 10)
#define MDCR_TDRA  (1 << 11)
#define MDCR_TPMS  (1 << 14)
#define MDCR_HPMD  (1 << 17)
#define MDCR_TTRF  (1 << 19)
#define MDCR_HCCD  (1 << 23)
/* All traps that a guest without debug and counters needs. */
#define MDCR_GUEST_TRAPS                                                       \
	(MDCR_TPMCR | MDCR_TPM | MDCR_TDA | MDCR_TDOSA | MDCR_TDRA)

/* CNTHCTL_EL2 (E2H = 0): EL1 and EL0 have the physical counter and timer. */
#define CNTHCTL_EL1PCTEN (1 << 0)
#define CNTHCTL_EL1PCEN  (1 << 1)
#define CNTHCTL_ECV      (1 << 12) /* CNTPOFF_EL2 takes effect */
#define CNTHCTL_CNTVMASK (1 << 18) /* masks the virtual timer's output */
#define CNTHCTL_CNTPMASK (1 << 19) /* masks the physical timer's output */

#define A64_CACHE_LINE 64 /* CTR_EL0.DminLine of the machine */

/* CTR_EL0: for instruction fetch to see a store, data caches need not be
 * cleaned (IDC), and instruction caches not be invalidated (DIC). */
#define CTR_IDC (1 << 28)
#define CTR_DIC (1 << 29)

#ifdef __ASSEMBLER__
#define UINT64_C(number) number
#else
#include <stdint.h>

#include "lib/number.h"

#define A64_TEXT_(text) #text
#define A64_TEXT(text)  A64_TEXT_(text)

#define sysreg_read(reg)                                                       \
	({                                                                     \
		uint64_t value_;                                               \
		__asm__ volatile("mrs %0, " A64_TEXT(reg) : "=r"(value_));     \
		value_;                                                        \
	})
#define sysreg_write(reg, value)                                                \
	__asm__ volatile("msr " A64_TEXT(reg) ", %x0" ::"rZ"((uint64_t)(value)) \
			 : "memory")

#define isb()     __asm__ volatile("isb" ::: "memory")
#define dsb(kind) __asm__ volatile("dsb " #kind ::: "memory")
#define wfi()     __asm__ volatile("wfi" ::: "memory")

/* Cleans data to the point of coherency, for readers with caches off. */
static inline void dcache_clean(uint64_t address, uint64_t size)
{
	uint64_t line = align_down(address, A64_CACHE_LINE);

	for (; line < address + size; line += A64_CACHE_LINE)
		__asm__ volatile("dc cvac, %0" ::"r"(line) : "memory");
	dsb(sy);
}

/* Makes code that was written as data visible to instruction fetch. */
static inline void icache_invalidate_all(void)
{
	__asm__ volatile("ic ialluis" ::: "memory");
	dsb(ish);
	isb();
}

/*
 * Makes what was stored to [address, address + size) visible to instruction
 * fetch on all CPUs, also at other addresses of the same memory. All of the
 * instruction caches are invalidated, as they may be indexed by address. Does
 * nothing on a CPU that needs none of this (CTR_EL0.IDC and DIC).
 */
static inline void code_sync(uint64_t address, uint64_t size)
{
	uint64_t ctr = sysreg_read(ctr_el0);

	if (!(ctr & CTR_IDC))
		dcache_clean(address, size);
	if (!(ctr & CTR_DIC)) {
		dsb(ish);
		icache_invalidate_all();
	}
}

/*
 * All use plain addressing. The syndrome of an access that writes its address
 * back is not valid (DDI0487 D24.2, ESR_EL2.ISS.ISV), so a hypervisor could not
 * emulate the register.
 */
#define A64_MMIO(bits, load, store, modifier)                                  \
	static inline uint##bits##_t mmio_read##bits(uint64_t address)         \
	{                                                                      \
		uint##bits##_t value;                                          \
                                                                               \
		__asm__ volatile(load " %" modifier "0, [%1]"                  \
				 : "=r"(value)                                 \
				 : "r"(address)                                \
				 : "memory");                                  \
		return value;                                                  \
	}                                                                      \
                                                                               \
	static inline void mmio_write##bits(uint64_t address,                  \
					    uint##bits##_t value)              \
	{                                                                      \
		__asm__ volatile(store " %" modifier "0, [%1]" ::"rZ"(value),  \
				 "r"(address)                                  \
				 : "memory");                                  \
	}

A64_MMIO(8, "ldrb", "strb", "w")
A64_MMIO(16, "ldrh", "strh", "w")
A64_MMIO(32, "ldr", "str", "w")
A64_MMIO(64, "ldr", "str", "x")

#endif
#endif
