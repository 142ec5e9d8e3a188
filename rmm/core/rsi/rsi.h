/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The calls of a Realm: RSI, PSCI and SMCCC. One handler each, by family and
 * file. A handler writes X0 and its results into the registers.
 */
#ifndef REEVE_RMM_CORE_RSI_RSI_H
#define REEVE_RMM_CORE_RSI_RSI_H

#include <stdint.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "abi/smccc.h"
#include "lib/addr.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* One call: who makes it, its registers, and the record if it exits. */
struct rsi_call {
	struct rmm *rmm;
	struct rec *rec;
	struct rd *rd; /* fields that do not change while a REC executes */
	uint32_t fid; /* W0 without the SVE hint */
	uint64_t *x; /* X0..X17 */
	struct rmi_rec_exit *exit; /* zero going in */
};

typedef enum rsi_outcome rsi_handler_fn(struct rsi_call *call);

/* rsi.c */
rsi_handler_fn rsi_version, rsi_features, rsi_realm_config, rsi_host_call;
/* rsi_measurement.c */
rsi_handler_fn rsi_measurement_read, rsi_measurement_extend;
/* rsi_token.c */
rsi_handler_fn rsi_attest_token_init, rsi_attest_token_continue;
/* rsi_ipa.c */
rsi_handler_fn rsi_ipa_state_get, rsi_ipa_state_set;
/* psci.c: all of PSCI, and SMCCC_VERSION; answers other FIDs too. */
rsi_handler_fn psci_handle;

/* Sets X0 and goes on. */
static inline enum rsi_outcome rsi_return(struct rsi_call *call, uint64_t x0)
{
	call->x[0] = x0;
	return RSI_RETURN;
}

/* A protected page that a call reads or writes; its leaf table is held. */
struct rsi_page {
	struct rtt_walk walk;
	pa_t pa;
	void *content;
};

/*
 * Finds and maps the protected page at ipa. false: *outcome is what the call
 * ends with, its registers and exit record are set, and nothing is held.
 */
bool rsi_page_map(struct rsi_call *call, ipa_t ipa, struct rsi_page *page,
		  enum rsi_outcome *outcome);
void rsi_page_unmap(struct rsi_call *call, struct rsi_page *page);

/*
 * What REC_ENTER owes to a REC whose last call exited: rsi_host_call() takes
 * the host's registers. false: its page is gone and *exit asks for it.
 */
bool rsi_host_call_complete(const struct rec_hold *hold,
			    const struct rmi_rec_enter *enter,
			    struct rmi_rec_exit *exit);
/* The response to a change of RIPAS: X0..X2. */
void rsi_ipa_state_complete(struct rec *rec, bool reject);

#endif
