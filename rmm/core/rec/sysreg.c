/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * System registers whose access traps (docs/rmi.md, Trapped system registers).
 * The host emulates those of the interrupt controller, idreg.c has the ID
 * registers, and lib/debug.h those of debug. An access to a register of a
 * feature that a Realm must not find is undefined. All other registers read as
 * zero and ignore writes.
 */
#include <stddef.h>

#include "abi/bits.h"
#include "lib/esr.h"
#include "rmm/core/rec/exit.h"
#include "rmm/core/rec/idreg.h"
#include "rmm/core/rmm.h"

/* In place of op2: all registers with the same first four numbers. */
#define ANY_OP2 8

enum treatment {
	ID,
	HOST,
	UNDEFINED,
};

struct group {
	uint8_t op0, op1, crn, crm, op2;
	uint8_t treatment; /* enum treatment */
};

static const struct group groups[] = {
	{ 3, 0, 0, 1, ANY_OP2, ID }, /* those of AArch32, up to CRm 3 */
	{ 3, 0, 0, 2, ANY_OP2, ID },
	{ 3, 0, 0, 3, ANY_OP2, ID },
	{ 3, 0, 0, 4, ANY_OP2, ID }, /* ID_AA64PFR<n>_EL1 */
	{ 3, 0, 0, 5, ANY_OP2, ID }, /* ID_AA64DFR<n>_EL1 */
	{ 3, 0, 0, 6, ANY_OP2, ID }, /* ID_AA64ISAR<n>_EL1 */
	{ 3, 0, 0, 7, ANY_OP2, ID }, /* ID_AA64MMFR<n>_EL1 */
	{ 3, 0, 4, 6, 0, HOST }, /* ICC_PMR_EL1 */
	{ 3, 0, 12, 8, ANY_OP2, HOST }, /* ICC_IAR0_EL1 to ICC_AP0R3_EL1 */
	{ 3, 0, 12, 9, ANY_OP2, HOST }, /* ICC_AP1R<n>_EL1 */
	{ 3, 0, 12, 11, ANY_OP2, HOST }, /* ICC_DIR, _RPR, _SGI<n>R, .. */
	{ 3, 0, 12, 12, ANY_OP2, HOST }, /* ICC_IAR1_EL1 to _IGRPEN1_EL1 */
	{ 3, 0, 10, 4, 4, UNDEFINED }, /* MPAMIDR_EL1 */
	{ 3, 0, 10, 5, ANY_OP2, UNDEFINED }, /* MPAM<n>_EL1, MPAMSM_EL1 */
	{ 3, 0, 10, 2, 5, UNDEFINED }, /* S2POR_EL1 */
	{ 3, 0, 1, 0, 5, UNDEFINED }, /* RGSR_EL1 */
	{ 3, 0, 1, 0, 6, UNDEFINED }, /* GCR_EL1 */
	{ 3, 0, 5, 6, ANY_OP2, UNDEFINED }, /* TFSR_EL1, TFSRE0_EL1 */
	{ 2, 1, 9, 0, ANY_OP2, UNDEFINED }, /* BRBCR_EL1, BRBFCR_EL1 */
	{ 2, 1, 9, 1, ANY_OP2, UNDEFINED }, /* BRBSRCINJ_EL1, .. */
	{ 2, 1, 9, 2, ANY_OP2, UNDEFINED }, /* BRBIDR0_EL1 */
};

/* BRBINF<n>_EL1, BRBSRC<n>_EL1, BRBTGT<n>_EL1. */
static bool is_branch_record(uint64_t esr)
{
	return BITS_GET(esr, ESR_SYS_OP0) == 2 &&
	       BITS_GET(esr, ESR_SYS_OP1) == 1 &&
	       BITS_GET(esr, ESR_SYS_CRN) == 8;
}

static bool group_has(const struct group *group, uint64_t esr)
{
	return BITS_GET(esr, ESR_SYS_OP0) == group->op0 &&
	       BITS_GET(esr, ESR_SYS_OP1) == group->op1 &&
	       BITS_GET(esr, ESR_SYS_CRN) == group->crn &&
	       BITS_GET(esr, ESR_SYS_CRM) == group->crm &&
	       (group->op2 == ANY_OP2 ||
		BITS_GET(esr, ESR_SYS_OP2) == group->op2);
}

static const struct group *group_find(uint64_t esr)
{
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
		if (group_has(&groups[i], esr))
			return &groups[i];
	}
	return NULL;
}

static uint64_t sysreg_register_get(const struct rec *rec, uint64_t esr)
{
	uint64_t rt = BITS_GET(esr, ESR_SYS_RT);

	return rt == REC_ZERO_REGISTER ? 0 : rec->gprs[rt];
}

static void sysreg_register_put(struct rec *rec, uint64_t esr, uint64_t value)
{
	uint64_t rt = BITS_GET(esr, ESR_SYS_RT);

	if ((esr & ESR_SYS_READ) && rt != REC_ZERO_REGISTER)
		rec->gprs[rt] = value;
}

/* Exits to the host, which is not told the number of the general register. */
static bool sysreg_host_handle(struct rec *rec, uint64_t esr,
			       struct rmi_rec_exit *exit)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = esr & ~BITS_MASK(ESR_SYS_RT);
	if (esr & ESR_SYS_READ)
		rec->last = (struct rec_last){ REC_LAST_SYSREG_READ, esr, 0 };
	else
		exit->gprs[0] = sysreg_register_get(rec, esr);
	rec_skip(rec, esr);
	return true;
}

static uint64_t id_value(const struct rec_hold *hold, uint64_t esr)
{
	return idreg_view(&hold->rmm->machine, hold->rec->debug_counts,
			  (unsigned)BITS_GET(esr, ESR_SYS_CRM),
			  (unsigned)BITS_GET(esr, ESR_SYS_OP2));
}

/* Serves an access to a register of debug. Returns false if it is none. */
static bool sysreg_debug_handle(const struct rec_hold *hold, uint64_t esr)
{
	struct rec *rec = hold->rec;
	uint64_t value = sysreg_register_get(rec, esr);

	switch (debug_access(&rec->debug, rec->debug_counts, esr, &value)) {
	case DEBUG_DONE:
		sysreg_register_put(rec, esr, value);
		break;
	case DEBUG_WRITTEN:
		rec->el1.mdscr_el1 = debug_mdscr(&rec->debug);
		port_rec_debug_put(hold->rmm->port, rec);
		break;
	case DEBUG_UNDEFINED:
		(void)exit_undefined(hold);
		return true;
	default:
		return false;
	}
	rec_skip(rec, esr);
	return true;
}

bool sysreg_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		   struct rmi_rec_exit *exit)
{
	const struct group *group = group_find(trap->esr);
	uint64_t value = 0;

	if (sysreg_debug_handle(hold, trap->esr))
		return false;
	if (is_branch_record(trap->esr) ||
	    (group != NULL && group->treatment == UNDEFINED))
		return exit_undefined(hold);
	if (group != NULL && group->treatment == HOST)
		return sysreg_host_handle(hold->rec, trap->esr, exit);
	if (group != NULL)
		value = id_value(hold, trap->esr);
	sysreg_register_put(hold->rec, trap->esr, value);
	rec_skip(hold->rec, trap->esr);
	return false;
}

void sysreg_complete(struct rec *rec, uint64_t value)
{
	sysreg_register_put(rec, rec->last.esr, value);
}
