/* SPDX-License-Identifier: BSD-3-Clause */
/* RMI commands about the RMM as a whole (docs/rmi.md, Global commands). */
#include <stddef.h>

#include "abi/bits.h"
#include "abi/rmi.h"
#include "lib/number.h"
#include "rmm/core/granule.h"
#include "rmm/core/rmi/feature.h"
#include "rmm/core/rmi/handlers.h"
#include "rmm/core/rmi/status.h"
#include "rmm/core/rmm.h"

/* An entry of the GPT's level 0 covers 1 GiB, which feature register 1 encodes
 * as 0. */
#define L0_GPT_SIZE (UINT64_C(1) << 30)
#define L0GPTSZ_30  0

uint64_t rmi_version(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	(void)rmm;
	results[0] = RMI_ABI_VERSION;
	results[1] = RMI_ABI_VERSION;
	return rmi_return(
		args[0] == RMI_ABI_VERSION ? RMI_SUCCESS : RMI_ERROR_INPUT, 0);
}

/* Returns the encoding of the largest physical address size that pa_bits
 * reach. */
static unsigned pps_encode(unsigned pa_bits)
{
	static const unsigned bits[] = { 32, 36, 40, 42, 44, 48 };
	unsigned pps = sizeof(bits) / sizeof(bits[0]) - 1;

	while (pps > 0 && bits[pps] > pa_bits)
		pps--;
	return pps;
}

uint64_t feature_register(const struct rmm *rmm, uint64_t index)
{
	const struct rmm_machine *machine = &rmm->machine;

	switch (index) {
	case 0:
		return BITS_PUT(RMI_FEATURE0_S2SZ, machine->pa_bits) |
		       BITS_PUT(RMI_FEATURE0_NUM_BPS, machine->num_bps) |
		       BITS_PUT(RMI_FEATURE0_NUM_WPS, machine->num_wps);
	case 1:
		return BITS_PUT(RMI_FEATURE1_GRAN_4K, 1) |
		       BITS_PUT(RMI_FEATURE1_SHA_256, 1) |
		       BITS_PUT(RMI_FEATURE1_SHA_384, 1) |
		       BITS_PUT(RMI_FEATURE1_SHA_512, 1) |
		       BITS_PUT(RMI_FEATURE1_MAX_RECS_ORDER, 10) |
		       BITS_PUT(RMI_FEATURE1_L0GPTSZ, L0GPTSZ_30) |
		       BITS_PUT(RMI_FEATURE1_PPS, pps_encode(machine->pa_bits));
	default:
		/* There are no devices, planes or private memory encryption
		 * contexts; other registers do not exist. */
		return 0;
	}
}

uint64_t rmi_features(struct rmm *rmm, const uint64_t *args, uint64_t *results)
{
	results[0] = feature_register(rmm, args[0]);
	return rmi_return(RMI_SUCCESS, 0);
}

/* Returns whether pa can be the page of RMI_RMM_CONFIG_GET or _SET. The copy
 * from or to it checks the rest. */
static bool config_address_valid(pa_t pa)
{
	return pa.value != 0 && is_aligned(pa.value, GRANULE_SIZE);
}

uint64_t rmi_rmm_config_get(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	pa_t page = pa_make(args[0]);
	struct rmi_rmm_config config = { 0 }; /* 4 KiB granules, 1 GiB */

	(void)results;
	if (!config_address_valid(page) ||
	    !granule_ns_write(rmm, page, &config, sizeof(config)))
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rmi_rmm_config_set(struct rmm *rmm, const uint64_t *args,
			    uint64_t *results)
{
	pa_t page = pa_make(args[0]);
	struct rmi_rmm_config config;

	(void)results;
	if (!config_address_valid(page) ||
	    !granule_ns_read(rmm, page, &config, sizeof(config)))
		return rmi_return(RMI_ERROR_INPUT, 0);
	/* The only values offered are those that RMI_RMM_CONFIG_GET reports, so
	 * there is nothing to store. */
	if (config.rmi_granule_size != 0 || config.tracking_region_size != 0)
		return rmi_return(RMI_ERROR_INPUT, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rmi_rmm_activate(struct rmm *rmm, const uint64_t *args,
			  uint64_t *results)
{
	uint32_t expected = RMM_INIT;

	(void)args;
	(void)results;
	/* Two CPUs may both have passed the gate in rmm_handle_rmi(). */
	if (!__atomic_compare_exchange_n(&rmm->state, &expected, RMM_ACTIVE,
					 false, __ATOMIC_ACQ_REL,
					 __ATOMIC_RELAXED))
		return rmi_return(RMI_ERROR_GLOBAL, 0);
	return rmi_return(RMI_SUCCESS, 0);
}

/* The tracking state of memory from an address on, and where it changes. */
struct tracking {
	unsigned state; /* RMI_TRACKING_* */
	uint64_t top;
};

static struct tracking tracking_at(const struct rmm *rmm, uint64_t start)
{
	uint64_t base = rmm->machine.memory_base.value;
	uint64_t top = base + rmm->machine.memory_size;

	if (start < base)
		return (struct tracking){ RMI_TRACKING_NONE, base };
	if (start < top)
		return (struct tracking){ RMI_TRACKING_FINE, top };
	return (struct tracking){ RMI_TRACKING_NONE, UINT64_MAX };
}

uint64_t rmi_granule_tracking_get(struct rmm *rmm, const uint64_t *args,
				  uint64_t *results)
{
	uint64_t start = args[0], end = args[1];
	uint64_t pa_end = UINT64_C(1) << rmm->machine.pa_bits;
	struct tracking tracking;

	if (start > pa_end || end > pa_end || start > end ||
	    end - start < GRANULE_SIZE)
		return rmi_return(RMI_ERROR_INPUT, 0);
	if (!is_aligned(start, GRANULE_SIZE) || !is_aligned(end, GRANULE_SIZE))
		return rmi_return(RMI_ERROR_INPUT, 0);
	tracking = tracking_at(rmm, start);
	results[0] = RMI_MEM_CATEGORY_CONVENTIONAL;
	results[1] = tracking.state;
	results[2] = smaller(tracking.top, end);
	return rmi_return(RMI_SUCCESS, 0);
}

uint64_t rmi_gpt_l1_create(struct rmm *rmm, const uint64_t *args,
			   uint64_t *results)
{
	(void)rmm;
	(void)results;
	if (!is_aligned(args[0], L0_GPT_SIZE))
		return rmi_return(RMI_ERROR_INPUT, 0);
	/* EL3 has made all tables of level 1 at boot. */
	return rmi_return(RMI_ERROR_GPT, 0);
}
