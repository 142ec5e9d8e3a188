/* SPDX-License-Identifier: BSD-3-Clause */
/* Preparing the RMM for Realms. */
#include "hypervisor/core/rmi/host_init.h"

#include <string.h>

#include "abi/bits.h"
#include "hypervisor/core/rmi/rmi.h"
#include "lib/number.h"

static bool version_agree(struct host *host, struct rmi *rmi)
{
	struct host_info *info = &host->info;

	failure_step(&host->failure, "agreeing on the RMI version");
	if (!ask_version(rmi, RMI_ABI_VERSION, &info->version_lower,
			 &info->version_higher))
		return rmi_refused(rmi);
	if (info->version_lower != RMI_ABI_VERSION)
		return rmi_protocol_error(rmi, "another version was agreed on");
	return true;
}

static unsigned hashes_decode(uint64_t feature1)
{
	unsigned hashes = 0;

	if (BITS_GET(feature1, RMI_FEATURE1_SHA_256))
		hashes |= 1u << RMI_HASH_SHA_256;
	if (BITS_GET(feature1, RMI_FEATURE1_SHA_384))
		hashes |= 1u << RMI_HASH_SHA_384;
	if (BITS_GET(feature1, RMI_FEATURE1_SHA_512))
		hashes |= 1u << RMI_HASH_SHA_512;
	return hashes;
}

static void features_decode(struct host_info *info)
{
	uint64_t f0 = info->features[0];
	uint64_t f1 = info->features[1];

	info->ipa_bits = (unsigned)BITS_GET(f0, RMI_FEATURE0_S2SZ);
	info->num_bps = (unsigned)BITS_GET(f0, RMI_FEATURE0_NUM_BPS);
	info->num_wps = (unsigned)BITS_GET(f0, RMI_FEATURE0_NUM_WPS);
	info->hashes = hashes_decode(f1);
	info->max_recs = (1u << BITS_GET(f1, RMI_FEATURE1_MAX_RECS_ORDER)) - 1;
	info->gpt_bits = 30 + (unsigned)BITS_GET(f1, RMI_FEATURE1_L0GPTSZ);
}

static bool features_read(struct host *host, struct rmi *rmi)
{
	failure_step(&host->failure, "reading the RMM's features");
	for (unsigned i = 0; i < RMI_FEATURE_REGISTERS; i++) {
		if (!ask_features(rmi, i, &host->info.features[i]))
			return rmi_refused(rmi);
	}
	features_decode(&host->info);
	return true;
}

static bool rmm_configure(struct host *host, struct rmi *rmi)
{
	const struct host_ops *ops = host->ops;
	struct rmi_rmm_config *config;

	failure_step(&host->failure, "configuring the RMM");
	if (!ask_rmm_config_get(rmi, rmi->list))
		return rmi_refused(rmi);
	config = ops->page_map(ops->ctx, rmi->list);
	memset(config, 0, sizeof(*config));
	ops->page_unmap(ops->ctx, rmi->list, config);
	if (!ask_rmm_config_set(rmi, rmi->list))
		return rmi_refused(rmi);
	return true;
}

static bool rmm_activate(struct host *host, struct rmi *rmi)
{
	failure_step(&host->failure, "activating the RMM");
	if (!ask_rmm_activate(rmi))
		return rmi_refused(rmi);
	return true;
}

/* Returns how many bytes of a bank the RMM tracks granule by granule. */
static uint64_t bank_tracked(struct rmi *rmi, const struct host_ram *bank)
{
	pa_t at = bank->base;
	pa_t end = pa_add(bank->base, bank->size);
	struct tracking tracking;
	uint64_t bytes = 0;

	while (at.value < end.value) {
		if (!ask_granule_tracking_get(rmi, at, end, &tracking)) {
			rmi_refused(rmi);
			return bytes;
		}
		if (tracking.end.value <= at.value ||
		    tracking.end.value > end.value) {
			rmi_protocol_error(rmi, "no progress in the range");
			return bytes;
		}
		if (tracking.category == RMI_MEM_CATEGORY_CONVENTIONAL &&
		    tracking.state == RMI_TRACKING_FINE)
			bytes += tracking.end.value - at.value;
		at = tracking.end;
	}
	return bytes;
}

/* Has level 1 GPTs made for a bank, so that each of its granules can be
 * delegated on its own. */
static bool bank_protect(struct host *host, struct rmi *rmi,
			 const struct host_ram *bank)
{
	uint64_t step = UINT64_C(1) << host->info.gpt_bits;
	uint64_t end = bank->base.value + bank->size;

	for (uint64_t at = align_down(bank->base.value, step); at < end;
	     at += step) {
		/* ERROR_GPT: the table exists already. */
		if (!ask_gpt_l1_create(rmi, pa_make(at)) &&
		    (rmi->gave_up || rmi_status(rmi) != RMI_ERROR_GPT))
			return rmi_refused(rmi);
	}
	return true;
}

/* Succeeds if one bank at least can be used: a bank that does not work must not
 * cost the host all Realms. */
static bool banks_prepare(struct host *host, struct rmi *rmi,
			  const struct host_ram *banks, unsigned count)
{
	failure_step(&host->failure, "preparing the host's memory");
	for (unsigned i = 0; i < count; i++) {
		uint64_t bytes = bank_tracked(rmi, &banks[i]);

		if (bytes > 0 && bank_protect(host, rmi, &banks[i]))
			host->info.ram_bytes += bytes;
	}
	if (host->info.ram_bytes > 0)
		return true;
	return failure_note_reason(&host->failure, RMI_FAILURE_MEMORY,
				   "the RMM tracks none of the host's memory");
}

static bool rmm_prepare(struct host *host, struct rmi *rmi,
			const struct host_ram *banks, unsigned count)
{
	return version_agree(host, rmi) && features_read(host, rmi) &&
	       rmm_configure(host, rmi) && rmm_activate(host, rmi) &&
	       banks_prepare(host, rmi, banks, count);
}

bool host_init(struct host *host, const struct host_ops *ops,
	       const struct host_ram *banks, unsigned count)
{
	struct granules_want want = granules_run(GRANULES_SHARED, 1);
	struct rmi rmi = { .ops = ops,
			   .failure = &host->failure,
			   .granules = &host->granules };
	struct granules_range list;
	bool done;

	*host = (struct host){ .ops = ops };
	granules_init(&host->granules, ops, &host->failure);
	failure_step(&host->failure, "making room for the RMM's lists");
	if (!granules_alloc(&host->granules, &want, &list))
		return false;
	rmi.list = list.base;
	host->granules.list = list.base;
	done = rmm_prepare(host, &rmi, banks, count);
	host->granules.list = pa_make(0);
	granules_free(&host->granules, GRANULES_SHARED, list);
	if (done)
		failure_clear(&host->failure);
	return done;
}
