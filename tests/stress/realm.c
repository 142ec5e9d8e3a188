/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A Realm is made and destroyed while other threads name its granules in
 * other roles, make tables for it and run its vCPUs. So every step is tried
 * again until it succeeds; once no other host's thread is left it must.
 */
#include <string.h>

#include "abi/bits.h"
#include "tests/stress/fail.h"
#include "tests/stress/stress.h"

/* When a worker is alone: that many attempts in a row. A table that another
 * Realm keeps takes one to be given back, and one to be had again. */
#define ATTEMPTS_ALONE 4

/* Counts the attempts at something that only other threads can hinder. */
struct patience {
	const char *what;
	unsigned alone;
};

static void try_again(struct worker *w, struct patience *patience)
{
	if (__atomic_load_n(&w->stress->hosts_left, __ATOMIC_ACQUIRE) == 0 &&
	    ++patience->alone > ATTEMPTS_ALONE)
		stress_fail("alone, and still cannot %s", patience->what);
}

/*
 * Unmaps 2 MiB of memory and destroys the tables that may be there in both
 * halves. NS memory in the unprotected half goes with its table, or with the
 * Realm if it is a block in a root table: nothing counts it, so only the TLB
 * maintenance of the VMID ends such a mapping.
 */
static void slot_empty(struct worker *w, uint64_t rd, uint64_t slot)
{
	uint64_t next = slot;

	while (next < slot + MIB2 && rmi(w, RMI_RTT_DATA_UNMAP, rd, next,
					 slot + MIB2, 0, 0) == RMI_SUCCESS)
		next = w->regs.x[1];
	rmi(w, RMI_RTT_DESTROY, rd, slot, 3);
	rmi(w, RMI_RTT_DESTROY, rd, slot + stress_unprotected(w->stress), 3);
}

void realm_empty(struct worker *w, unsigned realm)
{
	uint64_t rd = page(PAGE_RD + realm);

	for (unsigned i = 0; i < SLOTS; i++)
		slot_empty(w, rd, GIB1 + i * MIB2);
	rmi(w, RMI_RTT_DESTROY, rd, GIB1, 2);
	rmi(w, RMI_RTT_DESTROY, rd, GIB1 + stress_unprotected(w->stress), 2);
}

/* Granules that must be DELEGATED, and that a Realm may have for its own. */
static void granules_regain(struct worker *w, unsigned number, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		rmi(w, RMI_GRANULE_RANGE_DELEGATE, page(number + i),
		    page(number + i + 1));
	}
}

static void all_empty(struct worker *w)
{
	for (unsigned i = 0; i < REALMS; i++)
		realm_empty(w, i);
}

/* ---- RECs ---- */

/* Carries a stateful operation on a REC to its end; its status. */
static uint64_t operation(struct worker *w, unsigned aux)
{
	uint64_t *list = inprocess_host_page(w->stress->machine,
					     page(PAGE_LIST + w->id));
	uint64_t status = w->regs.x[0], handle = w->regs.x[1];

	list[0] = page(aux) | BITS_PUT(RMI_RANGE_COUNT, REC_AUX_GRANULES);
	while (BITS_GET(status, RMI_RETURN_STATUS) == RMI_INCOMPLETE) {
		switch (BITS_GET(status, RMI_RETURN_MEM_REQ)) {
		case RMI_MEM_REQ_DONATE:
			status = rmi(w, RMI_OP_MEM_DONATE, handle,
				     page(PAGE_LIST + w->id), 1);
			/* If not all were to be had, this ends it. */
			list[0] = page(PAGE_NS) | BITS_PUT(RMI_RANGE_COUNT, 1);
			break;
		case RMI_MEM_REQ_RECLAIM:
			status = rmi(w, RMI_OP_MEM_RECLAIM, handle,
				     page(PAGE_LIST + w->id), 1);
			break;
		default:
			status = rmi(w, RMI_OP_CONTINUE, handle, 0);
			break;
		}
	}
	return status;
}

static bool rec_try(struct worker *w, unsigned realm, unsigned rec, unsigned aux)
{
	struct rmi_rec_params *params = inprocess_host_page(
		w->stress->machine, page(PAGE_SCRATCH + w->id));

	memset(params, 0, sizeof(*params));
	params->flags = RMI_REC_FLAG_RUNNABLE;
	params->mpidr = rec % RECS;
	granules_regain(w, PAGE_RECS + rec, 1);
	granules_regain(w, aux, REC_AUX_GRANULES);
	rmi(w, RMI_REC_CREATE, page(PAGE_RD + realm), page(PAGE_RECS + rec),
	    page(PAGE_SCRATCH + w->id));
	return operation(w, aux) == RMI_SUCCESS;
}

static void rec_make(struct worker *w, unsigned realm, unsigned rec)
{
	struct patience patience = { .what = "create a REC" };

	while (!rec_try(w, realm, rec, PAGE_AUX + rec * REC_AUX_GRANULES)) {
		try_again(w, &patience);
		all_empty(w);
	}
}

/* RMI_ERROR_REC: it runs just now. */
static void rec_destroy(struct worker *w, unsigned rec)
{
	struct patience patience = { .what = "destroy a REC" };

	rmi(w, RMI_REC_DESTROY, page(PAGE_RECS + rec));
	while (operation(w, 0) != RMI_SUCCESS) {
		try_again(w, &patience);
		rmi(w, RMI_REC_DESTROY, page(PAGE_RECS + rec));
	}
}

/* ---- Realms ---- */

static bool realm_try(struct worker *w, unsigned realm)
{
	const struct shape *shape = w->stress->config->shape;
	unsigned roots = PAGE_ROOTS + realm * ROOTS_MAX;
	struct rmi_realm_params *params = inprocess_host_page(
		w->stress->machine, page(PAGE_SCRATCH + w->id));

	memset(params, 0, sizeof(*params));
	params->s2sz = shape->ipa_bits;
	params->num_bps = 1;
	params->num_wps = 1;
	params->rtt_base = page(roots);
	params->rtt_level_start = shape->start_level;
	params->rtt_num_start = shape->roots;
	granules_regain(w, PAGE_RD + realm, 1);
	granules_regain(w, roots, shape->roots);
	return rmi(w, RMI_REALM_CREATE, page(PAGE_RD + realm),
		   page(PAGE_SCRATCH + w->id)) == RMI_SUCCESS;
}

void realm_make(struct worker *w, unsigned realm)
{
	struct patience patience = { .what = "create a Realm" };

	while (!realm_try(w, realm)) {
		try_again(w, &patience);
		all_empty(w);
	}
	for (unsigned i = 0; i < RECS; i++)
		rec_make(w, realm, realm * RECS + i);
}

/* It runs no longer once it is terminated, and then it cannot map memory. */
static void realm_terminate(struct worker *w, unsigned realm)
{
	struct patience patience = { .what = "terminate a Realm" };

	while (rmi(w, RMI_REALM_TERMINATE, page(PAGE_RD + realm)) != RMI_SUCCESS)
		try_again(w, &patience);
}

void realm_destroy(struct worker *w, unsigned realm)
{
	struct patience patience = { .what = "destroy a Realm" };

	realm_terminate(w, realm);
	for (unsigned i = 0; i < RECS; i++)
		rec_destroy(w, realm * RECS + i);
	realm_empty(w, realm);
	while (rmi(w, RMI_REALM_DESTROY, page(PAGE_RD + realm)) != RMI_SUCCESS) {
		try_again(w, &patience);
		realm_empty(w, realm);
	}
}
