/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI_REALM_CREATE, _ACTIVATE, _TERMINATE and _DESTROY. */
#include "rmm/core/realm/realm.h"

#include <string.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/port.h"
#include "rmm/core/realm/vmid.h"
#include "rmm/core/rmi/feature.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"
#include "rmm/core/rtt/rtt.h"

#define S2SZ_MIN 32

/* The first byte of an instance ID: what kind of identifier it is. */
#define INSTANCE_ID_TYPE 0x01

static bool debug_count_valid(uint32_t count, uint64_t offered)
{
	return count != 0 && count <= offered;
}

/* Returns whether the flags ask only for what this RMM offers, which is neither
 * LPA2, SVE, PMU nor device assignment. */
static bool realm_flags_valid(const struct rmi_realm_params *params)
{
	const uint64_t refused = RMI_REALM_FLAG0_LPA2 | RMI_REALM_FLAG0_SVE |
				 RMI_REALM_FLAG0_PMU | RMI_REALM_FLAG0_DA;

	return (params->flags0 & refused) == 0 &&
	       BITS_GET(params->flags0, RMI_REALM_FLAG0_MEC) <= RMI_MEC_PRIVATE;
}

static bool root_tables_valid(const struct rmm *rmm,
			      const struct rmi_realm_params *params)
{
	unsigned count = rtt_root_count(params->s2sz, params->rtt_level_start,
					rmm->machine.pa_bits);

	return count != 0 && params->rtt_num_start == count &&
	       is_aligned(params->rtt_base, (uint64_t)count * GRANULE_SIZE);
}

/* docs/rmi.md, RMI_REALM_CREATE step 2. Each refusal is ERROR_INPUT. */
static bool realm_params_valid(const struct rmm *rmm,
			       const struct rmi_realm_params *params)
{
	uint64_t features = feature_register(rmm, 0);

	return realm_flags_valid(params) && params->s2sz >= S2SZ_MIN &&
	       params->s2sz <= BITS_GET(features, RMI_FEATURE0_S2SZ) &&
	       debug_count_valid(params->num_bps,
				 BITS_GET(features, RMI_FEATURE0_NUM_BPS)) &&
	       debug_count_valid(params->num_wps,
				 BITS_GET(features, RMI_FEATURE0_NUM_WPS)) &&
	       params->num_aux_planes == 0 && params->ats_plane == 0 &&
	       !(params->flags1 & RMI_REALM_FLAG1_S2AP_INDIRECT) &&
	       root_tables_valid(rmm, params) &&
	       hash_size(params->hash_algo) != 0;
}

static void roots_release(struct rmm *rmm, pa_t root, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct granule_ref ref;

		granule_lock_owned(rmm, pa_add(root, (uint64_t)i * GRANULE_SIZE),
				   GRANULE_RTT, &ref);
		granule_unlock_to(&ref, GRANULE_DELEGATED);
	}
}

/* Makes all root tables RTT granules, or none of them. */
static bool roots_claim(struct rmm *rmm, pa_t root, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct granule_ref ref;

		if (!granule_lock(rmm, pa_add(root, (uint64_t)i * GRANULE_SIZE),
				  GRANULE_DELEGATED, &ref)) {
			roots_release(rmm, root, i);
			return false;
		}
		granule_unlock_to(&ref, GRANULE_RTT);
	}
	return true;
}

/* Gives the granules of a Realm their roles; *rd_ref stays locked. The roots
 * come first: an rd that is one of them is not DELEGATED any more, and the call
 * is refused. */
static bool realm_granules_claim(struct rmm *rmm, const struct realm_s2 *s2,
				 pa_t rd, struct granule_ref *rd_ref)
{
	if (!roots_claim(rmm, s2->root, s2->root_count))
		return false;
	if (granule_lock(rmm, rd, GRANULE_DELEGATED, rd_ref)) {
		granule_set_state(rd_ref, GRANULE_RD);
		return true;
	}
	roots_release(rmm, s2->root, s2->root_count);
	return false;
}

static void rd_fill(struct rmm *rmm, const struct granule_ref *ref,
		    const struct rd *rd, const struct rmi_realm_params *params)
{
	struct rd *content = granule_map(ref);

	memset(content, 0, GRANULE_SIZE);
	*content = *rd;
	memcpy(content->rpv, params->rpv, sizeof(content->rpv));
	content->instance_id[0] = INSTANCE_ID_TYPE;
	measurement_realm_create(rmm->port, &content->measurements, params);
	granule_unmap(ref, content);
}

/* Prepares the parts of the RD that do not depend on granules: instance ID,
 * VMID, memory encryption. Returns false for ERROR_GLOBAL. */
static bool rd_prepare(struct rmm *rmm, const struct rmi_realm_params *params,
		       struct rd *rd)
{
	*rd = (struct rd){
		.s2 = {
			.ipa_bits = params->s2sz,
			.start_level = (int32_t)params->rtt_level_start,
			.root_count = params->rtt_num_start,
			.root = pa_make(params->rtt_base),
		},
		.debug_counts = {
			.breakpoints = (uint8_t)(params->num_bps + 1),
			.watchpoints = (uint8_t)(params->num_wps + 1),
		},
		.mec_policy = (uint8_t)BITS_GET(
			params->flags0, RMI_REALM_FLAG0_MEC),
	};
	if (!port_random(rmm->port, &rd->instance_id[1],
			 sizeof(rd->instance_id) - 1))
		return false;
	/* There is no private MECID to give (feature register 4). */
	if (rd->mec_policy != RMI_MEC_SHARED)
		return false;
	return vmid_take(rmm, &rd->s2.vmid);
}

uint64_t rmi_realm_create(struct rmm *rmm, const uint64_t *args,
			  uint64_t *results)
{
	struct rmi_realm_params params;
	struct granule_ref rd_ref;
	struct rd rd;

	(void)results;
	if (!is_aligned(args[1], GRANULE_SIZE) ||
	    !granule_ns_read(rmm, pa_make(args[1]), &params, sizeof(params)) ||
	    !realm_params_valid(rmm, &params))
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!rd_prepare(rmm, &params, &rd))
		return rmi_return(RMI_ERROR_GLOBAL, 0);
	if (!realm_granules_claim(rmm, &rd.s2, pa_make(args[0]), &rd_ref)) {
		vmid_release(rmm, rd.s2.vmid);
		return rmi_return(RMI_ERROR_INPUT, 0);
	}
	rtt_roots_init(rmm, &rd.s2);
	rd_fill(rmm, &rd_ref, &rd, &params);
	granule_unlock(&rd_ref);
	return rmi_return(RMI_SUCCESS, 0);
}

static uint64_t realm_activate(struct rd *rd)
{
	if (realm_life_state(rd) != REALM_NEW)
		return rmi_return(RMI_ERROR_REALM, 0);
	realm_life_set(rd, REALM_ACTIVE);
	return rmi_return(RMI_SUCCESS, 0);
}

static uint64_t realm_terminate(struct rd *rd)
{
	if (!realm_life_terminate(rd))
		return rmi_return(RMI_ERROR_REALM, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Applies a step of the life cycle to the RD that the host names. */
static uint64_t realm_step(struct rmm *rmm, uint64_t pa,
			   uint64_t (*step)(struct rd *rd))
{
	struct granule_ref ref;
	struct rd *rd;
	uint64_t result;

	if (!granule_lock(rmm, pa_make(pa), GRANULE_RD, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	rd = granule_map(&ref);
	result = step(rd);
	granule_unmap(&ref, rd);
	granule_unlock(&ref);
	return result;
}

uint64_t rmi_realm_activate(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	(void)results;
	return realm_step(rmm, args[0], realm_activate);
}

uint64_t rmi_realm_terminate(struct rmm *rmm, const uint64_t *args,
			     uint64_t *results)
{
	(void)results;
	return realm_step(rmm, args[0], realm_terminate);
}

/*
 * docs/rmi.md, RMI_REALM_DESTROY steps 2 to 4. If the Realm can be destroyed,
 * its root tables are locked. No RECs and tables are made meanwhile: commands
 * that make them lock the RD first. Such a command may have let go of the RD
 * before, but then it holds a root table, whose lock is waited for, or a table
 * that a root counts.
 */
static bool realm_destroyable(struct rmm *rmm, const struct granule_ref *ref,
			      const struct rd *rd)
{
	if (granule_refs(ref) != 0 || realm_life_state(rd) != REALM_ZOMBIE)
		return false;
	if (rtt_roots_lock(rmm, &rd->s2) == 0)
		return true;
	rtt_roots_unlock(rmm, &rd->s2);
	return false;
}

uint64_t rmi_realm_destroy(struct rmm *rmm, const uint64_t *args,
			   uint64_t *results)
{
	struct granule_ref ref;
	struct realm_s2 s2;
	struct rd *rd;
	bool allowed;

	(void)results;
	if (!granule_lock(rmm, pa_make(args[0]), GRANULE_RD, &ref))
		return rmi_return(RMI_ERROR_INPUT, 0);
	rd = granule_map(&ref);
	s2 = rd->s2;
	allowed = realm_destroyable(rmm, &ref, rd);
	granule_unmap(&ref, rd);
	if (!allowed) {
		granule_unlock(&ref);
		return rmi_return(RMI_ERROR_REALM, 0);
	}
	/* The VMID goes first, since the TLBs must not refer to tables that the
	 * host can have back. */
	vmid_release(rmm, s2.vmid);
	rtt_roots_release(rmm, &s2);
	granule_unlock_to(&ref, GRANULE_DELEGATED);
	return rmi_return(RMI_SUCCESS, 0);
}
