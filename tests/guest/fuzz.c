/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Every vCPU makes random calls, device accesses and accesses to system
 * registers, from a seed. Whatever a guest does must concern only that guest.
 * Calls are left out that would end the guest, start a vCPU at a random
 * address, or take the guest's own memory away.
 */
#include <stddef.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/log.h"
#include "tests/guest/probe.h"

#define GIB UINT64_C(0x40000000)

/* Calls may name the spare pages from this one on. */
#define FIRST_SPARE 8

#define MRS_X0      0xd5300000
#define MSR_X0      0xd5100000
#define SYSREG_ANY  0x000fffe0 /* op0, op1, CRn, CRm, op2 */
#define SYSREG_EL0  0x000b0000 /* op0 = 3, op1 = 3 */
#define SYSREG_REST 0x0000ffe0 /* CRn, CRm, op2 */

#define OWNER(fid) ((fid) >> 24 & 0x3f)
#define OWNER_PSCI 4

/* The state of each vCPU's random sequence. */
static uint64_t states[VCPUS_MAX];

/* Draws the next number: xorshift64*, which is the same with any C compiler. */
static uint64_t draw(void)
{
	uint64_t *state = &states[vcpu_this()->index];

	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * UINT64_C(0x2545f4914f6cdd1d);
}

static uint64_t spare_page(void)
{
	return (uintptr_t)
		spare[FIRST_SPARE + draw() % (SPARE_PAGES - FIRST_SPARE)];
}

static uint64_t random_argument(void)
{
	const uint64_t choices[] = { 0,
				     1,
				     draw() % 64,
				     draw(),
				     UINT64_MAX,
				     spare_page(),
				     spare_page() + draw() % PAGE,
				     spare_page() | shared_bit,
				     draw() % GIB,
				     draw() % GIB / PAGE * PAGE,
				     machine.ram_base + machine.ram_size,
				     UINT64_C(1) << 63 };

	return choices[draw() % (sizeof(choices) / sizeof(choices[0]))];
}

static uint64_t random_fid(void)
{
	const uint64_t choices[] = { draw(),
				     0x80000000 | draw() % 4,
				     0x84000000 | draw() % 32,
				     0xc4000000 | draw() % 32,
				     0x86000000 | draw() % 4,
				     0xc4000150 + draw() % 64,
				     RSI_VERSION + draw() % 32,
				     RSI_VERSION + draw() % 10 };

	return choices[draw() % (sizeof(choices) / sizeof(choices[0]))];
}

/* Returns true if a call stops, starts or suspends this vCPU or another. */
static bool fid_ends(uint64_t fid)
{
	static const uint16_t ends[] = { 0x1, 0x2, 0x3, 0x8,  0x9,
					 0xc, 0xd, 0xe, 0x12, 0x15 };

	for (unsigned i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		if (OWNER(fid) == OWNER_PSCI && (fid & 0xffff) == ends[i])
			return true;
	}
	return false;
}

/* Chooses a range for a RIPAS change: one spare page, or addresses beyond the
 * RAM, where nothing can become memory. */
static void ripas_range(uint64_t *x)
{
	if (draw() % 4 != 0) {
		x[1] = spare_page();
		x[2] = x[1] + (draw() % 3 != 0 ? PAGE : draw() % 64);
		return;
	}
	x[1] = machine.ram_base + machine.ram_size + draw() % GIB / PAGE * PAGE;
	x[2] = x[1] + (draw() % 3 != 0 ? draw() % GIB / PAGE * PAGE : draw());
}

static void any_call(void)
{
	struct smccc_regs regs;

	for (unsigned i = 0; i < 18; i++)
		regs.x[i] = random_argument();
	do {
		regs.x[0] = random_fid();
	} while (fid_ends(regs.x[0]));
	if ((uint32_t)regs.x[0] == RSI_IPA_STATE_SET)
		ripas_range(regs.x);
	if (machine.is_psci_smc)
		guest_smc(&regs);
	else
		guest_hvc(&regs);
}

/* Reads from anywhere in the devices' range, or reads or writes the interrupt
 * controller. */
static void any_access(void)
{
	uint64_t at = (draw() % 2 != 0 ? machine.gicd : machine.gicr) +
		      draw() % 0x40000;
	struct fault fault;

	if (draw() % 2 != 0) {
		try_write(at & ~UINT64_C(7), draw(), &fault);
	} else {
		(void)try_read((draw() % 2 != 0 ? at : draw() % GIB) &
				       ~UINT64_C(7),
			       &fault);
	}
}

static void any_register(void)
{
	static uint32_t codes[VCPUS_MAX][CODE_WORDS]
		__attribute__((aligned(64)));
	uint64_t pick = draw();
	uint32_t instruction;
	struct fault fault;

	if (pick % 2 != 0) {
		instruction = MRS_X0 | (uint32_t)(draw() & SYSREG_ANY);
	} else {
		instruction =
			MSR_X0 | SYSREG_EL0 | (uint32_t)(draw() & SYSREG_REST);
	}
	try_instruction(codes[vcpu_this()->index], instruction, &fault);
}

static void fuzz_job(struct vcpu *vcpu)
{
	static void (*const things[])(void) = { any_call, any_access,
						any_register };
	uint64_t steps = argument_number("steps", 1000);

	states[vcpu->index] = (argument_number("seed", 1) + vcpu->index) * 2 + 1;
	irq_mask();
	for (uint64_t i = 0; i < steps; i++)
		things[draw() % 3]();
	vcpu->result = steps;
}

/* Fuzzes on all vCPUs at once and waits, however long it takes, for all. */
void fuzz(void)
{
	vcpus_on();
	for (unsigned i = 1; i < machine.vcpus; i++)
		vcpu_begin(&vcpus[i], fuzz_job);
	fuzz_job(&vcpus[0]);
	for (unsigned i = 1; i < machine.vcpus; i++) {
		while (vcpus[i].job != NULL)
			__asm__ volatile("yield");
	}
	check(true, "the fuzz came to its end");
}
