/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two vCPUs on two CPUs: started by PSCI, entered twice, moved, kicked, run
 * while the host changes what is mapped, stopped.
 */
#include "abi/psci.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

#define ROUNDS 200

/* What the second CPU does. */
enum job {
	JOB_IDLE,
	JOB_ENTER, /* a vCPU, once */
	JOB_ROUNDS, /* commands to its vCPU */
	JOB_END,
};

static volatile enum job job;
static volatile uint64_t job_result;
static struct vcpu *volatile job_vcpu;

static uint64_t rounds(struct vcpu *vcpu, unsigned seed)
{
	uint64_t good = 0;

	for (unsigned i = 0; i < ROUNDS; i++)
		good += vcpu_does(vcpu, GUEST_NOTHING) &&
			vcpu_does(vcpu, GUEST_VECTORS_FILL, seed + i) &&
			vcpu_does(vcpu, GUEST_VECTORS_CHECK, seed + i) &&
			result(vcpu, 0) == 0;
	return good;
}

static void job_do(enum job which)
{
	if (which == JOB_ENTER)
		job_result = vcpu_enter(job_vcpu);
	else if (which == JOB_ROUNDS)
		job_result = rounds(job_vcpu, 5000);
	dsb(sy);
	job = JOB_IDLE;
}

void cpus_secondary(void)
{
	enum job which;

	sysreg_write(CPTR_EL2, 0x22ff);
	isb();
	sysreg_write(ZCR_EL2, 0xf);
	isb();
	do {
		which = job;
		if (which == JOB_ENTER || which == JOB_ROUNDS)
			job_do(which);
	} while (which != JOB_END);
	secondary_off();
}

static void job_start(enum job which, struct vcpu *vcpu)
{
	job_vcpu = vcpu;
	dsb(sy);
	job = which;
}

static void job_wait(void)
{
	while (job != JOB_IDLE)
		;
	dsb(sy);
}

static void check_cpu_on(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];
	const struct rmi_rec_exit *exit = &first->run->exit;

	check(vcpu_enter(second) == RMI_ERROR_REC, "the second vCPU is off");
	vcpu_command(first, GUEST_SMC, PSCI_CPU_ON_64, 1,
		(uintptr_t)guest_entry, 0x5ec0);
	check(vcpu_enter(first) == RMI_SUCCESS &&
			exit->exit_reason == RMI_EXIT_PSCI &&
			exit->gprs[0] == PSCI_CPU_ON_64 && exit->gprs[1] == 1 &&
			exit->gprs[2] == 0 && exit->gprs[3] == 0,
		"CPU_ON comes to the host");
	check(vcpu_enter(first) == RMI_ERROR_REC, "the caller waits");
	check(rmi_do(RMI_PSCI_COMPLETE, first->rec, second->rec,
		      PSCI_SUCCESS) == RMI_SUCCESS,
		"the host completes it");
	check(vcpu_calls(first) && result(first, 0) == PSCI_SUCCESS,
		"the caller goes on");
}

static void check_second_runs(struct vm *vm)
{
	struct vcpu *second = &vm->vcpu[1];

	job_start(JOB_ENTER, second);
	job_wait();
	check(job_result == RMI_SUCCESS &&
			second->run->exit.exit_reason == RMI_EXIT_HOST_CALL,
		"the second vCPU runs on the second CPU");
	check(vcpu_does(second, GUEST_NOTHING) && result(second, 0) == 1 &&
			result(second, 1) == 0x80000001 &&
			result(second, 2) == 0x5ec0,
		"and moves to the first");
}

/* The word that a spinning vCPU waits for, in memory of both. */
#define SPIN_IPA (VM_OUTSIDE + VM_BASE + 2 * GRANULE)

static volatile uint64_t spin_word[512] __attribute__((aligned(0x1000)));

/* While the second CPU has it, no command gets hold of the vCPU. */
static void check_busy(struct vm *vm)
{
	struct vcpu *second = &vm->vcpu[1];
	struct vcpu again = { second->rec, vm->vcpu[0].run };
	uint64_t flags = RMI_ADDR_TYPE_SINGLE |
			 (uint64_t)RMI_MEMATTR_NORMAL_WB << 16 |
			 (uint64_t)(RMI_S2AP_READ | RMI_S2AP_WRITE) << 19;

	check(rmi_do(RMI_RTT_UNPROT_MAP, vm->rd, SPIN_IPA, SPIN_IPA + GRANULE,
		      flags,
		      ((uintptr_t)spin_word + 4) | 1ULL << 63) == RMI_SUCCESS,
		"a page for both");
	vcpu_command(second, GUEST_DO, DO_SPIN, SPIN_IPA);
	job_start(JOB_ENTER, second);
	while (spin_word[1] == 0)
		;
	check(vcpu_enter(&again) == RMI_ERROR_REC, "no vCPU is entered twice");
	check(rmi_do(RMI_REC_DESTROY, second->rec) == RMI_ERROR_REC,
		"nor destroyed while it runs");
	check(rmi_do(RMI_REALM_TERMINATE, vm->rd) == RMI_ERROR_REALM,
		"nor its Realm ended");
	spin_word[0] = 1;
	job_wait();
	check(job_result == RMI_SUCCESS &&
			second->run->exit.exit_reason == RMI_EXIT_HOST_CALL,
		"it sees what the host writes");
}

/* Pages come and go under a running vCPU. */
static void check_mapping(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];
	uint64_t page = granule_take();
	bool good = true;

	job_start(JOB_ROUNDS, second);
	for (unsigned i = 0; i < ROUNDS && good; i++) {
		uint64_t ipa = VM_RAM + MIB2 / 2 + i * GRANULE;

		good = rmi_do(RMI_RTT_DATA_MAP, vm->rd, ipa, ipa + GRANULE,
			       RMI_ADDR_TYPE_SINGLE, page + 4) == RMI_SUCCESS &&
		       vcpu_does(first, GUEST_STORE, STORE_X, ipa, i) &&
		       result(first, GUEST_FAULTS) == 0 &&
		       rmi_do(RMI_RTT_DATA_UNMAP, vm->rd, ipa, ipa + GRANULE) ==
			       RMI_SUCCESS;
	}
	job_wait();
	check(good && job_result == ROUNDS, "pages come and go meanwhile");
}

static void check_concurrency(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];

	job_start(JOB_ROUNDS, second);
	check(rounds(first, 100) == ROUNDS, "both run at once");
	job_wait();
	check(job_result == ROUNDS, "and keep their registers");
}

void check_cpus(struct vm *vm)
{
	check(secondary_start(), "the second CPU starts");
	check_cpu_on(vm);
	check_second_runs(vm);
	check_concurrency(vm);
	check_busy(vm);
	check_mapping(vm);
	job = JOB_END;
	secondary_wait_off();
}

void check_end(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];
	const struct rmi_rec_exit *exit = &second->run->exit;

	vcpu_command(second, GUEST_SMC, PSCI_SYSTEM_OFF);
	check(vcpu_enter(second) == RMI_SUCCESS &&
			exit->exit_reason == RMI_EXIT_PSCI &&
			exit->gprs[0] == PSCI_SYSTEM_OFF,
		"SYSTEM_OFF comes to the host");
	check(vcpu_enter(second) == RMI_ERROR_REALM &&
			vcpu_enter(first) == RMI_ERROR_REALM,
		"no vCPU runs any more");
	check(rmi_do(RMI_REALM_TERMINATE, vm->rd) == RMI_SUCCESS,
		"the Realm is ended");
	check(vcpu_enter(first) == RMI_ERROR_REALM, "and stays so");
}
