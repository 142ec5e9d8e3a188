/* SPDX-License-Identifier: BSD-3-Clause */
/* The RMI as functions: each fills in its call and runs it. */
#include "hypervisor/core/rmi/rmi.h"

#include <stddef.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "hypervisor/core/rmi/rtt_layout.h"

unsigned rmi_status(const struct rmi *rmi)
{
	return rmi_call_status(&rmi->call);
}

int rmi_index(const struct rmi *rmi)
{
	return rmi_call_index(&rmi->call);
}

bool rmi_refused(struct rmi *rmi)
{
	return rmi_call_failed(rmi, RMI_FAILURE_REFUSED, &rmi->call, NULL);
}

bool rmi_protocol_error(struct rmi *rmi, const char *why)
{
	return rmi_call_failed(rmi, RMI_FAILURE_PROTOCOL, &rmi->call, why);
}

static bool rmi_ask(struct rmi *rmi, struct rmi_call call)
{
	rmi->call = call;
	return rmi_run(rmi);
}

#define ASK(rmi, fid, ...)                                                     \
	rmi_ask(rmi, (struct rmi_call){ fid, { __VA_ARGS__ } })

bool ask_version(struct rmi *rmi, uint64_t revision, uint64_t *lower,
		 uint64_t *higher)
{
	bool done = ASK(rmi, RMI_VERSION, revision);

	*lower = rmi->call.out[0];
	*higher = rmi->call.out[1];
	return done;
}

bool ask_features(struct rmi *rmi, uint64_t index, uint64_t *value)
{
	if (!ASK(rmi, RMI_FEATURES, index))
		return false;
	*value = rmi->call.out[0];
	return true;
}

bool ask_rmm_config_get(struct rmi *rmi, pa_t config)
{
	return ASK(rmi, RMI_RMM_CONFIG_GET, config.value);
}

bool ask_rmm_config_set(struct rmi *rmi, pa_t config)
{
	return ASK(rmi, RMI_RMM_CONFIG_SET, config.value);
}

bool ask_rmm_activate(struct rmi *rmi)
{
	return ASK(rmi, RMI_RMM_ACTIVATE, 0);
}

bool ask_gpt_l1_create(struct rmi *rmi, pa_t pa)
{
	return ASK(rmi, RMI_GPT_L1_CREATE, pa.value);
}

bool ask_granule_tracking_get(struct rmi *rmi, pa_t start, pa_t end,
			      struct tracking *out)
{
	if (!ASK(rmi, RMI_GRANULE_TRACKING_GET, start.value, end.value))
		return false;
	out->category = rmi->call.out[0];
	out->state = rmi->call.out[1];
	out->end = pa_make(rmi->call.out[2]);
	return true;
}

bool ask_granule_range_delegate(struct rmi *rmi, pa_t base, pa_t top, pa_t *next)
{
	bool done = ASK(rmi, RMI_GRANULE_RANGE_DELEGATE, base.value, top.value);

	*next = pa_make(rmi->call.out[0]);
	return done;
}

bool ask_granule_range_undelegate(struct rmi *rmi, pa_t base, pa_t top,
				  pa_t *next)
{
	bool done =
		ASK(rmi, RMI_GRANULE_RANGE_UNDELEGATE, base.value, top.value);

	*next = pa_make(rmi->call.out[0]);
	return done;
}

bool ask_realm_create(struct rmi *rmi, pa_t rd, pa_t params)
{
	return ASK(rmi, RMI_REALM_CREATE, rd.value, params.value);
}

bool ask_realm_activate(struct rmi *rmi, pa_t rd)
{
	return ASK(rmi, RMI_REALM_ACTIVATE, rd.value);
}

bool ask_realm_terminate(struct rmi *rmi, pa_t rd)
{
	return ASK(rmi, RMI_REALM_TERMINATE, rd.value);
}

bool ask_realm_destroy(struct rmi *rmi, pa_t rd)
{
	return ASK(rmi, RMI_REALM_DESTROY, rd.value);
}

bool ask_rec_create(struct rmi *rmi, pa_t rd, pa_t rec, pa_t params)
{
	return ASK(rmi, RMI_REC_CREATE, rd.value, rec.value, params.value);
}

bool ask_rec_destroy(struct rmi *rmi, pa_t rec)
{
	return ASK(rmi, RMI_REC_DESTROY, rec.value);
}

bool ask_psci_complete(struct rmi *rmi, pa_t calling, pa_t target,
		       int64_t status)
{
	return ASK(rmi, RMI_PSCI_COMPLETE, calling.value, target.value,
		   (uint64_t)status);
}

bool ask_rtt_create(struct rmi *rmi, pa_t rd, pa_t rtt, ipa_t ipa, int level)
{
	return ASK(rmi, RMI_RTT_CREATE, rd.value, rtt.value, ipa.value,
		   (uint64_t)level);
}

bool ask_rtt_destroy(struct rmi *rmi, pa_t rd, ipa_t ipa, int level, ipa_t *top)
{
	bool done =
		ASK(rmi, RMI_RTT_DESTROY, rd.value, ipa.value, (uint64_t)level);

	*top = ipa_make(rmi->call.out[1]);
	return done;
}

bool ask_rtt_init_ripas(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			ipa_t *next)
{
	if (!ASK(rmi, RMI_RTT_INIT_RIPAS, rd.value, base.value, top.value))
		return false;
	*next = ipa_make(rmi->call.out[0]);
	return true;
}

bool ask_rtt_data_map_init(struct rmi *rmi, pa_t rd,
			   const struct data_pages *pages, uint64_t flags)
{
	return ASK(rmi, RMI_RTT_DATA_MAP_INIT, rd.value, pages->data.value,
		   pages->ipa.value, pages->src.value,
		   flags | BITS_PUT(RMI_DATA_MORE, pages->count - 1));
}

static bool ask_unmap(struct rmi *rmi, uint32_t fid, pa_t rd, ipa_t base,
		      ipa_t top)
{
	return ASK(rmi, fid, rd.value, base.value, top.value,
		   RMI_ADDR_TYPE_SINGLE);
}

bool ask_rtt_data_unmap(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			ipa_t *next)
{
	if (!ask_unmap(rmi, RMI_RTT_DATA_UNMAP, rd, base, top))
		return false;
	*next = ipa_make(rmi->call.out[0]);
	return true;
}

bool ask_rtt_unprot_unmap(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			  ipa_t *next)
{
	if (!ask_unmap(rmi, RMI_RTT_UNPROT_UNMAP, rd, base, top))
		return false;
	*next = ipa_make(rmi->call.out[0]);
	return true;
}

/* Returns the descriptor of memory for so many entries of a level, as the only
 * range of a command. */
static uint64_t single_range(pa_t pa, int level, uint64_t count, uint64_t state)
{
	return BITS_PUT(RMI_RANGE_SIZE, RTT_DEEPEST - level) |
	       BITS_PUT(RMI_RANGE_COUNT, count) |
	       BITS_PUT(RMI_RANGE_ADDR, pa.value >> RMI_GRANULE_SHIFT) |
	       BITS_PUT(RMI_RANGE_STATE, state);
}

bool ask_rtt_data_map(struct rmi *rmi, pa_t rd, const struct data_run *run)
{
	uint64_t size = run->count * rtt_entry_size(run->level);

	return ASK(rmi, RMI_RTT_DATA_MAP, rd.value, run->ipa.value,
		   run->ipa.value + size, RMI_ADDR_TYPE_SINGLE,
		   single_range(run->data, run->level, run->count,
				RMI_RANGE_DELEGATED));
}

bool ask_rtt_unprot_map(struct rmi *rmi, pa_t rd, ipa_t ipa, pa_t pa, int level,
			bool writable)
{
	uint64_t s2ap = RMI_S2AP_READ | (writable ? RMI_S2AP_WRITE : 0U);

	return ASK(rmi, RMI_RTT_UNPROT_MAP, rd.value, ipa.value,
		   ipa.value + rtt_entry_size(level),
		   BITS_PUT(RMI_MAP_TYPE, RMI_ADDR_TYPE_SINGLE) |
			   BITS_PUT(RMI_MAP_MEMATTR, RMI_MEMATTR_NORMAL_WB) |
			   BITS_PUT(RMI_MAP_S2AP, s2ap),
		   single_range(pa, level, 1, RMI_RANGE_UNDELEGATED));
}

/* The descriptor of an entry: its address, above the attributes. */
#define ENTRY_ADDR_SHIFT 12
#define ENTRY_ADDR_WIDTH 36

bool ask_rtt_read_entry(struct rmi *rmi, pa_t rd, ipa_t ipa,
			struct rtt_look *out)
{
	if (!ASK(rmi, RMI_RTT_READ_ENTRY, rd.value, ipa.value, RTT_DEEPEST))
		return false;
	out->level = (int)(int64_t)rmi->call.out[0];
	out->state = rmi->call.out[1];
	out->pa = pa_make(BITS_GET(rmi->call.out[2], ENTRY_ADDR)
			  << RMI_GRANULE_SHIFT);
	out->ripas = rmi->call.out[3];
	return true;
}

bool ask_rtt_set_ripas(struct rmi *rmi, pa_t rd,
		       const struct ripas_range *range, ipa_t *next)
{
	if (!ASK(rmi, RMI_RTT_SET_RIPAS, rd.value, range->rec.value,
		 range->base.value, range->top.value))
		return false;
	*next = ipa_make(rmi->call.out[0]);
	return true;
}
