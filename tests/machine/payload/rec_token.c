/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The Realm asks for an attestation token. The host has the Realm read it word
 * by word, and prints it. If nothing is provisioned, the calls must fail.
 */
#include "lib/a64.h"
#include "lib/log.h"
#include "tests/machine/payload/payload.h"
#include "tests/machine/payload/vm.h"

/* The page of the Realm into which it gets the token. */
static uint64_t page[GRANULE / 8] __attribute__((aligned(0x1000)));

static uint64_t call_continue(struct vcpu *vcpu, uint64_t offset, uint64_t size)
{
	if (!vcpu_does(vcpu, GUEST_SMC, RSI_ATTEST_TOKEN_CONTINUE,
		       (uintptr_t)page, offset, size))
		return UINT64_MAX;
	return result(vcpu, 0);
}

static void check_none(struct vcpu *vcpu)
{
	check(call_continue(vcpu, 0, GRANULE) == RSI_ERROR_UNKNOWN,
	      "without provisioning there is no token");
}

/* Prints 32 bytes a line, in the order of memory. */
static bool token_print(struct vcpu *vcpu, uint64_t size)
{
	uint64_t word[4];

	for (uint64_t at = 0; at < size; at += sizeof(word)) {
		for (unsigned i = 0; i < 4; i++) {
			if (!vcpu_does(vcpu, GUEST_LOAD, LOAD_X,
				       (uintptr_t)page + at + 8 * i))
				return false;
			word[i] = __builtin_bswap64(result(vcpu, 0));
		}
		log_line_unlocked("token: %016lx%016lx%016lx%016lx", word[0],
				  word[1], word[2], word[3]);
	}
	return true;
}

static bool token_begin(struct vcpu *vcpu)
{
	return vcpu_does(vcpu, GUEST_SMC, RSI_ATTEST_TOKEN_INIT,
			 0x1716151413121110, 0x1f1e1d1c1b1a1918,
			 0x2726252423222120, 0x2f2e2d2c2b2a2928);
}

/* Prints the cost of a token from CONTINUE to its bytes, and begins another. */
static void check_whole(struct vcpu *vcpu)
{
	uint64_t start = sysreg_read(cntpct_el0);

	check(call_continue(vcpu, 0, GRANULE) == RSI_SUCCESS,
	      "a token comes at once");
	log_line_unlocked("token: %lu ticks", sysreg_read(cntpct_el0) - start);
	check(token_begin(vcpu) && result(vcpu, 0) == RSI_SUCCESS,
	      "and another can be had");
}

/* The host's timer fires this long after CONTINUE was called. */
#define TIMER_DELAY 100000 /* ticks */

/* Calls CONTINUE with a timer of the host that fires while the token is signed.
 * The host gets the interrupt before the Realm goes on. */
static void check_interrupt(struct vcpu *vcpu)
{
	uint64_t late;
	bool good;

	mmio_write32(GICR_ISENABLER0, 1U << MACHINE_TIMER_HYP_INTID);
	vcpu_command(vcpu, GUEST_SMC, RSI_ATTEST_TOKEN_CONTINUE,
		     (uintptr_t)page, 0, 0);
	sysreg_write(cnthp_cval_el2, sysreg_read(cntpct_el0) + TIMER_DELAY);
	sysreg_write(cnthp_ctl_el2, 1);
	isb();
	good = vcpu_enter(vcpu) == RMI_SUCCESS &&
	       vcpu->run->exit.exit_reason == RMI_EXIT_IRQ;
	late = sysreg_read(cntpct_el0) - sysreg_read(cnthp_cval_el2);
	sysreg_write(cnthp_ctl_el2, 0);
	isb();
	check(good, "an interrupt waits for a signature");
	log_line_unlocked("token: %lu ticks late", late);
	check(vcpu_calls(vcpu) && result(vcpu, 0) == RSI_INCOMPLETE &&
		      result(vcpu, 1) == 0,
	      "and the Realm goes on");
}

static void check_pieces(struct vcpu *vcpu)
{
	uint64_t size;

	check(call_continue(vcpu, 1, GRANULE) == RSI_ERROR_INPUT,
	      "a piece beyond the page is refused");
	check(call_continue(vcpu, 0, 64) == RSI_INCOMPLETE &&
		      result(vcpu, 1) == 64,
	      "a token comes in pieces");
	check(call_continue(vcpu, 64, GRANULE - 64) == RSI_SUCCESS,
	      "to its end");
	size = result(vcpu, 1) + 64;
	check(token_print(vcpu, size), "which the Realm can read");
	log_line_unlocked("token: %lu bytes", size);
	check(call_continue(vcpu, 0, GRANULE) == RSI_ERROR_STATE,
	      "and is the end");
}

void check_token(struct vm *vm)
{
	struct vcpu *vcpu = &vm->vcpu[0];
	bool called = token_begin(vcpu);

	check(called, "the Realm asks for a token");
	if (!called || result(vcpu, 0) == RSI_ERROR_UNKNOWN) {
		check_none(vcpu);
		return;
	}
	check(result(vcpu, 0) == RSI_SUCCESS && result(vcpu, 1) == GRANULE,
	      "of at most a page");
	check_whole(vcpu);
	check_interrupt(vcpu);
	check_pieces(vcpu);
}
