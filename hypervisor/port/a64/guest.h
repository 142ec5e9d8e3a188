/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ordinary guests on a core: the registers that they share with nobody but
 * that only the core has, and the way into a guest and out of it.
 */
#ifndef REEVE_HYPERVISOR_PORT_A64_GUEST_H
#define REEVE_HYPERVISOR_PORT_A64_GUEST_H

/* struct vcpu_regs, for assembly. */
#define GUEST_PC     248
#define GUEST_PSTATE 256

/* Why the guest was left: the vector of its group of four. */
#define GUEST_LEFT_SYNC   0
#define GUEST_LEFT_IRQ    1
#define GUEST_LEFT_FIQ    2
#define GUEST_LEFT_SERROR 3

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/vcpu/vcpu.h"
#include "lib/el1.h"

/* Registers of EL1 and EL0. TCR_EL1 goes by itself: see guest.c. */
#define GUEST_EL1(REG)                                                         \
	REG(sp_el0)                                                            \
	REG(sp_el1)                                                            \
	REG(elr_el1)                                                           \
	REG(spsr_el1)                                                          \
	REG(sctlr_el1)                                                         \
	REG(cpacr_el1)                                                         \
	REG(ttbr0_el1)                                                         \
	REG(ttbr1_el1)                                                         \
	EL1_COMMON(REG)                                                        \
	REG(cntkctl_el1)                                                       \
	EL1_KEYS(REG)

#define GUEST_EL1_INDEX(reg) GUEST_INDEX_##reg,
enum guest_el1 {
	GUEST_EL1(GUEST_EL1_INDEX) GUEST_EL1_COUNT
};

/* FP/SIMD registers; SVE and SME are hidden. */
struct guest_fp {
	uint64_t q[32][2];
	uint64_t fpcr;
	uint64_t fpsr;
};

/* What of a vCPU is in the core's registers while it has the core. */
struct guest {
	uint64_t el1[GUEST_EL1_COUNT];
	uint64_t tcr_el1;
	struct guest_fp fp;
	bool loaded; /* the registers have it, not this */
};

/* As they are after a reset. */
void guest_reset(struct guest *guest);

/* Gives the core to the vCPU, if it has not got it. */
void guest_load(struct guest *guest, const struct vcpu *vcpu);
/* The core is about to be left, in whatever state. */
void guest_save(struct guest *guest);

/*
 * The core's registers of EL2 are as an RMM has its own outside of a run, and
 * not any guest's. EL3 changes for each call what differs, and the VMID makes
 * QEMU drop all TLBs.
 */
void guest_forget(void);

/* VCPU_UNDEF or VCPU_ABORT: the vCPU, which is loaded, goes on with the
 * exception that the trap is for it. */
void guest_inject(struct vcpu *vcpu, enum vcpu_next what,
		  const struct vcpu_trap *trap);

/* A read of an ID register; false: the trap was something else. */
bool guest_id_read(struct vcpu *vcpu, const struct vcpu_trap *trap);

/* guest_enter.S: runs the guest until it is left; returns GUEST_LEFT_*. */
unsigned guest_enter(struct vcpu_regs *regs);

/* fp.S */
void guest_fp_save(struct guest_fp *fp);
void guest_fp_load(const struct guest_fp *fp);

#endif
#endif
