/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm that runs, from the host's side: this image at its own addresses
 * (guest.h), and regions of each kind that the program in it accesses.
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

/* More than the least, and fewer than the CPU has. */
#define VM_BREAKPOINTS 4
#define VM_WATCHPOINTS 3

/* The protected regions, 2 MiB each, and their RIPAS. */
#define VM_BASE   UINT64_C(0x42200000) /* the image: RAM where its pages are */
#define VM_EMPTY  UINT64_C(0x42400000) /* EMPTY */
#define VM_RAM    UINT64_C(0x42600000) /* RAM, unassigned */
#define VM_CHANGE UINT64_C(0x42800000) /* EMPTY, with a level 3 table */
#define VM_BLOCK  UINT64_C(0x42a00000) /* RAM, for vm_block_map() */
/* The end of the protected half, and of the IPA space. */
#define VM_OUTSIDE (UINT64_C(1) << 38)
#define VM_END     (UINT64_C(1) << 39)

/* The register of the first CPU's redistributor. */
#define GICR_ISENABLER0 (MACHINE_GICR_BASE + 0x10100)

struct vcpu {
	uint64_t rec;
	struct rmi_rec_run *run;
};

struct vm {
	uint64_t rd;
	struct vcpu vcpu[GUEST_CPUS];
};

/* Builds the Realm and activates it. Returns false if an RMI call fails. The
 * second vCPU is not runnable. */
bool vm_build(struct vm *vm);

/* Maps a block of 2 MiB into the Realm. Returns false if an RMI call fails. */
bool vm_block_map(const struct vm *vm, uint64_t ipa);

/* Maps the granule at pa, which stays Non-secure, at an unprotected IPA with
 * rights RMI_S2AP_*. Returns false if the RMI call fails. */
bool vm_share(const struct vm *vm, uint64_t ipa, uint64_t pa, uint64_t s2ap);

/* An address-range descriptor of one granule, without its address. */
#define RANGE_ONE_PAGE BITS_PUT(RMI_RANGE_COUNT, 1)

/* Delegates another granule and returns it. */
uint64_t granule_take(void);

/* Calls RMI_REC_ENTER and returns X0. The exit record is in run->exit.
 * Afterwards run->enter is zero again. */
uint64_t vcpu_enter(struct vcpu *vcpu);

/* Enters the vCPU. Returns true if the exit is SYNC with this exception
 * class. */
bool vcpu_exits_sync(struct vcpu *vcpu, uint64_t ec);
/* Enters the vCPU. Returns true if the exit is a host call. */
bool vcpu_calls(struct vcpu *vcpu);

/* Puts a command with up to 5 arguments into the next entry. */
void vcpu_command_words(struct vcpu *vcpu, const uint64_t words[6]);
#define vcpu_command(vcpu, ...)                                                \
	vcpu_command_words(vcpu, (const uint64_t[6]){ __VA_ARGS__ })

/* Gives a command and enters. True if the vCPU then calls the host with the
 * results. */
#define vcpu_does(vcpu, ...) (vcpu_command(vcpu, __VA_ARGS__), vcpu_calls(vcpu))

/* Returns result i of the last command. */
static inline uint64_t result(const struct vcpu *vcpu, unsigned i)
{
	return vcpu->run->exit.gprs[i];
}

/* Returns true if the last command took one exception, at the instruction that
 * was tried, with this ESR_EL1 and FAR_EL1. */
bool vcpu_faulted(const struct vcpu *vcpu, uint64_t esr, uint64_t far);

/* The checks, by subject. */
void check_calls(struct vm *vm); /* rec_calls.c */
void check_aborts(struct vm *vm); /* rec_aborts.c */
/* The vCPU cannot go on after this check. */
void check_destroyed(struct vm *vm); /* rec_aborts.c */
void check_state(struct vm *vm); /* rec_state.c */
void check_token(struct vm *vm); /* rec_token.c */
void check_cpus(struct vm *vm); /* rec_cpus.c */
void check_end(struct vm *vm); /* rec_cpus.c */

#endif
