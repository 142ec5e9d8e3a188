/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Two vCPUs on two CPUs: they are started by PSCI, entered twice, moved,
 * interrupted, run while the host changes mappings, and stopped.
 */
#include "abi/psci.h"
#include "rmm/core/rec/context.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

#define ROUNDS 200
#define TICKS  100000

/* The jobs of the second CPU. */
enum job {
	JOB_IDLE,
	JOB_ENTER, /* enters its vCPU once */
	JOB_ENTER_ONLY, /* and does not touch its run page */
	JOB_ROUNDS, /* gives commands to its vCPU */
	JOB_UNTIL_CALL, /* enters its vCPU until it makes a host call */
	JOB_END,
};

static volatile enum job job;
static volatile uint64_t job_result;
static struct vcpu *volatile job_vcpu;

static uint64_t vcpu_rounds(struct vcpu *vcpu, unsigned seed)
{
	uint64_t good = 0;

	for (unsigned i = 0; i < ROUNDS; i++) {
		good += vcpu_does(vcpu, GUEST_NOTHING) &&
			vcpu_does(vcpu, GUEST_VECTORS_FILL, seed + i) &&
			vcpu_does(vcpu, GUEST_VECTORS_CHECK, seed + i) &&
			result(vcpu, 0) == 0;
	}
	return good;
}

/* Enters the vCPU again after IRQs and after aborts: a block is not mapped for
 * a moment while it is split or joined. */
static uint64_t enter_until_call(struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t x0;

	do {
		x0 = vcpu_enter(vcpu);
	} while (x0 == RMI_SUCCESS && (exit->exit_reason == RMI_EXIT_SYNC ||
				       exit->exit_reason == RMI_EXIT_IRQ));
	return x0;
}

static void job_do(enum job which)
{
	if (which == JOB_ENTER)
		job_result = vcpu_enter(job_vcpu);
	else if (which == JOB_ENTER_ONLY)
		job_result = rmi_status(RMI_REC_ENTER, job_vcpu->rec,
					(uintptr_t)job_vcpu->run);
	else if (which == JOB_ROUNDS)
		job_result = vcpu_rounds(job_vcpu, 5000);
	else if (which == JOB_UNTIL_CALL)
		job_result = enter_until_call(job_vcpu);
	dsb(sy);
	job = JOB_IDLE;
}

void host_secondary(void)
{
	enum job which;

	vectors_open();
	do {
		which = job;
		if (which != JOB_IDLE && which != JOB_END)
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

/* A debugger stops here: then another vCPU has the CPU, or the same again
 * (tests/machine/test_rmm.py). */
void turn_follows(void);
__attribute__((noinline)) void turn_follows(void)
{
	__asm__ volatile("" ::: "memory");
}

static void check_second_runs(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];

	job_start(JOB_ENTER, second);
	job_wait();
	check(job_result == RMI_SUCCESS &&
		      second->run->exit.exit_reason == RMI_EXIT_HOST_CALL,
	      "the second vCPU runs on the second CPU");
	turn_follows();
	check(vcpu_does(second, GUEST_NOTHING) && result(second, 0) == 1 &&
		      result(second, 1) == 0x80000001 &&
		      result(second, 2) == 0x5ec0,
	      "and moves to the first");
	turn_follows();
	check(vcpu_does(second, GUEST_NOTHING), "where it stays");
	turn_follows();
	check(vcpu_does(first, GUEST_NOTHING), "until the other is back");
	turn_follows();
}

/* The words of DO_SPIN, in memory that the host shares. */
#define SPIN_IPA (VM_OUTSIDE + VM_BASE + 2 * GRANULE)

static volatile uint64_t spin_word[512] __attribute__((aligned(0x1000)));

/* No command can hold a vCPU that runs on the second CPU. */
static void check_busy(struct vm *vm)
{
	struct vcpu *second = &vm->vcpu[1];
	struct vcpu again = { second->rec, vm->vcpu[0].run };

	check(vm_share(vm, SPIN_IPA, (uintptr_t)spin_word,
		       RMI_S2AP_READ | RMI_S2AP_WRITE),
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

/* The host delegates the page for the exit record while the vCPU runs. */
static void check_exit_record(struct vm *vm)
{
	struct vcpu *second = &vm->vcpu[1];

	spin_word[0] = 0;
	spin_word[1] = 0;
	vcpu_command(second, GUEST_DO, DO_SPIN, SPIN_IPA);
	job_start(JOB_ENTER_ONLY, second);
	while (spin_word[1] == 0)
		;
	check(range_move(RMI_GRANULE_RANGE_DELEGATE, (uintptr_t)second->run, 1),
	      "a run page is delegated");
	spin_word[0] = 1;
	job_wait();
	check(job_result == RMI_ERROR_INPUT, "no exit record can be written");
	check(range_move(RMI_GRANULE_RANGE_UNDELEGATE, (uintptr_t)second->run,
			 1) &&
		      vcpu_calls(second),
	      "the vCPU goes on afterwards");
}

/* An interrupt of the host, from its EL2 timer, ends a run. */
static void check_interrupt(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0];
	const struct rmi_rec_exit *exit = &first->run->exit;

	spin_word[0] = 0;
	mmio_write32(GICR_ISENABLER0, 1U << MACHINE_TIMER_HYP_INTID);
	sysreg_write(cnthp_cval_el2, sysreg_read(cntpct_el0) + TICKS);
	sysreg_write(cnthp_ctl_el2, TIMER_ENABLE);
	isb();
	vcpu_command(first, GUEST_DO, DO_SPIN, SPIN_IPA);
	check(vcpu_enter(first) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_IRQ,
	      "an interrupt of the host ends a run");
	check(vcpu_enter(first) == RMI_SUCCESS &&
		      exit->exit_reason == RMI_EXIT_IRQ,
	      "and again while it is pending");
	check(sysreg_read(ICC_HPPIR1_EL1) == MACHINE_TIMER_HYP_INTID,
	      "it is the host's to take");
	sysreg_write(cnthp_ctl_el2, 0);
	isb();
	spin_word[0] = 1;
	check(vcpu_calls(first), "then the Realm goes on");
}

/* Pages are mapped and unmapped while a vCPU runs. */
static void check_mapping(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];
	uint64_t page = granule_take();
	bool good = true;

	job_start(JOB_ROUNDS, second);
	for (unsigned i = 0; i < ROUNDS && good; i++) {
		uint64_t ipa = VM_RAM + MIB2 / 2 + i * GRANULE;

		good = rmi_do(RMI_RTT_DATA_MAP, vm->rd, ipa, ipa + GRANULE,
			      RMI_ADDR_TYPE_SINGLE,
			      page + RANGE_ONE_PAGE) == RMI_SUCCESS &&
		       vcpu_does(first, GUEST_STORE, STORE_X, ipa, i) &&
		       result(first, GUEST_FAULTS) == 0 &&
		       rmi_do(RMI_RTT_DATA_UNMAP, vm->rd, ipa, ipa + GRANULE) ==
			       RMI_SUCCESS;
	}
	job_wait();
	check(good && job_result == ROUNDS, "pages come and go meanwhile");
}

/* A block is split and joined while a vCPU writes to it. */
static void check_reshaping(struct vm *vm)
{
	struct vcpu *second = &vm->vcpu[1];
	struct smccc_regs regs;
	uint64_t table = granule_take();
	bool good = true;

	check(vm_block_map(vm, VM_BLOCK), "a block of RAM");
	spin_word[0] = 0;
	spin_word[1] = 0;
	vcpu_command(second, GUEST_DO, DO_COUNT, VM_BLOCK + 8, SPIN_IPA);
	job_start(JOB_UNTIL_CALL, second);
	while (spin_word[1] == 0)
		;
	for (unsigned i = 0; i < ROUNDS && good; i++) {
		good = rmi_do(RMI_RTT_CREATE, vm->rd, table, VM_BLOCK, 3) ==
		       RMI_SUCCESS;
		good = good &&
		       rmi_call(&regs, (const uint64_t[6]){ RMI_RTT_FOLD, vm->rd,
							    VM_BLOCK, 3 }) ==
			       RMI_SUCCESS &&
		       regs.x[1] == table;
	}
	check(good, "is split and joined");
	spin_word[0] = 1;
	job_wait();
	check(job_result == RMI_SUCCESS && result(second, 0) > 1 &&
		      result(second, 0) != GUEST_COUNT_LOST &&
		      result(second, GUEST_FAULTS) == 0,
	      "while a vCPU writes to it and loses nothing");
}

static void check_concurrency(struct vm *vm)
{
	struct vcpu *first = &vm->vcpu[0], *second = &vm->vcpu[1];

	job_start(JOB_ROUNDS, second);
	check(vcpu_rounds(first, 100) == ROUNDS, "both run at once");
	job_wait();
	check(job_result == ROUNDS, "and keep their registers");
}

void check_cpus(struct vm *vm)
{
	bool starts = secondary_start();

	check(starts, "the second CPU starts");
	check_cpu_on(vm);
	if (!starts)
		return;
	check_second_runs(vm);
	check_concurrency(vm);
	check_busy(vm);
	check_exit_record(vm);
	check_interrupt(vm);
	check_mapping(vm);
	check_reshaping(vm);
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
