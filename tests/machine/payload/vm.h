/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm that runs, as the host sees it: this image at its own addresses
 * (guest.h), and regions of each kind for the program in it to touch.
 */
#ifndef REEVE_TESTS_MACHINE_VM_H
#define REEVE_TESTS_MACHINE_VM_H

#include <stdbool.h>
#include <stdint.h>

#include "abi/bits.h"
#include "abi/machine_map.h"
#include "abi/rmi.h"
#include "tests/machine/payload/guest.h"
#include "tests/machine/payload/host.h"

#define MIB2 UINT64_C(0x200000)

/* The protected regions beside the image, 2 MiB each, and their RIPAS. */
#define VM_BASE   UINT64_C(0x42200000) /* the image: RAM where it is */
#define VM_EMPTY  UINT64_C(0x42400000) /* EMPTY */
#define VM_RAM    UINT64_C(0x42600000) /* RAM, unassigned */
#define VM_CHANGE UINT64_C(0x42800000) /* EMPTY, with a level 3 table */
#define VM_BLOCK  UINT64_C(0x42a00000) /* RAM, for vm_block_map() */
/* The end of the protected half, and of the IPA space. */
#define VM_OUTSIDE (UINT64_C(1) << 38)
#define VM_END     (UINT64_C(1) << 39)

/* Of the first CPU. */
#define GICR_ISENABLER0 (MACHINE_GICR_BASE + 0x10100)

struct vcpu {
	uint64_t rec;
	struct rmi_rec_run *run;
};

struct vm {
	uint64_t rd;
	struct vcpu vcpu[GUEST_CPUS];
};

/* Builds it and activates it; false: an RMI call failed. The second vCPU is
 * not runnable. */
bool vm_build(struct vm *vm);

/* Gives the Realm a block of 2 MiB; false: an RMI call failed. */
bool vm_block_map(const struct vm *vm, uint64_t ipa);

/* Maps the granule at pa, which stays the host's, at an unprotected IPA with
 * RMI_S2AP_* rights; false: the RMI call failed. */
bool vm_share(const struct vm *vm, uint64_t ipa, uint64_t pa, uint64_t s2ap);

/* An address-range descriptor of one granule, without its address. */
#define RANGE_ONE_PAGE BITS_PUT(RMI_RANGE_COUNT, 1)

/* A delegated granule. */
uint64_t granule_take(void);

/* RMI_REC_ENTER: X0. The exit is in run->exit; enter's flags and registers
 * are zero again after it. */
uint64_t vcpu_enter(struct vcpu *vcpu);

/* Enters with this flag, or until something else than an IRQ comes; true: it
 * exits as SYNC, with this class. */
bool vcpu_exits_sync(struct vcpu *vcpu, uint64_t ec);
/* The same: whether it calls the host. */
bool vcpu_calls(struct vcpu *vcpu);

/* Gives the next entry a command, with up to 5 arguments. */
void vcpu_command_words(struct vcpu *vcpu, const uint64_t words[6]);
#define vcpu_command(vcpu, ...)                                                \
	vcpu_command_words(vcpu, (const uint64_t[6]){ __VA_ARGS__ })

/* Gives a command and enters: whether the vCPU calls again, with its result
 * in result. */
#define vcpu_does(vcpu, ...) (vcpu_command(vcpu, __VA_ARGS__), vcpu_calls(vcpu))

/* The results of the last command. */
static inline uint64_t result(const struct vcpu *vcpu, unsigned i)
{
	return vcpu->run->exit.gprs[i];
}

/* Whether the last command had one exception with this ESR_EL1, at the
 * instruction that was to be tried, and FAR_EL1. */
bool vcpu_faulted(const struct vcpu *vcpu, uint64_t esr, uint64_t far);

/* The checks, by subject. */
void check_calls(struct vm *vm); /* rec_calls.c */
void check_aborts(struct vm *vm); /* rec_aborts.c */
/* The vCPU does nothing more after it. */
void check_destroyed(struct vm *vm); /* rec_aborts.c */
void check_state(struct vm *vm); /* rec_state.c */
void check_token(struct vm *vm); /* rec_token.c */
void check_cpus(struct vm *vm); /* rec_cpus.c */
void check_end(struct vm *vm); /* rec_cpus.c */

#endif
