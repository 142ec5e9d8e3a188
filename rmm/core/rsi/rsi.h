/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The handlers of a Realm's calls (RSI, PSCI, SMCCC), listed by file. A handler
 * writes X0 and its results into the registers.
 */
#ifndef REEVE_RMM_CORE_RSI_RSI_H
#define REEVE_RMM_CORE_RSI_RSI_H

#include <stdint.h>

#include "abi/rmi.h"
#include "abi/rsi.h"
#include "lib/addr.h"
#include "rmm/core/realm/realm.h"
#include "rmm/core/rec/rec.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

/* One call: the REC that makes it, its registers, and the record of an exit. */
struct rsi_call {
	struct rmm *rmm;
	struct rec *rec;
	/* Not locked: of its fields, those that are atomic or do not change
	 * while a REC executes. */
	struct rd *rd;
	uint32_t fid; /* W0 without the SVE hint */
	uint64_t *x; /* X0..X30 */
	struct rmi_rec_exit *exit; /* zero before the call */
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
/* psci.c: all of PSCI, SMCCC_VERSION, and the answer to unknown functions. */
rsi_handler_fn psci_handle;

/* Sets X0. The Realm goes on. */
static inline enum rsi_outcome rsi_return(struct rsi_call *call, uint64_t x0)
{
	call->x[0] = x0;
	return RSI_RETURN;
}

/* A protected page that a call reads or writes. Its leaf table stays locked, so
 * that the host can neither unmap the page nor change its RIPAS meanwhile. */
struct rsi_page {
	struct rtt_walk walk;
	pa_t pa;
	void *content;
};

/*
 * Finds and maps the protected page at ipa. Returns false if the call ends with
 * *outcome; its registers and exit record are then set, and nothing is held.
 */
bool rsi_page_map(struct rsi_call *call, ipa_t ipa, struct rsi_page *page,
		  enum rsi_outcome *outcome);
void rsi_page_unmap(struct rsi_call *call, struct rsi_page *page);

/*
 * Completes a host call at RMI_REC_ENTER with the registers of the host.
 * Returns false if the page of the call is not mapped any more; *exit then asks
 * the host for it, and the call stays pending.
 */
bool rsi_host_call_complete(const struct rec_hold *hold,
			    const struct rmi_rec_enter *enter,
			    struct rmi_rec_exit *exit);
/* Completes RSI_IPA_STATE_SET at RMI_REC_ENTER: sets X0 to X2. */
void rsi_ipa_state_complete(struct rec *rec, bool reject);

#endif
