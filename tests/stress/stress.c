/* SPDX-License-Identifier: BSD-3-Clause */
/* The rounds of a run: their threads, and the checks after each. */
#include "tests/stress/stress.h"

#include <inttypes.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ipa.h"
#include "tests/fuzz/rmm_invariants.h"
#include "tests/stress/fail.h"
#include "tests/stress/plant.h"
#include "tests/stress/random.h"

const struct shape shape_level_1 = { 40, 1, 2 };
const struct shape shape_level_2 = { 32, 2, 4 };

/* The workers: hosts, the one that makes Realms, and the hardware. */
enum {
	WORKER_LIFE = HOSTS,
	WORKER_HARDWARE,
	WORKERS,
};

_Static_assert(WORKERS <= BATON_THREADS, "all take turns");

/* Random steps of the host that makes a Realm, while it is NEW, and after. */
#define STEPS_NEW    100
#define STEPS_ACTIVE 200

static uint64_t calls_so_far; /* for stress_fail(); atomic */

void stress_fail(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "stress: after %" PRIu64 " calls: ",
		__atomic_load_n(&calls_so_far, __ATOMIC_RELAXED));
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fputc('\n', stderr);
	abort();
}

unsigned pick(struct worker *w, unsigned bound)
{
	return random_below(&w->random, bound);
}

uint64_t stress_unprotected(const struct stress *stress)
{
	return ipa_shared_start(stress->config->shape->ipa_bits);
}

uint64_t stress_call(struct worker *w, uint64_t fid, const uint64_t args[5])
{
	uint64_t status;

	memset(&w->regs, 0, sizeof(w->regs));
	w->regs.x[0] = fid;
	memcpy(&w->regs.x[1], args, 5 * sizeof(args[0]));
	plant_call_begin(fid);
	inprocess_smc(w->stress->machine, &w->regs);
	plant_call_end();
	__atomic_fetch_add(&calls_so_far, 1, __ATOMIC_RELAXED);
	status = w->regs.x[0];
	if (status == RMI_SUCCESS) {
		__atomic_fetch_add(&w->stress->done[fid % STRESS_FIDS], 1,
				   __ATOMIC_RELAXED);
	}
	return status;
}

/* ---- Threads ---- */

static void host_work(struct worker *w)
{
	for (unsigned i = 0; i < w->stress->config->steps; i++)
		host_step(w);
	__atomic_fetch_sub(&w->stress->hosts_left, 1, __ATOMIC_RELEASE);
}

/* A Realm dies, and another gets its granules and its VMID. */
static void life_renew(struct worker *w)
{
	unsigned realm = w->lives++ % REALMS;

	realm_destroy(w, realm);
	realm_make(w, realm);
	for (unsigned i = 0; i < STEPS_NEW; i++)
		host_step(w);
	rmi(w, RMI_REALM_ACTIVATE, page(PAGE_RD + realm));
	for (unsigned i = 0; i < STEPS_ACTIVE; i++)
		host_step(w);
}

static bool hosts_work(const struct stress *stress)
{
	return __atomic_load_n(&stress->hosts_left, __ATOMIC_ACQUIRE) > 0;
}

static void life_work(struct worker *w)
{
	while (hosts_work(w->stress))
		life_renew(w);
}

/* Walks that nobody asked for, and a look at what is cached. */
static void hardware_work(struct worker *w)
{
	struct stress *stress = w->stress;

	while (hosts_work(stress)) {
		hardware_translate(stress->hardware,
				   GIB1 + pick(w, SLOTS) * MIB2 +
					   pick(w, MEMORY) * KIB4,
				   pick(w, 2), &w->random);
		hardware_check(stress->hardware, &w->random);
		if (!baton_yield())
			sched_yield();
	}
}

static void *worker_main(void *argument)
{
	struct worker *w = argument;

	baton_enter(&w->stress->baton, w->id);
	vcpu_of(w);
	if (w->id < HOSTS)
		host_work(w);
	else if (w->id == WORKER_LIFE)
		life_work(w);
	else
		hardware_work(w);
	baton_leave(&w->stress->baton);
	return NULL;
}

static void round_run(struct stress *stress, struct worker *workers)
{
	stress->hosts_left = HOSTS;
	baton_deal(&stress->baton, WORKERS);
	for (unsigned i = 0; i < WORKERS; i++) {
		if (pthread_create(&workers[i].thread, NULL, worker_main,
				   &workers[i]) != 0)
			stress_fail("no thread");
	}
	for (unsigned i = 0; i < WORKERS; i++)
		pthread_join(workers[i].thread, NULL);
	rmm_invariants_check(stress->machine);
	hardware_check_at_rest(stress->hardware);
}

/* ---- A run ---- */

static void on_panic(const char *why)
{
	stress_fail("the RMM panics: %s", why);
}

static void workers_init(struct stress *stress, struct worker *workers)
{
	uint64_t seed = stress->config->seed;

	for (unsigned i = 0; i < WORKERS; i++) {
		workers[i] = (struct worker){
			.stress = stress,
			.id = i,
			.random = (seed + i) * UINT64_C(0x9e3779b97f4a7c15),
		};
	}
	baton_init(&stress->baton, stress->config->free,
		   (seed + WORKERS) * UINT64_C(0x9e3779b97f4a7c15));
}

static void stress_open(struct stress *stress, struct worker *workers)
{
	const struct rmm_machine machine = {
		.memory_base = { page(0) },
		.memory_size = (uint64_t)PAGES * GRANULE_SIZE,
		.pa_bits = 48,
		.num_bps = 5,
		.num_wps = 3,
	};

	stress->machine = inprocess_create(&machine);
	if (stress->machine == NULL)
		stress_fail("no memory");
	stress->hardware = hardware_create(stress->machine);
	plant_hardware(stress->hardware);
	inprocess_set_vcpu(stress->machine, vcpu_run, NULL);
	inprocess_set_panic(stress->machine, on_panic);
	workers_init(stress, workers);
	rmi(&workers[0], RMI_RMM_ACTIVATE);
	for (unsigned i = 0; i < REALMS; i++) {
		realm_make(&workers[0], i);
		rmi(&workers[0], RMI_REALM_ACTIVATE, page(PAGE_RD + i));
	}
}

static void stress_close(struct stress *stress)
{
	inprocess_destroy(stress->machine);
	hardware_destroy(stress->hardware);
	baton_destroy(&stress->baton);
}

/* ---- What was done ---- */

/* Commands that random calls must have carried out, or the run has not tried
 * what it says. */
static void covered_check(const struct stress *stress)
{
	static const uint64_t fids[] = {
		RMI_RTT_DATA_MAP_INIT,
		RMI_REALM_CREATE,
		RMI_REALM_ACTIVATE,
		RMI_REALM_DESTROY,
		RMI_OP_CONTINUE,
		RMI_REC_ENTER,
		RMI_RTT_CREATE,
		RMI_RTT_DESTROY,
		RMI_RTT_READ_ENTRY,
		RMI_PSCI_COMPLETE,
		RMI_RTT_FOLD,
		RMI_RTT_INIT_RIPAS,
		RMI_RTT_SET_RIPAS,
		RMI_GRANULE_RANGE_DELEGATE,
		RMI_GRANULE_RANGE_UNDELEGATE,
		RMI_RTT_DATA_MAP,
		RMI_RTT_DATA_UNMAP,
		RMI_RTT_UNPROT_MAP,
		RMI_RTT_UNPROT_UNMAP,
	};

	for (unsigned i = 0; i < sizeof(fids) / sizeof(fids[0]); i++) {
		if (stress->done[fids[i] % STRESS_FIDS] == 0)
			stress_fail("command 0x%" PRIx64 " never succeeded",
				    fids[i]);
	}
}

static void counts_check(const struct hardware_counts *counts)
{
	if (counts->tables == 0 || counts->leaves[0][0] == 0 ||
	    counts->leaves[0][1] == 0 || counts->leaves[1][0] == 0 ||
	    counts->leaves[1][1] == 0)
		stress_fail("the hardware cached nothing of some kind");
}

static void summarize(const struct stress *stress)
{
	struct hardware_counts counts = hardware_counts(stress->hardware);

	fprintf(stderr,
		"stress: %" PRIu64 " calls, %" PRIu64 " Realms, %" PRIu64
		" walks, cached: %" PRIu64 " tables, %" PRIu64
		" pages and %" PRIu64 " blocks of DATA, %" PRIu64
		" and %" PRIu64 " of NS\n",
		calls_so_far, stress->done[RMI_REALM_CREATE % STRESS_FIDS],
		counts.walks, counts.tables, counts.leaves[0][0],
		counts.leaves[0][1], counts.leaves[1][0], counts.leaves[1][1]);
	if (!stress->config->free) { /* else it depends on the computer */
		covered_check(stress);
		counts_check(&counts);
	}
}

void stress_run(const struct stress_config *config)
{
	struct stress stress = { .config = config };
	struct worker workers[WORKERS];

	stress_open(&stress, workers);
	for (unsigned i = 0; i < config->rounds; i++)
		round_run(&stress, workers);
	summarize(&stress);
	stress_close(&stress);
}
