/* SPDX-License-Identifier: BSD-3-Clause */
/* Exits of a Realm by the class of their exception (docs/rmi.md, Realm
 * exits). */
#include "rmm/core/rec/exit.h"

#include "abi/bits.h"
#include "lib/esr.h"
#include "rmm/core/rmm.h"

/* The host sees only which of the two a trapped WFI or WFE is (docs/rmi.md,
 * Syndrome exposure). */
#define ESR_WFX_WFE 1
#define SEEN_WFX    (BITS_MASK(ESR_EC) | ESR_WFX_WFE)
/* The fields that the host sees of the syndrome of an SError interrupt. */
#define SEEN_SERROR                                                            \
	(BITS_MASK(ESR_EC) | ESR_IDS | BITS_MASK(ESR_AET) | ESR_EA |           \
	 BITS_MASK(ESR_FSC))

/* VSESR_EL2: the syndrome without its class. */
#define VSESR_ISS_SHIFT 0
#define VSESR_ISS_WIDTH 25

/* Bytes of an HVC instruction. */
#define HVC_SIZE 4

static bool host_exit(uint64_t reason, uint64_t esr, struct rmi_rec_exit *exit)
{
	exit->exit_reason = reason;
	exit->esr = esr;
	return true;
}

bool exit_undefined(const struct rec_hold *hold)
{
	port_rec_el1_get(hold->rmm->port, hold->rec);
	inject_undefined(hold->rec);
	port_rec_el1_put(hold->rmm->port, hold->rec);
	return false;
}

/* The trap reports the address after the HVC, although the Realm has no such
 * instruction: the exception is taken at its own address. */
static bool hvc_handle(const struct rec_hold *hold)
{
	hold->rec->pc -= HVC_SIZE;
	return exit_undefined(hold);
}

static bool wfx_handle(struct rec *rec, const struct rec_trap *trap,
		       struct rmi_rec_exit *exit)
{
	rec_skip(rec, trap->esr);
	return host_exit(RMI_EXIT_SYNC, trap->esr & SEEN_WFX, exit);
}

static bool smc_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		       struct rmi_rec_exit *exit)
{
	enum rsi_outcome outcome = rmm_handle_rsi(hold, exit);

	if (outcome != RSI_RETRY)
		rec_skip(hold->rec, trap->esr);
	return outcome != RSI_RETURN;
}

/* Returns whether a class is that of a trapped instruction. A Realm does not
 * have those that sync_handle() does not serve. */
static bool class_is_instruction(uint64_t class)
{
	return class < ESR_EC_INST_LOWER || class == ESR_EC_GCS;
}

/* An unknown class is shown to the host, with ESR 0; the host stops the Realm
 * in the end. */
static bool sync_handle(const struct rec_hold *hold,
			const struct rec_trap *trap, struct rmi_rec_exit *exit)
{
	uint64_t class = BITS_GET(trap->esr, ESR_EC);

	switch (class) {
	case ESR_EC_SMC64:
		return smc_handle(hold, trap, exit);
	case ESR_EC_DATA_LOWER:
	case ESR_EC_INST_LOWER:
		return abort_handle(hold, trap, exit);
	case ESR_EC_SYSREG:
		return sysreg_handle(hold, trap, exit);
	case ESR_EC_WFX:
		return wfx_handle(hold->rec, trap, exit);
	case ESR_EC_HVC32:
	case ESR_EC_HVC64:
		return hvc_handle(hold);
	default:
		if (class_is_instruction(class))
			return exit_undefined(hold);
		return host_exit(RMI_EXIT_SYNC, 0, exit);
	}
}

static bool serror_is_known(uint64_t esr)
{
	return !(esr & ESR_IDS) &&
	       BITS_GET(esr, ESR_FSC) == ESR_FSC_ASYNCHRONOUS;
}

/* The Realm gets a virtual SError if it cannot continue without noticing the
 * error (docs/rmi.md, External aborts). */
static bool serror_handle(const struct rec_hold *hold, uint64_t esr,
			  struct rmi_rec_exit *exit)
{
	uint64_t type = serror_is_known(esr) ? BITS_GET(esr, ESR_AET) : 0;

	switch (type) {
	case ESR_AET_UEU:
	case ESR_AET_UER:
		hold->rec->serror = true;
		hold->rec->vsesr = esr & BITS_MASK(VSESR_ISS);
		break;
	case ESR_AET_UEO:
	case ESR_AET_CE:
		break;
	default:
		port_panic(hold->rmm->port, "an error that is not contained");
	}
	return host_exit(RMI_EXIT_SERROR, esr & SEEN_SERROR, exit);
}

static bool is_hvc(const struct rec_trap *trap)
{
	uint64_t class = BITS_GET(trap->esr, ESR_EC);

	return trap->kind == REC_TRAP_SYNC &&
	       (class == ESR_EC_HVC32 || class == ESR_EC_HVC64);
}

/* The host is told of the SError and not of the trap beside it. The Realm
 * executes the trapped instruction again. */
static bool serror_deferred_handle(const struct rec_hold *hold,
				   const struct rec_trap *trap,
				   struct rmi_rec_exit *exit)
{
	if (is_hvc(trap))
		hold->rec->pc -= HVC_SIZE;
	return serror_handle(hold,
			     BITS_PUT(ESR_EC, ESR_EC_SERROR) | ESR_IL |
				     (trap->disr & BITS_MASK(VSESR_ISS)),
			     exit);
}

static bool trap_handle(const struct rec_hold *hold,
			const struct rec_trap *trap, struct rmi_rec_exit *exit)
{
	switch (trap->kind) {
	case REC_TRAP_SYNC:
		return sync_handle(hold, trap, exit);
	case REC_TRAP_FIQ:
		return host_exit(RMI_EXIT_FIQ, 0, exit);
	case REC_TRAP_SERROR:
		return serror_handle(hold, trap->esr, exit);
	case REC_TRAP_IRQ:
	default:
		return host_exit(RMI_EXIT_IRQ, 0, exit);
	}
}

/* An SError that was taken may have been followed by one that was not. Both
 * count, since either can be an error that is not contained. */
bool exit_handle(const struct rec_hold *hold, const struct rec_trap *trap,
		 struct rmi_rec_exit *exit)
{
	if (!(trap->disr & DISR_A))
		return trap_handle(hold, trap, exit);
	if (trap->kind == REC_TRAP_SERROR)
		(void)trap_handle(hold, trap, exit);
	return serror_deferred_handle(hold, trap, exit);
}
