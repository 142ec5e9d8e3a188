/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probe guest: what its parts have in common. It runs at EL1 as an
 * ordinary guest or as a Realm, checks what it gets, and prints a line for
 * each check.
 */
#ifndef REEVE_TESTS_GUEST_PROBE_H
#define REEVE_TESTS_GUEST_PROBE_H

#define VCPUS_MAX 32
#define VCPU_SIZE 0x4000 /* with its stack, which grows down from the end */
#define PAGE      0x1000

#ifndef __ASSEMBLER__
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "abi/smccc.h"
#include "lib/a64.h"

/* What the device tree says of the machine. */
struct machine {
	uint64_t uart; /* 0: none */
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

/* fdt.c: reads it into machine. false: it is none. */
bool machine_read(const void *fdt);

/* In a Realm, the bit of an IPA that makes it shared; otherwise 0. */
extern uint64_t shared_bit;
static inline bool is_realm(void)
{
	return shared_bit != 0;
}

/* ---- vCPUs ---- */

struct fault {
	bool is_expected;
	uint64_t esr; /* 0: there was none */
	uint64_t far;
};

struct vcpu {
	unsigned index;
	volatile unsigned starts; /* how often it came up */
	volatile uint64_t mpidr; /* that it saw */
	void (*volatile job)(struct vcpu *vcpu);
	volatile unsigned done; /* jobs */
	volatile uint64_t result; /* of the last one */
	struct fault fault;
	volatile unsigned interrupts[32]; /* taken, by INTID */
	volatile unsigned strays; /* taken, of other INTIDs */
	uint8_t stack[VCPU_SIZE - 0xd0];
} __attribute__((aligned(16)));
extern struct vcpu vcpus[VCPUS_MAX];

/* The affinity fields of MPIDR_EL1. */
#define MPIDR_AFFINITY UINT64_C(0xff00ffffff)

static inline struct vcpu *vcpu_this(void)
{
	return (struct vcpu *)sysreg_read(tpidr_el1);
}

/* Gives another vCPU, which is on, something to do; waits until it is done;
 * both. false: it does not come to its end. */
void vcpu_begin(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu));
bool vcpu_end(struct vcpu *vcpu);
bool vcpu_run(struct vcpu *vcpu, void (*job)(struct vcpu *vcpu));
/* Turns it on, or off. Both wait until it is. */
bool vcpu_on(struct vcpu *vcpu);
bool vcpu_off(struct vcpu *vcpu);
/* Returns true if PSCI says that it is off. */
bool vcpu_is_off(const struct vcpu *vcpu);
void vcpus_on(void);

/* A condition that becomes true while others work. false: it did not, for so
 * long that it will not. */
bool wait_for(bool (*holds)(void *context), void *context);

/* ---- Calls ---- */

void guest_smc(struct smccc_regs *regs);
void guest_hvc(struct smccc_regs *regs);
/* By the device tree's conduit; X0. */
uint64_t psci(uint64_t fid, uint64_t a, uint64_t b, uint64_t c);
/* To the RMM: X0, the other results in *regs. */
uint64_t rsi(struct smccc_regs *regs, uint64_t fid, uint64_t a, uint64_t b);
_Noreturn void power_off(void);

/* ---- Memory ---- */

void mmu_prepare(void);
void mmu_enable(void);
/* Where IPA-shared memory of an address in RAM is mapped. */
#define SHARED_WINDOW (UINT64_C(1) << 39)

/* Access what may fault; *fault says whether it did. */
uint64_t try_read(uint64_t address, struct fault *fault);
void try_write(uint64_t address, uint64_t word, struct fault *fault);
void try_fetch(uint64_t address, struct fault *fault);
/* Runs one instruction that may fault, from code, which is 64-byte aligned. */
#define CODE_WORDS 16
void try_instruction(uint32_t code[CODE_WORDS], uint32_t instruction,
		     struct fault *fault);
/* A synchronous external abort, as RMM and host give for what is not there. */
bool is_external(const struct fault *fault, uint64_t address);

/* Pages that checks may do with as they like: SPARE_PAGES of them. */
#define SPARE_PAGES 16
extern uint8_t spare[SPARE_PAGES][PAGE];

/* Changes the RIPAS of a range; 0, or why not. */
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
/* Waits, by WFI, until this vCPU took an interrupt more often than count. */
bool wait_for_interrupt(unsigned intid, unsigned count);
/* The virtual timer, after so many nanoseconds. */
void timer_start(uint64_t nanoseconds);
void timer_stop(void);
/* Waits a millisecond, by WFI. */
void timer_pause(void);
uint64_t timer_now(void); /* nanoseconds */

/* ---- Reports ---- */

/* A line; also counted. */
bool check(bool good, const char *what);
bool check_of(bool good, const char *what, unsigned vcpu);
void print_hex(const char *name, const uint8_t *data, unsigned size);

/* ---- Arguments: words of the kernel command line ---- */

/* probe=a,b: is name one of them? */
bool argument_has(const char *name);
/* NAME=NUMBER, decimal or 0x; otherwise, if it is not there. */
uint64_t argument_number(const char *name, uint64_t otherwise);
/* NAME=HEX: its bytes, at most size; how many. */
unsigned argument_hex(const char *name, uint8_t *bytes, unsigned size);

/* ---- What it does ---- */

void check_realm(void);
void check_memory(void);
void check_psci(void);
void check_interrupts(void);
void check_state(void);
void measure(void);
void token_print(void);
void fuzz(void);
void steady(void);
void lend(void);
void fp(void);
void check_hidden(void);
/* Does one of the endless things if that is asked for. */
void loops(void);

_Static_assert(sizeof(struct vcpu) == VCPU_SIZE, "vcpu");
#endif
#endif
