/* SPDX-License-Identifier: BSD-3-Clause */
/* A vCPU that is held, and stops with a trap (vcpu_fixture.h). */
#include "rmm/core/vcpu_fixture.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

static jmp_buf panicked;

static void on_panic(const char *why)
{
	(void)why;
	longjmp(panicked, 1);
}

int vcpu_setup(void **state)
{
	struct vcpu_test *t = calloc(1, sizeof(*t));
	struct fixture *f;

	assert_non_null(t);
	fixture_setup((void **)&t->f);
	f = t->f;
	fixture_realm(f);
	fixture_data(f);
	ram_make(f, IPA_RAM, IPA_DESTROYED);
	destroyed_make(f, IPA_DESTROYED, PAGE_MEM);
	fixture_rec(f, 0, RMI_REC_FLAG_RUNNABLE);
	assert_int_equal(rmi(f, RMI_REALM_ACTIVATE, page(PAGE_RD)), RMI_SUCCESS);
	assert_int_equal(rec_hold(inprocess_rmm(f->machine),
				  pa_make(page(PAGE_REC)), &t->hold),
			 RMI_SUCCESS);
	t->rec = t->hold.rec;
	t->rec->el1.vbar_el1 = VCPU_VBAR;
	*state = t;
	return 0;
}

int vcpu_teardown(void **state)
{
	struct vcpu_test *t = *state;

	rec_release(&t->hold);
	fixture_teardown((void **)&t->f);
	free(t);
	return 0;
}

bool vcpu_traps(struct vcpu_test *t, uint64_t esr, uint64_t far, uint64_t ipa)
{
	const struct rec_trap trap = {
		.kind = REC_TRAP_SYNC,
		.esr = esr,
		.far = far,
		.hpfar = ipa >> 8,
	};

	memset(&t->exit, 0, sizeof(t->exit));
	return exit_handle(&t->hold, &trap, &t->exit);
}

void vcpu_panics(struct vcpu_test *t, const struct rec_trap *trap)
{
	struct rmi_rec_exit exit = { 0 };

	inprocess_set_panic(t->f->machine, on_panic);
	if (setjmp(panicked) == 0) {
		exit_handle(&t->hold, trap, &exit);
		fail_msg("no panic");
	}
	inprocess_set_panic(t->f->machine, NULL);
}

void vcpu_exit_is(struct vcpu_test *t, const struct rmi_rec_exit *expected)
{
	assert_memory_equal(&t->exit, expected, sizeof(*expected));
}

void vcpu_is_at(struct vcpu_test *t, uint64_t offset, uint64_t esr)
{
	const struct rmi_rec_exit none = { 0 };

	vcpu_exit_is(t, &none);
	assert_int_equal(t->rec->pc, VCPU_VBAR + offset);
	assert_int_equal(t->rec->el1.esr_el1, esr);
	assert_int_equal(t->rec->el1.elr_el1, VCPU_PC);
	assert_int_equal(t->rec->el1.spsr_el1, 0x3c5);
}
