/* SPDX-License-Identifier: BSD-3-Clause */
/* vCPUs: they access memory, make RSI and PSCI calls, and take aborts. */
#include <string.h>

#include "abi/bits.h"
#include "abi/psci.h"
#include "abi/rsi.h"
#include "lib/esr.h"
#include "tests/stress/stress.h"

#define ACCESSES 8 /* before a trap */

#define ESR_OF(ec) (BITS_PUT(ESR_EC, ec) | ESR_IL)

static _Thread_local struct worker *vcpu_worker;

void vcpu_of(struct worker *w)
{
	vcpu_worker = w;
}

static uint64_t some_slot(struct worker *w)
{
	return GIB1 + pick(w, SLOTS) * MIB2;
}

static uint64_t some_page(struct worker *w)
{
	return some_slot(w) + pick(w, MEMORY) * KIB4;
}

/* While it does so, other CPUs' commands go on. */
static void access_memory(struct worker *w)
{
	for (unsigned i = 0; i < ACCESSES; i++) {
		hardware_translate(w->stress->hardware, some_page(w),
				   pick(w, 2), &w->random);
		baton_point(ACCESSES);
	}
}

static void call(struct rec *rec, struct rec_trap *trap, const uint64_t words[5])
{
	memset(rec->gprs, 0, sizeof(rec->gprs));
	memcpy(rec->gprs, words, 5 * sizeof(words[0]));
	trap->kind = REC_TRAP_SYNC;
	trap->esr = ESR_OF(ESR_EC_SMC64);
}

#define rsi(rec, trap, ...) call(rec, trap, (const uint64_t[5]){ __VA_ARGS__ })

/* Mostly for RAM, and mostly of memory that the host may have taken away. */
static void ask_for_ripas(struct worker *w, struct rec *rec,
			  struct rec_trap *trap)
{
	uint64_t base = some_page(w);
	uint64_t top = base + (1 + pick(w, 4)) * KIB4;
	uint8_t ripas = pick(w, 3) == 0 ? RMI_RIPAS_EMPTY : RMI_RIPAS_RAM;
	uint64_t flags = pick(w, 8) == 0 ? 0 : RSI_IPA_CHANGE_DESTROYED;

	if (pick(w, 2) == 0) {
		base = some_slot(w);
		top = base + MIB2;
	}
	rsi(rec, trap, RSI_IPA_STATE_SET, base, top, ripas, flags);
}

static void take_abort(struct worker *w, struct rec_trap *trap)
{
	uint64_t unprotected =
		pick(w, 2) == 0 ? 0 : stress_unprotected(w->stress);

	trap->kind = REC_TRAP_SYNC;
	trap->esr = ESR_OF(ESR_EC_DATA_LOWER) | ESR_ISV | 7;
	trap->hpfar = (some_page(w) + unprotected) >> 8;
}

void vcpu_run(void *context, struct rec *rec, struct rec_trap *trap)
{
	struct worker *w = vcpu_worker;

	(void)context; /* the worker is this thread's */
	access_memory(w);
	switch (pick(w, 16)) {
	case 0:
	case 1:
	case 2:
		ask_for_ripas(w, rec, trap);
		break;
	case 3:
		rsi(rec, trap, RSI_IPA_STATE_GET, some_page(w), 2 * GIB1);
		break;
	case 4:
		rsi(rec, trap, RSI_HOST_CALL, some_page(w));
		break;
	case 5:
		rsi(rec, trap, RSI_REALM_CONFIG, some_page(w));
		break;
	case 6:
		rsi(rec, trap, RSI_MEASUREMENT_EXTEND, 1 + pick(w, 4), 16);
		break;
	case 7:
		rsi(rec, trap, PSCI_CPU_ON_64, pick(w, RECS), KIB4);
		break;
	case 8:
		rsi(rec, trap,
		    pick(w, 16) ? PSCI_AFFINITY_INFO_64 : PSCI_CPU_OFF,
		    pick(w, RECS));
		break;
	case 9:
		take_abort(w, trap);
		break;
	default: /* an interrupt, as *trap says */
		break;
	}
}
