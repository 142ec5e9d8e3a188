/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The RMI as functions, one for each command that the hypervisor uses, with the
 * names of DEN0137 and the arguments in its order. Each runs its command to the
 * end with rmi_run() and returns true if the RMM answered RMI_SUCCESS. Out
 * parameters are written only then, unless the comment says otherwise.
 */
#ifndef REEVE_HYPERVISOR_CORE_RMI_RMI_H
#define REEVE_HYPERVISOR_CORE_RMI_RMI_H

#include <stdbool.h>
#include <stdint.h>

#include "hypervisor/core/host.h"
#include "hypervisor/core/rmi/failure.h"
#include "hypervisor/core/rmi/sro.h"
#include "lib/addr.h"

struct granules;

/* A caller of the RMM, which runs one command at a time. */
struct rmi {
	const struct host_ops *ops;
	struct rmi_failure *failure;
	struct granules *granules; /* for donations; NULL: none are made */
	pa_t list; /* an NS page for descriptors; 0: none, and no granules */
	bool gave_up; /* the last command has no proper answer; noted */
	struct rmi_call call; /* the last command, and its answer */
	uint64_t calls; /* SMCs made so far */
	struct rmi_op op;
};

/*
 * Return the last command's status (RMI_SUCCESS..; 0xff: the RMM does not know
 * the call), and the level that comes with RMI_ERROR_RTT. The status is
 * RMI_INCOMPLETE for an operation that is still open or was cancelled.
 */
unsigned rmi_status(const struct rmi *rmi);
int rmi_index(const struct rmi *rmi);

/* Notes the last command's error as a failure. Returns false. */
bool rmi_refused(struct rmi *rmi);
/* Notes that the last command's answer breaks the protocol. Returns false. */
bool rmi_protocol_error(struct rmi *rmi, const char *why);

/* lower and higher are also written on failure. */
bool ask_version(struct rmi *rmi, uint64_t revision, uint64_t *lower,
		 uint64_t *higher);
bool ask_features(struct rmi *rmi, uint64_t index, uint64_t *value);
bool ask_rmm_config_get(struct rmi *rmi, pa_t config);
bool ask_rmm_config_set(struct rmi *rmi, pa_t config);
bool ask_rmm_activate(struct rmi *rmi);
bool ask_gpt_l1_create(struct rmi *rmi, pa_t pa);

struct tracking {
	uint64_t category; /* RMI_MEM_CATEGORY_* */
	uint64_t state; /* RMI_TRACKING_* */
	pa_t end; /* the end of the range for which both hold */
};

bool ask_granule_tracking_get(struct rmi *rmi, pa_t start, pa_t end,
			      struct tracking *out);

/* next is also written on failure. */
bool ask_granule_range_delegate(struct rmi *rmi, pa_t base, pa_t top,
				pa_t *next);
bool ask_granule_range_undelegate(struct rmi *rmi, pa_t base, pa_t top,
				  pa_t *next);

bool ask_realm_create(struct rmi *rmi, pa_t rd, pa_t params);
bool ask_realm_activate(struct rmi *rmi, pa_t rd);
bool ask_realm_terminate(struct rmi *rmi, pa_t rd);
bool ask_realm_destroy(struct rmi *rmi, pa_t rd);

bool ask_rec_create(struct rmi *rmi, pa_t rd, pa_t rec, pa_t params);
bool ask_rec_destroy(struct rmi *rmi, pa_t rec);
/* Answers the PSCI call of the REC `calling` about the REC `target`. The status
 * is one of abi/psci.h. */
bool ask_psci_complete(struct rmi *rmi, pa_t calling, pa_t target,
		       int64_t status);

bool ask_rtt_create(struct rmi *rmi, pa_t rd, pa_t rtt, ipa_t ipa, int level);
/* The PA of the destroyed table is rmi->call.out[0]. top is also written on
 * failure. */
bool ask_rtt_destroy(struct rmi *rmi, pa_t rd, ipa_t ipa, int level, ipa_t *top);
bool ask_rtt_init_ripas(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			ipa_t *next);

/* Consecutive pages of content that is loaded while a Realm is built. */
struct data_pages {
	pa_t data; /* delegated pages, which become the Realm's */
	ipa_t ipa;
	pa_t src; /* Non-secure pages, which are copied */
	uint64_t count; /* 1; with our RMM up to 256 */
};

/* rmi->call.out[0] is the number of mapped pages, if count is not 1. */
bool ask_rtt_data_map_init(struct rmi *rmi, pa_t rd,
			   const struct data_pages *pages, uint64_t flags);
/* Unmaps one range of pages. Its descriptor is rmi->call.out[1]; 0: nothing was
 * mapped. */
bool ask_rtt_data_unmap(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			ipa_t *next);

/* Consecutive entries of one table, and memory for them. */
struct data_run {
	ipa_t ipa;
	pa_t data; /* delegated: becomes the Realm's, and is zeroed */
	int level; /* 2 or 3 */
	uint64_t count; /* of entries, 1..RMI_RANGE_COUNT_MAX */
};

/* rmi->call.out[0] is the IPA up to which memory was mapped. */
bool ask_rtt_data_map(struct rmi *rmi, pa_t rd, const struct data_run *run);
/* Maps Non-secure memory, which the Realm may read, and write if it is
 * writable, as one entry of a table at level 2 or 3. */
bool ask_rtt_unprot_map(struct rmi *rmi, pa_t rd, ipa_t ipa, pa_t pa, int level,
			bool writable);
/* Unmaps one range of pages as ask_rtt_data_unmap() does. */
bool ask_rtt_unprot_unmap(struct rmi *rmi, pa_t rd, ipa_t base, ipa_t top,
			  ipa_t *next);

/* The entry at which the walk for a page ends. */
struct rtt_look {
	int level; /* of the table that the entry is in */
	uint64_t state; /* RMI_ENTRY_* */
	uint64_t ripas; /* RMI_RIPAS_* */
	pa_t pa; /* of what is assigned there */
};

bool ask_rtt_read_entry(struct rmi *rmi, pa_t rd, ipa_t ipa,
			struct rtt_look *out);

/* A RIPAS change that a REC asked for. */
struct ripas_range {
	pa_t rec;
	ipa_t base;
	ipa_t top;
};

bool ask_rtt_set_ripas(struct rmi *rmi, pa_t rd,
		       const struct ripas_range *range, ipa_t *next);

#endif
