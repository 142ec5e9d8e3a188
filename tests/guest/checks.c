/* SPDX-License-Identifier: BSD-3-Clause */
/* Checks of any guest: memory, vCPUs, interrupts. */
#include "abi/psci.h"
#include "lib/log.h"
#include "tests/guest/probe.h"

#define TICK   2000000 /* nanoseconds */
#define TICKS  10
#define ROUNDS 5

/* Returns an address without memory, just behind the RAM. */
static uint64_t beyond(void)
{
	return machine.ram_base + machine.ram_size + 0x10000;
}

static void check_unmapped(uint64_t address, const char *what)
{
	struct fault fault;

	try_read(address, &fault);
	check(is_external(&fault, address), what);
}

void check_memory(void)
{
	volatile uint64_t *first = (volatile uint64_t *)spare[3];
	volatile uint64_t *last =
		(volatile uint64_t *)(machine.ram_base + machine.ram_size -
				      sizeof(uint64_t));
	struct fault fault;

	*first = 1;
	*last = 2;
	check(*first == 1 && *last == 2, "memory holds what it is given");
	check_unmapped(beyond(), "reading where nothing is, is an abort");
	try_write(beyond(), 1, &fault);
	check(is_external(&fault, beyond()), "and writing");
	try_fetch(beyond(), &fault);
	check(is_external(&fault, beyond()), "and executing");
	check_unmapped(beyond() + SHARED_WINDOW, "and reading it shared");
}

static void check_psci_errors(void)
{
	uint64_t self = sysreg_read(MPIDR_EL1) & MPIDR_AFFINITY;
	uint64_t here = (uintptr_t)check_psci;

	check(psci(PSCI_VERSION, 0, 0, 0) >= PSCI_VERSION_1_1 - 1,
	      "PSCI is 1.0 or later");
	check(psci(PSCI_FEATURES, PSCI_CPU_ON_64, 0, 0) == PSCI_SUCCESS,
	      "it has CPU_ON");
	check(psci(PSCI_FEATURES, 0x8400001d, 0, 0) ==
			      (uint64_t)PSCI_NOT_SUPPORTED ||
		      psci(PSCI_FEATURES, 0x8400001d, 0, 0) ==
			      (uint32_t)PSCI_NOT_SUPPORTED,
	      "and not everything");
	check((int32_t)psci(PSCI_CPU_ON_64, self, here, 0) == PSCI_ALREADY_ON,
	      "who is on, is not turned on");
	check((int32_t)psci(PSCI_CPU_ON_64, 0xff00ff, here, 0) ==
		      PSCI_INVALID_PARAMETERS,
	      "nor who is not there");
	check(psci(PSCI_AFFINITY_INFO_64, self, 0, 0) == PSCI_AFFINITY_ON,
	      "we are on");
}

static void check_on_off(struct vcpu *vcpu)
{
	unsigned n = vcpu->index;

	check_of(vcpu_is_off(vcpu), "is off at first", n);
	check_of(vcpu_on(vcpu), "comes on", n);
	check_of((vcpu->mpidr & MPIDR_AFFINITY) == machine.mpidr[n],
		 "has the affinity that the device tree says", n);
	check_of(!vcpu_is_off(vcpu) &&
			 psci(PSCI_AFFINITY_INFO_64, machine.mpidr[n], 0, 0) ==
				 PSCI_AFFINITY_ON,
		 "is on then", n);
	check_of((int32_t)psci(PSCI_CPU_ON_64, machine.mpidr[n],
			       (uintptr_t)check_psci, 0) == PSCI_ALREADY_ON,
		 "is not turned on twice", n);
	check_of(vcpu_off(vcpu), "goes off", n);
	check_of(vcpu_on(vcpu) && vcpu->starts == 2, "comes on again", n);
}

void check_psci(void)
{
	check_psci_errors();
	for (unsigned i = 1; i < machine.vcpus; i++)
		check_on_off(&vcpus[i]);
}

static bool timer_ticks(void)
{
	for (unsigned i = 0; i < TICKS; i++) {
		unsigned count = vcpu_this()->interrupts[TIMER_PPI];
		uint64_t start = timer_now();

		timer_start(TICK);
		if (!wait_for_interrupt(TIMER_PPI, count) ||
		    timer_now() - start < TICK)
			return false;
	}
	return true;
}

static void timer_job(struct vcpu *vcpu)
{
	vcpu->result = timer_ticks();
}

static void check_timers(void)
{
	check_of(timer_ticks(), "gets its timer, and not too early", 0);
	for (unsigned i = 1; i < machine.vcpus; i++) {
		check_of(vcpu_run(&vcpus[i], timer_job) && vcpus[i].result,
			 "gets its timer, and not too early", i);
	}
}

/* Waits for an SGI of vCPU 0 and answers with another. */
static void ping_job(struct vcpu *vcpu)
{
	vcpu->result = wait_for_interrupt(PING_SGI, 0) ||
		       vcpu->interrupts[PING_SGI] > 0;
	gic_sgi(&vcpus[0], PING_SGI);
}

static bool ping(struct vcpu *vcpu)
{
	unsigned count = vcpus[0].interrupts[PING_SGI];

	vcpu->interrupts[PING_SGI] = 0;
	vcpu_begin(vcpu, ping_job);
	gic_sgi(vcpu, PING_SGI);
	return wait_for_interrupt(PING_SGI, count) && vcpu->result == 1;
}

static void check_sgis(void)
{
	unsigned count = vcpus[0].interrupts[PING_SGI];

	gic_sgi(&vcpus[0], PING_SGI);
	check_of(wait_for_interrupt(PING_SGI, count), "interrupts itself", 0);
	for (unsigned i = 1; i < machine.vcpus; i++) {
		bool good = true;

		for (unsigned round = 0; round < ROUNDS; round++)
			good = ping(&vcpus[i]) && good;
		check_of(good, "and vCPU 0 interrupt each other", i);
	}
}

void check_interrupts(void)
{
	vcpus_on();
	check_timers();
	check_sgis();
}
