/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A host for the RMM that runs a Realm. It builds a Realm whose program does
 * what the host tells it. It checks each kind of exit and entry, that neither
 * side sees registers of the other, and two vCPUs on two CPUs. It prints a line
 * of TAP for each check, and then turns the machine off.
 */
#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/log.h"
#include "lib/smc.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

#define ROUNDS 256

static struct vm vm;

/* Prints what the exit and the next entry for a host call cost, in ticks. With
 * QEMU's -icount shift=0 a tick is an instruction. */
static void measure_call(struct vcpu *vcpu)
{
	uint64_t ticks = 0;
	bool good = true;

	for (unsigned i = 0; i < ROUNDS && good; i++) {
		uint64_t start;

		vcpu_command(vcpu, GUEST_PING);
		start = sysreg_read(cntpct_el0);
		good = rmi_status(RMI_REC_ENTER, vcpu->rec,
				  (uintptr_t)vcpu->run) == RMI_SUCCESS;
		ticks += sysreg_read(cntpct_el0) - start;
	}
	check(good, "a host call, many times");
	log_line_unlocked("host call: %lu ticks", ticks / ROUNDS);
	check(vcpu_does(vcpu, GUEST_NOTHING), "and it goes on");
}

/* Prints what a call of the Realm costs that the RMM serves by itself. Some
 * dozens of ticks are the Realm's own. */
static void measure_served(struct vcpu *vcpu, const char *name, uint64_t fid,
			   uint64_t a, uint64_t b)
{
	check(vcpu_does(vcpu, GUEST_SMC_COST, fid, a, b), "a call, many times");
	log_line_unlocked("%s: %lu ticks", name, result(vcpu, 0));
}

static void measure_all_served(struct vcpu *vcpu)
{
	measure_served(vcpu, "PSCI_VERSION", PSCI_VERSION, 0, 0);
	measure_served(vcpu, "RSI_VERSION", RSI_VERSION, RSI_ABI_VERSION_1_0, 0);
	measure_served(vcpu, "RSI_MEASUREMENT_READ", RSI_MEASUREMENT_READ, 0, 0);
	measure_served(vcpu, "RSI_IPA_STATE_GET of a page", RSI_IPA_STATE_GET,
		       VM_RAM, VM_RAM + GRANULE);
}

void host_primary(void)
{
	console_init("host");
	vectors_open();
	interrupts_enable();
	check(rmi_status(RMI_RMM_ACTIVATE, 0, 0) == RMI_SUCCESS, "activation");
	check(vm_build(&vm), "a Realm is built");
	check(vcpu_calls(&vm.vcpu[0]), "it runs");
	check_calls(&vm);
	check_aborts(&vm);
	check_state(&vm);
	check_token(&vm);
	measure_call(&vm.vcpu[0]);
	measure_all_served(&vm.vcpu[0]);
	check_cpus(&vm);
	check_destroyed(&vm);
	check_end(&vm);
	checks_end();
	machine_off();
}
