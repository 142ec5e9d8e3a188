/* SPDX-License-Identifier: BSD-3-Clause */
/* Registers keep their values over every kind of exit. */
#include <string.h>

#include "abi/psci.h"
#include "abi/rsi.h"
#include "tests/guest/probe.h"

#define REGISTERS 31
#define VECTORS   512 /* bytes of Q0-Q31 */
#define ROUNDS    20
#define SHORT     100000 /* nanoseconds */

/* calls.S */
void registers_wfi(uint64_t *x);
void registers_smc(uint64_t *x);
void registers_hvc(uint64_t *x);
void registers_load(uint64_t *x);
void vectors_load(const void *from);
void vectors_store(void *to);

static uint64_t general_pattern(unsigned vcpu, unsigned n)
{
	return (uint64_t)(vcpu + 1) << 56 | UINT64_C(0x00a5a5a5a5a50000) | n;
}

static void general_fill(uint64_t *x, unsigned from)
{
	for (unsigned i = from; i < REGISTERS; i++)
		x[i] = general_pattern(vcpu_this()->index, i);
}

static bool general_is_kept(const uint64_t *x, unsigned from)
{
	for (unsigned i = from; i < REGISTERS; i++) {
		if (x[i] != general_pattern(vcpu_this()->index, i))
			return false;
	}
	return true;
}

/* An interrupt is pending before the WFI or comes during it. As IRQs are
 * masked, it ends the WFI and is not taken. */
static bool kept_over_wfi(void)
{
	uint64_t x[REGISTERS];

	irq_mask();
	general_fill(x, 0);
	timer_start(SHORT);
	registers_wfi(x);
	timer_stop();
	irq_unmask();
	return general_is_kept(x, 0);
}

/* PSCI_VERSION keeps all registers except X0 to X3 (DEN0028, 2.6). */
static bool kept_over_call(void)
{
	uint64_t x[REGISTERS];

	general_fill(x, 0);
	x[0] = PSCI_VERSION;
	if (machine.is_psci_smc)
		registers_smc(x);
	else
		registers_hvc(x);
	return general_is_kept(x, 4);
}

/* A load from an emulated device changes only its target register. */
static bool kept_over_load(void)
{
	uint64_t x[REGISTERS];

	general_fill(x, 0);
	x[1] = machine.gicd;
	registers_load(x);
	return general_is_kept(x, 2) && x[1] == machine.gicd;
}

static bool kept_over_host_call(void)
{
	static struct rsi_host_call calls[VCPUS_MAX]
		__attribute__((aligned(256)));
	uint64_t x[REGISTERS];

	if (!is_realm())
		return true;
	general_fill(x, 0);
	x[0] = RSI_HOST_CALL;
	x[1] = (uintptr_t)&calls[vcpu_this()->index];
	registers_smc(x);
	return x[0] == RSI_SUCCESS && general_is_kept(x, 4);
}

static bool general_kept(void)
{
	bool good = true;

	for (unsigned i = 0; i < ROUNDS; i++) {
		good = good && kept_over_wfi() && kept_over_call() &&
		       kept_over_load() && kept_over_host_call();
	}
	return good;
}

static bool vectors_kept(void)
{
	uint8_t before[VECTORS], after[VECTORS];

	for (unsigned i = 0; i < VECTORS; i++)
		before[i] = (uint8_t)(i * 7 + 31 * vcpu_this()->index + 1);
	vectors_load(before);
	for (unsigned i = 0; i < ROUNDS; i++) {
		if (!general_kept())
			return false;
		vectors_store(after);
		if (memcmp(before, after, VECTORS) != 0)
			return false;
	}
	return true;
}

#define EL1_STATE(REG)                                                         \
	REG(TPIDR_EL0)                                                         \
	REG(TPIDRRO_EL0)                                                       \
	REG(CONTEXTIDR_EL1)                                                    \
	REG(FAR_EL1)                                                           \
	REG(ESR_EL1)                                                           \
	REG(SP_EL0)                                                            \
	REG(CNTP_CVAL_EL0)

enum el1_state {
#define EL1_INDEX(reg) EL1_##reg,
	EL1_STATE(EL1_INDEX) EL1_WORDS
};

static void el1_read(uint64_t *value)
{
#define EL1_READ(reg) value[EL1_##reg] = sysreg_read(reg);
	EL1_STATE(EL1_READ)
}

static bool el1_kept(void)
{
	uint64_t before[EL1_WORDS], after[EL1_WORDS];
	uint64_t value = general_pattern(vcpu_this()->index, 0) >> 32;

#define EL1_WRITE(reg) sysreg_write(reg, value + EL1_##reg);
	irq_mask();
	EL1_STATE(EL1_WRITE)
	isb();
	el1_read(before);
	timer_start(SHORT);
	wfi();
	timer_stop();
	(void)psci(PSCI_VERSION, 0, 0, 0);
	el1_read(after);
	irq_unmask();
	return memcmp(before, after, sizeof(before)) == 0;
}

static void state_job(struct vcpu *vcpu)
{
	vcpu->result = (uint64_t)general_kept() |
		       (uint64_t)vectors_kept() << 1 | (uint64_t)el1_kept() << 2;
}

static void state_report(struct vcpu *vcpu)
{
	check_of((vcpu->result & 1) != 0, "keeps its general registers",
		 vcpu->index);
	check_of((vcpu->result & 2) != 0, "keeps its vector registers",
		 vcpu->index);
	check_of((vcpu->result & 4) != 0, "keeps its EL1 registers",
		 vcpu->index);
}

/* Checks on all vCPUs at once, so that they take turns on the same cores. */
void check_state(void)
{
	vcpus_on();
	for (unsigned i = 1; i < machine.vcpus; i++)
		vcpu_begin(&vcpus[i], state_job);
	state_job(&vcpus[0]);
	for (unsigned i = 0; i < machine.vcpus; i++) {
		if (i > 0 && !vcpu_end(&vcpus[i]))
			vcpus[i].result = 0;
		state_report(&vcpus[i]);
	}
}
