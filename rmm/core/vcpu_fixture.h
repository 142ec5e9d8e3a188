/* SPDX-License-Identifier: BSD-3-Clause */
/* What the tests of exits share: a vCPU that is held, and stops with a trap. */
#ifndef REEVE_RMM_CORE_VCPU_FIXTURE_H
#define REEVE_RMM_CORE_VCPU_FIXTURE_H

#include "lib/esr.h"
#include "rmm/core/exit.h"
#include "rmm/core/rtt_fixture.h"

/* Pages of its Realm: what lies at these IPAs. */
#define IPA_DATA      UINT64_C(0) /* assigned RAM */
#define IPA_EMPTY     UINT64_C(0x1000)
#define IPA_RAM       UINT64_C(0x2000) /* not assigned */
#define IPA_DESTROYED UINT64_C(0x3000)

/* ESR_EL2 of a class, of an instruction of 4 bytes. */
#define ESR(ec, iss)                                                           \
	((uint64_t)(ec) << ESR_EC_SHIFT | UINT64_C(0x2000000) | (uint64_t)(iss))

struct vcpu_test {
	struct fixture *f;
	struct rec_hold hold;
	struct rec *rec;
	struct rmi_rec_exit exit; /* of the last trap */
};

int vcpu_setup(void **state);
int vcpu_teardown(void **state);

/* Handles a trap with these syndrome registers; true: it exits. */
bool vcpu_traps(struct vcpu_test *t, uint64_t esr, uint64_t far, uint64_t ipa);

/* Fails the test unless the RMM panics. */
void vcpu_panics(struct vcpu_test *t, const struct rec_trap *trap);

/* Fails the test unless the exit record is this one and nothing else. */
void vcpu_exit_is(struct vcpu_test *t, const struct rmi_rec_exit *expected);
#define assert_exit(t, ...)                                                    \
	vcpu_exit_is(t, &(const struct rmi_rec_exit){ __VA_ARGS__ })

/* Fails the test unless the vCPU is at the vector at this offset, with this
 * ESR_EL1, where it came from in the other registers. */
void vcpu_is_at(struct vcpu_test *t, uint64_t offset, uint64_t esr);

#define VCPU_PC   UINT64_C(0x80000)
#define VCPU_VBAR UINT64_C(0xffff000000010800)

#endif
