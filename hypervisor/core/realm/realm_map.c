/* SPDX-License-Identifier: BSD-3-Clause */
/* Mapping pages into a Realm, with the tables that they need. */
#include "hypervisor/core/realm/realm_map.h"

#include "abi/rmi.h"
#include "hypervisor/core/realm/realm_charged.h"

bool realm_table_create(struct realm *realm, ipa_t ipa, int level)
{
	struct granules_want want = granules_run(GRANULES_RTT, 1);
	uint64_t span = rtt_entry_size(level);

	if (realm->tables.count == 0 &&
	    !realm_alloc(realm, &want, &realm->tables))
		return false;
	if (!realm_account_result(
		    realm, ask_rtt_create(&realm->rmi, realm->rd.base,
					  realm->tables.base,
					  ipa_align_down(ipa, span), level + 1)))
		return rmi_refused(&realm->rmi);
	return true;
}

bool realm_walk_deepen(struct realm *realm, ipa_t ipa, int want, int *deepest)
{
	const struct rmi *rmi = &realm->rmi;
	int level = rmi_index(rmi);

	if (rmi->gave_up || rmi_status(rmi) != RMI_ERROR_RTT || level >= want ||
	    level <= *deepest)
		return rmi_refused(&realm->rmi);
	*deepest = level;
	return realm_table_create(realm, ipa, level);
}

bool realm_data_map(struct realm *realm, ipa_t ipa, int level)
{
	uint64_t pages = rtt_entry_size(level) / RMI_GRANULE_SIZE;
	int deepest = realm_above_root(realm);

	while (realm->data.count > 0) {
		struct data_run run = { ipa, realm->data.base, level,
					realm->data.count / pages };

		if (realm_account_result(realm, ask_rtt_data_map(&realm->rmi,
								 realm->rd.base,
								 &run))) {
			ipa = ipa_make(realm->rmi.call.out[0]);
			deepest = realm_above_root(realm);
		} else if (!realm_walk_deepen(realm, ipa, level, &deepest)) {
			return false;
		}
	}
	return true;
}
