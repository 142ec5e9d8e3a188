/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER: the checks, the completion of the REC's last exit, the run,
 * and the exit record. Steps are those of docs/rmi.md, RMI_REC_ENTER.
 *
 * No granule lock is held while the REC runs. The hold of the REC
 * (rec_hold()) is what keeps the REC and its Realm.
 */
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/port.h"
#include "rmm/core/rec/exit.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rsi/rsi.h"

/* Bytes of struct rmi_rec_enter that are read: up to its last field, rounded up
 * to the 64 bytes in which copies are fast. */
#define ENTER_SIZE 0x300

_Static_assert(ENTER_SIZE >= __builtin_offsetof(struct rmi_rec_enter, pad2f8),
	       "all fields");

/* docs/rmi.md, RMI_REC_ENTER step 8. */
static bool gic_fits(struct rmm_port *port)
{
	uint64_t lr[GIC_LRS_MAX];
	unsigned count = port_gic_lrs(port, lr);

	return count > 0 && gic_lrs_valid(lr, count);
}

/* Returns whether the flags fit the last exit: the checks of docs/rmi.md,
 * RMI_REC_ENTER steps 9 and 10. */
static bool flags_fit(const struct rec *rec, uint64_t flags)
{
	if (flags & RMI_REC_ENTER_INJECT_SEA) {
		return rec->last.kind == REC_LAST_UNPROTECTED ||
		       rec->last.kind == REC_LAST_EMULATABLE;
	}
	if (flags & RMI_REC_ENTER_EMUL_MMIO)
		return rec->last.kind == REC_LAST_EMULATABLE;
	return true;
}

/* Completes the last exit as the host has answered it: the effects of
 * docs/rmi.md, RMI_REC_ENTER steps 9, 10, 13 and 14. */
static void enter_complete_last_exit(struct rec *rec,
				     const struct rmi_rec_enter *enter)
{
	if (enter->flags & RMI_REC_ENTER_INJECT_SEA)
		inject_sea(rec, rec->last.esr, rec->last.far);
	else if (enter->flags & RMI_REC_ENTER_EMUL_MMIO)
		abort_complete(rec, enter->gprs[0]);
	else if (rec->last.kind == REC_LAST_SYSREG_READ)
		sysreg_complete(rec, enter->gprs[0]);
	rec->last = (struct rec_last){ REC_LAST_OTHER, 0, 0 };
	rec->trap_wfi = (enter->flags & RMI_REC_ENTER_TRAP_WFI) != 0;
	rec->trap_wfe = (enter->flags & RMI_REC_ENTER_TRAP_WFE) != 0;
}

static void enter_record_timers(const struct rec *rec, struct rmi_rec_exit *exit)
{
	exit->cntp_ctl = rec->phys.ctl;
	exit->cntp_cval = rec->phys.cval;
	exit->cntv_ctl = rec->virt.ctl;
	exit->cntv_cval = rec->virt.cval;
}

/* docs/rmi.md, RMI_REC_ENTER step 15. */
static void enter_run_vcpu(const struct rec_hold *hold,
			   struct rmi_rec_exit *exit)
{
	struct rmm_port *port = hold->rmm->port;
	struct rec_trap trap;

	port_rec_start(port, hold->rec, &hold->rd->s2);
	do {
		port_rec_run(port, hold->rec, &trap);
	} while (!exit_handle(hold, &trap, exit));
	port_rec_stop(port, hold->rec);
	enter_record_timers(hold->rec, exit);
}

/* docs/rmi.md, RMI_REC_ENTER steps 9 to 15. */
static void enter_and_run(struct rec_hold *hold,
			  const struct rmi_rec_enter *enter,
			  struct rmi_rec_exit *exit)
{
	enter_complete_last_exit(hold->rec, enter);
	if (hold->rec->host_call.pending &&
	    !rsi_host_call_complete(hold, enter, exit))
		return;
	if (hold->rec->ripas.pending) {
		rsi_ipa_state_complete(
			hold->rec,
			(enter->flags & RMI_REC_ENTER_RIPAS_REJECT) != 0);
	}
	enter_run_vcpu(hold, exit);
}

/* docs/rmi.md, RMI_REC_ENTER steps 5 to 16. The REC is held. */
static uint64_t enter_held(struct rec_hold *hold, pa_t page,
			   const struct rmi_rec_enter *enter)
{
	struct rmi_rec_exit exit = { 0 };
	uint64_t result = rec_execute(hold);

	if (result != RMI_SUCCESS)
		return result;
	if (!port_rec_runs(hold->rmm->port)) {
		result = rmi_return(RMI_ERROR_NOT_SUPPORTED, 0);
	} else if (!gic_fits(hold->rmm->port) ||
		   !flags_fit(hold->rec, enter->flags)) {
		result = rmi_return(RMI_ERROR_REC, 0);
	} else {
		enter_and_run(hold, enter, &exit);
		if (!granule_ns_write(hold->rmm, pa_add(page, sizeof(*enter)),
				      &exit, sizeof(exit)))
			result = rmi_return(RMI_ERROR_INPUT, 0);
	}
	rec_execute_end(hold);
	return result;
}

uint64_t rmi_rec_enter(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	pa_t run = pa_make(args[1]);
	struct rmi_rec_enter enter;
	struct rec_hold hold;
	uint64_t result;

	(void)results;
	/* docs/rmi.md, RMI_REC_ENTER steps 1 and 4 at once: the page is read
	 * once, and the copy is what gets checked. */
	if (!is_aligned(run.value, GRANULE_SIZE) ||
	    !granule_ns_read(rmm, run, &enter, ENTER_SIZE))
		return rmi_return(RMI_ERROR_INPUT, 0);
	result = rec_hold(rmm, pa_make(args[0]), &hold);
	if (result != RMI_SUCCESS)
		return result;
	result = enter_held(&hold, run, &enter);
	rec_release(&hold);
	return result;
}
