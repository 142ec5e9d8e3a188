/* SPDX-License-Identifier: BSD-3-Clause */
/* The model of table walks, of a TLB and of a walk cache. */
#include "tests/stress/hardware.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdlib.h>

#include "abi/bits.h"
#include "rmm/core/granule.h"
#include "rmm/core/rec/rec.h"
#include "tests/stress/fail.h"
#include "tests/stress/random.h"

#define CONTEXTS  4 /* threads that run RECs */
#define LEAVES    256
#define WALKS     64
#define LEVEL_MAX 3
#define ENTRIES   512

/* A stage 2 descriptor (DDI0487 D8.3). */
#define DESC_VALID         UINT64_C(1)
#define DESC_TABLE_OR_PAGE UINT64_C(2)
#define DESC_ADDRESS       UINT64_C(0x0000fffffffff000)
#define DESC_NS            (UINT64_C(1) << 55)

/* The stage 2 that a CPU has while it runs a REC. */
struct context {
	const struct rec *rec; /* NULL: none */
	struct realm_s2 s2;
};

/* The result of a walk for [ipa, ipa + size); size 0: none. */
struct leaf {
	uint64_t size;
	uint64_t ipa;
	uint64_t pa;
	unsigned vmid;
	bool ns;
};

/* The table for [ipa, ipa + size), at a level; size 0: none. */
struct walk {
	uint64_t size;
	uint64_t ipa;
	uint64_t pa;
	unsigned vmid;
	int level;
};

struct hardware {
	struct inprocess *machine;
	struct rmm *rmm;
	pthread_mutex_t mutex;
	struct context contexts[CONTEXTS];
	struct leaf leaves[LEAVES];
	struct walk walks[WALKS];
	struct hardware_counts counts;
};

struct hardware *hardware_create(struct inprocess *machine)
{
	struct hardware *hardware = calloc(1, sizeof(*hardware));

	if (hardware == NULL)
		stress_fail("no memory");
	hardware->machine = machine;
	hardware->rmm = inprocess_rmm(machine);
	pthread_mutex_init(&hardware->mutex, NULL);
	return hardware;
}

void hardware_destroy(struct hardware *hardware)
{
	pthread_mutex_destroy(&hardware->mutex);
	free(hardware);
}

struct hardware_counts hardware_counts(struct hardware *hardware)
{
	return hardware->counts;
}

/* Bytes that an entry at level maps. */
static uint64_t size_at(int level)
{
	return UINT64_C(1) << (12 + 9 * (LEVEL_MAX - level));
}

static bool overlap(uint64_t a, uint64_t a_size, uint64_t b, uint64_t b_size)
{
	return a < b ? b - a < a_size : a - b < b_size;
}

static bool has_state(const struct hardware *hardware, uint64_t pa,
		      enum granule_state state)
{
	const struct rmm *rmm = hardware->rmm;
	uint64_t base = rmm->machine.memory_base.value;
	uint16_t word;

	if (!granule_tracked(rmm, pa_make(pa)))
		return false;
	word = __atomic_load_n(&rmm->granules[(pa - base) / GRANULE_SIZE].word,
			       __ATOMIC_ACQUIRE);
	return BITS_GET(word, GRANULE_WORD_STATE) == state;
}

/* ---- CPUs with a REC ---- */

static struct context *context_of(struct hardware *hardware,
				  const struct rec *rec)
{
	for (unsigned i = 0; i < CONTEXTS; i++) {
		if (hardware->contexts[i].rec == rec)
			return &hardware->contexts[i];
	}
	stress_fail("no CPU for a REC");
}

void hardware_rec_start(struct hardware *hardware, const struct rec *rec,
			const struct realm_s2 *s2)
{
	struct context *context;

	pthread_mutex_lock(&hardware->mutex);
	context = context_of(hardware, NULL);
	*context = (struct context){ rec, *s2 };
	pthread_mutex_unlock(&hardware->mutex);
}

void hardware_rec_stop(struct hardware *hardware, const struct rec *rec)
{
	pthread_mutex_lock(&hardware->mutex);
	context_of(hardware, rec)->rec = NULL;
	pthread_mutex_unlock(&hardware->mutex);
}

/* ---- TLB maintenance ---- */

void hardware_invalidate(struct hardware *hardware, unsigned vmid, uint64_t ipa,
			 uint64_t size)
{
	pthread_mutex_lock(&hardware->mutex);
	for (unsigned i = 0; i < LEAVES; i++) {
		struct leaf *leaf = &hardware->leaves[i];

		if (leaf->vmid == vmid &&
		    overlap(leaf->ipa, leaf->size, ipa, size))
			leaf->size = 0;
	}
	for (unsigned i = 0; i < WALKS; i++) {
		struct walk *walk = &hardware->walks[i];

		if (walk->vmid == vmid &&
		    overlap(walk->ipa, walk->size, ipa, size))
			walk->size = 0;
	}
	pthread_mutex_unlock(&hardware->mutex);
}

void hardware_invalidate_vmid(struct hardware *hardware, unsigned vmid)
{
	hardware_invalidate(hardware, vmid, 0, UINT64_MAX);
}

/* ---- Caching ---- */

static void leaf_cache(struct hardware *hardware, const struct leaf *new,
		       uint64_t *random)
{
	unsigned place = random_below(random, LEAVES);

	for (unsigned i = 0; i < LEAVES; i++) {
		const struct leaf *old = &hardware->leaves[i];

		if (old->size == 0) {
			place = i;
			continue;
		}
		if (old->vmid != new->vmid ||
		    !overlap(old->ipa, old->size, new->ipa, new->size))
			continue;
		if (old->ipa != new->ipa || old->size != new->size ||
		    old->pa != new->pa || old->ns != new->ns)
			stress_fail(
				"hardware: TLB conflict: two translations of IPA 0x%" PRIx64
				", "
				"to PA 0x%" PRIx64 " and PA 0x%" PRIx64,
				new->ipa, old->pa, new->pa);
		return;
	}
	hardware->leaves[place] = *new;
	hardware->counts.leaves[new->ns][new->size > GRANULE_SIZE]++;
}

static void walk_cache(struct hardware *hardware, const struct walk *new,
		       uint64_t *random)
{
	unsigned place = random_below(random, WALKS);

	for (unsigned i = 0; i < WALKS; i++) {
		const struct walk *old = &hardware->walks[i];

		if (old->size == 0) {
			place = i;
			continue;
		}
		if (old->vmid != new->vmid || old->ipa != new->ipa ||
		    old->level != new->level)
			continue;
		if (old->pa != new->pa)
			stress_fail("hardware: two tables of IPA 0x%" PRIx64
				    " are cached, at PA "
				    "0x%" PRIx64 " and PA 0x%" PRIx64,
				    new->ipa, old->pa, new->pa);
		return;
	}
	hardware->walks[place] = *new;
	hardware->counts.tables++;
}

/* ---- Walking ---- */

/* Where a walk of ipa starts without the help of a cache. */
static struct walk walk_root(const struct realm_s2 *s2, uint64_t ipa)
{
	uint64_t size = ENTRIES * size_at(s2->start_level);

	return (struct walk){
		.size = size,
		.ipa = ipa & ~(size - 1),
		.pa = s2->root.value + ipa / size * GRANULE_SIZE,
		.vmid = s2->vmid,
		.level = s2->start_level,
	};
}

/* The deepest cached walk of ipa, or *root. */
static struct walk walk_cached(const struct hardware *hardware, uint64_t ipa,
			       const struct walk *root)
{
	struct walk deepest = *root;

	for (unsigned i = 0; i < WALKS; i++) {
		const struct walk *walk = &hardware->walks[i];

		if (walk->size != 0 && walk->vmid == root->vmid &&
		    overlap(walk->ipa, walk->size, ipa, 1) &&
		    walk->level > deepest.level)
			deepest = *walk;
	}
	return deepest;
}

/* The descriptor of ipa in a table. */
static uint64_t desc_read(const struct hardware *hardware,
			  const struct walk *table, uint64_t ipa)
{
	const uint64_t *descs = inprocess_peek(hardware->machine, table->pa);
	uint64_t index = ipa / size_at(table->level) % ENTRIES;

	if (!has_state(hardware, table->pa, GRANULE_RTT))
		stress_fail("hardware: a walk of IPA 0x%" PRIx64
			    " reads PA 0x%" PRIx64 ", which is no "
			    "table",
			    ipa, table->pa);
	return __atomic_load_n(&descs[index], __ATOMIC_ACQUIRE);
}

/* Goes down one table. false: the entry for ipa is none, and *desc is it. */
static bool walk_down(const struct hardware *hardware, uint64_t ipa,
		      struct walk *walk, uint64_t *desc)
{
	uint64_t size = size_at(walk->level);

	*desc = desc_read(hardware, walk, ipa);
	if (!(*desc & DESC_VALID) || !(*desc & DESC_TABLE_OR_PAGE) ||
	    walk->level == LEVEL_MAX)
		return false;
	walk->size = size;
	walk->ipa = ipa & ~(size - 1);
	walk->pa = *desc & DESC_ADDRESS;
	walk->level++;
	return true;
}

static struct leaf leaf_of(const struct walk *walk, uint64_t ipa, uint64_t desc)
{
	uint64_t size = size_at(walk->level);

	return (struct leaf){
		.size = desc & DESC_VALID ? size : 0,
		.ipa = ipa & ~(size - 1),
		.pa = desc & DESC_ADDRESS,
		.vmid = walk->vmid,
		.ns = (desc & DESC_NS) != 0,
	};
}

static void translate(struct hardware *hardware, const struct realm_s2 *s2,
		      uint64_t ipa, uint64_t *random)
{
	struct walk walk = walk_root(s2, ipa);
	struct leaf leaf;
	uint64_t desc;

	if (random_below(random, 2) == 0)
		walk = walk_cached(hardware, ipa, &walk);
	hardware->counts.walks++;
	while (walk_down(hardware, ipa, &walk, &desc))
		walk_cache(hardware, &walk, random);
	leaf = leaf_of(&walk, ipa, desc);
	if (leaf.size == 0)
		return;
	if (leaf.ns == realm_ipa_protected(s2, ipa_make(ipa)))
		stress_fail("hardware: IPA 0x%" PRIx64
			    " is of the wrong half: descriptor 0x%" PRIx64,
			    ipa, desc);
	leaf_cache(hardware, &leaf, random);
}

/* A CPU that has a REC; NULL: none has. */
static const struct context *some_context(const struct hardware *hardware,
					  uint64_t *random)
{
	unsigned first = random_below(random, CONTEXTS);

	for (unsigned i = 0; i < CONTEXTS; i++) {
		const struct context *context =
			&hardware->contexts[(first + i) % CONTEXTS];

		if (context->rec != NULL)
			return context;
	}
	return NULL;
}

void hardware_translate(struct hardware *hardware, uint64_t ipa,
			bool unprotected, uint64_t *random)
{
	const struct context *context;

	pthread_mutex_lock(&hardware->mutex);
	context = some_context(hardware, random);
	if (context != NULL) {
		uint64_t half = realm_par_size(&context->s2);

		translate(hardware, &context->s2,
			  ipa + (unprotected ? half : 0), random);
	}
	pthread_mutex_unlock(&hardware->mutex);
}

/* ---- Checks ---- */

/* A VMID that is free may be the next Realm's at any moment. */
static void vmid_check(const struct hardware *hardware, unsigned vmid)
{
	uint32_t used = __atomic_load_n(&hardware->rmm->vmids[vmid / 32],
					__ATOMIC_ACQUIRE);

	if (!(used >> vmid % 32 & 1))
		stress_fail(
			"hardware: something is cached of VMID %u, which no Realm has",
			vmid);
}

/* A block is looked at in two places: all of it would take too long. */
static void leaf_check(const struct hardware *hardware, const struct leaf *leaf,
		       uint64_t *random)
{
	unsigned pages = (unsigned)(leaf->size / GRANULE_SIZE);
	uint64_t other =
		leaf->pa + (uint64_t)random_below(random, pages) * GRANULE_SIZE;

	vmid_check(hardware, leaf->vmid);
	if (leaf->ns || (has_state(hardware, leaf->pa, GRANULE_DATA) &&
			 has_state(hardware, other, GRANULE_DATA)))
		return;
	stress_fail("hardware: IPA 0x%" PRIx64 " is cached with PA 0x%" PRIx64
		    ", which is not DATA",
		    leaf->ipa, leaf->pa);
}

static void walk_check(const struct hardware *hardware, const struct walk *walk)
{
	vmid_check(hardware, walk->vmid);
	if (!has_state(hardware, walk->pa, GRANULE_RTT))
		stress_fail("hardware: a walk of IPA 0x%" PRIx64
			    " is cached to PA 0x%" PRIx64 ", which is "
			    "no table",
			    walk->ipa, walk->pa);
}

void hardware_check(struct hardware *hardware, uint64_t *random)
{
	pthread_mutex_lock(&hardware->mutex);
	for (unsigned i = 0; i < LEAVES; i++) {
		if (hardware->leaves[i].size != 0)
			leaf_check(hardware, &hardware->leaves[i], random);
	}
	for (unsigned i = 0; i < WALKS; i++) {
		if (hardware->walks[i].size != 0)
			walk_check(hardware, &hardware->walks[i]);
	}
	pthread_mutex_unlock(&hardware->mutex);
}

/* The stage 2 that has the VMID. */
static struct realm_s2 s2_of(const struct hardware *hardware, unsigned vmid)
{
	const struct rmm_machine *machine = &hardware->rmm->machine;

	for (uint64_t i = 0; i < machine->memory_size; i += GRANULE_SIZE) {
		uint64_t pa = machine->memory_base.value + i;
		const struct rd *rd;

		if (!has_state(hardware, pa, GRANULE_RD))
			continue;
		rd = inprocess_peek(hardware->machine, pa);
		if (rd->s2.vmid == vmid)
			return rd->s2;
	}
	stress_fail(
		"hardware: something is cached of VMID %u, which no Realm has",
		vmid);
}

static void leaf_check_at_rest(const struct hardware *hardware,
			       const struct leaf *leaf)
{
	struct realm_s2 s2 = s2_of(hardware, leaf->vmid);
	struct walk walk = walk_root(&s2, leaf->ipa);
	struct leaf now;
	uint64_t desc;

	while (walk_down(hardware, leaf->ipa, &walk, &desc))
		;
	now = leaf_of(&walk, leaf->ipa, desc);
	if (now.size != leaf->size || now.ipa != leaf->ipa ||
	    now.pa != leaf->pa || now.ns != leaf->ns)
		stress_fail("hardware: IPA 0x%" PRIx64
			    " is cached with PA 0x%" PRIx64 ", but the tables "
			    "say 0x%" PRIx64,
			    leaf->ipa, leaf->pa, desc);
}

static void walk_check_at_rest(const struct hardware *hardware,
			       const struct walk *cached)
{
	struct realm_s2 s2 = s2_of(hardware, cached->vmid);
	struct walk walk = walk_root(&s2, cached->ipa);
	uint64_t desc = 0;

	while (walk.level < cached->level &&
	       walk_down(hardware, cached->ipa, &walk, &desc))
		;
	if (walk.level != cached->level || walk.pa != cached->pa)
		stress_fail("hardware: a walk of IPA 0x%" PRIx64
			    " is cached to PA 0x%" PRIx64 ", but the "
			    "tables say 0x%" PRIx64,
			    cached->ipa, cached->pa, desc);
}

void hardware_check_at_rest(struct hardware *hardware)
{
	pthread_mutex_lock(&hardware->mutex);
	for (unsigned i = 0; i < LEAVES; i++) {
		if (hardware->leaves[i].size != 0)
			leaf_check_at_rest(hardware, &hardware->leaves[i]);
	}
	for (unsigned i = 0; i < WALKS; i++) {
		if (hardware->walks[i].size != 0)
			walk_check_at_rest(hardware, &hardware->walks[i]);
	}
	pthread_mutex_unlock(&hardware->mutex);
}
