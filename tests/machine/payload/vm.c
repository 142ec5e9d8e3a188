/* SPDX-License-Identifier: BSD-3-Clause */
/* Building and entering a Realm that runs (vm.h). */
#include "tests/machine/payload/vm.h"

#include <string.h>

#include "abi/bits.h"
#include "lib/image.h"
#include "tests/machine/payload/payload.h"

/* The start of memory to delegate granule by granule. */
#define POOL_BASE UINT64_C(0x50000000)

#define BLOCK_BASE UINT64_C(0x58000000)

/* An address-range descriptor of a 2 MiB block, without its address. */
#define RANGE_ONE_BLOCK (BITS_PUT(RMI_RANGE_SIZE, 1) | RANGE_ONE_PAGE)
#define MEASURE         RMI_DATA_MEASURE_CONTENT

static uint64_t pool = POOL_BASE;
static uint8_t params[GRANULE] __attribute__((aligned(0x1000)));
static struct rmi_rec_run runs[GUEST_CPUS] __attribute__((aligned(0x1000)));
static uint64_t list[512] __attribute__((aligned(0x1000)));

uint64_t granule_take(void)
{
	uint64_t granule = pool;

	pool += GRANULE;
	return range_move(RMI_GRANULE_RANGE_DELEGATE, granule, 1) ? granule : 0;
}

static bool realm_create(struct vm *vm)
{
	struct rmi_realm_params *p = (void *)params;

	vm->rd = granule_take();
	memset(p, 0, sizeof(*p));
	p->s2sz = 39;
	p->num_bps = VM_BREAKPOINTS - 1;
	p->num_wps = VM_WATCHPOINTS - 1;
	p->hash_algo = RMI_HASH_SHA_256;
	p->rtt_base = granule_take();
	p->rtt_level_start = 1;
	p->rtt_num_start = 1;
	return rmi_status(RMI_REALM_CREATE, vm->rd, (uintptr_t)p) == RMI_SUCCESS;
}

static bool table_create(const struct vm *vm, uint64_t ipa, uint64_t level)
{
	return rmi_do(RMI_RTT_CREATE, vm->rd, granule_take(), ipa, level) ==
	       RMI_SUCCESS;
}

static bool image_load(const struct vm *vm)
{
	uint64_t end = (uintptr_t)image_end;

	for (uint64_t ipa = VM_BASE; ipa < end; ipa += GRANULE) {
		if (rmi_do(RMI_RTT_DATA_MAP_INIT, vm->rd, granule_take(), ipa,
			   ipa, MEASURE) != RMI_SUCCESS)
			return false;
	}
	return true;
}

/* Donates all granules that the operation asks for, and completes it. */
static bool rec_donate(uint64_t handle, uint64_t request)
{
	uint64_t count = BITS_GET(request, RMI_DONATE_COUNT);

	for (uint64_t i = 0; i < count; i++)
		list[i] = granule_take() + RANGE_ONE_PAGE;
	return (rmi_do(RMI_OP_MEM_DONATE, handle, (uintptr_t)list, count) &
		0xff) == RMI_INCOMPLETE &&
	       rmi_status(RMI_OP_CONTINUE, handle, 0) == RMI_SUCCESS;
}

static bool vcpu_create(struct vm *vm, unsigned index)
{
	struct rmi_rec_params *p = (void *)params;
	struct vcpu *vcpu = &vm->vcpu[index];
	struct smccc_regs regs;

	vcpu->rec = granule_take();
	vcpu->run = &runs[index];
	memset(p, 0, sizeof(*p));
	p->flags = index == 0 ? RMI_REC_FLAG_RUNNABLE : 0;
	p->mpidr = index;
	p->pc = (uintptr_t)guest_entry;
	p->gprs[0] = 0xb007;
	rmi_call(&regs, (const uint64_t[6]){ RMI_REC_CREATE, vm->rd, vcpu->rec,
					     (uintptr_t)p });
	return (regs.x[0] & 0xff) == RMI_INCOMPLETE &&
	       rec_donate(regs.x[1], regs.x[2]);
}

/* The RMM's own memory counts as the host's until the RMM tries to read it. */
static bool content_refused(const struct vm *vm)
{
	return rmi_do(RMI_RTT_DATA_MAP_INIT, vm->rd, granule_take(), VM_CHANGE,
		      MACHINE_RMM_BASE, MEASURE) == RMI_ERROR_INPUT;
}

bool vm_build(struct vm *vm)
{
	return realm_create(vm) &&
	       table_create(vm, VM_BASE & ~0x3fffffffULL, 2) &&
	       table_create(vm, VM_BASE, 3) && image_load(vm) &&
	       table_create(vm, VM_CHANGE, 3) && content_refused(vm) &&
	       rmi_do(RMI_RTT_INIT_RIPAS, vm->rd, VM_RAM, VM_RAM + MIB2) ==
		       RMI_SUCCESS &&
	       rmi_do(RMI_RTT_INIT_RIPAS, vm->rd, VM_BLOCK, VM_BLOCK + MIB2) ==
		       RMI_SUCCESS &&
	       vcpu_create(vm, 0) && vcpu_create(vm, 1) &&
	       rmi_status(RMI_REALM_ACTIVATE, vm->rd, 0) == RMI_SUCCESS;
}

bool vm_block_map(const struct vm *vm, uint64_t ipa)
{
	return range_move(RMI_GRANULE_RANGE_DELEGATE, BLOCK_BASE,
			  MIB2 / GRANULE) &&
	       rmi_do(RMI_RTT_DATA_MAP, vm->rd, ipa, ipa + MIB2,
		      RMI_ADDR_TYPE_SINGLE,
		      BLOCK_BASE + RANGE_ONE_BLOCK) == RMI_SUCCESS;
}

bool vm_share(const struct vm *vm, uint64_t ipa, uint64_t pa, uint64_t s2ap)
{
	uint64_t flags = RMI_ADDR_TYPE_SINGLE |
			 BITS_PUT(RMI_MAP_MEMATTR, RMI_MEMATTR_NORMAL_WB) |
			 BITS_PUT(RMI_MAP_S2AP, s2ap);
	uint64_t range = pa | RANGE_ONE_PAGE |
			 BITS_PUT(RMI_RANGE_STATE, RMI_RANGE_UNDELEGATED);

	return rmi_do(RMI_RTT_UNPROT_MAP, vm->rd, ipa, ipa + GRANULE, flags,
		      range) == RMI_SUCCESS;
}

uint64_t vcpu_enter(struct vcpu *vcpu)
{
	uint64_t x0 = rmi_status(RMI_REC_ENTER, vcpu->rec, (uintptr_t)vcpu->run);

	memset(&vcpu->run->enter, 0, sizeof(vcpu->run->enter));
	return x0;
}

static bool vcpu_exits(struct vcpu *vcpu, uint64_t reason)
{
	return vcpu_enter(vcpu) == RMI_SUCCESS &&
	       vcpu->run->exit.exit_reason == reason;
}

bool vcpu_exits_sync(struct vcpu *vcpu, uint64_t ec)
{
	return vcpu_exits(vcpu, RMI_EXIT_SYNC) &&
	       BITS_GET(vcpu->run->exit.esr, ESR_EC) == ec;
}

bool vcpu_calls(struct vcpu *vcpu)
{
	return vcpu_exits(vcpu, RMI_EXIT_HOST_CALL);
}

void vcpu_command_words(struct vcpu *vcpu, const uint64_t words[6])
{
	for (unsigned i = 0; i < 6; i++)
		vcpu->run->enter.gprs[i] = words[i];
}

bool vcpu_faulted(const struct vcpu *vcpu, uint64_t esr, uint64_t far)
{
	return result(vcpu, GUEST_FAULTS) == 1 &&
	       result(vcpu, GUEST_FAULT_ESR) == esr &&
	       result(vcpu, GUEST_FAULT_FAR) == far &&
	       result(vcpu, GUEST_FAULT_ELR) == result(vcpu, GUEST_PLACE);
}
