/* SPDX-License-Identifier: BSD-3-Clause */
/* RSI_IPA_STATE_SET and RSI_IPA_STATE_GET: the RIPAS of a Realm's memory. */
#include "lib/number.h"
#include "rmm/core/rsi/rsi.h"

/* Returns whether [base, top) consists of pages of the protected half, and of
 * one at least. */
static bool ripas_range_valid(const struct realm_s2 *s2, uint64_t base,
			      uint64_t top)
{
	return is_aligned(base | top, GRANULE_SIZE) && base < top &&
	       top <= realm_par_size(s2);
}

static void ripas_exit_fill(struct rmi_rec_exit *exit,
			    const struct rec_ripas_request *request)
{
	exit->exit_reason = RMI_EXIT_RIPAS_CHANGE;
	exit->ripas_base = request->next.value;
	exit->ripas_top = request->top.value;
	exit->ripas_value = request->ripas;
}

/* The host serves the request by RMI_RTT_SET_RIPAS, and the next RMI_REC_ENTER
 * completes it. */
enum rsi_outcome rsi_ipa_state_set(struct rsi_call *call)
{
	uint64_t base = call->x[1], top = call->x[2], ripas = call->x[3];
	struct rec_ripas_request *request = &call->rec->ripas;

	if ((ripas != RMI_RIPAS_EMPTY && ripas != RMI_RIPAS_RAM) ||
	    !ripas_range_valid(&call->rd->s2, base, top))
		return rsi_return(call, RSI_ERROR_INPUT);
	*request = (struct rec_ripas_request){
		.pending = true,
		.change_destroyed = call->x[4] & RSI_IPA_CHANGE_DESTROYED,
		.ripas = (uint8_t)ripas,
		.next = ipa_make(base),
		.top = ipa_make(top),
	};
	ripas_exit_fill(call->exit, request);
	return RSI_EXIT;
}

/* A host may serve a part of the request, or nothing, and still accept: the
 * Realm asks again from X1 on. It can reject only a request for RAM. */
void rsi_ipa_state_complete(struct rec *rec, bool reject)
{
	struct rec_ripas_request *request = &rec->ripas;
	bool rejected = reject && request->ripas == RMI_RIPAS_RAM &&
			request->next.value != request->top.value;

	rec->gprs[0] = RSI_SUCCESS;
	rec->gprs[1] = request->next.value;
	rec->gprs[2] = rejected ? RSI_RESPONSE_REJECT : RSI_RESPONSE_ACCEPT;
	request->pending = false;
}

enum rsi_outcome rsi_ipa_state_get(struct rsi_call *call)
{
	ipa_t start = ipa_make(call->x[1]);
	ipa_t top = ipa_make(call->x[2]);
	uint8_t ripas;

	if (!ripas_range_valid(&call->rd->s2, start.value, top.value))
		return rsi_return(call, RSI_ERROR_INPUT);
	ripas = rtt_ripas_get(call->rmm, &call->rd->s2, start, &top);
	call->x[1] = top.value;
	call->x[2] = ripas;
	return rsi_return(call, RSI_SUCCESS);
}
