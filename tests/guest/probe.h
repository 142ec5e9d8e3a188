/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probe guest (docs/probe.md): declarations for all of its parts. It runs
 * at EL1 as an ordinary guest or as a Realm, checks what it gets, and prints a
 * line for each check.
 */
#ifndef REEVE_TESTS_GUEST_PROBE_H
#define REEVE_TESTS_GUEST_PROBE_H

#define VCPUS_MAX 32
#define VCPU_SIZE 0x4000 /* of struct vcpu, whose stack is at its end */
#define PAGE      0x1000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "lib/a64.h"

/* The machine as the device tree describes it. */
struct machine {
	uint64_t uart; /* 0: none */
	uint64_t pvpanic; /* 0: none */
	uint64_t ram_base;
	uint64_t ram_size;
	uint64_t gicd;
	uint64_t gicr;
	uint64_t mpidr[VCPUS_MAX];
	unsigned vcpus;
	bool is_psci_smc;
	const char *arguments;
};
extern struct machine machine;

/* fdt.c: reads a device tree into machine. Returns false if fdt is none. */
bool machine_read(const void *fdt);

/* The bit of an IPA that makes it shared, in a Realm; 0 in an ordinary
 * guest. */
extern uint64_t shared_bit;
static inline bool is_realm(void)
{
	return shared_bit != 0;
}

/* ---- vCPUs ---- */

struct fault {
	bool is_expected;
	uint64_t esr; /* 0: there was no fault */
	uint64_t far;
	uint64_t elr;
};

struct vcpu {
	unsigned index;
	volatile unsigned starts; /* how often the vCPU was started */
	volatile uint64_t mpidr; /* as the vCPU reads it */
	void (*volatile job)(struct vcpu *vcpu);
	volatile unsigned done; /* number of jobs */
	volatile uint64_t result; /* of the last job */
	struct fault fault;
	volatile unsigned interrupts[32]; /* taken, by INTID */
	volatile unsigned strays; /* interrupts taken with other INTIDs */
	uint8_t stack[VCPU_SIZE - 0xd8];
} __attribute__((aligned(16)));
extern struct vcpu vcpus[VCPUS_MAX];

/* The affinity fields of MPIDR_EL1. */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

static inline struct vcpu *vcpu_this(void)
{
	return (struct vcpu *)sysreg_read(tpidr_el1);
}

/* Give another vCPU, which is on, a job; wait until the job is done; do both.
 * Return false if the job is not done after a long time. */
void vcpu_begin(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu));
bool vcpu_end(struct vcpu *vcpu);
bool vcpu_run(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu));
/* Turn a vCPU on or off, and wait until it is. Return false on failure. */
bool vcpu_on(struct vcpu *vcpu);
bool vcpu_off(struct vcpu *vcpu);
/* Returns true if PSCI says that the vCPU is off. */
bool vcpu_is_off(const struct vcpu *vcpu);
/* Turns all vCPUs on that are off. */
void vcpus_on(void);

/* Waits until a condition holds, which another vCPU brings about. Returns false
 * if it still does not hold after a long time. */
bool wait_for(bool (*holds)(void *context), void *context);

/* ---- Calls ---- */

void guest_smc(struct smccc_regs *regs);
void guest_hvc(struct smccc_regs *regs);
/* Makes a PSCI call by the device tree's conduit. Returns X0. */
uint64_t psci(uint64_t fid, uint64_t a, uint64_t b, uint64_t c);
/* Makes a call to the RMM. Returns X0; the other results are in *regs. */
uint64_t rsi(struct smccc_regs *regs, uint64_t fid, uint64_t a, uint64_t b);
_Noreturn void power_off(void);

/* ---- Memory ---- */

void mmu_prepare(void);
void mmu_enable(void);
/* The alias of an address in RAM is mapped at the address + SHARED_WINDOW. */
#define SHARED_WINDOW (UINT64_C(1) << 39)

/* Make an access that may fault. *fault says whether it did. */
uint64_t try_read(uint64_t address, struct fault *fault);
void try_write(uint64_t address, uint64_t word, struct fault *fault);
void try_fetch(uint64_t address, struct fault *fault);
/* Executes code at an address, with PSTATE.SS set: the software step, if it is
 * turned on, ends after one instruction. */
void try_step(uint64_t address, struct fault *fault);
/* Runs one instruction that may fault, from code, which is 64-byte aligned. */
#define CODE_WORDS 16
void try_instruction(uint32_t code[CODE_WORDS], uint32_t instruction,
		     struct fault *fault);
/* Returns true for a synchronous external abort, which RMM and hypervisor give
 * at an address where nothing is. */
bool is_external(const struct fault *fault, uint64_t address);

/* Pages that checks may use in any way. */
#define SPARE_PAGES 16
extern uint8_t spare[SPARE_PAGES][PAGE];

/* Changes the RIPAS of a range. Returns 0, or the error. */
#define RIPAS_EMPTY 0
#define RIPAS_RAM   1
uint64_t ripas_set(uint64_t base, uint64_t top, uint64_t ripas);
/* Returns the RIPAS of a page, or UINT64_MAX if it has none. */
uint64_t ripas_of(uint64_t page);

/* ---- Interrupts ---- */

#define TIMER_PPI 27
#define JOB_SGI   1
#define PING_SGI  2

/* Mask and unmask IRQs. */
static inline void irq_mask(void)
{
	__asm__ volatile("msr daifset, #2" ::: "memory");
}

static inline void irq_unmask(void)
{
	__asm__ volatile("msr daifclr, #2" ::: "memory");
}

void gic_init(void);
void gic_vcpu_init(struct vcpu *vcpu);
void gic_sgi(const struct vcpu *to, unsigned intid);
/* Waits, by WFI, until this vCPU has taken an interrupt more often than count.
 * Returns false if it did not come. */
bool wait_for_interrupt(unsigned intid, unsigned count);
/* Starts the virtual timer, which fires after so many nanoseconds. */
void timer_start(uint64_t nanoseconds);
void timer_stop(void);
/* Waits a millisecond, by WFI. */
void timer_pause(void);
uint64_t timer_now(void); /* nanoseconds */

/* ---- Reports ---- */

/* Print a line with the result of a check, count it, and return good. */
bool check(bool good, const char *what);
bool check_of(bool good, const char *what, unsigned vcpu);
void print_hex(const char *name, const uint8_t *data, unsigned size);

/* ---- Arguments: words of the kernel command line ---- */

/* Returns true if name is one of the words of probe=a,b. */
bool argument_has(const char *name);
/* Returns the number of NAME=NUMBER, decimal or with 0x, or else
 * `otherwise`. */
uint64_t argument_number(const char *name, uint64_t otherwise);
/* Puts the bytes of NAME=HEX, at most size, into bytes. Returns their
 * number. */
unsigned argument_hex(const char *name, uint8_t *bytes, unsigned size);

/* ---- The parts of the probe ---- */

void check_realm(void);
void check_memory(void);
void check_psci(void);
void check_interrupts(void);
void check_state(void);
void check_debug(void);
/* Turns the software step off. */
void debug_step_end(void);
void measure(void);
void token_print(void);
void fuzz(void);
void steady(void);
void lend(void);
void clock(void);
void fp(void);
void check_hidden(void);
/* Runs the loops that the command line asks for. */
void loops(void);

_Static_assert(sizeof(struct vcpu) == VCPU_SIZE, "vcpu");
#endif
#endif
