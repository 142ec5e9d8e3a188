/* SPDX-License-Identifier: BSD-3-Clause */
/* Aborts of the Realm: those that it takes itself, and those that exit to the
 * host. */
#include <string.h>

#include "abi/bits.h"
#include "lib/log.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

/* ESR_EL1 of synchronous external aborts from EL1. */
#define SEA_READ  0x96000210
#define SEA_WRITE 0x96000250
#define SEA_FETCH 0x86000210

/* The syndrome that the host sees of a level 1 fault at an access that it can
 * emulate. */
#define OUTSIDE(sas, more)                                                     \
	(0x91000005 | (uint64_t)(sas) << 22 | (uint64_t)(more))
#define SF  0x8000
#define WNR 0x40

/* An address between devices, without any. */
#define NOTHING_THERE UINT64_C(0x09030000)
#define DEVICE        (VM_OUTSIDE + 0x9000018)
#define VALUE         UINT64_C(0x8182838485868788)

struct load_case {
	enum guest_load kind;
	uint64_t esr;
	uint64_t expected;
};

static const struct load_case loads[] = {
	{ LOAD_B, OUTSIDE(0, 0), 0x88 },
	{ LOAD_H, OUTSIDE(1, 0), 0x8788 },
	{ LOAD_W, OUTSIDE(2, 0), 0x85868788 },
	{ LOAD_X, OUTSIDE(3, SF), VALUE },
	{ LOAD_SB_W, OUTSIDE(0, 0), 0xffffff88 },
	{ LOAD_SB_X, OUTSIDE(0, SF), 0xffffffffffffff88 },
	{ LOAD_SH_W, OUTSIDE(1, 0), 0xffff8788 },
	{ LOAD_SH_X, OUTSIDE(1, SF), 0xffffffffffff8788 },
	{ LOAD_SW_X, OUTSIDE(2, SF), 0xffffffff85868788 },
	{ LOAD_XZR, OUTSIDE(3, SF), UINT64_MAX },
};

static bool outside_exit(const struct vcpu *vcpu, uint64_t esr, uint64_t value)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;

	return exit->exit_reason == RMI_EXIT_SYNC && exit->esr == esr &&
	       exit->far == DEVICE % GRANULE &&
	       exit->hpfar == DEVICE / GRANULE * 16 && exit->gprs[0] == value;
}

static bool load_emulated(struct vcpu *vcpu, const struct load_case *test)
{
	vcpu_command(vcpu, GUEST_LOAD, test->kind, DEVICE);
	if (vcpu_enter(vcpu) != RMI_SUCCESS || !outside_exit(vcpu, test->esr, 0))
		return false;
	vcpu->run->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	vcpu->run->enter.gprs[0] = VALUE;
	return vcpu_calls(vcpu) && result(vcpu, 0) == test->expected &&
	       result(vcpu, GUEST_FAULTS) == 0;
}

static bool store_emulated(struct vcpu *vcpu, enum guest_store kind,
			   uint64_t esr, uint64_t value)
{
	vcpu_command(vcpu, GUEST_STORE, kind, DEVICE, VALUE);
	if (vcpu_enter(vcpu) != RMI_SUCCESS || !outside_exit(vcpu, esr, value))
		return false;
	vcpu->run->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	return vcpu_calls(vcpu) && result(vcpu, GUEST_FAULTS) == 0;
}

static void check_mmio(struct vcpu *vcpu)
{
	bool good = true;

	for (unsigned i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		good = good && load_emulated(vcpu, &loads[i]);
	check(good, "loads are emulated");
	check(store_emulated(vcpu, STORE_B, OUTSIDE(0, WNR), 0x88) &&
		      store_emulated(vcpu, STORE_H, OUTSIDE(1, WNR), 0x8788) &&
		      store_emulated(vcpu, STORE_W, OUTSIDE(2, WNR), 0x85868788) &&
		      store_emulated(vcpu, STORE_X, OUTSIDE(3, SF | WNR), VALUE) &&
		      store_emulated(vcpu, STORE_XZR, OUTSIDE(3, SF | WNR), 0),
	      "stores are emulated");
}

static void check_not_emulatable(struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;

	vcpu_command(vcpu, GUEST_LOAD, LOAD_PAIR, DEVICE);
	check(vcpu_enter(vcpu) == RMI_SUCCESS && exit->esr == 0x92000005 &&
		      exit->far == 0 && exit->hpfar == DEVICE / GRANULE * 16,
	      "a pair is not emulatable");
	vcpu->run->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	check(vcpu_enter(vcpu) == RMI_ERROR_REC, "and not emulated");
	vcpu->run->enter.flags =
		RMI_REC_ENTER_INJECT_SEA | RMI_REC_ENTER_EMUL_MMIO;
	check(vcpu_calls(vcpu) && vcpu_faulted(vcpu, SEA_READ, DEVICE),
	      "an abort is injected instead");
	vcpu->run->enter.flags = RMI_REC_ENTER_INJECT_SEA;
	check(vcpu_enter(vcpu) == RMI_ERROR_REC, "but not out of the blue");
}

static void check_empty(struct vcpu *vcpu)
{
	check(vcpu_does(vcpu, GUEST_LOAD, LOAD_X, VM_EMPTY) &&
		      vcpu_faulted(vcpu, SEA_READ, VM_EMPTY),
	      "reading EMPTY memory aborts in the Realm");
	check(vcpu_does(vcpu, GUEST_STORE, STORE_B, VM_EMPTY + 8) &&
		      vcpu_faulted(vcpu, SEA_WRITE, VM_EMPTY + 8),
	      "and so does writing");
	check(vcpu_does(vcpu, GUEST_LOAD, LOAD_W, VM_END) &&
		      vcpu_faulted(vcpu, SEA_READ, VM_END),
	      "and what is beyond the address space");
	check(vcpu_does(vcpu, GUEST_DO, DO_JUMP, VM_EMPTY) &&
		      result(vcpu, GUEST_FAULT_ESR) == SEA_FETCH &&
		      result(vcpu, GUEST_FAULT_ELR) == VM_EMPTY,
	      "fetching from EMPTY memory aborts in the Realm");
	check(vcpu_does(vcpu, GUEST_DO, DO_JUMP, VM_OUTSIDE) &&
		      result(vcpu, GUEST_FAULT_ESR) == SEA_FETCH &&
		      result(vcpu, GUEST_FAULT_FAR) == VM_OUTSIDE,
	      "and from outside the protected half");
}

/* RAM that is not populated yet. */
static void check_populate(struct vm *vm, struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t page = VM_RAM + 3 * GRANULE;

	vcpu_command(vcpu, GUEST_LOAD, LOAD_X, page + 16);
	check(vcpu_enter(vcpu) == RMI_SUCCESS && exit->esr == 0x90000006 &&
		      exit->far == 0 && exit->hpfar == page / GRANULE * 16,
	      "unassigned RAM comes to the host");
	check(rmi_do(RMI_RTT_CREATE, vm->rd, granule_take(), VM_RAM, 3) ==
			      RMI_SUCCESS &&
		      rmi_do(RMI_RTT_DATA_MAP, vm->rd, page, page + GRANULE,
			     RMI_ADDR_TYPE_SINGLE,
			     granule_take() + RANGE_ONE_PAGE) == RMI_SUCCESS,
	      "which gives a page");
	check(vcpu_calls(vcpu) && result(vcpu, 0) == 0 &&
		      result(vcpu, GUEST_FAULTS) == 0,
	      "and the access is done");
	check(vcpu_does(vcpu, GUEST_STORE, STORE_X, page, VALUE) &&
		      vcpu_does(vcpu, GUEST_LOAD, LOAD_X, page) &&
		      result(vcpu, 0) == VALUE,
	      "it keeps what is written");
}

/* Memory that host and Realm share, until the host delegates it. */
static void check_shared(struct vm *vm, struct vcpu *vcpu)
{
	static uint64_t shared[512] __attribute__((aligned(0x1000)));
	uint64_t ipa = VM_OUTSIDE + VM_BASE;

	shared[1] = VALUE;
	check(rmi_do(RMI_RTT_CREATE, vm->rd, granule_take(),
		     ipa & ~UINT64_C(0x3fffffff), 2) == RMI_SUCCESS &&
		      rmi_do(RMI_RTT_CREATE, vm->rd, granule_take(), ipa, 3) ==
			      RMI_SUCCESS &&
		      vm_share(vm, ipa, (uintptr_t)shared,
			       RMI_S2AP_READ | RMI_S2AP_WRITE),
	      "memory is shared");
	check(vcpu_does(vcpu, GUEST_LOAD, LOAD_X, ipa + 8) &&
		      result(vcpu, 0) == VALUE,
	      "the Realm reads it");
	check(vcpu_does(vcpu, GUEST_STORE, STORE_W, ipa, 77) &&
		      *(volatile uint32_t *)shared == 77,
	      "and writes it");
	check(vcpu_does(vcpu, GUEST_DO, DO_JUMP, ipa) &&
		      result(vcpu, GUEST_FAULT_ESR) == SEA_FETCH,
	      "it does not execute it");
	check(range_move(RMI_GRANULE_RANGE_DELEGATE, (uintptr_t)shared, 1),
	      "the host delegates it");
	check(vcpu_does(vcpu, GUEST_LOAD, LOAD_X, ipa) &&
		      result(vcpu, GUEST_FAULTS) == 1,
	      "the Realm gets an abort, and the RMM lives");
	check(range_move(RMI_GRANULE_RANGE_UNDELEGATE, (uintptr_t)shared, 1),
	      "it is given back");
}

/* Memory that the Realm may only read. */
static void check_read_only(struct vm *vm, struct vcpu *vcpu)
{
	static uint64_t shared[512] __attribute__((aligned(0x1000)));
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t ipa = VM_OUTSIDE + VM_BASE + 3 * GRANULE;

	check(vm_share(vm, ipa, (uintptr_t)shared, RMI_S2AP_READ),
	      "memory is shared for reading");
	vcpu_command(vcpu, GUEST_STORE, STORE_W, ipa + 4, VALUE);
	check(vcpu_enter(vcpu) == RMI_SUCCESS && exit->esr == 0x9180004f &&
		      exit->far == 4 && exit->hpfar == ipa / GRANULE * 16 &&
		      exit->gprs[0] == 0x85868788,
	      "a store to it comes to the host");
	vcpu->run->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	check(vcpu_calls(vcpu) && shared[0] == 0, "which emulates it");
}

/* The host shares an address with nothing behind it. QEMU does not route the
 * external abort to EL2, so the Realm takes it. */
static void check_nothing(struct vm *vm, struct vcpu *vcpu)
{
	uint64_t ipa = VM_OUTSIDE + VM_BASE + GRANULE;

	check(vm_share(vm, ipa, NOTHING_THERE, RMI_S2AP_READ | RMI_S2AP_WRITE),
	      "an address without memory is shared");
	vcpu_command(vcpu, GUEST_LOAD, LOAD_X, ipa);
	check(vcpu_calls(vcpu) && result(vcpu, GUEST_FAULTS) == 1 &&
		      BITS_GET(result(vcpu, GUEST_FAULT_ESR), ESR_FSC) ==
			      ESR_FSC_EXTERNAL &&
		      result(vcpu, GUEST_FAULT_FAR) == ipa,
	      "the Realm gets an external abort");
}

/* A debugger stops here, and then at the RMM's own walk of the Realm's tables,
 * to change them in between (tests/machine/test_rmm.py). */
void walk_follows(void);
__attribute__((noinline)) void walk_follows(void)
{
	__asm__ volatile("" ::: "memory");
}

static uint64_t vm_page(const struct vm *vm, uint64_t ipa)
{
	struct smccc_regs regs;

	rmi_call(&regs, (const uint64_t[6]){ RMI_RTT_READ_ENTRY, vm->rd,
					     ipa & ~(GRANULE - 1), 3 });
	return regs.x[3] & ~(GRANULE - 1);
}

/*
 * The RMM finds the address of a store to read-only memory by a walk of the
 * Realm's own tables. What is printed lets the debugger give the RMM another
 * table than the store has met: one at an address without memory
 * (check_nothing()). Then the Realm repeats the store, and takes the abort.
 */
static void check_own_tables(struct vm *vm, struct vcpu *vcpu)
{
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t entry = (uintptr_t)&guest_tables[0][GUEST_MAPPED_ENTRY];
	uint64_t block = VM_OUTSIDE + VM_BASE;
	uint64_t ipa = block + 3 * GRANULE;

	log_line_unlocked("stage 1 entry at %lx, nothing at %lx",
			  vm_page(vm, entry) + entry % GRANULE,
			  VM_OUTSIDE + VM_BASE + GRANULE);
	vcpu_command(vcpu, GUEST_STORE_MAPPED, block, 3 * GRANULE + 4, VALUE);
	walk_follows();
	check(vcpu_enter(vcpu) == RMI_SUCCESS,
	      "a store through the Realm's own tables");
	if (exit->exit_reason == RMI_EXIT_HOST_CALL) {
		check(result(vcpu, GUEST_FAULTS) == 1 &&
			      result(vcpu, GUEST_FAULT_FAR) ==
				      GUEST_MAPPED + 3 * GRANULE + 4,
		      "takes an abort in the Realm");
		log_line_unlocked("the walk aborted: ESR_EL1 %lx",
				  result(vcpu, GUEST_FAULT_ESR));
		return;
	}
	check(exit->esr == 0x9180004f && exit->far == 4 &&
		      exit->hpfar == ipa / GRANULE * 16,
	      "comes to the host with its address");
	log_line_unlocked("the walk found the address");
	vcpu->run->enter.flags = RMI_REC_ENTER_EMUL_MMIO;
	check(vcpu_calls(vcpu), "which emulates it too");
}

/* A REC that is not made, because its parameters cannot be read, and lists of
 * granules for it that cannot be read or written. */
static void check_operation_copies(const struct vm *vm)
{
	static uint64_t list[512] __attribute__((aligned(0x1000)));
	struct smccc_regs regs;
	uint64_t handle, count;

	rmi_call(&regs, (const uint64_t[6]){ RMI_REC_CREATE, vm->rd,
					     granule_take(), MACHINE_RMM_BASE });
	handle = regs.x[1];
	count = BITS_GET(regs.x[2], RMI_DONATE_COUNT);
	for (uint64_t i = 0; i < count; i++)
		list[i] = granule_take() + RANGE_ONE_PAGE;
	check(rmi_do(RMI_OP_MEM_DONATE, handle, MACHINE_RMM_BASE, count) ==
		      RMI_ERROR_INPUT,
	      "a list of donations cannot be read");
	check((rmi_do(RMI_OP_MEM_DONATE, handle, (uintptr_t)list, count) &
	       0xff) == RMI_INCOMPLETE &&
		      (rmi_do(RMI_OP_CONTINUE, handle) & 0xff) == RMI_INCOMPLETE,
	      "another can");
	check(rmi_do(RMI_OP_MEM_RECLAIM, handle, MACHINE_RMM_BASE, 512) ==
		      RMI_ERROR_INPUT,
	      "a list of what comes back cannot be written");
	check((rmi_do(RMI_OP_MEM_RECLAIM, handle, (uintptr_t)list, 512) &
	       0xff) == RMI_INCOMPLETE &&
		      rmi_do(RMI_OP_CONTINUE, handle) == RMI_ERROR_INPUT,
	      "nor the parameters of the REC be read");
}

/*
 * The RMM copies between its own memory and addresses that the host names, and
 * takes an abort where the host must not access memory itself. The RMM's own
 * memory is such a place. Parameters of a Realm and the configuration are in
 * rmm_host.c, content in vm.c, the exit record in rec_cpus.c.
 */
static void check_copies(const struct vm *vm, const struct vcpu *vcpu)
{
	uint64_t list = BITS_PUT(RMI_MAP_TYPE, RMI_ADDR_TYPE_LIST) |
			BITS_PUT(RMI_MAP_LIST_COUNT, 1);

	check(rmi_do(RMI_REC_ENTER, vcpu->rec, MACHINE_RMM_BASE) ==
		      RMI_ERROR_INPUT,
	      "a run page cannot be read");
	check(rmi_do(RMI_RTT_DATA_MAP, vm->rd, VM_RAM, VM_RAM + GRANULE, list,
		     MACHINE_RMM_BASE) == RMI_ERROR_INPUT,
	      "a list of ranges to map cannot be read");
	check(rmi_do(RMI_RTT_DATA_UNMAP, vm->rd, VM_RAM, VM_RAM + GRANULE, list,
		     MACHINE_RMM_BASE) == RMI_ERROR_INPUT,
	      "a list of ranges to unmap cannot be written");
	check_operation_copies(vm);
}

void check_aborts(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];

	check_mmio(vcpu);
	check_not_emulatable(vcpu);
	check_empty(vcpu);
	check_shared(vm, vcpu);
	check_read_only(vm, vcpu);
	check_nothing(vm, vcpu);
	check_own_tables(vm, vcpu);
	check_copies(vm, vcpu);
	check_populate(vm, vcpu);
}

void check_destroyed(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];
	const struct rmi_rec_exit *exit = &vcpu->run->exit;
	uint64_t page = VM_RAM + 3 * GRANULE;
	struct smccc_regs regs;

	check(rmi_do(RMI_RTT_DATA_UNMAP, vm->rd, page, page + GRANULE) ==
		      RMI_SUCCESS,
	      "the host takes a page away");
	rmi_call(&regs,
		 (const uint64_t[6]){ RMI_RTT_READ_ENTRY, vm->rd, page, 3 });
	check(regs.x[2] == RMI_ENTRY_UNASSIGNED &&
		      regs.x[4] == RMI_RIPAS_DESTROYED,
	      "it is destroyed");
	vcpu_command(vcpu, GUEST_LOAD, LOAD_X, page);
	check(vcpu_exits_sync(vcpu, ESR_EC_DATA_LOWER) && exit->esr == 0x90000007,
	      "the Realm stops where it misses it");
	check(vcpu_exits_sync(vcpu, ESR_EC_DATA_LOWER), "for good");
}
