/* SPDX-License-Identifier: BSD-3-Clause */
/* Ordinary guests on a core: registers that exist only once on a core and
 * belong to one guest at a time, and the way into a guest and out of it. */
#ifndef REEVE_HYPERVISOR_PORT_A64_GUEST_H
#define REEVE_HYPERVISOR_PORT_A64_GUEST_H

/* Offsets in struct vcpu_regs, for assembly. */
#define GUEST_PC     248
#define GUEST_PSTATE 256

/* Why the guest was left: the number of the vector within its group of four. */
#define GUEST_LEFT_SYNC   0
#define GUEST_LEFT_IRQ    1
#define GUEST_LEFT_FIQ    2
#define GUEST_LEFT_SERROR 3

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/vcpu/vcpu.h"
#include "lib/el1.h"

/* Registers of EL1 and EL0. TCR_EL1 is handled separately: see guest.c. */
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

/* FP/SIMD registers. SVE and SME are hidden from guests. */
struct guest_fp {
	uint64_t q[32][2];
	uint64_t fpcr;
	uint64_t fpsr;
};

/* The part of a vCPU that is in the core's registers while the vCPU has the
 * core. */
struct guest {
	uint64_t el1[GUEST_EL1_COUNT];
	uint64_t tcr_el1;
	struct guest_fp fp;
	bool loaded; /* the registers hold the values, not this structure */
};

/* Sets the values of a CPU after a reset. */
void guest_reset(struct guest *guest);

/* Loads the vCPU's registers, unless the core has them already. */
void guest_load(struct guest *guest, struct vcpu *vcpu);
/* Loads the debug registers, which vcpu->debug has: MDSCR_EL1, and the others
 * if the guest uses them. */
void guest_debug_load(struct vcpu *vcpu);
/*
 * Saves the registers, if they are loaded, before the thread leaves the core.
 */
void guest_save(struct guest *guest);

/*
 * Gives the EL2 registers of the core the values that the RMM, too, has outside
 * of a Realm's run, instead of an ordinary guest's. At each call of the RMM,
 * EL3 writes those EL2 registers that differ between the worlds, and a change
 * of the VMID makes QEMU drop all TLBs (docs/machine.md, Costs of a switch).
 */
void guest_forget(void);

/*
 * Makes a vCPU, whose registers are loaded, continue with the exception that
 * what (VCPU_UNDEF or VCPU_ABORT) names, in place of the instruction of the
 * trap.
 */
void guest_inject(struct vcpu *vcpu, enum vcpu_next what,
		  const struct vcpu_trap *trap);

/* Answers a read of an ID register. Returns false if the trap was something
 * else. */
bool guest_id_read(struct vcpu *vcpu, const struct vcpu_trap *trap);

/* guest_enter.S. Runs the guest until it is left. Returns GUEST_LEFT_*. */
unsigned guest_enter(struct vcpu_regs *regs);

/* guest_enter.S. Save and load the FP/SIMD registers. */
void guest_fp_save(struct guest_fp *fp);
void guest_fp_load(const struct guest_fp *fp);

#endif
#endif
