/* SPDX-License-Identifier: BSD-3-Clause */
/* Access to the pages of a Realm that its calls name (docs/rsi.md, Access to
 * the pages that a call names). */
#include "abi/bits.h"
#include "lib/esr.h"
#include "rmm/core/port.h"
#include "rmm/core/rec/exit.h"
#include "rmm/core/rsi/rsi.h"

#define FSC_TRANSLATION 0x04 /* + level 0..3 */

/* Asks the host for the page, by the abort that an access of the Realm would
 * have caused. */
static enum rsi_outcome page_demand(struct rmi_rec_exit *exit, ipa_t ipa,
				    int level)
{
	exit->exit_reason = RMI_EXIT_SYNC;
	exit->esr = BITS_PUT(ESR_EC, ESR_EC_DATA_LOWER) |
		    BITS_PUT(ESR_FSC, FSC_TRANSLATION + level);
	exit->hpfar = BITS_PUT(HPFAR_FIPA, ipa.value / GRANULE_SIZE);
	return RSI_RETRY;
}

bool rsi_page_map(struct rsi_call *call, ipa_t ipa, struct rsi_page *page,
		  enum rsi_outcome *outcome)
{
	ipa_t base = ipa_align_down(ipa, GRANULE_SIZE);
	int level;

	switch (rtt_page_find(call->rmm, &call->rd->s2, base, &page->walk,
			      &page->pa, &level)) {
	case RTT_PAGE_READY:
		page->content = port_granule_map(call->rmm->port, page->pa);
		return true;
	case RTT_PAGE_ABSENT:
		*outcome = page_demand(call->exit, base, level);
		return false;
	case RTT_PAGE_REFUSED:
	default:
		*outcome = rsi_return(call, RSI_ERROR_INPUT);
		return false;
	}
}

void rsi_page_unmap(struct rsi_call *call, struct rsi_page *page)
{
	port_granule_unmap(call->rmm->port, page->pa, page->content);
	rtt_walk_end(&page->walk);
}
