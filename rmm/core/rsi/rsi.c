/* SPDX-License-Identifier: BSD-3-Clause */
/* The dispatch of a Realm's calls (docs/rsi.md, RSI commands), and the calls
 * about versions, features, the Realm's configuration and the host. */
#include "rmm/core/rsi/rsi.h"

#include <stddef.h>
#include <string.h>

#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"

/* The bits that the host sees of the immediate of a host call. */
#define HOST_CALL_IMM_MASK 0xffff

/* The identifiers follow one another, so a call's identifier is its index in
 * the table. */
#define INDEX(fid) ((fid) - RSI_VERSION)

static rsi_handler_fn *const handlers[] = {
	[INDEX(RSI_VERSION)] = rsi_version,
	[INDEX(RSI_FEATURES)] = rsi_features,
	[INDEX(RSI_MEASUREMENT_READ)] = rsi_measurement_read,
	[INDEX(RSI_MEASUREMENT_EXTEND)] = rsi_measurement_extend,
	[INDEX(RSI_ATTEST_TOKEN_INIT)] = rsi_attest_token_init,
	[INDEX(RSI_ATTEST_TOKEN_CONTINUE)] = rsi_attest_token_continue,
	[INDEX(RSI_REALM_CONFIG)] = rsi_realm_config,
	[INDEX(RSI_IPA_STATE_SET)] = rsi_ipa_state_set,
	[INDEX(RSI_IPA_STATE_GET)] = rsi_ipa_state_get,
	[INDEX(RSI_HOST_CALL)] = rsi_host_call,
};

#define HANDLERS (sizeof(handlers) / sizeof(handlers[0]))

static rsi_handler_fn *handler_find(uint32_t fid)
{
	uint32_t index = INDEX(fid);

	return index < HANDLERS ? handlers[index] : psci_handle;
}

enum rsi_outcome rmm_handle_rsi(const struct rec_hold *hold,
				struct rmi_rec_exit *exit)
{
	struct rsi_call call = {
		.rmm = hold->rmm,
		.rec = hold->rec,
		.rd = hold->rd,
		.fid = (uint32_t)hold->rec->gprs[0] & ~(uint32_t)SMCCC_SVE_HINT,
		.x = hold->rec->gprs,
		.exit = exit,
	};

	return handler_find(call.fid)(&call);
}

enum rsi_outcome rsi_version(struct rsi_call *call)
{
	uint64_t wanted = call->x[1];

	call->x[2] = RSI_ABI_VERSION_1_1;
	if (wanted == RSI_ABI_VERSION_1_0 || wanted == RSI_ABI_VERSION_1_1)
		return rsi_return(call, RSI_SUCCESS);
	call->x[1] = RSI_ABI_VERSION_1_1;
	return rsi_return(call, RSI_ERROR_INPUT);
}

enum rsi_outcome rsi_features(struct rsi_call *call)
{
	/* There are no devices and no memory with a read-only RIPAS, and no
	 * other registers. */
	call->x[1] = 0;
	return rsi_return(call, RSI_SUCCESS);
}

enum rsi_outcome rsi_realm_config(struct rsi_call *call)
{
	ipa_t ipa = ipa_make(call->x[1]);
	struct rsi_realm_config *config;
	struct rsi_page page;
	enum rsi_outcome outcome;

	if (!is_aligned(ipa.value, GRANULE_SIZE) ||
	    !realm_ipa_protected(&call->rd->s2, ipa))
		return rsi_return(call, RSI_ERROR_INPUT);
	if (!rsi_page_map(call, ipa, &page, &outcome))
		return outcome;
	config = page.content;
	memset(config, 0, sizeof(*config));
	config->ipa_width = call->rd->s2.ipa_bits;
	config->hash_algo = (uint8_t)call->rd->measurements.algorithm;
	config->gicv3_vtr = port_gic_vtr(call->rmm->port);
	memcpy(config->rpv, call->rd->rpv, sizeof(config->rpv));
	rsi_page_unmap(call, &page);
	return rsi_return(call, RSI_SUCCESS);
}

/* Returns the structure at ipa, whose page is mapped. */
static struct rsi_host_call *host_call_at(const struct rsi_page *page, ipa_t ipa)
{
	size_t offset = ipa.value % GRANULE_SIZE;

	return (struct rsi_host_call *)((uint8_t *)page->content + offset);
}

enum rsi_outcome rsi_host_call(struct rsi_call *call)
{
	ipa_t ipa = ipa_make(call->x[1]);
	const struct rsi_host_call *host_call;
	struct rsi_page page;
	enum rsi_outcome outcome;

	/* The structure is aligned to its size, so it lies in one page. */
	if (!is_aligned(ipa.value, sizeof(*host_call)) ||
	    !realm_ipa_protected(&call->rd->s2, ipa))
		return rsi_return(call, RSI_ERROR_INPUT);
	if (!rsi_page_map(call, ipa, &page, &outcome))
		return outcome;
	host_call = host_call_at(&page, ipa);
	call->exit->exit_reason = RMI_EXIT_HOST_CALL;
	call->exit->imm = host_call->imm & HOST_CALL_IMM_MASK;
	memcpy(call->exit->gprs, host_call->gprs, sizeof(host_call->gprs));
	rsi_page_unmap(call, &page);
	call->rec->host_call = (struct rec_host_call){ true, ipa };
	return RSI_EXIT;
}

bool rsi_host_call_complete(const struct rec_hold *hold,
			    const struct rmi_rec_enter *enter,
			    struct rmi_rec_exit *exit)
{
	struct rsi_call call = {
		.rmm = hold->rmm,
		.rec = hold->rec,
		.rd = hold->rd,
		.x = hold->rec->gprs,
		.exit = exit,
	};
	ipa_t ipa = hold->rec->host_call.ipa;
	struct rsi_page page;
	enum rsi_outcome outcome;

	if (rsi_page_map(&call, ipa, &page, &outcome)) {
		struct rsi_host_call *host_call = host_call_at(&page, ipa);

		memcpy(host_call->gprs, enter->gprs, sizeof(host_call->gprs));
		rsi_page_unmap(&call, &page);
		rsi_return(&call, RSI_SUCCESS);
	} else if (outcome == RSI_RETRY) {
		return false;
	}
	hold->rec->host_call.pending = false;
	return true;
}
