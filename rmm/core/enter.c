/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * RMI_REC_ENTER (rmi-rsi 5.1): the checks, what the REC's last exit still
 * owes, and the run itself, which is the port's.
 */
#include "abi/rmi.h"
#include "rmm/core/granule.h"
#include "rmm/core/handlers.h"
#include "rmm/core/port.h"
#include "rmm/core/rec.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rsi.h"
#include "rmm/core/status.h"

/* Whether the flags fit what the last exit was (steps 9 and 10). */
static bool flags_fit(const struct rec *rec, uint64_t flags)
{
	if (flags & RMI_REC_ENTER_INJECT_SEA)
		return rec->last_abort != REC_ABORT_NONE;
	if (flags & RMI_REC_ENTER_EMUL_MMIO)
		return rec->last_abort == REC_ABORT_EMULATABLE;
	return true;
}

/* Steps 11 to 15. */
static void enter_and_run(struct rec_hold *hold,
	const struct rmi_rec_enter *enter, struct rmi_rec_exit *exit)
{
	if (hold->rec->host_call.pending &&
		!rsi_host_call_complete(hold, enter, exit))
		return;
	if (hold->rec->ripas.pending)
		rsi_ipa_state_complete(hold->rec,
			(enter->flags & RMI_REC_ENTER_RIPAS_REJECT) != 0);
	port_rec_run(hold->rmm->port, hold->rec, enter, exit);
}

/* Steps 5 to 16, with the REC held. */
static uint64_t enter_held(
	struct rec_hold *hold, pa_t run, const struct rmi_rec_enter *enter)
{
	struct rmi_rec_exit exit = { 0 };
	uint64_t result = rec_execute(hold);

	if (result != RMI_SUCCESS)
		return result;
	if (!port_rec_runs(hold->rmm->port)) {
		result = rmi_return(RMI_ERROR_NOT_SUPPORTED, 0);
	} else if (!flags_fit(hold->rec, enter->flags)) {
		result = rmi_return(RMI_ERROR_REC, 0);
	} else {
		enter_and_run(hold, enter, &exit);
		if (!granule_ns_write(hold->rmm, pa_add(run, sizeof(*enter)),
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
	/* Steps 1 and 4 in one: the page is looked at once. */
	if (!is_aligned(run.value, GRANULE_SIZE) ||
		!granule_ns_read(rmm, run, &enter, sizeof(enter)))
		return rmi_return(RMI_ERROR_INPUT, 0);
	result = rec_hold(rmm, pa_make(args[0]), &hold);
	if (result != RMI_SUCCESS)
		return result;
	result = enter_held(&hold, run, &enter);
	rec_release(&hold);
	return result;
}
